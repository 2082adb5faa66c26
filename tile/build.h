// Builds tile programs op by op; the parser and the compiler's lowering use it.
//
// Errors are sticky: after the first one every call does nothing and returns a
// harmless value; tt_builder_finish reports it. So callers emit code straight
// down without checks. Not thread-safe; one builder a program.
//
//   tt_builder_t* b = tt_builder_create();
//   tt_build_entry(b, "f", /*constants=*/1, ...);
//   tt_operand_t n = tt_launch_push(b, 0);
//   ...
//   tt_status_t s = tt_builder_finish(b, &program);  // also frees the builder
#ifndef TT_IREE_TILE_BUILD_H_
#define TT_IREE_TILE_BUILD_H_

#include <stdbool.h>

#include "tile/program.h"

typedef struct tt_builder_t tt_builder_t;

tt_builder_t* tt_builder_create(void);  // NULL when out of memory
// Frees the builder; on success verifies and hands out the program.
tt_status_t tt_builder_finish(tt_builder_t* b, tt_program_t** out_program);
void tt_builder_abandon(tt_builder_t* b);  // frees everything

// Records |status| (consumed) as the builder's error unless it has one.
void tt_builder_fail(tt_builder_t* b, tt_status_t status);
bool tt_builder_ok(const tt_builder_t* b);

// ---- Program level ---------------------------------------------------------

// Copies |data|; returns the blob's index.
uint32_t tt_build_blob(tt_builder_t* b, const void* data, uint64_t size);

// Opens an entry (closing the one before). |accesses| holds a TT_ACCESS_ mask a
// binding. Returns its index.
uint32_t tt_build_entry(tt_builder_t* b, const char* name,
                        uint32_t constant_count, const uint32_t* accesses,
                        uint32_t binding_count);
// Adds a note to the open entry, at any time while it is open.
void tt_build_note(tt_builder_t* b, const char* key, const char* text);
uint32_t tt_build_scratch(tt_builder_t* b, tt_operand_t size_bytes);
// Returns the view operand for kernels. offset in bytes, length in elements.
tt_operand_t tt_build_view(tt_builder_t* b, tt_view_source_t source,
                           uint32_t index, tt_dtype_t dtype,
                           tt_operand_t offset, tt_operand_t length);

// ---- Launch program of the open entry --------------------------------------
// All values are i64 (i1 from cmpi); constant operands fold, equal ops are
// shared, so callers need not care. May be called at any time while the entry
// is open, also between kernel ops.

tt_operand_t tt_launch_push(tt_builder_t* b, uint32_t index);
tt_operand_t tt_launch_op(tt_builder_t* b, tt_op_t op, uint32_t attr,
                          const tt_operand_t* operands, uint32_t count);
static inline tt_operand_t tt_launch_op2(tt_builder_t* b, tt_op_t op,
                                         tt_operand_t x, tt_operand_t y) {
  const tt_operand_t operands[] = {x, y};
  return tt_launch_op(b, op, 0, operands, 2);
}
tt_operand_t tt_launch_grid_cores(tt_builder_t* b);
tt_operand_t tt_launch_core(tt_builder_t* b);

// ---- Phases and kernels ----------------------------------------------------

// Opens a phase of the open entry (closing the one before). |options| gives the
// compute attributes; its cores, CB and kernel fields are ignored.
void tt_build_phase(tt_builder_t* b, tt_operand_t cores,
                    const tt_phase_t* options);
// Declares a CB of the open phase and returns its operand. |cb| is copied.
tt_operand_t tt_build_cb(tt_builder_t* b, const tt_cb_t* cb);
// Opens a kernel of the open phase (closing the one before). Each unit once.
void tt_build_kernel(tt_builder_t* b, tt_unit_t unit);
// A fresh register of the open kernel, for values assigned more than once.
tt_operand_t tt_build_reg(tt_builder_t* b, tt_dtype_t dtype);
// The line that following ops were read from (0: none).
void tt_build_line(tt_builder_t* b, uint32_t line);

// ---- Ops of the open kernel ------------------------------------------------

// An op in full. |result|: TT_NONE for none, else a register operand.
void tt_build_inst(tt_builder_t* b, tt_op_t op, tt_dtype_t type,
                   tt_dtype_t type2, uint32_t attr, tt_operand_t result,
                   const tt_operand_t* operands, uint32_t count);
// As above into a fresh register of the op's result type, which it returns.
tt_operand_t tt_build_value(tt_builder_t* b, tt_op_t op, tt_dtype_t type,
                            tt_dtype_t type2, uint32_t attr,
                            const tt_operand_t* operands, uint32_t count);

// Operands given in place: TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, tt_imm(b, 1)).
#define TT_OPS(b, op, type, attr, ...)                              \
  tt_build_inst(                                                    \
      b, TT_OP_##op, TT_DTYPE_##type, TT_DTYPE_NONE, attr, TT_NONE, \
      (const tt_operand_t[]){__VA_ARGS__},                          \
      sizeof((const tt_operand_t[]){__VA_ARGS__}) / sizeof(tt_operand_t))
#define TT_VALUE(b, op, type, attr, ...)                   \
  tt_build_value(                                          \
      b, TT_OP_##op, TT_DTYPE_##type, TT_DTYPE_NONE, attr, \
      (const tt_operand_t[]){__VA_ARGS__},                 \
      sizeof((const tt_operand_t[]){__VA_ARGS__}) / sizeof(tt_operand_t))

// Immediates, shared. tt_imm is for integers of any type (i64 counts, indices).
tt_operand_t tt_imm(tt_builder_t* b, int64_t value);
tt_operand_t tt_imm_f32(tt_builder_t* b, float value);  // f32, f16, bf16
tt_operand_t tt_imm_f64(tt_builder_t* b, double value);

// for %iv = lo; %iv < hi; %iv += step. Returns the counter (i64); close with
// tt_build_end. if and while are plain ops.
tt_operand_t tt_build_for(tt_builder_t* b, tt_operand_t lo, tt_operand_t hi,
                          tt_operand_t step, bool parallel);
void tt_build_end(tt_builder_t* b);

#endif  // TT_IREE_TILE_BUILD_H_

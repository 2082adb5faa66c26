// Shared by emit*.c: the state of emitting one kernel.
#ifndef TT_IREE_TILE_EMIT_INTERNAL_H_
#define TT_IREE_TILE_EMIT_INTERNAL_H_

#include "tile/emit.h"
#include "tile/strbuf.h"

// How an op of a compute kernel left a hardware unit configured; equal values
// mean that no new init call is needed.
typedef struct tt_emit_setup_t {
  char text[200];  // the init calls; "" when unknown
} tt_emit_setup_t;

// An open for, while or if: what is unknown after it.
typedef struct tt_emit_block_t {
  bool fpu_varies, sfpu_varies, pack_varies, written_varies;
} tt_emit_block_t;

typedef struct tt_emitter_t {
  const tt_program_t* program;
  const tt_entry_t* entry;
  const tt_phase_t* phase;
  const tt_kernel_t* kernel;  // NULL when the phase has none for the unit
  tt_unit_t unit;
  tt_strbuf_t out;
  int indent;
  tt_status_t status;  // the first error

  // What the kernel touches. Arrays over the entry's launch registers, views,
  // the kernel's registers.
  bool* uses_arg;
  bool* uses_view;
  uint32_t* view_line;    // slot in load()'s cache
  uint32_t* assignments;  // of each register
  bool* declared_late;    // register declared where it is assigned
  uint32_t line_count;
  uint32_t staging;  // CB of the phase, TT_NONE if it has none
  tt_emit_arg_t* args;
  uint32_t arg_count;

  uint32_t open_reserves[TT_MAX_CBS];  // pages, at the op being emitted
  uint32_t open_waits[TT_MAX_CBS];

  // Compute kernels. What the units are set up for:
  tt_emit_setup_t fpu;  // unpackers and FPU
  tt_emit_setup_t sfpu;
  tt_emit_setup_t pack;
  tt_emit_block_t blocks[TT_MAX_NESTING];
  int block_depth;
  bool uses_reduce;
  bool in_section;       // between tile_regs_acquire and tile_regs_release
  uint32_t dst_written;  // tiles written since tile_regs_acquire
  uint8_t reduced[32];  // of each: 1 + tt_reduce_dim_t of its reduce_tile, or 0
  uint32_t dst_capacity;
  uint32_t dst_used;  // tiles that the kernel names
} tt_emitter_t;

// Slots of load()'s cache that fit the staging area (kernel/dataflow.hpp).
enum { TT_EMIT_MAX_LINES = 24 };

// Finds what the kernel touches: emit_collect.c. An error of the program is
// left in out_emitter->status.
tt_status_t tt_emitter_create(const tt_program_t* program, uint32_t entry,
                              uint32_t phase, tt_unit_t unit,
                              tt_emitter_t* out_emitter);
void tt_emitter_destroy(tt_emitter_t* e);

// Keeps the first of several errors; |format| describes |inst|'s trouble.
void tt_emit_fail(tt_emitter_t* e, const tt_inst_t* inst, const char* format,
                  ...) __attribute__((format(printf, 3, 4)));

// One line of code, indented.
void tt_emit_line(tt_emitter_t* e, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// A short text by value, for use as printf arguments.
typedef struct tt_emit_text_t {
  char s[80];
} tt_emit_text_t;

// Operand |k| of |inst| as a C++ expression.
tt_emit_text_t tt_emit_operand(tt_emitter_t* e, const tt_inst_t* inst,
                               uint32_t k);
// The left-hand side that assigns |inst|'s result: "r3 = " or
// "const int64_t r3 = ".
tt_emit_text_t tt_emit_target(tt_emitter_t* e, const tt_inst_t* inst);

// The CB that operand |k| of |inst| names.
const tt_cb_t* tt_emit_cb(const tt_emitter_t* e, const tt_inst_t* inst,
                          uint32_t k);
bool tt_emit_is_tile_form(const tt_emitter_t* e, const tt_inst_t* inst);

// The C++ name of a lane op.
tt_emit_text_t tt_emit_lane_name(const tt_inst_t* inst);

// Emit one op: emit_scalar.c, emit_compute.c.
void tt_emit_scalar(tt_emitter_t* e, const tt_inst_t* inst);
void tt_emit_move(tt_emitter_t* e, const tt_inst_t* inst);
void tt_emit_compute(tt_emitter_t* e, const tt_inst_t* inst);
// Emits what stands first in a compute kernel.
void tt_emit_compute_start(tt_emitter_t* e);
// A loop or branch begins or ends: what later code may rely on.
void tt_emit_compute_block(tt_emitter_t* e, const tt_inst_t* inst);
// Lane ops on DST tiles and copy_dest_values: emit_lane.c.
void tt_emit_lane(tt_emitter_t* e, const tt_inst_t* inst);
// The SFPU init call of its own that |inst| needs, "" if any setup will do.
tt_emit_text_t tt_emit_sfpu_init_of(const tt_emitter_t* e,
                                    const tt_inst_t* inst);
// Makes |text| the SFPU's setup; "": any setup will do.
void tt_emit_sfpu_setup(tt_emitter_t* e, const char* text);
void tt_emit_dst_write(tt_emitter_t* e, uint32_t d, uint32_t reduced);

// #include lines for the compute API functions that |body| mentions.
void tt_emit_compute_includes(const char* body, size_t size, tt_strbuf_t* out);

#endif  // TT_IREE_TILE_EMIT_INTERNAL_H_

// The verifier's state, shared by verify*.c. Every index in a program may be
// garbage until it has been checked here.
#ifndef TT_IREE_TILE_VERIFY_INTERNAL_H_
#define TT_IREE_TILE_VERIFY_INTERNAL_H_

#include <stdbool.h>

#include "tile/program.h"

// Pages of a CB that the kernel at hand holds.
typedef struct tt_verify_pages_t {
  uint32_t reserved;
  uint32_t waited;
} tt_verify_pages_t;

// An open for, while, if or else.
typedef struct tt_verify_block_t {
  tt_op_t op;
  const tt_inst_t* inst;
  uint32_t serial;      // unique in the kernel
  uint32_t trail_mark;  // assignments from here on were made inside
  uint32_t trail_keep;  // while: those before survive (TT_NONE: no test yet)
  uint32_t trail_else;  // else: those from here on are the else branch's
  bool launch_time;     // the same number of runs in every kernel of a core
  uint64_t factor;      // how often the body runs, see verify_protocol.c
  tt_verify_pages_t pages[TT_MAX_CBS];  // on entering
  uint32_t dst_written;                 // on entering
} tt_verify_block_t;

typedef enum tt_verify_dst_e {
  TT_VERIFY_DST_IDLE,
  TT_VERIFY_DST_MATH,    // between acquire and commit
  TT_VERIFY_DST_HANDED,  // between commit and wait
  TT_VERIFY_DST_PACK,    // between wait and release
} tt_verify_dst_t;

typedef struct tt_verify_t {
  const tt_program_t* program;
  // Where the packed arrays continue.
  uint32_t next_phase, next_kernel, next_inst, next_operand, next_reg;
  uint32_t next_cb, next_view, next_binding, next_scratch, next_string;

  // What is being looked at; NULL or TT_NONE where not inside one.
  const tt_entry_t* entry;
  uint32_t phase_index;
  const tt_phase_t* phase;
  const tt_cb_t* cbs[TT_MAX_CBS];  // of the phase, by number
  const tt_kernel_t* kernel;
  const tt_inst_t* inst;

  const tt_kernel_t* launch;  // of the entry, once it is verified
  bool* per_core;             // by launch value: whether it depends on the core

  // The kernel at hand.
  uint32_t depth;
  uint32_t next_serial;
  // Registers in order of assignment. While an else branch is open, those of
  // its if's other branch are on it too, at most once per open block.
  uint32_t* trail;
  uint32_t trail_capacity;
  uint32_t trail_count;
  uint8_t* assigned;  // by register: TT_VERIFY_ values below
  tt_verify_pages_t pages[TT_MAX_CBS];
  tt_verify_dst_t dst;
  uint32_t dst_serial;   // block that holds DST
  uint32_t dst_written;  // DST tiles that surely were, since acquire

  // The phase at hand, over its kernels.
  uint8_t producer[TT_MAX_CBS];  // unit + 1, or 0
  uint8_t consumer[TT_MAX_CBS];
  uint64_t pushed[TT_MAX_CBS];  // fingerprints of the totals
  uint64_t popped[TT_MAX_CBS];

  tt_verify_block_t blocks[TT_MAX_NESTING];
} tt_verify_t;

enum {
  TT_VERIFY_UNASSIGNED = 0,
  TT_VERIFY_ASSIGNED = 1,
  TT_VERIFY_COUNTER = 2,  // of an open for: may be read, not assigned
  TT_VERIFY_STAMP = 4,    // scratch bit for joins
};

// An INVALID_ARGUMENT that names the place being looked at.
tt_status_t tt_verify_error(const tt_verify_t* v, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// Serial of the innermost open block, 0 for the kernel's own.
static inline uint32_t tt_verify_serial(const tt_verify_t* v) {
  return v->depth ? v->blocks[v->depth - 1].serial : 0;
}
static inline bool tt_verify_is_tile_form(const tt_verify_t* v) {
  return v->kernel->unit == TT_UNIT_COMPUTE && v->inst->operand_count &&
         tt_op_descs[v->inst->op].op_class == TT_OP_CLASS_LANE &&
         tt_operand_kind(tt_inst_operands(v->program, v->inst)[0]) ==
             TT_OPERAND_DST;
}
// The value of an immediate operand; false for other kinds. The operand's
// index must have been checked.
static inline bool tt_verify_constant(const tt_verify_t* v,
                                      tt_operand_t operand,
                                      int64_t* out_value) {
  if (tt_operand_kind(operand) != TT_OPERAND_IMM) return false;
  *out_value = (int64_t)v->program->immediates[tt_operand_index(operand)];
  return true;
}

// A scalar operand of |dtype|: range, kind, type, and for registers that they
// hold a value (verify_op.c).
tt_status_t tt_verify_scalar(const tt_verify_t* v, tt_operand_t operand,
                             tt_dtype_t dtype, const char* what);

// One op alone: unit, form, types, attributes, operands, result (verify_op.c).
tt_status_t tt_verify_op(const tt_verify_t* v);
// What an op asks of the CBs and views it names (verify_access.c).
tt_status_t tt_verify_access(const tt_verify_t* v);
// CB and DST protocol, after the two above (verify_protocol.c).
tt_status_t tt_verify_protocol(tt_verify_t* v);
// How often a block that v->inst opens runs, into its last two fields.
void tt_verify_block_factor(const tt_verify_t* v, tt_verify_block_t* block);
// On leaving a block: pages and DST as on entering.
tt_status_t tt_verify_block_end(const tt_verify_t* v);
// Of a whole kernel: no window of pages crosses its CB's end (verify_window.c).
tt_status_t tt_verify_windows(tt_verify_t* v);
// After a phase's kernels: as many pages popped as pushed.
tt_status_t tt_verify_totals(const tt_verify_t* v);

// A kernel or launch program (verify_kernel.c).
tt_status_t tt_verify_kernel(tt_verify_t* v);

#endif  // TT_IREE_TILE_VERIFY_INTERNAL_H_

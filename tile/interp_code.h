// Decoded programs: what interp_decode.c makes of a verified program before it
// runs. Read-only while running.
#ifndef TT_IREE_TILE_INTERP_CODE_H_
#define TT_IREE_TILE_INTERP_CODE_H_

#include "tile/chip.h"
#include "tile/interp.h"
#include "tile/tensix.h"

typedef struct tt_core_t tt_core_t;
typedef struct tt_decoded_t tt_decoded_t;
typedef struct tt_simt_t tt_simt_t;

// What became of an op, or of a kernel's turn.
typedef enum tt_run_t {
  TT_RUN_NEXT,
  TT_RUN_BLOCKED,  // waits for another kernel; the op is to be run again
  TT_RUN_FAILED,   // the core's status says why
  TT_RUN_DONE,     // of a kernel
} tt_run_t;

typedef tt_run_t (*tt_handler_t)(tt_core_t* core, const tt_decoded_t* op,
                                 uint64_t* slots);

// Of each block of lanes, how many of the first ones are needed.
enum { TT_BLOCKS = 4, TT_BLOCK_LANES = TT_TILE_LANES / TT_BLOCKS };
typedef struct tt_need_t {
  uint16_t lanes[TT_BLOCKS];
} tt_need_t;

// How the loop of interp_run.c runs an op.
typedef enum tt_decoded_kind_e {
  TT_DO_FOR,
  TT_DO_END_FOR,
  TT_DO_WHILE,
  TT_DO_TEST,
  TT_DO_END_WHILE,
  TT_DO_IF,
  TT_DO_ELSE,
  TT_DO_END_IF,
  TT_DO_DONE,
  TT_DO_LANE,  // scalar form, through |fn|
  TT_DO_ADD,   // the commonest i64 ops, without a call
  TT_DO_SUB,
  TT_DO_MUL,
  TT_DO_CALL,  // through |handler|
} tt_decoded_kind_t;

// A decoded op. Operands by signature letter: s u b i: a slot; n: the count;
// c: index into the phase's CBs; v: of the entry's views; d: DST tile. In the
// tile form of a lane op an operand is a DST tile, or a slot where |imm_mask|
// has its bit.
struct tt_decoded_t {
  uint16_t kind;
  uint16_t op;
  uint8_t type, type2;
  uint8_t result_bytes;  // lane bytes of the result: 4, 8, or 0
  uint8_t imm_mask;
  bool has_else;  // IF: its target follows an ELSE
  // cb_load: what the kernel does with the CB; 1 waits, 2 reserves.
  uint8_t cb_use;
  uint32_t attr;
  uint32_t result;  // slot
  uint32_t operand[TT_MAX_OPERANDS];
  // FOR: its END. END_FOR: the op after the FOR. TEST: after the END_WHILE.
  // END_WHILE: the op after the WHILE. IF: after the ELSE, or the END_IF.
  // ELSE: the END_IF.
  uint32_t target;
  uint32_t hidden;  // FOR, END_FOR: slots of the trips left and the step
  uint32_t line;
  tt_need_t need;   // ops on DST: lanes of the result that count
  tt_lane_fn_t fn;  // LANE, and the tile form's handler
  union {
    tt_handler_t handler;
    const tt_simt_t* simt;  // FOR: how to run it as vectors, or NULL
  };
};

typedef struct tt_kernel_code_t {
  tt_decoded_t* code;  // ends in DONE; NULL for an empty kernel
  uint32_t code_count;
  uint32_t reg_count;
  // Slots: registers, launch values, immediates, hidden ones of loops.
  uint32_t slot_count;
  uint32_t first_arg, arg_count;
  uint8_t* lane_bytes;  // of each register, 4 or 8
  uint64_t* initial;    // slot_count values; launch values are filled in later
} tt_kernel_code_t;

typedef struct tt_cb_info_t {
  uint8_t number;
  uint8_t rows;
  uint8_t layout;
  uint8_t format;
  uint8_t dtype;          // of the format
  uint8_t element_bytes;  // of the format
  bool unpack_to_dest;
  tt_source_t source;  // floats in a source register, under numerics=tensix
  uint32_t elements;   // of a page
  uint32_t page_bytes;
  uint32_t pages;
  uint64_t offset;      // of page 0 in L1
  uint32_t first_page;  // into the worker's page pointers
} tt_cb_info_t;

typedef struct tt_phase_code_t {
  tt_operand_t cores;
  uint32_t cb_count;
  tt_cb_info_t cbs[TT_MAX_CBS];
  uint32_t page_count;  // of all CBs
  uint64_t l1_bytes;
  uint32_t dst_tiles;  // that an acquire may use
  bool fp32_dest_acc;
  uint32_t fidelity_phases;
  tt_kernel_code_t kernels[TT_UNIT_KERNEL_COUNT];
} tt_phase_code_t;

typedef struct tt_entry_code_t {
  const tt_entry_t* entry;
  uint32_t launch_reg_count;
  uint8_t* per_core;  // an op of the launch program
  uint32_t phase_count;
  tt_phase_code_t* phases;
} tt_entry_code_t;

struct tt_interp_t {
  const tt_program_t* program;
  tt_interp_options_t options;
  const tt_lanes_t* lanes;
  uint32_t entry_count;
  tt_entry_code_t* entries;
  // What a worker needs.
  uint64_t max_l1;
  uint32_t max_pages;
  uint32_t max_slots[TT_UNIT_KERNEL_COUNT];
  uint32_t max_launch_regs;
  uint64_t max_simt_bytes;
  uint64_t simt_steps_left;  // while it is made; see interp_simt_plan.c
};

#endif  // TT_IREE_TILE_INTERP_CODE_H_

// Running cores, shared by the interpreter's files:
//   interp_code.h, interp_decode.c
//                    program -> tt_interp_t
//   interp_need.c    which lanes are computed
//   interp_launch.c  launches: views, scratch
//   interp_run.c     workers, coroutines, control and scalar ops
//   interp_cb.c      pages and CB ops
//   interp_move.c    loads, stores, tile and flat data movement
//   interp_tile.c    DST, FPU, unpack and pack
//   interp_tensix.c  the same under numerics=tensix
//   interp_simt_*.c  parallel loops a vector of iterations at a time
#ifndef TT_IREE_TILE_INTERP_INTERNAL_H_
#define TT_IREE_TILE_INTERP_INTERNAL_H_

#include "tile/interp_code.h"

enum {
  TT_DST_TILES = 16,
  TT_UNPACK_TILES = 4,
  TT_STEPS_PER_CHECK = 1 << 16,
};

typedef struct tt_view_data_t {
  uint8_t* base;   // of element 0
  int64_t length;  // elements
  bool constant;   // nothing that the launch writes overlaps it
} tt_view_data_t;

struct tt_interp_launch_t {
  const tt_interp_t* interp;
  const tt_entry_code_t* entry;
  tt_launch_env_t env;
  const atomic_bool* cancel;
  uint64_t deadline;
  int64_t* values;  // the uniform part
  tt_view_data_t* views;
  uint32_t* phase_cores;
  void** scratch;
  uint64_t scratch_bytes;
};

// Rows and columns of a page beyond which its elements are +0, as far as is
// known.
typedef struct tt_extent_t {
  uint8_t rows, cols;
} tt_extent_t;

// A page of a CB.
typedef struct tt_page_t {
  uint8_t* bytes;  // at the page's place in L1, or in a view
  tt_extent_t extent;
} tt_page_t;

// A CB's ring on the running core.
typedef struct tt_cb_state_t {
  const tt_cb_info_t* info;
  uint8_t* home;  // the ring in L1
  tt_page_t* page;
  uint32_t front;     // next page to pop
  uint32_t back;      // next page to push
  uint32_t filled;    // pages pushed and not popped
  uint32_t reserved;  // pages the producer may write
  uint32_t waited;    // pages the consumer may read
} tt_cb_state_t;

typedef struct tt_kernel_run_t {
  const tt_kernel_code_t* kernel;
  uint64_t* slots;
  uint32_t pc;
} tt_kernel_run_t;

struct tt_core_t {
  const tt_interp_t* interp;
  const tt_interp_launch_t* launch;
  const tt_lanes_t* lanes;
  const tt_view_data_t* views;
  const tt_phase_code_t* phase;
  tt_interp_worker_t* worker;
  tt_interp_counters_t* counters;
  uint32_t phase_index, core_index;
  tt_unit_t unit;  // of the kernel that is running
  bool checked;
  tt_status_t status;
  // DST tiles, as bits: that are zero but not cleared yet; that got nothing but
  // products since they were, so that no lane is -0.
  uint32_t dst_zero, dst_sums;
  uint64_t cb_moves;  // pushes and pops so far
  uint64_t steps;     // ops since the last check, also those of cores before
  uint64_t total_steps;
  tt_kernel_run_t kernels[TT_UNIT_KERNEL_COUNT];
  tt_cb_state_t cbs[TT_MAX_CBS];
};

struct tt_interp_worker_t {
  uint8_t* l1;
  uint8_t* shadow;  // in checked mode: a byte a byte of L1, 1 where written
  uint64_t l1_capacity, shadow_capacity;
  tt_page_t* pages;
  uint64_t page_capacity;
  uint64_t* slots[TT_UNIT_KERNEL_COUNT];
  uint64_t slot_capacity[TT_UNIT_KERNEL_COUNT];
  int64_t* values;
  uint64_t value_capacity;
  uint8_t* simt;
  uint64_t simt_capacity;
  // DST, and room for unpacked operands; 64-byte aligned.
  float* dst;
  float* unpacked[TT_UNPACK_TILES];
  uint64_t steps;  // between cores: tt_core_t.steps
};

// ---- Shared helpers -------------------------------------------------------

// Sets the core's status, prefixed by where it happened. Returns FAILED.
tt_run_t tt_core_fail(tt_core_t* core, const tt_decoded_t* op, tt_code_t code,
                      const char* format, ...)
    __attribute__((format(printf, 4, 5)));

// The handlers, one an op of classes MOVE, CB, DST and TILE: an op without one
// does not link.
#define TT_HANDLER_CTRL(op)
#define TT_HANDLER_LAUNCH(op)
#define TT_HANDLER_LANE(op)
#define TT_HANDLER_RESERVED(op)
#define TT_HANDLER_MOVE(op) \
  tt_run_t tt_run_##op(tt_core_t*, const tt_decoded_t*, uint64_t*);
#define TT_HANDLER_CB TT_HANDLER_MOVE
#define TT_HANDLER_DST TT_HANDLER_MOVE
#define TT_HANDLER_TILE TT_HANDLER_MOVE
#define TT_OP(name, mnemonic, class_, ...) TT_HANDLER_##class_(name)
#include "tile/ops.def"
#undef TT_OP
#undef TT_HANDLER_MOVE
tt_run_t tt_run_lane_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots);
// The handler of an op of class TILE, or of a lane op on DST tiles, under
// numerics=tensix; |otherwise| where numerics make no difference.
tt_handler_t tt_tensix_handler(tt_op_t op, tt_handler_t otherwise);

// ---- interp_need.c --------------------------------------------------------

// Sets |need| of the decoded compute ops of |code|.
void tt_decode_needs(const tt_interp_t* interp, const tt_entry_t* entry,
                     const tt_phase_t* phase, tt_phase_code_t* code);

// Trips of a for with these bounds; a step that is not positive fails.
tt_run_t tt_for_trips(tt_core_t* core, const tt_decoded_t* op, int64_t low,
                      int64_t high, int64_t step, uint64_t* out_trips);
// Counts |steps|, and now and then looks at the step limit, the cancel flag and
// the clock.
tt_run_t tt_core_check_steps(tt_core_t* core, const tt_decoded_t* op);
static inline tt_run_t tt_core_count_steps(tt_core_t* core,
                                           const tt_decoded_t* op,
                                           uint64_t steps) {
  core->steps += steps;
  uint64_t limit = core->interp->options.step_limit;
  uint64_t period =
      limit && limit < TT_STEPS_PER_CHECK ? limit : TT_STEPS_PER_CHECK;
  if (core->steps <= period) return TT_RUN_NEXT;
  return tt_core_check_steps(core, op);
}

// ---- Parallel loops -------------------------------------------------------

// Plans every parallel loop of a decoded kernel that can run as vectors, while
// |interp| has steps left for that; it is made with TT_SIMT_PLAN_STEPS.
enum { TT_SIMT_PLAN_STEPS = 1 << 24 };
tt_status_t tt_simt_plan(tt_interp_t* interp, tt_kernel_code_t* kernel);
void tt_simt_free(tt_kernel_code_t* kernel);
// Whether to run the planned loop |op| as vectors, or its iterations one by one
// with the parallel loops inside as vectors.
bool tt_simt_pays(const tt_decoded_t* op, const uint64_t* slots,
                  uint64_t trips);
// Runs all iterations of the planned loop |op|.
tt_run_t tt_simt_run(tt_core_t* core, const tt_decoded_t* op,
                     tt_kernel_run_t* run, int64_t low, int64_t step,
                     uint64_t trips);

// Page |t| of those the producer has reserved, to be overwritten in full
// (|keep| false) or in part; NULL after a failure.
uint8_t* tt_produce_page(tt_core_t* core, const tt_decoded_t* op, uint32_t cb,
                         int64_t t, bool keep);
// Page |t| of those the producer has reserved, after tt_produce_page, becomes
// the one at |memory|, which stays as it is until the page is pushed over.
void tt_produce_memory(tt_core_t* core, uint32_t cb, int64_t t,
                       uint8_t* memory);
// Page |t| of those the consumer waited for, of which elements [first, first +
// count) will be read; NULL after a failure.
const uint8_t* tt_consume_page(tt_core_t* core, const tt_decoded_t* op,
                               uint32_t cb, int64_t t, uint32_t first,
                               uint32_t count);
// Notes that elements of page |t| of the producer beyond |extent| are +0, until
// it is produced again.
void tt_note_extent(tt_core_t* core, uint32_t cb, int64_t t,
                    tt_extent_t extent);
// That of page |t| of those the consumer waited for.
tt_extent_t tt_consume_extent(const tt_core_t* core, uint32_t cb, int64_t t);
// In checked mode: elements of page |t| of the producer are written.
void tt_mark_written(tt_core_t* core, uint32_t cb, int64_t t, uint32_t first,
                     uint32_t count);

// Where element (row, column) of a page lies, in elements.
static inline uint32_t tt_page_index(const tt_cb_info_t* info, uint32_t row,
                                     uint32_t column) {
  if (info->layout == TT_CB_LAYOUT_FLAT) return row * TT_TILE_DIM + column;
  uint32_t face_rows = info->rows < TT_FACE_DIM ? info->rows : TT_FACE_DIM;
  return (row / TT_FACE_DIM * 2 + column / TT_FACE_DIM) * face_rows *
             TT_FACE_DIM +
         row % TT_FACE_DIM * TT_FACE_DIM + column % TT_FACE_DIM;
}

static inline int64_t tt_slot_i64(const uint64_t* slots, uint32_t slot) {
  return (int64_t)slots[slot];
}
// An i1 lane is the low half of its slot.
static inline bool tt_slot_i1(const uint64_t* slots, uint32_t slot) {
  return (uint32_t)slots[slot] != 0;
}

#endif  // TT_IREE_TILE_INTERP_INTERNAL_H_

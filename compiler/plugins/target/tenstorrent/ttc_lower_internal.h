// Shared by the ttc_lower*.c files.
#ifndef TT_IREE_COMPILER_TTC_LOWER_INTERNAL_H_
#define TT_IREE_COMPILER_TTC_LOWER_INTERNAL_H_

#include "compiler/plugins/target/tenstorrent/ttc_lower.h"

enum { TTC_MAX_DST = 16 };

// The phase being lowered.
typedef struct ttc_lower_t {
  tt_builder_t* b;
  ttc_dispatch_t* dispatch;
  const ttc_plan_options_t* options;
  const ttc_phase_t* phase;
  const tt_operand_t* views;  // by subspan
  tt_operand_t ones;          // view of 1024 ones (i8), where masks are needed
  tt_operand_t item_lo, item_hi;  // items of this core
  // Its part of them, of |parts|.
  tt_operand_t part, parts;
  // Of the kernel being built: element index of each plan dim.
  // Unset in compute kernels, which address nothing.
  tt_operand_t at[TTC_MAX_DIMS];
  bool moves;  // the kernel being built is the reader or the writer
} ttc_lower_t;

// ---- ttc_lower.c: launch values, integer arithmetic -------------------------

// |expr| in the launch program.
tt_operand_t ttc_lower_expr(ttc_lower_t* lower, ttc_expr_t expr);

// i64 arithmetic in a kernel; constant operands fold.
tt_operand_t ttc_kernel_op(ttc_lower_t* lower, tt_op_t op, tt_operand_t a,
                           tt_operand_t b);

// Opens the kernel of |unit|.
void ttc_lower_kernel(ttc_lower_t* lower, tt_unit_t unit);

static inline tt_operand_t ttc_cb(uint8_t number) {
  return tt_operand(TT_OPERAND_CB, number);
}
static inline tt_operand_t ttc_dst(uint32_t tile) {
  return tt_operand(TT_OPERAND_DST, tile);
}
tt_operand_t ttc_lower_bits(tt_builder_t* b, tt_dtype_t type, uint64_t bits);

// Sets |lower->at| of the item dims from item |item|, given their block sizes:
// dim i advances by steps[i] elements an item (0: 1).
void ttc_lower_decode(ttc_lower_t* lower, tt_operand_t item,
                      const uint32_t* steps);

// The steps of private dim |dim| of |stage| that this core takes.
void ttc_lower_range_of(ttc_lower_t* lower, const ttc_stage_t* stage,
                        uint8_t dim, tt_operand_t* out_lo,
                        tt_operand_t* out_hi);

// Element offset of |access| at |lower->at|.
tt_operand_t ttc_lower_address(ttc_lower_t* lower, const ttc_access_t* access);

// An op without operands: tile_regs_*.
#define TTC_DST_OP(b, op)                                                      \
  tt_build_inst(b, TT_OP_##op, TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE, NULL, \
                0)

// ---- ttc_lower_expr.c: terms on DST tiles -----------------------------------

// Where a term that is not computed comes from.
typedef struct ttc_source_t {
  uint8_t cb;
  uint8_t bcast;  // tt_bcast_t
  uint32_t page;
} ttc_source_t;

typedef void (*ttc_source_fn_t)(const void* data, uint32_t term,
                                ttc_source_t* out);

// Evaluates terms onto DST tiles. Zeroed but for what comes before |failed|.
typedef struct ttc_eval_t {
  const ttc_term_t* terms;
  tt_builder_t* b;  // NULL: only counts
  ttc_source_fn_t source;
  const void* source_data;
  const ttc_spill_t* spills;  // that are in their CBs
  uint32_t spill_count;
  uint32_t first;                 // DST tiles below belong to the caller
  uint32_t limit;                 // DST tiles in all
  bool failed;                    // more tiles needed than there are
  uint32_t peak;                  // tiles in use at once, |first| included
  uint32_t term_of[TTC_MAX_DST];  // TT_NONE: free
  uint32_t pins[TTC_MAX_DST];
  uint32_t uses[TTC_MAX_TERMS];
} ttc_eval_t;

// Evaluates |roots|, each onto a DST tile of its own.
void ttc_eval_roots(ttc_eval_t* eval, const uint32_t* roots, uint32_t count,
                    uint32_t* out_dst);

// DST tiles that the terms need beside |first| of the caller's, the first
// |spill_count| spills of |stage| being there; more than |limit| when they do
// not fit.
uint32_t ttc_eval_need(const ttc_phase_t* phase, const ttc_stage_t* stage,
                       uint32_t spill_count, const uint32_t* roots,
                       uint32_t count, uint32_t first, uint32_t limit);

// ---- ttc_lower_move.c -------------------------------------------------------

// Calls |visit| for each access that |stage| loads at |level|.
typedef void (*ttc_load_fn_t)(ttc_lower_t* lower, const ttc_stage_t* stage,
                              const ttc_access_t* access);
void ttc_lower_loads(ttc_lower_t* lower, const ttc_stage_t* stage,
                     ttc_level_t level, ttc_load_fn_t visit);
// In the reader: reserves, fills and pushes the pages of |access| for the lanes
// at |lower->at|.
void ttc_lower_read(ttc_lower_t* lower, const ttc_stage_t* stage,
                    const ttc_access_t* access);
// In the writer: stores the waited pages of |result|.
void ttc_lower_write(ttc_lower_t* lower, const ttc_stage_t* stage,
                     const ttc_stage_result_t* result);
// Elements of plan dim |dim| from |lower->at| on; what moves them clamps them
// to its pages.
tt_operand_t ttc_lower_extent(ttc_lower_t* lower, uint8_t dim);

// ---- ttc_lower_lanes.c: shared with matmuls and attention -------------------

// Emits a step of |stage|; |masked|: its last lanes lie beyond the end.
typedef void (*ttc_step_fn_t)(ttc_lower_t* lower, const ttc_stage_t* stage,
                              bool masked);
// The loops of |stage| over its private dims.
void ttc_lower_steps(ttc_lower_t* lower, const ttc_stage_t* stage,
                     ttc_step_fn_t step);
// As ttc_lower_loads over all stages, each access once, at TTC_LEVEL_ONCE.
void ttc_lower_loads_once(ttc_lower_t* lower, ttc_load_fn_t visit);
// Opens the loop over this core's items.
void ttc_lower_open_items(ttc_lower_t* lower);
// In the reader: pages of ones for reduce_tile, and of the mask.
void ttc_lower_helpers(ttc_lower_t* lower);
// In the compute kernel: waits for, or pops, the pages that stay for all items.
void ttc_compute_stays(ttc_lower_t* lower, bool wait);
// In the compute kernel: evaluates |roots| for page |page| of a step onto DST
// tiles from |first| on, the first |spills| of the stage's spills being in
// their CBs.
void ttc_lower_eval(ttc_lower_t* lower, const ttc_stage_t* stage,
                    uint32_t spills, uint32_t page, const uint32_t* roots,
                    uint32_t count, uint32_t first, uint32_t* out_dst);
// The writer: results of store stages, of all items.
void ttc_lower_writer(ttc_lower_t* lower);

// In the compute kernel: waits for or pops the pages of |access|.
void ttc_compute_wait(ttc_lower_t* lower, const ttc_stage_t* stage,
                      const ttc_access_t* access);
void ttc_compute_pop(ttc_lower_t* lower, const ttc_stage_t* stage,
                     const ttc_access_t* access);
// In the compute kernel: one step of a store stage, its pages being waited
// except those at TTC_LEVEL_STEP.
void ttc_store_step(ttc_lower_t* lower, const ttc_stage_t* stage, bool masked);

// ---- ttc_lower_fold.c -------------------------------------------------------

// tt-metal's reduction knows no minimum: it is the negated maximum of the
// negated lanes.
bool ttc_reduce_negates(const ttc_stage_result_t* result);
void ttc_lower_negate(tt_builder_t* b, const ttc_stage_result_t* result,
                      uint32_t dst);
// Packs DST tile |dst| into the one page of |number| (between wait and
// release).
void ttc_lower_pack(tt_builder_t* b, uint8_t number, uint32_t dst);
// In the compute kernel: folds the page of |result|'s lanes.
void ttc_lower_fold(ttc_lower_t* lower, const ttc_stage_result_t* result);
// In the writer: folds the waited page of lanes that |result| of |store| stores
// the fold of, and stores it.
void ttc_lower_writer_fold(ttc_lower_t* lower, const ttc_stage_t* store,
                           const ttc_stage_result_t* result);

// ---- ttc_lower_matmul.c: shared with attention ------------------------------

// In the reader: reads |count| tiles of |access|, which the FPU multiplies,
// that follow each other along |dim|: rows along |row|, columns along |column|.
void ttc_lower_read_factor(ttc_lower_t* lower, const ttc_access_t* access,
                           uint8_t dim, uint32_t count, uint8_t row,
                           uint8_t column);

// ---- ttc_lower_lanes.c, ttc_lower_matmul.c, ttc_lower_attention.c -----------

void ttc_lower_lanes(ttc_lower_t* lower);
void ttc_lower_matmul(ttc_lower_t* lower);
void ttc_lower_attention(ttc_lower_t* lower);

#endif  // TT_IREE_COMPILER_TTC_LOWER_INTERNAL_H_

// Phases whose terms are computed lane by lane: elementwise work, moves, and
// reductions with what follows them.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

// ---- Loops of a stage -------------------------------------------------------

static void ttc_lower_loop(ttc_lower_t* lower, const ttc_stage_t* stage,
                           uint8_t depth, bool masked, ttc_step_fn_t step);

// A loop over [lo, hi) steps of |width| elements of the dim at |depth|.
static void ttc_lower_range(ttc_lower_t* lower, const ttc_stage_t* stage,
                            uint8_t depth, tt_operand_t lo, tt_operand_t hi,
                            uint32_t width, bool masked, ttc_step_fn_t step) {
  if (lo == hi) return;
  tt_operand_t counter =
      tt_build_for(lower->b, lo, hi, tt_imm(lower->b, 1), false);
  if (lower->moves) {
    lower->at[stage->private_dims[depth]] =
        ttc_kernel_op(lower, TT_OP_MUL, counter, tt_imm(lower->b, width));
  }
  ttc_lower_loop(lower, stage, (uint8_t)(depth + 1), masked, step);
  tt_build_end(lower->b);
}

static void ttc_lower_loop(ttc_lower_t* lower, const ttc_stage_t* stage,
                           uint8_t depth, bool masked, ttc_step_fn_t step) {
  tt_builder_t* b = lower->b;
  if (depth == stage->private_count) {
    step(lower, stage, masked);
    return;
  }
  uint8_t dim = stage->private_dims[depth];
  bool folded = dim == stage->folded, shared = dim == stage->shared;
  uint32_t width = ttc_stage_step(lower->phase, stage, dim);
  tt_operand_t lo, hi;
  ttc_lower_range_of(lower, stage, dim, &lo, &hi);
  if (!folded || !stage->needs_mask) {
    ttc_lower_range(lower, stage, depth, lo, hi, width, masked, step);
    return;
  }
  tt_operand_t size = ttc_lower_expr(lower, lower->phase->dims[dim]);
  tt_operand_t full = tt_launch_op2(b, TT_OP_DIVS, size, tt_imm(b, width));
  tt_operand_t end = shared ? tt_launch_op2(b, TT_OP_MINS, hi, full) : full;
  tt_operand_t rest = shared ? tt_launch_op2(b, TT_OP_MAXS, lo, full) : full;
  ttc_lower_range(lower, stage, depth, lo, end, width, false, step);
  ttc_lower_range(lower, stage, depth, rest, hi, width, true, step);
}

void ttc_lower_steps(ttc_lower_t* lower, const ttc_stage_t* stage,
                     ttc_step_fn_t step) {
  ttc_lower_loop(lower, stage, 0, false, step);
}

// ---- Loads and items --------------------------------------------------------

void ttc_lower_loads_once(ttc_lower_t* lower, ttc_load_fn_t visit) {
  const ttc_phase_t* phase = lower->phase;
  bool seen[TTC_MAX_ACCESSES] = {false};
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    uint32_t index = phase->terms[i].index;
    if (phase->terms[i].kind != TTC_TERM_LOAD || seen[index]) continue;
    const ttc_access_t* access = &phase->accesses[index];
    seen[index] = true;
    if (ttc_plan_level(lower->dispatch, phase, &phase->stages[0], access) ==
        TTC_LEVEL_ONCE) {
      visit(lower, &phase->stages[0], access);
    }
  }
}

void ttc_lower_open_items(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  tt_operand_t item = tt_build_for(lower->b, lower->item_lo, lower->item_hi,
                                   tt_imm(lower->b, 1), false);
  uint32_t steps[TTC_MAX_DIMS] = {0};
  if (!lower->moves) return;
  if (phase->row != TTC_NO_INDEX) steps[phase->row] = TT_TILE_DIM;
  if (phase->column != TTC_NO_INDEX) {
    steps[phase->column] = ttc_phase_column_step(phase);
  }
  ttc_lower_decode(lower, item, steps);
}

// ---- Reader -----------------------------------------------------------------

// Constants of moves are pages that the writer uses again and again.
static bool ttc_lower_is_constant_move(const ttc_phase_t* phase,
                                       const ttc_stage_result_t* result) {
  return phase->kind == TTC_PHASE_MOVE &&
         phase->terms[result->term].kind == TTC_TERM_CONSTANT;
}

static void ttc_lower_fill(ttc_lower_t* lower, uint8_t number, tt_dtype_t dtype,
                           uint64_t bits, uint32_t pages) {
  tt_builder_t* b = lower->b;
  tt_operand_t cb = ttc_cb(number);
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, cb, tt_imm(b, pages));
  for (uint32_t i = 0; i < pages; ++i) {
    const tt_operand_t operands[] = {cb, tt_imm(b, i),
                                     ttc_lower_bits(b, dtype, bits)};
    tt_build_inst(b, TT_OP_FILL_PAGE, dtype, TT_DTYPE_NONE, 0, TT_NONE,
                  operands, 3);
  }
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, tt_imm(b, pages));
}

// The pages of the mask: ones up to the end of the folded dim in a partial
// step, then zeros.
static void ttc_lower_mask(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  const ttc_stage_t* stage = NULL;
  if (phase->mask_cb == TTC_NO_INDEX) return;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (phase->stages[i].needs_mask) stage = &phase->stages[i];
  }
  tt_operand_t rest = tt_launch_op2(
      b, TT_OP_REMS, ttc_lower_expr(lower, phase->dims[stage->folded]),
      tt_imm(b, ttc_stage_step(phase, stage, stage->folded)));
  tt_operand_t cb = ttc_cb(phase->mask_cb);
  tt_operand_t zero = tt_imm(b, 0), one = tt_imm(b, 1);
  tt_operand_t all = tt_imm(b, TT_TILE_DIM);
  const uint32_t count = ttc_phase_mask_pages(phase);
  tt_operand_t pages = tt_imm(b, count);
  bool rows = stage->folded == stage->row;
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, cb, pages);
  if (phase->lanes == TTC_LANES_STRIP) {
    TT_OPS(b, READ_FLAT, I1, 0, cb, zero, one, lower->ones, zero, rest, zero);
  }
  for (uint32_t i = 0; phase->lanes == TTC_LANES_TILE && i < count; ++i) {
    tt_operand_t left =
        tt_launch_op2(b, TT_OP_SUB, rest, tt_imm(b, (int64_t)i * TT_TILE_DIM));
    TT_OPS(b, READ_TILE, I1, 0, cb, tt_imm(b, i), lower->ones, zero, zero, zero,
           rows ? left : all, rows ? all : left, zero);
  }
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, pages);
}

void ttc_lower_helpers(ttc_lower_t* lower) {
  const uint8_t scaler = lower->phase->scaler_cb;
  if (scaler != TTC_NO_INDEX) {
    ttc_lower_fill(lower, scaler, TT_DTYPE_F32, 0x3F800000, 1);
  }
  ttc_lower_mask(lower);
}

static void ttc_reader_step(ttc_lower_t* lower, const ttc_stage_t* stage,
                            bool masked) {
  ttc_lower_loads(lower, stage, TTC_LEVEL_STEP, ttc_lower_read);
}

static void ttc_lower_reader(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  ttc_lower_kernel(lower, TT_UNIT_READER);
  ttc_lower_helpers(lower);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      const ttc_stage_result_t* result = &stage->results[j];
      if (!ttc_lower_is_constant_move(phase, result)) continue;
      ttc_lower_fill(lower, result->cb, (tt_dtype_t)result->type,
                     phase->terms[result->term].bits, phase->pages);
    }
  }
  ttc_lower_loads_once(lower, ttc_lower_read);
  ttc_lower_open_items(lower);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, ttc_lower_read);
    ttc_lower_steps(lower, stage, ttc_reader_step);
  }
  tt_build_end(lower->b);
}

// ---- Writer -----------------------------------------------------------------

// In a move, a load at TTC_LEVEL_ONCE stays for all items, as constants do.
static bool ttc_lower_stays(ttc_lower_t* lower,
                            const ttc_stage_result_t* result) {
  const ttc_phase_t* phase = lower->phase;
  const ttc_term_t* term = &phase->terms[result->term];
  if (phase->kind != TTC_PHASE_MOVE) return false;
  return term->kind == TTC_TERM_CONSTANT ||
         ttc_plan_level(lower->dispatch, phase, &phase->stages[0],
                        &phase->accesses[term->index]) == TTC_LEVEL_ONCE;
}

static uint32_t ttc_lower_result_pages(const ttc_phase_t* phase,
                                       const ttc_stage_result_t* result) {
  const ttc_term_t* term = &phase->terms[result->term];
  return phase->kind == TTC_PHASE_MOVE && term->kind == TTC_TERM_LOAD
             ? phase->accesses[term->index].pages
             : phase->pages;
}

static void ttc_writer_step(ttc_lower_t* lower, const ttc_stage_t* stage,
                            bool masked) {
  tt_builder_t* b = lower->b;
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    if (lower->phase->writer_folds) {
      ttc_lower_writer_fold(lower, stage, result);
      continue;
    }
    tt_operand_t cb = ttc_cb(result->cb);
    tt_operand_t pages =
        tt_imm(b, ttc_lower_result_pages(lower->phase, result));
    bool stays = ttc_lower_stays(lower, result);
    if (!stays) TT_OPS(b, CB_WAIT_FRONT, NONE, 0, cb, pages);
    ttc_lower_write(lower, stage, result);
    if (!stays) TT_OPS(b, CB_POP_FRONT, NONE, 0, cb, pages);
  }
}

static void ttc_writer_stays(ttc_lower_t* lower, bool wait) {
  const ttc_phase_t* phase = lower->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; !stage->reduce && j < stage->result_count; ++j) {
      const ttc_stage_result_t* result = &stage->results[j];
      if (!ttc_lower_stays(lower, result)) continue;
      const tt_operand_t operands[] = {
          ttc_cb(result->cb),
          tt_imm(lower->b, ttc_lower_result_pages(phase, result))};
      tt_build_inst(lower->b, wait ? TT_OP_CB_WAIT_FRONT : TT_OP_CB_POP_FRONT,
                    TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE, operands, 2);
    }
  }
}

// Emits |op| for the page of each result that the stages of the phase reduce
// to, as whoever uses it takes it.
static void ttc_lower_results(ttc_lower_t* lower, tt_op_t op) {
  const ttc_phase_t* phase = lower->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; stage->reduce && j < stage->result_count; ++j) {
      const ttc_stage_result_t* result = &stage->results[j];
      const tt_operand_t operands[] = {
          ttc_cb(phase->writer_folds ? result->partial_cb : result->cb),
          tt_imm(lower->b, 1)};
      tt_build_inst(lower->b, op, TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE,
                    operands, 2);
    }
  }
}

void ttc_lower_writer(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  ttc_lower_kernel(lower, TT_UNIT_WRITER);
  ttc_writer_stays(lower, true);
  ttc_lower_open_items(lower);
  if (phase->writer_folds) ttc_lower_results(lower, TT_OP_CB_WAIT_FRONT);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (phase->stages[i].reduce) continue;
    ttc_lower_steps(lower, &phase->stages[i], ttc_writer_step);
  }
  if (phase->writer_folds) ttc_lower_results(lower, TT_OP_CB_POP_FRONT);
  tt_build_end(lower->b);
  ttc_writer_stays(lower, false);
}

// ---- Compute ----------------------------------------------------------------

void ttc_compute_wait(ttc_lower_t* lower, const ttc_stage_t* stage,
                      const ttc_access_t* access) {
  TT_OPS(lower->b, CB_WAIT_FRONT, NONE, 0, ttc_cb(access->cb),
         tt_imm(lower->b, access->pages));
}

void ttc_compute_pop(ttc_lower_t* lower, const ttc_stage_t* stage,
                     const ttc_access_t* access) {
  TT_OPS(lower->b, CB_POP_FRONT, NONE, 0, ttc_cb(access->cb),
         tt_imm(lower->b, access->pages));
}

// Where the terms of a stage come from, for page |page| of a step.
typedef struct ttc_stage_source_t {
  const ttc_phase_t* phase;
  const ttc_stage_t* stage;
  uint32_t page;
} ttc_stage_source_t;

static void ttc_stage_source(const void* data, uint32_t index,
                             ttc_source_t* out) {
  const ttc_stage_source_t* from = data;
  const ttc_phase_t* phase = from->phase;
  const ttc_term_t* term = &phase->terms[index];
  *out = (ttc_source_t){.bcast = TT_BCAST_NONE};
  if (term->kind == TTC_TERM_LOAD) {
    const ttc_access_t* access = &phase->accesses[term->index];
    out->cb = access->cb;
    out->page = access->pages > 1 ? from->page : 0;
  } else if (term->kind == TTC_TERM_MASK) {
    out->cb = phase->mask_cb;
    out->page = from->page;
  } else {
    const ttc_stage_t* stage = &phase->stages[term->index];
    out->cb = stage->results[term->result].cb;
    if (stage->folded == TTC_NO_INDEX) return;
    if (phase->fold == TTC_FOLD_ROWS) {
      out->bcast = TT_BCAST_ROW;
    } else {
      out->bcast =
          phase->lanes == TTC_LANES_STRIP ? TT_BCAST_SCALAR : TT_BCAST_COL;
    }
  }
}

static uint32_t ttc_lower_dst_limit(const ttc_lower_t* lower) {
  return tt_chip_dst_tiles(lower->options->chip, true, lower->phase->full_sync);
}

void ttc_lower_eval(ttc_lower_t* lower, const ttc_stage_t* stage,
                    uint32_t spills, uint32_t page, const uint32_t* roots,
                    uint32_t count, uint32_t first, uint32_t* out_dst) {
  ttc_stage_source_t from = {lower->phase, stage, page};
  ttc_eval_t eval = {.terms = lower->phase->terms,
                     .b = lower->b,
                     .source = ttc_stage_source,
                     .source_data = &from,
                     .spills = stage->spills,
                     .spill_count = spills,
                     .first = first,
                     .limit = ttc_lower_dst_limit(lower)};
  ttc_eval_roots(&eval, roots, count, out_dst);
  if (eval.failed) {
    tt_builder_fail(lower->b,
                    tt_status_make(TT_CODE_INTERNAL,
                                   "a body took more DST tiles than planned"));
  }
}

// accumulator += left * right, where the one accumulator is DST tile 0.
static void ttc_reduce_multiply(ttc_lower_t* lower,
                                const ttc_stage_result_t* result) {
  const ttc_access_t* left = &lower->phase->accesses[result->left];
  const ttc_access_t* right = &lower->phase->accesses[result->right];
  tt_operand_t zero = tt_imm(lower->b, 0);
  TT_OPS(lower->b, MUL_TILES, NONE, right->bcast | TT_ATTR_ACC, ttc_dst(0),
         ttc_cb(left->cb), zero, ttc_cb(right->cb), zero);
}

static void ttc_reduce_step(ttc_lower_t* lower, const ttc_stage_t* stage,
                            bool masked) {
  tt_builder_t* b = lower->b;
  ttc_lower_loads(lower, stage, TTC_LEVEL_STEP, ttc_compute_wait);
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    if (result->multiplies) {
      ttc_reduce_multiply(lower, result);
      continue;
    }
    uint32_t dst = 0;
    ttc_lower_eval(lower, stage, 0, 0,
                   masked ? &result->masked_term : &result->term, 1,
                   stage->result_count, &dst);
    const tt_operand_t operands[] = {ttc_dst(i), ttc_dst(i), ttc_dst(dst)};
    tt_build_inst(b, (tt_op_t)result->op, (tt_dtype_t)result->type,
                  TT_DTYPE_NONE, 0, TT_NONE, operands, 3);
  }
  ttc_lower_loads(lower, stage, TTC_LEVEL_STEP, ttc_compute_pop);
}

static void ttc_lower_reduce(ttc_lower_t* lower, const ttc_stage_t* stage) {
  tt_builder_t* b = lower->b;
  bool fold = lower->phase->fold != TTC_FOLD_NONE;
  bool fpu_folds = fold && !lower->phase->writer_folds;
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    if (result->multiplies) continue;  // DST starts as zeros
    tt_dtype_t type = (tt_dtype_t)result->type;
    const tt_operand_t operands[] = {ttc_dst(i),
                                     ttc_lower_bits(b, type, result->neutral)};
    tt_build_inst(b, TT_OP_FILL_TILE, type, TT_DTYPE_NONE, 0, TT_NONE, operands,
                  2);
  }
  ttc_lower_steps(lower, stage, ttc_reduce_step);
  for (uint32_t i = 0; fpu_folds && i < stage->result_count; ++i) {
    if (!ttc_reduce_negates(&stage->results[i])) continue;
    ttc_lower_negate(b, &stage->results[i], i);
  }
  TTC_DST_OP(b, TILE_REGS_COMMIT);
  TTC_DST_OP(b, TILE_REGS_WAIT);
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    ttc_lower_pack(b, fold ? result->partial_cb : result->cb, i);
  }
  TTC_DST_OP(b, TILE_REGS_RELEASE);
  if (lower->phase->writer_folds) return;
  for (uint32_t i = 0; fold && i < stage->result_count; ++i) {
    ttc_lower_fold(lower, &stage->results[i]);
  }
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    TT_OPS(b, CB_WAIT_FRONT, NONE, 0, ttc_cb(stage->results[i].cb),
           tt_imm(b, 1));
  }
}

// Computes the spilled terms into their CBs, one after the other, and waits for
// them.
static void ttc_lower_spills(ttc_lower_t* lower, const ttc_stage_t* stage,
                             uint32_t page) {
  tt_builder_t* b = lower->b;
  for (uint32_t i = 0; i < stage->spill_count; ++i) {
    const ttc_spill_t* spill = &stage->spills[i];
    uint32_t dst = 0;
    TTC_DST_OP(b, TILE_REGS_ACQUIRE);
    ttc_lower_eval(lower, stage, i, page, &spill->term, 1, 0, &dst);
    TTC_DST_OP(b, TILE_REGS_COMMIT);
    TTC_DST_OP(b, TILE_REGS_WAIT);
    ttc_lower_pack(b, spill->cb, dst);
    TTC_DST_OP(b, TILE_REGS_RELEASE);
    TT_OPS(b, CB_WAIT_FRONT, NONE, 0, ttc_cb(spill->cb),
           tt_imm(b, spill->page + 1));
  }
}

static void ttc_pop_spills(ttc_lower_t* lower, const ttc_stage_t* stage) {
  for (uint32_t i = 0; i < stage->spill_count; ++i) {
    TT_OPS(lower->b, CB_POP_FRONT, NONE, 0, ttc_cb(stage->spills[i].cb),
           tt_imm(lower->b, 1));
  }
}

void ttc_store_step(ttc_lower_t* lower, const ttc_stage_t* stage, bool masked) {
  tt_builder_t* b = lower->b;
  uint32_t pages = lower->phase->pages;
  uint32_t roots[TTC_MAX_RESULTS], dst[TTC_MAX_RESULTS];
  ttc_lower_loads(lower, stage, TTC_LEVEL_STEP, ttc_compute_wait);
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    roots[i] = stage->results[i].term;
    TT_OPS(b, CB_RESERVE_BACK, NONE, 0, ttc_cb(stage->results[i].cb),
           tt_imm(b, pages));
  }
  for (uint32_t page = 0; page < pages; ++page) {
    ttc_lower_spills(lower, stage, page);
    TTC_DST_OP(b, TILE_REGS_ACQUIRE);
    ttc_lower_eval(lower, stage, stage->spill_count, page, roots,
                   stage->result_count, 0, dst);
    TTC_DST_OP(b, TILE_REGS_COMMIT);
    TTC_DST_OP(b, TILE_REGS_WAIT);
    for (uint32_t i = 0; i < stage->result_count; ++i) {
      TT_OPS(b, PACK_TILE, NONE, 0, ttc_cb(stage->results[i].cb),
             tt_imm(b, page), ttc_dst(dst[i]));
    }
    TTC_DST_OP(b, TILE_REGS_RELEASE);
    ttc_pop_spills(lower, stage);
  }
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    TT_OPS(b, CB_PUSH_BACK, NONE, 0, ttc_cb(stage->results[i].cb),
           tt_imm(b, pages));
  }
  ttc_lower_loads(lower, stage, TTC_LEVEL_STEP, ttc_compute_pop);
}

void ttc_compute_stays(ttc_lower_t* lower, bool wait) {
  const ttc_phase_t* phase = lower->phase;
  const uint8_t helpers[] = {phase->scaler_cb, phase->mask_cb};
  for (uint32_t i = 0; i < 2; ++i) {
    if (helpers[i] == TTC_NO_INDEX) continue;
    const uint32_t pages = i ? ttc_phase_mask_pages(phase) : 1;
    const tt_operand_t operands[] = {ttc_cb(helpers[i]),
                                     tt_imm(lower->b, pages)};
    tt_build_inst(lower->b, wait ? TT_OP_CB_WAIT_FRONT : TT_OP_CB_POP_FRONT,
                  TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE, operands, 2);
  }
  ttc_lower_loads_once(lower, wait ? ttc_compute_wait : ttc_compute_pop);
}

static void ttc_lower_compute(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  ttc_lower_kernel(lower, TT_UNIT_COMPUTE);
  ttc_compute_stays(lower, true);
  ttc_lower_open_items(lower);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, ttc_compute_wait);
    if (stage->reduce) {
      ttc_lower_reduce(lower, stage);
    } else if (!phase->writer_folds) {
      ttc_lower_steps(lower, stage, ttc_store_step);
    }
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, ttc_compute_pop);
  }
  if (!phase->writer_folds) ttc_lower_results(lower, TT_OP_CB_POP_FRONT);
  tt_build_end(lower->b);
  ttc_compute_stays(lower, false);
}

void ttc_lower_lanes(ttc_lower_t* lower) {
  ttc_lower_reader(lower);
  if (lower->phase->kind != TTC_PHASE_MOVE) ttc_lower_compute(lower);
  ttc_lower_writer(lower);
}

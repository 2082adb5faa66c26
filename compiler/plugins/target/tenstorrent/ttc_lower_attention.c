// Attention: for each tile row of queries the keys go by, some tiles a step.
//
//   scores   queries times keys, and what the dispatch adds to them
//   bound    the largest score so far; decay = exp(old bound - new bound)
//   weights  exp(score - bound); sums = sums * decay + weights
//   values   values * decay + weights times values of the step
//
// Bound, sums and values stay in L1; nothing of it goes to memory.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

static const ttc_stage_t* ttc_attention_stage(const ttc_lower_t* lower,
                                              uint8_t index) {
  return &lower->phase->stages[index];
}
static uint8_t ttc_attention_cb(const ttc_lower_t* lower, uint8_t stage) {
  return lower->phase->stages[stage].results[0].cb;
}

// ---- Reader -----------------------------------------------------------------

// What of a step is read for a tile of keys.
typedef void (*ttc_attention_read_fn_t)(ttc_lower_t* lower,
                                        const ttc_stage_t* maxima);

static void ttc_attention_read_k(ttc_lower_t* lower,
                                 const ttc_stage_t* maxima) {
  const ttc_attention_t* a = &lower->phase->attention;
  ttc_lower_read_factor(lower, &lower->phase->accesses[a->k], a->inner,
                        a->inner_tiles, a->k_transposed ? a->key : a->inner,
                        a->k_transposed ? a->inner : a->key);
}

static void ttc_attention_read_v(ttc_lower_t* lower,
                                 const ttc_stage_t* maxima) {
  const ttc_attention_t* a = &lower->phase->attention;
  ttc_lower_read_factor(lower, &lower->phase->accesses[a->v], a->column,
                        a->column_tiles, a->v_transposed ? a->column : a->key,
                        a->v_transposed ? a->key : a->column);
}

static void ttc_attention_read_added(ttc_lower_t* lower,
                                     const ttc_stage_t* maxima) {
  ttc_lower_loads(lower, maxima, TTC_LEVEL_STEP, ttc_lower_read);
}

static void ttc_attention_read_step(ttc_lower_t* lower,
                                    const ttc_stage_t* maxima, bool masked) {
  static const ttc_attention_read_fn_t reads[] = {
      ttc_attention_read_k, ttc_attention_read_added, ttc_attention_read_v};
  const ttc_attention_t* a = &lower->phase->attention;
  const tt_operand_t first = lower->at[a->key];
  lower->at[a->inner] = lower->at[a->column] = tt_imm(lower->b, 0);
  for (uint32_t i = 0; i < sizeof(reads) / sizeof(*reads); ++i) {
    for (uint32_t j = 0; j < a->width; ++j) {
      lower->at[a->key] = ttc_kernel_op(
          lower, TT_OP_ADD, first, tt_imm(lower->b, (int64_t)j * TT_TILE_DIM));
      reads[i](lower, maxima);
    }
  }
  lower->at[a->key] = first;
}

static void ttc_attention_read_stored(ttc_lower_t* lower,
                                      const ttc_stage_t* store, bool masked) {
  ttc_lower_loads(lower, store, TTC_LEVEL_STEP, ttc_lower_read);
}

static void ttc_attention_reader(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  const ttc_attention_t* a = &phase->attention;
  const ttc_stage_t* scores = ttc_attention_stage(lower, a->scores);
  const ttc_stage_t* maxima = ttc_attention_stage(lower, a->maxima);
  const ttc_stage_t* store = &phase->stages[phase->stage_count - 1];
  ttc_lower_kernel(lower, TT_UNIT_READER);
  ttc_lower_helpers(lower);
  ttc_lower_loads_once(lower, ttc_lower_read);
  ttc_lower_open_items(lower);
  ttc_lower_loads(lower, scores, TTC_LEVEL_ITEM, ttc_lower_read);
  for (uint32_t i = 0; i < a->inner_tiles; ++i) {
    lower->at[a->inner] = tt_imm(lower->b, (int64_t)i * TT_TILE_DIM);
    ttc_lower_loads(lower, scores, TTC_LEVEL_STEP, ttc_lower_read);
  }
  ttc_lower_loads(lower, maxima, TTC_LEVEL_ITEM, ttc_lower_read);
  ttc_lower_steps(lower, maxima, ttc_attention_read_step);
  ttc_lower_loads(lower, store, TTC_LEVEL_ITEM, ttc_lower_read);
  ttc_lower_steps(lower, store, ttc_attention_read_stored);
  tt_build_end(lower->b);
}

// ---- Compute ----------------------------------------------------------------

static void ttc_attention_wait(ttc_lower_t* lower, uint8_t cb, uint32_t pages) {
  TT_OPS(lower->b, CB_WAIT_FRONT, NONE, 0, ttc_cb(cb), tt_imm(lower->b, pages));
}
static void ttc_attention_pop(ttc_lower_t* lower, uint8_t cb, uint32_t pages) {
  TT_OPS(lower->b, CB_POP_FRONT, NONE, 0, ttc_cb(cb), tt_imm(lower->b, pages));
}
static void ttc_attention_copy(ttc_lower_t* lower, uint32_t dst, uint8_t cb,
                               uint32_t page, tt_bcast_t bcast) {
  TT_OPS(lower->b, COPY_TILE, NONE, bcast, ttc_dst(dst), ttc_cb(cb),
         tt_imm(lower->b, page));
}
// dst = dst op other, of F32.
static void ttc_attention_op(ttc_lower_t* lower, uint16_t op, uint32_t dst,
                             uint32_t other) {
  const tt_operand_t operands[] = {ttc_dst(dst), ttc_dst(dst), ttc_dst(other)};
  tt_build_inst(lower->b, (tt_op_t)op, TT_DTYPE_F32, TT_DTYPE_NONE, 0, TT_NONE,
                operands, 3);
}
static void ttc_attention_computed(ttc_lower_t* lower) {
  TTC_DST_OP(lower->b, TILE_REGS_COMMIT);
  TTC_DST_OP(lower->b, TILE_REGS_WAIT);
}
// Packs |count| DST tiles from 0 on into pages of |cb|, and ends the section.
static void ttc_attention_pack(ttc_lower_t* lower, uint8_t cb, uint32_t count) {
  ttc_attention_computed(lower);
  for (uint32_t i = 0; i < count; ++i) ttc_lower_pack(lower->b, cb, i);
  TTC_DST_OP(lower->b, TILE_REGS_RELEASE);
}

// Queries, into pages that stay for the item.
static void ttc_attention_queries(ttc_lower_t* lower) {
  const ttc_attention_t* a = &lower->phase->attention;
  const ttc_stage_t* scores = ttc_attention_stage(lower, a->scores);
  ttc_lower_loads(lower, scores, TTC_LEVEL_ITEM, ttc_compute_wait);
  for (uint32_t i = 0; i < a->inner_tiles; ++i) {
    uint32_t dst = 0;
    ttc_lower_loads(lower, scores, TTC_LEVEL_STEP, ttc_compute_wait);
    TTC_DST_OP(lower->b, TILE_REGS_ACQUIRE);
    ttc_lower_eval(lower, scores, 0, 0, &scores->results[0].term, 1, 0, &dst);
    ttc_attention_computed(lower);
    ttc_lower_pack(lower->b, a->query_cb, dst);
    TTC_DST_OP(lower->b, TILE_REGS_RELEASE);
    ttc_lower_loads(lower, scores, TTC_LEVEL_STEP, ttc_compute_pop);
  }
  ttc_lower_loads(lower, scores, TTC_LEVEL_ITEM, ttc_compute_pop);
  ttc_attention_wait(lower, a->query_cb, a->inner_tiles);
}

// What bound, sums and values start from. The bound is waited for from then on.
static void ttc_attention_start(ttc_lower_t* lower) {
  const ttc_attention_t* a = &lower->phase->attention;
  TTC_DST_OP(lower->b, TILE_REGS_ACQUIRE);
  TT_OPS(lower->b, FILL_TILE, F32, 0, ttc_dst(0),
         ttc_lower_bits(lower->b, TT_DTYPE_F32, a->start));
  TT_OPS(lower->b, FILL_TILE, F32, 0, ttc_dst(1),
         ttc_lower_bits(lower->b, TT_DTYPE_F32, 0));
  ttc_attention_computed(lower);
  ttc_lower_pack(lower->b, ttc_attention_cb(lower, a->maxima), 0);
  ttc_lower_pack(lower->b, a->sums_cb, 1);
  for (uint32_t i = 0; i < a->column_tiles; ++i) {
    ttc_lower_pack(lower->b, ttc_attention_cb(lower, a->values), 1);
  }
  TTC_DST_OP(lower->b, TILE_REGS_RELEASE);
  ttc_attention_wait(lower, ttc_attention_cb(lower, a->maxima), 1);
}

static void ttc_attention_scores(ttc_lower_t* lower, const ttc_stage_t* maxima,
                                 bool masked) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  const ttc_attention_t* a = &phase->attention;
  const uint8_t products = ttc_attention_cb(lower, a->scores);
  const uint8_t k = phase->accesses[a->k].cb;
  const uint32_t term =
      masked ? maxima->results[0].masked_term : maxima->results[0].term;
  const bool as_they_are = phase->terms[term].kind == TTC_TERM_REDUCED;
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  for (uint32_t i = 0; i < a->width; ++i) {
    ttc_attention_wait(lower, k, a->inner_tiles);
    for (uint32_t j = 0; j < a->inner_tiles; ++j) {
      TT_OPS(b, MATMUL_TILES, NONE,
             a->k_transposed ? TT_ATTR_FLAG_TRANSPOSE : 0, ttc_dst(i),
             ttc_cb(a->query_cb), tt_imm(b, j), ttc_cb(k), tt_imm(b, j));
    }
    ttc_attention_pop(lower, k, a->inner_tiles);
  }
  ttc_attention_pack(lower, as_they_are ? a->score_cb : products, a->width);
  for (uint32_t i = 0; i < a->width && !as_they_are; ++i) {
    uint32_t dst = 0;
    ttc_attention_wait(lower, products, 1);
    ttc_lower_loads(lower, maxima, TTC_LEVEL_STEP, ttc_compute_wait);
    TTC_DST_OP(b, TILE_REGS_ACQUIRE);
    ttc_lower_eval(lower, maxima, 0, i, &term, 1, 0, &dst);
    ttc_attention_computed(lower);
    ttc_lower_pack(b, a->score_cb, dst);
    TTC_DST_OP(b, TILE_REGS_RELEASE);
    ttc_lower_loads(lower, maxima, TTC_LEVEL_STEP, ttc_compute_pop);
    ttc_attention_pop(lower, products, 1);
  }
  ttc_attention_wait(lower, a->score_cb, a->width);
}

static void ttc_attention_bound(ttc_lower_t* lower, const ttc_stage_t* maxima) {
  tt_builder_t* b = lower->b;
  const ttc_attention_t* a = &lower->phase->attention;
  const ttc_term_t* exp = &lower->phase->terms[a->exp];
  const ttc_stage_result_t* result = &maxima->results[0];
  ttc_stage_result_t block = *result;
  block.cb = a->block_cb;
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  for (uint32_t i = 0; i < a->width; ++i) {
    ttc_attention_copy(lower, i ? 1 : 0, a->score_cb, i, TT_BCAST_NONE);
    if (i) ttc_attention_op(lower, result->op, 0, 1);
  }
  ttc_attention_pack(lower, block.partial_cb, 1);
  ttc_lower_fold(lower, &block);
  ttc_attention_wait(lower, block.cb, 1);
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  ttc_attention_copy(lower, 0, result->cb, 0, TT_BCAST_NONE);
  ttc_attention_copy(lower, 1, block.cb, 0, TT_BCAST_NONE);
  ttc_attention_pop(lower, result->cb, 1);
  ttc_attention_pop(lower, block.cb, 1);
  ttc_attention_op(lower, result->op, 1, 0);
  ttc_attention_op(lower, TT_OP_SUB, 0, 1);
  const tt_operand_t operands[] = {ttc_dst(0), ttc_dst(0)};
  tt_build_inst(b, (tt_op_t)exp->op, (tt_dtype_t)exp->type, TT_DTYPE_NONE,
                exp->attr, TT_NONE, operands, 2);
  ttc_attention_computed(lower);
  ttc_lower_pack(b, a->decay_cb, 0);
  ttc_lower_pack(b, result->cb, 1);
  TTC_DST_OP(b, TILE_REGS_RELEASE);
  ttc_attention_wait(lower, a->decay_cb, 1);
  ttc_attention_wait(lower, result->cb, 1);
}

static void ttc_attention_weights(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_attention_t* a = &lower->phase->attention;
  ttc_stage_t sums = *ttc_attention_stage(lower, a->sums);
  const uint32_t roots[] = {a->weight, sums.results[0].term};
  for (uint32_t i = 0; i < a->width; ++i) {
    uint32_t dst[2];
    sums.spills[0] = (ttc_spill_t){a->score, a->score_cb, (uint8_t)i};
    ttc_attention_wait(lower, a->sums_cb, 1);
    TTC_DST_OP(b, TILE_REGS_ACQUIRE);
    ttc_attention_copy(lower, 0, a->sums_cb, 0, TT_BCAST_NONE);
    ttc_attention_pop(lower, a->sums_cb, 1);
    if (!i) {
      ttc_attention_copy(lower, 1, a->decay_cb, 0, TT_BCAST_COL);
      ttc_attention_op(lower, TT_OP_MUL, 0, 1);
    }
    ttc_lower_eval(lower, &sums, 1, 0, roots, 2, 1, dst);
    ttc_attention_op(lower, TT_OP_ADD, 0, dst[1]);
    ttc_attention_computed(lower);
    ttc_lower_pack(b, a->weight_cb, dst[0]);
    ttc_lower_pack(b, a->sums_cb, 0);
    TTC_DST_OP(b, TILE_REGS_RELEASE);
  }
  ttc_attention_pop(lower, a->score_cb, a->width);
  ttc_attention_wait(lower, a->weight_cb, a->width);
}

// Column tile |column| of the values, the front page of their CB, which goes to
// its end.
static void ttc_attention_values(ttc_lower_t* lower, uint32_t column) {
  tt_builder_t* b = lower->b;
  const ttc_attention_t* a = &lower->phase->attention;
  const uint8_t values = ttc_attention_cb(lower, a->values);
  const uint8_t v = lower->phase->accesses[a->v].cb;
  ttc_attention_wait(lower, values, 1);
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  ttc_attention_copy(lower, 0, values, 0, TT_BCAST_NONE);
  ttc_attention_copy(lower, 1, a->decay_cb, 0, TT_BCAST_COL);
  ttc_attention_pop(lower, values, 1);
  ttc_attention_op(lower, TT_OP_MUL, 0, 1);
  for (uint32_t i = 0; i < a->width; ++i) {
    TT_OPS(b, MATMUL_TILES, NONE, a->v_transposed ? TT_ATTR_FLAG_TRANSPOSE : 0,
           ttc_dst(0), ttc_cb(a->weight_cb), tt_imm(b, i), ttc_cb(v),
           tt_imm(b, i * a->column_tiles + column));
  }
  ttc_attention_pack(lower, values, 1);
}

static void ttc_attention_step(ttc_lower_t* lower, const ttc_stage_t* maxima,
                               bool masked) {
  const ttc_attention_t* a = &lower->phase->attention;
  const uint32_t pages = a->width * a->column_tiles;
  const uint8_t v = lower->phase->accesses[a->v].cb;
  ttc_attention_scores(lower, maxima, masked);
  ttc_attention_bound(lower, maxima);
  ttc_attention_weights(lower);
  ttc_attention_wait(lower, v, pages);
  for (uint32_t i = 0; i < a->column_tiles; ++i) ttc_attention_values(lower, i);
  ttc_attention_pop(lower, v, pages);
  ttc_attention_pop(lower, a->weight_cb, a->width);
  ttc_attention_pop(lower, a->decay_cb, 1);
}

// Folds the lanes of sums; what is folded goes through source registers.
static void ttc_attention_sum(ttc_lower_t* lower) {
  const ttc_attention_t* a = &lower->phase->attention;
  const ttc_stage_result_t* sums =
      &ttc_attention_stage(lower, a->sums)->results[0];
  ttc_attention_wait(lower, a->sums_cb, 1);
  TTC_DST_OP(lower->b, TILE_REGS_ACQUIRE);
  ttc_attention_copy(lower, 0, a->sums_cb, 0, TT_BCAST_NONE);
  ttc_attention_pop(lower, a->sums_cb, 1);
  ttc_attention_pack(lower, sums->partial_cb, 1);
  ttc_lower_fold(lower, sums);
  ttc_attention_wait(lower, sums->cb, 1);
}

// A tile of values, the front page of its CB, and what the dispatch makes of
// it.
static void ttc_attention_store(ttc_lower_t* lower, const ttc_stage_t* store,
                                bool masked) {
  const uint8_t values =
      ttc_attention_cb(lower, lower->phase->attention.values);
  ttc_attention_wait(lower, values, 1);
  ttc_store_step(lower, store, false);
  ttc_attention_pop(lower, values, 1);
}

static void ttc_attention_compute(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  const ttc_attention_t* a = &phase->attention;
  const ttc_stage_t* maxima = ttc_attention_stage(lower, a->maxima);
  const ttc_stage_t* store = &phase->stages[phase->stage_count - 1];
  ttc_lower_kernel(lower, TT_UNIT_COMPUTE);
  ttc_compute_stays(lower, true);
  ttc_lower_open_items(lower);
  ttc_attention_queries(lower);
  ttc_attention_start(lower);
  ttc_lower_loads(lower, maxima, TTC_LEVEL_ITEM, ttc_compute_wait);
  ttc_lower_steps(lower, maxima, ttc_attention_step);
  ttc_lower_loads(lower, maxima, TTC_LEVEL_ITEM, ttc_compute_pop);
  ttc_attention_pop(lower, a->query_cb, a->inner_tiles);
  ttc_attention_sum(lower);
  ttc_lower_loads(lower, store, TTC_LEVEL_ITEM, ttc_compute_wait);
  ttc_lower_steps(lower, store, ttc_attention_store);
  ttc_lower_loads(lower, store, TTC_LEVEL_ITEM, ttc_compute_pop);
  ttc_attention_pop(lower, maxima->results[0].cb, 1);
  ttc_attention_pop(lower, ttc_attention_cb(lower, a->sums), 1);
  tt_build_end(lower->b);
  ttc_compute_stays(lower, false);
}

void ttc_lower_attention(ttc_lower_t* lower) {
  ttc_attention_reader(lower);
  ttc_attention_compute(lower);
  ttc_lower_writer(lower);
}

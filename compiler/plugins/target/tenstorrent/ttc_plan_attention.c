// Attention: reads out of a phase's stages that its scores are a product, its
// weights their exponentials below a maximum, and its results the weighted sum
// of values.
#include <math.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

enum {
  TTC_ATTENTION_STAGES = 5,  // four reductions and a store
  // Of queries along the inner dim, and of values: L1 and code hold that many.
  TTC_ATTENTION_TILES = 8,
  TTC_ATTENTION_WIDTH = 4,
};

// ---- Which stage is what ----------------------------------------------------

static bool ttc_attention_uses(const ttc_phase_t* phase, uint32_t term,
                               ttc_term_kind_t kind) {
  bool marks[TTC_MAX_TERMS] = {false};
  ttc_plan_mark(phase, term, marks);
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (marks[i] && phase->terms[i].kind == kind) return true;
  }
  return false;
}

static bool ttc_attention_stages(const ttc_phase_t* phase,
                                 ttc_attention_t* out) {
  uint32_t found = 0;
  if (phase->stage_count != TTC_ATTENTION_STAGES) return false;
  for (uint8_t i = 0; i < TTC_ATTENTION_STAGES; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    const ttc_stage_result_t* result = &stage->results[0];
    if (!stage->reduce) continue;
    if (stage->result_count != 1 || result->type != TT_DTYPE_F32 ||
        stage->private_count != 1) {
      return false;
    }
    uint32_t factors[2];
    uint8_t* role = &out->sums;
    if (result->op == TT_OP_MAXF || result->op == TT_OP_MAXNUMF) {
      role = &out->maxima;
    } else if (result->op != TT_OP_ADD) {
      return false;
    } else if (ttc_plan_factors(phase, result, factors)) {
      role = ttc_attention_uses(phase, result->term, TTC_TERM_REDUCED)
                 ? &out->values
                 : &out->scores;
    }
    *role = i;
    found |= 1u << (role - &out->scores);
  }
  return found == 0xF;
}

// Whether |term| is the larger of the maximum and a finite constant, which it
// starts from: from minus infinity, a first step without any score above it
// would be -inf - -inf.
static bool ttc_attention_is_bound(const ttc_phase_t* phase,
                                   ttc_attention_t* attention, uint32_t term) {
  const ttc_term_t* t = &phase->terms[term];
  if (t->kind != TTC_TERM_OP ||
      t->op != phase->stages[attention->maxima].results[0].op) {
    return false;
  }
  const ttc_term_t* a = &phase->terms[t->operands[0]];
  const ttc_term_t* b = &phase->terms[t->operands[1]];
  const ttc_term_t* constant = a->kind == TTC_TERM_CONSTANT ? a : b;
  const ttc_term_t* reduced = constant == a ? b : a;
  const uint32_t bits = (uint32_t)constant->bits;
  float start = 0;
  memcpy(&start, &bits, sizeof(start));
  attention->start = bits;
  return constant->kind == TTC_TERM_CONSTANT && isfinite(start) &&
         reduced->kind == TTC_TERM_REDUCED &&
         reduced->index == attention->maxima;
}

// What weights are computed of: exponentials of scores less the bound, which is
// what lets sums decay.
static bool ttc_attention_weights(const ttc_phase_t* phase,
                                  ttc_attention_t* attention) {
  const ttc_stage_t* stages = phase->stages;
  attention->score = stages[attention->maxima].results[0].term;
  attention->exp =
      ttc_plan_uncast(phase, stages[attention->sums].results->term);
  const ttc_term_t* exp = &phase->terms[attention->exp];
  if (exp->kind != TTC_TERM_OP ||
      (exp->op != TT_OP_EXP && exp->op != TT_OP_EXP2) ||
      exp->type != TT_DTYPE_F32) {
    return false;
  }
  const ttc_term_t* below = &phase->terms[exp->operands[0]];
  return below->kind == TTC_TERM_OP && below->op == TT_OP_SUB &&
         below->operands[0] == attention->score &&
         ttc_attention_is_bound(phase, attention, below->operands[1]);
}

// The product of |stage|: one factor is loaded, the other not.
static bool ttc_attention_product(const ttc_phase_t* phase, uint8_t stage,
                                  bool weighs, const ttc_attention_t* attention,
                                  uint32_t* out_term, uint32_t* out_load) {
  uint32_t factors[2];
  if (!ttc_plan_factors(phase, &phase->stages[stage].results[0], factors)) {
    return false;
  }
  for (uint32_t i = 0; i < 2; ++i) {
    *out_term = ttc_plan_unwidened(phase, factors[i]);
    *out_load = ttc_plan_factor_load(phase, factors[1 - i]);
    const bool is_weight = ttc_plan_uncast(phase, *out_term) == attention->exp;
    const uint32_t loaded = ttc_plan_unwidened(phase, factors[1 - i]);
    if (*out_load != TT_NONE && is_weight == weighs) {
      return ttc_plan_multiplies_types(
          (tt_dtype_t)phase->terms[*out_term].result_type,
          (tt_dtype_t)phase->terms[loaded].result_type);
    }
  }
  return false;
}

// ---- Dims -------------------------------------------------------------------

// Dims that access |index| runs along.
static uint32_t ttc_attention_along(const ttc_planner_t* planner,
                                    uint32_t index) {
  return ttc_access_dims(planner->dispatch, planner->phase,
                         &planner->phase->accesses[index]);
}

// The one dim of |mask|, or TTC_NO_INDEX.
static uint8_t ttc_attention_only(uint32_t mask) {
  if (!mask || (mask & (mask - 1))) return TTC_NO_INDEX;
  uint8_t dim = 0;
  while (!(mask >> dim & 1)) ++dim;
  return dim;
}

// Of the item dims along which neither keys nor values run, the longest.
static uint8_t ttc_attention_row(const ttc_planner_t* planner, uint32_t rows) {
  uint8_t found = TTC_NO_INDEX;
  for (uint8_t i = 0; i < planner->phase->dim_count; ++i) {
    if ((rows >> i & 1) &&
        (found == TTC_NO_INDEX ||
         ttc_plan_size(planner, i) > ttc_plan_size(planner, found))) {
      found = i;
    }
  }
  return found;
}

// Tiles of |dim|, which must be constant and few; else 0.
static uint8_t ttc_attention_tiles(const ttc_planner_t* planner, uint8_t dim) {
  int64_t size = 0;
  if (!ttc_expr_is_const(planner->dispatch, planner->phase->dims[dim], &size) ||
      size > TTC_ATTENTION_TILES * TT_TILE_DIM) {
    return 0;
  }
  return (uint8_t)ttc_plan_tiles(size, TT_TILE_DIM);
}

static bool ttc_attention_dims(const ttc_planner_t* planner,
                               ttc_attention_t* a) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_stage_t* stages = phase->stages;
  const ttc_stage_t* store = &stages[TTC_ATTENTION_STAGES - 1];
  a->key = stages[a->maxima].private_dims[0];
  a->inner = stages[a->scores].private_dims[0];
  if (stages[a->sums].private_dims[0] != a->key ||
      stages[a->values].private_dims[0] != a->key) {
    return false;
  }
  const uint32_t items = ttc_stage_item_mask(planner, &stages[a->maxima]);
  const uint32_t key = 1u << a->key, inner = 1u << a->inner;
  const uint32_t stored = ttc_stage_private_mask(store);
  a->column = ttc_attention_only(stored & ~items);
  if (a->column == TTC_NO_INDEX || (items & ~stored)) return false;
  const uint32_t column = 1u << a->column;
  const uint32_t k = ttc_attention_along(planner, a->k);
  const uint32_t v = ttc_attention_along(planner, a->v);
  if (ttc_stage_item_mask(planner, &stages[a->sums]) != items ||
      ttc_stage_item_mask(planner, &stages[a->scores]) != (items | key) ||
      ttc_stage_item_mask(planner, &stages[a->values]) != (items | column) ||
      (k & ~items) != (key | inner) || (v & ~items) != (key | column)) {
    return false;
  }
  a->row = ttc_attention_row(planner, items & ~k & ~v);
  a->inner_tiles = ttc_attention_tiles(planner, a->inner);
  a->column_tiles = ttc_attention_tiles(planner, a->column);
  const ttc_access_t* keys = &phase->accesses[a->k];
  const ttc_access_t* values = &phase->accesses[a->v];
  a->k_transposed = !ttc_stride_is(planner, keys, a->key, 1);
  a->v_transposed = !ttc_stride_is(planner, values, a->column, 1) &&
                    ttc_stride_is(planner, values, a->key, 1);
  return a->row != TTC_NO_INDEX && a->inner_tiles && a->column_tiles;
}

// Whether |term| loads along none of |dims|, and neither keys nor values: those
// are loaded by their products alone.
static bool ttc_attention_reads(const ttc_planner_t* planner,
                                const ttc_attention_t* a, uint32_t term,
                                uint32_t dims) {
  const ttc_phase_t* phase = planner->phase;
  bool marks[TTC_MAX_TERMS] = {false};
  ttc_plan_mark(phase, term, marks);
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    const ttc_term_t* load = &phase->terms[i];
    if (!marks[i] || load->kind != TTC_TERM_LOAD) continue;
    if (load->index == a->k || load->index == a->v ||
        (ttc_attention_along(planner, load->index) & dims)) {
      return false;
    }
  }
  return true;
}

// Whether |term| is 0 where what it loads is: queries beyond the inner dim meet
// keys that are 0, and infinity times that is not.
static bool ttc_attention_keeps_zero(const ttc_phase_t* phase, uint32_t term) {
  const ttc_term_t* t = &phase->terms[term];
  if (t->kind != TTC_TERM_OP) return t->kind == TTC_TERM_LOAD;
  if (t->op == TT_OP_FPCAST || t->op == TT_OP_NEGF) {
    return ttc_attention_keeps_zero(phase, t->operands[0]);
  }
  for (uint32_t i = 0; t->op == TT_OP_MUL && i < 2; ++i) {
    // A scale, which is not computed.
    if (phase->terms[t->operands[1 - i]].kind != TTC_TERM_OP &&
        ttc_attention_keeps_zero(phase, t->operands[i])) {
      return true;
    }
  }
  return false;
}

static bool ttc_attention_loads(const ttc_planner_t* planner,
                                const ttc_attention_t* a, uint32_t query) {
  const ttc_phase_t* phase = planner->phase;
  int64_t inner = 0;
  ttc_expr_is_const(planner->dispatch, phase->dims[a->inner], &inner);
  return !phase->accesses[a->k].numbers && !phase->accesses[a->v].numbers &&
         (inner % TT_TILE_DIM == 0 || ttc_attention_keeps_zero(phase, query)) &&
         ttc_attention_reads(planner, a, query,
                             1u << a->key | 1u << a->column) &&
         ttc_attention_reads(planner, a, a->score, 0) &&
         ttc_attention_reads(
             planner, a,
             phase->stages[TTC_ATTENTION_STAGES - 1].results[0].term, 0);
}

// ---- The phase --------------------------------------------------------------

static void ttc_attention_stage(ttc_stage_t* stage, uint8_t row, uint8_t column,
                                uint8_t folded) {
  stage->row = row;
  stage->column = column;
  stage->folded = folded;
}

// Makes the phase one of attention; |query| takes the place of scores' term.
static void ttc_attention_take(ttc_planner_t* planner, ttc_attention_t* a,
                               uint32_t query) {
  ttc_phase_t* phase = planner->phase;
  ttc_stage_t* stages = phase->stages;
  ttc_stage_t* store = &stages[TTC_ATTENTION_STAGES - 1];
  phase->kind = TTC_PHASE_ATTENTION;
  phase->lanes = TTC_LANES_TILE;
  phase->fold = TTC_FOLD_COLUMNS;
  phase->full_sync = true;
  phase->row = a->row;
  stages[a->scores].results[0].term = query;
  ttc_attention_stage(&stages[a->scores], a->row, a->inner, TTC_NO_INDEX);
  ttc_attention_stage(&stages[a->maxima], a->row, a->key, a->key);
  ttc_attention_stage(&stages[a->sums], a->row, a->key, a->key);
  ttc_attention_stage(&stages[a->values], a->row, a->column, TTC_NO_INDEX);
  ttc_attention_stage(store, a->row, a->column, a->column);
  for (uint8_t i = 0; i < store->private_count; ++i) {
    uint8_t dim = store->private_dims[i];
    if (dim != a->column) phase->item_dims[phase->item_count++] = dim;
  }
  store->private_dims[0] = a->column;
  store->private_count = 1;
  // Tiles of keys that cost least.
  double least = INFINITY;
  uint8_t best = 1;
  phase->attention = *a;
  for (uint8_t i = 1; i <= TTC_ATTENTION_WIDTH; ++i) {
    phase->attention.width = i;
    double cost = ttc_plan_cost(planner).busiest;
    if (cost >= least) continue;
    least = cost;
    best = i;
  }
  phase->attention.width = best;
}

static bool ttc_attention_find(ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  ttc_attention_t a = {0};
  uint32_t query = 0;
  if (!ttc_attention_stages(phase, &a) || !ttc_attention_weights(phase, &a) ||
      !ttc_attention_product(phase, a.scores, false, &a, &query, &a.k) ||
      !ttc_attention_product(phase, a.values, true, &a, &a.weight, &a.v) ||
      !ttc_attention_dims(planner, &a) ||
      !ttc_attention_loads(planner, &a, query)) {
    return false;
  }
  ttc_attention_take(planner, &a, query);
  return true;
}

tt_status_t ttc_plan_attention(ttc_dispatch_t* dispatch,
                               const ttc_plan_options_t* options,
                               ttc_plan_t* plan) {
  ttc_planner_t planner = {
      .dispatch = dispatch, .options = options, .unknown = 1024, .apart = true};
  uint32_t reductions = 0;
  memset(plan, 0, sizeof(*plan));
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    reductions += dispatch->generics[i].reductions != 0;
  }
  if (dispatch->store_count != 1 || reductions != TTC_ATTENTION_STAGES - 1) {
    return NULL;
  }
  planner.phase = ttc_plan_open_phase(&planner, plan);
  if (planner.phase) ttc_plan_add_store(&planner, &dispatch->stores[0]);
  const bool found = !planner.status && ttc_attention_find(&planner);
  if (found) ttc_plan_buffers(&planner);
  if (found) ttc_plan_add_cost(plan, ttc_plan_cost(&planner));
  const bool exhausted =
      dispatch->exhausted ||
      tt_status_code(planner.status) == TT_CODE_RESOURCE_EXHAUSTED;
  if (!found || planner.status) ttc_plan_deinitialize(plan);
  tt_status_free(planner.status);
  return exhausted ? tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                    "out of memory planning")
                   : NULL;
}

// Products of matrices: which dims are rows, columns and the inner dim, and how
// many tiles a core takes at once.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

uint32_t ttc_plan_unwidened(const ttc_phase_t* phase, uint32_t term) {
  const ttc_term_t* t = &phase->terms[term];
  while (t->kind == TTC_TERM_OP &&
         ((t->op == TT_OP_FPCAST && t->type == TT_DTYPE_F32) ||
          t->op == TT_OP_FPTOSI)) {
    term = t->operands[0];
    t = &phase->terms[term];
  }
  return term;
}

uint32_t ttc_plan_factor_load(const ttc_phase_t* phase, uint32_t term) {
  const ttc_term_t* t = &phase->terms[ttc_plan_unwidened(phase, term)];
  bool takes = t->kind == TTC_TERM_LOAD && (t->result_type == TT_DTYPE_F32 ||
                                            t->result_type == TT_DTYPE_F16 ||
                                            t->result_type == TT_DTYPE_BF16);
  return takes ? t->index : TT_NONE;
}

bool ttc_plan_factors(const ttc_phase_t* phase,
                      const ttc_stage_result_t* result, uint32_t* out_factors) {
  const ttc_term_t* product = &phase->terms[result->term];
  if (result->op != TT_OP_ADD) return false;
  if (product->kind == TTC_TERM_OP && product->op == TT_OP_FPCAST) {
    product = &phase->terms[product->operands[0]];
  }
  if (product->kind != TTC_TERM_OP || product->op != TT_OP_MUL) return false;
  memcpy(out_factors, product->operands, 2 * sizeof(*out_factors));
  return true;
}

bool ttc_plan_multiplies_types(tt_dtype_t a, tt_dtype_t b) {
  return (a == TT_DTYPE_F16) == (b == TT_DTYPE_F16);
}

static tt_dtype_t ttc_matmul_type(const ttc_phase_t* phase, uint32_t factor) {
  return (tt_dtype_t)phase->terms[ttc_plan_unwidened(phase, factor)]
      .result_type;
}

// Whether |result| of |stage| sums products of two loads.
static bool ttc_matmul_product(const ttc_phase_t* phase,
                               const ttc_stage_t* stage,
                               const ttc_stage_result_t* result,
                               uint32_t* out_a, uint32_t* out_b) {
  uint32_t factors[2];
  if (!stage->reduce || !ttc_plan_factors(phase, result, factors)) return false;
  *out_a = ttc_plan_factor_load(phase, factors[0]);
  *out_b = ttc_plan_factor_load(phase, factors[1]);
  return *out_a != TT_NONE && *out_b != TT_NONE && *out_a != *out_b &&
         ttc_plan_multiplies_types(ttc_matmul_type(phase, factors[0]),
                                   ttc_matmul_type(phase, factors[1]));
}

// Of the first stage, where it sums integers that f32 sums hold exactly.
static uint32_t ttc_matmul_exact_terms(const ttc_planner_t* planner) {
  const ttc_stage_t* sum = &planner->phase->stages[0];
  return sum->reduce ? planner->dispatch->generics[sum->generic].exact_terms
                     : 0;
}

// Whether the phase is one sum of products of two loads, with stores of single
// elements after it.
static bool ttc_matmul_shape(const ttc_planner_t* planner, uint32_t* out_a,
                             uint32_t* out_b) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_stage_t* sum = &phase->stages[0];
  if (sum->results[0].type != TT_DTYPE_F32 &&
      !ttc_matmul_exact_terms(planner)) {
    return false;
  }
  for (uint32_t i = 1; i < phase->stage_count; ++i) {
    if (phase->stages[i].reduce || phase->stages[i].private_count) return false;
  }
  return sum->result_count == 1 &&
         ttc_matmul_product(phase, sum, &sum->results[0], out_a, out_b);
}

static bool ttc_matmul_only(const ttc_planner_t* planner, const ttc_access_t* a,
                            const ttc_access_t* b, uint8_t dim) {
  return !ttc_stride_is(planner, a, dim, 0) &&
         ttc_stride_is(planner, b, dim, 0);
}

// The last item dim that |a| runs along and |b| does not; the one along which
// the store is contiguous, where there is one.
static uint8_t ttc_matmul_dim(const ttc_planner_t* planner,
                              const ttc_access_t* a, const ttc_access_t* b,
                              const ttc_access_t* store) {
  const ttc_phase_t* phase = planner->phase;
  uint8_t found = TTC_NO_INDEX;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    uint8_t dim = phase->item_dims[i];
    if (!ttc_matmul_only(planner, a, b, dim)) continue;
    if (ttc_stride_is(planner, store, dim, 1)) return dim;
    found = dim;
  }
  return found;
}

// The private dim that both run along, the largest.
static uint8_t ttc_matmul_inner(const ttc_planner_t* planner,
                                const ttc_access_t* a, const ttc_access_t* b) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_stage_t* sum = &phase->stages[0];
  uint8_t found = TTC_NO_INDEX;
  for (uint8_t i = 0; i < sum->private_count; ++i) {
    uint8_t dim = sum->private_dims[i];
    if (ttc_stride_is(planner, a, dim, 0) ||
        ttc_stride_is(planner, b, dim, 0)) {
      continue;
    }
    if (found == TTC_NO_INDEX ||
        ttc_plan_estimate(planner, phase->dims[dim]) >
            ttc_plan_estimate(planner, phase->dims[found])) {
      found = dim;
    }
  }
  return found;
}

// What of the product is rows, columns and the inner dim; false where it has no
// such dims.
static bool ttc_matmul_dims(const ttc_planner_t* planner,
                            ttc_matmul_t* matmul) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_access_t* store =
      &phase->accesses[phase->stages[1].results[0].access];
  const ttc_access_t* a = &phase->accesses[matmul->a];
  const ttc_access_t* b = &phase->accesses[matmul->b];
  if (a->numbers || b->numbers) return false;
  matmul->row = ttc_matmul_dim(planner, a, b, store);
  matmul->column = ttc_matmul_dim(planner, b, a, store);
  if (matmul->row == TTC_NO_INDEX || matmul->column == TTC_NO_INDEX) {
    return false;
  }
  // Products commute: the contiguous dim of the store becomes the columns.
  if (ttc_stride_is(planner, store, matmul->row, 1) &&
      !ttc_stride_is(planner, store, matmul->column, 1)) {
    *matmul = (ttc_matmul_t){.a = matmul->b,
                             .b = matmul->a,
                             .row = matmul->column,
                             .column = matmul->row};
    b = a;
  }
  matmul->inner = ttc_matmul_inner(planner, &phase->accesses[matmul->a],
                                   &phase->accesses[matmul->b]);
  if (matmul->inner == TTC_NO_INDEX) return false;
  matmul->transposed = ttc_stride_is(planner, b, matmul->inner, 1) &&
                       !ttc_stride_is(planner, b, matmul->column, 1);
  return true;
}

// Products spread over the cores, however small they are.
static double ttc_matmul_cost(const ttc_planner_t* planner) {
  const ttc_cost_t cost = ttc_plan_cost(planner);
  return cost.busiest + cost.mean;
}

// The blocks that cost least.
static void ttc_matmul_blocks(ttc_planner_t* planner) {
  ttc_matmul_t* matmul = &planner->phase->matmul;
  const uint32_t tiles = tt_chip_dst_tiles(planner->options->chip, true, true);
  const uint32_t limit = matmul->run ? tiles / 2 : tiles;
  ttc_matmul_t best = *matmul;
  double least = -1;
  for (uint32_t m = 1; m <= limit; ++m) {
    for (uint32_t n = 1; m * n <= limit; ++n) {
      matmul->block_rows = (uint8_t)m;
      matmul->block_columns = (uint8_t)n;
      double cost = ttc_matmul_cost(planner);
      if (least >= 0 && cost >= least) continue;
      least = cost;
      best = *matmul;
    }
  }
  *matmul = best;
}

// Sums of integers: how many steps f32 holds exactly. The inner dim becomes the
// innermost loop.
static void ttc_matmul_runs(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  ttc_matmul_t* matmul = &phase->matmul;
  ttc_stage_t* sum = &phase->stages[0];
  const uint32_t exact = ttc_matmul_exact_terms(planner);
  uint8_t kept = 0;
  double terms = 1.0 / planner->dispatch->generics[sum->generic].planes;
  for (uint8_t i = 0; i < sum->private_count; ++i) {
    const uint8_t dim = sum->private_dims[i];
    int64_t size = 0;
    const bool known =
        ttc_expr_is_const(planner->dispatch, phase->dims[dim], &size);
    terms = known ? terms * (double)size : INFINITY;
    if (dim != matmul->inner) sum->private_dims[kept++] = dim;
  }
  sum->private_dims[kept] = matmul->inner;
  matmul->run = terms <= exact ? 0 : exact / TT_TILE_DIM;
}

// Makes the phase the matmul |matmul|.
static void ttc_matmul_take(ttc_planner_t* planner,
                            const ttc_matmul_t* matmul) {
  ttc_phase_t* phase = planner->phase;
  phase->matmul = *matmul;
  phase->kind = TTC_PHASE_MATMUL;
  phase->lanes = TTC_LANES_TILE;
  phase->fold = TTC_FOLD_NONE;
  phase->writer_folds = false;
  phase->row = matmul->row;
  phase->column = matmul->column;
  phase->full_sync = true;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    stage->row = matmul->row;
    stage->column = matmul->column;
    stage->folded = TTC_NO_INDEX;
    if (phase->part != TTC_NO_INDEX) ttc_plan_share(planner, stage);
  }
  if (phase->matmul.integers) ttc_matmul_runs(planner);
  ttc_matmul_blocks(planner);
}

void ttc_plan_matmul(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  ttc_matmul_t matmul = {0};
  if (planner->status || !ttc_matmul_shape(planner, &matmul.a, &matmul.b) ||
      !ttc_matmul_dims(planner, &matmul)) {
    return;
  }
  matmul.integers = phase->stages[0].results[0].type == TT_DTYPE_I32;
  ttc_phase_t* lanes = malloc(sizeof(*lanes));
  if (!lanes) return;
  memcpy(lanes, phase, sizeof(*lanes));
  double cost = ttc_matmul_cost(planner);
  ttc_matmul_take(planner, &matmul);
  if (ttc_matmul_cost(planner) >= cost) {
    memcpy(phase, lanes, sizeof(*lanes));
  }
  free(lanes);
}

bool ttc_matmul_packs(const ttc_phase_t* phase) {
  if (phase->stage_count != 2 || phase->stages[1].result_count != 1) {
    return false;
  }
  const ttc_term_t* term = &phase->terms[phase->stages[1].results[0].term];
  if (term->kind == TTC_TERM_OP && term->op == TT_OP_FPCAST) {
    term = &phase->terms[term->operands[0]];
  }
  return term->kind == TTC_TERM_REDUCED;
}

// ---- Products in lanes ------------------------------------------------------

// Whether only stage |index| loads |access|.
static bool ttc_matmul_alone(const ttc_phase_t* phase, uint32_t index,
                             uint32_t access) {
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    bool loads[TTC_MAX_ACCESSES];
    ttc_plan_stage_loads(phase, &phase->stages[i], loads);
    if (i != index && loads[access]) return false;
  }
  return true;
}

// How the FPU may broadcast |access| over the lanes of |stage|.
static tt_bcast_t ttc_matmul_bcast(const ttc_planner_t* planner,
                                   const ttc_stage_t* stage,
                                   const ttc_access_t* access) {
  bool row = stage->row != TTC_NO_INDEX &&
             !ttc_stride_is(planner, access, stage->row, 0);
  bool column = stage->column != TTC_NO_INDEX &&
                !ttc_stride_is(planner, access, stage->column, 0);
  return row == column ? TT_BCAST_NONE : row ? TT_BCAST_COL : TT_BCAST_ROW;
}

void ttc_plan_multiplies(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  if (phase->kind != TTC_PHASE_LANES || phase->lanes != TTC_LANES_TILE) return;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    ttc_stage_result_t* result = &stage->results[0];
    uint32_t a = 0, b = 0;
    if (stage->result_count != 1 || stage->needs_mask ||
        result->type != TT_DTYPE_F32 ||
        !ttc_matmul_product(phase, stage, result, &a, &b)) {
      continue;
    }
    ttc_access_t* left = &phase->accesses[a];
    ttc_access_t* right = &phase->accesses[b];
    if (ttc_plan_level(planner->dispatch, phase, stage, left) !=
            TTC_LEVEL_STEP ||
        ttc_plan_level(planner->dispatch, phase, stage, right) !=
            TTC_LEVEL_STEP ||
        !ttc_matmul_alone(phase, i, a) || !ttc_matmul_alone(phase, i, b)) {
      continue;
    }
    bool swap = ttc_matmul_bcast(planner, stage, right) == TT_BCAST_NONE;
    result->multiplies = true;
    result->left = swap ? b : a;
    result->right = swap ? a : b;
    right = &phase->accesses[result->right];
    right->bcast = (uint8_t)ttc_matmul_bcast(planner, stage, right);
    left = &phase->accesses[result->left];
    left->to_fpu = true;
    right->to_fpu = true;
  }
}

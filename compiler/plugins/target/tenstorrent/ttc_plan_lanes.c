// What the lanes of a tile are: which dims become rows and columns.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

// ---- Merging dims -----------------------------------------------------------

// Whether |list| holds neither dim, or |a| right before |b|.
static bool ttc_list_allows(const uint8_t* list, uint8_t count, uint8_t a,
                            uint8_t b) {
  for (uint8_t i = 0; i < count; ++i) {
    if (list[i] == a) return i + 1 < count && list[i + 1] == b;
    if (list[i] == b) return false;
  }
  return true;
}

static void ttc_list_remove(uint8_t* list, uint8_t* count, uint8_t dim) {
  uint8_t kept = 0;
  for (uint8_t i = 0; i < *count; ++i) {
    if (list[i] != dim) list[kept++] = list[i];
  }
  *count = kept;
}

static bool ttc_plan_mergeable(ttc_planner_t* planner, uint8_t a, uint8_t b) {
  ttc_phase_t* phase = planner->phase;
  if (!ttc_list_allows(phase->item_dims, phase->item_count, a, b)) return false;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (!ttc_list_allows(phase->stages[i].private_dims,
                         phase->stages[i].private_count, a, b)) {
      return false;
    }
  }
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const ttc_access_t* access = &phase->accesses[i];
    if (access->strides[a] !=
        ttc_plan_mul(planner, access->strides[b], phase->dims[b])) {
      return false;
    }
  }
  return true;
}

// Merges the first pair of neighbours in |list| that can be; false when none.
static bool ttc_plan_merge_one(ttc_planner_t* planner, const uint8_t* list,
                               uint8_t count) {
  ttc_phase_t* phase = planner->phase;
  for (uint8_t i = 0; i + 1 < count; ++i) {
    uint8_t a = list[i], b = list[i + 1];
    if (!ttc_plan_mergeable(planner, a, b)) continue;
    phase->dims[b] = ttc_plan_mul(planner, phase->dims[a], phase->dims[b]);
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      phase->accesses[j].strides[a] = ttc_plan_const(planner, 0);
    }
    ttc_list_remove(phase->item_dims, &phase->item_count, a);
    for (uint32_t j = 0; j < phase->stage_count; ++j) {
      ttc_list_remove(phase->stages[j].private_dims,
                      &phase->stages[j].private_count, a);
    }
    return true;
  }
  return false;
}

void ttc_plan_collapse(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  while (ttc_plan_merge_one(planner, phase->item_dims, phase->item_count)) {
  }
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    while (ttc_plan_merge_one(planner, phase->stages[i].private_dims,
                              phase->stages[i].private_count)) {
    }
  }
}

// ---- Choosing lanes ---------------------------------------------------------

static int64_t ttc_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

static bool ttc_plan_reduces(const ttc_phase_t* phase) {
  return phase->stages[0].reduce;
}

// reduce_tile folds floats, by sum, maximum and minimum.
static bool ttc_plan_may_fold(const ttc_phase_t* phase) {
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    if (!stage->reduce) continue;
    if (!stage->private_count) return false;
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      tt_op_t op = (tt_op_t)stage->results[j].op;
      if (!tt_dtype_desc((tt_dtype_t)stage->results[j].type)->is_float ||
          (op != TT_OP_ADD && op != TT_OP_MAXF && op != TT_OP_MAXNUMF &&
           op != TT_OP_MINF && op != TT_OP_MINNUMF)) {
        return false;
      }
    }
  }
  return true;
}

// Whether a load that runs with a reduction's loops is contiguous along an item
// dim: then lanes stay apart, and nothing is folded.
static bool ttc_plan_contiguous_items(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    bool loads[TTC_MAX_ACCESSES];
    if (!stage->reduce) continue;
    ttc_plan_stage_loads(phase, stage, loads);
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      const ttc_access_t* access = &phase->accesses[j];
      if (!loads[j] || ttc_plan_level(planner->dispatch, phase, stage,
                                      access) != TTC_LEVEL_STEP) {
        continue;
      }
      for (uint8_t k = 0; k < phase->item_count; ++k) {
        if (ttc_stride_is(planner, access, phase->item_dims[k], 1)) return true;
      }
    }
  }
  return false;
}

// A strip needs every access contiguous or constant along its column dim. A
// stage without column dim takes single elements, which may lie anywhere.
static bool ttc_plan_may_strip(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    if (stage->column == TTC_NO_INDEX) continue;
    bool used[TTC_MAX_ACCESSES];
    ttc_plan_stage_loads(phase, stage, used);
    for (uint32_t j = 0; !stage->reduce && j < stage->result_count; ++j) {
      const ttc_access_t* access = &phase->accesses[stage->results[j].access];
      if (!ttc_stride_is(planner, access, stage->column, 1)) return false;
    }
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      const ttc_access_t* access = &phase->accesses[j];
      if (used[j] && !ttc_stride_is(planner, access, stage->column, 0) &&
          !ttc_stride_is(planner, access, stage->column, 1)) {
        return false;
      }
    }
  }
  return true;
}

static const ttc_access_t* ttc_plan_first_store(const ttc_phase_t* phase) {
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (!phase->stages[i].reduce) {
      return &phase->accesses[phase->stages[i].results[0].access];
    }
  }
  return &phase->accesses[0];
}

// The item dim whose elements follow each other: in the store, else in a load.
static uint8_t ttc_plan_item_column(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_access_t* store = ttc_plan_first_store(phase);
  for (uint8_t i = phase->item_count; i-- > 0;) {
    if (ttc_stride_is(planner, store, phase->item_dims[i], 1)) {
      return phase->item_dims[i];
    }
  }
  return phase->item_count ? phase->item_dims[phase->item_count - 1]
                           : TTC_NO_INDEX;
}

// The item dim of rows beside |column|: one along which a load is contiguous
// (it is transposed then), else the innermost.
static uint8_t ttc_plan_item_row(const ttc_planner_t* planner, uint8_t column) {
  const ttc_phase_t* phase = planner->phase;
  uint8_t row = TTC_NO_INDEX;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    if (phase->item_dims[i] != column) row = phase->item_dims[i];
  }
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    for (uint8_t j = 0; j < phase->item_count; ++j) {
      uint8_t dim = phase->item_dims[j];
      if (dim != column &&
          ttc_stride_is(planner, &phase->accesses[i], dim, 1)) {
        return dim;
      }
    }
  }
  return row;
}

static int64_t ttc_plan_size(const ttc_planner_t* planner, uint8_t dim) {
  if (dim == TTC_NO_INDEX) return 1;
  int64_t size = ttc_plan_estimate(planner, planner->phase->dims[dim]);
  return size > 0 ? size : 1;
}

// Items when rows and columns are taken |row_step| and |column_step| at a time.
static int64_t ttc_plan_item_estimate(const ttc_planner_t* planner, uint8_t row,
                                      int64_t row_step, uint8_t column,
                                      int64_t column_step) {
  const ttc_phase_t* phase = planner->phase;
  int64_t items = 1;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    uint8_t dim = phase->item_dims[i];
    int64_t step = dim == row ? row_step : dim == column ? column_step : 1;
    int64_t count = ttc_ceil_div(ttc_plan_size(planner, dim), step);
    if (__builtin_mul_overflow(items, count, &items)) return INT64_MAX / 4096;
  }
  return items;
}

static int64_t ttc_plan_steps(const ttc_planner_t* planner,
                              const ttc_stage_t* stage, int64_t column_step) {
  int64_t steps = 1;
  for (uint8_t i = 0; i < stage->private_count; ++i) {
    uint8_t dim = stage->private_dims[i];
    int64_t count = ttc_ceil_div(ttc_plan_size(planner, dim),
                                 dim == stage->column ? column_step : 1);
    if (__builtin_mul_overflow(steps, count, &steps)) return INT64_MAX / 4096;
  }
  return steps;
}

// Tiles that the busiest core computes.
static int64_t ttc_plan_cost(const ttc_planner_t* planner, uint8_t row,
                             int64_t row_step, int64_t column_step) {
  const ttc_phase_t* phase = planner->phase;
  int64_t items = ttc_plan_item_estimate(planner, row, row_step, phase->column,
                                         column_step);
  int64_t rounds = ttc_ceil_div(items, planner->options->cores);
  int64_t steps = 0, cost = 0;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    // Two more for packing and folding what a stage leaves.
    steps += ttc_plan_steps(planner, &phase->stages[i], column_step) + 2;
  }
  return __builtin_mul_overflow(rounds, steps, &cost) ? INT64_MAX : cost;
}

static void ttc_plan_columns(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  if (!phase->fold_columns) phase->column = ttc_plan_item_column(planner);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    stage->column = !phase->fold_columns ? phase->column
                    : stage->private_count
                        ? stage->private_dims[stage->private_count - 1]
                        : TTC_NO_INDEX;
  }
}

// Shorter strips while cores would have nothing to do, longer steps while each
// core has plenty.
static void ttc_plan_strip(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  int64_t cores = planner->options->cores;
  if (phase->fold_columns) return;
  if (ttc_plan_reduces(phase)) {
    while (phase->strip > TT_TILE_DIM &&
           ttc_plan_item_estimate(planner, TTC_NO_INDEX, 1, phase->column,
                                  phase->strip) < cores) {
      phase->strip /= 2;
    }
    return;
  }
  while (phase->pages < 4 &&
         ttc_plan_size(planner, phase->column) > phase->pages * TT_TILE_LANES &&
         ttc_plan_item_estimate(planner, TTC_NO_INDEX, 1, phase->column,
                                2 * phase->pages * TT_TILE_LANES) >= cores) {
    phase->pages *= 2;
  }
}

void ttc_plan_lanes(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  if (phase->kind == TTC_PHASE_MATMUL) return;
  phase->kind = TTC_PHASE_LANES;
  phase->fold_columns = ttc_plan_reduces(phase) && ttc_plan_may_fold(phase) &&
                        !ttc_plan_contiguous_items(planner);
  ttc_plan_columns(planner);
  uint8_t row =
      phase->fold_columns
          ? (phase->item_count ? phase->item_dims[phase->item_count - 1]
                               : TTC_NO_INDEX)
          : ttc_plan_item_row(planner, phase->column);
  phase->lanes = TTC_LANES_TILE;
  if (ttc_plan_may_strip(planner) &&
      ttc_plan_cost(planner, TTC_NO_INDEX, 1, TT_TILE_LANES) <=
          ttc_plan_cost(planner, row, TT_TILE_DIM, TT_TILE_DIM)) {
    phase->lanes = TTC_LANES_STRIP;
    ttc_plan_strip(planner);
  } else {
    phase->row = row;
  }
}

// What the lanes of a tile are: which dims become rows and columns.
#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

enum {
  // Picking shorter rows one by one takes longer than loops over elements.
  TTC_SHORTEST_ROW = 8,
};

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

static bool ttc_plan_reduces(const ttc_phase_t* phase) {
  return phase->stages[0].reduce;
}

// Who may fold the lanes that a reduction leaves.
typedef enum ttc_folder_e {
  TTC_FOLDER_NONE,
  TTC_FOLDER_FPU,
  TTC_FOLDER_WRITER,
} ttc_folder_t;

// reduce_tile folds floats, by sum, maximum and minimum.
static bool ttc_fpu_folds(const ttc_stage_result_t* result) {
  tt_op_t op = (tt_op_t)result->op;
  return tt_dtype_desc((tt_dtype_t)result->type)->is_float &&
         (op == TT_OP_ADD || op == TT_OP_MAXF || op == TT_OP_MAXNUMF ||
          op == TT_OP_MINF || op == TT_OP_MINNUMF);
}

static bool ttc_plan_uses_reduced(const ttc_phase_t* phase, uint32_t term) {
  bool marks[TTC_MAX_TERMS] = {false};
  ttc_plan_mark(phase, term, marks);
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (marks[i] && phase->terms[i].kind == TTC_TERM_REDUCED) return true;
  }
  return false;
}

// The writer folds by any op. Products of 16-bit floats keep their order: in
// another they overflow where they did not.
static bool ttc_writer_folds(const ttc_phase_t* phase,
                             const ttc_stage_result_t* result) {
  tt_dtype_t type = (tt_dtype_t)result->type;
  return !ttc_plan_uses_reduced(phase, result->term) &&
         (type == TT_DTYPE_F32 || !tt_dtype_desc(type)->is_float);
}

static ttc_folder_t ttc_plan_folder(const ttc_phase_t* phase) {
  bool fpu = true, writer = true;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    if (stage->reduce && !stage->private_count) return TTC_FOLDER_NONE;
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      const ttc_stage_result_t* result = &stage->results[j];
      if (stage->reduce) {
        fpu &= ttc_fpu_folds(result);
        writer &= ttc_writer_folds(phase, result);
      } else {
        writer &= !stage->private_count &&
                  phase->terms[result->term].kind == TTC_TERM_REDUCED;
      }
    }
  }
  return fpu ? TTC_FOLDER_FPU : writer ? TTC_FOLDER_WRITER : TTC_FOLDER_NONE;
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
      if (used[j] && !ttc_access_is_indices(planner->dispatch, access) &&
          !ttc_stride_is(planner, access, stage->column, 0) &&
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

// The lanes of a page lie in one row of those that numbers pick.
static bool ttc_plan_may_pick(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    bool used[TTC_MAX_ACCESSES];
    ttc_plan_stage_loads(phase, stage, used);
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      if (!used[j] || !phase->accesses[j].numbers) continue;
      const ttc_access_t* numbers =
          &phase->accesses[phase->accesses[j].numbers - 1];
      if (ttc_plan_size(planner, stage->column) < TTC_SHORTEST_ROW) {
        return false;
      }
      if ((stage->row != TTC_NO_INDEX &&
           !ttc_stride_is(planner, numbers, stage->row, 0)) ||
          !ttc_stride_is(planner, numbers, stage->column, 0)) {
        return false;
      }
    }
  }
  return true;
}

// ---- Ways to take lanes -----------------------------------------------------

// A way the phase may go.
typedef struct ttc_way_t {
  ttc_fold_t fold;
  ttc_lanes_t lanes;
  uint8_t row;  // item dim of rows where the fold leaves them, or TTC_NO_INDEX
} ttc_way_t;

static uint8_t ttc_stage_last(const ttc_stage_t* stage) {
  return stage->private_count ? stage->private_dims[stage->private_count - 1]
                              : TTC_NO_INDEX;
}

ttc_expr_t ttc_plan_steps(ttc_planner_t* planner, const ttc_stage_t* stage,
                          uint8_t dim) {
  ttc_expr_t size = planner->phase->dims[dim];
  uint32_t step = ttc_stage_step(planner->phase, stage, dim);
  if (step == 1) return size;
  return ttc_expr_op(planner->dispatch, TT_OP_CEILDIVS, size,
                     ttc_plan_const(planner, step));
}

static void ttc_plan_take(ttc_planner_t* planner, ttc_way_t way,
                          ttc_folder_t folder) {
  ttc_phase_t* phase = planner->phase;
  phase->fold = (uint8_t)way.fold;
  phase->writer_folds = way.fold && folder == TTC_FOLDER_WRITER;
  phase->lanes = (uint8_t)way.lanes;
  phase->row = way.row;
  phase->column = way.fold == TTC_FOLD_COLUMNS ? TTC_NO_INDEX
                                               : ttc_plan_item_column(planner);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    uint8_t last = ttc_stage_last(stage);
    stage->row = way.fold == TTC_FOLD_ROWS ? last : phase->row;
    stage->column = way.fold == TTC_FOLD_COLUMNS ? last : phase->column;
    stage->folded = way.fold == TTC_FOLD_NONE ? TTC_NO_INDEX : last;
    if (phase->part != TTC_NO_INDEX) ttc_plan_share(planner, stage);
  }
}

// Longer steps while each core has plenty.
static void ttc_plan_pages(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  if (phase->lanes != TTC_LANES_STRIP || ttc_plan_reduces(phase)) return;
  double items = 1;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    uint8_t dim = phase->item_dims[i];
    items *= (double)ttc_plan_tiles(ttc_plan_size(planner, dim),
                                    dim == phase->column ? TT_TILE_LANES : 1);
  }
  while (phase->pages < 4 &&
         ttc_plan_size(planner, phase->column) > phase->pages * TT_TILE_LANES &&
         items / (2 * phase->pages) >= planner->options->cores) {
    phase->pages *= 2;
  }
}

// Takes |way| if it is possible and cheaper than *best, which it then sets.
static void ttc_plan_try(ttc_planner_t* planner, ttc_way_t way,
                         ttc_folder_t folder, ttc_way_t* taken, double* best) {
  ttc_plan_take(planner, way, folder);
  if (way.row != TTC_NO_INDEX && way.row == planner->phase->column) return;
  if (way.lanes == TTC_LANES_STRIP && !ttc_plan_may_strip(planner)) return;
  if (!ttc_plan_may_pick(planner)) return;
  double cost = ttc_cost_total(ttc_plan_cost(planner));
  if (*best >= 0 && cost >= *best) return;
  *best = cost;
  *taken = way;
}

void ttc_plan_lanes(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  phase->kind = TTC_PHASE_LANES;
  ttc_folder_t folder =
      ttc_plan_reduces(phase) ? ttc_plan_folder(phase) : TTC_FOLDER_NONE;
  ttc_way_t taken = {.row = TTC_NO_INDEX};
  double best = -1;
  for (int fold = TTC_FOLD_NONE; fold <= TTC_FOLD_ROWS; ++fold) {
    ttc_way_t way = {(ttc_fold_t)fold, TTC_LANES_STRIP, TTC_NO_INDEX};
    if (fold && folder == TTC_FOLDER_NONE) break;
    if (fold != TTC_FOLD_ROWS) {
      ttc_plan_try(planner, way, folder, &taken, &best);
    }
    way.lanes = TTC_LANES_TILE;
    ttc_plan_try(planner, way, folder, &taken, &best);
    for (uint8_t i = phase->item_count; fold != TTC_FOLD_ROWS && i-- > 0;) {
      way.row = phase->item_dims[i];
      ttc_plan_try(planner, way, folder, &taken, &best);
    }
  }
  if (best < 0) {
    ttc_plan_refuse(planner, "picked elements that are no rows of %d and more",
                    TTC_SHORTEST_ROW);
    return;
  }
  ttc_plan_take(planner, taken, folder);
  ttc_plan_pages(planner);
}

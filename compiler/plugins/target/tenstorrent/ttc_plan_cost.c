// What a phase costs by the lanes it takes, roughly, in cycles of the
// performance model (tile/cost.h).
#include <math.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"
#include "tile/cost.h"

enum {
  // Loops, CB ops and waiting in a step, and in a core that begins.
  TTC_STEP_CYCLES = 400,
  TTC_CORE_CYCLES = 1000,
  // A barrier between phases, some 16 additions of tiles.
  TTC_BARRIER_CYCLES = 8000,
};

int64_t ttc_plan_size(const ttc_planner_t* planner, uint8_t dim) {
  if (dim == TTC_NO_INDEX) return 1;
  int64_t size = ttc_plan_estimate(planner, planner->phase->dims[dim]);
  return size > 0 ? size : 1;
}

static int64_t ttc_step_count(const ttc_planner_t* planner,
                              const ttc_stage_t* stage, uint8_t dim) {
  return ttc_plan_tiles(ttc_plan_size(planner, dim),
                        ttc_stage_step(planner->phase, stage, dim));
}

void ttc_plan_share(const ttc_planner_t* planner, ttc_stage_t* stage) {
  int64_t most = 0;
  for (uint8_t i = 0; stage->reduce && i < stage->private_count; ++i) {
    uint8_t dim = stage->private_dims[i];
    int64_t steps = ttc_step_count(planner, stage, dim);
    if (steps <= most) continue;
    most = steps;
    stage->shared = dim;
  }
}

// ---- Moving -----------------------------------------------------------------

// Elements of a page of |access| along |dim|: 1 where it does not depend on it.
static uint64_t ttc_extent(const ttc_planner_t* planner,
                           const ttc_access_t* access, uint8_t dim,
                           int64_t limit) {
  if (dim == TTC_NO_INDEX || ttc_stride_is(planner, access, dim, 0)) return 1;
  int64_t size = ttc_plan_size(planner, dim);
  return (uint64_t)(size < limit ? size : limit);
}

static bool ttc_together(const ttc_planner_t* planner,
                         const ttc_access_t* access, uint8_t dim) {
  return dim != TTC_NO_INDEX && ttc_stride_is(planner, access, dim, 1);
}

// A page of |access| between memory and L1: what lies together moves as one
// piece, and elements that do not stay next to each other one by one then.
static double ttc_move_cost(const ttc_planner_t* planner,
                            const ttc_access_t* access, uint8_t row,
                            uint8_t column) {
  const uint64_t rows = ttc_extent(planner, access, row, TT_TILE_DIM);
  const uint64_t columns = ttc_extent(planner, access, column, TT_TILE_DIM);
  // The number of a picked row is an element.
  const uint64_t start = tt_cost_of(TT_COST_MOVE) +
                         (access->numbers ? tt_cost_of(TT_COST_LOAD) : 0);
  if (ttc_access_is_indices(planner->dispatch, access)) return (double)start;
  uint64_t pieces = rows, spread = 0;
  if (planner->phase->lanes == TTC_LANES_STRIP) {
    pieces = 1;
  } else if (columns > 1 && !ttc_together(planner, access, column)) {
    const bool across = ttc_together(planner, access, row);
    pieces = across ? columns : rows;
    spread = rows * columns *
             tt_cost_of(across ? TT_COST_STAGED_WORD : TT_COST_STAGED_ELEMENT);
  }
  return (double)(start + pieces * tt_cost_of(TT_COST_NOC_COMMAND) + spread);
}

// What |stage| reads at |level|.
static double ttc_reads_cost(const ttc_planner_t* planner,
                             const ttc_stage_t* stage, ttc_level_t level) {
  const ttc_phase_t* phase = planner->phase;
  bool loads[TTC_MAX_ACCESSES];
  double cost = 0;
  ttc_plan_stage_loads(phase, stage, loads);
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const ttc_access_t* access = &phase->accesses[i];
    if (loads[i] &&
        ttc_plan_level(planner->dispatch, phase, stage, access) == level) {
      cost += ttc_move_cost(planner, access, stage->row, stage->column);
    }
  }
  return cost;
}

// ---- Computing --------------------------------------------------------------

static double ttc_op_cost(const ttc_planner_t* planner, uint16_t op,
                          uint8_t type, uint8_t type2) {
  const tt_inst_t inst = {.op = op, .type = type, .type2 = type2};
  return (double)tt_cost_tile_op(&inst,
                                 (tt_fidelity_t)planner->options->fidelity);
}

static double ttc_tile_op_cost(const ttc_planner_t* planner, tt_op_t op) {
  return ttc_op_cost(planner, (uint16_t)op, TT_DTYPE_NONE, TT_DTYPE_NONE);
}

// A step of |stage|: its terms and what is done with them.
static double ttc_step_cost(const ttc_planner_t* planner,
                            const ttc_stage_t* stage) {
  const ttc_phase_t* phase = planner->phase;
  bool marks[TTC_MAX_TERMS] = {false};
  double cost = TTC_STEP_CYCLES;
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    ttc_plan_mark(phase, result->term, marks);
    if (stage->reduce) {
      cost += ttc_op_cost(planner, result->op, result->type, TT_DTYPE_NONE);
    } else {
      cost += ttc_tile_op_cost(planner, TT_OP_PACK_TILE) +
              ttc_move_cost(planner, &phase->accesses[result->access],
                            stage->row, stage->column);
    }
  }
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    const ttc_term_t* term = &phase->terms[i];
    if (!marks[i] || term->kind == TTC_TERM_CONSTANT) continue;
    cost += term->kind == TTC_TERM_OP
                ? ttc_op_cost(planner, term->op, term->type, term->type2)
                : ttc_tile_op_cost(planner, TT_OP_COPY_TILE);
  }
  return cost;
}

// Lanes of a page that the writer folds.
static double ttc_writer_lanes(const ttc_planner_t* planner,
                               const ttc_stage_t* stage) {
  const double size = (double)ttc_plan_size(planner, stage->folded);
  return planner->phase->lanes == TTC_LANES_STRIP
             ? fmin(size, TT_TILE_LANES)
             : fmin(size, TT_TILE_DIM) * TT_TILE_DIM;
}

// What a reduce stage leaves: packed, folded, packed again.
static double ttc_fold_cost(const ttc_planner_t* planner,
                            const ttc_stage_t* stage) {
  const double pack =
      TTC_STEP_CYCLES + ttc_tile_op_cost(planner, TT_OP_PACK_TILE);
  double cost = pack;
  for (uint32_t i = 0; i < stage->result_count && planner->phase->fold; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    const tt_inst_t inst = {.op = result->op, .type = result->type};
    cost += planner->phase->writer_folds
                ? (double)(tt_cost_of(TT_COST_CB_ELEMENT) +
                           tt_cost_scalar_op(&inst)) *
                      ttc_writer_lanes(planner, stage)
                : pack + ttc_tile_op_cost(planner, TT_OP_REDUCE_TILE);
  }
  return cost;
}

// Steps of |stage|, its shared dim being divided by |parts|.
static double ttc_stage_steps(const ttc_planner_t* planner,
                              const ttc_stage_t* stage, double parts) {
  double steps = 1;
  for (uint8_t i = 0; i < stage->private_count; ++i) {
    uint8_t dim = stage->private_dims[i];
    double of_dim = (double)ttc_step_count(planner, stage, dim);
    steps *= dim == stage->shared ? ceil(of_dim / parts) : of_dim;
  }
  return steps;
}

// An item of |stage|.
static double ttc_stage_cost(const ttc_planner_t* planner,
                             const ttc_stage_t* stage, double parts) {
  return ttc_reads_cost(planner, stage, TTC_LEVEL_ITEM) +
         ttc_stage_steps(planner, stage, parts) *
             (ttc_reads_cost(planner, stage, TTC_LEVEL_STEP) +
              ttc_step_cost(planner, stage)) +
         (stage->reduce ? ttc_fold_cost(planner, stage) : 0);
}

// A block of a matmul.
static double ttc_block_cost(const ttc_planner_t* planner, double parts) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_matmul_t* matmul = &phase->matmul;
  const double tiles = matmul->block_rows * matmul->block_columns;
  const double step =
      TTC_STEP_CYCLES + tiles * ttc_tile_op_cost(planner, TT_OP_MATMUL_TILES) +
      matmul->block_rows * ttc_move_cost(planner, &phase->accesses[matmul->a],
                                         matmul->row, matmul->inner) +
      matmul->block_columns * ttc_move_cost(planner,
                                            &phase->accesses[matmul->b],
                                            matmul->inner, matmul->column);
  double cost = ttc_stage_steps(planner, &phase->stages[0], parts) * step;
  for (uint32_t i = 1; i < phase->stage_count; ++i) {
    cost += tiles * ttc_stage_cost(planner, &phase->stages[i], parts);
  }
  return cost;
}

// A tile row of queries. Keys and values are read as their products take them.
static double ttc_attention_cost(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  const ttc_attention_t* a = &phase->attention;
  const ttc_stage_t* scores = &phase->stages[a->scores];
  const ttc_stage_t* maxima = &phase->stages[a->maxima];
  const double pack = ttc_tile_op_cost(planner, TT_OP_PACK_TILE);
  const double copy = ttc_tile_op_cost(planner, TT_OP_COPY_TILE);
  const double multiply = ttc_tile_op_cost(planner, TT_OP_MATMUL_TILES);
  const double k = ttc_move_cost(planner, &phase->accesses[a->k],
                                 a->k_transposed ? a->key : a->inner,
                                 a->k_transposed ? a->inner : a->key);
  const double v = ttc_move_cost(planner, &phase->accesses[a->v],
                                 a->v_transposed ? a->column : a->key,
                                 a->v_transposed ? a->key : a->column);
  const double queries =
      a->inner_tiles * (ttc_reads_cost(planner, scores, TTC_LEVEL_STEP) +
                        ttc_step_cost(planner, scores) + pack);
  const double key = ttc_reads_cost(planner, maxima, TTC_LEVEL_STEP) +
                     ttc_step_cost(planner, maxima) +
                     ttc_step_cost(planner, &phase->stages[a->sums]) +
                     a->inner_tiles * (k + multiply) +
                     a->column_tiles * (v + multiply) + 4 * pack;
  const double decay =
      2 * copy + pack +
      ttc_op_cost(planner, TT_OP_MUL, TT_DTYPE_F32, TT_DTYPE_NONE);
  const double step = ttc_fold_cost(planner, maxima) + 2 * (copy + pack) +
                      a->width * key + a->column_tiles * decay;
  return queries + ttc_stage_steps(planner, maxima, 1) * step +
         ttc_stage_cost(planner, &phase->stages[phase->stage_count - 1], 1);
}

// ---- The phase --------------------------------------------------------------

ttc_cost_t ttc_plan_cost(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  double items = 1, cores = planner->options->cores, parts = 1, item = 0;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    uint8_t dim = phase->item_dims[i];
    items *= (double)ttc_plan_tiles(ttc_plan_size(planner, dim),
                                    ttc_phase_step(phase, dim));
  }
  if (phase->part != TTC_NO_INDEX && items < cores) {
    parts = floor(cores / items);
  }
  if (phase->kind == TTC_PHASE_MATMUL) {
    item = ttc_block_cost(planner, parts);
  } else if (phase->kind == TTC_PHASE_ATTENTION) {
    item = ttc_attention_cost(planner);
  } else {
    for (uint32_t i = 0; i < phase->stage_count; ++i) {
      item += ttc_stage_cost(planner, &phase->stages[i], parts);
    }
  }
  double groups = fmin(items, floor(cores / parts));
  return (ttc_cost_t){
      .busiest = TTC_CORE_CYCLES + ceil(items / groups) * item,
      .mean = parts * (groups * TTC_CORE_CYCLES + items * item) / cores};
}

void ttc_plan_add_cost(ttc_plan_t* plan, ttc_cost_t phases) {
  if (plan->phase_count > 1) plan->cost.busiest += TTC_BARRIER_CYCLES;
  plan->cost.busiest += phases.busiest;
  plan->cost.mean += phases.mean;
}

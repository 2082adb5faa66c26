// Shared by the ttc_plan*.c files.
#ifndef TT_IREE_COMPILER_TTC_PLAN_INTERNAL_H_
#define TT_IREE_COMPILER_TTC_PLAN_INTERNAL_H_

#include "compiler/plugins/target/tenstorrent/ttc_plan.h"

// The phase being planned.
typedef struct ttc_planner_t {
  ttc_dispatch_t* dispatch;
  const ttc_plan_options_t* options;
  ttc_phase_t* phase;
  int64_t unknown;     // what sizes that push constants give may be
  bool apart;          // no dim of the stores is reduced too:
  uint8_t dims_apart;  // the first ones
  tt_status_t status;  // sticky
} ttc_planner_t;

// Records why the tile path does not take the dispatch, unless it is known.
void ttc_plan_refuse(ttc_planner_t* planner, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// A new phase at the end of |plan|, or NULL: the status says why.
ttc_phase_t* ttc_plan_open_phase(ttc_planner_t* planner, ttc_plan_t* plan);

// As masks of dims: those private to a stage, those that index the result of a
// reduce stage, those that |access| or the numbers of its rows run along.
uint32_t ttc_stage_private_mask(const ttc_stage_t* stage);
uint32_t ttc_stage_item_mask(const ttc_planner_t* planner,
                             const ttc_stage_t* stage);
uint32_t ttc_access_dims(const ttc_dispatch_t* dispatch,
                         const ttc_phase_t* phase, const ttc_access_t* access);

// Decides what form the phase takes: lanes or a matmul.
void ttc_plan_form(ttc_planner_t* planner);

static inline ttc_expr_t ttc_plan_mul(ttc_planner_t* planner, ttc_expr_t a,
                                      ttc_expr_t b) {
  return ttc_expr_op(planner->dispatch, TT_OP_MUL, a, b);
}
static inline ttc_expr_t ttc_plan_add(ttc_planner_t* planner, ttc_expr_t a,
                                      ttc_expr_t b) {
  return ttc_expr_op(planner->dispatch, TT_OP_ADD, a, b);
}
static inline ttc_expr_t ttc_plan_const(ttc_planner_t* planner, int64_t value) {
  return ttc_expr_const(planner->dispatch, value);
}
static inline bool ttc_stride_is(const ttc_planner_t* planner,
                                 const ttc_access_t* access, uint8_t dim,
                                 int64_t stride) {
  return ttc_expr_equals(planner->dispatch, access->strides[dim], stride);
}

static inline int64_t ttc_plan_estimate(const ttc_planner_t* planner,
                                        ttc_expr_t expr) {
  return ttc_expr_estimate(planner->dispatch, expr, planner->unknown,
                           planner->options->cores);
}

// Steps of |step| elements that |size| elements take, at least one.
static inline int64_t ttc_plan_tiles(int64_t size, int64_t step) {
  int64_t tiles = (size + step - 1) / step;
  return tiles > 0 ? tiles : 1;
}

// ---- ttc_plan_pool.c --------------------------------------------------------

// A linear form of plan dims.
typedef struct ttc_plan_form_t {
  int64_t constant;
  int64_t factors[TTC_MAX_DIMS];
} ttc_plan_form_t;

// Each returns the index of what it is asked for, which it adds if it is new.
uint32_t ttc_plan_term(ttc_planner_t* planner, const ttc_term_t* term);
uint32_t ttc_plan_constant(ttc_planner_t* planner, tt_dtype_t type,
                           uint64_t bits);
uint32_t ttc_plan_op(ttc_planner_t* planner, tt_op_t op, tt_dtype_t type,
                     tt_dtype_t type2, const uint32_t* operands,
                     uint32_t count);
// The term below casts of |term|.
uint32_t ttc_plan_uncast(const ttc_phase_t* phase, uint32_t term);
// The access to |slice| indexed by |forms|, one a dim.
uint32_t ttc_plan_slice(ttc_planner_t* planner, const ttc_slice_t* slice,
                        uint32_t rank, const ttc_plan_form_t* forms);
// The term of |value|, a load, indexed by |forms|, one a dim.
uint32_t ttc_plan_load(ttc_planner_t* planner, const ttc_value_t* value,
                       const ttc_plan_form_t* forms);
// The term of the value of |form|: a load of indices.
uint32_t ttc_plan_index(ttc_planner_t* planner, const ttc_plan_form_t* form);
// A new dim.
uint8_t ttc_plan_dim(ttc_planner_t* planner, ttc_expr_t size);

// ---- ttc_plan_terms.c -------------------------------------------------------

// Adds |store| to the phase: its dims, terms, stages and a result of a store
// stage.
void ttc_plan_add_store(ttc_planner_t* planner, const ttc_store_t* store);
// Marks the accesses that |stage| loads from (TTC_MAX_ACCESSES).
void ttc_plan_stage_loads(const ttc_phase_t* phase, const ttc_stage_t* stage,
                          bool* out_marks);

// ---- ttc_plan_spill.c -------------------------------------------------------

// Chooses what a store stage spills so that it needs at most |limit| DST tiles;
// returns how many it does.
uint32_t ttc_plan_spills(ttc_planner_t* planner, ttc_stage_t* stage,
                         uint32_t limit);

// ---- ttc_plan_lanes.c -------------------------------------------------------

// Merges dims, and decides what the lanes of a tile are.
void ttc_plan_collapse(ttc_planner_t* planner);
void ttc_plan_lanes(ttc_planner_t* planner);
// Steps that |stage| takes over its private dim |dim|.
ttc_expr_t ttc_plan_steps(ttc_planner_t* planner, const ttc_stage_t* stage,
                          uint8_t dim);
// Work items of the phase.
ttc_expr_t ttc_plan_item_count(ttc_planner_t* planner);

// ---- ttc_plan_cost.c --------------------------------------------------------

// What the phase costs.
ttc_cost_t ttc_plan_cost(const ttc_planner_t* planner);
// Adds to the cost of |plan| that of |phases|, which come after a barrier.
void ttc_plan_add_cost(ttc_plan_t* plan, ttc_cost_t phases);
// About how large |dim| is, at least 1; 1 for TTC_NO_INDEX.
int64_t ttc_plan_size(const ttc_planner_t* planner, uint8_t dim);
// Sets the private dim that parts share: that of most steps.
void ttc_plan_share(const ttc_planner_t* planner, ttc_stage_t* stage);

// ---- ttc_plan_parts.c -------------------------------------------------------

// Appends phases to |plan| that do what the phase does, with cores sharing
// items; false, with nothing changed, where that does not pay.
bool ttc_plan_parts(ttc_planner_t* planner, ttc_plan_t* plan);

// ---- ttc_plan_matmul.c ------------------------------------------------------

// The terms that |result| of a reduce stage sums the products of; false where
// it sums others.
bool ttc_plan_factors(const ttc_phase_t* phase,
                      const ttc_stage_result_t* result, uint32_t* out_factors);
// The term below casts of |term|: the FPU takes 16-bit floats as they are, and
// integers that are stored as floats.
uint32_t ttc_plan_unwidened(const ttc_phase_t* phase, uint32_t term);
// The access that a factor loads, or TT_NONE.
uint32_t ttc_plan_factor_load(const ttc_phase_t* phase, uint32_t factor);
// Whether the FPU multiplies an |a| by a |b|: exponents of f16 have 5 bits in
// its source registers, all others 8, and both registers have the same.
bool ttc_plan_multiplies_types(tt_dtype_t a, tt_dtype_t b);
// Lets the FPU multiply and add where a reduction sums products of two loads.
void ttc_plan_multiplies(ttc_planner_t* planner);
// Makes the phase, whose lanes are chosen, a matmul where its shape allows and
// that is cheaper; else leaves it as it is.
void ttc_plan_matmul(ttc_planner_t* planner);

// ---- ttc_plan_buffers.c -----------------------------------------------------

// Gives every access and result a CB, counts DST tiles and L1.
void ttc_plan_buffers(ttc_planner_t* planner);

#endif  // TT_IREE_COMPILER_TTC_PLAN_INTERNAL_H_

// Reductions to fewer results than there are cores. Each level of reductions
// (those that use no others of it) becomes two phases: in the first, cores
// share the items and leave in scratch memory what they got of a reduction; the
// second folds that. Its results stay in scratch memory for the next level and,
// in the end, for elementwise phases, which spread over all their loops.
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

enum {
  // What a size may be that only the launch tells, where it is folded into a
  // known number of results: a wrong guess costs a barrier here, and all cores
  // but one there.
  TTC_LARGE_SIZE = 1 << 16,
};

// What parts may cost of the whole, to be worth their phases.
static const double TTC_PARTS_SHARE = 0.8;

typedef struct ttc_parts_t {
  ttc_planner_t planner;  // of the phases made here
  const ttc_phase_t* whole;
  uint32_t levels[TTC_MAX_STAGES];  // of its reduce stages
  uint32_t level_count;
  // Scratch subspans of its reduce stages' results: of each part, and folded.
  uint32_t partial[TTC_MAX_STAGES][TTC_MAX_RESULTS];
  uint32_t folded[TTC_MAX_STAGES][TTC_MAX_RESULTS];
  ttc_expr_t items;  // elements of a result
  // Of the level at hand: how many parts, and whether those of one element lie
  // together.
  ttc_expr_t parts;
  bool parts_inside;
  ttc_plan_t plan;
} ttc_parts_t;

// ---- The phase as it is -----------------------------------------------------

// Finds the level of each reduce stage; false when parts cannot share one.
static bool ttc_parts_levels(ttc_parts_t* p) {
  const ttc_phase_t* whole = p->whole;
  for (uint32_t i = 0; i < whole->stage_count; ++i) {
    const ttc_stage_t* stage = &whole->stages[i];
    if (!stage->reduce) continue;
    if (!stage->private_count) return false;
    bool marks[TTC_MAX_TERMS] = {false};
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      ttc_plan_mark(whole, stage->results[j].term, marks);
    }
    for (uint32_t j = 0; j < whole->term_count; ++j) {
      const ttc_term_t* term = &whole->terms[j];
      if (!marks[j] || term->kind != TTC_TERM_REDUCED) continue;
      uint32_t above = p->levels[term->index] + 1;
      if (above > p->levels[i]) p->levels[i] = above;
    }
    if (p->levels[i] + 1 > p->level_count) p->level_count = p->levels[i] + 1;
  }
  return true;
}

// Whether the stores need no loops but those over items.
static bool ttc_parts_plain_stores(const ttc_phase_t* whole) {
  for (uint32_t i = 0; i < whole->stage_count; ++i) {
    const ttc_stage_t* stage = &whole->stages[i];
    if (!stage->reduce && stage->private_count) return false;
  }
  return true;
}

// ---- Scratch ----------------------------------------------------------------

static uint32_t ttc_parts_scratch(ttc_parts_t* p, uint8_t type,
                                  ttc_expr_t length) {
  return ttc_dispatch_add_subspan(p->planner.dispatch,
                                  &(ttc_subspan_t){.binding = TTC_SCRATCH,
                                                   .dtype = (tt_dtype_t)type,
                                                   .rank = 1,
                                                   .dims = {length}});
}

// Sets strides of |access| over the item dims of the phase at hand, row-major;
// the innermost is |inner|. Returns the elements of all items.
static ttc_expr_t ttc_parts_strides(ttc_parts_t* p, ttc_expr_t inner,
                                    ttc_access_t* access) {
  const ttc_phase_t* phase = p->planner.phase;
  ttc_expr_t stride = inner;
  for (uint8_t i = phase->item_count; i-- > 0;) {
    uint8_t dim = phase->item_dims[i];
    access->strides[dim] = stride;
    stride = ttc_plan_mul(&p->planner, stride, phase->dims[dim]);
  }
  return stride;
}

// Lays out what the parts got of a result: parts innermost or outermost.
static void ttc_parts_layout(ttc_parts_t* p, ttc_access_t* access) {
  ttc_expr_t one = ttc_plan_const(&p->planner, 1);
  ttc_expr_t items =
      ttc_parts_strides(p, p->parts_inside ? p->parts : one, access);
  access->strides[p->whole->dim_count] = p->parts_inside ? one : items;
}

static uint32_t ttc_parts_access(ttc_parts_t* p, uint32_t subspan,
                                 bool of_parts) {
  ttc_phase_t* phase = p->planner.phase;
  if (phase->access_count == TTC_MAX_ACCESSES) {
    ttc_plan_refuse(&p->planner, "more than %d loads and stores",
                    TTC_MAX_ACCESSES);
    return 0;
  }
  ttc_access_t* access = &phase->accesses[phase->access_count];
  *access = (ttc_access_t){.subspan = subspan, .cb = TTC_NO_INDEX, .pages = 1};
  if (of_parts) {
    ttc_parts_layout(p, access);
  } else {
    ttc_parts_strides(p, ttc_plan_const(&p->planner, 1), access);
  }
  return phase->access_count++;
}

// ---- Phases -----------------------------------------------------------------

// Begins a phase: the whole without stages, with loads for the results of
// reductions below |level|.
static void ttc_parts_open(ttc_parts_t* p, uint32_t level) {
  ttc_plan_t* plan = &p->plan;
  ttc_phase_t* phase = malloc(sizeof(*phase));
  if (!phase) {
    tt_status_free(p->planner.status);
    p->planner.status =
        tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of memory");
    return;
  }
  plan->phases[plan->phase_count++] = phase;
  p->planner.phase = phase;
  *phase = *p->whole;
  phase->full_sync = false;
  phase->stage_count = 0;
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    ttc_term_t* term = &phase->terms[i];
    if (term->kind != TTC_TERM_REDUCED || p->levels[term->index] >= level) {
      continue;
    }
    uint32_t subspan = p->folded[term->index][term->result];
    *term = (ttc_term_t){.kind = TTC_TERM_LOAD,
                         .result_type = term->result_type,
                         .index = ttc_parts_access(p, subspan, false)};
  }
}

static ttc_stage_t* ttc_parts_stage(ttc_parts_t* p, const ttc_stage_t* stage) {
  ttc_phase_t* phase = p->planner.phase;
  if (phase->stage_count == TTC_MAX_STAGES) {
    ttc_plan_refuse(&p->planner, "more than %d stages", TTC_MAX_STAGES);
    --phase->stage_count;
  }
  phase->stages[phase->stage_count] = *stage;
  return &phase->stages[phase->stage_count++];
}

// Adds stores of what the reduce stages of |level| leave to scratch.
static void ttc_parts_store(ttc_parts_t* p, uint32_t level, bool of_parts) {
  ttc_stage_t* store = NULL;
  for (uint32_t i = 0; i < p->whole->stage_count; ++i) {
    const ttc_stage_t* stage = &p->whole->stages[i];
    if (!stage->reduce || p->levels[i] != level) continue;
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      uint8_t type = stage->results[j].type;
      uint32_t* subspan = of_parts ? &p->partial[i][j] : &p->folded[i][j];
      *subspan = ttc_parts_scratch(p, type, p->items);
      uint32_t term =
          ttc_plan_term(&p->planner, &(ttc_term_t){.kind = TTC_TERM_REDUCED,
                                                   .result_type = type,
                                                   .index = i,
                                                   .result = (uint8_t)j});
      if (!store || store->result_count == TTC_MAX_RESULTS) {
        store = ttc_parts_stage(
            p, &(ttc_stage_t){.generic = TT_NONE, .shared = TTC_NO_INDEX});
      }
      store->results[store->result_count++] = (ttc_stage_result_t){
          .term = term,
          .access = ttc_parts_access(p, *subspan, of_parts),
          .type = type,
          .cb = TTC_NO_INDEX,
          .partial_cb = TTC_NO_INDEX};
    }
  }
}

// Keeps only the terms and accesses that stages use, in new places; reduce
// stage i of the whole is stage |stages[i]| here.
static void ttc_parts_prune(ttc_phase_t* phase, const uint32_t* stages) {
  bool used[TTC_MAX_TERMS] = {false}, reached[TTC_MAX_ACCESSES] = {false};
  uint32_t terms[TTC_MAX_TERMS], accesses[TTC_MAX_ACCESSES];
  uint32_t term_count = 0, access_count = 0;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      ttc_plan_mark(phase, stage->results[j].term, used);
      if (!stage->reduce) reached[stage->results[j].access] = true;
    }
  }
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (!used[i]) continue;
    terms[i] = term_count++;
    if (phase->terms[i].kind == TTC_TERM_LOAD) {
      reached[phase->terms[i].index] = true;
    }
  }
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const uint32_t numbers = phase->accesses[i].numbers;
    if (reached[i] && numbers) reached[numbers - 1] = true;
  }
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    if (!reached[i]) continue;
    // Row numbers come before what they pick.
    ttc_access_t access = phase->accesses[i];
    if (access.numbers) access.numbers = accesses[access.numbers - 1] + 1;
    phase->accesses[access_count] = access;
    accesses[i] = access_count++;
  }
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (!used[i]) continue;
    ttc_term_t term = phase->terms[i];
    for (uint32_t j = 0; j < term.operand_count; ++j) {
      term.operands[j] = terms[term.operands[j]];
    }
    if (term.kind == TTC_TERM_REDUCED) term.index = stages[term.index];
    if (term.kind == TTC_TERM_LOAD) term.index = accesses[term.index];
    phase->terms[terms[i]] = term;
  }
  phase->term_count = term_count;
  phase->access_count = access_count;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      ttc_stage_result_t* result = &stage->results[j];
      result->term = terms[result->term];
      if (!stage->reduce) result->access = accesses[result->access];
    }
  }
}

// Ends a phase and decides its lanes.
static void ttc_parts_close(ttc_parts_t* p, const uint32_t* stages) {
  if (p->planner.status) return;
  ttc_parts_prune(p->planner.phase, stages);
  ttc_plan_form(&p->planner);
  ttc_plan_add_cost(&p->plan, ttc_plan_cost(&p->planner));
}

// How many cores share an item: as many as there are for it, but no more than
// it has steps.
static ttc_expr_t ttc_parts_number(ttc_parts_t* p) {
  ttc_planner_t* planner = &p->planner;
  ttc_dispatch_t* dispatch = planner->dispatch;
  const ttc_phase_t* phase = planner->phase;
  ttc_expr_t one = ttc_plan_const(planner, 1), steps = one;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    if (!stage->reduce) continue;
    steps = ttc_expr_op(dispatch, TT_OP_MAXS, steps,
                        ttc_plan_steps(planner, stage, stage->shared));
  }
  ttc_expr_t items =
      ttc_expr_op(dispatch, TT_OP_MAXS, ttc_plan_item_count(planner), one);
  ttc_expr_t cores =
      ttc_expr_op(dispatch, TT_OP_DIVS, ttc_expr_grid(dispatch), items);
  return ttc_expr_op(dispatch, TT_OP_MAXS,
                     ttc_expr_op(dispatch, TT_OP_MINS, cores, steps), one);
}

// The reductions of |level|, in parts.
static void ttc_parts_reduce(ttc_parts_t* p, uint32_t level) {
  const ttc_phase_t* whole = p->whole;
  ttc_planner_t* planner = &p->planner;
  uint32_t stages[TTC_MAX_STAGES], next = 0;
  ttc_parts_open(p, level);
  if (planner->status) return;
  ttc_phase_t* phase = planner->phase;
  phase->part = phase->dim_count++;
  for (uint32_t i = 0; i < whole->stage_count; ++i) {
    if (!whole->stages[i].reduce || p->levels[i] != level) continue;
    stages[i] = next++;
    ttc_parts_stage(p, &whole->stages[i]);
  }
  p->parts_inside = false;
  ttc_parts_store(p, level, true);
  ttc_parts_close(p, stages);
  if (planner->status) return;
  // Lanes tell how many parts there are, and where they best lie.
  p->parts = phase->dims[phase->part] = ttc_parts_number(p);
  p->parts_inside = phase->fold == TTC_FOLD_COLUMNS;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; !stage->reduce && j < stage->result_count; ++j) {
      ttc_access_t* access = &phase->accesses[stage->results[j].access];
      ttc_expr_t* length =
          &planner->dispatch->subspans[access->subspan].dims[0];
      *length = ttc_plan_mul(planner, *length, p->parts);
      ttc_parts_layout(p, access);
    }
  }
  ttc_plan_buffers(planner);
}

// Folds what the parts got of the reductions of |level|. |last|: and stores
// what the whole does.
static void ttc_parts_fold(ttc_parts_t* p, uint32_t level, bool last) {
  const ttc_phase_t* whole = p->whole;
  ttc_planner_t* planner = &p->planner;
  uint32_t stages[TTC_MAX_STAGES], next = 0;
  ttc_parts_open(p, level);
  if (planner->status) return;
  ttc_phase_t* phase = planner->phase;
  uint8_t part = phase->dim_count++;
  phase->dims[part] = p->parts;
  for (uint32_t i = 0; i < whole->stage_count; ++i) {
    const ttc_stage_t* from = &whole->stages[i];
    if (from->reduce && p->levels[i] != level) continue;
    if (!from->reduce && !last) continue;
    ttc_stage_t* stage = ttc_parts_stage(p, from);
    if (!from->reduce) continue;
    stages[i] = next++;
    stage->private_count = 1;
    stage->private_dims[0] = part;
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      uint32_t access = ttc_parts_access(p, p->partial[i][j], true);
      stage->results[j].term = ttc_plan_term(
          planner, &(ttc_term_t){.kind = TTC_TERM_LOAD,
                                 .result_type = stage->results[j].type,
                                 .index = access});
    }
  }
  if (!last) ttc_parts_store(p, level, false);
  ttc_parts_close(p, stages);
  if (!planner->status) ttc_plan_buffers(planner);
}

// What is left when all reductions are: |store|, spread over its loops too.
static void ttc_parts_finish(ttc_parts_t* p, const ttc_stage_t* store) {
  ttc_parts_open(p, p->level_count);
  if (p->planner.status) return;
  ttc_phase_t* phase = p->planner.phase;
  for (uint8_t i = 0; i < store->private_count; ++i) {
    phase->item_dims[phase->item_count++] = store->private_dims[i];
  }
  ttc_parts_stage(p, store)->private_count = 0;
  ttc_parts_close(p, NULL);
  if (!p->planner.status) ttc_plan_buffers(&p->planner);
}

// ---- The whole --------------------------------------------------------------

static void ttc_parts_plan(ttc_parts_t* p) {
  const ttc_phase_t* whole = p->whole;
  bool plain = ttc_parts_plain_stores(whole);
  ttc_access_t items = {0};
  p->items = ttc_parts_strides(p, ttc_plan_const(&p->planner, 1), &items);
  for (uint32_t level = 0; level < p->level_count && !p->planner.status;
       ++level) {
    ttc_parts_reduce(p, level);
    if (p->planner.status) return;
    ttc_parts_fold(p, level, plain && level + 1 == p->level_count);
  }
  for (uint32_t i = 0; !plain && i < whole->stage_count; ++i) {
    if (p->planner.status) return;
    if (!whole->stages[i].reduce) ttc_parts_finish(p, &whole->stages[i]);
  }
}

static bool ttc_parts_few_items(const ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  int64_t size = 0;
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    if (!ttc_expr_is_const(planner->dispatch, phase->dims[phase->item_dims[i]],
                           &size)) {
      return false;
    }
  }
  return true;
}

bool ttc_plan_parts(ttc_planner_t* planner, ttc_plan_t* plan) {
  const ttc_phase_t* whole = planner->phase;
  if (whole->kind == TTC_PHASE_MOVE || !whole->stages[0].reduce ||
      whole->dim_count == TTC_MAX_DIMS) {
    return false;
  }
  ttc_parts_t p = {.planner = *planner, .whole = whole};
  if (ttc_parts_few_items(planner)) p.planner.unknown = TTC_LARGE_SIZE;
  ttc_cost_t cost = ttc_plan_cost(&p.planner);
  if (cost.busiest <= TTC_LAUNCH_CYCLES || !ttc_parts_levels(&p)) return false;
  uint32_t subspan_count = planner->dispatch->subspan_count;
  ttc_parts_plan(&p);
  bool pays =
      !p.planner.status &&
      ttc_cost_total(p.plan.cost) < TTC_PARTS_SHARE * ttc_cost_total(cost) &&
      plan->phase_count + p.plan.phase_count + TTC_MAX_GROUPS <= TTC_MAX_PHASES;
  if (pays) {
    memcpy(&plan->phases[plan->phase_count], p.plan.phases,
           p.plan.phase_count * sizeof(*p.plan.phases));
    plan->phase_count += p.plan.phase_count;
    ttc_plan_add_cost(plan, p.plan.cost);
  } else {
    planner->dispatch->subspan_count = subspan_count;
    ttc_plan_deinitialize(&p.plan);
  }
  tt_status_free(p.planner.status);
  return pays;
}

#include "compiler/plugins/target/tenstorrent/ttc_plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

void ttc_plan_refuse(ttc_planner_t* planner, const char* format, ...) {
  if (planner->status) return;
  va_list args;
  va_start(args, format);
  planner->status = tt_status_make_v(TT_CODE_UNIMPLEMENTED, format, args);
  va_end(args);
}

uint32_t ttc_access_dims(const ttc_dispatch_t* dispatch,
                         const ttc_phase_t* phase, const ttc_access_t* access) {
  uint32_t used = 0;
  for (uint8_t i = 0; i < phase->dim_count; ++i) {
    if (!ttc_expr_equals(dispatch, access->strides[i], 0)) used |= 1u << i;
    if (access->numbers &&
        !ttc_expr_equals(dispatch,
                         phase->accesses[access->numbers - 1].strides[i], 0)) {
      used |= 1u << i;
    }
  }
  return used;
}

ttc_level_t ttc_plan_level(const ttc_dispatch_t* dispatch,
                           const ttc_phase_t* phase, const ttc_stage_t* stage,
                           const ttc_access_t* access) {
  const uint32_t used = ttc_access_dims(dispatch, phase, access);
  if (!used) return TTC_LEVEL_ONCE;
  for (uint8_t i = 0; i < stage->private_count; ++i) {
    if (used >> stage->private_dims[i] & 1) return TTC_LEVEL_STEP;
  }
  return TTC_LEVEL_ITEM;
}

// ---- Grouping stores into phases --------------------------------------------

uint32_t ttc_stage_private_mask(const ttc_stage_t* stage) {
  uint32_t mask = 0;
  for (uint8_t i = 0; i < stage->private_count; ++i) {
    mask |= 1u << stage->private_dims[i];
  }
  return mask;
}

uint32_t ttc_stage_item_mask(const ttc_planner_t* planner,
                             const ttc_stage_t* stage) {
  const ttc_generic_t* generic = &planner->dispatch->generics[stage->generic];
  uint32_t mask = 0;
  for (uint32_t i = 0; i < generic->loop_count; ++i) {
    if (!(generic->reductions >> i & 1) &&
        stage->loop_dims[i] != TTC_NO_INDEX) {
      mask |= 1u << stage->loop_dims[i];
    }
  }
  return mask;
}

// The item dims that all stages of the phase share, as a mask; false when they
// do not agree. Private dims of store stages are all their dims here.
static bool ttc_phase_item_mask(const ttc_planner_t* planner,
                                uint32_t* out_mask) {
  const ttc_phase_t* phase = planner->phase;
  bool known = false;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (!phase->stages[i].reduce) continue;
    uint32_t mask = ttc_stage_item_mask(planner, &phase->stages[i]);
    if (known && mask != *out_mask) return false;
    *out_mask = mask;
    known = true;
  }
  bool reduced = known;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (phase->stages[i].reduce) continue;
    uint32_t mask = ttc_stage_private_mask(&phase->stages[i]);
    if (!known) *out_mask = mask;
    known = true;
    if (reduced ? (mask & *out_mask) != *out_mask : mask != *out_mask) {
      return false;
    }
  }
  return true;
}

static uint32_t ttc_access_binding(const ttc_planner_t* planner,
                                   const ttc_access_t* access) {
  return planner->dispatch->subspans[access->subspan].binding;
}

static bool ttc_phase_stores(const ttc_planner_t* planner,
                             const ttc_phase_t* phase, uint32_t binding) {
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; !stage->reduce && j < stage->result_count; ++j) {
      const ttc_access_t* access = &phase->accesses[stage->results[j].access];
      if (ttc_access_binding(planner, access) == binding) return true;
    }
  }
  return false;
}

// Marks the accesses that the phase loads from (TTC_MAX_ACCESSES).
static void ttc_phase_loads(const ttc_phase_t* phase, bool* out_marks) {
  memset(out_marks, 0, TTC_MAX_ACCESSES * sizeof(*out_marks));
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (phase->terms[i].kind != TTC_TERM_LOAD) continue;
    const uint32_t index = phase->terms[i].index;
    const uint32_t numbers = phase->accesses[index].numbers;
    out_marks[index] = true;
    if (numbers) out_marks[numbers - 1] = true;
  }
}

// Whether the phase loads what it stores to scratch memory.
static bool ttc_phase_reads_scratch(const ttc_planner_t* planner,
                                    const ttc_phase_t* phase) {
  bool loads[TTC_MAX_ACCESSES];
  ttc_phase_loads(phase, loads);
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const ttc_access_t* load = &phase->accesses[i];
    if (!loads[i]) continue;
    if (ttc_access_binding(planner, load) != TTC_SCRATCH) continue;
    for (uint32_t j = 0; j < phase->stage_count; ++j) {
      const ttc_stage_t* stage = &phase->stages[j];
      for (uint32_t k = 0; !stage->reduce && k < stage->result_count; ++k) {
        if (phase->accesses[stage->results[k].access].subspan ==
            load->subspan) {
          return true;
        }
      }
    }
  }
  return false;
}

// Adds |store| to |phase|; false, with the phase as it was, when they do not
// fit together. The reason is dropped: a phase of its own comes next.
static bool ttc_plan_join(ttc_planner_t* planner, ttc_phase_t* phase,
                          const ttc_store_t* store) {
  uint32_t binding = planner->dispatch->subspans[store->slice.subspan].binding;
  // Stores to one binding may overlap: they keep their order.
  if (ttc_phase_stores(planner, phase, binding)) return false;
  ttc_phase_t* trial = malloc(sizeof(*trial));
  if (!trial) return false;
  memcpy(trial, phase, sizeof(*trial));
  ttc_planner_t inner = *planner;
  inner.phase = trial;
  uint32_t mask = 0;
  ttc_plan_add_store(&inner, store);
  bool fits = !inner.status && ttc_phase_item_mask(&inner, &mask) &&
              !ttc_phase_reads_scratch(&inner, trial);
  if (fits) memcpy(phase, trial, sizeof(*trial));
  tt_status_free(inner.status);
  free(trial);
  return fits;
}

ttc_phase_t* ttc_plan_open_phase(ttc_planner_t* planner, ttc_plan_t* plan) {
  ttc_phase_t* phase = calloc(1, sizeof(*phase));
  if (!phase) {
    planner->status =
        tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  phase->row = TTC_NO_INDEX;
  phase->column = TTC_NO_INDEX;
  phase->part = TTC_NO_INDEX;
  phase->scaler_cb = TTC_NO_INDEX;
  phase->mask_cb = TTC_NO_INDEX;
  phase->pages = 1;
  plan->phases[plan->phase_count++] = phase;
  return phase;
}

static void ttc_plan_group(ttc_planner_t* planner, ttc_plan_t* plan) {
  for (uint32_t i = 0; i < planner->dispatch->store_count; ++i) {
    // A copy: planning adds launch expressions, which moves nothing else.
    const ttc_store_t* store = &planner->dispatch->stores[i];
    if (plan->phase_count &&
        ttc_plan_join(planner, plan->phases[plan->phase_count - 1], store)) {
      continue;
    }
    if (plan->phase_count == TTC_MAX_GROUPS) {
      ttc_plan_refuse(planner, "more than %d groups of stores", TTC_MAX_GROUPS);
      return;
    }
    planner->phase = ttc_plan_open_phase(planner, plan);
    if (!planner->phase) return;
    ttc_plan_add_store(planner, store);
    if (planner->status) return;
  }
}

// ---- Stages of a phase ------------------------------------------------------

// Reduce stages first: a store stage may have got results that need stages
// which came later.
static void ttc_plan_order(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  ttc_stage_t ordered[TTC_MAX_STAGES];
  uint32_t place[TTC_MAX_STAGES];
  uint32_t count = 0;
  for (int store = 0; store < 2; ++store) {
    for (uint32_t i = 0; i < phase->stage_count; ++i) {
      if (phase->stages[i].reduce == (store == 1)) continue;
      place[i] = count;
      ordered[count++] = phase->stages[i];
    }
  }
  memcpy(phase->stages, ordered, count * sizeof(*ordered));
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    ttc_term_t* term = &phase->terms[i];
    if (term->kind == TTC_TERM_REDUCED) term->index = place[term->index];
  }
}

static void ttc_plan_items(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  uint32_t mask = 0;
  if (!ttc_phase_item_mask(planner, &mask)) {
    ttc_plan_refuse(planner,
                    "reductions over different loops depend on each "
                    "other");
    return;
  }
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    if (stage->reduce) continue;
    bool first = phase->item_count == 0;
    uint8_t kept = 0;
    for (uint8_t j = 0; j < stage->private_count; ++j) {
      uint8_t dim = stage->private_dims[j];
      if (!(mask >> dim & 1)) {
        stage->private_dims[kept++] = dim;
      } else if (first) {
        phase->item_dims[phase->item_count++] = dim;
      }
    }
    stage->private_count = kept;
  }
}

// ---- In-place updates -------------------------------------------------------

static bool ttc_access_same(const ttc_planner_t* planner, const ttc_access_t* a,
                            const ttc_access_t* b) {
  const ttc_subspan_t* x = &planner->dispatch->subspans[a->subspan];
  const ttc_subspan_t* y = &planner->dispatch->subspans[b->subspan];
  return x->offset == y->offset && x->dtype == y->dtype && a->base == b->base &&
         !memcmp(a->strides, b->strides, sizeof(a->strides));
}

// A binding that is stored to may be loaded from only where each item reads
// what it is about to write: loads behave as if they all came first.
static void ttc_plan_check_updates(ttc_planner_t* planner,
                                   const ttc_plan_t* plan, uint32_t index) {
  const ttc_phase_t* phase = plan->phases[index];
  uint32_t store_stages = 0;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    store_stages += !phase->stages[i].reduce;
  }
  bool loads[TTC_MAX_ACCESSES];
  ttc_phase_loads(phase, loads);
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const ttc_access_t* load = &phase->accesses[i];
    if (!loads[i]) continue;
    uint32_t binding = ttc_access_binding(planner, load);
    // What a cut stored is meant to be read afterwards.
    if (binding == TTC_SCRATCH) continue;
    for (uint32_t j = 0; j < index; ++j) {
      if (ttc_phase_stores(planner, plan->phases[j], binding)) {
        ttc_plan_refuse(planner, "binding %u is updated before it is read",
                        binding);
      }
    }
    for (uint32_t j = 0; j < phase->stage_count; ++j) {
      const ttc_stage_t* stage = &phase->stages[j];
      for (uint32_t k = 0; !stage->reduce && k < stage->result_count; ++k) {
        const ttc_access_t* store = &phase->accesses[stage->results[k].access];
        if (ttc_access_binding(planner, store) != binding) continue;
        if (store_stages > 1 || !ttc_access_same(planner, load, store)) {
          ttc_plan_refuse(planner,
                          "binding %u is updated in place with "
                          "different index maps",
                          binding);
        }
      }
    }
  }
}

// ---- The plan ---------------------------------------------------------------

void ttc_plan_form(ttc_planner_t* planner) {
  ttc_plan_collapse(planner);
  ttc_plan_lanes(planner);
  ttc_plan_matmul(planner);
}

// Plans group |index| of |groups| and moves its phases to |plan|.
static void ttc_plan_phases(ttc_planner_t* planner, ttc_plan_t* groups,
                            uint32_t index, ttc_plan_t* plan) {
  planner->phase = groups->phases[index];
  ttc_plan_form(planner);
  if (ttc_plan_parts(planner, plan)) return;
  ttc_plan_buffers(planner);
  groups->phases[index] = NULL;
  plan->phases[plan->phase_count++] = planner->phase;
  ttc_plan_add_cost(plan, ttc_plan_cost(planner));
}

tt_status_t ttc_plan_dispatch(ttc_dispatch_t* dispatch,
                              const ttc_plan_options_t* options,
                              ttc_plan_t* plan) {
  ttc_planner_t planner = {
      .dispatch = dispatch, .options = options, .unknown = 1024};
  ttc_plan_t groups = {0};
  memset(plan, 0, sizeof(*plan));
  if (!dispatch->store_count) ttc_plan_refuse(&planner, "nothing is stored");
  ttc_plan_group(&planner, &groups);
  for (uint32_t i = 0; i < groups.phase_count && !planner.status; ++i) {
    planner.phase = groups.phases[i];
    ttc_plan_order(&planner);
    ttc_plan_items(&planner);
    ttc_plan_check_updates(&planner, &groups, i);
  }
  for (uint32_t i = 0; i < groups.phase_count && !planner.status; ++i) {
    ttc_plan_phases(&planner, &groups, i, plan);
  }
  ttc_plan_deinitialize(&groups);
  if (!planner.status && dispatch->exhausted) {
    planner.status =
        tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of memory planning");
  }
  return planner.status;
}

void ttc_plan_deinitialize(ttc_plan_t* plan) {
  for (uint32_t i = 0; i < plan->phase_count; ++i) free(plan->phases[i]);
  memset(plan, 0, sizeof(*plan));
}

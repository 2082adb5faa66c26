// Workers, the coroutines of a core, control and scalar ops.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tile/interp_internal.h"
#include "tile/strbuf.h"

// ---- Workers --------------------------------------------------------------

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "no host memory for a simulated core");
}

static void* allocate_aligned(uint64_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  return aligned_alloc(64, bytes ? bytes : 64);
}

tt_status_t tt_interp_worker_create(tt_interp_worker_t** out_worker) {
  enum { TILES = TT_DST_TILES + TT_UNPACK_TILES };
  *out_worker = NULL;
  tt_interp_worker_t* worker = calloc(1, sizeof(*worker));
  if (!worker) return out_of_memory();
  worker->dst = allocate_aligned(TILES * TT_TILE_LANES * sizeof(float));
  if (!worker->dst) {
    free(worker);
    return out_of_memory();
  }
  memset(worker->dst, 0, TILES * TT_TILE_LANES * sizeof(float));
  for (uint32_t i = 0; i < TT_UNPACK_TILES; ++i) {
    worker->unpacked[i] = worker->dst + (TT_DST_TILES + i) * TT_TILE_LANES;
  }
  *out_worker = worker;
  return NULL;
}

void tt_interp_worker_destroy(tt_interp_worker_t* worker) {
  if (!worker) return;
  free(worker->l1);
  free(worker->shadow);
  free(worker->pages);
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    free(worker->slots[unit]);
  }
  free(worker->values);
  free(worker->simt);
  free(worker->dst);
  free(worker);
}

// Makes *block hold |bytes| (and point somewhere even for none); its contents
// are lost when it grows.
static bool grow(void* block, uint64_t* capacity, uint64_t bytes) {
  void** pointer = block;
  if (*pointer && bytes <= *capacity) return true;
  free(*pointer);
  *pointer = allocate_aligned(bytes);
  *capacity = *pointer ? bytes : 0;
  return *pointer != NULL;
}

tt_status_t tt_interp_worker_reserve(tt_interp_worker_t* worker,
                                     const tt_interp_t* interp) {
  bool ok = grow(&worker->l1, &worker->l1_capacity, interp->max_l1) &&
            grow(&worker->pages, &worker->page_capacity,
                 interp->max_pages * sizeof(*worker->pages)) &&
            grow(&worker->values, &worker->value_capacity,
                 interp->max_launch_regs * sizeof(*worker->values)) &&
            grow(&worker->simt, &worker->simt_capacity, interp->max_simt_bytes);
  if (interp->options.checked) {
    ok = ok && grow(&worker->shadow, &worker->shadow_capacity, interp->max_l1);
  }
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    ok = ok && grow(&worker->slots[unit], &worker->slot_capacity[unit],
                    interp->max_slots[unit] * sizeof(uint64_t));
  }
  return ok ? NULL : out_of_memory();
}

// ---- Errors ---------------------------------------------------------------

static const char* const unit_names[] = {"reader", "compute", "writer"};

tt_run_t tt_core_fail(tt_core_t* core, const tt_decoded_t* op, tt_code_t code,
                      const char* format, ...) {
  va_list args;
  va_start(args, format);
  tt_status_t status = tt_status_make_v(code, format, args);
  va_end(args);
  const tt_dtype_desc_t* type = tt_dtype_desc((tt_dtype_t)op->type);
  bool typed = op->type != TT_DTYPE_NONE;
  core->status = tt_status_prefix(
      status, "entry @%s, phase %u, core %u, %s, %s%s%s%s",
      tt_entry_name(core->interp->program, core->launch->entry->entry),
      core->phase_index, core->core_index, unit_names[core->unit],
      tt_op_descs[op->op].mnemonic, typed ? "." : "", typed ? type->name : "",
      tt_line_text(op->line).s);
  return TT_RUN_FAILED;
}

static tt_status_t deadlock(tt_core_t* core) {
  char text[512] = "";
  size_t used = 0;
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    const tt_kernel_run_t* run = &core->kernels[unit];
    if (!run->kernel) continue;
    const tt_decoded_t* op = &run->kernel->code[run->pc];
    if (op->kind == TT_DO_DONE) continue;
    const tt_cb_state_t* cb = &core->cbs[op->operand[0]];
    used += (size_t)snprintf(
        text + used, sizeof(text) - used,
        "; %s at %s c%u, %u%s, where %u of %u pages are filled",
        unit_names[unit], tt_op_descs[op->op].mnemonic, cb->info->number,
        op->operand[1], tt_line_text(op->line).s, cb->filled, cb->info->pages);
    if (used >= sizeof(text)) break;
  }
  return tt_status_make(
      TT_CODE_FAILED_PRECONDITION, "entry @%s, phase %u, core %u: deadlock%s",
      tt_entry_name(core->interp->program, core->launch->entry->entry),
      core->phase_index, core->core_index, text);
}

// ---- Control and scalars --------------------------------------------------

uint64_t tt_interp_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

tt_run_t tt_core_check_steps(tt_core_t* core, const tt_decoded_t* op) {
  core->total_steps += core->steps;
  core->steps = 0;
  if (core->launch->cancel &&
      atomic_load_explicit(core->launch->cancel, memory_order_relaxed)) {
    return tt_core_fail(core, op, TT_CODE_CANCELLED, "the launch is cancelled");
  }
  if (core->launch->deadline && tt_interp_now() > core->launch->deadline) {
    return tt_core_fail(core, op, TT_CODE_DEADLINE_EXCEEDED,
                        "the launch did not end in time");
  }
  uint64_t limit = core->interp->options.step_limit;
  if (limit && core->total_steps > limit) {
    return tt_core_fail(core, op, TT_CODE_DEADLINE_EXCEEDED,
                        "more than %" PRIu64 " steps", limit);
  }
  return TT_RUN_NEXT;
}

tt_run_t tt_for_trips(tt_core_t* core, const tt_decoded_t* op, int64_t low,
                      int64_t high, int64_t step, uint64_t* out_trips) {
  if (step <= 0) {
    return tt_core_fail(core, op, TT_CODE_OUT_OF_RANGE,
                        "the step is %" PRId64 ", not positive", step);
  }
  uint64_t distance = (uint64_t)high - (uint64_t)low;
  *out_trips = low < high ? (distance - 1) / (uint64_t)step + 1 : 0;
  return TT_RUN_NEXT;
}

// Enters a for, or runs it whole (element loops), or steps over it; *pc is
// behind it. A for in progress holds its trips to go and its step beside its
// counter, in slots of its own.
static inline tt_run_t begin_for(tt_core_t* core, const tt_decoded_t* op,
                                 tt_kernel_run_t* run, uint32_t* pc) {
  uint64_t* slots = run->slots;
  int64_t low = tt_slot_i64(slots, op->operand[0]);
  int64_t high = tt_slot_i64(slots, op->operand[1]);
  int64_t step = tt_slot_i64(slots, op->operand[2]);
  uint64_t trips = 0;
  tt_run_t result = tt_for_trips(core, op, low, high, step, &trips);
  if (result != TT_RUN_NEXT) return result;
  if (trips == 0) {
    *pc = op->target + 1;
  } else if (op->simt && tt_simt_pays(op, slots, trips)) {
    *pc = op->target + 1;
    return tt_simt_run(core, op, run, low, step, trips);
  } else {
    slots[op->result] = (uint64_t)low;
    slots[op->hidden] = trips;
    slots[op->hidden + 1] = (uint64_t)step;
  }
  return TT_RUN_NEXT;
}

// Goes back to the body of a for while there are trips; *pc is behind it.
static inline tt_run_t end_for(tt_core_t* core, const tt_decoded_t* op,
                               tt_kernel_run_t* run, uint32_t* pc) {
  uint64_t* slots = run->slots;
  uint64_t steps = *pc - op->target;
  if (--slots[op->hidden] > 0) {
    slots[op->result] += slots[op->hidden + 1];
    *pc = op->target;
  }
  return tt_core_count_steps(core, op, steps);
}

// Runs a kernel until it is done, blocked or failed.
static tt_run_t run_kernel(tt_core_t* core, tt_kernel_run_t* run) {
  const tt_decoded_t* code = run->kernel->code;
  uint64_t* slots = run->slots;
  uint32_t pc = run->pc;
  uint64_t element_ops = 0;
  tt_run_t result = TT_RUN_NEXT;
  while (result == TT_RUN_NEXT) {
    const tt_decoded_t* op = &code[pc++];
    switch ((tt_decoded_kind_t)op->kind) {
      case TT_DO_LANE:
        op->fn(&slots[op->result], &slots[op->operand[0]],
               &slots[op->operand[1]], &slots[op->operand[2]], 1);
        ++element_ops;
        break;
      case TT_DO_ADD:
        slots[op->result] = slots[op->operand[0]] + slots[op->operand[1]];
        ++element_ops;
        break;
      case TT_DO_SUB:
        slots[op->result] = slots[op->operand[0]] - slots[op->operand[1]];
        ++element_ops;
        break;
      case TT_DO_MUL:
        slots[op->result] = slots[op->operand[0]] * slots[op->operand[1]];
        ++element_ops;
        break;
      case TT_DO_CALL:
        result = op->handler(core, op, slots);
        pc -= result != TT_RUN_NEXT;  // it is tried again, or named as failed
        break;
      case TT_DO_FOR:
        result = begin_for(core, op, run, &pc);
        break;
      case TT_DO_END_FOR:
        result = end_for(core, op, run, &pc);
        break;
      case TT_DO_TEST:
      case TT_DO_IF:
        if (!tt_slot_i1(slots, op->operand[0])) pc = op->target;
        break;
      case TT_DO_END_WHILE:
        result = tt_core_count_steps(core, op, pc - op->target);
        __attribute__((fallthrough));
      case TT_DO_ELSE:
        pc = op->target;
        break;
      case TT_DO_WHILE:
      case TT_DO_END_IF:
        break;
      case TT_DO_DONE:
        // Cores without loops take their time, too. |op| is no op.
        result = tt_core_count_steps(core, op - 1, --pc);
        if (result == TT_RUN_NEXT) result = TT_RUN_DONE;
        break;
    }
  }
  core->counters->element_ops += element_ops;
  run->pc = pc;
  return result;
}

// ---- Cores ----------------------------------------------------------------

static void start_kernels(tt_core_t* core) {
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    const tt_kernel_code_t* kernel = &core->phase->kernels[unit];
    tt_kernel_run_t* run = &core->kernels[unit];
    *run = (tt_kernel_run_t){0};
    if (!kernel->code) continue;
    run->kernel = kernel;
    run->slots = core->worker->slots[unit];
    memcpy(run->slots, kernel->initial, kernel->slot_count * sizeof(uint64_t));
    memcpy(run->slots + kernel->first_arg, core->worker->values,
           kernel->arg_count * sizeof(uint64_t));
  }
}

static void start_cbs(tt_core_t* core) {
  for (uint32_t i = 0; i < core->phase->cb_count; ++i) {
    const tt_cb_info_t* info = &core->phase->cbs[i];
    tt_cb_state_t* cb = &core->cbs[i];
    *cb = (tt_cb_state_t){.info = info,
                          .home = core->worker->l1 + info->offset,
                          .page = core->worker->pages + info->first_page};
    for (uint32_t p = 0; p < info->pages; ++p) {
      cb->page[p] = (tt_page_t){cb->home + (uint64_t)p * info->page_bytes,
                                {TT_TILE_DIM, TT_TILE_DIM}};
    }
  }
  if (core->checked) {
    memset(core->worker->shadow, 0, core->phase->l1_bytes);
  }
}

static tt_status_t run_kernels(tt_core_t* core) {
  for (;;) {
    bool progress = false, done = true;
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      tt_kernel_run_t* run = &core->kernels[unit];
      if (!run->kernel || run->kernel->code[run->pc].kind == TT_DO_DONE) {
        continue;
      }
      uint32_t before = run->pc;
      uint64_t moves = core->cb_moves;
      core->unit = (tt_unit_t)unit;
      tt_run_t result = run_kernel(core, run);
      if (result == TT_RUN_FAILED) return core->status;
      progress |= run->pc != before || core->cb_moves != moves;
      done &= result == TT_RUN_DONE;
    }
    if (done) return NULL;
    if (!progress) return deadlock(core);
  }
}

tt_status_t tt_interp_run_core(const tt_interp_launch_t* launch, uint32_t phase,
                               uint32_t core_index, tt_interp_worker_t* worker,
                               tt_interp_counters_t* counters) {
  const tt_interp_t* interp = launch->interp;
  tt_core_t core = {.interp = interp,
                    .launch = launch,
                    .lanes = interp->lanes,
                    .views = launch->views,
                    .phase = &launch->entry->phases[phase],
                    .worker = worker,
                    .counters = counters,
                    .phase_index = phase,
                    .core_index = core_index,
                    .checked = interp->options.checked,
                    .steps = worker->steps};
  memcpy(worker->values, launch->values,
         launch->entry->launch_reg_count * sizeof(*worker->values));
  TT_RETURN_IF_ERROR(tt_launch_eval(interp->program, launch->entry->entry,
                                    &launch->env, launch->entry->per_core, 1,
                                    core_index, worker->values));
  start_kernels(&core);
  start_cbs(&core);
  tt_status_t status = run_kernels(&core);
  worker->steps = core.steps;
  return status;
}

tt_status_t tt_interp_run(const tt_interp_launch_t* launch,
                          tt_interp_worker_t* worker,
                          tt_interp_counters_t* counters) {
  for (uint32_t phase = 0; phase < launch->entry->phase_count; ++phase) {
    for (uint32_t core = 0; core < launch->phase_cores[phase]; ++core) {
      TT_RETURN_IF_ERROR(
          tt_interp_run_core(launch, phase, core, worker, counters));
    }
  }
  return NULL;
}

// Launches: the uniform part of the launch program, scratch, views.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tile/interp_internal.h"

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "no host memory for a launch");
}

static tt_status_t prefix(const tt_interp_launch_t* launch,
                          tt_status_t status) {
  return tt_status_prefix(
      status, "entry @%s",
      tt_entry_name(launch->interp->program, launch->entry->entry));
}

static tt_status_t allocate_scratch(tt_interp_launch_t* launch,
                                    uint64_t limit) {
  const tt_program_t* program = launch->interp->program;
  const tt_entry_t* entry = launch->entry->entry;
  for (uint32_t i = 0; i < entry->scratch_count; ++i) {
    uint64_t size = 0;
    TT_RETURN_IF_ERROR(
        tt_launch_scratch_size(program, entry, i, launch->values, &size));
    if (size > limit - launch->scratch_bytes) {
      return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "scratch s%u needs %" PRIu64 " bytes, %" PRIu64
                            " are left of device memory",
                            i, size, limit - launch->scratch_bytes);
    }
    uint64_t bytes = (size + 63) / 64 * 64;
    launch->scratch[i] = aligned_alloc(64, bytes ? bytes : 64);
    if (!launch->scratch[i]) return out_of_memory();
    // Memory that nobody wrote must not make runs differ.
    memset(launch->scratch[i], 0, bytes);
    launch->scratch_bytes += size;
  }
  return NULL;
}

static void view_source(const tt_interp_launch_t* launch,
                        const tt_interp_params_t* params, const tt_view_t* view,
                        uint8_t** out_data, uint64_t* out_size) {
  const tt_program_t* program = launch->interp->program;
  const tt_entry_t* entry = launch->entry->entry;
  switch (view->source) {
    case TT_VIEW_BINDING:
      *out_data = params->bindings[view->index].data;
      *out_size = params->bindings[view->index].length;
      return;
    case TT_VIEW_SCRATCH:
      *out_data = launch->scratch[view->index];
      *out_size = (uint64_t)tt_launch_value(
          program, program->scratches[entry->first_scratch + view->index].size,
          launch->values);
      return;
    default:
      *out_data = program->data + program->blobs[view->index].offset;
      *out_size = program->blobs[view->index].size;
  }
}

// Whether nothing that the launch may write overlaps [data, data + size).
static bool is_constant(const tt_interp_launch_t* launch,
                        const tt_interp_params_t* params, const tt_view_t* view,
                        const uint8_t* data, uint64_t size) {
  if (view->source == TT_VIEW_DATA) return true;
  if (view->source == TT_VIEW_SCRATCH) return false;
  const tt_entry_t* entry = launch->entry->entry;
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    const tt_binding_t* binding =
        &launch->interp->program->bindings[entry->first_binding + i];
    if (!(binding->access & TT_ACCESS_WRITE)) continue;
    uintptr_t low = (uintptr_t)params->bindings[i].data;
    if ((uintptr_t)data < low + params->bindings[i].length &&
        low < (uintptr_t)data + size) {
      return false;
    }
  }
  return true;
}

static tt_status_t resolve_view(tt_interp_launch_t* launch,
                                const tt_interp_params_t* params,
                                uint32_t index) {
  const tt_program_t* program = launch->interp->program;
  const tt_view_t* view =
      &program->views[launch->entry->entry->first_view + index];
  uint8_t* data = NULL;
  uint64_t size = 0;
  view_source(launch, params, view, &data, &size);
  uint64_t offset = 0;
  int64_t length = 0;
  TT_RETURN_IF_ERROR(tt_launch_view(program, launch->entry->entry, index, size,
                                    launch->values, &offset, &length));
  tt_view_data_t* out = &launch->views[index];
  out->base = data + offset;
  out->length = length;
  out->constant = is_constant(launch, params, view, out->base, size - offset);
  return NULL;
}

// The compiler promises aligned bindings; the driver must keep that promise.
static tt_status_t check_alignment(const tt_interp_launch_t* launch,
                                   const tt_interp_params_t* params) {
  uint32_t align = tt_chip_blackhole.binding_align;
  for (uint32_t i = 0; i < launch->entry->entry->binding_count; ++i) {
    uintptr_t address = (uintptr_t)params->bindings[i].data;
    if (params->bindings[i].length && address % align != 0) {
      return tt_status_make(TT_CODE_FAILED_PRECONDITION,
                            "binding %u lies at an address = %u modulo %u", i,
                            (uint32_t)(address % align), align);
    }
  }
  return NULL;
}

static tt_status_t resolve_phase(tt_interp_launch_t* launch, uint32_t index) {
  return tt_launch_phase_cores(launch->interp->program, launch->entry->entry,
                               index, launch->env.grid_cores, launch->values,
                               &launch->phase_cores[index]);
}

static tt_status_t resolve(tt_interp_launch_t* launch,
                           const tt_interp_params_t* params) {
  const tt_interp_t* interp = launch->interp;
  const tt_entry_t* entry = launch->entry->entry;
  TT_RETURN_IF_ERROR(allocate_scratch(launch, params->scratch_limit));
  for (uint32_t i = 0; i < entry->view_count; ++i) {
    TT_RETURN_IF_ERROR(resolve_view(launch, params, i));
  }
  for (uint32_t i = 0; i < entry->phase_count; ++i) {
    TT_RETURN_IF_ERROR(resolve_phase(launch, i));
  }
  return interp->options.checked ? check_alignment(launch, params) : NULL;
}

tt_status_t tt_interp_launch_create(const tt_interp_t* interp,
                                    const tt_interp_params_t* params,
                                    tt_interp_launch_t** out_launch) {
  *out_launch = NULL;
  const tt_entry_code_t* code = &interp->entries[params->entry];
  const tt_entry_t* entry = code->entry;
  tt_interp_launch_t* launch = calloc(1, sizeof(*launch));
  if (!launch) return out_of_memory();
  launch->interp = interp;
  launch->entry = code;
  launch->env = params->env;
  launch->cancel = params->cancel;
  launch->deadline = params->deadline;
  launch->values =
      calloc((size_t)code->launch_reg_count + 1, sizeof(*launch->values));
  launch->views = calloc((size_t)entry->view_count + 1, sizeof(*launch->views));
  launch->phase_cores =
      calloc((size_t)entry->phase_count + 1, sizeof(*launch->phase_cores));
  launch->scratch =
      calloc((size_t)entry->scratch_count + 1, sizeof(*launch->scratch));
  tt_status_t status =
      launch->values && launch->views && launch->phase_cores && launch->scratch
          ? tt_launch_eval(interp->program, entry, &params->env, code->per_core,
                           0, 0, launch->values)
          : out_of_memory();
  if (!status) status = prefix(launch, resolve(launch, params));
  if (status) {
    tt_interp_launch_destroy(launch);
    return status;
  }
  *out_launch = launch;
  return NULL;
}

void tt_interp_launch_destroy(tt_interp_launch_t* launch) {
  if (!launch) return;
  for (uint32_t i = 0;
       launch->scratch && i < launch->entry->entry->scratch_count; ++i) {
    free(launch->scratch[i]);
  }
  free(launch->scratch);
  free(launch->phase_cores);
  free(launch->views);
  free(launch->values);
  free(launch);
}

uint32_t tt_interp_phase_count(const tt_interp_launch_t* launch) {
  return launch->entry->phase_count;
}
uint32_t tt_interp_phase_cores(const tt_interp_launch_t* launch,
                               uint32_t phase) {
  return launch->phase_cores[phase];
}

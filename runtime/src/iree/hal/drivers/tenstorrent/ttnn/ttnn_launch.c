// Launches: a ttnn.ProgramDescriptor a phase, as JSON for ttnn_device.py.
//
//   {"do": "launch", "device": d, "cores": n, "fidelity": "HiFi4",
//    "fp32_dest_acc": true, "dst_full_sync": false, "approx": false,
//    "cbs": [{"number": 0, "format": "Float32", "bytes": 8192, "page": 4096,
//             "unpack_to_dest": true}],
//    "kernels": [{"unit": "reader", "source": "...", "args": [[...], ...]}],
//    "tensors": [t, ...]}
//
// "args" are runtime arguments of each core, in the order of their indices:
// along the grid's rows, as tt-metal counts logical cores. "tensors" are all
// that the kernels may touch.

#include <stdlib.h>
#include <string.h>

#include "tile/count.h"
#include "tile/emit.h"
#include "tile/launch.h"
#include "ttnn.h"

typedef struct launch_t {
  tt_backend_device_t* device;
  tt_backend_program_t* program;
  uint32_t entry_index;
  const tt_entry_t* entry;
  const tt_backend_binding_t* bindings;
  tt_launch_env_t env;
  uint8_t* per_core;
  uint8_t* values_per_core;
  int64_t* values;
  tt_backend_memory_t** scratch;
} launch_t;

static void release(launch_t* l) {
  for (uint32_t i = 0; l->scratch && i < l->entry->scratch_count; ++i) {
    tt_ttnn_release(l->device, l->scratch[i]);
  }
  free(l->scratch);
  free(l->per_core);
  free(l->values_per_core);
  free(l->values);
}

// Evaluates what is the same on all cores, and takes scratch memory.
static tt_status_t prepare(launch_t* l) {
  const tt_program_t* p = l->program->program;
  uint32_t ops = 0, regs = 0;
  if (l->entry->launch != TT_NONE) {
    ops = p->kernels[l->entry->launch].inst_count;
    regs = p->kernels[l->entry->launch].reg_count;
  }
  l->per_core = calloc(ops + 1, 1);
  l->values_per_core = calloc(regs + 1, 1);
  l->values = calloc(regs + 1, sizeof(int64_t));
  l->scratch = calloc(l->entry->scratch_count + 1, sizeof(*l->scratch));
  if (!l->per_core || !l->values_per_core || !l->values || !l->scratch) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a launch");
  }
  tt_launch_mark(p, l->entry, l->per_core, l->values_per_core);
  TT_RETURN_IF_ERROR(
      tt_launch_eval(p, l->entry, &l->env, l->per_core, 0, 0, l->values));
  for (uint32_t i = 0; i < l->entry->scratch_count; ++i) {
    uint64_t size = 0;
    TT_RETURN_IF_ERROR(
        tt_launch_scratch_size(p, l->entry, i, l->values, &size));
    TT_RETURN_IF_ERROR(tt_ttnn_allocate(l->device, size, &l->scratch[i]));
  }
  return NULL;
}

static tt_status_t check_views(const launch_t* l) {
  const tt_program_t* p = l->program->program;
  for (uint32_t i = 0; i < l->entry->view_count; ++i) {
    const tt_view_t* view = &p->views[l->entry->first_view + i];
    const uint64_t size =
        view->source == TT_VIEW_BINDING   ? l->bindings[view->index].length
        : view->source == TT_VIEW_SCRATCH ? l->scratch[view->index]->size
                                          : p->blobs[view->index].size;
    uint64_t offset = 0;
    int64_t length = 0;
    TT_RETURN_IF_ERROR(
        tt_launch_view(p, l->entry, i, size, l->values, &offset, &length));
  }
  return NULL;
}

// ---- What TTNN is told ------------------------------------------------------

static void print_words(tt_strbuf_t* b, uint64_t value) {
  tt_strbuf_print(b, "%u, %u", (uint32_t)value, (uint32_t)(value >> 32));
}

static void print_arg(const launch_t* l, const tt_emit_arg_t* arg,
                      tt_strbuf_t* b) {
  const tt_backend_memory_t* memory = NULL;
  uint64_t offset = 0;
  switch (arg->kind) {
    case TT_EMIT_ARG_VALUE:
      print_words(b, (uint64_t)l->values[arg->index]);
      return;
    case TT_EMIT_ARG_BINDING:
      memory = l->bindings[arg->index].memory;
      offset = l->bindings[arg->index].offset;
      break;
    case TT_EMIT_ARG_SCRATCH:
      memory = l->scratch[arg->index];
      break;
    default:
      memory = l->program->data;
      offset = l->program->program->blobs[arg->index].offset;
  }
  tt_strbuf_print(b, "%u, ", (uint32_t)memory->address);
  print_words(b, offset);
}

// The kernel's arguments on each of |cores| cores.
static tt_status_t print_args(launch_t* l, const tt_emit_arg_t* args,
                              uint32_t count, uint32_t cores, tt_strbuf_t* b) {
  for (uint32_t core = 0; core < cores; ++core) {
    TT_RETURN_IF_ERROR(tt_launch_eval(l->program->program, l->entry, &l->env,
                                      l->per_core, 1, core, l->values));
    tt_strbuf_print(b, "%s[", core ? ", " : "");
    for (uint32_t i = 0; i < count; ++i) {
      if (i) tt_strbuf_print(b, ", ");
      print_arg(l, &args[i], b);
    }
    tt_strbuf_print(b, "]");
  }
  return NULL;
}

static tt_status_t print_kernel(launch_t* l, uint32_t phase, tt_unit_t unit,
                                uint32_t cores, tt_strbuf_t* b) {
  static const char* const units[] = {"reader", "compute", "writer"};
  const tt_program_t* p = l->program->program;
  char* source = NULL;
  size_t size = 0;
  tt_emit_arg_t* args = NULL;
  uint32_t count = 0;
  TT_RETURN_IF_ERROR(
      tt_emit_kernel(p, l->entry_index, phase, unit, &source, &size));
  tt_strbuf_print(b, "{\"unit\": \"%s\", \"source\": ", units[unit]);
  tt_ttnn_print_text(b, source);
  free(source);
  tt_strbuf_print(b, ", \"args\": [");
  tt_status_t status =
      tt_emit_kernel_args(p, l->entry_index, phase, unit, &args, &count);
  if (!status) status = print_args(l, args, count, cores, b);
  free(args);
  tt_strbuf_print(b, "]}");
  return status;
}

static tt_status_t print_kernels(launch_t* l, uint32_t phase, uint32_t cores,
                                 tt_strbuf_t* b) {
  const tt_phase_t* p =
      &l->program->program->phases[l->entry->first_phase + phase];
  bool first = true;
  tt_strbuf_print(b, "], \"kernels\": [");
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (p->kernels[unit] == TT_NONE) continue;
    if (!first) tt_strbuf_print(b, ", ");
    first = false;
    TT_RETURN_IF_ERROR(print_kernel(l, phase, (tt_unit_t)unit, cores, b));
  }
  return NULL;
}

static tt_status_t print_cbs(const launch_t* l, uint32_t phase,
                             tt_strbuf_t* b) {
  const tt_program_t* p = l->program->program;
  const bool computes =
      p->phases[l->entry->first_phase + phase].kernels[TT_UNIT_COMPUTE] !=
      TT_NONE;
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t count = 0;
  TT_RETURN_IF_ERROR(tt_emit_phase_cbs(p, l->entry_index, phase, cbs, &count));
  for (uint32_t i = 0; i < count; ++i) {
    // The descriptor of a CB names no shape of its tiles, and TTNN's data types
    // have no Float16.
    if (computes &&
        (cbs[i].rows != TT_TILE_DIM || cbs[i].format == TT_FORMAT_FLOAT16)) {
      return tt_status_make(
          TT_CODE_UNIMPLEMENTED,
          "c%u holds %s tiles of %u rows; ttnn can describe tiles of 32 rows "
          "only, and no Float16; use tenstorrent://kmd",
          cbs[i].number, tt_format_desc((tt_format_t)cbs[i].format)->name,
          cbs[i].rows);
    }
    tt_strbuf_print(
        b,
        "%s{\"number\": %u, \"format\": \"%s\", \"bytes\": %u, \"page\": %u, "
        "\"unpack_to_dest\": %s}",
        i ? ", " : "", cbs[i].number,
        tt_format_desc((tt_format_t)cbs[i].format)->name,
        cbs[i].pages * cbs[i].page_size, cbs[i].page_size,
        cbs[i].unpack_to_dest ? "true" : "false");
  }
  return NULL;
}

static void print_tensors(const launch_t* l, tt_strbuf_t* b) {
  const char* separator = "";
  tt_strbuf_print(b, "], \"tensors\": [");
  for (uint32_t i = 0; i < l->entry->binding_count; ++i, separator = ", ") {
    tt_strbuf_print(b, "%s%llu", separator,
                    (unsigned long long)l->bindings[i].memory->tensor);
  }
  for (uint32_t i = 0; i < l->entry->scratch_count; ++i, separator = ", ") {
    tt_strbuf_print(b, "%s%llu", separator,
                    (unsigned long long)l->scratch[i]->tensor);
  }
  if (l->program->data) {
    tt_strbuf_print(b, "%s%llu", separator,
                    (unsigned long long)l->program->data->tensor);
  }
  tt_strbuf_print(b, "]}");
}

static tt_status_t print_phase(launch_t* l, uint32_t phase, uint32_t cores,
                               tt_strbuf_t* b) {
  static const char* const fidelities[] = {"LoFi", "", "HiFi2", "HiFi3",
                                           "HiFi4"};
  static const char* const flags[] = {"false", "true"};
  const tt_phase_t* p =
      &l->program->program->phases[l->entry->first_phase + phase];
  tt_strbuf_print(b,
                  "{\"do\": \"launch\", \"device\": %llu, \"cores\": %u, "
                  "\"fidelity\": \"%s\", \"fp32_dest_acc\": %s, "
                  "\"dst_full_sync\": %s, \"approx\": %s, \"cbs\": [",
                  (unsigned long long)l->device->handle, cores,
                  fidelities[p->fidelity], flags[p->fp32_dest_acc],
                  flags[p->dst_full_sync], flags[p->approx]);
  TT_RETURN_IF_ERROR(print_cbs(l, phase, b));
  TT_RETURN_IF_ERROR(print_kernels(l, phase, cores, b));
  print_tensors(l, b);
  return NULL;
}

static tt_status_t run_phase(launch_t* l, uint32_t phase) {
  uint32_t cores = 0;
  TT_RETURN_IF_ERROR(tt_launch_phase_cores(l->program->program, l->entry, phase,
                                           l->env.grid_cores, l->values,
                                           &cores));
  if (cores == 0) return NULL;
  tt_strbuf_t request = {0};
  tt_status_t status = print_phase(l, phase, cores, &request);
  if (status) {
    tt_strbuf_free(&request);
    return status;
  }
  return tt_ttnn_call(&request, NULL, 0);
}

static tt_status_t run(launch_t* l) {
  TT_RETURN_IF_ERROR(prepare(l));
  TT_RETURN_IF_ERROR(check_views(l));
  for (uint32_t i = 0; i < l->entry->phase_count; ++i) {
    TT_RETURN_IF_ERROR(tt_status_prefix(run_phase(l, i), "phase %u", i));
  }
  return NULL;
}

static void add_counts(const launch_t* l) {
  tt_counts_t counts = {0};
  tt_status_free(
      tt_count_entry(l->program->program, l->entry_index, &l->env, &counts));
  tt_backend_counters_t* sum = &l->device->counters;
  pthread_mutex_lock(&l->device->mutex);
  ++sum->launches;
  sum->bytes_read += counts.bytes_read;
  sum->bytes_written += counts.bytes_written;
  sum->tile_ops += counts.tile_ops;
  sum->multiply_adds += counts.multiply_adds;
  sum->element_ops += counts.element_ops;
  pthread_mutex_unlock(&l->device->mutex);
}

tt_status_t tt_ttnn_launch(tt_backend_device_t* device,
                           tt_backend_program_t* program, uint32_t entry,
                           const uint32_t* constants, size_t constant_count,
                           const tt_backend_binding_t* bindings,
                           size_t binding_count) {
  const tt_program_t* p = program->program;
  if (entry >= p->entries_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "entry %u: the program has %u entries", entry,
                          p->entries_count);
  }
  const tt_entry_t* e = &p->entries[entry];
  if (constant_count != e->constant_count ||
      binding_count != e->binding_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "entry @%s: found %zu constants and %zu bindings, "
                          "expected %u and %u",
                          tt_entry_name(p, e), constant_count, binding_count,
                          e->constant_count, e->binding_count);
  }
  launch_t launch = {
      .device = device,
      .program = program,
      .entry_index = entry,
      .entry = e,
      .bindings = bindings,
      .env = {.constants = constants,
              .grid_cores = device->grid_cols * device->grid_rows,
              .dram_banks = device->banks},
  };
  tt_status_t status = run(&launch);
  if (!status) add_counts(&launch);
  release(&launch);
  return tt_status_prefix(status, "entry @%s", tt_entry_name(p, e));
}

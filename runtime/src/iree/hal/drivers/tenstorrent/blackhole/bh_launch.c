// Launches: tt-metal's protocol, one phase after the other
// (docs/launch-protocol.md).

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bh_program.h"
#include "tile/launch.h"

_Static_assert(TT_BH_ARGS_STRIDE >= 4 * TT_EMIT_MAX_ARG_WORDS, "arguments");
_Static_assert(TT_BH_STAGING_END - TT_BH_STAGING == TT_EMIT_STAGING_BYTES,
               "staging CB");

// One launch on its way.
typedef struct launch_t {
  tt_backend_device_t* device;
  tt_backend_program_t* program;
  uint32_t entry_index;
  const tt_entry_t* entry;
  const tt_backend_binding_t* bindings;
  tt_launch_env_t env;
  uint8_t* per_core;  // of the launch program's ops
  uint8_t* values_per_core;
  int64_t* values;          // launch values; per-core ones of the last core
  uint64_t* scratch;        // addresses; 0: not allocated
  uint64_t* scratch_sizes;  // bytes
  uint8_t* l1;  // what is written to a core: [TT_BH_CONFIG, TT_BH_TEXT_END)
} launch_t;

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "out of host memory for a launch");
}

static tt_status_t prepare(launch_t* l) {
  const tt_entry_t* entry = l->entry;
  size_t ops = 0, regs = 0;
  if (entry->launch != TT_NONE) {
    ops = l->program->program->kernels[entry->launch].inst_count;
    regs = l->program->program->kernels[entry->launch].reg_count;
  }
  l->per_core = calloc(ops + 1, 1);
  l->values_per_core = calloc(regs + 1, 1);
  l->values = calloc(regs + 1, sizeof(*l->values));
  l->scratch = calloc(entry->scratch_count + 1, sizeof(*l->scratch));
  l->scratch_sizes =
      calloc(entry->scratch_count + 1, sizeof(*l->scratch_sizes));
  l->l1 = calloc(1, TT_BH_TEXT_END - TT_BH_CONFIG);
  if (!l->per_core || !l->values_per_core || !l->values || !l->scratch ||
      !l->scratch_sizes || !l->l1) {
    return out_of_memory();
  }
  tt_launch_mark(l->program->program, entry, l->per_core, l->values_per_core);
  return tt_launch_eval(l->program->program, entry, &l->env, l->per_core, 0, 0,
                        l->values);
}

static void release(launch_t* l) {
  free(l->per_core);
  free(l->values_per_core);
  free(l->values);
  free(l->scratch);
  free(l->scratch_sizes);
  free(l->l1);
}

//===----------------------------------------------------------------------===//
// Memory of a launch
//===----------------------------------------------------------------------===//

static tt_status_t take_scratch(launch_t* l) {
  for (uint32_t i = 0; i < l->entry->scratch_count; ++i) {
    uint64_t size = 0;
    TT_RETURN_IF_ERROR(tt_launch_scratch_size(l->program->program, l->entry, i,
                                              l->values, &size));
    l->scratch_sizes[i] = size;
    TT_RETURN_IF_ERROR(tt_bh_allocator_take(
        &l->device->dram, tt_bh_bank_bytes(l->device, size), &l->scratch[i]));
  }
  return NULL;
}

static void give_scratch(launch_t* l) {
  for (uint32_t i = 0; l->scratch && i < l->entry->scratch_count; ++i) {
    if (l->scratch[i]) tt_bh_allocator_give(&l->device->dram, l->scratch[i]);
  }
}

static uint64_t source_size(const launch_t* l, const tt_view_t* view) {
  switch (view->source) {
    case TT_VIEW_BINDING:
      return l->bindings[view->index].length;
    case TT_VIEW_SCRATCH:
      return l->scratch_sizes[view->index];
    default:
      return l->program->program->blobs[view->index].size;
  }
}

static tt_status_t check_memory(const launch_t* l) {
  for (uint32_t i = 0; i < l->entry->binding_count; ++i) {
    TT_RETURN_IF_ERROR(tt_status_prefix(
        tt_bh_check_alive(l->device, l->bindings[i].memory), "binding %u", i));
  }
  for (uint32_t i = 0; i < l->entry->view_count; ++i) {
    const tt_view_t* view =
        &l->program->program->views[l->entry->first_view + i];
    uint64_t offset = 0;
    int64_t length = 0;
    TT_RETURN_IF_ERROR(tt_launch_view(l->program->program, l->entry, i,
                                      source_size(l, view), l->values, &offset,
                                      &length));
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// What a core is given
//===----------------------------------------------------------------------===//

static uint8_t* at(launch_t* l, uint32_t address) {
  return l->l1 + (address - TT_BH_CONFIG);
}

static void put16(uint8_t* at, uint32_t value) {
  const uint16_t word = (uint16_t)value;
  memcpy(at, &word, sizeof(word));
}

static void put32(uint8_t* at, uint32_t value) {
  memcpy(at, &value, sizeof(value));
}

static void put64(uint8_t* at, uint64_t value) {
  memcpy(at, &value, sizeof(value));
}

// The bank address and byte offset of a buffer.
static void put_buffer(const launch_t* l, const tt_emit_arg_t* arg,
                       uint8_t* at) {
  uint64_t address = 0, offset = 0;
  switch (arg->kind) {
    case TT_EMIT_ARG_BINDING:
      address = l->bindings[arg->index].memory->address;
      offset = l->bindings[arg->index].offset;
      break;
    case TT_EMIT_ARG_SCRATCH:
      address = l->scratch[arg->index];
      break;
    default:
      address = l->program->data->address;
      offset = l->program->program->blobs[arg->index].offset;
  }
  put32(at, (uint32_t)address);
  put64(at + 4, offset);
}

// Runtime arguments of the three kernels, from the values of one core.
static void put_args(launch_t* l, const tt_bh_phase_t* phase) {
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    uint8_t* base = at(l, TT_BH_ARGS + unit * TT_BH_ARGS_STRIDE);
    for (uint32_t i = 0; i < phase->arg_counts[unit]; ++i) {
      const tt_emit_arg_t* arg = &phase->args[unit][i];
      uint8_t* word = base + 4 * (size_t)arg->word;
      if (arg->kind == TT_EMIT_ARG_VALUE) {
        put64(word, (uint64_t)l->values[arg->index]);
      } else {
        put_buffer(l, arg, word);
      }
    }
  }
}

// CB configurations and kernel code, the same for all cores. *out_end: L1
// address behind the code.
static void put_kernels(launch_t* l, const tt_bh_phase_t* phase,
                        uint32_t* out_end) {
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    const tt_emit_cb_t* cb = &phase->cbs[i];
    uint8_t* config = at(l, TT_BH_CBS + cb->number * TT_BH_CB_SIZE);
    put32(config, phase->cb_addresses[i]);
    put32(config + 4, cb->pages * cb->page_size);
    put32(config + 8, cb->pages);
    put32(config + 12, cb->page_size);
  }
  *out_end = TT_BH_TEXT;
  for (uint32_t i = 0; i < phase->code->segment_count; ++i) {
    const tt_binary_segment_t* segment = &phase->code->segments[i];
    memcpy(at(l, segment->address), phase->code->bytes + segment->offset,
           segment->size);
    const uint32_t end = segment->address + segment->size;
    if (end > *out_end) *out_end = end;
  }
}

// tt-metal's launch message for the kernels of |phase|.
static void make_message(const tt_bh_phase_t* phase,
                         uint8_t message[TT_BH_LAUNCH_SIZE]) {
  static const tt_unit_t units[TT_PROCESSOR_COUNT] = {
      TT_UNIT_WRITER, TT_UNIT_READER, TT_UNIT_COMPUTE, TT_UNIT_COMPUTE,
      TT_UNIT_COMPUTE};
  memset(message, 0, TT_BH_LAUNCH_SIZE);
  put32(message + TT_BH_LAUNCH_CONFIG_BASE, TT_BH_CONFIG);
  put16(message + TT_BH_LAUNCH_LOCAL_CB, TT_BH_CBS - TT_BH_CONFIG);
  put16(message + TT_BH_LAUNCH_REMOTE_CB, TT_BH_CBS - TT_BH_CONFIG);
  message[TT_BH_LAUNCH_MODE] = TT_BH_LAUNCH_MODE_HOST;
  message[TT_BH_LAUNCH_FIRST_REMOTE_CB] = TT_MAX_CBS;
  uint32_t cb_mask = 0, enables = 0;
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    cb_mask |= 1u << phase->cbs[i].number;
  }
  for (int p = 0; p < TT_PROCESSOR_COUNT; ++p) {
    const uint32_t args = TT_BH_ARGS + units[p] * TT_BH_ARGS_STRIDE;
    put16(message + TT_BH_LAUNCH_ARGS + 4 * p, args - TT_BH_CONFIG);
    put16(message + TT_BH_LAUNCH_ARGS + 4 * p + 2, args - TT_BH_CONFIG);
    if (!phase->code->entry[p]) continue;
    enables |= 1u << p;
    put32(message + TT_BH_LAUNCH_TEXT + 4 * p,
          phase->code->entry[p] - TT_BH_CONFIG);
  }
  put32(message + TT_BH_LAUNCH_CB_MASK, cb_mask);
  put32(message + TT_BH_LAUNCH_ENABLES, enables);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

// The launch values of one core.
static tt_status_t evaluate(launch_t* l, uint32_t core) {
  return tt_launch_eval(l->program->program, l->entry, &l->env, l->per_core, 1,
                        core, l->values);
}

// Gives |core| its part of the phase and tells it to go. |end|: of the code.
static tt_status_t start_core(launch_t* l, const tt_bh_phase_t* phase,
                              uint32_t core, uint32_t end) {
  tt_backend_device_t* device = l->device;
  const tt_bh_noc_t worker = tt_bh_chip_worker(&device->chip, core);
  TT_RETURN_IF_ERROR(evaluate(l, core));
  put_args(l, phase);
  // Cores that ran these kernels last have them still.
  const bool loaded = device->cores[core].loaded == phase->serial;
  const uint32_t size = (loaded ? TT_BH_CBS : end) - TT_BH_CONFIG;
  TT_RETURN_IF_ERROR(tt_bh_write(device, worker, TT_BH_CONFIG, l->l1, size));
  if (!loaded) {
    uint8_t message[TT_BH_LAUNCH_SIZE];
    make_message(phase, message);
    TT_RETURN_IF_ERROR(
        tt_bh_write(device, worker, TT_BH_LAUNCH, message, sizeof(message)));
    device->cores[core].loaded = phase->serial;
  }
  uint8_t go[4] = {0};
  go[TT_BH_GO_SIGNAL - TT_BH_GO] = TT_BH_SIGNAL_GO;
  return tt_bh_write(device, worker, TT_BH_GO, go, sizeof(go));
}

static tt_status_t run_phase(launch_t* l, uint32_t index) {
  uint32_t cores = 0;
  TT_RETURN_IF_ERROR(tt_launch_phase_cores(l->program->program, l->entry, index,
                                           l->env.grid_cores, l->values,
                                           &cores));
  if (cores == 0) return NULL;
  // No core starts before all have their values.
  for (uint32_t core = 0; core < cores; ++core) {
    TT_RETURN_IF_ERROR(evaluate(l, core));
  }
  const tt_bh_phase_t* phase =
      &l->program->phases[l->entry->first_phase + index];
  TT_RETURN_IF_ERROR(tt_bh_boot(l->device, cores));
  memset(l->l1, 0, TT_BH_TEXT - TT_BH_CONFIG);
  uint32_t end = 0;
  put_kernels(l, phase, &end);
  for (uint32_t core = 0; core < cores; ++core) {
    TT_RETURN_IF_ERROR(start_core(l, phase, core, end));
  }
  const uint64_t began = l->device->cycles;
  uint32_t pending = 0;
  TT_RETURN_IF_ERROR(tt_bh_wait(l->device, cores, l->device->timeout_ms,
                                l->device->target.checked, &pending));
  l->device->counters.cycles += l->device->cycles - began;
  if (pending == cores) return NULL;
  const tt_bh_running_t running = {l->program->program, l->entry_index, index};
  return tt_bh_fault(l->device, &running, cores, pending);
}

static tt_status_t run(launch_t* l) {
  TT_RETURN_IF_ERROR(prepare(l));
  TT_RETURN_IF_ERROR(take_scratch(l));
  TT_RETURN_IF_ERROR(check_memory(l));
  TT_RETURN_IF_ERROR(tt_bh_upload_data(l->device, l->program));
  for (uint32_t i = 0; i < l->entry->phase_count; ++i) {
    TT_RETURN_IF_ERROR(tt_status_prefix(run_phase(l, i), "phase %u", i));
  }
  return NULL;
}

static void add_counts(tt_backend_device_t* device, const tt_counts_t* counts) {
  ++device->counters.launches;
  device->counters.bytes_read += counts->bytes_read;
  device->counters.bytes_written += counts->bytes_written;
  device->counters.tile_ops += counts->tile_ops;
  device->counters.multiply_adds += counts->multiply_adds;
  device->counters.element_ops += counts->element_ops;
}

static tt_status_t check_counts(const tt_backend_program_t* program,
                                uint32_t entry, size_t constant_count,
                                size_t binding_count) {
  const tt_program_t* p = program->program;
  if (entry >= p->entries_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "entry %u: the program has %u entries", entry,
                          p->entries_count);
  }
  const tt_entry_t* e = &p->entries[entry];
  if (constant_count == e->constant_count &&
      binding_count == e->binding_count) {
    return NULL;
  }
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "entry @%s: found %zu constants and %zu bindings, "
                        "expected %u and %u",
                        tt_entry_name(p, e), constant_count, binding_count,
                        e->constant_count, e->binding_count);
}

tt_status_t tt_bh_launch(tt_backend_device_t* device,
                         tt_backend_program_t* program, uint32_t entry,
                         const uint32_t* constants, size_t constant_count,
                         const tt_backend_binding_t* bindings,
                         size_t binding_count) {
  TT_RETURN_IF_ERROR(
      check_counts(program, entry, constant_count, binding_count));
  const char* name =
      tt_entry_name(program->program, &program->program->entries[entry]);
  // Compiling takes long: other users of the device go on meanwhile.
  TT_RETURN_IF_ERROR(tt_bh_build_firmware(device, program->program));
  TT_RETURN_IF_ERROR(tt_bh_build_entry(device, program, entry));
  const tt_counts_t counts = tt_bh_count(device, program, entry, constants);
  TT_RETURN_IF_ERROR(tt_bh_enter(device));
  launch_t launch = {
      .device = device,
      .program = program,
      .entry_index = entry,
      .entry = &program->program->entries[entry],
      .bindings = bindings,
      .env = {.constants = constants,
              .grid_cores = tt_bh_chip_cores(&device->chip),
              .dram_banks = device->chip.bank_count},
  };
  tt_status_t status = run(&launch);
  give_scratch(&launch);
  release(&launch);
  if (!status) add_counts(device, &counts);
  tt_bh_leave(device);
  return tt_status_prefix(status, "entry @%s", name);
}

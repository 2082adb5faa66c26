// Programs of the mock: loaded images, and launches over the pool's threads.

#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tile/chip.h"
#include "tile/interp.h"

struct tt_backend_program_t {
  tt_program_t* program;
  tt_interp_t* interp;
};

void tt_mock_unload(tt_backend_device_t* device,
                    tt_backend_program_t* program) {
  if (!program) return;
  tt_interp_destroy(program->interp);
  tt_program_free(program->program);
  free(program);
}

// Refuses programs that need more L1 than this device was given.
static tt_status_t check_l1(const tt_backend_device_t* device,
                            const tt_interp_t* interp) {
  uint64_t limit = device->options.l1_size - tt_chip_blackhole.l1_reserved;
  uint64_t need = tt_interp_l1_bytes(interp);
  if (need <= limit) return NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "the program's circular buffers need %llu bytes of L1, "
                        "%llu of %llu are free; compile it with "
                        "--iree-tenstorrent-l1-size=%llu",
                        (unsigned long long)need, (unsigned long long)limit,
                        (unsigned long long)device->options.l1_size,
                        (unsigned long long)device->options.l1_size);
}

tt_status_t tt_mock_load(tt_backend_device_t* device, const void* image,
                         size_t image_size,
                         tt_backend_program_t** out_program) {
  *out_program = NULL;
  tt_backend_program_t* loaded = calloc(1, sizeof(*loaded));
  if (!loaded) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a program");
  }
  tt_status_t status =
      tt_program_read_image(image, image_size, &loaded->program);
  if (!status) {
    const tt_interp_options_t options = {.isa = device->options.isa,
                                         .numerics = device->options.numerics,
                                         .checked = device->options.checked};
    status = tt_interp_create(loaded->program, &options, &loaded->interp);
  }
  if (!status) status = check_l1(device, loaded->interp);
  if (status) {
    tt_mock_unload(device, loaded);
    return status;
  }
  *out_program = loaded;
  return NULL;
}

uint32_t tt_mock_entry_count(tt_backend_program_t* program) {
  return program->program->entries_count;
}

void tt_mock_query_entry(tt_backend_program_t* program, uint32_t entry,
                         tt_backend_entry_t* out_entry) {
  *out_entry = tt_backend_entry_of(program->program, entry);
}

// One phase of a launch, as the pool's items see it.
typedef struct tt_mock_phase_job_t {
  tt_backend_device_t* device;
  const tt_interp_t* interp;
  const tt_interp_launch_t* launch;
  uint32_t phase;
} tt_mock_phase_job_t;

static void add_counters(tt_backend_device_t* device,
                         const tt_interp_counters_t* counters) {
  tt_backend_counters_t* sum = &device->counters;
  pthread_mutex_lock(&device->mutex);
  sum->bytes_read += counters->bytes_read;
  sum->bytes_written += counters->bytes_written;
  sum->tile_ops += counters->tile_ops;
  sum->multiply_adds += counters->multiply_adds;
  sum->element_ops += counters->element_ops;
  pthread_mutex_unlock(&device->mutex);
}

static tt_status_t run_core(void* context, void* state, uint32_t core) {
  const tt_mock_phase_job_t* job = context;
  tt_interp_counters_t counters = {0};
  TT_RETURN_IF_ERROR(tt_interp_worker_reserve(state, job->interp));
  TT_RETURN_IF_ERROR(
      tt_interp_run_core(job->launch, job->phase, core, state, &counters));
  add_counters(job->device, &counters);
  return NULL;
}

static tt_status_t run_phases(tt_backend_device_t* device,
                              const tt_interp_t* interp,
                              const tt_interp_launch_t* launch) {
  uint32_t count = tt_interp_phase_count(launch);
  for (uint32_t phase = 0; phase < count; ++phase) {
    tt_mock_phase_job_t job = {device, interp, launch, phase};
    TT_RETURN_IF_ERROR(tt_mock_pool_run(
        device->pool, tt_interp_phase_cores(launch, phase), run_core, &job));
  }
  return NULL;
}

// The interpreter knows of no option.
static tt_status_t name_timeout(tt_status_t status, uint64_t timeout) {
  if (tt_status_code(status) != TT_CODE_DEADLINE_EXCEEDED) return status;
  tt_status_t named = tt_status_make(
      TT_CODE_DEADLINE_EXCEEDED,
      "%s: it ran longer than %g s; the device option timeout=SECONDS sets "
      "that (0: no limit)",
      tt_status_message(status), (double)timeout * 1e-9);
  tt_status_free(status);
  return named;
}

static tt_status_t check_counts(const tt_program_t* program,
                                const tt_entry_t* entry, size_t constant_count,
                                size_t binding_count) {
  if (constant_count == entry->constant_count &&
      binding_count == entry->binding_count) {
    return NULL;
  }
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "entry '%s': found %zu constants and %zu bindings, "
                        "expected %u and %u",
                        tt_entry_name(program, entry), constant_count,
                        binding_count, entry->constant_count,
                        entry->binding_count);
}

tt_status_t tt_mock_launch(tt_backend_device_t* device,
                           tt_backend_program_t* program, uint32_t entry,
                           const uint32_t* constants, size_t constant_count,
                           const tt_backend_binding_t* bindings,
                           size_t binding_count) {
  if (entry >= program->program->entries_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "entry %u: the program has %u entries", entry,
                          program->program->entries_count);
  }
  TT_RETURN_IF_ERROR(check_counts(program->program,
                                  &program->program->entries[entry],
                                  constant_count, binding_count));
  tt_interp_binding_t resolved[TT_MAX_BINDINGS];
  for (size_t i = 0; i < binding_count; ++i) {
    resolved[i].data = bindings[i].memory->data + bindings[i].offset;
    resolved[i].length = bindings[i].length;
  }
  pthread_mutex_lock(&device->mutex);
  uint64_t dram_free = device->options.dram_size - device->dram_used;
  ++device->counters.launches;
  pthread_mutex_unlock(&device->mutex);
  const uint64_t timeout = device->options.timeout;
  const tt_interp_params_t params = {
      .entry = entry,
      .env = {.constants = constants,
              .grid_cores = device->options.cores,
              .dram_banks = tt_chip_blackhole.dram_banks},
      .bindings = resolved,
      .scratch_limit = dram_free,
      .deadline = timeout ? tt_interp_now() + timeout : 0,
  };
  tt_interp_launch_t* launch = NULL;
  TT_RETURN_IF_ERROR(
      tt_interp_launch_create(program->interp, &params, &launch));
  tt_status_t status = run_phases(device, program->interp, launch);
  tt_interp_launch_destroy(launch);
  return name_timeout(status, timeout);
}

tt_status_t tt_mock_core_create(void* device, void** out_state) {
  tt_interp_worker_t* worker = NULL;
  tt_status_t status = tt_interp_worker_create(&worker);
  *out_state = worker;
  return status;
}

void tt_mock_core_destroy(void* device, void* state) {
  tt_interp_worker_destroy(state);
}

// Programs: loading their images, making and keeping their kernels.

#include "bh_program.h"

#include <stdlib.h>
#include <string.h>

#include "toolchain/precompiled.h"

enum { CB_ALIGNMENT = 64 };

static void free_phase(tt_bh_phase_t* phase) {
  tt_binary_free(phase->code);
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    free(phase->args[unit]);
  }
}

void tt_bh_unload(tt_backend_device_t* device, tt_backend_program_t* program) {
  if (!program) return;
  tt_bh_release(device, program->data);
  for (uint32_t i = 0; program->phases && i < program->program->phases_count;
       ++i) {
    free_phase(&program->phases[i]);
  }
  for (uint32_t i = 0; program->costs && i < program->program->entries_count;
       ++i) {
    free(program->costs[i].constants);
  }
  free(program->phases);
  free(program->costs);
  tt_program_free(program->program);
  free(program);
}

tt_status_t tt_bh_load(tt_backend_device_t* device, const void* image,
                       size_t image_size, tt_backend_program_t** out_program) {
  *out_program = NULL;
  tt_program_t* read = NULL;
  TT_RETURN_IF_ERROR(tt_program_read_image(image, image_size, &read));
  tt_backend_program_t* program = calloc(1, sizeof(*program));
  if (!program) {
    tt_program_free(read);
  } else {
    program->program = read;
    program->phases = calloc(read->phases_count + 1, sizeof(*program->phases));
    program->costs = calloc(read->entries_count + 1, sizeof(*program->costs));
  }
  if (!program || !program->phases || !program->costs) {
    tt_bh_unload(device, program);
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a program");
  }
  *out_program = program;
  return NULL;
}

uint32_t tt_bh_entry_count(tt_backend_program_t* program) {
  return program->program->entries_count;
}

void tt_bh_query_entry(tt_backend_program_t* program, uint32_t entry,
                       tt_backend_entry_t* out_entry) {
  *out_entry = tt_backend_entry_of(program->program, entry);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

// The program's CBs lie one behind the other from TT_BH_STAGING_END (that they
// fit is proven of a verified program), the emitter's staging CB before them.
static void place_cbs(tt_bh_phase_t* built, uint32_t program_cbs) {
  uint32_t address = TT_BH_STAGING_END;
  for (uint32_t i = 0; i < built->cb_count; ++i) {
    if (i >= program_cbs) {
      built->cb_addresses[i] = TT_BH_STAGING;
      continue;
    }
    built->cb_addresses[i] = address;
    address += built->cbs[i].pages * built->cbs[i].page_size;
    address = (address + CB_ALIGNMENT - 1) / CB_ALIGNMENT * CB_ALIGNMENT;
  }
}

// The kernels of phase |index| (of all) that |program| carries.
static tt_status_t take_carried(const tt_backend_device_t* device,
                                const tt_program_t* program, uint32_t index,
                                tt_binary_t** out_code) {
  uint64_t firmware = 0;
  TT_RETURN_IF_ERROR(tt_precompiled_find(program, &device->target, index,
                                         out_code, &firmware));
  if (firmware == device->firmware_id) return NULL;
  return tt_status_make(
      TT_CODE_FAILED_PRECONDITION,
      "the program's kernels were compiled for firmware %016llx, the device "
      "runs %016llx; compile all programs of a device with one toolchain",
      (unsigned long long)firmware, (unsigned long long)device->firmware_id);
}

// Builds phase |phase| of |entry| into |built|.
static tt_status_t build_phase(tt_backend_device_t* device,
                               const tt_program_t* program, uint32_t entry,
                               uint32_t phase, tt_bh_phase_t* built) {
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    TT_RETURN_IF_ERROR(tt_emit_kernel_args(program, entry, phase,
                                           (tt_unit_t)unit, &built->args[unit],
                                           &built->arg_counts[unit]));
  }
  TT_RETURN_IF_ERROR(
      tt_emit_phase_cbs(program, entry, phase, built->cbs, &built->cb_count));
  const tt_entry_t* e = &program->entries[entry];
  place_cbs(built, program->phases[e->first_phase + phase].cb_count);
  TT_RETURN_IF_ERROR(device->toolchain
                         ? tt_toolchain_phase(device->toolchain,
                                              &device->target, program, entry,
                                              phase, &built->code)
                         : take_carried(device, program, e->first_phase + phase,
                                        &built->code));
  for (uint32_t i = 0; i < built->code->segment_count; ++i) {
    const tt_binary_segment_t* segment = &built->code->segments[i];
    if (segment->address >= TT_BH_TEXT && segment->address <= TT_BH_TEXT_END &&
        segment->size <= TT_BH_TEXT_END - segment->address) {
      continue;
    }
    return tt_status_make(TT_CODE_INTERNAL,
                          "%u bytes of kernel at 0x%x, expected within 0x%x "
                          "and 0x%x",
                          segment->size, segment->address, TT_BH_TEXT,
                          TT_BH_TEXT_END);
  }
  built->serial = ++device->next_serial;
  return NULL;
}

tt_status_t tt_bh_build_entry(tt_backend_device_t* device,
                              tt_backend_program_t* program, uint32_t entry) {
  const tt_entry_t* e = &program->program->entries[entry];
  tt_status_t status = NULL;
  pthread_mutex_lock(&device->build_mutex);
  for (uint32_t i = 0; i < e->phase_count && !status; ++i) {
    tt_bh_phase_t* phase = &program->phases[e->first_phase + i];
    if (phase->serial) continue;
    tt_bh_phase_t built = {0};
    status = build_phase(device, program->program, entry, i, &built);
    if (status) {
      free_phase(&built);
    } else {
      *phase = built;
    }
  }
  pthread_mutex_unlock(&device->build_mutex);
  return status;
}

//===----------------------------------------------------------------------===//
// Costs and data
//===----------------------------------------------------------------------===//

static bool is_known(const tt_bh_cost_t* cost, const uint32_t* constants,
                     size_t size) {
  return cost->is_known &&
         (size == 0 || memcmp(cost->constants, constants, size) == 0);
}

tt_counts_t tt_bh_count(tt_backend_device_t* device,
                        tt_backend_program_t* program, uint32_t entry,
                        const uint32_t* constants) {
  tt_bh_cost_t* cost = &program->costs[entry];
  const tt_launch_env_t env = {.constants = constants,
                               .grid_cores = tt_bh_chip_cores(&device->chip),
                               .dram_banks = device->chip.bank_count};
  const size_t size =
      program->program->entries[entry].constant_count * sizeof(*constants);
  pthread_mutex_lock(&device->build_mutex);
  if (!is_known(cost, constants, size)) {
    cost->counts = (tt_counts_t){0};
    tt_status_free(
        tt_count_entry(program->program, entry, &env, &cost->counts));
    if (!cost->constants) cost->constants = malloc(size ? size : 1);
    cost->is_known = cost->constants != NULL;
    if (cost->is_known && size) memcpy(cost->constants, constants, size);
  }
  const tt_counts_t counts = cost->counts;
  pthread_mutex_unlock(&device->build_mutex);
  return counts;
}

tt_status_t tt_bh_upload_data(tt_backend_device_t* device,
                              tt_backend_program_t* program) {
  const tt_program_t* p = program->program;
  if (!p->data_count) return NULL;
  if (!program->data) {
    tt_backend_memory_t* data = calloc(1, sizeof(*data));
    if (!data) {
      return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "out of host memory for a program's data");
    }
    tt_status_t status = tt_bh_allocator_take(
        &device->dram, tt_bh_bank_bytes(device, p->data_count), &data->address);
    if (status) {
      free(data);
      return status;
    }
    data->size = p->data_count;
    data->generation = device->generation - 1;
    program->data = data;
  }
  if (program->data->generation == device->generation) return NULL;
  TT_RETURN_IF_ERROR(tt_bh_dram_write(device, program->data->address, 0,
                                      p->data, p->data_count));
  program->data->generation = device->generation;
  return NULL;
}

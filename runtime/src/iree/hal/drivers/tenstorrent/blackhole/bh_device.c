// Opens, describes and closes a device, and guards its transport.

#include "bh_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bh_simulators.h"
#include "tile/chip.h"

// Bank address 0 means "nothing" to kernels, and tt-metal's barriers use the
// first bytes.
enum { DRAM_BEGIN = 4096 };

int64_t tt_bh_now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Opens what |options| name; |device| can be closed whatever happens.
static tt_status_t open_parts(tt_backend_device_t* device,
                              const tt_bh_options_t* options,
                              const tt_backend_param_t* params, size_t count) {
  // What a launch needs is looked for now, not when it is missed.
  if (!options->binaries) {
    TT_RETURN_IF_ERROR(
        tt_toolchain_create(&options->toolchain, &device->toolchain));
  }
  TT_RETURN_IF_ERROR(device->vtable->open(params, count, &device->transport));
  tt_bh_transport_info_t info;
  device->vtable->query_info(device->transport, &info);
  TT_RETURN_IF_ERROR(tt_bh_chip_init(&info, options->grid_cols,
                                     options->grid_rows, options->banks,
                                     &device->chip));
  device->target =
      tt_toolchain_target_blackhole(device->chip.bank_count, options->checked);
  device->timeout_ms = options->timeout_ms;
  snprintf(device->name, sizeof(device->name), "Blackhole (%s, %ux%u)",
           info.name, device->chip.cols, device->chip.rows);
  tt_bh_allocator_init(DRAM_BEGIN, tt_chip_blackhole.dram_bank_size,
                       &device->dram);
  device->staging = malloc(TT_BH_STAGING_BUFFER);
  if (device->staging) return NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "out of host memory for a device");
}

tt_status_t tt_bh_open(const tt_bh_transport_vtable_t* vtable,
                       const tt_backend_param_t* params, size_t param_count,
                       tt_backend_device_t** out_device) {
  *out_device = NULL;
  tt_backend_device_t* device = calloc(1, sizeof(*device));
  tt_backend_param_t* transport_params =
      calloc(param_count + 1, sizeof(*transport_params));
  tt_status_t status = NULL;
  if (!device || !transport_params) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "out of host memory for a device");
    free(device);
    device = NULL;
  }
  if (!status) {
    device->vtable = vtable;
    pthread_mutex_init(&device->mutex, NULL);
    pthread_mutex_init(&device->build_mutex, NULL);
    tt_bh_options_t options;
    size_t count = 0;
    status = tt_bh_options_parse(vtable, params, param_count, &options,
                                 transport_params, &count);
    if (!status) status = open_parts(device, &options, transport_params, count);
  }
  free(transport_params);
  if (status) {
    tt_bh_close(device);
    return status;
  }
  *out_device = device;
  return NULL;
}

void tt_bh_close(tt_backend_device_t* device) {
  if (!device) return;
  if (device->transport) device->vtable->close(device->transport);
  tt_bh_allocator_deinit(&device->dram);
  free(device->staging);
  tt_binary_free(device->firmware);
  tt_toolchain_destroy(device->toolchain);
  pthread_mutex_destroy(&device->build_mutex);
  pthread_mutex_destroy(&device->mutex);
  free(device);
}

void tt_bh_query_info(tt_backend_device_t* device,
                      tt_backend_info_t* out_info) {
  const tt_bh_chip_t* chip = &device->chip;
  *out_info = (tt_backend_info_t){
      .grid_rows = chip->rows,
      .grid_cols = chip->cols,
      .core_count = tt_bh_chip_cores(chip),
      .l1_size = tt_chip_blackhole.l1_size,
      .dram_size =
          chip->bank_count * (tt_chip_blackhole.dram_bank_size - DRAM_BEGIN),
      .dram_banks = chip->bank_count,
      .host_visible = false};
  memcpy(out_info->name, device->name, sizeof(out_info->name));
}

void tt_bh_query_counters(tt_backend_device_t* device,
                          tt_backend_counters_t* out_counters) {
  pthread_mutex_lock(&device->mutex);
  *out_counters = device->counters;
  pthread_mutex_unlock(&device->mutex);
}

//===----------------------------------------------------------------------===//
// The transport
//===----------------------------------------------------------------------===//

static void forget_cores(tt_backend_device_t* device) {
  memset(device->cores, 0, sizeof(device->cores));
}

tt_status_t tt_bh_enter(tt_backend_device_t* device) {
  pthread_mutex_lock(&device->mutex);
  if (!device->lost) return NULL;
  tt_status_t status = device->vtable->restart(device->transport);
  if (status) {
    pthread_mutex_unlock(&device->mutex);
    return status;
  }
  device->lost = false;
  return NULL;
}

void tt_bh_leave(tt_backend_device_t* device) {
  pthread_mutex_unlock(&device->mutex);
}

void tt_bh_lose(tt_backend_device_t* device) {
  device->lost = true;
  ++device->generation;
  forget_cores(device);
}

// Every failure of a transport takes what it held.
static tt_status_t checked(tt_backend_device_t* device, tt_status_t status) {
  if (status && !device->lost) tt_bh_lose(device);
  return status;
}

tt_status_t tt_bh_read(tt_backend_device_t* device, tt_bh_noc_t tile,
                       uint64_t address, void* target, size_t size) {
  return checked(device, device->vtable->read(device->transport, tile, address,
                                              target, size));
}

tt_status_t tt_bh_write(tt_backend_device_t* device, tt_bh_noc_t tile,
                        uint64_t address, const void* source, size_t size) {
  return checked(device, device->vtable->write(device->transport, tile, address,
                                               source, size));
}

tt_status_t tt_bh_advance(tt_backend_device_t* device, uint32_t cycles) {
  return checked(device, device->vtable->advance(device->transport, cycles,
                                                 &device->cycles));
}

tt_status_t tt_bh_set_reset(tt_backend_device_t* device, tt_bh_noc_t worker,
                            bool asserted) {
  return checked(
      device, device->vtable->set_reset(device->transport, worker, asserted));
}

tt_status_t tt_bh_restart(tt_backend_device_t* device) {
  forget_cores(device);
  return checked(device, device->vtable->restart(device->transport));
}

TT_BH_BACKEND(tt_ttsim_backend, tt_bh_ttsim, "ttsim",
              "Blackhole (ttsim), runs its machine code in a simulator", NULL);
TT_BH_BACKEND(tt_wolfpine_backend, tt_bh_wolfpine, "wolfpine",
              "Blackhole (wolfpine), runs its machine code in Python", NULL);

// The mock Blackhole: opens, closes and describes a device.

#include <stdio.h>
#include <stdlib.h>

#include "mock.h"
#include "tile/chip.h"

static void mock_close(tt_backend_device_t* device) {
  if (!device) return;
  tt_mock_pool_destroy(device->pool);
  pthread_mutex_destroy(&device->mutex);
  free(device);
}

static tt_status_t mock_open(const tt_backend_param_t* params,
                             size_t param_count,
                             tt_backend_device_t** out_device) {
  *out_device = NULL;
  tt_mock_options_t options;
  TT_RETURN_IF_ERROR(tt_mock_options_parse(params, param_count, &options));
  tt_backend_device_t* device = calloc(1, sizeof(*device));
  if (!device) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a mock device");
  }
  device->options = options;
  pthread_mutex_init(&device->mutex, NULL);
  const tt_mock_pool_states_t states = {.create = tt_mock_core_create,
                                        .destroy = tt_mock_core_destroy,
                                        .context = device};
  tt_status_t status =
      tt_mock_pool_create(options.threads, &states, &device->pool);
  if (status) {
    mock_close(device);
    return status;
  }
  *out_device = device;
  return NULL;
}

static void mock_query_info(tt_backend_device_t* device,
                            tt_backend_info_t* out_info) {
  const tt_mock_options_t* o = &device->options;
  *out_info = (tt_backend_info_t){.grid_rows = o->grid_rows,
                                  .grid_cols = o->grid_cols,
                                  .core_count = o->cores,
                                  .l1_size = o->l1_size,
                                  .dram_size = o->dram_size,
                                  .dram_banks = tt_chip_blackhole.dram_banks,
                                  .host_visible = true};
  snprintf(out_info->name, sizeof(out_info->name), "Blackhole (mock, %ux%u)",
           o->grid_cols, o->grid_rows);
}

static void mock_query_counters(tt_backend_device_t* device,
                                tt_backend_counters_t* out_counters) {
  pthread_mutex_lock(&device->mutex);
  *out_counters = device->counters;
  pthread_mutex_unlock(&device->mutex);
}

const tt_backend_vtable_t tt_mock_backend = {
    .name = "mock",
    .description = "Blackhole (mock), interprets tile programs on the host CPU",
    .open = mock_open,
    .close = mock_close,
    .query_info = mock_query_info,
    .query_counters = mock_query_counters,
    .allocate = tt_mock_allocate,
    .import = tt_mock_import,
    .release = tt_mock_release,
    .host_pointer = tt_mock_host_pointer,
    .write = tt_mock_write,
    .read = tt_mock_read,
    .copy = tt_mock_copy,
    .fill = tt_mock_fill,
    .load = tt_mock_load,
    .unload = tt_mock_unload,
    .entry_count = tt_mock_entry_count,
    .query_entry = tt_mock_query_entry,
    .launch = tt_mock_launch,
};

// The TTNN device: opening, programs, what it is.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"
#include "ttnn.h"

static void ttnn_close(tt_backend_device_t* device) {
  if (!device) return;
  tt_strbuf_t request = {0};
  tt_strbuf_print(&request, "{\"do\": \"close\", \"device\": %llu}",
                  (unsigned long long)device->handle);
  tt_status_free(tt_ttnn_call(&request, NULL, 0));
  pthread_mutex_destroy(&device->mutex);
  free(device);
}

static tt_status_t parse_options(const tt_backend_param_t* params, size_t count,
                                 uint64_t* out_device) {
  *out_device = 0;
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(params[i].key, "device")) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "unknown device option '%s'; ttnn takes device",
                            params[i].key);
    }
    char* end = NULL;
    *out_device = strtoull(params[i].value, &end, 10);
    if (*params[i].value < '0' || *params[i].value > '9' || *end ||
        *out_device > 255) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "device option device: found '%s', expected a "
                            "number from 0 to 255",
                            params[i].value);
    }
  }
  return NULL;
}

static tt_status_t ttnn_open(const tt_backend_param_t* params, size_t count,
                             tt_backend_device_t** out_device) {
  *out_device = NULL;
  uint64_t which = 0, n[4];
  TT_RETURN_IF_ERROR(parse_options(params, count, &which));
  tt_strbuf_t request = {0};
  tt_strbuf_print(&request, "{\"do\": \"open\", \"device\": %llu}",
                  (unsigned long long)which);
  TT_RETURN_IF_ERROR(tt_ttnn_call(&request, n, 4));
  tt_backend_device_t* device = calloc(1, sizeof(*device));
  if (!device) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a ttnn device");
  }
  pthread_mutex_init(&device->mutex, NULL);
  device->handle = n[0];
  device->grid_cols = (uint32_t)n[1];
  device->grid_rows = (uint32_t)n[2];
  device->banks = (uint32_t)n[3];
  *out_device = device;
  return NULL;
}

static void query_info(tt_backend_device_t* device,
                       tt_backend_info_t* out_info) {
  *out_info = (tt_backend_info_t){
      .grid_rows = device->grid_rows,
      .grid_cols = device->grid_cols,
      .core_count = device->grid_rows * device->grid_cols,
      .l1_size = tt_chip_blackhole.l1_size,
      .dram_size = device->banks * tt_chip_blackhole.dram_bank_size,
      .dram_banks = device->banks};
  snprintf(out_info->name, sizeof(out_info->name), "Blackhole (ttnn, %ux%u)",
           device->grid_cols, device->grid_rows);
}

static void query_counters(tt_backend_device_t* device,
                           tt_backend_counters_t* out_counters) {
  pthread_mutex_lock(&device->mutex);
  *out_counters = device->counters;
  pthread_mutex_unlock(&device->mutex);
}

static tt_status_t import_memory(tt_backend_device_t* device, void* host,
                                 uint64_t size,
                                 tt_backend_memory_t** out_memory) {
  (void)device, (void)host, (void)size;
  *out_memory = NULL;
  return NULL;
}

static void* host_pointer(tt_backend_memory_t* memory) {
  (void)memory;
  return NULL;
}

static void unload(tt_backend_device_t* device, tt_backend_program_t* program) {
  if (!program) return;
  tt_ttnn_release(device, program->data);
  tt_program_free(program->program);
  free(program);
}

static tt_status_t load(tt_backend_device_t* device, const void* image,
                        size_t image_size, tt_backend_program_t** out_program) {
  *out_program = NULL;
  tt_backend_program_t* program = calloc(1, sizeof(*program));
  if (!program) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a program");
  }
  tt_status_t status =
      tt_program_read_image(image, image_size, &program->program);
  const tt_program_t* p = program->program;
  if (!status && p->data_count) {
    status = tt_ttnn_allocate(device, p->data_count, &program->data);
  }
  if (!status && p->data_count) {
    status = tt_ttnn_write(device, program->data, 0, p->data, p->data_count);
  }
  if (status) {
    unload(device, program);
    return status;
  }
  *out_program = program;
  return NULL;
}

static uint32_t entry_count(tt_backend_program_t* program) {
  return program->program->entries_count;
}

static void query_entry(tt_backend_program_t* program, uint32_t entry,
                        tt_backend_entry_t* out_entry) {
  *out_entry = tt_backend_entry_of(program->program, entry);
}

extern const tt_backend_vtable_t tt_ttnn_backend;
const tt_backend_vtable_t tt_ttnn_backend = {
    .name = "ttnn",
    .description =
        "Blackhole card by the Python module ttnn, never tried on "
        "silicon",
    .open = ttnn_open,
    .close = ttnn_close,
    .query_info = query_info,
    .query_counters = query_counters,
    .allocate = tt_ttnn_allocate,
    .import = import_memory,
    .release = tt_ttnn_release,
    .host_pointer = host_pointer,
    .write = tt_ttnn_write,
    .read = tt_ttnn_read,
    .copy = tt_ttnn_copy,
    .fill = tt_ttnn_fill,
    .load = load,
    .unload = unload,
    .entry_count = entry_count,
    .query_entry = query_entry,
    .launch = tt_ttnn_launch,
};

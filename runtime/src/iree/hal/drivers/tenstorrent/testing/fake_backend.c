#include "iree/hal/drivers/tenstorrent/testing/fake_backend.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tt_backend_device_t {
  bool visible;
  uint64_t dram_size;
  _Atomic uint64_t launches;
};

struct tt_backend_memory_t {
  tt_backend_device_t* device;
  uint8_t* data;
  uint64_t size;
  bool owned;
};

struct tt_backend_program_t {
  int unused;
};

static _Atomic int live_objects;
static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_open = true;

int fake_backend_live_objects(void) { return atomic_load(&live_objects); }

static void set_gate(bool open) {
  pthread_mutex_lock(&gate_mutex);
  gate_open = open;
  pthread_cond_broadcast(&gate_changed);
  pthread_mutex_unlock(&gate_mutex);
}

void fake_backend_close_gate(void) { set_gate(false); }
void fake_backend_open_gate(void) { set_gate(true); }

static _Atomic bool other_preferred;

void fake_backend_prefer_other(bool preferred) { other_preferred = preferred; }

static bool is_other_preferred(void) { return other_preferred; }

static void* new_object(size_t size) {
  atomic_fetch_add(&live_objects, 1);
  return calloc(1, size);
}

static void delete_object(void* object) {
  atomic_fetch_sub(&live_objects, 1);
  free(object);
}

static tt_status_t fake_open(const tt_backend_param_t* params,
                             size_t param_count,
                             tt_backend_device_t** out_device) {
  tt_backend_device_t device = {.visible = true, .dram_size = 1 << 20};
  for (size_t i = 0; i < param_count; ++i) {
    if (strcmp(params[i].key, "dram") == 0) {
      device.dram_size = strtoull(params[i].value, NULL, 10);
    } else if (strcmp(params[i].key, "visible") == 0) {
      device.visible = strcmp(params[i].value, "0") != 0;
    } else {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "unknown device parameter '%s'", params[i].key);
    }
  }
  *out_device = new_object(sizeof(device));
  (*out_device)->visible = device.visible;
  (*out_device)->dram_size = device.dram_size;
  return NULL;
}

static void fake_close(tt_backend_device_t* device) { delete_object(device); }

static void fake_query_info(tt_backend_device_t* device,
                            tt_backend_info_t* out_info) {
  *out_info = (tt_backend_info_t){
      .name = "Fake device",
      .grid_rows = 2,
      .grid_cols = 3,
      .core_count = 6,
      .l1_size = 4096,
      .dram_size = device->dram_size,
      .dram_banks = 8,
      .host_visible = device->visible,
  };
}

static void fake_query_counters(tt_backend_device_t* device,
                                tt_backend_counters_t* out_counters) {
  *out_counters = (tt_backend_counters_t){
      .launches = atomic_load(&device->launches),
  };
}

static tt_status_t fake_allocate(tt_backend_device_t* device, uint64_t size,
                                 tt_backend_memory_t** out_memory) {
  tt_backend_memory_t* memory = new_object(sizeof(*memory));
  memory->device = device;
  memory->data = aligned_alloc(64, (size + 63) & ~(uint64_t)63);
  memory->size = size;
  memory->owned = true;
  *out_memory = memory;
  return NULL;
}

static tt_status_t fake_import(tt_backend_device_t* device, void* host,
                               uint64_t size,
                               tt_backend_memory_t** out_memory) {
  tt_backend_memory_t* memory = new_object(sizeof(*memory));
  memory->device = device;
  memory->data = host;
  memory->size = size;
  *out_memory = memory;
  return NULL;
}

static void fake_release(tt_backend_device_t* device,
                         tt_backend_memory_t* memory) {
  if (memory->owned) free(memory->data);
  delete_object(memory);
}

static void* fake_host_pointer(tt_backend_memory_t* memory) {
  return memory->device->visible ? memory->data : NULL;
}

// The driver promises checked ranges: fail loudly if it does not keep that.
static tt_status_t check_range(const tt_backend_memory_t* memory,
                               uint64_t offset, uint64_t length) {
  if (offset <= memory->size && length <= memory->size - offset) return NULL;
  return tt_status_make(TT_CODE_INTERNAL, "the driver did not check a range");
}

static tt_status_t fake_write(tt_backend_device_t* device,
                              tt_backend_memory_t* target, uint64_t offset,
                              const void* source, uint64_t length) {
  TT_RETURN_IF_ERROR(check_range(target, offset, length));
  memcpy(target->data + offset, source, length);
  return NULL;
}

static tt_status_t fake_read(tt_backend_device_t* device,
                             tt_backend_memory_t* source, uint64_t offset,
                             void* target, uint64_t length) {
  TT_RETURN_IF_ERROR(check_range(source, offset, length));
  memcpy(target, source->data + offset, length);
  return NULL;
}

static tt_status_t fake_copy(tt_backend_device_t* device,
                             tt_backend_memory_t* source,
                             uint64_t source_offset,
                             tt_backend_memory_t* target,
                             uint64_t target_offset, uint64_t length) {
  TT_RETURN_IF_ERROR(check_range(source, source_offset, length));
  TT_RETURN_IF_ERROR(check_range(target, target_offset, length));
  memcpy(target->data + target_offset, source->data + source_offset, length);
  return NULL;
}

static tt_status_t fake_fill(tt_backend_device_t* device,
                             tt_backend_memory_t* target, uint64_t offset,
                             uint64_t length, const void* pattern,
                             size_t pattern_length) {
  TT_RETURN_IF_ERROR(check_range(target, offset, length));
  if (offset % pattern_length || length % pattern_length) {
    return tt_status_make(TT_CODE_INTERNAL, "the driver passed a bad fill");
  }
  for (uint64_t i = 0; i < length; i += pattern_length) {
    memcpy(target->data + offset + i, pattern, pattern_length);
  }
  return NULL;
}

static tt_status_t fake_load(tt_backend_device_t* device, const void* image,
                             size_t image_size,
                             tt_backend_program_t** out_program) {
  if (image_size != 4 || memcmp(image, "FAKE", 4) != 0) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "not a program image: bad magic at offset 0");
  }
  *out_program = new_object(sizeof(**out_program));
  return NULL;
}

static void fake_unload(tt_backend_device_t* device,
                        tt_backend_program_t* program) {
  delete_object(program);
}

static uint32_t fake_entry_count(tt_backend_program_t* program) { return 5; }

static void fake_query_entry(tt_backend_program_t* program, uint32_t entry,
                             tt_backend_entry_t* out_entry) {
  static const tt_binding_t add[] = {{TT_ACCESS_READ}, {TT_ACCESS_WRITE}};
  static const tt_binding_t set[] = {{TT_ACCESS_WRITE}, {TT_ACCESS_WRITE}};
  static const tt_backend_entry_t entries[] = {{"add", 1, 2, add},
                                               {"fail", 0, 0, NULL},
                                               {"sleep", 1, 0, NULL},
                                               {"gate", 0, 0, NULL},
                                               {"set", 0, 2, set}};
  *out_entry = entries[entry];
}

static tt_status_t run_add(uint32_t n, const tt_backend_binding_t* bindings) {
  for (int i = 0; i < 2; ++i) {
    TT_RETURN_IF_ERROR(check_range(bindings[i].memory, bindings[i].offset,
                                   bindings[i].length));
    if (bindings[i].offset % 64 != 0) {
      return tt_status_make(TT_CODE_INTERNAL, "binding %d is not aligned", i);
    }
  }
  const uint8_t* in = bindings[0].memory->data + bindings[0].offset;
  uint8_t* out = bindings[1].memory->data + bindings[1].offset;
  for (uint64_t i = 0; i + 4 <= bindings[1].length; i += 4) {
    uint32_t value;
    memcpy(&value, in + i, 4);
    value += n;
    memcpy(out + i, &value, 4);
  }
  return NULL;
}

static void run_set(const tt_backend_binding_t* bindings) {
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t value = i + 1;
    memcpy(bindings[i].memory->data + bindings[i].offset, &value, 4);
  }
}

static tt_status_t fake_launch(tt_backend_device_t* device,
                               tt_backend_program_t* program, uint32_t entry,
                               const uint32_t* constants, size_t constant_count,
                               const tt_backend_binding_t* bindings,
                               size_t binding_count) {
  atomic_fetch_add(&device->launches, 1);
  switch (entry) {
    case FAKE_ADD:
      return run_add(constants[0], bindings);
    case FAKE_SET:
      run_set(bindings);
      return NULL;
    case FAKE_FAIL:
      return tt_status_make(TT_CODE_DATA_LOSS, "the fake program failed");
    case FAKE_SLEEP:
      usleep(constants[0] * 1000);
      return NULL;
    default:
      pthread_mutex_lock(&gate_mutex);
      while (!gate_open) pthread_cond_wait(&gate_changed, &gate_mutex);
      pthread_mutex_unlock(&gate_mutex);
      return NULL;
  }
}

#define FAKE_VTABLE(device_name, import_fn, preferred_fn)                      \
  {                                                                            \
    .name = device_name, .description = "the device " device_name,             \
    .preferred = preferred_fn, .open = fake_open, .close = fake_close,         \
    .query_info = fake_query_info, .query_counters = fake_query_counters,      \
    .allocate = fake_allocate, .import = import_fn, .release = fake_release,   \
    .host_pointer = fake_host_pointer, .write = fake_write, .read = fake_read, \
    .copy = fake_copy, .fill = fake_fill, .load = fake_load,                   \
    .unload = fake_unload, .entry_count = fake_entry_count,                    \
    .query_entry = fake_query_entry, .launch = fake_launch,                    \
  }

static const tt_backend_vtable_t fake = FAKE_VTABLE("fake", fake_import, NULL);
static const tt_backend_vtable_t other =
    FAKE_VTABLE("other", NULL, is_other_preferred);

const tt_backend_vtable_t* const tt_backends[] = {&fake, &other, NULL};

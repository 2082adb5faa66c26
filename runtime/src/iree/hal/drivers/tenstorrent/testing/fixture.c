#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

#include <stdatomic.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

static char* status_text(iree_status_t status) {
  iree_allocator_t allocator = iree_allocator_system();
  char* text = NULL;
  iree_host_size_t length = 0;
  assert_true(iree_status_to_string(status, &allocator, &text, &length));
  iree_status_free(status);
  return text;
}

void check_ok(iree_status_t status, const char* text, const char* file,
              int line) {
  if (iree_status_is_ok(status)) return;
  char* message = status_text(status);
  print_error("%s:%d: %s\n  %s\n", file, line, text, message);
  free(message);
  _fail(file, line);
}

void check_status(iree_status_t status, iree_status_code_t code,
                  const char* part, const char* text, const char* file,
                  int line) {
  const iree_status_code_t actual = iree_status_code(status);
  char* message = status_text(status);
  const bool good = actual == code && strstr(message, part);
  if (!good) {
    print_error("%s:%d: %s\n  is      %s\n  expected %s ... %s\n", file, line,
                text, message, iree_status_code_string(code), part);
  }
  free(message);
  if (!good) _fail(file, line);
}

iree_hal_device_t* open_device(const char* path, const char* param) {
  iree_hal_driver_t* driver = NULL;
  assert_ok(iree_hal_tenstorrent_driver_create(
      IREE_SV("tenstorrent"), iree_allocator_system(), &driver));
  iree_string_pair_t pair = {0};
  const char* equals = param ? strchr(param, '=') : NULL;
  if (equals) {
    pair.key = iree_make_string_view(param, (size_t)(equals - param));
    pair.value = iree_make_cstring_view(equals + 1);
  }
  iree_hal_device_t* device = NULL;
  assert_ok(VTABLE(driver, driver)
                ->create_device_by_path(driver, IREE_SV("tenstorrent"),
                                        iree_make_cstring_view(path),
                                        param ? 1 : 0, &pair,
                                        iree_allocator_system(), &device));
  // The device does not need the driver.
  iree_hal_resource_release(driver);
  return device;
}

int setup_device(void** state) {
  fake_backend_open_gate();
  *state = open_device("", NULL);
  return 0;
}

int teardown_device(void** state) {
  iree_hal_resource_release(*state);
  assert_nothing_live();
  return 0;
}

void assert_nothing_live(void) {
  for (int i = 0; i < 2000 && fake_backend_live_objects(); ++i) usleep(1000);
  assert_int_equal(fake_backend_live_objects(), 0);
}

iree_hal_allocator_t* device_allocator(iree_hal_device_t* device) {
  return VTABLE(device, device)->device_allocator(device);
}

iree_hal_buffer_t* make_buffer(iree_hal_device_t* device, size_t size) {
  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_buffer_params_t params = {
      .type = IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL,
      .usage = IREE_HAL_BUFFER_USAGE_DEFAULT | IREE_HAL_BUFFER_USAGE_MAPPING,
  };
  iree_hal_buffer_t* buffer = NULL;
  assert_ok(VTABLE(allocator, allocator)
                ->allocate_buffer(allocator, &params, size, &buffer));
  iree_hal_tt_span_t span;
  assert_ok(
      iree_hal_tt_buffer_resolve(buffer, 0, IREE_HAL_WHOLE_BUFFER, &span));
  const uint8_t zero = 0;
  assert_ok(iree_hal_tt_fill(span, &zero, 1));
  return buffer;
}

iree_hal_semaphore_t* make_semaphore(iree_hal_device_t* device) {
  iree_hal_semaphore_t* semaphore = NULL;
  assert_ok(VTABLE(device, device)
                ->create_semaphore(device, IREE_HAL_QUEUE_AFFINITY_ANY, 0,
                                   IREE_HAL_SEMAPHORE_FLAG_DEFAULT,
                                   &semaphore));
  return semaphore;
}

iree_hal_executable_t* make_executable(iree_hal_device_t* device) {
  iree_hal_executable_cache_t* cache = NULL;
  assert_ok(VTABLE(device, device)
                ->create_executable_cache(device, IREE_SV("test"),
                                          iree_loop_null(), &cache));
  iree_hal_executable_params_t params = {
      .executable_format = IREE_SV("tenstorrent-bh-fb"),
      .executable_data = iree_make_const_byte_span("FAKE", 4),
  };
  iree_hal_executable_t* executable = NULL;
  assert_ok(VTABLE(cache, executable_cache)
                ->prepare_executable(cache, &params, &executable));
  iree_hal_resource_release(cache);
  return executable;
}

void write_words(iree_hal_buffer_t* buffer, size_t offset, size_t count,
                 const uint32_t* words) {
  iree_hal_tt_span_t span;
  assert_ok(iree_hal_tt_buffer_resolve(buffer, offset, count * 4, &span));
  assert_ok(iree_hal_tt_upload(words, span));
}

void read_words(iree_hal_buffer_t* buffer, size_t offset, size_t count,
                uint32_t* words) {
  iree_hal_tt_span_t span;
  assert_ok(iree_hal_tt_buffer_resolve(buffer, offset, count * 4, &span));
  assert_ok(iree_hal_tt_download(span, words));
}

iree_status_t queue_program(iree_hal_device_t* device,
                            iree_hal_semaphore_list_t waits,
                            iree_hal_semaphore_list_t signals,
                            iree_hal_executable_t* executable, int ordinal,
                            uint32_t constant, size_t binding_count,
                            const iree_hal_buffer_ref_t* bindings) {
  const bool takes_constant = ordinal == FAKE_ADD || ordinal == FAKE_SLEEP;
  return VTABLE(device, device)
      ->queue_dispatch(
          device, IREE_HAL_QUEUE_AFFINITY_ANY, waits, signals, executable,
          (iree_hal_executable_export_ordinal_t)ordinal,
          (iree_hal_dispatch_config_t){.workgroup_count = {0, 0, 0}},
          iree_make_const_byte_span(&constant, takes_constant ? 4 : 0),
          (iree_hal_buffer_ref_list_t){binding_count, bindings},
          IREE_HAL_DISPATCH_FLAG_NONE);
}

//===----------------------------------------------------------------------===//
// Foreign semaphores
//===----------------------------------------------------------------------===//

typedef struct foreign_semaphore_t {
  iree_hal_resource_t resource;
  _Atomic uint64_t value;
  _Atomic(iree_status_t) failure;
} foreign_semaphore_t;

static void foreign_destroy(iree_hal_semaphore_t* base) {
  foreign_semaphore_t* semaphore = (foreign_semaphore_t*)base;
  iree_status_free(atomic_load(&semaphore->failure));
  free(semaphore);
}

static iree_status_t foreign_query(iree_hal_semaphore_t* base,
                                   uint64_t* out_value) {
  foreign_semaphore_t* semaphore = (foreign_semaphore_t*)base;
  *out_value = atomic_load(&semaphore->value);
  return iree_status_clone(atomic_load(&semaphore->failure));
}

static iree_status_t foreign_signal(iree_hal_semaphore_t* base,
                                    uint64_t value) {
  atomic_store(&((foreign_semaphore_t*)base)->value, value);
  return iree_ok_status();
}

static void foreign_fail(iree_hal_semaphore_t* base, iree_status_t status) {
  atomic_store(&((foreign_semaphore_t*)base)->failure, status);
}

static iree_status_t foreign_wait(iree_hal_semaphore_t* base, uint64_t value,
                                  iree_timeout_t timeout,
                                  iree_hal_wait_flags_t flags) {
  const iree_time_t deadline_ns = iree_timeout_as_deadline_ns(timeout);
  for (;;) {
    uint64_t current = 0;
    IREE_RETURN_IF_ERROR(foreign_query(base, &current));
    if (current >= value) return iree_ok_status();
    if (iree_time_now() >= deadline_ns) {
      return iree_status_from_code(IREE_STATUS_DEADLINE_EXCEEDED);
    }
    usleep(100);
  }
}

static const iree_hal_semaphore_vtable_t foreign_vtable = {
    .destroy = foreign_destroy,
    .query = foreign_query,
    .signal = foreign_signal,
    .fail = foreign_fail,
    .wait = foreign_wait,
};

iree_hal_semaphore_t* make_foreign_semaphore(void) {
  foreign_semaphore_t* semaphore = calloc(1, sizeof(*semaphore));
  iree_hal_resource_initialize(&foreign_vtable, &semaphore->resource);
  return (iree_hal_semaphore_t*)semaphore;
}

static iree_status_t foreign_map_range(iree_hal_buffer_t* base,
                                       iree_hal_mapping_mode_t mapping_mode,
                                       iree_hal_memory_access_t memory_access,
                                       iree_device_size_t local_byte_offset,
                                       iree_device_size_t local_byte_length,
                                       iree_hal_buffer_mapping_t* mapping) {
  foreign_buffer_t* buffer = (foreign_buffer_t*)base;
  mapping->contents.data = buffer->memory + local_byte_offset;
  return iree_ok_status();
}

void make_foreign_buffer(void* memory, size_t size, bool mappable,
                         foreign_buffer_t* out_buffer) {
  static const iree_hal_buffer_vtable_t vtable = {
      .map_range = foreign_map_range,
  };
  *out_buffer = (foreign_buffer_t){.memory = memory};
  iree_hal_buffer_initialize(
      (iree_hal_buffer_placement_t){0}, &out_buffer->base, size, 0, size,
      mappable ? IREE_HAL_MEMORY_TYPE_HOST_VISIBLE
               : IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL,
      IREE_HAL_MEMORY_ACCESS_ALL,
      IREE_HAL_BUFFER_USAGE_TRANSFER | IREE_HAL_BUFFER_USAGE_MAPPING_PERSISTENT,
      &vtable, &out_buffer->base);
}

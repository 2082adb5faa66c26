#include "iree/hal/drivers/tenstorrent/tt_driver.h"

#include <stdio.h>
#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_backend.h"
#include "iree/hal/drivers/tenstorrent/tt_device.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

typedef struct iree_hal_tt_driver_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
  iree_string_view_t identifier;  // behind this struct
} iree_hal_tt_driver_t;

static iree_hal_tt_driver_t* iree_hal_tt_driver_cast(iree_hal_driver_t* base) {
  return (iree_hal_tt_driver_t*)base;
}

iree_status_t iree_hal_tenstorrent_driver_create(
    iree_string_view_t identifier, iree_allocator_t host_allocator,
    iree_hal_driver_t** out_driver) {
  *out_driver = NULL;
  iree_hal_tt_driver_t* driver = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(
      host_allocator, sizeof(*driver) + identifier.size, (void**)&driver));
  iree_hal_resource_initialize(&iree_hal_tt_driver_vtable, &driver->resource);
  driver->host_allocator = host_allocator;
  memcpy(driver + 1, identifier.data, identifier.size);
  driver->identifier =
      iree_make_string_view((const char*)(driver + 1), identifier.size);
  *out_driver = (iree_hal_driver_t*)driver;
  return iree_ok_status();
}

static void iree_hal_tt_driver_destroy(iree_hal_driver_t* base) {
  iree_hal_tt_driver_t* driver = iree_hal_tt_driver_cast(base);
  iree_allocator_free(driver->host_allocator, driver);
}

//===----------------------------------------------------------------------===//
// Devices: one per backend. The id of a device is its number plus 1, because
// id 0 means "the default device".
//===----------------------------------------------------------------------===//

static size_t backend_count(void) {
  size_t count = 0;
  while (tt_backends[count]) ++count;
  return count;
}

// The number of the device that "tenstorrent://" means.
static size_t default_backend(void) {
  for (size_t i = 0; tt_backends[i]; ++i) {
    if (tt_backends[i]->preferred && tt_backends[i]->preferred()) return i;
  }
  return 0;
}

static iree_status_t iree_hal_tt_driver_query_available_devices(
    iree_hal_driver_t* base, iree_allocator_t host_allocator,
    iree_host_size_t* out_device_info_count,
    iree_hal_device_info_t** out_device_infos) {
  *out_device_info_count = 0;
  *out_device_infos = NULL;
  const size_t count = backend_count();
  iree_hal_device_info_t* infos = NULL;
  // The wheel's allocator refuses empty blocks.
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(
      host_allocator, iree_max(count, 1) * sizeof(*infos), (void**)&infos));
  for (size_t i = 0; i < count; ++i) {
    // A backend's strings are static, as the one-block contract wants.
    infos[i].device_id = (iree_hal_device_id_t)i + 1;
    infos[i].path = iree_make_cstring_view(tt_backends[i]->name);
    infos[i].name = iree_make_cstring_view(tt_backends[i]->description);
  }
  *out_device_info_count = count;
  *out_device_infos = infos;
  return iree_ok_status();
}

// The error for |path|, listing what exists.
static iree_status_t unknown_device(iree_allocator_t host_allocator,
                                    iree_string_view_t path) {
  if (!tt_backends[0]) {
    // Not NOT_FOUND: the runtime drops that when it tries several drivers.
    return iree_make_status(IREE_STATUS_UNAVAILABLE,
                            "this build of tt-iree has no device; configure it "
                            "with TT_IREE_ENABLE_MOCK=ON");
  }
  iree_string_builder_t list;
  iree_string_builder_initialize(host_allocator, &list);
  iree_status_t status = iree_ok_status();
  for (size_t i = 0; tt_backends[i] && iree_status_is_ok(status); ++i) {
    status = iree_string_builder_append_format(
        &list, "%s%s (or %zu)", i ? ", " : "", tt_backends[i]->name, i);
  }
  if (iree_status_is_ok(status)) {
    status = iree_make_status(
        IREE_STATUS_NOT_FOUND,
        "there is no tenstorrent device '%.*s'; there is: %.*s", (int)path.size,
        path.data, (int)iree_string_builder_size(&list),
        iree_string_builder_buffer(&list));
  }
  iree_string_builder_deinitialize(&list);
  return status;
}

// Parses a decimal number below 10^9.
static bool parse_number(iree_string_view_t text, size_t* out_number) {
  *out_number = 0;
  if (text.size == 0 || text.size > 9) return false;
  for (size_t i = 0; i < text.size; ++i) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    *out_number = *out_number * 10 + (size_t)(text.data[i] - '0');
  }
  return true;
}

iree_status_t iree_hal_tt_driver_find_backend(
    iree_allocator_t host_allocator, iree_string_view_t path,
    const tt_backend_vtable_t** out_backend) {
  size_t number = iree_string_view_is_empty(path) ? default_backend() : 0;
  if (iree_string_view_is_empty(path) || parse_number(path, &number)) {
    if (number < backend_count()) {
      *out_backend = tt_backends[number];
      return iree_ok_status();
    }
  }
  for (size_t i = 0; tt_backends[i]; ++i) {
    if (iree_string_view_equal(path,
                               iree_make_cstring_view(tt_backends[i]->name))) {
      *out_backend = tt_backends[i];
      return iree_ok_status();
    }
  }
  return unknown_device(host_allocator, path);
}

static iree_status_t find_backend_by_id(
    iree_allocator_t host_allocator, iree_hal_device_id_t device_id,
    const tt_backend_vtable_t** out_backend) {
  const size_t number = device_id == IREE_HAL_DEVICE_ID_DEFAULT
                            ? default_backend()
                            : (size_t)device_id - 1;
  if (number < backend_count()) {
    *out_backend = tt_backends[number];
    return iree_ok_status();
  }
  char text[32];
  snprintf(text, sizeof(text), "%zu", number);
  return unknown_device(host_allocator, iree_make_cstring_view(text));
}

static iree_status_t iree_hal_tt_driver_dump_device_info(
    iree_hal_driver_t* base, iree_hal_device_id_t device_id,
    iree_string_builder_t* builder) {
  iree_hal_tt_driver_t* driver = iree_hal_tt_driver_cast(base);
  const tt_backend_vtable_t* backend = NULL;
  IREE_RETURN_IF_ERROR(
      find_backend_by_id(driver->host_allocator, device_id, &backend));
  iree_hal_tt_hardware_t* hardware = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_hardware_open(
      backend, 0, NULL, driver->host_allocator, &hardware));
  const tt_backend_info_t* info = &hardware->info;
  iree_status_t status = iree_string_builder_append_format(
      builder,
      "\n- %s\n  grid: %u x %u, %u cores\n  L1: %" PRIu64
      " bytes a core\n  DRAM: %" PRIu64 " bytes in %u banks\n",
      info->name, info->grid_rows, info->grid_cols, info->core_count,
      info->l1_size, info->dram_size, info->dram_banks);
  iree_hal_tt_hardware_release(hardware);
  return status;
}

static iree_status_t iree_hal_tt_driver_create_device_by_id(
    iree_hal_driver_t* base, iree_hal_device_id_t device_id,
    iree_host_size_t param_count, const iree_string_pair_t* params,
    iree_allocator_t host_allocator, iree_hal_device_t** out_device) {
  *out_device = NULL;
  const tt_backend_vtable_t* backend = NULL;
  IREE_RETURN_IF_ERROR(find_backend_by_id(host_allocator, device_id, &backend));
  return iree_hal_tt_device_create(iree_hal_tt_driver_cast(base)->identifier,
                                   backend, param_count, params, host_allocator,
                                   out_device);
}

static iree_status_t iree_hal_tt_driver_create_device_by_path(
    iree_hal_driver_t* base, iree_string_view_t driver_name,
    iree_string_view_t device_path, iree_host_size_t param_count,
    const iree_string_pair_t* params, iree_allocator_t host_allocator,
    iree_hal_device_t** out_device) {
  *out_device = NULL;
  const tt_backend_vtable_t* backend = NULL;
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_driver_find_backend(host_allocator, device_path, &backend));
  return iree_hal_tt_device_create(iree_hal_tt_driver_cast(base)->identifier,
                                   backend, param_count, params, host_allocator,
                                   out_device);
}

const iree_hal_driver_vtable_t iree_hal_tt_driver_vtable = {
    .destroy = iree_hal_tt_driver_destroy,
    .query_available_devices = iree_hal_tt_driver_query_available_devices,
    .dump_device_info = iree_hal_tt_driver_dump_device_info,
    .create_device_by_id = iree_hal_tt_driver_create_device_by_id,
    .create_device_by_path = iree_hal_tt_driver_create_device_by_path,
};

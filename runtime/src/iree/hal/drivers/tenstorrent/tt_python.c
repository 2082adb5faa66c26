#include "iree/hal/drivers/tenstorrent/tt_python.h"

#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_backend.h"
#include "iree/hal/drivers/tenstorrent/tt_driver.h"
#include "iree/hal/drivers/tenstorrent/tt_executable.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

#define STRINGIZE_(x) #x
#define STRINGIZE(x) STRINGIZE_(x)

// Where nanobind 2 keeps the value of an instance on CPython with the GIL: a
// 32-bit offset behind the object header says where the value starts.
#define INSTANCE_OFFSET_FIELD 16
#define INSTANCE_VALUE_OFFSET 24

_Static_assert(sizeof(tt_iree_device_info_t) == 112, "see tt_python.h");
_Static_assert(sizeof(tt_iree_counters_t) == 72, "see tt_python.h");

void tt_iree_string_free(char* string) { free(string); }

const char* tt_iree_runtime_version(void) { return STRINGIZE(TT_IREE_VERSION); }

const char* tt_iree_driver_full_name(void) {
  return IREE_HAL_TT_DRIVER_FULL_NAME;
}

const char* tt_iree_executable_format(void) {
  return IREE_HAL_TT_EXECUTABLE_FORMAT;
}

// Consumes |status|; NULL for OK.
static char* status_to_message(iree_status_t status) {
  if (iree_status_is_ok(status)) return NULL;
  iree_allocator_t allocator = iree_allocator_system();
  char* message = NULL;
  iree_host_size_t length = 0;
  if (!iree_status_to_string(status, &allocator, &message, &length)) {
    message = strdup(iree_status_code_string(iree_status_code(status)));
  }
  iree_status_free(status);
  return message;
}

//===----------------------------------------------------------------------===//
// Installing
//===----------------------------------------------------------------------===//

typedef struct mapped_library_t {
  const char* path;
  const void* address;
  bool found;     // the library is loaded
  bool contains;  // and |address| lies in it
} mapped_library_t;

static int visit_library(struct dl_phdr_info* info, size_t size, void* data) {
  mapped_library_t* library = data;
  char* name = realpath(info->dlpi_name, NULL);
  const bool matches = name && strcmp(name, library->path) == 0;
  free(name);
  if (!matches) return 0;
  library->found = true;
  for (size_t i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    const uintptr_t begin = info->dlpi_addr + segment->p_vaddr;
    if ((uintptr_t)library->address - begin < segment->p_memsz) {
      library->contains = true;
    }
  }
  return 1;
}

static iree_status_t check_address(const char* path, const void* address,
                                   const char* what) {
  mapped_library_t library = {.path = path, .address = address};
  dl_iterate_phdr(visit_library, &library);
  if (library.contains) return iree_ok_status();
  if (!library.found) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "%s is not loaded in this process", path);
  }
  return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                          "the %s at %p does not lie inside %s: the HalDriver "
                          "object does not have the expected layout",
                          what, address, path);
}

// Checks that |instance| holds an unused native driver of the wheel and finds
// the place of its pointer.
static iree_status_t find_driver(void* instance, const char* runtime_path,
                                 iree_hal_driver_t*** out_place) {
  int32_t offset = 0;
  memcpy(&offset, (const char*)instance + INSTANCE_OFFSET_FIELD,
         sizeof(offset));
  if (offset != INSTANCE_VALUE_OFFSET) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "the HalDriver object has its value at offset %d, "
                            "expected %d",
                            offset, INSTANCE_VALUE_OFFSET);
  }
  iree_hal_driver_t** place =
      (iree_hal_driver_t**)((char*)instance + INSTANCE_VALUE_OFFSET);
  const iree_hal_resource_t* driver = (const iree_hal_resource_t*)*place;
  if (!driver || (uintptr_t)driver % sizeof(void*) != 0) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "the HalDriver object holds no driver (%p)",
                            (const void*)driver);
  }
  const int32_t ref_count = atomic_load(&driver->ref_count);
  if (ref_count != 1) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "the native driver has %d references, expected 1 "
                            "of a fresh object",
                            ref_count);
  }
  IREE_RETURN_IF_ERROR(
      check_address(runtime_path, driver->vtable, "driver's vtable"));
  IREE_RETURN_IF_ERROR(check_address(
      runtime_path,
      (const void*)((const iree_hal_resource_vtable_t*)driver->vtable)->destroy,
      "driver's destroy function"));
  *out_place = place;
  return iree_ok_status();
}

static iree_status_t install(void* instance, const char* runtime_path) {
  iree_hal_driver_t** place = NULL;
  IREE_RETURN_IF_ERROR(find_driver(instance, runtime_path, &place));
  iree_hal_driver_t* driver = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tenstorrent_driver_create(
      IREE_SV(IREE_HAL_TT_DRIVER_NAME), iree_allocator_system(), &driver));
  iree_hal_resource_release(*place);
  *place = driver;
  return iree_ok_status();
}

char* tt_iree_driver_install(void* instance, const char* runtime_path) {
  char* path = runtime_path ? realpath(runtime_path, NULL) : NULL;
  if (!instance || !path) {
    free(path);
    return status_to_message(iree_make_status(
        IREE_STATUS_INVALID_ARGUMENT,
        "tt_iree_driver_install(%p, '%s'): expected an object and the path of "
        "a file",
        instance, runtime_path ? runtime_path : "(null)"));
  }
  iree_status_t status = install(instance, path);
  free(path);
  return status_to_message(status);
}

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

size_t tt_iree_backend_count(void) {
  size_t count = 0;
  while (tt_backends[count]) ++count;
  return count;
}

const char* tt_iree_backend_name(size_t index) {
  return index < tt_iree_backend_count() ? tt_backends[index]->name : NULL;
}

// Splits "key=value&..." in place; at most |capacity| pairs.
static iree_status_t split_params(char* text, size_t capacity,
                                  iree_string_pair_t* pairs,
                                  size_t* out_count) {
  size_t count = 0;
  for (char* rest = text; rest && *rest;) {
    char* item = strsep(&rest, "&");
    char* value = strchr(item, '=');
    if (!value || count == capacity) {
      return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                              "device parameter '%s': expected key=value, at "
                              "most %zu of them",
                              item, capacity);
    }
    *value++ = 0;
    pairs[count].key = iree_make_cstring_view(item);
    pairs[count].value = iree_make_cstring_view(value);
    ++count;
  }
  *out_count = count;
  return iree_ok_status();
}

// |path| is the part of a URI behind "tenstorrent://", split in place.
static iree_status_t open_by_path(char* path,
                                  iree_hal_tt_hardware_t** out_hardware) {
  char* name = strsep(&path, "?");
  iree_string_pair_t params[16];
  size_t param_count = 0;
  IREE_RETURN_IF_ERROR(
      split_params(path, IREE_ARRAYSIZE(params), params, &param_count));
  const tt_backend_vtable_t* backend = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_driver_find_backend(
      iree_allocator_system(), iree_make_cstring_view(name), &backend));
  return iree_hal_tt_hardware_open(backend, param_count, params,
                                   iree_allocator_system(), out_hardware);
}

static iree_status_t query_device_info(const char* uri,
                                       tt_iree_device_info_t* out_info) {
  const size_t name_size = sizeof(IREE_HAL_TT_DRIVER_NAME) - 1;
  const char* rest = uri + name_size;
  if (strncmp(uri, IREE_HAL_TT_DRIVER_NAME, name_size) != 0 ||
      (*rest && strncmp(rest, "://", 3) != 0)) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "'%s' is not a tenstorrent device URI", uri);
  }
  char* path = strdup(*rest ? rest + 3 : "");
  if (!path) return iree_status_from_code(IREE_STATUS_RESOURCE_EXHAUSTED);
  iree_hal_tt_hardware_t* hardware = NULL;
  iree_status_t status = open_by_path(path, &hardware);
  free(path);
  IREE_RETURN_IF_ERROR(status);
  const tt_backend_info_t* info = &hardware->info;
  *out_info = (tt_iree_device_info_t){
      .grid_rows = info->grid_rows,
      .grid_cols = info->grid_cols,
      .core_count = info->core_count,
      .dram_banks = info->dram_banks,
      .l1_size = info->l1_size,
      .dram_size = info->dram_size,
      .host_visible = info->host_visible,
  };
  memcpy(out_info->name, info->name, sizeof(out_info->name) - 1);
  iree_hal_tt_hardware_release(hardware);
  return iree_ok_status();
}

char* tt_iree_device_info(const char* uri, tt_iree_device_info_t* out_info) {
  memset(out_info, 0, sizeof(*out_info));
  return status_to_message(query_device_info(uri ? uri : "", out_info));
}

void tt_iree_counters(tt_iree_counters_t* out_counters) {
  tt_backend_counters_t counters;
  iree_hal_tt_hardware_totals(&counters, &out_counters->dram_in_use,
                              &out_counters->dram_peak);
  out_counters->launches = counters.launches;
  out_counters->bytes_read = counters.bytes_read;
  out_counters->bytes_written = counters.bytes_written;
  out_counters->tile_ops = counters.tile_ops;
  out_counters->multiply_adds = counters.multiply_adds;
  out_counters->element_ops = counters.element_ops;
  out_counters->cycles = counters.cycles;
}

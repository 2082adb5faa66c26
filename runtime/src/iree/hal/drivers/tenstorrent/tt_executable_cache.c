#include "iree/hal/drivers/tenstorrent/tt_executable_cache.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_executable.h"

typedef struct iree_hal_tt_executable_cache_t {
  iree_hal_resource_t resource;
  iree_hal_tt_hardware_t* hardware;
} iree_hal_tt_executable_cache_t;

static iree_hal_tt_executable_cache_t* iree_hal_tt_executable_cache_cast(
    iree_hal_executable_cache_t* base) {
  return (iree_hal_tt_executable_cache_t*)base;
}

iree_status_t iree_hal_tt_executable_cache_create(
    iree_hal_tt_hardware_t* hardware,
    iree_hal_executable_cache_t** out_executable_cache) {
  *out_executable_cache = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(hardware->fork_generation));
  iree_hal_tt_executable_cache_t* cache = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(hardware->host_allocator,
                                             sizeof(*cache), (void**)&cache));
  iree_hal_resource_initialize(&iree_hal_tt_executable_cache_vtable,
                               &cache->resource);
  iree_hal_tt_hardware_retain(hardware);
  cache->hardware = hardware;
  *out_executable_cache = (iree_hal_executable_cache_t*)cache;
  return iree_ok_status();
}

static void iree_hal_tt_executable_cache_destroy(
    iree_hal_executable_cache_t* base) {
  iree_hal_tt_hardware_t* hardware =
      iree_hal_tt_executable_cache_cast(base)->hardware;
  iree_allocator_free(hardware->host_allocator, base);
  iree_hal_tt_hardware_release(hardware);
}

static iree_status_t iree_hal_tt_executable_cache_infer_format(
    iree_hal_executable_cache_t* base,
    iree_hal_executable_caching_mode_t caching_mode,
    iree_const_byte_span_t executable_data,
    iree_host_size_t executable_format_capacity, char* executable_format,
    iree_host_size_t* out_inferred_size) {
  // There is one format; whether the data has it shows when the image loads.
  if (executable_format_capacity < sizeof(IREE_HAL_TT_EXECUTABLE_FORMAT)) {
    return iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                            "the format name needs %zu bytes, %zu given",
                            sizeof(IREE_HAL_TT_EXECUTABLE_FORMAT),
                            (size_t)executable_format_capacity);
  }
  memcpy(executable_format, IREE_HAL_TT_EXECUTABLE_FORMAT,
         sizeof(IREE_HAL_TT_EXECUTABLE_FORMAT));
  *out_inferred_size = executable_data.data_length;
  return iree_ok_status();
}

static bool iree_hal_tt_executable_cache_can_prepare_format(
    iree_hal_executable_cache_t* base,
    iree_hal_executable_caching_mode_t caching_mode,
    iree_string_view_t executable_format) {
  return iree_string_view_equal(executable_format,
                                IREE_SV(IREE_HAL_TT_EXECUTABLE_FORMAT));
}

static iree_status_t iree_hal_tt_executable_cache_prepare_executable(
    iree_hal_executable_cache_t* base,
    const iree_hal_executable_params_t* executable_params,
    iree_hal_executable_t** out_executable) {
  return iree_hal_tt_executable_create(
      iree_hal_tt_executable_cache_cast(base)->hardware, executable_params,
      out_executable);
}

const iree_hal_executable_cache_vtable_t iree_hal_tt_executable_cache_vtable = {
    .destroy = iree_hal_tt_executable_cache_destroy,
    .infer_format = iree_hal_tt_executable_cache_infer_format,
    .can_prepare_format = iree_hal_tt_executable_cache_can_prepare_format,
    .prepare_executable = iree_hal_tt_executable_cache_prepare_executable,
};

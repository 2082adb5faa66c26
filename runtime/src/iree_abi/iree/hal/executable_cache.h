// Executable caches turn executable data into loaded programs.
#ifndef IREE_HAL_EXECUTABLE_CACHE_H_
#define IREE_HAL_EXECUTABLE_CACHE_H_

#include "iree/base/api.h"
#include "iree/hal/executable.h"
#include "iree/hal/queue.h"
#include "iree/hal/resource.h"

enum iree_hal_executable_caching_mode_bits_t {
  IREE_HAL_EXECUTABLE_CACHING_MODE_ALIAS_PROVIDED_DATA = 1,
  IREE_HAL_EXECUTABLE_CACHING_MODE_ALLOW_PERSISTENT_CACHING = 2,
  IREE_HAL_EXECUTABLE_CACHING_MODE_ALLOW_OPTIMIZATION = 4,
  IREE_HAL_EXECUTABLE_CACHING_MODE_ENABLE_DEBUGGING = 8,
  IREE_HAL_EXECUTABLE_CACHING_MODE_ENABLE_COVERAGE = 0x10,
  IREE_HAL_EXECUTABLE_CACHING_MODE_ENABLE_PROFILING = 0x20,
  IREE_HAL_EXECUTABLE_CACHING_MODE_DISABLE_VERIFICATION = 0x40,
};
typedef uint32_t iree_hal_executable_caching_mode_t;

typedef struct iree_hal_executable_params_t {
  iree_hal_queue_affinity_t queue_affinity;
  iree_hal_executable_caching_mode_t caching_mode;
  iree_string_view_t executable_format;
  // Only 16-byte alignment was seen from the wheel.
  iree_const_byte_span_t executable_data;
  iree_host_size_t constant_count;
  const uint32_t* constants;
} iree_hal_executable_params_t;

typedef struct iree_hal_executable_cache_t iree_hal_executable_cache_t;

typedef struct iree_hal_executable_cache_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_executable_cache_t* executable_cache);
  iree_status_t(IREE_API_PTR* infer_format)(
      iree_hal_executable_cache_t* executable_cache,
      iree_hal_executable_caching_mode_t caching_mode,
      iree_const_byte_span_t executable_data,
      iree_host_size_t executable_format_capacity, char* executable_format,
      iree_host_size_t* out_inferred_size);
  bool(IREE_API_PTR* can_prepare_format)(
      iree_hal_executable_cache_t* executable_cache,
      iree_hal_executable_caching_mode_t caching_mode,
      iree_string_view_t executable_format);
  iree_status_t(IREE_API_PTR* prepare_executable)(
      iree_hal_executable_cache_t* executable_cache,
      const iree_hal_executable_params_t* executable_params,
      iree_hal_executable_t** out_executable);
} iree_hal_executable_cache_vtable_t;

#endif  // IREE_HAL_EXECUTABLE_CACHE_H_

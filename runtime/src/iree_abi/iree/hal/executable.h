// Loaded programs and what their entry points take.
#ifndef IREE_HAL_EXECUTABLE_H_
#define IREE_HAL_EXECUTABLE_H_

#include "iree/base/api.h"
#include "iree/hal/resource.h"

typedef uint32_t iree_hal_executable_export_ordinal_t;

typedef struct iree_hal_occupancy_info_t {
  int reserved;
} iree_hal_occupancy_info_t;

enum iree_hal_executable_export_flag_bits_e {
  IREE_HAL_EXECUTABLE_EXPORT_FLAG_NONE = 0,
  IREE_HAL_EXECUTABLE_EXPORT_FLAG_SEQUENTIAL = 1,
  IREE_HAL_EXECUTABLE_EXPORT_FLAG_WORKGROUP_SIZE_DYNAMIC = 2,
};
typedef uint64_t iree_hal_executable_export_flags_t;

typedef struct iree_hal_executable_export_info_t {
  iree_string_view_t name;
  iree_hal_executable_export_flags_t flags;
  uint16_t constant_count;
  uint16_t binding_count;
  uint16_t parameter_count;
  uint32_t workgroup_size[3];
  iree_hal_occupancy_info_t occupancy_info;
} iree_hal_executable_export_info_t;

enum iree_hal_executable_export_parameter_type_e {
  IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_CONSTANT = 0,
  IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_BINDING = 1,
  IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_BUFFER_PTR = 2,
};
typedef uint8_t iree_hal_executable_export_parameter_type_t;
typedef uint16_t iree_hal_executable_export_parameter_flags_t;

typedef struct iree_hal_executable_export_parameter_t {
  iree_hal_executable_export_parameter_type_t type;
  uint8_t size;  // in bytes
  iree_hal_executable_export_parameter_flags_t flags;
  iree_string_view_t name;
  uint16_t offset;  // in bytes
} iree_hal_executable_export_parameter_t;

typedef struct iree_hal_executable_t iree_hal_executable_t;

typedef struct iree_hal_executable_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_executable_t* executable);
  iree_host_size_t(IREE_API_PTR* export_count)(
      iree_hal_executable_t* executable);
  iree_status_t(IREE_API_PTR* export_info)(
      iree_hal_executable_t* executable,
      iree_hal_executable_export_ordinal_t export_ordinal,
      iree_hal_executable_export_info_t* out_info);
  iree_status_t(IREE_API_PTR* export_parameters)(
      iree_hal_executable_t* executable,
      iree_hal_executable_export_ordinal_t export_ordinal,
      iree_host_size_t capacity,
      iree_hal_executable_export_parameter_t* out_parameters);
  iree_status_t(IREE_API_PTR* lookup_export_by_name)(
      iree_hal_executable_t* executable, iree_string_view_t name,
      iree_hal_executable_export_ordinal_t* out_export_ordinal);
} iree_hal_executable_vtable_t;

#endif  // IREE_HAL_EXECUTABLE_H_

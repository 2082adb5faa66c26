// Drivers list devices and create them.
#ifndef IREE_HAL_DRIVER_H_
#define IREE_HAL_DRIVER_H_

#include "iree/base/api.h"
#include "iree/hal/device.h"
#include "iree/hal/resource.h"

typedef struct iree_hal_driver_info_t {
  iree_string_view_t driver_name;
  iree_string_view_t full_name;
} iree_hal_driver_info_t;

typedef struct iree_hal_driver_t iree_hal_driver_t;

typedef struct iree_hal_driver_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_driver_t* driver);
  // |out_device_infos| is one block of |host_allocator| that the caller frees;
  // its strings lie inside the block or are static.
  iree_status_t(IREE_API_PTR* query_available_devices)(
      iree_hal_driver_t* driver, iree_allocator_t host_allocator,
      iree_host_size_t* out_device_info_count,
      iree_hal_device_info_t** out_device_infos);
  iree_status_t(IREE_API_PTR* dump_device_info)(iree_hal_driver_t* driver,
                                                iree_hal_device_id_t device_id,
                                                iree_string_builder_t* builder);
  iree_status_t(IREE_API_PTR* create_device_by_id)(
      iree_hal_driver_t* driver, iree_hal_device_id_t device_id,
      iree_host_size_t param_count, const iree_string_pair_t* params,
      iree_allocator_t host_allocator, iree_hal_device_t** out_device);
  iree_status_t(IREE_API_PTR* create_device_by_path)(
      iree_hal_driver_t* driver, iree_string_view_t driver_name,
      iree_string_view_t device_path, iree_host_size_t param_count,
      const iree_string_pair_t* params, iree_allocator_t host_allocator,
      iree_hal_device_t** out_device);
} iree_hal_driver_vtable_t;

#endif  // IREE_HAL_DRIVER_H_

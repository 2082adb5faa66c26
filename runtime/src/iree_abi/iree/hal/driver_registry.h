// Driver registries; used when the driver is built inside IREE. The wheel
// exports none, so a standalone build only declares them.
#ifndef IREE_HAL_DRIVER_REGISTRY_H_
#define IREE_HAL_DRIVER_REGISTRY_H_

#include "iree/base/api.h"
#include "iree/hal/driver.h"

typedef struct iree_hal_driver_factory_t {
  void* self;
  iree_status_t(IREE_API_PTR* enumerate)(
      void* self, iree_host_size_t* out_driver_info_count,
      const iree_hal_driver_info_t** out_driver_infos);
  iree_status_t(IREE_API_PTR* try_create)(void* self,
                                          iree_string_view_t driver_name,
                                          iree_allocator_t host_allocator,
                                          iree_hal_driver_t** out_driver);
} iree_hal_driver_factory_t;

typedef struct iree_hal_driver_registry_t iree_hal_driver_registry_t;

iree_status_t iree_hal_driver_registry_register_factory(
    iree_hal_driver_registry_t* registry,
    const iree_hal_driver_factory_t* factory);

#endif  // IREE_HAL_DRIVER_REGISTRY_H_

// Registers the driver where it is built inside IREE
// (-DIREE_EXTERNAL_HAL_DRIVERS=tenstorrent; see docs/hal-driver.md).
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_REGISTRATION_DRIVER_MODULE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_REGISTRATION_DRIVER_MODULE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"

#ifdef __cplusplus
extern "C" {
#endif  // __cplusplus

iree_status_t iree_hal_tenstorrent_driver_module_register(
    iree_hal_driver_registry_t* registry);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_REGISTRATION_DRIVER_MODULE_H_

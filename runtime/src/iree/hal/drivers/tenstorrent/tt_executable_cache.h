// Prepares executables; nothing is cached, since loading is cheap.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_CACHE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_CACHE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

iree_status_t iree_hal_tt_executable_cache_create(
    iree_hal_tt_hardware_t* hardware,
    iree_hal_executable_cache_t** out_executable_cache);

extern const iree_hal_executable_cache_vtable_t
    iree_hal_tt_executable_cache_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_CACHE_H_

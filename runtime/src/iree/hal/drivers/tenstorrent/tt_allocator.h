// The allocator of a device: DRAM with its limit, host staging memory, imports.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_ALLOCATOR_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_ALLOCATOR_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// |device| is unowned and only noted in the placement of buffers.
iree_status_t iree_hal_tt_allocator_create(
    iree_hal_tt_hardware_t* hardware, iree_hal_device_t* device,
    iree_hal_allocator_t** out_allocator);

// Forgets the device, which goes while the allocator may live on.
void iree_hal_tt_allocator_forget_device(iree_hal_allocator_t* allocator);

// Fills defaults of |params| and refuses what no buffer here can be.
iree_status_t iree_hal_tt_allocator_check_params(
    iree_hal_buffer_params_t* params);

extern const iree_hal_allocator_vtable_t iree_hal_tt_allocator_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_ALLOCATOR_H_

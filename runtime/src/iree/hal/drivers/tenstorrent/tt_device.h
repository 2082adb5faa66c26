// HAL devices: factories of all other objects, and one queue.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_DEVICE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_DEVICE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_backend.h"

// Opens a device of |backend|. |identifier| is what hal.device.id queries are
// matched against. |params| are those of the URI and handed to the backend.
// The device does not need the driver that made it.
iree_status_t iree_hal_tt_device_create(iree_string_view_t identifier,
                                        const tt_backend_vtable_t* backend,
                                        iree_host_size_t param_count,
                                        const iree_string_pair_t* params,
                                        iree_allocator_t host_allocator,
                                        iree_hal_device_t** out_device);

extern const iree_hal_device_vtable_t iree_hal_tt_device_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_DEVICE_H_

// The HAL driver: lists the backends' devices and opens them by URI.
//
//   tenstorrent, tenstorrent://, tenstorrent://0   the first device
//   tenstorrent://1                                the device with that number
//   tenstorrent://mock?grid=8x8&threads=4          a device by name, with
//   params
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_DRIVER_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_DRIVER_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_backend.h"

#define IREE_HAL_TT_DRIVER_NAME "tenstorrent"
#define IREE_HAL_TT_DRIVER_FULL_NAME "Tenstorrent Blackhole"

// |identifier| becomes the id of devices; it is copied.
__attribute__((visibility("default"))) iree_status_t
iree_hal_tenstorrent_driver_create(iree_string_view_t identifier,
                                   iree_allocator_t host_allocator,
                                   iree_hal_driver_t** out_driver);

// The backend that the path part of a URI names: "" for the first, a number, or
// its name. NOT_FOUND lists what exists.
iree_status_t iree_hal_tt_driver_find_backend(
    iree_allocator_t host_allocator, iree_string_view_t path,
    const tt_backend_vtable_t** out_backend);

extern const iree_hal_driver_vtable_t iree_hal_tt_driver_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_DRIVER_H_

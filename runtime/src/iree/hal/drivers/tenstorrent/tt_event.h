// Events. Commands of one queue run in order, so an event never has to be
// waited for; the object only satisfies the API.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_EVENT_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_EVENT_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"

iree_status_t iree_hal_tt_event_create(iree_allocator_t host_allocator,
                                       iree_hal_event_t** out_event);

extern const iree_hal_event_vtable_t iree_hal_tt_event_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_EVENT_H_

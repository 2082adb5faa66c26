// Channels with one participant, this device: every collective is a copy.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_CHANNEL_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_CHANNEL_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"

// UNIMPLEMENTED if |params| ask for more than one participant.
iree_status_t iree_hal_tt_channel_create(
    const iree_hal_channel_params_t* params, iree_allocator_t host_allocator,
    iree_hal_channel_t** out_channel);

extern const iree_hal_channel_vtable_t iree_hal_tt_channel_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_CHANNEL_H_

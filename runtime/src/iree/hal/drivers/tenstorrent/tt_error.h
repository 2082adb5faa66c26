// Turns tt_status_t, the status of everything below the HAL, into
// iree_status_t.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_

#include "iree/base/api.h"
#include "tile/status.h"

// Consumes |status|; code and message stay the same. OK for NULL.
iree_status_t iree_hal_tt_status(tt_status_t status);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_

// Turns tt_status_t, the status of everything below the HAL, into
// iree_status_t.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_

#include "iree/base/api.h"
#include "tile/status.h"

// Consumes |status|; code and message stay the same. OK for NULL. Only
// DEADLINE_EXCEEDED becomes ABORTED, and is named in the message: on a wait it
// means that the semaphore is not there yet, never that work failed.
iree_status_t iree_hal_tt_status(tt_status_t status);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_ERROR_H_

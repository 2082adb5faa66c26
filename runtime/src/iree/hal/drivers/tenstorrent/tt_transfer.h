// Moving bytes between spans of buffers and host memory. All functions block
// until done, from any thread; empty spans are fine.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_TRANSFER_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_TRANSFER_H_

#include "iree/base/api.h"
#include "iree/hal/drivers/tenstorrent/tt_buffer.h"

// |span.length| bytes between |host| and |span|.
iree_status_t iree_hal_tt_upload(const void* host, iree_hal_tt_span_t span);
iree_status_t iree_hal_tt_download(iree_hal_tt_span_t span, void* host);

// Both spans have the same length. INVALID_ARGUMENT if they overlap. They may
// be of different devices.
iree_status_t iree_hal_tt_copy(iree_hal_tt_span_t source,
                               iree_hal_tt_span_t target);

// Repeats |pattern| of 1, 2, 4 or 8 bytes, whose length divides the span's.
iree_status_t iree_hal_tt_fill(iree_hal_tt_span_t span, const void* pattern,
                               iree_host_size_t pattern_length);

// INVALID_ARGUMENT unless |pattern_length| is 1, 2, 4 or 8.
iree_status_t iree_hal_tt_check_pattern(iree_host_size_t pattern_length);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_TRANSFER_H_

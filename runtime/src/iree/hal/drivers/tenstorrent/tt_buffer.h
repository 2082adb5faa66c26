// Buffers: device DRAM, host staging memory, or imported host memory.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_BUFFER_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_BUFFER_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// Makes a buffer of |size| bytes. A type with HOST_LOCAL but not DEVICE_LOCAL
// asks for host staging memory; all else is device DRAM. With |deferred| the
// buffer has no memory until iree_hal_tt_buffer_commit().
iree_status_t iree_hal_tt_buffer_create(iree_hal_tt_hardware_t* hardware,
                                        iree_hal_buffer_placement_t placement,
                                        const iree_hal_buffer_params_t* params,
                                        iree_device_size_t size, bool deferred,
                                        iree_hal_buffer_t** out_buffer);

// Wraps |size| bytes at |host|, aligned to IREE_HAL_TT_ALIGNMENT, which stay
// valid until |release_callback| runs. UNAVAILABLE if the device cannot use
// host memory; the callback does not run then.
iree_status_t iree_hal_tt_buffer_import(
    iree_hal_tt_hardware_t* hardware, iree_hal_buffer_placement_t placement,
    const iree_hal_buffer_params_t* params, void* host, iree_device_size_t size,
    iree_hal_buffer_release_callback_t release_callback,
    iree_hal_buffer_t** out_buffer);

// Gives a deferred buffer its memory, as queue_alloca does when it runs.
iree_status_t iree_hal_tt_buffer_commit(iree_hal_buffer_t* buffer);
// Returns the memory of |buffer| (ours, or a sub-buffer of ours), as
// queue_dealloca does. Memory that is still mapped stays until the buffer goes;
// memory that the buffer did not allocate stays as well.
iree_status_t iree_hal_tt_buffer_decommit(iree_hal_buffer_t* buffer);

// A checked range of a buffer's memory. Valid while the buffer is alive and
// committed.
typedef struct iree_hal_tt_span_t {
  iree_hal_tt_hardware_t* hardware;  // NULL: a buffer of another driver
  tt_backend_memory_t* memory;  // NULL: host memory that the device cannot see
  uint64_t offset;              // of the range in |memory|
  uint64_t length;
  uint8_t* host;  // first byte of the range; NULL if not host visible
} iree_hal_tt_span_t;

// The range |offset|, |length| (or IREE_HAL_WHOLE_BUFFER) of |buffer|, which
// may be a sub-buffer.
iree_status_t iree_hal_tt_buffer_resolve(iree_hal_buffer_t* buffer,
                                         iree_device_size_t offset,
                                         iree_device_size_t length,
                                         iree_hal_tt_span_t* out_span);

extern const iree_hal_buffer_vtable_t iree_hal_tt_buffer_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_BUFFER_H_

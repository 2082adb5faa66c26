// Timeline semaphores in host memory. Device queues wait for them through
// timepoints, so that no thread blocks per wait.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_SEMAPHORE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_SEMAPHORE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"

iree_status_t iree_hal_tt_semaphore_create(
    uint64_t initial_value, iree_allocator_t host_allocator,
    iree_hal_semaphore_t** out_semaphore);

// True for semaphores of this driver; others have no timepoints and must be
// polled.
bool iree_hal_tt_semaphore_isa(iree_hal_semaphore_t* semaphore);

// A callback for the moment when a semaphore reaches |minimum_value| or fails.
// It runs once, on the signalling thread, under the semaphore's lock: it must
// not call any semaphore.
typedef struct iree_hal_tt_timepoint_t {
  struct iree_hal_tt_timepoint_t* next;
  struct iree_hal_tt_timepoint_t* previous;
  uint64_t minimum_value;
  void (*fn)(void* user_data, bool failed);
  void* user_data;
  bool pending;  // linked into the semaphore
} iree_hal_tt_timepoint_t;

// Registers |timepoint|, whose minimum_value, fn and user_data are set and
// which must live until it ran or was cancelled. When the semaphore is already
// there (or failed), the callback runs before this returns.
void iree_hal_tt_semaphore_add_timepoint(iree_hal_semaphore_t* semaphore,
                                         iree_hal_tt_timepoint_t* timepoint);
// Once this returns the callback does not run any more.
void iree_hal_tt_semaphore_cancel_timepoint(iree_hal_semaphore_t* semaphore,
                                            iree_hal_tt_timepoint_t* timepoint);

// Blocks until all or any of |list| are reached, any of them failed (then: a
// copy of its failure) or |timeout| passed (DEADLINE_EXCEEDED). Semaphores of
// other drivers are polled.
iree_status_t iree_hal_tt_semaphore_multi_wait(iree_hal_wait_mode_t wait_mode,
                                               iree_hal_semaphore_list_t list,
                                               iree_timeout_t timeout);

extern const iree_hal_semaphore_vtable_t iree_hal_tt_semaphore_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_SEMAPHORE_H_

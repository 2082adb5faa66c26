// A device queue: one worker thread that runs operations once their waits are
// satisfied. Submitting never blocks.
//
// Waits on semaphores of this driver are timepoints and cost no thread. An
// operation that waits for a semaphore of another driver gets a thread of its
// own which polls it. Operations without a semaphore between them run in the
// order in which they became ready. An operation whose wait failed, or that
// fails itself, fails all its signal semaphores with the original message.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_QUEUE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_QUEUE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_operation.h"

typedef struct iree_hal_tt_queue_t iree_hal_tt_queue_t;

iree_status_t iree_hal_tt_queue_create(iree_hal_tt_hardware_t* hardware,
                                       iree_hal_tt_queue_t** out_queue);

// Lets go of the queue without waiting for work in flight: the worker finishes
// what can run, fails the rest with CANCELLED and frees the queue. An idle
// queue is gone when this returns.
void iree_hal_tt_queue_destroy(iree_hal_tt_queue_t* queue);

// Takes |operation| (everything borrowed is copied or retained). An error here
// means that nothing was submitted and no semaphore is touched.
iree_status_t iree_hal_tt_queue_submit(
    iree_hal_tt_queue_t* queue, iree_hal_semaphore_list_t waits,
    iree_hal_semaphore_list_t signals,
    const iree_hal_tt_operation_t* operation);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_QUEUE_H_

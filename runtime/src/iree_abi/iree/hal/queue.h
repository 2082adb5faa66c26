// Sets of device queues, one bit a queue.
#ifndef IREE_HAL_QUEUE_H_
#define IREE_HAL_QUEUE_H_

#include <stdint.h>

typedef uint64_t iree_hal_queue_affinity_t;

#define IREE_HAL_QUEUE_AFFINITY_ANY ((iree_hal_queue_affinity_t)(-1))

#endif  // IREE_HAL_QUEUE_H_

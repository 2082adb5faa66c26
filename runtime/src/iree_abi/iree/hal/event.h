// Events order commands inside command buffers.
#ifndef IREE_HAL_EVENT_H_
#define IREE_HAL_EVENT_H_

#include "iree/base/api.h"
#include "iree/hal/resource.h"

typedef uint32_t iree_hal_event_flags_t;

typedef struct iree_hal_event_t iree_hal_event_t;

typedef struct iree_hal_event_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_event_t* event);
} iree_hal_event_vtable_t;

#endif  // IREE_HAL_EVENT_H_

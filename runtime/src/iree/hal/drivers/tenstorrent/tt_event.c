#include "iree/hal/drivers/tenstorrent/tt_event.h"

typedef struct iree_hal_tt_event_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
} iree_hal_tt_event_t;

iree_status_t iree_hal_tt_event_create(iree_allocator_t host_allocator,
                                       iree_hal_event_t** out_event) {
  *out_event = NULL;
  iree_hal_tt_event_t* event = NULL;
  IREE_RETURN_IF_ERROR(
      iree_allocator_malloc(host_allocator, sizeof(*event), (void**)&event));
  iree_hal_resource_initialize(&iree_hal_tt_event_vtable, &event->resource);
  event->host_allocator = host_allocator;
  *out_event = (iree_hal_event_t*)event;
  return iree_ok_status();
}

static void iree_hal_tt_event_destroy(iree_hal_event_t* base) {
  iree_hal_tt_event_t* event = (iree_hal_tt_event_t*)base;
  iree_allocator_free(event->host_allocator, event);
}

const iree_hal_event_vtable_t iree_hal_tt_event_vtable = {
    .destroy = iree_hal_tt_event_destroy,
};

// The head of every HAL object: a reference count and a vtable whose first
// slot destroys the object (recycles it, for buffers).
#ifndef IREE_HAL_RESOURCE_H_
#define IREE_HAL_RESOURCE_H_

#include <stdatomic.h>
#include <stdbool.h>

#include "iree/base/api.h"

typedef _Atomic int32_t iree_atomic_ref_count_t;

typedef struct iree_hal_resource_t {
  iree_atomic_ref_count_t ref_count;
  const void* vtable;
} iree_hal_resource_t;

typedef struct iree_hal_resource_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_resource_t* resource);
} iree_hal_resource_vtable_t;

static inline void iree_hal_resource_initialize(
    const void* vtable, iree_hal_resource_t* out_resource) {
  atomic_init(&out_resource->ref_count, 1);
  out_resource->vtable = vtable;
}

// NULL is fine for retain and release.
static inline void iree_hal_resource_retain(const void* any_resource) {
  iree_hal_resource_t* resource = (iree_hal_resource_t*)any_resource;
  if (resource) {
    atomic_fetch_add_explicit(&resource->ref_count, 1, memory_order_relaxed);
  }
}

static inline void iree_hal_resource_release(const void* any_resource) {
  iree_hal_resource_t* resource = (iree_hal_resource_t*)any_resource;
  if (resource && atomic_fetch_sub_explicit(&resource->ref_count, 1,
                                            memory_order_acq_rel) == 1) {
    ((const iree_hal_resource_vtable_t*)resource->vtable)->destroy(resource);
  }
}

static inline bool iree_hal_resource_is(const void* resource,
                                        const void* vtable) {
  return resource && ((const iree_hal_resource_t*)resource)->vtable == vtable;
}

#endif  // IREE_HAL_RESOURCE_H_

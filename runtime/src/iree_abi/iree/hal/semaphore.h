// Timeline semaphores: a payload that only grows, or a failure that stays.
#ifndef IREE_HAL_SEMAPHORE_H_
#define IREE_HAL_SEMAPHORE_H_

#include "iree/base/api.h"
#include "iree/hal/queue.h"
#include "iree/hal/resource.h"

enum iree_hal_semaphore_flag_bits_t {
  IREE_HAL_SEMAPHORE_FLAG_NONE = 0,
  IREE_HAL_SEMAPHORE_FLAG_DEVICE_LOCAL = 1,
  IREE_HAL_SEMAPHORE_FLAG_HOST_INTERRUPT = 4,
  IREE_HAL_SEMAPHORE_FLAG_EXPORTABLE = 8,
  IREE_HAL_SEMAPHORE_FLAG_EXPORTABLE_TIMEPOINTS = 8,
  IREE_HAL_SEMAPHORE_FLAG_DEFAULT = 0xc,
};
typedef uint64_t iree_hal_semaphore_flags_t;

enum iree_hal_wait_flag_bits_e {
  IREE_HAL_WAIT_FLAG_DEFAULT = 0,
  IREE_HAL_WAIT_FLAG_ACTIVE = 1,
};
typedef uint64_t iree_hal_wait_flags_t;

enum iree_hal_semaphore_compatibility_bits_t {
  IREE_HAL_SEMAPHORE_COMPATIBILITY_NONE = 0,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_HOST_WAIT = 1,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_DEVICE_WAIT = 2,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_HOST_SIGNAL = 4,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_DEVICE_SIGNAL = 8,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_HOST_ONLY = 5,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_DEVICE_ONLY = 0xa,
  IREE_HAL_SEMAPHORE_COMPATIBILITY_ALL = 0xf,
};
typedef uint32_t iree_hal_semaphore_compatibility_t;

// The highest payload, and what query reports for a failed semaphore.
#define IREE_HAL_SEMAPHORE_MAX_VALUE 0x7FFFFFFEull
#define IREE_HAL_SEMAPHORE_FAILURE_VALUE 0x7FFFFFFFull

typedef enum iree_hal_external_timepoint_type_e {
  IREE_HAL_EXTERNAL_TIMEPOINT_TYPE_NONE = 0,
  IREE_HAL_EXTERNAL_TIMEPOINT_TYPE_WAIT_PRIMITIVE = 1,
  IREE_HAL_EXTERNAL_TIMEPOINT_TYPE_CUDA_EVENT = 2,
  IREE_HAL_EXTERNAL_TIMEPOINT_TYPE_HIP_EVENT = 3,
} iree_hal_external_timepoint_type_t;

typedef uint32_t iree_hal_external_timepoint_flags_t;

typedef struct iree_hal_external_timepoint_t {
  iree_hal_external_timepoint_type_t type;
  iree_hal_external_timepoint_flags_t flags;
  iree_hal_semaphore_compatibility_t compatibility;
  union {
    iree_wait_primitive_t wait_primitive;
    void* cuda_event;
    void* hip_event;
  } handle;
} iree_hal_external_timepoint_t;

typedef struct iree_hal_semaphore_t iree_hal_semaphore_t;

typedef struct iree_hal_semaphore_list_t {
  iree_host_size_t count;
  iree_hal_semaphore_t** semaphores;
  uint64_t* payload_values;
} iree_hal_semaphore_list_t;

typedef struct iree_hal_semaphore_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_semaphore_t* semaphore);
  iree_status_t(IREE_API_PTR* query)(iree_hal_semaphore_t* semaphore,
                                     uint64_t* out_value);
  iree_status_t(IREE_API_PTR* signal)(iree_hal_semaphore_t* semaphore,
                                      uint64_t new_value);
  // Takes |status|.
  void(IREE_API_PTR* fail)(iree_hal_semaphore_t* semaphore,
                           iree_status_t status);
  iree_status_t(IREE_API_PTR* wait)(iree_hal_semaphore_t* semaphore,
                                    uint64_t value, iree_timeout_t timeout,
                                    iree_hal_wait_flags_t flags);
  iree_status_t(IREE_API_PTR* import_timepoint)(
      iree_hal_semaphore_t* semaphore, uint64_t value,
      iree_hal_queue_affinity_t queue_affinity,
      iree_hal_external_timepoint_t external_timepoint);
  iree_status_t(IREE_API_PTR* export_timepoint)(
      iree_hal_semaphore_t* semaphore, uint64_t value,
      iree_hal_queue_affinity_t queue_affinity,
      iree_hal_external_timepoint_type_t requested_type,
      iree_hal_external_timepoint_flags_t requested_flags,
      iree_hal_external_timepoint_t* IREE_RESTRICT out_external_timepoint);
} iree_hal_semaphore_vtable_t;

// Calls through the vtable of any driver's semaphore.
void iree_hal_semaphore_retain(iree_hal_semaphore_t* semaphore);
void iree_hal_semaphore_release(iree_hal_semaphore_t* semaphore);
iree_status_t iree_hal_semaphore_query(iree_hal_semaphore_t* semaphore,
                                       uint64_t* out_value);
iree_status_t iree_hal_semaphore_signal(iree_hal_semaphore_t* semaphore,
                                        uint64_t new_value);
void iree_hal_semaphore_fail(iree_hal_semaphore_t* semaphore,
                             iree_status_t status);
iree_status_t iree_hal_semaphore_wait(iree_hal_semaphore_t* semaphore,
                                      uint64_t value, iree_timeout_t timeout,
                                      iree_hal_wait_flags_t flags);

static inline iree_hal_semaphore_list_t iree_hal_semaphore_list_empty(void) {
  return (iree_hal_semaphore_list_t){0, NULL, NULL};
}

#endif  // IREE_HAL_SEMAPHORE_H_

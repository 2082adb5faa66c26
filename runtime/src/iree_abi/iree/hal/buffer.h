// Buffers: ranges of device memory. The runtime reads this struct directly.
#ifndef IREE_HAL_BUFFER_H_
#define IREE_HAL_BUFFER_H_

#include "iree/base/api.h"
#include "iree/hal/queue.h"
#include "iree/hal/resource.h"

typedef struct iree_hal_allocator_t iree_hal_allocator_t;
typedef struct iree_hal_device_t iree_hal_device_t;
typedef struct iree_hal_buffer_t iree_hal_buffer_t;

// As a length: all bytes from the offset on.
#define IREE_HAL_WHOLE_BUFFER ((iree_device_size_t)(-1))

enum iree_hal_memory_type_bits_t {
  IREE_HAL_MEMORY_TYPE_NONE = 0,
  IREE_HAL_MEMORY_TYPE_OPTIMAL = 1,
  IREE_HAL_MEMORY_TYPE_HOST_VISIBLE = 2,
  IREE_HAL_MEMORY_TYPE_HOST_COHERENT = 4,
  IREE_HAL_MEMORY_TYPE_HOST_CACHED = 8,
  IREE_HAL_MEMORY_TYPE_HOST_LOCAL = 0x46,
  IREE_HAL_MEMORY_TYPE_OPTIMAL_FOR_HOST = 0x47,
  IREE_HAL_MEMORY_TYPE_DEVICE_VISIBLE = 0x10,
  IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL = 0x30,
  IREE_HAL_MEMORY_TYPE_OPTIMAL_FOR_DEVICE = 0x31,
};
typedef uint32_t iree_hal_memory_type_t;

enum iree_hal_memory_access_bits_t {
  IREE_HAL_MEMORY_ACCESS_NONE = 0,
  IREE_HAL_MEMORY_ACCESS_READ = 1,
  IREE_HAL_MEMORY_ACCESS_WRITE = 2,
  IREE_HAL_MEMORY_ACCESS_DISCARD = 4,
  IREE_HAL_MEMORY_ACCESS_DISCARD_WRITE = 6,
  IREE_HAL_MEMORY_ACCESS_MAY_ALIAS = 8,
  IREE_HAL_MEMORY_ACCESS_UNALIGNED = 0x10,
  IREE_HAL_MEMORY_ACCESS_ANY = 0x20,
  IREE_HAL_MEMORY_ACCESS_ALL = 7,
};
typedef uint16_t iree_hal_memory_access_t;

enum iree_hal_buffer_usage_bits_t {
  IREE_HAL_BUFFER_USAGE_NONE = 0,
  IREE_HAL_BUFFER_USAGE_TRANSFER_SOURCE = 1,
  IREE_HAL_BUFFER_USAGE_TRANSFER_TARGET = 2,
  IREE_HAL_BUFFER_USAGE_TRANSFER = 3,
  IREE_HAL_BUFFER_USAGE_DISPATCH_INDIRECT_PARAMETERS = 0x100,
  IREE_HAL_BUFFER_USAGE_DISPATCH_UNIFORM_READ = 0x200,
  IREE_HAL_BUFFER_USAGE_DISPATCH_STORAGE_READ = 0x400,
  IREE_HAL_BUFFER_USAGE_DISPATCH_STORAGE_WRITE = 0x800,
  IREE_HAL_BUFFER_USAGE_DISPATCH_STORAGE = 0xc00,
  IREE_HAL_BUFFER_USAGE_DISPATCH_IMAGE_READ = 0x1000,
  IREE_HAL_BUFFER_USAGE_DISPATCH_IMAGE_WRITE = 0x2000,
  IREE_HAL_BUFFER_USAGE_DISPATCH_IMAGE = 0x3000,
  IREE_HAL_BUFFER_USAGE_DISPATCH = 0x3f00,
  IREE_HAL_BUFFER_USAGE_SHARING_EXPORT = 0x10000,
  IREE_HAL_BUFFER_USAGE_SHARING_REPLICATE = 0x20000,
  IREE_HAL_BUFFER_USAGE_SHARING_CONCURRENT = 0x40000,
  IREE_HAL_BUFFER_USAGE_SHARING_IMMUTABLE = 0x80000,
  IREE_HAL_BUFFER_USAGE_MAPPING_SCOPED = 0x1000000,
  IREE_HAL_BUFFER_USAGE_MAPPING_PERSISTENT = 0x2000000,
  IREE_HAL_BUFFER_USAGE_MAPPING_OPTIONAL = 0x4000000,
  IREE_HAL_BUFFER_USAGE_MAPPING_ACCESS_RANDOM = 0x8000000,
  IREE_HAL_BUFFER_USAGE_MAPPING_ACCESS_SEQUENTIAL_WRITE = 0x10000000,
  IREE_HAL_BUFFER_USAGE_MAPPING = 0x9000000,
  IREE_HAL_BUFFER_USAGE_DEFAULT = 0xc03,
};
typedef uint32_t iree_hal_buffer_usage_t;

enum iree_hal_mapping_mode_bits_t {
  IREE_HAL_MAPPING_MODE_SCOPED = 1,
  IREE_HAL_MAPPING_MODE_PERSISTENT = 2,
};
typedef uint32_t iree_hal_mapping_mode_t;

enum iree_hal_buffer_placement_flag_bits_t {
  IREE_HAL_BUFFER_PLACEMENT_FLAG_NONE = 0,
  IREE_HAL_BUFFER_PLACEMENT_FLAG_ASYNCHRONOUS = 1,
  IREE_HAL_BUFFER_PLACEMENT_FLAG_INDETERMINATE_LIFETIME = 2,
};
typedef uint32_t iree_hal_buffer_placement_flags_t;

typedef struct iree_hal_buffer_placement_t {
  iree_hal_device_t* device;  // unowned
  iree_hal_queue_affinity_t queue_affinity;
  iree_hal_buffer_placement_flags_t flags;
  uint32_t reserved;
} iree_hal_buffer_placement_t;

// Zero fields mean "default"; see iree_hal_buffer_params_canonicalize().
typedef struct iree_hal_buffer_params_t {
  iree_hal_buffer_usage_t usage;
  iree_hal_memory_access_t access;
  iree_hal_memory_type_t type;
  iree_hal_queue_affinity_t queue_affinity;
  iree_device_size_t min_alignment;
} iree_hal_buffer_params_t;

static inline void iree_hal_buffer_params_canonicalize(
    iree_hal_buffer_params_t* params) {
  if (!params->usage) params->usage = IREE_HAL_BUFFER_USAGE_DEFAULT;
  if (!params->access) params->access = IREE_HAL_MEMORY_ACCESS_ALL;
  if (!params->type) params->type = IREE_HAL_MEMORY_TYPE_OPTIMAL;
  if (!params->queue_affinity) {
    params->queue_affinity = IREE_HAL_QUEUE_AFFINITY_ANY;
  }
}

typedef struct iree_hal_buffer_mapping_impl_t {
  iree_device_size_t byte_offset;
  iree_hal_memory_access_t allowed_access;
  uint32_t is_persistent : 1;
  uint32_t reserved_flags : 31;
  uint64_t reserved[1];
} iree_hal_buffer_mapping_impl_t;

typedef struct iree_hal_buffer_mapping_t {
  iree_byte_span_t contents;
  iree_hal_buffer_t* buffer;
  iree_hal_buffer_mapping_impl_t impl;
} iree_hal_buffer_mapping_t;

typedef void(IREE_API_PTR* iree_hal_buffer_release_fn_t)(
    void* user_data, iree_hal_buffer_t* buffer);

typedef struct iree_hal_buffer_release_callback_t {
  iree_hal_buffer_release_fn_t fn;
  void* user_data;
} iree_hal_buffer_release_callback_t;

static inline iree_hal_buffer_release_callback_t
iree_hal_buffer_release_callback_null(void) {
  return (iree_hal_buffer_release_callback_t){NULL, NULL};
}

typedef struct iree_hal_buffer_vtable_t {
  // The last reference is gone: hand the buffer to its pool, or destroy it.
  void(IREE_API_PTR* recycle)(iree_hal_buffer_t* buffer);
  void(IREE_API_PTR* destroy)(iree_hal_buffer_t* buffer);
  // The caller has filled all of |mapping| but contents.data.
  iree_status_t(IREE_API_PTR* map_range)(iree_hal_buffer_t* buffer,
                                         iree_hal_mapping_mode_t mapping_mode,
                                         iree_hal_memory_access_t memory_access,
                                         iree_device_size_t local_byte_offset,
                                         iree_device_size_t local_byte_length,
                                         iree_hal_buffer_mapping_t* mapping);
  iree_status_t(IREE_API_PTR* unmap_range)(iree_hal_buffer_t* buffer,
                                           iree_device_size_t local_byte_offset,
                                           iree_device_size_t local_byte_length,
                                           iree_hal_buffer_mapping_t* mapping);
  iree_status_t(IREE_API_PTR* invalidate_range)(
      iree_hal_buffer_t* buffer, iree_device_size_t local_byte_offset,
      iree_device_size_t local_byte_length);
  iree_status_t(IREE_API_PTR* flush_range)(
      iree_hal_buffer_t* buffer, iree_device_size_t local_byte_offset,
      iree_device_size_t local_byte_length);
} iree_hal_buffer_vtable_t;

struct iree_hal_buffer_t {
  iree_hal_resource_t resource;
  iree_hal_buffer_t* allocated_buffer;  // itself, if it owns memory
  iree_device_size_t allocation_size;
  // Range within |allocated_buffer|.
  iree_device_size_t byte_offset;
  iree_device_size_t byte_length;
  iree_hal_buffer_placement_t placement;
  iree_hal_allocator_t* pooling_allocator;  // set by the runtime's pools
  _Atomic uint32_t preserve_count;
  iree_hal_memory_type_t memory_type;
  iree_hal_buffer_usage_t allowed_usage;
  iree_hal_memory_access_t allowed_access;
  uint16_t reserved;
  uint32_t flags;
};

// Sets the fields above; the rest of |buffer| must be zero.
// |allocated_buffer| is retained unless it is |buffer| itself.
void iree_hal_buffer_initialize(
    iree_hal_buffer_placement_t placement, iree_hal_buffer_t* allocated_buffer,
    iree_device_size_t allocation_size, iree_device_size_t byte_offset,
    iree_device_size_t byte_length, iree_hal_memory_type_t memory_type,
    iree_hal_memory_access_t allowed_access,
    iree_hal_buffer_usage_t allowed_usage,
    const iree_hal_buffer_vtable_t* vtable, iree_hal_buffer_t* buffer);

void iree_hal_buffer_release(iree_hal_buffer_t* buffer);
void iree_hal_buffer_recycle(iree_hal_buffer_t* buffer);
void iree_hal_buffer_destroy(iree_hal_buffer_t* buffer);

iree_hal_buffer_t* iree_hal_buffer_allocated_buffer(
    const iree_hal_buffer_t* buffer);
iree_device_size_t iree_hal_buffer_byte_offset(const iree_hal_buffer_t* buffer);
iree_device_size_t iree_hal_buffer_byte_length(const iree_hal_buffer_t* buffer);

// Checks [offset, offset + length) against |max_length|, resolves
// IREE_HAL_WHOLE_BUFFER and adds |base_offset|. OUT_OF_RANGE if it does not
// fit.
iree_status_t iree_hal_buffer_calculate_range(
    iree_device_size_t base_offset, iree_device_size_t max_length,
    iree_device_size_t offset, iree_device_size_t length,
    iree_device_size_t* out_adjusted_offset,
    iree_device_size_t* out_adjusted_length);

// The range as host memory, or PERMISSION_DENIED where the buffer does not
// allow that. A persistent mapping is not undone: it lasts as long as the
// buffer.
iree_status_t iree_hal_buffer_map_range(
    iree_hal_buffer_t* buffer, iree_hal_mapping_mode_t mapping_mode,
    iree_hal_memory_access_t memory_access, iree_device_size_t byte_offset,
    iree_device_size_t byte_length,
    iree_hal_buffer_mapping_t* out_buffer_mapping);

#endif  // IREE_HAL_BUFFER_H_

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"

#include <stdlib.h>

#include "iree/hal/drivers/tenstorrent/tt_error.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

typedef enum iree_hal_tt_storage_e {
  IREE_HAL_TT_STORAGE_DRAM,
  IREE_HAL_TT_STORAGE_STAGING,  // host memory of our own
  IREE_HAL_TT_STORAGE_IMPORTED,
} iree_hal_tt_storage_t;

typedef struct iree_hal_tt_buffer_t {
  iree_hal_buffer_t base;
  iree_hal_tt_hardware_t* hardware;
  iree_hal_tt_storage_t storage;
  iree_hal_buffer_release_callback_t release_callback;  // imported only

  pthread_mutex_t mutex;  // guards everything below
  bool committed;
  tt_backend_memory_t* memory;  // NULL: the device cannot address it
  uint8_t* host;                // NULL: the host cannot address it
  uint32_t map_count;
} iree_hal_tt_buffer_t;

static iree_hal_tt_buffer_t* iree_hal_tt_buffer_cast(iree_hal_buffer_t* base) {
  return (iree_hal_tt_buffer_t*)base;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

static iree_status_t commit_dram(iree_hal_tt_buffer_t* buffer) {
  iree_hal_tt_hardware_t* hardware = buffer->hardware;
  IREE_RETURN_IF_ERROR(iree_hal_tt_hardware_allocate(
      hardware, buffer->base.allocation_size, &buffer->memory));
  if (hardware->info.host_visible) {
    buffer->host = hardware->backend->host_pointer(buffer->memory);
  }
  return iree_ok_status();
}

static iree_status_t commit_staging(iree_hal_tt_buffer_t* buffer) {
  iree_hal_tt_hardware_t* hardware = buffer->hardware;
  const uint64_t size = buffer->base.allocation_size;
  buffer->host = aligned_alloc(IREE_HAL_TT_ALIGNMENT, size);
  if (!buffer->host) {
    return iree_make_status(
        IREE_STATUS_RESOURCE_EXHAUSTED,
        "no host memory for a staging buffer of %" PRIu64 " bytes", size);
  }
  if (hardware->backend->import) {
    iree_status_t status = iree_hal_tt_status(hardware->backend->import(
        hardware->device, buffer->host, size, &buffer->memory));
    if (!iree_status_is_ok(status)) {
      free(buffer->host);
      buffer->host = NULL;
      return status;
    }
  }
  iree_hal_tt_hardware_count_host(hardware, (int64_t)size);
  return iree_ok_status();
}

// The mutex is held, or no one else knows the buffer.
static void free_storage(iree_hal_tt_buffer_t* buffer) {
  if (!buffer->committed) return;
  iree_hal_tt_hardware_t* hardware = buffer->hardware;
  const uint64_t size = buffer->base.allocation_size;
  const bool forked =
      hardware->fork_generation != iree_hal_tt_fork_generation();
  switch (buffer->storage) {
    case IREE_HAL_TT_STORAGE_DRAM:
      iree_hal_tt_hardware_free(hardware, buffer->memory, size);
      break;
    case IREE_HAL_TT_STORAGE_STAGING:
      if (buffer->memory && !forked) {
        hardware->backend->release(hardware->device, buffer->memory);
      }
      free(buffer->host);
      iree_hal_tt_hardware_count_host(hardware, -(int64_t)size);
      break;
    case IREE_HAL_TT_STORAGE_IMPORTED:
      if (buffer->memory && !forked) {
        hardware->backend->release(hardware->device, buffer->memory);
      }
      break;
  }
  buffer->committed = false;
  buffer->memory = NULL;
  buffer->host = NULL;
}

//===----------------------------------------------------------------------===//
// iree_hal_tt_buffer_t
//===----------------------------------------------------------------------===//

static iree_status_t allocate_object(iree_hal_tt_hardware_t* hardware,
                                     iree_hal_buffer_placement_t placement,
                                     const iree_hal_buffer_params_t* params,
                                     iree_hal_tt_storage_t storage,
                                     iree_device_size_t allocation_size,
                                     iree_device_size_t byte_length,
                                     iree_hal_tt_buffer_t** out_buffer) {
  iree_hal_tt_buffer_t* buffer = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(hardware->host_allocator,
                                             sizeof(*buffer), (void**)&buffer));
  iree_hal_memory_type_t type =
      IREE_HAL_MEMORY_TYPE_HOST_LOCAL | IREE_HAL_MEMORY_TYPE_DEVICE_VISIBLE;
  if (storage == IREE_HAL_TT_STORAGE_DRAM) {
    type = IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL;
    if (hardware->info.host_visible) {
      type |= IREE_HAL_MEMORY_TYPE_HOST_VISIBLE |
              IREE_HAL_MEMORY_TYPE_HOST_COHERENT;
    }
  }
  // What the host can see may be mapped, asked for or not: results are then
  // read in place instead of through a staging copy.
  iree_hal_buffer_usage_t usage = params->usage;
  if (iree_any_bit_set(type, IREE_HAL_MEMORY_TYPE_HOST_VISIBLE)) {
    usage |= IREE_HAL_BUFFER_USAGE_MAPPING |
             IREE_HAL_BUFFER_USAGE_MAPPING_PERSISTENT;
  }
  iree_hal_buffer_initialize(placement, &buffer->base, allocation_size, 0,
                             byte_length, type, params->access, usage,
                             &iree_hal_tt_buffer_vtable, &buffer->base);
  iree_hal_tt_hardware_retain(hardware);
  buffer->hardware = hardware;
  buffer->storage = storage;
  pthread_mutex_init(&buffer->mutex, NULL);
  *out_buffer = buffer;
  return iree_ok_status();
}

iree_status_t iree_hal_tt_buffer_create(iree_hal_tt_hardware_t* hardware,
                                        iree_hal_buffer_placement_t placement,
                                        const iree_hal_buffer_params_t* params,
                                        iree_device_size_t size, bool deferred,
                                        iree_hal_buffer_t** out_buffer) {
  *out_buffer = NULL;
  if (size > UINT64_MAX - IREE_HAL_TT_ALIGNMENT) {
    return iree_make_status(IREE_STATUS_RESOURCE_EXHAUSTED,
                            "%" PRIu64 " bytes requested, limit %" PRIu64
                            " bytes",
                            size, hardware->info.dram_size);
  }
  // Never empty, so that every buffer has an address.
  const iree_device_size_t allocation_size =
      (iree_max(size, 1) + IREE_HAL_TT_ALIGNMENT - 1) &
      ~(iree_device_size_t)(IREE_HAL_TT_ALIGNMENT - 1);
  const bool staging =
      iree_all_bits_set(params->type, IREE_HAL_MEMORY_TYPE_HOST_LOCAL) &&
      !iree_all_bits_set(params->type, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL);
  iree_hal_tt_buffer_t* buffer = NULL;
  IREE_RETURN_IF_ERROR(allocate_object(
      hardware, placement, params,
      staging ? IREE_HAL_TT_STORAGE_STAGING : IREE_HAL_TT_STORAGE_DRAM,
      allocation_size, size, &buffer));
  iree_status_t status = iree_ok_status();
  if (!deferred) status = iree_hal_tt_buffer_commit(&buffer->base);
  if (iree_status_is_ok(status)) {
    *out_buffer = &buffer->base;
  } else {
    iree_hal_buffer_release(&buffer->base);
  }
  return status;
}

iree_status_t iree_hal_tt_buffer_import(
    iree_hal_tt_hardware_t* hardware, iree_hal_buffer_placement_t placement,
    const iree_hal_buffer_params_t* params, void* host, iree_device_size_t size,
    iree_hal_buffer_release_callback_t release_callback,
    iree_hal_buffer_t** out_buffer) {
  *out_buffer = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(hardware->fork_generation));
  if (!hardware->backend->import) {
    return iree_make_status(IREE_STATUS_UNAVAILABLE,
                            "%s cannot use host memory in place",
                            hardware->info.name);
  }
  if ((uintptr_t)host % IREE_HAL_TT_ALIGNMENT != 0) {
    return iree_make_status(IREE_STATUS_UNAVAILABLE,
                            "host memory at %p is not aligned to %d bytes and "
                            "cannot be used in place",
                            host, IREE_HAL_TT_ALIGNMENT);
  }
  iree_hal_tt_buffer_t* buffer = NULL;
  IREE_RETURN_IF_ERROR(allocate_object(hardware, placement, params,
                                       IREE_HAL_TT_STORAGE_IMPORTED, size, size,
                                       &buffer));
  iree_status_t status = iree_hal_tt_status(
      hardware->backend->import(hardware->device, host, size, &buffer->memory));
  if (!iree_status_is_ok(status)) {
    iree_hal_buffer_release(&buffer->base);
    return status;
  }
  buffer->committed = true;
  buffer->host = host;
  buffer->release_callback = release_callback;
  *out_buffer = &buffer->base;
  return iree_ok_status();
}

static void iree_hal_tt_buffer_destroy(iree_hal_buffer_t* base) {
  iree_hal_tt_buffer_t* buffer = iree_hal_tt_buffer_cast(base);
  iree_hal_tt_hardware_t* hardware = buffer->hardware;
  free_storage(buffer);
  if (buffer->release_callback.fn) {
    buffer->release_callback.fn(buffer->release_callback.user_data, base);
  }
  pthread_mutex_destroy(&buffer->mutex);
  iree_allocator_free(hardware->host_allocator, buffer);
  iree_hal_tt_hardware_release(hardware);
}

iree_status_t iree_hal_tt_buffer_commit(iree_hal_buffer_t* base) {
  iree_hal_tt_buffer_t* buffer = iree_hal_tt_buffer_cast(base);
  pthread_mutex_lock(&buffer->mutex);
  iree_status_t status = buffer->storage == IREE_HAL_TT_STORAGE_DRAM
                             ? commit_dram(buffer)
                             : commit_staging(buffer);
  buffer->committed = iree_status_is_ok(status);
  pthread_mutex_unlock(&buffer->mutex);
  return status;
}

// The buffer of ours behind |base|, or NULL if another driver made it.
static iree_hal_tt_buffer_t* find_allocation(iree_hal_buffer_t* base) {
  iree_hal_buffer_t* allocation = iree_hal_buffer_allocated_buffer(base);
  return iree_hal_resource_is(allocation, &iree_hal_tt_buffer_vtable)
             ? iree_hal_tt_buffer_cast(allocation)
             : NULL;
}

iree_status_t iree_hal_tt_buffer_decommit(iree_hal_buffer_t* base) {
  iree_hal_tt_buffer_t* buffer = find_allocation(base);
  if (!buffer) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "the buffer belongs to another driver, which must "
                            "deallocate it");
  }
  // Pools expect the memory to stay with the buffer.
  if (buffer->storage == IREE_HAL_TT_STORAGE_IMPORTED ||
      buffer->base.pooling_allocator) {
    return iree_ok_status();
  }
  pthread_mutex_lock(&buffer->mutex);
  if (buffer->map_count == 0) free_storage(buffer);
  pthread_mutex_unlock(&buffer->mutex);
  return iree_ok_status();
}

static iree_status_t no_memory_status(void) {
  return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                          "the buffer has no memory: it is used before its "
                          "queue_alloca or after its queue_dealloca ran");
}

// The checked range |offset|, |length| of what |buffer| allocated.
static iree_status_t resolve_own(iree_hal_tt_buffer_t* buffer,
                                 iree_device_size_t offset,
                                 iree_device_size_t length,
                                 iree_hal_tt_span_t* out_span) {
  pthread_mutex_lock(&buffer->mutex);
  const bool committed = buffer->committed;
  *out_span = (iree_hal_tt_span_t){
      .hardware = buffer->hardware,
      .memory = buffer->memory,
      .offset = offset,
      .length = length,
      .host = buffer->host ? buffer->host + offset : NULL,
  };
  pthread_mutex_unlock(&buffer->mutex);
  return committed ? iree_ok_status() : no_memory_status();
}

// Programs over several devices share buffers in the memory of the other
// driver's device. For this device they are host memory: copied from and to,
// and staged by dispatches.
static iree_status_t resolve_foreign(iree_hal_buffer_t* base,
                                     iree_device_size_t offset,
                                     iree_device_size_t length,
                                     iree_hal_tt_span_t* out_span) {
  iree_hal_buffer_mapping_t mapping;
  iree_status_t status = iree_hal_buffer_map_range(
      base, IREE_HAL_MAPPING_MODE_PERSISTENT, IREE_HAL_MEMORY_ACCESS_ANY,
      offset, length, &mapping);
  if (!iree_status_is_ok(status)) {
    return iree_status_annotate_f(
        status,
        "the buffer belongs to another driver; copy it to a buffer of "
        "the tenstorrent device first");
  }
  *out_span = (iree_hal_tt_span_t){
      .offset = mapping.impl.byte_offset,
      .length = mapping.contents.data_length,
      .host = mapping.contents.data,
  };
  return iree_ok_status();
}

iree_status_t iree_hal_tt_buffer_resolve(iree_hal_buffer_t* base,
                                         iree_device_size_t offset,
                                         iree_device_size_t length,
                                         iree_hal_tt_span_t* out_span) {
  if (!base) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT, "no buffer is bound");
  }
  iree_hal_tt_buffer_t* buffer = find_allocation(base);
  if (!buffer) return resolve_foreign(base, offset, length, out_span);
  IREE_RETURN_IF_ERROR(iree_hal_buffer_calculate_range(
      iree_hal_buffer_byte_offset(base), iree_hal_buffer_byte_length(base),
      offset, length, &offset, &length));
  return resolve_own(buffer, offset, length, out_span);
}

// For the time of a mapping, host memory in place of |span| that the host does
// not see: other drivers copy to and from our buffers by mapping them.
static iree_status_t map_copy(iree_hal_tt_span_t span,
                              iree_hal_mapping_mode_t mapping_mode,
                              iree_hal_memory_access_t memory_access,
                              uint8_t** out_host) {
  if (iree_any_bit_set(mapping_mode, IREE_HAL_MAPPING_MODE_PERSISTENT)) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "device memory is not visible to the host; copy it "
                            "to a staging buffer");
  }
  iree_allocator_t host_allocator = span.hardware->host_allocator;
  uint8_t* host = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc_uninitialized(
      host_allocator, span.length, (void**)&host));
  if (!iree_any_bit_set(memory_access, IREE_HAL_MEMORY_ACCESS_DISCARD)) {
    iree_status_t status = iree_hal_tt_download(span, host);
    if (!iree_status_is_ok(status)) {
      iree_allocator_free(host_allocator, host);
      return status;
    }
  }
  *out_host = host;
  return iree_ok_status();
}

// Ends what map_copy began.
static iree_status_t unmap_copy(iree_hal_tt_span_t span,
                                const iree_hal_buffer_mapping_t* mapping) {
  iree_status_t status = iree_ok_status();
  if (iree_any_bit_set(
          mapping->impl.allowed_access,
          IREE_HAL_MEMORY_ACCESS_WRITE | IREE_HAL_MEMORY_ACCESS_ANY)) {
    status = iree_hal_tt_upload(mapping->contents.data, span);
  }
  iree_allocator_free(span.hardware->host_allocator, mapping->contents.data);
  return status;
}

static void count_mappings(iree_hal_tt_buffer_t* buffer, int change) {
  pthread_mutex_lock(&buffer->mutex);
  buffer->map_count += (uint32_t)change;
  pthread_mutex_unlock(&buffer->mutex);
}

static iree_status_t iree_hal_tt_buffer_map_range(
    iree_hal_buffer_t* base, iree_hal_mapping_mode_t mapping_mode,
    iree_hal_memory_access_t memory_access,
    iree_device_size_t local_byte_offset, iree_device_size_t local_byte_length,
    iree_hal_buffer_mapping_t* mapping) {
  if (local_byte_length == 0) {
    // A program does not wait for the allocation of a result without elements.
    // The runtime does not unmap what has no address.
    mapping->contents = iree_make_byte_span(NULL, 0);
    return iree_ok_status();
  }
  iree_hal_tt_buffer_t* buffer = iree_hal_tt_buffer_cast(base);
  iree_hal_tt_span_t span;
  count_mappings(buffer, 1);
  iree_status_t status =
      resolve_own(buffer, local_byte_offset, local_byte_length, &span);
  if (iree_status_is_ok(status) && !span.host) {
    status = map_copy(span, mapping_mode, memory_access, &span.host);
  }
  if (!iree_status_is_ok(status)) {
    count_mappings(buffer, -1);
    return status;
  }
  mapping->contents =
      iree_make_byte_span(span.host, (iree_host_size_t)local_byte_length);
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_buffer_unmap_range(
    iree_hal_buffer_t* base, iree_device_size_t local_byte_offset,
    iree_device_size_t local_byte_length, iree_hal_buffer_mapping_t* mapping) {
  iree_hal_tt_buffer_t* buffer = iree_hal_tt_buffer_cast(base);
  iree_hal_tt_span_t span;
  iree_status_t status =
      resolve_own(buffer, local_byte_offset, local_byte_length, &span);
  if (iree_status_is_ok(status) && !span.host) {
    status = unmap_copy(span, mapping);
  }
  count_mappings(buffer, -1);
  return status;
}

// Host-visible memory is coherent: nothing to do for ranges.
static iree_status_t iree_hal_tt_buffer_invalidate_range(
    iree_hal_buffer_t* base, iree_device_size_t local_byte_offset,
    iree_device_size_t local_byte_length) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_buffer_flush_range(
    iree_hal_buffer_t* base, iree_device_size_t local_byte_offset,
    iree_device_size_t local_byte_length) {
  return iree_ok_status();
}

const iree_hal_buffer_vtable_t iree_hal_tt_buffer_vtable = {
    .recycle = iree_hal_buffer_recycle,
    .destroy = iree_hal_tt_buffer_destroy,
    .map_range = iree_hal_tt_buffer_map_range,
    .unmap_range = iree_hal_tt_buffer_unmap_range,
    .invalidate_range = iree_hal_tt_buffer_invalidate_range,
    .flush_range = iree_hal_tt_buffer_flush_range,
};

// Functions of IREE's HAL that the wheel does not export.
#include "iree/hal/api.h"

//===----------------------------------------------------------------------===//
// iree_hal_buffer_t
//===----------------------------------------------------------------------===//

void iree_hal_buffer_initialize(
    iree_hal_buffer_placement_t placement, iree_hal_buffer_t* allocated_buffer,
    iree_device_size_t allocation_size, iree_device_size_t byte_offset,
    iree_device_size_t byte_length, iree_hal_memory_type_t memory_type,
    iree_hal_memory_access_t allowed_access,
    iree_hal_buffer_usage_t allowed_usage,
    const iree_hal_buffer_vtable_t* vtable, iree_hal_buffer_t* buffer) {
  iree_hal_resource_initialize(vtable, &buffer->resource);
  buffer->allocated_buffer = allocated_buffer;
  buffer->allocation_size = allocation_size;
  buffer->byte_offset = byte_offset;
  buffer->byte_length = byte_length;
  buffer->placement = placement;
  atomic_init(&buffer->preserve_count, 1);
  buffer->memory_type = memory_type;
  buffer->allowed_usage = allowed_usage;
  buffer->allowed_access = allowed_access;
  if (allocated_buffer != buffer) iree_hal_resource_retain(allocated_buffer);
}

void iree_hal_buffer_release(iree_hal_buffer_t* buffer) {
  iree_hal_resource_release(buffer);
}

void iree_hal_buffer_recycle(iree_hal_buffer_t* buffer) {
  iree_hal_allocator_t* pool = buffer->pooling_allocator;
  if (pool) {
    const iree_hal_allocator_vtable_t* vtable =
        ((const iree_hal_resource_t*)pool)->vtable;
    vtable->deallocate_buffer(pool, buffer);
  } else {
    iree_hal_buffer_destroy(buffer);
  }
}

void iree_hal_buffer_destroy(iree_hal_buffer_t* buffer) {
  ((const iree_hal_buffer_vtable_t*)buffer->resource.vtable)->destroy(buffer);
}

iree_hal_buffer_t* iree_hal_buffer_allocated_buffer(
    const iree_hal_buffer_t* buffer) {
  return buffer->allocated_buffer;
}

iree_device_size_t iree_hal_buffer_byte_offset(
    const iree_hal_buffer_t* buffer) {
  return buffer->byte_offset;
}

iree_device_size_t iree_hal_buffer_byte_length(
    const iree_hal_buffer_t* buffer) {
  return buffer->byte_length;
}

iree_status_t iree_hal_buffer_calculate_range(
    iree_device_size_t base_offset, iree_device_size_t max_length,
    iree_device_size_t offset, iree_device_size_t length,
    iree_device_size_t* out_adjusted_offset,
    iree_device_size_t* out_adjusted_length) {
  *out_adjusted_offset = 0;
  *out_adjusted_length = 0;
  if (length == IREE_HAL_WHOLE_BUFFER && offset <= max_length) {
    length = max_length - offset;
  }
  if (offset > max_length || length > max_length - offset) {
    return iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                            "range of %" PRIu64 " bytes at offset %" PRIu64
                            " leaves the %" PRIu64 " bytes it may use",
                            length, offset, max_length);
  }
  *out_adjusted_offset = base_offset + offset;
  *out_adjusted_length = length;
  return iree_ok_status();
}

static iree_status_t check_mappable(const iree_hal_buffer_t* buffer,
                                    bool persistent) {
  const iree_hal_buffer_usage_t usage =
      persistent ? IREE_HAL_BUFFER_USAGE_MAPPING_PERSISTENT
                 : IREE_HAL_BUFFER_USAGE_MAPPING_SCOPED;
  if (iree_all_bits_set(buffer->memory_type,
                        IREE_HAL_MEMORY_TYPE_HOST_VISIBLE) &&
      iree_all_bits_set(buffer->allowed_usage, usage)) {
    return iree_ok_status();
  }
  return iree_make_status(IREE_STATUS_PERMISSION_DENIED,
                          "the host may not map the buffer (memory type 0x%x, "
                          "allowed usage 0x%x)",
                          (unsigned)buffer->memory_type,
                          (unsigned)buffer->allowed_usage);
}

iree_status_t iree_hal_buffer_map_range(
    iree_hal_buffer_t* buffer, iree_hal_mapping_mode_t mapping_mode,
    iree_hal_memory_access_t memory_access, iree_device_size_t byte_offset,
    iree_device_size_t byte_length,
    iree_hal_buffer_mapping_t* out_buffer_mapping) {
  *out_buffer_mapping = (iree_hal_buffer_mapping_t){0};
  const bool persistent =
      iree_all_bits_set(mapping_mode, IREE_HAL_MAPPING_MODE_PERSISTENT);
  IREE_RETURN_IF_ERROR(check_mappable(buffer, persistent));
  iree_device_size_t offset = 0, length = 0;
  IREE_RETURN_IF_ERROR(iree_hal_buffer_calculate_range(
      buffer->byte_offset, buffer->byte_length, byte_offset, byte_length,
      &offset, &length));
  iree_hal_buffer_mapping_t mapping = {
      .contents = iree_make_byte_span(NULL, (iree_host_size_t)length),
      .buffer = buffer,
      .impl = {.byte_offset = offset,
               .allowed_access = memory_access,
               .is_persistent = persistent},
  };
  const iree_hal_buffer_vtable_t* vtable = buffer->resource.vtable;
  IREE_RETURN_IF_ERROR(vtable->map_range(buffer, mapping_mode, memory_access,
                                         offset, length, &mapping));
  // Scoped mappings hold the buffer until they are undone.
  if (!persistent) iree_hal_resource_retain(buffer);
  *out_buffer_mapping = mapping;
  return iree_ok_status();
}

//===----------------------------------------------------------------------===//
// iree_hal_allocator_t
//===----------------------------------------------------------------------===//

void iree_hal_allocator_retain(iree_hal_allocator_t* allocator) {
  iree_hal_resource_retain(allocator);
}

void iree_hal_allocator_release(iree_hal_allocator_t* allocator) {
  iree_hal_resource_release(allocator);
}

//===----------------------------------------------------------------------===//
// iree_hal_command_buffer_t
//===----------------------------------------------------------------------===//

void iree_hal_command_buffer_initialize(
    iree_hal_allocator_t* device_allocator, iree_hal_command_buffer_mode_t mode,
    iree_hal_command_category_t command_categories,
    iree_hal_queue_affinity_t queue_affinity, iree_host_size_t binding_capacity,
    void* validation_state, const iree_hal_command_buffer_vtable_t* vtable,
    iree_hal_command_buffer_t* command_buffer) {
  iree_hal_resource_initialize(vtable, &command_buffer->resource);
  command_buffer->mode = mode;
  command_buffer->allowed_categories = command_categories;
  command_buffer->queue_affinity = queue_affinity;
  command_buffer->binding_capacity = (uint32_t)binding_capacity;
  command_buffer->binding_count = 0;
  command_buffer->validation_state = validation_state;
}

iree_status_t iree_hal_buffer_binding_table_resolve_ref(
    iree_hal_buffer_binding_table_t binding_table,
    iree_hal_buffer_ref_t buffer_ref, iree_hal_buffer_ref_t* out_resolved_ref) {
  if (buffer_ref.buffer) {
    *out_resolved_ref = buffer_ref;
    return iree_ok_status();
  }
  *out_resolved_ref = iree_hal_make_buffer_ref(NULL, 0, 0);
  if (binding_table.count == 0) return iree_ok_status();
  const uint32_t slot = buffer_ref.buffer_slot;
  if (slot >= binding_table.count) {
    return iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                            "slot %u of a binding table with %zu slots", slot,
                            binding_table.count);
  }
  const iree_hal_buffer_binding_t* binding = &binding_table.bindings[slot];
  iree_device_size_t max_length = binding->length;
  if (max_length == IREE_HAL_WHOLE_BUFFER) {
    max_length = binding->buffer->byte_length - binding->offset;
  }
  out_resolved_ref->buffer = binding->buffer;
  return iree_hal_buffer_calculate_range(
      binding->offset, max_length, buffer_ref.offset, buffer_ref.length,
      &out_resolved_ref->offset, &out_resolved_ref->length);
}

//===----------------------------------------------------------------------===//
// iree_hal_semaphore_t
//===----------------------------------------------------------------------===//

static const iree_hal_semaphore_vtable_t* semaphore_vtable(
    iree_hal_semaphore_t* semaphore) {
  return ((const iree_hal_resource_t*)semaphore)->vtable;
}

void iree_hal_semaphore_retain(iree_hal_semaphore_t* semaphore) {
  iree_hal_resource_retain(semaphore);
}

void iree_hal_semaphore_release(iree_hal_semaphore_t* semaphore) {
  iree_hal_resource_release(semaphore);
}

iree_status_t iree_hal_semaphore_query(iree_hal_semaphore_t* semaphore,
                                       uint64_t* out_value) {
  return semaphore_vtable(semaphore)->query(semaphore, out_value);
}

iree_status_t iree_hal_semaphore_signal(iree_hal_semaphore_t* semaphore,
                                        uint64_t new_value) {
  return semaphore_vtable(semaphore)->signal(semaphore, new_value);
}

void iree_hal_semaphore_fail(iree_hal_semaphore_t* semaphore,
                             iree_status_t status) {
  semaphore_vtable(semaphore)->fail(semaphore, status);
}

iree_status_t iree_hal_semaphore_wait(iree_hal_semaphore_t* semaphore,
                                      uint64_t value, iree_timeout_t timeout,
                                      iree_hal_wait_flags_t flags) {
  return semaphore_vtable(semaphore)->wait(semaphore, value, timeout, flags);
}

//===----------------------------------------------------------------------===//
// iree_hal_file_t
//===----------------------------------------------------------------------===//

static const iree_hal_file_vtable_t* file_vtable(iree_hal_file_t* file) {
  return ((const iree_hal_resource_t*)file)->vtable;
}

iree_status_t iree_hal_file_read(iree_hal_file_t* file, uint64_t file_offset,
                                 iree_hal_buffer_t* buffer,
                                 iree_device_size_t buffer_offset,
                                 iree_device_size_t length) {
  return file_vtable(file)->read(file, file_offset, buffer, buffer_offset,
                                 length);
}

iree_status_t iree_hal_file_write(iree_hal_file_t* file, uint64_t file_offset,
                                  iree_hal_buffer_t* buffer,
                                  iree_device_size_t buffer_offset,
                                  iree_device_size_t length) {
  return file_vtable(file)->write(file, file_offset, buffer, buffer_offset,
                                  length);
}

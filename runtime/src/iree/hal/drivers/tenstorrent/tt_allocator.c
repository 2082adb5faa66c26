#include "iree/hal/drivers/tenstorrent/tt_allocator.h"

#include <stdatomic.h>

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"

typedef struct iree_hal_tt_allocator_t {
  iree_hal_resource_t resource;
  iree_hal_tt_hardware_t* hardware;
  _Atomic(iree_hal_device_t*) device;  // unowned; NULL once it is gone
} iree_hal_tt_allocator_t;

static iree_hal_tt_allocator_t* iree_hal_tt_allocator_cast(
    iree_hal_allocator_t* base) {
  return (iree_hal_tt_allocator_t*)base;
}

iree_status_t iree_hal_tt_allocator_create(
    iree_hal_tt_hardware_t* hardware, iree_hal_device_t* device,
    iree_hal_allocator_t** out_allocator) {
  *out_allocator = NULL;
  iree_hal_tt_allocator_t* allocator = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(
      hardware->host_allocator, sizeof(*allocator), (void**)&allocator));
  iree_hal_resource_initialize(&iree_hal_tt_allocator_vtable,
                               &allocator->resource);
  iree_hal_tt_hardware_retain(hardware);
  allocator->hardware = hardware;
  atomic_init(&allocator->device, device);
  *out_allocator = (iree_hal_allocator_t*)allocator;
  return iree_ok_status();
}

void iree_hal_tt_allocator_forget_device(iree_hal_allocator_t* base) {
  atomic_store(&iree_hal_tt_allocator_cast(base)->device, NULL);
}

static void iree_hal_tt_allocator_destroy(
    iree_hal_allocator_t* IREE_RESTRICT base) {
  iree_hal_tt_allocator_t* allocator = iree_hal_tt_allocator_cast(base);
  iree_hal_tt_hardware_t* hardware = allocator->hardware;
  iree_allocator_free(hardware->host_allocator, allocator);
  iree_hal_tt_hardware_release(hardware);
}

static iree_allocator_t iree_hal_tt_allocator_host_allocator(
    const iree_hal_allocator_t* IREE_RESTRICT base) {
  return ((const iree_hal_tt_allocator_t*)base)->hardware->host_allocator;
}

static iree_status_t iree_hal_tt_allocator_trim(
    iree_hal_allocator_t* IREE_RESTRICT base) {
  return iree_ok_status();  // nothing is kept
}

static void iree_hal_tt_allocator_query_statistics(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_allocator_statistics_t* IREE_RESTRICT out_statistics) {
  iree_hal_tt_allocator_t* allocator = iree_hal_tt_allocator_cast(base);
  iree_hal_tt_usage_t dram, host;
  iree_hal_tt_hardware_query_usage(allocator->hardware, &dram, &host);
  IREE_STATISTICS({
    out_statistics->host_bytes_peak = host.peak;
    out_statistics->host_bytes_allocated = host.allocated;
    out_statistics->host_bytes_freed = host.freed;
    out_statistics->device_bytes_peak = dram.peak;
    out_statistics->device_bytes_allocated = dram.allocated;
    out_statistics->device_bytes_freed = dram.freed;
  });
}

static const iree_hal_buffer_usage_t iree_hal_tt_allowed_usage =
    IREE_HAL_BUFFER_USAGE_TRANSFER | IREE_HAL_BUFFER_USAGE_DISPATCH_STORAGE |
    IREE_HAL_BUFFER_USAGE_DISPATCH_UNIFORM_READ |
    IREE_HAL_BUFFER_USAGE_SHARING_EXPORT |
    IREE_HAL_BUFFER_USAGE_SHARING_REPLICATE |
    IREE_HAL_BUFFER_USAGE_SHARING_CONCURRENT |
    IREE_HAL_BUFFER_USAGE_SHARING_IMMUTABLE |
    IREE_HAL_BUFFER_USAGE_MAPPING_SCOPED |
    IREE_HAL_BUFFER_USAGE_MAPPING_PERSISTENT |
    IREE_HAL_BUFFER_USAGE_MAPPING_OPTIONAL |
    IREE_HAL_BUFFER_USAGE_MAPPING_ACCESS_RANDOM |
    IREE_HAL_BUFFER_USAGE_MAPPING_ACCESS_SEQUENTIAL_WRITE;

static iree_status_t iree_hal_tt_allocator_query_memory_heaps(
    iree_hal_allocator_t* IREE_RESTRICT base, iree_host_size_t capacity,
    iree_hal_allocator_memory_heap_t* IREE_RESTRICT heaps,
    iree_host_size_t* IREE_RESTRICT out_count) {
  iree_hal_tt_hardware_t* hardware = iree_hal_tt_allocator_cast(base)->hardware;
  if (out_count) *out_count = 2;
  if (capacity < 2) {
    // The bare code asks the caller to come back with room; no error text.
    return iree_status_from_code(IREE_STATUS_OUT_OF_RANGE);
  }
  heaps[0] = (iree_hal_allocator_memory_heap_t){
      .type = IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL,
      .allowed_usage = iree_hal_tt_allowed_usage,
      .max_allocation_size = hardware->info.dram_size,
      .min_alignment = IREE_HAL_TT_ALIGNMENT,
  };
  if (hardware->info.host_visible) {
    heaps[0].type |=
        IREE_HAL_MEMORY_TYPE_HOST_VISIBLE | IREE_HAL_MEMORY_TYPE_HOST_COHERENT;
  }
  heaps[1] = (iree_hal_allocator_memory_heap_t){
      .type =
          IREE_HAL_MEMORY_TYPE_HOST_LOCAL | IREE_HAL_MEMORY_TYPE_DEVICE_VISIBLE,
      .allowed_usage = iree_hal_tt_allowed_usage,
      .max_allocation_size = ~(iree_device_size_t)0,
      .min_alignment = IREE_HAL_TT_ALIGNMENT,
  };
  return iree_ok_status();
}

static iree_hal_buffer_compatibility_t
iree_hal_tt_allocator_query_buffer_compatibility(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_params_t* IREE_RESTRICT params,
    iree_device_size_t* IREE_RESTRICT allocation_size) {
  iree_hal_tt_hardware_t* hardware = iree_hal_tt_allocator_cast(base)->hardware;
  iree_hal_buffer_compatibility_t compatibility =
      IREE_HAL_BUFFER_COMPATIBILITY_ALLOCATABLE;
  if (hardware->backend->import) {
    compatibility |= IREE_HAL_BUFFER_COMPATIBILITY_IMPORTABLE;
  }
  if (hardware->info.host_visible) {
    compatibility |= IREE_HAL_BUFFER_COMPATIBILITY_EXPORTABLE;
  }
  if (iree_any_bit_set(params->usage, IREE_HAL_BUFFER_USAGE_TRANSFER)) {
    compatibility |= IREE_HAL_BUFFER_COMPATIBILITY_QUEUE_TRANSFER;
  }
  if (iree_any_bit_set(params->usage,
                       IREE_HAL_BUFFER_USAGE_DISPATCH_STORAGE |
                           IREE_HAL_BUFFER_USAGE_DISPATCH_UNIFORM_READ)) {
    compatibility |= IREE_HAL_BUFFER_COMPATIBILITY_QUEUE_DISPATCH;
  }
  // The preference is granted: DEVICE_LOCAL unless host staging is asked for.
  params->type &= ~(iree_hal_memory_type_t)IREE_HAL_MEMORY_TYPE_OPTIMAL;
  if (!iree_all_bits_set(params->type, IREE_HAL_MEMORY_TYPE_HOST_LOCAL)) {
    params->type |= IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL;
  }
  return compatibility;
}

iree_status_t iree_hal_tt_allocator_check_params(
    iree_hal_buffer_params_t* params) {
  iree_hal_buffer_params_canonicalize(params);
  if (params->min_alignment > IREE_HAL_TT_ALIGNMENT) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "buffer alignment of %" PRIu64
                            " bytes requested, at most %d is supported",
                            params->min_alignment, IREE_HAL_TT_ALIGNMENT);
  }
  if (iree_any_bit_set(params->usage, IREE_HAL_BUFFER_USAGE_DISPATCH_IMAGE)) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "tenstorrent devices have no image memory");
  }
  return iree_ok_status();
}

static iree_hal_buffer_placement_t allocator_placement(
    iree_hal_tt_allocator_t* allocator,
    const iree_hal_buffer_params_t* params) {
  return (iree_hal_buffer_placement_t){
      .device = atomic_load(&allocator->device),
      .queue_affinity = params->queue_affinity,
      .flags = IREE_HAL_BUFFER_PLACEMENT_FLAG_NONE,
  };
}

static iree_status_t iree_hal_tt_allocator_allocate_buffer(
    iree_hal_allocator_t* IREE_RESTRICT base,
    const iree_hal_buffer_params_t* IREE_RESTRICT params,
    iree_device_size_t allocation_size,
    iree_hal_buffer_t** IREE_RESTRICT out_buffer) {
  iree_hal_tt_allocator_t* allocator = iree_hal_tt_allocator_cast(base);
  *out_buffer = NULL;
  iree_hal_buffer_params_t checked_params = *params;
  IREE_RETURN_IF_ERROR(iree_hal_tt_allocator_check_params(&checked_params));
  return iree_hal_tt_buffer_create(
      allocator->hardware, allocator_placement(allocator, &checked_params),
      &checked_params, allocation_size, /*deferred=*/false, out_buffer);
}

static void iree_hal_tt_allocator_deallocate_buffer(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT buffer) {
  iree_hal_buffer_destroy(buffer);
}

static iree_status_t iree_hal_tt_allocator_import_buffer(
    iree_hal_allocator_t* IREE_RESTRICT base,
    const iree_hal_buffer_params_t* IREE_RESTRICT params,
    iree_hal_external_buffer_t* IREE_RESTRICT external_buffer,
    iree_hal_buffer_release_callback_t release_callback,
    iree_hal_buffer_t** IREE_RESTRICT out_buffer) {
  iree_hal_tt_allocator_t* allocator = iree_hal_tt_allocator_cast(base);
  *out_buffer = NULL;
  iree_hal_buffer_params_t checked_params = *params;
  IREE_RETURN_IF_ERROR(iree_hal_tt_allocator_check_params(&checked_params));
  // Device addresses are host addresses where the host sees device memory; this
  // is what DLPack passes.
  void* host = NULL;
  if (external_buffer->type == IREE_HAL_EXTERNAL_BUFFER_TYPE_HOST_ALLOCATION) {
    host = external_buffer->handle.host_allocation.ptr;
  } else if (external_buffer->type ==
             IREE_HAL_EXTERNAL_BUFFER_TYPE_DEVICE_ALLOCATION) {
    host = (void*)(uintptr_t)external_buffer->handle.device_allocation.ptr;
  } else {
    return iree_make_status(
        IREE_STATUS_UNAVAILABLE,
        "only addresses can be imported (type %d requested)",
        (int)external_buffer->type);
  }
  return iree_hal_tt_buffer_import(
      allocator->hardware, allocator_placement(allocator, &checked_params),
      &checked_params, host, external_buffer->size, release_callback,
      out_buffer);
}

static iree_status_t iree_hal_tt_allocator_export_buffer(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT buffer,
    iree_hal_external_buffer_type_t requested_type,
    iree_hal_external_buffer_flags_t requested_flags,
    iree_hal_external_buffer_t* IREE_RESTRICT out_external_buffer) {
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_buffer_resolve(buffer, 0, IREE_HAL_WHOLE_BUFFER, &span));
  const bool as_host =
      requested_type == IREE_HAL_EXTERNAL_BUFFER_TYPE_HOST_ALLOCATION;
  const bool as_device =
      requested_type == IREE_HAL_EXTERNAL_BUFFER_TYPE_DEVICE_ALLOCATION;
  if (!span.host || !(as_host || as_device)) {
    return iree_make_status(IREE_STATUS_UNAVAILABLE,
                            "only the address of host-visible memory can be "
                            "exported (type %d requested)",
                            (int)requested_type);
  }
  *out_external_buffer = (iree_hal_external_buffer_t){
      .type = requested_type, .flags = requested_flags, .size = span.length};
  if (as_host) {
    out_external_buffer->handle.host_allocation.ptr = span.host;
  } else {
    out_external_buffer->handle.device_allocation.ptr = (uintptr_t)span.host;
  }
  return iree_ok_status();
}

//===----------------------------------------------------------------------===//
// Virtual memory: not a thing on this device
//===----------------------------------------------------------------------===//

static iree_status_t no_virtual_memory(void) {
  return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                          "tenstorrent devices have no virtual memory");
}

static bool iree_hal_tt_allocator_supports_virtual_memory(
    iree_hal_allocator_t* IREE_RESTRICT base) {
  return false;
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_query_granularity(
    iree_hal_allocator_t* IREE_RESTRICT base, iree_hal_buffer_params_t params,
    iree_device_size_t* IREE_RESTRICT out_minimum_page_size,
    iree_device_size_t* IREE_RESTRICT out_recommended_page_size) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_reserve(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_queue_affinity_t queue_affinity, iree_device_size_t size,
    iree_hal_buffer_t** IREE_RESTRICT out_virtual_buffer) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_release(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT virtual_buffer) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_physical_memory_allocate(
    iree_hal_allocator_t* IREE_RESTRICT base, iree_hal_buffer_params_t params,
    iree_device_size_t size, iree_allocator_t host_allocator,
    iree_hal_physical_memory_t** IREE_RESTRICT out_physical_memory) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_physical_memory_free(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_physical_memory_t* IREE_RESTRICT physical_memory) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_map(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT virtual_buffer,
    iree_device_size_t virtual_offset,
    iree_hal_physical_memory_t* IREE_RESTRICT physical_memory,
    iree_device_size_t physical_offset, iree_device_size_t size) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_unmap(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT virtual_buffer,
    iree_device_size_t virtual_offset, iree_device_size_t size) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_protect(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT virtual_buffer,
    iree_device_size_t virtual_offset, iree_device_size_t size,
    iree_hal_queue_affinity_t queue_affinity,
    iree_hal_memory_protection_t protection) {
  return no_virtual_memory();
}

static iree_status_t iree_hal_tt_allocator_virtual_memory_advise(
    iree_hal_allocator_t* IREE_RESTRICT base,
    iree_hal_buffer_t* IREE_RESTRICT virtual_buffer,
    iree_device_size_t virtual_offset, iree_device_size_t size,
    iree_hal_queue_affinity_t queue_affinity, iree_hal_memory_advice_t advice) {
  return no_virtual_memory();
}

const iree_hal_allocator_vtable_t iree_hal_tt_allocator_vtable = {
    .destroy = iree_hal_tt_allocator_destroy,
    .host_allocator = iree_hal_tt_allocator_host_allocator,
    .trim = iree_hal_tt_allocator_trim,
    .query_statistics = iree_hal_tt_allocator_query_statistics,
    .query_memory_heaps = iree_hal_tt_allocator_query_memory_heaps,
    .query_buffer_compatibility =
        iree_hal_tt_allocator_query_buffer_compatibility,
    .allocate_buffer = iree_hal_tt_allocator_allocate_buffer,
    .deallocate_buffer = iree_hal_tt_allocator_deallocate_buffer,
    .import_buffer = iree_hal_tt_allocator_import_buffer,
    .export_buffer = iree_hal_tt_allocator_export_buffer,
    .supports_virtual_memory = iree_hal_tt_allocator_supports_virtual_memory,
    .virtual_memory_query_granularity =
        iree_hal_tt_allocator_virtual_memory_query_granularity,
    .virtual_memory_reserve = iree_hal_tt_allocator_virtual_memory_reserve,
    .virtual_memory_release = iree_hal_tt_allocator_virtual_memory_release,
    .physical_memory_allocate = iree_hal_tt_allocator_physical_memory_allocate,
    .physical_memory_free = iree_hal_tt_allocator_physical_memory_free,
    .virtual_memory_map = iree_hal_tt_allocator_virtual_memory_map,
    .virtual_memory_unmap = iree_hal_tt_allocator_virtual_memory_unmap,
    .virtual_memory_protect = iree_hal_tt_allocator_virtual_memory_protect,
    .virtual_memory_advise = iree_hal_tt_allocator_virtual_memory_advise,
};

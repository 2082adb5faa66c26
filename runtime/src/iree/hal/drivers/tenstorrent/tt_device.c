#include "iree/hal/drivers/tenstorrent/tt_device.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_allocator.h"
#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_channel.h"
#include "iree/hal/drivers/tenstorrent/tt_command_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_dispatch.h"
#include "iree/hal/drivers/tenstorrent/tt_event.h"
#include "iree/hal/drivers/tenstorrent/tt_executable.h"
#include "iree/hal/drivers/tenstorrent/tt_executable_cache.h"
#include "iree/hal/drivers/tenstorrent/tt_file.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"
#include "iree/hal/drivers/tenstorrent/tt_queue.h"
#include "iree/hal/drivers/tenstorrent/tt_semaphore.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

typedef struct iree_hal_tt_device_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
  iree_hal_tt_hardware_t* hardware;
  iree_hal_allocator_t* own_allocator;
  iree_hal_allocator_t* device_allocator;  // or what replaced it
  iree_hal_channel_provider_t* channel_provider;
  iree_hal_tt_queue_t* queue;
  iree_string_view_t identifier;  // behind this struct
} iree_hal_tt_device_t;

static iree_hal_tt_device_t* iree_hal_tt_device_cast(iree_hal_device_t* base) {
  return (iree_hal_tt_device_t*)base;
}

iree_status_t iree_hal_tt_device_create(iree_string_view_t identifier,
                                        const tt_backend_vtable_t* backend,
                                        iree_host_size_t param_count,
                                        const iree_string_pair_t* params,
                                        iree_allocator_t host_allocator,
                                        iree_hal_device_t** out_device) {
  *out_device = NULL;
  iree_hal_tt_device_t* device = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(
      host_allocator, sizeof(*device) + identifier.size, (void**)&device));
  iree_hal_resource_initialize(&iree_hal_tt_device_vtable, &device->resource);
  device->host_allocator = host_allocator;
  char* name = (char*)(device + 1);
  memcpy(name, identifier.data, identifier.size);
  device->identifier = iree_make_string_view(name, identifier.size);
  iree_hal_device_t* base = (iree_hal_device_t*)device;
  iree_status_t status = iree_hal_tt_hardware_open(
      backend, param_count, params, host_allocator, &device->hardware);
  if (iree_status_is_ok(status)) {
    status = iree_hal_tt_allocator_create(device->hardware, base,
                                          &device->own_allocator);
  }
  if (iree_status_is_ok(status)) {
    device->device_allocator = device->own_allocator;
    iree_hal_allocator_retain(device->device_allocator);
    status = iree_hal_tt_queue_create(device->hardware, &device->queue);
  }
  if (iree_status_is_ok(status)) {
    *out_device = base;
  } else {
    iree_hal_resource_release(&device->resource);
  }
  return status;
}

static void iree_hal_tt_device_destroy(iree_hal_device_t* base) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  if (device->queue) iree_hal_tt_queue_destroy(device->queue);
  iree_hal_allocator_release(device->device_allocator);
  if (device->own_allocator) {
    iree_hal_tt_allocator_forget_device(device->own_allocator);
    iree_hal_allocator_release(device->own_allocator);
  }
  iree_hal_resource_release(device->channel_provider);
  iree_hal_tt_hardware_release(device->hardware);
  iree_allocator_free(device->host_allocator, device);
}

static iree_string_view_t iree_hal_tt_device_id(iree_hal_device_t* base) {
  return iree_hal_tt_device_cast(base)->identifier;
}

static iree_allocator_t iree_hal_tt_device_host_allocator(
    iree_hal_device_t* base) {
  return iree_hal_tt_device_cast(base)->host_allocator;
}

static iree_hal_allocator_t* iree_hal_tt_device_allocator(
    iree_hal_device_t* base) {
  return iree_hal_tt_device_cast(base)->device_allocator;
}

static void iree_hal_tt_device_replace_device_allocator(
    iree_hal_device_t* base, iree_hal_allocator_t* new_allocator) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  iree_hal_allocator_retain(new_allocator);
  iree_hal_allocator_release(device->device_allocator);
  device->device_allocator = new_allocator;
}

static void iree_hal_tt_device_replace_channel_provider(
    iree_hal_device_t* base, iree_hal_channel_provider_t* new_provider) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  iree_hal_resource_retain(new_provider);
  iree_hal_resource_release(device->channel_provider);
  device->channel_provider = new_provider;
}

static iree_status_t iree_hal_tt_device_trim(iree_hal_device_t* base) {
  return iree_ok_status();  // nothing is kept
}

// Device facts under the category "tenstorrent.device".
static bool query_fact(const tt_backend_info_t* info, iree_string_view_t key,
                       int64_t* out_value) {
  const struct {
    const char* key;
    uint64_t value;
  } facts[] = {
      {"grid_rows", info->grid_rows},   {"grid_cols", info->grid_cols},
      {"core_count", info->core_count}, {"l1_size", info->l1_size},
      {"dram_size", info->dram_size},   {"dram_banks", info->dram_banks},
  };
  for (size_t i = 0; i < IREE_ARRAYSIZE(facts); ++i) {
    if (iree_string_view_equal(key, iree_make_cstring_view(facts[i].key))) {
      *out_value = (int64_t)facts[i].value;
      return true;
    }
  }
  return false;
}

static iree_status_t iree_hal_tt_device_query_i64(iree_hal_device_t* base,
                                                  iree_string_view_t category,
                                                  iree_string_view_t key,
                                                  int64_t* out_value) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  *out_value = 0;
  if (iree_string_view_equal(category, IREE_SV("hal.device.id"))) {
    *out_value = iree_string_view_match_pattern(device->identifier, key);
    return iree_ok_status();
  }
  if (iree_string_view_equal(category, IREE_SV("hal.executable.format"))) {
    *out_value =
        iree_string_view_equal(key, IREE_SV(IREE_HAL_TT_EXECUTABLE_FORMAT));
    return iree_ok_status();
  }
  if (iree_string_view_equal(key, IREE_SV("concurrency"))) {
    if (iree_string_view_equal(category, IREE_SV("hal.device"))) {
      *out_value = 1;  // one queue
      return iree_ok_status();
    }
    if (iree_string_view_equal(category, IREE_SV("hal.dispatch"))) {
      *out_value = device->hardware->info.core_count;
      return iree_ok_status();
    }
  }
  if (iree_string_view_equal(category, IREE_SV("tenstorrent.device")) &&
      query_fact(&device->hardware->info, key, out_value)) {
    return iree_ok_status();
  }
  // Callers use their default then; they need no text.
  return iree_status_from_code(IREE_STATUS_NOT_FOUND);
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

static iree_status_t iree_hal_tt_device_create_channel(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    iree_hal_channel_params_t params, iree_hal_channel_t** out_channel) {
  return iree_hal_tt_channel_create(
      &params, iree_hal_tt_device_cast(base)->host_allocator, out_channel);
}

static iree_status_t iree_hal_tt_device_create_command_buffer(
    iree_hal_device_t* base, iree_hal_command_buffer_mode_t mode,
    iree_hal_command_category_t command_categories,
    iree_hal_queue_affinity_t queue_affinity, iree_host_size_t binding_capacity,
    iree_hal_command_buffer_t** out_command_buffer) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  return iree_hal_tt_command_buffer_create(
      device->hardware, device->device_allocator, mode, command_categories,
      queue_affinity, binding_capacity, out_command_buffer);
}

static iree_status_t iree_hal_tt_device_create_event(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    iree_hal_event_flags_t flags, iree_hal_event_t** out_event) {
  return iree_hal_tt_event_create(iree_hal_tt_device_cast(base)->host_allocator,
                                  out_event);
}

static iree_status_t iree_hal_tt_device_create_executable_cache(
    iree_hal_device_t* base, iree_string_view_t identifier, iree_loop_t loop,
    iree_hal_executable_cache_t** out_executable_cache) {
  return iree_hal_tt_executable_cache_create(
      iree_hal_tt_device_cast(base)->hardware, out_executable_cache);
}

static iree_status_t iree_hal_tt_device_import_file(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    iree_hal_memory_access_t access, iree_io_file_handle_t* handle,
    iree_hal_external_file_flags_t flags, iree_hal_file_t** out_file) {
  return iree_hal_tt_file_import(
      access, handle, iree_hal_tt_device_cast(base)->host_allocator, out_file);
}

static iree_status_t iree_hal_tt_device_create_semaphore(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    uint64_t initial_value, iree_hal_semaphore_flags_t flags,
    iree_hal_semaphore_t** out_semaphore) {
  return iree_hal_tt_semaphore_create(
      initial_value, iree_hal_tt_device_cast(base)->host_allocator,
      out_semaphore);
}

static iree_hal_semaphore_compatibility_t
iree_hal_tt_device_query_semaphore_compatibility(
    iree_hal_device_t* base, iree_hal_semaphore_t* semaphore) {
  return iree_hal_tt_semaphore_isa(semaphore)
             ? IREE_HAL_SEMAPHORE_COMPATIBILITY_ALL
             : IREE_HAL_SEMAPHORE_COMPATIBILITY_HOST_ONLY;
}

//===----------------------------------------------------------------------===//
// Queue
//===----------------------------------------------------------------------===//

static iree_status_t submit(iree_hal_device_t* base,
                            iree_hal_semaphore_list_t waits,
                            iree_hal_semaphore_list_t signals,
                            iree_hal_tt_operation_t operation) {
  return iree_hal_tt_queue_submit(iree_hal_tt_device_cast(base)->queue, waits,
                                  signals, &operation);
}

static iree_status_t iree_hal_tt_device_queue_alloca(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_allocator_pool_t pool, iree_hal_buffer_params_t params,
    iree_device_size_t allocation_size, iree_hal_alloca_flags_t flags,
    iree_hal_buffer_t** IREE_RESTRICT out_buffer) {
  iree_hal_tt_device_t* device = iree_hal_tt_device_cast(base);
  *out_buffer = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_allocator_check_params(&params));
  iree_hal_buffer_placement_t placement = {
      .device = base,
      .queue_affinity = params.queue_affinity,
      .flags = IREE_HAL_BUFFER_PLACEMENT_FLAG_ASYNCHRONOUS,
  };
  if (iree_any_bit_set(flags, IREE_HAL_ALLOCA_FLAG_INDETERMINATE_LIFETIME)) {
    placement.flags |= IREE_HAL_BUFFER_PLACEMENT_FLAG_INDETERMINATE_LIFETIME;
  }
  iree_hal_buffer_t* buffer = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_buffer_create(device->hardware, placement,
                                                 &params, allocation_size,
                                                 /*deferred=*/true, &buffer));
  iree_status_t status =
      submit(base, wait_semaphore_list, signal_semaphore_list,
             (iree_hal_tt_operation_t){.kind = IREE_HAL_TT_OPERATION_ALLOCA,
                                       .allocation = {buffer}});
  if (iree_status_is_ok(status)) {
    *out_buffer = buffer;
  } else {
    iree_hal_buffer_release(buffer);
  }
  return status;
}

static iree_status_t iree_hal_tt_device_queue_dealloca(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_buffer_t* buffer, iree_hal_dealloca_flags_t flags) {
  return submit(
      base, wait_semaphore_list, signal_semaphore_list,
      (iree_hal_tt_operation_t){.kind = IREE_HAL_TT_OPERATION_DEALLOCA,
                                .allocation = {buffer}});
}

static iree_status_t iree_hal_tt_device_queue_fill(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_buffer_t* target_buffer, iree_device_size_t target_offset,
    iree_device_size_t length, const void* pattern,
    iree_host_size_t pattern_length, iree_hal_fill_flags_t flags) {
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_pattern(pattern_length));
  iree_hal_tt_operation_t operation = {
      .kind = IREE_HAL_TT_OPERATION_FILL,
      .fill = {.target = target_buffer,
               .target_offset = target_offset,
               .length = length,
               .pattern_length = pattern_length},
  };
  memcpy(&operation.fill.pattern, pattern, pattern_length);
  return submit(base, wait_semaphore_list, signal_semaphore_list, operation);
}

static iree_status_t iree_hal_tt_device_queue_update(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    const void* source_buffer, iree_host_size_t source_offset,
    iree_hal_buffer_t* target_buffer, iree_device_size_t target_offset,
    iree_device_size_t length, iree_hal_update_flags_t flags) {
  // The source is copied now: check first that it is not absurdly large.
  IREE_RETURN_IF_ERROR(iree_hal_buffer_calculate_range(
      0, iree_hal_buffer_byte_length(target_buffer), target_offset, length,
      &target_offset, &length));
  return submit(
      base, wait_semaphore_list, signal_semaphore_list,
      (iree_hal_tt_operation_t){
          .kind = IREE_HAL_TT_OPERATION_UPDATE,
          .update = {.source = (const uint8_t*)source_buffer + source_offset,
                     .target = target_buffer,
                     .target_offset = target_offset,
                     .length = length},
      });
}

static iree_status_t iree_hal_tt_device_queue_copy(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_buffer_t* source_buffer, iree_device_size_t source_offset,
    iree_hal_buffer_t* target_buffer, iree_device_size_t target_offset,
    iree_device_size_t length, iree_hal_copy_flags_t flags) {
  return submit(base, wait_semaphore_list, signal_semaphore_list,
                (iree_hal_tt_operation_t){
                    .kind = IREE_HAL_TT_OPERATION_COPY,
                    .copy = {.source = source_buffer,
                             .source_offset = source_offset,
                             .target = target_buffer,
                             .target_offset = target_offset,
                             .length = length},
                });
}

static iree_status_t iree_hal_tt_device_queue_read(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_file_t* source_file, uint64_t source_offset,
    iree_hal_buffer_t* target_buffer, iree_device_size_t target_offset,
    iree_device_size_t length, iree_hal_read_flags_t flags) {
  return submit(base, wait_semaphore_list, signal_semaphore_list,
                (iree_hal_tt_operation_t){
                    .kind = IREE_HAL_TT_OPERATION_READ,
                    .io = {.file = source_file,
                           .file_offset = source_offset,
                           .buffer = target_buffer,
                           .buffer_offset = target_offset,
                           .length = length},
                });
}

static iree_status_t iree_hal_tt_device_queue_write(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_buffer_t* source_buffer, iree_device_size_t source_offset,
    iree_hal_file_t* target_file, uint64_t target_offset,
    iree_device_size_t length, iree_hal_write_flags_t flags) {
  return submit(base, wait_semaphore_list, signal_semaphore_list,
                (iree_hal_tt_operation_t){
                    .kind = IREE_HAL_TT_OPERATION_WRITE,
                    .io = {.file = target_file,
                           .file_offset = target_offset,
                           .buffer = source_buffer,
                           .buffer_offset = source_offset,
                           .length = length},
                });
}

static iree_status_t iree_hal_tt_device_queue_host_call(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_host_call_t call, const uint64_t args[4],
    iree_hal_host_call_flags_t flags) {
  iree_hal_tt_operation_t operation = {
      .kind = IREE_HAL_TT_OPERATION_HOST_CALL,
      .host_call = {.device = base,
                    .queue_affinity = queue_affinity,
                    .call = call,
                    .flags = flags},
  };
  memcpy(operation.host_call.args, args, sizeof(operation.host_call.args));
  return submit(base, wait_semaphore_list, signal_semaphore_list, operation);
}

static iree_status_t iree_hal_tt_device_queue_dispatch(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t export_ordinal,
    const iree_hal_dispatch_config_t config, iree_const_byte_span_t constants,
    const iree_hal_buffer_ref_list_t bindings,
    iree_hal_dispatch_flags_t flags) {
  IREE_RETURN_IF_ERROR(iree_hal_tt_dispatch_check(
      executable, export_ordinal, &config, constants, bindings.count, flags));
  return submit(base, wait_semaphore_list, signal_semaphore_list,
                (iree_hal_tt_operation_t){
                    .kind = IREE_HAL_TT_OPERATION_DISPATCH,
                    .dispatch = {.executable = executable,
                                 .ordinal = export_ordinal,
                                 .constants = constants,
                                 .bindings = bindings},
                });
}

static iree_status_t iree_hal_tt_device_queue_execute(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity,
    const iree_hal_semaphore_list_t wait_semaphore_list,
    const iree_hal_semaphore_list_t signal_semaphore_list,
    iree_hal_command_buffer_t* command_buffer,
    iree_hal_buffer_binding_table_t binding_table,
    iree_hal_execute_flags_t flags) {
  if (!command_buffer) {
    return submit(
        base, wait_semaphore_list, signal_semaphore_list,
        (iree_hal_tt_operation_t){.kind = IREE_HAL_TT_OPERATION_BARRIER});
  }
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_command_buffer_check(command_buffer, binding_table));
  return submit(base, wait_semaphore_list, signal_semaphore_list,
                (iree_hal_tt_operation_t){
                    .kind = IREE_HAL_TT_OPERATION_EXECUTE,
                    .execute = {.command_buffer = command_buffer,
                                .binding_table = binding_table},
                });
}

static iree_status_t iree_hal_tt_device_queue_flush(
    iree_hal_device_t* base, iree_hal_queue_affinity_t queue_affinity) {
  return iree_ok_status();  // submissions are never held back
}

static iree_status_t iree_hal_tt_device_wait_semaphores(
    iree_hal_device_t* base, iree_hal_wait_mode_t wait_mode,
    const iree_hal_semaphore_list_t semaphore_list, iree_timeout_t timeout,
    iree_hal_wait_flags_t flags) {
  return iree_hal_tt_semaphore_multi_wait(wait_mode, semaphore_list, timeout);
}

// Profiling has no tool to talk to; the counters are always on.
static iree_status_t iree_hal_tt_device_profiling_begin(
    iree_hal_device_t* base,
    const iree_hal_device_profiling_options_t* options) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_device_profiling_flush(
    iree_hal_device_t* base) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_device_profiling_end(iree_hal_device_t* base) {
  return iree_ok_status();
}

const iree_hal_device_vtable_t iree_hal_tt_device_vtable = {
    .destroy = iree_hal_tt_device_destroy,
    .id = iree_hal_tt_device_id,
    .host_allocator = iree_hal_tt_device_host_allocator,
    .device_allocator = iree_hal_tt_device_allocator,
    .replace_device_allocator = iree_hal_tt_device_replace_device_allocator,
    .replace_channel_provider = iree_hal_tt_device_replace_channel_provider,
    .trim = iree_hal_tt_device_trim,
    .query_i64 = iree_hal_tt_device_query_i64,
    .create_channel = iree_hal_tt_device_create_channel,
    .create_command_buffer = iree_hal_tt_device_create_command_buffer,
    .create_event = iree_hal_tt_device_create_event,
    .create_executable_cache = iree_hal_tt_device_create_executable_cache,
    .import_file = iree_hal_tt_device_import_file,
    .create_semaphore = iree_hal_tt_device_create_semaphore,
    .query_semaphore_compatibility =
        iree_hal_tt_device_query_semaphore_compatibility,
    .queue_alloca = iree_hal_tt_device_queue_alloca,
    .queue_dealloca = iree_hal_tt_device_queue_dealloca,
    .queue_fill = iree_hal_tt_device_queue_fill,
    .queue_update = iree_hal_tt_device_queue_update,
    .queue_copy = iree_hal_tt_device_queue_copy,
    .queue_read = iree_hal_tt_device_queue_read,
    .queue_write = iree_hal_tt_device_queue_write,
    .queue_host_call = iree_hal_tt_device_queue_host_call,
    .queue_dispatch = iree_hal_tt_device_queue_dispatch,
    .queue_execute = iree_hal_tt_device_queue_execute,
    .queue_flush = iree_hal_tt_device_queue_flush,
    .wait_semaphores = iree_hal_tt_device_wait_semaphores,
    .profiling_begin = iree_hal_tt_device_profiling_begin,
    .profiling_flush = iree_hal_tt_device_profiling_flush,
    .profiling_end = iree_hal_tt_device_profiling_end,
};

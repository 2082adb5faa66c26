// The layout of everything declared here, as measured on the
// iree-base-runtime 3.9.0 wheel (x86-64; the same for every LP64 target). A
// line that does not hold stops the build.
#include <stddef.h>

#include "iree/base/status_payload.h"
#include "iree/hal/api.h"
#include "iree_abi_private.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define FIELD(type, field, offset, size)                  \
  _Static_assert(offsetof(type, field) == (offset) &&     \
                     sizeof(((type*)0)->field) == (size), \
                 #type "." #field)
#define SLOT(type, index, slot)                                   \
  _Static_assert(offsetof(type, slot) == (index) * sizeof(void*), \
                 #type "." #slot)

SIZE(iree_allocator_alloc_params_t, 8);
FIELD(iree_allocator_alloc_params_t, byte_length, 0, 8);

SIZE(iree_allocator_t, 16);
FIELD(iree_allocator_t, self, 0, 8);
FIELD(iree_allocator_t, ctl, 8, 8);

SIZE(iree_byte_span_t, 16);
FIELD(iree_byte_span_t, data, 0, 8);
FIELD(iree_byte_span_t, data_length, 8, 8);

SIZE(iree_const_byte_span_t, 16);
FIELD(iree_const_byte_span_t, data, 0, 8);
FIELD(iree_const_byte_span_t, data_length, 8, 8);

SIZE(iree_hal_allocator_memory_heap_t, 24);
FIELD(iree_hal_allocator_memory_heap_t, type, 0, 4);
FIELD(iree_hal_allocator_memory_heap_t, allowed_usage, 4, 4);
FIELD(iree_hal_allocator_memory_heap_t, max_allocation_size, 8, 8);
FIELD(iree_hal_allocator_memory_heap_t, min_alignment, 16, 8);

SIZE(iree_hal_allocator_statistics_t, 48);
FIELD(iree_hal_allocator_statistics_t, host_bytes_peak, 0, 8);
FIELD(iree_hal_allocator_statistics_t, host_bytes_allocated, 8, 8);
FIELD(iree_hal_allocator_statistics_t, host_bytes_freed, 16, 8);
FIELD(iree_hal_allocator_statistics_t, device_bytes_peak, 24, 8);
FIELD(iree_hal_allocator_statistics_t, device_bytes_allocated, 32, 8);
FIELD(iree_hal_allocator_statistics_t, device_bytes_freed, 40, 8);

SIZE(iree_hal_allocator_vtable_t, 160);
SLOT(iree_hal_allocator_vtable_t, 0, destroy);
SLOT(iree_hal_allocator_vtable_t, 1, host_allocator);
SLOT(iree_hal_allocator_vtable_t, 2, trim);
SLOT(iree_hal_allocator_vtable_t, 3, query_statistics);
SLOT(iree_hal_allocator_vtable_t, 4, query_memory_heaps);
SLOT(iree_hal_allocator_vtable_t, 5, query_buffer_compatibility);
SLOT(iree_hal_allocator_vtable_t, 6, allocate_buffer);
SLOT(iree_hal_allocator_vtable_t, 7, deallocate_buffer);
SLOT(iree_hal_allocator_vtable_t, 8, import_buffer);
SLOT(iree_hal_allocator_vtable_t, 9, export_buffer);
SLOT(iree_hal_allocator_vtable_t, 10, supports_virtual_memory);
SLOT(iree_hal_allocator_vtable_t, 11, virtual_memory_query_granularity);
SLOT(iree_hal_allocator_vtable_t, 12, virtual_memory_reserve);
SLOT(iree_hal_allocator_vtable_t, 13, virtual_memory_release);
SLOT(iree_hal_allocator_vtable_t, 14, physical_memory_allocate);
SLOT(iree_hal_allocator_vtable_t, 15, physical_memory_free);
SLOT(iree_hal_allocator_vtable_t, 16, virtual_memory_map);
SLOT(iree_hal_allocator_vtable_t, 17, virtual_memory_unmap);
SLOT(iree_hal_allocator_vtable_t, 18, virtual_memory_protect);
SLOT(iree_hal_allocator_vtable_t, 19, virtual_memory_advise);

SIZE(iree_hal_buffer_barrier_t, 40);
FIELD(iree_hal_buffer_barrier_t, source_scope, 0, 4);
FIELD(iree_hal_buffer_barrier_t, target_scope, 4, 4);
FIELD(iree_hal_buffer_barrier_t, buffer_ref, 8, 32);

SIZE(iree_hal_buffer_binding_t, 24);
FIELD(iree_hal_buffer_binding_t, buffer, 0, 8);
FIELD(iree_hal_buffer_binding_t, offset, 8, 8);
FIELD(iree_hal_buffer_binding_t, length, 16, 8);

SIZE(iree_hal_buffer_binding_table_t, 16);
FIELD(iree_hal_buffer_binding_table_t, count, 0, 8);
FIELD(iree_hal_buffer_binding_table_t, bindings, 8, 8);

SIZE(iree_hal_buffer_mapping_impl_t, 24);
FIELD(iree_hal_buffer_mapping_impl_t, byte_offset, 0, 8);
FIELD(iree_hal_buffer_mapping_impl_t, allowed_access, 8, 2);
FIELD(iree_hal_buffer_mapping_impl_t, reserved, 16, 8);

SIZE(iree_hal_buffer_mapping_t, 48);
FIELD(iree_hal_buffer_mapping_t, contents, 0, 16);
FIELD(iree_hal_buffer_mapping_t, buffer, 16, 8);
FIELD(iree_hal_buffer_mapping_t, impl, 24, 24);

SIZE(iree_hal_buffer_params_t, 32);
FIELD(iree_hal_buffer_params_t, usage, 0, 4);
FIELD(iree_hal_buffer_params_t, access, 4, 2);
FIELD(iree_hal_buffer_params_t, type, 8, 4);
FIELD(iree_hal_buffer_params_t, queue_affinity, 16, 8);
FIELD(iree_hal_buffer_params_t, min_alignment, 24, 8);

SIZE(iree_hal_buffer_placement_t, 24);
FIELD(iree_hal_buffer_placement_t, device, 0, 8);
FIELD(iree_hal_buffer_placement_t, queue_affinity, 8, 8);
FIELD(iree_hal_buffer_placement_t, flags, 16, 4);
FIELD(iree_hal_buffer_placement_t, reserved, 20, 4);

SIZE(iree_hal_buffer_ref_list_t, 16);
FIELD(iree_hal_buffer_ref_list_t, count, 0, 8);
FIELD(iree_hal_buffer_ref_list_t, values, 8, 8);

SIZE(iree_hal_buffer_ref_t, 32);
FIELD(iree_hal_buffer_ref_t, buffer, 8, 8);
FIELD(iree_hal_buffer_ref_t, offset, 16, 8);
FIELD(iree_hal_buffer_ref_t, length, 24, 8);

SIZE(iree_hal_buffer_release_callback_t, 16);
FIELD(iree_hal_buffer_release_callback_t, fn, 0, 8);
FIELD(iree_hal_buffer_release_callback_t, user_data, 8, 8);

SIZE(iree_hal_buffer_t, 104);
FIELD(iree_hal_buffer_t, resource, 0, 16);
FIELD(iree_hal_buffer_t, allocated_buffer, 16, 8);
FIELD(iree_hal_buffer_t, allocation_size, 24, 8);
FIELD(iree_hal_buffer_t, byte_offset, 32, 8);
FIELD(iree_hal_buffer_t, byte_length, 40, 8);
FIELD(iree_hal_buffer_t, placement, 48, 24);
FIELD(iree_hal_buffer_t, pooling_allocator, 72, 8);
FIELD(iree_hal_buffer_t, preserve_count, 80, 4);
FIELD(iree_hal_buffer_t, memory_type, 84, 4);
FIELD(iree_hal_buffer_t, allowed_usage, 88, 4);
FIELD(iree_hal_buffer_t, allowed_access, 92, 2);
FIELD(iree_hal_buffer_t, reserved, 94, 2);
FIELD(iree_hal_buffer_t, flags, 96, 4);

SIZE(iree_hal_buffer_vtable_t, 48);
SLOT(iree_hal_buffer_vtable_t, 0, recycle);
SLOT(iree_hal_buffer_vtable_t, 1, destroy);
SLOT(iree_hal_buffer_vtable_t, 2, map_range);
SLOT(iree_hal_buffer_vtable_t, 3, unmap_range);
SLOT(iree_hal_buffer_vtable_t, 4, invalidate_range);
SLOT(iree_hal_buffer_vtable_t, 5, flush_range);

SIZE(iree_hal_channel_params_t, 48);
FIELD(iree_hal_channel_params_t, flags, 0, 8);
FIELD(iree_hal_channel_params_t, id, 8, 16);
FIELD(iree_hal_channel_params_t, group, 24, 16);
FIELD(iree_hal_channel_params_t, rank, 40, 4);
FIELD(iree_hal_channel_params_t, count, 44, 4);

SIZE(iree_hal_channel_provider_vtable_t, 24);
SLOT(iree_hal_channel_provider_vtable_t, 0, destroy);
SLOT(iree_hal_channel_provider_vtable_t, 1, query_default_rank_and_count);
SLOT(iree_hal_channel_provider_vtable_t, 2, exchange_default_id);

SIZE(iree_hal_channel_vtable_t, 24);
SLOT(iree_hal_channel_vtable_t, 0, destroy);
SLOT(iree_hal_channel_vtable_t, 1, split);
SLOT(iree_hal_channel_vtable_t, 2, query_rank_and_count);

SIZE(iree_hal_collective_op_t, 4);
FIELD(iree_hal_collective_op_t, packed, 0, 4);
FIELD(iree_hal_collective_op_t, kind, 0, 1);
FIELD(iree_hal_collective_op_t, reduction, 1, 1);
FIELD(iree_hal_collective_op_t, element_type, 2, 1);
FIELD(iree_hal_collective_op_t, reserved, 3, 1);

SIZE(iree_hal_command_buffer_t, 48);
FIELD(iree_hal_command_buffer_t, resource, 0, 16);
FIELD(iree_hal_command_buffer_t, mode, 16, 4);
FIELD(iree_hal_command_buffer_t, allowed_categories, 20, 4);
FIELD(iree_hal_command_buffer_t, queue_affinity, 24, 8);
FIELD(iree_hal_command_buffer_t, binding_capacity, 32, 4);
FIELD(iree_hal_command_buffer_t, binding_count, 36, 4);
FIELD(iree_hal_command_buffer_t, validation_state, 40, 8);

SIZE(iree_hal_command_buffer_vtable_t, 120);
SLOT(iree_hal_command_buffer_vtable_t, 0, destroy);
SLOT(iree_hal_command_buffer_vtable_t, 1, begin);
SLOT(iree_hal_command_buffer_vtable_t, 2, end);
SLOT(iree_hal_command_buffer_vtable_t, 3, begin_debug_group);
SLOT(iree_hal_command_buffer_vtable_t, 4, end_debug_group);
SLOT(iree_hal_command_buffer_vtable_t, 5, execution_barrier);
SLOT(iree_hal_command_buffer_vtable_t, 6, signal_event);
SLOT(iree_hal_command_buffer_vtable_t, 7, reset_event);
SLOT(iree_hal_command_buffer_vtable_t, 8, wait_events);
SLOT(iree_hal_command_buffer_vtable_t, 9, advise_buffer);
SLOT(iree_hal_command_buffer_vtable_t, 10, fill_buffer);
SLOT(iree_hal_command_buffer_vtable_t, 11, update_buffer);
SLOT(iree_hal_command_buffer_vtable_t, 12, copy_buffer);
SLOT(iree_hal_command_buffer_vtable_t, 13, collective);
SLOT(iree_hal_command_buffer_vtable_t, 14, dispatch);

SIZE(iree_hal_device_info_t, 40);
FIELD(iree_hal_device_info_t, device_id, 0, 8);
FIELD(iree_hal_device_info_t, path, 8, 16);
FIELD(iree_hal_device_info_t, name, 24, 16);

SIZE(iree_hal_device_profiling_options_t, 16);
FIELD(iree_hal_device_profiling_options_t, mode, 0, 8);
FIELD(iree_hal_device_profiling_options_t, file_path, 8, 8);

SIZE(iree_hal_device_vtable_t, 240);
SLOT(iree_hal_device_vtable_t, 0, destroy);
SLOT(iree_hal_device_vtable_t, 1, id);
SLOT(iree_hal_device_vtable_t, 2, host_allocator);
SLOT(iree_hal_device_vtable_t, 3, device_allocator);
SLOT(iree_hal_device_vtable_t, 4, replace_device_allocator);
SLOT(iree_hal_device_vtable_t, 5, replace_channel_provider);
SLOT(iree_hal_device_vtable_t, 6, trim);
SLOT(iree_hal_device_vtable_t, 7, query_i64);
SLOT(iree_hal_device_vtable_t, 8, create_channel);
SLOT(iree_hal_device_vtable_t, 9, create_command_buffer);
SLOT(iree_hal_device_vtable_t, 10, create_event);
SLOT(iree_hal_device_vtable_t, 11, create_executable_cache);
SLOT(iree_hal_device_vtable_t, 12, import_file);
SLOT(iree_hal_device_vtable_t, 13, create_semaphore);
SLOT(iree_hal_device_vtable_t, 14, query_semaphore_compatibility);
SLOT(iree_hal_device_vtable_t, 15, queue_alloca);
SLOT(iree_hal_device_vtable_t, 16, queue_dealloca);
SLOT(iree_hal_device_vtable_t, 17, queue_fill);
SLOT(iree_hal_device_vtable_t, 18, queue_update);
SLOT(iree_hal_device_vtable_t, 19, queue_copy);
SLOT(iree_hal_device_vtable_t, 20, queue_read);
SLOT(iree_hal_device_vtable_t, 21, queue_write);
SLOT(iree_hal_device_vtable_t, 22, queue_host_call);
SLOT(iree_hal_device_vtable_t, 23, queue_dispatch);
SLOT(iree_hal_device_vtable_t, 24, queue_execute);
SLOT(iree_hal_device_vtable_t, 25, queue_flush);
SLOT(iree_hal_device_vtable_t, 26, wait_semaphores);
SLOT(iree_hal_device_vtable_t, 27, profiling_begin);
SLOT(iree_hal_device_vtable_t, 28, profiling_flush);
SLOT(iree_hal_device_vtable_t, 29, profiling_end);

SIZE(iree_hal_dispatch_config_t, 64);
FIELD(iree_hal_dispatch_config_t, workgroup_size, 0, 12);
FIELD(iree_hal_dispatch_config_t, workgroup_count, 12, 12);
FIELD(iree_hal_dispatch_config_t, workgroup_count_ref, 24, 32);
FIELD(iree_hal_dispatch_config_t, dynamic_workgroup_local_memory, 56, 4);

SIZE(iree_hal_driver_factory_t, 24);
FIELD(iree_hal_driver_factory_t, self, 0, 8);
FIELD(iree_hal_driver_factory_t, enumerate, 8, 8);
FIELD(iree_hal_driver_factory_t, try_create, 16, 8);

SIZE(iree_hal_driver_info_t, 32);
FIELD(iree_hal_driver_info_t, driver_name, 0, 16);
FIELD(iree_hal_driver_info_t, full_name, 16, 16);

SIZE(iree_hal_driver_vtable_t, 40);
SLOT(iree_hal_driver_vtable_t, 0, destroy);
SLOT(iree_hal_driver_vtable_t, 1, query_available_devices);
SLOT(iree_hal_driver_vtable_t, 2, dump_device_info);
SLOT(iree_hal_driver_vtable_t, 3, create_device_by_id);
SLOT(iree_hal_driver_vtable_t, 4, create_device_by_path);

SIZE(iree_hal_event_vtable_t, 8);
SLOT(iree_hal_event_vtable_t, 0, destroy);

SIZE(iree_hal_executable_cache_vtable_t, 32);
SLOT(iree_hal_executable_cache_vtable_t, 0, destroy);
SLOT(iree_hal_executable_cache_vtable_t, 1, infer_format);
SLOT(iree_hal_executable_cache_vtable_t, 2, can_prepare_format);
SLOT(iree_hal_executable_cache_vtable_t, 3, prepare_executable);

SIZE(iree_hal_executable_export_info_t, 48);
FIELD(iree_hal_executable_export_info_t, name, 0, 16);
FIELD(iree_hal_executable_export_info_t, flags, 16, 8);
FIELD(iree_hal_executable_export_info_t, constant_count, 24, 2);
FIELD(iree_hal_executable_export_info_t, binding_count, 26, 2);
FIELD(iree_hal_executable_export_info_t, parameter_count, 28, 2);
FIELD(iree_hal_executable_export_info_t, workgroup_size, 32, 12);
FIELD(iree_hal_executable_export_info_t, occupancy_info, 44, 4);

SIZE(iree_hal_executable_export_parameter_t, 32);
FIELD(iree_hal_executable_export_parameter_t, type, 0, 1);
FIELD(iree_hal_executable_export_parameter_t, size, 1, 1);
FIELD(iree_hal_executable_export_parameter_t, flags, 2, 2);
FIELD(iree_hal_executable_export_parameter_t, name, 8, 16);
FIELD(iree_hal_executable_export_parameter_t, offset, 24, 2);

SIZE(iree_hal_executable_params_t, 64);
FIELD(iree_hal_executable_params_t, queue_affinity, 0, 8);
FIELD(iree_hal_executable_params_t, caching_mode, 8, 4);
FIELD(iree_hal_executable_params_t, executable_format, 16, 16);
FIELD(iree_hal_executable_params_t, executable_data, 32, 16);
FIELD(iree_hal_executable_params_t, constant_count, 48, 8);
FIELD(iree_hal_executable_params_t, constants, 56, 8);

SIZE(iree_hal_executable_vtable_t, 40);
SLOT(iree_hal_executable_vtable_t, 0, destroy);
SLOT(iree_hal_executable_vtable_t, 1, export_count);
SLOT(iree_hal_executable_vtable_t, 2, export_info);
SLOT(iree_hal_executable_vtable_t, 3, export_parameters);
SLOT(iree_hal_executable_vtable_t, 4, lookup_export_by_name);

SIZE(iree_hal_external_buffer_t, 24);
FIELD(iree_hal_external_buffer_t, type, 0, 4);
FIELD(iree_hal_external_buffer_t, flags, 4, 4);
FIELD(iree_hal_external_buffer_t, size, 8, 8);
FIELD(iree_hal_external_buffer_t, handle, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.host_allocation, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.host_allocation.ptr, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.device_allocation, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.device_allocation.ptr, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.opaque_fd, 16, 4);
FIELD(iree_hal_external_buffer_t, handle.opaque_fd.fd, 16, 4);
FIELD(iree_hal_external_buffer_t, handle.opaque_win32, 16, 8);
FIELD(iree_hal_external_buffer_t, handle.opaque_win32.handle, 16, 8);

SIZE(iree_hal_external_timepoint_t, 32);
FIELD(iree_hal_external_timepoint_t, type, 0, 4);
FIELD(iree_hal_external_timepoint_t, flags, 4, 4);
FIELD(iree_hal_external_timepoint_t, compatibility, 8, 4);
FIELD(iree_hal_external_timepoint_t, handle, 16, 16);
FIELD(iree_hal_external_timepoint_t, handle.wait_primitive, 16, 16);
FIELD(iree_hal_external_timepoint_t, handle.cuda_event, 16, 8);
FIELD(iree_hal_external_timepoint_t, handle.hip_event, 16, 8);

SIZE(iree_hal_file_vtable_t, 56);
SLOT(iree_hal_file_vtable_t, 0, destroy);
SLOT(iree_hal_file_vtable_t, 1, allowed_access);
SLOT(iree_hal_file_vtable_t, 2, length);
SLOT(iree_hal_file_vtable_t, 3, storage_buffer);
SLOT(iree_hal_file_vtable_t, 4, supports_synchronous_io);
SLOT(iree_hal_file_vtable_t, 5, read);
SLOT(iree_hal_file_vtable_t, 6, write);

SIZE(iree_hal_host_call_context_t, 40);
FIELD(iree_hal_host_call_context_t, device, 0, 8);
FIELD(iree_hal_host_call_context_t, queue_affinity, 8, 8);
FIELD(iree_hal_host_call_context_t, signal_semaphore_list, 16, 24);

SIZE(iree_hal_host_call_t, 16);
FIELD(iree_hal_host_call_t, fn, 0, 8);
FIELD(iree_hal_host_call_t, user_data, 8, 8);

SIZE(iree_hal_label_color_t, 4);
FIELD(iree_hal_label_color_t, r, 0, 1);
FIELD(iree_hal_label_color_t, g, 1, 1);
FIELD(iree_hal_label_color_t, b, 2, 1);
FIELD(iree_hal_label_color_t, a, 3, 1);
FIELD(iree_hal_label_color_t, value, 0, 4);

SIZE(iree_hal_label_location_t, 24);
FIELD(iree_hal_label_location_t, file, 0, 16);
FIELD(iree_hal_label_location_t, line, 16, 4);

SIZE(iree_hal_memory_barrier_t, 8);
FIELD(iree_hal_memory_barrier_t, source_scope, 0, 4);
FIELD(iree_hal_memory_barrier_t, target_scope, 4, 4);

SIZE(iree_hal_occupancy_info_t, 4);
FIELD(iree_hal_occupancy_info_t, reserved, 0, 4);

SIZE(iree_hal_resource_t, 16);
FIELD(iree_hal_resource_t, ref_count, 0, 4);
FIELD(iree_hal_resource_t, vtable, 8, 8);

SIZE(iree_hal_resource_vtable_t, 8);

SIZE(iree_hal_semaphore_list_t, 24);
FIELD(iree_hal_semaphore_list_t, count, 0, 8);
FIELD(iree_hal_semaphore_list_t, semaphores, 8, 8);
FIELD(iree_hal_semaphore_list_t, payload_values, 16, 8);

SIZE(iree_hal_semaphore_vtable_t, 56);
SLOT(iree_hal_semaphore_vtable_t, 0, destroy);
SLOT(iree_hal_semaphore_vtable_t, 1, query);
SLOT(iree_hal_semaphore_vtable_t, 2, signal);
SLOT(iree_hal_semaphore_vtable_t, 3, fail);
SLOT(iree_hal_semaphore_vtable_t, 4, wait);
SLOT(iree_hal_semaphore_vtable_t, 5, import_timepoint);
SLOT(iree_hal_semaphore_vtable_t, 6, export_timepoint);

SIZE(iree_io_file_handle_primitive_t, 24);
FIELD(iree_io_file_handle_primitive_t, type, 0, 4);
FIELD(iree_io_file_handle_primitive_t, value, 8, 16);

SIZE(iree_io_file_handle_primitive_value_t, 16);
FIELD(iree_io_file_handle_primitive_value_t, host_allocation, 0, 16);
FIELD(iree_io_file_handle_primitive_value_t, fd, 0, 4);

SIZE(iree_io_file_handle_release_callback_t, 16);
FIELD(iree_io_file_handle_release_callback_t, fn, 0, 8);
FIELD(iree_io_file_handle_release_callback_t, user_data, 8, 8);

SIZE(iree_io_file_handle_t, 72);
FIELD(iree_io_file_handle_t, ref_count, 0, 4);
FIELD(iree_io_file_handle_t, host_allocator, 8, 16);
FIELD(iree_io_file_handle_t, access, 24, 4);
FIELD(iree_io_file_handle_t, primitive, 32, 24);
FIELD(iree_io_file_handle_t, release_callback, 56, 16);

SIZE(iree_loop_t, 16);
FIELD(iree_loop_t, self, 0, 8);
FIELD(iree_loop_t, ctl, 8, 8);

SIZE(iree_status_payload_message_t, 56);
FIELD(iree_status_payload_message_t, header, 0, 40);
FIELD(iree_status_payload_message_t, message, 40, 16);

SIZE(iree_status_payload_t, 40);
FIELD(iree_status_payload_t, next, 0, 8);
FIELD(iree_status_payload_t, type, 8, 4);
FIELD(iree_status_payload_t, allocator, 16, 16);
FIELD(iree_status_payload_t, formatter, 32, 8);

SIZE(iree_status_storage_t, 48);
FIELD(iree_status_storage_t, payload_head, 0, 8);
FIELD(iree_status_storage_t, payload_tail, 8, 8);
FIELD(iree_status_storage_t, file, 16, 8);
FIELD(iree_status_storage_t, line, 24, 4);
FIELD(iree_status_storage_t, message, 32, 16);

SIZE(iree_string_builder_t, 40);
FIELD(iree_string_builder_t, allocator, 0, 16);
FIELD(iree_string_builder_t, buffer, 16, 8);
FIELD(iree_string_builder_t, size, 24, 8);
FIELD(iree_string_builder_t, capacity, 32, 8);

SIZE(iree_string_pair_t, 32);
FIELD(iree_string_pair_t, first, 0, 16);
FIELD(iree_string_pair_t, key, 0, 16);
FIELD(iree_string_pair_t, second, 16, 16);
FIELD(iree_string_pair_t, value, 16, 16);

SIZE(iree_string_view_t, 16);
FIELD(iree_string_view_t, data, 0, 8);
FIELD(iree_string_view_t, size, 8, 8);

SIZE(iree_timeout_t, 16);
FIELD(iree_timeout_t, type, 0, 4);
FIELD(iree_timeout_t, nanos, 8, 8);

SIZE(iree_wait_primitive_t, 16);
FIELD(iree_wait_primitive_t, type, 0, 1);
FIELD(iree_wait_primitive_t, value, 8, 8);

SIZE(iree_wait_primitive_value_t, 8);
FIELD(iree_wait_primitive_value_t, reserved, 0, 4);
FIELD(iree_wait_primitive_value_t, event, 0, 4);
FIELD(iree_wait_primitive_value_t, event.fd, 0, 4);
FIELD(iree_wait_primitive_value_t, pipe, 0, 8);
FIELD(iree_wait_primitive_value_t, pipe.read_fd, 0, 4);
FIELD(iree_wait_primitive_value_t, pipe.write_fd, 4, 4);
FIELD(iree_wait_primitive_value_t, pipe.fds, 0, 8);
FIELD(iree_wait_primitive_value_t, local_futex, 0, 8);

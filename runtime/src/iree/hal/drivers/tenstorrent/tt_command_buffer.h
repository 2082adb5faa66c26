// Command buffers: POD records in an arena. Recording never touches the
// device; executing only reads the records, so that one command buffer may be
// in flight several times with different binding tables.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_COMMAND_BUFFER_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_COMMAND_BUFFER_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

iree_status_t iree_hal_tt_command_buffer_create(
    iree_hal_tt_hardware_t* hardware, iree_hal_allocator_t* device_allocator,
    iree_hal_command_buffer_mode_t mode,
    iree_hal_command_category_t command_categories,
    iree_hal_queue_affinity_t queue_affinity, iree_host_size_t binding_capacity,
    iree_hal_command_buffer_t** out_command_buffer);

// Checks what is known at submission: ours, recorded to the end, all slots
// there.
iree_status_t iree_hal_tt_command_buffer_check(
    iree_hal_command_buffer_t* command_buffer,
    iree_hal_buffer_binding_table_t binding_table);

// Runs all commands in order; the first failure ends the run.
iree_status_t iree_hal_tt_command_buffer_execute(
    iree_hal_command_buffer_t* command_buffer,
    iree_hal_buffer_binding_table_t binding_table);

extern const iree_hal_command_buffer_vtable_t iree_hal_tt_command_buffer_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_COMMAND_BUFFER_H_

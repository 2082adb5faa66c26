#include "iree/hal/drivers/tenstorrent/tt_operation.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_command_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_dispatch.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

//===----------------------------------------------------------------------===//
// Ownership
//===----------------------------------------------------------------------===//

static iree_host_size_t align_16(iree_host_size_t size) {
  return (size + 15) & ~(iree_host_size_t)15;
}

iree_host_size_t iree_hal_tt_operation_storage_size(
    const iree_hal_tt_operation_t* operation) {
  switch (operation->kind) {
    case IREE_HAL_TT_OPERATION_UPDATE:
      return (iree_host_size_t)operation->update.length;
    case IREE_HAL_TT_OPERATION_DISPATCH:
      return align_16(operation->dispatch.constants.data_length) +
             operation->dispatch.bindings.count * sizeof(iree_hal_buffer_ref_t);
    case IREE_HAL_TT_OPERATION_EXECUTE:
      return operation->execute.binding_table.count *
             sizeof(iree_hal_buffer_binding_t);
    default:
      return 0;
  }
}

// Calls |fn| for every object the operation uses.
static void for_each_resource(const iree_hal_tt_operation_t* operation,
                              void (*fn)(const void* resource)) {
  switch (operation->kind) {
    case IREE_HAL_TT_OPERATION_BARRIER:
    case IREE_HAL_TT_OPERATION_KIND_COUNT:
      break;
    case IREE_HAL_TT_OPERATION_ALLOCA:
    case IREE_HAL_TT_OPERATION_DEALLOCA:
      fn(operation->allocation.buffer);
      break;
    case IREE_HAL_TT_OPERATION_FILL:
      fn(operation->fill.target);
      break;
    case IREE_HAL_TT_OPERATION_UPDATE:
      fn(operation->update.target);
      break;
    case IREE_HAL_TT_OPERATION_COPY:
      fn(operation->copy.source);
      fn(operation->copy.target);
      break;
    case IREE_HAL_TT_OPERATION_READ:
    case IREE_HAL_TT_OPERATION_WRITE:
      fn(operation->io.file);
      fn(operation->io.buffer);
      break;
    case IREE_HAL_TT_OPERATION_HOST_CALL:
      fn(operation->host_call.device);
      break;
    case IREE_HAL_TT_OPERATION_DISPATCH:
      fn(operation->dispatch.executable);
      for (iree_host_size_t i = 0; i < operation->dispatch.bindings.count;
           ++i) {
        fn(operation->dispatch.bindings.values[i].buffer);
      }
      break;
    case IREE_HAL_TT_OPERATION_EXECUTE:
      fn(operation->execute.command_buffer);
      for (iree_host_size_t i = 0; i < operation->execute.binding_table.count;
           ++i) {
        fn(operation->execute.binding_table.bindings[i].buffer);
      }
      break;
  }
}

void iree_hal_tt_operation_take(iree_hal_tt_operation_t* operation,
                                void* storage) {
  switch (operation->kind) {
    case IREE_HAL_TT_OPERATION_UPDATE:
      if (operation->update.length) {
        memcpy(storage, operation->update.source, operation->update.length);
      }
      operation->update.source = storage;
      break;
    case IREE_HAL_TT_OPERATION_DISPATCH: {
      iree_const_byte_span_t* constants = &operation->dispatch.constants;
      if (constants->data_length) {
        memcpy(storage, constants->data, constants->data_length);
      }
      constants->data = storage;
      iree_hal_buffer_ref_t* refs =
          (iree_hal_buffer_ref_t*)((uint8_t*)storage +
                                   align_16(constants->data_length));
      iree_hal_buffer_ref_list_t* bindings = &operation->dispatch.bindings;
      if (bindings->count) {
        memcpy(refs, bindings->values, bindings->count * sizeof(*refs));
      }
      bindings->values = refs;
      break;
    }
    case IREE_HAL_TT_OPERATION_EXECUTE: {
      iree_hal_buffer_binding_table_t* table =
          &operation->execute.binding_table;
      if (table->count) {
        memcpy(storage, table->bindings,
               table->count * sizeof(table->bindings[0]));
      }
      table->bindings = storage;
      break;
    }
    default:
      break;
  }
  for_each_resource(operation, iree_hal_resource_retain);
}

void iree_hal_tt_operation_release(iree_hal_tt_operation_t* operation) {
  for_each_resource(operation, iree_hal_resource_release);
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

static iree_status_t run_fill(const iree_hal_tt_operation_t* operation) {
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(iree_hal_tt_buffer_resolve(
      operation->fill.target, operation->fill.target_offset,
      operation->fill.length, &span));
  return iree_hal_tt_fill(span, &operation->fill.pattern,
                          operation->fill.pattern_length);
}

static iree_status_t run_update(const iree_hal_tt_operation_t* operation) {
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(iree_hal_tt_buffer_resolve(
      operation->update.target, operation->update.target_offset,
      operation->update.length, &span));
  return iree_hal_tt_upload(operation->update.source, span);
}

static iree_status_t run_copy(const iree_hal_tt_operation_t* operation) {
  iree_hal_tt_span_t source, target;
  IREE_RETURN_IF_ERROR(iree_hal_tt_buffer_resolve(
      operation->copy.source, operation->copy.source_offset,
      operation->copy.length, &source));
  IREE_RETURN_IF_ERROR(iree_hal_tt_buffer_resolve(
      operation->copy.target, operation->copy.target_offset,
      operation->copy.length, &target));
  // IREE_HAL_WHOLE_BUFFER takes what fits on both sides.
  source.length = target.length = iree_min(source.length, target.length);
  return iree_hal_tt_copy(source, target);
}

static iree_status_t run_host_call(const iree_hal_tt_operation_t* operation,
                                   iree_hal_semaphore_list_t signals) {
  const bool non_blocking = iree_any_bit_set(
      operation->host_call.flags, IREE_HAL_HOST_CALL_FLAG_NON_BLOCKING);
  if (non_blocking) {
    for (iree_host_size_t i = 0; i < signals.count; ++i) {
      IREE_RETURN_IF_ERROR(iree_hal_semaphore_signal(
          signals.semaphores[i], signals.payload_values[i]));
    }
  }
  iree_hal_host_call_context_t context = {
      .device = operation->host_call.device,
      .queue_affinity = operation->host_call.queue_affinity,
      .signal_semaphore_list =
          non_blocking ? iree_hal_semaphore_list_empty() : signals,
  };
  iree_status_t status = operation->host_call.call.fn(
      operation->host_call.call.user_data, operation->host_call.args, &context);
  // Signalled already: nothing is left to do, and a failure would come late.
  if (non_blocking) {
    iree_status_ignore(status);
    return iree_status_from_code(IREE_STATUS_DEFERRED);
  }
  return status;
}

iree_status_t iree_hal_tt_operation_run(
    const iree_hal_tt_operation_t* operation, iree_hal_tt_hardware_t* hardware,
    iree_hal_semaphore_list_t signals) {
  switch (operation->kind) {
    case IREE_HAL_TT_OPERATION_BARRIER:
      return iree_ok_status();
    case IREE_HAL_TT_OPERATION_ALLOCA:
      return iree_hal_tt_buffer_commit(operation->allocation.buffer);
    case IREE_HAL_TT_OPERATION_DEALLOCA:
      return iree_hal_tt_buffer_decommit(operation->allocation.buffer);
    case IREE_HAL_TT_OPERATION_FILL:
      return run_fill(operation);
    case IREE_HAL_TT_OPERATION_UPDATE:
      return run_update(operation);
    case IREE_HAL_TT_OPERATION_COPY:
      return run_copy(operation);
    case IREE_HAL_TT_OPERATION_READ:
      return iree_hal_file_read(
          operation->io.file, operation->io.file_offset, operation->io.buffer,
          operation->io.buffer_offset, operation->io.length);
    case IREE_HAL_TT_OPERATION_WRITE:
      return iree_hal_file_write(
          operation->io.file, operation->io.file_offset, operation->io.buffer,
          operation->io.buffer_offset, operation->io.length);
    case IREE_HAL_TT_OPERATION_HOST_CALL:
      return run_host_call(operation, signals);
    case IREE_HAL_TT_OPERATION_DISPATCH:
      return iree_hal_tt_dispatch_run(
          hardware, operation->dispatch.executable, operation->dispatch.ordinal,
          (const uint32_t*)operation->dispatch.constants.data,
          operation->dispatch.bindings, iree_hal_buffer_binding_table_empty());
    case IREE_HAL_TT_OPERATION_EXECUTE:
      return iree_hal_tt_command_buffer_execute(
          operation->execute.command_buffer, operation->execute.binding_table);
    case IREE_HAL_TT_OPERATION_KIND_COUNT:
      break;
  }
  return iree_make_status(IREE_STATUS_INTERNAL, "queue operation of kind %d",
                          (int)operation->kind);
}

// The operations a device queue runs, as POD records: what is done, apart from
// when (tt_queue.h).
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_OPERATION_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_OPERATION_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

typedef enum iree_hal_tt_operation_kind_e {
  IREE_HAL_TT_OPERATION_BARRIER,
  IREE_HAL_TT_OPERATION_ALLOCA,
  IREE_HAL_TT_OPERATION_DEALLOCA,
  IREE_HAL_TT_OPERATION_FILL,
  IREE_HAL_TT_OPERATION_UPDATE,
  IREE_HAL_TT_OPERATION_COPY,
  IREE_HAL_TT_OPERATION_READ,
  IREE_HAL_TT_OPERATION_WRITE,
  IREE_HAL_TT_OPERATION_HOST_CALL,
  IREE_HAL_TT_OPERATION_DISPATCH,
  IREE_HAL_TT_OPERATION_EXECUTE,
  IREE_HAL_TT_OPERATION_KIND_COUNT,
} iree_hal_tt_operation_kind_t;

// Offsets and lengths in bytes, relative to the buffers. All pointers are
// borrowed until iree_hal_tt_operation_take().
typedef struct iree_hal_tt_operation_t {
  iree_hal_tt_operation_kind_t kind;
  union {
    struct {
      iree_hal_buffer_t* buffer;
    } allocation;  // alloca and dealloca
    struct {
      iree_hal_buffer_t* target;
      iree_device_size_t target_offset;
      iree_device_size_t length;
      uint64_t pattern;
      iree_host_size_t pattern_length;
    } fill;
    struct {
      const void* source;
      iree_hal_buffer_t* target;
      iree_device_size_t target_offset;
      iree_device_size_t length;
    } update;
    struct {
      iree_hal_buffer_t* source;
      iree_device_size_t source_offset;
      iree_hal_buffer_t* target;
      iree_device_size_t target_offset;
      iree_device_size_t length;
    } copy;
    struct {
      iree_hal_file_t* file;
      uint64_t file_offset;
      iree_hal_buffer_t* buffer;
      iree_device_size_t buffer_offset;
      iree_device_size_t length;
    } io;  // read and write
    struct {
      iree_hal_device_t* device;
      iree_hal_queue_affinity_t queue_affinity;
      iree_hal_host_call_t call;
      uint64_t args[4];
      iree_hal_host_call_flags_t flags;
    } host_call;
    struct {
      iree_hal_executable_t* executable;
      iree_hal_executable_export_ordinal_t ordinal;
      iree_const_byte_span_t constants;
      iree_hal_buffer_ref_list_t bindings;
    } dispatch;
    struct {
      iree_hal_command_buffer_t* command_buffer;
      iree_hal_buffer_binding_table_t binding_table;
    } execute;
  };
} iree_hal_tt_operation_t;

// Bytes that iree_hal_tt_operation_take() needs for borrowed data.
iree_host_size_t iree_hal_tt_operation_storage_size(
    const iree_hal_tt_operation_t* operation);
// Makes |operation| independent of the caller: copies borrowed data into
// |storage| (aligned to 16) and retains all objects.
void iree_hal_tt_operation_take(iree_hal_tt_operation_t* operation,
                                void* storage);
// Releases the objects again.
void iree_hal_tt_operation_release(iree_hal_tt_operation_t* operation);

// Runs a taken operation to completion. |signals| are those of the queue
// operation; DEFERRED means that a host call takes care of them itself.
iree_status_t iree_hal_tt_operation_run(
    const iree_hal_tt_operation_t* operation, iree_hal_tt_hardware_t* hardware,
    iree_hal_semaphore_list_t signals);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_OPERATION_H_

// Command buffers. The runtime reads this struct directly.
#ifndef IREE_HAL_COMMAND_BUFFER_H_
#define IREE_HAL_COMMAND_BUFFER_H_

#include "iree/base/api.h"
#include "iree/hal/allocator.h"
#include "iree/hal/buffer.h"
#include "iree/hal/channel.h"
#include "iree/hal/event.h"
#include "iree/hal/executable.h"
#include "iree/hal/queue.h"
#include "iree/hal/resource.h"

enum iree_hal_command_buffer_mode_bits_t {
  IREE_HAL_COMMAND_BUFFER_MODE_DEFAULT = 0,
  IREE_HAL_COMMAND_BUFFER_MODE_ONE_SHOT = 1,
  IREE_HAL_COMMAND_BUFFER_MODE_ALLOW_INLINE_EXECUTION = 0x10,
  IREE_HAL_COMMAND_BUFFER_MODE_UNVALIDATED = 0x20,
  IREE_HAL_COMMAND_BUFFER_MODE_UNRETAINED = 0x40,
};
typedef uint32_t iree_hal_command_buffer_mode_t;

enum iree_hal_command_category_bits_t {
  IREE_HAL_COMMAND_CATEGORY_TRANSFER = 1,
  IREE_HAL_COMMAND_CATEGORY_DISPATCH = 2,
  IREE_HAL_COMMAND_CATEGORY_ANY = 3,
};
typedef uint32_t iree_hal_command_category_t;

typedef uint32_t iree_hal_execution_stage_t;
typedef uint64_t iree_hal_execution_barrier_flags_t;
typedef uint32_t iree_hal_access_scope_t;
typedef uint64_t iree_hal_memory_advise_flags_t;
typedef uint64_t iree_hal_fill_flags_t;
typedef uint64_t iree_hal_update_flags_t;
typedef uint64_t iree_hal_copy_flags_t;

enum iree_hal_dispatch_flag_bits_t {
  IREE_HAL_DISPATCH_FLAG_NONE = 0,
  IREE_HAL_DISPATCH_FLAG_DYNAMIC_INDIRECT_PARAMETERS = 1,
  IREE_HAL_DISPATCH_FLAG_STATIC_INDIRECT_PARAMETERS = 2,
  IREE_HAL_DISPATCH_FLAG_CUSTOM_DIRECT_ARGUMENTS = 4,
  IREE_HAL_DISPATCH_FLAG_DYNAMIC_INDIRECT_ARGUMENTS = 8,
  IREE_HAL_DISPATCH_FLAG_STATIC_INDIRECT_ARGUMENTS = 0x10,
};
typedef uint64_t iree_hal_dispatch_flags_t;

// A range of a buffer, or (|buffer| NULL) of a binding table's slot.
typedef struct iree_hal_buffer_ref_t {
  uint32_t reserved : 8;
  uint32_t buffer_slot : 24;
  iree_hal_buffer_t* buffer;
  iree_device_size_t offset;
  iree_device_size_t length;
} iree_hal_buffer_ref_t;

static inline iree_hal_buffer_ref_t iree_hal_make_buffer_ref(
    iree_hal_buffer_t* buffer, iree_device_size_t offset,
    iree_device_size_t length) {
  return (iree_hal_buffer_ref_t){
      .buffer = buffer, .offset = offset, .length = length};
}

static inline iree_hal_buffer_ref_t iree_hal_make_indirect_buffer_ref(
    uint32_t buffer_slot, iree_device_size_t offset,
    iree_device_size_t length) {
  return (iree_hal_buffer_ref_t){
      .buffer_slot = buffer_slot, .offset = offset, .length = length};
}

typedef struct iree_hal_buffer_ref_list_t {
  iree_host_size_t count;
  const iree_hal_buffer_ref_t* values;
} iree_hal_buffer_ref_list_t;

// What a slot stands for in one submission.
typedef struct iree_hal_buffer_binding_t {
  iree_hal_buffer_t* buffer;
  iree_device_size_t offset;
  iree_device_size_t length;
} iree_hal_buffer_binding_t;

typedef struct iree_hal_buffer_binding_table_t {
  iree_host_size_t count;
  const iree_hal_buffer_binding_t* bindings;
} iree_hal_buffer_binding_table_t;

static inline iree_hal_buffer_binding_table_t
iree_hal_buffer_binding_table_empty(void) {
  return (iree_hal_buffer_binding_table_t){0, NULL};
}

typedef struct iree_hal_memory_barrier_t {
  iree_hal_access_scope_t source_scope;
  iree_hal_access_scope_t target_scope;
} iree_hal_memory_barrier_t;

typedef struct iree_hal_buffer_barrier_t {
  iree_hal_access_scope_t source_scope;
  iree_hal_access_scope_t target_scope;
  iree_hal_buffer_ref_t buffer_ref;
} iree_hal_buffer_barrier_t;

enum iree_hal_collective_kind_e {
  IREE_HAL_COLLECTIVE_KIND_ALL_GATHER = 0,
  IREE_HAL_COLLECTIVE_KIND_ALL_REDUCE = 1,
  IREE_HAL_COLLECTIVE_KIND_ALL_TO_ALL = 2,
  IREE_HAL_COLLECTIVE_KIND_BROADCAST = 3,
  IREE_HAL_COLLECTIVE_KIND_REDUCE = 4,
  IREE_HAL_COLLECTIVE_KIND_REDUCE_SCATTER = 5,
  IREE_HAL_COLLECTIVE_KIND_SEND = 6,
  IREE_HAL_COLLECTIVE_KIND_RECV = 7,
  IREE_HAL_COLLECTIVE_KIND_SEND_RECV = 8,
  IREE_HAL_COLLECTIVE_KIND_MAX_VALUE = 8,
};
typedef uint8_t iree_hal_collective_kind_t;
typedef uint8_t iree_hal_collective_reduction_t;
enum iree_hal_collective_element_type_e {
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_SINT_8 = 0,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_UINT_8 = 1,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_SINT_16 = 2,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_UINT_16 = 3,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_SINT_32 = 4,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_UINT_32 = 5,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_SINT_64 = 6,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_UINT_64 = 7,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_FLOAT_16 = 8,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_FLOAT_32 = 9,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_FLOAT_64 = 0xa,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_BFLOAT_16 = 0xb,
  IREE_HAL_COLLECTIVE_ELEMENT_TYPE_MAX_VALUE = 0xb,
};
typedef uint8_t iree_hal_collective_element_type_t;

typedef union iree_hal_collective_op_t {
  uint32_t packed;
  struct {
    iree_hal_collective_kind_t kind;
    iree_hal_collective_reduction_t reduction;
    iree_hal_collective_element_type_t element_type;
    uint8_t reserved;
  };
} iree_hal_collective_op_t;

typedef struct iree_hal_dispatch_config_t {
  uint32_t workgroup_size[3];
  uint32_t workgroup_count[3];
  iree_hal_buffer_ref_t workgroup_count_ref;
  uint32_t dynamic_workgroup_local_memory;  // in bytes
} iree_hal_dispatch_config_t;

typedef struct iree_hal_label_color_t {
  union {
    struct {
      uint8_t r;
      uint8_t g;
      uint8_t b;
      uint8_t a;
    };
    uint32_t value;
  };
} iree_hal_label_color_t;

typedef struct iree_hal_label_location_t {
  iree_string_view_t file;
  int line;
} iree_hal_label_location_t;

typedef struct iree_hal_command_buffer_t iree_hal_command_buffer_t;

typedef struct iree_hal_command_buffer_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_command_buffer_t* command_buffer);
  iree_status_t(IREE_API_PTR* begin)(iree_hal_command_buffer_t* command_buffer);
  iree_status_t(IREE_API_PTR* end)(iree_hal_command_buffer_t* command_buffer);
  iree_status_t(IREE_API_PTR* begin_debug_group)(
      iree_hal_command_buffer_t* command_buffer, iree_string_view_t label,
      iree_hal_label_color_t label_color,
      const iree_hal_label_location_t* location);
  iree_status_t(IREE_API_PTR* end_debug_group)(
      iree_hal_command_buffer_t* command_buffer);
  iree_status_t(IREE_API_PTR* execution_barrier)(
      iree_hal_command_buffer_t* command_buffer,
      iree_hal_execution_stage_t source_stage_mask,
      iree_hal_execution_stage_t target_stage_mask,
      iree_hal_execution_barrier_flags_t flags,
      iree_host_size_t memory_barrier_count,
      const iree_hal_memory_barrier_t* memory_barriers,
      iree_host_size_t buffer_barrier_count,
      const iree_hal_buffer_barrier_t* buffer_barriers);
  iree_status_t(IREE_API_PTR* signal_event)(
      iree_hal_command_buffer_t* command_buffer, iree_hal_event_t* event,
      iree_hal_execution_stage_t source_stage_mask);
  iree_status_t(IREE_API_PTR* reset_event)(
      iree_hal_command_buffer_t* command_buffer, iree_hal_event_t* event,
      iree_hal_execution_stage_t source_stage_mask);
  iree_status_t(IREE_API_PTR* wait_events)(
      iree_hal_command_buffer_t* command_buffer, iree_host_size_t event_count,
      const iree_hal_event_t** events,
      iree_hal_execution_stage_t source_stage_mask,
      iree_hal_execution_stage_t target_stage_mask,
      iree_host_size_t memory_barrier_count,
      const iree_hal_memory_barrier_t* memory_barriers,
      iree_host_size_t buffer_barrier_count,
      const iree_hal_buffer_barrier_t* buffer_barriers);
  iree_status_t(IREE_API_PTR* advise_buffer)(
      iree_hal_command_buffer_t* command_buffer,
      iree_hal_buffer_ref_t buffer_ref, iree_hal_memory_advise_flags_t flags,
      uint64_t arg0, uint64_t arg1);
  iree_status_t(IREE_API_PTR* fill_buffer)(
      iree_hal_command_buffer_t* command_buffer,
      iree_hal_buffer_ref_t target_ref, const void* pattern,
      iree_host_size_t pattern_length, iree_hal_fill_flags_t flags);
  iree_status_t(IREE_API_PTR* update_buffer)(
      iree_hal_command_buffer_t* command_buffer, const void* source_buffer,
      iree_host_size_t source_offset, iree_hal_buffer_ref_t target_ref,
      iree_hal_update_flags_t flags);
  iree_status_t(IREE_API_PTR* copy_buffer)(
      iree_hal_command_buffer_t* command_buffer,
      iree_hal_buffer_ref_t source_ref, iree_hal_buffer_ref_t target_ref,
      iree_hal_copy_flags_t flags);
  iree_status_t(IREE_API_PTR* collective)(
      iree_hal_command_buffer_t* command_buffer, iree_hal_channel_t* channel,
      iree_hal_collective_op_t op, uint32_t param,
      iree_hal_buffer_ref_t send_ref, iree_hal_buffer_ref_t recv_ref,
      iree_device_size_t element_count);
  iree_status_t(IREE_API_PTR* dispatch)(
      iree_hal_command_buffer_t* command_buffer,
      iree_hal_executable_t* executable,
      iree_hal_executable_export_ordinal_t export_ordinal,
      const iree_hal_dispatch_config_t config, iree_const_byte_span_t constants,
      iree_hal_buffer_ref_list_t bindings, iree_hal_dispatch_flags_t flags);
} iree_hal_command_buffer_vtable_t;

struct iree_hal_command_buffer_t {
  iree_hal_resource_t resource;
  // Without UNVALIDATED here the runtime validates every command and needs
  // |validation_state|.
  iree_hal_command_buffer_mode_t mode;
  iree_hal_command_category_t allowed_categories;
  iree_hal_queue_affinity_t queue_affinity;
  uint32_t binding_capacity;
  uint32_t binding_count;
  void* validation_state;
};

// Sets the fields above. |device_allocator| and |validation_state| are only
// used by IREE's validation.
void iree_hal_command_buffer_initialize(
    iree_hal_allocator_t* device_allocator, iree_hal_command_buffer_mode_t mode,
    iree_hal_command_category_t command_categories,
    iree_hal_queue_affinity_t queue_affinity, iree_host_size_t binding_capacity,
    void* validation_state, const iree_hal_command_buffer_vtable_t* vtable,
    iree_hal_command_buffer_t* command_buffer);

// Replaces a slot by what |binding_table| holds for it: the result is always a
// direct reference (buffer NULL if the table is empty) with a checked range.
iree_status_t iree_hal_buffer_binding_table_resolve_ref(
    iree_hal_buffer_binding_table_t binding_table,
    iree_hal_buffer_ref_t buffer_ref, iree_hal_buffer_ref_t* out_resolved_ref);

#endif  // IREE_HAL_COMMAND_BUFFER_H_

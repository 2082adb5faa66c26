#include "iree/hal/drivers/tenstorrent/tt_command_buffer.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_arena.h"
#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_channel.h"
#include "iree/hal/drivers/tenstorrent/tt_dispatch.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

typedef enum record_kind_e {
  RECORD_FILL,
  RECORD_UPDATE,
  RECORD_COPY,
  RECORD_DISPATCH,
  RECORD_KIND_COUNT,
} record_kind_t;

// What every record starts with.
typedef struct record_t {
  struct record_t* next;
  record_kind_t kind;
} record_t;

typedef struct fill_record_t {
  record_t header;
  iree_hal_buffer_ref_t target;
  uint64_t pattern;
  iree_host_size_t pattern_length;
} fill_record_t;

typedef struct update_record_t {
  record_t header;
  iree_hal_buffer_ref_t target;
  const void* source;  // in the arena; as long as |target|
} update_record_t;

typedef struct copy_record_t {
  record_t header;
  iree_hal_buffer_ref_t source;
  iree_hal_buffer_ref_t target;
} copy_record_t;

typedef struct dispatch_record_t {
  record_t header;
  iree_hal_executable_t* executable;
  iree_hal_executable_export_ordinal_t ordinal;
  const uint32_t* constants;
  iree_hal_buffer_ref_list_t bindings;
} dispatch_record_t;

// An object kept alive by the command buffer.
typedef struct retained_t {
  struct retained_t* next;
  const void* resource;
} retained_t;

typedef struct iree_hal_tt_command_buffer_t {
  iree_hal_command_buffer_t base;
  iree_hal_tt_hardware_t* hardware;
  iree_hal_tt_arena_t arena;
  record_t* head;
  record_t* tail;
  retained_t* retained;
  bool ended;
} iree_hal_tt_command_buffer_t;

static iree_hal_tt_command_buffer_t* iree_hal_tt_command_buffer_cast(
    iree_hal_command_buffer_t* base) {
  return (iree_hal_tt_command_buffer_t*)base;
}

//===----------------------------------------------------------------------===//
// Recording
//===----------------------------------------------------------------------===//

iree_status_t iree_hal_tt_command_buffer_create(
    iree_hal_tt_hardware_t* hardware, iree_hal_allocator_t* device_allocator,
    iree_hal_command_buffer_mode_t mode,
    iree_hal_command_category_t command_categories,
    iree_hal_queue_affinity_t queue_affinity, iree_host_size_t binding_capacity,
    iree_hal_command_buffer_t** out_command_buffer) {
  *out_command_buffer = NULL;
  iree_hal_tt_command_buffer_t* command_buffer = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(hardware->host_allocator,
                                             sizeof(*command_buffer),
                                             (void**)&command_buffer));
  // Unvalidated: IREE's own validation would need its state behind this
  // object, and every command is checked here anyway.
  iree_hal_command_buffer_initialize(
      device_allocator, mode | IREE_HAL_COMMAND_BUFFER_MODE_UNVALIDATED,
      command_categories, queue_affinity, binding_capacity, NULL,
      &iree_hal_tt_command_buffer_vtable, &command_buffer->base);
  iree_hal_tt_hardware_retain(hardware);
  command_buffer->hardware = hardware;
  iree_hal_tt_arena_initialize(hardware->host_allocator,
                               &command_buffer->arena);
  *out_command_buffer = &command_buffer->base;
  return iree_ok_status();
}

static void drop_records(iree_hal_tt_command_buffer_t* command_buffer) {
  for (retained_t* it = command_buffer->retained; it; it = it->next) {
    iree_hal_resource_release(it->resource);
  }
  command_buffer->retained = NULL;
  command_buffer->head = command_buffer->tail = NULL;
  iree_hal_tt_arena_reset(&command_buffer->arena);
}

static void iree_hal_tt_command_buffer_destroy(
    iree_hal_command_buffer_t* base) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  iree_hal_tt_hardware_t* hardware = command_buffer->hardware;
  drop_records(command_buffer);
  iree_allocator_free(hardware->host_allocator, command_buffer);
  iree_hal_tt_hardware_release(hardware);
}

// Keeps |resource| alive as long as the command buffer; NULL is fine.
static iree_status_t retain(iree_hal_tt_command_buffer_t* command_buffer,
                            const void* resource) {
  if (!resource || iree_all_bits_set(command_buffer->base.mode,
                                     IREE_HAL_COMMAND_BUFFER_MODE_UNRETAINED)) {
    return iree_ok_status();
  }
  retained_t* retained = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_arena_allocate(
      &command_buffer->arena, sizeof(*retained), (void**)&retained));
  iree_hal_resource_retain(resource);
  retained->resource = resource;
  retained->next = command_buffer->retained;
  command_buffer->retained = retained;
  return iree_ok_status();
}

// Checks a buffer reference and keeps its buffer.
static iree_status_t take_ref(iree_hal_tt_command_buffer_t* command_buffer,
                              iree_hal_buffer_ref_t ref) {
  if (!ref.buffer && ref.buffer_slot >= command_buffer->base.binding_capacity) {
    return iree_make_status(
        IREE_STATUS_OUT_OF_RANGE, "slot %u of a command buffer with %u slots",
        (unsigned)ref.buffer_slot, command_buffer->base.binding_capacity);
  }
  return retain(command_buffer, ref.buffer);
}

static iree_status_t check_recording(
    iree_hal_tt_command_buffer_t* command_buffer) {
  if (!command_buffer->ended) return iree_ok_status();
  return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                          "the command buffer has ended recording");
}

static iree_status_t append_record(iree_hal_tt_command_buffer_t* command_buffer,
                                   record_kind_t kind, iree_host_size_t size,
                                   void** out_record) {
  record_t* record = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_arena_allocate(&command_buffer->arena, size,
                                                  (void**)&record));
  record->kind = kind;
  *(command_buffer->tail ? &command_buffer->tail->next
                         : &command_buffer->head) = record;
  command_buffer->tail = record;
  *out_record = record;
  return iree_ok_status();
}

static iree_status_t copy_to_arena(iree_hal_tt_command_buffer_t* command_buffer,
                                   const void* source, iree_host_size_t size,
                                   const void** out_copy) {
  void* copy = NULL;
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_arena_allocate(&command_buffer->arena, size, &copy));
  if (size) memcpy(copy, source, size);
  *out_copy = copy;
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_begin(
    iree_hal_command_buffer_t* base) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  drop_records(command_buffer);
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_end(
    iree_hal_command_buffer_t* base) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  command_buffer->ended = true;
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_begin_debug_group(
    iree_hal_command_buffer_t* base, iree_string_view_t label,
    iree_hal_label_color_t label_color,
    const iree_hal_label_location_t* location) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_end_debug_group(
    iree_hal_command_buffer_t* base) {
  return iree_ok_status();
}

// Commands run one after the other and see each other's writes: barriers and
// events have nothing to add.
static iree_status_t iree_hal_tt_command_buffer_execution_barrier(
    iree_hal_command_buffer_t* base,
    iree_hal_execution_stage_t source_stage_mask,
    iree_hal_execution_stage_t target_stage_mask,
    iree_hal_execution_barrier_flags_t flags,
    iree_host_size_t memory_barrier_count,
    const iree_hal_memory_barrier_t* memory_barriers,
    iree_host_size_t buffer_barrier_count,
    const iree_hal_buffer_barrier_t* buffer_barriers) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_signal_event(
    iree_hal_command_buffer_t* base, iree_hal_event_t* event,
    iree_hal_execution_stage_t source_stage_mask) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_reset_event(
    iree_hal_command_buffer_t* base, iree_hal_event_t* event,
    iree_hal_execution_stage_t source_stage_mask) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_wait_events(
    iree_hal_command_buffer_t* base, iree_host_size_t event_count,
    const iree_hal_event_t** events,
    iree_hal_execution_stage_t source_stage_mask,
    iree_hal_execution_stage_t target_stage_mask,
    iree_host_size_t memory_barrier_count,
    const iree_hal_memory_barrier_t* memory_barriers,
    iree_host_size_t buffer_barrier_count,
    const iree_hal_buffer_barrier_t* buffer_barriers) {
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_advise_buffer(
    iree_hal_command_buffer_t* base, iree_hal_buffer_ref_t buffer_ref,
    iree_hal_memory_advise_flags_t flags, uint64_t arg0, uint64_t arg1) {
  return iree_ok_status();  // advice needs no answer
}

static iree_status_t iree_hal_tt_command_buffer_fill_buffer(
    iree_hal_command_buffer_t* base, iree_hal_buffer_ref_t target_ref,
    const void* pattern, iree_host_size_t pattern_length,
    iree_hal_fill_flags_t flags) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_pattern(pattern_length));
  IREE_RETURN_IF_ERROR(take_ref(command_buffer, target_ref));
  fill_record_t* record = NULL;
  IREE_RETURN_IF_ERROR(append_record(command_buffer, RECORD_FILL,
                                     sizeof(*record), (void**)&record));
  record->target = target_ref;
  memcpy(&record->pattern, pattern, pattern_length);
  record->pattern_length = pattern_length;
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_update_buffer(
    iree_hal_command_buffer_t* base, const void* source_buffer,
    iree_host_size_t source_offset, iree_hal_buffer_ref_t target_ref,
    iree_hal_update_flags_t flags) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  if (target_ref.length == IREE_HAL_WHOLE_BUFFER) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "an update needs the length of its source");
  }
  IREE_RETURN_IF_ERROR(take_ref(command_buffer, target_ref));
  const void* source = NULL;
  IREE_RETURN_IF_ERROR(copy_to_arena(
      command_buffer, (const uint8_t*)source_buffer + source_offset,
      (iree_host_size_t)target_ref.length, &source));
  update_record_t* record = NULL;
  IREE_RETURN_IF_ERROR(append_record(command_buffer, RECORD_UPDATE,
                                     sizeof(*record), (void**)&record));
  record->target = target_ref;
  record->source = source;
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_copy_buffer(
    iree_hal_command_buffer_t* base, iree_hal_buffer_ref_t source_ref,
    iree_hal_buffer_ref_t target_ref, iree_hal_copy_flags_t flags) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  IREE_RETURN_IF_ERROR(take_ref(command_buffer, source_ref));
  IREE_RETURN_IF_ERROR(take_ref(command_buffer, target_ref));
  copy_record_t* record = NULL;
  IREE_RETURN_IF_ERROR(append_record(command_buffer, RECORD_COPY,
                                     sizeof(*record), (void**)&record));
  record->source = source_ref;
  record->target = target_ref;
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_command_buffer_collective(
    iree_hal_command_buffer_t* base, iree_hal_channel_t* channel,
    iree_hal_collective_op_t op, uint32_t param, iree_hal_buffer_ref_t send_ref,
    iree_hal_buffer_ref_t recv_ref, iree_device_size_t element_count) {
  if (!iree_hal_resource_is(channel, &iree_hal_tt_channel_vtable)) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "the channel belongs to another driver");
  }
  if (op.kind == IREE_HAL_COLLECTIVE_KIND_SEND ||
      op.kind == IREE_HAL_COLLECTIVE_KIND_RECV ||
      op.kind == IREE_HAL_COLLECTIVE_KIND_SEND_RECV) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "point-to-point transfers need a second device");
  }
  // All other kinds give one participant its own data back.
  return iree_hal_tt_command_buffer_copy_buffer(base, send_ref, recv_ref, 0);
}

static iree_status_t iree_hal_tt_command_buffer_dispatch(
    iree_hal_command_buffer_t* base, iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t export_ordinal,
    const iree_hal_dispatch_config_t config, iree_const_byte_span_t constants,
    iree_hal_buffer_ref_list_t bindings, iree_hal_dispatch_flags_t flags) {
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  IREE_RETURN_IF_ERROR(check_recording(command_buffer));
  IREE_RETURN_IF_ERROR(iree_hal_tt_dispatch_check(
      executable, export_ordinal, &config, constants, bindings.count, flags));
  IREE_RETURN_IF_ERROR(retain(command_buffer, executable));
  for (iree_host_size_t i = 0; i < bindings.count; ++i) {
    IREE_RETURN_IF_ERROR(take_ref(command_buffer, bindings.values[i]));
  }
  const void* constants_copy = NULL;
  IREE_RETURN_IF_ERROR(copy_to_arena(command_buffer, constants.data,
                                     constants.data_length, &constants_copy));
  const void* bindings_copy = NULL;
  IREE_RETURN_IF_ERROR(copy_to_arena(
      command_buffer, bindings.values,
      bindings.count * sizeof(bindings.values[0]), &bindings_copy));
  dispatch_record_t* record = NULL;
  IREE_RETURN_IF_ERROR(append_record(command_buffer, RECORD_DISPATCH,
                                     sizeof(*record), (void**)&record));
  record->executable = executable;
  record->ordinal = export_ordinal;
  record->constants = constants_copy;
  record->bindings = (iree_hal_buffer_ref_list_t){
      .count = bindings.count,
      .values = bindings_copy,
  };
  return iree_ok_status();
}

const iree_hal_command_buffer_vtable_t iree_hal_tt_command_buffer_vtable = {
    .destroy = iree_hal_tt_command_buffer_destroy,
    .begin = iree_hal_tt_command_buffer_begin,
    .end = iree_hal_tt_command_buffer_end,
    .begin_debug_group = iree_hal_tt_command_buffer_begin_debug_group,
    .end_debug_group = iree_hal_tt_command_buffer_end_debug_group,
    .execution_barrier = iree_hal_tt_command_buffer_execution_barrier,
    .signal_event = iree_hal_tt_command_buffer_signal_event,
    .reset_event = iree_hal_tt_command_buffer_reset_event,
    .wait_events = iree_hal_tt_command_buffer_wait_events,
    .advise_buffer = iree_hal_tt_command_buffer_advise_buffer,
    .fill_buffer = iree_hal_tt_command_buffer_fill_buffer,
    .update_buffer = iree_hal_tt_command_buffer_update_buffer,
    .copy_buffer = iree_hal_tt_command_buffer_copy_buffer,
    .collective = iree_hal_tt_command_buffer_collective,
    .dispatch = iree_hal_tt_command_buffer_dispatch,
};

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

typedef struct execution_t {
  iree_hal_tt_hardware_t* hardware;
  iree_hal_buffer_binding_table_t binding_table;
} execution_t;

static iree_status_t resolve(const execution_t* execution,
                             iree_hal_buffer_ref_t ref,
                             iree_hal_tt_span_t* out_span) {
  iree_hal_buffer_ref_t direct;
  IREE_RETURN_IF_ERROR(iree_hal_buffer_binding_table_resolve_ref(
      execution->binding_table, ref, &direct));
  return iree_hal_tt_buffer_resolve(direct.buffer, direct.offset, direct.length,
                                    out_span);
}

static iree_status_t execute_fill(const execution_t* execution,
                                  const record_t* header) {
  const fill_record_t* record = (const fill_record_t*)header;
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(resolve(execution, record->target, &span));
  return iree_hal_tt_fill(span, &record->pattern, record->pattern_length);
}

static iree_status_t execute_update(const execution_t* execution,
                                    const record_t* header) {
  const update_record_t* record = (const update_record_t*)header;
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(resolve(execution, record->target, &span));
  return iree_hal_tt_upload(record->source, span);
}

static iree_status_t execute_copy(const execution_t* execution,
                                  const record_t* header) {
  const copy_record_t* record = (const copy_record_t*)header;
  iree_hal_tt_span_t source, target;
  IREE_RETURN_IF_ERROR(resolve(execution, record->source, &source));
  IREE_RETURN_IF_ERROR(resolve(execution, record->target, &target));
  // IREE_HAL_WHOLE_BUFFER on one side means the length of the other.
  source.length = target.length = iree_min(source.length, target.length);
  return iree_hal_tt_copy(source, target);
}

static iree_status_t execute_dispatch(const execution_t* execution,
                                      const record_t* header) {
  const dispatch_record_t* record = (const dispatch_record_t*)header;
  return iree_hal_tt_dispatch_run(execution->hardware, record->executable,
                                  record->ordinal, record->constants,
                                  record->bindings, execution->binding_table);
}

static iree_status_t (*const execute_record[])(const execution_t*,
                                               const record_t*) = {
    [RECORD_FILL] = execute_fill,
    [RECORD_UPDATE] = execute_update,
    [RECORD_COPY] = execute_copy,
    [RECORD_DISPATCH] = execute_dispatch,
};
_Static_assert(IREE_ARRAYSIZE(execute_record) == RECORD_KIND_COUNT,
               "every record kind needs a function");

iree_status_t iree_hal_tt_command_buffer_check(
    iree_hal_command_buffer_t* base,
    iree_hal_buffer_binding_table_t binding_table) {
  if (!iree_hal_resource_is(base, &iree_hal_tt_command_buffer_vtable)) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "the command buffer belongs to another driver");
  }
  iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  if (!command_buffer->ended) {
    return iree_make_status(IREE_STATUS_FAILED_PRECONDITION,
                            "the command buffer is still being recorded");
  }
  if (binding_table.count < base->binding_capacity) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "a binding table of %zu slots for a command "
                            "buffer with %u",
                            (size_t)binding_table.count,
                            base->binding_capacity);
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_command_buffer_execute(
    iree_hal_command_buffer_t* base,
    iree_hal_buffer_binding_table_t binding_table) {
  const iree_hal_tt_command_buffer_t* command_buffer =
      iree_hal_tt_command_buffer_cast(base);
  const execution_t execution = {
      .hardware = command_buffer->hardware,
      .binding_table = binding_table,
  };
  uint32_t ordinal = 0;
  for (const record_t* record = command_buffer->head; record;
       record = record->next, ++ordinal) {
    iree_status_t status = execute_record[record->kind](&execution, record);
    if (!iree_status_is_ok(status)) {
      return iree_status_annotate_f(status, "command %u of a command buffer",
                                    ordinal);
    }
  }
  return iree_ok_status();
}

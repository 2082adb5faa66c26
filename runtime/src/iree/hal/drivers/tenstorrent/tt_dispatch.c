#include "iree/hal/drivers/tenstorrent/tt_dispatch.h"

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_error.h"
#include "iree/hal/drivers/tenstorrent/tt_executable.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

iree_status_t iree_hal_tt_dispatch_check(
    iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal,
    const iree_hal_dispatch_config_t* config, iree_const_byte_span_t constants,
    iree_host_size_t binding_count, iree_hal_dispatch_flags_t flags) {
  IREE_RETURN_IF_ERROR(iree_hal_tt_executable_check_dispatch(
      executable, ordinal, constants.data_length, binding_count));
  // Indirect workgroup counts are counts all the same, and counts are ignored.
  if (iree_any_bit_set(flags,
                       IREE_HAL_DISPATCH_FLAG_CUSTOM_DIRECT_ARGUMENTS |
                           IREE_HAL_DISPATCH_FLAG_DYNAMIC_INDIRECT_ARGUMENTS |
                           IREE_HAL_DISPATCH_FLAG_STATIC_INDIRECT_ARGUMENTS)) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "custom dispatch arguments (flags 0x%" PRIx64
                            "); tile programs take constants and bindings",
                            (uint64_t)flags);
  }
  const uint64_t local_size = config->dynamic_workgroup_local_memory;
  const uint64_t l1_size =
      iree_hal_tt_executable_hardware(executable)->info.l1_size;
  if (local_size > l1_size) {
    return iree_make_status(IREE_STATUS_RESOURCE_EXHAUSTED,
                            "%" PRIu64
                            " bytes of workgroup local memory requested, a "
                            "core has %" PRIu64 " bytes of L1",
                            local_size, l1_size);
  }
  if (local_size > 0) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "dynamic workgroup local memory (%" PRIu64
                            " bytes); the use of L1 is fixed in the program",
                            local_size);
  }
  return iree_ok_status();
}

//===----------------------------------------------------------------------===//
// Staging
//===----------------------------------------------------------------------===//

// An aligned copy of a binding's bytes in device memory.
typedef struct staged_binding_t {
  iree_hal_tt_span_t span;  // the bytes bound; length 0: not staged
  tt_backend_memory_t* memory;
  uint64_t size;
  bool written;
} staged_binding_t;

static bool needs_staging(const iree_hal_tt_span_t* span,
                          iree_hal_tt_hardware_t* hardware) {
  return span->length > 0 && (span->hardware != hardware || !span->memory ||
                              span->offset % IREE_HAL_TT_ALIGNMENT != 0);
}

static bool same_storage(const iree_hal_tt_span_t* a,
                         const iree_hal_tt_span_t* b) {
  return a->memory || b->memory ? a->memory == b->memory
                                : a->host - a->offset == b->host - b->offset;
}

static bool is_written(const iree_hal_tt_entry_t* entry, uint32_t binding) {
  return entry->bindings[binding].access & TT_ACCESS_WRITE;
}

// Binding |index| must be staged. Two bindings of the same range share one
// copy. Where ranges overlap otherwise and both are written, one's writes would
// be lost when copied back. What is only read may have a copy of its own:
// programs load as if before all that they store.
static iree_status_t find_shared(const iree_hal_tt_entry_t* entry,
                                 const iree_hal_tt_span_t* spans,
                                 uint32_t index, uint32_t* out_shared) {
  const iree_hal_tt_span_t* span = &spans[index];
  *out_shared = index;
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    const iree_hal_tt_span_t* other = &spans[i];
    if (i == index || !same_storage(span, other) ||
        span->offset >= other->offset + other->length ||
        other->offset >= span->offset + span->length) {
      continue;
    }
    if (span->offset == other->offset && span->length == other->length) {
      if (i < *out_shared) *out_shared = i;
    } else if (is_written(entry, index) && is_written(entry, i)) {
      return iree_make_status(
          IREE_STATUS_FAILED_PRECONDITION,
          "binding %u (%" PRIu64 " bytes at offset %" PRIu64
          ") is not aligned to %d bytes or not in this device's memory, and "
          "overlaps binding %u (%" PRIu64 " bytes at offset %" PRIu64
          "); both are written",
          index, span->length, span->offset, IREE_HAL_TT_ALIGNMENT, i,
          other->length, other->offset);
    }
  }
  return iree_ok_status();
}

static iree_status_t stage_binding(iree_hal_tt_hardware_t* hardware,
                                   iree_hal_tt_span_t span,
                                   staged_binding_t* out_staged) {
  const uint64_t size = (span.length + IREE_HAL_TT_ALIGNMENT - 1) &
                        ~(uint64_t)(IREE_HAL_TT_ALIGNMENT - 1);
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_hardware_allocate(hardware, size, &out_staged->memory));
  out_staged->span = span;
  out_staged->size = size;
  iree_hal_tt_span_t copy = {
      .hardware = hardware,
      .memory = out_staged->memory,
      .length = span.length,
  };
  return iree_hal_tt_copy(span, copy);
}

static iree_status_t unstage_binding(iree_hal_tt_hardware_t* hardware,
                                     staged_binding_t* staged, bool copy_back) {
  if (!staged->memory) return iree_ok_status();
  iree_status_t status = iree_ok_status();
  if (copy_back) {
    iree_hal_tt_span_t copy = {
        .hardware = hardware,
        .memory = staged->memory,
        .length = staged->span.length,
    };
    status = iree_hal_tt_copy(copy, staged->span);
  }
  iree_hal_tt_hardware_free(hardware, staged->memory, staged->size);
  return status;
}

//===----------------------------------------------------------------------===//
// Launch
//===----------------------------------------------------------------------===//

// Everything a launch needs on the way, too large for a comfortable stack of
// locals in one function.
typedef struct launch_t {
  iree_hal_tt_span_t spans[IREE_HAL_TT_MAX_BINDINGS];
  staged_binding_t staged[IREE_HAL_TT_MAX_BINDINGS];
  tt_backend_binding_t bindings[IREE_HAL_TT_MAX_BINDINGS];
} launch_t;

static iree_status_t resolve_bindings(
    iree_hal_buffer_ref_list_t bindings,
    iree_hal_buffer_binding_table_t binding_table, launch_t* launch) {
  for (iree_host_size_t i = 0; i < bindings.count; ++i) {
    iree_hal_buffer_ref_t ref;
    iree_status_t status = iree_hal_buffer_binding_table_resolve_ref(
        binding_table, bindings.values[i], &ref);
    if (iree_status_is_ok(status)) {
      status = iree_hal_tt_buffer_resolve(ref.buffer, ref.offset, ref.length,
                                          &launch->spans[i]);
    }
    if (!iree_status_is_ok(status)) {
      return iree_status_annotate_f(status, "binding %u", (unsigned)i);
    }
  }
  return iree_ok_status();
}

static iree_status_t stage_bindings(iree_hal_tt_hardware_t* hardware,
                                    const iree_hal_tt_entry_t* entry,
                                    launch_t* launch) {
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    const iree_hal_tt_span_t* span = &launch->spans[i];
    launch->bindings[i] = (tt_backend_binding_t){
        .memory = span->memory, .offset = span->offset, .length = span->length};
    if (!needs_staging(span, hardware)) continue;
    uint32_t shared = i;
    IREE_RETURN_IF_ERROR(find_shared(entry, launch->spans, i, &shared));
    if (shared == i) {
      IREE_RETURN_IF_ERROR(stage_binding(hardware, *span, &launch->staged[i]));
    }
    launch->staged[shared].written |= is_written(entry, i);
    launch->bindings[i].memory = launch->staged[shared].memory;
    launch->bindings[i].offset = 0;
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_dispatch_run(
    iree_hal_tt_hardware_t* hardware, iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal, const uint32_t* constants,
    iree_hal_buffer_ref_list_t bindings,
    iree_hal_buffer_binding_table_t binding_table) {
  const iree_hal_tt_entry_t* entry =
      iree_hal_tt_executable_entry(executable, ordinal);
  if (iree_hal_tt_executable_hardware(executable) != hardware) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "'%s' was loaded on another device", entry->name);
  }
  launch_t launch;
  const uint32_t count = entry->binding_count;
  for (uint32_t i = 0; i < count; ++i) {
    launch.staged[i] = (staged_binding_t){0};
  }
  iree_status_t status = resolve_bindings(bindings, binding_table, &launch);
  if (iree_status_is_ok(status)) {
    status = stage_bindings(hardware, entry, &launch);
  }
  if (iree_status_is_ok(status)) {
    status = iree_hal_tt_status(hardware->backend->launch(
        hardware->device, iree_hal_tt_executable_program(executable), ordinal,
        constants, entry->constant_count, launch.bindings, count));
  }
  const bool done = iree_status_is_ok(status);
  for (uint32_t i = 0; i < count; ++i) {
    staged_binding_t* staged = &launch.staged[i];
    status = iree_status_join(
        status, unstage_binding(hardware, staged, done && staged->written));
  }
  return iree_status_is_ok(status)
             ? status
             : iree_status_annotate_f(status, "dispatch of '%s'", entry->name);
}

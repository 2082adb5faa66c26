#include "iree/hal/drivers/tenstorrent/tt_executable.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_error.h"

typedef struct iree_hal_tt_executable_t {
  iree_hal_resource_t resource;
  iree_hal_tt_hardware_t* hardware;
  tt_backend_program_t* program;
  iree_host_size_t entry_count;
  iree_hal_tt_entry_t entries[];
} iree_hal_tt_executable_t;

static iree_hal_tt_executable_t* iree_hal_tt_executable_cast(
    iree_hal_executable_t* base) {
  return (iree_hal_tt_executable_t*)base;
}

static iree_status_t check_params(const iree_hal_executable_params_t* params) {
  if (!iree_string_view_equal(params->executable_format,
                              IREE_SV(IREE_HAL_TT_EXECUTABLE_FORMAT))) {
    return iree_make_status(
        IREE_STATUS_INCOMPATIBLE,
        "executable format '%.*s' is not supported, only '%s' is",
        (int)params->executable_format.size, params->executable_format.data,
        IREE_HAL_TT_EXECUTABLE_FORMAT);
  }
  if (params->constant_count > 0) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "the executable brings %zu specialization "
                            "constants; tile programs take none",
                            (size_t)params->constant_count);
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_executable_create(
    iree_hal_tt_hardware_t* hardware,
    const iree_hal_executable_params_t* params,
    iree_hal_executable_t** out_executable) {
  *out_executable = NULL;
  IREE_RETURN_IF_ERROR(check_params(params));
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(hardware->fork_generation));

  const tt_backend_vtable_t* backend = hardware->backend;
  tt_backend_program_t* program = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_status(
      backend->load(hardware->device, params->executable_data.data,
                    params->executable_data.data_length, &program)));
  const uint32_t entry_count = backend->entry_count(program);
  iree_hal_tt_executable_t* executable = NULL;
  iree_status_t status = iree_allocator_malloc(
      hardware->host_allocator,
      sizeof(*executable) + entry_count * sizeof(executable->entries[0]),
      (void**)&executable);
  if (!iree_status_is_ok(status)) {
    backend->unload(hardware->device, program);
    return status;
  }
  iree_hal_resource_initialize(&iree_hal_tt_executable_vtable,
                               &executable->resource);
  iree_hal_tt_hardware_retain(hardware);
  executable->hardware = hardware;
  executable->program = program;
  executable->entry_count = entry_count;
  for (uint32_t i = 0; i < entry_count && iree_status_is_ok(status); ++i) {
    iree_hal_tt_entry_t* entry = &executable->entries[i];
    backend->query_entry(program, i, entry);
    if (entry->binding_count > IREE_HAL_TT_MAX_BINDINGS) {
      status = iree_make_status(
          IREE_STATUS_UNIMPLEMENTED, "entry '%s' takes %u bindings, limit %d",
          entry->name, entry->binding_count, IREE_HAL_TT_MAX_BINDINGS);
    }
  }
  if (iree_status_is_ok(status)) {
    *out_executable = (iree_hal_executable_t*)executable;
  } else {
    iree_hal_resource_release(&executable->resource);
  }
  return status;
}

static void iree_hal_tt_executable_destroy(iree_hal_executable_t* base) {
  iree_hal_tt_executable_t* executable = iree_hal_tt_executable_cast(base);
  iree_hal_tt_hardware_t* hardware = executable->hardware;
  if (hardware->fork_generation == iree_hal_tt_fork_generation()) {
    hardware->backend->unload(hardware->device, executable->program);
  }
  iree_allocator_free(hardware->host_allocator, executable);
  iree_hal_tt_hardware_release(hardware);
}

tt_backend_program_t* iree_hal_tt_executable_program(
    iree_hal_executable_t* base) {
  return iree_hal_tt_executable_cast(base)->program;
}

iree_hal_tt_hardware_t* iree_hal_tt_executable_hardware(
    iree_hal_executable_t* base) {
  return iree_hal_tt_executable_cast(base)->hardware;
}

const iree_hal_tt_entry_t* iree_hal_tt_executable_entry(
    iree_hal_executable_t* base, iree_hal_executable_export_ordinal_t ordinal) {
  return &iree_hal_tt_executable_cast(base)->entries[ordinal];
}

static iree_status_t check_ordinal(
    iree_hal_executable_t* base, iree_hal_executable_export_ordinal_t ordinal) {
  const iree_host_size_t count = iree_hal_tt_executable_cast(base)->entry_count;
  if (ordinal < count) return iree_ok_status();
  return iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                          "entry %u of an executable with %zu entries", ordinal,
                          (size_t)count);
}

iree_status_t iree_hal_tt_executable_check_dispatch(
    iree_hal_executable_t* base, iree_hal_executable_export_ordinal_t ordinal,
    iree_host_size_t constants_size, iree_host_size_t binding_count) {
  if (!iree_hal_resource_is(base, &iree_hal_tt_executable_vtable)) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "the executable belongs to another driver");
  }
  IREE_RETURN_IF_ERROR(check_ordinal(base, ordinal));
  const iree_hal_tt_entry_t* entry =
      iree_hal_tt_executable_entry(base, ordinal);
  if (constants_size != entry->constant_count * sizeof(uint32_t) ||
      binding_count != entry->binding_count) {
    return iree_make_status(
        IREE_STATUS_INVALID_ARGUMENT,
        "dispatch of '%s' brings %zu bytes of constants and %zu bindings, "
        "expected %zu and %u",
        entry->name, (size_t)constants_size, (size_t)binding_count,
        entry->constant_count * sizeof(uint32_t), entry->binding_count);
  }
  return iree_ok_status();
}

static iree_host_size_t iree_hal_tt_executable_export_count(
    iree_hal_executable_t* base) {
  return iree_hal_tt_executable_cast(base)->entry_count;
}

static iree_status_t iree_hal_tt_executable_export_info(
    iree_hal_executable_t* base, iree_hal_executable_export_ordinal_t ordinal,
    iree_hal_executable_export_info_t* out_info) {
  IREE_RETURN_IF_ERROR(check_ordinal(base, ordinal));
  const iree_hal_tt_entry_t* entry =
      iree_hal_tt_executable_entry(base, ordinal);
  *out_info = (iree_hal_executable_export_info_t){
      .name = iree_make_cstring_view(entry->name),
      .constant_count = (uint16_t)entry->constant_count,
      .binding_count = (uint16_t)entry->binding_count,
      .parameter_count =
          (uint16_t)(entry->constant_count + entry->binding_count),
      // The device distributes the work of a dispatch over its cores itself.
      .workgroup_size = {1, 1, 1},
  };
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_executable_export_parameters(
    iree_hal_executable_t* base, iree_hal_executable_export_ordinal_t ordinal,
    iree_host_size_t capacity,
    iree_hal_executable_export_parameter_t* out_parameters) {
  IREE_RETURN_IF_ERROR(check_ordinal(base, ordinal));
  const iree_hal_tt_entry_t* entry =
      iree_hal_tt_executable_entry(base, ordinal);
  const iree_host_size_t count = entry->constant_count + entry->binding_count;
  for (iree_host_size_t i = 0; i < iree_min(count, capacity); ++i) {
    const bool constant = i < entry->constant_count;
    out_parameters[i] = (iree_hal_executable_export_parameter_t){
        .type = constant ? IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_CONSTANT
                         : IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_BINDING,
        .size = constant ? sizeof(uint32_t) : sizeof(void*),
        .offset = (uint16_t)(constant ? i * sizeof(uint32_t)
                                      : i - entry->constant_count),
    };
  }
  return iree_ok_status();
}

static iree_status_t iree_hal_tt_executable_lookup_export_by_name(
    iree_hal_executable_t* base, iree_string_view_t name,
    iree_hal_executable_export_ordinal_t* out_export_ordinal) {
  iree_hal_tt_executable_t* executable = iree_hal_tt_executable_cast(base);
  for (iree_host_size_t i = 0; i < executable->entry_count; ++i) {
    if (iree_string_view_equal(
            name, iree_make_cstring_view(executable->entries[i].name))) {
      *out_export_ordinal = (iree_hal_executable_export_ordinal_t)i;
      return iree_ok_status();
    }
  }
  return iree_make_status(IREE_STATUS_NOT_FOUND,
                          "the executable has no entry '%.*s'", (int)name.size,
                          name.data);
}

const iree_hal_executable_vtable_t iree_hal_tt_executable_vtable = {
    .destroy = iree_hal_tt_executable_destroy,
    .export_count = iree_hal_tt_executable_export_count,
    .export_info = iree_hal_tt_executable_export_info,
    .export_parameters = iree_hal_tt_executable_export_parameters,
    .lookup_export_by_name = iree_hal_tt_executable_lookup_export_by_name,
};

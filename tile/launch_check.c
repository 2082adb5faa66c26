// What launch values say of scratch, views and phases, checked.

#include <inttypes.h>

#include "tile/launch.h"

tt_status_t tt_launch_scratch_size(const tt_program_t* program,
                                   const tt_entry_t* entry, uint32_t index,
                                   const int64_t* values, uint64_t* out_size) {
  int64_t size = tt_launch_value(
      program, program->scratches[entry->first_scratch + index].size, values);
  if (size < 0) {
    return tt_status_make(TT_CODE_OUT_OF_RANGE,
                          "scratch s%u has %" PRId64 " bytes", index, size);
  }
  *out_size = (uint64_t)size;
  return NULL;
}

tt_status_t tt_launch_view(const tt_program_t* program, const tt_entry_t* entry,
                           uint32_t index, uint64_t source_size,
                           const int64_t* values, uint64_t* out_offset,
                           int64_t* out_length) {
  static const char* const names[] = {"binding", "scratch", "data"};
  const tt_view_t* view = &program->views[entry->first_view + index];
  int64_t offset = tt_launch_value(program, view->offset, values);
  int64_t length = tt_launch_value(program, view->length, values);
  bool fits = offset >= 0 && length >= 0 && (uint64_t)offset <= source_size &&
              length <= INT64_C(1) << 59 &&
              tt_dtype_bytes((tt_dtype_t)view->dtype, (uint64_t)length) <=
                  source_size - (uint64_t)offset;
  if (!fits) {
    return tt_status_make(TT_CODE_OUT_OF_RANGE,
                          "view v%u, %" PRId64 " %s from byte %" PRId64
                          ", leaves %s %u of %" PRIu64 " bytes",
                          index, length,
                          tt_dtype_desc((tt_dtype_t)view->dtype)->name, offset,
                          names[view->source], view->index, source_size);
  }
  *out_offset = (uint64_t)offset;
  *out_length = length;
  return NULL;
}

tt_status_t tt_launch_phase_cores(const tt_program_t* program,
                                  const tt_entry_t* entry, uint32_t index,
                                  uint32_t grid_cores, const int64_t* values,
                                  uint32_t* out_cores) {
  int64_t cores = tt_launch_value(
      program, program->phases[entry->first_phase + index].cores, values);
  if (cores < 0 || cores > grid_cores) {
    return tt_status_make(TT_CODE_OUT_OF_RANGE,
                          "phase %u wants %" PRId64 " cores of %u", index,
                          cores, grid_cores);
  }
  *out_cores = (uint32_t)cores;
  return NULL;
}

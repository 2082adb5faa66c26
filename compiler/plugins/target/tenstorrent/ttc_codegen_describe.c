#include "compiler/plugins/target/tenstorrent/ttc_codegen_describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "tile/chip.h"
#include "tile/count.h"
#include "tile/emit.h"
#include "tile/note.h"

static const char* const ttc_unit_names[TT_UNIT_KERNEL_COUNT] = {
    [TT_UNIT_READER] = "reader",
    [TT_UNIT_COMPUTE] = "compute",
    [TT_UNIT_WRITER] = "writer",
};

static tt_status_t ttc_no_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
}

static bool ttc_note_text(const tt_program_t* program, const tt_entry_t* entry,
                          const char* key, char** out_text) {
  const char* text = tt_entry_find_note(program, entry, key);
  *out_text = text ? strdup(text) : NULL;
  return !text || *out_text;
}

// An image that was not made by this compiler may lack any of them.
static tt_status_t ttc_describe_notes(const tt_program_t* program,
                                      const tt_entry_t* entry,
                                      ttc_codegen_entry_t* out_entry) {
  const char* grid = tt_entry_find_note(program, entry, "grid");
  if (!grid ||
      !ttc_parse_grid(grid, &out_entry->grid_cols, &out_entry->grid_rows)) {
    out_entry->grid_cols = (int32_t)tt_chip_blackhole.default_grid_cols;
    out_entry->grid_rows = (int32_t)tt_chip_blackhole.default_grid_rows;
  }
  bool done =
      ttc_note_text(program, entry, "path", &out_entry->path) &&
      ttc_note_text(program, entry, "reason", &out_entry->reason) &&
      ttc_note_text(program, entry, "location", &out_entry->location) &&
      ttc_note_text(program, entry, "executable", &out_entry->executable);
  return done ? NULL : ttc_no_memory();
}

// Counts a launch on the planned grid. What depends on push constants is not
// known here: -1.
static tt_status_t ttc_describe_counts(const tt_program_t* program,
                                       uint32_t entry,
                                       ttc_codegen_entry_t* out_entry) {
  const tt_launch_env_t launch = {
      .grid_cores = (uint32_t)(out_entry->grid_rows * out_entry->grid_cols),
      .dram_banks = tt_chip_blackhole.dram_banks,
  };
  tt_counts_t counts;
  TT_RETURN_IF_ERROR(tt_count_entry(program, entry, &launch, &counts));
  bool known = !counts.at_least;
  out_entry->l1_bytes = (int64_t)counts.l1_bytes;
  out_entry->cores = known ? (int32_t)counts.cores : -1;
  const uint64_t all = counts.slowest_cycles * launch.grid_cores;
  out_entry->utilization =
      known && all ? (int32_t)(counts.busy_cycles * 100 / all) : -1;
  out_entry->tiles = known ? (int64_t)counts.tiles_written : -1;
  out_entry->bytes_read = known ? (int64_t)counts.bytes_read : -1;
  out_entry->bytes_written = known ? (int64_t)counts.bytes_written : -1;
  out_entry->tile_ops = known ? (int64_t)counts.tile_ops : -1;
  out_entry->multiply_adds = known ? (int64_t)counts.multiply_adds : -1;
  out_entry->element_ops = known ? (int64_t)counts.element_ops : -1;
  out_entry->cycles = known ? (int64_t)counts.cycles : -1;
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    out_entry->kernel_cycles[unit] =
        known ? (int64_t)counts.kernel_cycles[unit] : -1;
  }
  out_entry->noc_cycles = known ? (int64_t)counts.noc_cycles : -1;
  out_entry->dram_cycles = known ? (int64_t)counts.dram_cycles : -1;
  out_entry->bound = known ? tt_counts_bound(&counts) : NULL;
  return NULL;
}

// A kernel that TT-Metal cannot spell is described by the reason.
static tt_status_t ttc_describe_kernel(const tt_program_t* program,
                                       uint32_t entry, uint32_t phase,
                                       tt_unit_t unit, ttc_text_t* out) {
  if (asprintf(&out->name, "phase%u_%s.cpp", phase, ttc_unit_names[unit]) < 0) {
    out->name = NULL;
    return ttc_no_memory();
  }
  size_t size;
  tt_status_t status =
      tt_emit_kernel(program, entry, phase, unit, &out->text, &size);
  if (tt_status_code(status) != TT_CODE_UNIMPLEMENTED) return status;
  int length = asprintf(&out->text, "// %s\n", tt_status_message(status));
  tt_status_free(status);
  if (length >= 0) return NULL;
  out->text = NULL;
  return ttc_no_memory();
}

static tt_status_t ttc_describe_kernels(const tt_program_t* program,
                                        uint32_t entry,
                                        ttc_codegen_entry_t* out_entry) {
  const tt_entry_t* e = &program->entries[entry];
  out_entry->kernels = calloc((size_t)e->phase_count * TT_UNIT_KERNEL_COUNT + 1,
                              sizeof(*out_entry->kernels));
  if (!out_entry->kernels) return ttc_no_memory();
  for (uint32_t phase = 0; phase < e->phase_count; ++phase) {
    const tt_phase_t* p = &program->phases[e->first_phase + phase];
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      if (p->kernels[unit] == TT_NONE) continue;
      TT_RETURN_IF_ERROR(
          ttc_describe_kernel(program, entry, phase, (tt_unit_t)unit,
                              &out_entry->kernels[out_entry->kernel_count++]));
    }
  }
  return NULL;
}

tt_status_t ttc_codegen_describe(const ttc_codegen_options_t* options,
                                 const tt_program_t* program, uint32_t entry,
                                 ttc_codegen_entry_t* out_entry) {
  const tt_entry_t* e = &program->entries[entry];
  out_entry->phases = (int32_t)e->phase_count;
  TT_RETURN_IF_ERROR(ttc_describe_notes(program, e, out_entry));
  if (options->want_counts) {
    TT_RETURN_IF_ERROR(ttc_describe_counts(program, entry, out_entry));
  }
  if (options->want_kernels) {
    TT_RETURN_IF_ERROR(ttc_describe_kernels(program, entry, out_entry));
  }
  if (options->want_tile_text) {
    size_t size;
    TT_RETURN_IF_ERROR(tt_program_print(program, &out_entry->tile_text, &size));
  }
  return NULL;
}

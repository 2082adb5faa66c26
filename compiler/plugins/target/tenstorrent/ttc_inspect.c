// What a compiled module holds for tenstorrent, as text for people.
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_compiler.h"
#include "tile/chip.h"
#include "tile/count.h"
#include "tile/emit.h"
#include "tile/image.h"
#include "tile/program.h"
#include "tile/strbuf.h"

static tt_status_t ttc_inspect_tiles(const tt_program_t* program,
                                     tt_strbuf_t* out) {
  char* text = NULL;
  size_t size = 0;
  TT_RETURN_IF_ERROR(tt_program_print(program, &text, &size));
  tt_strbuf_append(out, text, size);
  free(text);
  return NULL;
}

static void ttc_inspect_kernel(const tt_program_t* program, uint32_t entry,
                               uint32_t phase, tt_unit_t unit,
                               tt_strbuf_t* out) {
  static const char* const names[] = {"reader", "compute", "writer"};
  tt_strbuf_print(out, "//===--- %s, phase %" PRIu32 ", %s.cpp ---===//\n",
                  tt_entry_name(program, &program->entries[entry]), phase,
                  names[unit]);
  char* text = NULL;
  size_t size = 0;
  tt_status_t status =
      tt_emit_kernel(program, entry, phase, unit, &text, &size);
  if (status) {
    // Not every lane op has a spelling; the others are still worth reading.
    tt_strbuf_print(out, "// %s\n", tt_status_message(status));
    tt_status_free(status);
    return;
  }
  tt_strbuf_append(out, text, size);
  free(text);
}

static void ttc_inspect_kernels(const tt_program_t* program, tt_strbuf_t* out) {
  for (uint32_t e = 0; e < program->entries_count; ++e) {
    for (uint32_t p = 0; p < program->entries[e].phase_count; ++p) {
      for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
        ttc_inspect_kernel(program, e, p, (tt_unit_t)unit, out);
      }
    }
  }
}

static tt_status_t ttc_inspect_costs(const tt_program_t* program,
                                     tt_strbuf_t* out) {
  const tt_chip_t* chip = &tt_chip_blackhole;
  const tt_launch_env_t launch = {
      .grid_cores = chip->default_grid_rows * chip->default_grid_cols,
      .dram_banks = chip->dram_banks,
  };
  for (uint32_t e = 0; e < program->entries_count; ++e) {
    const tt_entry_t* entry = &program->entries[e];
    tt_counts_t counts;
    TT_RETURN_IF_ERROR(tt_count_entry(program, e, &launch, &counts));
    tt_strbuf_print(
        out,
        "%s: %" PRIu32 " bindings, %" PRIu32 " push constants, %" PRIu32
        " phases\n"
        "  one launch on %" PRIu32 " cores%s:\n",
        tt_entry_name(program, entry), entry->binding_count,
        entry->constant_count, entry->phase_count, launch.grid_cores,
        counts.at_least ? ", at least (some counts depend on sizes)" : "");
    tt_strbuf_print(out,
                    "  cores %" PRIu32 ", L1 bytes a core %" PRIu64
                    ", bytes read %" PRIu64 ", written %" PRIu64 "\n",
                    counts.cores, counts.l1_bytes, counts.bytes_read,
                    counts.bytes_written);
    tt_strbuf_print(out,
                    "  tile ops %" PRIu64 ", multiply-adds in them %" PRIu64
                    ", element ops %" PRIu64 "\n",
                    counts.tile_ops, counts.multiply_adds, counts.element_ops);
  }
  return NULL;
}

static tt_status_t ttc_inspect_image(const void* image, size_t size,
                                     ttc_inspect_what_t what,
                                     tt_strbuf_t* out) {
  tt_program_t* program = NULL;
  TT_RETURN_IF_ERROR(tt_program_read_image(image, size, &program));
  tt_status_t status = NULL;
  switch (what) {
    case TTC_INSPECT_TILES:
      status = ttc_inspect_tiles(program, out);
      break;
    case TTC_INSPECT_KERNELS:
      ttc_inspect_kernels(program, out);
      break;
    case TTC_INSPECT_COSTS:
      status = ttc_inspect_costs(program, out);
      break;
    default:
      status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                              "no such thing to inspect: %d", (int)what);
  }
  tt_program_free(program);
  return status;
}

ttc_error_t* ttc_inspect(const void* data, size_t size, int what,
                         char** out_text) {
  *out_text = NULL;
  tt_strbuf_t out = {0};
  size_t offset = 0, image_size = 0;
  int images = 0;
  while (tt_image_find(data, size, &offset, &image_size)) {
    tt_status_t status = ttc_inspect_image(
        (const char*)data + offset, image_size, (ttc_inspect_what_t)what, &out);
    if (status) {
      tt_strbuf_free(&out);
      return tt_status_prefix(status, "image at byte %zu", offset);
    }
    offset += image_size;
    ++images;
  }
  if (!images) {
    return tt_status_make(TT_CODE_NOT_FOUND,
                          "no tenstorrent executable in these %zu bytes", size);
  }
  size_t text_size = 0;
  return tt_strbuf_finish(&out, out_text, &text_size);
}

// What a compiled module holds for tenstorrent, as text for people.
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_codegen_describe.h"
#include "compiler/plugins/target/tenstorrent/ttc_compiler.h"
#include "compiler/plugins/target/tenstorrent/ttc_report.h"
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

static tt_status_t ttc_inspect_report(const tt_program_t* program,
                                      ttc_report_t* report) {
  const ttc_codegen_options_t options = {.want_counts = true};
  ttc_codegen_output_t output = {
      .entries =
          calloc(program->entries_count + 1, sizeof(ttc_codegen_entry_t)),
      .entry_count = program->entries_count,
  };
  if (!output.entries) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  tt_status_t status = NULL;
  for (uint32_t e = 0; e < program->entries_count && !status; ++e) {
    ttc_codegen_entry_t* entry = &output.entries[e];
    entry->name = strdup(tt_entry_name(program, &program->entries[e]));
    status = ttc_codegen_describe(&options, program, e, entry);
  }
  if (!status) status = ttc_report_add(report, &output);
  ttc_codegen_output_free(&output);
  return status;
}

static tt_status_t ttc_inspect_image(const void* image, size_t size,
                                     ttc_inspect_what_t what,
                                     ttc_report_t* report, tt_strbuf_t* out) {
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
    case TTC_INSPECT_REPORT:
      status = ttc_inspect_report(program, report);
      break;
    default:
      status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                              "no such thing to inspect: %d", (int)what);
  }
  tt_program_free(program);
  return status;
}

// Adds what |data| holds to |report| or |out|.
static tt_status_t ttc_inspect_images(const char* data, size_t size,
                                      ttc_inspect_what_t what,
                                      ttc_report_t* report, tt_strbuf_t* out) {
  size_t offset = 0, image_size = 0;
  bool found = false;
  while (tt_image_find(data, size, &offset, &image_size)) {
    TT_RETURN_IF_ERROR(tt_status_prefix(
        ttc_inspect_image(data + offset, image_size, what, report, out),
        "image at byte %zu", offset));
    offset += image_size;
    found = true;
  }
  if (found) return NULL;
  return tt_status_make(TT_CODE_NOT_FOUND,
                        "no tenstorrent executable in these %zu bytes", size);
}

ttc_error_t* ttc_inspect(const void* data, size_t size, int what,
                         char** out_text) {
  *out_text = NULL;
  tt_strbuf_t out = {0};
  ttc_report_t report = {0};
  tt_status_t status =
      ttc_inspect_images(data, size, (ttc_inspect_what_t)what, &report, &out);
  if (!status && what == TTC_INSPECT_REPORT) {
    status = ttc_report_text(&report, out_text);
  } else if (!status) {
    status = tt_strbuf_finish(&out, out_text, NULL);
  }
  ttc_report_free(&report);
  tt_strbuf_free(&out);
  return status;
}

#include "compiler/plugins/target/tenstorrent/ttc_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tile/strbuf.h"

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

// mkdir -p.
static tt_status_t ttc_make_directory(const char* path) {
  char* copy = strdup(path);
  if (!copy) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  tt_status_t status = NULL;
  for (char* at = copy + 1; !status; ++at) {
    if (*at != '/' && *at) continue;
    char end = *at;
    *at = 0;
    if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
      status = tt_status_make(TT_CODE_PERMISSION_DENIED,
                              "cannot create directory '%s': %s", copy,
                              strerror(errno));
    }
    *at = end;
    if (!end) break;
  }
  free(copy);
  return status;
}

static tt_status_t ttc_write_path(const char* path, const void* data,
                                  size_t size) {
  FILE* file = fopen(path, "wb");
  bool written = file && fwrite(data, 1, size, file) == size;
  int code = errno;
  if (file && fclose(file) != 0) {
    code = errno;
    written = false;
  }
  if (written) return NULL;
  return tt_status_make(TT_CODE_PERMISSION_DENIED, "cannot write '%s': %s",
                        path, strerror(code));
}

tt_status_t ttc_write_file(const char* directory, const char* name,
                           const void* data, size_t size) {
  TT_RETURN_IF_ERROR(ttc_make_directory(directory));
  char* path = NULL;
  if (asprintf(&path, "%s/%s", directory, name) < 0) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  tt_status_t status = ttc_write_path(path, data, size);
  free(path);
  return status;
}

//===----------------------------------------------------------------------===//
// Dumps
//===----------------------------------------------------------------------===//

static tt_status_t ttc_dump_text(const char* directory, const char* module,
                                 const char* entry, const char* suffix,
                                 const char* text) {
  if (!directory || !text) return NULL;
  char* name = NULL;
  if (asprintf(&name, "%s_%s.%s", module, entry, suffix) < 0) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  tt_status_t status = ttc_write_file(directory, name, text, strlen(text));
  free(name);
  return status;
}

static tt_status_t ttc_dump_entry(const ttc_options_t* options,
                                  const char* module,
                                  const ttc_codegen_entry_t* entry) {
  const char* name = entry->name ? entry->name : "unnamed";
  TT_RETURN_IF_ERROR(ttc_dump_text(options->dump_dispatches_to, module, name,
                                   "dispatch.txt", entry->dispatch_text));
  TT_RETURN_IF_ERROR(ttc_dump_text(options->dump_plans_to, module, name,
                                   "plan.txt", entry->plan_text));
  // Tile programs and kernels are what IREE calls intermediates.
  const char* const tile_directories[] = {options->dump_tile_programs_to,
                                          options->dump_intermediates_to};
  const char* const kernel_directories[] = {options->dump_kernels_to,
                                            options->dump_intermediates_to};
  for (int i = 0; i < 2; ++i) {
    TT_RETURN_IF_ERROR(ttc_dump_text(tile_directories[i], module, name, "tile",
                                     entry->tile_text));
    for (size_t k = 0; k < entry->kernel_count; ++k) {
      TT_RETURN_IF_ERROR(ttc_dump_text(kernel_directories[i], module, name,
                                       entry->kernels[k].name,
                                       entry->kernels[k].text));
    }
  }
  return NULL;
}

tt_status_t ttc_dump_texts(const ttc_options_t* options, const char* module,
                           const ttc_codegen_output_t* output) {
  for (size_t i = 0; i < output->entry_count; ++i) {
    TT_RETURN_IF_ERROR(ttc_dump_entry(options, module, &output->entries[i]));
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

void ttc_report_free(ttc_report_t* report) {
  free(report->text);
  memset(report, 0, sizeof(*report));
}

static void ttc_write_json_string(FILE* out, const char* key,
                                  const char* text) {
  fprintf(out, "\"%s\": ", key);
  if (!text) {
    fputs("null", out);
    return;
  }
  fputc('"', out);
  while (*text) {
    unsigned char c = (unsigned char)*text;
    size_t length = tt_utf8_length(text);
    if (c == '"' || c == '\\') {
      fprintf(out, "\\%c", c);
    } else if (c < 0x20) {
      fprintf(out, "\\u%04x", c);
    } else if (length == 0) {
      fputs("\\ufffd", out);  // not UTF-8
    } else {
      fwrite(text, 1, length, out);
    }
    text += length ? length : 1;
  }
  fputc('"', out);
}

// Numbers that depend on a dynamic size are null.
static void ttc_write_json_count(FILE* out, const char* key, int64_t value) {
  if (value < 0) {
    fprintf(out, ", \"%s\": null", key);
  } else {
    fprintf(out, ", \"%s\": %" PRId64, key, value);
  }
}

static void ttc_write_json_entry(FILE* out, const ttc_codegen_entry_t* entry) {
  const struct {
    const char* key;
    const char* text;
  } strings[] = {{"executable", entry->executable},
                 {"entry", entry->name},
                 {"location", entry->location},
                 {"path", entry->path},
                 {"reason", entry->reason}};
  fputs("    {", out);
  for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); ++i) {
    ttc_write_json_string(out, strings[i].key, strings[i].text);
    fputs(", ", out);
  }
  fprintf(out, "\"grid\": \"%dx%d\"", entry->grid_cols, entry->grid_rows);
  ttc_write_json_count(out, "phases", entry->phases);
  ttc_write_json_count(out, "cores", entry->cores);
  ttc_write_json_count(out, "utilization_percent", entry->utilization);
  ttc_write_json_count(out, "tiles", entry->tiles);
  ttc_write_json_count(out, "l1_bytes", entry->l1_bytes);
  ttc_write_json_count(out, "bytes_read", entry->bytes_read);
  ttc_write_json_count(out, "bytes_written", entry->bytes_written);
  ttc_write_json_count(out, "tile_ops", entry->tile_ops);
  ttc_write_json_count(out, "multiply_adds", entry->multiply_adds);
  ttc_write_json_count(out, "element_ops", entry->element_ops);
  ttc_write_json_count(out, "cycles", entry->cycles);
  fputs(", ", out);
  ttc_write_json_string(out, "bound", entry->bound);
  static const char* const kernels[TT_UNIT_KERNEL_COUNT] = {
      "reader_cycles", "compute_cycles", "writer_cycles"};
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    ttc_write_json_count(out, kernels[unit], entry->kernel_cycles[unit]);
  }
  ttc_write_json_count(out, "noc_cycles", entry->noc_cycles);
  ttc_write_json_count(out, "dram_cycles", entry->dram_cycles);
  fprintf(out, "}");
}

tt_status_t ttc_report_add(ttc_report_t* report,
                           const ttc_codegen_output_t* output) {
  char* text = NULL;
  size_t length = 0;
  FILE* out = open_memstream(&text, &length);
  if (!out) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  if (report->text) fputs(report->text, out);
  for (size_t i = 0; i < output->entry_count; ++i) {
    if (ftell(out) > 0) fputs(",\n", out);
    ttc_write_json_entry(out, &output->entries[i]);
  }
  fclose(out);
  free(report->text);
  report->text = text;
  report->length = length;
  return NULL;
}

tt_status_t ttc_report_text(const ttc_report_t* report, char** out_text) {
  int length = asprintf(
      out_text, "{\n  \"version\": 1,\n  \"dispatches\": [\n%s\n  ]\n}\n",
      report->text ? report->text : "");
  if (length >= 0) return NULL;
  *out_text = NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
}

tt_status_t ttc_report_write(const ttc_report_t* report, const char* path) {
  char* text = NULL;
  TT_RETURN_IF_ERROR(ttc_report_text(report, &text));
  tt_status_t status = ttc_write_path(
      strcmp(path, "-") == 0 ? "/dev/stderr" : path, text, strlen(text));
  free(text);
  return status;
}

#include "compiler/plugins/target/tenstorrent/ttc_target.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TTC_DEVICE_TARGET "#hal.device.target<"
#define TTC_DEVICE_ALIAS "#hal.device.alias<"
#define TTC_EXECUTABLE_TARGET "#hal.executable.target<"
#define TTC_QUOTED_NAME "\"" TTC_TARGET_NAME "\""
#define TTC_QUOTED_FORMAT "\"" TTC_EXECUTABLE_FORMAT "\""
#define TTC_CARRIER_DEVICE "\"local\""
#define TTC_CARRIER_BACKEND "\"vmvx\""
#define TTC_RESOLVER "iree.encoding.resolver"
#define TTC_RESOLVER_VALUE "#iree_encoding.identity_resolver<>"

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static bool ttc_starts(const char* text, const char* prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char* ttc_skip_space(const char* text) {
  while (isspace((unsigned char)*text)) ++text;
  return text;
}

// |text| is at a quote; returns what follows the closing one (or the end).
static const char* ttc_skip_string(const char* text) {
  for (++text; *text && *text != '"'; ++text) {
    if (*text == '\\' && text[1]) ++text;
  }
  return *text ? text + 1 : text;
}

// Returns the end of the part of |text| before the first of |stops| that is
// outside of brackets and strings. An unmatched closing bracket ends it too.
static const char* ttc_skip_until(const char* text, const char* stops) {
  int depth = 0;
  while (*text) {
    if (depth == 0 && strchr(stops, *text)) break;
    if (*text == '"') {
      text = ttc_skip_string(text);
      continue;
    }
    if (text[0] == '-' && text[1] == '>') {
      text += 2;
      continue;
    }
    if (strchr("<[{(", *text)) ++depth;
    if (strchr(">]})", *text) && --depth < 0) break;
    ++text;
  }
  return text;
}

static bool ttc_contains(const char* begin, const char* end,
                         const char* needle) {
  return memmem(begin, (size_t)(end - begin), needle, strlen(needle)) != NULL;
}

// Closes |stream| and hands its text over; NULL |stream| is out of memory.
static tt_status_t ttc_text_finish(FILE* stream, char** text,
                                   tt_status_t status, char** out_text) {
  if (!stream || fclose(stream) != 0) {
    tt_status_join(&status, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                           "out of host memory"));
  }
  if (status) {
    free(*text);
    return status;
  }
  *out_text = *text;
  return NULL;
}

//===----------------------------------------------------------------------===//
// Mentions
//===----------------------------------------------------------------------===//

bool ttc_text_mentions_target(const char* text) {
  return strstr(text, TTC_DEVICE_TARGET TTC_QUOTED_NAME) ||
         strstr(text, TTC_DEVICE_ALIAS TTC_QUOTED_NAME) ||
         strstr(text, TTC_EXECUTABLE_TARGET TTC_QUOTED_NAME);
}

bool ttc_text_mentions_carrier(const char* text) {
  return strstr(text, TTC_EXECUTABLE_TARGET TTC_CARRIER_BACKEND
                ", " TTC_QUOTED_FORMAT) != NULL;
}

// One element of a device list: an attribute, or a name with an optional
// ordinal and optional quotes.
typedef struct {
  const char* begin;
  const char* end;
} ttc_span_t;

static ttc_span_t ttc_trim(const char* begin, const char* end) {
  begin = ttc_skip_space(begin);
  if (begin > end) begin = end;
  while (end > begin && isspace((unsigned char)end[-1])) --end;
  return (ttc_span_t){begin, end};
}

static ttc_span_t ttc_unquote(ttc_span_t span) {
  if (span.end - span.begin >= 2 && span.begin[0] == '"' &&
      span.end[-1] == '"') {
    return ttc_trim(span.begin + 1, span.end - 1);
  }
  return span;
}

// The device name of |element| without quotes and ordinal.
static ttc_span_t ttc_element_name(ttc_span_t element) {
  const char* end = element.begin;
  while (end < element.end && *end != '[') ++end;
  return ttc_unquote(ttc_trim(element.begin, end));
}

static bool ttc_span_is(ttc_span_t span, const char* text) {
  size_t length = strlen(text);
  return (size_t)(span.end - span.begin) == length &&
         memcmp(span.begin, text, length) == 0;
}

// Skips "name=" in front of a device list. |out_name| is empty without one.
static const char* ttc_skip_device_name(const char* spec,
                                        ttc_span_t* out_name) {
  const char* begin = ttc_skip_space(spec);
  const char* end = begin;
  while (isalnum((unsigned char)*end) || *end == '_') ++end;
  const char* after = ttc_skip_space(end);
  *out_name = (ttc_span_t){begin, begin};
  if (*after != '=' || end == begin) return begin;
  out_name->end = end;
  return ttc_skip_space(after + 1);
}

bool ttc_spec_mentions_target(const char* spec) {
  ttc_span_t name;
  const char* rest = ttc_skip_device_name(spec, &name);
  while (true) {
    const char* end = ttc_skip_until(rest, ",");
    ttc_span_t element = ttc_trim(rest, end);
    if (*element.begin == '#') {
      if (ttc_contains(element.begin, element.end, TTC_QUOTED_NAME)) {
        return true;
      }
    } else if (ttc_span_is(ttc_element_name(element), TTC_TARGET_NAME)) {
      return true;
    }
    if (*end != ',') return false;
    rest = end + 1;
  }
}

//===----------------------------------------------------------------------===//
// Flags to hal.device.targets
//===----------------------------------------------------------------------===//

// Writes the attribute of one element; names become aliases, which the stock
// compiler (or ttc_target_to_carrier) resolves.
static tt_status_t ttc_write_element(FILE* out, ttc_span_t element) {
  if (element.begin == element.end) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "expected one or more target attributes");
  }
  int length = (int)(element.end - element.begin);
  if (*element.begin == '#') {
    fprintf(out, "%.*s", length, element.begin);
    return NULL;
  }
  ttc_span_t name = ttc_element_name(element);
  fprintf(out, TTC_DEVICE_ALIAS "\"%.*s\"", (int)(name.end - name.begin),
          name.begin);
  const char* bracket = memchr(element.begin, '[', (size_t)length);
  if (bracket) {
    int ordinal = 0, end = 0;
    if (sscanf(bracket, "[%9d]%n", &ordinal, &end) != 1 || ordinal < 0 ||
        bracket + end != element.end) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "target device '%.*s': expected name[ordinal]",
                            length, element.begin);
    }
    fprintf(out, "[%d]", ordinal);
  }
  fprintf(out, "> : !hal.device");
  return NULL;
}

// Writes a comma-separated list as one device: itself or a select.
static tt_status_t ttc_write_list(FILE* out, const char* list) {
  bool select = *ttc_skip_until(list, ",") == ',';
  if (select) fprintf(out, "#hal.device.select<[");
  const char* rest = list;
  while (true) {
    const char* end = ttc_skip_until(rest, ",");
    TT_RETURN_IF_ERROR(ttc_write_element(out, ttc_trim(rest, end)));
    if (*end != ',') break;
    fprintf(out, ", ");
    rest = end + 1;
  }
  if (select) fprintf(out, "]> : !hal.device");
  return NULL;
}

const char* ttc_backend_device(const char* backend) {
  static const char* const devices[][2] = {
      {TTC_TARGET_NAME, TTC_TARGET_NAME},
      {"llvm-cpu", "local"},
      {"vmvx", "local"},
      {"cuda", "cuda"},
      {"rocm", "hip"},
      {"vulkan-spirv", "vulkan"},
      {"metal-spirv", "metal"},
  };
  for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); ++i) {
    if (strcmp(backend, devices[i][0]) == 0) return devices[i][1];
  }
  return NULL;
}

tt_status_t ttc_each_backend(const char* list, ttc_backend_fn_t callback,
                             void* user_data) {
  while (true) {
    const char* end = ttc_skip_until(list, ",");
    ttc_span_t name = ttc_unquote(ttc_trim(list, end));
    char backend[64];
    snprintf(backend, sizeof(backend), "%.*s", (int)(name.end - name.begin),
             name.begin);
    TT_RETURN_IF_ERROR(callback(backend, user_data));
    if (*end != ',') return NULL;
    list = end + 1;
  }
}

// The distinct devices of some backends.
typedef struct {
  const char* names[8];
  size_t count;
} ttc_devices_t;

static tt_status_t ttc_add_backend(const char* backend, void* user_data) {
  ttc_devices_t* devices = user_data;
  const char* device = ttc_backend_device(backend);
  if (!device) {
    return tt_status_make(
        TT_CODE_INVALID_ARGUMENT,
        "target backend '%s' cannot be combined with " TTC_TARGET_NAME
        "; use --iree-hal-target-device",
        backend);
  }
  for (size_t i = 0; i < devices->count; ++i) {
    if (devices->names[i] == device) return NULL;
  }
  devices->names[devices->count++] = device;
  return NULL;
}

// As the stock compiler has it: one device, the first one available at run
// time.
static tt_status_t ttc_write_backends(FILE* out,
                                      const ttc_strings_t* backends) {
  ttc_devices_t devices = {0};
  for (size_t i = 0; i < backends->count; ++i) {
    TT_RETURN_IF_ERROR(
        ttc_each_backend(backends->items[i], ttc_add_backend, &devices));
  }
  fputs(devices.count > 1 ? "[#hal.device.select<[" : "[", out);
  for (size_t i = 0; i < devices.count; ++i) {
    fprintf(out, "%s" TTC_DEVICE_ALIAS "\"%s\"> : !hal.device", i ? ", " : "",
            devices.names[i]);
  }
  fputs(devices.count > 1 ? "]> : !hal.device]" : "]", out);
  return NULL;
}

static tt_status_t ttc_write_devices(FILE* out, const ttc_strings_t* devices) {
  size_t named = 0;
  for (size_t i = 0; i < devices->count; ++i) {
    ttc_span_t name;
    ttc_skip_device_name(devices->items[i], &name);
    named += name.end != name.begin;
  }
  if (named && named != devices->count) {
    return tt_status_make(
        TT_CODE_INVALID_ARGUMENT,
        "if any target device spec has a name then all must be named");
  }
  fprintf(out, named ? "{" : "[");
  for (size_t i = 0; i < devices->count; ++i) {
    ttc_span_t name;
    const char* list = ttc_skip_device_name(devices->items[i], &name);
    if (i) fprintf(out, ", ");
    if (named) {
      fprintf(out, "%.*s = ", (int)(name.end - name.begin), name.begin);
    }
    TT_RETURN_IF_ERROR(ttc_write_list(out, list));
  }
  fprintf(out, named ? "}" : "]");
  return NULL;
}

tt_status_t ttc_target_assignment(const ttc_options_t* options,
                                  char** out_text) {
  char* text = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&text, &size);
  tt_status_t status = NULL;
  if (out) {
    status = options->target_backends.count
                 ? ttc_write_backends(out, &options->target_backends)
                 : ttc_write_devices(out, &options->target_devices);
  }
  TT_RETURN_IF_ERROR(ttc_text_finish(out, &text, status, &text));
  status = ttc_target_to_carrier(text, &options->codegen, out_text);
  free(text);
  return status;
}

//===----------------------------------------------------------------------===//
// Our target to carriers
//===----------------------------------------------------------------------===//

static void ttc_write_configuration(FILE* out,
                                    const ttc_codegen_options_t* options) {
  fprintf(out,
          "grid_cols = %d : i64, grid_rows = %d : i64, " TTC_RESOLVER
          " = " TTC_RESOLVER_VALUE ", l1_size = %" PRId64
          " : i64, math_fidelity = \"%s\"",
          options->grid_cols, options->grid_rows, options->l1_size,
          ttc_fidelity_name(options->fidelity));
}

static void ttc_write_executable_target(FILE* out,
                                        const ttc_codegen_options_t* options) {
  fprintf(out, TTC_EXECUTABLE_TARGET TTC_CARRIER_BACKEND ", " TTC_QUOTED_FORMAT
                                                         ", {");
  ttc_write_configuration(out, options);
  fprintf(out, "}>");
}

// |begin| to |end| is what follows the name in an executable target.
static void ttc_write_own_executable(FILE* out, const char* begin,
                                     const char* end,
                                     const ttc_codegen_options_t* options) {
  const char* brace = memchr(begin, '{', (size_t)(end - begin));
  if (!brace) {
    ttc_write_executable_target(out, options);
    return;
  }
  fprintf(out, TTC_EXECUTABLE_TARGET TTC_CARRIER_BACKEND "%.*s{",
          (int)(brace - begin), begin);
  if (!ttc_contains(brace, end, TTC_RESOLVER)) {
    bool empty = *ttc_skip_space(brace + 1) == '}';
    fprintf(out, TTC_RESOLVER " = " TTC_RESOLVER_VALUE "%s", empty ? "" : ", ");
  }
  fprintf(out, "%.*s>", (int)(end - brace - 1), brace + 1);
}

static tt_status_t ttc_write_carriers(FILE* out, const char* text,
                                      const char* text_end,
                                      const ttc_codegen_options_t* options);

// |begin| to |end| is what follows the name in a device target:
// [, {configuration}] [, [executable targets]]
static tt_status_t ttc_write_own_device(FILE* out, const char* begin,
                                        const char* end,
                                        const ttc_codegen_options_t* options) {
  fprintf(out, TTC_DEVICE_TARGET TTC_CARRIER_DEVICE);
  TT_RETURN_IF_ERROR(ttc_write_carriers(out, begin, end, options));
  if (!ttc_contains(begin, end, TTC_EXECUTABLE_TARGET)) {
    fprintf(out, ", [");
    ttc_write_executable_target(out, options);
    fprintf(out, "]");
  }
  fprintf(out, ">");
  return NULL;
}

// |begin| to |end| is what follows the name in an alias:
// [ [ordinal] ] [, {configuration}]
static tt_status_t ttc_write_own_alias(FILE* out, const char* begin,
                                       const char* end,
                                       const ttc_codegen_options_t* options) {
  fprintf(out, TTC_DEVICE_TARGET TTC_CARRIER_DEVICE);
  const char* brace = memchr(begin, '{', (size_t)(end - begin));
  int ordinal = -1;
  if (begin < end && *begin == '[' && sscanf(begin, "[%9d]", &ordinal) != 1) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "malformed device ordinal '%.*s'", (int)(end - begin),
                          begin);
  }
  if (brace || ordinal >= 0) {
    fprintf(out, ", {");
    if (ordinal >= 0) fprintf(out, "ordinal = %d : index", ordinal);
    if (brace) {
      ttc_span_t inner = ttc_trim(brace + 1, end);
      fprintf(out, "%s%.*s", ordinal >= 0 ? ", " : "",
              (int)(inner.end - inner.begin), inner.begin);
    } else {
      fprintf(out, "}");
    }
  }
  fprintf(out, ", [");
  ttc_write_executable_target(out, options);
  fprintf(out, "]>");
  return NULL;
}

static tt_status_t ttc_write_carriers(FILE* out, const char* text,
                                      const char* text_end,
                                      const ttc_codegen_options_t* options) {
  static const char* const heads[] = {TTC_DEVICE_TARGET TTC_QUOTED_NAME,
                                      TTC_DEVICE_ALIAS TTC_QUOTED_NAME,
                                      TTC_EXECUTABLE_TARGET TTC_QUOTED_NAME};
  while (text < text_end) {
    int kind = 0;
    while (kind < 3 && !ttc_starts(text, heads[kind])) ++kind;
    if (kind == 3) {
      fputc(*text++, out);
      continue;
    }
    const char* begin = text + strlen(heads[kind]);
    const char* end = ttc_skip_until(begin, ">");
    if (*end != '>') {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "unterminated attribute '%s'", text);
    }
    if (kind == 0) {
      TT_RETURN_IF_ERROR(ttc_write_own_device(out, begin, end, options));
    } else if (kind == 1) {
      TT_RETURN_IF_ERROR(ttc_write_own_alias(out, begin, end, options));
    } else {
      ttc_write_own_executable(out, begin, end, options);
    }
    text = end + 1;
  }
  return NULL;
}

tt_status_t ttc_target_to_carrier(const char* text,
                                  const ttc_codegen_options_t* options,
                                  char** out_text) {
  char* result = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&result, &size);
  tt_status_t status =
      out ? ttc_write_carriers(out, text, text + strlen(text), options) : NULL;
  return ttc_text_finish(out, &result, status, out_text);
}

//===----------------------------------------------------------------------===//
// Carriers to our target
//===----------------------------------------------------------------------===//

tt_status_t ttc_target_from_carrier(const char* text, char** out_text) {
  static const char device[] = TTC_DEVICE_TARGET TTC_CARRIER_DEVICE;
  static const char executable[] =
      TTC_EXECUTABLE_TARGET TTC_CARRIER_BACKEND ", " TTC_QUOTED_FORMAT;
  char* result = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&result, &size);
  while (out && *text) {
    if (ttc_starts(text, executable)) {
      fputs(TTC_EXECUTABLE_TARGET TTC_QUOTED_NAME ", " TTC_QUOTED_FORMAT, out);
      text += sizeof(executable) - 1;
    } else if (ttc_starts(text, device)) {
      const char* rest = text + sizeof(device) - 1;
      bool ours = ttc_contains(rest, ttc_skip_until(rest, ">"), executable);
      fprintf(out, TTC_DEVICE_TARGET "%s",
              ours ? TTC_QUOTED_NAME : TTC_CARRIER_DEVICE);
      text = rest;
    } else {
      fputc(*text++, out);
    }
  }
  return ttc_text_finish(out, &result, NULL, out_text);
}

//===----------------------------------------------------------------------===//
// Configuration
//===----------------------------------------------------------------------===//

// Finds `key = ` in |text|; returns what follows or NULL.
static const char* ttc_find_value(const char* text, const char* key) {
  size_t length = strlen(key);
  for (const char* at = strstr(text, key); at; at = strstr(at + 1, key)) {
    if (at == text || !strchr("{ ,", at[-1])) continue;
    const char* equals = ttc_skip_space(at + length);
    if (*equals == '=') return ttc_skip_space(equals + 1);
  }
  return NULL;
}

tt_status_t ttc_target_configuration(const char* text,
                                     ttc_codegen_options_t* options) {
  const char* value = ttc_find_value(text, "grid_cols");
  if (value) options->grid_cols = (int32_t)strtol(value, NULL, 10);
  value = ttc_find_value(text, "grid_rows");
  if (value) options->grid_rows = (int32_t)strtol(value, NULL, 10);
  value = ttc_find_value(text, "l1_size");
  if (value) options->l1_size = strtoll(value, NULL, 10);
  value = ttc_find_value(text, "math_fidelity");
  if (value) {
    char name[8] = "";
    if (sscanf(value, "\"%7[A-Za-z0-9]\"", name) != 1 ||
        !ttc_parse_fidelity(name, &options->fidelity)) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "math_fidelity in '%s' is not LoFi, HiFi2, HiFi3 "
                            "or HiFi4",
                            text);
    }
  }
  char grid[32];
  int32_t cols = 0, rows = 0;
  snprintf(grid, sizeof(grid), "%dx%d", options->grid_cols, options->grid_rows);
  if (!ttc_parse_grid(grid, &cols, &rows)) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "grid %s in '%s' is not in 1x1 to 12x10", grid, text);
  }
  return NULL;
}

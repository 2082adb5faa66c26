#include "compiler/plugins/target/tenstorrent/ttc_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "compiler/plugins/target/tenstorrent/ttc_target.h"
#include "tile/chip.h"

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

typedef enum {
  TTC_GROUP_OWN,
  TTC_GROUP_HAL,
  TTC_GROUP_BOTH,
  TTC_GROUP_TARGET,
  TTC_GROUP_TOOL,
} ttc_group_t;

typedef enum {
  TTC_KIND_PATH,
  TTC_KIND_LIST,
  TTC_KIND_BOOL,
  TTC_KIND_INT,
  TTC_KIND_GRID,
  TTC_KIND_BYTES,
  TTC_KIND_FIDELITY,
  TTC_KIND_BANKS,
  TTC_KIND_REFUSED,
} ttc_kind_t;

typedef struct {
  ttc_group_t group;
  ttc_kind_t kind;
  size_t offset;  // of the member in ttc_options_t
  const char* name;
  const char* value;
  const char* help;
} ttc_option_t;

static const ttc_option_t ttc_option_table[] = {
#define TTC_OPTION(group, kind, field, name, value, help) \
  {TTC_GROUP_##group,                                     \
   TTC_KIND_##kind,                                       \
   offsetof(ttc_options_t, field),                        \
   name,                                                  \
   value,                                                 \
   help},
#include "compiler/plugins/target/tenstorrent/ttc_options.def"
#undef TTC_OPTION
};
#define TTC_OPTION_COUNT \
  (sizeof(ttc_option_table) / sizeof(ttc_option_table[0]))

void ttc_options_each_own(void (*callback)(const char* name, const char* value,
                                           const char* help, void* user_data),
                          void* user_data) {
  for (size_t i = 0; i < TTC_OPTION_COUNT; ++i) {
    const ttc_option_t* option = &ttc_option_table[i];
    if (option->group != TTC_GROUP_OWN) continue;
    callback(option->name, option->value, option->help, user_data);
  }
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

bool ttc_strings_add(ttc_strings_t* list, const char* text) {
  char** items = realloc(list->items, (list->count + 1) * sizeof(*items));
  if (!items) return false;
  list->items = items;
  items[list->count] = strdup(text);
  if (!items[list->count]) return false;
  ++list->count;
  return true;
}

void ttc_strings_free(ttc_strings_t* list) {
  for (size_t i = 0; i < list->count; ++i) free(list->items[i]);
  free(list->items);
  memset(list, 0, sizeof(*list));
}

void ttc_options_init(ttc_options_t* options) {
  const tt_chip_t* chip = &tt_chip_blackhole;
  *options = (ttc_options_t){
      .codegen =
          {
              .grid_rows = (int32_t)chip->default_grid_rows,
              .grid_cols = (int32_t)chip->default_grid_cols,
              .l1_size = (int64_t)(chip->l1_size - chip->l1_reserved),
              .fidelity = TTC_FIDELITY_HIFI4,
          },
      .memoization = true,
      .repeat_count = 1,
      .debug_level = 2,
      .link_executables = false,
      .verify = true,
      .emit_mlir_bytecode_version = -1,
  };
}

void ttc_options_free(ttc_options_t* options) {
  for (size_t i = 0; i < TTC_OPTION_COUNT; ++i) {
    void* field = (char*)options + ttc_option_table[i].offset;
    if (ttc_option_table[i].kind == TTC_KIND_LIST) {
      ttc_strings_free(field);
    } else if (ttc_option_table[i].kind == TTC_KIND_PATH ||
               ttc_option_table[i].kind == TTC_KIND_REFUSED) {
      free(*(char**)field);
    }
  }
  ttc_strings_free(&options->hal_flags);
  ttc_strings_free(&options->taken_flags);
  ttc_strings_free(&options->stock_flags);
  ttc_strings_free(&options->inputs);
  memset(options, 0, sizeof(*options));
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool ttc_parse_grid(const char* text, int32_t* out_cols, int32_t* out_rows) {
  int cols = 0, rows = 0, end = 0;
  if (sscanf(text, "%2d%*1[xX]%2d%n", &cols, &rows, &end) != 2) return false;
  if (text[end] || cols < 1 || rows < 1) return false;
  if (cols > (int)tt_chip_blackhole.max_grid_cols) return false;
  if (rows > (int)tt_chip_blackhole.max_grid_rows) return false;
  *out_cols = cols;
  *out_rows = rows;
  return true;
}

static const struct {
  const char* name;
  ttc_fidelity_t fidelity;
} ttc_fidelities[] = {
    {"LoFi", TTC_FIDELITY_LOFI},
    {"HiFi2", TTC_FIDELITY_HIFI2},
    {"HiFi3", TTC_FIDELITY_HIFI3},
    {"HiFi4", TTC_FIDELITY_HIFI4},
};

bool ttc_parse_fidelity(const char* text, ttc_fidelity_t* out_fidelity) {
  for (size_t i = 0; i < sizeof(ttc_fidelities) / sizeof(*ttc_fidelities);
       ++i) {
    if (strcasecmp(text, ttc_fidelities[i].name) != 0) continue;
    *out_fidelity = ttc_fidelities[i].fidelity;
    return true;
  }
  return false;
}

const char* ttc_fidelity_name(ttc_fidelity_t fidelity) {
  for (size_t i = 0; i < sizeof(ttc_fidelities) / sizeof(*ttc_fidelities);
       ++i) {
    if (ttc_fidelities[i].fidelity == fidelity) return ttc_fidelities[i].name;
  }
  return "?";
}

static bool ttc_parse_int(const char* text, int64_t* out_value) {
  char* end = NULL;
  errno = 0;
  long long value = strtoll(text, &end, 0);
  if (errno || end == text || *end) return false;
  *out_value = value;
  return true;
}

static bool ttc_parse_bool(const char* text, bool* out_value) {
  static const char* const names[] = {"false", "FALSE", "False", "0",
                                      "true",  "TRUE",  "True",  "1"};
  if (!*text) {  // "--flag="
    *out_value = true;
    return true;
  }
  for (size_t i = 0; i < 8; ++i) {
    if (strcmp(text, names[i]) != 0) continue;
    *out_value = i >= 4;
    return true;
  }
  return false;
}

static bool ttc_parse_l1(const char* text, int64_t* out_usable) {
  int64_t size = 0;
  if (!ttc_parse_int(text, &size)) return false;
  int64_t reserved = (int64_t)tt_chip_blackhole.l1_reserved;
  if (size <= reserved || size > (int64_t)tt_chip_blackhole.l1_size) {
    return false;
  }
  *out_usable = size - reserved;
  return true;
}

static bool ttc_parse_banks(const char* text, uint32_t* out_banks) {
  uint32_t banks = 0;
  do {
    if (*text != '7' && *text != '8') return false;
    banks |= 1u << (*text++ - '0');
  } while (*text++ == ',');
  if (text[-1]) return false;
  *out_banks = banks;
  return true;
}

// What a value of |kind| has to look like, for the message.
static const char* ttc_kind_expectation(ttc_kind_t kind) {
  switch (kind) {
    case TTC_KIND_BOOL:
      return "boolean argument! Try 0 or 1";
    case TTC_KIND_INT:
      return "integer argument!";
    case TTC_KIND_GRID:
      return "grid, expected columns x rows from 1x1 to 12x10";
    case TTC_KIND_BYTES:
      return "L1 size, expected more than the 196608 reserved bytes and at "
             "most 1572864";
    case TTC_KIND_FIDELITY:
      return "fidelity, expected LoFi, HiFi2, HiFi3 or HiFi4";
    case TTC_KIND_BANKS:
      return "DRAM banks, expected 7, 8 or 7,8";
    default:
      return "argument";
  }
}

static bool ttc_option_set(ttc_options_t* options, const ttc_option_t* option,
                           const char* value) {
  void* field = (char*)options + option->offset;
  ttc_codegen_options_t* codegen = &options->codegen;
  switch (option->kind) {
    case TTC_KIND_PATH:
    case TTC_KIND_REFUSED: {
      char* copy = strdup(value);
      if (!copy) return false;
      free(*(char**)field);
      *(char**)field = copy;
      return true;
    }
    case TTC_KIND_LIST:
      return ttc_strings_add(field, value);
    case TTC_KIND_BOOL:
      return ttc_parse_bool(value, field);
    case TTC_KIND_INT:
      return ttc_parse_int(value, field);
    case TTC_KIND_GRID:
      return ttc_parse_grid(value, &codegen->grid_cols, &codegen->grid_rows);
    case TTC_KIND_BYTES:
      return ttc_parse_l1(value, &codegen->l1_size);
    case TTC_KIND_FIDELITY:
      return ttc_parse_fidelity(value, &codegen->fidelity);
    case TTC_KIND_BANKS:
      return ttc_parse_banks(value, &codegen->precompile_banks);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

static const ttc_option_t* ttc_option_find(const char* name, size_t length,
                                           ttc_parse_mode_t mode) {
  for (size_t i = 0; i < TTC_OPTION_COUNT; ++i) {
    const ttc_option_t* option = &ttc_option_table[i];
    if (strlen(option->name) != length) continue;
    if (memcmp(option->name, name, length) != 0) continue;
    if (option->group == TTC_GROUP_TOOL && mode == TTC_PARSE_SESSION) {
      return NULL;  // not an option of sessions; the stock library says so
    }
    return option;
  }
  return NULL;
}

static tt_status_t ttc_no_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
}

// Keeps |option| in its normal spelling for whoever else needs it.
static tt_status_t ttc_option_remember(ttc_options_t* options,
                                       const ttc_option_t* option,
                                       const char* value) {
  if (option->group == TTC_GROUP_TOOL) return NULL;
  char* text = NULL;
  if (asprintf(&text, "--%s=%s", option->name, value) < 0) {
    return ttc_no_memory();
  }
  ttc_strings_t* list = &options->taken_flags;
  if (option->group == TTC_GROUP_HAL) list = &options->hal_flags;
  if (option->group == TTC_GROUP_BOTH) list = &options->stock_flags;
  bool added = ttc_strings_add(list, text);
  free(text);
  return added ? NULL : ttc_no_memory();
}

// --iree-hal-dump-executable-files-to stands for all of its kind that have no
// directory yet.
static bool ttc_options_expand_dump_files(ttc_options_t* options) {
  char** const fields[] = {
      &options->dump_sources_to,    &options->dump_configurations_to,
      &options->dump_benchmarks_to, &options->dump_intermediates_to,
      &options->dump_binaries_to,
  };
  if (!options->dump_files_to) return true;
  for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); ++i) {
    if (*fields[i]) continue;
    *fields[i] = strdup(options->dump_files_to);
    if (!*fields[i]) return false;
  }
  return true;
}

static tt_status_t ttc_option_take(ttc_options_t* options,
                                   const ttc_option_t* option,
                                   const char* value) {
  if (!ttc_option_set(options, option, value)) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "for the --%s option: '%s' value invalid for %s",
                          option->name, value,
                          ttc_kind_expectation(option->kind));
  }
  if (!ttc_options_expand_dump_files(options)) return ttc_no_memory();
  return ttc_option_remember(options, option, value);
}

// A backend of the host beside ours, as in "tenstorrent,llvm-cpu", becomes the
// device "local" (ttc_target_assignment), which has to be told its backend.
static tt_status_t ttc_add_local_backend(const char* backend, void* user_data) {
  ttc_options_t* options = user_data;
  const char* device = ttc_backend_device(backend);
  if (!device || strcmp(device, "local") != 0) return NULL;
  char flag[128];
  snprintf(flag, sizeof(flag), "--iree-hal-local-target-device-backends=%s",
           backend);
  return ttc_strings_add(&options->stock_flags, flag) ? NULL : ttc_no_memory();
}

static tt_status_t ttc_options_add_local_backends(ttc_options_t* options) {
  if (!ttc_options_select_target(options)) return NULL;
  for (; options->backends_done < options->target_backends.count;
       ++options->backends_done) {
    TT_RETURN_IF_ERROR(
        ttc_each_backend(options->target_backends.items[options->backends_done],
                         ttc_add_local_backend, options));
  }
  return NULL;
}

static tt_status_t ttc_options_parse_all(ttc_options_t* options,
                                         ttc_parse_mode_t mode, int argc,
                                         const char* const* argv) {
  bool after_stock_option = false;  // that could take the next argument
  bool only_inputs = false;
  for (int i = 0; i < argc; ++i) {
    const char* arg = argv[i];
    if (only_inputs || arg[0] != '-' || !arg[1]) {
      // Either the input or the value of the stock option before it.
      ttc_strings_t* list =
          after_stock_option ? &options->stock_flags : &options->inputs;
      if (mode != TTC_PARSE_TOOL) list = &options->stock_flags;
      if (!ttc_strings_add(list, arg)) return ttc_no_memory();
      after_stock_option = false;
      continue;
    }
    if (strcmp(arg, "--") == 0 && mode == TTC_PARSE_TOOL) {
      only_inputs = true;
      after_stock_option = false;
      continue;
    }
    const char* name = arg + (arg[1] == '-' ? 2 : 1);
    const char* equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const ttc_option_t* option = ttc_option_find(name, length, mode);
    if (!option && strncmp(name, TTC_OWN_PREFIX, strlen(TTC_OWN_PREFIX)) == 0) {
      return tt_status_make(
          TT_CODE_INVALID_ARGUMENT,
          "Unknown command line argument '%s'.  Try: 'iree-compile --help'",
          arg);
    }
    if (!option) {
      if (!ttc_strings_add(&options->stock_flags, arg)) return ttc_no_memory();
      after_stock_option = !equals;
      continue;
    }
    after_stock_option = false;
    const char* value = equals ? equals + 1 : "";
    if (!equals && option->kind != TTC_KIND_BOOL) {
      if (++i >= argc) {
        return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                              "for the --%s option: requires a value!",
                              option->name);
      }
      value = argv[i];
    }
    TT_RETURN_IF_ERROR(ttc_option_take(options, option, value));
  }
  return NULL;
}

tt_status_t ttc_options_parse(ttc_options_t* options, ttc_parse_mode_t mode,
                              int argc, const char* const* argv) {
  TT_RETURN_IF_ERROR(ttc_options_parse_all(options, mode, argc, argv));
  return ttc_options_add_local_backends(options);
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

// Moves argument |index| of the stock flags to the inputs.
static bool ttc_options_claim_input(ttc_options_t* options, size_t index) {
  ttc_strings_t* flags = &options->stock_flags;
  bool added = ttc_strings_add(&options->inputs, flags->items[index]);
  free(flags->items[index]);
  --flags->count;
  memmove(&flags->items[index], &flags->items[index + 1],
          (flags->count - index) * sizeof(*flags->items));
  return added;
}

tt_status_t ttc_options_take_input(ttc_options_t* options,
                                   const char** out_input) {
  // Without the stock compiler's tables one cannot know whether "--flag x"
  // gives flag a value. A lone word elsewhere settles it; else the word that
  // is a file; else the last one.
  ttc_strings_t* flags = &options->stock_flags;
  for (int pass = 0; pass < 2 && options->inputs.count == 0; ++pass) {
    for (size_t i = flags->count; i-- > 0;) {
      const char* word = flags->items[i];
      if (word[0] == '-' && word[1]) continue;
      if (pass == 0 && strcmp(word, "-") != 0 && access(word, F_OK) != 0) {
        continue;
      }
      if (!ttc_options_claim_input(options, i)) return ttc_no_memory();
      break;
    }
  }
  if (options->inputs.count == 0) {
    return tt_status_make(
        TT_CODE_INVALID_ARGUMENT,
        "Not enough positional command line arguments specified!\n"
        "Must specify at least 1 positional argument: See: iree-compile "
        "--help");
  }
  if (options->inputs.count > 1) {
    return tt_status_make(
        TT_CODE_INVALID_ARGUMENT,
        "Too many positional arguments specified!\n"
        "Can specify at most 1 positional arguments: See: iree-compile --help");
  }
  *out_input = options->inputs.items[0];
  return NULL;
}

bool ttc_options_select_target(const ttc_options_t* options) {
  for (size_t i = 0; i < options->target_backends.count; ++i) {
    if (ttc_spec_mentions_target(options->target_backends.items[i])) {
      return true;
    }
  }
  for (size_t i = 0; i < options->target_devices.count; ++i) {
    if (ttc_spec_mentions_target(options->target_devices.items[i])) {
      return true;
    }
  }
  return false;
}

static tt_status_t ttc_refuse(const char* name, const char* value,
                              const char* reason) {
  return tt_status_make(
      TT_CODE_UNIMPLEMENTED,
      "--%s=%s is not supported by the tenstorrent target: %s", name, value,
      reason);
}

tt_status_t ttc_options_check_ours(const ttc_options_t* options) {
  for (size_t i = 0; i < TTC_OPTION_COUNT; ++i) {
    const ttc_option_t* option = &ttc_option_table[i];
    if (option->kind != TTC_KIND_REFUSED) continue;
    const char* value = *(char**)((char*)options + option->offset);
    if (value) return ttc_refuse(option->name, value, option->help);
  }
  const char* model = options->execution_model;
  if (model && strncmp(model, "inline", 6) == 0) {
    return ttc_refuse("iree-execution-model", model,
                      "inline models run executables on the host");
  }
  if (options->link_executables) {
    return ttc_refuse("iree-hal-link-executables", "true",
                      "every executable is an image of its own");
  }
  if (options->debug_level < 0 || options->debug_level > 3) {
    return ttc_refuse("iree-hal-executable-debug-level", "...",
                      "levels are 0 to 3");
  }
  if (options->debug_level == 3) {
    return ttc_refuse("iree-hal-executable-debug-level", "3",
                      "images do not carry MLIR sources; use "
                      "--iree-tenstorrent-dump-dispatches-to");
  }
  if (options->repeat_count < 1) {
    return ttc_refuse("iree-hal-benchmark-dispatch-repeat-count", "...",
                      "at least 1 repetition is needed");
  }
  return NULL;
}

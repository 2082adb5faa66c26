// Options of one compilation, parsed from command-line style arguments.
//
// Knows nothing of IREE: an argument is either one of ttc_options.def, or the
// input file, or kept aside in order for the stock compiler to judge.
#ifndef TT_IREE_COMPILER_TTC_OPTIONS_H_
#define TT_IREE_COMPILER_TTC_OPTIONS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "tile/status.h"

// What the names of all own options start with.
#define TTC_OWN_PREFIX "iree-tenstorrent-"

// Growing list of owned strings.
typedef struct ttc_strings_t {
  char** items;
  size_t count;
} ttc_strings_t;

// Copies |text|. False when memory is out.
bool ttc_strings_add(ttc_strings_t* list, const char* text);
void ttc_strings_free(ttc_strings_t* list);

typedef struct ttc_options_t {
  // Own.
  ttc_codegen_options_t codegen;
  char* dump_dispatches_to;  // char* members: NULL when not given
  char* dump_plans_to;
  char* dump_tile_programs_to;
  char* dump_kernels_to;
  char* report_file;
  // Targets as given: one entry per use of the option.
  ttc_strings_t target_backends;
  ttc_strings_t target_devices;
  // Stock HAL options, applied by ttc_pipeline.
  bool memoization;
  int64_t repeat_count;
  char* execution_model;
  int64_t debug_level;
  char* dump_files_to;
  char* dump_sources_to;
  char* dump_configurations_to;
  char* dump_benchmarks_to;
  char* dump_intermediates_to;
  char* dump_binaries_to;
  ttc_strings_t preprocess_with;
  ttc_strings_t substitute_sources;
  char* substitute_sources_from;
  ttc_strings_t substitute_configurations;
  char* substitute_configurations_from;
  ttc_strings_t substitute_objects;
  char* substitute_objects_from;
  bool link_executables;
  char* instrument_dispatches;
  // Stock main() options.
  char* output;
  char* output_format;
  char* compile_mode;
  char* compile_from;
  char* compile_to;
  bool verify;
  char* dump_phases_to;
  bool emit_mlir_bytecode;
  int64_t emit_mlir_bytecode_version;
  char* remarks_filter;
  char* remarks_file;
  bool split_input_file;

  // How many of target_backends are accounted for in stock_flags.
  size_t backends_done;
  // Arguments of the HAL group as given ("--name=value"), for a compilation
  // that turns out not to be ours and therefore is stock in every respect.
  ttc_strings_t hal_flags;
  // Arguments of the OWN and TARGET groups as given.
  ttc_strings_t taken_flags;
  // Everything that is not in ttc_options.def, in order.
  ttc_strings_t stock_flags;
  // Arguments that are not options. One that follows a stock option without
  // "=" may be its value and is in stock_flags (see ttc_options_take_input).
  ttc_strings_t inputs;
} ttc_options_t;

typedef enum ttc_parse_mode_e {
  // argv of a session: options only.
  TTC_PARSE_SESSION,
  // argv of ttc_compile: as above plus the TOOL group.
  TTC_PARSE_COMPILE,
  // argv of the tool: as above plus one input file.
  TTC_PARSE_TOOL,
} ttc_parse_mode_t;

// Defaults; to be freed with ttc_options_free.
void ttc_options_init(ttc_options_t* options);
void ttc_options_free(ttc_options_t* options);

// Parses |argv| (no program name) on top of what |options| holds. Spellings as
// LLVM takes them: -name or --name, =value or the next argument; "--" ends
// options. Errors are worded as LLVM's command-line parser words them.
tt_status_t ttc_options_parse(ttc_options_t* options, ttc_parse_mode_t mode,
                              int argc, const char* const* argv);

// The input file of the TTC_PARSE_TOOL arguments; it leaves stock_flags when it
// was there. |out_input| is borrowed from |options|.
tt_status_t ttc_options_take_input(ttc_options_t* options,
                                   const char** out_input);

// True when a target option names tenstorrent.
bool ttc_options_select_target(const ttc_options_t* options);

// Refuses what our targets cannot honour, by name, with the reason.
tt_status_t ttc_options_check_ours(const ttc_options_t* options);

// Calls |callback| for every own option: for --help.
void ttc_options_each_own(void (*callback)(const char* name, const char* value,
                                           const char* help, void* user_data),
                          void* user_data);

// "CxR" (columns x rows); false when malformed or not in 1x1 to 12x10.
bool ttc_parse_grid(const char* text, int32_t* out_cols, int32_t* out_rows);
// "lofi", "HiFi4", ... in any case; false when unknown.
bool ttc_parse_fidelity(const char* text, ttc_fidelity_t* out_fidelity);
const char* ttc_fidelity_name(ttc_fidelity_t fidelity);

#endif  // TT_IREE_COMPILER_TTC_OPTIONS_H_

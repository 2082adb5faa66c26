// One run of the compiler as iree-compile's main() does it: parse a source, run
// the pipeline of --compile-mode, write the output of --output-format. Shared
// by ttc_compile and the tool.
#ifndef TT_IREE_COMPILER_TTC_DRIVER_H_
#define TT_IREE_COMPILER_TTC_DRIVER_H_

#include "compiler/plugins/target/tenstorrent/ttc_session.h"

// Where diagnostics go: |callback|, or the console when that is NULL and
// |console|.
typedef struct ttc_diagnostics_t {
  bool console;
  ttc_diagnostic_fn_t callback;
  void* user_data;
} ttc_diagnostics_t;

// Refuses values of the TOOL group that name nothing, in LLVM's words.
tt_status_t ttc_driver_check(const ttc_options_t* options);

// Compiles |source| and writes to |output|. |*out_failed| is set when an error
// was emitted as a diagnostic; other errors are returned.
tt_status_t ttc_driver_run(ttc_session_t* session,
                           const ttc_diagnostics_t* diagnostics,
                           iree_compiler_source_t* source,
                           iree_compiler_output_t* output, bool* out_failed);

#endif  // TT_IREE_COMPILER_TTC_DRIVER_H_

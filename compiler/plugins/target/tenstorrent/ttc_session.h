// The session object behind ttc_compiler.h.
#ifndef TT_IREE_COMPILER_TTC_SESSION_H_
#define TT_IREE_COMPILER_TTC_SESSION_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_compiler.h"
#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "compiler/plugins/target/tenstorrent/ttc_pipeline.h"

struct ttc_session_t {
  iree_compiler_session_t* iree;  // borrowed
  ttc_options_t options;
  // What makes images: ttc_codegen_executable, or a test's stand-in.
  ttc_codegen_fn_t codegen;
  // Target and HAL flags are kept back until it is known whose compilation this
  // is. How many of options.taken_flags and options.hal_flags the stock session
  // has been given since.
  size_t taken_released;
  size_t hal_released;
};

// Parses |argv| in |mode| and hands stock flags to the IREE session.
tt_status_t ttc_session_parse(ttc_session_t* session, ttc_parse_mode_t mode,
                              int argc, const char* const* argv);

// As ttc_session_run_pipeline, with parsed phases.
bool ttc_session_run(ttc_session_t* session,
                     iree_compiler_invocation_t* invocation,
                     MlirOperation module, int pipeline, ttc_phase_t from,
                     ttc_phase_t to);

#endif  // TT_IREE_COMPILER_TTC_SESSION_H_

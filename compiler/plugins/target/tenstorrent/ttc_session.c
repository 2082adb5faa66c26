#include "compiler/plugins/target/tenstorrent/ttc_session.h"

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_report.h"
#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

//===----------------------------------------------------------------------===//
// Errors and initialization
//===----------------------------------------------------------------------===//

const char* ttc_error_message(const ttc_error_t* error) {
  return tt_status_message(error);
}

int ttc_error_code(const ttc_error_t* error) { return tt_status_code(error); }

void ttc_error_free(ttc_error_t* error) { tt_status_free(error); }

ttc_error_t* ttc_initialize(const char* library_path) {
  return ttc_api_load(library_path);
}

//===----------------------------------------------------------------------===//
// Sessions and flags
//===----------------------------------------------------------------------===//

ttc_error_t* ttc_session_create(void* iree_session,
                                ttc_session_t** out_session) {
  *out_session = NULL;
  TT_RETURN_IF_ERROR(ttc_api_load(NULL));
  ttc_session_t* session = calloc(1, sizeof(*session));
  if (!session) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  session->iree = iree_session;
  session->codegen = ttc_codegen_executable;
  ttc_options_init(&session->options);
  *out_session = session;
  return NULL;
}

void ttc_session_destroy(ttc_session_t* session) {
  if (!session) return;
  ttc_options_free(&session->options);
  free(session);
}

static tt_status_t ttc_session_give(ttc_session_t* session,
                                    const ttc_strings_t* flags) {
  if (!flags->count) return NULL;
  return ttc_status_from_iree(
      ireeCompilerSessionSetFlags(session->iree, (int)flags->count,
                                  (const char* const*)flags->items),
      TT_CODE_INVALID_ARGUMENT);
}

tt_status_t ttc_session_parse(ttc_session_t* session, ttc_parse_mode_t mode,
                              int argc, const char* const* argv) {
  tt_status_t status = ttc_options_parse(&session->options, mode, argc, argv);
  if (!status) {
    status = ttc_session_give(session, &session->options.stock_flags);
  }
  ttc_strings_free(&session->options.stock_flags);
  return status;
}

ttc_error_t* ttc_session_set_flags(ttc_session_t* session, int argc,
                                   const char* const* argv) {
  return ttc_session_parse(session, TTC_PARSE_SESSION, argc, argv);
}

ttc_error_t* ttc_global_flags(int argc, const char* const* argv,
                              ttc_flag_fn_t callback, void* user_data) {
  ttc_options_t options;
  ttc_options_init(&options);
  tt_status_t status =
      ttc_options_parse(&options, TTC_PARSE_SESSION, argc, argv);
  for (size_t i = 0; !status && i < options.stock_flags.count; ++i) {
    const char* flag = options.stock_flags.items[i];
    callback(flag, strlen(flag), user_data);
  }
  ttc_options_free(&options);
  return status;
}

ttc_error_t* ttc_session_inherit_flags(ttc_session_t* session, int argc,
                                       const char* const* argv) {
  tt_status_t status =
      ttc_options_parse(&session->options, TTC_PARSE_SESSION, argc, argv);
  ttc_strings_free(&session->options.stock_flags);
  return status;
}

void ttc_session_get_flags(ttc_session_t* session, ttc_flag_fn_t callback,
                           void* user_data) {
  const ttc_strings_t* taken = &session->options.taken_flags;
  for (size_t i = session->taken_released; i < taken->count; ++i) {
    callback(taken->items[i], strlen(taken->items[i]), user_data);
  }
  const ttc_strings_t* hal = &session->options.hal_flags;
  for (size_t i = session->hal_released; i < hal->count; ++i) {
    callback(hal->items[i], strlen(hal->items[i]), user_data);
  }
}

// Gives the stock session the rest of |flags| that start with |prefix|.
static tt_status_t ttc_session_release(ttc_session_t* session,
                                       const ttc_strings_t* flags,
                                       const char* prefix,
                                       size_t* inout_released) {
  for (; *inout_released < flags->count; ++*inout_released) {
    char** flag = &flags->items[*inout_released];
    if (strncmp(*flag, prefix, strlen(prefix)) != 0) continue;
    TT_RETURN_IF_ERROR(ttc_session_give(session, &(ttc_strings_t){flag, 1}));
  }
  return NULL;
}

// For a compilation that is not ours.
static tt_status_t ttc_session_release_flags(ttc_session_t* session) {
  TT_RETURN_IF_ERROR(ttc_session_release(session, &session->options.taken_flags,
                                         "--iree-hal-target-",
                                         &session->taken_released));
  return ttc_session_release(session, &session->options.hal_flags, "",
                             &session->hal_released);
}

//===----------------------------------------------------------------------===//
// Pipelines
//===----------------------------------------------------------------------===//

static bool ttc_run_stock_alone(ttc_session_t* session,
                                iree_compiler_invocation_t* invocation,
                                MlirOperation module, int pipeline,
                                ttc_phase_t from, ttc_phase_t to) {
  tt_status_t status = ttc_session_release_flags(session);
  if (status) {
    ttc_emit_status(mlirOperationGetLocation(module), status);
    return false;
  }
  ireeCompilerInvocationSetCompileFromPhase(invocation, ttc_phase_name(from));
  ireeCompilerInvocationSetCompileToPhase(invocation, ttc_phase_name(to));
  return ireeCompilerInvocationPipeline(invocation, pipeline);
}

static bool ttc_run_ours(ttc_pipeline_t* run, int pipeline, ttc_phase_t from,
                         ttc_phase_t to) {
  MlirLocation location = mlirOperationGetLocation(run->module);
  tt_status_t status = ttc_options_check_ours(run->options);
  if (!status && from >= to && pipeline != TTC_PIPELINE_HAL_EXECUTABLE) {
    status =
        tt_status_make(TT_CODE_INVALID_ARGUMENT,
                       "compile-from phase %s must precede compile-to phase %s",
                       ttc_phase_name(from), ttc_phase_name(to));
  }
  if (status) {
    ttc_emit_status(location, status);
    return false;
  }
  bool ok = false;
  switch (pipeline) {
    case TTC_PIPELINE_STD:
      ok = ttc_pipeline_run(run, from, to);
      break;
    case TTC_PIPELINE_HAL_EXECUTABLE:
      ok = ttc_pipeline_hal_executable(run);
      break;
    case TTC_PIPELINE_PRECOMPILE:
      ok = ttc_pipeline_precompile(run, from, to);
      break;
    default:
      status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                              "unsupported pipeline type %d", pipeline);
      break;
  }
  // Also after an error: it lists what could be compiled.
  if (!status && run->options->report_file) {
    status = ttc_report_write(run->report, run->options->report_file);
  }
  if (!status) return ok;
  ttc_emit_status(location, status);
  return false;
}

bool ttc_session_run(ttc_session_t* session,
                     iree_compiler_invocation_t* invocation,
                     MlirOperation module, int pipeline, ttc_phase_t from,
                     ttc_phase_t to) {
  if (!module.ptr) {
    // Handing the module out and back in is how to get at it.
    module = ireeCompilerInvocationExportStealModule(invocation);
    if (!module.ptr) {
      MlirContext context = ireeCompilerSessionBorrowContext(session->iree);
      mlirEmitError(mlirLocationUnknownGet(context),
                    "the invocation has no module of its own; parse a source "
                    "or pass the borrowed module");
      return false;
    }
    if (!ireeCompilerInvocationImportStealModule(invocation, module)) {
      return false;
    }
  }
  if (!ttc_options_select_target(&session->options) &&
      !ttc_module_mentions_target(module)) {
    return ttc_run_stock_alone(session, invocation, module, pipeline, from, to);
  }
  ttc_report_t report = {0};
  ttc_pipeline_t run = {
      .session = session->iree,
      .invocation = invocation,
      .module = module,
      .options = &session->options,
      .codegen = session->codegen,
      .report = &report,
  };
  bool ok = ttc_run_ours(&run, pipeline, from, to);
  ttc_report_free(&report);
  return ok;
}

bool ttc_session_run_pipeline(ttc_session_t* session, void* iree_invocation,
                              void* module_op, int pipeline,
                              const char* compile_from,
                              const char* compile_to) {
  ttc_phase_t from = TTC_PHASE_START, to = TTC_PHASE_END;
  const char* unknown = NULL;
  if (compile_from && !ttc_phase_parse(compile_from, &from)) {
    unknown = compile_from;
  }
  if (compile_to && !ttc_phase_parse(compile_to, &to)) unknown = compile_to;
  if (unknown) {
    MlirContext context = ireeCompilerSessionBorrowContext(session->iree);
    ttc_emit_status(
        mlirLocationUnknownGet(context),
        tt_status_make(TT_CODE_INVALID_ARGUMENT,
                       "unrecognized compilation phase name: %s", unknown));
    return false;
  }
  return ttc_session_run(session, iree_invocation, (MlirOperation){module_op},
                         pipeline, from, to);
}

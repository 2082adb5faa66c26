#include "compiler/plugins/target/tenstorrent/ttc_driver.h"

#include <stdlib.h>

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

// Values of --compile-mode. All but "vm" are also iree_compiler_pipeline_t.
enum { TTC_MODE_VM = 3 };
static const char* const ttc_modes[] = {"std", "hal-executable", "precompile",
                                        "vm"};
enum { TTC_FORMAT_BYTECODE, TTC_FORMAT_ASM, TTC_FORMAT_C };
static const char* const ttc_formats[] = {"vm-bytecode", "vm-asm", "vm-c"};

static int ttc_choice(const char* const* names, int count, const char* name) {
  if (!name) return 0;
  for (int i = 0; i < count; ++i) {
    if (strcmp(names[i], name) == 0) return i;
  }
  return -1;
}

static tt_status_t ttc_bad_choice(const char* option, const char* value) {
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "for the --%s option: Cannot find option named '%s'!",
                        option, value);
}

tt_status_t ttc_driver_check(const ttc_options_t* options) {
  if (ttc_choice(ttc_modes, 4, options->compile_mode) < 0) {
    return ttc_bad_choice("compile-mode", options->compile_mode);
  }
  if (ttc_choice(ttc_formats, 3, options->output_format) < 0) {
    return ttc_bad_choice("output-format", options->output_format);
  }
  ttc_phase_t phase;
  if (options->compile_from &&
      !ttc_phase_parse(options->compile_from, &phase)) {
    return ttc_bad_choice("compile-from", options->compile_from);
  }
  if (options->compile_to && !ttc_phase_parse(options->compile_to, &phase)) {
    return ttc_bad_choice("compile-to", options->compile_to);
  }
  return NULL;
}

static ttc_phase_t ttc_phase_or(const char* name, ttc_phase_t otherwise) {
  ttc_phase_t phase = otherwise;
  if (name) ttc_phase_parse(name, &phase);
  return phase;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static iree_compiler_invocation_t* ttc_driver_invocation(
    ttc_session_t* session, const ttc_diagnostics_t* diagnostics) {
  const ttc_options_t* options = &session->options;
  iree_compiler_invocation_t* invocation =
      ireeCompilerInvocationCreate(session->iree);
  if (diagnostics->callback) {
    ireeCompilerInvocationEnableCallbackDiagnostics(
        invocation, 0, diagnostics->callback, diagnostics->user_data);
  } else if (diagnostics->console) {
    ireeCompilerInvocationEnableConsoleDiagnostics(invocation);
  }
  if (options->dump_phases_to) {
    ireeCompilerInvocationSetDumpCompilationPhasesTo(invocation,
                                                     options->dump_phases_to);
  }
  ireeCompilerInvocationSetVerifyIR(invocation, options->verify);
  if (options->remarks_filter && *options->remarks_filter) {
    ireeCompilerInvocationSetupRemarks(
        invocation, options->remarks_filter,
        options->remarks_file ? options->remarks_file : "mlir-remarks.yaml");
  }
  return invocation;
}

static tt_status_t ttc_driver_output(const ttc_options_t* options, int mode,
                                     ttc_phase_t to,
                                     iree_compiler_invocation_t* invocation,
                                     iree_compiler_output_t* output) {
  int format = ttc_choice(ttc_formats, 3, options->output_format);
  iree_compiler_error_t* error = NULL;
  if (mode == TTC_PIPELINE_HAL_EXECUTABLE && to == TTC_PHASE_END) {
    error = ireeCompilerInvocationOutputHALExecutable(invocation, output);
  } else if (to != TTC_PHASE_END || mode == TTC_PIPELINE_PRECOMPILE ||
             format == TTC_FORMAT_ASM) {
    error =
        options->emit_mlir_bytecode
            ? ireeCompilerInvocationOutputIRBytecode(
                  invocation, output, (int)options->emit_mlir_bytecode_version)
            : ireeCompilerInvocationOutputIR(invocation, output);
  } else if (format == TTC_FORMAT_C) {
    error = ireeCompilerInvocationOutputVMCSource(invocation, output);
  } else {
    error = ireeCompilerInvocationOutputVMBytecode(invocation, output);
  }
  return ttc_status_from_iree(error, TT_CODE_INTERNAL);
}

tt_status_t ttc_driver_run(ttc_session_t* session,
                           const ttc_diagnostics_t* diagnostics,
                           iree_compiler_source_t* source,
                           iree_compiler_output_t* output, bool* out_failed) {
  const ttc_options_t* options = &session->options;
  int mode = ttc_choice(ttc_modes, 4, options->compile_mode);
  ttc_phase_t from = ttc_phase_or(options->compile_from, TTC_PHASE_START);
  ttc_phase_t to = ttc_phase_or(options->compile_to, TTC_PHASE_END);
  iree_compiler_invocation_t* invocation =
      ttc_driver_invocation(session, diagnostics);
  bool ok = ireeCompilerInvocationParseSource(invocation, source);
  if (ok && mode != TTC_MODE_VM) {
    ok = ttc_session_run(session, invocation, (MlirOperation){NULL}, mode, from,
                         to);
  }
  tt_status_t status = NULL;
  if (ok) status = ttc_driver_output(options, mode, to, invocation, output);
  ireeCompilerInvocationDestroy(invocation);
  *out_failed |= !ok;
  return status;
}

//===----------------------------------------------------------------------===//
// Bytes to bytes
//===----------------------------------------------------------------------===//

// MLIR's text parser wants a NUL after the text, its bytecode reader none.
static tt_status_t ttc_wrap_source(iree_compiler_session_t* session,
                                   const char* name, const char* data,
                                   size_t length, char** out_copy,
                                   iree_compiler_source_t** out_source) {
  bool bytecode = length >= 4 && memcmp(data, "ML\xEFR", 4) == 0;
  char* copy = malloc(length + 1);
  *out_copy = copy;
  if (!copy) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  memcpy(copy, data, length);
  copy[length] = 0;
  return ttc_status_from_iree(
      ireeCompilerSourceWrapBuffer(session, name, copy,
                                   bytecode ? length : length + 1, !bytecode,
                                   out_source),
      TT_CODE_INVALID_ARGUMENT);
}

static tt_status_t ttc_copy_output(iree_compiler_output_t* output,
                                   uint8_t** out_data, size_t* out_length) {
  void* data = NULL;
  uint64_t size = 0;
  TT_RETURN_IF_ERROR(ttc_status_from_iree(
      ireeCompilerOutputMapMemory(output, &data, &size), TT_CODE_INTERNAL));
  uint8_t* copy = malloc(size ? size : 1);
  if (!copy) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  memcpy(copy, data, size);
  *out_data = copy;
  *out_length = size;
  return NULL;
}

static tt_status_t ttc_compile_in(ttc_session_t* session,
                                  const ttc_diagnostics_t* diagnostics,
                                  iree_compiler_source_t* source,
                                  uint8_t** out_data, size_t* out_length) {
  iree_compiler_output_t* output = NULL;
  bool failed = false;
  tt_status_t status = ttc_status_from_iree(
      ireeCompilerOutputOpenMembuffer(&output), TT_CODE_INTERNAL);
  if (!status) {
    status = ttc_driver_run(session, diagnostics, source, output, &failed);
  }
  if (!status && failed) {
    status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "compilation failed; the diagnostics say why");
  }
  if (!status) status = ttc_copy_output(output, out_data, out_length);
  ireeCompilerOutputDestroy(output);
  return status;
}

ttc_error_t* ttc_compile(const char* source, size_t source_length,
                         const char* source_name, int argc,
                         const char* const* argv,
                         ttc_diagnostic_fn_t diagnostic, void* user_data,
                         uint8_t** out_data, size_t* out_length) {
  *out_data = NULL;
  *out_length = 0;
  TT_RETURN_IF_ERROR(ttc_api_load(NULL));
  iree_compiler_session_t* iree = ireeCompilerSessionCreate();
  ttc_session_t* session = NULL;
  iree_compiler_source_t* iree_source = NULL;
  char* copy = NULL;
  tt_status_t status = ttc_session_create(iree, &session);
  if (!status)
    status = ttc_session_parse(session, TTC_PARSE_COMPILE, argc, argv);
  if (!status) status = ttc_driver_check(&session->options);
  if (!status) {
    status = ttc_wrap_source(iree, source_name ? source_name : "<input>",
                             source, source_length, &copy, &iree_source);
  }
  if (!status) {
    ttc_diagnostics_t diagnostics = {true, diagnostic, user_data};
    status = ttc_compile_in(session, &diagnostics, iree_source, out_data,
                            out_length);
  }
  ttc_session_destroy(session);
  ireeCompilerSourceDestroy(iree_source);
  ireeCompilerSessionDestroy(iree);
  free(copy);
  return status;
}

void ttc_buffer_free(void* data) { free(data); }

// C interface of libtt_iree_compiler.so: compile MLIR for Tenstorrent devices
// with the stock IREE compiler library, in process.
//
// Made to be called from other languages (Python uses ctypes): plain C types,
// opaque handles, NULL-terminated UTF-8 strings, errors as owned objects.
//
// Two ways in:
//   ttc_compile      bytes to bytes, everything owned by this library;
//   ttc_session_*    on an iree_compiler_session_t and invocations of it that
//                    somebody else made with the same libIREECompiler.so (the
//                    classes of `iree.compiler.api` hold such pointers).
//
// Threads: different sessions may be used from different threads at the same
// time; one session only from one thread at a time (as in IREE). ttc_initialize
// may be called from any thread.
#ifndef TT_IREE_COMPILER_TTC_COMPILER_H_
#define TT_IREE_COMPILER_TTC_COMPILER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TTC_EXPORT __attribute__((visibility("default")))

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

// Every function that returns ttc_error_t* returns NULL on success, else an
// owned error that must be freed. It is for what has no place in the module: a
// wrong option, a missing library, a failed write. What is wrong with the
// module itself is reported as an MLIR diagnostic, and the function reports
// failure through its result.
typedef struct tt_status_record_t ttc_error_t;

// Lives as long as |error|.
TTC_EXPORT const char* ttc_error_message(const ttc_error_t* error);

// One of IREE's status codes: 3 invalid argument, 5 not found, 9 failed
// precondition (wrong compiler version), 12 unimplemented, 13 internal.
TTC_EXPORT int ttc_error_code(const ttc_error_t* error);

TTC_EXPORT void ttc_error_free(ttc_error_t* error);  // NULL is fine.

//===----------------------------------------------------------------------===//
// The stock compiler library
//===----------------------------------------------------------------------===//

// Loads libIREECompiler.so (once per process; later calls return at once) and
// refuses any version but the one this library was written for. Where it is
// looked for, first hit wins:
//   1. |library_path|, when not NULL (a file);
//   2. the environment variable TT_IREE_COMPILER_LIBRARY (a file);
//   3. a libIREECompiler.so this process has loaded already;
//   4. iree/compiler/_mlir_libs/libIREECompiler.so below any parent directory
//      of this library (in a Python environment: site-packages).
TTC_EXPORT ttc_error_t* ttc_initialize(const char* library_path);

// True when one of the command-line style |argv| asks for the tenstorrent
// target or is an own option (--iree-tenstorrent-*). Needs no initialization.
TTC_EXPORT bool ttc_flags_mention_target(int argc, const char* const* argv);

//===----------------------------------------------------------------------===//
// Bytes to bytes
//===----------------------------------------------------------------------===//

// Values of enum iree_compiler_diagnostic_severity_t.
enum {
  TTC_SEVERITY_NOTE = 0,
  TTC_SEVERITY_WARNING = 1,
  TTC_SEVERITY_ERROR = 2,
  TTC_SEVERITY_REMARK = 3,
};

// |message| is not NUL-terminated and holds location and text as IREE formats
// them. May come from any thread while the call that was given the callback
// runs; must not call back into the compiler.
typedef void (*ttc_diagnostic_fn_t)(int severity, const char* message,
                                    size_t length, void* user_data);

// Compiles |source| (MLIR text or bytecode, |source_length| bytes, named
// |source_name| in locations; NULL means "<input>") to what the flags ask for,
// a .vmfb unless told otherwise. |argv| are iree-compile options without the
// program name: session options (--iree-input-type=..., --iree-opt-level=...),
// target options, --iree-tenstorrent-*, --compile-from/-to, --output-format,
// --compile-mode, --verify, --emit-mlir-bytecode. Options that only the
// iree-compile tool has (global ones like --mlir-print-ir-after-all) are
// refused by name.
//
// The target has to be among the flags or in the module; without any mention
// of tenstorrent the module is compiled as the flags say, by the stock
// compiler.
//
// Returns NULL and |*out_data| (owned, ttc_buffer_free) on success. A module
// that does not compile gives INVALID_ARGUMENT after the diagnostics went to
// |diagnostic| (NULL: to stderr, as MLIR does by itself).
TTC_EXPORT ttc_error_t* ttc_compile(const char* source, size_t source_length,
                                    const char* source_name, int argc,
                                    const char* const* argv,
                                    ttc_diagnostic_fn_t diagnostic,
                                    void* user_data, uint8_t** out_data,
                                    size_t* out_length);

TTC_EXPORT void ttc_buffer_free(void* data);  // NULL is fine.

//===----------------------------------------------------------------------===//
// On an existing session
//===----------------------------------------------------------------------===//

// What this library remembers about one iree_compiler_session_t. Does not own
// that session; destroy this first (or right after, it does not touch it).
typedef struct ttc_session_t ttc_session_t;

TTC_EXPORT ttc_error_t* ttc_session_create(void* iree_session,
                                           ttc_session_t** out_session);
TTC_EXPORT void ttc_session_destroy(ttc_session_t* session);  // NULL is fine.

// Replacement of ireeCompilerSessionSetFlags; to be called for all flags of a
// session, so that their order does not matter. Own options are taken here.
// Targets and stock flags of HAL passes are kept until a pipeline runs: for a
// compilation that is not ours the stock session gets them then, and refuses
// them then. Everything else is handed to the stock function (order kept). May
// be called several times. On error flags before the wrong one may have taken
// effect, as with the stock function.
TTC_EXPORT ttc_error_t* ttc_session_set_flags(ttc_session_t* session, int argc,
                                              const char* const* argv);

// Called once per flag, which lives as long as the call.
typedef void (*ttc_flag_fn_t)(const char* flag, size_t length, void* user_data);

// Flags in effect that the stock session does not know, as the user gave them.
TTC_EXPORT void ttc_session_get_flags(ttc_session_t* session,
                                      ttc_flag_fn_t callback, void* user_data);

// Flags for all sessions to come, as ireeCompilerSetupGlobalCL takes them (no
// program name): calls |callback| for those that are to be given to it. Each
// session is then told of all of |argv| by ttc_session_inherit_flags, before
// any flags of its own. Needs no initialization.
TTC_EXPORT ttc_error_t* ttc_global_flags(int argc, const char* const* argv,
                                         ttc_flag_fn_t callback,
                                         void* user_data);
TTC_EXPORT ttc_error_t* ttc_session_inherit_flags(ttc_session_t* session,
                                                  int argc,
                                                  const char* const* argv);

// Replacement of ireeCompilerInvocationPipeline for |iree_invocation| of this
// session, after its source was parsed or its module imported.
//
// |module_op| is the MlirOperation pointer of the module when the invocation
// only borrows it (ireeCompilerInvocationImportBorrowModule, what Python's
// Invocation.import_module does, or after export_module); NULL when the
// invocation owns its module (after parse_source).
// |pipeline| is an iree_compiler_pipeline_t: 0 std, 1 hal-executable,
// 2 precompile. |compile_from| and |compile_to| name phases; NULL means
// "start" and "end".
//
// Runs the stock pipeline alone when neither flags nor module mention
// tenstorrent. True on success: the invocation then holds the IR of the
// |compile_to| phase, and the stock output functions work on it. False after
// an error was emitted as a diagnostic through the invocation's handlers.
TTC_EXPORT bool ttc_session_run_pipeline(ttc_session_t* session,
                                         void* iree_invocation, void* module_op,
                                         int pipeline, const char* compile_from,
                                         const char* compile_to);

//===----------------------------------------------------------------------===//
// What a module holds
//===----------------------------------------------------------------------===//

typedef enum ttc_inspect_what_e {
  TTC_INSPECT_TILES = 0,    // tile programs in their text form
  TTC_INSPECT_KERNELS = 1,  // TT-Metal C++ of every kernel
  TTC_INSPECT_REPORT = 2,   // JSON as of --iree-tenstorrent-report
} ttc_inspect_what_t;

// Text about all tenstorrent executables inside |data|, a .vmfb or an image.
// |*out_text| is owned: ttc_buffer_free. NOT_FOUND when there is none. Needs no
// initialization.
TTC_EXPORT ttc_error_t* ttc_inspect(const void* data, size_t size, int what,
                                    char** out_text);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // TT_IREE_COMPILER_TTC_COMPILER_H_

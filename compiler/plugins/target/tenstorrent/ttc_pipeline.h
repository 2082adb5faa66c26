// The compilation pipeline: the stock one up to executable-sources, then ours
// for the HAL phases, then the stock one again for the VM.
#ifndef TT_IREE_COMPILER_TTC_PIPELINE_H_
#define TT_IREE_COMPILER_TTC_PIPELINE_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "compiler/plugins/target/tenstorrent/ttc_report.h"

// Phases of the stock pipeline, in order; named as --compile-to names them.
typedef enum ttc_phase_e {
  TTC_PHASE_START,
  TTC_PHASE_INPUT,
  TTC_PHASE_ABI,
  TTC_PHASE_PREPROCESSING,
  TTC_PHASE_GLOBAL_OPTIMIZATION,
  TTC_PHASE_DISPATCH_CREATION,
  TTC_PHASE_FLOW,
  TTC_PHASE_STREAM,
  TTC_PHASE_EXECUTABLE_SOURCES,
  TTC_PHASE_EXECUTABLE_CONFIGURATIONS,
  TTC_PHASE_EXECUTABLE_TARGETS,
  TTC_PHASE_HAL,
  TTC_PHASE_VM,
  TTC_PHASE_END,
  TTC_PHASE_COUNT,
} ttc_phase_t;

const char* ttc_phase_name(ttc_phase_t phase);
// False when no phase is called |name|.
bool ttc_phase_parse(const char* name, ttc_phase_t* out_phase);

// One compilation. All borrowed.
typedef struct ttc_pipeline_t {
  iree_compiler_session_t* session;
  iree_compiler_invocation_t* invocation;  // owns or borrows |module|
  MlirOperation module;                    // a builtin.module
  const ttc_options_t* options;
  ttc_codegen_fn_t codegen;
  ttc_report_t* report;
} ttc_pipeline_t;

// Runs the phases after |from| up to and including |to|. False after a
// diagnostic was emitted.
bool ttc_pipeline_run(ttc_pipeline_t* pipeline, ttc_phase_t from,
                      ttc_phase_t to);

// --compile-mode=precompile: up to global optimization, as the stock one.
bool ttc_pipeline_precompile(ttc_pipeline_t* pipeline, ttc_phase_t from,
                             ttc_phase_t to);

// --compile-mode=hal-executable: the one hal.executable of the module to its
// binary.
bool ttc_pipeline_hal_executable(ttc_pipeline_t* pipeline);

#endif  // TT_IREE_COMPILER_TTC_PIPELINE_H_

#include "compiler/plugins/target/tenstorrent/ttc_pipeline.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_mixed.h"
#include "compiler/plugins/target/tenstorrent/ttc_others.h"
#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"
#include "compiler/plugins/target/tenstorrent/ttc_serialize.h"

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

static const char* const ttc_phase_names[TTC_PHASE_COUNT] = {
    "start",
    "input",
    "abi",
    "preprocessing",
    "global-optimization",
    "dispatch-creation",
    "flow",
    "stream",
    "executable-sources",
    "executable-configurations",
    "executable-targets",
    "hal",
    "vm",
    "end",
};

const char* ttc_phase_name(ttc_phase_t phase) { return ttc_phase_names[phase]; }

bool ttc_phase_parse(const char* name, ttc_phase_t* out_phase) {
  for (int i = 0; i < TTC_PHASE_COUNT; ++i) {
    if (strcmp(name, ttc_phase_names[i]) != 0) continue;
    *out_phase = (ttc_phase_t)i;
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Running passes
//===----------------------------------------------------------------------===//

static bool ttc_fail(ttc_pipeline_t* pipeline, tt_status_t status) {
  if (!status) return true;
  ttc_emit_status(mlirOperationGetLocation(pipeline->module), status);
  return false;
}

// Through the invocation, so that --mlir-print-ir-*, --mlir-timing and
// --verify mean here what they mean in the stock pipeline.
static bool ttc_run(ttc_pipeline_t* pipeline, const char* passes) {
  return ireeCompilerInvocationRunPassPipeline(pipeline->invocation, passes);
}

static bool ttc_run_stock(ttc_pipeline_t* pipeline, ttc_phase_t from,
                          ttc_phase_t to) {
  ireeCompilerInvocationSetCompileFromPhase(pipeline->invocation,
                                            ttc_phase_name(from));
  ireeCompilerInvocationSetCompileToPhase(pipeline->invocation,
                                          ttc_phase_name(to));
  return ireeCompilerInvocationPipeline(pipeline->invocation, TTC_PIPELINE_STD);
}

// A pass with one text option. The value is braced, as MLIR's option parser
// wants texts with spaces and commas.
static bool ttc_run_with(ttc_pipeline_t* pipeline, const char* format,
                         const char* value) {
  if (strpbrk(value, "{}")) {
    return ttc_fail(pipeline,
                    tt_status_make(TT_CODE_UNIMPLEMENTED,
                                   "braces in '%s' cannot be passed on to "
                                   "the stock compiler's passes",
                                   value));
  }
  char* text = NULL;
  if (asprintf(&text, format, value) < 0) {
    return ttc_fail(pipeline, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                             "out of host memory"));
  }
  bool ok = ttc_run(pipeline, text);
  free(text);
  return ok;
}

static bool ttc_substitute(ttc_pipeline_t* pipeline,
                           const ttc_strings_t* substitutions,
                           const char* from) {
  if (from && !ttc_run_with(pipeline,
                            "iree-hal-substitute-executables{search-path={%s}}",
                            from)) {
    return false;
  }
  for (size_t i = 0; i < substitutions->count; ++i) {
    if (!ttc_run_with(pipeline,
                      "iree-hal-substitute-executables{substitutions={%s}}",
                      substitutions->items[i])) {
      return false;
    }
  }
  return true;
}

// The name under which the stock compiler dumps |module|: its own, or that of
// the file it came from. Owned.
static char* ttc_guess_module_name(MlirOperation module) {
  MlirStringRef symbol = ttc_op_symbol(module);
  if (symbol.length) return strndup(symbol.data, symbol.length);
  char* location = ttc_location_text(mlirOperationGetLocation(module));
  char* begin = location ? strchr(location, '"') : NULL;
  char* end = begin ? strchr(begin + 1, '"') : NULL;
  char* name = NULL;
  if (end) {
    *end = 0;
    char* slash = strrchr(begin + 1, '/');
    begin = slash ? slash + 1 : begin + 1;
    char* dot = strrchr(begin, '.');
    if (dot) *dot = 0;
    for (char* at = begin; *at; ++at) {
      if (!isalnum((unsigned char)*at)) *at = '_';
    }
    name = strdup(begin);
  }
  free(location);
  return name ? name : strdup("module");
}

// What the stock pipeline does for --dump-compilation-phases-to in phases it
// does not run here.
static bool ttc_dump_phase(ttc_pipeline_t* pipeline, ttc_phase_t phase) {
  const char* directory = pipeline->options->dump_phases_to;
  if (!directory) return true;
  char* name = ttc_guess_module_name(pipeline->module);
  char* path = NULL;
  bool ok = name && asprintf(&path, "%s/%s.%d.%s.mlir", directory, name,
                             (int)phase, ttc_phase_name(phase)) >= 0;
  ok = ok && ttc_run_with(pipeline, "iree-util-dump-module{path={%s}}", path);
  free(path);
  free(name);
  return ok;
}

//===----------------------------------------------------------------------===//
// Up to executable-sources
//===----------------------------------------------------------------------===//

static bool ttc_pipeline_disguise(ttc_pipeline_t* pipeline) {
  return ttc_fail(pipeline, ttc_module_assign_devices(pipeline->module,
                                                      pipeline->options)) &&
         ttc_fail(pipeline,
                  ttc_module_to_carriers(pipeline->module, pipeline->options));
}

static bool ttc_pipeline_undisguise(ttc_pipeline_t* pipeline) {
  return ttc_fail(pipeline, ttc_module_from_carriers(pipeline->module));
}

static bool ttc_pipeline_front(ttc_pipeline_t* pipeline, ttc_phase_t from,
                               ttc_phase_t to) {
  return ttc_pipeline_disguise(pipeline) && ttc_run_stock(pipeline, from, to) &&
         ttc_pipeline_undisguise(pipeline);
}

// The tail of the stock configuration pipeline. It looks at executables, which
// should show our target, so it runs after the disguise is off.
static bool ttc_pipeline_sources(ttc_pipeline_t* pipeline) {
  const ttc_options_t* options = pipeline->options;
  if (options->dump_sources_to &&
      !ttc_run_with(pipeline, "iree-hal-dump-executable-sources{path={%s}}",
                    options->dump_sources_to)) {
    return false;
  }
  if (!ttc_substitute(pipeline, &options->substitute_sources,
                      options->substitute_sources_from)) {
    return false;
  }
  for (size_t i = 0; i < options->preprocess_with.count; ++i) {
    const char* command = options->preprocess_with.items[i];
    bool passes = strncmp(command, "builtin.module", 14) == 0;
    if (!ttc_run_with(
            pipeline,
            passes ? "hal.executable(iree-hal-preprocess-executables-with-"
                     "pipeline{pipeline={%s}})"
                   : "hal.executable(iree-hal-preprocess-executables-with-"
                     "tool{command={%s}})",
            command)) {
      return false;
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Executable configurations and targets
//===----------------------------------------------------------------------===//

static bool ttc_pipeline_configure(ttc_pipeline_t* pipeline) {
  const ttc_options_t* options = pipeline->options;
  if (!ttc_others_run(pipeline->session, pipeline->module, "executable-sources",
                      "executable-configurations")) {
    return false;
  }
  if (options->dump_configurations_to &&
      !ttc_run_with(
          pipeline,
          "iree-hal-dump-executable-sources{path={%s} prefix=configured}",
          options->dump_configurations_to)) {
    return false;
  }
  if (!ttc_substitute(pipeline, &options->substitute_configurations,
                      options->substitute_configurations_from)) {
    return false;
  }
  return !options->dump_benchmarks_to ||
         ttc_run_with(pipeline,
                      "iree-hal-dump-executable-benchmarks{path={%s}}",
                      options->dump_benchmarks_to);
}

static bool ttc_pipeline_translate(ttc_pipeline_t* pipeline) {
  return ttc_others_run(pipeline->session, pipeline->module,
                        "executable-configurations", "executable-targets") &&
         ttc_translate_executables(pipeline->module, pipeline->options,
                                   pipeline->codegen, pipeline->report);
}

//===----------------------------------------------------------------------===//
// HAL
//===----------------------------------------------------------------------===//

#define TTC_ON_FUNCTIONS(passes) \
  "func.func(" passes "),util.initializer(" passes "),util.func(" passes ")"

#define TTC_CLEANUP                                          \
  TTC_ON_FUNCTIONS(                                          \
      "canonicalize,cse,iree-util-simplify-global-accesses," \
      "iree-util-apply-patterns")                            \
  ",iree-util-fold-globals,iree-util-fuse-globals"

static bool ttc_pipeline_convert(ttc_pipeline_t* pipeline) {
  bool ok = ttc_run(pipeline,
                    "iree-util-verify-initialization-order,"
                    "iree-util-attribute-call-graph") &&
            ttc_substitute(pipeline, &pipeline->options->substitute_objects,
                           pipeline->options->substitute_objects_from) &&
            ttc_fail(pipeline, ttc_mixed_place_memory(pipeline->module)) &&
            ttc_run(pipeline, "iree-hal-conversion");
  if (!ok) return false;
  ttc_mixed_place_fences(pipeline->module);
  return ttc_run(pipeline,
                 pipeline->options->memoization
                     ? "iree-hal-outline-memoize-regions"
                     : TTC_ON_FUNCTIONS("iree-hal-inline-memoize-regions")) &&
         ttc_run(pipeline, TTC_CLEANUP
                 ",iree-hal-prune-executables,"
                 "hal.executable(hal.executable.variant("
                 "iree-hal-hoist-executable-objects)),"
                 "iree-hal-resolve-export-ordinals,"
                 "iree-hal-materialize-resource-caches,"
                 "iree-hal-resolve-topology-queries,"
                 "iree-hal-memoize-device-selection,"
                 "iree-hal-memoize-device-queries," TTC_CLEANUP);
}

static bool ttc_pipeline_repeat(ttc_pipeline_t* pipeline) {
  if (pipeline->options->repeat_count == 1) return true;
  long long count = (long long)pipeline->options->repeat_count;
  char passes[160];
  snprintf(passes, sizeof(passes),
           "func.func(iree-hal-repeat-dispatches{count=%lld}),"
           "util.func(iree-hal-repeat-dispatches{count=%lld})",
           count, count);
  return ttc_run(pipeline, passes);
}

static bool ttc_pipeline_initialize_devices(ttc_pipeline_t* pipeline) {
  if (!ttc_run(pipeline,
               TTC_ON_FUNCTIONS("iree-hal-elide-redundant-commands")  //
               ",iree-hal-initialize-devices")) {
    return false;
  }
  ttc_module_match_local_devices(pipeline->module);
  return ttc_run(pipeline, "affine-expand-index-ops,lower-affine,"  //
                 TTC_ON_FUNCTIONS("convert-scf-to-cf"));
}

static bool ttc_pipeline_serialize(ttc_pipeline_t* pipeline) {
  return ttc_fail(pipeline, ttc_serialize_executables(pipeline->module,
                                                      pipeline->options)) &&
         ttc_others_serialize(pipeline->session, pipeline->module) &&
         ttc_run(pipeline, "iree-hal-prune-executables,symbol-dce");
}

// The stock pipeline's iree-util-fixed-point-iterator cannot be named in a pass
// pipeline (its nested pipeline has no text form), so the loop is here, with
// the attributes by which passes tell it that they changed something.
static bool ttc_pipeline_optimize(ttc_pipeline_t* pipeline) {
  MlirStringRef iteration = ttc_str("iree.fixedpoint.iteration");
  MlirStringRef modified = ttc_str("iree.fixedpoint.modified");
  MlirOperation module = pipeline->module;
  MlirType index = mlirIndexTypeGet(mlirOperationGetContext(module));
  bool ok = true, changed = true;
  for (int i = 0; ok && changed && i < 10; ++i) {
    mlirOperationSetAttributeByName(module, iteration,
                                    mlirIntegerAttrGet(index, i));
    mlirOperationRemoveAttributeByName(module, modified);
    ok = ttc_run(pipeline, TTC_CLEANUP ",iree-util-ipo");
    changed = mlirOperationGetAttributeByName(module, modified).ptr != NULL;
  }
  mlirOperationRemoveAttributeByName(module, iteration);
  if (ok && changed) {
    return ttc_fail(pipeline,
                    tt_status_make(TT_CODE_INTERNAL,
                                   "whole-program optimization reached no "
                                   "fixed point in 10 iterations"));
  }
  return ok;
}

static bool ttc_pipeline_hal(ttc_pipeline_t* pipeline) {
  return ttc_pipeline_convert(pipeline) && ttc_pipeline_repeat(pipeline) &&
         ttc_pipeline_initialize_devices(pipeline) &&
         ttc_pipeline_serialize(pipeline) && ttc_pipeline_optimize(pipeline);
}

//===----------------------------------------------------------------------===//
// VM
//===----------------------------------------------------------------------===//

static bool ttc_type_is(MlirValue value, const char* expected) {
  char* text = ttc_type_text(mlirValueGetType(value));
  bool is = text && strcmp(text, expected) == 0;
  free(text);
  return is;
}

// IREE 3.9.0 calls io_parameters.scatter with the scope where the runtime
// expects the buffer, and the other way around.
static MlirWalkResult ttc_fix_scatter(MlirOperation op, void* user_data) {
  if (!ttc_op_is(op, "vm.call") || mlirOperationGetNumOperands(op) != 9) {
    return MlirWalkResultAdvance;
  }
  char* callee = ttc_attribute_text(ttc_op_attr(op, "callee"));
  MlirValue scope = mlirOperationGetOperand(op, 4);
  MlirValue buffer = mlirOperationGetOperand(op, 5);
  if (callee && strcmp(callee, "@io_parameters.scatter") == 0 &&
      ttc_type_is(scope, "!vm.buffer") &&
      ttc_type_is(buffer, "!vm.ref<!hal.buffer>")) {
    mlirOperationSetOperand(op, 4, buffer);
    mlirOperationSetOperand(op, 5, scope);
  }
  free(callee);
  return MlirWalkResultAdvance;
}

static bool ttc_pipeline_vm(ttc_pipeline_t* pipeline, ttc_phase_t from,
                            ttc_phase_t to) {
  if (from < TTC_PHASE_VM) {
    if (!ttc_run_stock(pipeline, TTC_PHASE_HAL, TTC_PHASE_VM)) return false;
    mlirOperationWalk(pipeline->module, ttc_fix_scatter, NULL,
                      MlirWalkPreOrder);
    from = TTC_PHASE_VM;
  }
  return from == to || ttc_run_stock(pipeline, from, to);
}

//===----------------------------------------------------------------------===//
// Whole pipelines
//===----------------------------------------------------------------------===//

typedef struct {
  ttc_phase_t phase;
  bool (*run)(ttc_pipeline_t* pipeline);
} ttc_own_phase_t;

static const ttc_own_phase_t ttc_own_phases[] = {
    {TTC_PHASE_EXECUTABLE_SOURCES, ttc_pipeline_sources},
    {TTC_PHASE_EXECUTABLE_CONFIGURATIONS, ttc_pipeline_configure},
    {TTC_PHASE_EXECUTABLE_TARGETS, ttc_pipeline_translate},
    {TTC_PHASE_HAL, ttc_pipeline_hal},
};

// Programs without device code: the stock pipeline has no HAL phases either.
static bool ttc_is_host_only(const ttc_options_t* options) {
  return options->execution_model &&
         strcmp(options->execution_model, "host-only") == 0;
}

bool ttc_pipeline_run(ttc_pipeline_t* pipeline, ttc_phase_t from,
                      ttc_phase_t to) {
  if (ttc_is_host_only(pipeline->options)) {
    return ttc_pipeline_front(pipeline, from, to);
  }
  if (from < TTC_PHASE_EXECUTABLE_SOURCES) {
    ttc_phase_t front_to =
        to < TTC_PHASE_EXECUTABLE_SOURCES ? to : TTC_PHASE_EXECUTABLE_SOURCES;
    if (!ttc_pipeline_front(pipeline, from, front_to)) return false;
  }
  for (size_t i = 0; i < sizeof(ttc_own_phases) / sizeof(*ttc_own_phases);
       ++i) {
    ttc_phase_t phase = ttc_own_phases[i].phase;
    if (phase <= from || phase > to) continue;
    if (!ttc_own_phases[i].run(pipeline)) return false;
    if (!ttc_dump_phase(pipeline, phase)) return false;
  }
  return to <= TTC_PHASE_HAL || ttc_pipeline_vm(pipeline, from, to);
}

bool ttc_pipeline_precompile(ttc_pipeline_t* pipeline, ttc_phase_t from,
                             ttc_phase_t to) {
  if (!ttc_pipeline_disguise(pipeline)) return false;
  ireeCompilerInvocationSetCompileFromPhase(pipeline->invocation,
                                            ttc_phase_name(from));
  ireeCompilerInvocationSetCompileToPhase(pipeline->invocation,
                                          ttc_phase_name(to));
  return ireeCompilerInvocationPipeline(pipeline->invocation,
                                        TTC_PIPELINE_PRECOMPILE) &&
         ttc_pipeline_undisguise(pipeline);
}

// The stock library's output function trusts that there is exactly one.
static tt_status_t ttc_check_one_executable(MlirOperation module) {
  int count = 0;
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    count += ttc_op_is(op, "hal.executable") ||
             ttc_op_is(op, "hal.executable.source");
  }
  if (count == 1) return NULL;
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "HAL executable translation requires exactly 1 top "
                        "level hal.executable/hal.executable.source op, found "
                        "%d",
                        count);
}

bool ttc_pipeline_hal_executable(ttc_pipeline_t* pipeline) {
  return ttc_fail(pipeline, ttc_check_one_executable(pipeline->module)) &&
         ttc_pipeline_sources(pipeline) && ttc_pipeline_configure(pipeline) &&
         ttc_pipeline_translate(pipeline) &&
         ttc_fail(pipeline, ttc_serialize_executables(pipeline->module,
                                                      pipeline->options)) &&
         ttc_others_serialize(pipeline->session, pipeline->module);
}

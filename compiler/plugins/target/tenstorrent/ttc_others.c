#include "compiler/plugins/target/tenstorrent/ttc_others.h"

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"

#define TTC_EXECUTABLE_END "hal.executable_end"

static bool ttc_is_other_variant(MlirOperation op) {
  return ttc_op_is(op, "hal.executable.variant") && !ttc_variant_is_ours(op);
}

static bool ttc_executable_has_others(MlirOperation executable) {
  for (MlirOperation op = ttc_op_first_in_region(executable, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (ttc_is_other_variant(op)) return true;
  }
  return false;
}

static bool ttc_module_has_others(MlirOperation module) {
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (ttc_op_is(op, "hal.executable") && ttc_executable_has_others(op)) {
      return true;
    }
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Moving executables between modules
//===----------------------------------------------------------------------===//

static MlirBlock ttc_module_block(MlirOperation module) {
  return mlirRegionGetFirstBlock(mlirOperationGetRegion(module, 0));
}

static void ttc_set_visibility(MlirOperation op, const char* visibility) {
  mlirOperationSetAttributeByName(
      op, ttc_str("sym_visibility"),
      mlirStringAttrGet(mlirOperationGetContext(op), ttc_str(visibility)));
}

// Adds to |block| a copy of |executable| that has the variants of other targets
// only. Public, or the stock compiler would drop it as unused.
static void ttc_stage(MlirBlock block, MlirOperation executable) {
  MlirOperation copy = mlirOperationClone(executable);
  MlirOperation op = ttc_op_first_in_region(copy, 0);
  while (op.ptr) {
    MlirOperation next = mlirOperationGetNextInBlock(op);
    bool keep = ttc_is_other_variant(op) || ttc_op_is(op, TTC_EXECUTABLE_END);
    if (!keep) mlirOperationDestroy(op);
    op = next;
  }
  ttc_set_visibility(copy, "public");
  mlirBlockAppendOwnedOperation(block, copy);
}

// Puts what |staged| has become in place of the other targets' variants of
// |executable|.
static void ttc_unstage(MlirOperation executable, MlirOperation staged) {
  MlirOperation op = ttc_op_first_in_region(executable, 0);
  while (op.ptr) {
    MlirOperation next = mlirOperationGetNextInBlock(op);
    if (ttc_is_other_variant(op)) mlirOperationDestroy(op);
    op = next;
  }
  MlirBlock block =
      mlirRegionGetFirstBlock(mlirOperationGetRegion(executable, 0));
  MlirOperation end = mlirBlockGetTerminator(block);
  op = ttc_op_first_in_region(staged, 0);
  while (op.ptr) {
    MlirOperation next = mlirOperationGetNextInBlock(op);
    if (!ttc_op_is(op, TTC_EXECUTABLE_END)) {
      mlirOperationRemoveFromParent(op);
      mlirBlockInsertOwnedOperationBefore(block, end, op);
    }
    op = next;
  }
}

// Runs the stock pipeline on |staging|, a module of executables alone.
// Diagnostics reach the handlers of the compilation under way, which are
// registered in the context.
static bool ttc_run_staged(iree_compiler_session_t* session,
                           MlirOperation staging, const char* from,
                           const char* to) {
  iree_compiler_invocation_t* invocation =
      ireeCompilerInvocationCreate(session);
  ireeCompilerInvocationSetCompileFromPhase(invocation, from);
  ireeCompilerInvocationSetCompileToPhase(invocation, to);
  bool ok = ireeCompilerInvocationImportStealModule(invocation, staging) &&
            ireeCompilerInvocationPipeline(invocation, TTC_PIPELINE_STD);
  ireeCompilerInvocationExportStealModule(invocation);
  ireeCompilerInvocationDestroy(invocation);
  return ok;
}

// Stages and runs the executables from |first| on: all of them in one module,
// or |only_first|.
static bool ttc_run_others_from(iree_compiler_session_t* session,
                                MlirOperation first, bool only_first,
                                const char* from, const char* to) {
  MlirOperation staging = mlirModuleGetOperation(
      mlirModuleCreateEmpty(mlirOperationGetLocation(first)));
  for (MlirOperation op = first; op.ptr; op = mlirOperationGetNextInBlock(op)) {
    if (ttc_op_is(op, "hal.executable") && ttc_executable_has_others(op)) {
      ttc_stage(ttc_module_block(staging), op);
    }
    if (only_first) break;
  }
  bool ok = ttc_run_staged(session, staging, from, to);
  if (ok) {
    MlirSymbolTable symbols = mlirSymbolTableCreate(staging);
    for (MlirOperation op = first; op.ptr;
         op = mlirOperationGetNextInBlock(op)) {
      if (ttc_op_is(op, "hal.executable") && ttc_executable_has_others(op)) {
        MlirOperation staged =
            mlirSymbolTableLookup(symbols, ttc_op_symbol(op));
        if (staged.ptr) ttc_unstage(op, staged);
      }
      if (only_first) break;
    }
    mlirSymbolTableDestroy(symbols);
  }
  mlirOperationDestroy(staging);
  return ok;
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

bool ttc_others_run(iree_compiler_session_t* session, MlirOperation module,
                    const char* from, const char* to) {
  if (!ttc_module_has_others(module)) return true;
  return ttc_run_others_from(session, ttc_op_first_in_region(module, 0), false,
                             from, to);
}

bool ttc_others_serialize(iree_compiler_session_t* session,
                          MlirOperation module) {
  // One at a time: together they would be linked into one, and the host
  // program, converted by now, names them one by one.
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_op_is(op, "hal.executable") || !ttc_executable_has_others(op)) {
      continue;
    }
    if (!ttc_run_others_from(session, op, true, "executable-targets", "hal")) {
      return false;
    }
  }
  return true;
}

#include "compiler/plugins/target/tenstorrent/ttc_floor.h"

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops_emit.h"

// From tensors to loops over memrefs, in order:
//  - encodings go: tensors are dense here (the target's encoding resolver);
//  - composite ops become linalg.generic, winograd transforms tile by tile;
//  - bufferization, which orders loads and stores of one binding;
//  - everything becomes loops, and index arithmetic plain arith.
// linalg-fuse-elementwise-ops stays out: it may leave a producer's result as a
// second result of a generic that revisits its elements, and bufferization then
// updates them in place more than once. ttc_loops_fuse.c fuses instead.
static const char ttc_floor_passes[] =
    "func.func("
    "iree-codegen-materialize-encoding-into-nop,"
    "iree-codegen-decompose-softmax,"
    "iree-llvmcpu-tile{tiling-level=vector_common_parallel},"
    "iree-linalg-ext-decompose-winograd,"
    "iree-linalg-ext-convert-attention-to-online-attention,"
    "iree-linalg-ext-decompose-attention,"
    "convert-elementwise-to-linalg,linalg-generalize-named-ops,canonicalize,"
    "cse,"
    "iree-eliminate-empty-tensors,empty-tensor-to-alloc-tensor,"
    "iree-codegen-iree-comprehensive-bufferize,canonicalize,cse,"
    "iree-linalg-ext-to-loops,convert-linalg-to-parallel-loops,"
    "fold-memref-alias-ops,convert-complex-to-standard,"
    "tosa-to-arith{include-apply-rescale=true},"
    "affine-expand-index-ops,lower-affine,canonicalize,cse)";

// Whether updates of a scatter may meet is lost where it becomes loops, which
// only keep its location: there it is noted.
static const char ttc_unique_name[] = "unique scatter";

bool ttc_floor_is_unique(MlirOperation op) {
  const MlirLocation location = mlirOperationGetLocation(op);
  return mlirLocationIsAName(location) &&
         ttc_str_equal(mlirIdentifierStr(mlirLocationNameGetName(location)),
                       ttc_unique_name);
}

// Asks iree-llvmcpu-tile for tiles of a winograd transform.
static void ttc_tile_winograd(MlirOperation op) {
  mlirOperationSetAttributeByName(
      op, ttc_str("lowering_config"),
      mlirAttributeParseGet(mlirOperationGetContext(op),
                            ttc_str("#iree_cpu.lowering_config<"
                                    "vector_common_parallel = [1, 1, 1, 1]>")));
}

static MlirWalkResult ttc_prepare_op(MlirOperation op, void* data) {
  if (ttc_str_starts(ttc_op_name(op), "iree_linalg_ext.winograd.")) {
    ttc_tile_winograd(op);
  }
  if (!ttc_op_is(op, "iree_linalg_ext.scatter")) return MlirWalkResultAdvance;
  const MlirAttribute unique = ttc_op_attr(op, "unique_indices");
  if (unique.ptr && mlirBoolAttrGetValue(unique)) {
    mlirOperationSetLocation(op,
                             mlirLocationNameGet(mlirOperationGetContext(op),
                                                 ttc_str(ttc_unique_name),
                                                 mlirOperationGetLocation(op)));
  }
  return MlirWalkResultSkip;
}

static MlirWalkResult ttc_find_composite(MlirOperation op, void* data) {
  if (!ttc_str_starts(ttc_op_name(op), "iree_linalg_ext.") ||
      ttc_op_is(op, "iree_linalg_ext.yield")) {
    return MlirWalkResultAdvance;
  }
  *(MlirOperation*)data = op;
  return MlirWalkResultInterrupt;
}

tt_status_t ttc_floor_prepare(MlirOperation module) {
  mlirOperationWalk(module, ttc_prepare_op, NULL, MlirWalkPreOrder);
  tt_status_t status = ttc_run_passes(module, ttc_floor_passes);
  if (!status) return NULL;
  // The passes fail without a word on ops that have no loops.
  MlirOperation op = {NULL};
  mlirOperationWalk(module, ttc_find_composite, &op, MlirWalkPreOrder);
  if (!op.ptr) return status;
  tt_status_free(status);
  MlirStringRef name = ttc_op_name(op);
  return tt_status_make(TT_CODE_UNIMPLEMENTED,
                        "'%.*s' op cannot be taken apart into loops",
                        (int)name.length, name.data);
}

tt_status_t ttc_floor_lower(MlirOperation func, const ttc_export_t* entry,
                            tt_builder_t* b, MlirLocation* out_error_location) {
  ttc_loops_t loops;
  ttc_loops_initialize(&loops);
  tt_status_t status = ttc_floor_read(func, &loops, out_error_location);
  if (!status) {
    ttc_loops_parallelize(&loops);
    ttc_loops_sort(&loops);
    ttc_loops_fuse(&loops);
    ttc_loops_promote(&loops);
    ttc_loops_share(&loops);
    ttc_loops_distribute(&loops);
    if (!loops.status) {
      ttc_loops_emit(&loops, b, entry->name, entry->constant_count,
                     entry->binding_count);
    }
    status = loops.status;
    loops.status = NULL;
  }
  ttc_loops_deinitialize(&loops);
  return status;
}

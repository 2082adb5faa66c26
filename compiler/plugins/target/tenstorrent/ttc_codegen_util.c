// What the driver gives to codegen, and the life of codegen's output.
#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"

static void ttc_codegen_entry_free(ttc_codegen_entry_t* entry) {
  free(entry->name);
  free(entry->path);
  free(entry->reason);
  free(entry->location);
  free(entry->executable);
  free(entry->dispatch_text);
  free(entry->plan_text);
  free(entry->tile_text);
  for (size_t i = 0; i < entry->kernel_count; ++i) {
    free(entry->kernels[i].name);
    free(entry->kernels[i].text);
  }
  free(entry->kernels);
}

void ttc_codegen_output_free(ttc_codegen_output_t* output) {
  for (size_t i = 0; i < output->entry_count; ++i) {
    ttc_codegen_entry_free(&output->entries[i]);
  }
  free(output->entries);
  free(output->image);
  memset(output, 0, sizeof(*output));
}

MlirOperation ttc_variant_inner_module(MlirOperation variant) {
  MlirOperation op = ttc_op_first_in_region(variant, 0);
  while (op.ptr && !ttc_op_is(op, "builtin.module")) {
    op = mlirOperationGetNextInBlock(op);
  }
  return op;
}

static void ttc_write_text(MlirStringRef text, void* user_data) {
  fwrite(text.data, 1, text.length, (FILE*)user_data);
}

static tt_status_t ttc_parse_passes(MlirPassManager manager,
                                    const char* passes) {
  char* error = NULL;
  size_t error_size = 0;
  FILE* file = open_memstream(&error, &error_size);
  if (!file) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  MlirLogicalResult parsed =
      mlirOpPassManagerAddPipeline(mlirPassManagerGetAsOpPassManager(manager),
                                   ttc_str(passes), ttc_write_text, file);
  fclose(file);
  tt_status_t status = NULL;
  if (!parsed.value) {
    status = tt_status_make(TT_CODE_INVALID_ARGUMENT, "pass pipeline '%s': %s",
                            passes, error ? error : "");
  }
  free(error);
  return status;
}

tt_status_t ttc_run_passes(MlirOperation op, const char* passes) {
  // Without this dialect the stock pass that drops encodings crashes.
  mlirContextGetOrLoadDialect(mlirOperationGetContext(op),
                              ttc_str("iree_encoding"));
  MlirPassManager manager = mlirPassManagerCreateOnOperation(
      mlirOperationGetContext(op), ttc_op_name(op));
  tt_status_t status = ttc_parse_passes(manager, passes);
  if (!status && !mlirPassManagerRunOnOp(manager, op).value) {
    status =
        tt_status_make(TT_CODE_INTERNAL, "pass pipeline '%s' failed", passes);
  }
  mlirPassManagerDestroy(manager);
  return status;
}

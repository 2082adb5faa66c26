#include "compiler/plugins/target/tenstorrent/ttc_serialize.h"

#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

// Carries the image of a translated variant until it is serialized.
#define TTC_IMAGE_ATTR "tenstorrent.image"

static char* ttc_str_dup(MlirStringRef text) {
  return strndup(text.data, text.length);
}

static char* ttc_module_name(MlirOperation module) {
  MlirStringRef name = ttc_op_symbol(module);
  return name.length ? ttc_str_dup(name) : strdup("module");
}

//===----------------------------------------------------------------------===//
// Translation
//===----------------------------------------------------------------------===//

typedef struct {
  const ttc_options_t* options;
  ttc_codegen_fn_t codegen;
  ttc_report_t* report;
  char* module_name;
  bool failed;
} ttc_translation_t;

static tt_status_t ttc_attach_image(MlirOperation variant,
                                    const ttc_codegen_output_t* output) {
  if (!output->image_size) {
    return tt_status_make(TT_CODE_INTERNAL, "codegen made an empty image");
  }
  char type_text[48];
  snprintf(type_text, sizeof(type_text), "vector<%zuxi8>", output->image_size);
  MlirType type =
      mlirTypeParseGet(mlirOperationGetContext(variant), ttc_str(type_text));
  MlirAttribute data = mlirDenseElementsAttrRawBufferGet(
      type, output->image_size, output->image);
  if (!data.ptr) {
    return tt_status_make(TT_CODE_INTERNAL, "cannot make a %s attribute",
                          type_text);
  }
  mlirOperationSetAttributeByName(variant, ttc_str(TTC_IMAGE_ATTR), data);
  return NULL;
}

static ttc_codegen_options_t ttc_wanted(const ttc_options_t* options) {
  ttc_codegen_options_t wanted = options->codegen;
  // As level 1 of the stock tool: source locations, but no sources.
  wanted.note_locations = options->debug_level > 0;
  wanted.want_counts = options->report_file != NULL;
  wanted.want_dispatch_text = options->dump_dispatches_to != NULL;
  wanted.want_plan_text = options->dump_plans_to != NULL;
  wanted.want_tile_text =
      options->dump_tile_programs_to || options->dump_intermediates_to;
  wanted.want_kernels =
      options->dump_kernels_to || options->dump_intermediates_to;
  return wanted;
}

// Object files come from --iree-hal-substitute-executable-* or from the input.
static tt_status_t ttc_check_no_objects(MlirOperation variant) {
  if (!ttc_op_attr(variant, "objects").ptr) return NULL;
  return tt_status_make(
      TT_CODE_UNIMPLEMENTED,
      "'hal.executable.variant' op: external object files cannot be linked "
      "into tenstorrent executables");
}

// Codegen, dumps, report and image of one variant. |output| is kept for the
// location of an error.
static tt_status_t ttc_translate(ttc_translation_t* translation,
                                 MlirOperation variant,
                                 ttc_codegen_output_t* output) {
  ttc_codegen_options_t options = ttc_wanted(translation->options);
  char* target = ttc_attribute_text(ttc_op_attr(variant, "target"));
  tt_status_t status = ttc_target_configuration(target, &options);
  free(target);
  TT_RETURN_IF_ERROR(status);
  TT_RETURN_IF_ERROR(ttc_check_no_objects(variant));
  status = translation->codegen(&options, variant, output);
  // Also after an error: what was made until then shows where it happened.
  tt_status_join(&status, ttc_dump_texts(translation->options,
                                         translation->module_name, output));
  TT_RETURN_IF_ERROR(status);
  TT_RETURN_IF_ERROR(ttc_report_add(translation->report, output));
  return ttc_attach_image(variant, output);
}

static tt_status_t ttc_translate_variant(MlirOperation executable,
                                         MlirOperation variant,
                                         void* user_data) {
  ttc_translation_t* translation = user_data;
  if (!ttc_variant_is_ours(variant) ||
      ttc_op_attr(variant, TTC_IMAGE_ATTR).ptr) {
    return NULL;
  }
  ttc_codegen_output_t output;
  memset(&output, 0, sizeof(output));
  tt_status_t status = ttc_translate(translation, variant, &output);
  if (status) {
    MlirLocation location = output.error_location;
    if (!location.ptr) location = mlirOperationGetLocation(variant);
    ttc_emit_status(location, status);
    translation->failed = true;
  }
  ttc_codegen_output_free(&output);
  return NULL;
}

bool ttc_translate_executables(MlirOperation module,
                               const ttc_options_t* options,
                               ttc_codegen_fn_t codegen, ttc_report_t* report) {
  ttc_translation_t translation = {
      .options = options,
      .codegen = codegen,
      .report = report,
      .module_name = ttc_module_name(module),
  };
  tt_status_t status =
      ttc_module_each_variant(module, ttc_translate_variant, &translation);
  free(translation.module_name);
  if (status) {
    ttc_emit_status(mlirOperationGetLocation(module), status);
    return false;
  }
  return !translation.failed;
}

//===----------------------------------------------------------------------===//
// Serialization
//===----------------------------------------------------------------------===//

// Looks for references to exports inside of variants of ours.
typedef struct {
  MlirSymbolTable symbols;
  tt_status_t status;
} ttc_use_check_t;

static bool ttc_executable_has_ours(MlirOperation executable) {
  for (MlirOperation op = ttc_op_first_in_region(executable, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (ttc_op_is(op, "hal.executable.variant") && ttc_variant_is_ours(op)) {
      return true;
    }
  }
  return false;
}

static MlirWalkResult ttc_check_uses(MlirOperation op, void* user_data) {
  ttc_use_check_t* check = user_data;
  // Executables refer to nothing outside of themselves.
  if (ttc_op_is(op, "hal.executable")) return MlirWalkResultSkip;
  for (intptr_t i = 0; i < mlirOperationGetNumAttributes(op); ++i) {
    MlirAttribute attribute = mlirOperationGetAttribute(op, i).attribute;
    if (!mlirAttributeIsASymbolRef(attribute) ||
        mlirSymbolRefAttrGetNumNestedReferences(attribute) < 2) {
      continue;
    }
    MlirOperation executable = mlirSymbolTableLookup(
        check->symbols, mlirSymbolRefAttrGetRootReference(attribute));
    if (!executable.ptr || !ttc_op_is(executable, "hal.executable") ||
        !ttc_executable_has_ours(executable)) {
      continue;
    }
    char* text = ttc_attribute_text(attribute);
    MlirStringRef name = ttc_op_name(op);
    check->status = tt_status_make(
        TT_CODE_INTERNAL, "'%.*s' op still refers to %s after conversion",
        (int)name.length, name.data, text ? text : "?");
    free(text);
    return MlirWalkResultInterrupt;
  }
  return MlirWalkResultAdvance;
}

static tt_status_t ttc_check_no_uses(MlirOperation module) {
  ttc_use_check_t check = {mlirSymbolTableCreate(module), NULL};
  mlirOperationWalk(module, ttc_check_uses, &check, MlirWalkPreOrder);
  mlirSymbolTableDestroy(check.symbols);
  return check.status;
}

static void ttc_replace_by_binary(MlirOperation variant, MlirAttribute image) {
  MlirContext context = mlirOperationGetContext(variant);
  MlirNamedAttribute attributes[] = {
      {mlirIdentifierGet(context, ttc_str("sym_name")),
       ttc_op_attr(variant, "sym_name")},
      {mlirIdentifierGet(context, ttc_str("sym_visibility")),
       mlirStringAttrGet(context, ttc_str("public"))},
      {mlirIdentifierGet(context, ttc_str("format")),
       mlirStringAttrGet(context, ttc_str(TTC_EXECUTABLE_FORMAT))},
      {mlirIdentifierGet(context, ttc_str("data")), image},
  };
  MlirOperationState state = mlirOperationStateGet(
      ttc_str("hal.executable.binary"), mlirOperationGetLocation(variant));
  mlirOperationStateAddAttributes(&state, 4, attributes);
  mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(variant), variant,
                                      mlirOperationCreate(&state));
  mlirOperationDestroy(variant);
}

static tt_status_t ttc_dump_binary(MlirOperation executable,
                                   const char* directory,
                                   const char* module_name,
                                   MlirAttribute image) {
  MlirStringRef symbol = ttc_op_symbol(executable);
  char* name = NULL;
  if (asprintf(&name, "%s_%.*s_" TTC_EXECUTABLE_FORMAT ".bin", module_name,
               (int)symbol.length, symbol.data) < 0) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  tt_status_t status =
      ttc_write_file(directory, name, mlirDenseElementsAttrGetRawData(image),
                     (size_t)mlirElementsAttrGetNumElements(image));
  free(name);
  return status;
}

typedef struct {
  const char* binaries_to;
  char* module_name;
} ttc_serialization_t;

static tt_status_t ttc_serialize_variant(MlirOperation executable,
                                         MlirOperation variant,
                                         void* user_data) {
  ttc_serialization_t* serialization = user_data;
  if (!ttc_variant_is_ours(variant)) return NULL;
  TT_RETURN_IF_ERROR(ttc_check_no_objects(variant));
  MlirAttribute image = ttc_op_attr(variant, TTC_IMAGE_ATTR);
  if (!image.ptr) {
    return tt_status_make(
        TT_CODE_INVALID_ARGUMENT,
        "'hal.executable.variant' op has no image; it was not made by phase "
        "executable-targets of this compiler");
  }
  if (serialization->binaries_to) {
    TT_RETURN_IF_ERROR(ttc_dump_binary(executable, serialization->binaries_to,
                                       serialization->module_name, image));
  }
  ttc_replace_by_binary(variant, image);
  return NULL;
}

tt_status_t ttc_serialize_executables(MlirOperation module,
                                      const ttc_options_t* options) {
  TT_RETURN_IF_ERROR(ttc_check_no_uses(module));
  ttc_serialization_t serialization = {options->dump_binaries_to,
                                       ttc_module_name(module)};
  tt_status_t status =
      ttc_module_each_variant(module, ttc_serialize_variant, &serialization);
  free(serialization.module_name);
  return status;
}

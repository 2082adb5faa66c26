#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_target.h"

#define TTC_DEVICE_TARGETS "hal.device.targets"

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

MlirStringRef ttc_op_symbol(MlirOperation op) {
  MlirAttribute name = ttc_op_attr(op, "sym_name");
  if (!name.ptr) return (MlirStringRef){"", 0};
  return mlirStringAttrGetValue(name);
}

tt_status_t ttc_module_each_variant(MlirOperation module,
                                    ttc_variant_fn_t callback,
                                    void* user_data) {
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_op_is(op, "hal.executable")) continue;
    MlirOperation variant = ttc_op_first_in_region(op, 0);
    while (variant.ptr) {
      MlirOperation next = mlirOperationGetNextInBlock(variant);
      if (ttc_op_is(variant, "hal.executable.variant")) {
        TT_RETURN_IF_ERROR(callback(op, variant, user_data));
      }
      variant = next;
    }
  }
  return NULL;
}

// The attributes that may name a target: where the stock compiler keeps
// devices and what executables are for.
typedef tt_status_t (*ttc_attr_fn_t)(MlirOperation op, const char* name,
                                     const char* text, void* user_data);

static tt_status_t ttc_visit_attr(MlirOperation op, const char* name,
                                  ttc_attr_fn_t callback, void* user_data) {
  MlirAttribute attribute = ttc_op_attr(op, name);
  if (!attribute.ptr) return NULL;
  char* text = ttc_attribute_text(attribute);
  if (!text) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  tt_status_t status = callback(op, name, text, user_data);
  free(text);
  return status;
}

bool ttc_is_device_global(MlirOperation op) {
  if (!ttc_op_is(op, "util.global")) return false;
  MlirAttribute type = ttc_op_attr(op, "type");
  char* text = type.ptr ? ttc_attribute_text(type) : NULL;
  bool is_device = text && strcmp(text, "!hal.device") == 0;
  free(text);
  return is_device;
}

typedef struct {
  ttc_attr_fn_t callback;
  void* user_data;
} ttc_attr_visitor_t;

static tt_status_t ttc_visit_variant(MlirOperation executable,
                                     MlirOperation variant, void* user_data) {
  ttc_attr_visitor_t* visitor = user_data;
  return ttc_visit_attr(variant, "target", visitor->callback,
                        visitor->user_data);
}

static tt_status_t ttc_visit_target_attrs(MlirOperation module,
                                          ttc_attr_fn_t callback,
                                          void* user_data) {
  TT_RETURN_IF_ERROR(
      ttc_visit_attr(module, TTC_DEVICE_TARGETS, callback, user_data));
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_is_device_global(op)) continue;
    TT_RETURN_IF_ERROR(
        ttc_visit_attr(op, "initial_value", callback, user_data));
  }
  ttc_attr_visitor_t visitor = {callback, user_data};
  return ttc_module_each_variant(module, ttc_visit_variant, &visitor);
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

static tt_status_t ttc_note_mention(MlirOperation op, const char* name,
                                    const char* text, void* user_data) {
  *(bool*)user_data |=
      ttc_text_mentions_target(text) || ttc_text_mentions_carrier(text);
  return NULL;
}

bool ttc_module_mentions_target(MlirOperation module) {
  bool mentions = false;
  tt_status_free(ttc_visit_target_attrs(module, ttc_note_mention, &mentions));
  return mentions;
}

bool ttc_variant_is_ours(MlirOperation variant) {
  char* text = ttc_attribute_text(ttc_op_attr(variant, "target"));
  bool ours = text && ttc_text_mentions_target(text);
  free(text);
  return ours;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

static tt_status_t ttc_set_attr_text(MlirOperation op, const char* name,
                                     const char* text) {
  MlirAttribute attribute =
      mlirAttributeParseGet(mlirOperationGetContext(op), ttc_str(text));
  if (!attribute.ptr) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "cannot parse target attribute: %s", text);
  }
  mlirOperationSetAttributeByName(op, ttc_str(name), attribute);
  return NULL;
}

tt_status_t ttc_module_assign_devices(MlirOperation module,
                                      const ttc_options_t* options) {
  if (ttc_op_attr(module, TTC_DEVICE_TARGETS).ptr) return NULL;
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (ttc_is_device_global(op)) return NULL;
  }
  if (!options->target_backends.count && !options->target_devices.count) {
    return NULL;
  }
  char* text = NULL;
  TT_RETURN_IF_ERROR(ttc_target_assignment(options, &text));
  tt_status_t status = ttc_set_attr_text(module, TTC_DEVICE_TARGETS, text);
  free(text);
  return status;
}

static tt_status_t ttc_attr_to_carrier(MlirOperation op, const char* name,
                                       const char* text, void* user_data) {
  if (!ttc_text_mentions_target(text)) return NULL;
  const ttc_options_t* options = user_data;
  char* rewritten = NULL;
  TT_RETURN_IF_ERROR(
      ttc_target_to_carrier(text, &options->codegen, &rewritten));
  tt_status_t status = ttc_set_attr_text(op, name, rewritten);
  free(rewritten);
  return status;
}

tt_status_t ttc_module_to_carriers(MlirOperation module,
                                   const ttc_options_t* options) {
  return ttc_visit_target_attrs(module, ttc_attr_to_carrier, (void*)options);
}

static tt_status_t ttc_attr_from_carrier(MlirOperation op, const char* name,
                                         const char* text, void* user_data) {
  if (!ttc_text_mentions_carrier(text)) return NULL;
  char* rewritten = NULL;
  TT_RETURN_IF_ERROR(ttc_target_from_carrier(text, &rewritten));
  tt_status_t status = ttc_set_attr_text(op, name, rewritten);
  free(rewritten);
  return status;
}

static void ttc_block_clear(MlirBlock block) {
  for (MlirOperation last = mlirBlockGetTerminator(block); last.ptr;) {
    // The C API walks forward only; blocks of count regions are short.
    MlirOperation previous = {NULL};
    for (MlirOperation op = mlirBlockGetFirstOperation(block);
         !mlirOperationEqual(op, last); op = mlirOperationGetNextInBlock(op)) {
      previous = op;
    }
    mlirOperationDestroy(last);
    last = previous;
  }
}

// Makes the block return 1, 1, 1.
static void ttc_block_return_ones(MlirBlock block, MlirLocation location,
                                  MlirContext context) {
  MlirType index = mlirIndexTypeGet(context);
  MlirNamedAttribute value = {mlirIdentifierGet(context, ttc_str("value")),
                              mlirIntegerAttrGet(index, 1)};
  MlirOperationState constant =
      mlirOperationStateGet(ttc_str("arith.constant"), location);
  mlirOperationStateAddAttributes(&constant, 1, &value);
  mlirOperationStateAddResults(&constant, 1, &index);
  MlirOperation one = mlirOperationCreate(&constant);
  mlirBlockAppendOwnedOperation(block, one);
  MlirValue result = mlirOperationGetResult(one, 0);
  MlirValue results[3] = {result, result, result};
  MlirOperationState terminator =
      mlirOperationStateGet(ttc_str("hal.return"), location);
  mlirOperationStateAddOperands(&terminator, 3, results);
  mlirBlockAppendOwnedOperation(block, mlirOperationCreate(&terminator));
}

static tt_status_t ttc_variant_fix_counts(MlirOperation executable,
                                          MlirOperation variant,
                                          void* user_data) {
  if (!ttc_variant_is_ours(variant)) return NULL;
  for (MlirOperation op = ttc_op_first_in_region(variant, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_op_is(op, "hal.executable.export")) continue;
    MlirBlock block = mlirRegionGetFirstBlock(mlirOperationGetRegion(op, 0));
    if (!block.ptr) continue;
    ttc_block_clear(block);
    ttc_block_return_ones(block, mlirOperationGetLocation(op),
                          mlirOperationGetContext(op));
  }
  return NULL;
}

tt_status_t ttc_module_from_carriers(MlirOperation module) {
  TT_RETURN_IF_ERROR(
      ttc_visit_target_attrs(module, ttc_attr_from_carrier, NULL));
  return ttc_module_each_variant(module, ttc_variant_fix_counts, NULL);
}

//===----------------------------------------------------------------------===//
// Device matching
//===----------------------------------------------------------------------===//

static bool ttc_attr_is_string(MlirOperation op, const char* name,
                               const char* text) {
  MlirAttribute attribute = ttc_op_attr(op, name);
  return attribute.ptr && mlirAttributeIsAString(attribute) &&
         ttc_str_equal(mlirStringAttrGetValue(attribute), text);
}

static MlirWalkResult ttc_match_local_device(MlirOperation op,
                                             void* user_data) {
  if (ttc_op_is(op, "hal.device.query") &&
      ttc_attr_is_string(op, "category", "hal.device.id") &&
      ttc_attr_is_string(op, "key", "local")) {
    mlirOperationSetAttributeByName(
        op, ttc_str("key"),
        mlirStringAttrGet(mlirOperationGetContext(op), ttc_str("local*")));
  }
  return MlirWalkResultAdvance;
}

void ttc_module_match_local_devices(MlirOperation module) {
  mlirOperationWalk(module, ttc_match_local_device, NULL, MlirWalkPreOrder);
}

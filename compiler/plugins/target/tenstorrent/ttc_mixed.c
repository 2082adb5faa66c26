#include "compiler/plugins/target/tenstorrent/ttc_mixed.h"

#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

#define TTC_OPTIMAL "#hal.device.optimal<"
#define TTC_AFFINITY "#hal.device.affinity<@"

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

// The globals of |module| that are devices, by whose they are. A global that
// may become either at run time ("tenstorrent,llvm-cpu") counts as ours.
typedef struct {
  MlirOperation module;
  MlirOperation ours;  // the first of each, or null
  MlirOperation other;
} ttc_mixed_t;

static bool ttc_device_is_ours(MlirOperation global) {
  MlirAttribute value = ttc_op_attr(global, "initial_value");
  char* text = value.ptr ? ttc_attribute_text(value) : NULL;
  bool ours = text && ttc_text_mentions_target(text);
  free(text);
  return ours;
}

static MlirOperation ttc_find_device(MlirOperation module, const char* name,
                                     size_t length) {
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    MlirStringRef symbol = ttc_op_symbol(op);
    if (symbol.length == length && memcmp(symbol.data, name, length) == 0 &&
        ttc_is_device_global(op)) {
      return op;
    }
  }
  return (MlirOperation){NULL};
}

// False when the program does not use devices of both kinds.
static bool ttc_mixed_find(MlirOperation module, ttc_mixed_t* out_mixed) {
  *out_mixed = (ttc_mixed_t){.module = module};
  for (MlirOperation op = ttc_op_first_in_region(module, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_is_device_global(op)) continue;
    MlirOperation* first =
        ttc_device_is_ours(op) ? &out_mixed->ours : &out_mixed->other;
    if (!first->ptr) *first = op;
  }
  return out_mixed->ours.ptr && out_mixed->other.ptr;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

static MlirAttribute ttc_parse(MlirContext context, const char* prefix,
                               MlirStringRef symbol, const char* suffix) {
  char* text = NULL;
  if (asprintf(&text, "%s@\"%.*s\"%s", prefix, (int)symbol.length, symbol.data,
               suffix) < 0) {
    return (MlirAttribute){NULL};
  }
  MlirAttribute attribute = mlirAttributeParseGet(context, ttc_str(text));
  free(text);
  return attribute;
}

// Creates an operation before |before|.
static MlirOperation ttc_insert(MlirOperation before, const char* name,
                                intptr_t operand_count,
                                const MlirValue* operands,
                                const char* attribute_name,
                                MlirAttribute attribute,
                                const char* result_type) {
  MlirContext context = mlirOperationGetContext(before);
  MlirOperationState state =
      mlirOperationStateGet(ttc_str(name), mlirOperationGetLocation(before));
  mlirOperationStateAddOperands(&state, operand_count, operands);
  MlirNamedAttribute named = {
      mlirIdentifierGet(context, ttc_str(attribute_name)), attribute};
  mlirOperationStateAddAttributes(&state, 1, &named);
  if (result_type) {
    MlirType type = mlirTypeParseGet(context, ttc_str(result_type));
    mlirOperationStateAddResults(&state, 1, &type);
  }
  MlirOperation op = mlirOperationCreate(&state);
  mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(before), before,
                                      op);
  return op;
}

static MlirValue ttc_load_device(MlirOperation before, MlirOperation global) {
  MlirAttribute symbol =
      ttc_parse(mlirOperationGetContext(before), "", ttc_op_symbol(global), "");
  return mlirOperationGetResult(ttc_insert(before, "util.global.load", 0, NULL,
                                           "global", symbol, "!hal.device"),
                                0);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

// The first devices of both kinds in |text|, an affinity that is a list.
static ttc_mixed_t ttc_listed_devices(MlirOperation module, const char* text) {
  ttc_mixed_t listed = {.module = module};
  for (const char* at = strstr(text, TTC_AFFINITY); at;
       at = strstr(at, TTC_AFFINITY)) {
    at += sizeof(TTC_AFFINITY) - 1;
    size_t quoted = *at == '"';
    size_t length = strcspn(at + quoted, quoted ? "\"" : ">, ");
    MlirOperation device = ttc_find_device(module, at + quoted, length);
    if (!device.ptr) continue;
    MlirOperation* first =
        ttc_device_is_ours(device) ? &listed.ours : &listed.other;
    if (!first->ptr) *first = device;
  }
  return listed;
}

// Memory goes to the other device. Commands go to ours, which can use the
// memory of both.
static void ttc_place_op(ttc_mixed_t* mixed, MlirOperation op,
                         const char* name) {
  MlirAttribute affinity = ttc_op_attr(op, name);
  char* text = affinity.ptr ? ttc_attribute_text(affinity) : NULL;
  ttc_mixed_t listed = {0};
  if (text && strncmp(text, TTC_OPTIMAL, sizeof(TTC_OPTIMAL) - 1) == 0) {
    listed = ttc_listed_devices(mixed->module, text);
  }
  free(text);
  if (!listed.ours.ptr || !listed.other.ptr) return;
  bool commands = ttc_str_starts(ttc_op_name(op), "stream.cmd.");
  mlirOperationSetAttributeByName(
      op, ttc_str(name),
      ttc_parse(mlirOperationGetContext(op), "#hal.device.affinity<",
                ttc_op_symbol(commands ? listed.ours : listed.other), ">"));
}

// A fence of the caller may be of any device. Our queue waits for it and
// signals one that the other device understands.
static void ttc_take_fence(ttc_mixed_t* mixed, MlirOperation import) {
  MlirContext context = mlirOperationGetContext(import);
  MlirOperation next = mlirOperationGetNextInBlock(import);
  MlirAttribute affinity = ttc_parse(context, "#hal.device.affinity<",
                                     ttc_op_symbol(mixed->ours), ">");
  MlirValue device = ttc_load_device(next, mixed->other);
  MlirValue fence = mlirOperationGetResult(
      ttc_insert(next, "hal.fence.create", 1, &device, "flags",
                 mlirAttributeParseGet(context, ttc_str("0 : i64")),
                 "!hal.fence"),
      0);
  // The import that all others use from now on is the new one.
  MlirOperation second = mlirOperationClone(import);
  mlirOperationSetOperand(second, 0, fence);
  mlirBlockInsertOwnedOperationBefore(mlirOperationGetBlock(next), next,
                                      second);
  MlirValue imported = mlirOperationGetResult(import, 0);
  for (MlirOpOperand use = mlirValueGetFirstUse(imported);
       !mlirOpOperandIsNull(use); use = mlirValueGetFirstUse(imported)) {
    mlirOperationSetOperand(mlirOpOperandGetOwner(use),
                            (intptr_t)mlirOpOperandGetOperandNumber(use),
                            mlirOperationGetResult(second, 0));
  }
  MlirValue chained[2] = {imported, fence};
  ttc_insert(second, "stream.timepoint.chain_external", 2, chained, "affinity",
             affinity, NULL);
}

static MlirWalkResult ttc_place_memory(MlirOperation op, void* user_data) {
  ttc_mixed_t* mixed = user_data;
  ttc_place_op(mixed, op, "affinity");
  ttc_place_op(mixed, op, "stream.affinity");
  return MlirWalkResultAdvance;
}

// The imports of a module; new ones are made while they are visited.
typedef struct {
  MlirOperation* items;
  size_t count, capacity;
  bool failed;
} ttc_imports_t;

static MlirWalkResult ttc_collect_import(MlirOperation op, void* user_data) {
  ttc_imports_t* imports = user_data;
  if (!ttc_op_is(op, "stream.timepoint.import") ||
      mlirOperationGetNumOperands(op) != 1) {
    return MlirWalkResultAdvance;
  }
  if (imports->count == imports->capacity) {
    size_t capacity = imports->capacity ? 2 * imports->capacity : 8;
    MlirOperation* items =
        realloc(imports->items, capacity * sizeof(*imports->items));
    if (!items) {
      imports->failed = true;
      return MlirWalkResultInterrupt;
    }
    imports->items = items;
    imports->capacity = capacity;
  }
  imports->items[imports->count++] = op;
  return MlirWalkResultAdvance;
}

tt_status_t ttc_mixed_place_memory(MlirOperation module) {
  ttc_mixed_t mixed;
  if (!ttc_mixed_find(module, &mixed)) return NULL;
  mlirOperationWalk(module, ttc_place_memory, &mixed, MlirWalkPreOrder);
  ttc_imports_t imports = {0};
  mlirOperationWalk(module, ttc_collect_import, &imports, MlirWalkPreOrder);
  for (size_t i = 0; i < imports.count && !imports.failed; ++i) {
    ttc_take_fence(&mixed, imports.items[i]);
  }
  free(imports.items);
  return imports.failed
             ? tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory")
             : NULL;
}

//===----------------------------------------------------------------------===//
// Fences
//===----------------------------------------------------------------------===//

// The global that |device| was loaded from, or null.
static MlirOperation ttc_loaded_device(ttc_mixed_t* mixed, MlirValue device) {
  MlirOperation none = {NULL};
  if (!mlirValueIsAOpResult(device)) return none;
  MlirOperation load = mlirOpResultGetOwner(device);
  if (!ttc_op_is(load, "util.global.load")) return none;
  char* text = ttc_attribute_text(ttc_op_attr(load, "global"));
  if (!text) return none;
  size_t quoted = text[0] && text[1] == '"';
  const char* name = text + 1 + quoted;
  MlirOperation global =
      ttc_find_device(mixed->module, name, strlen(name) - quoted);
  free(text);
  return global;
}

static MlirWalkResult ttc_place_fence(MlirOperation op, void* user_data) {
  ttc_mixed_t* mixed = user_data;
  if (!ttc_op_is(op, "hal.fence.create")) return MlirWalkResultAdvance;
  MlirOperation device =
      ttc_loaded_device(mixed, mlirOperationGetOperand(op, 0));
  if (!device.ptr || ttc_device_is_ours(device)) {
    mlirOperationSetOperand(op, 0, ttc_load_device(op, mixed->other));
  }
  return MlirWalkResultAdvance;
}

void ttc_mixed_place_fences(MlirOperation module) {
  ttc_mixed_t mixed;
  if (!ttc_mixed_find(module, &mixed)) return;
  mlirOperationWalk(module, ttc_place_fence, &mixed, MlirWalkPreOrder);
}

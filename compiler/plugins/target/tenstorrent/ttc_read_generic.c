// linalg.generic: loops, index maps and the scalar body.
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_narrow.h"
#include "compiler/plugins/target/tenstorrent/ttc_read_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

// Adds factor * expr to |form|; false when it is not linear.
static bool ttc_read_form(MlirAffineExpr expr, int64_t factor,
                          ttc_form_t* form) {
  if (mlirAffineExprIsADim(expr)) {
    intptr_t dim = mlirAffineDimExprGetPosition(expr);
    if (dim >= TTC_MAX_RANK) return false;
    form->factors[dim] += factor;
    return true;
  }
  if (mlirAffineExprIsAConstant(expr)) {
    form->constant += factor * mlirAffineConstantExprGetValue(expr);
    return true;
  }
  if (!mlirAffineExprIsAAdd(expr) && !mlirAffineExprIsAMul(expr)) return false;
  MlirAffineExpr left = mlirAffineBinaryOpExprGetLHS(expr);
  MlirAffineExpr right = mlirAffineBinaryOpExprGetRHS(expr);
  if (mlirAffineExprIsAAdd(expr)) {
    return ttc_read_form(left, factor, form) &&
           ttc_read_form(right, factor, form);
  }
  // A product's constant stands on the right, where there is one.
  return mlirAffineExprIsAConstant(right) &&
         ttc_read_form(left, factor * mlirAffineConstantExprGetValue(right),
                       form);
}

// The loop that |form| is, or -1.
static int ttc_form_loop(const ttc_form_t* form) {
  int loop = -1;
  if (form->constant) return -1;
  for (int i = 0; i < TTC_MAX_RANK; ++i) {
    if (!form->factors[i]) continue;
    if (form->factors[i] != 1 || loop >= 0) return -1;
    loop = i;
  }
  return loop;
}

// Sizes of loops follow from the operands' dims that one loop runs over.
static void ttc_read_loops(ttc_read_t* read, MlirOperation op,
                           ttc_generic_t* generic) {
  uint32_t known = 0;
  for (uint32_t i = 0; i < generic->input_count + generic->output_count; ++i) {
    const ttc_operand_map_t* map =
        i < generic->input_count ? &generic->inputs[i]
                                 : &generic->outputs[i - generic->input_count];
    const ttc_value_t* value = &read->dispatch->values[map->value];
    for (uint32_t j = 0; j < value->rank; ++j) {
      int loop = ttc_form_loop(&map->forms[j]);
      if (loop < 0) continue;
      // A constant size says more than a launch value that equals it.
      int64_t constant = 0;
      if (!(known >> loop & 1) ||
          ttc_expr_is_const(read->dispatch, value->dims[j], &constant)) {
        generic->loops[loop] = value->dims[j];
      }
      known |= 1u << loop;
    }
  }
  if (known != (1u << generic->loop_count) - 1) {
    ttc_read_refuse_op(read, op,
                       "has a loop that no operand gives the size of");
  }
}

static void ttc_read_operand(ttc_read_t* read, MlirOperation op,
                             intptr_t operand, MlirAffineMap map,
                             ttc_operand_map_t* out) {
  out->value = ttc_read_value(read, mlirOperationGetOperand(op, operand));
  if (read->status) return;
  intptr_t rank = mlirAffineMapGetNumResults(map);
  if ((uint32_t)rank != read->dispatch->values[out->value].rank) {
    ttc_read_refuse_op(read, op, "has an operand of another rank than its map");
    return;
  }
  for (intptr_t i = 0; i < rank; ++i) {
    if (!ttc_read_form(mlirAffineMapGetResult(map, i), 1, &out->forms[i])) {
      ttc_read_refuse_op(read, op, "has an index map that is not linear");
      return;
    }
  }
}

// The iterator kind is an opaque attribute; its text tells.
static bool ttc_read_is_reduction(MlirAttribute iterator) {
  char* text = ttc_attribute_text(iterator);
  bool reduction = text && strstr(text, "reduction");
  free(text);
  return reduction;
}

// ---- Body -------------------------------------------------------------------

uint32_t ttc_body_append(ttc_read_body_t* body, MlirValue value,
                         const ttc_body_op_t* op) {
  ttc_generic_t* generic = body->generic;
  if (generic->body_count == body->capacity) {
    uint32_t wanted = body->capacity ? body->capacity * 2 : 16;
    void* ops = realloc(generic->body, wanted * sizeof(*generic->body));
    if (ops) generic->body = ops;
    void* names = realloc(body->names, wanted * sizeof(*body->names));
    if (names) body->names = names;
    if (!ops || !names) {
      body->read->dispatch->exhausted = true;
      ttc_read_refuse(body->read, "out of memory");
      return 0;
    }
    body->capacity = wanted;
  }
  generic->body[generic->body_count] = *op;
  body->names[generic->body_count] = value.ptr;
  return generic->body_count++;
}

static void ttc_body_op(ttc_read_body_t* body, MlirOperation mlir_op);

// A push constant is one more input, which no loop runs along.
static uint32_t ttc_body_push(ttc_read_body_t* body, MlirValue value) {
  ttc_generic_t* generic = body->generic;
  if (generic->input_count == TTC_MAX_INPUTS) {
    ttc_read_refuse(body->read, "a body has too many inputs");
    return 0;
  }
  const ttc_body_op_t op = {.kind = TTC_BODY_INPUT,
                            .result_type = TT_DTYPE_I32,
                            .index = generic->input_count};
  generic->inputs[generic->input_count++] =
      (ttc_operand_map_t){.value = ttc_read_value(body->read, value)};
  return ttc_body_append(body, value, &op);
}

uint32_t ttc_body_value(ttc_read_body_t* body, MlirValue value) {
  if (body->read->status) return 0;
  for (uint32_t i = 0; i < body->generic->body_count; ++i) {
    if (body->names[i] == value.ptr) return i;
  }
  if (!mlirValueIsAOpResult(value)) {
    ttc_read_refuse(body->read, "a body uses an argument of an outer block");
    return 0;
  }
  MlirOperation owner = mlirOpResultGetOwner(value);
  tt_dtype_t type = TT_DTYPE_NONE;
  ttc_body_op_t op = {.kind = TTC_BODY_CONSTANT};
  if (ttc_scalar_constant_op_read(owner, ttc_dtype_of_type, &type, &op.bits)) {
    op.result_type = (uint8_t)type;
    return ttc_body_append(body, value, &op);
  }
  if (ttc_read_is_push(value)) return ttc_body_push(body, value);
  // Computed outside, once for all elements.
  ttc_body_op(body, owner);
  return body->read->status ? 0 : ttc_body_value(body, value);
}

static void ttc_body_arguments(ttc_read_body_t* body) {
  uint32_t inputs = body->generic->input_count;
  intptr_t count = mlirBlockGetNumArguments(body->block);
  for (intptr_t i = 0; i < count; ++i) {
    MlirValue value = mlirBlockGetArgument(body->block, i);
    bool input = i < (intptr_t)inputs;
    ttc_body_op_t op = {
        .kind = input ? TTC_BODY_INPUT : TTC_BODY_INIT,
        .result_type = (uint8_t)ttc_dtype_of_type(mlirValueGetType(value)),
        .index = (uint32_t)(input ? i : i - inputs)};
    if (op.result_type == TT_DTYPE_NONE) {
      ttc_read_refuse(body->read, "an element type has no tile form");
    }
    ttc_body_append(body, value, &op);
  }
}

// The exponent of |scalar|, the constant |power|: whole, or half of an odd
// number where *out_half. False where products do not make that power.
static bool ttc_body_exponent(const ttc_body_op_t* power,
                              const ttc_scalar_op_t* scalar,
                              int64_t* out_exponent, bool* out_half) {
  // Of powers by floats, those that IREE's own back ends simplify.
  enum { MOST = 64, MOST_OF_FLOATS = 3 };
  *out_half = false;
  if (power->kind != TTC_BODY_CONSTANT || scalar->type == TT_DTYPE_F64) {
    return false;
  }
  if (scalar->op == TT_OP_FPOWI) {
    *out_exponent = (int64_t)power->bits;
    return *out_exponent <= MOST && *out_exponent >= -MOST;
  }
  const uint32_t bits = (uint32_t)power->bits;
  float value = 0;
  memcpy(&value, &bits, sizeof(value));
  *out_half = value == 0.5f || value == -0.5f;
  if (!(value <= MOST_OF_FLOATS && value >= -MOST_OF_FLOATS)) return false;
  *out_exponent = (int64_t)(*out_half ? 2 * value : value);
  return *out_half || (value != 0 && value == (float)*out_exponent);
}

// A power by a small constant is products, which tiles have, or a root.
static bool ttc_body_power(ttc_read_body_t* body, MlirOperation mlir_op,
                           const ttc_scalar_op_t* scalar) {
  uint32_t base = ttc_body_value(body, mlirOperationGetOperand(mlir_op, 0));
  uint32_t power = ttc_body_value(body, mlirOperationGetOperand(mlir_op, 1));
  int64_t exponent = 0;
  bool half = false;
  if (body->read->status) return true;
  if (!ttc_body_exponent(&body->generic->body[power], scalar, &exponent,
                         &half)) {
    return false;
  }
  MlirValue unnamed = {NULL};
  ttc_body_op_t op = {.kind = TTC_BODY_CONSTANT,
                      .type = (uint8_t)scalar->type,
                      .result_type = (uint8_t)scalar->type,
                      .bits = 0x3F800000};
  uint32_t one = ttc_body_append(body, unnamed, &op), result = one;
  op.kind = TTC_BODY_OP;
  op.operand_count = 2;
  op.op = TT_OP_MUL;
  for (uint32_t rest = (uint32_t)llabs(exponent); rest; rest >>= 1) {
    op.operands[0] = base;
    op.operands[1] = result;
    if (rest & 1) {
      result = result == one ? base : ttc_body_append(body, unnamed, &op);
    }
    op.operands[1] = base;
    if (rest > 1) base = ttc_body_append(body, unnamed, &op);
  }
  bool inverts = exponent < 0 && !half;
  op.op = inverts        ? TT_OP_DIVF
          : !half        ? TT_OP_MOV
          : exponent > 0 ? TT_OP_SQRT
                         : TT_OP_RSQRT;
  op.operand_count = inverts ? 2 : 1;
  op.operands[0] = inverts ? one : result;
  op.operands[1] = result;
  ttc_body_append(body, mlirOperationGetResult(mlir_op, 0), &op);
  return true;
}

static void ttc_body_index(ttc_read_body_t* body, MlirOperation mlir_op) {
  ttc_body_op_t op = {.kind = TTC_BODY_INDEX,
                      .result_type = TT_DTYPE_I64,
                      .index = (uint32_t)mlirIntegerAttrGetValueInt(
                          ttc_op_attr(mlir_op, "dim"))};
  ttc_body_append(body, mlirOperationGetResult(mlir_op, 0), &op);
}

static void ttc_body_op(ttc_read_body_t* body, MlirOperation mlir_op) {
  if (ttc_op_is(mlir_op, "linalg.index")) {
    ttc_body_index(body, mlir_op);
    return;
  }
  if (ttc_op_is(mlir_op, "tensor.extract")) {
    ttc_body_extract(body, mlir_op);
    return;
  }
  ttc_scalar_op_t scalar;
  if (!ttc_scalar_op_read(mlir_op, ttc_dtype_of_type, &scalar) ||
      scalar.operand_count > 3) {
    ttc_read_refuse_op(body->read, mlir_op, "in a body has no lane op");
    return;
  }
  if ((scalar.op == TT_OP_FPOWI || scalar.op == TT_OP_POW) &&
      ttc_body_power(body, mlir_op, &scalar)) {
    return;
  }
  ttc_body_op_t op = {.kind = TTC_BODY_OP,
                      .type = (uint8_t)scalar.type,
                      .type2 = (uint8_t)scalar.type2,
                      .result_type = (uint8_t)scalar.result_type,
                      .op = (uint16_t)scalar.op,
                      .operand_count = (uint16_t)scalar.operand_count,
                      .attr = scalar.attr};
  for (uint32_t i = 0; i < scalar.operand_count; ++i) {
    op.operands[i] = ttc_body_value(body, mlirOperationGetOperand(mlir_op, i));
  }
  if (body->read->status) return;
  MlirValue result = mlirOperationGetResult(mlir_op, 0);
  if (scalar.truncated) {
    op.result_type = op.type;
    MlirValue unnamed = {NULL};
    uint32_t wide = ttc_body_append(body, unnamed, &op);
    op = (ttc_body_op_t){.kind = TTC_BODY_OP,
                         .type = (uint8_t)scalar.result_type,
                         .type2 = (uint8_t)scalar.type,
                         .result_type = (uint8_t)scalar.result_type,
                         .op = TT_OP_TRUNCI,
                         .operand_count = 1,
                         .operands = {wide}};
  }
  ttc_body_append(body, result, &op);
}

static void ttc_read_body(ttc_read_t* read, MlirOperation op,
                          ttc_generic_t* generic) {
  ttc_read_body_t body = {
      .read = read,
      .generic = generic,
      .block = mlirRegionGetFirstBlock(mlirOperationGetRegion(op, 0))};
  ttc_body_arguments(&body);
  for (MlirOperation inner = mlirBlockGetFirstOperation(body.block);
       inner.ptr && !read->status; inner = mlirOperationGetNextInBlock(inner)) {
    if (!ttc_op_is(inner, "linalg.yield")) {
      // Constants are read where they are used.
      if (!ttc_op_is(inner, "arith.constant")) ttc_body_op(&body, inner);
      continue;
    }
    for (uint32_t i = 0; i < generic->output_count; ++i) {
      generic->yields[i] =
          ttc_body_value(&body, mlirOperationGetOperand(inner, i));
    }
  }
  free(body.names);
  if (!read->status) ttc_narrow_body(read->dispatch, generic);
}

// ---- The op -----------------------------------------------------------------

static void ttc_read_results(ttc_read_t* read, MlirOperation op,
                             uint32_t generic_index) {
  const ttc_generic_t* generic = &read->dispatch->generics[generic_index];
  for (uint32_t i = 0; i < generic->output_count; ++i) {
    ttc_value_t value = read->dispatch->values[generic->outputs[i].value];
    value.kind = TTC_VALUE_RESULT;
    value.generic = generic_index;
    value.result = i;
    ttc_read_name_value(read, mlirOperationGetResult(op, i),
                        ttc_dispatch_add_value(read->dispatch, &value));
  }
}

void ttc_read_generic(ttc_read_t* read, MlirOperation op) {
  MlirAttribute maps = ttc_op_attr(op, "indexing_maps");
  MlirAttribute iterators = ttc_op_attr(op, "iterator_types");
  intptr_t operands = mlirOperationGetNumOperands(op);
  intptr_t outputs = mlirOperationGetNumResults(op);
  intptr_t loops = mlirArrayAttrGetNumElements(iterators);
  if (loops > TTC_MAX_RANK || operands - outputs > TTC_MAX_INPUTS ||
      outputs > TTC_MAX_INPUTS) {
    ttc_read_refuse_op(read, op, "has too many loops or operands");
    return;
  }
  ttc_generic_t generic = {.loop_count = (uint32_t)loops,
                           .input_count = (uint32_t)(operands - outputs),
                           .output_count = (uint32_t)outputs};
  for (intptr_t i = 0; i < loops; ++i) {
    if (ttc_read_is_reduction(mlirArrayAttrGetElement(iterators, i))) {
      generic.reductions |= 1u << i;
    }
  }
  for (intptr_t i = 0; i < operands && !read->status; ++i) {
    MlirAffineMap map =
        mlirAffineMapAttrGetValue(mlirArrayAttrGetElement(maps, i));
    ttc_read_operand(read, op, i, map,
                     i < operands - outputs
                         ? &generic.inputs[i]
                         : &generic.outputs[i - (operands - outputs)]);
  }
  if (!read->status) ttc_read_loops(read, op, &generic);
  if (!read->status) ttc_read_body(read, op, &generic);
  if (read->status) {
    free(generic.body);
    return;
  }
  ttc_read_results(read, op,
                   ttc_dispatch_add_generic(read->dispatch, &generic));
}

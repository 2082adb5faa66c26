// Launch expressions: sizes and offsets, computed from push constants.
#include "compiler/plugins/target/tenstorrent/ttc_read_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

typedef struct ttc_expr_row_t {
  const char* name;
  tt_op_t op;
} ttc_expr_row_t;

// Sizes and offsets are not negative, so unsigned ops are the signed ones.
static const ttc_expr_row_t ttc_expr_rows[] = {
    {"arith.addi", TT_OP_ADD},           {"arith.subi", TT_OP_SUB},
    {"arith.muli", TT_OP_MUL},           {"arith.divsi", TT_OP_DIVS},
    {"arith.divui", TT_OP_DIVS},         {"arith.remsi", TT_OP_REMS},
    {"arith.remui", TT_OP_REMS},         {"arith.ceildivsi", TT_OP_CEILDIVS},
    {"arith.ceildivui", TT_OP_CEILDIVS}, {"arith.floordivsi", TT_OP_FLOORDIVS},
    {"arith.maxsi", TT_OP_MAXS},         {"arith.maxui", TT_OP_MAXS},
    {"arith.minsi", TT_OP_MINS},         {"arith.minui", TT_OP_MINS},
    {"arith.shli", TT_OP_SHL},           {"arith.ori", TT_OP_OR},
};

// |expr| over |operands|: |dims| dimensions, then symbols.
static ttc_expr_t ttc_read_affine(ttc_read_t* read, MlirAffineExpr expr,
                                  intptr_t dims, const ttc_expr_t* operands) {
  if (mlirAffineExprIsADim(expr)) {
    return operands[mlirAffineDimExprGetPosition(expr)];
  }
  if (mlirAffineExprIsASymbol(expr)) {
    return operands[dims + mlirAffineSymbolExprGetPosition(expr)];
  }
  ttc_dispatch_t* dispatch = read->dispatch;
  if (mlirAffineExprIsAConstant(expr)) {
    return ttc_expr_const(dispatch, mlirAffineConstantExprGetValue(expr));
  }
  ttc_expr_t a =
      ttc_read_affine(read, mlirAffineBinaryOpExprGetLHS(expr), dims, operands);
  ttc_expr_t b =
      ttc_read_affine(read, mlirAffineBinaryOpExprGetRHS(expr), dims, operands);
  tt_op_t op = mlirAffineExprIsAAdd(expr)        ? TT_OP_ADD
               : mlirAffineExprIsAMul(expr)      ? TT_OP_MUL
               : mlirAffineExprIsAFloorDiv(expr) ? TT_OP_FLOORDIVS
               : mlirAffineExprIsACeilDiv(expr)  ? TT_OP_CEILDIVS
                                                 : TT_OP_REMS;
  return ttc_expr_op(dispatch, op, a, b);
}

static ttc_expr_t ttc_read_apply(ttc_read_t* read, MlirOperation op) {
  MlirAffineMap map = mlirAffineMapAttrGetValue(ttc_op_attr(op, "map"));
  intptr_t count = mlirOperationGetNumOperands(op);
  ttc_expr_t operands[16];
  if (count > 16) {
    ttc_read_refuse_op(read, op, "has too many operands");
    return 0;
  }
  for (intptr_t i = 0; i < count; ++i) {
    operands[i] = ttc_read_expr(read, mlirOperationGetOperand(op, i));
  }
  return ttc_read_affine(read, mlirAffineMapGetResult(map, 0),
                         mlirAffineMapGetNumDims(map), operands);
}

// |value| as i32 read zero-extended becomes sign-extended.
static ttc_expr_t ttc_read_sign_extend(ttc_read_t* read, MlirValue value) {
  MlirType type = mlirValueGetType(value);
  ttc_expr_t expr = ttc_read_expr(read, value);
  if (!mlirTypeIsAInteger(type) || mlirIntegerTypeGetWidth(type) != 32) {
    return expr;
  }
  ttc_expr_t sign = ttc_expr_const(read->dispatch, INT64_C(0x80000000));
  return ttc_expr_op(read->dispatch, TT_OP_SUB,
                     ttc_expr_op(read->dispatch, TT_OP_XOR, expr, sign), sign);
}

static ttc_expr_t ttc_read_dim(ttc_read_t* read, MlirOperation op) {
  ttc_expr_t index = ttc_read_expr(read, mlirOperationGetOperand(op, 1));
  uint32_t value = ttc_read_value(read, mlirOperationGetOperand(op, 0));
  int64_t at = 0;
  if (read->status) return 0;
  if (!ttc_expr_is_const(read->dispatch, index, &at) || at < 0 ||
      at >= read->dispatch->values[value].rank) {
    ttc_read_refuse_op(read, op, "has an index that is not constant");
    return 0;
  }
  return read->dispatch->values[value].dims[at];
}

// i32 values other than push constants and constants are refused: arithmetic
// on them wraps at 32 bits and ours does not.
static bool ttc_read_is_wide(MlirValue value) {
  MlirType type = mlirValueGetType(value);
  return mlirTypeIsAIndex(type) ||
         (mlirTypeIsAInteger(type) && mlirIntegerTypeGetWidth(type) == 64);
}

bool ttc_read_is_push(MlirValue value) {
  while (mlirValueIsAOpResult(value)) {
    MlirOperation op = mlirOpResultGetOwner(value);
    if (ttc_op_is(op, "hal.interface.constant.load")) {
      return ttc_dtype_of_type(mlirValueGetType(value)) == TT_DTYPE_I32;
    }
    if (!ttc_op_is(op, "util.assume.int")) return false;
    value = mlirOperationGetOperand(op, mlirOpResultGetResultNumber(value));
  }
  return false;
}

ttc_expr_t ttc_read_expr(ttc_read_t* read, MlirValue value) {
  if (read->status) return 0;
  if (!mlirValueIsAOpResult(value)) {
    ttc_read_refuse(read, "a size or offset depends on a loop");
    return 0;
  }
  MlirOperation op = mlirOpResultGetOwner(value);
  tt_dtype_t type = TT_DTYPE_NONE;
  uint64_t bits = 0;
  if (ttc_scalar_constant_op_read(op, ttc_dtype_of_type, &type, &bits) &&
      !tt_dtype_desc(type)->is_float) {
    return ttc_expr_const(read->dispatch, (int64_t)bits);
  }
  if (ttc_op_is(op, "hal.interface.constant.load")) {
    MlirType result = mlirValueGetType(value);
    if (mlirTypeIsAInteger(result) && mlirIntegerTypeGetWidth(result) == 32) {
      return ttc_expr_push(read->dispatch, (uint32_t)mlirIntegerAttrGetValueInt(
                                               ttc_op_attr(op, "ordinal")));
    }
  } else if (ttc_op_is(op, "util.assume.int")) {
    return ttc_read_expr(
        read, mlirOperationGetOperand(op, mlirOpResultGetResultNumber(value)));
  } else if (ttc_op_is(op, "iree_tensor_ext.dispatch.workload.ordinal") ||
             ttc_op_is(op, "arith.extui") ||
             ttc_op_is(op, "arith.index_castui")) {
    return ttc_read_expr(read, mlirOperationGetOperand(op, 0));
  } else if (ttc_op_is(op, "arith.extsi") ||
             ttc_op_is(op, "arith.index_cast")) {
    if (ttc_read_is_wide(value)) {
      return ttc_read_sign_extend(read, mlirOperationGetOperand(op, 0));
    }
  } else if (ttc_op_is(op, "affine.apply")) {
    return ttc_read_apply(read, op);
  } else if (ttc_op_is(op, "tensor.dim")) {
    return ttc_read_dim(read, op);
  } else if (ttc_read_is_wide(value) && mlirOperationGetNumOperands(op) == 2) {
    for (size_t i = 0; i < sizeof(ttc_expr_rows) / sizeof(*ttc_expr_rows);
         ++i) {
      if (!ttc_op_is(op, ttc_expr_rows[i].name)) continue;
      ttc_expr_t a = ttc_read_expr(read, mlirOperationGetOperand(op, 0));
      ttc_expr_t b = ttc_read_expr(read, mlirOperationGetOperand(op, 1));
      return ttc_expr_op(read->dispatch, ttc_expr_rows[i].op, a, b);
    }
  }
  ttc_read_refuse_op(read, op, "is not known in a size or offset");
  return 0;
}

uint32_t ttc_read_mixed(ttc_read_t* read, MlirOperation op, const char* name,
                        intptr_t* next, ttc_expr_t* out_exprs) {
  MlirAttribute list = ttc_op_attr(op, name);
  intptr_t count = list.ptr ? mlirDenseArrayGetNumElements(list) : 0;
  if (count > TTC_MAX_RANK) {
    ttc_read_refuse_op(read, op, "has too many dimensions");
    return 0;
  }
  for (intptr_t i = 0; i < count; ++i) {
    int64_t value = mlirDenseI64ArrayGetElement(list, i);
    out_exprs[i] =
        value == mlirShapedTypeGetDynamicSize()
            ? ttc_read_expr(read, mlirOperationGetOperand(op, (*next)++))
            : ttc_expr_const(read->dispatch, value);
  }
  return (uint32_t)count;
}

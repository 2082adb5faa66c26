// Integers of 128 bits as two of 64. Floats of 128 bits are moved only.
#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

bool ttc_floor_has_128_bits(MlirType type) {
  if (mlirTypeIsAInteger(type)) return mlirIntegerTypeGetWidth(type) == 128;
  return mlirTypeIsAFloat(type) && mlirFloatTypeGetWidth(type) == 128;
}

bool ttc_floor_is_wide(MlirOperation op) {
  for (intptr_t i = 0; i < mlirOperationGetNumResults(op); ++i) {
    MlirType type = mlirValueGetType(mlirOperationGetResult(op, i));
    if (ttc_floor_has_128_bits(type)) return true;
  }
  for (intptr_t i = 0; i < mlirOperationGetNumOperands(op); ++i) {
    MlirType type = mlirValueGetType(mlirOperationGetOperand(op, i));
    if (ttc_floor_has_128_bits(type)) return true;
  }
  return false;
}

bool ttc_floor_wide_constant(ttc_floor_reader_t* r, MlirOperation op) {
  MlirType type = mlirValueGetType(mlirOperationGetResult(op, 0));
  // No getter hands out more than 64 bits, but a tensor has its bytes.
  const MlirAttribute tensor = mlirDenseElementsAttrSplatGet(
      mlirRankedTensorTypeGet(0, NULL, type, (MlirAttribute){NULL}),
      ttc_op_attr(op, "value"));
  int64_t bits[2];
  memcpy(bits, mlirDenseElementsAttrGetRawData(tensor), sizeof(bits));
  ttc_floor_value_t value = {.kind = TTC_FLOOR_WIDE};
  for (int i = 0; i < 2; ++i) {
    value.nodes[i] = ttc_loops_index(r->loops, bits[i]);
  }
  ttc_floor_set(r, mlirOperationGetResult(op, 0), value);
  return true;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

typedef struct ttc_wide_t {
  ttc_node_t low, high;
} ttc_wide_t;

// An op on i64 nodes.
#define TTC_DO(op, x, y) ttc_loops_op2(loops, TT_OP_##op, x, y)

// 1 where x < y as unsigned numbers, else 0.
static ttc_node_t ttc_wide_carry(ttc_loops_t* loops, ttc_node_t x,
                                 ttc_node_t y) {
  const ttc_node_t less =
      ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_ULT, x, y);
  return ttc_loops_op(loops, TT_OP_EXTUI, TT_DTYPE_I64, TT_DTYPE_I1, 0, &less,
                      1);
}

// By the high halves, or by the low ones, which have no sign, where those are
// the same.
static ttc_node_t ttc_wide_compare(ttc_loops_t* loops, tt_predi_t predicate,
                                   ttc_wide_t x, ttc_wide_t y) {
  const tt_predi_t low =
      predicate >= TT_PREDI_SLT && predicate <= TT_PREDI_SGE
          ? (tt_predi_t)(predicate - TT_PREDI_SLT + TT_PREDI_ULT)
          : predicate;
  return ttc_loops_select(
      loops, TT_DTYPE_I1,
      ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_EQ, x.high, y.high),
      ttc_loops_compare(loops, TT_DTYPE_I64, low, x.low, y.low),
      ttc_loops_compare(loops, TT_DTYPE_I64, predicate, x.high, y.high));
}

// |x| where the comparison with |y| is so, else |y|.
static ttc_wide_t ttc_wide_better(ttc_loops_t* loops, tt_predi_t predicate,
                                  ttc_wide_t x, ttc_wide_t y) {
  const ttc_node_t better = ttc_wide_compare(loops, predicate, x, y);
  return (ttc_wide_t){
      ttc_loops_select(loops, TT_DTYPE_I64, better, x.low, y.low),
      ttc_loops_select(loops, TT_DTYPE_I64, better, x.high, y.high)};
}

static ttc_wide_t ttc_wide_add(ttc_loops_t* loops, ttc_wide_t x, ttc_wide_t y) {
  const ttc_node_t low = TTC_DO(ADD, x.low, y.low);
  return (ttc_wide_t){low, TTC_DO(ADD, TTC_DO(ADD, x.high, y.high),
                                  ttc_wide_carry(loops, low, x.low))};
}

static ttc_wide_t ttc_wide_sub(ttc_loops_t* loops, ttc_wide_t x, ttc_wide_t y) {
  return (ttc_wide_t){TTC_DO(SUB, x.low, y.low),
                      TTC_DO(SUB, TTC_DO(SUB, x.high, y.high),
                             ttc_wide_carry(loops, x.low, y.low))};
}

static ttc_wide_t ttc_wide_mul(ttc_loops_t* loops, ttc_wide_t x, ttc_wide_t y) {
  const ttc_node_t crossed =
      TTC_DO(ADD, TTC_DO(MUL, x.low, y.high), TTC_DO(MUL, x.high, y.low));
  return (ttc_wide_t){TTC_DO(MUL, x.low, y.low),
                      TTC_DO(ADD, TTC_DO(MULHU, x.low, y.low), crossed)};
}

// Shifts of i64 by what is not below 64, as an unsigned number, give 0: of the
// ways that bits go from half to half, those that do not apply add nothing.
static ttc_wide_t ttc_wide_shift(ttc_loops_t* loops, tt_op_t op, ttc_wide_t x,
                                 ttc_node_t by) {
  const ttc_node_t whole = ttc_loops_index(loops, 64);
  const ttc_node_t rest = TTC_DO(SUB, whole, by);
  const ttc_node_t more = TTC_DO(SUB, by, whole);
  if (op == TT_OP_SHL) {
    return (ttc_wide_t){TTC_DO(SHL, x.low, by),
                        TTC_DO(OR, TTC_DO(SHL, x.high, by),
                               TTC_DO(OR, TTC_DO(SHRU, x.low, rest),
                                      TTC_DO(SHL, x.low, more)))};
  }
  const ttc_node_t low =
      TTC_DO(OR, TTC_DO(SHRU, x.low, by), TTC_DO(SHL, x.high, rest));
  const ttc_node_t high = ttc_loops_op2(loops, op, x.high, by);
  const ttc_node_t moved = ttc_loops_op2(loops, op, x.high, more);
  return (ttc_wide_t){
      ttc_loops_select(
          loops, TT_DTYPE_I64,
          ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_ULT, by, whole), low,
          moved),
      high};
}

static bool ttc_wide_op(ttc_loops_t* loops, tt_op_t op, ttc_wide_t x,
                        ttc_wide_t y, ttc_wide_t* out) {
  switch (op) {
    case TT_OP_ADD:
      *out = ttc_wide_add(loops, x, y);
      return true;
    case TT_OP_SUB:
      *out = ttc_wide_sub(loops, x, y);
      return true;
    case TT_OP_MUL:
      *out = ttc_wide_mul(loops, x, y);
      return true;
    case TT_OP_AND:
    case TT_OP_OR:
    case TT_OP_XOR:
      *out = (ttc_wide_t){ttc_loops_op2(loops, op, x.low, y.low),
                          ttc_loops_op2(loops, op, x.high, y.high)};
      return true;
    case TT_OP_SHL:
    case TT_OP_SHRS:
    case TT_OP_SHRU:
      *out = ttc_wide_shift(loops, op, x, y.low);
      return true;
    case TT_OP_MAXS:
      *out = ttc_wide_better(loops, TT_PREDI_SGT, x, y);
      return true;
    case TT_OP_MINS:
      *out = ttc_wide_better(loops, TT_PREDI_SLT, x, y);
      return true;
    case TT_OP_MAXU:
      *out = ttc_wide_better(loops, TT_PREDI_UGT, x, y);
      return true;
    case TT_OP_MINU:
      *out = ttc_wide_better(loops, TT_PREDI_ULT, x, y);
      return true;
    default:
      return false;
  }
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static tt_dtype_t ttc_wide_lane_of_type(MlirType type) {
  const bool is_wide = mlirTypeIsAInteger(type) && ttc_floor_has_128_bits(type);
  return is_wide ? TT_DTYPE_I64 : ttc_floor_lane_of_type(type);
}

// Operand |i| of |op|; one of fewer bits is extended as |upper| says.
static bool ttc_wide_operand(ttc_floor_reader_t* r, MlirOperation op,
                             intptr_t i, ttc_upper_t upper, ttc_wide_t* out) {
  MlirValue operand = mlirOperationGetOperand(op, i);
  const ttc_floor_value_t* value = ttc_floor_get(r, operand);
  if (value && value->kind == TTC_FLOOR_WIDE) {
    *out = (ttc_wide_t){value->nodes[0], value->nodes[1]};
    return true;
  }
  out->low = ttc_floor_node(r, op, i);
  if (out->low == TTC_NO_NODE) return false;
  const tt_dtype_t kept = (tt_dtype_t)ttc_loops_node(r->loops, out->low)->type;
  if (kept != TT_DTYPE_I64) {
    out->low = ttc_loops_op(r->loops, TT_OP_EXTSI, TT_DTYPE_I64, kept, 0,
                            &out->low, 1);
  }
  if (upper != TTC_ZEROS) {
    out->high =
        ttc_loops_op_const(r->loops, TT_OP_SHRS, TT_DTYPE_I64, out->low, 63);
    return true;
  }
  MlirType type = mlirValueGetType(operand);
  const unsigned bits =
      mlirTypeIsAInteger(type) ? mlirIntegerTypeGetWidth(type) : 64;
  if (bits < 64) {
    out->low = ttc_floor_zero_extend(r->loops, TT_DTYPE_I64, bits, out->low);
  }
  out->high = ttc_loops_index(r->loops, 0);
  return true;
}

// The low bits of |low|, an i64, as result 0 of |op|, which is narrower.
static bool ttc_wide_cut(ttc_floor_reader_t* r, MlirOperation op,
                         ttc_node_t low) {
  ttc_floor_type_t type;
  MlirValue result = mlirOperationGetResult(op, 0);
  if (!ttc_floor_type_of(mlirValueGetType(result), &type)) return false;
  if (type.node != TT_DTYPE_I64) {
    low = ttc_loops_op(r->loops, TT_OP_TRUNCI, type.node, TT_DTYPE_I64, 0, &low,
                       1);
  }
  if (type.narrow_bits) {
    low = ttc_floor_sign_extend(r->loops, type.node, type.narrow_bits, low);
  }
  ttc_floor_set_node(r, result, low);
  return true;
}

bool ttc_floor_wide(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_scalar_op_t lane;
  ttc_wide_t x, y;
  if (!ttc_scalar_op_read(op, ttc_wide_lane_of_type, &lane) ||
      lane.operand_count > 2 || !ttc_wide_operand(r, op, 0, lane.upper, &x)) {
    return false;
  }
  MlirValue result = mlirOperationGetResult(op, 0);
  if (lane.operand_count == 2) {
    if (!ttc_wide_operand(r, op, 1, lane.upper, &y)) return false;
    if (lane.op == TT_OP_CMPI) {
      ttc_floor_set_node(
          r, result, ttc_wide_compare(r->loops, (tt_predi_t)lane.attr, x, y));
      return true;
    }
    if (!ttc_wide_op(r->loops, lane.op, x, y, &x)) return false;
  } else if (lane.op != TT_OP_EXTSI && lane.op != TT_OP_EXTUI &&
             lane.op != TT_OP_TRUNCI && lane.op != TT_OP_MOV) {
    return false;
  } else if (!ttc_floor_has_128_bits(mlirValueGetType(result))) {
    return ttc_wide_cut(r, op, x.low);
  }
  ttc_floor_set(
      r, result,
      (ttc_floor_value_t){.kind = TTC_FLOOR_WIDE, .nodes = {x.low, x.high}});
  return true;
}

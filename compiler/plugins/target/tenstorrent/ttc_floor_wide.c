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

static ttc_wide_t ttc_wide_select(ttc_loops_t* loops, ttc_node_t condition,
                                  ttc_wide_t x, ttc_wide_t y) {
  return (ttc_wide_t){
      ttc_loops_select(loops, TT_DTYPE_I64, condition, x.low, y.low),
      ttc_loops_select(loops, TT_DTYPE_I64, condition, x.high, y.high)};
}

// |x| where the comparison with |y| is so, else |y|.
static ttc_wide_t ttc_wide_better(ttc_loops_t* loops, tt_predi_t predicate,
                                  ttc_wide_t x, ttc_wide_t y) {
  return ttc_wide_select(loops, ttc_wide_compare(loops, predicate, x, y), x, y);
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
// Division
//===----------------------------------------------------------------------===//

static ttc_node_t ttc_both(ttc_loops_t* loops, tt_op_t op, ttc_node_t x,
                           ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_op(loops, op, TT_DTYPE_I1, TT_DTYPE_NONE, 0, operands, 2);
}

static ttc_wide_t ttc_wide_small(ttc_loops_t* loops, int64_t value) {
  return (ttc_wide_t){ttc_loops_index(loops, value),
                      ttc_loops_index(loops, value >> 63)};
}

// 2 * x + |bit|.
static ttc_wide_t ttc_wide_append(ttc_loops_t* loops, ttc_wide_t x,
                                  ttc_node_t bit) {
  const ttc_node_t one = ttc_loops_index(loops, 1);
  const ttc_node_t moved = TTC_DO(SHRU, x.low, ttc_loops_index(loops, 63));
  return (ttc_wide_t){TTC_DO(OR, TTC_DO(SHL, x.low, one), bit),
                      TTC_DO(OR, TTC_DO(SHL, x.high, one), moved)};
}

// A bit of the quotient: of |io|, dividend and remainder so far, the first
// moves its highest bit to the second, and gets the bit as its lowest.
static void ttc_wide_divide_bit(ttc_loops_t* loops, ttc_wide_t divisor,
                                ttc_wide_t io[2]) {
  const ttc_node_t zero = ttc_loops_index(loops, 0);
  const ttc_node_t last = ttc_loops_index(loops, 63);
  const ttc_wide_t rest =
      ttc_wide_append(loops, io[1], TTC_DO(SHRU, io[0].high, last));
  const ttc_node_t fits = ttc_both(
      loops, TT_OP_OR,
      ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_SLT, io[1].high, zero),
      ttc_wide_compare(loops, TT_PREDI_UGE, rest, divisor));
  io[0] = ttc_wide_append(
      loops, io[0],
      ttc_loops_op(loops, TT_OP_EXTUI, TT_DTYPE_I64, TT_DTYPE_I1, 0, &fits, 1));
  io[1] =
      ttc_wide_select(loops, fits, ttc_wide_sub(loops, rest, divisor), rest);
}

// Quotient and remainder of unsigned numbers, by a loop over the bits.
static bool ttc_wide_divide(ttc_floor_reader_t* r, ttc_wide_t x,
                            ttc_wide_t divisor, ttc_wide_t out[2]) {
  ttc_loops_t* loops = r->loops;
  const ttc_node_t zero = ttc_loops_index(loops, 0);
  ttc_stmt_t* stmt =
      ttc_loops_for(loops, r->region, zero, ttc_loops_index(loops, 128),
                    ttc_loops_index(loops, 1), false);
  if (!stmt) return false;
  ttc_region_t* body = stmt->regions[0];
  const ttc_node_t inits[] = {x.low, x.high, zero, zero};
  if (!ttc_loops_carry(loops, stmt, inits, 4)) return false;
  const ttc_node_t* args = body->args.at;
  ttc_wide_t io[2] = {{args[1], args[2]}, {args[3], args[4]}};
  ttc_wide_divide_bit(loops, divisor, io);
  memcpy(body->yields.at, io, sizeof(io));
  memcpy(out, stmt->results.at, 2 * sizeof(*out));
  return true;
}

// Division by |op|, a kind of it or of what it leaves.
static bool ttc_wide_division(ttc_floor_reader_t* r, tt_op_t op, ttc_wide_t x,
                              ttc_wide_t y, ttc_wide_t* out) {
  ttc_loops_t* loops = r->loops;
  const ttc_wide_t zero = ttc_wide_small(loops, 0);
  const bool has_sign = op == TT_OP_DIVS || op == TT_OP_REMS ||
                        op == TT_OP_CEILDIVS || op == TT_OP_FLOORDIVS;
  ttc_wide_t values[] = {x, y}, results[2];
  ttc_node_t minus[2];
  for (int i = 0; i < 2; ++i) {
    minus[i] = has_sign ? ttc_wide_compare(loops, TT_PREDI_SLT, values[i], zero)
                        : ttc_loops_const(loops, TT_DTYPE_I1, 0);
    values[i] = ttc_wide_select(
        loops, minus[i], ttc_wide_sub(loops, zero, values[i]), values[i]);
  }
  if (!ttc_wide_divide(r, values[0], values[1], results)) return false;
  const bool remainder = op == TT_OP_REMS || op == TT_OP_REMU;
  const ttc_node_t negative =
      remainder ? minus[0] : ttc_both(loops, TT_OP_XOR, minus[0], minus[1]);
  const ttc_wide_t result = results[remainder];
  *out = ttc_wide_select(loops, negative, ttc_wide_sub(loops, zero, result),
                         result);
  const bool down = op == TT_OP_FLOORDIVS;
  if (!down && op != TT_OP_CEILDIVS && op != TT_OP_CEILDIVU) return true;
  const ttc_node_t away =
      down ? negative
           : ttc_both(loops, TT_OP_XOR, negative,
                      ttc_loops_const(loops, TT_DTYPE_I1, 1));
  const ttc_node_t rounds =
      ttc_both(loops, TT_OP_AND, away,
               ttc_wide_compare(loops, TT_PREDI_NE, results[1], zero));
  const ttc_wide_t by = ttc_wide_small(loops, down ? -1 : 1);
  *out = ttc_wide_add(loops, *out, ttc_wide_select(loops, rounds, by, zero));
  return true;
}

static bool ttc_is_division(tt_op_t op) {
  return op == TT_OP_DIVS || op == TT_OP_DIVU || op == TT_OP_REMS ||
         op == TT_OP_REMU || op == TT_OP_CEILDIVS || op == TT_OP_CEILDIVU ||
         op == TT_OP_FLOORDIVS;
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
    if (ttc_is_division(lane.op) ? !ttc_wide_division(r, lane.op, x, y, &x)
                                 : !ttc_wide_op(r->loops, lane.op, x, y, &x)) {
      return false;
    }
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

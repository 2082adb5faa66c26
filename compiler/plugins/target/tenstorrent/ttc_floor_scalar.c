// Ops on scalars: by the table of ttc_scalar.h where one lane op says it, here
// where it takes several; and the interface of a dispatch.
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

// How operand or result |i| of |op| is kept; false for what no loop program
// holds.
static bool ttc_operand_kept(MlirOperation op, intptr_t i,
                             ttc_floor_type_t* out) {
  return ttc_floor_type_of(mlirValueGetType(mlirOperationGetOperand(op, i)),
                           out);
}

static bool ttc_result_kept(MlirOperation op, intptr_t i,
                            ttc_floor_type_t* out) {
  return ttc_floor_type_of(mlirValueGetType(mlirOperationGetResult(op, i)),
                           out);
}

//===----------------------------------------------------------------------===//
// Ops with one lane op
//===----------------------------------------------------------------------===//

// Operand |i| of |op| as |lane| reads it.
static ttc_node_t ttc_lane_operand(ttc_floor_reader_t* r, MlirOperation op,
                                   intptr_t i, const ttc_scalar_op_t* lane) {
  ttc_node_t node = ttc_floor_node(r, op, i);
  ttc_floor_type_t type;
  if (node == TTC_NO_NODE || !ttc_operand_kept(op, i, &type)) return node;
  if (type.format && lane->op != TT_OP_SELECT) {
    return ttc_small_decode(r->loops, type.format, node);
  }
  if (!type.narrow_bits || lane->upper == TTC_KEPT) return node;
  return lane->upper == TTC_ZEROS
             ? ttc_floor_zero_extend(r->loops, type.node, type.narrow_bits,
                                     node)
             : ttc_loops_op_const(r->loops, TT_OP_OR, type.node, node,
                                  -(1ll << type.narrow_bits));
}

// |value|, which lane op |lane| made, as values of |type| are kept.
static ttc_node_t ttc_lane_result(ttc_floor_reader_t* r, tt_op_t lane,
                                  const ttc_floor_type_t* type,
                                  ttc_node_t value) {
  if (type->format && lane != TT_OP_SELECT) {
    return ttc_small_encode(r->loops, type->format, value);
  }
  if (!type->narrow_bits) return value;
  if (lane == TT_OP_CTLZ) {
    value = ttc_loops_op_const(
        r->loops, TT_OP_SUB, type->node, value,
        tt_dtype_desc(type->node)->storage_bits - (int64_t)type->narrow_bits);
  }
  return ttc_floor_sign_extend(r->loops, type->node, type->narrow_bits, value);
}

// Result |i| of |op| becomes what |lane| makes of its operands.
static bool ttc_floor_lane(ttc_floor_reader_t* r, MlirOperation op, intptr_t i,
                           const ttc_scalar_op_t* lane) {
  ttc_floor_type_t result;
  ttc_node_t operands[3];
  if (lane->operand_count > 3 || !ttc_result_kept(op, i, &result)) return false;
  for (uint32_t j = 0; j < lane->operand_count; ++j) {
    operands[j] = ttc_lane_operand(r, op, j, lane);
    if (operands[j] == TTC_NO_NODE) return false;
  }
  // Chosen as they are.
  const tt_dtype_t type = lane->op == TT_OP_SELECT ? result.node : lane->type;
  const tt_op_desc_t* desc = &tt_op_descs[lane->op];
  bool is_cast = lane->type2 != TT_DTYPE_NONE;
  // A cast between types that are kept alike is one of nothing.
  bool is_nothing = is_cast && type == lane->type2 && lane->op != TT_OP_FPOWI;
  if (!is_nothing && (!(desc->types & (1u << type)) ||
                      (is_cast && !(desc->types2 & (1u << lane->type2))))) {
    return ttc_floor_fail(r, op, "is not possible on this type");
  }
  ttc_node_t value = operands[0];
  if (!is_nothing) {
    value = ttc_loops_op(r->loops, lane->op, type, lane->type2, lane->attr,
                         operands, lane->operand_count);
  }
  if (lane->truncated) {
    value = ttc_loops_op(r->loops, TT_OP_TRUNCI, lane->result_type, type, 0,
                         &value, 1);
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, i),
                     ttc_lane_result(r, lane->op, &result, value));
  return true;
}

bool ttc_floor_scalar(ttc_floor_reader_t* r, MlirOperation op) {
  if (ttc_floor_is_wide(op)) return ttc_floor_wide(r, op);
  ttc_scalar_op_t lane;
  return ttc_scalar_op_read(op, ttc_floor_lane_of_type, &lane) &&
         ttc_floor_lane(r, op, 0, &lane);
}

//===----------------------------------------------------------------------===//
// Ops that take more
//===----------------------------------------------------------------------===//

static ttc_node_t ttc_bool(ttc_floor_reader_t* r, bool value) {
  return ttc_loops_const(r->loops, TT_DTYPE_I1, value);
}

static bool ttc_floor_complex_constant(ttc_floor_reader_t* r,
                                       MlirOperation op) {
  MlirAttribute parts = ttc_op_attr(op, "value");
  ttc_floor_value_t value = {.kind = TTC_FLOOR_COMPLEX};
  for (int i = 0; i < 2; ++i) {
    tt_dtype_t type;
    uint64_t bits;
    if (!mlirAttributeIsAArray(parts) ||
        !ttc_scalar_constant_read(mlirArrayAttrGetElement(parts, i),
                                  ttc_dtype_of_type, &type, &bits)) {
      return false;
    }
    value.nodes[i] = ttc_loops_const(r->loops, type, bits);
  }
  ttc_floor_set(r, mlirOperationGetResult(op, 0), value);
  return true;
}

static bool ttc_floor_constant(ttc_floor_reader_t* r, MlirOperation op) {
  tt_dtype_t type;
  uint64_t bits;
  MlirType result = mlirValueGetType(mlirOperationGetResult(op, 0));
  ttc_floor_type_t kept;
  if (ttc_scalar_constant_op_read(op, ttc_floor_lane_of_type, &type, &bits) &&
      ttc_result_kept(op, 0, &kept)) {
    ttc_node_t value = ttc_loops_const(r->loops, type, bits);
    if (kept.format) value = ttc_small_encode(r->loops, kept.format, value);
    ttc_floor_set_node(r, mlirOperationGetResult(op, 0), value);
    return true;
  }
  if (ttc_floor_has_128_bits(result)) return ttc_floor_wide_constant(r, op);
  if (!mlirTypeIsAShaped(result)) return false;
  return ttc_floor_dense(r, op, ttc_op_attr(op, "value"));
}

// arith.cmpf has two predicates more than the lane op: always false and always
// true.
static bool ttc_floor_cmpf(ttc_floor_reader_t* r, MlirOperation op) {
  enum { TTC_CMPF_FALSE = 0, TTC_CMPF_TRUE = 15 };
  int64_t predicate = mlirIntegerAttrGetValueInt(ttc_op_attr(op, "predicate"));
  if (predicate != TTC_CMPF_FALSE && predicate != TTC_CMPF_TRUE) {
    return ttc_floor_scalar(r, op);
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_bool(r, predicate == TTC_CMPF_TRUE));
  return true;
}

// Between a small float and an integer of its width: the bits stay.
static bool ttc_floor_bitcast(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_type_t from, to;
  if (!ttc_operand_kept(op, 0, &from) || !ttc_result_kept(op, 0, &to)) {
    return false;
  }
  if (!from.format && !to.format) return ttc_floor_scalar(r, op);
  ttc_node_t value = ttc_floor_node(r, op, 0);
  if (value == TTC_NO_NODE) return false;
  if (to.narrow_bits) {
    value = ttc_floor_sign_extend(r->loops, to.node, to.narrow_bits, value);
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0), value);
  return true;
}

// Operand |i| of |op|, a float, as an f32.
static ttc_node_t ttc_operand_f32(ttc_floor_reader_t* r, MlirOperation op,
                                  intptr_t i) {
  const ttc_scalar_op_t cast = {.op = TT_OP_FPCAST};
  ttc_node_t node = ttc_lane_operand(r, op, i, &cast);
  tt_dtype_t type =
      ttc_floor_lane_of_type(mlirValueGetType(mlirOperationGetOperand(op, i)));
  if (node == TTC_NO_NODE || type == TT_DTYPE_F32) return node;
  return ttc_loops_op(r->loops, TT_OP_FPCAST, TT_DTYPE_F32, type, 0, &node, 1);
}

// arith.scaling_extf multiplies by a scale, scaling_truncf divides by one; what
// is not f8E8M0FNU counts as the power of 2 that it begins with.
static bool ttc_floor_scaling(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_small_float_t* power = ttc_small_find("f8E8M0FNU");
  ttc_floor_type_t result;
  ttc_node_t x = ttc_operand_f32(r, op, 0), scale = ttc_operand_f32(r, op, 1);
  if (r->loops->status || !ttc_result_kept(op, 0, &result)) return false;
  scale = ttc_small_decode(r->loops, power,
                           ttc_small_encode(r->loops, power, scale));
  const ttc_node_t operands[] = {x, scale};
  ttc_node_t value = ttc_loops_op(
      r->loops, ttc_op_is(op, "arith.scaling_extf") ? TT_OP_MUL : TT_OP_DIVF,
      TT_DTYPE_F32, TT_DTYPE_NONE, 0, operands, 2);
  if (result.lane != TT_DTYPE_F32) {
    value = ttc_loops_op(r->loops, TT_OP_FPCAST, result.lane, TT_DTYPE_F32, 0,
                         &value, 1);
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_lane_result(r, TT_OP_FPCAST, &result, value));
  return true;
}

static bool ttc_floor_select(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_floor_value_t* x = ttc_floor_get(r, mlirOperationGetOperand(op, 1));
  const ttc_floor_value_t* y = ttc_floor_get(r, mlirOperationGetOperand(op, 2));
  if (!x || !y || ttc_floor_parts(x->kind) != 2) return ttc_floor_scalar(r, op);
  ttc_node_t condition = ttc_floor_node(r, op, 0);
  if (condition == TTC_NO_NODE || y->kind != x->kind) return false;
  ttc_floor_value_t value = {.kind = x->kind};
  for (int i = 0; i < 2; ++i) {
    tt_dtype_t type = (tt_dtype_t)ttc_loops_node(r->loops, x->nodes[i])->type;
    value.nodes[i] =
        ttc_loops_select(r->loops, type, condition, x->nodes[i], y->nodes[i]);
  }
  ttc_floor_set(r, mlirOperationGetResult(op, 0), value);
  return true;
}

// The sum has a carry where it is less than what was added to.
static bool ttc_floor_addui_extended(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_type_t type;
  if (!ttc_result_kept(op, 0, &type)) return false;
  const ttc_scalar_op_t add = {
      .op = TT_OP_ADD, .type = type.node, .operand_count = 2};
  if (!ttc_floor_lane(r, op, 0, &add)) return false;
  const ttc_node_t sum =
      ttc_floor_get(r, mlirOperationGetResult(op, 0))->nodes[0];
  ttc_floor_set_node(r, mlirOperationGetResult(op, 1),
                     ttc_loops_compare(r->loops, type.node, TT_PREDI_ULT, sum,
                                       ttc_floor_node(r, op, 0)));
  return true;
}

// The high half of a product of narrow integers begins in the low half of that
// of the wider ones.
static bool ttc_floor_mul_extended(ttc_floor_reader_t* r, MlirOperation op) {
  const bool is_signed = ttc_op_is(op, "arith.mulsi_extended");
  const ttc_scalar_op_t lane = {.op = is_signed ? TT_OP_MULHS : TT_OP_MULHU,
                                .upper = is_signed ? TTC_KEPT : TTC_ZEROS};
  ttc_floor_type_t type;
  const ttc_node_t operands[] = {ttc_lane_operand(r, op, 0, &lane),
                                 ttc_lane_operand(r, op, 1, &lane)};
  if (r->loops->status || !ttc_result_kept(op, 0, &type)) return false;
  ttc_node_t halves[2];
  for (int i = 0; i < 2; ++i) {
    halves[i] = ttc_loops_op(r->loops, i ? lane.op : TT_OP_MUL, type.node,
                             TT_DTYPE_NONE, 0, operands, 2);
  }
  if (type.narrow_bits) {
    const int64_t bits = tt_dtype_desc(type.node)->storage_bits;
    const ttc_node_t parts[] = {
        ttc_loops_op_const(r->loops, TT_OP_SHRU, type.node, halves[0],
                           type.narrow_bits),
        ttc_loops_op_const(r->loops, TT_OP_SHL, type.node, halves[1],
                           bits - type.narrow_bits)};
    halves[1] =
        ttc_loops_op(r->loops, TT_OP_OR, type.node, TT_DTYPE_NONE, 0, parts, 2);
  }
  for (int i = 0; i < 2; ++i) {
    ttc_floor_set_node(r, mlirOperationGetResult(op, i),
                       ttc_lane_result(r, lane.op, &type, halves[i]));
  }
  return true;
}

static bool ttc_floor_sincos(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_type_t type;
  if (!ttc_result_kept(op, 0, &type)) return false;
  const ttc_scalar_op_t sin = {
      .op = TT_OP_SIN, .type = type.lane, .operand_count = 1};
  const ttc_scalar_op_t cos = {
      .op = TT_OP_COS, .type = type.lane, .operand_count = 1};
  return ttc_floor_lane(r, op, 0, &sin) && ttc_floor_lane(r, op, 1, &cos);
}

static bool ttc_floor_clampf(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_scalar_op_t lane = {.op = TT_OP_MINF};
  ttc_floor_type_t type;
  ttc_node_t value = ttc_lane_operand(r, op, 0, &lane);
  ttc_node_t low = ttc_lane_operand(r, op, 1, &lane);
  ttc_node_t high = ttc_lane_operand(r, op, 2, &lane);
  if (r->loops->status || !ttc_result_kept(op, 0, &type)) return false;
  const ttc_node_t raised[] = {value, low};
  value = ttc_loops_op(r->loops, TT_OP_MAXF, type.lane, TT_DTYPE_NONE, 0,
                       raised, 2);
  const ttc_node_t lowered[] = {value, high};
  value = ttc_loops_op(r->loops, TT_OP_MINF, type.lane, TT_DTYPE_NONE, 0,
                       lowered, 2);
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_lane_result(r, TT_OP_MINF, &type, value));
  return true;
}

static bool ttc_floor_index_constant(ttc_floor_reader_t* r, MlirOperation op) {
  tt_dtype_t type;
  uint64_t bits;
  if (!ttc_scalar_constant_read(ttc_op_attr(op, "value"), ttc_dtype_of_type,
                                &type, &bits)) {
    return false;
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_loops_const(r->loops, type, bits));
  return true;
}

static bool ttc_floor_index_cmp(ttc_floor_reader_t* r, MlirOperation op) {
  // #index<cmp_predicate slt>, in the words of cmpi, in its order.
  static const char* const words[TT_PREDI_COUNT] = {
      " eq",  " ne",  " slt", " sle", " sgt",
      " sge", " ult", " ule", " ugt", " uge"};
  const ttc_node_t x = ttc_floor_node(r, op, 0), y = ttc_floor_node(r, op, 1);
  char* text = ttc_attribute_text(ttc_op_attr(op, "pred"));
  uint32_t predicate = 0;
  while (text && predicate < TT_PREDI_COUNT &&
         !strstr(text, words[predicate])) {
    ++predicate;
  }
  free(text);
  if (!text || predicate == TT_PREDI_COUNT || r->loops->status) return false;
  ttc_floor_set_node(
      r, mlirOperationGetResult(op, 0),
      ttc_loops_compare(r->loops, TT_DTYPE_I64, (tt_predi_t)predicate, x, y));
  return true;
}

static bool ttc_floor_complex_create(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_value_t value = {.kind = TTC_FLOOR_COMPLEX};
  for (int i = 0; i < 2; ++i) value.nodes[i] = ttc_floor_node(r, op, i);
  ttc_floor_set(r, mlirOperationGetResult(op, 0), value);
  return !r->loops->status;
}

static bool ttc_floor_complex_part(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_floor_value_t* value =
      ttc_floor_get(r, mlirOperationGetOperand(op, 0));
  if (!value || value->kind != TTC_FLOOR_COMPLEX) return false;
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     value->nodes[ttc_op_is(op, "complex.im")]);
  return true;
}

//===----------------------------------------------------------------------===//
// The interface of a dispatch
//===----------------------------------------------------------------------===//

static bool ttc_floor_push_constant(ttc_floor_reader_t* r, MlirOperation op) {
  MlirAttribute ordinal = ttc_op_attr(op, "ordinal");
  ttc_node_t value = ttc_loops_leaf(
      r->loops, TTC_NODE_PUSH, (uint64_t)mlirIntegerAttrGetValueInt(ordinal));
  MlirType mlir_type = mlirValueGetType(mlirOperationGetResult(op, 0));
  tt_dtype_t type = ttc_dtype_of_type(mlir_type);
  if (type == TT_DTYPE_NONE) return false;
  if (type == TT_DTYPE_F32 || type == TT_DTYPE_I32) {
    value = ttc_loops_op(r->loops, TT_OP_TRUNCI, TT_DTYPE_I32, TT_DTYPE_I64, 0,
                         &value, 1);
  }
  if (type == TT_DTYPE_F32) {
    value =
        ttc_loops_op(r->loops, TT_OP_BITCAST, type, TT_DTYPE_I32, 0, &value, 1);
  } else if (type != TT_DTYPE_I32 && !mlirTypeIsAIndex(mlir_type)) {
    return ttc_floor_fail(r, op, "is not of type i32, f32 or index");
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0), value);
  return true;
}

// The device distributes the work itself: one workgroup does everything.
static bool ttc_floor_workgroup_id(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_loops_index(r->loops, 0));
  return true;
}

static bool ttc_floor_workgroup_count(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0),
                     ttc_loops_index(r->loops, 1));
  return true;
}

const ttc_floor_row_t ttc_floor_scalar_rows[] = {
    {"arith.addui_extended", ttc_floor_addui_extended},
    {"arith.bitcast", ttc_floor_bitcast},
    {"arith.cmpf", ttc_floor_cmpf},
    {"arith.constant", ttc_floor_constant},
    {"arith.mulsi_extended", ttc_floor_mul_extended},
    {"arith.mului_extended", ttc_floor_mul_extended},
    {"arith.scaling_extf", ttc_floor_scaling},
    {"arith.scaling_truncf", ttc_floor_scaling},
    {"arith.select", ttc_floor_select},
    {"complex.constant", ttc_floor_complex_constant},
    {"complex.create", ttc_floor_complex_create},
    {"complex.im", ttc_floor_complex_part},
    {"complex.re", ttc_floor_complex_part},
    {"hal.interface.constant.load", ttc_floor_push_constant},
    {"hal.interface.workgroup.count", ttc_floor_workgroup_count},
    {"hal.interface.workgroup.id", ttc_floor_workgroup_id},
    {"hal.interface.workgroup.size", ttc_floor_workgroup_count},
    {"index.bool.constant", ttc_floor_index_constant},
    {"index.cmp", ttc_floor_index_cmp},
    {"index.constant", ttc_floor_index_constant},
    {"math.clampf", ttc_floor_clampf},
    {"math.sincos", ttc_floor_sincos},
    {NULL, NULL},
};

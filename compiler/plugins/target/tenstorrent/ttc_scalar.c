#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

tt_dtype_t ttc_dtype_of_type(MlirType type) {
  if (mlirTypeIsAIndex(type)) return TT_DTYPE_I64;
  if (mlirTypeIsAF32(type)) return TT_DTYPE_F32;
  if (mlirTypeIsAF16(type)) return TT_DTYPE_F16;
  if (mlirTypeIsABF16(type)) return TT_DTYPE_BF16;
  if (mlirTypeIsAF64(type)) return TT_DTYPE_F64;
  if (!mlirTypeIsAInteger(type)) return TT_DTYPE_NONE;
  switch (mlirIntegerTypeGetWidth(type)) {
    case 1:
      return TT_DTYPE_I1;
    case 4:
      return TT_DTYPE_I4;
    case 8:
      return TT_DTYPE_I8;
    case 16:
      return TT_DTYPE_I16;
    case 32:
      return TT_DTYPE_I32;
    case 64:
      return TT_DTYPE_I64;
    default:
      return TT_DTYPE_NONE;
  }
}

// How the types of a lane op follow from its MLIR op.
typedef enum ttc_shape_e {
  TTC_SAME,     // type = result type
  TTC_COMPARE,  // type = type of operand 0, result i1
  TTC_CAST,     // type = result type, type2 = type of operand 0
  TTC_POWER,    // type = result type, type2 = type of operand 1
  // Between index and an integer: widens, narrows or moves.
  TTC_INDEX_SIGNED,
  TTC_INDEX_UNSIGNED,
} ttc_shape_t;

typedef struct ttc_scalar_row_t {
  const char* name;
  uint16_t op;    // tt_op_t
  uint8_t shape;  // ttc_shape_t
  uint8_t upper;  // ttc_upper_t
} ttc_scalar_row_t;

static const ttc_scalar_row_t ttc_scalar_rows[] = {
    {"arith.addf", TT_OP_ADD, TTC_SAME, TTC_KEPT},
    {"arith.subf", TT_OP_SUB, TTC_SAME, TTC_KEPT},
    {"arith.mulf", TT_OP_MUL, TTC_SAME, TTC_KEPT},
    {"arith.divf", TT_OP_DIVF, TTC_SAME, TTC_KEPT},
    {"arith.remf", TT_OP_REMF, TTC_SAME, TTC_KEPT},
    {"arith.negf", TT_OP_NEGF, TTC_SAME, TTC_KEPT},
    {"arith.maximumf", TT_OP_MAXF, TTC_SAME, TTC_KEPT},
    {"arith.minimumf", TT_OP_MINF, TTC_SAME, TTC_KEPT},
    {"arith.maxnumf", TT_OP_MAXNUMF, TTC_SAME, TTC_KEPT},
    {"arith.minnumf", TT_OP_MINNUMF, TTC_SAME, TTC_KEPT},
    {"arith.cmpf", TT_OP_CMPF, TTC_COMPARE, TTC_KEPT},
    {"arith.addi", TT_OP_ADD, TTC_SAME, TTC_KEPT},
    {"arith.subi", TT_OP_SUB, TTC_SAME, TTC_KEPT},
    {"arith.muli", TT_OP_MUL, TTC_SAME, TTC_KEPT},
    {"arith.divsi", TT_OP_DIVS, TTC_SAME, TTC_KEPT},
    {"arith.divui", TT_OP_DIVU, TTC_SAME, TTC_ZEROS},
    {"arith.remsi", TT_OP_REMS, TTC_SAME, TTC_KEPT},
    {"arith.remui", TT_OP_REMU, TTC_SAME, TTC_ZEROS},
    {"arith.ceildivsi", TT_OP_CEILDIVS, TTC_SAME, TTC_KEPT},
    {"arith.ceildivui", TT_OP_CEILDIVU, TTC_SAME, TTC_ZEROS},
    {"arith.floordivsi", TT_OP_FLOORDIVS, TTC_SAME, TTC_KEPT},
    {"arith.maxsi", TT_OP_MAXS, TTC_SAME, TTC_KEPT},
    {"arith.minsi", TT_OP_MINS, TTC_SAME, TTC_KEPT},
    {"arith.maxui", TT_OP_MAXU, TTC_SAME, TTC_KEPT},
    {"arith.minui", TT_OP_MINU, TTC_SAME, TTC_KEPT},
    {"arith.andi", TT_OP_AND, TTC_SAME, TTC_KEPT},
    {"arith.ori", TT_OP_OR, TTC_SAME, TTC_KEPT},
    {"arith.xori", TT_OP_XOR, TTC_SAME, TTC_KEPT},
    {"arith.shli", TT_OP_SHL, TTC_SAME, TTC_KEPT},
    {"arith.shrsi", TT_OP_SHRS, TTC_SAME, TTC_KEPT},
    {"arith.shrui", TT_OP_SHRU, TTC_SAME, TTC_ZEROS},
    {"arith.cmpi", TT_OP_CMPI, TTC_COMPARE, TTC_KEPT},
    {"arith.select", TT_OP_SELECT, TTC_SAME, TTC_KEPT},
    {"arith.extf", TT_OP_FPCAST, TTC_CAST, TTC_KEPT},
    {"arith.truncf", TT_OP_FPCAST, TTC_CAST, TTC_KEPT},
    {"arith.sitofp", TT_OP_SITOFP, TTC_CAST, TTC_KEPT},
    {"arith.uitofp", TT_OP_UITOFP, TTC_CAST, TTC_ZEROS},
    {"arith.fptosi", TT_OP_FPTOSI, TTC_CAST, TTC_KEPT},
    {"arith.fptoui", TT_OP_FPTOUI, TTC_CAST, TTC_KEPT},
    {"arith.extsi", TT_OP_EXTSI, TTC_CAST, TTC_KEPT},
    {"arith.extui", TT_OP_EXTUI, TTC_CAST, TTC_ZEROS},
    {"arith.trunci", TT_OP_TRUNCI, TTC_CAST, TTC_KEPT},
    {"arith.bitcast", TT_OP_BITCAST, TTC_CAST, TTC_KEPT},
    {"arith.index_cast", TT_OP_EXTSI, TTC_INDEX_SIGNED, TTC_KEPT},
    {"arith.index_castui", TT_OP_EXTUI, TTC_INDEX_UNSIGNED, TTC_ZEROS},
    {"index.add", TT_OP_ADD, TTC_SAME, TTC_KEPT},
    {"index.and", TT_OP_AND, TTC_SAME, TTC_KEPT},
    {"index.ceildivs", TT_OP_CEILDIVS, TTC_SAME, TTC_KEPT},
    {"index.ceildivu", TT_OP_CEILDIVU, TTC_SAME, TTC_ZEROS},
    {"index.divs", TT_OP_DIVS, TTC_SAME, TTC_KEPT},
    {"index.divu", TT_OP_DIVU, TTC_SAME, TTC_ZEROS},
    {"index.floordivs", TT_OP_FLOORDIVS, TTC_SAME, TTC_KEPT},
    {"index.maxs", TT_OP_MAXS, TTC_SAME, TTC_KEPT},
    {"index.maxu", TT_OP_MAXU, TTC_SAME, TTC_KEPT},
    {"index.mins", TT_OP_MINS, TTC_SAME, TTC_KEPT},
    {"index.minu", TT_OP_MINU, TTC_SAME, TTC_KEPT},
    {"index.mul", TT_OP_MUL, TTC_SAME, TTC_KEPT},
    {"index.or", TT_OP_OR, TTC_SAME, TTC_KEPT},
    {"index.rems", TT_OP_REMS, TTC_SAME, TTC_KEPT},
    {"index.remu", TT_OP_REMU, TTC_SAME, TTC_ZEROS},
    {"index.shl", TT_OP_SHL, TTC_SAME, TTC_KEPT},
    {"index.shrs", TT_OP_SHRS, TTC_SAME, TTC_KEPT},
    {"index.shru", TT_OP_SHRU, TTC_SAME, TTC_ZEROS},
    {"index.sub", TT_OP_SUB, TTC_SAME, TTC_KEPT},
    {"index.xor", TT_OP_XOR, TTC_SAME, TTC_KEPT},
    {"index.casts", TT_OP_EXTSI, TTC_INDEX_SIGNED, TTC_KEPT},
    {"index.castu", TT_OP_EXTUI, TTC_INDEX_UNSIGNED, TTC_ZEROS},
    {"math.absf", TT_OP_ABSF, TTC_SAME, TTC_KEPT},
    {"math.absi", TT_OP_ABSI, TTC_SAME, TTC_KEPT},
    {"math.acos", TT_OP_ACOS, TTC_SAME, TTC_KEPT},
    {"math.acosh", TT_OP_ACOSH, TTC_SAME, TTC_KEPT},
    {"math.asin", TT_OP_ASIN, TTC_SAME, TTC_KEPT},
    {"math.asinh", TT_OP_ASINH, TTC_SAME, TTC_KEPT},
    {"math.atan", TT_OP_ATAN, TTC_SAME, TTC_KEPT},
    {"math.atan2", TT_OP_ATAN2, TTC_SAME, TTC_KEPT},
    {"math.atanh", TT_OP_ATANH, TTC_SAME, TTC_KEPT},
    {"math.cbrt", TT_OP_CBRT, TTC_SAME, TTC_KEPT},
    {"math.ceil", TT_OP_CEIL, TTC_SAME, TTC_KEPT},
    {"math.copysign", TT_OP_COPYSIGN, TTC_SAME, TTC_KEPT},
    {"math.cos", TT_OP_COS, TTC_SAME, TTC_KEPT},
    {"math.cosh", TT_OP_COSH, TTC_SAME, TTC_KEPT},
    {"math.ctlz", TT_OP_CTLZ, TTC_SAME, TTC_ZEROS},
    {"math.ctpop", TT_OP_CTPOP, TTC_SAME, TTC_ZEROS},
    {"math.cttz", TT_OP_CTTZ, TTC_SAME, TTC_ONES},
    {"math.erf", TT_OP_ERF, TTC_SAME, TTC_KEPT},
    {"math.erfc", TT_OP_ERFC, TTC_SAME, TTC_KEPT},
    {"math.exp", TT_OP_EXP, TTC_SAME, TTC_KEPT},
    {"math.exp2", TT_OP_EXP2, TTC_SAME, TTC_KEPT},
    {"math.expm1", TT_OP_EXPM1, TTC_SAME, TTC_KEPT},
    {"math.floor", TT_OP_FLOOR, TTC_SAME, TTC_KEPT},
    {"math.fma", TT_OP_FMA, TTC_SAME, TTC_KEPT},
    {"math.fpowi", TT_OP_FPOWI, TTC_POWER, TTC_KEPT},
    {"math.ipowi", TT_OP_IPOWI, TTC_SAME, TTC_KEPT},
    {"math.isfinite", TT_OP_ISFINITE, TTC_COMPARE, TTC_KEPT},
    {"math.isinf", TT_OP_ISINF, TTC_COMPARE, TTC_KEPT},
    {"math.isnan", TT_OP_ISNAN, TTC_COMPARE, TTC_KEPT},
    {"math.log", TT_OP_LOG, TTC_SAME, TTC_KEPT},
    {"math.log10", TT_OP_LOG10, TTC_SAME, TTC_KEPT},
    {"math.log1p", TT_OP_LOG1P, TTC_SAME, TTC_KEPT},
    {"math.log2", TT_OP_LOG2, TTC_SAME, TTC_KEPT},
    {"math.powf", TT_OP_POW, TTC_SAME, TTC_KEPT},
    {"math.round", TT_OP_ROUND, TTC_SAME, TTC_KEPT},
    {"math.roundeven", TT_OP_ROUNDEVEN, TTC_SAME, TTC_KEPT},
    {"math.rsqrt", TT_OP_RSQRT, TTC_SAME, TTC_KEPT},
    {"math.sin", TT_OP_SIN, TTC_SAME, TTC_KEPT},
    {"math.sinh", TT_OP_SINH, TTC_SAME, TTC_KEPT},
    {"math.sqrt", TT_OP_SQRT, TTC_SAME, TTC_KEPT},
    {"math.tan", TT_OP_TAN, TTC_SAME, TTC_KEPT},
    {"math.tanh", TT_OP_TANH, TTC_SAME, TTC_KEPT},
    {"math.trunc", TT_OP_TRUNC, TTC_SAME, TTC_KEPT},
};

static const ttc_scalar_row_t* ttc_scalar_find(MlirStringRef name) {
  for (size_t i = 0; i < sizeof(ttc_scalar_rows) / sizeof(*ttc_scalar_rows);
       ++i) {
    if (ttc_str_equal(name, ttc_scalar_rows[i].name)) {
      return &ttc_scalar_rows[i];
    }
  }
  return NULL;
}

// Values of arith's CmpFPredicate are false, then ours in our order, then true;
// those of CmpIPredicate are ours.
_Static_assert(TT_PREDF_OEQ == 0 && TT_PREDF_ORD == 6 && TT_PREDF_UNO == 13,
               "arith.cmpf's predicates are one more");
_Static_assert(TT_PREDI_EQ == 0 && TT_PREDI_SLT == 2 && TT_PREDI_UGE == 9,
               "arith.cmpi's predicates are the same");

static bool ttc_scalar_predicate(MlirOperation op, tt_op_t lane,
                                 uint32_t* out_attr) {
  *out_attr = 0;
  if (lane != TT_OP_CMPF && lane != TT_OP_CMPI) return true;
  MlirAttribute attribute = ttc_op_attr(op, "predicate");
  if (!attribute.ptr) return false;
  int64_t value = mlirIntegerAttrGetValueInt(attribute);
  int64_t first = lane == TT_OP_CMPF ? 1 : 0;
  int64_t count = lane == TT_OP_CMPF ? TT_PREDF_COUNT : TT_PREDI_COUNT;
  if (value < first || value >= first + count) return false;
  *out_attr = (uint32_t)(value - first);
  return true;
}

// index is I64: a cast between index and an integer keeps, widens or narrows.
static void ttc_scalar_index_cast(ttc_scalar_op_t* out, tt_dtype_t source) {
  uint8_t from = tt_dtype_desc(source)->storage_bits;
  uint8_t to = tt_dtype_desc(out->type)->storage_bits;
  out->type2 = source;
  if (to < from) {
    out->op = TT_OP_TRUNCI;
  } else if (to == from) {
    out->op = TT_OP_MOV;
    out->type2 = TT_DTYPE_NONE;
  }
}

// MLIR leaves values that a narrow integer does not hold undefined, but IREE's
// front ends convert to an unsigned one by arith.fptosi. They get what a CPU
// gives them: the low bits of the conversion to 32 bits.
static void ttc_scalar_narrow_cast(ttc_scalar_op_t* out) {
  if ((out->op == TT_OP_FPTOSI || out->op == TT_OP_FPTOUI) &&
      (out->type == TT_DTYPE_I8 || out->type == TT_DTYPE_I16)) {
    out->op = TT_OP_FPTOSI;
    out->type = TT_DTYPE_I32;
    out->truncated = true;
  }
}

bool ttc_scalar_op_read(MlirOperation op, ttc_dtype_of_fn_t dtype_of,
                        ttc_scalar_op_t* out) {
  const ttc_scalar_row_t* row = ttc_scalar_find(ttc_op_name(op));
  if (!row || mlirOperationGetNumResults(op) != 1) return false;
  intptr_t count = mlirOperationGetNumOperands(op);
  if (count < 1) return false;
  tt_dtype_t result = dtype_of(mlirValueGetType(mlirOperationGetResult(op, 0)));
  tt_dtype_t first = dtype_of(mlirValueGetType(mlirOperationGetOperand(op, 0)));
  if (result == TT_DTYPE_NONE || first == TT_DTYPE_NONE) return false;
  *out = (ttc_scalar_op_t){.op = (tt_op_t)row->op,
                           .type = result,
                           .result_type = result,
                           .upper = (ttc_upper_t)row->upper,
                           .operand_count = (uint32_t)count};
  switch ((ttc_shape_t)row->shape) {
    case TTC_SAME:
      break;
    case TTC_COMPARE:
      out->type = first;
      break;
    case TTC_CAST:
      out->type2 = first;
      ttc_scalar_narrow_cast(out);
      break;
    case TTC_POWER:
      out->type2 = dtype_of(mlirValueGetType(mlirOperationGetOperand(op, 1)));
      if (out->type2 == TT_DTYPE_NONE) return false;
      break;
    case TTC_INDEX_SIGNED:
    case TTC_INDEX_UNSIGNED:
      ttc_scalar_index_cast(out, first);
      break;
  }
  return ttc_scalar_predicate(op, out->op, &out->attr);
}

bool ttc_scalar_constant_read(MlirAttribute attribute,
                              ttc_dtype_of_fn_t dtype_of, tt_dtype_t* out_type,
                              uint64_t* out_bits) {
  bool is_float = mlirAttributeIsAFloat(attribute);
  if (!is_float && !mlirAttributeIsAInteger(attribute)) return false;
  tt_dtype_t type = dtype_of(mlirAttributeGetType(attribute));
  if (type == TT_DTYPE_NONE) return false;
  *out_type = type;
  if (!is_float) {
    MlirType mlir_type = mlirAttributeGetType(attribute);
    // Each getter asserts its own signedness.
    int64_t value = mlirTypeIsAIndex(mlir_type)
                        ? mlirIntegerAttrGetValueInt(attribute)
                    : mlirIntegerTypeIsUnsigned(mlir_type)
                        ? (int64_t)mlirIntegerAttrGetValueUInt(attribute)
                    : mlirIntegerTypeIsSigned(mlir_type)
                        ? mlirIntegerAttrGetValueSInt(attribute)
                        : mlirIntegerAttrGetValueInt(attribute);
    // The attribute of a signless i1 reads as 0 and -1.
    if (type == TT_DTYPE_I1) value &= 1;
    unsigned shift = 64u - tt_dtype_desc(type)->storage_bits;
    if (type != TT_DTYPE_I1) {
      value = (int64_t)((uint64_t)value << shift) >> shift;
    }
    *out_bits = (uint64_t)value;
    return true;
  }
  double value = mlirFloatAttrGetValueDouble(attribute);
  *out_bits = 0;
  if (type == TT_DTYPE_F64) {
    memcpy(out_bits, &value, sizeof(value));
  } else {
    float narrow =
        (float)value;  // exact: the value is one of f32 or a narrower type
    memcpy(out_bits, &narrow, sizeof(narrow));
  }
  return true;
}

bool ttc_scalar_constant_op_read(MlirOperation op, ttc_dtype_of_fn_t dtype_of,
                                 tt_dtype_t* out_type, uint64_t* out_bits) {
  if (!ttc_op_is(op, "arith.constant")) return false;
  MlirAttribute value = ttc_op_attr(op, "value");
  return value.ptr &&
         ttc_scalar_constant_read(value, dtype_of, out_type, out_bits);
}

#include "tile/op.h"

#include <math.h>
#include <stddef.h>

#include "tile/immediate.h"

// Names that ops.def uses in its columns.
enum {
  L = 1 << TT_UNIT_LAUNCH,
  R = 1 << TT_UNIT_READER,
  C = 1 << TT_UNIT_COMPUTE,
  W = 1 << TT_UNIT_WRITER,
};
#define RESULT_0 TT_RESULT_NONE
#define RESULT_TYPE TT_RESULT_TYPE
#define RESULT_I1 TT_RESULT_I1
#define RESULT_I64 TT_RESULT_I64

const tt_op_desc_t tt_op_descs[TT_OP_COUNT] = {
#define TT_OP(name, mnemonic_, class_, units_, result_, signature_, types_, \
              types2_, tile_types_, attr_, ulp_, callee_, doc_)             \
  [TT_OP_##name] = {.mnemonic = mnemonic_,                                  \
                    .signature = signature_,                                \
                    .callee = callee_,                                      \
                    .doc = doc_,                                            \
                    .op_class = TT_OP_CLASS_##class_,                       \
                    .units = units_,                                        \
                    .result = RESULT_##result_,                             \
                    .attr = TT_ATTR_##attr_,                                \
                    .types = types_,                                        \
                    .types2 = types2_,                                      \
                    .tile_types = tile_types_,                              \
                    .ulp = ulp_},
#include "tile/ops.def"
#undef TT_OP
};

#define TT_OP(name, mnemonic, class_, units, result, signature, ...) \
  _Static_assert(sizeof(signature) - 1 <= 9, "too many operands: " mnemonic);
#include "tile/ops.def"
#undef TT_OP

bool tt_predi_holds(tt_predi_t predicate, int64_t x, int64_t y) {
  const uint64_t ux = (uint64_t)x, uy = (uint64_t)y;
  switch (predicate) {
    case TT_PREDI_EQ:
      return x == y;
    case TT_PREDI_NE:
      return x != y;
    case TT_PREDI_SLT:
      return x < y;
    case TT_PREDI_SLE:
      return x <= y;
    case TT_PREDI_SGT:
      return x > y;
    case TT_PREDI_SGE:
      return x >= y;
    case TT_PREDI_ULT:
      return ux < uy;
    case TT_PREDI_ULE:
      return ux <= uy;
    case TT_PREDI_UGT:
      return ux > uy;
    case TT_PREDI_UGE:
      return ux >= uy;
    default:
      return false;
  }
}

static uint64_t float_bits(tt_dtype_t type, double value) {
  return type == TT_DTYPE_F64 ? tt_immediate_of_f64(value)
                              : tt_immediate_of_f32((float)value);
}

bool tt_op_neutral(tt_op_t op, tt_dtype_t type, uint64_t* out_bits) {
  const bool is_float = tt_dtype_desc(type)->is_float;
  const uint32_t bits =
      type == TT_DTYPE_I1 ? 1 : tt_dtype_desc(type)->storage_bits;
  const int64_t max = (int64_t)((UINT64_C(1) << (bits - 1)) - 1);
  switch (op) {
    case TT_OP_ADD:
      *out_bits = 0;
      return type != TT_DTYPE_I1;
    case TT_OP_MUL:
      *out_bits = is_float ? float_bits(type, 1) : 1;
      return true;
    case TT_OP_MAXF:
    case TT_OP_MAXNUMF:
      *out_bits = float_bits(type, -INFINITY);
      return true;
    case TT_OP_MINF:
    case TT_OP_MINNUMF:
      *out_bits = float_bits(type, INFINITY);
      return true;
    case TT_OP_MAXS:
      *out_bits = (uint64_t)(-max - 1);
      return type != TT_DTYPE_I1;
    case TT_OP_MINS:
      *out_bits = (uint64_t)max;
      return type != TT_DTYPE_I1;
    case TT_OP_OR:
    case TT_OP_XOR:
    case TT_OP_MAXU:
      *out_bits = 0;
      return true;
    case TT_OP_AND:
    case TT_OP_MINU:
      *out_bits = type == TT_DTYPE_I1 ? 1 : UINT64_MAX;
      return true;
    default:
      return false;
  }
}

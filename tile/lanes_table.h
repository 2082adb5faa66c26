// Part of lanes_isa.c: the functions by op and dtype. The rows come from
// ops.def: a row of class LANE whose function is missing does not compile.

#define ROWS_F(op)                                                      \
  [TT_DTYPE_F16] = lane_##op##_f16, [TT_DTYPE_BF16] = lane_##op##_bf16, \
  [TT_DTYPE_F32] = lane_##op##_f32, [TT_DTYPE_F64] = lane_##op##_f64,
#define ROWS_IW(op)                                                 \
  [TT_DTYPE_I8] = lane_##op##_i8, [TT_DTYPE_I16] = lane_##op##_i16, \
  [TT_DTYPE_I32] = lane_##op##_i32, [TT_DTYPE_I64] = lane_##op##_i64,
#define ROWS_I(op) [TT_DTYPE_I1] = lane_##op##_i1, ROWS_IW(op)

// Predicates have tables of their own.
#define lane_CMPF_f16 lane_CMPF_OEQ_f32
#define lane_CMPF_bf16 lane_CMPF_OEQ_f32
#define lane_CMPF_f32 lane_CMPF_OEQ_f32
#define lane_CMPF_f64 lane_CMPF_OEQ_f64
#define lane_CMPI_i1 lane_CMPI_EQ_i1
#define lane_CMPI_i8 lane_CMPI_EQ_i8
#define lane_CMPI_i16 lane_CMPI_EQ_i16
#define lane_CMPI_i32 lane_CMPI_EQ_i32
#define lane_CMPI_i64 lane_CMPI_EQ_i64
#define CMPF_ROW(pred, expr)                                     \
  [TT_PREDF_##pred] = {[TT_DTYPE_F16] = lane_CMPF_##pred##_f32,  \
                       [TT_DTYPE_BF16] = lane_CMPF_##pred##_f32, \
                       [TT_DTYPE_F32] = lane_CMPF_##pred##_f32,  \
                       [TT_DTYPE_F64] = lane_CMPF_##pred##_f64},
static const tt_lane_fn_t cmpf_fns[TT_PREDF_COUNT][TT_DTYPE_COUNT] = {
    TT_LANES_CMPF(CMPF_ROW)};
#define CMPI_ROW(pred, expr) [TT_PREDI_##pred] = {ROWS_I(CMPI_##pred)},
static const tt_lane_fn_t cmpi_fns[TT_PREDI_COUNT][TT_DTYPE_COUNT] = {
    TT_LANES_CMPI(CMPI_ROW)};

// The columns "class", "types" and "types2" of ops.def, as written there,
// choose the macro.
#define ROW_CTRL_0_0(op)
#define ROW_LAUNCH_0_0(op)
#define ROW_CB_0_0(op)
#define ROW_DST_0_0(op)
#define ROW_TILE_0_0(op)
#define ROW_TILE_T__0(op)
#define ROW_RESERVED_0_0(op)
#define ROW_MOVE_MEM__0(op)
#define ROW_MOVE_T__0(op)
#define ROW_MOVE_I32__0(op)

#define ROW_LANE_F__0(op) [TT_OP_##op] = {ROWS_F(op)},
#define ROW_LANE_I__0(op) [TT_OP_##op] = {ROWS_I(op)},
#define ROW_LANE_IW__0(op) [TT_OP_##op] = {ROWS_IW(op)},
#define ROW_LANE_ANY__0(op) [TT_OP_##op] = {ROWS_F(op) ROWS_I(op)},
#define ROW_LANE_F__IW_(op)
#define ROW_LANE_F__F_(op)
#define ROW_LANE_F__I_(op)
#define ROW_LANE_I__F_(op)
#define ROW_LANE_I__I_(op)
#define ROW_LANE_ANY__ANY_(op)
#define TT_OP(op, mnemonic, class_, units, result, signature, types, types2, \
              ...)                                                           \
  ROW_##class_##_##types##_##types2(op)
static const tt_lane_fn_t same_type_fns[TT_OP_COUNT][TT_DTYPE_COUNT] = {
#include "tile/ops.def"
};
#undef TT_OP

// Ops of two types: a table each, [type][type2].
#define FROM_F(op, to)                        \
  {[TT_DTYPE_F16] = lane_##op##_##to##_f16,   \
   [TT_DTYPE_BF16] = lane_##op##_##to##_bf16, \
   [TT_DTYPE_F32] = lane_##op##_##to##_f32,   \
   [TT_DTYPE_F64] = lane_##op##_##to##_f64},
#define FROM_IW(op, to)                     \
  {[TT_DTYPE_I8] = lane_##op##_##to##_i8,   \
   [TT_DTYPE_I16] = lane_##op##_##to##_i16, \
   [TT_DTYPE_I32] = lane_##op##_##to##_i32, \
   [TT_DTYPE_I64] = lane_##op##_##to##_i64},
#define FROM_I(op, to)                      \
  {[TT_DTYPE_I1] = lane_##op##_##to##_i1,   \
   [TT_DTYPE_I8] = lane_##op##_##to##_i8,   \
   [TT_DTYPE_I16] = lane_##op##_##to##_i16, \
   [TT_DTYPE_I32] = lane_##op##_##to##_i32, \
   [TT_DTYPE_I64] = lane_##op##_##to##_i64},
#define TO_F(op, from)                                   \
  [TT_DTYPE_F16] = FROM_##from(op, f16)[TT_DTYPE_BF16] = \
      FROM_##from(op, bf16)[TT_DTYPE_F32] =              \
          FROM_##from(op, f32)[TT_DTYPE_F64] = FROM_##from(op, f64)
#define TO_I(op, from)                                                         \
  [TT_DTYPE_I1] = FROM_##from(op, i1)[TT_DTYPE_I8] =                           \
      FROM_##from(op, i8)[TT_DTYPE_I16] = FROM_##from(op, i16)[TT_DTYPE_I32] = \
          FROM_##from(op, i32)[TT_DTYPE_I64] = FROM_##from(op, i64)
#undef ROW_LANE_F__0
#undef ROW_LANE_I__0
#undef ROW_LANE_IW__0
#undef ROW_LANE_ANY__0
#undef ROW_LANE_F__IW_
#undef ROW_LANE_F__F_
#undef ROW_LANE_F__I_
#undef ROW_LANE_I__F_
#undef ROW_LANE_I__I_
#undef ROW_LANE_ANY__ANY_
#define ROW_LANE_F__0(op)
#define ROW_LANE_I__0(op)
#define ROW_LANE_IW__0(op)
#define ROW_LANE_ANY__0(op)
#define TABLE(op, ...)                                                   \
  static const tt_lane_fn_t op##_fns[TT_DTYPE_COUNT][TT_DTYPE_COUNT] = { \
      __VA_ARGS__};
#define ROW_LANE_F__IW_(op) TABLE(op, TO_F(op, IW))
#define ROW_LANE_F__F_(op) TABLE(op, TO_F(op, F))
#define ROW_LANE_F__I_(op) TABLE(op, TO_F(op, I))
#define ROW_LANE_I__F_(op) TABLE(op, TO_I(op, F))
#define ROW_LANE_I__I_(op) TABLE(op, TO_I(op, I))
#define ROW_LANE_ANY__ANY_(op)  // bitcast, below
#define TT_OP(op, mnemonic, class_, units, result, signature, types, types2, \
              ...)                                                           \
  ROW_##class_##_##types##_##types2(op)
#include "tile/ops.def"
#undef TT_OP

#define BITS(to_type, to, from_type, from) \
  [TT_DTYPE_##to_type][TT_DTYPE_##from_type] = lane_BITCAST_##to##_##from
static const tt_lane_fn_t BITCAST_fns[TT_DTYPE_COUNT][TT_DTYPE_COUNT] = {
    BITS(I1, i1, I1, i1),         BITS(I8, i8, I8, i8),
    BITS(I16, i16, I16, i16),     BITS(I16, i16, F16, f16),
    BITS(I16, i16, BF16, bf16),   BITS(F16, f16, I16, i16),
    BITS(F16, f16, F16, f16),     BITS(F16, f16, BF16, bf16),
    BITS(BF16, bf16, I16, i16),   BITS(BF16, bf16, F16, f16),
    BITS(BF16, bf16, BF16, bf16), BITS(I32, i32, I32, i32),
    BITS(I32, i32, F32, f32),     BITS(F32, f32, I32, i32),
    BITS(F32, f32, F32, f32),     BITS(I64, i64, I64, i64),
    BITS(I64, i64, F64, f64),     BITS(F64, f64, I64, i64),
    BITS(F64, f64, F64, f64),
};
#undef BITS

static tt_lane_fn_t lookup(tt_op_t op, tt_dtype_t type, tt_dtype_t type2,
                           uint32_t attr) {
  if ((unsigned)op >= TT_OP_COUNT || (unsigned)type >= TT_DTYPE_COUNT ||
      (unsigned)type2 >= TT_DTYPE_COUNT) {
    return NULL;
  }
  uint32_t pred = TT_ATTR_ENUM(attr);
  switch (op) {
    case TT_OP_CMPF:
      return pred < TT_PREDF_COUNT ? cmpf_fns[pred][type] : NULL;
    case TT_OP_CMPI:
      return pred < TT_PREDI_COUNT ? cmpi_fns[pred][type] : NULL;
    case TT_OP_FPOWI:
      return FPOWI_fns[type][type2];
    case TT_OP_FPCAST:
      return FPCAST_fns[type][type2];
    case TT_OP_SITOFP:
      return SITOFP_fns[type][type2];
    case TT_OP_UITOFP:
      return UITOFP_fns[type][type2];
    case TT_OP_FPTOSI:
      return FPTOSI_fns[type][type2];
    case TT_OP_FPTOUI:
      return FPTOUI_fns[type][type2];
    case TT_OP_EXTSI:
      return EXTSI_fns[type][type2];
    case TT_OP_EXTUI:
      return EXTUI_fns[type][type2];
    case TT_OP_TRUNCI:
      return TRUNCI_fns[type][type2];
    case TT_OP_BITCAST:
      return BITCAST_fns[type][type2];
    default:
      return same_type_fns[op][type];
  }
}

#define MEMORY_FNS(TYPE, type) \
  [TT_DTYPE_##TYPE] = {load_##type, store_##type, gather_##type, scatter_##type}

const tt_lanes_t TT_CAT(tt_lanes_, TT_LANES_ISA) = {
    .name = TT_STRING(TT_LANES_ISA),
    .lookup = lookup,
    .memory = {MEMORY_FNS(I1, i1), MEMORY_FNS(I4, i4), MEMORY_FNS(I8, i8),
               MEMORY_FNS(I16, i16), MEMORY_FNS(I32, i32), MEMORY_FNS(I64, i64),
               MEMORY_FNS(F16, f16), MEMORY_FNS(BF16, bf16),
               MEMORY_FNS(F32, f32), MEMORY_FNS(F64, f64), MEMORY_FNS(I2, i2),
               MEMORY_FNS(B1, b1)},
    .splat4 = splat4,
    .splat8 = splat8,
    .iota4 = iota4,
    .iota8 = iota8,
    .blend4 = blend4,
    .blend8 = blend8,
    .range = range,
    .finite_f32 = finite_f32,
    .matmul_f32 = matmul_f32,
    .add_tiles_f32 = add_tiles_f32,
    .sub_tiles_f32 = sub_tiles_f32,
    .mul_tiles_f32 = mul_tiles_f32,
    .broadcast_tile = broadcast_tile,
    .transpose_tile = transpose_tile,
};

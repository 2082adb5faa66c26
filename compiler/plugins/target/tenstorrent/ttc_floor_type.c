#include "compiler/plugins/target/tenstorrent/ttc_floor_type.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

// OCP's 8-bit formats (E5M2, E4M3) and microscaling formats (E8M0, E3M2, E2M3,
// E2M1), the FNUZ variants of Graphcore and AMD, and MLIR's IEEE-like ones.
static const ttc_small_float_t ttc_small_floats[] = {
    {"f8E5M2", 8, 2, 15, TTC_SMALL_IEEE},
    {"f8E4M3", 8, 3, 7, TTC_SMALL_IEEE},
    {"f8E3M4", 8, 4, 3, TTC_SMALL_IEEE},
    {"f8E4M3FN", 8, 3, 7, TTC_SMALL_FN},
    {"f8E5M2FNUZ", 8, 2, 16, TTC_SMALL_FNUZ},
    {"f8E4M3FNUZ", 8, 3, 8, TTC_SMALL_FNUZ},
    {"f8E4M3B11FNUZ", 8, 3, 11, TTC_SMALL_FNUZ},
    {"f8E8M0FNU", 8, 0, 127, TTC_SMALL_SCALE},
    {"f6E3M2FN", 6, 2, 3, TTC_SMALL_FINITE},
    {"f6E2M3FN", 6, 3, 1, TTC_SMALL_FINITE},
    {"f4E2M1FN", 4, 1, 1, TTC_SMALL_FINITE},
};

const ttc_small_float_t* ttc_small_find(const char* name) {
  const size_t count = sizeof(ttc_small_floats) / sizeof(*ttc_small_floats);
  for (size_t i = 0; i < count; ++i) {
    if (!strcmp(name, ttc_small_floats[i].name)) return &ttc_small_floats[i];
  }
  return NULL;
}

bool ttc_floor_type_of(MlirType type, ttc_floor_type_t* out) {
  *out = (ttc_floor_type_t){.storage = ttc_dtype_of_type(type)};
  if (out->storage == TT_DTYPE_NONE && mlirTypeIsAInteger(type)) {
    const unsigned width = mlirIntegerTypeGetWidth(type);
    out->storage = width == 0    ? TT_DTYPE_NONE
                   : width == 2  ? TT_DTYPE_I2
                   : width <= 8  ? TT_DTYPE_I8
                   : width <= 16 ? TT_DTYPE_I16
                   : width <= 32 ? TT_DTYPE_I32
                   : width <= 64 ? TT_DTYPE_I64
                                 : TT_DTYPE_NONE;
  } else if (out->storage == TT_DTYPE_NONE) {
    char* name = ttc_type_text(type);
    if (name) out->format = ttc_small_find(name);
    free(name);
    if (out->format) out->storage = TT_DTYPE_I8;
  }
  if (out->storage == TT_DTYPE_NONE) return false;
  out->node = tt_dtype_of_register(out->storage);
  out->lane = out->format ? TT_DTYPE_F32 : out->node;
  if (mlirTypeIsAInteger(type) && out->node != TT_DTYPE_I1) {
    const unsigned width = mlirIntegerTypeGetWidth(type);
    if (width < tt_dtype_desc(out->node)->storage_bits) {
      out->narrow_bits = (uint8_t)width;
    }
  }
  return true;
}

tt_dtype_t ttc_floor_lane_of_type(MlirType type) {
  ttc_floor_type_t found;
  return ttc_floor_type_of(type, &found) ? found.lane : TT_DTYPE_NONE;
}

//===----------------------------------------------------------------------===//
// Narrow integers
//===----------------------------------------------------------------------===//

ttc_node_t ttc_floor_sign_extend(ttc_loops_t* loops, tt_dtype_t type,
                                 uint32_t bits, ttc_node_t x) {
  const int64_t shift = tt_dtype_desc(type)->storage_bits - (int64_t)bits;
  return ttc_loops_op_const(
      loops, TT_OP_SHRS, type,
      ttc_loops_op_const(loops, TT_OP_SHL, type, x, shift), shift);
}

ttc_node_t ttc_floor_zero_extend(ttc_loops_t* loops, tt_dtype_t type,
                                 uint32_t bits, ttc_node_t x) {
  return ttc_loops_op_const(loops, TT_OP_AND, type, x,
                            (int64_t)((1ull << bits) - 1));
}

//===----------------------------------------------------------------------===//
// Small floats, with ops on the bits of f32
//===----------------------------------------------------------------------===//

#define TTC_BITS(op, x, y) \
  ttc_loops_op_const(loops, TT_OP_##op, TT_DTYPE_I32, x, y)

static ttc_node_t ttc_both(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                           ttc_node_t x, ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_op(loops, op, type, TT_DTYPE_NONE, 0, operands, 2);
}

// x where a compared with b is so, else y.
static ttc_node_t ttc_choose(ttc_loops_t* loops, tt_predi_t predicate,
                             ttc_node_t a, int64_t b, ttc_node_t x,
                             ttc_node_t y) {
  const ttc_node_t condition =
      ttc_loops_compare(loops, TT_DTYPE_I32, predicate, a,
                        ttc_loops_const(loops, TT_DTYPE_I32, (uint64_t)b));
  return ttc_loops_select(loops, TT_DTYPE_I32, condition, x, y);
}

static ttc_node_t ttc_cast(ttc_loops_t* loops, tt_op_t op, tt_dtype_t to,
                           tt_dtype_t from, ttc_node_t x) {
  return ttc_loops_op(loops, op, to, from, 0, &x, 1);
}

static ttc_node_t ttc_f32_const(ttc_loops_t* loops, int exponent) {
  return ttc_loops_const(loops, TT_DTYPE_F32, (uint64_t)(exponent + 127) << 23);
}

static ttc_node_t ttc_i32_const(ttc_loops_t* loops, int64_t value) {
  return ttc_loops_const(loops, TT_DTYPE_I32, (uint64_t)value);
}

enum { TTC_F32_INFINITY = 0x7f800000, TTC_F32_NAN = 0x7fc00000 };

// The largest code without sign of a finite value.
static int64_t ttc_small_largest(const ttc_small_float_t* format) {
  const int64_t ones = (1 << (format->bits - 1)) - 1;
  switch ((ttc_small_kind_t)format->kind) {
    case TTC_SMALL_IEEE:
      return ones - (1 << format->mantissa_bits);
    case TTC_SMALL_FN:
      return ones - 1;
    default:
      return ones;
  }
}

static ttc_node_t ttc_scale_decode(ttc_loops_t* loops, ttc_node_t code) {
  ttc_node_t bits = TTC_BITS(SHL, code, 23);
  bits = ttc_choose(loops, TT_PREDI_EQ, code, 0, ttc_i32_const(loops, 1 << 22),
                    bits);
  return ttc_choose(loops, TT_PREDI_EQ, code, 255,
                    ttc_i32_const(loops, TTC_F32_NAN), bits);
}

ttc_node_t ttc_small_decode(ttc_loops_t* loops, const ttc_small_float_t* format,
                            ttc_node_t code) {
  code = ttc_cast(loops, TT_OP_EXTUI, TT_DTYPE_I32, TT_DTYPE_I8, code);
  ttc_node_t bits;
  if (format->kind == TTC_SMALL_SCALE) {
    bits = ttc_scale_decode(loops, code);
  } else {
    // Exponent and mantissa where f32 has them, then the bias is made up for:
    // exact, also where the f32 in between is subnormal.
    const int shift = 23 - format->mantissa_bits;
    const int64_t sign = 1 << (format->bits - 1);
    const ttc_node_t magnitude = TTC_BITS(AND, code, sign - 1);
    const ttc_node_t placed = TTC_BITS(SHL, magnitude, shift);
    bits = ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_I32, TT_DTYPE_F32,
                    ttc_both(loops, TT_OP_MUL, TT_DTYPE_F32,
                             ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_F32,
                                      TT_DTYPE_I32, placed),
                             ttc_f32_const(loops, 127 - format->bias)));
    const int64_t largest = ttc_small_largest(format);
    if (format->kind == TTC_SMALL_IEEE) {
      bits = ttc_choose(loops, TT_PREDI_SGT, magnitude, largest,
                        TTC_BITS(OR, placed, TTC_F32_INFINITY), bits);
    } else if (format->kind == TTC_SMALL_FN) {
      bits = ttc_choose(loops, TT_PREDI_SGT, magnitude, largest,
                        ttc_i32_const(loops, TTC_F32_NAN), bits);
    } else if (format->kind == TTC_SMALL_FNUZ) {
      bits = ttc_choose(loops, TT_PREDI_EQ, code, sign,
                        ttc_i32_const(loops, TTC_F32_NAN), bits);
    }
    const ttc_node_t negative =
        TTC_BITS(SHL, TTC_BITS(AND, code, sign), 32 - format->bits);
    bits = ttc_both(loops, TT_OP_OR, TT_DTYPE_I32, bits, negative);
  }
  return ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_F32, TT_DTYPE_I32, bits);
}

// The code without sign that |magnitude|, the bits of |x|, is rounded to, if
// the format had no end.
static ttc_node_t ttc_small_round(ttc_loops_t* loops,
                                  const ttc_small_float_t* format,
                                  ttc_node_t magnitude) {
  const int shift = 23 - format->mantissa_bits;
  // Normal: half a unit less one, and one more where the last kept bit is odd.
  const ttc_node_t odd = TTC_BITS(AND, TTC_BITS(SHRU, magnitude, shift), 1);
  ttc_node_t normal =
      ttc_both(loops, TT_OP_ADD, TT_DTYPE_I32,
               TTC_BITS(ADD, magnitude, (1ll << (shift - 1)) - 1), odd);
  normal = TTC_BITS(SUB, TTC_BITS(SHRU, normal, shift),
                    (int64_t)(127 - format->bias) << format->mantissa_bits);
  // Subnormal: the f32 adder rounds at the unit of a number that is as large as
  // 2^23 of them.
  const ttc_node_t large =
      ttc_f32_const(loops, 24 - format->bias - format->mantissa_bits);
  const ttc_node_t sum = ttc_both(
      loops, TT_OP_ADD, TT_DTYPE_F32,
      ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_F32, TT_DTYPE_I32, magnitude),
      large);
  const ttc_node_t subnormal = ttc_both(
      loops, TT_OP_SUB, TT_DTYPE_I32,
      ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_I32, TT_DTYPE_F32, sum),
      ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_I32, TT_DTYPE_F32, large));
  return ttc_choose(loops, TT_PREDI_SLT, magnitude,
                    (int64_t)(128 - format->bias) << 23, subnormal, normal);
}

ttc_node_t ttc_small_encode(ttc_loops_t* loops, const ttc_small_float_t* format,
                            ttc_node_t value) {
  const ttc_node_t bits =
      ttc_cast(loops, TT_OP_BITCAST, TT_DTYPE_I32, TT_DTYPE_F32, value);
  if (format->kind == TTC_SMALL_SCALE) {
    return ttc_cast(loops, TT_OP_TRUNCI, TT_DTYPE_I8, TT_DTYPE_I32,
                    TTC_BITS(SHRU, bits, 23));
  }
  const int64_t sign = 1 << (format->bits - 1);
  const int64_t largest = ttc_small_largest(format);
  const ttc_node_t magnitude = TTC_BITS(AND, bits, INT32_MAX);
  ttc_node_t code = ttc_small_round(loops, format, magnitude);
  const bool infinite = format->kind == TTC_SMALL_IEEE;
  const bool finite = format->kind == TTC_SMALL_FINITE;
  const bool unsigned_zero = format->kind == TTC_SMALL_FNUZ;
  // Beyond the end: infinity, NaN or the largest value.
  const int64_t infinity = largest + 1;
  const int64_t nan = infinite ? infinity | 1 << (format->mantissa_bits - 1)
                      : unsigned_zero ? sign
                      : finite        ? largest
                                      : sign - 1;
  const int64_t end = infinite ? infinity : nan;
  code = ttc_choose(loops, TT_PREDI_SGT, code, largest,
                    ttc_i32_const(loops, end), code);
  code = ttc_choose(loops, TT_PREDI_SGT, magnitude, TTC_F32_INFINITY,
                    ttc_i32_const(loops, nan), code);
  ttc_node_t negative =
      TTC_BITS(AND, TTC_BITS(SHRU, bits, 32 - format->bits), sign);
  if (unsigned_zero) {
    negative = ttc_choose(loops, TT_PREDI_EQ, code, 0, ttc_i32_const(loops, 0),
                          negative);
  }
  code = ttc_both(loops, TT_OP_OR, TT_DTYPE_I32, code, negative);
  return ttc_cast(loops, TT_OP_TRUNCI, TT_DTYPE_I8, TT_DTYPE_I32, code);
}

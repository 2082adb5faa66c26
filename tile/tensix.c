#include "tile/tensix.h"

#include <stdlib.h>

enum {
  BIAS_GAP = 127 - 15,  // between the exponents of f32 and Float16
  GROUP = 8,            // products that are aligned to each other
};

// ---- Data -------------------------------------------------------------------

// sign, exponent, mantissa of 10 bits.
static uint32_t datum(uint32_t sign, uint32_t exponent, uint32_t mantissa) {
  return sign << 18 | exponent << 10 | mantissa;
}

static uint32_t exponent_of(uint32_t datum) { return datum >> 10 & 0xFF; }

static bool is_zero(uint32_t datum) { return exponent_of(datum) == 0; }

uint32_t tt_tensix_datum_of_f32(tt_source_t source, uint32_t bits) {
  const uint32_t sign = bits >> 31, mantissa = bits >> 13 & 0x3FF;
  const int32_t exponent = (int32_t)(bits >> 23 & 0xFF);
  switch (source) {
    case TT_SOURCE_TF32:
      return bits >> 13;
    case TT_SOURCE_BF16:
      return tt_tensix_flush(bits) >> 16 << 3;
    default:
      if (exponent < BIAS_GAP) return datum(sign, 0, 0);
      if (exponent > BIAS_GAP + 31) return datum(sign, 31, 0x3FF);
      return datum(sign, (uint32_t)(exponent - BIAS_GAP), mantissa);
  }
}

uint32_t tt_tensix_datum_of_bf16(uint32_t bits) { return bits << 3; }

uint32_t tt_tensix_datum_of_f16(uint32_t bits) {
  return datum(bits >> 15 & 1, bits >> 10 & 31, bits & 0x3FF);
}

// ---- DST --------------------------------------------------------------------

static bool is_half(const tt_fpu_t* fpu) {
  return fpu->source == TT_SOURCE_F16;
}

// The accumulator's exponent is that of DST: of Float16 where DST holds that.
static uint32_t read_dst(const tt_fpu_t* fpu, uint32_t lane) {
  if (fpu->dst32 || !is_half(fpu) || !(lane & 0x7F800000)) return lane;
  return lane - ((uint32_t)BIAS_GAP << 23);
}

static uint32_t write_dst(const tt_fpu_t* fpu, uint32_t value) {
  if (fpu->dst32) return value;
  if (!is_half(fpu)) return value & 0xFFFF0000;
  return value & 0x7F800000 ? value + ((uint32_t)BIAS_GAP << 23) : value;
}

// ---- The adder --------------------------------------------------------------

// A number that goes into the adder: mantissa times 2^(exponent - 23), its
// leading 1 at bit 23 or above.
typedef struct term_t {
  uint32_t sign;
  int32_t exponent;
  uint32_t mantissa;
} term_t;

// Shifts right with rounding to nearest; |sign| makes halves go down.
static uint32_t shift_right(uint32_t value, int32_t by, uint32_t sign) {
  if (by <= 0) return value;
  if (by >= 31) return 0;
  return (value + (1u << (by - 1)) - (value ? sign : 0)) >> by;
}

// Sign, exponent and 24 bits of mantissa to bits, out of range to zero or to
// the largest number.
static uint32_t encode(const tt_fpu_t* fpu, uint32_t sign, int32_t exponent,
                       uint32_t mantissa) {
  if (exponent <= 0) return 0;
  const bool wide = fpu->dst32 || !is_half(fpu);
  if (exponent >= (wide ? 255 : 32)) {
    return sign << 31 | (wide ? 255u << 23 : 31u << 23 | 0x3FFu << 13);
  }
  return sign << 31 | (uint32_t)exponent << 23 | (mantissa & 0x7FFFFF);
}

// dst + x + y: all three to the largest exponent, then one addition and one
// rounding (halves away from zero). A 16-bit DST has 10 more bits than its
// format until the sum is done.
static uint32_t add(const tt_fpu_t* fpu, term_t x, term_t y, uint32_t dst) {
  term_t d = {dst >> 31, (int32_t)(dst >> 23 & 0xFF),
              (dst & 0x7FFFFF) | 0x800000};
  if (!d.exponent) d.mantissa = 0;
  int32_t exponent = d.exponent;
  if (x.exponent > exponent) exponent = x.exponent;
  if (y.exponent > exponent) exponent = y.exponent;
  if (exponent <= 0) return 0;
  uint32_t xm = shift_right(x.mantissa, exponent - x.exponent, x.sign);
  uint32_t ym = shift_right(y.mantissa, exponent - y.exponent, y.sign);
  uint32_t dm = shift_right(d.mantissa, exponent - d.exponent, 0);
  if (!fpu->dst32) {
    xm = (xm + 0x1000 - (xm ? x.sign : 0)) & ~0x1FFFu;
    ym = (ym + 0x1000 - (ym ? y.sign : 0)) & ~0x1FFFu;
    dm = (dm + 0x1000) & ~0x1FFFu;
  }
  int32_t sum = (int32_t)dm;
  sum += x.sign == d.sign ? (int32_t)xm : -(int32_t)xm;
  sum += y.sign == d.sign ? (int32_t)ym : -(int32_t)ym;
  if (sum == 0) return 0;
  const uint32_t sign = sum < 0 ? d.sign ^ 1 : d.sign;
  uint32_t mantissa = (uint32_t)(sum < 0 ? -sum : sum);
  // To 24 bits, or to as many as the format has.
  const int32_t left = __builtin_clz(mantissa) - 8;
  const int32_t dropped = fpu->dst32 ? 0 : is_half(fpu) ? 13 : 16;
  const int32_t by = left - dropped;
  mantissa = by < 0 ? shift_right(mantissa, -by, 0) : mantissa << by;
  mantissa <<= dropped;
  exponent -= left;
  if (mantissa & 0x1000000) ++exponent;
  return encode(fpu, sign, exponent, mantissa);
}

// Of a product in |phase|, which takes 5 bits of SrcA's mantissa (the implicit
// one among them) and 7 of SrcB's: the high or the low ones.
static int32_t product_bias(const tt_fpu_t* fpu, uint32_t phase) {
  const int32_t bias = !is_half(fpu) ? -127 : fpu->dst32 ? 127 - 30 : -15;
  return bias - (phase & 1 ? 5 : 0) - (phase & 2 ? 7 : 0);
}

static uint32_t part_a(uint32_t datum, uint32_t phase) {
  const uint32_t mantissa = (datum & 0x3FF) | 0x400;
  return phase & 1 ? mantissa >> 1 & 31 : mantissa >> 6;
}

static uint32_t part_b(uint32_t datum, uint32_t phase) {
  const uint32_t mantissa = (datum & 0x3FF) | 0x400;
  return phase & 2 ? (mantissa & 15) << 3 : mantissa >> 4;
}

static const term_t nothing = {0, 0, 0};

// ---- Ops --------------------------------------------------------------------

static term_t sum_of(const tt_fpu_t* fpu, uint32_t a, uint32_t b) {
  if (is_zero(a)) a = 0;
  if (is_zero(b)) b = 0;
  if ((a & 0x3FFFF) < (b & 0x3FFFF)) {
    const uint32_t larger = b;
    b = a;
    a = larger;
  }
  const int32_t exponent = (int32_t)exponent_of(a);
  const uint32_t am = a ? (a & 0x3FF) | 0x400 : 0;
  const int32_t apart = exponent - (int32_t)exponent_of(b);
  const uint32_t bm = shift_right(b ? (b & 0x3FF) | 0x400 : 0, apart, 0);
  term_t sum = {a >> 18, exponent,
                (a >> 18 == b >> 18 ? am + bm : am - bm) << 13};
  if (fpu->dst32 && is_half(fpu)) {
    sum.exponent = exponent ? exponent + BIAS_GAP : 127 - 30;
  }
  return sum;
}

uint32_t tt_tensix_add(const tt_fpu_t* fpu, uint32_t a, uint32_t b,
                       bool subtract, bool accumulate, uint32_t dst) {
  if (subtract) b ^= 1u << 18;
  return write_dst(fpu, add(fpu, sum_of(fpu, a, b), nothing,
                            accumulate ? read_dst(fpu, dst) : 0));
}

uint32_t tt_tensix_move(const tt_fpu_t* fpu, uint32_t datum) {
  if (fpu->dst32) return tt_tensix_add(fpu, datum, 0, false, false, 0);
  return is_zero(datum) ? 0 : write_dst(fpu, datum << 13);
}

uint32_t tt_tensix_mul(const tt_fpu_t* fpu, uint32_t a, uint32_t b,
                       uint32_t dst) {
  dst = read_dst(fpu, dst);
  for (uint32_t phase = 0; phase < fpu->phases; ++phase) {
    const int32_t bias = product_bias(fpu, phase);
    term_t product = {(a ^ b) >> 18,
                      (int32_t)(exponent_of(a) + exponent_of(b)) + bias,
                      part_a(a, phase) * part_b(b, phase) << 13};
    if (is_zero(a) || is_zero(b) || product.exponent <= 0) {
      product = (term_t){0, bias > 0 ? bias : 0, 0};
    }
    dst = add(fpu, product, nothing, dst);
    if (!fpu->dst32 && !is_half(fpu)) dst &= 0xFFFF0000;
  }
  return write_dst(fpu, dst);
}

// Of a zero: so small that it is never the largest of a group.
enum { NO_EXPONENT = -(1 << 20) };

static tt_factor_t factor(uint32_t datum, uint32_t part) {
  if (is_zero(datum)) return (tt_factor_t){NO_EXPONENT, 0};
  const int32_t size = (int32_t)part;
  return (tt_factor_t){(int32_t)exponent_of(datum), datum >> 18 ? -size : size};
}

tt_factor_t tt_tensix_factor_a(uint32_t datum, uint32_t phase) {
  return factor(datum, part_a(datum, phase));
}

tt_factor_t tt_tensix_factor_b(uint32_t datum, uint32_t phase) {
  return factor(datum, part_b(datum, phase));
}

// The sum of GROUP products, at the largest of their exponents; where all are
// zeros, at the smallest that a product has.
static term_t sum_products(int32_t bias, const tt_factor_t* a, size_t stride,
                           const tt_factor_t* b) {
  int32_t exponents[GROUP], mantissas[GROUP];
  int32_t largest = bias > 0 ? 0 : -bias, sum = 0;
  for (uint32_t i = 0; i < GROUP; ++i) {
    exponents[i] = a[i * stride].exponent + b[i].exponent;
    mantissas[i] = a[i * stride].mantissa * b[i].mantissa;
    if (exponents[i] > largest) largest = exponents[i];
  }
  if (largest + bias <= 0) return nothing;
  for (uint32_t i = 0; i < GROUP; ++i) {
    const uint32_t size = (uint32_t)abs(mantissas[i]);
    const int32_t part =
        (int32_t)shift_right(size << 1, largest - exponents[i] + 1, 0);
    sum += mantissas[i] < 0 ? -part : part;
  }
  return (term_t){sum < 0, largest + bias, (uint32_t)abs(sum) << 13};
}

uint32_t tt_tensix_dot(const tt_fpu_t* fpu, uint32_t phase,
                       const tt_factor_t* a, size_t stride,
                       const tt_factor_t* b, uint32_t dst) {
  const int32_t bias = product_bias(fpu, phase);
  return write_dst(
      fpu, add(fpu, sum_products(bias, a, stride, b),
               sum_products(bias, a + GROUP * stride, stride, b + GROUP),
               read_dst(fpu, dst)));
}

// Integers in the order of sign and magnitude.
static int32_t order(uint32_t bits) {
  return (int32_t)(bits >> 31 ? bits ^ 0x7FFFFFFF : bits);
}

uint32_t tt_tensix_max(const tt_fpu_t* fpu, const uint32_t* a, size_t stride,
                       uint32_t dst) {
  uint32_t max = dst & (fpu->dst32 ? 0xFFFFE000 : 0xFFFF0000);
  for (uint32_t i = 0; i < 2 * GROUP; ++i) {
    const uint32_t datum = a[i * stride];
    const uint32_t value = is_zero(datum) ? 0 : datum << 13;
    if (order(value) > order(max)) max = value;
  }
  return max;
}

uint32_t tt_tensix_to_source(const tt_fpu_t* fpu, uint32_t lane) {
  if (fpu->source == TT_SOURCE_TF32) return lane >> 13;
  if (fpu->source == TT_SOURCE_BF16) return lane >> 16 << 3;
  return read_dst(fpu, lane) >> 13;
}

// ---- The packer -------------------------------------------------------------

// Infinity for a NaN.
static uint32_t no_nan(uint32_t lane) {
  return (lane & 0x7FFFFFFF) > 0x7F800000 ? lane & 0xFF800000 : lane;
}

uint32_t tt_tensix_pack_bf16(bool dst32, uint32_t lane) {
  const uint32_t bits = (no_nan(lane) + (dst32 ? 0x8000 : 0)) >> 16;
  return bits & 0x7F80 ? bits : 0;
}

uint32_t tt_tensix_pack_f16(bool dst32, uint32_t lane) {
  if (dst32) lane = no_nan(lane) + 0x1000;
  const uint32_t sign = lane >> 31 << 15;
  if (!(lane & 0x7F800000)) return 0;
  const int32_t exponent = (int32_t)(lane >> 23 & 0xFF) - BIAS_GAP;
  if (exponent < 0 || (!dst32 && exponent == 0)) return dst32 ? sign : 0;
  if (exponent > 31) return sign | 0x7FFF;
  return sign | (uint32_t)exponent << 10 | (lane >> 13 & 0x3FF);
}

uint32_t tt_tensix_pack_f32(bool dst32, uint32_t lane) {
  return dst32 ? lane : tt_tensix_flush(no_nan(lane));
}

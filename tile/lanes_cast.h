// Part of lanes_isa.c: lane functions from one type to another.

typedef float lane_f16, lane_bf16, lane_f32;
typedef double lane_f64;

#define INT_TYPES(X, ...) \
  X(i1, __VA_ARGS__)      \
  X(i8, __VA_ARGS__) X(i16, __VA_ARGS__) X(i32, __VA_ARGS__) X(i64, __VA_ARGS__)
#define FLOAT_TYPES(X, ...) \
  X(f16, __VA_ARGS__)       \
  X(bf16, __VA_ARGS__) X(f32, __VA_ARGS__) X(f64, __VA_ARGS__)
#define CAST(op, to, from, expr)                                            \
  static void lane_##op##_##to##_##from(                                    \
      void* vt, const void* va, const void* vb, const void* vc, size_t n) { \
    lane_##to* t = vt;                                                      \
    const lane_##from* pa = va;                                             \
    LOOP {                                                                  \
      lane_##from a = pa[i];                                                \
      t[i] = (expr);                                                        \
    }                                                                       \
  }

// ---- Float to float: rounded once -----------------------------------------

#define CONVERT_f16(x) round_to_f16(x)
#define CONVERT_bf16(x) round_to_bf16(x)
#define CONVERT_f32(x) (x)
#define CONVERT_f64(x) ((double)(x))
#define FPCAST_FROM_FLOAT(to, from) CAST(FPCAST, to, from, CONVERT_##to(a))
FLOAT_TYPES(FPCAST_FROM_FLOAT, f16)
FLOAT_TYPES(FPCAST_FROM_FLOAT, bf16)
FLOAT_TYPES(FPCAST_FROM_FLOAT, f32)
CAST(FPCAST, f16, f64, round_to_f16(odd_f32(a)))
CAST(FPCAST, bf16, f64, round_to_bf16(odd_f32(a)))
CAST(FPCAST, f32, f64, (float)a)
CAST(FPCAST, f64, f64, a)

// ---- Integer to float: rounded once ---------------------------------------

// The integers below 2^53 in magnitude, and a sticky bit for those above, fit
// a double rounded to odd.
static inline double odd_from_u64(uint64_t x) {
  uint64_t cut = x >> 53 ? (x & ~0xFFFull) | ((x & 0xFFF) ? 0x1000u : 0) : x;
  return (double)cut;
}
static inline double odd_from_i64(int64_t x) {
  double magnitude = odd_from_u64(x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
  return x < 0 ? -magnitude : magnitude;
}
#define FROM_INT(from, op, view, odd)                                 \
  CAST(op, f16, from, round_to_f16(odd_f32(odd(view##_##from(a)))))   \
  CAST(op, bf16, from, round_to_bf16(odd_f32(odd(view##_##from(a))))) \
  CAST(op, f32, from, (float)view##_##from(a))                        \
  CAST(op, f64, from, (double)view##_##from(a))
FROM_INT(i1, SITOFP, SIGNED, (double))
FROM_INT(i8, SITOFP, SIGNED, (double))
FROM_INT(i16, SITOFP, SIGNED, (double))
FROM_INT(i32, SITOFP, SIGNED, (double))
FROM_INT(i64, SITOFP, SIGNED, odd_from_i64)
FROM_INT(i1, UITOFP, UNSIGNED, (double))
FROM_INT(i8, UITOFP, UNSIGNED, (double))
FROM_INT(i16, UITOFP, UNSIGNED, (double))
FROM_INT(i32, UITOFP, UNSIGNED, (double))
FROM_INT(i64, UITOFP, UNSIGNED, odd_from_u64)

// ---- Float to integer: saturating -----------------------------------------

// LIMIT is 2^(bits) or 2^(bits-1), exact in float; below it conversion is
// defined. Comparisons are false for NaN, which gives 0.
#define TO_SIGNED(from, to, wide, low, limit)               \
  CAST(FPTOSI, to, from,                                    \
       WRAP_##to(a >= (limit) ? (wide)((uint64_t)(limit)-1) \
                 : a >= (low) ? (wide)a                     \
                 : a < (low)  ? (wide)(low)                 \
                              : 0))
FLOAT_TYPES(TO_SIGNED, i8, int32_t, -128, 128)
FLOAT_TYPES(TO_SIGNED, i16, int32_t, -32768, 32768)
FLOAT_TYPES(TO_SIGNED, i32, int32_t, INT32_MIN, 2147483648.0f)
FLOAT_TYPES(TO_SIGNED, i64, int64_t, INT64_MIN, 9223372036854775808.0f)
// i1 holds 0 and -1.
#define TO_SIGNED_I1(from, ...) CAST(FPTOSI, i1, from, a <= -1)
FLOAT_TYPES(TO_SIGNED_I1, )

#define TO_UNSIGNED(from, to, wide, limit)        \
  CAST(FPTOUI, to, from,                          \
       WRAP_##to(a >= (limit) ? ~(uint64_t)0      \
                 : a > 0      ? (uint64_t)(wide)a \
                              : 0))
FLOAT_TYPES(TO_UNSIGNED, i1, int32_t, 2)
FLOAT_TYPES(TO_UNSIGNED, i8, int32_t, 256)
FLOAT_TYPES(TO_UNSIGNED, i16, int32_t, 65536)
FLOAT_TYPES(TO_UNSIGNED, i32, int64_t, 4294967296.0f)
FLOAT_TYPES(TO_UNSIGNED, i64, uint64_t, 18446744073709551616.0f)

// ---- Integer to integer ---------------------------------------------------

#define INT_CASTS(from, to)                            \
  CAST(EXTSI, to, from, WRAP_##to(SIGNED_##from(a)))   \
  CAST(EXTUI, to, from, WRAP_##to(UNSIGNED_##from(a))) \
  CAST(TRUNCI, to, from, WRAP_##to(a))
INT_TYPES(INT_CASTS, i1)
INT_TYPES(INT_CASTS, i8)
INT_TYPES(INT_CASTS, i16)
INT_TYPES(INT_CASTS, i32)
INT_TYPES(INT_CASTS, i64)

// ---- Bits -----------------------------------------------------------------

// f16 values and their bits; both ways exact.
static inline uint32_t f16_to_bits(float x) {
  uint32_t bits = tt_bits_f32(x);
  uint32_t magnitude = bits & 0x7FFFFFFFu;
  uint32_t scaled = tt_bits_f32(tt_from_bits_f32(magnitude) * 0x1p-112f) >> 13;
  uint32_t special = 0x7C00u | ((magnitude >> 13) & 0x3FFu);
  return (magnitude >= 0x7F800000u ? special : scaled) | (bits >> 16 & 0x8000u);
}
static inline float f16_from_bits(uint32_t half) {
  uint32_t magnitude = (half & 0x7FFFu) << 13;
  uint32_t scaled = tt_bits_f32(tt_from_bits_f32(magnitude) * 0x1p112f);
  uint32_t special = magnitude | 0x7F800000u;
  return tt_from_bits_f32((magnitude >= 0x0F800000u ? special : scaled) |
                          (half & 0x8000u) << 16);
}
static inline uint32_t bf16_to_bits(float x) { return tt_bits_f32(x) >> 16; }
static inline float bf16_from_bits(uint32_t bits) {
  return tt_from_bits_f32(bits << 16);
}

CAST(BITCAST, i1, i1, a)
CAST(BITCAST, i8, i8, a)
CAST(BITCAST, i16, i16, a)
CAST(BITCAST, i16, f16, (int16_t)f16_to_bits(a))
CAST(BITCAST, i16, bf16, (int16_t)bf16_to_bits(a))
CAST(BITCAST, f16, i16, f16_from_bits((uint32_t)a & 0xFFFFu))
CAST(BITCAST, f16, f16, a)
CAST(BITCAST, f16, bf16, f16_from_bits(bf16_to_bits(a)))
CAST(BITCAST, bf16, i16, bf16_from_bits((uint32_t)a))
CAST(BITCAST, bf16, f16, bf16_from_bits(f16_to_bits(a)))
CAST(BITCAST, bf16, bf16, a)
CAST(BITCAST, i32, i32, a)
CAST(BITCAST, i32, f32, (int32_t)tt_bits_f32(a))
CAST(BITCAST, f32, i32, tt_from_bits_f32((uint32_t)a))
CAST(BITCAST, f32, f32, a)
CAST(BITCAST, i64, i64, a)
CAST(BITCAST, i64, f64, (int64_t)tt_bits_f64(a))
CAST(BITCAST, f64, i64, tt_from_bits_f64((uint64_t)a))
CAST(BITCAST, f64, f64, a)

// ---- Powers of integers ---------------------------------------------------

#define FPOWI(from, to, round, f)                                           \
  FLAT static void lane_FPOWI_##to##_##from(                                \
      void* vt, const void* va, const void* vb, const void* vc, size_t n) { \
    lane_##to* t = vt;                                                      \
    const lane_##to* pa = va;                                               \
    const lane_##from* pb = vb;                                             \
    LOOP t[i] = round(f(pa[i], pb[i]));                                     \
  }
#define FPOWI_TO(from)                          \
  FPOWI(from, f16, round_to_f16, tt_powi_f32)   \
  FPOWI(from, bf16, round_to_bf16, tt_powi_f32) \
  FPOWI(from, f32, , tt_powi_f32)               \
  FPOWI(from, f64, , tt_powi_f64)
FPOWI_TO(i8)
FPOWI_TO(i16)
FPOWI_TO(i32)
FPOWI_TO(i64)

// Holds math.h against the C library's long double functions: the error in
// units in the last place must stay within the ulp column of ops.def.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "tile/lanes.h"
#include "tile/math.h"

enum { SAMPLES = 200000 };

// xorshift64: the same samples in every run.
static uint64_t random_bits(void) {
  static uint64_t state = 88172645463325252ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// Values of all magnitudes, near 1, small integers and their halves, and every
// special one.
static double sample(uint32_t i) {
  static const double specials[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.0,
                                    0.5,
                                    -0.5,
                                    2.0,
                                    INFINITY,
                                    -INFINITY,
                                    NAN,
                                    0x1p-1074,
                                    -0x1p-1074,
                                    0x1p-1022,
                                    -0x1p-1022,
                                    0x1.fffffffffffffp1023,
                                    -0x1.fffffffffffffp1023,
                                    0x1p-149,
                                    0x1p-126,
                                    0x1.fffffep127,
                                    1e22,
                                    0x1.921fb54442d18p0,
                                    709.78,
                                    -745.1,
                                    88.72,
                                    -103.9,
                                    0x1p53,
                                    0x1p63,
                                    -0x1p63,
                                    6381956970095103.0 * 0x1p797};
  enum { SPECIALS = sizeof(specials) / sizeof(specials[0]) };
  if (i < SPECIALS) return specials[i];
  uint64_t bits = random_bits();
  double unit = (double)(int64_t)bits * 0x1p-63;
  switch (i % 6) {
    case 0:
      return tt_from_bits_f64(bits);
    case 1:
      return unit;
    case 2:
      return unit * 1024;
    case 3:
      return 1 + unit * 0x1p-8;
    case 4:
      return ldexp(unit, -(int)(random_bits() % 60));
    default:
      return (double)((int64_t)(bits >> 55) - 256) * 0.5;
  }
}

// |got| against |want| in units in the last place of |want|, as a double or,
// when |single|, a float.
static double error_in_ulps(double got, long double want, bool single) {
  double rounded = single ? (double)(float)want : (double)want;
  if (isnan(rounded) || isnan(got))
    return isnan(rounded) == isnan(got) ? 0 : INFINITY;
  if (got == rounded) return signbit(got) == signbit(rounded) ? 0 : INFINITY;
  double largest = single ? 0x1.fffffep127 : 0x1.fffffffffffffp1023;
  // One step beyond the largest is infinity.
  if (isinf(got)) got = copysign(single ? 0x1p128 : largest, got);
  if (isinf(rounded)) rounded = copysign(largest, rounded);
  int exponent = 0;
  frexp(rounded, &exponent);
  int lowest = single ? -149 : -1074;
  int unit = exponent - (single ? 24 : 53);
  long double ulp = ldexpl(1, unit < lowest ? lowest : unit);
  return (double)(fabsl((long double)got - want) / ulp);
}

typedef long double (*reference1_t)(long double);
typedef long double (*reference2_t)(long double, long double);

static long double rsqrt_reference(long double x) { return 1 / sqrtl(x); }

// glibc's powl is wrong for infinities to huge powers; its pow is not.
static long double pow_reference(long double x, long double y) {
  return isinf(x) || x == 0 ? pow((double)x, (double)y) : powl(x, y);
}

static long double power_reference(long double x, int64_t n) {
  if (n == 0) return 1;
  if (!isinf(x) && x != 0) return powl(x, (long double)n);
  long double size = (x == 0) == (n < 0) ? INFINITY : 0;
  return (n & 1) && signbit(x) ? -size : size;
}

typedef struct case1_t {
  tt_op_t op;
  reference1_t reference;
} case1_t;
typedef struct case2_t {
  tt_op_t op;
  reference2_t reference;
} case2_t;

static const case1_t cases1[] = {
    {TT_OP_RSQRT, rsqrt_reference},
    {TT_OP_CBRT, cbrtl},
    {TT_OP_EXP, expl},
    {TT_OP_EXP2, exp2l},
    {TT_OP_EXPM1, expm1l},
    {TT_OP_LOG, logl},
    {TT_OP_LOG2, log2l},
    {TT_OP_LOG10, log10l},
    {TT_OP_LOG1P, log1pl},
    {TT_OP_SIN, sinl},
    {TT_OP_COS, cosl},
    {TT_OP_TAN, tanl},
    {TT_OP_ASIN, asinl},
    {TT_OP_ACOS, acosl},
    {TT_OP_ATAN, atanl},
    {TT_OP_SINH, sinhl},
    {TT_OP_COSH, coshl},
    {TT_OP_TANH, tanhl},
    {TT_OP_ASINH, asinhl},
    {TT_OP_ACOSH, acoshl},
    {TT_OP_ATANH, atanhl},
    {TT_OP_ERF, erfl},
    {TT_OP_ERFC, erfcl},
};

static const case2_t cases2[] = {
    {TT_OP_POW, pow_reference}, {TT_OP_ATAN2, atan2l}, {TT_OP_REMF, fmodl}};

// A new op with a tolerance needs a case here; exact ones are lanes_test.c's.
static void test_every_function(void** state) {
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    bool known = tt_op_descs[op].ulp == 0 || op == TT_OP_FPOWI;
    for (size_t c = 0; c < sizeof(cases1) / sizeof(cases1[0]); ++c) {
      known |= cases1[c].op == (tt_op_t)op;
    }
    for (size_t c = 0; c < sizeof(cases2) / sizeof(cases2[0]); ++c) {
      known |= cases2[c].op == (tt_op_t)op;
    }
    if (!known) fail_msg("%s has no reference", tt_op_descs[op].mnemonic);
  }
}

static void check(const char* name, double x, double y, double got,
                  long double want, bool single, double limit) {
  double error = error_in_ulps(got, want, single);
  // Half an ulp is what rounding the true value costs.
  if (error <= limit + 0.5) return;
  fail_msg("%s.%s of %a, %a: got %a, expected %La: %.2f ulp of %.0f", name,
           single ? "f32" : "f64", x, y, got, want, error, limit);
}

static void test_one_operand(void** state) {
  const tt_lanes_t* lanes = tt_lanes(tt_isa_best());
  for (size_t c = 0; c < sizeof(cases1) / sizeof(cases1[0]); ++c) {
    tt_op_t op = cases1[c].op;
    const tt_op_desc_t* desc = &tt_op_descs[op];
    tt_lane_fn_t f32 = lanes->lookup(op, TT_DTYPE_F32, TT_DTYPE_NONE, 0);
    tt_lane_fn_t f64 = lanes->lookup(op, TT_DTYPE_F64, TT_DTYPE_NONE, 0);
    for (uint32_t i = 0; i < SAMPLES; ++i) {
      double x = sample(i), got;
      f64(&got, &x, NULL, NULL, 1);
      check(desc->mnemonic, x, 0, got, cases1[c].reference(x), false,
            desc->ulp);
      float narrow = (float)x, got_narrow;
      f32(&got_narrow, &narrow, NULL, NULL, 1);
      check(desc->mnemonic, narrow, 0, got_narrow, cases1[c].reference(narrow),
            true, desc->ulp);
    }
  }
}

static void test_two_operands(void** state) {
  const tt_lanes_t* lanes = tt_lanes(tt_isa_best());
  for (size_t c = 0; c < sizeof(cases2) / sizeof(cases2[0]); ++c) {
    const tt_op_desc_t* desc = &tt_op_descs[cases2[c].op];
    tt_lane_fn_t f32 =
        lanes->lookup(cases2[c].op, TT_DTYPE_F32, TT_DTYPE_NONE, 0);
    tt_lane_fn_t f64 =
        lanes->lookup(cases2[c].op, TT_DTYPE_F64, TT_DTYPE_NONE, 0);
    for (uint32_t i = 0; i < SAMPLES; ++i) {
      // Every special value meets every other one.
      double x = sample(i < 900 ? i % 30 : i);
      double y = sample(i < 900 ? i / 30 : i / 6), got;
      f64(&got, &x, &y, NULL, 1);
      check(desc->mnemonic, x, y, got, cases2[c].reference(x, y), false,
            desc->ulp);
      float nx = (float)x, ny = (float)y, got_narrow;
      f32(&got_narrow, &nx, &ny, NULL, 1);
      check(desc->mnemonic, nx, ny, got_narrow, cases2[c].reference(nx, ny),
            true, desc->ulp);
    }
  }
}

static void test_integer_powers(void** state) {
  static const int64_t powers[] = {
      0, 1, -1, 2, -2, 3, 10, -17, 1000, -100001, INT64_MAX, INT64_MIN};
  enum { POWERS = sizeof(powers) / sizeof(powers[0]) };
  const tt_lanes_t* lanes = tt_lanes(tt_isa_best());
  const tt_op_desc_t* desc = &tt_op_descs[TT_OP_FPOWI];
  tt_lane_fn_t f32 = lanes->lookup(TT_OP_FPOWI, TT_DTYPE_F32, TT_DTYPE_I64, 0);
  tt_lane_fn_t f64 = lanes->lookup(TT_OP_FPOWI, TT_DTYPE_F64, TT_DTYPE_I64, 0);
  for (uint32_t i = 0; i < SAMPLES; ++i) {
    double x = sample(i / POWERS), got;
    int64_t n = powers[i % POWERS];
    f64(&got, &x, &n, NULL, 1);
    check(desc->mnemonic, x, (double)n, got, power_reference(x, n), false,
          desc->ulp);
    float narrow = (float)x, got_narrow;
    f32(&got_narrow, &narrow, &n, NULL, 1);
    check(desc->mnemonic, narrow, (double)n, got_narrow,
          power_reference(narrow, n), true, desc->ulp);
  }
}

// The emulated fma, which the portable lanes use, against libm's.
static void test_fma(void** state) {
  for (uint32_t i = 0; i < 4 * SAMPLES; ++i) {
    double a = sample(i < 900 ? i % 30 : i), b = sample(i / 6);
    double c = i & 1 ? -a * b *
                           (1 + ldexp((double)(int64_t)random_bits(),
                                      -63 - (int)(random_bits() % 70)))
                     : sample(i / 36);
    double want = fma(a, b, c), got = tt_fma_f64(a, b, c);
    if (tt_bits_f64(got) != tt_bits_f64(want) && !(isnan(got) && isnan(want))) {
      fail_msg("fma.f64 of %a, %a, %a: got %a, expected %a", a, b, c, got,
               want);
    }
    float fa = (float)a, fb = (float)b, fc = (float)c;
    float want32 = fmaf(fa, fb, fc), got32 = tt_fma_f32(fa, fb, fc);
    if (tt_bits_f32(got32) != tt_bits_f32(want32) &&
        !(isnan(got32) && isnan(want32))) {
      fail_msg("fma.f32 of %a, %a, %a: got %a, expected %a", fa, fb, fc, got32,
               want32);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_function),
      cmocka_unit_test(test_one_operand),
      cmocka_unit_test(test_two_operands),
      cmocka_unit_test(test_integer_powers),
      cmocka_unit_test(test_fma),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

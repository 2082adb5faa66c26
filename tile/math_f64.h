// Part of math.h: functions of double.

#define TT_INF_F64 ((double)__builtin_inff())
#define TT_NAN_F64 ((double)__builtin_nanf(""))

// ---- Exponentials ---------------------------------------------------------

// 2^k for |k| <= 1022, given as a double with an integer value: adding 2^52 and
// the bias puts k into the low bits, which shift into the exponent.
static inline double tt_pow2_f64(double k) {
  return tt_from_bits_f64(tt_bits_f64(k + (0x1p52 + 1023.0)) << 52);
}

// p * 2^k for any integer k, rounded once unless subnormal.
static inline double tt_scale_f64(double p, double k) {
  double half = tt_roundeven_f64(k * 0.5);
  half = tt_pick_f64(half < -1022, -1022, tt_pick_f64(half > 1022, 1022, half));
  double rest = k - half;
  rest = tt_pick_f64(rest < -1022, -1022, tt_pick_f64(rest > 1022, 1022, rest));
  return p * tt_pow2_f64(half) * tt_pow2_f64(rest);
}

// e^(x + x_low) for a small correction x_low.
static inline double tt_exp2_parts_f64(double x, double x_low) {
  double clamped = tt_pick_f64(x < -760, -760, tt_pick_f64(x > 720, 720, x));
  double k = tt_roundeven_f64(clamped * 0x1.71547652b82fep+0);
  double r = clamped - k * 0x1.62e42feep-1;
  r = r - k * 0x1.a39ef35793c76p-33;
  r = r + x_low;
  double p = 1.0 + (r + r * r * tt_poly_exp_f64(r));
  double result = tt_scale_f64(p, k);
  return tt_pick_f64(x != x, x, result);
}
static inline double tt_exp_f64(double x) { return tt_exp2_parts_f64(x, 0); }

static inline double tt_exp2_f64(double x) {
  double clamped =
      tt_pick_f64(x < -1100, -1100, tt_pick_f64(x > 1100, 1100, x));
  double k = tt_roundeven_f64(clamped);
  double r = (clamped - k) * 0x1.62e42fefa39efp-1;
  r = r + (clamped - k) * 0x1.abc9e3b39803fp-56;
  double result = tt_scale_f64(1.0 + (r + r * r * tt_poly_exp_f64(r)), k);
  return tt_pick_f64(x != x, x, result);
}

static inline double tt_expm1_f64(double x) {
  double clamped = tt_pick_f64(x < -50, -50, tt_pick_f64(x > 710, 710, x));
  double k = tt_roundeven_f64(clamped * 0x1.71547652b82fep+0);
  double high = clamped - k * 0x1.62e42feep-1;
  double low = k * 0x1.a39ef35793c76p-33;
  double r = high - low;
  double r_low = (high - r) - low;
  double p = r + (r * r * tt_poly_exp_f64(r) + r_low);
  // 2^k (p + 1) - 1, halved while 2^k could overflow.
  double half_scale = tt_pow2_f64(k - 1);
  double result = 2 * (p * half_scale + (half_scale - 0.5));
  return tt_pick_f64(x != x, x, tt_pick_f64(x == 0, x, result));
}

// ---- Logarithms -----------------------------------------------------------

// x = 2^k m with m in [sqrt(1/2), sqrt(2)); x positive and finite.
static inline double tt_log_split_f64(double x, double* out_k) {
  int tiny = x < 0x1p-1022;
  uint64_t bits = tt_bits_f64(tt_pick_f64(tiny, x * 0x1p54, x));
  uint64_t shifted = bits - 0x3FE6A09E667F3BCDull;  // bits of sqrt(1/2)
  // The exponent as a double: biased by 2048 to stay positive.
  uint64_t biased = (shifted >> 52) ^ 0x800;
  double k =
      tt_from_bits_f64(biased | 0x4330000000000000ull) - (0x1p52 + 2048.0);
  uint64_t m = (shifted & 0xFFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull;
  *out_k = tt_pick_f64(tiny, k - 54, k);
  return tt_from_bits_f64(m);
}

// What a logarithm is outside of (0, inf).
static inline double tt_log_edge_f64(double x, double result) {
  result = tt_pick_f64(x == TT_INF_F64, x, result);
  result = tt_pick_f64(x == 0, -TT_INF_F64, result);
  result = tt_pick_f64(x < 0, TT_NAN_F64, result);
  return tt_pick_f64(x != x, x, result);
}

// log(1 + f), |f| <= sqrt(2) - 1, without its leading term f:
// with s = f / (2 + f), log(1 + f) = 2 s + 2 s^3 (...) and 2 s = f - s f.
static inline double tt_log1_tail_f64(double f) {
  double s = f / (2.0 + f);
  double z = s * s;
  double half = 0.5 * f * f;
  return s * (half + 2.0 * z * tt_poly_log_f64(z)) - half;
}

static inline double tt_log_f64(double x) {
  double k, m = tt_log_split_f64(x, &k);
  double f = m - 1.0;
  double tail = tt_log1_tail_f64(f);
  double result =
      k * 0x1.62e42feep-1 + (f + (tail + k * 0x1.a39ef35793c76p-33));
  return tt_log_edge_f64(x, result);
}

static inline double tt_log1p_f64(double x) {
  double u = 1.0 + x;
  double lost = tt_pick_f64(x < 1, x - (u - 1.0), 1.0 - (u - x));
  double k, m = tt_log_split_f64(u, &k);
  double f = m - 1.0;
  double tail = tt_log1_tail_f64(f) + lost / u;
  double result =
      k * 0x1.62e42feep-1 + (f + (tail + k * 0x1.a39ef35793c76p-33));
  result = tt_pick_f64(tt_abs_f64(x) < 0x1p-54, x, result);
  return tt_log_edge_f64(u,
                         tt_pick_f64((u == TT_INF_F64) | !(u > 0), u, result));
}

// log(m) * scale as a sum of two, for log2 and log10: the leading part of f has
// 32 bits, so that its product with the scale's leading part is exact.
static inline double tt_log_base_f64(double x, double scale_high,
                                     double scale_low, double k_high,
                                     double k_low) {
  double k, m = tt_log_split_f64(x, &k);
  double f = m - 1.0;
  double high = tt_from_bits_f64(tt_bits_f64(f) & 0xFFFFFFFF00000000ull);
  double low = (f - high) + tt_log1_tail_f64(f);
  double small = low * (scale_high + scale_low) + high * scale_low;
  double big = high * scale_high;
  double base = k * k_high;
  double sum = base + big;
  double lost = tt_pick_f64(base == 0, 0, (base - sum) + big);
  return tt_log_edge_f64(x, sum + (lost + (small + k * k_low)));
}
static inline double tt_log2_f64(double x) {
  return tt_log_base_f64(x, 0x1.71547p+0, 0x1.94ae0bf85ddf4p-22, 1.0, 0.0);
}
static inline double tt_log10_f64(double x) {
  return tt_log_base_f64(x, 0x1.bcb7bp-2, 0x1.526e50e32a6abp-26,
                         0x1.34413508p-2, 0x1.f79fef311f12bp-34);
}

// ---- Powers ---------------------------------------------------------------

// log(x) as high + low, good to 2^-64 of it; x positive and finite.
static inline double tt_log_parts_f64(double x, double* out_low) {
  double k, m = tt_log_split_f64(x, &k);
  double f = m - 1.0, d = 2.0 + f;
  double d_low = f - (d - 2.0);
  double s = f / d;
  double product_low, product = tt_two_product_f64(s, d, &product_low);
  double s_low = (((f - product) - product_low) - s * d_low) / d;
  double z_low, z = tt_two_product_f64(s, s, &z_low);
  z_low = z_low + 2.0 * s * s_low;
  // 2 s (1 + z / 3 + z^2 tail): t = z / 3 in two parts, then times 2 s.
  double t_low, t = tt_two_product_f64(z, 0x1.5555555555555p-2, &t_low);
  t_low = t_low + z * 0x1.5555555555555p-56 + z_low * 0x1.5555555555555p-2 +
          z * z * tt_poly_log_tail_f64(z);
  double s2 = 2.0 * s, s2_low = 2.0 * s_low;
  double u_low, u = tt_two_product_f64(s2, t, &u_low);
  u_low = u_low + s2 * t_low + s2_low * t;
  // The sum k ln2 + 2 s + u, largest first.
  double k_high = k * 0x1.62e42feep-1, k_low = k * 0x1.a39ef35793c76p-33;
  double a = k_high + s2;
  double a_part = a - k_high;
  double a_low = (k_high - (a - a_part)) + (s2 - a_part);
  double b = a + u;
  double b_part = b - a;
  double b_low = (a - (b - b_part)) + (u - b_part);
  double c = b + k_low;
  double c_part = c - b;
  double c_low = (b - (c - c_part)) + (k_low - c_part);
  double low = ((a_low + b_low) + c_low) + (s2_low + u_low);
  double high = c + low;
  *out_low = (c - high) + low;
  return high;
}

// |x|^(y + y_low) for positive finite x.
static inline double tt_pow_abs_f64(double x, double y, double y_low) {
  double low, high = tt_log_parts_f64(x, &low);
  double bounded =
      tt_pick_f64(y > 0x1p70, 0x1p70, tt_pick_f64(y < -0x1p70, -0x1p70, y));
  double t_low, t = tt_two_product_f64(high, bounded, &t_low);
  t_low = t_low + (low * bounded + high * y_low);
  return tt_exp2_parts_f64(t, tt_pick_f64(tt_abs_f64(t) < 800, t_low, 0));
}

static inline double tt_pow_f64(double x, double y) {
  double ax = tt_abs_f64(x), ay = tt_abs_f64(y);
  int whole = tt_roundeven_f64(y) == y;
  int odd = whole & (ay < 0x1p53) & (tt_roundeven_f64(y * 0.5) * 2 != y);
  double result = tt_pow_abs_f64(ax, y, 0);
  result = tt_pick_f64(ay == TT_INF_F64,
                       tt_pick_f64((ax > 1) == (y > 0), TT_INF_F64, 0), result);
  result =
      tt_pick_f64((ax == 0) | (ax == TT_INF_F64),
                  tt_pick_f64((ax == 0) == (y < 0), TT_INF_F64, 0), result);
  result =
      tt_pick_f64(((tt_bits_f64(x) >> 63) != 0) & (odd != 0), -result, result);
  result =
      tt_pick_f64((x < 0) & !whole & (ax < TT_INF_F64), TT_NAN_F64, result);
  result = tt_pick_f64((x != x) | (y != y), x + y, result);
  result = tt_pick_f64((x == -1) & (ay == TT_INF_F64), 1, result);
  return tt_pick_f64((x == 1) | (y == 0), 1, result);
}

// x^n: the integer's part that a double does not hold goes along.
static inline double tt_powi_f64(double x, int64_t n) {
  double y = (double)n;
  double y_low =
      y >= 0x1p63 ? (double)(n - INT64_MAX) - 1 : (double)(n - (int64_t)y);
  double ax = tt_abs_f64(x);
  double result = tt_pow_abs_f64(ax, y, y_low);
  result =
      tt_pick_f64((ax == 0) | (ax == TT_INF_F64),
                  tt_pick_f64((ax == 0) == (n < 0), TT_INF_F64, 0), result);
  result = tt_pick_f64(ax == 1, 1, result);
  result =
      tt_pick_f64((tt_bits_f64(x) >> 63) & (uint64_t)n & 1, -result, result);
  return tt_pick_f64(n == 0, 1, tt_pick_f64(x != x, x, result));
}

// A third of the exponent as a first guess (the product divides 32 bits by 3),
// then Newton; the last step, from a
// short root whose square is exact, corrects the rounding.
static inline double tt_cbrt_f64(double x) {
  double ax = tt_abs_f64(x);
  int tiny = ax < 0x1p-1022;
  int large = ax > 0x1p1000;
  double scaled =
      tt_pick_f64(tiny, ax * 0x1p54, tt_pick_f64(large, ax * 0x1p-54, ax));
  uint64_t high = tt_bits_f64(scaled) >> 32;
  double t =
      tt_from_bits_f64(((high * 0xAAAAAAABull >> 33) + 715094163u) << 32);
  t = t - (t * t * t - scaled) / (3 * t * t);
  t = t - (t * t * t - scaled) / (3 * t * t);
  t = t - (t * t * t - scaled) / (3 * t * t);
  // A root of 26 bits squares exactly.
  t = tt_from_bits_f64((tt_bits_f64(t) + 0x4000000u) & ~0x7FFFFFFull);
  double r = scaled / (t * t);
  t = t + t * ((r - t) / (2 * t + r));
  t = tt_pick_f64(tiny, t * 0x1p-18, tt_pick_f64(large, t * 0x1p18, t));
  t = tt_pick_f64((ax == 0) | (ax == TT_INF_F64) | (x != x), ax, t);
  return tt_copysign_f64(t, x);
}

// ---- Hyperbolic functions -------------------------------------------------

static inline double tt_sinh_f64(double x) {
  double ax = tt_abs_f64(x);
  double e = tt_expm1_f64(tt_pick_f64(ax > 700, 700, ax));
  double small = 0.5 * (e + e / (e + 1.0));
  double root = tt_exp_f64(0.5 * ax);
  double result = tt_pick_f64(ax > 700, (0.5 * root) * root, small);
  return tt_copysign_f64(tt_pick_f64(x != x, ax, result), x);
}
static inline double tt_cosh_f64(double x) {
  double ax = tt_abs_f64(x);
  double e = tt_exp_f64(tt_pick_f64(ax > 700, 700, ax));
  double root = tt_exp_f64(0.5 * ax);
  double result = tt_pick_f64(ax > 700, (0.5 * root) * root, 0.5 * e + 0.5 / e);
  return tt_pick_f64(x != x, x, result);
}
static inline double tt_tanh_f64(double x) {
  double ax = tt_abs_f64(x);
  double e = tt_expm1_f64(2.0 * tt_pick_f64(ax > 22, 22, ax));
  return tt_copysign_f64(tt_pick_f64(x != x, ax, e / (e + 2.0)), x);
}
static inline double tt_asinh_f64(double x) {
  double ax = tt_abs_f64(x);
  double square = ax * ax;
  double small = tt_log1p_f64(ax + square / (1.0 + tt_sqrt_f64(square + 1.0)));
  double large = tt_log_f64(ax) + 0x1.62e42fefa39efp-1;
  return tt_copysign_f64(tt_pick_f64(ax < 0x1p28, small, large), x);
}
static inline double tt_acosh_f64(double x) {
  double t = x - 1.0;
  double small = tt_log1p_f64(t + tt_sqrt_f64(2.0 * t + t * t));
  double large = tt_log_f64(x) + 0x1.62e42fefa39efp-1;
  double result = tt_pick_f64(x < 0x1p28, small, large);
  return tt_pick_f64(x < 1, TT_NAN_F64, result);
}
static inline double tt_atanh_f64(double x) {
  double ax = tt_abs_f64(x);
  return tt_copysign_f64(0.5 * tt_log1p_f64(2.0 * ax / (1.0 - ax)), x);
}

// ---- Inverse trigonometric functions --------------------------------------

static inline double tt_asin_f64(double x) {
  double ax = tt_abs_f64(x);
  double half = 0.5 * (1.0 - ax);
  int large = ax > 0.5;
  double z = tt_pick_f64(large, half, ax * ax);
  double y = tt_pick_f64(large, tt_sqrt_f64(half), ax);
  double a = y + y * z * tt_poly_asin_f64(z);
  double result = tt_pick_f64(
      large, 0x1.921fb54442d18p+0 - (2.0 * a - 0x1.1a62633145c07p-54), a);
  return tt_copysign_f64(result, x);
}
static inline double tt_acos_f64(double x) {
  double ax = tt_abs_f64(x);
  double half = 0.5 * (1.0 - ax);
  int large = ax > 0.5;
  double z = tt_pick_f64(large, half, ax * ax);
  double y = tt_pick_f64(large, tt_sqrt_f64(half), x);
  double tail = y * z * tt_poly_asin_f64(z);
  double middle = 0x1.921fb54442d18p+0 - (y + (tail - 0x1.1a62633145c07p-54));
  double outer = 2.0 * (y + tail);
  double negative = 0x1.921fb54442d18p+1 - (outer - 0x1.1a62633145c07p-53);
  return tt_pick_f64(large, tt_pick_f64(x < 0, negative, outer), middle);
}

// atan(y / x) for 0 <= y <= x, then over the octants.
static inline double tt_atan2_f64(double y, double x) {
  double ay = tt_abs_f64(y), ax = tt_abs_f64(x);
  int steep = ay > ax;
  double top = tt_pick_f64(steep, ax, ay);
  double bottom = tt_pick_f64(steep, ay, ax);
  // Equal magnitudes cover 0 / 0 and inf / inf.
  double q =
      tt_pick_f64(top == bottom, tt_pick_f64(top == 0, 0, 1), top / bottom);
  double z = q * q;
  double a = q + q * z * tt_poly_atan_f64(z);
  a = tt_pick_f64(steep, 0x1.921fb54442d18p+0 - (a - 0x1.1a62633145c07p-54), a);
  a = tt_pick_f64(tt_bits_f64(x) >> 63,
                  0x1.921fb54442d18p+1 - (a - 0x1.1a62633145c07p-53), a);
  double result = tt_copysign_f64(a, y);
  return tt_pick_f64((x != x) | (y != y), x + y, result);
}
static inline double tt_atan_f64(double x) { return tt_atan2_f64(x, 1.0); }

// ---- Error functions ------------------------------------------------------

// erfc(x) for x >= 1: e^(-x^2) times a smooth function. x^2 is split so that
// its rounding error, times x^2, is not lost.
static inline double tt_erfc_tail_f64(double x) {
  double bounded = tt_pick_f64(x < 1, 1, tt_pick_f64(x > 28, 28, x));
  double q = (bounded - 4.0) / (bounded + 4.0);
  double low, square = tt_two_product_f64(bounded, bounded, &low);
  double e = tt_exp2_parts_f64(-square, -low);
  return e * (tt_poly_erfc_f64(q) / (1.0 + 2.0 * bounded));
}
static inline double tt_erf_f64(double x) {
  double ax = tt_abs_f64(x);
  double bounded = tt_pick_f64(ax > 1, 1, ax);
  double small = bounded * tt_poly_erf_f64(bounded * bounded);
  double large = 1.0 - tt_erfc_tail_f64(ax);
  return tt_copysign_f64(
      tt_pick_f64(x != x, ax, tt_pick_f64(ax <= 1, small, large)), x);
}
static inline double tt_erfc_f64(double x) {
  double ax = tt_abs_f64(x);
  double bounded = tt_pick_f64(ax > 1, 1, ax);
  double small = bounded * tt_poly_erf_f64(bounded * bounded);
  double tail = tt_erfc_tail_f64(ax);
  tail = tt_pick_f64(x < 0, 2.0 - tail, tail);
  double near = tt_pick_f64(x < 0, 1.0 + small, 0.5 + (0.5 - small));
  return tt_pick_f64(x != x, x, tt_pick_f64(ax <= 1, near, tail));
}

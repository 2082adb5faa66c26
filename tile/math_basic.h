// Part of math.h: what rounds at most once.

// ---- Sign -----------------------------------------------------------------

static inline float tt_abs_f32(float x) {
  return tt_from_bits_f32(tt_bits_f32(x) & 0x7FFFFFFFu);
}
static inline double tt_abs_f64(double x) {
  return tt_from_bits_f64(tt_bits_f64(x) & 0x7FFFFFFFFFFFFFFFull);
}
static inline float tt_copysign_f32(float x, float sign) {
  return tt_from_bits_f32((tt_bits_f32(x) & 0x7FFFFFFFu) |
                          (tt_bits_f32(sign) & 0x80000000u));
}
static inline double tt_copysign_f64(double x, double sign) {
  return tt_from_bits_f64((tt_bits_f64(x) & 0x7FFFFFFFFFFFFFFFull) |
                          (tt_bits_f64(sign) & 0x8000000000000000ull));
}

// ---- Choice ---------------------------------------------------------------

// condition ? yes : no without a branch: compilers make jumps of chains of
// conditionals, and do not vectorise loops with jumps.
static inline float tt_pick_f32(int condition, float yes, float no) {
  uint32_t mask = 0 - (uint32_t)(condition != 0);
  return tt_from_bits_f32((tt_bits_f32(yes) & mask) |
                          (tt_bits_f32(no) & ~mask));
}
static inline double tt_pick_f64(int condition, double yes, double no) {
  uint64_t mask = 0 - (uint64_t)(condition != 0);
  return tt_from_bits_f64((tt_bits_f64(yes) & mask) |
                          (tt_bits_f64(no) & ~mask));
}

// ---- Rounding to integers -------------------------------------------------

// Adding and taking away 2^23 (2^52) rounds a smaller magnitude to even.
static inline float tt_roundeven_f32(float x) {
  float magnitude = tt_abs_f32(x);
  float rounded = (magnitude + 0x1p23f) - 0x1p23f;
  return tt_copysign_f32(magnitude < 0x1p23f ? rounded : magnitude, x);
}
static inline double tt_roundeven_f64(double x) {
  double magnitude = tt_abs_f64(x);
  double rounded = (magnitude + 0x1p52) - 0x1p52;
  return tt_copysign_f64(magnitude < 0x1p52 ? rounded : magnitude, x);
}
static inline float tt_floor_f32(float x) {
  float rounded = tt_roundeven_f32(x);
  return tt_copysign_f32(rounded - (rounded > x ? 1.0f : 0.0f), x);
}
static inline double tt_floor_f64(double x) {
  double rounded = tt_roundeven_f64(x);
  return tt_copysign_f64(rounded - (rounded > x ? 1.0 : 0.0), x);
}
static inline float tt_trunc_f32(float x) {
  return tt_copysign_f32(tt_floor_f32(tt_abs_f32(x)), x);
}
static inline double tt_trunc_f64(double x) {
  return tt_copysign_f64(tt_floor_f64(tt_abs_f64(x)), x);
}
static inline float tt_round_f32(float x) {
  float below = tt_floor_f32(tt_abs_f32(x));
  float up = tt_abs_f32(x) - below >= 0.5f ? 1.0f : 0.0f;
  return tt_copysign_f32(below + up, x);
}
static inline double tt_round_f64(double x) {
  double below = tt_floor_f64(tt_abs_f64(x));
  double up = tt_abs_f64(x) - below >= 0.5 ? 1.0 : 0.0;
  return tt_copysign_f64(below + up, x);
}

// ---- Larger and smaller: NaN if either is, -0 < +0 ------------------------

static inline float tt_max_f32(float a, float b) {
  float equal = tt_from_bits_f32(tt_bits_f32(a) & tt_bits_f32(b));
  float larger = a > b ? a : b;
  float ordered = tt_pick_f32(a == b, equal, larger);
  return tt_pick_f32(a != a, a, ordered);
}
static inline double tt_max_f64(double a, double b) {
  double equal = tt_from_bits_f64(tt_bits_f64(a) & tt_bits_f64(b));
  double larger = a > b ? a : b;
  double ordered = tt_pick_f64(a == b, equal, larger);
  return tt_pick_f64(a != a, a, ordered);
}
static inline float tt_min_f32(float a, float b) {
  float equal = tt_from_bits_f32(tt_bits_f32(a) | tt_bits_f32(b));
  float smaller = a < b ? a : b;
  float ordered = tt_pick_f32(a == b, equal, smaller);
  return tt_pick_f32(a != a, a, ordered);
}
static inline double tt_min_f64(double a, double b) {
  double equal = tt_from_bits_f64(tt_bits_f64(a) | tt_bits_f64(b));
  double smaller = a < b ? a : b;
  double ordered = tt_pick_f64(a == b, equal, smaller);
  return tt_pick_f64(a != a, a, ordered);
}

// ---- Roots: the builtin is one instruction --------------------------------

static inline float tt_sqrt_f32(float x) { return __builtin_sqrtf(x); }
static inline double tt_sqrt_f64(double x) { return __builtin_sqrt(x); }
static inline float tt_rsqrt_f32(float x) {
  return (float)(1.0 / __builtin_sqrt((double)x));
}
static inline double tt_rsqrt_f64(double x) { return 1.0 / __builtin_sqrt(x); }

// ---- Exact sums and products ----------------------------------------------

// a + b rounded to odd: its last bit is set unless the sum is exact, so that
// rounding once more to a narrower type gives what rounding once would.
static inline double tt_add_odd_f64(double a, double b) {
  double sum = a + b;
  double b_part = sum - a;
  double error = (a - (sum - b_part)) + (b - b_part);
  uint64_t bits = tt_bits_f64(sum);
  uint64_t away = (error > 0) == (sum > 0) ? 1 : ~(uint64_t)0;
  uint64_t odd = bits & 1 ? bits : bits + away;
  int inexact = (error < 0) | (error > 0);
  return tt_from_bits_f64(inexact ? odd : bits);
}

// a * b = high + low exactly, for factors well inside the exponent range.
static inline double tt_two_product_f64(double a, double b, double* out_low) {
  double a_big = a * 0x1.0000002p27, b_big = b * 0x1.0000002p27;
  double a_high = a_big - (a_big - a), b_high = b_big - (b_big - b);
  double a_low = a - a_high, b_low = b - b_high;
  double product = a * b;
  *out_low = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) +
             a_low * b_low;
  return product;
}

// a * b + c rounded once, where the machine has no such instruction. In float
// the product is exact in double.
static inline float tt_fma_f32(float a, float b, float c) {
  return (float)tt_add_odd_f64((double)a * (double)b, (double)c);
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 tt_u128_t;

static inline tt_u128_t tt_shift_sticky(tt_u128_t x, int64_t shift) {
  if (shift <= 0) return x;
  if (shift > 127) return x != 0;
  return x >> shift | ((x & (((tt_u128_t)1 << shift) - 1)) != 0);
}

// magnitude * 2^exponent rounded to even; the top bit of |magnitude| is at most
// bit 127, and its low bits may be sticky.
static inline double tt_pack_f64(int negative, tt_u128_t magnitude,
                                 int64_t exponent) {
  uint64_t high = (uint64_t)(magnitude >> 64);
  int64_t top = high ? 127 - __builtin_clzll(high)
                     : 63 - __builtin_clzll((uint64_t)magnitude);
  int64_t drop = top - 52;  // bits below a double's 53
  if (exponent + drop < -1074) drop = -1074 - exponent;
  uint64_t mantissa;
  if (drop <= 0) {
    mantissa = (uint64_t)(magnitude << -drop);
  } else {
    // Two bits more than wanted, the lower one sticky, decide the rounding.
    uint64_t kept = (uint64_t)(drop >= 2 ? tt_shift_sticky(magnitude, drop - 2)
                                         : magnitude << (2 - drop));
    mantissa = kept >> 2;
    mantissa += (kept & 3) > 2 || ((kept & 3) == 2 && (mantissa & 1));
  }
  int64_t biased = exponent + drop + 1075;
  uint64_t bits = biased <= 1 ? mantissa  // subnormal or just normal
                              : mantissa + ((uint64_t)(biased - 1) << 52);
  if (exponent + drop > 971 || bits >= 0x7FF0000000000000ull) {
    bits = 0x7FF0000000000000ull;
  }
  return tt_from_bits_f64(bits | (uint64_t)negative << 63);
}

static inline uint64_t tt_unpack_f64(double x, int64_t* out_exponent) {
  uint64_t bits = tt_bits_f64(x) & 0x7FFFFFFFFFFFFFFFull;
  int64_t biased = (int64_t)(bits >> 52);
  uint64_t mantissa = bits & 0xFFFFFFFFFFFFFull;
  *out_exponent = (biased ? biased : 1) - 1075;
  return biased ? mantissa | 1ull << 52 : mantissa;
}

static inline double tt_fma_f64(double a, double b, double c) {
  double inf = (double)__builtin_inff();
  if (!(tt_abs_f64(a) < inf && tt_abs_f64(b) < inf)) return a * b + c;
  if (!(tt_abs_f64(c) < inf)) return c;
  if (a == 0 || b == 0) return a * b + c;
  if (c == 0) return a * b;  // keeps the sign of what rounds to 0
  int64_t a_exp, b_exp, c_exp;
  tt_u128_t product = (tt_u128_t)tt_unpack_f64(a, &a_exp);
  product *= tt_unpack_f64(b, &b_exp);
  tt_u128_t addend = tt_unpack_f64(c, &c_exp);
  int64_t product_exp = a_exp + b_exp;
  int product_negative = (a < 0) != (b < 0), c_negative = c < 0;
  // Both to their top bit at 125, leaving room for a carry; then the smaller
  // one goes down to the other's exponent.
  for (; !(product >> 125); product <<= 1) --product_exp;
  for (; !(addend >> 125); addend <<= 1) --c_exp;
  int64_t exponent = product_exp > c_exp ? product_exp : c_exp;
  product = tt_shift_sticky(product, exponent - product_exp);
  addend = tt_shift_sticky(addend, exponent - c_exp);
  if (product_negative == c_negative) {
    return tt_pack_f64(c_negative, product + addend, exponent);
  }
  if (product == addend) return 0.0;
  return product > addend
             ? tt_pack_f64(product_negative, product - addend, exponent)
             : tt_pack_f64(c_negative, addend - product, exponent);
}
#endif  // __SIZEOF_INT128__

// ---- Remainder ------------------------------------------------------------

// Long division of the mantissas, 11 bits a step.
static inline double tt_fmod_f64(double a, double b) {
  double x = tt_abs_f64(a), y = tt_abs_f64(b);
  double inf = (double)__builtin_inff();
  if (a != a || b != b) return a + b;
  if (x == inf || y == 0) return (double)__builtin_nanf("");
  if (y == inf) return a;
  if (x < y) return a;
  uint64_t x_bits = tt_bits_f64(x), y_bits = tt_bits_f64(y);
  int64_t x_exp = (int64_t)(x_bits >> 52), y_exp = (int64_t)(y_bits >> 52);
  uint64_t m = x_bits & 0xFFFFFFFFFFFFFull, d = y_bits & 0xFFFFFFFFFFFFFull;
  m = x_exp ? m | 1ull << 52 : m;
  d = y_exp ? d | 1ull << 52 : d;
  int64_t left = (x_exp ? x_exp : 1) - (y_exp ? y_exp : 1);
  m %= d;
  while (left > 0) {
    int64_t step = left < 11 ? left : 11;
    m = (m << step) % d;
    left -= step;
  }
  // m units of y's last place, which is exact since it is below y.
  uint64_t exp = (uint64_t)(y_exp ? y_exp : 1);
  double unit =
      tt_from_bits_f64(exp > 52 ? (exp - 52) << 52 : 1ull << (exp - 1));
  double result = (double)m * unit;
  return tt_copysign_f64(result, a);
}
static inline float tt_fmod_f32(float a, float b) {
  return (float)tt_fmod_f64((double)a, (double)b);
}

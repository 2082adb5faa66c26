// Part of math.h: sine, cosine and tangent of double.

// An angle less a multiple of pi / 2: value + low, and the multiple modulo 4.
typedef struct tt_angle_t {
  double value, low;
  uint64_t quadrant;
} tt_angle_t;

static inline double tt_two_sum_f64(double a, double b, double* out_low) {
  double sum = a + b;
  double b_part = sum - a;
  *out_low = (a - (sum - b_part)) + (b - b_part);
  return sum;
}

// Below 2^21 the multiple has 22 bits, so that its products with 30-bit parts
// of pi / 2 are exact.
static inline int tt_trig_is_huge_f64(double x) {
  return tt_abs_f64(x) > 0x1p21;
}
static inline tt_angle_t tt_reduce_f64(double x) {
  double k = tt_roundeven_f64(x * 0x1.45f306dc9c883p-1);
  double a = x - k * 0x1.921fb54p+0;
  double b_low, b = tt_two_sum_f64(a, -(k * 0x1.10b46118p-30), &b_low);
  double c_low, c = tt_two_sum_f64(b, -(k * 0x1.313198ap-61), &c_low);
  double low = (b_low + c_low) - k * 0x1.701b839a25205p-92;
  tt_angle_t angle;
  angle.value = c + low;
  angle.low = (c - angle.value) + low;
  angle.quadrant = tt_bits_f64(k + 0x1.8p52) & 3;
  return angle;
}

// 256 bits of 2 / pi times |mantissa|, least significant word first; the bits
// of 2 / pi are those from word |skip| on.
static inline void tt_times_two_over_pi(uint64_t mantissa, int skip,
                                        uint32_t* product) {
  static const uint32_t two_over_pi[40] = {
      0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
      0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c,
      0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41,
      0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
      0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
      0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08,
      0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d};
  for (int i = 0; i < 10; ++i) product[i] = 0;
  for (int half = 0; half < 2; ++half) {
    uint64_t factor = half ? mantissa >> 32 : mantissa & 0xFFFFFFFFu;
    uint64_t carry = 0;
    for (int i = 0; i < 8; ++i) {
      uint64_t sum =
          factor * two_over_pi[skip + 7 - i] + product[i + half] + carry;
      product[i + half] = (uint32_t)sum;
      carry = sum >> 32;
    }
    product[8 + half] += (uint32_t)carry;
  }
}

// pi / 2 times the fraction of 128 bits, high first, as value + low.
static inline tt_angle_t tt_angle_of_turn(uint64_t high, uint64_t low) {
  double a = (double)(high >> 22) * 0x1p-42;
  double b = (double)((high & 0x3FFFFF) << 21 | low >> 43) * 0x1p-85;
  double c = (double)(low & 0x7FFFFFFFFFFull) * 0x1p-128;
  double turn = a + b;
  double turn_low = ((a - turn) + b) + c;
  double r_low, r = tt_two_product_f64(turn, 0x1.921fb54442d18p+0, &r_low);
  r_low =
      r_low + turn_low * 0x1.921fb54442d18p+0 + turn * 0x1.1a62633145c07p-54;
  tt_angle_t angle;
  angle.value = r + r_low;
  angle.low = (r - angle.value) + r_low;
  angle.quadrant = 0;
  return angle;
}

// tt_reduce_f64 for any finite angle: 256 bits of 2 / pi from where their
// products with the angle's mantissa stop being multiples of 4.
static inline tt_angle_t tt_reduce_huge_f64(double x) {
  uint64_t bits = tt_bits_f64(x);
  int exponent = (int)(bits >> 52 & 0x7FF) - 1075;
  int skip = exponent > 2 ? (exponent - 2) / 32 : 0;
  skip = skip > 32 ? 32 : skip;
  uint32_t product[10];
  tt_times_two_over_pi((bits & 0xFFFFFFFFFFFFFull) | 1ull << 52, skip, product);
  // Bits from |point| up are whole quarter turns. The fraction's upper 128 bits
  // follow below.
  int point = 256 - (exponent - 32 * skip);
  uint32_t part[5];
  for (int i = 0; i < 5; ++i) {  // part[i]: 32 bits from point - 32 i
    int at = point - 32 * i;
    int word = at / 32, shift = at % 32;
    uint64_t two = product[word];
    if (word + 1 < 10) two |= (uint64_t)product[word + 1] << 32;
    part[i] = (uint32_t)(two >> shift);
  }
  uint64_t quadrant = part[0] & 3;
  uint64_t high = (uint64_t)part[1] << 32 | part[2];
  uint64_t low = (uint64_t)part[3] << 32 | part[4];
  int negative = high >> 63 != 0;
  if (negative) {  // nearer to the next quarter turn
    quadrant += 1;
    high = ~high + (low == 0);
    low = ~low + 1;
  }
  tt_angle_t angle = tt_angle_of_turn(high, low);
  if ((bits >> 63 != 0) != negative) {
    angle.value = -angle.value;
    angle.low = -angle.low;
  }
  angle.quadrant = (bits >> 63 ? 0 - quadrant : quadrant) & 3;
  if (exponent == 0x7FF - 1075) angle.value = (double)__builtin_nanf("");
  return angle;
}

static inline double tt_sin_near_f64(double x, double low) {
  double z = x * x;
  return x + (x * z * tt_poly_sin_f64(z) + low * (1.0 - 0.5 * z));
}
static inline double tt_cos_near_f64(double x, double low) {
  double z = x * x;
  double half = 0.5 * z;
  double w = 1.0 - half;
  return w + (((1.0 - w) - half) + (z * z * tt_poly_cos_f64(z) - x * low));
}

static inline double tt_sin_of(tt_angle_t angle) {
  double s = tt_sin_near_f64(angle.value, angle.low);
  double c = tt_cos_near_f64(angle.value, angle.low);
  double result = tt_pick_f64(angle.quadrant & 1, c, s);
  return tt_pick_f64(angle.quadrant & 2, -result, result);
}
static inline double tt_cos_of(tt_angle_t angle) {
  angle.quadrant += 1;
  return tt_sin_of(angle);
}
static inline double tt_tan_of(tt_angle_t angle) {
  double s = tt_sin_near_f64(angle.value, angle.low);
  double c = tt_cos_near_f64(angle.value, angle.low);
  return tt_pick_f64(angle.quadrant & 1, -c / s, s / c);
}

static inline double tt_sin_f64(double x) {
  double result = tt_sin_of(tt_reduce_f64(x));
  return tt_pick_f64(x == 0, x, result);
}
static inline double tt_cos_f64(double x) {
  return tt_cos_of(tt_reduce_f64(x));
}
static inline double tt_tan_f64(double x) {
  double result = tt_tan_of(tt_reduce_f64(x));
  return tt_pick_f64(x == 0, x, result);
}
static inline double tt_sin_huge_f64(double x) {
  return tt_sin_of(tt_reduce_huge_f64(x));
}
static inline double tt_cos_huge_f64(double x) {
  return tt_cos_of(tt_reduce_huge_f64(x));
}
static inline double tt_tan_huge_f64(double x) {
  return tt_tan_of(tt_reduce_huge_f64(x));
}

// What a data-movement core lacks of what math.h expects: a square root
// instruction and 128-bit integers. These stand in for math.h's declarations
// of the same names.

// Correctly rounded, one bit of the root a step.
inline double tt_sqrt_f64(double x) {
  if (!(x > 0) || x == (double)__builtin_inff()) {
    return x < 0 ? (double)__builtin_nanf("") : x;
  }
  uint64_t bits = tt_bits_f64(x);
  int exponent = (int)(bits >> 52);
  uint64_t rest = bits & 0xfffffffffffff;
  if (exponent == 0) {
    for (exponent = 1; !(rest >> 52); rest <<= 1) --exponent;
  } else {
    rest |= uint64_t(1) << 52;
  }
  exponent -= 1023;
  if (exponent & 1) rest <<= 1;
  rest <<= 1;
  uint64_t root = 0, sum = 0;
  for (uint64_t bit = uint64_t(1) << 53; bit != 0; bit >>= 1) {
    const uint64_t trial = sum + bit;
    if (trial <= rest) {
      sum = trial + bit;
      rest -= trial;
      root += bit;
    }
    rest <<= 1;
  }
  if (rest != 0) root += root & 1;
  const int half = exponent >> 1;
  return tt_from_bits_f64((root >> 1) + ((uint64_t)(half + 1022) << 52));
}

inline double tt_rsqrt_f64(double x) { return 1.0 / tt_sqrt_f64(x); }

inline uint64_t high_half(uint64_t a, uint64_t b) {
  const uint64_t al = (uint32_t)a, ah = a >> 32;
  const uint64_t bl = (uint32_t)b, bh = b >> 32;
  const uint64_t middle = ah * bl + (al * bl >> 32);
  const uint64_t other = al * bh + (uint32_t)middle;
  return ah * bh + (middle >> 32) + (other >> 32);
}

struct tt_u128_t {
  uint64_t low, high;
  constexpr tt_u128_t(uint64_t l = 0, uint64_t h = 0) : low(l), high(h) {}
  explicit constexpr operator uint64_t() const { return low; }
  explicit constexpr operator bool() const { return (low | high) != 0; }
  friend tt_u128_t operator<<(tt_u128_t x, int64_t n) {
    if (n >= 64) return {0, x.low << (n - 64)};
    if (n == 0) return x;
    return {x.low << n, x.high << n | x.low >> (64 - n)};
  }
  friend tt_u128_t operator>>(tt_u128_t x, int64_t n) {
    if (n >= 64) return {x.high >> (n - 64), 0};
    if (n == 0) return x;
    return {x.low >> n | x.high << (64 - n), x.high >> n};
  }
  friend tt_u128_t operator|(tt_u128_t a, tt_u128_t b) {
    return {a.low | b.low, a.high | b.high};
  }
  friend tt_u128_t operator&(tt_u128_t a, tt_u128_t b) {
    return {a.low & b.low, a.high & b.high};
  }
  friend tt_u128_t operator+(tt_u128_t a, tt_u128_t b) {
    const uint64_t sum = a.low + b.low;
    return {sum, a.high + b.high + (sum < a.low)};
  }
  friend tt_u128_t operator-(tt_u128_t a, tt_u128_t b) {
    return {a.low - b.low, a.high - b.high - (a.low < b.low)};
  }
  friend tt_u128_t operator*(tt_u128_t a, tt_u128_t b) {
    return {a.low * b.low,
            high_half(a.low, b.low) + a.low * b.high + a.high * b.low};
  }
  friend tt_u128_t& operator<<=(tt_u128_t& x, int64_t n) { return x = x << n; }
  friend tt_u128_t& operator*=(tt_u128_t& a, tt_u128_t b) { return a = a * b; }
  friend bool operator==(tt_u128_t a, tt_u128_t b) {
    return a.low == b.low && a.high == b.high;
  }
  friend bool operator!=(tt_u128_t a, tt_u128_t b) { return !(a == b); }
  friend bool operator>(tt_u128_t a, tt_u128_t b) {
    return a.high > b.high || (a.high == b.high && a.low > b.low);
  }
};

// Element types of the tile program as a kernel holds them. `type` is the C++
// type of a register, `memory` the bits of an element in memory; of() and
// bits() go from one to the other; fit() brings the result of an operation
// done in a wider type back into the element type.

inline float tt_from_bits_f32(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

inline uint32_t tt_bits_f32(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  return bits;
}

inline double tt_from_bits_f64(uint64_t bits) {
  double value;
  __builtin_memcpy(&value, &bits, 8);
  return value;
}

inline uint64_t tt_bits_f64(double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, 8);
  return bits;
}

// f32 to f16 bits, to nearest even; a NaN stays a quiet NaN.
inline uint16_t half_bits(float value) {
  const uint32_t bits = tt_bits_f32(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00 | (size >> 13 & 0x3ff);
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    if (size < 0x33000000) return sign;
    const uint32_t shift = 126 - (size >> 23);
    const uint32_t fraction = (size & 0x7fffff) | 0x800000;
    const uint32_t half = fraction >> shift;
    const uint32_t rest = fraction & ((1u << shift) - 1);
    const uint32_t tie = 1u << (shift - 1);
    return sign | (half + (rest > tie || (rest == tie && (half & 1))));
  }
  return sign | ((size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13);
}

inline float half_value(uint16_t bits) {
  const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
  const uint32_t size = bits & 0x7fff;
  if (size >= 0x7c00) return tt_from_bits_f32(sign | 0x7f800000 | size << 13);
  if (size >= 0x0400) return tt_from_bits_f32(sign | ((size << 13) + 0x38000000));
  const float small = (float)size * 0x1p-24f;
  return sign ? -small : small;
}

struct f32 {
  using type = float;
  using memory = uint32_t;
  static constexpr bool is_float = true;
  static type of(memory m) { return tt_from_bits_f32(m); }
  static memory bits(type v) { return tt_bits_f32(v); }
  static type fit(type v) { return v; }
};

struct f16 {
  using type = float;
  using memory = uint16_t;
  static constexpr bool is_float = true;
  static type of(memory m) { return half_value(m); }
  static memory bits(type v) { return half_bits(v); }
  static type fit(type v) { return of(bits(v)); }
};

struct bf16 {
  using type = float;
  using memory = uint16_t;
  static constexpr bool is_float = true;
  static type of(memory m) { return tt_from_bits_f32((uint32_t)m << 16); }
  static memory bits(type v) {
    const uint32_t b = tt_bits_f32(v);
    if ((b & 0x7fffffff) > 0x7f800000) return b >> 16 | 0x40;
    return (b + 0x7fff + (b >> 16 & 1)) >> 16;
  }
  static type fit(type v) { return of(bits(v)); }
};

struct f64 {
  using type = double;
  using memory = uint64_t;
  static constexpr bool is_float = true;
  static type of(memory m) { return tt_from_bits_f64(m); }
  static memory bits(type v) { return tt_bits_f64(v); }
  static type fit(type v) { return v; }
};

// Integers: s() and u() read a value signed and unsigned in a wider type.
template <int Bits, class Type, class Memory, class Signed, class Unsigned>
struct integer {
  using type = Type;
  using memory = Memory;
  using wide = Signed;
  using uwide = Unsigned;
  static constexpr bool is_float = false;
  static constexpr int width = Bits;
  static type of(memory m) { return (type)m; }
  static memory bits(type v) { return (memory)v; }
  static type fit(uwide v) { return (type)v; }
  static wide s(type v) { return v; }
  static uwide u(type v) { return (memory)v; }
};

struct i8 : integer<8, int8_t, uint8_t, int32_t, uint32_t> {};

struct i16 : integer<16, int16_t, uint16_t, int32_t, uint32_t> {};

struct i32 : integer<32, int32_t, uint32_t, int32_t, uint32_t> {};

struct i64 : integer<64, int64_t, uint64_t, int64_t, uint64_t> {};

// i1: a byte in memory; true is -1 read signed.
struct i1 : integer<1, bool, uint8_t, int32_t, uint32_t> {
  static type of(memory m) { return m != 0; }
  static type fit(uwide v) { return v & 1; }
  static wide s(type v) { return v ? -1 : 0; }
};

// Several to a byte in memory, low bits first; only loaded and stored.
struct b1 : integer<1, bool, uint8_t, int32_t, uint32_t> {
  static type fit(uwide v) { return v & 1; }
};

struct i4 : integer<4, int8_t, uint8_t, int32_t, uint32_t> {
  static type fit(uwide v) { return (type)((int32_t)(v << 28) >> 28); }
};

struct i2 : integer<2, int8_t, uint8_t, int32_t, uint32_t> {
  static type fit(uwide v) { return (type)((int32_t)(v << 30) >> 30); }
};

// SFPI on the host: a vector is 32 lanes, v_if masks what assignments reach.
// For the tests of emitted kernels.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#define sfpi_inline inline

namespace sfpi {

inline uint32_t active = ~0u;        // lanes that assignments reach
inline uint32_t dst[16 * 32][32];    // DST rows of 32 lanes, as bits
inline uint32_t dst_base = 0;        // what dst_reg++ steps along

struct vInt;
struct vFloat;
struct vUInt;

struct vBool {
  uint32_t lanes;
};
inline vBool operator&&(vBool a, vBool b) { return {a.lanes & b.lanes}; }
inline vBool operator||(vBool a, vBool b) { return {a.lanes | b.lanes}; }

// |Lane| is the type that a lane's bits are read as.
template <class Self, class Lane>
struct vector {
  uint32_t bits[32];
  Lane at(int i) const {
    Lane lane;
    memcpy(&lane, &bits[i], 4);
    return lane;
  }
  void put(int i, Lane lane) { memcpy(&bits[i], &lane, 4); }
  void assign(const vector& other) {
    for (int i = 0; i < 32; ++i) {
      if (active >> i & 1) bits[i] = other.bits[i];
    }
  }
  void fill(Lane lane) {
    for (int i = 0; i < 32; ++i) put(i, lane);
  }
  template <class F>
  static Self map(const Self& a, const Self& b, F f) {
    Self result;
    for (int i = 0; i < 32; ++i) result.put(i, f(a.at(i), b.at(i)));
    return result;
  }
  template <class F>
  static vBool test(const Self& a, const Self& b, F f) {
    vBool result = {0};
    for (int i = 0; i < 32; ++i) {
      result.lanes |= (uint32_t)f(a.at(i), b.at(i)) << i;
    }
    return result;
  }
};

struct vDReg {
  uint32_t row;
  template <class V>
  void operator=(const V& v) const {
    for (int i = 0; i < 32; ++i) {
      if (active >> i & 1) dst[dst_base + row][i] = v.bits[i];
    }
  }
};

#define VECTOR(Self, Lane)                                          \
  Self() { memset(bits, 0xa5, sizeof(bits)); }                      \
  Self(const Self& o) { memcpy(bits, o.bits, sizeof(bits)); }       \
  Self(vDReg d) { memcpy(bits, dst[dst_base + d.row], sizeof(bits)); } \
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> \
  Self(T value) {                                                   \
    fill((Lane)value);                                              \
  }                                                                 \
  Self& operator=(const Self& o) {                                  \
    assign(o);                                                      \
    return *this;                                                   \
  }

struct vFloat : vector<vFloat, float> {
  VECTOR(vFloat, float)
};
struct vUInt : vector<vUInt, uint32_t> {
  VECTOR(vUInt, uint32_t)
};
struct vInt : vector<vInt, int32_t> {
  VECTOR(vInt, int32_t)
};
#undef VECTOR

#define FLOAT(op)                                                         \
  inline vFloat operator op(const vFloat& a, const vFloat& b) {           \
    return vFloat::map(a, b, [](float x, float y) { return x op y; });    \
  }
FLOAT(+)
FLOAT(-)
#undef FLOAT
// A product is one instruction with the sum it is added to, rounded once.
struct vProduct {
  vFloat a, b;
  operator vFloat() const {
    return vFloat::map(a, b, [](float x, float y) { return x * y; });
  }
};
inline vProduct operator*(const vFloat& a, const vFloat& b) { return {a, b}; }
inline vFloat operator+(const vProduct& p, const vFloat& c) {
  vFloat result;
  for (int i = 0; i < 32; ++i) {
    result.put(i, __builtin_fmaf(p.a.at(i), p.b.at(i), c.at(i)));
  }
  return result;
}
template <class V, class T>
inline void operator+=(V& a, const T& b) {
  a = a + b;
}
template <class V, class T>
inline void operator-=(V& a, const T& b) {
  a = a - b;
}
#define INT(op)                                                             \
  inline vInt operator op(const vInt& a, const vInt& b) {                   \
    return vInt::map(a, b, [](int32_t x, int32_t y) {                       \
      return (int32_t)((uint32_t)x op(uint32_t) y);                         \
    });                                                                     \
  }
INT(+)
INT(-)
INT(&)
INT(|)
INT(^)
#undef INT
inline vInt operator<<(const vInt& a, int n) {
  return vInt::map(a, a, [n](int32_t x, int32_t) {
    return (int32_t)((uint32_t)x << n);
  });
}
inline vUInt operator>>(const vUInt& a, int n) {
  return vUInt::map(a, a, [n](uint32_t x, uint32_t) { return x >> n; });
}
// The hardware compares integers by the sign of their difference.
#define COMPARE(op)                                                         \
  inline vBool operator op(const vFloat& a, const vFloat& b) {              \
    return vFloat::test(a, b, [](float x, float y) { return x op y; });     \
  }                                                                         \
  inline vBool operator op(const vInt& a, const vInt& b) {                  \
    return vInt::test(a, b, [](int32_t x, int32_t y) {                      \
      return (int32_t)((uint32_t)x - (uint32_t)y) op 0;                     \
    });                                                                     \
  }
COMPARE(<)
COMPARE(<=)
COMPARE(>)
COMPARE(>=)
COMPARE(==)
COMPARE(!=)
#undef COMPARE

template <class To, class From>
To reinterpret(const From& v) {
  To result;
  memcpy(result.bits, v.bits, sizeof(v.bits));
  return result;
}

inline vInt abs(const vInt& v) {
  return vInt::map(v, v, [](int32_t x, int32_t) {
    return (int32_t)(x < 0 ? 0u - (uint32_t)x : (uint32_t)x);
  });
}
// Magnitudes are in the order of their bits, as on the hardware.
inline void vec_min_max(vFloat& a, vFloat& b) {
  for (int i = 0; i < 32; ++i) {
    if ((int32_t)a.bits[i] <= (int32_t)b.bits[i]) continue;
    const uint32_t larger = a.bits[i];
    a.bits[i] = b.bits[i];
    b.bits[i] = larger;
  }
}
inline vUInt shft(const vUInt& v, const vInt& amount) {
  vUInt result;
  for (int i = 0; i < 32; ++i) {
    int n = amount.at(i);
    result.put(i, n >= 32 || n <= -32 ? 0
                  : n >= 0            ? v.at(i) << n
                                      : v.at(i) >> -n);
  }
  return result;
}
// Right for positive values only, as on the hardware.
inline vFloat int32_to_float(const vInt& v, int) {
  vFloat result;
  for (int i = 0; i < 32; ++i) {
    result.put(i, v.at(i) < 0 ? __builtin_nanf("") : (float)v.at(i));
  }
  return result;
}

struct DstReg {
  vDReg operator[](uint32_t row) const { return {row}; }
  void operator++(int) const { ++dst_base; }
};
constexpr DstReg dst_reg{};

struct If {
  uint32_t outer = active, done = 0;
  void when(vBool c) {
    active = outer & ~done & c.lanes;
    done |= active;
  }
  void otherwise() { active = outer & ~done; }
  ~If() { active = outer; }
};

}  // namespace sfpi

#define v_if(x)     \
  {                 \
    sfpi::If if_;   \
    if_.when(x);    \
    {
#define v_elseif(x)   \
  }                   \
  if_.otherwise();    \
  if_.when(x);        \
  {
#define v_else     \
  }                \
  if_.otherwise(); \
  {
#define v_endif \
  }             \
  }

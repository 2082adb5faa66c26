// Functions of vectors; see sfpi.h.
#pragma once

#include "sfpi_math.h"

namespace sfpi {

// ---- Functions --------------------------------------------------------------

template <class To, class T>
sfpi_inline To reinterpret(const T& x) {
  return To::of(insn::reg(x));
}

#define SFPI_UNARY(NAME, RESULT, TAKES, OPCODE, MOD)            \
  sfpi_inline RESULT NAME(const TAKES& v) {                     \
    return RESULT::of(insn::unary<insn::OPCODE, MOD>(v.get())); \
  }
SFPI_UNARY(abs, vFloat, vFloat, SFPABS, 1)
SFPI_UNARY(abs, vInt, vInt, SFPABS, 0)
SFPI_UNARY(exexp, vInt, vFloat, SFPEXEXP, 0)
SFPI_UNARY(exexp_nodebias, vInt, vFloat, SFPEXEXP, 1)
SFPI_UNARY(exman8, vInt, vFloat, SFPEXMAN, 0)
SFPI_UNARY(exman9, vInt, vFloat, SFPEXMAN, 1)
#undef SFPI_UNARY

template <class V, std::enable_if_t<std::is_base_of<vBase, V>::value, int> = 0>
sfpi_inline vInt lz(const V& v) {
  return vInt::of(insn::unary<insn::SFPLZ, 0>(v.get()));
}

// A field of v becomes a number or a lane of another vector.
sfpi_inline vFloat setexp(const vFloat& v, std::uint32_t exponent) {
  return vFloat::of(insn::unary<insn::SFPSETEXP, 1>(v.get(), exponent));
}
template <class E, std::enable_if_t<is_ints<E>, int> = 0>
sfpi_inline vFloat setexp(const vFloat& v, const E& exponent) {
  return vFloat::of(insn::update<insn::SFPSETEXP, 0>(exponent.get(), v.get()));
}
sfpi_inline vFloat setman(const vFloat& v, std::uint32_t mantissa) {
  return vFloat::of(insn::unary<insn::SFPSETMAN, 1>(v.get(), mantissa));
}
template <class M, std::enable_if_t<is_ints<M>, int> = 0>
sfpi_inline vFloat setman(const vFloat& v, const M& mantissa) {
  return vFloat::of(insn::update<insn::SFPSETMAN, 0>(mantissa.get(), v.get()));
}
template <class V, std::enable_if_t<std::is_base_of<vBase, V>::value, int> = 0>
sfpi_inline V setsgn(const V& v, int sign) {
  return V::of(insn::unary<insn::SFPSETSGN, 1>(v.get(), sign));
}
template <class V, class S,
          std::enable_if_t<std::is_base_of<vBase, V>::value, int> = 0,
          std::enable_if_t<std::is_base_of<vBase, S>::value, int> = 0>
sfpi_inline V setsgn(const V& v, const S& sign) {
  return V::of(insn::update<insn::SFPSETSGN, 0>(sign.get(), v.get()));
}
sfpi_inline vFloat addexp(const vFloat& v, int exponent) {
  return vFloat::of(insn::unary<insn::SFPDIVP2, 1>(v.get(), exponent));
}

template <class V, class N, std::enable_if_t<is_ints<V>, int> = 0>
sfpi_inline V shft(const V& v, const N& amount) {
  return insn::shift(v, amount);
}

// |round| 1 rounds at random, 0 to nearest even.
sfpi_inline vFloat int32_to_float(const vInt& v, int round = 1) {
  return vFloat::of(round ? insn::unary<insn::SFPCAST, 1>(v.get())
                          : insn::unary<insn::SFPCAST, 0>(v.get()));
}
template <unsigned Mod>
sfpi_inline vUInt rounded(const vFloat& v, int round) {
  return vUInt::of(round ? insn::unary<insn::SFPSTOCHRND, Mod>(v.get(), 1 << 9)
                         : insn::unary<insn::SFPSTOCHRND, Mod>(v.get()));
}
sfpi_inline vUInt float_to_fp16a(const vFloat& v, int round = 1) {
  return rounded<0>(v, round);
}
sfpi_inline vUInt float_to_fp16b(const vFloat& v, int round = 1) {
  return rounded<1>(v, round);
}
sfpi_inline vUInt float_to_uint8(const vFloat& v, int round = 1) {
  return rounded<2>(v, round);
}
sfpi_inline vUInt float_to_int8(const vFloat& v, int round = 1) {
  return rounded<3>(v, round);
}
sfpi_inline vUInt float_to_uint16(const vFloat& v, int round = 1) {
  return rounded<6>(v, round);
}
sfpi_inline vUInt float_to_int16(const vFloat& v, int round = 1) {
  return rounded<7>(v, round);
}

// a becomes the smaller, b the larger.
sfpi_inline void vec_min_max(vFloat& a, vFloat& b) {
  asm volatile("sfp_wait %1\n\tsfp_update %2, 0, %1, %0, %3"
               : "+f"(a.get()), "+f"(b.get())
               : "i"(insn::SFPSWAP), "i"(SFPSWAP_MOD1_VEC_MIN_MAX));
}

template <bool Always = true>
sfpi_inline vFloat approx_recip(const vFloat& v) {
  return vFloat::of(insn::unary < insn::SFPARECIP, Always ? 0 : 1 > (v.get()));
}

sfpi_inline float mul24(float a, float b, unsigned half) {
  return half == SFPMUL24_MOD1_UPPER
             ? insn::mad<insn::SFPMUL24, SFPMUL24_MOD1_UPPER>(a, b, insn::C_0)
             : insn::mad<insn::SFPMUL24, SFPMUL24_MOD1_LOWER>(a, b, insn::C_0);
}

// Piecewise linear functions; the tables stand in LReg0-2 and 4-6, v in LReg3.
// |sign|: the result takes v's sign.
template <unsigned Mod>
sfpi_inline vFloat lut_of(const vFloat& v, float t0, float t1, float t2) {
  register float l0 asm("ft0") = t0;
  register float l1 asm("ft1") = t1;
  register float l2 asm("ft2") = t2;
  register float l3 asm("ft3") = v.get();
  float target;
  asm volatile(
      ".ttinsn (%5 << 24) + (%0 << 20) + (%6 << 16)\n\t.set sfp.late, %0"
      : "=f"(target)
      : "f"(l0), "f"(l1), "f"(l2), "f"(l3), "i"(insn::SFPLUT), "i"(Mod));
  return vFloat::of(target);
}
sfpi_inline vFloat lut(const vFloat& v, const vUInt& a, const vUInt& b,
                       const vUInt& c) {
  return lut_of<4>(v, a.get(), b.get(), c.get());
}
sfpi_inline vFloat lut_sign(const vFloat& v, const vUInt& a, const vUInt& b,
                            const vUInt& c) {
  return lut_of<0>(v, a.get(), b.get(), c.get());
}

template <unsigned Mod, class T>
sfpi_inline vFloat lut2_of(const vFloat& v, const T& a0, const T& a1,
                           const T& a2, const T& b0, const T& b1, const T& b2) {
  register float l0 asm("ft0") = a0.get();
  register float l1 asm("ft1") = a1.get();
  register float l2 asm("ft2") = a2.get();
  register float l3 asm("ft3") = v.get();
  register float l4 asm("ft4") = b0.get();
  register float l5 asm("ft5") = b1.get();
  register float l6 asm("ft6") = b2.get();
  float target;
  asm volatile(".ttinsn (%8 << 24) + (%0 << 4) + %9\n\t.set sfp.late, %0"
               : "=f"(target)
               : "f"(l0), "f"(l1), "f"(l2), "f"(l3), "f"(l4), "f"(l5), "f"(l6),
                 "i"(insn::SFPLUTFP32), "i"(Mod));
  return vFloat::of(target);
}
template <class T>
sfpi_inline vFloat lut2(const vFloat& v, const T& a0, const T& a1, const T& a2,
                        const T& b0, const T& b1, const T& b2, int mode = 1) {
  if constexpr (std::is_same<T, vFloat>::value) {
    return lut2_of<4>(v, a0, a1, a2, b0, b1, b2);
  }
  return mode == 1 ? lut2_of<2 | 4>(v, a0, a1, a2, b0, b1, b2)
                   : lut2_of<3 | 4>(v, a0, a1, a2, b0, b1, b2);
}
template <class T>
sfpi_inline vFloat lut2_sign(const vFloat& v, const T& a0, const T& a1,
                             const T& a2, const T& b0, const T& b1, const T& b2,
                             int mode = 1) {
  if constexpr (std::is_same<T, vFloat>::value) {
    return lut2_of<0>(v, a0, a1, a2, b0, b1, b2);
  }
  return mode == 1 ? lut2_of<2>(v, a0, a1, a2, b0, b1, b2)
                   : lut2_of<3>(v, a0, a1, a2, b0, b1, b2);
}

}  // namespace sfpi

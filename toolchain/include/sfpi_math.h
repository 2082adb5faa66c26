// Operators on vectors; see sfpi.h.
#pragma once

#include "sfpi_value.h"

namespace sfpi {

// ---- Which operands an operator takes ---------------------------------------

template <class T>
constexpr bool is_number =
    std::is_arithmetic<T>::value || std::is_base_of<s2vFloat16, T>::value;
template <class T>
constexpr bool is_floats =
    std::is_same<T, vFloat>::value || std::is_same<T, vProduct>::value ||
    std::is_same<T, vDReg>::value || std::is_same<T, vConstFloat>::value;
template <class T>
constexpr bool is_ints =
    std::is_same<T, vInt>::value || std::is_same<T, vUInt>::value;
template <class T>
constexpr bool is_int_like = is_ints<T> || std::is_same<T, vConstInt>::value ||
                             std::is_integral<T>::value;

template <class A, class B>
using if_floats =
    std::enable_if_t<(is_floats<A> && (is_floats<B> || is_number<B>)) ||
                         (is_number<A> && is_floats<B>),
                     int>;
// The type of an operation on integers: its first vector's.
template <class A, class B>
using int_result = std::enable_if_t<(is_ints<A> && is_int_like<B>) ||
                                        (is_int_like<A> && is_ints<B>),
                                    std::conditional_t<is_ints<A>, A, B>>;

namespace insn {

sfpi_inline float reg(const vBase& v) { return v.get(); }
template <class T, std::enable_if_t<!std::is_base_of<vBase, T>::value, int> = 0>
sfpi_inline float reg(const T& x) {
  return vFloat(x).get();
}
template <class T, std::enable_if_t<is_ints<T>, int> = 0>
sfpi_inline float int_reg(const T& v) {
  return v.get();
}
template <class T, std::enable_if_t<!is_ints<T>, int> = 0>
sfpi_inline float int_reg(const T& x) {
  return vInt(x).get();
}

// An operand of the multiplier.
sfpi_inline operand any(vConst c) { return c.number; }
template <class T, std::enable_if_t<std::is_arithmetic<T>::value, int> = 0>
sfpi_inline operand any(T x) {
  return number((float)x);
}
template <class T, std::enable_if_t<!std::is_arithmetic<T>::value &&
                                        !std::is_base_of<vConst, T>::value,
                                    int> = 0>
sfpi_inline operand any(const T& x) {
  return reg(x);
}

// Whether |x| fits the 12 signed bits of SFPIADD.
sfpi_inline bool is_short(int x) {
  return __builtin_constant_p(x) && x >= -2047 && x < 2048;
}

// a - b and the like on integers.
template <class A, class B>
sfpi_inline float int_sub(const A& a, const B& b) {
  return update<SFPIADD, 2 | SFPIADD_MOD1_CC_NONE>(int_reg(b), int_reg(a));
}
sfpi_inline float int_add_short(float c, int imm) {
  return unary<SFPIADD, 1 | SFPIADD_MOD1_CC_NONE>(c, imm);
}

}  // namespace insn

// ---- Arithmetic on floats ---------------------------------------------------

template <class A, class B, if_floats<A, B> = 0>
sfpi_inline vProduct operator*(const A& a, const B& b) {
  if constexpr (is_floats<A> && !std::is_same<A, vConstFloat>::value) {
    return {insn::reg(a), insn::any(b)};
  } else {
    return {insn::reg(b), insn::any(a)};
  }
}

namespace insn {
template <unsigned Mod>
sfpi_inline float mad(const vProduct& p, operand c) {
  return mad<SFPMAD, Mod>(p.a, p.b, c);
}
template <class T>
constexpr bool is_product = std::is_same<T, vProduct>::value;
template <class T>
constexpr bool is_plain = std::is_arithmetic<T>::value;
}  // namespace insn

template <class A, class B, if_floats<A, B> = 0>
sfpi_inline vFloat operator+(const A& a, const B& b) {
  using namespace insn;
  if constexpr (is_product<A>) {
    return vFloat::of(mad<0>(a, any(b)));
  } else if constexpr (is_product<B>) {
    return vFloat::of(mad<0>(b, any(a)));
  } else if constexpr (is_floats<A> && !std::is_same<A, vConstFloat>::value) {
    if constexpr (is_plain<B>) {
      if (is_bf16(b)) {
        return vFloat::of(update_bf16<SFPADDI>(reg(a), bits_of(b) >> 16));
      }
    }
    return vFloat::of(add<0>(reg(a), any(b)));
  } else {
    return b + a;
  }
}

template <class A, class B, if_floats<A, B> = 0>
sfpi_inline vFloat operator-(const A& a, const B& b) {
  using namespace insn;
  if constexpr (is_product<A>) {
    return vFloat::of(mad<2>(a, any(b)));
  } else if constexpr (is_plain<B>) {
    return a + -(float)b;
  } else if constexpr (is_floats<A> && !std::is_same<A, vConstFloat>::value) {
    return vFloat::of(add<2>(reg(a), any(b)));
  } else {
    return vFloat::of(
        add<1>(reg(b), any(a)));  // a number or a constant: -b + a
  }
}

template <class A, std::enable_if_t<is_floats<A>, int> = 0>
sfpi_inline vFloat operator-(const A& a) {
  return vFloat::of(insn::unary<insn::SFPMOV, 1>(insn::reg(a)));
}

template <class T>
sfpi_inline void vFloat::operator+=(const T& x) {
  *this = *this + x;
}
template <class T>
sfpi_inline void vFloat::operator-=(const T& x) {
  *this = *this - x;
}
template <class T>
sfpi_inline void vFloat::operator*=(const T& x) {
  *this = *this * x;
}

// ---- Arithmetic on integers -------------------------------------------------

template <class A, class B>
sfpi_inline int_result<A, B> operator+(const A& a, const B& b) {
  using R = int_result<A, B>;
  if constexpr (is_ints<A>) {
    if constexpr (std::is_integral<B>::value) {
      if (insn::is_short(b)) return R::of(insn::int_add_short(a.get(), b));
    }
    return R::of(insn::update<insn::SFPIADD, SFPIADD_MOD1_CC_NONE>(
        insn::int_reg(b), a.get()));
  } else {
    return b + a;
  }
}

template <class A, class B>
sfpi_inline int_result<A, B> operator-(const A& a, const B& b) {
  using R = int_result<A, B>;
  if constexpr (std::is_integral<B>::value) {
    if (insn::is_short(b)) return R::of(insn::int_add_short(a.get(), -(int)b));
  }
  if constexpr (std::is_integral<A>::value) {
    if (__builtin_constant_p(a) && a == 0) {
      return R::of(
          insn::update_constant<insn::SFPIADD, 2 | SFPIADD_MOD1_CC_NONE>(
              b.get(), insn::C_0));
    }
  }
  return R::of(insn::int_sub(a, b));
}

#define SFPI_BITWISE(OP, OPCODE)                                     \
  template <class A, class B>                                        \
  sfpi_inline int_result<A, B> operator OP(const A& a, const B& b) { \
    if constexpr (is_ints<A>) {                                      \
      return int_result<A, B>::of(                                   \
          insn::update<insn::OPCODE, 0>(insn::int_reg(b), a.get())); \
    } else {                                                         \
      return b OP a;                                                 \
    }                                                                \
  }
SFPI_BITWISE(&, SFPAND)
SFPI_BITWISE(|, SFPOR)
SFPI_BITWISE(^, SFPXOR)
#undef SFPI_BITWISE

template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator~(const A& a) {
  return A::of(insn::unary<insn::SFPNOT, 0>(a.get()));
}
template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator-(const A& a) {
  return 0 - a;
}

// By a positive amount to the left, else to the right; |Mod| 2: with the sign.
namespace insn {
template <class A>
constexpr unsigned shift_mod = std::is_same<A, vInt>::value ? 2 : 0;
template <class A>
sfpi_inline A shift(const A& a, int amount) {
  return A::of(unary<SFPSHFT, 5 | shift_mod<A>>(a.get(), amount));
}
template <class A>
sfpi_inline A shift(const A& a, const vInt& amount) {
  return A::of(update<SFPSHFT, shift_mod<A>>(a.get(), amount.get()));
}
}  // namespace insn

template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator<<(const A& a, int amount) {
  return insn::shift(a, amount);
}
template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator>>(const A& a, int amount) {
  return insn::shift(a, -amount);
}
template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator<<(const A& a, const vInt& amount) {
  return insn::shift(a, amount);
}
template <class A, std::enable_if_t<is_ints<A>, int> = 0>
sfpi_inline A operator>>(const A& a, const vInt& amount) {
  return insn::shift(a, -amount);
}

#define SFPI_ASSIGNING(OP)                                       \
  template <class Self>                                          \
  template <class T>                                             \
  sfpi_inline void vIntegers<Self>::operator OP##=(const T& x) { \
    Self& self = static_cast<Self&>(*this);                      \
    self = self OP x;                                            \
  }
SFPI_ASSIGNING(+)
SFPI_ASSIGNING(-)
SFPI_ASSIGNING(&)
SFPI_ASSIGNING(|)
SFPI_ASSIGNING(^)
SFPI_ASSIGNING(<<)
SFPI_ASSIGNING(>>)
#undef SFPI_ASSIGNING

}  // namespace sfpi

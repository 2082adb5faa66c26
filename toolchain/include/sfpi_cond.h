// Conditions on lanes; see sfpi.h.
#pragma once

#include "sfpi_math.h"

namespace sfpi {

// ---- Conditions -------------------------------------------------------------

// Comparisons are made when a v_if asks for them: by the sign of a difference,
// or for 0 by the value itself.
enum class relation { lt, ge, eq, ne };
constexpr relation inverse(relation r) {
  return r == relation::lt   ? relation::ge
         : r == relation::ge ? relation::lt
         : r == relation::eq ? relation::ne
                             : relation::eq;
}

namespace insn {
template <relation R>
sfpi_inline void keep(float difference) {
  set_flags<R == relation::lt   ? SFPSETCC_MOD1_LREG_LT0
            : R == relation::ge ? SFPSETCC_MOD1_LREG_GTE0
            : R == relation::eq ? SFPSETCC_MOD1_LREG_EQ0
                                : SFPSETCC_MOD1_LREG_NE0>(difference);
}

// a - b, the signs of which decide.
template <class A, class B>
sfpi_inline float difference(const A& a, const B& b) {
  if constexpr (is_ints<A> || is_ints<B>) {
    if constexpr (std::is_integral<B>::value) {
      if (__builtin_constant_p(b) && b == 0) return a.get();
    }
    return (a - b).get();
  } else {
    if constexpr (is_plain<B>) {
      if (__builtin_constant_p(b) && b == 0) return reg(a);
    }
    return vFloat(a - b).get();
  }
}
}  // namespace insn

// narrow() turns lanes off where it does not hold, narrow_not() where it does.
template <relation R, class A, class B>
struct comparison {
  A a;
  B b;
  static constexpr bool narrows = true, narrows_not = true;
  sfpi_inline void narrow() const { insn::keep<R>(insn::difference(a, b)); }
  sfpi_inline void narrow_not() const {
    insn::keep<inverse(R)>(insn::difference(a, b));
  }
};
template <relation R, class A, class B>
struct is_condition<comparison<R, A, B>> : std::true_type {};

// Whether the lanes of |c| hold, as 1 or 0.
template <class C>
sfpi_inline float lanes_of(const C& c) {
  float r = insn::loadi<SFPLOADI_MOD0_USHORT>(0);
  insn::plain<insn::SFPPUSHC>();
  if constexpr (C::narrows) {
    c.narrow();
  } else {
    c.narrow_not();
    insn::plain<insn::SFPCOMPC>();
  }
  insn::loadi<SFPLOADI_MOD0_USHORT>(r, 1);
  insn::plain<insn::SFPPOPC>();
  return r;
}

template <class C>
sfpi_inline void narrow(const C& c) {
  if constexpr (C::narrows) {
    c.narrow();
  } else {
    insn::keep<relation::ne>(lanes_of(c));
  }
}
template <class C>
sfpi_inline void narrow_not(const C& c) {
  if constexpr (C::narrows_not) {
    c.narrow_not();
  } else {
    insn::keep<relation::eq>(lanes_of(c));
  }
}

template <class A, class B>
struct both {
  A a;
  B b;
  static constexpr bool narrows = true, narrows_not = false;
  sfpi_inline void narrow() const {
    sfpi::narrow(a);
    sfpi::narrow(b);
  }
};
template <class A, class B>
struct is_condition<both<A, B>> : std::true_type {};

template <class A, class B>
struct either {
  A a;
  B b;
  static constexpr bool narrows = false, narrows_not = true;
  sfpi_inline void narrow_not() const {
    sfpi::narrow_not(a);
    sfpi::narrow_not(b);
  }
};
template <class A, class B>
struct is_condition<either<A, B>> : std::true_type {};

template <class A>
struct opposite {
  A a;
  static constexpr bool narrows = A::narrows_not, narrows_not = A::narrows;
  sfpi_inline void narrow() const { a.narrow_not(); }
  sfpi_inline void narrow_not() const { a.narrow(); }
};
template <class A>
struct is_condition<opposite<A>> : std::true_type {};

template <class A>
using if_condition = std::enable_if_t<is_condition<A>::value, int>;
template <class A, class B, if_condition<A> = 0, if_condition<B> = 0>
sfpi_inline both<A, B> operator&&(const A& a, const B& b) {
  return {a, b};
}
template <class A, class B, if_condition<A> = 0, if_condition<B> = 0>
sfpi_inline either<A, B> operator||(const A& a, const B& b) {
  return {a, b};
}
template <class A, if_condition<A> = 0>
sfpi_inline opposite<A> operator!(const A& a) {
  return {a};
}

// What a comparison keeps of an operand: vectors by value, numbers as they are.
template <class T>
using kept = std::conditional_t<std::is_same<T, vProduct>::value ||
                                    std::is_same<T, vDReg>::value,
                                vFloat, T>;

#define SFPI_COMPARE(OP, RELATION, FIRST, SECOND)                              \
  template <class A, class B, if_floats<A, B> = 0>                             \
  sfpi_inline auto operator OP(const A& a, const B& b) {                       \
    return comparison<relation::RELATION, kept<std::decay_t<decltype(FIRST)>>, \
                      kept<std::decay_t<decltype(SECOND)>>>{FIRST, SECOND};    \
  }                                                                            \
  template <class A, class B, class = int_result<A, B>>                        \
  sfpi_inline auto operator OP(const A& a, const B& b) {                       \
    return comparison<relation::RELATION, std::decay_t<decltype(FIRST)>,       \
                      std::decay_t<decltype(SECOND)>>{FIRST, SECOND};          \
  }
SFPI_COMPARE(<, lt, a, b)
SFPI_COMPARE(>=, ge, a, b)
SFPI_COMPARE(>, lt, b, a)
SFPI_COMPARE(<=, ge, b, a)
SFPI_COMPARE(==, eq, a, b)
SFPI_COMPARE(!=, ne, a, b)
#undef SFPI_COMPARE

#define SFPI_FROM_CONDITION(SELF)                                   \
  template <class T, std::enable_if_t<is_condition<T>::value, int>> \
  sfpi_inline SELF::SELF(const T& condition) {                      \
    assign(lanes_of(condition));                                    \
  }
SFPI_FROM_CONDITION(vInt)
SFPI_FROM_CONDITION(vUInt)
#undef SFPI_FROM_CONDITION

// Lanes that are on between v_if and v_endif: flags are pushed once for the
// v_if and once for each v_elseif.
class scope {
 public:
  sfpi_inline scope() { push(); }
  sfpi_inline ~scope() {
    for (int i = 0; i < pushed_; ++i) insn::plain<insn::SFPPOPC>();
  }
  sfpi_inline void push() {
    insn::plain<insn::SFPPUSHC>();
    ++pushed_;
  }
  sfpi_inline void other() { insn::plain<insn::SFPCOMPC>(); }
  // The flags have just been pushed.
  template <class C, if_condition<C> = 0>
  sfpi_inline void first(const C& c) {
    if constexpr (C::narrows) {
      c.narrow();
    } else {
      c.narrow_not();
      insn::plain<insn::SFPCOMPC>();
    }
  }
  template <class V, std::enable_if_t<is_ints<V>, int> = 0>
  sfpi_inline void first(const V& v) {
    first(v != 0);
  }
  template <class C>
  sfpi_inline void next(const C& c) {
    narrow(c);
  }

 private:
  int pushed_ = 0;
};

}  // namespace sfpi

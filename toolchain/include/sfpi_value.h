// Vectors, and the registers they come from and go to; see sfpi.h.
#pragma once

#include "sfpi_fp16.h"

namespace sfpi {

// ---- Values -----------------------------------------------------------------

class vFloat;
class vInt;
class vUInt;
struct vDReg;
struct vLReg;

// A register of the SFPU whose lanes are all the same; some may be set.
struct vConst {
  int number;
  template <class T>
  sfpi_inline void operator=(T value) const;
};
struct vConstFloat : vConst {
  using vConst::operator=;
};
struct vConstInt : vConst {
  using vConst::operator=;
};

constexpr vConstFloat vConst0p8373{insn::C_0P8373}, vConst0{insn::C_0},
    vConst1{insn::C_1}, vConstNeg1{insn::C_NEG1}, vConstFloatPrgm0{12},
    vConstFloatPrgm1{13}, vConstFloatPrgm2{14};
constexpr vConstInt vConstTileId{15}, vConstIntPrgm0{12}, vConstIntPrgm1{13},
    vConstIntPrgm2{14};

class vBase {
 public:
  sfpi_inline vBase() {}
  sfpi_inline vBase(const vBase& other) : r_(other.r_), set_(true) {}
  sfpi_inline vBase& operator=(const vBase& other) {
    assign(other.r_);
    return *this;
  }
  sfpi_inline float get() const { return r_; }
  sfpi_inline float& get() { return r_; }

 protected:
  sfpi_inline void assign(float r) {
    if (set_) {
      asm volatile("sfp_op %2, 0, %1, %0, 0"
                   : "+f"(r_)
                   : "f"(r), "i"(insn::SFPMOV));
    } else {
      r_ = r;
      set_ = true;
    }
  }
  float r_;
  bool set_ = false;
};

// a * b, which becomes one instruction with an addition.
struct vProduct {
  float a;
  insn::operand b;
};

class vFloat : public vBase {
 public:
  vFloat() = default;
  vFloat(const vFloat&) = default;
  vFloat& operator=(const vFloat&) = default;
  static sfpi_inline vFloat of(float r) {
    vFloat v;
    v.assign(r);
    return v;
  }
  sfpi_inline vFloat(const vDReg& d);
  sfpi_inline vFloat(const vLReg& l);
  sfpi_inline vFloat(vConst c) { assign(insn::constant(c.number)); }
  sfpi_inline vFloat(s2vFloat16 x) {
    assign(x.get_format() == s2vFloat16::fp16a
               ? insn::loadi<SFPLOADI_MOD0_FLOATA>(x.get())
               : insn::loadi<SFPLOADI_MOD0_FLOATB>(x.get()));
  }
  sfpi_inline vFloat(const vProduct& p) {
    assign(insn::mad<insn::SFPMUL, 0>(p.a, p.b, insn::C_0));
  }
  template <class T, class = std::enable_if_t<std::is_arithmetic<T>::value>>
  sfpi_inline vFloat(T x) {
    assign(insn::load_bits(insn::bits_of((float)x)));
  }
  template <class T>
  sfpi_inline void operator+=(const T& x);
  template <class T>
  sfpi_inline void operator-=(const T& x);
  template <class T>
  sfpi_inline void operator*=(const T& x);
};

// The lanes of an integer vector, and what a scalar turns into.
template <class Self>
class vIntegers : public vBase {
 public:
  vIntegers() = default;
  vIntegers(const vIntegers&) = default;
  vIntegers& operator=(const vIntegers&) = default;
  static sfpi_inline Self of(float r) {
    Self v;
    v.assign(r);
    return v;
  }
  template <class T>
  sfpi_inline void operator+=(const T& x);
  template <class T>
  sfpi_inline void operator-=(const T& x);
  template <class T>
  sfpi_inline void operator&=(const T& x);
  template <class T>
  sfpi_inline void operator|=(const T& x);
  template <class T>
  sfpi_inline void operator^=(const T& x);
  template <class T>
  sfpi_inline void operator<<=(const T& n);
  template <class T>
  sfpi_inline void operator>>=(const T& n);
};

// A condition on lanes; see "Conditions".
template <class T>
struct is_condition : std::false_type {};

#define SFPI_INTEGER(SELF, OTHER)                                             \
  class SELF : public vIntegers<SELF> {                                       \
   public:                                                                    \
    SELF() = default;                                                         \
    SELF(const SELF&) = default;                                              \
    SELF& operator=(const SELF&) = default;                                   \
    sfpi_inline SELF(const OTHER& v);                                         \
    sfpi_inline SELF(const vDReg& d);                                         \
    sfpi_inline SELF(const vLReg& l);                                         \
    sfpi_inline SELF(vConst c) { assign(insn::constant(c.number)); }          \
    template <class T, std::enable_if_t<std::is_integral<T>::value, int> = 0> \
    sfpi_inline SELF(T x) {                                                   \
      assign(insn::load_bits((std::uint32_t)x));                              \
    }                                                                         \
    template <class T, std::enable_if_t<is_condition<T>::value, int> = 0>     \
    sfpi_inline SELF(const T& condition);                                     \
  };
SFPI_INTEGER(vInt, vUInt)
SFPI_INTEGER(vUInt, vInt)
#undef SFPI_INTEGER
sfpi_inline vInt::vInt(const vUInt& v) { assign(v.get()); }
sfpi_inline vUInt::vUInt(const vInt& v) { assign(v.get()); }

// ---- Registers --------------------------------------------------------------

// Row |row| of the destination register, counted from where the SFPU stands:
// 32 elements of a tile.
struct vDReg {
  int row;

  template <unsigned Format>
  sfpi_inline float load() const {
    float target;
    if (__builtin_constant_p(row)) {
      asm volatile("sfp_wide %1, %0, %2, (7 << 13) + 2 * %3"
                   : "=f"(target)
                   : "i"(insn::SFPLOAD), "i"(Format), "i"(row));
    } else {
      SFPI_AT_RUN_TIME("=f"(target), insn::SFPLOAD, Format, 7 << 13, 2 * row);
    }
    return target;
  }
  template <unsigned Format>
  sfpi_inline void store(float value) const {
    if (__builtin_constant_p(row)) {
      asm volatile("sfp_wide %1, %0, %2, (7 << 13) + 2 * %3" ::"f"(value),
                   "i"(insn::SFPSTORE), "i"(Format), "i"(row));
    } else {
      SFPI_AT_RUN_TIME("+f"(value), insn::SFPSTORE, Format, 7 << 13, 2 * row);
    }
  }
  sfpi_inline void operator=(const vInt& v) const {
    store<SFPSTORE_MOD0_FMT_INT32>(v.get());
  }
  sfpi_inline void operator=(const vUInt& v) const {
    store<SFPSTORE_MOD0_FMT_INT32>(v.get());
  }
  sfpi_inline void operator=(const vFloat& v) const {
    store<SFPSTORE_MOD0_FMT_SRCB>(v.get());
  }
  sfpi_inline void operator=(const vDReg& d) const { *this = vFloat(d); }
  sfpi_inline void operator=(int x) const { *this = vInt(x); }
  sfpi_inline void operator=(unsigned x) const { *this = vUInt(x); }
  template <class T>
  sfpi_inline void operator=(const T& x) const {
    *this = vFloat(x);
  }
};

struct DstReg {
  sfpi_inline vDReg operator[](int row) const { return {row}; }
  sfpi_inline void operator++() const { *this += 1; }
  sfpi_inline void operator++(int) const { *this += 1; }
  sfpi_inline void operator+=(int rows) const {
    asm volatile(".ttinsn (%0 << 24) + (2 * %1 << 14)" ::"i"(insn::INCRWC),
                 "i"(rows));
  }
};
constexpr DstReg dst_reg{};

enum class LRegs {
  LReg0,
  LReg1,
  LReg2,
  LReg3,
  LReg4,
  LReg5,
  LReg6,
  LReg7,
  LRegCount
};

// A register by number: what was left in it, or the place to leave something.
struct vLReg {
  int number;

  sfpi_inline float read() const {
#define SFPI_READ(NUMBER, NAME) \
  case NUMBER: {                \
    register float r asm(NAME); \
    asm volatile("" : "=f"(r)); \
    return r;                   \
  }
    switch (number) {
      SFPI_READ(0, "ft0")
      SFPI_READ(1, "ft1")
      SFPI_READ(2, "ft2")
      SFPI_READ(3, "ft3")
      SFPI_READ(4, "ft4")
      SFPI_READ(5, "ft5")
      SFPI_READ(6, "ft6")
      default:
        SFPI_READ(7, "ft7")
    }
#undef SFPI_READ
  }
  sfpi_inline void operator=(const vBase& v) const {
    asm volatile("sfp_op %1, 0, %0, %2, 2" ::"f"(v.get()), "i"(insn::SFPMOV),
                 "i"(number));
  }
};
struct LRegFile {
  sfpi_inline vLReg operator[](LRegs r) const { return {(int)r}; }
};
constexpr LRegFile l_reg{};

sfpi_inline vFloat::vFloat(const vDReg& d) {
  assign(d.load<SFPLOAD_MOD0_FMT_SRCB>());
}
sfpi_inline vInt::vInt(const vDReg& d) {
  assign(d.load<SFPLOAD_MOD0_FMT_INT32>());
}
sfpi_inline vUInt::vUInt(const vDReg& d) {
  assign(d.load<SFPLOAD_MOD0_FMT_INT32>());
}
sfpi_inline vFloat::vFloat(const vLReg& l) { assign(l.read()); }
sfpi_inline vInt::vInt(const vLReg& l) { assign(l.read()); }
sfpi_inline vUInt::vUInt(const vLReg& l) { assign(l.read()); }

// SFPCONFIG takes the value from LReg0.
template <class T>
sfpi_inline void vConst::operator=(T value) const {
  using V = std::conditional_t<std::is_integral<T>::value, vInt, vFloat>;
  register float r asm("ft0") = V(value).get();
  asm volatile("sfp_wait %0\n\t.ttinsn (%1 << 24) + (%2 << 4)" ::"f"(r),
               "i"(insn::SFPCONFIG), "i"(number));
}

}  // namespace sfpi

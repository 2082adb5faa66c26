// Declarations of what tt-metal's device code and our kernels use of
// Tenstorrent's sfpi.h, for a syntax check only: no bodies, no instructions.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#define sfpi_inline inline

namespace sfpi {

struct vFloat;
struct vInt;
struct vUInt;
struct vBool;

struct s2vFloat16 {
  enum Format { fp16a = 1, fp16b = 0 };
  s2vFloat16(float v, Format f = fp16a);
  s2vFloat16(std::uint32_t v, Format f = fp16a);
  s2vFloat16(int v, Format f = fp16a);
};
struct s2vFloat16a : s2vFloat16 {
  template <class T>
  s2vFloat16a(T v);
};
struct s2vFloat16b : s2vFloat16 {
  template <class T>
  s2vFloat16b(T v);
};

struct vConst {
  int number;
  template <class T>
  void operator=(T v) const;
};
constexpr vConst vConst0p8373{8}, vConst0{9}, vConst1{10}, vConstNeg1{11},
    vConstTileId{15}, vConstFloatPrgm0{12}, vConstFloatPrgm1{13},
    vConstFloatPrgm2{14}, vConstIntPrgm0{12}, vConstIntPrgm1{13},
    vConstIntPrgm2{14};

struct vDReg;
struct vLReg;

// Numbers that convert to a vector.
template <class T>
constexpr bool number = std::is_arithmetic<T>::value;

struct vFloat {
  vFloat();
  vFloat(const vFloat&);
  vFloat(const vDReg&);
  vFloat(const vLReg&);
  vFloat(vConst);
  vFloat(s2vFloat16);
  template <class T, class = std::enable_if_t<number<T>>>
  vFloat(T v);
  vFloat& operator=(const vFloat&);
  vFloat operator-() const;
  void operator+=(vFloat);
  void operator-=(vFloat);
  void operator*=(vFloat);
};

template <class Self>
struct integer_ops {
  void operator+=(Self);
  void operator-=(Self);
  void operator&=(Self);
  void operator|=(Self);
  void operator^=(Self);
  void operator<<=(int);
  void operator>>=(int);
};

struct vInt : integer_ops<vInt> {
  vInt();
  vInt(const vInt&);
  vInt(const vUInt&);
  vInt(const vBool&);
  vInt(const vDReg&);
  vInt(const vLReg&);
  vInt(vConst);
  template <class T, class = std::enable_if_t<std::is_integral<T>::value>>
  vInt(T v);
  vInt& operator=(const vInt&);
  vInt operator-() const;
  vInt operator~() const;
};

struct vUInt : integer_ops<vUInt> {
  vUInt();
  vUInt(const vUInt&);
  vUInt(const vInt&);
  vUInt(const vDReg&);
  vUInt(const vLReg&);
  vUInt(vConst);
  template <class T, class = std::enable_if_t<std::is_integral<T>::value>>
  vUInt(T v);
  vUInt& operator=(const vUInt&);
  vUInt operator~() const;
};

struct vBool {
  vBool(const vInt&);
};
vBool operator&&(vBool, vBool);
vBool operator||(vBool, vBool);
vBool operator!(vBool);

// One destination register row; reads as any vector.
struct vDReg {
  int row;
  vFloat operator-() const;
  template <class T>
  void operator=(const T&) const;
  void operator=(const vDReg&) const;
};
struct DstReg {
  vDReg operator[](int row) const;
  void operator++(int) const;
  void operator++() const;
  void operator+=(int) const;
};
constexpr DstReg dst_reg{};

enum class LRegs { LReg0, LReg1, LReg2, LReg3, LReg4, LReg5, LReg6, LReg7 };
struct vLReg {
  int number;
  template <class T>
  void operator=(const T&) const;
};
struct LRegFile {
  vLReg operator[](LRegs) const;
};
constexpr LRegFile l_reg{};

#define SFPI_FLOAT(op)                                    \
  vFloat operator op(const vFloat&, const vFloat&);       \
  template <class T, class = std::enable_if_t<number<T>>> \
  vFloat operator op(const vDReg&, T);                    \
  vFloat operator op(const vDReg&, const vFloat&);        \
  vFloat operator op(const vDReg&, const vDReg&);
SFPI_FLOAT(+)
SFPI_FLOAT(-)
SFPI_FLOAT(*)
#undef SFPI_FLOAT

// Mixed operands take the vector operand's type.
template <class T>
constexpr bool is_int_vector =
    std::is_same<T, vInt>::value || std::is_same<T, vUInt>::value;
template <class A, class B>
using mixed = std::enable_if_t<is_int_vector<A> ||
                                   (is_int_vector<B> && !is_int_vector<A> &&
                                    (std::is_integral<A>::value ||
                                     std::is_same<A, vConst>::value)),
                               std::conditional_t<is_int_vector<A>, A, B>>;
#define SFPI_INT(op)          \
  template <class A, class B> \
  mixed<A, B> operator op(const A&, const B&);
SFPI_INT(+)
SFPI_INT(-)
SFPI_INT(&)
SFPI_INT(|)
SFPI_INT(^)
#undef SFPI_INT
template <class A, class = std::enable_if_t<is_int_vector<A>>>
A operator<<(const A&, int);
template <class A, class = std::enable_if_t<is_int_vector<A>>>
A operator>>(const A&, int);

#define SFPI_COMPARE(op)                                                  \
  vBool operator op(const vFloat&, const vFloat&);                        \
  template <class A, class B, class = std::enable_if_t<is_int_vector<A>>, \
            class = void>                                                 \
  vBool operator op(const A&, const B&);
SFPI_COMPARE(<)
SFPI_COMPARE(<=)
SFPI_COMPARE(>)
SFPI_COMPARE(>=)
SFPI_COMPARE(==)
SFPI_COMPARE(!=)
#undef SFPI_COMPARE

template <class To, class From>
To reinterpret(const From&);

vFloat abs(vFloat);
vInt abs(vInt);
vInt exexp(vFloat);
vInt exexp_nodebias(vFloat);
vInt exman8(vFloat);
vInt exman9(vFloat);
vFloat setexp(vFloat, vInt);
vFloat setman(vFloat, vInt);
template <class T, class Sign>
T setsgn(T, Sign);
vFloat addexp(vFloat, int);
template <class T>
vInt lz(T);
template <class T, class Amount>
T shft(T, Amount);
vFloat int32_to_float(vInt, int round = 1);
vUInt float_to_fp16a(vFloat, int round = 1);
vUInt float_to_fp16b(vFloat, int round = 1);
vUInt float_to_uint8(vFloat, int round = 1);
vUInt float_to_int8(vFloat, int round = 1);
vUInt float_to_uint16(vFloat, int round = 1);
vUInt float_to_int16(vFloat, int round = 1);
void vec_min_max(vFloat&, vFloat&);
vFloat approx_recip(vFloat);
template <class... T>
vFloat lut(vFloat, T...);
template <class... T>
vFloat lut_sign(vFloat, T...);
template <class... T>
vFloat lut2(vFloat, T...);
template <class... T>
vFloat lut2_sign(vFloat, T...);

enum {
  SFPLOADI_MOD0_FLOATB = 0,
  SFPLOADI_MOD0_FLOATA = 1,
  SFPLOADI_MOD0_USHORT = 2,
  SFPLOADI_MOD0_SHORT = 4,
  SFPLOADI_MOD0_UPPER = 8,
  SFPLOADI_MOD0_LOWER = 10,
  SFPLOAD_MOD0_FMT_SRCB = 0,
  SFPSTORE_MOD0_FMT_SRCB = 0,
  SFPIADD_MOD1_CC_NONE = 4,
  SFPSWAP_MOD1_VEC_MIN_MAX = 1,
  SFPSHFT2_MOD1_SHFT_IMM = 6,
  SFPSETCC_MOD1_LREG_LT0 = 0,
  SFPSETCC_MOD1_LREG_NE0 = 2,
  SFPSETCC_MOD1_LREG_GTE0 = 4,
  SFPSETCC_MOD1_LREG_EQ0 = 6,
  SFPMUL24_MOD1_LOWER = 0,
  SFPMUL24_MOD1_UPPER = 1,
};

void condition(vBool);

}  // namespace sfpi

#define v_if(x) \
  {             \
    {           \
      sfpi::condition(x);
#define v_elseif(x) \
  }                 \
  {                 \
    sfpi::condition(x);
#define v_else \
  }            \
  {
#define v_endif \
  }             \
  }
#define v_and(x) sfpi::condition(x)
#define v_block {
#define v_endblock }

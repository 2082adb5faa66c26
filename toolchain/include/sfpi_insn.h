// Instructions of the SFPU as asm statements; see sfpi.h.
#pragma once

#include <cstdint>

#define sfpi_inline __attribute__((always_inline)) inline

namespace sfpi {

// ---- Fields of instructions -------------------------------------------------

enum : unsigned {
  SFPLOADI_MOD0_FLOATB = 0,
  SFPLOADI_MOD0_FLOATA = 1,
  SFPLOADI_MOD0_USHORT = 2,
  SFPLOADI_MOD0_SHORT = 4,
  SFPLOADI_MOD0_UPPER = 8,
  SFPLOADI_MOD0_LOWER = 10,
  SFPLOAD_MOD0_FMT_SRCB = 0,
  SFPLOAD_MOD0_FMT_INT32 = 4,
  SFPSTORE_MOD0_FMT_SRCB = 0,
  SFPSTORE_MOD0_FMT_INT32 = 4,
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

// ---- Instructions -----------------------------------------------------------

namespace insn {

enum : unsigned {
  INCRWC = 0x38,
  SFPLOAD = 0x70,
  SFPLOADI = 0x71,
  SFPSTORE = 0x72,
  SFPLUT = 0x73,
  SFPMULI = 0x74,
  SFPADDI = 0x75,
  SFPDIVP2 = 0x76,
  SFPEXEXP = 0x77,
  SFPEXMAN = 0x78,
  SFPIADD = 0x79,
  SFPSHFT = 0x7a,
  SFPSETCC = 0x7b,
  SFPMOV = 0x7c,
  SFPABS = 0x7d,
  SFPAND = 0x7e,
  SFPOR = 0x7f,
  SFPNOT = 0x80,
  SFPLZ = 0x81,
  SFPSETEXP = 0x82,
  SFPSETMAN = 0x83,
  SFPMAD = 0x84,
  SFPADD = 0x85,
  SFPMUL = 0x86,
  SFPPUSHC = 0x87,
  SFPPOPC = 0x88,
  SFPSETSGN = 0x89,
  SFPCOMPC = 0x8b,
  SFPXOR = 0x8d,
  SFPSTOCHRND = 0x8e,
  SFPCAST = 0x90,
  SFPCONFIG = 0x91,
  SFPSWAP = 0x92,
  SFPLUTFP32 = 0x95,
  SFPMUL24 = 0x98,
  SFPARECIP = 0x99,
};

// Constant registers.
enum : int { C_0P8373 = 8, C_0 = 9, C_1 = 10, C_NEG1 = 11 };

sfpi_inline std::uint32_t bits_of(float x) {
  return __builtin_bit_cast(std::uint32_t, x);
}

// target = opcode(c)
template <unsigned Opcode, unsigned Mod>
sfpi_inline float unary(float c, int imm = 0) {
  float target;
  asm volatile("sfp_op %2, %3, %1, %0, %4"
               : "=f"(target)
               : "f"(c), "i"(Opcode), "i"(imm), "i"(Mod));
  return target;
}

// target = opcode(target, c)
template <unsigned Opcode, unsigned Mod>
sfpi_inline float update(float target, float c) {
  asm volatile("sfp_update %2, 0, %1, %0, %3"
               : "+f"(target)
               : "f"(c), "i"(Opcode), "i"(Mod));
  return target;
}

// The same with a constant register for c.
template <unsigned Opcode, unsigned Mod>
sfpi_inline float update_constant(float target, int c) {
  asm volatile("sfp_update %2, 0, %1, %0, %3"
               : "+f"(target)
               : "i"(c), "i"(Opcode), "i"(Mod));
  return target;
}

template <unsigned Opcode>
sfpi_inline void plain() {
  asm volatile(".ttinsn %0 << 24" ::"i"(Opcode));
}

// A vector register or the number of a constant one.
struct operand {
  float r;
  int constant;  // -1: r
  sfpi_inline operand(float r) : r(r), constant(-1) {}
  sfpi_inline operand(int constant) : constant(constant) {}
};

// target = a * b + c on the multiplier. In mods 1 negates a, 2 negates c.
#define SFPI_MAD(CB, B, CC, C)                  \
  asm volatile("sfp_mad %4, %1, %2, %3, %0, %5" \
               : "=f"(target)                   \
               : "f"(a), CB(B), CC(C), "i"(Opcode), "i"(Mod))
template <unsigned Opcode, unsigned Mod>
sfpi_inline float mad(float a, operand b, operand c) {
  float target;
  if (b.constant < 0 && c.constant < 0) {
    SFPI_MAD("f", b.r, "f", c.r);
  } else if (b.constant < 0) {
    SFPI_MAD("f", b.r, "i", c.constant);
  } else if (c.constant < 0) {
    SFPI_MAD("i", b.constant, "f", c.r);
  } else {
    SFPI_MAD("i", b.constant, "i", c.constant);
  }
  return target;
}
#undef SFPI_MAD

// +-1 * b +- c
template <unsigned Mod>
sfpi_inline float add(float b, operand c) {
  float target;
  if (c.constant < 0) {
    asm volatile("sfp_mad %3, 10, %1, %2, %0, %4"
                 : "=f"(target)
                 : "f"(b), "f"(c.r), "i"(SFPADD), "i"(Mod));
  } else {
    asm volatile("sfp_mad %3, 10, %1, %2, %0, %4"
                 : "=f"(target)
                 : "f"(b), "i"(c.constant), "i"(SFPADD), "i"(Mod));
  }
  return target;
}

// target = opcode(target, a bf16 number)
template <unsigned Opcode>
sfpi_inline float update_bf16(float target, std::uint32_t half) {
  asm volatile("sfp_madi %1, %2, %0" : "+f"(target) : "i"(Opcode), "i"(half));
  return target;
}

// A copy of a constant register.
sfpi_inline float constant(int number) {
  float target;
  asm volatile("sfp_op %1, 0, %2, %0, 2"
               : "=f"(target)
               : "i"(SFPMOV), "i"(number));
  return target;
}

// An instruction whose low bits |low| are known at run time only: the core
// writes it to the coprocessor's instruction buffer.
#define SFPI_AT_RUN_TIME(OUT, OPCODE, MOD, FIXED, LOW)                      \
  do {                                                                      \
    std::uint32_t word;                                                     \
    asm volatile(                                                           \
        "li %1, (%2 << 24) + (%0 << 20) + (%3 << 16) + %4\n\tor %1, %1, %5" \
        "\n\tsw %1, 0(%6)"                                                  \
        : OUT, "=&r"(word)                                                  \
        : "i"(OPCODE), "i"(MOD), "i"(FIXED), "r"(LOW), "r"(0xFFE40000));    \
  } while (0)

// Sets lanes of |target|, or the halves of them that |Mod| says.
template <unsigned Mod>
sfpi_inline void loadi(float& target, std::uint32_t half) {
  if (__builtin_constant_p(half)) {
    asm volatile("sfp_wide %1, %0, %2, %3"
                 : "+f"(target)
                 : "i"(SFPLOADI), "i"(Mod), "i"(half));
  } else {
    SFPI_AT_RUN_TIME("+f"(target), SFPLOADI, Mod, 0, half);
  }
}

template <unsigned Mod>
sfpi_inline float loadi(std::uint32_t half) {
  float target;
  if (__builtin_constant_p(half)) {
    asm volatile("sfp_wide %1, %0, %2, %3"
                 : "=f"(target)
                 : "i"(SFPLOADI), "i"(Mod), "i"(half));
  } else {
    SFPI_AT_RUN_TIME("=f"(target), SFPLOADI, Mod, 0, half);
  }
  return target;
}

// 32 bits in all lanes, by one instruction where that is enough.
sfpi_inline float load_bits(std::uint32_t bits) {
  const std::uint32_t exponent = bits >> 23 & 0xff;
  if (__builtin_constant_p(bits)) {
    if ((bits & 0xffff) == 0) return loadi<SFPLOADI_MOD0_FLOATB>(bits >> 16);
    if (bits < 0x10000) return loadi<SFPLOADI_MOD0_USHORT>(bits);
    if (bits >= 0xffff8000) return loadi<SFPLOADI_MOD0_SHORT>(bits & 0xffff);
    if ((bits & 0x1fff) == 0 && exponent >= 112 && exponent < 112 + 32) {
      return loadi<SFPLOADI_MOD0_FLOATA>((bits >> 16 & 0x8000) |
                                         (exponent - 112) << 10 |
                                         (bits >> 13 & 0x3ff));
    }
  }
  float target = loadi<SFPLOADI_MOD0_LOWER>(bits & 0xffff);
  loadi<SFPLOADI_MOD0_UPPER>(target, bits >> 16);
  return target;
}

// A float as operand: 0, 1 and -1 stand in constant registers.
sfpi_inline operand number(float x) {
  if (__builtin_constant_p(x)) {
    if (bits_of(x) == 0) return C_0;
    if (x == 1.0f) return C_1;
    if (x == -1.0f) return C_NEG1;
  }
  return load_bits(bits_of(x));
}

sfpi_inline bool is_bf16(float x) {
  return __builtin_constant_p(x) && (bits_of(x) & 0xffff) == 0;
}

template <unsigned Mod>
sfpi_inline void set_flags(float c) {
  asm volatile("sfp_op %1, 0, %0, 0, %2" ::"f"(c), "i"(SFPSETCC), "i"(Mod));
}

}  // namespace insn

}  // namespace sfpi

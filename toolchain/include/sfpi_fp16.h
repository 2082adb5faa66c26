// Numbers of 16 bits, for constants; see sfpi.h.
#pragma once

#include <type_traits>

#include "sfpi_insn.h"

namespace sfpi {

// ---- Numbers of 16 bits -----------------------------------------------------

class s2vFloat16 {
 public:
  enum Format { fp16a = SFPLOADI_MOD0_FLOATA, fp16b = SFPLOADI_MOD0_FLOATB };
  sfpi_inline s2vFloat16(float x, Format f = fp16b)
      : bits_(f == fp16a ? to_fp16a(x) : insn::bits_of(x) >> 16), format_(f) {}
  sfpi_inline s2vFloat16(std::int32_t bits, Format f = fp16b)
      : bits_(bits), format_(f) {}
  sfpi_inline s2vFloat16(std::uint32_t bits, Format f = fp16b)
      : bits_(bits), format_(f) {}
  sfpi_inline s2vFloat16 negate() const { return {bits_ ^ 0x8000, format_}; }
  sfpi_inline std::uint32_t get() const { return bits_; }
  sfpi_inline Format get_format() const { return format_; }

 private:
  // To nearest; what is too small becomes 0, what is too large the largest.
  static sfpi_inline std::uint32_t to_fp16a(float x) {
    const std::uint32_t bits = insn::bits_of(x) + 0x1000;
    const std::uint32_t sign = bits >> 16 & 0x8000;
    const std::uint32_t exponent = bits >> 23 & 0xff;
    if (exponent < 112) return sign;
    if (exponent > 112 + 31) return sign | 0x7fff;
    return sign | (exponent - 112) << 10 | (bits >> 13 & 0x3ff);
  }
  std::uint32_t bits_;
  Format format_;
};

template <s2vFloat16::Format F>
struct s2vFloat16_of : s2vFloat16 {
  sfpi_inline s2vFloat16_of(float x) : s2vFloat16(x, F) {}
  sfpi_inline s2vFloat16_of(double x) : s2vFloat16((float)x, F) {}
  template <class T, class = std::enable_if_t<std::is_integral<T>::value>>
  sfpi_inline s2vFloat16_of(T bits) : s2vFloat16((std::uint32_t)bits, F) {}
};
using s2vFloat16a = s2vFloat16_of<s2vFloat16::fp16a>;
using s2vFloat16b = s2vFloat16_of<s2vFloat16::fp16b>;

}  // namespace sfpi

#include "tile/immediate.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float f32_of(uint64_t bits) {
  union {
    uint32_t u;
    float f;
  } value = {(uint32_t)bits};
  return value.f;
}
static double f64_of(uint64_t bits) {
  union {
    uint64_t u;
    double f;
  } value = {bits};
  return value.f;
}

// The text form has a decimal point in every process. The C locale is static
// storage: making it neither allocates nor fails.
static locale_t use_c_locale(void) {
  return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

static uint32_t round_bf16(uint32_t bits) {
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return (bits | 0x00400000u) & 0xFFFF0000u;
  }
  return (bits + 0x7FFFu + ((bits >> 16) & 1)) & 0xFFFF0000u;
}

static uint32_t round_f16(uint32_t bits) {
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  const uint32_t sign = bits & 0x80000000u;
  // A NaN keeps the payload bits that an f16 has.
  if (magnitude > 0x7F800000u) return (bits | 0x00400000u) & 0xFFFFE000u;
  // Below the smallest normal, values are multiples of 2^-24: adding 2^-1,
  // whose last place is 2^-24, rounds to them.
  if (magnitude < 0x38800000u) {
    const float rounded = (f32_of(magnitude) + 0.5f) - 0.5f;
    return sign | (uint32_t)tt_immediate_of_f32(rounded);
  }
  const uint32_t rounded =
      (magnitude + 0xFFFu + ((magnitude >> 13) & 1)) & 0xFFFFE000u;
  return sign | (rounded > 0x477FE000u ? 0x7F800000u : rounded);
}

uint64_t tt_immediate_round(tt_dtype_t dtype, uint64_t bits) {
  if (dtype == TT_DTYPE_F16) return round_f16((uint32_t)bits);
  if (dtype == TT_DTYPE_BF16) return round_bf16((uint32_t)bits);
  return bits;
}

bool tt_immediate_valid(tt_dtype_t dtype, uint64_t bits) {
  const int64_t value = (int64_t)bits;
  switch (dtype) {
    case TT_DTYPE_I1:
    case TT_DTYPE_B1:
      return bits <= 1;
    case TT_DTYPE_I2:
      return value >= -2 && value < 2;
    case TT_DTYPE_I4:
      return value >= -8 && value < 8;
    case TT_DTYPE_I8:
      return value == (int8_t)value;
    case TT_DTYPE_I16:
      return value == (int16_t)value;
    case TT_DTYPE_I32:
      return value == (int32_t)value;
    case TT_DTYPE_F16:
    case TT_DTYPE_BF16:
      return bits >> 32 == 0 && tt_immediate_round(dtype, bits) == bits;
    case TT_DTYPE_F32:
      return bits >> 32 == 0;
    case TT_DTYPE_I64:
    case TT_DTYPE_F64:
      return true;
    default:
      return false;
  }
}

void tt_immediate_print(tt_dtype_t dtype, uint64_t bits,
                        char out_text[TT_IMMEDIATE_TEXT]) {
  if (!tt_dtype_desc(dtype)->is_float) {
    snprintf(out_text, TT_IMMEDIATE_TEXT, "%" PRId64, (int64_t)bits);
    return;
  }
  const double value = dtype == TT_DTYPE_F64 ? f64_of(bits) : f32_of(bits);
  if (isnan(value)) {
    snprintf(out_text, TT_IMMEDIATE_TEXT, "nan(0x%" PRIx64 ")", bits);
  } else if (isinf(value)) {
    snprintf(out_text, TT_IMMEDIATE_TEXT, "%s", value < 0 ? "-inf" : "inf");
  } else {
    const locale_t previous = use_c_locale();
    snprintf(out_text, TT_IMMEDIATE_TEXT, "%a", value);
    uselocale(previous);
  }
}

static bool parse_nan(tt_dtype_t dtype, const char* text, uint64_t* out_bits) {
  char* end = NULL;
  if (text[4] != '0' || text[5] != 'x') return false;
  errno = 0;
  const uint64_t bits = strtoull(text + 4, &end, 16);
  if (errno || strcmp(end, ")") != 0) return false;
  if (dtype == TT_DTYPE_F64 ? !isnan(f64_of(bits))
                            : bits >> 32 != 0 || !isnan(f32_of(bits))) {
    return false;
  }
  *out_bits = bits;
  return true;
}

static bool parse_float(tt_dtype_t dtype, const char* text,
                        uint64_t* out_bits) {
  if (strncmp(text, "nan(", 4) == 0) return parse_nan(dtype, text, out_bits);
  const char* digits = text + (text[0] == '-' || text[0] == '+');
  const bool is_inf = strcmp(digits, "inf") == 0;
  // strtod takes more spellings than the text form has.
  if (!is_inf && !(digits[0] >= '0' && digits[0] <= '9')) return false;
  char* end = NULL;
  const locale_t previous = use_c_locale();
  const double wide = strtod(text, &end);
  const float value = strtof(text, NULL);
  uselocale(previous);
  if (*end) return false;
  if (isinf(wide) && !is_inf) return false;
  if (dtype == TT_DTYPE_F64) {
    *out_bits = tt_immediate_of_f64(wide);
    return true;
  }
  *out_bits = tt_immediate_round(dtype, tt_immediate_of_f32(value));
  return is_inf || !isinf(f32_of(*out_bits));
}

bool tt_immediate_parse(tt_dtype_t dtype, const char* text, size_t size,
                        uint64_t* out_bits) {
  // Long spellings of floats are legal, but nothing needs more than this.
  char copy[128];
  if (size == 0 || size >= sizeof(copy)) return false;
  memcpy(copy, text, size);
  copy[size] = 0;
  if (strlen(copy) != size) return false;
  if (tt_dtype_desc(dtype)->is_float) return parse_float(dtype, copy, out_bits);
  const char* digits = copy + (copy[0] == '-');
  if (strspn(digits, "0123456789") != strlen(digits) || !*digits) return false;
  errno = 0;
  const long long value = strtoll(copy, NULL, 10);
  if (errno) return false;
  *out_bits = (uint64_t)value;
  return tt_immediate_valid(dtype, *out_bits);
}

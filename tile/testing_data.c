#include "tile/testing_data.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// ---- Data -------------------------------------------------------------------

static uint64_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 24 ^ *state >> 51;
}

static float random_float(uint64_t* state) {
  static const float special[] = {0.0f,
                                  -0.0f,
                                  1.0f,
                                  -1.0f,
                                  0.5f,
                                  -2.5f,
                                  3.5f,
                                  1e-3f,
                                  65504.f,
                                  123456.f,
                                  __builtin_inff(),
                                  -__builtin_inff()};
  uint64_t r = next_random(state);
  if (r % 8 == 0) return special[r / 8 % 12];
  if (r % 61 == 0) return __builtin_nanf("");
  return ((float)(r >> 8 & 0xFFFFF) / 0x80000 - 1.0f) * (r % 3 ? 4.0f : 300.0f);
}

static uint64_t random_int(uint64_t* state) {
  static const int64_t special[] = {0, 1, -1, 2, 31, INT32_MIN, INT32_MAX, 100};
  uint64_t r = next_random(state);
  if (r % 4 == 0) return (uint64_t)special[r / 4 % 8];
  return next_random(state) >> (r % 5 * 8);
}

static void put_element(uint8_t* at, tt_dtype_t dtype, uint64_t* state) {
  uint64_t bits = random_int(state);
  float f = random_float(state);
  double d = f;
  uint32_t word;
  memcpy(&word, &f, 4);
  switch (dtype) {
    case TT_DTYPE_F32:
      memcpy(at, &f, 4);
      break;
    case TT_DTYPE_F64:
      memcpy(at, &d, 8);
      break;
    case TT_DTYPE_BF16:
      word >>= 16;
      memcpy(at, &word, 2);
      break;
    case TT_DTYPE_F16: {
      word = (uint32_t)bits & (f != f ? 0xFFFF : 0xBBFF);
      memcpy(at, &word, 2);
      break;
    }
    case TT_DTYPE_I1:
      *at = bits & 1;
      break;
    default:
      memcpy(at, &bits, tt_dtype_bytes(dtype, 1));
      break;
  }
}

tt_dtype_t tt_testing_binding_dtype(const tt_program_t* program,
                                    const tt_entry_t* entry, uint32_t binding) {
  for (uint32_t i = 0; i < entry->view_count; ++i) {
    const tt_view_t* view = &program->views[entry->first_view + i];
    if (view->source == TT_VIEW_BINDING && view->index == binding) {
      return (tt_dtype_t)view->dtype;
    }
  }
  return TT_DTYPE_I8;
}

uint8_t* tt_testing_data(tt_dtype_t dtype, uint64_t bytes, uint64_t* state) {
  uint8_t* data = aligned_alloc(64, (bytes + 63) / 64 * 64);
  assert_non_null(data);
  const uint64_t size = tt_dtype_bytes(dtype, 1);
  for (uint64_t i = 0; i < bytes / size; ++i) {
    put_element(data + i * size, dtype, state);
  }
  return data;
}

void tt_testing_narrow(uint8_t* data, tt_dtype_t dtype, uint64_t bytes,
                       float low, float high) {
  uint64_t state = 7;
  const uint64_t size = tt_dtype_bytes(dtype, 1);
  for (uint64_t i = 0; i < bytes; i += size) {
    const float part = (float)(next_random(&state) & 0xFFFFF) / 0x100000;
    const float value = low + (high - low) * part;
    uint32_t word;
    memcpy(&word, &value, 4);
    if (dtype == TT_DTYPE_BF16) word >>= 16;
    memcpy(data + i, &word, size);
  }
}

// ---- Comparison -------------------------------------------------------------

static double element(const uint8_t* at, tt_dtype_t dtype) {
  uint64_t bits = 0;
  memcpy(&bits, at, tt_dtype_bytes(dtype, 1));
  float f;
  double d;
  uint32_t word =
      dtype == TT_DTYPE_BF16 ? (uint32_t)bits << 16 : (uint32_t)bits;
  switch (dtype) {
    case TT_DTYPE_F64:
      memcpy(&d, &bits, 8);
      return d;
    case TT_DTYPE_F16: {
      int exponent = bits >> 10 & 31;
      double size =
          exponent == 31 ? (bits & 0x3FF ? __builtin_nan("") : __builtin_inf())
          : exponent
              ? (1024 + (bits & 0x3FF)) * __builtin_ldexp(1, exponent - 25)
              : (bits & 0x3FF) * 0x1p-24;
      return bits & 0x8000 ? -size : size;
    }
    default:
      memcpy(&f, &word, 4);
      return f;
  }
}

// Whether two floats count as equal.
static bool is_close(double x, double y, double tolerance) {
  if (x != x && y != y) return true;
  if (__builtin_fabs(x - y) <= tolerance * __builtin_fabs(x)) return true;
  // The SFPU makes zeros of subnormal numbers.
  return tolerance > 0 && y == 0 && __builtin_fabs(x) < 0x1p-126;
}

int tt_testing_compare(const char* what, tt_dtype_t dtype,
                       const uint8_t* wanted, const uint8_t* found,
                       uint64_t bytes, double tolerance) {
  const uint64_t size = tt_dtype_bytes(dtype, 1);
  int wrong = 0;
  for (uint64_t i = 0; i < bytes; i += size) {
    if (memcmp(wanted + i, found + i, size) == 0) continue;
    double x, y;
    if (tt_dtype_desc(dtype)->is_float) {
      x = element(wanted + i, dtype);
      y = element(found + i, dtype);
      if (is_close(x, y, tolerance)) continue;
    } else {
      uint64_t a = 0, b = 0;
      memcpy(&a, wanted + i, size);
      memcpy(&b, found + i, size);
      x = (double)a;
      y = (double)b;
    }
    print_error("%s, element %llu of %s: %a wanted, %a computed\n", what,
                (unsigned long long)(i / size), tt_dtype_desc(dtype)->name, x,
                y);
    ++wrong;
    i = (i / size / TT_TILE_LANES + 1) * TT_TILE_LANES * size - size;
  }
  return wrong;
}

// A float as hardware sees it that makes zeros of subnormal numbers.
static double flushed(const uint8_t* at, tt_dtype_t dtype) {
  const double smallest = dtype == TT_DTYPE_F64   ? 0
                          : dtype == TT_DTYPE_F16 ? 0x1p-14
                                                  : 0x1p-126;
  const double x = element(at, dtype);
  return __builtin_fabs(x) < smallest ? 0 : x;
}

double tt_testing_worst(tt_dtype_t dtype, const uint8_t* wanted,
                        const uint8_t* found, uint64_t count, double least) {
  const uint64_t size = tt_dtype_bytes(dtype, 1);
  double worst = 0;
  for (uint64_t i = 0; i < count * size; i += size) {
    if (memcmp(wanted + i, found + i, size) == 0) continue;
    const double x = flushed(wanted + i, dtype), y = flushed(found + i, dtype);
    if (x == y || x != x) continue;
    const double size_of_x = __builtin_fabs(x);
    double apart =
        __builtin_fabs(x - y) / (size_of_x > least ? size_of_x : least);
    if (apart != apart) apart = __builtin_inf();
    if (apart > worst) worst = apart;
  }
  return worst;
}

// Mathematical functions in plain C: no libm, no calls, no data-dependent
// branches in what vector loops use, so that a compiler vectorises loops over
// them. The mock runs them and kernels can carry them, so both agree to the
// bit: every operation here is one IEEE operation, in the order written.
//
// Accuracy is the ulp column of ops.def; math_test.c holds it against libm.
#ifndef TT_IREE_TILE_MATH_H_
#define TT_IREE_TILE_MATH_H_

#include <stdint.h>
#include <string.h>

static inline uint32_t tt_bits_f32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}
static inline float tt_from_bits_f32(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}
static inline uint64_t tt_bits_f64(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}
static inline double tt_from_bits_f64(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

// Each part uses the ones before.
// clang-format off
#include "tile/math_basic.h"
#include "tile/math_poly.h"
#include "tile/math_f64.h"
#include "tile/math_trig.h"
#include "tile/math_f32.h"
// clang-format on

#endif  // TT_IREE_TILE_MATH_H_

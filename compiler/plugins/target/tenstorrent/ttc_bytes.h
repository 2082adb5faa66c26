// Sums of products of small integers, which the FPU adds up exactly.
#ifndef TT_IREE_COMPILER_TTC_BYTES_H_
#define TT_IREE_COMPILER_TTC_BYTES_H_

#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

// Rewrites reductions of |dispatch| to i32 that sum products of two operands,
// each used for several results, of which one provably is -255 to 255 and the
// other at most -4095 to 4095: of i8 or u8, zero points subtracted or not.
// Their operands become f32 tensors, made by generics of their own, and
// ttc_generic_t.exact_terms says how many products a sum in f32 holds exactly.
// One operand goes in two planes (three, beyond 255), a loop more: digits to
// base 16 with its sign, times their power of 16.
//
// Why that is exact on the FPU: of a factor of 8 bits it multiplies 5 by 7 bits
// at a time, and aligns 8 such products to the largest of their exponents, of
// which it keeps 10 bits more (tile/tensix.h). A digit has 4 bits, so that no
// product has bits below those; and sums in f32 are exact up to 2^24.
// tt_tensix_test tries the ends.
//
// Operands of i16, and an i32 that is multiplied by a byte, are taken apart
// into bytes first, in four such sums, which a generic of its own adds up in
// i32.
//
// Leaves other dispatches as they are.
void ttc_bytes_dispatch(ttc_dispatch_t* dispatch);

#endif  // TT_IREE_COMPILER_TTC_BYTES_H_

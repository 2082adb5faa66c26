// Values of bodies that 32 bits hold.
#ifndef TT_IREE_COMPILER_TTC_NARROW_H_
#define TT_IREE_COMPILER_TTC_NARROW_H_

#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

// What an integer may be, ends included.
typedef struct ttc_range_t {
  int64_t low, high;
} ttc_range_t;

// The range of body op |index| of |generic|, an integer of at most 32 bits, by
// the ops and the producers that it is computed by.
ttc_range_t ttc_range_of_body(const ttc_dispatch_t* dispatch,
                              const ttc_generic_t* generic, uint32_t index);

// Makes I32 of the I64 values of |generic|'s body that provably fit: MLIR's
// index, and what front ends compute of it, are 64 bits wide, and tiles have no
// such elements. A loop whose size only the launch tells counts as one of fewer
// than 2^31 iterations. Values that may not fit stay as they are.
void ttc_narrow_body(const ttc_dispatch_t* dispatch, ttc_generic_t* generic);

// Makes I32 of sums of I64 values of which only the low 32 bits, or fewer, are
// used: front ends multiply quantized matrices so. Sums wrap, so those bits are
// the same.
void ttc_narrow_sums(ttc_dispatch_t* dispatch);

#endif  // TT_IREE_COMPILER_TTC_NARROW_H_

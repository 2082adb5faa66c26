// The lane functions of one instruction set. CMake compiles this file once an
// instruction set, with TT_LANES_ISA set to its name and the compiler flags
// that allow it. Loops are written for the compiler's vectoriser: no branches,
// no calls, and ivdep because a target is either disjoint from its operands or
// the same array.
#include <string.h>

#include "tile/lanes.h"
#include "tile/lanes_ops.h"
#include "tile/math.h"

#define TT_CAT_(a, b) a##b
#define TT_CAT(a, b) TT_CAT_(a, b)
#define TT_STRING_(a) #a
#define TT_STRING(a) TT_STRING_(a)
#define FLAT __attribute__((flatten))
#define LOOP _Pragma("GCC ivdep") for (size_t i = 0; i < n; ++i)

extern const tt_lanes_t TT_CAT(tt_lanes_, TT_LANES_ISA);

// Each part uses the ones before.
// clang-format off
#include "tile/lanes_float.h"
#include "tile/lanes_int.h"
#include "tile/lanes_cast.h"
#include "tile/lanes_memory.h"
#include "tile/lanes_tile.h"
#include "tile/lanes_table.h"
// clang-format on

// Which MLIR scalar op is which lane op of the tile program: the one table that
// the tile path and the element-loop floor both read.
#ifndef TT_IREE_COMPILER_TTC_SCALAR_H_
#define TT_IREE_COMPILER_TTC_SCALAR_H_

#include <stdbool.h>
#include <stdint.h>

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "tile/op.h"

// The dtype of values of |type|: iN by width whatever its signedness, index as
// I64, floats. NONE for what the tile program has no dtype for (f8, complex,
// i128, tensors).
tt_dtype_t ttc_dtype_of_type(MlirType type);

// As what an element of |dtype| lies in a binding. The stock compiler makes i1
// an i8 there, unless it was told to pack them.
static inline tt_dtype_t ttc_dtype_in_binding(tt_dtype_t dtype) {
  return dtype == TT_DTYPE_I1 ? TT_DTYPE_B1 : dtype;
}

// What an op reads above the bits of an integer that a wider one holds, as odd
// widths are kept (ttc_floor_type.h).
typedef enum ttc_upper_e {
  TTC_KEPT,   // copies of its sign, as it is kept; or it reads no integers
  TTC_ZEROS,  // of unsigned ones
  TTC_ONES,   // bits to stop at behind the last
} ttc_upper_t;

// A lane op without its operands; they are the MLIR op's, in order.
typedef struct ttc_scalar_op_t {
  tt_op_t op;
  tt_dtype_t type;         // tt_inst_t.type
  tt_dtype_t type2;        // tt_inst_t.type2: source of a cast, else NONE
  tt_dtype_t result_type;  // of the value it makes
  // The op makes an I32, and the value is TRUNCI of that to |result_type|.
  bool truncated;
  ttc_upper_t upper;
  uint32_t attr;  // tt_inst_t.attr
  uint32_t operand_count;
} ttc_scalar_op_t;

// Reads |op|, one of the arith or math dialect on scalars, whose types are the
// lanes that |dtype_of| says (ttc_dtype_of_type, or more). False when it is no
// such op, or one that has no single lane op (its types included); |out| is
// then undefined. Whether the lane op exists in a scalar or a tile form for the
// types is for the caller to ask (tt_op_descs).
typedef tt_dtype_t (*ttc_dtype_of_fn_t)(MlirType type);
bool ttc_scalar_op_read(MlirOperation op, ttc_dtype_of_fn_t dtype_of,
                        ttc_scalar_op_t* out);

// The value of |attribute|, an integer, bool, index or float attribute, as the
// tile program keeps immediates (program.h): integers sign-extended (i1 as 0
// or 1), f64 its bits, smaller floats the bits of the f32 of the same value.
// False for attributes of other kinds and types.
bool ttc_scalar_constant_read(MlirAttribute attribute,
                              ttc_dtype_of_fn_t dtype_of, tt_dtype_t* out_type,
                              uint64_t* out_bits);

// As above for |op|, an arith.constant of a scalar type; false for any other.
bool ttc_scalar_constant_op_read(MlirOperation op, ttc_dtype_of_fn_t dtype_of,
                                 tt_dtype_t* out_type, uint64_t* out_bits);

#endif  // TT_IREE_COMPILER_TTC_SCALAR_H_

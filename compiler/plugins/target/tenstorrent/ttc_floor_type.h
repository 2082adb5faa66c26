// What values of an MLIR type are in loop programs. Integers of a width that no
// register has are kept, sign-extended, in the next wider one; floats of 8, 6
// and 4 bits as their bits in an i8, computed with as f32.
#ifndef TT_IREE_COMPILER_TTC_FLOOR_TYPE_H_
#define TT_IREE_COMPILER_TTC_FLOOR_TYPE_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops.h"

// A float format of at most 8 bits, as MLIR and OCP name and define them.
typedef enum ttc_small_kind_e {
  TTC_SMALL_IEEE,    // infinities and NaNs in the last exponent
  TTC_SMALL_FN,      // no infinity; all ones is NaN
  TTC_SMALL_FNUZ,    // no infinity, no -0; its bits are NaN
  TTC_SMALL_FINITE,  // neither: what is too large becomes the largest
  TTC_SMALL_SCALE,   // a power of 2: exponent bits only, all ones is NaN
} ttc_small_kind_t;

typedef struct ttc_small_float_t {
  const char* name;  // of the MLIR type
  uint8_t bits;
  uint8_t mantissa_bits;
  uint8_t bias;
  uint8_t kind;  // ttc_small_kind_t
} ttc_small_float_t;

// NULL when MLIR's |name| is of no such format.
const ttc_small_float_t* ttc_small_find(const char* name);

typedef struct ttc_floor_type_t {
  tt_dtype_t storage;   // of its elements in memory
  tt_dtype_t node;      // of its nodes
  tt_dtype_t lane;      // that ops on it compute in
  uint8_t narrow_bits;  // an integer's width where |node| is wider, else 0
  const ttc_small_float_t* format;  // else NULL
} ttc_floor_type_t;

// False for types that no node can be of (complex, i128, tensors).
bool ttc_floor_type_of(MlirType type, ttc_floor_type_t* out);

// As ttc_dtype_of_type, the dtype of lanes; NONE when there is none.
tt_dtype_t ttc_floor_lane_of_type(MlirType type);

// The low |bits| of |x| of dtype |type|, sign- or zero-extended.
ttc_node_t ttc_floor_sign_extend(ttc_loops_t* loops, tt_dtype_t type,
                                 uint32_t bits, ttc_node_t x);
ttc_node_t ttc_floor_zero_extend(ttc_loops_t* loops, tt_dtype_t type,
                                 uint32_t bits, ttc_node_t x);

// The f32 that the i8 |code| stands for, and the code nearest to the f32
// |value| (ties to even; TTC_SMALL_SCALE: towards zero, as stock IREE does).
ttc_node_t ttc_small_decode(ttc_loops_t* loops, const ttc_small_float_t* format,
                            ttc_node_t code);
ttc_node_t ttc_small_encode(ttc_loops_t* loops, const ttc_small_float_t* format,
                            ttc_node_t value);

#endif  // TT_IREE_COMPILER_TTC_FLOOR_TYPE_H_

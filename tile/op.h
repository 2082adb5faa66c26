// Opcodes, attributes and the op table, derived from ops.def.
#ifndef TT_IREE_TILE_OP_H_
#define TT_IREE_TILE_OP_H_

#include <stdint.h>

#include "tile/dtype.h"

typedef enum tt_op_e {
#define TT_OP(name, ...) TT_OP_##name,
#include "tile/ops.def"
#undef TT_OP
  TT_OP_COUNT
} tt_op_t;

typedef enum tt_op_class_e {
  TT_OP_CLASS_CTRL,
  TT_OP_CLASS_LAUNCH,
  TT_OP_CLASS_LANE,
  TT_OP_CLASS_MOVE,
  TT_OP_CLASS_CB,
  TT_OP_CLASS_DST,
  TT_OP_CLASS_TILE,
  TT_OP_CLASS_RESERVED,
} tt_op_class_t;

// Kernels, and the launch program. READER, COMPUTE and WRITER index arrays.
typedef enum tt_unit_e {
  TT_UNIT_READER = 0,
  TT_UNIT_COMPUTE = 1,
  TT_UNIT_WRITER = 2,
  TT_UNIT_LAUNCH = 3,
} tt_unit_t;
enum { TT_UNIT_KERNEL_COUNT = 3 };

typedef enum tt_result_e {
  TT_RESULT_NONE,
  TT_RESULT_TYPE,  // the op's type
  TT_RESULT_I1,
  TT_RESULT_I64,
} tt_result_t;

typedef enum tt_attr_kind_e {
  TT_ATTR_NONE,
  TT_ATTR_PREDF,
  TT_ATTR_PREDI,
  TT_ATTR_PARALLEL,
  TT_ATTR_BCAST,
  TT_ATTR_REDUCE,
  TT_ATTR_TRANSPOSE,
} tt_attr_kind_t;

// Values of tt_inst_t.attr. The low byte is the op's enum below (PREDF, PREDI,
// BCAST or REDUCE's pool), the second byte REDUCE's dim, flags above.
typedef enum tt_predf_e {
  TT_PREDF_OEQ,
  TT_PREDF_OGT,
  TT_PREDF_OGE,
  TT_PREDF_OLT,
  TT_PREDF_OLE,
  TT_PREDF_ONE,
  TT_PREDF_ORD,
  TT_PREDF_UEQ,
  TT_PREDF_UGT,
  TT_PREDF_UGE,
  TT_PREDF_ULT,
  TT_PREDF_ULE,
  TT_PREDF_UNE,
  TT_PREDF_UNO,
  TT_PREDF_COUNT,
} tt_predf_t;
typedef enum tt_predi_e {
  TT_PREDI_EQ,
  TT_PREDI_NE,
  TT_PREDI_SLT,
  TT_PREDI_SLE,
  TT_PREDI_SGT,
  TT_PREDI_SGE,
  TT_PREDI_ULT,
  TT_PREDI_ULE,
  TT_PREDI_UGT,
  TT_PREDI_UGE,
  TT_PREDI_COUNT,
} tt_predi_t;
// Of sign-extended values of any one type; extending keeps unsigned order, too.
bool tt_predi_holds(tt_predi_t predicate, int64_t x, int64_t y);
typedef enum tt_bcast_e {
  TT_BCAST_NONE,
  TT_BCAST_ROW,
  TT_BCAST_COL,
  TT_BCAST_SCALAR,
  TT_BCAST_COUNT,
} tt_bcast_t;
typedef enum tt_pool_e {
  TT_POOL_SUM,
  TT_POOL_MAX,
  TT_POOL_MIN,
  TT_POOL_COUNT,
} tt_pool_t;
// ROW reduces along each row (column 0 holds the results), as tt-metal's
// ReduceDim::REDUCE_ROW.
typedef enum tt_reduce_dim_e {
  TT_REDUCE_ROW,
  TT_REDUCE_COL,
  TT_REDUCE_SCALAR,
  TT_REDUCE_DIM_COUNT,
} tt_reduce_dim_t;

#define TT_ATTR_ENUM(attr) ((attr)&0xFFu)
#define TT_ATTR_DIM(attr) (((attr) >> 8) & 0xFFu)
#define TT_ATTR_REDUCE(pool, dim) ((uint32_t)(pool) | (uint32_t)(dim) << 8)
#define TT_ATTR_ACC (1u << 16)             // BCAST, REDUCE
#define TT_ATTR_FLAG_PARALLEL (1u << 17)   // PARALLEL
#define TT_ATTR_FLAG_TRANSPOSE (1u << 18)  // TRANSPOSE

typedef struct tt_op_desc_t {
  const char* mnemonic;
  const char* signature;
  const char* callee;  // may be NULL
  const char* doc;
  uint8_t op_class;  // tt_op_class_t
  uint8_t units;     // 1 << tt_unit_t
  uint8_t result;    // tt_result_t of the scalar form
  uint8_t attr;      // tt_attr_kind_t
  uint16_t types;    // TT_BIT masks
  uint16_t types2;
  uint16_t tile_types;
  uint8_t ulp;
} tt_op_desc_t;

extern const tt_op_desc_t tt_op_descs[TT_OP_COUNT];

// The type of what |op| of |type| assigns in its scalar form, NONE if nothing.
static inline tt_dtype_t tt_op_result_type(tt_op_t op, tt_dtype_t type) {
  switch (tt_op_descs[op].result) {
    case TT_RESULT_TYPE:
      return tt_dtype_of_register(type);
    case TT_RESULT_I1:
      return TT_DTYPE_I1;
    case TT_RESULT_I64:
      return TT_DTYPE_I64;
    default:
      return TT_DTYPE_NONE;
  }
}

// What leaves the other operand of |op| on |type| as it is, as an immediate
// (sums: 0, which makes a -0 positive); false when |op| does not fold in any
// order.
bool tt_op_neutral(tt_op_t op, tt_dtype_t type, uint64_t* out_bits);

#endif  // TT_IREE_TILE_OP_H_

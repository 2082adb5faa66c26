// Shared by the ttc_read*.c files.
#ifndef TT_IREE_COMPILER_TTC_READ_INTERNAL_H_
#define TT_IREE_COMPILER_TTC_READ_INTERNAL_H_

#include "compiler/plugins/target/tenstorrent/ttc_read.h"

// What an SSA value of the function is to us.
typedef struct ttc_read_name_t {
  const void* value;  // MlirValue.ptr
  uint32_t index;     // of the subspan or value
} ttc_read_name_t;

typedef struct ttc_read_t {
  ttc_dispatch_t* dispatch;
  tt_status_t status;  // sticky
  ttc_read_name_t* subspans;
  uint32_t subspan_count, subspan_capacity;
  ttc_read_name_t* values;
  uint32_t value_count, value_capacity;
} ttc_read_t;

// Records why the dispatch is not read, unless there is a reason already.
void ttc_read_refuse(ttc_read_t* read, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
// As above, about |op|.
void ttc_read_refuse_op(ttc_read_t* read, MlirOperation op, const char* why);

// ---- ttc_read_expr.c --------------------------------------------------------

// The launch expression of an integer or index value outside of bodies.
ttc_expr_t ttc_read_expr(ttc_read_t* read, MlirValue value);
// Whether |value| is a push constant of 32 bits, assumptions about it apart.
bool ttc_read_is_push(MlirValue value);
// Elements of a mixed static and dynamic list: attribute |name| of |op|, whose
// dynamic entries are the operands from *next on (advanced). At most
// TTC_MAX_RANK; returns the count.
uint32_t ttc_read_mixed(ttc_read_t* read, MlirOperation op, const char* name,
                        intptr_t* next, ttc_expr_t* out_exprs);

// ---- ttc_read_generic.c -----------------------------------------------------

typedef struct ttc_read_body_t {
  ttc_read_t* read;
  ttc_generic_t* generic;
  MlirBlock block;
  const void** names;  // MlirValue.ptr of each body op
  uint32_t capacity;
} ttc_read_body_t;

void ttc_read_generic(ttc_read_t* read, MlirOperation op);
// Appends |op| as what |value| is; returns its index in the body.
uint32_t ttc_body_append(ttc_read_body_t* body, MlirValue value,
                         const ttc_body_op_t* op);
// The index of |value| in the body.
uint32_t ttc_body_value(ttc_read_body_t* body, MlirValue value);

// ---- ttc_read_extract.c -----------------------------------------------------

// A tensor.extract, as one more input of the generic: a slice, or rows of one
// that computed numbers pick.
void ttc_body_extract(ttc_read_body_t* body, MlirOperation op);

// ---- ttc_read.c -------------------------------------------------------------

// The index of a tensor value (or of a constant scalar or a push constant, as a
// rank-0 value).
uint32_t ttc_read_value(ttc_read_t* read, MlirValue value);
void ttc_read_name_value(ttc_read_t* read, MlirValue value, uint32_t index);

#endif  // TT_IREE_COMPILER_TTC_READ_INTERNAL_H_

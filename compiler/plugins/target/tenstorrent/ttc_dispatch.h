// A dispatch as plain C data: what the tile path plans from. No MLIR type is
// left in here, so plans can be made and tested without a compiler.
//
// Tensors are values; a value is loaded from a binding, constant, empty, or
// made by a generic (a loop nest with a scalar body and linear index maps).
// Stores say which values go where.
#ifndef TT_IREE_COMPILER_TTC_DISPATCH_H_
#define TT_IREE_COMPILER_TTC_DISPATCH_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tile/op.h"
#include "tile/program.h"
#include "tile/status.h"

enum {
  TTC_MAX_RANK = 8,     // of a tensor, and loops of a generic
  TTC_MAX_INPUTS = 32,  // of a generic; also of its results
};

// ---- Launch expressions -----------------------------------------------------

// i64 values known when a dispatch is launched, hash-consed: equal expressions
// have equal indices.

typedef uint32_t ttc_expr_t;

typedef enum ttc_expr_kind_e {
  TTC_EXPR_CONST,  // value
  TTC_EXPR_PUSH,   // push constant |value|, zero-extended
  TTC_EXPR_GRID,   // cores of the grid that the dispatch runs on
  TTC_EXPR_OP,     // op(a, b)
} ttc_expr_kind_t;

typedef struct ttc_expr_node_t {
  uint8_t kind;  // ttc_expr_kind_t
  uint16_t op;   // tt_op_t of two i64 operands
  ttc_expr_t a, b;
  int64_t value;
} ttc_expr_node_t;

// ---- Tensors ----------------------------------------------------------------

enum {
  TTC_NO_BINDING = 0xFFFFFFFFu,  // constant data
  TTC_SCRATCH = 0xFFFFFFFEu,     // memory of one launch, added by plans
  TTC_INDICES = 0xFFFFFFFDu,     // no memory: each element is its own index
};

// A dense tensor in memory: of a binding, constant, or scratch; or indices.
typedef struct ttc_subspan_t {
  uint32_t binding;  // or TTC_NO_BINDING, TTC_SCRATCH, TTC_INDICES
  uint8_t* data;     // of a constant, as in memory; owned by the dispatch
  uint64_t data_size;
  tt_dtype_t dtype;
  ttc_expr_t offset;  // in bytes
  uint32_t rank;
  ttc_expr_t dims[TTC_MAX_RANK];  // dense, row-major
} ttc_subspan_t;

// A rectangular, strided part of a subspan. Dims of the subspan that the tensor
// does not have (rank reduction) have size 1.
typedef struct ttc_slice_t {
  uint32_t subspan;
  ttc_expr_t base;  // element offset of the first element
  // Elements from one index to the next, by dim of the tensor.
  ttc_expr_t strides[TTC_MAX_RANK];
} ttc_slice_t;

// Rows of a slice that numbers in another tensor pick, as the embeddings of
// tokens: element i of a value lies numbers[i's dims] * stride elements on from
// where the slice says. Numbers outside of 0 .. count - 1 are clamped.
typedef struct ttc_pick_t {
  uint32_t numbers;            // value of an integer type, plus 1; 0: none
  uint8_t dims[TTC_MAX_RANK];  // of the value, by dim of |numbers|
  ttc_expr_t stride;
  ttc_expr_t count;
} ttc_pick_t;

typedef enum ttc_value_kind_e {
  TTC_VALUE_LOAD,      // slice, pick
  TTC_VALUE_EMPTY,     // undefined elements
  TTC_VALUE_CONSTANT,  // every element is |bits|
  TTC_VALUE_RESULT,    // result |result| of generic |generic|
} ttc_value_kind_t;

typedef struct ttc_value_t {
  uint8_t kind;  // ttc_value_kind_t
  tt_dtype_t dtype;
  uint32_t rank;
  ttc_expr_t dims[TTC_MAX_RANK];
  ttc_slice_t slice;
  ttc_pick_t pick;
  uint64_t bits;
  uint32_t generic;
  uint32_t result;
} ttc_value_t;

// A linear form of the loops of a generic: constant + sum of factors * loops.
typedef struct ttc_form_t {
  int64_t constant;
  int64_t factors[TTC_MAX_RANK];
} ttc_form_t;

typedef struct ttc_operand_map_t {
  uint32_t value;
  ttc_form_t forms[TTC_MAX_RANK];  // by dim of the value
} ttc_operand_map_t;

// One op of a generic's body. Operands are earlier ops, by index.
typedef enum ttc_body_kind_e {
  TTC_BODY_INPUT,     // element of input |index|
  TTC_BODY_INIT,      // element of output |index| before this iteration
  TTC_BODY_CONSTANT,  // bits
  TTC_BODY_INDEX,     // of loop |index|, an I64 or, where it fits, an I32
  TTC_BODY_OP,
} ttc_body_kind_t;

typedef struct ttc_body_op_t {
  uint8_t kind;  // ttc_body_kind_t
  uint8_t type;  // tt_inst_t.type of an OP
  uint8_t type2;
  uint8_t result_type;  // tt_dtype_t of the value
  uint16_t op;          // tt_op_t
  uint16_t operand_count;
  uint32_t attr;
  uint32_t index;
  uint32_t operands[3];
  uint64_t bits;
} ttc_body_op_t;

typedef struct ttc_generic_t {
  uint32_t loop_count;
  ttc_expr_t loops[TTC_MAX_RANK];  // sizes
  uint32_t reductions;             // mask of loops
  // Of a sum to I32: how many of its terms a sum in f32 holds exactly, the
  // planes of an operand being one; 0: none (ttc_bytes.h).
  uint32_t exact_terms, planes;
  uint32_t input_count;
  uint32_t output_count;
  ttc_operand_map_t inputs[TTC_MAX_INPUTS];
  ttc_operand_map_t outputs[TTC_MAX_INPUTS];  // value: what it starts from
  uint32_t yields[TTC_MAX_INPUTS];            // body op an output
  ttc_body_op_t* body;
  uint32_t body_count;
} ttc_generic_t;

typedef struct ttc_store_t {
  uint32_t value;
  ttc_slice_t slice;
} ttc_store_t;

typedef struct ttc_dispatch_t {
  char* name;
  uint32_t constant_count;  // push constants
  uint32_t binding_count;
  uint32_t accesses[TT_MAX_BINDINGS];  // TT_ACCESS_ masks
  ttc_expr_node_t* exprs;
  uint32_t expr_count, expr_capacity;
  ttc_subspan_t* subspans;
  uint32_t subspan_count, subspan_capacity;
  ttc_value_t* values;
  uint32_t value_count, value_capacity;
  ttc_generic_t* generics;
  uint32_t generic_count, generic_capacity;
  ttc_store_t* stores;
  uint32_t store_count, store_capacity;
  // Sticky: memory ran out. Indices are 0 then.
  bool exhausted;
} ttc_dispatch_t;

// ---- ttc_dispatch.c ---------------------------------------------------------

void ttc_dispatch_initialize(ttc_dispatch_t* dispatch);
void ttc_dispatch_deinitialize(ttc_dispatch_t* dispatch);

ttc_expr_t ttc_expr_const(ttc_dispatch_t* dispatch, int64_t value);
ttc_expr_t ttc_expr_push(ttc_dispatch_t* dispatch, uint32_t index);
ttc_expr_t ttc_expr_grid(ttc_dispatch_t* dispatch);
// Folds constants and neutral elements.
ttc_expr_t ttc_expr_op(ttc_dispatch_t* dispatch, tt_op_t op, ttc_expr_t a,
                       ttc_expr_t b);
bool ttc_expr_is_const(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                       int64_t* out_value);
// A guess of what |expr| is when launched on |grid| cores, where sizes that
// push constants give are |unknown|.
int64_t ttc_expr_estimate(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                          int64_t unknown, int64_t grid);
static inline bool ttc_expr_equals(const ttc_dispatch_t* dispatch,
                                   ttc_expr_t expr, int64_t value) {
  int64_t found = 0;
  return ttc_expr_is_const(dispatch, expr, &found) && found == value;
}

// The loops that a form, or any form of an operand, depends on, as bits.
uint32_t ttc_form_loops(const ttc_form_t* form);
uint32_t ttc_operand_loops(const ttc_dispatch_t* dispatch,
                           const ttc_operand_map_t* map);

// The constant that all elements of |value| are, which may be a fill's result,
// or NULL.
const ttc_value_t* ttc_value_constant(const ttc_dispatch_t* dispatch,
                                      uint32_t value);

// Each appends a copy and returns its index.
uint32_t ttc_dispatch_add_subspan(ttc_dispatch_t* dispatch,
                                  const ttc_subspan_t* subspan);
uint32_t ttc_dispatch_add_value(ttc_dispatch_t* dispatch,
                                const ttc_value_t* value);
// Takes ownership of |generic->body|.
uint32_t ttc_dispatch_add_generic(ttc_dispatch_t* dispatch,
                                  const ttc_generic_t* generic);
// Puts it before generic |index|, which becomes |index| + 1.
void ttc_dispatch_insert_generic(ttc_dispatch_t* dispatch, uint32_t index,
                                 const ttc_generic_t* generic);
void ttc_dispatch_add_store(ttc_dispatch_t* dispatch, const ttc_store_t* store);

void ttc_expr_print(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                    FILE* file);
// For people and golden files.
void ttc_dispatch_print(const ttc_dispatch_t* dispatch, FILE* file);

#endif  // TT_IREE_COMPILER_TTC_DISPATCH_H_

// Products of small integers on the FPU: dispatches made by hand, against plain
// C, with the numerics of the mock and of the chip.
#include "compiler/plugins/target/tenstorrent/ttc_bytes.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_cut.h"
#include "compiler/plugins/target/tenstorrent/ttc_testing_plan.h"

enum { FEW_ROWS = 5, ROWS = 33, COLUMNS = 37 };

// What the elements of an operand are.
typedef enum data_e { RANDOM, SMALLEST, LARGEST, EXTREMES } data_t;

typedef struct operand_t {
  tt_dtype_t type;
  tt_op_t extends;  // EXTSI or EXTUI, to i32
  int32_t zero;     // subtracted afterwards
} operand_t;

typedef struct product_t {
  operand_t a, b;  // rows x inner, inner x COLUMNS
  int64_t inner;
  bool dynamic;  // the inner size is a push constant
  bool fpu;      // whether it is to be a matmul
} product_t;

//===----------------------------------------------------------------------===//
// The dispatch
//===----------------------------------------------------------------------===//

// A dense tensor in a binding of its own, loaded.
static uint32_t tensor(ttc_dispatch_t* dispatch, tt_dtype_t dtype,
                       ttc_expr_t rows, ttc_expr_t columns) {
  const ttc_subspan_t subspan = {.binding = dispatch->binding_count,
                                 .dtype = dtype,
                                 .rank = 2,
                                 .dims = {rows, columns}};
  dispatch->accesses[dispatch->binding_count++] =
      TT_ACCESS_READ | TT_ACCESS_WRITE;
  return ttc_dispatch_add_value(
      dispatch,
      &(ttc_value_t){
          .kind = TTC_VALUE_LOAD,
          .dtype = dtype,
          .rank = 2,
          .dims = {rows, columns},
          .slice = {.subspan = ttc_dispatch_add_subspan(dispatch, &subspan),
                    .base = ttc_expr_const(dispatch, 0),
                    .strides = {columns, ttc_expr_const(dispatch, 1)}}});
}

static uint32_t append(ttc_generic_t* g, ttc_body_op_t op) {
  g->body = realloc(g->body, (g->body_count + 1) * sizeof(op));
  g->body[g->body_count] = op;
  return g->body_count++;
}

static uint32_t i32_op(ttc_generic_t* g, tt_op_t op, tt_dtype_t from,
                       uint32_t a, uint32_t b) {
  return append(g,
                (ttc_body_op_t){.kind = TTC_BODY_OP,
                                .type = TT_DTYPE_I32,
                                .type2 = (uint8_t)from,
                                .result_type = TT_DTYPE_I32,
                                .op = (uint16_t)op,
                                .operand_count = from == TT_DTYPE_NONE ? 2 : 1,
                                .operands = {a, b}});
}

// Input |index|, widened, less its zero point.
static uint32_t factor(ttc_generic_t* g, const operand_t* operand,
                       uint32_t index) {
  uint32_t value = append(g, (ttc_body_op_t){.kind = TTC_BODY_INPUT,
                                             .result_type = operand->type,
                                             .index = index});
  if (operand->type != TT_DTYPE_I32) {
    value = i32_op(g, operand->extends, operand->type, value, 0);
  }
  if (!operand->zero) return value;
  const uint32_t zero =
      append(g, (ttc_body_op_t){.kind = TTC_BODY_CONSTANT,
                                .result_type = TT_DTYPE_I32,
                                .bits = (uint64_t)(int64_t)operand->zero});
  return i32_op(g, TT_OP_SUB, TT_DTYPE_NONE, value, zero);
}

static ttc_operand_map_t map_of(uint32_t value, uint32_t row, uint32_t column) {
  ttc_operand_map_t map = {.value = value};
  map.forms[0].factors[row] = 1;
  map.forms[1].factors[column] = 1;
  return map;
}

// Binding 2 += binding 0 x binding 1.
static void open_product(const product_t* p, int64_t rows,
                         ttc_dispatch_t* dispatch) {
  ttc_dispatch_initialize(dispatch);
  dispatch->name = strdup("f");
  dispatch->constant_count = 1;
  const ttc_expr_t lines = ttc_expr_const(dispatch, rows);
  const ttc_expr_t columns = ttc_expr_const(dispatch, COLUMNS);
  const ttc_expr_t inner = p->dynamic ? ttc_expr_push(dispatch, 0)
                                      : ttc_expr_const(dispatch, p->inner);
  const uint32_t a = tensor(dispatch, p->a.type, lines, inner);
  const uint32_t b = tensor(dispatch, p->b.type, inner, columns);
  const uint32_t c = tensor(dispatch, TT_DTYPE_I32, lines, columns);
  ttc_generic_t g = {.loop_count = 3,
                     .loops = {lines, columns, inner},
                     .reductions = 4,
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, 0, 2), map_of(b, 2, 1)},
                     .outputs = {map_of(c, 0, 1)}};
  const uint32_t x = factor(&g, &p->a, 0), y = factor(&g, &p->b, 1);
  const uint32_t start = append(
      &g, (ttc_body_op_t){.kind = TTC_BODY_INIT, .result_type = TT_DTYPE_I32});
  const uint32_t term = i32_op(&g, TT_OP_MUL, TT_DTYPE_NONE, x, y);
  g.yields[0] = i32_op(&g, TT_OP_ADD, TT_DTYPE_NONE, term, start);
  ttc_value_t result = dispatch->values[c];
  const ttc_slice_t slice = result.slice;
  result.kind = TTC_VALUE_RESULT;
  result.generic = ttc_dispatch_add_generic(dispatch, &g);
  const ttc_store_t store = {.value = ttc_dispatch_add_value(dispatch, &result),
                             .slice = slice};
  ttc_dispatch_add_store(dispatch, &store);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static size_t size_of(const operand_t* operand) {
  return tt_dtype_desc(operand->type)->storage_bits / 8;
}

// |count| elements, as in memory.
static uint8_t* elements(const operand_t* operand, int64_t count, data_t data,
                         uint32_t seed) {
  const size_t size = size_of(operand);
  uint8_t* bytes = aligned_alloc(64, ((size_t)count * size / 64 + 1) * 64);
  assert_non_null(bytes);
  const bool is_signed = operand->extends == TT_OP_EXTSI;
  const uint32_t smallest = is_signed ? 1u << (size * 8 - 1) : 0;
  const uint32_t largest = smallest - 1;
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t random = next_random(&seed) ^ next_random(&seed) << 16;
    // Beside the largest products, the smallest ones.
    const uint32_t small = random % 3 - 1;
    const uint32_t value = data == RANDOM     ? random
                           : data == SMALLEST ? smallest
                           : data == LARGEST  ? largest
                           : random & 256     ? small
                           : random & 512     ? smallest
                                              : largest;
    memcpy(bytes + (size_t)i * size, &value, size);
  }
  return bytes;
}

// Element |i| of |bytes| as the dispatch sees it, modulo 2^32.
static uint32_t widened(const operand_t* operand, const uint8_t* bytes,
                        int64_t i) {
  const size_t size = size_of(operand);
  uint32_t value = 0;
  memcpy(&value, bytes + (size_t)i * size, size);
  const uint32_t sign = 1u << (size * 8 - 1);
  if (operand->extends == TT_OP_EXTSI) value = (value ^ sign) - sign;
  return value - (uint32_t)operand->zero;
}

static void check_data(const product_t* p, int64_t rows, data_t data,
                       tt_numerics_t numerics) {
  static const operand_t sums = {TT_DTYPE_I32, TT_OP_EXTSI, 0};
  uint8_t* a = elements(&p->a, rows * p->inner, data, 1);
  uint8_t* b = elements(&p->b, p->inner * COLUMNS, data, 2);
  const int64_t count = rows * COLUMNS;
  uint8_t* c = elements(&sums, count, RANDOM, 3);
  uint32_t want[ROWS * COLUMNS];
  for (int64_t i = 0; i < count; ++i) {
    want[i] = widened(&sums, c, i);
    for (int64_t k = 0; k < p->inner; ++k) {
      want[i] += widened(&p->a, a, i / COLUMNS * p->inner + k) *
                 widened(&p->b, b, k * COLUMNS + i % COLUMNS);
    }
  }
  ttc_dispatch_t dispatch;
  open_product(p, rows, &dispatch);
  ttc_bytes_dispatch(&dispatch);
  ttc_cut_dispatch(&dispatch);
  const uint32_t push = (uint32_t)p->inner;
  const tt_interp_binding_t bindings[] = {
      {a, (uint64_t)(rows * p->inner) * size_of(&p->a)},
      {b, (uint64_t)(p->inner * COLUMNS) * size_of(&p->b)},
      {c, (uint64_t)count * sizeof(*want)}};
  const uint32_t matmuls =
      ttc_testing_run_plan(&dispatch, &push, 4, 4, bindings, numerics);
  assert_int_equal(matmuls != 0, p->fpu);
  for (int64_t i = 0; i < count; ++i) {
    if (widened(&sums, c, i) == want[i]) continue;
    fail_msg("inner size %lld, data %d: element %lld is %d, expected %d",
             (long long)p->inner, (int)data, (long long)i,
             (int)widened(&sums, c, i), (int)want[i]);
  }
  ttc_dispatch_deinitialize(&dispatch);
  free(a);
  free(b);
  free(c);
}

static void check_rows(product_t p, int64_t rows) {
  for (data_t data = RANDOM; data <= EXTREMES; ++data) {
    check_data(&p, rows, data, TT_NUMERICS_IEEE);
    check_data(&p, rows, data, TT_NUMERICS_TENSIX);
  }
}

static void check(product_t p) { check_rows(p, FEW_ROWS); }

static const operand_t kSigned = {TT_DTYPE_I8, TT_OP_EXTSI, 0};
static const operand_t kUnsigned = {TT_DTYPE_I8, TT_OP_EXTUI, 0};

// Around the number of terms that f32 sums hold.
static void test_sizes(void** state) {
  static const int64_t sizes[] = {1, 33, 255, 257, 1024, 1025};
  for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); ++i) {
    const bool dynamic = i % 2;
    check((product_t){kSigned, kSigned, sizes[i], dynamic, sizes[i] > 1});
    check((product_t){kUnsigned, kUnsigned, sizes[i], !dynamic, true});
    check((product_t){kSigned, kUnsigned, sizes[i], true, true});
  }
  check((product_t){kUnsigned, kSigned, 0, true, true});
}

static void test_zero_points(void** state) {
  static const int32_t points[] = {255, 128, 1};
  for (uint32_t i = 0; i < 3; ++i) {
    operand_t a = kUnsigned, b = kSigned;
    a.zero = points[i];
    b.zero = points[i] - 128;
    check((product_t){a, b, 70, i == 1, true});
    check((product_t){a, a, 300, i == 1, true});
  }
}

// Operands of 9 bits and more take three planes, of more than 12 stay in lanes.
static void test_wide(void** state) {
  operand_t wide = kUnsigned;
  wide.zero = -128;
  check((product_t){wide, kSigned, 400, false, true});
  check((product_t){kSigned, wide, 70, true, true});
  check((product_t){wide, wide, 40, false, false});
  wide.zero = 4095;
  check((product_t){wide, kSigned, 70, false, true});
  wide.zero = 4096;
  check((product_t){wide, kSigned, 40, false, false});
}

// Byte by byte: four products, but not ten.
static void test_bytes(void** state) {
  const operand_t i16 = {TT_DTYPE_I16, TT_OP_EXTSI, 0};
  const operand_t u16 = {TT_DTYPE_I16, TT_OP_EXTUI, 0};
  const operand_t i32 = {TT_DTYPE_I32, TT_OP_EXTSI, 0};
  check_rows((product_t){i16, i16, 40, false, true}, ROWS);
  check_rows((product_t){i16, kUnsigned, 33, true, true}, ROWS);
  check_rows((product_t){kSigned, i32, 70, true, true}, ROWS);
  check_rows((product_t){u16, kSigned, 70, false, true}, ROWS);
  check_rows((product_t){i32, i32, 40, false, false}, ROWS);
  check((product_t){i16, i16, 40, false, false});
}

// Tensors that the dispatch has as floats already, but with columns as rows,
// are not taken for those of the product.
static void test_transposed(void** state) {
  const product_t p = {kSigned, kSigned, 40, false, true};
  ttc_dispatch_t dispatch;
  open_product(&p, FEW_ROWS, &dispatch);
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t operand = dispatch.generics[i].inputs[i].value;
    ttc_value_t value = dispatch.values[operand];
    ttc_generic_t g = {.loop_count = 2,
                       .loops = {value.dims[0], value.dims[1]},
                       .input_count = 1,
                       .output_count = 1,
                       .inputs = {map_of(operand, 0, 1)}};
    const ttc_expr_t rows = value.dims[0];
    value.kind = TTC_VALUE_EMPTY;
    value.dtype = TT_DTYPE_F32;
    value.dims[0] = value.dims[1];
    value.dims[1] = rows;
    g.outputs[0] = map_of(ttc_dispatch_add_value(&dispatch, &value), 1, 0);
    const uint32_t root = factor(&g, &kSigned, 0);
    g.yields[0] = append(&g, (ttc_body_op_t){.kind = TTC_BODY_OP,
                                             .type = TT_DTYPE_F32,
                                             .type2 = TT_DTYPE_I32,
                                             .result_type = TT_DTYPE_F32,
                                             .op = TT_OP_SITOFP,
                                             .operand_count = 1,
                                             .operands = {root}});
    ttc_dispatch_insert_generic(&dispatch, 0, &g);
    value.kind = TTC_VALUE_RESULT;
    value.generic = 0;
    ttc_dispatch_add_value(&dispatch, &value);
  }
  ttc_bytes_dispatch(&dispatch);
  assert_int_equal(dispatch.generic_count, 5);
  ttc_dispatch_deinitialize(&dispatch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes),      cmocka_unit_test(test_zero_points),
      cmocka_unit_test(test_wide),       cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_transposed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

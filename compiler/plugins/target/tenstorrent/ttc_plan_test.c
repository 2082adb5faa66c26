// Plans at their edges: each is made, lowered, verified and run by the
// interpreter, against plain C. Dispatches are made by hand; no IREE is needed.
#include "compiler/plugins/target/tenstorrent/ttc_plan.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower.h"
#include "compiler/plugins/target/tenstorrent/ttc_testing_plan.h"
#include "tile/count.h"
#include "tile/emit.h"
#include "tile/interp.h"

static const int64_t kSizes[] = {0, 1, 31, 32, 33, 257, 1025, 4099};
enum { SIZES = sizeof(kSizes) / sizeof(*kSizes) };

//===----------------------------------------------------------------------===//
// Dispatches
//===----------------------------------------------------------------------===//

// Sizes are constants, or push constants when |dynamic|.
typedef struct shapes_t {
  ttc_dispatch_t dispatch;
  tt_dtype_t dtype;  // of all tensors
  bool dynamic;
  uint32_t pushes[4];
} shapes_t;

static void shapes_open(shapes_t* s, bool dynamic) {
  memset(s, 0, sizeof(*s));
  s->dynamic = dynamic;
  s->dtype = TT_DTYPE_F32;
  ttc_dispatch_initialize(&s->dispatch);
  s->dispatch.name = strdup("f");
}

static ttc_expr_t size_of(shapes_t* s, int64_t size) {
  if (!s->dynamic) return ttc_expr_const(&s->dispatch, size);
  uint32_t at = 0;
  while (at < s->dispatch.constant_count && s->pushes[at] != size) ++at;
  if (at == s->dispatch.constant_count) {
    s->pushes[s->dispatch.constant_count++] = (uint32_t)size;
  }
  return ttc_expr_push(&s->dispatch, at);
}

// A dense subspan of a binding of its own; |access| is TT_ACCESS_.
static ttc_slice_t bind(shapes_t* s, uint32_t access, uint32_t rank,
                        const ttc_expr_t* dims) {
  ttc_subspan_t subspan = {
      .binding = s->dispatch.binding_count, .dtype = s->dtype, .rank = rank};
  ttc_slice_t slice = {0};
  ttc_expr_t stride = ttc_expr_const(&s->dispatch, 1);
  for (uint32_t i = rank; i-- > 0;) {
    subspan.dims[i] = dims[i];
    slice.strides[i] = stride;
    stride = ttc_expr_op(&s->dispatch, TT_OP_MUL, stride, dims[i]);
  }
  s->dispatch.accesses[s->dispatch.binding_count++] = access;
  slice.subspan = ttc_dispatch_add_subspan(&s->dispatch, &subspan);
  return slice;
}

static uint32_t load(shapes_t* s, uint32_t rank, const ttc_expr_t* dims) {
  ttc_value_t value = {.kind = TTC_VALUE_LOAD, .dtype = s->dtype, .rank = rank};
  memcpy(value.dims, dims, rank * sizeof(*dims));
  value.slice = bind(s, TT_ACCESS_READ, rank, dims);
  return ttc_dispatch_add_value(&s->dispatch, &value);
}

static uint64_t bits_of(tt_dtype_t dtype, double value) {
  if (dtype == TT_DTYPE_I32) return (uint64_t)(int64_t)value;
  float narrow = (float)value;
  uint32_t bits = 0;
  memcpy(&bits, &narrow, sizeof(bits));
  return bits;
}

static uint32_t constant(shapes_t* s, double value, uint32_t rank,
                         const ttc_expr_t* dims) {
  ttc_value_t tensor = {.kind = TTC_VALUE_CONSTANT,
                        .dtype = s->dtype,
                        .rank = rank,
                        .bits = bits_of(s->dtype, value)};
  memcpy(tensor.dims, dims, rank * sizeof(*dims));
  return ttc_dispatch_add_value(&s->dispatch, &tensor);
}

// |text| names the loop of each dim of |value|: "ij", "j", "".
static ttc_operand_map_t map_of(uint32_t value, const char* text) {
  ttc_operand_map_t map = {.value = value};
  for (uint32_t i = 0; text[i]; ++i) map.forms[i].factors[text[i] - 'i'] = 1;
  return map;
}

static uint32_t body_op(ttc_generic_t* g, uint8_t kind, tt_op_t op, uint32_t a,
                        uint32_t b) {
  ttc_body_op_t record = {.kind = kind,
                          .type = TT_DTYPE_F32,
                          .result_type = TT_DTYPE_F32,
                          .op = (uint16_t)op,
                          .operand_count = kind == TTC_BODY_OP ? 2 : 0,
                          .index = a,
                          .operands = {a, b, 0}};
  g->body = realloc(g->body, (g->body_count + 1) * sizeof(record));
  g->body[g->body_count] = record;
  return g->body_count++;
}

static uint32_t body_constant(ttc_generic_t* g, tt_dtype_t dtype,
                              double value) {
  uint32_t at = body_op(g, TTC_BODY_CONSTANT, 0, 0, 0);
  g->body[at].bits = bits_of(dtype, value);
  return at;
}

static uint32_t result_of(shapes_t* s, ttc_generic_t* g) {
  for (uint32_t i = 0; i < g->body_count; ++i) {
    g->body[i].type = g->body[i].result_type = (uint8_t)s->dtype;
  }
  ttc_value_t value = s->dispatch.values[g->outputs[0].value];
  value.kind = TTC_VALUE_RESULT;
  value.result = 0;
  value.generic = ttc_dispatch_add_generic(&s->dispatch, g);
  return ttc_dispatch_add_value(&s->dispatch, &value);
}

static void store(shapes_t* s, uint32_t value) {
  const ttc_value_t tensor = s->dispatch.values[value];
  ttc_store_t record = {.value = value};
  record.slice = bind(s, TT_ACCESS_WRITE, tensor.rank, tensor.dims);
  ttc_dispatch_add_store(&s->dispatch, &record);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static float* numbers(int64_t count, uint32_t seed) {
  // Bindings lie at multiples of 64 bytes.
  size_t bytes = ((size_t)count * sizeof(float) / 64 + 1) * 64;
  float* data = aligned_alloc(64, bytes);
  assert_non_null(data);
  for (int64_t i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    data[i] = (float)((int32_t)(seed >> 16) % 512 - 256) / 64.0f;
  }
  return data;
}

static void expect_near(const float* got, const float* want, int64_t count,
                        const char* what, int64_t m, int64_t n) {
  for (int64_t i = 0; i < count; ++i) {
    if (got[i] == want[i]) continue;  // infinities too
    if (fabsf(got[i] - want[i]) <= 1e-4f * (1 + fabsf(want[i]))) continue;
    fail_msg("%s of %lld x %lld: element %lld is %g, expected %g", what,
             (long long)m, (long long)n, (long long)i, got[i], want[i]);
  }
}

static tt_interp_binding_t binding(float* data, int64_t count) {
  return (tt_interp_binding_t){data, (uint64_t)count * sizeof(float)};
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static void check_add(int64_t n, bool dynamic, uint32_t cores, uint32_t grid) {
  shapes_t s;
  shapes_open(&s, dynamic);
  ttc_expr_t size = size_of(&s, n);
  uint32_t a = load(&s, 1, &size), b = load(&s, 1, &size);
  ttc_generic_t g = {.loop_count = 1,
                     .loops = {size},
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, "i"), map_of(b, "i")},
                     .outputs = {map_of(constant(&s, 0, 1, &size), "i")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
  g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 0, 1);
  store(&s, result_of(&s, &g));
  float *x = numbers(n, 1), *y = numbers(n, 2), *z = numbers(n, 3);
  float* want = numbers(n, 4);
  for (int64_t i = 0; i < n; ++i) want[i] = x[i] + y[i];
  const tt_interp_binding_t bindings[] = {binding(x, n), binding(y, n),
                                          binding(z, n)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, grid, bindings,
                       TT_NUMERICS_IEEE);
  expect_near(z, want, n, "sum", n, 1);
  free(x);
  free(y);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_add(void** state) {
  for (uint32_t i = 0; i < SIZES; ++i) {
    for (int dynamic = 0; dynamic < 2; ++dynamic) {
      check_add(kSizes[i], dynamic, 64, 64);
      check_add(kSizes[i], dynamic, 1, 1);
      // The plan aims at a grid; the program runs on any.
      check_add(kSizes[i], dynamic, 64, 3);
    }
  }
}

// z[i, j] = x[i, j] * t[j, i] + v[j], in m x n.
static void check_mixed(int64_t m, int64_t n, bool dynamic, uint32_t cores) {
  shapes_t s;
  shapes_open(&s, dynamic);
  ttc_expr_t rows = size_of(&s, m), columns = size_of(&s, n);
  const ttc_expr_t dims[] = {rows, columns}, turned[] = {columns, rows};
  uint32_t a = load(&s, 2, dims), t = load(&s, 2, turned);
  uint32_t v = load(&s, 1, &columns);
  ttc_generic_t g = {
      .loop_count = 2,
      .loops = {rows, columns},
      .input_count = 3,
      .output_count = 1,
      .inputs = {map_of(a, "ij"), map_of(t, "ji"), map_of(v, "j")},
      .outputs = {map_of(constant(&s, 0, 2, dims), "ij")}};
  for (uint32_t i = 0; i < 3; ++i) body_op(&g, TTC_BODY_INPUT, 0, i, 0);
  body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 1);
  g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 3, 2);
  store(&s, result_of(&s, &g));
  int64_t count = m * n;
  float *x = numbers(count, 1), *y = numbers(count, 2), *w = numbers(n, 3);
  float *z = numbers(count, 4), *want = numbers(count, 5);
  for (int64_t i = 0; i < count; ++i) {
    want[i] = x[i] * y[i % n * m + i / n] + w[i % n];
  }
  const tt_interp_binding_t bindings[] = {binding(x, count), binding(y, count),
                                          binding(w, n), binding(z, count)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, cores, bindings,
                       TT_NUMERICS_IEEE);
  expect_near(z, want, count, "mixed maps", m, n);
  free(x);
  free(y);
  free(w);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_mixed(void** state) {
  static const int64_t sizes[] = {0, 1, 31, 32, 33, 131};
  for (uint32_t i = 0; i < 6; ++i) {
    for (uint32_t j = 0; j < 6; ++j) {
      check_mixed(sizes[i], sizes[j], (i + j) % 2, j % 2 ? 1 : 64);
    }
  }
}

// Reduces x * x over rows ("i") or columns ("j") of m x n with |op|.
static void check_reduce(tt_op_t op, const char* kept, int64_t m, int64_t n,
                         bool dynamic, uint32_t cores) {
  shapes_t s;
  shapes_open(&s, dynamic);
  bool by_row = kept[0] == 'i';
  ttc_expr_t rows = size_of(&s, m), columns = size_of(&s, n);
  const ttc_expr_t dims[] = {rows, columns};
  float start = op == TT_OP_ADD ? 0 : -INFINITY;
  uint32_t a = load(&s, 2, dims);
  uint32_t init = constant(&s, start, 1, by_row ? &rows : &columns);
  ttc_generic_t g = {.loop_count = 2,
                     .loops = {rows, columns},
                     .reductions = by_row ? 2 : 1,
                     .input_count = 1,
                     .output_count = 1,
                     .inputs = {map_of(a, "ij")},
                     .outputs = {map_of(init, kept)}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 0);
  // One more, so that padding of zeros does not stay zero.
  body_op(&g, TTC_BODY_CONSTANT, 0, 0, 0);
  g.body[3].bits = 0x3F800000;
  body_op(&g, TTC_BODY_OP, TT_OP_ADD, 2, 3);
  g.yields[0] = body_op(&g, TTC_BODY_OP, op, 4, 1);
  store(&s, result_of(&s, &g));
  int64_t left = by_row ? m : n;
  float *x = numbers(m * n, 1), *z = numbers(left, 2);
  float* want = numbers(left, 3);
  for (int64_t i = 0; i < left; ++i) want[i] = start;
  for (int64_t i = 0; i < m * n; ++i) {
    float term = x[i] * x[i] + 1, *at = &want[by_row ? i / n : i % n];
    *at = op == TT_OP_ADD ? *at + term : fmaxf(*at, term);
  }
  const tt_interp_binding_t bindings[] = {binding(x, m * n), binding(z, left)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, cores, bindings,
                       TT_NUMERICS_IEEE);
  expect_near(z, want, left, kept, m, n);
  free(x);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_reduce(void** state) {
  for (uint32_t i = 0; i < SIZES; ++i) {
    for (uint32_t j = 0; j < SIZES; ++j) {
      if (kSizes[i] * kSizes[j] > 300000) continue;
      tt_op_t op = (i + j) % 2 ? TT_OP_ADD : TT_OP_MAXF;
      check_reduce(op, "i", kSizes[i], kSizes[j], i % 2, 64);
      check_reduce(op, "j", kSizes[i], kSizes[j], j % 2, i % 3 ? 1 : 64);
    }
  }
}

// x[m, k] times w[k, n], or times the transpose of w[n, k]; plus v[n].
static void check_matmul(int64_t m, int64_t k, int64_t n, bool transposed,
                         bool dynamic, uint32_t cores, uint32_t grid) {
  shapes_t s;
  shapes_open(&s, dynamic);
  ttc_expr_t rows = size_of(&s, m), inner = size_of(&s, k);
  ttc_expr_t columns = size_of(&s, n);
  const ttc_expr_t left[] = {rows, inner}, dims[] = {rows, columns};
  const ttc_expr_t right[] = {transposed ? columns : inner,
                              transposed ? inner : columns};
  uint32_t a = load(&s, 2, left), b = load(&s, 2, right);
  uint32_t v = load(&s, 1, &columns);
  ttc_generic_t g = {
      .loop_count = 3,
      .loops = {rows, columns, inner},
      .reductions = 4,
      .input_count = 2,
      .output_count = 1,
      .inputs = {map_of(a, "ik"), map_of(b, transposed ? "jk" : "kj")},
      .outputs = {map_of(constant(&s, 0, 2, dims), "ij")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 1);
  g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 2, 3);
  uint32_t sums = result_of(&s, &g);
  ttc_generic_t bias = {.loop_count = 2,
                        .loops = {rows, columns},
                        .input_count = 2,
                        .output_count = 1,
                        .inputs = {map_of(sums, "ij"), map_of(v, "j")},
                        .outputs = {map_of(constant(&s, 0, 2, dims), "ij")}};
  body_op(&bias, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&bias, TTC_BODY_INPUT, 0, 1, 0);
  bias.yields[0] = body_op(&bias, TTC_BODY_OP, TT_OP_ADD, 0, 1);
  store(&s, result_of(&s, &bias));
  float *x = numbers(m * k, 1), *w = numbers(k * n, 2), *u = numbers(n, 3);
  float *z = numbers(m * n, 4), *want = numbers(m * n, 5);
  for (int64_t i = 0; i < m * n; ++i) {
    double sum = u[i % n];
    for (int64_t j = 0; j < k; ++j) {
      sum += (double)x[i / n * k + j] *
             w[transposed ? i % n * k + j : j * n + i % n];
    }
    want[i] = (float)sum;
  }
  const tt_interp_binding_t bindings[] = {binding(x, m * k), binding(w, k * n),
                                          binding(u, n), binding(z, m * n)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, grid, bindings,
                       TT_NUMERICS_IEEE);
  expect_near(z, want, m * n, "matmul", m, n);
  free(x);
  free(w);
  free(u);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_matmul(void** state) {
  static const int64_t sizes[] = {0, 1, 31, 32, 33, 97};
  for (uint32_t i = 0; i < 6; ++i) {
    for (uint32_t j = 0; j < 6; ++j) {
      const uint32_t cores = i % 2 ? 64 : 1;
      check_matmul(sizes[i], sizes[j], sizes[(i + j) % 6], (i + j) % 2, j % 3,
                   cores, cores);
    }
  }
  check_matmul(7, 70, 1100, false, false, 64, 64);
  check_matmul(1, 300, 2050, false, false, 64, 64);
  check_matmul(200, 64, 1, true, true, 64, 64);
  // In parts: few blocks, each of many steps.
  static const uint32_t grids[] = {64, 1, 3, 100};
  for (uint32_t i = 0; i < 4; ++i) {
    check_matmul(7, 2000, 33, i % 2, false, 64, grids[i]);
    check_matmul(40, 3001, 70, i % 2, true, 64, grids[i]);
  }
}

//===----------------------------------------------------------------------===//
// Reductions that cores share
//===----------------------------------------------------------------------===//

typedef enum use_e {
  USE_STORED,  // the result is stored
  USE_SCALED,  // result + result
  USE_SPREAD,  // x[i, j] - result, for all i and j
  USE_COUNT,
} use_t;

// x[i, j] * x[i, j] + 1 (the sign of it, in products of floats), folded by |op|
// over the loops that |kept| ("i", "j" or "") does not name.
typedef struct fold_case_t {
  tt_dtype_t dtype;
  tt_op_t op;
  const char* kept;
  int64_t m, n;
  bool dynamic;
  use_t use;
} fold_case_t;

static double fold_start(const fold_case_t* c) {
  switch (c->op) {
    case TT_OP_MUL:
      return 1;
    case TT_OP_MAXF:
      return -INFINITY;
    case TT_OP_MINF:
      return INFINITY;
    case TT_OP_MAXS:
      return INT32_MIN;
    case TT_OP_MINS:
      return INT32_MAX;
    default:
      return 0;
  }
}

static uint32_t fold_kept(const fold_case_t* c, ttc_expr_t rows,
                          ttc_expr_t columns, ttc_expr_t* out_dims) {
  if (!c->kept[0]) return 0;
  out_dims[0] = c->kept[0] == 'i' ? rows : columns;
  return 1;
}

// Adds the fold of |a| and its store.
static void fold_add(shapes_t* s, const fold_case_t* c, uint32_t a) {
  ttc_expr_t rows = size_of(s, c->m), columns = size_of(s, c->n);
  const ttc_expr_t dims[] = {rows, columns};
  ttc_expr_t kept_dims[1] = {0};
  uint32_t rank = fold_kept(c, rows, columns, kept_dims);
  uint32_t init = constant(s, fold_start(c), rank, kept_dims);
  ttc_generic_t g = {.loop_count = 2,
                     .loops = {rows, columns},
                     .reductions = !rank               ? 3
                                   : c->kept[0] == 'i' ? 2
                                                       : 1,
                     .input_count = 1,
                     .output_count = 1,
                     .inputs = {map_of(a, "ij")},
                     .outputs = {map_of(init, c->kept)}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  uint32_t one = body_constant(&g, c->dtype, 1), term = 0;
  if (c->op == TT_OP_MUL && c->dtype == TT_DTYPE_F32) {
    term = body_op(&g, TTC_BODY_OP, TT_OP_COPYSIGN, one, 0);
  } else {
    term = body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 0);
    term = body_op(&g, TTC_BODY_OP, TT_OP_ADD, term, one);
  }
  g.yields[0] = body_op(&g, TTC_BODY_OP, c->op, 1, term);
  uint32_t value = result_of(s, &g);
  if (c->use != USE_STORED) {
    bool spread = c->use == USE_SPREAD;
    const char* map = spread ? "ij" : c->kept[0] ? "i" : "";
    ttc_generic_t then = {
        .loop_count = spread ? 2 : rank,
        .loops = {spread ? rows : kept_dims[0], columns},
        .input_count = 2,
        .output_count = 1,
        .inputs = {map_of(spread ? a : value, map),
                   map_of(value, spread ? c->kept : map)},
        .outputs = {
            map_of(constant(s, 0, spread ? 2 : rank, spread ? dims : kept_dims),
                   map)}};
    body_op(&then, TTC_BODY_INPUT, 0, 0, 0);
    body_op(&then, TTC_BODY_INPUT, 0, 1, 0);
    then.yields[0] =
        body_op(&then, TTC_BODY_OP, spread ? TT_OP_SUB : TT_OP_ADD, 0, 1);
    value = result_of(s, &then);
  }
  store(s, value);
}

static void fold_open(shapes_t* s, const fold_case_t* c) {
  shapes_open(s, c->dynamic);
  s->dtype = c->dtype;
  const ttc_expr_t dims[] = {size_of(s, c->m), size_of(s, c->n)};
  fold_add(s, c, load(s, 2, dims));
}

static double fold_two(const fold_case_t* c, double a, double b) {
  bool is_int = c->dtype == TT_DTYPE_I32;
  switch (c->op) {
    case TT_OP_ADD:
      return is_int ? (int32_t)((uint32_t)(int32_t)a + (uint32_t)(int32_t)b)
                    : a + b;
    case TT_OP_MUL:
      return is_int ? (int32_t)((uint32_t)(int32_t)a * (uint32_t)(int32_t)b)
                    : a * b;
    case TT_OP_MAXF:
    case TT_OP_MAXS:
      return a > b ? a : b;
    default:
      return a < b ? a : b;
  }
}

// Element |i| of |data|, of the case's type.
static double fold_get(const fold_case_t* c, const float* data, int64_t i) {
  int32_t integer = 0;
  memcpy(&integer, &data[i], sizeof(integer));
  return c->dtype == TT_DTYPE_I32 ? (double)integer : (double)data[i];
}

// What |x| folds to, one for each kept index.
static double* fold_want(const fold_case_t* c, const float* x, int64_t kept) {
  double* want = malloc(((size_t)kept + 1) * sizeof(*want));
  for (int64_t i = 0; i < kept; ++i) want[i] = fold_start(c);
  for (int64_t i = 0; i < c->m * c->n; ++i) {
    double v = fold_get(c, x, i), term = v * v + 1;
    if (c->op == TT_OP_MUL && c->dtype == TT_DTYPE_F32) term = v < 0 ? -1 : 1;
    double* at = &want[!c->kept[0]         ? 0
                       : c->kept[0] == 'i' ? i / c->n
                                           : i % c->n];
    *at = fold_two(c, *at, term);
  }
  return want;
}

static void fold_check(const fold_case_t* c, const float* x, const float* z,
                       const double* want, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    double expect = 0, got = fold_get(c, z, i);
    bool is_int = c->dtype == TT_DTYPE_I32;
    if (c->use == USE_SPREAD) {
      double v = fold_get(c, x, i);
      double r = want[!c->kept[0]         ? 0
                      : c->kept[0] == 'i' ? i / c->n
                                          : i % c->n];
      expect = is_int ? (int32_t)((uint32_t)(int32_t)v - (uint32_t)(int32_t)r)
                      : v - r;
    } else {
      fold_case_t sum = {.dtype = c->dtype, .op = TT_OP_ADD};
      expect =
          c->use == USE_SCALED ? fold_two(&sum, want[i], want[i]) : want[i];
    }
    bool near = is_int ? got == expect
                       : got == expect ||
                             fabs(got - expect) <= 1e-4 * (1 + fabs(expect));
    if (near) continue;
    fail_msg(
        "%s of %s, %lld x %lld kept '%s' use %d: element %lld is %.12g, "
        "expected %.12g",
        tt_op_descs[c->op].mnemonic, tt_dtype_desc(c->dtype)->name,
        (long long)c->m, (long long)c->n, c->kept, c->use, (long long)i, got,
        expect);
  }
}

static void check_fold(const fold_case_t* c, uint32_t cores, uint32_t grid) {
  shapes_t s;
  fold_open(&s, c);
  int64_t count = c->m * c->n;
  int64_t kept = !c->kept[0] ? 1 : c->kept[0] == 'i' ? c->m : c->n;
  int64_t stored = c->use == USE_SPREAD ? count : kept;
  float *x = numbers(count, 1), *z = numbers(stored, 2);
  for (int64_t i = 0; c->dtype == TT_DTYPE_I32 && i < count; ++i) {
    int32_t integer = (int32_t)(x[i] * 64);
    memcpy(&x[i], &integer, sizeof(integer));
  }
  double* want = fold_want(c, x, kept);
  const tt_interp_binding_t bindings[] = {binding(x, count),
                                          binding(z, stored)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, grid, bindings,
                       TT_NUMERICS_IEEE);
  fold_check(c, x, z, want, stored);
  free(x);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static const struct {
  tt_dtype_t dtype;
  tt_op_t op;
} kFolds[] = {
    {TT_DTYPE_F32, TT_OP_ADD},  {TT_DTYPE_F32, TT_OP_MAXF},
    {TT_DTYPE_F32, TT_OP_MINF}, {TT_DTYPE_F32, TT_OP_MUL},
    {TT_DTYPE_I32, TT_OP_ADD},  {TT_DTYPE_I32, TT_OP_MUL},
    {TT_DTYPE_I32, TT_OP_MAXS}, {TT_DTYPE_I32, TT_OP_MINS},
};
enum { FOLDS = sizeof(kFolds) / sizeof(*kFolds) };

// All loops folded, or all but a few indices, which lead or trail.
static void test_parts(void** state) {
  static const int64_t sizes[] = {0, 1, 31, 32, 33, 1025, 4099, 65537, 100003};
  static const int64_t few[] = {1, 3, 33};
  static const uint32_t grids[] = {64, 1, 3, 100};
  uint32_t turn = 0;
  for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); ++i) {
    for (uint32_t j = 0; j < FOLDS; ++j) {
      for (uint32_t k = 0; k < 9; ++k, ++turn) {
        int64_t less = few[k % 3];
        if (less * sizes[i] > 200000) continue;
        bool trails = k / 3 == 2;
        check_fold(&(fold_case_t){.dtype = kFolds[j].dtype,
                                  .op = kFolds[j].op,
                                  .kept = k / 3 == 0 ? ""
                                          : trails   ? "j"
                                                     : "i",
                                  .m = trails ? sizes[i] : less,
                                  .n = trails ? less : sizes[i],
                                  .dynamic = turn % 2,
                                  .use = (use_t)(turn / 2 % USE_COUNT)},
                   64, grids[turn % 4]);
      }
    }
  }
}

// Two folds that have no loops in common.
static void test_parts_of_two(void** state) {
  const fold_case_t sum = {.dtype = TT_DTYPE_F32,
                           .op = TT_OP_ADD,
                           .kept = "",
                           .m = 3,
                           .n = 70001,
                           .use = USE_STORED};
  fold_case_t maximum = sum;
  maximum.op = TT_OP_MAXF;
  maximum.kept = "i";
  shapes_t s;
  shapes_open(&s, false);
  const ttc_expr_t dims[] = {size_of(&s, sum.m), size_of(&s, sum.n)};
  uint32_t a = load(&s, 2, dims);
  fold_add(&s, &sum, a);
  fold_add(&s, &maximum, a);
  int64_t count = sum.m * sum.n;
  float *x = numbers(count, 1), *z = numbers(1, 2), *w = numbers(sum.m, 3);
  double *sums = fold_want(&sum, x, 1), *maxima = fold_want(&maximum, x, sum.m);
  const tt_interp_binding_t bindings[] = {binding(x, count), binding(z, 1),
                                          binding(w, sum.m)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, 64, 64, bindings,
                       TT_NUMERICS_IEEE);
  fold_check(&sum, x, z, sums, 1);
  fold_check(&maximum, x, w, maxima, sum.m);
  free(x);
  free(z);
  free(w);
  free(sums);
  free(maxima);
  ttc_dispatch_deinitialize(&s.dispatch);
}

// How many cores the dispatch takes on a grid as planned, and its phases.
static void expect_cores(const fold_case_t* c, uint32_t grid,
                         uint32_t want_cores, uint32_t want_phases) {
  shapes_t s;
  fold_open(&s, c);
  ttc_plan_options_t options = ttc_testing_plan_options(grid);
  ttc_plan_t plan;
  ttc_testing_succeed(ttc_plan_dispatch(&s.dispatch, &options, &plan), "plan");
  tt_builder_t* b = tt_builder_create();
  ttc_lower_plan(b, &s.dispatch, &options, &plan);
  assert_int_equal(plan.phase_count, want_phases);
  tt_program_t* program = NULL;
  ttc_testing_succeed(tt_builder_finish(b, &program), "lower");
  const tt_launch_env_t env = {
      .constants = s.pushes, .grid_cores = grid, .dram_banks = 7};
  tt_counts_t counts;
  ttc_testing_succeed(tt_count_entry(program, 0, &env, &counts), "count");
  assert_int_equal(counts.cores, want_cores);
  tt_program_free(program);
  ttc_plan_deinitialize(&plan);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_parts_cores(void** state) {
  fold_case_t sum = {
      .dtype = TT_DTYPE_F32, .op = TT_OP_ADD, .kept = "", .m = 1024, .n = 1024};
  expect_cores(&sum, 64, 64, 2);
  expect_cores(&sum, 120, 120, 2);
  expect_cores(&sum, 1, 1, 1);
  sum.dynamic = true;
  expect_cores(&sum, 64, 64, 2);
  // The plan of a size that only the launch tells takes no core without work.
  sum.m = 5;
  expect_cores(&sum, 64, 5, 2);
  // Known to be small: barriers would cost more than cores save.
  sum.dynamic = false;
  expect_cores(&sum, 64, 1, 1);
  // Rows share the cores.
  sum = (fold_case_t){TT_DTYPE_F32, TT_OP_MAXF, "i",       4,
                      1 << 18,      false,      USE_STORED};
  expect_cores(&sum, 64, 64, 2);
  sum.kept = "j";
  sum.m = 1 << 18;
  sum.n = 4;
  expect_cores(&sum, 64, 64, 2);
  sum =
      (fold_case_t){TT_DTYPE_I32, TT_OP_ADD, "", 1024, 1024, false, USE_SPREAD};
  expect_cores(&sum, 64, 64, 3);
  // Enough rows for all.
  sum = (fold_case_t){TT_DTYPE_F32, TT_OP_ADD, "i",       2048,
                      1024,         false,     USE_STORED};
  expect_cores(&sum, 64, 64, 1);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

// A product of m x k and k x n, as |shapes|.
static void open_product(shapes_t* s, int64_t m, int64_t k, int64_t n) {
  shapes_open(s, false);
  ttc_expr_t rows = size_of(s, m), inner = size_of(s, k);
  ttc_expr_t columns = size_of(s, n);
  const ttc_expr_t left[] = {rows, inner}, right[] = {inner, columns};
  const ttc_expr_t dims[] = {rows, columns};
  uint32_t a = load(s, 2, left), b = load(s, 2, right);
  ttc_generic_t g = {.loop_count = 3,
                     .loops = {rows, columns, inner},
                     .reductions = 4,
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, "ik"), map_of(b, "kj")},
                     .outputs = {map_of(constant(s, 0, 2, dims), "ij")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 1);
  g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 2, 3);
  store(s, result_of(s, &g));
}

static void test_blocks(void** state) {
  static const struct {
    int64_t m, k, n;
    uint32_t cores;
    ttc_phase_kind_t kind;
    int block;  // tiles
    uint32_t phases;
  } cases[] = {
      {1024, 1024, 1024, 64, TTC_PHASE_MATMUL, 8, 1},
      {512, 512, 512, 64, TTC_PHASE_MATMUL, 4, 1},  // one block a core
      {256, 256, 256, 64, TTC_PHASE_MATMUL, 1, 1},
      {256, 256, 256, 1, TTC_PHASE_MATMUL, 8, 1},
      {7, 2048, 512, 64, TTC_PHASE_MATMUL, 4, 2},  // in parts
      {512, 7, 512, 1, TTC_PHASE_MATMUL, 8, 1},
      {3, 2048, 512, 64, TTC_PHASE_MATMUL, 4, 2},
      {512, 3, 512, 64, TTC_PHASE_MATMUL, 4, 1},
      {1, 768, 768, 64, TTC_PHASE_LANES, 0, 2},  // never 32 rows for one
      {768, 768, 1, 64, TTC_PHASE_LANES, 0, 1},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    shapes_t s;
    open_product(&s, cases[i].m, cases[i].k, cases[i].n);
    ttc_plan_options_t options = ttc_testing_plan_options(cases[i].cores);
    ttc_plan_t plan;
    ttc_testing_succeed(ttc_plan_dispatch(&s.dispatch, &options, &plan),
                        "plan");
    const ttc_phase_t* phase = plan.phases[0];
    assert_int_equal(phase->kind, cases[i].kind);
    assert_int_equal(plan.phase_count, cases[i].phases);
    if (phase->kind == TTC_PHASE_MATMUL) {
      assert_int_equal(phase->matmul.block_rows * phase->matmul.block_columns,
                       cases[i].block);
    }
    assert_true(phase->l1_bytes <= options.l1_size);
    ttc_plan_deinitialize(&plan);
    ttc_dispatch_deinitialize(&s.dispatch);
  }
}

// A row times a matrix: strips of the weights, as they lie. Where there are few
// of them, cores share them in parts; where those would be nearly empty, tiles
// whose rows are folded.
static void test_row_times_matrix(void** state) {
  static const struct {
    int64_t k, n;
    ttc_lanes_t lanes;
    ttc_fold_t fold;
    uint32_t phases;
  } cases[] = {{768, 50257, TTC_LANES_STRIP, TTC_FOLD_NONE, 1},
               {768, 2048, TTC_LANES_STRIP, TTC_FOLD_NONE, 2},
               {128, 384, TTC_LANES_TILE, TTC_FOLD_ROWS, 1}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    shapes_t s;
    open_product(&s, 1, cases[i].k, cases[i].n);
    ttc_plan_options_t options = ttc_testing_plan_options(64);
    ttc_plan_t plan;
    ttc_testing_succeed(ttc_plan_dispatch(&s.dispatch, &options, &plan),
                        "plan");
    assert_int_equal(plan.phases[0]->lanes, cases[i].lanes);
    assert_int_equal(plan.phases[0]->fold, cases[i].fold);
    assert_int_equal(plan.phase_count, cases[i].phases);
    ttc_plan_deinitialize(&plan);
    ttc_dispatch_deinitialize(&s.dispatch);
  }
}

static void test_l1(void** state) {
  static const struct {
    uint64_t l1;
    bool fits;
  } cases[] = {{24576, true},    // three double buffers of 4 KB pages
               {12288, true},    // single buffers
               {12287, false}};  // not even those
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    shapes_t s;
    shapes_open(&s, false);
    ttc_expr_t size = size_of(&s, 5000);
    uint32_t a = load(&s, 1, &size), b = load(&s, 1, &size);
    ttc_generic_t g = {.loop_count = 1,
                       .loops = {size},
                       .input_count = 2,
                       .output_count = 1,
                       .inputs = {map_of(a, "i"), map_of(b, "i")},
                       .outputs = {map_of(constant(&s, 0, 1, &size), "i")}};
    body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
    body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
    g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 0, 1);
    store(&s, result_of(&s, &g));
    ttc_plan_options_t options = ttc_testing_plan_options(1);
    options.l1_size = cases[i].l1;
    ttc_plan_t plan;
    tt_status_t status = ttc_plan_dispatch(&s.dispatch, &options, &plan);
    if (cases[i].fits) {
      ttc_testing_succeed(status, "plan");
      assert_true(plan.phases[0]->l1_bytes <= cases[i].l1);
    } else {
      assert_int_equal(tt_status_code(status), TT_CODE_UNIMPLEMENTED);
      assert_non_null(strstr(tt_status_message(status), "12288 bytes of L1"));
      tt_status_free(status);
    }
    ttc_plan_deinitialize(&plan);
    ttc_dispatch_deinitialize(&s.dispatch);
  }
}

// v0 = x, vi = v(i-1) * y + x; then the sum of all vi, last first: |count|
// values that are alive at once, more than DST holds.
static void check_spills(tt_dtype_t dtype, uint32_t count, int64_t n,
                         bool dynamic) {
  shapes_t s;
  shapes_open(&s, dynamic);
  s.dtype = dtype;
  ttc_expr_t size = size_of(&s, n);
  uint32_t a = load(&s, 1, &size), b = load(&s, 1, &size);
  ttc_generic_t g = {.loop_count = 1,
                     .loops = {size},
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, "i"), map_of(b, "i")},
                     .outputs = {map_of(constant(&s, 0, 1, &size), "i")}};
  uint32_t x = body_op(&g, TTC_BODY_INPUT, 0, 0, 0), values[64];
  uint32_t y = body_op(&g, TTC_BODY_INPUT, 0, 1, 0), value = x;
  for (uint32_t i = 0; i < count; ++i) {
    value = body_op(&g, TTC_BODY_OP, TT_OP_MUL, value, y);
    values[i] = value = body_op(&g, TTC_BODY_OP, TT_OP_ADD, value, x);
  }
  for (uint32_t i = 0; i + 1 < count; ++i) {
    value = body_op(&g, TTC_BODY_OP, TT_OP_ADD, value, values[i]);
  }
  g.yields[0] = value;
  store(&s, result_of(&s, &g));
  float *p = numbers(n, 1), *q = numbers(n, 2), *z = numbers(n, 3);
  float* want = numbers(n, 4);
  const bool whole = dtype == TT_DTYPE_I32;
  for (int64_t i = 0; i < n; ++i) {
    q[i] = whole ? (float)((i % 3) - 1) : q[i] / 8;  // stays small
    float v = whole ? truncf(p[i]) : p[i], sum = 0;
    const float first = v;
    for (uint32_t j = 0; j < count; ++j) sum += v = v * q[i] + first;
    want[i] = sum;
    if (!whole) continue;
    const int32_t ints[] = {(int32_t)first, (int32_t)q[i]};
    memcpy(&p[i], &ints[0], 4);
    memcpy(&q[i], &ints[1], 4);
  }
  const tt_interp_binding_t bindings[] = {binding(p, n), binding(q, n),
                                          binding(z, n)};
  ttc_testing_run_plan(&s.dispatch, s.pushes, 4, 4, bindings, TT_NUMERICS_IEEE);
  for (int64_t i = 0; whole && i < n; ++i) {
    int32_t got;
    memcpy(&got, &z[i], 4);
    z[i] = (float)got;
  }
  expect_near(z, want, n, "spilled sum", n, count);
  free(p);
  free(q);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_spills(void** state) {
  static const uint32_t counts[] = {6, 7, 8, 9, 20, 33};
  for (uint32_t i = 0; i < sizeof(counts) / sizeof(*counts); ++i) {
    for (uint32_t j = 0; j < SIZES; ++j) {
      check_spills(TT_DTYPE_F32, counts[i], kSizes[j], j % 2);
      check_spills(TT_DTYPE_I32, counts[i], kSizes[j], j % 2);
    }
  }
}

// z[i, j] = z[j, i] in place must not run tile by tile; z[i, j] + 1 may.
static void test_updates(void** state) {
  for (int turned = 0; turned < 2; ++turned) {
    shapes_t s;
    shapes_open(&s, false);
    ttc_expr_t size = size_of(&s, 64);
    const ttc_expr_t dims[] = {size, size};
    uint32_t a = load(&s, 2, dims);
    ttc_generic_t g = {.loop_count = 2,
                       .loops = {size, size},
                       .input_count = 1,
                       .output_count = 1,
                       .inputs = {map_of(a, turned ? "ji" : "ij")},
                       .outputs = {map_of(constant(&s, 0, 2, dims), "ij")}};
    body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
    g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 0, 0);
    ttc_store_t record = {.value = result_of(&s, &g),
                          .slice = s.dispatch.values[a].slice};
    ttc_dispatch_add_store(&s.dispatch, &record);
    ttc_plan_options_t options = ttc_testing_plan_options(64);
    ttc_plan_t plan;
    tt_status_t status = ttc_plan_dispatch(&s.dispatch, &options, &plan);
    assert_int_equal(tt_status_code(status),
                     turned ? TT_CODE_UNIMPLEMENTED : TT_CODE_OK);
    tt_status_free(status);
    ttc_plan_deinitialize(&plan);
    ttc_dispatch_deinitialize(&s.dispatch);
  }
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

enum { INNER = 40, VALUES = 70 };

static uint32_t attend_product(shapes_t* s, uint32_t a, const char* a_map,
                               uint32_t b, const char* b_map, ttc_expr_t rows,
                               ttc_expr_t columns, ttc_expr_t inner) {
  const ttc_expr_t dims[] = {rows, columns};
  ttc_generic_t g = {.loop_count = 3,
                     .loops = {rows, columns, inner},
                     .reductions = 4,
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, a_map), map_of(b, b_map)},
                     .outputs = {map_of(constant(s, 0, 2, dims), "ij")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  body_op(&g, TTC_BODY_OP, TT_OP_MUL, 0, 1);
  g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_ADD, 2, 3);
  return result_of(s, &g);
}

static uint32_t attend_fold(shapes_t* s, tt_op_t op, float start, uint32_t a,
                            ttc_expr_t rows, ttc_expr_t columns) {
  ttc_generic_t g = {.loop_count = 2,
                     .loops = {rows, columns},
                     .reductions = 2,
                     .input_count = 1,
                     .output_count = 1,
                     .inputs = {map_of(a, "ij")},
                     .outputs = {map_of(constant(s, start, 1, &rows), "i")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INIT, 0, 0, 0);
  g.yields[0] = body_op(&g, TTC_BODY_OP, op, 0, 1);
  return result_of(s, &g);
}

// op(a[i, j], b), and its exponential if |exp|.
static uint32_t attend_each(shapes_t* s, tt_op_t op, uint32_t a, uint32_t b,
                            const char* b_map, bool exp, ttc_expr_t rows,
                            ttc_expr_t columns) {
  const ttc_expr_t dims[] = {rows, columns};
  ttc_generic_t g = {.loop_count = 2,
                     .loops = {rows, columns},
                     .input_count = 2,
                     .output_count = 1,
                     .inputs = {map_of(a, "ij"), map_of(b, b_map)},
                     .outputs = {map_of(constant(s, 0, 2, dims), "ij")}};
  body_op(&g, TTC_BODY_INPUT, 0, 0, 0);
  body_op(&g, TTC_BODY_INPUT, 0, 1, 0);
  g.yields[0] = body_op(&g, TTC_BODY_OP, op, 0, 1);
  if (exp) {
    g.yields[0] = body_op(&g, TTC_BODY_OP, TT_OP_EXP, 2, 0);
    g.body[3].operand_count = 1;
  }
  return result_of(s, &g);
}

static void attend_plainly(const float* q, const float* k, const float* v,
                           const float* bias, int64_t m, int64_t n,
                           float* want) {
  for (int64_t i = 0; i < m; ++i) {
    double sum = 0, values[VALUES] = {0};
    for (int64_t j = 0; j < n; ++j) {
      double score = bias[i * n + j];
      for (int64_t d = 0; d < INNER; ++d) {
        score += (double)q[i * INNER + d] * k[j * INNER + d];
      }
      // Scores are small enough to need no bound.
      double weight = exp(score);
      sum += weight;
      for (int64_t d = 0; d < VALUES; ++d) {
        values[d] += weight * v[j * VALUES + d];
      }
    }
    for (int64_t d = 0; d < VALUES; ++d) {
      want[i * VALUES + d] = (float)(values[d] / sum);
    }
  }
}

// |m| queries, |n| keys. Some queries see no key of the first steps, and the
// first one sees none.
static void check_attention(int64_t m, int64_t n, float start, bool dynamic,
                            uint32_t cores) {
  shapes_t s;
  shapes_open(&s, dynamic);
  ttc_expr_t rows = size_of(&s, m), keys = size_of(&s, n);
  ttc_expr_t inner = ttc_expr_const(&s.dispatch, INNER);
  ttc_expr_t columns = ttc_expr_const(&s.dispatch, VALUES);
  const ttc_expr_t of_q[] = {rows, inner}, of_k[] = {keys, inner};
  const ttc_expr_t of_v[] = {keys, columns}, of_bias[] = {rows, keys};
  uint32_t q = load(&s, 2, of_q), k = load(&s, 2, of_k);
  uint32_t v = load(&s, 2, of_v), bias = load(&s, 2, of_bias);
  uint32_t scores = attend_product(&s, q, "ik", k, "jk", rows, keys, inner);
  scores = attend_each(&s, TT_OP_ADD, scores, bias, "ij", false, rows, keys);
  uint32_t bound = attend_fold(&s, TT_OP_MAXF, start, scores, rows, keys);
  uint32_t weights =
      attend_each(&s, TT_OP_SUB, scores, bound, "i", true, rows, keys);
  uint32_t sums = attend_fold(&s, TT_OP_ADD, 0, weights, rows, keys);
  uint32_t values =
      attend_product(&s, weights, "ik", v, "kj", rows, columns, keys);
  store(&s,
        attend_each(&s, TT_OP_DIVF, values, sums, "i", false, rows, columns));
  float *x = numbers(m * INNER, 1), *y = numbers(n * INNER, 2);
  float *u = numbers(n * VALUES, 3), *w = numbers(m * n, 4);
  float *z = numbers(m * VALUES, 5), *want = numbers(m * VALUES, 6);
  for (int64_t i = 0; i < m * INNER; ++i) x[i] /= 16;
  for (int64_t i = 0; i < m * n; ++i) {
    bool hidden = i < n || (i / n % 3 == 1 && i % n < 140 && i % n < n - 1);
    if (hidden) w[i] = -INFINITY;
  }
  attend_plainly(x, y, u, w, m, n, want);
  const tt_interp_binding_t bindings[] = {
      binding(x, m * INNER), binding(y, n * INNER), binding(u, n * VALUES),
      binding(w, m * n), binding(z, m * VALUES)};
  ttc_plan_options_t options = ttc_testing_plan_options(cores);
  ttc_plan_t plan;
  ttc_testing_succeed(ttc_plan_attention(&s.dispatch, &options, &plan), "plan");
  assert_int_equal(plan.phase_count, 1);
  assert_int_equal(plan.phases[0]->kind, TTC_PHASE_ATTENTION);
  ttc_plan_deinitialize(&plan);
  ttc_testing_run_plan(&s.dispatch, s.pushes, cores, cores, bindings,
                       TT_NUMERICS_IEEE);
  for (int64_t i = 0; i < m * VALUES; ++i) {
    if (isnan(want[i]) && isnan(z[i])) want[i] = z[i] = 0;
  }
  expect_near(z, want, m * VALUES, "attention", m, n);
  free(x);
  free(y);
  free(u);
  free(w);
  free(z);
  free(want);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_attention(void** state) {
  static const int64_t sizes[] = {2, 31, 32, 33, 128, 129, 300};
  for (uint32_t i = 0; i < 7; ++i) {
    for (uint32_t j = 0; j < 7; ++j) {
      check_attention(sizes[i], sizes[j], j % 2 ? -2.0f : -FLT_MAX,
                      (i + j) % 3 == 0, i % 2 ? 64 : 1);
    }
  }
  check_attention(0, 33, -FLT_MAX, true, 64);
  check_attention(33, 0, -FLT_MAX, true, 64);
}

// What looks like attention but is none: weights that are exponentials of no
// difference from the bound, so that sums cannot decay; a bound that may be
// minus infinity; queries that are not 0 beyond the inner dim, where keys are.
static void check_no_attention(tt_op_t op, float start, bool computed) {
  shapes_t s;
  shapes_open(&s, false);
  ttc_expr_t rows = size_of(&s, 64), inner = size_of(&s, INNER);
  const ttc_expr_t wide[] = {rows, inner};
  uint32_t q = load(&s, 2, wide), k = load(&s, 2, wide), v = load(&s, 2, wide);
  if (computed) q = attend_each(&s, TT_OP_ADD, q, q, "ij", true, rows, inner);
  uint32_t scores = attend_product(&s, q, "ik", k, "jk", rows, rows, inner);
  uint32_t bound = attend_fold(&s, TT_OP_MAXF, start, scores, rows, rows);
  uint32_t weights = attend_each(&s, op, scores, bound, "i", true, rows, rows);
  uint32_t sums = attend_fold(&s, TT_OP_ADD, 0, weights, rows, rows);
  uint32_t values =
      attend_product(&s, weights, "ik", v, "kj", rows, inner, rows);
  store(&s, attend_each(&s, TT_OP_DIVF, values, sums, "i", false, rows, inner));
  ttc_plan_options_t options = ttc_testing_plan_options(64);
  ttc_plan_t plan;
  ttc_testing_succeed(ttc_plan_attention(&s.dispatch, &options, &plan), "plan");
  const bool is_attention = op == TT_OP_SUB && start == -1 && !computed;
  assert_int_equal(plan.phase_count, is_attention);
  ttc_plan_deinitialize(&plan);
  ttc_dispatch_deinitialize(&s.dispatch);
}

static void test_no_attention(void** state) {
  check_no_attention(TT_OP_SUB, -1, false);
  check_no_attention(TT_OP_MUL, -1, false);
  check_no_attention(TT_OP_SUB, -INFINITY, false);
  check_no_attention(TT_OP_SUB, -1, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_add),
      cmocka_unit_test(test_mixed),
      cmocka_unit_test(test_reduce),
      cmocka_unit_test(test_matmul),
      cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_row_times_matrix),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_parts_cores),
      cmocka_unit_test(test_parts_of_two),
      cmocka_unit_test(test_l1),
      cmocka_unit_test(test_spills),
      cmocka_unit_test(test_updates),
      cmocka_unit_test(test_attention),
      cmocka_unit_test(test_no_attention),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

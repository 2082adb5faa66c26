#include "compiler/plugins/target/tenstorrent/ttc_bytes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_narrow.h"

enum {
  TTC_BYTE_MOST = 255,        // magnitude of an operand without planes
  TTC_PLANES_MOST = 4095,     // of one in three planes
  TTC_EXACT_F32 = 1 << 24,    // up to here f32 has all integers
  TTC_SEVERAL = 4,            // results of an operand's element
  TTC_SEVERAL_BYTES = 32,     // where operands go byte by byte
  TTC_MAX_FACTOR_BODY = 256,  // ops of a body that is looked at
  TTC_PLANE_OPS = 40,         // that make planes of integers
};

// A factor of a product: an element of one tensor, maybe with scalars.
typedef struct ttc_factor_t {
  uint32_t root;   // body op
  uint32_t input;  // of the generic: the tensor
  int64_t most;    // of its magnitude
  bool uses[TTC_MAX_FACTOR_BODY];
} ttc_factor_t;

// ---- Products ---------------------------------------------------------------

// Reads the factor at body op |root|; false where it is not of one tensor.
static bool ttc_bytes_factor(const ttc_dispatch_t* dispatch,
                             const ttc_generic_t* generic, uint32_t root,
                             ttc_factor_t* out) {
  *out = (ttc_factor_t){.root = root, .input = TT_NONE};
  if (root >= TTC_MAX_FACTOR_BODY) return false;
  out->uses[root] = true;
  for (uint32_t i = root + 1; i-- > 0;) {
    const ttc_body_op_t* op = &generic->body[i];
    if (!out->uses[i]) continue;
    for (uint32_t j = 0; op->kind == TTC_BODY_OP && j < op->operand_count;
         ++j) {
      out->uses[op->operands[j]] = true;
    }
    if (op->kind == TTC_BODY_INIT || op->kind == TTC_BODY_INDEX) return false;
    if (op->kind != TTC_BODY_INPUT ||
        !ttc_operand_loops(dispatch, &generic->inputs[op->index])) {
      continue;
    }
    if (out->input != TT_NONE && out->input != op->index) return false;
    out->input = op->index;
  }
  if (out->input == TT_NONE) return false;
  const ttc_range_t range = ttc_range_of_body(dispatch, generic, root);
  out->most = range.high > -range.low ? range.high : -range.low;
  // Some number, so that nothing is divided by zero.
  if (out->most == 0) out->most = 1;
  return true;
}

// Products of the factors that a sum in f32 holds exactly.
static uint32_t ttc_bytes_exact(const ttc_factor_t factors[2]) {
  return (uint32_t)(TTC_EXACT_F32 / (factors[0].most * factors[1].most));
}

// Whether the elements of a factor are used for |several| results each: there
// are parallel loops |loops| that it does not run along.
static bool ttc_bytes_reused(const ttc_dispatch_t* dispatch,
                             const ttc_generic_t* generic, uint32_t loops,
                             int64_t several) {
  int64_t results = 1;
  for (uint32_t i = 0; i < generic->loop_count && results < several; ++i) {
    int64_t size = several;
    if (!(loops >> i & 1)) continue;
    ttc_expr_is_const(dispatch, generic->loops[i], &size);
    results *= size;
  }
  return results >= several;
}

// Whether planes take the factors.
static bool ttc_bytes_fit(const ttc_factor_t factors[2]) {
  const int64_t a = factors[0].most, b = factors[1].most;
  return a <= TTC_PLANES_MOST && b <= TTC_PLANES_MOST &&
         (a <= TTC_BYTE_MOST || b <= TTC_BYTE_MOST) &&
         ttc_bytes_exact(factors) >= TT_TILE_DIM;
}

// Reads the factors of the products that |generic| sums, each used for
// |several| results.
static bool ttc_bytes_product(const ttc_dispatch_t* dispatch,
                              const ttc_generic_t* generic, int64_t several,
                              ttc_factor_t factors[2]) {
  if (!generic->reductions || generic->output_count != 1 ||
      generic->loop_count == TTC_MAX_RANK) {
    return false;
  }
  const ttc_body_op_t* root = &generic->body[generic->yields[0]];
  if (root->kind != TTC_BODY_OP || root->op != TT_OP_ADD ||
      root->result_type != TT_DTYPE_I32) {
    return false;
  }
  const uint32_t init =
      generic->body[root->operands[0]].kind == TTC_BODY_INIT ? 0 : 1;
  const ttc_body_op_t* product = &generic->body[root->operands[1 - init]];
  if (generic->body[root->operands[init]].kind != TTC_BODY_INIT ||
      product->kind != TTC_BODY_OP || product->op != TT_OP_MUL) {
    return false;
  }
  uint32_t loops[2];
  for (uint32_t i = 0; i < 2; ++i) {
    if (!ttc_bytes_factor(dispatch, generic, product->operands[i],
                          &factors[i])) {
      return false;
    }
    const ttc_operand_map_t* map = &generic->inputs[factors[i].input];
    if (dispatch->values[map->value].rank == TTC_MAX_RANK) return false;
    loops[i] = ttc_operand_loops(dispatch, map) & ~generic->reductions;
  }
  return ttc_bytes_reused(dispatch, generic, loops[0] & ~loops[1], several) &&
         ttc_bytes_reused(dispatch, generic, loops[1] & ~loops[0], several);
}

// ---- Generics ---------------------------------------------------------------

// Appends |op| to |generic|'s body, which has room for it.
static uint32_t ttc_bytes_put(ttc_generic_t* generic, const ttc_body_op_t* op) {
  generic->body[generic->body_count] = *op;
  return generic->body_count++;
}

static uint32_t ttc_bytes_put_op(ttc_generic_t* generic, tt_op_t op,
                                 tt_dtype_t type, tt_dtype_t type2, uint32_t a,
                                 uint32_t b) {
  return ttc_bytes_put(
      generic, &(ttc_body_op_t){.kind = TTC_BODY_OP,
                                .type = (uint8_t)type,
                                .type2 = (uint8_t)type2,
                                .result_type = (uint8_t)type,
                                .op = (uint16_t)op,
                                .operand_count = type2 == TT_DTYPE_NONE ? 2 : 1,
                                .operands = {a, b}});
}

static uint32_t ttc_bytes_put_i32(ttc_generic_t* generic, tt_op_t op,
                                  uint32_t a, uint32_t b) {
  return ttc_bytes_put_op(generic, op, TT_DTYPE_I32, TT_DTYPE_NONE, a, b);
}

static uint32_t ttc_bytes_put_constant(ttc_generic_t* generic, int32_t value) {
  return ttc_bytes_put(generic,
                       &(ttc_body_op_t){.kind = TTC_BODY_CONSTANT,
                                        .result_type = TT_DTYPE_I32,
                                        .bits = (uint64_t)(int64_t)value});
}

static uint32_t ttc_bytes_put_input(ttc_generic_t* generic, uint32_t index,
                                    tt_dtype_t type) {
  return ttc_bytes_put(generic, &(ttc_body_op_t){.kind = TTC_BODY_INPUT,
                                                 .result_type = (uint8_t)type,
                                                 .index = index});
}

static uint32_t ttc_bytes_put_init(ttc_generic_t* generic) {
  return ttc_bytes_put(generic, &(ttc_body_op_t){.kind = TTC_BODY_INIT,
                                                 .result_type = TT_DTYPE_I32});
}

// |value| rounded towards zero to a multiple of |unit|, a power of two.
static uint32_t ttc_bytes_round(ttc_generic_t* generic, uint32_t value,
                                int32_t unit) {
  const uint32_t sign = ttc_bytes_put_i32(generic, TT_OP_SHRS, value,
                                          ttc_bytes_put_constant(generic, 31));
  const uint32_t less = ttc_bytes_put_i32(
      generic, TT_OP_AND, sign, ttc_bytes_put_constant(generic, unit - 1));
  return ttc_bytes_put_i32(generic, TT_OP_AND,
                           ttc_bytes_put_i32(generic, TT_OP_ADD, value, less),
                           ttc_bytes_put_constant(generic, -unit));
}

// |yes| where loop 0 is at |plane|, else |no|.
static uint32_t ttc_bytes_select(ttc_generic_t* generic, int32_t plane,
                                 uint32_t yes, uint32_t no) {
  const uint32_t loop =
      ttc_bytes_put(generic, &(ttc_body_op_t){.kind = TTC_BODY_INDEX,
                                              .result_type = TT_DTYPE_I32,
                                              .index = 0});
  const uint32_t at = ttc_bytes_put_constant(generic, plane);
  const uint32_t here =
      ttc_bytes_put(generic, &(ttc_body_op_t){.kind = TTC_BODY_OP,
                                              .type = TT_DTYPE_I32,
                                              .result_type = TT_DTYPE_I1,
                                              .op = TT_OP_CMPI,
                                              .operand_count = 2,
                                              .attr = TT_PREDI_EQ,
                                              .operands = {loop, at}});
  return ttc_bytes_put(generic, &(ttc_body_op_t){.kind = TTC_BODY_OP,
                                                 .type = TT_DTYPE_I32,
                                                 .result_type = TT_DTYPE_I32,
                                                 .op = TT_OP_SELECT,
                                                 .operand_count = 3,
                                                 .operands = {here, yes, no}});
}

// Plane |first| of |value|, or a later one, as loop 0 says: digits to base 16
// with the value's sign, times their power of 16, the largest first.
static uint32_t ttc_bytes_plane(ttc_generic_t* generic, uint32_t value,
                                uint32_t first, uint32_t planes) {
  if (first + 1 == planes) return value;
  const uint32_t high =
      ttc_bytes_round(generic, value, 1 << 4 * (planes - 1 - first));
  const uint32_t rest = ttc_bytes_put_i32(generic, TT_OP_SUB, value, high);
  return ttc_bytes_select(generic, (int32_t)first, high,
                          ttc_bytes_plane(generic, rest, first + 1, planes));
}

// Copies what |factor| is computed by from |generic| to |to|, which reads the
// tensor by |map|.
static uint32_t ttc_bytes_copy(const ttc_generic_t* generic,
                               const ttc_factor_t* factor,
                               const ttc_operand_map_t* map,
                               ttc_generic_t* to) {
  uint32_t place[TTC_MAX_FACTOR_BODY] = {0};
  for (uint32_t i = 0; i <= factor->root; ++i) {
    if (!factor->uses[i]) continue;
    ttc_body_op_t op = generic->body[i];
    for (uint32_t j = 0; op.kind == TTC_BODY_OP && j < op.operand_count; ++j) {
      op.operands[j] = place[op.operands[j]];
    }
    if (op.kind == TTC_BODY_INPUT) {
      to->inputs[to->input_count] =
          op.index == factor->input ? *map : generic->inputs[op.index];
      op.index = to->input_count++;
    }
    place[i] = ttc_bytes_put(to, &op);
  }
  return place[factor->root];
}

static bool ttc_bytes_same_body(const ttc_generic_t* a,
                                const ttc_generic_t* b) {
  // Without the padding before the bits.
  const size_t size = offsetof(ttc_body_op_t, operands) + sizeof(uint32_t[3]);
  if (a->body_count != b->body_count) return false;
  for (uint32_t i = 0; i < a->body_count; ++i) {
    if (memcmp(&a->body[i], &b->body[i], size) ||
        a->body[i].bits != b->body[i].bits) {
      return false;
    }
  }
  return true;
}

// The result of a generic before |index| that is what |made| makes; TT_NONE
// where there is none.
static uint32_t ttc_bytes_find(const ttc_dispatch_t* dispatch, uint32_t index,
                               const ttc_generic_t* made) {
  for (uint32_t i = 0; i < dispatch->value_count; ++i) {
    const ttc_value_t* value = &dispatch->values[i];
    if (value->kind != TTC_VALUE_RESULT || value->generic >= index) continue;
    const ttc_generic_t* other = &dispatch->generics[value->generic];
    if (other->output_count == 1 && !other->reductions &&
        !memcmp(other->outputs[0].forms, made->outputs[0].forms,
                sizeof(made->outputs[0].forms)) &&
        ttc_bytes_same_body(other, made) &&
        !memcmp(other->loops, made->loops, sizeof(made->loops)) &&
        !memcmp(other->inputs, made->inputs, sizeof(made->inputs))) {
      return i;
    }
  }
  return TT_NONE;
}

// Adds the f32 tensor of |factor|, in |planes| planes where that is not 0,
// before generic |index|; returns its value.
static uint32_t ttc_bytes_tensor(ttc_dispatch_t* dispatch, uint32_t index,
                                 const ttc_factor_t* factor, uint32_t planes) {
  const ttc_generic_t* generic = &dispatch->generics[index];
  const uint32_t first = planes ? 1 : 0;
  ttc_value_t value = dispatch->values[generic->inputs[factor->input].value];
  ttc_generic_t made = {.loop_count = value.rank + first, .output_count = 1};
  ttc_operand_map_t map = {.value = generic->inputs[factor->input].value};
  made.loops[0] = ttc_expr_const(dispatch, planes);
  for (uint32_t i = 0; i < value.rank; ++i) {
    made.loops[first + i] = value.dims[i];
    map.forms[i].factors[first + i] = 1;
  }
  value.kind = TTC_VALUE_EMPTY;
  value.dtype = TT_DTYPE_F32;
  value.rank = made.loop_count;
  memcpy(value.dims, made.loops, sizeof(value.dims));
  made.outputs[0].value = ttc_dispatch_add_value(dispatch, &value);
  for (uint32_t i = 0; i < value.rank; ++i) {
    made.outputs[0].forms[i].factors[i] = 1;
  }
  made.body = calloc(factor->root + TTC_PLANE_OPS, sizeof(*made.body));
  if (!made.body) {
    dispatch->exhausted = true;
    return 0;
  }
  uint32_t root = ttc_bytes_copy(generic, factor, &map, &made);
  if (planes) root = ttc_bytes_plane(&made, root, 0, planes);
  made.yields[0] = ttc_bytes_put_op(&made, TT_OP_SITOFP, TT_DTYPE_F32,
                                    TT_DTYPE_I32, root, 0);
  const uint32_t known = ttc_bytes_find(dispatch, index, &made);
  if (known != TT_NONE) {
    free(made.body);
    return known;
  }
  ttc_dispatch_insert_generic(dispatch, index, &made);
  value.kind = TTC_VALUE_RESULT;
  value.generic = index;
  value.result = 0;
  return ttc_dispatch_add_value(dispatch, &value);
}

// ---- Rewriting --------------------------------------------------------------

static double ttc_bytes_size(const ttc_dispatch_t* dispatch,
                             const ttc_generic_t* generic,
                             const ttc_factor_t* factor) {
  const ttc_value_t* value =
      &dispatch->values[generic->inputs[factor->input].value];
  double size = 1;
  for (uint32_t i = 0; i < value->rank; ++i) {
    size *= (double)ttc_expr_estimate(dispatch, value->dims[i], 1024, 1);
  }
  return size;
}

// Which factor goes in planes: the larger numbers, else the smaller tensor.
static uint32_t ttc_bytes_split(const ttc_dispatch_t* dispatch,
                                const ttc_generic_t* generic,
                                const ttc_factor_t factors[2]) {
  for (uint32_t i = 0; i < 2; ++i) {
    if (factors[i].most > TTC_BYTE_MOST) return i;
  }
  return ttc_bytes_size(dispatch, generic, &factors[0]) <=
                 ttc_bytes_size(dispatch, generic, &factors[1])
             ? 0
             : 1;
}

// Makes |generic| sum the products of |values|, of which |split| has
// generic->planes planes: its last loop.
static void ttc_bytes_rewrite(ttc_dispatch_t* dispatch, ttc_generic_t* generic,
                              const ttc_factor_t factors[2],
                              const uint32_t values[2], uint32_t split) {
  ttc_operand_map_t maps[2];
  uint32_t product[2];
  for (uint32_t i = 0; i < 2; ++i) {
    maps[i] = generic->inputs[factors[i].input];
    maps[i].value = values[i];
    if (i != split) continue;
    memmove(maps[i].forms + 1, maps[i].forms,
            (TTC_MAX_RANK - 1) * sizeof(*maps[i].forms));
    maps[i].forms[0] = (ttc_form_t){.constant = 0};
    maps[i].forms[0].factors[generic->loop_count] = 1;
  }
  memcpy(generic->inputs, maps, sizeof(maps));
  generic->input_count = 2;
  generic->body_count = 0;
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t input = ttc_bytes_put_input(generic, i, TT_DTYPE_F32);
    product[i] = ttc_bytes_put_op(generic, TT_OP_FPTOSI, TT_DTYPE_I32,
                                  TT_DTYPE_F32, input, 0);
  }
  const uint32_t term =
      ttc_bytes_put_i32(generic, TT_OP_MUL, product[0], product[1]);
  const uint32_t start = ttc_bytes_put_init(generic);
  generic->yields[0] = ttc_bytes_put_i32(generic, TT_OP_ADD, start, term);
  generic->reductions |= 1u << generic->loop_count;
  generic->loops[generic->loop_count++] =
      ttc_expr_const(dispatch, generic->planes);
  generic->exact_terms = ttc_bytes_exact(factors);
}

// Rewrites generic |index|, and returns how many generics were added before it.
static uint32_t ttc_bytes_generic(ttc_dispatch_t* dispatch, uint32_t index) {
  enum { BODY = 8 };
  ttc_factor_t factors[2];
  uint32_t values[2];
  const uint32_t count = dispatch->generic_count;
  ttc_generic_t* generic = &dispatch->generics[index];
  if (!ttc_bytes_product(dispatch, generic, TTC_SEVERAL, factors) ||
      !ttc_bytes_fit(factors)) {
    return 0;
  }
  const uint32_t split = ttc_bytes_split(dispatch, generic, factors);
  const uint32_t planes = factors[split].most > TTC_BYTE_MOST ? 3 : 2;
  for (uint32_t i = 0; i < 2 && !dispatch->exhausted; ++i) {
    values[i] =
        ttc_bytes_tensor(dispatch, index + dispatch->generic_count - count,
                         &factors[i], i == split ? planes : 0);
  }
  if (dispatch->exhausted) return 0;
  const uint32_t added = dispatch->generic_count - count;
  generic = &dispatch->generics[index + added];
  ttc_body_op_t* body =
      realloc(generic->body, (generic->body_count + BODY) * sizeof(*body));
  if (!body) {
    dispatch->exhausted = true;
    return 0;
  }
  generic->body = body;
  generic->planes = planes;
  ttc_bytes_rewrite(dispatch, generic, factors, values, split);
  return added;
}

// ---- Wider operands ---------------------------------------------------------

// How many signed bytes the numbers of |factor| are taken apart into; 1: as
// they are.
static uint32_t ttc_bytes_count(const ttc_factor_t* factor) {
  if (factor->most <= TTC_BYTE_MOST) return 1;
  return factor->most <= 1 << 15 ? 2 : 4;
}

// Byte |byte| of |count| of |value|, each -128 to 127 but for the last one:
// value = sum of bytes times 256^byte, modulo 2^32.
static uint32_t ttc_bytes_byte(ttc_generic_t* generic, uint32_t value,
                               uint32_t byte, uint32_t count) {
  for (uint32_t i = 0; i + 1 < count; ++i) {
    const uint32_t bits = ttc_bytes_put_constant(generic, 24);
    const uint32_t low = ttc_bytes_put_i32(
        generic, TT_OP_SHRS, ttc_bytes_put_i32(generic, TT_OP_SHL, value, bits),
        bits);
    if (i == byte) return low;
    value = ttc_bytes_put_i32(generic, TT_OP_SHRS,
                              ttc_bytes_put_i32(generic, TT_OP_SUB, value, low),
                              ttc_bytes_put_constant(generic, 8));
  }
  return value;
}

// Adds, before generic |index|, the sum of products of byte |bytes|[0] and
// |bytes|[1] of its factors; returns its value.
static uint32_t ttc_bytes_partial(ttc_dispatch_t* dispatch, uint32_t index,
                                  const ttc_generic_t* generic,
                                  const ttc_factor_t factors[2],
                                  const uint32_t bytes[2]) {
  enum { BODY = 2 * 3 * 6 + 3 };
  ttc_generic_t part = *generic;
  ttc_value_t value = dispatch->values[generic->outputs[0].value];
  value.kind = TTC_VALUE_CONSTANT;
  value.bits = 0;
  part.outputs[0].value = ttc_dispatch_add_value(dispatch, &value);
  part.body = calloc(generic->body_count + BODY, sizeof(*part.body));
  if (!part.body) {
    dispatch->exhausted = true;
    return 0;
  }
  memcpy(part.body, generic->body, generic->body_count * sizeof(*part.body));
  uint32_t operands[2];
  for (uint32_t i = 0; i < 2; ++i) {
    operands[i] = ttc_bytes_byte(&part, factors[i].root, bytes[i],
                                 ttc_bytes_count(&factors[i]));
  }
  const uint32_t init = ttc_bytes_put_init(&part);
  part.yields[0] = ttc_bytes_put_i32(
      &part, TT_OP_ADD, init,
      ttc_bytes_put_i32(&part, TT_OP_MUL, operands[0], operands[1]));
  ttc_dispatch_insert_generic(dispatch, index, &part);
  value.kind = TTC_VALUE_RESULT;
  value.generic = index;
  value.result = 0;
  return ttc_dispatch_add_value(dispatch, &value);
}

// Makes |generic| elementwise: what it started from, plus each of |parts|
// times 2^|shifts|.
static void ttc_bytes_combine(ttc_dispatch_t* dispatch, ttc_generic_t* generic,
                              const uint32_t* parts, const int32_t* shifts,
                              uint32_t count) {
  const ttc_value_t* result = &dispatch->values[parts[0]];
  ttc_operand_map_t identity = {.value = generic->outputs[0].value};
  for (uint32_t i = 0; i < result->rank; ++i) {
    identity.forms[i].factors[i] = 1;
    generic->loops[i] = result->dims[i];
  }
  generic->loop_count = result->rank;
  generic->reductions = 0;
  generic->outputs[0] = identity;
  generic->input_count = count;
  generic->body_count = 0;
  uint32_t sum = ttc_bytes_put_init(generic);
  for (uint32_t i = 0; i < count; ++i) {
    generic->inputs[i] = identity;
    generic->inputs[i].value = parts[i];
    uint32_t part = ttc_bytes_put_input(generic, i, TT_DTYPE_I32);
    if (shifts[i]) {
      part = ttc_bytes_put_i32(generic, TT_OP_SHL, part,
                               ttc_bytes_put_constant(generic, shifts[i]));
    }
    sum = ttc_bytes_put_i32(generic, TT_OP_ADD, sum, part);
  }
  generic->yields[0] = sum;
}

// Takes generic |index|, a sum of products of operands that are too wide, apart
// into sums of products of their bytes, before it, and makes it add those up.
// Returns how many there are: none where lanes take as long on the mock, as for
// two operands of 32 bits.
static uint32_t ttc_bytes_widen(ttc_dispatch_t* dispatch, uint32_t index) {
  enum { MOST = 4, BODY = 4 * MOST + 1 };
  ttc_factor_t factors[2];
  uint32_t parts[MOST], count = 0;
  int32_t shifts[MOST];
  const ttc_generic_t generic = dispatch->generics[index];
  if (!ttc_bytes_product(dispatch, &generic, TTC_SEVERAL_BYTES, factors) ||
      ttc_bytes_fit(factors)) {
    return 0;
  }
  const uint32_t lefts = ttc_bytes_count(&factors[0]);
  const uint32_t rights = ttc_bytes_count(&factors[1]);
  if (lefts * rights > MOST) return 0;
  ttc_body_op_t* body = calloc(BODY, sizeof(*body));
  if (!body) return 0;  // stays in lanes
  for (uint32_t i = 0; i < lefts; ++i) {
    for (uint32_t j = 0; j < rights; ++j) {
      const uint32_t bytes[2] = {i, j};
      shifts[count] = (int32_t)(8 * (i + j));
      parts[count] =
          ttc_bytes_partial(dispatch, index + count, &generic, factors, bytes);
      ++count;
    }
  }
  if (dispatch->exhausted) {
    free(body);
    return 0;
  }
  ttc_generic_t* whole = &dispatch->generics[index + count];
  free(whole->body);
  whole->body = body;
  ttc_bytes_combine(dispatch, whole, parts, shifts, count);
  return count;
}

void ttc_bytes_dispatch(ttc_dispatch_t* dispatch) {
  for (uint32_t i = 0; i < dispatch->generic_count && !dispatch->exhausted;
       ++i) {
    const uint32_t parts = ttc_bytes_widen(dispatch, i);
    for (uint32_t j = 0; j < parts; ++j) {
      i += ttc_bytes_generic(dispatch, i) + 1;
    }
    i += ttc_bytes_generic(dispatch, i);
  }
}

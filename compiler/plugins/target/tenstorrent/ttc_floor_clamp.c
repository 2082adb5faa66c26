// Indices that may lie outside of their dimension.
#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

// Larger values are not followed, so that sums cannot overflow.
#define TTC_FAR ((int64_t)1 << 40)

typedef struct ttc_interval_t {
  int64_t low, high;
} ttc_interval_t;

static bool ttc_interval_of(const ttc_loops_t* loops, ttc_node_t node,
                            ttc_interval_t* out);

static bool ttc_is_near(ttc_interval_t range) {
  return range.low > -TTC_FAR && range.high < TTC_FAR;
}

static bool ttc_interval_of_counter(const ttc_loops_t* loops, ttc_node_t node,
                                    ttc_interval_t* out) {
  const ttc_stmt_t* loop = ttc_loops_counting(loops, node);
  ttc_interval_t hi;
  if (!loop || !ttc_interval_of(loops, loop->operands[0], out) ||
      !ttc_interval_of(loops, loop->operands[1], &hi)) {
    return false;
  }
  out->high = hi.high - 1;
  return out->low <= out->high;
}

// Of |node| / |divisor|, where the first counts all products of so many
// |divisor|, as where a collapsed loop is taken apart.
static bool ttc_interval_of_outer(const ttc_loops_t* loops, ttc_node_t node,
                                  ttc_node_t divisor, ttc_interval_t* out) {
  const ttc_stmt_t* loop = ttc_loops_counting(loops, node);
  ttc_sum_t sum;
  int64_t low = 0;
  if (!loop || !ttc_loops_const_value(loops, loop->operands[0], &low) || low ||
      !ttc_loops_sum_of(loops, loop->operands[1], &sum) || sum.count != 1 ||
      sum.constant || sum.terms[0].node != divisor) {
    return false;
  }
  *out = (ttc_interval_t){0, sum.terms[0].factor - 1};
  return true;
}

static bool ttc_interval_of_op(const ttc_loops_t* loops,
                               const ttc_node_data_t* op, ttc_interval_t* out) {
  ttc_interval_t a, b;
  if (op->op == TT_OP_DIVS &&
      ttc_interval_of_outer(loops, op->operands[0], op->operands[1], out)) {
    return true;
  }
  if (op->operand_count != 2 || !ttc_interval_of(loops, op->operands[0], &a) ||
      !ttc_interval_of(loops, op->operands[1], &b)) {
    return false;
  }
  switch ((tt_op_t)op->op) {
    case TT_OP_MINS:
      out->low = a.low < b.low ? a.low : b.low;
      out->high = a.high < b.high ? a.high : b.high;
      return true;
    case TT_OP_MAXS:
      out->low = a.low > b.low ? a.low : b.low;
      out->high = a.high > b.high ? a.high : b.high;
      return true;
    case TT_OP_DIVS:
    case TT_OP_FLOORDIVS:
      if (a.low < 0 || b.low <= 0) return false;
      *out = (ttc_interval_t){a.low / b.high, a.high / b.low};
      return true;
    case TT_OP_REMS:
      if (a.low < 0 || b.low <= 0) return false;
      *out = (ttc_interval_t){0, a.high < b.high - 1 ? a.high : b.high - 1};
      return true;
    default:
      return false;
  }
}

// Between what values the i64 |node| lies; false where that is not known.
static bool ttc_interval_of(const ttc_loops_t* loops, ttc_node_t node,
                            ttc_interval_t* out) {
  ttc_sum_t sum;
  const ttc_node_data_t* data = ttc_loops_node(loops, node);
  if (data->type != TT_DTYPE_I64 || !ttc_loops_sum_of(loops, node, &sum)) {
    return false;
  }
  ttc_interval_t total = {(int64_t)sum.constant, (int64_t)sum.constant};
  for (uint32_t i = 0; i < sum.count; ++i) {
    const int64_t factor = sum.terms[i].factor;
    const ttc_node_t term = sum.terms[i].node;
    ttc_interval_t range;
    const ttc_node_data_t* of_term = ttc_loops_node(loops, term);
    const bool known = of_term->kind == TTC_NODE_OP
                           ? ttc_interval_of_op(loops, of_term, &range)
                           : ttc_interval_of_counter(loops, term, &range);
    int64_t ends[2];
    if (!factor) continue;
    if (!known || __builtin_mul_overflow(range.low, factor, &ends[0]) ||
        __builtin_mul_overflow(range.high, factor, &ends[1])) {
      return false;
    }
    const ttc_interval_t product = {ends[factor < 0], ends[factor > 0]};
    if (!ttc_is_near(product) || !ttc_is_near(total)) return false;
    total.low += product.low;
    total.high += product.high;
  }
  *out = total;
  return ttc_is_near(total);
}

// Whether |node| takes the values below |size|.
static bool ttc_counts_all(const ttc_loops_t* loops, ttc_node_t node,
                           ttc_node_t size) {
  const ttc_node_data_t* data = ttc_loops_node(loops, node);
  const ttc_stmt_t* loop = ttc_loops_counting(loops, node);
  return loop ? loop->operands[1] == size
              : data->kind == TTC_NODE_OP && data->op == TT_OP_REMS &&
                    data->operands[1] == size;
}

// Whether |index| may leave a dimension of |size| elements. Where that is not
// known for sure, sums of counters are taken for those of structured ops, which
// do not.
static bool ttc_may_leave(const ttc_loops_t* loops, ttc_node_t index,
                          ttc_node_t size) {
  int64_t elements = 0;
  ttc_interval_t range;
  ttc_sum_t sum;
  const bool fixed = ttc_loops_const_value(loops, size, &elements);
  if (fixed && ttc_interval_of(loops, index, &range)) {
    return range.low < 0 || range.high >= elements;
  }
  if (!ttc_loops_sum_of(loops, index, &sum)) return false;
  if (!fixed && sum.count == 1 && sum.terms[0].factor == 1 &&
      ttc_counts_all(loops, sum.terms[0].node, size)) {
    return sum.constant != 0;
  }
  for (uint32_t i = 0; i < sum.count; ++i) {
    const ttc_node_t term = sum.terms[i].node;
    if (!ttc_loops_node(loops, term)->launch &&
        !ttc_loops_counting(loops, term)) {
      return true;
    }
  }
  return false;
}

static bool ttc_is_conditional(const ttc_region_t* region) {
  for (; region->owner; region = region->owner->region) {
    if (region->owner->kind == TTC_STMT_IF) return true;
  }
  return false;
}

ttc_node_t ttc_floor_clamp(ttc_floor_reader_t* r, const ttc_memref_t* memref,
                           ttc_node_t* indices) {
  ttc_node_t inside = TTC_NO_NODE;
  for (uint32_t i = 0; i < memref->rank; ++i) {
    if (!ttc_loops_node(r->loops, indices[i])->loaded &&
        (ttc_is_conditional(r->region) ||
         !ttc_may_leave(r->loops, indices[i], memref->sizes[i]))) {
      continue;
    }
    ttc_node_t last = ttc_loops_sum(r->loops, memref->sizes[i], -1,
                                    ttc_loops_index(r->loops, 1));
    ttc_node_t at = ttc_loops_op2(r->loops, TT_OP_MINS, indices[i], last);
    at = ttc_loops_op2(r->loops, TT_OP_MAXS, at, ttc_loops_index(r->loops, 0));
    ttc_node_t same =
        ttc_loops_compare(r->loops, TT_DTYPE_I64, TT_PREDI_EQ, indices[i], at);
    const ttc_node_t both[] = {inside, same};
    inside = inside == TTC_NO_NODE
                 ? same
                 : ttc_loops_op(r->loops, TT_OP_AND, TT_DTYPE_I1, TT_DTYPE_NONE,
                                0, both, 2);
    indices[i] = at;
  }
  return inside;
}

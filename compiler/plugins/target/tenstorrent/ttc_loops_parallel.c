// Serial loops whose iterations keep to rows of their own become parallel.
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

// An address seen from a loop: base + stride * counter + [low, high], where the
// base is the same in all iterations and the rest comes from what is inside.
typedef struct ttc_row_t {
  ttc_node_t base;
  int64_t stride;
  int64_t low, high;
} ttc_row_t;

// Larger extents are not looked at, so that sums cannot overflow.
#define TTC_MAX_EXTENT ((int64_t)1 << 48)

// The values that counter |node| takes where |stmt| stands: its loop's bounds,
// less the first value in the branch that is not for that value.
static bool ttc_counter_range(const ttc_loops_t* loops, ttc_node_t node,
                              const ttc_stmt_t* stmt, int64_t* out_low,
                              int64_t* out_high) {
  const ttc_stmt_t* loop = ttc_loops_counting(loops, node);
  int64_t hi, step;
  if (!loop || !ttc_loops_const_value(loops, loop->operands[0], out_low) ||
      !ttc_loops_const_value(loops, loop->operands[1], &hi) ||
      !ttc_loops_const_value(loops, loop->operands[2], &step) || step <= 0 ||
      *out_low < -TTC_MAX_EXTENT || hi > TTC_MAX_EXTENT || *out_low >= hi) {
    return false;
  }
  *out_high = *out_low + (hi - 1 - *out_low) / step * step;
  for (const ttc_region_t* r = stmt->region; r != loop->regions[0];
       r = r->owner->region) {
    const ttc_stmt_t* owner = r->owner;
    if (owner->kind != TTC_STMT_IF || r != owner->regions[1]) continue;
    const ttc_node_data_t* test = ttc_loops_node(loops, owner->operands[0]);
    if (test->kind == TTC_NODE_OP && test->op == TT_OP_CMPI &&
        test->attr == TT_PREDI_EQ && test->operands[0] == node &&
        test->operands[1] == loop->operands[0]) {
      *out_low += step;
      break;
    }
  }
  return true;
}

// Adds factor * [low, high] to the row's extent.
static bool ttc_row_extend(ttc_row_t* row, int64_t factor, int64_t low,
                           int64_t high) {
  int64_t a, b;
  if (__builtin_mul_overflow(factor, low, &a) ||
      __builtin_mul_overflow(factor, high, &b)) {
    return false;
  }
  row->low += a < b ? a : b;
  row->high += a < b ? b : a;
  return row->low > -TTC_MAX_EXTENT && row->high < TTC_MAX_EXTENT;
}

// How the address of |access|, in |loop|, looks from the loop.
static bool ttc_row_of(ttc_loops_t* loops, const ttc_stmt_t* loop,
                       const ttc_stmt_t* access, ttc_row_t* out) {
  const ttc_region_t* body = loop->regions[0];
  ttc_sum_t sum;
  if (!ttc_loops_sum_of(loops, access->operands[0], &sum)) return false;
  *out = (ttc_row_t){.base = ttc_loops_index(loops, 0)};
  if (!ttc_row_extend(out, 1, (int64_t)sum.constant, (int64_t)sum.constant)) {
    return false;
  }
  for (uint32_t i = 0; i < sum.count; ++i) {
    const ttc_term_t* term = &sum.terms[i];
    int64_t low, high;
    if (term->node == body->args.at[0]) {
      out->stride = term->factor;
    } else if (ttc_loops_node(loops, term->node)->home->depth < body->depth) {
      out->base = ttc_loops_sum(loops, out->base, term->factor, term->node);
    } else if (!ttc_counter_range(loops, term->node, access, &low, &high) ||
               !ttc_row_extend(out, term->factor, low, high)) {
      return false;
    }
  }
  return true;
}

// What a loop does to one memory that it stores to.
typedef struct ttc_rows_t {
  ttc_loops_t* loops;
  ttc_stmt_t* loop;
  uint32_t memory;
  ttc_row_t row;  // around all accesses
  bool any;
} ttc_rows_t;

static bool ttc_rows_visit(ttc_stmt_t* stmt, void* data) {
  ttc_rows_t* rows = data;
  if ((stmt->kind != TTC_STMT_LOAD && stmt->kind != TTC_STMT_STORE) ||
      !ttc_loops_may_alias(rows->loops, stmt->memory, rows->memory)) {
    return true;
  }
  ttc_row_t row;
  if (stmt->memory != rows->memory ||
      !ttc_row_of(rows->loops, rows->loop, stmt, &row)) {
    return false;
  }
  if (!rows->any) rows->row = row;
  rows->any = true;
  if (row.base != rows->row.base || row.stride != rows->row.stride) {
    return false;
  }
  if (row.low < rows->row.low) rows->row.low = row.low;
  if (row.high > rows->row.high) rows->row.high = row.high;
  return true;
}

typedef struct ttc_stores_t {
  ttc_loops_t* loops;
  ttc_stmt_t* loop;
} ttc_stores_t;

// Whether the iterations of the loop touch rows of their own of what |stmt|, if
// it is a store, stores to.
static bool ttc_store_in_rows(ttc_stmt_t* stmt, void* data) {
  const ttc_stores_t* stores = data;
  if (stmt->kind != TTC_STMT_STORE) return true;
  ttc_rows_t rows = {
      .loops = stores->loops, .loop = stores->loop, .memory = stmt->memory};
  if (!ttc_stmt_walk(stores->loop, ttc_rows_visit, &rows)) return false;
  int64_t step;
  int64_t stride = rows.row.stride < 0 ? -rows.row.stride : rows.row.stride;
  return ttc_loops_const_value(stores->loops, stores->loop->operands[2],
                               &step) &&
         !__builtin_mul_overflow(stride, step, &stride) &&
         rows.row.high - rows.row.low < stride;
}

static void ttc_parallelize_region(ttc_loops_t* loops, ttc_region_t* region) {
  for (ttc_stmt_t* stmt = region->first; stmt; stmt = stmt->next) {
    if (stmt->kind == TTC_STMT_FOR && !stmt->parallel &&
        stmt->results.count == 0) {
      ttc_stores_t stores = {loops, stmt};
      stmt->parallel = ttc_stmt_walk(stmt, ttc_store_in_rows, &stores);
    }
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) ttc_parallelize_region(loops, stmt->regions[i]);
    }
  }
}

void ttc_loops_parallelize(ttc_loops_t* loops) {
  if (!loops->status) ttc_parallelize_region(loops, loops->root);
}

// Loop programs alone: normal forms, and what the transformations may and may
// not do. Goldens of whole dispatches: ttc_floor_test.c.
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

static ttc_loops_t loops;

static int start(void** state) {
  ttc_loops_initialize(&loops);
  return 0;
}

static int stop(void** state) {
  assert_null(loops.status);
  ttc_loops_deinitialize(&loops);
  return 0;
}

static ttc_node_t number(int64_t value) {
  return ttc_loops_index(&loops, value);
}
static ttc_node_t push(uint32_t i) {
  return ttc_loops_leaf(&loops, TTC_NODE_PUSH, i);
}
static ttc_node_t i64(tt_op_t op, ttc_node_t x, ttc_node_t y) {
  return ttc_loops_op2(&loops, op, x, y);
}

static uint32_t memory(tt_view_source_t source, uint32_t index,
                       tt_dtype_t dtype) {
  return ttc_loops_memory(&loops, &(ttc_memory_t){.source = source,
                                                  .dtype = dtype,
                                                  .index = index,
                                                  .offset = number(0),
                                                  .length = number(1000)});
}

// A loop 0 .. hi in |region|.
static ttc_stmt_t* loop(ttc_region_t* region, int64_t hi, bool parallel) {
  return ttc_loops_for(&loops, region, number(0), number(hi), number(1),
                       parallel);
}
static ttc_region_t* body(ttc_stmt_t* stmt) { return stmt->regions[0]; }
static ttc_node_t counter(ttc_stmt_t* stmt) { return body(stmt)->args.at[0]; }

static uint32_t count(ttc_region_t* region) {
  uint32_t n = 0;
  for (ttc_stmt_t* s = region->first; s; s = s->next) ++n;
  return n;
}

static void test_sums_are_normal(void** state) {
  ttc_node_t x = push(0), y = push(1);
  ttc_node_t a = i64(TT_OP_ADD, i64(TT_OP_MUL, x, number(6)), y);
  ttc_node_t b =
      i64(TT_OP_SUB, y, i64(TT_OP_MUL, number(-3), i64(TT_OP_ADD, x, x)));
  assert_int_equal(a, b);
  assert_int_equal(i64(TT_OP_SUB, a, b), number(0));
  assert_int_equal(i64(TT_OP_ADD, number(2), i64(TT_OP_ADD, x, number(-2))), x);
}

static void test_sums_change_outside_first(void** state) {
  ttc_stmt_t* outer = loop(loops.root, 10, true);
  ttc_stmt_t* inner = loop(body(outer), 10, true);
  ttc_node_t sum =
      i64(TT_OP_ADD, counter(inner),
          i64(TT_OP_ADD, i64(TT_OP_MUL, counter(outer), push(0)), number(3)));
  // (outer * push + 3) + inner: the parenthesis leaves the inner loop.
  const ttc_node_data_t* data = ttc_loops_node(&loops, sum);
  assert_ptr_equal(data->home, body(inner));
  assert_int_equal(data->operands[1], counter(inner));
  assert_ptr_equal(ttc_loops_node(&loops, data->operands[0])->home,
                   body(outer));
}

static void test_folds(void** state) {
  ttc_node_t x = push(0);
  assert_int_equal(i64(TT_OP_CEILDIVS, number(10), number(4)), number(3));
  // What may be an error or looks odd at run time is left to run time.
  assert_int_not_equal(i64(TT_OP_DIVS, number(1), number(0)), number(-1));
  assert_int_equal(i64(TT_OP_DIVS, x, number(1)), x);
  ttc_node_t low =
      ttc_loops_op(&loops, TT_OP_TRUNCI, TT_DTYPE_I32, TT_DTYPE_I64, 0, &x, 1);
  assert_int_equal(
      ttc_loops_op(&loops, TT_OP_EXTUI, TT_DTYPE_I64, TT_DTYPE_I32, 0, &low, 1),
      x);
  ttc_node_t minus = ttc_loops_const(&loops, TT_DTYPE_I8, (uint64_t)-1);
  assert_int_equal(ttc_loops_op(&loops, TT_OP_EXTUI, TT_DTYPE_I64, TT_DTYPE_I8,
                                0, &minus, 1),
                   number(255));
}

static void test_launch_values(void** state) {
  ttc_node_t x = push(0);
  assert_true(ttc_loops_node(&loops, i64(TT_OP_MUL, x, push(1)))->launch);
  // A launch program must not divide by what may be 0.
  assert_false(ttc_loops_node(&loops, i64(TT_OP_DIVS, x, push(1)))->launch);
  ttc_node_t positive = i64(TT_OP_MAXS, push(1), number(1));
  assert_true(ttc_loops_node(&loops, i64(TT_OP_DIVS, x, positive))->launch);
  assert_false(ttc_loops_node(&loops, i64(TT_OP_DIVU, x, number(2)))->launch);
  ttc_stmt_t* stmt = loop(loops.root, 10, true);
  assert_false(
      ttc_loops_node(&loops, i64(TT_OP_ADD, x, counter(stmt)))->launch);
}

// parallel i: to[i] = from[i + shift].
static void copy_nest(uint32_t to, uint32_t from, int64_t shift) {
  ttc_stmt_t* stmt = loop(loops.root, 100, true);
  ttc_node_t index = i64(TT_OP_ADD, counter(stmt), number(shift));
  ttc_node_t value = ttc_loops_load(&loops, body(stmt), from, index);
  ttc_loops_store(&loops, body(stmt), to, counter(stmt), value);
}

static void test_fusion_of_equal_addresses(void** state) {
  uint32_t in = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t mid = memory(TT_VIEW_SCRATCH, 0, TT_DTYPE_F32);
  uint32_t out = memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32);
  copy_nest(mid, in, 0);
  copy_nest(out, mid, 0);
  ttc_loops_fuse(&loops);
  assert_int_equal(count(loops.root), 1);
  ttc_loops_promote(&loops);
  // load in, store out: the intermediate is gone.
  ttc_region_t* fused = body(loops.root->first);
  assert_int_equal(count(fused), 2);
  assert_int_equal(fused->first->memory, in);
  assert_int_equal(fused->last->memory, out);
}

// i < 8, j < 5 in the order of |transposed|: to[5 * i + j] = from[5 * i + j].
static void copy_matrix(uint32_t to, uint32_t from, bool transposed) {
  ttc_stmt_t* outer = loop(loops.root, transposed ? 5 : 8, true);
  ttc_stmt_t* inner = loop(body(outer), transposed ? 8 : 5, true);
  ttc_stmt_t* rows = transposed ? inner : outer;
  ttc_stmt_t* columns = transposed ? outer : inner;
  ttc_node_t index = i64(TT_OP_ADD, counter(columns),
                         i64(TT_OP_MUL, counter(rows), number(5)));
  ttc_loops_store(&loops, body(inner), to, index,
                  ttc_loops_load(&loops, body(inner), from, index));
}

static void test_fusion_of_transposed_nests(void** state) {
  uint32_t in = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t mid = memory(TT_VIEW_SCRATCH, 0, TT_DTYPE_F32);
  uint32_t out = memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32);
  copy_matrix(mid, in, false);
  copy_matrix(out, mid, true);
  ttc_loops_fuse(&loops);
  ttc_loops_promote(&loops);
  assert_int_equal(count(loops.root), 1);
  ttc_region_t* fused = body(body(loops.root->first)->first);
  assert_int_equal(count(fused), 2);
  assert_int_equal(fused->first->operands[0], fused->last->operands[0]);
}

static void test_no_fusion_of_shifted_addresses(void** state) {
  uint32_t in = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t mid = memory(TT_VIEW_SCRATCH, 0, TT_DTYPE_F32);
  uint32_t out = memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32);
  copy_nest(mid, in, 0);
  copy_nest(out, mid, 1);
  ttc_loops_fuse(&loops);
  assert_int_equal(count(loops.root), 2);
}

static void test_no_fusion_across_a_conflict(void** state) {
  uint32_t a = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t b = memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32);
  uint32_t c = memory(TT_VIEW_BINDING, 2, TT_DTYPE_F32);
  copy_nest(b, a, 0);
  copy_nest(c, b, 1);  // needs all of b
  copy_nest(a, c, 1);  // could join the first, but needs all of c
  ttc_loops_fuse(&loops);
  assert_int_equal(count(loops.root), 3);
}

static void test_views_of_one_place_alias(void** state) {
  uint32_t a = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t b = memory(TT_VIEW_BINDING, 0, TT_DTYPE_I32);
  uint32_t c = memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32);
  assert_true(ttc_loops_may_alias(&loops, a, b));
  assert_false(ttc_loops_may_alias(&loops, a, c));
}

// for i < 10: for j < |columns|: memory[stride * i + j] = memory[... + shift].
static ttc_stmt_t* row_loops(int64_t stride, int64_t columns, int64_t shift) {
  uint32_t m = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  ttc_stmt_t* rows = loop(loops.root, 10, false);
  ttc_stmt_t* inner = loop(body(rows), columns, false);
  ttc_node_t index = i64(TT_OP_ADD, counter(inner),
                         i64(TT_OP_MUL, counter(rows), number(stride)));
  ttc_node_t from = i64(TT_OP_ADD, index, number(shift));
  ttc_loops_store(&loops, body(inner), m, index,
                  ttc_loops_load(&loops, body(inner), m, from));
  ttc_loops_parallelize(&loops);
  return rows;
}

static void test_rows_are_parallel(void** state) {
  ttc_stmt_t* rows = row_loops(16, 15, 1);
  assert_true(rows->parallel);
  assert_false(body(rows)->first->parallel);  // reads what others write
}

static void test_rows_that_meet_are_serial(void** state) {
  assert_false(row_loops(16, 16, 1)->parallel);
}

static void test_row_at_an_unknown_place_is_serial(void** state) {
  uint32_t m = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  uint32_t at = memory(TT_VIEW_BINDING, 1, TT_DTYPE_I64);
  ttc_stmt_t* stmt = loop(loops.root, 10, false);
  ttc_node_t index = ttc_loops_load(&loops, body(stmt), at, counter(stmt));
  ttc_loops_store(&loops, body(stmt), m, index,
                  ttc_loops_const(&loops, TT_DTYPE_F32, 0));
  ttc_loops_parallelize(&loops);
  assert_false(stmt->parallel);
}

// for k: acc[0] += in[k].
static ttc_stmt_t* sum_loop(tt_dtype_t type, uint32_t* out_in,
                            uint32_t* out_acc) {
  *out_in = memory(TT_VIEW_BINDING, 0, type);
  *out_acc = memory(TT_VIEW_BINDING, 1, type);
  ttc_stmt_t* stmt = loop(loops.root, 100, false);
  const ttc_node_t operands[] = {
      ttc_loops_load(&loops, body(stmt), *out_acc, number(0)),
      ttc_loops_load(&loops, body(stmt), *out_in, counter(stmt))};
  ttc_loops_store(
      &loops, body(stmt), *out_acc, number(0),
      ttc_loops_op(&loops, TT_OP_ADD, type, TT_DTYPE_NONE, 0, operands, 2));
  return stmt;
}

static void test_accumulator_is_carried(void** state) {
  uint32_t in, acc;
  ttc_stmt_t* stmt = sum_loop(TT_DTYPE_F32, &in, &acc);
  ttc_loops_promote(&loops);
  assert_int_equal(count(loops.root), 3);  // load, loop, store
  assert_int_equal(count(body(stmt)), 1);
  assert_int_equal(stmt->results.count, 1);
  assert_int_equal(loops.root->last->operands[1], stmt->results.at[0]);
}

static void test_accumulator_of_bf16_is_f32(void** state) {
  uint32_t in, acc;
  ttc_stmt_t* stmt = sum_loop(TT_DTYPE_BF16, &in, &acc);
  ttc_loops_promote(&loops);
  assert_int_equal(stmt->results.count, 1);
  assert_int_equal(ttc_loops_node(&loops, stmt->results.at[0])->type,
                   TT_DTYPE_F32);
  assert_int_equal(ttc_loops_node(&loops, loops.root->last->operands[1])->type,
                   TT_DTYPE_BF16);
}

static void test_accumulator_seen_elsewhere_stays(void** state) {
  uint32_t in, acc;
  ttc_stmt_t* stmt = sum_loop(TT_DTYPE_F32, &in, &acc);
  // acc[k] may be acc[0].
  ttc_loops_store(&loops, body(stmt), in, counter(stmt),
                  ttc_loops_load(&loops, body(stmt), acc, counter(stmt)));
  ttc_loops_promote(&loops);
  assert_int_equal(stmt->results.count, 0);
}

static void test_value_crosses_phases(void** state) {
  uint32_t in, acc;
  ttc_stmt_t* stmt = sum_loop(TT_DTYPE_F32, &in, &acc);
  ttc_loops_promote(&loops);
  uint32_t out = memory(TT_VIEW_BINDING, 2, TT_DTYPE_F32);
  ttc_stmt_t* nest = loop(loops.root, 100, true);
  ttc_node_t sum = stmt->results.at[0];
  ttc_loops_store(&loops, body(nest), out, counter(nest), sum);
  ttc_loops_distribute(&loops);
  assert_int_equal(loops.phase_count, 2);
  assert_int_equal(loops.phases[0].cores, number(1));
  // The second phase loads what the first stored behind the loop.
  ttc_stmt_t* load = loops.phases[1].first;
  assert_int_equal(load->kind, TTC_STMT_LOAD);
  assert_int_equal(loops.memories[load->memory].source, TT_VIEW_SCRATCH);
  assert_int_equal(body(load->next)->first->operands[1], load->results.at[0]);
  bool stored = false;
  for (ttc_stmt_t* s = loops.phases[0].first; s != load; s = s->next) {
    stored |= s->kind == TTC_STMT_STORE && s->memory == load->memory &&
              s->operands[1] == sum;
  }
  assert_true(stored);
}

static void test_no_two_cores_share_a_byte(void** state) {
  uint32_t in = memory(TT_VIEW_BINDING, 0, TT_DTYPE_I4);
  uint32_t out = memory(TT_VIEW_BINDING, 1, TT_DTYPE_I4);
  copy_nest(out, in, 0);
  copy_matrix(out, in, true);  // not in the order of memory
  ttc_loops_distribute(&loops);
  assert_int_not_equal(loops.phases[0].cores, number(1));
  assert_int_equal(loops.phases[1].cores, number(1));
}

// The sum of |hi| elements, each divided by the sum so far if |chained|.
static ttc_stmt_t* carried_sum(int64_t hi, bool chained) {
  uint32_t in = memory(TT_VIEW_BINDING, 0, TT_DTYPE_F32);
  ttc_stmt_t* stmt = loop(loops.root, hi, false);
  ttc_region_t* to = body(stmt);
  ttc_node_t zero = ttc_loops_const(&loops, TT_DTYPE_F32, 0);
  assert_true(ttc_loops_carry(&loops, stmt, &zero, 1));
  ttc_node_t at = counter(stmt);
  ttc_node_t both[] = {ttc_loops_load(&loops, to, in, at), to->args.at[1]};
  if (chained) {
    both[0] = ttc_loops_op(&loops, TT_OP_DIVF, TT_DTYPE_F32, TT_DTYPE_NONE, 0,
                           both, 2);
  }
  to->yields.at[0] =
      ttc_loops_op(&loops, TT_OP_ADD, TT_DTYPE_F32, TT_DTYPE_NONE, 0, both, 2);
  return stmt;
}

static void test_long_sum_is_shared(void** state) {
  ttc_stmt_t* sum = carried_sum(5000, false);
  ttc_node_t result = sum->results.at[0];
  ttc_loops_share(&loops);
  // Parts first, each a loop of its own; the sum is one of what they stored.
  ttc_stmt_t* parts = loops.root->first;
  assert_true(parts->parallel);
  assert_int_equal(count(body(parts)), 2);
  assert_ptr_equal(parts->next, sum);
  assert_int_equal(sum->results.at[0], result);
  assert_int_equal(sum->operands[1], parts->operands[1]);
  ttc_stmt_t* store = body(parts)->last;
  assert_int_equal(store->kind, TTC_STMT_STORE);
  assert_int_equal(body(sum)->first->memory, store->memory);
}

static void test_other_sums_are_not_shared(void** state) {
  carried_sum(4000, false);  // too short
  carried_sum(5000, true);
  ttc_stmt_t* stores = carried_sum(5000, false);
  ttc_loops_store(&loops, body(stores),
                  memory(TT_VIEW_BINDING, 1, TT_DTYPE_F32), counter(stores),
                  body(stores)->args.at[1]);
  ttc_loops_share(&loops);
  assert_int_equal(count(loops.root), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_sums_are_normal),
      TEST(test_sums_change_outside_first),
      TEST(test_folds),
      TEST(test_launch_values),
      TEST(test_fusion_of_equal_addresses),
      TEST(test_fusion_of_transposed_nests),
      TEST(test_no_fusion_of_shifted_addresses),
      TEST(test_no_fusion_across_a_conflict),
      TEST(test_views_of_one_place_alias),
      TEST(test_rows_are_parallel),
      TEST(test_rows_that_meet_are_serial),
      TEST(test_row_at_an_unknown_place_is_serial),
      TEST(test_accumulator_is_carried),
      TEST(test_accumulator_of_bf16_is_f32),
      TEST(test_accumulator_seen_elsewhere_stays),
      TEST(test_value_crosses_phases),
      TEST(test_no_two_cores_share_a_byte),
      TEST(test_long_sum_is_shared),
      TEST(test_other_sums_are_not_shared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

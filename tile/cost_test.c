// The performance model: what counts how often, and what bounds a launch.
// bh_cycles_test holds it against a simulator's clock.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "tile/cost.h"

#include <stdio.h>
#include <string.h>

#include "tile/count.h"
#include "tile/strbuf.h"

static tt_counts_t count(const char* cores, const char* kernels,
                         uint32_t banks) {
  tt_strbuf_t b = {0};
  tt_strbuf_print(&b,
                  "tile.program blackhole\nentry @e constants 0 {\n"
                  "binding 0 read\nbinding 1 write\n"
                  "launch {\n$0 = core\n$1 = mul.i64 $0, 4\n}\n"
                  "view v0 = binding 0 offset 0 f32 length 1000000\n"
                  "view v1 = binding 1 offset 0 f32 length 1000000\n"
                  "phase cores %s fidelity HiFi4 fp32_dest_acc {\n%s}\n}\n",
                  cores, kernels);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(b.data, b.size, "cost", &program);
  if (status) fail_msg("%s", tt_status_message(status));
  const tt_launch_env_t env = {.grid_cores = 64, .dram_banks = banks};
  tt_counts_t counts;
  assert_null(tt_count_entry(program, 0, &env, &counts));
  tt_program_free(program);
  tt_strbuf_free(&b);
  assert_false(counts.at_least);
  return counts;
}

static const char loads[] =
    "reader {\n%0 = for 0, 100, 1\n%1 = load.f32 v0, %0\nend\n}\n";

// Cycles count the busiest core; a core that does more, not all cores.
static void test_busiest(void** state) {
  (void)state;
  const tt_counts_t one = count("1", loads, 7), many = count("8", loads, 7);
  assert_true(one.kernel_cycles[TT_UNIT_READER] >=
              100 * tt_cost_of(TT_COST_LOAD));
  assert_int_equal(one.kernel_cycles[TT_UNIT_READER],
                   many.kernel_cycles[TT_UNIT_READER]);
  assert_int_equal(many.bytes_read, 8 * one.bytes_read);
  assert_int_equal(one.kernel_cycles[TT_UNIT_COMPUTE], 0);
  assert_int_equal(one.start_cycles, tt_cost_of(TT_COST_PHASE));
  assert_int_equal(one.cycles,
                   one.start_cycles + one.kernel_cycles[TT_UNIT_READER]);
  const tt_counts_t uneven = count(
      "8", "reader {\n%0 = for 0, $1, 1\n%1 = load.f32 v0, %0\nend\n}\n", 7);
  const uint64_t turn = tt_cost_of(TT_COST_LOAD) + tt_cost_of(TT_COST_LOOP);
  assert_int_equal(uneven.kernel_cycles[TT_UNIT_READER],
                   28 * turn + tt_cost_of(TT_COST_LOOP));
  assert_string_equal(tt_counts_bound(&uneven), "reader");
}

// A loop that is multiplied out counts as one that is run.
static void test_loops(void** state) {
  (void)state;
  const tt_counts_t ten = count(
      "1", "reader {\n%0 = for 0, 10, 1\n%1 = load.f32 v0, 3\nend\n}\n", 7);
  const tt_counts_t more = count(
      "1", "reader {\n%0 = for 0, 1000010, 1\n%1 = load.f32 v0, 3\nend\n}\n",
      7);
  assert_int_equal(
      more.kernel_cycles[0] - ten.kernel_cycles[0],
      1000000 * (tt_cost_of(TT_COST_LOAD) + tt_cost_of(TT_COST_LOOP)));
}

static tt_counts_t copy(const char* cores, const char* pitch,
                        const char* layout, uint32_t banks) {
  char text[1024];
  snprintf(text, sizeof(text),
           "cb c0 Float32 32 %s pages 2\n"
           "reader {\n%%0 = for 0, 100, 1\ncb_reserve_back c0, 1\n"
           "read_tile.f32 c0, 0, v0, 0, %s, 1, 32, 32, 0x0p+0\n"
           "cb_push_back c0, 1\nend\n}\n"
           "writer {\n%%0 = for 0, 100, 1\ncb_wait_front c0, 1\n"
           "write_flat.f32 c0, 0, 1, v1, 0, 1024\n"
           "cb_pop_front c0, 1\nend\n}\n",
           layout, pitch);
  return count(cores, text, banks);
}

static void test_moves(void** state) {
  (void)state;
  // Rows that the NoC cannot move as they are cost more, faces two commands.
  const tt_counts_t flat = copy("1", "64", "flat", 7);
  const uint64_t fits = flat.kernel_cycles[TT_UNIT_READER];
  const tt_counts_t odd = copy("1", "61", "flat", 7);
  assert_true(odd.kernel_cycles[TT_UNIT_READER] > fits);
  assert_int_equal(odd.kernel_cycles[TT_UNIT_WRITER],
                   flat.kernel_cycles[TT_UNIT_WRITER]);
  assert_string_equal(tt_counts_bound(&flat), "reader");
  // Many cores and one bank: the bank.
  const tt_counts_t banked = copy("64", "64", "flat", 1);
  assert_string_equal(tt_counts_bound(&banked), "dram");
  assert_int_equal(banked.dram_cycles, (UINT64_C(64) * 100 * 8192 + 46) / 47);
  assert_int_equal(banked.cycles, banked.start_cycles + banked.dram_cycles);
  assert_int_equal(flat.noc_cycles, 100 * 4096 / 64);
}

static void test_nothing(void** state) {
  (void)state;
  const tt_counts_t none = count("0", loads, 7);
  assert_int_equal(none.cycles, 0);
  const tt_counts_t empty = count("3", "", 7);
  assert_int_equal(empty.cycles, tt_cost_of(TT_COST_PHASE));
  assert_string_equal(tt_counts_bound(&empty), "start");
}

// Every lane op on tiles and every tile op has a cost.
static void test_table(void** state) {
  (void)state;
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    const tt_op_desc_t* desc = &tt_op_descs[op];
    const bool lane = desc->op_class == TT_OP_CLASS_LANE && desc->tile_types;
    if (!lane && desc->op_class != TT_OP_CLASS_TILE) continue;
    const tt_inst_t inst = {.op = (uint16_t)op, .type = TT_DTYPE_F32};
    if (tt_cost_tile_op(&inst, TT_FIDELITY_HIFI4) == 0) {
      fail_msg("%s costs nothing", desc->mnemonic);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_busiest), cmocka_unit_test(test_loops),
      cmocka_unit_test(test_moves),   cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// The static counts of every golden program are what the interpreter counts
// while it runs it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/count.h"
#include "tile/interp.h"
#include "tile/strbuf.h"
#include "tile/testing.h"

enum { BINDING_BYTES = 1 << 20, GRID = 6, BANKS = 7 };

// Runs |entry|; false if its launch or a core fails with these inputs.
static bool interpret(const tt_program_t* program, uint32_t entry,
                      const tt_launch_env_t* env, bool scalar_loops,
                      tt_interp_counters_t* out_counters) {
  uint32_t count = program->entries[entry].binding_count;
  tt_interp_binding_t* bindings = calloc(count + 1, sizeof(*bindings));
  for (uint32_t i = 0; i < count; ++i) {
    bindings[i].data = aligned_alloc(64, BINDING_BYTES);
    bindings[i].length = BINDING_BYTES;
    memset(bindings[i].data, 1, BINDING_BYTES);
  }
  const tt_interp_options_t options = {.scalar_loops = scalar_loops};
  const tt_interp_params_t params = {.entry = entry,
                                     .env = *env,
                                     .bindings = bindings,
                                     .scratch_limit = 1 << 24};
  tt_interp_t* interp = NULL;
  tt_interp_worker_t* worker = NULL;
  tt_interp_launch_t* launch = NULL;
  assert_null(tt_interp_create(program, &options, &interp));
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  *out_counters = (tt_interp_counters_t){0};
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_run(launch, worker, out_counters);
  bool ran = status == NULL;
  if (!ran) print_message("%s\n", tt_status_message(status));
  tt_status_free(status);
  tt_interp_launch_destroy(launch);
  tt_interp_worker_destroy(worker);
  tt_interp_destroy(interp);
  for (uint32_t i = 0; i < count; ++i) free(bindings[i].data);
  free(bindings);
  return ran;
}

static void expect(const char* path, const char* entry, const char* what,
                   const tt_counts_t* counts, uint64_t counted,
                   uint64_t interpreted) {
  if (counts->at_least ? counted <= interpreted : counted == interpreted) {
    return;
  }
  fail_msg("%s @%s: %llu %s counted%s, %llu interpreted", path, entry,
           (unsigned long long)counted, what,
           counts->at_least ? " at least" : "",
           (unsigned long long)interpreted);
}

typedef struct tally_t {
  uint32_t constant;  // every push constant
  int entries, exact;
} tally_t;

static void check_program(const char* path, void* context) {
  tally_t* tally = context;
  tt_program_t* program = tt_testing_parse_file(path);
  uint32_t constants[16];
  for (int i = 0; i < 16; ++i) constants[i] = tally->constant;
  const tt_launch_env_t env = {
      .constants = constants, .grid_cores = GRID, .dram_banks = BANKS};
  for (uint32_t e = 0; e < program->entries_count; ++e) {
    const char* name = tt_entry_name(program, &program->entries[e]);
    tt_interp_counters_t ran;
    if (!interpret(program, e, &env, e % 2, &ran)) continue;
    tt_counts_t counts;
    assert_null(tt_count_entry(program, e, &env, &counts));
#define EXPECT(member) \
  expect(path, name, #member, &counts, counts.member, ran.member)
    EXPECT(bytes_read);
    EXPECT(bytes_written);
    EXPECT(tile_ops);
    EXPECT(multiply_adds);
    EXPECT(element_ops);
#undef EXPECT
    ++tally->entries;
    tally->exact += !counts.at_least;
    // With nothing known of the constants a count is never more.
    tt_launch_env_t unknown = env;
    unknown.constants = NULL;
    tt_counts_t less;
    assert_null(tt_count_entry(program, e, &unknown, &less));
    assert_true(less.element_ops <= counts.element_ops);
    assert_true(less.bytes_read <= counts.bytes_read);
  }
  tt_program_free(program);
}

static void test_golden(void** state) {
  const uint32_t constants[] = {1, 70, 5000};
  for (int i = 0; i < 3; ++i) {
    tally_t tally = {.constant = constants[i]};
    tt_testing_each_golden(check_program, &tally);
    print_message("%d entries, %d counted exactly\n", tally.entries,
                  tally.exact);
    assert_true(tally.exact > 20);
  }
}

static tt_counts_t count_text(const char* text) {
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(text, strlen(text), "test", &program);
  if (status) fail_msg("%s", tt_status_message(status));
  const uint32_t constants[1] = {10};
  const tt_launch_env_t env = {
      .constants = constants, .grid_cores = 4, .dram_banks = 7};
  tt_counts_t counts;
  assert_null(tt_count_entry(program, 0, &env, &counts));
  tt_program_free(program);
  return counts;
}

#define TOP                                          \
  "tile.program blackhole\nentry @f constants 1 {\n" \
  "binding 0 read write\nlaunch {\n$0 = push 0\n"    \
  "$1 = core\n$2 = add.i64 $1, 1\n}\n"               \
  "view v0 = binding 0 offset 0 f32 length 100000000\n"

// Loops too long to run are multiplied out; triangular ones are summed.
static void test_loops(void** state) {
  tt_counts_t c = count_text(TOP
                             "phase cores 1 fidelity HiFi4 {\nreader {\n"
                             "%0 = for 0, 1000000, 1\n%1 = for 0, 1000000, 1\n"
                             "%2 = load.f32 v0, %1\nend\nend\n}\n}\n}\n");
  assert_false(c.at_least);
  assert_true(c.element_ops == 1000000000000u);
  assert_true(c.bytes_read == 4000000000000u);
  c = count_text(TOP
                 "phase cores 1 fidelity HiFi4 {\nreader {\n"
                 "%0 = for 0, 1000, 1\n%1 = for 0, %0, 1\n"
                 "%2 = load.f32 v0, %1\nend\nend\n}\n}\n}\n");
  assert_false(c.at_least);
  assert_int_equal(c.element_ops, 999 * 1000 / 2);
}

// A register carried from one iteration to the next changes later trips.
static void test_carried(void** state) {
  tt_counts_t c = count_text(
      TOP
      "phase cores 1 fidelity HiFi4 {\nreader {\n%9 = mov.i64 1\n"
      "%0 = for 0, 10, 1\n%1 = for 0, %9, 1\n%2 = load.f32 v0, %1\nend\n"
      "%9 = mul.i64 %9, 2\nend\n}\n}\n}\n");
  assert_false(c.at_least);
  assert_int_equal(c.bytes_read, 4 * 1023);
}

static void test_cores(void** state) {
  tt_counts_t c =
      count_text(TOP
                 "phase cores 4 fidelity HiFi4 {\nreader {\n"
                 "%0 = for 0, $2, 1\n%1 = load.f32 v0, %0\nend\n}\n}\n}\n");
  assert_int_equal(c.cores, 4);
  assert_int_equal(c.bytes_read, 4 * (1 + 2 + 3 + 4));
  // Core 3 does 4 steps, all of them 10: they fill 2.5 cores.
  assert_int_equal(c.slowest_cycles, c.kernel_cycles[TT_UNIT_READER]);
  assert_true(2 * c.slowest_cycles < c.busy_cycles);
  assert_true(c.busy_cycles < 3 * c.slowest_cycles);
}

static void test_data_dependent(void** state) {
  tt_counts_t c =
      count_text(TOP
                 "phase cores 1 fidelity HiFi4 {\nreader {\n"
                 "%0 = load.f32 v0, 0\n%1 = cmpf.f32 %0, %0 oeq\nif %1\n"
                 "%2 = load.f32 v0, 1\nend\n}\n}\n}\n");
  assert_true(c.at_least);
  assert_int_equal(c.element_ops, 2);
}

// A loop of nothing takes steps, too: counting it ends.
static void test_empty_loop(void** state) {
  tt_counts_t c = count_text(TOP
                             "phase cores 1 fidelity HiFi4 {\nreader {\n"
                             "%0 = for 0, 4611686018427387904, 1\nend\n"
                             "%0 = for 0, 2, 1\n%1 = for 0, %0, 1\n"
                             "%2 = load.f32 v0, %1\nend\nend\n}\n}\n}\n");
  assert_true(c.at_least);
  assert_int_equal(c.element_ops, 0);
}

// Trips that depend on a register through many others, against the text's
// order: a value wanders from %89 to %10, one register an iteration.
static void test_long_chain(void** state) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, TOP "phase cores 1 fidelity HiFi4 {\nreader {\n");
  for (int i = 10; i < 90; ++i) {
    tt_strbuf_print(&text, "%%%d = mov.i64 %d\n", i, i == 89 ? 5 : 0);
  }
  tt_strbuf_print(&text, "%%0 = for 0, 100, 1\n");
  for (int i = 10; i < 89; ++i) {
    tt_strbuf_print(&text, "%%%d = mov.i64 %%%d\n", i, i + 1);
  }
  tt_strbuf_print(&text,
                  "%%1 = for 0, %%10, 1\n%%2 = load.f32 v0, %%1\nend\n"
                  "end\n}\n}\n}\n");
  tt_counts_t c = count_text(text.data);
  tt_strbuf_free(&text);
  assert_false(c.at_least);
  assert_int_equal(c.bytes_read, 4 * 5 * (100 - 78));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),         cmocka_unit_test(test_loops),
      cmocka_unit_test(test_carried),        cmocka_unit_test(test_cores),
      cmocka_unit_test(test_data_dependent), cmocka_unit_test(test_empty_loop),
      cmocka_unit_test(test_long_chain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

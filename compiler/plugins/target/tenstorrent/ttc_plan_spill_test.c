// What is spilled of bodies at the edge of DST: every section must fit, in
// order, and nothing is spilled that need not be.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

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

enum { LIMIT = 8 };

typedef struct fixture_t {
  ttc_planner_t planner;
  ttc_stage_t* stage;
} fixture_t;

static int set_up(void** state) {
  fixture_t* f = calloc(1, sizeof(*f));
  f->planner.phase = calloc(1, sizeof(*f->planner.phase));
  f->planner.phase->stage_count = 1;
  f->stage = &f->planner.phase->stages[0];
  *state = f;
  return 0;
}

static int tear_down(void** state) {
  fixture_t* f = *state;
  tt_status_free(f->planner.status);
  free(f->planner.phase);
  free(f);
  return 0;
}

static uint32_t load(fixture_t* f, uint32_t access) {
  return ttc_plan_term(&f->planner, &(ttc_term_t){.kind = TTC_TERM_LOAD,
                                                  .result_type = TT_DTYPE_F32,
                                                  .index = access});
}

static uint32_t op2(fixture_t* f, tt_op_t op, uint32_t a, uint32_t b) {
  ttc_term_t term = {.kind = TTC_TERM_OP,
                     .type = TT_DTYPE_F32,
                     .result_type = TT_DTYPE_F32,
                     .op = (uint16_t)op,
                     .operand_count = 2,
                     .operands = {a, b}};
  return ttc_plan_term(&f->planner, &term);
}

static void root(fixture_t* f, uint32_t term) {
  f->stage->results[f->stage->result_count++].term = term;
}

// v1 = a * b, v2 = v1 * b, ...; then v1 + vn, + v2, ...: |n| values are alive
// at once. |a| is an access.
static uint32_t chain(fixture_t* f, uint32_t a, uint32_t n) {
  uint32_t values[TTC_MAX_TERMS], b = load(f, 1);
  uint32_t value = load(f, a);
  for (uint32_t i = 0; i < n; ++i) {
    values[i] = value = op2(f, TT_OP_MUL, value, b);
  }
  for (uint32_t i = 0; i + 1 < n; ++i) {
    value = op2(f, TT_OP_ADD, value, values[i]);
  }
  return value;
}

// Spills what is needed, and checks it; returns the number of spills.
static uint32_t spill(fixture_t* f) {
  const uint32_t most = ttc_plan_spills(&f->planner, f->stage, LIMIT);
  if (f->planner.status) {
    fail_msg("%s", tt_status_message(f->planner.status));
  }
  assert_in_range(most, 1, LIMIT);
  const ttc_phase_t* phase = f->planner.phase;
  const ttc_stage_t* stage = f->stage;
  for (uint32_t i = 0; i < stage->spill_count; ++i) {
    const uint32_t term = stage->spills[i].term;
    assert_int_equal(phase->terms[term].kind, TTC_TERM_OP);
    if (i) assert_true(stage->spills[i - 1].term < term);
    assert_in_range(ttc_eval_need(phase, stage, i, &term, 1, 0, LIMIT), 1,
                    most);
  }
  uint32_t roots[TTC_MAX_RESULTS];
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    roots[i] = stage->results[i].term;
  }
  assert_in_range(ttc_eval_need(phase, stage, stage->spill_count, roots,
                                stage->result_count, 0, LIMIT),
                  1, most);
  return stage->spill_count;
}

static void check_chain(uint32_t n, uint32_t low, uint32_t high) {
  void* state = NULL;
  set_up(&state);
  fixture_t* f = state;
  root(f, chain(f, 0, n));
  assert_in_range(spill(f), low, high);
  tear_down(&state);
}

static void test_chains(void** state) {
  for (uint32_t n = 1; n <= LIMIT; ++n) check_chain(n, 0, 0);
  // The values that do not fit, and one for the operands of what is computed.
  for (uint32_t n = LIMIT + 1; n < 40; ++n) {
    check_chain(n, n - LIMIT, n - LIMIT + 1);
  }
}

static void test_too_many(void** state) {
  fixture_t* f = *state;
  root(f, chain(f, 0, 41));
  ttc_plan_spills(&f->planner, f->stage, LIMIT);
  assert_int_equal(tt_status_code(f->planner.status), TT_CODE_UNIMPLEMENTED);
  assert_non_null(strstr(tt_status_message(f->planner.status),
                         "more than 8 DST tiles and 32 spilled ones"));
}

// A tree of loads takes few tiles whatever its width.
static void test_wide_tree(void** state) {
  fixture_t* f = *state;
  uint32_t level[32];
  for (uint32_t i = 0; i < 32; ++i) level[i] = load(f, i);
  for (uint32_t width = 32; width > 1; width /= 2) {
    for (uint32_t i = 0; i < width / 2; ++i) {
      level[i] = op2(f, TT_OP_ADD, level[2 * i], level[2 * i + 1]);
    }
  }
  root(f, level[0]);
  assert_int_equal(spill(f), 0);
}

// Four results, each of which fits, that do not fit together.
static void test_results(void** state) {
  fixture_t* f = *state;
  for (uint32_t i = 0; i < 4; ++i) {
    root(f, op2(f, TT_OP_SUB, chain(f, 2 + i, 7), load(f, 1)));
  }
  assert_in_range(spill(f), 1, 8);
}

// A long computation that all sections would repeat is kept as well.
static void test_shared(void** state) {
  fixture_t* f = *state;
  uint32_t shared = load(f, 5);
  for (uint32_t i = 0; i < 10; ++i) {
    shared = op2(f, TT_OP_MUL, shared, load(f, 6 + i % 2));
  }
  uint32_t values[12], sum = shared;
  for (uint32_t i = 0; i < 12; ++i) {
    values[i] = op2(f, TT_OP_MUL, shared, load(f, 10 + i));
    sum = op2(f, TT_OP_ADD, sum, values[i]);
  }
  for (uint32_t i = 0; i < 12; ++i) sum = op2(f, TT_OP_MUL, sum, values[i]);
  root(f, sum);
  assert_in_range(spill(f), 2, 12);
  bool kept = false;
  for (uint32_t i = 0; i < f->stage->spill_count; ++i) {
    kept |= f->stage->spills[i].term == shared;
  }
  assert_true(kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chains),
      TEST(test_too_many),
      TEST(test_wide_tree),
      TEST(test_results),
      TEST(test_shared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

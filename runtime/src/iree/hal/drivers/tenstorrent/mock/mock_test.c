// Options, memory and thread pool of the mock device.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "mock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  assert_non_null(status);
  assert_int_equal(tt_status_code(status), code);
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  tt_status_free(status);
}

static void test_options_default(void** state) {
  tt_mock_options_t o;
  assert_null(tt_mock_options_parse(NULL, 0, &o));
  assert_int_equal(o.grid_rows, 8);
  assert_int_equal(o.grid_cols, 8);
  assert_int_equal(o.cores, 64);
  assert_int_equal(o.l1_size, 1572864);
  assert_true(o.threads >= 1 && o.threads <= 64);
  assert_false(o.checked);
  assert_int_equal(o.numerics, TT_NUMERICS_IEEE);
  assert_int_equal(o.timeout, UINT64_C(600000000000));
}

static void test_options_given(void** state) {
  const tt_backend_param_t params[] = {
      {"grid", "12x10"},   {"cores", "7"},        {"l1", "400000"},
      {"dram", "4096"},    {"threads", "3"},      {"checked", "1"},
      {"isa", "portable"}, {"numerics", "tensix"}};
  tt_mock_options_t o;
  assert_null(tt_mock_options_parse(params, 8, &o));
  assert_int_equal(o.grid_rows, 10);
  assert_int_equal(o.grid_cols, 12);
  assert_int_equal(o.cores, 7);
  assert_int_equal(o.l1_size, 400000);
  assert_int_equal(o.dram_size, 4096);
  assert_int_equal(o.threads, 3);
  assert_true(o.checked);
  assert_int_equal(o.isa, TT_ISA_PORTABLE);
  assert_int_equal(o.numerics, TT_NUMERICS_TENSIX);
}

static void test_timeouts(void** state) {
  static const struct {
    const char* text;
    uint64_t ns;
  } good[] = {
      {"0", 0},
      {"0.0", 0},
      {"1", 1000000000},
      {"0.5", 500000000},
      {"12.345", UINT64_C(12345000000)},
      {"0.000000001", 1},
      {"1000000000", UINT64_C(1000000000000000000)},
  };
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); ++i) {
    const tt_backend_param_t param = {"timeout", good[i].text};
    tt_mock_options_t o;
    assert_null(tt_mock_options_parse(&param, 1, &o));
    assert_int_equal(o.timeout, good[i].ns);
  }
  static const char* const bad[] = {"",           "-1",          "1.",  ".5",
                                    "1e3",        "inf",         "0,5", "1.5x",
                                    "1000000001", "0.0000000001"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    const tt_backend_param_t param = {"timeout", bad[i]};
    tt_mock_options_t o;
    expect_error(tt_mock_options_parse(&param, 1, &o), TT_CODE_INVALID_ARGUMENT,
                 "device option timeout");
  }
}

static void test_options_bad(void** state) {
  static const tt_backend_param_t bad[] = {
      {"grid", "8"},    {"grid", "0x8"},     {"grid", "12x11"},
      {"grid", "13x8"}, {"grid", "8x8x"},    {"grid", " 8x8"},
      {"cores", "0"},   {"cores", "65"},     {"cores", "-1"},
      {"cores", ""},    {"l1", "1"},         {"l1", "1572865"},
      {"dram", "0"},    {"dram", "1e9"},     {"threads", "0"},
      {"threads", "x"}, {"threads", "4000"}, {"checked", "yes"},
      {"isa", "sse9"},  {"speed", "1"},      {"numerics", "fast"},
  };
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    tt_mock_options_t o;
    expect_error(tt_mock_options_parse(&bad[i], 1, &o),
                 TT_CODE_INVALID_ARGUMENT, bad[i].key);
  }
}

static tt_backend_device_t* open_device(const char* key, const char* value) {
  const tt_backend_param_t param = {key, value};
  tt_backend_device_t* device = NULL;
  assert_null(tt_mock_backend.open(&param, 1, &device));
  return device;
}

static void test_memory_limit(void** state) {
  tt_backend_device_t* device = open_device("dram", "1000");
  tt_backend_memory_t *first, *second, *empty;
  assert_null(tt_mock_allocate(device, 600, &first));
  assert_int_equal((uintptr_t)tt_mock_host_pointer(first) % 64, 0);
  expect_error(tt_mock_allocate(device, 401, &second),
               TT_CODE_RESOURCE_EXHAUSTED,
               "401 bytes requested, 600 of 1000 in use");
  assert_null(tt_mock_allocate(device, 400, &second));
  assert_null(tt_mock_allocate(device, 0, &empty));
  tt_mock_release(device, first);
  tt_mock_release(device, empty);
  assert_null(tt_mock_allocate(device, 600, &first));
  tt_mock_release(device, first);
  tt_mock_release(device, second);
  assert_int_equal(device->dram_used, 0);
  tt_mock_backend.close(device);
}

static void test_memory_moves(void** state) {
  tt_backend_device_t* device = open_device("threads", "1");
  tt_backend_memory_t *a, *b;
  uint8_t host[32];
  assert_null(tt_mock_allocate(device, 32, &a));
  assert_null(tt_mock_import(device, host, sizeof(host), &b));
  const uint8_t patterns[] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (size_t length = 1; length <= 8; length *= 2) {
    assert_null(tt_mock_fill(device, a, 8, 24, patterns, length));
    assert_null(tt_mock_copy(device, a, 8, b, 0, 24));
    for (size_t i = 0; i < 24; ++i) {
      assert_int_equal(host[i], patterns[i % length]);
    }
  }
  assert_null(tt_mock_write(device, a, 3, "abc", 3));
  char text[4] = "";
  assert_null(tt_mock_read(device, a, 3, text, 3));
  assert_string_equal(text, "abc");
  tt_mock_release(device, a);
  tt_mock_release(device, b);
  tt_mock_backend.close(device);
}

typedef struct counting_t {
  atomic_uint made, gone, sum;
  uint32_t fail_at;
} counting_t;

static tt_status_t make_state(void* context, void** out_state) {
  atomic_fetch_add(&((counting_t*)context)->made, 1);
  *out_state = malloc(1);
  return NULL;
}

static void drop_state(void* context, void* state) {
  atomic_fetch_add(&((counting_t*)context)->gone, 1);
  free(state);
}

static tt_status_t add_index(void* context, void* state, uint32_t index) {
  counting_t* counting = context;
  if (index == counting->fail_at) {
    return tt_status_make(TT_CODE_DATA_LOSS, "item %u", index);
  }
  *(char*)state = 1;  // each state has one user at a time (TSan)
  atomic_fetch_add(&counting->sum, index);
  return NULL;
}

typedef struct runner_t {
  pthread_t thread;
  tt_mock_pool_t* pool;
  counting_t counting;
} runner_t;

static void* run_many(void* argument) {
  runner_t* runner = argument;
  for (int i = 0; i < 50; ++i) {
    tt_status_t status =
        tt_mock_pool_run(runner->pool, 20, add_index, &runner->counting);
    if (status) return status;
  }
  return NULL;
}

static void test_pool_many_jobs(void** state) {
  for (uint32_t threads = 1; threads <= 4; ++threads) {
    counting_t counting = {.fail_at = UINT32_MAX};
    const tt_mock_pool_states_t states = {make_state, drop_state, &counting};
    tt_mock_pool_t* pool = NULL;
    assert_null(tt_mock_pool_create(threads, &states, &pool));
    runner_t runners[3];
    for (int i = 0; i < 3; ++i) {
      runners[i] =
          (runner_t){.pool = pool, .counting = {.fail_at = UINT32_MAX}};
      pthread_create(&runners[i].thread, NULL, run_many, &runners[i]);
    }
    for (int i = 0; i < 3; ++i) {
      void* result = NULL;
      pthread_join(runners[i].thread, &result);
      assert_null(result);
      assert_int_equal(runners[i].counting.sum, 50 * 190);
    }
    tt_mock_pool_destroy(pool);
    assert_true(counting.made <= threads + 2);
    assert_int_equal(counting.made, counting.gone);
  }
}

static void test_pool_failure(void** state) {
  counting_t counting = {.fail_at = 5};
  const tt_mock_pool_states_t states = {make_state, drop_state, &counting};
  tt_mock_pool_t* pool = NULL;
  assert_null(tt_mock_pool_create(2, &states, &pool));
  expect_error(tt_mock_pool_run(pool, 1000, add_index, &counting),
               TT_CODE_DATA_LOSS, "item 5");
  assert_true(counting.sum < 1000 * 999 / 2);
  counting.fail_at = UINT32_MAX;  // the pool goes on
  assert_null(tt_mock_pool_run(pool, 10, add_index, &counting));
  assert_null(tt_mock_pool_run(pool, 0, add_index, &counting));
  tt_mock_pool_destroy(pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_options_default),
      cmocka_unit_test(test_options_given),
      cmocka_unit_test(test_timeouts),
      cmocka_unit_test(test_options_bad),
      cmocka_unit_test(test_memory_limit),
      cmocka_unit_test(test_memory_moves),
      cmocka_unit_test(test_pool_many_jobs),
      cmocka_unit_test(test_pool_failure),
  };
  return cmocka_run_group_tests_name("mock", tests, NULL, NULL);
}

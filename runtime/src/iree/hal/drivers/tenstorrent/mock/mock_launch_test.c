// Launches on the mock: many cores on several threads, several launches at
// once, barriers between phases, failures and counters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tile/program.h"

enum { N = 64 * 50, THREADS = 4, LAUNCHES = 25 };

// Phase 0: scratch[i] = a[i] * 3 + $2; phase 1, on other cores: out[i] =
// scratch[n - 1 - i]. Only a barrier between them makes this right.
static const char program_text[] =
    "tile.program blackhole\nentry @reverse constants 2 {\n"
    "binding 0 read\nbinding 1 write\n"
    "launch {\n$0 = push 0\n$1 = grid_cores\n$2 = push 1\n"
    "$3 = ceildivs.i64 $0, $1\n$4 = core\n$5 = mul.i64 $4, $3\n"
    "$6 = add.i64 $5, $3\n$7 = mins.i64 $6, $0\n$8 = mul.i64 $0, 4\n"
    "$9 = sub.i64 $0, 1\n}\n"
    "scratch s0 bytes $8\n"
    "view v0 = binding 0 offset 0 i32 length $0\n"
    "view v1 = scratch 0 offset 0 i32 length $0\n"
    "view v2 = binding 1 offset 0 i32 length $0\n"
    "phase cores $1 fidelity HiFi4 {\nwriter {\n"
    "%0 = trunci.i32.i64 $2\n"
    "%1 = for $5, $7, 1 parallel\n%2 = load.i32 v0, %1\n"
    "%3 = mul.i32 %2, 3\n%4 = add.i32 %3, %0\nstore.i32 v1, %1, %4\nend\n"
    "}\n}\n"
    "phase cores $1 fidelity HiFi4 {\nreader {\n"
    "%0 = for $5, $7, 1 parallel\n%1 = sub.i64 $9, %0\n"
    "%2 = load.i32 v1, %1\nstore.i32 v2, %0, %2\nend\n}\n}\n}\n";

typedef struct fixture_t {
  tt_backend_device_t* device;
  tt_backend_program_t* program;
} fixture_t;

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static tt_backend_program_t* load(tt_backend_device_t* device,
                                  const char* text) {
  tt_program_t* program = NULL;
  check(tt_program_parse(text, strlen(text), "test", &program));
  uint8_t* image = NULL;
  size_t size = 0;
  check(tt_program_write_image(program, &image, &size));
  tt_backend_program_t* loaded = NULL;
  check(tt_mock_backend.load(device, image, size, &loaded));
  free(image);
  tt_program_free(program);
  return loaded;
}

static void open_device(fixture_t* f, tt_backend_param_t option) {
  const tt_backend_param_t params[] = {
      {"grid", "8x8"}, {"threads", "4"}, option};
  check(tt_mock_backend.open(params, 3, &f->device));
  f->program = load(f->device, program_text);
}

static void close_device(fixture_t* f) {
  tt_mock_backend.unload(f->device, f->program);
  tt_mock_backend.close(f->device);
}

// Launches with |add| and returns how many elements are wrong.
static int launch_once(fixture_t* f, uint32_t add) {
  tt_backend_memory_t *in = NULL, *out = NULL;
  if (tt_mock_backend.allocate(f->device, N * 4, &in) ||
      tt_mock_backend.allocate(f->device, N * 4, &out)) {
    return N;
  }
  int32_t* a = tt_mock_backend.host_pointer(in);
  int32_t* b = tt_mock_backend.host_pointer(out);
  for (int i = 0; i < N; ++i) a[i] = i * 7;
  const uint32_t constants[] = {N, add};
  const tt_backend_binding_t bindings[] = {{in, 0, N * 4}, {out, 0, N * 4}};
  tt_status_t status = tt_mock_backend.launch(f->device, f->program, 0,
                                              constants, 2, bindings, 2);
  int wrong = status ? N : 0;
  tt_status_free(status);
  for (int i = 0; !wrong && i < N; ++i) {
    wrong += b[i] != (N - 1 - i) * 21 + (int32_t)add;
  }
  tt_mock_backend.release(f->device, in);
  tt_mock_backend.release(f->device, out);
  return wrong;
}

typedef struct caller_t {
  fixture_t* fixture;
  uint32_t index;
  int wrong;
} caller_t;

static void* call_launches(void* argument) {
  caller_t* caller = argument;
  for (uint32_t i = 0; i < LAUNCHES; ++i) {
    caller->wrong += launch_once(caller->fixture, caller->index * 1000 + i);
  }
  return NULL;
}

static void test_launches_at_once(void** state) {
  fixture_t f;
  open_device(&f, (tt_backend_param_t){"checked", "1"});
  pthread_t threads[THREADS];
  caller_t callers[THREADS];
  for (uint32_t i = 0; i < THREADS; ++i) {
    callers[i] = (caller_t){.fixture = &f, .index = i};
    assert_int_equal(
        pthread_create(&threads[i], NULL, call_launches, &callers[i]), 0);
  }
  for (uint32_t i = 0; i < THREADS; ++i) {
    pthread_join(threads[i], NULL);
    assert_int_equal(callers[i].wrong, 0);
  }
  tt_backend_counters_t counters;
  tt_mock_backend.query_counters(f.device, &counters);
  const uint64_t elements = (uint64_t)N * THREADS * LAUNCHES;
  assert_int_equal(counters.launches, THREADS * LAUNCHES);
  assert_int_equal(counters.bytes_read, elements * 8);
  assert_int_equal(counters.bytes_written, elements * 8);
  // 4 and 3 ops an element; one cast a core.
  assert_int_equal(counters.element_ops,
                   elements * 7 + (uint64_t)64 * THREADS * LAUNCHES);
  close_device(&f);
}

// One of many cores fails: its message comes back, and the device goes on.
static void test_failure(void** state) {
  fixture_t f;
  open_device(&f, (tt_backend_param_t){"checked", "0"});
  tt_backend_memory_t* memory = NULL;
  check(tt_mock_backend.allocate(f.device, N * 4, &memory));
  const uint32_t constants[] = {N, 0};
  const tt_backend_binding_t bindings[] = {{memory, 0, N * 4},
                                           {memory, 0, N * 4 - 4}};
  tt_status_t status =
      tt_mock_backend.launch(f.device, f.program, 0, constants, 2, bindings, 2);
  assert_int_equal(tt_status_code(status), TT_CODE_OUT_OF_RANGE);
  assert_non_null(strstr(tt_status_message(status), "@reverse"));
  assert_non_null(strstr(tt_status_message(status), "view v2"));
  tt_status_free(status);
  tt_mock_backend.release(f.device, memory);
  assert_int_equal(launch_once(&f, 5), 0);
  close_device(&f);
}

// On every core a loop without end: the launch ends and says why, and the
// device goes on. What runs afterwards is so short that it never looks at the
// clock, so a slow host cannot make it late.
static void test_timeout(void** state) {
  static const char text[] =
      "tile.program blackhole\nentry @endless constants 0 {\nbinding 0 write\n"
      "launch {\n$0 = grid_cores\n$1 = core\n}\n"
      "view v0 = binding 0 offset 0 i32 length $0\n"
      "phase cores $0 fidelity HiFi4 {\nwriter {\n%0 = mov.i1 1\nwhile\n"
      "test %0\nstore.i32 v0, $1, 1\nend\n}\n}\n}\n";
  fixture_t f;
  open_device(&f, (tt_backend_param_t){"timeout", "0.001"});
  tt_backend_program_t* endless = load(f.device, text);
  tt_backend_memory_t* memory = NULL;
  check(tt_mock_backend.allocate(f.device, 256, &memory));
  const tt_backend_binding_t binding = {memory, 0, 256};
  tt_status_t status =
      tt_mock_backend.launch(f.device, endless, 0, NULL, 0, &binding, 1);
  assert_int_equal(tt_status_code(status), TT_CODE_DEADLINE_EXCEEDED);
  static const char* const parts[] = {"entry @endless, phase 0, core ",
                                      ", writer, end (line 15)",
                                      "longer than 0.001 s", "timeout=SECONDS"};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
    if (strstr(tt_status_message(status), parts[i])) continue;
    fail_msg("no '%s' in: %s", parts[i], tt_status_message(status));
  }
  tt_status_free(status);
  assert_int_equal(launch_once(&f, 5), 0);
  tt_mock_backend.release(f.device, memory);
  tt_mock_backend.unload(f.device, endless);
  close_device(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_launches_at_once),
      cmocka_unit_test(test_failure),
      cmocka_unit_test(test_timeout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// The TTNN device over a host function of ours: what is asked of ttnn, and what
// becomes of its answers. test/test_ttnn.py has the Python half.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "ttnn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/testing.h"

extern const tt_backend_vtable_t tt_ttnn_backend;

static char* launched;       // the last launch
static const char* failing;  // the request that fails
static const char* garbled;  // the request whose answer is no number
static int open_tensors;

static bool asks(const char* request, const char* what) {
  char text[64];
  snprintf(text, sizeof(text), "{\"do\": \"%s\"", what);
  return strncmp(request, text, strlen(text)) == 0;
}

static int answer(const char* request, char* reply, size_t capacity) {
  static int next_tensor = 1;
  if (garbled && asks(request, garbled)) {
    snprintf(reply, capacity, "yes");
    return TT_CODE_OK;
  }
  if (failing && asks(request, failing)) {
    snprintf(reply, capacity, "TT_FATAL: \"no\"");
    return TT_CODE_INTERNAL;
  }
  if (asks(request, "open")) snprintf(reply, capacity, "7 3 2 8");
  if (asks(request, "allocate")) {
    ++open_tensors;
    snprintf(reply, capacity, "%d %d", next_tensor, next_tensor * 4096);
    ++next_tensor;
  }
  if (asks(request, "free")) --open_tensors;
  if (asks(request, "launch")) {
    free(launched);
    launched = strdup(request);
  }
  return TT_CODE_OK;
}

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  if (!status) fail_msg("no error");
  if (tt_status_code(status) != code ||
      !strstr(tt_status_message(status), text)) {
    fail_msg("found '%s', expected '%s'", tt_status_message(status), text);
  }
  tt_status_free(status);
}

static tt_backend_device_t* open_device(void) {
  tt_iree_ttnn_connect(answer);
  tt_backend_device_t* device = NULL;
  assert_null(tt_ttnn_backend.open(NULL, 0, &device));
  return device;
}

static void test_not_connected(void** state) {
  (void)state;
  tt_iree_ttnn_connect(NULL);
  tt_backend_device_t* device = NULL;
  expect_error(tt_ttnn_backend.open(NULL, 0, &device), TT_CODE_UNAVAILABLE,
               "reached through Python");
  assert_null(device);
}

static void test_options(void** state) {
  (void)state;
  static const tt_backend_param_t bad[] = {{"device", "x"},
                                           {"device", ""},
                                           {"device", "-1"},
                                           {"device", "256"},
                                           {"grid", "8x8"}};
  tt_iree_ttnn_connect(answer);
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
    tt_backend_device_t* device = NULL;
    expect_error(tt_ttnn_backend.open(&bad[i], 1, &device),
                 TT_CODE_INVALID_ARGUMENT, bad[i].key);
  }
}

static void test_info(void** state) {
  (void)state;
  tt_backend_device_t* device = open_device();
  tt_backend_info_t info;
  tt_ttnn_backend.query_info(device, &info);
  assert_int_equal(info.core_count, 6);
  assert_int_equal(info.grid_cols, 3);
  assert_int_equal(info.dram_banks, 8);
  assert_false(info.host_visible);
  tt_ttnn_backend.close(device);
}

static void test_answers(void** state) {
  (void)state;
  tt_backend_device_t* device = open_device();
  tt_backend_memory_t* memory = NULL;
  failing = "allocate";
  expect_error(tt_ttnn_backend.allocate(device, 10, &memory), TT_CODE_INTERNAL,
               "ttnn: TT_FATAL: \"no\"");
  failing = NULL;
  garbled = "allocate";
  expect_error(tt_ttnn_backend.allocate(device, 10, &memory), TT_CODE_INTERNAL,
               "found the answer 'yes'");
  garbled = NULL;
  assert_null(memory);
  tt_ttnn_backend.close(device);
}

static tt_backend_program_t* load(tt_backend_device_t* device,
                                  const char* path) {
  tt_program_t* source = tt_testing_parse_file(path);
  uint8_t* image = NULL;
  size_t size = 0;
  tt_backend_program_t* program = NULL;
  assert_null(tt_program_write_image(source, &image, &size));
  assert_null(tt_ttnn_backend.load(device, image, size, &program));
  free(image);
  tt_program_free(source);
  return program;
}

static void expect_launched(const char* text) {
  if (!launched || !strstr(launched, text)) {
    fail_msg("expected %s in %s", text, launched ? launched : "no launch");
  }
}

static void test_launch(void** state) {
  (void)state;
  tt_backend_device_t* device = open_device();
  tt_backend_program_t* program = load(device, "testdata/add_flat.tile");
  tt_backend_binding_t bindings[3];
  for (int i = 0; i < 3; ++i) {
    bindings[i] = (tt_backend_binding_t){NULL, 64 * (uint64_t)i, 16384};
    assert_null(tt_ttnn_backend.allocate(device, 20000, &bindings[i].memory));
  }
  const uint32_t constants[] = {0, 3000};
  expect_error(
      tt_ttnn_backend.launch(device, program, 0, constants, 1, bindings, 3),
      TT_CODE_INVALID_ARGUMENT, "expected 2 and 3");
  assert_null(
      tt_ttnn_backend.launch(device, program, 0, constants, 2, bindings, 3));
  expect_launched(
      "\"device\": 7, \"cores\": 3, \"fidelity\": \"HiFi4\", "
      "\"fp32_dest_acc\": true");
  expect_launched(
      "{\"number\": 0, \"format\": \"Float32\", \"bytes\": 8192, "
      "\"page\": 4096, \"unpack_to_dest\": true}");
  expect_launched("{\"unit\": \"compute\", \"source\": \"// Compute kernel");
  // A quote and a new line in the source of a kernel.
  expect_launched("#include \\\"dataflow_api.h\\\"\\u000a");
  // The address of the second binding's memory, its offset in it.
  char second[64];
  snprintf(second, sizeof(second), ", %llu, 64, 0, ",
           (unsigned long long)bindings[1].memory->address);
  expect_launched(second);
  failing = "launch";
  expect_error(
      tt_ttnn_backend.launch(device, program, 0, constants, 2, bindings, 3),
      TT_CODE_INTERNAL, "entry @add: phase 0: ttnn: TT_FATAL");
  failing = NULL;
  // A view that leaves its binding.
  bindings[2].length = 100;
  expect_error(
      tt_ttnn_backend.launch(device, program, 0, constants, 2, bindings, 3),
      TT_CODE_OUT_OF_RANGE, "leaves binding 2");
  for (int i = 0; i < 3; ++i) {
    tt_ttnn_backend.release(device, bindings[i].memory);
  }
  tt_backend_counters_t counters;
  tt_ttnn_backend.query_counters(device, &counters);
  assert_int_equal(counters.launches, 1);
  assert_int_equal(counters.bytes_read, 2 * 3000 * 4);
  tt_ttnn_backend.unload(device, program);
  tt_ttnn_backend.close(device);
  assert_int_equal(open_tensors, 0);
}

static void test_halves(void** state) {
  (void)state;
  tt_backend_device_t* device = open_device();
  tt_backend_program_t* program = load(device, "testdata/tilize.tile");
  tt_backend_binding_t bindings[2];
  for (int i = 0; i < 2; ++i) {
    bindings[i] = (tt_backend_binding_t){NULL, 0, 4096};
    assert_null(tt_ttnn_backend.allocate(device, 4096, &bindings[i].memory));
  }
  expect_error(tt_ttnn_backend.launch(device, program, 0, NULL, 0, bindings, 2),
               TT_CODE_UNIMPLEMENTED, "no Float16");
  for (int i = 0; i < 2; ++i) {
    tt_ttnn_backend.release(device, bindings[i].memory);
  }
  tt_ttnn_backend.unload(device, program);
  // Behind the interpreter's end.
  tt_iree_ttnn_connect(NULL);
  tt_ttnn_backend.close(device);
  free(launched);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_not_connected), cmocka_unit_test(test_options),
      cmocka_unit_test(test_info),          cmocka_unit_test(test_answers),
      cmocka_unit_test(test_launch),        cmocka_unit_test(test_halves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

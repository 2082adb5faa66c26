// Kernels that go wrong on a simulated Blackhole: the error says where, and the
// device can be used afterwards.
//
//   bh_fault_test wolfpine|ttsim
//
// Skipped where the simulator, tt-metal's device code or a RISC-V compiler is
// missing.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "bh_simulators.h"

TT_BH_BACKEND(ttsim, tt_bh_ttsim, "ttsim", "for tests", NULL);
TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

static const tt_backend_vtable_t* simulator;
static tt_backend_device_t* device;  // open in every test

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static tt_status_t open_device(const char* checked,
                               tt_backend_device_t** out_device) {
  const bool python = simulator == &wolfpine;
  const tt_backend_param_t params[] = {
      {"host", python ? TT_BH_WOLFPINE_HOST : TT_BH_TTSIM_HOST},
      {"grid", "1x1"},
      {"checked", checked},
      {"timeout", "10"}};
  return simulator->open(params, 4, out_device);
}

static int set_up_checked(const char* checked) {
  tt_status_t status = open_device(checked, &device);
  if (status) print_error("%s\n", tt_status_message(status));
  return status ? -1 : 0;
}

static int set_up(void** state) { return set_up_checked("1"); }

static int set_up_unchecked(void** state) { return set_up_checked("0"); }

static int tear_down(void** state) {
  simulator->close(device);
  return 0;
}

// binding 0: where to; binding 1: 16 words. The first word says which element
// is written.
static const char kStore[] =
    "tile.program blackhole\n"
    "entry @store constants 0 {\n"
    "binding 0 read\nbinding 1 write\n"
    "view v0 = binding 0 offset 0 i64 length 16\n"
    "view v1 = binding 1 offset 0 i32 length 16\n"
    "phase cores 1 fidelity HiFi4 {\n"
    "writer {\n"
    "%0 = load.i64 v0, 0\n"
    "store.i32 v1, %0, 77\n"
    "}\n}\n}\n";

// The first word says which element is read, and which tile begins there.
static const char kLoad[] =
    "tile.program blackhole\n"
    "entry @load constants 0 {\n"
    "binding 0 read\nbinding 1 write\n"
    "view v0 = binding 0 offset 0 i64 length 16\n"
    "view v1 = binding 1 offset 0 i32 length 16\n"
    "phase cores 1 fidelity HiFi4 {\n"
    "reader {\n"
    "%0 = load.i64 v0, 0\n"
    "%1 = load.i64 v0, %0\n"
    "%2 = trunci.i32.i64 %1\n"
    "store.i32 v1, 3, %2\n"
    "}\n}\n}\n";

static const char kTile[] =
    "tile.program blackhole\n"
    "entry @tile constants 0 {\n"
    "binding 0 read\nbinding 1 write\n"
    "view v0 = binding 0 offset 0 i64 length 1\n"
    "view v1 = binding 0 offset 0 i32 length 32\n"
    "view v2 = binding 1 offset 0 i32 length 16\n"
    "phase cores 1 fidelity HiFi4 {\n"
    "cb c0 Int32 32 flat pages 1\n"
    "reader {\n"
    "%0 = load.i64 v0, 0\n"
    "cb_reserve_back c0, 1\n"
    "read_tile.i32 c0, 0, v1, %0, 4, 1, 4, 4, 0\n"
    "cb_push_back c0, 1\n"
    "}\n"
    "writer {\n"
    "cb_wait_front c0, 1\n"
    "write_tile.i32 c0, 0, v2, 0, 4, 1, 4, 4\n"
    "cb_pop_front c0, 1\n"
    "}\n}\n}\n";

// Never ends where the first word is 1.
static const char kEndless[] =
    "tile.program blackhole\n"
    "entry @endless constants 0 {\n"
    "binding 0 read\nbinding 1 write\n"
    "view v0 = binding 0 offset 0 i64 length 16\n"
    "view v1 = binding 1 offset 0 i32 length 16\n"
    "phase cores 1 fidelity HiFi4 {\n"
    "reader {\n"
    "%0 = load.i64 v0, 0\n"
    "while\n"
    "%1 = cmpi.i64 %0, 1 eq\n"
    "test %1\n"
    "store.i32 v1, 2, 5\n"
    "end\n"
    "store.i32 v1, 3, 77\n"
    "}\n}\n}\n";

static tt_backend_program_t* load(const char* text) {
  tt_program_t* program = NULL;
  uint8_t* image = NULL;
  size_t size = 0;
  tt_backend_program_t* loaded = NULL;
  check(tt_program_parse(text, strlen(text), "test", &program));
  check(tt_program_write_image(program, &image, &size));
  check(simulator->load(device, image, size, &loaded));
  free(image);
  tt_program_free(program);
  return loaded;
}

// Launches |program| with |first| as first word; |words| is what it leaves in
// its second binding.
static tt_status_t launch(tt_backend_program_t* program, int64_t first,
                          int32_t words[16]) {
  int64_t input[16] = {first};
  tt_backend_binding_t bindings[2] = {{NULL, 0, sizeof(input)},
                                      {NULL, 0, 16 * sizeof(*words)}};
  for (int i = 0; i < 2; ++i) {
    check(simulator->allocate(device, bindings[i].length, &bindings[i].memory));
  }
  memset(words, 0, 16 * sizeof(*words));
  check(simulator->write(device, bindings[0].memory, 0, input, sizeof(input)));
  check(simulator->write(device, bindings[1].memory, 0, words,
                         16 * sizeof(*words)));
  tt_status_t status =
      simulator->launch(device, program, 0, NULL, 0, bindings, 2);
  check(simulator->read(device, bindings[1].memory, 0, words,
                        16 * sizeof(*words)));
  for (int i = 0; i < 2; ++i) simulator->release(device, bindings[i].memory);
  return status;
}

static void expect(tt_status_t status, tt_code_t code, const char* const* texts,
                   int count) {
  for (int i = 0; i < count; ++i) {
    if (strstr(tt_status_message(status), texts[i])) continue;
    fail_msg("'%s' not in '%s'", texts[i], tt_status_message(status));
  }
  assert_int_equal(tt_status_code(status), code);
  tt_status_free(status);
}

static void test_store_outside(void** state) {
  static const char* const texts[] = {
      "entry @store: phase 0: an access of elements outside of their view",
      "core 0 (column 0, row 0", "BRISC (writer) at store.i32 v1, %0, 77",
      "(line 10)"};
  tt_backend_program_t* program = load(kStore);
  int32_t words[16];
  check(launch(program, 5, words));
  assert_int_equal(words[5], 77);
  const int64_t outside[] = {16, -1, 1ll << 33};
  for (int i = 0; i < 3; ++i) {
    expect(launch(program, outside[i], words), TT_CODE_OUT_OF_RANGE, texts, 4);
    for (int k = 0; k < 16; ++k) assert_int_equal(words[k], 0);
  }
  check(launch(program, 15, words));
  assert_int_equal(words[15], 77);
  simulator->unload(device, program);
}

static void test_read_outside(void** state) {
  static const char* const load_texts[] = {
      "entry @load: phase 0: an access of elements outside of their view",
      "core 0 (column 0, row 0", "NCRISC (reader) at %1 = load.i64 v0, %0",
      "(line 10)"};
  static const char* const tile_texts[] = {
      "entry @tile: phase 0: an access of elements outside of their view",
      "core 0 (column 0, row 0", "NCRISC (reader) at read_tile.i32 c0, 0, v1",
      "(line 13)"};
  tt_backend_program_t *loads = load(kLoad), *tiles = load(kTile);
  int32_t words[16];
  check(launch(loads, 0, words));
  assert_int_equal(words[3], 0);
  check(launch(tiles, 16, words));
  const int64_t outside[] = {17, -1, 1ll << 33};
  for (int i = 0; i < 3; ++i) {
    expect(launch(loads, outside[i], words), TT_CODE_OUT_OF_RANGE, load_texts,
           4);
    expect(launch(tiles, outside[i], words), TT_CODE_OUT_OF_RANGE, tile_texts,
           4);
    for (int k = 0; k < 16; ++k) assert_int_equal(words[k], 0);
  }
  check(launch(tiles, 0, words));
  assert_int_equal(words[0], 0);
  simulator->unload(device, loads);
  simulator->unload(device, tiles);
}

// Unchecked, an element behind the end of every bank: rubbish or an error, as
// the simulator has it, and a device that goes on.
static void test_read_outside_dram(void** state) {
  tt_backend_program_t *loads = load(kLoad), *store = load(kStore);
  int64_t input[16] = {0xFF800000ll};  // by 8 bytes and 8 banks: of each
  int32_t words[16] = {0};
  tt_backend_binding_t bindings[2] = {{NULL, 0, sizeof(input)},
                                      {NULL, 0, sizeof(words)}};
  for (int i = 0; i < 2; ++i) {
    check(simulator->allocate(device, bindings[i].length, &bindings[i].memory));
  }
  check(simulator->write(device, bindings[0].memory, 0, input, sizeof(input)));
  tt_status_t status =
      simulator->launch(device, loads, 0, NULL, 0, bindings, 2);
  if (status) {
    print_message("%s\n", tt_status_message(status));
    assert_non_null(strstr(tt_status_message(status), "entry @load: phase 0"));
    assert_true(tt_status_code(status) == TT_CODE_UNAVAILABLE ||
                tt_status_code(status) == TT_CODE_DEADLINE_EXCEEDED);
    tt_status_free(status);
  }
  for (int i = 0; i < 2; ++i) simulator->release(device, bindings[i].memory);
  check(launch(store, 2, words));
  assert_int_equal(words[2], 77);
  simulator->unload(device, loads);
  simulator->unload(device, store);
}

static void test_endless(void** state) {
  static const char* const texts[] = {
      "entry @endless: phase 0: not done within 10 s",
      "timeout=", "core 0 (column 0, row 0", "NCRISC (reader) at "};
  tt_backend_program_t *program = load(kEndless), *store = load(kStore);
  int32_t words[16];
  expect(launch(program, 1, words), TT_CODE_DEADLINE_EXCEEDED, texts, 4);
  check(launch(program, 0, words));
  assert_int_equal(words[3], 77);
  check(launch(store, 2, words));
  assert_int_equal(words[2], 77);
  simulator->unload(device, program);
  simulator->unload(device, store);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  simulator = strcmp(argv[1], "ttsim") ? &wolfpine : &ttsim;
  tt_status_t status = open_device("1", &device);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    printf("SKIPPED: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  tt_status_free(status);
  simulator->close(device);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_store_outside, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_read_outside, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_read_outside_dram, set_up_unchecked,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_endless, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// The device over a simulator that keeps memory and answers launches without
// running them: where bytes go, what cores are given, and every way to fail.
// bh_kmd_device_test is the same with the transport to a card and a stand-in
// for its kernel driver between the two (TT_BH_TEST_KMD).
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "bh_device.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bh_process.h"
#include "testing/fake_toolchain.h"
#include "tile/image.h"
#include "toolchain/precompiled.h"

#ifdef TT_BH_TEST_KMD
#include "bh_kmd.h"
#include "testing/fake_kmd.h"
#endif

//===----------------------------------------------------------------------===//
// A backend over the fake simulator
//===----------------------------------------------------------------------===//

static tt_status_t fake_open(const tt_backend_param_t* params, size_t count,
                             tt_bh_transport_t** out_transport) {
  const char* argv[] = {TT_BH_FAKE_HOST, NULL, NULL, NULL};
  for (size_t i = 0; i < count; ++i) argv[1 + i] = params[i].value;
  return tt_bh_process_open("fake", argv, 20000, out_transport);
}
static const char* const kKeys[] = {"first", "second", NULL};
static const tt_bh_transport_vtable_t kFake = {
    .name = "fake",
    .keys = kKeys,
    .open = fake_open,
    .close = tt_bh_process_close,
    .query_info = tt_bh_process_query_info,
    .read = tt_bh_process_read,
    .write = tt_bh_process_write,
    .advance = tt_bh_process_advance,
    .set_reset = tt_bh_process_set_reset,
    .restart = tt_bh_process_restart,
};

#ifdef TT_BH_TEST_KMD
static fake_kmd_t* kernel;  // of the one device that is open

static void kmd_close(tt_bh_transport_t* transport) {
  tt_bh_kmd_close(transport);
  fake_kmd_destroy(kernel);
  kernel = NULL;
}

static tt_status_t kmd_open(const tt_backend_param_t* params, size_t count,
                            tt_bh_transport_t** out_transport) {
  tt_bh_transport_t* chip = NULL;
  TT_RETURN_IF_ERROR(fake_open(params, count, &chip));
  kernel = fake_kmd_create(&kFake, chip);
  kernel->banks = 0xFF;
  return tt_bh_kmd_open(&kernel->system, NULL, 0, out_transport);
}
static const tt_bh_transport_vtable_t kCard = {
    .name = "kmd",
    .keys = kKeys,
    .open = kmd_open,
    .close = kmd_close,
    .query_info = tt_bh_kmd_query_info,
    .read = tt_bh_kmd_read,
    .write = tt_bh_kmd_write,
    .advance = tt_bh_kmd_advance,
    .set_reset = tt_bh_kmd_set_reset,
    .restart = tt_bh_kmd_restart,
};
TT_BH_BACKEND(fake_backend, kCard, "fake", "for tests", NULL);
#define NAME "Blackhole (card 0000:01:00.0, 2x1)"
#define DIED "Input/output error"
#define KEEPS_DYING DIED
#else
TT_BH_BACKEND(fake_backend, kFake, "fake", "for tests", NULL);
#define NAME "Blackhole (fake, 2x1)"
#define DIED "fake: the simulator's process"
#define KEEPS_DYING "giving up at 3"
#endif

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  assert_int_equal(tt_status_code(status), code);
  tt_status_free(status);
}

static tt_backend_device_t* open_device(tt_backend_param_t a,
                                        tt_backend_param_t b,
                                        tt_backend_param_t c) {
  const tt_backend_param_t given[] = {a, b, c, {"grid", "2x1"}};
  tt_backend_param_t params[4];
  size_t count = 0;
  for (int i = 0; i < 4; ++i) {
    if (given[i].key) params[count++] = given[i];
  }
  tt_backend_device_t* device = NULL;
  check(fake_backend.open(params, count, &device));
  return device;
}
static const tt_backend_param_t kNone = {NULL, NULL};

static tt_backend_memory_t* allocate(tt_backend_device_t* device,
                                     uint64_t size) {
  tt_backend_memory_t* memory = NULL;
  check(fake_backend.allocate(device, size, &memory));
  return memory;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static uint32_t next_random(uint32_t* seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

// Random writes, fills, copies and reads against host memory, and where the
// bytes lie in the banks.
static void test_memory(const char* banks) {
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"banks", banks}, kNone, kNone);
  const uint32_t bank_count = (uint32_t)atoi(banks);
  enum { SIZE = 4096 * 37 + 123 };
  uint8_t* model = calloc(1, SIZE);
  uint8_t* other = calloc(1, SIZE);
  tt_backend_memory_t* below = allocate(device, 1);
  tt_backend_memory_t* memory = allocate(device, SIZE);
  tt_backend_memory_t* above = allocate(device, 1);
  check(fake_backend.write(device, memory, 0, model, SIZE));
  check(fake_backend.write(device, below, 0, "b", 1));
  check(fake_backend.write(device, above, 0, "a", 1));
  uint32_t seed = bank_count;
  for (int step = 0; step < 200; ++step) {
    uint64_t from = next_random(&seed) % SIZE;
    uint64_t to = next_random(&seed) % SIZE;
    uint64_t length = next_random(&seed) % SIZE;
    if (step % 2) length %= 300;
    if (length > SIZE - from) length = SIZE - from;
    if (length > SIZE - to) length = SIZE - to;
    switch (step % 4) {
      case 0:
        for (uint64_t i = 0; i < length; ++i) {
          other[i] = (uint8_t)next_random(&seed);
        }
        check(fake_backend.write(device, memory, to, other, length));
        memcpy(model + to, other, length);
        break;
      case 1:
        check(fake_backend.copy(device, memory, from, memory, to, length));
        memmove(model + to, model + from, length);
        break;
      case 2:
        to = to / 4 * 4;
        length = length / 4 * 4;
        check(fake_backend.fill(device, memory, to, length, "\1\2\3\4", 4));
        for (uint64_t i = 0; i < length; ++i) {
          model[to + i] = (uint8_t)(i % 4 + 1);
        }
        break;
      default:
        check(fake_backend.read(device, memory, from, other, length));
        assert_memory_equal(other, model + from, length);
    }
  }
  check(fake_backend.read(device, memory, 0, other, SIZE));
  assert_memory_equal(other, model, SIZE);

  // Byte b is in bank b / 4096 % banks.
  check(tt_bh_enter(device));
  for (uint64_t b = 0; b < SIZE; b += 1021) {
    uint8_t byte = 0;
    check(tt_bh_read(device, device->chip.banks[0][b / 4096 % bank_count],
                     memory->address + b / 4096 / bank_count * 4096 + b % 4096,
                     &byte, 1));
    assert_int_equal(byte, model[b]);
  }
  tt_bh_leave(device);
  // The neighbours are untouched.
  check(fake_backend.read(device, below, 0, other, 1));
  check(fake_backend.read(device, above, 0, other + 1, 1));
  assert_memory_equal(other, "ba", 2);
  fake_backend.release(device, below);
  fake_backend.release(device, memory);
  fake_backend.release(device, above);
  fake_backend.close(device);
  free(model);
  free(other);
}

static void test_memory_7_banks(void** state) { test_memory("7"); }
static void test_memory_8_banks(void** state) { test_memory("8"); }

static void test_dram_exhausted(void** state) {
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_info_t info;
  fake_backend.query_info(device, &info);
  assert_string_equal(info.name, NAME);
  assert_int_equal(info.core_count, 2);
  assert_int_equal(info.dram_banks, 8);
  assert_false(info.host_visible);
  tt_backend_memory_t* all = allocate(device, info.dram_size);
  tt_backend_memory_t* more = NULL;
  expect_error(fake_backend.allocate(device, 1, &more),
               TT_CODE_RESOURCE_EXHAUSTED, "4096 bytes of each bank requested");
  fake_backend.release(device, all);
  fake_backend.release(device, allocate(device, 0));
  fake_backend.close(device);
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

// Two phases: all cores, then one; a binding, a scratch, data, two constants.
static const char kProgram[] =
    "tile.program blackhole\n"
    "data b0 = hex 0102030405060708\n"
    "entry @both constants 2 {\n"
    "binding 0 read write\n"
    "launch {\n"
    "$0 = push 0\n$1 = push 1\n$2 = grid_cores\n$3 = core\n"
    "$4 = add.i64 $3, $1\n$5 = mul.i64 $0, 8\n}\n"
    "scratch s0 bytes $5\n"
    "view v0 = binding 0 offset 64 i32 length $0\n"
    "view v1 = scratch 0 offset 0 i32 length $0\n"
    "view v2 = data 0 offset 0 i32 length 2\n"
    "phase cores $2 fidelity HiFi4 fp32_dest_acc {\n"
    "cb c0 Float32 32 flat pages 2 unpack_to_dest\n"
    "cb c16 Float32 1 flat pages 3\n"
    "reader {\n%0 = load.i32 v2, 0\nstore.i32 v1, $4, %0\n}\n"
    "writer {\n%0 = load.i32 v0, $4\nstore.i32 v0, $4, %0\n}\n"
    "}\n"
    "phase cores 1 fidelity HiFi4 {\n"
    "writer {\n%0 = load.i32 v1, 0\nstore.i32 v0, 0, %0\n}\n"
    "}\n"
    "}\n";

static tt_program_t* parse(void) {
  tt_program_t* program = NULL;
  check(tt_program_parse(kProgram, strlen(kProgram), "test", &program));
  return program;
}

// Loads |program| and frees it.
static tt_backend_program_t* load_program(tt_backend_device_t* device,
                                          tt_program_t* program) {
  uint8_t* image = NULL;
  size_t size = 0;
  check(tt_program_write_image(program, &image, &size));
  tt_backend_program_t* loaded = NULL;
  check(fake_backend.load(device, image, size, &loaded));
  free(image);
  tt_program_free(program);
  return loaded;
}

static tt_backend_program_t* load(tt_backend_device_t* device) {
  return load_program(device, parse());
}

static tt_status_t launch(tt_backend_device_t* device,
                          tt_backend_program_t* program,
                          tt_backend_memory_t* memory, uint64_t offset) {
  const uint32_t constants[] = {16, 5};
  const tt_backend_binding_t binding = {memory, offset, 64 + 16 * 4};
  return fake_backend.launch(device, program, 0, constants, 2, &binding, 1);
}

typedef struct l1_t {
  uint8_t bytes[200000];
} l1_t;

static l1_t* read_l1(tt_backend_device_t* device, uint32_t core) {
  l1_t* l1 = calloc(1, sizeof(*l1));
  check(tt_bh_enter(device));
  check(tt_bh_read(device, tt_bh_chip_worker(&device->chip, core), 0, l1->bytes,
                   sizeof(l1->bytes)));
  tt_bh_leave(device);
  return l1;
}

static uint32_t word(const l1_t* l1, uint32_t address) {
  uint32_t value;
  memcpy(&value, l1->bytes + address, 4);
  return value;
}

static uint32_t half(const l1_t* l1, uint32_t address) {
  uint16_t value;
  memcpy(&value, l1->bytes + address, 2);
  return value;
}

static const char kData[] = {1, 2, 3, 4, 5, 6, 7, 8};

// What a core that only ran the first phase was given.
static void test_launch(void** state) {
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_program_t* program = load(device);
  tt_backend_memory_t* memory = allocate(device, 100000);
  const uint32_t phases = fake_toolchain_phases();
  check(launch(device, program, memory, 4096));
  assert_int_equal(fake_toolchain_phases(), phases + 2);

  l1_t* l1 = read_l1(device, 1);
  // Firmware: `jal x0, 0x3840`, and its bytes.
  assert_int_equal(word(l1, 0), 0x0410306F);
  assert_int_equal(l1->bytes[14400], 0xF0);
  assert_int_equal(l1->bytes[TT_BH_LOGICAL_X], 1);
  assert_int_equal(l1->bytes[TT_BH_LOGICAL_Y], 0);
  // Launch message.
  assert_int_equal(word(l1, TT_BH_LAUNCH), TT_BH_CONFIG);
  assert_int_equal(half(l1, TT_BH_LAUNCH + TT_BH_LAUNCH_LOCAL_CB),
                   TT_BH_CBS - TT_BH_CONFIG);
  assert_int_equal(l1->bytes[TT_BH_LAUNCH + TT_BH_LAUNCH_MODE], 1);
  assert_int_equal(l1->bytes[TT_BH_LAUNCH + TT_BH_LAUNCH_FIRST_REMOTE_CB], 32);
  assert_int_equal(word(l1, TT_BH_LAUNCH + TT_BH_LAUNCH_ENABLES), 31);
  assert_int_equal(word(l1, TT_BH_LAUNCH + TT_BH_LAUNCH_CB_MASK),
                   1u << 0 | 1u << 16 | 1u << 31);
  const uint32_t units[] = {2, 0, 1, 1, 1};
  for (uint32_t p = 0; p < 5; ++p) {
    assert_int_equal(half(l1, TT_BH_LAUNCH + TT_BH_LAUNCH_ARGS + 4 * p),
                     64 + TT_BH_ARGS_STRIDE * units[p]);
    const uint32_t text = word(l1, TT_BH_LAUNCH + TT_BH_LAUNCH_TEXT + 4 * p);
    assert_int_equal(TT_BH_CONFIG + text, TT_BH_TEXT + 32 * p);
    assert_int_equal(l1->bytes[TT_BH_CONFIG + text], 0xA0);
  }
  // CBs: address, bytes, pages, bytes of a page.
  const uint32_t cbs[3][5] = {{0, 196608, 8192, 2, 4096},
                              {16, 204800, 384, 3, 128},
                              {31, 180224, 16384, 1, 16384}};
  for (int i = 0; i < 3; ++i) {
    for (uint32_t k = 0; k < 4; ++k) {
      assert_int_equal(word(l1, TT_BH_CBS + 16 * cbs[i][0] + 4 * k),
                       cbs[i][k + 1]);
    }
  }
  // The writer's arguments: the binding, $0, $4 = core + 5.
  const uint32_t writer = TT_BH_ARGS + 2 * TT_BH_ARGS_STRIDE;
  assert_int_equal(word(l1, writer), memory->address);
  assert_int_equal(word(l1, writer + 4), 4096);
  assert_int_equal(word(l1, writer + 8), 0);
  assert_int_equal(word(l1, writer + 12), 16);
  assert_int_equal(word(l1, writer + 20), 6);
  // The reader's: scratch, data, $0, $4. The data is where they say.
  assert_int_equal(word(l1, TT_BH_ARGS + 32), 6);
  char data[8];
  check(tt_bh_enter(device));
  check(tt_bh_read(device, device->chip.banks[0][0], word(l1, TT_BH_ARGS + 12),
                   data, sizeof(data)));
  tt_bh_leave(device);
  assert_memory_equal(data, kData, sizeof(data));
  free(l1);

  // Core 0 ran the second phase too, with other kernels.
  l1 = read_l1(device, 0);
  assert_int_equal(l1->bytes[TT_BH_TEXT], 0xA1);
  free(l1);
  // Another launch compiles nothing, and brings its own arguments.
  check(launch(device, program, memory, 8192));
  assert_int_equal(fake_toolchain_phases(), phases + 2);
  l1 = read_l1(device, 1);
  assert_int_equal(word(l1, writer + 4), 8192);
  assert_int_equal(l1->bytes[TT_BH_TEXT], 0xA0);
  free(l1);
  tt_backend_counters_t counters;
  fake_backend.query_counters(device, &counters);
  assert_int_equal(counters.launches, 2);
  // 2 cores load one i32 of each view, then 1 core one: 5 loads a launch.
  assert_int_equal(counters.bytes_read, 2 * 5 * 4);
  fake_backend.release(device, memory);
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

static void test_refused_launches(void** state) {
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_program_t* program = load(device);
  tt_backend_memory_t* memory = allocate(device, 1000);
  uint32_t constants[] = {16, 5};
  tt_backend_binding_t binding = {memory, 0, 100};
  expect_error(
      fake_backend.launch(device, program, 0, constants, 2, &binding, 1),
      TT_CODE_OUT_OF_RANGE,
      "entry @both: view v0, 16 i32 from byte 64, leaves binding 0 of 100");
  expect_error(
      fake_backend.launch(device, program, 0, constants, 1, &binding, 1),
      TT_CODE_INVALID_ARGUMENT, "found 1 constants and 1 bindings");
  expect_error(
      fake_backend.launch(device, program, 1, constants, 2, &binding, 1),
      TT_CODE_INVALID_ARGUMENT, "has 1 entries");
  tt_backend_program_t* nothing = NULL;
  expect_error(fake_backend.load(device, "nonsense", 8, &nothing),
               TT_CODE_INVALID_ARGUMENT, "image");
  fake_backend.release(device, memory);
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

// What is no program for this device is refused before anything of it reaches a
// core: another version, another chip, more CBs than L1 holds.
static void test_refused_images(void** state) {
  (void)state;
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_program_t* nothing = NULL;
  uint8_t* image = NULL;
  size_t size = 0;
  tt_program_t* program = parse();
  check(tt_program_write_image(program, &image, &size));
  tt_image_header_t* header = (tt_image_header_t*)image;
  const tt_image_header_t good = *header;
  header->version = good.version + 1;
  tt_image_seal(image, size);
  expect_error(fake_backend.load(device, image, size, &nothing),
               TT_CODE_INVALID_ARGUMENT, "found version");
  *header = good;
  header->chip = 0x401E;
  tt_image_seal(image, size);
  expect_error(fake_backend.load(device, image, size, &nothing),
               TT_CODE_INVALID_ARGUMENT, "found chip 16414, expected 45376");
  free(image);
  program->cbs[0].pages = 400;  // of 4096 bytes
  check(tt_program_write_image(program, &image, &size));
  expect_error(fake_backend.load(device, image, size, &nothing),
               TT_CODE_INVALID_ARGUMENT, "bytes of L1, expected at most");
  free(image);
  tt_program_free(program);
  // The device is none the worse.
  tt_backend_program_t* loaded = load(device);
  tt_backend_memory_t* memory = allocate(device, 1000);
  check(launch(device, loaded, memory, 0));
  fake_backend.release(device, memory);
  fake_backend.unload(device, loaded);
  fake_backend.close(device);
}

static void test_no_compiler(void** state) {
  const tt_backend_param_t params[] = {{"compiler", "none"}};
  tt_backend_device_t* device = NULL;
  expect_error(fake_backend.open(params, 1, &device), TT_CODE_NOT_FOUND,
               "no compiler");
}

//===----------------------------------------------------------------------===//
// Code that programs carry
//===----------------------------------------------------------------------===//

// The program with code for |target| as the toolchain makes it, linked against
// the firmware |id|.
static tt_program_t* parse_precompiled(const tt_toolchain_target_t* target,
                                       uint64_t id) {
  tt_program_t* program = parse();
  tt_binary_t* code = NULL;
  check(tt_toolchain_firmware(NULL, target, &code));
  check(tt_precompiled_add(program, target, TT_PRECOMPILED_FIRMWARE, code, id));
  tt_binary_free(code);
  for (uint32_t phase = 0; phase < 2; ++phase) {
    check(tt_toolchain_phase(NULL, target, program, 0, phase, &code));
    check(tt_precompiled_add(program, target, phase, code, id));
    tt_binary_free(code);
  }
  return program;
}

// A device without a compiler runs what programs carry and nothing else.
static void test_carried_code(void** state) {
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"binaries", "1"},
                  (tt_backend_param_t){"compiler", "none"}, kNone);
  tt_backend_memory_t* memory = allocate(device, 1000);
  const tt_toolchain_target_t target = device->target;
  tt_toolchain_target_t other = target;
  other.dram_banks = 15 - target.dram_banks;
  tt_backend_program_t* bare = load(device);
  tt_backend_program_t* foreign =
      load_program(device, parse_precompiled(&other, 1));
  tt_backend_program_t* ours =
      load_program(device, parse_precompiled(&target, 1));
  tt_backend_program_t* newer =
      load_program(device, parse_precompiled(&target, 2));
  expect_error(launch(device, bare, memory, 0), TT_CODE_NOT_FOUND,
               "the program carries no compiled firmware");
  expect_error(launch(device, foreign, memory, 0), TT_CODE_NOT_FOUND,
               "only for other devices");
  const uint32_t phases = fake_toolchain_phases();
  check(launch(device, ours, memory, 0));
  assert_int_equal(fake_toolchain_phases(), phases);
  l1_t* l1 = read_l1(device, 1);
  assert_int_equal(l1->bytes[TT_BH_TEXT], 0xA0);
  free(l1);
  expect_error(launch(device, newer, memory, 0), TT_CODE_FAILED_PRECONDITION,
               "compiled for firmware 0000000000000002, the device runs "
               "0000000000000001");
  expect_error(launch(device, bare, memory, 0), TT_CODE_NOT_FOUND,
               "no compiled kernels of phase 0");
  fake_backend.unload(device, bare);
  fake_backend.unload(device, foreign);
  fake_backend.unload(device, ours);
  fake_backend.unload(device, newer);
  fake_backend.release(device, memory);
  fake_backend.close(device);
}

// Without the option, carried code is not looked at.
static void test_carried_code_is_ignored(void** state) {
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_memory_t* memory = allocate(device, 1000);
  tt_program_t* program = parse_precompiled(&device->target, 1);
  memset(program->binaries, 0xFF, program->binaries_count);
  tt_backend_program_t* loaded = load_program(device, program);
  const uint32_t phases = fake_toolchain_phases();
  check(launch(device, loaded, memory, 0));
  assert_int_equal(fake_toolchain_phases(), phases + 2);
  fake_backend.unload(device, loaded);
  fake_backend.release(device, memory);
  fake_backend.close(device);
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

// A kernel that hangs is named, and everything else lives on.
static void test_hang(const char* option, tt_code_t code, const char* text) {
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"first", option},
                  (tt_backend_param_t){"timeout", "0.05"},
                  (tt_backend_param_t){"checked", "1"});
  tt_backend_program_t* program = load(device);
  tt_backend_memory_t* memory = allocate(device, 100000);
  uint8_t bytes[10000], back[10000];
  for (int i = 0; i < 10000; ++i) bytes[i] = (uint8_t)(i * 7);
  check(fake_backend.write(device, memory, 50000, bytes, 10000));
  tt_status_t status = launch(device, program, memory, 4096);
  assert_int_equal(tt_status_code(status), code);
  assert_string_equal(tt_status_message(status), text);
  tt_status_free(status);
  check(fake_backend.read(device, memory, 50000, back, 10000));
  assert_memory_equal(back, bytes, 10000);
  fake_backend.release(device, memory);
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

static void test_hang_in_reader(void** state) {
  test_hang("loop=1", TT_CODE_DEADLINE_EXCEEDED,
            "entry @both: phase 0: not done within 0.05 s, which the device "
            "option timeout= sets: core 0 (column 0, row 0; NoC 1,2): NCRISC "
            "(reader) at store.i32 v1, $4, %0 (line 22), waypoint CRBW");
}

static void test_hang_in_compute(void** state) {
  test_hang("stall=2", TT_CODE_DEADLINE_EXCEEDED,
            "entry @both: phase 0: not done within 0.05 s, which the device "
            "option timeout= sets: core 0 (column 0, row 0; NoC 1,2): TRISC1 "
            "(compute, math) at no op yet, waypoint CRBW (and 1 more cores)");
}

static void test_stopped_access(void** state) {
  test_hang("stop=1", TT_CODE_OUT_OF_RANGE,
            "entry @both: phase 0: an access of elements outside of their "
            "view: core 0 (column 0, row 0; NoC 1,2): NCRISC (reader) at %0 = "
            "load.i32 v2, 0 (line 21), waypoint CRBW");
}

// After a hang in a reader the same process goes on: its "loop" is used up.
static void test_launch_after_hang(void** state) {
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"first", "loop=1"},
                  (tt_backend_param_t){"timeout", "0.05"}, kNone);
  tt_backend_program_t* program = load(device);
  tt_backend_memory_t* memory = allocate(device, 100000);
  expect_error(launch(device, program, memory, 0), TT_CODE_DEADLINE_EXCEEDED,
               "NCRISC");
  check(launch(device, program, memory, 0));
  fake_backend.release(device, memory);
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

// The simulator dies, hangs or talks nonsense at its |n|-th request, whichever
// that is; a fresh one takes its place.
static void lose_at(const char* how, int n, const char* once) {
  char misbehaviour[32], first_only[128];
  snprintf(misbehaviour, sizeof(misbehaviour), "%s=%d", how, n);
  snprintf(first_only, sizeof(first_only), "once=%s", once);
  remove(once);
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"first", misbehaviour},
                  (tt_backend_param_t){"second", first_only}, kNone);
  tt_backend_program_t* program = load(device);
  tt_backend_memory_t* old = allocate(device, 100000);
  char byte = 1;
  tt_status_t status = NULL;
  for (int i = 0; i < 100 && !status; ++i) {
    status = fake_backend.write(device, old, 0, &byte, 1);
    if (!status) status = launch(device, program, old, 0);
  }
  expect_error(status, TT_CODE_UNAVAILABLE, DIED);
  // What was there is gone, and said to be; nothing else is.
  expect_error(fake_backend.read(device, old, 0, &byte, 1), TT_CODE_DATA_LOSS,
               "buffer of 100000 bytes");
  expect_error(launch(device, program, old, 0), TT_CODE_DATA_LOSS,
               "binding 0: the contents of this buffer");
  tt_backend_memory_t* memory = allocate(device, 100000);
  check(launch(device, program, memory, 0));
  check(fake_backend.write(device, memory, 5, &byte, 1));
  expect_error(fake_backend.copy(device, old, 0, memory, 0, 1),
               TT_CODE_DATA_LOSS, "");
  // The program's data came back.
  char data[8];
  l1_t* l1 = read_l1(device, 1);
  check(tt_bh_enter(device));
  check(tt_bh_read(device, device->chip.banks[0][0], word(l1, TT_BH_ARGS + 12),
                   data, sizeof(data)));
  tt_bh_leave(device);
  assert_memory_equal(data, kData, sizeof(data));
  free(l1);
  fake_backend.release(device, old);
  fake_backend.release(device, memory);
  fake_backend.unload(device, program);
  fake_backend.close(device);
  remove(once);
}

static void test_loss(void** state) {
  char once[64];
  snprintf(once, sizeof(once), "bh_device_test.%d", (int)getpid());
  for (int n = 2; n < 40; ++n) lose_at("die", n, once);
  for (int n = 2; n < 40; n += 7) lose_at("garble", n, once);
  lose_at("abort", 20, once);
}

// It keeps dying: every operation says so, none hangs or crashes.
static void test_lost_for_good(void** state) {
  tt_backend_device_t* device =
      open_device((tt_backend_param_t){"first", "die=3"}, kNone, kNone);
  tt_backend_program_t* program = load(device);
  for (int i = 0; i < 3; ++i) {
    tt_backend_memory_t* memory = allocate(device, 100000);
    expect_error(launch(device, program, memory, 0), TT_CODE_UNAVAILABLE,
                 KEEPS_DYING);
    fake_backend.release(device, memory);
  }
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

enum { THREADS = 4 };

typedef struct caller_t {
  tt_backend_device_t* device;
  tt_backend_program_t* program;
  uint8_t mark;
} caller_t;

static void* call(void* argument) {
  const caller_t* caller = argument;
  tt_backend_memory_t* memory = allocate(caller->device, 50000);
  uint8_t bytes[9000], back[9000];
  memset(bytes, caller->mark, sizeof(bytes));
  for (int i = 0; i < 10; ++i) {
    check(fake_backend.write(caller->device, memory, 4000, bytes, 9000));
    check(launch(caller->device, caller->program, memory, 0));
    check(fake_backend.read(caller->device, memory, 4000, back, 9000));
    assert_memory_equal(back, bytes, sizeof(bytes));
  }
  fake_backend.release(caller->device, memory);
  return NULL;
}

static void test_threads(void** state) {
  tt_backend_device_t* device = open_device(kNone, kNone, kNone);
  tt_backend_program_t* program = load(device);
  pthread_t threads[THREADS];
  caller_t callers[THREADS];
  for (int i = 0; i < THREADS; ++i) {
    callers[i] = (caller_t){device, program, (uint8_t)(i + 1)};
    assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
  }
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
  tt_backend_counters_t counters;
  fake_backend.query_counters(device, &counters);
  assert_int_equal(counters.launches, THREADS * 10);
  fake_backend.unload(device, program);
  fake_backend.close(device);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_memory_7_banks),
      cmocka_unit_test(test_memory_8_banks),
      cmocka_unit_test(test_dram_exhausted),
      cmocka_unit_test(test_launch),
      cmocka_unit_test(test_refused_launches),
      cmocka_unit_test(test_refused_images),
      cmocka_unit_test(test_no_compiler),
      cmocka_unit_test(test_carried_code),
      cmocka_unit_test(test_carried_code_is_ignored),
      cmocka_unit_test(test_hang_in_reader),
      cmocka_unit_test(test_hang_in_compute),
      cmocka_unit_test(test_stopped_access),
      cmocka_unit_test(test_launch_after_hang),
      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_lost_for_good),
      cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

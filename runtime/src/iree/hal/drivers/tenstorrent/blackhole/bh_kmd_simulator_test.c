// A program end to end over everything that a card needs but the card: the
// device, the transport to it, the stand-in for its kernel driver, and behind
// that a simulator, which runs tt-metal's firmware and our kernels: wolfpine,
// and ttsim where TT_METAL_SIMULATOR names it.
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
#include "bh_kmd.h"
#include "bh_simulators.h"
#include "testing/fake_kmd.h"

static const tt_bh_transport_vtable_t* simulator;
static fake_kmd_t* kernel;  // of the device that is open
static uint32_t banks;      // that its card has, as a mask

static void close_card(tt_bh_transport_t* transport) {
  tt_bh_kmd_close(transport);
  fake_kmd_destroy(kernel);
}

static tt_status_t open_simulator(tt_bh_transport_t** out_transport) {
  const tt_backend_param_t host = {"host", simulator == &tt_bh_wolfpine
                                               ? TT_BH_WOLFPINE_HOST
                                               : TT_BH_TTSIM_HOST};
  return simulator->open(&host, 1, out_transport);
}

static tt_status_t open_card(const tt_backend_param_t* params, size_t count,
                             tt_bh_transport_t** out_transport) {
  tt_bh_transport_t* chip = NULL;
  TT_RETURN_IF_ERROR(open_simulator(&chip));
  kernel = fake_kmd_create(simulator, chip);
  kernel->banks = banks;
  return tt_bh_kmd_open(&kernel->system, NULL, 0, out_transport);
}

static const char* const kKeys[] = {NULL};
static const tt_bh_transport_vtable_t kCard = {
    .name = "kmd",
    .keys = kKeys,
    .open = open_card,
    .close = close_card,
    .query_info = tt_bh_kmd_query_info,
    .read = tt_bh_kmd_read,
    .write = tt_bh_kmd_write,
    .advance = tt_bh_kmd_advance,
    .set_reset = tt_bh_kmd_set_reset,
    .restart = tt_bh_kmd_restart,
};
TT_BH_BACKEND(backend, kCard, "kmd", "for tests", NULL);

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

// What this machine lacks for the test; NULL if nothing.
static tt_status_t missing(void) {
  tt_toolchain_t* toolchain = NULL;
  TT_RETURN_IF_ERROR(
      tt_toolchain_create(&(tt_toolchain_options_t){0}, &toolchain));
  tt_toolchain_destroy(toolchain);
  tt_bh_transport_t* t = NULL;
  TT_RETURN_IF_ERROR(open_simulator(&t));
  simulator->close(t);
  return NULL;
}

static char* read_file(const char* path) {
  FILE* file = fopen(path, "r");
  assert_non_null(file);
  char* text = calloc(1, 1 << 16);
  assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
  fclose(file);
  return text;
}

static tt_backend_program_t* load(tt_backend_device_t* device,
                                  const char* path) {
  char* text = read_file(path);
  tt_program_t* program = NULL;
  check(tt_program_parse(text, strlen(text), path, &program));
  uint8_t* image = NULL;
  size_t size = 0;
  check(tt_program_write_image(program, &image, &size));
  tt_backend_program_t* loaded = NULL;
  check(backend.load(device, image, size, &loaded));
  free(image);
  free(text);
  tt_program_free(program);
  return loaded;
}

// A device with the program and its operands.
typedef struct add_t {
  tt_backend_device_t* device;
  tt_backend_program_t* program;
  tt_backend_memory_t* memory[3];  // two operands, the sum
  uint32_t count;                  // of elements
  float* host[3];                  // the operands, room for the sum
} add_t;

static void open_add(const char* cores, uint32_t count, add_t* add) {
  const tt_backend_param_t grid = {"grid", cores};
  const size_t size = count * sizeof(float);
  *add = (add_t){.count = count};
  check(backend.open(&grid, 1, &add->device));
  add->program = load(add->device, TT_BH_ADD_PROGRAM);
  for (int i = 0; i < 3; ++i) {
    add->host[i] = calloc(1, size);
    check(backend.allocate(add->device, size, &add->memory[i]));
  }
  for (uint32_t i = 0; i < count; ++i) {
    add->host[0][i] = (float)(i * 37 % 1001) - 500.0f;
    add->host[1][i] = (float)i * 0.25f;
  }
  for (int i = 0; i < 2; ++i) {
    check(backend.write(add->device, add->memory[i], 0, add->host[i], size));
  }
}

static void close_add(add_t* add) {
  for (int i = 0; i < 3; ++i) {
    backend.release(add->device, add->memory[i]);
    free(add->host[i]);
  }
  backend.unload(add->device, add->program);
  backend.close(add->device);
}

static tt_status_t launch(add_t* add) {
  const size_t size = add->count * sizeof(float);
  const uint32_t constants[] = {0, add->count};
  tt_backend_binding_t bindings[3];
  for (int i = 0; i < 3; ++i) {
    bindings[i] = (tt_backend_binding_t){add->memory[i], 0, size};
  }
  memset(add->host[2], 0, size);
  check(backend.write(add->device, add->memory[2], 0, add->host[2], size));
  return backend.launch(add->device, add->program, 0, constants, 2, bindings,
                        3);
}

static void expect_sum(add_t* add) {
  float* const* host = add->host;
  check(launch(add));
  check(backend.read(add->device, add->memory[2], 0, host[2],
                     add->count * sizeof(float)));
  for (uint32_t i = 0; i < add->count; ++i) {
    if (host[2][i] != host[0][i] + host[1][i]) {
      fail_msg("element %u: %g + %g is not %g", i, host[0][i], host[1][i],
               host[2][i]);
    }
  }
}

static void run_add(const char* cores, uint32_t count) {
  add_t add;
  open_add(cores, count, &add);
  expect_sum(&add);
  expect_sum(&add);
  assert_int_equal(kernel->resets, 0);
  // A launch that does not end in time: the card is reset, and keeps what was
  // in its memory.
  const uint32_t timeout_ms = add.device->timeout_ms;
  add.device->timeout_ms = 0;
  tt_status_t status = launch(&add);
  assert_int_equal(tt_status_code(status), TT_CODE_DEADLINE_EXCEEDED);
  tt_status_free(status);
  assert_int_equal(kernel->resets, 1);
  add.device->timeout_ms = timeout_ms;
  expect_sum(&add);
  close_add(&add);
}

// On cards of 7 and 8 banks; |count| is no whole number of tiles.
static void test_add(const char* cores, uint32_t count) {
  tt_status_t reason = missing();
  if (reason) {
    print_message("SKIPPED: %s\n", tt_status_message(reason));
    tt_status_free(reason);
    skip();
  }
  banks = 0xFB;
  run_add(cores, count);
  banks = 0xFF;
  run_add(cores, count);
}

static void test_wolfpine(void** state) {
  simulator = &tt_bh_wolfpine;
  test_add("2x1", 2500);
}

// All that the card has: 120 cores.
static void test_ttsim(void** state) {
  simulator = &tt_bh_ttsim;
  test_add("12x10", 200000);
}

int main(int argc, char** argv) {
  const struct CMUnitTest wolfpine[] = {cmocka_unit_test(test_wolfpine)};
  const struct CMUnitTest ttsim[] = {cmocka_unit_test(test_ttsim)};
  return argc > 1 && !strcmp(argv[1], "ttsim")
             ? cmocka_run_group_tests(ttsim, NULL, NULL)
             : cmocka_run_group_tests(wolfpine, NULL, NULL);
}

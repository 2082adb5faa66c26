// A program end to end over everything that a card needs but the card: the
// device, the transport to it, the stand-in for its kernel driver, and behind
// that wolfpine, which runs tt-metal's firmware and our kernels.
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

static fake_kmd_t* kernel;  // of the device that is open
static uint32_t banks;      // that its card has, as a mask

static void close_card(tt_bh_transport_t* transport) {
  tt_bh_kmd_close(transport);
  fake_kmd_destroy(kernel);
}

static tt_status_t open_wolfpine(tt_bh_transport_t** out_transport) {
  const tt_backend_param_t params[] = {{"host", TT_BH_WOLFPINE_HOST}};
  return tt_bh_wolfpine.open(params, 1, out_transport);
}

static tt_status_t open_card(const tt_backend_param_t* params, size_t count,
                             tt_bh_transport_t** out_transport) {
  tt_bh_transport_t* chip = NULL;
  TT_RETURN_IF_ERROR(open_wolfpine(&chip));
  kernel = fake_kmd_create(&tt_bh_wolfpine, chip);
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
  TT_RETURN_IF_ERROR(open_wolfpine(&t));
  tt_bh_wolfpine.close(t);
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

enum { COUNT = 2500 };  // elements: two tiles and a part on two cores

static void run_add(void) {
  const tt_backend_param_t grid = {"grid", "2x1"};
  tt_backend_device_t* device = NULL;
  check(backend.open(&grid, 1, &device));
  tt_backend_program_t* program = load(device, TT_BH_ADD_PROGRAM);
  float a[COUNT], b[COUNT], sum[COUNT];
  for (int i = 0; i < COUNT; ++i) {
    a[i] = (float)(i * 37 % 1001) - 500.0f;
    b[i] = (float)i * 0.25f;
  }
  tt_backend_memory_t* memory[3];
  for (int i = 0; i < 3; ++i) {
    check(backend.allocate(device, sizeof(a), &memory[i]));
  }
  check(backend.write(device, memory[0], 0, a, sizeof(a)));
  check(backend.write(device, memory[1], 0, b, sizeof(b)));
  const uint32_t constants[] = {0, COUNT};
  const tt_backend_binding_t bindings[] = {{memory[0], 0, sizeof(a)},
                                           {memory[1], 0, sizeof(b)},
                                           {memory[2], 0, sizeof(sum)}};
  for (int run = 0; run < 2; ++run) {
    memset(sum, 0, sizeof(sum));
    check(backend.write(device, memory[2], 0, sum, sizeof(sum)));
    check(backend.launch(device, program, 0, constants, 2, bindings, 3));
    check(backend.read(device, memory[2], 0, sum, sizeof(sum)));
    for (int i = 0; i < COUNT; ++i) {
      if (sum[i] != a[i] + b[i]) {
        fail_msg("element %d: %g + %g is not %g", i, a[i], b[i], sum[i]);
      }
    }
  }
  assert_int_equal(kernel->resets, 0);
  for (int i = 0; i < 3; ++i) backend.release(device, memory[i]);
  backend.unload(device, program);
  backend.close(device);
}

static void test_add(void** state) {
  tt_status_t reason = missing();
  if (reason) {
    print_message("SKIPPED: %s\n", tt_status_message(reason));
    tt_status_free(reason);
    skip();
  }
  banks = 0xFB;
  run_add();
  banks = 0xFF;
  run_add();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_add)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

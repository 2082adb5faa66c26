// The mock against the machine code: every golden program of tile/testdata, and
// with them every op with every dtype, runs on the mock and on a simulated
// Blackhole with the same data.
//
//   bh_truth_test wolfpine|ttsim [name ...]
//
// With names only those programs (add_flat, tile_float, ...). Skipped where the
// simulator, tt-metal's device code or a RISC-V compiler is missing.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "bh_truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "bh_simulators.h"
#include "tile/testing.h"
#include "tile/testing_data.h"

enum {
  BYTES = 1 << 19,  // of a binding
  MAX_BINDINGS = 16,
};

TT_BH_BACKEND(ttsim, tt_bh_ttsim, "ttsim", "for tests", NULL);
TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

extern const tt_backend_vtable_t tt_mock_backend;

static const tt_backend_vtable_t* simulator;
static char** names;  // of the programs to run; none: all
static int name_count;

typedef struct side_t {
  const tt_backend_vtable_t* backend;
  tt_backend_device_t* device;
} side_t;

typedef struct truth_t {
  side_t mock, chip;
  int trials, wrong;
} truth_t;

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static tt_status_t open_chip(tt_backend_device_t** out_device) {
  const bool python = simulator == &wolfpine;
  const tt_backend_param_t params[] = {
      {"host", python ? TT_BH_WOLFPINE_HOST : TT_BH_TTSIM_HOST},
      {"grid", "1x1"},
      {"banks", "7"}};
  return simulator->open(params, 3, out_device);
}

// One run of an entry with one kind of data on both devices.
typedef struct trial_t {
  const char* name;  // of the program
  tt_backend_program_t* programs[2];
  const tt_program_t* source;
  uint32_t entry;
  float low, high;  // floats lie between; equal: any data
} trial_t;

// Runs the entry on |data|, which is changed as the device's memory was. Where
// it does not run the code says why, and a message.
static tt_code_t run(const side_t* side, const trial_t* trial,
                     tt_backend_program_t* program, uint8_t* const* data) {
  uint32_t constants[16];
  const tt_entry_t* e = &trial->source->entries[trial->entry];
  tt_backend_binding_t bindings[MAX_BINDINGS];
  for (int i = 0; i < 16; ++i) constants[i] = 70;
  for (uint32_t b = 0; b < e->binding_count; ++b) {
    bindings[b] = (tt_backend_binding_t){NULL, 0, BYTES};
    check(side->backend->allocate(side->device, BYTES, &bindings[b].memory));
    check(side->backend->write(side->device, bindings[b].memory, 0, data[b],
                               BYTES));
  }
  tt_status_t status =
      side->backend->launch(side->device, program, trial->entry, constants,
                            e->constant_count, bindings, e->binding_count);
  const tt_code_t code = tt_status_code(status);
  if (status) print_message("%s\n", tt_status_message(status));
  tt_status_free(status);
  for (uint32_t b = 0; b < e->binding_count; ++b) {
    // A simulator that ended has lost its memory.
    if (code == TT_CODE_OK) {
      check(side->backend->read(side->device, bindings[b].memory, 0, data[b],
                                BYTES));
    }
    side->backend->release(side->device, bindings[b].memory);
  }
  return code;
}

static void make_data(const trial_t* trial, uint32_t binding, uint8_t** wanted,
                      uint8_t** found) {
  uint64_t state = binding + 1;
  const tt_dtype_t dtype = tt_testing_binding_dtype(
      trial->source, &trial->source->entries[trial->entry], binding);
  *wanted = tt_testing_data(dtype, BYTES, &state);
  if (trial->low != trial->high &&
      (dtype == TT_DTYPE_F32 || dtype == TT_DTYPE_BF16)) {
    tt_testing_narrow(*wanted, dtype, BYTES, trial->low, trial->high);
  }
  // The chip's maximum knows no scaler but 1.
  if (!strncmp(trial->name, "reduce", 6) && binding == 1) {
    tt_testing_narrow(*wanted, dtype, BYTES, 1, 1);
  }
  *found = aligned_alloc(64, BYTES);
  memcpy(*found, *wanted, BYTES);
}

// Compares a binding tile by tile: those of exact ops with any data, the others
// with narrow data.
static int compare(const trial_t* trial, uint32_t binding, const char* what,
                   const uint8_t* wanted, const uint8_t* found) {
  double bounds[TT_BH_TRUTH_TILES];
  const tt_entry_t* entry = &trial->source->entries[trial->entry];
  const tt_dtype_t dtype =
      tt_testing_binding_dtype(trial->source, entry, binding);
  const uint64_t bytes = tt_dtype_bytes(dtype, TT_TILE_LANES);
  int wrong = 0;
  tt_bh_truth_bounds(trial->source, entry, bounds);
  for (uint64_t i = 0; i * bytes < BYTES; ++i) {
    const uint8_t *x = wanted + i * bytes, *y = found + i * bytes;
    const double bound = i < TT_BH_TRUTH_TILES ? bounds[i] : 0;
    if (bound == 0 || !tt_dtype_desc(dtype)->is_float) {
      wrong += tt_testing_compare(what, dtype, x, y, bytes, 0);
    } else if (trial->low != trial->high) {
      const double worst = tt_testing_worst(dtype, x, y, TT_TILE_LANES, 0.05);
      if (worst <= bound) continue;
      print_error("%s, binding %u, tile %llu: apart by %g, at most %g\n", what,
                  binding, (unsigned long long)i, worst, bound);
      ++wrong;
    }
  }
  return wrong;
}

static void check_trial(truth_t* t, const trial_t* trial) {
  const tt_entry_t* entry = &trial->source->entries[trial->entry];
  uint8_t *wanted[MAX_BINDINGS], *found[MAX_BINDINGS];
  char what[256];
  snprintf(what, sizeof(what), "%s @%s, %g to %g", trial->name,
           tt_entry_name(trial->source, entry), trial->low, trial->high);
  for (uint32_t b = 0; b < entry->binding_count; ++b) {
    make_data(trial, b, &wanted[b], &found[b]);
  }
  // Data that does not fit the program, and ops without a spelling, are no
  // failures of the chip.
  if (run(&t->mock, trial, trial->programs[0], wanted) == TT_CODE_OK) {
    const tt_code_t code = run(&t->chip, trial, trial->programs[1], found);
    t->wrong += code != TT_CODE_OK && code != TT_CODE_UNIMPLEMENTED;
    t->trials += code == TT_CODE_OK;
    for (uint32_t b = 0; code == TT_CODE_OK && b < entry->binding_count; ++b) {
      t->wrong += compare(trial, b, what, wanted[b], found[b]);
    }
  }
  for (uint32_t b = 0; b < entry->binding_count; ++b) {
    free(wanted[b]);
    free(found[b]);
  }
}

static void check_entry(truth_t* t, trial_t trial) {
  static const float ranges[][2] = {{0, 0}, {0.05f, 0.95f}, {1.05f, 4}};
  double bounds[TT_BH_TRUTH_TILES], most = 0;
  tt_bh_truth_bounds(trial.source, &trial.source->entries[trial.entry], bounds);
  for (int i = 0; i < TT_BH_TRUTH_TILES; ++i) {
    if (bounds[i] > most) most = bounds[i];
  }
  for (int i = 0; i < (most > 0 ? 3 : 1); ++i) {
    trial.low = ranges[i][0];
    trial.high = ranges[i][1];
    check_trial(t, &trial);
  }
}

static bool is_wanted(const char* name) {
  for (int i = 0; i < name_count; ++i) {
    if (!strcmp(names[i], name)) return true;
  }
  return name_count == 0;
}

static void check_program(const char* path, void* context) {
  truth_t* t = context;
  const char* base = strrchr(path, '/') + 1;
  char name[128];
  snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
  if (!is_wanted(name)) return;
  tt_program_t* source = tt_testing_parse_file(path);
  uint8_t* image = NULL;
  size_t size = 0;
  tt_backend_program_t* programs[2];
  check(tt_program_write_image(source, &image, &size));
  check(t->mock.backend->load(t->mock.device, image, size, &programs[0]));
  check(t->chip.backend->load(t->chip.device, image, size, &programs[1]));
  for (uint32_t i = 0; i < source->entries_count; ++i) {
    check_entry(t, (trial_t){.name = name,
                             .programs = {programs[0], programs[1]},
                             .source = source,
                             .entry = i});
  }
  t->mock.backend->unload(t->mock.device, programs[0]);
  t->chip.backend->unload(t->chip.device, programs[1]);
  free(image);
  tt_program_free(source);
}

static void test_truth(void** state) {
  truth_t t = {.mock = {&tt_mock_backend, NULL}, .chip = {simulator, NULL}};
  const tt_backend_param_t params[] = {{"grid", "1x1"}, {"numerics", "tensix"}};
  check(open_chip(&t.chip.device));
  check(tt_mock_backend.open(params, 2, &t.mock.device));
  tt_testing_each_golden(check_program, &t);
  t.mock.backend->close(t.mock.device);
  t.chip.backend->close(t.chip.device);
  print_message("%d runs\n", t.trials);
  assert_int_equal(t.wrong, 0);
  assert_true(t.trials > 0);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  simulator = strcmp(argv[1], "ttsim") ? &wolfpine : &ttsim;
  names = argv + 2;
  name_count = argc - 2;
  tt_backend_device_t* device = NULL;
  tt_status_t status = open_chip(&device);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    printf("SKIPPED: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  tt_status_free(status);
  simulator->close(device);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_truth)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

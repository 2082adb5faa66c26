// Emitted kernels compute what the interpreter computes: the golden kernels,
// compiled for the host over a stand-in of tt-metal (kernel_host/), run beside
// it on the same data. Scalar code and SFPI functions run as they are; the
// compute API's own functions are stood in for, so only their use is tested.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/emit.h"
#include "tile/interp.h"
#include "tile/kernel_host/kernel_host.h"
#include "tile/testing.h"
#include "tile/testing_data.h"

enum {
  BYTES = 1 << 19,      // of a binding
  BUFFER_OFFSET = 192,  // of a binding in its allocation
  BANK_STEP = 4096 * 24,
  GRID = 3,
  BANKS = 7,
};

typedef struct run_t {
  const tt_program_t* program;
  const tt_entry_t* entry;
  uint32_t entry_index;
  const char* name;  // of the program
  tt_launch_env_t env;
  int64_t values[256];
  uint8_t per_core[256], values_per_core[256];
  uint8_t* bindings[16];
} run_t;

typedef struct tally_t {
  int entries, wrong;
} tally_t;

// ---- Data -------------------------------------------------------------------

static void make_bindings(run_t* run) {
  uint64_t state = 1;
  for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
    run->bindings[b] = tt_testing_data(
        tt_testing_binding_dtype(run->program, run->entry, b), BYTES, &state);
  }
}

// ---- The interpreter
// ------------------------------------------------------------

// False, with a message, where these inputs do not fit the program.
static bool interpret(const run_t* run, uint8_t* const* data) {
  tt_interp_binding_t bindings[16];
  for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
    bindings[b] = (tt_interp_binding_t){data[b], BYTES};
  }
  const tt_interp_options_t options = {0};
  const tt_interp_params_t params = {.entry = run->entry_index,
                                     .env = run->env,
                                     .bindings = bindings,
                                     .scratch_limit = BYTES};
  tt_interp_t* interp = NULL;
  tt_interp_worker_t* worker = NULL;
  tt_interp_launch_t* launch = NULL;
  tt_interp_counters_t counters = {0};
  assert_null(tt_interp_create(run->program, &options, &interp));
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_run(launch, worker, &counters);
  bool ran = !status;
  if (!ran) print_message("not run: %s\n", tt_status_message(status));
  tt_status_free(status);
  tt_interp_launch_destroy(launch);
  tt_interp_worker_destroy(worker);
  tt_interp_destroy(interp);
  return ran;
}

// ---- The emitted kernels
// -----------------------------------------------------------

// Where the host put a buffer: bindings, then scratches, then blobs.
static uint32_t bank_of(const run_t* run, tt_emit_arg_kind_t kind,
                        uint32_t index) {
  uint32_t slot = index;
  if (kind != TT_EMIT_ARG_BINDING) slot += run->entry->binding_count;
  if (kind == TT_EMIT_ARG_DATA) slot += run->entry->scratch_count;
  return 4096 + slot * BANK_STEP;
}

static void pass_args(const run_t* run, uint32_t phase, tt_unit_t unit) {
  tt_emit_arg_t* args = NULL;
  uint32_t count = 0;
  assert_null(tt_emit_kernel_args(run->program, run->entry_index, phase, unit,
                                  &args, &count));
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t word = args[i].word;
    uint64_t value = BUFFER_OFFSET;
    if (args[i].kind == TT_EMIT_ARG_VALUE) {
      value = (uint64_t)run->values[args[i].index];
    } else {
      host_set_arg(unit, word++, bank_of(run, args[i].kind, args[i].index));
    }
    host_set_arg(unit, word, (uint32_t)value);
    host_set_arg(unit, word + 1, (uint32_t)(value >> 32));
  }
  free(args);
}

// The compiled kernel of a file's name, NULL if the phase has none; false where
// it was not emitted.
static bool find_kernel(const run_t* run, uint32_t phase, tt_unit_t unit,
                        void (**out_run)(void)) {
  static const char* const units[] = {"reader", "compute", "writer"};
  *out_run = NULL;
  const tt_phase_t* p = &run->program->phases[run->entry->first_phase + phase];
  if (p->kernels[unit] == TT_NONE) return true;
  char name[256];
  snprintf(name, sizeof(name), "%s.%s.%u.%s.cpp", run->name,
           tt_entry_name(run->program, run->entry), phase, units[unit]);
  for (const host_kernel_t* k = host_kernels; k->name; ++k) {
    if (strcmp(k->name, name) == 0) *out_run = k->run;
  }
  return *out_run != NULL;
}

static void run_core(run_t* run, uint32_t phase, uint32_t core,
                     void (*const kernels[3])(void)) {
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t count = 0;
  assert_null(tt_launch_eval(run->program, run->entry, &run->env, run->per_core,
                             1, core, run->values));
  assert_null(
      tt_emit_phase_cbs(run->program, run->entry_index, phase, cbs, &count));
  host_clear_cbs();
  for (uint32_t i = 0; i < count; ++i) {
    host_set_cb(cbs[i].number, cbs[i].format, cbs[i].rows, cbs[i].page_size,
                cbs[i].pages);
  }
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (kernels[unit]) pass_args(run, phase, (tt_unit_t)unit);
  }
  const char* error = host_run(kernels);
  if (error) {
    fail_msg("%s @%s, phase %u, core %u: %s", run->name,
             tt_entry_name(run->program, run->entry), phase, core, error);
  }
}

static bool run_emitted(run_t* run) {
  for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
    host_write(bank_of(run, TT_EMIT_ARG_BINDING, b), BUFFER_OFFSET,
               run->bindings[b], BYTES);
  }
  for (uint32_t i = 0; i < run->program->blobs_count; ++i) {
    const tt_blob_t* blob = &run->program->blobs[i];
    host_write(bank_of(run, TT_EMIT_ARG_DATA, i), BUFFER_OFFSET,
               run->program->data + blob->offset, blob->size);
  }
  tt_launch_mark(run->program, run->entry, run->per_core, run->values_per_core);
  assert_null(tt_launch_eval(run->program, run->entry, &run->env, run->per_core,
                             0, 0, run->values));
  for (uint32_t p = 0; p < run->entry->phase_count; ++p) {
    void (*kernels[3])(void);
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      if (!find_kernel(run, p, (tt_unit_t)unit, &kernels[unit])) return false;
    }
    int64_t cores = tt_launch_value(
        run->program, run->program->phases[run->entry->first_phase + p].cores,
        run->values);
    for (int64_t c = 0; c < cores; ++c) run_core(run, p, (uint32_t)c, kernels);
  }
  return true;
}

// ---- Comparison -------------------------------------------------------------

// Functions of the compute API are the host's here: compute kernels may differ
// in the last places.
static double tolerance(const run_t* run, tt_dtype_t dtype) {
  for (uint32_t p = 0; p < run->entry->phase_count; ++p) {
    const tt_phase_t* phase =
        &run->program->phases[run->entry->first_phase + p];
    if (phase->kernels[TT_UNIT_COMPUTE] == TT_NONE) continue;
    return dtype == TT_DTYPE_BF16  ? 0x1p-7
           : dtype == TT_DTYPE_F16 ? 0x1p-10
                                   : 4e-6;  // tan of 123456
  }
  return 0;
}

static int compare(const run_t* run, uint32_t b, const uint8_t* wanted,
                   const uint8_t* found) {
  const tt_dtype_t dtype =
      tt_testing_binding_dtype(run->program, run->entry, b);
  char what[256];
  snprintf(what, sizeof(what), "%s @%s: binding %u", run->name,
           tt_entry_name(run->program, run->entry), b);
  return tt_testing_compare(what, dtype, wanted, found, BYTES,
                            tolerance(run, dtype));
}

static void check_entry(run_t* run, tally_t* tally) {
  uint8_t* wanted[16];
  make_bindings(run);
  for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
    wanted[b] = aligned_alloc(64, BYTES);
    memcpy(wanted[b], run->bindings[b], BYTES);
  }
  if (interpret(run, wanted) && run_emitted(run)) {
    ++tally->entries;
    for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
      host_read(bank_of(run, TT_EMIT_ARG_BINDING, b), BUFFER_OFFSET,
                run->bindings[b], BYTES);
      tally->wrong += compare(run, b, wanted[b], run->bindings[b]);
    }
  }
  for (uint32_t b = 0; b < run->entry->binding_count; ++b) {
    free(wanted[b]);
    free(run->bindings[b]);
  }
}

static void check_program(const char* path, void* context) {
  static const uint32_t constants[16] = {70, 70, 70, 70, 70, 70, 70, 70,
                                         70, 70, 70, 70, 70, 70, 70, 70};
  tt_program_t* program = tt_testing_parse_file(path);
  const char* base = strrchr(path, '/') + 1;
  char name[128];
  snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
  for (uint32_t e = 0; e < program->entries_count; ++e) {
    run_t run = {
        .program = program,
        .entry = &program->entries[e],
        .entry_index = e,
        .name = name,
        .env = {
            .constants = constants, .grid_cores = GRID, .dram_banks = BANKS}};
    check_entry(&run, context);
  }
  tt_program_free(program);
}

static void test_golden(void** state) {
  tally_t tally = {0};
  tt_testing_each_golden(check_program, &tally);
  print_message("%d entries\n", tally.entries);
  assert_int_equal(tally.wrong, 0);
  assert_true(tally.entries > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

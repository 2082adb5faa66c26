#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/count_internal.h"
#include "tile/emit.h"
#include "tile/fuzz/fuzz.h"
#include "tile/interp.h"

enum {
  kBindingBytes = 8192,
  kScratchBytes = 1 << 20,
  kSteps = 2000,
  kGridCores = 2,
};

// A verified program can fail, but not because tt-iree is wrong.
static void check_failure(tt_status_t status) {
  if (tt_status_code(status) == TT_CODE_INTERNAL) {
    fprintf(stderr, "%s\n", tt_status_message(status));
    abort();
  }
  tt_status_free(status);
}

static void run_entry(const tt_program_t* program, const tt_interp_t* interp,
                      uint32_t index) {
  const tt_entry_t* entry = &program->entries[index];
  uint32_t* constants = calloc(entry->constant_count + 1, sizeof(*constants));
  tt_interp_binding_t* bindings =
      calloc(entry->binding_count + 1, sizeof(*bindings));
  // Sizes at an edge of tiles, for programs that take them.
  for (uint32_t i = 0; i < entry->constant_count; ++i) constants[i] = 33;
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    bindings[i].length = kBindingBytes;
    bindings[i].data = aligned_alloc(64, kBindingBytes);
    memset(bindings[i].data, (int)(i * 0x3F), kBindingBytes);
  }
  const tt_interp_params_t params = {
      .entry = index,
      .env = {.constants = constants,
              .grid_cores = kGridCores,
              .dram_banks = 7},
      .bindings = bindings,
      .scratch_limit = kScratchBytes,
  };
  tt_interp_launch_t* launch = NULL;
  tt_interp_worker_t* worker = NULL;
  tt_interp_counters_t counters = {0};
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_worker_create(&worker);
  if (!status) status = tt_interp_worker_reserve(worker, interp);
  if (!status) status = tt_interp_run(launch, worker, &counters);
  check_failure(status);
  tt_interp_worker_destroy(worker);
  tt_interp_launch_destroy(launch);
  for (uint32_t i = 0; i < entry->binding_count; ++i) free(bindings[i].data);
  free(bindings);
  free(constants);
}

static void print_and_parse(const tt_program_t* program) {
  char* text = NULL;
  size_t size = 0;
  tt_program_t* again = NULL;
  tt_status_t status = tt_program_print(program, &text, &size);
  if (!status) status = tt_program_parse(text, size, "printed", &again);
  if (status) {
    fprintf(stderr, "%s\n%s\n", tt_status_message(status), text);
    abort();
  }
  free(text);
  tt_program_free(again);
}

static void emit_phase(const tt_program_t* program, uint32_t entry,
                       uint32_t phase) {
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t count = 0;
  check_failure(tt_emit_phase_cbs(program, entry, phase, cbs, &count));
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    char* text = NULL;
    size_t size = 0;
    check_failure(
        tt_emit_kernel(program, entry, phase, (tt_unit_t)unit, &text, &size));
    free(text);
    tt_emit_arg_t* args = NULL;
    check_failure(tt_emit_kernel_args(program, entry, phase, (tt_unit_t)unit,
                                      &args, &count));
    free(args);
  }
}

static void describe_entry(const tt_program_t* program, uint32_t entry) {
  const tt_launch_env_t env = {.grid_cores = kGridCores, .dram_banks = 7};
  tt_counts_t counts;
  check_failure(tt_count_within(program, entry, &env, kSteps, &counts));
  for (uint32_t i = 0; i < program->entries[entry].phase_count; ++i) {
    emit_phase(program, entry, i);
  }
}

void tt_fuzz_use(const tt_program_t* program) {
  print_and_parse(program);
  for (uint32_t i = 0; i < program->entries_count; ++i) {
    describe_entry(program, i);
  }
  const tt_interp_options_t options = {
      .isa = TT_ISA_PORTABLE, .checked = true, .step_limit = kSteps};
  tt_interp_t* interp = NULL;
  tt_status_t status = tt_interp_create(program, &options, &interp);
  for (uint32_t i = 0; i < program->entries_count && !status; ++i) {
    run_entry(program, interp, i);
  }
  tt_status_free(status);
  tt_interp_destroy(interp);
}

#include "compiler/plugins/target/tenstorrent/ttc_testing_plan.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower.h"
#include "tile/emit.h"

ttc_plan_options_t ttc_testing_plan_options(uint32_t cores) {
  return (ttc_plan_options_t){
      .chip = &tt_chip_blackhole,
      .cores = cores,
      .l1_size = tt_chip_blackhole.l1_size - tt_chip_blackhole.l1_reserved,
      .fidelity = TT_FIDELITY_HIFI4};
}

void ttc_testing_succeed(tt_status_t status, const char* what) {
  if (status) fail_msg("%s: %s", what, tt_status_message(status));
}

static void spell(const tt_program_t* program) {
  for (uint32_t i = 0; i < program->entries[0].phase_count; ++i) {
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      char* text = NULL;
      size_t size = 0;
      ttc_testing_succeed(
          tt_emit_kernel(program, 0, i, (tt_unit_t)unit, &text, &size),
          "spell");
      free(text);
    }
  }
}

static void run(const tt_program_t* program, const uint32_t* pushes,
                uint32_t grid, const tt_interp_binding_t* bindings,
                const tt_interp_options_t* options) {
  tt_interp_t* interp = NULL;
  tt_interp_worker_t* worker = NULL;
  tt_interp_launch_t* launch = NULL;
  tt_interp_counters_t counters = {0};
  ttc_testing_succeed(tt_interp_create(program, options, &interp), "decode");
  tt_interp_params_t params = {
      .env = {.constants = pushes, .grid_cores = grid, .dram_banks = 7},
      .bindings = bindings,
      .scratch_limit = 1 << 24};
  ttc_testing_succeed(tt_interp_launch_create(interp, &params, &launch),
                      "launch");
  ttc_testing_succeed(tt_interp_worker_create(&worker), "worker");
  ttc_testing_succeed(tt_interp_worker_reserve(worker, interp), "worker");
  ttc_testing_succeed(tt_interp_run(launch, worker, &counters), "run");
  tt_interp_worker_destroy(worker);
  tt_interp_launch_destroy(launch);
  tt_interp_destroy(interp);
}

// Swaps what the bindings hold with |copies|, or begins those.
static void swap_bindings(uint32_t count, const tt_interp_binding_t* bindings,
                          uint8_t** copies, bool begin) {
  for (uint32_t i = 0; i < count; ++i) {
    const size_t size = bindings[i].length;
    uint8_t* data = bindings[i].data;
    if (begin) copies[i] = malloc(size + 1);
    assert_non_null(copies[i]);
    for (size_t j = 0; j < size; ++j) {
      const uint8_t held = data[j];
      if (!begin) data[j] = copies[i][j];
      copies[i][j] = held;
    }
  }
}

uint32_t ttc_testing_run_plan(ttc_dispatch_t* dispatch, const uint32_t* pushes,
                              uint32_t cores, uint32_t grid,
                              const tt_interp_binding_t* bindings,
                              tt_numerics_t numerics) {
  ttc_plan_options_t options = ttc_testing_plan_options(cores);
  ttc_plan_t plan;
  ttc_testing_succeed(ttc_plan_attention(dispatch, &options, &plan), "plan");
  if (!plan.phase_count) {
    ttc_testing_succeed(ttc_plan_dispatch(dispatch, &options, &plan), "plan");
  }
  tt_builder_t* b = tt_builder_create();
  ttc_lower_plan(b, dispatch, &options, &plan);
  uint32_t matmuls = 0;
  for (uint32_t i = 0; i < plan.phase_count; ++i) {
    matmuls += plan.phases[i]->kind == TTC_PHASE_MATMUL;
  }
  ttc_plan_deinitialize(&plan);
  tt_program_t* program = NULL;
  ttc_testing_succeed(tt_builder_finish(b, &program), "lower");
  spell(program);
  uint8_t* others[TT_MAX_BINDINGS] = {0};
  const uint32_t count = dispatch->binding_count;
  swap_bindings(count, bindings, others, true);
  for (int checked = 0; checked < 2; ++checked) {
    run(program, pushes, grid, bindings,
        &(tt_interp_options_t){.numerics = numerics, .checked = checked});
    if (!checked) swap_bindings(count, bindings, others, false);
  }
  for (uint32_t i = 0; i < count; ++i) {
    assert_memory_equal(bindings[i].data, others[i], bindings[i].length);
    free(others[i]);
  }
  tt_program_free(program);
  return matmuls;
}

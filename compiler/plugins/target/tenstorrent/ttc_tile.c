#include "compiler/plugins/target/tenstorrent/ttc_tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_bytes.h"
#include "compiler/plugins/target/tenstorrent/ttc_cut.h"
#include "compiler/plugins/target/tenstorrent/ttc_lower.h"
#include "compiler/plugins/target/tenstorrent/ttc_narrow.h"
#include "compiler/plugins/target/tenstorrent/ttc_read.h"
#include "tile/emit.h"

tt_status_t ttc_tile_prepare(MlirOperation module) {
  return ttc_run_passes(module, ttc_read_passes);
}

// What |print| writes of a dispatch and its plan; NULL without memory.
typedef void (*ttc_tile_print_fn_t)(const ttc_dispatch_t* dispatch,
                                    const ttc_plan_t* plan, FILE* out);
static char* ttc_tile_text(const ttc_dispatch_t* dispatch,
                           const ttc_plan_t* plan, ttc_tile_print_fn_t print) {
  char* text = NULL;
  size_t size = 0;
  FILE* file = open_memstream(&text, &size);
  if (!file) return NULL;
  print(dispatch, plan, file);
  fclose(file);
  return text;
}

static void ttc_print_dispatch(const ttc_dispatch_t* dispatch,
                               const ttc_plan_t* plan, FILE* out) {
  ttc_dispatch_print(dispatch, out);
}

// What the compile report says of a dispatch on tiles.
static void ttc_print_reason(const ttc_dispatch_t* dispatch,
                             const ttc_plan_t* plan, FILE* out) {
  static const char* const kinds[] = {
      [TTC_PHASE_MOVE] = "moves",
      [TTC_PHASE_LANES] = "elementwise",
      [TTC_PHASE_MATMUL] = "matmul",
      [TTC_PHASE_ATTENTION] = "attention",
  };
  for (uint32_t i = 0; i < plan->phase_count; ++i) {
    const ttc_phase_t* phase = plan->phases[i];
    const char* kind = kinds[phase->kind];
    if (phase->kind == TTC_PHASE_LANES && phase->stages[0].reduce) {
      kind = "reduction";
    }
    fprintf(out, "%s%s%s", i ? ", " : "", kind,
            phase->part == TTC_NO_INDEX ? "" : " in parts");
  }
}

// Every kernel must have a spelling in TT-Metal; limits such as the number of
// runtime arguments show only when it is spelled.
static tt_status_t ttc_tile_spell(const tt_program_t* program) {
  for (uint32_t phase = 0; phase < program->entries[0].phase_count; ++phase) {
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      char* text = NULL;
      size_t size = 0;
      tt_status_t status =
          tt_emit_kernel(program, 0, phase, (tt_unit_t)unit, &text, &size);
      free(text);
      TT_RETURN_IF_ERROR(status);
    }
  }
  return NULL;
}

// Lowers into a program of its own first: a plan that gives no valid program
// must not spoil the executable, which has the floor to fall back to.
static tt_status_t ttc_tile_try(ttc_dispatch_t* dispatch,
                                const ttc_plan_options_t* options,
                                const ttc_plan_t* plan) {
  tt_builder_t* b = tt_builder_create();
  if (!b) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  ttc_lower_plan(b, dispatch, options, plan);
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  if (!status) status = ttc_tile_spell(program);
  tt_program_free(program);
  if (status && tt_status_code(status) != TT_CODE_RESOURCE_EXHAUSTED) {
    tt_status_t refusal = tt_status_make(TT_CODE_UNIMPLEMENTED,
                                         "the plan has no valid program: %s",
                                         tt_status_message(status));
    tt_status_free(status);
    status = refusal;
  }
  return status;
}

// A dispatch and its plan.
typedef struct ttc_tile_t {
  ttc_dispatch_t dispatch;
  ttc_plan_t plan;
} ttc_tile_t;

static tt_status_t ttc_tile_open(MlirOperation func, const ttc_export_t* entry,
                                 ttc_tile_t* out) {
  memset(out, 0, sizeof(*out));
  ttc_dispatch_initialize(&out->dispatch);
  out->dispatch.name = strdup(entry->name);
  out->dispatch.constant_count = entry->constant_count;
  out->dispatch.binding_count = entry->binding_count;
  return out->dispatch.name
             ? ttc_read_dispatch(func, &out->dispatch)
             : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
}

static void ttc_tile_close(ttc_tile_t* tile) {
  ttc_plan_deinitialize(&tile->plan);
  ttc_dispatch_deinitialize(&tile->dispatch);
}

static tt_status_t ttc_tile_cut(const ttc_plan_options_t* options,
                                ttc_tile_t* tile) {
  ttc_narrow_sums(&tile->dispatch);
  ttc_bytes_dispatch(&tile->dispatch);
  ttc_cut_dispatch(&tile->dispatch);
  return ttc_plan_dispatch(&tile->dispatch, options, &tile->plan);
}

// Plans attention in one phase, or cut into several where that costs less;
// other dispatches have no choice.
static tt_status_t ttc_tile_plan(const ttc_plan_options_t* options,
                                 MlirOperation func, const ttc_export_t* entry,
                                 ttc_tile_t* tile) {
  TT_RETURN_IF_ERROR(ttc_plan_attention(&tile->dispatch, options, &tile->plan));
  if (!tile->plan.phase_count) return ttc_tile_cut(options, tile);
  ttc_tile_t cut;
  tt_status_t status = ttc_tile_open(func, entry, &cut);
  if (!status) status = ttc_tile_cut(options, &cut);
  if (!status &&
      ttc_cost_total(cut.plan.cost) < ttc_cost_total(tile->plan.cost)) {
    const ttc_tile_t whole = *tile;
    *tile = cut;
    cut = whole;
  }
  tt_status_free(status);
  ttc_tile_close(&cut);
  return NULL;
}

tt_status_t ttc_tile_lower(const ttc_codegen_options_t* options,
                           MlirOperation func, const ttc_export_t* entry,
                           tt_builder_t* b, char** out_reason,
                           char** out_dispatch_text, char** out_plan_text) {
  const ttc_plan_options_t plan_options = {
      .chip = &tt_chip_blackhole,
      .cores = (uint32_t)(options->grid_rows * options->grid_cols),
      .l1_size = (uint64_t)options->l1_size,
      .fidelity = (uint8_t)options->fidelity};
  ttc_tile_t tile;
  tt_status_t status = ttc_tile_open(func, entry, &tile);
  if (!status && options->want_dispatch_text) {
    *out_dispatch_text =
        ttc_tile_text(&tile.dispatch, NULL, ttc_print_dispatch);
  }
  if (!status) status = ttc_tile_plan(&plan_options, func, entry, &tile);
  if (!status && options->want_plan_text) {
    *out_plan_text = ttc_tile_text(&tile.dispatch, &tile.plan, ttc_plan_print);
  }
  if (!status) {
    status = ttc_tile_try(&tile.dispatch, &plan_options, &tile.plan);
  }
  if (!status) {
    ttc_lower_plan(b, &tile.dispatch, &plan_options, &tile.plan);
    *out_reason = ttc_tile_text(&tile.dispatch, &tile.plan, ttc_print_reason);
  }
  ttc_tile_close(&tile);
  return status;
}

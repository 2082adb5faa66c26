// Golden tests of the tile path: testdata/tile/<name>.mlir holds a dispatch, as
// the stock compiler forms it, and <name>.txt its plan and the tile program, or
// why the tile path leaves it to the floor; `ttc_tile_test --update` rewrites
// the latter. What programs mean is tested by running them (ttc_plan_test,
// test/e2e). Skipped when no libIREECompiler.so is found
// (TT_IREE_COMPILER_LIBRARY).
#include "compiler/plugins/target/tenstorrent/ttc_tile.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_testing.h"

static bool update;

// What the one function of |source| becomes, as text.
static void lower(const char* source, FILE* out) {
  const ttc_codegen_options_t options = {.grid_rows = 8,
                                         .grid_cols = 8,
                                         .l1_size = 1 << 20,
                                         .fidelity = TTC_FIDELITY_HIFI4,
                                         .want_plan_text = true};
  MlirOperation module = ttc_testing_parse(source);
  const ttc_export_t export = ttc_testing_export(source);
  tt_builder_t* builder = tt_builder_create();
  char *reason = NULL, *dispatch = NULL, *plan = NULL, *tiles = NULL;
  tt_program_t* program = NULL;
  size_t size = 0;
  tt_status_t status = ttc_tile_prepare(module);
  if (!status) {
    status = ttc_tile_lower(&options, ttc_op_first_in_region(module, 0),
                            &export, builder, &reason, &dispatch, &plan);
  }
  if (status) {
    fprintf(out, "refused: %s\n", tt_status_message(status));
    tt_builder_abandon(builder);
  } else {
    status = tt_builder_finish(builder, &program);
    if (!status) status = tt_program_print(program, &tiles, &size);
    if (status) fail_msg("%s", tt_status_message(status));
    fprintf(out, "// %s\n%s\n%s", reason, plan, tiles);
  }
  tt_status_free(status);
  tt_program_free(program);
  free(reason);
  free(dispatch);
  free(plan);
  free(tiles);
  mlirOperationDestroy(module);
}

static void test_golden(void** state) {
  ttc_testing_golden("tile", ".txt", update, lower);
}

int main(int argc, char** argv) {
  update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
  return cmocka_run_group_tests(tests, ttc_testing_start, ttc_testing_stop);
}

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

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

static bool update;
static iree_compiler_session_t* session;

// NUL-terminated; NULL when it cannot be read.
static char* read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char* text = calloc(1, (size_t)size + 1);
  assert_int_equal(fread(text, 1, (size_t)size, file), size);
  fclose(file);
  return text;
}

static void check_golden(const char* path, const char* text) {
  if (update) {
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
  }
  char* golden = read_file(path);
  if (!golden) fail_msg("%s is missing: ttc_tile_test --update", path);
  if (strcmp(golden, text) != 0) {
    print_message("%s", text);
    fail_msg("%s differs from the above: ttc_tile_test --update", path);
  }
  free(golden);
}

// What an export would say: the text mentions its layout once.
static ttc_tile_export_t describe(const char* source) {
  ttc_tile_export_t export = {.name = "f"};
  const char* constants = strstr(source, "constants = ");
  if (constants) export.constant_count = (uint32_t)atoi(constants + 12);
  for (const char* at = source;
       (at = strstr(at, "#hal.pipeline.binding<")) != NULL; ++at) {
    ++export.binding_count;
  }
  return export;
}

// What the one function of |source| becomes, as text.
static void lower(const char* source, FILE* out) {
  const ttc_codegen_options_t options = {.grid_rows = 8,
                                         .grid_cols = 8,
                                         .l1_size = 1 << 20,
                                         .fidelity = TTC_FIDELITY_HIFI4,
                                         .want_plan_text = true};
  MlirContext context = ireeCompilerSessionBorrowContext(session);
  MlirOperation module =
      mlirOperationCreateParse(context, ttc_str(source), ttc_str("test"));
  if (!module.ptr) fail_msg("does not parse:\n%s", source);
  const ttc_tile_export_t export = describe(source);
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
  glob_t found;
  assert_int_equal(glob("testdata/tile/*.mlir", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    const char* path = found.gl_pathv[i];
    char* source = read_file(path);
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    lower(source, out);
    fclose(out);
    char golden[512];
    snprintf(golden, sizeof(golden), "%.*s.txt", (int)strlen(path) - 5, path);
    check_golden(golden, text);
    free(text);
    free(source);
  }
  globfree(&found);
}

static int start(void** state) {
  tt_status_t status = ttc_api_load(NULL);
  if (status) {
    print_message("skipped: %s\n", tt_status_message(status));
    bool missing = tt_status_code(status) == TT_CODE_NOT_FOUND;
    tt_status_free(status);
    exit(missing ? 0 : 1);
  }
  session = ireeCompilerSessionCreate();
  return 0;
}

static int stop(void** state) {
  ireeCompilerSessionDestroy(session);
  return 0;
}

int main(int argc, char** argv) {
  update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
  return cmocka_run_group_tests(tests, start, stop);
}

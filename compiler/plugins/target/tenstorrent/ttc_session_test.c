// The whole way through the stock compiler with a stand-in for codegen.
// Skipped when no libIREECompiler.so is found (TT_IREE_COMPILER_LIBRARY).
#include "compiler/plugins/target/tenstorrent/ttc_session.h"

// cmocka.h needs the headers before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/plugins/target/tenstorrent/ttc_driver.h"
#include "compiler/plugins/target/tenstorrent/ttc_retarget.h"

//===----------------------------------------------------------------------===//
// Stand-ins for codegen
//===----------------------------------------------------------------------===//

static const char image[] = "not really an image, but recognizable";

static struct {
  int variants;
  ttc_codegen_options_t options;
} seen;

static tt_status_t fake_codegen(const ttc_codegen_options_t* options,
                                MlirOperation variant,
                                ttc_codegen_output_t* out) {
  ++seen.variants;
  seen.options = *options;
  assert_true(ttc_variant_is_ours(variant));
  assert_non_null(ttc_variant_inner_module(variant).ptr);
  out->image = malloc(sizeof(image));
  memcpy(out->image, image, sizeof(image));
  out->image_size = sizeof(image);
  out->entries = calloc(1, sizeof(*out->entries));
  out->entry_count = 1;
  out->entries[0].name = strdup("entry");
  out->entries[0].executable = strdup("add_dispatch_0");
  out->entries[0].path = strdup("tile");
  out->entries[0].reason = strdup("a \"reason\" \303\244 \344\n");
  out->entries[0].grid_cols = options->grid_cols;
  out->entries[0].grid_rows = options->grid_rows;
  out->entries[0].cores = 64;
  out->entries[0].tiles = -1;
  if (options->want_tile_text) out->entries[0].tile_text = strdup("tile\n");
  return NULL;
}

// Finds the operation to blame as a real one does.
static MlirWalkResult find_generic(MlirOperation op, void* user_data) {
  if (!ttc_op_is(op, "linalg.generic")) return MlirWalkResultAdvance;
  *(MlirLocation*)user_data = mlirOperationGetLocation(op);
  return MlirWalkResultInterrupt;
}

static tt_status_t failing_codegen(const ttc_codegen_options_t* options,
                                   MlirOperation variant,
                                   ttc_codegen_output_t* out) {
  ++seen.variants;
  mlirOperationWalk(variant, find_generic, &out->error_location,
                    MlirWalkPreOrder);
  return tt_status_make(TT_CODE_UNIMPLEMENTED,
                        "'linalg.generic' op: cannot do this");
}

// Runs passes on a clone of the inner module, as the floor does.
static tt_status_t cloning_codegen(const ttc_codegen_options_t* options,
                                   MlirOperation variant,
                                   ttc_codegen_output_t* out) {
  MlirOperation clone = mlirOperationClone(ttc_variant_inner_module(variant));
  tt_status_t status = ttc_run_passes(
      clone, "func.func(linalg-generalize-named-ops,canonicalize),cse");
  if (!status) status = ttc_run_passes(clone, "func.func(no-such-pass)");
  mlirOperationDestroy(clone);
  return status;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static const char add_source[] =
    "func.func @add(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {\n"
    "  %r = arith.addf %a, %b : tensor<4xf32>\n"
    "  return %r : tensor<4xf32>\n"
    "}\n";

typedef struct {
  bool failed;
  uint8_t* data;  // owned
  size_t size;
  char diagnostics[8192];
} result_t;

static void collect(int severity, const char* message, size_t length,
                    void* user_data) {
  result_t* result = user_data;
  size_t used = strlen(result->diagnostics);
  if (used + length + 2 > sizeof(result->diagnostics)) return;
  memcpy(result->diagnostics + used, message, length);
  result->diagnostics[used + length] = '\n';
}

static void compile(const char* source, ttc_codegen_fn_t codegen,
                    const char* const* argv, result_t* result) {
  memset(result, 0, sizeof(*result));
  memset(&seen, 0, sizeof(seen));
  int argc = 0;
  while (argv[argc]) ++argc;
  iree_compiler_session_t* iree = ireeCompilerSessionCreate();
  ttc_session_t* session = NULL;
  assert_null(ttc_session_create(iree, &session));
  session->codegen = codegen;
  tt_status_t status =
      ttc_session_parse(session, TTC_PARSE_COMPILE, argc, argv);
  if (status) fail_msg("%s", tt_status_message(status));
  iree_compiler_source_t* iree_source = NULL;
  iree_compiler_output_t* output = NULL;
  assert_null(ireeCompilerSourceWrapBuffer(
      iree, "in.mlir", source, strlen(source) + 1, true, &iree_source));
  assert_null(ireeCompilerOutputOpenMembuffer(&output));
  ttc_diagnostics_t diagnostics = {false, collect, result};
  status = ttc_driver_run(session, &diagnostics, iree_source, output,
                          &result->failed);
  if (status) fail_msg("%s", tt_status_message(status));
  void* data = NULL;
  uint64_t size = 0;
  if (!result->failed) {
    assert_null(ireeCompilerOutputMapMemory(output, &data, &size));
    result->data = malloc(size + 1);
    memcpy(result->data, data, size);
    result->data[size] = 0;
    result->size = size;
  }
  ireeCompilerOutputDestroy(output);
  ireeCompilerSourceDestroy(iree_source);
  ttc_session_destroy(session);
  ireeCompilerSessionDestroy(iree);
}
#define COMPILE(source, codegen, result, ...) \
  compile(source, codegen, (const char* const[]){__VA_ARGS__, NULL}, result)

static bool holds(const result_t* result, const void* bytes, size_t size) {
  return memmem(result->data, result->size, bytes, size) != NULL;
}

static void expect_ok(const result_t* result) {
  if (result->failed) fail_msg("%s", result->diagnostics);
}

static void expect_text(const char* text, const char* part) {
  if (!strstr(text, part)) fail_msg("'%s' is not in:\n%s", part, text);
}

#define BACKEND "--iree-hal-target-backends=tenstorrent"

#define NEED_LIBRARY()                                             \
  do {                                                             \
    tt_status_t missing_ = ttc_api_load(NULL);                     \
    if (tt_status_code(missing_) == TT_CODE_NOT_FOUND) {           \
      print_message("skipped: %s\n", tt_status_message(missing_)); \
      tt_status_free(missing_);                                    \
      skip();                                                      \
    }                                                              \
    if (missing_) fail_msg("%s", tt_status_message(missing_));     \
  } while (0)

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

static void test_to_vmfb(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result, BACKEND);
  expect_ok(&result);
  assert_int_equal(seen.variants, 1);
  assert_true(holds(&result, image, sizeof(image)));
  assert_true(holds(&result, "tenstorrent-bh-fb", 17));
  // Nothing of the carrier is left.
  assert_false(holds(&result, "vmvx", 4));
  assert_false(holds(&result, "local*", 6));
  free(result.data);
}

static void test_options_reach_codegen(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result, BACKEND,
          "--iree-tenstorrent-grid=3x2",
          "--iree-tenstorrent-math-fidelity=hifi2",
          "--iree-tenstorrent-l1-size=1048576");
  expect_ok(&result);
  assert_int_equal(seen.options.grid_cols, 3);
  assert_int_equal(seen.options.grid_rows, 2);
  assert_int_equal(seen.options.fidelity, TTC_FIDELITY_HIFI2);
  assert_int_equal(seen.options.l1_size, 1048576 - 196608);
  assert_false(seen.options.want_tile_text);
  free(result.data);
}

static void test_error_has_location_and_op(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, failing_codegen, &result, BACKEND);
  assert_true(result.failed);
  expect_text(result.diagnostics, "in.mlir:2:8: ");
  expect_text(result.diagnostics, "'linalg.generic' op: cannot do this");
}

static void test_all_errors_are_told(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(
      "func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %r = math.exp %a : tensor<4xf32>\n"
      "  return %r : tensor<4xf32>\n"
      "}\n"
      "func.func @g(%a: tensor<5xi32>) -> tensor<5xi32> {\n"
      "  %r = arith.muli %a, %a : tensor<5xi32>\n"
      "  return %r : tensor<5xi32>\n"
      "}\n",
      failing_codegen, &result, BACKEND);
  assert_true(result.failed);
  assert_int_equal(seen.variants, 2);
  expect_text(result.diagnostics, "in.mlir:2:8: ");
  expect_text(result.diagnostics, "in.mlir:6:8: ");
}

static void test_passes_on_a_clone(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, cloning_codegen, &result, BACKEND);
  assert_true(result.failed);
  // The first list ran; the second names what is wrong with it.
  expect_text(result.diagnostics, "no-such-pass");
}

static void test_malformed_source(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE("func.func @f( {", fake_codegen, &result, BACKEND);
  assert_true(result.failed);
  assert_int_equal(seen.variants, 0);
  expect_text(result.diagnostics, "in.mlir:1:14: ");
}

static void test_refused_flag(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result, BACKEND,
          "--iree-hal-instrument-dispatches=16mib");
  assert_true(result.failed);
  expect_text(result.diagnostics, "--iree-hal-instrument-dispatches=16mib");
}

static void test_phases_resume(void** state) {
  NEED_LIBRARY();
  static const char* const phases[] = {"input",
                                       "flow",
                                       "stream",
                                       "executable-sources",
                                       "executable-configurations",
                                       "executable-targets",
                                       "hal"};
  for (size_t i = 0; i < sizeof(phases) / sizeof(*phases); ++i) {
    char to[64], from[64];
    snprintf(to, sizeof(to), "--compile-to=%s", phases[i]);
    snprintf(from, sizeof(from), "--compile-from=%s", phases[i]);
    result_t half, whole;
    COMPILE(add_source, fake_codegen, &half, BACKEND, to,
            "--iree-tenstorrent-grid=5x4");
    expect_ok(&half);
    // From here on the module itself says what it is for.
    if (!strstr((const char*)half.data, "vmvx")) {
      expect_text((const char*)half.data, "tenstorrent");
    } else {
      fail_msg("the carrier shows in phase %s", phases[i]);
    }
    COMPILE((const char*)half.data, fake_codegen, &whole, from);
    expect_ok(&whole);
    assert_true(holds(&whole, image, sizeof(image)));
    if (seen.variants) {
      // Configuration travels in the IR.
      assert_int_equal(seen.options.grid_cols, 5);
      assert_int_equal(seen.options.grid_rows, 4);
    }
    free(half.data);
    free(whole.data);
  }
}

static void test_target_in_the_module(void** state) {
  NEED_LIBRARY();
  result_t result;
  char source[1024];
  snprintf(source, sizeof(source),
           "module attributes {hal.device.targets = "
           "[#hal.device.target<\"tenstorrent\">]} {\n%s}\n",
           add_source);
  compile(source, fake_codegen, (const char* const[]){NULL}, &result);
  expect_ok(&result);
  assert_true(holds(&result, image, sizeof(image)));
  free(result.data);
}

static void test_named_devices(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result,
          "--iree-hal-target-device=first=tenstorrent[0]",
          "--iree-hal-target-device=second=tenstorrent[1]",
          "--compile-to=preprocessing");
  expect_ok(&result);
  expect_text((const char*)result.data, "@first = ");
  expect_text((const char*)result.data, "ordinal = 1 : index");
  free(result.data);
}

static void test_beside_another_target(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result,
          "--iree-hal-target-backends=tenstorrent,vmvx");
  expect_ok(&result);
  assert_int_equal(seen.variants, 1);
  assert_true(holds(&result, image, sizeof(image)));
  assert_true(holds(&result, "vmvx-bytecode-fb", 16));
  // Local devices are matched as the stock compiler matches them.
  assert_true(holds(&result, "local*", 6));
  free(result.data);
}

static void test_other_targets_alone(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result, "--iree-hal-target-backends=vmvx");
  expect_ok(&result);
  assert_int_equal(seen.variants, 0);
  assert_true(holds(&result, "vmvx-bytecode-fb", 16));
  free(result.data);
}

static void test_program_without_dispatches(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(
      "func.func @f() -> i32 {\n  %c = arith.constant 42 : i32\n"
      "  return %c : i32\n}\n",
      fake_codegen, &result, BACKEND);
  expect_ok(&result);
  assert_int_equal(seen.variants, 0);
  free(result.data);
}

static int count_text(const char* text, const char* part) {
  int count = 0;
  for (; (text = strstr(text, part)); ++text) ++count;
  return count;
}

static void test_stock_hal_flags(void** state) {
  NEED_LIBRARY();
  result_t result;
  COMPILE(add_source, fake_codegen, &result, BACKEND, "--compile-to=hal");
  expect_ok(&result);
  const char* text = (const char*)result.data;
  assert_int_equal(count_text(text, "hal.command_buffer.dispatch<"), 1);
  expect_text(text, "__add_memoize_apply");
  free(result.data);
  COMPILE(add_source, fake_codegen, &result, BACKEND, "--compile-to=hal",
          "--iree-hal-memoization=false",
          "--iree-hal-benchmark-dispatch-repeat-count=3");
  expect_ok(&result);
  text = (const char*)result.data;
  assert_int_equal(count_text(text, "hal.command_buffer.dispatch<"), 3);
  assert_null(strstr(text, "memoize"));
  free(result.data);
}

static void test_hal_executable_mode(void** state) {
  NEED_LIBRARY();
  result_t half, result;
  COMPILE(add_source, fake_codegen, &half, BACKEND,
          "--compile-to=executable-sources");
  expect_ok(&half);
  // The lines of the one executable.
  char* begin = strstr((char*)half.data, "  hal.executable private");
  assert_non_null(begin);
  char* end = strstr(begin, "\n  }\n");
  assert_non_null(end);
  end[5] = 0;
  COMPILE(begin, fake_codegen, &result, "--compile-mode=hal-executable");
  expect_ok(&result);
  assert_int_equal(result.size, sizeof(image));
  assert_memory_equal(result.data, image, sizeof(image));
  free(half.data);
  free(result.data);
}

static char* read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  char* text = calloc(1, 65536);
  size_t size = fread(text, 1, 65535, file);
  fclose(file);
  text[size] = 0;
  return text;
}

static void test_report_and_dumps(void** state) {
  NEED_LIBRARY();
  char directory[] = "/tmp/ttc_session_test.XXXXXX";
  assert_non_null(mkdtemp(directory));
  char report[256], tiles[256], binaries[256], path[512];
  snprintf(report, sizeof(report), "--iree-tenstorrent-report=%s/report.json",
           directory);
  snprintf(tiles, sizeof(tiles),
           "--iree-tenstorrent-dump-tile-programs-to=%s/new/deep", directory);
  snprintf(binaries, sizeof(binaries),
           "--iree-hal-dump-executable-binaries-to=%s/new", directory);
  result_t result;
  COMPILE(add_source, fake_codegen, &result, BACKEND, report, tiles, binaries);
  expect_ok(&result);
  assert_true(seen.options.want_tile_text);
  snprintf(path, sizeof(path), "%s/report.json", directory);
  char* text = read_file(path);
  assert_non_null(text);
  expect_text(text, "\"executable\": \"add_dispatch_0\"");
  expect_text(text, "\"location\": null, \"path\": \"tile\"");
  expect_text(text, "\"reason\": \"a \\\"reason\\\" \303\244 \\ufffd\\u000a\"");
  expect_text(text, "\"grid\": \"8x8\"");
  expect_text(text,
              "\"cores\": 64, \"utilization_percent\": 0, \"tiles\": null");
  free(text);
  unlink(path);
  snprintf(path, sizeof(path), "%s/new/deep/module_entry.tile", directory);
  text = read_file(path);
  assert_string_equal(text, "tile\n");
  free(text);
  unlink(path);
  snprintf(path, sizeof(path),
           "%s/new/module_add_dispatch_0_tenstorrent-bh-fb.bin", directory);
  text = read_file(path);
  assert_memory_equal(text, image, sizeof(image));
  free(text);
  unlink(path);
  snprintf(path, sizeof(path), "%s/new/deep", directory);
  rmdir(path);
  snprintf(path, sizeof(path), "%s/new", directory);
  rmdir(path);
  rmdir(directory);
  free(result.data);
}

// The place in the source, however the location is wrapped.
static void test_location_source(void** state) {
  NEED_LIBRARY();
  static const struct {
    const char* location;
    const char* source;
  } cases[] = {
      {"\"a.mlir\":1:2", "a.mlir:1:2"},
      {"callsite(\"a.mlir\":1:2 at \"b.mlir\":3:4)", "a.mlir:1:2"},
      {"\"add\"(callsite(\"f\"(\"a.mlir\":1:2) at \"b.mlir\":3:4))",
       "a.mlir:1:2"},
      {"fused<\"m\">[\"no file\", \"a.mlir\":1:2, \"b.mlir\":3:4]",
       "a.mlir:1:2"},
      {"unknown", NULL},
      {"\"no file\"", NULL},
  };
  iree_compiler_session_t* iree = ireeCompilerSessionCreate();
  MlirContext context = ireeCompilerSessionBorrowContext(iree);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char module[200];
    snprintf(module, sizeof(module), "builtin.module {} loc(%s)",
             cases[i].location);
    MlirOperation op =
        mlirOperationCreateParse(context, ttc_str(module), ttc_str("test"));
    assert_non_null(op.ptr);
    char* source = ttc_location_source(mlirOperationGetLocation(op));
    if (cases[i].source) {
      assert_non_null(source);
      assert_string_equal(source, cases[i].source);
    } else {
      assert_null(source);
    }
    free(source);
    mlirOperationDestroy(op);
  }
  ireeCompilerSessionDestroy(iree);
}

static void test_session_is_reused(void** state) {
  NEED_LIBRARY();
  iree_compiler_session_t* iree = ireeCompilerSessionCreate();
  ttc_session_t* session = NULL;
  assert_null(ttc_session_create(iree, &session));
  session->codegen = fake_codegen;
  const char* const argv[] = {BACKEND};
  assert_null(ttc_session_set_flags(session, 1, argv));
  for (int i = 0; i < 3; ++i) {
    iree_compiler_source_t* source = NULL;
    assert_null(ireeCompilerSourceWrapBuffer(
        iree, "in.mlir", add_source, sizeof(add_source), true, &source));
    iree_compiler_invocation_t* invocation = ireeCompilerInvocationCreate(iree);
    assert_true(ireeCompilerInvocationParseSource(invocation, source));
    assert_true(
        ttc_session_run_pipeline(session, invocation, NULL, 0, NULL, NULL));
    ireeCompilerInvocationDestroy(invocation);
    ireeCompilerSourceDestroy(source);
  }
  ttc_session_destroy(session);
  ireeCompilerSessionDestroy(iree);
}

static void test_compile_entry(void** state) {
  NEED_LIBRARY();
  uint8_t* data = NULL;
  size_t length = 0;
  const char* const argv[] = {"--iree-hal-target-backends=vmvx"};
  // Not NUL-terminated at its length.
  assert_null(ttc_compile(add_source, sizeof(add_source) - 1, NULL, 1, argv,
                          NULL, NULL, &data, &length));
  assert_true(length > 100);
  ttc_buffer_free(data);
  result_t result = {0};
  const char* const ours[] = {BACKEND, "--no-such-flag"};
  ttc_error_t* error = ttc_compile(add_source, sizeof(add_source) - 1, NULL, 2,
                                   ours, collect, &result, &data, &length);
  assert_int_equal(ttc_error_code(error), TT_CODE_INVALID_ARGUMENT);
  expect_text(ttc_error_message(error), "no-such-flag");
  assert_null(data);
  ttc_error_free(error);
  error = ttc_compile("func", 4, "x.mlir", 1, ours, collect, &result, &data,
                      &length);
  expect_text(ttc_error_message(error), "diagnostics");
  expect_text(result.diagnostics, "x.mlir");
  ttc_error_free(error);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_to_vmfb),
      cmocka_unit_test(test_options_reach_codegen),
      cmocka_unit_test(test_error_has_location_and_op),
      cmocka_unit_test(test_all_errors_are_told),
      cmocka_unit_test(test_passes_on_a_clone),
      cmocka_unit_test(test_malformed_source),
      cmocka_unit_test(test_refused_flag),
      cmocka_unit_test(test_phases_resume),
      cmocka_unit_test(test_target_in_the_module),
      cmocka_unit_test(test_named_devices),
      cmocka_unit_test(test_beside_another_target),
      cmocka_unit_test(test_other_targets_alone),
      cmocka_unit_test(test_program_without_dispatches),
      cmocka_unit_test(test_stock_hal_flags),
      cmocka_unit_test(test_hal_executable_mode),
      cmocka_unit_test(test_report_and_dumps),
      cmocka_unit_test(test_location_source),
      cmocka_unit_test(test_session_is_reused),
      cmocka_unit_test(test_compile_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

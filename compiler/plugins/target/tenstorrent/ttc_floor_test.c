// Golden tests of the floor: testdata/floor/<name>.mlir holds a dispatch, as
// the stock compiler forms it, and <name>.tile the program it becomes;
// `ttc_floor_test --update` rewrites the latter. What programs mean is tested
// by running them (test/e2e); here one sees what a change does to them.
// Skipped when no libIREECompiler.so is found (TT_IREE_COMPILER_LIBRARY).
#include "compiler/plugins/target/tenstorrent/ttc_floor.h"

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

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"

static bool update;
static iree_compiler_session_t* session;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

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
  if (!golden) fail_msg("%s is missing: ttc_floor_test --update", path);
  if (strcmp(golden, text) != 0) {
    print_message("%s", text);
    fail_msg("%s differs from the above: ttc_floor_test --update", path);
  }
  free(golden);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

// What an export would say: the text mentions its layout once.
static ttc_floor_export_t describe(const char* source) {
  ttc_floor_export_t export = {.name = "f"};
  const char* constants = strstr(source, "constants = ");
  if (constants) export.constant_count = (uint32_t)atoi(constants + 12);
  for (const char* at = source;
       (at = strstr(at, "#hal.pipeline.binding<")) != NULL; ++at) {
    ++export.binding_count;
  }
  return export;
}

// Lowers the one function of |source|. |*out_location| is that of the error.
static tt_status_t lower(const char* source, char** out_text,
                         char** out_location) {
  MlirContext context = ireeCompilerSessionBorrowContext(session);
  MlirOperation module =
      mlirOperationCreateParse(context, ttc_str(source), ttc_str("test"));
  if (!module.ptr) fail_msg("does not parse:\n%s", source);
  ttc_floor_export_t export = describe(source);
  tt_status_t status = ttc_floor_prepare(module);
  tt_builder_t* builder = tt_builder_create();
  MlirLocation location = {NULL};
  if (!status) {
    status = ttc_floor_lower(ttc_op_first_in_region(module, 0), &export,
                             builder, &location);
  }
  if (location.ptr) *out_location = ttc_location_text(location);
  tt_program_t* program = NULL;
  if (status) {
    tt_builder_abandon(builder);
  } else {
    status = tt_builder_finish(builder, &program);
  }
  size_t size;
  if (!status) status = tt_program_print(program, out_text, &size);
  tt_program_free(program);
  mlirOperationDestroy(module);
  return status;
}

static void test_golden(void** state) {
  glob_t found;
  assert_int_equal(glob("testdata/floor/*.mlir", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    const char* path = found.gl_pathv[i];
    char* source = read_file(path);
    char* text = NULL;
    char* location = NULL;
    tt_status_t status = lower(source, &text, &location);
    if (status) fail_msg("%s: %s", path, tt_status_message(status));
    char golden[512];
    snprintf(golden, sizeof(golden), "%.*s.tile", (int)strlen(path) - 5, path);
    check_golden(golden, text);
    free(text);
    free(location);
    free(source);
  }
  globfree(&found);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

#define LAYOUT                                                  \
  "#layout = #hal.pipeline.layout<bindings = "                  \
  "[#hal.pipeline.binding<storage_buffer, Indirect>], flags = " \
  "Indirect>\n"
#define FUNC(body) \
  LAYOUT "module {\n func.func @f() {\n" body "  return\n }\n}\n"
#define SUBSPAN(type)                                                \
  "  %c0 = arith.constant 0 : index\n"                               \
  "  %0 = hal.interface.binding.subspan layout(#layout) binding(0) " \
  "alignment(64) offset(%c0) flags(Indirect) : "                     \
  "memref<4x" type ", #hal.descriptor_type<storage_buffer>>\n"

// The error must name the op and its place.
static void check_error(const char* source, const char* message,
                        const char* place) {
  char* text = NULL;
  char* location = NULL;
  tt_status_t status = lower(source, &text, &location);
  assert_null(text);
  assert_int_equal(tt_status_code(status), TT_CODE_UNIMPLEMENTED);
  if (!strstr(tt_status_message(status), message)) {
    fail_msg("'%s' does not say '%s'", tt_status_message(status), message);
  }
  assert_non_null(location);
  assert_string_equal(location, place);
  free(location);
  tt_status_free(status);
}

static void test_type_without_storage(void** state) {
  check_error(FUNC(SUBSPAN(
                  "f8E4M3FN") "  %1 = memref.load %0[%c0] : memref<4xf8E4M3FN, "
                              "#hal.descriptor_type<storage_buffer>>\n"
                              "  memref.store %1, %0[%c0] : memref<4xf8E4M3FN, "
                              "#hal.descriptor_type<storage_buffer>>\n"),
              "'hal.interface.binding.subspan' op is of type "
              "memref<4xf8E4M3FN",
              "loc(\"test\":5:8)");
}

static void test_unknown_op(void** state) {
  check_error(
      FUNC(SUBSPAN(
          "f32") "  %1 = arith.constant 1.0 : f32\n"
                 "  %2 = memref.atomic_rmw addf %1, %0[%c0] : (f32, "
                 "memref<4xf32, #hal.descriptor_type<storage_buffer>>) -> "
                 "f32\n"),
      "'memref.atomic_rmw' op has no form as element loops",
      "loc(\"test\":7:8)");
}

static void test_narrow_op(void** state) {
  check_error(FUNC(SUBSPAN("i4") "  %1 = memref.load %0[%c0] : memref<4xi4, "
                                 "#hal.descriptor_type<storage_buffer>>\n"
                                 "  %2 = math.ctlz %1 : i4\n"
                                 "  memref.store %2, %0[%c0] : memref<4xi4, "
                                 "#hal.descriptor_type<storage_buffer>>\n"),
              "'math.ctlz' op is not possible on this type",
              "loc(\"test\":7:8)");
}

//===----------------------------------------------------------------------===//

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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_type_without_storage),
      cmocka_unit_test(test_unknown_op),
      cmocka_unit_test(test_narrow_op),
  };
  return cmocka_run_group_tests(tests, start, stop);
}

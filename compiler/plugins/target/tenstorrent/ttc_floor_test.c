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

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_testing.h"

static bool update;

// Lowers the one function of |source|. |*out_location| is that of the error.
static tt_status_t lower(const char* source, char** out_text,
                         char** out_location) {
  MlirOperation module = ttc_testing_parse(source);
  const ttc_export_t export = ttc_testing_export(source);
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

static void print_lowered(const char* source, FILE* out) {
  char* text = NULL;
  char* location = NULL;
  tt_status_t status = lower(source, &text, &location);
  if (status) fail_msg("%s\n%s", tt_status_message(status), source);
  fputs(text, out);
  free(text);
  free(location);
}

static void test_golden(void** state) {
  ttc_testing_golden("floor", ".tile", update, print_lowered);
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
  check_error(
      FUNC(SUBSPAN("i256") "  %1 = memref.load %0[%c0] : memref<4xi256, "
                           "#hal.descriptor_type<storage_buffer>>\n"
                           "  memref.store %1, %0[%c0] : memref<4xi256, "
                           "#hal.descriptor_type<storage_buffer>>\n"),
      "'hal.interface.binding.subspan' op is of type memref<4xi256",
      "loc(\"test\":5:8)");
}

#define FOUR(x) x x x x
#define TIMES_32(x) FOUR(FOUR(x x))
#define RANK_33 TIMES_32("1x") "f32"
#define LIST_33(x) "(" x TIMES_32(", " x) ")"

static void test_rank_of_memref(void** state) {
  static const char source[] =
      FUNC(SUBSPAN(RANK_33) "  util.optimization_barrier %0 : memref<4x" RANK_33
                            ", #hal.descriptor_type<storage_buffer>>\n");
  check_error(source,
              "'hal.interface.binding.subspan' op has rank 33, at most 32 is "
              "possible",
              "loc(\"test\":5:8)");
}

static void test_rank_of_parallel(void** state) {
  char* source = NULL;
  size_t size;
  FILE* out = open_memstream(&source, &size);
  fputs(LAYOUT "module {\n func.func @f() {\n" SUBSPAN("f32")
        "  %c1 = arith.constant 1 : index\n"
        "  %c4 = arith.constant 4 : index\n"
        "  scf.parallel (%i0", out);
  for (int i = 1; i < 33; ++i) fprintf(out, ", %%i%d", i);
  fputs(") = " LIST_33("%c0") " to " LIST_33("%c4") " step " LIST_33("%c1")
        " {\n    %1 = arith.constant 1.0 : f32\n"
        "    memref.store %1, %0[%c0] : memref<4xf32, "
        "#hal.descriptor_type<storage_buffer>>\n"
        "  }\n  return\n }\n}\n", out);
  fclose(out);
  check_error(source, "'scf.parallel' op has rank 33, at most 32 is possible",
              "loc(\"test\":8:3)");
  free(source);
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
  check_error(FUNC(SUBSPAN("i1") "  %1 = memref.load %0[%c0] : memref<4xi1, "
                                 "#hal.descriptor_type<storage_buffer>>\n"
                                 "  %2 = math.absi %1 : i1\n"
                                 "  memref.store %2, %0[%c0] : memref<4xi1, "
                                 "#hal.descriptor_type<storage_buffer>>\n"),
              "'math.absi' op is not possible on this type",
              "loc(\"test\":7:8)");
}

//===----------------------------------------------------------------------===//

int main(int argc, char** argv) {
  update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_type_without_storage),
      cmocka_unit_test(test_rank_of_memref),
      cmocka_unit_test(test_rank_of_parallel),
      cmocka_unit_test(test_unknown_op),
      cmocka_unit_test(test_narrow_op),
  };
  return cmocka_run_group_tests(tests, ttc_testing_start, ttc_testing_stop);
}

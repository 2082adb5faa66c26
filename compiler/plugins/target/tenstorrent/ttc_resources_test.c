// Constants given as resources. Skipped when no libIREECompiler.so is found
// (TT_IREE_COMPILER_LIBRARY).
#include "compiler/plugins/target/tenstorrent/ttc_resources.h"

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

static iree_compiler_session_t* session;

// The module of one constant of |type| whose resource is |hex|, inlined; none
// when |hex| is NULL. |*out_value| lives as long as the session.
static MlirOperation inlined(const char* type, const char* hex,
                             MlirAttribute* out_value) {
  char source[512], blob[256] = "";
  if (hex) {
    snprintf(blob, sizeof(blob),
             "{-# dialect_resources: { builtin: { r: \"0x%s\" } } #-}", hex);
  }
  snprintf(source, sizeof(source),
           "module {\n %%0 = arith.constant dense_resource<r> : %s\n}\n%s",
           type, blob);
  MlirOperation module =
      mlirOperationCreateParse(ireeCompilerSessionBorrowContext(session),
                               ttc_str(source), ttc_str("test"));
  if (!module.ptr) fail_msg("does not parse:\n%s", source);
  assert_null(ttc_resources_inline(module));
  *out_value = ttc_op_attr(ttc_op_first_in_region(module, 0), "value");
  return module;
}

static void check_inlined(const char* type, const char* hex,
                          const char* expected) {
  MlirAttribute value;
  MlirOperation module = inlined(type, hex, &value);
  char* text = ttc_attribute_text(value);
  assert_string_equal(text, expected);
  free(text);
  mlirOperationDestroy(module);
}

static void test_elements(void** state) {
  check_inlined("tensor<2xf32>", "040000000000803F000000C0",
                "dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>");
  check_inlined("tensor<2x2xi8>", "0100000001FF0302",
                "dense<[[1, -1], [3, 2]]> : tensor<2x2xi8>");
  check_inlined("tensor<9xi1>", "01000000010001010000000001",
                "dense<[true, false, true, true, false, false, false, false, "
                "true]> : tensor<9xi1>");
  check_inlined("tensor<3xi4>", "01000000F807",
                "dense<[-8, -1, 7]> : tensor<3xi4>");
  check_inlined("tensor<1xcomplex<f32>>", "040000000000803F00000040",
                "dense<(1.000000e+00,2.000000e+00)> : tensor<1xcomplex<f32>>");
}

static void test_no_elements(void** state) {
  static const char* const blobs[] = {NULL, "04000000", "040000000000803F",
                                      "0400000000000000000000000000"};
  for (size_t i = 0; i < sizeof(blobs) / sizeof(*blobs); ++i) {
    MlirAttribute value;
    MlirOperation module = inlined("tensor<2xf32>", blobs[i], &value);
    assert_true(mlirAttributeIsADenseResourceElements(value));
    mlirOperationDestroy(module);
  }
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_elements),
      cmocka_unit_test(test_no_elements),
  };
  return cmocka_run_group_tests(tests, start, stop);
}

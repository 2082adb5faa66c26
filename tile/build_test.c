// The builder: launch values fold and are shared, errors stick, what it makes
// is packed and equals what its text parses to.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/build.h"
#include "tile/note.h"
#include "tile/testing.h"

static const uint32_t kAccesses[] = {TT_ACCESS_READ, TT_ACCESS_WRITE};
static const tt_phase_t kOptions = {.fidelity = TT_FIDELITY_HIFI4,
                                    .fp32_dest_acc = 1};

static tt_program_t* finish(tt_builder_t* b) {
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  if (status) fail_msg("%s", tt_status_message(status));
  return program;
}

static void test_folding(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 2, NULL, 0);
  const tt_operand_t n = tt_launch_push(b, 0), m = tt_launch_push(b, 1);
  const tt_operand_t zero = tt_imm(b, 0), one = tt_imm(b, 1);

  // Constants fold.
  assert_int_equal(tt_launch_op2(b, TT_OP_MUL, tt_imm(b, 6), tt_imm(b, 7)),
                   tt_imm(b, 42));
  assert_int_equal(
      tt_launch_op2(b, TT_OP_CEILDIVS, tt_imm(b, 33), tt_imm(b, 32)),
      tt_imm(b, 2));
  assert_int_equal(
      tt_launch_op2(b, TT_OP_CEILDIVS, tt_imm(b, -33), tt_imm(b, 32)),
      tt_imm(b, -1));
  assert_int_equal(
      tt_launch_op2(b, TT_OP_FLOORDIVS, tt_imm(b, -33), tt_imm(b, 32)),
      tt_imm(b, -2));
  assert_int_equal(tt_launch_op2(b, TT_OP_SHRU, tt_imm(b, -1), tt_imm(b, 63)),
                   one);
  // Identities.
  assert_int_equal(tt_launch_op2(b, TT_OP_ADD, n, zero), n);
  assert_int_equal(tt_launch_op2(b, TT_OP_ADD, zero, n), n);
  assert_int_equal(tt_launch_op2(b, TT_OP_MUL, one, n), n);
  assert_int_equal(tt_launch_op2(b, TT_OP_MINS, n, n), n);
  const tt_operand_t choice[] = {one, n, m};
  assert_int_equal(tt_launch_op(b, TT_OP_SELECT, 0, choice, 3), n);
  // Equal ops are shared, others not.
  assert_int_equal(tt_launch_push(b, 0), n);
  const tt_operand_t sum = tt_launch_op2(b, TT_OP_ADD, n, m);
  assert_int_equal(tt_launch_op2(b, TT_OP_ADD, n, m), sum);
  assert_int_not_equal(tt_launch_op2(b, TT_OP_SUB, n, m), sum);
  // What would fail at launch is left to fail there.
  assert_int_equal(tt_operand_kind(tt_launch_op2(b, TT_OP_DIVS, one, zero)),
                   TT_OPERAND_ARG);
  assert_int_equal(
      tt_operand_kind(tt_launch_op2(b, TT_OP_ADD, tt_imm(b, INT64_MAX), one)),
      TT_OPERAND_ARG);

  tt_program_t* program = finish(b);
  assert_int_equal(program->insts_count, 6);
  tt_program_free(program);
}

static void test_sharing_is_per_entry(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 1, NULL, 0);
  tt_launch_push(b, 0);
  tt_launch_core(b);
  tt_build_entry(b, "g", 1, NULL, 0);
  assert_int_equal(tt_operand_index(tt_launch_core(b)), 0);
  assert_int_equal(tt_operand_index(tt_launch_push(b, 0)), 1);
  tt_program_t* program = finish(b);
  assert_int_equal(program->kernels_count, 2);
  assert_int_equal(program->insts[2].op, TT_OP_CORE);
  tt_program_free(program);
}

static void test_first_error_sticks(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_kernel(b, TT_UNIT_READER);  // no phase is open
  assert_false(tt_builder_ok(b));
  tt_build_entry(b, "f", 1, NULL, 0);
  tt_build_phase(b, tt_imm(b, 1), &kOptions);
  tt_launch_op2(b, TT_OP_ADD, tt_launch_push(b, 0), tt_imm(b, 3));
  tt_build_end(b);
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  assert_null(program);
  assert_int_equal(tt_status_code(status), TT_CODE_INTERNAL);
  assert_string_equal(tt_status_message(status),
                      "tile builder: no phase is open");
  tt_status_free(status);
}

static void test_verifies(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  tt_build_phase(b, tt_imm(b, 1), &kOptions);
  tt_build_kernel(b, TT_UNIT_READER);
  tt_build_end(b);
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  assert_string_equal(
      tt_status_message(status),
      "entry @f: phase 0: reader: op 0: end: no open for, while or if");
  tt_status_free(status);
}

static void test_register_limit(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  tt_build_phase(b, tt_imm(b, 1), &kOptions);
  tt_build_kernel(b, TT_UNIT_READER);
  for (int i = 0; i <= TT_MAX_REGS; ++i) tt_build_reg(b, TT_DTYPE_I64);
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  assert_int_equal(tt_status_code(status), TT_CODE_RESOURCE_EXHAUSTED);
  tt_status_free(status);
}

// Kernels out of order, launch values and immediates in between: the layout is
// the same as that of the printed text.
static void test_layout_is_canonical(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_blob(b, "abc", 3);
  tt_build_blob(b, "d", 1);
  tt_build_entry(b, "f", 1, kAccesses, 2);
  const tt_operand_t n = tt_launch_push(b, 0);
  const tt_operand_t in =
      tt_build_view(b, TT_VIEW_BINDING, 0, TT_DTYPE_BF16, tt_imm(b, 0), n);
  const tt_operand_t out =
      tt_build_view(b, TT_VIEW_BINDING, 1, TT_DTYPE_BF16, tt_imm(b, 0), n);
  tt_imm(b, 123456);  // not used
  tt_build_phase(b, tt_imm(b, 1), &kOptions);
  tt_build_kernel(b, TT_UNIT_WRITER);
  const tt_operand_t unused = tt_build_reg(b, TT_DTYPE_F64);
  assert_int_equal(tt_operand_kind(unused), TT_OPERAND_REG);
  const tt_operand_t half = tt_launch_op2(b, TT_OP_DIVS, n, tt_imm(b, 2));
  const tt_operand_t i =
      tt_build_for(b, tt_imm(b, 0), half, tt_imm(b, 1), true);
  const tt_operand_t x = TT_VALUE(b, LOAD, BF16, 0, in, i);
  // 0.1 is rounded to the type.
  const tt_operand_t y = TT_VALUE(b, MUL, BF16, 0, x, tt_imm_f32(b, 0.1f));
  TT_OPS(b, STORE, BF16, 0, out, i, y);
  tt_build_end(b);
  tt_build_kernel(b, TT_UNIT_READER);
  TT_VALUE(b, MOV, F64, 0, tt_imm_f64(b, 0.1));
  tt_program_t* program = finish(b);
  assert_int_equal(program->kernels_count, 3);
  assert_int_equal(program->kernels[1].unit, TT_UNIT_READER);
  assert_int_equal(program->reg_types_count, 2 + 1 + 3);
  assert_int_equal(program->blobs[1].offset, 64);

  char* text = NULL;
  size_t size = 0;
  assert_null(tt_program_print(program, &text, &size));
  tt_program_t* again = NULL;
  tt_status_t status = tt_program_parse(text, size, "t", &again);
  if (status) fail_msg("%s\n%s", tt_status_message(status), text);
  assert_true(tt_testing_equal(program, again));
  free(text);
  tt_program_free(program);
  tt_program_free(again);
}

// Finds its notes again, whatever bytes they hold, and prints UTF-8.
static void test_notes(void** state) {
  static const char text[] =
      "gr\303\266\303\237e \342\202\254 \360\237\230\200"
      " \300\200 \355\240\200 \364\220\200\200 \303";
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  tt_build_note(b, "path", "tile");
  tt_build_note(b, "reason", text);
  tt_build_entry(b, "g", 0, NULL, 0);
  tt_build_note(b, "path", "floor");
  tt_program_t* program = finish(b);
  const tt_entry_t* f = &program->entries[0];
  const tt_entry_t* g = &program->entries[1];
  assert_string_equal(tt_entry_find_note(program, f, "path"), "tile");
  assert_string_equal(tt_entry_find_note(program, f, "reason"), text);
  assert_null(tt_entry_find_note(program, f, "tile"));
  assert_string_equal(tt_entry_name(program, g), "g");
  assert_string_equal(tt_entry_find_note(program, g, "path"), "floor");
  assert_null(tt_entry_find_note(program, g, "reason"));

  char* printed = NULL;
  size_t size = 0;
  assert_null(tt_program_print(program, &printed, &size));
  assert_non_null(
      strstr(printed,
             "note reason \"gr\303\266\303\237e \342\202\254 \360\237\230\200"
             " \\c0\\80 \\ed\\a0\\80 \\f4\\90\\80\\80 \\c3\"\n"));
  tt_program_t* again = NULL;
  assert_null(tt_program_parse(printed, size, "t", &again));
  assert_true(tt_testing_equal(program, again));
  free(printed);
  tt_program_free(program);
  tt_program_free(again);
}

static void expect_refused(tt_builder_t* b, const char* message) {
  tt_program_t* program = NULL;
  tt_status_t status = tt_builder_finish(b, &program);
  assert_string_equal(tt_status_message(status), message);
  tt_status_free(status);
}

static void test_notes_are_bounded(void** state) {
  char text[TT_MAX_NOTE + 2];
  memset(text, 'x', sizeof(text));
  text[TT_MAX_NOTE + 1] = 0;
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  tt_build_note(b, "n", text + 1);
  tt_program_free(finish(b));
  b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  tt_build_note(b, "n", text);
  expect_refused(b, "entry @f: note 0 has 1025 bytes, expected at most 1024");
  b = tt_builder_create();
  tt_build_entry(b, "f", 0, NULL, 0);
  for (int i = 0; i <= TT_MAX_NOTES; ++i) tt_build_note(b, "n", "t");
  expect_refused(b, "entry @f: found 17 notes, expected at most 16");
}

// Sharing must not slow down with the number of values.
static void test_many_launch_values(void** state) {
  tt_builder_t* b = tt_builder_create();
  tt_build_entry(b, "f", 1, NULL, 0);
  const tt_operand_t n = tt_launch_push(b, 0);
  for (int i = 1; i < 60000; ++i) tt_launch_op2(b, TT_OP_ADD, n, tt_imm(b, i));
  for (int i = 1; i < 60000; ++i) tt_launch_op2(b, TT_OP_ADD, n, tt_imm(b, i));
  tt_program_t* program = finish(b);
  assert_int_equal(program->insts_count, 60000);
  tt_program_free(program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_folding),
      cmocka_unit_test(test_sharing_is_per_entry),
      cmocka_unit_test(test_first_error_sticks),
      cmocka_unit_test(test_verifies),
      cmocka_unit_test(test_register_limit),
      cmocka_unit_test(test_layout_is_canonical),
      cmocka_unit_test(test_notes),
      cmocka_unit_test(test_notes_are_bounded),
      cmocka_unit_test(test_many_launch_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Compiled code inside programs: what is put in comes out, and nothing else.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "toolchain/precompiled.h"

#include <stdlib.h>
#include <string.h>

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  assert_int_equal(tt_status_code(status), code);
  tt_status_free(status);
}

static tt_program_t* make_program(void) {
  tt_program_t* program = calloc(1, sizeof(*program));
  assert_true(tt_program_complete(program));
  return program;
}

// Code of |size| bytes |value| in one segment; static storage.
static const tt_binary_t* make_code(uint32_t size, uint8_t value) {
  static tt_binary_segment_t segment;
  static uint8_t bytes[64];
  static tt_binary_t code;
  assert_true(size <= sizeof(bytes));
  memset(bytes, value, sizeof(bytes));
  segment = (tt_binary_segment_t){
      .processor = TT_PROCESSOR_TRISC1, .address = 40000, .size = size};
  code = (tt_binary_t){.segments = &segment,
                       .segment_count = 1,
                       .bytes = bytes,
                       .byte_count = size};
  code.entry[TT_PROCESSOR_TRISC1] = 40000;
  return &code;
}

static void expect_code(const tt_program_t* program,
                        const tt_toolchain_target_t* target, uint32_t phase,
                        uint32_t size, uint8_t value, uint64_t firmware) {
  tt_binary_t* code = NULL;
  uint64_t id = 0;
  check(tt_precompiled_find(program, target, phase, &code, &id));
  assert_int_equal(id, firmware);
  assert_int_equal(code->byte_count, size);
  assert_int_equal(code->segment_count, 1);
  assert_int_equal(code->segments[0].size, size);
  assert_int_equal(code->segments[0].processor, TT_PROCESSOR_TRISC1);
  assert_int_equal(code->entry[TT_PROCESSOR_TRISC1], 40000);
  assert_int_equal(code->entry[TT_PROCESSOR_BRISC], 0);
  for (uint32_t i = 0; i < size; ++i) assert_int_equal(code->bytes[i], value);
  tt_binary_free(code);
}

static tt_program_t* make_carrier(void) {
  const tt_toolchain_target_t seven = tt_toolchain_target_blackhole(7, false);
  const tt_toolchain_target_t eight = tt_toolchain_target_blackhole(8, false);
  tt_program_t* program = make_program();
  check(tt_precompiled_add(program, &seven, TT_PRECOMPILED_FIRMWARE,
                           make_code(5, 1), 77));
  check(tt_precompiled_add(program, &seven, 0, make_code(3, 2), 77));
  check(tt_precompiled_add(program, &seven, 1, make_code(0, 0), 77));
  check(tt_precompiled_add(program, &eight, TT_PRECOMPILED_FIRMWARE,
                           make_code(8, 3), 88));
  check(tt_precompiled_add(program, &eight, 1, make_code(64, 4), 88));
  return program;
}

static void expect_all(const tt_program_t* program) {
  const tt_toolchain_target_t seven = tt_toolchain_target_blackhole(7, false);
  const tt_toolchain_target_t eight = tt_toolchain_target_blackhole(8, false);
  expect_code(program, &seven, TT_PRECOMPILED_FIRMWARE, 5, 1, 77);
  expect_code(program, &seven, 0, 3, 2, 77);
  expect_code(program, &seven, 1, 0, 0, 77);
  expect_code(program, &eight, TT_PRECOMPILED_FIRMWARE, 8, 3, 88);
  expect_code(program, &eight, 1, 64, 4, 88);
}

static void test_found(void** state) {
  tt_program_t* program = make_carrier();
  expect_all(program);
  tt_program_free(program);
}

static void test_in_an_image(void** state) {
  tt_program_t *program = make_carrier(), *back = NULL;
  uint8_t* image = NULL;
  size_t size = 0;
  check(tt_program_write_image(program, &image, &size));
  check(tt_program_read_image(image, size, &back));
  expect_all(back);
  free(image);
  tt_program_free(program);
  tt_program_free(back);
}

static void test_not_found(void** state) {
  const tt_toolchain_target_t eight = tt_toolchain_target_blackhole(8, false);
  const tt_toolchain_target_t checked = tt_toolchain_target_blackhole(8, true);
  tt_program_t *program = make_carrier(), *empty = make_program();
  tt_binary_t* code = NULL;
  uint64_t id = 0;
  expect_error(tt_precompiled_find(program, &eight, 0, &code, &id),
               TT_CODE_NOT_FOUND,
               "no compiled kernels of phase 0 for 8 DRAM banks");
  expect_error(tt_precompiled_find(program, &checked, 1, &code, &id),
               TT_CODE_NOT_FOUND, "with checked accesses, only for other");
  expect_error(
      tt_precompiled_find(empty, &eight, TT_PRECOMPILED_FIRMWARE, &code, &id),
      TT_CODE_NOT_FOUND, "no compiled firmware for 8 DRAM banks");
  tt_program_free(program);
  tt_program_free(empty);
}

// Cut anywhere, or with any word changed: an answer, and no access outside.
static void test_malformed(void** state) {
  const tt_toolchain_target_t eight = tt_toolchain_target_blackhole(8, false);
  tt_program_t* program = make_carrier();
  const uint32_t size = program->binaries_count;
  uint8_t* intact = malloc(size);
  memcpy(intact, program->binaries, size);
  uint32_t failures = 0;
  for (uint32_t cut = 1; cut < size; ++cut) {
    program->binaries = realloc(program->binaries, size - cut);
    program->binaries_count = size - cut;
    tt_binary_t* code = NULL;
    uint64_t id = 0;
    tt_status_t status = tt_precompiled_find(program, &eight, 1, &code, &id);
    assert_non_null(status);
    assert_null(code);
    tt_status_free(status);
  }
  program->binaries = realloc(program->binaries, size);
  program->binaries_count = size;
  for (uint32_t at = 0; at + 4 <= size; at += 4) {
    memcpy(program->binaries, intact, size);
    memset(program->binaries + at, 0xFF, 4);
    tt_binary_t* code = NULL;
    uint64_t id = 0;
    tt_status_t status = tt_precompiled_find(program, &eight, 1, &code, &id);
    failures += status != NULL;
    tt_status_free(status);
    tt_binary_free(code);
  }
  assert_true(failures > 8);
  free(intact);
  tt_program_free(program);
}

static void test_bad_segments(void** state) {
  const tt_binary_segment_t bad[] = {{TT_PROCESSOR_COUNT, 0, 4, 0},
                                     {0, 0, 9, 0},
                                     {0, 0, 1, 8},
                                     {0, 0, 4, 0xFFFFFFFF},
                                     {0, 0, 0xFFFFFFFF, 1}};
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
    tt_binary_t code = *make_code(8, 0), *back = NULL;
    code.segments[0] = bad[i];
    tt_strbuf_t out = {0};
    tt_binary_write(&code, &out);
    expect_error(
        tt_binary_read((const uint8_t*)out.data, out.size, &back, NULL),
        TT_CODE_INVALID_ARGUMENT, "segment 0");
    tt_strbuf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_found),        cmocka_unit_test(test_in_an_image),
      cmocka_unit_test(test_not_found),    cmocka_unit_test(test_malformed),
      cmocka_unit_test(test_bad_segments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Every op with every dtype becomes loadable code: the golden programs of
// tile/testdata hold them all. Skipped where tt-metal's device code or a RISC-V
// compiler is missing.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tile/testing.h"
#include "toolchain/cache.h"
#include "toolchain/toolchain.h"

typedef struct fixture_t {
  char folder[64];
  tt_toolchain_t* toolchain;
  tt_toolchain_target_t target;
  uint32_t phases, failures, without_spelling;
} fixture_t;

static int set_up(void** state) {
  fixture_t* f = calloc(1, sizeof(*f));
  *state = f;
  strcpy(f->folder, "/tmp/tt_goldens_test.XXXXXX");
  if (!mkdtemp(f->folder)) return -1;
  const tt_toolchain_options_t options = {.cache = f->folder};
  tt_status_t status = tt_toolchain_create(&options, &f->toolchain);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    print_message("skipped: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  if (status) print_error("%s\n", tt_status_message(status));
  return status ? -1 : 0;
}

static int tear_down(void** state) {
  fixture_t* f = *state;
  tt_toolchain_destroy(f->toolchain);
  tt_cache_remove_folder(f->folder);
  free(f);
  return 0;
}

static void check_phase(fixture_t* f, const char* path,
                        const tt_program_t* program, uint32_t entry,
                        uint32_t phase) {
  tt_binary_t* code = NULL;
  tt_status_t status = tt_toolchain_phase(f->toolchain, &f->target, program,
                                          entry, phase, &code);
  ++f->phases;
  if (tt_status_code(status) == TT_CODE_UNIMPLEMENTED) {
    // The one op of tt_emit_unsupported that a golden has.
    assert_non_null(strstr(tt_status_message(status), "negate around max"));
    ++f->without_spelling;
    tt_status_free(status);
    return;
  }
  if (status) {
    print_error("%s: %s\n", path, tt_status_message(status));
    ++f->failures;
    tt_status_free(status);
    return;
  }
  static const tt_unit_t units[TT_PROCESSOR_COUNT] = {
      TT_UNIT_WRITER, TT_UNIT_READER, TT_UNIT_COMPUTE, TT_UNIT_COMPUTE,
      TT_UNIT_COMPUTE};
  const tt_phase_t* p =
      &program->phases[program->entries[entry].first_phase + phase];
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    assert_int_equal(code->entry[i] != 0, p->kernels[units[i]] != TT_NONE);
  }
  for (uint32_t i = 0; i < code->segment_count; ++i) {
    const tt_binary_segment_t* segment = &code->segments[i];
    assert_in_range(segment->address, TT_TARGET_TEXT,
                    TT_TARGET_TEXT_END - segment->size);
  }
  tt_binary_free(code);
}

static void check_program(const char* path, void* context) {
  fixture_t* f = context;
  tt_program_t* program = tt_testing_parse_file(path);
  for (uint32_t i = 0; i < program->entries_count; ++i) {
    for (uint32_t j = 0; j < program->entries[i].phase_count; ++j) {
      check_phase(f, path, program, i, j);
    }
  }
  tt_program_free(program);
}

static void test_every_op_compiles(void** state) {
  fixture_t* f = *state;
  if (!f->toolchain) skip();
  f->target = tt_toolchain_target_blackhole(8, false);
  assert_true(tt_testing_each_golden(check_program, f) >= 10);
  assert_true(f->phases > 30);
  assert_int_equal(f->without_spelling, 1);
  assert_int_equal(f->failures, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_every_op_compiles, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

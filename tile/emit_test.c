// Emitted kernels of the golden programs are those in testdata/kernels, which
// test/test_kernel_syntax.py compiles; `tt_emit_test --update` rewrites them.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/chip.h"
#include "tile/emit.h"
#include "tile/emit_library.h"
#include "tile/testing.h"

static bool update;

// ---- Golden kernels ---------------------------------------------------------

// A kernel without a spelling has its message in a .txt instead.
static void check_kernel(const tt_program_t* program, const char* name,
                         uint32_t entry, uint32_t phase, tt_unit_t unit) {
  static const char* const units[] = {"reader", "compute", "writer"};
  char path[512];
  char* text = NULL;
  size_t size = 0;
  tt_status_t status =
      tt_emit_kernel(program, entry, phase, unit, &text, &size);
  snprintf(path, sizeof(path), "testdata/kernels/%s.%s.%u.%s.%s", name,
           tt_entry_name(program, &program->entries[entry]), phase, units[unit],
           status ? "txt" : "cpp");
  if (status) {
    assert_int_equal(tt_status_code(status), TT_CODE_UNIMPLEMENTED);
    tt_testing_check_golden(path, tt_status_message(status),
                            strlen(tt_status_message(status)), update);
  } else {
    tt_testing_check_golden(path, text, size, update);
  }
  tt_status_free(status);
  free(text);
}

static void check_program(const char* path, void* context) {
  tt_program_t* program = tt_testing_parse_file(path);
  const char* base = strrchr(path, '/') + 1;
  char name[128];
  snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
  for (uint32_t e = 0; e < program->entries_count; ++e) {
    const tt_entry_t* entry = &program->entries[e];
    for (uint32_t p = 0; p < entry->phase_count; ++p) {
      const tt_phase_t* phase = &program->phases[entry->first_phase + p];
      for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
        if (phase->kernels[unit] == TT_NONE) continue;
        check_kernel(program, name, e, p, (tt_unit_t)unit);
      }
    }
  }
  tt_program_free(program);
}

static void test_golden(void** state) {
  assert_true(tt_testing_each_golden(check_program, NULL) > 0);
}

// ---- What the host passes ---------------------------------------------------

static void test_args(void** state) {
  tt_program_t* program = tt_testing_parse_file("testdata/add_flat.tile");
  tt_emit_arg_t* args = NULL;
  uint32_t count = 0;
  assert_null(
      tt_emit_kernel_args(program, 0, 0, TT_UNIT_READER, &args, &count));
  const tt_emit_arg_t wanted[] = {
      {TT_EMIT_ARG_BINDING, 0, 0}, {TT_EMIT_ARG_BINDING, 1, 3},
      {TT_EMIT_ARG_VALUE, 1, 6},   {TT_EMIT_ARG_VALUE, 8, 8},
      {TT_EMIT_ARG_VALUE, 10, 10},
  };
  assert_int_equal(count, 5);
  for (uint32_t i = 0; i < count; ++i) {
    assert_int_equal(args[i].kind, wanted[i].kind);
    assert_int_equal(args[i].index, wanted[i].index);
    assert_int_equal(args[i].word, wanted[i].word);
  }
  free(args);
  tt_program_free(program);
}

static void test_cbs(void** state) {
  tt_program_t* program = tt_testing_parse_file("testdata/add_flat.tile");
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t count = 0;
  assert_null(tt_emit_phase_cbs(program, 0, 0, cbs, &count));
  assert_int_equal(count, 4);
  assert_int_equal(cbs[0].page_size, 4096);
  assert_int_equal(cbs[0].pages, 2);
  assert_true(cbs[0].unpack_to_dest);
  assert_int_equal(cbs[3].number, 31);
  assert_int_equal(cbs[3].page_size, TT_EMIT_STAGING_BYTES);
  // The staging area has to fit what programs leave of L1.
  assert_true(TT_EMIT_STAGING_BYTES < tt_chip_blackhole.l1_reserved / 2);
  tt_program_free(program);
}

static void test_bad_index(void** state) {
  tt_program_t* program = tt_testing_parse_file("testdata/add_flat.tile");
  char* text = NULL;
  size_t size = 0;
  tt_status_t status =
      tt_emit_kernel(program, 0, 9, TT_UNIT_READER, &text, &size);
  assert_int_equal(tt_status_code(status), TT_CODE_INVALID_ARGUMENT);
  tt_status_free(status);
  tt_program_free(program);
}

// A program whose kernels need |cbs| CBs and one binding.
static tt_program_t* program_with_cbs(uint32_t cbs) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text,
                  "tile.program blackhole\nentry @f constants 0 {\n"
                  "binding 0 read\nview v0 = binding 0 offset 0 f32 length 4\n"
                  "phase cores 1 fidelity HiFi4 {\n");
  for (uint32_t i = 0; i < cbs; ++i) {
    tt_strbuf_print(&text, "cb c%u Float32 32 flat pages 1\n", i);
  }
  tt_strbuf_print(&text, "reader {\n%%0 = load.f32 v0, 0\n}\n}\n}\n");
  tt_program_t* program = NULL;
  assert_null(tt_program_parse(text.data, text.size, "test", &program));
  tt_strbuf_free(&text);
  return program;
}

static void test_no_cb_left(void** state) {
  tt_program_t* program = program_with_cbs(31);
  char* text = NULL;
  size_t size = 0;
  assert_null(tt_emit_kernel(program, 0, 0, TT_UNIT_READER, &text, &size));
  free(text);
  tt_program_free(program);
  program = program_with_cbs(32);
  tt_status_t status =
      tt_emit_kernel(program, 0, 0, TT_UNIT_READER, &text, &size);
  assert_int_equal(tt_status_code(status), TT_CODE_UNIMPLEMENTED);
  assert_non_null(strstr(tt_status_message(status), "all 32 CBs are taken"));
  tt_status_free(status);
  tt_program_free(program);
}

// ---- What has no spelling ---------------------------------------------------

// The message names the op's line, if there was one.
static void test_unsupported_message(void** state) {
  tt_program_t* program = tt_testing_parse_file("testdata/reduce_min.tile");
  for (int lines = 1; lines >= 0; --lines) {
    for (uint32_t i = 0; !lines && i < program->insts_count; ++i) {
      program->insts[i].line = 0;
    }
    char* text = NULL;
    size_t size = 0;
    tt_status_t status =
        tt_emit_kernel(program, 0, 0, TT_UNIT_COMPUTE, &text, &size);
    assert_int_equal(tt_status_code(status), TT_CODE_UNIMPLEMENTED);
    assert_non_null(strstr(tt_status_message(status),
                           lines ? "op reduce_tile (line 28): no TT-Metal"
                                 : "op reduce_tile: no TT-Metal"));
    tt_status_free(status);
  }
  tt_program_free(program);
}

static void test_unsupported(void** state) {
  uint32_t min_row = TT_ATTR_REDUCE(TT_POOL_MIN, TT_REDUCE_ROW);
  uint32_t max_row = TT_ATTR_REDUCE(TT_POOL_MAX, TT_REDUCE_ROW);
  assert_non_null(
      tt_emit_unsupported(TT_OP_REDUCE_TILE, TT_DTYPE_F32, min_row, true));
  assert_null(
      tt_emit_unsupported(TT_OP_REDUCE_TILE, TT_DTYPE_F32, max_row, true));
  uint32_t row = TT_BCAST_ROW;
  assert_non_null(
      tt_emit_unsupported(TT_OP_COPY_TILE, TT_DTYPE_I32, row, true));
  assert_null(tt_emit_unsupported(TT_OP_COPY_TILE, TT_DTYPE_F32, row, true));
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    for (int type = 0; type < TT_DTYPE_COUNT; ++type) {
      assert_null(tt_emit_unsupported((tt_op_t)op, (tt_dtype_t)type, 0, false));
    }
  }
}

// docs/emitter.md lists every reason.
static void test_documented(void** state) {
  size_t size = 0;
  char* page = tt_testing_read("../docs/emitter.md", &size);
  assert_non_null(page);
  for (char* p = page; *p; ++p) {
    if (*p == '\n') *p = ' ';  // reasons may be broken over lines
  }
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    for (int type = 0; type < TT_DTYPE_COUNT; ++type) {
      for (uint32_t attr = 0; attr < 4; ++attr) {
        const char* reason =
            tt_emit_unsupported((tt_op_t)op, (tt_dtype_t)type, attr, true);
        if (reason && !strstr(page, reason)) {
          fail_msg("docs/emitter.md does not say: %s", reason);
        }
      }
    }
  }
  free(page);
}

// ---- The library ------------------------------------------------------------

static void test_library(void** state) {
  static const char body[] = "x = tile::tt_floor_f64(y); // tt_pow_f64";
  tt_strbuf_t out = {0};
  tt_library_paste(body, sizeof(body) - 1, &out);
  assert_false(out.failed);
  // What it mentions, and what that needs; nothing that only a comment names.
  assert_non_null(strstr(out.data, "double tt_floor_f64(double x) {"));
  assert_non_null(strstr(out.data, "double tt_copysign_f64("));
  assert_null(strstr(out.data, "tt_pow_f64"));
  assert_null(strstr(out.data, "#include"));
  // The kernels' own declaration of a name counts, not math.h's.
  assert_non_null(strstr(out.data, "__builtin_memcpy(&value, &bits, 8)"));
  assert_null(strstr(out.data, " memcpy("));
  tt_strbuf_free(&out);
}

int main(int argc, char** argv) {
  update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_args),
      cmocka_unit_test(test_cbs),
      cmocka_unit_test(test_bad_index),
      cmocka_unit_test(test_no_cb_left),
      cmocka_unit_test(test_unsupported),
      cmocka_unit_test(test_unsupported_message),
      cmocka_unit_test(test_documented),
      cmocka_unit_test(test_library),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

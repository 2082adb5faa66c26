// Golden programs print as they were written; wrong texts give the messages
// that testdata/errors.txt holds. `tt_text_test --update` rewrites both.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/strbuf.h"
#include "tile/testing.h"

static bool update;

// ---- Golden programs -------------------------------------------------------

// Drops comments, indentation and empty lines.
static char* normalize(const char* text) {
  char* out = malloc(strlen(text) + 2);
  char* at = out;
  while (*text) {
    text += strspn(text, " ");
    const char* end = strchrnul(text, '\n');
    const char* comment = strstr(text, "//");
    const char* stop = comment && comment < end ? comment : end;
    while (stop > text && stop[-1] == ' ') --stop;
    if (stop > text) {
      memcpy(at, text, (size_t)(stop - text));
      at += stop - text;
      *at++ = '\n';
    }
    text = *end ? end + 1 : end;
  }
  *at = 0;
  return out;
}

static void rewrite(const char* path, const char* text, const char* printed) {
  // The comment at the top is kept.
  const char* end = text;
  while (strncmp(end, "//", 2) == 0) end = strchrnul(end, '\n') + 1;
  tt_strbuf_t out = {0};
  tt_strbuf_append(&out, text, (size_t)(end - text));
  tt_strbuf_print(&out, "%s", printed);
  assert_true(tt_testing_write(path, out.data, out.size));
  tt_strbuf_free(&out);
}

static void check_golden(const char* path, void* context) {
  size_t size = 0;
  char* text = tt_testing_read(path, &size);
  tt_program_t* program = tt_testing_parse_file(path);
  char* printed = NULL;
  assert_null(tt_program_print(program, &printed, NULL));

  tt_program_t* again = NULL;
  tt_status_t status =
      tt_program_parse(printed, strlen(printed), "printed", &again);
  if (status) fail_msg("%s: %s", path, tt_status_message(status));
  if (!tt_testing_equal(program, again)) {
    fail_msg("%s: parse(print(p)) differs from p", path);
  }

  char* expected = normalize(text);
  char* found = normalize(printed);
  if (strcmp(expected, found) != 0) {
    if (update) {
      rewrite(path, text, printed);
    } else {
      fail_msg("%s: prints as\n%s", path, printed);
    }
  }
  free(expected);
  free(found);
  tt_program_free(program);
  tt_program_free(again);
  free(printed);
  free(text);
}

static void test_goldens(void** state) {
  assert_true(tt_testing_each_golden(check_golden, NULL) >= 10);
}

// ---- Coverage of the op table ----------------------------------------------

typedef struct coverage_t {
  bool scalar[TT_OP_COUNT];
  bool tile[TT_OP_COUNT];
} coverage_t;

static void cover(const char* path, void* context) {
  coverage_t* coverage = context;
  tt_program_t* program = tt_testing_parse_file(path);
  for (uint32_t i = 0; i < program->insts_count; ++i) {
    const tt_inst_t* inst = &program->insts[i];
    const bool tile = tt_op_descs[inst->op].op_class == TT_OP_CLASS_LANE &&
                      inst->result == TT_NONE;
    (tile ? coverage->tile : coverage->scalar)[inst->op] = true;
    assert_true(inst->line > 0);
  }
  tt_program_free(program);
}

static void test_every_op_has_a_golden(void** state) {
  coverage_t coverage = {0};
  tt_testing_each_golden(cover, &coverage);
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    const tt_op_desc_t* desc = &tt_op_descs[op];
    if (desc->op_class == TT_OP_CLASS_RESERVED) continue;
    if (!coverage.scalar[op]) fail_msg("no golden has %s", desc->mnemonic);
    if (desc->op_class == TT_OP_CLASS_LANE && desc->tile_types &&
        !coverage.tile[op]) {
      fail_msg("no golden has %s on DST tiles", desc->mnemonic);
    }
  }
}

// ---- Errors ----------------------------------------------------------------

// Where a case's lines go: the program around them.
static const struct {
  const char* name;
  const char* before;
  const char* after;
} frames[] = {
    {"program", "", ""},
    {"entry", "tile.program blackhole\nentry @f constants 1 {\n", "}\n"},
    {"launch",
     "tile.program blackhole\nentry @f constants 1 {\nlaunch {\n$0 = push 0\n",
     "}\n}\n"},
    {"phase",
     "tile.program blackhole\nentry @f constants 1 {\nlaunch {\n$0 = push 0\n"
     "$1 = core\n$2 = cmpi.i64 $0, 1 eq\n}\n"
     "phase cores 1 fidelity HiFi4 fp32_dest_acc {\n",
     "}\n}\n"},
// A kernel of each unit, with CBs of several kinds and some views.
#define BEFORE                                                              \
  "tile.program blackhole\ndata b0 = hex 00\nentry @f constants 1 {\n"      \
  "binding 0 read\nbinding 1 write\nlaunch {\n$0 = push 0\n"                \
  "$1 = cmpi.i64 $0, 1 eq\n}\nview v0 = binding 0 offset 0 f32 length $0\n" \
  "view v1 = binding 1 offset 0 f32 length $0\n"                            \
  "view v2 = data 0 offset 0 i8 length 1\n"                                 \
  "phase cores 1 fidelity HiFi4 fp32_dest_acc {\n"                          \
  "cb c0 Float32 32 faces pages 2\ncb c1 Float32 32 flat pages 2\n"         \
  "cb c2 Int32 32 faces pages 2\n"                                          \
  "cb c3 Float32 16 faces pages 2 unpack_to_dest\n"
    {"reader", BEFORE "reader {\n", "}\n}\n}\n"},
    {"compute", BEFORE "compute {\n", "}\n}\n}\n"},
    {"writer", BEFORE "writer {\n", "}\n}\n}\n"},
#undef BEFORE
};

static char* run_case(const char* frame, const char* lines, size_t size) {
  size_t index = 0;
  while (index < sizeof(frames) / sizeof(frames[0]) &&
         strcmp(frames[index].name, frame) != 0) {
    ++index;
  }
  if (index == sizeof(frames) / sizeof(frames[0])) {
    fail_msg("errors.txt: no frame %s", frame);
  }
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "%s", frames[index].before);
  tt_strbuf_append(&text, lines, size);
  tt_strbuf_print(&text, "%s", frames[index].after);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(text.data, text.size, "t", &program);
  char* message = strdup(status ? tt_status_message(status) : "no error");
  tt_status_free(status);
  tt_program_free(program);
  tt_strbuf_free(&text);
  return message;
}

#define STEP(n)                                      \
  "cb_reserve_back c0, " #n "\ncb_push_back c0, " #n \
  "\n"                                               \
  "cb_wait_front c0, " #n "\ncb_pop_front c0, " #n "\n"

// CBs cannot wrap inside a window of pages; these never do. errors.txt has what
// may.
static void test_windows(void** state) {
  static const char* const accepted[] = {
      "%0 = for 0, 9, 1\n" STEP(2) "end\n",
      "%0 = for 0, 9, 1\n" STEP(3) STEP(1) "end\n" STEP(4),
      STEP(2) "%0 = for 0, 9, 1\n" STEP(1) STEP(1) STEP(2) "end\n" STEP(2),
      "%0 = for 0, 5, 1\n%1 = for 0, 5, 1\n" STEP(2) "end\n" STEP(2) "end\n",
      "if $1\n" STEP(2) "else\n" STEP(4) STEP(2) "end\n" STEP(2) STEP(4),
  };
  for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); ++i) {
    tt_strbuf_t text = {0};
    tt_strbuf_print(&text,
                    "tile.program blackhole\nentry @f constants 1 {\n"
                    "launch {\n$0 = push 0\n$1 = cmpi.i64 $0, 9 ult\n}\n"
                    "phase cores 1 fidelity HiFi4 {\n"
                    "cb c0 Float32 32 flat pages 4\nreader {\n%s}\n}\n}\n",
                    accepted[i]);
    tt_program_t* program = NULL;
    tt_status_t status =
        tt_program_parse(text.data, text.size, "test", &program);
    if (status) fail_msg("%s", tt_status_message(status));
    tt_program_free(program);
    tt_strbuf_free(&text);
  }
}

// errors.txt: "=== frame", the case's lines, "--- message".
static void test_errors(void** state) {
  static const char path[] = "testdata/errors.txt";
  size_t size = 0, cases = 0, wrong = 0;
  char* file = tt_testing_read(path, &size);
  assert_non_null(file);
  tt_strbuf_t updated = {0};
  char* at = file;
  while (*at) {
    char* end = strchrnul(at, '\n');
    if (strncmp(at, "=== ", 4) != 0) {  // comments and empty lines
      tt_strbuf_append(&updated, at, (size_t)(end - at) + (*end != 0));
      at = *end ? end + 1 : end;
      continue;
    }
    char frame[32] = {0};
    memcpy(frame, at + 4, (size_t)(end - at - 4) % sizeof(frame));
    char* lines = end + 1;
    char* stop = strstr(end, "\n---") + 1;
    char* message = run_case(frame, lines, (size_t)(stop - lines));
    char* next = strchrnul(stop, '\n');
    tt_strbuf_append(&updated, at, (size_t)(stop - at));
    tt_strbuf_print(&updated, "--- %s\n", message);
    const size_t length = strlen(message);
    const size_t expected = next - stop > 4 ? (size_t)(next - stop) - 4 : 0;
    if (expected != length || memcmp(stop + 4, message, length) != 0) {
      if (!update) {
        print_error("%.*s    gives:  %s\n", (int)(next + 1 - at), at, message);
      }
      ++wrong;
    }
    free(message);
    ++cases;
    at = *next ? next + 1 : next;
  }
  if (update) {
    assert_true(tt_testing_write(path, updated.data, updated.size));
  } else {
    assert_int_equal(wrong, 0);
  }
  assert_true(cases >= 100);
  tt_strbuf_free(&updated);
  free(file);
}

int main(int argc, char** argv) {
  update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_goldens),
      cmocka_unit_test(test_every_op_has_a_golden),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

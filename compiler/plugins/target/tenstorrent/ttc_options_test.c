// Options and target spellings: no IREE needed.
#include "compiler/plugins/target/tenstorrent/ttc_options.h"

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

#include "compiler/plugins/target/tenstorrent/ttc_args.h"
#include "compiler/plugins/target/tenstorrent/ttc_driver.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

#define PARSE(options, mode, ...) \
  parse_(options, mode, (const char* const[]){__VA_ARGS__, NULL})

static tt_status_t parse_(ttc_options_t* options, ttc_parse_mode_t mode,
                          const char* const* argv) {
  int argc = 0;
  while (argv[argc]) ++argc;
  ttc_options_init(options);
  return ttc_options_parse(options, mode, argc, argv);
}

static void expect_message(tt_status_t status, const char* part) {
  assert_non_null(status);
  if (!strstr(tt_status_message(status), part)) {
    fail_msg("'%s' is not in '%s'", part, tt_status_message(status));
  }
  tt_status_free(status);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static void test_grid(void** state) {
  int32_t cols = 0, rows = 0;
  assert_true(ttc_parse_grid("12x10", &cols, &rows));
  assert_int_equal(cols, 12);
  assert_int_equal(rows, 10);
  assert_true(ttc_parse_grid("1x1", &cols, &rows));
  static const char* const bad[] = {"",      "8",    "8x",     "x8",   "0x1",
                                    "1x0",   "13x1", "1x11",   "8x8 ", "-1x2",
                                    "8x8x8", "8*8",  "100x100"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); ++i) {
    if (ttc_parse_grid(bad[i], &cols, &rows)) fail_msg("took '%s'", bad[i]);
  }
}

static void test_own_options(void** state) {
  ttc_options_t options;
  assert_null(PARSE(&options, TTC_PARSE_SESSION, "--iree-tenstorrent-grid=3x2",
                    "-iree-tenstorrent-math-fidelity", "lofi",
                    "--iree-tenstorrent-l1-size=1048576",
                    "--iree-tenstorrent-report=r.json"));
  assert_int_equal(options.codegen.grid_cols, 3);
  assert_int_equal(options.codegen.grid_rows, 2);
  assert_int_equal(options.codegen.fidelity, TTC_FIDELITY_LOFI);
  assert_int_equal(options.codegen.l1_size, 1048576 - 196608);
  assert_string_equal(options.report_file, "r.json");
  assert_false(ttc_options_select_target(&options));
  assert_int_equal(options.taken_flags.count, 4);
  assert_string_equal(options.taken_flags.items[1],
                      "--iree-tenstorrent-math-fidelity=lofi");
  ttc_options_free(&options);
}

static void test_defaults(void** state) {
  ttc_options_t options;
  ttc_options_init(&options);
  assert_int_equal(options.codegen.grid_cols, 8);
  assert_int_equal(options.codegen.grid_rows, 8);
  assert_int_equal(options.codegen.fidelity, TTC_FIDELITY_HIFI4);
  assert_true(options.memoization);
  assert_true(options.verify);
  assert_int_equal(options.repeat_count, 1);
  assert_null(ttc_options_check_ours(&options));
  ttc_options_free(&options);
}

static void test_wrong_values(void** state) {
  static const struct {
    const char* argument;
    const char* message;
  } cases[] = {
      {"--iree-tenstorrent-grid=9x11", "1x1 to 12x10"},
      {"--iree-tenstorrent-grid", "requires a value"},
      {"--iree-tenstorrent-l1-size=196608", "L1 size"},
      {"--iree-tenstorrent-l1-size=2000000", "L1 size"},
      {"--iree-tenstorrent-l1-size=1M", "L1 size"},
      {"--iree-tenstorrent-math-fidelity=HiFi5", "HiFi4"},
      {"--iree-tenstorrent-precompile=6", "expected 7, 8 or 7,8"},
      {"--iree-tenstorrent-precompile=7,", "expected 7, 8 or 7,8"},
      {"--iree-tenstorrent-precompile=78", "expected 7, 8 or 7,8"},
      {"--iree-tenstorrent-precompile=", "expected 7, 8 or 7,8"},
      {"--iree-tenstorrent-nonsense=1", "Unknown command line argument"},
      {"--iree-hal-memoization=maybe", "'maybe' value invalid for boolean"},
      {"--iree-hal-executable-debug-level=x", "integer"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    ttc_options_t options;
    expect_message(PARSE(&options, TTC_PARSE_SESSION, cases[i].argument),
                   cases[i].message);
    ttc_options_free(&options);
  }
}

static void test_bool_forms(void** state) {
  ttc_options_t options;
  assert_null(PARSE(&options, TTC_PARSE_TOOL, "--iree-hal-memoization=0",
                    "--verify", "false.mlir", "--emit-mlir-bytecode=true"));
  assert_false(options.memoization);
  assert_true(options.verify);  // a boolean never takes the next argument
  assert_true(options.emit_mlir_bytecode);
  assert_string_equal(options.inputs.items[0], "false.mlir");
  ttc_options_free(&options);
}

//===----------------------------------------------------------------------===//
// Sorting arguments
//===----------------------------------------------------------------------===//

static void test_modes(void** state) {
  ttc_options_t options;
  // Sessions have no -o: it is the stock library's to refuse.
  assert_null(
      PARSE(&options, TTC_PARSE_SESSION, "-o=x", "--iree-opt-level=O2"));
  assert_null(options.output);
  assert_int_equal(options.stock_flags.count, 2);
  ttc_options_free(&options);
  assert_null(PARSE(&options, TTC_PARSE_COMPILE, "--compile-to=flow"));
  assert_string_equal(options.compile_to, "flow");
  ttc_options_free(&options);
}

static void test_hal_flags_are_kept_back(void** state) {
  ttc_options_t options;
  assert_null(PARSE(&options, TTC_PARSE_SESSION,
                    "--iree-hal-dump-executable-files-to=d",
                    "--iree-hal-dump-executable-sources-to=s",
                    "--iree-execution-model=async-external"));
  assert_int_equal(options.hal_flags.count, 2);
  // Needed on both sides.
  assert_int_equal(options.stock_flags.count, 1);
  assert_string_equal(options.stock_flags.items[0],
                      "--iree-execution-model=async-external");
  assert_string_equal(options.dump_benchmarks_to, "d");
  assert_string_equal(options.dump_sources_to, "s");
  ttc_options_free(&options);
}

static void expect_input(const char* expected, const char* const* argv) {
  ttc_options_t options;
  assert_null(parse_(&options, TTC_PARSE_TOOL, argv));
  const char* input = NULL;
  assert_null(ttc_options_take_input(&options, &input));
  assert_string_equal(input, expected);
  for (size_t i = 0; i < options.stock_flags.count; ++i) {
    assert_string_not_equal(options.stock_flags.items[i], expected);
  }
  ttc_options_free(&options);
}
#define EXPECT_INPUT(expected, ...) \
  expect_input(expected, (const char* const[]){__VA_ARGS__, NULL})

static void test_input_among_values(void** state) {
  EXPECT_INPUT("a.mlir", "a.mlir");
  EXPECT_INPUT("-", "-");
  EXPECT_INPUT("-", "--iree-input-type", "torch", "-");
  EXPECT_INPUT("a.mlir", "--iree-input-type", "torch", "a.mlir");
  EXPECT_INPUT("a.mlir", "a.mlir", "--iree-input-type", "torch");
  EXPECT_INPUT("a.mlir", "-o", "out.vmfb", "a.mlir");
  EXPECT_INPUT("a.mlir", "--mlir-print-debuginfo", "a.mlir");
  EXPECT_INPUT("-x.mlir", "--mlir-print-debuginfo", "--", "-x.mlir");
  // A file that exists beats a word that does not.
  EXPECT_INPUT("CMakeLists.txt", "--mlir-print-debuginfo", "CMakeLists.txt",
               "--iree-input-type", "torch");
}

static void test_input_count(void** state) {
  ttc_options_t options;
  const char* input = NULL;
  assert_null(PARSE(&options, TTC_PARSE_TOOL, "--verify"));
  expect_message(ttc_options_take_input(&options, &input), "at least 1");
  ttc_options_free(&options);
  assert_null(PARSE(&options, TTC_PARSE_TOOL, "a", "b"));
  expect_message(ttc_options_take_input(&options, &input), "at most 1");
  ttc_options_free(&options);
}

static void test_refusals(void** state) {
  static const char* const refused[] = {
      "--iree-hal-instrument-dispatches=16mib",
      "--iree-execution-model=inline-static",
      "--iree-execution-model=inline-dynamic",
      "--iree-hal-link-executables",
      "--iree-hal-executable-debug-level=3",
      "--iree-hal-benchmark-dispatch-repeat-count=0",
  };
  for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); ++i) {
    ttc_options_t options;
    assert_null(PARSE(&options, TTC_PARSE_SESSION, refused[i]));
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(refused[i], "="),
             refused[i]);
    expect_message(ttc_options_check_ours(&options), name);
    ttc_options_free(&options);
  }
}

static void test_choices(void** state) {
  static const char* const wrong[] = {
      "--output-format=elf", "--compile-mode=fast", "--compile-to=moon",
      "--compile-from=moon"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i) {
    ttc_options_t options;
    assert_null(PARSE(&options, TTC_PARSE_COMPILE, wrong[i]));
    expect_message(ttc_driver_check(&options), "Cannot find option named");
    ttc_options_free(&options);
  }
}

static void test_response_files(void** state) {
  char path[] = "/tmp/ttc_options_test.XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  static const char text[] =
      "--a=1 \n\t'--b=two words' \"--c=\\\"q\\\"\" d\\ e \"\"";
  assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
  close(fd);
  char argument[64];
  snprintf(argument, sizeof(argument), "@%s", path);
  const char* const argv[] = {"x", argument, "@no/such/file"};
  static const char* const expected[] = {
      "x", "--a=1", "--b=two words", "--c=\"q\"", "d e", "", "@no/such/file"};
  ttc_strings_t args = {0};
  assert_null(ttc_expand_args(3, argv, &args));
  assert_int_equal(args.count, 7);
  for (size_t i = 0; i < args.count; ++i) {
    assert_string_equal(args.items[i], expected[i]);
  }
  ttc_strings_free(&args);
  // A file that names itself ends.
  FILE* file = fopen(path, "wb");
  fputs(argument, file);
  fclose(file);
  expect_message(ttc_expand_args(3, argv, &args), "nest too deeply");
  ttc_strings_free(&args);
  unlink(path);
}

//===----------------------------------------------------------------------===//
// Target spellings
//===----------------------------------------------------------------------===//

static void test_mentions(void** state) {
  static const char* const ours[] = {
      "tenstorrent",
      "\"tenstorrent\"",
      " tenstorrent ",
      "tenstorrent[0]",
      "\"tenstorrent\"[3]",
      "a=tenstorrent",
      "a = tenstorrent[1]",
      "local,tenstorrent",
      "tenstorrent,llvm-cpu",
      "#hal.device.target<\"tenstorrent\">",
      "x=#hal.device.select<[#hal.device.alias<\"tenstorrent\">]>",
  };
  for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); ++i) {
    if (!ttc_spec_mentions_target(ours[i])) fail_msg("missed '%s'", ours[i]);
  }
  static const char* const others[] = {
      "",
      "local",
      "tenstorrent2",
      "tenstorrent=local",
      "llvm-cpu,vmvx",
      "#hal.device.target<\"local\", {a = \"x tenstorrent\"}>"};
  for (size_t i = 0; i < sizeof(others) / sizeof(*others); ++i) {
    if (ttc_spec_mentions_target(others[i])) fail_msg("took '%s'", others[i]);
  }
}

static void test_flags_mention(void** state) {
  const char* const separate[] = {"--iree-hal-target-device", "tenstorrent"};
  assert_true(ttc_flags_mention_target(2, separate));
  const char* const own[] = {"-iree-tenstorrent-grid=2x2"};
  assert_true(ttc_flags_mention_target(1, own));
  const char* const other[] = {"--iree-hal-target-backends=llvm-cpu",
                               "tenstorrent.mlir"};
  assert_false(ttc_flags_mention_target(2, other));
  const char* const cut[] = {"--iree-hal-target-device"};
  assert_false(ttc_flags_mention_target(1, cut));
}

#define CONFIG                                                           \
  "{grid_cols = 8 : i64, grid_rows = 8 : i64, iree.encoding.resolver = " \
  "#iree_encoding.identity_resolver<>, l1_size = 1376256 : i64, "        \
  "math_fidelity = \"HiFi4\"}"
#define CARRIER_TARGET \
  "#hal.executable.target<\"vmvx\", \"tenstorrent-bh-fb\", " CONFIG ">"
#define CARRIER "#hal.device.target<\"local\", [" CARRIER_TARGET "]>"

static void expect_assignment(const char* expected, const char* flag) {
  ttc_options_t options;
  assert_null(PARSE(&options, TTC_PARSE_SESSION, flag));
  char* text = NULL;
  tt_status_t status = ttc_target_assignment(&options, &text);
  if (status) fail_msg("%s: %s", flag, tt_status_message(status));
  assert_string_equal(text, expected);
  free(text);
  ttc_options_free(&options);
}

static void test_assignment(void** state) {
  expect_assignment("[" CARRIER " : !hal.device]",
                    "--iree-hal-target-backends=tenstorrent");
  expect_assignment("[" CARRIER " : !hal.device]",
                    "--iree-hal-target-device=tenstorrent");
  expect_assignment("{a = " CARRIER " : !hal.device}",
                    "--iree-hal-target-device=a=tenstorrent");
  expect_assignment(
      "[#hal.device.target<\"local\", {ordinal = 1 : index}, [" CARRIER_TARGET
      "]> : !hal.device]",
      "--iree-hal-target-device=tenstorrent[1]");
  expect_assignment("[" CARRIER "]",
                    "--iree-hal-target-device=#hal.device.target<"
                    "\"tenstorrent\">");
  expect_assignment(
      "[#hal.device.select<[" CARRIER
      " : !hal.device, #hal.device.alias<\"local\"> : !hal.device]> : "
      "!hal.device]",
      "--iree-hal-target-backends=tenstorrent,llvm-cpu,vmvx");
  expect_assignment(
      "[#hal.device.select<[#hal.device.alias<\"hip\"[2]> : "
      "!hal.device, " CARRIER " : !hal.device]> : !hal.device]",
      "--iree-hal-target-device=hip[2],tenstorrent");
}

static void test_assignment_errors(void** state) {
  static const char* const wrong[][3] = {
      {"--iree-hal-target-device=tenstorrent[x]", NULL, "name[ordinal]"},
      {"--iree-hal-target-device=tenstorrent,", NULL, "one or more"},
      {"--iree-hal-target-device=#hal.device.target<\"tenstorrent\"", NULL,
       "unterminated"},
      {"--iree-hal-target-device=a=tenstorrent",
       "--iree-hal-target-device=local", "all must be named"},
      {"--iree-hal-target-backends=tenstorrent,vmvx-inline", NULL,
       "vmvx-inline"},
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i) {
    ttc_options_t options;
    assert_null(parse_(&options, TTC_PARSE_SESSION,
                       (const char* const[]){wrong[i][0], wrong[i][1], NULL}));
    char* text = NULL;
    expect_message(ttc_target_assignment(&options, &text), wrong[i][2]);
    ttc_options_free(&options);
  }
}

static void test_local_backends(void** state) {
  ttc_options_t options;
  assert_null(PARSE(&options, TTC_PARSE_SESSION,
                    "--iree-hal-target-backends=llvm-cpu"));
  assert_int_equal(options.stock_flags.count, 0);
  const char* const more[] = {"--iree-hal-target-backends=tenstorrent"};
  assert_null(ttc_options_parse(&options, TTC_PARSE_SESSION, 1, more));
  assert_int_equal(options.stock_flags.count, 1);
  assert_string_equal(options.stock_flags.items[0],
                      "--iree-hal-local-target-device-backends=llvm-cpu");
  ttc_options_free(&options);
}

static void test_carrier_round_trip(void** state) {
  ttc_options_t options;
  ttc_options_init(&options);
  static const char own[] =
      "{a = #hal.device.target<\"tenstorrent\", {ordinal = 0 : index}, "
      "[#hal.executable.target<\"tenstorrent\", \"tenstorrent-bh-fb\", "
      "{grid_rows = 2 : i64, iree.encoding.resolver = "
      "#iree_encoding.identity_resolver<>, s = \"> ]\"}>]> : !hal.device, "
      "b = #hal.device.target<\"local\", [#hal.executable.target<\"llvm-cpu\", "
      "\"embedded-elf-x86_64\", {x = \"tenstorrent\"}>]> : !hal.device}";
  char* carrier = NULL;
  assert_null(ttc_target_to_carrier(own, &options.codegen, &carrier));
  assert_false(ttc_text_mentions_target(carrier));
  assert_true(ttc_text_mentions_carrier(carrier));
  char* back = NULL;
  assert_null(ttc_target_from_carrier(carrier, &back));
  assert_string_equal(back, own);
  free(back);
  free(carrier);
  ttc_options_free(&options);
}

static void test_configuration(void** state) {
  ttc_options_t options;
  ttc_options_init(&options);
  ttc_codegen_options_t* codegen = &options.codegen;
  assert_null(ttc_target_configuration(
      "#hal.executable.target<\"tenstorrent\", \"tenstorrent-bh-fb\", "
      "{grid_cols = 4 : i64, l1_size = 1000 : i64, math_fidelity = \"HiFi2\", "
      "not_grid_rows = 99 : i64}>",
      codegen));
  assert_int_equal(codegen->grid_cols, 4);
  assert_int_equal(codegen->grid_rows, 8);
  assert_int_equal(codegen->l1_size, 1000);
  assert_int_equal(codegen->fidelity, TTC_FIDELITY_HIFI2);
  expect_message(ttc_target_configuration("{grid_cols = 40 : i64}", codegen),
                 "40x8");
  codegen->grid_cols = 8;
  expect_message(ttc_target_configuration("{math_fidelity = \"x\"}", codegen),
                 "math_fidelity");
  ttc_options_free(&options);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_grid),
      cmocka_unit_test(test_own_options),
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_wrong_values),
      cmocka_unit_test(test_bool_forms),
      cmocka_unit_test(test_modes),
      cmocka_unit_test(test_hal_flags_are_kept_back),
      cmocka_unit_test(test_input_among_values),
      cmocka_unit_test(test_input_count),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_choices),
      cmocka_unit_test(test_response_files),
      cmocka_unit_test(test_mentions),
      cmocka_unit_test(test_flags_mention),
      cmocka_unit_test(test_assignment),
      cmocka_unit_test(test_assignment_errors),
      cmocka_unit_test(test_local_backends),
      cmocka_unit_test(test_carrier_round_trip),
      cmocka_unit_test(test_configuration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

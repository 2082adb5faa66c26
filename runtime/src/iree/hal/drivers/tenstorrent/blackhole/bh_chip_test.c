// Grids and banks of whole and harvested chips, options, and the allocator.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "bh_chip.h"

#include <stdlib.h>
#include <string.h>

#include "bh_allocator.h"
#include "bh_options.h"
#include "bh_simulators.h"

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  assert_int_equal(tt_status_code(status), code);
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  tt_status_free(status);
}

static const tt_bh_transport_info_t kWhole = {
    .name = "whole", .worker_columns = 0x1FCFE, .dram_banks = 0xFF};

static void expect_tile(tt_bh_noc_t tile, int x, int y) {
  assert_int_equal(tile.x, x);
  assert_int_equal(tile.y, y);
}

static void test_whole_chip(void** state) {
  tt_bh_chip_t chip;
  assert_null(tt_bh_chip_init(&kWhole, 0, 0, 0, &chip));
  assert_int_equal(tt_bh_chip_cores(&chip), 140);
  expect_tile(tt_bh_chip_worker(&chip, 0), 1, 2);
  expect_tile(tt_bh_chip_worker(&chip, 6), 7, 2);
  expect_tile(tt_bh_chip_worker(&chip, 7), 10, 2);  // 8 and 9 have no workers
  expect_tile(tt_bh_chip_worker(&chip, 14), 1, 3);
  expect_tile(tt_bh_chip_worker(&chip, 139), 16, 11);
  // Every worker once.
  for (uint32_t i = 0; i < 140; ++i) {
    for (uint32_t k = 0; k < i; ++k) {
      tt_bh_noc_t a = tt_bh_chip_worker(&chip, i);
      tt_bh_noc_t b = tt_bh_chip_worker(&chip, k);
      assert_true(a.x != b.x || a.y != b.y);
    }
  }
}

static void test_harvested_chips(void** state) {
  // A P100A in translated coordinates: the last two columns and bank 7 gone.
  tt_bh_transport_info_t info = {.name = "p100a",
                                 .worker_columns = 0x07CFE,
                                 .dram_banks = 0x7F,
                                 .grid_cols = 0};
  tt_bh_chip_t chip;
  assert_null(tt_bh_chip_init(&info, 0, 0, 0, &chip));
  assert_int_equal(chip.cols, 12);
  assert_int_equal(chip.bank_count, 7);
  expect_tile(tt_bh_chip_worker(&chip, 119), 14, 11);
  expect_error(tt_bh_chip_init(&info, 13, 10, 0, &chip),
               TT_CODE_INVALID_ARGUMENT,
               "grid: found 13x10, p100a has workers for grids up to 12x10");
  expect_error(tt_bh_chip_init(&info, 0, 0, 8, &chip), TT_CODE_INVALID_ARGUMENT,
               "banks: found 8, expected 7 or 8; p100a has 7");

  // Any other columns and bank.
  info.worker_columns = 0x0A4A4;
  info.dram_banks = 0xDF;
  assert_null(tt_bh_chip_init(&info, 0, 0, 0, &chip));
  assert_int_equal(chip.cols, 6);
  const uint16_t columns[] = {2, 5, 7, 10, 13, 15};
  for (uint32_t i = 0; i < 6; ++i) {
    expect_tile(tt_bh_chip_worker(&chip, i), columns[i], 2);
  }
  expect_tile(chip.banks[0][4], 18, 14);  // bank 4
  expect_tile(chip.banks[0][5], 18, 20);  // bank 6: 5 is gone
  info.dram_banks = 0x3F;
  expect_error(tt_bh_chip_init(&info, 0, 0, 0, &chip), TT_CODE_INVALID_ARGUMENT,
               "has 6 DRAM banks");
  assert_null(tt_bh_chip_init(&kWhole, 3, 2, 7, &chip));
  assert_int_equal(tt_bh_chip_cores(&chip), 6);
  assert_int_equal(chip.bank_count, 7);
}

static uint16_t word_at(const uint8_t* table, size_t index) {
  uint16_t word;
  memcpy(&word, table + 2 * index, 2);
  return word;
}

// The tables as the firmware reads them, against coordinates written down.
static void test_tables(void** state) {
  static const uint16_t noc0[8][2] = {{17, 14}, {17, 15}, {17, 18}, {17, 21},
                                      {18, 14}, {18, 17}, {18, 20}, {18, 23}};
  static const uint16_t noc1[8][2] = {{17, 13}, {17, 16}, {17, 19}, {17, 22},
                                      {18, 13}, {18, 16}, {18, 19}, {18, 22}};
  for (uint32_t banks = 7; banks <= 8; ++banks) {
    tt_bh_chip_t chip;
    assert_null(tt_bh_chip_init(&kWhole, 11, 10, banks, &chip));
    uint8_t table[TT_BH_BANK_TABLE_SIZE];
    tt_bh_chip_bank_table(&chip, 21, table);  // column 10, row 1: NoC 13,3
    for (uint32_t i = 0; i < banks; ++i) {
      assert_int_equal(word_at(table, i), noc0[i][0] | noc0[i][1] << 6);
      assert_int_equal(word_at(table, banks + i), noc1[i][0] | noc1[i][1] << 6);
    }
    for (uint32_t i = 2 * banks; i < 2 * banks + 2 * TT_BH_L1_BANKS; ++i) {
      assert_int_equal(word_at(table, i), 13 | 3 << 6);
    }
    for (size_t i = 2 * (2 * banks + 2 * TT_BH_L1_BANKS); i < sizeof(table);
         ++i) {
      assert_int_equal(table[i], 0);
    }
    uint8_t logical[TT_BH_LOGICAL_COLUMNS + TT_BH_LOGICAL_ROWS];
    tt_bh_chip_logical_table(&chip, logical);
    assert_int_equal(logical[0], 1);
    assert_int_equal(logical[7], 10);
    assert_int_equal(logical[11], 0);
    assert_int_equal(logical[TT_BH_LOGICAL_COLUMNS + 9], 11);
  }
}

static void test_allocator(void** state) {
  tt_bh_allocator_t allocator;
  tt_bh_allocator_init(4096, 4096 * 11, &allocator);
  uint64_t address[10];
  for (int i = 0; i < 10; ++i) {
    assert_null(tt_bh_allocator_take(&allocator, 4096, &address[i]));
    assert_int_equal(address[i], 4096 * (i + 1));
  }
  uint64_t more = 0;
  expect_error(tt_bh_allocator_take(&allocator, 4096, &more),
               TT_CODE_RESOURCE_EXHAUSTED, "4096 bytes of each bank requested");
  // Two holes: of 1 and of 2. The lowest that fits is taken.
  tt_bh_allocator_give(&allocator, address[2]);
  tt_bh_allocator_give(&allocator, address[6]);
  tt_bh_allocator_give(&allocator, address[5]);
  expect_error(tt_bh_allocator_take(&allocator, 3 * 4096, &more),
               TT_CODE_RESOURCE_EXHAUSTED, "12288 are free, at most 8192");
  assert_null(tt_bh_allocator_take(&allocator, 2 * 4096, &more));
  assert_int_equal(more, address[5]);
  assert_null(tt_bh_allocator_take(&allocator, 4096, &more));
  assert_int_equal(more, address[2]);
  tt_bh_allocator_deinit(&allocator);
}

// Random taking and giving: what is in use never overlaps, nothing is lost.
static void test_allocator_random(void** state) {
  enum { END = 1000, COUNT = 64 };
  tt_bh_allocator_t allocator;
  tt_bh_allocator_init(0, END, &allocator);
  uint64_t address[COUNT], size[COUNT] = {0};
  uint8_t used[END] = {0};
  uint32_t seed = 1;
  for (int step = 0; step < 20000; ++step) {
    seed = seed * 1664525 + 1013904223;
    uint32_t i = seed >> 16 & (COUNT - 1);
    if (size[i]) {
      tt_bh_allocator_give(&allocator, address[i]);
      memset(used + address[i], 0, size[i]);
      size[i] = 0;
      continue;
    }
    uint64_t want = 1 + (seed >> 24) % 40;
    tt_status_t status = tt_bh_allocator_take(&allocator, want, &address[i]);
    if (status) {
      tt_status_free(status);
      uint64_t run = 0;  // there was no room indeed
      for (int k = 0; k < END; ++k) {
        run = used[k] ? 0 : run + 1;
        assert_true(run < want);
      }
      continue;
    }
    size[i] = want;
    for (uint64_t k = 0; k < want; ++k) {
      assert_int_equal(used[address[i] + k], 0);
      used[address[i] + k] = 1;
    }
  }
  tt_bh_allocator_deinit(&allocator);
}

static void test_options(void** state) {
  const tt_backend_param_t params[] = {
      {"grid", "11x10"}, {"lib", "/l.so"},       {"banks", "7"},
      {"checked", "1"},  {"timeout", "2.5"},     {"metal", "/m"},
      {"cache", "/c"},   {"compiler", "/bin/g"}, {"host", "/h"}};
  tt_bh_options_t o;
  tt_backend_param_t rest[9];
  size_t count = 0;
  assert_null(tt_bh_options_parse(&tt_bh_ttsim, params, 9, &o, rest, &count));
  assert_int_equal(o.grid_cols, 11);
  assert_int_equal(o.grid_rows, 10);
  assert_int_equal(o.banks, 7);
  assert_true(o.checked);
  assert_int_equal(o.timeout_ms, 2500);
  assert_string_equal(o.toolchain.metal, "/m");
  assert_string_equal(o.toolchain.cache, "/c");
  assert_string_equal(o.toolchain.compiler, "/bin/g");
  assert_int_equal(count, 3);
  assert_string_equal(rest[0].key, "lib");
  assert_string_equal(rest[1].key, "timeout");
  assert_string_equal(rest[2].key, "host");
}

static void test_bad_options(void** state) {
  static const tt_backend_param_t bad[] = {
      {"grid", "8"},      {"grid", "0x8"},       {"grid", "15x10"},
      {"grid", "14x11"},  {"grid", "8x8x"},      {"grid", " 8x8"},
      {"banks", "6"},     {"banks", ""},         {"banks", "77"},
      {"checked", "yes"}, {"checked", ""},       {"timeout", ""},
      {"timeout", "1."},  {"timeout", ".5"},     {"timeout", "-1"},
      {"timeout", "1e3"}, {"timeout", "0.0001"}, {"timeout", "4294967"},
  };
  tt_bh_options_t o;
  tt_backend_param_t rest[1];
  size_t count = 0;
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    expect_error(
        tt_bh_options_parse(&tt_bh_ttsim, &bad[i], 1, &o, rest, &count),
        TT_CODE_INVALID_ARGUMENT, bad[i].key);
  }
  const tt_backend_param_t python = {"python", "x"};
  expect_error(tt_bh_options_parse(&tt_bh_ttsim, &python, 1, &o, rest, &count),
               TT_CODE_INVALID_ARGUMENT,
               "unknown device option 'python'; ttsim takes lib, host, "
               "grid, banks, ");
}

static void test_timeouts(void** state) {
  uint32_t ms = 0;
  assert_true(tt_bh_parse_timeout("0", &ms));
  assert_int_equal(ms, UINT32_MAX);
  assert_true(tt_bh_parse_timeout("0.001", &ms));
  assert_int_equal(ms, 1);
  assert_true(tt_bh_parse_timeout("4294966.999", &ms));
  assert_int_equal(ms, 4294966999);
}

// What is missing is said before a process is started.
static void test_missing_simulators(void** state) {
  unsetenv("TT_METAL_SIMULATOR");
  tt_bh_transport_t* t = NULL;
  expect_error(tt_bh_ttsim.open(NULL, 0, &t), TT_CODE_NOT_FOUND,
               "set TT_METAL_SIMULATOR");
  setenv("TT_METAL_SIMULATOR", "/nowhere/libttsim.so", 1);
  expect_error(tt_bh_ttsim.open(NULL, 0, &t), TT_CODE_NOT_FOUND,
               "/nowhere/libttsim.so: No such file");
  const tt_backend_param_t host = {"host", "/nowhere/host"};
  expect_error(tt_bh_wolfpine.open(&host, 1, &t), TT_CODE_NOT_FOUND,
               "/nowhere/host: No such file");
  const tt_backend_param_t params[] = {{"host", "/dev/null"},
                                       {"python", "no-such-python"}};
  expect_error(tt_bh_wolfpine.open(params, 2, &t), TT_CODE_UNAVAILABLE,
               "'no-such-python': No such file");
  assert_null(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_chip),
      cmocka_unit_test(test_harvested_chips),
      cmocka_unit_test(test_tables),
      cmocka_unit_test(test_allocator),
      cmocka_unit_test(test_allocator_random),
      cmocka_unit_test(test_options),
      cmocka_unit_test(test_bad_options),
      cmocka_unit_test(test_timeouts),
      cmocka_unit_test(test_missing_simulators),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

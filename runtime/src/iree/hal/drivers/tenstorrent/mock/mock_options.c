// Options of a mock device's URI.

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"
#include "tile/chip.h"

// Host threads beyond this bring nothing on any host and cost 1.5 MB each.
enum { MAX_THREADS = 256 };

// Seconds. Ten minutes are more than any launch worth waiting for takes, and
// few enough for an unattended run to end.
enum { DEFAULT_TIMEOUT = 600, MAX_TIMEOUT = 1000000000 };

uint32_t tt_mock_usable_cpus(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set)) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : (uint32_t)count;
}

static tt_status_t bad_value(const tt_backend_param_t* param,
                             const char* expected) {
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "device option %s: found '%s', expected %s", param->key,
                        param->value, expected);
}

// Parses a decimal number from *text and moves *text behind it.
static bool parse_number(const char** text, uint64_t lo, uint64_t hi,
                         uint64_t* out_value) {
  if (**text < '0' || **text > '9') return false;
  char* end = NULL;
  errno = 0;
  unsigned long long value = strtoull(*text, &end, 10);
  if (errno || value < lo || value > hi) return false;
  *text = end;
  *out_value = value;
  return true;
}

static bool parse_whole(const char* text, uint64_t lo, uint64_t hi,
                        uint64_t* out_value) {
  return parse_number(&text, lo, hi, out_value) && !*text;
}

// Seconds with up to nine decimals, to nanoseconds. Not strtod: what that takes
// depends on the process's locale.
static bool parse_seconds(const char* text, uint64_t* out_ns) {
  uint64_t value = 0;
  if (!parse_number(&text, 0, MAX_TIMEOUT, &value)) return false;
  if (*text == '.' && !text[1]) return false;
  if (*text == '.') ++text;
  for (int i = 0; i < 9; ++i) {
    value *= 10;
    if (*text >= '0' && *text <= '9') value += (uint64_t)(*text++ - '0');
  }
  *out_ns = value;
  return !*text;
}

static tt_status_t parse_grid(const tt_backend_param_t* param,
                              tt_mock_options_t* options) {
  const tt_chip_t* chip = &tt_chip_blackhole;
  const char* text = param->value;
  uint64_t rows = 0, cols = 0;
  if (!parse_number(&text, 1, chip->max_grid_cols, &cols) || *text++ != 'x' ||
      !parse_whole(text, 1, chip->max_grid_rows, &rows)) {
    return bad_value(param, "COLUMNSxROWS from 1x1 to 12x10, as in 8x8");
  }
  options->grid_rows = (uint32_t)rows;
  options->grid_cols = (uint32_t)cols;
  return NULL;
}

static tt_status_t parse_isa(const tt_backend_param_t* param,
                             tt_mock_options_t* options) {
  static const char* const names[TT_ISA_COUNT] = {
      [TT_ISA_PORTABLE] = "portable",
      [TT_ISA_AVX2] = "avx2",
      [TT_ISA_AVX512] = "avx512",
  };
  if (!strcmp(param->value, "auto")) {
    options->isa = tt_isa_best();
    return NULL;
  }
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    if (strcmp(param->value, names[isa])) continue;
    options->isa = (tt_isa_t)isa;
    if (tt_isa_available(options->isa)) return NULL;
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "device option isa: this CPU has no %s; it has %s",
                          param->value, names[tt_isa_best()]);
  }
  return bad_value(param, "auto, portable, avx2 or avx512");
}

static tt_status_t parse_numerics(const tt_backend_param_t* param,
                                  tt_mock_options_t* options) {
  const bool tensix = !strcmp(param->value, "tensix");
  if (!tensix && strcmp(param->value, "ieee")) {
    return bad_value(param, "ieee or tensix");
  }
  options->numerics = tensix ? TT_NUMERICS_TENSIX : TT_NUMERICS_IEEE;
  return NULL;
}

static tt_status_t parse_option(const tt_backend_param_t* param,
                                tt_mock_options_t* options) {
  uint64_t value = 0;
  if (!strcmp(param->key, "grid")) return parse_grid(param, options);
  if (!strcmp(param->key, "isa")) return parse_isa(param, options);
  if (!strcmp(param->key, "numerics")) return parse_numerics(param, options);
  if (!strcmp(param->key, "cores")) {
    if (!parse_whole(param->value, 1, UINT32_MAX, &value)) {
      return bad_value(param, "a number of cores from 1");
    }
    options->cores = (uint32_t)value;
  } else if (!strcmp(param->key, "threads")) {
    if (!parse_whole(param->value, 1, MAX_THREADS, &value)) {
      return bad_value(param, "a number of host threads from 1 to 256");
    }
    options->threads = (uint32_t)value;
  } else if (!strcmp(param->key, "l1")) {
    if (!parse_whole(param->value, tt_chip_blackhole.l1_reserved + 1,
                     tt_chip_blackhole.l1_size, &options->l1_size)) {
      return bad_value(param, "bytes above 196608 (reserved) up to 1572864");
    }
  } else if (!strcmp(param->key, "dram")) {
    if (!parse_whole(param->value, 1, INT64_MAX, &options->dram_size)) {
      return bad_value(param, "a number of bytes");
    }
  } else if (!strcmp(param->key, "checked")) {
    if (!parse_whole(param->value, 0, 1, &value)) {
      return bad_value(param, "0 or 1");
    }
    options->checked = value;
  } else if (!strcmp(param->key, "timeout")) {
    if (!parse_seconds(param->value, &options->timeout)) {
      return bad_value(param, "seconds, as in 600 or 0.5; 0: no limit");
    }
  } else {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "unknown device option '%s'; the mock takes grid, "
                          "cores, l1, dram, threads, checked, isa, numerics "
                          "and timeout",
                          param->key);
  }
  return NULL;
}

tt_status_t tt_mock_options_parse(const tt_backend_param_t* params,
                                  size_t param_count,
                                  tt_mock_options_t* out_options) {
  const tt_chip_t* chip = &tt_chip_blackhole;
  tt_mock_options_t* o = out_options;
  *o = (tt_mock_options_t){.grid_rows = chip->default_grid_rows,
                           .grid_cols = chip->default_grid_cols,
                           .l1_size = chip->l1_size,
                           .dram_size = chip->dram_banks * chip->dram_bank_size,
                           .isa = tt_isa_best(),
                           .timeout = DEFAULT_TIMEOUT * UINT64_C(1000000000)};
  for (size_t i = 0; i < param_count; ++i) {
    TT_RETURN_IF_ERROR(parse_option(&params[i], o));
  }
  if (o->cores > o->grid_rows * o->grid_cols) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "device option cores: found %u, expected at most %u "
                          "for grid %ux%u",
                          o->cores, o->grid_rows * o->grid_cols, o->grid_cols,
                          o->grid_rows);
  }
  if (!o->cores) o->cores = o->grid_rows * o->grid_cols;
  if (!o->threads) o->threads = tt_mock_usable_cpus();
  if (o->threads > o->cores) o->threads = o->cores;
  return NULL;
}

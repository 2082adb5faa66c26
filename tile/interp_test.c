// The interpreter on small programs, against plain loops; and its errors.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/interp.h"
#include "tile/strbuf.h"

// ---- Running texts --------------------------------------------------------

typedef struct run_t {
  tt_interp_options_t options;
  const uint32_t* constants;
  uint32_t grid_cores;  // 0: 4
  tt_interp_binding_t bindings[4];
  uint64_t scratch_limit;
  const atomic_bool* cancel;
  uint64_t deadline;
  tt_interp_counters_t counters;  // out
} run_t;

static tt_program_t* parse(const char* text) {
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(text, strlen(text), "test", &program);
  if (status) fail_msg("%s\n%s", tt_status_message(status), text);
  return program;
}

static tt_status_t run_program(const tt_program_t* program, run_t* run) {
  tt_interp_t* interp = NULL;
  assert_null(tt_interp_create(program, &run->options, &interp));
  const tt_interp_params_t params = {
      .env = {.constants = run->constants,
              .grid_cores = run->grid_cores ? run->grid_cores : 4,
              .dram_banks = 7},
      .bindings = run->bindings,
      .scratch_limit = run->scratch_limit,
      .cancel = run->cancel,
      .deadline = run->deadline};
  tt_interp_launch_t* launch = NULL;
  tt_interp_worker_t* worker = NULL;
  run->counters = (tt_interp_counters_t){0};
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_run(launch, worker, &run->counters);
  tt_interp_launch_destroy(launch);
  tt_interp_worker_destroy(worker);
  tt_interp_destroy(interp);
  return status;
}

static tt_status_t run_text(const char* text, run_t* run) {
  tt_program_t* program = parse(text);
  tt_status_t status = run_program(program, run);
  tt_program_free(program);
  return status;
}

// Runs |text| in every way there is; all must succeed and give the same bytes
// in |output|, which starts as zeros, and the same counters.
static void run_every_way(const char* text, run_t run, void* output,
                          size_t size) {
  tt_interp_counters_t counters = {0};
  uint8_t* first = malloc(size);
  for (int way = 0; way < 4 * TT_ISA_COUNT; ++way) {
    tt_isa_t isa = (tt_isa_t)(way / 4);
    if (!tt_isa_available(isa)) continue;
    run.options.isa = isa;
    run.options.checked = way & 1;
    run.options.scalar_loops = way >> 1 & 1;
    memset(output, 0, size);
    tt_status_t status = run_text(text, &run);
    if (status) fail_msg("%s", tt_status_message(status));
    if (way == 0) {
      memcpy(first, output, size);
      counters = run.counters;
    }
    assert_memory_equal(output, first, size);
    assert_memory_equal(&run.counters, &counters, sizeof(counters));
  }
  free(first);
}

// |text| fails with |code| and a message that has each of |parts|.
static void expect_failure(const char* text, run_t* run, tt_code_t code,
                           const char* const* parts) {
  tt_status_t status = run_text(text, run);
  assert_non_null(status);
  const char* message = tt_status_message(status);
  if (tt_status_code(status) != code) {
    fail_msg("code %d: %s", tt_status_code(status), message);
  }
  for (; *parts; ++parts) {
    if (!strstr(message, *parts)) fail_msg("no \"%s\" in: %s", *parts, message);
  }
  tt_status_free(status);
}
#define EXPECT_FAILURE(text, run, code, ...) \
  expect_failure(text, run, code, (const char* const[]){__VA_ARGS__, NULL})

#define ENTRY(constants, head, phase)                                 \
  "tile.program blackhole\nentry @f constants " constants " {\n" head \
  "phase cores 1 fidelity HiFi4 fp32_dest_acc {\n" phase "}\n}\n"

static void fill(float* values, size_t n, uint32_t seed) {
  for (size_t i = 0; i < n; ++i) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(int32_t)seed * 0x1p-29f;
  }
}

// ---- The documented example -----------------------------------------------

static void test_add_example(void** state) {
  FILE* file = fopen("testdata/add_flat.tile", "r");
  assert_non_null(file);
  static char text[1 << 14];
  size_t used = fread(text, 1, sizeof(text) - 1, file);
  fclose(file);
  text[used] = 0;
  enum { MAX = 5000 };
  static _Alignas(64) float a[MAX], b[MAX], c[MAX + 16];
  fill(a, MAX, 1);
  fill(b, MAX, 2);
  static const uint32_t sizes[] = {0, 1, 31, 1023, 1024, 1025, 4096, 4999};
  for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); ++s) {
    uint32_t n = sizes[s];
    const uint32_t constants[] = {0, n};
    run_t run = {.constants = constants,
                 .bindings = {{a, n * 4}, {b, n * 4}, {c, n * 4}}};
    run_every_way(text, run, c, sizeof(c));
    for (uint32_t i = 0; i < n; ++i) assert_true(c[i] == a[i] + b[i]);
    for (uint32_t i = n; i < n + 16; ++i) assert_true(c[i] == 0);
  }
}

// ---- Every op
// ------------------------------------------------------------------

// The golden programs, which hold every op, give the same bytes, counters and
// failures in every way of running. What the bytes are is the business of the
// tests around this one and of lanes_test.c.

enum { GOLDEN_BINDINGS = 8, GOLDEN_BYTES = 1 << 18 };

typedef struct golden_t {
  uint8_t* data[GOLDEN_BINDINGS];
  tt_interp_counters_t counters;
  tt_code_t code;
} golden_t;

static void run_golden(const tt_program_t* program, uint32_t entry,
                       const tt_interp_options_t* options, golden_t* out) {
  static const uint32_t constants[] = {5, 37, 1, 0, 3, 2, 7, 64};
  tt_interp_binding_t bindings[GOLDEN_BINDINGS];
  assert_true(program->entries[entry].binding_count <= GOLDEN_BINDINGS);
  assert_true(program->entries[entry].constant_count <= 8);
  for (int i = 0; i < GOLDEN_BINDINGS; ++i) {
    // Small integers and floats alike make something of these bytes.
    for (size_t k = 0; k < GOLDEN_BYTES; ++k) {
      out->data[i][k] = (uint8_t)(k % 4 == 3 ? 0x3F : k * 29 + (size_t)i);
    }
    bindings[i] = (tt_interp_binding_t){out->data[i], GOLDEN_BYTES};
  }
  const tt_interp_params_t params = {
      .entry = entry,
      .env = {.constants = constants, .grid_cores = 6, .dram_banks = 7},
      .bindings = bindings,
      .scratch_limit = 1 << 24};
  tt_interp_t* interp = NULL;
  tt_interp_launch_t* launch = NULL;
  tt_interp_worker_t* worker = NULL;
  assert_null(tt_interp_create(program, options, &interp));
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  out->counters = (tt_interp_counters_t){0};
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_run(launch, worker, &out->counters);
  out->code = tt_status_code(status);
  tt_status_free(status);
  tt_interp_launch_destroy(launch);
  tt_interp_worker_destroy(worker);
  tt_interp_destroy(interp);
}

// Returns whether the entry ran without failing.
static bool check_golden(const tt_program_t* program, uint32_t entry,
                         const char* path, golden_t* want, golden_t* got) {
  const char* name = tt_entry_name(program, &program->entries[entry]);
  const tt_interp_options_t plain = {.isa = TT_ISA_PORTABLE,
                                     .scalar_loops = true};
  run_golden(program, entry, &plain, want);
  for (int way = 0; way < 4 * TT_ISA_COUNT; ++way) {
    const tt_interp_options_t options = {.isa = (tt_isa_t)(way / 4),
                                         .checked = way & 1,
                                         .scalar_loops = way >> 1 & 1};
    if (!tt_isa_available(options.isa)) continue;
    run_golden(program, entry, &options, got);
    if (got->code != want->code) {
      fail_msg("%s @%s: code %d, expected %d", path, name, got->code,
               want->code);
    }
    if (want->code != TT_CODE_OK) continue;
    for (int i = 0; i < GOLDEN_BINDINGS; ++i) {
      if (memcmp(got->data[i], want->data[i], GOLDEN_BYTES) != 0) {
        fail_msg("%s @%s: binding %d differs, way %d", path, name, i, way);
      }
    }
    assert_memory_equal(&got->counters, &want->counters, sizeof(got->counters));
  }
  return want->code == TT_CODE_OK;
}

static void test_golden_programs(void** state) {
  static char text[1 << 18];
  golden_t want, got;
  for (int i = 0; i < GOLDEN_BINDINGS; ++i) {
    want.data[i] = aligned_alloc(64, GOLDEN_BYTES);
    got.data[i] = aligned_alloc(64, GOLDEN_BYTES);
  }
  glob_t files;
  assert_int_equal(glob("testdata/*.tile", 0, NULL, &files), 0);
  uint32_t entries = 0, succeeded = 0;
  for (size_t f = 0; f < files.gl_pathc; ++f) {
    FILE* file = fopen(files.gl_pathv[f], "r");
    size_t used = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[used] = 0;
    tt_program_t* program = parse(text);
    for (uint32_t e = 0; e < program->entries_count; ++e) {
      ++entries;
      succeeded += check_golden(program, e, files.gl_pathv[f], &want, &got);
    }
    tt_program_free(program);
  }
  globfree(&files);
  for (int i = 0; i < GOLDEN_BINDINGS; ++i) {
    free(want.data[i]);
    free(got.data[i]);
  }
  // Comparing failures alone would show little.
  if (succeeded * 10 < entries * 8) {
    fail_msg("%u of %u entries ran", succeeded, entries);
  }
}

// ---- Tile ops -------------------------------------------------------------

#define TILE_ENTRY(compute)                                                \
  ENTRY("0",                                                               \
        "binding 0 read\nbinding 1 read\nbinding 2 write\n"                \
        "view v0 = binding 0 offset 0 f32 length 1024\n"                   \
        "view v1 = binding 1 offset 0 f32 length 1024\n"                   \
        "view v2 = binding 2 offset 0 f32 length 1024\n",                  \
        "cb c0 Float32 32 faces pages 1\ncb c1 Float32 32 faces pages 1\n" \
        "cb c16 Float32 32 faces pages 1\n"                                \
        "reader {\ncb_reserve_back c0, 1\n"                                \
        "read_tile.f32 c0, 0, v0, 0, 32, 1, 32, 32, 0x0p+0\n"              \
        "cb_push_back c0, 1\ncb_reserve_back c1, 1\n"                      \
        "read_tile.f32 c1, 0, v1, 0, 32, 1, 32, 32, 0x0p+0\n"              \
        "cb_push_back c1, 1\n}\n"                                          \
        "compute {\ncb_wait_front c0, 1\ncb_wait_front c1, 1\n"            \
        "cb_reserve_back c16, 1\ntile_regs_acquire\n" compute              \
        "tile_regs_commit\ntile_regs_wait\npack_tile c16, 0, d0\n"         \
        "tile_regs_release\ncb_push_back c16, 1\ncb_pop_front c0, 1\n"     \
        "cb_pop_front c1, 1\n}\n"                                          \
        "writer {\ncb_wait_front c16, 1\n"                                 \
        "write_tile.f32 c16, 0, v2, 0, 32, 1, 32, 32\n"                    \
        "cb_pop_front c16, 1\n}\n")

typedef float (*tile_reference_t)(const float* a, const float* b, int r, int c);

static void check_tile_op(const char* text, tile_reference_t reference) {
  static _Alignas(64) float a[1024], b[1024], d[1024];
  fill(a, 1024, 3);
  fill(b, 1024, 4);
  run_t run = {.bindings = {{a, 4096}, {b, 4096}, {d, 4096}}};
  run_every_way(text, run, d, sizeof(d));
  for (int r = 0; r < 32; ++r) {
    for (int c = 0; c < 32; ++c) {
      float want = reference(a, b, r, c), got = d[r * 32 + c];
      if (want != got)
        fail_msg("(%d, %d): got %a, expected %a\n%s", r, c, got, want, text);
    }
  }
}

static float matmul_reference(const float* a, const float* b, int r, int c) {
  float sum = 0;
  for (int k = 0; k < 32; ++k) {
    volatile float product = a[r * 32 + k] * b[k * 32 + c];
    sum += product;
  }
  return sum;
}
static float matmul_t_reference(const float* a, const float* b, int r, int c) {
  float sum = 0;
  for (int k = 0; k < 32; ++k) {
    volatile float product = a[r * 32 + k] * b[c * 32 + k];
    sum += product;
  }
  return sum;
}
static float sub_row(const float* a, const float* b, int r, int c) {
  return a[r * 32 + c] - b[c];
}
static float mul_col(const float* a, const float* b, int r, int c) {
  return a[r * 32 + c] * b[r * 32];
}
static float add_scalar(const float* a, const float* b, int r, int c) {
  return a[r * 32 + c] + b[0];
}
static float add_acc(const float* a, const float* b, int r, int c) {
  volatile float sum = a[r * 32 + c] + b[r * 32 + c];
  return a[r * 32 + c] + sum;
}
static float transposed(const float* a, const float* b, int r, int c) {
  return a[c * 32 + r];
}
static float copied_col(const float* a, const float* b, int r, int c) {
  return a[r * 32];
}
static float tree_sum(const float* values, int stride) {
  float sums[32];
  for (int i = 0; i < 32; ++i) sums[i] = values[i * stride];
  for (int apart = 16; apart; apart /= 2) {
    for (int i = 0; i < apart; ++i) sums[i] += sums[i + apart];
  }
  return sums[0];
}
static float reduced(const float* a, const float* b, int r, int c, int dim,
                     bool max) {
  if ((dim != 1 && c) || (dim != 0 && r)) return 0;
  float scaled[1024], columns[32];
  for (int i = 0; i < 1024; ++i) scaled[i] = a[i] * b[0];
  if (max) {
    float best = -INFINITY;
    for (int i = 0; i < 1024; ++i) {
      bool in = dim == 2 || (dim == 0 ? i / 32 == r : i % 32 == c);
      if (in && scaled[i] > best) best = scaled[i];
    }
    return best;
  }
  if (dim == 0) return tree_sum(scaled + r * 32, 1);
  for (int i = 0; i < 32; ++i) columns[i] = tree_sum(scaled + i, 32);
  return dim == 1 ? columns[c] : tree_sum(columns, 1);
}
static float sum_row(const float* a, const float* b, int r, int c) {
  return reduced(a, b, r, c, 0, false);
}
static float sum_col(const float* a, const float* b, int r, int c) {
  return reduced(a, b, r, c, 1, false);
}
static float sum_scalar(const float* a, const float* b, int r, int c) {
  return reduced(a, b, r, c, 2, false);
}
static float max_row(const float* a, const float* b, int r, int c) {
  return reduced(a, b, r, c, 0, true);
}
static float max_col(const float* a, const float* b, int r, int c) {
  return reduced(a, b, r, c, 1, true);
}
// Accumulated onto a copy of a: the largest of row 0's element and the rest.
static float sum_row_acc(const float* a, const float* b, int r, int c) {
  return c ? 0 : a[r * 32] + reduced(a, b, r, c, 0, false);
}
static float lanes_mixed(const float* a, const float* b, int r, int c) {
  float x = a[r * 32 + c], y = b[r * 32 + c];
  return x > y ? 2.5f : y;
}

static void test_tile_ops(void** state) {
  static const struct {
    const char* text;
    tile_reference_t reference;
  } cases[] = {
      {TILE_ENTRY("matmul_tiles d0, c0, 0, c1, 0\n"), matmul_reference},
      {TILE_ENTRY("matmul_tiles d0, c0, 0, c1, 0 transpose\n"),
       matmul_t_reference},
      {TILE_ENTRY("sub_tiles d0, c0, 0, c1, 0 row\n"), sub_row},
      {TILE_ENTRY("mul_tiles d0, c0, 0, c1, 0 col\n"), mul_col},
      {TILE_ENTRY("add_tiles d0, c0, 0, c1, 0 scalar\n"), add_scalar},
      {TILE_ENTRY("copy_tile d0, c0, 0\nadd_tiles d0, c0, 0, c1, 0 acc\n"),
       add_acc},
      {TILE_ENTRY("transpose_wh_tile d0, c0, 0\n"), transposed},
      {TILE_ENTRY("copy_tile d0, c0, 0 col\n"), copied_col},
      {TILE_ENTRY("reduce_tile d0, c0, 0, c1, 0 sum row\n"), sum_row},
      {TILE_ENTRY("reduce_tile d0, c0, 0, c1, 0 sum col\n"), sum_col},
      {TILE_ENTRY("reduce_tile d0, c0, 0, c1, 0 sum scalar\n"), sum_scalar},
      {TILE_ENTRY("reduce_tile d0, c0, 0, c1, 0 max row\n"), max_row},
      {TILE_ENTRY("reduce_tile d0, c0, 0, c1, 0 max col\n"), max_col},
      {TILE_ENTRY("copy_tile d0, c0, 0\n"
                  "reduce_tile d0, c0, 0, c1, 0 sum row acc\n"),
       sum_row_acc},
      {TILE_ENTRY("copy_tile d0, c0, 0\ncopy_tile d1, c1, 0\n"
                  "cmpf.f32 d2, d0, d1 ogt\nselect.f32 d0, d2, 0x1.4p+1, d1\n"),
       lanes_mixed},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    check_tile_op(cases[i].text, cases[i].reference);
  }
}

// A product of |rows| x |inner| elements, the rest of the tiles being zeros, is
// that of whole tiles: also where a zero meets |special|, or -0 is added to.
static void check_ragged(int rows, int inner, float special, bool minus) {
  static _Alignas(64) float a[1024], b[1024], d[1024];
  char text[2048];
  snprintf(text, sizeof(text),
           ENTRY("1",
                 "binding 0 read\nbinding 1 read\nbinding 2 write\n"
                 "view v0 = binding 0 offset 0 f32 length 1024\n"
                 "view v1 = binding 1 offset 0 f32 length 1024\n"
                 "view v2 = binding 2 offset 0 f32 length 1024\n",
                 "cb c0 Float32 32 faces pages 1\n"
                 "cb c1 Float32 32 faces pages 1\n"
                 "cb c2 Float32 32 faces pages 1\n"
                 "reader {\ncb_reserve_back c0, 1\n"
                 "read_tile.f32 c0, 0, v0, 0, 32, 1, %d, %d, 0x0p+0\n"
                 "cb_push_back c0, 1\ncb_reserve_back c1, 1\n"
                 "read_tile.f32 c1, 0, v1, 0, 32, 1, %d, 32, 0x0p+0\n"
                 "cb_push_back c1, 1\n}\n"
                 "compute {\ncb_wait_front c0, 1\ncb_wait_front c1, 1\n"
                 "tile_regs_acquire\n%s"
                 "matmul_tiles d0, c0, 0, c1, 0\n"
                 "tile_regs_commit\ncb_reserve_back c2, 1\ntile_regs_wait\n"
                 "pack_tile c2, 0, d0\ntile_regs_release\n"
                 "cb_push_back c2, 1\ncb_pop_front c0, 1\n"
                 "cb_pop_front c1, 1\n}\n"
                 "writer {\ncb_wait_front c2, 1\n"
                 "write_tile.f32 c2, 0, v2, 0, 32, 1, 32, 32\n"
                 "cb_pop_front c2, 1\n}\n"),
           rows, inner, inner, minus ? "fill_tile.f32 d0, -0x0p+0\n" : "");
  fill(a, 1024, 6);
  fill(b, 1024, 7);
  b[5] = special;
  run_t run = {.bindings = {{a, 4096}, {b, 4096}, {d, 4096}}};
  run_every_way(text, run, d, sizeof(d));
  for (int r = 0; r < 32; ++r) {
    for (int c = 0; c < 32; ++c) {
      float want = minus ? -0.0f : 0.0f, got = d[r * 32 + c];
      for (int k = 0; k < 32; ++k) {
        volatile float product = (r < rows && k < inner ? a[r * 32 + k] : 0) *
                                 (k < inner ? b[k * 32 + c] : 0);
        want += product;
      }
      if (isnan(want) ? !isnan(got) : memcmp(&want, &got, sizeof(got)) != 0) {
        fail_msg("%d x %d, %g: (%d, %d): got %a, expected %a", rows, inner,
                 (double)special, r, c, (double)got, (double)want);
      }
    }
  }
}

static void test_ragged_products(void** state) {
  static const int sizes[] = {0, 1, 3, 8, 9, 16, 17, 31, 32};
  static const float specials[] = {1.0f, -1.0f, INFINITY, NAN};
  for (int i = 0; i < 9 * 9 * 4 * 2; ++i) {
    check_ragged(sizes[i % 9], sizes[i / 9 % 9], specials[i / 81 % 4], i / 324);
  }
}

// Counters as tile/count.h defines them.
static void test_counters(void** state) {
  static _Alignas(64) float a[1024], b[1024], d[1024];
  run_t run = {.bindings = {{a, 4096}, {b, 4096}, {d, 4096}}};
  assert_null(run_text(TILE_ENTRY("matmul_tiles d0, c0, 0, c1, 0\n"), &run));
  assert_int_equal(run.counters.bytes_read, 8192);
  assert_int_equal(run.counters.bytes_written, 4096);
  assert_int_equal(run.counters.tile_ops, 2);
  assert_int_equal(run.counters.multiply_adds, 32768);
  assert_int_equal(run.counters.element_ops, 0);
}

// A strided, clamped and filled read; formats that widen and round.
static void test_movement(void** state) {
  static const char text[] = ENTRY(
      "0",
      "binding 0 read\nbinding 1 write\n"
      "view v0 = binding 0 offset 0 f32 length 100\n"
      "view v1 = binding 1 offset 0 f32 length 1024\n",
      "cb c0 Float32 32 faces pages 1\n"
      "reader {\ncb_reserve_back c0, 1\n"
      "read_tile.f32 c0, 0, v0, 99, -10, -1, 40, 10, -0x1p+0\n"
      "cb_push_back c0, 1\n}\n"
      "writer {\ncb_wait_front c0, 1\n"
      "write_tile.f32 c0, 0, v1, 0, 1, 32, 32, 32\ncb_pop_front c0, 1\n}\n");
  static _Alignas(64) float a[100 + 320], d[1024];
  fill(a, 420, 5);
  // 32 rows would leave the view; 10 fit it.
  run_t run = {.bindings = {{a, 400}, {d, 4096}}};
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "entry @f", "phase 0",
                 "core 0", "reader", "read_tile.f32", "line 11", "element -220",
                 "view v0, which has 100");
  char* fits = strdup(text);
  memcpy(strstr(fits, ", 40, 10"), ", 10, 10", 8);
  run_every_way(fits, run, d, sizeof(d));
  for (int r = 0; r < 32; ++r) {
    for (int c = 0; c < 32; ++c) {
      float want = r < 10 && c < 10 ? a[99 - 10 * r - c] : -1;
      assert_true(d[c * 32 + r] == want);
    }
  }
  free(fits);
}

// A row or a column, widened and repeated over a tile, whole or in part.
static void check_repeated(const char* type, int bytes, bool by_row, int rows,
                           int cols) {
  static _Alignas(64) int8_t a[1024];
  static _Alignas(64) int32_t d[1024];
  enum { PITCH = 7, FILL = -5 };
  for (int i = 0; i < 1024; ++i) a[i] = (int8_t)(i * 37 + i / 4);
  char text[1024];
  snprintf(text, sizeof(text),
           ENTRY("0",
                 "binding 0 read\nbinding 1 write\n"
                 "view v0 = binding 0 offset 0 %s length 256\n"
                 "view v1 = binding 1 offset 0 i32 length 1024\n",
                 "cb c0 Int32 32 faces pages 1\n"
                 "reader {\ncb_reserve_back c0, 1\n"
                 "read_tile.%s c0, 0, v0, 3, %d, %d, %d, %d, %d\n"
                 "cb_push_back c0, 1\n}\n"
                 "writer {\ncb_wait_front c0, 1\n"
                 "write_tile.i32 c0, 0, v1, 0, 32, 1, 32, 32\n"
                 "cb_pop_front c0, 1\n}\n"),
           type, type, by_row ? PITCH : 0, by_row ? 0 : PITCH, rows, cols,
           FILL);
  run_t run = {.bindings = {{a, sizeof(a)}, {d, sizeof(d)}}};
  run_every_way(text, run, d, sizeof(d));
  for (int i = 0; i < 1024; ++i) {
    const int at = (3 + PITCH * (by_row ? i / 32 : i % 32)) * bytes;
    int32_t want = a[at + bytes - 1];
    for (int j = bytes - 1; j-- > 0;) want = want * 256 + (uint8_t)a[at + j];
    if (i / 32 >= rows || i % 32 >= cols) want = FILL;
    assert_int_equal(d[i], want);
  }
}

static void test_repeated(void** state) {
  for (int i = 0; i < 8; ++i) {
    const int rows = i & 2 ? 32 : 19, cols = i & 4 ? 32 : 5;
    check_repeated("i8", 1, i & 1, rows, cols);
    check_repeated("i16", 2, i & 1, rows, cols);
    check_repeated("i32", 4, i & 1, rows, cols);
  }
}

static void test_tilize(void** state) {
  static const char text[] = ENTRY(
      "0",
      "binding 0 read\nbinding 1 write\n"
      "view v0 = binding 0 offset 0 f32 length 3072\n"
      "view v1 = binding 1 offset 0 f32 length 3072\n"
      "view v2 = binding 1 offset 12288 f32 length 3072\n",
      "cb c0 Float32 32 flat pages 3\ncb c1 Float32 32 faces pages 3\n"
      "cb c2 Float32 32 flat pages 3\n"
      "reader {\ncb_reserve_back c0, 3\n"
      "read_flat.f32 c0, 0, 3, v0, 0, 3072, 0x0p+0\ncb_push_back c0, 3\n}\n"
      "compute {\ncb_wait_front c0, 3\ncb_reserve_back c1, 3\n"
      "tilize_block c0, 3, c1\ncb_push_back c1, 3\ncb_pop_front c0, 3\n"
      "cb_wait_front c1, 3\ncb_reserve_back c2, 3\n"
      "untilize_block c1, 3, c2\ncb_push_back c2, 3\ncb_pop_front c1, 3\n}\n"
      "writer {\ncb_wait_front c2, 3\n"
      "write_flat.f32 c2, 0, 3, v1, 0, 3072\ncb_pop_front c2, 3\n}\n");
  static _Alignas(64) float a[3072], d[6144];
  fill(a, 3072, 6);
  run_t run = {.bindings = {{a, sizeof(a)}, {d, sizeof(d)}}};
  run_every_way(text, run, d, sizeof(d));
  assert_memory_equal(d, a, sizeof(a));
}

// ---- Launch programs, phases, scratch -------------------------------------

static void test_phases_and_scratch(void** state) {
  static const char text[] =
      "tile.program blackhole\nentry @f constants 1 {\n"
      "binding 0 write\n"
      "launch {\n$0 = push 0\n$1 = grid_cores\n$2 = core\n"
      "$3 = mul.i64 $0, 4\n$4 = sub.i64 $1, 1\n$5 = sub.i64 $4, $2\n}\n"
      "scratch s0 bytes $3\n"
      "view v0 = scratch 0 offset 0 i32 length $0\n"
      "view v1 = binding 0 offset 0 i32 length $0\n"
      "phase cores $1 fidelity HiFi4 {\nwriter {\n"
      "%0 = mul.i64 $2, 10\n%1 = trunci.i32.i64 %0\nstore.i32 v0, $2, %1\n"
      "}\n}\n"
      "phase cores $1 fidelity HiFi4 {\nwriter {\n"
      "%0 = load.i32 v0, $5\nstore.i32 v1, $2, %0\n}\n}\n}\n";
  static _Alignas(64) int32_t out[16];
  const uint32_t constants[] = {5};
  run_t run = {.constants = constants,
               .grid_cores = 5,
               .bindings = {{out, 20}},
               .scratch_limit = 64};
  run_every_way(text, run, out, sizeof(out));
  for (int i = 0; i < 5; ++i) assert_int_equal(out[i], (4 - i) * 10);
  run.scratch_limit = 19;
  EXPECT_FAILURE(text, &run, TT_CODE_RESOURCE_EXHAUSTED, "@f", "20 bytes",
                 "19 are left");
  run.scratch_limit = 64;
  run.bindings[0].length = 19;
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "view v1", "binding 0",
                 "19 bytes");
}

static void test_launch_faults(void** state) {
  static const char text[] =
      ENTRY("2",
            "binding 0 write\n"
            "launch {\n$0 = push 0\n$1 = push 1\n$2 = shl.i64 $0, 32\n"
            "$3 = mul.i64 $2, $2\n$4 = divs.i64 $0, $1\n$5 = core\n}\n"
            "view v0 = binding 0 offset 0 i64 length 1\n",
            "writer {\nstore.i64 v0, $5, $4\n}\n");
  static _Alignas(64) int64_t out[1];
  uint32_t constants[] = {7, 2};
  run_t run = {.constants = constants, .bindings = {{out, 8}}};
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "entry @f", "mul",
                 "64-bit overflow");
  constants[0] = 0;
  assert_null(run_text(text, &run));
  constants[1] = 0;
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "divs", "division by zero",
                 "line 9");
}

static void test_too_many_cores(void** state) {
  static const char text[] =
      "tile.program blackhole\nentry @f constants 1 {\nbinding 0 write\n"
      "launch {\n$0 = push 0\n}\n"
      "view v0 = binding 0 offset 0 i64 length 1\n"
      "phase cores $0 fidelity HiFi4 {\nwriter {\n"
      "store.i64 v0, 0, 1\n}\n}\n}\n";
  static _Alignas(64) int64_t out[1];
  uint32_t constants[] = {5};
  run_t run = {.constants = constants, .bindings = {{out, 8}}};
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "@f", "phase 0",
                 "5 cores of 4");
  constants[0] = 0;
  assert_null(run_text(text, &run));
  assert_int_equal(out[0], 0);
}

// ---- Errors of running cores ----------------------------------------------

static void test_deadlock(void** state) {
  // The writer takes from c1 first, but the reader fills c0 beyond its room
  // before it gives c1 anything.
  static const char text[] = ENTRY(
      "0",
      "binding 0 read\nbinding 1 write\n"
      "view v0 = binding 0 offset 0 f32 length 1024\n"
      "view v1 = binding 1 offset 0 f32 length 1024\n",
      "cb c0 Float32 32 flat pages 1\ncb c1 Float32 32 flat pages 1\n"
      "reader {\n%0 = for 0, 2, 1\ncb_reserve_back c0, 1\n"
      "read_flat.f32 c0, 0, 1, v0, 0, 1024, 0x0p+0\ncb_push_back c0, 1\nend\n"
      "cb_reserve_back c1, 1\n"
      "read_flat.f32 c1, 0, 1, v0, 0, 1024, 0x0p+0\ncb_push_back c1, 1\n}\n"
      "writer {\ncb_wait_front c1, 1\n"
      "write_flat.f32 c1, 0, 1, v1, 0, 1024\ncb_pop_front c1, 1\n"
      "%0 = for 0, 2, 1\ncb_wait_front c0, 1\ncb_pop_front c0, 1\nend\n}\n");
  static _Alignas(64) float a[1024], d[1024];
  run_t run = {.bindings = {{a, 4096}, {d, 4096}}};
  EXPECT_FAILURE(
      text, &run, TT_CODE_FAILED_PRECONDITION, "entry @f", "phase 0", "core 0",
      "deadlock", "reader at cb_reserve_back c0, 1 (line 12)",
      "1 of 1 pages are filled", "writer at cb_wait_front c1, 1 (line 21)");
}

static void test_bad_elements(void** state) {
  static const char format[] =
      "tile.program blackhole\nentry @f constants 0 {\n"
      "binding 0 read\nbinding 1 write\n"
      "view v0 = binding 0 offset 0 f32 length 100\n"
      "view v1 = binding 1 offset 0 f32 length 100\n"
      "phase cores 1 fidelity HiFi4 {\nwriter {\n"
      "%%0 = for 0, 100, 1%s\n%%1 = %s\n%%2 = load.f32 v0, %%1\n"
      "store.f32 v1, %%0, %%2\nend\n}\n}\n}\n";
  static const char* const indices[] = {"add.i64 %0, 1", "sub.i64 %0, 1",
                                        "mul.i64 %0, 0x4000000000000000",
                                        "xor.i64 %0, 127"};
  static const char* const wrong[] = {"element 100", "element -1", "element ",
                                      "element 1"};
  static _Alignas(64) float a[128], d[128];
  for (int i = 0; i < 4; ++i) {
    for (int parallel = 0; parallel < 2; ++parallel) {
      char text[1024], index[64];
      snprintf(index, sizeof(index), "%s", indices[i]);
      if (i == 2) snprintf(index, sizeof(index), "shl.i64 %%0, 60");
      snprintf(text, sizeof(text), format, parallel ? " parallel" : "", index);
      run_t run = {.bindings = {{a, 400}, {d, 400}}};
      EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "entry @f", "writer",
                     "load.f32", "line 11", wrong[i], "view v0, which has 100");
    }
  }
}

// What only the checked mode looks at.
static void test_checked_mode(void** state) {
  static const char text[] = ENTRY(
      "0", "binding 0 write\nview v0 = binding 0 offset 0 f32 length 1024\n",
      "cb c0 Float32 32 flat pages 1\n"
      "reader {\ncb_reserve_back c0, 1\n"
      "%0 = for 0, 1000, 1\ncb_store.f32 c0, 0, %0, 0x1p+0\nend\n"
      "cb_push_back c0, 1\n}\n"
      "writer {\ncb_wait_front c0, 1\n"
      "write_flat.f32 c0, 0, 1, v0, 0, 1024\ncb_pop_front c0, 1\n}\n");
  static _Alignas(64) float d[1024 + 16];
  run_t run = {.bindings = {{d, 4096}}};
  assert_null(run_text(text, &run));
  run.options.checked = true;
  EXPECT_FAILURE(text, &run, TT_CODE_FAILED_PRECONDITION, "writer",
                 "write_flat.f32", "element 1000 of page 0 of c0",
                 "never written");
  run.bindings[0].data = d + 4;
  EXPECT_FAILURE(text, &run, TT_CODE_FAILED_PRECONDITION, "binding 0",
                 "16 modulo 64");
}

static void test_limits(void** state) {
  static const char text[] = ENTRY(
      "0", "binding 0 write\nview v0 = binding 0 offset 0 i64 length 1\n",
      "writer {\n%0 = mov.i1 1\nwhile\ntest %0\nstore.i64 v0, 0, 1\nend\n}\n");
  static _Alignas(64) int64_t out[1];
  run_t run = {.options = {.step_limit = 100000}, .bindings = {{out, 8}}};
  EXPECT_FAILURE(text, &run, TT_CODE_DEADLINE_EXCEEDED, "writer", "100000");
  static const atomic_bool cancelled = true;
  run.options.step_limit = 0;
  run.cancel = &cancelled;
  EXPECT_FAILURE(text, &run, TT_CODE_CANCELLED, "cancelled");
  // A deadline long past, seen at the first look; none that is to come stops
  // it.
  run.cancel = NULL;
  run.deadline = 1;
  EXPECT_FAILURE(text, &run, TT_CODE_DEADLINE_EXCEEDED, "entry @f", "phase 0",
                 "core 0", "writer", "end (line ", "not end in time");
  run.deadline = UINT64_MAX;
  run.options.step_limit = 100000;
  EXPECT_FAILURE(text, &run, TT_CODE_DEADLINE_EXCEEDED, "100000 steps");
}

// Without a loop in it: many short cores in a row are looked at, too.
static void test_deadline_between_cores(void** state) {
  enum { kOps = 1000, kCores = 100 };
  char text[kOps * 20 + 400];
  size_t size = (size_t)snprintf(
      text, sizeof(text), "%s",
      "tile.program blackhole\nentry @f constants 0 {\nbinding 0 write\n"
      "view v0 = binding 0 offset 0 i64 length 1\n"
      "phase cores 100 fidelity HiFi4 {\nwriter {\n");
  for (int i = 0; i < kOps; ++i) {
    size += (size_t)snprintf(text + size, sizeof(text) - size,
                             "store.i64 v0, 0, 1\n");
  }
  snprintf(text + size, sizeof(text) - size, "}\n}\n}\n");
  static _Alignas(64) int64_t out[1];
  run_t run = {.grid_cores = kCores, .bindings = {{out, 8}}};
  assert_null(run_text(text, &run));
  run.deadline = 1;
  EXPECT_FAILURE(text, &run, TT_CODE_DEADLINE_EXCEEDED, "core 65", "store.i64",
                 "(line 1006)");
}

static void test_bad_step(void** state) {
  static const char text[] = ENTRY(
      "1",
      "binding 0 write\nlaunch {\n$0 = push 0\n}\n"
      "view v0 = binding 0 offset 0 i64 length 64\n",
      "writer {\n%0 = for 0, 8, $0 parallel\nstore.i64 v0, %0, 1\nend\n}\n");
  static _Alignas(64) int64_t out[64];
  uint32_t constants[] = {0};
  run_t run = {.constants = constants, .bindings = {{out, sizeof(out)}}};
  EXPECT_FAILURE(text, &run, TT_CODE_OUT_OF_RANGE, "for", "step is 0");
}

// More parallel loops than are worth planning; those left run one by one.
static void test_many_loops(void** state) {
  enum { LOOPS = 20000 };
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text,
                  "tile.program blackhole\nentry @f constants 0 {\n"
                  "binding 0 read write\n"
                  "view v0 = binding 0 offset 0 i64 length 4\n"
                  "phase cores 1 fidelity HiFi4 {\nwriter {\n");
  for (int i = 0; i < LOOPS; ++i) {
    tt_strbuf_print(&text,
                    "%%%d = for 0, 4, 1 parallel\n%%%d = load.i64 v0, %%%d\n"
                    "%%%d = add.i64 %%%d, 1\nstore.i64 v0, %%%d, %%%d\nend\n",
                    3 * i, 3 * i + 1, 3 * i, 3 * i + 2, 3 * i + 1, 3 * i,
                    3 * i + 2);
  }
  tt_strbuf_print(&text, "}\n}\n}\n");
  static _Alignas(64) int64_t out[4];
  run_t run = {.bindings = {{out, sizeof(out)}}};
  tt_status_t status = run_text(text.data, &run);
  if (status) fail_msg("%s", tt_status_message(status));
  for (int i = 0; i < 4; ++i) assert_int_equal(out[i], LOOPS);
  tt_strbuf_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_add_example),
      cmocka_unit_test(test_golden_programs),
      cmocka_unit_test(test_tile_ops),
      cmocka_unit_test(test_ragged_products),
      cmocka_unit_test(test_counters),
      cmocka_unit_test(test_movement),
      cmocka_unit_test(test_repeated),
      cmocka_unit_test(test_tilize),
      cmocka_unit_test(test_phases_and_scratch),
      cmocka_unit_test(test_launch_faults),
      cmocka_unit_test(test_too_many_cores),
      cmocka_unit_test(test_deadlock),
      cmocka_unit_test(test_bad_elements),
      cmocka_unit_test(test_checked_mode),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_deadline_between_cores),
      cmocka_unit_test(test_bad_step),
      cmocka_unit_test(test_many_loops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

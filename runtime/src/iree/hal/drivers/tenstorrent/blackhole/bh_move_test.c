// Data movement, byte by byte: tiles, runs and elements between a simulated
// Blackhole's DRAM and L1 beside the mock's, for every dtype and page format,
// at any place modulo the NoC's alignment, over the pages of 7 and of 8 banks.
// Both bindings and the table of cases lie in one buffer; all of it is
// compared, what no case writes included.
//
//   bh_move_test wolfpine|ttsim [name ...]
//
// With names only those programs (f32, i8_in_i32, elements, ...). Skipped where
// the simulator, tt-metal's device code or a RISC-V compiler is missing.
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

#include "bh_device.h"
#include "bh_simulators.h"
#include "tile/program.h"
#include "tile/strbuf.h"

TT_BH_BACKEND(ttsim, tt_bh_ttsim, "ttsim", "for tests", NULL);
TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

extern const tt_backend_vtable_t tt_mock_backend;

enum {
  // Of cases: by rows, by columns, neither, strides below 0, and a row, a
  // column, one of elements apart, one of neither, an element repeated.
  KINDS = 9,
  MAX_CASES = 40,
  FIELDS = 16,   // of a case, i64 each
  COUNT = 9000,  // elements of a view
  // Where the bindings begin in the one buffer, in bytes: none at a page's.
  SOURCE = 4096 - 64,
  TARGET = SOURCE + COUNT * 8 + 192,
  TABLE = TARGET + COUNT * 8 + 320,
  BYTES = TABLE + MAX_CASES * FIELDS * 8 + 5000,
};

static const tt_backend_vtable_t* simulator;
static char** names;
static int name_count;

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static uint32_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}

static int64_t between(uint64_t* state, int64_t least, int64_t most) {
  return least + next_random(state) % (most - least + 1);
}

// ---- Programs ---------------------------------------------------------------

typedef struct config_t {
  const char* name;
  tt_dtype_t dtype;
  tt_format_t format;
  uint32_t rows;  // of a tile
} config_t;

static const config_t configs[] = {
    {"f32", TT_DTYPE_F32, TT_FORMAT_FLOAT32, 32},
    {"i32", TT_DTYPE_I32, TT_FORMAT_INT32, 16},
    {"bf16", TT_DTYPE_BF16, TT_FORMAT_FLOAT16_B, 32},
    {"f16", TT_DTYPE_F16, TT_FORMAT_FLOAT16, 8},
    {"i16", TT_DTYPE_I16, TT_FORMAT_UINT16, 32},
    {"i16_in_i32", TT_DTYPE_I16, TT_FORMAT_INT32, 32},
    {"i8", TT_DTYPE_I8, TT_FORMAT_UINT8, 32},
    {"i8_in_i32", TT_DTYPE_I8, TT_FORMAT_INT32, 32},
    {"i1", TT_DTYPE_I1, TT_FORMAT_UINT8, 2},
    {"i1_in_i32", TT_DTYPE_I1, TT_FORMAT_INT32, 32},
};

// What a case says, by its place in the table.
typedef enum field_e {
  READ_BASE,
  READ_DOWN,
  READ_ACROSS,
  ROWS,
  COLS,
  FLAT_READ_BASE,
  FLAT_READ_COUNT,
  WRITE_BASE,
  WRITE_DOWN,
  WRITE_ACROSS,
  WRITE_ROWS,
  WRITE_COLS,
  SECOND_BASE,  // of another tile, written like the first
  FLAT_WRITE_BASE,
  FLAT_WRITE_COUNT,
} field_t;

static void print_loop(tt_strbuf_t* b, const char* unit, int cases) {
  tt_strbuf_print(b, "%s {\n%%99 = for 0, %d, 1\n%%98 = mul.i64 %%99, %d\n",
                  unit, cases, FIELDS);
  const bool reader = unit[0] == 'r';
  for (int f = reader ? 0 : WRITE_BASE;
       f <= (reader ? FLAT_READ_COUNT : FLAT_WRITE_COUNT); ++f) {
    tt_strbuf_print(b, "%%%d = add.i64 %%98, %d\n%%%d = load.i64 v2, %%%d\n",
                    50 + f, f, f, 50 + f);
  }
}

// A tile of faces in c0, the same elements row by row in c1, a run in c2.
static tt_program_t* make_program(const config_t* config, int cases) {
  tt_strbuf_t b = {0};
  const char* dtype = tt_dtype_desc(config->dtype)->name;
  const char* format = tt_format_desc(config->format)->name;
  const char* fill = tt_dtype_desc(config->dtype)->is_float ? "0x1p+1" : "1";
  tt_strbuf_print(&b,
                  "tile.program blackhole\nentry @%s constants 0 {\n"
                  "binding 0 read\nbinding 1 write\nbinding 2 read\n"
                  "view v0 = binding 0 offset 0 %s length %d\n"
                  "view v1 = binding 1 offset 0 %s length %d\n"
                  "view v2 = binding 2 offset 0 i64 length %d\n"
                  "phase cores 1 fidelity HiFi4 {\n",
                  config->name, dtype, COUNT, dtype, COUNT, cases * FIELDS);
  tt_strbuf_print(&b,
                  "cb c0 %s %u faces pages 2\ncb c1 %s %u flat pages 2\n"
                  "cb c2 %s %u flat pages 2\n",
                  format, config->rows, format, config->rows, format,
                  config->rows);
  print_loop(&b, "reader", cases);
  for (int c = 0; c < 2; ++c) {
    tt_strbuf_print(
        &b,
        "cb_reserve_back c%d, 1\n"
        "read_tile.%s c%d, 0, v0, %%%d, %%%d, %%%d, %%%d, %%%d, %s\n"
        "cb_push_back c%d, 1\n",
        c, dtype, c, READ_BASE, READ_DOWN, READ_ACROSS, ROWS, COLS, fill, c);
  }
  tt_strbuf_print(&b,
                  "cb_reserve_back c2, 2\n"
                  "read_flat.%s c2, 0, 2, v0, %%%d, %%%d, %s\n"
                  "cb_push_back c2, 2\nend\n}\n",
                  dtype, FLAT_READ_BASE, FLAT_READ_COUNT, fill);
  print_loop(&b, "writer", cases);
  for (int c = 0; c < 2; ++c) {
    tt_strbuf_print(&b,
                    "cb_wait_front c%d, 1\n"
                    "write_tile.%s c%d, 0, v1, %%%d, %%%d, %%%d, %%%d, %%%d\n"
                    "cb_pop_front c%d, 1\n",
                    c, dtype, c, c ? SECOND_BASE : WRITE_BASE, WRITE_DOWN,
                    WRITE_ACROSS, WRITE_ROWS, WRITE_COLS, c);
  }
  tt_strbuf_print(&b,
                  "cb_wait_front c2, 2\n"
                  "write_flat.%s c2, 0, 2, v1, %%%d, %%%d\n"
                  "cb_pop_front c2, 2\nend\n}\n}\n}\n",
                  dtype, FLAT_WRITE_BASE, FLAT_WRITE_COUNT);
  tt_program_t* program = NULL;
  check(tt_program_parse(b.data, b.size, config->name, &program));
  tt_strbuf_free(&b);
  return program;
}

// Elements of every dtype, one by one, forwards and backwards: views of both
// bindings see the same bytes as many things, so what one has stored another
// loads, out of what it keeps of memory.
static tt_program_t* make_elements(void) {
  static const char* const dtypes[] = {"i1",   "b1",  "i2",  "i4",
                                       "i8",   "i16", "i32", "i64",
                                       "bf16", "f16", "f32", "f64"};
  enum { DTYPES = sizeof(dtypes) / sizeof(*dtypes) };
  tt_strbuf_t b = {0};
  tt_strbuf_print(&b,
                  "tile.program blackhole\nentry @elements constants 0 {\n"
                  "binding 0 read write\nbinding 1 read write\n"
                  "binding 2 read\n");
  for (int t = 0; t < DTYPES; ++t) {
    for (int k = 0; k < 2; ++k) {
      tt_strbuf_print(&b, "view v%d = binding %d offset %d %s length %d\n",
                      2 * t + k, k, 8 * (5 * t % 7), dtypes[t], COUNT / 2);
    }
  }
  tt_strbuf_print(&b, "phase cores 1 fidelity HiFi4 {\nwriter {\n");
  for (int t = 0; t < DTYPES; ++t) {
    tt_strbuf_print(&b,
                    "%%0 = for 0, 30, 1\n%%1 = mul.i64 %%0, %d\n"
                    "%%2 = add.i64 %%1, %d\n%%3 = sub.i64 %d, %%2\n"
                    "%%%d = load.%s v%d, %%2\nstore.%s v%d, %%3, %%%d\n"
                    "%%%d = load.%s v%d, %%3\nstore.%s v%d, %%2, %%%d\nend\n",
                    2 * t + 1, 100 + 3 * t, COUNT / 4, 10 + t, dtypes[t], 2 * t,
                    dtypes[t], 2 * t + 1, 10 + t, 30 + t, dtypes[t], 2 * t + 1,
                    dtypes[t], 2 * t, 30 + t);
  }
  tt_strbuf_print(&b, "}\n}\n}\n");
  tt_program_t* program = NULL;
  check(tt_program_parse(b.data, b.size, "elements", &program));
  tt_strbuf_free(&b);
  return program;
}

// ---- Cases ------------------------------------------------------------------

// A base from which all of |rows| times |cols| elements are in the view.
static int64_t random_base(uint64_t* state, int64_t down, int64_t across,
                           int64_t rows, int64_t cols) {
  const int64_t last_row = rows > 0 ? down * (rows - 1) : 0;
  const int64_t last_col = cols > 0 ? across * (cols - 1) : 0;
  const int64_t low =
      -((last_row < 0 ? last_row : 0) + (last_col < 0 ? last_col : 0));
  const int64_t high =
      COUNT - 1 - (last_row > 0 ? last_row : 0) - (last_col > 0 ? last_col : 0);
  return between(state, low, high);
}

// Strides of elements that are all different ones.
static void random_strides(uint64_t* state, int kind, int64_t* down,
                           int64_t* across) {
  const int64_t pitch = between(state, 32, 150);
  *down = kind == 1 ? 1 : kind == 3 ? -pitch : pitch;
  *across = kind == 1 ? pitch : 1;
  if (kind == 2) {
    *across = between(state, 2, 5);
    *down = *across * 32 + between(state, 0, 9);
  }
}

static int64_t clamped(int64_t value, int64_t most) {
  return value < 0 ? 0 : value > most ? most : value;
}

static void make_case(const config_t* config, int kind, uint64_t* state,
                      int64_t fields[FIELDS]) {
  const int64_t lanes = config->rows * 32;
  // Whole tiles, edges, nothing, and more than a tile.
  fields[ROWS] = between(state, 0, 3) ? between(state, 1, config->rows)
                                      : between(state, -1, 40);
  fields[COLS] =
      between(state, 0, 3) ? between(state, 1, 32) : between(state, -1, 40);
  const int64_t rows = clamped(fields[ROWS], config->rows);
  const int64_t cols = clamped(fields[COLS], 32);
  random_strides(state, kind % 4, &fields[READ_DOWN], &fields[READ_ACROSS]);
  if (kind == 4 || kind == 7 || kind == 8) fields[READ_DOWN] = 0;
  if (kind == 5 || kind == 6 || kind == 8) fields[READ_ACROSS] = 0;
  fields[READ_BASE] =
      random_base(state, fields[READ_DOWN], fields[READ_ACROSS], rows, cols);
  random_strides(state, (kind + 1) / 2 % 4, &fields[WRITE_DOWN],
                 &fields[WRITE_ACROSS]);
  // A part of what was read, and of what was filled in.
  fields[WRITE_ROWS] = between(state, 0, config->rows);
  fields[WRITE_COLS] = between(state, 0, 33);
  for (int second = 0; second < 2; ++second) {
    fields[second ? SECOND_BASE : WRITE_BASE] =
        random_base(state, fields[WRITE_DOWN], fields[WRITE_ACROSS],
                    fields[WRITE_ROWS], clamped(fields[WRITE_COLS], 32));
  }
  fields[FLAT_READ_COUNT] = between(state, -1, 2 * lanes + 50);
  fields[FLAT_WRITE_COUNT] = between(state, -1, 2 * lanes + 50);
  fields[FLAT_READ_BASE] =
      random_base(state, 0, 1, 1, clamped(fields[FLAT_READ_COUNT], 2 * lanes));
  fields[FLAT_WRITE_BASE] =
      random_base(state, 0, 1, 1, clamped(fields[FLAT_WRITE_COUNT], 2 * lanes));
}

static uint8_t* make_buffer(const config_t* config, int cases) {
  uint64_t state = 3;
  uint8_t* buffer = malloc(BYTES);
  assert_non_null(buffer);
  for (int i = 0; i < BYTES; ++i) {
    buffer[i] = (uint8_t)next_random(&state);
    // A bool is 0 or 1.
    if (!config || config->dtype == TT_DTYPE_I1) buffer[i] &= 1;
  }
  for (int i = 0; config && i < cases; ++i) {
    int64_t fields[FIELDS] = {0};
    make_case(config, i % KINDS, &state, fields);
    memcpy(buffer + TABLE + i * sizeof(fields), fields, sizeof(fields));
  }
  return buffer;
}

// ---- Running ----------------------------------------------------------------

static void run(const tt_backend_vtable_t* backend, tt_backend_device_t* device,
                const void* image, size_t size, uint8_t* buffer) {
  tt_backend_program_t* program = NULL;
  tt_backend_memory_t* memory = NULL;
  check(backend->load(device, image, size, &program));
  check(backend->allocate(device, BYTES, &memory));
  check(backend->write(device, memory, 0, buffer, BYTES));
  const tt_backend_binding_t bindings[] = {
      {memory, SOURCE, COUNT * 8},
      {memory, TARGET, COUNT * 8},
      {memory, TABLE, MAX_CASES * FIELDS * 8}};
  check(backend->launch(device, program, 0, NULL, 0, bindings, 3));
  check(backend->read(device, memory, 0, buffer, BYTES));
  backend->release(device, memory);
  backend->unload(device, program);
}

typedef struct sides_t {
  tt_backend_device_t *mock, *chip;
  const char* banks;
} sides_t;

// Runs a program on both; |config| is NULL for the elements. Returns 1 where
// they differ.
static int check_program(const sides_t* sides, tt_program_t* program,
                         const char* name, const config_t* config, int cases) {
  uint8_t* image = NULL;
  size_t size = 0;
  check(tt_program_write_image(program, &image, &size));
  uint8_t* before = make_buffer(config, cases);
  uint8_t* wanted = make_buffer(config, cases);
  uint8_t* found = make_buffer(config, cases);
  run(&tt_mock_backend, sides->mock, image, size, wanted);
  run(simulator, sides->chip, image, size, found);
  int wrong = 0;
  // No test without anything moved.
  assert_memory_not_equal(before, wanted, BYTES);
  for (int i = 0; i < BYTES && !wrong; ++i) {
    if (wanted[i] == found[i]) continue;
    print_error(
        "%s, %s banks: byte %d of the buffer, %d of binding %d: %u wanted, %u "
        "found\n",
        name, sides->banks, i, i - (i < TARGET ? SOURCE : TARGET), i >= TARGET,
        wanted[i], found[i]);
    wrong = 1;
  }
  free(before);
  free(wanted);
  free(found);
  free(image);
  tt_program_free(program);
  return wrong;
}

static bool is_wanted(const char* name) {
  for (int i = 0; i < name_count; ++i) {
    if (!strcmp(names[i], name)) return true;
  }
  return name_count == 0;
}

static tt_status_t open_chip(const char* banks,
                             tt_backend_device_t** out_device) {
  const bool python = simulator == &wolfpine;
  const tt_backend_param_t params[] = {
      {"host", python ? TT_BH_WOLFPINE_HOST : TT_BH_TTSIM_HOST},
      {"grid", "1x1"},
      {"banks", banks}};
  return simulator->open(params, 3, out_device);
}

static void test_banks(const char* banks) {
  sides_t sides = {.banks = banks};
  const tt_backend_param_t params[] = {{"grid", "1x1"}};
  int wrong = 0, programs = 0;
  // wolfpine takes its time; these are one of each kind.
  const int cases = simulator == &wolfpine ? KINDS : MAX_CASES;
  check(tt_mock_backend.open(params, 1, &sides.mock));
  check(open_chip(banks, &sides.chip));
  for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); ++i) {
    const config_t* config = &configs[i];
    if (!is_wanted(config->name)) continue;
    wrong += check_program(&sides, make_program(config, cases), config->name,
                           config, cases);
    ++programs;
  }
  if (is_wanted("elements")) {
    wrong += check_program(&sides, make_elements(), "elements", NULL, 0);
    ++programs;
  }
  tt_mock_backend.close(sides.mock);
  simulator->close(sides.chip);
  print_message("%d programs\n", programs);
  assert_int_equal(wrong, 0);
  assert_true(programs > 0);
}

static void test_7_banks(void** state) {
  (void)state;
  test_banks("7");
}

static void test_8_banks(void** state) {
  (void)state;
  test_banks("8");
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  simulator = strcmp(argv[1], "ttsim") ? &wolfpine : &ttsim;
  names = argv + 2;
  name_count = argc - 2;
  tt_backend_device_t* device = NULL;
  tt_status_t status = open_chip("8", &device);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    printf("SKIPPED: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  tt_status_free(status);
  simulator->close(device);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_7_banks),
                                     cmocka_unit_test(test_8_banks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

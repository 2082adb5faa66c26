// numerics=tensix, bit by bit: unpackers, FPU, DST and packer of a simulated
// Blackhole against the mock's model of them. A program for each format, mode
// of DST and math fidelity runs every FPU op; inputs are numbers of all sizes,
// and the ends of the format.
//
//   bh_tensix_test wolfpine|ttsim [name ...]
//
// With names only those programs (f32_acc_hifi4, ...). Skipped where the
// simulator, tt-metal's device code or a RISC-V compiler is missing.
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
#include "tile/testing_data.h"

TT_BH_BACKEND(ttsim, tt_bh_ttsim, "ttsim", "for tests", NULL);
TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

extern const tt_backend_vtable_t tt_mock_backend;

enum {
  TILES = 2,  // of an input
  // Bindings that are written: the format itself, others to pack to, and a
  // block that was made tiles and rows again.
  MAX_PACKED = 3,
  MAX_BINDINGS = 2 + MAX_PACKED + 1,
  LAST_CB = 16 + MAX_PACKED,
};

static const tt_backend_vtable_t* simulator;
static char** names;
static int name_count;

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

// ---- Programs ---------------------------------------------------------------

typedef struct config_t {
  const char* name;
  tt_dtype_t dtype;
  bool dst32;
  const char* fidelity;
  // Dtypes besides its own that the packer can make of this DST.
  tt_dtype_t packs[MAX_PACKED - 1];
} config_t;

static const config_t configs[] = {
    {"f32_acc_hifi4",
     TT_DTYPE_F32,
     true,
     "HiFi4",
     {TT_DTYPE_BF16, TT_DTYPE_F16}},
    {"f32_acc_hifi3", TT_DTYPE_F32, true, "HiFi3", {0}},
    {"f32_acc_hifi2", TT_DTYPE_F32, true, "HiFi2", {0}},
    {"f32_acc_lofi", TT_DTYPE_F32, true, "LoFi", {0}},
    {"bf16_acc_hifi4",
     TT_DTYPE_BF16,
     true,
     "HiFi4",
     {TT_DTYPE_F32, TT_DTYPE_F16}},
    {"bf16_acc_lofi", TT_DTYPE_BF16, true, "LoFi", {0}},
    {"bf16_hifi4", TT_DTYPE_BF16, false, "HiFi4", {TT_DTYPE_F32}},
    {"bf16_hifi2", TT_DTYPE_BF16, false, "HiFi2", {0}},
    {"bf16_lofi", TT_DTYPE_BF16, false, "LoFi", {0}},
    {"f16_acc_hifi4",
     TT_DTYPE_F16,
     true,
     "HiFi4",
     {TT_DTYPE_F32, TT_DTYPE_BF16}},
    {"f16_hifi4", TT_DTYPE_F16, false, "HiFi4", {TT_DTYPE_F32}},
    {"f16_lofi", TT_DTYPE_F16, false, "LoFi", {0}},
};

// What happens between tile_regs_acquire and tile_regs_commit; d0 is packed.
// c0 and c1 hold two tiles each, c2 a tile of ones, c3 one of another number.
static const char* const ops[] = {
    "copy_tile d0, c0, 0",
    "copy_tile d0, c0, 0 row",
    "copy_tile d0, c0, 0 col",
    "copy_tile d0, c0, 0 scalar",
    "transpose_wh_tile d0, c0, 0",
    "add_tiles d0, c0, 0, c1, 0",
    "add_tiles d0, c0, 0, c1, 0 row",
    "add_tiles d0, c0, 0, c1, 0 col",
    "add_tiles d0, c0, 0, c1, 0 scalar",
    "add_tiles d0, c0, 0, c1, 0\nadd_tiles d0, c0, 1, c1, 1 acc",
    "sub_tiles d0, c0, 0, c1, 0",
    "sub_tiles d0, c0, 0, c1, 0 row",
    "sub_tiles d0, c0, 0, c1, 0\nsub_tiles d0, c0, 1, c1, 1 acc",
    "mul_tiles d0, c0, 0, c1, 0",
    "mul_tiles d0, c0, 0, c1, 0 col",
    "mul_tiles d0, c0, 0, c1, 0 scalar",
    "mul_tiles d0, c0, 0, c1, 0\nmul_tiles d0, c0, 1, c1, 1 acc",
    "matmul_tiles d0, c0, 0, c1, 0",
    "matmul_tiles d0, c0, 0, c1, 0 transpose",
    "matmul_tiles d0, c0, 0, c1, 0\nmatmul_tiles d0, c0, 1, c1, 1",
    "reduce_tile d0, c0, 0, c3, 0 sum col",
    "reduce_tile d0, c0, 0, c3, 0 sum col\n"
    "reduce_tile d0, c0, 1, c3, 0 sum col acc",
    "reduce_tile d0, c0, 0, c3, 0 sum row",
    "reduce_tile d0, c0, 0, c3, 0 sum row\n"
    "reduce_tile d0, c0, 1, c3, 0 sum row acc",
    "reduce_tile d0, c0, 0, c3, 0 sum scalar",
    "reduce_tile d0, c0, 0, c3, 0 sum scalar\n"
    "reduce_tile d0, c0, 1, c3, 0 sum scalar acc",
    "reduce_tile d0, c0, 0, c2, 0 max col",
    "reduce_tile d0, c0, 0, c2, 0 max row",
    "reduce_tile d0, c0, 0, c2, 0 max row\n"
    "reduce_tile d0, c0, 1, c2, 0 max row acc",
    "reduce_tile d0, c0, 0, c2, 0 max scalar",
};
enum { OPS = sizeof(ops) / sizeof(*ops) };

// Whether the simulators do it: ttsim has no maximum of Float16, and does not
// move Float16 from a DST of 32 bits to SrcB.
static bool is_simulated(const config_t* config, const char* op) {
  if (config->dtype != TT_DTYPE_F16) return true;
  if (strstr(op, " max ")) return false;
  return !config->dst32 || !strstr(op, "reduce_tile") || strstr(op, "col");
}

// Bindings that are written. wolfpine does not pack a DST of 32 bits to
// Float16, which is always the last of them.
static uint32_t packed_count(const config_t* config) {
  uint32_t count = 1;
  while (count < MAX_PACKED && config->packs[count - 1] &&
         (simulator == &ttsim || config->packs[count - 1] != TT_DTYPE_F16)) {
    ++count;
  }
  return count;
}

static const char* name_of(tt_dtype_t dtype) {
  return tt_dtype_desc(dtype)->name;
}

static void print_cb(tt_strbuf_t* b, uint32_t number, tt_dtype_t dtype,
                     const char* layout, uint32_t pages) {
  tt_strbuf_print(b, "cb c%u %s 32 %s pages %u\n", number,
                  tt_format_desc(tt_format_of_dtype(dtype))->name, layout,
                  pages);
}

static void print_section(tt_strbuf_t* b, const char* op, uint32_t target) {
  tt_strbuf_print(b,
                  "cb_reserve_back c%u, 1\ntile_regs_acquire\n%s\n"
                  "tile_regs_commit\ntile_regs_wait\npack_tile c%u, 0, d0\n"
                  "tile_regs_release\ncb_push_back c%u, 1\n",
                  target, op, target, target);
}

static void print_reader(tt_strbuf_t* b, const char* dtype) {
  tt_strbuf_print(b, "reader {\n");
  for (int input = 0; input < 2; ++input) {
    tt_strbuf_print(b, "cb_reserve_back c%d, %d\n", input, TILES);
    for (int t = 0; t < TILES; ++t) {
      tt_strbuf_print(b,
                      "read_tile.%s c%d, %d, v%d, %d, 32, 1, 32, 32, 0x0p+0\n",
                      dtype, input, t, input, t * TT_TILE_LANES);
    }
    tt_strbuf_print(b, "cb_push_back c%d, %d\n", input, TILES);
  }
  tt_strbuf_print(b,
                  "cb_reserve_back c4, %d\n"
                  "read_flat.%s c4, 0, %d, v0, 0, %d, 0x0p+0\n"
                  "cb_push_back c4, %d\n",
                  TILES, dtype, TILES, TILES * TT_TILE_LANES, TILES);
  static const char* const scalers[] = {"0x1p+0", "0x1.68p-1"};
  for (int i = 0; i < 2; ++i) {
    tt_strbuf_print(b,
                    "cb_reserve_back c%d, 1\nfill_page.%s c%d, 0, %s\n"
                    "cb_push_back c%d, 1\n",
                    2 + i, dtype, 2 + i, scalers[i], 2 + i);
  }
  tt_strbuf_print(b, "}\n");
}

// Returns how many tiles binding 2 gets.
static uint32_t print_compute(tt_strbuf_t* b, const config_t* config) {
  uint32_t count = 0;
  tt_strbuf_print(b,
                  "compute {\ncb_wait_front c0, %d\ncb_wait_front c1, %d\n"
                  "cb_wait_front c2, 1\ncb_wait_front c3, 1\n",
                  TILES, TILES);
  for (int i = 0; i < OPS; ++i) {
    if (!is_simulated(config, ops[i])) continue;
    print_section(b, ops[i], 16);
    ++count;
  }
  for (uint32_t i = 1; i < packed_count(config); ++i) {
    print_section(b, "matmul_tiles d0, c0, 0, c1, 0", 16 + i);
  }
  tt_strbuf_print(b,
                  "cb_pop_front c0, %d\ncb_pop_front c1, %d\n"
                  "cb_pop_front c2, 1\ncb_pop_front c3, 1\n",
                  TILES, TILES);
  tt_strbuf_print(b,
                  "cb_wait_front c4, %d\ncb_reserve_back c5, %d\n"
                  "tilize_block c4, %d, c5\n"
                  "cb_push_back c5, %d\ncb_pop_front c4, %d\n",
                  TILES, TILES, TILES, TILES, TILES);
  tt_strbuf_print(b,
                  "cb_wait_front c5, %d\ncb_reserve_back c%d, %d\n"
                  "untilize_block c5, %d, c%d\n"
                  "cb_push_back c%d, %d\ncb_pop_front c5, %d\n}\n",
                  TILES, LAST_CB, TILES, TILES, LAST_CB, LAST_CB, TILES, TILES);
  return count;
}

static void print_writer(tt_strbuf_t* b, const config_t* config,
                         uint32_t count) {
  tt_strbuf_print(b, "writer {\n");
  for (uint32_t i = 0; i < count; ++i) {
    tt_strbuf_print(b,
                    "cb_wait_front c16, 1\n"
                    "write_tile.%s c16, 0, v2, %u, 32, 1, 32, 32\n"
                    "cb_pop_front c16, 1\n",
                    name_of(config->dtype), i * TT_TILE_LANES);
  }
  for (uint32_t i = 1; i < packed_count(config); ++i) {
    tt_strbuf_print(b,
                    "cb_wait_front c%u, 1\n"
                    "write_tile.%s c%u, 0, v%u, 0, 32, 1, 32, 32\n"
                    "cb_pop_front c%u, 1\n",
                    16 + i, name_of(config->packs[i - 1]), 16 + i, 2 + i,
                    16 + i);
  }
  tt_strbuf_print(b,
                  "cb_wait_front c%d, %d\n"
                  "write_flat.%s c%d, 0, %d, v%u, 0, %d\n"
                  "cb_pop_front c%d, %d\n}\n",
                  LAST_CB, TILES, name_of(config->dtype), LAST_CB, TILES,
                  2 + packed_count(config), TILES * TT_TILE_LANES, LAST_CB,
                  TILES);
}

static tt_program_t* make_program(const config_t* config) {
  tt_strbuf_t b = {0}, compute = {0};
  const char* dtype = name_of(config->dtype);
  const uint32_t tiles = print_compute(&compute, config);
  const uint32_t outputs = packed_count(config);
  tt_strbuf_print(&b, "tile.program blackhole\nentry @%s constants 0 {\n",
                  config->name);
  for (uint32_t i = 0; i < 3 + outputs; ++i) {
    tt_strbuf_print(&b, "binding %u %s\n", i, i < 2 ? "read" : "write");
  }
  for (uint32_t i = 0; i < 3 + outputs; ++i) {
    const bool packs = i > 2 && i < 2 + outputs;
    tt_strbuf_print(&b, "view v%u = binding %u offset 0 %s length %u\n", i, i,
                    packs ? name_of(config->packs[i - 3]) : dtype,
                    (i == 2  ? tiles
                     : packs ? 1
                             : TILES) *
                        TT_TILE_LANES);
  }
  tt_strbuf_print(&b, "phase cores 1 fidelity %s%s {\n", config->fidelity,
                  config->dst32 ? " fp32_dest_acc" : "");
  for (uint32_t i = 0; i < 4; ++i) {
    print_cb(&b, i, config->dtype, "faces", i < 2 ? TILES : 1);
  }
  print_cb(&b, 4, config->dtype, "flat", TILES);
  print_cb(&b, 5, config->dtype, "faces", TILES);
  print_cb(&b, 16, config->dtype, "faces", 2);
  print_cb(&b, LAST_CB, config->dtype, "flat", TILES);
  for (uint32_t i = 1; i < outputs; ++i) {
    print_cb(&b, 16 + i, config->packs[i - 1], "faces", 1);
  }
  print_reader(&b, dtype);
  tt_strbuf_append(&b, compute.data, compute.size);
  print_writer(&b, config, tiles);
  tt_strbuf_print(&b, "}\n}\n");
  tt_strbuf_free(&compute);
  tt_program_t* program = NULL;
  check(tt_program_parse(b.data, b.size, "tensix", &program));
  tt_strbuf_free(&b);
  return program;
}

// ---- Data -------------------------------------------------------------------

static uint32_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}

// One element's bits: numbers near 1; of all sizes; or of any bits at all, so
// subnormal and infinite ones and NaN.
static uint32_t element(const config_t* config, int kind, uint64_t* state) {
  const tt_dtype_t dtype = config->dtype;
  const uint32_t r = next_random(state), pick = next_random(state);
  const bool half = dtype == TT_DTYPE_F16;
  const uint32_t bias = half ? 15 : 127, spread = half ? 10 : 60;
  const uint32_t exponent = kind == 0   ? bias - 4 + pick % 8
                            : kind == 1 ? bias - spread / 2 + pick % spread
                                        : pick;
  uint32_t f32 = (r & 0x807FFFFF) | (exponent & 0xFF) << 23;
  // wolfpine packs a NaN of a 16-bit DST as a NaN, not as infinity.
  if (simulator == &wolfpine && !config->dst32) f32 &= ~(1u << 23);
  if (dtype == TT_DTYPE_F32) return f32;
  if (dtype == TT_DTYPE_BF16) return f32 >> 16;
  return (r & 0x83FF) | (exponent & 31) << 10;
}

static uint64_t output_bytes(const tt_program_t* program, uint32_t binding) {
  uint64_t bits = program->immediates[tt_operand_index(
      program->views[program->entries[0].first_view + binding].length)];
  return bits * 4;  // of any dtype
}

// ---- Running ----------------------------------------------------------------

typedef struct side_t {
  const tt_backend_vtable_t* backend;
  tt_backend_device_t* device;
} side_t;

static void run(const side_t* side, const void* image, size_t size,
                uint32_t count, uint8_t* const* data, const uint64_t* bytes) {
  tt_backend_program_t* program = NULL;
  tt_backend_binding_t bindings[MAX_BINDINGS];
  check(side->backend->load(side->device, image, size, &program));
  for (uint32_t b = 0; b < count; ++b) {
    bindings[b] = (tt_backend_binding_t){NULL, 0, bytes[b]};
    check(side->backend->allocate(side->device, bytes[b], &bindings[b].memory));
    check(side->backend->write(side->device, bindings[b].memory, 0, data[b],
                               bytes[b]));
  }
  check(side->backend->launch(side->device, program, 0, NULL, 0, bindings,
                              count));
  for (uint32_t b = 0; b < count; ++b) {
    check(side->backend->read(side->device, bindings[b].memory, 0, data[b],
                              bytes[b]));
    side->backend->release(side->device, bindings[b].memory);
  }
  side->backend->unload(side->device, program);
}

// The tile of binding 2 that |index| counts among those that are simulated.
static const char* op_of(const config_t* config, uint64_t index) {
  for (int i = 0; i < OPS; ++i) {
    if (is_simulated(config, ops[i]) && index-- == 0) return ops[i];
  }
  return "";
}

static int compare(const config_t* config, uint32_t output, int kind,
                   const uint8_t* wanted, const uint8_t* found,
                   uint64_t bytes) {
  const bool packs = output && output < packed_count(config);
  const tt_dtype_t dtype = packs ? config->packs[output - 1] : config->dtype;
  const uint64_t tile = tt_dtype_bytes(dtype, TT_TILE_LANES);
  int wrong = 0;
  for (uint64_t i = 0; i * tile < bytes; ++i) {
    char what[256];
    snprintf(what, sizeof(what), "%s, data %d, %s (%s)", config->name, kind,
             packs    ? "packing"
             : output ? "tilize, untilize"
                      : op_of(config, i),
             name_of(dtype));
    wrong += tt_testing_compare(what, dtype, wanted + i * tile,
                                found + i * tile, tile, 0);
  }
  return wrong;
}

static int check_config(const config_t* config, const side_t* mock,
                        const side_t* chip) {
  tt_program_t* program = make_program(config);
  const uint32_t count = 3 + packed_count(config);
  uint8_t* image = NULL;
  size_t size = 0;
  int wrong = 0;
  check(tt_program_write_image(program, &image, &size));
  // Numbers near 1 add little, and wolfpine takes its time.
  for (int kind = simulator == &wolfpine; kind < 3; ++kind) {
    uint8_t *wanted[MAX_BINDINGS], *found[MAX_BINDINGS];
    uint64_t bytes[MAX_BINDINGS], state = 1;
    for (uint32_t b = 0; b < count; ++b) {
      bytes[b] = output_bytes(program, b);
      wanted[b] = calloc(1, bytes[b]);
      found[b] = calloc(1, bytes[b]);
      const uint64_t one = tt_dtype_bytes(config->dtype, 1);
      for (uint64_t i = 0; b < 2 && i < TILES * TT_TILE_LANES; ++i) {
        const uint32_t bits = element(config, kind, &state);
        memcpy(wanted[b] + i * one, &bits, one);
        memcpy(found[b] + i * one, &bits, one);
      }
    }
    run(mock, image, size, count, wanted, bytes);
    run(chip, image, size, count, found, bytes);
    for (uint32_t b = 0; b < count; ++b) {
      if (b > 1) {
        wrong += compare(config, b - 2, kind, wanted[b], found[b], bytes[b]);
      }
      free(wanted[b]);
      free(found[b]);
    }
  }
  free(image);
  tt_program_free(program);
  return wrong;
}

static tt_status_t open_chip(tt_backend_device_t** out_device) {
  const bool python = simulator == &wolfpine;
  const tt_backend_param_t params[] = {
      {"host", python ? TT_BH_WOLFPINE_HOST : TT_BH_TTSIM_HOST},
      {"grid", "1x1"},
      {"banks", "8"}};
  return simulator->open(params, 3, out_device);
}

static bool is_wanted(const char* name) {
  for (int i = 0; i < name_count; ++i) {
    if (!strcmp(names[i], name)) return true;
  }
  return name_count == 0;
}

static void test_tensix(void** state) {
  (void)state;
  side_t mock = {&tt_mock_backend, NULL}, chip = {simulator, NULL};
  const tt_backend_param_t params[] = {{"grid", "1x1"}, {"numerics", "tensix"}};
  check(tt_mock_backend.open(params, 2, &mock.device));
  check(open_chip(&chip.device));
  int wrong = 0, programs = 0;
  for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); ++i) {
    if (!is_wanted(configs[i].name)) continue;
    wrong += check_config(&configs[i], &mock, &chip);
    ++programs;
  }
  mock.backend->close(mock.device);
  chip.backend->close(chip.device);
  print_message("%d programs\n", programs);
  assert_int_equal(wrong, 0);
  assert_true(programs > 0);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  simulator = strcmp(argv[1], "ttsim") ? &wolfpine : &ttsim;
  names = argv + 2;
  name_count = argc - 2;
  tt_backend_device_t* device = NULL;
  tt_status_t status = open_chip(&device);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    printf("SKIPPED: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  tt_status_free(status);
  simulator->close(device);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tensix)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

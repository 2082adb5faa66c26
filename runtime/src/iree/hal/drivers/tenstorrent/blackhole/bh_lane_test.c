// Every lane op on DST tiles, with every dtype it takes, as the op table has
// them: on tiles, and with an immediate in place of each operand. A simulated
// Blackhole and the mock get the same data: every pair of the ends of a type
// and other awkward values (INT_MIN by -1, NaN, -0, subnormal numbers), then
// random ones.
//
//   bh_lane_test wolfpine|ttsim [name ...]
//
// With names only those dtypes (i8, f32, bf16_dst16, ...). Skipped where the
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
#include "bh_truth.h"
#include "tile/program.h"
#include "tile/strbuf.h"
#include "tile/testing_data.h"
#include "tile/text_words.h"

TT_BH_BACKEND(ttsim, tt_bh_ttsim, "ttsim", "for tests", NULL);
TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

extern const tt_backend_vtable_t tt_mock_backend;

enum {
  OPERANDS = 3,   // tiles of an input
  SECTIONS = 20,  // of a program: each is one op
  MAX_SECTIONS = 400,
};

static const tt_backend_vtable_t* simulator;
static char** names;
static int name_count;

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

typedef struct config_t {
  const char* name;
  tt_dtype_t dtype;
  bool dst32;
} config_t;

static const config_t configs[] = {
    {"i1", TT_DTYPE_I1, true},   {"i8", TT_DTYPE_I8, true},
    {"i16", TT_DTYPE_I16, true}, {"i32", TT_DTYPE_I32, true},
    {"f32", TT_DTYPE_F32, true}, {"bf16", TT_DTYPE_BF16, true},
    {"f16", TT_DTYPE_F16, true}, {"bf16_dst16", TT_DTYPE_BF16, false},
};

// Types that tiles may have, each with its input.
static const tt_dtype_t sources[] = {TT_DTYPE_I1,  TT_DTYPE_I8,  TT_DTYPE_I16,
                                     TT_DTYPE_I32, TT_DTYPE_F16, TT_DTYPE_BF16,
                                     TT_DTYPE_F32};
enum { SOURCES = sizeof(sources) / sizeof(*sources) };

static const char* name_of(tt_dtype_t dtype) {
  return tt_dtype_desc(dtype)->name;
}

static bool is_float(tt_dtype_t dtype) {
  return tt_dtype_desc(dtype)->is_float;
}

static int source_of(tt_dtype_t dtype) {
  int i = 0;
  while (sources[i] != dtype) ++i;
  return i;
}

// ---- Sections ---------------------------------------------------------------

// One op: which tiles it loads, and what it leaves.
typedef struct section_t {
  char text[160];
  tt_dtype_t operands[OPERANDS];  // NONE: no tile
  tt_dtype_t result;
} section_t;

typedef struct sections_t {
  section_t list[MAX_SECTIONS];
  int count;
} sections_t;

static uint32_t bits_of(tt_dtype_t dtype) {
  return dtype == TT_DTYPE_I1 ? 1 : tt_dtype_desc(dtype)->storage_bits;
}

// Whether the verifier takes the op from |from|.
static bool can_cast(tt_op_t op, tt_dtype_t to, tt_dtype_t from) {
  switch (op) {
    case TT_OP_EXTSI:
    case TT_OP_EXTUI:
      return bits_of(to) > bits_of(from);
    case TT_OP_TRUNCI:
      return bits_of(to) < bits_of(from);
    case TT_OP_BITCAST:
      return bits_of(to) == bits_of(from);
    default:
      return true;
  }
}

static const char* immediate(tt_dtype_t dtype, char letter, int place) {
  if (letter == 'b') return "1";
  if (is_float(dtype)) return place ? "-0x1.8p+1" : "0x1.4p+0";
  if (dtype == TT_DTYPE_I1) return place ? "0" : "1";
  return place ? "-3" : "5";
}

// The op with tiles, or with an immediate as operand |at|.
static void add_section(sections_t* out, tt_op_t op, tt_dtype_t dtype,
                        tt_dtype_t from, const char* attribute, int at) {
  const tt_op_desc_t* desc = &tt_op_descs[op];
  assert_true(out->count < MAX_SECTIONS);
  section_t* s = &out->list[out->count++];
  memset(s, 0, sizeof(*s));
  char* text = s->text;
  int size =
      snprintf(text, sizeof(s->text), "%s.%s%s%s d0", desc->mnemonic,
               name_of(dtype), from ? "." : "", from ? name_of(from) : "");
  for (int k = 0; desc->signature[k]; ++k) {
    const char letter = desc->signature[k];
    const tt_dtype_t type = letter == 'b'   ? TT_DTYPE_I32
                            : letter == 'u' ? from
                                            : dtype;
    size_t left = sizeof(s->text) - (size_t)size;
    if (k == at) {
      size += snprintf(text + size, left, ", %s", immediate(type, letter, k));
    } else {
      s->operands[k] = type;
      size += snprintf(text + size, left, ", d%d", k);
    }
  }
  snprintf(text + size, sizeof(s->text) - (size_t)size, " %s", attribute);
  s->result =
      desc->result == TT_RESULT_I1 || !is_float(dtype) ? TT_DTYPE_I32 : dtype;
}

static void add_forms(sections_t* out, tt_op_t op, tt_dtype_t dtype,
                      const char* attribute) {
  const int count = (int)strlen(tt_op_descs[op].signature);
  add_section(out, op, dtype, TT_DTYPE_NONE, attribute, -1);
  for (int at = 0; count > 1 && at < count; ++at) {
    add_section(out, op, dtype, TT_DTYPE_NONE, attribute, at);
  }
}

// tt-metal's cube root and power for a DST of 16 bits take more vectors than
// the stand-in for Tenstorrent's compiler can place (docs/emitter.md).
static bool is_built(const config_t* config, tt_op_t op) {
  return config->dst32 || (op != TT_OP_CBRT && op != TT_OP_POW);
}

static void add_op(sections_t* out, const config_t* config, tt_op_t op) {
  const tt_op_desc_t* desc = &tt_op_descs[op];
  const bool has_i1 = desc->result == TT_RESULT_I1 || op == TT_OP_SELECT;
  if (desc->op_class != TT_OP_CLASS_LANE ||
      !(desc->tile_types & (1u << config->dtype)) ||
      (has_i1 && !config->dst32) || !is_built(config, op)) {
    return;
  }
  for (int i = 0; desc->types2 && i < SOURCES; ++i) {
    // wolfpine does not unpack f16 to a DST of 32 bits as such.
    if (simulator == &wolfpine && sources[i] == TT_DTYPE_F16) continue;
    if ((desc->types2 & (1u << sources[i])) &&
        (config->dst32 || sources[i] == config->dtype) &&
        can_cast(op, config->dtype, sources[i])) {
      add_section(out, op, config->dtype, sources[i], "", -1);
    }
  }
  if (desc->types2) return;
  if (desc->attr == TT_ATTR_PREDF) {
    for (int i = 0; i < TT_PREDF_COUNT; ++i) {
      add_forms(out, op, config->dtype, tt_word_predf[i]);
    }
  } else if (desc->attr == TT_ATTR_PREDI) {
    for (int i = 0; i < TT_PREDI_COUNT; ++i) {
      add_forms(out, op, config->dtype, tt_word_predi[i]);
    }
  } else {
    add_forms(out, op, config->dtype, "");
  }
}

// ---- Programs ---------------------------------------------------------------

static const char* format_of(tt_dtype_t dtype) {
  return tt_format_desc(tt_format_of_dtype(dtype))->name;
}

// A slot of the output holds a tile of 32-bit elements, or half of it is used.
static uint32_t slot(tt_dtype_t dtype, uint32_t index) {
  return index * TT_TILE_LANES * 4 / (tt_dtype_desc(dtype)->storage_bits / 8);
}

static void print_reader(tt_strbuf_t* b, const bool* used) {
  tt_strbuf_print(b, "reader {\n");
  for (int i = 0; i < SOURCES; ++i) {
    if (!used[i]) continue;
    tt_strbuf_print(b,
                    "cb_reserve_back c%d, %d\n"
                    "read_flat.%s c%d, 0, %d, v%d, 0, %d, %s\n"
                    "cb_push_back c%d, %d\n",
                    i, OPERANDS, name_of(sources[i]), i, OPERANDS, i,
                    OPERANDS * TT_TILE_LANES,
                    is_float(sources[i]) ? "0x0p+0" : "0", i, OPERANDS);
  }
  tt_strbuf_print(b, "}\n");
}

static void print_compute(tt_strbuf_t* b, const section_t* list, int count,
                          const bool* used) {
  tt_strbuf_print(b, "compute {\n");
  for (int i = 0; i < SOURCES; ++i) {
    if (used[i]) tt_strbuf_print(b, "cb_wait_front c%d, %d\n", i, OPERANDS);
  }
  for (int s = 0; s < count; ++s) {
    const int target = 16 + source_of(list[s].result);
    tt_strbuf_print(b, "cb_reserve_back c%d, 1\ntile_regs_acquire\n", target);
    for (int k = 0; k < OPERANDS; ++k) {
      if (!list[s].operands[k]) continue;
      tt_strbuf_print(b, "copy_tile d%d, c%d, %d\n", k,
                      source_of(list[s].operands[k]), k);
    }
    tt_strbuf_print(b,
                    "%s\ntile_regs_commit\ntile_regs_wait\n"
                    "pack_tile c%d, 0, d0\ntile_regs_release\n"
                    "cb_push_back c%d, 1\n",
                    list[s].text, target, target);
  }
  for (int i = 0; i < SOURCES; ++i) {
    if (used[i]) tt_strbuf_print(b, "cb_pop_front c%d, %d\n", i, OPERANDS);
  }
  tt_strbuf_print(b, "}\n");
}

static tt_program_t* make_program(const config_t* config, const section_t* list,
                                  int count) {
  bool used[SOURCES] = {false}, made[SOURCES] = {false};
  for (int s = 0; s < count; ++s) {
    made[source_of(list[s].result)] = true;
    for (int k = 0; k < OPERANDS; ++k) {
      if (list[s].operands[k]) used[source_of(list[s].operands[k])] = true;
    }
  }
  tt_strbuf_t b = {0};
  tt_strbuf_print(&b, "tile.program blackhole\nentry @%s constants 0 {\n",
                  config->name);
  for (int i = 0; i <= SOURCES; ++i) {
    tt_strbuf_print(&b, "binding %d %s\n", i, i < SOURCES ? "read" : "write");
  }
  for (int i = 0; i < SOURCES; ++i) {
    tt_strbuf_print(&b, "view v%d = binding %d offset 0 %s length %d\n", i, i,
                    name_of(sources[i]), OPERANDS * TT_TILE_LANES);
  }
  for (int i = 0; i < SOURCES; ++i) {
    tt_strbuf_print(&b, "view v%d = binding %d offset 0 %s length %u\n",
                    SOURCES + i, SOURCES, name_of(sources[i]),
                    slot(sources[i], SECTIONS));
  }
  tt_strbuf_print(&b, "phase cores 1 fidelity HiFi4%s {\n",
                  config->dst32 ? " fp32_dest_acc" : "");
  for (int i = 0; i < SOURCES; ++i) {
    const bool whole =
        tt_format_desc(tt_format_of_dtype(sources[i]))->bytes == 4;
    if (used[i]) {
      tt_strbuf_print(&b, "cb c%d %s 32 flat pages %d%s\n", i,
                      format_of(sources[i]), OPERANDS,
                      whole ? " unpack_to_dest" : "");
    }
    if (made[i]) {
      tt_strbuf_print(&b, "cb c%d %s 32 flat pages 2\n", 16 + i,
                      format_of(sources[i]));
    }
  }
  print_reader(&b, used);
  print_compute(&b, list, count, used);
  tt_strbuf_print(&b, "writer {\n");
  for (int s = 0; s < count; ++s) {
    const int i = source_of(list[s].result);
    tt_strbuf_print(&b,
                    "cb_wait_front c%d, 1\n"
                    "write_flat.%s c%d, 0, 1, v%d, %u, %d\n"
                    "cb_pop_front c%d, 1\n",
                    16 + i, name_of(sources[i]), 16 + i, SOURCES + i,
                    slot(sources[i], (uint32_t)s), TT_TILE_LANES, 16 + i);
  }
  tt_strbuf_print(&b, "}\n}\n}\n");
  tt_program_t* program = NULL;
  check(tt_program_parse(b.data, b.size, config->name, &program));
  tt_strbuf_free(&b);
  return program;
}

// ---- Data -------------------------------------------------------------------

static uint32_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}

enum { EDGES = 18 };

static uint32_t edge_float(tt_dtype_t dtype, uint32_t i) {
  static const uint32_t f32[EDGES] = {
      0,          0x80000000, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000,
      0x7FC00000, 0xFFE00000, 0x7F7F0000, 0xFF7F0000, 0x00800000, 0x00400000,
      0x80010000, 0x4F000000, 0xCF000000, 0x3F000000, 0xC0200000, 0x4B000000};
  static const uint32_t f16[EDGES] = {
      0,      0x8000, 0x3C00, 0xBC00, 0x7C00, 0xFC00, 0x7E00, 0xFE01, 0x7BFF,
      0xFBFF, 0x0400, 0x0200, 0x8001, 0x7800, 0xF800, 0x3800, 0xC100, 0x6400};
  if (dtype == TT_DTYPE_F16) return f16[i];
  return dtype == TT_DTYPE_BF16 ? f32[i] >> 16 : f32[i];
}

static uint32_t edge_int(tt_dtype_t dtype, uint32_t i) {
  const uint32_t w = bits_of(dtype), least = 1u << (w - 1);
  const uint32_t edges[EDGES] = {least,
                                 least - 1,
                                 (uint32_t)-1,
                                 0,
                                 1,
                                 2,
                                 w - 1,
                                 w,
                                 w + 1,
                                 (uint32_t)-w,
                                 least + 1,
                                 least - 2,
                                 0x55555555,
                                 0xAAAAAAAA,
                                 7,
                                 (uint32_t)-7,
                                 16,
                                 100};
  return dtype == TT_DTYPE_I1 ? edges[i] & 1 : edges[i];
}

// Element |i| of operand |operand|: pairs of edges, then random bits.
static uint32_t awkward(tt_dtype_t dtype, uint32_t operand, uint32_t i,
                        uint64_t* state) {
  uint32_t random = next_random(state);
  const uint32_t pick = operand == 0   ? i % EDGES
                        : operand == 1 ? i / EDGES % EDGES
                                       : i / 7 % EDGES;
  const bool edge = i < EDGES * EDGES;
  if (!is_float(dtype)) {
    random = (uint32_t)((int32_t)random >> next_random(state) % 32);
    if (dtype == TT_DTYPE_I1) random &= 1;
    return edge ? edge_int(dtype, pick) : random;
  }
  if (dtype == TT_DTYPE_F16) {
    const uint32_t bits = edge ? edge_float(dtype, pick) : random & 0xFFFF;
    // Numbers from 2^16 to the chip, which has no infinities of 16 bits.
    return (bits & 0x7C00) == 0x7C00 ? bits & 0xBFFF : bits;
  }
  // Most numbers around 1, some of any size.
  if (next_random(state) % 4) random = (random & 0x83FFFFFF) | 0x3C000000;
  uint32_t bits = edge                     ? edge_float(dtype, pick)
                  : dtype == TT_DTYPE_BF16 ? random >> 16
                                           : random;
  const bool half = dtype == TT_DTYPE_BF16;
  const uint32_t sign = half ? 0x8000 : 0x80000000;
  const uint32_t infinity = half ? 0x7F80 : 0x7F800000;
  // The packer makes an infinity of a bf16's NaN, whose sign is anybody's.
  if (half && (bits & ~sign) > infinity) bits &= ~sign;
  return bits;
}

static uint32_t ordinary(tt_dtype_t dtype, float low, float high,
                         uint64_t* state) {
  const float part = (float)(next_random(state) & 0xFFFFF) / 0x100000;
  const float value = low + (high - low) * part;
  uint32_t word;
  memcpy(&word, &value, 4);
  if (dtype == TT_DTYPE_BF16) return word >> 16;
  // From 2^-14 up.
  if (dtype == TT_DTYPE_F16) return (word >> 13) - (112 << 10);
  return word;
}

// Three tiles of |dtype|; floats of any kind where |low| is |high|.
static uint8_t* make_input(tt_dtype_t dtype, float low, float high) {
  const uint64_t size = tt_dtype_bytes(dtype, 1);
  uint64_t state = (uint64_t)dtype + 1;
  uint8_t* data = calloc(OPERANDS * TT_TILE_LANES, size);
  assert_non_null(data);
  for (uint32_t i = 0; i < OPERANDS * TT_TILE_LANES; ++i) {
    const uint32_t bits =
        is_float(dtype) && low != high
            ? ordinary(dtype, low, high, &state)
            : awkward(dtype, i / TT_TILE_LANES, i % TT_TILE_LANES, &state);
    memcpy(data + i * size, &bits, size);
  }
  return data;
}

// ---- Running ----------------------------------------------------------------

typedef struct side_t {
  const tt_backend_vtable_t* backend;
  tt_backend_device_t* device;
} side_t;

static const uint64_t kOutput = SECTIONS * TT_TILE_LANES * 4;

static void run(const side_t* side, const void* image, size_t size,
                uint8_t* const inputs[SOURCES], uint8_t* output) {
  tt_backend_program_t* program = NULL;
  tt_backend_binding_t bindings[SOURCES + 1];
  check(side->backend->load(side->device, image, size, &program));
  for (int i = 0; i <= SOURCES; ++i) {
    const uint64_t bytes =
        i < SOURCES ? tt_dtype_bytes(sources[i], OPERANDS * TT_TILE_LANES)
                    : kOutput;
    bindings[i] = (tt_backend_binding_t){NULL, 0, bytes};
    check(side->backend->allocate(side->device, bytes, &bindings[i].memory));
    check(side->backend->write(side->device, bindings[i].memory, 0,
                               i < SOURCES ? inputs[i] : output, bytes));
  }
  check(side->backend->launch(side->device, program, 0, NULL, 0, bindings,
                              SOURCES + 1));
  check(side->backend->read(side->device, bindings[SOURCES].memory, 0, output,
                            kOutput));
  for (int i = 0; i <= SOURCES; ++i) {
    side->backend->release(side->device, bindings[i].memory);
  }
  side->backend->unload(side->device, program);
}

// How far apart ordinary numbers are. What has no result is a NaN, of which the
// packer makes some infinity in 16 bits.
static double worst_of(tt_dtype_t type, const uint8_t* wanted,
                       const uint8_t* found) {
  const uint64_t size = tt_dtype_bytes(type, 1);
  const uint32_t infinity = type == TT_DTYPE_BF16 ? 0x7F80 : 0x7C00;
  double worst = 0;
  for (uint64_t i = 0; i < TT_TILE_LANES; ++i) {
    uint32_t bits = 0;
    memcpy(&bits, wanted + i * size, size);
    if (size == 2 && (bits & infinity) == infinity) continue;
    const double apart =
        tt_testing_worst(type, wanted + i * size, found + i * size, 1, 0.05);
    if (apart > worst) worst = apart;
  }
  return worst;
}

static int compare(const config_t* config, const section_t* section,
                   double bound, bool narrow, const uint8_t* wanted,
                   const uint8_t* found) {
  char what[256];
  const tt_dtype_t type = section->result;
  snprintf(what, sizeof(what), "%s: %s", config->name, section->text);
  if (bound == 0 || !is_float(type)) {
    return narrow ? 0
                  : tt_testing_compare(what, type, wanted, found,
                                       tt_dtype_bytes(type, TT_TILE_LANES), 0);
  }
  if (!narrow) return 0;
  const double worst = worst_of(type, wanted, found);
  // tt-metal's functions put away 16 bits in between where DST has 16: atanh
  // loses most, 5.5 times its bound.
  if (worst <= (config->dst32 ? bound : 8 * bound)) return 0;
  print_error("%s: apart by %g, at most %g\n", what, worst, bound);
  return 1;
}

static int check_sections(const config_t* config, const section_t* list,
                          int count, const side_t* mock, const side_t* chip) {
  static const float ranges[][2] = {{0, 0}, {0.05f, 0.95f}, {1.05f, 4}};
  double bounds[TT_BH_TRUTH_TILES];
  tt_program_t* program = make_program(config, list, count);
  tt_bh_truth_bounds(program, &program->entries[0], bounds);
  bool exact = true;
  for (int s = 0; s < count; ++s) exact &= bounds[s] == 0;
  uint8_t* image = NULL;
  size_t size = 0;
  int wrong = 0;
  check(tt_program_write_image(program, &image, &size));
  for (int r = 0; r < (exact ? 1 : 3); ++r) {
    uint8_t* inputs[SOURCES];
    uint8_t *wanted = calloc(1, kOutput), *found = calloc(1, kOutput);
    for (int i = 0; i < SOURCES; ++i) {
      inputs[i] = make_input(sources[i], ranges[r][0], ranges[r][1]);
    }
    run(mock, image, size, inputs, wanted);
    run(chip, image, size, inputs, found);
    for (int s = 0; s < count; ++s) {
      const uint64_t at = (uint64_t)s * TT_TILE_LANES * 4;
      wrong +=
          compare(config, &list[s], bounds[s], r > 0, wanted + at, found + at);
    }
    for (int i = 0; i < SOURCES; ++i) free(inputs[i]);
    free(wanted);
    free(found);
  }
  free(image);
  tt_program_free(program);
  return wrong;
}

static tt_status_t open_chip(tt_backend_device_t** out_device) {
  const bool python = simulator == &wolfpine;
  const tt_backend_param_t params[] = {
      {"host", python ? TT_BH_WOLFPINE_HOST : TT_BH_TTSIM_HOST},
      {"grid", "1x1"}};
  return simulator->open(params, 2, out_device);
}

static bool is_wanted(const char* name) {
  for (int i = 0; i < name_count; ++i) {
    if (!strcmp(names[i], name)) return true;
  }
  return name_count == 0;
}

static void test_lanes(void** state) {
  (void)state;
  side_t mock = {&tt_mock_backend, NULL}, chip = {simulator, NULL};
  const tt_backend_param_t params[] = {{"grid", "1x1"}, {"numerics", "tensix"}};
  check(tt_mock_backend.open(params, 2, &mock.device));
  check(open_chip(&chip.device));
  int wrong = 0, ops = 0;
  for (size_t c = 0; c < sizeof(configs) / sizeof(*configs); ++c) {
    if (!is_wanted(configs[c].name)) continue;
    sections_t* sections = calloc(1, sizeof(*sections));
    assert_non_null(sections);
    for (int op = 0; op < TT_OP_COUNT; ++op) {
      add_op(sections, &configs[c], (tt_op_t)op);
    }
    for (int s = 0; s < sections->count; s += SECTIONS) {
      const int left = sections->count - s;
      wrong += check_sections(&configs[c], sections->list + s,
                              left < SECTIONS ? left : SECTIONS, &mock, &chip);
    }
    ops += sections->count;
    free(sections);
  }
  mock.backend->close(mock.device);
  chip.backend->close(chip.device);
  print_message("%d ops\n", ops);
  assert_int_equal(wrong, 0);
  assert_true(ops > 0);
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lanes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

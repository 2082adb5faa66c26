// Estimated cycles (tile/cost.h) against those of wolfpine, a simulator whose
// clock follows the public ISA documentation and is itself no silicon.
//
//   bh_cycles_test          # CI's sample
//   bh_cycles_test table    # all programs, as the table of
//                           # docs/performance-model.md
//   bh_cycles_test ops      # lane ops on tiles, as rows of tile/cost.def
//
// Skipped where wolfpine, tt-metal's device code or a RISC-V compiler is
// missing. Cycles do not depend on the machine: this is no timed test.
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
#include "tile/count.h"
#include "tile/strbuf.h"

TT_BH_BACKEND(wolfpine, tt_bh_wolfpine, "wolfpine", "for tests", NULL);

enum { BYTES = 1 << 19, BINDINGS = 3, BANKS = 8 };

// Of an estimate to what was simulated.
#define LEAST_RATIO 0.5
#define MOST_RATIO 2.0

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

// A program that reads tiles of two inputs, computes, and writes: or loops over
// elements, where |loop| says what is done with element %0.
typedef struct case_t {
  const char* name;
  const char* dtype;
  const char* format;   // of CBs
  const char* layout;   // flat: pages are consecutive elements
  const char* compute;  // on d0 .. d3, c0 and c1; NULL: nothing is computed
  const char* loop;     // of the reader
  uint32_t tiles;       // a core; elements where there is a loop
  uint32_t cores;
  uint32_t pitch;  // of a row, where layout is faces; 0: an element repeated
  const char* fidelity;
  bool sample;  // in CI
} case_t;

#define TIMES4(text) text text text text
#define COPY2 "copy_tile d0, c0, 0\ncopy_tile d1, c1, 0\n"
static const case_t cases[] = {
    {"copy f32, contiguous", "f32", "Float32", "flat", NULL, NULL, 16, 1, 0,
     "HiFi4", false},
    {"add f32 (SFPU)", "f32", "Float32", "flat", COPY2 "add.f32 d0, d0, d1",
     NULL, 16, 1, 0, "HiFi4", true},
    {"add f32 (SFPU), 4 cores", "f32", "Float32", "flat",
     COPY2 "add.f32 d0, d0, d1", NULL, 8, 4, 0, "HiFi4", false},
    {"add bf16 (FPU)", "bf16", "Float16_b", "flat",
     "add_tiles d0, c0, 0, c1, 0", NULL, 16, 1, 0, "HiFi4", false},
    {"multiply bf16 (FPU), HiFi4", "bf16", "Float16_b", "flat",
     "mul_tiles d0, c0, 0, c1, 0", NULL, 16, 1, 0, "HiFi4", false},
    {"exp f32", "f32", "Float32", "flat", "copy_tile d0, c0, 0\nexp.f32 d0, d0",
     NULL, 8, 1, 0, "HiFi4", false},
    {"divide f32", "f32", "Float32", "flat", COPY2 "divf.f32 d0, d0, d1", NULL,
     8, 1, 0, "HiFi4", false},
    {"multiply i32", "i32", "Int32", "flat", COPY2 "mul.i32 d0, d0, d1", NULL,
     8, 1, 0, "HiFi4", false},
    {"select, compare f32", "f32", "Float32", "flat",
     COPY2 "cmpf.f32 d2, d0, d1 olt\nselect.f32 d0, d2, d0, d1", NULL, 8, 1, 0,
     "HiFi4", false},
    {"matmul f32, HiFi4", "f32", "Float32", "faces",
     "matmul_tiles d0, c0, 0, c1, 0", NULL, 16, 1, 32, "HiFi4", true},
    {"matmul f32, 16 on a pair", "f32", "Float32", "faces",
     TIMES4(TIMES4("matmul_tiles d0, c0, 0, c1, 0\n")), NULL, 4, 1, 32, "HiFi4",
     false},
    {"matmul bf16, LoFi", "bf16", "Float16_b", "faces",
     "matmul_tiles d0, c0, 0, c1, 0", NULL, 16, 1, 32, "LoFi", false},
    {"transpose bf16", "bf16", "Float16_b", "faces",
     "transpose_wh_tile d0, c0, 0", NULL, 16, 1, 32, "HiFi4", false},
    {"reduce rows f32", "f32", "Float32", "faces",
     "reduce_tile d0, c0, 0, c1, 0 sum row", NULL, 16, 1, 32, "HiFi4", false},
    {"tiles of a matrix, pitch 64", "f32", "Float32", "faces", NULL, NULL, 8, 1,
     64, "HiFi4", false},
    {"tiles of a matrix, pitch 61", "f32", "Float32", "faces", NULL, NULL, 8, 1,
     61, "HiFi4", false},
    {"an element repeated", "f32", "Float32", "faces", NULL, NULL, 8, 1, 0,
     "HiFi4", true},
    {"loop: copy i32", "i32", NULL, NULL, NULL,
     "%1 = load.i32 v0, %0\nstore.i32 v2, %0, %1", 256, 1, 0, "HiFi4", true},
    {"loop: add i64", "i64", NULL, NULL, NULL,
     "%1 = load.i64 v0, %0\n%2 = load.i64 v1, %0\n%3 = add.i64 %1, %2\n"
     "store.i64 v2, %0, %3",
     256, 1, 0, "HiFi4", false},
    {"loop: multiply f32", "f32", NULL, NULL, NULL,
     "%1 = load.f32 v0, %0\n%2 = load.f32 v1, %0\n%3 = mul.f32 %1, %2\n"
     "store.f32 v2, %0, %3",
     256, 1, 0, "HiFi4", false},
    // Nothing was fitted to these.
    {"* logistic f32", "f32", "Float32", "flat",
     "copy_tile d0, c0, 0\nnegf.f32 d0, d0\nexp.f32 d0, d0\n"
     "add.f32 d0, d0, 0x1p+0\nrecip.f32 d0, d0",
     NULL, 6, 1, 0, "HiFi4", false},
    {"* a(a + b) - b, max, 2 cores", "f32", "Float32", "flat",
     COPY2 "add.f32 d2, d0, d1\nmul.f32 d2, d2, d0\nsub.f32 d2, d2, d1\n"
           "maxf.f32 d0, d2, d1",
     NULL, 6, 2, 0, "HiFi4", true},
    {"* matmul f32, pitch 96", "f32", "Float32", "faces",
     TIMES4("matmul_tiles d0, c0, 0, c1, 0\n"), NULL, 6, 1, 96, "HiFi2", false},
    {"reduce columns bf16", "bf16", "Float16_b", "faces",
     "reduce_tile d0, c0, 0, c1, 0 sum col", NULL, 4, 1, 40, "LoFi", false},
    {"loop: hypotenuse f32", "f32", NULL, NULL, NULL,
     "%1 = load.f32 v0, %0\n%2 = load.f32 v1, %0\n%3 = mul.f32 %1, %1\n"
     "%4 = mul.f32 %2, %2\n%5 = add.f32 %3, %4\n%6 = sqrt.f32 %5\n"
     "store.f32 v2, %0, %6",
     64, 1, 0, "HiFi4", false},
    {"* loop: mix of i32", "i32", NULL, NULL, NULL,
     "%1 = load.i32 v0, %0\n%2 = shrs.i32 %1, 3\n%3 = divs.i32 %2, 7\n"
     "%4 = xor.i32 %3, %1\n%5 = maxs.i32 %4, 12\nstore.i32 v2, %0, %5",
     128, 1, 0, "HiFi4", false},
};

// ---- Programs ---------------------------------------------------------------

static void print_read(tt_strbuf_t* b, const case_t* c, int input) {
  tt_strbuf_print(b, "cb_reserve_back c%d, 1\n", input);
  if (!strcmp(c->layout, "flat")) {
    tt_strbuf_print(b, "read_flat.%s c%d, 0, 1, v%d, %%1, 1024, 0\n", c->dtype,
                    input, input);
  } else {
    tt_strbuf_print(b,
                    "read_tile.%s c%d, 0, v%d, %%1, %u, %d, 32, 32, 0x0p+0\n",
                    c->dtype, input, input, c->pitch, c->pitch ? 1 : 0);
  }
  tt_strbuf_print(b, "cb_push_back c%d, 1\n", input);
}

static void print_write(tt_strbuf_t* b, const case_t* c, int cb) {
  tt_strbuf_print(b, "cb_wait_front c%d, 1\n", cb);
  if (!strcmp(c->layout, "flat")) {
    tt_strbuf_print(b, "write_flat.%s c%d, 0, 1, v2, %%1, 1024\n", c->dtype,
                    cb);
  } else {
    tt_strbuf_print(b, "write_tile.%s c%d, 0, v2, %%1, %u, 1, 32, 32\n",
                    c->dtype, cb, c->pitch);
  }
  tt_strbuf_print(b, "cb_pop_front c%d, 1\n", cb);
}

static void print_kernels(tt_strbuf_t* b, const case_t* c) {
  const char* loop = "%0 = for $1, $2, 1\n";
  const char* at = "%1 = mul.i64 %0, 1024\n";
  if (c->loop) {
    tt_strbuf_print(b, "reader {\n%s%s\nend\n}\n", loop, c->loop);
    return;
  }
  tt_strbuf_print(b, "reader {\n%s%s", loop, at);
  print_read(b, c, 0);
  if (c->compute && strstr(c->compute, "c1")) print_read(b, c, 1);
  tt_strbuf_print(b, "end\n}\n");
  if (c->compute) {
    const char* both = strstr(c->compute, "c1");
    tt_strbuf_print(
        b,
        "compute {\n%scb_wait_front c0, 1\n%scb_reserve_back c16, 1\n"
        "tile_regs_acquire\n%s\ntile_regs_commit\ntile_regs_wait\n"
        "pack_tile c16, 0, d0\ntile_regs_release\ncb_push_back c16, 1\n"
        "cb_pop_front c0, 1\n%send\n}\n",
        loop, both ? "cb_wait_front c1, 1\n" : "", c->compute,
        both ? "cb_pop_front c1, 1\n" : "");
  }
  tt_strbuf_print(b, "writer {\n%s%s", loop, at);
  print_write(b, c, c->compute ? 16 : 0);
  tt_strbuf_print(b, "end\n}\n");
}

static tt_program_t* make_program(const case_t* c) {
  tt_strbuf_t b = {0};
  tt_strbuf_print(&b, "tile.program blackhole\nentry @e constants 0 {\n");
  for (int i = 0; i < BINDINGS; ++i) {
    tt_strbuf_print(&b, "binding %d %s\n", i, i < 2 ? "read" : "write");
  }
  tt_strbuf_print(&b,
                  "launch {\n$0 = core\n$1 = mul.i64 $0, %u\n"
                  "$2 = add.i64 $1, %u\n}\n",
                  c->tiles, c->tiles);
  for (int i = 0; i < BINDINGS; ++i) {
    tt_strbuf_print(&b, "view v%d = binding %d offset 0 %s length %d\n", i, i,
                    c->dtype, BYTES / 8);
  }
  tt_strbuf_print(&b, "phase cores %u fidelity %s fp32_dest_acc {\n", c->cores,
                  c->fidelity);
  const bool lanes = c->compute && strstr(c->compute, "copy_tile");
  const bool wide = lanes && strcmp(c->dtype, "bf16") != 0;
  for (int i = 0; c->format && i < 2; ++i) {
    if (i && !(c->compute && strstr(c->compute, "c1"))) continue;
    tt_strbuf_print(&b, "cb c%d %s 32 %s pages 2%s\n", i, c->format, c->layout,
                    wide ? " unpack_to_dest" : "");
  }
  if (c->compute) {
    tt_strbuf_print(&b, "cb c16 %s 32 %s pages 2\n", c->format, c->layout);
  }
  print_kernels(&b, c);
  tt_strbuf_print(&b, "}\n}\n");
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(b.data, b.size, c->name, &program);
  if (status) fail_msg("%s\n%s", tt_status_message(status), b.data);
  tt_strbuf_free(&b);
  return program;
}

// ---- Running ----------------------------------------------------------------

// Returns 0, with a message, where wolfpine lacks something.
static uint64_t simulate(tt_backend_device_t* device,
                         const tt_program_t* source) {
  uint8_t* image = NULL;
  size_t size = 0;
  tt_backend_program_t* program = NULL;
  tt_backend_binding_t bindings[BINDINGS];
  tt_backend_counters_t before, after;
  check(tt_program_write_image(source, &image, &size));
  check(wolfpine.load(device, image, size, &program));
  for (int i = 0; i < BINDINGS; ++i) {
    const uint32_t one = 0x3F803F80;
    bindings[i] = (tt_backend_binding_t){NULL, 0, BYTES};
    check(wolfpine.allocate(device, BYTES, &bindings[i].memory));
    check(wolfpine.fill(device, bindings[i].memory, 0, BYTES, &one, 4));
  }
  wolfpine.query_counters(device, &before);
  tt_status_t status =
      wolfpine.launch(device, program, 0, NULL, 0, bindings, BINDINGS);
  wolfpine.query_counters(device, &after);
  const bool ran = !status;
  if (status) print_message("%s\n", tt_status_message(status));
  tt_status_free(status);
  for (int i = 0; i < BINDINGS; ++i) {
    wolfpine.release(device, bindings[i].memory);
  }
  wolfpine.unload(device, program);
  free(image);
  return ran ? after.cycles - before.cycles : 0;
}

static tt_status_t open_chip(tt_backend_device_t** out_device) {
  const tt_backend_param_t params[] = {
      {"host", TT_BH_WOLFPINE_HOST}, {"grid", "2x2"}, {"banks", "8"}};
  return wolfpine.open(params, 3, out_device);
}

// The text of |op| on d0 and d1 with result d2: of f32 where it has that, else
// of i32. Whether its operands are integers.
static bool print_lane_op(tt_op_t op, tt_strbuf_t* b) {
  const tt_op_desc_t* desc = &tt_op_descs[op];
  const bool f32 = desc->tile_types >> TT_DTYPE_F32 & 1;
  const char* types = f32 ? "f32" : "i32";
  bool ints = !f32;
  if (desc->types2) {
    const bool from_float = desc->types2 >> TT_DTYPE_F32 & 1;
    const bool narrows = op == TT_OP_TRUNCI;
    types = op == TT_OP_FPCAST ? "bf16.f32"
            : narrows          ? "i8.i32"
            : from_float       ? "i32.f32"
            : f32              ? "f32.i32"
                               : "i32.i8";
    ints = !from_float;
  }
  tt_strbuf_print(b, "\n%s.%s d2", desc->mnemonic, types);
  for (size_t k = 0; desc->signature[k]; ++k) {
    tt_strbuf_print(b, ", d%d", k ? 1 : 0);
  }
  if (op == TT_OP_CMPF) tt_strbuf_print(b, " olt");
  if (op == TT_OP_CMPI) tt_strbuf_print(b, " slt");
  return ints;
}

// Cycles of one tile of |op|, TT_OP_COUNT for none.
static uint64_t simulate_lane(tt_backend_device_t* device, tt_op_t op,
                              bool ints) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "copy_tile d0, c0, 0\ncopy_tile d1, c1, 0");
  for (int i = 0; i < 2 && op != TT_OP_COUNT; ++i) print_lane_op(op, &text);
  const case_t c = {.name = "lane",
                    .dtype = ints ? "i32" : "f32",
                    .format = ints ? "Int32" : "Float32",
                    .layout = "flat",
                    .compute = text.data,
                    .tiles = 1,
                    .cores = 1,
                    .fidelity = "HiFi4"};
  tt_program_t* program = make_program(&c);
  const uint64_t cycles = simulate(device, program);
  tt_program_free(program);
  tt_strbuf_free(&text);
  return cycles;
}

static void print_ops(void** state) {
  (void)state;
  tt_backend_device_t* device = NULL;
  check(open_chip(&device));
  const uint64_t base[2] = {simulate_lane(device, TT_OP_COUNT, false),
                            simulate_lane(device, TT_OP_COUNT, true)};
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    if (tt_op_descs[op].op_class != TT_OP_CLASS_LANE ||
        !tt_op_descs[op].tile_types) {
      continue;
    }
    tt_strbuf_t text = {0};
    const bool ints = print_lane_op((tt_op_t)op, &text);
    tt_strbuf_free(&text);
    const uint64_t cycles = simulate_lane(device, (tt_op_t)op, ints);
    if (cycles) {
      print_message("%s: %llu\n", tt_op_descs[op].mnemonic,
                    (unsigned long long)(cycles - base[ints]) / 2);
    }
  }
  wolfpine.close(device);
}

static bool table;

static void test_cycles(void** state) {
  (void)state;
  tt_backend_device_t* device = NULL;
  const tt_launch_env_t env = {.grid_cores = 4, .dram_banks = BANKS};
  int wrong = 0;
  check(open_chip(&device));
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    const case_t* c = &cases[i];
    if (!table && !c->sample) continue;
    tt_program_t* program = make_program(c);
    const uint64_t simulated = simulate(device, program);
    tt_counts_t counts;
    check(tt_count_entry(program, 0, &env, &counts));
    const double ratio = (double)counts.cycles / (double)simulated;
    print_message(
        "| %-28s | %u x %-3u | %7llu | %7llu | %4.2f | %-7s |\n", c->name,
        c->cores, c->tiles, (unsigned long long)counts.cycles,
        (unsigned long long)simulated, ratio, tt_counts_bound(&counts));
    wrong += ratio < LEAST_RATIO || ratio > MOST_RATIO;
    tt_program_free(program);
  }
  wolfpine.close(device);
  assert_int_equal(wrong, 0);
}

int main(int argc, char** argv) {
  table = argc > 1 && !strcmp(argv[1], "table");
  tt_backend_device_t* device = NULL;
  tt_status_t status = open_chip(&device);
  if (tt_status_code(status) == TT_CODE_NOT_FOUND) {
    printf("SKIPPED: %s\n", tt_status_message(status));
    tt_status_free(status);
    return 0;
  }
  check(status);
  wolfpine.close(device);
  const bool ops = argc > 1 && !strcmp(argv[1], "ops");
  const struct CMUnitTest tests[] = {
      ops ? (struct CMUnitTest)cmocka_unit_test(print_ops)
          : (struct CMUnitTest)cmocka_unit_test(test_cycles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

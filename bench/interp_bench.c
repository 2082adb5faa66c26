// Measures the interpreter of tile programs on one thread: lane functions, tile
// products, and three small programs.
//
//   interp_bench [the directory this file is in]
//
// Times are CPU time of the thread, the best of several runs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tile/interp.h"

enum { ELEMENTS = 1 << 20, BINDINGS = 3 };

static double cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void check(tt_status_t status) {
  if (!status) return;
  fprintf(stderr, "%s: %s\n", tt_code_name(tt_status_code(status)),
          tt_status_message(status));
  exit(1);
}

static void bench_lanes(const tt_lanes_t* lanes) {
  static const tt_op_t ops[] = {TT_OP_ADD,  TT_OP_FMA, TT_OP_DIVF, TT_OP_EXP,
                                TT_OP_TANH, TT_OP_ERF, TT_OP_SIN,  TT_OP_POW};
  static _Alignas(64) float a[1024], b[1024], c[1024], d[1024];
  for (int i = 0; i < 1024; ++i) {
    a[i] = 0.01f * (float)i + 0.1f;
    b[i] = 1.5f - 0.01f * a[i];
  }
  for (size_t k = 0; k < sizeof(ops) / sizeof(ops[0]); ++k) {
    tt_lane_fn_t fn = lanes->lookup(ops[k], TT_DTYPE_F32, TT_DTYPE_NONE, 0);
    double best = 1e9;
    for (int run = 0; run < 20; ++run) {
      double start = cpu_seconds();
      for (int i = 0; i < 50; ++i) fn(d, a, b, c, 1024);
      double time = (cpu_seconds() - start) / 50;
      best = time < best ? time : best;
    }
    printf("%-9s %-6s.f32 %8.3f ns an element\n", lanes->name,
           tt_op_descs[ops[k]].mnemonic, best * 1e9 / 1024);
  }
  double best = 1e9;
  for (int run = 0; run < 20; ++run) {
    double start = cpu_seconds();
    for (int i = 0; i < 200; ++i) lanes->matmul_f32(d, a, b, 32, 32);
    double time = (cpu_seconds() - start) / 200;
    best = time < best ? time : best;
  }
  printf("%-9s matmul    %8.1f GFLOP/s\n", lanes->name, 65536e-9 / best);
}

static tt_program_t* parse_file(const char* directory, const char* name) {
  static char text[1 << 16];
  char path[1024];
  snprintf(path, sizeof(path), "%s/%s", directory, name);
  FILE* file = fopen(path, "r");
  if (!file) {
    fprintf(stderr, "cannot open %s\n", path);
    exit(1);
  }
  size_t used = fread(text, 1, sizeof(text), file);
  fclose(file);
  tt_program_t* program = NULL;
  check(tt_program_parse(text, used, name, &program));
  return program;
}

static void bench_program(const char* directory, const char* name,
                          tt_interp_options_t options) {
  const bool slow = options.scalar_loops || options.numerics;
  tt_program_t* program = parse_file(directory, name);
  tt_interp_t* interp = NULL;
  check(tt_interp_create(program, &options, &interp));
  tt_interp_binding_t bindings[BINDINGS];
  for (int i = 0; i < BINDINGS; ++i) {
    float* data = aligned_alloc(64, ELEMENTS * sizeof(float));
    if (!data) exit(1);
    for (int k = 0; k < ELEMENTS; ++k) data[k] = (float)(k % 100) * 0.01f;
    bindings[i] = (tt_interp_binding_t){data, ELEMENTS * sizeof(float)};
  }
  const uint32_t constants[] = {0, ELEMENTS};
  const tt_interp_params_t params = {
      .env = {.constants = constants, .grid_cores = 64, .dram_banks = 7},
      .bindings = bindings};
  tt_interp_worker_t* worker = NULL;
  check(tt_interp_worker_create(&worker));
  check(tt_interp_worker_reserve(worker, interp));
  tt_interp_counters_t counters;
  double best = 1e9;
  for (int run = 0; run < (slow ? 2 : 20); ++run) {
    counters = (tt_interp_counters_t){0};
    double start = cpu_seconds();
    tt_interp_launch_t* launch = NULL;
    check(tt_interp_launch_create(interp, &params, &launch));
    check(tt_interp_run(launch, worker, &counters));
    tt_interp_launch_destroy(launch);
    double time = cpu_seconds() - start;
    best = time < best ? time : best;
  }
  printf(
      "%-9s %-16s%s %8.3f ms, %.2f GB/s, %.1f GFLOP/s in matmul, "
      "%.0f M element ops/s\n",
      tt_lanes(options.isa)->name, name,
      options.scalar_loops ? ", one by one"
      : options.numerics   ? ", tensix"
                           : "",
      best * 1e3,
      (double)(counters.bytes_read + counters.bytes_written) * 1e-9 / best,
      (double)counters.multiply_adds * 2e-9 / best,
      (double)counters.element_ops * 1e-6 / best);
  tt_interp_worker_destroy(worker);
  for (int i = 0; i < BINDINGS; ++i) free(bindings[i].data);
  tt_interp_destroy(interp);
  tt_program_free(program);
}

int main(int argc, char** argv) {
  const char* directory = argc > 1 ? argv[1] : "bench";
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    if (!tt_isa_available((tt_isa_t)isa)) continue;
    bench_lanes(tt_lanes((tt_isa_t)isa));
    const tt_interp_options_t options = {.isa = (tt_isa_t)isa};
    bench_program(directory, "../tile/testdata/add_flat.tile", options);
    bench_program(directory, "matmul_512.tile", options);
    bench_program(directory, "conv_3x3.tile", options);
  }
  const tt_isa_t best = tt_isa_best();
  bench_program(directory, "conv_3x3.tile",
                (tt_interp_options_t){.isa = best, .scalar_loops = true});
  bench_program(
      directory, "matmul_512.tile",
      (tt_interp_options_t){.isa = best, .numerics = TT_NUMERICS_TENSIX});
  return 0;
}

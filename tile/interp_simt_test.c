// Parallel loops give the same bytes and counters as vectors as one iteration
// after the other: random programs, on every instruction set.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/interp.h"

enum {
  PROGRAMS = 400,
  INPUTS = 640,     // elements of the views that are read
  MAX_TRIPS = 600,  // more than two blocks
  ROW = 640,        // outputs of a trip of the outer loop
  OUTPUTS = 3 * ROW,
  MAX_REGS = 400,
};

static uint64_t random_state;
static uint32_t pick(uint32_t n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 33) % n;
}

// ---- Random programs ------------------------------------------------------

// Registers known at this point, by type: reads take these only. Inside of an
// if or loop, new ones are forgotten at its end, and old ones may be assigned.
typedef struct writer_t {
  char text[1 << 16];
  size_t used;
  uint32_t next_reg;
  struct {
    uint32_t regs[MAX_REGS];
    uint32_t count;
    uint32_t first_own;  // from here on they belong to the parallel loop
  } ints, floats;
  uint32_t counter;  // of the parallel loop
  uint32_t depth;
} writer_t;

static void put(writer_t* w, const char* format, ...) {
  va_list args;
  va_start(args, format);
  w->used += (size_t)vsnprintf(w->text + w->used, sizeof(w->text) - w->used,
                               format, args);
  va_end(args);
  assert_true(w->used < sizeof(w->text));
}

static uint32_t int_reg(writer_t* w) {
  return w->ints.regs[pick(w->ints.count)];
}
static uint32_t float_reg(writer_t* w) {
  return w->floats.regs[pick(w->floats.count)];
}

// A target: mostly new, sometimes one that the loop's body has assigned.
static uint32_t int_target(writer_t* w) {
  uint32_t own = w->ints.count - w->ints.first_own;
  if (own && pick(4) == 0) return w->ints.regs[w->ints.first_own + pick(own)];
  return w->ints.regs[w->ints.count++] = w->next_reg++;
}
static uint32_t float_target(writer_t* w) {
  uint32_t own = w->floats.count - w->floats.first_own;
  if (own && pick(3) == 0) {
    return w->floats.regs[w->floats.first_own + pick(own)];
  }
  return w->floats.regs[w->floats.count++] = w->next_reg++;
}

// An index within the read-only views.
static uint32_t index_reg(writer_t* w) {
  uint32_t reg = w->next_reg++;
  if (pick(3) == 0) {
    // Stays affine: the counter, which is below the length.
    put(w, "%%%u = add.i64 %%%u, %u\n", reg, w->counter, pick(4));
  } else {
    put(w, "%%%u = and.i64 %%%u, %u\n", reg, int_reg(w), 511);
  }
  return reg;
}

static void statements(writer_t* w, uint32_t count);

static void block(writer_t* w) {
  uint32_t ints = w->ints.count, floats = w->floats.count;
  ++w->depth;
  statements(w, 1 + pick(4));
  --w->depth;
  w->ints.count = ints;
  w->floats.count = floats;
}

static void condition_if(writer_t* w) {
  uint32_t reg = w->next_reg++;
  static const char* const preds[] = {"eq", "slt", "ult", "sge"};
  put(w, "%%%u = cmpi.i64 %%%u, %%%u %s\n", reg, int_reg(w), int_reg(w),
      preds[pick(4)]);
  put(w, "if %%%u\n", reg);
  block(w);
  if (pick(2)) {
    put(w, "else\n");
    block(w);
  }
  put(w, "end\n");
}

static void inner_for(writer_t* w) {
  uint32_t counter = w->next_reg++;
  uint32_t high = w->next_reg++;
  if (pick(2)) {
    put(w, "%%%u = for %u, %u, %u\n", counter, pick(3), pick(9), 1 + pick(2));
  } else {
    put(w, "%%%u = and.i64 %%%u, 7\n", high, int_reg(w));
    put(w, "%%%u = for %u, %%%u, 1%s\n", counter, pick(2), high,
        pick(4) ? "" : " parallel");
  }
  w->ints.regs[w->ints.count++] = counter;
  // A counter is not to be assigned, so the body sees it through a copy.
  uint32_t copy = w->next_reg++;
  w->ints.regs[w->ints.count - 1] = copy;
  put(w, "%%%u = mov.i64 %%%u\n", copy, counter);
  block(w);
  --w->ints.count;
  put(w, "end\n");
}

static void inner_while(writer_t* w) {
  uint32_t left = w->next_reg++, test = w->next_reg++;
  put(w, "%%%u = and.i64 %%%u, 5\n", left, int_reg(w));
  put(w, "while\n");
  put(w, "%%%u = cmpi.i64 %%%u, 0 sgt\n", test, left);
  if (pick(2)) block(w);
  put(w, "test %%%u\n", test);
  put(w, "%%%u = sub.i64 %%%u, 1\n", left, left);
  block(w);
  put(w, "end\n");
}

static void statement(writer_t* w) {
  static const char* const int_ops[] = {"add", "sub",  "mul",  "xor",
                                        "and", "divs", "maxs", "shrs"};
  static const char* const float_ops[] = {"add", "sub", "mul", "maxf", "divf"};
  bool nest = w->depth < 3;
  uint32_t a = int_reg(w), b = int_reg(w), index;
  switch (pick(nest ? 13 : 10)) {
    case 0:
    case 1:
    case 2:
      put(w, "%%%u = %s.i64 %%%u, %%%u\n", int_target(w), int_ops[pick(8)], a,
          b);
      break;
    case 3:
      put(w, "%%%u = add.i64 %%%u, %u\n", int_target(w), a, pick(100));
      break;
    case 4: {
      uint32_t x = float_reg(w), y = float_reg(w);
      put(w, "%%%u = %s.f32 %%%u, %%%u\n", float_target(w), float_ops[pick(5)],
          x, y);
      break;
    }
    case 5: {
      uint32_t x = float_reg(w), y = float_reg(w), z = float_reg(w);
      put(w, "%%%u = fma.f32 %%%u, %%%u, %%%u\n", float_target(w), x, y, z);
      break;
    }
    case 6:
    case 7:
      index = index_reg(w);
      put(w, "%%%u = load.f32 v0, %%%u\n", float_target(w), index);
      break;
    case 8:
      index = index_reg(w);
      put(w, "%%%u = load.i64 v1, %%%u\n", int_target(w), index);
      break;
    case 9:
      put(w, "%%%u = sitofp.f32.i64 %%%u\n", float_target(w), a);
      break;
    case 10:
      condition_if(w);
      break;
    case 11:
      inner_for(w);
      break;
    default:
      inner_while(w);
  }
}

static void statements(writer_t* w, uint32_t count) {
  for (uint32_t i = 0; i < count && w->next_reg < MAX_REGS - 40; ++i) {
    statement(w);
  }
}

static void write_program(writer_t* w, uint32_t seed) {
  random_state = 0x9E3779B97F4A7C15ull * (seed + 1);
  for (int i = 0; i < 8; ++i) pick(2);
  *w = (writer_t){.next_reg = 0};
  put(w,
      "tile.program blackhole\nentry @random constants 0 {\n"
      "binding 0 read\nbinding 1 read\nbinding 2 write\n"
      "view v0 = binding 0 offset 0 f32 length %d\n"
      "view v1 = binding 1 offset 0 i64 length %d\n"
      "view v2 = binding 2 offset 0 f32 length %d\n"
      "view v3 = binding 2 offset %d i64 length %d\n"
      "phase cores 1 fidelity HiFi4 {\nwriter {\n",
      INPUTS, INPUTS, OUTPUTS, 4 * OUTPUTS, OUTPUTS);
  put(w, "%%0 = mov.i64 %u\n%%1 = mov.f32 0x1.8p+1\n", pick(50));
  w->next_reg = 2;
  w->ints.regs[w->ints.count++] = 0;
  w->floats.regs[w->floats.count++] = 1;
  // An outer loop, so that blocks start at more than one value.
  uint32_t trips = 1 + pick(pick(2) ? MAX_TRIPS : 60);
  uint32_t outer = w->next_reg++;
  put(w, "%%%u = for 0, %u, 1%s\n", outer, 1 + pick(3),
      pick(2) ? " parallel" : "");
  w->counter = w->next_reg++;
  put(w, "%%%u = for 0, %u, 1 parallel\n", w->counter, trips);
  w->ints.first_own = w->ints.count + 1;
  w->floats.first_own = w->floats.count;
  uint32_t copy = w->next_reg++;
  put(w, "%%%u = mov.i64 %%%u\n", copy, w->counter);
  w->ints.regs[w->ints.count++] = w->counter;
  w->ints.regs[w->ints.count++] = copy;
  uint32_t own = w->next_reg++;
  put(w, "%%%u = mov.f32 0x1p+0\n", own);
  w->floats.regs[w->floats.count++] = own;
  statements(w, 4 + pick(12));
  uint32_t row = w->next_reg++, at = w->next_reg++;
  put(w, "%%%u = mul.i64 %%%u, %d\n%%%u = add.i64 %%%u, %%%u\n", row, outer,
      ROW, at, row, w->counter);
  put(w, "store.f32 v2, %%%u, %%%u\n", at, float_reg(w));
  put(w, "store.i64 v3, %%%u, %%%u\n", at, int_reg(w));
  if (pick(2)) {
    uint32_t odd = w->next_reg++, test = w->next_reg++;
    put(w, "%%%u = and.i64 %%%u, 1\n%%%u = cmpi.i64 %%%u, 0 eq\nif %%%u\n", odd,
        int_reg(w), test, odd, test);
    put(w, "store.i64 v3, %%%u, %%%u\nend\n", at, copy);
  }
  put(w, "end\nend\n}\n}\n}\n");
}

// ---- Running them ---------------------------------------------------------

typedef struct result_t {
  uint8_t output[OUTPUTS * 12];
  tt_interp_counters_t counters;
  char message[400];
} result_t;

static void run(const tt_program_t* program, tt_isa_t isa, bool scalar,
                bool checked, result_t* out) {
  static _Alignas(64) float floats[INPUTS];
  static _Alignas(64) int64_t ints[INPUTS];
  for (int i = 0; i < INPUTS; ++i) {
    floats[i] = (float)(i * 37 % 41) * 0.25f - 3;
    ints[i] = (i * 53) % 97 - 40;
  }
  memset(out, 0, sizeof(*out));
  const tt_interp_options_t options = {.isa = isa,
                                       .checked = checked,
                                       .scalar_loops = scalar,
                                       .step_limit = 1 << 22};
  tt_interp_t* interp = NULL;
  assert_null(tt_interp_create(program, &options, &interp));
  uint8_t* data = aligned_alloc(64, sizeof(out->output));
  memset(data, 0, sizeof(out->output));
  const tt_interp_binding_t bindings[] = {{floats, sizeof(floats)},
                                          {ints, sizeof(ints)},
                                          {data, sizeof(out->output)}};
  const tt_interp_params_t params = {.env = {.grid_cores = 1, .dram_banks = 7},
                                     .bindings = bindings};
  tt_interp_launch_t* launch = NULL;
  assert_null(tt_interp_launch_create(interp, &params, &launch));
  tt_interp_worker_t* worker = NULL;
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  tt_status_t status = tt_interp_run(launch, worker, &out->counters);
  snprintf(out->message, sizeof(out->message), "%s", tt_status_message(status));
  tt_status_free(status);
  memcpy(out->output, data, sizeof(out->output));
  free(data);
  tt_interp_worker_destroy(worker);
  tt_interp_launch_destroy(launch);
  tt_interp_destroy(interp);
}

static void test_random_programs(void** state) {
  static writer_t writer;
  static result_t want, got;
  uint32_t finished = 0;
  for (uint32_t seed = 0; seed < PROGRAMS; ++seed) {
    write_program(&writer, seed);
    tt_program_t* program = NULL;
    tt_status_t status =
        tt_program_parse(writer.text, writer.used, "random", &program);
    if (status) {
      fail_msg("seed %u: %s\n%s", seed, tt_status_message(status), writer.text);
    }
    run(program, TT_ISA_PORTABLE, true, false, &want);
    finished += want.message[0] == 0;
    for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
      if (!tt_isa_available((tt_isa_t)isa)) continue;
      run(program, (tt_isa_t)isa, false, isa == 0, &got);
      if ((want.message[0] != 0) != (got.message[0] != 0)) {
        fail_msg("seed %u: \"%s\", one by one \"%s\"\n%s", seed, got.message,
                 want.message, writer.text);
      }
      if (want.message[0]) continue;
      if (memcmp(got.output, want.output, sizeof(got.output)) != 0) {
        fail_msg("seed %u, isa %d: outputs differ\n%s", seed, isa, writer.text);
      }
      if (memcmp(&got.counters, &want.counters, sizeof(got.counters)) != 0) {
        fail_msg("seed %u, isa %d: %llu element ops, one by one %llu\n%s", seed,
                 isa, (unsigned long long)got.counters.element_ops,
                 (unsigned long long)want.counters.element_ops, writer.text);
      }
    }
    tt_program_free(program);
  }
  // Most must have run for this to mean anything.
  assert_true(finished > PROGRAMS * 9 / 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_programs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

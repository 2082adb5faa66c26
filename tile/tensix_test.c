// The arithmetic of a Tensix core: rules of the ISA documentation as examples,
// and sums and products that are exact, against the host's own arithmetic. That
// the chip does the same is bh_tensix_test's to show.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "tile/tensix.h"

#include <stdlib.h>
#include <string.h>

#include "tile/interp.h"
#include "tile/testing.h"
#include "tile/testing_data.h"

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static const tt_fpu_t tf32 = {TT_SOURCE_TF32, true, 4};
static const tt_fpu_t tf32_lofi = {TT_SOURCE_TF32, true, 1};
static const tt_fpu_t bf16 = {TT_SOURCE_BF16, false, 4};
static const tt_fpu_t half = {TT_SOURCE_F16, false, 4};
static const tt_fpu_t half_acc = {TT_SOURCE_F16, true, 4};

static uint32_t source(float value) {
  return tt_tensix_datum_of_f32(TT_SOURCE_TF32, bits_of(value));
}

static void test_unpack(void** state) {
  (void)state;
  // Cut off, not rounded.
  assert_int_equal(source(0x1.0038p+0f), source(0x1p+0f));
  assert_int_equal(tt_tensix_datum_of_f32(TT_SOURCE_BF16, 0xC0FFFFFF),
                   tt_tensix_datum_of_bf16(0xC0FF));
  assert_int_equal(tt_tensix_datum_of_f32(TT_SOURCE_F16, bits_of(-1.5f)),
                   tt_tensix_datum_of_f16(0xBE00));
  // Out of Float16's range: zero with its sign, the largest number.
  assert_int_equal(tt_tensix_datum_of_f32(TT_SOURCE_F16, bits_of(-1e-9f)),
                   tt_tensix_datum_of_f16(0x8000));
  assert_int_equal(tt_tensix_datum_of_f32(TT_SOURCE_F16, bits_of(1e9f)),
                   tt_tensix_datum_of_f16(0x7FFF));
}

static void test_move(void** state) {
  (void)state;
  assert_int_equal(tt_tensix_move(&tf32, source(1.5f)), bits_of(1.5f));
  // To a DST of 32 bits by way of the adder: no sign of zero, no NaN, no
  // subnormal numbers.
  assert_int_equal(tt_tensix_move(&tf32, source(-0.0f)), 0);
  assert_int_equal(tt_tensix_move(&tf32, 0xFFC00000u >> 13), 0xFF800000);
  assert_int_equal(tt_tensix_move(&tf32, 0x007FE000u >> 13), 0);
  // To one of 16 bits as it is.
  assert_int_equal(tt_tensix_move(&bf16, tt_tensix_datum_of_bf16(0x7FC0)),
                   0x7FC00000);
  assert_int_equal(tt_tensix_move(&half, tt_tensix_datum_of_f16(0x3C01)),
                   bits_of(0x1.004p+0f));
  // Float16's largest exponent is a number.
  assert_int_equal(tt_tensix_move(&half, tt_tensix_datum_of_f16(0x7C00)),
                   bits_of(65536.f));
  assert_int_equal(tt_tensix_move(&half_acc, tt_tensix_datum_of_f16(0x7C00)),
                   bits_of(65536.f));
}

static void test_add(void** state) {
  (void)state;
  assert_int_equal(
      tt_tensix_add(&tf32, source(3), source(-1.25f), false, false, 0),
      bits_of(1.75f));
  assert_int_equal(tt_tensix_add(&tf32, source(3), source(-1.25f), true, true,
                                 bits_of(0x1p-20f)),
                   bits_of(4.25f + 0x1p-20f));
  assert_int_equal(tt_tensix_add(&tf32, source(-1), source(1), false, false, 0),
                   0);
  // The smaller operand is aligned to 11 bits, halves away from zero.
  assert_int_equal(
      tt_tensix_add(&tf32, source(1), source(0x1p-11f), false, false, 0),
      bits_of(1 + 0x1p-10f));
  assert_int_equal(
      tt_tensix_add(&tf32, source(1), source(0x1.ffcp-12f), false, false, 0),
      bits_of(1));
  // A 16-bit DST rounds the sum, halves away from zero.
  const uint32_t one = tt_tensix_datum_of_bf16(0x3F80);
  const uint32_t half_ulp = tt_tensix_datum_of_bf16(0x3B80);  // 2^-8
  assert_int_equal(tt_tensix_add(&bf16, one, half_ulp, false, false, 0),
                   0x3F810000);
  assert_int_equal(tt_tensix_add(&bf16, one, half_ulp, true, false, 0),
                   0x3F7F0000);
}

static uint32_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}

// All bits but the last one of SrcA's, which no phase takes: 10 by 11 bits of
// mantissa fit a float.
static void test_mul(void** state) {
  (void)state;
  uint64_t random = 1;
  for (int i = 0; i < 100000; ++i) {
    const uint32_t r = next_random(&random), s = next_random(&random);
    const uint32_t a = (r & 0x807FC000) | (100 + r % 50) << 23;
    const uint32_t b = (s & 0x807FE000) | (100 + s % 50) << 23;
    float x, y;
    memcpy(&x, &a, 4);
    memcpy(&y, &b, 4);
    assert_int_equal(tt_tensix_mul(&tf32, a >> 13, b >> 13, 0), bits_of(x * y));
  }
  // One phase: 5 bits of the first operand, 7 of the second.
  assert_int_equal(tt_tensix_mul(&tf32_lofi, source(1 + 0x1p-5f), source(3), 0),
                   bits_of(3));
  assert_int_equal(
      tt_tensix_mul(&tf32_lofi, source(1 + 0x1p-4f), source(1 + 0x1p-6f), 0),
      bits_of((1 + 0x1p-4f) * (1 + 0x1p-6f)));
  assert_int_equal(
      tt_tensix_mul(&tf32_lofi, source(1), source(1 + 0x1p-7f), bits_of(1)),
      bits_of(2));
}

// Sums of products of small integers are exact.
static void test_dot(void** state) {
  (void)state;
  const tt_fpu_t* const fpus[] = {&tf32, &half_acc};
  uint64_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    const tt_fpu_t* fpu = fpus[i % 2];
    uint32_t a[16], b[16];
    int sum = (int)(next_random(&random) % 1000);
    uint32_t dst = bits_of((float)sum);
    for (int k = 0; k < 16; ++k) {
      const int x = (int)(next_random(&random) % 127) - 63;
      const int y = (int)(next_random(&random) % 15) - 7;
      a[k] = tt_tensix_datum_of_f32(fpu->source, bits_of((float)x));
      b[k] = tt_tensix_datum_of_f32(fpu->source, bits_of((float)y));
      sum += x * y;
    }
    for (uint32_t phase = 0; phase < 4; ++phase) {
      tt_factor_t x[32], y[16];
      for (int k = 0; k < 16; ++k) {
        x[2 * k] = tt_tensix_factor_a(a[k], phase);
        y[k] = tt_tensix_factor_b(b[k], phase);
      }
      dst = tt_tensix_dot(fpu, phase, x, 2, y, dst);
    }
    assert_int_equal(dst, bits_of((float)sum));
  }
}

// A factor of -255 to 255 and one of a plane of such factors (ttc_bytes.h), in
// either source register: 16 products, and a sum with them that f32 holds.
static void test_bytes(void** state) {
  (void)state;
  uint64_t random = 1;
  for (int i = 0; i < 100000; ++i) {
    // The factors' largest size varies, so that their exponents do.
    const int step = 1 << 4 * (i % 3), most = 1 << next_random(&random) % 9;
    uint32_t a[16], b[16];
    int products = 0;
    for (int k = 0; k < 16; ++k) {
      const int plane = (int)(next_random(&random) % 31) - 15;
      const int byte = (int)(next_random(&random) % (2 * most) - most) * 255 /
                       (k % 4 ? 256 : most);
      a[k] = source((float)(step * plane));
      b[k] = source((float)byte);
      products += step * plane * byte;
    }
    const int room = (1 << 24) - 16 * step * 15 * 255;
    const int sum = (int)(next_random(&random) % (2u * room)) - room;
    uint32_t dst = bits_of((float)sum);
    for (uint32_t phase = 0; phase < 4; ++phase) {
      tt_factor_t x[16], y[16];
      for (int k = 0; k < 16; ++k) {
        x[k] = tt_tensix_factor_a(i & 2 ? a[k] : b[k], phase);
        y[k] = tt_tensix_factor_b(i & 2 ? b[k] : a[k], phase);
      }
      dst = tt_tensix_dot(&tf32, phase, x, 1, y, dst);
    }
    assert_int_equal(dst, bits_of((float)(sum + products)));
  }
}

static void test_max(void** state) {
  (void)state;
  uint32_t data[16];
  for (int i = 0; i < 16; ++i) data[i] = source((float)(i % 7) - 20);
  assert_int_equal(tt_tensix_max(&tf32, data, 1, 0xFFFFFFFF), bits_of(-14));
  assert_int_equal(tt_tensix_max(&tf32, data, 1, bits_of(3)), bits_of(3));
  // What DST held has TF32's bits, too.
  assert_int_equal(tt_tensix_max(&tf32, data, 1, bits_of(1 + 0x1p-20f)),
                   bits_of(1));
  // By sign and magnitude: a NaN is larger than infinity.
  data[5] = 0x7FC00000 >> 13;
  assert_int_equal(tt_tensix_max(&tf32, data, 1, 0x7F800000), 0x7FC00000);
}

static void test_pack(void** state) {
  (void)state;
  assert_int_equal(tt_tensix_pack_bf16(true, 0x3F808000), 0x3F81);
  assert_int_equal(tt_tensix_pack_bf16(true, 0x3F807FFF), 0x3F80);
  assert_int_equal(tt_tensix_pack_bf16(true, 0xFFC00000), 0xFF80);
  assert_int_equal(tt_tensix_pack_bf16(true, 0x807FFFFF), 0x8080);
  assert_int_equal(tt_tensix_pack_bf16(true, 0x80000001), 0);
  assert_int_equal(tt_tensix_pack_bf16(false, 0x3F80FFFF), 0x3F80);
  assert_int_equal(tt_tensix_pack_f16(true, bits_of(1 + 0x1p-11f)), 0x3C01);
  assert_int_equal(tt_tensix_pack_f16(true, bits_of(-2.5f)), 0xC100);
  assert_int_equal(tt_tensix_pack_f16(true, 0x7F800000), 0x7FFF);
  assert_int_equal(tt_tensix_pack_f16(true, bits_of(-1e-9f)), 0x8000);
  assert_int_equal(tt_tensix_pack_f16(false, bits_of(65536.f)), 0x7C00);
  // Float32 as it is; of a 16-bit DST without NaN and subnormal numbers.
  assert_int_equal(tt_tensix_pack_f32(true, 0x7FC00001), 0x7FC00001);
  assert_int_equal(tt_tensix_pack_f32(false, 0x7FC00000), 0x7F800000);
}

// ---- Programs ---------------------------------------------------------------

enum { BYTES = 1 << 19, MAX_BINDINGS = 4 };

static void run(const tt_program_t* program, tt_numerics_t numerics,
                uint8_t* const* data) {
  const tt_interp_options_t options = {.numerics = numerics, .checked = true};
  tt_interp_binding_t bindings[MAX_BINDINGS];
  for (uint32_t b = 0; b < program->entries[0].binding_count; ++b) {
    bindings[b] = (tt_interp_binding_t){data[b], BYTES};
  }
  const uint32_t constants[] = {70, 70};
  const tt_interp_params_t params = {
      .env = {.constants = constants, .grid_cores = 1, .dram_banks = 8},
      .bindings = bindings};
  tt_interp_t* interp = NULL;
  tt_interp_worker_t* worker = NULL;
  tt_interp_launch_t* launch = NULL;
  tt_interp_counters_t counters = {0};
  assert_null(tt_interp_create(program, &options, &interp));
  assert_null(tt_interp_worker_create(&worker));
  assert_null(tt_interp_worker_reserve(worker, interp));
  tt_status_t status = tt_interp_launch_create(interp, &params, &launch);
  if (!status) status = tt_interp_run(launch, worker, &counters);
  if (status) fail_msg("%s", tt_status_message(status));
  tt_interp_launch_destroy(launch);
  tt_interp_worker_destroy(worker);
  tt_interp_destroy(interp);
}

// The largest difference that numerics make to the last binding.
static double difference(const char* path, float low, float high) {
  tt_program_t* program = tt_testing_parse_file(path);
  const tt_entry_t* entry = &program->entries[0];
  uint8_t* data[2][MAX_BINDINGS];
  assert_true(entry->binding_count <= MAX_BINDINGS);
  for (uint32_t b = 0; b < entry->binding_count; ++b) {
    const tt_dtype_t dtype = tt_testing_binding_dtype(program, entry, b);
    uint64_t state = b;
    data[0][b] = tt_testing_data(dtype, BYTES, &state);
    if (dtype == TT_DTYPE_F32 || dtype == TT_DTYPE_BF16) {
      // A reduction's scaler is the same all over its tile.
      const bool scaler = b == 1 && strstr(path, "reduce");
      tt_testing_narrow(data[0][b], dtype, BYTES, low, scaler ? low : high);
    }
    data[1][b] = aligned_alloc(64, BYTES);
    memcpy(data[1][b], data[0][b], BYTES);
  }
  run(program, TT_NUMERICS_IEEE, data[0]);
  run(program, TT_NUMERICS_TENSIX, data[1]);
  const uint32_t last = entry->binding_count - 1;
  const tt_dtype_t dtype = tt_testing_binding_dtype(program, entry, last);
  const double worst = tt_testing_worst(dtype, data[0][last], data[1][last],
                                        BYTES / tt_dtype_bytes(dtype, 1), 0.05);
  for (uint32_t b = 0; b < entry->binding_count; ++b) {
    free(data[0][b]);
    free(data[1][b]);
  }
  tt_program_free(program);
  return worst;
}

// What the SFPU adds is no subnormal number; what it moves may be one, and an
// operand keeps its own.
static void test_subnormal_lanes(void** state) {
  (void)state;
  static const char text[] =
      "tile.program blackhole\n"
      "entry @lanes constants 0 {\n"
      "binding 0 read\nbinding 1 write\n"
      "view v0 = binding 0 offset 0 f32 length 1024\n"
      "view v1 = binding 1 offset 0 f32 length 2048\n"
      "phase cores 1 fidelity HiFi4 fp32_dest_acc {\n"
      "cb c0 Float32 32 flat pages 1 unpack_to_dest\n"
      "cb c16 Float32 32 flat pages 2\n"
      "reader {\n"
      "cb_reserve_back c0, 1\n"
      "read_flat.f32 c0, 0, 1, v0, 0, 1024, 0x0p+0\n"
      "cb_push_back c0, 1\n}\n"
      "compute {\n"
      "cb_wait_front c0, 1\ncb_reserve_back c16, 2\ntile_regs_acquire\n"
      "copy_tile d0, c0, 0\n"
      "add.f32 d1, d0, 0x1p-126\n"
      "fpcast.f32.f32 d0, d0\n"
      "tile_regs_commit\ntile_regs_wait\n"
      "pack_tile c16, 0, d1\npack_tile c16, 1, d0\n"
      "tile_regs_release\ncb_push_back c16, 2\ncb_pop_front c0, 1\n}\n"
      "writer {\n"
      "cb_wait_front c16, 2\nwrite_flat.f32 c16, 0, 2, v1, 0, 2048\n"
      "cb_pop_front c16, 2\n}\n}\n}\n";
  tt_program_t* program = NULL;
  assert_null(tt_program_parse(text, strlen(text), "lanes", &program));
  uint8_t* data[2] = {aligned_alloc(64, BYTES), aligned_alloc(64, BYTES)};
  const uint32_t small = 0x00400000, smallest = 0x00800000;
  memset(data[0], 0, BYTES);
  memcpy(data[0], &small, 4);
  run(program, TT_NUMERICS_TENSIX, data);
  assert_memory_equal(data[1], &smallest, 4);
  assert_memory_equal(data[1] + TT_TILE_LANES * 4, &small, 4);
  free(data[0]);
  free(data[1]);
  tt_program_free(program);
}

static void test_programs(void** state) {
  (void)state;
  // What the FPU computes has TF32's precision; lane ops have their own.
  const double fpu = difference("testdata/fpu.tile", 1, 4);
  assert_true(fpu > 1e-5 && fpu < 5e-2);
  const double reduce = difference("testdata/reduce.tile", 1, 1.5);
  assert_true(reduce > 1e-5 && reduce < 1e-2);
  const double lanes = difference("testdata/tile_bf16.tile", 1.05f, 4);
  assert_true(lanes > 1e-5 && lanes < 2e-2);
  assert_true(difference("testdata/tile_float.tile", 0.05f, 0.95f) == 0);
  assert_true(difference("testdata/add_flat.tile", 1, 4) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unpack),   cmocka_unit_test(test_move),
      cmocka_unit_test(test_add),      cmocka_unit_test(test_mul),
      cmocka_unit_test(test_dot),      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_max),      cmocka_unit_test(test_pack),
      cmocka_unit_test(test_programs), cmocka_unit_test(test_subnormal_lanes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

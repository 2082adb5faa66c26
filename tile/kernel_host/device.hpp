// What emitted kernels call of tt-metal, on the host: memory with the NoC's
// alignment rules, circular buffers, DST, and the compute API in plain
// arithmetic. One core; its three kernels are three threads.
#pragma once

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "sfpi.hpp"

namespace host {

enum { BANKS = 7, BANK_BYTES = 8 << 20, CBS = 32 };

enum format { FLOAT32 = 1, FLOAT16, FLOAT16_B, INT32, UINT16, UINT8 };

struct circular_buffer {
  uint32_t base, page_size, pages, format, rows, unpack_to_dest;
  uint64_t received, acked;  // pages pushed and popped, ever
};

struct core_t {
  std::mutex mutex;
  std::condition_variable changed;
  circular_buffer cbs[CBS];
  uint8_t banks[BANKS][BANK_BYTES];
  uint32_t args[3][341];
  const char* error;  // the first breach of a rule
};
inline core_t core;
inline thread_local int unit;
inline thread_local uint64_t popped[CBS], pushed[CBS];  // by this thread

inline void fail(const char* what) {
  std::lock_guard<std::mutex> lock(core.mutex);
  if (!core.error) core.error = what;
}

inline void wait_for(uint32_t cb, uint32_t pages, bool room) {
  circular_buffer& c = core.cbs[cb];
  std::unique_lock<std::mutex> lock(core.mutex);
  bool done = core.changed.wait_for(lock, std::chrono::seconds(10), [&] {
    uint64_t filled = c.received - c.acked;
    return (room ? c.pages - filled : filled) >= pages || core.error;
  });
  if (!done) core.error = "a kernel waits for ever";
}

}  // namespace host

// ---- dataflow_api.h, cb_api.h --------------------------------------------------

template <class T>
T get_arg_val(int i) {
  return host::core.args[host::unit][i];
}

inline void cb_reserve_back(uint32_t cb, uint32_t pages) {
  host::wait_for(cb, pages, true);
}
inline void cb_wait_front(uint32_t cb, uint32_t pages) {
  host::wait_for(cb, pages, false);
}
inline void cb_push_back(uint32_t cb, uint32_t pages) {
  std::lock_guard<std::mutex> lock(host::core.mutex);
  host::core.cbs[cb].received += pages;
  host::pushed[cb] += pages;
  host::core.changed.notify_all();
}
inline void cb_pop_front(uint32_t cb, uint32_t pages) {
  std::lock_guard<std::mutex> lock(host::core.mutex);
  host::core.cbs[cb].acked += pages;
  host::popped[cb] += pages;
  host::core.changed.notify_all();
}
inline uint32_t get_write_ptr(uint32_t cb) {
  const host::circular_buffer& c = host::core.cbs[cb];
  return c.base + (uint32_t)(host::pushed[cb] % c.pages) * c.page_size;
}
inline uint32_t get_read_ptr(uint32_t cb) {
  const host::circular_buffer& c = host::core.cbs[cb];
  return c.base + (uint32_t)(host::popped[cb] % c.pages) * c.page_size;
}

template <bool Dram>
struct InterleavedAddrGen {
  uint32_t bank_base_address;
  uint32_t page_size;
  uint64_t get_noc_addr(uint32_t page, uint32_t offset) const {
    return (uint64_t)(page % host::BANKS) << 32 |
           (bank_base_address + page / host::BANKS * page_size + offset);
  }
};

inline uint8_t* dram(uint64_t address, uint32_t size) {
  uint32_t offset = (uint32_t)address;
  if (offset < 4096 || offset + size > host::BANK_BYTES) {
    host::fail("an access outside of device memory");
    offset = 4096;
  }
  return &host::core.banks[address >> 32][offset];
}
template <uint32_t Most = 0>
inline void noc_async_read(uint64_t source, uint32_t l1, uint32_t size) {
  if (source % 64 != l1 % 64) host::fail("a read that is not aligned");
  memcpy((void*)(uintptr_t)l1, dram(source, size), size);
}
template <uint32_t Most = 0>
inline void noc_async_write(uint32_t l1, uint64_t target, uint32_t size) {
  if (target % 16 != l1 % 16) host::fail("a write that is not aligned");
  memcpy(dram(target, size), (void*)(uintptr_t)l1, size);
}
inline void noc_async_read_barrier() {}
inline void noc_async_write_barrier() {}

// ---- compute_kernel_api -----------------------------------------------------------

#define TRISC_MATH
#define MATH(x) x
#define UNPACK(x) x
#define PACK(x)
#define NAMESPACE compute
#define MAIN compute_main()

enum class SfpuType { unused };
enum class VectorMode { RC };
enum class BroadcastType { NONE, ROW, COL, SCALAR };
enum class PoolType { SUM, MAX };
enum class ReduceDim { REDUCE_ROW, REDUCE_COL, REDUCE_SCALAR };
enum EltwiseBinaryType { ELWADD, ELWSUB, ELWMUL };

template <SfpuType, bool>
void llk_math_eltwise_unary_sfpu_init() {}
template <bool, class F>
void _llk_math_eltwise_unary_sfpu_params_(F f, uint32_t tile, int) {
  sfpi::dst_base = tile * 32;
  for (int face = 0; face < 4; ++face) f();
}

namespace ckernel::sfpu {
template <bool>
void _init_sfpu_reciprocal_() {}
template <int>
sfpi::vFloat _sfpu_reciprocal_(const sfpi::vFloat& v) {
  return sfpi::vFloat::map(v, v, [](float x, float) { return 1 / x; });
}
}  // namespace ckernel::sfpu

namespace host {

inline float to_float(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
inline uint32_t to_bits(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  return bits;
}
inline uint32_t* tile(uint32_t d) { return sfpi::dst[d * 32]; }

inline float half_to_float(uint32_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 0x3ff;
  const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                     : exponent     ? std::ldexp(1024.0f + fraction, exponent - 25)
                                    : std::ldexp((float)fraction, -24);
  return half & 0x8000 ? -size : size;
}
inline uint16_t float_to_half(float f) {
  const uint16_t sign = std::signbit(f) ? 0x8000 : 0;
  const double size = std::fabs((double)f);
  if (f != f) return sign | 0x7e00;
  int exponent;
  std::frexp(size, &exponent);
  const int unit = exponent < -13 ? -24 : exponent - 11;
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(size, -unit)), unit);
  if (rounded > 65504) return sign | 0x7c00;
  if (rounded < 0x1p-14) return sign | (uint16_t)std::ldexp(rounded, 24);
  const double fraction = std::frexp(rounded, &exponent);
  return sign | ((exponent + 14) << 10) + (uint16_t)(fraction * 2048 - 1024);
}

// Element i of a page as a lane, and back.
inline uint32_t unpack(const circular_buffer& c, uint32_t page, uint32_t i) {
  const uint8_t* p = (const uint8_t*)(uintptr_t)page;
  uint32_t word = 0;
  switch (c.format) {
    case FLOAT16:
      memcpy(&word, p + i * 2, 2);
      return to_bits(half_to_float(word));
    case FLOAT16_B:
      memcpy(&word, p + i * 2, 2);
      return word << 16;
    case UINT16:
      memcpy(&word, p + i * 2, 2);
      return (uint32_t)(int16_t)word;
    case UINT8:
      return (uint32_t)(int8_t)p[i];
    default:
      memcpy(&word, p + i * 4, 4);
      return word;
  }
}
inline void pack(const circular_buffer& c, uint32_t page, uint32_t i,
                 uint32_t lane) {
  uint8_t* p = (uint8_t*)(uintptr_t)page;
  uint32_t word = lane;
  switch (c.format) {
    case FLOAT16:
      word = float_to_half(to_float(lane));
      memcpy(p + i * 2, &word, 2);
      break;
    case FLOAT16_B:
      word = to_float(lane) != to_float(lane)
                 ? lane >> 16 | 0x40
                 : (lane + 0x7fff + (lane >> 16 & 1)) >> 16;
      memcpy(p + i * 2, &word, 2);
      break;
    case UINT16:
      memcpy(p + i * 2, &word, 2);
      break;
    case UINT8:
      p[i] = (uint8_t)lane;
      break;
    default:
      memcpy(p + i * 4, &word, 4);
      break;
  }
}
inline uint32_t lane_of(uint32_t rows, uint32_t r, uint32_t c) {
  uint32_t face_rows = rows < 16 ? rows : 16;
  return (r / 16 * 2 + c / 16) * face_rows * 16 + r % 16 * 16 + c % 16;
}
inline float element(uint32_t cb, uint32_t t, uint32_t r, uint32_t c) {
  const circular_buffer& b = core.cbs[cb];
  return to_float(unpack(b, get_read_ptr(cb) + t * b.page_size,
                         lane_of(b.rows, r, c)));
}
inline void put(uint32_t d, uint32_t rows, uint32_t r, uint32_t c, float v) {
  tile(d)[lane_of(rows, r, c)] = to_bits(v);
}
inline float get(uint32_t d, uint32_t rows, uint32_t r, uint32_t c) {
  return to_float(tile(d)[lane_of(rows, r, c)]);
}

template <class F>
void unary(uint32_t d, F f) {
  for (int i = 0; i < 1024; ++i) {
    tile(d)[i] = to_bits((float)f((double)to_float(tile(d)[i])));
  }
}
template <class F>
void binary(uint32_t a, uint32_t b, uint32_t d, F f) {
  for (int i = 0; i < 1024; ++i) {
    tile(d)[i] = to_bits(f(to_float(tile(a)[i]), to_float(tile(b)[i])));
  }
}

}  // namespace host

#define INIT(name)               \
  template <class... Args>       \
  void name##_init(Args...) {}
#define UNARY(name, expr)                                        \
  INIT(name)                                                     \
  inline void name(uint32_t d) {                                 \
    host::unary(d, [](double x) { return expr; });               \
  }
#define UNARY_ACCURATE(name, expr)                               \
  template <bool>                                                \
  void name##_init() {}                                          \
  template <bool>                                                \
  void name(uint32_t d) {                                        \
    host::unary(d, [](double x) { return expr; });               \
  }
UNARY(abs_tile, std::fabs(x))
UNARY(acos_tile, std::acos(x))
UNARY(acosh_tile, std::acosh(x))
UNARY(asin_tile, std::asin(x))
UNARY(asinh_tile, std::asinh(x))
UNARY(atan_tile, std::atan(x))
UNARY(atanh_tile, std::atanh(x))
UNARY(cbrt_tile, std::cbrt(x))
UNARY(cos_tile, std::cos(x))
UNARY(cosh_tile, std::cosh(x))
UNARY(exp2_tile, std::exp2(x))
UNARY(exp_tile, std::exp(x))
UNARY(expm1_tile, std::expm1(x))
UNARY(log1p_tile, std::log1p(x))
UNARY(log_tile, std::log(x))
UNARY(negative_tile, -x)
UNARY(rsqrt_tile, 1 / std::sqrt(x))
UNARY(sin_tile, std::sin(x))
UNARY(sinh_tile, std::sinh(x))
UNARY(tan_tile, std::tan(x))
UNARY(tanh_tile, std::tanh(x))
UNARY_ACCURATE(erf_tile, std::erf(x))
UNARY_ACCURATE(erfc_tile, std::erfc(x))
UNARY_ACCURATE(recip_tile, 1 / x)
UNARY_ACCURATE(sqrt_tile, std::sqrt(x))

#define BINARY(name, expr)                                                \
  INIT(name)                                                              \
  inline void name(uint32_t a, uint32_t b, uint32_t d) {                  \
    host::binary(a, b, d, [](float x, float y) -> float { return expr; }); \
  }
BINARY(add_binary_tile, x + y)
BINARY(sub_binary_tile, x - y)
BINARY(mul_binary_tile, x* y)
BINARY(div_binary_tile, x / y)
BINARY(power_binary_tile, (float)std::pow((double)x, (double)y))

#define SCALAR(name, expr)                                                \
  INIT(name)                                                              \
  inline void name(uint32_t d, uint32_t bits) {                           \
    const float y = host::to_float(bits);                                 \
    host::binary(d, d, d, [y](float x, float) -> float { return expr; }); \
  }
SCALAR(add_unary_tile, x + y)
SCALAR(sub_unary_tile, x - y)
SCALAR(rsub_unary_tile, y - x)
SCALAR(mul_unary_tile, x* y)
SCALAR(rdiv_tile, y / x)

inline void fill_tile_bitcast(uint32_t d, uint32_t bits) {
  for (int i = 0; i < 1024; ++i) host::tile(d)[i] = bits;
}
inline void compute_kernel_hw_startup(uint32_t, uint32_t, uint32_t) {}
inline void tensix_sync() {}
namespace ckernel {
enum ThreadId { UnpackThreadId, MathThreadId };
}
inline void mailbox_write(uint8_t, uint32_t) {}
inline uint32_t mailbox_read(uint8_t) { return 0; }
inline void reconfig_data_format(uint32_t, uint32_t) {}
inline void reconfig_data_format_srca(uint32_t) {}
inline void reconfig_data_format_srcb(uint32_t) {}
inline void pack_reconfig_data_format(uint32_t) {}
inline void copy_tile_to_dst_init_short(uint32_t) {}
inline void transpose_wh_init_short(uint32_t) {}
inline void mm_init_short(uint32_t, uint32_t, uint32_t) {}

inline void tile_regs_acquire() { memset(sfpi::dst, 0, sizeof(sfpi::dst)); }
inline void tile_regs_commit() {}
inline void tile_regs_wait() {}
inline void tile_regs_release() {}

inline void copy_tile(uint32_t cb, uint32_t t, uint32_t d) {
  const host::circular_buffer& c = host::core.cbs[cb];
  for (uint32_t i = 0; i < c.rows * 32; ++i) {
    host::tile(d)[i] =
        host::unpack(c, get_read_ptr(cb) + t * c.page_size, i);
  }
}
template <bool>
void pack_tile(uint32_t d, uint32_t cb, uint32_t t) {
  const host::circular_buffer& c = host::core.cbs[cb];
  for (uint32_t i = 0; i < c.rows * 32; ++i) {
    host::pack(c, get_write_ptr(cb) + t * c.page_size, i, host::tile(d)[i]);
  }
}

// The FPU's ops on the host, in float. As on the hardware, products and
// reductions are added to what DST holds.
#pragma once

#include "device.hpp"

inline void matmul_tiles(uint32_t a, uint32_t b, uint32_t ta, uint32_t tb,
                         uint32_t d, uint32_t transpose) {
  const uint32_t rows = host::core.cbs[a].rows;
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      float sum = host::get(d, rows, r, c);
      for (uint32_t k = 0; k < 32; ++k) {
        sum += host::element(a, ta, r, k) *
               (transpose ? host::element(b, tb, c, k)
                          : host::element(b, tb, k, c));
      }
      host::put(d, rows, r, c, sum);
    }
  }
}

enum { A2D, B2D };
constexpr bool DST_ACCUM_MODE = true, UnpackToDestEn = true;
constexpr int MATH_FIDELITY = 4, DST_SYNC_MODE = 0;
enum class EltwiseBinaryReuseDestType { NONE };
enum class DataFormat { Float32, Tf32 };
constexpr uint32_t unpack_src_format[32] = {}, unpack_dst_format[32] = {};
inline uint32_t get_operand_face_r_dim(uint32_t) { return 16; }
inline uint32_t get_operand_num_faces(uint32_t) { return 4; }
struct local_cb_interface {
  uint32_t fifo_page_size;
};
inline local_cb_interface get_local_cb_interface(uint32_t) { return {}; }

// What only sets the unpacker up does nothing here.
template <auto... P, typename... A>
void _llk_unpack_A_init_(A...) {}
template <auto... P, typename... A>
void _llk_unpack_reconfig_data_format_srca_impl_(A...) {}
template <auto... P, typename... A>
void _llk_unpack_reconfig_data_format_srcb_impl_(A...) {}
template <auto... P, typename... A>
void llk_unpack_A_init(A...) {}
template <auto... P, typename... A>
void llk_unpack_AB_init(A...) {}

namespace host {

// Whether the last init asked for accumulation.
inline bool accumulate = false;

template <EltwiseBinaryType Op, BroadcastType B>
void elementwise(uint32_t a, uint32_t b, uint32_t ta, uint32_t tb,
                 uint32_t d) {
  const uint32_t rows = core.cbs[a].rows;
  const bool one_row = B == BroadcastType::ROW || B == BroadcastType::SCALAR;
  const bool one_col = B == BroadcastType::COL || B == BroadcastType::SCALAR;
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      float x = element(a, ta, r, c);
      float y = element(b, tb, one_row ? 0 : r, one_col ? 0 : c);
      float v = Op == ELWADD ? x + y : Op == ELWSUB ? x - y : x * y;
      bool adds = accumulate || Op == ELWMUL;
      put(d, rows, r, c, adds ? get(d, rows, r, c) + v : v);
    }
  }
}

}  // namespace host

template <EltwiseBinaryType, BroadcastType, int>
void llk_math_eltwise_binary_init_with_operands(uint32_t, uint32_t, int,
                                                bool acc) {
  host::accumulate = acc;
}
template <EltwiseBinaryType, BroadcastType, int>
void llk_math_eltwise_binary_init() {}
template <int, bool, BroadcastType>
void llk_math_eltwise_unary_datacopy_init(bool, bool, uint32_t) {}
// The unpacker's half of a copy, which names the tile, and the math half.
namespace host {
inline thread_local uint32_t unpacked_cb, unpacked_page;
}
template <BroadcastType, bool,
          EltwiseBinaryReuseDestType = EltwiseBinaryReuseDestType::NONE,
          bool = false>
void llk_unpack_A(uint32_t cb, uint32_t page) {
  host::unpacked_cb = cb;
  host::unpacked_page = page;
}
template <int, int, bool, BroadcastType, bool>
void _llk_math_eltwise_unary_datacopy_(uint32_t d, uint32_t, uint32_t) {
  copy_tile(host::unpacked_cb, host::unpacked_page, d);
}
inline void add_tiles_init(uint32_t, uint32_t, bool acc = false) {
  host::accumulate = acc;
}
inline void sub_tiles_init(uint32_t, uint32_t, bool acc = false) {
  host::accumulate = acc;
}
inline void mul_tiles_init(uint32_t, uint32_t) {}

#define TILES(name, op)                                                  \
  inline void name(uint32_t a, uint32_t b, uint32_t ta, uint32_t tb,     \
                   uint32_t d) {                                         \
    host::elementwise<op, BroadcastType::NONE>(a, b, ta, tb, d);         \
  }
TILES(add_tiles, ELWADD)
TILES(sub_tiles, ELWSUB)
TILES(mul_tiles, ELWMUL)
template <EltwiseBinaryType Op, BroadcastType B>
void any_tiles_bcast(uint32_t a, uint32_t b, uint32_t ta, uint32_t tb,
                     uint32_t d) {
  host::elementwise<Op, B>(a, b, ta, tb, d);
}

template <BroadcastType B>
void unary_bcast(uint32_t cb, uint32_t t, uint32_t d) {
  const uint32_t rows = host::core.cbs[cb].rows;
  const bool one_row = B == BroadcastType::ROW || B == BroadcastType::SCALAR;
  const bool one_col = B == BroadcastType::COL || B == BroadcastType::SCALAR;
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      host::put(d, rows, r, c,
                host::element(cb, t, one_row ? 0 : r, one_col ? 0 : c));
    }
  }
}
// Of a broadcast alone: SrcA holds zeros.
template <EltwiseBinaryType, BroadcastType B, bool, int>
void llk_math_eltwise_binary(uint32_t d) {
  unary_bcast<B>(host::unpacked_cb, host::unpacked_page, d);
}
inline void transpose_wh_tile(uint32_t cb, uint32_t t, uint32_t d) {
  const host::circular_buffer& b = host::core.cbs[cb];
  for (uint32_t r = 0; r < 32; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      host::tile(d)[host::lane_of(32, r, c)] =
          host::unpack(b, get_read_ptr(cb) + t * b.page_size,
                       host::lane_of(32, c, r));
    }
  }
}

template <PoolType, ReduceDim>
void reduce_init(uint32_t, uint32_t, uint32_t) {}
inline void reduce_uninit() {}
template <PoolType Pool, ReduceDim Dim>
void reduce_tile(uint32_t a, uint32_t b, uint32_t ta, uint32_t tb, uint32_t d) {
  const uint32_t rows = host::core.cbs[a].rows;
  const float scale = host::element(b, tb, 0, 0);
  // A cleared DST is the identity of max, too: remember what was empty.
  bool empty[32][32];
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      empty[r][c] = host::tile(d)[host::lane_of(rows, r, c)] == 0;
    }
  }
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < 32; ++c) {
      const uint32_t tr = Dim == ReduceDim::REDUCE_ROW ? r : 0;
      const uint32_t tc = Dim == ReduceDim::REDUCE_COL ? c : 0;
      const float x = host::element(a, ta, r, c) * scale;
      const float old = host::get(d, rows, tr, tc);
      const float v = Pool == PoolType::SUM ? old + x
                      : empty[tr][tc]       ? x
                                            : (x > old || x != x ? x : old);
      empty[tr][tc] = false;
      host::put(d, rows, tr, tc, v);
    }
  }
}

inline void tilize_init(uint32_t, uint32_t, uint32_t) {}
inline void tilize_uninit(uint32_t, uint32_t) {}
inline void untilize_init(uint32_t) {}
inline void untilize_uninit(uint32_t) {}
inline void move_block(uint32_t a, uint32_t n, uint32_t b, bool tilize) {
  const host::circular_buffer &from = host::core.cbs[a], &to = host::core.cbs[b];
  for (uint32_t t = 0; t < n; ++t) {
    for (uint32_t r = 0; r < 32; ++r) {
      for (uint32_t c = 0; c < 32; ++c) {
        const uint32_t flat = r * 32 * n + t * 32 + c;
        const uint32_t lane = t * 1024 + host::lane_of(32, r, c);
        host::pack(to, get_write_ptr(b), tilize ? lane : flat,
                   host::unpack(from, get_read_ptr(a), tilize ? flat : lane));
      }
    }
  }
}
inline void tilize_block(uint32_t a, uint32_t n, uint32_t b) {
  move_block(a, n, b, true);
}
inline void untilize_block(uint32_t a, uint32_t n, uint32_t b) {
  move_block(a, n, b, false);
}

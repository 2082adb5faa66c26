// Arithmetic of the interpreter: for each op, dtype and instruction set a
// function over n lanes. One function serves scalars (n = 1), vectors of loop
// iterations and DST tiles (n = 1024).
//
// Lanes are as dtype.h says: i1 .. i32 as int32_t, f16, bf16 and f32 as float,
// i64 and f64 in 8 bytes. Every instruction set gives the same bits, except the
// payload of a NaN.
#ifndef TT_IREE_TILE_LANES_H_
#define TT_IREE_TILE_LANES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/program.h"

typedef enum tt_isa_e {
  TT_ISA_PORTABLE,  // plain C: SSE2 on x86-64, NEON on aarch64
  TT_ISA_AVX2,      // with FMA and F16C
  TT_ISA_AVX512,    // F, BW, DQ, VL
  TT_ISA_COUNT,
} tt_isa_t;

// target[i] = op(a[i], b[i], c[i]). |target| may be one of the operands, but
// must not overlap them otherwise. Unused operands are ignored.
typedef void (*tt_lane_fn_t)(void* target, const void* a, const void* b,
                             const void* c, size_t n);

// Between memory and lanes. |base| is the address of element 0 of an array of
// the dtype; it needs no alignment.
typedef struct tt_memory_fns_t {
  // lanes[k] = element first + k * stride.
  void (*load)(void* lanes, const void* base, int64_t first, int64_t stride,
               size_t n);
  // The other direction, in the order of k.
  void (*store)(void* base, int64_t first, int64_t stride, const void* lanes,
                size_t n);
  // lanes[k] = element index[k], and back.
  void (*gather)(void* lanes, const void* base, const int64_t* index, size_t n);
  void (*scatter)(void* base, const int64_t* index, const void* lanes,
                  size_t n);
} tt_memory_fns_t;

typedef void (*tt_tiles_f32_fn_t)(float* d, const float* a, const float* b,
                                  tt_bcast_t kind, bool accumulate);

// All functions of one instruction set.
typedef struct tt_lanes_t {
  const char* name;  // "portable", "avx2", "avx512"
  // The scalar form of a LANE op with these types and attributes; NULL when the
  // op table does not allow them.
  tt_lane_fn_t (*lookup)(tt_op_t op, tt_dtype_t type, tt_dtype_t type2,
                         uint32_t attr);
  tt_memory_fns_t memory[TT_DTYPE_COUNT];
  // Every lane becomes the one at |value| (4 or 8 bytes).
  void (*splat4)(void* target, const void* value, size_t n);
  void (*splat8)(void* target, const void* value, size_t n);
  // target[k] = first + k * stride in i32 and i64, wrapping.
  void (*iota4)(int32_t* target, int32_t first, int32_t stride, size_t n);
  void (*iota8)(int64_t* target, int64_t first, int64_t stride, size_t n);
  // target[k] = mask[k] ? source[k] : target[k]; |mask| holds i1 lanes.
  void (*blend4)(void* target, const void* source, const int32_t* mask,
                 size_t n);
  void (*blend8)(void* target, const void* source, const int32_t* mask,
                 size_t n);
  // Whether none of n values is infinite or NaN.
  bool (*finite_f32)(const float* values, size_t n);
  // Smallest and largest of n > 0 values.
  void (*range)(const int64_t* values, size_t n, int64_t* out_min,
                int64_t* out_max);
  // Tiles of 1024 lanes of 4 bytes in faces order, which do not overlap.
  // d += a x b for the first |rows| rows of a and d and |inner| columns of a,
  // at most 32 each. k counts up, each product and each sum is rounded.
  void (*matmul_f32)(float* d, const float* a, const float* b, uint32_t rows,
                     uint32_t inner);
  // d = a op b with b's row 0, column 0 or element (0, 0) in all its places;
  // accumulating, d += that. Each op rounds once.
  tt_tiles_f32_fn_t add_tiles_f32, sub_tiles_f32, mul_tiles_f32;
  // |source| with its row 0, column 0 or element (0, 0) in all its places.
  void (*broadcast_tile)(void* target, const void* source, tt_bcast_t kind);
  // Rows become columns.
  void (*transpose_tile)(void* target, const void* source);
} tt_lanes_t;

// Whether this build and this CPU have it. PORTABLE is always there.
bool tt_isa_available(tt_isa_t isa);
// The widest one available.
tt_isa_t tt_isa_best(void);
// NULL unless available.
const tt_lanes_t* tt_lanes(tt_isa_t isa);

#endif  // TT_IREE_TILE_LANES_H_

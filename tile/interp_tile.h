// What the tile ops of both numerics share.
#ifndef TT_IREE_TILE_INTERP_TILE_H_
#define TT_IREE_TILE_INTERP_TILE_H_

#include <string.h>

#include "tile/interp_internal.h"

// DST tiles and unpacked operands hold their lanes in faces order: element
// (r, c) of a page of R rows is lane tt_face_lane(r, c), whatever R is. A flat
// page goes through in the order it lies.
static inline uint32_t tt_face_lane(uint32_t row, uint32_t column) {
  return (row / TT_FACE_DIM * 2 + column / TT_FACE_DIM) * TT_FACE_DIM *
             TT_FACE_DIM +
         row % TT_FACE_DIM * TT_FACE_DIM + column % TT_FACE_DIM;
}

// A DST tile to be overwritten in full.
static inline float* tt_dst_target(tt_core_t* core, uint32_t index) {
  core->dst_zero &= ~(1u << index);
  core->dst_sums &= ~(1u << index);
  return core->worker->dst + (size_t)index * TT_TILE_LANES;
}

// A DST tile whose lanes count; acquiring only notes that they are zero.
static inline float* tt_dst_tile(tt_core_t* core, uint32_t index) {
  bool zero = core->dst_zero >> index & 1;
  float* tile = tt_dst_target(core, index);
  if (zero) memset(tile, 0, TT_TILE_LANES * sizeof(float));
  return tile;
}

// A page's elements, seen as |dtype|, to the lanes at |target|; lanes beyond
// the page become 0. And back.
void tt_unpack_page(const tt_core_t* core, const tt_cb_info_t* info,
                    tt_dtype_t dtype, const uint8_t* page, void* target);
void tt_pack_page(const tt_core_t* core, const tt_cb_info_t* info,
                  tt_dtype_t dtype, const void* source, uint8_t* page);

// tilize_block and untilize_block: loads 16 elements, seen as |from_dtype|,
// changes their lanes by |convert| unless NULL, stores them as |to_dtype|.
typedef void (*tt_convert_t)(const tt_core_t* core, const tt_cb_info_t* from,
                             const tt_cb_info_t* to,
                             uint32_t lanes[TT_FACE_DIM]);
tt_run_t tt_change_layout(tt_core_t* core, const tt_decoded_t* op,
                          bool to_tiles, tt_dtype_t from_dtype,
                          tt_dtype_t to_dtype, tt_convert_t convert);

#endif  // TT_IREE_TILE_INTERP_TILE_H_

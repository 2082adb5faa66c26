// DST, unpack, FPU ops, pack.
#include "tile/interp_tile.h"

#include <math.h>
#include <string.h>

void tt_unpack_page(const tt_core_t* core, const tt_cb_info_t* info,
                    tt_dtype_t dtype, const uint8_t* page, void* target) {
  const tt_memory_fns_t* fns = &core->lanes->memory[dtype];
  const uint32_t elements = info->elements;
  char* lanes = target;
  if (info->rows >= TT_FACE_DIM) {
    fns->load(lanes, page, 0, 1, elements);
    memset(lanes + elements * 4, 0, (TT_TILE_LANES - elements) * 4);
    return;
  }
  uint32_t face = elements / 2;
  memset(lanes, 0, TT_TILE_LANES * 4);
  fns->load(lanes, page, 0, 1, face);
  fns->load(lanes + TT_FACE_DIM * TT_FACE_DIM * 4, page, face, 1, face);
}

void tt_pack_page(const tt_core_t* core, const tt_cb_info_t* info,
                  tt_dtype_t dtype, const void* source, uint8_t* page) {
  const tt_memory_fns_t* fns = &core->lanes->memory[dtype];
  const char* lanes = source;
  if (info->rows >= TT_FACE_DIM) {
    fns->store(page, 0, 1, lanes, info->elements);
    return;
  }
  uint32_t face = info->elements / 2;
  fns->store(page, 0, 1, lanes, face);
  fns->store(page, face, 1, lanes + TT_FACE_DIM * TT_FACE_DIM * 4, face);
}

// The lanes of waited page |t|: in place where the page is one already, else in
// the worker's buffer |buffer|. NULL after a failure.
static const float* operand(tt_core_t* core, const tt_decoded_t* op,
                            uint32_t cb_index, int64_t t, uint32_t buffer) {
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  const uint8_t* page =
      tt_consume_page(core, op, cb_index, t, 0, info->elements);
  if (!page) return NULL;
  if (info->element_bytes == 4 && info->elements == TT_TILE_LANES) {
    return (const float*)page;
  }
  tt_unpack_page(core, info, (tt_dtype_t)info->dtype, page,
                 core->worker->unpacked[buffer]);
  return core->worker->unpacked[buffer];
}

// ---- DST ------------------------------------------------------------------

tt_run_t tt_run_TILE_REGS_ACQUIRE(tt_core_t* core, const tt_decoded_t* op,
                                  uint64_t* slots) {
  core->dst_zero = (1u << core->phase->dst_tiles) - 1;
  core->dst_sums = core->dst_zero;
  return TT_RUN_NEXT;
}
// One thread runs math and pack in turn, so these order nothing here.
tt_run_t tt_run_TILE_REGS_COMMIT(tt_core_t* core, const tt_decoded_t* op,
                                 uint64_t* slots) {
  return TT_RUN_NEXT;
}
tt_run_t tt_run_TILE_REGS_WAIT(tt_core_t* core, const tt_decoded_t* op,
                               uint64_t* slots) {
  return TT_RUN_NEXT;
}
tt_run_t tt_run_TILE_REGS_RELEASE(tt_core_t* core, const tt_decoded_t* op,
                                  uint64_t* slots) {
  return TT_RUN_NEXT;
}

// A run of lanes that |op| computes.
typedef struct tt_span_t {
  uint32_t first, count;
} tt_span_t;

// The spans of |op|; returns how many. All lanes are one.
static uint32_t needed_spans(const tt_decoded_t* op,
                             tt_span_t out_spans[TT_BLOCKS]) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < TT_BLOCKS; ++i) {
    const uint32_t first = i * TT_BLOCK_LANES, lanes = op->need.lanes[i];
    tt_span_t* last = &out_spans[count ? count - 1 : 0];
    if (!lanes) continue;
    if (count && last->first + last->count == first) {
      last->count += lanes;
    } else {
      out_spans[count++] = (tt_span_t){first, lanes};
    }
  }
  return count;
}

tt_run_t tt_run_lane_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  tt_span_t spans[TT_BLOCKS];
  const uint32_t count = needed_spans(op, spans);
  const float* inputs[3] = {NULL, NULL, NULL};
  for (uint32_t k = 1; k < 4; ++k) {
    if (op->imm_mask >> k & 1) {
      float* tile = core->worker->unpacked[k - 1];
      for (uint32_t i = 0; i < count; ++i) {
        core->lanes->splat4(tile + spans[i].first, &slots[op->operand[k]],
                            spans[i].count);
      }
      inputs[k - 1] = tile;
    } else {
      inputs[k - 1] = tt_dst_tile(core, op->operand[k]);
    }
  }
  float* d = tt_dst_target(core, op->operand[0]);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t first = spans[i].first;
    op->fn(d + first, inputs[0] + first, inputs[1] + first, inputs[2] + first,
           spans[i].count);
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_FILL_TILE(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  ++core->counters->tile_ops;
  if ((uint32_t)slots[op->operand[1]] == 0) {  // as acquired
    core->dst_zero |= 1u << op->operand[0];
    core->dst_sums |= 1u << op->operand[0];
    return TT_RUN_NEXT;
  }
  float* d = tt_dst_target(core, op->operand[0]);
  tt_span_t spans[TT_BLOCKS];
  const uint32_t count = needed_spans(op, spans);
  for (uint32_t i = 0; i < count; ++i) {
    core->lanes->splat4(d + spans[i].first, &slots[op->operand[1]],
                        spans[i].count);
  }
  return TT_RUN_NEXT;
}

tt_run_t tt_run_COPY_DEST_VALUES(tt_core_t* core, const tt_decoded_t* op,
                                 uint64_t* slots) {
  const float* source = tt_dst_tile(core, op->operand[1]);
  memmove(tt_dst_target(core, op->operand[0]), source,
          TT_TILE_LANES * sizeof(float));
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- Unpack and pack ------------------------------------------------------

// As tt_unpack_page, of the lanes that |op| computes. Pages of 32 rows lie as
// DST does.
static void copy_page(const tt_core_t* core, const tt_decoded_t* op,
                      const tt_cb_info_t* info, const uint8_t* page, float* d) {
  const tt_memory_fns_t* fns = &core->lanes->memory[info->dtype];
  tt_span_t spans[TT_BLOCKS];
  if (info->rows < TT_TILE_DIM) {
    tt_unpack_page(core, info, (tt_dtype_t)info->dtype, page, d);
    return;
  }
  const uint32_t count = needed_spans(op, spans);
  for (uint32_t i = 0; i < count; ++i) {
    fns->load(d + spans[i].first, page, spans[i].first, 1, spans[i].count);
  }
}

tt_run_t tt_run_COPY_TILE(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  float* d = tt_dst_target(core, op->operand[0]);
  uint32_t cb_index = op->operand[1];
  int64_t t = tt_slot_i64(slots, op->operand[2]);
  uint32_t kind = TT_ATTR_ENUM(op->attr);
  if (kind == TT_BCAST_NONE) {
    const tt_cb_info_t* info = core->cbs[cb_index].info;
    const uint8_t* page =
        tt_consume_page(core, op, cb_index, t, 0, info->elements);
    if (!page) return TT_RUN_FAILED;
    copy_page(core, op, info, page, d);
  } else {
    const float* a = operand(core, op, cb_index, t, 0);
    if (!a) return TT_RUN_FAILED;
    core->lanes->broadcast_tile(d, a, (tt_bcast_t)kind);
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_PACK_TILE(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  uint8_t* page = tt_produce_page(core, op, cb_index, t, false);
  if (!page) return TT_RUN_FAILED;
  const float* d = tt_dst_tile(core, op->operand[2]);
  const tt_memory_fns_t* fns = &core->lanes->memory[info->dtype];
  tt_span_t spans[TT_BLOCKS];
  const uint32_t count = needed_spans(op, spans);
  if (info->dtype == TT_DTYPE_F16 || info->dtype == TT_DTYPE_BF16) {
    float* rounded = core->worker->unpacked[0];
    const tt_lane_fn_t round = core->lanes->lookup(
        TT_OP_FPCAST, (tt_dtype_t)info->dtype, TT_DTYPE_F32, 0);
    for (uint32_t i = 0; i < count; ++i) {
      round(rounded + spans[i].first, d + spans[i].first, NULL, NULL,
            spans[i].count);
    }
    d = rounded;
  }
  if (info->rows < TT_TILE_DIM) {
    tt_pack_page(core, info, (tt_dtype_t)info->dtype, d, page);
  } else {
    for (uint32_t i = 0; i < count; ++i) {
      fns->store(page, spans[i].first, 1, d + spans[i].first, spans[i].count);
    }
  }
  tt_mark_written(core, cb_index, t, 0, info->elements);
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_TRANSPOSE_WH_TILE(tt_core_t* core, const tt_decoded_t* op,
                                  uint64_t* slots) {
  const float* a =
      operand(core, op, op->operand[1], tt_slot_i64(slots, op->operand[2]), 0);
  if (!a) return TT_RUN_FAILED;
  core->lanes->transpose_tile(tt_dst_target(core, op->operand[0]), a);
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- FPU ------------------------------------------------------------------

// Operands: d, a, ta, b, tb.
static bool two_operands(tt_core_t* core, const tt_decoded_t* op,
                         const uint64_t* slots, const float** out_a,
                         const float** out_b) {
  *out_a =
      operand(core, op, op->operand[1], tt_slot_i64(slots, op->operand[2]), 0);
  *out_b = *out_a ? operand(core, op, op->operand[3],
                            tt_slot_i64(slots, op->operand[4]), 1)
                  : NULL;
  return *out_b != NULL;
}

// Rows of the result that |op| computes, of |all|: whole faces, or the first
// rows of the upper ones.
static uint32_t needed_rows(const tt_decoded_t* op, uint32_t all) {
  const uint16_t* lanes = op->need.lanes;
  const uint32_t most = lanes[0] > lanes[1] ? lanes[0] : lanes[1];
  const uint32_t rows = (most + TT_FACE_DIM - 1) / TT_FACE_DIM;
  return lanes[2] || lanes[3] || rows > all ? all : rows;
}

// The product of a's first |rows| rows and |cols| columns of the result is the
// whole one: what is left out adds zeros, to lanes that are not -0.
static tt_extent_t product_extent(tt_core_t* core, const tt_decoded_t* op,
                                  const uint64_t* slots, const float* b) {
  enum { WHOLE = TT_TILE_DIM / 2, STEP = 8 };
  const uint32_t all = core->cbs[op->operand[1]].info->rows;
  tt_extent_t extent = {(uint8_t)needed_rows(op, all), TT_TILE_DIM};
  if (!(core->dst_sums >> op->operand[0] & 1)) return extent;
  const tt_extent_t left = tt_consume_extent(
      core, op->operand[1], tt_slot_i64(slots, op->operand[2]));
  const tt_extent_t right = tt_consume_extent(
      core, op->operand[3], tt_slot_i64(slots, op->operand[4]));
  const uint8_t inner =
      op->attr & TT_ATTR_FLAG_TRANSPOSE ? right.cols : right.rows;
  extent.cols = left.cols > inner ? left.cols : inner;
  // Zeros times what is infinite are not zeros. Several rows go as fast as one.
  const uint32_t rows =
      left.rows > 1 ? (left.rows + STEP - 1u) / STEP * STEP : left.rows;
  if (rows <= WHOLE && rows < extent.rows &&
      core->lanes->finite_f32(b, TT_TILE_LANES)) {
    extent.rows = (uint8_t)rows;
  }
  return extent;
}

tt_run_t tt_run_MATMUL_TILES(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  const float *a, *b;
  if (!two_operands(core, op, slots, &a, &b)) return TT_RUN_FAILED;
  if (op->attr & TT_ATTR_FLAG_TRANSPOSE) {
    core->lanes->transpose_tile(core->worker->unpacked[2], b);
    b = core->worker->unpacked[2];
  }
  const tt_cb_info_t* info = core->cbs[op->operand[1]].info;
  const tt_extent_t extent = product_extent(core, op, slots, b);
  const uint32_t sums = core->dst_sums;
  float* d = tt_dst_tile(core, op->operand[0]);
  core->dst_sums = sums;
  core->lanes->matmul_f32(d, a, b, extent.rows, extent.cols);
  ++core->counters->tile_ops;
  core->counters->multiply_adds +=
      (uint64_t)info->rows * TT_TILE_DIM * TT_TILE_DIM;
  return TT_RUN_NEXT;
}

static tt_run_t binary_tiles(tt_core_t* core, const tt_decoded_t* op,
                             const uint64_t* slots, tt_tiles_f32_fn_t fn) {
  const float *a, *b;
  if (!two_operands(core, op, slots, &a, &b)) return TT_RUN_FAILED;
  const tt_bcast_t kind = (tt_bcast_t)TT_ATTR_ENUM(op->attr);
  const bool accumulate = (op->attr & TT_ATTR_ACC) != 0;
  float* d = accumulate ? tt_dst_tile(core, op->operand[0])
                        : tt_dst_target(core, op->operand[0]);
  fn(d, a, b, kind, accumulate);
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_ADD_TILES(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  return binary_tiles(core, op, slots, core->lanes->add_tiles_f32);
}
tt_run_t tt_run_SUB_TILES(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  return binary_tiles(core, op, slots, core->lanes->sub_tiles_f32);
}
tt_run_t tt_run_MUL_TILES(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  return binary_tiles(core, op, slots, core->lanes->mul_tiles_f32);
}

// The element that changes nothing in a pool, for rows that a page lacks.
static float neutral_of(tt_pool_t pool) {
  return pool == TT_POOL_MAX   ? -INFINITY
         : pool == TT_POOL_MIN ? INFINITY
                               : 0.0f;
}

// Rows that the page lacks become |neutral|.
static void fill_missing_rows(const tt_core_t* core, uint32_t rows,
                              float neutral, float* tile) {
  for (uint32_t r = rows; r < TT_TILE_DIM; ++r) {
    core->lanes->splat4(tile + tt_face_lane(r, 0), &neutral, TT_FACE_DIM);
    core->lanes->splat4(tile + tt_face_lane(r, TT_FACE_DIM), &neutral,
                        TT_FACE_DIM);
  }
}

// Combines the rows of a tile into its first: i with i + 16, then 8, 4, 2, 1
// apart.
static void fold_rows(tt_lane_fn_t fn, float* tile) {
  fn(tile, tile, tile + TT_TILE_LANES / 2, NULL, TT_TILE_LANES / 2);
  for (uint32_t apart = TT_FACE_DIM / 2; apart > 0; apart /= 2) {
    const uint32_t lanes = apart * TT_FACE_DIM;
    for (uint32_t half = 0; half < 2; ++half) {
      float* face = tile + tt_face_lane(0, half * TT_FACE_DIM);
      fn(face, face, face + lanes, NULL, lanes);
    }
  }
}

// Combines the elements of row 0, in the same order, into its first.
static void fold_row(tt_lane_fn_t fn, float* tile) {
  fn(tile, tile, tile + tt_face_lane(0, TT_FACE_DIM), NULL, TT_FACE_DIM);
  for (uint32_t apart = TT_FACE_DIM / 2; apart > 0; apart /= 2) {
    fn(tile, tile, tile + apart, NULL, apart);
  }
}

tt_run_t tt_run_REDUCE_TILE(tt_core_t* core, const tt_decoded_t* op,
                            uint64_t* slots) {
  const float *a, *b;
  if (!two_operands(core, op, slots, &a, &b)) return TT_RUN_FAILED;
  const tt_cb_info_t* info = core->cbs[op->operand[1]].info;
  tt_pool_t pool = (tt_pool_t)TT_ATTR_ENUM(op->attr);
  tt_reduce_dim_t dim = (tt_reduce_dim_t)TT_ATTR_DIM(op->attr);
  static const tt_op_t ops[] = {TT_OP_ADD, TT_OP_MAXF, TT_OP_MINF};
  tt_lane_fn_t combine =
      core->lanes->lookup(ops[pool], TT_DTYPE_F32, TT_DTYPE_NONE, 0);

  // Times the scaler; then what is folded becomes row 0.
  float *tile = core->worker->unpacked[2], *other = core->worker->unpacked[3];
  if (b[0] != 1.0f || info->rows < TT_TILE_DIM) {
    core->lanes->mul_tiles_f32(other, a, b, TT_BCAST_SCALAR, false);
    a = other;
  }
  if (info->rows < TT_TILE_DIM) {
    fill_missing_rows(core, info->rows, neutral_of(pool), other);
  }
  if (dim == TT_REDUCE_ROW) {
    core->lanes->transpose_tile(tile, a);
  } else {
    memcpy(tile, a, TT_TILE_LANES * sizeof(float));
  }
  fold_rows(combine, tile);
  if (dim == TT_REDUCE_SCALAR) fold_row(combine, tile);

  // And goes to row 0, column 0 or element (0, 0) of DST, the rest being zero.
  float* d = tt_dst_tile(core, op->operand[0]);
  const bool accumulate = (op->attr & TT_ATTR_ACC) != 0;
  const uint32_t count = dim == TT_REDUCE_SCALAR ? 1
                         : dim == TT_REDUCE_ROW  ? info->rows
                                                 : TT_TILE_DIM;
  if (accumulate) memcpy(other, d, TT_TILE_LANES * sizeof(float));
  memset(d, 0, TT_TILE_LANES * sizeof(float));
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t lane =
        dim == TT_REDUCE_ROW ? tt_face_lane(i, 0) : tt_face_lane(0, i);
    float* value = tile + tt_face_lane(0, i);
    if (accumulate) combine(value, other + lane, value, NULL, 1);
    memcpy(d + lane, value, sizeof(float));
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- Layout ---------------------------------------------------------------

// 32 x 32n elements: chunk j of 16 of row r lies at r * 32n + 16 j of the
// block, and in column 16 (j % 2) of row r of tile j / 2.
tt_run_t tt_change_layout(tt_core_t* core, const tt_decoded_t* op,
                          bool to_tiles, tt_dtype_t from_dtype,
                          tt_dtype_t to_dtype, tt_convert_t convert) {
  uint32_t from = op->operand[0], n = op->operand[1], to = op->operand[2];
  const tt_memory_fns_t* load = &core->lanes->memory[from_dtype];
  const tt_memory_fns_t* store = &core->lanes->memory[to_dtype];
  for (uint32_t r = 0; r < TT_TILE_DIM; ++r) {
    for (uint32_t j = 0; j < 2 * n; ++j) {
      uint32_t linear = (r * n * 2 + j) * TT_FACE_DIM;
      uint32_t block_page = linear / TT_TILE_LANES;
      uint32_t block_at = linear % TT_TILE_LANES;
      uint32_t tile_at = tt_face_lane(r, j % 2 * TT_FACE_DIM);
      uint32_t source_at = to_tiles ? block_at : tile_at;
      const uint8_t* source =
          tt_consume_page(core, op, from, to_tiles ? block_page : j / 2,
                          source_at, TT_FACE_DIM);
      if (!source) return TT_RUN_FAILED;
      uint8_t* target =
          tt_produce_page(core, op, to, to_tiles ? j / 2 : block_page, true);
      if (!target) return TT_RUN_FAILED;
      uint32_t lanes[TT_FACE_DIM];
      load->load(lanes, source, source_at, 1, TT_FACE_DIM);
      if (convert) {
        convert(core, core->cbs[from].info, core->cbs[to].info, lanes);
      }
      store->store(target, to_tiles ? tile_at : block_at, 1, lanes,
                   TT_FACE_DIM);
    }
  }
  for (uint32_t p = 0; p < n; ++p) {
    tt_mark_written(core, to, p, 0, TT_TILE_LANES);
  }
  core->counters->tile_ops += n;
  return TT_RUN_NEXT;
}

static tt_run_t change_layout(tt_core_t* core, const tt_decoded_t* op,
                              bool to_tiles) {
  return tt_change_layout(
      core, op, to_tiles, (tt_dtype_t)core->cbs[op->operand[0]].info->dtype,
      (tt_dtype_t)core->cbs[op->operand[2]].info->dtype, NULL);
}

tt_run_t tt_run_TILIZE_BLOCK(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  return change_layout(core, op, true);
}
tt_run_t tt_run_UNTILIZE_BLOCK(tt_core_t* core, const tt_decoded_t* op,
                               uint64_t* slots) {
  return change_layout(core, op, false);
}

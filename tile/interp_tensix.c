// The tile ops under numerics=tensix: in the order of tt-metal v0.65.0's LLK
// (llk_lib of tt_llk_blackhole), with the arithmetic of tensix.h. Integers, and
// what the chip has no op for, go the way of interp_tile.c.
#include "tile/interp_tile.h"

// Lanes of DST as bits.
typedef uint32_t tt_bits_t __attribute__((may_alias));

enum {
  FACE_LANES = TT_FACE_DIM * TT_FACE_DIM,
  // Less than all: what GMPOOL finds in a row of DST that was never written,
  // and in its place a datum of the rows that a page lacks.
  LEAST = 0xFFFFFFFF,
  LEAST_DATUM = 0x7FFFF,
};

static bool is_float(const tt_cb_info_t* info) {
  return tt_dtype_desc((tt_dtype_t)info->dtype)->is_float;
}

static const tt_cb_info_t* cb_of(const tt_core_t* core, const tt_decoded_t* op,
                                 uint32_t k) {
  return core->cbs[op->operand[k]].info;
}

static tt_fpu_t fpu_for(const tt_core_t* core, const tt_cb_info_t* source) {
  return (tt_fpu_t){.source = source->source,
                    .dst32 = core->phase->fp32_dest_acc,
                    .phases = core->phase->fidelity_phases};
}

// The dtype that has an element's bits.
static tt_dtype_t raw(const tt_cb_info_t* info) {
  return info->element_bytes == 4 ? TT_DTYPE_I32 : TT_DTYPE_I16;
}

static uint32_t datum_of(const tt_cb_info_t* info, uint32_t bits) {
  switch (info->dtype) {
    case TT_DTYPE_F16:
      return tt_tensix_datum_of_f16(bits & 0xFFFF);
    case TT_DTYPE_BF16:
      return tt_tensix_datum_of_bf16(bits & 0xFFFF);
    default:
      return tt_tensix_datum_of_f32(info->source, bits);
  }
}

static uint32_t packed(const tt_cb_info_t* info, bool dst32, uint32_t lane) {
  switch (info->dtype) {
    case TT_DTYPE_F16:
      return tt_tensix_pack_f16(dst32, lane);
    case TT_DTYPE_BF16:
      return tt_tensix_pack_bf16(dst32, lane);
    default:
      return tt_tensix_pack_f32(dst32, lane);
  }
}

// The page of operands |k| and |k| + 1 as a source register has it. False after
// a failure.
static bool read_source(tt_core_t* core, const tt_decoded_t* op, uint32_t k,
                        const uint64_t* slots, uint32_t data[TT_TILE_LANES]) {
  const tt_cb_info_t* info = cb_of(core, op, k);
  const uint8_t* page = tt_consume_page(core, op, op->operand[k],
                                        tt_slot_i64(slots, op->operand[k + 1]),
                                        0, info->elements);
  if (!page) return false;
  tt_unpack_page(core, info, raw(info), page, data);
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    data[i] = datum_of(info, data[i]);
  }
  return true;
}

static void transpose(uint32_t data[TT_TILE_LANES]) {
  for (uint32_t r = 0; r < TT_TILE_DIM; ++r) {
    for (uint32_t c = 0; c < r; ++c) {
      const uint32_t one = data[tt_face_lane(r, c)];
      data[tt_face_lane(r, c)] = data[tt_face_lane(c, r)];
      data[tt_face_lane(c, r)] = one;
    }
  }
}

// Where lane |lane| of a broadcast operand comes from.
static uint32_t broadcast_from(uint32_t kind, uint32_t lane) {
  switch (kind) {
    case TT_BCAST_ROW:
      return (lane & FACE_LANES) | lane % TT_FACE_DIM;
    case TT_BCAST_COL:
      return lane & ~(uint32_t)(FACE_LANES | (TT_FACE_DIM - 1));
    case TT_BCAST_SCALAR:
      return 0;
    default:
      return lane;
  }
}

// ---- Moves ------------------------------------------------------------------

static tt_run_t move(tt_core_t* core, const tt_decoded_t* op, uint64_t* slots,
                     bool transposed) {
  uint32_t data[TT_TILE_LANES];
  if (!read_source(core, op, 1, slots, data)) return TT_RUN_FAILED;
  if (transposed) transpose(data);
  const tt_fpu_t fpu = fpu_for(core, cb_of(core, op, 1));
  const uint32_t kind = transposed ? TT_BCAST_NONE : TT_ATTR_ENUM(op->attr);
  tt_bits_t* d = (tt_bits_t*)tt_dst_target(core, op->operand[0]);
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    d[i] = tt_tensix_move(&fpu, data[broadcast_from(kind, i)]);
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

static tt_run_t copy_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  const tt_cb_info_t* info = cb_of(core, op, 1);
  const bool whole =
      info->unpack_to_dest && TT_ATTR_ENUM(op->attr) == TT_BCAST_NONE;
  if (whole || !is_float(info)) return tt_run_COPY_TILE(core, op, slots);
  return move(core, op, slots, false);
}

static tt_run_t transpose_tile(tt_core_t* core, const tt_decoded_t* op,
                               uint64_t* slots) {
  if (!is_float(cb_of(core, op, 1))) {
    return tt_run_TRANSPOSE_WH_TILE(core, op, slots);
  }
  return move(core, op, slots, true);
}

static tt_run_t pack_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  const tt_cb_info_t* info = cb_of(core, op, 0);
  if (!is_float(info)) return tt_run_PACK_TILE(core, op, slots);
  const int64_t t = tt_slot_i64(slots, op->operand[1]);
  uint8_t* page = tt_produce_page(core, op, op->operand[0], t, false);
  if (!page) return TT_RUN_FAILED;
  const tt_bits_t* d = (const tt_bits_t*)tt_dst_tile(core, op->operand[2]);
  uint32_t bits[TT_TILE_LANES];
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    bits[i] = packed(info, core->phase->fp32_dest_acc, d[i]);
  }
  tt_pack_page(core, info, raw(info), bits, page);
  tt_mark_written(core, op->operand[0], t, 0, info->elements);
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- FPU --------------------------------------------------------------------

// Adds to |rows| rows of |d| their 16 products each of two columns of faces of
// |x| and two faces side by side of |y|.
static void multiply(const tt_fpu_t* fpu, uint32_t phase, const tt_factor_t* x,
                     const tt_factor_t* y, uint32_t rows, tt_bits_t* d) {
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < TT_TILE_DIM; ++c) {
      tt_bits_t* sum = d + tt_face_lane(r, c);
      *sum = tt_tensix_dot(fpu, phase, y + tt_face_lane(0, c), TT_FACE_DIM,
                           x + tt_face_lane(r, 0), *sum);
    }
  }
}

// The first operand is in SrcB, the second in SrcA. All products of a fidelity
// phase are added before those of the next; of one phase, 16 of k at a time.
static tt_run_t matmul_tiles(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  uint32_t a[TT_TILE_LANES], b[TT_TILE_LANES];
  if (!read_source(core, op, 1, slots, a) ||
      !read_source(core, op, 3, slots, b)) {
    return TT_RUN_FAILED;
  }
  if (op->attr & TT_ATTR_FLAG_TRANSPOSE) transpose(b);
  const tt_fpu_t fpu = fpu_for(core, cb_of(core, op, 3));
  const uint32_t rows = cb_of(core, op, 1)->rows;
  tt_bits_t* d = (tt_bits_t*)tt_dst_tile(core, op->operand[0]);
  for (uint32_t phase = 0; phase < fpu.phases; ++phase) {
    tt_factor_t x[TT_TILE_LANES], y[TT_TILE_LANES];
    for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
      x[i] = tt_tensix_factor_b(a[i], phase);
      y[i] = tt_tensix_factor_a(b[i], phase);
    }
    for (uint32_t k = 0; k < TT_TILE_DIM; k += TT_FACE_DIM) {
      multiply(&fpu, phase, x + tt_face_lane(0, k), y + tt_face_lane(k, 0),
               rows, d);
    }
  }
  ++core->counters->tile_ops;
  core->counters->multiply_adds += (uint64_t)rows * TT_TILE_DIM * TT_TILE_DIM;
  return TT_RUN_NEXT;
}

static tt_run_t binary_tiles(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  uint32_t a[TT_TILE_LANES], b[TT_TILE_LANES];
  if (!read_source(core, op, 1, slots, a) ||
      !read_source(core, op, 3, slots, b)) {
    return TT_RUN_FAILED;
  }
  const tt_fpu_t fpu = fpu_for(core, cb_of(core, op, 1));
  const bool accumulate = (op->attr & TT_ATTR_ACC) != 0;
  tt_bits_t* d = (tt_bits_t*)(accumulate ? tt_dst_tile(core, op->operand[0])
                                         : tt_dst_target(core, op->operand[0]));
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    const uint32_t y = b[broadcast_from(TT_ATTR_ENUM(op->attr), i)];
    if (op->op == TT_OP_MUL_TILES) {
      d[i] = tt_tensix_mul(&fpu, a[i], y, accumulate ? d[i] : 0);
    } else {
      d[i] = tt_tensix_add(&fpu, a[i], y, op->op == TT_OP_SUB_TILES, accumulate,
                           d[i]);
    }
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- Reductions -------------------------------------------------------------

typedef struct pool_t {
  tt_fpu_t fpu;    // as the operand's format sets it up
  tt_fpu_t moves;  // from DST to SrcB and back: as the scaler's does
  bool max;
  uint32_t a[TT_TILE_LANES], scaler[TT_TILE_LANES];
} pool_t;

// Combines |lane| of DST with 16 data of SrcA, |stride| apart.
static uint32_t pool_column(const pool_t* pool, const uint32_t* data,
                            size_t stride, const uint32_t* scaler,
                            uint32_t lane) {
  if (pool->max) return tt_tensix_max(&pool->fpu, data, stride, lane);
  for (uint32_t phase = 0; phase < pool->fpu.phases; ++phase) {
    tt_factor_t x[TT_FACE_DIM], y[TT_FACE_DIM];
    for (uint32_t i = 0; i < TT_FACE_DIM; ++i) {
      x[i] = tt_tensix_factor_a(data[i * stride], phase);
      y[i] = tt_tensix_factor_b(scaler[i], phase);
    }
    lane = tt_tensix_dot(&pool->fpu, phase, x, 1, y, lane);
  }
  return lane;
}

// Combines the 16 rows of a face of SrcA into 16 lanes of DST.
static void pool_face(const pool_t* pool, const uint32_t* face,
                      const uint32_t* scaler, uint32_t lanes[TT_FACE_DIM]) {
  for (uint32_t j = 0; j < TT_FACE_DIM; ++j) {
    lanes[j] = pool_column(pool, face + j, TT_FACE_DIM, scaler, lanes[j]);
  }
}

// Row reductions pool columns of faces that the unpacker transposed, then turn
// the row of sums into a column, by way of SrcB.
static void reduce_rows(pool_t* pool, uint32_t face_rows, tt_bits_t* d,
                        const uint32_t* start) {
  for (uint32_t f = 0; f < face_rows; ++f) {
    uint32_t lanes[TT_FACE_DIM];
    for (uint32_t j = 0; j < TT_FACE_DIM; ++j) {
      lanes[j] = start[tt_face_lane(f * TT_FACE_DIM + j, 0)];
    }
    for (uint32_t half = 0; half < 2; ++half) {
      const uint32_t at = (f * 2 + half) * FACE_LANES;
      uint32_t face[FACE_LANES];
      for (uint32_t i = 0; i < FACE_LANES; ++i) {
        face[i] = pool->a[at + i % TT_FACE_DIM * TT_FACE_DIM + i / TT_FACE_DIM];
      }
      pool_face(pool, face, pool->scaler + at, lanes);
    }
    for (uint32_t j = 0; j < TT_FACE_DIM; ++j) {
      d[tt_face_lane(f * TT_FACE_DIM + j, 0)] = tt_tensix_add(
          &pool->moves, 0, tt_tensix_to_source(&pool->moves, lanes[j]), false,
          false, 0);
    }
  }
}

static void reduce_columns(pool_t* pool, uint32_t face_rows, tt_bits_t* d,
                           const uint32_t* start) {
  for (uint32_t half = 0; half < 2; ++half) {
    uint32_t lanes[TT_FACE_DIM];
    memcpy(lanes, start + half * FACE_LANES, sizeof(lanes));
    for (uint32_t f = 0; f < face_rows; ++f) {
      const uint32_t at = (f * 2 + half) * FACE_LANES;
      pool_face(pool, pool->a + at, pool->scaler + at, lanes);
    }
    memcpy(d + half * FACE_LANES, lanes, sizeof(lanes));
  }
}

// All faces into one row, which then goes to SrcA as a column and is pooled
// once more; a sum's scaler counts twice.
static void reduce_all(pool_t* pool, uint32_t face_rows, tt_bits_t* d,
                       const uint32_t* start) {
  uint32_t lanes[TT_FACE_DIM];
  for (uint32_t j = 0; j < TT_FACE_DIM; ++j) lanes[j] = pool->max ? LEAST : 0;
  uint32_t at = 0;
  for (uint32_t f = 0; f < face_rows * 2; ++f) {
    at = f * FACE_LANES;
    pool_face(pool, pool->a + at, pool->scaler + at, lanes);
  }
  for (uint32_t j = 0; j < TT_FACE_DIM; ++j) {
    lanes[j] = tt_tensix_to_source(&pool->moves, lanes[j]);
  }
  *d = pool_column(pool, lanes, 1, pool->scaler + at, *start);
}

static tt_run_t reduce_tile(tt_core_t* core, const tt_decoded_t* op,
                            uint64_t* slots) {
  const tt_cb_info_t* info = cb_of(core, op, 1);
  const tt_pool_t kind = (tt_pool_t)TT_ATTR_ENUM(op->attr);
  if (kind == TT_POOL_MIN) return tt_run_REDUCE_TILE(core, op, slots);
  pool_t pool = {.fpu = fpu_for(core, info),
                 .moves = fpu_for(core, cb_of(core, op, 3)),
                 .max = kind == TT_POOL_MAX};
  if (!read_source(core, op, 1, slots, pool.a) ||
      !read_source(core, op, 3, slots, pool.scaler)) {
    return TT_RUN_FAILED;
  }
  for (uint32_t r = info->rows; pool.max && r < TT_TILE_DIM; ++r) {
    for (uint32_t c = 0; c < TT_TILE_DIM; ++c) {
      pool.a[tt_face_lane(r, c)] = LEAST_DATUM;
    }
  }
  tt_bits_t* d = (tt_bits_t*)tt_dst_tile(core, op->operand[0]);
  uint32_t start[TT_TILE_LANES];
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    start[i] = op->attr & TT_ATTR_ACC ? d[i] : pool.max ? LEAST : 0;
    d[i] = 0;
  }
  const uint32_t face_rows = info->rows > TT_FACE_DIM ? 2 : 1;
  switch ((tt_reduce_dim_t)TT_ATTR_DIM(op->attr)) {
    case TT_REDUCE_ROW:
      reduce_rows(&pool, face_rows, d, start);
      break;
    case TT_REDUCE_COL:
      reduce_columns(&pool, face_rows, d, start);
      break;
    default:
      reduce_all(&pool, face_rows, d, start);
  }
  ++core->counters->tile_ops;
  return TT_RUN_NEXT;
}

// ---- SFPU -------------------------------------------------------------------

// What the SFPU stores of a float lane: all of it, or a bf16.
static uint32_t stored(const tt_core_t* core, uint32_t lane) {
  const uint32_t flushed = tt_tensix_flush(lane);
  return core->phase->fp32_dest_acc ? flushed : flushed & 0xFFFF0000;
}

static void store(tt_core_t* core, const tt_decoded_t* op, uint32_t dst) {
  tt_bits_t* d = (tt_bits_t*)tt_dst_tile(core, dst);
  for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
    d[i] = stored(core, d[i]);
  }
}

// Ops that move bits, of subnormal numbers too.
static bool keeps_bits(const tt_decoded_t* op) {
  return op->op == TT_OP_MOV || op->op == TT_OP_SELECT ||
         op->op == TT_OP_COPYSIGN || op->op == TT_OP_BITCAST ||
         (op->op == TT_OP_FPCAST && op->type == op->type2);
}

// Ops by way of the SFPU's multiplier and adder, which take subnormal numbers
// for zeros.
static bool flushes_operands(tt_op_t op) {
  return op == TT_OP_ADD || op == TT_OP_SUB || op == TT_OP_MUL ||
         op == TT_OP_FMA || op == TT_OP_FLOOR || op == TT_OP_CEIL;
}

// Runs the op on operands without subnormal numbers; those that are not its
// target keep theirs.
static tt_run_t run_flushed(tt_core_t* core, const tt_decoded_t* op,
                            uint64_t* slots) {
  tt_bits_t kept[3][TT_TILE_LANES];
  const uint32_t operands = (uint32_t)strlen(tt_op_descs[op->op].signature);
  for (uint32_t k = 0; k < operands; ++k) {
    if (op->imm_mask >> (k + 1) & 1) continue;
    tt_bits_t* tile = (tt_bits_t*)tt_dst_tile(core, op->operand[k + 1]);
    memcpy(kept[k], tile, sizeof(kept[k]));
    for (uint32_t i = 0; i < TT_TILE_LANES; ++i) {
      tile[i] = tt_tensix_flush(tile[i]);
    }
  }
  const tt_run_t run = tt_run_lane_tile(core, op, slots);
  for (uint32_t k = operands; k-- > 0;) {
    const uint32_t d = op->operand[k + 1];
    if ((op->imm_mask >> (k + 1) & 1) || d == op->operand[0]) continue;
    memcpy(tt_dst_target(core, d), kept[k], sizeof(kept[k]));
  }
  return run;
}

static tt_run_t lane_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  const bool floats = tt_dtype_desc((tt_dtype_t)op->type)->is_float;
  const tt_run_t run = floats && flushes_operands((tt_op_t)op->op)
                           ? run_flushed(core, op, slots)
                           : tt_run_lane_tile(core, op, slots);
  const bool rounds = floats && tt_op_descs[op->op].result == TT_RESULT_TYPE;
  if (rounds && !keeps_bits(op)) store(core, op, op->operand[0]);
  return run;
}

static tt_run_t fill_tile(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  const tt_run_t run = tt_run_FILL_TILE(core, op, slots);
  if (tt_dtype_desc((tt_dtype_t)op->type)->is_float) {
    store(core, op, op->operand[0]);
  }
  return run;
}

// ---- Layout -----------------------------------------------------------------

static void convert(const tt_core_t* core, const tt_cb_info_t* from,
                    const tt_cb_info_t* to, uint32_t lanes[TT_FACE_DIM]) {
  const tt_fpu_t fpu = fpu_for(core, from);
  for (uint32_t i = 0; i < TT_FACE_DIM; ++i) {
    if (!from->unpack_to_dest) {
      lanes[i] = tt_tensix_move(&fpu, datum_of(from, lanes[i]));
    }
    lanes[i] = packed(to, fpu.dst32, lanes[i]);
  }
}

static tt_run_t change_layout(tt_core_t* core, const tt_decoded_t* op,
                              bool to_tiles) {
  const tt_cb_info_t *from = cb_of(core, op, 0), *to = cb_of(core, op, 2);
  return tt_change_layout(core, op, to_tiles, raw(from), raw(to), convert);
}

static tt_run_t tilize_block(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  return is_float(cb_of(core, op, 0)) ? change_layout(core, op, true)
                                      : tt_run_TILIZE_BLOCK(core, op, slots);
}
static tt_run_t untilize_block(tt_core_t* core, const tt_decoded_t* op,
                               uint64_t* slots) {
  return is_float(cb_of(core, op, 0)) ? change_layout(core, op, false)
                                      : tt_run_UNTILIZE_BLOCK(core, op, slots);
}

tt_handler_t tt_tensix_handler(tt_op_t op, tt_handler_t otherwise) {
  static const tt_handler_t handlers[TT_OP_COUNT] = {
      [TT_OP_COPY_TILE] = copy_tile,
      [TT_OP_PACK_TILE] = pack_tile,
      [TT_OP_MATMUL_TILES] = matmul_tiles,
      [TT_OP_ADD_TILES] = binary_tiles,
      [TT_OP_SUB_TILES] = binary_tiles,
      [TT_OP_MUL_TILES] = binary_tiles,
      [TT_OP_REDUCE_TILE] = reduce_tile,
      [TT_OP_TRANSPOSE_WH_TILE] = transpose_tile,
      [TT_OP_FILL_TILE] = fill_tile,
      [TT_OP_TILIZE_BLOCK] = tilize_block,
      [TT_OP_UNTILIZE_BLOCK] = untilize_block,
  };
  if (tt_op_descs[op].op_class == TT_OP_CLASS_LANE) return lane_tile;
  return handlers[op] ? handlers[op] : otherwise;
}

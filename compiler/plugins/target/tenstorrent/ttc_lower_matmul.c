// Products of matrices: each item is a block of tiles that stays in DST while
// the inner loops run; then the stores' terms are applied tile by tile.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

static tt_operand_t ttc_block_pages(const ttc_lower_t* lower) {
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  return tt_imm(lower->b, (int64_t)matmul->block_rows * matmul->block_columns);
}

// Opens the loop over items; |lower->at| becomes the block's first element.
static void ttc_matmul_open_items(ttc_lower_t* lower) {
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  uint32_t steps[TTC_MAX_DIMS] = {0};
  steps[matmul->row] = (uint32_t)matmul->block_rows * TT_TILE_DIM;
  steps[matmul->column] = (uint32_t)matmul->block_columns * TT_TILE_DIM;
  tt_operand_t item = tt_build_for(lower->b, lower->item_lo, lower->item_hi,
                                   tt_imm(lower->b, 1), false);
  if (lower->moves) ttc_lower_decode(lower, item, steps);
}

// Opens a loop from |lo| to |hi| over steps of summed dim |dim|, the first of
// them being |first|.
static void ttc_matmul_open_steps(ttc_lower_t* lower, uint8_t dim,
                                  tt_operand_t first, tt_operand_t lo,
                                  tt_operand_t hi) {
  tt_builder_t* b = lower->b;
  uint32_t step = ttc_stage_step(lower->phase, &lower->phase->stages[0], dim);
  tt_operand_t counter = tt_build_for(b, lo, hi, tt_imm(b, 1), false);
  if (!lower->moves) return;
  counter = ttc_kernel_op(lower, TT_OP_ADD, first, counter);
  lower->at[dim] = ttc_kernel_op(lower, TT_OP_MUL, counter, tt_imm(b, step));
}

typedef void (*ttc_matmul_fn_t)(ttc_lower_t* lower);

// Steps |lo| to |hi| of the inner dim in runs of |run|, the last one shorter:
// calls |step| in each step, and |flush| after each run.
static void ttc_matmul_runs(ttc_lower_t* lower, tt_operand_t lo,
                            tt_operand_t hi, ttc_matmul_fn_t step,
                            ttc_matmul_fn_t flush) {
  tt_builder_t* b = lower->b;
  const uint8_t inner = lower->phase->matmul.inner;
  tt_operand_t zero = tt_imm(b, 0), run = tt_imm(b, lower->phase->matmul.run);
  tt_operand_t runs =
      tt_launch_op2(b, TT_OP_DIVS, tt_launch_op2(b, TT_OP_SUB, hi, lo), run);
  tt_operand_t rest =
      tt_launch_op2(b, TT_OP_ADD, lo, tt_launch_op2(b, TT_OP_MUL, runs, run));
  if (runs != zero) {
    tt_operand_t counter = tt_build_for(b, zero, runs, tt_imm(b, 1), false);
    tt_operand_t first = lo;
    if (lower->moves) {
      first = ttc_kernel_op(lower, TT_OP_ADD, lo,
                            ttc_kernel_op(lower, TT_OP_MUL, counter, run));
    }
    ttc_matmul_open_steps(lower, inner, first, zero, run);
    step(lower);
    tt_build_end(b);
    flush(lower);
    tt_build_end(b);
  }
  if (rest == hi) return;
  ttc_matmul_open_steps(lower, inner, zero, rest, hi);
  step(lower);
  tt_build_end(b);
  flush(lower);
}

// Calls |step| in loops over the summed dims, the inner one by tiles, and
// |flush| where DST holds as much of a sum of integers as f32 can, and at the
// end of one.
static void ttc_matmul_sum(ttc_lower_t* lower, ttc_matmul_fn_t step,
                           ttc_matmul_fn_t flush) {
  tt_builder_t* b = lower->b;
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  const ttc_stage_t* sum = &lower->phase->stages[0];
  uint32_t loops = 0;
  for (uint8_t i = 0; i < sum->private_count; ++i) {
    tt_operand_t lo, hi;
    ttc_lower_range_of(lower, sum, sum->private_dims[i], &lo, &hi);
    if (matmul->run && sum->private_dims[i] == matmul->inner) {
      ttc_matmul_runs(lower, lo, hi, step, flush);
      continue;
    }
    ttc_matmul_open_steps(lower, sum->private_dims[i], tt_imm(b, 0), lo, hi);
    ++loops;
  }
  if (!matmul->run) step(lower);
  while (loops-- > 0) tt_build_end(b);
  if (matmul->integers && !matmul->run) flush(lower);
}

// Reads one tile of |access|: rows along |row|, columns along |column|.
static void ttc_matmul_read_tile(ttc_lower_t* lower, const ttc_access_t* access,
                                 uint32_t page, uint8_t row, uint8_t column) {
  tt_builder_t* b = lower->b;
  tt_dtype_t dtype = lower->dispatch->subspans[access->subspan].dtype;
  const ttc_expr_t* dims = lower->phase->dims;
  const tt_operand_t operands[] = {
      ttc_cb(access->cb), tt_imm(b, page), lower->views[access->subspan],
      ttc_lower_address(lower, access),
      ttc_lower_expr(lower, access->strides[row]),
      ttc_lower_expr(lower, access->strides[column]),
      ttc_kernel_op(lower, TT_OP_SUB, ttc_lower_expr(lower, dims[row]),
                    lower->at[row]),
      ttc_kernel_op(lower, TT_OP_SUB, ttc_lower_expr(lower, dims[column]),
                    lower->at[column]),
      // Zero on both operands beyond the inner dim's end: NaN * 0 is NaN.
      tt_imm_f32(b, 0.0f)};
  tt_build_inst(b, TT_OP_READ_TILE, dtype, TT_DTYPE_NONE, 0, TT_NONE, operands,
                9);
}

void ttc_lower_read_factor(ttc_lower_t* lower, const ttc_access_t* access,
                           uint8_t dim, uint32_t count, uint8_t row,
                           uint8_t column) {
  tt_builder_t* b = lower->b;
  tt_operand_t cb = ttc_cb(access->cb), pages = tt_imm(b, count);
  tt_operand_t first = lower->at[dim];
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, cb, pages);
  for (uint32_t i = 0; i < count; ++i) {
    lower->at[dim] = ttc_kernel_op(lower, TT_OP_ADD, first,
                                   tt_imm(b, (int64_t)i * TT_TILE_DIM));
    ttc_matmul_read_tile(lower, access, i, row, column);
  }
  lower->at[dim] = first;
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, pages);
}

// Calls |visit| for each tile of the block, row by row, with |lower->at| at its
// first element.
typedef void (*ttc_tile_fn_t)(ttc_lower_t* lower);
static void ttc_matmul_tiles(ttc_lower_t* lower, ttc_tile_fn_t visit) {
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  tt_operand_t row = lower->at[matmul->row];
  tt_operand_t column = lower->at[matmul->column];
  for (uint32_t i = 0; i < matmul->block_rows; ++i) {
    for (uint32_t j = 0; j < matmul->block_columns; ++j) {
      lower->at[matmul->row] = ttc_kernel_op(
          lower, TT_OP_ADD, row, tt_imm(lower->b, (int64_t)i * TT_TILE_DIM));
      lower->at[matmul->column] = ttc_kernel_op(
          lower, TT_OP_ADD, column, tt_imm(lower->b, (int64_t)j * TT_TILE_DIM));
      visit(lower);
    }
  }
  lower->at[matmul->row] = row;
  lower->at[matmul->column] = column;
}

// ---- Reader and writer ------------------------------------------------------

static void ttc_matmul_visit_loads(ttc_lower_t* lower, ttc_load_fn_t visit) {
  for (uint32_t i = 1; i < lower->phase->stage_count; ++i) {
    const ttc_stage_t* stage = &lower->phase->stages[i];
    ttc_lower_loads(lower, stage, TTC_LEVEL_ONCE, visit);
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, visit);
  }
}

static void ttc_matmul_read_terms(ttc_lower_t* lower) {
  ttc_matmul_visit_loads(lower, ttc_lower_read);
}

static void ttc_matmul_read_step(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  const ttc_matmul_t* matmul = &phase->matmul;
  ttc_lower_read_factor(lower, &phase->accesses[matmul->a], matmul->row,
                        matmul->block_rows, matmul->row, matmul->inner);
  ttc_lower_read_factor(lower, &phase->accesses[matmul->b], matmul->column,
                        matmul->block_columns,
                        matmul->transposed ? matmul->column : matmul->inner,
                        matmul->transposed ? matmul->inner : matmul->column);
}

static void ttc_matmul_read_flush(ttc_lower_t* lower) {}

static void ttc_matmul_reader(ttc_lower_t* lower) {
  ttc_lower_kernel(lower, TT_UNIT_READER);
  ttc_matmul_open_items(lower);
  ttc_matmul_sum(lower, ttc_matmul_read_step, ttc_matmul_read_flush);
  ttc_matmul_tiles(lower, ttc_matmul_read_terms);
  tt_build_end(lower->b);
}

static void ttc_matmul_write_tile(ttc_lower_t* lower) {
  tt_operand_t one = tt_imm(lower->b, 1);
  for (uint32_t i = 1; i < lower->phase->stage_count; ++i) {
    const ttc_stage_t* stage = &lower->phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      tt_operand_t cb = ttc_cb(stage->results[j].cb);
      TT_OPS(lower->b, CB_WAIT_FRONT, NONE, 0, cb, one);
      ttc_lower_write(lower, stage, &stage->results[j]);
      TT_OPS(lower->b, CB_POP_FRONT, NONE, 0, cb, one);
    }
  }
}

static void ttc_matmul_writer(ttc_lower_t* lower) {
  ttc_lower_kernel(lower, TT_UNIT_WRITER);
  ttc_matmul_open_items(lower);
  ttc_matmul_tiles(lower, ttc_matmul_write_tile);
  tt_build_end(lower->b);
}

// ---- Compute ----------------------------------------------------------------

static void ttc_matmul_step(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  tt_operand_t left = ttc_cb(lower->phase->accesses[matmul->a].cb);
  tt_operand_t right = ttc_cb(lower->phase->accesses[matmul->b].cb);
  tt_operand_t rows = tt_imm(b, matmul->block_rows);
  tt_operand_t columns = tt_imm(b, matmul->block_columns);
  TT_OPS(b, CB_WAIT_FRONT, NONE, 0, left, rows);
  TT_OPS(b, CB_WAIT_FRONT, NONE, 0, right, columns);
  for (uint32_t i = 0; i < matmul->block_rows; ++i) {
    for (uint32_t j = 0; j < matmul->block_columns; ++j) {
      TT_OPS(b, MATMUL_TILES, NONE,
             matmul->transposed ? TT_ATTR_FLAG_TRANSPOSE : 0,
             ttc_dst(i * matmul->block_columns + j), left, tt_imm(b, i), right,
             tt_imm(b, j));
    }
  }
  TT_OPS(b, CB_POP_FRONT, NONE, 0, left, rows);
  TT_OPS(b, CB_POP_FRONT, NONE, 0, right, columns);
}

// Makes i32 of the f32 sums. Where there are several runs, adds them to those
// of the runs before, which the second half of DST holds.
static void ttc_matmul_flush(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  const uint32_t tiles = (uint32_t)matmul->block_rows * matmul->block_columns;
  for (uint32_t i = 0; i < tiles; ++i) {
    const tt_operand_t sum = ttc_dst(i), total = ttc_dst(tiles + i);
    const tt_operand_t cast[] = {sum, sum};
    tt_build_inst(b, TT_OP_FPTOSI, TT_DTYPE_I32, TT_DTYPE_F32, 0, TT_NONE, cast,
                  2);
    if (!matmul->run) continue;
    TT_OPS(b, ADD, I32, 0, total, total, sum);
    TT_OPS(b, FILL_TILE, F32, 0, sum, tt_imm_f32(b, 0.0f));
  }
}

// The sums of the block, into the pages of CB |number|.
static void ttc_matmul_sums(ttc_lower_t* lower, uint8_t number) {
  tt_builder_t* b = lower->b;
  const ttc_matmul_t* matmul = &lower->phase->matmul;
  uint32_t tiles = (uint32_t)matmul->block_rows * matmul->block_columns;
  const uint32_t first = matmul->run ? tiles : 0;
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  // The SFPU takes them even where there was nothing to multiply.
  for (uint32_t i = 0; matmul->integers && i < first + tiles; ++i) {
    TT_OPS(b, FILL_TILE, F32, 0, ttc_dst(i), tt_imm_f32(b, 0.0f));
  }
  ttc_matmul_sum(lower, ttc_matmul_step, ttc_matmul_flush);
  TTC_DST_OP(b, TILE_REGS_COMMIT);
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, ttc_cb(number), ttc_block_pages(lower));
  TTC_DST_OP(b, TILE_REGS_WAIT);
  for (uint32_t i = 0; i < tiles; ++i) {
    TT_OPS(b, PACK_TILE, NONE, 0, ttc_cb(number), tt_imm(b, i),
           ttc_dst(first + i));
  }
  TTC_DST_OP(b, TILE_REGS_RELEASE);
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, ttc_cb(number), ttc_block_pages(lower));
}

// The stores' terms on one tile, whose sum is the front page of its CB.
static void ttc_matmul_finish(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  tt_operand_t sum = ttc_cb(phase->stages[0].results[0].cb);
  tt_operand_t one = tt_imm(b, 1);
  TT_OPS(b, CB_WAIT_FRONT, NONE, 0, sum, one);
  for (uint32_t i = 1; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    ttc_lower_loads(lower, stage, TTC_LEVEL_ONCE, ttc_compute_wait);
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, ttc_compute_wait);
    ttc_store_step(lower, stage, false);
    ttc_lower_loads(lower, stage, TTC_LEVEL_ONCE, ttc_compute_pop);
    ttc_lower_loads(lower, stage, TTC_LEVEL_ITEM, ttc_compute_pop);
  }
  TT_OPS(b, CB_POP_FRONT, NONE, 0, sum, one);
}

static void ttc_matmul_compute(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  ttc_lower_kernel(lower, TT_UNIT_COMPUTE);
  ttc_matmul_open_items(lower);
  if (ttc_matmul_packs(phase)) {
    ttc_matmul_sums(lower, phase->stages[1].results[0].cb);
  } else {
    ttc_matmul_sums(lower, phase->stages[0].results[0].cb);
    uint32_t tiles =
        (uint32_t)phase->matmul.block_rows * phase->matmul.block_columns;
    for (uint32_t i = 0; i < tiles; ++i) ttc_matmul_finish(lower);
  }
  tt_build_end(b);
}

void ttc_lower_matmul(ttc_lower_t* lower) {
  ttc_matmul_reader(lower);
  ttc_matmul_compute(lower);
  ttc_matmul_writer(lower);
}

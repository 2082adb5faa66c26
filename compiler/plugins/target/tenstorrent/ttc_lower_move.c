// Between memory and the pages of circular buffers: what the reader and the
// writer do for a step.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

tt_operand_t ttc_lower_extent(ttc_lower_t* lower, uint8_t dim) {
  if (dim == TTC_NO_INDEX) return tt_imm(lower->b, 1);
  return ttc_kernel_op(lower, TT_OP_SUB,
                       ttc_lower_expr(lower, lower->phase->dims[dim]),
                       lower->at[dim]);
}

static tt_operand_t ttc_lower_stride(ttc_lower_t* lower,
                                     const ttc_access_t* access, uint8_t dim) {
  return dim == TTC_NO_INDEX ? tt_imm(lower->b, 0)
                             : ttc_lower_expr(lower, access->strides[dim]);
}

// Fills the reserved pages of |access| with indices.
static void ttc_lower_indices(ttc_lower_t* lower, const ttc_stage_t* stage,
                              const ttc_access_t* access) {
  tt_builder_t* b = lower->b;
  bool strip = lower->phase->lanes == TTC_LANES_STRIP;
  tt_operand_t base = ttc_lower_address(lower, access);
  tt_operand_t columns = ttc_lower_stride(lower, access, stage->column);
  tt_operand_t rows =
      strip ? ttc_kernel_op(lower, TT_OP_MUL, columns, tt_imm(b, TT_TILE_DIM))
            : ttc_lower_stride(lower, access, stage->row);
  for (uint32_t i = 0; i < access->pages; ++i) {
    if (i) {
      tt_operand_t page =
          ttc_kernel_op(lower, TT_OP_MUL, columns, tt_imm(b, TT_TILE_LANES));
      base = ttc_kernel_op(lower, TT_OP_ADD, base, page);
    }
    const tt_operand_t operands[] = {ttc_cb(access->cb), tt_imm(b, i), base,
                                     rows, columns};
    tt_build_inst(b, TT_OP_FILL_INDICES, TT_DTYPE_I32, TT_DTYPE_NONE, 0,
                  TT_NONE, operands, 5);
  }
}

void ttc_lower_read(ttc_lower_t* lower, const ttc_stage_t* stage,
                    const ttc_access_t* access) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  tt_dtype_t dtype = lower->dispatch->subspans[access->subspan].dtype;
  tt_operand_t cb = ttc_cb(access->cb);
  tt_operand_t view = lower->views[access->subspan];
  tt_operand_t zero = tt_imm(b, 0);
  tt_operand_t fill = ttc_lower_bits(b, dtype, access->fill);
  tt_operand_t row_stride = ttc_lower_stride(lower, access, stage->row);
  tt_operand_t column_stride = ttc_lower_stride(lower, access, stage->column);
  tt_operand_t pages = tt_imm(b, access->pages);
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, cb, pages);
  if (ttc_access_is_indices(lower->dispatch, access)) {
    ttc_lower_indices(lower, stage, access);
    TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, pages);
    return;
  }
  tt_operand_t address = ttc_lower_address(lower, access);
  if (phase->lanes == TTC_LANES_STRIP && column_stride != zero) {
    const tt_operand_t operands[] = {
        cb,  zero, pages, view, address, ttc_lower_extent(lower, stage->column),
        fill};
    tt_build_inst(b, TT_OP_READ_FLAT, dtype, TT_DTYPE_NONE, 0, TT_NONE,
                  operands, 7);
  } else {
    // Along a dim that the access does not depend on, all lanes get the value;
    // one row or column does where the FPU broadcasts.
    tt_operand_t one = tt_imm(b, 1);
    tt_operand_t all = tt_imm(b, TT_TILE_DIM);
    const tt_operand_t operands[] = {
        cb,
        zero,
        view,
        address,
        row_stride,
        column_stride,
        access->bcast == TT_BCAST_ROW ? one
        : row_stride == zero          ? all
                                      : ttc_lower_extent(lower, stage->row),
        access->bcast == TT_BCAST_COL ? one
        : column_stride == zero       ? all
                                      : ttc_lower_extent(lower, stage->column),
        fill};
    tt_build_inst(b, TT_OP_READ_TILE, dtype, TT_DTYPE_NONE, 0, TT_NONE,
                  operands, 9);
  }
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, pages);
}

void ttc_lower_write(ttc_lower_t* lower, const ttc_stage_t* stage,
                     const ttc_stage_result_t* result) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  const ttc_access_t* access = &phase->accesses[result->access];
  tt_dtype_t dtype = lower->dispatch->subspans[access->subspan].dtype;
  tt_operand_t cb = ttc_cb(result->cb);
  tt_operand_t view = lower->views[access->subspan];
  tt_operand_t zero = tt_imm(b, 0);
  tt_operand_t address = ttc_lower_address(lower, access);
  if (phase->lanes == TTC_LANES_STRIP) {
    const tt_operand_t operands[] = {
        cb,   zero,    tt_imm(b, phase->pages),
        view, address, ttc_lower_extent(lower, stage->column)};
    tt_build_inst(b, TT_OP_WRITE_FLAT, dtype, TT_DTYPE_NONE, 0, TT_NONE,
                  operands, 6);
    return;
  }
  const tt_operand_t operands[] = {
      cb,
      zero,
      view,
      address,
      ttc_lower_stride(lower, access, stage->row),
      ttc_lower_stride(lower, access, stage->column),
      ttc_lower_extent(lower, stage->row),
      ttc_lower_extent(lower, stage->column)};
  tt_build_inst(b, TT_OP_WRITE_TILE, dtype, TT_DTYPE_NONE, 0, TT_NONE, operands,
                8);
}

void ttc_lower_loads(ttc_lower_t* lower, const ttc_stage_t* stage,
                     ttc_level_t level, ttc_load_fn_t visit) {
  const ttc_phase_t* phase = lower->phase;
  bool marks[TTC_MAX_TERMS] = {false};
  bool seen[TTC_MAX_ACCESSES] = {false};
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    ttc_plan_mark(phase, stage->results[i].term, marks);
  }
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    uint32_t index = phase->terms[i].index;
    if (!marks[i] || phase->terms[i].kind != TTC_TERM_LOAD || seen[index]) {
      continue;
    }
    const ttc_access_t* access = &phase->accesses[index];
    seen[index] = true;
    if (ttc_plan_level(lower->dispatch, phase, stage, access) == level) {
      visit(lower, stage, access);
    }
  }
}

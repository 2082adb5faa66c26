// What a reduction leaves in the lanes of a tile is folded together: by the FPU
// where it can, else by the writer, one scalar op a lane.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

// ---- On the FPU ---------------------------------------------------------

bool ttc_reduce_negates(const ttc_stage_result_t* result) {
  return result->op == TT_OP_MINF || result->op == TT_OP_MINNUMF;
}

void ttc_lower_negate(tt_builder_t* b, const ttc_stage_result_t* result,
                      uint32_t dst) {
  const tt_operand_t operands[] = {ttc_dst(dst), ttc_dst(dst)};
  tt_build_inst(b, TT_OP_NEGF, (tt_dtype_t)result->type, TT_DTYPE_NONE, 0,
                TT_NONE, operands, 2);
}

// Packs DST tile |dst| into the one page of |number| (between wait and
// release).
void ttc_lower_pack(tt_builder_t* b, uint8_t number, uint32_t dst) {
  tt_operand_t cb = ttc_cb(number), one = tt_imm(b, 1);
  TT_OPS(b, CB_RESERVE_BACK, NONE, 0, cb, one);
  TT_OPS(b, PACK_TILE, NONE, 0, cb, tt_imm(b, 0), ttc_dst(dst));
  TT_OPS(b, CB_PUSH_BACK, NONE, 0, cb, one);
}

void ttc_lower_fold(ttc_lower_t* lower, const ttc_stage_result_t* result) {
  tt_builder_t* b = lower->b;
  tt_operand_t partial = ttc_cb(result->partial_cb);
  tt_operand_t zero = tt_imm(b, 0), one = tt_imm(b, 1);
  tt_pool_t pool = result->op == TT_OP_ADD ? TT_POOL_SUM : TT_POOL_MAX;
  tt_reduce_dim_t dim = lower->phase->fold == TTC_FOLD_ROWS ? TT_REDUCE_COL
                        : lower->phase->lanes == TTC_LANES_STRIP
                            ? TT_REDUCE_SCALAR
                            : TT_REDUCE_ROW;
  TT_OPS(b, CB_WAIT_FRONT, NONE, 0, partial, one);
  TTC_DST_OP(b, TILE_REGS_ACQUIRE);
  TT_OPS(b, REDUCE_TILE, NONE, TT_ATTR_REDUCE(pool, dim), ttc_dst(0), partial,
         zero, ttc_cb(lower->phase->scaler_cb), zero);
  if (ttc_reduce_negates(result)) ttc_lower_negate(b, result, 0);
  TTC_DST_OP(b, TILE_REGS_COMMIT);
  TTC_DST_OP(b, TILE_REGS_WAIT);
  ttc_lower_pack(b, result->cb, 0);
  TTC_DST_OP(b, TILE_REGS_RELEASE);
  TT_OPS(b, CB_POP_FRONT, NONE, 0, partial, one);
}

// ---- By the writer ----------------------------------------------------------

// How the lanes of a page are folded: |folded| lanes of dim |dim|, or as many
// as it has, |folded_step| apart, for each index of the dim that the page
// keeps.
typedef struct ttc_writer_fold_t {
  const ttc_stage_result_t* reduced;
  uint8_t dim;
  uint8_t kept;  // plan dim, or TTC_NO_INDEX
  uint32_t kept_step, folded, folded_step;
} ttc_writer_fold_t;

static ttc_writer_fold_t ttc_writer_fold(const ttc_phase_t* phase,
                                         const ttc_stage_t* store,
                                         const ttc_term_t* term) {
  const ttc_stage_t* stage = &phase->stages[term->index];
  const ttc_stage_result_t* reduced = &stage->results[term->result];
  const uint8_t dim = stage->folded;
  if (phase->lanes == TTC_LANES_STRIP) {
    return (ttc_writer_fold_t){reduced, dim, TTC_NO_INDEX, 0, TT_TILE_LANES, 1};
  }
  if (phase->fold == TTC_FOLD_ROWS) {
    return (ttc_writer_fold_t){reduced, dim,         store->column,
                               1,       TT_TILE_DIM, TT_TILE_DIM};
  }
  return (ttc_writer_fold_t){reduced,     dim,         store->row,
                             TT_TILE_DIM, TT_TILE_DIM, 1};
}

// Lane |index| of the waited page, in the type of the reduction: CBs hold small
// integers as i32.
static tt_operand_t ttc_writer_lane(ttc_lower_t* lower,
                                    const ttc_stage_result_t* reduced,
                                    tt_operand_t index) {
  tt_builder_t* b = lower->b;
  tt_dtype_t type = (tt_dtype_t)reduced->type;
  bool narrow = !tt_dtype_desc(type)->is_float && type != TT_DTYPE_I32;
  const tt_operand_t operands[] = {ttc_cb(reduced->partial_cb), tt_imm(b, 0),
                                   index};
  tt_operand_t lane =
      tt_build_value(b, TT_OP_CB_LOAD, narrow ? TT_DTYPE_I32 : type,
                     TT_DTYPE_NONE, 0, operands, 3);
  if (!narrow) return lane;
  return tt_build_value(b, TT_OP_TRUNCI, type, TT_DTYPE_I32, 0, &lane, 1);
}

// Folds the lanes from |first| on into a register.
static tt_operand_t ttc_writer_fold_lanes(ttc_lower_t* lower,
                                          const ttc_writer_fold_t* fold,
                                          tt_operand_t first) {
  tt_builder_t* b = lower->b;
  tt_dtype_t type = (tt_dtype_t)fold->reduced->type;
  tt_operand_t folded = tt_build_reg(b, type);
  tt_operand_t neutral = ttc_lower_bits(b, type, fold->reduced->neutral);
  tt_build_inst(b, TT_OP_MOV, type, TT_DTYPE_NONE, 0, folded, &neutral, 1);
  tt_operand_t count = ttc_kernel_op(
      lower, TT_OP_MINS, ttc_lower_expr(lower, lower->phase->dims[fold->dim]),
      tt_imm(b, fold->folded));
  tt_operand_t counter =
      tt_build_for(b, tt_imm(b, 0), count, tt_imm(b, 1), false);
  tt_operand_t step =
      ttc_kernel_op(lower, TT_OP_MUL, counter, tt_imm(b, fold->folded_step));
  tt_operand_t lane = ttc_writer_lane(
      lower, fold->reduced, ttc_kernel_op(lower, TT_OP_ADD, first, step));
  const tt_operand_t operands[] = {folded, lane};
  tt_build_inst(b, (tt_op_t)fold->reduced->op, type, TT_DTYPE_NONE, 0, folded,
                operands, 2);
  tt_build_end(b);
  return folded;
}

void ttc_lower_writer_fold(ttc_lower_t* lower, const ttc_stage_t* store,
                           const ttc_stage_result_t* result) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  const ttc_term_t* term = &phase->terms[result->term];
  const ttc_writer_fold_t fold = ttc_writer_fold(phase, store, term);
  const ttc_access_t* access = &phase->accesses[result->access];
  tt_operand_t address = ttc_lower_address(lower, access);
  tt_operand_t first = tt_imm(b, 0);
  if (fold.kept != TTC_NO_INDEX) {
    tt_operand_t count =
        ttc_kernel_op(lower, TT_OP_MINS, ttc_lower_extent(lower, fold.kept),
                      tt_imm(b, TT_TILE_DIM));
    tt_operand_t counter =
        tt_build_for(b, tt_imm(b, 0), count, tt_imm(b, 1), true);
    tt_operand_t offset =
        ttc_kernel_op(lower, TT_OP_MUL, counter,
                      ttc_lower_expr(lower, access->strides[fold.kept]));
    address = ttc_kernel_op(lower, TT_OP_ADD, address, offset);
    first = ttc_kernel_op(lower, TT_OP_MUL, counter, tt_imm(b, fold.kept_step));
  }
  const tt_operand_t operands[] = {lower->views[access->subspan], address,
                                   ttc_writer_fold_lanes(lower, &fold, first)};
  tt_build_inst(b, TT_OP_STORE,
                lower->dispatch->subspans[access->subspan].dtype, TT_DTYPE_NONE,
                0, TT_NONE, operands, 3);
  if (fold.kept != TTC_NO_INDEX) tt_build_end(b);
}

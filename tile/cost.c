#include "tile/cost.h"

#include "tile/chip.h"

uint64_t tt_cost_of(tt_cost_t cost) {
  static const uint32_t values[TT_COST_COUNT] = {
#define TT_COST(name, value, unit, source) [TT_COST_##name] = value,
#define TT_COST_LANE(op, cycles)
#define TT_COST_TILE(op, cycles, phase_cycles)
#include "tile/cost.def"
#undef TT_COST
#undef TT_COST_LANE
#undef TT_COST_TILE
  };
  return values[cost];
}

typedef struct op_cost_t {
  uint32_t cycles, phase_cycles;
} op_cost_t;

static const op_cost_t op_costs[TT_OP_COUNT] = {
#define TT_COST(name, value, unit, source)
#define TT_COST_LANE(op, cycles) [TT_OP_##op] = {cycles, 0},
#define TT_COST_TILE(op, cycles, phase_cycles) \
  [TT_OP_##op] = {cycles, phase_cycles},
#include "tile/cost.def"
#undef TT_COST
#undef TT_COST_LANE
#undef TT_COST_TILE
};

uint64_t tt_cost_tile_op(const tt_inst_t* inst, tt_fidelity_t fidelity) {
  const op_cost_t* cost = &op_costs[inst->op];
  const uint64_t phases = fidelity == TT_FIDELITY_LOFI ? 1 : fidelity;
  const bool lane = tt_op_descs[inst->op].op_class == TT_OP_CLASS_LANE;
  if (inst->op == TT_OP_MUL &&
      !tt_dtype_desc((tt_dtype_t)inst->type)->is_float) {
    return tt_cost_of(TT_COST_MULTIPLY_INT);
  }
  const bool half =
      lane && (inst->type == TT_DTYPE_F16 || inst->type == TT_DTYPE_BF16);
  return cost->cycles + cost->phase_cycles * phases +
         (half ? tt_cost_of(TT_COST_HALF_ROUND) : 0);
}

static bool divides(tt_op_t op) {
  return op == TT_OP_DIVS || op == TT_OP_DIVU || op == TT_OP_REMS ||
         op == TT_OP_REMU || op == TT_OP_CEILDIVS || op == TT_OP_CEILDIVU ||
         op == TT_OP_FLOORDIVS;
}

uint64_t tt_cost_scalar_op(const tt_inst_t* inst) {
  const tt_dtype_desc_t* type = tt_dtype_desc((tt_dtype_t)inst->type);
  const tt_op_desc_t* desc = &tt_op_descs[inst->op];
  const bool moves = inst->op == TT_OP_MOV || inst->op == TT_OP_SELECT ||
                     inst->op == TT_OP_BITCAST || inst->op == TT_OP_NEGF ||
                     inst->op == TT_OP_ABSF || inst->op == TT_OP_COPYSIGN;
  const bool casts = inst->type2 != TT_DTYPE_NONE &&
                     tt_dtype_desc((tt_dtype_t)inst->type2)->is_float;
  tt_cost_t cost = TT_COST_SCALAR_INT;
  if (divides((tt_op_t)inst->op)) cost = TT_COST_SCALAR_DIVIDE;
  if ((type->is_float || casts) && !moves) cost = TT_COST_SCALAR_FLOAT;
  if (inst->op == TT_OP_SQRT) cost = TT_COST_SCALAR_ROOT;
  // Functions that are not exact have a bound in the op table.
  if (type->is_float && desc->ulp) cost = TT_COST_SCALAR_FUNCTION;
  const bool wide = type->storage_bits == 64 && cost != TT_COST_SCALAR_INT;
  return tt_cost_of(cost) * (wide ? tt_cost_of(TT_COST_SCALAR_DOUBLE) : 1);
}

uint64_t tt_cost_control_op(const tt_inst_t* inst) {
  switch (tt_op_descs[inst->op].op_class) {
    case TT_OP_CLASS_CB:
      return tt_cost_of(TT_COST_CB);
    case TT_OP_CLASS_CTRL:
      return tt_cost_of(TT_COST_LOOP);
    case TT_OP_CLASS_DST:
      return inst->op == TT_OP_TILE_REGS_RELEASE ? tt_cost_of(TT_COST_SECTION)
                                                 : 0;
    default:
      return 0;
  }
}

uint64_t tt_cost_move_flat(tt_dtype_t dtype, uint64_t count) {
  const uint64_t bytes = tt_dtype_bytes(dtype, count);
  const uint64_t page = tt_chip_blackhole.dram_page;
  return tt_cost_of(TT_COST_MOVE) +
         (bytes + page - 1) / page * tt_cost_of(TT_COST_NOC_COMMAND) +
         bytes / tt_cost_of(TT_COST_NOC_BYTES);
}

// Whether rows go between memory and page as they are (kernel/dataflow.hpp).
static bool rows_fit(const tt_cost_tile_t* t) {
  const uint64_t size = tt_format_desc((tt_format_t)t->cb->format)->bytes;
  const uint64_t align = t->writes ? tt_chip_blackhole.noc_write_align
                                   : tt_chip_blackhole.noc_read_align;
  const uint64_t face_rows =
      t->cb->rows < TT_FACE_DIM ? t->cb->rows : TT_FACE_DIM;
  const bool same = size == tt_dtype_bytes(t->dtype, 1);
  const uint64_t apart = (face_rows - 1) * TT_FACE_DIM * size;
  const bool faces_fit =
      t->cb->layout == TT_CB_LAYOUT_FLAT || apart % align == 0;
  return same && faces_fit && (uint64_t)t->row_stride * size % align == 0;
}

uint64_t tt_cost_move_tile(const tt_cost_tile_t* t) {
  const uint64_t command = tt_cost_of(TT_COST_NOC_COMMAND);
  const uint64_t start = tt_cost_of(TT_COST_MOVE);
  if (t->col_stride == 1 && rows_fit(t)) {
    const bool two =
        t->cb->layout == TT_CB_LAYOUT_FACES && t->cols > TT_FACE_DIM;
    return start + t->rows * (two ? 2 : 1) * command;
  }
  // What repeats is read once and then stored again and again.
  const uint64_t cols = t->col_stride == 0 && t->cols > 0 ? 1 : t->cols;
  const uint64_t rows =
      t->row_stride == 0 && t->col_stride != 1 && t->rows > 0 ? 1 : t->rows;
  const uint64_t elements = rows * cols;
  const bool words =
      t->col_stride == 1 && tt_format_desc((tt_format_t)t->cb->format)->bytes ==
                                tt_dtype_bytes(t->dtype, 1);
  const uint64_t copying = words
                               ? tt_dtype_bytes(t->dtype, elements) / 4 *
                                     tt_cost_of(TT_COST_STAGED_WORD)
                               : elements * tt_cost_of(TT_COST_STAGED_ELEMENT);
  const uint64_t runs = t->col_stride == 1   ? rows
                        : t->row_stride == 1 ? cols
                                             : elements;
  const uint64_t repeated = t->rows * t->cols - elements;
  return start + runs * (command + tt_cost_of(TT_COST_STAGED_ROW)) + copying +
         repeated * tt_cost_of(TT_COST_REPEATED);
}

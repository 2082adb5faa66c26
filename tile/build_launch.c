// Launch programs: folding of constants, sharing of equal ops.
#include <string.h>

#include "tile/build_internal.h"
#include "tile/launch.h"

static bool constant(const tt_builder_t* b, tt_operand_t operand,
                     int64_t* out_value) {
  const uint32_t index = tt_operand_index(operand);
  if (tt_operand_kind(operand) != TT_OPERAND_IMM ||
      index >= b->program->immediates_count) {
    return false;
  }
  *out_value = (int64_t)b->program->immediates[index];
  return true;
}

// Identities with a constant on the right, and on the left where the op
// commutes. Only such as keep every error that evaluation could give.
static bool identity(tt_op_t op, tt_operand_t x, int64_t y, tt_operand_t* out) {
  switch (op) {
    case TT_OP_ADD:
    case TT_OP_SUB:
    case TT_OP_OR:
    case TT_OP_XOR:
    case TT_OP_SHL:
    case TT_OP_SHRU:
      *out = x;
      return y == 0;
    case TT_OP_MUL:
    case TT_OP_DIVS:
    case TT_OP_CEILDIVS:
    case TT_OP_FLOORDIVS:
      *out = x;
      return y == 1;
    default:
      return false;
  }
}

static bool commutes(tt_op_t op) {
  return op == TT_OP_ADD || op == TT_OP_MUL || op == TT_OP_OR ||
         op == TT_OP_XOR;
}

static bool fold(tt_builder_t* b, tt_op_t op, uint32_t attr,
                 const tt_operand_t* operands, uint32_t count,
                 tt_operand_t* out) {
  int64_t x = 0, y = 0, value = 0;
  if (op == TT_OP_MOV && count == 1) {
    *out = operands[0];
    return true;
  }
  if (op == TT_OP_SELECT && count == 3) {
    if (operands[1] == operands[2]) {
      *out = operands[1];
      return true;
    }
    if (!constant(b, operands[0], &x)) return false;
    *out = operands[x ? 1 : 2];
    return true;
  }
  if (op == TT_OP_PUSH || count != 2) return false;
  const bool x_known = constant(b, operands[0], &x);
  const bool y_known = constant(b, operands[1], &y);
  if (x_known && y_known) {
    // What would fail at launch is left to fail there.
    const int64_t values[3] = {x, y, 0};
    if (tt_launch_compute(op, attr, values, &value) != TT_LAUNCH_FINE) {
      return false;
    }
    *out = tt_imm(b, value);
    return true;
  }
  if (y_known && identity(op, operands[0], y, out)) return true;
  if (x_known && commutes(op) && identity(op, operands[1], x, out)) return true;
  if ((op == TT_OP_MINS || op == TT_OP_MAXS) && operands[0] == operands[1]) {
    *out = operands[0];
    return true;
  }
  return false;
}

tt_operand_t tt_builder_launch_inst(tt_builder_t* b, tt_op_t op,
                                    tt_dtype_t type, uint32_t attr,
                                    const tt_operand_t* operands,
                                    uint32_t count) {
  tt_build_kernel_t* launch = tt_builder_launch(b);
  const tt_operand_t none = tt_operand(TT_OPERAND_IMM, 0);
  if (!launch) return none;
  const tt_dtype_t result =
      (unsigned)op < TT_OP_COUNT ? tt_op_result_type(op, type) : TT_DTYPE_NONE;
  const uint32_t reg = tt_builder_add_reg(b, launch, result);
  tt_builder_append(b, launch, op, type, TT_DTYPE_NONE, attr, reg, operands,
                    count);
  return b->status ? none : tt_operand(TT_OPERAND_ARG, reg);
}

static uint64_t hash_inst(tt_op_t op, uint32_t attr,
                          const tt_operand_t* operands, uint32_t count) {
  uint64_t hash = (uint64_t)op << 32 | attr;
  for (uint32_t i = 0; i < count; ++i) {
    hash = (hash ^ operands[i]) * 0x9E3779B97F4A7C15u;
  }
  return hash ^ hash >> 32;
}

static const tt_inst_t* launch_at(const tt_builder_t* b, uint32_t index) {
  const tt_program_t* p = b->program;
  return &b->kernels[p->entries[p->entries_count - 1].launch].insts[index];
}

static uint64_t launch_rehash(const tt_builder_t* b, uint32_t index) {
  const tt_inst_t* inst = launch_at(b, index);
  return hash_inst((tt_op_t)inst->op, inst->attr,
                   b->program->operands + inst->first_operand,
                   inst->operand_count);
}

typedef struct launch_key_t {
  tt_op_t op;
  uint32_t attr;
  const tt_operand_t* operands;
  uint32_t count;
} launch_key_t;

static bool launch_equal(const tt_builder_t* b, uint32_t index,
                         const void* opaque) {
  const launch_key_t* key = opaque;
  const tt_inst_t* inst = launch_at(b, index);
  return inst->op == key->op && inst->attr == key->attr &&
         inst->operand_count == key->count &&
         (key->count == 0 ||
          memcmp(b->program->operands + inst->first_operand, key->operands,
                 key->count * sizeof(tt_operand_t)) == 0);
}

tt_operand_t tt_launch_op(tt_builder_t* b, tt_op_t op, uint32_t attr,
                          const tt_operand_t* operands, uint32_t count) {
  const tt_operand_t none = tt_operand(TT_OPERAND_IMM, 0);
  tt_operand_t folded;
  if (b->status || fold(b, op, attr, operands, count, &folded)) {
    return b->status ? none : folded;
  }
  tt_build_kernel_t* launch = tt_builder_launch(b);
  if (!launch) return none;
  const launch_key_t key = {op, attr, operands, count};
  const uint32_t index = tt_builder_intern(
      b, &b->launch_hash, hash_inst(op, attr, operands, count),
      launch->insts_count, launch_equal, launch_rehash, &key);
  if (b->status) return none;
  if (index != TT_NONE) return tt_operand(TT_OPERAND_ARG, index);
  // A value of i1 operands is i1 where the op works on bits; all else is i64.
  tt_dtype_t type = TT_DTYPE_NONE;
  if (tt_op_descs[op].types) {
    const bool bits = op == TT_OP_AND || op == TT_OP_OR || op == TT_OP_XOR;
    type = TT_DTYPE_I64;
    for (uint32_t i = 0; bits && i < count; ++i) {
      if (tt_builder_operand_type(b, operands[i]) == TT_DTYPE_I1) {
        type = TT_DTYPE_I1;
      }
    }
  }
  // Every launch op has a result, so op and register numbers agree.
  return tt_builder_launch_inst(b, op, type, attr, operands, count);
}

tt_operand_t tt_launch_push(tt_builder_t* b, uint32_t index) {
  const tt_operand_t operand = tt_imm(b, index);
  return tt_launch_op(b, TT_OP_PUSH, 0, &operand, 1);
}
tt_operand_t tt_launch_grid_cores(tt_builder_t* b) {
  return tt_launch_op(b, TT_OP_GRID_CORES, 0, NULL, 0);
}
tt_operand_t tt_launch_core(tt_builder_t* b) {
  return tt_launch_op(b, TT_OP_CORE, 0, NULL, 0);
}

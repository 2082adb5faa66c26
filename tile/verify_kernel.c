// Structure of a kernel: nesting, and that registers are read only where they
// hold a value on every path.
//
// Assignments are kept on a trail, so that leaving a block undoes what may not
// have happened; a register is moved once per block it is in, never copied
// with the whole state.
#include <stdlib.h>
#include <string.h>

#include "tile/verify_internal.h"

// ---- Definite assignment ---------------------------------------------------

static void unassign_from(tt_verify_t* v, uint32_t mark) {
  while (v->trail_count > mark) {
    v->assigned[v->trail[--v->trail_count]] = TT_VERIFY_UNASSIGNED;
  }
}

static tt_status_t assign(tt_verify_t* v, uint32_t reg, uint8_t how) {
  if (v->assigned[reg] == TT_VERIFY_COUNTER) {
    return tt_verify_error(v, "%%%u counts an open for and is not assigned",
                           reg);
  }
  if (v->assigned[reg] == TT_VERIFY_ASSIGNED) {
    if (how == TT_VERIFY_COUNTER) {
      return tt_verify_error(
          v, "%%%u holds a value already, expected a counter of its own", reg);
    }
    return NULL;
  }
  if (v->trail_count == v->trail_capacity) {
    const uint32_t capacity = v->trail_capacity ? v->trail_capacity * 2 : 64;
    uint32_t* trail = realloc(v->trail, capacity * sizeof(*trail));
    if (!trail) {
      return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
    }
    v->trail = trail;
    v->trail_capacity = capacity;
  }
  v->assigned[reg] = how;
  v->trail[v->trail_count++] = reg;
  return NULL;
}

// Leaves an if: what only one branch assigned is not assigned.
static void join_if(tt_verify_t* v, const tt_verify_block_t* block) {
  if (block->op != TT_OP_ELSE) {
    unassign_from(v, block->trail_mark);
    return;
  }
  for (uint32_t i = block->trail_mark; i < block->trail_else; ++i) {
    v->assigned[v->trail[i]] |= TT_VERIFY_STAMP;
  }
  uint32_t kept = block->trail_else;
  for (uint32_t i = block->trail_else; i < v->trail_count; ++i) {
    const uint32_t reg = v->trail[i];
    if (v->assigned[reg] & TT_VERIFY_STAMP) {
      v->trail[kept++] = reg;
    } else {
      v->assigned[reg] = TT_VERIFY_UNASSIGNED;
    }
  }
  // The then branch's registers lose their mark; those of both get it back.
  for (uint32_t i = block->trail_mark; i < block->trail_else; ++i) {
    v->assigned[v->trail[i]] = TT_VERIFY_UNASSIGNED;
  }
  const uint32_t both = kept - block->trail_else;
  memmove(v->trail + block->trail_mark, v->trail + block->trail_else,
          both * sizeof(*v->trail));
  v->trail_count = block->trail_mark + both;
  for (uint32_t i = block->trail_mark; i < v->trail_count; ++i) {
    v->assigned[v->trail[i]] = TT_VERIFY_ASSIGNED;
  }
}

// ---- Nesting ---------------------------------------------------------------

static tt_status_t open_block(tt_verify_t* v) {
  if (v->depth == TT_MAX_NESTING) {
    return tt_verify_error(v, "nested more than %u deep", TT_MAX_NESTING);
  }
  tt_verify_block_t* block = &v->blocks[v->depth];
  block->op = (tt_op_t)v->inst->op;
  block->inst = v->inst;
  block->serial = v->next_serial++;
  block->trail_mark = v->trail_count;
  block->trail_keep = TT_NONE;
  block->trail_else = TT_NONE;
  memcpy(block->pages, v->pages, sizeof(v->pages));
  block->dst_written = v->dst_written;
  tt_verify_block_factor(v, block);
  ++v->depth;
  return NULL;
}

static tt_status_t step_else(tt_verify_t* v) {
  tt_verify_block_t* block = v->depth ? &v->blocks[v->depth - 1] : NULL;
  if (!block || block->op != TT_OP_IF) {
    return tt_verify_error(v, "no open if");
  }
  TT_RETURN_IF_ERROR(tt_verify_block_end(v));
  v->dst_written = block->dst_written;
  // The branch's assignments stay on the trail, for the join.
  for (uint32_t i = block->trail_mark; i < v->trail_count; ++i) {
    v->assigned[v->trail[i]] = TT_VERIFY_UNASSIGNED;
  }
  block->op = TT_OP_ELSE;
  block->trail_else = v->trail_count;
  block->serial = v->next_serial++;
  tt_verify_block_factor(v, block);
  return NULL;
}

static tt_status_t step_end(tt_verify_t* v) {
  if (!v->depth) return tt_verify_error(v, "no open for, while or if");
  tt_verify_block_t* block = &v->blocks[v->depth - 1];
  TT_RETURN_IF_ERROR(tt_verify_block_end(v));
  v->dst_written = block->dst_written;
  switch (block->op) {
    case TT_OP_FOR:
      unassign_from(v, block->trail_mark);
      break;
    case TT_OP_WHILE:
      if (block->trail_keep == TT_NONE) {
        return tt_verify_error(v, "the while has no test, it would never end");
      }
      unassign_from(v, block->trail_keep);
      break;
    default:
      join_if(v, block);
      break;
  }
  --v->depth;
  return NULL;
}

static tt_status_t step_control(tt_verify_t* v) {
  const tt_inst_t* inst = v->inst;
  switch (inst->op) {
    case TT_OP_FOR:
      TT_RETURN_IF_ERROR(open_block(v));
      return assign(v, inst->result, TT_VERIFY_COUNTER);
    case TT_OP_WHILE:
    case TT_OP_IF:
      return open_block(v);
    case TT_OP_TEST: {
      tt_verify_block_t* block = v->depth ? &v->blocks[v->depth - 1] : NULL;
      if (!block || block->op != TT_OP_WHILE) {
        return tt_verify_error(v, "expected directly inside a while");
      }
      if (block->trail_keep == TT_NONE) block->trail_keep = v->trail_count;
      return NULL;
    }
    case TT_OP_ELSE:
      return step_else(v);
    default:
      return step_end(v);
  }
}

static tt_status_t step_launch(tt_verify_t* v, uint32_t index) {
  if (v->inst->result != index) {
    return tt_verify_error(v, "assigns $%u, expected $%u", v->inst->result,
                           index);
  }
  bool per_core = v->inst->op == TT_OP_CORE;
  const tt_operand_t* operands = tt_inst_operands(v->program, v->inst);
  for (uint32_t i = 0; i < v->inst->operand_count; ++i) {
    if (tt_operand_kind(operands[i]) == TT_OPERAND_ARG) {
      per_core |= v->per_core[tt_operand_index(operands[i])];
    }
  }
  v->per_core[index] = per_core;
  return assign(v, index, TT_VERIFY_ASSIGNED);
}

static tt_status_t step(tt_verify_t* v, uint32_t index) {
  TT_RETURN_IF_ERROR(tt_verify_op(v));
  if (v->kernel->unit == TT_UNIT_LAUNCH) return step_launch(v, index);
  TT_RETURN_IF_ERROR(tt_verify_access(v));
  TT_RETURN_IF_ERROR(tt_verify_protocol(v));
  if (tt_op_descs[v->inst->op].op_class == TT_OP_CLASS_CTRL) {
    return step_control(v);
  }
  if (v->inst->result == TT_NONE) return NULL;
  return assign(v, v->inst->result, TT_VERIFY_ASSIGNED);
}

tt_status_t tt_verify_kernel(tt_verify_t* v) {
  const tt_kernel_t* kernel = v->kernel;
  const uint8_t* types = v->program->reg_types + kernel->first_reg;
  for (uint32_t i = 0; i < kernel->reg_count; ++i) {
    if (types[i] == TT_DTYPE_NONE || tt_dtype_is_packed(types[i]) ||
        types[i] >= TT_DTYPE_COUNT) {
      return tt_verify_error(v, "register %u has an unknown type", i);
    }
  }
  if (kernel->unit == TT_UNIT_LAUNCH &&
      kernel->reg_count != kernel->inst_count) {
    return tt_verify_error(v, "%u values of %u ops, expected one of each op",
                           kernel->reg_count, kernel->inst_count);
  }
  v->depth = 0;
  v->next_serial = 1;
  v->trail_count = 0;
  memset(v->assigned, 0, kernel->reg_count);
  memset(v->pages, 0, sizeof(v->pages));
  v->dst = TT_VERIFY_DST_IDLE;
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    v->inst = &v->program->insts[kernel->first_inst + i];
    TT_RETURN_IF_ERROR(step(v, i));
  }
  v->inst = NULL;
  if (v->depth) {
    v->inst = v->blocks[v->depth - 1].inst;
    return tt_verify_error(v, "has no end");
  }
  TT_RETURN_IF_ERROR(tt_verify_block_end(v));
  return kernel->unit == TT_UNIT_LAUNCH ? NULL : tt_verify_windows(v);
}

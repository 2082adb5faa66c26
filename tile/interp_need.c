// Which lanes anything needs. A tile has 1024 lanes, but where tensors are
// small the writer stores few of them. From what it stores follows, backwards
// through CBs and DST, which lanes the compute kernel must compute; the others
// keep what they held, and nobody looks at them.
//
// Lanes come in blocks of 256, the faces of a tile; of each block some first
// ones are needed. Lanes of DST depend on the same lanes of other DST tiles
// only, so that all tiles between an acquire and its release need what is
// packed.
#include <string.h>

#include "tile/interp_internal.h"

enum { LONGEST_CHAIN = 16 };  // of ops that a bound is followed through

static const tt_need_t whole = {
    {TT_BLOCK_LANES, TT_BLOCK_LANES, TT_BLOCK_LANES, TT_BLOCK_LANES}};

// ---- Bounds of scalars ------------------------------------------------------

typedef struct scope_t {
  const tt_program_t* program;
  const tt_entry_t* entry;
  const tt_kernel_t* kernel;
} scope_t;

// The op that |operand| is the result of, where there is just one, and the
// scope of its operands; NULL for an immediate or a register that several ops
// set.
static const tt_inst_t* definition(const scope_t* scope, tt_operand_t operand,
                                   scope_t* out_scope) {
  const tt_program_t* program = scope->program;
  const tt_inst_t* found = NULL;
  *out_scope = *scope;
  if (tt_operand_kind(operand) == TT_OPERAND_ARG) {
    out_scope->kernel = &program->kernels[scope->entry->launch];
  } else if (tt_operand_kind(operand) != TT_OPERAND_REG) {
    return NULL;
  }
  for (uint32_t i = 0; i < out_scope->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &program->insts[out_scope->kernel->first_inst + i];
    if (inst->result != tt_operand_index(operand)) continue;
    if (found) return NULL;
    found = inst;
  }
  return found;
}

static bool immediate(const scope_t* scope, tt_operand_t operand,
                      int64_t* out_value) {
  if (tt_operand_kind(operand) != TT_OPERAND_IMM) return false;
  *out_value = (int64_t)scope->program->immediates[tt_operand_index(operand)];
  return true;
}

static bool at_least_zero(const scope_t* scope, tt_operand_t operand,
                          uint32_t depth) {
  int64_t value = 0;
  scope_t inner;
  if (immediate(scope, operand, &value)) return value >= 0;
  const tt_inst_t* inst = definition(scope, operand, &inner);
  if (!inst || depth == LONGEST_CHAIN) return false;
  const tt_operand_t* operands = tt_inst_operands(scope->program, inst);
  switch ((tt_op_t)inst->op) {
    case TT_OP_CORE:
    case TT_OP_GRID_CORES:
    case TT_OP_DRAM_BANKS:
    case TT_OP_PUSH:
      return true;
    case TT_OP_FOR:  // counts up
      return at_least_zero(&inner, operands[0], depth + 1);
    case TT_OP_ADD:
    case TT_OP_MUL:
    case TT_OP_DIVS:
    case TT_OP_CEILDIVS:
    case TT_OP_REMS:
    case TT_OP_MINS:
      return at_least_zero(&inner, operands[0], depth + 1) &&
             at_least_zero(&inner, operands[1], depth + 1);
    case TT_OP_MAXS:
      return at_least_zero(&inner, operands[0], depth + 1) ||
             at_least_zero(&inner, operands[1], depth + 1);
    default:
      return false;
  }
}

// No more than this, as far as is known: |most| at most.
static uint32_t bound(const scope_t* scope, tt_operand_t operand,
                      uint32_t most) {
  int64_t value = 0;
  scope_t inner;
  if (!immediate(scope, operand, &value)) {
    const tt_inst_t* inst = definition(scope, operand, &inner);
    if (!inst || inst->op != TT_OP_SUB) return most;
    const tt_operand_t* operands = tt_inst_operands(scope->program, inst);
    if (!immediate(&inner, operands[0], &value) ||
        !at_least_zero(&inner, operands[1], 0)) {
      return most;
    }
  }
  if (value < 0) return 0;
  return value < (int64_t)most ? (uint32_t)value : most;
}

// ---- Needs ------------------------------------------------------------------

// The first |count| lanes, in order.
static tt_need_t need_flat(uint32_t count) {
  tt_need_t need;
  for (uint32_t i = 0; i < TT_BLOCKS; ++i) {
    const uint32_t first = i * TT_BLOCK_LANES;
    const uint32_t rest = count > first ? count - first : 0;
    need.lanes[i] = (uint16_t)(rest < TT_BLOCK_LANES ? rest : TT_BLOCK_LANES);
  }
  return need;
}

// Rows |upper| of the upper two faces and |lower| of the lower two, of the
// first |columns| columns.
static tt_need_t need_rows(uint32_t upper, uint32_t lower, uint32_t columns) {
  const uint16_t of_upper = (uint16_t)(upper * TT_FACE_DIM);
  const uint16_t of_lower = (uint16_t)(lower * TT_FACE_DIM);
  const bool left = columns > 0, right = columns > TT_FACE_DIM;
  return (tt_need_t){{left ? of_upper : 0, right ? of_upper : 0,
                      left ? of_lower : 0, right ? of_lower : 0}};
}

// The whole rows, or their first columns, of what |need| needs something of.
static tt_need_t need_rows_of(tt_need_t need, uint32_t columns) {
  uint32_t rows[2];
  for (uint32_t i = 0; i < 2; ++i) {
    const uint16_t left = need.lanes[2 * i], right = need.lanes[2 * i + 1];
    rows[i] = ((left > right ? left : right) + TT_FACE_DIM - 1u) / TT_FACE_DIM;
  }
  return need_rows(rows[0], rows[1], columns);
}

static bool need_more(tt_need_t* need, tt_need_t other) {
  bool more = false;
  for (uint32_t i = 0; i < TT_BLOCKS; ++i) {
    if (other.lanes[i] <= need->lanes[i]) continue;
    need->lanes[i] = other.lanes[i];
    more = true;
  }
  return more;
}

static bool need_nothing(tt_need_t need) {
  const tt_need_t nothing = {{0}};
  return memcmp(&need, &nothing, sizeof(need)) == 0;
}

// Of b, whose row 0, column 0 or first element is broadcast.
static tt_need_t need_broadcast(tt_need_t need, tt_bcast_t kind) {
  if (need_nothing(need)) return need;
  switch (kind) {
    case TT_BCAST_ROW:
      return need_rows(1, 0, TT_TILE_DIM);
    case TT_BCAST_COL:
      return need_rows_of(need, 1);
    case TT_BCAST_SCALAR:
      return need_flat(1);
    default:
      return need;
  }
}

// ---- What the kernels take --------------------------------------------------

typedef struct needs_t {
  scope_t scope;
  tt_phase_code_t* phase;
  tt_need_t cbs[TT_MAX_CBS];
  bool changed;
} needs_t;

static void need_page(needs_t* needs, uint32_t cb, tt_need_t need) {
  // Only pages of 32 rows lie as DST does.
  if (needs->phase->cbs[cb].rows != TT_TILE_DIM) need = whole;
  if (need_more(&needs->cbs[cb], need)) needs->changed = true;
}

// Of all CBs that |op| names.
static void need_pages(needs_t* needs, const tt_decoded_t* op) {
  const char* signature = tt_op_descs[op->op].signature;
  for (uint32_t i = 0; signature[i]; ++i) {
    if (signature[i] == 'c') need_page(needs, op->operand[i], whole);
  }
}

// What a writer stores of a page.
static tt_need_t need_of_write(const needs_t* needs, const tt_inst_t* inst,
                               const tt_decoded_t* op) {
  const tt_operand_t* operands = tt_inst_operands(needs->scope.program, inst);
  if (inst->op == TT_OP_WRITE_FLAT) {
    return need_flat(bound(&needs->scope, operands[5], TT_TILE_LANES));
  }
  const uint32_t rows = bound(&needs->scope, operands[6], TT_TILE_DIM);
  const uint32_t columns = bound(&needs->scope, operands[7], TT_TILE_DIM);
  if (needs->phase->cbs[op->operand[0]].layout == TT_CB_LAYOUT_FLAT) {
    return need_flat(rows * TT_TILE_DIM);
  }
  const uint32_t upper = rows < TT_FACE_DIM ? rows : TT_FACE_DIM;
  return need_rows(upper, rows - upper, columns);
}

static void need_moves(needs_t* needs, const tt_kernel_code_t* kernel) {
  for (uint32_t i = 0; i + 1 < kernel->code_count; ++i) {
    const tt_decoded_t* op = &kernel->code[i];
    const tt_inst_t* inst =
        &needs->scope.program->insts[needs->scope.kernel->first_inst + i];
    if (op->op == TT_OP_WRITE_TILE || op->op == TT_OP_WRITE_FLAT) {
      need_page(needs, op->operand[0], need_of_write(needs, inst, op));
    } else if (tt_op_descs[op->op].op_class == TT_OP_CLASS_MOVE) {
      need_pages(needs, op);
    }
  }
}

// What |op|, of whose result |need| is needed, needs of the pages it takes.
static void need_operands(needs_t* needs, const tt_decoded_t* op,
                          tt_need_t need) {
  const tt_need_t rows = need_rows_of(need, TT_TILE_DIM);
  const tt_bcast_t kind = (tt_bcast_t)TT_ATTR_ENUM(op->attr);
  switch ((tt_op_t)op->op) {
    case TT_OP_COPY_TILE:
      need_page(needs, op->operand[1], need_broadcast(need, kind));
      return;
    case TT_OP_ADD_TILES:
    case TT_OP_SUB_TILES:
    case TT_OP_MUL_TILES:
      need_page(needs, op->operand[1], need);
      need_page(needs, op->operand[3], need_broadcast(need, kind));
      return;
    case TT_OP_MATMUL_TILES:
      need_page(needs, op->operand[1], rows);
      need_page(needs, op->operand[3], whole);
      return;
    case TT_OP_REDUCE_TILE:
      need_page(needs, op->operand[1],
                TT_ATTR_DIM(op->attr) == TT_REDUCE_ROW ? rows : whole);
      need_page(needs, op->operand[3], whole);
      return;
    case TT_OP_PACK_TILE:
      return;  // sets its page
    default:
      if (tt_op_descs[op->op].op_class == TT_OP_CLASS_TILE) {
        need_pages(needs, op);
      }
      return;
  }
}

// What is packed between the acquire at |first| and its release, whose index is
// returned.
static uint32_t need_packed(const needs_t* needs,
                            const tt_kernel_code_t* kernel, uint32_t first,
                            tt_need_t* out_need) {
  uint32_t i = first;
  memset(out_need, 0, sizeof(*out_need));
  for (; i + 1 < kernel->code_count; ++i) {
    const tt_decoded_t* op = &kernel->code[i];
    if (op->op == TT_OP_TILE_REGS_RELEASE) break;
    if (op->op == TT_OP_PACK_TILE) {
      need_more(out_need, needs->cbs[op->operand[0]]);
    }
  }
  return i;
}

static void need_compute(needs_t* needs, tt_kernel_code_t* kernel) {
  tt_need_t need = whole;
  uint32_t release = 0;
  for (uint32_t i = 0; i + 1 < kernel->code_count; ++i) {
    tt_decoded_t* op = &kernel->code[i];
    if (op->kind != TT_DO_CALL) continue;
    if (op->op == TT_OP_TILE_REGS_ACQUIRE) {
      release = need_packed(needs, kernel, i, &need);
    }
    need_operands(needs, op, i < release ? need : whole);
    op->need = op->op == TT_OP_PACK_TILE ? needs->cbs[op->operand[0]]
               : i < release             ? need
                                         : whole;
  }
}

void tt_decode_needs(const tt_interp_t* interp, const tt_entry_t* entry,
                     const tt_phase_t* phase, tt_phase_code_t* code) {
  tt_kernel_code_t* compute = &code->kernels[TT_UNIT_COMPUTE];
  needs_t needs = {.scope = {.program = interp->program, .entry = entry},
                   .phase = code};
  if (!compute->code) return;
  // Checks look at all lanes, and so do the numerics of the chip.
  if (interp->options.checked ||
      interp->options.numerics == TT_NUMERICS_TENSIX) {
    for (uint32_t i = 0; i < code->cb_count; ++i) needs.cbs[i] = whole;
  }
  for (uint32_t unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (unit == TT_UNIT_COMPUTE || !code->kernels[unit].code) continue;
    needs.scope.kernel = &interp->program->kernels[phase->kernels[unit]];
    need_moves(&needs, &code->kernels[unit]);
  }
  do {
    needs.changed = false;
    need_compute(&needs, compute);
  } while (needs.changed);
}

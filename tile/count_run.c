// Counts by running the kernels abstractly: only registers that control flow or
// a counted extent depends on are computed, from launch values; what is loaded
// is unknown. A loop whose body changes none of those registers is run until it
// repeats itself, and the rest multiplied.

#include <stdlib.h>
#include <string.h>

#include "tile/count_internal.h"

// ---- Reading programs -------------------------------------------------------

static const tt_inst_t* inst_at(const tt_counter_t* c, uint32_t i) {
  return &c->program->insts[c->kernel->first_inst + i];
}

uint32_t tt_counter_launch_regs(const tt_counter_t* c) {
  return c->entry->launch == TT_NONE
             ? 0
             : c->program->kernels[c->entry->launch].reg_count;
}

static bool is_tile_form(const tt_inst_t* inst, const tt_operand_t* operands) {
  return inst->operand_count > 0 &&
         tt_operand_kind(operands[0]) == TT_OPERAND_DST;
}

// Operands of an op, as a mask, that decide what is counted.
static uint32_t deciding_operands(tt_op_t op) {
  switch (op) {
    case TT_OP_FOR:
      return 7;
    case TT_OP_TEST:
    case TT_OP_IF:
      return 1;
    case TT_OP_READ_TILE:
    case TT_OP_WRITE_TILE:
      return 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7;
    case TT_OP_READ_FLAT:
    case TT_OP_WRITE_FLAT:
      return 1 << 5;
    default:
      return 0;
  }
}

static tt_count_value_t operand_value(const tt_counter_t* c,
                                      tt_operand_t operand) {
  uint32_t index = tt_operand_index(operand);
  switch (tt_operand_kind(operand)) {
    case TT_OPERAND_REG:
      return c->regs[index];
    case TT_OPERAND_ARG:
      return c->args[index];
    case TT_OPERAND_IMM:
      return (tt_count_value_t){c->program->immediates[index], true};
    default:
      return (tt_count_value_t){0, false};
  }
}

// ---- Preparing a kernel -----------------------------------------------------

static bool mark_operands(tt_counter_t* c, const tt_inst_t* inst,
                          uint32_t mask) {
  const tt_operand_t* operands = tt_inst_operands(c->program, inst);
  bool changed = false;
  for (uint32_t k = 0; k < inst->operand_count; ++k) {
    if (!(mask >> k & 1)) continue;
    uint32_t index = tt_operand_index(operands[k]);
    bool* flag = NULL;
    if (tt_operand_kind(operands[k]) == TT_OPERAND_REG) {
      flag = &c->relevant[index];
    } else if (tt_operand_kind(operands[k]) == TT_OPERAND_ARG) {
      flag = &c->relevant_arg[index];
    }
    if (!flag || *flag) continue;
    *flag = changed = true;
  }
  return changed;
}

static void mark_relevant(tt_counter_t* c) {
  enum { MAX_ROUNDS = 64 };
  bool changed = true;
  for (int round = 0; changed; ++round) {
    changed = false;
    if (round == MAX_ROUNDS) {
      // More than enough is relevant, too; time stays linear in the program.
      memset(c->relevant, true, c->kernel->reg_count);
      memset(c->relevant_arg, true, tt_counter_launch_regs(c));
      break;
    }
    // Backwards, so that straight code takes one round.
    for (uint32_t i = c->kernel->inst_count; i-- > 0;) {
      const tt_inst_t* inst = inst_at(c, i);
      uint32_t mask = deciding_operands((tt_op_t)inst->op);
      if (inst->result != TT_NONE && c->relevant[inst->result]) mask = ~0u;
      changed |= mark_operands(c, inst, mask);
    }
  }
}

static void match_blocks(tt_counter_t* c) {
  uint32_t open[TT_MAX_NESTING];
  int depth = 0;
  for (uint32_t i = 0; i < c->kernel->inst_count; ++i) {
    const tt_inst_t* inst = inst_at(c, i);
    switch (inst->op) {
      case TT_OP_FOR:
      case TT_OP_WHILE:
      case TT_OP_IF:
        open[depth++] = i;
        break;
      case TT_OP_ELSE:
        c->steps[open[depth - 1]].other = i;
        break;
      case TT_OP_END: {
        tt_count_step_t* first = &c->steps[open[--depth]];
        first->end = i;
        if (first->other == 0) {
          first->other = i;
        } else {
          c->steps[first->other].end = i;
        }
        break;
      }
      default:
        break;
    }
  }
}

// Lists the relevant registers that each block assigns.
static void list_assigned(tt_counter_t* c) {
  for (uint32_t i = 0; i < c->kernel->inst_count; ++i) {
    tt_count_step_t* step = &c->steps[i];
    if (step->end == 0 || inst_at(c, i)->op == TT_OP_ELSE) continue;
    step->assigned = c->assigned_count;
    for (uint32_t k = i + 1; k < step->end; ++k) {
      uint32_t reg = inst_at(c, k)->result;
      if (reg == TT_NONE || !c->relevant[reg]) continue;
      if (c->assigned_count == c->assigned_capacity) {
        c->assigned_capacity = c->assigned_capacity * 2 + 64;
        uint32_t* larger =
            realloc(c->assigned, c->assigned_capacity * sizeof(uint32_t));
        if (!larger) {
          c->failed = true;
          return;
        }
        c->assigned = larger;
      }
      c->assigned[c->assigned_count++] = reg;
    }
    step->assigned_count = c->assigned_count - step->assigned;
  }
}

static void find_functions(tt_counter_t* c) {
  const tt_lanes_t* lanes = tt_lanes(TT_ISA_PORTABLE);
  for (uint32_t i = 0; i < c->kernel->inst_count; ++i) {
    const tt_inst_t* inst = inst_at(c, i);
    if (tt_op_descs[inst->op].op_class != TT_OP_CLASS_LANE ||
        inst->result == TT_NONE || !c->relevant[inst->result]) {
      continue;
    }
    c->steps[i].fn = lanes->lookup((tt_op_t)inst->op, (tt_dtype_t)inst->type,
                                   (tt_dtype_t)inst->type2, inst->attr);
  }
}

void tt_counter_release(tt_counter_t* c) {
  free(c->steps);
  free(c->relevant);
  free(c->relevant_arg);
  free(c->assigned);
  free(c->regs);
  free(c->saved);
  c->steps = NULL;
  c->relevant = c->relevant_arg = NULL;
  c->assigned = NULL;
  c->regs = c->saved = NULL;
  c->assigned_count = c->assigned_capacity = 0;
  c->saved_count = c->saved_capacity = 0;
}

bool tt_counter_prepare(tt_counter_t* c, const tt_kernel_t* kernel) {
  c->kernel = kernel;
  c->steps = calloc(kernel->inst_count + 1, sizeof(tt_count_step_t));
  c->relevant = calloc(kernel->reg_count + 1, sizeof(bool));
  c->relevant_arg = calloc(tt_counter_launch_regs(c) + 1, sizeof(bool));
  c->regs = calloc(kernel->reg_count + 1, sizeof(tt_count_value_t));
  if (!c->steps || !c->relevant || !c->relevant_arg || !c->regs) {
    c->failed = true;
    return false;
  }
  mark_relevant(c);
  match_blocks(c);
  list_assigned(c);
  find_functions(c);
  return !c->failed;
}

// ---- Counting one op --------------------------------------------------------

static void take(tt_counter_t* c, uint64_t cycles) {
  c->counts.kernel_cycles[c->kernel->unit] += cycles;
}

// |value| clamped to 0 .. |most|; unknown ones count 0.
static uint64_t extent(tt_counter_t* c, tt_count_value_t value, uint64_t most) {
  if (!value.known) {
    c->counts.at_least = true;
    return 0;
  }
  int64_t v = (int64_t)value.bits;
  return v < 0 ? 0 : (uint64_t)v > most ? most : (uint64_t)v;
}

static const tt_cb_t* cb_of(const tt_counter_t* c, tt_operand_t operand) {
  for (uint32_t i = 0; i < c->phase->cb_count; ++i) {
    const tt_cb_t* cb = &c->program->cbs[c->phase->first_cb + i];
    if (cb->number == tt_operand_index(operand)) return cb;
  }
  return NULL;  // not in a verified program
}

static uint64_t imm(const tt_counter_t* c, tt_operand_t operand) {
  return c->program->immediates[tt_operand_index(operand)];
}

// Distinct rows or columns that a tile op touches.
static uint64_t distinct(tt_counter_t* c, tt_count_value_t stride,
                         uint64_t count) {
  if (!stride.known && count > 1) c->counts.at_least = true;
  return count > 1 && (!stride.known || stride.bits == 0) ? 1 : count;
}

static void take_tile_move(tt_counter_t* c, const tt_inst_t* inst,
                           const tt_cb_t* cb, uint64_t rows, uint64_t cols) {
  const tt_operand_t* o = tt_inst_operands(c->program, inst);
  const tt_cost_tile_t tile = {
      .cb = cb,
      .dtype = (tt_dtype_t)inst->type,
      .rows = rows,
      .cols = cols,
      .row_stride = (int64_t)operand_value(c, o[4]).bits,
      .col_stride = (int64_t)operand_value(c, o[5]).bits,
      .writes = inst->op == TT_OP_WRITE_TILE,
  };
  take(c, tt_cost_move_tile(&tile));
}

static void count_move(tt_counter_t* c, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(c->program, inst);
  uint64_t bytes = tt_dtype_bytes((tt_dtype_t)inst->type, 1);
  const tt_cb_t* cb =
      tt_operand_kind(o[0]) == TT_OPERAND_CB ? cb_of(c, o[0]) : NULL;
  uint64_t rows, cols;
  switch (inst->op) {
    case TT_OP_LOAD:
      c->counts.bytes_read += bytes;
      ++c->counts.element_ops;
      take(c, tt_cost_of(TT_COST_LOAD));
      return;
    case TT_OP_STORE:
      c->counts.bytes_written += bytes;
      ++c->counts.element_ops;
      take(c, tt_cost_of(TT_COST_STORE));
      return;
    case TT_OP_CB_LOAD:
    case TT_OP_CB_STORE:
      ++c->counts.element_ops;
      take(c, tt_cost_of(TT_COST_CB_ELEMENT));
      return;
    case TT_OP_READ_TILE:
    case TT_OP_WRITE_TILE:
      rows = extent(c, operand_value(c, o[6]), cb->rows);
      cols = extent(c, operand_value(c, o[7]), TT_TILE_DIM);
      take_tile_move(c, inst, cb, rows, cols);
      bytes *= distinct(c, operand_value(c, o[4]), rows) *
               distinct(c, operand_value(c, o[5]), cols);
      break;
    case TT_OP_READ_FLAT:
    case TT_OP_WRITE_FLAT:
      cols = extent(c, operand_value(c, o[5]),
                    imm(c, o[2]) * cb->rows * TT_TILE_DIM);
      take(c, tt_cost_move_flat((tt_dtype_t)inst->type, cols));
      bytes *= cols;
      break;
    default:  // fill_page, fill_indices
      take(c, (uint64_t)cb->rows * TT_TILE_DIM);
      return;
  }
  bool flat = inst->op == TT_OP_READ_FLAT || inst->op == TT_OP_WRITE_FLAT;
  uint64_t tiles = flat ? imm(c, o[2]) : 1;
  if (inst->op == TT_OP_READ_TILE || inst->op == TT_OP_READ_FLAT) {
    c->counts.bytes_read += bytes;
    c->counts.tiles_read += tiles;
  } else {
    c->counts.bytes_written += bytes;
    c->counts.tiles_written += tiles;
  }
}

static void count_tile(tt_counter_t* c, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(c->program, inst);
  bool block =
      inst->op == TT_OP_TILIZE_BLOCK || inst->op == TT_OP_UNTILIZE_BLOCK;
  const uint64_t tiles = block ? imm(c, o[1]) : 1;
  c->counts.tile_ops += tiles;
  take(c, tiles * tt_cost_tile_op(inst, (tt_fidelity_t)c->phase->fidelity));
  if (inst->op == TT_OP_MATMUL_TILES) {
    c->counts.multiply_adds +=
        (uint64_t)cb_of(c, o[1])->rows * TT_TILE_DIM * TT_TILE_DIM;
  }
}

// Computes a scalar op whose result matters.
static void evaluate(tt_counter_t* c, const tt_inst_t* inst,
                     const tt_count_step_t* step) {
  const tt_operand_t* o = tt_inst_operands(c->program, inst);
  tt_count_value_t x[3] = {{0, true}, {0, true}, {0, true}};
  tt_count_value_t result = {0, step->fn != NULL};
  for (uint32_t k = 0; k < inst->operand_count && k < 3; ++k) {
    x[k] = operand_value(c, o[k]);
    result.known &= x[k].known;
  }
  if (result.known) {
    step->fn(&result.bits, &x[0].bits, &x[1].bits, &x[2].bits, 1);
  }
  c->regs[inst->result] = result;
}

// ---- Running ----------------------------------------------------------------

typedef enum outcome_e { OUTCOME_DONE, OUTCOME_LEAVE, OUTCOME_STOP } outcome_t;

// False where the budget does not hold |steps| more.
static bool spend(tt_counter_t* c, uint64_t steps) {
  if (c->budget >= steps) {
    c->budget -= steps;
    return true;
  }
  c->counts.at_least = true;
  c->budget = 0;
  return false;
}

// Steps over a block that cannot be counted.
static outcome_t skip(tt_counter_t* c, const tt_count_step_t* step) {
  c->counts.at_least = true;
  if (!spend(c, step->assigned_count)) return OUTCOME_STOP;
  for (uint32_t i = 0; i < step->assigned_count; ++i) {
    c->regs[c->assigned[step->assigned + i]].known = false;
  }
  return OUTCOME_DONE;
}

// Pushes the block's relevant registers on the stack of snapshots.
static void save(tt_counter_t* c, const tt_count_step_t* step) {
  while (c->saved_capacity - c->saved_count < step->assigned_count) {
    c->saved_capacity = c->saved_capacity * 2 + 64;
    tt_count_value_t* larger =
        realloc(c->saved, c->saved_capacity * sizeof(tt_count_value_t));
    if (!larger) {
      c->failed = true;
      return;
    }
    c->saved = larger;
  }
  for (uint32_t i = 0; i < step->assigned_count; ++i) {
    c->saved[c->saved_count++] = c->regs[c->assigned[step->assigned + i]];
  }
}

// Pops them; whether they are what they were.
static bool unchanged(tt_counter_t* c, const tt_count_step_t* step) {
  c->saved_count -= step->assigned_count;
  for (uint32_t i = 0; i < step->assigned_count; ++i) {
    if (!tt_count_same(c->saved[c->saved_count + i],
                       c->regs[c->assigned[step->assigned + i]])) {
      return false;
    }
  }
  return true;
}

// Adds the difference between |after| and |before| |times| over to |total|,
// which may be |after|.
void tt_counts_add(tt_counts_t* total, const tt_counts_t* before,
                   const tt_counts_t* after, uint64_t times) {
#define ADD(member) total->member += (after->member - before->member) * times
  ADD(bytes_read);
  ADD(bytes_written);
  ADD(tile_ops);
  ADD(multiply_adds);
  ADD(element_ops);
  ADD(tiles_read);
  ADD(tiles_written);
  for (int i = 0; i < TT_UNIT_KERNEL_COUNT; ++i) ADD(kernel_cycles[i]);
#undef ADD
}

static outcome_t run(tt_counter_t* c, uint32_t first, uint32_t end);

static outcome_t run_for(tt_counter_t* c, uint32_t i) {
  const tt_inst_t* inst = inst_at(c, i);
  const tt_count_step_t* step = &c->steps[i];
  const tt_operand_t* o = tt_inst_operands(c->program, inst);
  tt_count_value_t low = operand_value(c, o[0]), high = operand_value(c, o[1]);
  tt_count_value_t by = operand_value(c, o[2]);
  if (!low.known || !high.known || !by.known || (int64_t)by.bits <= 0) {
    return skip(c, step);
  }
  if ((int64_t)low.bits >= (int64_t)high.bits) return OUTCOME_DONE;
  uint64_t trips = (high.bits - low.bits - 1) / by.bits + 1;
  bool counts_on_counter = c->relevant[inst->result];
  // A trip is a step even if its body is empty.
  uint64_t trip_steps = counts_on_counter ? 1 : 1 + step->assigned_count;
  for (uint64_t k = 0; k < trips; ++k) {
    if (!spend(c, trip_steps)) return OUTCOME_STOP;
    c->regs[inst->result] = (tt_count_value_t){low.bits + k * by.bits, true};
    tt_counts_t before = c->counts;
    take(c, tt_cost_of(TT_COST_LOOP));
    if (!counts_on_counter) save(c, step);
    if (c->failed) return OUTCOME_STOP;
    outcome_t outcome = run(c, i + 1, step->end);
    bool settled = !counts_on_counter && unchanged(c, step);
    if (outcome != OUTCOME_DONE) return outcome;
    if (settled) {
      tt_counts_add(&c->counts, &before, &c->counts, trips - k - 1);
      break;
    }
  }
  return OUTCOME_DONE;
}

static outcome_t run_while(tt_counter_t* c, uint32_t i) {
  for (;;) {
    outcome_t outcome = run(c, i + 1, c->steps[i].end);
    if (outcome == OUTCOME_STOP) return outcome;
    if (outcome == OUTCOME_LEAVE) return OUTCOME_DONE;
  }
}

static outcome_t run_if(tt_counter_t* c, uint32_t i) {
  const tt_count_step_t* step = &c->steps[i];
  tt_count_value_t condition =
      operand_value(c, tt_inst_operands(c->program, inst_at(c, i))[0]);
  if (!condition.known) return skip(c, step);
  if (condition.bits & 1) return run(c, i + 1, step->other);
  return step->other == step->end ? OUTCOME_DONE
                                  : run(c, step->other + 1, step->end);
}

// Runs the instructions from |first| up to |end|. LEAVE: a test left its while.
static outcome_t run(tt_counter_t* c, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; ++i) {
    const tt_inst_t* inst = inst_at(c, i);
    const tt_operand_t* o = tt_inst_operands(c->program, inst);
    outcome_t outcome = OUTCOME_DONE;
    if (!spend(c, 1)) return OUTCOME_STOP;
    switch (tt_op_descs[inst->op].op_class) {
      case TT_OP_CLASS_LANE:
        if (is_tile_form(inst, o)) {
          ++c->counts.tile_ops;
          take(c, tt_cost_tile_op(inst, (tt_fidelity_t)c->phase->fidelity));
          break;
        }
        ++c->counts.element_ops;
        take(c, tt_cost_scalar_op(inst));
        if (c->relevant[inst->result]) evaluate(c, inst, &c->steps[i]);
        break;
      case TT_OP_CLASS_MOVE:
        count_move(c, inst);
        if (inst->result != TT_NONE) c->regs[inst->result].known = false;
        break;
      case TT_OP_CLASS_TILE:
        count_tile(c, inst);
        break;
      default:
        take(c, tt_cost_control_op(inst));
        if (inst->op == TT_OP_FOR) outcome = run_for(c, i);
        if (inst->op == TT_OP_WHILE) outcome = run_while(c, i);
        if (inst->op == TT_OP_IF) outcome = run_if(c, i);
        if (inst->op == TT_OP_TEST) {
          tt_count_value_t go_on = operand_value(c, o[0]);
          if (!go_on.known) c->counts.at_least = true;
          if (!go_on.known || !(go_on.bits & 1)) outcome = OUTCOME_LEAVE;
        }
        if (c->steps[i].end != 0) i = c->steps[i].end;
        break;
    }
    if (outcome != OUTCOME_DONE) return outcome;
  }
  return OUTCOME_DONE;
}

void tt_counter_run(tt_counter_t* c) {
  c->saved_count = 0;
  run(c, 0, c->kernel->inst_count);
}

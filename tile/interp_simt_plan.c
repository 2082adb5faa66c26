// Decides how a parallel loop runs as vectors, or that it does not.
#include <stdlib.h>
#include <string.h>

#include "tile/interp_simt.h"

enum {
  NO_RANGE = 0xFFFFFFFFu,
  MAX_VECTOR_BYTES = 1 << 28,  // of a loop
};

// What the planner knows of a register.
typedef struct reg_info_t {
  uint8_t cls;
  bool assigned;  // in the body
  bool read_outside;
  bool touched;    // in the body
  bool placed;     // has a stride or vector
  uint32_t scope;  // innermost divergent range with all its uses
  uint32_t at;
} reg_info_t;

typedef struct plan_t {
  const tt_kernel_code_t* kernel;
  uint32_t begin, end;
  reg_info_t* regs;
  // Divergent ranges are named by the op that opens them (an ELSE opens the
  // other branch). range_of[pc - begin] is the innermost one around an op,
  // parent_of the one around a range.
  uint32_t* range_of;
  uint32_t* parent_of;
  uint8_t* parts;      // [pc - begin]: a construct whose branches are ranges
  uint8_t* assigned;   // definite assignment: reg_count bytes a nesting level
  uint32_t* splat_of;  // [slot]: 1 + its index in simt->splats, 0: has none
  uint64_t* steps_left;
  tt_simt_t* simt;
  uint64_t vector_bytes;
  uint32_t stride_count;
  uint32_t level_count;
} plan_t;

// False when the planning of this program has taken too long: a loop that is
// not planned runs one iteration at a time, with the same results.
static bool spend(const plan_t* plan, uint64_t steps) {
  if (*plan->steps_left < steps) return false;
  *plan->steps_left -= steps;
  return true;
}

// The scalar operands of |op|: indices into its operands.
static uint32_t scalars_of(const tt_decoded_t* op, uint8_t out_index[4]) {
  const char* signature = tt_op_descs[op->op].signature;
  uint32_t count = 0;
  for (uint32_t k = 0; signature[k] && count < 4; ++k) {
    if (strchr("subi", signature[k])) out_index[count++] = (uint8_t)k;
  }
  return count;
}

static bool has_result(const tt_decoded_t* op) {
  return op->result_bytes != 0 && op->kind != TT_DO_END_FOR;
}

static bool is_reg(const plan_t* plan, uint32_t slot) {
  return slot < plan->kernel->reg_count;
}

static const tt_decoded_t* op_at(const plan_t* plan, uint32_t pc) {
  return &plan->kernel->code[pc];
}

// ---- Which ops may stand in the body --------------------------------------

static bool body_is_allowed(const plan_t* plan) {
  for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
    const tt_decoded_t* op = op_at(plan, pc);
    if (op->kind != TT_DO_CALL) continue;
    switch ((tt_op_t)op->op) {
      case TT_OP_LOAD:
      case TT_OP_STORE:
      case TT_OP_CB_LOAD:
      case TT_OP_CB_STORE:
        break;
      default:
        return false;
    }
  }
  return true;
}

static void find_uses(plan_t* plan) {
  for (uint32_t pc = 0; pc < plan->kernel->code_count; ++pc) {
    const tt_decoded_t* op = op_at(plan, pc);
    bool inside = pc > plan->begin && pc < plan->end;
    uint8_t index[4];
    uint32_t count = op->kind == TT_DO_DONE ? 0 : scalars_of(op, index);
    for (uint32_t k = 0; k < count; ++k) {
      uint32_t slot = op->operand[index[k]];
      if (!is_reg(plan, slot) || (op->imm_mask >> index[k] & 1)) continue;
      if (inside) plan->regs[slot].touched = true;
      if (!inside) plan->regs[slot].read_outside = true;
    }
    if ((inside || pc == plan->begin) && has_result(op)) {
      plan->regs[op->result].assigned = true;
      plan->regs[op->result].touched = true;
    }
  }
}

// ---- No value goes from one iteration to the next -------------------------

// Walks [pc, end) with the registers assigned so far in |set|; false when one
// is read that an earlier iteration may have assigned.
static bool assigns_first(const plan_t* plan, uint32_t pc, uint32_t end,
                          uint32_t depth) {
  uint32_t n = plan->kernel->reg_count;
  uint8_t* set = plan->assigned + (size_t)depth * n;
  if (!spend(plan, n / 8)) return false;  // for the copies
  while (pc < end) {
    const tt_decoded_t* op = op_at(plan, pc);
    uint8_t index[4];
    uint32_t count = scalars_of(op, index);
    for (uint32_t k = 0; k < count; ++k) {
      uint32_t slot = op->operand[index[k]];
      if (is_reg(plan, slot) && plan->regs[slot].assigned && !set[slot]) {
        return false;
      }
    }
    if (has_result(op) && op->kind != TT_DO_FOR) set[op->result] = 1;
    uint8_t* inner = set + n;
    switch (op->kind) {
      case TT_DO_FOR:
      case TT_DO_WHILE:
        memcpy(inner, set, n);
        if (op->kind == TT_DO_FOR) inner[op->result] = 1;
        if (!assigns_first(plan, pc + 1, op->target, depth + 1)) return false;
        pc = op->target + 1;
        break;
      case TT_DO_IF: {
        bool has_else = op->has_else;
        const tt_decoded_t* other = op_at(plan, op->target - 1);
        memcpy(inner, set, n);
        uint32_t first_end = has_else ? op->target - 1 : op->target;
        if (!assigns_first(plan, pc + 1, first_end, depth + 1)) return false;
        if (has_else) {
          // Both branches must assign: keep the first one's set aside.
          uint8_t* second = inner + n;
          memcpy(second, set, n);
          if (!assigns_first(plan, op->target, other->target, depth + 2)) {
            return false;
          }
          for (uint32_t r = 0; r < n; ++r) set[r] |= inner[r] & second[r];
          pc = other->target + 1;
        } else {
          pc = op->target + 1;
        }
        break;
      }
      default:
        ++pc;
    }
  }
  return true;
}

static bool iterations_are_separate(const plan_t* plan) {
  uint32_t n = plan->kernel->reg_count;
  memset(plan->assigned, 0, n);
  plan->assigned[op_at(plan, plan->begin)->result] = 1;
  if (!assigns_first(plan, plan->begin + 1, plan->end, 0)) return false;
  for (uint32_t r = 0; r < n; ++r) {
    const reg_info_t* reg = &plan->regs[r];
    if (reg->assigned && reg->read_outside && !plan->assigned[r]) return false;
  }
  return true;
}

// ---- Classes and divergence -----------------------------------------------

static tt_simt_class_t class_of_slot(const plan_t* plan, uint32_t slot) {
  if (!is_reg(plan, slot) || !plan->regs[slot].assigned) {
    return TT_SIMT_UNIFORM;
  }
  return (tt_simt_class_t)plan->regs[slot].cls;
}

static tt_simt_class_t class_of_value(const plan_t* plan,
                                      const tt_decoded_t* op) {
  uint8_t index[4];
  uint32_t count = scalars_of(op, index);
  tt_simt_class_t cls[4], most = TT_SIMT_UNIFORM;
  for (uint32_t k = 0; k < count; ++k) {
    cls[k] = class_of_slot(plan, op->operand[index[k]]);
    if (cls[k] > most) most = cls[k];
  }
  if (most == TT_SIMT_UNIFORM) return most;
  switch (op->kind) {
    case TT_DO_ADD:
    case TT_DO_SUB:
      return most;
    case TT_DO_MUL:
      return most == TT_SIMT_AFFINE &&
                     (cls[0] == TT_SIMT_UNIFORM || cls[1] == TT_SIMT_UNIFORM)
                 ? TT_SIMT_AFFINE
                 : TT_SIMT_VECTOR;
    case TT_DO_FOR:
      // The counter of a loop whose trips differ; see the executor.
      return cls[2] == TT_SIMT_UNIFORM ? cls[0] : TT_SIMT_VECTOR;
    default:
      return TT_SIMT_VECTOR;
  }
}

// Whether iterations may part at the construct that |op| opens.
static bool diverges(const plan_t* plan, uint32_t pc) {
  const tt_decoded_t* op = op_at(plan, pc);
  switch (op->kind) {
    case TT_DO_IF:
      return class_of_slot(plan, op->operand[0]) != TT_SIMT_UNIFORM;
    case TT_DO_FOR:
      return class_of_slot(plan, op->operand[0]) != TT_SIMT_UNIFORM ||
             class_of_slot(plan, op->operand[1]) != TT_SIMT_UNIFORM ||
             class_of_slot(plan, op->operand[2]) != TT_SIMT_UNIFORM;
    case TT_DO_WHILE:
      for (uint32_t at = pc + 1; at < op->target; ++at) {
        const tt_decoded_t* test = op_at(plan, at);
        if (test->kind == TT_DO_TEST && test->target == op->target + 1 &&
            class_of_slot(plan, test->operand[0]) != TT_SIMT_UNIFORM) {
          return true;
        }
      }
      return false;
    default:
      return false;
  }
}

static void mark_ranges(plan_t* plan, uint32_t pc, uint32_t end,
                        uint32_t range) {
  while (pc < end) {
    const tt_decoded_t* op = op_at(plan, pc);
    plan->range_of[pc - plan->begin] = range;
    if (op->kind != TT_DO_IF && op->kind != TT_DO_FOR &&
        op->kind != TT_DO_WHILE) {
      ++pc;
      continue;
    }
    bool parts = diverges(plan, pc);
    plan->parts[pc - plan->begin] = parts;
    uint32_t inside = parts ? pc : range;
    if (parts) plan->parent_of[pc - plan->begin] = range;
    uint32_t first_end = op->has_else ? op->target - 1 : op->target;
    mark_ranges(plan, pc + 1, first_end, inside);
    uint32_t next = first_end;
    if (op->has_else) {
      uint32_t other = op->target - 1;
      plan->range_of[other - plan->begin] = range;
      if (parts) plan->parent_of[other - plan->begin] = range;
      next = op_at(plan, other)->target;
      mark_ranges(plan, other + 1, next, parts ? other : range);
    }
    plan->range_of[next - plan->begin] = range;
    pc = next + 1;
  }
}

static uint32_t common_range(const plan_t* plan, uint32_t a, uint32_t b) {
  // Ranges are named by their first op, so the later one is never around the
  // earlier one.
  while (a != b) {
    if (a == NO_RANGE || b == NO_RANGE) return NO_RANGE;
    if (a > b) {
      a = plan->parent_of[a - plan->begin];
    } else {
      b = plan->parent_of[b - plan->begin];
    }
  }
  return a;
}

// Where the result of |op| at |pc| is assigned: a counter, in its loop's body.
static uint32_t result_range(const plan_t* plan, uint32_t pc) {
  bool counter = op_at(plan, pc)->kind == TT_DO_FOR;
  if (counter && plan->parts[pc - plan->begin]) return pc;
  return plan->range_of[pc - plan->begin];
}

static void find_scopes(plan_t* plan) {
  uint32_t n = plan->kernel->reg_count;
  for (uint32_t r = 0; r < n; ++r) plan->regs[r].scope = 0;
  // Scope 0 means none seen yet: no range starts before the loop.
  for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
    const tt_decoded_t* op = op_at(plan, pc);
    uint32_t range = plan->range_of[pc - plan->begin];
    uint8_t index[4];
    uint32_t count = scalars_of(op, index);
    for (uint32_t k = 0; k <= count; ++k) {
      bool result = k == count;
      if (result && !has_result(op)) continue;
      uint32_t slot = result ? op->result : op->operand[index[k]];
      if (!is_reg(plan, slot)) continue;
      reg_info_t* reg = &plan->regs[slot];
      uint32_t here = result ? result_range(plan, pc) : range;
      reg->scope =
          reg->scope == 0 ? here : common_range(plan, reg->scope, here);
    }
  }
  for (uint32_t r = 0; r < n; ++r) {
    if (plan->regs[r].read_outside) plan->regs[r].scope = NO_RANGE;
  }
}

static bool is_masked(const plan_t* plan, uint32_t pc) {
  const tt_decoded_t* op = op_at(plan, pc);
  return result_range(plan, pc) != plan->regs[op->result].scope;
}

// Raises classes until they hold. False when a loop's counter would have to be
// written through a mask.
static bool classify(plan_t* plan) {
  plan->regs[op_at(plan, plan->begin)->result].cls = TT_SIMT_AFFINE;
  for (bool changed = true; changed;) {
    changed = false;
    if (!spend(plan, plan->end - plan->begin)) return false;
    mark_ranges(plan, plan->begin + 1, plan->end, NO_RANGE);
    find_scopes(plan);
    for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
      const tt_decoded_t* op = op_at(plan, pc);
      if (!has_result(op)) continue;
      tt_simt_class_t cls = class_of_value(plan, op);
      bool counter = op->kind == TT_DO_FOR;
      if (counter && !plan->parts[pc - plan->begin]) cls = TT_SIMT_UNIFORM;
      if (!counter && is_masked(plan, pc)) cls = TT_SIMT_VECTOR;
      reg_info_t* reg = &plan->regs[op->result];
      if (cls > reg->cls) {
        reg->cls = (uint8_t)cls;
        changed = true;
      }
    }
  }
  for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
    if (op_at(plan, pc)->kind == TT_DO_FOR && is_masked(plan, pc)) return false;
  }
  return true;
}

// ---- Places ---------------------------------------------------------------

static uint32_t take_vector(plan_t* plan, uint32_t lane_bytes) {
  uint32_t at = (uint32_t)plan->vector_bytes;
  plan->vector_bytes += (uint64_t)TT_SIMT_LANES * lane_bytes;
  return at;
}

static void place_reg(plan_t* plan, uint32_t r) {
  reg_info_t* reg = &plan->regs[r];
  if (!reg->assigned || reg->placed) return;
  reg->placed = true;
  if (reg->cls == TT_SIMT_AFFINE) reg->at = plan->stride_count++;
  if (reg->cls == TT_SIMT_VECTOR) {
    reg->at = take_vector(plan, plan->kernel->lane_bytes[r]);
  }
}

static tt_simt_ref_t reg_ref(const plan_t* plan, uint32_t slot,
                             uint32_t lane_bytes) {
  tt_simt_ref_t ref = {.slot = slot, .lane_bytes = (uint8_t)lane_bytes};
  if (is_reg(plan, slot) && plan->regs[slot].assigned) {
    ref.cls = plan->regs[slot].cls;
    ref.at = plan->regs[slot].at;
  }
  return ref;
}

// A value that no iteration assigns, as a vector made once a loop.
static tt_simt_ref_t splat_ref(plan_t* plan, uint32_t slot,
                               uint32_t lane_bytes) {
  tt_simt_t* simt = plan->simt;
  if (plan->splat_of[slot]) return simt->splats[plan->splat_of[slot] - 1];
  tt_simt_ref_t ref = {.cls = TT_SIMT_VECTOR,
                       .lane_bytes = (uint8_t)lane_bytes,
                       .slot = slot,
                       .at = take_vector(plan, lane_bytes)};
  simt->splats[simt->splat_count++] = ref;
  plan->splat_of[slot] = simt->splat_count;
  return ref;
}

// Lane bytes of scalar operand |index| of |op|.
static uint32_t operand_bytes(const tt_decoded_t* op, uint32_t index) {
  switch (tt_op_descs[op->op].signature[index]) {
    case 'u':
      return tt_dtype_desc((tt_dtype_t)op->type2)->lane_bytes;
    case 's':
      return tt_dtype_desc((tt_dtype_t)op->type)->lane_bytes;
    case 'b':
      return 4;
    default:
      return 8;
  }
}

static void place_op(plan_t* plan, uint32_t pc, uint32_t* levels) {
  const tt_decoded_t* op = op_at(plan, pc);
  tt_simt_op_t* out = &plan->simt->ops[pc - plan->begin - 1];
  uint8_t index[4];
  out->operand_count = (uint8_t)scalars_of(op, index);
  if (has_result(op)) {
    out->result = reg_ref(plan, op->result, op->result_bytes);
    out->masked_result = is_masked(plan, pc);
  }
  bool lane = op->kind <= TT_DO_MUL && op->kind >= TT_DO_LANE;
  for (uint32_t k = 0; k < out->operand_count; ++k) {
    uint32_t slot = op->operand[index[k]];
    uint32_t bytes = operand_bytes(op, index[k]);
    tt_simt_ref_t ref = reg_ref(plan, slot, bytes);
    bool constant = !is_reg(plan, slot) || !plan->regs[slot].assigned;
    bool wants_vector = (lane && out->result.cls == TT_SIMT_VECTOR) ||
                        (op->op == TT_OP_STORE && k == 1);
    if (constant && wants_vector) ref = splat_ref(plan, slot, bytes);
    out->operand[k] = ref;
  }
  out->divergent = plan->parts[pc - plan->begin];
  if (out->divergent) {
    // Constructs side by side share a level, nested ones must not.
    uint32_t depth = 0;
    for (uint32_t range = plan->range_of[pc - plan->begin]; range != NO_RANGE;
         range = plan->parent_of[range - plan->begin]) {
      ++depth;
    }
    out->level = (uint8_t)depth;
    if (depth + 1 > *levels) *levels = depth + 1;
  }
}

static void find_inner(plan_t* plan) {
  for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
    const tt_decoded_t* op = op_at(plan, pc);
    if (op->kind != TT_DO_FOR || !(op->attr & TT_ATTR_FLAG_PARALLEL)) continue;
    plan->simt->inner = op;
    plan->simt->inner_bounds_known = true;
    for (uint32_t k = 0; k < 3; ++k) {
      uint32_t slot = op->operand[k];
      if (is_reg(plan, slot) && plan->regs[slot].assigned) {
        plan->simt->inner_bounds_known = false;
      }
    }
    return;
  }
}

static void lay_out(plan_t* plan) {
  tt_simt_t* simt = plan->simt;
  uint32_t n = plan->kernel->reg_count;
  for (uint32_t r = 0; r < n; ++r) place_reg(plan, r);
  const tt_decoded_t* loop = op_at(plan, plan->begin);
  simt->counter = reg_ref(plan, loop->result, 8);
  uint32_t levels = 0;
  for (uint32_t pc = plan->begin + 1; pc < plan->end; ++pc) {
    place_op(plan, pc, &levels);
  }
  for (uint32_t r = 0; r < n; ++r) {
    const reg_info_t* reg = &plan->regs[r];
    if (reg->assigned && reg->read_outside && r != loop->result) {
      simt->outputs[simt->output_count++] =
          reg_ref(plan, r, plan->kernel->lane_bytes[r]);
    }
  }
  find_inner(plan);
  // Vectors come first, at the offsets given out.
  uint64_t at = plan->vector_bytes;
  simt->temps_at = at;
  at += TT_SIMT_TEMPS * TT_SIMT_TEMP_BYTES;
  simt->levels_at = at;
  at += (uint64_t)levels * TT_SIMT_LEVEL_BYTES;
  simt->strides_at = at;
  simt->memory_bytes = at + (uint64_t)plan->stride_count * sizeof(int64_t);
}

// ---- Loops ----------------------------------------------------------------

static void simt_free(tt_simt_t* simt) {
  if (!simt) return;
  free(simt->ops);
  free(simt->splats);
  free(simt->outputs);
  free(simt);
}

static bool make_room(plan_t* plan) {
  uint32_t n = plan->kernel->reg_count, size = plan->end - plan->begin + 1;
  plan->regs = calloc((size_t)n + 1, sizeof(*plan->regs));
  plan->range_of = calloc(size, sizeof(*plan->range_of));
  plan->parent_of = calloc(size, sizeof(*plan->parent_of));
  plan->parts = calloc(size, sizeof(*plan->parts));
  plan->assigned = calloc((size_t)n + 1, 2 * TT_MAX_NESTING + 2);
  plan->splat_of =
      calloc((size_t)plan->kernel->slot_count + 1, sizeof(*plan->splat_of));
  plan->simt = calloc(1, sizeof(*plan->simt));
  if (!plan->regs || !plan->range_of || !plan->parent_of || !plan->parts ||
      !plan->assigned || !plan->splat_of || !plan->simt) {
    return false;
  }
  plan->simt->begin = plan->begin;
  plan->simt->end = plan->end;
  plan->simt->ops = calloc(size, sizeof(*plan->simt->ops));
  plan->simt->splats = calloc((size_t)size * 4, sizeof(*plan->simt->splats));
  plan->simt->outputs = calloc((size_t)n + 1, sizeof(*plan->simt->outputs));
  return plan->simt->ops && plan->simt->splats && plan->simt->outputs;
}

static tt_status_t plan_loop(tt_interp_t* interp, tt_kernel_code_t* kernel,
                             uint32_t pc) {
  plan_t plan = {.kernel = kernel,
                 .begin = pc,
                 .end = kernel->code[pc].target,
                 .steps_left = &interp->simt_steps_left};
  if (!spend(&plan, (uint64_t)kernel->code_count + kernel->slot_count)) {
    return NULL;
  }
  tt_status_t status = NULL;
  if (!make_room(&plan)) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "no host memory to plan a parallel loop");
  } else if (body_is_allowed(&plan)) {
    find_uses(&plan);
    if (iterations_are_separate(&plan) && classify(&plan)) {
      lay_out(&plan);
      if (plan.vector_bytes <= MAX_VECTOR_BYTES) {
        kernel->code[pc].simt = plan.simt;
        if (plan.simt->memory_bytes > interp->max_simt_bytes) {
          interp->max_simt_bytes = plan.simt->memory_bytes;
        }
        plan.simt = NULL;
      }
    }
  }
  simt_free(plan.simt);
  free(plan.regs);
  free(plan.range_of);
  free(plan.parent_of);
  free(plan.parts);
  free(plan.assigned);
  free(plan.splat_of);
  return status;
}

tt_status_t tt_simt_plan(tt_interp_t* interp, tt_kernel_code_t* kernel) {
  for (uint32_t pc = 0; pc < kernel->code_count; ++pc) {
    const tt_decoded_t* op = &kernel->code[pc];
    if (op->kind == TT_DO_FOR && (op->attr & TT_ATTR_FLAG_PARALLEL)) {
      TT_RETURN_IF_ERROR(plan_loop(interp, kernel, pc));
    }
  }
  return NULL;
}

void tt_simt_free(tt_kernel_code_t* kernel) {
  for (uint32_t pc = 0; kernel->code && pc < kernel->code_count; ++pc) {
    if (kernel->code[pc].kind == TT_DO_FOR) {
      simt_free((tt_simt_t*)kernel->code[pc].simt);
    }
  }
}

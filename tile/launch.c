#include "tile/launch.h"

#include <inttypes.h>
#include <string.h>

static const tt_kernel_t* launch_kernel(const tt_program_t* program,
                                        const tt_entry_t* entry) {
  return entry->launch == TT_NONE ? NULL : &program->kernels[entry->launch];
}

void tt_launch_mark(const tt_program_t* program, const tt_entry_t* entry,
                    uint8_t* per_core, uint8_t* values_per_core) {
  const tt_kernel_t* kernel = launch_kernel(program, entry);
  if (!kernel) return;
  memset(values_per_core, 0, kernel->reg_count);
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    const tt_inst_t* inst = &program->insts[kernel->first_inst + i];
    const tt_operand_t* operands = tt_inst_operands(program, inst);
    uint8_t depends = inst->op == TT_OP_CORE;
    for (uint32_t k = 0; k < inst->operand_count; ++k) {
      tt_operand_kind_t kind = tt_operand_kind(operands[k]);
      if (kind == TT_OPERAND_REG || kind == TT_OPERAND_ARG) {
        depends |= values_per_core[tt_operand_index(operands[k])];
      }
    }
    per_core[i] = depends;
    if (inst->result != TT_NONE) values_per_core[inst->result] = depends;
  }
}

// Results that do not fit 64 bits and divisions without one.
typedef enum fault_e { FAULT_NONE, FAULT_OVERFLOW, FAULT_ZERO } fault_t;

static fault_t divide(int64_t a, int64_t b, int64_t* out_q, int64_t* out_r) {
  *out_q = *out_r = 0;
  if (b == 0) return FAULT_ZERO;
  if (a == INT64_MIN && b == -1) return FAULT_OVERFLOW;
  *out_q = a / b;
  *out_r = a % b;
  return FAULT_NONE;
}

static bool compare(uint32_t pred, int64_t a, int64_t b) {
  uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
  switch ((tt_predi_t)pred) {
    case TT_PREDI_EQ:
      return a == b;
    case TT_PREDI_NE:
      return a != b;
    case TT_PREDI_SLT:
      return a < b;
    case TT_PREDI_SLE:
      return a <= b;
    case TT_PREDI_SGT:
      return a > b;
    case TT_PREDI_SGE:
      return a >= b;
    case TT_PREDI_ULT:
      return ua < ub;
    case TT_PREDI_ULE:
      return ua <= ub;
    case TT_PREDI_UGT:
      return ua > ub;
    case TT_PREDI_UGE:
      return ua >= ub;
    default:
      return false;
  }
}

// Ops that have a result for all values.
static int64_t eval_total(const tt_inst_t* inst, const int64_t* x) {
  int64_t a = x[0], b = x[1];
  switch ((tt_op_t)inst->op) {
    case TT_OP_MOV:
      return a;
    case TT_OP_MAXS:
      return a > b ? a : b;
    case TT_OP_MINS:
      return a < b ? a : b;
    case TT_OP_AND:
      return a & b;
    case TT_OP_OR:
      return a | b;
    case TT_OP_XOR:
      return a ^ b;
    case TT_OP_SHL:
      return (uint64_t)b < 64 ? (int64_t)((uint64_t)a << b) : 0;
    case TT_OP_SHRU:
      return (uint64_t)b < 64 ? (int64_t)((uint64_t)a >> b) : 0;
    case TT_OP_CMPI:
      return compare(TT_ATTR_ENUM(inst->attr), a, b);
    case TT_OP_SELECT:
      return a ? b : x[2];
    default:
      return 0;  // the verifier lets no other op into a launch program
  }
}

static fault_t eval_op(const tt_inst_t* inst, const int64_t* x,
                       int64_t* out_value) {
  int64_t a = x[0], b = x[1], q, r;
  fault_t fault = FAULT_NONE;
  switch ((tt_op_t)inst->op) {
    case TT_OP_ADD:
      return __builtin_add_overflow(a, b, out_value) ? FAULT_OVERFLOW
                                                     : FAULT_NONE;
    case TT_OP_SUB:
      return __builtin_sub_overflow(a, b, out_value) ? FAULT_OVERFLOW
                                                     : FAULT_NONE;
    case TT_OP_MUL:
      return __builtin_mul_overflow(a, b, out_value) ? FAULT_OVERFLOW
                                                     : FAULT_NONE;
    case TT_OP_DIVS:
      return divide(a, b, out_value, &r);
    case TT_OP_REMS:
      // MIN rem -1 is 0; only the quotient overflows.
      fault = divide(a, b, &q, out_value);
      return fault == FAULT_OVERFLOW ? FAULT_NONE : fault;
    case TT_OP_CEILDIVS:
      fault = divide(a, b, &q, &r);
      *out_value = q + (r != 0 && (a < 0) == (b < 0));
      return fault;
    case TT_OP_FLOORDIVS:
      fault = divide(a, b, &q, &r);
      *out_value = q - (r != 0 && (a < 0) != (b < 0));
      return fault;
    default:
      *out_value = eval_total(inst, x);
      return FAULT_NONE;
  }
}

tt_status_t tt_launch_eval(const tt_program_t* program, const tt_entry_t* entry,
                           const tt_launch_env_t* env, const uint8_t* per_core,
                           uint8_t part, uint32_t core, int64_t* values) {
  const tt_kernel_t* kernel = launch_kernel(program, entry);
  for (uint32_t i = 0; kernel && i < kernel->inst_count; ++i) {
    if (per_core[i] != part) continue;
    const tt_inst_t* inst = &program->insts[kernel->first_inst + i];
    const tt_operand_t* operands = tt_inst_operands(program, inst);
    int64_t x[3] = {0, 0, 0}, value = 0;
    for (uint32_t k = 0; k < inst->operand_count && k < 3; ++k) {
      x[k] = tt_launch_value(program, operands[k], values);
    }
    fault_t fault = FAULT_NONE;
    switch ((tt_op_t)inst->op) {
      case TT_OP_PUSH:
        value = env->constants[x[0]];
        break;
      case TT_OP_GRID_CORES:
        value = env->grid_cores;
        break;
      case TT_OP_DRAM_BANKS:
        value = env->dram_banks;
        break;
      case TT_OP_CORE:
        value = core;
        break;
      default:
        fault = eval_op(inst, x, &value);
    }
    if (fault != FAULT_NONE) {
      return tt_status_make(
          TT_CODE_OUT_OF_RANGE,
          "entry @%s: launch program, $%u = %s (line %u): %s of %" PRId64
          " and %" PRId64,
          tt_entry_name(program, entry), inst->result,
          tt_op_descs[inst->op].mnemonic, inst->line,
          fault == FAULT_ZERO ? "division by zero" : "64-bit overflow", x[0],
          x[1]);
    }
    if (inst->result != TT_NONE) values[inst->result] = value;
  }
  return NULL;
}

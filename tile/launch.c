#include "tile/launch.h"

#include <inttypes.h>
#include <string.h>

#include "tile/strbuf.h"

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

static tt_launch_fault_t divide(int64_t a, int64_t b, int64_t* out_q,
                                int64_t* out_r) {
  *out_q = *out_r = 0;
  if (b == 0) return TT_LAUNCH_DIVISION_BY_ZERO;
  if (a == INT64_MIN && b == -1) return TT_LAUNCH_OVERFLOW;
  *out_q = a / b;
  *out_r = a % b;
  return TT_LAUNCH_FINE;
}

// Ops that have a result for all values.
static tt_launch_fault_t compute_total(tt_op_t op, uint32_t attr,
                                       const int64_t x[3], int64_t* out_value) {
  int64_t a = x[0], b = x[1];
  switch (op) {
    case TT_OP_MOV:
      *out_value = a;
      return TT_LAUNCH_FINE;
    case TT_OP_MAXS:
      *out_value = a > b ? a : b;
      return TT_LAUNCH_FINE;
    case TT_OP_MINS:
      *out_value = a < b ? a : b;
      return TT_LAUNCH_FINE;
    case TT_OP_AND:
      *out_value = a & b;
      return TT_LAUNCH_FINE;
    case TT_OP_OR:
      *out_value = a | b;
      return TT_LAUNCH_FINE;
    case TT_OP_XOR:
      *out_value = a ^ b;
      return TT_LAUNCH_FINE;
    case TT_OP_SHL:
      *out_value = (uint64_t)b < 64 ? (int64_t)((uint64_t)a << b) : 0;
      return TT_LAUNCH_FINE;
    case TT_OP_SHRU:
      *out_value = (uint64_t)b < 64 ? (int64_t)((uint64_t)a >> b) : 0;
      return TT_LAUNCH_FINE;
    case TT_OP_CMPI:
      *out_value = tt_predi_holds((tt_predi_t)TT_ATTR_ENUM(attr), a, b);
      return TT_LAUNCH_FINE;
    case TT_OP_SELECT:
      *out_value = a ? b : x[2];
      return TT_LAUNCH_FINE;
    default:
      return TT_LAUNCH_NO_SUCH_OP;
  }
}

tt_launch_fault_t tt_launch_compute(tt_op_t op, uint32_t attr,
                                    const int64_t x[3], int64_t* out_value) {
  int64_t a = x[0], b = x[1], q, r;
  tt_launch_fault_t fault = TT_LAUNCH_FINE;
  switch (op) {
    case TT_OP_ADD:
      return __builtin_add_overflow(a, b, out_value) ? TT_LAUNCH_OVERFLOW
                                                     : TT_LAUNCH_FINE;
    case TT_OP_SUB:
      return __builtin_sub_overflow(a, b, out_value) ? TT_LAUNCH_OVERFLOW
                                                     : TT_LAUNCH_FINE;
    case TT_OP_MUL:
      return __builtin_mul_overflow(a, b, out_value) ? TT_LAUNCH_OVERFLOW
                                                     : TT_LAUNCH_FINE;
    case TT_OP_DIVS:
      return divide(a, b, out_value, &r);
    case TT_OP_REMS:
      // MIN rem -1 is 0; only the quotient overflows.
      fault = divide(a, b, &q, out_value);
      return fault == TT_LAUNCH_OVERFLOW ? TT_LAUNCH_FINE : fault;
    case TT_OP_CEILDIVS:
      fault = divide(a, b, &q, &r);
      *out_value = q + (r != 0 && (a < 0) == (b < 0));
      return fault;
    case TT_OP_FLOORDIVS:
      fault = divide(a, b, &q, &r);
      *out_value = q - (r != 0 && (a < 0) != (b < 0));
      return fault;
    default:
      return compute_total(op, attr, x, out_value);
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
    tt_launch_fault_t fault = TT_LAUNCH_FINE;
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
        fault = tt_launch_compute((tt_op_t)inst->op, inst->attr, x, &value);
    }
    if (fault != TT_LAUNCH_FINE) {
      return tt_status_make(
          TT_CODE_OUT_OF_RANGE,
          "entry @%s: launch program, $%u = %s%s: %s of %" PRId64
          " and %" PRId64,
          tt_entry_name(program, entry), inst->result,
          tt_op_descs[inst->op].mnemonic, tt_line_text(inst->line).s,
          fault == TT_LAUNCH_DIVISION_BY_ZERO ? "division by zero"
                                              : "64-bit overflow",
          x[0], x[1]);
    }
    if (inst->result != TT_NONE) values[inst->result] = value;
  }
  return NULL;
}

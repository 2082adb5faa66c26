// One op alone: unit, form, types, attributes, operands and result.
#include <string.h>

#include "tile/chip.h"
#include "tile/immediate.h"
#include "tile/verify_internal.h"

// ---- Operands --------------------------------------------------------------

static tt_status_t wrong_type(const tt_verify_t* v, const char* what,
                              char sigil, uint32_t index, tt_dtype_t found,
                              tt_dtype_t expected) {
  return tt_verify_error(v, "%s: %c%u is %s, expected %s", what, sigil, index,
                         tt_dtype_desc(found)->name,
                         tt_dtype_desc(expected)->name);
}

tt_status_t tt_verify_scalar(const tt_verify_t* v, tt_operand_t operand,
                             tt_dtype_t dtype, const char* what) {
  const tt_program_t* p = v->program;
  const uint32_t index = tt_operand_index(operand);
  switch (tt_operand_kind(operand)) {
    case TT_OPERAND_REG: {
      if (!v->kernel || v->kernel->unit == TT_UNIT_LAUNCH ||
          index >= v->kernel->reg_count) {
        return tt_verify_error(v, "%s: no register %%%u here", what, index);
      }
      const tt_dtype_t found =
          (tt_dtype_t)p->reg_types[v->kernel->first_reg + index];
      if (found != dtype) {
        return wrong_type(v, what, '%', index, found, dtype);
      }
      if (v->assigned[index] == TT_VERIFY_UNASSIGNED) {
        return tt_verify_error(
            v,
            "%s: %%%u may not hold a value here, expected it assigned on "
            "every path",
            what, index);
      }
      return NULL;
    }
    case TT_OPERAND_ARG: {
      // Inside the launch program, values of its own that stand before.
      const tt_kernel_t* launch = v->launch ? v->launch : v->kernel;
      if (!launch || launch->unit != TT_UNIT_LAUNCH ||
          index >= launch->reg_count ||
          (launch == v->kernel && v->assigned[index] == TT_VERIFY_UNASSIGNED)) {
        return tt_verify_error(v, "%s: no launch value $%u here", what, index);
      }
      const tt_dtype_t found =
          (tt_dtype_t)p->reg_types[launch->first_reg + index];
      if (found != dtype) {
        return wrong_type(v, what, '$', index, found, dtype);
      }
      return NULL;
    }
    case TT_OPERAND_IMM:
      if (index >= p->immediates_count) {
        return tt_verify_error(v, "%s: no immediate %u, there are %u", what,
                               index, p->immediates_count);
      }
      if (!tt_immediate_valid(dtype, p->immediates[index])) {
        return tt_verify_error(v, "%s: %#llx is not a value of %s", what,
                               (unsigned long long)p->immediates[index],
                               tt_dtype_desc(dtype)->name);
      }
      return NULL;
    default:
      return tt_verify_error(v, "%s: expected a %s value", what,
                             tt_dtype_desc(dtype)->name);
  }
}

static tt_status_t check_count(const tt_verify_t* v, tt_operand_t operand,
                               const char* what) {
  int64_t value = 0;
  if (tt_operand_kind(operand) != TT_OPERAND_IMM) {
    return tt_verify_error(v, "%s: expected an integer", what);
  }
  TT_RETURN_IF_ERROR(tt_verify_scalar(v, operand, TT_DTYPE_I64, what));
  tt_verify_constant(v, operand, &value);
  if (value < 0 || value > INT32_MAX) {
    return tt_verify_error(v, "%s: found %lld, expected 0 to 2147483647", what,
                           (long long)value);
  }
  return NULL;
}

static tt_status_t check_dst(const tt_verify_t* v, tt_operand_t operand,
                             const char* what) {
  if (tt_operand_kind(operand) != TT_OPERAND_DST) {
    return tt_verify_error(v, "%s: expected a DST tile", what);
  }
  const uint32_t tiles = tt_chip_dst_tiles(
      &tt_chip_blackhole, v->phase->fp32_dest_acc, v->phase->dst_full_sync);
  if (tt_operand_index(operand) >= tiles) {
    return tt_verify_error(v,
                           "%s: found d%u, the phase's mode has %u DST tiles",
                           what, tt_operand_index(operand), tiles);
  }
  return NULL;
}

static tt_status_t check_named(const tt_verify_t* v, tt_operand_t operand,
                               char letter, const char* what) {
  const tt_operand_kind_t kind = tt_operand_kind(operand);
  const uint32_t index = tt_operand_index(operand);
  if (letter == 'c') {
    if (kind != TT_OPERAND_CB)
      return tt_verify_error(v, "%s: expected a CB", what);
    if (index >= TT_MAX_CBS || !v->cbs[index]) {
      return tt_verify_error(v, "%s: the phase has no c%u", what, index);
    }
    return NULL;
  }
  if (letter == 'v') {
    if (kind != TT_OPERAND_VIEW) {
      return tt_verify_error(v, "%s: expected a view", what);
    }
    if (index >= v->entry->view_count) {
      return tt_verify_error(v, "%s: no view v%u, there are %u", what, index,
                             v->entry->view_count);
    }
    return NULL;
  }
  return check_dst(v, operand, what);
}

static tt_status_t check_operand(const tt_verify_t* v, uint32_t position,
                                 tt_operand_t operand, char letter) {
  char what[24] = "operand ";
  what[8] = (char)('1' + position);
  const tt_dtype_t type = tt_dtype_of_register((tt_dtype_t)v->inst->type);
  switch (letter) {
    case 's':
      return tt_verify_scalar(v, operand, type, what);
    case 'u':
      return tt_verify_scalar(v, operand, (tt_dtype_t)v->inst->type2, what);
    case 'b':
      return tt_verify_scalar(v, operand, TT_DTYPE_I1, what);
    case 'i':
      return tt_verify_scalar(v, operand, TT_DTYPE_I64, what);
    case 'n':
      return check_count(v, operand, what);
    default:
      return check_named(v, operand, letter, what);
  }
}

static tt_status_t check_scalar_form(const tt_verify_t* v,
                                     const tt_op_desc_t* desc) {
  const tt_operand_t* operands = tt_inst_operands(v->program, v->inst);
  for (uint32_t i = 0; i < v->inst->operand_count; ++i) {
    TT_RETURN_IF_ERROR(check_operand(v, i, operands[i], desc->signature[i]));
  }
  if (v->inst->op == TT_OP_FILL_TILE &&
      tt_operand_kind(operands[1]) != TT_OPERAND_IMM) {
    return tt_verify_error(v, "operand 2: expected an immediate");
  }
  int64_t step = 0;
  if (v->inst->op == TT_OP_FOR && tt_verify_constant(v, operands[2], &step) &&
      step <= 0) {
    return tt_verify_error(v,
                           "operand 3: found a step of %lld, expected 1 or "
                           "more",
                           (long long)step);
  }
  int64_t index = 0;
  if (v->inst->op == TT_OP_PUSH && tt_verify_constant(v, operands[0], &index) &&
      index >= v->entry->constant_count) {
    return tt_verify_error(v, "no push constant %lld, the entry has %u",
                           (long long)index, v->entry->constant_count);
  }
  return NULL;
}

static tt_status_t check_tile_form(const tt_verify_t* v,
                                   const tt_op_desc_t* desc) {
  const tt_operand_t* operands = tt_inst_operands(v->program, v->inst);
  bool all_immediate = true;
  for (uint32_t i = 0; i < v->inst->operand_count; ++i) {
    const bool immediate =
        i > 0 && tt_operand_kind(operands[i]) == TT_OPERAND_IMM;
    // A condition is an i32 tile; an immediate in its place is i1.
    TT_RETURN_IF_ERROR(check_operand(v, i, operands[i],
                                     immediate ? desc->signature[i - 1] : 'd'));
    if (i > 0 && !immediate) all_immediate = false;
  }
  if (all_immediate) {
    return tt_verify_error(v,
                           "every operand is an immediate, expected a DST "
                           "tile");
  }
  return NULL;
}

// ---- Types -----------------------------------------------------------------

static tt_status_t check_type(const tt_verify_t* v, const char* what,
                              uint8_t type, uint16_t mask) {
  if (!mask) {
    if (type == TT_DTYPE_NONE) return NULL;
    return tt_verify_error(v, "has no %s", what);
  }
  if (type < TT_DTYPE_COUNT && mask & 1u << type) return NULL;
  return tt_verify_error(v, "%s %s is not one it takes", what,
                         tt_dtype_desc((tt_dtype_t)type)->name);
}

static uint32_t width(uint8_t type) {
  return type == TT_DTYPE_I1 ? 1
                             : tt_dtype_desc((tt_dtype_t)type)->storage_bits;
}

static tt_status_t check_cast(const tt_verify_t* v) {
  const uint32_t to = width(v->inst->type), from = width(v->inst->type2);
  const char* expected = NULL;
  switch (v->inst->op) {
    case TT_OP_EXTSI:
    case TT_OP_EXTUI:
      if (to <= from) expected = "a wider result than source";
      break;
    case TT_OP_TRUNCI:
      if (to >= from) expected = "a narrower result than source";
      break;
    case TT_OP_BITCAST:
      if (to != from) expected = "types of one width";
      break;
    default:
      break;
  }
  if (!expected) return NULL;
  return tt_verify_error(v, "found %s from %s, expected %s",
                         tt_dtype_desc((tt_dtype_t)v->inst->type)->name,
                         tt_dtype_desc((tt_dtype_t)v->inst->type2)->name,
                         expected);
}

// Launch values are i64; comparisons give i1, which and, or, xor combine.
static tt_status_t check_launch_type(const tt_verify_t* v) {
  const tt_inst_t* inst = v->inst;
  const bool bits =
      inst->op == TT_OP_AND || inst->op == TT_OP_OR || inst->op == TT_OP_XOR;
  if (inst->type == TT_DTYPE_NONE || inst->type == TT_DTYPE_I64 ||
      (bits && inst->type == TT_DTYPE_I1)) {
    return NULL;
  }
  return tt_verify_error(v, "type %s, expected i64 in a launch program",
                         tt_dtype_desc((tt_dtype_t)inst->type)->name);
}

static tt_status_t check_types(const tt_verify_t* v, const tt_op_desc_t* desc,
                               bool tile_form) {
  const tt_inst_t* inst = v->inst;
  if (tile_form && !desc->tile_types) {
    return tt_verify_error(v, "has no form on DST tiles");
  }
  TT_RETURN_IF_ERROR(check_type(v, "type", inst->type,
                                tile_form ? desc->tile_types : desc->types));
  // A tile's second type is one that DST holds.
  const uint16_t in_dst = tt_op_descs[TT_OP_MOV].tile_types;
  TT_RETURN_IF_ERROR(
      check_type(v, "second type", inst->type2,
                 tile_form ? desc->types2 & in_dst : desc->types2));
  if (v->kernel->unit == TT_UNIT_LAUNCH) return check_launch_type(v);
  if (tile_form || inst->op == TT_OP_FILL_TILE) {
    // The truth values of a comparison and of a select are lanes, too.
    const bool has_i1 =
        tile_form && (desc->result == TT_RESULT_I1 || inst->op == TT_OP_SELECT);
    const uint8_t types[] = {inst->type, inst->type2,
                             has_i1 ? TT_DTYPE_I1 : TT_DTYPE_NONE};
    for (int i = 0; i < 3; ++i) {
      // Integers are 32 bits wide in DST, whatever their own width. The SFPU
      // takes the lanes of a DST of 16 bits for bf16: a register that tt-metal
      // v0.65.0 never sets on Blackhole would say otherwise.
      if (types[i] != TT_DTYPE_NONE && types[i] != TT_DTYPE_BF16 &&
          !v->phase->fp32_dest_acc) {
        return tt_verify_error(v, "%s in DST needs fp32_dest_acc",
                               tt_dtype_desc((tt_dtype_t)types[i])->name);
      }
    }
  }
  return check_cast(v);
}

// ---- Attributes and result -------------------------------------------------

static bool attr_is_valid(const tt_inst_t* inst, uint8_t kind) {
  const uint32_t attr = inst->attr;
  const uint32_t acc = inst->op == TT_OP_COPY_TILE ? 0 : TT_ATTR_ACC;
  switch (kind) {
    case TT_ATTR_PREDF:
      return attr < TT_PREDF_COUNT;
    case TT_ATTR_PREDI:
      return attr < TT_PREDI_COUNT;
    case TT_ATTR_PARALLEL:
      return (attr & ~TT_ATTR_FLAG_PARALLEL) == 0;
    case TT_ATTR_BCAST:
      return (attr & ~acc) < TT_BCAST_COUNT;
    case TT_ATTR_REDUCE:
      return TT_ATTR_ENUM(attr) < TT_POOL_COUNT &&
             TT_ATTR_DIM(attr) < TT_REDUCE_DIM_COUNT &&
             (attr & ~(0xFFFFu | TT_ATTR_ACC)) == 0;
    case TT_ATTR_TRANSPOSE:
      return (attr & ~TT_ATTR_FLAG_TRANSPOSE) == 0;
    default:
      return attr == 0;
  }
}

static tt_status_t check_result(const tt_verify_t* v, tt_dtype_t expected) {
  const uint32_t result = v->inst->result;
  if (expected == TT_DTYPE_NONE) {
    if (result == TT_NONE) return NULL;
    return tt_verify_error(v, "has no result");
  }
  if (result >= v->kernel->reg_count) {
    return tt_verify_error(v, "expected a result");
  }
  const tt_dtype_t found =
      (tt_dtype_t)v->program->reg_types[v->kernel->first_reg + result];
  if (found == expected) return NULL;
  return wrong_type(v, "result", v->kernel->unit == TT_UNIT_LAUNCH ? '$' : '%',
                    result, found, expected);
}

tt_status_t tt_verify_op(const tt_verify_t* v) {
  const tt_inst_t* inst = v->inst;
  if (inst->op >= TT_OP_COUNT) {
    return tt_verify_error(v, "found op number %u, expected below %u", inst->op,
                           TT_OP_COUNT);
  }
  const tt_op_desc_t* desc = &tt_op_descs[inst->op];
  if (desc->op_class == TT_OP_CLASS_RESERVED) {
    return tt_verify_error(
        v, "is reserved for a later version of the tile program");
  }
  if (!(desc->units & 1u << v->kernel->unit)) {
    return tt_verify_error(v, "may not stand here");
  }
  const bool tile_form = tt_verify_is_tile_form(v);
  const uint32_t count = (uint32_t)strlen(desc->signature) + tile_form;
  if (inst->operand_count != count) {
    return tt_verify_error(v, "found %u operands, expected %u",
                           inst->operand_count, count);
  }
  TT_RETURN_IF_ERROR(check_types(v, desc, tile_form));
  if (!attr_is_valid(inst, desc->attr)) {
    return tt_verify_error(v, "unknown attributes %#x", inst->attr);
  }
  TT_RETURN_IF_ERROR(tile_form ? check_tile_form(v, desc)
                               : check_scalar_form(v, desc));
  return check_result(v, tile_form ? TT_DTYPE_NONE
                                   : tt_op_result_type((tt_op_t)inst->op,
                                                       (tt_dtype_t)inst->type));
}

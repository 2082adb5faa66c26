#include "compiler/plugins/target/tenstorrent/ttc_narrow.h"

#include <stdlib.h>

enum {
  TTC_PRODUCER_DEPTH = 4,    // generics that ranges are looked for in
  TTC_MAX_RANGE_BODY = 256,  // ops of a body that is looked at
};

static bool ttc_range_fits(ttc_range_t range) {
  return range.low >= INT32_MIN && range.high <= INT32_MAX;
}

static ttc_range_t ttc_range_of_type(tt_dtype_t type) {
  if (type == TT_DTYPE_I1) return (ttc_range_t){-1, 1};
  int64_t half = INT64_C(1) << (tt_dtype_desc(type)->storage_bits - 1);
  return (ttc_range_t){-half, half - 1};
}

static ttc_range_t ttc_range_hull(const int64_t* values, int count) {
  ttc_range_t range = {values[0], values[0]};
  for (int i = 1; i < count; ++i) {
    if (values[i] < range.low) range.low = values[i];
    if (values[i] > range.high) range.high = values[i];
  }
  return range;
}

static ttc_range_t ttc_range_mul(ttc_range_t a, ttc_range_t b) {
  // Of 32 bits each, so products fit.
  const int64_t ends[] = {a.low * b.low, a.low * b.high, a.high * b.low,
                          a.high * b.high};
  return ttc_range_hull(ends, 4);
}

// The range of |op|'s unwrapped result on values in |a| and |b|, of 32 bits at
// most; false for ops that are not known.
static bool ttc_range_of_op(tt_op_t op, ttc_range_t a, ttc_range_t b,
                            ttc_range_t* out) {
  const int64_t ends[] = {a.low, a.high, b.low, b.high};
  const int64_t most[] = {a.low, -a.low, a.high, -a.high};
  switch (op) {
    case TT_OP_MOV:
      *out = a;
      return true;
    case TT_OP_ADD:
      *out = (ttc_range_t){a.low + b.low, a.high + b.high};
      return true;
    case TT_OP_SUB:
      *out = (ttc_range_t){a.low - b.high, a.high - b.low};
      return true;
    case TT_OP_MUL:
      *out = ttc_range_mul(a, b);
      return true;
    case TT_OP_MAXS:
    case TT_OP_MINS:
      *out = ttc_range_hull(ends, 4);
      return true;
    case TT_OP_AND:
    case TT_OP_OR:
    case TT_OP_XOR:
      *out = ttc_range_of_type(TT_DTYPE_I32);
      return true;
    case TT_OP_DIVS:
    case TT_OP_REMS:
    case TT_OP_FLOORDIVS:
    case TT_OP_CEILDIVS:
      *out = ttc_range_hull(most, 4);
      return true;
    default:
      return false;
  }
}

// A cast from an I64 that is an I32.
static void ttc_narrow_cast(ttc_body_op_t* op, ttc_range_t from) {
  if (op->op == TT_OP_TRUNCI && op->type == TT_DTYPE_I32) {
    op->op = TT_OP_MOV;
    op->type2 = TT_DTYPE_NONE;
  } else if (op->op == TT_OP_TRUNCI || op->op == TT_OP_SITOFP ||
             (op->op == TT_OP_UITOFP && from.low >= 0)) {
    op->type2 = TT_DTYPE_I32;
  }
}

// A cast to I64 from a narrower integer.
static void ttc_narrow_extend(ttc_body_op_t* op, ttc_range_t* out) {
  tt_dtype_t from = (tt_dtype_t)op->type2;
  if (op->op == TT_OP_EXTSI) {
    *out = ttc_range_of_type(from);
  } else if (op->op == TT_OP_EXTUI && from != TT_DTYPE_I32) {
    *out = (ttc_range_t){0, ttc_range_of_type(from).high * 2 + 1};
  } else {
    return;
  }
  if (from == TT_DTYPE_I32) {
    op->op = TT_OP_MOV;
    op->type2 = TT_DTYPE_NONE;
  }
  op->type = TT_DTYPE_I32;
  op->result_type = TT_DTYPE_I32;
}

static void ttc_narrow_op(const ttc_generic_t* generic, ttc_body_op_t* op,
                          const ttc_range_t* ranges, ttc_range_t* out) {
  bool to = op->type == TT_DTYPE_I64;
  if (to && op->type2 != TT_DTYPE_NONE) {
    ttc_narrow_extend(op, out);
    return;
  }
  if (!to && op->type2 != TT_DTYPE_I64) return;
  uint32_t first = op->op == TT_OP_SELECT ? 1 : 0;
  for (uint32_t i = first; i < op->operand_count; ++i) {
    if (generic->body[op->operands[i]].result_type != TT_DTYPE_I32) return;
  }
  ttc_range_t a = ranges[op->operands[first]];
  ttc_range_t b = ranges[op->operands[op->operand_count - 1]];
  if (!to) {
    ttc_narrow_cast(op, a);
    return;
  }
  // Signed and unsigned order are those of 64 bits, for values sign-extended.
  bool compares = op->op == TT_OP_CMPI;
  const int64_t ends[] = {a.low, a.high, b.low, b.high};
  if (op->op == TT_OP_SELECT) {
    *out = ttc_range_hull(ends, 4);
  } else if (!compares && (!ttc_range_of_op((tt_op_t)op->op, a, b, out) ||
                           !ttc_range_fits(*out))) {
    return;
  }
  op->type = TT_DTYPE_I32;
  if (!compares) op->result_type = TT_DTYPE_I32;
}

void ttc_narrow_body(const ttc_dispatch_t* dispatch, ttc_generic_t* generic) {
  ttc_range_t* ranges = calloc(generic->body_count + 1, sizeof(*ranges));
  if (!ranges) return;  // nothing is narrowed
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    ttc_body_op_t* op = &generic->body[i];
    int64_t value = 0;
    ranges[i] = ttc_range_of_type(TT_DTYPE_I32);
    switch ((ttc_body_kind_t)op->kind) {
      case TTC_BODY_INPUT:
      case TTC_BODY_INIT:
        break;
      case TTC_BODY_INDEX:
        ranges[i].low = 0;
        if (!ttc_expr_is_const(dispatch, generic->loops[op->index], &value)) {
          value = INT32_MAX;
        }
        ranges[i].high = value;
        if (ttc_range_fits(ranges[i])) op->result_type = TT_DTYPE_I32;
        break;
      case TTC_BODY_CONSTANT:
        value = (int64_t)op->bits;
        if (op->result_type == TT_DTYPE_I64 &&
            ttc_range_fits((ttc_range_t){value, value})) {
          op->result_type = TT_DTYPE_I32;
          ranges[i] = (ttc_range_t){value, value};
        }
        break;
      case TTC_BODY_OP:
        ttc_narrow_op(generic, op, ranges, &ranges[i]);
        break;
    }
  }
  free(ranges);
}

// ---- Ranges of bodies -------------------------------------------------------

static bool ttc_is_small_integer(uint8_t type) {
  return type == TT_DTYPE_I1 || type == TT_DTYPE_I8 || type == TT_DTYPE_I16 ||
         type == TT_DTYPE_I32;
}

// Of an integer of at most 32 bits; others are not asked for.
static ttc_range_t ttc_range_of_any(uint8_t type) {
  return ttc_range_of_type(ttc_is_small_integer(type) ? (tt_dtype_t)type
                                                      : TT_DTYPE_I32);
}

static ttc_range_t ttc_range_of_body_op(const ttc_generic_t* generic,
                                        const ttc_body_op_t* op,
                                        const ttc_range_t* ranges) {
  const ttc_range_t any = ttc_range_of_any(op->result_type);
  ttc_range_t range = any;
  for (uint32_t i = 0; i < op->operand_count; ++i) {
    const ttc_body_op_t* operand = &generic->body[op->operands[i]];
    if (!ttc_is_small_integer(operand->result_type)) return any;
  }
  const ttc_range_t a = ranges[op->operands[0]];
  const ttc_range_t b = ranges[op->operands[op->operand_count - 1]];
  if (op->op == TT_OP_EXTUI && a.low < 0) {
    range = (ttc_range_t){0, ttc_range_of_type(op->type2).high * 2 + 1};
  } else if (op->op == TT_OP_EXTSI || op->op == TT_OP_EXTUI ||
             op->op == TT_OP_TRUNCI) {
    range = a;
  } else if (op->op == TT_OP_SHRS && b.low == b.high && b.low >= 0 &&
             b.low < 32) {
    range = (ttc_range_t){a.low >> b.low, a.high >> b.low};
  } else if (!ttc_range_of_op((tt_op_t)op->op, a, b, &range)) {
    return any;
  }
  return range.low < any.low || range.high > any.high ? any : range;
}

// The range of body op |index|, producers being looked at |depth| deep.
static ttc_range_t ttc_range_within(const ttc_dispatch_t* dispatch,
                                    const ttc_generic_t* generic,
                                    uint32_t index, int depth) {
  ttc_range_t ranges[TTC_MAX_RANGE_BODY];
  if (index >= TTC_MAX_RANGE_BODY) {
    return ttc_range_of_any(generic->body[index].result_type);
  }
  for (uint32_t i = 0; i <= index; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    ranges[i] = ttc_range_of_any(op->result_type);
    if (op->kind == TTC_BODY_CONSTANT &&
        ttc_is_small_integer(op->result_type)) {
      ranges[i].low = ranges[i].high = (int32_t)op->bits;
    } else if (op->kind == TTC_BODY_OP) {
      ranges[i] = ttc_range_of_body_op(generic, op, ranges);
    }
    if (op->kind != TTC_BODY_INPUT || depth == 0) continue;
    const ttc_value_t* value =
        &dispatch->values[generic->inputs[op->index].value];
    if (value->kind != TTC_VALUE_RESULT) continue;
    const ttc_generic_t* producer = &dispatch->generics[value->generic];
    if (producer->reductions) continue;
    ranges[i] = ttc_range_within(dispatch, producer,
                                 producer->yields[value->result], depth - 1);
  }
  return ranges[index];
}

ttc_range_t ttc_range_of_body(const ttc_dispatch_t* dispatch,
                              const ttc_generic_t* generic, uint32_t index) {
  return ttc_range_within(dispatch, generic, index, TTC_PRODUCER_DEPTH);
}

// ---- Sums of which the low bits are used ------------------------------------

// Whether body op |index| of |generic| is used only to keep low bits of it.
static bool ttc_narrow_only_truncated(const ttc_generic_t* generic,
                                      uint32_t index) {
  for (uint32_t i = 0; i < generic->output_count; ++i) {
    if (generic->yields[i] == index) return false;
  }
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    for (uint32_t j = 0; op->kind == TTC_BODY_OP && j < op->operand_count;
         ++j) {
      if (op->operands[j] == index && op->op != TT_OP_TRUNCI) return false;
    }
  }
  return true;
}

// Whether all uses of |value| truncate it; where |rewrites|, makes I32 of them.
static bool ttc_narrow_uses(ttc_dispatch_t* dispatch, uint32_t value,
                            bool rewrites) {
  for (uint32_t i = 0; i < dispatch->store_count; ++i) {
    if (dispatch->stores[i].value == value) return false;
  }
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    ttc_generic_t* generic = &dispatch->generics[i];
    for (uint32_t j = 0; j < generic->output_count; ++j) {
      if (generic->outputs[j].value == value) return false;
    }
    for (uint32_t j = 0; j < generic->body_count; ++j) {
      ttc_body_op_t* op = &generic->body[j];
      if (op->kind != TTC_BODY_INPUT ||
          generic->inputs[op->index].value != value) {
        continue;
      }
      if (!ttc_narrow_only_truncated(generic, j)) return false;
      if (!rewrites) continue;
      op->result_type = TT_DTYPE_I32;
      for (uint32_t k = 0; k < generic->body_count; ++k) {
        ttc_body_op_t* user = &generic->body[k];
        if (user->kind == TTC_BODY_OP && user->op == TT_OP_TRUNCI &&
            user->operands[0] == j) {
          ttc_narrow_cast(user, ttc_range_of_type(TT_DTYPE_I32));
        }
      }
    }
  }
  return true;
}

// Whether the low 32 bits of |op|'s result follow from those of its operands.
static bool ttc_narrow_wraps(const ttc_body_op_t* op) {
  if (op->kind != TTC_BODY_OP) return true;
  if (op->type2 == TT_DTYPE_I64) return false;
  return op->type != TT_DTYPE_I64 || op->op == TT_OP_ADD ||
         op->op == TT_OP_SUB || op->op == TT_OP_MUL || op->op == TT_OP_EXTSI ||
         op->op == TT_OP_EXTUI;
}

// Makes I32 of |generic|'s I64 values.
static void ttc_narrow_ops(ttc_generic_t* generic) {
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    ttc_body_op_t* op = &generic->body[i];
    if (op->result_type != TT_DTYPE_I64) continue;
    op->result_type = TT_DTYPE_I32;
    op->bits = (uint64_t)(int32_t)op->bits;
    if (op->kind != TTC_BODY_OP) continue;
    op->type = TT_DTYPE_I32;
    if (op->type2 == TT_DTYPE_I32) {
      op->op = TT_OP_MOV;
      op->type2 = TT_DTYPE_NONE;
    }
  }
}

static void ttc_narrow_sum(ttc_dispatch_t* dispatch, uint32_t index) {
  ttc_generic_t* generic = &dispatch->generics[index];
  ttc_operand_map_t* output = &generic->outputs[0];
  if (!generic->reductions || generic->output_count != 1) return;
  const ttc_value_t* start = ttc_value_constant(dispatch, output->value);
  if (!start || start->dtype != TT_DTYPE_I64) return;
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    const bool input = op->kind == TTC_BODY_INPUT;
    if (!ttc_narrow_wraps(op) || (input && op->result_type == TT_DTYPE_I64)) {
      return;
    }
  }
  for (int rewrites = 0; rewrites < 2; ++rewrites) {
    for (uint32_t i = 0; i < dispatch->value_count; ++i) {
      ttc_value_t* value = &dispatch->values[i];
      if (value->kind != TTC_VALUE_RESULT || value->generic != index) continue;
      if (!ttc_narrow_uses(dispatch, i, rewrites)) return;
      if (rewrites) value->dtype = TT_DTYPE_I32;
    }
  }
  ttc_narrow_ops(generic);
  ttc_value_t narrow = dispatch->values[output->value];
  narrow.kind = TTC_VALUE_CONSTANT;
  narrow.dtype = TT_DTYPE_I32;
  narrow.bits = (uint64_t)(int32_t)start->bits;
  output->value = ttc_dispatch_add_value(dispatch, &narrow);
}

void ttc_narrow_sums(ttc_dispatch_t* dispatch) {
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    ttc_narrow_sum(dispatch, i);
  }
}

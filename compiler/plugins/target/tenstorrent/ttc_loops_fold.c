// Simpler forms of nodes: sums in one normal form, constants, identities.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops.h"

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

static int64_t ttc_wrap_mul(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a * (uint64_t)b);
}

static bool ttc_sum_add_term(ttc_sum_t* sum, int64_t factor, ttc_node_t node) {
  for (uint32_t i = 0; i < sum->count; ++i) {
    if (sum->terms[i].node == node) {
      sum->terms[i].factor =
          (int64_t)((uint64_t)sum->terms[i].factor + (uint64_t)factor);
      return true;
    }
  }
  if (sum->count == TTC_MAX_TERMS) return false;
  sum->terms[sum->count++] = (ttc_term_t){node, factor};
  return true;
}

// Adds factor * node, taken apart. False when there are too many terms.
static bool ttc_sum_add(const ttc_loops_t* loops, ttc_sum_t* sum,
                        int64_t factor, ttc_node_t node) {
  const ttc_node_data_t* data = ttc_loops_node(loops, node);
  if (data->kind == TTC_NODE_CONST) {
    sum->constant += (uint64_t)factor * data->bits;
    return true;
  }
  if (data->kind == TTC_NODE_OP && data->op_type == TT_DTYPE_I64) {
    int64_t value;
    switch (data->op) {
      case TT_OP_ADD:
        return ttc_sum_add(loops, sum, factor, data->operands[0]) &&
               ttc_sum_add(loops, sum, factor, data->operands[1]);
      case TT_OP_SUB:
        return ttc_sum_add(loops, sum, factor, data->operands[0]) &&
               ttc_sum_add(loops, sum, ttc_wrap_mul(factor, -1),
                           data->operands[1]);
      case TT_OP_MUL:
        if (ttc_loops_const_value(loops, data->operands[1], &value)) {
          return ttc_sum_add(loops, sum, ttc_wrap_mul(factor, value),
                             data->operands[0]);
        }
        break;
      default:
        break;
    }
  }
  return ttc_sum_add_term(sum, factor, node);
}

bool ttc_loops_sum_of(const ttc_loops_t* loops, ttc_node_t node,
                      ttc_sum_t* out) {
  out->constant = 0;
  out->count = 0;
  return ttc_sum_add(loops, out, 1, node);
}

static bool ttc_term_before(const ttc_loops_t* loops, const ttc_term_t* a,
                            const ttc_term_t* b) {
  uint32_t depth_a = ttc_loops_node(loops, a->node)->home->depth;
  uint32_t depth_b = ttc_loops_node(loops, b->node)->home->depth;
  return depth_a != depth_b ? depth_a < depth_b : a->node < b->node;
}

static void ttc_sum_normalize(const ttc_loops_t* loops, ttc_sum_t* sum) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < sum->count; ++i) {
    if (sum->terms[i].factor == 0) continue;
    ttc_term_t term = sum->terms[i];
    uint32_t j = count++;
    for (; j > 0 && ttc_term_before(loops, &term, &sum->terms[j - 1]); --j) {
      sum->terms[j] = sum->terms[j - 1];
    }
    sum->terms[j] = term;
  }
  sum->count = count;
}

static ttc_node_t ttc_raw2(ttc_loops_t* loops, tt_op_t op, ttc_node_t x,
                           ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_raw_op(loops, op, TT_DTYPE_I64, TT_DTYPE_NONE, 0, operands,
                          2);
}

static ttc_node_t ttc_sum_build(ttc_loops_t* loops, const ttc_sum_t* sum) {
  ttc_node_t constant = ttc_loops_index(loops, (int64_t)sum->constant);
  if (sum->count == 0) return constant;
  bool constant_used = sum->constant == 0;
  ttc_node_t result = TTC_NO_NODE;
  for (uint32_t i = 0; i < sum->count; ++i) {
    ttc_node_t term = sum->terms[i].node;
    int64_t factor = sum->terms[i].factor;
    if (factor == -1) {
      if (result == TTC_NO_NODE) {
        result = constant;
        constant_used = true;
      }
      result = ttc_raw2(loops, TT_OP_SUB, result, term);
      continue;
    }
    if (factor != 1) {
      term = ttc_raw2(loops, TT_OP_MUL, term, ttc_loops_index(loops, factor));
    }
    result =
        result == TTC_NO_NODE ? term : ttc_raw2(loops, TT_OP_ADD, result, term);
    if (!constant_used) {
      result = ttc_raw2(loops, TT_OP_ADD, result, constant);
      constant_used = true;
    }
  }
  return result;
}

ttc_node_t ttc_loops_sum(ttc_loops_t* loops, ttc_node_t x, int64_t factor,
                         ttc_node_t y) {
  ttc_sum_t sum = {0};
  if (ttc_sum_add(loops, &sum, 1, x) && ttc_sum_add(loops, &sum, factor, y)) {
    ttc_sum_normalize(loops, &sum);
    return ttc_sum_build(loops, &sum);
  }
  if (factor != 1) {
    y = ttc_raw2(loops, TT_OP_MUL, y, ttc_loops_index(loops, factor));
  }
  return ttc_raw2(loops, TT_OP_ADD, x, y);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

// |value| as a constant of |type|: sign-extended, i1 0 or 1.
static ttc_node_t ttc_int(ttc_loops_t* loops, tt_dtype_t type, uint64_t value) {
  if (type == TT_DTYPE_I1) return ttc_loops_const(loops, type, value & 1);
  unsigned shift = 64u - tt_dtype_desc(type)->storage_bits;
  return ttc_loops_const(loops, type,
                         (uint64_t)((int64_t)(value << shift) >> shift));
}

// The unsigned value of a constant of |type|.
static uint64_t ttc_zext(tt_dtype_t type, int64_t value) {
  if (type == TT_DTYPE_I1) return (uint64_t)value & 1;
  unsigned shift = 64u - tt_dtype_desc(type)->storage_bits;
  return (uint64_t)value << shift >> shift;
}

static bool ttc_compare(tt_dtype_t type, uint32_t predicate, int64_t x,
                        int64_t y) {
  // A true i1 is -1 when signed.
  const int64_t sign = type == TT_DTYPE_I1 ? -1 : 1;
  return tt_predi_holds((tt_predi_t)predicate, sign * x, sign * y);
}

// Division of two constants as the lane op says; only what is plain.
static ttc_node_t ttc_fold_division(ttc_loops_t* loops, tt_op_t op,
                                    tt_dtype_t type, int64_t x, int64_t y) {
  if (y <= 0 || x < 0 || type == TT_DTYPE_I1) return TTC_NO_NODE;
  switch (op) {
    case TT_OP_DIVS:
    case TT_OP_DIVU:
    case TT_OP_FLOORDIVS:
      return ttc_int(loops, type, (uint64_t)(x / y));
    case TT_OP_CEILDIVS:
    case TT_OP_CEILDIVU:
      return ttc_int(loops, type, (uint64_t)(x / y + (x % y != 0)));
    default:
      return ttc_int(loops, type, (uint64_t)(x % y));
  }
}

static ttc_node_t ttc_fold_constants(ttc_loops_t* loops, tt_op_t op,
                                     tt_dtype_t type, uint32_t attr, int64_t x,
                                     int64_t y) {
  uint64_t ux = (uint64_t)x;
  uint64_t uy = (uint64_t)y;
  switch (op) {
    case TT_OP_ADD:
      return ttc_int(loops, type, ux + uy);
    case TT_OP_SUB:
      return ttc_int(loops, type, ux - uy);
    case TT_OP_MUL:
      return ttc_int(loops, type, ux * uy);
    case TT_OP_AND:
      return ttc_int(loops, type, ux & uy);
    case TT_OP_OR:
      return ttc_int(loops, type, ux | uy);
    case TT_OP_XOR:
      return ttc_int(loops, type, ux ^ uy);
    case TT_OP_MAXS:
      return ttc_compare(type, TT_PREDI_SGT, x, y) ? ttc_int(loops, type, ux)
                                                   : ttc_int(loops, type, uy);
    case TT_OP_MINS:
      return ttc_compare(type, TT_PREDI_SLT, x, y) ? ttc_int(loops, type, ux)
                                                   : ttc_int(loops, type, uy);
    case TT_OP_CMPI:
      return ttc_loops_const(loops, TT_DTYPE_I1, ttc_compare(type, attr, x, y));
    case TT_OP_DIVS:
    case TT_OP_DIVU:
    case TT_OP_FLOORDIVS:
    case TT_OP_CEILDIVS:
    case TT_OP_CEILDIVU:
    case TT_OP_REMS:
    case TT_OP_REMU:
      return ttc_fold_division(loops, op, type, x, y);
    default:
      return TTC_NO_NODE;
  }
}

//===----------------------------------------------------------------------===//
// Simpler forms
//===----------------------------------------------------------------------===//

static bool ttc_is_int_type(tt_dtype_t type) {
  return type != TT_DTYPE_NONE && !tt_dtype_desc(type)->is_float;
}

// Whether |node| is the low half of a push constant.
static bool ttc_is_push_i32(const ttc_loops_t* loops, ttc_node_t node,
                            ttc_node_t* out_push) {
  const ttc_node_data_t* data = ttc_loops_node(loops, node);
  if (data->kind != TTC_NODE_OP || data->op != TT_OP_TRUNCI ||
      data->op_type != TT_DTYPE_I32 ||
      ttc_loops_node(loops, data->operands[0])->kind != TTC_NODE_PUSH) {
    return false;
  }
  *out_push = data->operands[0];
  return true;
}

static ttc_node_t ttc_fold_cast(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                                tt_dtype_t type2, ttc_node_t x) {
  int64_t value;
  if (ttc_loops_const_value(loops, x, &value)) {
    uint64_t bits = (uint64_t)value;
    if (op == TT_OP_EXTUI) bits = ttc_zext(type2, value);
    if (op == TT_OP_EXTSI && type2 == TT_DTYPE_I1) bits = (uint64_t)-value;
    return ttc_int(loops, type, bits);
  }
  ttc_node_t push;
  if (type != TT_DTYPE_I64 || type2 != TT_DTYPE_I32 ||
      !ttc_is_push_i32(loops, x, &push)) {
    return TTC_NO_NODE;
  }
  if (op == TT_OP_EXTUI) return push;
  // Sign-extended by ops that a launch program has.
  ttc_node_t sign = ttc_loops_index(loops, (int64_t)1 << 31);
  return ttc_loops_sum(loops, ttc_loops_op2(loops, TT_OP_XOR, push, sign), -1,
                       sign);
}

static ttc_node_t ttc_fold_mul(ttc_loops_t* loops, tt_dtype_t type,
                               ttc_node_t x, ttc_node_t y) {
  int64_t value;
  if (ttc_loops_const_value(loops, y, &value)) {
    if (value == 1 && type != TT_DTYPE_I1) return x;
    if (value == 0) return y;
    if (type == TT_DTYPE_I64) {
      return ttc_loops_sum(loops, ttc_loops_index(loops, 0), value, x);
    }
  }
  return TTC_NO_NODE;
}

// Ops on two integers; a constant, if there is one, is |y|.
static ttc_node_t ttc_fold_int(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                               uint32_t attr, ttc_node_t x, ttc_node_t y) {
  int64_t a, b;
  bool has_b = ttc_loops_const_value(loops, y, &b);
  if (has_b && ttc_loops_const_value(loops, x, &a)) {
    ttc_node_t folded = ttc_fold_constants(loops, op, type, attr, a, b);
    if (folded != TTC_NO_NODE) return folded;
  }
  switch (op) {
    case TT_OP_ADD:
    case TT_OP_SUB:
      if (type == TT_DTYPE_I64) {
        return ttc_loops_sum(loops, x, op == TT_OP_ADD ? 1 : -1, y);
      }
      return has_b && b == 0 ? x : TTC_NO_NODE;
    case TT_OP_MUL:
      return ttc_fold_mul(loops, type, x, y);
    case TT_OP_DIVS:
    case TT_OP_DIVU:
    case TT_OP_FLOORDIVS:
    case TT_OP_CEILDIVS:
    case TT_OP_CEILDIVU:
      return has_b && b == 1 && type != TT_DTYPE_I1 ? x : TTC_NO_NODE;
    case TT_OP_REMS:
    case TT_OP_REMU:
      return has_b && b == 1 && type != TT_DTYPE_I1 ? ttc_int(loops, type, 0)
                                                    : TTC_NO_NODE;
    case TT_OP_MAXS:
    case TT_OP_MINS:
    case TT_OP_AND:
    case TT_OP_OR:
      return x == y ? x : TTC_NO_NODE;
    case TT_OP_SHL:
    case TT_OP_SHRS:
    case TT_OP_SHRU:
    case TT_OP_XOR:
      return has_b && b == 0 ? x : TTC_NO_NODE;
    default:
      return TTC_NO_NODE;
  }
}

static bool ttc_is_commutative(tt_op_t op) {
  return op == TT_OP_ADD || op == TT_OP_MUL || op == TT_OP_AND ||
         op == TT_OP_OR || op == TT_OP_XOR || op == TT_OP_MAXS ||
         op == TT_OP_MINS;
}

ttc_node_t ttc_loops_fold(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                          tt_dtype_t type2, uint32_t attr,
                          const ttc_node_t* operands) {
  int64_t value;
  switch (op) {
    case TT_OP_MOV:
      return operands[0];
    case TT_OP_SELECT:
      if (operands[1] == operands[2]) return operands[1];
      if (ttc_loops_const_value(loops, operands[0], &value)) {
        return value ? operands[1] : operands[2];
      }
      return TTC_NO_NODE;
    case TT_OP_EXTUI:
    case TT_OP_EXTSI:
    case TT_OP_TRUNCI:
      return ttc_fold_cast(loops, op, type, type2, operands[0]);
    default:
      break;
  }
  if (!ttc_is_int_type(type) || type2 != TT_DTYPE_NONE ||
      strcmp(tt_op_descs[op].signature, "ss") != 0) {
    return TTC_NO_NODE;
  }
  ttc_node_t x = operands[0];
  ttc_node_t y = operands[1];
  if (ttc_is_commutative(op) &&
      ttc_loops_node(loops, x)->kind == TTC_NODE_CONST &&
      ttc_loops_node(loops, y)->kind != TTC_NODE_CONST) {
    ttc_node_t swapped[] = {y, x};
    ttc_node_t folded =
        ttc_fold_int(loops, op, type, attr, swapped[0], swapped[1]);
    return folded != TTC_NO_NODE
               ? folded
               : ttc_loops_raw_op(loops, op, type, type2, attr, swapped, 2);
  }
  return ttc_fold_int(loops, op, type, attr, x, y);
}

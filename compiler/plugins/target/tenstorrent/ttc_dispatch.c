#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tile/launch.h"

// Room for one more element of |size| bytes; false (and sticky) without memory.
static bool ttc_dispatch_grow(ttc_dispatch_t* dispatch, void** array,
                              uint32_t count, uint32_t* capacity, size_t size) {
  if (count < *capacity) return true;
  uint32_t wanted = *capacity ? *capacity * 2 : 16;
  void* grown = realloc(*array, wanted * size);
  if (!grown) {
    dispatch->exhausted = true;
    return false;
  }
  *array = grown;
  *capacity = wanted;
  return true;
}

#define TTC_APPEND(dispatch, member, element)                             \
  (ttc_dispatch_grow(dispatch, (void**)&(dispatch)->member##s,            \
                     (dispatch)->member##_count,                          \
                     &(dispatch)->member##_capacity, sizeof(*(element)))  \
       ? ((dispatch)->member##s[(dispatch)->member##_count] = *(element), \
          (dispatch)->member##_count++)                                   \
       : 0)

void ttc_dispatch_initialize(ttc_dispatch_t* dispatch) {
  memset(dispatch, 0, sizeof(*dispatch));
  // Index 0 is the constant 0, so that zeroed records are valid.
  ttc_expr_const(dispatch, 0);
}

void ttc_dispatch_deinitialize(ttc_dispatch_t* dispatch) {
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    free(dispatch->generics[i].body);
  }
  for (uint32_t i = 0; i < dispatch->subspan_count; ++i) {
    free(dispatch->subspans[i].data);
  }
  free(dispatch->name);
  free(dispatch->exprs);
  free(dispatch->subspans);
  free(dispatch->values);
  free(dispatch->generics);
  free(dispatch->stores);
  memset(dispatch, 0, sizeof(*dispatch));
}

// ---- Launch expressions -----------------------------------------------------

static ttc_expr_t ttc_expr_intern(ttc_dispatch_t* dispatch,
                                  const ttc_expr_node_t* node) {
  for (uint32_t i = 0; i < dispatch->expr_count; ++i) {
    const ttc_expr_node_t* other = &dispatch->exprs[i];
    if (other->kind == node->kind && other->op == node->op &&
        other->a == node->a && other->b == node->b &&
        other->value == node->value) {
      return i;
    }
  }
  return TTC_APPEND(dispatch, expr, node);
}

ttc_expr_t ttc_expr_const(ttc_dispatch_t* dispatch, int64_t value) {
  return ttc_expr_intern(
      dispatch, &(ttc_expr_node_t){.kind = TTC_EXPR_CONST, .value = value});
}

ttc_expr_t ttc_expr_push(ttc_dispatch_t* dispatch, uint32_t index) {
  return ttc_expr_intern(
      dispatch, &(ttc_expr_node_t){.kind = TTC_EXPR_PUSH, .value = index});
}

ttc_expr_t ttc_expr_grid(ttc_dispatch_t* dispatch) {
  return ttc_expr_intern(dispatch, &(ttc_expr_node_t){.kind = TTC_EXPR_GRID});
}

bool ttc_expr_is_const(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                       int64_t* out_value) {
  const ttc_expr_node_t* node = &dispatch->exprs[expr];
  if (node->kind != TTC_EXPR_CONST) return false;
  *out_value = node->value;
  return true;
}

// False where a launch program would fail: overflow, division by zero.
static bool ttc_expr_fold(tt_op_t op, int64_t a, int64_t b,
                          int64_t* out_value) {
  const int64_t x[3] = {a, b, 0};
  return tt_launch_compute(op, 0, x, out_value) == TT_LAUNCH_FINE;
}

static bool ttc_expr_commutes(tt_op_t op) {
  return op == TT_OP_ADD || op == TT_OP_MUL || op == TT_OP_MINS ||
         op == TT_OP_MAXS || op == TT_OP_OR || op == TT_OP_AND ||
         op == TT_OP_XOR;
}

ttc_expr_t ttc_expr_op(ttc_dispatch_t* dispatch, tt_op_t op, ttc_expr_t a,
                       ttc_expr_t b) {
  int64_t x = 0, y = 0, folded = 0;
  bool a_const = ttc_expr_is_const(dispatch, a, &x);
  bool b_const = ttc_expr_is_const(dispatch, b, &y);
  if (a_const && b_const && ttc_expr_fold(op, x, y, &folded)) {
    return ttc_expr_const(dispatch, folded);
  }
  // One order for equal expressions, constants second.
  if (ttc_expr_commutes(op) && (a_const || (!b_const && b < a))) {
    ttc_expr_t swap = a;
    a = b;
    b = swap;
    y = a_const ? x : y;
    b_const = a_const;
  }
  if (b_const) {
    bool one = y == 1;
    bool zero = y == 0;
    if (zero && (op == TT_OP_ADD || op == TT_OP_SUB || op == TT_OP_OR ||
                 op == TT_OP_SHL || op == TT_OP_XOR)) {
      return a;
    }
    if (zero && op == TT_OP_MUL) return b;
    if (one && (op == TT_OP_MUL || op == TT_OP_DIVS || op == TT_OP_CEILDIVS ||
                op == TT_OP_FLOORDIVS)) {
      return a;
    }
  }
  return ttc_expr_intern(
      dispatch, &(ttc_expr_node_t){
                    .kind = TTC_EXPR_OP, .op = (uint16_t)op, .a = a, .b = b});
}

int64_t ttc_expr_estimate(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                          int64_t unknown, int64_t grid) {
  const ttc_expr_node_t* node = &dispatch->exprs[expr];
  if (node->kind == TTC_EXPR_CONST) return node->value;
  if (node->kind == TTC_EXPR_GRID) return grid;
  // Shifts and ors join the halves of a size.
  bool joins = node->op == TT_OP_OR || node->op == TT_OP_SHL;
  int64_t value = 0;
  bool known = node->kind == TTC_EXPR_OP && !joins &&
               ttc_expr_fold(
                   (tt_op_t)node->op,
                   ttc_expr_estimate(dispatch, node->a, unknown, grid),
                   ttc_expr_estimate(dispatch, node->b, unknown, grid), &value);
  return known ? value : unknown;
}

// ---- Loops ------------------------------------------------------------------

uint32_t ttc_form_loops(const ttc_form_t* form) {
  uint32_t mask = 0;
  for (uint32_t i = 0; i < TTC_MAX_RANK; ++i) {
    if (form->factors[i]) mask |= 1u << i;
  }
  return mask;
}

uint32_t ttc_operand_loops(const ttc_dispatch_t* dispatch,
                           const ttc_operand_map_t* map) {
  uint32_t mask = 0;
  for (uint32_t i = 0; i < dispatch->values[map->value].rank; ++i) {
    mask |= ttc_form_loops(&map->forms[i]);
  }
  return mask;
}

// ---- Values ----------------------------------------------------------------

const ttc_value_t* ttc_value_constant(const ttc_dispatch_t* dispatch,
                                      uint32_t value) {
  const ttc_value_t* v = &dispatch->values[value];
  if (v->kind == TTC_VALUE_CONSTANT) return v;
  if (v->kind != TTC_VALUE_RESULT) return NULL;
  const ttc_generic_t* generic = &dispatch->generics[v->generic];
  const ttc_body_op_t* op = &generic->body[generic->yields[v->result]];
  if (generic->reductions || op->kind != TTC_BODY_INPUT) return NULL;
  v = &dispatch->values[generic->inputs[op->index].value];
  return v->kind == TTC_VALUE_CONSTANT ? v : NULL;
}

// ---- Records ----------------------------------------------------------------

uint32_t ttc_dispatch_add_subspan(ttc_dispatch_t* dispatch,
                                  const ttc_subspan_t* subspan) {
  return TTC_APPEND(dispatch, subspan, subspan);
}

uint32_t ttc_dispatch_add_value(ttc_dispatch_t* dispatch,
                                const ttc_value_t* value) {
  return TTC_APPEND(dispatch, value, value);
}

uint32_t ttc_dispatch_add_generic(ttc_dispatch_t* dispatch,
                                  const ttc_generic_t* generic) {
  if (!ttc_dispatch_grow(dispatch, (void**)&dispatch->generics,
                         dispatch->generic_count, &dispatch->generic_capacity,
                         sizeof(*generic))) {
    free(generic->body);
    return 0;
  }
  dispatch->generics[dispatch->generic_count] = *generic;
  return dispatch->generic_count++;
}

void ttc_dispatch_insert_generic(ttc_dispatch_t* dispatch, uint32_t index,
                                 const ttc_generic_t* generic) {
  const uint32_t last = ttc_dispatch_add_generic(dispatch, generic);
  if (dispatch->exhausted) return;
  ttc_generic_t* at = &dispatch->generics[index];
  memmove(at + 1, at, (last - index) * sizeof(*at));
  *at = *generic;
  for (uint32_t i = 0; i < dispatch->value_count; ++i) {
    ttc_value_t* value = &dispatch->values[i];
    if (value->kind == TTC_VALUE_RESULT && value->generic >= index) {
      ++value->generic;
    }
  }
}

void ttc_dispatch_add_store(ttc_dispatch_t* dispatch,
                            const ttc_store_t* store) {
  TTC_APPEND(dispatch, store, store);
}

// ---- Text -------------------------------------------------------------------

void ttc_expr_print(const ttc_dispatch_t* dispatch, ttc_expr_t expr,
                    FILE* file) {
  const ttc_expr_node_t* node = &dispatch->exprs[expr];
  switch ((ttc_expr_kind_t)node->kind) {
    case TTC_EXPR_CONST:
      fprintf(file, "%" PRId64, node->value);
      break;
    case TTC_EXPR_PUSH:
      fprintf(file, "push%" PRId64, node->value);
      break;
    case TTC_EXPR_GRID:
      fputs("grid", file);
      break;
    case TTC_EXPR_OP:
      fprintf(file, "%s(", tt_op_descs[node->op].mnemonic);
      ttc_expr_print(dispatch, node->a, file);
      fputs(", ", file);
      ttc_expr_print(dispatch, node->b, file);
      fputc(')', file);
      break;
  }
}

static void ttc_exprs_print(const ttc_dispatch_t* dispatch,
                            const ttc_expr_t* exprs, uint32_t count,
                            FILE* file) {
  fputc('[', file);
  for (uint32_t i = 0; i < count; ++i) {
    if (i) fputs(", ", file);
    ttc_expr_print(dispatch, exprs[i], file);
  }
  fputc(']', file);
}

static void ttc_slice_print(const ttc_dispatch_t* dispatch,
                            const ttc_slice_t* slice, uint32_t rank,
                            FILE* file) {
  fprintf(file, "s%u at ", slice->subspan);
  ttc_expr_print(dispatch, slice->base, file);
  fputs(" strides ", file);
  ttc_exprs_print(dispatch, slice->strides, rank, file);
}

static void ttc_operand_map_print(const ttc_dispatch_t* dispatch,
                                  const ttc_operand_map_t* map, uint32_t loops,
                                  FILE* file) {
  uint32_t rank = dispatch->values[map->value].rank;
  fprintf(file, "t%u(", map->value);
  for (uint32_t i = 0; i < rank; ++i) {
    const char* separator = i ? ", " : "";
    bool any = false;
    for (uint32_t j = 0; j < loops; ++j) {
      int64_t factor = map->forms[i].factors[j];
      if (!factor) continue;
      fprintf(file, "%sd%u", any ? " + " : separator, j);
      if (factor != 1) fprintf(file, "*%" PRId64, factor);
      any = true;
    }
    if (map->forms[i].constant || !any) {
      fprintf(file, "%s%" PRId64, any ? " + " : separator,
              map->forms[i].constant);
    }
  }
  fputc(')', file);
}

static void ttc_generic_print(const ttc_dispatch_t* dispatch, uint32_t index,
                              FILE* file) {
  const ttc_generic_t* generic = &dispatch->generics[index];
  fprintf(file, "  generic g%u loops ", index);
  ttc_exprs_print(dispatch, generic->loops, generic->loop_count, file);
  if (generic->reductions) fprintf(file, " reduce 0x%x", generic->reductions);
  for (uint32_t i = 0; i < generic->input_count; ++i) {
    fputs(i ? ", " : " in ", file);
    ttc_operand_map_print(dispatch, &generic->inputs[i], generic->loop_count,
                          file);
  }
  for (uint32_t i = 0; i < generic->output_count; ++i) {
    fputs(i ? ", " : " out ", file);
    ttc_operand_map_print(dispatch, &generic->outputs[i], generic->loop_count,
                          file);
  }
  fputc('\n', file);
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    const char* type = tt_dtype_desc((tt_dtype_t)op->result_type)->name;
    fprintf(file, "    b%u = %s ", i, type);
    if (op->kind == TTC_BODY_INPUT) fprintf(file, "in %u", op->index);
    if (op->kind == TTC_BODY_INIT) fprintf(file, "init %u", op->index);
    if (op->kind == TTC_BODY_CONSTANT) fprintf(file, "0x%" PRIx64, op->bits);
    if (op->kind == TTC_BODY_INDEX) fprintf(file, "index %u", op->index);
    if (op->kind == TTC_BODY_OP) {
      fputs(tt_op_descs[op->op].mnemonic, file);
      for (uint32_t j = 0; j < op->operand_count; ++j) {
        fprintf(file, " b%u", op->operands[j]);
      }
    }
    fputc('\n', file);
  }
  fputs("    yield", file);
  for (uint32_t i = 0; i < generic->output_count; ++i) {
    fprintf(file, " b%u", generic->yields[i]);
  }
  fputc('\n', file);
}

static void ttc_pick_print(const ttc_dispatch_t* dispatch,
                           const ttc_value_t* value, FILE* file) {
  if (!value->pick.numbers) return;
  const uint32_t numbers = value->pick.numbers - 1;
  fprintf(file, " rows t%u(", numbers);
  for (uint32_t i = 0; i < dispatch->values[numbers].rank; ++i) {
    fprintf(file, "%s%u", i ? ", " : "", value->pick.dims[i]);
  }
  fputs(") of ", file);
  ttc_expr_print(dispatch, value->pick.count, file);
  fputs(", stride ", file);
  ttc_expr_print(dispatch, value->pick.stride, file);
}

static void ttc_value_print(const ttc_dispatch_t* dispatch, uint32_t index,
                            FILE* file) {
  const ttc_value_t* value = &dispatch->values[index];
  fprintf(file, "  t%u %s ", index, tt_dtype_desc(value->dtype)->name);
  ttc_exprs_print(dispatch, value->dims, value->rank, file);
  switch ((ttc_value_kind_t)value->kind) {
    case TTC_VALUE_LOAD:
      fputs(" load ", file);
      ttc_slice_print(dispatch, &value->slice, value->rank, file);
      ttc_pick_print(dispatch, value, file);
      break;
    case TTC_VALUE_EMPTY:
      fputs(" empty", file);
      break;
    case TTC_VALUE_CONSTANT:
      fprintf(file, " constant 0x%" PRIx64, value->bits);
      break;
    case TTC_VALUE_RESULT:
      fprintf(file, " g%u.%u", value->generic, value->result);
      break;
  }
  fputc('\n', file);
}

void ttc_dispatch_print(const ttc_dispatch_t* dispatch, FILE* file) {
  fprintf(file, "dispatch @%s constants %u bindings %u\n", dispatch->name,
          dispatch->constant_count, dispatch->binding_count);
  for (uint32_t i = 0; i < dispatch->subspan_count; ++i) {
    const ttc_subspan_t* subspan = &dispatch->subspans[i];
    if (subspan->binding == TTC_NO_BINDING) {
      fprintf(file, "  s%u constant", i);
    } else {
      fprintf(file, "  s%u binding %u offset ", i, subspan->binding);
      ttc_expr_print(dispatch, subspan->offset, file);
    }
    fprintf(file, " %s ", tt_dtype_desc(subspan->dtype)->name);
    ttc_exprs_print(dispatch, subspan->dims, subspan->rank, file);
    fputc('\n', file);
  }
  for (uint32_t i = 0; i < dispatch->value_count; ++i) {
    ttc_value_print(dispatch, i, file);
  }
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    ttc_generic_print(dispatch, i, file);
  }
  for (uint32_t i = 0; i < dispatch->store_count; ++i) {
    const ttc_store_t* store = &dispatch->stores[i];
    fprintf(file, "  store t%u to ", store->value);
    ttc_slice_print(dispatch, &store->slice,
                    dispatch->values[store->value].rank, file);
    fputc('\n', file);
  }
}

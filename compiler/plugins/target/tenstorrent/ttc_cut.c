#include "compiler/plugins/target/tenstorrent/ttc_cut.h"

#include <stdlib.h>
#include <string.h>

// ---- Products of matrices ---------------------------------------------------

// The body op below casts of |index|.
static const ttc_body_op_t* ttc_cut_uncast(const ttc_generic_t* generic,
                                           uint32_t index) {
  const ttc_body_op_t* op = &generic->body[index];
  while (op->kind == TTC_BODY_OP && op->op == TT_OP_FPCAST) {
    op = &generic->body[op->operands[0]];
  }
  return op;
}

// The factors of the product that |generic| sums, or NULL.
static const uint32_t* ttc_cut_factors(const ttc_generic_t* generic) {
  if (!generic->reductions || generic->output_count != 1) return NULL;
  const ttc_body_op_t* root = &generic->body[generic->yields[0]];
  if (root->kind != TTC_BODY_OP ||
      !tt_dtype_desc((tt_dtype_t)root->result_type)->is_float) {
    return NULL;
  }
  if (root->op == TT_OP_FMA) return root->operands;
  if (root->op != TT_OP_ADD) return NULL;
  for (uint32_t i = 0; i < 2; ++i) {
    if (generic->body[root->operands[1 - i]].kind != TTC_BODY_INIT) continue;
    const ttc_body_op_t* term = ttc_cut_uncast(generic, root->operands[i]);
    bool product = term->kind == TTC_BODY_OP && term->op == TT_OP_MUL;
    return product ? term->operands : NULL;
  }
  return NULL;
}

static uint32_t ttc_cut_loops(const ttc_dispatch_t* dispatch,
                              const ttc_operand_map_t* map) {
  uint32_t mask = 0;
  for (uint32_t i = 0; i < dispatch->values[map->value].rank; ++i) {
    for (uint32_t j = 0; j < TTC_MAX_RANK; ++j) {
      if (map->forms[i].factors[j]) mask |= 1u << j;
    }
  }
  return mask;
}

// Whether |generic| sums products of two inputs each of which is used for many
// results: a product of matrices, a convolution.
static bool ttc_cut_is_product(const ttc_dispatch_t* dispatch,
                               const ttc_generic_t* generic,
                               const ttc_operand_map_t** out_inputs) {
  const uint32_t* factors = ttc_cut_factors(generic);
  if (!factors) return false;
  uint32_t loops[2];
  for (uint32_t i = 0; i < 2; ++i) {
    const ttc_body_op_t* factor = ttc_cut_uncast(generic, factors[i]);
    if (factor->kind != TTC_BODY_INPUT) return false;
    out_inputs[i] = &generic->inputs[factor->index];
    loops[i] = ttc_cut_loops(dispatch, out_inputs[i]);
  }
  uint32_t parallel = ~generic->reductions;
  return (loops[0] & ~loops[1] & parallel) && (loops[1] & ~loops[0] & parallel);
}

// ---- What reaches what ------------------------------------------------------

// Marks in |marks| the reductions that |value| is computed of, without those
// that they are computed of themselves.
static void ttc_cut_reach(const ttc_dispatch_t* dispatch, uint32_t value,
                          bool* marks) {
  const ttc_value_t* v = &dispatch->values[value];
  if (v->kind != TTC_VALUE_RESULT) return;
  const ttc_generic_t* generic = &dispatch->generics[v->generic];
  if (generic->reductions) marks[v->generic] = true;
  for (uint32_t i = 0; !generic->reductions && i < generic->input_count; ++i) {
    ttc_cut_reach(dispatch, generic->inputs[i].value, marks);
  }
  // What a reduction starts from is combined after it.
  for (uint32_t i = 0; i < generic->output_count; ++i) {
    ttc_cut_reach(dispatch, generic->outputs[i].value, marks);
  }
}

static uint32_t ttc_cut_parallel_loops(const ttc_generic_t* generic) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < generic->loop_count; ++i) {
    count += !(generic->reductions >> i & 1);
  }
  return count;
}

// ---- Cutting ----------------------------------------------------------------

// Stores |value|, the result of a generic, to scratch memory, and makes it a
// load of that.
static void ttc_cut_value(ttc_dispatch_t* dispatch, uint32_t value) {
  ttc_value_t load = dispatch->values[value];
  if (load.kind != TTC_VALUE_RESULT) return;
  uint32_t result = ttc_dispatch_add_value(dispatch, &load);
  ttc_subspan_t subspan = {
      .binding = TTC_SCRATCH, .dtype = load.dtype, .rank = load.rank};
  memcpy(subspan.dims, load.dims, sizeof(load.dims));
  load.kind = TTC_VALUE_LOAD;
  load.slice =
      (ttc_slice_t){.subspan = ttc_dispatch_add_subspan(dispatch, &subspan),
                    .base = ttc_expr_const(dispatch, 0)};
  ttc_expr_t stride = ttc_expr_const(dispatch, 1);
  for (uint32_t i = load.rank; i-- > 0;) {
    load.slice.strides[i] = stride;
    stride = ttc_expr_op(dispatch, TT_OP_MUL, stride, load.dims[i]);
  }
  if (dispatch->exhausted) return;
  dispatch->values[value] = load;
  ttc_dispatch_add_store(dispatch,
                         &(ttc_store_t){.value = result, .slice = load.slice});
}

// Whether |value| goes to scratch memory already.
static bool ttc_cut_is_stored(const ttc_dispatch_t* dispatch, uint32_t value) {
  for (uint32_t i = 0; i < dispatch->store_count; ++i) {
    const ttc_store_t* store = &dispatch->stores[i];
    if (store->value == value &&
        dispatch->subspans[store->slice.subspan].binding == TTC_SCRATCH) {
      return true;
    }
  }
  return false;
}

static void ttc_cut_results(ttc_dispatch_t* dispatch, uint32_t generic) {
  uint32_t count = dispatch->value_count;
  for (uint32_t i = 0; i < count; ++i) {
    const ttc_value_t* value = &dispatch->values[i];
    if (value->kind == TTC_VALUE_RESULT && value->generic == generic &&
        !ttc_cut_is_stored(dispatch, i)) {
      ttc_cut_value(dispatch, i);
    }
  }
}

// Cuts off what reduction |index| cannot inline.
static void ttc_cut_generic(ttc_dispatch_t* dispatch, uint32_t index,
                            bool* marks) {
  const ttc_generic_t* generic = &dispatch->generics[index];
  const ttc_operand_map_t* inputs[2];
  if (!generic->reductions) return;
  if (ttc_cut_is_product(dispatch, generic, inputs)) {
    ttc_cut_value(dispatch, inputs[0]->value);
    ttc_cut_value(dispatch, inputs[1]->value);
    return;
  }
  memset(marks, 0, dispatch->generic_count * sizeof(*marks));
  for (uint32_t i = 0; i < generic->input_count; ++i) {
    ttc_cut_reach(dispatch, generic->inputs[i].value, marks);
  }
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    const ttc_generic_t* other = &dispatch->generics[i];
    if (marks[i] &&
        (ttc_cut_is_product(dispatch, other, inputs) ||
         ttc_cut_parallel_loops(other) != ttc_cut_parallel_loops(generic))) {
      ttc_cut_results(dispatch, i);
    }
  }
}

// Leaves a store one product of matrices, or reductions over the same loops.
static void ttc_cut_store(ttc_dispatch_t* dispatch, uint32_t value,
                          bool* marks) {
  const ttc_operand_map_t* inputs[2];
  uint32_t kept = TT_NONE;
  bool product = false;
  memset(marks, 0, dispatch->generic_count * sizeof(*marks));
  ttc_cut_reach(dispatch, value, marks);
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    if (!marks[i]) continue;
    const ttc_generic_t* generic = &dispatch->generics[i];
    bool multiplies = ttc_cut_is_product(dispatch, generic, inputs);
    if (kept == TT_NONE || multiplies > product ||
        (multiplies == product &&
         ttc_cut_parallel_loops(generic) >=
             ttc_cut_parallel_loops(&dispatch->generics[kept]))) {
      kept = i;
      product = multiplies;
    }
  }
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    if (marks[i] && i != kept &&
        (product || ttc_cut_parallel_loops(&dispatch->generics[i]) !=
                        ttc_cut_parallel_loops(&dispatch->generics[kept]))) {
      ttc_cut_results(dispatch, i);
    }
  }
}

static uint32_t ttc_cut_generic_of(const ttc_dispatch_t* dispatch,
                                   const ttc_store_t* store) {
  return dispatch->values[store->value].generic;
}

// Moves the stores from |first| on, which are the cuts, to the front, in the
// order of their generics: producers come first.
static void ttc_cut_order(ttc_dispatch_t* dispatch, uint32_t first) {
  ttc_store_t* stores = dispatch->stores;
  for (uint32_t i = first; i < dispatch->store_count; ++i) {
    ttc_store_t cut = stores[i];
    uint32_t generic = ttc_cut_generic_of(dispatch, &cut);
    uint32_t to = 0, cuts = i - first;
    while (to < cuts && ttc_cut_generic_of(dispatch, &stores[to]) <= generic) {
      ++to;
    }
    memmove(stores + to + 1, stores + to, (i - to) * sizeof(*stores));
    stores[to] = cut;
  }
}

void ttc_cut_dispatch(ttc_dispatch_t* dispatch) {
  uint32_t stores = dispatch->store_count;
  bool* marks = calloc(dispatch->generic_count + 1, sizeof(*marks));
  if (!marks) {
    dispatch->exhausted = true;
    return;
  }
  for (uint32_t i = 0; i < dispatch->generic_count; ++i) {
    ttc_cut_generic(dispatch, i, marks);
  }
  for (uint32_t i = 0; i < stores; ++i) {
    ttc_cut_store(dispatch, dispatch->stores[i].value, marks);
  }
  ttc_cut_order(dispatch, stores);
  free(marks);
}

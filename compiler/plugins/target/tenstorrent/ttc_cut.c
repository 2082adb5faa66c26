#include "compiler/plugins/target/tenstorrent/ttc_cut.h"

#include <stdlib.h>
#include <string.h>

// ---- Products of matrices ---------------------------------------------------

// The body op below casts of |index|.
static const ttc_body_op_t* ttc_cut_uncast(const ttc_generic_t* generic,
                                           uint32_t index) {
  const ttc_body_op_t* op = &generic->body[index];
  while (op->kind == TTC_BODY_OP &&
         (op->op == TT_OP_FPCAST || op->op == TT_OP_FPTOSI)) {
    op = &generic->body[op->operands[0]];
  }
  return op;
}

// The factors of the product that |generic| sums, or NULL.
static const uint32_t* ttc_cut_factors(const ttc_generic_t* generic) {
  if (!generic->reductions || generic->output_count != 1) return NULL;
  const ttc_body_op_t* root = &generic->body[generic->yields[0]];
  if (root->kind != TTC_BODY_OP ||
      (!tt_dtype_desc((tt_dtype_t)root->result_type)->is_float &&
       !generic->exact_terms)) {
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
    loops[i] = ttc_operand_loops(dispatch, out_inputs[i]);
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

// ---- Results that repeat ----------------------------------------------------

static bool ttc_cut_is_loop(const ttc_form_t* form, uint32_t loop) {
  ttc_form_t wanted = {.constant = 0};
  wanted.factors[loop] = 1;
  return memcmp(form, &wanted, sizeof(wanted)) == 0;
}

// The dim of |generic|'s only output along which every result is the same,
// since nothing that is reduced depends on |loop|; or -1.
static int ttc_cut_repeated_dim(const ttc_dispatch_t* dispatch,
                                const ttc_generic_t* generic, uint32_t loop) {
  const ttc_operand_map_t* output = &generic->outputs[0];
  if (generic->reductions >> loop & 1 ||
      ttc_expr_equals(dispatch, generic->loops[loop], 1)) {
    return -1;
  }
  for (uint32_t i = 0; i < generic->input_count; ++i) {
    const ttc_operand_map_t* input = &generic->inputs[i];
    if (dispatch->values[input->value].kind != TTC_VALUE_CONSTANT &&
        ttc_operand_loops(dispatch, input) >> loop & 1) {
      return -1;
    }
  }
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    if (op->kind == TTC_BODY_INDEX && op->index == loop) return -1;
  }
  for (uint32_t i = 0; i < dispatch->values[output->value].rank; ++i) {
    if (ttc_cut_is_loop(&output->forms[i], loop)) return (int)i;
  }
  return -1;
}

static void ttc_cut_drop_loop(ttc_generic_t* generic, uint32_t loop) {
  const uint32_t after = generic->loop_count - loop - 1;
  const uint32_t below = (1u << loop) - 1;
  for (uint32_t i = 0; i < generic->input_count + 1; ++i) {
    ttc_operand_map_t* map = i ? &generic->inputs[i - 1] : &generic->outputs[0];
    for (uint32_t j = 0; j < TTC_MAX_RANK; ++j) {
      int64_t* factors = map->forms[j].factors;
      memmove(factors + loop, factors + loop + 1, after * sizeof(*factors));
      factors[generic->loop_count - 1] = 0;
    }
  }
  for (uint32_t i = 0; i < generic->body_count; ++i) {
    ttc_body_op_t* op = &generic->body[i];
    if (op->kind == TTC_BODY_INDEX && op->index > loop) --op->index;
  }
  memmove(generic->loops + loop, generic->loops + loop + 1,
          after * sizeof(*generic->loops));
  generic->reductions =
      (generic->reductions & below) | (generic->reductions >> 1 & ~below);
  --generic->loop_count;
}

// Reduces once what would be reduced for each index of a loop: as where the
// weights of a convolution are all the same constant.
static void ttc_cut_repeated(ttc_dispatch_t* dispatch, uint32_t index) {
  ttc_generic_t* generic = &dispatch->generics[index];
  if (!generic->reductions || generic->output_count != 1) return;
  ttc_operand_map_t* output = &generic->outputs[0];
  const ttc_value_t* start = ttc_value_constant(dispatch, output->value);
  if (!start) return;
  ttc_value_t once = dispatch->values[output->value];
  once.kind = TTC_VALUE_CONSTANT;
  once.bits = start->bits;
  uint32_t kept[TTC_MAX_RANK], rank = once.rank;
  for (uint32_t i = 0; i < rank; ++i) kept[i] = i;
  for (uint32_t loop = generic->loop_count; loop-- > 0;) {
    int dim = ttc_cut_repeated_dim(dispatch, generic, loop);
    if (dim < 0) continue;
    const uint32_t after = --once.rank - (uint32_t)dim;
    memmove(kept + dim, kept + dim + 1, after * sizeof(*kept));
    memmove(once.dims + dim, once.dims + dim + 1, after * sizeof(*once.dims));
    memmove(output->forms + dim, output->forms + dim + 1,
            after * sizeof(*output->forms));
    output->value = ttc_dispatch_add_value(dispatch, &once);
    ttc_cut_drop_loop(generic, loop);
    if (dispatch->exhausted) return;
  }
  if (once.rank == rank) return;
  const uint32_t values = dispatch->value_count;
  once.kind = TTC_VALUE_RESULT;
  once.generic = index;
  once.result = 0;
  const uint32_t stored = ttc_dispatch_add_value(dispatch, &once);
  ttc_cut_value(dispatch, stored);
  if (dispatch->exhausted) return;
  ttc_slice_t slice = dispatch->values[stored].slice;
  for (uint32_t i = 0; i < rank; ++i) {
    slice.strides[i] = ttc_expr_const(dispatch, 0);
  }
  for (uint32_t i = 0; i < once.rank; ++i) {
    slice.strides[kept[i]] = dispatch->values[stored].slice.strides[i];
  }
  for (uint32_t i = 0; i < values; ++i) {
    ttc_value_t* value = &dispatch->values[i];
    if (value->kind != TTC_VALUE_RESULT || value->generic != index) continue;
    value->kind = TTC_VALUE_LOAD;
    value->slice = slice;
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
    ttc_cut_repeated(dispatch, i);
  }
  for (uint32_t i = 0; i < dispatch->value_count; ++i) {
    const ttc_value_t* value = &dispatch->values[i];
    if (value->kind == TTC_VALUE_LOAD && value->pick.numbers) {
      ttc_cut_value(dispatch, value->pick.numbers - 1);
    }
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

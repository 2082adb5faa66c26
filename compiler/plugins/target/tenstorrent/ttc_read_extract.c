// tensor.extract in a body: what it reads becomes one more input.
#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_narrow.h"
#include "compiler/plugins/target/tenstorrent/ttc_read_internal.h"

// The op below casts between index and integers that keep the value.
static uint32_t ttc_extract_uncast(const ttc_generic_t* generic,
                                   uint32_t index) {
  const ttc_body_op_t* op = &generic->body[index];
  while (op->kind == TTC_BODY_OP &&
         (op->op == TT_OP_EXTSI || op->op == TT_OP_MOV)) {
    index = op->operands[0];
    op = &generic->body[index];
  }
  return index;
}

// Marks the body ops that |index| is computed of; returns the loops it depends
// on as a mask. A start value (INIT) depends on all.
static uint32_t ttc_extract_mark(const ttc_read_t* read,
                                 const ttc_generic_t* generic, uint32_t index,
                                 bool* marks) {
  const ttc_body_op_t* op = &generic->body[index];
  uint32_t loops = 0;
  marks[index] = true;
  if (op->kind == TTC_BODY_INDEX) loops = 1u << op->index;
  if (op->kind == TTC_BODY_INIT) loops = UINT32_MAX;
  if (op->kind == TTC_BODY_INPUT) {
    loops = ttc_operand_loops(read->dispatch, &generic->inputs[op->index]);
  }
  for (uint32_t i = 0; op->kind == TTC_BODY_OP && i < op->operand_count; ++i) {
    loops |= ttc_extract_mark(read, generic, op->operands[i], marks);
  }
  return loops;
}

// |form| over the loops of |mask| only, which are all it has.
static ttc_form_t ttc_extract_form(const ttc_form_t* form, uint32_t mask) {
  ttc_form_t out = {.constant = form->constant};
  for (uint32_t i = 0, kept = 0; i < TTC_MAX_RANK; ++i) {
    if (mask >> i & 1) out.factors[kept++] = form->factors[i];
  }
  return out;
}

// A generic over |loops| that computes body op |root| of |from|, and nothing
// else; returns its result.
static uint32_t ttc_extract_numbers(ttc_read_t* read, const ttc_generic_t* from,
                                    uint32_t root, uint32_t loops,
                                    const bool* marks) {
  ttc_generic_t generic = {.output_count = 1};
  ttc_value_t value = {.kind = TTC_VALUE_EMPTY};
  generic.body = malloc((root + 1) * sizeof(*generic.body));
  uint32_t* places = calloc(root + 1, sizeof(*places));
  if (!generic.body || !places) {
    free(generic.body);
    free(places);
    ttc_read_refuse(read, "out of memory");
    return 0;
  }
  for (uint32_t i = 0; i < from->loop_count; ++i) {
    if (!(loops >> i & 1)) continue;
    value.dims[value.rank] = from->loops[i];
    generic.outputs[0].forms[value.rank].factors[value.rank] = 1;
    generic.loops[generic.loop_count++] = from->loops[i];
    ++value.rank;
  }
  for (uint32_t i = 0; i <= root; ++i) {
    if (!marks[i]) continue;
    ttc_body_op_t op = from->body[i];
    if (op.kind == TTC_BODY_INPUT) {
      const ttc_operand_map_t* map = &from->inputs[op.index];
      ttc_operand_map_t* input = &generic.inputs[generic.input_count];
      input->value = map->value;
      for (uint32_t j = 0; j < TTC_MAX_RANK; ++j) {
        input->forms[j] = ttc_extract_form(&map->forms[j], loops);
      }
      op.index = generic.input_count++;
    } else if (op.kind == TTC_BODY_INDEX) {
      const uint32_t below = loops & ((1u << op.index) - 1);
      op.index = (uint32_t)__builtin_popcount(below);
    }
    for (uint32_t j = 0; op.kind == TTC_BODY_OP && j < op.operand_count; ++j) {
      op.operands[j] = places[op.operands[j]];
    }
    places[i] = generic.body_count;
    generic.body[generic.body_count++] = op;
  }
  generic.yields[0] = places[root];
  free(places);
  ttc_narrow_body(read->dispatch, &generic);
  const ttc_body_op_t* yielded =
      &generic.body[ttc_extract_uncast(&generic, generic.yields[0])];
  generic.yields[0] = (uint32_t)(yielded - generic.body);
  value.dtype = (tt_dtype_t)yielded->result_type;
  generic.outputs[0].value = ttc_dispatch_add_value(read->dispatch, &value);
  value.kind = TTC_VALUE_RESULT;
  value.generic = ttc_dispatch_add_generic(read->dispatch, &generic);
  return ttc_dispatch_add_value(read->dispatch, &value);
}

// Whether |map| takes dims one by one from loops of their own, whose numbers go
// to |out_loops|.
static bool ttc_extract_is_plain(const ttc_operand_map_t* map, uint32_t rank,
                                 uint8_t* out_loops) {
  for (uint32_t i = 0; i < rank; ++i) {
    const uint32_t mask = ttc_form_loops(&map->forms[i]);
    if (__builtin_popcount(mask) != 1 || map->forms[i].constant) return false;
    out_loops[i] = (uint8_t)__builtin_ctz(mask);
    if (map->forms[i].factors[out_loops[i]] != 1) return false;
  }
  return true;
}

// The value of row numbers that body op |index| is. |out_loops| gets the loop
// that each of its dims runs with.
static uint32_t ttc_extract_rows(ttc_read_body_t* body, uint32_t index,
                                 uint8_t* out_loops) {
  ttc_read_t* read = body->read;
  const ttc_generic_t* generic = body->generic;
  const uint32_t root = ttc_extract_uncast(generic, index);
  if (generic->body[root].kind == TTC_BODY_INPUT) {
    // As they are in memory, whatever their type.
    const ttc_operand_map_t* map = &generic->inputs[generic->body[root].index];
    const ttc_value_t* value = &read->dispatch->values[map->value];
    if (value->kind == TTC_VALUE_LOAD && !value->pick.numbers &&
        ttc_extract_is_plain(map, value->rank, out_loops)) {
      return map->value;
    }
  }
  bool* marks = calloc(generic->body_count, sizeof(*marks));
  if (!marks) {
    ttc_read_refuse(read, "out of memory");
    return 0;
  }
  const uint32_t loops = ttc_extract_mark(read, generic, root, marks);
  uint32_t numbers = 0;
  for (uint32_t i = 0, dim = 0; i < generic->loop_count; ++i) {
    if (loops >> i & 1) out_loops[dim++] = (uint8_t)i;
  }
  if (loops >> generic->loop_count || loops & generic->reductions) {
    ttc_read_refuse(read, "row numbers that a reduction makes");
  } else {
    numbers = ttc_extract_numbers(read, generic, root, loops, marks);
  }
  free(marks);
  return numbers;
}

// What an extract reads, gathered index by index.
typedef struct {
  ttc_slice_t slice;  // Strides of the generic's loops.
  uint32_t used;      // The loops it moves with, as bits.
  ttc_pick_t pick;    // Its dims are given by |rank| and |loops|.
  uint32_t rank;
  uint8_t loops[TTC_MAX_RANK];
} ttc_extract_t;

// Adds the extract as an input of the generic: a load with the loops it uses.
static void ttc_extract_add_input(ttc_read_body_t* body, MlirOperation op,
                                  tt_dtype_t dtype,
                                  const ttc_extract_t* extract) {
  ttc_generic_t* generic = body->generic;
  ttc_operand_map_t map = {.value = 0};
  ttc_value_t load = {
      .kind = TTC_VALUE_LOAD,
      .dtype = dtype,
      .slice = {.subspan = extract->slice.subspan, .base = extract->slice.base},
      .pick = extract->pick};
  for (uint32_t loop = 0; loop < generic->loop_count; ++loop) {
    if (!(extract->used >> loop & 1)) continue;
    for (uint32_t i = 0; i < extract->rank; ++i) {
      if (extract->loops[i] == loop) load.pick.dims[i] = (uint8_t)load.rank;
    }
    load.dims[load.rank] = generic->loops[loop];
    load.slice.strides[load.rank] = extract->slice.strides[loop];
    map.forms[load.rank++].factors[loop] = 1;
  }
  map.value = ttc_dispatch_add_value(body->read->dispatch, &load);
  const ttc_body_op_t input = {.kind = TTC_BODY_INPUT,
                               .result_type = (uint8_t)dtype,
                               .index = generic->input_count};
  generic->inputs[generic->input_count++] = map;
  ttc_body_append(body, mlirOperationGetResult(op, 0), &input);
}

// Whether index |at| is known to leave a dim of |size| elements at times: the
// floor reads 0 there.
static bool ttc_extract_leaves(const ttc_read_body_t* body,
                               const ttc_body_op_t* at, ttc_expr_t size) {
  const ttc_dispatch_t* dispatch = body->read->dispatch;
  int64_t elements = 0, loop = 0;
  if (!ttc_expr_is_const(dispatch, size, &elements)) return false;
  if (at->kind == TTC_BODY_INDEX) {
    return ttc_expr_is_const(dispatch, body->generic->loops[at->index],
                             &loop) &&
           loop > elements;
  }
  return at->kind == TTC_BODY_CONSTANT &&
         ((int64_t)at->bits < 0 || (int64_t)at->bits >= elements);
}

void ttc_body_extract(ttc_read_body_t* body, MlirOperation op) {
  ttc_read_t* read = body->read;
  ttc_dispatch_t* dispatch = read->dispatch;
  const uint32_t source = ttc_read_value(read, mlirOperationGetOperand(op, 0));
  if (read->status) return;
  const ttc_value_t value = dispatch->values[source];
  if (value.kind != TTC_VALUE_LOAD ||
      body->generic->input_count == TTC_MAX_INPUTS) {
    ttc_read_refuse_op(read, op, "in a body reads a tensor that is computed");
    return;
  }
  ttc_extract_t extract = {
      .slice = {.subspan = value.slice.subspan, .base = value.slice.base}};
  for (uint32_t i = 0; i < value.rank && !read->status; ++i) {
    const uint32_t index =
        ttc_body_value(body, mlirOperationGetOperand(op, (intptr_t)i + 1));
    if (read->status) return;
    const ttc_body_op_t* at = &body->generic->body[index];
    const ttc_expr_t stride = value.slice.strides[i];
    if (ttc_extract_leaves(body, at, value.dims[i])) {
      ttc_read_refuse_op(read, op, "in a body reads outside of its tensor");
      return;
    }
    if (at->kind == TTC_BODY_CONSTANT) {
      extract.slice.base =
          ttc_expr_op(dispatch, TT_OP_ADD, extract.slice.base,
                      ttc_expr_op(dispatch, TT_OP_MUL, stride,
                                  ttc_expr_const(dispatch, (int64_t)at->bits)));
    } else if (at->kind == TTC_BODY_INDEX) {
      ttc_expr_t* sum = &extract.slice.strides[at->index];
      *sum = ttc_expr_op(dispatch, TT_OP_ADD, *sum, stride);
      extract.used |= 1u << at->index;
    } else if (extract.pick.numbers) {
      ttc_read_refuse_op(read, op, "in a body picks by two computed numbers");
    } else {
      const uint32_t rows = ttc_extract_rows(body, index, extract.loops);
      if (read->status) return;
      extract.pick = (ttc_pick_t){
          .numbers = rows + 1, .stride = stride, .count = value.dims[i]};
      extract.rank = dispatch->values[rows].rank;
      for (uint32_t j = 0; j < extract.rank; ++j) {
        extract.used |= 1u << extract.loops[j];
      }
    }
  }
  if (read->status) return;
  ttc_extract_add_input(body, op, value.dtype, &extract);
}

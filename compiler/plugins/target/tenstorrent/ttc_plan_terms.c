// From generics to terms: producers are inlined into whoever uses them, and
// every reduction becomes a stage.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

enum { TTC_MAX_BODY = 256 };

// A generic seen from the plan: its loops as forms of plan dims.
typedef struct ttc_plan_loops_t {
  const ttc_generic_t* generic;
  ttc_plan_form_t forms[TTC_MAX_RANK];
} ttc_plan_loops_t;

static uint32_t ttc_plan_value(ttc_planner_t* planner, uint32_t value,
                               const ttc_plan_form_t* forms);

// ---- Bodies -----------------------------------------------------------------

// The forms of an operand's dims: its map after the loops' forms.
static void ttc_plan_compose(const ttc_plan_loops_t* loops,
                             const ttc_operand_map_t* map, uint32_t rank,
                             ttc_plan_form_t* out_forms) {
  memset(out_forms, 0, rank * sizeof(*out_forms));
  for (uint32_t i = 0; i < rank; ++i) {
    out_forms[i].constant = map->forms[i].constant;
    for (uint32_t j = 0; j < loops->generic->loop_count; ++j) {
      int64_t factor = map->forms[i].factors[j];
      if (!factor) continue;
      out_forms[i].constant += factor * loops->forms[j].constant;
      for (uint32_t k = 0; k < TTC_MAX_DIMS; ++k) {
        out_forms[i].factors[k] += factor * loops->forms[j].factors[k];
      }
    }
  }
}

static uint32_t ttc_plan_operand(ttc_planner_t* planner,
                                 const ttc_plan_loops_t* loops,
                                 const ttc_operand_map_t* map) {
  ttc_plan_form_t forms[TTC_MAX_RANK];
  ttc_plan_compose(loops, map, planner->dispatch->values[map->value].rank,
                   forms);
  return ttc_plan_value(planner, map->value, forms);
}

// The term of body op |index|. |memo| holds TT_NONE where not known yet.
static uint32_t ttc_plan_body(ttc_planner_t* planner,
                              const ttc_plan_loops_t* loops, uint32_t index,
                              uint32_t* memo) {
  if (planner->status) return 0;
  if (memo[index] != TT_NONE) return memo[index];
  const ttc_body_op_t* op = &loops->generic->body[index];
  uint32_t result = 0;
  switch ((ttc_body_kind_t)op->kind) {
    case TTC_BODY_INPUT:
      result =
          ttc_plan_operand(planner, loops, &loops->generic->inputs[op->index]);
      break;
    case TTC_BODY_INIT:
      result =
          ttc_plan_operand(planner, loops, &loops->generic->outputs[op->index]);
      break;
    case TTC_BODY_CONSTANT:
      result =
          ttc_plan_constant(planner, (tt_dtype_t)op->result_type, op->bits);
      break;
    case TTC_BODY_INDEX:
      if (op->result_type != TT_DTYPE_I32) {
        ttc_plan_refuse(planner, "an index of more than 31 bits");
      }
      result = ttc_plan_index(planner, &loops->forms[op->index]);
      break;
    case TTC_BODY_OP: {
      if (op->op == TT_OP_MOV) {
        result = ttc_plan_body(planner, loops, op->operands[0], memo);
        break;
      }
      ttc_term_t term = {.kind = TTC_TERM_OP,
                         .type = op->type,
                         .type2 = op->type2,
                         .result_type = op->result_type,
                         .op = op->op,
                         .operand_count = (uint8_t)op->operand_count,
                         .attr = op->attr};
      for (uint32_t i = 0; i < op->operand_count; ++i) {
        term.operands[i] = ttc_plan_body(planner, loops, op->operands[i], memo);
      }
      if (!planner->status) result = ttc_plan_term(planner, &term);
      break;
    }
  }
  memo[index] = result;
  return result;
}

static uint32_t ttc_plan_body_root(ttc_planner_t* planner,
                                   const ttc_plan_loops_t* loops,
                                   uint32_t index) {
  uint32_t memo[TTC_MAX_BODY];
  if (loops->generic->body_count > TTC_MAX_BODY) {
    ttc_plan_refuse(planner, "a body of more than %d ops", TTC_MAX_BODY);
    return 0;
  }
  memset(memo, 0xFF, sizeof(memo));
  return ttc_plan_body(planner, loops, index, memo);
}

// ---- Reductions -------------------------------------------------------------

static bool ttc_body_uses_init(const ttc_generic_t* generic, uint32_t index) {
  bool uses[TTC_MAX_BODY] = {false};
  // Longer bodies are refused when they are inlined; here they count as using.
  if (index >= TTC_MAX_BODY) return true;
  for (uint32_t i = 0; i <= index; ++i) {
    const ttc_body_op_t* op = &generic->body[i];
    uses[i] = op->kind == TTC_BODY_INIT;
    for (uint32_t j = 0; op->kind == TTC_BODY_OP && j < op->operand_count;
         ++j) {
      uses[i] = uses[i] || uses[op->operands[j]];
    }
  }
  return uses[index];
}

static bool ttc_body_is_init(const ttc_generic_t* generic, uint32_t index,
                             uint32_t output) {
  return generic->body[index].kind == TTC_BODY_INIT &&
         generic->body[index].index == output;
}

// Reads output |output| of a reduction as accumulator = op(accumulator, term).
static void ttc_plan_reduction(ttc_planner_t* planner,
                               const ttc_plan_loops_t* loops, uint32_t output,
                               ttc_stage_result_t* out) {
  const ttc_generic_t* generic = loops->generic;
  const ttc_body_op_t* root = &generic->body[generic->yields[output]];
  tt_dtype_t type = (tt_dtype_t)root->result_type;
  uint32_t operands[2] = {0, 0};
  bool fma = root->kind == TTC_BODY_OP && root->op == TT_OP_FMA &&
             ttc_body_is_init(generic, root->operands[2], output) &&
             !ttc_body_uses_init(generic, root->operands[0]) &&
             !ttc_body_uses_init(generic, root->operands[1]);
  *out = (ttc_stage_result_t){.op = fma ? TT_OP_ADD : root->op,
                              .type = (uint8_t)type,
                              .cb = TTC_NO_INDEX,
                              .partial_cb = TTC_NO_INDEX};
  if (fma) {
    operands[0] = ttc_plan_body_root(planner, loops, root->operands[0]);
    operands[1] = ttc_plan_body_root(planner, loops, root->operands[1]);
    out->term =
        ttc_plan_op(planner, TT_OP_MUL, type, TT_DTYPE_NONE, operands, 2);
    return;
  }
  bool first = root->kind == TTC_BODY_OP && root->operand_count == 2 &&
               ttc_body_is_init(generic, root->operands[0], output);
  uint32_t other = root->operands[first ? 1 : 0];
  if (root->kind != TTC_BODY_OP || root->operand_count != 2 ||
      !ttc_body_is_init(generic, root->operands[first ? 0 : 1], output) ||
      ttc_body_uses_init(generic, other) ||
      !tt_op_neutral((tt_op_t)root->op, type, &out->neutral)) {
    ttc_plan_refuse(planner,
                    "a reduction that is no sum, product, maximum, "
                    "minimum or bitwise op of its terms");
    return;
  }
  out->term = ttc_plan_body_root(planner, loops, other);
  // 16-bit sums are kept in 32 bits, as DST does.
  if (out->op == TT_OP_ADD && (type == TT_DTYPE_F16 || type == TT_DTYPE_BF16)) {
    out->type = TT_DTYPE_F32;
    out->term =
        ttc_plan_op(planner, TT_OP_FPCAST, TT_DTYPE_F32, type, &out->term, 1);
  }
}

// Plan dims of the loops: parallel ones must be dims already, reduced ones take
// a dim of the same size that nothing here uses yet, or a new one.
static void ttc_plan_stage_dims(ttc_planner_t* planner, ttc_plan_loops_t* loops,
                                ttc_stage_t* stage) {
  const ttc_generic_t* generic = loops->generic;
  uint32_t taken = 0;
  for (uint32_t i = 0; i < generic->loop_count; ++i) {
    stage->loop_dims[i] = TTC_NO_INDEX;
    if (generic->reductions >> i & 1) continue;
    for (uint8_t j = 0; j < TTC_MAX_DIMS; ++j) {
      if (!loops->forms[i].factors[j]) continue;
      if (loops->forms[i].factors[j] != 1 || loops->forms[i].constant ||
          stage->loop_dims[i] != TTC_NO_INDEX || (taken >> j & 1)) {
        ttc_plan_refuse(planner, "a reduction's result indexed by a sum");
        return;
      }
      stage->loop_dims[i] = j;
    }
    if (stage->loop_dims[i] != TTC_NO_INDEX) taken |= 1u << stage->loop_dims[i];
    if (stage->loop_dims[i] == TTC_NO_INDEX && loops->forms[i].constant) {
      ttc_plan_refuse(planner, "a reduction's result indexed by a constant");
      return;
    }
  }
  for (uint32_t i = 0; i < generic->loop_count; ++i) {
    if (!(generic->reductions >> i & 1)) continue;
    if (ttc_expr_equals(planner->dispatch, generic->loops[i], 1)) continue;
    uint8_t dim = planner->dims_apart;
    while (dim < planner->phase->dim_count &&
           ((taken >> dim & 1) ||
            planner->phase->dims[dim] != generic->loops[i])) {
      ++dim;
    }
    if (dim == planner->phase->dim_count) {
      dim = ttc_plan_dim(planner, generic->loops[i]);
    }
    taken |= 1u << dim;
    stage->loop_dims[i] = dim;
    stage->private_dims[stage->private_count++] = dim;
    loops->forms[i].factors[dim] = 1;
  }
}

static uint32_t ttc_plan_stage(ttc_planner_t* planner, uint32_t generic_index,
                               ttc_plan_loops_t* loops) {
  ttc_phase_t* phase = planner->phase;
  const ttc_generic_t* generic = loops->generic;
  ttc_stage_t stage = {.reduce = true,
                       .result_count = (uint8_t)generic->output_count,
                       .generic = generic_index,
                       .row = TTC_NO_INDEX,
                       .column = TTC_NO_INDEX,
                       .folded = TTC_NO_INDEX,
                       .shared = TTC_NO_INDEX};
  ttc_plan_stage_dims(planner, loops, &stage);
  if (planner->status) return 0;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    if (phase->stages[i].generic == generic_index &&
        !memcmp(phase->stages[i].loop_dims, stage.loop_dims,
                generic->loop_count)) {
      return i;
    }
  }
  if (generic->output_count > TTC_MAX_RESULTS) {
    ttc_plan_refuse(planner, "a reduction with more than %d results",
                    TTC_MAX_RESULTS);
  }
  for (uint32_t i = 0; i < generic->output_count && !planner->status; ++i) {
    ttc_plan_reduction(planner, loops, i, &stage.results[i]);
  }
  // Stages that this one uses were added meanwhile.
  if (phase->stage_count == TTC_MAX_STAGES) {
    ttc_plan_refuse(planner, "more than %d reductions", TTC_MAX_STAGES);
  }
  if (planner->status) return 0;
  phase->stages[phase->stage_count] = stage;
  return phase->stage_count++;
}

// The result of a reduction: what it started from, and what was accumulated.
static uint32_t ttc_plan_reduced(ttc_planner_t* planner,
                                 const ttc_value_t* value,
                                 ttc_plan_loops_t* loops) {
  const ttc_generic_t* generic = loops->generic;
  uint32_t stage = ttc_plan_stage(planner, value->generic, loops);
  if (planner->status) return 0;
  const ttc_stage_result_t* result =
      &planner->phase->stages[stage].results[value->result];
  tt_op_t op = (tt_op_t)result->op;
  tt_dtype_t type = (tt_dtype_t)result->type;
  uint64_t neutral = result->neutral;
  uint32_t term =
      ttc_plan_term(planner, &(ttc_term_t){.kind = TTC_TERM_REDUCED,
                                           .result_type = (uint8_t)type,
                                           .index = stage,
                                           .result = (uint8_t)value->result});
  if (type != value->dtype) {
    term = ttc_plan_op(planner, TT_OP_FPCAST, value->dtype, type, &term, 1);
  }
  uint32_t init =
      ttc_plan_operand(planner, loops, &generic->outputs[value->result]);
  if (planner->status) return 0;
  const ttc_term_t* start = &planner->phase->terms[init];
  if (start->kind == TTC_TERM_CONSTANT) {
    bool nan = tt_dtype_desc(value->dtype)->is_float &&
               (start->bits & 0x7FFFFFFF) > 0x7F800000;
    bool skipped = nan && (op == TT_OP_MAXNUMF || op == TT_OP_MINNUMF);
    if (start->bits == neutral || skipped) return term;
  }
  uint32_t operands[2] = {init, term};
  return ttc_plan_op(planner, op, value->dtype, TT_DTYPE_NONE, operands, 2);
}

// ---- Values -----------------------------------------------------------------

// Loops of |value|'s generic whose result is indexed by |forms|.
static void ttc_plan_invert(ttc_planner_t* planner, const ttc_value_t* value,
                            const ttc_plan_form_t* forms,
                            ttc_plan_loops_t* out) {
  const ttc_generic_t* generic = &planner->dispatch->generics[value->generic];
  const ttc_operand_map_t* map = &generic->outputs[value->result];
  memset(out, 0, sizeof(*out));
  out->generic = generic;
  uint32_t known = generic->reductions;
  for (uint32_t i = 0; i < value->rank; ++i) {
    int loop = -1;
    for (int j = 0; j < TTC_MAX_RANK; ++j) {
      if (!map->forms[i].factors[j]) continue;
      if (map->forms[i].factors[j] != 1 || loop >= 0 || (known >> j & 1)) {
        ttc_plan_refuse(planner, "a result map that is no permutation");
        return;
      }
      loop = j;
    }
    if (map->forms[i].constant) {
      ttc_plan_refuse(planner, "a result map with an offset");
      return;
    }
    if (loop < 0) continue;
    out->forms[loop] = forms[i];
    known |= 1u << loop;
  }
  for (uint32_t i = 0; i < generic->loop_count; ++i) {
    if (known >> i & 1) continue;
    // A loop of one iteration needs no index.
    if (ttc_expr_equals(planner->dispatch, generic->loops[i], 1)) continue;
    ttc_plan_refuse(planner, "a result map that leaves a loop out");
  }
}

// The term of |value| at |forms|.
static uint32_t ttc_plan_value(ttc_planner_t* planner, uint32_t value_index,
                               const ttc_plan_form_t* forms) {
  if (planner->status) return 0;
  const ttc_value_t value = planner->dispatch->values[value_index];
  ttc_plan_loops_t loops;
  switch ((ttc_value_kind_t)value.kind) {
    case TTC_VALUE_LOAD:
      return ttc_plan_load(planner, &value, forms);
    case TTC_VALUE_CONSTANT:
      return ttc_plan_constant(planner, value.dtype, value.bits);
    case TTC_VALUE_EMPTY:
      ttc_plan_refuse(planner, "an undefined tensor is read");
      return 0;
    case TTC_VALUE_RESULT:
      ttc_plan_invert(planner, &value, forms, &loops);
      if (planner->status) return 0;
      if (loops.generic->reductions) {
        return ttc_plan_reduced(planner, &value, &loops);
      }
      return ttc_plan_body_root(planner, &loops,
                                loops.generic->yields[value.result]);
  }
  return 0;
}

// ---- Stores -----------------------------------------------------------------

// Plan dims for the dims of a stored tensor: those of an earlier store where
// the sizes agree, in order.
static void ttc_plan_store_dims(ttc_planner_t* planner,
                                const ttc_value_t* value, uint8_t* out_dims) {
  bool first = planner->phase->dim_count == 0;
  uint8_t next = 0;
  for (uint32_t i = 0; i < value->rank; ++i) {
    out_dims[i] = TTC_NO_INDEX;
    if (ttc_expr_equals(planner->dispatch, value->dims[i], 1)) continue;
    uint8_t dim = first ? planner->phase->dim_count : next;
    while (dim < planner->phase->dim_count &&
           planner->phase->dims[dim] != value->dims[i]) {
      ++dim;
    }
    if (dim == planner->phase->dim_count) {
      dim = ttc_plan_dim(planner, value->dims[i]);
    }
    out_dims[i] = dim;
    next = (uint8_t)(dim + 1);
  }
}

static ttc_stage_t* ttc_plan_store_stage(ttc_planner_t* planner,
                                         const uint8_t* dims, uint32_t rank) {
  ttc_phase_t* phase = planner->phase;
  ttc_stage_t stage = {.generic = TT_NONE,
                       .row = TTC_NO_INDEX,
                       .column = TTC_NO_INDEX,
                       .folded = TTC_NO_INDEX,
                       .shared = TTC_NO_INDEX};
  for (uint32_t i = 0; i < rank; ++i) {
    if (dims[i] != TTC_NO_INDEX) {
      stage.private_dims[stage.private_count++] = dims[i];
    }
  }
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* other = &phase->stages[i];
    if (!other->reduce && other->private_count == stage.private_count &&
        !memcmp(other->private_dims, stage.private_dims, stage.private_count) &&
        other->result_count < TTC_MAX_RESULTS) {
      return other;
    }
  }
  if (phase->stage_count == TTC_MAX_STAGES) {
    ttc_plan_refuse(planner, "more than %d stores", TTC_MAX_STAGES);
    return NULL;
  }
  phase->stages[phase->stage_count] = stage;
  return &phase->stages[phase->stage_count++];
}

void ttc_plan_add_store(ttc_planner_t* planner, const ttc_store_t* store) {
  const ttc_value_t value = planner->dispatch->values[store->value];
  uint8_t dims[TTC_MAX_RANK];
  ttc_plan_form_t forms[TTC_MAX_RANK];
  ttc_plan_store_dims(planner, &value, dims);
  if (planner->apart) planner->dims_apart = planner->phase->dim_count;
  memset(forms, 0, sizeof(forms));
  for (uint32_t i = 0; i < value.rank; ++i) {
    if (dims[i] != TTC_NO_INDEX) forms[i].factors[dims[i]] = 1;
  }
  uint32_t term = ttc_plan_value(planner, store->value, forms);
  if (planner->status) return;
  uint32_t access = ttc_plan_slice(planner, &store->slice, value.rank, forms);
  ttc_stage_t* stage = ttc_plan_store_stage(planner, dims, value.rank);
  if (!stage || planner->status) return;
  stage->results[stage->result_count++] =
      (ttc_stage_result_t){.term = term,
                           .access = access,
                           .type = (uint8_t)value.dtype,
                           .cb = TTC_NO_INDEX,
                           .partial_cb = TTC_NO_INDEX};
}

void ttc_plan_mark(const ttc_phase_t* phase, uint32_t term, bool* out_marks) {
  if (out_marks[term]) return;
  out_marks[term] = true;
  for (uint32_t i = 0; i < phase->terms[term].operand_count; ++i) {
    ttc_plan_mark(phase, phase->terms[term].operands[i], out_marks);
  }
}

void ttc_plan_stage_loads(const ttc_phase_t* phase, const ttc_stage_t* stage,
                          bool* out_marks) {
  bool marks[TTC_MAX_TERMS] = {false};
  memset(out_marks, 0, TTC_MAX_ACCESSES * sizeof(*out_marks));
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    ttc_plan_mark(phase, stage->results[i].term, marks);
  }
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (marks[i] && phase->terms[i].kind == TTC_TERM_LOAD) {
      out_marks[phase->terms[i].index] = true;
    }
  }
}

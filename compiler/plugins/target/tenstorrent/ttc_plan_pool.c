// The terms, dims and accesses of a phase, each kept once.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

uint32_t ttc_plan_term(ttc_planner_t* planner, const ttc_term_t* term) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    const ttc_term_t* other = &phase->terms[i];
    if (other->kind == term->kind && other->type == term->type &&
        other->type2 == term->type2 &&
        other->result_type == term->result_type && other->op == term->op &&
        other->operand_count == term->operand_count &&
        other->result == term->result && other->attr == term->attr &&
        other->index == term->index && other->bits == term->bits &&
        !memcmp(other->operands, term->operands, sizeof(term->operands))) {
      return i;
    }
  }
  if (phase->term_count == TTC_MAX_TERMS) {
    ttc_plan_refuse(planner, "more than %d scalar ops", TTC_MAX_TERMS);
    return 0;
  }
  phase->terms[phase->term_count] = *term;
  return phase->term_count++;
}

uint32_t ttc_plan_constant(ttc_planner_t* planner, tt_dtype_t type,
                           uint64_t bits) {
  return ttc_plan_term(planner, &(ttc_term_t){.kind = TTC_TERM_CONSTANT,
                                              .result_type = (uint8_t)type,
                                              .bits = bits});
}

uint32_t ttc_plan_op(ttc_planner_t* planner, tt_op_t op, tt_dtype_t type,
                     tt_dtype_t type2, const uint32_t* operands,
                     uint32_t count) {
  ttc_term_t term = {.kind = TTC_TERM_OP,
                     .type = (uint8_t)type,
                     .type2 = (uint8_t)type2,
                     .result_type = (uint8_t)type,
                     .op = (uint16_t)op,
                     .operand_count = (uint8_t)count};
  memcpy(term.operands, operands, count * sizeof(*operands));
  return ttc_plan_term(planner, &term);
}

uint8_t ttc_plan_dim(ttc_planner_t* planner, ttc_expr_t size) {
  ttc_phase_t* phase = planner->phase;
  if (phase->dim_count == TTC_MAX_DIMS) {
    ttc_plan_refuse(planner, "more than %d loops", TTC_MAX_DIMS);
    return 0;
  }
  phase->dims[phase->dim_count] = size;
  return phase->dim_count++;
}

static uint32_t ttc_plan_access(ttc_planner_t* planner,
                                const ttc_access_t* access) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    const ttc_access_t* other = &phase->accesses[i];
    if (other->subspan == access->subspan && other->base == access->base &&
        !memcmp(other->strides, access->strides, sizeof(access->strides)) &&
        other->numbers == access->numbers &&
        other->row_stride == access->row_stride) {
      return i;
    }
  }
  if (phase->access_count == TTC_MAX_ACCESSES) {
    ttc_plan_refuse(planner, "more than %d loads and stores", TTC_MAX_ACCESSES);
    return 0;
  }
  phase->accesses[phase->access_count] = *access;
  return phase->access_count++;
}

uint32_t ttc_plan_index(ttc_planner_t* planner, const ttc_plan_form_t* form) {
  ttc_dispatch_t* dispatch = planner->dispatch;
  ttc_access_t access = {.base = ttc_plan_const(planner, form->constant),
                         .cb = TTC_NO_INDEX,
                         .pages = 1};
  while (access.subspan < dispatch->subspan_count &&
         dispatch->subspans[access.subspan].binding != TTC_INDICES) {
    ++access.subspan;
  }
  if (access.subspan == dispatch->subspan_count) {
    ttc_dispatch_add_subspan(dispatch, &(ttc_subspan_t){.binding = TTC_INDICES,
                                                        .dtype = TT_DTYPE_I32});
  }
  for (uint32_t i = 0; i < TTC_MAX_DIMS; ++i) {
    access.strides[i] = ttc_plan_const(planner, form->factors[i]);
  }
  return ttc_plan_term(
      planner, &(ttc_term_t){.kind = TTC_TERM_LOAD,
                             .result_type = TT_DTYPE_I32,
                             .index = ttc_plan_access(planner, &access)});
}

// Fills in what of |out| follows from |slice|.
static void ttc_plan_place(ttc_planner_t* planner, const ttc_slice_t* slice,
                           uint32_t rank, const ttc_plan_form_t* forms,
                           ttc_access_t* out) {
  ttc_access_t access = {.subspan = slice->subspan,
                         .base = slice->base,
                         .cb = TTC_NO_INDEX,
                         .pages = 1};
  for (uint32_t i = 0; i < rank; ++i) {
    access.base =
        ttc_plan_add(planner, access.base,
                     ttc_plan_mul(planner, slice->strides[i],
                                  ttc_plan_const(planner, forms[i].constant)));
    for (uint32_t j = 0; j < planner->phase->dim_count; ++j) {
      if (!forms[i].factors[j]) continue;
      access.strides[j] = ttc_plan_add(
          planner, access.strides[j],
          ttc_plan_mul(planner, slice->strides[i],
                       ttc_plan_const(planner, forms[i].factors[j])));
    }
  }
  *out = access;
}

uint32_t ttc_plan_uncast(const ttc_phase_t* phase, uint32_t term) {
  while (phase->terms[term].kind == TTC_TERM_OP &&
         phase->terms[term].op == TT_OP_FPCAST) {
    term = phase->terms[term].operands[0];
  }
  return term;
}

uint32_t ttc_plan_slice(ttc_planner_t* planner, const ttc_slice_t* slice,
                        uint32_t rank, const ttc_plan_form_t* forms) {
  ttc_access_t access;
  ttc_plan_place(planner, slice, rank, forms, &access);
  return ttc_plan_access(planner, &access);
}

uint32_t ttc_plan_load(ttc_planner_t* planner, const ttc_value_t* value,
                       const ttc_plan_form_t* forms) {
  ttc_access_t access;
  ttc_plan_place(planner, &value->slice, value->rank, forms, &access);
  if (value->pick.numbers) {
    const ttc_value_t numbers =
        planner->dispatch->values[value->pick.numbers - 1];
    ttc_plan_form_t of_numbers[TTC_MAX_RANK];
    for (uint32_t i = 0; i < numbers.rank; ++i) {
      of_numbers[i] = forms[value->pick.dims[i]];
    }
    access.numbers =
        ttc_plan_slice(planner, &numbers.slice, numbers.rank, of_numbers) + 1;
    access.row_stride = value->pick.stride;
    access.row_count = value->pick.count;
  }
  return ttc_plan_term(
      planner, &(ttc_term_t){.kind = TTC_TERM_LOAD,
                             .result_type = (uint8_t)value->dtype,
                             .index = ttc_plan_access(planner, &access)});
}

#include "compiler/plugins/target/tenstorrent/ttc_lower.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

void ttc_lower_kernel(ttc_lower_t* lower, tt_unit_t unit) {
  tt_build_kernel(lower->b, unit);
  lower->moves = unit != TT_UNIT_COMPUTE;
}

// ---- Values -----------------------------------------------------------------

tt_operand_t ttc_lower_expr(ttc_lower_t* lower, ttc_expr_t expr) {
  const ttc_expr_node_t node = lower->dispatch->exprs[expr];
  switch ((ttc_expr_kind_t)node.kind) {
    case TTC_EXPR_CONST:
      return tt_imm(lower->b, node.value);
    case TTC_EXPR_PUSH:
      return tt_launch_push(lower->b, (uint32_t)node.value);
    case TTC_EXPR_GRID:
      return tt_launch_grid_cores(lower->b);
    case TTC_EXPR_OP:
      return tt_launch_op2(lower->b, (tt_op_t)node.op,
                           ttc_lower_expr(lower, node.a),
                           ttc_lower_expr(lower, node.b));
  }
  return tt_imm(lower->b, 0);
}

tt_operand_t ttc_lower_bits(tt_builder_t* b, tt_dtype_t type, uint64_t bits) {
  if (!tt_dtype_desc(type)->is_float) return tt_imm(b, (int64_t)bits);
  uint32_t narrow = (uint32_t)bits;
  float value = 0;
  memcpy(&value, &narrow, sizeof(value));
  return tt_imm_f32(b, value);
}

tt_operand_t ttc_kernel_op(ttc_lower_t* lower, tt_op_t op, tt_operand_t a,
                           tt_operand_t b) {
  tt_builder_t* builder = lower->b;
  if (tt_operand_kind(a) != TT_OPERAND_REG &&
      tt_operand_kind(b) != TT_OPERAND_REG) {
    return tt_launch_op2(builder, op, a, b);
  }
  tt_operand_t zero = tt_imm(builder, 0);
  tt_operand_t one = tt_imm(builder, 1);
  if (op == TT_OP_ADD && a == zero) return b;
  if ((op == TT_OP_ADD || op == TT_OP_SUB) && b == zero) return a;
  if (op == TT_OP_MUL && (a == zero || b == zero)) return zero;
  if (op == TT_OP_MUL && a == one) return b;
  if ((op == TT_OP_MUL || op == TT_OP_DIVS) && b == one) return a;
  if (op == TT_OP_REMS && b == one) return zero;
  const tt_operand_t operands[] = {a, b};
  return tt_build_value(builder, op, TT_DTYPE_I64, TT_DTYPE_NONE, 0, operands,
                        2);
}

void ttc_lower_decode(ttc_lower_t* lower, tt_operand_t item,
                      const uint32_t* steps) {
  const ttc_phase_t* phase = lower->phase;
  tt_operand_t rest = item;
  for (uint8_t i = phase->item_count; i-- > 0;) {
    uint8_t dim = phase->item_dims[i];
    tt_operand_t step = tt_imm(lower->b, steps[dim] ? steps[dim] : 1);
    tt_operand_t index = rest;
    if (i > 0) {
      tt_operand_t count =
          tt_launch_op2(lower->b, TT_OP_CEILDIVS,
                        ttc_lower_expr(lower, phase->dims[dim]), step);
      index = ttc_kernel_op(lower, TT_OP_REMS, rest, count);
      rest = ttc_kernel_op(lower, TT_OP_DIVS, rest, count);
    }
    lower->at[dim] = ttc_kernel_op(lower, TT_OP_MUL, index, step);
  }
}

// The number of the row that |access| is in, read from memory.
static tt_operand_t ttc_lower_row(ttc_lower_t* lower,
                                  const ttc_access_t* access) {
  tt_builder_t* b = lower->b;
  const ttc_access_t* numbers = &lower->phase->accesses[access->numbers - 1];
  const tt_dtype_t type = lower->dispatch->subspans[numbers->subspan].dtype;
  const tt_operand_t at[] = {lower->views[numbers->subspan],
                             ttc_lower_address(lower, numbers)};
  tt_operand_t row =
      tt_build_value(b, TT_OP_LOAD, type, TT_DTYPE_NONE, 0, at, 2);
  if (type != TT_DTYPE_I64) {
    row = tt_build_value(b, TT_OP_EXTSI, TT_DTYPE_I64, type, 0, &row, 1);
  }
  tt_operand_t last = ttc_kernel_op(
      lower, TT_OP_SUB, ttc_lower_expr(lower, access->row_count), tt_imm(b, 1));
  row = ttc_kernel_op(lower, TT_OP_MINS, row, last);
  return ttc_kernel_op(lower, TT_OP_MAXS, row, tt_imm(b, 0));
}

tt_operand_t ttc_lower_address(ttc_lower_t* lower, const ttc_access_t* access) {
  tt_operand_t sum = ttc_lower_expr(lower, access->base);
  for (uint8_t i = 0; i < lower->phase->dim_count; ++i) {
    if (ttc_expr_equals(lower->dispatch, access->strides[i], 0)) continue;
    tt_operand_t part =
        ttc_kernel_op(lower, TT_OP_MUL, lower->at[i],
                      ttc_lower_expr(lower, access->strides[i]));
    sum = ttc_kernel_op(lower, TT_OP_ADD, sum, part);
  }
  if (!access->numbers) return sum;
  tt_operand_t row =
      ttc_kernel_op(lower, TT_OP_MUL, ttc_lower_row(lower, access),
                    ttc_lower_expr(lower, access->row_stride));
  return ttc_kernel_op(lower, TT_OP_ADD, sum, row);
}

// Where part |part| of |steps| steps begins.
static tt_operand_t ttc_lower_share(ttc_lower_t* lower, tt_operand_t steps,
                                    tt_operand_t part) {
  return tt_launch_op2(lower->b, TT_OP_DIVS,
                       tt_launch_op2(lower->b, TT_OP_MUL, steps, part),
                       lower->parts);
}

void ttc_lower_range_of(ttc_lower_t* lower, const ttc_stage_t* stage,
                        uint8_t dim, tt_operand_t* out_lo,
                        tt_operand_t* out_hi) {
  tt_builder_t* b = lower->b;
  uint32_t width = ttc_stage_step(lower->phase, stage, dim);
  tt_operand_t steps = tt_launch_op2(
      b, TT_OP_CEILDIVS, ttc_lower_expr(lower, lower->phase->dims[dim]),
      tt_imm(b, width));
  *out_lo = tt_imm(b, 0);
  *out_hi = steps;
  if (dim != stage->shared) return;
  tt_operand_t next = tt_launch_op2(b, TT_OP_ADD, lower->part, tt_imm(b, 1));
  *out_lo = ttc_lower_share(lower, steps, lower->part);
  *out_hi = ttc_lower_share(lower, steps, next);
}

// ---- Entries ----------------------------------------------------------------

static void ttc_lower_views(ttc_lower_t* lower, tt_operand_t* views) {
  for (uint32_t i = 0; i < lower->dispatch->subspan_count; ++i) {
    const ttc_subspan_t subspan = lower->dispatch->subspans[i];
    if (subspan.binding == TTC_INDICES) continue;
    tt_operand_t length = tt_imm(lower->b, 1);
    for (uint32_t j = 0; j < subspan.rank; ++j) {
      length = tt_launch_op2(lower->b, TT_OP_MUL, length,
                             ttc_lower_expr(lower, subspan.dims[j]));
    }
    tt_view_source_t kind = TT_VIEW_BINDING;
    uint32_t source = subspan.binding;
    if (subspan.binding == TTC_NO_BINDING) {
      kind = TT_VIEW_DATA;
      source = tt_build_blob(lower->b, subspan.data, subspan.data_size);
    } else if (subspan.binding == TTC_SCRATCH) {
      kind = TT_VIEW_SCRATCH;
      uint32_t bytes = tt_dtype_desc(subspan.dtype)->storage_bits / 8;
      source = tt_build_scratch(
          lower->b,
          tt_launch_op2(lower->b, TT_OP_MUL, length, tt_imm(lower->b, bytes)));
    }
    views[i] = tt_build_view(lower->b, kind, source, subspan.dtype,
                             ttc_lower_expr(lower, subspan.offset), length);
  }
}

// Splits items into runs of nearly equal length, one for each group of as many
// cores as share an item.
static tt_operand_t ttc_lower_split(ttc_lower_t* lower) {
  tt_builder_t* b = lower->b;
  const ttc_phase_t* phase = lower->phase;
  tt_operand_t items = ttc_lower_expr(lower, phase->items);
  lower->parts = phase->part == TTC_NO_INDEX
                     ? tt_imm(b, 1)
                     : ttc_lower_expr(lower, phase->dims[phase->part]);
  tt_operand_t groups = tt_launch_op2(
      b, TT_OP_MINS, items,
      tt_launch_op2(b, TT_OP_DIVS, tt_launch_grid_cores(b), lower->parts));
  // No division by zero where there are no items.
  tt_operand_t divisor = tt_launch_op2(b, TT_OP_MAXS, groups, tt_imm(b, 1));
  tt_operand_t core = tt_launch_core(b);
  tt_operand_t group = tt_launch_op2(b, TT_OP_DIVS, core, lower->parts);
  tt_operand_t next = tt_launch_op2(b, TT_OP_ADD, group, tt_imm(b, 1));
  lower->item_lo = tt_launch_op2(
      b, TT_OP_DIVS, tt_launch_op2(b, TT_OP_MUL, group, items), divisor);
  lower->item_hi = tt_launch_op2(
      b, TT_OP_DIVS, tt_launch_op2(b, TT_OP_MUL, next, items), divisor);
  if (phase->part != TTC_NO_INDEX) {
    lower->part = tt_launch_op2(b, TT_OP_REMS, core, lower->parts);
    lower->at[phase->part] = lower->part;
  }
  return tt_launch_op2(b, TT_OP_MUL, groups, lower->parts);
}

static void ttc_lower_phase(ttc_lower_t* lower) {
  const ttc_phase_t* phase = lower->phase;
  // Integers are not rounded, whatever is chosen for floats.
  const bool exact = phase->kind == TTC_PHASE_MATMUL && phase->matmul.integers;
  tt_phase_t options = {
      .fidelity = exact ? TT_FIDELITY_HIFI4 : lower->options->fidelity,
      .fp32_dest_acc = 1,
      .dst_full_sync = phase->full_sync};
  tt_build_phase(lower->b, ttc_lower_split(lower), &options);
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    tt_build_cb(lower->b, &phase->cbs[i]);
  }
  if (phase->kind == TTC_PHASE_MATMUL) {
    ttc_lower_matmul(lower);
  } else if (phase->kind == TTC_PHASE_ATTENTION) {
    ttc_lower_attention(lower);
  } else {
    ttc_lower_lanes(lower);
  }
}

static bool ttc_plan_has_masks(const ttc_plan_t* plan) {
  for (uint32_t i = 0; i < plan->phase_count; ++i) {
    if (plan->phases[i]->mask_cb != TTC_NO_INDEX) return true;
  }
  return false;
}

void ttc_lower_plan(tt_builder_t* b, ttc_dispatch_t* dispatch,
                    const ttc_plan_options_t* options, const ttc_plan_t* plan) {
  ttc_lower_t lower = {.b = b, .dispatch = dispatch, .options = options};
  tt_operand_t* views = calloc(dispatch->subspan_count + 1, sizeof(*views));
  if (!views) {
    tt_builder_fail(b, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                      "out of memory lowering a dispatch"));
    return;
  }
  uint32_t blob = 0;
  bool masks = ttc_plan_has_masks(plan);
  if (masks) {
    uint8_t ones[TT_TILE_LANES];
    memset(ones, 1, sizeof(ones));
    blob = tt_build_blob(b, ones, sizeof(ones));
  }
  tt_build_entry(b, dispatch->name, dispatch->constant_count,
                 dispatch->accesses, dispatch->binding_count);
  ttc_lower_views(&lower, views);
  lower.views = views;
  if (masks) {
    lower.ones = tt_build_view(b, TT_VIEW_DATA, blob, TT_DTYPE_I1, tt_imm(b, 0),
                               tt_imm(b, TT_TILE_LANES));
  }
  for (uint32_t i = 0; i < plan->phase_count; ++i) {
    lower.phase = plan->phases[i];
    ttc_lower_phase(&lower);
  }
  free(views);
}

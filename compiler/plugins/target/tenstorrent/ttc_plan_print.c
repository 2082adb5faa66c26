// Plans as text.
#include <inttypes.h>

#include "compiler/plugins/target/tenstorrent/ttc_plan.h"

static void ttc_dims_print(const uint8_t* dims, uint8_t count, FILE* file) {
  fputc('[', file);
  for (uint8_t i = 0; i < count; ++i) {
    fprintf(file, "%sd%u", i ? ", " : "", dims[i]);
  }
  fputc(']', file);
}

static void ttc_dim_print(uint8_t dim, FILE* file) {
  if (dim == TTC_NO_INDEX) {
    fputs("-", file);
  } else {
    fprintf(file, "d%u", dim);
  }
}

static void ttc_access_print(const ttc_dispatch_t* dispatch,
                             const ttc_phase_t* phase, uint32_t index,
                             FILE* file) {
  const ttc_access_t* access = &phase->accesses[index];
  fprintf(file, "    a%u = ", index);
  if (ttc_access_is_indices(dispatch, access)) {
    fputs("index ", file);
  } else {
    fprintf(file, "s%u at ", access->subspan);
  }
  ttc_expr_print(dispatch, access->base, file);
  for (uint8_t i = 0; i < phase->dim_count; ++i) {
    if (ttc_expr_equals(dispatch, access->strides[i], 0)) continue;
    fprintf(file, " + d%u * ", i);
    ttc_expr_print(dispatch, access->strides[i], file);
  }
  if (access->numbers) {
    fprintf(file, " + a%u of ", access->numbers - 1);
    ttc_expr_print(dispatch, access->row_count, file);
    fputs(" * ", file);
    ttc_expr_print(dispatch, access->row_stride, file);
  }
  if (access->cb != TTC_NO_INDEX) fprintf(file, ", c%u", access->cb);
  fputc('\n', file);
}

static void ttc_term_print(const ttc_phase_t* phase, uint32_t index,
                           FILE* file) {
  const ttc_term_t* term = &phase->terms[index];
  fprintf(file, "    x%u = ", index);
  switch ((ttc_term_kind_t)term->kind) {
    case TTC_TERM_LOAD:
      fprintf(file, "load a%u", term->index);
      break;
    case TTC_TERM_REDUCED:
      fprintf(file, "stage %u result %u", term->index, term->result);
      break;
    case TTC_TERM_CONSTANT:
      fprintf(file, "%s 0x%" PRIx64,
              tt_dtype_desc((tt_dtype_t)term->result_type)->name, term->bits);
      break;
    case TTC_TERM_MASK:
      fputs("mask", file);
      break;
    case TTC_TERM_OP:
      fprintf(file, "%s.%s", tt_op_descs[term->op].mnemonic,
              tt_dtype_desc((tt_dtype_t)term->type)->name);
      for (uint32_t i = 0; i < term->operand_count; ++i) {
        fprintf(file, " x%u", term->operands[i]);
      }
      break;
  }
  fputc('\n', file);
}

static void ttc_stage_print(const ttc_phase_t* phase, uint32_t index,
                            FILE* file) {
  const ttc_stage_t* stage = &phase->stages[index];
  fprintf(file, "    stage %u %s over ", index,
          stage->reduce ? "reduce" : "store");
  ttc_dims_print(stage->private_dims, stage->private_count, file);
  fputs(" rows ", file);
  ttc_dim_print(stage->row, file);
  fputs(" columns ", file);
  ttc_dim_print(stage->column, file);
  if (stage->shared != TTC_NO_INDEX) {
    fputs(" parts share ", file);
    ttc_dim_print(stage->shared, file);
  }
  fprintf(file, " dst %u:", stage->dst_tiles);
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    const ttc_stage_result_t* result = &stage->results[i];
    if (result->multiplies) {
      fprintf(file, " add x%u on the FPU", result->term);
    } else if (stage->reduce) {
      fprintf(file, " %s x%u", tt_op_descs[result->op].mnemonic, result->term);
      if (stage->needs_mask) {
        fprintf(file, " (masked x%u)", result->masked_term);
      }
    } else {
      fprintf(file, " a%u = x%u", result->access, result->term);
    }
  }
  if (stage->spill_count) fputs(", spills", file);
  for (uint32_t i = 0; i < stage->spill_count; ++i) {
    fprintf(file, " x%u", stage->spills[i].term);
  }
  fputc('\n', file);
}

static void ttc_lanes_print(const ttc_phase_t* phase, FILE* file) {
  if (phase->kind == TTC_PHASE_MATMUL) {
    fprintf(file, "    blocks of %u x %u tiles, rows ",
            phase->matmul.block_rows, phase->matmul.block_columns);
    ttc_dim_print(phase->matmul.row, file);
    fputs(" columns ", file);
    ttc_dim_print(phase->matmul.column, file);
    fputs(" inner ", file);
    ttc_dim_print(phase->matmul.inner, file);
    if (phase->matmul.integers) fputs(", integers", file);
    if (phase->matmul.run) {
      fprintf(file, " in runs of %u tiles", phase->matmul.run);
    }
  } else if (phase->kind == TTC_PHASE_ATTENTION) {
    const ttc_attention_t* attention = &phase->attention;
    fprintf(file, "    queries in rows ");
    ttc_dim_print(attention->row, file);
    fprintf(file, ", %u tiles of keys ", attention->width);
    ttc_dim_print(attention->key, file);
    fprintf(file, " a step, scores x%u, weights x%u", attention->score,
            attention->weight);
  } else if (phase->lanes == TTC_LANES_STRIP) {
    fprintf(file, "    strips of %u columns ", ttc_phase_column_step(phase));
    ttc_dim_print(phase->column, file);
  } else {
    fputs("    tiles of rows ", file);
    ttc_dim_print(phase->row, file);
    fputs(" columns ", file);
    ttc_dim_print(phase->column, file);
  }
  static const char* const folds[] = {
      [TTC_FOLD_NONE] = "",
      [TTC_FOLD_COLUMNS] = ", columns folded",
      [TTC_FOLD_ROWS] = ", rows folded",
  };
  fputs(folds[phase->fold], file);
  fputs(phase->writer_folds ? " by the writer\n" : "\n", file);
}

void ttc_plan_print(const ttc_dispatch_t* dispatch, const ttc_plan_t* plan,
                    FILE* file) {
  static const char* const kinds[] = {
      [TTC_PHASE_MOVE] = "move",
      [TTC_PHASE_LANES] = "lanes",
      [TTC_PHASE_MATMUL] = "matmul",
      [TTC_PHASE_ATTENTION] = "attention",
  };
  fprintf(file, "plan @%s\n", dispatch->name ? dispatch->name : "");
  for (uint32_t i = 0; i < plan->phase_count; ++i) {
    const ttc_phase_t* phase = plan->phases[i];
    fprintf(file, "  phase %u %s items ", i, kinds[phase->kind]);
    ttc_expr_print(dispatch, phase->items, file);
    fprintf(file, " l1 %" PRIu64 "%s\n", phase->l1_bytes,
            phase->full_sync ? " full sync" : "");
    ttc_lanes_print(phase, file);
    fputs("    items over ", file);
    ttc_dims_print(phase->item_dims, phase->item_count, file);
    if (phase->part != TTC_NO_INDEX) {
      fputs(", each in parts ", file);
      ttc_dim_print(phase->part, file);
    }
    fputc('\n', file);
    for (uint8_t j = 0; j < phase->dim_count; ++j) {
      fprintf(file, "    d%u = ", j);
      ttc_expr_print(dispatch, phase->dims[j], file);
      fputc('\n', file);
    }
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      ttc_access_print(dispatch, phase, j, file);
    }
    for (uint32_t j = 0; j < phase->term_count; ++j) {
      ttc_term_print(phase, j, file);
    }
    for (uint32_t j = 0; j < phase->stage_count; ++j) {
      ttc_stage_print(phase, j, file);
    }
  }
}

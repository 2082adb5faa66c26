// Circular buffers, DST tiles and L1 of a phase.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"
#include "tile/emit.h"

// ---- Ops --------------------------------------------------------------------

static bool ttc_term_tile_types(const ttc_term_t* term) {
  const tt_op_desc_t* desc = &tt_op_descs[term->op];
  if (desc->op_class != TT_OP_CLASS_LANE) return false;
  if (!(desc->tile_types >> term->type & 1)) return false;
  // The second type's tiles have the types that any tile has.
  return term->type2 == TT_DTYPE_NONE ||
         (tt_op_descs[TT_OP_MOV].tile_types >> term->type2 & 1);
}

static void ttc_plan_check_ops(ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    const ttc_term_t* term = &phase->terms[i];
    const char* name = tt_op_descs[term->op].mnemonic;
    const char* type = tt_dtype_desc((tt_dtype_t)term->type)->name;
    if (term->kind != TTC_TERM_OP) continue;
    if (!ttc_term_tile_types(term)) {
      ttc_plan_refuse(planner, "%s.%s has no tile form", name, type);
      return;
    }
    const char* reason = tt_emit_unsupported(
        (tt_op_t)term->op, (tt_dtype_t)term->type, term->attr, true);
    if (reason) {
      ttc_plan_refuse(planner, "%s.%s on tiles: %s", name, type, reason);
      return;
    }
  }
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; stage->reduce && j < stage->result_count; ++j) {
      const ttc_stage_result_t* result = &stage->results[j];
      const char* reason = tt_emit_unsupported(
          (tt_op_t)result->op, (tt_dtype_t)result->type, 0, true);
      if (!reason) continue;
      ttc_plan_refuse(planner, "%s.%s on tiles: %s",
                      tt_op_descs[result->op].mnemonic,
                      tt_dtype_desc((tt_dtype_t)result->type)->name, reason);
    }
  }
}

// ---- Lanes beyond the end ---------------------------------------------------

// Whether |term| is a load that may hold |neutral| beyond the end.
static bool ttc_plan_pad_load(ttc_planner_t* planner, const ttc_stage_t* stage,
                              uint32_t term, uint64_t neutral) {
  ttc_phase_t* phase = planner->phase;
  const ttc_term_t* load = &phase->terms[ttc_plan_uncast(phase, term)];
  if (load->kind != TTC_TERM_LOAD) return false;
  ttc_access_t* access = &phase->accesses[load->index];
  if (ttc_access_is_indices(planner->dispatch, access) ||
      ttc_stride_is(planner, access, stage->folded, 0) ||
      (access->filled && access->fill != neutral)) {
    return false;
  }
  access->filled = true;
  access->fill = neutral;
  return true;
}

// Makes lanes beyond the end of the folded dim neutral: by what the reader
// fills in where the term is a load (or, in a sum, a product of loads), else by
// a mask.
static void ttc_plan_pad(ttc_planner_t* planner, ttc_stage_t* stage,
                         ttc_stage_result_t* result) {
  ttc_phase_t* phase = planner->phase;
  const ttc_term_t* term = &phase->terms[result->term];
  if (ttc_plan_pad_load(planner, stage, result->term, result->neutral)) return;
  if (result->op == TT_OP_ADD && term->kind == TTC_TERM_OP &&
      term->op == TT_OP_MUL &&
      ttc_plan_pad_load(planner, stage, term->operands[0], 0) &&
      ttc_plan_pad_load(planner, stage, term->operands[1], 0)) {
    return;
  }
  ttc_term_t select = {.kind = TTC_TERM_OP,
                       .type = result->type,
                       .result_type = result->type,
                       .op = TT_OP_SELECT,
                       .operand_count = 3};
  select.operands[0] = ttc_plan_term(
      planner,
      &(ttc_term_t){.kind = TTC_TERM_MASK, .result_type = TT_DTYPE_I1});
  select.operands[1] = result->term;
  select.operands[2] =
      ttc_plan_constant(planner, (tt_dtype_t)result->type, result->neutral);
  result->masked_term = ttc_plan_term(planner, &select);
  stage->needs_mask = true;
}

// Whether |stage| folds lanes beyond the end. Of attention only the scores are
// padded: weights of such lanes are 0 then.
static bool ttc_plan_is_ragged(const ttc_planner_t* planner,
                               const ttc_stage_t* stage) {
  const ttc_phase_t* phase = planner->phase;
  int64_t size = 0;
  if (!phase->fold || (phase->kind == TTC_PHASE_ATTENTION &&
                       stage != &phase->stages[phase->attention.maxima])) {
    return false;
  }
  return !ttc_expr_is_const(planner->dispatch, phase->dims[stage->folded],
                            &size) ||
         size % ttc_stage_step(phase, stage, stage->folded) != 0;
}

static void ttc_plan_pads(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    if (!stage->reduce) continue;
    bool ragged = ttc_plan_is_ragged(planner, stage);
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      stage->results[j].masked_term = stage->results[j].term;
      if (ragged) ttc_plan_pad(planner, stage, &stage->results[j]);
    }
  }
}

// ---- DST --------------------------------------------------------------------

// Accumulators stay in DST while the terms of a reduction are evaluated one by
// one.
static uint32_t ttc_plan_reduce_need(const ttc_phase_t* phase,
                                     const ttc_stage_t* stage, uint32_t limit) {
  uint32_t most = 1;
  for (uint32_t j = 0; j < stage->result_count; ++j) {
    uint32_t need =
        ttc_eval_need(phase, stage, 0, &stage->results[j].masked_term, 1,
                      stage->result_count, limit);
    if (need > most) most = need;
  }
  return most;
}

// Weights and their sum are computed beside the sum so far, of scores in a CB.
static uint32_t ttc_plan_weights_need(const ttc_phase_t* phase,
                                      uint32_t limit) {
  const ttc_attention_t* attention = &phase->attention;
  ttc_stage_t sums = phase->stages[attention->sums];
  const uint32_t roots[] = {attention->weight, sums.results[0].term};
  sums.spills[0].term = attention->score;
  return ttc_eval_need(phase, &sums, 1, roots, 2, 1, limit);
}

static uint32_t ttc_plan_attention_need(const ttc_phase_t* phase,
                                        const ttc_stage_t* stage,
                                        uint32_t limit) {
  const uint8_t index = (uint8_t)(stage - phase->stages);
  if (index == phase->attention.sums) {
    return ttc_plan_weights_need(phase, limit);
  }
  // A tile of values, and their decay.
  if (index == phase->attention.values) return 2;
  const uint32_t need = ttc_eval_need(
      phase, stage, 0, &stage->results[0].masked_term, 1, 0, limit);
  const bool scores = index == phase->attention.scores;
  return scores && need < phase->attention.width ? phase->attention.width
                                                 : need;
}

static void ttc_plan_dst(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  uint32_t limit = tt_chip_dst_tiles(planner->options->chip, true, true);
  uint32_t half = tt_chip_dst_tiles(planner->options->chip, true, false);
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    uint32_t most = limit;
    if (!stage->reduce) {
      most = ttc_plan_spills(planner, stage, limit);
    } else if (phase->kind == TTC_PHASE_ATTENTION) {
      most = ttc_plan_attention_need(phase, stage, limit);
    } else if (phase->kind != TTC_PHASE_MATMUL) {
      most = ttc_plan_reduce_need(phase, stage, limit);
    }
    if (planner->status) return;
    if (most > limit) {
      ttc_plan_refuse(planner, "a %s needs more than %u DST tiles",
                      stage->reduce ? "reduction" : "body", limit);
      return;
    }
    stage->dst_tiles = (uint8_t)most;
    if (most > half) phase->full_sync = true;
    // The code of a step is there once a page, and such steps are long.
    if (stage->spill_count) phase->pages = 1;
  }
}

// ---- Circular buffers -------------------------------------------------------

static uint8_t ttc_plan_cb(ttc_planner_t* planner, tt_format_t format,
                           tt_cb_layout_t layout, bool to_dest,
                           uint32_t pages) {
  ttc_phase_t* phase = planner->phase;
  if (phase->cb_count >= planner->options->chip->cb_count - 1) {
    // One is left for the data movement kernels' staging.
    ttc_plan_refuse(planner, "more than %u circular buffers",
                    planner->options->chip->cb_count - 1);
    return 0;
  }
  tt_cb_t cb = {.number = (uint8_t)phase->cb_count,
                .format = (uint8_t)format,
                .rows = TT_TILE_DIM,
                .layout = (uint8_t)layout,
                .unpack_to_dest = to_dest && (format == TT_FORMAT_FLOAT32 ||
                                              format == TT_FORMAT_INT32),
                .pages = pages};
  phase->l1_bytes += (uint64_t)pages * tt_cb_page_bytes(&cb);
  phase->cbs[phase->cb_count++] = cb;
  return cb.number;
}

static tt_format_t ttc_plan_term_format(const ttc_phase_t* phase,
                                        uint32_t term) {
  return tt_format_of_dtype((tt_dtype_t)phase->terms[term].result_type);
}

static tt_format_t ttc_plan_format(const ttc_phase_t* phase, tt_dtype_t dtype) {
  if (phase->kind == TTC_PHASE_MOVE) {
    // Nothing computes on them, so they keep their width.
    if (dtype == TT_DTYPE_I1 || dtype == TT_DTYPE_I8) return TT_FORMAT_UINT8;
    if (dtype == TT_DTYPE_I16) return TT_FORMAT_UINT16;
  }
  return tt_format_of_dtype(dtype);
}

// Tiles of strips stay in the order of memory; others have faces.
static tt_cb_layout_t ttc_plan_layout(const ttc_phase_t* phase) {
  return phase->lanes == TTC_LANES_STRIP ? TT_CB_LAYOUT_FLAT
                                         : TT_CB_LAYOUT_FACES;
}

static void ttc_plan_access_cb(ttc_planner_t* planner, ttc_access_t* access,
                               bool to_dest, uint32_t pages) {
  const ttc_phase_t* phase = planner->phase;
  const tt_dtype_t dtype = planner->dispatch->subspans[access->subspan].dtype;
  access->cb = ttc_plan_cb(planner, ttc_plan_format(phase, dtype),
                           ttc_plan_layout(phase), to_dest, pages);
}

static void ttc_plan_load_cbs(ttc_planner_t* planner, uint32_t depth) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    if (phase->terms[i].kind != TTC_TERM_LOAD) continue;
    ttc_access_t* access = &phase->accesses[phase->terms[i].index];
    if (access->cb != TTC_NO_INDEX) continue;
    bool once = ttc_plan_level(planner->dispatch, phase, &phase->stages[0],
                               access) == TTC_LEVEL_ONCE;
    bool strip = phase->lanes == TTC_LANES_STRIP && phase->pages > 1 &&
                 !ttc_stride_is(planner, access, phase->column, 0);
    access->pages = strip ? phase->pages : 1;
    ttc_plan_access_cb(planner, access, !access->to_fpu,
                       once ? access->pages : access->pages * depth);
  }
}

static void ttc_plan_result_cbs(ttc_planner_t* planner, uint32_t depth) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      ttc_stage_result_t* result = &stage->results[j];
      tt_format_t format = ttc_plan_format(phase, (tt_dtype_t)result->type);
      if (phase->writer_folds) {
        if (!stage->reduce) continue;
        result->partial_cb =
            ttc_plan_cb(planner, format, ttc_plan_layout(phase), false, depth);
        continue;
      }
      if (!stage->reduce) {
        const ttc_term_t* term = &phase->terms[result->term];
        bool moved = phase->kind == TTC_PHASE_MOVE;
        if (moved && term->kind == TTC_TERM_LOAD) {
          result->cb = phase->accesses[term->index].cb;
        } else {
          result->cb = ttc_plan_cb(planner, format, ttc_plan_layout(phase),
                                   false, phase->pages * (moved ? 1 : depth));
        }
        continue;
      }
      // A folded tile is broadcast from, which needs faces.
      result->cb = ttc_plan_cb(
          planner, format,
          phase->fold ? TT_CB_LAYOUT_FACES : ttc_plan_layout(phase), true, 1);
      if (!phase->fold) continue;
      result->partial_cb =
          ttc_plan_cb(planner, format, TT_CB_LAYOUT_FACES, false, 1);
    }
  }
}

// A CB for each format, as large as what a step keeps in it: its pages are
// filled from the first one on in every step.
static void ttc_plan_spill_cbs(ttc_planner_t* planner, tt_cb_layout_t layout) {
  ttc_phase_t* phase = planner->phase;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    uint8_t pages[TT_FORMAT_COUNT] = {0}, cbs[TT_FORMAT_COUNT] = {0};
    for (uint32_t j = 0; j < stage->spill_count; ++j) {
      ttc_spill_t* spill = &stage->spills[j];
      spill->page = pages[ttc_plan_term_format(phase, spill->term)]++;
    }
    for (int format = 0; format < TT_FORMAT_COUNT; ++format) {
      if (!pages[format]) continue;
      cbs[format] = ttc_plan_cb(planner, (tt_format_t)format, layout, true,
                                pages[format]);
    }
    for (uint32_t j = 0; j < stage->spill_count; ++j) {
      ttc_spill_t* spill = &stage->spills[j];
      spill->cb = cbs[ttc_plan_term_format(phase, spill->term)];
    }
  }
}

static void ttc_plan_helper_cbs(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  if (phase->fold && !phase->writer_folds) {
    phase->scaler_cb =
        ttc_plan_cb(planner, TT_FORMAT_FLOAT32, TT_CB_LAYOUT_FACES, false, 1);
  }
  int64_t found = -1;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    if (!stage->needs_mask) continue;
    // One page serves all stages, so they must end at the same lane.
    if (found >= 0 && (ttc_expr_t)found != phase->dims[stage->folded]) {
      ttc_plan_refuse(planner, "reductions of different sizes need masks");
      return;
    }
    found = phase->dims[stage->folded];
  }
  if (found >= 0) {
    phase->mask_cb =
        ttc_plan_cb(planner, TT_FORMAT_INT32, ttc_plan_layout(phase), true,
                    ttc_phase_mask_pages(phase));
  }
}

// Operands of the FPU keep their format and go through its source registers.
static void ttc_plan_matmul_cbs(ttc_planner_t* planner, uint32_t depth) {
  ttc_phase_t* phase = planner->phase;
  const ttc_matmul_t* matmul = &phase->matmul;
  uint32_t block = (uint32_t)matmul->block_rows * matmul->block_columns;
  for (uint32_t i = 0; i < 2; ++i) {
    uint32_t pages = i ? matmul->block_columns : matmul->block_rows;
    ttc_plan_access_cb(planner, &phase->accesses[i ? matmul->b : matmul->a],
                       false, pages * depth);
  }
  bool packs = ttc_matmul_packs(phase);
  if (!packs) {
    ttc_stage_result_t* sum = &phase->stages[0].results[0];
    sum->cb = ttc_plan_cb(planner, tt_format_of_dtype((tt_dtype_t)sum->type),
                          TT_CB_LAYOUT_FACES, true, block);
  }
  for (uint32_t i = 1; i < phase->stage_count; ++i) {
    ttc_stage_t* stage = &phase->stages[i];
    bool loads[TTC_MAX_ACCESSES];
    ttc_plan_stage_loads(phase, stage, loads);
    for (uint32_t j = 0; j < phase->access_count; ++j) {
      ttc_access_t* access = &phase->accesses[j];
      if (!loads[j] || access->cb != TTC_NO_INDEX) continue;
      ttc_plan_access_cb(planner, access, true, depth);
    }
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      stage->results[j].cb = ttc_plan_cb(
          planner, tt_format_of_dtype((tt_dtype_t)stage->results[j].type),
          TT_CB_LAYOUT_FACES, false, packs ? block * depth : depth);
    }
  }
}

// What the FPU multiplies or folds goes through its source registers; the rest
// keeps 32 bits.
static void ttc_plan_attention_cbs(ttc_planner_t* planner, uint32_t depth) {
  ttc_phase_t* phase = planner->phase;
  ttc_attention_t* a = &phase->attention;
  ttc_stage_t* stages = phase->stages;
  const tt_format_t f32 = TT_FORMAT_FLOAT32;
  const tt_cb_layout_t faces = TT_CB_LAYOUT_FACES;
  const uint32_t width = a->width;
  ttc_plan_access_cb(planner, &phase->accesses[a->k], false,
                     a->inner_tiles * depth);
  ttc_plan_access_cb(planner, &phase->accesses[a->v], false,
                     width * a->column_tiles * depth);
  ttc_plan_load_cbs(planner, depth);
  a->query_cb = ttc_plan_cb(
      planner, ttc_plan_term_format(phase, stages[a->scores].results[0].term),
      faces, false, a->inner_tiles);
  a->weight_cb = ttc_plan_cb(planner, ttc_plan_term_format(phase, a->weight),
                             faces, false, width);
  a->score_cb = ttc_plan_cb(planner, f32, faces, true, width);
  a->block_cb = ttc_plan_cb(planner, f32, faces, true, 1);
  a->decay_cb = ttc_plan_cb(planner, f32, faces, true, 1);
  a->sums_cb = ttc_plan_cb(planner, f32, faces, true, 1);
  const uint8_t folded[] = {a->maxima, a->sums};
  for (uint32_t i = 0; i < 2; ++i) {
    ttc_stage_result_t* result = &stages[folded[i]].results[0];
    result->cb = ttc_plan_cb(planner, f32, faces, true, 1);
    result->partial_cb = ttc_plan_cb(planner, f32, faces, false, 1);
  }
  stages[a->scores].results[0].cb =
      ttc_plan_cb(planner, f32, faces, true, width);
  stages[a->values].results[0].cb =
      ttc_plan_cb(planner, f32, faces, true, a->column_tiles);
  ttc_stage_result_t* stored = &stages[phase->stage_count - 1].results[0];
  stored->cb =
      ttc_plan_cb(planner, tt_format_of_dtype((tt_dtype_t)stored->type), faces,
                  false, depth);
}

static void ttc_plan_cbs(ttc_planner_t* planner, uint32_t depth) {
  ttc_phase_t* phase = planner->phase;
  phase->cb_count = 0;
  phase->l1_bytes = 0;
  phase->mask_cb = TTC_NO_INDEX;
  for (uint32_t i = 0; i < phase->access_count; ++i) {
    phase->accesses[i].cb = TTC_NO_INDEX;
  }
  if (phase->kind == TTC_PHASE_MATMUL) {
    ttc_plan_matmul_cbs(planner, depth);
    ttc_plan_spill_cbs(planner, TT_CB_LAYOUT_FACES);
    return;
  }
  if (phase->kind == TTC_PHASE_ATTENTION) {
    ttc_plan_attention_cbs(planner, depth);
  } else {
    ttc_plan_load_cbs(planner, depth);
    ttc_plan_result_cbs(planner, depth);
  }
  ttc_plan_spill_cbs(planner, ttc_plan_layout(phase));
  ttc_plan_helper_cbs(planner);
}

// ---- Items ------------------------------------------------------------------

ttc_expr_t ttc_plan_item_count(ttc_planner_t* planner) {
  const ttc_phase_t* phase = planner->phase;
  ttc_expr_t items = ttc_plan_const(planner, 1);
  for (uint8_t i = 0; i < phase->item_count; ++i) {
    uint8_t dim = phase->item_dims[i];
    items = ttc_plan_mul(
        planner, items,
        ttc_expr_op(planner->dispatch, TT_OP_CEILDIVS, phase->dims[dim],
                    ttc_plan_const(planner, ttc_phase_step(phase, dim))));
  }
  return items;
}

// Whether the phase only moves elements: every result is a load of its own or a
// constant.
static bool ttc_plan_moves(const ttc_phase_t* phase) {
  uint32_t loads = 0;
  for (uint32_t i = 0; i < phase->stage_count; ++i) {
    const ttc_stage_t* stage = &phase->stages[i];
    for (uint32_t j = 0; j < stage->result_count; ++j) {
      const ttc_term_t* term = &phase->terms[stage->results[j].term];
      if (stage->reduce) return false;
      if (term->kind == TTC_TERM_LOAD) ++loads;
      if (term->kind == TTC_TERM_OP || term->kind == TTC_TERM_REDUCED) {
        return false;
      }
    }
  }
  uint32_t terms = 0;
  for (uint32_t i = 0; i < phase->term_count; ++i) {
    terms += phase->terms[i].kind == TTC_TERM_LOAD;
  }
  return loads == terms;
}

void ttc_plan_buffers(ttc_planner_t* planner) {
  ttc_phase_t* phase = planner->phase;
  ttc_plan_check_ops(planner);
  if (planner->status) return;
  if (ttc_plan_moves(phase)) {
    phase->kind = TTC_PHASE_MOVE;
  } else {
    ttc_plan_pads(planner);
    ttc_plan_multiplies(planner);
    ttc_plan_dst(planner);
  }
  // Double buffers, and long steps, only where L1 has room for them.
  ttc_plan_cbs(planner, 2);
  while (!planner->status && phase->l1_bytes > planner->options->l1_size &&
         phase->pages > 1) {
    phase->pages /= 2;
    ttc_plan_cbs(planner, 2);
  }
  if (phase->l1_bytes > planner->options->l1_size) ttc_plan_cbs(planner, 1);
  if (phase->l1_bytes > planner->options->l1_size) {
    ttc_plan_refuse(planner,
                    "circular buffers take %llu bytes of L1, %llu "
                    "are allowed",
                    (unsigned long long)phase->l1_bytes,
                    (unsigned long long)planner->options->l1_size);
  }
  phase->items = ttc_plan_item_count(planner);
}

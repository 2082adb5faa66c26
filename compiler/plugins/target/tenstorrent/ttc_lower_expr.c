// Terms onto DST tiles: an allocation of DST over a DAG, evaluated depth first.
// Loads, constants and spilled terms can be fetched again, so they give way
// when tiles run out; computed values stay until their last use.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"

// Where |term| is kept; NULL if it is not.
static const ttc_spill_t* ttc_eval_spill(const ttc_eval_t* eval,
                                         uint32_t term) {
  for (uint32_t i = 0; i < eval->spill_count; ++i) {
    if (eval->spills[i].term == term) return &eval->spills[i];
  }
  return NULL;
}

static bool ttc_eval_computes(const ttc_eval_t* eval, uint32_t term) {
  return eval->terms[term].kind == TTC_TERM_OP && !ttc_eval_spill(eval, term);
}

static void ttc_eval_count_uses(ttc_eval_t* eval, uint32_t term) {
  if (eval->uses[term]++ || !ttc_eval_computes(eval, term)) return;
  const ttc_term_t* t = &eval->terms[term];
  for (uint32_t i = 0; i < t->operand_count; ++i) {
    ttc_eval_count_uses(eval, t->operands[i]);
  }
}

static uint32_t ttc_eval_find(const ttc_eval_t* eval, uint32_t term) {
  for (uint32_t i = eval->first; i < eval->limit; ++i) {
    if (eval->term_of[i] == term) return i;
  }
  return TT_NONE;
}

static uint32_t ttc_eval_allocate(ttc_eval_t* eval) {
  uint32_t found = TT_NONE;
  for (uint32_t i = eval->first; i < eval->limit && found == TT_NONE; ++i) {
    if (eval->term_of[i] == TT_NONE) found = i;
  }
  for (uint32_t i = eval->first; i < eval->limit && found == TT_NONE; ++i) {
    if (!eval->pins[i] && !ttc_eval_computes(eval, eval->term_of[i])) {
      found = i;
    }
  }
  if (found == TT_NONE) {
    eval->failed = true;
    return eval->first;
  }
  if (found + 1 > eval->peak) eval->peak = found + 1;
  return found;
}

static void ttc_eval_release(ttc_eval_t* eval, uint32_t dst, uint32_t term) {
  --eval->pins[dst];
  if (--eval->uses[term] == 0) eval->term_of[dst] = TT_NONE;
}

static uint32_t ttc_eval_leaf(ttc_eval_t* eval, uint32_t term) {
  uint32_t dst = ttc_eval_allocate(eval);
  if (eval->failed) return dst;
  eval->term_of[dst] = term;
  if (!eval->b) return dst;
  const ttc_term_t* t = &eval->terms[term];
  tt_dtype_t type = (tt_dtype_t)t->result_type;
  if (t->kind == TTC_TERM_CONSTANT) {
    const tt_operand_t operands[] = {ttc_dst(dst),
                                     ttc_lower_bits(eval->b, type, t->bits)};
    tt_build_inst(eval->b, TT_OP_FILL_TILE, type, TT_DTYPE_NONE, 0, TT_NONE,
                  operands, 2);
    return dst;
  }
  const ttc_spill_t* spill = ttc_eval_spill(eval, term);
  ttc_source_t source;
  if (spill) {
    source = (ttc_source_t){spill->cb, TT_BCAST_NONE, spill->page};
  } else {
    eval->source(eval->source_data, term, &source);
  }
  TT_OPS(eval->b, COPY_TILE, NONE, source.bcast, ttc_dst(dst),
         ttc_cb(source.cb), tt_imm(eval->b, source.page));
  return dst;
}

// Tiles that evaluating |term| alone takes, roughly: whoever takes more goes
// first.
static uint32_t ttc_eval_weight(const ttc_eval_t* eval, uint32_t term,
                                uint32_t depth) {
  const ttc_term_t* t = &eval->terms[term];
  if (t->kind == TTC_TERM_CONSTANT) return 0;
  if (depth == 8 || !ttc_eval_computes(eval, term)) return 1;
  uint32_t best = 1, ties = 0;
  for (uint32_t i = 0; i < t->operand_count; ++i) {
    uint32_t weight = ttc_eval_weight(eval, t->operands[i], depth + 1);
    if (weight > best) {
      best = weight;
      ties = 0;
    } else if (weight == best && i) {
      ++ties;
    }
  }
  return best + (ties ? 1 : 0);
}

static uint32_t ttc_eval_term(ttc_eval_t* eval, uint32_t term);

static bool ttc_eval_all_constant(const ttc_eval_t* eval, const ttc_term_t* t) {
  for (uint32_t i = 0; i < t->operand_count; ++i) {
    if (eval->terms[t->operands[i]].kind != TTC_TERM_CONSTANT) return false;
  }
  return true;
}

static uint32_t ttc_eval_op(ttc_eval_t* eval, uint32_t term) {
  const ttc_term_t* t = &eval->terms[term];
  uint32_t dst[3] = {TT_NONE, TT_NONE, TT_NONE};
  // Immediates take no tile, but an op needs one operand in DST.
  bool fill_first = ttc_eval_all_constant(eval, t);
  for (uint32_t round = 0; round < t->operand_count; ++round) {
    uint32_t next = TT_NONE, best = 0;
    for (uint32_t i = 0; i < t->operand_count; ++i) {
      bool tile = eval->terms[t->operands[i]].kind != TTC_TERM_CONSTANT ||
                  (fill_first && i == 0);
      uint32_t weight = ttc_eval_weight(eval, t->operands[i], 0) + 1;
      if (!tile || dst[i] != TT_NONE || weight <= best) continue;
      next = i;
      best = weight;
    }
    if (next == TT_NONE) break;
    dst[next] = ttc_eval_term(eval, t->operands[next]);
    if (eval->failed) return eval->first;
    ++eval->pins[dst[next]];
  }
  tt_operand_t operands[4];
  for (uint32_t i = 0; i < t->operand_count; ++i) {
    const ttc_term_t* operand = &eval->terms[t->operands[i]];
    if (dst[i] == TT_NONE) {
      --eval->uses[t->operands[i]];
      if (eval->b) {
        operands[i + 1] = ttc_lower_bits(
            eval->b, (tt_dtype_t)operand->result_type, operand->bits);
      }
      continue;
    }
    operands[i + 1] = ttc_dst(dst[i]);
    ttc_eval_release(eval, dst[i], t->operands[i]);
  }
  uint32_t target = ttc_eval_allocate(eval);
  if (eval->failed) return target;
  eval->term_of[target] = term;
  operands[0] = ttc_dst(target);
  if (eval->b) {
    tt_build_inst(eval->b, (tt_op_t)t->op, (tt_dtype_t)t->type,
                  (tt_dtype_t)t->type2, t->attr, TT_NONE, operands,
                  t->operand_count + 1u);
  }
  return target;
}

static uint32_t ttc_eval_term(ttc_eval_t* eval, uint32_t term) {
  if (eval->failed) return eval->first;
  uint32_t dst = ttc_eval_find(eval, term);
  if (dst != TT_NONE) return dst;
  return ttc_eval_computes(eval, term) ? ttc_eval_op(eval, term)
                                       : ttc_eval_leaf(eval, term);
}

void ttc_eval_roots(ttc_eval_t* eval, const uint32_t* roots, uint32_t count,
                    uint32_t* out_dst) {
  memset(eval->uses, 0, sizeof(eval->uses));
  memset(eval->pins, 0, sizeof(eval->pins));
  for (uint32_t i = 0; i < TTC_MAX_DST; ++i) eval->term_of[i] = TT_NONE;
  eval->peak = eval->first;
  for (uint32_t i = 0; i < count; ++i) ttc_eval_count_uses(eval, roots[i]);
  for (uint32_t i = 0; i < count && !eval->failed; ++i) {
    out_dst[i] = ttc_eval_term(eval, roots[i]);
    // Held until all are there; two equal roots share a tile.
    ++eval->pins[out_dst[i]];
  }
}

uint32_t ttc_eval_need(const ttc_phase_t* phase, const ttc_stage_t* stage,
                       uint32_t spill_count, const uint32_t* roots,
                       uint32_t count, uint32_t first, uint32_t limit) {
  ttc_eval_t eval = {.terms = phase->terms,
                     .spills = stage->spills,
                     .spill_count = spill_count,
                     .first = first,
                     .limit = limit};
  uint32_t dst[TTC_MAX_RESULTS];
  ttc_eval_roots(&eval, roots, count, dst);
  return eval.failed ? limit + 1 : eval.peak;
}

// Bodies that need more DST tiles than there are: which of their terms are
// computed ahead, each in a section of its own, and kept in circular buffers.
//
// The terms are evaluated on paper. Where tiles run out, one of the values that
// hold a tile is spilled, and evaluation starts again. Terms are numbered so
// that operands come first, so spills in the order of their numbers can each
// use those before them; and what was evaluated among others fits alone.
#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"

static bool ttc_is_spilled(const ttc_stage_t* stage, uint32_t term) {
  for (uint32_t i = 0; i < stage->spill_count; ++i) {
    if (stage->spills[i].term == term) return true;
  }
  return false;
}

// Marks the ops that computing |term| takes; returns how many it marked.
static uint32_t ttc_mark_ops(const ttc_phase_t* phase, const ttc_stage_t* stage,
                             uint32_t term, bool* marks) {
  const ttc_term_t* t = &phase->terms[term];
  if (t->kind != TTC_TERM_OP || marks[term] || ttc_is_spilled(stage, term)) {
    return 0;
  }
  uint32_t count = 1;
  marks[term] = true;
  for (uint32_t i = 0; i < t->operand_count; ++i) {
    count += ttc_mark_ops(phase, stage, t->operands[i], marks);
  }
  return count;
}

// Of the values that hold a tile where |eval| ran out, the one that takes the
// fewest ops to compute: its section may have to compute them again. TT_NONE if
// there is none.
static uint32_t ttc_find_victim(const ttc_phase_t* phase,
                                const ttc_stage_t* stage,
                                const ttc_eval_t* eval) {
  uint32_t found = TT_NONE, fewest = TTC_MAX_TERMS + 1;
  for (uint32_t i = 0; i < eval->limit; ++i) {
    bool marks[TTC_MAX_TERMS] = {false};
    if (eval->term_of[i] == TT_NONE) continue;
    uint32_t ops = ttc_mark_ops(phase, stage, eval->term_of[i], marks);
    if (ops == 0 || ops >= fewest) continue;
    fewest = ops;
    found = eval->term_of[i];
  }
  return found;
}

// Puts |term| among the spills, in order.
static void ttc_spill(ttc_stage_t* stage, uint32_t term) {
  uint32_t at = stage->spill_count++;
  for (; at > 0 && stage->spills[at - 1].term > term; --at) {
    stage->spills[at] = stage->spills[at - 1];
  }
  stage->spills[at] = (ttc_spill_t){.term = term};
}

uint32_t ttc_plan_spills(ttc_planner_t* planner, ttc_stage_t* stage,
                         uint32_t limit) {
  const ttc_phase_t* phase = planner->phase;
  uint32_t roots[TTC_MAX_RESULTS], dst[TTC_MAX_RESULTS];
  for (uint32_t i = 0; i < stage->result_count; ++i) {
    roots[i] = stage->results[i].term;
  }
  for (;;) {
    ttc_eval_t eval = {.terms = phase->terms,
                       .spills = stage->spills,
                       .spill_count = stage->spill_count,
                       .limit = limit};
    ttc_eval_roots(&eval, roots, stage->result_count, dst);
    uint32_t most = eval.peak;
    for (uint32_t i = 0; i < stage->spill_count; ++i) {
      uint32_t need =
          ttc_eval_need(phase, stage, i, &stage->spills[i].term, 1, 0, limit);
      if (need > most) most = need;
    }
    if (!eval.failed) return most;
    uint32_t victim = ttc_find_victim(phase, stage, &eval);
    if (victim == TT_NONE || stage->spill_count == TTC_MAX_SPILLS) {
      ttc_plan_refuse(planner,
                      "a body needs more than %u DST tiles and %u spilled ones",
                      limit, stage->spill_count);
      return limit;
    }
    ttc_spill(stage, victim);
  }
}

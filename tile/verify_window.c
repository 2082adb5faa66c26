// The window of pages that a kernel reserves or waits for must not cross the
// end of its CB: tt-metal's read and write pointers wrap only where they reach
// it (dataflow_api.h, cb_push_back and cb_pop_front).
//
// A pointer's possible positions, in pages, are kept as one residue class: the
// first of them and the distance between two. Joins and loops may take in more
// positions than can be, so a program that is accepted never crosses.

#include "tile/verify_internal.h"

// Positions first + k * step, modulo the CB's pages; step divides those, and is
// all of them for a single position.
typedef struct positions_t {
  uint32_t first, step;
} positions_t;

// One side of one CB.
typedef struct side_t {
  tt_verify_t* v;
  const tt_cb_t* cb;
  tt_op_t open, advance;  // cb_reserve_back, cb_push_back; or wait and pop
} side_t;

static uint32_t gcd(uint32_t a, uint32_t b) {
  while (b) {
    const uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static positions_t join(positions_t a, positions_t b) {
  const uint32_t apart = a.first > b.first ? a.first - b.first  //
                                           : b.first - a.first;
  const uint32_t step = gcd(gcd(a.step, b.step), apart);
  return (positions_t){a.first % step, step};
}

static const tt_inst_t* inst_at(const side_t* s, uint32_t i) {
  return &s->v->program->insts[s->v->kernel->first_inst + i];
}

static tt_status_t check_open(const side_t* s, const tt_inst_t* inst,
                              uint32_t pages, positions_t at) {
  const uint32_t last = s->cb->pages - at.step + at.first;
  if (pages <= s->cb->pages - last) return NULL;
  s->v->inst = inst;
  return tt_verify_error(s->v,
                         "%u pages may start at page %u of c%u and cross its "
                         "end at page %u, where CBs cannot wrap",
                         pages, last, s->cb->number, s->cb->pages);
}

// Follows the block from instruction *|i|, which ends up at its end or else.
// Windows are checked if |check|.
static tt_status_t follow(const side_t* s, bool check, uint32_t* i,
                          positions_t* at);

// Each run of a loop's body moves the pointer by what one run does.
static tt_status_t follow_loop(const side_t* s, bool check, uint32_t* i,
                               positions_t* at) {
  const uint32_t first = *i + 1;
  positions_t moved = {0, s->cb->pages};
  *i = first;
  TT_RETURN_IF_ERROR(follow(s, false, i, &moved));
  at->step = gcd(at->step, gcd(moved.step, moved.first));
  at->first %= at->step;
  if (!check) return NULL;
  positions_t body = *at;
  *i = first;
  return follow(s, true, i, &body);
}

static tt_status_t follow_if(const side_t* s, bool check, uint32_t* i,
                             positions_t* at) {
  positions_t other = *at;
  *i += 1;
  TT_RETURN_IF_ERROR(follow(s, check, i, at));
  if (inst_at(s, *i)->op == TT_OP_ELSE) {
    *i += 1;
    TT_RETURN_IF_ERROR(follow(s, check, i, &other));
  }
  *at = join(*at, other);
  return NULL;
}

static tt_status_t follow(const side_t* s, bool check, uint32_t* i,
                          positions_t* at) {
  for (; *i < s->v->kernel->inst_count; ++*i) {
    const tt_inst_t* inst = inst_at(s, *i);
    if (inst->op == TT_OP_END || inst->op == TT_OP_ELSE) return NULL;
    if (inst->op == TT_OP_FOR || inst->op == TT_OP_WHILE) {
      TT_RETURN_IF_ERROR(follow_loop(s, check, i, at));
    } else if (inst->op == TT_OP_IF) {
      TT_RETURN_IF_ERROR(follow_if(s, check, i, at));
    } else if (inst->op == s->open || inst->op == s->advance) {
      const tt_operand_t* o = tt_inst_operands(s->v->program, inst);
      int64_t pages = 0;
      tt_verify_constant(s->v, o[1], &pages);
      if (tt_operand_index(o[0]) != s->cb->number) continue;
      if (inst->op == s->advance) {
        at->first = (uint32_t)((at->first + (uint64_t)pages) % at->step);
      } else if (check) {
        TT_RETURN_IF_ERROR(check_open(s, inst, (uint32_t)pages, *at));
      }
    }
  }
  return NULL;
}

tt_status_t tt_verify_windows(tt_verify_t* v) {
  for (uint32_t i = 0; i < v->phase->cb_count; ++i) {
    const tt_cb_t* cb = &v->program->cbs[v->phase->first_cb + i];
    const side_t sides[] = {
        {v, cb, TT_OP_CB_RESERVE_BACK, TT_OP_CB_PUSH_BACK},
        {v, cb, TT_OP_CB_WAIT_FRONT, TT_OP_CB_POP_FRONT},
    };
    for (int side = 0; side < 2; ++side) {
      positions_t at = {0, cb->pages};
      uint32_t first = 0;
      TT_RETURN_IF_ERROR(follow(&sides[side], true, &first, &at));
    }
  }
  return NULL;
}

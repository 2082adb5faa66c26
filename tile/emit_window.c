// tt-metal's circular buffers wrap only where the write or read pointer reaches
// the end: pages that a kernel reserves or waits for at once must lie before
// it. The tile program has no such rule, so the emitter checks it: the set of
// positions a CB's pointer may have, followed through the kernel.

#include <stdlib.h>
#include <string.h>

#include "tile/emit_internal.h"

// One side of one CB: its pointer's possible positions, in pages.
typedef struct window_t {
  tt_emitter_t* e;
  const tt_cb_t* cb;
  tt_op_t open, advance;  // cb_reserve_back, cb_push_back; or wait and pop
  bool failed;            // out of host memory
} window_t;

static const tt_inst_t* inst_at(const window_t* w, uint32_t i) {
  return &w->e->program->insts[w->e->kernel->first_inst + i];
}

static void check_open(window_t* w, const tt_inst_t* inst, uint32_t pages,
                       const uint8_t* set) {
  // The verifier lets no op name more pages than there are.
  for (uint32_t p = w->cb->pages - pages + 1; p < w->cb->pages; ++p) {
    if (!set[p]) continue;
    tt_emit_fail(w->e, inst,
                 "%u pages from page %u of c%u cross its end at page %u, where "
                 "tt-metal's circular buffers cannot wrap",
                 pages, p, w->cb->number, w->cb->pages);
    return;
  }
}

static bool advance(const window_t* w, uint32_t pages, uint8_t* set) {
  uint32_t size = w->cb->pages, by = pages % size;
  uint8_t* moved = malloc(size);
  if (!moved) return false;
  memcpy(moved + by, set, size - by);
  memcpy(moved, set + size - by, by);
  memcpy(set, moved, size);
  free(moved);
  return true;
}

// Adds |more| to |set|; whether it grew.
static bool unite(const window_t* w, uint8_t* set, const uint8_t* more) {
  uint8_t grew = 0;
  for (uint32_t p = 0; p < w->cb->pages; ++p) {
    grew |= more[p] & ~set[p];
    set[p] |= more[p];
  }
  return grew != 0;
}

static uint32_t follow(window_t* w, uint32_t first, uint8_t* set);

// A loop's body starts with what it was entered with or what it ended with.
static uint32_t follow_loop(window_t* w, uint32_t first, uint8_t* set) {
  uint8_t* body = malloc(w->cb->pages);
  uint32_t end = first;
  do {
    if (!body || w->failed || w->e->status) {
      w->failed |= !body;
      break;
    }
    memcpy(body, set, w->cb->pages);
    end = follow(w, first + 1, body);
  } while (unite(w, set, body));
  free(body);
  return end;
}

static uint32_t follow_if(window_t* w, uint32_t first, uint8_t* set) {
  uint8_t* other = malloc(w->cb->pages);
  if (!other) {
    w->failed = true;
    return first;
  }
  memcpy(other, set, w->cb->pages);
  uint32_t end = follow(w, first + 1, set);
  if (inst_at(w, end)->op == TT_OP_ELSE) end = follow(w, end + 1, other);
  unite(w, set, other);
  free(other);
  return end;
}

// Follows the block from instruction |first| to its end or else, which is
// returned.
static uint32_t follow(window_t* w, uint32_t first, uint8_t* set) {
  uint32_t i = first;
  for (; i < w->e->kernel->inst_count && !w->failed && !w->e->status; ++i) {
    const tt_inst_t* inst = inst_at(w, i);
    const tt_operand_t* o = tt_inst_operands(w->e->program, inst);
    if (inst->op == TT_OP_END || inst->op == TT_OP_ELSE) return i;
    if (inst->op == TT_OP_FOR || inst->op == TT_OP_WHILE) {
      i = follow_loop(w, i, set);
    } else if (inst->op == TT_OP_IF) {
      i = follow_if(w, i, set);
    } else if ((inst->op == w->open || inst->op == w->advance) &&
               tt_operand_index(o[0]) == w->cb->number) {
      uint32_t pages =
          (uint32_t)w->e->program->immediates[tt_operand_index(o[1])];
      if (inst->op == w->open) {
        check_open(w, inst, pages, set);
      } else {
        w->failed |= !advance(w, pages, set);
      }
    }
  }
  return i;
}

void tt_emit_check_windows(tt_emitter_t* e) {
  for (uint32_t i = 0; e->kernel && i < e->phase->cb_count; ++i) {
    const tt_cb_t* cb = &e->program->cbs[e->phase->first_cb + i];
    window_t sides[] = {
        {e, cb, TT_OP_CB_RESERVE_BACK, TT_OP_CB_PUSH_BACK, false},
        {e, cb, TT_OP_CB_WAIT_FRONT, TT_OP_CB_POP_FRONT, false},
    };
    for (int side = 0; side < 2 && !e->status; ++side) {
      uint8_t* set = calloc(cb->pages, 1);
      if (set) {
        set[0] = 1;
        follow(&sides[side], 0, set);
      }
      if (!set || sides[side].failed) e->out.failed = true;
      free(set);
    }
  }
}

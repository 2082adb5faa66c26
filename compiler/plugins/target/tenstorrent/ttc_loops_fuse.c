// Interchange (parallel loops outermost) and fusion of nests over one space.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

//===----------------------------------------------------------------------===//
// Accesses of a statement
//===----------------------------------------------------------------------===//

typedef struct ttc_access_t {
  uint32_t memory;
  ttc_node_t index;
  bool store;
} ttc_access_t;

// All loads and stores at or below a statement.
typedef struct ttc_accesses_t {
  ttc_loops_t* loops;
  ttc_access_t* at;
  uint32_t count, capacity;
} ttc_accesses_t;

static bool ttc_count_access(ttc_stmt_t* stmt, void* data) {
  uint32_t* count = data;
  *count += stmt->kind == TTC_STMT_LOAD || stmt->kind == TTC_STMT_STORE;
  return true;
}

static bool ttc_take_access(ttc_stmt_t* stmt, void* data) {
  ttc_accesses_t* list = data;
  bool store = stmt->kind == TTC_STMT_STORE;
  if (!store && stmt->kind != TTC_STMT_LOAD) return true;
  ttc_access_t access = {stmt->memory, stmt->operands[0], store};
  for (uint32_t i = 0; i < list->count; ++i) {
    const ttc_access_t* other = &list->at[i];
    if (other->memory == access.memory && other->index == access.index &&
        other->store == access.store) {
      return true;
    }
  }
  list->at[list->count++] = access;
  return true;
}

static ttc_accesses_t ttc_accesses_of(ttc_loops_t* loops, ttc_stmt_t* stmt) {
  ttc_accesses_t list = {.loops = loops};
  ttc_stmt_walk(stmt, ttc_count_access, &list.capacity);
  list.at = ttc_loops_alloc(loops, (list.capacity + 1) * sizeof(*list.at));
  if (list.at) ttc_stmt_walk(stmt, ttc_take_access, &list);
  return list;
}

static bool ttc_conflict(const ttc_loops_t* loops, const ttc_access_t* x,
                         const ttc_access_t* y) {
  return (x->store || y->store) &&
         ttc_loops_may_alias(loops, x->memory, y->memory);
}

// Whether the order of the two statements does not matter.
static bool ttc_independent(ttc_loops_t* loops, ttc_stmt_t* a, ttc_stmt_t* b) {
  ttc_accesses_t x = ttc_accesses_of(loops, a);
  ttc_accesses_t y = ttc_accesses_of(loops, b);
  for (uint32_t i = 0; i < x.count; ++i) {
    for (uint32_t j = 0; j < y.count; ++j) {
      if (ttc_conflict(loops, &x.at[i], &y.at[j])) return false;
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

static bool ttc_is_parallel(const ttc_stmt_t* stmt) {
  return stmt && stmt->kind == TTC_STMT_FOR && stmt->parallel;
}

// The FOR that is all there is in the body of |stmt|, else NULL.
static ttc_stmt_t* ttc_only_loop_in(const ttc_stmt_t* stmt) {
  const ttc_region_t* body = stmt->regions[0];
  if (!body->first || body->first != body->last ||
      body->first->kind != TTC_STMT_FOR || body->first->results.count) {
    return NULL;
  }
  return body->first;
}

//===----------------------------------------------------------------------===//
// Interchange: for k { parallel n } becomes parallel n { for k }
//===----------------------------------------------------------------------===//

// Whether what one n of |inner| stores is only touched by the same n, whatever
// the iteration of |outer|.
static bool ttc_can_interchange(ttc_loops_t* loops, ttc_stmt_t* outer,
                                ttc_stmt_t* inner) {
  ttc_node_t k = outer->regions[0]->args.at[0];
  ttc_node_t n = inner->regions[0]->args.at[0];
  for (uint32_t i = 0; i < inner->operand_count; ++i) {
    if (ttc_loops_depends_on(loops, inner->operands[i], k)) return false;
  }
  ttc_accesses_t list = ttc_accesses_of(loops, inner);
  for (uint32_t i = 0; i < list.count; ++i) {
    const ttc_access_t* x = &list.at[i];
    if (!x->store) continue;
    if (ttc_loops_depends_on(loops, x->index, k) ||
        !ttc_loops_depends_on(loops, x->index, n)) {
      return false;
    }
    for (uint32_t j = 0; j < list.count; ++j) {
      const ttc_access_t* y = &list.at[j];
      if (ttc_conflict(loops, x, y) &&
          (x->memory != y->memory || x->index != y->index)) {
        return false;
      }
    }
  }
  return true;
}

static ttc_stmt_t* ttc_interchange(ttc_loops_t* loops, ttc_stmt_t* outer,
                                   ttc_stmt_t* inner) {
  ttc_stmt_t* new_outer =
      ttc_loops_for(loops, outer->region, inner->operands[0],
                    inner->operands[1], inner->operands[2], true);
  if (!new_outer) return outer;
  ttc_stmt_t* new_inner =
      ttc_loops_for(loops, new_outer->regions[0], outer->operands[0],
                    outer->operands[1], outer->operands[2], false);
  if (!new_inner) return outer;
  ttc_stmt_unlink(new_outer);
  ttc_stmt_insert(outer->region, outer, new_outer);
  ttc_region_move(loops, inner->regions[0], new_inner->regions[0]);
  ttc_map_t map = ttc_map_create(loops);
  ttc_map_set(&map, outer->regions[0]->args.at[0],
              new_inner->regions[0]->args.at[0]);
  ttc_map_set(&map, inner->regions[0]->args.at[0],
              new_outer->regions[0]->args.at[0]);
  for (ttc_stmt_t* s = new_inner->regions[0]->first; s; s = s->next) {
    ttc_map_stmt(loops, &map, s);
  }
  ttc_stmt_unlink(outer);
  return new_outer;
}

static void ttc_interchange_region(ttc_loops_t* loops, ttc_region_t* region) {
  for (ttc_stmt_t* stmt = region->first; stmt; stmt = stmt->next) {
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) ttc_interchange_region(loops, stmt->regions[i]);
    }
    // After an interchange the same may be possible one level further in.
    ttc_stmt_t* inner;
    ttc_stmt_t* outer = stmt;
    while (!loops->status && outer && outer->kind == TTC_STMT_FOR &&
           !outer->parallel && !outer->results.count &&
           (inner = ttc_only_loop_in(outer)) != NULL && inner->parallel &&
           ttc_can_interchange(loops, outer, inner)) {
      ttc_stmt_t* moved = ttc_interchange(loops, outer, inner);
      if (outer == stmt) stmt = moved;
      outer = ttc_only_loop_in(moved);
    }
  }
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

enum {
  TTC_MAX_MATCH = 16,  // loops of nests that are fused
  TTC_MAX_TRIES = 24,  // orders of loops that are tried
};

static ttc_stmt_t* ttc_innermost(ttc_stmt_t* nest) {
  for (ttc_stmt_t* next = ttc_only_loop_in(nest); ttc_is_parallel(next);
       next = ttc_only_loop_in(nest)) {
    nest = next;
  }
  return nest;
}

// Whether |index| changes with every counter of |nest| down to |innermost|. The
// loops being parallel, no two iterations then store to one such element.
static bool ttc_is_private(ttc_loops_t* loops, ttc_stmt_t* nest,
                           ttc_stmt_t* innermost, ttc_node_t index) {
  for (;; nest = ttc_only_loop_in(nest)) {
    if (!ttc_loops_depends_on(loops, index, nest->regions[0]->args.at[0])) {
      return false;
    }
    if (nest == innermost) return true;
  }
}

// Whether |b|, with its counters mapped to those of |a|, can be run in |a|.
static bool ttc_can_fuse(ttc_loops_t* loops, ttc_stmt_t* a, ttc_stmt_t* b,
                         ttc_map_t* map) {
  ttc_stmt_t* innermost = ttc_innermost(a);
  ttc_accesses_t x = ttc_accesses_of(loops, a);
  ttc_accesses_t y = ttc_accesses_of(loops, b);
  for (uint32_t i = 0; i < x.count; ++i) {
    for (uint32_t j = 0; j < y.count; ++j) {
      if (!ttc_conflict(loops, &x.at[i], &y.at[j])) continue;
      if (x.at[i].memory != y.at[j].memory ||
          x.at[i].index != ttc_map_node(loops, map, y.at[j].index) ||
          !ttc_is_private(loops, a, innermost, x.at[i].index)) {
        return false;
      }
    }
  }
  return true;
}

// The parallel loops of a perfect nest.
typedef struct ttc_nest_loops_t {
  ttc_stmt_t* at[TTC_MAX_MATCH];
  uint32_t count;  // TTC_MAX_MATCH + 1: too many
} ttc_nest_loops_t;

static ttc_nest_loops_t ttc_loops_of_nest(ttc_stmt_t* nest) {
  ttc_nest_loops_t list = {.count = 0};
  for (; ttc_is_parallel(nest) && list.count <= TTC_MAX_MATCH;
       nest = ttc_only_loop_in(nest)) {
    if (list.count < TTC_MAX_MATCH) list.at[list.count] = nest;
    ++list.count;
  }
  return list;
}

// Two nests that may be one: which loop of |a| each loop of |b| is.
typedef struct ttc_match_t {
  ttc_loops_t* loops;
  ttc_nest_loops_t a, b;
  uint32_t to[TTC_MAX_MATCH];
  uint32_t tries;
  ttc_map_t map;
} ttc_match_t;

static bool ttc_try_match(ttc_match_t* m) {
  if (m->tries++ >= TTC_MAX_TRIES) return false;
  m->map = ttc_map_create(m->loops);
  for (uint32_t i = 0; i < m->b.count; ++i) {
    ttc_map_set(&m->map, m->b.at[i]->regions[0]->args.at[0],
                m->a.at[m->to[i]]->regions[0]->args.at[0]);
  }
  return !m->loops->status &&
         ttc_can_fuse(m->loops, m->a.at[0], m->b.at[0], &m->map);
}

// Chooses loops of |a|, of those not |used|, for the loops of |b| from |next|
// on: the same order first, then others, as after a transposition.
static bool ttc_match_from(ttc_match_t* m, uint32_t next, uint32_t used) {
  if (next == m->b.count) return ttc_try_match(m);
  for (uint32_t i = 0; i < m->a.count; ++i) {
    uint32_t at = (next + i) % m->a.count;
    const ttc_node_t* bounds = m->a.at[at]->operands;
    if (used >> at & 1 ||
        memcmp(bounds, m->b.at[next]->operands, 3 * sizeof(*bounds)) != 0) {
      continue;
    }
    m->to[next] = at;
    if (ttc_match_from(m, next + 1, used | 1u << at)) return true;
  }
  return false;
}

static bool ttc_match_nests(ttc_match_t* m, ttc_stmt_t* a, ttc_stmt_t* b) {
  m->a = ttc_loops_of_nest(a);
  m->b = ttc_loops_of_nest(b);
  return m->a.count == m->b.count && m->a.count <= TTC_MAX_MATCH &&
         ttc_match_from(m, 0, 0);
}

// Moves what |b| does into the nest |a|, behind what that does.
static void ttc_fuse_into(ttc_loops_t* loops, ttc_stmt_t* a, ttc_stmt_t* b,
                          ttc_map_t* map) {
  ttc_region_t* from = ttc_innermost(b)->regions[0];
  for (ttc_stmt_t* s = from->first; s; s = s->next) {
    ttc_map_stmt(loops, map, s);
  }
  ttc_region_move(loops, from, ttc_innermost(a)->regions[0]);
  ttc_stmt_unlink(b);
}

// Whether |stmt| may move up to right behind |to|.
static bool ttc_can_move_up(ttc_loops_t* loops, ttc_stmt_t* to,
                            ttc_stmt_t* stmt) {
  for (ttc_stmt_t* s = stmt->previous; s != to; s = s->previous) {
    if (s->results.count || s->kind == TTC_STMT_TEST ||
        !ttc_independent(loops, s, stmt)) {
      return false;
    }
  }
  return true;
}

static void ttc_fuse_region(ttc_loops_t* loops, ttc_region_t* region) {
  for (ttc_stmt_t* a = region->first; a; a = a->next) {
    for (int i = 0; i < 2; ++i) {
      if (a->regions[i]) ttc_fuse_region(loops, a->regions[i]);
    }
    if (!ttc_is_parallel(a)) continue;
    for (ttc_stmt_t* b = a->next; b && !loops->status;) {
      ttc_stmt_t* next = b->next;
      ttc_match_t match = {.loops = loops};
      if (ttc_is_parallel(b) && ttc_can_move_up(loops, a, b) &&
          ttc_match_nests(&match, a, b)) {
        ttc_fuse_into(loops, a, b, &match.map);
      }
      b = next;
    }
  }
}

void ttc_loops_fuse(ttc_loops_t* loops) {
  if (loops->status) return;
  ttc_interchange_region(loops, loops->root);
  ttc_fuse_region(loops, loops->root);
}

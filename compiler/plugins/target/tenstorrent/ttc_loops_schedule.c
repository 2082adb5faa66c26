// Where each node is computed: as far out of loops as its operands allow.
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops_emit.h"

//===----------------------------------------------------------------------===//
// Dead loads
//===----------------------------------------------------------------------===//

static void ttc_mark(ttc_loops_t* loops, ttc_node_t node) {
  ttc_node_data_t* data = &loops->nodes[node];
  if (data->mark == loops->mark) return;
  data->mark = loops->mark;
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    ttc_mark(loops, data->operands[i]);
  }
}

static void ttc_mark_all(ttc_loops_t* loops, const ttc_nodes_t* nodes) {
  for (uint32_t i = 0; i < nodes->count; ++i) ttc_mark(loops, nodes->at[i]);
}

// Backwards, so that all users of a load are met before it.
static void ttc_drop_dead_loads(ttc_loops_t* loops, ttc_stmt_t* last,
                                ttc_stmt_t* before_first) {
  for (ttc_stmt_t *previous, *s = last; s != before_first; s = previous) {
    previous = s->previous;
    if (s->kind == TTC_STMT_LOAD &&
        ttc_loops_node(loops, s->results.at[0])->mark != loops->mark) {
      ttc_stmt_unlink(s);
      continue;
    }
    for (int i = 1; i >= 0; --i) {
      if (!s->regions[i]) continue;
      ttc_mark_all(loops, &s->regions[i]->yields);
      ttc_drop_dead_loads(loops, s->regions[i]->last, NULL);
    }
    for (uint32_t i = 0; i < s->operand_count; ++i) {
      ttc_mark(loops, s->operands[i]);
    }
    ttc_mark_all(loops, &s->inits);
  }
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

static ttc_region_t* ttc_outer(const ttc_region_t* region) {
  return region->owner ? region->owner->region : NULL;
}

// The innermost region around both. NULL is neutral.
static ttc_region_t* ttc_common_region(ttc_region_t* a, ttc_region_t* b) {
  if (!a || !b) return a ? a : b;
  while (a != b) {
    if (a->depth >= b->depth) {
      a = ttc_outer(a);
    } else {
      b = ttc_outer(b);
    }
  }
  return a;
}

typedef struct ttc_place_visit_t {
  ttc_loops_t* loops;
  ttc_schedule_t* schedule;
} ttc_place_visit_t;

static void ttc_use(ttc_place_visit_t* visit, ttc_node_t node,
                    ttc_region_t* region) {
  const ttc_node_data_t* data = ttc_loops_node(visit->loops, node);
  ++visit->schedule->uses[node];
  if (data->kind != TTC_NODE_OP || data->launch) return;
  ttc_region_t** place = &visit->schedule->place[node];
  *place = ttc_common_region(*place, region);
}

static bool ttc_use_visit(ttc_stmt_t* stmt, void* data) {
  for (uint32_t i = 0; i < stmt->operand_count; ++i) {
    ttc_use(data, stmt->operands[i], stmt->region);
  }
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    ttc_use(data, stmt->inits.at[i], stmt->region);
  }
  for (int i = 0; i < 2; ++i) {
    ttc_region_t* region = stmt->regions[i];
    if (!region) continue;
    for (uint32_t y = 0; y < region->yields.count; ++y) {
      ttc_use(data, region->yields.at[y], region);
    }
  }
  return true;
}

// Between the region of the uses and the outermost one that has the operands:
// the one in fewest loops, and of those the innermost.
static ttc_region_t* ttc_best_place(ttc_region_t* uses, ttc_region_t* home) {
  ttc_region_t* best = uses;
  for (ttc_region_t* r = uses; r && r != home; r = ttc_outer(r)) {
    if (r->owner->kind != TTC_STMT_IF) best = ttc_outer(r);
  }
  return best;
}

ttc_schedule_t ttc_loops_schedule(ttc_loops_t* loops, ttc_stmt_t* first,
                                  ttc_stmt_t* end) {
  ++loops->mark;
  ttc_stmt_t* before_first = first->previous;
  ttc_drop_dead_loads(loops, end ? end->previous : loops->root->last,
                      before_first);
  ttc_schedule_t schedule = {0};
  uint32_t count = loops->node_count;
  schedule.place = ttc_loops_alloc(loops, count * sizeof(*schedule.place));
  schedule.uses = ttc_loops_alloc(loops, count * sizeof(*schedule.uses));
  if (loops->status) return schedule;
  ttc_place_visit_t visit = {loops, &schedule};
  first = before_first ? before_first->next : loops->root->first;
  for (ttc_stmt_t* s = first; s != end; s = s->next) {
    ttc_stmt_walk(s, ttc_use_visit, &visit);
  }
  // Users are younger than their operands.
  for (ttc_node_t node = count; node-- > 0;) {
    if (!schedule.place[node]) continue;
    const ttc_node_data_t* data = ttc_loops_node(loops, node);
    schedule.place[node] = ttc_best_place(schedule.place[node], data->home);
    for (uint32_t i = 0; i < data->operand_count; ++i) {
      ttc_use(&visit, data->operands[i], schedule.place[node]);
    }
  }
  return schedule;
}

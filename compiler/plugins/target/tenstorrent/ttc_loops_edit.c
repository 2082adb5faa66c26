#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

#include <string.h>

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void ttc_stmt_unlink(ttc_stmt_t* stmt) {
  ttc_region_t* region = stmt->region;
  *(stmt->previous ? &stmt->previous->next : &region->first) = stmt->next;
  *(stmt->next ? &stmt->next->previous : &region->last) = stmt->previous;
  stmt->previous = stmt->next = NULL;
}

void ttc_stmt_insert(ttc_region_t* region, ttc_stmt_t* before,
                     ttc_stmt_t* stmt) {
  stmt->region = region;
  stmt->next = before;
  stmt->previous = before ? before->previous : region->last;
  *(stmt->previous ? &stmt->previous->next : &region->first) = stmt;
  *(before ? &before->previous : &region->last) = stmt;
}

bool ttc_stmt_walk(ttc_stmt_t* stmt, ttc_visit_fn_t visit, void* data) {
  if (!visit(stmt, data)) return false;
  for (int i = 0; i < 2; ++i) {
    if (stmt->regions[i] && !ttc_region_walk(stmt->regions[i], visit, data)) {
      return false;
    }
  }
  return true;
}

bool ttc_region_walk(ttc_region_t* region, ttc_visit_fn_t visit, void* data) {
  for (ttc_stmt_t* stmt = region->first; stmt;) {
    ttc_stmt_t* next = stmt->next;  // visit may unlink the statement
    if (!ttc_stmt_walk(stmt, visit, data)) return false;
    stmt = next;
  }
  return true;
}

static void ttc_region_renumber(ttc_region_t* region) {
  if (region->owner) region->depth = region->owner->region->depth + 1;
  for (ttc_stmt_t* stmt = region->first; stmt; stmt = stmt->next) {
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) ttc_region_renumber(stmt->regions[i]);
    }
  }
}

void ttc_region_move(ttc_loops_t* loops, ttc_region_t* from, ttc_region_t* to) {
  while (from->first) {
    ttc_stmt_t* stmt = from->first;
    ttc_stmt_unlink(stmt);
    ttc_stmt_insert(to, NULL, stmt);
  }
  for (uint32_t i = 0; i < loops->node_count; ++i) {
    if (loops->nodes[i].home == from) loops->nodes[i].home = to;
  }
  ttc_region_renumber(to);
}

//===----------------------------------------------------------------------===//
// Substitution
//===----------------------------------------------------------------------===//

ttc_map_t ttc_map_create(ttc_loops_t* loops) {
  ttc_map_t map = {0};
  map.to = ttc_loops_alloc(loops, loops->node_count * sizeof(*map.to));
  if (!map.to) return map;
  map.count = loops->node_count;
  memset(map.to, 0xFF, map.count * sizeof(*map.to));
  return map;
}

void ttc_map_set(ttc_map_t* map, ttc_node_t from, ttc_node_t to) {
  if (from < map->count) map->to[from] = to;
}

ttc_node_t ttc_map_node(ttc_loops_t* loops, ttc_map_t* map, ttc_node_t node) {
  if (node >= map->count) return node;  // newer than the map
  if (map->to[node] != TTC_NO_NODE) return map->to[node];
  ttc_node_data_t data = *ttc_loops_node(loops, node);
  ttc_node_t result = node;
  if (data.kind == TTC_NODE_OP) {
    bool changed = false;
    for (uint32_t i = 0; i < data.operand_count; ++i) {
      ttc_node_t mapped = ttc_map_node(loops, map, data.operands[i]);
      changed |= mapped != data.operands[i];
      data.operands[i] = mapped;
    }
    if (changed) {
      result = ttc_loops_op(loops, (tt_op_t)data.op, (tt_dtype_t)data.op_type,
                            (tt_dtype_t)data.op_type2, data.attr, data.operands,
                            data.operand_count);
    }
  }
  map->to[node] = result;
  return result;
}

typedef struct ttc_map_visit_t {
  ttc_loops_t* loops;
  ttc_map_t* map;
  bool changed;
} ttc_map_visit_t;

static void ttc_map_nodes(ttc_map_visit_t* visit, ttc_node_t* nodes,
                          uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    ttc_node_t mapped = ttc_map_node(visit->loops, visit->map, nodes[i]);
    visit->changed |= mapped != nodes[i];
    nodes[i] = mapped;
  }
}

static bool ttc_map_visit(ttc_stmt_t* stmt, void* data) {
  ttc_map_visit_t* visit = data;
  ttc_map_nodes(visit, stmt->operands, stmt->operand_count);
  ttc_map_nodes(visit, stmt->inits.at, stmt->inits.count);
  for (int i = 0; i < 2; ++i) {
    if (!stmt->regions[i]) continue;
    ttc_nodes_t* yields = &stmt->regions[i]->yields;
    ttc_map_nodes(visit, yields->at, yields->count);
  }
  return true;
}

bool ttc_map_stmt(ttc_loops_t* loops, ttc_map_t* map, ttc_stmt_t* stmt) {
  if (loops->status) return false;
  ttc_map_visit_t visit = {loops, map, false};
  ttc_stmt_walk(stmt, ttc_map_visit, &visit);
  return visit.changed;
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

static bool ttc_reaches(ttc_loops_t* loops, ttc_node_t node, ttc_node_t leaf) {
  if (node == leaf) return true;
  ttc_node_data_t* data = &loops->nodes[node];
  // Operands are older than what uses them.
  if (node < leaf || data->mark == loops->mark) return false;
  data->mark = loops->mark;
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    if (ttc_reaches(loops, data->operands[i], leaf)) return true;
  }
  return false;
}

bool ttc_loops_depends_on(ttc_loops_t* loops, ttc_node_t node,
                          ttc_node_t leaf) {
  ++loops->mark;
  return ttc_reaches(loops, node, leaf);
}

const ttc_stmt_t* ttc_loops_counting(const ttc_loops_t* loops,
                                     ttc_node_t node) {
  const ttc_node_data_t* data = ttc_loops_node(loops, node);
  const ttc_stmt_t* loop =
      data->kind == TTC_NODE_ARG && data->home ? data->home->owner : NULL;
  return loop && loop->kind == TTC_STMT_FOR && loop->regions[0] == data->home &&
                 data->home->args.at[0] == node
             ? loop
             : NULL;
}

bool ttc_loops_may_alias(const ttc_loops_t* loops, uint32_t a, uint32_t b) {
  if (a == b) return true;
  const ttc_memory_t* x = &loops->memories[a];
  const ttc_memory_t* y = &loops->memories[b];
  // Subspans at different offsets of a binding hold different tensors, and IREE
  // gives tensors of their own no common bytes.
  return x->source == TT_VIEW_BINDING && y->source == TT_VIEW_BINDING &&
         x->index == y->index && x->offset == y->offset;
}

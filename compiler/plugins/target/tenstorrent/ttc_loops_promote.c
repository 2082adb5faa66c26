// Memory to registers: stores forwarded to loads, accumulated elements carried
// by their loop, stores that nobody loads dropped.
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

//===----------------------------------------------------------------------===//
// What a statement touches
//===----------------------------------------------------------------------===//

typedef struct ttc_touch_t {
  const ttc_loops_t* loops;
  uint32_t memory;
  bool loads, stores;
} ttc_touch_t;

static bool ttc_touch_visit(ttc_stmt_t* stmt, void* data) {
  ttc_touch_t* touch = data;
  bool load = stmt->kind == TTC_STMT_LOAD;
  bool store = stmt->kind == TTC_STMT_STORE;
  if ((load || store) &&
      ttc_loops_may_alias(touch->loops, stmt->memory, touch->memory)) {
    touch->loads |= load;
    touch->stores |= store;
  }
  return true;
}

// How |stmt| and what is below it use |memory|.
static ttc_touch_t ttc_touches(const ttc_loops_t* loops, ttc_stmt_t* stmt,
                               uint32_t memory) {
  ttc_touch_t touch = {.loops = loops, .memory = memory};
  ttc_stmt_walk(stmt, ttc_touch_visit, &touch);
  return touch;
}

//===----------------------------------------------------------------------===//
// Forwarding
//===----------------------------------------------------------------------===//

// Elements whose value is known at the current place.
typedef struct ttc_cell_t {
  uint32_t memory;
  ttc_node_t index;
  ttc_node_t value;
} ttc_cell_t;

typedef struct ttc_forward_t {
  ttc_loops_t* loops;
  ttc_map_t map;
  bool changed;
  ttc_cell_t cells[64];  // as many as one body needs; more are forgotten
  uint32_t count;
} ttc_forward_t;

static void ttc_forward_kill(ttc_forward_t* f, uint32_t memory) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < f->count; ++i) {
    if (!ttc_loops_may_alias(f->loops, f->cells[i].memory, memory)) {
      f->cells[kept++] = f->cells[i];
    }
  }
  f->count = kept;
}

static void ttc_forward_know(ttc_forward_t* f, uint32_t memory,
                             ttc_node_t index, ttc_node_t value) {
  if (f->count == sizeof(f->cells) / sizeof(*f->cells)) {
    memmove(f->cells, f->cells + 1, (f->count - 1) * sizeof(*f->cells));
    --f->count;
  }
  f->cells[f->count++] = (ttc_cell_t){memory, index, value};
}

static bool ttc_forward_kill_visit(ttc_stmt_t* stmt, void* data) {
  if (stmt->kind == TTC_STMT_STORE) {
    ttc_forward_kill((ttc_forward_t*)data, stmt->memory);
  }
  return true;
}

static void ttc_forward_region(ttc_forward_t* f, ttc_region_t* region);

static void ttc_forward_nested(ttc_forward_t* f, ttc_stmt_t* stmt) {
  // A loop's body also follows itself.
  if (stmt->kind != TTC_STMT_IF) {
    ttc_stmt_walk(stmt, ttc_forward_kill_visit, f);
  }
  ttc_cell_t saved[sizeof(f->cells) / sizeof(*f->cells)];
  uint32_t count = f->count;
  memcpy(saved, f->cells, count * sizeof(*saved));
  for (int i = 0; i < 2; ++i) {
    if (stmt->regions[i]) ttc_forward_region(f, stmt->regions[i]);
    memcpy(f->cells, saved, count * sizeof(*saved));
    f->count = count;
  }
  if (stmt->kind == TTC_STMT_IF) {
    ttc_stmt_walk(stmt, ttc_forward_kill_visit, f);
  }
}

static void ttc_forward_load(ttc_forward_t* f, ttc_stmt_t* stmt) {
  ttc_node_t index = ttc_map_node(f->loops, &f->map, stmt->operands[0]);
  stmt->operands[0] = index;
  for (uint32_t i = 0; i < f->count; ++i) {
    if (f->cells[i].memory == stmt->memory && f->cells[i].index == index) {
      ttc_map_set(&f->map, stmt->results.at[0], f->cells[i].value);
      ttc_stmt_unlink(stmt);
      f->changed = true;
      return;
    }
  }
  ttc_forward_know(f, stmt->memory, index, stmt->results.at[0]);
}

static void ttc_forward_region(ttc_forward_t* f, ttc_region_t* region) {
  for (ttc_stmt_t *next, *stmt = region->first; stmt; stmt = next) {
    next = stmt->next;
    if (stmt->kind == TTC_STMT_LOAD) {
      ttc_forward_load(f, stmt);
    } else if (stmt->kind == TTC_STMT_STORE) {
      stmt->operands[0] = ttc_map_node(f->loops, &f->map, stmt->operands[0]);
      stmt->operands[1] = ttc_map_node(f->loops, &f->map, stmt->operands[1]);
      ttc_forward_kill(f, stmt->memory);
      ttc_forward_know(f, stmt->memory, stmt->operands[0], stmt->operands[1]);
    } else {
      ttc_forward_nested(f, stmt);
    }
  }
}

static bool ttc_forward(ttc_loops_t* loops) {
  ttc_forward_t f = {.loops = loops, .map = ttc_map_create(loops)};
  if (loops->status) return false;
  ttc_forward_region(&f, loops->root);
  if (!f.changed) return false;
  // Uses outside of loads and stores, and those met before their definition's
  // replacement was known (yields).
  for (ttc_stmt_t* stmt = loops->root->first; stmt; stmt = stmt->next) {
    ttc_map_stmt(loops, &f.map, stmt);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

// The accesses of a loop body to one element that does not change in the loop:
// first a load, at last a store, all of them in the body itself.
typedef struct ttc_accumulator_t {
  ttc_stmt_t* load;
  ttc_stmt_t* store;
} ttc_accumulator_t;

static bool ttc_find_accumulator(ttc_loops_t* loops, ttc_stmt_t* loop,
                                 ttc_stmt_t* load, ttc_accumulator_t* out) {
  ttc_region_t* body = loop->regions[0];
  ttc_node_t index = load->operands[0];
  if (ttc_loops_node(loops, index)->home->depth >= body->depth) {
    return false;
  }
  *out = (ttc_accumulator_t){.load = load};
  bool loaded = false;
  for (ttc_stmt_t* s = body->first; s; s = s->next) {
    loaded |= s == load;
    ttc_touch_t touch = ttc_touches(loops, s, load->memory);
    if (s == load || (!touch.loads && !touch.stores)) continue;
    // Forwarding has left no second load.
    if (s->kind != TTC_STMT_STORE || s->memory != load->memory ||
        s->operands[0] != index || !loaded) {
      return false;
    }
    out->store = s;
  }
  return out->store != NULL;
}

static void ttc_nodes_append(ttc_loops_t* loops, ttc_nodes_t* nodes,
                             ttc_node_t node) {
  ttc_nodes_t grown = ttc_loops_nodes(loops, nodes->count + 1);
  if (!grown.count) return;
  if (nodes->count) {
    memcpy(grown.at, nodes->at, nodes->count * sizeof(*nodes->at));
  }
  grown.at[nodes->count] = node;
  *nodes = grown;
}

static ttc_node_t ttc_fpcast(ttc_loops_t* loops, tt_dtype_t to, tt_dtype_t from,
                             ttc_node_t x) {
  return ttc_loops_op(loops, TT_OP_FPCAST, to, from, 0, &x, 1);
}

// |x| of type |type| as an f32 that is not rounded to |type|: a product, as in
// a matmul, is left exact.
static ttc_node_t ttc_widen(ttc_loops_t* loops, tt_dtype_t type, ttc_node_t x) {
  const ttc_node_data_t data = *ttc_loops_node(loops, x);
  if (data.kind != TTC_NODE_OP || data.op != TT_OP_MUL) {
    return ttc_fpcast(loops, TT_DTYPE_F32, type, x);
  }
  const ttc_node_t factors[] = {
      ttc_fpcast(loops, TT_DTYPE_F32, type, data.operands[0]),
      ttc_fpcast(loops, TT_DTYPE_F32, type, data.operands[1])};
  return ttc_loops_op(loops, TT_OP_MUL, TT_DTYPE_F32, TT_DTYPE_NONE, 0, factors,
                      2);
}

// If the loop adds 16-bit floats up, and looks at the sum for nothing else: the
// f32 that is added to the sum |carried|; else TTC_NO_NODE. A sum in f16 or
// bf16 would stop growing after a few hundred terms.
static ttc_node_t ttc_wide_addend(ttc_loops_t* loops, ttc_stmt_t* loop,
                                  const ttc_accumulator_t* accumulator) {
  tt_dtype_t type = loops->memories[accumulator->load->memory].dtype;
  ttc_node_t carried = accumulator->load->results.at[0];
  const ttc_node_data_t sum =
      *ttc_loops_node(loops, accumulator->store->operands[1]);
  if ((type != TT_DTYPE_F16 && type != TT_DTYPE_BF16) ||
      sum.kind != TTC_NODE_OP || sum.op != TT_OP_ADD ||
      (sum.operands[0] == carried) == (sum.operands[1] == carried)) {
    return TTC_NO_NODE;
  }
  ttc_node_t addend = sum.operands[sum.operands[0] == carried];
  if (ttc_loops_depends_on(loops, addend, carried)) return TTC_NO_NODE;
  for (ttc_stmt_t* s = loop->regions[0]->first; s; s = s->next) {
    if (s == accumulator->store) continue;
    // Only plain bodies: what a nested statement uses is not looked at.
    if (s->regions[0]) return TTC_NO_NODE;
    for (uint32_t i = 0; i < s->operand_count; ++i) {
      if (ttc_loops_depends_on(loops, s->operands[i], carried)) {
        return TTC_NO_NODE;
      }
    }
  }
  return ttc_widen(loops, type, addend);
}

// Gives |loop| a carried value in place of the element.
static void ttc_carry(ttc_loops_t* loops, ttc_stmt_t* loop,
                      const ttc_accumulator_t* accumulator) {
  ttc_region_t* body = loop->regions[0];
  ttc_stmt_t* load = accumulator->load;
  ttc_stmt_t* store = accumulator->store;
  tt_dtype_t type = tt_dtype_of_register(loops->memories[load->memory].dtype);
  ttc_node_t initial = ttc_loops_arg(loops, loop->region, type);
  ttc_node_t init = initial;
  ttc_node_t carried = load->results.at[0];
  ttc_node_t yield = store->operands[1];
  ttc_node_t addend = ttc_wide_addend(loops, loop, accumulator);
  tt_dtype_t carried_type = type;
  if (addend != TTC_NO_NODE) {
    carried_type = TT_DTYPE_F32;
    carried = ttc_loops_arg(loops, body, carried_type);
    const ttc_node_t operands[] = {carried, addend};
    yield = ttc_loops_op(loops, TT_OP_ADD, carried_type, TT_DTYPE_NONE, 0,
                         operands, 2);
    init = ttc_fpcast(loops, carried_type, type, initial);
  }
  ttc_node_t final = ttc_loops_arg(loops, loop->region, carried_type);
  ttc_node_t stored = final;
  if (carried_type != type) {
    stored = ttc_fpcast(loops, type, carried_type, final);
  }

  // The value loaded in the body becomes the body's argument, and the load
  // moves in front of the loop under a new name.
  ttc_stmt_unlink(load);
  load->results = ttc_loops_nodes(loops, 1);
  if (loops->status) return;
  load->results.at[0] = initial;
  ttc_stmt_insert(loop->region, loop, load);
  ttc_nodes_append(loops, &loop->inits, init);
  ttc_nodes_append(loops, &body->args, carried);
  ttc_nodes_append(loops, &body->yields, yield);
  ttc_nodes_append(loops, &loop->results, final);

  for (ttc_stmt_t *next, *s = body->first; s; s = next) {
    next = s->next;
    if (s->kind == TTC_STMT_STORE && s != store && s->memory == store->memory) {
      ttc_stmt_unlink(s);
    }
  }
  ttc_stmt_unlink(store);
  store->operands[1] = stored;
  ttc_stmt_insert(loop->region, loop->next, store);
}

static bool ttc_accumulate_region(ttc_loops_t* loops, ttc_region_t* region) {
  bool changed = false;
  for (ttc_stmt_t* stmt = region->first; stmt; stmt = stmt->next) {
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) {
        changed |= ttc_accumulate_region(loops, stmt->regions[i]);
      }
    }
    if (stmt->kind != TTC_STMT_FOR || stmt->parallel) continue;
    for (ttc_stmt_t *next, *s = stmt->regions[0]->first; s; s = next) {
      next = s->next;
      ttc_accumulator_t accumulator;
      if (s->kind == TTC_STMT_LOAD && !loops->status &&
          ttc_find_accumulator(loops, stmt, s, &accumulator)) {
        if (next == accumulator.store) next = next->next;
        ttc_carry(loops, stmt, &accumulator);
        changed = true;
      }
    }
  }
  return changed;
}

//===----------------------------------------------------------------------===//
// Dead statements
//===----------------------------------------------------------------------===//

static bool ttc_loaded_visit(ttc_stmt_t* stmt, void* data) {
  bool* loaded = data;
  if (stmt->kind == TTC_STMT_LOAD) loaded[stmt->memory] = true;
  return true;
}

// A later store to the same element in the same region, before any load.
static bool ttc_is_overwritten(const ttc_loops_t* loops, ttc_stmt_t* store) {
  for (ttc_stmt_t* s = store->next; s; s = s->next) {
    if (s->kind == TTC_STMT_STORE && s->memory == store->memory &&
        s->operands[0] == store->operands[0]) {
      return true;
    }
    if (s->kind == TTC_STMT_TEST ||
        ttc_touches(loops, s, store->memory).loads) {
      return false;
    }
  }
  return false;
}

static bool ttc_remove_dead(ttc_loops_t* loops, ttc_region_t* region,
                            const bool* loaded) {
  bool changed = false;
  for (ttc_stmt_t *next, *stmt = region->first; stmt; stmt = next) {
    next = stmt->next;
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) {
        changed |= ttc_remove_dead(loops, stmt->regions[i], loaded);
      }
    }
    bool dead = false;
    if (stmt->kind == TTC_STMT_STORE) {
      dead = (loops->memories[stmt->memory].source == TT_VIEW_SCRATCH &&
              !loaded[stmt->memory]) ||
             ttc_is_overwritten(loops, stmt);
    } else if (stmt->kind == TTC_STMT_FOR || stmt->kind == TTC_STMT_IF) {
      dead = stmt->results.count == 0 && !stmt->regions[0]->first &&
             (!stmt->regions[1] || !stmt->regions[1]->first);
    }
    if (dead) ttc_stmt_unlink(stmt);
    changed |= dead;
  }
  return changed;
}

static bool ttc_dead_stores(ttc_loops_t* loops) {
  bool* loaded = ttc_loops_alloc(loops, loops->memory_count * sizeof(bool) + 1);
  if (!loaded) return false;
  ttc_region_walk(loops->root, ttc_loaded_visit, loaded);
  return ttc_remove_dead(loops, loops->root, loaded);
}

void ttc_loops_promote(ttc_loops_t* loops) {
  // Each round moves accumulators out of one loop level at least; a bound on
  // the rounds keeps compile time bounded whatever the nest.
  enum { TTC_MAX_ROUNDS = 16 };
  for (int i = 0; i < TTC_MAX_ROUNDS && !loops->status; ++i) {
    bool changed = ttc_forward(loops);
    changed |= ttc_accumulate_region(loops, loops->root);
    changed |= ttc_dead_stores(loops);
    if (!changed) return;
  }
}

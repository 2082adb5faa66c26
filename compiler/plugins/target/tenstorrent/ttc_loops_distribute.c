// Cuts a loop program into phases, and spreads the nest of a phase over cores.
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

//===----------------------------------------------------------------------===//
// One nest over the cores
//===----------------------------------------------------------------------===//

enum {
  TTC_MAX_NEST = 24,
  // Iterations of the nest that a core gets at least: below, starting a core
  // costs more than it saves. A multiple of 8.
  TTC_MIN_CHUNK = 16,
  // An innermost loop shorter than this is a poor vector.
  TTC_SHORT_LOOP = 16,
};

typedef struct ttc_nest_t {
  ttc_stmt_t* loops[TTC_MAX_NEST];  // outermost first, all parallel
  ttc_node_t counts[TTC_MAX_NEST];
  uint32_t depth;
} ttc_nest_t;

static ttc_node_t ttc_max0(ttc_loops_t* loops, ttc_node_t x) {
  return ttc_loops_op2(loops, TT_OP_MAXS, x, ttc_loops_index(loops, 0));
}

// Iterations of a FOR.
static ttc_node_t ttc_trip_count(ttc_loops_t* loops, const ttc_stmt_t* stmt) {
  ttc_node_t span =
      ttc_loops_sum(loops, stmt->operands[1], -1, stmt->operands[0]);
  span = ttc_max0(loops, span);
  return ttc_loops_op2(loops, TT_OP_CEILDIVS, span, stmt->operands[2]);
}

// The parallel loops of a perfect nest whose bounds the counters of the nest do
// not change.
static ttc_nest_t ttc_nest_of(ttc_loops_t* loops, ttc_stmt_t* stmt) {
  ttc_nest_t nest = {0};
  while (nest.depth < TTC_MAX_NEST) {
    for (uint32_t i = 0; i < 3; ++i) {
      if (ttc_loops_node(loops, stmt->operands[i])->home->depth > 0) {
        return nest;
      }
    }
    nest.loops[nest.depth] = stmt;
    nest.counts[nest.depth++] = ttc_trip_count(loops, stmt);
    ttc_region_t* body = stmt->regions[0];
    stmt = body->first;
    if (!stmt || stmt != body->last || stmt->kind != TTC_STMT_FOR ||
        !stmt->parallel) {
      return nest;
    }
  }
  return nest;
}

// Dynamic counts are taken to be large.
static int64_t ttc_likely_count(const ttc_loops_t* loops, ttc_node_t count) {
  int64_t value;
  return ttc_loops_const_value(loops, count, &value) ? value : INT32_MAX;
}

// Which loop of the nest to run innermost: the last one, where memory is
// contiguous, unless it is short and another one is not.
static uint32_t ttc_choose_inner(const ttc_loops_t* loops,
                                 const ttc_nest_t* nest) {
  uint32_t best = nest->depth - 1;
  if (ttc_likely_count(loops, nest->counts[best]) >= TTC_SHORT_LOOP) {
    return best;
  }
  for (uint32_t i = nest->depth; i-- > 0;) {
    if (ttc_likely_count(loops, nest->counts[i]) >
        ttc_likely_count(loops, nest->counts[best])) {
      best = i;
    }
  }
  return best;
}

// How a nest stores packed elements.
typedef struct ttc_packed_t {
  ttc_loops_t* loops;
  const ttc_nest_t* nest;
  uint32_t inner;
  bool any;      // does so at all
  bool ordered;  // and iteration i, row by row, the element 8 * n + i
} ttc_packed_t;

// Whether |address| is that of a packed store in order.
static bool ttc_is_ordered(const ttc_packed_t* packed, ttc_node_t address) {
  ttc_loops_t* loops = packed->loops;
  const ttc_nest_t* nest = packed->nest;
  if (packed->inner != nest->depth - 1) return false;
  ttc_node_t rest = address;
  ttc_node_t stride = ttc_loops_index(loops, 1);
  for (uint32_t i = nest->depth; i-- > 0;) {
    const ttc_stmt_t* loop = nest->loops[i];
    ttc_node_t from_zero = ttc_loops_sum(loops, loop->regions[0]->args.at[0],
                                         -1, loop->operands[0]);
    int64_t step;
    if (!ttc_loops_const_value(loops, loop->operands[2], &step) || step != 1) {
      return false;
    }
    rest = ttc_loops_sum(loops, rest, -1,
                         ttc_loops_op2(loops, TT_OP_MUL, from_zero, stride));
    stride = ttc_loops_op2(loops, TT_OP_MUL, stride, nest->counts[i]);
  }
  int64_t first;
  return ttc_loops_const_value(loops, rest, &first) && first % 8 == 0;
}

static bool ttc_packed_visit(ttc_stmt_t* stmt, void* data) {
  ttc_packed_t* packed = data;
  if (stmt->kind == TTC_STMT_STORE &&
      tt_dtype_is_packed(packed->loops->memories[stmt->memory].dtype)) {
    packed->any = true;
    packed->ordered =
        packed->ordered && ttc_is_ordered(packed, stmt->operands[0]);
  }
  return true;
}

// Maps the counter of |loop| to the value of iteration |i|.
static void ttc_map_counter(ttc_loops_t* loops, ttc_map_t* map,
                            const ttc_stmt_t* loop, ttc_node_t i) {
  ttc_node_t step = ttc_loops_op2(loops, TT_OP_MUL, i, loop->operands[2]);
  ttc_map_set(map, loop->regions[0]->args.at[0],
              ttc_loops_sum(loops, loop->operands[0], 1, step));
}

// Replaces |nest| by: for each row this core has a part of, for each column of
// that part. A column is an iteration of loop |inner|, a row one of all others;
// the core has the iterations [lo, hi) counted row by row.
static ttc_stmt_t* ttc_split_rows(ttc_loops_t* loops, const ttc_nest_t* nest,
                                  uint32_t inner, ttc_node_t lo,
                                  ttc_node_t hi) {
  ttc_region_t* region = nest->loops[0]->region;
  ttc_map_t map = ttc_map_create(loops);
  ttc_node_t columns = nest->counts[inner];
  ttc_stmt_t* first = NULL;
  ttc_node_t column_lo = lo;
  ttc_node_t column_hi = hi;
  ttc_node_t row = TTC_NO_NODE;
  ttc_region_t* at = region;
  if (nest->depth > 1) {
    ttc_node_t divisor =
        ttc_loops_op2(loops, TT_OP_MAXS, columns, ttc_loops_index(loops, 1));
    first = ttc_loops_for(loops, region,
                          ttc_loops_op2(loops, TT_OP_DIVS, lo, divisor),
                          ttc_loops_op2(loops, TT_OP_CEILDIVS, hi, divisor),
                          ttc_loops_index(loops, 1), true);
    if (!first) return NULL;
    at = first->regions[0];
    row = at->args.at[0];
    ttc_node_t row_start = ttc_loops_op2(loops, TT_OP_MUL, row, columns);
    column_lo = ttc_max0(loops, ttc_loops_sum(loops, lo, -1, row_start));
    column_hi = ttc_loops_op2(loops, TT_OP_MINS, columns,
                              ttc_loops_sum(loops, hi, -1, row_start));
  }
  ttc_stmt_t* last = ttc_loops_for(loops, at, column_lo, column_hi,
                                   ttc_loops_index(loops, 1), true);
  if (!last) return NULL;
  if (!first) first = last;
  ttc_map_counter(loops, &map, nest->loops[inner],
                  last->regions[0]->args.at[0]);
  for (uint32_t i = nest->depth, left = nest->depth - 1; i-- > 0;) {
    if (i == inner) continue;
    if (--left == 0) {  // the outermost takes what is left
      ttc_map_counter(loops, &map, nest->loops[i], row);
      break;
    }
    ttc_node_t divisor = ttc_loops_op2(loops, TT_OP_MAXS, nest->counts[i],
                                       ttc_loops_index(loops, 1));
    ttc_map_counter(loops, &map, nest->loops[i],
                    ttc_loops_op2(loops, TT_OP_REMS, row, divisor));
    row = ttc_loops_op2(loops, TT_OP_DIVS, row, divisor);
  }

  ttc_region_move(loops, nest->loops[nest->depth - 1]->regions[0],
                  last->regions[0]);
  for (ttc_stmt_t* s = last->regions[0]->first; s; s = s->next) {
    ttc_map_stmt(loops, &map, s);
  }
  ttc_stmt_unlink(first);
  ttc_stmt_insert(region, nest->loops[0], first);
  ttc_stmt_unlink(nest->loops[0]);
  return first;
}

static ttc_loops_phase_t ttc_distribute_nest(ttc_loops_t* loops,
                                             ttc_stmt_t* stmt) {
  ttc_nest_t nest = ttc_nest_of(loops, stmt);
  ttc_node_t one = ttc_loops_index(loops, 1);
  if (nest.depth == 0) return (ttc_loops_phase_t){stmt, one};
  ttc_node_t total = one;
  for (uint32_t i = 0; i < nest.depth; ++i) {
    total = ttc_loops_op2(loops, TT_OP_MUL, total, nest.counts[i]);
  }
  ttc_node_t grid = ttc_loops_leaf(loops, TTC_NODE_GRID_CORES, 0);
  ttc_node_t core = ttc_loops_leaf(loops, TTC_NODE_CORE, 0);
  ttc_node_t chunk = ttc_loops_op2(loops, TT_OP_CEILDIVS, total, grid);
  // No two cores may write one byte.
  uint32_t inner = ttc_choose_inner(loops, &nest);
  ttc_packed_t packed = {loops, &nest, inner, .ordered = true};
  ttc_stmt_walk(stmt, ttc_packed_visit, &packed);
  if (!packed.ordered) {
    chunk = total;
  } else if (packed.any) {
    ttc_node_t eight = ttc_loops_index(loops, 8);
    chunk = ttc_loops_op2(loops, TT_OP_CEILDIVS, chunk, eight);
    chunk = ttc_loops_op2(loops, TT_OP_MUL, chunk, eight);
  }
  chunk = ttc_loops_op2(loops, TT_OP_MAXS, chunk,
                        ttc_loops_index(loops, TTC_MIN_CHUNK));
  ttc_node_t cores = ttc_loops_op2(loops, TT_OP_CEILDIVS, total, chunk);
  // A count that only kernels know: all cores start, some find nothing to do.
  if (!ttc_loops_node(loops, cores)->launch) cores = grid;
  ttc_node_t lo = ttc_loops_op2(loops, TT_OP_MUL, core, chunk);
  ttc_node_t hi = ttc_loops_op2(loops, TT_OP_MINS, total,
                                ttc_loops_sum(loops, lo, 1, chunk));
  ttc_stmt_t* first = ttc_split_rows(loops, &nest, inner, lo, hi);
  return (ttc_loops_phase_t){first ? first : stmt, cores};
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

static bool ttc_no_store_visit(ttc_stmt_t* stmt, void* data) {
  return stmt->kind != TTC_STMT_STORE;
}

typedef struct ttc_written_t {
  const ttc_loops_t* loops;
  uint32_t memory;
} ttc_written_t;

static bool ttc_not_written_visit(ttc_stmt_t* stmt, void* data) {
  const ttc_written_t* written = data;
  return stmt->kind != TTC_STMT_STORE ||
         !ttc_loops_may_alias(written->loops, stmt->memory, written->memory);
}

// Whether |stmt| is a load that gives the same value in every phase.
static bool ttc_is_repeatable(ttc_loops_t* loops, ttc_stmt_t* stmt) {
  ttc_written_t written = {loops, stmt->memory};
  return stmt->kind == TTC_STMT_LOAD &&
         ttc_loops_node(loops, stmt->operands[0])->launch &&
         ttc_region_walk(loops->root, ttc_not_written_visit, &written);
}

static ttc_stmt_t* ttc_phase_end(const ttc_loops_t* loops, uint32_t phase) {
  return phase + 1 < loops->phase_count ? loops->phases[phase + 1].first : NULL;
}

// Moves the last statement of the root in front of |before|.
static void ttc_move_last(ttc_loops_t* loops, ttc_stmt_t* before) {
  ttc_stmt_t* stmt = loops->root->last;
  if (loops->status || stmt == before) return;
  ttc_stmt_unlink(stmt);
  ttc_stmt_insert(loops->root, before, stmt);
}

// Lets the phases after |phase| load memory[index] where they used |value|.
// Returns whether one did.
static bool ttc_reload(ttc_loops_t* loops, uint32_t phase, ttc_node_t value,
                       uint32_t memory, ttc_node_t index) {
  bool used = false;
  for (uint32_t p = phase + 1; p < loops->phase_count; ++p) {
    ttc_stmt_t* first = loops->phases[p].first;
    ttc_stmt_t* end = ttc_phase_end(loops, p);
    ttc_node_t again = ttc_loops_load(loops, loops->root, memory, index);
    ttc_map_t map = ttc_map_create(loops);
    if (loops->status) return false;
    ttc_stmt_t* load = loops->root->last;
    ttc_stmt_unlink(load);
    ttc_map_set(&map, value, again);
    bool changed = false;
    for (ttc_stmt_t* s = first; s != end; s = s->next) {
      changed |= ttc_map_stmt(loops, &map, s);
    }
    if (!changed) continue;
    ttc_stmt_insert(loops->root, first, load);
    loops->phases[p].first = load;
    used = true;
  }
  return used;
}

// Makes the values of root statement |stmt| known in the phases after |phase|:
// a load of memory that never changes is repeated, others go through scratch.
static void ttc_spill(ttc_loops_t* loops, uint32_t phase, ttc_stmt_t* stmt) {
  ttc_node_t zero = ttc_loops_index(loops, 0);
  if (ttc_is_repeatable(loops, stmt)) {
    ttc_reload(loops, phase, stmt->results.at[0], stmt->memory,
               stmt->operands[0]);
    return;
  }
  for (uint32_t r = 0; r < stmt->results.count && !loops->status; ++r) {
    ttc_node_t value = stmt->results.at[r];
    const ttc_memory_t scratch = {
        .source = TT_VIEW_SCRATCH,
        .dtype = (tt_dtype_t)ttc_loops_node(loops, value)->type,
        .offset = zero,
        .length = ttc_loops_index(loops, 1)};
    uint32_t memory = ttc_loops_memory(loops, &scratch);
    if (ttc_reload(loops, phase, value, memory, zero)) {
      ttc_loops_store(loops, loops->root, memory, zero, value);
      ttc_move_last(loops, stmt->next);
    }
  }
}

// Drops phases that leave nothing behind.
static void ttc_drop_idle_phases(ttc_loops_t* loops) {
  uint32_t kept = 0;
  for (uint32_t p = 0; p < loops->phase_count; ++p) {
    ttc_stmt_t* end = ttc_phase_end(loops, p);
    bool idle = true;
    for (ttc_stmt_t* s = loops->phases[p].first; s != end; s = s->next) {
      idle = idle && ttc_stmt_walk(s, ttc_no_store_visit, NULL);
    }
    if (!idle) {
      loops->phases[kept++] = loops->phases[p];
      continue;
    }
    for (ttc_stmt_t *next, *s = loops->phases[p].first; s != end; s = next) {
      next = s->next;
      ttc_stmt_unlink(s);
    }
  }
  loops->phase_count = kept;
}

void ttc_loops_distribute(ttc_loops_t* loops) {
  uint32_t capacity = 1;
  for (ttc_stmt_t* s = loops->root->first; s; s = s->next) ++capacity;
  loops->phases = ttc_loops_alloc(loops, capacity * sizeof(*loops->phases));
  if (loops->status) return;
  bool serial = false;  // the last phase is one that more can be added to
  for (ttc_stmt_t *next, *s = loops->root->first; s && !loops->status;
       s = next) {
    next = s->next;
    if (s->kind == TTC_STMT_FOR && s->parallel) {
      loops->phases[loops->phase_count++] = ttc_distribute_nest(loops, s);
      serial = false;
    } else if (!serial) {
      loops->phases[loops->phase_count++] =
          (ttc_loops_phase_t){s, ttc_loops_index(loops, 1)};
      serial = true;
    }
  }
  for (uint32_t p = 0; p < loops->phase_count; ++p) {
    for (ttc_stmt_t* s = loops->phases[p].first;
         s != ttc_phase_end(loops, p) && !loops->status; s = s->next) {
      if (s->results.count) ttc_spill(loops, p, s);
    }
  }
  ttc_drop_idle_phases(loops);
}

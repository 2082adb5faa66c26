// The loops that IREE makes of a sort compare each pair of neighbours as often
// as there are elements. They become merges of runs, twice as long each time:
// every element looks up its place in the run beside its own, all at once.
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

enum {
  TTC_SORT_ARRAYS = 8,  // that are sorted together, at most
  TTC_SORT_COLUMNS = 8,
};

// An array that is sorted, and its two elements in the loops that are there.
typedef struct ttc_sorted_t {
  uint32_t memory;
  uint32_t scratch;    // as large
  ttc_node_t address;  // of element |counter|
  ttc_node_t here, next;
} ttc_sorted_t;

typedef struct ttc_sort_t {
  ttc_loops_t* loops;
  ttc_stmt_t* outer;  // the loop over times
  // Loops between, over columns that are sorted alike.
  ttc_stmt_t* columns[TTC_SORT_COLUMNS];
  uint32_t column_count;
  ttc_stmt_t* inner;     // the loop over neighbours
  ttc_node_t count;      // of elements
  ttc_node_t counter;    // of the loop over neighbours
  ttc_node_t condition;  // that |here| stays before |next|
  ttc_sorted_t arrays[TTC_SORT_ARRAYS];
  uint32_t array_count;
} ttc_sort_t;

// ---- Finding sorts ----------------------------------------------------------

// Whether |stmt| counts from 0 by 1, one iteration after the other, and carries
// nothing.
static bool ttc_counts(ttc_loops_t* loops, const ttc_stmt_t* stmt) {
  return stmt && stmt->kind == TTC_STMT_FOR && !stmt->parallel &&
         !stmt->inits.count && stmt->operands[0] == ttc_loops_index(loops, 0) &&
         stmt->operands[2] == ttc_loops_index(loops, 1);
}

// |node| with |to| in place of |from|.
static ttc_node_t ttc_with(ttc_loops_t* loops, ttc_node_t node, ttc_node_t from,
                           ttc_node_t to) {
  ttc_map_t map = ttc_map_create(loops);
  ttc_map_set(&map, from, to);
  return ttc_map_node(loops, &map, node);
}

// The load in |region| that found |value|, or NULL.
static const ttc_stmt_t* ttc_load_of(const ttc_region_t* region,
                                     ttc_node_t value) {
  for (const ttc_stmt_t* stmt = region->first; stmt; stmt = stmt->next) {
    if (stmt->kind == TTC_STMT_LOAD && stmt->results.at[0] == value) {
      return stmt;
    }
  }
  return NULL;
}

// Takes up the array of whose element |here| |store| makes the next one.
static bool ttc_sort_add(ttc_sort_t* sort, const ttc_region_t* body,
                         const ttc_stmt_t* store) {
  ttc_loops_t* loops = sort->loops;
  const ttc_stmt_t* next = ttc_load_of(body, store->operands[1]);
  if (!next || next->memory != store->memory ||
      sort->array_count == TTC_SORT_ARRAYS) {
    return false;
  }
  const ttc_node_t address = store->operands[0];
  const ttc_node_t after = ttc_with(
      loops, address, sort->counter,
      ttc_loops_sum(loops, sort->counter, 1, ttc_loops_index(loops, 1)));
  if (next->operands[0] != after) return false;
  for (const ttc_stmt_t* load = body->first; load; load = load->next) {
    if (load->kind != TTC_STMT_LOAD || load->memory != store->memory ||
        load->operands[0] != address) {
      continue;
    }
    sort->arrays[sort->array_count++] =
        (ttc_sorted_t){.memory = store->memory,
                       .address = address,
                       .here = load->results.at[0],
                       .next = next->results.at[0]};
    return true;
  }
  return false;
}

// Whether |store| puts an element |here| of |sort| where the next one was.
static bool ttc_sort_swaps_back(const ttc_sort_t* sort,
                                const ttc_region_t* body,
                                const ttc_stmt_t* store) {
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    const ttc_sorted_t* array = &sort->arrays[i];
    if (array->memory == store->memory && array->here == store->operands[1]) {
      return ttc_load_of(body, array->next)->operands[0] == store->operands[0];
    }
  }
  return false;
}

// Whether the elements of all arrays and columns are different ones: each loop
// goes further in a step than all shorter steps together.
static bool ttc_sort_apart(const ttc_sort_t* sort) {
  const ttc_loops_t* loops = sort->loops;
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    ttc_sum_t sum;
    if (!ttc_loops_sum_of(loops, sort->arrays[i].address, &sum)) return false;
    int64_t steps[TTC_SORT_COLUMNS + 1], reach[TTC_SORT_COLUMNS + 1];
    for (uint32_t k = 0; k <= sort->column_count; ++k) {
      const ttc_stmt_t* loop =
          k < sort->column_count ? sort->columns[k] : sort->inner;
      int64_t last;
      if (!ttc_loops_const_value(
              loops, k < sort->column_count ? loop->operands[1] : sort->count,
              &last)) {
        return false;
      }
      steps[k] = 0;
      for (uint32_t t = 0; t < sum.count; ++t) {
        if (sum.terms[t].node == loop->regions[0]->args.at[0]) {
          steps[k] = llabs(sum.terms[t].factor);
        }
      }
      if (__builtin_mul_overflow(steps[k], last - 1, &reach[k])) return false;
    }
    for (uint32_t k = 0; k <= sort->column_count; ++k) {
      int64_t shorter = 0;
      for (uint32_t j = 0; j <= sort->column_count; ++j) {
        if (j != k && steps[j] <= steps[k] &&
            __builtin_add_overflow(shorter, reach[j], &shorter)) {
          return false;
        }
      }
      if (steps[k] <= shorter) return false;
    }
  }
  return true;
}

// The loops of a sort that |stmt| begins, down to the one over neighbours.
static bool ttc_sort_loops(ttc_sort_t* sort, ttc_stmt_t* stmt) {
  ttc_loops_t* loops = sort->loops;
  if (!ttc_counts(loops, stmt)) return false;
  sort->outer = stmt;
  sort->count = stmt->operands[1];
  const ttc_node_t time = stmt->regions[0]->args.at[0];
  const ttc_node_t pairs =
      ttc_loops_sum(loops, sort->count, -1, ttc_loops_index(loops, 1));
  for (;;) {
    const ttc_region_t* body = stmt->regions[0];
    stmt = body->first;
    if (!ttc_counts(loops, stmt) || stmt != body->last ||
        ttc_loops_depends_on(loops, stmt->operands[1], time)) {
      return false;
    }
    const ttc_stmt_t* last = stmt->regions[0]->last;
    if (last && last->kind == TTC_STMT_IF) break;
    if (sort->column_count == TTC_SORT_COLUMNS) return false;
    sort->columns[sort->column_count++] = stmt;
  }
  sort->inner = stmt;
  sort->counter = stmt->regions[0]->args.at[0];
  return stmt->operands[1] == pairs;
}

// Whether |stmt| is a sort: for count { for columns { for count - 1 { loads of
// neighbours; if in order, nothing, else they change places } } }.
static bool ttc_sort_find(ttc_sort_t* sort, ttc_stmt_t* stmt) {
  ttc_loops_t* loops = sort->loops;
  if (!ttc_sort_loops(sort, stmt)) return false;
  const ttc_region_t* body = sort->inner->regions[0];
  const ttc_stmt_t* swap = body->last;
  if (swap->results.count || swap->regions[0]->first || !swap->regions[1]) {
    return false;
  }
  sort->condition = swap->operands[0];
  uint32_t loads = 0, stores = 0, back = 0;
  for (const ttc_stmt_t* s = body->first; s != swap; s = s->next, ++loads) {
    if (s->kind != TTC_STMT_LOAD) return false;
  }
  for (const ttc_stmt_t* s = swap->regions[1]->first; s;
       s = s->next, ++stores) {
    if (s->kind != TTC_STMT_STORE) return false;
    if (!ttc_sort_add(sort, body, s)) {
      if (!ttc_sort_swaps_back(sort, body, s)) return false;
      ++back;
    }
  }
  const ttc_node_t time = sort->outer->regions[0]->args.at[0];
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    if (ttc_loops_depends_on(loops, sort->arrays[i].address, time))
      return false;
  }
  return sort->array_count && loads == 2 * sort->array_count &&
         stores == loads && back == sort->array_count &&
         !ttc_loops_depends_on(loops, sort->condition, sort->counter) &&
         !ttc_loops_depends_on(loops, sort->condition, time) &&
         (!sort->column_count || ttc_sort_apart(sort));
}

// ---- Merging ----------------------------------------------------------------

static ttc_node_t ttc_i1(ttc_loops_t* loops, tt_op_t op, ttc_node_t x,
                         ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_op(loops, op, TT_DTYPE_I1, TT_DTYPE_NONE, 0, operands, 2);
}

static ttc_node_t ttc_not(ttc_loops_t* loops, ttc_node_t x) {
  return ttc_i1(loops, TT_OP_XOR, x, ttc_loops_const(loops, TT_DTYPE_I1, 1));
}

// Loads the elements |at| of all arrays.
static void ttc_sort_load(ttc_sort_t* sort, ttc_region_t* region,
                          bool from_scratch, ttc_node_t at, ttc_node_t* out) {
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    const ttc_sorted_t* array = &sort->arrays[i];
    out[i] = ttc_loops_load(
        sort->loops, region, from_scratch ? array->scratch : array->memory,
        ttc_with(sort->loops, array->address, sort->counter, at));
  }
}

// Whether the elements |x| come before |y| whatever stood first: the condition
// holds one way and not the other.
static ttc_node_t ttc_sort_before(ttc_sort_t* sort, const ttc_node_t* x,
                                  const ttc_node_t* y) {
  ttc_loops_t* loops = sort->loops;
  ttc_node_t ways[2];
  for (int way = 0; way < 2; ++way) {
    ttc_map_t map = ttc_map_create(loops);
    for (uint32_t i = 0; i < sort->array_count; ++i) {
      ttc_map_set(&map, sort->arrays[i].here, way ? y[i] : x[i]);
      ttc_map_set(&map, sort->arrays[i].next, way ? x[i] : y[i]);
    }
    ways[way] = ttc_map_node(loops, &map, sort->condition);
  }
  return ttc_i1(loops, TT_OP_AND, ways[0], ttc_not(loops, ways[1]));
}

// How many elements of the run [lo, hi) go before |x|: those before it, and
// where |after|, of a later run, those that are equal.
static ttc_node_t ttc_sort_place(ttc_sort_t* sort, ttc_region_t* region,
                                 bool from_scratch, const ttc_node_t* x,
                                 ttc_node_t lo, ttc_node_t hi, ttc_node_t after,
                                 ttc_node_t steps) {
  ttc_loops_t* loops = sort->loops;
  ttc_node_t one = ttc_loops_index(loops, 1);
  ttc_stmt_t* search = ttc_loops_for(loops, region, ttc_loops_index(loops, 0),
                                     steps, one, false);
  if (!search) return 0;
  ttc_region_t* body = search->regions[0];
  if (!ttc_loops_carry(loops, search, (ttc_node_t[]){lo, hi}, 2)) return 0;
  ttc_node_t low = body->args.at[1], high = body->args.at[2];
  ttc_node_t middle =
      ttc_loops_op2(loops, TT_OP_SHRS, ttc_loops_sum(loops, low, 1, high), one);
  ttc_node_t last = ttc_loops_sum(loops, sort->count, -1, one);
  ttc_node_t y[TTC_SORT_ARRAYS];
  ttc_sort_load(sort, body, from_scratch,
                ttc_loops_op2(loops, TT_OP_MINS, middle, last), y);
  ttc_node_t goes = ttc_loops_select(
      loops, TT_DTYPE_I1, after, ttc_not(loops, ttc_sort_before(sort, x, y)),
      ttc_sort_before(sort, y, x));
  ttc_node_t open =
      ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_SLT, low, high);
  body->yields.at[0] = ttc_loops_select(
      loops, TT_DTYPE_I64, ttc_i1(loops, TT_OP_AND, open, goes),
      ttc_loops_sum(loops, middle, 1, one), low);
  body->yields.at[1] = ttc_loops_select(
      loops, TT_DTYPE_I64, ttc_i1(loops, TT_OP_AND, open, ttc_not(loops, goes)),
      middle, high);
  return ttc_loops_sum(loops, search->results.at[0], -1, lo);
}

// Merges runs of 1 << |shift| elements, at the end of |region|.
static ttc_stmt_t* ttc_sort_pass(ttc_sort_t* sort, ttc_region_t* region,
                                 ttc_node_t shift, bool from_scratch) {
  ttc_loops_t* loops = sort->loops;
  ttc_node_t zero = ttc_loops_index(loops, 0), one = ttc_loops_index(loops, 1);
  ttc_stmt_t* all = ttc_loops_for(loops, region, zero, sort->count, one, true);
  if (!all) return NULL;
  ttc_region_t* body = all->regions[0];
  ttc_node_t at = body->args.at[0], x[TTC_SORT_ARRAYS];
  ttc_sort_load(sort, body, from_scratch, at, x);
  ttc_node_t run = ttc_loops_op2(loops, TT_OP_SHRS, at, shift);
  ttc_node_t own = ttc_loops_op2(loops, TT_OP_SHL, run, shift);
  ttc_node_t beside = ttc_loops_op2(
      loops, TT_OP_SHL, ttc_loops_op2(loops, TT_OP_XOR, run, one), shift);
  ttc_node_t end = ttc_loops_sum(loops, beside, 1,
                                 ttc_loops_op2(loops, TT_OP_SHL, one, shift));
  ttc_node_t place = ttc_sort_place(
      sort, body, from_scratch, x,
      ttc_loops_op2(loops, TT_OP_MINS, beside, sort->count),
      ttc_loops_op2(loops, TT_OP_MINS, end, sort->count),
      ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_SLT, beside, own),
      ttc_loops_sum(loops, shift, 1, one));
  // From the start of both runs: those before it of its own, and of the other.
  ttc_node_t target = ttc_loops_op2(loops, TT_OP_MINS, own, beside);
  target = ttc_loops_sum(loops, target, 1, at);
  target = ttc_loops_sum(loops, target, -1, own);
  target = ttc_loops_sum(loops, target, 1, place);
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    const ttc_sorted_t* array = &sort->arrays[i];
    ttc_loops_store(loops, body, from_scratch ? array->memory : array->scratch,
                    ttc_with(loops, array->address, sort->counter, target),
                    x[i]);
  }
  return all;
}

// Pass by pass, so that cores share each; in pairs, so that the last one leaves
// the elements where they were.
static void ttc_sort_unrolled(ttc_sort_t* sort, ttc_stmt_t* place,
                              int64_t count) {
  ttc_loops_t* loops = sort->loops;
  for (int64_t shift = 0; 1ll << shift < count; shift += 2) {
    for (int64_t i = 0; i < 2; ++i) {
      ttc_stmt_t* pass = ttc_sort_pass(
          sort, place->region, ttc_loops_index(loops, shift + i), i == 1);
      if (!pass || loops->status) return;
      ttc_stmt_unlink(pass);
      ttc_stmt_insert(place->region, place, pass);
    }
  }
}

static void ttc_sort_looped(ttc_sort_t* sort, ttc_stmt_t* place) {
  ttc_loops_t* loops = sort->loops;
  ttc_node_t zero = ttc_loops_index(loops, 0), one = ttc_loops_index(loops, 1);
  ttc_node_t last = ttc_loops_sum(loops, sort->count, -1, one);
  ttc_node_t zeros =
      ttc_loops_op(loops, TT_OP_CTLZ, TT_DTYPE_I64, TT_DTYPE_NONE, 0, &last, 1);
  ttc_node_t pairs = ttc_loops_op2(
      loops, TT_OP_SHRS,
      ttc_loops_sum(loops, ttc_loops_index(loops, 65), -1, zeros), one);
  ttc_stmt_t* passes =
      ttc_loops_for(loops, place->region, zero, pairs, one, false);
  if (!passes) return;
  ttc_stmt_unlink(passes);
  ttc_stmt_insert(place->region, place, passes);
  ttc_region_t* body = passes->regions[0];
  ttc_node_t shift = ttc_loops_op2(loops, TT_OP_SHL, body->args.at[0], one);
  ttc_sort_pass(sort, body, shift, false);
  ttc_sort_pass(sort, body, ttc_loops_sum(loops, shift, 1, one), true);
}

static void ttc_sort_replace(ttc_sort_t* sort) {
  ttc_loops_t* loops = sort->loops;
  for (uint32_t i = 0; i < sort->array_count; ++i) {
    const ttc_memory_t sorted = loops->memories[sort->arrays[i].memory];
    sort->arrays[i].scratch = ttc_loops_memory(
        loops, &(ttc_memory_t){.source = TT_VIEW_SCRATCH,
                               .dtype = sorted.dtype,
                               .offset = ttc_loops_index(loops, 0),
                               .length = sorted.length});
  }
  ttc_stmt_t *outer = sort->outer, *place = outer;
  if (sort->column_count) {
    // Column by column, each whole: they do not meet.
    place = sort->inner;
    ttc_region_move(loops, outer->regions[0], outer->region);
    ttc_stmt_unlink(sort->columns[0]);
    ttc_stmt_insert(outer->region, outer, sort->columns[0]);
    ttc_stmt_unlink(outer);
    for (uint32_t i = 0; i < sort->column_count; ++i) {
      sort->columns[i]->parallel = true;
    }
  }
  int64_t count;
  if (place->region == loops->root &&
      ttc_loops_const_value(loops, sort->count, &count)) {
    ttc_sort_unrolled(sort, place, count);
  } else {
    ttc_sort_looped(sort, place);
  }
  ttc_stmt_unlink(place);
}

static void ttc_sort_region(ttc_loops_t* loops, ttc_region_t* region) {
  for (ttc_stmt_t *stmt = region->first, *next; stmt && !loops->status;
       stmt = next) {
    next = stmt->next;
    ttc_sort_t sort = {.loops = loops};
    if (ttc_sort_find(&sort, stmt)) {
      ttc_sort_replace(&sort);
      continue;
    }
    for (int i = 0; i < 2; ++i) {
      if (stmt->regions[i]) ttc_sort_region(loops, stmt->regions[i]);
    }
  }
}

void ttc_loops_sort(ttc_loops_t* loops) {
  if (!loops->status) ttc_sort_region(loops, loops->root);
}

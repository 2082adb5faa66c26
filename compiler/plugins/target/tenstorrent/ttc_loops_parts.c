// A loop over many elements that accumulates into few values is shared: parts
// of it accumulate on their own, in parallel, and what they leave in scratch
// memory is accumulated in turn. Part p takes every so manieth iteration from p
// on, so that neighbouring parts read neighbouring elements; how many parts
// there are does not depend on the grid, so neither do sums of floats.
#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"
#include "tile/immediate.h"

enum {
  TTC_FEW_ITERATIONS = 4096,  // fewer are not worth a phase
  TTC_MANY_ITERATIONS = 65536,
  TTC_PARTS = 256,
  TTC_MANY_PARTS = 1024,  // of many iterations
  TTC_MAX_CARRIED = 4,
};

// What parts start from; false where they cannot be accumulated apart.
static bool ttc_parts_neutral(tt_op_t op, tt_dtype_t type, uint64_t* out_bits) {
  const bool is_float = type == TT_DTYPE_F32 || type == TT_DTYPE_F64;
  if ((!is_float && type != TT_DTYPE_I32 && type != TT_DTYPE_I64) ||
      op == TT_OP_MUL || !tt_op_neutral(op, type, out_bits)) {
    return false;
  }
  // A part of nothing but -0 stays -0.
  if (op == TT_OP_ADD && type == TT_DTYPE_F32) {
    *out_bits = tt_immediate_of_f32(-0.0f);
  } else if (op == TT_OP_ADD && type == TT_DTYPE_F64) {
    *out_bits = tt_immediate_of_f64(-0.0);
  }
  return true;
}

// A value that the loop carries: op(itself, term).
typedef struct ttc_carried_t {
  tt_op_t op;
  tt_dtype_t type;
  ttc_node_t term;
  uint64_t neutral;
} ttc_carried_t;

typedef struct ttc_shared_t {
  ttc_loops_t* loops;
  ttc_stmt_t* loop;
  uint32_t count;
  ttc_carried_t carried[TTC_MAX_CARRIED];
} ttc_shared_t;

static bool ttc_shared_depends(const ttc_shared_t* shared, ttc_node_t node) {
  const ttc_nodes_t args = shared->loop->regions[0]->args;
  for (uint32_t i = 1; i < args.count; ++i) {
    if (ttc_loops_depends_on(shared->loops, node, args.at[i])) return true;
  }
  return false;
}

// Whether |stmt| may run in any order: it stores nothing, and nothing in it
// depends on what is carried.
static bool ttc_shared_visit(ttc_stmt_t* stmt, void* data) {
  const ttc_shared_t* shared = data;
  if (stmt->kind == TTC_STMT_STORE) return false;
  for (uint32_t i = 0; i < stmt->operand_count; ++i) {
    if (ttc_shared_depends(shared, stmt->operands[i])) return false;
  }
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    if (ttc_shared_depends(shared, stmt->inits.at[i])) return false;
  }
  for (uint32_t i = 0; i < 2 && stmt->regions[i]; ++i) {
    const ttc_nodes_t yields = stmt->regions[i]->yields;
    for (uint32_t j = 0; j < yields.count; ++j) {
      if (ttc_shared_depends(shared, yields.at[j])) return false;
    }
  }
  return true;
}

static bool ttc_shared_value(const ttc_shared_t* shared, uint32_t index,
                             ttc_carried_t* out) {
  const ttc_region_t* body = shared->loop->regions[0];
  const ttc_node_t self = body->args.at[index + 1];
  const ttc_node_data_t* node =
      ttc_loops_node(shared->loops, body->yields.at[index]);
  if (node->kind != TTC_NODE_OP || node->operand_count != 2 ||
      node->op_type2 != TT_DTYPE_NONE) {
    return false;
  }
  const bool first = node->operands[0] == self;
  *out = (ttc_carried_t){.op = (tt_op_t)node->op,
                         .type = (tt_dtype_t)node->type,
                         .term = node->operands[first ? 1 : 0]};
  return (first || node->operands[1] == self) && node->op_type == node->type &&
         !ttc_shared_depends(shared, out->term) &&
         ttc_parts_neutral(out->op, out->type, &out->neutral);
}

static bool ttc_is_shared(ttc_shared_t* shared) {
  ttc_loops_t* loops = shared->loops;
  const ttc_stmt_t* loop = shared->loop;
  int64_t lo = 0, hi = 0, step = 0;
  if (loop->kind != TTC_STMT_FOR || loop->parallel || !loop->inits.count ||
      loop->inits.count > TTC_MAX_CARRIED ||
      !ttc_loops_const_value(loops, loop->operands[0], &lo) || lo != 0 ||
      !ttc_loops_const_value(loops, loop->operands[2], &step) || step != 1 ||
      !ttc_loops_node(loops, loop->operands[1])->launch ||
      (ttc_loops_const_value(loops, loop->operands[1], &hi) &&
       hi < TTC_FEW_ITERATIONS)) {
    return false;
  }
  shared->count = loop->inits.count;
  for (uint32_t i = 0; i < shared->count; ++i) {
    if (!ttc_shared_value(shared, i, &shared->carried[i])) return false;
  }
  return ttc_region_walk(loop->regions[0], ttc_shared_visit, shared);
}

// The iteration of the shared loop that a part takes in its round |round|, and
// whether it is one that no other round takes, or TTC_NO_NODE where all are.
// The last round begins earlier where there are not enough for it: neighbours
// still read neighbours then.
static ttc_node_t ttc_part_iteration(const ttc_shared_t* shared,
                                     ttc_node_t round, ttc_node_t part,
                                     int64_t parts, ttc_node_t* out_inside) {
  ttc_loops_t* loops = shared->loops;
  const ttc_node_t count = shared->loop->operands[1];
  const ttc_node_t first =
      ttc_loops_op2(loops, TT_OP_MUL, round, ttc_loops_index(loops, parts));
  int64_t known = 0;
  *out_inside = TTC_NO_NODE;
  if (!ttc_loops_const_value(loops, count, &known)) {
    const ttc_node_t at = ttc_loops_sum(loops, first, 1, part);
    *out_inside =
        ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_SLT, at, count);
    return ttc_loops_op2(
        loops, TT_OP_MINS, at,
        ttc_loops_sum(loops, count, -1, ttc_loops_index(loops, 1)));
  }
  if (known % parts == 0) return ttc_loops_sum(loops, first, 1, part);
  const ttc_node_t base = ttc_loops_op2(loops, TT_OP_MINS, first,
                                        ttc_loops_index(loops, known - parts));
  const ttc_node_t at = ttc_loops_sum(loops, base, 1, part);
  *out_inside = ttc_loops_compare(loops, TT_DTYPE_I64, TT_PREDI_SGE, at, first);
  return at;
}

// What part |part| accumulates, into |inner|, whose body the shared loop's
// becomes.
static void ttc_share_body(const ttc_shared_t* shared, ttc_stmt_t* inner,
                           ttc_node_t part, int64_t parts) {
  ttc_loops_t* loops = shared->loops;
  ttc_region_t* body = shared->loop->regions[0];
  ttc_region_t* to = inner->regions[0];
  ttc_node_t inits[TTC_MAX_CARRIED], inside = TTC_NO_NODE;
  ttc_map_t map = ttc_map_create(loops);
  ttc_map_set(&map, body->args.at[0],
              ttc_part_iteration(shared, to->args.at[0], part, parts, &inside));
  for (uint32_t i = 0; i < shared->count; ++i) {
    inits[i] = ttc_loops_const(loops, shared->carried[i].type,
                               shared->carried[i].neutral);
  }
  if (!ttc_loops_carry(loops, inner, inits, shared->count)) return;
  ttc_region_move(loops, body, to);
  for (ttc_stmt_t* s = to->first; s; s = s->next) {
    ttc_map_stmt(loops, &map, s);
  }
  for (uint32_t i = 0; i < shared->count; ++i) {
    const ttc_carried_t* carried = &shared->carried[i];
    ttc_node_t term = ttc_map_node(loops, &map, carried->term);
    if (inside != TTC_NO_NODE) {
      term = ttc_loops_select(loops, carried->type, inside, term, inits[i]);
    }
    const ttc_node_t both[] = {to->args.at[i + 1], term};
    to->yields.at[i] = ttc_loops_op(loops, carried->op, carried->type,
                                    TT_DTYPE_NONE, 0, both, 2);
  }
}

// Makes the loop one over what the parts leave.
static void ttc_share(const ttc_shared_t* shared) {
  ttc_loops_t* loops = shared->loops;
  ttc_stmt_t* loop = shared->loop;
  const ttc_node_t zero = ttc_loops_index(loops, 0);
  int64_t count = 0;
  const int64_t parts =
      ttc_loops_const_value(loops, loop->operands[1], &count) &&
              count >= TTC_MANY_ITERATIONS
          ? TTC_MANY_PARTS
          : TTC_PARTS;
  const ttc_node_t width = ttc_loops_index(loops, parts);
  ttc_stmt_t* outer = ttc_loops_for(loops, loop->region, zero, width,
                                    ttc_loops_index(loops, 1), true);
  if (!outer) return;
  ttc_stmt_unlink(outer);
  ttc_stmt_insert(loop->region, loop, outer);
  ttc_region_t* part = outer->regions[0];
  ttc_stmt_t* inner = ttc_loops_for(
      loops, part, zero,
      ttc_loops_op2(loops, TT_OP_CEILDIVS, loop->operands[1], width),
      ttc_loops_index(loops, 1), false);
  ttc_region_t* body = ttc_loops_region(loops, loop);
  if (!inner || !body) return;
  ttc_share_body(shared, inner, part->args.at[0], parts);
  body->args = ttc_loops_nodes(loops, shared->count + 1);
  body->yields = ttc_loops_nodes(loops, shared->count);
  if (loops->status) return;
  body->args.at[0] = ttc_loops_arg(loops, body, TT_DTYPE_I64);
  for (uint32_t i = 0; i < shared->count; ++i) {
    const ttc_carried_t* carried = &shared->carried[i];
    const uint32_t memory =
        ttc_loops_memory(loops, &(ttc_memory_t){.source = TT_VIEW_SCRATCH,
                                                .dtype = carried->type,
                                                .offset = zero,
                                                .length = width});
    ttc_loops_store(loops, part, memory, part->args.at[0],
                    inner->results.at[i]);
    body->args.at[i + 1] = ttc_loops_arg(loops, body, carried->type);
    const ttc_node_t both[] = {
        body->args.at[i + 1],
        ttc_loops_load(loops, body, memory, body->args.at[0])};
    body->yields.at[i] = ttc_loops_op(loops, carried->op, carried->type,
                                      TT_DTYPE_NONE, 0, both, 2);
  }
  loop->operands[1] = width;
  loop->regions[0] = body;
}

void ttc_loops_share(ttc_loops_t* loops) {
  for (ttc_stmt_t* s = loops->root->first; s && !loops->status; s = s->next) {
    ttc_shared_t shared = {.loops = loops, .loop = s};
    if (ttc_is_shared(&shared)) ttc_share(&shared);
  }
}

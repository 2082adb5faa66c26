#include "compiler/plugins/target/tenstorrent/ttc_loops_emit.h"

#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

typedef struct ttc_emit_t {
  ttc_loops_t* loops;
  tt_builder_t* b;
  ttc_schedule_t schedule;
  tt_operand_t* launch;  // per node: its launch value, or TT_NONE
  tt_operand_t* value;   // per node: its register in the open kernel
  tt_operand_t* views;   // per memory
} ttc_emit_t;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static tt_operand_t ttc_emit_const(ttc_emit_t* e, const ttc_node_data_t* data) {
  if (data->type == TT_DTYPE_F64) {
    double value;
    memcpy(&value, &data->bits, sizeof(value));
    return tt_imm_f64(e->b, value);
  }
  if (tt_dtype_desc((tt_dtype_t)data->type)->is_float) {
    float value;
    uint32_t bits = (uint32_t)data->bits;
    memcpy(&value, &bits, sizeof(value));
    return tt_imm_f32(e->b, value);
  }
  return tt_imm(e->b, (int64_t)data->bits);
}

// The launch value of |node|, which must be one.
static tt_operand_t ttc_emit_launch(ttc_emit_t* e, ttc_node_t node) {
  if (e->launch[node] != TT_NONE) return e->launch[node];
  const ttc_node_data_t* data = ttc_loops_node(e->loops, node);
  tt_operand_t operands[3];
  tt_operand_t result = 0;
  switch ((ttc_node_kind_t)data->kind) {
    case TTC_NODE_CONST:
      result = ttc_emit_const(e, data);
      break;
    case TTC_NODE_PUSH:
      result = tt_launch_push(e->b, (uint32_t)data->bits);
      break;
    case TTC_NODE_GRID_CORES:
      result = tt_launch_grid_cores(e->b);
      break;
    case TTC_NODE_CORE:
      result = tt_launch_core(e->b);
      break;
    case TTC_NODE_OP:
      for (uint32_t i = 0; i < data->operand_count; ++i) {
        operands[i] = ttc_emit_launch(e, data->operands[i]);
      }
      result = tt_launch_op(e->b, (tt_op_t)data->op, data->attr, operands,
                            data->operand_count);
      break;
    case TTC_NODE_ARG:
      break;
  }
  e->launch[node] = result;
  return result;
}

// A launch value that everything else waits for. |what| is for the message.
static tt_operand_t ttc_emit_uniform(ttc_emit_t* e, ttc_node_t node,
                                     const char* what) {
  if (ttc_loops_node(e->loops, node)->launch) return ttc_emit_launch(e, node);
  ttc_loops_fail(e->loops,
                 tt_status_make(TT_CODE_UNIMPLEMENTED,
                                "%s depends on values that only exist on the "
                                "device",
                                what));
  return tt_imm(e->b, 0);
}

// What a kernel op takes for |node|.
static tt_operand_t ttc_emit_operand(ttc_emit_t* e, ttc_node_t node) {
  const ttc_node_data_t* data = ttc_loops_node(e->loops, node);
  if (data->kind == TTC_NODE_CONST) return ttc_emit_const(e, data);
  if (data->launch) return ttc_emit_launch(e, node);
  return e->value[node];
}

// Computes OP |node| into |result|, or into a new register when TT_NONE.
static tt_operand_t ttc_emit_op(ttc_emit_t* e, ttc_node_t node,
                                tt_operand_t result) {
  const ttc_node_data_t* data = ttc_loops_node(e->loops, node);
  tt_operand_t operands[3];
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    operands[i] = ttc_emit_operand(e, data->operands[i]);
  }
  if (result == TT_NONE) {
    return tt_build_value(e->b, (tt_op_t)data->op, (tt_dtype_t)data->op_type,
                          (tt_dtype_t)data->op_type2, data->attr, operands,
                          data->operand_count);
  }
  tt_build_inst(e->b, (tt_op_t)data->op, (tt_dtype_t)data->op_type,
                (tt_dtype_t)data->op_type2, data->attr, result, operands,
                data->operand_count);
  return result;
}

// Computes the part of |node| that is placed in |region|.
static void ttc_emit_node(ttc_emit_t* e, ttc_region_t* region,
                          ttc_node_t node) {
  ttc_node_data_t* data = &e->loops->nodes[node];
  if (!e->schedule.place[node] || e->value[node] != TT_NONE ||
      data->mark == e->loops->mark) {
    return;
  }
  data->mark = e->loops->mark;
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    ttc_emit_node(e, region, data->operands[i]);
  }
  if (e->schedule.place[node] == region) {
    e->value[node] = ttc_emit_op(e, node, TT_NONE);
  }
}

//===----------------------------------------------------------------------===//
// Carried values
//===----------------------------------------------------------------------===//

static void ttc_emit_mov(ttc_emit_t* e, tt_dtype_t type, tt_operand_t to,
                         tt_operand_t from) {
  if (to == from) return;
  tt_build_inst(e->b, TT_OP_MOV, type, TT_DTYPE_NONE, 0, to, &from, 1);
}

static tt_dtype_t ttc_type_of(const ttc_emit_t* e, ttc_node_t node) {
  return (tt_dtype_t)ttc_loops_node(e->loops, node)->type;
}

// A register that starts as |init|, for |node|.
static tt_operand_t ttc_emit_variable(ttc_emit_t* e, ttc_node_t node,
                                      ttc_node_t init) {
  tt_operand_t reg = tt_build_reg(e->b, ttc_type_of(e, node));
  ttc_emit_mov(e, ttc_type_of(e, node), reg, ttc_emit_operand(e, init));
  e->value[node] = reg;
  return reg;
}

// Whether the op of yield |i| can write its variable at the end of |region|,
// where nobody needs the old value any more.
static bool ttc_can_update(ttc_emit_t* e, ttc_region_t* region,
                           const ttc_node_t* args, uint32_t i) {
  ttc_node_t node = region->yields.at[i];
  if (e->schedule.place[node] != region || e->schedule.uses[node] != 1 ||
      e->value[node] != TT_NONE) {
    return false;
  }
  for (uint32_t j = 0; j < region->yields.count; ++j) {
    if (j != i &&
        ttc_loops_depends_on(e->loops, region->yields.at[j], args[i])) {
      return false;
    }
  }
  return true;
}

// args = yields, all at once, at the end of a loop body.
static void ttc_emit_yields(ttc_emit_t* e, ttc_region_t* region,
                            const ttc_node_t* args) {
  uint32_t count = region->yields.count;
  bool* updates = ttc_loops_alloc(e->loops, count + 1);
  tt_operand_t* from = ttc_loops_alloc(e->loops, (count + 1) * sizeof(*from));
  if (!updates || !from) return;
  for (uint32_t i = 0; i < count; ++i) {
    updates[i] = ttc_can_update(e, region, args, i);
  }
  ++e->loops->mark;
  for (uint32_t i = 0; i < count; ++i) {
    const ttc_node_data_t* data =
        ttc_loops_node(e->loops, region->yields.at[i]);
    if (!updates[i]) ttc_emit_node(e, region, region->yields.at[i]);
    for (uint32_t o = 0; updates[i] && o < data->operand_count; ++o) {
      ttc_emit_node(e, region, data->operands[o]);
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (updates[i]) continue;
    from[i] = ttc_emit_operand(e, region->yields.at[i]);
    for (uint32_t j = 0; j < count; ++j) {
      if (j == i || from[i] != e->value[args[j]]) continue;
      from[i] = tt_build_value(e->b, TT_OP_MOV, ttc_type_of(e, args[i]),
                               TT_DTYPE_NONE, 0, &e->value[args[j]], 1);
      break;
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (updates[i]) ttc_emit_op(e, region->yields.at[i], e->value[args[i]]);
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (updates[i]) continue;
    ttc_emit_mov(e, ttc_type_of(e, args[i]), e->value[args[i]], from[i]);
  }
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static void ttc_emit_region(ttc_emit_t* e, ttc_region_t* region);

static bool ttc_not_parallel_visit(ttc_stmt_t* stmt, void* data) {
  return stmt == data || stmt->kind != TTC_STMT_FOR || !stmt->parallel;
}

static void ttc_emit_for(ttc_emit_t* e, ttc_stmt_t* stmt) {
  ttc_region_t* body = stmt->regions[0];
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    e->value[stmt->results.at[i]] =
        ttc_emit_variable(e, body->args.at[1 + i], stmt->inits.at[i]);
  }
  // Of nested parallel loops the innermost is marked, to be run as a vector.
  bool parallel =
      stmt->parallel && ttc_stmt_walk(stmt, ttc_not_parallel_visit, stmt);
  tt_operand_t bounds[3];
  for (int i = 0; i < 3; ++i) {
    bounds[i] = ttc_emit_operand(e, stmt->operands[i]);
  }
  e->value[body->args.at[0]] =
      tt_build_for(e->b, bounds[0], bounds[1], bounds[2], parallel);
  ttc_emit_region(e, body);
  ttc_emit_yields(e, body, body->args.at + 1);
  tt_build_end(e->b);
}

static void ttc_emit_branch(ttc_emit_t* e, ttc_stmt_t* stmt, int branch) {
  ttc_region_t* region = stmt->regions[branch];
  ttc_emit_region(e, region);
  ttc_emit_yields(e, region, stmt->results.at);
}

static void ttc_emit_if(ttc_emit_t* e, ttc_stmt_t* stmt) {
  for (uint32_t i = 0; i < stmt->results.count; ++i) {
    e->value[stmt->results.at[i]] =
        tt_build_reg(e->b, ttc_type_of(e, stmt->results.at[i]));
  }
  TT_OPS(e->b, IF, NONE, 0, ttc_emit_operand(e, stmt->operands[0]));
  ttc_emit_branch(e, stmt, 0);
  if (stmt->regions[1] && (stmt->regions[1]->first || stmt->results.count)) {
    tt_build_inst(e->b, TT_OP_ELSE, TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE,
                  NULL, 0);
    ttc_emit_branch(e, stmt, 1);
  }
  tt_build_end(e->b);
}

static void ttc_emit_while(ttc_emit_t* e, ttc_stmt_t* stmt) {
  ttc_region_t* body = stmt->regions[0];
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    ttc_emit_variable(e, body->args.at[i], stmt->inits.at[i]);
  }
  for (uint32_t i = 0; i < stmt->results.count; ++i) {
    e->value[stmt->results.at[i]] =
        tt_build_reg(e->b, ttc_type_of(e, stmt->results.at[i]));
  }
  tt_build_inst(e->b, TT_OP_WHILE, TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE,
                NULL, 0);
  ttc_emit_region(e, body);
  ttc_emit_yields(e, body, body->args.at);
  tt_build_end(e->b);
}

static void ttc_emit_test(ttc_emit_t* e, ttc_stmt_t* stmt) {
  const ttc_stmt_t* loop = stmt->region->owner;
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    ttc_node_t result = loop->results.at[i];
    ttc_emit_mov(e, ttc_type_of(e, result), e->value[result],
                 ttc_emit_operand(e, stmt->inits.at[i]));
  }
  TT_OPS(e->b, TEST, NONE, 0, ttc_emit_operand(e, stmt->operands[0]));
}

static void ttc_emit_stmt(ttc_emit_t* e, ttc_stmt_t* stmt) {
  tt_operand_t operands[3];
  tt_dtype_t type;
  switch (stmt->kind) {
    case TTC_STMT_LOAD:
      operands[0] = e->views[stmt->memory];
      operands[1] = ttc_emit_operand(e, stmt->operands[0]);
      type = e->loops->memories[stmt->memory].dtype;
      e->value[stmt->results.at[0]] =
          tt_build_value(e->b, TT_OP_LOAD, type, TT_DTYPE_NONE, 0, operands, 2);
      break;
    case TTC_STMT_STORE:
      operands[0] = e->views[stmt->memory];
      operands[1] = ttc_emit_operand(e, stmt->operands[0]);
      operands[2] = ttc_emit_operand(e, stmt->operands[1]);
      type = e->loops->memories[stmt->memory].dtype;
      tt_build_inst(e->b, TT_OP_STORE, type, TT_DTYPE_NONE, 0, TT_NONE,
                    operands, 3);
      break;
    case TTC_STMT_FOR:
      ttc_emit_for(e, stmt);
      break;
    case TTC_STMT_IF:
      ttc_emit_if(e, stmt);
      break;
    case TTC_STMT_WHILE:
      ttc_emit_while(e, stmt);
      break;
    case TTC_STMT_TEST:
      ttc_emit_test(e, stmt);
      break;
  }
}

typedef struct ttc_need_t {
  ttc_emit_t* e;
  ttc_region_t* region;
} ttc_need_t;

// Computes what |stmt|, in the region or below it, needs of the region.
static bool ttc_need_visit(ttc_stmt_t* stmt, void* data) {
  const ttc_need_t* need = data;
  for (uint32_t i = 0; i < stmt->operand_count; ++i) {
    ttc_emit_node(need->e, need->region, stmt->operands[i]);
  }
  for (uint32_t i = 0; i < stmt->inits.count; ++i) {
    ttc_emit_node(need->e, need->region, stmt->inits.at[i]);
  }
  for (int i = 0; i < 2; ++i) {
    ttc_region_t* region = stmt->regions[i];
    if (!region) continue;
    for (uint32_t y = 0; y < region->yields.count; ++y) {
      ttc_emit_node(need->e, need->region, region->yields.at[y]);
    }
  }
  return true;
}

static void ttc_emit_stmts(ttc_emit_t* e, ttc_region_t* region,
                           ttc_stmt_t* first, ttc_stmt_t* end) {
  for (ttc_stmt_t* stmt = first; stmt != end; stmt = stmt->next) {
    ttc_need_t need = {e, region};
    ++e->loops->mark;
    ttc_stmt_walk(stmt, ttc_need_visit, &need);
    ttc_emit_stmt(e, stmt);
  }
}

static void ttc_emit_region(ttc_emit_t* e, ttc_region_t* region) {
  ttc_emit_stmts(e, region, region->first, NULL);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

typedef struct ttc_access_visit_t {
  const ttc_loops_t* loops;
  uint32_t* bindings;  // TT_ACCESS_ mask of each
  bool* used;          // of each memory
} ttc_access_visit_t;

static bool ttc_access_visit(ttc_stmt_t* stmt, void* data) {
  ttc_access_visit_t* visit = data;
  bool store = stmt->kind == TTC_STMT_STORE;
  if (!store && stmt->kind != TTC_STMT_LOAD) return true;
  const ttc_memory_t* memory = &visit->loops->memories[stmt->memory];
  visit->used[stmt->memory] = true;
  if (memory->source == TT_VIEW_BINDING) {
    visit->bindings[memory->index] |= store ? TT_ACCESS_WRITE : TT_ACCESS_READ;
  }
  return true;
}

static tt_operand_t ttc_emit_view(ttc_emit_t* e, const ttc_memory_t* memory) {
  tt_operand_t length =
      ttc_emit_uniform(e, memory->length, "the size of a buffer");
  uint32_t index = memory->index;
  if (memory->source == TT_VIEW_DATA) {
    index = tt_build_blob(e->b, memory->data, memory->data_size);
  } else if (memory->source == TT_VIEW_SCRATCH) {
    // Storage bits divide or are a multiple of 8.
    uint8_t bits = tt_dtype_desc(memory->dtype)->storage_bits;
    tt_operand_t size = length;
    if (bits > 8) {
      size = tt_launch_op2(e->b, TT_OP_MUL, length, tt_imm(e->b, bits / 8));
    } else if (bits < 8) {
      size =
          tt_launch_op2(e->b, TT_OP_CEILDIVS, length, tt_imm(e->b, 8 / bits));
    }
    index = tt_build_scratch(e->b, size);
  }
  return tt_build_view(
      e->b, memory->source, index, memory->dtype,
      ttc_emit_uniform(e, memory->offset, "the offset of a buffer"), length);
}

static void ttc_emit_phase(ttc_emit_t* e, uint32_t phase) {
  ttc_loops_t* loops = e->loops;
  static const tt_phase_t options = {.fidelity = TT_FIDELITY_HIFI4};
  ttc_stmt_t* end =
      phase + 1 < loops->phase_count ? loops->phases[phase + 1].first : NULL;
  ttc_stmt_t* before = loops->phases[phase].first->previous;
  e->schedule = ttc_loops_schedule(loops, loops->phases[phase].first, end);
  if (loops->status) return;
  memset(e->value, 0xFF, loops->node_count * sizeof(*e->value));
  tt_build_phase(
      e->b,
      ttc_emit_uniform(e, loops->phases[phase].cores, "the number of cores"),
      &options);
  tt_build_kernel(e->b, TT_UNIT_READER);
  ttc_emit_stmts(e, loops->root, before ? before->next : loops->root->first,
                 end);
}

void ttc_loops_emit(ttc_loops_t* loops, tt_builder_t* b, const char* name,
                    uint32_t constant_count, uint32_t binding_count) {
  ttc_emit_t e = {.loops = loops, .b = b};
  ttc_access_visit_t visit = {
      loops, ttc_loops_alloc(loops, binding_count * sizeof(uint32_t) + 1),
      ttc_loops_alloc(loops, loops->memory_count + 1)};
  size_t size = loops->node_count * sizeof(tt_operand_t);
  e.launch = ttc_loops_alloc(loops, size);
  e.value = ttc_loops_alloc(loops, size);
  e.views =
      ttc_loops_alloc(loops, (loops->memory_count + 1) * sizeof(*e.views));
  if (loops->status) return;
  memset(e.launch, 0xFF, size);
  ttc_region_walk(loops->root, ttc_access_visit, &visit);
  tt_build_entry(b, name, constant_count, visit.bindings, binding_count);
  for (uint32_t i = 0; i < loops->memory_count; ++i) {
    if (visit.used[i]) e.views[i] = ttc_emit_view(&e, &loops->memories[i]);
  }
  for (uint32_t i = 0; i < loops->phase_count && !loops->status; ++i) {
    ttc_emit_phase(&e, i);
  }
}

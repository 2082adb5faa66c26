#include "compiler/plugins/target/tenstorrent/ttc_loops.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/plugins/target/tenstorrent/ttc_loops_edit.h"

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

typedef struct ttc_arena_block_t {
  struct ttc_arena_block_t* next;
  size_t used, capacity;
  // Payload follows.
} ttc_arena_block_t;

enum { TTC_ARENA_BLOCK = 64 * 1024, TTC_ARENA_ALIGN = 16 };

void* ttc_loops_alloc(ttc_loops_t* loops, size_t size) {
  size = (size + TTC_ARENA_ALIGN - 1) & ~(size_t)(TTC_ARENA_ALIGN - 1);
  ttc_arena_block_t* block = loops->blocks;
  size_t header =
      (sizeof(*block) + TTC_ARENA_ALIGN - 1) & ~(size_t)(TTC_ARENA_ALIGN - 1);
  if (!block || block->capacity - block->used < size) {
    size_t capacity = size > TTC_ARENA_BLOCK ? size : TTC_ARENA_BLOCK;
    block = calloc(1, header + capacity);
    if (!block) {
      ttc_loops_fail(loops,
                     tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory"));
      return NULL;
    }
    block->capacity = capacity;
    block->next = loops->blocks;
    loops->blocks = block;
  }
  void* result = (uint8_t*)block + header + block->used;
  block->used += size;
  return result;
}

ttc_nodes_t ttc_loops_nodes(ttc_loops_t* loops, uint32_t count) {
  ttc_nodes_t nodes = {0};
  if (count) nodes.at = ttc_loops_alloc(loops, count * sizeof(*nodes.at));
  if (nodes.at) nodes.count = count;
  return nodes;
}

void ttc_loops_fail(ttc_loops_t* loops, tt_status_t status) {
  tt_status_join(&loops->status, status);
}

// Makes room for one more element of |*array|. False when memory is out.
static bool ttc_loops_grow(ttc_loops_t* loops, void** array, uint32_t count,
                           uint32_t* capacity, size_t size) {
  if (count < *capacity) return true;
  uint32_t wanted = *capacity ? *capacity * 2 : 64;
  void* grown = realloc(*array, wanted * size);
  if (!grown) {
    ttc_loops_fail(loops,
                   tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory"));
    return false;
  }
  *array = grown;
  *capacity = wanted;
  return true;
}

void ttc_loops_initialize(ttc_loops_t* loops) {
  memset(loops, 0, sizeof(*loops));
  loops->root = ttc_loops_region(loops, NULL);
  ttc_loops_index(loops, 0);  // node 0 is what calls return after an error
}

void ttc_loops_deinitialize(ttc_loops_t* loops) {
  for (ttc_arena_block_t* block = loops->blocks; block;) {
    ttc_arena_block_t* next = block->next;
    free(block);
    block = next;
  }
  free(loops->nodes);
  free(loops->table);
  free(loops->memories);
  tt_status_free(loops->status);
  memset(loops, 0, sizeof(*loops));
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static uint32_t ttc_node_hash(const ttc_node_data_t* node) {
  uint64_t hash = (uint64_t)node->kind << 56 | (uint64_t)node->type << 48 |
                  (uint64_t)node->op_type << 40 |
                  (uint64_t)node->op_type2 << 32 | node->op;
  const uint64_t parts[] = {node->attr, node->bits, node->operands[0],
                            node->operands[1], node->operands[2]};
  for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); ++i) {
    hash = (hash ^ parts[i]) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return (uint32_t)hash;
}

static bool ttc_node_equal(const ttc_node_data_t* a, const ttc_node_data_t* b) {
  return a->kind == b->kind && a->type == b->type && a->op == b->op &&
         a->op_type == b->op_type && a->op_type2 == b->op_type2 &&
         a->attr == b->attr && a->bits == b->bits &&
         memcmp(a->operands, b->operands, sizeof(a->operands)) == 0;
}

static bool ttc_loops_rehash(ttc_loops_t* loops) {
  uint32_t size = loops->table_size ? loops->table_size * 2 : 256;
  ttc_node_t* table = malloc(size * sizeof(*table));
  if (!table) return false;
  memset(table, 0xFF, size * sizeof(*table));
  for (uint32_t i = 0; i < loops->node_count; ++i) {
    if (loops->nodes[i].kind == TTC_NODE_ARG) continue;
    uint32_t slot = ttc_node_hash(&loops->nodes[i]) & (size - 1);
    while (table[slot] != TTC_NO_NODE) slot = (slot + 1) & (size - 1);
    table[slot] = i;
  }
  free(loops->table);
  loops->table = table;
  loops->table_size = size;
  return true;
}

static ttc_node_t ttc_loops_push_node(ttc_loops_t* loops,
                                      const ttc_node_data_t* data) {
  if (loops->status ||
      !ttc_loops_grow(loops, (void**)&loops->nodes, loops->node_count,
                      &loops->node_capacity, sizeof(*loops->nodes))) {
    return 0;
  }
  loops->nodes[loops->node_count] = *data;
  return loops->node_count++;
}

// Whether a launch program can compute |data|. Errors of a launch program end
// the launch, so it divides only by what cannot be 0.
static bool ttc_is_launch(const ttc_loops_t* loops,
                          const ttc_node_data_t* data) {
  if (data->kind == TTC_NODE_CONST) {
    return data->type == TT_DTYPE_I64 || data->type == TT_DTYPE_I1;
  }
  if (data->kind != TTC_NODE_OP) return data->kind != TTC_NODE_ARG;
  if (!(tt_op_descs[data->op].units & (1u << TT_UNIT_LAUNCH)) ||
      data->op_type != TT_DTYPE_I64) {
    return false;
  }
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    if (!loops->nodes[data->operands[i]].launch) return false;
  }
  if (data->op != TT_OP_DIVS && data->op != TT_OP_REMS &&
      data->op != TT_OP_CEILDIVS && data->op != TT_OP_FLOORDIVS) {
    return true;
  }
  const ttc_node_data_t* divisor = &loops->nodes[data->operands[1]];
  int64_t value;
  if (divisor->kind == TTC_NODE_OP && divisor->op == TT_OP_MAXS &&
      ttc_loops_const_value(loops, divisor->operands[1], &value)) {
    return value > 0;
  }
  return divisor->kind == TTC_NODE_GRID_CORES ||
         (divisor->kind == TTC_NODE_CONST && (int64_t)divisor->bits > 0);
}

// The node equal to |data|, made when there is none.
static ttc_node_t ttc_loops_intern(ttc_loops_t* loops, ttc_node_data_t* data) {
  if (loops->status) return 0;
  if (loops->node_count * 2 >= loops->table_size && !ttc_loops_rehash(loops)) {
    ttc_loops_fail(loops,
                   tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory"));
    return 0;
  }
  uint32_t mask = loops->table_size - 1;
  uint32_t slot = ttc_node_hash(data) & mask;
  for (; loops->table[slot] != TTC_NO_NODE; slot = (slot + 1) & mask) {
    if (ttc_node_equal(&loops->nodes[loops->table[slot]], data)) {
      return loops->table[slot];
    }
  }
  data->home = loops->root;
  for (uint32_t i = 0; i < data->operand_count; ++i) {
    ttc_region_t* home = loops->nodes[data->operands[i]].home;
    if (home->depth > data->home->depth) data->home = home;
    data->loaded |= loops->nodes[data->operands[i]].loaded;
  }
  data->launch = ttc_is_launch(loops, data);
  ttc_node_t node = ttc_loops_push_node(loops, data);
  if (!loops->status) loops->table[slot] = node;
  return node;
}

ttc_node_t ttc_loops_const(ttc_loops_t* loops, tt_dtype_t type, uint64_t bits) {
  ttc_node_data_t data = {
      .kind = TTC_NODE_CONST, .type = (uint8_t)type, .bits = bits};
  return ttc_loops_intern(loops, &data);
}

ttc_node_t ttc_loops_leaf(ttc_loops_t* loops, ttc_node_kind_t kind,
                          uint64_t bits) {
  ttc_node_data_t data = {
      .kind = (uint8_t)kind, .type = TT_DTYPE_I64, .bits = bits};
  return ttc_loops_intern(loops, &data);
}

ttc_node_t ttc_loops_arg(ttc_loops_t* loops, ttc_region_t* home,
                         tt_dtype_t type) {
  ttc_node_data_t data = {
      .kind = TTC_NODE_ARG, .type = (uint8_t)type, .home = home};
  return ttc_loops_push_node(loops, &data);
}

ttc_node_t ttc_loops_op(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                        tt_dtype_t type2, uint32_t attr,
                        const ttc_node_t* operands, uint32_t count) {
  if (loops->status) return 0;
  ttc_node_t folded = ttc_loops_fold(loops, op, type, type2, attr, operands);
  if (folded != TTC_NO_NODE) return folded;
  return ttc_loops_raw_op(loops, op, type, type2, attr, operands, count);
}

ttc_node_t ttc_loops_raw_op(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                            tt_dtype_t type2, uint32_t attr,
                            const ttc_node_t* operands, uint32_t count) {
  ttc_node_data_t data = {
      .kind = TTC_NODE_OP,
      .type = tt_op_descs[op].result == TT_RESULT_I1    ? TT_DTYPE_I1
              : tt_op_descs[op].result == TT_RESULT_I64 ? TT_DTYPE_I64
                                                        : (uint8_t)type,
      .op_type = (uint8_t)type,
      .op_type2 = (uint8_t)type2,
      .op = (uint16_t)op,
      .operand_count = (uint8_t)count,
      .attr = attr,
      .operands = {TTC_NO_NODE, TTC_NO_NODE, TTC_NO_NODE}};
  memcpy(data.operands, operands, count * sizeof(*operands));
  return ttc_loops_intern(loops, &data);
}

ttc_node_t ttc_loops_op_const(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                              ttc_node_t x, int64_t y) {
  const ttc_node_t operands[] = {x, ttc_loops_const(loops, type, (uint64_t)y)};
  return ttc_loops_op(loops, op, type, TT_DTYPE_NONE, 0, operands, 2);
}

ttc_node_t ttc_loops_op2(ttc_loops_t* loops, tt_op_t op, ttc_node_t x,
                         ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_op(loops, op, TT_DTYPE_I64, TT_DTYPE_NONE, 0, operands, 2);
}

ttc_node_t ttc_loops_compare(ttc_loops_t* loops, tt_dtype_t type,
                             tt_predi_t predicate, ttc_node_t x, ttc_node_t y) {
  const ttc_node_t operands[] = {x, y};
  return ttc_loops_op(loops, TT_OP_CMPI, type, TT_DTYPE_NONE, predicate,
                      operands, 2);
}

ttc_node_t ttc_loops_select(ttc_loops_t* loops, tt_dtype_t type,
                            ttc_node_t condition, ttc_node_t x, ttc_node_t y) {
  const ttc_node_t operands[] = {condition, x, y};
  return ttc_loops_op(loops, TT_OP_SELECT, type, TT_DTYPE_NONE, 0, operands, 3);
}

bool ttc_loops_const_value(const ttc_loops_t* loops, ttc_node_t node,
                           int64_t* out_value) {
  if (loops->nodes[node].kind != TTC_NODE_CONST) return false;
  *out_value = (int64_t)loops->nodes[node].bits;
  return true;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

// Stands in for what could not be allocated, so that callers need no checks:
// after the error nobody looks at the program.
static ttc_region_t* ttc_loops_no_region(ttc_loops_t* loops) {
  return loops->root;
}

ttc_region_t* ttc_loops_region(ttc_loops_t* loops, ttc_stmt_t* owner) {
  ttc_region_t* region = ttc_loops_alloc(loops, sizeof(*region));
  if (!region) return ttc_loops_no_region(loops);
  region->owner = owner;
  if (owner) region->depth = owner->region->depth + 1;
  return region;
}

ttc_stmt_t* ttc_loops_append(ttc_loops_t* loops, ttc_region_t* region,
                             ttc_stmt_kind_t kind) {
  ttc_stmt_t* stmt = ttc_loops_alloc(loops, sizeof(*stmt));
  if (!stmt) return NULL;
  stmt->kind = kind;
  ttc_stmt_insert(region, NULL, stmt);
  return stmt;
}

ttc_node_t ttc_loops_load(ttc_loops_t* loops, ttc_region_t* region,
                          uint32_t memory, ttc_node_t index) {
  ttc_stmt_t* stmt = ttc_loops_append(loops, region, TTC_STMT_LOAD);
  if (!stmt) return 0;
  stmt->memory = memory;
  stmt->operands[0] = index;
  stmt->operand_count = 1;
  stmt->results = ttc_loops_nodes(loops, 1);
  ttc_node_t value = ttc_loops_arg(
      loops, region, tt_dtype_of_register(loops->memories[memory].dtype));
  if (!loops->status) loops->nodes[value].loaded = true;
  if (stmt->results.count) stmt->results.at[0] = value;
  return value;
}

void ttc_loops_store(ttc_loops_t* loops, ttc_region_t* region, uint32_t memory,
                     ttc_node_t index, ttc_node_t value) {
  ttc_stmt_t* stmt = ttc_loops_append(loops, region, TTC_STMT_STORE);
  if (!stmt) return;
  stmt->memory = memory;
  stmt->operands[0] = index;
  stmt->operands[1] = value;
  stmt->operand_count = 2;
}

ttc_stmt_t* ttc_loops_for(ttc_loops_t* loops, ttc_region_t* region,
                          ttc_node_t lo, ttc_node_t hi, ttc_node_t step,
                          bool parallel) {
  ttc_stmt_t* stmt = ttc_loops_append(loops, region, TTC_STMT_FOR);
  if (!stmt) return NULL;
  stmt->parallel = parallel;
  stmt->operands[0] = lo;
  stmt->operands[1] = hi;
  stmt->operands[2] = step;
  stmt->operand_count = 3;
  ttc_region_t* body = ttc_loops_region(loops, stmt);
  stmt->regions[0] = body;
  body->args = ttc_loops_nodes(loops, 1);
  ttc_node_t counter = ttc_loops_arg(loops, body, TT_DTYPE_I64);
  if (body->args.count) body->args.at[0] = counter;
  return stmt;
}

bool ttc_loops_carry(ttc_loops_t* loops, ttc_stmt_t* loop,
                     const ttc_node_t* inits, uint32_t count) {
  ttc_region_t* body = loop->regions[0];
  ttc_nodes_t args = ttc_loops_nodes(loops, count + 1);
  loop->inits = ttc_loops_nodes(loops, count);
  loop->results = ttc_loops_nodes(loops, count);
  body->yields = ttc_loops_nodes(loops, count);
  if (loops->status) return false;
  args.at[0] = body->args.at[0];
  for (uint32_t i = 0; i < count; ++i) {
    const tt_dtype_t type = (tt_dtype_t)ttc_loops_node(loops, inits[i])->type;
    loop->inits.at[i] = inits[i];
    args.at[1 + i] = ttc_loops_arg(loops, body, type);
    loop->results.at[i] = ttc_loops_arg(loops, loop->region, type);
  }
  body->args = args;
  return !loops->status;
}

ttc_stmt_t* ttc_loops_if(ttc_loops_t* loops, ttc_region_t* region,
                         ttc_node_t condition) {
  ttc_stmt_t* stmt = ttc_loops_append(loops, region, TTC_STMT_IF);
  if (!stmt) return NULL;
  stmt->operands[0] = condition;
  stmt->operand_count = 1;
  stmt->regions[0] = ttc_loops_region(loops, stmt);
  return stmt->regions[0] ? stmt : NULL;
}

uint32_t ttc_loops_memory(ttc_loops_t* loops, const ttc_memory_t* memory) {
  if (!ttc_loops_grow(loops, (void**)&loops->memories, loops->memory_count,
                      &loops->memory_capacity, sizeof(*loops->memories))) {
    return 0;
  }
  loops->memories[loops->memory_count] = *memory;
  return loops->memory_count++;
}

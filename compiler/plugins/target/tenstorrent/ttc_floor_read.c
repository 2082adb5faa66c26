// Reads a bufferized function: values, scf control, and every other op by the
// tables of ttc_floor_memref.c and ttc_floor_scalar.c.
#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_floor.h"
#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static size_t ttc_value_slot(const ttc_floor_reader_t* r, const void* key) {
  uint64_t hash = (uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15ull;
  size_t slot = (size_t)(hash >> 32) & (r->table_size - 1);
  while (r->table[slot].key && r->table[slot].key != key) {
    slot = (slot + 1) & (r->table_size - 1);
  }
  return slot;
}

static bool ttc_value_grow(ttc_floor_reader_t* r) {
  ttc_floor_reader_t grown = *r;
  grown.table_size = r->table_size ? r->table_size * 2 : 256;
  grown.table = calloc(grown.table_size, sizeof(*grown.table));
  if (!grown.table) {
    ttc_loops_fail(r->loops,
                   tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory"));
    return false;
  }
  for (size_t i = 0; i < r->table_size; ++i) {
    if (!r->table[i].key) continue;
    grown.table[ttc_value_slot(&grown, r->table[i].key)] = r->table[i];
  }
  free(r->table);
  *r = grown;
  return true;
}

void ttc_floor_set(ttc_floor_reader_t* r, MlirValue value,
                   ttc_floor_value_t what) {
  if (r->table_count * 2 >= r->table_size && !ttc_value_grow(r)) return;
  ttc_floor_entry_t* entry = &r->table[ttc_value_slot(r, value.ptr)];
  if (!entry->key) ++r->table_count;
  *entry = (ttc_floor_entry_t){value.ptr, what};
}

void ttc_floor_set_node(ttc_floor_reader_t* r, MlirValue value,
                        ttc_node_t node) {
  ttc_floor_set(r, value,
                (ttc_floor_value_t){.kind = TTC_FLOOR_NODE, .nodes = {node}});
}

const ttc_floor_value_t* ttc_floor_get(ttc_floor_reader_t* r, MlirValue value) {
  if (!r->table_size) return NULL;
  const ttc_floor_entry_t* entry = &r->table[ttc_value_slot(r, value.ptr)];
  return entry->key ? &entry->value : NULL;
}

bool ttc_floor_fail(ttc_floor_reader_t* r, MlirOperation op, const char* format,
                    ...) {
  if (r->loops->status) return false;
  char message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof(message), format, args);
  va_end(args);
  MlirStringRef name = ttc_op_name(op);
  r->error_location = mlirOperationGetLocation(op);
  ttc_loops_fail(r->loops,
                 tt_status_make(TT_CODE_UNIMPLEMENTED, "'%.*s' op %s",
                                (int)name.length, name.data, message));
  return false;
}

// The value of operand |i|; NULL and an error unless it has kind |kind|.
static const ttc_floor_value_t* ttc_floor_operand(ttc_floor_reader_t* r,
                                                  MlirOperation op, intptr_t i,
                                                  ttc_floor_kind_t kind) {
  MlirValue operand = mlirOperationGetOperand(op, i);
  const ttc_floor_value_t* value = ttc_floor_get(r, operand);
  if (value && value->kind == kind) return value;
  if (!operand.ptr) {
    ttc_floor_fail(r, op, "has no operand %d", (int)i);
    return NULL;
  }
  char* type = ttc_type_text(mlirValueGetType(operand));
  ttc_floor_fail(r, op,
                 "has operand %d of type %s, which the element loops "
                 "cannot use here",
                 (int)i, type ? type : "?");
  free(type);
  return NULL;
}

const ttc_memref_t* ttc_floor_memref(ttc_floor_reader_t* r, MlirOperation op,
                                     intptr_t i) {
  const ttc_floor_value_t* value =
      ttc_floor_operand(r, op, i, TTC_FLOOR_MEMREF);
  return value ? value->memref : NULL;
}

ttc_node_t ttc_floor_node(ttc_floor_reader_t* r, MlirOperation op, intptr_t i) {
  const ttc_floor_value_t* value = ttc_floor_operand(r, op, i, TTC_FLOOR_NODE);
  return value ? value->nodes[0] : TTC_NO_NODE;
}

bool ttc_floor_forward(ttc_floor_reader_t* r, MlirOperation op) {
  for (intptr_t i = 0; i < mlirOperationGetNumResults(op); ++i) {
    const ttc_floor_value_t* value =
        ttc_floor_get(r, mlirOperationGetOperand(op, i));
    if (!value) return ttc_floor_fail(r, op, "has an unknown operand");
    ttc_floor_set(r, mlirOperationGetResult(op, i), *value);
  }
  return true;
}

bool ttc_floor_element_type(MlirType type, ttc_floor_kind_t* out_kind,
                            ttc_floor_type_t* out) {
  *out_kind = TTC_FLOOR_NODE;
  if (mlirTypeIsAComplex(type)) {
    *out_kind = TTC_FLOOR_COMPLEX;
    type = mlirComplexTypeGetElementType(type);
  } else if (ttc_floor_has_128_bits(type)) {
    *out_kind = TTC_FLOOR_WIDE;
    *out = (ttc_floor_type_t){
        .storage = TT_DTYPE_I64, .node = TT_DTYPE_I64, .lane = TT_DTYPE_I64};
    return true;
  }
  return ttc_floor_type_of(type, out);
}

//===----------------------------------------------------------------------===//
// Values that cross regions
//===----------------------------------------------------------------------===//

// Appends the nodes of operands [first, end) of |op| to |out|, which has room.
// Memrefs have none: they must be the same on every way.
static bool ttc_floor_flatten(ttc_floor_reader_t* r, MlirOperation op,
                              intptr_t first, intptr_t end, ttc_nodes_t* out) {
  *out = ttc_loops_nodes(r->loops, (uint32_t)(2 * (end - first)));
  out->count = 0;
  for (intptr_t i = first; i < end; ++i) {
    const ttc_floor_value_t* value =
        ttc_floor_get(r, mlirOperationGetOperand(op, i));
    if (!value) return ttc_floor_fail(r, op, "has an unknown operand");
    for (uint32_t j = 0; j < ttc_floor_parts(value->kind); ++j) {
      out->at[out->count++] = value->nodes[j];
    }
  }
  return !r->loops->status;
}

// New nodes of |region| with the types of |like|.
static ttc_nodes_t ttc_floor_fresh(ttc_floor_reader_t* r, ttc_region_t* region,
                                   const ttc_nodes_t* like) {
  ttc_nodes_t nodes = ttc_loops_nodes(r->loops, like->count);
  for (uint32_t i = 0; i < nodes.count; ++i) {
    nodes.at[i] =
        ttc_loops_arg(r->loops, region,
                      (tt_dtype_t)ttc_loops_node(r->loops, like->at[i])->type);
  }
  return nodes;
}

// Gives |target| the shape of |like| with nodes from |nodes|.
static uint32_t ttc_floor_unflatten(ttc_floor_reader_t* r, MlirValue target,
                                    const ttc_floor_value_t* like,
                                    const ttc_node_t* nodes) {
  ttc_floor_value_t value = *like;
  const uint32_t count = ttc_floor_parts(value.kind);
  for (uint32_t i = 0; i < count; ++i) value.nodes[i] = nodes[i];
  ttc_floor_set(r, target, value);
  return count;
}

// Whether memrefs that |end| (the terminator of a body) hands on at operand
// |first| + i are operands |from| + i of |op|.
static bool ttc_floor_same_memrefs(ttc_floor_reader_t* r, MlirOperation op,
                                   intptr_t from, MlirOperation end,
                                   intptr_t first) {
  for (intptr_t i = first; i < mlirOperationGetNumOperands(end); ++i) {
    const ttc_floor_value_t* out =
        ttc_floor_get(r, mlirOperationGetOperand(end, i));
    const ttc_floor_value_t* in =
        ttc_floor_get(r, mlirOperationGetOperand(op, from + i - first));
    if (!in || !out || in->kind != out->kind ||
        (in->kind == TTC_FLOOR_MEMREF && in->memref != out->memref)) {
      return ttc_floor_fail(r, end,
                            "hands on another memref than came in, "
                            "which the element loops cannot");
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

static MlirBlock ttc_body(MlirOperation op, intptr_t region) {
  return mlirRegionGetFirstBlock(mlirOperationGetRegion(op, region));
}

// Reads all ops of |block| up to its terminator into r->region.
static bool ttc_floor_block(ttc_floor_reader_t* r, MlirBlock block);

static bool ttc_floor_into(ttc_floor_reader_t* r, ttc_region_t* region,
                           MlirBlock block) {
  ttc_region_t* outside = r->region;
  r->region = region;
  bool done = ttc_floor_block(r, block);
  r->region = outside;
  return done;
}

static MlirWalkResult ttc_find_alloc(MlirOperation op, void* data) {
  if (!ttc_op_is(op, "memref.alloc")) return MlirWalkResultAdvance;
  *(bool*)data = true;
  return MlirWalkResultInterrupt;
}

static bool ttc_floor_for(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_node_t bounds[3];
  for (int i = 0; i < 3; ++i) {
    bounds[i] = ttc_floor_node(r, op, i);
    if (bounds[i] == TTC_NO_NODE) return false;
    // scf.for also counts in other integer types.
    tt_dtype_t type = (tt_dtype_t)ttc_loops_node(r->loops, bounds[i])->type;
    if (type != TT_DTYPE_I64) {
      bounds[i] = ttc_loops_op(r->loops, TT_OP_EXTSI, TT_DTYPE_I64, type, 0,
                               &bounds[i], 1);
    }
  }
  ttc_stmt_t* stmt = ttc_loops_for(r->loops, r->region, bounds[0], bounds[1],
                                   bounds[2], ttc_floor_is_unique(op));
  if (!stmt) return false;
  ttc_region_t* body = stmt->regions[0];
  MlirBlock block = ttc_body(op, 0);
  intptr_t end = mlirOperationGetNumOperands(op);
  ttc_nodes_t inits;
  if (!ttc_floor_flatten(r, op, 3, end, &inits) ||
      !ttc_loops_carry(r->loops, stmt, inits.at, inits.count)) {
    return false;
  }
  ttc_node_t counter = body->args.at[0];

  MlirValue iv = mlirBlockGetArgument(block, 0);
  tt_dtype_t type = ttc_floor_lane_of_type(mlirValueGetType(iv));
  if (type != TT_DTYPE_I64) {
    counter = ttc_loops_op(r->loops, TT_OP_TRUNCI, type, TT_DTYPE_I64, 0,
                           &counter, 1);
  }
  ttc_floor_set_node(r, iv, counter);
  uint32_t arg = 0;
  uint32_t result = 0;
  for (intptr_t i = 3; i < end; ++i) {
    ttc_floor_value_t like = *ttc_floor_get(r, mlirOperationGetOperand(op, i));
    arg += ttc_floor_unflatten(r, mlirBlockGetArgument(block, i - 2), &like,
                               body->args.at + 1 + arg);
    result += ttc_floor_unflatten(r, mlirOperationGetResult(op, i - 3), &like,
                                  stmt->results.at + result);
  }
  if (!ttc_floor_into(r, body, block)) return false;
  MlirOperation yield = mlirBlockGetTerminator(block);
  return ttc_floor_same_memrefs(r, op, 3, yield, 0) &&
         ttc_floor_flatten(r, yield, 0, mlirOperationGetNumOperands(yield),
                           &body->yields);
}

// Reads the body of |op| into a nest of |rank| loops, parallel unless it
// allocates (the iterations of scf.forall may).
static bool ttc_floor_nest(ttc_floor_reader_t* r, MlirOperation op,
                           intptr_t rank, const ttc_node_t* lo,
                           const ttc_node_t* hi, const ttc_node_t* step) {
  MlirBlock block = ttc_body(op, 0);
  bool allocates = false;
  mlirOperationWalk(op, ttc_find_alloc, &allocates, MlirWalkPreOrder);
  ttc_region_t* region = r->region;
  for (intptr_t i = 0; i < rank; ++i) {
    ttc_stmt_t* stmt =
        ttc_loops_for(r->loops, region, lo[i], hi[i], step[i], !allocates);
    if (!stmt) return false;
    region = stmt->regions[0];
    ttc_floor_set_node(r, mlirBlockGetArgument(block, i), region->args.at[0]);
  }
  return ttc_floor_into(r, region, block);
}

static bool ttc_floor_parallel(ttc_floor_reader_t* r, MlirOperation op) {
  if (mlirOperationGetNumResults(op)) {
    return ttc_floor_fail(r, op, "reduces, which the element loops cannot");
  }
  const intptr_t rank = mlirBlockGetNumArguments(ttc_body(op, 0));
  if (!ttc_floor_rank_fits(r, op, rank)) return false;
  ttc_node_t bounds[3][TTC_FLOOR_MAX_RANK];
  for (intptr_t i = 0; i < 3 * rank; ++i) {
    bounds[i / rank][i % rank] = ttc_floor_node(r, op, i);
    if (r->loops->status) return false;
  }
  return ttc_floor_nest(r, op, rank, bounds[0], bounds[1], bounds[2]);
}

static bool ttc_floor_forall(ttc_floor_reader_t* r, MlirOperation op) {
  static const char* const names[] = {"staticLowerBound", "staticUpperBound",
                                      "staticStep"};
  ttc_node_t bounds[3][TTC_FLOOR_MAX_RANK];
  intptr_t rank = 0;
  for (int i = 0; i < 3; ++i) {
    intptr_t first, count;
    ttc_floor_segment(op, i, &first, &count);
    rank = ttc_floor_mixed(r, op, names[i], first, bounds[i]);
    if (rank < 0) return false;
  }
  return ttc_floor_nest(r, op, rank, bounds[0], bounds[1], bounds[2]);
}

// The ways that an op may go: way i if conditions[i], the last one if none.
typedef struct ttc_ways_t {
  const ttc_node_t* conditions;
  const MlirBlock* blocks;  // no ptr: nothing happens
} ttc_ways_t;

// Reads the ways from |first| up to |end|, of which one is gone, into |region|.
// By halves: programs nest only so deep. |*out_values|: what the way hands on.
static bool ttc_floor_choose(ttc_floor_reader_t* r, ttc_region_t* region,
                             const ttc_ways_t* ways, uint32_t first,
                             uint32_t end, ttc_nodes_t* out_values) {
  if (end - first == 1) {
    MlirBlock block = ways->blocks[first];
    MlirOperation yield = mlirBlockGetTerminator(block);
    return ttc_floor_into(r, region, block) &&
           ttc_floor_flatten(r, yield, 0, mlirOperationGetNumOperands(yield),
                             out_values);
  }
  const uint32_t middle = first + (end - first) / 2;
  ttc_node_t condition = ways->conditions[first];
  for (uint32_t i = first + 1; i < middle; ++i) {
    const ttc_node_t both[] = {condition, ways->conditions[i]};
    condition = ttc_loops_op(r->loops, TT_OP_OR, TT_DTYPE_I1, TT_DTYPE_NONE, 0,
                             both, 2);
  }
  ttc_stmt_t* stmt = ttc_loops_if(r->loops, region, condition);
  if (!stmt || !ttc_floor_choose(r, stmt->regions[0], ways, first, middle,
                                 &stmt->regions[0]->yields)) {
    return false;
  }
  *out_values = stmt->results =
      ttc_floor_fresh(r, region, &stmt->regions[0]->yields);
  if (!ways->blocks[middle].ptr) return true;
  stmt->regions[1] = ttc_loops_region(r->loops, stmt);
  return ttc_floor_choose(r, stmt->regions[1], ways, middle, end,
                          &stmt->regions[1]->yields);
}

// Reads |op|, which goes one of |count| |ways|.
static bool ttc_floor_ways(ttc_floor_reader_t* r, MlirOperation op,
                           const ttc_ways_t* ways, uint32_t count) {
  ttc_nodes_t values;
  if (!ttc_floor_choose(r, r->region, ways, 0, count, &values) ||
      r->loops->status) {
    return false;
  }
  MlirOperation yield = mlirBlockGetTerminator(ways->blocks[0]);
  uint32_t value = 0;
  for (intptr_t i = 0; i < mlirOperationGetNumResults(op); ++i) {
    const ttc_floor_value_t* found =
        ttc_floor_get(r, mlirOperationGetOperand(yield, i));
    if (!found || found->kind == TTC_FLOOR_MEMREF) {
      return ttc_floor_fail(r, op,
                            "chooses between memrefs, which the element "
                            "loops cannot");
    }
    ttc_floor_value_t like = *found;
    value += ttc_floor_unflatten(r, mlirOperationGetResult(op, i), &like,
                                 values.at + value);
  }
  return true;
}

static bool ttc_floor_if(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_node_t condition = ttc_floor_node(r, op, 0);
  const MlirBlock blocks[] = {ttc_body(op, 0), ttc_body(op, 1)};
  const ttc_ways_t ways = {&condition, blocks};
  return condition != TTC_NO_NODE && ttc_floor_ways(r, op, &ways, 2);
}

static bool ttc_floor_index_switch(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_node_t chosen = ttc_floor_node(r, op, 0);
  if (chosen == TTC_NO_NODE) return false;
  // Region 0 is the default.
  MlirAttribute cases = ttc_op_attr(op, "cases");
  const uint32_t count = (uint32_t)mlirDenseArrayGetNumElements(cases);
  ttc_nodes_t conditions = ttc_loops_nodes(r->loops, count);
  MlirBlock* blocks = ttc_loops_alloc(r->loops, (count + 1) * sizeof(*blocks));
  if (r->loops->status) return false;
  for (uint32_t i = 0; i < count; ++i) {
    conditions.at[i] = ttc_loops_compare(
        r->loops, TT_DTYPE_I64, TT_PREDI_EQ, chosen,
        ttc_loops_index(r->loops, mlirDenseI64ArrayGetElement(cases, i)));
    blocks[i] = ttc_body(op, 1 + i);
  }
  blocks[count] = ttc_body(op, 0);
  const ttc_ways_t ways = {conditions.at, blocks};
  return ttc_floor_ways(r, op, &ways, count + 1);
}

static bool ttc_floor_while(ttc_floor_reader_t* r, MlirOperation op) {
  ttc_stmt_t* stmt = ttc_loops_append(r->loops, r->region, TTC_STMT_WHILE);
  if (!stmt) return false;
  ttc_region_t* body = stmt->regions[0] = ttc_loops_region(r->loops, stmt);
  MlirBlock before = ttc_body(op, 0);
  MlirBlock after = ttc_body(op, 1);
  intptr_t count = mlirOperationGetNumOperands(op);
  if (!ttc_floor_flatten(r, op, 0, count, &stmt->inits)) return false;
  body->args = ttc_floor_fresh(r, body, &stmt->inits);
  if (r->loops->status) return false;
  uint32_t arg = 0;
  for (intptr_t i = 0; i < count; ++i) {
    ttc_floor_value_t like = *ttc_floor_get(r, mlirOperationGetOperand(op, i));
    arg += ttc_floor_unflatten(r, mlirBlockGetArgument(before, i), &like,
                               body->args.at + arg);
  }
  if (!ttc_floor_into(r, body, before)) return false;

  // The rest of the iteration sees what the condition hands on.
  MlirOperation condition = mlirBlockGetTerminator(before);
  ttc_stmt_t* test = ttc_loops_append(r->loops, body, TTC_STMT_TEST);
  if (!test) return false;
  test->operands[0] = ttc_floor_node(r, condition, 0);
  test->operand_count = 1;
  intptr_t handed = mlirOperationGetNumOperands(condition);
  if (r->loops->status ||
      !ttc_floor_flatten(r, condition, 1, handed, &test->inits)) {
    return false;
  }
  stmt->results = ttc_floor_fresh(r, r->region, &test->inits);
  if (r->loops->status) return false;
  uint32_t result = 0;
  for (intptr_t i = 1; i < handed; ++i) {
    ttc_floor_value_t like =
        *ttc_floor_get(r, mlirOperationGetOperand(condition, i));
    ttc_floor_set(r, mlirBlockGetArgument(after, i - 1), like);
    result += ttc_floor_unflatten(r, mlirOperationGetResult(op, i - 1), &like,
                                  stmt->results.at + result);
  }
  if (!ttc_floor_into(r, body, after)) return false;
  MlirOperation yield = mlirBlockGetTerminator(after);
  return ttc_floor_same_memrefs(r, op, 0, yield, 0) &&
         ttc_floor_flatten(r, yield, 0, mlirOperationGetNumOperands(yield),
                           &body->yields);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static bool ttc_floor_nothing(ttc_floor_reader_t* r, MlirOperation op) {
  return true;
}

static const ttc_floor_row_t ttc_floor_control_rows[] = {
    {"scf.for", ttc_floor_for},
    {"scf.parallel", ttc_floor_parallel},
    {"scf.forall", ttc_floor_forall},
    {"scf.forall.in_parallel", ttc_floor_nothing},
    {"scf.if", ttc_floor_if},
    {"scf.index_switch", ttc_floor_index_switch},
    {"scf.while", ttc_floor_while},
    {"scf.yield", ttc_floor_nothing},
    {"scf.reduce", ttc_floor_nothing},
    {"scf.condition", ttc_floor_nothing},
    {"func.return", ttc_floor_nothing},
    {"util.assume.int", ttc_floor_forward},
    {"util.optimization_barrier", ttc_floor_forward},
    {"iree_tensor_ext.dispatch.workload.ordinal", ttc_floor_forward},
    {NULL, NULL},
};

static ttc_floor_fn_t ttc_floor_find(MlirStringRef name) {
  static const ttc_floor_row_t* const tables[] = {
      ttc_floor_control_rows, ttc_floor_memref_rows, ttc_floor_scalar_rows};
  for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); ++t) {
    for (const ttc_floor_row_t* row = tables[t]; row->name; ++row) {
      if (ttc_str_equal(name, row->name)) return row->read;
    }
  }
  return NULL;
}

static bool ttc_floor_block(ttc_floor_reader_t* r, MlirBlock block) {
  for (MlirOperation op = mlirBlockGetFirstOperation(block); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    ttc_floor_fn_t read = ttc_floor_find(ttc_op_name(op));
    if (!(read ? read(r, op) : ttc_floor_scalar(r, op))) {
      return ttc_floor_fail(r, op,
                            "has no form as element loops (unknown op, or one "
                            "of its types has no device type)");
    }
    if (r->loops->status) {
      if (!r->error_location.ptr) {
        r->error_location = mlirOperationGetLocation(op);
      }
      return false;
    }
  }
  return true;
}

tt_status_t ttc_floor_read(MlirOperation func, ttc_loops_t* loops,
                           MlirLocation* out_error_location) {
  ttc_floor_reader_t r = {.loops = loops, .region = loops->root};
  MlirRegion region = mlirOperationGetRegion(func, 0);
  MlirBlock block = mlirRegionGetFirstBlock(region);
  if (loops->status) {
  } else if (!block.ptr || mlirBlockGetNextInRegion(block).ptr) {
    ttc_floor_fail(&r, func, "must have one block");
  } else {
    ttc_floor_block(&r, block);
  }
  free(r.table);
  *out_error_location = r.error_location;
  tt_status_t status = loops->status;
  loops->status = NULL;
  return status;
}

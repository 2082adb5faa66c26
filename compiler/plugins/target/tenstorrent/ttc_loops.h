// Loop programs: what the floor makes of a dispatch. Plain C data, no MLIR
// type.
//
// Pure values are *nodes* of one hash-consed graph: equal expressions are one
// node, so two addresses are equal when their nodes are. A node stands nowhere;
// the emitter places it (ttc_loops_schedule). Whatever has an effect, a time or
// a scope is a *statement* in a tree of regions.
//
// Errors are sticky as in tile/build.h: after the first one calls do nothing
// useful and return node 0; whoever made the program looks at |status|.
#ifndef TT_IREE_COMPILER_TTC_LOOPS_H_
#define TT_IREE_COMPILER_TTC_LOOPS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/op.h"
#include "tile/program.h"
#include "tile/status.h"

typedef uint32_t ttc_node_t;  // index into ttc_loops_t.nodes
#define TTC_NO_NODE 0xFFFFFFFFu

typedef struct ttc_region_t ttc_region_t;
typedef struct ttc_stmt_t ttc_stmt_t;

typedef enum ttc_node_kind_e {
  TTC_NODE_CONST,       // bits, as tt_program_t.immediates holds them
  TTC_NODE_PUSH,        // i64: push constant |bits|, zero-extended
  TTC_NODE_GRID_CORES,  // i64: cores of the device
  TTC_NODE_CORE,        // i64: index of the core in its phase
  TTC_NODE_OP,          // lane op on other nodes
  TTC_NODE_ARG,         // made by a statement of |home|, or by |home| itself
} ttc_node_kind_t;

typedef struct ttc_node_data_t {
  uint8_t kind;     // ttc_node_kind_t
  uint8_t type;     // tt_dtype_t of the value
  uint8_t op_type;  // tt_inst_t.type and .type2 of an OP
  uint8_t op_type2;
  uint16_t op;  // tt_op_t
  uint8_t operand_count;
  bool launch;    // a launch program can compute it
  bool loaded;    // depends on what a load found
  uint32_t mark;  // of the walk that met it last
  uint32_t attr;
  ttc_node_t operands[3];
  uint64_t bits;
  // The innermost region that must be running for the value to exist.
  ttc_region_t* home;
} ttc_node_data_t;

typedef struct ttc_nodes_t {
  ttc_node_t* at;
  uint32_t count;
} ttc_nodes_t;

typedef enum ttc_stmt_kind_e {
  TTC_STMT_LOAD,   // results[0] = memory[operands[0]]
  TTC_STMT_STORE,  // memory[operands[0]] = operands[1]
  // for args[0] = operands[0]; < operands[1]; += operands[2]: args[1..] start
  // as inits and become yields; results are their last values.
  TTC_STMT_FOR,
  TTC_STMT_IF,  // operands[0]; two regions; results are the yields
  // Repeats the body until its TEST fails. args start as inits and become
  // yields.
  TTC_STMT_WHILE,
  // In the body of a WHILE: leaves it when operands[0] is false; inits are then
  // its results.
  TTC_STMT_TEST,
} ttc_stmt_kind_t;

struct ttc_region_t {
  ttc_stmt_t* owner;  // NULL: the root
  uint32_t depth;     // the root has 0
  ttc_stmt_t* first;
  ttc_stmt_t* last;
  ttc_nodes_t args;
  ttc_nodes_t yields;
};

struct ttc_stmt_t {
  ttc_stmt_kind_t kind;
  bool parallel;    // FOR: iterations are independent, in any order
  uint32_t memory;  // LOAD, STORE: index into ttc_loops_t.memories
  ttc_region_t* region;
  ttc_stmt_t* previous;
  ttc_stmt_t* next;
  ttc_node_t operands[3];
  uint32_t operand_count;
  ttc_nodes_t inits;
  ttc_nodes_t results;
  ttc_region_t* regions[2];  // FOR and WHILE have one
};

// An array of elements in DRAM.
typedef struct ttc_memory_t {
  tt_view_source_t source;
  tt_dtype_t dtype;
  uint32_t index;       // of the binding
  ttc_node_t offset;    // in bytes
  ttc_node_t length;    // in elements
  const uint8_t* data;  // DATA: bytes as in memory; owned by the arena
  uint64_t data_size;
} ttc_memory_t;

// A phase: statements of the root from |first| up to before the next phase's.
typedef struct ttc_loops_phase_t {
  ttc_stmt_t* first;
  ttc_node_t cores;
} ttc_loops_phase_t;

typedef struct ttc_loops_t {
  ttc_node_data_t* nodes;
  uint32_t node_count, node_capacity;
  ttc_node_t* table;  // hash table of nodes
  uint32_t table_size;
  ttc_memory_t* memories;
  uint32_t memory_count, memory_capacity;
  ttc_region_t* root;
  ttc_loops_phase_t* phases;  // see ttc_loops_distribute
  uint32_t phase_count;
  uint32_t mark;  // of the last walk
  struct ttc_arena_block_t* blocks;
  tt_status_t status;
} ttc_loops_t;

// ---- ttc_loops.c: building --------------------------------------------------

// |loops| is not initialized before; deinitialize it also after errors.
void ttc_loops_initialize(ttc_loops_t* loops);
void ttc_loops_deinitialize(ttc_loops_t* loops);

// Zeroed memory that lives as long as |loops|. NULL (and the sticky error) when
// memory is out.
void* ttc_loops_alloc(ttc_loops_t* loops, size_t size);
ttc_nodes_t ttc_loops_nodes(ttc_loops_t* loops, uint32_t count);
// Records |status| (consumed) unless there is an error already.
void ttc_loops_fail(ttc_loops_t* loops, tt_status_t status);

ttc_node_t ttc_loops_const(ttc_loops_t* loops, tt_dtype_t type, uint64_t bits);
static inline ttc_node_t ttc_loops_index(ttc_loops_t* loops, int64_t value) {
  return ttc_loops_const(loops, TT_DTYPE_I64, (uint64_t)value);
}
ttc_node_t ttc_loops_leaf(ttc_loops_t* loops, ttc_node_kind_t kind,
                          uint64_t bits);
ttc_node_t ttc_loops_arg(ttc_loops_t* loops, ttc_region_t* home,
                         tt_dtype_t type);
// Folds what it can: constants, neutral elements, casts of push constants.
ttc_node_t ttc_loops_op(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                        tt_dtype_t type2, uint32_t attr,
                        const ttc_node_t* operands, uint32_t count);
// As ttc_loops_op without folding.
ttc_node_t ttc_loops_raw_op(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                            tt_dtype_t type2, uint32_t attr,
                            const ttc_node_t* operands, uint32_t count);
// An op on |x| and the constant |y|, both of |type|.
ttc_node_t ttc_loops_op_const(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                              ttc_node_t x, int64_t y);
// An op on i64 values.
ttc_node_t ttc_loops_op2(ttc_loops_t* loops, tt_op_t op, ttc_node_t x,
                         ttc_node_t y);
// The i1 of a comparison of integers of |type|, and a choice of |type| by one.
ttc_node_t ttc_loops_compare(ttc_loops_t* loops, tt_dtype_t type,
                             tt_predi_t predicate, ttc_node_t x, ttc_node_t y);
ttc_node_t ttc_loops_select(ttc_loops_t* loops, tt_dtype_t type,
                            ttc_node_t condition, ttc_node_t x, ttc_node_t y);
static inline const ttc_node_data_t* ttc_loops_node(const ttc_loops_t* loops,
                                                    ttc_node_t node) {
  return &loops->nodes[node];
}
bool ttc_loops_const_value(const ttc_loops_t* loops, ttc_node_t node,
                           int64_t* out_value);

ttc_region_t* ttc_loops_region(ttc_loops_t* loops, ttc_stmt_t* owner);
// A statement without regions at the end of |region|.
ttc_stmt_t* ttc_loops_append(ttc_loops_t* loops, ttc_region_t* region,
                             ttc_stmt_kind_t kind);
ttc_node_t ttc_loops_load(ttc_loops_t* loops, ttc_region_t* region,
                          uint32_t memory, ttc_node_t index);
void ttc_loops_store(ttc_loops_t* loops, ttc_region_t* region, uint32_t memory,
                     ttc_node_t index, ttc_node_t value);
// A FOR with its body and counter; carried values are for the caller to add.
ttc_stmt_t* ttc_loops_for(ttc_loops_t* loops, ttc_region_t* region,
                          ttc_node_t lo, ttc_node_t hi, ttc_node_t step,
                          bool parallel);
// Lets |loop|, a FOR, carry values that start as |inits|: adds its results and
// its body's args, and yields, which the caller sets. False without memory.
bool ttc_loops_carry(ttc_loops_t* loops, ttc_stmt_t* loop,
                     const ttc_node_t* inits, uint32_t count);
// An if whose first region is there and empty; it has no second one.
ttc_stmt_t* ttc_loops_if(ttc_loops_t* loops, ttc_region_t* region,
                         ttc_node_t condition);
uint32_t ttc_loops_memory(ttc_loops_t* loops, const ttc_memory_t* memory);

// ---- ttc_loops_fold.c: simpler forms, i64 sums ----

// The node that is the same as the op, or TTC_NO_NODE when nothing simpler is
// known.
ttc_node_t ttc_loops_fold(ttc_loops_t* loops, tt_op_t op, tt_dtype_t type,
                          tt_dtype_t type2, uint32_t attr,
                          const ttc_node_t* operands);

// x + factor * y on i64. Sums have one normal form: terms ordered by the depth
// they change at, outermost first, so that equal addresses are equal nodes and
// partial sums leave inner loops.
ttc_node_t ttc_loops_sum(ttc_loops_t* loops, ttc_node_t x, int64_t factor,
                         ttc_node_t y);

// An i64 as constant + the sum of factor * node, all modulo 2^64. Terms of
// factor 0 may be left.
enum { TTC_MAX_TERMS = 32 };
typedef struct ttc_term_t {
  ttc_node_t node;
  int64_t factor;
} ttc_term_t;
typedef struct ttc_sum_t {
  uint64_t constant;
  ttc_term_t terms[TTC_MAX_TERMS];
  uint32_t count;
} ttc_sum_t;
// False when there are more terms.
bool ttc_loops_sum_of(const ttc_loops_t* loops, ttc_node_t node,
                      ttc_sum_t* out);

// ---- Transformations, in the order they run in ----

// ttc_loops_parallel.c: marks serial loops as parallel whose iterations
// provably store to rows of their own.
void ttc_loops_parallelize(ttc_loops_t* loops);
// ttc_loops_sort.c: sorts by neighbours become sorts by merging. Equal elements
// keep their order.
void ttc_loops_sort(ttc_loops_t* loops);
// ttc_loops_fuse.c: makes parallel loops outermost in perfect nests and merges
// nests over one space whose iterations only meet themselves.
void ttc_loops_fuse(ttc_loops_t* loops);
// ttc_loops_promote.c: stores forwarded to loads, elements that a loop
// accumulates in kept in registers, stores to scratch nobody loads dropped.
void ttc_loops_promote(ttc_loops_t* loops);
// ttc_loops_parts.c: parts of a long loop that accumulates values do so in
// parallel.
void ttc_loops_share(ttc_loops_t* loops);
// ttc_loops_distribute.c: cuts the root into phases and splits the outermost
// parallel nest of a phase over the cores.
void ttc_loops_distribute(ttc_loops_t* loops);

#endif  // TT_IREE_COMPILER_TTC_LOOPS_H_

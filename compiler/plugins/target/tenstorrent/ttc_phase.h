// A phase of a plan: what its cores compute, of which loops.
//
// A phase computes one or more stores over *items*, which are spread over the
// cores. Its loops are plan dims: *item dims* are shared by all its stages,
// *private* dims belong to a stage. Stages run in order for every item: a
// reduce stage folds its terms over its private dims, a store stage writes its
// terms for every index of its private dims. What a stage computes is a DAG of
// *terms*; loads are linear in the plan dims.
//
// Where there are fewer items than cores, cores may share an item in *parts*:
// each folds its own range of a private dim and leaves what it got in scratch
// memory, for a later phase to fold.
#ifndef TT_IREE_COMPILER_TTC_PHASE_H_
#define TT_IREE_COMPILER_TTC_PHASE_H_

#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

enum {
  TTC_MAX_DIMS = 16,
  TTC_MAX_TERMS = 512,
  TTC_MAX_ACCESSES = 48,
  TTC_MAX_STAGES = 12,
  TTC_MAX_RESULTS = 4,  // of a stage
  TTC_MAX_SPILLS = 32,  // of a stage
  TTC_NO_INDEX = 0xFF,
};

// Elements of a subspan by plan dims: base + sum of index * stride.
typedef struct ttc_access_t {
  uint32_t subspan;
  ttc_expr_t base;
  ttc_expr_t strides[TTC_MAX_DIMS];
  // Plus the element of access |numbers| - 1, clamped to 0 .. row_count - 1,
  // times |row_stride|; 0: no such access.
  uint32_t numbers;
  ttc_expr_t row_stride, row_count;
  uint8_t cb;     // CB number of its pages
  uint8_t pages;  // of one step
  uint8_t bcast;  // tt_bcast_t: only row 0 or column 0 of a page is read
  bool to_fpu;    // goes through the FPU's source registers
  bool filled;    // |fill| matters: whoever needs another value needs a mask
  uint64_t fill;  // bits of what lanes beyond the edge hold
} ttc_access_t;

// Whether elements of |access| are their own offsets, in no memory.
static inline bool ttc_access_is_indices(const ttc_dispatch_t* dispatch,
                                         const ttc_access_t* access) {
  return dispatch->subspans[access->subspan].binding == TTC_INDICES;
}

typedef enum ttc_term_kind_e {
  TTC_TERM_LOAD,      // element of access |index|
  TTC_TERM_REDUCED,   // result |result| of stage |index|
  TTC_TERM_CONSTANT,  // bits
  TTC_TERM_MASK,  // i1: whether the lane lies before the end of the folded dim
  TTC_TERM_OP,
} ttc_term_kind_t;

typedef struct ttc_term_t {
  uint8_t kind;  // ttc_term_kind_t
  uint8_t type;  // tt_inst_t.type and .type2 of an OP
  uint8_t type2;
  uint8_t result_type;
  uint16_t op;  // tt_op_t
  uint8_t operand_count;
  uint8_t result;
  uint32_t attr;
  uint32_t index;
  uint32_t operands[3];
  uint64_t bits;
} ttc_term_t;

typedef struct ttc_stage_result_t {
  uint32_t term;
  // Store stages: where to.
  uint32_t access;
  // Reduce stages: op(accumulator, term), starting from |neutral| of |type|.
  uint16_t op;   // tt_op_t
  uint8_t type;  // tt_dtype_t
  uint64_t neutral;
  uint32_t masked_term;  // |term| with |neutral| beyond the end
  // The FPU multiplies and adds: the term is the product of the loads of two
  // accesses that nothing else loads, the right one broadcast.
  bool multiplies;
  uint32_t left, right;
  uint8_t cb;          // CB of the accumulated tile after the stage
  uint8_t partial_cb;  // CB of lanes before they are folded together
} ttc_stage_result_t;

// A term that is computed ahead of the others and kept in a page of a CB, so
// that it takes no DST tile meanwhile.
typedef struct ttc_spill_t {
  uint32_t term;
  uint8_t cb;
  uint8_t page;  // of those that the stage keeps in |cb|
} ttc_spill_t;

typedef struct ttc_stage_t {
  bool reduce;
  uint8_t private_count;
  uint8_t private_dims[TTC_MAX_DIMS];  // outermost first
  uint8_t result_count;
  ttc_stage_result_t results[TTC_MAX_RESULTS];
  // Of the generic that a reduce stage comes from.
  uint32_t generic;
  uint8_t loop_dims[TTC_MAX_RANK];  // TTC_NO_INDEX: size 1
  uint8_t row;  // plan dims of rows and columns, or TTC_NO_INDEX
  uint8_t column;
  uint8_t folded;     // that of the two that is private, or TTC_NO_INDEX
  uint8_t shared;     // private dim that parts share, or TTC_NO_INDEX
  bool needs_mask;    // a last, partial step needs masked terms
  uint8_t dst_tiles;  // DST tiles in use at once
  // Of store stages, in the order of computing them: a spill may use those
  // before it.
  uint8_t spill_count;
  ttc_spill_t spills[TTC_MAX_SPILLS];
} ttc_stage_t;

typedef enum ttc_lanes_e {
  TTC_LANES_TILE,   // 32 rows x 32 columns of two dims
  TTC_LANES_STRIP,  // 1024 consecutive columns of one dim
} ttc_lanes_t;

// What is folded together at the end of a reduce stage.
typedef enum ttc_fold_e {
  TTC_FOLD_NONE,     // nothing: private dims are all loops, lanes stay apart
  TTC_FOLD_COLUMNS,  // columns are private: each row, or a strip, is folded
  TTC_FOLD_ROWS,     // rows are private: each column of a tile is folded
} ttc_fold_t;

typedef enum ttc_phase_kind_e {
  TTC_PHASE_MOVE,   // reader to writer, no compute kernel
  TTC_PHASE_LANES,  // every term in lanes
  TTC_PHASE_MATMUL,
  TTC_PHASE_ATTENTION,
} ttc_phase_kind_t;

// A product folded over private dims, as blocks of tiles.
typedef struct ttc_matmul_t {
  uint32_t a, b;        // accesses
  uint8_t row, column;  // plan dims of the product's tiles
  uint8_t inner;        // plan dim along which tiles are multiplied
  uint8_t block_rows;   // tiles of one block
  uint8_t block_columns;
  bool transposed;  // tiles of b are read as columns x inner
  bool integers;    // summed in f32 for |run| tiles of the inner dim (0: for
  uint32_t run;     // all there are), which is exact, and those sums in i32
} ttc_matmul_t;

// Attention, as an online softmax: an item is a tile row of queries, whose
// bounds, sums and values stay in L1 while the keys go by, some tiles a step.
// Where a step finds a larger score, what was summed decays.
typedef struct ttc_attention_t {
  // Reduce stages: scores of keys (their term is the query), their maxima, sums
  // of weights, sums of weighted values.
  uint8_t scores, maxima, sums, values;
  uint8_t row;     // plan dims: of queries,
  uint8_t key;     // of keys,
  uint8_t inner;   // that queries and keys are multiplied along,
  uint8_t column;  // of values
  uint8_t inner_tiles, column_tiles;
  uint8_t width;                    // tiles of keys in a step
  uint32_t k, v;                    // accesses
  bool k_transposed, v_transposed;  // tiles are read as columns x inner
  uint32_t score, weight;           // terms
  uint32_t exp;                     // the term that weights are, before casts
  uint64_t start;                   // bits of what maxima start from
  uint8_t query_cb, score_cb, weight_cb;
  uint8_t block_cb;  // maxima of a step
  uint8_t decay_cb;
  uint8_t sums_cb;  // sums so far, by lanes
} ttc_attention_t;

typedef struct ttc_phase_t {
  uint8_t kind;   // ttc_phase_kind_t
  uint8_t lanes;  // ttc_lanes_t
  uint8_t fold;   // ttc_fold_t
  // The writer folds lanes, by scalar ops, as it stores them: for what
  // reduce_tile cannot do. Nothing else uses the results then.
  bool writer_folds;
  bool full_sync;
  // Plan dim of as many indices as cores share an item, or TTC_NO_INDEX; a
  // core has one of them.
  uint8_t part;
  uint8_t row;     // item dim of tile rows, or TTC_NO_INDEX
  uint8_t column;  // item dim of columns, or TTC_NO_INDEX
  uint8_t pages;   // of a strip, 1 to 4
  uint8_t dim_count;
  ttc_expr_t dims[TTC_MAX_DIMS];  // sizes
  uint8_t item_count;             // item dims
  uint8_t item_dims[TTC_MAX_DIMS];
  uint32_t access_count;
  ttc_access_t accesses[TTC_MAX_ACCESSES];
  uint32_t term_count;
  ttc_term_t terms[TTC_MAX_TERMS];
  uint32_t stage_count;
  ttc_stage_t stages[TTC_MAX_STAGES];
  uint8_t scaler_cb;  // page of ones for reduce_tile, or TTC_NO_INDEX
  uint8_t mask_cb;    // or TTC_NO_INDEX
  ttc_matmul_t matmul;
  ttc_attention_t attention;
  uint32_t cb_count;
  tt_cb_t cbs[TT_MAX_CBS];
  ttc_expr_t items;  // work items, spread over the cores
  uint64_t l1_bytes;
} ttc_phase_t;

// Pages of the phase's mask.
static inline uint32_t ttc_phase_mask_pages(const ttc_phase_t* phase) {
  return phase->kind == TTC_PHASE_ATTENTION ? phase->attention.width : 1;
}
// Elements of a column dim that a step takes.
static inline uint32_t ttc_phase_column_step(const ttc_phase_t* phase) {
  return phase->lanes == TTC_LANES_STRIP ? TT_TILE_LANES * phase->pages
                                         : TT_TILE_DIM;
}
// Elements of item dim |dim| that an item takes.
static inline uint32_t ttc_phase_step(const ttc_phase_t* phase, uint8_t dim) {
  const bool matmul = phase->kind == TTC_PHASE_MATMUL;
  if (dim == phase->row) {
    return TT_TILE_DIM * (matmul ? phase->matmul.block_rows : 1u);
  }
  if (dim != phase->column) return 1;
  return matmul ? TT_TILE_DIM * (uint32_t)phase->matmul.block_columns
                : ttc_phase_column_step(phase);
}
// Elements of private dim |dim| that a step of |stage| takes.
static inline uint32_t ttc_stage_step(const ttc_phase_t* phase,
                                      const ttc_stage_t* stage, uint8_t dim) {
  if (phase->kind == TTC_PHASE_MATMUL) {
    return dim == phase->matmul.inner ? TT_TILE_DIM : 1;
  }
  if (phase->kind == TTC_PHASE_ATTENTION && dim == phase->attention.key) {
    return TT_TILE_DIM * phase->attention.width;
  }
  if (dim != stage->folded) return 1;
  return dim == stage->column ? ttc_phase_column_step(phase) : TT_TILE_DIM;
}

#endif  // TT_IREE_COMPILER_TTC_PHASE_H_

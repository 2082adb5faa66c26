// Parallel loops run TT_SIMT_LANES iterations at a time: what the planner
// (interp_simt_plan.c) knows of a loop before it runs, for the executor:
// control in interp_simt_run.c, all other ops in interp_simt_op.c.
//
// A register of the loop's body is, over the iterations of a block,
//   UNIFORM  the same in all: kept in its slot;
//   AFFINE   an i64 that grows by a constant from one to the next: its first
//            value in its slot, its stride aside;
//   VECTOR   anything: in vector memory.
// Inner loops run in lockstep where all iterations take as many trips; where
// an if, while or for goes different ways, a mask says which iterations take
// part. A register that is only seen inside of such a part needs no care; one
// that is also seen outside is written through the mask.
#ifndef TT_IREE_TILE_INTERP_SIMT_H_
#define TT_IREE_TILE_INTERP_SIMT_H_

#include "tile/interp_internal.h"

enum { TT_SIMT_LANES = 256 };

typedef enum tt_simt_class_e {
  TT_SIMT_UNIFORM,
  TT_SIMT_AFFINE,
  TT_SIMT_VECTOR,
} tt_simt_class_t;

// A scalar operand or a result.
typedef struct tt_simt_ref_t {
  uint8_t cls;         // tt_simt_class_t
  uint8_t lane_bytes;  // 4 or 8
  uint32_t slot;
  uint32_t at;  // AFFINE: index of the stride; VECTOR: offset in memory
} tt_simt_ref_t;

// An op of the body, beside its tt_decoded_t.
typedef struct tt_simt_op_t {
  tt_simt_ref_t result;
  tt_simt_ref_t operand[4];
  uint8_t operand_count;  // scalar operands, in the signature's order
  bool masked_result;     // blend the result into what is there
  bool divergent;         // FOR, IF, WHILE: iterations may part here
  uint8_t level;          // of a divergent one: which buffers it uses
} tt_simt_op_t;

struct tt_simt_t {
  uint32_t begin, end;  // the FOR and its END
  tt_simt_op_t* ops;    // of begin + 1 .. end - 1
  // What every iteration only reads, as vectors: filled in once.
  tt_simt_ref_t* splats;
  uint32_t splat_count;
  // What is read after the loop: the last iteration's values.
  tt_simt_ref_t* outputs;
  uint32_t output_count;
  // The parallel loop inside, if planned itself: its bounds decide which of
  // the two runs as vectors. NULL if none.
  const tt_decoded_t* inner;
  bool inner_bounds_known;  // before this loop runs
  tt_simt_ref_t counter;
  // Memory: vectors, temporaries, buffers of the levels, strides.
  uint64_t temps_at, levels_at, strides_at, memory_bytes;
};

// A divergent construct's buffers, in bytes from its level's start.
enum {
  TT_SIMT_TEMP_BYTES = TT_SIMT_LANES * 8,
  TT_SIMT_TEMPS = 6,
  TT_SIMT_MASK_BYTES = TT_SIMT_LANES * 4,
  TT_SIMT_LEVEL_TRUE = 0,
  TT_SIMT_LEVEL_FALSE = TT_SIMT_MASK_BYTES,
  TT_SIMT_LEVEL_TRIPS = 2 * TT_SIMT_MASK_BYTES,
  TT_SIMT_LEVEL_STEP = TT_SIMT_LEVEL_TRIPS + TT_SIMT_TEMP_BYTES,
  TT_SIMT_LEVEL_BYTES = TT_SIMT_LEVEL_STEP + TT_SIMT_TEMP_BYTES,
};

// ---- Running (interp_simt_run.c, interp_simt_op.c) -------------------------

// One block: |n| iterations, of which a mask (i1 lanes) may leave out some.
typedef struct tt_simt_block_t {
  tt_core_t* core;
  const tt_lanes_t* lanes;
  const tt_decoded_t* code;
  const tt_simt_t* simt;
  uint64_t* slots;
  uint8_t* memory;
  int64_t* strides;
  size_t n;
} tt_simt_block_t;

// Which iterations take part. |bits| NULL: all of them.
typedef struct tt_simt_mask_t {
  const int32_t* bits;
  size_t active;
} tt_simt_mask_t;

static inline const tt_simt_op_t* tt_simt_op_at(const tt_simt_block_t* block,
                                                uint32_t pc) {
  return &block->simt->ops[pc - block->simt->begin - 1];
}

// First value and stride of an operand that is no vector.
static inline int64_t tt_simt_first(const tt_simt_block_t* block,
                                    const tt_simt_ref_t* ref) {
  return (int64_t)block->slots[ref->slot];
}
static inline int64_t tt_simt_stride(const tt_simt_block_t* block,
                                     const tt_simt_ref_t* ref) {
  return ref->cls == TT_SIMT_AFFINE ? block->strides[ref->at] : 0;
}
static inline void tt_simt_set_linear(const tt_simt_block_t* block,
                                      const tt_simt_ref_t* ref, uint64_t first,
                                      int64_t stride) {
  block->slots[ref->slot] = first;
  if (ref->cls == TT_SIMT_AFFINE) block->strides[ref->at] = stride;
}

// Writes *value to every lane of |target|.
void tt_simt_splat(const tt_simt_block_t* block, void* target,
                   const uint64_t* value, uint32_t lane_bytes);
// The operand as a vector: where it lies, or made in temporary |index|.
const void* tt_simt_vector(const tt_simt_block_t* block,
                           const tt_simt_ref_t* ref, uint32_t index);

// Runs op |code| of the body, which is not control, for a block.
tt_run_t tt_simt_run_op(const tt_simt_block_t* block, const tt_decoded_t* code,
                        const tt_simt_op_t* op, const tt_simt_mask_t* mask);

#endif  // TT_IREE_TILE_INTERP_SIMT_H_

// Runs the ops of a planned parallel loop, other than control, for a block of
// iterations.
#include <inttypes.h>
#include <string.h>

#include "tile/interp_simt.h"

// ---- Operands -------------------------------------------------------------

static void* temp(const tt_simt_block_t* block, uint32_t index) {
  return block->memory + block->simt->temps_at +
         (uint64_t)index * TT_SIMT_TEMP_BYTES;
}

void tt_simt_splat(const tt_simt_block_t* block, void* target,
                   const uint64_t* value, uint32_t lane_bytes) {
  (lane_bytes == 8 ? block->lanes->splat8 : block->lanes->splat4)(target, value,
                                                                  block->n);
}

// The operand as a vector: where it lies, or made in temporary |index|.
const void* tt_simt_vector(const tt_simt_block_t* block,
                           const tt_simt_ref_t* ref, uint32_t index) {
  if (ref->cls == TT_SIMT_VECTOR) return block->memory + ref->at;
  void* target = temp(block, index);
  if (ref->cls == TT_SIMT_AFFINE) {
    block->lanes->iota8(target, (int64_t)block->slots[ref->slot],
                        block->strides[ref->at], block->n);
  } else {
    tt_simt_splat(block, target, &block->slots[ref->slot], ref->lane_bytes);
  }
  return target;
}

// Where to put a vector result, and the end of putting it there.
static void* begin_result(const tt_simt_block_t* block, const tt_simt_op_t* op,
                          const tt_simt_mask_t* mask) {
  bool blend = op->masked_result && mask->bits;
  return blend ? temp(block, 3) : block->memory + op->result.at;
}
static void end_result(const tt_simt_block_t* block, const tt_simt_op_t* op,
                       const tt_simt_mask_t* mask) {
  if (!op->masked_result || !mask->bits) return;
  (op->result.lane_bytes == 8 ? block->lanes->blend8 : block->lanes->blend4)(
      block->memory + op->result.at, temp(block, 3), mask->bits, block->n);
}

// ---- Lane ops -------------------------------------------------------------

static void run_lane(const tt_simt_block_t* block, const tt_decoded_t* code,
                     const tt_simt_op_t* op, const tt_simt_mask_t* mask) {
  uint64_t* slots = block->slots;
  block->core->counters->element_ops += mask->active;
  if (op->result.cls == TT_SIMT_VECTOR) {
    const void* inputs[3] = {NULL, NULL, NULL};
    for (uint32_t k = 0; k < op->operand_count; ++k) {
      inputs[k] = tt_simt_vector(block, &op->operand[k], k);
    }
    code->fn(begin_result(block, op, mask), inputs[0], inputs[1], inputs[2],
             block->n);
    end_result(block, op, mask);
    return;
  }
  uint64_t a = slots[code->operand[0]], b = slots[code->operand[1]];
  int64_t a_stride = tt_simt_stride(block, &op->operand[0]);
  int64_t b_stride = tt_simt_stride(block, &op->operand[1]);
  switch (code->kind) {
    case TT_DO_ADD:
      tt_simt_set_linear(block, &op->result, a + b,
                         (int64_t)((uint64_t)a_stride + (uint64_t)b_stride));
      break;
    case TT_DO_SUB:
      tt_simt_set_linear(block, &op->result, a - b,
                         (int64_t)((uint64_t)a_stride - (uint64_t)b_stride));
      break;
    case TT_DO_MUL:
      // One of the strides is 0.
      tt_simt_set_linear(
          block, &op->result, a * b,
          (int64_t)((uint64_t)a_stride * b + (uint64_t)b_stride * a));
      break;
    default:
      code->fn(&slots[code->result], &slots[code->operand[0]],
               &slots[code->operand[1]], &slots[code->operand[2]], 1);
      tt_simt_set_linear(block, &op->result, slots[code->result], 0);
  }
}

// ---- Views ----------------------------------------------------------------

__extension__ typedef __int128 wide_t;

static tt_run_t bad_index(const tt_simt_block_t* block,
                          const tt_decoded_t* code, int64_t index) {
  const tt_view_data_t* view = &block->core->views[code->operand[0]];
  return tt_core_fail(block->core, code, TT_CODE_OUT_OF_RANGE,
                      "element %" PRId64 " of view v%u, which has %" PRId64,
                      index, code->operand[0], view->length);
}

static bool linear_fits(const tt_view_data_t* view, int64_t first,
                        int64_t stride, size_t n) {
  wide_t last = (wide_t)first + (wide_t)stride * (int64_t)(n - 1);
  return first >= 0 && first < view->length && last >= 0 && last < view->length;
}

// Checks every active index of |index| and lists them, and which iterations
// they are of, without gaps. Returns FAILED for one out of range.
static tt_run_t list_active(const tt_simt_block_t* block,
                            const tt_decoded_t* code, const int64_t* index,
                            const tt_simt_mask_t* mask, int64_t* out_index,
                            int64_t* out_lane) {
  int64_t length = block->core->views[code->operand[0]].length;
  size_t count = 0;
  for (size_t i = 0; i < block->n; ++i) {
    if (mask->bits && !mask->bits[i]) continue;
    if ((uint64_t)index[i] >= (uint64_t)length) {
      return bad_index(block, code, index[i]);
    }
    out_index[count] = index[i];
    out_lane[count++] = (int64_t)i;
  }
  return TT_RUN_NEXT;
}

// All of |index| is inside of the view: no mask needed to be safe.
static tt_run_t check_all(const tt_simt_block_t* block,
                          const tt_decoded_t* code, const int64_t* index) {
  int64_t low, high;
  block->lanes->range(index, block->n, &low, &high);
  if (low < 0) return bad_index(block, code, low);
  if (high >= block->core->views[code->operand[0]].length) {
    return bad_index(block, code, high);
  }
  return TT_RUN_NEXT;
}

static uint64_t bytes_of(const tt_decoded_t* code) {
  return tt_dtype_bytes((tt_dtype_t)code->type, 1);
}

// The active elements only, through lists.
static tt_run_t load_active(const tt_simt_block_t* block,
                            const tt_decoded_t* code, const int64_t* index,
                            const tt_simt_mask_t* mask, uint32_t lane_bytes,
                            void* target) {
  int64_t* indices = temp(block, 4);
  int64_t* iterations = temp(block, 5);
  if (list_active(block, code, index, mask, indices, iterations) !=
      TT_RUN_NEXT) {
    return TT_RUN_FAILED;
  }
  // The index, if it was made in a temporary, is used up.
  uint8_t* values = temp(block, 0);
  block->lanes->memory[code->type].gather(
      values, block->core->views[code->operand[0]].base, indices, mask->active);
  uint8_t* lanes = target;
  for (size_t k = 0; k < mask->active; ++k) {
    memcpy(lanes + (size_t)iterations[k] * lane_bytes, values + k * lane_bytes,
           lane_bytes);
  }
  return TT_RUN_NEXT;
}

static tt_run_t run_load(const tt_simt_block_t* block, const tt_decoded_t* code,
                         const tt_simt_op_t* op, const tt_simt_mask_t* mask) {
  tt_core_t* core = block->core;
  const tt_view_data_t* view = &core->views[code->operand[0]];
  const tt_memory_fns_t* fns = &block->lanes->memory[code->type];
  const tt_simt_ref_t* where = &op->operand[0];
  core->counters->bytes_read += mask->active * bytes_of(code);
  core->counters->element_ops += mask->active;
  if (op->result.cls != TT_SIMT_VECTOR) {
    int64_t index = tt_simt_first(block, where);
    if ((uint64_t)index >= (uint64_t)view->length) {
      return bad_index(block, code, index);
    }
    fns->load(&block->slots[code->result], view->base, index, 1, 1);
    tt_simt_set_linear(block, &op->result, block->slots[code->result], 0);
    return TT_RUN_NEXT;
  }
  void* target = begin_result(block, op, mask);
  tt_run_t result = TT_RUN_NEXT;
  // What inactive iterations would read is harmless where it is in range and
  // nobody writes it.
  bool all = !mask->bits || view->constant;
  if (where->cls != TT_SIMT_VECTOR &&
      linear_fits(view, tt_simt_first(block, where),
                  tt_simt_stride(block, where), block->n) &&
      all) {
    fns->load(target, view->base, tt_simt_first(block, where),
              tt_simt_stride(block, where), block->n);
  } else {
    const int64_t* index = tt_simt_vector(block, where, 0);
    if (mask->bits) {
      result =
          load_active(block, code, index, mask, op->result.lane_bytes, target);
    } else {
      result = check_all(block, code, index);
      if (result == TT_RUN_NEXT) {
        fns->gather(target, view->base, index, block->n);
      }
    }
  }
  end_result(block, op, mask);
  return result;
}

static tt_run_t run_store(const tt_simt_block_t* block,
                          const tt_decoded_t* code, const tt_simt_op_t* op,
                          const tt_simt_mask_t* mask) {
  tt_core_t* core = block->core;
  const tt_view_data_t* view = &core->views[code->operand[0]];
  const tt_memory_fns_t* fns = &block->lanes->memory[code->type];
  const tt_simt_ref_t* where = &op->operand[0];
  core->counters->bytes_written += mask->active * bytes_of(code);
  core->counters->element_ops += mask->active;
  const uint8_t* values = tt_simt_vector(block, &op->operand[1], 1);
  if (!mask->bits && where->cls != TT_SIMT_VECTOR &&
      linear_fits(view, tt_simt_first(block, where),
                  tt_simt_stride(block, where), block->n)) {
    fns->store(view->base, tt_simt_first(block, where),
               tt_simt_stride(block, where), values, block->n);
    return TT_RUN_NEXT;
  }
  const int64_t* index = tt_simt_vector(block, where, 0);
  if (!mask->bits) {
    if (check_all(block, code, index) != TT_RUN_NEXT) return TT_RUN_FAILED;
    fns->scatter(view->base, index, values, block->n);
    return TT_RUN_NEXT;
  }
  int64_t* indices = temp(block, 4);
  int64_t* iterations = temp(block, 5);
  if (list_active(block, code, index, mask, indices, iterations) !=
      TT_RUN_NEXT) {
    return TT_RUN_FAILED;
  }
  uint8_t* packed = temp(block, 2);
  uint32_t lane_bytes = op->operand[1].lane_bytes;
  for (size_t k = 0; k < mask->active; ++k) {
    memcpy(packed + k * lane_bytes, values + (size_t)iterations[k] * lane_bytes,
           lane_bytes);
  }
  fns->scatter(view->base, indices, packed, mask->active);
  return TT_RUN_NEXT;
}

// ---- CB elements ----------------------------------------------------------

// Copies of a size that the compiler knows: others are read before they are
// written to memory, which costs more than the op.
static inline void copy_lane(void* to, const void* from, size_t i,
                             uint32_t bytes) {
  if (bytes == 8) {
    memcpy(to, (const uint64_t*)from + i, 8);
  } else {
    memcpy(to, (const uint32_t*)from + i, 4);
  }
}

// One iteration after the other, through the scalar handler.
static tt_run_t run_cb_element(const tt_simt_block_t* block,
                               const tt_decoded_t* code, const tt_simt_op_t* op,
                               const tt_simt_mask_t* mask) {
  bool load = code->op == TT_OP_CB_LOAD;
  if (load && op->result.cls != TT_SIMT_VECTOR) {
    tt_run_t result = code->handler(block->core, code, block->slots);
    block->core->counters->element_ops += mask->active - 1;
    tt_simt_set_linear(block, &op->result, block->slots[code->result], 0);
    return result;
  }
  const uint8_t* inputs[3] = {NULL, NULL, NULL};
  for (uint32_t k = 0; k < op->operand_count; ++k) {
    inputs[k] = tt_simt_vector(block, &op->operand[k], k);
  }
  // The handler sees one iteration's values in slots of their own.
  tt_decoded_t one = *code;
  uint64_t lane[4] = {0};
  one.result = 3;
  for (uint32_t k = 0; k < op->operand_count; ++k) one.operand[1 + k] = k;
  uint8_t* target = load ? begin_result(block, op, mask) : NULL;
  tt_run_t result = TT_RUN_NEXT;
  for (size_t i = 0; i < block->n && result == TT_RUN_NEXT; ++i) {
    if (mask->bits && !mask->bits[i]) continue;
    for (uint32_t k = 0; k < op->operand_count; ++k) {
      copy_lane(&lane[k], inputs[k], i, op->operand[k].lane_bytes);
    }
    result = code->handler(block->core, &one, lane);
    if (load) {
      uint32_t bytes = op->result.lane_bytes;
      copy_lane(target + i * bytes, &lane[3], 0, bytes);
    }
  }
  if (load) end_result(block, op, mask);
  return result;
}

// ---- Any op ---------------------------------------------------------------

tt_run_t tt_simt_run_op(const tt_simt_block_t* block, const tt_decoded_t* code,
                        const tt_simt_op_t* op, const tt_simt_mask_t* mask) {
  if (code->kind != TT_DO_CALL) {
    run_lane(block, code, op, mask);
    return TT_RUN_NEXT;
  }
  switch (code->op) {
    case TT_OP_LOAD:
      return run_load(block, code, op, mask);
    case TT_OP_STORE:
      return run_store(block, code, op, mask);
    default:
      return run_cb_element(block, code, op, mask);
  }
}

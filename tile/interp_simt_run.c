// Runs a planned parallel loop a block of iterations at a time.
#include <inttypes.h>
#include <string.h>

#include "tile/interp_simt.h"

// One block. |n| iterations, of which a mask (i1 lanes) may leave out some.
typedef struct block_t {
  tt_core_t* core;
  const tt_lanes_t* lanes;
  const tt_decoded_t* code;
  const tt_simt_t* simt;
  uint64_t* slots;
  uint8_t* memory;
  int64_t* strides;
  size_t n;
} block_t;

// Which iterations take part. |bits| NULL: all of them.
typedef struct mask_t {
  const int32_t* bits;
  size_t active;
} mask_t;

static void* temp(const block_t* block, uint32_t index) {
  return block->memory + block->simt->temps_at +
         (uint64_t)index * TT_SIMT_TEMP_BYTES;
}

static uint8_t* level_of(const block_t* block, const tt_simt_op_t* op) {
  return block->memory + block->simt->levels_at +
         (uint64_t)op->level * TT_SIMT_LEVEL_BYTES;
}

// ---- Operands -------------------------------------------------------------

static void splat(const block_t* block, void* target, const uint64_t* value,
                  uint32_t lane_bytes) {
  (lane_bytes == 8 ? block->lanes->splat8 : block->lanes->splat4)(target, value,
                                                                  block->n);
}

// The operand as a vector: where it lies, or made in temporary |index|.
static const void* as_vector(const block_t* block, const tt_simt_ref_t* ref,
                             uint32_t index) {
  if (ref->cls == TT_SIMT_VECTOR) return block->memory + ref->at;
  void* target = temp(block, index);
  if (ref->cls == TT_SIMT_AFFINE) {
    block->lanes->iota(target, (int64_t)block->slots[ref->slot],
                       block->strides[ref->at], block->n);
  } else {
    splat(block, target, &block->slots[ref->slot], ref->lane_bytes);
  }
  return target;
}

// First value and stride of an operand that is no vector.
static int64_t first_of(const block_t* block, const tt_simt_ref_t* ref) {
  return (int64_t)block->slots[ref->slot];
}
static int64_t stride_of(const block_t* block, const tt_simt_ref_t* ref) {
  return ref->cls == TT_SIMT_AFFINE ? block->strides[ref->at] : 0;
}

static void set_linear(const block_t* block, const tt_simt_ref_t* ref,
                       uint64_t first, int64_t stride) {
  block->slots[ref->slot] = first;
  if (ref->cls == TT_SIMT_AFFINE) block->strides[ref->at] = stride;
}

// Where to put a vector result, and the end of putting it there.
static void* begin_result(const block_t* block, const tt_simt_op_t* op,
                          const mask_t* mask) {
  bool blend = op->masked_result && mask->bits;
  return blend ? temp(block, 3) : block->memory + op->result.at;
}
static void end_result(const block_t* block, const tt_simt_op_t* op,
                       const mask_t* mask) {
  if (!op->masked_result || !mask->bits) return;
  (op->result.lane_bytes == 8 ? block->lanes->blend8 : block->lanes->blend4)(
      block->memory + op->result.at, temp(block, 3), mask->bits, block->n);
}

// ---- Lane ops -------------------------------------------------------------

static void run_lane(const block_t* block, const tt_decoded_t* code,
                     const tt_simt_op_t* op, const mask_t* mask) {
  uint64_t* slots = block->slots;
  block->core->counters->element_ops += mask->active;
  if (op->result.cls == TT_SIMT_VECTOR) {
    const void* inputs[3] = {NULL, NULL, NULL};
    for (uint32_t k = 0; k < op->operand_count; ++k) {
      inputs[k] = as_vector(block, &op->operand[k], k);
    }
    code->fn(begin_result(block, op, mask), inputs[0], inputs[1], inputs[2],
             block->n);
    end_result(block, op, mask);
    return;
  }
  uint64_t a = slots[code->operand[0]], b = slots[code->operand[1]];
  int64_t a_stride = stride_of(block, &op->operand[0]);
  int64_t b_stride = stride_of(block, &op->operand[1]);
  switch (code->kind) {
    case TT_DO_ADD:
      set_linear(block, &op->result, a + b,
                 (int64_t)((uint64_t)a_stride + (uint64_t)b_stride));
      break;
    case TT_DO_SUB:
      set_linear(block, &op->result, a - b,
                 (int64_t)((uint64_t)a_stride - (uint64_t)b_stride));
      break;
    case TT_DO_MUL:
      // One of the strides is 0.
      set_linear(block, &op->result, a * b,
                 (int64_t)((uint64_t)a_stride * b + (uint64_t)b_stride * a));
      break;
    default:
      code->fn(&slots[code->result], &slots[code->operand[0]],
               &slots[code->operand[1]], &slots[code->operand[2]], 1);
      set_linear(block, &op->result, slots[code->result], 0);
  }
}

// ---- Views ----------------------------------------------------------------

__extension__ typedef __int128 wide_t;

static tt_run_t bad_index(const block_t* block, const tt_decoded_t* code,
                          int64_t index) {
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
static tt_run_t list_active(const block_t* block, const tt_decoded_t* code,
                            const int64_t* index, const mask_t* mask,
                            int64_t* out_index, int64_t* out_lane) {
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
static tt_run_t check_all(const block_t* block, const tt_decoded_t* code,
                          const int64_t* index) {
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
static tt_run_t load_active(const block_t* block, const tt_decoded_t* code,
                            const int64_t* index, const mask_t* mask,
                            uint32_t lane_bytes, void* target) {
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

static tt_run_t run_load(const block_t* block, const tt_decoded_t* code,
                         const tt_simt_op_t* op, const mask_t* mask) {
  tt_core_t* core = block->core;
  const tt_view_data_t* view = &core->views[code->operand[0]];
  const tt_memory_fns_t* fns = &block->lanes->memory[code->type];
  const tt_simt_ref_t* where = &op->operand[0];
  core->counters->bytes_read += mask->active * bytes_of(code);
  core->counters->element_ops += mask->active;
  if (op->result.cls != TT_SIMT_VECTOR) {
    int64_t index = first_of(block, where);
    if ((uint64_t)index >= (uint64_t)view->length) {
      return bad_index(block, code, index);
    }
    fns->load(&block->slots[code->result], view->base, index, 1, 1);
    set_linear(block, &op->result, block->slots[code->result], 0);
    return TT_RUN_NEXT;
  }
  void* target = begin_result(block, op, mask);
  tt_run_t result = TT_RUN_NEXT;
  // What inactive iterations would read is harmless where it is in range and
  // nobody writes it.
  bool all = !mask->bits || view->constant;
  if (where->cls != TT_SIMT_VECTOR &&
      linear_fits(view, first_of(block, where), stride_of(block, where),
                  block->n) &&
      all) {
    fns->load(target, view->base, first_of(block, where),
              stride_of(block, where), block->n);
  } else {
    const int64_t* index = as_vector(block, where, 0);
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

static tt_run_t run_store(const block_t* block, const tt_decoded_t* code,
                          const tt_simt_op_t* op, const mask_t* mask) {
  tt_core_t* core = block->core;
  const tt_view_data_t* view = &core->views[code->operand[0]];
  const tt_memory_fns_t* fns = &block->lanes->memory[code->type];
  const tt_simt_ref_t* where = &op->operand[0];
  core->counters->bytes_written += mask->active * bytes_of(code);
  core->counters->element_ops += mask->active;
  const uint8_t* values = as_vector(block, &op->operand[1], 1);
  if (!mask->bits && where->cls != TT_SIMT_VECTOR &&
      linear_fits(view, first_of(block, where), stride_of(block, where),
                  block->n)) {
    fns->store(view->base, first_of(block, where), stride_of(block, where),
               values, block->n);
    return TT_RUN_NEXT;
  }
  const int64_t* index = as_vector(block, where, 0);
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

// ---- CB elements: one iteration after the other, through the scalar handler
// ------

static tt_run_t run_cb_element(const block_t* block, const tt_decoded_t* code,
                               const tt_simt_op_t* op, const mask_t* mask) {
  bool load = code->op == TT_OP_CB_LOAD;
  if (load && op->result.cls != TT_SIMT_VECTOR) {
    tt_run_t result = code->handler(block->core, code, block->slots);
    block->core->counters->element_ops += mask->active - 1;
    set_linear(block, &op->result, block->slots[code->result], 0);
    return result;
  }
  const uint8_t* inputs[3] = {NULL, NULL, NULL};
  for (uint32_t k = 0; k < op->operand_count; ++k) {
    inputs[k] = as_vector(block, &op->operand[k], k);
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
      uint32_t bytes = op->operand[k].lane_bytes;
      memcpy(&lane[k], inputs[k] + i * bytes, bytes);
    }
    result = code->handler(block->core, &one, lane);
    if (load) {
      memcpy(target + i * op->result.lane_bytes, &lane[3],
             op->result.lane_bytes);
    }
  }
  if (load) end_result(block, op, mask);
  return result;
}

// ---- Control --------------------------------------------------------------

static tt_run_t run_range(const block_t* block, uint32_t pc, uint32_t end,
                          mask_t* mask);

static tt_run_t count_steps(const block_t* block, const tt_decoded_t* code,
                            uint64_t steps) {
  block->core->steps += steps;
  if (block->core->steps <= (1 << 16)) return TT_RUN_NEXT;
  return tt_core_check_steps(block->core, code);
}

static size_t count_active(const int32_t* bits, size_t n) {
  size_t active = 0;
  for (size_t i = 0; i < n; ++i) active += (size_t)bits[i];
  return active;
}

// Where the condition holds, and where it does not, of those that take part.
static void split(const block_t* block, const int32_t* condition,
                  const mask_t* mask, int32_t* yes, int32_t* no) {
  for (size_t i = 0; i < block->n; ++i) {
    int32_t in = mask->bits ? mask->bits[i] : 1;
    int32_t holds = condition[i] != 0;
    if (no) no[i] = in & !holds;
    yes[i] = in & holds;
  }
}

static tt_run_t run_if(const block_t* block, uint32_t pc, mask_t* mask,
                       uint32_t* out_next) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = &block->simt->ops[pc - block->simt->begin - 1];
  uint32_t first_end = code->has_else ? code->target - 1 : code->target;
  uint32_t last_end =
      code->has_else ? block->code[first_end].target : code->target;
  *out_next = last_end + 1;
  if (!op->divergent) {
    if (tt_slot_i1(block->slots, code->operand[0])) {
      return run_range(block, pc + 1, first_end, mask);
    }
    return code->has_else ? run_range(block, first_end + 1, last_end, mask)
                          : TT_RUN_NEXT;
  }
  uint8_t* level = level_of(block, op);
  int32_t* yes = (int32_t*)(level + TT_SIMT_LEVEL_TRUE);
  int32_t* no = (int32_t*)(level + TT_SIMT_LEVEL_FALSE);
  split(block, as_vector(block, &op->operand[0], 0), mask, yes, no);
  size_t yes_count = count_active(yes, block->n);
  size_t no_count = mask->active - yes_count;
  // A branch that all take keeps the mask it came with: often none.
  mask_t branch = {no_count ? yes : mask->bits, yes_count};
  if (yes_count) {
    tt_run_t result = run_range(block, pc + 1, first_end, &branch);
    if (result != TT_RUN_NEXT) return result;
  }
  if (!code->has_else || !no_count) return TT_RUN_NEXT;
  branch = (mask_t){yes_count ? no : mask->bits, no_count};
  return run_range(block, first_end + 1, last_end, &branch);
}

static tt_run_t run_while(const block_t* block, uint32_t pc, mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = &block->simt->ops[pc - block->simt->begin - 1];
  mask_t alive = *mask;
  if (op->divergent) {
    int32_t* bits = (int32_t*)(level_of(block, op) + TT_SIMT_LEVEL_TRUE);
    for (size_t i = 0; i < block->n; ++i) {
      bits[i] = mask->bits ? mask->bits[i] : 1;
    }
    alive.bits = bits;
  }
  while (alive.active) {
    uint64_t ops = (code->target - pc) * alive.active;
    tt_run_t result = count_steps(block, code, ops);
    if (result == TT_RUN_NEXT) {
      result = run_range(block, pc + 1, code->target, &alive);
    }
    if (result == TT_RUN_DONE) return TT_RUN_NEXT;  // a test left it
    if (result != TT_RUN_NEXT) return result;
  }
  return TT_RUN_NEXT;
}

// A test takes iterations out of its loop's mask. DONE: none are left.
static tt_run_t run_test(const block_t* block, const tt_decoded_t* code,
                         const tt_simt_op_t* op, mask_t* alive) {
  if (op->operand[0].cls == TT_SIMT_UNIFORM) {
    return tt_slot_i1(block->slots, code->operand[0]) ? TT_RUN_NEXT
                                                      : TT_RUN_DONE;
  }
  // The loop is divergent, so the mask is its own.
  int32_t* bits = (int32_t*)alive->bits;
  split(block, as_vector(block, &op->operand[0], 0), alive, bits, NULL);
  alive->active = count_active(bits, block->n);
  return alive->active ? TT_RUN_NEXT : TT_RUN_DONE;
}

static tt_run_t run_lockstep_for(const block_t* block, uint32_t pc,
                                 mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  int64_t low = tt_slot_i64(block->slots, code->operand[0]);
  int64_t step = tt_slot_i64(block->slots, code->operand[2]);
  uint64_t trips = 0;
  tt_run_t result =
      tt_for_trips(block->core, code, low,
                   tt_slot_i64(block->slots, code->operand[1]), step, &trips);
  const tt_simt_ref_t* counter =
      &block->simt->ops[pc - block->simt->begin - 1].result;
  uint64_t value = (uint64_t)low;
  for (uint64_t t = 0; result == TT_RUN_NEXT && t < trips; ++t) {
    if (counter->cls == TT_SIMT_VECTOR) {
      splat(block, block->memory + counter->at, &value, 8);
    } else {
      set_linear(block, counter, value, 0);
    }
    result = count_steps(block, code, (code->target - pc) * mask->active);
    if (result == TT_RUN_NEXT) {
      result = run_range(block, pc + 1, code->target, mask);
    }
    value += (uint64_t)step;
  }
  return result;
}

// Trips of each active iteration; |out_most| the most, |out_same| whether all
// have that many.
static tt_run_t divergent_trips(const block_t* block, const tt_decoded_t* code,
                                const tt_simt_op_t* op, const mask_t* mask,
                                uint64_t* trips, uint64_t* out_most,
                                bool* out_same) {
  const int64_t* low = as_vector(block, &op->operand[0], 0);
  const int64_t* high = as_vector(block, &op->operand[1], 1);
  const int64_t* step = as_vector(block, &op->operand[2], 2);
  uint64_t most = 0, least = UINT64_MAX;
  for (size_t i = 0; i < block->n; ++i) {
    trips[i] = 0;
    if (mask->bits && !mask->bits[i]) continue;
    tt_run_t result =
        tt_for_trips(block->core, code, low[i], high[i], step[i], &trips[i]);
    if (result != TT_RUN_NEXT) return result;
    most = trips[i] > most ? trips[i] : most;
    least = trips[i] < least ? trips[i] : least;
  }
  *out_most = most;
  *out_same = most == least;
  return TT_RUN_NEXT;
}

static tt_run_t run_divergent_for(const block_t* block, uint32_t pc,
                                  mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = &block->simt->ops[pc - block->simt->begin - 1];
  uint8_t* level = level_of(block, op);
  uint64_t* trips = (uint64_t*)(level + TT_SIMT_LEVEL_TRIPS);
  int64_t* step = (int64_t*)(level + TT_SIMT_LEVEL_STEP);
  int32_t* bits = (int32_t*)(level + TT_SIMT_LEVEL_TRUE);
  uint64_t most = 0;
  bool same = false;
  tt_run_t result = divergent_trips(block, code, op, mask, trips, &most, &same);
  if (result != TT_RUN_NEXT || most == 0) return result;
  const tt_simt_ref_t* counter = &op->result;
  int64_t* vector = (int64_t*)(block->memory + counter->at);
  if (counter->cls == TT_SIMT_VECTOR) {
    memcpy(step, as_vector(block, &op->operand[2], 2), block->n * 8);
    memmove(vector, as_vector(block, &op->operand[0], 0), block->n * 8);
  } else {
    step[0] = first_of(block, &op->operand[2]);
    set_linear(block, counter, (uint64_t)first_of(block, &op->operand[0]),
               stride_of(block, &op->operand[0]));
  }
  for (uint64_t t = 0; t < most; ++t) {
    mask_t alive = *mask;
    if (!same) {
      for (size_t i = 0; i < block->n; ++i) bits[i] = trips[i] > t;
      alive = (mask_t){bits, count_active(bits, block->n)};
    }
    result = count_steps(block, code, (code->target - pc) * alive.active);
    if (result == TT_RUN_NEXT) {
      result = run_range(block, pc + 1, code->target, &alive);
    }
    if (result != TT_RUN_NEXT) return result;
    if (counter->cls == TT_SIMT_VECTOR) {
      for (size_t i = 0; i < block->n; ++i) {
        vector[i] = (int64_t)((uint64_t)vector[i] + (uint64_t)step[i]);
      }
    } else {
      block->slots[counter->slot] += (uint64_t)step[0];
    }
  }
  return TT_RUN_NEXT;
}

static tt_run_t run_range(const block_t* block, uint32_t pc, uint32_t end,
                          mask_t* mask) {
  tt_run_t result = TT_RUN_NEXT;
  while (pc < end && result == TT_RUN_NEXT) {
    const tt_decoded_t* code = &block->code[pc];
    const tt_simt_op_t* op = &block->simt->ops[pc - block->simt->begin - 1];
    uint32_t next = pc + 1;
    switch ((tt_decoded_kind_t)code->kind) {
      case TT_DO_LANE:
      case TT_DO_ADD:
      case TT_DO_SUB:
      case TT_DO_MUL:
        run_lane(block, code, op, mask);
        break;
      case TT_DO_CALL:
        if (code->op == TT_OP_LOAD) {
          result = run_load(block, code, op, mask);
        } else if (code->op == TT_OP_STORE) {
          result = run_store(block, code, op, mask);
        } else {
          result = run_cb_element(block, code, op, mask);
        }
        break;
      case TT_DO_FOR:
        result = op->divergent ? run_divergent_for(block, pc, mask)
                               : run_lockstep_for(block, pc, mask);
        next = code->target + 1;
        break;
      case TT_DO_WHILE:
        result = run_while(block, pc, mask);
        next = code->target + 1;
        break;
      case TT_DO_TEST:
        result = run_test(block, code, op, mask);
        break;
      case TT_DO_IF:
        result = run_if(block, pc, mask, &next);
        break;
      default:
        break;  // ends, which their constructs step over
    }
    pc = next;
  }
  return result;
}

// ---- Loops ----------------------------------------------------------------

bool tt_simt_pays(const tt_decoded_t* op, const uint64_t* slots,
                  uint64_t trips) {
  const tt_simt_t* simt = op->simt;
  if (trips < 2) return false;
  const tt_decoded_t* inner = simt->inner;
  if (!inner || !inner->simt) return true;
  if (!simt->inner_bounds_known) return trips >= TT_SIMT_LANES;
  int64_t low = tt_slot_i64(slots, inner->operand[0]);
  int64_t high = tt_slot_i64(slots, inner->operand[1]);
  int64_t step = tt_slot_i64(slots, inner->operand[2]);
  if (step <= 0 || low >= high) return true;
  // The inner loop's elements tend to lie next to each other, so it goes first
  // once it fills a good part of a block.
  uint64_t inner_trips = ((uint64_t)high - (uint64_t)low - 1) / (uint64_t)step;
  return inner_trips < TT_SIMT_LANES / 4 && inner_trips < trips;
}

static void write_outputs(const block_t* block) {
  for (uint32_t i = 0; i < block->simt->output_count; ++i) {
    const tt_simt_ref_t* ref = &block->simt->outputs[i];
    uint64_t last = block->n - 1;
    if (ref->cls == TT_SIMT_AFFINE) {
      block->slots[ref->slot] += (uint64_t)block->strides[ref->at] * last;
    } else if (ref->cls == TT_SIMT_VECTOR) {
      memcpy(&block->slots[ref->slot],
             block->memory + ref->at + last * ref->lane_bytes, ref->lane_bytes);
    }
  }
}

tt_run_t tt_simt_run(tt_core_t* core, const tt_decoded_t* op,
                     tt_kernel_run_t* run, int64_t low, int64_t step,
                     uint64_t trips) {
  const tt_simt_t* simt = op->simt;
  uint8_t* memory = core->worker->simt;
  block_t block = {.core = core,
                   .lanes = core->lanes,
                   .code = run->kernel->code,
                   .simt = simt,
                   .slots = run->slots,
                   .memory = memory,
                   .strides = (int64_t*)(memory + simt->strides_at),
                   .n = TT_SIMT_LANES};
  if (trips < TT_SIMT_LANES) block.n = trips;
  for (uint32_t i = 0; i < simt->splat_count; ++i) {
    const tt_simt_ref_t* ref = &simt->splats[i];
    splat(&block, memory + ref->at, &run->slots[ref->slot], ref->lane_bytes);
  }
  uint64_t value = (uint64_t)low;
  for (uint64_t done = 0; done < trips; done += block.n) {
    if (trips - done < block.n) block.n = trips - done;
    if (simt->counter.cls == TT_SIMT_VECTOR) {
      core->lanes->iota((int64_t*)(memory + simt->counter.at), (int64_t)value,
                        step, block.n);
    } else {
      set_linear(&block, &simt->counter, value, step);
    }
    mask_t all = {NULL, block.n};
    tt_run_t result =
        count_steps(&block, op, (simt->end - simt->begin) * block.n);
    if (result == TT_RUN_NEXT) {
      result = run_range(&block, simt->begin + 1, simt->end, &all);
    }
    if (result != TT_RUN_NEXT) return result;
    value += (uint64_t)step * block.n;
  }
  run->slots[op->result] = (uint64_t)low + (uint64_t)step * (trips - 1);
  write_outputs(&block);
  return TT_RUN_NEXT;
}

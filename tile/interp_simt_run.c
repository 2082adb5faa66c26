// Runs a planned parallel loop a block of iterations at a time: its control.
#include <string.h>

#include "tile/interp_simt.h"

static uint8_t* level_of(const tt_simt_block_t* block, const tt_simt_op_t* op) {
  return block->memory + block->simt->levels_at +
         (uint64_t)op->level * TT_SIMT_LEVEL_BYTES;
}

// ---- Control --------------------------------------------------------------

static tt_run_t run_range(const tt_simt_block_t* block, uint32_t pc,
                          uint32_t end, tt_simt_mask_t* mask);

static tt_run_t count_steps(const tt_simt_block_t* block,
                            const tt_decoded_t* code, uint64_t steps) {
  return tt_core_count_steps(block->core, code, steps);
}

static size_t count_active(const int32_t* bits, size_t n) {
  size_t active = 0;
  for (size_t i = 0; i < n; ++i) active += (size_t)bits[i];
  return active;
}

// Where the condition holds, and where it does not, of those that take part.
static void split(const tt_simt_block_t* block, const int32_t* condition,
                  const tt_simt_mask_t* mask, int32_t* yes, int32_t* no) {
  for (size_t i = 0; i < block->n; ++i) {
    int32_t in = mask->bits ? mask->bits[i] : 1;
    int32_t holds = condition[i] != 0;
    if (no) no[i] = in & !holds;
    yes[i] = in & holds;
  }
}

static tt_run_t run_if(const tt_simt_block_t* block, uint32_t pc,
                       tt_simt_mask_t* mask, uint32_t* out_next) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = tt_simt_op_at(block, pc);
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
  split(block, tt_simt_vector(block, &op->operand[0], 0), mask, yes, no);
  size_t yes_count = count_active(yes, block->n);
  size_t no_count = mask->active - yes_count;
  // A branch that all take keeps the mask it came with: often none.
  tt_simt_mask_t branch = {no_count ? yes : mask->bits, yes_count};
  if (yes_count) {
    tt_run_t result = run_range(block, pc + 1, first_end, &branch);
    if (result != TT_RUN_NEXT) return result;
  }
  if (!code->has_else || !no_count) return TT_RUN_NEXT;
  branch = (tt_simt_mask_t){yes_count ? no : mask->bits, no_count};
  return run_range(block, first_end + 1, last_end, &branch);
}

static tt_run_t run_while(const tt_simt_block_t* block, uint32_t pc,
                          tt_simt_mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = tt_simt_op_at(block, pc);
  tt_simt_mask_t alive = *mask;
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
static tt_run_t run_test(const tt_simt_block_t* block, const tt_decoded_t* code,
                         const tt_simt_op_t* op, tt_simt_mask_t* alive) {
  if (op->operand[0].cls == TT_SIMT_UNIFORM) {
    return tt_slot_i1(block->slots, code->operand[0]) ? TT_RUN_NEXT
                                                      : TT_RUN_DONE;
  }
  // The loop is divergent, so the mask is its own.
  int32_t* bits = (int32_t*)alive->bits;
  split(block, tt_simt_vector(block, &op->operand[0], 0), alive, bits, NULL);
  alive->active = count_active(bits, block->n);
  return alive->active ? TT_RUN_NEXT : TT_RUN_DONE;
}

static tt_run_t run_lockstep_for(const tt_simt_block_t* block, uint32_t pc,
                                 tt_simt_mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  int64_t low = tt_slot_i64(block->slots, code->operand[0]);
  int64_t step = tt_slot_i64(block->slots, code->operand[2]);
  uint64_t trips = 0;
  tt_run_t result =
      tt_for_trips(block->core, code, low,
                   tt_slot_i64(block->slots, code->operand[1]), step, &trips);
  const tt_simt_ref_t* counter = &tt_simt_op_at(block, pc)->result;
  uint64_t value = (uint64_t)low;
  for (uint64_t t = 0; result == TT_RUN_NEXT && t < trips; ++t) {
    if (counter->cls == TT_SIMT_VECTOR) {
      tt_simt_splat(block, block->memory + counter->at, &value, 8);
    } else {
      tt_simt_set_linear(block, counter, value, 0);
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
static tt_run_t divergent_trips(const tt_simt_block_t* block,
                                const tt_decoded_t* code,
                                const tt_simt_op_t* op,
                                const tt_simt_mask_t* mask, uint64_t* trips,
                                uint64_t* out_most, bool* out_same) {
  const int64_t* low = tt_simt_vector(block, &op->operand[0], 0);
  const int64_t* high = tt_simt_vector(block, &op->operand[1], 1);
  const int64_t* step = tt_simt_vector(block, &op->operand[2], 2);
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

static tt_run_t run_divergent_for(const tt_simt_block_t* block, uint32_t pc,
                                  tt_simt_mask_t* mask) {
  const tt_decoded_t* code = &block->code[pc];
  const tt_simt_op_t* op = tt_simt_op_at(block, pc);
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
    memcpy(step, tt_simt_vector(block, &op->operand[2], 2), block->n * 8);
    memmove(vector, tt_simt_vector(block, &op->operand[0], 0), block->n * 8);
  } else {
    step[0] = tt_simt_first(block, &op->operand[2]);
    tt_simt_set_linear(block, counter,
                       (uint64_t)tt_simt_first(block, &op->operand[0]),
                       tt_simt_stride(block, &op->operand[0]));
  }
  for (uint64_t t = 0; t < most; ++t) {
    tt_simt_mask_t alive = *mask;
    if (!same) {
      for (size_t i = 0; i < block->n; ++i) bits[i] = trips[i] > t;
      alive = (tt_simt_mask_t){bits, count_active(bits, block->n)};
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

static tt_run_t run_range(const tt_simt_block_t* block, uint32_t pc,
                          uint32_t end, tt_simt_mask_t* mask) {
  tt_run_t result = TT_RUN_NEXT;
  while (pc < end && result == TT_RUN_NEXT) {
    const tt_decoded_t* code = &block->code[pc];
    const tt_simt_op_t* op = tt_simt_op_at(block, pc);
    uint32_t next = pc + 1;
    switch ((tt_decoded_kind_t)code->kind) {
      case TT_DO_LANE:
      case TT_DO_ADD:
      case TT_DO_SUB:
      case TT_DO_MUL:
      case TT_DO_CALL:
        result = tt_simt_run_op(block, code, op, mask);
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

static void write_outputs(const tt_simt_block_t* block) {
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
  tt_simt_block_t block = {.core = core,
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
    tt_simt_splat(&block, memory + ref->at, &run->slots[ref->slot],
                  ref->lane_bytes);
  }
  uint64_t value = (uint64_t)low;
  for (uint64_t done = 0; done < trips; done += block.n) {
    if (trips - done < block.n) block.n = trips - done;
    if (simt->counter.cls == TT_SIMT_VECTOR) {
      core->lanes->iota8((int64_t*)(memory + simt->counter.at), (int64_t)value,
                         step, block.n);
    } else {
      tt_simt_set_linear(&block, &simt->counter, value, step);
    }
    tt_simt_mask_t all = {NULL, block.n};
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

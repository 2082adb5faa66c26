// The protocols of circular buffers and of DST.
//
// That as many pages are popped as pushed is proven on fingerprints: a total is
// a sum of products of trip counts, and both sides are evaluated modulo the
// prime 2^61 - 1 at one pseudo-random point per distinct trip count. Equal
// polynomials always agree; different ones agree with a chance near 2^-55. A
// program built to collide gains only a deadlock, which the interpreter names.
#include <string.h>

#include "tile/verify_internal.h"

static const uint64_t kPrime = (1ull << 61) - 1;

static uint64_t mod_mul(uint64_t x, uint64_t y) {
  const unsigned __int128 product = (unsigned __int128)x * y;
  uint64_t sum = (uint64_t)(product & kPrime) + (uint64_t)(product >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}
static uint64_t mod_add(uint64_t x, uint64_t y) {
  const uint64_t sum = x + y;
  return sum >= kPrime ? sum - kPrime : sum;
}

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ x >> 27) * 0x94D049BB133111EBull;
  return x ^ x >> 31;
}

// The point of a launch-time operand: by value, so that equal immediates meet.
static uint64_t point(const tt_verify_t* v, tt_operand_t operand,
                      uint64_t seed) {
  int64_t value = 0;
  if (tt_verify_constant(v, operand, &value)) {
    return mix(mix((uint64_t)value + 0x9E3779B97F4A7C15ull) ^ seed);
  }
  return mix(mix(tt_operand_index(operand) * 2 + 1) + seed);
}

static bool is_launch_time(tt_operand_t operand) {
  return tt_operand_kind(operand) != TT_OPERAND_REG;
}

static uint64_t for_factor(const tt_verify_t* v, const tt_operand_t* bounds) {
  int64_t low = 0, high = 0, step = 1;
  const bool low_known = tt_verify_constant(v, bounds[0], &low);
  const bool high_known = tt_verify_constant(v, bounds[1], &high);
  const bool step_known = tt_verify_constant(v, bounds[2], &step);
  if (low_known && high_known && step_known) {
    if (high <= low) return 0;
    return (((uint64_t)high - (uint64_t)low - 1) / (uint64_t)step + 1) % kPrime;
  }
  uint64_t key = point(v, bounds[0], 1);
  key = mix(key + point(v, bounds[1], 2));
  key = mix(key + point(v, bounds[2], 3));
  return key % kPrime;
}

// 1 in the branch taken when |condition| holds; an enclosing if on the same
// condition has counted it already.
static uint64_t if_factor(const tt_verify_t* v, tt_operand_t condition,
                          bool taken, uint32_t depth) {
  int64_t value = 0;
  if (tt_verify_constant(v, condition, &value)) return (value != 0) == taken;
  for (uint32_t i = 0; i < depth; ++i) {
    const tt_verify_block_t* outer = &v->blocks[i];
    if ((outer->op == TT_OP_IF || outer->op == TT_OP_ELSE) &&
        tt_inst_operands(v->program, outer->inst)[0] == condition) {
      return (outer->op == TT_OP_IF) == taken;
    }
  }
  const uint64_t yes = point(v, condition, 4) % kPrime;
  return taken ? yes : mod_add(1, kPrime - yes);
}

void tt_verify_block_factor(const tt_verify_t* v, tt_verify_block_t* block) {
  const tt_operand_t* o = tt_inst_operands(v->program, block->inst);
  const uint32_t depth = (uint32_t)(block - v->blocks);
  block->launch_time = depth == 0 || v->blocks[depth - 1].launch_time;
  block->factor = 0;
  switch (block->op) {
    case TT_OP_FOR:
      block->launch_time = block->launch_time && is_launch_time(o[0]) &&
                           is_launch_time(o[1]) && is_launch_time(o[2]) &&
                           !(block->inst->attr & TT_ATTR_FLAG_PARALLEL);
      if (block->launch_time) block->factor = for_factor(v, o);
      break;
    case TT_OP_IF:
    case TT_OP_ELSE:
      block->launch_time = block->launch_time && is_launch_time(o[0]);
      if (block->launch_time) {
        block->factor = if_factor(v, o[0], block->op == TT_OP_IF, depth);
      }
      break;
    default:
      block->launch_time = false;
      break;
  }
}

// ---- Circular buffers ------------------------------------------------------

static tt_status_t take_side(const tt_verify_t* v, uint8_t* sides, uint32_t cb,
                             const char* how) {
  static const char* const units[] = {"reader", "compute", "writer"};
  const uint8_t unit = (uint8_t)(v->kernel->unit + 1);
  if (sides[cb] && sides[cb] != unit) {
    return tt_verify_error(v, "c%u is %s in the %s kernel, expected one kernel",
                           cb, how, units[sides[cb] - 1]);
  }
  sides[cb] = unit;
  return NULL;
}

static void count_pages(const tt_verify_t* v, uint64_t* totals, uint32_t cb,
                        int64_t pages) {
  uint64_t total = (uint64_t)pages;
  for (uint32_t i = 0; i < v->depth; ++i) {
    total = mod_mul(total, v->blocks[i].factor);
  }
  totals[cb] = mod_add(totals[cb], total);
}

static tt_status_t step_cb(tt_verify_t* v) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  const uint32_t cb = tt_operand_index(o[0]);
  tt_verify_pages_t* held = &v->pages[cb];
  int64_t n = 0;
  tt_verify_constant(v, o[1], &n);
  if (v->depth && !v->blocks[v->depth - 1].launch_time) {
    return tt_verify_error(v,
                           "stands in a while, a parallel loop, or a loop "
                           "or if that depends on registers; expected launch "
                           "values and integers only");
  }
  if (n == 0) return tt_verify_error(v, "found 0 pages, expected 1 or more");
  if (n > v->cbs[cb]->pages) {
    return tt_verify_error(v, "found %lld pages, c%u has %u", (long long)n, cb,
                           v->cbs[cb]->pages);
  }
  const bool back =
      v->inst->op == TT_OP_CB_RESERVE_BACK || v->inst->op == TT_OP_CB_PUSH_BACK;
  TT_RETURN_IF_ERROR(back ? take_side(v, v->producer, cb, "filled")
                          : take_side(v, v->consumer, cb, "emptied"));
  uint32_t* pages = back ? &held->reserved : &held->waited;
  if (v->inst->op == TT_OP_CB_RESERVE_BACK ||
      v->inst->op == TT_OP_CB_WAIT_FRONT) {
    // Room or pages for n in all: what is held already counts.
    if (*pages < n) *pages = (uint32_t)n;
    return NULL;
  }
  if (n > *pages) {
    return tt_verify_error(v, "found %lld pages, %u of c%u are %s",
                           (long long)n, *pages, cb,
                           back ? "reserved" : "waited");
  }
  *pages -= (uint32_t)n;
  count_pages(v, back ? v->pushed : v->popped, cb, n);
  return NULL;
}

tt_status_t tt_verify_totals(const tt_verify_t* v) {
  for (uint32_t cb = 0; cb < TT_MAX_CBS; ++cb) {
    if (v->pushed[cb] != v->popped[cb]) {
      return tt_verify_error(
          v, "c%u: the pages pushed and popped are not proven equal in number",
          cb);
    }
  }
  return NULL;
}

// ---- DST -------------------------------------------------------------------

static tt_status_t step_dst(tt_verify_t* v) {
  static const struct {
    tt_verify_dst_t from, to;
    const char* expected;
  } moves[] = {
      [TT_OP_TILE_REGS_ACQUIRE - TT_OP_TILE_REGS_ACQUIRE] = {TT_VERIFY_DST_IDLE,
                                                             TT_VERIFY_DST_MATH,
                                                             "DST free"},
      [TT_OP_TILE_REGS_COMMIT -
          TT_OP_TILE_REGS_ACQUIRE] = {TT_VERIFY_DST_MATH, TT_VERIFY_DST_HANDED,
                                      "tile_regs_acquire before"},
      [TT_OP_TILE_REGS_WAIT -
          TT_OP_TILE_REGS_ACQUIRE] = {TT_VERIFY_DST_HANDED, TT_VERIFY_DST_PACK,
                                      "tile_regs_commit before"},
      [TT_OP_TILE_REGS_RELEASE -
          TT_OP_TILE_REGS_ACQUIRE] = {TT_VERIFY_DST_PACK, TT_VERIFY_DST_IDLE,
                                      "tile_regs_wait before"},
  };
  const uint32_t move = (uint32_t)v->inst->op - TT_OP_TILE_REGS_ACQUIRE;
  if (v->dst != moves[move].from) {
    return tt_verify_error(v, "expected %s", moves[move].expected);
  }
  if (move == 0) {
    v->dst_serial = tt_verify_serial(v);
    v->dst_written = 0;
  } else if (v->dst_serial != tt_verify_serial(v)) {
    return tt_verify_error(v, "expected in the block of its tile_regs_acquire");
  }
  v->dst = moves[move].to;
  return NULL;
}

static tt_status_t expect_dst(const tt_verify_t* v, tt_verify_dst_t dst,
                              const char* where) {
  if (v->dst == dst) return NULL;
  return tt_verify_error(v, "expected %s", where);
}

// An op of the math unit, which sets its first operand. The FPU takes a tile
// that was not written since acquire as zeros; the SFPU does not: its first
// store makes valid a row of which it has set every other column.
static tt_status_t step_math(tt_verify_t* v) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  TT_RETURN_IF_ERROR(expect_dst(
      v, TT_VERIFY_DST_MATH, "between tile_regs_acquire and tile_regs_commit"));
  for (uint32_t i = 1; i < v->inst->operand_count; ++i) {
    if (tt_operand_kind(o[i]) != TT_OPERAND_DST) continue;
    const uint32_t d = tt_operand_index(o[i]);
    if (v->dst_written >> d & 1) continue;
    return tt_verify_error(v,
                           "operand %u: d%u may not be written here, expected "
                           "it set since tile_regs_acquire on every path",
                           i + 1, d);
  }
  v->dst_written |= 1u << tt_operand_index(o[0]);
  return NULL;
}

tt_status_t tt_verify_protocol(tt_verify_t* v) {
  switch (tt_op_descs[v->inst->op].op_class) {
    case TT_OP_CLASS_CB:
      return step_cb(v);
    case TT_OP_CLASS_DST:
      return step_dst(v);
    case TT_OP_CLASS_LANE:
      return tt_verify_is_tile_form(v) ? step_math(v) : NULL;
    case TT_OP_CLASS_TILE:
      if (v->inst->op == TT_OP_PACK_TILE) {
        return expect_dst(v, TT_VERIFY_DST_PACK,
                          "between tile_regs_wait and tile_regs_release");
      }
      if (v->inst->op == TT_OP_TILIZE_BLOCK ||
          v->inst->op == TT_OP_UNTILIZE_BLOCK) {
        return expect_dst(v, TT_VERIFY_DST_IDLE,
                          "DST free, which it uses itself");
      }
      return step_math(v);
    default:
      return NULL;
  }
}

tt_status_t tt_verify_block_end(const tt_verify_t* v) {
  if (v->dst != TT_VERIFY_DST_IDLE && v->dst_serial == tt_verify_serial(v)) {
    return tt_verify_error(v,
                           "DST is still taken, expected tile_regs_release "
                           "before the end of the block");
  }
  static const tt_verify_pages_t none[TT_MAX_CBS];
  const tt_verify_pages_t* before =
      v->depth ? v->blocks[v->depth - 1].pages : none;
  for (uint32_t cb = 0; cb < TT_MAX_CBS; ++cb) {
    if (v->pages[cb].reserved != before[cb].reserved) {
      return tt_verify_error(
          v,
          "c%u has %u reserved pages at the end of the block, expected %u as "
          "at its start",
          cb, v->pages[cb].reserved, before[cb].reserved);
    }
    if (v->pages[cb].waited != before[cb].waited) {
      return tt_verify_error(
          v,
          "c%u has %u waited pages at the end of the block, expected %u as "
          "at its start",
          cb, v->pages[cb].waited, before[cb].waited);
    }
  }
  return NULL;
}

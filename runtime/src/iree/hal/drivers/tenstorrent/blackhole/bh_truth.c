#include "bh_truth.h"

// What has no row is exact, whatever the data: data movement, integers, element
// loops, and the float ops of tile/kernel/sfpu.hpp that only compare, select or
// move bits. Everything with a row may make other things of NaN, infinities and
// overflow than the mock. Bounds are what both simulators were seen to need,
// and some more.
static const struct {
  tt_op_t op;
  double bound;
} tt_bounds[] = {
    // wolfpine rounds Float16 to 8 bits of mantissa here; bh_tensix_test has
    // the formats that it does not.
    {TT_OP_TILIZE_BLOCK, 1e-2},
    {TT_OP_UNTILIZE_BLOCK, 1e-2},
    // A multiplication and an addition, each rounded.
    {TT_OP_FMA, 4e-6},
    // Right but for the last bits.
    {TT_OP_DIVF, 4e-7},
    {TT_OP_RECIP, 4e-7},
    {TT_OP_SQRT, 4e-7},
    {TT_OP_RSQRT, 4e-7},
    {TT_OP_EXP, 4e-7},
    {TT_OP_EXP2, 4e-7},
    {TT_OP_EXPM1, 4e-7},
    {TT_OP_LOG, 4e-7},
    {TT_OP_LOG2, 4e-7},
    {TT_OP_LOG10, 4e-7},
    {TT_OP_LOG1P, 4e-7},
    {TT_OP_SIN, 4e-7},
    {TT_OP_COS, 4e-7},
    {TT_OP_TAN, 6e-7},
    {TT_OP_ASIN, 6e-7},
    {TT_OP_ACOS, 6e-7},
    {TT_OP_ATAN, 4e-7},
    {TT_OP_ATAN2, 4e-7},
    {TT_OP_SINH, 6e-7},
    {TT_OP_COSH, 6e-7},
    {TT_OP_TANH, 6e-7},
    {TT_OP_ASINH, 6e-7},
    {TT_OP_ACOSH, 6e-7},
    {TT_OP_ATANH, 6e-7},
    {TT_OP_ERF, 6e-7},
    {TT_OP_ERFC, 3e-6},
    // tt-metal's approximations.
    {TT_OP_CBRT, 1e-5},
    {TT_OP_POW, 1e-4},
};

// Of lane ops on 16-bit floats: DST cuts off what a function has too much, and
// the packer makes an infinity of a NaN, whose sign is anybody's.
static const double tt_bound_16 = 0x1p-7;

static double bound_of(const tt_inst_t* inst) {
  const tt_dtype_t type = (tt_dtype_t)inst->type;
  const bool moves = inst->op == TT_OP_MOV || inst->op == TT_OP_NEGF ||
                     inst->op == TT_OP_ABSF || inst->op == TT_OP_COPYSIGN ||
                     inst->op == TT_OP_SELECT;
  double bound = 0;
  if (tt_op_descs[inst->op].op_class == TT_OP_CLASS_LANE && !moves &&
      (type == TT_DTYPE_BF16 || type == TT_DTYPE_F16)) {
    bound = tt_bound_16;
  }
  for (size_t i = 0; i < sizeof(tt_bounds) / sizeof(*tt_bounds); ++i) {
    if (tt_bounds[i].op == inst->op) bound += tt_bounds[i].bound;
  }
  return bound;
}

void tt_bh_truth_bounds(const tt_program_t* program, const tt_entry_t* entry,
                        double out_bounds[TT_BH_TRUTH_TILES]) {
  for (int i = 0; i < TT_BH_TRUTH_TILES; ++i) out_bounds[i] = 0;
  if (!entry->phase_count) return;
  const tt_phase_t* phase = &program->phases[entry->first_phase];
  if (phase->kernels[TT_UNIT_COMPUTE] == TT_NONE) return;
  const tt_kernel_t* kernel =
      &program->kernels[phase->kernels[TT_UNIT_COMPUTE]];
  double bound = 0, most = 0;
  uint32_t packed = 0;
  bool loops = false;
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    const tt_inst_t* inst = &program->insts[kernel->first_inst + i];
    loops |= inst->op == TT_OP_FOR || inst->op == TT_OP_WHILE;
    if (inst->op == TT_OP_PACK_TILE) {
      if (packed < TT_BH_TRUTH_TILES) out_bounds[packed++] = bound;
      bound = 0;
      continue;
    }
    const double own = bound_of(inst);
    if (own > bound) bound = own;
    if (own > most) most = own;
  }
  // Tilizing packs by itself.
  for (int i = 0; (loops || !packed) && i < TT_BH_TRUTH_TILES; ++i) {
    out_bounds[i] = most;
  }
}

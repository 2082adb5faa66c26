// Lane ops on DST tiles. Where the compute kernel API has the op with the right
// meaning it is called (the callee column of ops.def); the others are SFPI
// functions of kernel/sfpu.hpp.

#include <stdio.h>
#include <string.h>

#include "tile/emit_internal.h"
#include "tile/emit_library.h"

// ---- The compute kernel API -------------------------------------------------

// Functions of the API that kernels call, and the header of each.
typedef struct tt_api_t {
  const char* name;
  const char* header;
} tt_api_t;

static const tt_api_t tt_apis[] = {
    // In front: what cbrt.h includes makes names in it ambiguous.
    {"copy_int_tile", "compute_kernel_api/tile_move_copy.h"},
    {"copy_tile", "compute_kernel_api/tile_move_copy.h"},
    {"abs_tile", "compute_kernel_api.h"},
    {"acos_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"acosh_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"add_binary_tile", "compute_kernel_api/eltwise_binary_sfpu.h"},
    {"add_tiles", "compute_kernel_api/eltwise_binary.h"},
    {"add_unary_tile", "compute_kernel_api/eltwise_unary/binop_with_scalar.h"},
    {"any_tiles_bcast", "compute_kernel_api/bcast.h"},
    {"asin_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"asinh_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"atan_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"atanh_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"cbrt_tile", "compute_kernel_api/eltwise_unary/cbrt.h"},
    {"cos_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"cosh_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"div_binary_tile", "compute_kernel_api/eltwise_binary_sfpu.h"},
    {"erf_tile", "compute_kernel_api/eltwise_unary/erf_erfc.h"},
    {"erfc_tile", "compute_kernel_api/eltwise_unary/erf_erfc.h"},
    {"exp2_tile", "compute_kernel_api.h"},
    {"exp_tile", "compute_kernel_api/eltwise_unary/exp.h"},
    {"expm1_tile", "compute_kernel_api.h"},
    {"fill_tile_bitcast", "compute_kernel_api/eltwise_unary/fill.h"},
    {"log1p_tile", "compute_kernel_api/eltwise_unary/log1p.h"},
    {"log_tile", "compute_kernel_api.h"},
    {"matmul_tiles", "compute_kernel_api/matmul.h"},
    {"mul_binary_tile", "compute_kernel_api/eltwise_binary_sfpu.h"},
    {"mul_tiles", "compute_kernel_api/eltwise_binary.h"},
    {"mul_unary_tile", "compute_kernel_api/eltwise_unary/binop_with_scalar.h"},
    {"negative_tile", "compute_kernel_api/eltwise_unary/negative.h"},
    {"power_binary_tile", "compute_kernel_api/eltwise_binary_sfpu.h"},
    {"rdiv_tile", "compute_kernel_api/eltwise_unary/rdiv.h"},
    {"reduce_tile", "compute_kernel_api/reduce.h"},
    {"row_bcast", "compute_kernel_api/bcast.h"},
    {"rsqrt_tile", "compute_kernel_api/eltwise_unary/rsqrt.h"},
    {"rsub_unary_tile", "compute_kernel_api/eltwise_unary/binop_with_scalar.h"},
    {"sin_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"sinh_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"sqrt_tile", "compute_kernel_api/eltwise_unary/sqrt.h"},
    {"sub_binary_tile", "compute_kernel_api/eltwise_binary_sfpu.h"},
    {"sub_tiles", "compute_kernel_api/eltwise_binary.h"},
    {"sub_unary_tile", "compute_kernel_api/eltwise_unary/binop_with_scalar.h"},
    {"tan_tile", "compute_kernel_api/eltwise_unary/trigonometry.h"},
    {"tanh_tile", "compute_kernel_api.h"},
    {"tilize_block", "compute_kernel_api/tilize.h"},
    {"transpose_wh_tile", "compute_kernel_api/transpose_wh.h"},
    {"unary_bcast", "compute_kernel_api/bcast.h"},
    {"untilize_block", "compute_kernel_api/untilize.h"},
};

void tt_emit_compute_includes(const char* body, size_t size, tt_strbuf_t* out) {
  enum { COUNT = sizeof(tt_apis) / sizeof(*tt_apis) };
  tt_strbuf_print(out, "#include \"compute_kernel_api/common.h\"\n");
  for (int i = 0; i < COUNT; ++i) {
    if (!tt_library_mentions(body, size, tt_apis[i].name)) continue;
    bool again = false;
    for (int k = 0; k < i; ++k) {
      again |= strcmp(tt_apis[k].header, tt_apis[i].header) == 0 &&
               tt_library_mentions(body, size, tt_apis[k].name);
    }
    if (again) continue;
    // reduce.h names these as defaults of template arguments that we give.
    if (strcmp(tt_apis[i].name, "reduce_tile") == 0) {
      tt_strbuf_print(out,
                      "#define REDUCE_OP PoolType::SUM\n"
                      "#define REDUCE_DIM ReduceDim::REDUCE_ROW\n");
    }
    tt_strbuf_print(out, "#include \"%s\"\n", tt_apis[i].header);
  }
  tt_strbuf_print(out,
                  "#ifdef TRISC_MATH\n"
                  "#include \"llk_math_eltwise_unary_sfpu_init.h\"\n"
                  "#include \"llk_math_eltwise_unary_sfpu_params.h\"\n"
                  "#include \"sfpi.h\"\n");
  if (tt_library_mentions(body, size, "sfpu_recip_init")) {
    tt_strbuf_print(out, "#include \"ckernel_sfpu_recip.h\"\n");
  }
  tt_strbuf_print(out, "#endif\n");
}

// ---- What has no spelling ---------------------------------------------------

const char* tt_emit_unsupported(tt_op_t op, tt_dtype_t dtype, uint32_t attr,
                                bool tile_form) {
  if (!tile_form) return NULL;
  bool is_int = dtype != TT_DTYPE_NONE && !tt_dtype_desc(dtype)->is_float;
  switch (op) {
    case TT_OP_REDUCE_TILE:
      return TT_ATTR_ENUM(attr) == TT_POOL_MIN
                 ? "the FPU reduces by sum and max only; negate around max"
                 : NULL;
    case TT_OP_COPY_TILE:
      return is_int && TT_ATTR_ENUM(attr) != TT_BCAST_NONE
                 ? "the broadcast goes through a source register, which holds "
                   "no 32-bit integers"
                 : NULL;
    default:
      return NULL;
  }
}

// ---- Ops --------------------------------------------------------------------

typedef enum lane_kind_e {
  LANE_API,  // callee of ops.def, on tiles
  LANE_OWN,  // kernel/sfpu.hpp
} lane_kind_t;

static bool is_dst(tt_operand_t operand) {
  return tt_operand_kind(operand) == TT_OPERAND_DST;
}

static bool is_float_type(const tt_inst_t* inst) {
  return tt_dtype_desc((tt_dtype_t)inst->type)->is_float;
}

// Functions that are our own, where the API's are right to some 8 to 17 bits:
// those with a bound in the op table, but for some. Some keep a number in DST
// between two passes, which has to have 32 bits.
static bool is_own_function(const tt_emitter_t* e, tt_op_t op) {
  switch (op) {
    case TT_OP_RSQRT:
    case TT_OP_CBRT:
    case TT_OP_POW:
      return false;
    case TT_OP_ASINH:
    case TT_OP_ACOSH:
    case TT_OP_ATANH:
      return e->phase->fp32_dest_acc;
    default:
      return tt_op_descs[op].ulp != 0;
  }
}

// Ops whose callee is for floats; their integer forms are our own.
static lane_kind_t lane_kind(const tt_emitter_t* e, const tt_inst_t* inst) {
  if (!tt_op_descs[inst->op].callee || !is_float_type(inst)) return LANE_OWN;
  return is_own_function(e, (tt_op_t)inst->op) ? LANE_OWN : LANE_API;
}

static uint32_t imm_bits(const tt_emitter_t* e, tt_operand_t operand) {
  return (uint32_t)e->program->immediates[tt_operand_index(operand)];
}

// 1 / x when that is exact, else 0.
static float exact_reciprocal(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  uint32_t exponent = bits >> 23 & 0xFF;
  return (bits & 0x7FFFFF) == 0 && exponent > 1 && exponent < 253 ? 1 / x : 0;
}

// The binary ops that the API has for a tile and a value: the call's name.
static const char* scalar_callee(const tt_emitter_t* e, const tt_inst_t* inst,
                                 uint32_t* out_bits) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  if (inst->operand_count != 3 || (is_dst(o[1]) && is_dst(o[2]))) return NULL;
  bool value_first = !is_dst(o[1]);
  *out_bits = imm_bits(e, value_first ? o[1] : o[2]);
  switch (inst->op) {
    case TT_OP_ADD:
      return "add_unary_tile";
    case TT_OP_SUB:
      return value_first ? "rsub_unary_tile" : "sub_unary_tile";
    case TT_OP_MUL:
      return "mul_unary_tile";
    case TT_OP_DIVF: {
      if (value_first) return "rdiv_tile";
      float factor = exact_reciprocal(*out_bits);
      if (factor == 0) return NULL;
      memcpy(out_bits, &factor, sizeof(factor));
      return "mul_unary_tile";
    }
    default:
      return NULL;
  }
}

// name<args> to name_init<args>();
static tt_emit_text_t init_of(const char* callee) {
  tt_emit_text_t t;
  size_t base = strcspn(callee, "<");
  snprintf(t.s, sizeof(t.s), "%.*s_init%s();", (int)base, callee,
           callee + base);
  return t;
}

// Whether the own function of |inst| takes reciprocals, which need an init.
static bool takes_reciprocal(const tt_emitter_t* e, const tt_inst_t* inst) {
  switch (inst->op) {
    case TT_OP_ATAN2:
    case TT_OP_RECIP:
      return true;
    case TT_OP_ATAN:
    case TT_OP_SINH:
    case TT_OP_COSH:
    case TT_OP_TANH:
    case TT_OP_ASINH:
    case TT_OP_ATANH:
    case TT_OP_ERF:
    case TT_OP_ERFC:
    case TT_OP_TAN:
      return lane_kind(e, inst) == LANE_OWN;
    default:
      return false;
  }
}

tt_emit_text_t tt_emit_sfpu_init_of(const tt_emitter_t* e,
                                    const tt_inst_t* inst) {
  tt_emit_text_t none = {""};
  if (!tt_emit_is_tile_form(e, inst)) return none;
  if (takes_reciprocal(e, inst)) {
    return (tt_emit_text_t){"MATH((tile::sfpu_recip_init()));"};
  }
  if (lane_kind(e, inst) == LANE_OWN) return none;
  uint32_t bits;
  const char* scalar = scalar_callee(e, inst, &bits);
  if (!scalar) return init_of(tt_op_descs[inst->op].callee);
  return strcmp(scalar, "rdiv_tile") == 0 ? init_of(scalar) : none;
}

// The API's unary functions work in place. Its copy_dest_values is for floats:
// it makes zeros of small integers.
static void move_to(tt_emitter_t* e, uint32_t d, tt_operand_t source) {
  if (tt_operand_index(source) == d) return;
  tt_emit_line(e, "MATH((tile::sfpu_mov(%u, tile::dst{%u})));", d,
               tt_operand_index(source));
}

// A tile that holds the value of an immediate operand: the target if no operand
// needs it, else one that the kernel does not use.
static uint32_t tile_of_immediate(tt_emitter_t* e, const tt_inst_t* inst,
                                  tt_operand_t value) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  uint32_t tile = tt_operand_index(o[0]);
  bool taken = false;
  for (uint32_t k = 1; k < inst->operand_count; ++k) taken |= o[k] == o[0];
  for (uint32_t d = 0; taken && d < e->dst_capacity; ++d) {
    if (e->dst_used >> d & 1) continue;
    tile = d;
    taken = false;
  }
  if (taken) {
    tt_emit_fail(e, inst,
                 "its value needs a DST tile, all %u of the mode are in use",
                 e->dst_capacity);
  }
  tt_emit_line(e, "fill_tile_bitcast(%u, 0x%08x);", tile, imm_bits(e, value));
  return tile;
}

static void emit_api(tt_emitter_t* e, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  const char* callee = tt_op_descs[inst->op].callee;
  uint32_t d = tt_operand_index(o[0]), bits = 0;
  tt_emit_sfpu_setup(e, tt_emit_sfpu_init_of(e, inst).s);
  const char* scalar = scalar_callee(e, inst, &bits);
  if (scalar) {
    move_to(e, d, is_dst(o[1]) ? o[1] : o[2]);
    tt_emit_line(e, "%s(%u, 0x%08x);", scalar, d, bits);
  } else if (inst->operand_count == 2) {
    move_to(e, d, o[1]);
    tt_emit_line(e, "%s(%u);", callee, d);
  } else {
    uint32_t a = is_dst(o[1]) ? tt_operand_index(o[1])
                              : tile_of_immediate(e, inst, o[1]);
    uint32_t b = is_dst(o[2]) ? tt_operand_index(o[2])
                              : tile_of_immediate(e, inst, o[2]);
    tt_emit_line(e, "%s(%u, %u, %u);", callee, a, b, d);
  }
}

static uint32_t width_of(uint32_t dtype) {
  return dtype == TT_DTYPE_I1 ? 1
                              : tt_dtype_desc((tt_dtype_t)dtype)->storage_bits;
}

// Template arguments of an own function: the width that its integers have.
static void own_width(const tt_inst_t* inst, char out_text[16]) {
  uint32_t dtype = TT_DTYPE_NONE;
  switch (inst->op) {
    case TT_OP_SITOFP:
    case TT_OP_UITOFP:
    case TT_OP_EXTSI:
    case TT_OP_EXTUI:
      dtype = inst->type2;
      break;
    case TT_OP_MOV:
    case TT_OP_SELECT:
    case TT_OP_BITCAST:
      break;
    default:
      if (!is_float_type(inst)) dtype = inst->type;
      break;
  }
  out_text[0] = '\0';
  if (dtype != TT_DTYPE_NONE) snprintf(out_text, 16, "<%u>", width_of(dtype));
}

static void emit_own(tt_emitter_t* e, const tt_inst_t* inst, const char* name) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  char width[16], operands[160] = "";
  own_width(inst, width);
  tt_emit_sfpu_setup(e, tt_emit_sfpu_init_of(e, inst).s);
  for (uint32_t k = 1; k < inst->operand_count; ++k) {
    size_t at = strlen(operands);
    if (!is_dst(o[k]) && is_own_function(e, (tt_op_t)inst->op) && k == 1) {
      // A function has use for all vector registers.
      uint32_t tile = tile_of_immediate(e, inst, o[k]);
      snprintf(operands + at, sizeof(operands) - at, ", tile::dst{%u}", tile);
    } else if (is_dst(o[k])) {
      snprintf(operands + at, sizeof(operands) - at, ", tile::dst{%u}",
               tt_operand_index(o[k]));
    } else {
      snprintf(operands + at, sizeof(operands) - at, ", tile::imm{0x%08x}",
               imm_bits(e, o[k]));
    }
  }
  tt_emit_line(e, "MATH((tile::sfpu_%s%s(%u%s)));", name, width,
               tt_operand_index(o[0]), operands);
}

static bool is_half(uint32_t dtype) {
  return dtype == TT_DTYPE_F16 || dtype == TT_DTYPE_BF16;
}

// Lanes hold f16 and bf16 as the float of the same value, so their bits take a
// conversion; f32 and i32 lanes are their bits.
static void emit_bitcast(tt_emitter_t* e, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  uint32_t d = tt_operand_index(o[0]);
  if (inst->type == inst->type2 ||
      (!is_half(inst->type) && !is_half(inst->type2))) {
    emit_own(e, inst, "mov");
  } else if (!is_half(inst->type2)) {
    emit_own(e, inst,
             inst->type == TT_DTYPE_F16 ? "f16_of_bits" : "bf16_of_bits");
  } else {
    emit_own(e, inst,
             inst->type2 == TT_DTYPE_F16 ? "bits_of_f16" : "bits_of_bf16");
    if (is_half(inst->type)) {
      tt_emit_line(e, "MATH((tile::sfpu_%s(%u, tile::dst{%u})));",
                   inst->type == TT_DTYPE_F16 ? "f16_of_bits" : "bf16_of_bits",
                   d, d);
    }
  }
}

// Whether the op's result may need more bits than f16 or bf16 has.
static bool may_round(tt_op_t op) {
  switch (op) {
    case TT_OP_MOV:
    case TT_OP_NEGF:
    case TT_OP_ABSF:
    case TT_OP_COPYSIGN:
    case TT_OP_MAXF:
    case TT_OP_MINF:
    case TT_OP_MAXNUMF:
    case TT_OP_MINNUMF:
    case TT_OP_SELECT:
    case TT_OP_BITCAST:
    case TT_OP_FLOOR:
    case TT_OP_TRUNC:
      return false;
    default:
      return tt_op_descs[op].result == TT_RESULT_TYPE;
  }
}

// 1 + the dimension of a reduce that an operand's lanes come from.
static uint32_t reduced_operand(const tt_emitter_t* e, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  for (uint32_t k = 1; k < inst->operand_count; ++k) {
    if (is_dst(o[k]) && e->reduced[tt_operand_index(o[k])]) {
      return e->reduced[tt_operand_index(o[k])];
    }
  }
  return 0;
}

void tt_emit_lane(tt_emitter_t* e, const tt_inst_t* inst) {
  const tt_operand_t* o = tt_inst_operands(e->program, inst);
  uint32_t d = tt_operand_index(o[0]);
  uint32_t reduced = reduced_operand(e, inst);
  switch (inst->op) {
    case TT_OP_COPY_DEST_VALUES:
      tt_emit_sfpu_setup(e, "");
      move_to(e, d, o[1]);
      break;
    case TT_OP_BITCAST:
      emit_bitcast(e, inst);
      break;
    case TT_OP_FPCAST:
      emit_own(e, inst, "mov");
      break;
    default:
      if (lane_kind(e, inst) == LANE_API) {
        emit_api(e, inst);
      } else {
        emit_own(e, inst, tt_emit_lane_name(inst).s);
      }
      break;
  }
  // 16-bit DST rounds by itself.
  if (e->phase->fp32_dest_acc && may_round((tt_op_t)inst->op) &&
      is_half(inst->type)) {
    tt_emit_line(e, "MATH((tile::sfpu_round_%s(%u)));",
                 tt_dtype_desc((tt_dtype_t)inst->type)->name, d);
  }
  tt_emit_dst_write(e, d, reduced);
}

// Compute kernels: FPU, unpack and pack ops as calls of the compute kernel API,
// lane ops on DST tiles as in emit_lane.c, with the init calls between them
// where the configuration of a unit changes.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tile/chip.h"
#include "tile/emit_internal.h"

// ---- What an op needs configured --------------------------------------------

static const char* const tt_bcast_types[TT_BCAST_COUNT] = {
    "BroadcastType::NONE", "BroadcastType::ROW", "BroadcastType::COL",
    "BroadcastType::SCALAR"};
static const char* const tt_pools[TT_POOL_COUNT] = {
    "PoolType::SUM", "PoolType::MAX", "PoolType::MIN"};
static const char* const tt_reduce_dims[TT_REDUCE_DIM_COUNT] = {
    "ReduceDim::REDUCE_ROW", "ReduceDim::REDUCE_COL",
    "ReduceDim::REDUCE_SCALAR"};

static uint32_t operand_index(const tt_emitter_t* e, const tt_inst_t* inst,
                              uint32_t k) {
  return tt_operand_index(tt_inst_operands(e->program, inst)[k]);
}

static tt_emit_setup_t setup(const char* format, ...)
    __attribute__((format(printf, 1, 2)));
static tt_emit_setup_t setup(const char* format, ...) {
  tt_emit_setup_t s;
  va_list args;
  va_start(args, format);
  vsnprintf(s.text, sizeof(s.text), format, args);
  va_end(args);
  return s;
}

// What sets up the unpackers for an op with one operand, CB |cb|. Where DST has
// 32 bits the FPU adds the zeros that SrcB holds, so SrcB's exponents must be
// like SrcA's: of 5 bits for Float16, of 8 for all others.
static tt_emit_text_t one_source(const tt_emitter_t* e, uint32_t cb) {
  tt_emit_text_t text;
  bool f16 = false, whole = false;
  for (uint32_t i = 0; i < e->phase->cb_count; ++i) {
    const tt_cb_t* c = &e->program->cbs[e->phase->first_cb + i];
    f16 |= c->format == TT_FORMAT_FLOAT16;
    if (c->number == cb) whole = c->format == TT_FORMAT_INT32;
  }
  snprintf(text.s, sizeof(text.s),
           f16 && !whole ? "reconfig_data_format(c%u, c%u);"
                         : "reconfig_data_format_srca(c%u);",
           cb, cb);
  return text;
}

// Statements that set up the unpackers and the FPU for |inst|; "" for ops that
// use neither.
static tt_emit_setup_t fpu_setup(const tt_emitter_t* e, const tt_inst_t* inst) {
  static const char* const names[] = {"add", "sub", "mul"};
  static const char* const types[] = {"ELWADD", "ELWSUB", "ELWMUL"};
  uint32_t bcast = TT_ATTR_ENUM(inst->attr);
  bool acc = inst->attr & TT_ATTR_ACC;
  uint32_t a = inst->operand_count > 1 ? operand_index(e, inst, 1) : 0;
  uint32_t b = inst->operand_count > 3 ? operand_index(e, inst, 3) : 0;
  uint32_t which = inst->op - TT_OP_ADD_TILES;
  switch (inst->op) {
    case TT_OP_COPY_TILE:
      if (bcast == TT_BCAST_ROW)
        return setup("tile::row_bcast_init_short(c%u);", a);
      if (bcast != TT_BCAST_NONE) {
        return setup("tile::unary_bcast_init_short<%s>(c%u);",
                     tt_bcast_types[bcast], a);
      }
      return setup("%s\ntile::copy_init_short(c%u);", one_source(e, a).s, a);
    case TT_OP_MATMUL_TILES:
      return setup(
          "reconfig_data_format(c%u, c%u);\nmm_init_short(c%u, c%u, %d);", b, a,
          a, b, inst->attr & TT_ATTR_FLAG_TRANSPOSE ? 1 : 0);
    case TT_OP_ADD_TILES:
    case TT_OP_SUB_TILES:
    case TT_OP_MUL_TILES:
      if (bcast != TT_BCAST_NONE || (acc && inst->op == TT_OP_MUL_TILES)) {
        return setup(
            "reconfig_data_format(c%u, c%u);\n"
            "tile::bcast_init_short<%s, %s>(c%u, c%u, %s);",
            a, b, types[which], tt_bcast_types[bcast], a, b,
            acc ? "true" : "false");
      }
      return setup(
          "reconfig_data_format(c%u, c%u);\n%s_tiles_init(c%u, c%u%s);", a, b,
          names[which], a, b, acc ? ", true" : "");
    case TT_OP_REDUCE_TILE:
      return setup(
          "reconfig_data_format(c%u, c%u);\nreduce_init<%s, %s>(c%u, c%u, "
          "c%u);",
          a, b, tt_pools[bcast], tt_reduce_dims[TT_ATTR_DIM(inst->attr)], a, b,
          a);
    case TT_OP_TRANSPOSE_WH_TILE:
      return setup("%s\ntranspose_wh_init_short(c%u);", one_source(e, a).s, a);
    default:
      return setup("%s", "");
  }
}

// Of the packer: the CB's format. The mask that reduce_init sets is apart.
static tt_emit_setup_t pack_setup(const tt_emitter_t* e,
                                  const tt_inst_t* inst) {
  if (inst->op != TT_OP_PACK_TILE) return setup("%s", "");
  return setup("pack_reconfig_data_format(c%u);", operand_index(e, inst, 0));
}

static void emit_statements(tt_emitter_t* e, const char* text) {
  while (*text) {
    size_t size = strcspn(text, "\n");
    tt_emit_line(e, "%.*s", (int)size, text);
    text += size + (text[size] == '\n');
  }
}

// Makes |wanted| (nothing if "") the state of a unit.
static void apply(tt_emitter_t* e, tt_emit_setup_t* state,
                  const tt_emit_setup_t* wanted) {
  if (!*wanted->text || strcmp(state->text, wanted->text) == 0) return;
  emit_statements(e, wanted->text);
  *state = *wanted;
}

void tt_emit_sfpu_setup(tt_emitter_t* e, const char* text) {
  tt_emit_setup_t wanted = setup("%s", text);
  if (!*text && !*e->sfpu.text) {
    wanted = setup("%s", "MATH((tile::sfpu_init()));");
  }
  apply(e, &e->sfpu, &wanted);
}

// ---- Blocks -----------------------------------------------------------------

// The only setup that the ops from |first| to |last| want of a unit: 0 when
// they want none, 2 when they want several.
static int only_setup(const tt_emitter_t* e, uint32_t first, uint32_t last,
                      tt_emit_setup_t (*get)(const tt_emitter_t*,
                                             const tt_inst_t*),
                      tt_emit_setup_t* out_setup) {
  int count = 0;
  for (uint32_t i = first; i < last; ++i) {
    const tt_inst_t* inst = &e->program->insts[i];
    if (inst->op == TT_OP_TILIZE_BLOCK || inst->op == TT_OP_UNTILIZE_BLOCK) {
      return 2;
    }
    tt_emit_setup_t s = get(e, inst);
    if (!*s.text || (count && strcmp(s.text, out_setup->text) == 0)) continue;
    *out_setup = s;
    if (++count > 1) return 2;
  }
  return count;
}

// The instruction after the end that matches the for, while or if at |first|.
static uint32_t block_end(const tt_emitter_t* e, uint32_t first) {
  uint32_t end = e->kernel->first_inst + e->kernel->inst_count;
  int depth = 0;
  for (uint32_t i = first; i < end; ++i) {
    uint16_t op = e->program->insts[i].op;
    if (op == TT_OP_FOR || op == TT_OP_WHILE || op == TT_OP_IF) ++depth;
    if (op == TT_OP_END && --depth == 0) return i + 1;
  }
  return end;
}

static tt_emit_setup_t sfpu_setup(const tt_emitter_t* e,
                                  const tt_inst_t* inst) {
  return setup("%s", tt_emit_sfpu_init_of(e, inst).s);
}

static bool uses_sfpu(const tt_emitter_t* e, uint32_t first, uint32_t last) {
  for (uint32_t i = first; i < last; ++i) {
    const tt_inst_t* inst = &e->program->insts[i];
    if (tt_emit_is_tile_form(e, inst) || inst->op == TT_OP_FILL_TILE ||
        inst->op == TT_OP_COPY_DEST_VALUES) {
      return true;
    }
  }
  return false;
}

// A block that wants one setup of a unit gets it in front, and keeps it; one
// that wants several starts and ends with nothing known.
void tt_emit_compute_block(tt_emitter_t* e, const tt_inst_t* inst) {
  if (inst->op == TT_OP_ELSE) return;
  if (inst->op == TT_OP_END) {
    if (e->block_depth == 0) return;
    const tt_emit_block_t* block = &e->blocks[--e->block_depth];
    if (block->fpu_varies) *e->fpu.text = '\0';
    if (block->sfpu_varies) *e->sfpu.text = '\0';
    if (block->pack_varies) *e->pack.text = '\0';
    if (block->written_varies) e->dst_written = 0xFFFFFFFFu;
    return;
  }
  uint32_t first = (uint32_t)(inst - e->program->insts);
  uint32_t end = block_end(e, first);
  tt_emit_setup_t wanted;
  tt_emit_block_t* block = &e->blocks[e->block_depth++];
  *block = (tt_emit_block_t){0};
  int count = only_setup(e, first, end, fpu_setup, &wanted);
  if (count == 1) apply(e, &e->fpu, &wanted);
  block->fpu_varies = count > 1;
  count = only_setup(e, first, end, sfpu_setup, &wanted);
  if (count == 1) apply(e, &e->sfpu, &wanted);
  if (count == 0 && uses_sfpu(e, first, end)) tt_emit_sfpu_setup(e, "");
  block->sfpu_varies = count > 1;
  count = only_setup(e, first, end, pack_setup, &wanted);
  if (count == 1) apply(e, &e->pack, &wanted);
  block->pack_varies = count > 1;
  block->written_varies = e->in_section;
  if (e->in_section) e->dst_written = 0xFFFFFFFFu;
  if (block->fpu_varies) *e->fpu.text = '\0';
  if (block->sfpu_varies) *e->sfpu.text = '\0';
  if (block->pack_varies) *e->pack.text = '\0';
}

// ---- Start ------------------------------------------------------------------

static bool is_float_cb(const tt_emitter_t* e, uint32_t number) {
  for (uint32_t i = 0; i < e->phase->cb_count; ++i) {
    const tt_cb_t* cb = &e->program->cbs[e->phase->first_cb + i];
    if (cb->number != number) continue;
    tt_dtype_t dtype = tt_format_desc((tt_format_t)cb->format)->dtype;
    return tt_dtype_desc(dtype)->is_float;
  }
  return false;
}

// The first CBs that the kernel unpacks and packs, for the start-up call. On an
// integer CB that call would set the FPU up for integers, which we do not use
// (and tt-metal works around a hardware bug of theirs, by a debug register):
// the staging CB stands in, each op sets its own formats up anyway.
void tt_emit_compute_start(tt_emitter_t* e) {
  uint32_t a = TT_NONE, b = TT_NONE, out = TT_NONE;
  for (uint32_t i = 0; i < e->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &e->program->insts[e->kernel->first_inst + i];
    switch (inst->op) {
      case TT_OP_MATMUL_TILES:
      case TT_OP_ADD_TILES:
      case TT_OP_SUB_TILES:
      case TT_OP_MUL_TILES:
      case TT_OP_REDUCE_TILE:
        if (b == TT_NONE) b = operand_index(e, inst, 3);
        __attribute__((fallthrough));
      case TT_OP_COPY_TILE:
      case TT_OP_TRANSPOSE_WH_TILE:
        if (a == TT_NONE) a = operand_index(e, inst, 1);
        break;
      case TT_OP_PACK_TILE:
        if (out == TT_NONE) out = operand_index(e, inst, 0);
        break;
      case TT_OP_TILIZE_BLOCK:
      case TT_OP_UNTILIZE_BLOCK:
        if (a == TT_NONE) a = operand_index(e, inst, 0);
        if (out == TT_NONE) out = operand_index(e, inst, 2);
        break;
      default:
        break;
    }
  }
  for (uint32_t i = 0; i < e->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &e->program->insts[e->kernel->first_inst + i];
    e->uses_reduce |= inst->op == TT_OP_REDUCE_TILE;
    for (uint32_t k = 0; k < inst->operand_count; ++k) {
      tt_operand_t operand = tt_inst_operands(e->program, inst)[k];
      if (tt_operand_kind(operand) != TT_OPERAND_DST) continue;
      e->dst_used |= 1u << tt_operand_index(operand);
    }
  }
  if (a == TT_NONE && out == TT_NONE) return;  // nothing but CB ops
  if (a == TT_NONE) a = out;
  if (out == TT_NONE) out = a;
  if (b == TT_NONE) b = a;
  if (e->staging != TT_NONE) {
    if (!is_float_cb(e, a)) a = e->staging;
    if (!is_float_cb(e, b)) b = e->staging;
  }
  tt_emit_line(e, "tile::startup(%u, %u, %u);", a, b, out);
  e->dst_capacity = tt_chip_dst_tiles(
      &tt_chip_blackhole, e->phase->fp32_dest_acc, e->phase->dst_full_sync);
}

// ---- Ops --------------------------------------------------------------------

// Marks DST tile |d| written; a reduce_tile result carries its dimension + 1,
// so that pack_tile knows the packer mask that zeroes its other elements.
void tt_emit_dst_write(tt_emitter_t* e, uint32_t d, uint32_t reduced) {
  e->dst_written |= 1u << d;
  e->reduced[d] = (uint8_t)reduced;
}

static void emit_clear(tt_emitter_t* e, uint32_t d, const char* bits) {
  tt_emit_sfpu_setup(e, "");
  tt_emit_line(e, "fill_tile_bitcast(%u, %s);", d, bits);
}

// Ops that the hardware adds to what DST holds: a tile that was written since
// tile_regs_acquire is cleared first unless the op says acc.
static void clear_if_dirty(tt_emitter_t* e, const tt_inst_t* inst, uint32_t d,
                           const char* bits) {
  if (inst->attr & TT_ATTR_ACC) return;
  if (e->dst_written >> d & 1) emit_clear(e, d, bits);
}

static void emit_two_cbs(tt_emitter_t* e, const tt_inst_t* inst) {
  static const char* const types[] = {"ELWADD", "ELWSUB", "ELWMUL"};
  uint32_t d = operand_index(e, inst, 0);
  uint32_t bcast = TT_ATTR_ENUM(inst->attr);
  char tiles[128];
  tt_emit_text_t a = tt_emit_operand(e, inst, 1),
                 ta = tt_emit_operand(e, inst, 2);
  tt_emit_text_t b = tt_emit_operand(e, inst, 3),
                 tb = tt_emit_operand(e, inst, 4);
  snprintf(tiles, sizeof(tiles), "%.20s, %.20s, %.30s, %.30s, %u", a.s, b.s,
           ta.s, tb.s, d);
  uint32_t reduced = 0;
  if (inst->op == TT_OP_MUL_TILES) clear_if_dirty(e, inst, d, "0");
  if (inst->op == TT_OP_REDUCE_TILE) {
    clear_if_dirty(e, inst, d, bcast == TT_POOL_MAX ? "0xff800000" : "0");
  }
  tt_emit_setup_t wanted = fpu_setup(e, inst);
  apply(e, &e->fpu, &wanted);
  switch (inst->op) {
    case TT_OP_MATMUL_TILES:
      tt_emit_line(e, "matmul_tiles(%s, %d);", tiles,
                   inst->attr & TT_ATTR_FLAG_TRANSPOSE ? 1 : 0);
      break;
    case TT_OP_REDUCE_TILE:
      tt_emit_line(e, "reduce_tile<%s, %s>(%s);", tt_pools[bcast],
                   tt_reduce_dims[TT_ATTR_DIM(inst->attr)], tiles);
      reduced = TT_ATTR_DIM(inst->attr) + 1;
      break;
    default:
      if (bcast == TT_BCAST_NONE) {
        tt_emit_line(e, "%s(%s);", tt_op_descs[inst->op].callee, tiles);
      } else {
        tt_emit_line(e, "any_tiles_bcast<%s, %s>(%s);",
                     types[inst->op - TT_OP_ADD_TILES], tt_bcast_types[bcast],
                     tiles);
      }
      break;
  }
  tt_emit_dst_write(e, d, reduced);
}

static void emit_one_cb(tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t d = operand_index(e, inst, 0);
  uint32_t bcast = inst->op == TT_OP_COPY_TILE ? TT_ATTR_ENUM(inst->attr) : 0;
  tt_emit_text_t cb = tt_emit_operand(e, inst, 1),
                 t = tt_emit_operand(e, inst, 2);
  tt_emit_setup_t wanted = fpu_setup(e, inst);
  apply(e, &e->fpu, &wanted);
  if (inst->op == TT_OP_COPY_TILE &&
      !is_float_cb(e, operand_index(e, inst, 1))) {
    tt_emit_line(e, "tile::copy_int_tile(%s, %s, %u);", cb.s, t.s, d);
  } else if (bcast == TT_BCAST_NONE) {
    tt_emit_line(e, "%s(%s, %s, %u);", tt_op_descs[inst->op].callee, cb.s, t.s,
                 d);
  } else if (bcast == TT_BCAST_ROW) {
    tt_emit_line(e, "tile::row_bcast(%s, %s, %u);", cb.s, t.s, d);
  } else {
    tt_emit_line(e, "unary_bcast<%s>(%s, %s, %u);", tt_bcast_types[bcast], cb.s,
                 t.s, d);
  }
  tt_emit_dst_write(e, d, 0);
}

static void emit_pack(tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t d = operand_index(e, inst, 2);
  tt_emit_setup_t wanted = pack_setup(e, inst);
  apply(e, &e->pack, &wanted);
  if (e->uses_reduce) {
    // Any reduce of the kernel may have left its mask.
    if (e->reduced[d]) {
      tt_emit_line(e, "PACK((llk_pack_reduce_mask_config<false, %s>()));",
                   tt_reduce_dims[e->reduced[d] - 1]);
    } else {
      tt_emit_line(e, "reduce_uninit();");
    }
  }
  tt_emit_line(e, "pack_tile<true>(%u, %s, %s);", d,
               tt_emit_operand(e, inst, 0).s, tt_emit_operand(e, inst, 1).s);
}

// tilize_block and untilize_block take and give DST themselves.
static void emit_tilize(tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t a = operand_index(e, inst, 0), b = operand_index(e, inst, 2);
  const char* n = tt_emit_operand(e, inst, 1).s;
  char pages[32];
  snprintf(pages, sizeof(pages), "%.20s", n);
  // They pack by themselves, so without the mask of a reduce.
  if (e->uses_reduce) tt_emit_line(e, "reduce_uninit();");
  tt_emit_line(e, "%s", one_source(e, a).s);
  tt_emit_line(e, "pack_reconfig_data_format(c%u);", b);
  if (inst->op == TT_OP_TILIZE_BLOCK) {
    tt_emit_line(e, "tilize_init(c%u, %s, c%u);", a, pages, b);
    tt_emit_line(e, "tilize_block(c%u, %s, c%u);", a, pages, b);
    tt_emit_line(e, "tilize_uninit(c%u, c%u);", a, b);
  } else {
    tt_emit_line(e, "untilize_init(c%u);", a);
    tt_emit_line(e, "untilize_block(c%u, %s, c%u);", a, pages, b);
    tt_emit_line(e, "untilize_uninit(c%u);", a);
  }
  *e->fpu.text = *e->pack.text = '\0';
}

static void emit_fill(tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t d = operand_index(e, inst, 0);
  uint64_t bits = e->program->immediates[operand_index(e, inst, 1)];
  char text[16];
  snprintf(text, sizeof(text), "0x%08x", (uint32_t)bits);
  const bool is_float = tt_dtype_desc((tt_dtype_t)inst->type)->is_float;
  if (!is_float && bits & 0x7FFFFFFF && !(bits & 0x7F800000)) {
    // A small integer: tt-metal's fill would store it as the subnormal float
    // that its bits are, as zero.
    tt_emit_sfpu_setup(e, "");
    tt_emit_line(e, "MATH((tile::sfpu_mov(%u, tile::imm{%s})));", d, text);
  } else {
    emit_clear(e, d, text);
  }
  tt_emit_dst_write(e, d, 0);
}

static void emit_dst_protocol(tt_emitter_t* e, const tt_inst_t* inst) {
  if (inst->op == TT_OP_TILE_REGS_ACQUIRE) {
    e->dst_written = 0;
    e->in_section = true;
    memset(e->reduced, 0, sizeof(e->reduced));
  }
  if (inst->op == TT_OP_TILE_REGS_RELEASE) e->in_section = false;
  tt_emit_line(e, "%s();", tt_op_descs[inst->op].callee);
}

void tt_emit_compute(tt_emitter_t* e, const tt_inst_t* inst) {
  tt_dtype_t type = (tt_dtype_t)inst->type;
  const tt_op_desc_t* desc = &tt_op_descs[inst->op];
  // CBs of the op: the dtype of the first one's format is the op's.
  for (uint32_t k = 0; desc->op_class == TT_OP_CLASS_TILE &&
                       k < inst->operand_count && type == TT_DTYPE_NONE;
       ++k) {
    if (desc->signature[k] != 'c') continue;
    const tt_cb_t* cb = tt_emit_cb(e, inst, k);
    if (cb) type = tt_format_desc((tt_format_t)cb->format)->dtype;
  }
  const char* reason =
      tt_emit_unsupported((tt_op_t)inst->op, type, inst->attr, true);
  if (reason) {
    tt_emit_fail(e, inst, "%s", reason);
    return;
  }
  switch (inst->op) {
    case TT_OP_COPY_TILE:
    case TT_OP_TRANSPOSE_WH_TILE:
      emit_one_cb(e, inst);
      break;
    case TT_OP_MATMUL_TILES:
    case TT_OP_ADD_TILES:
    case TT_OP_SUB_TILES:
    case TT_OP_MUL_TILES:
    case TT_OP_REDUCE_TILE:
      emit_two_cbs(e, inst);
      break;
    case TT_OP_PACK_TILE:
      emit_pack(e, inst);
      break;
    case TT_OP_TILIZE_BLOCK:
    case TT_OP_UNTILIZE_BLOCK:
      emit_tilize(e, inst);
      break;
    case TT_OP_FILL_TILE:
      emit_fill(e, inst);
      break;
    default:
      if (desc->op_class == TT_OP_CLASS_DST) {
        emit_dst_protocol(e, inst);
      } else {
        tt_emit_lane(e, inst);  // copy_dest_values too
      }
      break;
  }
}

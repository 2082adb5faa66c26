// Decodes a verified program: operands become slots, control ops know where
// they jump, lane ops their function.
#include <stdlib.h>
#include <string.h>

#include "tile/interp_internal.h"

#define TT_HANDLER_MOVE(op) [TT_OP_##op] = tt_run_##op,
static const tt_handler_t handlers[TT_OP_COUNT] = {
#define TT_OP(name, mnemonic, class_, ...) TT_HANDLER_##class_(name)
#include "tile/ops.def"
#undef TT_OP
};

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "no host memory to decode a tile program");
}

typedef struct decode_t {
  tt_interp_t* interp;
  const tt_program_t* program;
  const tt_phase_code_t* phase;
  const tt_kernel_t* source;
  tt_kernel_code_t* out;
  uint32_t next_slot;
  // Open control ops, by index; the ELSE of an IF takes its place.
  uint32_t open[TT_MAX_NESTING];
  uint32_t depth;
} decode_t;

static uint32_t cb_index(const tt_phase_code_t* phase, uint32_t number) {
  uint32_t index = 0;
  while (index < phase->cb_count && phase->cbs[index].number != number) ++index;
  return index;
}

// The slot of a scalar operand.
static uint32_t scalar_slot(decode_t* decode, tt_operand_t operand) {
  uint32_t index = tt_operand_index(operand);
  switch (tt_operand_kind(operand)) {
    case TT_OPERAND_REG:
      return index;
    case TT_OPERAND_ARG:
      return decode->out->first_arg + index;
    default: {
      uint32_t slot = decode->next_slot++;
      decode->out->initial[slot] = decode->program->immediates[index];
      return slot;
    }
  }
}

static void decode_operands(decode_t* decode, const tt_inst_t* inst,
                            bool tile_form, tt_decoded_t* op) {
  const char* signature = tt_op_descs[inst->op].signature;
  const tt_operand_t* operands = tt_inst_operands(decode->program, inst);
  for (uint32_t k = 0; k < inst->operand_count; ++k) {
    uint32_t index = tt_operand_index(operands[k]);
    char letter = tile_form ? 't' : signature[k];
    switch (letter) {
      case 'c':
        op->operand[k] = cb_index(decode->phase, index);
        break;
      case 'v':
      case 'd':
        op->operand[k] = index;
        break;
      case 'n':
        op->operand[k] = (uint32_t)decode->program->immediates[index];
        break;
      case 't':
        if (tt_operand_kind(operands[k]) == TT_OPERAND_DST) {
          op->operand[k] = index;
          break;
        }
        op->imm_mask |= (uint8_t)(1u << k);
        op->operand[k] = scalar_slot(decode, operands[k]);
        break;
      default:
        op->operand[k] = scalar_slot(decode, operands[k]);
    }
  }
}

static void decode_control(decode_t* decode, uint32_t at) {
  tt_decoded_t* code = decode->out->code;
  tt_decoded_t* op = &code[at];
  switch ((tt_op_t)op->op) {
    case TT_OP_FOR:
      op->kind = TT_DO_FOR;
      op->hidden = decode->next_slot;
      decode->next_slot += 2;
      decode->open[decode->depth++] = at;
      break;
    case TT_OP_WHILE:
      op->kind = TT_DO_WHILE;
      decode->open[decode->depth++] = at;
      break;
    case TT_OP_IF:
      op->kind = TT_DO_IF;
      decode->open[decode->depth++] = at;
      break;
    case TT_OP_TEST:
      op->kind = TT_DO_TEST;
      op->target = decode->open[decode->depth - 1];  // END_WHILE patches it
      break;
    case TT_OP_ELSE:
      op->kind = TT_DO_ELSE;
      code[decode->open[decode->depth - 1]].target = at + 1;
      code[decode->open[decode->depth - 1]].has_else = true;
      decode->open[decode->depth - 1] = at;
      break;
    default: {  // END
      uint32_t start = decode->open[--decode->depth];
      tt_decoded_t* begin = &code[start];
      switch (begin->kind) {
        case TT_DO_FOR:
          op->kind = TT_DO_END_FOR;
          op->result = begin->result;
          op->hidden = begin->hidden;
          op->target = start + 1;
          begin->target = at;
          break;
        case TT_DO_WHILE:
          op->kind = TT_DO_END_WHILE;
          op->target = start + 1;
          begin->target = at;
          for (uint32_t i = start; i < at; ++i) {
            if (code[i].kind == TT_DO_TEST && code[i].target == start) {
              code[i].target = at + 1;
            }
          }
          break;
        default:
          op->kind = TT_DO_END_IF;
          begin->target = at;
      }
    }
  }
}

static void decode_op(decode_t* decode, uint32_t at) {
  const tt_inst_t* inst =
      &decode->program->insts[decode->source->first_inst + at];
  const tt_op_desc_t* desc = &tt_op_descs[inst->op];
  tt_decoded_t* op = &decode->out->code[at];
  op->op = inst->op;
  op->type = inst->type;
  op->type2 = inst->type2;
  op->attr = inst->attr;
  op->line = inst->line;
  op->result = inst->result == TT_NONE ? 0 : inst->result;
  const tt_operand_t* operands = tt_inst_operands(decode->program, inst);
  bool lane = desc->op_class == TT_OP_CLASS_LANE;
  bool tile_form = lane && inst->operand_count &&
                   tt_operand_kind(operands[0]) == TT_OPERAND_DST;
  decode_operands(decode, inst, tile_form, op);
  if (inst->result != TT_NONE) {
    op->result_bytes = decode->out->lane_bytes[inst->result];
  }
  if (desc->op_class == TT_OP_CLASS_CTRL) {
    decode_control(decode, at);
    return;
  }
  const bool tensix = decode->interp->options.numerics == TT_NUMERICS_TENSIX;
  op->kind = TT_DO_CALL;
  op->handler = lane ? tt_run_lane_tile : handlers[inst->op];
  if (tensix) op->handler = tt_tensix_handler(inst->op, op->handler);
  if (!lane) return;
  tt_dtype_t type = (tt_dtype_t)inst->type;
  // A 16-bit DST, of bf16 lanes, rounds by itself.
  if (tensix && tile_form && !decode->phase->fp32_dest_acc &&
      inst->op != TT_OP_BITCAST) {
    type = TT_DTYPE_F32;
  }
  op->fn =
      decode->interp->lanes->lookup(inst->op, type, inst->type2, inst->attr);
  if (tile_form) return;
  op->kind = TT_DO_LANE;
  if (inst->type == TT_DTYPE_I64) {
    if (inst->op == TT_OP_ADD) op->kind = TT_DO_ADD;
    if (inst->op == TT_OP_SUB) op->kind = TT_DO_SUB;
    if (inst->op == TT_OP_MUL) op->kind = TT_DO_MUL;
  }
}

// Tells cb_load which end of a CB this kernel looks at.
static void decode_cb_use(tt_kernel_code_t* kernel) {
  uint8_t use[TT_MAX_CBS + 1] = {0};
  for (uint32_t i = 0; i < kernel->code_count; ++i) {
    const tt_decoded_t* op = &kernel->code[i];
    if (op->kind != TT_DO_CALL) continue;
    if (op->op == TT_OP_CB_WAIT_FRONT) use[op->operand[0]] |= 1;
    if (op->op == TT_OP_CB_RESERVE_BACK) use[op->operand[0]] |= 2;
  }
  for (uint32_t i = 0; i < kernel->code_count; ++i) {
    tt_decoded_t* op = &kernel->code[i];
    if (op->kind == TT_DO_CALL && op->op == TT_OP_CB_LOAD) {
      op->cb_use = use[op->operand[0]];
    }
  }
}

static tt_status_t decode_kernel(decode_t* decode, uint32_t arg_count) {
  const tt_kernel_t* source = decode->source;
  tt_kernel_code_t* out = decode->out;
  uint64_t slots = (uint64_t)source->reg_count + arg_count;
  for (uint32_t i = 0; i < source->inst_count; ++i) {
    const tt_inst_t* inst = &decode->program->insts[source->first_inst + i];
    // An immediate each at most, or a for's hidden slots.
    slots += inst->operand_count + 2;
  }
  out->code_count = source->inst_count + 1;
  out->code = calloc(out->code_count, sizeof(*out->code));
  out->initial = calloc(slots + 1, sizeof(*out->initial));
  out->lane_bytes = calloc((size_t)source->reg_count + 1, 1);
  if (!out->code || !out->initial || !out->lane_bytes) return out_of_memory();
  for (uint32_t r = 0; r < source->reg_count; ++r) {
    tt_dtype_t type =
        (tt_dtype_t)decode->program->reg_types[source->first_reg + r];
    out->lane_bytes[r] = tt_dtype_desc(type)->lane_bytes;
  }
  out->reg_count = source->reg_count;
  out->first_arg = source->reg_count;
  out->arg_count = arg_count;
  decode->next_slot = source->reg_count + arg_count;
  decode->depth = 0;
  for (uint32_t i = 0; i < source->inst_count; ++i) decode_op(decode, i);
  out->code[source->inst_count].kind = TT_DO_DONE;
  out->slot_count = decode->next_slot;
  decode_cb_use(out);
  uint32_t* max = &decode->interp->max_slots[source->unit];
  if (out->slot_count > *max) *max = out->slot_count;
  return NULL;
}

// As tt-metal unpacks a float format to a source register beside the phase's
// other CBs (toolchain/sources.c).
static tt_source_t source_of(const tt_program_t* program,
                             const tt_phase_t* phase, tt_format_t format) {
  if (format == TT_FORMAT_FLOAT16) return TT_SOURCE_F16;
  if (format == TT_FORMAT_FLOAT16_B) return TT_SOURCE_BF16;
  if (phase->fp32_dest_acc) return TT_SOURCE_TF32;
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    if (program->cbs[phase->first_cb + i].format == TT_FORMAT_FLOAT16) {
      return TT_SOURCE_F16;
    }
  }
  return TT_SOURCE_BF16;
}

static void decode_cbs(const tt_program_t* program, const tt_phase_t* phase,
                       tt_phase_code_t* out) {
  out->cb_count = phase->cb_count;
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    const tt_cb_t* cb = &program->cbs[phase->first_cb + i];
    const tt_format_desc_t* format = tt_format_desc((tt_format_t)cb->format);
    tt_cb_info_t* info = &out->cbs[i];
    info->number = cb->number;
    info->rows = cb->rows;
    info->layout = cb->layout;
    info->format = cb->format;
    info->dtype = (uint8_t)format->dtype;
    info->element_bytes = format->bytes;
    info->unpack_to_dest = cb->unpack_to_dest;
    info->source = source_of(program, phase, (tt_format_t)cb->format);
    info->elements = cb->rows * TT_TILE_DIM;
    info->page_bytes = info->elements * format->bytes;
    info->pages = cb->pages;
    info->offset = out->l1_bytes;
    info->first_page = out->page_count;
    out->page_count += cb->pages;
    uint64_t align = tt_chip_blackhole.noc_read_align;
    uint64_t bytes = (uint64_t)info->page_bytes * cb->pages;
    out->l1_bytes += (bytes + align - 1) / align * align;
  }
}

static tt_status_t decode_entry(tt_interp_t* interp, const tt_entry_t* entry,
                                tt_entry_code_t* out) {
  const tt_program_t* program = interp->program;
  out->entry = entry;
  uint32_t ops = 0;
  if (entry->launch != TT_NONE) {
    out->launch_reg_count = program->kernels[entry->launch].reg_count;
    ops = program->kernels[entry->launch].inst_count;
  }
  if (out->launch_reg_count > interp->max_launch_regs) {
    interp->max_launch_regs = out->launch_reg_count;
  }
  out->per_core = calloc((size_t)ops + 1, 1);
  uint8_t* values = calloc((size_t)out->launch_reg_count + 1, 1);
  out->phases = calloc((size_t)entry->phase_count + 1, sizeof(*out->phases));
  if (!out->per_core || !values || !out->phases) {
    free(values);
    return out_of_memory();
  }
  tt_launch_mark(program, entry, out->per_core, values);
  free(values);
  out->phase_count = entry->phase_count;
  for (uint32_t p = 0; p < entry->phase_count; ++p) {
    const tt_phase_t* phase = &program->phases[entry->first_phase + p];
    tt_phase_code_t* phase_out = &out->phases[p];
    phase_out->cores = phase->cores;
    phase_out->dst_tiles = tt_chip_dst_tiles(
        &tt_chip_blackhole, phase->fp32_dest_acc, phase->dst_full_sync);
    phase_out->fp32_dest_acc = phase->fp32_dest_acc;
    phase_out->fidelity_phases =
        phase->fidelity == TT_FIDELITY_LOFI ? 1 : phase->fidelity;
    decode_cbs(program, phase, phase_out);
    if (phase_out->l1_bytes > interp->max_l1) {
      interp->max_l1 = phase_out->l1_bytes;
    }
    if (phase_out->page_count > interp->max_pages) {
      interp->max_pages = phase_out->page_count;
    }
    for (uint32_t unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      if (phase->kernels[unit] == TT_NONE) continue;
      decode_t decode = {.interp = interp,
                         .program = program,
                         .phase = phase_out,
                         .source = &program->kernels[phase->kernels[unit]],
                         .out = &phase_out->kernels[unit]};
      TT_RETURN_IF_ERROR(decode_kernel(&decode, out->launch_reg_count));
      if (!interp->options.scalar_loops) {
        TT_RETURN_IF_ERROR(tt_simt_plan(interp, decode.out));
      }
    }
    tt_decode_needs(interp, entry, phase, phase_out);
  }
  return NULL;
}

tt_status_t tt_interp_create(const tt_program_t* program,
                             const tt_interp_options_t* options,
                             tt_interp_t** out_interp) {
  *out_interp = NULL;
  const tt_lanes_t* lanes = tt_lanes(options->isa);
  if (!lanes) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "this CPU lacks the instruction set asked for");
  }
  tt_interp_t* interp = calloc(1, sizeof(*interp));
  if (!interp) return out_of_memory();
  interp->program = program;
  interp->options = *options;
  interp->lanes = lanes;
  interp->simt_steps_left = TT_SIMT_PLAN_STEPS;
  interp->entries =
      calloc((size_t)program->entries_count + 1, sizeof(*interp->entries));
  tt_status_t status = interp->entries ? NULL : out_of_memory();
  interp->entry_count = interp->entries ? program->entries_count : 0;
  for (uint32_t i = 0; !status && i < interp->entry_count; ++i) {
    status = decode_entry(interp, &program->entries[i], &interp->entries[i]);
  }
  if (status) {
    tt_interp_destroy(interp);
    return status;
  }
  *out_interp = interp;
  return NULL;
}

void tt_interp_destroy(tt_interp_t* interp) {
  if (!interp) return;
  for (uint32_t e = 0; e < interp->entry_count; ++e) {
    tt_entry_code_t* entry = &interp->entries[e];
    for (uint32_t p = 0; entry->phases && p < entry->phase_count; ++p) {
      for (uint32_t unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
        tt_kernel_code_t* kernel = &entry->phases[p].kernels[unit];
        tt_simt_free(kernel);
        free(kernel->code);
        free(kernel->lane_bytes);
        free(kernel->initial);
      }
    }
    free(entry->phases);
    free(entry->per_core);
  }
  free(interp->entries);
  free(interp);
}

uint64_t tt_interp_l1_bytes(const tt_interp_t* interp) {
  return interp->max_l1;
}

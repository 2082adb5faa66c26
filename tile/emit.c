#include "tile/emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"
#include "tile/emit_internal.h"
#include "tile/emit_library.h"
#include "tile/immediate.h"
#include "tile/strbuf.h"

// ---- Text -------------------------------------------------------------------

void tt_emit_fail(tt_emitter_t* e, const tt_inst_t* inst, const char* format,
                  ...) {
  static const char* const units[] = {"reader", "compute", "writer"};
  char message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof(message), format, args);
  va_end(args);
  tt_status_join(
      &e->status,
      inst ? tt_status_make(
                 TT_CODE_UNIMPLEMENTED,
                 "entry @%s, %s kernel, op %s%s%s%s: no TT-Metal "
                 "spelling: %s",
                 tt_entry_name(e->program, e->entry), units[e->unit],
                 tt_op_descs[inst->op].mnemonic, inst->type ? "." : "",
                 inst->type ? tt_dtype_desc((tt_dtype_t)inst->type)->name : "",
                 tt_line_text(inst->line).s, message)
           : tt_status_make(TT_CODE_UNIMPLEMENTED,
                            "entry @%s, %s kernel: no TT-Metal spelling: %s",
                            tt_entry_name(e->program, e->entry), units[e->unit],
                            message));
}

void tt_emit_line(tt_emitter_t* e, const char* format, ...) {
  tt_strbuf_print(&e->out, "%*s", e->indent * 2, "");
  va_list args;
  va_start(args, format);
  tt_strbuf_print_v(&e->out, format, args);
  va_end(args);
  tt_strbuf_append(&e->out, "\n", 1);
}

static const char* register_type(tt_dtype_t dtype) {
  switch (dtype) {
    case TT_DTYPE_I1:
      return "bool";
    case TT_DTYPE_I8:
      return "int8_t";
    case TT_DTYPE_I16:
      return "int16_t";
    case TT_DTYPE_I32:
      return "int32_t";
    case TT_DTYPE_F64:
      return "double";
    case TT_DTYPE_F16:
    case TT_DTYPE_BF16:
    case TT_DTYPE_F32:
      return "float";
    default:
      return "int64_t";
  }
}

// An immediate of |dtype| as a C++ literal.
static tt_emit_text_t immediate(tt_dtype_t dtype, uint64_t bits) {
  tt_emit_text_t t;
  const tt_dtype_desc_t* desc = tt_dtype_desc(dtype);
  if (dtype == TT_DTYPE_I1) {
    snprintf(t.s, sizeof(t.s), bits ? "true" : "false");
  } else if (!desc->is_float) {
    int64_t value = (int64_t)bits;
    if (value == INT64_MIN) {
      snprintf(t.s, sizeof(t.s), "INT64_MIN");
    } else if (value > INT32_MAX || value < INT32_MIN + 1) {
      snprintf(t.s, sizeof(t.s), "INT64_C(%" PRId64 ")", value);
    } else {
      snprintf(t.s, sizeof(t.s), "%" PRId64, value);
    }
  } else {
    bool wide = dtype == TT_DTYPE_F64;
    uint64_t exponent = wide ? 0x7FF0000000000000u : (uint64_t)0x7F800000u;
    if ((bits & exponent) == exponent) {
      snprintf(t.s, sizeof(t.s),
               wide ? "tile::tt_from_bits_f64(0x%016" PRIx64 ")"
                    : "tile::tt_from_bits_f32(0x%08" PRIx64 ")",
               bits);
    } else {
      char text[TT_IMMEDIATE_TEXT];
      tt_immediate_print(dtype, bits, text);
      snprintf(t.s, sizeof(t.s), wide ? "%s" : "%sf", text);
    }
  }
  return t;
}

// The type that the signature gives operand |k|.
static tt_dtype_t operand_type(const tt_emitter_t* e, const tt_inst_t* inst,
                               uint32_t k) {
  uint32_t letter = k - (tt_emit_is_tile_form(e, inst) ? 1 : 0);
  switch (tt_op_descs[inst->op].signature[letter]) {
    case 's':
      return (tt_dtype_t)inst->type;
    case 'u':
      return (tt_dtype_t)inst->type2;
    case 'b':
      return TT_DTYPE_I1;
    default:
      return TT_DTYPE_I64;
  }
}

tt_emit_text_t tt_emit_operand(tt_emitter_t* e, const tt_inst_t* inst,
                               uint32_t k) {
  tt_operand_t operand = tt_inst_operands(e->program, inst)[k];
  uint32_t index = tt_operand_index(operand);
  tt_emit_text_t t;
  switch (tt_operand_kind(operand)) {
    case TT_OPERAND_IMM:
      return immediate(tt_dtype_of_register(operand_type(e, inst, k)),
                       e->program->immediates[index]);
    case TT_OPERAND_REG:
      snprintf(t.s, sizeof(t.s), "r%u", index);
      break;
    case TT_OPERAND_ARG:
      snprintf(t.s, sizeof(t.s), "a%u", index);
      break;
    case TT_OPERAND_CB:
      snprintf(t.s, sizeof(t.s), "c%u", index);
      break;
    case TT_OPERAND_VIEW:
      snprintf(t.s, sizeof(t.s), "v%u", index);
      break;
    default:
      snprintf(t.s, sizeof(t.s), "%u", index);
      break;
  }
  return t;
}

tt_emit_text_t tt_emit_target(tt_emitter_t* e, const tt_inst_t* inst) {
  tt_emit_text_t t;
  uint32_t reg = inst->result;
  if (e->declared_late[reg]) {
    tt_dtype_t type =
        (tt_dtype_t)e->program->reg_types[e->kernel->first_reg + reg];
    snprintf(t.s, sizeof(t.s), "const %s r%u", register_type(type), reg);
  } else {
    snprintf(t.s, sizeof(t.s), "r%u", reg);
  }
  return t;
}

const tt_cb_t* tt_emit_cb(const tt_emitter_t* e, const tt_inst_t* inst,
                          uint32_t k) {
  uint32_t number = tt_operand_index(tt_inst_operands(e->program, inst)[k]);
  for (uint32_t i = 0; i < e->phase->cb_count; ++i) {
    const tt_cb_t* cb = &e->program->cbs[e->phase->first_cb + i];
    if (cb->number == number) return cb;
  }
  return NULL;  // not in a verified program
}

bool tt_emit_is_tile_form(const tt_emitter_t* e, const tt_inst_t* inst) {
  return tt_op_descs[inst->op].op_class == TT_OP_CLASS_LANE &&
         inst->operand_count > 0 &&
         tt_operand_kind(tt_inst_operands(e->program, inst)[0]) ==
             TT_OPERAND_DST;
}

// ---- Parts of the file ------------------------------------------------------

static const char* format_tag(tt_format_t format) {
  return tt_dtype_desc(tt_format_desc(format)->dtype)->name;
}

static void emit_header(tt_emitter_t* e, uint32_t phase,
                        const tt_emit_cb_t* cbs, uint32_t cb_count,
                        tt_strbuf_t* out) {
  static const char* const units[] = {"Reader", "Compute", "Writer"};
  tt_strbuf_print(out,
                  "// %s kernel of @%s, phase %u. Generated by tt-iree for "
                  "tt-metal v0.65.0.\n//\n",
                  units[e->unit], tt_entry_name(e->program, e->entry), phase);
  for (uint32_t i = 0; i < cb_count; ++i) {
    tt_strbuf_print(out, "// CB %u: %s %ux32, %u pages of %u bytes%s%s\n",
                    cbs[i].number,
                    tt_format_desc((tt_format_t)cbs[i].format)->name,
                    cbs[i].rows, cbs[i].pages, cbs[i].page_size,
                    cbs[i].unpack_to_dest ? ", unpack_to_dest" : "",
                    i >= e->phase->cb_count ? ", staging" : "");
  }
  if (e->unit == TT_UNIT_COMPUTE) {
    tt_strbuf_print(out, "// Compute: %s%s%s%s\n",
                    e->phase->fidelity == TT_FIDELITY_LOFI    ? "LoFi"
                    : e->phase->fidelity == TT_FIDELITY_HIFI2 ? "HiFi2"
                    : e->phase->fidelity == TT_FIDELITY_HIFI3 ? "HiFi3"
                                                              : "HiFi4",
                    e->phase->fp32_dest_acc ? ", fp32_dest_acc" : "",
                    e->phase->dst_full_sync ? ", dst_full_sync" : "",
                    e->phase->approx ? ", approx" : "");
  }
  static const char* const kinds[] = {"binding", "scratch", "data"};
  for (uint32_t i = 0; i < e->arg_count; ++i) {
    const tt_emit_arg_t* arg = &e->args[i];
    if (arg->kind == TT_EMIT_ARG_VALUE) {
      tt_strbuf_print(out, "// Arguments %u-%u: $%u\n", arg->word,
                      arg->word + 1, arg->index);
    } else {
      tt_strbuf_print(out, "// Arguments %u-%u: address of %s %u\n", arg->word,
                      arg->word + 2, kinds[arg->kind], arg->index);
    }
  }
  tt_strbuf_print(out, "\n");
}

static uint32_t arg_word(const tt_emitter_t* e, tt_emit_arg_kind_t kind,
                         uint32_t index) {
  for (uint32_t i = 0; i < e->arg_count; ++i) {
    if (e->args[i].kind == kind && e->args[i].index == index) {
      return e->args[i].word;
    }
  }
  return 0;  // collect_args put it there
}

static bool uses_cb(const tt_emitter_t* e, uint32_t number) {
  for (uint32_t i = 0; e->kernel && i < e->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &e->program->insts[e->kernel->first_inst + i];
    for (uint32_t k = 0; k < inst->operand_count; ++k) {
      if (tt_inst_operands(e->program, inst)[k] ==
          tt_operand(TT_OPERAND_CB, number)) {
        return true;
      }
    }
  }
  return false;
}

// A launch value or an immediate.
static tt_emit_text_t launch_value(const tt_emitter_t* e,
                                   tt_operand_t operand) {
  uint32_t index = tt_operand_index(operand);
  if (tt_operand_kind(operand) != TT_OPERAND_ARG) {
    return immediate(TT_DTYPE_I64, e->program->immediates[index]);
  }
  tt_emit_text_t text;
  snprintf(text.s, sizeof(text.s), "a%u", index);
  return text;
}

static void emit_views(tt_emitter_t* e) {
  for (uint32_t i = 0; i < e->entry->view_count; ++i) {
    if (!e->uses_view[i]) continue;
    const tt_view_t* view = &e->program->views[e->entry->first_view + i];
    uint32_t word = arg_word(e, (tt_emit_arg_kind_t)view->source, view->index);
    tt_emit_line(
        e, "const auto v%u = tile::view_arg<tile::%s>(%u, %s, %s, %u);", i,
        tt_dtype_desc((tt_dtype_t)view->dtype)->name, word,
        launch_value(e, view->offset).s, launch_value(e, view->length).s,
        e->view_line[i] == TT_NONE ? 0 : e->view_line[i]);
  }
}

static void emit_declarations(tt_emitter_t* e) {
  for (uint32_t i = 0; i < e->arg_count; ++i) {
    if (e->args[i].kind != TT_EMIT_ARG_VALUE) continue;
    tt_emit_line(e, "const int64_t a%u = tile::value_arg(%u);",
                 e->args[i].index, e->args[i].word);
  }
  emit_views(e);
  for (uint32_t i = 0; i < e->phase->cb_count; ++i) {
    const tt_cb_t* cb = &e->program->cbs[e->phase->first_cb + i];
    if (!uses_cb(e, cb->number)) continue;
    if (e->unit == TT_UNIT_COMPUTE) {
      tt_emit_line(e, "constexpr uint32_t c%u = %u;", cb->number, cb->number);
    } else {
      tt_emit_line(e, "constexpr tile::cb<tile::%s, %u, %s> c%u = {%u};",
                   format_tag((tt_format_t)cb->format), cb->rows,
                   cb->layout == TT_CB_LAYOUT_FACES ? "true" : "false",
                   cb->number, cb->number);
    }
  }
  for (uint32_t i = 0; e->kernel && i < e->kernel->reg_count; ++i) {
    if (e->assignments[i] == 0 || e->declared_late[i]) continue;
    tt_dtype_t type =
        (tt_dtype_t)e->program->reg_types[e->kernel->first_reg + i];
    tt_emit_line(e, "%s r%u = 0;", register_type(type), i);
  }
}

// ---- Ops --------------------------------------------------------------------

static void emit_for(tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t reg = inst->result;
  char text[3][80];
  for (uint32_t k = 0; k < 3; ++k) {
    memcpy(text[k], tt_emit_operand(e, inst, k).s, sizeof(text[k]));
  }
  if (e->declared_late[reg]) {
    tt_emit_line(e, "for (int64_t r%u = %s; r%u < %s; r%u += %s) {", reg,
                 text[0], reg, text[1], reg, text[2]);
    ++e->indent;
    return;
  }
  // The counter is a register that others assign too: count apart from it.
  tt_emit_line(e,
               "for (int64_t i = %s, end = %s, step = %s; i < end; "
               "i += step) {",
               text[0], text[1], text[2]);
  ++e->indent;
  tt_emit_line(e, "r%u = i;", reg);
}

static void emit_control(tt_emitter_t* e, const tt_inst_t* inst) {
  if (e->unit == TT_UNIT_COMPUTE) tt_emit_compute_block(e, inst);
  switch (inst->op) {
    case TT_OP_FOR:
      emit_for(e, inst);
      break;
    case TT_OP_WHILE:
      tt_emit_line(e, "while (true) {");
      ++e->indent;
      break;
    case TT_OP_TEST:
      tt_emit_line(e, "if (!%s) break;", tt_emit_operand(e, inst, 0).s);
      break;
    case TT_OP_IF:
      tt_emit_line(e, "if (%s) {", tt_emit_operand(e, inst, 0).s);
      ++e->indent;
      break;
    case TT_OP_ELSE:
      --e->indent;
      tt_emit_line(e, "} else {");
      ++e->indent;
      break;
    default:
      --e->indent;
      tt_emit_line(e, "}");
      break;
  }
}

static void emit_cb_op(tt_emitter_t* e, const tt_inst_t* inst) {
  const tt_operand_t* operands = tt_inst_operands(e->program, inst);
  uint32_t cb = tt_operand_index(operands[0]);
  uint32_t pages =
      (uint32_t)e->program->immediates[tt_operand_index(operands[1])];
  switch (inst->op) {
    case TT_OP_CB_RESERVE_BACK:
      e->open_reserves[cb] = pages;
      break;
    case TT_OP_CB_PUSH_BACK:
      e->open_reserves[cb] -= pages;
      break;
    case TT_OP_CB_WAIT_FRONT:
      e->open_waits[cb] = pages;
      break;
    default:
      e->open_waits[cb] -= pages;
      break;
  }
  tt_emit_line(e, "%s(c%u, %u);", tt_op_descs[inst->op].callee, cb, pages);
  bool meets =
      inst->op == TT_OP_CB_RESERVE_BACK || inst->op == TT_OP_CB_WAIT_FRONT;
  if (meets && e->line_count > 0) tt_emit_line(e, "tile::drop_lines();");
}

// Ops that wait: for the other kernels of the core, or for the NoC.
static bool may_wait(const tt_inst_t* inst) {
  switch (inst->op) {
    case TT_OP_CB_RESERVE_BACK:
    case TT_OP_CB_WAIT_FRONT:
    case TT_OP_TILE_REGS_ACQUIRE:
    case TT_OP_TILE_REGS_WAIT:
    case TT_OP_TILIZE_BLOCK:
    case TT_OP_UNTILIZE_BLOCK:
      return true;
    case TT_OP_CB_LOAD:
    case TT_OP_CB_STORE:
    case TT_OP_FILL_PAGE:
    case TT_OP_FILL_INDICES:
      return false;
    default:
      return tt_op_descs[inst->op].op_class == TT_OP_CLASS_MOVE;
  }
}

static void emit_inst(tt_emitter_t* e, const tt_inst_t* inst) {
  bool tile_form = tt_emit_is_tile_form(e, inst);
  if (may_wait(inst)) {
    const tt_inst_t* first = &e->program->insts[e->kernel->first_inst];
    tt_emit_line(e, "tile::at(%u);", (unsigned)(inst - first) + 1);
  }
  switch (tt_op_descs[inst->op].op_class) {
    case TT_OP_CLASS_CTRL:
      emit_control(e, inst);
      break;
    case TT_OP_CLASS_CB:
      emit_cb_op(e, inst);
      break;
    case TT_OP_CLASS_MOVE:
      tt_emit_move(e, inst);
      break;
    case TT_OP_CLASS_LANE:
      if (!tile_form) {
        tt_emit_scalar(e, inst);
        break;
      }
      __attribute__((fallthrough));
    default:
      tt_emit_compute(e, inst);
      break;
  }
}

// ---- The file ---------------------------------------------------------------

static void emit_body(tt_emitter_t* e) {
  bool compute = e->unit == TT_UNIT_COMPUTE;
  tt_emit_line(e, compute ? "namespace NAMESPACE {" : "void kernel_main() {");
  if (compute) tt_emit_line(e, "void MAIN {");
  ++e->indent;
  if (e->kernel && e->kernel->inst_count > 0) {
    emit_declarations(e);
    if (compute) tt_emit_compute_start(e);
    for (uint32_t i = 0; i < e->kernel->inst_count && !e->status; ++i) {
      emit_inst(e, &e->program->insts[e->kernel->first_inst + i]);
    }
  }
  --e->indent;
  tt_emit_line(e, "}");
  if (compute) tt_emit_line(e, "}  // namespace NAMESPACE");
}

static bool has_float_scalars(const tt_emitter_t* e) {
  for (uint32_t i = 0; e->kernel && i < e->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &e->program->insts[e->kernel->first_inst + i];
    if (tt_op_descs[inst->op].op_class == TT_OP_CLASS_LANE &&
        !tt_emit_is_tile_form(e, inst) &&
        (tt_dtype_desc((tt_dtype_t)inst->type)->is_float ||
         tt_dtype_desc((tt_dtype_t)inst->type2)->is_float)) {
      return true;
    }
  }
  return false;
}

static void emit_includes(tt_emitter_t* e, tt_strbuf_t* out) {
  tt_strbuf_print(out, "#include <cstdint>\n\n");
  if (e->unit == TT_UNIT_COMPUTE) {
    tt_emit_compute_includes(e->out.data, e->out.size, out);
  } else {
    tt_strbuf_print(out, "#include \"dataflow_api.h\"\n");
  }
  if (has_float_scalars(e)) {
    tt_strbuf_print(out,
                    "\n// tt-metal compiles with -ffast-math, which would undo "
                    "exact sums and NaN tests.\n"
                    "#pragma GCC optimize(\"no-fast-math\")\n");
  }
  tt_strbuf_print(out, "\n");
}

// What who compiles a kernel may ask of it.
static void emit_options(tt_strbuf_t* out) {
  tt_strbuf_print(
      out,
      "#ifndef TT_PLACE_ADDRESS\n"
      "#define TT_PLACE_ADDRESS 0  // of a word in L1 for tile::at(); 0: none\n"
      "#endif\n"
      "#ifndef TT_CHECKED\n"
      "#define TT_CHECKED 0  // 1: accesses outside of their view stop\n"
      "#endif\n\n");
}

// The constants and declarations that the body relies on.
static void emit_library(tt_emitter_t* e, const tt_emit_cb_t* cbs,
                         uint32_t cb_count, tt_strbuf_t* out) {
  tt_strbuf_t used = {0};
  tt_library_paste(e->out.data, e->out.size, &used);
  if (used.size > 0) {
    if (tt_library_mentions(used.data, used.size, "place_address")) {
      emit_options(out);
    }
    tt_strbuf_print(out, "namespace tile {\n\n");
    if (tt_library_mentions(used.data, used.size, "dram_page")) {
      tt_strbuf_print(out,
                      "constexpr uint32_t dram_page = %u;\n"
                      "constexpr uint32_t staging_cb = %u;\n"
                      "constexpr uint32_t staging_at = %u;\n"
                      "constexpr uint32_t line_count = %u;\n\n",
                      tt_chip_blackhole.dram_page, cbs[cb_count - 1].number,
                      e->unit == TT_UNIT_WRITER ? TT_EMIT_STAGING_BYTES / 2 : 0,
                      e->line_count < TT_EMIT_MAX_LINES ? e->line_count
                                                        : TT_EMIT_MAX_LINES);
    }
    tt_strbuf_append(out, used.data, used.size);
    tt_strbuf_print(out, "}  // namespace tile\n\n");
  }
  out->failed |= used.failed;
  tt_strbuf_free(&used);
}

tt_status_t tt_emit_kernel(const tt_program_t* program, uint32_t entry,
                           uint32_t phase, tt_unit_t unit, char** out_text,
                           size_t* out_size) {
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t cb_count = 0;
  TT_RETURN_IF_ERROR(tt_emit_phase_cbs(program, entry, phase, cbs, &cb_count));
  tt_emitter_t e;
  TT_RETURN_IF_ERROR(tt_emitter_create(program, entry, phase, unit, &e));
  tt_strbuf_t file = {0};
  e.staging = cb_count > e.phase->cb_count ? cbs[cb_count - 1].number : TT_NONE;
  if (!e.status) emit_body(&e);
  tt_status_t status = e.status;
  e.status = NULL;
  file.failed |= e.out.failed;
  if (!status && !file.failed) {
    emit_header(&e, phase, cbs, cb_count, &file);
    emit_includes(&e, &file);
    emit_library(&e, cbs, cb_count, &file);
    tt_strbuf_append(&file, e.out.data, e.out.size);
  }
  tt_emitter_destroy(&e);
  if (status) {
    tt_strbuf_free(&file);
    return status;
  }
  return tt_strbuf_finish(&file, out_text, out_size);
}

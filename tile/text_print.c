// Prints a verified program.
#include <string.h>

#include "tile/chip.h"
#include "tile/immediate.h"
#include "tile/note.h"
#include "tile/strbuf.h"
#include "tile/text_words.h"

typedef struct printer_t {
  const tt_program_t* program;
  tt_strbuf_t out;
} printer_t;

static void print_operand(printer_t* p, tt_operand_t operand,
                          tt_dtype_t dtype) {
  static const char sigils[TT_OPERAND_KIND_COUNT] = {
      [TT_OPERAND_REG] = '%', [TT_OPERAND_ARG] = '$',  [TT_OPERAND_CB] = 'c',
      [TT_OPERAND_DST] = 'd', [TT_OPERAND_VIEW] = 'v',
  };
  const uint32_t index = tt_operand_index(operand);
  if (tt_operand_kind(operand) == TT_OPERAND_IMM) {
    char text[TT_IMMEDIATE_TEXT];
    tt_immediate_print(dtype, p->program->immediates[index], text);
    tt_strbuf_print(&p->out, "%s", text);
  } else {
    tt_strbuf_print(&p->out, "%c%u", sigils[tt_operand_kind(operand)], index);
  }
}

// ---- Ops -------------------------------------------------------------------

static void print_attr(printer_t* p, const tt_inst_t* inst, uint8_t kind) {
  const uint32_t attr = inst->attr;
  switch (kind) {
    case TT_ATTR_PREDF:
      tt_strbuf_print(&p->out, " %s", tt_word_predf[TT_ATTR_ENUM(attr)]);
      break;
    case TT_ATTR_PREDI:
      tt_strbuf_print(&p->out, " %s", tt_word_predi[TT_ATTR_ENUM(attr)]);
      break;
    case TT_ATTR_BCAST:
      if (TT_ATTR_ENUM(attr) == TT_BCAST_NONE) break;
      tt_strbuf_print(&p->out, " %s", tt_word_bcast[TT_ATTR_ENUM(attr)]);
      break;
    case TT_ATTR_REDUCE:
      tt_strbuf_print(&p->out, " %s %s", tt_word_pool[TT_ATTR_ENUM(attr)],
                      tt_word_dim[TT_ATTR_DIM(attr)]);
      break;
    default:
      break;
  }
  if (attr & TT_ATTR_ACC) tt_strbuf_print(&p->out, " acc");
  if (attr & TT_ATTR_FLAG_PARALLEL) tt_strbuf_print(&p->out, " parallel");
  if (attr & TT_ATTR_FLAG_TRANSPOSE) tt_strbuf_print(&p->out, " transpose");
}

static void print_inst(printer_t* p, const tt_inst_t* inst, char sigil) {
  const tt_op_desc_t* desc = &tt_op_descs[inst->op];
  if (inst->result != TT_NONE) {
    tt_strbuf_print(&p->out, "%c%u = ", sigil, inst->result);
  }
  tt_strbuf_print(&p->out, "%s", desc->mnemonic);
  const tt_dtype_t type = (tt_dtype_t)inst->type;
  const tt_dtype_t type2 = (tt_dtype_t)inst->type2;
  if (type) tt_strbuf_print(&p->out, ".%s", tt_dtype_desc(type)->name);
  if (type2) tt_strbuf_print(&p->out, ".%s", tt_dtype_desc(type2)->name);
  const tt_operand_t* operands = tt_inst_operands(p->program, inst);
  // One operand more than the signature has: the target of the tile form.
  const uint32_t target = inst->operand_count > strlen(desc->signature);
  for (uint32_t i = 0; i < inst->operand_count; ++i) {
    tt_strbuf_print(&p->out, i ? ", " : " ");
    const char letter = i < target ? 'd' : desc->signature[i - target];
    const tt_dtype_t dtype = letter == 's'   ? tt_dtype_of_register(type)
                             : letter == 'u' ? type2
                             : letter == 'b' ? TT_DTYPE_I1
                                             : TT_DTYPE_I64;
    print_operand(p, operands[i], dtype);
  }
  print_attr(p, inst, desc->attr);
  tt_strbuf_print(&p->out, "\n");
}

static void print_kernel(printer_t* p, const tt_kernel_t* kernel, int indent,
                         char sigil) {
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    const tt_inst_t* inst = &p->program->insts[kernel->first_inst + i];
    const bool closes = inst->op == TT_OP_END || inst->op == TT_OP_ELSE;
    const bool opens = inst->op == TT_OP_FOR || inst->op == TT_OP_WHILE ||
                       inst->op == TT_OP_IF || inst->op == TT_OP_ELSE;
    if (closes) indent -= 2;
    tt_strbuf_print(&p->out, "%*s", indent, "");
    print_inst(p, inst, sigil);
    if (opens) indent += 2;
  }
}

// ---- Entries ---------------------------------------------------------------

static void print_name(printer_t* p, const char* name) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  tt_strbuf_print(&p->out, "@");
  if (strspn(name, plain) == strlen(name)) {
    tt_strbuf_print(&p->out, "%s", name);
    return;
  }
  tt_strbuf_quote(&p->out, name);
}

static void print_phase(printer_t* p, const tt_phase_t* phase) {
  tt_strbuf_print(&p->out, "  phase cores ");
  print_operand(p, phase->cores, TT_DTYPE_I64);
  tt_strbuf_print(&p->out, " fidelity %s%s%s%s {\n",
                  tt_word_fidelity[phase->fidelity],
                  phase->fp32_dest_acc ? " fp32_dest_acc" : "",
                  phase->dst_full_sync ? " dst_full_sync" : "",
                  phase->approx ? " approx" : "");
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    const tt_cb_t* cb = &p->program->cbs[phase->first_cb + i];
    tt_strbuf_print(&p->out, "    cb c%u %s %u %s pages %u%s\n", cb->number,
                    tt_format_desc((tt_format_t)cb->format)->name, cb->rows,
                    tt_word_layout[cb->layout], cb->pages,
                    cb->unpack_to_dest ? " unpack_to_dest" : "");
  }
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (phase->kernels[unit] == TT_NONE) continue;
    tt_strbuf_print(&p->out, "    %s {\n", tt_word_unit[unit]);
    print_kernel(p, &p->program->kernels[phase->kernels[unit]], 6, '%');
    tt_strbuf_print(&p->out, "    }\n");
  }
  tt_strbuf_print(&p->out, "  }\n");
}

static void print_entry(printer_t* p, const tt_entry_t* entry) {
  const tt_program_t* program = p->program;
  tt_strbuf_print(&p->out, "\nentry ");
  print_name(p, tt_entry_name(program, entry));
  tt_strbuf_print(&p->out, " constants %u {\n", entry->constant_count);
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    const uint32_t access = program->bindings[entry->first_binding + i].access;
    tt_strbuf_print(&p->out, "  binding %u%s%s\n", i,
                    access & TT_ACCESS_READ ? " read" : "",
                    access & TT_ACCESS_WRITE ? " write" : "");
  }
  for (uint32_t i = 0; i < entry->note_count; ++i) {
    const tt_note_t note = tt_entry_note(program, entry, i);
    tt_strbuf_print(&p->out, "  note %s ", note.key);
    tt_strbuf_quote(&p->out, note.text);
    tt_strbuf_print(&p->out, "\n");
  }
  if (entry->launch != TT_NONE) {
    tt_strbuf_print(&p->out, "  launch {\n");
    print_kernel(p, &program->kernels[entry->launch], 4, '$');
    tt_strbuf_print(&p->out, "  }\n");
  }
  for (uint32_t i = 0; i < entry->scratch_count; ++i) {
    tt_strbuf_print(&p->out, "  scratch s%u bytes ", i);
    print_operand(p, program->scratches[entry->first_scratch + i].size,
                  TT_DTYPE_I64);
    tt_strbuf_print(&p->out, "\n");
  }
  for (uint32_t i = 0; i < entry->view_count; ++i) {
    const tt_view_t* view = &program->views[entry->first_view + i];
    tt_strbuf_print(&p->out, "  view v%u = %s %u offset ", i,
                    tt_word_source[view->source], view->index);
    print_operand(p, view->offset, TT_DTYPE_I64);
    tt_strbuf_print(&p->out, " %s length ",
                    tt_dtype_desc((tt_dtype_t)view->dtype)->name);
    print_operand(p, view->length, TT_DTYPE_I64);
    tt_strbuf_print(&p->out, "\n");
  }
  for (uint32_t i = 0; i < entry->phase_count; ++i) {
    print_phase(p, &program->phases[entry->first_phase + i]);
  }
  tt_strbuf_print(&p->out, "}\n");
}

static void print_blob(printer_t* p, uint32_t index) {
  enum { kBytesALine = 32 };
  static const char digits[] = "0123456789abcdef";
  const tt_blob_t* blob = &p->program->blobs[index];
  const uint8_t* data = p->program->data + blob->offset;
  tt_strbuf_print(&p->out, "data b%u = hex", index);
  for (uint64_t i = 0; i < blob->size; i += kBytesALine) {
    char line[2 * kBytesALine];
    uint64_t count = blob->size - i;
    if (count > kBytesALine) count = kBytesALine;
    for (uint64_t k = 0; k < count; ++k) {
      line[2 * k] = digits[data[i + k] >> 4];
      line[2 * k + 1] = digits[data[i + k] & 15];
    }
    tt_strbuf_print(&p->out, "\n  ");
    tt_strbuf_append(&p->out, line, 2 * count);
  }
  tt_strbuf_print(&p->out, "\n");
}

tt_status_t tt_program_print(const tt_program_t* program, char** out_text,
                             size_t* out_size) {
  printer_t p = {.program = program};
  tt_strbuf_print(&p.out, "tile.program %s\n", tt_chip_blackhole.name);
  for (uint32_t i = 0; i < program->blobs_count; ++i) {
    if (i == 0) tt_strbuf_print(&p.out, "\n");
    print_blob(&p, i);
  }
  for (uint32_t i = 0; i < program->entries_count; ++i) {
    print_entry(&p, &program->entries[i]);
  }
  return tt_strbuf_finish(&p.out, out_text, out_size);
}

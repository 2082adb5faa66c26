// Ops on scalars and the data movement of readers and writers: calls of
// kernel/lane.hpp and kernel/dataflow.hpp that read like the tile text.

#include <stdio.h>
#include <string.h>

#include "tile/emit_internal.h"

// ---- Lane ops ---------------------------------------------------------------

static const char* predf_name(uint32_t attr) {
  static const char* const names[TT_PREDF_COUNT] = {
      "oeq", "ogt", "oge", "olt", "ole", "one", "ord",
      "ueq", "ugt", "uge", "ult", "ule", "une", "uno"};
  return names[TT_ATTR_ENUM(attr)];
}

static const char* predi_name(uint32_t attr) {
  static const char* const names[TT_PREDI_COUNT] = {
      "eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"};
  return names[TT_ATTR_ENUM(attr)];
}

// The C++ name of a lane op: its mnemonic, with the predicate, and without
// being a word of C++.
tt_emit_text_t tt_emit_lane_name(const tt_inst_t* inst) {
  tt_emit_text_t t;
  const char* mnemonic = tt_op_descs[inst->op].mnemonic;
  const char* suffix = "";
  const char* predicate = "";
  if (inst->op == TT_OP_CMPF || inst->op == TT_OP_CMPI) {
    suffix = "_";
    predicate = inst->op == TT_OP_CMPF ? predf_name(inst->attr)
                                       : predi_name(inst->attr);
  } else if (inst->op == TT_OP_AND || inst->op == TT_OP_OR ||
             inst->op == TT_OP_XOR) {
    suffix = "_";
  }
  snprintf(t.s, sizeof(t.s), "%s%s%s", mnemonic, suffix, predicate);
  return t;
}

void tt_emit_scalar(tt_emitter_t* e, const tt_inst_t* inst) {
  tt_emit_text_t target = tt_emit_target(e, inst);
  if (inst->op == TT_OP_MOV) {
    tt_emit_line(e, "%s = %s;", target.s, tt_emit_operand(e, inst, 0).s);
    return;
  }
  char types[32], operands[3 * sizeof(tt_emit_text_t)] = "";
  snprintf(types, sizeof(types),
           inst->type2 ? "tile::%s, tile::%s" : "tile::%s",
           tt_dtype_desc((tt_dtype_t)inst->type)->name,
           tt_dtype_desc((tt_dtype_t)inst->type2)->name);
  for (uint32_t k = 0; k < inst->operand_count; ++k) {
    size_t at = strlen(operands);
    snprintf(operands + at, sizeof(operands) - at, "%s%s", k ? ", " : "",
             tt_emit_operand(e, inst, k).s);
  }
  tt_emit_line(e, "%s = tile::%s<%s>(%s);", target.s, tt_emit_lane_name(inst).s,
               types, operands);
}

// ---- Memory and pages -------------------------------------------------------

// Where the page operand of a cb_load counts from: waited pages if the kernel
// holds any, else reserved ones.
static const char* page_pointer(const tt_emitter_t* e, const tt_inst_t* inst) {
  uint32_t cb = tt_emit_cb(e, inst, 0)->number;
  return inst->op == TT_OP_CB_LOAD && e->open_waits[cb] > 0 ? "get_read_ptr"
                                                            : "get_write_ptr";
}

static void emit_element(tt_emitter_t* e, const tt_inst_t* inst) {
  const char* suffix = tt_dtype_is_packed(inst->type) ? "_packed" : "";
  char text[4][sizeof(tt_emit_text_t)];
  for (uint32_t k = 0; k < inst->operand_count; ++k) {
    memcpy(text[k], tt_emit_operand(e, inst, k).s, sizeof(text[k]));
  }
  switch (inst->op) {
    case TT_OP_LOAD:
      tt_emit_line(e, "%s = tile::load%s(%s, %s);", tt_emit_target(e, inst).s,
                   suffix, text[0], text[1]);
      break;
    case TT_OP_STORE:
      tt_emit_line(e, "tile::store%s(%s, %s, %s);", suffix, text[0], text[1],
                   text[2]);
      break;
    case TT_OP_CB_LOAD:
      tt_emit_line(e, "%s = tile::load_lane(%s, %s(%s), %s, %s);",
                   tt_emit_target(e, inst).s, text[0], page_pointer(e, inst),
                   text[0], text[1], text[2]);
      break;
    default:
      tt_emit_line(e, "tile::store_lane(%s, %s(%s), %s, %s, %s);", text[0],
                   page_pointer(e, inst), text[0], text[1], text[2], text[3]);
      break;
  }
}

void tt_emit_move(tt_emitter_t* e, const tt_inst_t* inst) {
  if (inst->op == TT_OP_LOAD || inst->op == TT_OP_STORE ||
      inst->op == TT_OP_CB_LOAD || inst->op == TT_OP_CB_STORE) {
    emit_element(e, inst);
    return;
  }
  tt_strbuf_t line = {0};
  tt_strbuf_print(&line, "tile::%s(", tt_op_descs[inst->op].mnemonic);
  for (uint32_t k = 0; k < inst->operand_count; ++k) {
    tt_strbuf_print(&line, "%s%s", k ? ", " : "",
                    tt_emit_operand(e, inst, k).s);
  }
  tt_emit_line(e, "%s);", line.data ? line.data : "");
  e->out.failed |= line.failed;
  tt_strbuf_free(&line);
}

// What a kernel touches, and what the host therefore gives it: runtime
// arguments and circular buffers.

#include <stdlib.h>
#include <string.h>

#include "tile/emit_internal.h"

// ---- What a kernel touches --------------------------------------------------

static void note_operand(tt_emitter_t* e, tt_operand_t operand) {
  uint32_t index = tt_operand_index(operand);
  if (tt_operand_kind(operand) == TT_OPERAND_ARG) e->uses_arg[index] = true;
  if (tt_operand_kind(operand) != TT_OPERAND_VIEW) return;
  e->uses_view[index] = true;
  const tt_view_t* view = &e->program->views[e->entry->first_view + index];
  const tt_operand_t sizes[] = {view->offset, view->length};
  for (int i = 0; i < 2; ++i) {
    if (tt_operand_kind(sizes[i]) != TT_OPERAND_ARG) continue;
    e->uses_arg[tt_operand_index(sizes[i])] = true;
  }
}

static void give_line(tt_emitter_t* e, uint32_t view) {
  if (e->view_line[view] != TT_NONE) return;
  e->view_line[view] = e->line_count % TT_EMIT_MAX_LINES;
  ++e->line_count;
}

// A register assigned once can be declared there: the verifier's definite
// assignment keeps its readers in the same block, but for a while, whose body
// runs at least up to its test.
static void note_result(tt_emitter_t* e, const tt_inst_t* inst, int whiles) {
  if (inst->result == TT_NONE) return;
  e->declared_late[inst->result] = ++e->assignments[inst->result] == 1 &&
                                   (whiles == 0 || inst->op == TT_OP_FOR);
}

static void collect_insts(tt_emitter_t* e) {
  bool is_while[TT_MAX_NESTING + 1] = {false};
  int depth = 0, whiles = 0;
  for (uint32_t i = 0; i < e->kernel->inst_count; ++i) {
    const tt_inst_t* inst = &e->program->insts[e->kernel->first_inst + i];
    const tt_operand_t* operands = tt_inst_operands(e->program, inst);
    for (uint32_t k = 0; k < inst->operand_count; ++k) {
      note_operand(e, operands[k]);
    }
    note_result(e, inst, whiles);
    // A packed element is stored by writing back the byte it was read from.
    bool packed = inst->op == TT_OP_STORE && tt_dtype_is_packed(inst->type);
    if (inst->op == TT_OP_LOAD || packed) {
      give_line(e, tt_operand_index(operands[0]));
    }
    if (inst->op == TT_OP_FOR || inst->op == TT_OP_WHILE ||
        inst->op == TT_OP_IF) {
      is_while[depth++] = inst->op == TT_OP_WHILE;
      whiles += inst->op == TT_OP_WHILE;
    } else if (inst->op == TT_OP_END) {
      whiles -= is_while[--depth];
    }
  }
}

static uint32_t launch_reg_count(const tt_emitter_t* e) {
  return e->entry->launch == TT_NONE
             ? 0
             : e->program->kernels[e->entry->launch].reg_count;
}

// Lays out the runtime arguments.
static void collect_args(tt_emitter_t* e) {
  uint32_t views = e->entry->view_count, args = launch_reg_count(e);
  e->args = calloc(views + args + 1, sizeof(*e->args));
  if (!e->args) return;
  uint32_t word = 0;
  for (uint32_t source = TT_VIEW_BINDING; source <= TT_VIEW_DATA; ++source) {
    // The views' sources, in ascending order without repetition.
    for (uint32_t next = 0;;) {
      uint32_t found = TT_NONE;
      for (uint32_t i = 0; i < views; ++i) {
        const tt_view_t* v = &e->program->views[e->entry->first_view + i];
        if (e->uses_view[i] && v->source == source && v->index >= next &&
            v->index < found) {
          found = v->index;
        }
      }
      if (found == TT_NONE) break;
      e->args[e->arg_count++] =
          (tt_emit_arg_t){(tt_emit_arg_kind_t)source, found, word};
      word += 3;
      next = found + 1;
    }
  }
  for (uint32_t i = 0; i < args; ++i) {
    if (!e->uses_arg[i]) continue;
    e->args[e->arg_count++] = (tt_emit_arg_t){TT_EMIT_ARG_VALUE, i, word};
    word += 2;
  }
  if (word > TT_EMIT_MAX_ARG_WORDS) {
    tt_emit_fail(e, NULL, "%u words of runtime arguments, tt-metal takes %d",
                 word, TT_EMIT_MAX_ARG_WORDS);
  }
}

void tt_emitter_destroy(tt_emitter_t* e) {
  tt_strbuf_free(&e->out);
  tt_status_free(e->status);
  free(e->uses_arg);
  free(e->uses_view);
  free(e->view_line);
  free(e->assignments);
  free(e->declared_late);
  free(e->args);
}

tt_status_t tt_emitter_create(const tt_program_t* program, uint32_t entry,
                              uint32_t phase, tt_unit_t unit, tt_emitter_t* e) {
  *e = (tt_emitter_t){.program = program, .unit = unit};
  if (entry >= program->entries_count ||
      phase >= program->entries[entry].phase_count ||
      (unsigned)unit >= TT_UNIT_KERNEL_COUNT) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "no entry %u with phase %u and unit %u", entry, phase,
                          (unsigned)unit);
  }
  e->entry = &program->entries[entry];
  e->phase = &program->phases[e->entry->first_phase + phase];
  uint32_t kernel = e->phase->kernels[unit];
  e->kernel = kernel == TT_NONE ? NULL : &program->kernels[kernel];
  uint32_t regs = e->kernel ? e->kernel->reg_count : 0;
  e->uses_arg = calloc(launch_reg_count(e) + 1, sizeof(bool));
  e->uses_view = calloc(e->entry->view_count + 1, sizeof(bool));
  e->view_line = malloc((e->entry->view_count + 1) * sizeof(uint32_t));
  e->assignments = calloc(regs + 1, sizeof(uint32_t));
  e->declared_late = calloc(regs + 1, sizeof(bool));
  if (e->uses_arg && e->uses_view && e->view_line && e->assignments &&
      e->declared_late) {
    for (uint32_t i = 0; i < e->entry->view_count; ++i) {
      e->view_line[i] = TT_NONE;
    }
    if (e->kernel) collect_insts(e);
    collect_args(e);
  }
  if (!e->args) {
    tt_emitter_destroy(e);
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory while emitting a kernel");
  }
  return NULL;
}

// ---- Circular buffers of a phase --------------------------------------------

tt_status_t tt_emit_phase_cbs(const tt_program_t* program, uint32_t entry,
                              uint32_t phase, tt_emit_cb_t out_cbs[TT_MAX_CBS],
                              uint32_t* out_count) {
  uint32_t used = 0, count = 0;
  bool moves = false;
  tt_emitter_t e;
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    TT_RETURN_IF_ERROR(
        tt_emitter_create(program, entry, phase, (tt_unit_t)unit, &e));
    for (uint32_t i = 0; i < e.entry->view_count; ++i) moves |= e.uses_view[i];
    tt_emitter_destroy(&e);
  }
  for (uint32_t i = 0; i < e.phase->cb_count; ++i) {
    const tt_cb_t* cb = &program->cbs[e.phase->first_cb + i];
    out_cbs[count++] = (tt_emit_cb_t){
        .number = cb->number,
        .format = cb->format,
        .rows = cb->rows,
        .unpack_to_dest = cb->unpack_to_dest,
        .page_size = tt_cb_page_bytes(cb),
        .pages = cb->pages,
    };
    used |= 1u << cb->number;
  }
  *out_count = count;
  if (!moves) return NULL;
  for (int number = TT_MAX_CBS - 1; number >= 0; --number) {
    if (used >> number & 1) continue;
    out_cbs[(*out_count)++] = (tt_emit_cb_t){
        .number = (uint8_t)number,
        // Beside another format tt-metal's host code would take Float32 CBs
        // for Float16 in the source registers.
        .format = TT_FORMAT_FLOAT32,
        .rows = TT_TILE_DIM,
        .page_size = TT_EMIT_STAGING_BYTES,
        .pages = 1,
    };
    return NULL;
  }
  return tt_status_make(TT_CODE_UNIMPLEMENTED,
                        "entry @%s, phase %u: all %d CBs are taken; the "
                        "data-movement kernels need one to shift data in",
                        tt_entry_name(program, &program->entries[entry]), phase,
                        TT_MAX_CBS);
}

tt_status_t tt_emit_kernel_args(const tt_program_t* program, uint32_t entry,
                                uint32_t phase, tt_unit_t unit,
                                tt_emit_arg_t** out_args, uint32_t* out_count) {
  tt_emitter_t e;
  TT_RETURN_IF_ERROR(tt_emitter_create(program, entry, phase, unit, &e));
  tt_status_t status = e.status;
  e.status = NULL;
  if (!status) {
    *out_args = e.args;
    *out_count = e.arg_count;
    e.args = NULL;
  }
  tt_emitter_destroy(&e);
  return status;
}

// Lays a finished builder's kernels out as program.h says: packed, in order.
#include <stdlib.h>
#include <string.h>

#include "tile/build_internal.h"

typedef struct layout_t {
  tt_builder_t* b;
  // The new arrays, allocated for everything; counts grow while copying.
  tt_program_t out;
  uint32_t* immediate_map;  // old index -> new, TT_NONE: not used yet
  uint32_t* reg_map;        // of the kernel being copied
} layout_t;

static bool allocate(layout_t* layout) {
  const tt_builder_t* b = layout->b;
  uint64_t insts = 0, regs = 0;
  for (uint32_t i = 0; i < b->kernels_count; ++i) {
    insts += b->kernels[i].insts_count;
    regs += b->kernels[i].reg_types_count;
  }
  // One element more than needed: malloc(0) may return NULL.
  const tt_program_t* p = b->program;
  tt_program_t* out = &layout->out;
  out->kernels = malloc((b->kernels_count + 1) * sizeof(*out->kernels));
  out->insts = malloc((insts + 1) * sizeof(*out->insts));
  out->operands = malloc(((uint64_t)p->operands_count + 1) * 4);
  out->reg_types = malloc(regs + 1);
  out->immediates = malloc(((uint64_t)p->immediates_count + 1) * 8);
  layout->immediate_map = malloc(((uint64_t)p->immediates_count + 1) * 4);
  layout->reg_map = malloc(TT_MAX_REGS * sizeof(uint32_t));
  if (!out->kernels || !out->insts || !out->operands || !out->reg_types ||
      !out->immediates || !layout->immediate_map || !layout->reg_map) {
    return false;
  }
  memset(layout->immediate_map, 0xFF, (uint64_t)p->immediates_count * 4);
  return true;
}

static tt_operand_t map_immediate(layout_t* layout, tt_operand_t operand) {
  const tt_program_t* p = layout->b->program;
  const uint32_t index = tt_operand_index(operand);
  // Anything else is left for the verifier to refuse.
  if (tt_operand_kind(operand) != TT_OPERAND_IMM ||
      index >= p->immediates_count) {
    return operand;
  }
  if (layout->immediate_map[index] == TT_NONE) {
    layout->immediate_map[index] = layout->out.immediates_count;
    layout->out.immediates[layout->out.immediates_count++] =
        p->immediates[index];
  }
  return tt_operand(TT_OPERAND_IMM, layout->immediate_map[index]);
}

static uint32_t map_reg(layout_t* layout, const tt_build_kernel_t* from,
                        uint32_t first_reg, uint32_t reg) {
  if (reg >= from->reg_types_count) return reg;
  if (layout->reg_map[reg] == TT_NONE) {
    layout->reg_map[reg] = layout->out.reg_types_count - first_reg;
    layout->out.reg_types[layout->out.reg_types_count++] = from->reg_types[reg];
  }
  return layout->reg_map[reg];
}

static uint32_t copy_kernel(layout_t* layout, uint32_t index) {
  if (index == TT_NONE) return TT_NONE;
  const tt_build_kernel_t* from = &layout->b->kernels[index];
  if (!from->insts_count) return TT_NONE;
  tt_program_t* out = &layout->out;
  tt_kernel_t* kernel = &out->kernels[out->kernels_count];
  *kernel = (tt_kernel_t){.unit = (uint32_t)from->unit,
                          .first_inst = out->insts_count,
                          .inst_count = from->insts_count,
                          .first_reg = out->reg_types_count};
  memset(layout->reg_map, 0xFF, from->reg_types_count * sizeof(uint32_t));
  for (uint32_t i = 0; i < from->insts_count; ++i) {
    tt_inst_t inst = from->insts[i];
    const tt_operand_t* operands =
        layout->b->program->operands + inst.first_operand;
    inst.first_operand = out->operands_count;
    for (uint32_t k = 0; k < inst.operand_count; ++k) {
      tt_operand_t operand = map_immediate(layout, operands[k]);
      if (tt_operand_kind(operand) == TT_OPERAND_REG) {
        operand =
            tt_operand(TT_OPERAND_REG, map_reg(layout, from, kernel->first_reg,
                                               tt_operand_index(operand)));
      }
      out->operands[out->operands_count++] = operand;
    }
    if (inst.result != TT_NONE) {
      inst.result = map_reg(layout, from, kernel->first_reg, inst.result);
    }
    out->insts[out->insts_count++] = inst;
  }
  kernel->reg_count = out->reg_types_count - kernel->first_reg;
  return out->kernels_count++;
}

static void copy_entry(layout_t* layout, tt_entry_t* entry) {
  tt_program_t* p = layout->b->program;
  entry->launch = copy_kernel(layout, entry->launch);
  for (uint32_t i = 0; i < entry->scratch_count; ++i) {
    tt_scratch_t* scratch = &p->scratches[entry->first_scratch + i];
    scratch->size = map_immediate(layout, scratch->size);
  }
  for (uint32_t i = 0; i < entry->view_count; ++i) {
    tt_view_t* view = &p->views[entry->first_view + i];
    view->offset = map_immediate(layout, view->offset);
    view->length = map_immediate(layout, view->length);
  }
  for (uint32_t i = 0; i < entry->phase_count; ++i) {
    tt_phase_t* phase = &p->phases[entry->first_phase + i];
    phase->cores = map_immediate(layout, phase->cores);
    for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
      phase->kernels[unit] = copy_kernel(layout, phase->kernels[unit]);
    }
  }
}

tt_status_t tt_builder_layout(tt_builder_t* b) {
  layout_t layout = {.b = b};
  if (!allocate(&layout)) {
    tt_program_t* out = &layout.out;
    void* const arrays[] = {
        out->kernels,    out->insts,           out->operands, out->reg_types,
        out->immediates, layout.immediate_map, layout.reg_map};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); ++i) {
      free(arrays[i]);
    }
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  for (uint32_t i = 0; i < b->program->entries_count; ++i) {
    copy_entry(&layout, &b->program->entries[i]);
  }
  free(layout.immediate_map);
  free(layout.reg_map);
#define MOVE(member)                      \
  free(b->program->member);               \
  b->program->member = layout.out.member; \
  b->program->member##_count = layout.out.member##_count
  MOVE(kernels);
  MOVE(insts);
  MOVE(operands);
  MOVE(reg_types);
  MOVE(immediates);
#undef MOVE
  return NULL;
}

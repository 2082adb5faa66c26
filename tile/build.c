#include "tile/build.h"

#include <stdlib.h>
#include <string.h>

#include "tile/build_internal.h"
#include "tile/immediate.h"

// Returned by calls that produce an operand after an error: an immediate, which
// every later call takes without a look.
static tt_operand_t harmless(void) { return tt_operand(TT_OPERAND_IMM, 0); }

static void misuse(tt_builder_t* b, const char* what) {
  tt_builder_fail(b,
                  tt_status_make(TT_CODE_INTERNAL, "tile builder: %s", what));
}

// ---- Life ------------------------------------------------------------------

tt_builder_t* tt_builder_create(void) {
  tt_builder_t* b = calloc(1, sizeof(*b));
  if (!b) return NULL;
  b->program = calloc(1, sizeof(*b->program));
  if (!b->program || !tt_program_complete(b->program)) {
    tt_program_free(b->program);
    free(b);
    return NULL;
  }
  b->open_kernel = TT_NONE;
  return b;
}

void tt_builder_abandon(tt_builder_t* b) {
  if (!b) return;
  tt_status_free(b->status);
  for (uint32_t i = 0; i < b->kernels_count; ++i) {
    free(b->kernels[i].insts);
    free(b->kernels[i].reg_types);
  }
  free(b->kernels);
  free(b->immediate_hash.slots);
  free(b->launch_hash.slots);
  tt_program_free(b->program);
  free(b);
}

tt_status_t tt_builder_finish(tt_builder_t* b, tt_program_t** out_program) {
  *out_program = NULL;
  tt_status_t status = b->status;
  b->status = NULL;
  if (!status) status = tt_builder_layout(b);
  if (!status) status = tt_program_verify(b->program);
  if (!status) {
    *out_program = b->program;
    b->program = NULL;
  }
  tt_builder_abandon(b);
  return status;
}

void tt_builder_fail(tt_builder_t* b, tt_status_t status) {
  tt_status_join(&b->status, status);
}

bool tt_builder_ok(const tt_builder_t* b) { return !b->status; }

bool tt_builder_reserve(tt_builder_t* b, void** array, uint32_t* capacity,
                        uint64_t count, uint64_t limit, size_t size,
                        const char* what) {
  if (b->status) return false;
  if (count > limit) {
    tt_builder_fail(b, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                      "tile program: more than %llu %s",
                                      (unsigned long long)limit, what));
    return false;
  }
  if (count <= *capacity) return true;
  uint64_t grown = (uint64_t)*capacity * 2;
  if (grown < 16) grown = 16;
  if (grown < count) grown = count;
  if (grown > limit) grown = limit;
  void* moved = realloc(*array, grown * size);
  if (!moved) {
    tt_builder_fail(b, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                      "out of host memory for %llu %s",
                                      (unsigned long long)grown, what));
    return false;
  }
  *array = moved;
  *capacity = (uint32_t)grown;
  return true;
}

static bool rehash_all(tt_builder_t* b, tt_build_hash_t* table,
                       uint64_t (*rehash)(const tt_builder_t*, uint32_t)) {
  const uint32_t size = table->size ? table->size * 2 : 64;
  uint32_t* slots = calloc(size, sizeof(*slots));
  if (!slots) {
    tt_builder_fail(
        b, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory"));
    return false;
  }
  for (uint32_t i = 0; i < table->size; ++i) {
    if (!table->slots[i]) continue;
    uint32_t at = (uint32_t)rehash(b, table->slots[i] - 1) & (size - 1);
    while (slots[at]) at = (at + 1) & (size - 1);
    slots[at] = table->slots[i];
  }
  free(table->slots);
  table->slots = slots;
  table->size = size;
  return true;
}

uint32_t tt_builder_intern(
    tt_builder_t* b, tt_build_hash_t* table, uint64_t hash, uint32_t next,
    bool (*equal)(const tt_builder_t*, uint32_t index, const void* key),
    uint64_t (*rehash)(const tt_builder_t*, uint32_t index), const void* key) {
  if (table->count * 2 >= table->size && !rehash_all(b, table, rehash)) {
    return TT_NONE;
  }
  uint32_t at = (uint32_t)hash & (table->size - 1);
  for (; table->slots[at]; at = (at + 1) & (table->size - 1)) {
    if (equal(b, table->slots[at] - 1, key)) return table->slots[at] - 1;
  }
  table->slots[at] = next + 1;
  ++table->count;
  return TT_NONE;
}

// ---- Program level ---------------------------------------------------------

uint32_t tt_build_blob(tt_builder_t* b, const void* data, uint64_t size) {
  if (b->status) return 0;
  tt_program_t* p = b->program;
  // Blobs start at multiples of 64; what lies between them is zero.
  const uint32_t start = (p->data_count + 63u) & ~63u;
  const uint64_t more = (uint64_t)(start - p->data_count) + size;
  if (size > 1u << 31 || !TT_BUILDER_ROOM(b, uint8_t, data, 1u << 31, more) ||
      !TT_BUILDER_ROOM(b, tt_blob_t, blobs, 1u << 20, 1)) {
    if (!b->status) misuse(b, "a blob of more than 2^31 bytes");
    return 0;
  }
  if (more) {
    memset(p->data + p->data_count, 0, start - p->data_count);
    if (size) memcpy(p->data + start, data, size);
  }
  p->data_count = start + (uint32_t)size;
  p->blobs[p->blobs_count] = (tt_blob_t){.offset = start, .size = size};
  return p->blobs_count++;
}

static bool add_string(tt_builder_t* b, const char* text) {
  const size_t size = strlen(text) + 1;
  tt_program_t* p = b->program;
  if (!TT_BUILDER_ROOM(b, char, strings, 1u << 26, size)) return false;
  memcpy(p->strings + p->strings_count, text, size);
  p->strings_count += (uint32_t)size;
  return true;
}

uint32_t tt_build_entry(tt_builder_t* b, const char* name,
                        uint32_t constant_count, const uint32_t* accesses,
                        uint32_t binding_count) {
  const uint32_t name_at = b->program->strings_count;
  if (!TT_BUILDER_ROOM(b, tt_entry_t, entries, 1u << 16, 1) ||
      !add_string(b, name) ||
      !TT_BUILDER_ROOM(b, tt_binding_t, bindings, 1u << 22, binding_count)) {
    return 0;
  }
  tt_program_t* p = b->program;
  p->entries[p->entries_count] = (tt_entry_t){
      .name = name_at,
      .constant_count = constant_count,
      .launch = TT_NONE,
      .first_binding = p->bindings_count,
      .binding_count = binding_count,
      .first_scratch = p->scratches_count,
      .first_view = p->views_count,
      .first_phase = p->phases_count,
  };
  for (uint32_t i = 0; i < binding_count; ++i) {
    p->bindings[p->bindings_count++] = (tt_binding_t){.access = accesses[i]};
  }
  b->phase_open = false;
  b->open_kernel = TT_NONE;
  b->launch_hash.count = 0;
  if (b->launch_hash.size) {
    memset(b->launch_hash.slots, 0, b->launch_hash.size * sizeof(uint32_t));
  }
  return p->entries_count++;
}

static tt_entry_t* open_entry(tt_builder_t* b) {
  if (b->status) return NULL;
  if (!b->program->entries_count) {
    misuse(b, "no entry is open");
    return NULL;
  }
  return &b->program->entries[b->program->entries_count - 1];
}

void tt_build_note(tt_builder_t* b, const char* key, const char* text) {
  tt_entry_t* entry = open_entry(b);
  if (!entry || !add_string(b, key) || !add_string(b, text)) return;
  ++entry->note_count;
}

uint32_t tt_build_scratch(tt_builder_t* b, tt_operand_t size_bytes) {
  tt_entry_t* entry = open_entry(b);
  if (!entry || !TT_BUILDER_ROOM(b, tt_scratch_t, scratches, 1u << 20, 1)) {
    return 0;
  }
  b->program->scratches[b->program->scratches_count++] =
      (tt_scratch_t){.size = size_bytes};
  return entry->scratch_count++;
}

tt_operand_t tt_build_view(tt_builder_t* b, tt_view_source_t source,
                           uint32_t index, tt_dtype_t dtype,
                           tt_operand_t offset, tt_operand_t length) {
  tt_entry_t* entry = open_entry(b);
  if (!entry || !TT_BUILDER_ROOM(b, tt_view_t, views, 1u << 22, 1)) {
    return harmless();
  }
  b->program->views[b->program->views_count++] = (tt_view_t){
      .source = (uint8_t)source,
      .dtype = (uint8_t)dtype,
      .index = index,
      .offset = offset,
      .length = length,
  };
  return tt_operand(TT_OPERAND_VIEW, entry->view_count++);
}

// ---- Phases and kernels ----------------------------------------------------

void tt_build_phase(tt_builder_t* b, tt_operand_t cores,
                    const tt_phase_t* options) {
  tt_entry_t* entry = open_entry(b);
  if (!entry || !TT_BUILDER_ROOM(b, tt_phase_t, phases, 1u << 20, 1)) return;
  tt_phase_t phase = *options;
  phase.cores = cores;
  phase.first_cb = b->program->cbs_count;
  phase.cb_count = 0;
  for (int i = 0; i < TT_UNIT_KERNEL_COUNT; ++i) phase.kernels[i] = TT_NONE;
  b->program->phases[b->program->phases_count++] = phase;
  ++entry->phase_count;
  b->phase_open = true;
  b->open_kernel = TT_NONE;
}

static tt_phase_t* open_phase(tt_builder_t* b) {
  if (b->status) return NULL;
  if (!b->phase_open) {
    misuse(b, "no phase is open");
    return NULL;
  }
  return &b->program->phases[b->program->phases_count - 1];
}

tt_operand_t tt_build_cb(tt_builder_t* b, const tt_cb_t* cb) {
  tt_phase_t* phase = open_phase(b);
  if (!phase || !TT_BUILDER_ROOM(b, tt_cb_t, cbs, 1u << 22, 1)) {
    return harmless();
  }
  b->program->cbs[b->program->cbs_count++] = *cb;
  ++phase->cb_count;
  return tt_operand(TT_OPERAND_CB, cb->number);
}

static uint32_t add_kernel(tt_builder_t* b, tt_unit_t unit) {
  const uint32_t limit = 1u << 22;
  // Doubling by hand: |kernels| has no element type of the program's.
  if ((b->kernels_count & (b->kernels_count - 1)) == 0) {
    const uint32_t capacity = b->kernels_count ? b->kernels_count * 2 : 1;
    tt_build_kernel_t* moved =
        capacity > limit ? NULL
                         : realloc(b->kernels, capacity * sizeof(*b->kernels));
    if (!moved) {
      tt_builder_fail(b, tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                        "tile program: no room for kernel %u",
                                        b->kernels_count));
      return TT_NONE;
    }
    b->kernels = moved;
  }
  b->kernels[b->kernels_count] = (tt_build_kernel_t){.unit = unit};
  return b->kernels_count++;
}

void tt_build_kernel(tt_builder_t* b, tt_unit_t unit) {
  tt_phase_t* phase = open_phase(b);
  if (!phase) return;
  if ((unsigned)unit >= TT_UNIT_KERNEL_COUNT ||
      phase->kernels[unit] != TT_NONE) {
    misuse(b, "a phase has one reader, one compute and one writer");
    return;
  }
  b->open_kernel = add_kernel(b, unit);
  if (!b->status) phase->kernels[unit] = b->open_kernel;
}

static tt_build_kernel_t* open_kernel(tt_builder_t* b) {
  if (b->status) return NULL;
  if (b->open_kernel == TT_NONE) {
    misuse(b, "no kernel is open");
    return NULL;
  }
  return &b->kernels[b->open_kernel];
}

tt_build_kernel_t* tt_builder_launch(tt_builder_t* b) {
  tt_entry_t* entry = open_entry(b);
  if (!entry) return NULL;
  if (entry->launch == TT_NONE) {
    entry->launch = add_kernel(b, TT_UNIT_LAUNCH);
    if (b->status) return NULL;
  }
  return &b->kernels[entry->launch];
}

uint32_t tt_builder_add_reg(tt_builder_t* b, tt_build_kernel_t* kernel,
                            tt_dtype_t dtype) {
  if (!tt_builder_reserve(b, (void**)&kernel->reg_types,
                          &kernel->reg_types_capacity,
                          (uint64_t)kernel->reg_types_count + 1, TT_MAX_REGS, 1,
                          "registers in a kernel")) {
    return TT_NONE;
  }
  kernel->reg_types[kernel->reg_types_count] = (uint8_t)dtype;
  return kernel->reg_types_count++;
}

tt_operand_t tt_build_reg(tt_builder_t* b, tt_dtype_t dtype) {
  tt_build_kernel_t* kernel = open_kernel(b);
  if (!kernel) return harmless();
  const uint32_t reg = tt_builder_add_reg(b, kernel, dtype);
  return reg == TT_NONE ? harmless() : tt_operand(TT_OPERAND_REG, reg);
}

void tt_build_line(tt_builder_t* b, uint32_t line) { b->line = line; }

tt_dtype_t tt_builder_operand_type(const tt_builder_t* b,
                                   tt_operand_t operand) {
  uint32_t kernel = TT_NONE;
  if (tt_operand_kind(operand) == TT_OPERAND_REG) {
    kernel = b->open_kernel;
  } else if (tt_operand_kind(operand) == TT_OPERAND_ARG &&
             b->program->entries_count) {
    kernel = b->program->entries[b->program->entries_count - 1].launch;
  }
  if (kernel == TT_NONE) return TT_DTYPE_NONE;
  const tt_build_kernel_t* k = &b->kernels[kernel];
  const uint32_t reg = tt_operand_index(operand);
  if (reg >= k->reg_types_count) return TT_DTYPE_NONE;
  return (tt_dtype_t)k->reg_types[reg];
}

// ---- Ops -------------------------------------------------------------------

// f16 and bf16 immediates arrive as any f32; what is stored is of the type.
static tt_operand_t rounded(tt_builder_t* b, tt_operand_t operand,
                            tt_dtype_t type) {
  if (tt_operand_kind(operand) != TT_OPERAND_IMM ||
      tt_operand_index(operand) >= b->program->immediates_count) {
    return operand;
  }
  const uint64_t bits = b->program->immediates[tt_operand_index(operand)];
  const uint64_t round = tt_immediate_round(type, bits);
  return round == bits ? operand : tt_builder_immediate(b, round);
}

void tt_builder_append(tt_builder_t* b, tt_build_kernel_t* kernel, tt_op_t op,
                       tt_dtype_t type, tt_dtype_t type2, uint32_t attr,
                       uint32_t result, const tt_operand_t* operands,
                       uint32_t count) {
  if (b->status) return;
  if ((unsigned)op >= TT_OP_COUNT || count > TT_MAX_OPERANDS) {
    misuse(b, "no such op, or too many operands");
    return;
  }
  tt_program_t* p = b->program;
  if (!TT_BUILDER_ROOM(b, tt_operand_t, operands, 1u << 28, count) ||
      !tt_builder_reserve(b, (void**)&kernel->insts, &kernel->insts_capacity,
                          (uint64_t)kernel->insts_count + 1, 1u << 26,
                          sizeof(tt_inst_t), "ops in a kernel")) {
    return;
  }
  kernel->insts[kernel->insts_count++] = (tt_inst_t){
      .op = (uint16_t)op,
      .type = (uint8_t)type,
      .type2 = (uint8_t)type2,
      .attr = attr,
      .result = result,
      .first_operand = p->operands_count,
      .operand_count = count,
      .line = b->line,
  };
  const char* signature = tt_op_descs[op].signature;
  const size_t target = count == strlen(signature) + 1;  // tile form
  for (uint32_t i = 0; i < count; ++i) {
    tt_operand_t operand = operands[i];
    if (i >= target && i - target < strlen(signature)) {
      const char letter = signature[i - target];
      if (letter == 's') operand = rounded(b, operand, type);
      if (letter == 'u') operand = rounded(b, operand, type2);
    }
    p->operands[p->operands_count++] = operand;
  }
}

void tt_build_inst(tt_builder_t* b, tt_op_t op, tt_dtype_t type,
                   tt_dtype_t type2, uint32_t attr, tt_operand_t result,
                   const tt_operand_t* operands, uint32_t count) {
  tt_build_kernel_t* kernel = open_kernel(b);
  if (!kernel) return;
  uint32_t reg = TT_NONE;
  if (result != TT_NONE) {
    if (tt_operand_kind(result) != TT_OPERAND_REG ||
        tt_operand_index(result) >= kernel->reg_types_count) {
      misuse(b, "a result must be a register of the open kernel");
      return;
    }
    reg = tt_operand_index(result);
  }
  tt_builder_append(b, kernel, op, type, type2, attr, reg, operands, count);
}

tt_operand_t tt_build_value(tt_builder_t* b, tt_op_t op, tt_dtype_t type,
                            tt_dtype_t type2, uint32_t attr,
                            const tt_operand_t* operands, uint32_t count) {
  if (b->status) return harmless();
  const tt_dtype_t result =
      (unsigned)op < TT_OP_COUNT ? tt_op_result_type(op, type) : TT_DTYPE_NONE;
  if (result == TT_DTYPE_NONE) {
    misuse(b, "the op has no result");
    return harmless();
  }
  const tt_operand_t reg = tt_build_reg(b, result);
  tt_build_inst(b, op, type, type2, attr, reg, operands, count);
  return b->status ? harmless() : reg;
}

static uint64_t hash_bits(uint64_t bits) {
  bits *= 0x9E3779B97F4A7C15u;
  return bits ^ bits >> 32;
}
static uint64_t immediate_rehash(const tt_builder_t* b, uint32_t index) {
  return hash_bits(b->program->immediates[index]);
}
static bool immediate_equal(const tt_builder_t* b, uint32_t index,
                            const void* key) {
  return b->program->immediates[index] == *(const uint64_t*)key;
}

tt_operand_t tt_builder_immediate(tt_builder_t* b, uint64_t bits) {
  tt_program_t* p = b->program;
  if (!TT_BUILDER_ROOM(b, uint64_t, immediates, 1u << 26, 1)) {
    return harmless();
  }
  uint32_t index = tt_builder_intern(b, &b->immediate_hash, hash_bits(bits),
                                     p->immediates_count, immediate_equal,
                                     immediate_rehash, &bits);
  if (b->status) return harmless();
  if (index == TT_NONE) {
    index = p->immediates_count++;
    p->immediates[index] = bits;
  }
  return tt_operand(TT_OPERAND_IMM, index);
}

tt_operand_t tt_imm(tt_builder_t* b, int64_t value) {
  return tt_builder_immediate(b, (uint64_t)value);
}
tt_operand_t tt_imm_f32(tt_builder_t* b, float value) {
  return tt_builder_immediate(b, tt_immediate_of_f32(value));
}
tt_operand_t tt_imm_f64(tt_builder_t* b, double value) {
  return tt_builder_immediate(b, tt_immediate_of_f64(value));
}

tt_operand_t tt_build_for(tt_builder_t* b, tt_operand_t lo, tt_operand_t hi,
                          tt_operand_t step, bool parallel) {
  const tt_operand_t operands[] = {lo, hi, step};
  return tt_build_value(b, TT_OP_FOR, TT_DTYPE_NONE, TT_DTYPE_NONE,
                        parallel ? TT_ATTR_FLAG_PARALLEL : 0, operands, 3);
}

void tt_build_end(tt_builder_t* b) {
  tt_build_inst(b, TT_OP_END, TT_DTYPE_NONE, TT_DTYPE_NONE, 0, TT_NONE, NULL,
                0);
}

// Program, entries, views, phases and circular buffers. Kernels: the other
// verify_*.c files.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"
#include "tile/verify_internal.h"

tt_status_t tt_verify_error(const tt_verify_t* v, const char* format, ...) {
  va_list args;
  va_start(args, format);
  tt_status_t status = tt_status_make_v(TT_CODE_INVALID_ARGUMENT, format, args);
  va_end(args);
  static const char* const units[] = {"reader", "compute", "writer", "launch"};
  if (v->inst) {
    const uint32_t index =
        (uint32_t)(v->inst - v->program->insts) - v->kernel->first_inst;
    const char* mnemonic = v->inst->op < TT_OP_COUNT
                               ? tt_op_descs[v->inst->op].mnemonic
                               : "unknown op";
    status =
        v->inst->line
            ? tt_status_prefix(status, "line %u: %s", v->inst->line, mnemonic)
            : tt_status_prefix(status, "op %u: %s", index, mnemonic);
  }
  if (v->kernel)
    status = tt_status_prefix(status, "%s", units[v->kernel->unit]);
  if (v->phase) status = tt_status_prefix(status, "phase %u", v->phase_index);
  if (v->entry) {
    status = tt_status_prefix(status, "entry @%.100s",
                              tt_entry_name(v->program, v->entry));
  }
  return status;
}

// A scalar fixed before a launch's kernels run: i64, not negative where
// immediate, the same for every core.
static tt_status_t verify_uniform(const tt_verify_t* v, tt_operand_t operand,
                                  const char* what) {
  const tt_operand_kind_t kind = tt_operand_kind(operand);
  if (kind != TT_OPERAND_IMM && kind != TT_OPERAND_ARG) {
    return tt_verify_error(v, "%s: expected a launch value or an integer",
                           what);
  }
  TT_RETURN_IF_ERROR(tt_verify_scalar(v, operand, TT_DTYPE_I64, what));
  int64_t value = 0;
  if (tt_verify_constant(v, operand, &value) && value < 0) {
    return tt_verify_error(v, "%s: found %lld, expected 0 or more", what,
                           (long long)value);
  }
  if (kind == TT_OPERAND_ARG && v->per_core[tt_operand_index(operand)]) {
    return tt_verify_error(v,
                           "%s: $%u depends on the core, expected a value "
                           "that is the same on every core",
                           what, tt_operand_index(operand));
  }
  return NULL;
}

// ---- Arrays ----------------------------------------------------------------

static tt_status_t check_counts(const tt_verify_t* v) {
#define X(type, member, limit)                                            \
  if (v->program->member##_count > (limit)) {                             \
    return tt_verify_error(v, "found %u %s, expected at most %u",         \
                           v->program->member##_count, #member, (limit)); \
  }                                                                       \
  if (v->program->member##_count && !v->program->member) {                \
    return tt_verify_error(v, #member " are missing");                    \
  }
  TT_PROGRAM_ARRAYS(X)
#undef X
  return NULL;
}

// Claims the |count| records that an owner says start at |first|.
static tt_status_t claim(const tt_verify_t* v, const char* what, uint32_t first,
                         uint32_t count, uint32_t* next, uint32_t total) {
  if (first != *next) {
    return tt_verify_error(v, "%s start at %u, expected %u", what, first,
                           *next);
  }
  if (count > total - *next) {
    return tt_verify_error(v, "%u %s from %u, but there are %u", count, what,
                           first, total);
  }
  *next += count;
  return NULL;
}

static tt_status_t check_leftover(const tt_verify_t* v) {
#define X(member, next)                                                   \
  if (v->next != v->program->member##_count) {                            \
    return tt_verify_error(v, "%u %s, of which %u are used",              \
                           v->program->member##_count, #member, v->next); \
  }
  X(phases, next_phase)
  X(kernels, next_kernel)
  X(insts, next_inst)
  X(operands, next_operand)
  X(reg_types, next_reg)
  X(cbs, next_cb)
  X(views, next_view)
  X(bindings, next_binding)
  X(scratches, next_scratch)
  X(strings, next_string)
#undef X
  return NULL;
}

static tt_status_t check_blobs(const tt_verify_t* v) {
  const tt_program_t* p = v->program;
  uint64_t end = 0;
  for (uint32_t i = 0; i < p->blobs_count; ++i) {
    const uint64_t start = (end + 63) & ~(uint64_t)63;
    if (p->blobs[i].offset != start) {
      return tt_verify_error(v, "data b%u starts at %llu, expected %llu", i,
                             (unsigned long long)p->blobs[i].offset,
                             (unsigned long long)start);
    }
    if (start > p->data_count || p->blobs[i].size > p->data_count - start) {
      return tt_verify_error(v, "data b%u leaves the %u bytes of data", i,
                             p->data_count);
    }
    for (; end < start; ++end) {
      if (p->data[end]) {
        return tt_verify_error(v, "data between blobs is not zero at %llu",
                               (unsigned long long)end);
      }
    }
    end = start + p->blobs[i].size;
  }
  if (end != p->data_count) {
    return tt_verify_error(v, "%u bytes of data, of which %llu are used",
                           p->data_count, (unsigned long long)end);
  }
  return NULL;
}

// ---- Entries ---------------------------------------------------------------

// Takes the next string; NULL: it has no end.
static const char* claim_string(tt_verify_t* v, size_t* out_length) {
  const uint32_t left = v->program->strings_count - v->next_string;
  if (left == 0) return NULL;
  const char* text = v->program->strings + v->next_string;
  *out_length = strnlen(text, left);
  if (*out_length == left) return NULL;
  v->next_string += (uint32_t)*out_length + 1;
  return text;
}

static tt_status_t check_name(tt_verify_t* v, const tt_entry_t* entry) {
  if (entry->name != v->next_string) {
    return tt_verify_error(v, "an entry's name is at %u, expected %u",
                           entry->name, v->next_string);
  }
  size_t length = 0;
  if (!claim_string(v, &length)) {
    return tt_verify_error(v, "the last name has no end");
  }
  if (length == 0) return tt_verify_error(v, "an entry has an empty name");
  return NULL;
}

static tt_status_t check_notes(tt_verify_t* v) {
  static const char word[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  if (v->entry->note_count > TT_MAX_NOTES) {
    return tt_verify_error(v, "found %u notes, expected at most %u",
                           v->entry->note_count, TT_MAX_NOTES);
  }
  for (uint32_t i = 0; i < v->entry->note_count; ++i) {
    size_t key_length = 0, text_length = 0;
    const char* key = claim_string(v, &key_length);
    if (!key || !claim_string(v, &text_length)) {
      return tt_verify_error(v, "note %u has no end", i);
    }
    if (key_length == 0 || strspn(key, word) != key_length) {
      return tt_verify_error(v, "the key of note %u is not a word", i);
    }
    if (key_length > TT_MAX_NOTE || text_length > TT_MAX_NOTE) {
      return tt_verify_error(
          v, "note %u has %zu bytes, expected at most %u", i,
          key_length > text_length ? key_length : text_length, TT_MAX_NOTE);
    }
  }
  return NULL;
}

static int compare_names(const void* x, const void* y) {
  return strcmp(*(const char* const*)x, *(const char* const*)y);
}

static tt_status_t check_names_differ(const tt_verify_t* v) {
  const tt_program_t* p = v->program;
  if (p->entries_count < 2) return NULL;
  const char** names = malloc(p->entries_count * sizeof(*names));
  if (!names) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  for (uint32_t i = 0; i < p->entries_count; ++i) {
    names[i] = tt_entry_name(p, &p->entries[i]);
  }
  qsort(names, p->entries_count, sizeof(*names), compare_names);
  tt_status_t status = NULL;
  for (uint32_t i = 1; i < p->entries_count && !status; ++i) {
    if (strcmp(names[i - 1], names[i]) == 0) {
      status = tt_verify_error(v, "two entries are named @%.100s", names[i]);
    }
  }
  free(names);
  return status;
}

static tt_status_t check_view(const tt_verify_t* v, uint32_t index) {
  const tt_program_t* p = v->program;
  const tt_view_t* view = &p->views[v->entry->first_view + index];
  const uint32_t counts[] = {v->entry->binding_count, v->entry->scratch_count,
                             p->blobs_count};
  static const char* const sources[] = {"binding", "scratch", "data"};
  if (view->source > TT_VIEW_DATA || view->dtype == TT_DTYPE_NONE ||
      view->dtype >= TT_DTYPE_COUNT || view->layout || view->reserved) {
    return tt_verify_error(v, "view v%u has an unknown source, type or layout",
                           index);
  }
  if (view->index >= counts[view->source]) {
    return tt_verify_error(v, "view v%u: no %s %u, there are %u", index,
                           sources[view->source], view->index,
                           counts[view->source]);
  }
  char what[32];
  snprintf(what, sizeof(what), "view v%u: offset", index);
  TT_RETURN_IF_ERROR(verify_uniform(v, view->offset, what));
  snprintf(what, sizeof(what), "view v%u: length", index);
  TT_RETURN_IF_ERROR(verify_uniform(v, view->length, what));
  int64_t offset = 0, length = 0;
  if (view->source != TT_VIEW_DATA ||
      !tt_verify_constant(v, view->offset, &offset) ||
      !tt_verify_constant(v, view->length, &length)) {
    return NULL;
  }
  const uint64_t size = p->blobs[view->index].size;
  if ((uint64_t)offset > size || length > 1LL << 40 ||
      tt_dtype_bytes((tt_dtype_t)view->dtype, (uint64_t)length) >
          size - (uint64_t)offset) {
    return tt_verify_error(v, "view v%u leaves the %llu bytes of data b%u",
                           index, (unsigned long long)size, view->index);
  }
  return NULL;
}

// ---- Phases ----------------------------------------------------------------

static tt_status_t check_cb(tt_verify_t* v, const tt_cb_t* cb) {
  const uint32_t n = cb->number;
  if (n >= TT_MAX_CBS) {
    return tt_verify_error(v, "no CB c%u, expected below c%u", n, TT_MAX_CBS);
  }
  if (v->cbs[n]) return tt_verify_error(v, "c%u is declared twice", n);
  if (cb->format == TT_FORMAT_NONE || cb->format >= TT_FORMAT_COUNT) {
    return tt_verify_error(v, "c%u: unknown data format %u", n, cb->format);
  }
  if (cb->rows == 0 || cb->rows > 32 || (cb->rows & (cb->rows - 1))) {
    return tt_verify_error(
        v, "c%u: found %u rows, expected 32, 16, 8, 4, 2 or 1", n, cb->rows);
  }
  if (cb->layout > TT_CB_LAYOUT_FLAT || cb->unpack_to_dest > 1 ||
      cb->reserved[0] || cb->reserved[1] || cb->reserved[2]) {
    return tt_verify_error(v, "c%u: unknown layout or flags", n);
  }
  if (cb->pages == 0) return tt_verify_error(v, "c%u: no pages", n);
  if (cb->unpack_to_dest &&
      (tt_format_desc((tt_format_t)cb->format)->bytes != 4 ||
       !v->phase->fp32_dest_acc)) {
    return tt_verify_error(
        v, "c%u: unpack_to_dest needs a 32-bit format and fp32_dest_acc", n);
  }
  v->cbs[n] = cb;
  return NULL;
}

static tt_status_t check_cbs(tt_verify_t* v) {
  const tt_program_t* p = v->program;
  const tt_phase_t* phase = v->phase;
  if (phase->cb_count > TT_MAX_CBS) {
    return tt_verify_error(v, "found %u CBs, expected at most %u",
                           phase->cb_count, TT_MAX_CBS);
  }
  TT_RETURN_IF_ERROR(claim(v, "CBs", phase->first_cb, phase->cb_count,
                           &v->next_cb, p->cbs_count));
  memset(v->cbs, 0, sizeof(v->cbs));
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < phase->cb_count; ++i) {
    const tt_cb_t* cb = &p->cbs[phase->first_cb + i];
    TT_RETURN_IF_ERROR(check_cb(v, cb));
    // A CB starts at a multiple of what a DRAM read asks for.
    const uint64_t align = tt_chip_blackhole.noc_read_align;
    const uint64_t size = (uint64_t)tt_cb_page_bytes(cb) * cb->pages;
    bytes += (size + align - 1) / align * align;
  }
  const uint64_t budget =
      tt_chip_blackhole.l1_size - tt_chip_blackhole.l1_reserved;
  if (bytes > budget) {
    tt_status_t status = tt_verify_error(
        v, "the CBs take %llu bytes of L1, expected at most %llu",
        (unsigned long long)bytes, (unsigned long long)budget);
    return status;
  }
  return NULL;
}

static tt_status_t check_kernel(tt_verify_t* v, uint32_t index,
                                tt_unit_t unit) {
  const tt_program_t* p = v->program;
  if (index != v->next_kernel || index >= p->kernels_count) {
    return tt_verify_error(v, "found kernel %u, expected %u of %u", index,
                           v->next_kernel, p->kernels_count);
  }
  ++v->next_kernel;
  const tt_kernel_t* kernel = &p->kernels[index];
  if (kernel->unit != (uint32_t)unit) {
    return tt_verify_error(v, "kernel %u is of unit %u, expected %u", index,
                           kernel->unit, unit);
  }
  v->kernel = kernel;
  if (kernel->inst_count == 0 || kernel->reg_count > TT_MAX_REGS) {
    return tt_verify_error(v,
                           "found %u ops and %u registers, expected at least "
                           "1 op and at most %u registers",
                           kernel->inst_count, kernel->reg_count, TT_MAX_REGS);
  }
  TT_RETURN_IF_ERROR(claim(v, "ops", kernel->first_inst, kernel->inst_count,
                           &v->next_inst, p->insts_count));
  TT_RETURN_IF_ERROR(claim(v, "registers", kernel->first_reg, kernel->reg_count,
                           &v->next_reg, p->reg_types_count));
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    v->inst = &p->insts[kernel->first_inst + i];
    TT_RETURN_IF_ERROR(claim(v, "operands", v->inst->first_operand,
                             v->inst->operand_count, &v->next_operand,
                             p->operands_count));
  }
  v->inst = NULL;
  TT_RETURN_IF_ERROR(tt_verify_kernel(v));
  v->inst = NULL;
  v->kernel = NULL;
  return NULL;
}

static tt_status_t check_phase(tt_verify_t* v, uint32_t index) {
  const tt_phase_t* phase = &v->program->phases[v->entry->first_phase + index];
  v->phase_index = index;
  v->phase = phase;
  if (phase->fidelity > TT_FIDELITY_HIFI4 || phase->fidelity == 1 ||
      phase->fp32_dest_acc > 1 || phase->dst_full_sync > 1 ||
      phase->approx > 1) {
    return tt_verify_error(v, "unknown fidelity or flags");
  }
  TT_RETURN_IF_ERROR(verify_uniform(v, phase->cores, "cores"));
  TT_RETURN_IF_ERROR(check_cbs(v));
  memset(v->producer, 0, sizeof(v->producer));
  memset(v->consumer, 0, sizeof(v->consumer));
  memset(v->pushed, 0, sizeof(v->pushed));
  memset(v->popped, 0, sizeof(v->popped));
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (phase->kernels[unit] == TT_NONE) continue;
    TT_RETURN_IF_ERROR(check_kernel(v, phase->kernels[unit], (tt_unit_t)unit));
  }
  TT_RETURN_IF_ERROR(tt_verify_totals(v));
  v->phase = NULL;
  return NULL;
}

static tt_status_t check_entry(tt_verify_t* v, const tt_entry_t* entry) {
  const tt_program_t* p = v->program;
  TT_RETURN_IF_ERROR(check_name(v, entry));
  v->entry = entry;
  v->launch = NULL;
  TT_RETURN_IF_ERROR(check_notes(v));
  if (entry->binding_count > TT_MAX_BINDINGS) {
    return tt_verify_error(v, "found %u bindings, expected at most %u",
                           entry->binding_count, TT_MAX_BINDINGS);
  }
  if (entry->constant_count > TT_MAX_CONSTANTS) {
    return tt_verify_error(v, "found %u constants, expected at most %u",
                           entry->constant_count, TT_MAX_CONSTANTS);
  }
  TT_RETURN_IF_ERROR(claim(v, "bindings", entry->first_binding,
                           entry->binding_count, &v->next_binding,
                           p->bindings_count));
  TT_RETURN_IF_ERROR(claim(v, "scratches", entry->first_scratch,
                           entry->scratch_count, &v->next_scratch,
                           p->scratches_count));
  TT_RETURN_IF_ERROR(claim(v, "views", entry->first_view, entry->view_count,
                           &v->next_view, p->views_count));
  TT_RETURN_IF_ERROR(claim(v, "phases", entry->first_phase, entry->phase_count,
                           &v->next_phase, p->phases_count));
  for (uint32_t i = 0; i < entry->binding_count; ++i) {
    if (p->bindings[entry->first_binding + i].access >
        (TT_ACCESS_READ | TT_ACCESS_WRITE)) {
      return tt_verify_error(v, "binding %u has an unknown access", i);
    }
  }
  if (entry->launch != TT_NONE) {
    TT_RETURN_IF_ERROR(check_kernel(v, entry->launch, TT_UNIT_LAUNCH));
    v->launch = &p->kernels[entry->launch];
  }
  for (uint32_t i = 0; i < entry->scratch_count; ++i) {
    char what[32];
    snprintf(what, sizeof(what), "scratch s%u: bytes", i);
    TT_RETURN_IF_ERROR(
        verify_uniform(v, p->scratches[entry->first_scratch + i].size, what));
  }
  for (uint32_t i = 0; i < entry->view_count; ++i) {
    TT_RETURN_IF_ERROR(check_view(v, i));
  }
  for (uint32_t i = 0; i < entry->phase_count; ++i) {
    TT_RETURN_IF_ERROR(check_phase(v, i));
  }
  v->entry = NULL;
  return NULL;
}

static tt_status_t check_program(tt_verify_t* v) {
  TT_RETURN_IF_ERROR(check_blobs(v));
  for (uint32_t i = 0; i < v->program->entries_count; ++i) {
    TT_RETURN_IF_ERROR(check_entry(v, &v->program->entries[i]));
  }
  TT_RETURN_IF_ERROR(check_leftover(v));
  return check_names_differ(v);
}

// The most registers that a kernel may hope to have; not yet checked.
static uint32_t most_regs(const tt_program_t* program) {
  uint32_t most = 1;
  for (uint32_t i = 0; i < program->kernels_count; ++i) {
    const uint32_t count = program->kernels[i].reg_count;
    if (count > most) most = count;
  }
  return most < TT_MAX_REGS ? most : TT_MAX_REGS;
}

tt_status_t tt_program_verify(const tt_program_t* program) {
  tt_verify_t* v = calloc(1, sizeof(*v));
  if (!v) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  v->program = program;
  tt_status_t status = check_counts(v);
  if (!status) {
    const uint32_t regs = most_regs(program);
    v->per_core = calloc(regs, sizeof(*v->per_core));
    v->assigned = calloc(regs, sizeof(*v->assigned));
    status =
        v->per_core && v->assigned
            ? check_program(v)
            : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  free(v->per_core);
  free(v->trail);
  free(v->assigned);
  free(v);
  return status;
}

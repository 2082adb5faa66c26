#include "tile/count.h"

#include <stdlib.h>
#include <string.h>

#include "tile/count_internal.h"

typedef struct launch_t {
  tt_launch_env_t env;
  uint32_t* constants;  // zeros where they are not known
  uint8_t* per_core;
  uint8_t* values_per_core;
  int64_t* values;
  bool* unknown;  // depends on a constant that is not known
  tt_count_value_t* args;
  tt_count_value_t* last_args;  // of the core counted before
} launch_t;

static void launch_release(launch_t* l) {
  free(l->constants);
  free(l->per_core);
  free(l->values_per_core);
  free(l->values);
  free(l->unknown);
  free(l->args);
  free(l->last_args);
}

// Which launch values depend on push constants.
static void mark_unknown(const tt_counter_t* c, bool* unknown) {
  if (c->entry->launch == TT_NONE) return;
  const tt_kernel_t* kernel = &c->program->kernels[c->entry->launch];
  for (uint32_t i = 0; i < kernel->inst_count; ++i) {
    const tt_inst_t* inst = &c->program->insts[kernel->first_inst + i];
    const tt_operand_t* o = tt_inst_operands(c->program, inst);
    bool depends = inst->op == TT_OP_PUSH;
    for (uint32_t k = 0; k < inst->operand_count; ++k) {
      tt_operand_kind_t kind = tt_operand_kind(o[k]);
      if (kind != TT_OPERAND_REG && kind != TT_OPERAND_ARG) continue;
      depends |= unknown[tt_operand_index(o[k])];
    }
    if (inst->result != TT_NONE) unknown[inst->result] = depends;
  }
}

static tt_status_t launch_prepare(const tt_counter_t* c,
                                  const tt_launch_env_t* given, launch_t* l) {
  uint32_t regs = tt_counter_launch_regs(c);
  uint32_t insts = c->entry->launch == TT_NONE
                       ? 0
                       : c->program->kernels[c->entry->launch].inst_count;
  l->constants = calloc(c->entry->constant_count + 1, sizeof(uint32_t));
  l->per_core = calloc(insts + 1, 1);
  l->values_per_core = calloc(regs + 1, 1);
  l->values = calloc(regs + 1, sizeof(int64_t));
  l->unknown = calloc(regs + 1, sizeof(bool));
  l->args = calloc(regs + 1, sizeof(tt_count_value_t));
  l->last_args = calloc(regs + 1, sizeof(tt_count_value_t));
  if (!l->constants || !l->per_core || !l->values_per_core || !l->values ||
      !l->unknown || !l->args || !l->last_args) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory while counting a launch");
  }
  l->env = (tt_launch_env_t){
      .constants = given->constants ? given->constants : l->constants,
      .grid_cores = given->grid_cores,
      .dram_banks = given->dram_banks,
  };
  if (!given->constants) mark_unknown(c, l->unknown);
  tt_launch_mark(c->program, c->entry, l->per_core, l->values_per_core);
  return tt_launch_eval(c->program, c->entry, &l->env, l->per_core, 0, 0,
                        l->values);
}

static bool same_relevant(const tt_counter_t* c, const launch_t* l) {
  for (uint32_t i = 0; i < tt_counter_launch_regs(c); ++i) {
    if (c->relevant_arg[i] && !tt_count_same(l->args[i], l->last_args[i]))
      return false;
  }
  return true;
}

static tt_status_t eval_core(const tt_counter_t* c, launch_t* l,
                             uint32_t core) {
  TT_RETURN_IF_ERROR(tt_launch_eval(c->program, c->entry, &l->env, l->per_core,
                                    1, core, l->values));
  for (uint32_t i = 0; i < tt_counter_launch_regs(c); ++i) {
    l->args[i] = (tt_count_value_t){(uint64_t)l->values[i], !l->unknown[i]};
  }
  return NULL;
}

// The busiest core of a phase so far, and all of them.
typedef struct busiest_t {
  uint64_t kernel[TT_UNIT_KERNEL_COUNT];  // cycles
  uint64_t total[TT_UNIT_KERNEL_COUNT];   // cycles, of all cores
  uint64_t noc;                           // cycles of a port
} busiest_t;

static void note_busiest(const tt_counter_t* c, uint64_t cycles,
                         busiest_t* busiest) {
  const uint64_t port = (c->counts.bytes_read + c->counts.bytes_written) /
                        tt_cost_of(TT_COST_NOC_BYTES);
  uint64_t* most = &busiest->kernel[c->kernel->unit];
  if (cycles > *most) *most = cycles;
  if (port > busiest->noc) busiest->noc = port;
}

// Counts a kernel on each of |cores| cores; cores that get equal values do the
// same work.
static tt_status_t count_kernel(tt_counter_t* c, launch_t* l,
                                const tt_kernel_t* kernel, uint32_t cores,
                                busiest_t* busiest) {
  const tt_counts_t none = {0};
  tt_counts_t total = c->counts;
  tt_status_t status = NULL;
  if (tt_counter_prepare(c, kernel)) {
    c->args = l->args;
    uint64_t cycles = 0;
    for (uint32_t core = 0; core < cores && !status && !c->failed; ++core) {
      status = eval_core(c, l, core);
      if (status) break;
      if (core == 0 || !same_relevant(c, l)) {
        c->counts = none;
        tt_counter_run(c);
        total.at_least |= c->counts.at_least;
        cycles = c->counts.kernel_cycles[kernel->unit];
        note_busiest(c, cycles, busiest);
      }
      busiest->total[kernel->unit] += cycles;
      memset(c->counts.kernel_cycles, 0, sizeof(c->counts.kernel_cycles));
      tt_counts_add(&total, &none, &c->counts, 1);
      memcpy(l->last_args, l->args,
             tt_counter_launch_regs(c) * sizeof(tt_count_value_t));
    }
  }
  c->counts = total;
  tt_counter_release(c);
  if (!status && c->failed) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "out of host memory while counting a launch");
  }
  return status;
}

static uint64_t larger(uint64_t x, uint64_t y) { return x > y ? x : y; }

// Adds up what a phase takes that moved |bytes|.
static void add_cycles(tt_counts_t* counts, const busiest_t* busiest,
                       uint64_t bytes, uint32_t banks) {
  const uint64_t start = tt_cost_of(TT_COST_PHASE);
  const uint64_t a_cycle =
      (uint64_t)(banks ? banks : 1) * tt_cost_of(TT_COST_DRAM_BANK_BYTES);
  const uint64_t dram = (bytes + a_cycle - 1) / a_cycle;
  int slowest = 0;
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    counts->kernel_cycles[unit] += busiest->kernel[unit];
    if (busiest->kernel[unit] > busiest->kernel[slowest]) slowest = unit;
  }
  counts->slowest_cycles += busiest->kernel[slowest];
  counts->busy_cycles += busiest->total[slowest];
  const uint64_t longest =
      larger(busiest->kernel[slowest], larger(dram, busiest->noc));
  counts->noc_cycles += busiest->noc;
  counts->dram_cycles += dram;
  counts->start_cycles += start;
  counts->cycles += start + longest;
}

const char* tt_counts_bound(const tt_counts_t* counts) {
  static const char* const names[] = {"reader", "compute", "writer",
                                      "noc",    "dram",    "start"};
  const uint64_t cycles[] = {counts->kernel_cycles[TT_UNIT_READER],
                             counts->kernel_cycles[TT_UNIT_COMPUTE],
                             counts->kernel_cycles[TT_UNIT_WRITER],
                             counts->noc_cycles,
                             counts->dram_cycles,
                             counts->start_cycles};
  int most = 0;
  for (int i = 1; i < 6; ++i) {
    if (cycles[i] > cycles[most]) most = i;
  }
  return names[most];
}

static tt_status_t count_phase(tt_counter_t* c, launch_t* l) {
  uint64_t l1 = 0;
  for (uint32_t i = 0; i < c->phase->cb_count; ++i) {
    const tt_cb_t* cb = &c->program->cbs[c->phase->first_cb + i];
    l1 += (uint64_t)cb->pages * tt_cb_page_bytes(cb);
  }
  if (l1 > c->counts.l1_bytes) c->counts.l1_bytes = l1;
  tt_operand_t operand = c->phase->cores;
  if (tt_operand_kind(operand) == TT_OPERAND_ARG &&
      l->unknown[tt_operand_index(operand)]) {
    c->counts.at_least = true;
    return NULL;
  }
  int64_t cores = tt_launch_value(c->program, operand, l->values);
  if (cores < 0 || cores > (int64_t)l->env.grid_cores) {
    return tt_status_make(TT_CODE_OUT_OF_RANGE,
                          "entry @%s: a phase wants %lld cores of %u",
                          tt_entry_name(c->program, c->entry), (long long)cores,
                          l->env.grid_cores);
  }
  if (cores > c->counts.cores) c->counts.cores = (uint32_t)cores;
  if (cores == 0) return NULL;
  const uint64_t bytes = c->counts.bytes_read + c->counts.bytes_written;
  busiest_t busiest = {0};
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    uint32_t kernel = c->phase->kernels[unit];
    if (kernel == TT_NONE) continue;
    TT_RETURN_IF_ERROR(count_kernel(c, l, &c->program->kernels[kernel],
                                    (uint32_t)cores, &busiest));
  }
  add_cycles(&c->counts, &busiest,
             c->counts.bytes_read + c->counts.bytes_written - bytes,
             l->env.dram_banks);
  return NULL;
}

tt_status_t tt_count_entry(const tt_program_t* program, uint32_t entry,
                           const tt_launch_env_t* env,
                           tt_counts_t* out_counts) {
  return tt_count_within(program, entry, env, TT_COUNT_STEPS, out_counts);
}

tt_status_t tt_count_within(const tt_program_t* program, uint32_t entry,
                            const tt_launch_env_t* env, uint64_t steps,
                            tt_counts_t* out_counts) {
  if (entry >= program->entries_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT, "no entry %u to count",
                          entry);
  }
  tt_counter_t c = {
      .program = program, .entry = &program->entries[entry], .budget = steps};
  launch_t l = {0};
  tt_status_t status = launch_prepare(&c, env, &l);
  for (uint32_t i = 0; i < c.entry->phase_count && !status; ++i) {
    c.phase = &program->phases[c.entry->first_phase + i];
    status = count_phase(&c, &l);
  }
  launch_release(&l);
  if (status) return status;
  *out_counts = c.counts;
  return NULL;
}

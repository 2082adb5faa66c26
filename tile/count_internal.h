// Shared by count*.c: running one kernel abstractly.
#ifndef TT_IREE_TILE_COUNT_INTERNAL_H_
#define TT_IREE_TILE_COUNT_INTERNAL_H_

#include "tile/cost.h"
#include "tile/count.h"
#include "tile/lanes.h"

typedef struct tt_count_value_t {
  uint64_t bits;  // as in a lane; 4-byte lanes use the low half
  bool known;
} tt_count_value_t;

// Facts of a kernel's instruction that do not change while it runs.
typedef struct tt_count_step_t {
  tt_lane_fn_t fn;    // of a LANE op that is computed, else NULL
  uint32_t end;       // of for, while, if, else: the matching end
  uint32_t other;     // of if: its else, or its end
  uint32_t assigned;  // of blocks: first of its relevant registers in .assigned
  uint32_t assigned_count;
} tt_count_step_t;

typedef struct tt_counter_t {
  const tt_program_t* program;
  const tt_entry_t* entry;
  const tt_phase_t* phase;
  const tt_kernel_t* kernel;
  tt_count_step_t* steps;  // one an instruction
  bool* relevant;          // one a register
  bool* relevant_arg;      // one a launch value
  uint32_t* assigned;
  uint32_t assigned_count, assigned_capacity;
  tt_count_value_t* regs;
  tt_count_value_t* saved;  // stack of snapshots
  uint32_t saved_count, saved_capacity;
  const tt_count_value_t* args;  // launch values of the core
  uint64_t budget;               // steps left
  bool failed;                   // out of host memory
  tt_counts_t counts;
} tt_counter_t;

// tt_count_entry, cut off after |steps|.
tt_status_t tt_count_within(const tt_program_t* program, uint32_t entry,
                            const tt_launch_env_t* env, uint64_t steps,
                            tt_counts_t* out_counts);

uint32_t tt_counter_launch_regs(const tt_counter_t* c);

// Readies |c|, whose program, entry and phase are set, for |kernel|; false when
// out of memory (c->failed). Release it in any case.
bool tt_counter_prepare(tt_counter_t* c, const tt_kernel_t* kernel);
void tt_counter_release(tt_counter_t* c);

// Adds what the kernel does with the launch values c->args to c->counts.
void tt_counter_run(tt_counter_t* c);

static inline bool tt_count_same(tt_count_value_t a, tt_count_value_t b) {
  return a.known == b.known && (!a.known || a.bits == b.bits);
}

// Adds the difference between |after| and |before| |times| over to |total|,
// which may be |after|.
void tt_counts_add(tt_counts_t* total, const tt_counts_t* before,
                   const tt_counts_t* after, uint64_t times);

#endif  // TT_IREE_TILE_COUNT_INTERNAL_H_

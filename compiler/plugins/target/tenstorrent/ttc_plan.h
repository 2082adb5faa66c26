// How a dispatch runs on tiles: a pure function of the dispatch and the chip.
// A plan is a list of phases, which run one after the other.
#ifndef TT_IREE_COMPILER_TTC_PLAN_H_
#define TT_IREE_COMPILER_TTC_PLAN_H_

#include "compiler/plugins/target/tenstorrent/ttc_phase.h"
#include "tile/chip.h"

enum {
  TTC_MAX_GROUPS = 16,  // of stores that share their loops
  TTC_MAX_PHASES = 48,  // one or more a group
};

typedef struct ttc_plan_options_t {
  const tt_chip_t* chip;
  uint32_t cores;    // of the grid that the plan aims at
  uint64_t l1_size;  // bytes that CBs of a core may take
  uint8_t fidelity;  // tt_fidelity_t
} ttc_plan_options_t;

// Cycles, roughly: of the busiest core, and of all cores on average.
typedef struct ttc_cost_t {
  double busiest, mean;
} ttc_cost_t;
enum {
  // A launch takes about as long whatever its cores do (a guess).
  TTC_LAUNCH_CYCLES = 40000,
};
// What is compared: where a launch hides what the busiest core does, all that
// counts is what all of them do.
static inline double ttc_cost_total(ttc_cost_t cost) {
  return (cost.busiest > TTC_LAUNCH_CYCLES ? cost.busiest : TTC_LAUNCH_CYCLES) +
         cost.mean;
}

typedef struct ttc_plan_t {
  uint32_t phase_count;
  ttc_phase_t* phases[TTC_MAX_PHASES];  // owned
  ttc_cost_t cost;                      // of all phases
} ttc_plan_t;

// Plans |dispatch| (adds launch expressions and scratch to it). UNIMPLEMENTED
// with the reason when the tile path does not take it. |plan| is freed with
// ttc_plan_deinitialize, also after errors.
tt_status_t ttc_plan_dispatch(ttc_dispatch_t* dispatch,
                              const ttc_plan_options_t* options,
                              ttc_plan_t* plan);
void ttc_plan_deinitialize(ttc_plan_t* plan);

// Plans |dispatch|, not cut, as one phase of attention; leaves |plan| empty
// where it is none.
tt_status_t ttc_plan_attention(ttc_dispatch_t* dispatch,
                               const ttc_plan_options_t* options,
                               ttc_plan_t* plan);

// For people and golden files.
void ttc_plan_print(const ttc_dispatch_t* dispatch, const ttc_plan_t* plan,
                    FILE* file);

// Marks in |out_marks| (TTC_MAX_TERMS) the terms below and including |term|.
void ttc_plan_mark(const ttc_phase_t* phase, uint32_t term, bool* out_marks);

// Whether the sums of a matmul are what is stored, at most rounded: they are
// packed as they are then.
bool ttc_matmul_packs(const ttc_phase_t* phase);

// How often the reader fetches the pages of an access.
typedef enum ttc_level_e {
  TTC_LEVEL_ONCE,  // before all items
  TTC_LEVEL_ITEM,  // before the private loops of a stage
  TTC_LEVEL_STEP,  // in every step of them
} ttc_level_t;
ttc_level_t ttc_plan_level(const ttc_dispatch_t* dispatch,
                           const ttc_phase_t* phase, const ttc_stage_t* stage,
                           const ttc_access_t* access);

#endif  // TT_IREE_COMPILER_TTC_PLAN_H_

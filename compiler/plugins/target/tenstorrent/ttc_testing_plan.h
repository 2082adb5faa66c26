// For tests: plans are lowered, verified and run by the interpreter. No IREE is
// needed.
#ifndef TT_IREE_COMPILER_TTC_TESTING_PLAN_H_
#define TT_IREE_COMPILER_TTC_TESTING_PLAN_H_

#include "compiler/plugins/target/tenstorrent/ttc_plan.h"
#include "tile/interp.h"

// Those of a Blackhole of |cores| cores.
ttc_plan_options_t ttc_testing_plan_options(uint32_t cores);

// Fails the test on an error, |what| being what was tried.
void ttc_testing_succeed(tt_status_t status, const char* what);

// Plans |dispatch| for |cores| cores, lowers and verifies that, asks that every
// kernel has a spelling, and runs it on a grid of |grid| cores, with push
// constants |pushes|: with every access checked, and, as fewer lanes are
// computed then, unchecked, which must give the same. Returns how many phases
// are matmuls.
uint32_t ttc_testing_run_plan(ttc_dispatch_t* dispatch, const uint32_t* pushes,
                              uint32_t cores, uint32_t grid,
                              const tt_interp_binding_t* bindings,
                              tt_numerics_t numerics);

#endif  // TT_IREE_COMPILER_TTC_TESTING_PLAN_H_

// The interpreter of tile programs: their definition, and the core of the mock
// device.
//
// A program is decoded once (tt_interp_t, read-only, shared by threads). A
// launch (tt_interp_launch_t) holds what is the same for all cores: launch
// values, resolved views, scratch. A worker (tt_interp_worker_t) is one host
// thread's simulated core: L1, DST, registers. Running a core allocates
// nothing unless it fails.
//
// A core runs its reader, compute and writer as coroutines on the calling
// thread: each until it waits for room or pages in a CB, in turn, until all are
// done. If none can go on the core is deadlocked, which is an error naming
// where each kernel waits.
//
// Numerics, IEEE: DST lanes hold 32 bits whatever the phase says; FPU ops
// compute in float (int32 for Int32, UInt16 and UInt8 pages), every op rounding
// once. Sums of reduce_tile are trees over 32 elements: i and i + 16, then 8,
// 4, 2, 1 apart; a scalar reduces columns first. Matmul adds its products with
// k counting up.
// Numerics, TENSIX: unpackers, FPU, DST and packer make of floats what those of
// a Tensix core make of them (tile/tensix.h), in the order of tt-metal's
// kernels. Lane ops on DST tiles are the IEEE ones, without subnormal numbers.
#ifndef TT_IREE_TILE_INTERP_H_
#define TT_IREE_TILE_INTERP_H_

#include <stdatomic.h>
#include <stdbool.h>

#include "tile/lanes.h"
#include "tile/launch.h"
#include "tile/program.h"

typedef struct tt_interp_t tt_interp_t;
typedef struct tt_interp_launch_t tt_interp_launch_t;
typedef struct tt_interp_worker_t tt_interp_worker_t;

typedef enum tt_numerics_e {
  TT_NUMERICS_IEEE,
  TT_NUMERICS_TENSIX,
} tt_numerics_t;

typedef struct tt_interp_options_t {
  tt_isa_t isa;
  tt_numerics_t numerics;
  // Checks more and runs slower, with the same results: elements of CB pages
  // that were never written, binding alignment.
  bool checked;
  // Runs every parallel loop one iteration at a time.
  bool scalar_loops;
  // Ops a core may execute in a phase before it fails with DEADLINE_EXCEEDED,
  // roughly; 0: no limit.
  uint64_t step_limit;
} tt_interp_options_t;

// |program| is verified, borrowed, and must outlive the result.
tt_status_t tt_interp_create(const tt_program_t* program,
                             const tt_interp_options_t* options,
                             tt_interp_t** out_interp);
void tt_interp_destroy(tt_interp_t* interp);  // NULL is fine

// L1 bytes that the CBs of the program's largest phase need.
uint64_t tt_interp_l1_bytes(const tt_interp_t* interp);

typedef struct tt_interp_binding_t {
  void* data;
  uint64_t length;  // bytes
} tt_interp_binding_t;

typedef struct tt_interp_params_t {
  uint32_t entry;
  tt_launch_env_t env;  // its constants are borrowed until the launch is gone
  const tt_interp_binding_t* bindings;  // as many as the entry has
  uint64_t scratch_limit;               // bytes; more is RESOURCE_EXHAUSTED
  // Stops running cores with CANCELLED once true; may be NULL.
  const atomic_bool* cancel;
  // Stops running cores with DEADLINE_EXCEEDED once tt_interp_now is past it;
  // 0: never. Running cores look at both every 65536 ops or so.
  uint64_t deadline;
} tt_interp_params_t;

// Nanoseconds of a clock that only goes forward.
uint64_t tt_interp_now(void);

// Evaluates the uniform part, allocates scratch and checks every view against
// its source.
tt_status_t tt_interp_launch_create(const tt_interp_t* interp,
                                    const tt_interp_params_t* params,
                                    tt_interp_launch_t** out_launch);
void tt_interp_launch_destroy(tt_interp_launch_t* launch);  // NULL is fine

uint32_t tt_interp_phase_count(const tt_interp_launch_t* launch);
// Cores of a phase; 0 skips it.
uint32_t tt_interp_phase_cores(const tt_interp_launch_t* launch,
                               uint32_t phase);

// What was done (tile/count.h defines it); added to, never cleared.
typedef struct tt_interp_counters_t {
  uint64_t bytes_read;
  uint64_t bytes_written;
  uint64_t tile_ops;
  uint64_t multiply_adds;
  uint64_t element_ops;
} tt_interp_counters_t;

tt_status_t tt_interp_worker_create(tt_interp_worker_t** out_worker);
void tt_interp_worker_destroy(tt_interp_worker_t* worker);  // NULL is fine
// Makes room for any core of |interp|; call before running.
tt_status_t tt_interp_worker_reserve(tt_interp_worker_t* worker,
                                     const tt_interp_t* interp);

// Runs one core of one phase to completion. All cores of a phase may run at
// once, on workers of their own; a phase starts when the one before is done.
tt_status_t tt_interp_run_core(const tt_interp_launch_t* launch, uint32_t phase,
                               uint32_t core, tt_interp_worker_t* worker,
                               tt_interp_counters_t* counters);

// Convenience: every phase and core in order on one worker.
tt_status_t tt_interp_run(const tt_interp_launch_t* launch,
                          tt_interp_worker_t* worker,
                          tt_interp_counters_t* counters);

#endif  // TT_IREE_TILE_INTERP_H_

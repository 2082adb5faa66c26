// What a launch costs, counted from the tile program without running it. The
// compile report prints these numbers; the interpreter counts the same things
// while it runs (tt_backend_counters_t), and a test holds the two equal.
//
// Definition, for the interpreter too. Each op counts every time it is
// executed, on every core of every phase; a phase of 0 cores counts nothing.
//
//   bytes_read     load: the element's bytes in memory (i4: 1).
//                  read_flat: count (clamped to 0 .. the pages' elements) times
//                  the element's bytes in memory.
//                  read_tile: R * C * the element's bytes in memory. R is rows
//                  (clamped to 0 .. the tile's rows), or 1 if R > 0 and the row
//                  stride is 0; C is cols (clamped to 0 .. 32), or 1 if C > 0
//                  and the column stride is 0.
//                  Fills, alignment and padding count nothing.
//   bytes_written  store, write_flat, write_tile in the same way.
//   tile_ops       1 for each op of class TILE and for each lane op on DST
//                  tiles; n for tilize_block and untilize_block.
//   multiply_adds  matmul_tiles: rows of a's tile * 32 * 32.
//   element_ops    1 for each lane op on scalars (mov and address arithmetic
//                  included), load, store, cb_load and cb_store in a kernel.
//                  An element loop counts every iteration, however it is run.
//   tiles_read     pages that read_tile, read_flat (its n) fill; not in the
//   tiles_written  interpreter's counters. The same for writes.
//
// Launch programs, control, CB, DST, fill_page and fill_indices ops count
// nothing.
#ifndef TT_IREE_TILE_COUNT_H_
#define TT_IREE_TILE_COUNT_H_

#include <stdbool.h>

#include "tile/launch.h"

typedef struct tt_counts_t {
  uint64_t bytes_read;
  uint64_t bytes_written;
  uint64_t tile_ops;
  uint64_t multiply_adds;
  uint64_t element_ops;
  uint64_t tiles_read;
  uint64_t tiles_written;
  uint64_t l1_bytes;  // CBs of the phase that needs most
  uint32_t cores;     // of the phase that uses most
  // Estimated clock cycles (tile/cost.h), sums over phases: of each kernel on
  // its busiest core, had it never to wait; of the busiest NoC port; of DRAM;
  // of starting phases. A phase takes what takes longest in it: |cycles| in
  // all.
  uint64_t kernel_cycles[TT_UNIT_KERNEL_COUNT];
  uint64_t noc_cycles;
  uint64_t dram_cycles;
  uint64_t start_cycles;
  uint64_t cycles;
  // Of the kernel that takes longest in each phase, summed over phases: cycles
  // on its busiest core, and on all cores together. Their quotient is the
  // number of cores that this many cycles would keep busy.
  uint64_t slowest_cycles;
  uint64_t busy_cycles;
  // The numbers are lower bounds: control or a clamped extent depends on data,
  // on a push constant that was not given, or the count was cut off after
  // TT_COUNT_STEPS.
  bool at_least;
} tt_counts_t;

enum { TT_COUNT_STEPS = 1 << 26 };  // abstract ops evaluated in one count

// Counts one launch of |entry| of the verified |program|. |env->constants| may
// be NULL: not known. Fails where the launch program does (division by zero,
// overflow, more cores than the grid has).
tt_status_t tt_count_entry(const tt_program_t* program, uint32_t entry,
                           const tt_launch_env_t* env, tt_counts_t* out_counts);

// What most of the cycles are of: "reader", "compute", "writer", "noc", "dram"
// or "start".
const char* tt_counts_bound(const tt_counts_t* counts);

#endif  // TT_IREE_TILE_COUNT_H_

// Gives out ranges of bank addresses. A buffer has the same addresses in every
// DRAM bank (docs/launch-protocol.md), so one allocator serves all of them.
//
// Threads: one caller at a time.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_ALLOCATOR_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_ALLOCATOR_H_

#include <stdint.h>

#include "tile/status.h"

// A range in use.
typedef struct tt_bh_block_t {
  uint64_t address;
  uint64_t size;
  struct tt_bh_block_t* next;  // the one above
} tt_bh_block_t;

typedef struct tt_bh_allocator_t {
  uint64_t begin, end;
  tt_bh_block_t* first;
} tt_bh_allocator_t;

// Bank addresses [begin, end) are free.
void tt_bh_allocator_init(uint64_t begin, uint64_t end,
                          tt_bh_allocator_t* out_allocator);
// Forgets every block.
void tt_bh_allocator_deinit(tt_bh_allocator_t* allocator);

// Takes the lowest free |size| bytes (above 0). RESOURCE_EXHAUSTED names what
// is free.
tt_status_t tt_bh_allocator_take(tt_bh_allocator_t* allocator, uint64_t size,
                                 uint64_t* out_address);
// Returns the block at |address|.
void tt_bh_allocator_give(tt_bh_allocator_t* allocator, uint64_t address);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_ALLOCATOR_H_

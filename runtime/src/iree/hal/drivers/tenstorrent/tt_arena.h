// Memory that is freed all at once.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_ARENA_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_ARENA_H_

#include "iree/base/api.h"

typedef struct iree_hal_tt_arena_t {
  iree_allocator_t host_allocator;
  struct iree_hal_tt_arena_block_t* blocks;  // newest first
  iree_host_size_t used;                     // bytes of the newest block
} iree_hal_tt_arena_t;

void iree_hal_tt_arena_initialize(iree_allocator_t host_allocator,
                                  iree_hal_tt_arena_t* out_arena);
// Frees everything; the arena is as new.
void iree_hal_tt_arena_reset(iree_hal_tt_arena_t* arena);
// Zeroed bytes, aligned to 16.
iree_status_t iree_hal_tt_arena_allocate(iree_hal_tt_arena_t* arena,
                                         iree_host_size_t size, void** out_ptr);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_ARENA_H_

#include "iree/hal/drivers/tenstorrent/tt_arena.h"

#define ALIGNMENT 16
#define BLOCK_SIZE 8192

typedef struct iree_hal_tt_arena_block_t {
  struct iree_hal_tt_arena_block_t* next;
  iree_host_size_t capacity;
  _Alignas(ALIGNMENT) uint8_t data[];
} iree_hal_tt_arena_block_t;

void iree_hal_tt_arena_initialize(iree_allocator_t host_allocator,
                                  iree_hal_tt_arena_t* out_arena) {
  *out_arena = (iree_hal_tt_arena_t){.host_allocator = host_allocator};
}

void iree_hal_tt_arena_reset(iree_hal_tt_arena_t* arena) {
  iree_hal_tt_arena_block_t* block = arena->blocks;
  while (block) {
    iree_hal_tt_arena_block_t* next = block->next;
    iree_allocator_free(arena->host_allocator, block);
    block = next;
  }
  arena->blocks = NULL;
  arena->used = 0;
}

iree_status_t iree_hal_tt_arena_allocate(iree_hal_tt_arena_t* arena,
                                         iree_host_size_t size,
                                         void** out_ptr) {
  size = (size + ALIGNMENT - 1) & ~(iree_host_size_t)(ALIGNMENT - 1);
  iree_hal_tt_arena_block_t* block = arena->blocks;
  if (!block || size > block->capacity - arena->used) {
    const iree_host_size_t capacity = iree_max(size, BLOCK_SIZE);
    IREE_RETURN_IF_ERROR(iree_allocator_malloc(
        arena->host_allocator, sizeof(*block) + capacity, (void**)&block));
    block->next = arena->blocks;
    block->capacity = capacity;
    arena->blocks = block;
    arena->used = 0;
  }
  *out_ptr = block->data + arena->used;
  arena->used += size;
  return iree_ok_status();
}

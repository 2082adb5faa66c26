#include "bh_allocator.h"

#include <stdlib.h>

void tt_bh_allocator_init(uint64_t begin, uint64_t end,
                          tt_bh_allocator_t* out_allocator) {
  *out_allocator = (tt_bh_allocator_t){.begin = begin, .end = end};
}

void tt_bh_allocator_deinit(tt_bh_allocator_t* allocator) {
  while (allocator->first) {
    tt_bh_block_t* block = allocator->first;
    allocator->first = block->next;
    free(block);
  }
}

tt_status_t tt_bh_allocator_take(tt_bh_allocator_t* allocator, uint64_t size,
                                 uint64_t* out_address) {
  uint64_t address = allocator->begin, free_bytes = 0, largest = 0;
  for (tt_bh_block_t** link = &allocator->first;; link = &(*link)->next) {
    const uint64_t gap = (*link ? (*link)->address : allocator->end) - address;
    if (gap >= size) {
      tt_bh_block_t* block = malloc(sizeof(*block));
      if (!block) {
        return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                              "out of host memory for a block of DRAM");
      }
      *block = (tt_bh_block_t){address, size, *link};
      *link = block;
      *out_address = address;
      return NULL;
    }
    free_bytes += gap;
    if (gap > largest) largest = gap;
    if (!*link) break;
    address = (*link)->address + (*link)->size;
  }
  return tt_status_make(
      TT_CODE_RESOURCE_EXHAUSTED,
      "device DRAM: %llu bytes of each bank requested, %llu are free, at most "
      "%llu in one piece",
      (unsigned long long)size, (unsigned long long)free_bytes,
      (unsigned long long)largest);
}

void tt_bh_allocator_give(tt_bh_allocator_t* allocator, uint64_t address) {
  for (tt_bh_block_t** link = &allocator->first; *link; link = &(*link)->next) {
    tt_bh_block_t* block = *link;
    if (block->address != address) continue;
    *link = block->next;
    free(block);
    return;
  }
}

// The one table of chip facts. Everything else asks here.
#ifndef TT_IREE_TILE_CHIP_H_
#define TT_IREE_TILE_CHIP_H_

#include <stdbool.h>
#include <stdint.h>

typedef struct tt_chip_t {
  const char* name;
  uint32_t id;             // in images
  uint32_t max_grid_rows;  // worker rows and columns of the largest product
  uint32_t max_grid_cols;
  uint32_t default_grid_rows;
  uint32_t default_grid_cols;
  uint64_t l1_size;      // bytes of one core's L1
  uint64_t l1_reserved;  // of it for firmware, kernel text, stacks, arguments
  uint32_t dram_banks;
  uint64_t dram_bank_size;
  uint32_t dram_page;  // interleaving unit of a buffer over the banks
  uint32_t cb_count;
  uint32_t dst_tiles_16;     // DST tiles of 16-bit lanes, full sync
  uint32_t noc_read_align;   // DRAM -> L1: source = target modulo this
  uint32_t noc_write_align;  // L1 -> DRAM and L1 -> L1
  uint32_t binding_align;    // of binding offsets, promised by the compiler
  uint64_t clock_hz;
} tt_chip_t;

// Blackhole as on the P100A.
extern const tt_chip_t tt_chip_blackhole;

// DST tiles that one acquire may use: 16 of 16 bits in full sync; half of that
// with 32-bit lanes, half again in half sync.
static inline uint32_t tt_chip_dst_tiles(const tt_chip_t* chip,
                                         bool fp32_dest_acc, bool full_sync) {
  return chip->dst_tiles_16 / (fp32_dest_acc ? 2 : 1) / (full_sync ? 1 : 2);
}

#endif  // TT_IREE_TILE_CHIP_H_

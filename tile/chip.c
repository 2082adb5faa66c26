#include "tile/chip.h"

const tt_chip_t tt_chip_blackhole = {
    .name = "blackhole",
    .id = 0xB140,  // PCI device id
    // Product facts of the P100A: 120 workers of the die's 140.
    .max_grid_rows = 10,
    .max_grid_cols = 12,
    .default_grid_rows = 8,
    .default_grid_cols = 8,
    .l1_size = 1572864,
    // Our own choice, above what tt-metal v0.65.0 reserves below its first
    // allocatable L1 address (mailboxes, firmware, the kernel config ring).
    .l1_reserved = 196608,
    .dram_banks = 7,
    .dram_bank_size = 0xFF000000,  // tt-metal's blackhole SoC descriptor
    .dram_page = 4096,             // our own choice: a power of two
    .cb_count = 32,
    .dst_tiles_16 = 16,  // 1024 rows of 16 datums of 16 bits
    // tt-metal v0.65.0, blackhole noc_parameters.h.
    .noc_read_align = 64,
    .noc_write_align = 16,
    .binding_align = 64,
    .clock_hz = 1350000000,
};

// Where the cores and DRAM banks of a Blackhole are: whichever columns of
// workers and whichever banks it has, and the part of them that is used.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_CHIP_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_CHIP_H_

#include "bh_layout.h"
#include "bh_transport.h"

enum {
  TT_BH_MAX_COLS = 14,
  TT_BH_MAX_ROWS = 10,
  TT_BH_MAX_BANKS = 8,
};

// Core i is the worker at column i % cols and row i / cols of the grid.
typedef struct tt_bh_chip_t {
  uint32_t cols;
  uint32_t rows;
  uint16_t col_x[TT_BH_MAX_COLS];  // NoC x of each column
  uint32_t bank_count;
  tt_bh_noc_t banks[2][TT_BH_MAX_BANKS];  // as NoC 0 and NoC 1 reach them
} tt_bh_chip_t;

// Chooses the first |cols| worker columns, |rows| rows and |banks| DRAM banks
// of those that |info| has; 0 takes its default. INVALID_ARGUMENT says what
// there is if that is less, and if |banks| is not 7 or 8 (tt-metal builds no
// firmware for other numbers).
tt_status_t tt_bh_chip_init(const tt_bh_transport_info_t* info, uint32_t cols,
                            uint32_t rows, uint32_t banks,
                            tt_bh_chip_t* out_chip);

static inline uint32_t tt_bh_chip_cores(const tt_bh_chip_t* chip) {
  return chip->cols * chip->rows;
}
tt_bh_noc_t tt_bh_chip_worker(const tt_bh_chip_t* chip, uint32_t core);

// The tables that the firmware of |core| copies while it boots:
// TT_BH_BANK_TABLE and TT_BH_LOGICAL_TABLE.
void tt_bh_chip_bank_table(const tt_bh_chip_t* chip, uint32_t core,
                           uint8_t out_table[TT_BH_BANK_TABLE_SIZE]);
void tt_bh_chip_logical_table(
    const tt_bh_chip_t* chip,
    uint8_t out_table[TT_BH_LOGICAL_COLUMNS + TT_BH_LOGICAL_ROWS]);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_CHIP_H_

#include "bh_chip.h"

#include <string.h>

enum {
  FIRST_ROW = 2,  // of workers, in NoC 0 coordinates
  // Translated coordinates of DRAM: bank b has the three ports
  // (17 + b / 4, 12 + 3 * (b % 4) + 0, 1, 2). A card that lost a bank has the
  // first seven. [tt-metal v0.65.0's UMD]
  DRAM_X = 17,
  DRAM_Y = 12,
  PORTS = 3,
};

// The port of each bank that a NoC's traffic goes through: worker_endpoint of
// the dram_views in tt-metal's blackhole_140_arch.yaml.
static const uint8_t kPorts[2][TT_BH_MAX_BANKS] = {{2, 0, 0, 0, 2, 2, 2, 2},
                                                   {1, 1, 1, 1, 1, 1, 1, 1}};

static tt_status_t choose_grid(const tt_bh_transport_info_t* info,
                               uint32_t cols, uint32_t rows,
                               tt_bh_chip_t* chip) {
  uint16_t all[TT_BH_MAX_COLS];
  uint32_t count = 0;
  for (uint16_t x = 0; x < 32 && count < TT_BH_MAX_COLS; ++x) {
    if (info->worker_columns >> x & 1) all[count++] = x;
  }
  if (!cols) cols = info->grid_cols ? info->grid_cols : count;
  if (!rows) rows = info->grid_rows ? info->grid_rows : TT_BH_MAX_ROWS;
  if (cols > count || rows > TT_BH_MAX_ROWS) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "device option grid: found %ux%u, %s has workers for "
                          "grids up to %ux%u",
                          cols, rows, info->name, count, TT_BH_MAX_ROWS);
  }
  chip->cols = cols;
  chip->rows = rows;
  memcpy(chip->col_x, all, cols * sizeof(all[0]));
  return NULL;
}

static tt_status_t choose_banks(const tt_bh_transport_info_t* info,
                                uint32_t banks, tt_bh_chip_t* chip) {
  uint32_t count = 0;
  for (uint16_t bank = 0; bank < TT_BH_MAX_BANKS; ++bank) {
    if (!(info->dram_banks >> bank & 1)) continue;
    for (int noc = 0; noc < 2; ++noc) {
      chip->banks[noc][count].x = DRAM_X + bank / 4;
      chip->banks[noc][count].y =
          DRAM_Y + PORTS * (bank % 4) + kPorts[noc][bank];
    }
    ++count;
  }
  if (!banks) banks = count;
  if (banks > count || banks < 7) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "device option banks: found %u, expected 7 or 8; %s "
                          "has %u DRAM banks",
                          banks, info->name, count);
  }
  chip->bank_count = banks;
  return NULL;
}

tt_status_t tt_bh_chip_init(const tt_bh_transport_info_t* info, uint32_t cols,
                            uint32_t rows, uint32_t banks,
                            tt_bh_chip_t* out_chip) {
  *out_chip = (tt_bh_chip_t){0};
  TT_RETURN_IF_ERROR(choose_grid(info, cols, rows, out_chip));
  return choose_banks(info, banks, out_chip);
}

tt_bh_noc_t tt_bh_chip_worker(const tt_bh_chip_t* chip, uint32_t core) {
  return (tt_bh_noc_t){chip->col_x[core % chip->cols],
                       (uint16_t)(FIRST_ROW + core / chip->cols)};
}

static uint8_t* put_tile(uint8_t* at, tt_bh_noc_t tile) {
  const uint16_t packed = (uint16_t)(tile.x | tile.y << 6);
  memcpy(at, &packed, sizeof(packed));
  return at + sizeof(packed);
}

void tt_bh_chip_bank_table(const tt_bh_chip_t* chip, uint32_t core,
                           uint8_t out_table[TT_BH_BANK_TABLE_SIZE]) {
  memset(out_table, 0, TT_BH_BANK_TABLE_SIZE);
  uint8_t* at = out_table;
  for (int noc = 0; noc < 2; ++noc) {
    for (uint32_t bank = 0; bank < chip->bank_count; ++bank) {
      at = put_tile(at, chip->banks[noc][bank]);
    }
  }
  // Banks in L1, which no kernel of ours uses, all point at the core itself.
  for (int i = 0; i < 2 * TT_BH_L1_BANKS; ++i) {
    at = put_tile(at, tt_bh_chip_worker(chip, core));
  }
  // Offsets of the banks follow: 0.
}

void tt_bh_chip_logical_table(
    const tt_bh_chip_t* chip,
    uint8_t out_table[TT_BH_LOGICAL_COLUMNS + TT_BH_LOGICAL_ROWS]) {
  memset(out_table, 0, TT_BH_LOGICAL_COLUMNS + TT_BH_LOGICAL_ROWS);
  for (uint32_t i = 0; i < chip->cols; ++i) {
    out_table[i] = (uint8_t)chip->col_x[i];
  }
  for (uint32_t i = 0; i < chip->rows; ++i) {
    out_table[TT_BH_LOGICAL_COLUMNS + i] = (uint8_t)(FIRST_ROW + i);
  }
}

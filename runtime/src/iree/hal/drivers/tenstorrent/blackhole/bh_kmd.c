#include "bh_kmd.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bh_chip.h"
#include "bh_kmd_card.h"

enum {
  TABLE_LIMIT = 1024,  // entries of telemetry; firmware has less than 100
  CLOCK_MHZ = 800,     // of an idle card, where it does not say
  FIRMWARE_MS = 5000,  // that the card's firmware has to start
  FIRMWARE_STEP_MS = 100,
  FIRST_ROW = 2,  // of workers
  DEVICE_LIMIT = 255,
};

struct tt_bh_transport_t {
  tt_kmd_card_t card;
  tt_bh_transport_info_t info;
  uint32_t clock_mhz;
  bool stopped;  // all workers are in reset, or run for us
};

//===----------------------------------------------------------------------===//
// What the card's firmware says
//===----------------------------------------------------------------------===//

typedef struct telemetry_t {
  bool clock_known, columns_known, banks_known, translation_known;
  uint32_t clock, columns, banks, translation;
} telemetry_t;

static tt_status_t read_arc(tt_kmd_card_t* card, uint32_t address, void* target,
                            size_t size) {
  const tt_bh_noc_t arc = {TT_KMD_ARC_X, TT_KMD_ARC_Y};
  return tt_kmd_card_read(card, arc, address, target, size);
}

// Whether |words| words at |address| are in the ARC's memory.
static bool in_arc_memory(uint32_t address, uint32_t words) {
  return address % 4 == 0 && address >= TT_KMD_ARC_MEMORY &&
         address - TT_KMD_ARC_MEMORY <= TT_KMD_ARC_MEMORY_SIZE &&
         words <= (TT_KMD_ARC_MEMORY_SIZE - (address - TT_KMD_ARC_MEMORY)) / 4;
}

static tt_status_t no_telemetry(const tt_kmd_card_t* card, const char* why) {
  return tt_status_make(TT_CODE_FAILED_PRECONDITION,
                        "%s: the card's firmware says nothing of its cores "
                        "(%s); update it with tt-flash, or reset the card with "
                        "tt-smi -r",
                        card->name, why);
}

// Takes one entry of the table: |entry| is a tag and the index of its value.
static tt_status_t take_entry(tt_kmd_card_t* card, uint32_t values,
                              uint32_t entry, telemetry_t* out) {
  const struct {
    uint32_t tag;
    uint32_t* value;
    bool* known;
  } wanted[] = {
      {TT_KMD_TAG_CLOCK, &out->clock, &out->clock_known},
      {TT_KMD_TAG_TENSIX_COLUMNS, &out->columns, &out->columns_known},
      {TT_KMD_TAG_DRAM_BANKS, &out->banks, &out->banks_known},
      {TT_KMD_TAG_TRANSLATION, &out->translation, &out->translation_known}};
  for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); ++i) {
    if ((entry & 0xFFFF) != wanted[i].tag) continue;
    const uint32_t index = entry >> 16;
    if (index >= TABLE_LIMIT || !in_arc_memory(values, index + 1)) {
      return no_telemetry(card, "a value is outside of its memory");
    }
    *wanted[i].known = true;
    return read_arc(card, values + 4 * index, wanted[i].value, 4);
  }
  return NULL;
}

static tt_status_t read_telemetry(tt_kmd_card_t* card, telemetry_t* out) {
  *out = (telemetry_t){0};
  uint32_t table = 0, values = 0;
  // The firmware writes the two addresses when it is up.
  for (uint32_t waited = 0;; waited += FIRMWARE_STEP_MS) {
    TT_RETURN_IF_ERROR(
        read_arc(card, TT_KMD_ARC_TELEMETRY_TABLE, &table, sizeof(table)));
    TT_RETURN_IF_ERROR(
        read_arc(card, TT_KMD_ARC_TELEMETRY_VALUES, &values, sizeof(values)));
    if (in_arc_memory(table, 2) && in_arc_memory(values, 1)) break;
    if (waited >= FIRMWARE_MS) return no_telemetry(card, "it did not start");
    card->system->sleep(card->system->self,
                        (uint64_t)FIRMWARE_STEP_MS * 1000000);
  }
  uint32_t head[2];  // version, count
  TT_RETURN_IF_ERROR(read_arc(card, table, head, sizeof(head)));
  if (head[0] >> 16 > 1) {
    return no_telemetry(card, "its telemetry is of a newer version");
  }
  if (head[1] > TABLE_LIMIT || !in_arc_memory(table, 2 + head[1])) {
    return no_telemetry(card, "its table is damaged");
  }
  for (uint32_t i = 0; i < head[1]; ++i) {
    uint32_t entry = 0;
    TT_RETURN_IF_ERROR(
        read_arc(card, table + 8 + 4 * i, &entry, sizeof(entry)));
    TT_RETURN_IF_ERROR(take_entry(card, values, entry, out));
  }
  return NULL;
}

// The workers and banks of a card, in translated coordinates: whichever columns
// and bank it lost, those it has come first [tt-umd's
// blackhole_coordinate_manager.cpp].
static tt_status_t query_card(tt_bh_transport_t* t) {
  telemetry_t said;
  TT_RETURN_IF_ERROR(read_telemetry(&t->card, &said));
  if (!said.columns_known || !said.banks_known || !said.translation_known) {
    return no_telemetry(&t->card, "its telemetry lacks an entry");
  }
  if (!said.translation) {
    return tt_status_make(TT_CODE_FAILED_PRECONDITION,
                          "%s: NoC coordinates are not translated, which this "
                          "driver relies on; update the card's firmware with "
                          "tt-flash",
                          t->card.name);
  }
  uint32_t columns = 0;
  t->info.worker_columns = 0;
  for (uint32_t i = 0; i < TT_BH_MAX_COLS; ++i) {
    if (!(said.columns >> i & 1)) continue;
    // NoC columns 1 to 7 and 10 to 16 have workers.
    const uint32_t x = columns < 7 ? 1 + columns : 3 + columns;
    t->info.worker_columns |= 1u << x;
    ++columns;
  }
  uint32_t banks = 0;
  for (uint32_t i = 0; i < TT_BH_MAX_BANKS; ++i) banks += said.banks >> i & 1;
  t->info.dram_banks = (1u << banks) - 1;
  t->clock_mhz = said.clock_known && said.clock && said.clock < 10000
                     ? said.clock
                     : CLOCK_MHZ;
  snprintf(t->info.name, sizeof(t->info.name), "%s", t->card.name);
  return NULL;
}

static tt_status_t write_reset(tt_bh_transport_t* t, tt_bh_noc_t worker,
                               bool asserted) {
  const uint32_t value = asserted ? TT_BH_RESET_ALL : TT_BH_RESET_ALL_BUT_BRISC;
  return tt_kmd_card_write(&t->card, worker, TT_BH_SOFT_RESET_0, &value,
                           sizeof(value));
}

// What an earlier program left running must not write into ours. Before the
// first write, so that looking at a card disturbs nothing.
static tt_status_t stop_workers(tt_bh_transport_t* t) {
  if (t->stopped) return NULL;
  for (uint16_t x = 0; x < 32; ++x) {
    if (!(t->info.worker_columns >> x & 1)) continue;
    for (uint16_t row = 0; row < TT_BH_MAX_ROWS; ++row) {
      const tt_bh_noc_t worker = {x, (uint16_t)(FIRST_ROW + row)};
      TT_RETURN_IF_ERROR(write_reset(t, worker, true));
    }
  }
  t->stopped = true;
  return NULL;
}

//===----------------------------------------------------------------------===//
// The transport
//===----------------------------------------------------------------------===//

static tt_status_t open_card(tt_bh_transport_t* t) {
  t->stopped = false;
  TT_RETURN_IF_ERROR(tt_kmd_card_open(&t->card));
  return query_card(t);
}

static tt_status_t parse_device(const tt_backend_param_t* params, size_t count,
                                uint32_t* out_device) {
  *out_device = 0;
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(params[i].key, "device")) continue;
    const char* text = params[i].value;
    const size_t length = strlen(text);
    if (!length || length > 3 || strspn(text, "0123456789") != length ||
        atoi(text) > DEVICE_LIMIT) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "device option device: found '%s', expected the N "
                            "of /dev/tenstorrent/N, 0 to %d",
                            text, DEVICE_LIMIT);
    }
    *out_device = (uint32_t)atoi(text);
  }
  return NULL;
}

tt_status_t tt_bh_kmd_open(const tt_kmd_system_t* system,
                           const tt_backend_param_t* params, size_t count,
                           tt_bh_transport_t** out_transport) {
  *out_transport = NULL;
  uint32_t device = 0;
  TT_RETURN_IF_ERROR(parse_device(params, count, &device));
  tt_bh_transport_t* t = calloc(1, sizeof(*t));
  if (!t) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a card");
  }
  t->card.system = system;
  snprintf(t->card.path, sizeof(t->card.path), "/dev/tenstorrent/%u", device);
  tt_status_t status = open_card(t);
  if (status) {
    tt_bh_kmd_close(t);
    return status;
  }
  *out_transport = t;
  return NULL;
}

void tt_bh_kmd_close(tt_bh_transport_t* t) {
  tt_kmd_card_close(&t->card);
  free(t);
}

void tt_bh_kmd_query_info(tt_bh_transport_t* t,
                          tt_bh_transport_info_t* out_info) {
  *out_info = t->info;
}

tt_status_t tt_bh_kmd_read(tt_bh_transport_t* t, tt_bh_noc_t tile,
                           uint64_t address, void* target, size_t size) {
  return tt_kmd_card_read(&t->card, tile, address, target, size);
}

tt_status_t tt_bh_kmd_write(tt_bh_transport_t* t, tt_bh_noc_t tile,
                            uint64_t address, const void* source, size_t size) {
  TT_RETURN_IF_ERROR(stop_workers(t));
  return tt_kmd_card_write(&t->card, tile, address, source, size);
}

tt_status_t tt_bh_kmd_advance(tt_bh_transport_t* t, uint32_t cycles,
                              uint64_t* out_cycles) {
  t->card.system->sleep(t->card.system->self,
                        (uint64_t)cycles * 1000 / t->clock_mhz);
  *out_cycles = 0;
  return NULL;
}

tt_status_t tt_bh_kmd_set_reset(tt_bh_transport_t* t, tt_bh_noc_t worker,
                                bool asserted) {
  TT_RETURN_IF_ERROR(stop_workers(t));
  return write_reset(t, worker, asserted);
}

tt_status_t tt_bh_kmd_restart(tt_bh_transport_t* t) {
  TT_RETURN_IF_ERROR(tt_kmd_card_reset(&t->card));
  tt_status_t status = open_card(t);
  if (status) tt_kmd_card_close(&t->card);
  return status;
}

bool tt_bh_kmd_present(void) {
  DIR* folder = opendir("/dev/tenstorrent");
  if (!folder) return false;
  bool found = false;
  for (struct dirent* entry; !found && (entry = readdir(folder));) {
    found = entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
  }
  closedir(folder);
  return found;
}

static tt_status_t open_linux(const tt_backend_param_t* params, size_t count,
                              tt_bh_transport_t** out_transport) {
  return tt_bh_kmd_open(&tt_kmd_linux, params, count, out_transport);
}

static const char* const kKeys[] = {"device", NULL};
const tt_bh_transport_vtable_t tt_bh_kmd = {
    .name = "kmd",
    .keys = kKeys,
    .open = open_linux,
    .close = tt_bh_kmd_close,
    .query_info = tt_bh_kmd_query_info,
    .read = tt_bh_kmd_read,
    .write = tt_bh_kmd_write,
    .advance = tt_bh_kmd_advance,
    .set_reset = tt_bh_kmd_set_reset,
    .restart = tt_bh_kmd_restart,
};

// An opened card: the device file, and two windows onto tiles of its NoC.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_CARD_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_CARD_H_

#include "bh_kmd_ioctl.h"
#include "bh_kmd_system.h"
#include "bh_transport.h"

typedef struct tt_kmd_window_t {
  void* mapping;  // NULL: there is no window
  uint64_t size;
  uint32_t id;
  tt_kmd_ordering_t ordering;
  // Where it points, if it does.
  bool pointed;
  tt_bh_noc_t tile;
  uint64_t base;
} tt_kmd_window_t;

typedef struct tt_kmd_card_t {
  const tt_kmd_system_t* system;
  char path[32];  // "/dev/tenstorrent/0"
  char name[32];  // "card 0000:01:00.0"; the path before it is known
  int fd;         // -1: closed
  tt_kmd_window_t registers;  // strictly ordered, uncached, for few bytes
  tt_kmd_window_t memory;     // relaxed, writes combined, for many
} tt_kmd_card_t;

// Opens the card at |card->path|; |system| is set too. Checks what it is, takes
// our lock of it, asks for power, and maps the windows. Can be closed whatever
// happens. Errors: see bh_kmd.h.
tt_status_t tt_kmd_card_open(tt_kmd_card_t* card);
void tt_kmd_card_close(tt_kmd_card_t* card);

// Moves any bytes of a tile. A write has arrived when it returns. UNAVAILABLE
// if the card does not answer any more.
tt_status_t tt_kmd_card_read(tt_kmd_card_t* card, tt_bh_noc_t tile,
                             uint64_t address, void* target, size_t size);
tt_status_t tt_kmd_card_write(tt_kmd_card_t* card, tt_bh_noc_t tile,
                              uint64_t address, const void* source,
                              size_t size);

// Closes the card and resets the whole chip. Takes some seconds.
tt_status_t tt_kmd_card_reset(tt_kmd_card_t* card);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_CARD_H_

// The ways to reach a Blackhole: a simulator in a child process, or a card. A
// transport reads and writes the memory of tiles over the NoC, and lets time
// pass; what that memory means is the device's business (bh_device.c).
//
// Threads: one caller at a time. Errors: after a failure a transport can still
// be restarted and closed.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRANSPORT_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRANSPORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../tt_backend.h"
#include "tile/status.h"

typedef struct tt_bh_transport_t tt_bh_transport_t;

// A tile by its translated NoC 0 coordinates.
typedef struct tt_bh_noc_t {
  uint16_t x;
  uint16_t y;
} tt_bh_noc_t;

typedef struct tt_bh_transport_info_t {
  char name[32];            // "ttsim", "card 0000:01:00.0"
  uint32_t worker_columns;  // bit x: NoC column x has workers
  uint32_t dram_banks;      // bit b: DRAM bank b is there
  uint32_t grid_cols;       // of workers, unless the user asks for another;
  uint32_t grid_rows;       // 0: all there are
} tt_bh_transport_info_t;

typedef struct tt_bh_transport_vtable_t {
  const char* name;  // the URI's host part
  // URI options that open() takes, ending in NULL; the others are the device's.
  const char* const* keys;
  // Gets the options among |keys| only.
  tt_status_t (*open)(const tt_backend_param_t* params, size_t param_count,
                      tt_bh_transport_t** out_transport);
  void (*close)(tt_bh_transport_t* transport);
  void (*query_info)(tt_bh_transport_t* transport,
                     tt_bh_transport_info_t* out_info);
  tt_status_t (*read)(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                      uint64_t address, void* target, size_t size);
  tt_status_t (*write)(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                       uint64_t address, const void* source, size_t size);
  // Lets a simulator run |cycles|, or waits for about as long on a card. Sets
  // the clock cycles since the start, 0 where they are not known.
  tt_status_t (*advance)(tt_bh_transport_t* transport, uint32_t cycles,
                         uint64_t* out_cycles);
  // Holds all processors of a worker in reset, or lets BRISC go: it starts at
  // L1 address 0 and releases the others.
  tt_status_t (*set_reset)(tt_bh_transport_t* transport, tt_bh_noc_t worker,
                           bool asserted);
  // A fresh device after its death or a hang: memory is lost.
  tt_status_t (*restart)(tt_bh_transport_t* transport);
} tt_bh_transport_vtable_t;

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRANSPORT_H_

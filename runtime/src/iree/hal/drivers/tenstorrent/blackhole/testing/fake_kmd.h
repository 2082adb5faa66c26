// A stand-in for tt-kmd and the card behind it, made from the facts that
// bh_kmd_ioctl.h names. It refuses what the kernel would refuse, and what would
// end or corrupt a real program: accesses outside of a mapped window, words
// that are not aligned, tiles that the card does not have, outputs larger than
// their structure. Stores wait on the bus until a load from the same window
// pushes them to their tile. Memory and workers are those of another transport.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_KMD_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_KMD_H_

#include "../bh_kmd_ioctl.h"
#include "../bh_kmd_system.h"
#include "../bh_transport.h"

enum {
  FAKE_KMD_2M_WINDOWS = 202,  // the last is the kernel's own
  FAKE_KMD_WINDOWS = 210,
  FAKE_KMD_FILES = 4,
};

// A store on its way.
typedef struct fake_kmd_store_t {
  struct fake_kmd_store_t* next;
  tt_bh_noc_t tile;
  uint64_t address;
  size_t size;
  uint8_t data[];
} fake_kmd_store_t;

typedef struct fake_kmd_window_t {
  int fd;      // that allocated it; -1: free
  int mapped;  // times
  bool write_combined;
  bool configured;
  tt_kmd_configure_tlb_t config;
  fake_kmd_store_t* stores;  // oldest first
} fake_kmd_window_t;

// Fields of the first part are for tests to change.
typedef struct fake_kmd_t {
  int open_error;        // of open; 0: none
  uint32_t api_version;  // 0: does not know the request
  uint16_t vendor_id, device_id;
  uint32_t columns, banks;  // enabled, as telemetry says them
  uint32_t translation;     //
  uint32_t missing_tag;     // that telemetry lacks; 0: none
  uint32_t table_address;   // that the ARC's register says
  uint32_t table_entries;   // that the table says; 0: the right number
  int starting;             // reads of that register until it says so
  uint32_t windows_4g;      // that the machine has room for
  bool lock_taken;          // by another program
  bool knows_power;         // SET_POWER_STATE
  bool knows_reset;         // ASIC_RESET
  bool stays_away;          // the chip does not come back from a reset
  bool hung;                // reads give ones, writes get lost
  int absence;              // opens that fail after a reset

  // What was seen.
  uint16_t power_flags;
  int resets;
  int loads, stores, configures;
  char refusal[160];  // the last one

  // Its own.
  tt_kmd_system_t system;  // to give to tt_bh_kmd_open
  const tt_bh_transport_vtable_t* below;
  tt_bh_transport_t* chip;     // owned
  uint64_t released[32];       // bit y of column x: the worker was let go
  bool files[FAKE_KMD_FILES];  // open descriptors, from 100
  int locker;                  // descriptor that has the lock; -1: none
  bool needs_init;
  int away;  // opens that fail from now
  fake_kmd_window_t windows[FAKE_KMD_WINDOWS];
} fake_kmd_t;

// A P100A (120 workers, 7 banks) whose memory and workers are |chip|'s, which
// becomes the result's.
fake_kmd_t* fake_kmd_create(const tt_bh_transport_vtable_t* below,
                            tt_bh_transport_t* chip);
// Fails the test (by abort) if files, windows or mappings are left.
void fake_kmd_destroy(fake_kmd_t* kmd);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_KMD_H_

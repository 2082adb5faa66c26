// A device for the driver's own tests: host memory and a few programs in C. Two
// names for it exist, "fake" and "other".
//
// URI params: dram=BYTES (default 1 MiB), visible=0 (the host cannot see DRAM).
// "other" cannot import host memory, and is the preferred device while
// fake_backend_prefer_other(true) holds.
//
// An image is the text "FAKE". Bindings must start at a multiple of 64 bytes,
// as real programs require. Entries:
//   0 "add":  constants {n},  bindings {in, out}: out[i] = in[i] + n, 32 bits
//   1 "fail": no arguments: DATA_LOSS "the fake program failed"
//   2 "sleep": constants {milliseconds}
//   3 "gate": blocks until fake_backend_open_gate()
//   4 "set":  bindings {a, b}: a[0] = 1, b[0] = 2
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FAKE_BACKEND_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FAKE_BACKEND_H_

#include <stdbool.h>

#include "iree/hal/drivers/tenstorrent/tt_backend.h"

enum {
  FAKE_ADD = 0,
  FAKE_FAIL = 1,
  FAKE_SLEEP = 2,
  FAKE_GATE = 3,
  FAKE_SET = 4,
};

// Devices, blocks of memory and programs that exist now, over all devices.
int fake_backend_live_objects(void);

void fake_backend_close_gate(void);
void fake_backend_open_gate(void);

void fake_backend_prefer_other(bool preferred);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FAKE_BACKEND_H_

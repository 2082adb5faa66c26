// A toolchain for tests of the device: its kernels are a few recognisable
// bytes. Linked in place of the real one.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_TOOLCHAIN_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_TOOLCHAIN_H_

#include "toolchain/toolchain.h"

// Phases compiled since the start of the process.
uint32_t fake_toolchain_phases(void);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_TESTING_FAKE_TOOLCHAIN_H_

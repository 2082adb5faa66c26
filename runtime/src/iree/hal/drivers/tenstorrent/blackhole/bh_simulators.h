// Transports to the simulators ttsim and wolfpine, and how their processes are
// found and started.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_SIMULATORS_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_SIMULATORS_H_

#include "bh_transport.h"

// Options of both: timeout=SECONDS that a request may take, host=PATH of the
// program that speaks bh_protocol.h (default: the installed one).
//
// ttsim: lib=PATH of a libttsim.so for Blackhole; default: TT_METAL_SIMULATOR.
extern const tt_bh_transport_vtable_t tt_bh_ttsim;
// wolfpine: python=COMMAND, a Python that can import wolfpine; default:
// python3.
extern const tt_bh_transport_vtable_t tt_bh_wolfpine;

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_SIMULATORS_H_

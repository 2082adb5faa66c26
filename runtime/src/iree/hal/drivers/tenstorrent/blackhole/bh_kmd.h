// The transport to a real card, through tt-kmd: /dev/tenstorrent/N, its ioctls,
// and windows of the card's PCI BARs onto tiles of its NoC. It has not met
// silicon; docs/hardware.md says what it was tested with.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_H_

#include "bh_kmd_system.h"
#include "bh_transport.h"

// Option: device=N of /dev/tenstorrent/N, default 0.
//
// Opening takes the card for this process and asks for its full clock. The
// first write stops what another program left on its workers. Each of these is
// refused with what to do about it: no such device (NOT_FOUND), no permission
// (PERMISSION_DENIED), a card in use (UNAVAILABLE), another chip, an old driver
// or firmware (FAILED_PRECONDITION).
extern const tt_bh_transport_vtable_t tt_bh_kmd;

// Whether this machine has a device of tt-kmd's.
bool tt_bh_kmd_present(void);

// The slots of tt_bh_kmd, for tests. |system| is borrowed until close.
tt_status_t tt_bh_kmd_open(const tt_kmd_system_t* system,
                           const tt_backend_param_t* params, size_t count,
                           tt_bh_transport_t** out_transport);
void tt_bh_kmd_close(tt_bh_transport_t* transport);

void tt_bh_kmd_query_info(tt_bh_transport_t* transport,
                          tt_bh_transport_info_t* out_info);
tt_status_t tt_bh_kmd_read(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                           uint64_t address, void* target, size_t size);
tt_status_t tt_bh_kmd_write(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                            uint64_t address, const void* source, size_t size);
tt_status_t tt_bh_kmd_advance(tt_bh_transport_t* transport, uint32_t cycles,
                              uint64_t* out_cycles);
tt_status_t tt_bh_kmd_set_reset(tt_bh_transport_t* transport,
                                tt_bh_noc_t worker, bool asserted);
tt_status_t tt_bh_kmd_restart(tt_bh_transport_t* transport);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_H_

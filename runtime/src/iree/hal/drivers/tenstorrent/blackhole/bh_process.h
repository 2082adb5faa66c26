// A simulator in a child process of ours, as a transport: one stream socket
// both ways (bh_protocol.h), its standard output and error for its last words.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROCESS_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROCESS_H_

#include "bh_transport.h"

// Starts argv[0] (looked for in PATH if it has no slash; argv ends in NULL and
// is copied), with the socket as its standard input. |name| is for messages. A
// request that is not answered within |timeout_ms| is an error.
//
// Every error but out of memory is UNAVAILABLE with what the child wrote last,
// and leaves no process behind: the functions below then fail until
// tt_bh_process_restart().
tt_status_t tt_bh_process_open(const char* name, const char* const* argv,
                               uint32_t timeout_ms,
                               tt_bh_transport_t** out_transport);

// The slots of tt_bh_transport_vtable_t.
void tt_bh_process_close(tt_bh_transport_t* transport);
void tt_bh_process_query_info(tt_bh_transport_t* transport,
                              tt_bh_transport_info_t* out_info);
tt_status_t tt_bh_process_read(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                               uint64_t address, void* target, size_t size);
tt_status_t tt_bh_process_write(tt_bh_transport_t* transport, tt_bh_noc_t tile,
                                uint64_t address, const void* source,
                                size_t size);
tt_status_t tt_bh_process_advance(tt_bh_transport_t* transport, uint32_t cycles,
                                  uint64_t* out_cycles);
tt_status_t tt_bh_process_set_reset(tt_bh_transport_t* transport,
                                    tt_bh_noc_t worker, bool asserted);
tt_status_t tt_bh_process_restart(tt_bh_transport_t* transport);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROCESS_H_

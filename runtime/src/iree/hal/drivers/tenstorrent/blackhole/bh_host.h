// The simulator's side of bh_protocol.h, for programs in C: answers requests
// on standard input until it is closed.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_HOST_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_HOST_H_

#include "bh_protocol.h"

// What is simulated. A function that cannot do its work writes why to standard
// error and ends the process.
typedef struct tt_bh_host_t {
  tt_bh_reply_info_t info;
  void (*read)(const tt_bh_request_t* request, void* target);
  void (*write)(const tt_bh_request_t* request, const void* source);
  uint64_t (*advance)(uint32_t cycles);  // returns the cycles so far
  void (*set_reset)(const tt_bh_request_t* request, int asserted);
  // Looks at a request before it is served; may be NULL.
  void (*watch)(const tt_bh_request_t* request);
} tt_bh_host_t;

// Returns the exit code of the process.
int tt_bh_host_serve(const tt_bh_host_t* host);

// Writes a message to standard error and ends the process.
_Noreturn void tt_bh_host_fail(const char* format, ...)
    __attribute__((format(printf, 1, 2)));

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_HOST_H_

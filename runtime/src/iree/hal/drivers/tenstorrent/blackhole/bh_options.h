// Options of a device URI: the device's own, and those of its transport.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_OPTIONS_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_OPTIONS_H_

#include "bh_transport.h"
#include "toolchain/toolchain.h"

typedef struct tt_bh_options_t {
  uint32_t grid_cols;   // grid=COLUMNSxROWS; 0: the transport's default
  uint32_t grid_rows;   //
  uint32_t banks;       // banks=7|8; 0: all there are
  uint32_t timeout_ms;  // timeout=SECONDS of a phase
  bool checked;         // checked=0|1: kernels check their accesses
  bool binaries;        // binaries=0|1: run the code that programs carry
  tt_toolchain_options_t toolchain;  // metal=, compiler=, cache=: of |params|
} tt_bh_options_t;

// timeout= where the option is not given.
enum { TT_BH_DEFAULT_TIMEOUT_MS = 600000 };

// Reads the device's options among |params|. The others, and timeout=, are
// copied to |out_transport_params| (room for all; strings are borrowed) if
// |transport| takes them; else INVALID_ARGUMENT names the key and the options
// that exist.
tt_status_t tt_bh_options_parse(const tt_bh_transport_vtable_t* transport,
                                const tt_backend_param_t* params, size_t count,
                                tt_bh_options_t* out_options,
                                tt_backend_param_t* out_transport_params,
                                size_t* out_transport_count);

// Seconds with up to three decimals, to milliseconds; 0 gives the most there
// is. False if |text| is not that.
bool tt_bh_parse_timeout(const char* text, uint32_t* out_ms);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_OPTIONS_H_

// A loaded program image and the kernels that were made of it.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROGRAM_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROGRAM_H_

#include "bh_device.h"
#include "tile/count.h"
#include "tile/emit.h"

// The kernels of one phase of one entry.
typedef struct tt_bh_phase_t {
  uint64_t serial;  // of the device's kernels; 0: not compiled yet
  tt_binary_t* code;
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t cb_addresses[TT_MAX_CBS];
  uint32_t cb_count;
  // Arguments of reader, compute and writer.
  tt_emit_arg_t* args[TT_UNIT_KERNEL_COUNT];
  uint32_t arg_counts[TT_UNIT_KERNEL_COUNT];
} tt_bh_phase_t;

// What was counted for the last launch of an entry: equal constants cost the
// same.
typedef struct tt_bh_cost_t {
  bool is_known;
  uint32_t* constants;
  tt_counts_t counts;
} tt_bh_cost_t;

struct tt_backend_program_t {
  tt_program_t* program;
  // Guarded by the device's build lock.
  tt_bh_phase_t* phases;  // as program->phases
  tt_bh_cost_t* costs;    // an entry
  // Guarded by the device's lock: the constant data, once it was needed.
  tt_backend_memory_t* data;
};

// Compiles the kernels of |entry| that are not. Takes the build lock.
tt_status_t tt_bh_build_entry(tt_backend_device_t* device,
                              tt_backend_program_t* program, uint32_t entry);
// What a launch costs. Takes the build lock. Zeros where it cannot be counted.
tt_counts_t tt_bh_count(tt_backend_device_t* device,
                        tt_backend_program_t* program, uint32_t entry,
                        const uint32_t* constants);
// Puts the constant data into device memory if it is not there. Within enter
// and leave.
tt_status_t tt_bh_upload_data(tt_backend_device_t* device,
                              tt_backend_program_t* program);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROGRAM_H_

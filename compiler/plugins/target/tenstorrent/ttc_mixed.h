// Programs over our devices and others at once, as named devices with
// flow.tensor.transfer between them.
//
// The stock compiler leaves two things open there:
// - Where memory lives that both sides use. It wants a topology that says whose
//   memory is accessible to whom. Here it is memory of the other device: ours
//   copies from and to what the host can map.
// - That a device understands another driver's semaphores. The stock drivers
//   take any semaphore for one of their own, ours takes any. So all fences of
//   such a program are of the other device.
#ifndef TT_IREE_COMPILER_TTC_MIXED_H_
#define TT_IREE_COMPILER_TTC_MIXED_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"

// Before iree-hal-conversion: places shared memory, and lets our device wait
// for fences that callers hand in.
tt_status_t ttc_mixed_place_memory(MlirOperation module);

// After iree-hal-conversion, while device globals still tell their targets:
// makes the fences of our devices fences of the other device.
void ttc_mixed_place_fences(MlirOperation module);

#endif  // TT_IREE_COMPILER_TTC_MIXED_H_

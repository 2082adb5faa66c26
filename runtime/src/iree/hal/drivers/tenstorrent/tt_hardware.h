// An opened backend device with its memory accounting. It is shared by the HAL
// device and everything that must be able to outlive the HAL device (buffers,
// executables, work in flight), and closes with the last reference.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_HARDWARE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_HARDWARE_H_

#include <pthread.h>

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_backend.h"

// Alignment and granularity of device memory: what compiled programs assume of
// binding offsets.
#define IREE_HAL_TT_ALIGNMENT 64

// Bytes since the device was opened; in use = allocated - freed.
typedef struct iree_hal_tt_usage_t {
  uint64_t allocated;
  uint64_t freed;
  uint64_t peak;
} iree_hal_tt_usage_t;

typedef struct iree_hal_tt_hardware_t {
  _Atomic int32_t ref_count;
  iree_allocator_t host_allocator;
  // Constant after opening.
  const tt_backend_vtable_t* backend;
  tt_backend_device_t* device;
  tt_backend_info_t info;
  uint32_t fork_generation;

  pthread_mutex_t mutex;  // guards |dram| and |host|
  iree_hal_tt_usage_t dram;
  iree_hal_tt_usage_t host;

  // The list of open devices; guarded by a lock of tt_hardware.c.
  struct iree_hal_tt_hardware_t* next;
  struct iree_hal_tt_hardware_t* previous;
} iree_hal_tt_hardware_t;

// Opens a device of |backend| with the params of a URI's query part.
iree_status_t iree_hal_tt_hardware_open(const tt_backend_vtable_t* backend,
                                        iree_host_size_t param_count,
                                        const iree_string_pair_t* params,
                                        iree_allocator_t host_allocator,
                                        iree_hal_tt_hardware_t** out_hardware);
void iree_hal_tt_hardware_retain(iree_hal_tt_hardware_t* hardware);
void iree_hal_tt_hardware_release(iree_hal_tt_hardware_t* hardware);

// How often this process descends by fork() from the one that loaded the
// driver. Threads do not survive fork(), so what was made in an older
// generation can only be refused or leaked, never used.
uint32_t iree_hal_tt_fork_generation(void);
// FAILED_PRECONDITION if |generation| is not the current one.
iree_status_t iree_hal_tt_check_fork(uint32_t generation);

// Allocates |size| bytes of DRAM, a multiple of IREE_HAL_TT_ALIGNMENT.
// RESOURCE_EXHAUSTED names the bytes requested, in use and available.
iree_status_t iree_hal_tt_hardware_allocate(iree_hal_tt_hardware_t* hardware,
                                            uint64_t size,
                                            tt_backend_memory_t** out_memory);
void iree_hal_tt_hardware_free(iree_hal_tt_hardware_t* hardware,
                               tt_backend_memory_t* memory, uint64_t size);
// Counts host memory that buffers hold; |size| negative when freed.
void iree_hal_tt_hardware_count_host(iree_hal_tt_hardware_t* hardware,
                                     int64_t size);
void iree_hal_tt_hardware_query_usage(iree_hal_tt_hardware_t* hardware,
                                      iree_hal_tt_usage_t* out_dram,
                                      iree_hal_tt_usage_t* out_host);

// Sums over all devices that this process opened, closed ones included.
void iree_hal_tt_hardware_totals(tt_backend_counters_t* out_counters,
                                 uint64_t* out_dram_in_use,
                                 uint64_t* out_dram_peak);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_HARDWARE_H_

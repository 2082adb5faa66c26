// What the files of the TTNN device share: a card, or what stands in for one,
// behind the Python module ttnn 0.65.0. Never tried on silicon.
//
// Memory is one TTNN tensor an allocation: uint32, row-major, interleaved over
// the DRAM banks, a row a page of tt_chip_t.dram_page bytes. So byte b lies
// where emitted kernels look for it (docs/emitter.md, Memory).
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_H_

#include <pthread.h>

#include "../tt_backend.h"
#include "tile/program.h"
#include "ttnn_bridge.h"

struct tt_backend_device_t {
  uint64_t handle;  // of the opened device
  uint32_t grid_cols, grid_rows;
  uint32_t banks;
  pthread_mutex_t mutex;  // guards the counters
  tt_backend_counters_t counters;
};

struct tt_backend_memory_t {
  uint64_t tensor;   // handle
  uint64_t address;  // of the first page in its bank
  uint64_t size;
};

struct tt_backend_program_t {
  tt_program_t* program;
  tt_backend_memory_t* data;  // of all blobs; NULL where there are none
};

// ttnn_memory.c
tt_status_t tt_ttnn_allocate(tt_backend_device_t* device, uint64_t size,
                             tt_backend_memory_t** out_memory);
void tt_ttnn_release(tt_backend_device_t* device, tt_backend_memory_t* memory);
tt_status_t tt_ttnn_write(tt_backend_device_t* device,
                          tt_backend_memory_t* target, uint64_t offset,
                          const void* source, uint64_t length);
tt_status_t tt_ttnn_read(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t offset,
                         void* target, uint64_t length);
tt_status_t tt_ttnn_copy(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t source_offset,
                         tt_backend_memory_t* target, uint64_t target_offset,
                         uint64_t length);
tt_status_t tt_ttnn_fill(tt_backend_device_t* device,
                         tt_backend_memory_t* target, uint64_t offset,
                         uint64_t length, const void* pattern,
                         size_t pattern_length);

// ttnn_launch.c
tt_status_t tt_ttnn_launch(tt_backend_device_t* device,
                           tt_backend_program_t* program, uint32_t entry,
                           const uint32_t* constants, size_t constant_count,
                           const tt_backend_binding_t* bindings,
                           size_t binding_count);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_H_

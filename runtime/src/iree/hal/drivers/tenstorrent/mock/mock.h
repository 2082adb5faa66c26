// What the files of the mock device share.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_H_

#include <pthread.h>
#include <stdbool.h>

#include "../tt_backend.h"
#include "mock_pool.h"
#include "tile/interp.h"

// Options of tenstorrent://mock?key=value (docs/hal-driver.md).
typedef struct tt_mock_options_t {
  uint32_t grid_cols;  // grid=COLUMNSxROWS, as tt-metal writes x and y
  uint32_t grid_rows;
  uint32_t cores;      // cores=N: usable ones, at most rows * cols
  uint64_t l1_size;    // l1=bytes of one core
  uint64_t dram_size;  // dram=bytes of the device
  uint32_t threads;    // threads=N host threads; default: usable CPUs
  bool checked;        // checked=0|1: report what hardware would not forgive
  tt_isa_t isa;        // isa=auto|portable|avx2|avx512; auto: the best here
  tt_numerics_t numerics;  // numerics=ieee|tensix
  uint64_t timeout;        // timeout=SECONDS of a launch, here in ns; 0: none
} tt_mock_options_t;

// Fills defaults, then applies |params|; INVALID_ARGUMENT names a bad one.
tt_status_t tt_mock_options_parse(const tt_backend_param_t* params,
                                  size_t param_count,
                                  tt_mock_options_t* out_options);

struct tt_backend_device_t {
  tt_mock_options_t options;
  tt_mock_pool_t* pool;
  pthread_mutex_t mutex;           // guards what follows
  uint64_t dram_used;              // bytes, imported memory not counted
  tt_backend_counters_t counters;  // of finished launches
};

struct tt_backend_memory_t {
  uint8_t* data;  // aligned to 64 bytes unless imported
  uint64_t size;
  bool is_imported;
};

// mock_memory.c: the memory slots of tt_backend_vtable_t.
tt_status_t tt_mock_allocate(tt_backend_device_t* device, uint64_t size,
                             tt_backend_memory_t** out_memory);
tt_status_t tt_mock_import(tt_backend_device_t* device, void* host,
                           uint64_t size, tt_backend_memory_t** out_memory);
void tt_mock_release(tt_backend_device_t* device, tt_backend_memory_t* memory);
void* tt_mock_host_pointer(tt_backend_memory_t* memory);
tt_status_t tt_mock_write(tt_backend_device_t* device,
                          tt_backend_memory_t* target, uint64_t offset,
                          const void* source, uint64_t length);
tt_status_t tt_mock_read(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t offset,
                         void* target, uint64_t length);
tt_status_t tt_mock_copy(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t source_offset,
                         tt_backend_memory_t* target, uint64_t target_offset,
                         uint64_t length);
tt_status_t tt_mock_fill(tt_backend_device_t* device,
                         tt_backend_memory_t* target, uint64_t offset,
                         uint64_t length, const void* pattern,
                         size_t pattern_length);

// mock_program.c: the program slots.
tt_status_t tt_mock_load(tt_backend_device_t* device, const void* image,
                         size_t image_size, tt_backend_program_t** out_program);
void tt_mock_unload(tt_backend_device_t* device, tt_backend_program_t* program);
uint32_t tt_mock_entry_count(tt_backend_program_t* program);
void tt_mock_query_entry(tt_backend_program_t* program, uint32_t entry,
                         tt_backend_entry_t* out_entry);
tt_status_t tt_mock_launch(tt_backend_device_t* device,
                           tt_backend_program_t* program, uint32_t entry,
                           const uint32_t* constants, size_t constant_count,
                           const tt_backend_binding_t* bindings,
                           size_t binding_count);
// What a host thread keeps to run cores, for the pool.
tt_status_t tt_mock_core_create(void* device, void** out_state);
void tt_mock_core_destroy(void* device, void* state);

extern const tt_backend_vtable_t tt_mock_backend;

// CPUs that this process may run on, 1 to the most threads that a device has.
uint32_t tt_mock_usable_cpus(void);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_H_

// The one interface between the HAL driver and a device: the mock, a simulated
// Blackhole, or a card. Nothing here knows IREE.
//
// Threads: one backend device may be called from several threads at once; the
// driver calls launch() from its queue worker, memory and program functions
// from any thread. Calls block until their work is done.
// Errors: every function reports through tt_status_t with a full message; none
// prints, aborts or exits.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_BACKEND_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_BACKEND_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/program.h"
#include "tile/status.h"

typedef struct tt_backend_device_t tt_backend_device_t;
typedef struct tt_backend_memory_t tt_backend_memory_t;
typedef struct tt_backend_program_t tt_backend_program_t;

// One key=value option of a device URI, as in
// tenstorrent://mock?grid=8x8&l1=1572864. Borrowed for the call.
typedef struct tt_backend_param_t {
  const char* key;
  const char* value;
} tt_backend_param_t;

// Facts of an opened device. All sizes in bytes.
typedef struct tt_backend_info_t {
  char name[64];  // "Blackhole (mock, 8x8)"
  uint32_t grid_rows;
  uint32_t grid_cols;
  uint32_t core_count;  // cores usable for launches, at most rows * cols
  uint64_t l1_size;     // of one core
  uint64_t dram_size;   // of the whole device
  uint32_t dram_banks;
  bool host_visible;  // tt_backend_memory_t has a host pointer
} tt_backend_info_t;

// A binding of a launch: |length| bytes from |offset| of |memory|.
typedef struct tt_backend_binding_t {
  tt_backend_memory_t* memory;
  uint64_t offset;
  uint64_t length;
} tt_backend_binding_t;

// Work of one launch, counted by the interpreter; sums over a device's life
// are read with query_counters. What "counted" means is defined in
// tile/count.h.
typedef struct tt_backend_counters_t {
  uint64_t launches;
  uint64_t bytes_read;     // device DRAM to cores
  uint64_t bytes_written;  // cores to device DRAM
  uint64_t tile_ops;       // FPU and SFPU operations on tiles
  uint64_t multiply_adds;  // in matmul tile ops
  uint64_t element_ops;    // scalar operations of element loops
  uint64_t cycles;         // clock cycles of the device while launches ran; 0
                           // where it has no clock
} tt_backend_counters_t;

// An entry point of a program. What is pointed to lives as long as the program.
typedef struct tt_backend_entry_t {
  const char* name;
  uint32_t constant_count;  // 32-bit words
  uint32_t binding_count;
  const tt_binding_t* bindings;  // what a launch does with each
} tt_backend_entry_t;

// Entry |index| of |program|, which backends keep as long as their own.
static inline tt_backend_entry_t tt_backend_entry_of(
    const tt_program_t* program, uint32_t index) {
  const tt_entry_t* entry = &program->entries[index];
  return (tt_backend_entry_t){
      .name = tt_entry_name(program, entry),
      .constant_count = entry->constant_count,
      .binding_count = entry->binding_count,
      .bindings = program->bindings + entry->first_binding,
  };
}

typedef struct tt_backend_vtable_t {
  const char* name;         // the URI's host part: "mock"
  const char* description;  // what it is, for people; one line
  // Whether "tenstorrent://" with no more said is this device rather than the
  // first of tt_backends: a card of this machine that its user asked for. NULL:
  // never.
  bool (*preferred)(void);

  // Opens a device. Unknown or malformed |params| are INVALID_ARGUMENT naming
  // the key; no key comes twice. The result is owned by the caller.
  tt_status_t (*open)(const tt_backend_param_t* params, size_t param_count,
                      tt_backend_device_t** out_device);
  // All memory and programs of the device must be gone before.
  void (*close)(tt_backend_device_t* device);
  void (*query_info)(tt_backend_device_t* device, tt_backend_info_t* out_info);
  void (*query_counters)(tt_backend_device_t* device,
                         tt_backend_counters_t* out_counters);

  // Device DRAM. |size| may be 0; contents are undefined. The block is aligned
  // to at least 64 bytes. RESOURCE_EXHAUSTED with numbers when it does not fit.
  tt_status_t (*allocate)(tt_backend_device_t* device, uint64_t size,
                          tt_backend_memory_t** out_memory);
  // Makes |host| (|size| bytes, owned by the caller, outliving the result)
  // usable as device memory without a copy. NULL when the device cannot.
  tt_status_t (*import)(tt_backend_device_t* device, void* host, uint64_t size,
                        tt_backend_memory_t** out_memory);
  void (*release)(tt_backend_device_t* device, tt_backend_memory_t* memory);
  // Host address of the block's first byte; NULL if not host_visible.
  void* (*host_pointer)(tt_backend_memory_t* memory);
  // Ranges are checked by the caller.
  tt_status_t (*write)(tt_backend_device_t* device, tt_backend_memory_t* target,
                       uint64_t offset, const void* source, uint64_t length);
  tt_status_t (*read)(tt_backend_device_t* device, tt_backend_memory_t* source,
                      uint64_t offset, void* target, uint64_t length);
  tt_status_t (*copy)(tt_backend_device_t* device, tt_backend_memory_t* source,
                      uint64_t source_offset, tt_backend_memory_t* target,
                      uint64_t target_offset, uint64_t length);
  // |pattern_length| is 1, 2, 4 or 8 and divides |offset| and |length|.
  tt_status_t (*fill)(tt_backend_device_t* device, tt_backend_memory_t* target,
                      uint64_t offset, uint64_t length, const void* pattern,
                      size_t pattern_length);

  // Checks and loads a program image (docs/image-format.md); the bytes are
  // copied. Any malformed image is INVALID_ARGUMENT naming the offset.
  tt_status_t (*load)(tt_backend_device_t* device, const void* image,
                      size_t image_size, tt_backend_program_t** out_program);
  void (*unload)(tt_backend_device_t* device, tt_backend_program_t* program);
  // Entry points in the image's order.
  uint32_t (*entry_count)(tt_backend_program_t* program);
  // Static facts of entry |entry|.
  void (*query_entry)(tt_backend_program_t* program, uint32_t entry,
                      tt_backend_entry_t* out_entry);
  // Runs entry |entry| to completion, or as long as the device lets a launch
  // run: then DEADLINE_EXCEEDED, and the device is as good as before. Counts
  // are checked against the entry.
  // May be called for the same program from several threads at once.
  tt_status_t (*launch)(tt_backend_device_t* device,
                        tt_backend_program_t* program, uint32_t entry,
                        const uint32_t* constants, size_t constant_count,
                        const tt_backend_binding_t* bindings,
                        size_t binding_count);
} tt_backend_vtable_t;

// All backends built into this library, NULL-terminated; the first is the
// default of "tenstorrent://" unless another is preferred.
extern const tt_backend_vtable_t* const tt_backends[];

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_BACKEND_H_

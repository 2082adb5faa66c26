// What the files of the Blackhole device share. docs/launch-protocol.md says
// what is written where, and why.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_DEVICE_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_DEVICE_H_

#include <pthread.h>

#include "bh_allocator.h"
#include "bh_chip.h"
#include "bh_options.h"
#include "bh_transport.h"
#include "toolchain/toolchain.h"

enum { TT_BH_STAGING_BUFFER = 1 << 20 };

// What is known of a worker core.
typedef struct tt_bh_core_t {
  bool booted;      // its firmware waits for launches
  uint64_t loaded;  // serial of the kernels in its L1; 0: none
} tt_bh_core_t;

struct tt_backend_device_t {
  // Constant after opening.
  const tt_bh_transport_vtable_t* vtable;
  tt_bh_chip_t chip;
  uint32_t timeout_ms;
  bool checked;
  char name[64];
  // NULL: no compiler is used, only code that programs carry is run.
  tt_toolchain_t* toolchain;
  tt_toolchain_target_t target;

  pthread_mutex_t build_mutex;  // guards what is compiled
  tt_binary_t* firmware;        // NULL until the first launch
  uint64_t firmware_id;         // of the build, where it was carried
  uint64_t next_serial;         // of kernels, from 1

  pthread_mutex_t mutex;  // guards the transport and what follows
  tt_bh_transport_t* transport;
  // The transport failed: what was in its memory is lost, and the next user
  // restarts it. |generation| counts the losses.
  bool lost;
  _Atomic uint64_t generation;
  tt_bh_core_t cores[TT_BH_MAX_COLS * TT_BH_MAX_ROWS];
  tt_bh_allocator_t dram;  // bank addresses
  uint64_t cycles;         // of the device's clock, when last seen
  uint8_t* staging;        // TT_BH_STAGING_BUFFER bytes, to gather and scatter
  tt_backend_counters_t counters;
};

struct tt_backend_memory_t {
  uint64_t address;     // in every bank
  uint64_t size;        // bytes asked for
  uint64_t generation;  // of the device when it was allocated
};

// ---- bh_device.c ------------------------------------------------------------

// Opens a device over |vtable|, with the params of tt_backend_vtable_t.open.
tt_status_t tt_bh_open(const tt_bh_transport_vtable_t* vtable,
                       const tt_backend_param_t* params, size_t param_count,
                       tt_backend_device_t** out_device);
void tt_bh_close(tt_backend_device_t* device);
void tt_bh_query_info(tt_backend_device_t* device, tt_backend_info_t* out_info);
void tt_bh_query_counters(tt_backend_device_t* device,
                          tt_backend_counters_t* out_counters);

// Locks the device for one user of the transport, restarting it if it was lost.
// Not locked if this fails.
tt_status_t tt_bh_enter(tt_backend_device_t* device);
void tt_bh_leave(tt_backend_device_t* device);

// The transport's functions, within enter and leave. A failure loses the
// device's memory.
tt_status_t tt_bh_read(tt_backend_device_t* device, tt_bh_noc_t tile,
                       uint64_t address, void* target, size_t size);
tt_status_t tt_bh_write(tt_backend_device_t* device, tt_bh_noc_t tile,
                        uint64_t address, const void* source, size_t size);
tt_status_t tt_bh_advance(tt_backend_device_t* device, uint32_t cycles);
tt_status_t tt_bh_set_reset(tt_backend_device_t* device, tt_bh_noc_t worker,
                            bool asserted);

// Counts what the transport held as lost. The next tt_bh_enter restarts it.
void tt_bh_lose(tt_backend_device_t* device);
// Restarts the transport at once, its memory being saved elsewhere.
tt_status_t tt_bh_restart(tt_backend_device_t* device);

// Milliseconds of a clock that only goes forward.
int64_t tt_bh_now_ms(void);

// ---- bh_boot.c
// ----------------------------------------------------------------

// Builds the firmware, or takes what |program| carries, if that was not done.
// Takes the build lock.
tt_status_t tt_bh_build_firmware(tt_backend_device_t* device,
                                 const tt_program_t* program);
// Boots those of the first |count| cores that are not. Within enter and leave.
tt_status_t tt_bh_boot(tt_backend_device_t* device, uint32_t count);

// ---- bh_memory.c: slots of tt_backend_vtable_t
// ----------------------------------

tt_status_t tt_bh_allocate(tt_backend_device_t* device, uint64_t size,
                           tt_backend_memory_t** out_memory);
void tt_bh_release(tt_backend_device_t* device, tt_backend_memory_t* memory);
void* tt_bh_host_pointer(tt_backend_memory_t* memory);
tt_status_t tt_bh_memory_write(tt_backend_device_t* device,
                               tt_backend_memory_t* target, uint64_t offset,
                               const void* source, uint64_t length);
tt_status_t tt_bh_memory_read(tt_backend_device_t* device,
                              tt_backend_memory_t* source, uint64_t offset,
                              void* target, uint64_t length);
tt_status_t tt_bh_memory_copy(tt_backend_device_t* device,
                              tt_backend_memory_t* source,
                              uint64_t source_offset,
                              tt_backend_memory_t* target,
                              uint64_t target_offset, uint64_t length);
tt_status_t tt_bh_memory_fill(tt_backend_device_t* device,
                              tt_backend_memory_t* target, uint64_t offset,
                              uint64_t length, const void* pattern,
                              size_t pattern_length);

// Bank bytes that an allocation of |size| bytes takes.
uint64_t tt_bh_bank_bytes(const tt_backend_device_t* device, uint64_t size);
// Writes |length| bytes to byte |offset| of the allocation at |address|. Within
// enter and leave.
tt_status_t tt_bh_dram_write(tt_backend_device_t* device, uint64_t address,
                             uint64_t offset, const void* source,
                             uint64_t length);
// DATA_LOSS if |memory| is from before a loss.
tt_status_t tt_bh_check_alive(const tt_backend_device_t* device,
                              const tt_backend_memory_t* memory);

// ---- bh_program.c, bh_launch.c: slots of tt_backend_vtable_t
// ---------------------

tt_status_t tt_bh_load(tt_backend_device_t* device, const void* image,
                       size_t image_size, tt_backend_program_t** out_program);
void tt_bh_unload(tt_backend_device_t* device, tt_backend_program_t* program);
uint32_t tt_bh_entry_count(tt_backend_program_t* program);
void tt_bh_query_entry(tt_backend_program_t* program, uint32_t entry,
                       tt_backend_entry_t* out_entry);
tt_status_t tt_bh_launch(tt_backend_device_t* device,
                         tt_backend_program_t* program, uint32_t entry,
                         const uint32_t* constants, size_t constant_count,
                         const tt_backend_binding_t* bindings,
                         size_t binding_count);

// ---- bh_fault.c
// -------------------------------------------------------------------

// What cores run.
typedef struct tt_bh_running_t {
  const tt_program_t* program;
  uint32_t entry;
  uint32_t phase;
} tt_bh_running_t;

// Lets time pass until the first |count| cores say that they are done, for at
// most |timeout_ms|; in kernels that check their accesses (|watch_places|) also
// until one stops. *out_pending is the first core that is not done, |count| if
// all are. Within enter and leave.
tt_status_t tt_bh_wait(tt_backend_device_t* device, uint32_t count,
                       uint32_t timeout_ms, bool watch_places,
                       uint32_t* out_pending);
// The error of |count| cores that run |running| and of which |pending| is the
// first that does not end: says where it is, and makes the device usable again
// with its DRAM as it is. Within enter and leave.
tt_status_t tt_bh_fault(tt_backend_device_t* device,
                        const tt_bh_running_t* running, uint32_t count,
                        uint32_t pending);

// ---- The backends
// -----------------------------------------------------------------

// Defines |backend| over |transport|, a tt_bh_transport_vtable_t. |preferred_|
// as in tt_backend_vtable_t.
#define TT_BH_BACKEND(backend, transport, name_, description_, preferred_) \
  static tt_status_t backend##_open(const tt_backend_param_t* params,      \
                                    size_t param_count,                    \
                                    tt_backend_device_t** out_device) {    \
    return tt_bh_open(&(transport), params, param_count, out_device);      \
  }                                                                        \
  const tt_backend_vtable_t backend = {                                    \
      .name = name_,                                                       \
      .description = description_,                                         \
      .preferred = preferred_,                                             \
      .open = backend##_open,                                              \
      .close = tt_bh_close,                                                \
      .query_info = tt_bh_query_info,                                      \
      .query_counters = tt_bh_query_counters,                              \
      .allocate = tt_bh_allocate,                                          \
      .release = tt_bh_release,                                            \
      .host_pointer = tt_bh_host_pointer,                                  \
      .write = tt_bh_memory_write,                                         \
      .read = tt_bh_memory_read,                                           \
      .copy = tt_bh_memory_copy,                                           \
      .fill = tt_bh_memory_fill,                                           \
      .load = tt_bh_load,                                                  \
      .unload = tt_bh_unload,                                              \
      .entry_count = tt_bh_entry_count,                                    \
      .query_entry = tt_bh_query_entry,                                    \
      .launch = tt_bh_launch,                                              \
  }

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_DEVICE_H_

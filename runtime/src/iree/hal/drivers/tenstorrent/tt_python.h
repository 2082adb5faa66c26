// The flat C interface of libtt_iree_runtime.so for Python's ctypes: install
// the driver behind a HalDriver object of the stock iree-base-runtime wheel,
// and report versions, devices and counters.
//
// Conventions, the same for every function:
// - A function that can fail returns NULL on success, else an error message
//   (UTF-8, "CODE; text") owned by the caller: free it with
//   tt_iree_string_free(). In ctypes: restype = c_void_p, then
//   ctypes.string_at.
// - Strings returned as `const char*` are static; never free them.
// - All functions may be called from any thread, with or without the GIL; none
//   calls into Python.
// - The library must stay loaded until the process ends (ctypes.CDLL does not
//   unload): devices and buffers may outlive the interpreter's own teardown.
//
// Only standalone builds have this file; inside IREE the driver registry
// replaces it (registration/driver_module.h).
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_PYTHON_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_PYTHON_H_

#include <stddef.h>
#include <stdint.h>

#define TT_IREE_EXPORT __attribute__((visibility("default")))

// Frees a string that a function of this header returned as `char*`.
// NULL is fine.
TT_IREE_EXPORT void tt_iree_string_free(char* string);

// "0.1.0".
TT_IREE_EXPORT const char* tt_iree_runtime_version(void);
// "Tenstorrent Blackhole", the driver's full name in query_available_drivers().
TT_IREE_EXPORT const char* tt_iree_driver_full_name(void);
// "tenstorrent-bh-fb".
TT_IREE_EXPORT const char* tt_iree_executable_format(void);

// Puts a new tenstorrent driver into a Python HalDriver object.
//
// |instance| is id(driver) of an object fresh from
//   _binding.create_hal_driver("local-sync")
// that nothing else uses yet (not get_cached_hal_driver: that would change
// "local-sync" for the whole process). |runtime_path| is the path of the
// wheel's native library, _binding.__file__.
//
// Before anything is written the object is checked: the value offset at byte
// 16 is 24 (nanobind's layout on CPython with the GIL), the native driver's
// reference count is 1, and its vtable and the vtable's first slot lie inside
// the mapped segments of |runtime_path|. FAILED_PRECONDITION names what was
// found otherwise and leaves the object untouched. On success the native
// driver is destroyed and the object owns the new one.
//
// Python's part before the call: refuse wheels other than the one whose HAL ABI
// is built in (IREE_VERSION in _native.py), free-threaded builds, and objects
// whose type is not exactly HalDriver with __basicsize__ 32.
TT_IREE_EXPORT char* tt_iree_driver_install(void* instance,
                                            const char* runtime_path);

// Devices one can name in a URI, "tenstorrent://<name>", best first ("mock").
// tt_iree_backend_name() returns NULL for |index| out of range.
TT_IREE_EXPORT size_t tt_iree_backend_count(void);
TT_IREE_EXPORT const char* tt_iree_backend_name(size_t index);

// Facts of a device; sizes in bytes. 112 bytes, no padding.
typedef struct tt_iree_device_info_t {
  char name[64];  // "Blackhole (mock, 8x8)", NUL-terminated
  uint32_t grid_rows;
  uint32_t grid_cols;
  uint32_t core_count;
  uint32_t dram_banks;
  uint64_t l1_size;  // of one core
  uint64_t dram_size;
  uint64_t host_visible;  // 0 or 1
  uint64_t reserved;      // 0
} tt_iree_device_info_t;

// Opens the device that |uri| names ("tenstorrent://mock?grid=8x8"), reads its
// facts and closes it.
TT_IREE_EXPORT char* tt_iree_device_info(const char* uri,
                                         tt_iree_device_info_t* out_info);

// Work of all devices of this process since it began, closed devices
// included. 72 bytes.
typedef struct tt_iree_counters_t {
  uint64_t launches;       // dispatches run
  uint64_t bytes_read;     // device DRAM to cores
  uint64_t bytes_written;  // cores to device DRAM
  uint64_t tile_ops;       // FPU and SFPU operations on tiles
  uint64_t multiply_adds;  // in matmul tile operations
  uint64_t element_ops;    // scalar operations of element loops
  uint64_t cycles;         // of a simulated device's clock while launches ran
  uint64_t dram_in_use;    // bytes allocated now
  uint64_t dram_peak;      // the largest sum of dram_in_use so far
} tt_iree_counters_t;

TT_IREE_EXPORT void tt_iree_counters(tt_iree_counters_t* out_counters);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_TT_PYTHON_H_

// What the driver's tests share: a device, and short names for vtable calls.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FIXTURE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FIXTURE_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the headers above.
#include <cmocka.h>

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/testing/fake_backend.h"
#include "iree/hal/drivers/tenstorrent/tt_driver.h"

// The vtable of a HAL object: VTABLE(device, device)->queue_fill(device, ...).
#define VTABLE(object, type)                                                 \
  ((const iree_hal_##type##_vtable_t*)((const iree_hal_resource_t*)(object)) \
       ->vtable)

// Fails the test with the status's text unless it is OK.
#define assert_ok(expr) check_ok(expr, #expr, __FILE__, __LINE__)
void check_ok(iree_status_t status, const char* text, const char* file,
              int line);
// Fails unless |expr| has |code| and a text that contains |part|.
#define assert_status(expr, code, part) \
  check_status(expr, code, part, #expr, __FILE__, __LINE__)
void check_status(iree_status_t status, iree_status_code_t code,
                  const char* part, const char* text, const char* file,
                  int line);

// Opens tenstorrent://|path|?|param|. |param| is "key=value" or NULL.
iree_hal_device_t* open_device(const char* path, const char* param);
// setup and teardown of cmocka tests with a default device as *state; teardown
// checks that nothing of the backend is left.
int setup_device(void** state);
int teardown_device(void** state);
// Waits until workers of released devices have let go of everything.
void assert_nothing_live(void);

iree_hal_allocator_t* device_allocator(iree_hal_device_t* device);
// A device-local buffer of |size| bytes, all zero.
iree_hal_buffer_t* make_buffer(iree_hal_device_t* device, size_t size);
iree_hal_semaphore_t* make_semaphore(iree_hal_device_t* device);
// A loaded fake program.
iree_hal_executable_t* make_executable(iree_hal_device_t* device);
void write_words(iree_hal_buffer_t* buffer, size_t offset, size_t count,
                 const uint32_t* words);
void read_words(iree_hal_buffer_t* buffer, size_t offset, size_t count,
                uint32_t* words);

// One semaphore as a list. The values live in the list object itself.
typedef struct single_t {
  iree_hal_semaphore_t* semaphore;
  uint64_t value;
} single_t;
#define LIST(single) \
  ((iree_hal_semaphore_list_t){1, &(single)->semaphore, &(single)->value})
#define NO_SEMAPHORES iree_hal_semaphore_list_empty()

// Submits a dispatch of the fake entry |ordinal| with up to one constant.
iree_status_t queue_program(iree_hal_device_t* device,
                            iree_hal_semaphore_list_t waits,
                            iree_hal_semaphore_list_t signals,
                            iree_hal_executable_t* executable, int ordinal,
                            uint32_t constant, size_t binding_count,
                            const iree_hal_buffer_ref_t* bindings);

// A buffer of "another driver" over |memory|, which must
// outlive it. Not counted: it lives where |out_buffer| does.
typedef struct foreign_buffer_t {
  iree_hal_buffer_t base;
  uint8_t* memory;
} foreign_buffer_t;
void make_foreign_buffer(void* memory, size_t size, bool mappable,
                         foreign_buffer_t* out_buffer);

// A semaphore of "another driver": works, but has no timepoints.
iree_hal_semaphore_t* make_foreign_semaphore(void);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TESTING_FIXTURE_H_

// Every system call of the transport to a card, in one struct: tests put a
// stand-in for the kernel in its place (testing/fake_kmd.h).
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_SYSTEM_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_SYSTEM_H_

#include <stddef.h>
#include <stdint.h>

// Results are 0 or more, or a negative errno. Threads: one caller at a time.
typedef struct tt_kmd_system_t {
  void* self;
  // Returns the descriptor. |flags| as of open(2).
  int (*open)(void* self, const char* path, int flags);
  int (*close)(void* self, int fd);
  int (*ioctl)(void* self, int fd, unsigned long request, void* argument);
  // Maps |size| bytes at |offset| of |fd|, for reading and writing.
  int (*map)(void* self, int fd, uint64_t offset, uint64_t size,
             void** out_window);
  int (*unmap)(void* self, void* window, uint64_t size);
  // Moves |size| bytes between the host and byte |offset| of a mapped window;
  // both are multiples of 4. A store may still be on its way when it returns; a
  // load from the same window comes after it.
  int (*load)(void* self, const void* window, uint64_t offset, void* target,
              size_t size);
  int (*store)(void* self, void* window, uint64_t offset, const void* source,
               size_t size);
  void (*sleep)(void* self, uint64_t nanoseconds);
} tt_kmd_system_t;

// Linux's own.
extern const tt_kmd_system_t tt_kmd_linux;

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_SYSTEM_H_

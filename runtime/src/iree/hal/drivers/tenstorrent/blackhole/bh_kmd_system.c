#include "bh_kmd_system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int linux_open(void* self, const char* path, int flags) {
  int fd = open(path, flags);
  return fd < 0 ? -errno : fd;
}

static int linux_close(void* self, int fd) { return close(fd) ? -errno : 0; }

static int linux_ioctl(void* self, int fd, unsigned long request,
                       void* argument) {
  int result = 0;
  do {
    result = ioctl(fd, request, argument);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

static int linux_map(void* self, int fd, uint64_t offset, uint64_t size,
                     void** out_window) {
  void* window =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
  if (window == MAP_FAILED) return -errno;
  *out_window = window;
  return 0;
}

static int linux_unmap(void* self, void* window, uint64_t size) {
  return munmap(window, size) ? -errno : 0;
}

// A piece of device memory that is moved in one access, where it is aligned.
typedef uint32_t piece_t __attribute__((vector_size(16)));

// Whether a piece may be moved at |at| when |left| bytes are left. Registers
// are moved word by word: they are asked for in few words.
static int is_piece(const volatile char* at, size_t left) {
  return (uintptr_t)at % sizeof(piece_t) == 0 && left >= 4 * sizeof(piece_t);
}

static int linux_load(void* self, const void* window, uint64_t offset,
                      void* target, size_t size) {
  const volatile char* at = (const volatile char*)window + offset;
  char* bytes = target;
  while (size > 0) {
    if (is_piece(at, size)) {
      const piece_t piece = *(const volatile piece_t*)at;
      memcpy(bytes, &piece, sizeof(piece));
      at += sizeof(piece), bytes += sizeof(piece), size -= sizeof(piece);
    } else {
      const uint32_t word = *(const volatile uint32_t*)at;
      memcpy(bytes, &word, sizeof(word));
      at += sizeof(word), bytes += sizeof(word), size -= sizeof(word);
    }
  }
  return 0;
}

static int linux_store(void* self, void* window, uint64_t offset,
                       const void* source, size_t size) {
  volatile char* at = (volatile char*)window + offset;
  const char* bytes = source;
  while (size > 0) {
    if (is_piece(at, size)) {
      piece_t piece;
      memcpy(&piece, bytes, sizeof(piece));
      *(volatile piece_t*)at = piece;
      at += sizeof(piece), bytes += sizeof(piece), size -= sizeof(piece);
    } else {
      uint32_t word;
      memcpy(&word, bytes, sizeof(word));
      *(volatile uint32_t*)at = word;
      at += sizeof(word), bytes += sizeof(word), size -= sizeof(word);
    }
  }
  // Empties the buffers in which a CPU combines writes.
  atomic_thread_fence(memory_order_seq_cst);
  return 0;
}

static void linux_sleep(void* self, uint64_t nanoseconds) {
  struct timespec left = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                          .tv_nsec = (long)(nanoseconds % 1000000000)};
  while (nanosleep(&left, &left) && errno == EINTR) continue;
}

const tt_kmd_system_t tt_kmd_linux = {
    .open = linux_open,
    .close = linux_close,
    .ioctl = linux_ioctl,
    .map = linux_map,
    .unmap = linux_unmap,
    .load = linux_load,
    .store = linux_store,
    .sleep = linux_sleep,
};

// Wait primitives; only their layout is used (external timepoints).
#ifndef IREE_BASE_WAIT_SOURCE_H_
#define IREE_BASE_WAIT_SOURCE_H_

#include <stdint.h>

enum iree_wait_primitive_type_bits_t {
  IREE_WAIT_PRIMITIVE_TYPE_NONE = 0,
  IREE_WAIT_PRIMITIVE_TYPE_EVENT_FD = 1,
  IREE_WAIT_PRIMITIVE_TYPE_SYNC_FILE = 2,
  IREE_WAIT_PRIMITIVE_TYPE_PIPE = 3,
  IREE_WAIT_PRIMITIVE_TYPE_WIN32_HANDLE = 4,
  IREE_WAIT_PRIMITIVE_TYPE_LOCAL_FUTEX = 5,
  IREE_WAIT_PRIMITIVE_TYPE_JAVASCRIPT_PROMISE = 6,
  IREE_WAIT_PRIMITIVE_TYPE_ANY = 0xFF,
};
typedef uint8_t iree_wait_primitive_type_t;

typedef union iree_wait_primitive_value_t {
  int reserved;
  struct {
    int fd;
  } event;
  union {
    struct {
      int read_fd;
      int write_fd;
    };
    int fds[2];
  } pipe;
  void* local_futex;
} iree_wait_primitive_value_t;

typedef struct iree_wait_primitive_t {
  iree_wait_primitive_type_t type;
  iree_wait_primitive_value_t value;
} iree_wait_primitive_t;

#endif  // IREE_BASE_WAIT_SOURCE_H_

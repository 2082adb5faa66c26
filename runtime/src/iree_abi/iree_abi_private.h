// Layouts that IREE keeps out of its public headers but that this library must
// know, because the wheel exports no function to work on them.
#ifndef IREE_ABI_PRIVATE_H_
#define IREE_ABI_PRIVATE_H_

#include <stdatomic.h>

#include "iree/io/file_handle.h"

struct iree_io_file_handle_t {
  _Atomic int32_t ref_count;
  iree_allocator_t host_allocator;
  iree_io_file_access_t access;
  iree_io_file_handle_primitive_t primitive;
  iree_io_file_handle_release_callback_t release_callback;
};

#endif  // IREE_ABI_PRIVATE_H_

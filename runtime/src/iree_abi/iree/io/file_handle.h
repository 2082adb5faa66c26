// Reference-counted handles of files and host allocations that back files.
// Made by the wheel; the driver retains, reads and releases them.
#ifndef IREE_IO_FILE_HANDLE_H_
#define IREE_IO_FILE_HANDLE_H_

#include "iree/base/api.h"

enum iree_io_file_access_bits_t {
  IREE_IO_FILE_ACCESS_READ = 1u << 0,
  IREE_IO_FILE_ACCESS_WRITE = 1u << 1,
};
typedef uint32_t iree_io_file_access_t;

typedef enum iree_io_file_handle_type_e {
  IREE_IO_FILE_HANDLE_TYPE_HOST_ALLOCATION = 0,
  IREE_IO_FILE_HANDLE_TYPE_FD = 1,
} iree_io_file_handle_type_t;

typedef union iree_io_file_handle_primitive_value_t {
  iree_byte_span_t host_allocation;
  int fd;
} iree_io_file_handle_primitive_value_t;

typedef struct iree_io_file_handle_primitive_t {
  iree_io_file_handle_type_t type;
  iree_io_file_handle_primitive_value_t value;
} iree_io_file_handle_primitive_t;

typedef void(IREE_API_PTR* iree_io_file_handle_release_fn_t)(
    void* user_data, iree_io_file_handle_primitive_t handle_primitive);

typedef struct iree_io_file_handle_release_callback_t {
  iree_io_file_handle_release_fn_t fn;
  void* user_data;
} iree_io_file_handle_release_callback_t;

typedef struct iree_io_file_handle_t iree_io_file_handle_t;

// Makes a handle with one reference. |release_callback| runs when the last
// reference goes.
iree_status_t iree_io_file_handle_wrap(
    iree_io_file_access_t allowed_access,
    iree_io_file_handle_primitive_t handle_primitive,
    iree_io_file_handle_release_callback_t release_callback,
    iree_allocator_t host_allocator, iree_io_file_handle_t** out_handle);
void iree_io_file_handle_retain(iree_io_file_handle_t* handle);
void iree_io_file_handle_release(iree_io_file_handle_t* handle);
iree_io_file_access_t iree_io_file_handle_access(
    const iree_io_file_handle_t* handle);
iree_io_file_handle_primitive_t iree_io_file_handle_primitive(
    const iree_io_file_handle_t* handle);

static inline iree_io_file_handle_type_t iree_io_file_handle_type(
    const iree_io_file_handle_t* handle) {
  return iree_io_file_handle_primitive(handle).type;
}

#endif  // IREE_IO_FILE_HANDLE_H_

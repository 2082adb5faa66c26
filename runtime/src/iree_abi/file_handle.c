#include "iree/io/file_handle.h"

#include <stdatomic.h>

#include "iree_abi_private.h"

iree_status_t iree_io_file_handle_wrap(
    iree_io_file_access_t allowed_access,
    iree_io_file_handle_primitive_t handle_primitive,
    iree_io_file_handle_release_callback_t release_callback,
    iree_allocator_t host_allocator, iree_io_file_handle_t** out_handle) {
  *out_handle = NULL;
  iree_io_file_handle_t* handle = NULL;
  IREE_RETURN_IF_ERROR(
      iree_allocator_malloc(host_allocator, sizeof(*handle), (void**)&handle));
  atomic_init(&handle->ref_count, 1);
  handle->host_allocator = host_allocator;
  handle->access = allowed_access;
  handle->primitive = handle_primitive;
  handle->release_callback = release_callback;
  *out_handle = handle;
  return iree_ok_status();
}

void iree_io_file_handle_retain(iree_io_file_handle_t* handle) {
  if (handle) atomic_fetch_add(&handle->ref_count, 1);
}

void iree_io_file_handle_release(iree_io_file_handle_t* handle) {
  if (!handle || atomic_fetch_sub(&handle->ref_count, 1) != 1) return;
  if (handle->release_callback.fn) {
    handle->release_callback.fn(handle->release_callback.user_data,
                                handle->primitive);
  }
  iree_allocator_free(handle->host_allocator, handle);
}

iree_io_file_access_t iree_io_file_handle_access(
    const iree_io_file_handle_t* handle) {
  return handle->access;
}

iree_io_file_handle_primitive_t iree_io_file_handle_primitive(
    const iree_io_file_handle_t* handle) {
  return handle->primitive;
}

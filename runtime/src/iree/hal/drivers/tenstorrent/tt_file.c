#include "iree/hal/drivers/tenstorrent/tt_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

// Bytes moved at once through host memory to memory the host cannot see.
#define BOUNCE_SIZE (1u << 20)

typedef struct iree_hal_tt_file_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
  iree_hal_memory_access_t access;
  iree_io_file_handle_t* handle;
  uint64_t length;  // when imported
} iree_hal_tt_file_t;

static iree_hal_tt_file_t* iree_hal_tt_file_cast(iree_hal_file_t* base) {
  return (iree_hal_tt_file_t*)base;
}

// The size of what |primitive| refers to.
static iree_status_t query_length(iree_io_file_handle_primitive_t primitive,
                                  uint64_t* out_length) {
  if (primitive.type == IREE_IO_FILE_HANDLE_TYPE_HOST_ALLOCATION) {
    *out_length = primitive.value.host_allocation.data_length;
    return iree_ok_status();
  }
  if (primitive.type != IREE_IO_FILE_HANDLE_TYPE_FD) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "file handles of type %d", (int)primitive.type);
  }
  struct stat info;
  if (fstat(primitive.value.fd, &info) != 0) {
    return iree_make_status(iree_status_code_from_errno(errno),
                            "file descriptor %d: %s", primitive.value.fd,
                            strerror(errno));
  }
  *out_length = (uint64_t)info.st_size;
  return iree_ok_status();
}

iree_status_t iree_hal_tt_file_import(iree_hal_memory_access_t access,
                                      iree_io_file_handle_t* handle,
                                      iree_allocator_t host_allocator,
                                      iree_hal_file_t** out_file) {
  *out_file = NULL;
  const iree_io_file_access_t allowed = iree_io_file_handle_access(handle);
  if ((iree_any_bit_set(access, IREE_HAL_MEMORY_ACCESS_READ) &&
       !iree_any_bit_set(allowed, IREE_IO_FILE_ACCESS_READ)) ||
      (iree_any_bit_set(access, IREE_HAL_MEMORY_ACCESS_WRITE) &&
       !iree_any_bit_set(allowed, IREE_IO_FILE_ACCESS_WRITE))) {
    return iree_make_status(IREE_STATUS_PERMISSION_DENIED,
                            "file access 0x%x requested, the handle allows "
                            "0x%x (1 = read, 2 = write)",
                            (unsigned)access, (unsigned)allowed);
  }
  uint64_t length = 0;
  IREE_RETURN_IF_ERROR(
      query_length(iree_io_file_handle_primitive(handle), &length));
  iree_hal_tt_file_t* file = NULL;
  IREE_RETURN_IF_ERROR(
      iree_allocator_malloc(host_allocator, sizeof(*file), (void**)&file));
  iree_hal_resource_initialize(&iree_hal_tt_file_vtable, &file->resource);
  file->host_allocator = host_allocator;
  file->access = access;
  iree_io_file_handle_retain(handle);
  file->handle = handle;
  file->length = length;
  *out_file = (iree_hal_file_t*)file;
  return iree_ok_status();
}

static void iree_hal_tt_file_destroy(iree_hal_file_t* IREE_RESTRICT base) {
  iree_hal_tt_file_t* file = iree_hal_tt_file_cast(base);
  iree_io_file_handle_release(file->handle);
  iree_allocator_free(file->host_allocator, file);
}

static iree_hal_memory_access_t iree_hal_tt_file_allowed_access(
    iree_hal_file_t* base) {
  return iree_hal_tt_file_cast(base)->access;
}

static uint64_t iree_hal_tt_file_length(iree_hal_file_t* base) {
  return iree_hal_tt_file_cast(base)->length;
}

static iree_hal_buffer_t* iree_hal_tt_file_storage_buffer(
    iree_hal_file_t* base) {
  return NULL;
}

static bool iree_hal_tt_file_supports_synchronous_io(iree_hal_file_t* base) {
  return true;
}

static iree_status_t check_access(iree_hal_tt_file_t* file,
                                  iree_hal_memory_access_t access,
                                  uint64_t offset, uint64_t length) {
  if (!iree_all_bits_set(file->access, access)) {
    return iree_make_status(
        IREE_STATUS_PERMISSION_DENIED, "the file is not open for %s",
        access == IREE_HAL_MEMORY_ACCESS_READ ? "reading" : "writing");
  }
  // Only descriptors grow when written behind their end.
  const bool grows =
      access == IREE_HAL_MEMORY_ACCESS_WRITE &&
      iree_io_file_handle_type(file->handle) == IREE_IO_FILE_HANDLE_TYPE_FD;
  if (!grows && (offset > file->length || length > file->length - offset)) {
    return iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                            "range of %" PRIu64 " bytes at offset %" PRIu64
                            " leaves the file of %" PRIu64 " bytes",
                            length, offset, file->length);
  }
  return iree_ok_status();
}

// Reads from or writes to a descriptor until |length| bytes are done.
static iree_status_t transfer_fd(int fd, bool write_file, uint64_t offset,
                                 uint8_t* host, uint64_t length) {
  while (length > 0) {
    const ssize_t done = write_file ? pwrite(fd, host, length, (off_t)offset)
                                    : pread(fd, host, length, (off_t)offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      return iree_make_status(
          iree_status_code_from_errno(errno),
          "%s file descriptor %d at offset %" PRIu64 " failed: %s",
          write_file ? "writing" : "reading", fd, offset, strerror(errno));
    }
    if (done == 0) {
      return iree_make_status(IREE_STATUS_DATA_LOSS,
                              "file descriptor %d ended at offset %" PRIu64
                              ", %" PRIu64 " bytes missing",
                              fd, offset, length);
    }
    offset += (uint64_t)done;
    host += done;
    length -= (uint64_t)done;
  }
  return iree_ok_status();
}

// Moves |span| between a descriptor and memory that only the device sees.
static iree_status_t transfer_fd_bounced(iree_hal_tt_file_t* file, int fd,
                                         bool write_file, uint64_t offset,
                                         iree_hal_tt_span_t span) {
  void* bounce = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc_uninitialized(
      file->host_allocator, iree_min(span.length, BOUNCE_SIZE), &bounce));
  iree_status_t status = iree_ok_status();
  while (iree_status_is_ok(status) && span.length > 0) {
    iree_hal_tt_span_t part = span;
    part.length = iree_min(span.length, BOUNCE_SIZE);
    if (write_file) {
      status = iree_hal_tt_download(part, bounce);
      if (iree_status_is_ok(status)) {
        status = transfer_fd(fd, true, offset, bounce, part.length);
      }
    } else {
      status = transfer_fd(fd, false, offset, bounce, part.length);
      if (iree_status_is_ok(status)) status = iree_hal_tt_upload(bounce, part);
    }
    offset += part.length;
    span.offset += part.length;
    span.length -= part.length;
  }
  iree_allocator_free(file->host_allocator, bounce);
  return status;
}

static iree_status_t transfer(iree_hal_tt_file_t* file, bool write_file,
                              uint64_t file_offset, iree_hal_buffer_t* buffer,
                              iree_device_size_t buffer_offset,
                              iree_device_size_t length) {
  iree_hal_tt_span_t span;
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_buffer_resolve(buffer, buffer_offset, length, &span));
  IREE_RETURN_IF_ERROR(check_access(
      file,
      write_file ? IREE_HAL_MEMORY_ACCESS_WRITE : IREE_HAL_MEMORY_ACCESS_READ,
      file_offset, span.length));
  if (span.length == 0) return iree_ok_status();
  iree_io_file_handle_primitive_t primitive =
      iree_io_file_handle_primitive(file->handle);
  if (primitive.type == IREE_IO_FILE_HANDLE_TYPE_HOST_ALLOCATION) {
    uint8_t* host = primitive.value.host_allocation.data + file_offset;
    return write_file ? iree_hal_tt_download(span, host)
                      : iree_hal_tt_upload(host, span);
  }
  return span.host ? transfer_fd(primitive.value.fd, write_file, file_offset,
                                 span.host, span.length)
                   : transfer_fd_bounced(file, primitive.value.fd, write_file,
                                         file_offset, span);
}

static iree_status_t iree_hal_tt_file_read(iree_hal_file_t* base,
                                           uint64_t file_offset,
                                           iree_hal_buffer_t* buffer,
                                           iree_device_size_t buffer_offset,
                                           iree_device_size_t length) {
  return transfer(iree_hal_tt_file_cast(base), false, file_offset, buffer,
                  buffer_offset, length);
}

static iree_status_t iree_hal_tt_file_write(iree_hal_file_t* base,
                                            uint64_t file_offset,
                                            iree_hal_buffer_t* buffer,
                                            iree_device_size_t buffer_offset,
                                            iree_device_size_t length) {
  return transfer(iree_hal_tt_file_cast(base), true, file_offset, buffer,
                  buffer_offset, length);
}

const iree_hal_file_vtable_t iree_hal_tt_file_vtable = {
    .destroy = iree_hal_tt_file_destroy,
    .allowed_access = iree_hal_tt_file_allowed_access,
    .length = iree_hal_tt_file_length,
    .storage_buffer = iree_hal_tt_file_storage_buffer,
    .supports_synchronous_io = iree_hal_tt_file_supports_synchronous_io,
    .read = iree_hal_tt_file_read,
    .write = iree_hal_tt_file_write,
};

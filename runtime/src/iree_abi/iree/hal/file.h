// Files that queues read from and write to.
#ifndef IREE_HAL_FILE_H_
#define IREE_HAL_FILE_H_

#include "iree/base/api.h"
#include "iree/hal/buffer.h"
#include "iree/hal/resource.h"
#include "iree/io/file_handle.h"

typedef uint32_t iree_hal_external_file_flags_t;

typedef struct iree_hal_file_t iree_hal_file_t;

typedef struct iree_hal_file_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_file_t* IREE_RESTRICT file);
  iree_hal_memory_access_t(IREE_API_PTR* allowed_access)(iree_hal_file_t* file);
  uint64_t(IREE_API_PTR* length)(iree_hal_file_t* file);
  // NULL when the file has no buffer; not retained.
  iree_hal_buffer_t*(IREE_API_PTR* storage_buffer)(iree_hal_file_t* file);
  bool(IREE_API_PTR* supports_synchronous_io)(iree_hal_file_t* file);
  iree_status_t(IREE_API_PTR* read)(iree_hal_file_t* file, uint64_t file_offset,
                                    iree_hal_buffer_t* buffer,
                                    iree_device_size_t buffer_offset,
                                    iree_device_size_t length);
  iree_status_t(IREE_API_PTR* write)(iree_hal_file_t* file,
                                     uint64_t file_offset,
                                     iree_hal_buffer_t* buffer,
                                     iree_device_size_t buffer_offset,
                                     iree_device_size_t length);
} iree_hal_file_vtable_t;

// Calls through the vtable of any driver's file.
iree_status_t iree_hal_file_read(iree_hal_file_t* file, uint64_t file_offset,
                                 iree_hal_buffer_t* buffer,
                                 iree_device_size_t buffer_offset,
                                 iree_device_size_t length);
iree_status_t iree_hal_file_write(iree_hal_file_t* file, uint64_t file_offset,
                                  iree_hal_buffer_t* buffer,
                                  iree_device_size_t buffer_offset,
                                  iree_device_size_t length);

#endif  // IREE_HAL_FILE_H_

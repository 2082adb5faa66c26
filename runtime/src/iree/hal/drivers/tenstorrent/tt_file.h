// Files: host allocations and file descriptors that queues read and write.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_FILE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_FILE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/io/file_handle.h"

// Keeps a reference on |handle|. INVALID_ARGUMENT if |access| asks for more
// than the handle allows.
iree_status_t iree_hal_tt_file_import(iree_hal_memory_access_t access,
                                      iree_io_file_handle_t* handle,
                                      iree_allocator_t host_allocator,
                                      iree_hal_file_t** out_file);

extern const iree_hal_file_vtable_t iree_hal_tt_file_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_FILE_H_

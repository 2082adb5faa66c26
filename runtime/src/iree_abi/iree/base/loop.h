// iree_loop_t is passed to create_executable_cache by value and never used.
#ifndef IREE_BASE_LOOP_H_
#define IREE_BASE_LOOP_H_

#include "iree/base/status.h"

typedef uint32_t iree_loop_command_t;

typedef iree_status_t(IREE_API_PTR* iree_loop_ctl_fn_t)(
    void* self, iree_loop_command_t command, const void* params,
    void** inout_ptr);

typedef struct iree_loop_t {
  void* self;
  iree_loop_ctl_fn_t ctl;
} iree_loop_t;

static inline iree_loop_t iree_loop_null(void) {
  return (iree_loop_t){NULL, NULL};
}

#endif  // IREE_BASE_LOOP_H_

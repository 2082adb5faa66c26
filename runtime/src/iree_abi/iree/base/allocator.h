// Host memory allocators and byte spans.
#ifndef IREE_BASE_ALLOCATOR_H_
#define IREE_BASE_ALLOCATOR_H_

#include "iree/base/attributes.h"
#include "iree/base/config.h"
#include "iree/base/status.h"

// Wraps code that fills statistics; gone where those are configured away.
#define IREE_STATISTICS(expr) expr

typedef struct iree_byte_span_t {
  uint8_t* data;
  iree_host_size_t data_length;
} iree_byte_span_t;

typedef struct iree_const_byte_span_t {
  const uint8_t* data;
  iree_host_size_t data_length;
} iree_const_byte_span_t;

static inline iree_byte_span_t iree_make_byte_span(void* data,
                                                   iree_host_size_t length) {
  return (iree_byte_span_t){(uint8_t*)data, length};
}

static inline iree_const_byte_span_t iree_make_const_byte_span(
    const void* data, iree_host_size_t length) {
  return (iree_const_byte_span_t){(const uint8_t*)data, length};
}

typedef enum iree_allocator_command_e {
  IREE_ALLOCATOR_COMMAND_MALLOC = 0,
  IREE_ALLOCATOR_COMMAND_CALLOC = 1,
  IREE_ALLOCATOR_COMMAND_REALLOC = 2,
  IREE_ALLOCATOR_COMMAND_FREE = 3,
} iree_allocator_command_t;

// |params| of all commands but FREE.
typedef struct iree_allocator_alloc_params_t {
  iree_host_size_t byte_length;
} iree_allocator_alloc_params_t;

typedef iree_status_t(IREE_API_PTR* iree_allocator_ctl_fn_t)(
    void* self, iree_allocator_command_t command, const void* params,
    void** inout_ptr);

struct iree_allocator_t {
  void* self;
  iree_allocator_ctl_fn_t ctl;
};

// The C library's allocator.
iree_status_t iree_allocator_libc_ctl(void* self,
                                      iree_allocator_command_t command,
                                      const void* params, void** inout_ptr);
static inline iree_allocator_t iree_allocator_system(void) {
  return (iree_allocator_t){NULL, iree_allocator_libc_ctl};
}

// Zeroed memory.
iree_status_t iree_allocator_malloc(iree_allocator_t allocator,
                                    iree_host_size_t byte_length,
                                    void** out_ptr);
iree_status_t iree_allocator_malloc_uninitialized(iree_allocator_t allocator,
                                                  iree_host_size_t byte_length,
                                                  void** out_ptr);
void iree_allocator_free(iree_allocator_t allocator, void* ptr);

#endif  // IREE_BASE_ALLOCATOR_H_

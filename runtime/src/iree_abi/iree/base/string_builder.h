// A growing string, NUL-terminated after every append.
#ifndef IREE_BASE_STRING_BUILDER_H_
#define IREE_BASE_STRING_BUILDER_H_

#include "iree/base/allocator.h"
#include "iree/base/status.h"

typedef struct iree_string_builder_t {
  iree_allocator_t allocator;
  char* buffer;
  iree_host_size_t size;      // without the NUL
  iree_host_size_t capacity;  // bytes at |buffer|
} iree_string_builder_t;

void iree_string_builder_initialize(iree_allocator_t allocator,
                                    iree_string_builder_t* out_builder);
void iree_string_builder_deinitialize(iree_string_builder_t* builder);
const char* iree_string_builder_buffer(const iree_string_builder_t* builder);
iree_host_size_t iree_string_builder_size(const iree_string_builder_t* builder);
iree_status_t IREE_PRINTF_ATTRIBUTE(2, 3)
    iree_string_builder_append_format(iree_string_builder_t* builder,
                                      const char* format, ...);

#endif  // IREE_BASE_STRING_BUILDER_H_

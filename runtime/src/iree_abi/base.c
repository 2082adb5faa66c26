#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "iree/base/api.h"

//===----------------------------------------------------------------------===//
// iree_allocator_t
//===----------------------------------------------------------------------===//

iree_status_t iree_allocator_libc_ctl(void* self,
                                      iree_allocator_command_t command,
                                      const void* params, void** inout_ptr) {
  if (command == IREE_ALLOCATOR_COMMAND_FREE) {
    free(*inout_ptr);
    *inout_ptr = NULL;
    return iree_ok_status();
  }
  const size_t size =
      ((const iree_allocator_alloc_params_t*)params)->byte_length;
  // As the wheel's allocator does, so that such a request shows in tests.
  if (size == 0) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "host allocation of 0 bytes");
  }
  void* ptr = NULL;
  switch (command) {
    case IREE_ALLOCATOR_COMMAND_MALLOC:
      ptr = malloc(size);
      break;
    case IREE_ALLOCATOR_COMMAND_CALLOC:
      ptr = calloc(1, size);
      break;
    case IREE_ALLOCATOR_COMMAND_REALLOC:
      ptr = realloc(*inout_ptr, size);
      break;
    default:
      return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                              "host allocator command %d", (int)command);
  }
  if (!ptr) {
    return iree_make_status(IREE_STATUS_RESOURCE_EXHAUSTED,
                            "no host memory for %zu bytes", size);
  }
  *inout_ptr = ptr;
  return iree_ok_status();
}

static iree_status_t allocator_issue(iree_allocator_t allocator,
                                     iree_allocator_command_t command,
                                     iree_host_size_t byte_length,
                                     void** inout_ptr) {
  iree_allocator_alloc_params_t params = {.byte_length = byte_length};
  return allocator.ctl(allocator.self, command, &params, inout_ptr);
}

iree_status_t iree_allocator_malloc(iree_allocator_t allocator,
                                    iree_host_size_t byte_length,
                                    void** out_ptr) {
  *out_ptr = NULL;
  return allocator_issue(allocator, IREE_ALLOCATOR_COMMAND_CALLOC, byte_length,
                         out_ptr);
}

iree_status_t iree_allocator_malloc_uninitialized(iree_allocator_t allocator,
                                                  iree_host_size_t byte_length,
                                                  void** out_ptr) {
  *out_ptr = NULL;
  return allocator_issue(allocator, IREE_ALLOCATOR_COMMAND_MALLOC, byte_length,
                         out_ptr);
}

void iree_allocator_free(iree_allocator_t allocator, void* ptr) {
  if (!ptr) return;
  iree_status_ignore(
      allocator.ctl(allocator.self, IREE_ALLOCATOR_COMMAND_FREE, NULL, &ptr));
}

//===----------------------------------------------------------------------===//
// iree_string_view_t
//===----------------------------------------------------------------------===//

bool iree_string_view_equal(iree_string_view_t lhs, iree_string_view_t rhs) {
  return lhs.size == rhs.size &&
         (lhs.size == 0 || memcmp(lhs.data, rhs.data, lhs.size) == 0);
}

bool iree_string_view_match_pattern(iree_string_view_t value,
                                    iree_string_view_t pattern) {
  size_t v = 0, p = 0;
  // Where to go on when the text behind the last '*' does not match.
  size_t star = pattern.size, retry = 0;
  while (v < value.size) {
    if (p < pattern.size && pattern.data[p] == '*') {
      star = p++;
      retry = v;
    } else if (p < pattern.size &&
               (pattern.data[p] == '?' || pattern.data[p] == value.data[v])) {
      ++p;
      ++v;
    } else if (star < pattern.size) {
      p = star + 1;
      v = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size && pattern.data[p] == '*') ++p;
  return p == pattern.size;
}

//===----------------------------------------------------------------------===//
// iree_time_t
//===----------------------------------------------------------------------===//

iree_time_t iree_time_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (iree_time_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

iree_time_t iree_relative_timeout_to_deadline_ns(iree_duration_t timeout_ns) {
  if (timeout_ns == IREE_DURATION_ZERO) return IREE_TIME_INFINITE_PAST;
  if (timeout_ns == IREE_DURATION_INFINITE) return IREE_TIME_INFINITE_FUTURE;
  iree_time_t deadline_ns = 0;
  if (__builtin_add_overflow(iree_time_now(), timeout_ns, &deadline_ns)) {
    return IREE_TIME_INFINITE_FUTURE;
  }
  return deadline_ns;
}

//===----------------------------------------------------------------------===//
// iree_string_builder_t
//===----------------------------------------------------------------------===//

void iree_string_builder_initialize(iree_allocator_t allocator,
                                    iree_string_builder_t* out_builder) {
  *out_builder = (iree_string_builder_t){.allocator = allocator};
}

void iree_string_builder_deinitialize(iree_string_builder_t* builder) {
  iree_allocator_free(builder->allocator, builder->buffer);
  *builder = (iree_string_builder_t){.allocator = builder->allocator};
}

const char* iree_string_builder_buffer(const iree_string_builder_t* builder) {
  return builder->buffer ? builder->buffer : "";
}

iree_host_size_t iree_string_builder_size(
    const iree_string_builder_t* builder) {
  return builder->size;
}

iree_status_t iree_string_builder_append_format(iree_string_builder_t* builder,
                                                const char* format, ...) {
  va_list args;
  va_start(args, format);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (length < 0) {
    return iree_make_status(IREE_STATUS_INTERNAL, "format '%s' failed", format);
  }
  const size_t required = builder->size + (size_t)length + 1;
  if (required > builder->capacity) {
    const size_t capacity = iree_max(required, builder->capacity * 2);
    IREE_RETURN_IF_ERROR(allocator_issue(builder->allocator,
                                         IREE_ALLOCATOR_COMMAND_REALLOC,
                                         capacity, (void**)&builder->buffer));
    builder->capacity = capacity;
  }
  va_start(args, format);
  vsnprintf(builder->buffer + builder->size, (size_t)length + 1, format, args);
  va_end(args);
  builder->size += (size_t)length;
  return iree_ok_status();
}

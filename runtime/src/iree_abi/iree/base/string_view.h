// Borrowed, not NUL-terminated strings.
#ifndef IREE_BASE_STRING_VIEW_H_
#define IREE_BASE_STRING_VIEW_H_

#include <stdbool.h>
#include <string.h>

#include "iree/base/attributes.h"
#include "iree/base/config.h"

typedef struct iree_string_view_t {
  const char* data;
  iree_host_size_t size;
} iree_string_view_t;

// A key and its value, as in the query part of a device URI.
typedef struct iree_string_pair_t {
  union {
    iree_string_view_t first;
    iree_string_view_t key;
  };
  union {
    iree_string_view_t second;
    iree_string_view_t value;
  };
} iree_string_pair_t;

#define IREE_SV(cstr) iree_make_cstring_view(cstr)

static inline iree_string_view_t iree_string_view_empty(void) {
  return (iree_string_view_t){NULL, 0};
}

static inline iree_string_view_t iree_make_string_view(const char* data,
                                                       iree_host_size_t size) {
  return (iree_string_view_t){data, size};
}

static inline iree_string_view_t iree_make_cstring_view(const char* cstr) {
  return (iree_string_view_t){cstr, cstr ? strlen(cstr) : 0};
}

#define iree_string_view_is_empty(view) \
  ((view).data == NULL || (view).size == 0)

bool iree_string_view_equal(iree_string_view_t lhs, iree_string_view_t rhs);

// True if |value| matches |pattern|, where '*' stands for any text and '?' for
// any one character.
bool iree_string_view_match_pattern(iree_string_view_t value,
                                    iree_string_view_t pattern);

#endif  // IREE_BASE_STRING_VIEW_H_

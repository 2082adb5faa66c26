// A growing list of strings. Running out of memory is remembered, so that
// callers append straight down and check once.
#ifndef TT_IREE_TOOLCHAIN_LIST_H_
#define TT_IREE_TOOLCHAIN_LIST_H_

#include <stdbool.h>
#include <stdint.h>

typedef struct tt_list_t {
  char** items;  // owned; ends with NULL once it has one
  uint32_t count;
  uint32_t capacity;
  bool failed;
} tt_list_t;

void tt_list_add(tt_list_t* list, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
void tt_list_free(tt_list_t* list);  // leaves an empty list

#endif  // TT_IREE_TOOLCHAIN_LIST_H_

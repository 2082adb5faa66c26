#include "toolchain/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void tt_list_add(tt_list_t* list, const char* format, ...) {
  if (list->count + 2 > list->capacity) {
    uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
    char** items = realloc(list->items, capacity * sizeof(*items));
    list->failed |= !items;
    if (!items) return;
    list->items = items;
    list->capacity = capacity;
  }
  va_list args;
  va_start(args, format);
  char* item = NULL;
  list->failed |= vasprintf(&item, format, args) < 0;
  va_end(args);
  if (list->failed) return;
  list->items[list->count++] = item;
  list->items[list->count] = NULL;
}

void tt_list_free(tt_list_t* list) {
  for (uint32_t i = 0; i < list->count; ++i) free(list->items[i]);
  free(list->items);
  *list = (tt_list_t){0};
}

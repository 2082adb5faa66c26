#include "tile/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool tt_strbuf_reserve(tt_strbuf_t* b, size_t size) {
  if (b->failed) return false;
  if (size < b->capacity - b->size) return true;
  size_t capacity = b->capacity ? b->capacity * 2 : 1024;
  while (capacity - b->size <= size) capacity *= 2;
  char* data = realloc(b->data, capacity);
  if (!data) {
    b->failed = true;
    return false;
  }
  b->data = data;
  b->capacity = capacity;
  return true;
}

void tt_strbuf_append(tt_strbuf_t* b, const char* text, size_t size) {
  if (!tt_strbuf_reserve(b, size)) return;
  memcpy(b->data + b->size, text, size);
  b->size += size;
  b->data[b->size] = '\0';
}

void tt_strbuf_print(tt_strbuf_t* b, const char* format, ...) {
  va_list args;
  va_start(args, format);
  tt_strbuf_print_v(b, format, args);
  va_end(args);
}

void tt_strbuf_print_v(tt_strbuf_t* b, const char* format, va_list args) {
  va_list again;
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (size < 0 || !tt_strbuf_reserve(b, (size_t)size)) {
    b->failed = true;
    return;
  }
  vsnprintf(b->data + b->size, (size_t)size + 1, format, args);
  b->size += (size_t)size;
}

void tt_strbuf_free(tt_strbuf_t* b) {
  free(b->data);
  *b = (tt_strbuf_t){0};
}

tt_status_t tt_strbuf_finish(tt_strbuf_t* b, char** out_text,
                             size_t* out_size) {
  tt_strbuf_append(b, "", 0);
  if (b->failed) {
    tt_strbuf_free(b);
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory while making text");
  }
  *out_text = b->data;
  if (out_size) *out_size = b->size;
  *b = (tt_strbuf_t){0};
  return NULL;
}

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

size_t tt_utf8_length(const char* text) {
  const unsigned char* c = (const unsigned char*)text;
  if (c[0] < 0x80) return c[0] != 0;
  // The second byte's range rules out what has a shorter form, surrogates, and
  // what is above U+10FFFF.
  const size_t length = c[0] < 0xC2   ? 0
                        : c[0] < 0xE0 ? 2
                        : c[0] < 0xF0 ? 3
                        : c[0] < 0xF5 ? 4
                                      : 0;
  const unsigned char low = c[0] == 0xE0 ? 0xA0 : c[0] == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = c[0] == 0xED ? 0x9F : c[0] == 0xF4 ? 0x8F : 0xBF;
  if (length == 0 || c[1] < low || c[1] > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (c[i] < 0x80 || c[i] > 0xBF) return 0;
  }
  return length;
}

void tt_strbuf_quote(tt_strbuf_t* b, const char* text) {
  tt_strbuf_append(b, "\"", 1);
  while (*text) {
    const unsigned char c = (unsigned char)*text;
    const size_t length = tt_utf8_length(text);
    if (length == 0 || c < 0x20 || c == 0x7F || c == '"' || c == '\\') {
      tt_strbuf_print(b, "\\%02x", c);
      ++text;
    } else {
      tt_strbuf_append(b, text, length);
      text += length;
    }
  }
  tt_strbuf_append(b, "\"", 1);
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

tt_line_text_t tt_line_text(uint32_t line) {
  tt_line_text_t text = {""};
  if (line) snprintf(text.s, sizeof(text.s), " (line %u)", line);
  return text;
}

// A growing text. Running out of memory is remembered, so that callers append
// straight down and check once.
#ifndef TT_IREE_TILE_STRBUF_H_
#define TT_IREE_TILE_STRBUF_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/status.h"

typedef struct tt_strbuf_t {
  char* data;  // owned; NUL-terminated unless NULL
  size_t size;
  size_t capacity;
  bool failed;
} tt_strbuf_t;

void tt_strbuf_append(tt_strbuf_t* b, const char* text, size_t size);
void tt_strbuf_print(tt_strbuf_t* b, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
void tt_strbuf_print_v(tt_strbuf_t* b, const char* format, va_list args);
// Appends |text| in quotes, as the text form writes strings: quotes,
// backslashes, control characters and what is not UTF-8 as \xx, two hex digits
// a byte.
void tt_strbuf_quote(tt_strbuf_t* b, const char* text);
void tt_strbuf_free(tt_strbuf_t* b);  // leaves an empty buffer

// Hands the text out (never NULL on success) and leaves |b| empty;
// RESOURCE_EXHAUSTED if an append failed.
tt_status_t tt_strbuf_finish(tt_strbuf_t* b, char** out_text, size_t* out_size);

// Bytes of the UTF-8 character that |text| starts with; 0: it starts with none.
size_t tt_utf8_length(const char* text);

// For messages: " (line 12)" of the text that an op was parsed from; nothing
// for line 0, as compiled programs have it.
typedef struct tt_line_text_t {
  char s[24];
} tt_line_text_t;
tt_line_text_t tt_line_text(uint32_t line);

#endif  // TT_IREE_TILE_STRBUF_H_

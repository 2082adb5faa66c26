#include "toolchain/binary.h"

#include <stdlib.h>
#include <string.h>

void tt_binary_free(tt_binary_t* code) {
  if (!code) return;
  free(code->segments);
  free(code->bytes);
  free(code);
}

// What is written: this, the segments, the bytes.
typedef struct header_t {
  uint32_t entry[TT_PROCESSOR_COUNT];
  uint32_t segment_count;
  uint32_t byte_count;
} header_t;

void tt_binary_write(const tt_binary_t* code, tt_strbuf_t* out) {
  header_t header = {.segment_count = code->segment_count,
                     .byte_count = code->byte_count};
  memcpy(header.entry, code->entry, sizeof(header.entry));
  tt_strbuf_append(out, (const char*)&header, sizeof(header));
  tt_strbuf_append(out, (const char*)code->segments,
                   code->segment_count * sizeof(*code->segments));
  tt_strbuf_append(out, (const char*)code->bytes, code->byte_count);
}

static tt_status_t check_segments(const tt_binary_t* code) {
  for (uint32_t i = 0; i < code->segment_count; ++i) {
    const tt_binary_segment_t* s = &code->segments[i];
    if (s->processor < TT_PROCESSOR_COUNT && s->size <= code->byte_count &&
        s->offset <= code->byte_count - s->size) {
      continue;
    }
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "compiled code: segment %u is %u bytes at %u of %u, "
                          "for processor %u",
                          i, s->size, s->offset, code->byte_count,
                          s->processor);
  }
  return NULL;
}

static tt_status_t copy_parts(const header_t* header, const uint8_t* bytes,
                              tt_binary_t* code) {
  const size_t segments = header->segment_count * sizeof(*code->segments);
  memcpy(code->entry, header->entry, sizeof(code->entry));
  code->segments = malloc(segments + 1);
  code->bytes = malloc((size_t)header->byte_count + 1);
  if (!code->segments || !code->bytes) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for compiled code");
  }
  memcpy(code->segments, bytes, segments);
  memcpy(code->bytes, bytes + segments, header->byte_count);
  code->segment_count = header->segment_count;
  code->byte_count = header->byte_count;
  return check_segments(code);
}

tt_status_t tt_binary_read(const uint8_t* bytes, size_t size,
                           tt_binary_t** out_code, size_t* out_used) {
  *out_code = NULL;
  header_t header = {0};
  uint64_t wanted = sizeof(header);
  if (size >= wanted) {
    memcpy(&header, bytes, sizeof(header));
    wanted += (uint64_t)header.segment_count * sizeof(tt_binary_segment_t) +
              header.byte_count;
  }
  if (size < wanted) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "compiled code: found %zu bytes, expected %llu", size,
                          (unsigned long long)wanted);
  }
  tt_binary_t* code = calloc(1, sizeof(*code));
  tt_status_t status = code ? copy_parts(&header, bytes + sizeof(header), code)
                            : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                             "out of host memory for code");
  if (status) {
    tt_binary_free(code);
    return status;
  }
  *out_code = code;
  if (out_used) *out_used = (size_t)wanted;
  return NULL;
}

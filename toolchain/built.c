// The result of a build: made from linked files, written to and read from the
// cache.

#include <stdlib.h>
#include <string.h>

#include "toolchain/elf.h"
#include "toolchain/toolchain_internal.h"

void tt_built_free(tt_built_t* built) {
  tt_binary_free(built->code);
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) free(built->symbols[i]);
  *built = (tt_built_t){0};
}

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "out of host memory while keeping compiled code");
}

// ---- From linked files ------------------------------------------------------

static tt_status_t add_segment(tt_binary_t* code, tt_processor_t processor,
                               uint32_t address, const uint8_t* bytes,
                               uint32_t size) {
  tt_binary_segment_t* segments =
      realloc(code->segments, (code->segment_count + 1) * sizeof(*segments));
  if (!segments) return out_of_memory();
  code->segments = segments;
  uint8_t* all = realloc(code->bytes, (size_t)code->byte_count + size);
  if (!all) return out_of_memory();
  code->bytes = all;
  memcpy(all + code->byte_count, bytes, size);
  segments[code->segment_count++] =
      (tt_binary_segment_t){processor, address, size, code->byte_count};
  code->byte_count += size;
  return NULL;
}

// tt-metal's linker scripts leave limits in the section .segments: for the
// text and for local memory, address, address and size.
enum { LIMIT_WORDS = 3, LOCAL_MEMORY = 0xFFB00000 };

static tt_status_t check_limit(const tt_elf_t* elf, tt_processor_t processor,
                               const tt_elf_segment_t* segment) {
  const uint8_t* limits = NULL;
  uint32_t size = 0;
  TT_RETURN_IF_ERROR(tt_elf_section(elf, ".segments", &limits, &size));
  bool local = segment->virtual_address >= (uint32_t)LOCAL_MEMORY;
  uint32_t at = 4 * (LIMIT_WORDS * local + 2);
  if (size < at + 4) {
    return tt_status_make(TT_CODE_INTERNAL, "linker script without limits");
  }
  uint32_t limit = tt_elf_word(limits + at);
  if (segment->memory_size <= limit) return NULL;
  return tt_status_make(
      TT_CODE_RESOURCE_EXHAUSTED, "%s: %u bytes of %s, %u are left",
      tt_processors[processor].name, segment->memory_size,
      local ? "constants and variables for the processor's local memory"
            : "code",
      limit);
}

// What a kernel shares with the firmware: where its memory goes on, and the
// firmware's variables unless the kernel has one of the same name.
static void print_symbol(const tt_elf_symbol_t* symbol, void* context) {
  tt_strbuf_t* out = context;
  if (strncmp(symbol->name, "__fw_export_", 12) == 0 ||
      strcmp(symbol->name, "__global_pointer$") == 0) {
    // The text of a kernel starts where build.c says.
    if (strcmp(symbol->name, "__fw_export_text_end") == 0) return;
    tt_strbuf_print(out, "\"%s\" = 0x%08x;\n", symbol->name, symbol->value);
  } else if (symbol->is_object) {
    tt_strbuf_print(out, "PROVIDE(\"%s\" = 0x%08x);\n", symbol->name,
                    symbol->value);
  }
}

tt_status_t tt_built_add_elf(tt_built_t* built, tt_processor_t processor,
                             bool firmware, const uint8_t* bytes, size_t size,
                             uint32_t* out_end) {
  tt_elf_t elf;
  *out_end = 0;
  if (!built->code) built->code = calloc(1, sizeof(*built->code));
  if (!built->code) return out_of_memory();
  TT_RETURN_IF_ERROR(tt_elf_open(bytes, size, &elf));
  built->code->entry[processor] = elf.entry;
  for (uint32_t i = 0; i < elf.segment_count; ++i) {
    tt_elf_segment_t s;
    TT_RETURN_IF_ERROR(tt_elf_segment(&elf, i, &s));
    if (!s.loads) continue;
    TT_RETURN_IF_ERROR(check_limit(&elf, processor, &s));
    if (s.file_size == 0) continue;
    TT_RETURN_IF_ERROR(add_segment(built->code, processor, s.load_address,
                                   s.bytes, s.file_size));
    if (s.load_address < (uint32_t)LOCAL_MEMORY) {
      *out_end = s.load_address + s.file_size;
    }
  }
  if (!firmware) return NULL;
  tt_strbuf_t symbols = {0};
  TT_RETURN_IF_ERROR(tt_elf_symbols(&elf, print_symbol, &symbols));
  return tt_strbuf_finish(&symbols, &built->symbols[processor], NULL);
}

// ---- Entries of the cache ---------------------------------------------------

// The code, then each processor's symbols with their NUL; none are empty.
tt_status_t tt_built_write(const tt_built_t* built, uint8_t** out_bytes,
                           size_t* out_size) {
  tt_strbuf_t out = {0};
  tt_binary_write(built->code, &out);
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    const char* symbols = built->symbols[i] ? built->symbols[i] : "";
    tt_strbuf_append(&out, symbols, strlen(symbols) + 1);
  }
  return tt_strbuf_finish(&out, (char**)out_bytes, out_size);
}

tt_status_t tt_built_read(const uint8_t* bytes, size_t size,
                          tt_built_t* out_built) {
  *out_built = (tt_built_t){0};
  size_t at = 0;
  TT_RETURN_IF_ERROR(tt_binary_read(bytes, size, &out_built->code, &at));
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    const size_t length = strnlen((const char*)bytes + at, size - at);
    if (length == size - at) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "compiled code: symbols without an end");
    }
    if (length > 0) {
      out_built->symbols[i] = strdup((const char*)bytes + at);
      if (!out_built->symbols[i]) return out_of_memory();
    }
    at += length + 1;
  }
  return NULL;
}

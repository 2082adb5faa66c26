#include "toolchain/elf.h"

#include <string.h>

// Offsets of fields, as the System V ABI defines ELF32.
enum {
  HEADER_SIZE = 52,
  SEGMENT_SIZE = 32,
  SECTION_SIZE = 40,
  SYMBOL_SIZE = 16,
  TYPE_EXECUTABLE = 2,
  MACHINE_RISCV = 243,
  SEGMENT_LOAD = 1,
  SECTION_SYMBOLS = 2,
  SECTION_NO_BITS = 8,
  BIND_GLOBAL = 1,
  SYMBOL_OBJECT = 1,
};

static uint32_t half(const uint8_t* p) { return p[0] | (uint32_t)p[1] << 8; }

uint32_t tt_elf_word(const uint8_t* p) { return half(p) | half(p + 2) << 16; }

static tt_status_t bad(const char* what) {
  return tt_status_make(TT_CODE_INVALID_ARGUMENT, "ELF file: %s", what);
}

// Whether |count| records of |each| bytes from |offset| lie in the file.
static bool fits(const tt_elf_t* elf, uint64_t offset, uint64_t count,
                 uint64_t each) {
  return offset <= elf->size && count * each <= elf->size - offset;
}

tt_status_t tt_elf_open(const void* bytes, size_t size, tt_elf_t* out_elf) {
  static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
  const uint8_t* p = bytes;
  *out_elf = (tt_elf_t){.bytes = bytes, .size = size};
  if (size < HEADER_SIZE || memcmp(p, ident, sizeof(ident)) != 0) {
    return bad("no 32-bit little-endian header");
  }
  if (half(p + 16) != TYPE_EXECUTABLE || half(p + 18) != MACHINE_RISCV) {
    return bad("no executable for RISC-V");
  }
  out_elf->entry = tt_elf_word(p + 24);
  out_elf->segments = tt_elf_word(p + 28);
  out_elf->sections = tt_elf_word(p + 32);
  out_elf->segment_count = half(p + 44);
  out_elf->section_count = half(p + 48);
  out_elf->names = half(p + 50);
  if (half(p + 42) != SEGMENT_SIZE && out_elf->segment_count > 0) {
    return bad("segment headers of another size");
  }
  if (half(p + 46) != SECTION_SIZE && out_elf->section_count > 0) {
    return bad("section headers of another size");
  }
  if (!fits(out_elf, out_elf->segments, out_elf->segment_count, SEGMENT_SIZE) ||
      !fits(out_elf, out_elf->sections, out_elf->section_count, SECTION_SIZE)) {
    return bad("headers past its end");
  }
  return NULL;
}

tt_status_t tt_elf_segment(const tt_elf_t* elf, uint32_t index,
                           tt_elf_segment_t* out_segment) {
  const uint8_t* p = elf->bytes + elf->segments + (size_t)index * SEGMENT_SIZE;
  *out_segment = (tt_elf_segment_t){.loads = tt_elf_word(p) == SEGMENT_LOAD};
  if (!out_segment->loads) return NULL;
  uint32_t offset = tt_elf_word(p + 4);
  out_segment->virtual_address = tt_elf_word(p + 8);
  out_segment->load_address = tt_elf_word(p + 12);
  out_segment->file_size = tt_elf_word(p + 16);
  out_segment->memory_size = tt_elf_word(p + 20);
  if (!fits(elf, offset, out_segment->file_size, 1) ||
      out_segment->file_size > out_segment->memory_size) {
    return bad("a segment past its end");
  }
  out_segment->bytes = elf->bytes + offset;
  return NULL;
}

// Header of section |index|, or NULL.
static const uint8_t* section_header(const tt_elf_t* elf, uint32_t index) {
  return index < elf->section_count
             ? elf->bytes + elf->sections + (size_t)index * SECTION_SIZE
             : NULL;
}

// The bytes of a section in the file; NULL where they do not lie in it.
static const uint8_t* section_bytes(const tt_elf_t* elf, const uint8_t* header,
                                    uint32_t* out_size) {
  if (!header || tt_elf_word(header + 4) == SECTION_NO_BITS) return NULL;
  uint32_t offset = tt_elf_word(header + 16);
  *out_size = tt_elf_word(header + 20);
  return fits(elf, offset, *out_size, 1) ? elf->bytes + offset : NULL;
}

// A NUL-terminated string of the section |table|, or NULL.
static const char* string_at(const uint8_t* table, uint32_t size, uint32_t at) {
  if (!table || at >= size || !memchr(table + at, '\0', size - at)) return NULL;
  return (const char*)table + at;
}

tt_status_t tt_elf_section(const tt_elf_t* elf, const char* name,
                           const uint8_t** out_bytes, uint32_t* out_size) {
  uint32_t names_size = 0;
  const uint8_t* names =
      section_bytes(elf, section_header(elf, elf->names), &names_size);
  for (uint32_t i = 0; i < elf->section_count; ++i) {
    const uint8_t* header = section_header(elf, i);
    const char* at = string_at(names, names_size, tt_elf_word(header));
    if (!at || strcmp(at, name) != 0) continue;
    *out_bytes = section_bytes(elf, header, out_size);
    return *out_bytes ? NULL : bad("a section past its end");
  }
  return tt_status_make(TT_CODE_NOT_FOUND, "ELF file: no section %s", name);
}

tt_status_t tt_elf_symbols(const tt_elf_t* elf,
                           void (*visit)(const tt_elf_symbol_t*, void*),
                           void* context) {
  for (uint32_t i = 0; i < elf->section_count; ++i) {
    const uint8_t* header = section_header(elf, i);
    if (tt_elf_word(header + 4) != SECTION_SYMBOLS) continue;
    uint32_t size = 0, strings_size = 0;
    const uint8_t* symbols = section_bytes(elf, header, &size);
    const uint8_t* strings = section_bytes(
        elf, section_header(elf, tt_elf_word(header + 24)), &strings_size);
    if (!symbols || !strings) return bad("a symbol table past its end");
    for (uint32_t at = 0; size - at >= SYMBOL_SIZE; at += SYMBOL_SIZE) {
      const uint8_t* p = symbols + at;
      uint32_t section = half(p + 14);
      if (p[12] >> 4 != BIND_GLOBAL || section == 0) continue;
      const char* name = string_at(strings, strings_size, tt_elf_word(p));
      if (!name) return bad("a symbol without a name");
      const tt_elf_symbol_t symbol = {name, tt_elf_word(p + 4),
                                      (p[12] & 15) == SYMBOL_OBJECT};
      visit(&symbol, context);
    }
  }
  return NULL;
}

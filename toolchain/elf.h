// Reads what the linker made: 32-bit little-endian RISC-V executables. Every
// offset and size is checked before use; nothing is copied.
#ifndef TT_IREE_TOOLCHAIN_ELF_H_
#define TT_IREE_TOOLCHAIN_ELF_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/status.h"

typedef struct tt_elf_t {
  const uint8_t* bytes;  // borrowed
  size_t size;
  uint32_t entry;
  uint32_t segments, segment_count;  // file offset of the program headers
  uint32_t sections, section_count;
  uint32_t names;  // section that holds the sections' names
} tt_elf_t;

// INVALID_ARGUMENT says what is wrong with the file.
tt_status_t tt_elf_open(const void* bytes, size_t size, tt_elf_t* out_elf);

typedef struct tt_elf_segment_t {
  bool loads;  // PT_LOAD; the rest is set for these only
  uint32_t virtual_address, load_address;
  uint32_t file_size, memory_size;
  const uint8_t* bytes;  // file_size of them
} tt_elf_segment_t;

// |index| < segment_count.
tt_status_t tt_elf_segment(const tt_elf_t* elf, uint32_t index,
                           tt_elf_segment_t* out_segment);

// The bytes of the section |name|; NOT_FOUND.
tt_status_t tt_elf_section(const tt_elf_t* elf, const char* name,
                           const uint8_t** out_bytes, uint32_t* out_size);

typedef struct tt_elf_symbol_t {
  const char* name;
  uint32_t value;
  bool is_object;
} tt_elf_symbol_t;

// Calls |visit| with every defined global symbol.
tt_status_t tt_elf_symbols(const tt_elf_t* elf,
                           void (*visit)(const tt_elf_symbol_t*, void*),
                           void* context);

uint32_t tt_elf_word(const uint8_t* bytes);  // little-endian

#endif  // TT_IREE_TOOLCHAIN_ELF_H_

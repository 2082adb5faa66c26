// Shared by the .c files of toolchain/.
#ifndef TT_IREE_TOOLCHAIN_TOOLCHAIN_INTERNAL_H_
#define TT_IREE_TOOLCHAIN_TOOLCHAIN_INTERNAL_H_

#include "tile/emit_library.h"
#include "tile/strbuf.h"
#include "toolchain/cache.h"
#include "toolchain/list.h"
#include "toolchain/sha256.h"
#include "toolchain/toolchain.h"

// ---- What is used: find.c ---------------------------------------------------

struct tt_toolchain_t {
  char* metal;     // folder with tt_metal/ and runtime/
  char* compiler;  // path of a g++
  bool is_sfpi;    // Tenstorrent's compiler; the stand-ins are not needed
  tt_list_t standard_headers;  // folders of C and C++ headers, if it has none
  uint8_t identity[TT_SHA256_BYTES];  // changes when any of these does
  tt_cache_t cache;
  uint32_t jobs;
};

// Fills metal, compiler, is_sfpi, standard_headers and identity.
tt_status_t tt_toolchain_find(const tt_toolchain_options_t* options,
                              tt_toolchain_t* toolchain);

// ---- What is built: sources.c -----------------------------------------------

// include/*: what a stock compiler lacks. Ends with an empty row.
extern const tt_kernel_text_t tt_toolchain_texts[];

// A file to write into the folder of a build.
typedef struct tt_source_t {
  const char* name;  // borrowed: a literal
  char* text;        // owned, NUL-terminated
  size_t size;
} tt_source_t;

enum { TT_MAX_SOURCES = 48 };

// The files of a build, and which processors get code.
typedef struct tt_sources_t {
  tt_source_t files[TT_MAX_SOURCES];
  uint32_t count;
  bool uses[TT_PROCESSOR_COUNT];
} tt_sources_t;

// Emits the kernels of a phase, and what tt-metal generates beside them: the
// formats of circular buffers and the compute options.
tt_status_t tt_sources_of_phase(const tt_toolchain_t* toolchain,
                                const tt_program_t* program, uint32_t entry,
                                uint32_t phase, tt_sources_t* out_sources);
tt_status_t tt_sources_of_firmware(const tt_toolchain_t* toolchain,
                                   tt_sources_t* out_sources);
void tt_sources_free(tt_sources_t* sources);

typedef struct tt_processor_desc_t {
  const char* name;      // as in tt-metal's file names: "brisc"
  tt_unit_t unit;        // of the kernel it runs
  const char* kernel;    // tt-metal's source around a kernel
  const char* firmware;  // and of the firmware
} tt_processor_desc_t;
extern const tt_processor_desc_t tt_processors[TT_PROCESSOR_COUNT];

// ---- How: command.c ---------------------------------------------------------

// Arguments that compile |name|.cc, or |name|.S, to |name|.o for a processor.
void tt_command_compile(const tt_toolchain_t* toolchain,
                        const tt_toolchain_target_t* target,
                        tt_processor_t processor, bool firmware,
                        const char* source, tt_list_t* out_args);
// Arguments that link objects to |processor|.elf by the script
// |processor|.ld of the folder.
void tt_command_link(const tt_toolchain_t* toolchain, tt_processor_t processor,
                     bool firmware, tt_list_t* out_args);

// ---- Building: build.c ------------------------------------------------------

// What a build gives, and what the cache keeps of it.
typedef struct tt_built_t {
  tt_binary_t* code;
  // Of firmware: a linker script that gives a kernel of that processor what it
  // shares with the firmware. NULL for kernels.
  char* symbols[TT_PROCESSOR_COUNT];
} tt_built_t;

void tt_built_free(tt_built_t* built);  // leaves an empty one

// Where a compiler found an error.
typedef struct tt_build_error_t {
  tt_processor_t processor;  // TT_PROCESSOR_COUNT: elsewhere
  uint32_t place;  // op of the kernel, as emitted kernels count; 0: unknown
} tt_build_error_t;

// Compiles and links; |firmware| is NULL to build the firmware itself, else
// what the kernels of |sources| run on. *out_error says where, if it was the
// compiler that failed.
tt_status_t tt_build(const tt_toolchain_t* toolchain,
                     const tt_toolchain_target_t* target,
                     const tt_sources_t* sources, const tt_built_t* firmware,
                     tt_built_t* out_built, tt_build_error_t* out_error);

// The bytes of an entry of the cache, and back.
tt_status_t tt_built_write(const tt_built_t* built, uint8_t** out_bytes,
                           size_t* out_size);
tt_status_t tt_built_read(const uint8_t* bytes, size_t size,
                          tt_built_t* out_built);

// Takes the code out of a linked kernel (or firmware): built_elf.c.
tt_status_t tt_built_add_elf(tt_built_t* built, tt_processor_t processor,
                             bool firmware, const uint8_t* bytes, size_t size,
                             uint32_t* out_end);

#endif  // TT_IREE_TOOLCHAIN_TOOLCHAIN_INTERNAL_H_

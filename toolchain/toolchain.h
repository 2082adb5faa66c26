// Makes RISC-V code for Blackhole out of tile programs: emits each kernel as
// TT-Metal C++ (tile/emit.h), compiles it with tt-metal v0.65.0's own device
// headers, and links it at fixed L1 addresses. Firmware is built the same way.
//
// Only what the emitter makes of a verified program is ever compiled.
//
// Threads: a toolchain may be used from several threads at once. Results are
// kept in a cache on disk that several processes may share (cache.h).
#ifndef TT_IREE_TOOLCHAIN_TOOLCHAIN_H_
#define TT_IREE_TOOLCHAIN_TOOLCHAIN_H_

#include <stdint.h>

#include "tile/program.h"
#include "toolchain/binary.h"
#include "toolchain/target.h"

typedef struct tt_toolchain_t tt_toolchain_t;

// Strings are borrowed for the call; NULL or 0 takes the default.
typedef struct tt_toolchain_options_t {
  // Folder that holds tt_metal/ and runtime/ of tt-metal v0.65.0. Default:
  // TT_METAL_HOME, else the wheel that scripts/setup.sh unpacked.
  const char* metal;
  // A RISC-V g++: SFPI's or a stock one. Default: SFPI where tt-metal looks for
  // it, else riscv64-unknown-elf-g++ on PATH.
  const char* compiler;
  const char* cache;     // default: $XDG_CACHE_HOME/tt-iree/kernels
  uint64_t cache_limit;  // bytes
  uint32_t jobs;         // compilers at once; default: usable CPUs
} tt_toolchain_options_t;

// Finds device code and compiler. NOT_FOUND says what is missing, where it was
// looked for and how to get it.
tt_status_t tt_toolchain_create(const tt_toolchain_options_t* options,
                                tt_toolchain_t** out_toolchain);
void tt_toolchain_destroy(tt_toolchain_t* toolchain);  // NULL is fine

// tt-metal's firmware of the five processors of a worker.
tt_status_t tt_toolchain_firmware(tt_toolchain_t* toolchain,
                                  const tt_toolchain_target_t* target,
                                  tt_binary_t** out_binary);

// The kernels of phase |phase| (from the entry's first) of a verified program.
// RESOURCE_EXHAUSTED if they do not fit the target's text range.
tt_status_t tt_toolchain_phase(tt_toolchain_t* toolchain,
                               const tt_toolchain_target_t* target,
                               const tt_program_t* program, uint32_t entry,
                               uint32_t phase, tt_binary_t** out_binary);

// Builds the firmware and all kernels of a verified program for |target| and
// adds them to what it carries (precompiled.h).
tt_status_t tt_toolchain_precompile(tt_toolchain_t* toolchain,
                                    const tt_toolchain_target_t* target,
                                    tt_program_t* program);

#endif  // TT_IREE_TOOLCHAIN_TOOLCHAIN_H_

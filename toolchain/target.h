// What machine code is built for.
#ifndef TT_IREE_TOOLCHAIN_TARGET_H_
#define TT_IREE_TOOLCHAIN_TARGET_H_

#include <stdbool.h>
#include <stdint.h>

// L1 of a worker, in bytes, as far as kernels know it. The device's own map
// (bh_layout.h) is made around these.
enum {
  TT_TARGET_PLACES = 32896,
  TT_TARGET_TEXT = 37632,
  TT_TARGET_TEXT_END = 180224,
  // Worker cores that bank tables are made for: all that any Blackhole has, so
  // that one firmware serves every grid.
  TT_TARGET_L1_BANKS = 140,
};

// Part of every cache key, and of precompiled code. Words only: compared as
// bytes.
typedef struct tt_toolchain_target_t {
  uint32_t dram_banks;
  uint32_t l1_banks;   // worker cores of the chip
  uint32_t text_base;  // L1 bytes [text_base, text_limit) take kernel code
  uint32_t text_limit;
  // L1 address of TT_PROCESSOR_COUNT words in which each processor's kernel
  // keeps its place: which op it is at (tt_emit_describe_place); 0: not kept.
  uint32_t line_slots;
  // 1: kernels stop at accesses outside of their views, with
  // TT_EMIT_PLACE_STOPPED in their place.
  uint32_t checked;
} tt_toolchain_target_t;

// A Blackhole with |dram_banks| banks in use.
static inline tt_toolchain_target_t tt_toolchain_target_blackhole(
    uint32_t dram_banks, bool checked) {
  const tt_toolchain_target_t target = {dram_banks,       TT_TARGET_L1_BANKS,
                                        TT_TARGET_TEXT,   TT_TARGET_TEXT_END,
                                        TT_TARGET_PLACES, checked};
  return target;
}

#endif  // TT_IREE_TOOLCHAIN_TARGET_H_

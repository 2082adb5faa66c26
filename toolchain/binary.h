// Loadable code of one worker core: firmware, or the kernels of one phase.
#ifndef TT_IREE_TOOLCHAIN_BINARY_H_
#define TT_IREE_TOOLCHAIN_BINARY_H_

#include <stddef.h>
#include <stdint.h>

#include "tile/strbuf.h"

// In the order of tt-metal's processor indices. The writer kernel runs on
// BRISC, the reader on NCRISC, a compute kernel on the three TRISCs.
typedef enum tt_processor_e {
  TT_PROCESSOR_BRISC = 0,
  TT_PROCESSOR_NCRISC = 1,
  TT_PROCESSOR_TRISC0 = 2,  // unpack
  TT_PROCESSOR_TRISC1 = 3,  // math
  TT_PROCESSOR_TRISC2 = 4,  // pack
  TT_PROCESSOR_COUNT
} tt_processor_t;

// Bytes for one address: L1, or from 0xFFB00000 the processor's local memory
// (firmware only; tt-metal's boot code copies those from L1).
typedef struct tt_binary_segment_t {
  uint32_t processor;  // tt_processor_t
  uint32_t address;
  uint32_t size;
  uint32_t offset;  // of its bytes in tt_binary_t.bytes
} tt_binary_segment_t;

// Plain data, owned; free with tt_binary_free.
typedef struct tt_binary_t {
  uint32_t entry[TT_PROCESSOR_COUNT];  // L1 address of the first instruction;
                                       // 0: the processor has no kernel
  tt_binary_segment_t* segments;
  uint32_t segment_count;
  uint8_t* bytes;
  uint32_t byte_count;
} tt_binary_t;

void tt_binary_free(tt_binary_t* code);  // NULL is fine

// Appends |code| as bytes.
void tt_binary_write(const tt_binary_t* code, tt_strbuf_t* out);
// Reads what starts at |bytes|, which need not be aligned and may be anything:
// INVALID_ARGUMENT unless it is code whose every segment lies within its bytes.
// *out_used (NULL is fine): how many of the |size| bytes it took.
tt_status_t tt_binary_read(const uint8_t* bytes, size_t size,
                           tt_binary_t** out_code, size_t* out_used);

#endif  // TT_IREE_TOOLCHAIN_BINARY_H_

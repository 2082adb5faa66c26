// Spells the kernels of a tile program as TT-Metal C++ (tt-metal v0.65.0 kernel
// API), and says what a host must give them: circular buffers and runtime
// arguments. docs/emitter.md describes the text.
//
// All functions take verified programs and are pure: equal programs give equal
// bytes.
#ifndef TT_IREE_TILE_EMIT_H_
#define TT_IREE_TILE_EMIT_H_

#include <stdbool.h>

#include "tile/program.h"

// Emits the kernel of |unit| (not LAUNCH) of phase |phase| (counted from the
// entry's first) as one self-contained C++ file. *out_text is malloc'ed and
// NUL-terminated, *out_size counts without the NUL. A kernel the phase does not
// have is emitted with an empty body. Fails with UNIMPLEMENTED, naming the op
// and the reason, where tt_emit_unsupported has one or a limit of the hardware
// is passed (CBs, runtime arguments).
tt_status_t tt_emit_kernel(const tt_program_t* program, uint32_t entry,
                           uint32_t phase, tt_unit_t unit, char** out_text,
                           size_t* out_size);

// ---- Where a kernel is ------------------------------------------------------

// Compiled with TT_PLACE_ADDRESS, the address of a word in L1, a kernel keeps
// there the number of the op it is at, of those that wait: counted from 1 in
// its kernel. Compiled with TT_CHECKED=1 as well, it ends at an access of
// elements outside of their view: it adds this bit and does nothing more.
enum { TT_EMIT_PLACE_STOPPED = (int)0x80000000 };

// The op at |place|, as "cb_wait_front c0, 1 (line 31)". The line is that of
// the text that the program was parsed from, else of tt_program_print's text.
// |entry|, |phase| and |unit| are as for tt_emit_kernel and must exist; any
// |place| will do. *out_text is malloc'ed.
tt_status_t tt_emit_describe_place(const tt_program_t* program, uint32_t entry,
                                   uint32_t phase, tt_unit_t unit,
                                   uint32_t place, char** out_text);

// ---- What has no spelling ---------------------------------------------------

// Why |op| with |attr| on |dtype| has no spelling in TT-Metal, NULL if it has
// one. |tile_form|: a lane op on DST tiles (the result's dtype); an op of class
// TILE, for CBs whose format holds |dtype|. Otherwise the scalar form of an
// element loop, which always has one. Static storage. The compiler asks before
// it picks an op, and takes the floor instead.
const char* tt_emit_unsupported(tt_op_t op, tt_dtype_t dtype, uint32_t attr,
                                bool tile_form);

// ---- What the host passes ---------------------------------------------------

// Runtime arguments of a kernel, in order. Every argument is 32-bit words:
//   buffers   3 words: the bank address of the allocation that holds the
//             binding, scratch or blob (32 bits), then the byte offset in it
//             (64 bits, low word first). Only those the kernel accesses.
//   values    2 words: the launch value (64 bits, low word first). Only those
//             the kernel reads, in the order of $n.
// Buffers come first: bindings, scratches, blobs, each in ascending order.
typedef enum tt_emit_arg_kind_e {
  TT_EMIT_ARG_BINDING = TT_VIEW_BINDING,
  TT_EMIT_ARG_SCRATCH = TT_VIEW_SCRATCH,
  TT_EMIT_ARG_DATA = TT_VIEW_DATA,
  TT_EMIT_ARG_VALUE = 3,
} tt_emit_arg_kind_t;

typedef struct tt_emit_arg_t {
  tt_emit_arg_kind_t kind;
  uint32_t index;  // of the binding or scratch in its entry, blob, or n of $n
  uint32_t word;   // its first word
} tt_emit_arg_t;

// tt-metal's limit on the words of one kernel's unique arguments.
enum { TT_EMIT_MAX_ARG_WORDS = 341 };

// *out_args is malloc'ed (NULL when there are none).
tt_status_t tt_emit_kernel_args(const tt_program_t* program, uint32_t entry,
                                uint32_t phase, tt_unit_t unit,
                                tt_emit_arg_t** out_args, uint32_t* out_count);

// A circular buffer that the host must configure for a phase.
typedef struct tt_emit_cb_t {
  uint8_t number;
  uint8_t format;  // tt_format_t
  uint8_t rows;    // of a tile; it has 32 columns
  bool unpack_to_dest;
  uint32_t page_size;  // bytes
  uint32_t pages;
} tt_emit_cb_t;

// Bytes of L1 outside of the program's CBs where the data-movement kernels of a
// phase shift unaligned data; half for the reader, half for the writer. Fits
// tt_chip_t.l1_reserved. It is configured as one more CB.
enum { TT_EMIT_STAGING_BYTES = 16384 };

// The phase's CBs in order, then the staging CB (the highest free number, one
// page) if a kernel accesses memory.
tt_status_t tt_emit_phase_cbs(const tt_program_t* program, uint32_t entry,
                              uint32_t phase, tt_emit_cb_t out_cbs[TT_MAX_CBS],
                              uint32_t* out_count);

#endif  // TT_IREE_TILE_EMIT_H_

// The tile program in memory: a few flat arrays of plain records that refer to
// each other by index. The same records, little-endian, are what an image holds
// (docs/image-format.md).
//
// A program has entry points (dispatches). An entry has a launch program, run
// on the host once per core and launch; views of its bindings, scratch and
// constant data; and phases. A phase runs on some cores, each executing a
// reader, a compute and a writer kernel that meet in circular buffers (CBs).
// Between phases there is a full barrier and all DRAM writes are visible.
#ifndef TT_IREE_TILE_PROGRAM_H_
#define TT_IREE_TILE_PROGRAM_H_

#include <stddef.h>
#include <stdint.h>

#include "tile/op.h"
#include "tile/status.h"

enum {
  TT_NONE = 0xFFFFFFFFu,  // no register, kernel or index
  TT_MAX_CBS = 32,        // of a phase, as the hardware has
  TT_MAX_OPERANDS = 9,
  TT_MAX_NESTING = 32,         // for, while and if together
  TT_MAX_BINDINGS = 256,       // of an entry
  TT_MAX_CONSTANTS = 1 << 16,  // push constants of an entry
  TT_MAX_REGS = 1 << 16,       // of a kernel or launch program
  TT_MAX_NOTES = 16,           // of an entry
  TT_MAX_NOTE = 1024,          // bytes of a note's key or text, without the NUL
  TT_TILE_DIM = 32,            // a tile is at most 32 x 32
  TT_FACE_DIM = 16,      // and is stored as 16 x 16 faces, row of faces first
  TT_TILE_LANES = 1024,  // lanes of a DST tile
};

// An operand: kind in the top four bits, index in the others.
typedef uint32_t tt_operand_t;
typedef enum tt_operand_kind_e {
  TT_OPERAND_REG = 0,   // register of this kernel: %n
  TT_OPERAND_ARG = 1,   // register of the entry's launch program: $n
  TT_OPERAND_IMM = 2,   // index into tt_program_t.immediates
  TT_OPERAND_CB = 3,    // cn: CB number, 0..31
  TT_OPERAND_DST = 4,   // dn: DST tile
  TT_OPERAND_VIEW = 5,  // vn: index into the entry's views
  TT_OPERAND_KIND_COUNT
} tt_operand_kind_t;

static inline tt_operand_t tt_operand(tt_operand_kind_t kind, uint32_t index) {
  return (uint32_t)kind << 28 | (index & 0x0FFFFFFFu);
}
static inline tt_operand_kind_t tt_operand_kind(tt_operand_t operand) {
  return (tt_operand_kind_t)(operand >> 28);
}
static inline uint32_t tt_operand_index(tt_operand_t operand) {
  return operand & 0x0FFFFFFFu;
}

// An immediate is 64 bits: integers sign-extended (i1 0 or 1); f64 its bits;
// f32, f16 and bf16 the bits of the f32 of that value, zero-extended.
typedef struct tt_inst_t {
  uint16_t op;             // tt_op_t
  uint8_t type;            // tt_dtype_t, NONE where the op has none
  uint8_t type2;           // second type of casts, else NONE
  uint32_t attr;           // see op.h
  uint32_t result;         // register of this kernel, or TT_NONE
  uint32_t first_operand;  // into tt_program_t.operands
  uint32_t operand_count;  // of this op's signature (one more in tile form)
  uint32_t line;           // of the text it was parsed from, 0 if none
} tt_inst_t;
_Static_assert(sizeof(tt_inst_t) == 24, "image record");

typedef struct tt_kernel_t {
  uint32_t unit;  // tt_unit_t
  uint32_t first_inst;
  uint32_t inst_count;
  uint32_t first_reg;  // into tt_program_t.reg_types
  uint32_t reg_count;
} tt_kernel_t;

typedef enum tt_cb_layout_e {
  TT_CB_LAYOUT_FACES = 0,  // 16x16 faces, as matmul and reduce need
  TT_CB_LAYOUT_FLAT = 1,   // row-major; any lanewise op may use it
} tt_cb_layout_t;

typedef struct tt_cb_t {
  uint8_t number;          // 0 .. TT_MAX_CBS-1, unique in its phase
  uint8_t format;          // tt_format_t
  uint8_t rows;            // 32, 16, 8, 4, 2 or 1
  uint8_t layout;          // tt_cb_layout_t
  uint8_t unpack_to_dest;  // 1: full 32-bit values reach DST (tt-metal's
                           // UnpackToDestFp32)
  uint8_t reserved[3];     // 0
  uint32_t pages;          // capacity; a page is one tile
} tt_cb_t;
_Static_assert(sizeof(tt_cb_t) == 12, "image record");

// Bytes of one page in L1.
static inline uint32_t tt_cb_page_bytes(const tt_cb_t* cb) {
  return (uint32_t)cb->rows * TT_TILE_DIM *
         tt_format_desc((tt_format_t)cb->format)->bytes;
}

typedef enum tt_fidelity_e {
  TT_FIDELITY_LOFI = 0,
  TT_FIDELITY_HIFI2 = 2,
  TT_FIDELITY_HIFI3 = 3,
  TT_FIDELITY_HIFI4 = 4,
} tt_fidelity_t;

typedef struct tt_phase_t {
  uint32_t cores;  // operand (ARG or IMM): cores used; must be uniform and at
                   // most grid_cores; 0 skips the phase
  uint32_t first_cb;
  uint32_t cb_count;
  uint32_t kernels[TT_UNIT_KERNEL_COUNT];  // TT_NONE: empty
  uint8_t fidelity;       // tt_fidelity_t of the compute kernel
  uint8_t fp32_dest_acc;  // DST lanes hold 32 bits (needed for i32 too)
  uint8_t dst_full_sync;  // whole DST instead of half: twice the tiles
  uint8_t approx;         // math_approx_mode
} tt_phase_t;
_Static_assert(sizeof(tt_phase_t) == 28, "image record");

typedef enum tt_view_source_e {
  TT_VIEW_BINDING = 0,
  TT_VIEW_SCRATCH = 1,
  TT_VIEW_DATA = 2,
} tt_view_source_t;

// |length| elements of |dtype| from byte |offset| of a source. Kernels address
// elements of views only. offset and length are operands (ARG or IMM, uniform).
typedef struct tt_view_t {
  uint8_t source;  // tt_view_source_t
  uint8_t dtype;   // tt_dtype_t
  uint8_t layout;  // 0: linear; other values are reserved
  uint8_t reserved;
  uint32_t index;  // binding of the entry, scratch of the entry, blob
  uint32_t offset;
  uint32_t length;
} tt_view_t;
_Static_assert(sizeof(tt_view_t) == 16, "image record");

enum { TT_ACCESS_READ = 1, TT_ACCESS_WRITE = 2 };

typedef struct tt_binding_t {
  uint32_t access;  // TT_ACCESS_ mask
} tt_binding_t;

// Per-launch DRAM of the entry: its size in bytes is an operand (uniform).
typedef struct tt_scratch_t {
  uint32_t size;
} tt_scratch_t;

// Constant data: |size| bytes at |offset| of tt_program_t.data; offset is a
// multiple of 64.
typedef struct tt_blob_t {
  uint64_t offset;
  uint64_t size;
} tt_blob_t;

typedef struct tt_entry_t {
  uint32_t name;            // offset of a NUL-terminated string in .strings
  uint32_t note_count;      // keys and texts that follow the name, in turn
  uint32_t constant_count;  // 32-bit push constants
  uint32_t launch;          // kernel of unit LAUNCH, or TT_NONE
  uint32_t first_binding, binding_count;
  uint32_t first_scratch, scratch_count;
  uint32_t first_view, view_count;
  uint32_t first_phase, phase_count;
} tt_entry_t;
_Static_assert(sizeof(tt_entry_t) == 48, "image record");

// TT_PROGRAM_ARRAYS(X): X(element type, member, limit on the count), in image
// order. The limits bound the memory that a malformed image can make us take.
#define TT_PROGRAM_ARRAYS(X)           \
  X(tt_entry_t, entries, 1u << 16)     \
  X(tt_phase_t, phases, 1u << 20)      \
  X(tt_kernel_t, kernels, 1u << 22)    \
  X(tt_inst_t, insts, 1u << 26)        \
  X(tt_operand_t, operands, 1u << 28)  \
  X(uint8_t, reg_types, 1u << 27)      \
  X(uint64_t, immediates, 1u << 26)    \
  X(tt_cb_t, cbs, 1u << 22)            \
  X(tt_view_t, views, 1u << 22)        \
  X(tt_binding_t, bindings, 1u << 22)  \
  X(tt_scratch_t, scratches, 1u << 20) \
  X(tt_blob_t, blobs, 1u << 20)        \
  X(char, strings, 1u << 26)           \
  X(uint8_t, data, 1u << 31)           \
  X(uint8_t, binaries, 1u << 31)

// Records are packed: each array is the concatenation, in order, of what its
// owners name by first and count (kernels: an entry's launch program, then each
// phase's reader, compute and writer; strings: each entry's name and notes), so
// nothing is shared, overlaps or is left over. Immediates are shared.
//
// Every array is owned, allocated with malloc, and not NULL even if it is
// empty; free with tt_program_free. |binaries| is compiled code that the
// program carries beside what it says (toolchain/precompiled.h); only images
// hold it. Plain data: threads may read one program at once.
typedef struct tt_program_t {
#define X(type, member, limit) \
  type* member;                \
  uint32_t member##_count;
  TT_PROGRAM_ARRAYS(X)
#undef X
} tt_program_t;

void tt_program_free(tt_program_t* program);  // NULL is fine

// For whoever fills a program: gives the arrays that are still NULL an address,
// so that |array + 0| is defined. False when there is no memory.
bool tt_program_complete(tt_program_t* program);

static inline const char* tt_entry_name(const tt_program_t* program,
                                        const tt_entry_t* entry) {
  return program->strings + entry->name;
}

static inline const tt_operand_t* tt_inst_operands(const tt_program_t* program,
                                                   const tt_inst_t* inst) {
  return program->operands + inst->first_operand;
}

// ---- Text form: tile/text_parse.c, tile/text_print.c (docs/tile-ir.md) -----

// Parses and verifies. |name| names the source in messages ("name:line:col: ").
tt_status_t tt_program_parse(const char* text, size_t size, const char* name,
                             tt_program_t** out_program);
// Prints so that parse(print(p)) == p. *out_text is malloc'ed, NUL-terminated.
tt_status_t tt_program_print(const tt_program_t* program, char** out_text,
                             size_t* out_size);

// ---- Verifier: tile/verify*.c ----------------------------------------------

// Checks everything the interpreter and the emitter rely on; the message names
// the entry, phase, kernel and op (and text line where known).
tt_status_t tt_program_verify(const tt_program_t* program);

// ---- Binary image: tile/image.c (docs/image-format.md) ---------------------

tt_status_t tt_program_write_image(const tt_program_t* program,
                                   uint8_t** out_image, size_t* out_size);
// Checks every offset, rebuilds the arrays (nothing aliases |image|), verifies.
tt_status_t tt_program_read_image(const void* image, size_t size,
                                  tt_program_t** out_program);

#endif  // TT_IREE_TILE_PROGRAM_H_

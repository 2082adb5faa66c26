// Element types and circular-buffer data formats of the tile program.
#ifndef TT_IREE_TILE_DTYPE_H_
#define TT_IREE_TILE_DTYPE_H_

#include <stdbool.h>
#include <stdint.h>

// TT_DTYPE(enum, name, storage bits, is_float)
//
// A register (or DST lane) of a type narrower than 32 bits holds its value
// widened: integers as int32_t (i1 as 0/1, the others sign-extended), f16 and
// bf16 as the f32 of the same value. i64 and f64 use 8-byte lanes.
// In memory i1 takes one byte; i4, i2 and b1 (an i1 that takes one bit) are
// packed, low bits first. (Images hold the numbers, so these came last.)
#define TT_DTYPES(TT_DTYPE)        \
  TT_DTYPE(I1, "i1", 8, false)     \
  TT_DTYPE(I4, "i4", 4, false)     \
  TT_DTYPE(I8, "i8", 8, false)     \
  TT_DTYPE(I16, "i16", 16, false)  \
  TT_DTYPE(I32, "i32", 32, false)  \
  TT_DTYPE(I64, "i64", 64, false)  \
  TT_DTYPE(F16, "f16", 16, true)   \
  TT_DTYPE(BF16, "bf16", 16, true) \
  TT_DTYPE(F32, "f32", 32, true)   \
  TT_DTYPE(F64, "f64", 64, true)   \
  TT_DTYPE(I2, "i2", 2, false)     \
  TT_DTYPE(B1, "b1", 1, false)

typedef enum tt_dtype_e {
  TT_DTYPE_NONE = 0,
#define TT_DTYPE(name, ...) TT_DTYPE_##name,
  TT_DTYPES(TT_DTYPE)
#undef TT_DTYPE
      TT_DTYPE_COUNT
} tt_dtype_t;

// Bit of a dtype in a type mask of the op table.
#define TT_BIT(name) (1u << TT_DTYPE_##name)

// TT_FORMAT(enum, tt-metal's name of the DataFormat, dtype and bytes of one
// element)
#define TT_FORMATS(TT_FORMAT)                \
  TT_FORMAT(FLOAT32, "Float32", F32, 4)      \
  TT_FORMAT(FLOAT16, "Float16", F16, 2)      \
  TT_FORMAT(FLOAT16_B, "Float16_b", BF16, 2) \
  TT_FORMAT(INT32, "Int32", I32, 4)          \
  TT_FORMAT(UINT16, "UInt16", I16, 2)        \
  TT_FORMAT(UINT8, "UInt8", I8, 1)

typedef enum tt_format_e {
  TT_FORMAT_NONE = 0,
#define TT_FORMAT(name, ...) TT_FORMAT_##name,
  TT_FORMATS(TT_FORMAT)
#undef TT_FORMAT
      TT_FORMAT_COUNT
} tt_format_t;

typedef struct tt_dtype_desc_t {
  const char* name;
  uint8_t storage_bits;  // in memory
  uint8_t lane_bytes;    // in a register: 4 or 8
  bool is_float;
} tt_dtype_desc_t;

typedef struct tt_format_desc_t {
  const char* name;
  tt_dtype_t dtype;
  uint8_t bytes;  // of one element in L1
} tt_format_desc_t;

// Valid for every enum value including NONE (name "none", zero sizes).
const tt_dtype_desc_t* tt_dtype_desc(tt_dtype_t dtype);
const tt_format_desc_t* tt_format_desc(tt_format_t format);

// Bytes that |count| elements of |dtype| take in memory (packed ones round up).
// |count| must be at most 2^60.
static inline uint64_t tt_dtype_bytes(tt_dtype_t dtype, uint64_t count) {
  return (count * tt_dtype_desc(dtype)->storage_bits + 7) / 8;
}

// Whether elements share bytes in memory: i4, i2 and b1, which no register has.
static inline bool tt_dtype_is_packed(tt_dtype_t dtype) {
  return tt_dtype_desc(dtype)->storage_bits % 8 != 0;
}

// The type of the register that an element of |dtype| is loaded into or stored
// from: itself, but i1 for b1, and i8 for i4 and i2 (sign-extended; storing
// keeps the low bits).
static inline tt_dtype_t tt_dtype_of_register(tt_dtype_t dtype) {
  if (dtype == TT_DTYPE_B1) return TT_DTYPE_I1;
  return tt_dtype_is_packed(dtype) ? TT_DTYPE_I8 : dtype;
}

// Whether a data-movement op may move elements of |dtype| between memory and
// CB pages of |format|: the same element, or i1, i8 and i16 widened to Int32
// (i1 to 0/1, the others sign-extended; writing narrows by truncation, i1 by
// != 0). Float16_b holds bf16, UInt16 i16's bits, UInt8 i8's or i1's bits.
bool tt_format_accepts(tt_format_t format, tt_dtype_t dtype);

// The format that a compute kernel reads |dtype| in: Float32, Float16,
// Float16_b or Int32; NONE for packed ones, i64 and f64, which no tile op
// takes.
tt_format_t tt_format_of_dtype(tt_dtype_t dtype);

#endif  // TT_IREE_TILE_DTYPE_H_

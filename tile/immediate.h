// Immediates: the 64 bits of tt_program_t.immediates by type.
#ifndef TT_IREE_TILE_IMMEDIATE_H_
#define TT_IREE_TILE_IMMEDIATE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/dtype.h"

static inline uint64_t tt_immediate_of_f32(float value) {
  union {
    float f;
    uint32_t u;
  } bits = {value};
  return bits.u;
}
static inline uint64_t tt_immediate_of_f64(double value) {
  union {
    double f;
    uint64_t u;
  } bits = {value};
  return bits.u;
}

// |bits| rounded to nearest even to what |dtype| can hold, for f16 and bf16 (as
// the bits of an f32); other types come back unchanged. A NaN stays a NaN.
uint64_t tt_immediate_round(tt_dtype_t dtype, uint64_t bits);

// Whether |bits| is a value of |dtype| in the form that program.h describes.
bool tt_immediate_valid(tt_dtype_t dtype, uint64_t bits);

// Longest text of an immediate, with its NUL.
enum { TT_IMMEDIATE_TEXT = 48 };

// Writes the text form: decimal integers, hexadecimal floats, inf, -inf, and
// nan(0x...) with the bits. Any bits give a text.
void tt_immediate_print(tt_dtype_t dtype, uint64_t bits,
                        char out_text[TT_IMMEDIATE_TEXT]);

// Reads the text form (floats also decimal, rounded to nearest); false unless
// all of |text| is a value of |dtype|.
bool tt_immediate_parse(tt_dtype_t dtype, const char* text, size_t size,
                        uint64_t* out_bits);

#endif  // TT_IREE_TILE_IMMEDIATE_H_

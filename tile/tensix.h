// What a Tensix core of Blackhole makes of numbers, bit by bit: source
// registers, the FPU, the packer. The mock computes with these functions under
// numerics=tensix. Facts: the ISA documentation of Tenstorrent (SrcASrcB, Dst,
// MVMUL, ELWADD, ELWMUL, GMPOOL, Packers/FormatConversion), and its functional
// simulator ttsim, whose authors call its FPU bit-perfect.
//
// Pure functions: no state, any thread.
//
// A *datum* is an element of a source register, 19 bits: sign, 8 bits of
// exponent, 10 of mantissa. An element of Float16 uses the low 5 bits of the
// exponent. The FPU knows neither subnormal numbers (they are zeros, without a
// sign), infinities nor NaN: the largest exponent is one like the others, and
// a result that reaches it is infinite.
//
// A *lane* of DST is the bits of an f32. Without fp32_dest_acc DST holds 16
// bits, and only numbers come up that its format has: bf16, or Float16 whose
// largest exponent stands for 2^16 and not for infinity.
#ifndef TT_IREE_TILE_TENSIX_H_
#define TT_IREE_TILE_TENSIX_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The format that the unpacker leaves in a source register.
typedef enum tt_source_e {
  TT_SOURCE_TF32,
  TT_SOURCE_BF16,
  TT_SOURCE_F16,
} tt_source_t;

// How the FPU is set up for an op.
typedef struct tt_fpu_t {
  tt_source_t source;
  bool dst32;       // fp32_dest_acc
  uint32_t phases;  // of math fidelity: LoFi 1, HiFi2 2, HiFi3 3, HiFi4 4
} tt_fpu_t;

// The datum of an f32 (its low bits are cut off, not rounded), and of the bits
// of a bf16 or Float16 in the same format.
uint32_t tt_tensix_datum_of_f32(tt_source_t source, uint32_t bits);
uint32_t tt_tensix_datum_of_bf16(uint32_t bits);
uint32_t tt_tensix_datum_of_f16(uint32_t bits);

// A datum to a lane, as copy_tile does it.
uint32_t tt_tensix_move(const tt_fpu_t* fpu, uint32_t datum);
// a + b, or a - b; with |accumulate| added to |dst|.
uint32_t tt_tensix_add(const tt_fpu_t* fpu, uint32_t a, uint32_t b,
                       bool subtract, bool accumulate, uint32_t dst);
// dst + a * b, in as many steps as there are phases. |a| is in SrcA.
uint32_t tt_tensix_mul(const tt_fpu_t* fpu, uint32_t a, uint32_t b,
                       uint32_t dst);
// A datum taken apart for the products of a fidelity phase, in SrcA or in SrcB.
typedef struct tt_factor_t {
  int32_t exponent, mantissa;
} tt_factor_t;
tt_factor_t tt_tensix_factor_a(uint32_t datum, uint32_t phase);
tt_factor_t tt_tensix_factor_b(uint32_t datum, uint32_t phase);
// Adds to |dst| the products of 16 factors of SrcA, |stride| apart, and 16 of
// SrcB, all of |phase|: one result of MVMUL or GAPOOL.
uint32_t tt_tensix_dot(const tt_fpu_t* fpu, uint32_t phase,
                       const tt_factor_t* a, size_t stride,
                       const tt_factor_t* b, uint32_t dst);
// The largest of |dst| and 16 data, |stride| apart, as GMPOOL finds it: in the
// order of sign and magnitude, so a NaN is larger or smaller than all else.
uint32_t tt_tensix_max(const tt_fpu_t* fpu, const uint32_t* a, size_t stride,
                       uint32_t dst);
// A lane to a datum of SrcB, and back.
uint32_t tt_tensix_to_source(const tt_fpu_t* fpu, uint32_t lane);

// What the packer makes of a lane: the bits of a bf16, and of a Float16, in
// memory; and of Float32.
uint32_t tt_tensix_pack_bf16(bool dst32, uint32_t lane);
uint32_t tt_tensix_pack_f16(bool dst32, uint32_t lane);
uint32_t tt_tensix_pack_f32(bool dst32, uint32_t lane);

// A lane that the SFPU stored: subnormal numbers become zeros.
static inline uint32_t tt_tensix_flush(uint32_t lane) {
  return lane & 0x7F800000 ? lane : 0;
}

#endif  // TT_IREE_TILE_TENSIX_H_

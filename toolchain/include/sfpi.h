// Stand-in for SFPI's sfpi.h (version 7.10.0, which tt-metal v0.65.0 uses) on a
// stock RISC-V compiler: what tt-metal's device code and tt-iree's kernels use
// of it, with the meaning it has on Blackhole.
//
// A vector of 32 lanes is a `float` to the compiler. The math thread is
// compiled as if it had floating point registers f0-f7, which stand for
// LReg0-7; every operation is an asm statement that names them, and tensix.s
// makes Tensix instructions of these. So the compiler allocates the registers.
// It cannot put a vector into memory: code that needs more than eight at once
// does not assemble.
//
// Operations write the lanes that are enabled, copies that the compiler makes
// write all. A variable's first value is taken as it is, later ones are moved
// into it lane by lane, so that v_if guards assignments.
#pragma once

#include <limits>

#include "sfpi_cond.h"
#include "sfpi_func.h"

#define __builtin_rvtt_bh_sfpmul24(a, b, half) sfpi::mul24(a, b, half)
#define __builtin_rvtt_sfpnop() asm volatile(".ttinsn 0x8f << 24")

// v_if(a) {...} v_elseif(b) {...} v_else {...} v_endif; v_and narrows the lanes
// of the branch it stands in, or of a v_block.
#define v_if(...)           \
  {                         \
    sfpi::scope sfpi_scope; \
    sfpi_scope.first(__VA_ARGS__);
#define v_elseif(...) \
  sfpi_scope.other(); \
  sfpi_scope.push();  \
  sfpi_scope.first(__VA_ARGS__);
#define v_else sfpi_scope.other();
#define v_endif }
#define v_block \
  {             \
    sfpi::scope sfpi_scope;
#define v_and(...) sfpi_scope.next(__VA_ARGS__)
#define v_endblock }

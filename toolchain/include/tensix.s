# Read by the assembler in front of what a stock RISC-V compiler made of a
# kernel: the Tensix instructions as that compiler knows none of them.
#
# Encodings and scheduling rules: Tenstorrent's public ISA documentation
# (tt-isa-documentation, BlackholeA0/TensixTile/TensixCoprocessor).

# .ttinsn word: hands |word| to the Tensix coprocessor. Words whose two low
# bits are not 11 are no RISC-V instructions here; |word| is in the 32 bits
# rotated left by two, since its own top bits are never 11.
.macro .ttinsn word:vararg
  .4byte (((\word) << 2) | (((\word) >> 30) & 3)) & 0xffffffff
.endm

# ---- Vector registers --------------------------------------------------------

# sfpi.h keeps a vector in a register that the compiler takes for a float:
# f0-f7 are LReg0-7. These are their names in the compiler's output.
.set ft0, 0
.set ft1, 1
.set ft2, 2
.set ft3, 3
.set ft4, 4
.set ft5, 5
.set ft6, 6
.set ft7, 7

# A copy between registers that the compiler makes: SFPMOV of all lanes.
.macro fmv.s target, source
  sfp_op 0x7c, 0, \source, \target, 2
.endm

# A variable that is read before it is written.
.macro fmv.w.x target, source
  .ifc \source,zero
    sfp_op 0x7c, 0, 9, \target, 2
  .else
    .error "tt-iree: a number of the core as a vector"
  .endif
.endm

.macro fmv.x.w operands:vararg
  .error "tt-iree: a vector as a number of the core"
.endm

# The compiler has run out of registers. A value that it only puts away costs
# nothing; one that it wants back is lost.
.macro fsw operands:vararg
.endm

.macro flw operands:vararg
  .error "tt-iree: more than 8 vectors at once"
.endm

# ---- Instructions ------------------------------------------------------------

# The multiplier takes two cycles. The unit waits for its result by itself, but
# not where an instruction reads it as one of the operands listed below; an
# SFPNOP goes in between there. |sfp.late| is the register that the instruction
# before writes late, 16 for none.
.set sfp.late, 16

.macro sfp_wait register
  .if sfp.late == (\register)
    .ttinsn 0x8f << 24  # SFPNOP
  .endif
.endm

# target = opcode(source), with fields |imm| and |mod|.
.macro sfp_op opcode, imm, source, target, mod
  .ttinsn ((\opcode) << 24) + (((\imm) & 0xfff) << 12) + ((\source) << 8) + ((\target) << 4) + (\mod)
  .set sfp.late, 16
.endm

# target = opcode(target, source), for SFPIADD, SFPSHFT and SFPSWAP.
.macro sfp_update opcode, imm, source, target, mod
  sfp_wait \target
  sfp_op \opcode, \imm, \source, \target, \mod
.endm

# target = opcode(a, b, c) on the multiplier.
.macro sfp_mad opcode, a, b, c, target, mod
  .ttinsn ((\opcode) << 24) + ((\a) << 16) + ((\b) << 12) + ((\c) << 8) + ((\target) << 4) + (\mod)
  .set sfp.late, \target
.endm

# target = opcode(target, 16 bits of |imm|) on the multiplier.
.macro sfp_madi opcode, imm, target
  .ttinsn ((\opcode) << 24) + (((\imm) & 0xffff) << 8) + ((\target) << 4)
  .set sfp.late, \target
.endm

# The fields of SFPLOADI, SFPLOAD and SFPSTORE.
.macro sfp_wide opcode, register, mod, low
  .ttinsn ((\opcode) << 24) + ((\register) << 20) + ((\mod) << 16) + (\low)
  .set sfp.late, 16
.endm

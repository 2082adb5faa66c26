// The meaning of every lane op: one line an op. lanes_isa.c makes a function
// over n lanes of each, for each dtype that ops.def allows.
//
// Float expressions see their operands as a, b, c of type T (float or double)
// and M(f) names the function f of math.h for T. f16 and bf16 compute in float
// and round the result.
#ifndef TT_IREE_TILE_LANES_OPS_H_
#define TT_IREE_TILE_LANES_OPS_H_

#define TT_LANES_FLOAT1(X) \
  X(MOV, a)                \
  X(NEGF, -a)              \
  X(ABSF, M(abs)(a))       \
  X(RECIP, (T)1 / a)       \
  X(SQRT, M(sqrt)(a))      \
  X(RSQRT, M(rsqrt)(a))    \
  X(CBRT, M(cbrt)(a))      \
  X(EXP, M(exp)(a))        \
  X(EXP2, M(exp2)(a))      \
  X(EXPM1, M(expm1)(a))    \
  X(LOG, M(log)(a))        \
  X(LOG2, M(log2)(a))      \
  X(LOG10, M(log10)(a))    \
  X(LOG1P, M(log1p)(a))    \
  X(ASIN, M(asin)(a))      \
  X(ACOS, M(acos)(a))      \
  X(ATAN, M(atan)(a))      \
  X(SINH, M(sinh)(a))      \
  X(COSH, M(cosh)(a))      \
  X(TANH, M(tanh)(a))      \
  X(ASINH, M(asinh)(a))    \
  X(ACOSH, M(acosh)(a))    \
  X(ATANH, M(atanh)(a))    \
  X(ERF, M(erf)(a))        \
  X(ERFC, M(erfc)(a))      \
  X(FLOOR, M(floor)(a))    \
  X(CEIL, -M(floor)(-a))   \
  X(TRUNC, M(trunc)(a))    \
  X(ROUND, M(round)(a))    \
  X(ROUNDEVEN, M(roundeven)(a))

// Functions with a rare slow case: FAST for all lanes, then SLOW for those
// lanes where RARE holds.
#define TT_LANES_FLOAT1_RARE(X)                         \
  X(SIN, M(sin)(a), M(trig_is_huge)(a), M(sin_huge)(a)) \
  X(COS, M(cos)(a), M(trig_is_huge)(a), M(cos_huge)(a)) \
  X(TAN, M(tan)(a), M(trig_is_huge)(a), M(tan_huge)(a))

#define TT_LANES_FLOAT2(X)                                         \
  X(ADD, a + b)                                                    \
  X(SUB, a - b)                                                    \
  X(MUL, a* b)                                                     \
  X(DIVF, a / b)                                                   \
  X(REMF, M(fmod)(a, b))                                           \
  X(MAXF, M(max)(a, b))                                            \
  X(MINF, M(min)(a, b))                                            \
  X(MAXNUMF, M(pick)(a != a, b, M(pick)(b != b, a, M(max)(a, b)))) \
  X(MINNUMF, M(pick)(a != a, b, M(pick)(b != b, a, M(min)(a, b)))) \
  X(COPYSIGN, M(copysign)(a, b))                                   \
  X(POW, M(pow)(a, b))                                             \
  X(ATAN2, M(atan2)(a, b))

// Results are i1.
#define TT_LANES_FLOAT_TEST(X)               \
  X(ISNAN, a != a)                           \
  X(ISINF, M(abs)(a) == (T)__builtin_inff()) \
  X(ISFINITE, M(abs)(a) < (T)__builtin_inff())

#define TT_LANES_CMPF(X)       \
  X(OEQ, a == b)               \
  X(OGT, a > b)                \
  X(OGE, a >= b)               \
  X(OLT, a < b)                \
  X(OLE, a <= b)               \
  X(ONE, (a < b) | (a > b))    \
  X(ORD, (a == a) & (b == b))  \
  X(UEQ, !((a < b) | (a > b))) \
  X(UGT, !(a <= b))            \
  X(UGE, !(a < b))             \
  X(ULT, !(a >= b))            \
  X(ULE, !(a > b))             \
  X(UNE, a != b)               \
  X(UNO, (a != a) | (b != b))

// Integer expressions see their operands three ways: a, b as unsigned lanes
// (type U, 32 or 64 bits, sign-extended from the dtype's width), sa, sb as the
// dtype's signed values (type S), ua, ub as its unsigned values. BITS is the
// dtype's width. The result is cut to the width.
#define TT_LANES_INT1(X)                   \
  X(MOV, a)                                \
  X(ABSI, sa < 0 ? 0 - a : a)              \
  X(CTLZ, I(clz)(ua) - (LANE_BITS - BITS)) \
  X(CTTZ, ua == 0 ? (U)BITS : I(ctz)(ua))  \
  X(CTPOP, I(popcount)(ua))

#define TT_LANES_INT2(X)                                                     \
  X(ADD, a + b)                                                              \
  X(SUB, a - b)                                                              \
  X(MUL, a* b)                                                               \
  X(DIVS, (U)I(div)(sa, sb))                                                 \
  X(DIVU, ub == 0 ? ~(U)0 : ua / ub)                                         \
  X(REMS, (U)I(rem)(sa, sb))                                                 \
  X(REMU, ub == 0 ? ua : ua % ub)                                            \
  X(CEILDIVS, (U)I(div)(sa, sb) +                                            \
                  (sb != 0 && I(rem)(sa, sb) != 0 && (sa < 0) == (sb < 0)))  \
  X(FLOORDIVS, (U)I(div)(sa, sb) -                                           \
                   (sb != 0 && I(rem)(sa, sb) != 0 && (sa < 0) != (sb < 0))) \
  X(CEILDIVU, ub == 0 ? ~(U)0 : ua / ub + (ua % ub != 0))                    \
  X(MAXS, sa > sb ? a : b)                                                   \
  X(MINS, sa < sb ? a : b)                                                   \
  X(MAXU, ua > ub ? a : b)                                                   \
  X(MINU, ua < ub ? a : b)                                                   \
  X(MULHS, (U)((I(wide))sa * sb >> BITS))                                    \
  X(MULHU, (U)((I(uwide))ua * ub >> BITS))                                   \
  X(AND, a& b)                                                               \
  X(OR, a | b)                                                               \
  X(XOR, a ^ b)                                                              \
  X(SHL, ub < BITS ? a << (ub & (LANE_BITS - 1)) : 0)                        \
  X(SHRS, (U)(sa >> (ub < BITS ? ub : BITS - 1)))                            \
  X(SHRU, ub < BITS ? ua >> (ub & (LANE_BITS - 1)) : 0)                      \
  X(IPOWI, I(pow)(a, sa, sb))

#define TT_LANES_CMPI(X) \
  X(EQ, a == b)          \
  X(NE, a != b)          \
  X(SLT, sa < sb)        \
  X(SLE, sa <= sb)       \
  X(SGT, sa > sb)        \
  X(SGE, sa >= sb)       \
  X(ULT, ua < ub)        \
  X(ULE, ua <= ub)       \
  X(UGT, ua > ub)        \
  X(UGE, ua >= ub)

#endif  // TT_IREE_TILE_LANES_OPS_H_

// Part of lanes_isa.c: lane functions of integers.

// ---- Helpers of lanes_ops.h for 32-bit and 64-bit lanes -------------------

// RISC-V's division: nothing traps, nothing overflows.
static inline int32_t div_32(int32_t a, int32_t b) {
  int32_t safe = b == 0 || b == -1 ? 1 : b;
  return b == 0 ? -1 : b == -1 ? (int32_t)(0u - (uint32_t)a) : a / safe;
}
static inline int64_t div_64(int64_t a, int64_t b) {
  if (b == 0) return -1;
  if (b == -1) return (int64_t)(0u - (uint64_t)a);
  return a / b;
}
static inline int32_t rem_32(int32_t a, int32_t b) {
  int32_t safe = b == 0 || b == -1 ? 1 : b;
  return b == 0 ? a : a % safe;
}
static inline int64_t rem_64(int64_t a, int64_t b) {
  if (b == 0) return a;
  if (b == -1) return 0;
  return a % b;
}

static inline uint32_t clz_32(uint32_t x) {
  return x ? (uint32_t)__builtin_clz(x) : 32;
}
static inline uint64_t clz_64(uint64_t x) {
  return x ? (uint64_t)__builtin_clzll(x) : 64;
}
static inline uint32_t ctz_32(uint32_t x) {
  return x ? (uint32_t)__builtin_ctz(x) : 32;
}
static inline uint64_t ctz_64(uint64_t x) {
  return x ? (uint64_t)__builtin_ctzll(x) : 64;
}
// Not the builtin: without popcnt it calls the compiler's library.
static inline uint32_t popcount_32(uint32_t x) {
  x -= (x >> 1) & 0x55555555u;
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  return (((x + (x >> 4)) & 0x0F0F0F0Fu) * 0x01010101u) >> 24;
}
static inline uint64_t popcount_64(uint64_t x) {
  return (uint64_t)popcount_32((uint32_t)x) + popcount_32((uint32_t)(x >> 32));
}

typedef int64_t wide_32;
typedef uint64_t uwide_32;
__extension__ typedef __int128 wide_64;
__extension__ typedef unsigned __int128 uwide_64;

#define IPOW(suffix, U, S)                                           \
  static inline U pow_##suffix(U a, S base, S exponent) {            \
    if (exponent < 0) {                                              \
      if (base == 1) return 1;                                       \
      if (base == -1) return exponent & 1 ? ~(U)0 : 1;               \
      return 0;                                                      \
    }                                                                \
    U result = 1, square = a;                                        \
    for (U left = (U)exponent; left; left >>= 1, square *= square) { \
      if (left & 1) result *= square;                                \
    }                                                                \
    return result;                                                   \
  }
IPOW(32, uint32_t, int32_t)
IPOW(64, uint64_t, int64_t)
#undef IPOW

// ---- How a dtype lies in its lane -----------------------------------------

// SIGNED_x, UNSIGNED_x: the value of a lane; WRAP_x: a lane from low bits.
#define SIGNED_i1(x) (-(int32_t)(x))
#define SIGNED_i8(x) ((int32_t)(x))
#define SIGNED_i16(x) ((int32_t)(x))
#define SIGNED_i32(x) ((int32_t)(x))
#define SIGNED_i64(x) ((int64_t)(x))
#define UNSIGNED_i1(x) ((uint32_t)(x))
#define UNSIGNED_i8(x) ((uint32_t)(uint8_t)(x))
#define UNSIGNED_i16(x) ((uint32_t)(uint16_t)(x))
#define UNSIGNED_i32(x) ((uint32_t)(x))
#define UNSIGNED_i64(x) ((uint64_t)(x))
#define WRAP_i1(x) ((int32_t)((x)&1))
#define WRAP_i8(x) ((int32_t)(int8_t)(x))
#define WRAP_i16(x) ((int32_t)(int16_t)(x))
#define WRAP_i32(x) ((int32_t)(x))
#define WRAP_i64(x) ((int64_t)(x))
#define BITS_i1 1
#define BITS_i8 8
#define BITS_i16 16
#define BITS_i32 32
#define BITS_i64 64
typedef int32_t lane_i1, lane_i8, lane_i16, lane_i32;
typedef int64_t lane_i64;
typedef uint32_t ulane_i1, ulane_i8, ulane_i16, ulane_i32;
typedef uint64_t ulane_i64;

// ---- One function an op and type ------------------------------------------

#define TYPED(op) TT_CAT(lane_##op##_, SUFFIX)
#define U TT_CAT(ulane_, SUFFIX)
#define S TT_CAT(lane_, SUFFIX)
#define BITS TT_CAT(BITS_, SUFFIX)
#define I(f) TT_CAT(TT_CAT(f, _), LANE_BITS)

#define OPERANDS_1                     \
  U a = (U)pa[i];                      \
  S sa = TT_CAT(SIGNED_, SUFFIX)(a);   \
  U ua = TT_CAT(UNSIGNED_, SUFFIX)(a); \
  (void)a, (void)sa, (void)ua
#define OPERANDS_2                     \
  OPERANDS_1;                          \
  U b = (U)pb[i];                      \
  S sb = TT_CAT(SIGNED_, SUFFIX)(b);   \
  U ub = TT_CAT(UNSIGNED_, SUFFIX)(b); \
  (void)b, (void)sb, (void)ub

#define ONE(op, expr)                                                       \
  __attribute__((unused)) static void TYPED(op)(                            \
      void* vt, const void* va, const void* vb, const void* vc, size_t n) { \
    S* t = vt;                                                              \
    const S* pa = va;                                                       \
    LOOP {                                                                  \
      OPERANDS_1;                                                           \
      U result = (U)(expr);                                                 \
      t[i] = TT_CAT(WRAP_, SUFFIX)(result);                                 \
    }                                                                       \
  }
#define TWO(op, expr)                                                       \
  __attribute__((unused)) static void TYPED(op)(                            \
      void* vt, const void* va, const void* vb, const void* vc, size_t n) { \
    S* t = vt;                                                              \
    const S *pa = va, *pb = vb;                                             \
    LOOP {                                                                  \
      OPERANDS_2;                                                           \
      U result = (U)(expr);                                                 \
      t[i] = TT_CAT(WRAP_, SUFFIX)(result);                                 \
    }                                                                       \
  }
#define COMPARE(pred, expr)                                                \
  static void TYPED(CMPI_##pred)(void* vt, const void* va, const void* vb, \
                                 const void* vc, size_t n) {               \
    int32_t* t = vt;                                                       \
    const S *pa = va, *pb = vb;                                            \
    LOOP {                                                                 \
      OPERANDS_2;                                                          \
      t[i] = (expr);                                                       \
    }                                                                      \
  }

#define LANE_BITS 32
#define SUFFIX i1
TT_LANES_INT1(ONE)
TT_LANES_INT2(TWO)
TT_LANES_CMPI(COMPARE)
#undef SUFFIX
#define SUFFIX i8
TT_LANES_INT1(ONE)
TT_LANES_INT2(TWO)
TT_LANES_CMPI(COMPARE)
#undef SUFFIX
#define SUFFIX i16
TT_LANES_INT1(ONE)
TT_LANES_INT2(TWO)
TT_LANES_CMPI(COMPARE)
#undef SUFFIX
#define SUFFIX i32
TT_LANES_INT1(ONE)
TT_LANES_INT2(TWO)
TT_LANES_CMPI(COMPARE)
#undef SUFFIX
#undef LANE_BITS
#define LANE_BITS 64
#define SUFFIX i64
TT_LANES_INT1(ONE)
TT_LANES_INT2(TWO)
TT_LANES_CMPI(COMPARE)
#undef SUFFIX
#undef LANE_BITS

#undef TYPED
#undef U
#undef S
#undef BITS
#undef I
#undef OPERANDS_1
#undef OPERANDS_2
#undef ONE
#undef TWO
#undef COMPARE

// Part of lanes_isa.c: lane functions of floats.

// ---- Rounding to the narrow types -----------------------------------------

// The f16 nearest to |x|, as float. Subnormals of f16 have the quantum 2^-24,
// which adding 0.5 rounds to.
static inline float round_to_f16(float x) {
  uint32_t bits = tt_bits_f32(x);
  uint32_t sign = bits & 0x80000000u;
  uint32_t magnitude = bits & 0x7FFFFFFFu;
  uint32_t normal = (magnitude + 0xFFFu + ((magnitude >> 13) & 1u)) & ~0x1FFFu;
  normal = normal >= 0x47800000u ? 0x7F800000u : normal;  // 65536: too large
  uint32_t tiny = tt_bits_f32((tt_from_bits_f32(magnitude) + 0.5f) - 0.5f);
  uint32_t result = magnitude < 0x38800000u ? tiny : normal;
  uint32_t nan = (magnitude & ~0x1FFFu) | 0x400000u;
  result = magnitude > 0x7F800000u ? nan : result;
  return tt_from_bits_f32(result | sign);
}

static inline float round_to_bf16(float x) {
  uint32_t bits = tt_bits_f32(x);
  uint32_t normal = (bits + 0x7FFFu + ((bits >> 16) & 1u)) & 0xFFFF0000u;
  uint32_t nan = (bits & 0xFFFF0000u) | 0x400000u;
  return tt_from_bits_f32((bits & 0x7FFFFFFFu) > 0x7F800000u ? nan : normal);
}

// |x| rounded to odd, so that rounding once more gives what rounding |x| to the
// narrow type at once would. Magnitudes out of float's range only need to stay
// on their side of the narrow type's.
static inline float odd_f32(double x) {
  float near = (float)x;
  double back = (double)near;
  uint32_t bits = tt_bits_f32(near);
  double magnitude = tt_abs_f64(x), near_magnitude = tt_abs_f64(back);
  uint32_t toward_zero = bits - (near_magnitude > magnitude);
  uint32_t odd = toward_zero | (back != x);
  return tt_from_bits_f32(x != x ? bits : odd);
}

#define ROUND_PASS(name)                                                  \
  __attribute__((noinline)) static void name##_pass(float* x, size_t n) { \
    LOOP x[i] = name(x[i]);                                               \
  }
ROUND_PASS(round_to_f16)
ROUND_PASS(round_to_bf16)
#undef ROUND_PASS

// ---- One function an op and type ------------------------------------------

#define M(f) TT_CAT(TT_CAT(tt_, f), TT_CAT(_, SUFFIX))
#define TYPED(op) TT_CAT(lane_##op##_, SUFFIX)

// FLAT inlines all of math.h, or the loop would hold a call.
#define ONE(op, expr)                                                  \
  FLAT static void TYPED(op)(void* vt, const void* va, const void* vb, \
                             const void* vc, size_t n) {               \
    T* t = vt;                                                         \
    const T* pa = va;                                                  \
    LOOP {                                                             \
      T a = pa[i];                                                     \
      t[i] = (expr);                                                   \
    }                                                                  \
  }
#define TWO(op, expr)                                                  \
  FLAT static void TYPED(op)(void* vt, const void* va, const void* vb, \
                             const void* vc, size_t n) {               \
    T* t = vt;                                                         \
    const T *pa = va, *pb = vb;                                        \
    LOOP {                                                             \
      T a = pa[i], b = pb[i];                                          \
      t[i] = (expr);                                                   \
    }                                                                  \
  }
// The slow lanes are redone from a copy, since the target may be the operand.
#define RARE(op, fast, rare, slow)                                     \
  FLAT static void TYPED(op)(void* vt, const void* va, const void* vb, \
                             const void* vc, size_t count) {           \
    enum { CHUNK = 256 };                                              \
    for (size_t first = 0; first < count; first += CHUNK) {            \
      size_t n = count - first < CHUNK ? count - first : CHUNK;        \
      T* t = (T*)vt + first;                                           \
      T pa[CHUNK];                                                     \
      memcpy(pa, (const T*)va + first, n * sizeof(T));                 \
      int any = 0;                                                     \
      LOOP {                                                           \
        T a = pa[i];                                                   \
        t[i] = (fast);                                                 \
        any |= (rare);                                                 \
      }                                                                \
      for (size_t i = 0; any && i < n; ++i) {                          \
        T a = pa[i];                                                   \
        if (rare) t[i] = (slow);                                       \
      }                                                                \
    }                                                                  \
  }
#define TEST(op, expr)                                            \
  static void TYPED(op)(void* vt, const void* va, const void* vb, \
                        const void* vc, size_t n) {               \
    int32_t* t = vt;                                              \
    const T* pa = va;                                             \
    LOOP {                                                        \
      T a = pa[i];                                                \
      t[i] = (expr);                                              \
    }                                                             \
  }
#define COMPARE(pred, expr)                                                \
  static void TYPED(CMPF_##pred)(void* vt, const void* va, const void* vb, \
                                 const void* vc, size_t n) {               \
    int32_t* t = vt;                                                       \
    const T *pa = va, *pb = vb;                                            \
    LOOP {                                                                 \
      T a = pa[i], b = pb[i];                                              \
      t[i] = (expr);                                                       \
    }                                                                      \
  }

#define T float
#define SUFFIX f32
TT_LANES_FLOAT1(ONE)
TT_LANES_FLOAT1_RARE(RARE)
TT_LANES_FLOAT2(TWO)
TT_LANES_FLOAT_TEST(TEST)
TT_LANES_CMPF(COMPARE)
#undef T
#undef SUFFIX

#define T double
#define SUFFIX f64
TT_LANES_FLOAT1(ONE)
TT_LANES_FLOAT1_RARE(RARE)
TT_LANES_FLOAT2(TWO)
TT_LANES_FLOAT_TEST(TEST)
TT_LANES_CMPF(COMPARE)
#undef T
#undef SUFFIX
#undef ONE
#undef TWO
#undef RARE
#undef TEST
#undef COMPARE
#undef M
#undef TYPED

// f16 and bf16 are float, then a rounding pass.
#define NARROW(op, ...)                                               \
  static void lane_##op##_f16(void* t, const void* a, const void* b,  \
                              const void* c, size_t n) {              \
    lane_##op##_f32(t, a, b, c, n);                                   \
    round_to_f16_pass(t, n);                                          \
  }                                                                   \
  static void lane_##op##_bf16(void* t, const void* a, const void* b, \
                               const void* c, size_t n) {             \
    lane_##op##_f32(t, a, b, c, n);                                   \
    round_to_bf16_pass(t, n);                                         \
  }
TT_LANES_FLOAT1(NARROW)
TT_LANES_FLOAT1_RARE(NARROW)
TT_LANES_FLOAT2(NARROW)
#undef NARROW
#define lane_ISNAN_f16 lane_ISNAN_f32
#define lane_ISNAN_bf16 lane_ISNAN_f32
#define lane_ISINF_f16 lane_ISINF_f32
#define lane_ISINF_bf16 lane_ISINF_f32
#define lane_ISFINITE_f16 lane_ISFINITE_f32
#define lane_ISFINITE_bf16 lane_ISFINITE_f32

// ---- fma ------------------------------------------------------------------

// The sum of exact f16 or bf16 products needs more than float's bits, so it is
// formed in double, to odd, and rounded once.
static inline float fma_odd(float a, float b, float c) {
  double product = (double)a * (double)b;  // exact
  return odd_f32(tt_add_odd_f64(product, (double)c));
}

#ifdef __FMA__
static inline float fma_one_f32(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
static inline double fma_one_f64(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
#else
static inline float fma_one_f32(float a, float b, float c) {
  return tt_fma_f32(a, b, c);
}
static inline double fma_one_f64(double a, double b, double c) {
  return tt_fma_f64(a, b, c);
}
#endif

#define FMA(suffix, T, expr)                                              \
  static void lane_FMA_##suffix(void* vt, const void* va, const void* vb, \
                                const void* vc, size_t n) {               \
    T* t = vt;                                                            \
    const T *pa = va, *pb = vb, *pc = vc;                                 \
    LOOP {                                                                \
      T a = pa[i], b = pb[i], c = pc[i];                                  \
      t[i] = (expr);                                                      \
    }                                                                     \
  }
FMA(f16, float, round_to_f16(fma_odd(a, b, c)))
FMA(bf16, float, round_to_bf16(fma_odd(a, b, c)))
FMA(f32, float, fma_one_f32(a, b, c))
FMA(f64, double, fma_one_f64(a, b, c))
#undef FMA

// ---- select ---------------------------------------------------------------

#define SELECT(suffix, T)                                                    \
  static void lane_SELECT_##suffix(void* vt, const void* va, const void* vb, \
                                   const void* vc, size_t n) {               \
    T* t = vt;                                                               \
    const int32_t* pa = va;                                                  \
    const T *pb = vb, *pc = vc;                                              \
    LOOP {                                                                   \
      T b = pb[i], c = pc[i];                                                \
      t[i] = pa[i] ? b : c;                                                  \
    }                                                                        \
  }
SELECT(i32, int32_t)
SELECT(i64, int64_t)
SELECT(f32, float)
SELECT(f64, double)
#undef SELECT
#define lane_SELECT_f16 lane_SELECT_f32
#define lane_SELECT_bf16 lane_SELECT_f32
#define lane_SELECT_i1 lane_SELECT_i32
#define lane_SELECT_i8 lane_SELECT_i32
#define lane_SELECT_i16 lane_SELECT_i32

// Part of lanes_isa.c: elements in memory to lanes and back.

// Memory has no alignment promise.
typedef int8_t mem_i8;
typedef int16_t mem_i16 __attribute__((aligned(1), may_alias));
typedef int32_t mem_i32 __attribute__((aligned(1), may_alias));
typedef int64_t mem_i64 __attribute__((aligned(1), may_alias));
typedef uint16_t mem_f16 __attribute__((aligned(1), may_alias));
typedef uint16_t mem_bf16 __attribute__((aligned(1), may_alias));
typedef float mem_f32 __attribute__((aligned(1), may_alias));
typedef double mem_f64 __attribute__((aligned(1), may_alias));
typedef int8_t mem_i1;

#define LOAD_i1(x) ((x) != 0)
#define LOAD_i8(x) ((int32_t)(x))
#define LOAD_i16(x) ((int32_t)(x))
#define LOAD_i32(x) (x)
#define LOAD_i64(x) (x)
#define LOAD_f16(x) f16_from_bits(x)
#define LOAD_bf16(x) bf16_from_bits(x)
#define LOAD_f32(x) (x)
#define LOAD_f64(x) (x)
#define STORE_i1(x) ((int8_t)((x) != 0))
#define STORE_i8(x) ((int8_t)(x))
#define STORE_i16(x) ((int16_t)(x))
#define STORE_i32(x) (x)
#define STORE_i64(x) (x)
#define STORE_f16(x) ((uint16_t)f16_to_bits(x))
#define STORE_bf16(x) ((uint16_t)bf16_to_bits(x))
#define STORE_f32(x) (x)
#define STORE_f64(x) (x)

// The order of stores is the order of lanes, so scatter has no ivdep; strided
// stores of stride 0 would overlap, so only stride 1 has.
#define MEMORY(type, ...)                                               \
  static void load_##type(void* lanes, const void* base, int64_t first, \
                          int64_t stride, size_t n) {                   \
    lane_##type* t = lanes;                                             \
    const mem_##type* p = (const mem_##type*)base + first;              \
    if (stride == 1) {                                                  \
      LOOP t[i] = LOAD_##type(p[i]);                                    \
    } else {                                                            \
      LOOP t[i] = LOAD_##type(p[(int64_t)i * stride]);                  \
    }                                                                   \
  }                                                                     \
  static void store_##type(void* base, int64_t first, int64_t stride,   \
                           const void* lanes, size_t n) {               \
    const lane_##type* s = lanes;                                       \
    mem_##type* p = (mem_##type*)base + first;                          \
    if (stride == 1) {                                                  \
      LOOP p[i] = STORE_##type(s[i]);                                   \
    } else {                                                            \
      for (size_t i = 0; i < n; ++i) {                                  \
        p[(int64_t)i * stride] = STORE_##type(s[i]);                    \
      }                                                                 \
    }                                                                   \
  }                                                                     \
  static void gather_##type(void* lanes, const void* base,              \
                            const int64_t* index, size_t n) {           \
    lane_##type* t = lanes;                                             \
    const mem_##type* p = base;                                         \
    LOOP t[i] = LOAD_##type(p[index[i]]);                               \
  }                                                                     \
  static void scatter_##type(void* base, const int64_t* index,          \
                             const void* lanes, size_t n) {             \
    const lane_##type* s = lanes;                                       \
    mem_##type* p = base;                                               \
    for (size_t i = 0; i < n; ++i) p[index[i]] = STORE_##type(s[i]);    \
  }
INT_TYPES(MEMORY, )
FLOAT_TYPES(MEMORY, )

// Several to a byte, low bits first: |bits| each.
static inline int32_t load_one_packed(const void* base, int64_t index,
                                      uint32_t bits) {
  uint64_t at = (uint64_t)index * bits;
  uint32_t byte = ((const uint8_t*)base)[at / 8];
  if (bits == 1) return byte >> at % 8 & 1;
  return (int32_t)(byte << (32 - bits - at % 8)) >> (32 - bits);
}
static inline void store_one_packed(void* base, int64_t index, uint32_t bits,
                                    int32_t value) {
  uint64_t at = (uint64_t)index * bits;
  uint8_t* byte = (uint8_t*)base + at / 8;
  uint32_t mask = (1u << bits) - 1;
  *byte = (uint8_t)((*byte & ~(mask << at % 8)) | ((uint32_t)value & mask)
                                                      << at % 8);
}
#define PACKED(type, bits)                                                \
  static void load_##type(void* lanes, const void* base, int64_t first,   \
                          int64_t stride, size_t n) {                     \
    int32_t* t = lanes;                                                   \
    LOOP t[i] = load_one_packed(base, first + (int64_t)i * stride, bits); \
  }                                                                       \
  static void store_##type(void* base, int64_t first, int64_t stride,     \
                           const void* lanes, size_t n) {                 \
    const int32_t* s = lanes;                                             \
    for (size_t i = 0; i < n; ++i) {                                      \
      store_one_packed(base, first + (int64_t)i * stride, bits, s[i]);    \
    }                                                                     \
  }                                                                       \
  static void gather_##type(void* lanes, const void* base,                \
                            const int64_t* index, size_t n) {             \
    int32_t* t = lanes;                                                   \
    LOOP t[i] = load_one_packed(base, index[i], bits);                    \
  }                                                                       \
  static void scatter_##type(void* base, const int64_t* index,            \
                             const void* lanes, size_t n) {               \
    const int32_t* s = lanes;                                             \
    for (size_t i = 0; i < n; ++i) {                                      \
      store_one_packed(base, index[i], bits, s[i]);                       \
    }                                                                     \
  }
PACKED(i4, 4)
PACKED(i2, 2)
PACKED(b1, 1)

// ---- Lanes to lanes -------------------------------------------------------

static void splat4(void* target, const void* value, size_t n) {
  int32_t* t = target;
  int32_t v = *(const int32_t*)value;
  LOOP t[i] = v;
}
static void splat8(void* target, const void* value, size_t n) {
  int64_t* t = target;
  int64_t v = *(const int64_t*)value;
  LOOP t[i] = v;
}
static void iota4(int32_t* target, int32_t first, int32_t stride, size_t n) {
  LOOP target[i] = (int32_t)((uint32_t)first + (uint32_t)i * (uint32_t)stride);
}
static void iota8(int64_t* target, int64_t first, int64_t stride, size_t n) {
  LOOP target[i] = (int64_t)((uint64_t)first + (uint64_t)i * (uint64_t)stride);
}
static void blend4(void* target, const void* source, const int32_t* mask,
                   size_t n) {
  int32_t* t = target;
  const int32_t* s = source;
  LOOP t[i] = mask[i] ? s[i] : t[i];
}
static void blend8(void* target, const void* source, const int32_t* mask,
                   size_t n) {
  int64_t* t = target;
  const int64_t* s = source;
  LOOP t[i] = mask[i] ? s[i] : t[i];
}
static void range(const int64_t* values, size_t n, int64_t* out_min,
                  int64_t* out_max) {
  int64_t low = values[0], high = values[0];
  for (size_t i = 0; i < n; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  *out_min = low;
  *out_max = high;
}

// Part of lanes_isa.c: whole tiles, in faces order: products, broadcasts,
// transposes.

#if defined(__AVX512F__)
enum { VECTOR_LANES = 16, BLOCK_ROWS = 8 };
#elif defined(__AVX2__)
enum { VECTOR_LANES = 8, BLOCK_ROWS = 4 };
#else
enum { VECTOR_LANES = 4, BLOCK_ROWS = 4 };
#endif
enum { BLOCK_VECTORS = 2 };

typedef float vector_f32
    __attribute__((vector_size(VECTOR_LANES * 4), aligned(4), may_alias));
typedef int32_t vector_i32
    __attribute__((vector_size(VECTOR_LANES * 4), aligned(4), may_alias));

// Where element (row, column) of a tile in faces order lies.
static inline uint32_t face_index(uint32_t row, uint32_t column) {
  return (row & 16) << 5 | (column & 16) << 4 | (row & 15) << 4 | (column & 15);
}

// Rows of d in blocks that stay in registers while k runs.
#define MATMUL(name, rows_of_block)                                            \
  static inline void name(float* d, const float* a, const float* b,            \
                          uint32_t row, uint32_t column, uint32_t inner) {     \
    vector_f32 sum[rows_of_block][BLOCK_VECTORS];                              \
    uint32_t at[BLOCK_VECTORS];                                                \
    _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {    \
      at[q] = face_index(0, column + q * VECTOR_LANES);                        \
    }                                                                          \
    float* d_row = d + face_index(row, 0);                                     \
    const float* a_row = a + face_index(row, 0);                               \
    _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block; ++r) {    \
      _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {  \
        sum[r][q] = *(const vector_f32*)(d_row + r * 16 + at[q]);              \
      }                                                                        \
    }                                                                          \
    for (uint32_t half = 0; half < 2; ++half) {                                \
      const uint32_t end = inner < 16 ? inner : 16;                            \
      inner -= end;                                                            \
      for (uint32_t k = 0; k < end; ++k) {                                     \
        vector_f32 b_vector[BLOCK_VECTORS];                                    \
        _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS;       \
                                      ++q) {                                   \
          b_vector[q] = *(const vector_f32*)(b + half * 512 + k * 16 + at[q]); \
        }                                                                      \
        _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block;       \
                                      ++r) {                                   \
          float factor = a_row[half * 256 + r * 16 + k];                       \
          _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS;     \
                                        ++q) {                                 \
            sum[r][q] += factor * b_vector[q];                                 \
          }                                                                    \
        }                                                                      \
      }                                                                        \
    }                                                                          \
    _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block; ++r) {    \
      _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {  \
        *(vector_f32*)(d_row + r * 16 + at[q]) = sum[r][q];                    \
      }                                                                        \
    }                                                                          \
  }

MATMUL(matmul_many, BLOCK_ROWS)
MATMUL(matmul_one, 1)

static void matmul_f32(float* d, const float* a, const float* b, uint32_t rows,
                       uint32_t inner) {
  for (uint32_t column = 0; column < 32;
       column += BLOCK_VECTORS * VECTOR_LANES) {
    uint32_t row = 0;
    for (; row + BLOCK_ROWS <= rows; row += BLOCK_ROWS) {
      matmul_many(d, a, b, row, column, inner);
    }
    for (; row < rows; ++row) matmul_one(d, a, b, row, column, inner);
  }
}

static bool finite_f32(const float* values, size_t n) {
  uint32_t infinite = 0;
  for (size_t i = 0; i < n; ++i) {
    const uint32_t exponent = tt_bits_f32(values[i]) & 0x7F800000u;
    infinite |= exponent == 0x7F800000u;
  }
  return !infinite;
}

// ---- Broadcasts -------------------------------------------------------------

// Runs |body| for each vector of a tile: |at| is its first lane, |row| that of
// row 0 of its columns, |column| that of column 0 of its row.
#define EACH_VECTOR(body)                                        \
  for (uint32_t face = 0; face < 4; ++face) {                    \
    for (uint32_t lane = 0; lane < 256; lane += VECTOR_LANES) {  \
      const uint32_t at = face * 256 + lane;                     \
      const uint32_t row = (face & 1) * 256 + lane % 16;         \
      const uint32_t column = (face & 2) * 256 + lane / 16 * 16; \
      (void)row, (void)column;                                   \
      body;                                                      \
    }                                                            \
  }

// d = a op b or, accumulating, d + a op b, each op rounding once.
#define BINARY_VECTORS(op, b_vector)                          \
  if (accumulate) {                                           \
    EACH_VECTOR(*(vector_f32*)(d + at) +=                     \
                *(const vector_f32*)(a + at) op b_vector)     \
  } else {                                                    \
    EACH_VECTOR(*(vector_f32*)(d + at) =                      \
                    *(const vector_f32*)(a + at) op b_vector) \
  }

#define BINARY_TILES(name, op)                                                \
  static void name(float* d, const float* a, const float* b, tt_bcast_t kind, \
                   bool accumulate) {                                         \
    switch (kind) {                                                           \
      case TT_BCAST_ROW:                                                      \
        BINARY_VECTORS(op, *(const vector_f32*)(b + row))                     \
        break;                                                                \
      case TT_BCAST_COL:                                                      \
        BINARY_VECTORS(op, b[column])                                         \
        break;                                                                \
      case TT_BCAST_SCALAR:                                                   \
        BINARY_VECTORS(op, b[0])                                              \
        break;                                                                \
      default:                                                                \
        BINARY_VECTORS(op, *(const vector_f32*)(b + at))                      \
        break;                                                                \
    }                                                                         \
  }
BINARY_TILES(add_tiles_f32, +)
BINARY_TILES(sub_tiles_f32, -)
BINARY_TILES(mul_tiles_f32, *)

static void broadcast_tile(void* target, const void* source, tt_bcast_t kind) {
  int32_t* t = target;
  const int32_t* s = source;
  const vector_i32 zero = {0};
  switch (kind) {
    case TT_BCAST_ROW:
      EACH_VECTOR(*(vector_i32*)(t + at) = *(const vector_i32*)(s + row))
      break;
    case TT_BCAST_COL:
      EACH_VECTOR(*(vector_i32*)(t + at) = zero + s[column])
      break;
    case TT_BCAST_SCALAR:
      EACH_VECTOR(*(vector_i32*)(t + at) = zero + s[0])
      break;
    default:
      memcpy(target, source, 4096);
      break;
  }
}

// ---- Transposes -------------------------------------------------------------

// Rows i and i + VECTOR_LANES / 2 become, lane by lane, rows 2i and 2i + 1: as
// often as a lane's number has bits, this transposes.
static inline void interleave_rows(vector_i32* to, const vector_i32* from) {
  enum { HALF = VECTOR_LANES / 2 };
  vector_i32 low, high;
  _Pragma("GCC unroll 16") for (int i = 0; i < VECTOR_LANES; ++i) {
    low[i] = i / 2 + i % 2 * VECTOR_LANES;
    high[i] = low[i] + HALF;
  }
  _Pragma("GCC unroll 16") for (int i = 0; i < HALF; ++i) {
    to[2 * i] = __builtin_shuffle(from[i], from[i + HALF], low);
    to[2 * i + 1] = __builtin_shuffle(from[i], from[i + HALF], high);
  }
}

// VECTOR_LANES rows of as many lanes; rows lie as those of a face.
static inline void transpose_block(int32_t* target, const int32_t* source) {
  vector_i32 rows[2][VECTOR_LANES];
  _Pragma("GCC unroll 16") for (int i = 0; i < VECTOR_LANES; ++i) {
    rows[0][i] = *(const vector_i32*)(source + i * 16);
  }
  interleave_rows(rows[1], rows[0]);
  interleave_rows(rows[0], rows[1]);
  if (VECTOR_LANES > 4) interleave_rows(rows[1], rows[0]);
  if (VECTOR_LANES > 8) interleave_rows(rows[0], rows[1]);
  _Pragma("GCC unroll 16") for (int i = 0; i < VECTOR_LANES; ++i) {
    *(vector_i32*)(target + i * 16) = rows[VECTOR_LANES == 8][i];
  }
}

static void transpose_tile(void* target, const void* source) {
  for (uint32_t r = 0; r < 32; r += VECTOR_LANES) {
    for (uint32_t c = 0; c < 32; c += VECTOR_LANES) {
      transpose_block((int32_t*)target + face_index(c, r),
                      (const int32_t*)source + face_index(r, c));
    }
  }
}

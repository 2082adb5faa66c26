// Part of lanes_isa.c: the product of two tiles.

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

// Rows of d in blocks that stay in registers while k runs. |type| names the
// vector type, |scalar| its lanes. Integers wrap since vectors of GNU C do
// with -fwrapv, which this file is compiled with.
#define MATMUL(name, scalar, vector, rows_of_block)                            \
  static inline void name##_block(scalar* d, const scalar* a, const scalar* b, \
                                  uint32_t row, uint32_t column) {             \
    vector sum[rows_of_block][BLOCK_VECTORS];                                  \
    uint32_t at[BLOCK_VECTORS];                                                \
    _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {    \
      at[q] = face_index(0, column + q * VECTOR_LANES);                        \
    }                                                                          \
    scalar* d_row = d + face_index(row, 0);                                    \
    const scalar* a_row = a + face_index(row, 0);                              \
    _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block; ++r) {    \
      _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {  \
        sum[r][q] = *(const vector*)(d_row + r * 16 + at[q]);                  \
      }                                                                        \
    }                                                                          \
    for (uint32_t half = 0; half < 2; ++half) {                                \
      for (uint32_t k = 0; k < 16; ++k) {                                      \
        vector b_vector[BLOCK_VECTORS];                                        \
        _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS;       \
                                      ++q) {                                   \
          b_vector[q] = *(const vector*)(b + half * 512 + k * 16 + at[q]);     \
        }                                                                      \
        _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block;       \
                                      ++r) {                                   \
          scalar factor = a_row[half * 256 + r * 16 + k];                      \
          _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS;     \
                                        ++q) {                                 \
            sum[r][q] += factor * b_vector[q];                                 \
          }                                                                    \
        }                                                                      \
      }                                                                        \
    }                                                                          \
    _Pragma("GCC unroll 16") for (uint32_t r = 0; r < rows_of_block; ++r) {    \
      _Pragma("GCC unroll 16") for (uint32_t q = 0; q < BLOCK_VECTORS; ++q) {  \
        *(vector*)(d_row + r * 16 + at[q]) = sum[r][q];                        \
      }                                                                        \
    }                                                                          \
  }

MATMUL(matmul_f32_many, float, vector_f32, BLOCK_ROWS)
MATMUL(matmul_f32_one, float, vector_f32, 1)
MATMUL(matmul_i32_many, int32_t, vector_i32, BLOCK_ROWS)
MATMUL(matmul_i32_one, int32_t, vector_i32, 1)

#define MATMUL_ROWS(name, scalar)                                       \
  static void name(scalar* d, const scalar* a, const scalar* b,         \
                   uint32_t rows) {                                     \
    for (uint32_t column = 0; column < 32;                              \
         column += BLOCK_VECTORS * VECTOR_LANES) {                      \
      uint32_t row = 0;                                                 \
      for (; row + BLOCK_ROWS <= rows; row += BLOCK_ROWS) {             \
        name##_many_block(d, a, b, row, column);                        \
      }                                                                 \
      for (; row < rows; ++row) name##_one_block(d, a, b, row, column); \
    }                                                                   \
  }
MATMUL_ROWS(matmul_f32, float)
MATMUL_ROWS(matmul_i32, int32_t)

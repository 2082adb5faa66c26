// Compiler attributes of IREE's C API, for gcc and clang.
#ifndef IREE_BASE_ATTRIBUTES_H_
#define IREE_BASE_ATTRIBUTES_H_

#define IREE_API_EXPORT
#define IREE_API_PTR
#define IREE_RESTRICT restrict
#define IREE_MUST_USE_RESULT __attribute__((warn_unused_result))
#define IREE_PRINTF_ATTRIBUTE(format_index, first_argument) \
  __attribute__((__format__(__printf__, format_index, first_argument)))
#define IREE_LIKELY(x) __builtin_expect(!!(x), 1)
#define IREE_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define IREE_ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))

#define iree_min(a, b) ((a) < (b) ? (a) : (b))
#define iree_max(a, b) ((a) < (b) ? (b) : (a))
#define iree_all_bits_set(value, bits) (((value) & (bits)) == (bits))
#define iree_any_bit_set(value, bits) (((value) & (bits)) != 0)

#endif  // IREE_BASE_ATTRIBUTES_H_

#include "tile/dtype.h"

#include <stddef.h>

const tt_dtype_desc_t* tt_dtype_desc(tt_dtype_t dtype) {
  static const tt_dtype_desc_t table[TT_DTYPE_COUNT] = {
      [TT_DTYPE_NONE] = {"none", 0, 0, false},
#define TT_DTYPE(name, text, bits, is_float) \
  [TT_DTYPE_##name] = {text, bits, bits == 64 ? 8 : 4, is_float},
      TT_DTYPES(TT_DTYPE)
#undef TT_DTYPE
  };
  return &table[(unsigned)dtype < TT_DTYPE_COUNT ? dtype : TT_DTYPE_NONE];
}

const tt_format_desc_t* tt_format_desc(tt_format_t format) {
  static const tt_format_desc_t table[TT_FORMAT_COUNT] = {
      [TT_FORMAT_NONE] = {"none", TT_DTYPE_NONE, 0},
#define TT_FORMAT(name, text, dtype_name, bytes) \
  [TT_FORMAT_##name] = {text, TT_DTYPE_##dtype_name, bytes},
      TT_FORMATS(TT_FORMAT)
#undef TT_FORMAT
  };
  return &table[(unsigned)format < TT_FORMAT_COUNT ? format : TT_FORMAT_NONE];
}

bool tt_format_accepts(tt_format_t format, tt_dtype_t dtype) {
  if (format == TT_FORMAT_NONE || dtype == TT_DTYPE_NONE) return false;
  if (tt_format_desc(format)->dtype == dtype) return true;
  if (format == TT_FORMAT_UINT8) return dtype == TT_DTYPE_I1;
  return format == TT_FORMAT_INT32 &&
         (dtype == TT_DTYPE_I1 || dtype == TT_DTYPE_I8 ||
          dtype == TT_DTYPE_I16);
}

tt_format_t tt_format_of_dtype(tt_dtype_t dtype) {
  switch (dtype) {
    case TT_DTYPE_F32:
      return TT_FORMAT_FLOAT32;
    case TT_DTYPE_F16:
      return TT_FORMAT_FLOAT16;
    case TT_DTYPE_BF16:
      return TT_FORMAT_FLOAT16_B;
    case TT_DTYPE_I1:
    case TT_DTYPE_I8:
    case TT_DTYPE_I16:
    case TT_DTYPE_I32:
      return TT_FORMAT_INT32;
    default:
      return TT_FORMAT_NONE;
  }
}

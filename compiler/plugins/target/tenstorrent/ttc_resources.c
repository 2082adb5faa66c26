#include "compiler/plugins/target/tenstorrent/ttc_resources.h"

#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_floor_type.h"

// |op| as a file of its own, which ends with its resources; owned, NULL when
// memory is out.
static char* ttc_resources_print(MlirOperation op) {
  // An operation with a parent would be printed without them.
  MlirOperation clone = mlirOperationClone(op);
  MlirOpPrintingFlags flags = mlirOpPrintingFlagsCreate();
  // Whatever --mlir-elide-resource-strings-if-larger says.
  mlirOpPrintingFlagsElideLargeResourceString(flags, INTPTR_MAX);
  char* text = ttc_operation_text(clone, flags);
  mlirOpPrintingFlagsDestroy(flags);
  mlirOperationDestroy(clone);
  return text;
}

static int ttc_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Decodes the last string of |text|, "0x" and pairs of digits: four bytes of
// alignment, then the elements. In place; |*out_data| lies in |text|. False
// when that is not what the last string is.
static bool ttc_resources_decode(char* text, uint8_t** out_data,
                                 size_t* out_size) {
  char* end = strrchr(text, '"');
  if (!end) return false;
  *end = 0;
  char* hex = strrchr(text, '"');
  if (!hex || strncmp(hex, "\"0x", 3) != 0 || (end - hex) % 2 == 0) {
    return false;
  }
  hex += 3;
  size_t size = (size_t)(end - hex) / 2;
  if (size < 4) return false;
  uint8_t* bytes = (uint8_t*)hex;
  for (size_t i = 0; i < size; ++i) {
    int high = ttc_hex_digit(hex[2 * i]), low = ttc_hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = (uint8_t)(high << 4 | low);
  }
  *out_data = bytes + 4;
  *out_size = size - 4;
  return true;
}

// The dense attribute of |type| with the elements in |data|; ptr NULL when
// |size| is not theirs.
static tt_status_t ttc_resources_dense(MlirType type, const uint8_t* data,
                                       size_t size, MlirAttribute* out_dense) {
  ttc_floor_type_t element;
  ttc_floor_type_of(mlirShapedTypeGetElementType(type), &element);
  tt_dtype_t dtype = element.storage;
  int64_t count = 1;
  for (intptr_t i = 0; i < mlirShapedTypeGetRank(type); ++i) {
    count *= mlirShapedTypeGetDimSize(type, i);
  }
  *out_dense = (MlirAttribute){NULL};
  if (dtype != TT_DTYPE_NONE &&
      size != tt_dtype_bytes(dtype, (uint64_t)count)) {
    return NULL;
  }
  // A resource holds elements as memory does; a dense attribute has i1 as bits
  // packed ones as bytes.
  uint32_t bits =
      tt_dtype_is_packed(dtype) ? tt_dtype_desc(dtype)->storage_bits : 8;
  uint8_t* elements = calloc(8 / bits, size + 1);
  if (!elements) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  for (size_t i = 0; i < size; ++i) {
    if (dtype == TT_DTYPE_I1) {
      elements[i / 8] |= (uint8_t)((data[i] & 1) << i % 8);
    } else {
      for (uint32_t at = 0; at < 8; at += bits) {
        elements[(8 * i + at) / bits] = data[i] >> at & ((1u << bits) - 1);
      }
    }
  }
  if (dtype == TT_DTYPE_I1) size = (size + 7) / 8;
  if (tt_dtype_is_packed(dtype)) size = (size_t)count;
  *out_dense = mlirDenseElementsAttrRawBufferGet(type, size, elements);
  free(elements);
  return NULL;
}

static MlirWalkResult ttc_resources_visit(MlirOperation op, void* user_data) {
  if (!ttc_op_is(op, "arith.constant")) return MlirWalkResultAdvance;
  MlirAttribute value = ttc_op_attr(op, "value");
  if (!mlirAttributeIsADenseResourceElements(value)) {
    return MlirWalkResultAdvance;
  }
  tt_status_t* status = user_data;
  uint8_t* data = NULL;
  size_t size = 0;
  MlirAttribute dense = {NULL};
  char* text = ttc_resources_print(op);
  if (!text) *status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  if (text && ttc_resources_decode(text, &data, &size)) {
    *status =
        ttc_resources_dense(mlirAttributeGetType(value), data, size, &dense);
  }
  free(text);
  if (dense.ptr) mlirOperationSetAttributeByName(op, ttc_str("value"), dense);
  return *status ? MlirWalkResultInterrupt : MlirWalkResultAdvance;
}

tt_status_t ttc_resources_inline(MlirOperation module) {
  tt_status_t status = NULL;
  mlirOperationWalk(module, ttc_resources_visit, &status, MlirWalkPreOrder);
  return status;
}

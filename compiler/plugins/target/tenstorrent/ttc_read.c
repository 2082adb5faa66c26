#include "compiler/plugins/target/tenstorrent/ttc_read.h"

#include <stdarg.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_read_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

const char ttc_read_passes[] =
    "func.func(iree-codegen-materialize-encoding-into-nop,"
    "iree-codegen-decompose-softmax,"
    "iree-linalg-ext-convert-attention-to-online-attention,"
    "iree-linalg-ext-decompose-attention,convert-elementwise-to-linalg,"
    "linalg-generalize-named-ops,canonicalize,cse)";

// ---- Names and refusals -----------------------------------------------------

void ttc_read_refuse(ttc_read_t* read, const char* format, ...) {
  if (read->status) return;
  char text[256];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  read->status = tt_status_make(TT_CODE_UNIMPLEMENTED, "%s", text);
}

void ttc_read_refuse_op(ttc_read_t* read, MlirOperation op, const char* why) {
  MlirStringRef name = ttc_op_name(op);
  ttc_read_refuse(read, "%.*s %s", (int)name.length, name.data, why);
}

static void ttc_read_name(ttc_read_t* read, ttc_read_name_t** names,
                          uint32_t* count, uint32_t* capacity, MlirValue value,
                          uint32_t index) {
  if (*count == *capacity) {
    uint32_t wanted = *capacity ? *capacity * 2 : 16;
    void* grown = realloc(*names, wanted * sizeof(**names));
    if (!grown) {
      ttc_read_refuse(read, "out of memory");
      return;
    }
    *names = grown;
    *capacity = wanted;
  }
  (*names)[(*count)++] = (ttc_read_name_t){value.ptr, index};
}

void ttc_read_name_value(ttc_read_t* read, MlirValue value, uint32_t index) {
  ttc_read_name(read, &read->values, &read->value_count, &read->value_capacity,
                value, index);
}

static bool ttc_read_find(const ttc_read_name_t* names, uint32_t count,
                          MlirValue value, uint32_t* out_index) {
  for (uint32_t i = 0; i < count; ++i) {
    if (names[i].value != value.ptr) continue;
    *out_index = names[i].index;
    return true;
  }
  return false;
}

// arith.constant of a scalar or a splat tensor.
static bool ttc_read_constant(ttc_read_t* read, MlirOperation op,
                              ttc_value_t* out) {
  *out = (ttc_value_t){.kind = TTC_VALUE_CONSTANT};
  if (ttc_scalar_constant_op_read(op, ttc_dtype_of_type, &out->dtype,
                                  &out->bits))
    return true;
  MlirAttribute value = ttc_op_attr(op, "value");
  if (!value.ptr || !mlirAttributeIsADenseElements(value) ||
      !mlirDenseElementsAttrIsSplat(value)) {
    return false;
  }
  MlirType type = mlirAttributeGetType(value);
  int64_t rank = mlirShapedTypeGetRank(type);
  if (rank > TTC_MAX_RANK) return false;
  out->rank = (uint32_t)rank;
  for (int64_t i = 0; i < rank; ++i) {
    out->dims[i] =
        ttc_expr_const(read->dispatch, mlirShapedTypeGetDimSize(type, i));
  }
  return ttc_scalar_constant_read(mlirDenseElementsAttrGetSplatValue(value),
                                  ttc_dtype_of_type, &out->dtype, &out->bits);
}

// The bytes in memory of |count| elements of |dense|; NULL when out of memory.
static uint8_t* ttc_read_elements(MlirAttribute dense, tt_dtype_t dtype,
                                  int64_t count) {
  uint64_t size = tt_dtype_bytes(dtype, (uint64_t)count);
  uint8_t* data = malloc(size ? size : 1);
  if (!data) return NULL;
  if (dtype != TT_DTYPE_I1) {
    if (size) memcpy(data, mlirDenseElementsAttrGetRawData(dense), size);
    return data;
  }
  for (int64_t i = 0; i < count; ++i) {
    data[i] = mlirDenseElementsAttrGetBoolValue(dense, (intptr_t)i);
  }
  return data;
}

// arith.constant of a tensor of different elements: a load of all of them.
static bool ttc_read_dense(ttc_read_t* read, MlirOperation op,
                           ttc_value_t* out) {
  MlirAttribute dense = ttc_op_attr(op, "value");
  if (!dense.ptr || !mlirAttributeIsADenseElements(dense)) return false;
  MlirType type = mlirAttributeGetType(dense);
  int64_t rank = mlirShapedTypeGetRank(type);
  tt_dtype_t dtype = ttc_dtype_of_type(mlirShapedTypeGetElementType(type));
  if (rank > TTC_MAX_RANK || tt_format_of_dtype(dtype) == TT_FORMAT_NONE) {
    return false;
  }
  *out = (ttc_value_t){
      .kind = TTC_VALUE_LOAD, .dtype = dtype, .rank = (uint32_t)rank};
  ttc_subspan_t subspan = {
      .binding = TTC_NO_BINDING, .dtype = dtype, .rank = (uint32_t)rank};
  int64_t count = 1;
  for (uint32_t i = (uint32_t)rank; i-- > 0;) {
    int64_t dim = mlirShapedTypeGetDimSize(type, i);
    out->slice.strides[i] = ttc_expr_const(read->dispatch, count);
    out->dims[i] = subspan.dims[i] = ttc_expr_const(read->dispatch, dim);
    count *= dim;
  }
  subspan.data = ttc_read_elements(dense, dtype, count);
  subspan.data_size = tt_dtype_bytes(dtype, (uint64_t)count);
  if (!subspan.data) return false;
  out->slice.subspan = ttc_dispatch_add_subspan(read->dispatch, &subspan);
  return true;
}

// A push constant as a tensor of rank 0: an index that is the same everywhere.
static void ttc_read_push(ttc_read_t* read, MlirValue value, ttc_value_t* out) {
  const ttc_subspan_t indices = {.binding = TTC_INDICES, .dtype = TT_DTYPE_I32};
  *out = (ttc_value_t){.kind = TTC_VALUE_LOAD, .dtype = TT_DTYPE_I32};
  out->slice.subspan = ttc_dispatch_add_subspan(read->dispatch, &indices);
  out->slice.base = ttc_read_expr(read, value);
}

uint32_t ttc_read_value(ttc_read_t* read, MlirValue value) {
  uint32_t index = 0;
  if (read->status) return 0;
  if (ttc_read_find(read->values, read->value_count, value, &index)) {
    return index;
  }
  if (!mlirValueIsAOpResult(value)) {
    ttc_read_refuse(read, "a tensor is an argument of a block");
    return 0;
  }
  MlirOperation op = mlirOpResultGetOwner(value);
  ttc_value_t constant;
  const bool push = ttc_read_is_push(value);
  if (push) ttc_read_push(read, value, &constant);
  if (push || (ttc_op_is(op, "arith.constant") &&
               (ttc_read_constant(read, op, &constant) ||
                ttc_read_dense(read, op, &constant)))) {
    index = ttc_dispatch_add_value(read->dispatch, &constant);
    ttc_read_name_value(read, value, index);
    return index;
  }
  ttc_read_refuse_op(read, op, "is not known to the tile path");
  return 0;
}

// ---- Bindings ---------------------------------------------------------------

// The tensor inside !iree_tensor_ext.dispatch.tensor<readonly:tensor<...>>; the
// C API knows no such type, so its text is taken apart.
static MlirType ttc_read_dispatch_tensor(MlirType type, MlirContext context) {
  MlirType inner = {NULL};
  char* text = ttc_type_text(type);
  char* start = text ? strchr(text, ':') : NULL;
  size_t length = start ? strlen(start) : 0;
  if (length > 2 && start[length - 1] == '>') {
    inner = mlirTypeParseGet(
        context, (MlirStringRef){.data = start + 1, .length = length - 2});
  }
  free(text);
  return inner;
}

static void ttc_read_subspan(ttc_read_t* read, MlirOperation op) {
  MlirValue result = mlirOperationGetResult(op, 0);
  MlirType tensor = ttc_read_dispatch_tensor(mlirValueGetType(result),
                                             mlirOperationGetContext(op));
  MlirAttribute binding = ttc_op_attr(op, "binding");
  if (!tensor.ptr || !mlirTypeIsARankedTensor(tensor) || !binding.ptr ||
      mlirShapedTypeGetRank(tensor) > TTC_MAX_RANK) {
    ttc_read_refuse_op(read, op, "has a type that the tile path does not know");
    return;
  }
  MlirAttribute encoding = mlirRankedTensorTypeGetEncoding(tensor);
  ttc_subspan_t subspan = {
      .binding = (uint32_t)mlirIntegerAttrGetValueInt(binding),
      .dtype = ttc_dtype_in_binding(
          ttc_dtype_of_type(mlirShapedTypeGetElementType(tensor))),
      .offset = ttc_read_expr(read, mlirOperationGetOperand(op, 0)),
      .rank = (uint32_t)mlirShapedTypeGetRank(tensor)};
  if (encoding.ptr) ttc_read_refuse_op(read, op, "has an encoding");
  if (tt_format_of_dtype(subspan.dtype) == TT_FORMAT_NONE) {
    ttc_read_refuse(
        read, "element type %s has no tile format",
        subspan.dtype ? tt_dtype_desc(subspan.dtype)->name : "of a binding");
  }
  if (subspan.binding >= read->dispatch->binding_count) {
    ttc_read_refuse_op(read, op, "names a binding that does not exist");
  }
  intptr_t next = 1;
  for (uint32_t i = 0; i < subspan.rank && !read->status; ++i) {
    subspan.dims[i] =
        mlirShapedTypeIsDynamicDim(tensor, i)
            ? ttc_read_expr(read, mlirOperationGetOperand(op, next++))
            : ttc_expr_const(read->dispatch,
                             mlirShapedTypeGetDimSize(tensor, i));
  }
  ttc_read_name(read, &read->subspans, &read->subspan_count,
                &read->subspan_capacity, result,
                ttc_dispatch_add_subspan(read->dispatch, &subspan));
}

// ---- Slices -----------------------------------------------------------------

// Operands of a load or store after |first|: dims of the subspan, offsets,
// sizes, strides.
typedef struct ttc_read_slice_t {
  uint32_t rank;
  ttc_expr_t offsets[TTC_MAX_RANK];
  ttc_expr_t sizes[TTC_MAX_RANK];
  ttc_expr_t strides[TTC_MAX_RANK];
} ttc_read_slice_t;

static void ttc_read_slice(ttc_read_t* read, MlirOperation op, intptr_t next,
                           ttc_read_slice_t* out) {
  out->rank = ttc_read_mixed(read, op, "static_offsets", &next, out->offsets);
  ttc_read_mixed(read, op, "static_sizes", &next, out->sizes);
  ttc_read_mixed(read, op, "static_strides", &next, out->strides);
}

// Lays |slice| over a dense subspan or another slice with |outer| strides.
// |type| is the tensor's: dims of size 1 that it does not have are dropped.
// Fills |out|'s base and strides, and |out_dims|.
static void ttc_read_lay(ttc_read_t* read, MlirOperation op,
                         const ttc_read_slice_t* slice, ttc_expr_t base,
                         const ttc_expr_t* outer, MlirType type,
                         ttc_slice_t* out, ttc_expr_t* out_dims) {
  ttc_dispatch_t* dispatch = read->dispatch;
  uint32_t rank = (uint32_t)mlirShapedTypeGetRank(type);
  uint32_t at = 0;
  for (uint32_t i = 0; i < slice->rank; ++i) {
    base = ttc_expr_op(
        dispatch, TT_OP_ADD, base,
        ttc_expr_op(dispatch, TT_OP_MUL, outer[i], slice->offsets[i]));
    bool one = ttc_expr_equals(dispatch, slice->sizes[i], 1);
    bool kept = at < rank && (!one || mlirShapedTypeGetDimSize(type, at) == 1);
    if (!kept && !one) break;
    if (!kept) continue;
    out->strides[at] =
        ttc_expr_op(dispatch, TT_OP_MUL, outer[i], slice->strides[i]);
    out_dims[at++] = slice->sizes[i];
  }
  out->base = base;
  if (at != rank) ttc_read_refuse_op(read, op, "reduces the rank in a new way");
}

// A load or store: |slice_operand| holds the subspan, |type| is the tensor's.
static void ttc_read_access(ttc_read_t* read, MlirOperation op,
                            intptr_t subspan_operand, MlirType type,
                            ttc_slice_t* out, ttc_expr_t* out_dims) {
  ttc_dispatch_t* dispatch = read->dispatch;
  if (!ttc_read_find(read->subspans, read->subspan_count,
                     mlirOperationGetOperand(op, subspan_operand),
                     &out->subspan)) {
    ttc_read_refuse_op(read, op, "is not of a binding");
    return;
  }
  ttc_subspan_t subspan = dispatch->subspans[out->subspan];
  ttc_expr_t outer[TTC_MAX_RANK];
  ttc_expr_t stride = ttc_expr_const(dispatch, 1);
  uint32_t dynamic = 0;
  int64_t constant = 0;
  for (uint32_t i = subspan.rank; i-- > 0;) {
    outer[i] = stride;
    stride = ttc_expr_op(dispatch, TT_OP_MUL, stride, subspan.dims[i]);
    dynamic += !ttc_expr_is_const(dispatch, subspan.dims[i], &constant);
  }
  // The dynamic dims of the subspan stand before the offsets, one each.
  MlirAttribute segments = ttc_op_attr(op, "operandSegmentSizes");
  intptr_t dims_segment = subspan_operand + 1;
  intptr_t dims = segments.ptr
                      ? mlirDenseI32ArrayGetElement(segments, dims_segment)
                      : (intptr_t)dynamic;
  ttc_read_slice_t slice;
  ttc_read_slice(read, op, subspan_operand + 1 + dims, &slice);
  if (read->status) return;
  if (slice.rank != subspan.rank) {
    ttc_read_refuse_op(read, op, "has another rank than its binding");
    return;
  }
  ttc_read_lay(read, op, &slice, ttc_expr_const(dispatch, 0), outer, type, out,
               out_dims);
}

static void ttc_read_load(ttc_read_t* read, MlirOperation op) {
  MlirValue result = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(result);
  ttc_value_t value = {
      .kind = TTC_VALUE_LOAD,
      .dtype = ttc_dtype_of_type(mlirShapedTypeGetElementType(type)),
      .rank = (uint32_t)mlirShapedTypeGetRank(type)};
  ttc_read_access(read, op, 0, type, &value.slice, value.dims);
  if (read->status) return;
  ttc_subspan_t* subspan = &read->dispatch->subspans[value.slice.subspan];
  read->dispatch->accesses[subspan->binding] |= TT_ACCESS_READ;
  ttc_read_name_value(read, result,
                      ttc_dispatch_add_value(read->dispatch, &value));
}

static void ttc_read_store(ttc_read_t* read, MlirOperation op) {
  MlirValue operand = mlirOperationGetOperand(op, 0);
  ttc_store_t store = {.value = ttc_read_value(read, operand)};
  ttc_expr_t dims[TTC_MAX_RANK];
  if (read->status) return;
  ttc_read_access(read, op, 1, mlirValueGetType(operand), &store.slice, dims);
  if (read->status) return;
  ttc_subspan_t* subspan = &read->dispatch->subspans[store.slice.subspan];
  read->dispatch->accesses[subspan->binding] |= TT_ACCESS_WRITE;
  ttc_dispatch_add_store(read->dispatch, &store);
}

static void ttc_read_extract_slice(ttc_read_t* read, MlirOperation op) {
  uint32_t source = ttc_read_value(read, mlirOperationGetOperand(op, 0));
  if (read->status) return;
  ttc_value_t value = read->dispatch->values[source];
  if (value.kind != TTC_VALUE_LOAD) {
    ttc_read_refuse_op(read, op, "is of a computed tensor");
    return;
  }
  MlirValue result = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(result);
  ttc_read_slice_t slice;
  ttc_slice_t outer = value.slice;
  ttc_read_slice(read, op, 1, &slice);
  if (read->status) return;
  value.rank = (uint32_t)mlirShapedTypeGetRank(type);
  ttc_read_lay(read, op, &slice, outer.base, outer.strides, type, &value.slice,
               value.dims);
  ttc_read_name_value(read, result,
                      ttc_dispatch_add_value(read->dispatch, &value));
}

// ---- Values -----------------------------------------------------------------

static void ttc_read_empty(ttc_read_t* read, MlirOperation op) {
  MlirValue result = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(result);
  ttc_value_t value = {
      .kind = TTC_VALUE_EMPTY,
      .dtype = ttc_dtype_of_type(mlirShapedTypeGetElementType(type)),
      .rank = (uint32_t)mlirShapedTypeGetRank(type)};
  if (value.rank > TTC_MAX_RANK) {
    ttc_read_refuse_op(read, op, "has too many dimensions");
    return;
  }
  intptr_t next = 0;
  for (uint32_t i = 0; i < value.rank; ++i) {
    value.dims[i] =
        mlirShapedTypeIsDynamicDim(type, i)
            ? ttc_read_expr(read, mlirOperationGetOperand(op, next++))
            : ttc_expr_const(read->dispatch, mlirShapedTypeGetDimSize(type, i));
  }
  ttc_read_name_value(read, result,
                      ttc_dispatch_add_value(read->dispatch, &value));
}

// tensor.cast forgets or states sizes; the tensor stays.
static void ttc_read_cast(ttc_read_t* read, MlirOperation op) {
  uint32_t source = ttc_read_value(read, mlirOperationGetOperand(op, 0));
  ttc_read_name_value(read, mlirOperationGetResult(op, 0), source);
}

// Ops that make scalars for sizes, offsets and bodies: read where used.
static bool ttc_read_is_scalar(MlirOperation op) {
  intptr_t results = mlirOperationGetNumResults(op);
  for (intptr_t i = 0; i < results; ++i) {
    MlirType type = mlirValueGetType(mlirOperationGetResult(op, i));
    if (!mlirTypeIsAIndex(type) && !mlirTypeIsAInteger(type) &&
        !mlirTypeIsAFloat(type)) {
      return false;
    }
  }
  return results > 0 && mlirOperationGetNumRegions(op) == 0;
}

typedef struct ttc_read_row_t {
  const char* name;
  void (*read)(ttc_read_t* read, MlirOperation op);
} ttc_read_row_t;

static const ttc_read_row_t ttc_read_rows[] = {
    {"hal.interface.binding.subspan", ttc_read_subspan},
    {"iree_tensor_ext.dispatch.tensor.load", ttc_read_load},
    {"iree_tensor_ext.dispatch.tensor.store", ttc_read_store},
    {"tensor.empty", ttc_read_empty},
    {"tensor.extract_slice", ttc_read_extract_slice},
    {"tensor.cast", ttc_read_cast},
    {"linalg.generic", ttc_read_generic},
};

static void ttc_read_op(ttc_read_t* read, MlirOperation op) {
  for (size_t i = 0; i < sizeof(ttc_read_rows) / sizeof(*ttc_read_rows); ++i) {
    if (!ttc_op_is(op, ttc_read_rows[i].name)) continue;
    ttc_read_rows[i].read(read, op);
    return;
  }
  if (ttc_op_is(op, "func.return") || ttc_op_is(op, "arith.constant") ||
      ttc_read_is_scalar(op)) {
    return;
  }
  ttc_read_refuse_op(read, op, "is not known to the tile path");
}

tt_status_t ttc_read_dispatch(MlirOperation func, ttc_dispatch_t* dispatch) {
  ttc_read_t read = {.dispatch = dispatch};
  for (MlirOperation op = ttc_op_first_in_region(func, 0);
       op.ptr && !read.status; op = mlirOperationGetNextInBlock(op)) {
    ttc_read_op(&read, op);
  }
  free(read.subspans);
  free(read.values);
  if (dispatch->exhausted && !read.status) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of memory reading a dispatch");
  }
  return read.status;
}

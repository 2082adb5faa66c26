// memref ops: making them (subspans, alloc, constants), loads and stores, and
// views, which only change offset, sizes and strides.
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_floor_internal.h"
#include "compiler/plugins/target/tenstorrent/ttc_scalar.h"

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

void ttc_floor_segment(MlirOperation op, intptr_t segment, intptr_t* out_first,
                       intptr_t* out_count) {
  MlirAttribute sizes = ttc_op_attr(op, "operandSegmentSizes");
  *out_first = 0;
  for (intptr_t i = 0; i < segment; ++i) {
    *out_first += mlirDenseI32ArrayGetElement(sizes, i);
  }
  *out_count = mlirDenseI32ArrayGetElement(sizes, segment);
}

bool ttc_floor_rank_fits(ttc_floor_reader_t* r, MlirOperation op,
                         int64_t rank) {
  return rank <= TTC_FLOOR_MAX_RANK ||
         ttc_floor_fail(r, op, "has rank %d, at most %d is possible", (int)rank,
                        TTC_FLOOR_MAX_RANK);
}

intptr_t ttc_floor_mixed(ttc_floor_reader_t* r, MlirOperation op,
                         const char* name, intptr_t operand,
                         ttc_node_t* out_values) {
  MlirAttribute array = ttc_op_attr(op, name);
  if (!array.ptr || !mlirAttributeIsADenseI64Array(array)) {
    ttc_floor_fail(r, op, "has no attribute '%s'", name);
    return -1;
  }
  intptr_t count = mlirDenseArrayGetNumElements(array);
  if (!ttc_floor_rank_fits(r, op, count)) return -1;
  for (intptr_t i = 0; i < count; ++i) {
    int64_t value = mlirDenseI64ArrayGetElement(array, i);
    out_values[i] = value == mlirShapedTypeGetDynamicSize()
                        ? ttc_floor_node(r, op, operand++)
                        : ttc_loops_index(r->loops, value);
    if (r->loops->status) return -1;
  }
  return count;
}

//===----------------------------------------------------------------------===//
// Making memrefs
//===----------------------------------------------------------------------===//

static ttc_node_t ttc_mul(ttc_floor_reader_t* r, ttc_node_t x, ttc_node_t y) {
  return ttc_loops_op2(r->loops, TT_OP_MUL, x, y);
}

static ttc_memref_t* ttc_memref_copy_of(ttc_floor_reader_t* r,
                                        const ttc_memref_t* source) {
  ttc_memref_t* memref = ttc_loops_alloc(r->loops, sizeof(*memref));
  if (memref && source) *memref = *source;
  return memref;
}

static bool ttc_set_memref(ttc_floor_reader_t* r, MlirValue value,
                           const ttc_memref_t* memref) {
  ttc_floor_set(
      r, value,
      (ttc_floor_value_t){.kind = TTC_FLOOR_MEMREF, .memref = memref});
  return true;
}

// A dense row-major memref of |type| whose dynamic sizes are the operands of
// |op| from |operand| on; its memory is still to be chosen. Gives its storage.
static ttc_memref_t* ttc_dense_memref(ttc_floor_reader_t* r, MlirOperation op,
                                      MlirType type, intptr_t operand,
                                      ttc_memory_t* out_memory) {
  ttc_memref_t* memref = ttc_memref_copy_of(r, NULL);
  if (!memref) return NULL;
  *out_memory = (ttc_memory_t){0};
  ttc_floor_type_t element;
  bool known = ttc_floor_element_type(mlirShapedTypeGetElementType(type),
                                      &memref->kind, &element);
  out_memory->dtype = element.storage;
  if (!known) {
    char* text = ttc_type_text(type);
    ttc_floor_fail(r, op, "is of type %s, whose elements have no device type",
                   text ? text : "?");
    free(text);
    return NULL;
  }
  const int64_t rank = mlirShapedTypeGetRank(type);
  if (!ttc_floor_rank_fits(r, op, rank)) return NULL;
  memref->rank = (uint32_t)rank;
  memref->offset = ttc_loops_index(r->loops, 0);
  for (uint32_t i = 0; i < memref->rank; ++i) {
    memref->sizes[i] =
        mlirShapedTypeIsDynamicDim(type, i)
            ? ttc_floor_node(r, op, operand++)
            : ttc_loops_index(r->loops, mlirShapedTypeGetDimSize(type, i));
    if (r->loops->status) return NULL;
  }
  ttc_node_t length = ttc_loops_index(r->loops, ttc_floor_parts(memref->kind));
  for (uint32_t i = memref->rank; i-- > 0;) {
    memref->strides[i] = length;
    length = ttc_mul(r, length, memref->sizes[i]);
  }
  out_memory->length = length;
  out_memory->offset = ttc_loops_index(r->loops, 0);
  return memref;
}

static MlirType ttc_result_type(MlirOperation op) {
  return mlirValueGetType(mlirOperationGetResult(op, 0));
}

static bool ttc_floor_subspan(ttc_floor_reader_t* r, MlirOperation op) {
  MlirType type = ttc_result_type(op);
  if (!mlirTypeIsAMemRef(type)) {
    return ttc_floor_fail(r, op, "was left as a tensor by bufferization");
  }
  // Operands: the byte offset, if any, then the dynamic sizes.
  intptr_t first, count;
  ttc_floor_segment(op, 0, &first, &count);
  ttc_memory_t memory;
  ttc_memref_t* memref = ttc_dense_memref(r, op, type, first + count, &memory);
  if (!memref) return false;
  memory.source = TT_VIEW_BINDING;
  memory.dtype = ttc_dtype_in_binding(memory.dtype);
  memory.index =
      (uint32_t)mlirIntegerAttrGetValueInt(ttc_op_attr(op, "binding"));
  if (count) memory.offset = ttc_floor_node(r, op, first);
  if (r->loops->status) return false;
  memref->memory = ttc_loops_memory(r->loops, &memory);
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_in_parallel(const ttc_region_t* region) {
  for (; region->owner; region = region->owner->region) {
    if (region->owner->parallel) return true;
  }
  return false;
}

static bool ttc_floor_alloc(ttc_floor_reader_t* r, MlirOperation op) {
  if (ttc_in_parallel(r->region)) {
    return ttc_floor_fail(r, op,
                          "allocates inside of a parallel loop, which "
                          "the element loops cannot");
  }
  ttc_memory_t memory;
  ttc_memref_t* memref =
      ttc_dense_memref(r, op, ttc_result_type(op), 0, &memory);
  if (!memref) return false;
  memory.source = TT_VIEW_SCRATCH;
  memref->memory = ttc_loops_memory(r->loops, &memory);
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

// MLIR keeps elements in whole bytes, as few as their width needs.
static uint64_t ttc_dense_bits(MlirAttribute dense, const uint8_t* raw,
                               const ttc_floor_type_t* element, int64_t i) {
  if (element->storage == TT_DTYPE_I1) {
    return mlirDenseElementsAttrGetBoolValue(dense, (intptr_t)i);
  }
  unsigned width = element->narrow_bits
                       ? element->narrow_bits
                       : tt_dtype_desc(element->storage)->storage_bits;
  size_t bytes = (width + 7) / 8;
  uint64_t bits = 0;
  memcpy(&bits, raw + (size_t)i * bytes, bytes);
  return (uint64_t)((int64_t)(bits << (64 - width)) >> (64 - width));
}

bool ttc_floor_dense(ttc_floor_reader_t* r, MlirOperation op,
                     MlirAttribute dense) {
  ttc_memory_t memory;
  ttc_memref_t* memref =
      ttc_dense_memref(r, op, ttc_result_type(op), 0, &memory);
  if (!memref) return false;
  ttc_floor_kind_t kind;
  ttc_floor_type_t element;
  ttc_floor_element_type(mlirShapedTypeGetElementType(ttc_result_type(op)),
                         &kind, &element);
  int64_t length = 0;
  if (!ttc_loops_const_value(r->loops, memory.length, &length) ||
      !mlirAttributeIsADenseElements(dense)) {
    return ttc_floor_fail(r, op,
                          "is a constant whose elements are not given "
                          "in the program");
  }
  memory.source = TT_VIEW_DATA;
  memory.data_size = tt_dtype_bytes(memory.dtype, (uint64_t)length);
  uint8_t* data = ttc_loops_alloc(r->loops, memory.data_size);
  if (!data) return false;
  const uint8_t* raw = mlirDenseElementsAttrGetRawData(dense);
  bool splat = mlirDenseElementsAttrIsSplat(dense);
  int64_t parts = ttc_floor_parts(memref->kind);
  uint8_t bits = tt_dtype_desc(memory.dtype)->storage_bits;
  for (int64_t i = 0; i < length; ++i) {
    uint64_t value =
        ttc_dense_bits(dense, raw, &element, splat ? i % parts : i);
    if (bits >= 8) {
      memcpy(data + (size_t)i * (bits / 8u), &value, bits / 8u);
    } else {
      value &= (1u << bits) - 1;
      data[i * bits / 8] |= (uint8_t)(value << i * bits % 8);
    }
  }
  memory.data = data;
  memref->memory = ttc_loops_memory(r->loops, &memory);
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

static ttc_node_t ttc_address(ttc_floor_reader_t* r, const ttc_memref_t* memref,
                              const ttc_node_t* indices) {
  ttc_node_t address = memref->offset;
  for (uint32_t i = 0; i < memref->rank; ++i) {
    address = ttc_loops_sum(r->loops, address, 1,
                            ttc_mul(r, indices[i], memref->strides[i]));
  }
  return address;
}

// The indices of a load or store: the operands of |op| from |operand| on.
static bool ttc_floor_indices(ttc_floor_reader_t* r, MlirOperation op,
                              intptr_t operand, const ttc_memref_t* memref,
                              ttc_node_t* out_indices) {
  for (uint32_t i = 0; i < memref->rank; ++i) {
    out_indices[i] = ttc_floor_node(r, op, operand + i);
  }
  return !r->loops->status;
}

static ttc_floor_value_t ttc_memref_load(ttc_floor_reader_t* r,
                                         const ttc_memref_t* memref,
                                         const ttc_node_t* indices) {
  ttc_node_t address = ttc_address(r, memref, indices);
  ttc_floor_value_t value = {.kind = memref->kind};
  value.nodes[0] = ttc_loops_load(r->loops, r->region, memref->memory, address);
  if (ttc_floor_parts(memref->kind) == 2) {
    ttc_node_t one = ttc_loops_index(r->loops, 1);
    value.nodes[1] = ttc_loops_load(r->loops, r->region, memref->memory,
                                    ttc_loops_sum(r->loops, address, 1, one));
  }
  return value;
}

static void ttc_memref_store(ttc_floor_reader_t* r, const ttc_memref_t* memref,
                             const ttc_node_t* indices,
                             const ttc_floor_value_t* value) {
  ttc_node_t address = ttc_address(r, memref, indices);
  ttc_loops_store(r->loops, r->region, memref->memory, address,
                  value->nodes[0]);
  if (ttc_floor_parts(memref->kind) == 2) {
    ttc_node_t one = ttc_loops_index(r->loops, 1);
    ttc_loops_store(r->loops, r->region, memref->memory,
                    ttc_loops_sum(r->loops, address, 1, one), value->nodes[1]);
  }
}

static bool ttc_floor_load(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* memref = ttc_floor_memref(r, op, 0);
  ttc_node_t indices[TTC_FLOOR_MAX_RANK];
  if (!memref || !ttc_floor_indices(r, op, 1, memref, indices)) return false;
  ttc_node_t inside = ttc_floor_clamp(r, memref, indices);
  ttc_floor_value_t value = ttc_memref_load(r, memref, indices);
  for (uint32_t i = 0; i < ttc_floor_parts(memref->kind); ++i) {
    if (inside == TTC_NO_NODE || r->loops->status) break;
    tt_dtype_t type =
        (tt_dtype_t)ttc_loops_node(r->loops, value.nodes[i])->type;
    value.nodes[i] = ttc_loops_select(r->loops, type, inside, value.nodes[i],
                                      ttc_loops_const(r->loops, type, 0));
  }
  ttc_floor_set(r, mlirOperationGetResult(op, 0), value);
  return true;
}

static bool ttc_floor_store(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_floor_value_t* value =
      ttc_floor_get(r, mlirOperationGetOperand(op, 0));
  const ttc_memref_t* memref = ttc_floor_memref(r, op, 1);
  ttc_node_t indices[TTC_FLOOR_MAX_RANK];
  if (!memref || !ttc_floor_indices(r, op, 2, memref, indices)) return false;
  if (!value || value->kind != memref->kind) {
    return ttc_floor_fail(r, op, "stores a value of an unknown kind");
  }
  ttc_region_t* outside = r->region;
  ttc_node_t inside = ttc_floor_clamp(r, memref, indices);
  if (inside != TTC_NO_NODE) {
    ttc_stmt_t* stmt = ttc_loops_if(r->loops, r->region, inside);
    if (!stmt) return false;
    r->region = stmt->regions[0];
  }
  ttc_memref_store(r, memref, indices, value);
  r->region = outside;
  return true;
}

static bool ttc_floor_copy(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* from = ttc_floor_memref(r, op, 0);
  const ttc_memref_t* to = ttc_floor_memref(r, op, 1);
  if (!from || !to) return false;
  ttc_node_t indices[TTC_FLOOR_MAX_RANK];
  ttc_node_t one = ttc_loops_index(r->loops, 1);
  ttc_region_t* outside = r->region;
  for (uint32_t i = 0; i < to->rank; ++i) {
    ttc_stmt_t* stmt =
        ttc_loops_for(r->loops, r->region, ttc_loops_index(r->loops, 0),
                      to->sizes[i], one, true);
    if (!stmt) return false;
    r->region = stmt->regions[0];
    indices[i] = r->region->args.at[0];
  }
  ttc_floor_value_t value = ttc_memref_load(r, from, indices);
  ttc_memref_store(r, to, indices, &value);
  r->region = outside;
  return true;
}

//===----------------------------------------------------------------------===//
// Views of memrefs
//===----------------------------------------------------------------------===//

// Whether dimension |i| of a subview stays in its result of type |type|, whose
// dimension |j| is next.
static bool ttc_dim_stays(const ttc_floor_reader_t* r, MlirType type,
                          uint32_t i, uint32_t rank, uint32_t j,
                          ttc_node_t size) {
  uint32_t result_rank = (uint32_t)mlirShapedTypeGetRank(type);
  if (result_rank - j == rank - i) return true;
  int64_t value;
  if (j == result_rank) return false;
  if (!ttc_loops_const_value(r->loops, size, &value) || value != 1) return true;
  return !mlirShapedTypeIsDynamicDim(type, j) &&
         mlirShapedTypeGetDimSize(type, j) == 1;
}

static bool ttc_floor_subview(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  if (!source) return false;
  static const char* const names[] = {"static_offsets", "static_sizes",
                                      "static_strides"};
  ttc_node_t values[3][TTC_FLOOR_MAX_RANK];
  for (int i = 0; i < 3; ++i) {
    intptr_t first, count;
    ttc_floor_segment(op, i + 1, &first, &count);
    if (ttc_floor_mixed(r, op, names[i], first, values[i]) !=
        (intptr_t)source->rank) {
      return ttc_floor_fail(r, op, "has a %s of another rank", names[i]);
    }
  }
  ttc_memref_t* memref = ttc_memref_copy_of(r, source);
  if (!memref) return false;
  memref->offset = ttc_address(r, source, values[0]);
  memref->rank = 0;
  MlirType type = ttc_result_type(op);
  for (uint32_t i = 0; i < source->rank; ++i) {
    if (!ttc_dim_stays(r, type, i, source->rank, memref->rank, values[1][i])) {
      continue;
    }
    memref->sizes[memref->rank] = values[1][i];
    memref->strides[memref->rank++] =
        ttc_mul(r, values[2][i], source->strides[i]);
  }
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_floor_reinterpret_cast(ttc_floor_reader_t* r,
                                       MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  if (!source) return false;
  ttc_memref_t* memref = ttc_memref_copy_of(r, source);
  ttc_node_t offset[TTC_FLOOR_MAX_RANK];
  intptr_t first[4], count[4];
  for (int i = 0; i < 4; ++i) ttc_floor_segment(op, i, &first[i], &count[i]);
  if (!memref ||
      ttc_floor_mixed(r, op, "static_offsets", first[1], offset) != 1) {
    return false;
  }
  intptr_t rank =
      ttc_floor_mixed(r, op, "static_sizes", first[2], memref->sizes);
  if (rank < 0 || ttc_floor_mixed(r, op, "static_strides", first[3],
                                  memref->strides) != rank) {
    return false;
  }
  memref->rank = (uint32_t)rank;
  memref->offset = offset[0];
  if (ttc_floor_parts(memref->kind) == 2) {
    ttc_node_t two = ttc_loops_index(r->loops, 2);
    memref->offset = ttc_mul(r, memref->offset, two);
    for (uint32_t i = 0; i < memref->rank; ++i) {
      memref->strides[i] = ttc_mul(r, memref->strides[i], two);
    }
  }
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_floor_expand_shape(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  ttc_memref_t* memref = source ? ttc_memref_copy_of(r, source) : NULL;
  if (!memref) return false;
  intptr_t rank =
      ttc_floor_mixed(r, op, "static_output_shape", 1, memref->sizes);
  if (rank < 0) return false;
  memref->rank = (uint32_t)rank;
  MlirAttribute groups = ttc_op_attr(op, "reassociation");
  uint32_t next = 0;
  for (intptr_t g = 0; g < mlirArrayAttrGetNumElements(groups); ++g) {
    intptr_t size =
        mlirArrayAttrGetNumElements(mlirArrayAttrGetElement(groups, g));
    ttc_node_t stride = source->strides[g];
    next += (uint32_t)size;
    for (intptr_t i = 1; i <= size; ++i) {
      memref->strides[next - i] = stride;
      stride = ttc_mul(r, stride, memref->sizes[next - i]);
    }
  }
  for (; next < memref->rank; ++next) {  // of a memref without dimensions
    memref->strides[next] = ttc_loops_index(r->loops, 1);
  }
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_floor_collapse_shape(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  ttc_memref_t* memref = source ? ttc_memref_copy_of(r, source) : NULL;
  if (!memref) return false;
  MlirAttribute groups = ttc_op_attr(op, "reassociation");
  memref->rank = (uint32_t)mlirArrayAttrGetNumElements(groups);
  uint32_t next = 0;
  for (uint32_t g = 0; g < memref->rank; ++g) {
    intptr_t size =
        mlirArrayAttrGetNumElements(mlirArrayAttrGetElement(groups, g));
    ttc_node_t product = ttc_loops_index(r->loops, 1);
    ttc_node_t stride = source->strides[next + size - 1];
    bool found = false;
    // The innermost dimension that is not 1 gives the stride.
    for (intptr_t i = size; i-- > 0;) {
      int64_t value;
      ttc_node_t dim = source->sizes[next + i];
      if (!found &&
          !(ttc_loops_const_value(r->loops, dim, &value) && value == 1)) {
        stride = source->strides[next + i];
        found = true;
      }
      product = ttc_mul(r, product, dim);
    }
    memref->sizes[g] = product;
    memref->strides[g] = stride;
    next += (uint32_t)size;
  }
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_floor_transpose(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  ttc_memref_t* memref = source ? ttc_memref_copy_of(r, source) : NULL;
  if (!memref) return false;
  MlirAffineMap map = mlirAffineMapAttrGetValue(ttc_op_attr(op, "permutation"));
  for (uint32_t i = 0; i < memref->rank; ++i) {
    intptr_t from =
        mlirAffineDimExprGetPosition(mlirAffineMapGetResult(map, i));
    memref->sizes[i] = source->sizes[from];
    memref->strides[i] = source->strides[from];
  }
  return ttc_set_memref(r, mlirOperationGetResult(op, 0), memref);
}

static bool ttc_floor_dim(ttc_floor_reader_t* r, MlirOperation op) {
  const ttc_memref_t* memref = ttc_floor_memref(r, op, 0);
  ttc_node_t index = ttc_floor_node(r, op, 1);
  int64_t i;
  if (!memref || index == TTC_NO_NODE) return false;
  if (!ttc_loops_const_value(r->loops, index, &i) || i < 0 ||
      i >= (int64_t)memref->rank) {
    return ttc_floor_fail(r, op, "needs a constant dimension");
  }
  ttc_floor_set_node(r, mlirOperationGetResult(op, 0), memref->sizes[i]);
  return true;
}

static bool ttc_floor_strided_metadata(ttc_floor_reader_t* r,
                                       MlirOperation op) {
  const ttc_memref_t* source = ttc_floor_memref(r, op, 0);
  ttc_memref_t* base = source ? ttc_memref_copy_of(r, source) : NULL;
  if (!base) return false;
  if (base->kind != TTC_FLOOR_NODE) {
    return ttc_floor_fail(r, op, "is of complex or wide elements");
  }
  base->rank = 0;
  base->offset = ttc_loops_index(r->loops, 0);
  ttc_set_memref(r, mlirOperationGetResult(op, 0), base);
  ttc_floor_set_node(r, mlirOperationGetResult(op, 1), source->offset);
  for (uint32_t i = 0; i < source->rank; ++i) {
    ttc_floor_set_node(r, mlirOperationGetResult(op, 2 + i), source->sizes[i]);
    ttc_floor_set_node(r, mlirOperationGetResult(op, 2 + source->rank + i),
                       source->strides[i]);
  }
  return true;
}

static bool ttc_floor_dealloc(ttc_floor_reader_t* r, MlirOperation op) {
  return true;
}

const ttc_floor_row_t ttc_floor_memref_rows[] = {
    {"hal.interface.binding.subspan", ttc_floor_subspan},
    {"memref.alloc", ttc_floor_alloc},
    {"memref.alloca", ttc_floor_alloc},
    {"memref.assume_alignment", ttc_floor_forward},
    {"memref.cast", ttc_floor_forward},
    {"memref.collapse_shape", ttc_floor_collapse_shape},
    {"memref.copy", ttc_floor_copy},
    {"memref.dealloc", ttc_floor_dealloc},
    {"memref.dim", ttc_floor_dim},
    {"memref.expand_shape", ttc_floor_expand_shape},
    {"memref.extract_strided_metadata", ttc_floor_strided_metadata},
    {"memref.load", ttc_floor_load},
    {"memref.memory_space_cast", ttc_floor_forward},
    {"memref.reinterpret_cast", ttc_floor_reinterpret_cast},
    {"memref.store", ttc_floor_store},
    {"memref.subview", ttc_floor_subview},
    {"memref.transpose", ttc_floor_transpose},
    // Only of constants: everything else is a memref by now.
    {"tensor.extract", ttc_floor_load},
    {NULL, NULL},
};

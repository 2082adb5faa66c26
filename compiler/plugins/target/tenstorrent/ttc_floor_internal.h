// Reading bufferized functions into loop programs: what the ttc_floor_*.c files
// share.
#ifndef TT_IREE_COMPILER_TTC_FLOOR_INTERNAL_H_
#define TT_IREE_COMPILER_TTC_FLOOR_INTERNAL_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_floor_type.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops.h"

enum { TTC_FLOOR_MAX_RANK = 32 };

typedef enum ttc_floor_kind_e {
  TTC_FLOOR_NODE,
  TTC_FLOOR_COMPLEX,  // real, imaginary
  TTC_FLOOR_WIDE,     // of 128 bits: low half, high half, as i64
  TTC_FLOOR_MEMREF,
} ttc_floor_kind_t;

// A memref: element (i, j, ...) is element offset + i * strides[0] + ... of
// |memory|. An element of two nodes is two elements of the memory.
typedef struct ttc_memref_t {
  uint32_t memory;
  ttc_floor_kind_t kind;  // of its elements
  uint32_t rank;
  ttc_node_t offset;
  ttc_node_t sizes[TTC_FLOOR_MAX_RANK];    // in elements of the memref
  ttc_node_t strides[TTC_FLOOR_MAX_RANK];  // in elements of the memory
} ttc_memref_t;

// Nodes of a value of |kind|.
static inline uint32_t ttc_floor_parts(ttc_floor_kind_t kind) {
  return kind == TTC_FLOOR_MEMREF ? 0 : kind == TTC_FLOOR_NODE ? 1 : 2;
}

// What an MLIR value is here: for scalars a node of what ttc_floor_type_of
// says.
typedef struct ttc_floor_value_t {
  ttc_floor_kind_t kind;
  ttc_node_t nodes[2];
  const ttc_memref_t* memref;
} ttc_floor_value_t;

typedef struct ttc_floor_entry_t {
  const void* key;  // MlirValue.ptr
  ttc_floor_value_t value;
} ttc_floor_entry_t;

typedef struct ttc_floor_reader_t {
  ttc_loops_t* loops;
  ttc_region_t* region;  // where statements go now
  ttc_floor_entry_t* table;
  size_t table_size, table_count;
  MlirLocation error_location;  // of the op that could not be read
} ttc_floor_reader_t;

// Reads one op; false when it cannot, with or without an error in loops.
typedef bool (*ttc_floor_fn_t)(ttc_floor_reader_t* r, MlirOperation op);
typedef struct ttc_floor_row_t {
  const char* name;
  ttc_floor_fn_t read;
} ttc_floor_row_t;

// ttc_floor_memref.c, ttc_floor_scalar.c; ended by a row without a name.
extern const ttc_floor_row_t ttc_floor_memref_rows[];
extern const ttc_floor_row_t ttc_floor_scalar_rows[];

// ---- ttc_floor_read.c ----

// Records "'name' op <message>" as the error, at the op. Returns false.
bool ttc_floor_fail(ttc_floor_reader_t* r, MlirOperation op, const char* format,
                    ...) __attribute__((format(printf, 3, 4)));

// Reads an op of the arith or math dialect by the table of scalar ops.
bool ttc_floor_scalar(ttc_floor_reader_t* r, MlirOperation op);

void ttc_floor_set(ttc_floor_reader_t* r, MlirValue value,
                   ttc_floor_value_t what);
void ttc_floor_set_node(ttc_floor_reader_t* r, MlirValue value,
                        ttc_node_t node);
// NULL when |value| is of no kind that is known.
const ttc_floor_value_t* ttc_floor_get(ttc_floor_reader_t* r, MlirValue value);
// Operand |i| of |op|. On failure NULL or TTC_NO_NODE, and an error.
const ttc_memref_t* ttc_floor_memref(ttc_floor_reader_t* r, MlirOperation op,
                                     intptr_t i);
ttc_node_t ttc_floor_node(ttc_floor_reader_t* r, MlirOperation op, intptr_t i);
// Gives each result of |op| the value of the operand of that number.
bool ttc_floor_forward(ttc_floor_reader_t* r, MlirOperation op);

// What elements of |type| are: their kind, and what each node of them is. False
// when there is no such thing.
bool ttc_floor_element_type(MlirType type, ttc_floor_kind_t* out_kind,
                            ttc_floor_type_t* out);

// ---- ttc_floor.c ----

// Whether |op| is a loop over updates of a scatter that do not meet.
bool ttc_floor_is_unique(MlirOperation op);

// ---- ttc_floor_memref.c ----

// Operands of |op| in segment |segment| of its operandSegmentSizes.
void ttc_floor_segment(MlirOperation op, intptr_t segment, intptr_t* out_first,
                       intptr_t* out_count);

// Whether |rank| is at most TTC_FLOOR_MAX_RANK; else false and an error.
bool ttc_floor_rank_fits(ttc_floor_reader_t* r, MlirOperation op, int64_t rank);

// Values given by the I64 array |name| with dynamic ones taken from the
// operands from |operand| on. Returns how many there are, -1 on failure.
intptr_t ttc_floor_mixed(ttc_floor_reader_t* r, MlirOperation op,
                         const char* name, intptr_t operand,
                         ttc_node_t* out_values);

// The result of |op|, an arith.constant with the tensor |dense|, becomes a
// memref with its bytes in the program.
bool ttc_floor_dense(ttc_floor_reader_t* r, MlirOperation op,
                     MlirAttribute dense);

// ---- ttc_floor_clamp.c ----

// IREE's front ends read at indices that data gives, or that lie a little
// outside, before a select throws away what they read, or take it for 0. So
// such an index of a load from |memref| is moved to the nearest element, and
// the load gives 0; a store there, an update of a scatter, is not done. Returns
// whether all |indices| were inside; TTC_NO_NODE if nothing says they may not
// be.
ttc_node_t ttc_floor_clamp(ttc_floor_reader_t* r, const ttc_memref_t* memref,
                           ttc_node_t* indices);

// ---- ttc_floor_wide.c ----

// Whether |type| is i128 or f128.
bool ttc_floor_has_128_bits(MlirType type);
// Whether |op| has an i128 or f128 among its operands and results.
bool ttc_floor_is_wide(MlirOperation op);
// Reads such an op of the table of scalar ops. f128 is only moved.
bool ttc_floor_wide(ttc_floor_reader_t* r, MlirOperation op);
// As ttc_floor_wide, for an arith.constant.
bool ttc_floor_wide_constant(ttc_floor_reader_t* r, MlirOperation op);

#endif  // TT_IREE_COMPILER_TTC_FLOOR_INTERNAL_H_

// The builder's own state, shared by build*.c and the parser.
#ifndef TT_IREE_TILE_BUILD_INTERNAL_H_
#define TT_IREE_TILE_BUILD_INTERNAL_H_

#include "tile/build.h"

// A kernel or launch program while it is open to growth. Operands stand in
// tt_builder_t.program->operands, in the order they were given.
typedef struct tt_build_kernel_t {
  tt_unit_t unit;
  tt_inst_t* insts;
  uint32_t insts_count, insts_capacity;
  uint8_t* reg_types;
  uint32_t reg_types_count, reg_types_capacity;
} tt_build_kernel_t;

// Open addressing over indices; 0 is an empty slot, else index + 1.
typedef struct tt_build_hash_t {
  uint32_t* slots;
  uint32_t size;  // a power of two, or 0
  uint32_t count;
} tt_build_hash_t;

struct tt_builder_t {
  tt_status_t status;
  // Final in everything but kernels, insts, operands, reg_types and
  // immediates, which tt_builder_finish lays out anew.
  tt_program_t* program;
#define X(type, member, limit) uint32_t member##_capacity;
  TT_PROGRAM_ARRAYS(X)
#undef X
  tt_build_kernel_t* kernels;
  uint32_t kernels_count;
  uint32_t open_kernel;  // TT_NONE: none
  bool phase_open;
  uint32_t line;
  tt_build_hash_t immediate_hash;  // of program->immediates
  tt_build_hash_t launch_hash;     // of the open entry's launch ops
};

// Grows |*array| (elements of |size| bytes) to hold |count| elements.
bool tt_builder_reserve(tt_builder_t* b, void** array, uint32_t* capacity,
                        uint64_t count, uint64_t limit, size_t size,
                        const char* what);

// Makes room for |n| more of |member| of the program; false after an error.
#define TT_BUILDER_ROOM(b, type, member, limit, n)                        \
  tt_builder_reserve(b, (void**)&(b)->program->member,                    \
                     &(b)->member##_capacity,                             \
                     (uint64_t)(b)->program->member##_count + (n), limit, \
                     sizeof(type), #member)

// Finds |hash| in |table|: calls |equal| with the indices stored under it.
// Returns the index found, or TT_NONE after storing |next|. Grows by |rehash|.
uint32_t tt_builder_intern(
    tt_builder_t* b, tt_build_hash_t* table, uint64_t hash, uint32_t next,
    bool (*equal)(const tt_builder_t*, uint32_t index, const void* key),
    uint64_t (*rehash)(const tt_builder_t*, uint32_t index), const void* key);

// The launch program of the open entry; NULL after an error.
tt_build_kernel_t* tt_builder_launch(tt_builder_t* b);

tt_operand_t tt_builder_immediate(tt_builder_t* b, uint64_t bits);

// Appends to |kernel|, unchecked but for indices. |result|: register or NONE.
void tt_builder_append(tt_builder_t* b, tt_build_kernel_t* kernel, tt_op_t op,
                       tt_dtype_t type, tt_dtype_t type2, uint32_t attr,
                       uint32_t result, const tt_operand_t* operands,
                       uint32_t count);
// A fresh register of |kernel|; TT_NONE after an error.
uint32_t tt_builder_add_reg(tt_builder_t* b, tt_build_kernel_t* kernel,
                            tt_dtype_t dtype);

// As tt_launch_op, with the type given and nothing folded or shared.
tt_operand_t tt_builder_launch_inst(tt_builder_t* b, tt_op_t op,
                                    tt_dtype_t type, uint32_t attr,
                                    const tt_operand_t* operands,
                                    uint32_t count);

// Type of a register of the open kernel, or of the open entry's launch program.
tt_dtype_t tt_builder_operand_type(const tt_builder_t* b, tt_operand_t operand);

// Lays the builder's kernels out in packed order, registers numbered by first
// appearance, immediates by first use (build_layout.c). Consumes nothing.
tt_status_t tt_builder_layout(tt_builder_t* b);

#endif  // TT_IREE_TILE_BUILD_INTERNAL_H_

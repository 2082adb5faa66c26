// Evaluates launch programs: checked 64-bit arithmetic over push constants, the
// grid and the core's index.
#ifndef TT_IREE_TILE_LAUNCH_H_
#define TT_IREE_TILE_LAUNCH_H_

#include <stdbool.h>

#include "tile/program.h"

typedef struct tt_launch_env_t {
  const uint32_t* constants;  // as many as the entry takes
  uint32_t grid_cores;
  uint32_t dram_banks;
} tt_launch_env_t;

// Sets per_core[i] for each op i of the entry's launch program whose value
// depends on the core. |per_core| has one byte an op, |values_per_core| one a
// register; both are written in full.
void tt_launch_mark(const tt_program_t* program, const tt_entry_t* entry,
                    uint8_t* per_core, uint8_t* values_per_core);

// Evaluates the ops with per_core[i] == |part|: part 0 once a launch, then part
// 1 for each core, into |values| (one a register). Overflow and division by
// zero are OUT_OF_RANGE naming the entry and the op.
tt_status_t tt_launch_eval(const tt_program_t* program, const tt_entry_t* entry,
                           const tt_launch_env_t* env, const uint8_t* per_core,
                           uint8_t part, uint32_t core, int64_t* values);

typedef enum tt_launch_fault_e {
  TT_LAUNCH_FINE,
  TT_LAUNCH_OVERFLOW,
  TT_LAUNCH_DIVISION_BY_ZERO,
  TT_LAUNCH_NO_SUCH_OP,  // not one of values; the verifier lets none through
} tt_launch_fault_t;

// The value of an op of launch programs on values |x|, as many as it takes.
tt_launch_fault_t tt_launch_compute(tt_op_t op, uint32_t attr,
                                    const int64_t x[3], int64_t* out_value);

// Value of an ARG or IMM operand.
static inline int64_t tt_launch_value(const tt_program_t* program,
                                      tt_operand_t operand,
                                      const int64_t* values) {
  uint32_t index = tt_operand_index(operand);
  return tt_operand_kind(operand) == TT_OPERAND_IMM
             ? (int64_t)program->immediates[index]
             : values[index];
}

// What depends on uniform launch values (part 0 of them) and is checked at
// launch. Errors are OUT_OF_RANGE naming what was found.

// Bytes of scratch |index| of the entry.
tt_status_t tt_launch_scratch_size(const tt_program_t* program,
                                   const tt_entry_t* entry, uint32_t index,
                                   const int64_t* values, uint64_t* out_size);
// Checks that view |index| of the entry lies in its source, whose size in bytes
// is |source_size|, and gives where.
tt_status_t tt_launch_view(const tt_program_t* program, const tt_entry_t* entry,
                           uint32_t index, uint64_t source_size,
                           const int64_t* values, uint64_t* out_offset,
                           int64_t* out_length);
// Cores of phase |index| of the entry, at most |grid_cores|.
tt_status_t tt_launch_phase_cores(const tt_program_t* program,
                                  const tt_entry_t* entry, uint32_t index,
                                  uint32_t grid_cores, const int64_t* values,
                                  uint32_t* out_cores);

#endif  // TT_IREE_TILE_LAUNCH_H_

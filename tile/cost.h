// The performance model: estimated clock cycles of what the ops of a kernel
// take, from the constants of cost.def. tile/count.h adds them up over a
// launch; docs/performance-model.md says how good that is.
//
// Pure functions of the program, any thread.
#ifndef TT_IREE_TILE_COST_H_
#define TT_IREE_TILE_COST_H_

#include <stdbool.h>

#include "tile/program.h"

typedef enum tt_cost_e {
#define TT_COST(name, value, unit, source) TT_COST_##name,
#define TT_COST_LANE(op, cycles)
#define TT_COST_TILE(op, cycles, phase_cycles)
#include "tile/cost.def"
#undef TT_COST
#undef TT_COST_LANE
#undef TT_COST_TILE
  TT_COST_COUNT,
} tt_cost_t;

// A constant of the model; its unit and source are in cost.def.
uint64_t tt_cost_of(tt_cost_t cost);

// A lane op on DST tiles of |type|, and an op of class TILE, in a phase of
// |fidelity|.
uint64_t tt_cost_tile_op(const tt_inst_t* inst, tt_fidelity_t fidelity);
// A scalar lane op.
uint64_t tt_cost_scalar_op(const tt_inst_t* inst);
// An op of class CB, DST or CTRL.
uint64_t tt_cost_control_op(const tt_inst_t* inst);

// A run of |count| elements of |dtype| from or to flat pages.
uint64_t tt_cost_move_flat(tt_dtype_t dtype, uint64_t count);
// |rows| x |cols| elements of |dtype| from or to a page of |cb|. A stride is
// in elements, 0 where it is not known.
typedef struct tt_cost_tile_t {
  const tt_cb_t* cb;
  tt_dtype_t dtype;
  uint64_t rows, cols;
  int64_t row_stride, col_stride;
  bool writes;
} tt_cost_tile_t;
uint64_t tt_cost_move_tile(const tt_cost_tile_t* tile);

#endif  // TT_IREE_TILE_COST_H_

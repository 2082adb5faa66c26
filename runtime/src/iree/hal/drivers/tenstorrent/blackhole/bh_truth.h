// How far machine code may be from the mock.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRUTH_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRUTH_H_

#include "tile/program.h"

enum { TT_BH_TRUTH_TILES = 256 };

// For each tile that the compute kernel of the entry's first phase packs, in
// order, how far the chip's result may be from the mock's for numbers from 0.05
// to 4, as a part of its size, or of 0.05 where it is smaller; 0: the bytes are
// the same, for any data. A kernel with loops has the largest bound of its ops
// for all tiles.
void tt_bh_truth_bounds(const tt_program_t* program, const tt_entry_t* entry,
                        double out_bounds[TT_BH_TRUTH_TILES]);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_TRUTH_H_

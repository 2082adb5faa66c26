// Words of the text form that the op table does not have.
#ifndef TT_IREE_TILE_TEXT_WORDS_H_
#define TT_IREE_TILE_TEXT_WORDS_H_

#include "tile/program.h"

extern const char* const tt_word_predf[TT_PREDF_COUNT];
extern const char* const tt_word_predi[TT_PREDI_COUNT];
extern const char* const tt_word_bcast[TT_BCAST_COUNT];  // none is not written
extern const char* const tt_word_pool[TT_POOL_COUNT];
extern const char* const tt_word_dim[TT_REDUCE_DIM_COUNT];
extern const char* const tt_word_layout[2];
extern const char* const tt_word_source[3];
extern const char* const tt_word_unit[TT_UNIT_KERNEL_COUNT];
extern const char* const tt_word_fidelity[TT_FIDELITY_HIFI4 + 1];  // [1]: NULL

#endif  // TT_IREE_TILE_TEXT_WORDS_H_

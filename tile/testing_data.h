// Data for running golden programs two ways, and what counts as a difference.
#ifndef TT_IREE_TILE_TESTING_DATA_H_
#define TT_IREE_TILE_TESTING_DATA_H_

#include "tile/program.h"

// The dtype that a binding is seen as; where views differ, the first counts.
tt_dtype_t tt_testing_binding_dtype(const tt_program_t* program,
                                    const tt_entry_t* entry, uint32_t binding);

// |bytes| of |dtype|, aligned to 64; the ends of its range, NaN, infinities and
// zeros of both signs among them. |*state| goes on; free the result.
uint8_t* tt_testing_data(tt_dtype_t dtype, uint64_t bytes, uint64_t* state);

// Puts f32 or bf16 numbers from |low| to |high| in their place.
void tt_testing_narrow(uint8_t* data, tt_dtype_t dtype, uint64_t bytes,
                       float low, float high);

// Reports the first difference of each tile, and returns how many tiles have
// one. Floats may differ by |tolerance| of their size; where that is not 0, a
// zero stands for a subnormal number.
int tt_testing_compare(const char* what, tt_dtype_t dtype,
                       const uint8_t* wanted, const uint8_t* found,
                       uint64_t bytes, double tolerance);

// The largest difference of |count| floats, as a part of the wanted one's size,
// or of |least| if that is more; infinity where only the one found is NaN or
// infinite. Subnormal numbers count as zeros,
// and where NaN is wanted anything goes.
double tt_testing_worst(tt_dtype_t dtype, const uint8_t* wanted,
                        const uint8_t* found, uint64_t count, double least);

#endif  // TT_IREE_TILE_TESTING_DATA_H_

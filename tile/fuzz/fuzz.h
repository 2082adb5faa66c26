// What a fuzz target is, for libFuzzer and for driver.c alike.
#ifndef TT_IREE_TILE_FUZZ_FUZZ_H_
#define TT_IREE_TILE_FUZZ_FUZZ_H_

#include <stddef.h>
#include <stdint.h>

#include "tile/program.h"

// libFuzzer's interface: any bytes, never more than an error; always 0.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Makes an input from the text of a golden program: the text itself, or the
// image of it. Owned by the caller; NULL when that is not possible.
uint8_t* tt_fuzz_seed(const char* text, size_t size, size_t* out_size);

// Uses a program as the rest of the project would: prints it, parses that
// again, counts and emits every entry, and runs it for a bounded number of
// steps. Aborts if what was printed does not parse.
void tt_fuzz_use(const tt_program_t* program);

#endif  // TT_IREE_TILE_FUZZ_FUZZ_H_

// Helpers of the tile program's tests.
#ifndef TT_IREE_TILE_TESTING_H_
#define TT_IREE_TILE_TESTING_H_

#include <stdbool.h>
#include <stddef.h>

#include "tile/program.h"

// The whole of a file, NUL-terminated; NULL if it cannot be read. Free it.
char* tt_testing_read(const char* path, size_t* out_size);
bool tt_testing_write(const char* path, const char* text, size_t size);

// Holds |text| against the file |path|, or writes it there if |update|; fails
// the running cmocka test if they differ.
void tt_testing_check_golden(const char* path, const char* text, size_t size,
                             bool update);

// Calls |visit| with every golden program (testdata/*.tile, by name); returns
// how many there are. Tests run in the directory tile/.
size_t tt_testing_each_golden(void (*visit)(const char* path, void* context),
                              void* context);

// Parses the file; fails the running cmocka test if that does not work.
tt_program_t* tt_testing_parse_file(const char* path);

// Whether both hold the same records; lines of ops do not count.
bool tt_testing_equal(const tt_program_t* x, const tt_program_t* y);

#endif  // TT_IREE_TILE_TESTING_H_

// Helpers of the compiler's golden tests.
#ifndef TT_IREE_COMPILER_TTC_TESTING_H_
#define TT_IREE_COMPILER_TTC_TESTING_H_

#include <stdio.h>

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"

// Fixtures of a cmocka group: the stock compiler and a session of it. The
// process ends well, with a word, where no libIREECompiler.so is found.
int ttc_testing_start(void** state);
int ttc_testing_stop(void** state);

// Parses a module; fails the running test if that does not work.
MlirOperation ttc_testing_parse(const char* source);

// What an export of |source| would say: the text mentions its layout once.
ttc_export_t ttc_testing_export(const char* source);

// For every file testdata/|directory|/*.mlir: what |make| prints of it must be
// what the file of that name with |suffix| holds. |update| rewrites those.
void ttc_testing_golden(const char* directory, const char* suffix, bool update,
                        void (*make)(const char* source, FILE* out));

#endif  // TT_IREE_COMPILER_TTC_TESTING_H_

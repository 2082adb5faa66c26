// Executables of other targets in a module that is compiled for ours too
// ("tenstorrent,llvm-cpu", named devices).
//
// Their code is made by the stock compiler. It runs on a module of their own,
// because it refuses variants of a target it does not know.
#ifndef TT_IREE_COMPILER_TTC_OTHERS_H_
#define TT_IREE_COMPILER_TTC_OTHERS_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"

// Configures or translates all variants of other targets: runs the stock
// pipeline of |session| from phase |from| to |to| on them.
bool ttc_others_run(iree_compiler_session_t* session, MlirOperation module,
                    const char* from, const char* to);

// Replaces all variants of other targets, translated, by binaries.
bool ttc_others_serialize(iree_compiler_session_t* session,
                          MlirOperation module);

#endif  // TT_IREE_COMPILER_TTC_OTHERS_H_

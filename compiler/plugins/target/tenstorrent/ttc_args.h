// Raw command-line arguments, before anything is made of them.
#ifndef TT_IREE_COMPILER_TTC_ARGS_H_
#define TT_IREE_COMPILER_TTC_ARGS_H_

#include "compiler/plugins/target/tenstorrent/ttc_options.h"

// Appends |argv| to |out_args| with response files ("@file") expanded as LLVM's
// command line expands them: words split at white space, '...' and "..." quote,
// \ takes the next character as it is, files may name files. A file that cannot
// be read leaves its argument as it is. INVALID_ARGUMENT when files nest deeper
// than 20 levels.
tt_status_t ttc_expand_args(int argc, const char* const* argv,
                            ttc_strings_t* out_args);

// True when one of |args| is an option with one of |names| (NULL-terminated).
bool ttc_args_have(const ttc_strings_t* args, const char* const* names);

#endif  // TT_IREE_COMPILER_TTC_ARGS_H_

// What codegen tells about a finished entry point: numbers and texts.
#ifndef TT_IREE_COMPILER_TTC_CODEGEN_DESCRIBE_H_
#define TT_IREE_COMPILER_TTC_CODEGEN_DESCRIBE_H_

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "tile/program.h"

// Fills |out_entry| from entry |entry| of the verified |program|: its notes,
// and what |options| ask for of counts, tile text and kernels.
tt_status_t ttc_codegen_describe(const ttc_codegen_options_t* options,
                                 const tt_program_t* program, uint32_t entry,
                                 ttc_codegen_entry_t* out_entry);

#endif  // TT_IREE_COMPILER_TTC_CODEGEN_DESCRIBE_H_

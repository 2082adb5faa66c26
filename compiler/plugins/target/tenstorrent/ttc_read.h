// From MLIR to plain data: the only part of the tile path that knows MLIR.
#ifndef TT_IREE_COMPILER_TTC_READ_H_
#define TT_IREE_COMPILER_TTC_READ_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

// Passes that bring the functions of an inner module into the form that
// ttc_read_dispatch takes; for ttc_run_passes.
extern const char ttc_read_passes[];

// Reads |func|, a func.func of an executable's inner module after
// ttc_read_passes, into |dispatch| (initialized, empty; its name and its counts
// of constants and bindings are set by the caller).
//
// UNIMPLEMENTED with the reason when the dispatch holds what the tile path does
// not know; |dispatch| is then only good for deinitializing.
tt_status_t ttc_read_dispatch(MlirOperation func, ttc_dispatch_t* dispatch);

#endif  // TT_IREE_COMPILER_TTC_READ_H_

// The tile path: a dispatch onto tiles, where its shape allows
// (docs/tile-path.md).
#ifndef TT_IREE_COMPILER_TTC_TILE_H_
#define TT_IREE_COMPILER_TTC_TILE_H_

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "tile/build.h"

// Runs the tile path's passes on |module|, a clone of an inner module.
tt_status_t ttc_tile_prepare(MlirOperation module);

// Adds the entry |entry| to |b|, made of |func|, a function of a prepared
// module. UNIMPLEMENTED, with nothing added, when the tile path does not take
// the dispatch; the message says why. On success |*out_reason| says what it
// became. Texts asked for in |options| are made also when it is refused, as far
// as it came. All texts are owned by the caller.
tt_status_t ttc_tile_lower(const ttc_codegen_options_t* options,
                           MlirOperation func, const ttc_export_t* entry,
                           tt_builder_t* b, char** out_reason,
                           char** out_dispatch_text, char** out_plan_text);

#endif  // TT_IREE_COMPILER_TTC_TILE_H_

// The floor: any dispatch as element loops (docs/floor.md).
#ifndef TT_IREE_COMPILER_TTC_FLOOR_H_
#define TT_IREE_COMPILER_TTC_FLOOR_H_

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_loops.h"
#include "tile/build.h"

// Runs the floor's passes on |module|, a clone of an inner module of a variant:
// its functions become loops over memrefs (what ttc_floor_lower takes).
// Diagnostics of failing passes have been emitted.
tt_status_t ttc_floor_prepare(MlirOperation module);

// Opens the entry |entry| in |b| and fills it with the element loops of |func|,
// a prepared func.func. On failure |out_error_location| is that of the
// operation to blame (ptr NULL: none); errors of the builder itself stay in it.
tt_status_t ttc_floor_lower(MlirOperation func, const ttc_export_t* entry,
                            tt_builder_t* b, MlirLocation* out_error_location);

// Reads |func| into |loops| (initialized): the first half of ttc_floor_lower.
tt_status_t ttc_floor_read(MlirOperation func, ttc_loops_t* loops,
                           MlirLocation* out_error_location);

#endif  // TT_IREE_COMPILER_TTC_FLOOR_H_

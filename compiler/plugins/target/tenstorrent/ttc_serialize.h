// Making executables: codegen over all variants of ours (phase
// "executable-targets"), and turning them into binaries (phase "hal").
#ifndef TT_IREE_COMPILER_TTC_SERIALIZE_H_
#define TT_IREE_COMPILER_TTC_SERIALIZE_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "compiler/plugins/target/tenstorrent/ttc_report.h"

// Runs |codegen| on every variant of ours in |module| that has no image yet and
// keeps the image as the attribute "tenstorrent.image" of the variant. All
// variants are tried; every failure is emitted as a diagnostic, and then the
// result is false. Writes the dumps |options| ask for and adds to |report|.
bool ttc_translate_executables(MlirOperation module,
                               const ttc_options_t* options,
                               ttc_codegen_fn_t codegen, ttc_report_t* report);

// Replaces every variant of ours by a hal.executable.binary of the same name
// with its image. Fails when something still refers into a variant: the stock
// compiler would crash on that later.
tt_status_t ttc_serialize_executables(MlirOperation module,
                                      const ttc_options_t* options);

#endif  // TT_IREE_COMPILER_TTC_SERIALIZE_H_

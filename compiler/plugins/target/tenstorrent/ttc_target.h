// How the target is spelled: in flags, in attributes, and in the disguise in
// which it goes through the stock compiler.
//
// The stock compiler refuses devices and backends it has not registered. Up to
// phase "executable-sources" our devices therefore travel as a *carrier*: the
// registered device "local" with the registered backend "vmvx", recognizable by
// our executable format. Nothing of that backend runs; only the names differ:
//
//   #hal.device.target<"tenstorrent", [#hal.executable.target<"tenstorrent",
//       "tenstorrent-bh-fb", {...}>]>
//   #hal.device.target<"local",       [#hal.executable.target<"vmvx",
//       "tenstorrent-bh-fb", {...}>]>
//
// The configuration {...} holds what codegen needs (grid_cols, grid_rows,
// l1_size, math_fidelity), so that IR saved at any phase can be resumed, and an
// iree.encoding.resolver that keeps data layouts dense.
//
// All functions work on text: attributes of the HAL dialect cannot be built or
// taken apart through MLIR's C API, only printed and parsed.
#ifndef TT_IREE_COMPILER_TTC_TARGET_H_
#define TT_IREE_COMPILER_TTC_TARGET_H_

#include <stdbool.h>

#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "tile/status.h"

#define TTC_TARGET_NAME "tenstorrent"
// hal.executable.binary's format; the driver accepts it.
#define TTC_EXECUTABLE_FORMAT "tenstorrent-bh-fb"

// True when a value of --iree-hal-target-backends or --iree-hal-target-device
// names our target in any spelling, alone or in a list.
bool ttc_spec_mentions_target(const char* spec);

// The device that a value of --iree-hal-target-backends stands for; NULL for a
// backend that has none of its own.
const char* ttc_backend_device(const char* backend);

// Calls |callback| for every backend in a value of --iree-hal-target-backends.
// Stops at the first error.
typedef tt_status_t (*ttc_backend_fn_t)(const char* backend, void* user_data);
tt_status_t ttc_each_backend(const char* list, ttc_backend_fn_t callback,
                             void* user_data);

// True when the text of an attribute has our target, as itself (not as a
// carrier).
bool ttc_text_mentions_target(const char* text);

// True when the text of an attribute has a carrier.
bool ttc_text_mentions_carrier(const char* text);

// Text of the hal.device.targets attribute (with carriers) that stands for the
// target flags of |options|. Owned by the caller.
tt_status_t ttc_target_assignment(const ttc_options_t* options,
                                  char** out_text);

// Rewrites all mentions of our target in the text of an attribute to carriers,
// and back. Owned by the caller. |options| fills what the text leaves open.
tt_status_t ttc_target_to_carrier(const char* text,
                                  const ttc_codegen_options_t* options,
                                  char** out_text);
tt_status_t ttc_target_from_carrier(const char* text, char** out_text);

// Overrides |options| by the configuration in |text|, an executable target
// attribute of ours.
tt_status_t ttc_target_configuration(const char* text,
                                     ttc_codegen_options_t* options);

#endif  // TT_IREE_COMPILER_TTC_TARGET_H_

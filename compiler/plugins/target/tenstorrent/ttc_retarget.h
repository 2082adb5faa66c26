// Our target in a module: assigning it from flags, putting on and taking off
// the carrier disguise (ttc_target.h), and finding what is ours.
#ifndef TT_IREE_COMPILER_TTC_RETARGET_H_
#define TT_IREE_COMPILER_TTC_RETARGET_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "compiler/plugins/target/tenstorrent/ttc_options.h"

// True when |module| names our target, as itself or as a carrier.
bool ttc_module_mentions_target(MlirOperation module);

// Sets hal.device.targets from the target flags, unless the module chooses its
// devices itself (as the stock compiler decides it).
tt_status_t ttc_module_assign_devices(MlirOperation module,
                                      const ttc_options_t* options);

// Disguises all mentions of our target for the stock compiler.
tt_status_t ttc_module_to_carriers(MlirOperation module,
                                   const ttc_options_t* options);

// Takes the disguise off, and gives our exports a workgroup count of 1x1x1: a
// launch is one program over the whole grid, which distributes work itself.
tt_status_t ttc_module_from_carriers(MlirOperation module);

// After iree-hal-initialize-devices ran by name: without its target registry it
// matches device "local" exactly, where the stock compiler's local devices
// match the pattern "local*".
void ttc_module_match_local_devices(MlirOperation module);

// True for a hal.executable.variant of our target (not of a carrier).
bool ttc_variant_is_ours(MlirOperation variant);

// Calls |callback| for every hal.executable.variant of |module|, in order;
// |executable| is the variant's hal.executable. The callback may erase or
// detach the variant. Stops at the first error.
typedef tt_status_t (*ttc_variant_fn_t)(MlirOperation executable,
                                        MlirOperation variant, void* user_data);
tt_status_t ttc_module_each_variant(MlirOperation module,
                                    ttc_variant_fn_t callback, void* user_data);

// True for a util.global that holds a device.
bool ttc_is_device_global(MlirOperation op);

// The value of the symbol name attribute of |op|; empty when it has none.
MlirStringRef ttc_op_symbol(MlirOperation op);

#endif  // TT_IREE_COMPILER_TTC_RETARGET_H_

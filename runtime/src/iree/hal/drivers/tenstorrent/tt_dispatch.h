// Running one entry point of an executable.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_DISPATCH_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_DISPATCH_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// Checks a dispatch when it is recorded: entry, counts, and what of |config|
// and |flags| the device cannot do. Workgroup counts are ignored: a program
// distributes its work over the cores itself.
iree_status_t iree_hal_tt_dispatch_check(
    iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal,
    const iree_hal_dispatch_config_t* config, iree_const_byte_span_t constants,
    iree_host_size_t binding_count, iree_hal_dispatch_flags_t flags);

// Runs a checked dispatch to completion on |hardware|. |bindings| are direct,
// or slots of |binding_table|. Programs rely on bindings that start at a
// multiple of IREE_HAL_TT_ALIGNMENT in device memory; others go through aligned
// copies, which is refused where such bindings overlap partially.
iree_status_t iree_hal_tt_dispatch_run(
    iree_hal_tt_hardware_t* hardware, iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal, const uint32_t* constants,
    iree_hal_buffer_ref_list_t bindings,
    iree_hal_buffer_binding_table_t binding_table);

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_DISPATCH_H_

// Loaded program images.
#ifndef IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_H_
#define IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_H_

#include "iree/base/api.h"
#include "iree/hal/api.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// The one executable format: the data is a program image (raw bytes).
#define IREE_HAL_TT_EXECUTABLE_FORMAT "tenstorrent-bh-fb"

// The most bindings an entry may take.
#define IREE_HAL_TT_MAX_BINDINGS 64

// What an entry point takes; lives as long as the executable.
typedef tt_backend_entry_t iree_hal_tt_entry_t;

// Loads the image of |params|, whose bytes are not needed afterwards.
iree_status_t iree_hal_tt_executable_create(
    iree_hal_tt_hardware_t* hardware,
    const iree_hal_executable_params_t* params,
    iree_hal_executable_t** out_executable);

// Entry |ordinal| of |executable|, checked against what a dispatch brings.
// The executable must be of this driver.
iree_status_t iree_hal_tt_executable_check_dispatch(
    iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal,
    iree_host_size_t constants_size, iree_host_size_t binding_count);

// The loaded program and the hardware it is loaded on.
tt_backend_program_t* iree_hal_tt_executable_program(
    iree_hal_executable_t* executable);
iree_hal_tt_hardware_t* iree_hal_tt_executable_hardware(
    iree_hal_executable_t* executable);
const iree_hal_tt_entry_t* iree_hal_tt_executable_entry(
    iree_hal_executable_t* executable,
    iree_hal_executable_export_ordinal_t ordinal);

extern const iree_hal_executable_vtable_t iree_hal_tt_executable_vtable;

#endif  // IREE_HAL_DRIVERS_TENSTORRENT_TT_EXECUTABLE_H_

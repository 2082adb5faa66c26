// Machine code that a program carries (tt_program_t.binaries): made ahead of
// time by tt_toolchain_precompile, so that a device needs no compiler.
//
// The code may come from anyone: it is read with the same care as an image, but
// what it does on the device is up to whoever made it. Devices run it only
// where their user allows that.
#ifndef TT_IREE_TOOLCHAIN_PRECOMPILED_H_
#define TT_IREE_TOOLCHAIN_PRECOMPILED_H_

#include "tile/program.h"
#include "toolchain/binary.h"
#include "toolchain/target.h"

enum { TT_PRECOMPILED_FIRMWARE = 0xFFFFFFFFu };  // in the place of a phase

// Appends |code| of phase |phase| (as tt_program_t.phases counts them), or of
// the firmware. Kernels run on one build of the firmware: |firmware| names it,
// whatever it is as long as builds differ (it is the build's CRC-64).
tt_status_t tt_precompiled_add(tt_program_t* program,
                               const tt_toolchain_target_t* target,
                               uint32_t phase, const tt_binary_t* code,
                               uint64_t firmware);

// What the program carries of that for |target|; owned by the caller.
// NOT_FOUND if it carries no such code, INVALID_ARGUMENT if it is malformed.
tt_status_t tt_precompiled_find(const tt_program_t* program,
                                const tt_toolchain_target_t* target,
                                uint32_t phase, tt_binary_t** out_code,
                                uint64_t* out_firmware);

#endif  // TT_IREE_TOOLCHAIN_PRECOMPILED_H_

// Constants whose elements are a resource of the module, as exporters write
// them: `arith.constant dense_resource<name> : tensor<4xf32>`.
#ifndef TT_IREE_COMPILER_TTC_RESOURCES_H_
#define TT_IREE_COMPILER_TTC_RESOURCES_H_

#include "compiler/plugins/target/tenstorrent/ttc_api.h"

// Gives all of them in |module| their elements in place, as a dense attribute:
// what reads dispatches knows no other. A constant whose resource is missing or
// has the wrong size stays as it is.
tt_status_t ttc_resources_inline(MlirOperation module);

#endif  // TT_IREE_COMPILER_TTC_RESOURCES_H_

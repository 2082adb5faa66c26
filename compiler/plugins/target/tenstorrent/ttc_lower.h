// From plans to tile programs.
#ifndef TT_IREE_COMPILER_TTC_LOWER_H_
#define TT_IREE_COMPILER_TTC_LOWER_H_

#include "compiler/plugins/target/tenstorrent/ttc_plan.h"
#include "tile/build.h"

// Adds |plan| of |dispatch| to |b| as one entry. Errors stay in the builder.
void ttc_lower_plan(tt_builder_t* b, ttc_dispatch_t* dispatch,
                    const ttc_plan_options_t* options, const ttc_plan_t* plan);

#endif  // TT_IREE_COMPILER_TTC_LOWER_H_

// Chains of reductions: attention, a norm of a product, a product of what was
// computed.
#ifndef TT_IREE_COMPILER_TTC_CUT_H_
#define TT_IREE_COMPILER_TTC_CUT_H_

#include "compiler/plugins/target/tenstorrent/ttc_dispatch.h"

// Cuts |dispatch| where one phase cannot do it: values that are computed once
// and used by other loops go through scratch memory. Each is stored before what
// uses it, and loaded from then on:
//
// - operands of products of matrices, so that these multiply what they load;
// - results of reductions that reductions over other loops use, or stores that
//   use another one;
// - numbers of rows, where they are computed;
// - results of reductions that are the same for each index of a loop, which are
//   computed once.
//
// Leaves other dispatches as they are.
void ttc_cut_dispatch(ttc_dispatch_t* dispatch);

#endif  // TT_IREE_COMPILER_TTC_CUT_H_

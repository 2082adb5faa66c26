#include "compiler/plugins/target/tenstorrent/ttc_lower_internal.h"
void ttc_lower_matmul(ttc_lower_t* lower) {}

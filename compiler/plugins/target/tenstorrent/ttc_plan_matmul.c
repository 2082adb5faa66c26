#include "compiler/plugins/target/tenstorrent/ttc_plan_internal.h"
void ttc_plan_matmul(ttc_planner_t* planner) {}

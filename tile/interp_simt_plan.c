// Placeholder until planned below.
#include "tile/interp_internal.h"
tt_status_t tt_simt_plan(tt_interp_t* interp, tt_kernel_code_t* kernel) {
  return NULL;
}
void tt_simt_free(tt_kernel_code_t* kernel) {}
bool tt_simt_pays(const tt_decoded_t* op, const uint64_t* slots,
                  uint64_t trips) {
  return false;
}
tt_run_t tt_simt_run(tt_core_t* core, const tt_decoded_t* op,
                     tt_kernel_run_t* run, int64_t low, int64_t step,
                     uint64_t trips) {
  return TT_RUN_FAILED;
}

#include "iree/hal/drivers/tenstorrent/tt_error.h"

_Static_assert((int)TT_CODE_DATA_LOSS == (int)IREE_STATUS_DATA_LOSS &&
                   (int)TT_CODE_OUT_OF_RANGE == (int)IREE_STATUS_OUT_OF_RANGE,
               "tt_code_t must carry IREE's code values");

iree_status_t iree_hal_tt_status(tt_status_t status) {
  if (!status) return iree_ok_status();
  tt_code_t code = tt_status_code(status);
  if (code == TT_CODE_DEADLINE_EXCEEDED) {
    // IREE 3.9.0's hal.fence.await also frees such a status twice, which is a
    // crash if it has a message.
    status = tt_status_prefix(status, "%s", tt_code_name(code));
    code = TT_CODE_ABORTED;
  }
  // No source location: the message names the place in the device's terms.
  iree_status_t result = iree_status_allocate_f(
      (iree_status_code_t)code, NULL, 0, "%s", tt_status_message(status));
  tt_status_free(status);
  return result;
}

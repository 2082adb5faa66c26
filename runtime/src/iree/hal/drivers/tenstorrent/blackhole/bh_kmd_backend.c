// The device over the transport to a card.

#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "bh_kmd.h"

// The transport has not met silicon: nobody is given it who did not ask.
static bool is_preferred(void) {
  const char* wish = getenv("TT_IREE_CARD");
  return wish && !strcmp(wish, "1") && tt_bh_kmd_present();
}

TT_BH_BACKEND(tt_kmd_backend, tt_bh_kmd, "kmd",
              "Blackhole card (tt-kmd), never tried on silicon", is_preferred);

#include "toolchain/binary.h"

#include <stdlib.h>

void tt_binary_free(tt_binary_t* code) {
  if (!code) return;
  free(code->segments);
  free(code->bytes);
  free(code);
}

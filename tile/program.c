#include "tile/program.h"

#include <stdlib.h>

void tt_program_free(tt_program_t* program) {
  if (!program) return;
#define X(type, member, limit) free(program->member);
  TT_PROGRAM_ARRAYS(X)
#undef X
  free(program);
}

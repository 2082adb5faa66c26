#include "tile/program.h"

#include <stdlib.h>

void tt_program_free(tt_program_t* program) {
  if (!program) return;
#define X(type, member, limit) free(program->member);
  TT_PROGRAM_ARRAYS(X)
#undef X
  free(program);
}

bool tt_program_complete(tt_program_t* program) {
#define X(type, member, limit)                             \
  if (!program->member) {                                  \
    program->member = calloc(1, sizeof(*program->member)); \
    if (!program->member) return false;                    \
  }
  TT_PROGRAM_ARRAYS(X)
#undef X
  return true;
}

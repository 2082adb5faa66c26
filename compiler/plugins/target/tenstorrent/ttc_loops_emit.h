// Loop programs to tile programs.
#ifndef TT_IREE_COMPILER_TTC_LOOPS_EMIT_H_
#define TT_IREE_COMPILER_TTC_LOOPS_EMIT_H_

#include "compiler/plugins/target/tenstorrent/ttc_loops.h"
#include "tile/build.h"

// Where each node is computed in one phase. The arrays have an element for each
// node that there was, and belong to the arena of the loop program.
typedef struct ttc_schedule_t {
  // Per node: the region in which it is computed, before the first statement
  // that needs it; NULL when it is not needed or computed in the launch
  // program.
  ttc_region_t** place;
  uint32_t* uses;  // per node: statements, yields and nodes that use it
} ttc_schedule_t;

// Schedules the statements from |first| up to |end|: as far out of loops as
// possible, and then as late as possible. Unlinks loads whose value nobody
// uses. After an error, left in |loops|, the schedule is not to be read.
ttc_schedule_t ttc_loops_schedule(ttc_loops_t* loops, ttc_stmt_t* first,
                                  ttc_stmt_t* end);

// Opens the entry |name| in |b| and emits the phases of |loops| (distributed,
// at least one). Errors are left in |b| or |loops|.
void ttc_loops_emit(ttc_loops_t* loops, tt_builder_t* b, const char* name,
                    uint32_t constant_count, uint32_t binding_count);

#endif  // TT_IREE_COMPILER_TTC_LOOPS_EMIT_H_

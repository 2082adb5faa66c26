// What the transformations of loop programs are made of: moving statements,
// substituting nodes, walks, and some questions.
#ifndef TT_IREE_COMPILER_TTC_LOOPS_EDIT_H_
#define TT_IREE_COMPILER_TTC_LOOPS_EDIT_H_

#include "compiler/plugins/target/tenstorrent/ttc_loops.h"

void ttc_stmt_unlink(ttc_stmt_t* stmt);
// Puts |stmt| (unlinked) before |before|, or last in |region| when NULL.
void ttc_stmt_insert(ttc_region_t* region, ttc_stmt_t* before,
                     ttc_stmt_t* stmt);

// Moves all statements of |from| to the end of |to|; their values move along.
// |from| is dead then.
void ttc_region_move(ttc_loops_t* loops, ttc_region_t* from, ttc_region_t* to);

// A substitution of nodes. |to| has an entry for every node that existed when
// the map was made; TTC_NO_NODE where nothing is decided yet.
typedef struct ttc_map_t {
  ttc_node_t* to;
  uint32_t count;
} ttc_map_t;
ttc_map_t ttc_map_create(ttc_loops_t* loops);
void ttc_map_set(ttc_map_t* map, ttc_node_t from, ttc_node_t to);
// |node| rebuilt under the substitution.
ttc_node_t ttc_map_node(ttc_loops_t* loops, ttc_map_t* map, ttc_node_t node);
// Rewrites every node that |stmt| and what is below it use. Returns whether one
// changed.
bool ttc_map_stmt(ttc_loops_t* loops, ttc_map_t* map, ttc_stmt_t* stmt);

// The FOR that counts with |node|, or NULL.
const ttc_stmt_t* ttc_loops_counting(const ttc_loops_t* loops, ttc_node_t node);
bool ttc_loops_depends_on(ttc_loops_t* loops, ttc_node_t node, ttc_node_t leaf);
// Whether accesses to the two memories may meet.
bool ttc_loops_may_alias(const ttc_loops_t* loops, uint32_t a, uint32_t b);

// Calls |visit| for |stmt| and all statements below it, outer ones first, until
// it returns false. Returns whether it always returned true.
typedef bool (*ttc_visit_fn_t)(ttc_stmt_t* stmt, void* data);
bool ttc_stmt_walk(ttc_stmt_t* stmt, ttc_visit_fn_t visit, void* data);
bool ttc_region_walk(ttc_region_t* region, ttc_visit_fn_t visit, void* data);

#endif  // TT_IREE_COMPILER_TTC_LOOPS_EDIT_H_

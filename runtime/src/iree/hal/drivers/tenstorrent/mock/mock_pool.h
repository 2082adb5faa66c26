// The mock's threads: runs the simulated cores of a phase on a few host
// threads. Several launches may use one pool at once; the caller of run works
// along, so a pool of one thread starts none.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_POOL_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_POOL_H_

#include <stdint.h>

#include "tile/status.h"

typedef struct tt_mock_pool_t tt_mock_pool_t;

// What a host thread keeps while it runs cores: the L1 of the core it is
// running, and the interpreter's state. Made on demand, reused.
typedef struct tt_mock_pool_states_t {
  tt_status_t (*create)(void* context, void** out_state);
  void (*destroy)(void* context, void* state);
  void* context;
} tt_mock_pool_states_t;

// Runs item |index| of a job on |state|.
typedef tt_status_t (*tt_mock_pool_fn_t)(void* job_context, void* state,
                                         uint32_t index);

// |thread_count| >= 1 host threads, the caller of run among them. |states| is
// copied; its context must outlive the pool.
tt_status_t tt_mock_pool_create(uint32_t thread_count,
                                const tt_mock_pool_states_t* states,
                                tt_mock_pool_t** out_pool);

// No job may be running.
void tt_mock_pool_destroy(tt_mock_pool_t* pool);

// Runs items 0 .. |count|-1 and returns when all are done; thread-safe. After
// a failure, items not yet begun are dropped and the first failure is returned.
tt_status_t tt_mock_pool_run(tt_mock_pool_t* pool, uint32_t count,
                             tt_mock_pool_fn_t fn, void* job_context);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_MOCK_MOCK_POOL_H_

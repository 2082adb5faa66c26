#include "mock_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "mock.h"

// Waking a thread takes tens of microseconds, as long as many a phase: whoever
// waits looks on for about as long before it sleeps.
enum { SPINS = 1000 };

// A job lives on the stack of the thread that runs it. What is not atomic is
// guarded by the pool's mutex.
typedef struct tt_mock_job_t {
  struct tt_mock_job_t* next;
  tt_mock_pool_fn_t fn;
  void* context;
  uint32_t count;
  atomic_uint begun;    // items; beyond |count| there are none
  atomic_uint running;  // threads that work on it; changes with the mutex held
  atomic_bool failed;
  tt_status_t status;
} tt_mock_job_t;

typedef struct tt_mock_state_t {
  struct tt_mock_state_t* next;
  void* state;
} tt_mock_state_t;

struct tt_mock_pool_t {
  pthread_mutex_t mutex;
  pthread_cond_t work;      // a job has items to begin, or the pool closes
  pthread_cond_t finished;  // the last running item of some job is done
  tt_mock_job_t* jobs;      // those with items to begin
  tt_mock_state_t* idle;
  tt_mock_pool_states_t states;
  bool closing;
  atomic_uint posts;  // of |work|; changes with the mutex held
  bool spins;         // there is a CPU for each thread
  uint32_t worker_count;
  pthread_t workers[];
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Waits a little for *value, which changes with the mutex held, to be another;
// whether it is. Mutex held on entry and exit, not between.
static bool spin_while(tt_mock_pool_t* pool, atomic_uint* value,
                       uint32_t unwanted) {
  if (pool->spins) {
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < SPINS && atomic_load(value) == unwanted; ++i) relax();
    pthread_mutex_lock(&pool->mutex);
  }
  return atomic_load(value) != unwanted;
}

static void unlink_job(tt_mock_pool_t* pool, tt_mock_job_t* job) {
  for (tt_mock_job_t** at = &pool->jobs; *at; at = &(*at)->next) {
    if (*at == job) {
      *at = job->next;
      return;
    }
  }
}

// Takes an idle state or makes one; called with the mutex held, which is
// released while a state is made.
static tt_status_t take_state(tt_mock_pool_t* pool, tt_mock_state_t** out) {
  if (pool->idle) {
    *out = pool->idle;
    pool->idle = (*out)->next;
    return NULL;
  }
  pthread_mutex_unlock(&pool->mutex);
  tt_status_t status = NULL;
  tt_mock_state_t* made = calloc(1, sizeof(*made));
  if (!made) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "out of host memory for a simulated core");
  } else {
    status = pool->states.create(pool->states.context, &made->state);
    if (status) {
      free(made);
      made = NULL;
    }
  }
  pthread_mutex_lock(&pool->mutex);
  *out = made;
  return status;
}

static void fail(tt_mock_job_t* job, tt_status_t status) {
  tt_status_join(&job->status, status);
  atomic_store(&job->failed, true);
}

// Runs items of |job| until there is none left to begin.
static void run_items(tt_mock_pool_t* pool, tt_mock_job_t* job, void* state) {
  while (!atomic_load(&job->failed)) {
    uint32_t index = atomic_fetch_add(&job->begun, 1);
    if (index >= job->count) return;
    tt_status_t status = job->fn(job->context, state, index);
    if (!status) continue;
    pthread_mutex_lock(&pool->mutex);
    fail(job, status);
    pthread_mutex_unlock(&pool->mutex);
  }
}

// Works on |job| until it has nothing left to begin. Mutex held on entry and
// exit, not while items run.
static void work_on(tt_mock_pool_t* pool, tt_mock_job_t* job) {
  atomic_fetch_add(&job->running, 1);
  tt_mock_state_t* state = NULL;
  tt_status_t status = take_state(pool, &state);
  if (status) fail(job, status);
  if (state) {
    pthread_mutex_unlock(&pool->mutex);
    run_items(pool, job, state->state);
    pthread_mutex_lock(&pool->mutex);
    state->next = pool->idle;
    pool->idle = state;
  }
  unlink_job(pool, job);
  if (atomic_fetch_sub(&job->running, 1) == 1) {
    pthread_cond_broadcast(&pool->finished);
  }
}

static void* worker_main(void* argument) {
  tt_mock_pool_t* pool = argument;
  pthread_mutex_lock(&pool->mutex);
  while (!pool->closing) {
    if (pool->jobs) {
      work_on(pool, pool->jobs);
      continue;
    }
    if (!spin_while(pool, &pool->posts, atomic_load(&pool->posts))) {
      pthread_cond_wait(&pool->work, &pool->mutex);
    }
  }
  pthread_mutex_unlock(&pool->mutex);
  return NULL;
}

tt_status_t tt_mock_pool_create(uint32_t thread_count,
                                const tt_mock_pool_states_t* states,
                                tt_mock_pool_t** out_pool) {
  *out_pool = NULL;
  uint32_t worker_count = thread_count - 1;
  tt_mock_pool_t* pool =
      calloc(1, sizeof(*pool) + worker_count * sizeof(pool->workers[0]));
  if (!pool) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for %u threads", thread_count);
  }
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->finished, NULL);
  pool->states = *states;
  pool->spins = thread_count <= tt_mock_usable_cpus();
  for (; pool->worker_count < worker_count; ++pool->worker_count) {
    int error = pthread_create(&pool->workers[pool->worker_count], NULL,
                               worker_main, pool);
    if (error) {
      tt_mock_pool_destroy(pool);
      return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                            "cannot start thread %u of %u (error %d)",
                            pool->worker_count + 1, worker_count, error);
    }
  }
  *out_pool = pool;
  return NULL;
}

void tt_mock_pool_destroy(tt_mock_pool_t* pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->mutex);
  pool->closing = true;
  atomic_fetch_add(&pool->posts, 1);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->mutex);
  for (uint32_t i = 0; i < pool->worker_count; ++i) {
    pthread_join(pool->workers[i], NULL);
  }
  while (pool->idle) {
    tt_mock_state_t* state = pool->idle;
    pool->idle = state->next;
    pool->states.destroy(pool->states.context, state->state);
    free(state);
  }
  pthread_cond_destroy(&pool->finished);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

tt_status_t tt_mock_pool_run(tt_mock_pool_t* pool, uint32_t count,
                             tt_mock_pool_fn_t fn, void* job_context) {
  if (!count) return NULL;
  tt_mock_job_t job = {.fn = fn, .context = job_context, .count = count};
  pthread_mutex_lock(&pool->mutex);
  if (count > 1 && pool->worker_count) {
    job.next = pool->jobs;
    pool->jobs = &job;
    atomic_fetch_add(&pool->posts, 1);
    if (count == 2) {
      pthread_cond_signal(&pool->work);
    } else {
      pthread_cond_broadcast(&pool->work);
    }
  }
  work_on(pool, &job);
  uint32_t others = 0;
  while ((others = atomic_load(&job.running)) != 0) {
    if (!spin_while(pool, &job.running, others)) {
      pthread_cond_wait(&pool->finished, &pool->mutex);
    }
  }
  pthread_mutex_unlock(&pool->mutex);
  return job.status;
}

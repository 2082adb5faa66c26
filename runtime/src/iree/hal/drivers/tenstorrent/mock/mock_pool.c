#include "mock_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

// A job lives on the stack of the thread that runs it. All fields are guarded
// by the pool's mutex: an item is a whole simulated core, so taking the lock
// once an item costs nothing that matters.
typedef struct tt_mock_job_t {
  struct tt_mock_job_t* next;
  tt_mock_pool_fn_t fn;
  void* context;
  uint32_t count;
  uint32_t begun;
  uint32_t running;
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
  uint32_t worker_count;
  pthread_t workers[];
};

static bool job_is_open(const tt_mock_job_t* job) {
  return job->begun < job->count && !job->status;
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

// Works on |job| until it has nothing left to begin. Mutex held on entry and
// exit, not while an item runs.
static void work_on(tt_mock_pool_t* pool, tt_mock_job_t* job) {
  ++job->running;
  tt_mock_state_t* state = NULL;
  tt_status_t status = take_state(pool, &state);
  if (status) tt_status_join(&job->status, status);
  while (state && job_is_open(job)) {
    uint32_t index = job->begun++;
    if (job->begun == job->count) unlink_job(pool, job);
    pthread_mutex_unlock(&pool->mutex);
    status = job->fn(job->context, state->state, index);
    pthread_mutex_lock(&pool->mutex);
    if (status) tt_status_join(&job->status, status);
  }
  if (state) {
    state->next = pool->idle;
    pool->idle = state;
  }
  unlink_job(pool, job);
  if (--job->running == 0) pthread_cond_broadcast(&pool->finished);
}

static void* worker_main(void* argument) {
  tt_mock_pool_t* pool = argument;
  pthread_mutex_lock(&pool->mutex);
  while (!pool->closing) {
    if (pool->jobs) {
      work_on(pool, pool->jobs);
    } else {
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
    if (count == 2) {
      pthread_cond_signal(&pool->work);
    } else {
      pthread_cond_broadcast(&pool->work);
    }
  }
  work_on(pool, &job);
  while (job.running) pthread_cond_wait(&pool->finished, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
  return job.status;
}

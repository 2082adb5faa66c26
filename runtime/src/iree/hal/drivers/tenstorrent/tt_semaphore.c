#include "iree/hal/drivers/tenstorrent/tt_semaphore.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// How long a poll of foreign semaphores blocks on one of them.
#define FOREIGN_POLL_NS 1000000

typedef struct iree_hal_tt_semaphore_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
  uint32_t fork_generation;

  pthread_mutex_t mutex;  // guards everything below
  pthread_cond_t changed;
  uint64_t value;
  iree_status_t failure;  // owned; set once
  // In the order they were added, which becomes the order of execution.
  iree_hal_tt_timepoint_t* head;
  iree_hal_tt_timepoint_t* tail;
} iree_hal_tt_semaphore_t;

static iree_hal_tt_semaphore_t* iree_hal_tt_semaphore_cast(
    iree_hal_semaphore_t* base) {
  return (iree_hal_tt_semaphore_t*)base;
}

iree_status_t iree_hal_tt_semaphore_create(
    uint64_t initial_value, iree_allocator_t host_allocator,
    iree_hal_semaphore_t** out_semaphore) {
  *out_semaphore = NULL;
  iree_hal_tt_semaphore_t* semaphore = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(host_allocator, sizeof(*semaphore),
                                             (void**)&semaphore));
  iree_hal_resource_initialize(&iree_hal_tt_semaphore_vtable,
                               &semaphore->resource);
  semaphore->host_allocator = host_allocator;
  semaphore->fork_generation = iree_hal_tt_fork_generation();
  pthread_mutex_init(&semaphore->mutex, NULL);
  pthread_cond_init(&semaphore->changed, NULL);
  semaphore->value = initial_value;
  *out_semaphore = (iree_hal_semaphore_t*)semaphore;
  return iree_ok_status();
}

static void iree_hal_tt_semaphore_destroy(iree_hal_semaphore_t* base) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  iree_status_free(semaphore->failure);
  // A forked child may hold locks of threads that do not exist there.
  if (semaphore->fork_generation == iree_hal_tt_fork_generation()) {
    pthread_cond_destroy(&semaphore->changed);
    pthread_mutex_destroy(&semaphore->mutex);
  }
  iree_allocator_free(semaphore->host_allocator, semaphore);
}

bool iree_hal_tt_semaphore_isa(iree_hal_semaphore_t* semaphore) {
  return iree_hal_resource_is(semaphore, &iree_hal_tt_semaphore_vtable);
}

static iree_status_t iree_hal_tt_semaphore_query(iree_hal_semaphore_t* base,
                                                 uint64_t* out_value) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  *out_value = IREE_HAL_SEMAPHORE_FAILURE_VALUE;
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(semaphore->fork_generation));
  pthread_mutex_lock(&semaphore->mutex);
  iree_status_t status = iree_status_clone(semaphore->failure);
  if (iree_status_is_ok(status)) *out_value = semaphore->value;
  pthread_mutex_unlock(&semaphore->mutex);
  return status;
}

static void unlink_timepoint(iree_hal_tt_semaphore_t* semaphore,
                             iree_hal_tt_timepoint_t* timepoint) {
  *(timepoint->previous ? &timepoint->previous->next : &semaphore->head) =
      timepoint->next;
  *(timepoint->next ? &timepoint->next->previous : &semaphore->tail) =
      timepoint->previous;
  timepoint->pending = false;
}

// Runs and unlinks all timepoints that are due. The mutex is held.
static void run_timepoints(iree_hal_tt_semaphore_t* semaphore) {
  const bool failed = !iree_status_is_ok(semaphore->failure);
  iree_hal_tt_timepoint_t* timepoint = semaphore->head;
  while (timepoint) {
    iree_hal_tt_timepoint_t* next = timepoint->next;
    if (failed || semaphore->value >= timepoint->minimum_value) {
      unlink_timepoint(semaphore, timepoint);
      // The timepoint may be gone once its callback ran.
      timepoint->fn(timepoint->user_data, failed);
    }
    timepoint = next;
  }
  pthread_cond_broadcast(&semaphore->changed);
}

static iree_status_t iree_hal_tt_semaphore_signal(iree_hal_semaphore_t* base,
                                                  uint64_t new_value) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(semaphore->fork_generation));
  pthread_mutex_lock(&semaphore->mutex);
  iree_status_t status = iree_status_clone(semaphore->failure);
  if (iree_status_is_ok(status)) {
    if (new_value > semaphore->value &&
        new_value <= IREE_HAL_SEMAPHORE_MAX_VALUE) {
      semaphore->value = new_value;
      run_timepoints(semaphore);
    } else {
      status = iree_make_status(IREE_STATUS_OUT_OF_RANGE,
                                "semaphore value %" PRIu64
                                " cannot be signalled: it must be above "
                                "the current %" PRIu64 " and at most %" PRIu64,
                                new_value, semaphore->value,
                                (uint64_t)IREE_HAL_SEMAPHORE_MAX_VALUE);
    }
  }
  pthread_mutex_unlock(&semaphore->mutex);
  return status;
}

static void iree_hal_tt_semaphore_fail(iree_hal_semaphore_t* base,
                                       iree_status_t status) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  if (semaphore->fork_generation != iree_hal_tt_fork_generation()) {
    iree_status_free(status);
    return;
  }
  pthread_mutex_lock(&semaphore->mutex);
  if (iree_status_is_ok(semaphore->failure)) {
    semaphore->failure = status;
    status = iree_ok_status();
    run_timepoints(semaphore);
  }
  pthread_mutex_unlock(&semaphore->mutex);
  // Only the first failure is kept: the later ones follow from it.
  iree_status_free(status);
}

// Waits for a change. False once |deadline_ns| has passed.
static bool wait_until(pthread_cond_t* condition, pthread_mutex_t* mutex,
                       iree_time_t deadline_ns) {
  if (deadline_ns == IREE_TIME_INFINITE_FUTURE) {
    return pthread_cond_wait(condition, mutex) == 0;
  }
  if (deadline_ns <= 0) return false;
  const struct timespec deadline = {
      .tv_sec = (time_t)(deadline_ns / 1000000000),
      .tv_nsec = (long)(deadline_ns % 1000000000),
  };
  return pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT;
}

static iree_status_t iree_hal_tt_semaphore_wait(iree_hal_semaphore_t* base,
                                                uint64_t value,
                                                iree_timeout_t timeout,
                                                iree_hal_wait_flags_t flags) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(semaphore->fork_generation));
  const iree_time_t deadline_ns = iree_timeout_as_deadline_ns(timeout);
  iree_status_t status = iree_ok_status();
  pthread_mutex_lock(&semaphore->mutex);
  bool in_time = true;
  while (in_time && iree_status_is_ok(semaphore->failure) &&
         semaphore->value < value) {
    in_time = wait_until(&semaphore->changed, &semaphore->mutex, deadline_ns);
  }
  if (!iree_status_is_ok(semaphore->failure)) {
    status = iree_status_clone(semaphore->failure);
  } else if (semaphore->value < value) {
    status = iree_status_from_code(IREE_STATUS_DEADLINE_EXCEEDED);
  }
  pthread_mutex_unlock(&semaphore->mutex);
  return status;
}

static iree_status_t iree_hal_tt_semaphore_import_timepoint(
    iree_hal_semaphore_t* base, uint64_t value,
    iree_hal_queue_affinity_t queue_affinity,
    iree_hal_external_timepoint_t external_timepoint) {
  return iree_make_status(
      IREE_STATUS_UNIMPLEMENTED,
      "tenstorrent semaphores cannot import external timepoints (type %d)",
      (int)external_timepoint.type);
}

static iree_status_t iree_hal_tt_semaphore_export_timepoint(
    iree_hal_semaphore_t* base, uint64_t value,
    iree_hal_queue_affinity_t queue_affinity,
    iree_hal_external_timepoint_type_t requested_type,
    iree_hal_external_timepoint_flags_t requested_flags,
    iree_hal_external_timepoint_t* IREE_RESTRICT out_external_timepoint) {
  return iree_make_status(
      IREE_STATUS_UNIMPLEMENTED,
      "tenstorrent semaphores cannot export external timepoints (type %d)",
      (int)requested_type);
}

const iree_hal_semaphore_vtable_t iree_hal_tt_semaphore_vtable = {
    .destroy = iree_hal_tt_semaphore_destroy,
    .query = iree_hal_tt_semaphore_query,
    .signal = iree_hal_tt_semaphore_signal,
    .fail = iree_hal_tt_semaphore_fail,
    .wait = iree_hal_tt_semaphore_wait,
    .import_timepoint = iree_hal_tt_semaphore_import_timepoint,
    .export_timepoint = iree_hal_tt_semaphore_export_timepoint,
};

//===----------------------------------------------------------------------===//
// Timepoints
//===----------------------------------------------------------------------===//

void iree_hal_tt_semaphore_add_timepoint(iree_hal_semaphore_t* base,
                                         iree_hal_tt_timepoint_t* timepoint) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  pthread_mutex_lock(&semaphore->mutex);
  timepoint->next = NULL;
  timepoint->previous = semaphore->tail;
  *(semaphore->tail ? &semaphore->tail->next : &semaphore->head) = timepoint;
  semaphore->tail = timepoint;
  timepoint->pending = true;
  if (!iree_status_is_ok(semaphore->failure) ||
      semaphore->value >= timepoint->minimum_value) {
    run_timepoints(semaphore);
  }
  pthread_mutex_unlock(&semaphore->mutex);
}

void iree_hal_tt_semaphore_cancel_timepoint(
    iree_hal_semaphore_t* base, iree_hal_tt_timepoint_t* timepoint) {
  iree_hal_tt_semaphore_t* semaphore = iree_hal_tt_semaphore_cast(base);
  pthread_mutex_lock(&semaphore->mutex);
  if (timepoint->pending) unlink_timepoint(semaphore, timepoint);
  pthread_mutex_unlock(&semaphore->mutex);
}

//===----------------------------------------------------------------------===//
// Waits for several semaphores
//===----------------------------------------------------------------------===//

// What of a list is done: OK and |out_done| when the wait is satisfied, a
// failure if one of the semaphores failed and that decides the wait.
static iree_status_t poll_list(iree_hal_wait_mode_t wait_mode,
                               iree_hal_semaphore_list_t list, bool* out_done) {
  iree_status_t status = iree_ok_status();
  iree_host_size_t reached = 0;
  for (iree_host_size_t i = 0; i < list.count; ++i) {
    uint64_t value = 0;
    iree_status_t query_status =
        iree_hal_semaphore_query(list.semaphores[i], &value);
    if (!iree_status_is_ok(query_status)) {
      status = iree_status_join(status, query_status);
    } else if (value >= list.payload_values[i]) {
      ++reached;
    }
  }
  *out_done =
      wait_mode == IREE_HAL_WAIT_MODE_ANY ? reached > 0 : reached == list.count;
  return *out_done ? iree_status_ignore(status) : status;
}

// The waiting thread, seen from the timepoints it placed.
typedef struct waiter_t {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  iree_host_size_t reached;
  bool failed;
} waiter_t;

static void wake_waiter(void* user_data, bool failed) {
  waiter_t* waiter = user_data;
  pthread_mutex_lock(&waiter->mutex);
  ++waiter->reached;
  waiter->failed |= failed;
  pthread_cond_signal(&waiter->changed);
  pthread_mutex_unlock(&waiter->mutex);
}

// Blocks until |needed| timepoints ran, one failed, or |deadline_ns|.
static void wait_for_timepoints(iree_hal_semaphore_list_t list,
                                iree_hal_tt_timepoint_t* timepoints,
                                iree_host_size_t needed,
                                iree_time_t deadline_ns) {
  waiter_t waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER};
  for (iree_host_size_t i = 0; i < list.count; ++i) {
    timepoints[i] = (iree_hal_tt_timepoint_t){
        .minimum_value = list.payload_values[i],
        .fn = wake_waiter,
        .user_data = &waiter,
    };
    iree_hal_tt_semaphore_add_timepoint(list.semaphores[i], &timepoints[i]);
  }
  pthread_mutex_lock(&waiter.mutex);
  bool in_time = true;
  while (in_time && waiter.reached < needed && !waiter.failed) {
    in_time = wait_until(&waiter.changed, &waiter.mutex, deadline_ns);
  }
  pthread_mutex_unlock(&waiter.mutex);
  // Not under the waiter's lock: callbacks take it under a semaphore's.
  for (iree_host_size_t i = 0; i < list.count; ++i) {
    iree_hal_tt_semaphore_cancel_timepoint(list.semaphores[i], &timepoints[i]);
  }
  pthread_cond_destroy(&waiter.changed);
  pthread_mutex_destroy(&waiter.mutex);
}

// Lists with semaphores of other drivers: looks at all of them in turn and
// blocks a moment on the first one that is not there yet.
static iree_status_t poll_until(iree_hal_wait_mode_t wait_mode,
                                iree_hal_semaphore_list_t list,
                                iree_time_t deadline_ns) {
  for (;;) {
    bool done = false;
    IREE_RETURN_IF_ERROR(poll_list(wait_mode, list, &done));
    if (done) return iree_ok_status();
    const iree_time_t now_ns = iree_time_now();
    if (now_ns >= deadline_ns) {
      return iree_status_from_code(IREE_STATUS_DEADLINE_EXCEEDED);
    }
    const iree_time_t slice_ns =
        iree_min(deadline_ns - now_ns, FOREIGN_POLL_NS);
    for (iree_host_size_t i = 0; i < list.count; ++i) {
      iree_status_t status =
          iree_hal_semaphore_wait(list.semaphores[i], list.payload_values[i],
                                  iree_make_deadline(now_ns + slice_ns), 0);
      const bool pending = iree_status_is_deadline_exceeded(status);
      iree_status_ignore(status);
      if (pending) break;
    }
  }
}

iree_status_t iree_hal_tt_semaphore_multi_wait(iree_hal_wait_mode_t wait_mode,
                                               iree_hal_semaphore_list_t list,
                                               iree_timeout_t timeout) {
  if (list.count == 0) return iree_ok_status();
  const iree_time_t deadline_ns = iree_timeout_as_deadline_ns(timeout);
  bool done = false;
  IREE_RETURN_IF_ERROR(poll_list(wait_mode, list, &done));
  if (done) return iree_ok_status();
  for (iree_host_size_t i = 0; i < list.count; ++i) {
    if (!iree_hal_tt_semaphore_isa(list.semaphores[i])) {
      return poll_until(wait_mode, list, deadline_ns);
    }
  }
  iree_allocator_t host_allocator = iree_allocator_system();
  iree_hal_tt_timepoint_t* timepoints = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(
      host_allocator, list.count * sizeof(*timepoints), (void**)&timepoints));
  wait_for_timepoints(list, timepoints,
                      wait_mode == IREE_HAL_WAIT_MODE_ANY ? 1 : list.count,
                      deadline_ns);
  iree_allocator_free(host_allocator, timepoints);
  IREE_RETURN_IF_ERROR(poll_list(wait_mode, list, &done));
  return done ? iree_ok_status()
              : iree_status_from_code(IREE_STATUS_DEADLINE_EXCEEDED);
}

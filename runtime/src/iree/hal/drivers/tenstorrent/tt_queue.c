#include "iree/hal/drivers/tenstorrent/tt_queue.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_semaphore.h"

// How long a foreign wait blocks before it looks whether it is cancelled.
#define FOREIGN_WAIT_MS 5

// A submitted operation. Lists and borrowed data lie in the same block.
typedef struct entry_t {
  iree_hal_tt_queue_t* queue;
  iree_hal_tt_operation_t operation;
  // Waits on our own semaphores come first, foreign ones behind them.
  iree_hal_semaphore_list_t waits;
  iree_host_size_t own_wait_count;
  iree_hal_semaphore_list_t signals;
  iree_hal_tt_timepoint_t* timepoints;  // one per own wait

  pthread_t foreign_thread;
  bool has_foreign_thread;
  _Atomic bool foreign_cancelled;

  // Guarded by the queue's mutex.
  struct entry_t* next;
  struct entry_t* previous;
  iree_host_size_t remaining;  // waits
  bool submitted;              // all waits are registered
  bool failed;                 // one of the waits
  bool ready;
  bool cancelled;
} entry_t;

typedef struct entry_list_t {
  entry_t* head;
  entry_t* tail;
} entry_list_t;

struct iree_hal_tt_queue_t {
  iree_hal_tt_hardware_t* hardware;
  pthread_t worker;

  pthread_mutex_t mutex;  // guards everything below
  pthread_cond_t changed;
  entry_list_t waiting;
  entry_list_t ready;
  bool busy;      // the worker has an entry in its hands
  bool shutdown;  // no more submissions
  bool detached;  // the worker frees the queue
};

static void list_append(entry_list_t* list, entry_t* entry) {
  entry->next = NULL;
  entry->previous = list->tail;
  *(list->tail ? &list->tail->next : &list->head) = entry;
  list->tail = entry;
}

static void list_remove(entry_list_t* list, entry_t* entry) {
  *(entry->previous ? &entry->previous->next : &list->head) = entry->next;
  *(entry->next ? &entry->next->previous : &list->tail) = entry->previous;
}

//===----------------------------------------------------------------------===//
// Becoming ready
//===----------------------------------------------------------------------===//

// The queue's mutex is held.
static void make_ready(entry_t* entry) {
  iree_hal_tt_queue_t* queue = entry->queue;
  entry->ready = true;
  list_remove(&queue->waiting, entry);
  list_append(&queue->ready, entry);
  pthread_cond_signal(&queue->changed);
}

// A failed wait makes the entry ready at once: its signals must not hang on
// other waits that may never come. The queue's mutex is held.
static void check_ready(entry_t* entry) {
  if (entry->submitted && !entry->ready &&
      (entry->failed || entry->remaining == 0)) {
    make_ready(entry);
  }
}

// |count| waits are done.
static void finish_waits(entry_t* entry, iree_host_size_t count, bool failed) {
  iree_hal_tt_queue_t* queue = entry->queue;
  pthread_mutex_lock(&queue->mutex);
  entry->remaining -= count;
  entry->failed |= failed;
  check_ready(entry);
  pthread_mutex_unlock(&queue->mutex);
}

static void on_timepoint(void* user_data, bool failed) {
  finish_waits((entry_t*)user_data, 1, failed);
}

static iree_hal_semaphore_list_t foreign_waits(const entry_t* entry) {
  return (iree_hal_semaphore_list_t){
      .count = entry->waits.count - entry->own_wait_count,
      .semaphores = entry->waits.semaphores + entry->own_wait_count,
      .payload_values = entry->waits.payload_values + entry->own_wait_count,
  };
}

static void* foreign_main(void* arg) {
  entry_t* entry = arg;
  const iree_hal_semaphore_list_t list = foreign_waits(entry);
  iree_status_t status = iree_ok_status();
  do {
    iree_status_ignore(status);
    status = iree_hal_tt_semaphore_multi_wait(
        IREE_HAL_WAIT_MODE_ALL, list, iree_make_timeout_ms(FOREIGN_WAIT_MS));
  } while (iree_status_is_deadline_exceeded(status) &&
           !atomic_load(&entry->foreign_cancelled));
  const bool failed = !iree_status_is_ok(status);
  iree_status_ignore(status);
  finish_waits(entry, list.count, failed);
  return NULL;
}

// Threads of ours must not take the signals the process is waiting for.
static int create_thread(pthread_t* out_thread, void* (*main)(void*),
                         void* arg) {
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  const int error = pthread_create(out_thread, NULL, main, arg);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return error;
}

static iree_status_t start_foreign_thread(entry_t* entry) {
  const int error = create_thread(&entry->foreign_thread, foreign_main, entry);
  if (error) {
    return iree_make_status(iree_status_code_from_errno(error),
                            "no thread for waits on semaphores of another "
                            "driver: %s",
                            strerror(error));
  }
  entry->has_foreign_thread = true;
  return iree_ok_status();
}

static iree_status_t start_foreign_waits(entry_t* entry) {
  const iree_hal_semaphore_list_t list = foreign_waits(entry);
  if (list.count == 0) return iree_ok_status();
  iree_status_t status = iree_hal_tt_semaphore_multi_wait(
      IREE_HAL_WAIT_MODE_ALL, list, iree_immediate_timeout());
  if (iree_status_is_deadline_exceeded(status)) {
    iree_status_ignore(status);
    return start_foreign_thread(entry);
  }
  // Over already, as most often in a program that takes turns with the host.
  finish_waits(entry, list.count, !iree_status_is_ok(status));
  iree_status_ignore(status);
  return iree_ok_status();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

// After this no callback and no thread knows the entry any more.
static void stop_waits(entry_t* entry) {
  for (iree_host_size_t i = 0; i < entry->own_wait_count; ++i) {
    iree_hal_tt_semaphore_cancel_timepoint(entry->waits.semaphores[i],
                                           &entry->timepoints[i]);
  }
  if (entry->has_foreign_thread) {
    atomic_store(&entry->foreign_cancelled, true);
    pthread_join(entry->foreign_thread, NULL);
  }
}

// The first failure among the waits.
static iree_status_t query_waits(const entry_t* entry) {
  for (iree_host_size_t i = 0; i < entry->waits.count; ++i) {
    uint64_t value = 0;
    IREE_RETURN_IF_ERROR(
        iree_hal_semaphore_query(entry->waits.semaphores[i], &value));
  }
  return iree_ok_status();
}

static void signal_all(iree_hal_semaphore_list_t signals) {
  for (iree_host_size_t i = 0; i < signals.count; ++i) {
    iree_status_t status = iree_hal_semaphore_signal(signals.semaphores[i],
                                                     signals.payload_values[i]);
    // Waiters must learn that the value will not come.
    if (!iree_status_is_ok(status)) {
      iree_hal_semaphore_fail(signals.semaphores[i], status);
    }
  }
}

// Takes |status|.
static void fail_all(iree_hal_semaphore_list_t signals, iree_status_t status) {
  for (iree_host_size_t i = 0; i < signals.count; ++i) {
    iree_hal_semaphore_fail(signals.semaphores[i], iree_status_clone(status));
  }
  iree_status_free(status);
}

static void free_entry(entry_t* entry) {
  for (iree_host_size_t i = 0; i < entry->waits.count; ++i) {
    iree_hal_semaphore_release(entry->waits.semaphores[i]);
  }
  for (iree_host_size_t i = 0; i < entry->signals.count; ++i) {
    iree_hal_semaphore_release(entry->signals.semaphores[i]);
  }
  iree_allocator_free(entry->queue->hardware->host_allocator, entry);
}

static void run_entry(entry_t* entry) {
  stop_waits(entry);
  iree_status_t status =
      entry->cancelled
          ? iree_make_status(IREE_STATUS_CANCELLED,
                             "the device was released before this operation's "
                             "wait semaphores were signalled")
          : query_waits(entry);
  if (iree_status_is_ok(status)) {
    status = iree_hal_tt_operation_run(&entry->operation,
                                       entry->queue->hardware, entry->signals);
  }
  // Before signalling, so that whoever waits sees the memory returned.
  iree_hal_tt_operation_release(&entry->operation);
  if (iree_status_is_ok(status)) {
    signal_all(entry->signals);
  } else if (iree_status_code(status) == IREE_STATUS_DEFERRED) {
    iree_status_free(status);
  } else {
    fail_all(entry->signals, status);
  }
  free_entry(entry);
}

// The next entry to run, or NULL when the queue is shut down and empty. The
// mutex is held.
static entry_t* next_entry(iree_hal_tt_queue_t* queue) {
  for (;;) {
    if (queue->ready.head) {
      entry_t* entry = queue->ready.head;
      list_remove(&queue->ready, entry);
      return entry;
    }
    if (queue->shutdown) {
      // Nothing can run any more that would signal what these wait for.
      if (!queue->waiting.head) return NULL;
      while (queue->waiting.head) {
        queue->waiting.head->cancelled = true;
        make_ready(queue->waiting.head);
      }
      continue;
    }
    pthread_cond_wait(&queue->changed, &queue->mutex);
  }
}

static void free_queue(iree_hal_tt_queue_t* queue) {
  iree_hal_tt_hardware_t* hardware = queue->hardware;
  pthread_cond_destroy(&queue->changed);
  pthread_mutex_destroy(&queue->mutex);
  iree_allocator_free(hardware->host_allocator, queue);
  iree_hal_tt_hardware_release(hardware);
}

static void* worker_main(void* arg) {
  iree_hal_tt_queue_t* queue = arg;
  pthread_setname_np(pthread_self(), "tt-queue");
  pthread_mutex_lock(&queue->mutex);
  for (entry_t* entry = next_entry(queue); entry; entry = next_entry(queue)) {
    queue->busy = true;
    pthread_mutex_unlock(&queue->mutex);
    run_entry(entry);
    pthread_mutex_lock(&queue->mutex);
    queue->busy = false;
  }
  const bool detached = queue->detached;
  pthread_mutex_unlock(&queue->mutex);
  if (detached) free_queue(queue);
  return NULL;
}

//===----------------------------------------------------------------------===//
// iree_hal_tt_queue_t
//===----------------------------------------------------------------------===//

iree_status_t iree_hal_tt_queue_create(iree_hal_tt_hardware_t* hardware,
                                       iree_hal_tt_queue_t** out_queue) {
  *out_queue = NULL;
  iree_hal_tt_queue_t* queue = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(hardware->host_allocator,
                                             sizeof(*queue), (void**)&queue));
  iree_hal_tt_hardware_retain(hardware);
  queue->hardware = hardware;
  pthread_mutex_init(&queue->mutex, NULL);
  pthread_cond_init(&queue->changed, NULL);
  const int error = create_thread(&queue->worker, worker_main, queue);
  if (error) {
    free_queue(queue);
    return iree_make_status(iree_status_code_from_errno(error),
                            "no thread for the device queue: %s",
                            strerror(error));
  }
  *out_queue = queue;
  return iree_ok_status();
}

void iree_hal_tt_queue_destroy(iree_hal_tt_queue_t* queue) {
  // In a forked child there is no worker to talk to.
  iree_hal_tt_hardware_t* hardware = queue->hardware;
  if (hardware->fork_generation != iree_hal_tt_fork_generation()) return;

  pthread_mutex_lock(&queue->mutex);
  queue->shutdown = true;
  // Joining a worker in the middle of an operation could deadlock: the caller
  // may hold a lock (Python's GIL) that the operation's end needs. And the
  // worker itself is the caller when an operation held the last reference.
  queue->detached = queue->busy || queue->ready.head || queue->waiting.head;
  const bool detached = queue->detached;
  const pthread_t worker = queue->worker;
  pthread_cond_signal(&queue->changed);
  if (detached) pthread_detach(worker);
  pthread_mutex_unlock(&queue->mutex);
  if (!detached) {
    pthread_join(worker, NULL);
    free_queue(queue);
  }
}

// Fills the lists of |entry| from |waits| and |signals|, retaining all.
static void take_lists(entry_t* entry, iree_hal_semaphore_list_t waits,
                       iree_hal_semaphore_list_t signals) {
  iree_host_size_t front = 0, back = waits.count;
  for (iree_host_size_t i = 0; i < waits.count; ++i) {
    const bool own = iree_hal_tt_semaphore_isa(waits.semaphores[i]);
    const iree_host_size_t place = own ? front++ : --back;
    iree_hal_semaphore_retain(waits.semaphores[i]);
    entry->waits.semaphores[place] = waits.semaphores[i];
    entry->waits.payload_values[place] = waits.payload_values[i];
  }
  entry->own_wait_count = front;
  for (iree_host_size_t i = 0; i < signals.count; ++i) {
    iree_hal_semaphore_retain(signals.semaphores[i]);
    entry->signals.semaphores[i] = signals.semaphores[i];
    entry->signals.payload_values[i] = signals.payload_values[i];
  }
}

static iree_status_t create_entry(iree_hal_tt_queue_t* queue,
                                  iree_hal_semaphore_list_t waits,
                                  iree_hal_semaphore_list_t signals,
                                  const iree_hal_tt_operation_t* operation,
                                  entry_t** out_entry) {
  const iree_host_size_t list_count = waits.count + signals.count;
  // Every part is a multiple of 16 bytes long but the last.
  const iree_host_size_t entry_size =
      (sizeof(entry_t) + 15) & ~(iree_host_size_t)15;
  const iree_host_size_t timepoints_size =
      (waits.count * sizeof(iree_hal_tt_timepoint_t) + 15) &
      ~(iree_host_size_t)15;
  const iree_host_size_t lists_size =
      list_count * (sizeof(iree_hal_semaphore_t*) + sizeof(uint64_t));
  uint8_t* block = NULL;
  IREE_RETURN_IF_ERROR(
      iree_allocator_malloc(queue->hardware->host_allocator,
                            entry_size + timepoints_size + lists_size +
                                iree_hal_tt_operation_storage_size(operation),
                            (void**)&block));
  entry_t* entry = (entry_t*)block;
  entry->queue = queue;
  entry->timepoints = (iree_hal_tt_timepoint_t*)(block + entry_size);
  iree_hal_semaphore_t** semaphores =
      (iree_hal_semaphore_t**)(block + entry_size + timepoints_size);
  uint64_t* values = (uint64_t*)(semaphores + list_count);
  entry->waits = (iree_hal_semaphore_list_t){waits.count, semaphores, values};
  entry->signals = (iree_hal_semaphore_list_t){
      signals.count, semaphores + waits.count, values + waits.count};
  take_lists(entry, waits, signals);
  entry->operation = *operation;
  iree_hal_tt_operation_take(&entry->operation,
                             block + entry_size + timepoints_size + lists_size);
  *out_entry = entry;
  return iree_ok_status();
}

iree_status_t iree_hal_tt_queue_submit(
    iree_hal_tt_queue_t* queue, iree_hal_semaphore_list_t waits,
    iree_hal_semaphore_list_t signals,
    const iree_hal_tt_operation_t* operation) {
  IREE_RETURN_IF_ERROR(
      iree_hal_tt_check_fork(queue->hardware->fork_generation));
  entry_t* entry = NULL;
  IREE_RETURN_IF_ERROR(create_entry(queue, waits, signals, operation, &entry));

  pthread_mutex_lock(&queue->mutex);
  entry->remaining = entry->waits.count;
  list_append(&queue->waiting, entry);
  pthread_mutex_unlock(&queue->mutex);

  // The first thing that can fail, before anything can run.
  iree_status_t status = start_foreign_waits(entry);
  if (!iree_status_is_ok(status)) {
    pthread_mutex_lock(&queue->mutex);
    list_remove(&queue->waiting, entry);
    pthread_mutex_unlock(&queue->mutex);
    iree_hal_tt_operation_release(&entry->operation);
    free_entry(entry);
    return status;
  }
  for (iree_host_size_t i = 0; i < entry->own_wait_count; ++i) {
    iree_hal_tt_timepoint_t* timepoint = &entry->timepoints[i];
    timepoint->minimum_value = entry->waits.payload_values[i];
    timepoint->fn = on_timepoint;
    timepoint->user_data = entry;
    iree_hal_tt_semaphore_add_timepoint(entry->waits.semaphores[i], timepoint);
  }
  // Once it is ready the entry may be gone at any time.
  pthread_mutex_lock(&queue->mutex);
  entry->submitted = true;
  check_ready(entry);
  pthread_mutex_unlock(&queue->mutex);
  return iree_ok_status();
}

#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/tt_error.h"

// What the whole process did, for tt_iree_counters().
static struct {
  pthread_mutex_t mutex;
  iree_hal_tt_hardware_t* head;
  tt_backend_counters_t closed;
  uint64_t dram_in_use;
  uint64_t dram_peak;
} totals = {.mutex = PTHREAD_MUTEX_INITIALIZER};

//===----------------------------------------------------------------------===//
// fork()
//===----------------------------------------------------------------------===//

static _Atomic uint32_t fork_generation;

static void before_fork(void) { pthread_mutex_lock(&totals.mutex); }

static void after_fork_in_parent(void) { pthread_mutex_unlock(&totals.mutex); }

static void after_fork_in_child(void) {
  // The parent's devices belong to the parent.
  totals.head = NULL;
  totals.closed = (tt_backend_counters_t){0};
  totals.dram_in_use = totals.dram_peak = 0;
  pthread_mutex_unlock(&totals.mutex);
  atomic_fetch_add(&fork_generation, 1);
}

static void install_fork_handlers(void) {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

uint32_t iree_hal_tt_fork_generation(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install_fork_handlers);
  return atomic_load(&fork_generation);
}

iree_status_t iree_hal_tt_check_fork(uint32_t generation) {
  if (IREE_LIKELY(generation == iree_hal_tt_fork_generation())) {
    return iree_ok_status();
  }
  return iree_make_status(
      IREE_STATUS_FAILED_PRECONDITION,
      "this tenstorrent device was opened before fork(), and its threads exist "
      "in the parent process only (this is process %d); open a new device "
      "after the fork, or start processes with the 'spawn' method",
      (int)getpid());
}

//===----------------------------------------------------------------------===//
// iree_hal_tt_hardware_t
//===----------------------------------------------------------------------===//

// Copies |params| into one block as NUL-terminated strings.
static iree_status_t copy_params(iree_host_size_t count,
                                 const iree_string_pair_t* params,
                                 iree_allocator_t host_allocator,
                                 tt_backend_param_t** out_params) {
  iree_host_size_t size = count * sizeof(tt_backend_param_t) + 1;
  for (iree_host_size_t i = 0; i < count; ++i) {
    size += params[i].key.size + params[i].value.size + 2;
  }
  IREE_RETURN_IF_ERROR(
      iree_allocator_malloc(host_allocator, size, (void**)out_params));
  char* text = (char*)(*out_params + count);
  for (iree_host_size_t i = 0; i < count; ++i) {
    // The block is zeroed, so every string ends in a NUL.
    (*out_params)[i].key = text;
    if (params[i].key.size)
      memcpy(text, params[i].key.data, params[i].key.size);
    text += params[i].key.size + 1;
    (*out_params)[i].value = text;
    if (params[i].value.size) {
      memcpy(text, params[i].value.data, params[i].value.size);
    }
    text += params[i].value.size + 1;
  }
  return iree_ok_status();
}

// Which of two values is meant, nobody can say.
static iree_status_t check_params(iree_host_size_t count,
                                  const iree_string_pair_t* params) {
  for (iree_host_size_t i = 0; i < count; ++i) {
    for (iree_host_size_t k = 0; k < i; ++k) {
      if (!iree_string_view_equal(params[i].key, params[k].key)) continue;
      return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                              "device option %.*s is given twice, as '%.*s' "
                              "and as '%.*s'",
                              (int)params[i].key.size, params[i].key.data,
                              (int)params[k].value.size, params[k].value.data,
                              (int)params[i].value.size, params[i].value.data);
    }
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_hardware_open(const tt_backend_vtable_t* backend,
                                        iree_host_size_t param_count,
                                        const iree_string_pair_t* params,
                                        iree_allocator_t host_allocator,
                                        iree_hal_tt_hardware_t** out_hardware) {
  *out_hardware = NULL;
  IREE_RETURN_IF_ERROR(check_params(param_count, params));
  tt_backend_param_t* backend_params = NULL;
  IREE_RETURN_IF_ERROR(
      copy_params(param_count, params, host_allocator, &backend_params));
  iree_hal_tt_hardware_t* hardware = NULL;
  iree_status_t status = iree_allocator_malloc(
      host_allocator, sizeof(*hardware), (void**)&hardware);
  if (iree_status_is_ok(status)) {
    status = iree_hal_tt_status(
        backend->open(backend_params, param_count, &hardware->device));
  }
  iree_allocator_free(host_allocator, backend_params);
  if (!iree_status_is_ok(status)) {
    iree_allocator_free(host_allocator, hardware);
    return status;
  }

  atomic_init(&hardware->ref_count, 1);
  hardware->host_allocator = host_allocator;
  hardware->backend = backend;
  backend->query_info(hardware->device, &hardware->info);
  hardware->fork_generation = iree_hal_tt_fork_generation();
  pthread_mutex_init(&hardware->mutex, NULL);

  pthread_mutex_lock(&totals.mutex);
  hardware->next = totals.head;
  if (totals.head) totals.head->previous = hardware;
  totals.head = hardware;
  pthread_mutex_unlock(&totals.mutex);

  *out_hardware = hardware;
  return iree_ok_status();
}

static void add_counters(tt_backend_counters_t* sum,
                         const tt_backend_counters_t* counters) {
  sum->launches += counters->launches;
  sum->bytes_read += counters->bytes_read;
  sum->bytes_written += counters->bytes_written;
  sum->tile_ops += counters->tile_ops;
  sum->multiply_adds += counters->multiply_adds;
  sum->element_ops += counters->element_ops;
  sum->cycles += counters->cycles;
}

static void close_hardware(iree_hal_tt_hardware_t* hardware) {
  // In a forked child the backend's threads are gone and its locks may be
  // held by one of them: leave it alone.
  if (hardware->fork_generation != iree_hal_tt_fork_generation()) return;

  tt_backend_counters_t counters = {0};
  hardware->backend->query_counters(hardware->device, &counters);
  pthread_mutex_lock(&totals.mutex);
  add_counters(&totals.closed, &counters);
  if (hardware->next) hardware->next->previous = hardware->previous;
  if (hardware->previous) {
    hardware->previous->next = hardware->next;
  } else {
    totals.head = hardware->next;
  }
  pthread_mutex_unlock(&totals.mutex);

  hardware->backend->close(hardware->device);
  pthread_mutex_destroy(&hardware->mutex);
  iree_allocator_free(hardware->host_allocator, hardware);
}

void iree_hal_tt_hardware_retain(iree_hal_tt_hardware_t* hardware) {
  atomic_fetch_add(&hardware->ref_count, 1);
}

void iree_hal_tt_hardware_release(iree_hal_tt_hardware_t* hardware) {
  if (hardware && atomic_fetch_sub(&hardware->ref_count, 1) == 1) {
    close_hardware(hardware);
  }
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static void usage_add(iree_hal_tt_usage_t* usage, uint64_t size) {
  usage->allocated += size;
  const uint64_t in_use = usage->allocated - usage->freed;
  if (in_use > usage->peak) usage->peak = in_use;
}

static void totals_add_dram(int64_t size) {
  pthread_mutex_lock(&totals.mutex);
  totals.dram_in_use += (uint64_t)size;
  if (totals.dram_in_use > totals.dram_peak) {
    totals.dram_peak = totals.dram_in_use;
  }
  pthread_mutex_unlock(&totals.mutex);
}

iree_status_t iree_hal_tt_hardware_allocate(iree_hal_tt_hardware_t* hardware,
                                            uint64_t size,
                                            tt_backend_memory_t** out_memory) {
  *out_memory = NULL;
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_fork(hardware->fork_generation));

  // Take the bytes first, so that two threads cannot both take the last ones.
  pthread_mutex_lock(&hardware->mutex);
  const uint64_t in_use = hardware->dram.allocated - hardware->dram.freed;
  const bool fits = size <= hardware->info.dram_size - in_use;
  if (fits) usage_add(&hardware->dram, size);
  pthread_mutex_unlock(&hardware->mutex);
  if (!fits) {
    return iree_make_status(IREE_STATUS_RESOURCE_EXHAUSTED,
                            "device DRAM exhausted: %" PRIu64
                            " bytes requested, %" PRIu64
                            " bytes in use, limit %" PRIu64 " bytes",
                            size, in_use, hardware->info.dram_size);
  }
  iree_status_t status = iree_hal_tt_status(
      hardware->backend->allocate(hardware->device, size, out_memory));
  if (!iree_status_is_ok(status)) {
    pthread_mutex_lock(&hardware->mutex);
    hardware->dram.allocated -= size;
    pthread_mutex_unlock(&hardware->mutex);
    return status;
  }
  totals_add_dram((int64_t)size);
  return iree_ok_status();
}

void iree_hal_tt_hardware_free(iree_hal_tt_hardware_t* hardware,
                               tt_backend_memory_t* memory, uint64_t size) {
  if (hardware->fork_generation != iree_hal_tt_fork_generation()) return;
  hardware->backend->release(hardware->device, memory);
  pthread_mutex_lock(&hardware->mutex);
  hardware->dram.freed += size;
  pthread_mutex_unlock(&hardware->mutex);
  totals_add_dram(-(int64_t)size);
}

void iree_hal_tt_hardware_count_host(iree_hal_tt_hardware_t* hardware,
                                     int64_t size) {
  if (hardware->fork_generation != iree_hal_tt_fork_generation()) return;
  pthread_mutex_lock(&hardware->mutex);
  if (size >= 0) {
    usage_add(&hardware->host, (uint64_t)size);
  } else {
    hardware->host.freed += (uint64_t)-size;
  }
  pthread_mutex_unlock(&hardware->mutex);
}

void iree_hal_tt_hardware_query_usage(iree_hal_tt_hardware_t* hardware,
                                      iree_hal_tt_usage_t* out_dram,
                                      iree_hal_tt_usage_t* out_host) {
  pthread_mutex_lock(&hardware->mutex);
  *out_dram = hardware->dram;
  *out_host = hardware->host;
  pthread_mutex_unlock(&hardware->mutex);
}

void iree_hal_tt_hardware_totals(tt_backend_counters_t* out_counters,
                                 uint64_t* out_dram_in_use,
                                 uint64_t* out_dram_peak) {
  pthread_mutex_lock(&totals.mutex);
  *out_counters = totals.closed;
  for (iree_hal_tt_hardware_t* hardware = totals.head; hardware;
       hardware = hardware->next) {
    tt_backend_counters_t counters = {0};
    hardware->backend->query_counters(hardware->device, &counters);
    add_counters(out_counters, &counters);
  }
  *out_dram_in_use = totals.dram_in_use;
  *out_dram_peak = totals.dram_peak;
  pthread_mutex_unlock(&totals.mutex);
}

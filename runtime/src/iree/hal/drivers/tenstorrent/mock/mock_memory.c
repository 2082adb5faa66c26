// Device DRAM of the mock: host memory.

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mock.h"

enum {
  MOCK_ALIGNMENT = 64,  // tt_backend.h promises it
  MOCK_HUGE_PAGE = 2 << 20,
};

static tt_status_t account(tt_backend_device_t* device, uint64_t size) {
  tt_status_t status = NULL;
  pthread_mutex_lock(&device->mutex);
  uint64_t limit = device->options.dram_size;
  if (size > limit - device->dram_used) {
    status = tt_status_make(
        TT_CODE_RESOURCE_EXHAUSTED,
        "device DRAM: %llu bytes requested, %llu of %llu in use",
        (unsigned long long)size, (unsigned long long)device->dram_used,
        (unsigned long long)limit);
  } else {
    device->dram_used += size;
  }
  pthread_mutex_unlock(&device->mutex);
  return status;
}

static void unaccount(tt_backend_device_t* device, uint64_t size) {
  pthread_mutex_lock(&device->mutex);
  device->dram_used -= size;
  pthread_mutex_unlock(&device->mutex);
}

// Tiles of a large matrix take a row of each of 32 pages: large blocks are in
// huge pages where the system has them, so that the TLB holds more.
static void* allocate(uint64_t size) {
  bool huge = size >= 2 * (uint64_t)MOCK_HUGE_PAGE;
  void* data = NULL;
  // One byte at least, so that an empty block has an address too.
  if (posix_memalign(&data, huge ? MOCK_HUGE_PAGE : MOCK_ALIGNMENT,
                     size ? size : 1)) {
    return NULL;
  }
  if (huge) {
    madvise(data, size / MOCK_HUGE_PAGE * MOCK_HUGE_PAGE, MADV_HUGEPAGE);
  }
  return data;
}

tt_status_t tt_mock_allocate(tt_backend_device_t* device, uint64_t size,
                             tt_backend_memory_t** out_memory) {
  *out_memory = NULL;
  TT_RETURN_IF_ERROR(account(device, size));
  tt_backend_memory_t* memory = calloc(1, sizeof(*memory));
  void* data = memory ? allocate(size) : NULL;
  if (!data) {
    free(memory);
    unaccount(device, size);
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for %llu bytes of mock DRAM",
                          (unsigned long long)size);
  }
  memory->data = data;
  memory->size = size;
  *out_memory = memory;
  return NULL;
}

tt_status_t tt_mock_import(tt_backend_device_t* device, void* host,
                           uint64_t size, tt_backend_memory_t** out_memory) {
  tt_backend_memory_t* memory = calloc(1, sizeof(*memory));
  *out_memory = memory;
  if (!memory) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for an import");
  }
  memory->data = host;
  memory->size = size;
  memory->is_imported = true;
  return NULL;
}

void tt_mock_release(tt_backend_device_t* device, tt_backend_memory_t* memory) {
  if (!memory) return;
  if (!memory->is_imported) {
    free(memory->data);
    unaccount(device, memory->size);
  }
  free(memory);
}

void* tt_mock_host_pointer(tt_backend_memory_t* memory) { return memory->data; }

tt_status_t tt_mock_write(tt_backend_device_t* device,
                          tt_backend_memory_t* target, uint64_t offset,
                          const void* source, uint64_t length) {
  memcpy(target->data + offset, source, length);
  return NULL;
}

tt_status_t tt_mock_read(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t offset,
                         void* target, uint64_t length) {
  memcpy(target, source->data + offset, length);
  return NULL;
}

tt_status_t tt_mock_copy(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t source_offset,
                         tt_backend_memory_t* target, uint64_t target_offset,
                         uint64_t length) {
  memmove(target->data + target_offset, source->data + source_offset, length);
  return NULL;
}

tt_status_t tt_mock_fill(tt_backend_device_t* device,
                         tt_backend_memory_t* target, uint64_t offset,
                         uint64_t length, const void* pattern,
                         size_t pattern_length) {
  uint8_t* to = target->data + offset;
  if (pattern_length == 1) {
    memset(to, *(const uint8_t*)pattern, length);
    return NULL;
  }
  // Doubles what is there: memcpy does the work whatever the pattern's length.
  if (!length) return NULL;
  memcpy(to, pattern, pattern_length);
  for (uint64_t done = pattern_length; done < length;) {
    uint64_t step = done < length - done ? done : length - done;
    memcpy(to + done, to, step);
    done += step;
  }
  return NULL;
}

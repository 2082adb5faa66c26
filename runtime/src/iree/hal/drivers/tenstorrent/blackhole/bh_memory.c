// Device DRAM. An allocation is byte-linear, interleaved over the banks in
// pages: byte b is in bank b / page % banks at
//
//   address + b / page / banks * page + b % page
//
// so what one bank has of a range of bytes lies in one piece, and moves in one
// access of the transport once it is gathered.

#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "tile/chip.h"

uint64_t tt_bh_bank_bytes(const tt_backend_device_t* device, uint64_t size) {
  const uint64_t row =
      (uint64_t)device->chip.bank_count * tt_chip_blackhole.dram_page;
  const uint64_t rows = size / row + (size % row != 0);
  // An empty allocation has an address too.
  return (rows ? rows : 1) * tt_chip_blackhole.dram_page;
}

tt_status_t tt_bh_allocate(tt_backend_device_t* device, uint64_t size,
                           tt_backend_memory_t** out_memory) {
  *out_memory = NULL;
  tt_backend_memory_t* memory = calloc(1, sizeof(*memory));
  if (!memory) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a buffer");
  }
  pthread_mutex_lock(&device->mutex);
  memory->size = size;
  memory->generation = device->generation;
  tt_status_t status = tt_bh_allocator_take(
      &device->dram, tt_bh_bank_bytes(device, size), &memory->address);
  pthread_mutex_unlock(&device->mutex);
  if (status) {
    free(memory);
    return status;
  }
  *out_memory = memory;
  return NULL;
}

void tt_bh_release(tt_backend_device_t* device, tt_backend_memory_t* memory) {
  if (!memory) return;
  pthread_mutex_lock(&device->mutex);
  tt_bh_allocator_give(&device->dram, memory->address);
  pthread_mutex_unlock(&device->mutex);
  free(memory);
}

void* tt_bh_host_pointer(tt_backend_memory_t* memory) { return NULL; }

tt_status_t tt_bh_check_alive(const tt_backend_device_t* device,
                              const tt_backend_memory_t* memory) {
  if (memory->generation == device->generation) return NULL;
  return tt_status_make(TT_CODE_DATA_LOSS,
                        "the contents of this buffer of %llu bytes were lost "
                        "when the device failed; allocate and fill it again",
                        (unsigned long long)memory->size);
}

//===----------------------------------------------------------------------===//
// Moving bytes
//===----------------------------------------------------------------------===//

// A range of bytes of an allocation, as one bank has it: its page |page| of the
// allocation and every |banks|-th after it.
typedef struct slice_t {
  tt_bh_noc_t tile;
  uint64_t page, last_page;  // of the allocation; > last_page: nothing
  uint64_t begin, end;       // the range, bytes of the allocation
} slice_t;

// What of page |page| is in the slice: its first byte in the allocation.
static uint64_t part(const slice_t* slice, uint64_t page, uint64_t* out_size) {
  const uint64_t bytes = tt_chip_blackhole.dram_page;
  uint64_t begin = page * bytes, end = begin + bytes;
  if (begin < slice->begin) begin = slice->begin;
  if (end > slice->end) end = slice->end;
  *out_size = end - begin;
  return begin;
}

// Moves one bank's part, as much at a time as fits the staging buffer. |host|
// is the range's first byte.
static tt_status_t move_slice(tt_backend_device_t* device, uint64_t address,
                              slice_t* slice, uint8_t* host, bool write) {
  const uint64_t bytes = tt_chip_blackhole.dram_page;
  const uint32_t banks = device->chip.bank_count;
  while (slice->page <= slice->last_page) {
    const uint64_t first = slice->page;
    uint64_t size = 0, used = 0, at = part(slice, first, &size);
    const uint64_t target = address + first / banks * bytes + at % bytes;
    uint64_t page = first;
    for (; page <= slice->last_page; page += banks) {
      at = part(slice, page, &size);
      if (used + size > TT_BH_STAGING_BUFFER) break;
      if (write) {
        memcpy(device->staging + used, host + (at - slice->begin), size);
      }
      used += size;
    }
    slice->page = page;
    if (write) {
      TT_RETURN_IF_ERROR(
          tt_bh_write(device, slice->tile, target, device->staging, used));
      continue;
    }
    TT_RETURN_IF_ERROR(
        tt_bh_read(device, slice->tile, target, device->staging, used));
    used = 0;
    for (page = first; page < slice->page; page += banks) {
      at = part(slice, page, &size);
      memcpy(host + (at - slice->begin), device->staging + used, size);
      used += size;
    }
  }
  return NULL;
}

static tt_status_t move(tt_backend_device_t* device, uint64_t address,
                        uint64_t offset, uint8_t* host, uint64_t length,
                        bool write) {
  if (!length) return NULL;
  const uint64_t bytes = tt_chip_blackhole.dram_page;
  const uint32_t banks = device->chip.bank_count;
  const uint64_t first = offset / bytes, last = (offset + length - 1) / bytes;
  for (uint64_t page = first; page <= last && page < first + banks; ++page) {
    slice_t slice = {.tile = device->chip.banks[0][page % banks],
                     .page = page,
                     .last_page = last,
                     .begin = offset,
                     .end = offset + length};
    TT_RETURN_IF_ERROR(move_slice(device, address, &slice, host, write));
  }
  return NULL;
}

tt_status_t tt_bh_dram_write(tt_backend_device_t* device, uint64_t address,
                             uint64_t offset, const void* source,
                             uint64_t length) {
  return move(device, address, offset, (uint8_t*)(uintptr_t)source, length,
              true);
}

// Enters the device for |memory|.
static tt_status_t enter_for(tt_backend_device_t* device,
                             const tt_backend_memory_t* memory) {
  TT_RETURN_IF_ERROR(tt_bh_check_alive(device, memory));
  TT_RETURN_IF_ERROR(tt_bh_enter(device));
  // Another thread may have lost the device meanwhile.
  tt_status_t status = tt_bh_check_alive(device, memory);
  if (status) tt_bh_leave(device);
  return status;
}

tt_status_t tt_bh_memory_write(tt_backend_device_t* device,
                               tt_backend_memory_t* target, uint64_t offset,
                               const void* source, uint64_t length) {
  TT_RETURN_IF_ERROR(enter_for(device, target));
  tt_status_t status =
      tt_bh_dram_write(device, target->address, offset, source, length);
  tt_bh_leave(device);
  return status;
}

tt_status_t tt_bh_memory_read(tt_backend_device_t* device,
                              tt_backend_memory_t* source, uint64_t offset,
                              void* target, uint64_t length) {
  TT_RETURN_IF_ERROR(enter_for(device, source));
  tt_status_t status =
      move(device, source->address, offset, target, length, false);
  tt_bh_leave(device);
  return status;
}

// Through host memory, a piece at a time, in the order that overlapping ranges
// of one buffer need.
tt_status_t tt_bh_memory_copy(tt_backend_device_t* device,
                              tt_backend_memory_t* source,
                              uint64_t source_offset,
                              tt_backend_memory_t* target,
                              uint64_t target_offset, uint64_t length) {
  const uint64_t most = TT_BH_STAGING_BUFFER;
  const uint64_t piece = length < most ? length : most;
  uint8_t* buffer = malloc(piece ? piece : 1);
  if (!buffer) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a copy");
  }
  const bool backwards = source == target && source_offset < target_offset;
  tt_status_t status = NULL;
  for (uint64_t done = 0; done < length && !status;) {
    uint64_t step = length - done < piece ? length - done : piece;
    uint64_t at = backwards ? length - done - step : done;
    status =
        tt_bh_memory_read(device, source, source_offset + at, buffer, step);
    if (!status) {
      status =
          tt_bh_memory_write(device, target, target_offset + at, buffer, step);
    }
    done += step;
  }
  free(buffer);
  return status;
}

tt_status_t tt_bh_memory_fill(tt_backend_device_t* device,
                              tt_backend_memory_t* target, uint64_t offset,
                              uint64_t length, const void* pattern,
                              size_t pattern_length) {
  const uint64_t most = TT_BH_STAGING_BUFFER;
  const uint64_t piece = length < most ? length : most;
  uint8_t* buffer = malloc(piece ? piece : 1);
  if (!buffer) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a fill");
  }
  for (uint64_t i = 0; i < piece; i += pattern_length) {
    memcpy(buffer + i, pattern, pattern_length);
  }
  tt_status_t status = NULL;
  for (uint64_t done = 0; done < length && !status;) {
    uint64_t step = length - done < piece ? length - done : piece;
    status = tt_bh_memory_write(device, target, offset + done, buffer, step);
    done += step;
  }
  free(buffer);
  return status;
}

#include "kernel_host.h"

#include <sys/mman.h>

#include <thread>

#include "device.hpp"

// Kernels hold L1 addresses in 32 bits, so it has to lie low: at the first of
// some places that are free.
static uint8_t* find_low_memory() {
  enum { L1_BYTES = 2 << 20, LOW = 0x20000000, PLACES = 256 };
  for (uintptr_t place = LOW; place < LOW + PLACES * (uintptr_t)L1_BYTES;
       place += L1_BYTES) {
    void* memory = mmap((void*)place, L1_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    if ((uintptr_t)memory == place) return (uint8_t*)memory;
    munmap(memory, L1_BYTES);
  }
  return nullptr;
}
static uint8_t* l1_memory() {
  static uint8_t* memory = find_low_memory();
  return memory;
}
static uint32_t l1_used;

static uint8_t* dram_byte(uint32_t bank, uint64_t offset) {
  const InterleavedAddrGen<true> pages = {bank, 4096};
  return dram(pages.get_noc_addr((uint32_t)(offset / 4096),
                                 (uint32_t)(offset % 4096)),
              1);
}

extern "C" {

void host_write(uint32_t bank, uint64_t offset, const void* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    *dram_byte(bank, offset + i) = ((const uint8_t*)data)[i];
  }
}

void host_read(uint32_t bank, uint64_t offset, void* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    ((uint8_t*)data)[i] = *dram_byte(bank, offset + i);
  }
}

void host_clear_cbs(void) {
  for (auto& cb : host::core.cbs) cb = {};
  l1_used = 16;  // CBs are aligned to 16 bytes and no more
  host::core.error = nullptr;
}

void host_set_cb(uint32_t number, uint32_t format, uint32_t rows,
                 uint32_t page_size, uint32_t pages) {
  host::core.cbs[number] = {
      .base = (uint32_t)(uintptr_t)l1_memory() + l1_used,
      .page_size = page_size,
      .pages = pages,
      .format = format,
      .rows = rows,
  };
  l1_used += page_size * pages + 16;
}

void host_set_arg(uint32_t unit, uint32_t word, uint32_t value) {
  host::core.args[unit][word] = value;
}

const char* host_run(void (*const kernels[3])(void)) {
  if (!l1_memory()) return "no host memory at a 32-bit address";
  std::thread threads[3];
  for (int unit = 0; unit < 3; ++unit) {
    if (!kernels[unit]) continue;
    threads[unit] = std::thread([unit, kernels] {
      host::unit = unit;
      kernels[unit]();
    });
  }
  for (auto& thread : threads) {
    if (thread.joinable()) thread.join();
  }
  return host::core.error;
}

}  // extern "C"

// tt-iree-ttsim LIBRARY: the simulator in a libttsim.so for Blackhole, behind
// bh_protocol.h. A process of its own because the library ends its process on
// whatever it objects to, and holds one simulation per process.
//
// The library is a PCI device to its host; its C interface is public. One of
// the eight 4 GiB windows of BAR 4 reaches a tile's whole address space.

#include <dlfcn.h>

#include "bh_host.h"
#include "bh_layout.h"

enum {
  DEVICE_ID = 0xB1401E52,  // Tenstorrent Blackhole
  // PCI configuration space.
  CONFIG_ID = 0,
  CONFIG_BAR0 = 0x10,
  CONFIG_BAR4 = 0x20,
  // The register of window 202, the first of BAR 4, in BAR 0.
  WINDOW_REGISTER = 0x1FC00000 + 12 * 202,
};

// The library's functions that are used.
#define FUNCTIONS(X)                                                    \
  X(void, libttsim_init, (void))                                        \
  X(uint32_t, libttsim_pci_config_rd32, (uint32_t device, uint32_t at)) \
  X(void, libttsim_pci_mem_rd_bytes,                                    \
    (uint64_t address, void* target, uint32_t size))                    \
  X(void, libttsim_pci_mem_wr_bytes,                                    \
    (uint64_t address, const void* source, uint32_t size))              \
  X(void, libttsim_clock, (uint32_t cycles))

static struct {
#define X(type, name, args) type(*name) args;
  FUNCTIONS(X)
#undef X
} lib;

static uint64_t bar0, bar4, cycles;

static void load(const char* path) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) tt_bh_host_fail("%s", dlerror());
#define X(type, name, args)                                                \
  if (!(lib.name = (type(*) args)dlsym(handle, #name))) {                  \
    tt_bh_host_fail("%s has no function " #name ": not a libttsim", path); \
  }
  FUNCTIONS(X)
#undef X
  lib.libttsim_init();
  uint32_t id = lib.libttsim_pci_config_rd32(0, CONFIG_ID);
  if (id != DEVICE_ID) {
    tt_bh_host_fail("%s simulates device 0x%08x, expected Blackhole (0x%08x)",
                    path, id, DEVICE_ID);
  }
}

static uint64_t bar(uint32_t at) {
  uint64_t low = lib.libttsim_pci_config_rd32(0, at) & ~UINT32_C(15);
  return low | (uint64_t)lib.libttsim_pci_config_rd32(0, at + 4) << 32;
}

// Points the window at a tile; returns where its byte 0 is.
static uint64_t map(uint16_t x, uint16_t y) {
  static uint32_t mapped = UINT32_MAX;
  uint32_t tile = x | (uint32_t)y << 6;
  if (tile != mapped) {
    const uint32_t words[3] = {0, tile, 0};
    for (int i = 0; i < 3; ++i) {
      lib.libttsim_pci_mem_wr_bytes(bar0 + WINDOW_REGISTER + 4 * i, &words[i],
                                    sizeof(words[i]));
    }
    mapped = tile;
  }
  return bar4;
}

static void check_address(const tt_bh_request_t* request) {
  if (request->address + request->size > UINT64_C(1) << 32) {
    tt_bh_host_fail("%u bytes at 0x%llx of tile %u,%u: beyond 4 GiB",
                    request->size, (unsigned long long)request->address,
                    request->x, request->y);
  }
}

static void host_read(const tt_bh_request_t* request, void* target) {
  check_address(request);
  lib.libttsim_pci_mem_rd_bytes(map(request->x, request->y) + request->address,
                                target, request->size);
}

static void host_write(const tt_bh_request_t* request, const void* source) {
  check_address(request);
  lib.libttsim_pci_mem_wr_bytes(map(request->x, request->y) + request->address,
                                source, request->size);
}

static uint64_t host_advance(uint32_t count) {
  lib.libttsim_clock(count);
  return cycles += count;
}

static void host_set_reset(const tt_bh_request_t* request, int asserted) {
  const uint32_t value = asserted ? TT_BH_RESET_ALL : TT_BH_RESET_ALL_BUT_BRISC;
  lib.libttsim_pci_mem_wr_bytes(
      map(request->x, request->y) + TT_BH_SOFT_RESET_0, &value, sizeof(value));
}

int main(int argc, char** argv) {
  if (argc != 2) tt_bh_host_fail("usage: tt-iree-ttsim LIBTTSIM.SO");
  load(argv[1]);
  bar0 = bar(CONFIG_BAR0);
  bar4 = bar(CONFIG_BAR4);
  const tt_bh_host_t host = {
      .info = {.version = TT_BH_PROTOCOL_VERSION,
               .worker_columns = 0x1FCFE,  // 1 to 7 and 10 to 16
               .dram_banks = 0xFF,
               .grid_cols = 8,
               .grid_rows = 8},
      .read = host_read,
      .write = host_write,
      .advance = host_advance,
      .set_reset = host_set_reset,
  };
  return tt_bh_host_serve(&host);
}

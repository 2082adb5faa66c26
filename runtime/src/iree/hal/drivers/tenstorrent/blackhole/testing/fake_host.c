// A simulator for tests: plain memory behind bh_protocol.h, and workers whose
// firmware says at once that it is done. Arguments make it misbehave:
//
//   die=N abort=N hang=N garble=N   at its Nth request
//   once=FILE   the above only while FILE does not exist, which it makes then
//   stall=N     the first N launches of a process do not end, in compute
//   loop=N      the same, at the second op of the reader
//   stop=N      the same, at an access that it refused
//   chatty      writes 100 kB of output for each request
//   clean       refuses to start with any descriptor but the standard ones open

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bh_host.h"
#include "../bh_layout.h"

enum { PAGE = 1 << 16, MAX_PAGES = 1 << 12, MAX_WORKERS = 140 };

typedef struct page_t {
  uint16_t x, y;
  uint64_t number;
  uint8_t* data;
} page_t;

typedef struct worker_t {
  tt_bh_request_t tile;  // a request to it, for its coordinates
  bool running;
  bool stalled;
} worker_t;

static page_t pages[MAX_PAGES];
static worker_t workers[MAX_WORKERS];
static uint32_t worker_count;
static uint64_t cycles;
static uint32_t request_count;

static struct {
  uint32_t die, abort, hang, garble, stall, loop, stop;
  const char* once;
  bool chatty;
} options;

// The page that holds |address| of a tile.
static uint8_t* page_at(uint16_t x, uint16_t y, uint64_t address) {
  uint64_t number = address / PAGE;
  uint32_t slot = (uint32_t)(number * 31 + x * 7 + y * 131) % MAX_PAGES;
  for (uint32_t i = 0; i < MAX_PAGES; ++i, slot = (slot + 1) % MAX_PAGES) {
    page_t* page = &pages[slot];
    if (!page->data) {
      *page = (page_t){x, y, number, calloc(1, PAGE)};
      if (!page->data) tt_bh_host_fail("out of memory");
    }
    if (page->x == x && page->y == y && page->number == number) {
      return page->data;
    }
  }
  tt_bh_host_fail("too many pages in use");
}

static void access_memory(const tt_bh_request_t* r, void* data, bool write) {
  for (uint32_t done = 0; done < r->size;) {
    uint64_t address = r->address + done;
    uint32_t step = PAGE - (uint32_t)(address % PAGE);
    if (step > r->size - done) step = r->size - done;
    uint8_t* memory = page_at(r->x, r->y, address) + address % PAGE;
    uint8_t* bytes = (uint8_t*)data + done;
    memcpy(write ? memory : bytes, write ? bytes : memory, step);
    done += step;
  }
}

static void host_read(const tt_bh_request_t* request, void* target) {
  access_memory(request, target, false);
}

static void host_write(const tt_bh_request_t* request, const void* source) {
  access_memory(request, (void*)(uintptr_t)source, true);
}

static uint8_t* l1(const worker_t* worker, uint32_t address) {
  return page_at(worker->tile.x, worker->tile.y, address) + address % PAGE;
}

// A launch that does not end: |processor| stands at its kernel's op |place|,
// the others are done.
static void stall(worker_t* worker, uint32_t processor, uint32_t place) {
  worker->stalled = true;
  memset(l1(worker, TT_BH_SUBORDINATE_SYNC), 0, 4);
  *l1(worker, TT_BH_SUBORDINATE_SYNC + processor - 1) = TT_BH_SIGNAL_GO;
  memset(l1(worker, TT_BH_WAYPOINTS), 0, 20);
  memcpy(l1(worker, TT_BH_WAYPOINTS), "NTW", 3);
  memcpy(l1(worker, TT_BH_WAYPOINTS + 4 * processor), "CRBW", 4);
  memcpy(l1(worker, TT_BH_PLACES + 4 * processor), &place, sizeof(place));
}

static uint64_t host_advance(uint32_t count) {
  for (uint32_t i = 0; i < worker_count; ++i) {
    uint8_t* signal = l1(&workers[i], TT_BH_GO_SIGNAL);
    if (!workers[i].running || workers[i].stalled) continue;
    if (*signal == TT_BH_SIGNAL_GO && options.stall > 0) {
      --options.stall;
      stall(&workers[i], 3, 0);
    } else if (*signal == TT_BH_SIGNAL_GO && options.loop > 0) {
      --options.loop;
      stall(&workers[i], 1, 2);
    } else if (*signal == TT_BH_SIGNAL_GO && options.stop > 0) {
      --options.stop;
      stall(&workers[i], 1, 0x80000001);
    } else {
      *signal = TT_BH_SIGNAL_DONE;
    }
  }
  return cycles += count;
}

static void host_set_reset(const tt_bh_request_t* request, int asserted) {
  uint32_t i = 0;
  while (i < worker_count &&
         (workers[i].tile.x != request->x || workers[i].tile.y != request->y)) {
    ++i;
  }
  if (i == MAX_WORKERS) tt_bh_host_fail("too many workers");
  worker_count += i == worker_count;
  workers[i] = (worker_t){.tile = *request, .running = !asserted};
}

// Whether to misbehave now, given that it is due.
static bool due(uint32_t at) {
  if (at != request_count) return false;
  if (!options.once) return true;
  int fd = open(options.once, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

static void watch(const tt_bh_request_t* request) {
  ++request_count;
  for (int i = 0; options.chatty && i < 1000; ++i) {
    printf("%099d\n", i);
    fflush(stdout);
  }
  if (due(options.die)) tt_bh_host_fail("giving up at %u", request_count);
  if (due(options.abort)) abort();
  if (due(options.hang)) pause();
  if (due(options.garble)) {
    static const char noise[64] = "this is not a reply, whatever it looks like";
    if (write(STDIN_FILENO, noise, sizeof(noise)) < 0) exit(1);
  }
}

static void check_descriptors(void) {
  DIR* folder = opendir("/proc/self/fd");
  for (struct dirent* entry; folder && (entry = readdir(folder));) {
    int fd = atoi(entry->d_name);
    if (fd > STDERR_FILENO && fd != dirfd(folder)) {
      tt_bh_host_fail("descriptor %d is open", fd);
    }
  }
  if (folder) closedir(folder);
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const char* value = strchr(argv[i], '=');
    uint32_t number = value ? (uint32_t)strtoul(value + 1, NULL, 10) : 0;
    if (!strncmp(argv[i], "die=", 4)) options.die = number;
    if (!strncmp(argv[i], "abort=", 6)) options.abort = number;
    if (!strncmp(argv[i], "hang=", 5)) options.hang = number;
    if (!strncmp(argv[i], "garble=", 7)) options.garble = number;
    if (!strncmp(argv[i], "stall=", 6)) options.stall = number;
    if (!strncmp(argv[i], "loop=", 5)) options.loop = number;
    if (!strncmp(argv[i], "stop=", 5)) options.stop = number;
    if (!strncmp(argv[i], "once=", 5)) options.once = value + 1;
    if (!strcmp(argv[i], "chatty")) options.chatty = true;
    if (!strcmp(argv[i], "clean")) check_descriptors();
  }
  const tt_bh_host_t host = {
      .info = {.version = TT_BH_PROTOCOL_VERSION,
               .worker_columns = 0x1FCFE,
               .dram_banks = 0xFF,
               .grid_cols = 2,
               .grid_rows = 1},
      .read = host_read,
      .write = host_write,
      .advance = host_advance,
      .set_reset = host_set_reset,
      .watch = watch,
  };
  return tt_bh_host_serve(&host);
}

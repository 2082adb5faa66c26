#include "fake_kmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bh_layout.h"

enum {
  FIRST_FD = 100,
  TABLE = 0x10001000,   // of telemetry, in the ARC's memory
  VALUES = 0x10002000,  //
  CLOCK = 1350,
};
#define TLB_UC (UINT64_C(6) << 36)
#define TLB_WC (UINT64_C(7) << 36)
#define BAR0 (UINT64_C(1) << 29)

static int refuse(fake_kmd_t* k, int error, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
static int refuse(fake_kmd_t* k, int error, const char* format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(k->refusal, sizeof(k->refusal), format, args);
  va_end(args);
  return -error;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static int fake_open(void* self, const char* path, int flags) {
  fake_kmd_t* k = self;
  if (strcmp(path, "/dev/tenstorrent/0")) return -ENOENT;
  if (k->open_error) return -k->open_error;
  if (k->away > 0) return --k->away, -ENOENT;
  if ((flags & O_ACCMODE) != O_RDWR || !(flags & O_CLOEXEC)) {
    return refuse(k, EACCES, "open: flags 0x%x", flags);
  }
  for (int i = 0; i < FAKE_KMD_FILES; ++i) {
    if (k->files[i]) continue;
    k->files[i] = true;
    return FIRST_FD + i;
  }
  return -EMFILE;
}

static bool is_open(const fake_kmd_t* k, int fd) {
  return fd >= FIRST_FD && fd < FIRST_FD + FAKE_KMD_FILES &&
         k->files[fd - FIRST_FD];
}

static int fake_close(void* self, int fd) {
  fake_kmd_t* k = self;
  if (!is_open(k, fd)) return refuse(k, EBADF, "close: %d is not open", fd);
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) {
    // A mapping keeps the file open in the kernel: we never want that.
    if (k->windows[i].fd != fd) continue;
    if (k->windows[i].mapped) return refuse(k, EBUSY, "close: mapped windows");
    k->windows[i] = (fake_kmd_window_t){.fd = -1};
  }
  if (k->locker == fd) k->locker = -1;
  k->files[fd - FIRST_FD] = false;
  return 0;
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

// The kernel clears as many bytes as the caller says, whatever is there.
static int check_output(fake_kmd_t* k, uint32_t found, size_t expected) {
  if (found == expected) return 0;
  return refuse(k, EFAULT, "output of %u bytes, the structure has %zu", found,
                expected);
}

static int get_driver_info(fake_kmd_t* k, tt_kmd_driver_info_t* info) {
  if (!k->api_version) return refuse(k, EINVAL, "unknown request");
  int error = check_output(k, info->in_output_size, 12);
  if (error) return error;
  info->output_size = 12;
  info->api_version = k->api_version;
  info->major = (uint8_t)k->api_version;
  info->minor = info->patch = 0;
  return 0;
}

static int get_device_info(fake_kmd_t* k, tt_kmd_device_info_t* info) {
  int error = check_output(k, info->in_output_size, 20);
  if (error) return error;
  *info = (tt_kmd_device_info_t){.in_output_size = 20,
                                 .output_size = 20,
                                 .vendor_id = k->vendor_id,
                                 .device_id = k->device_id,
                                 .bus_dev_fn = 0x0100,
                                 .pci_domain = 0};
  return 0;
}

static int lock_ctl(fake_kmd_t* k, int fd, tt_kmd_lock_ctl_t* lock) {
  int error = check_output(k, lock->in_output_size, 4);
  if (error) return error;
  if (lock->index >= TT_KMD_LOCK_COUNT || lock->flags > 3) {
    return refuse(k, EINVAL, "lock %u, flags %u", lock->index, lock->flags);
  }
  if (lock->flags != TT_KMD_LOCK_ACQUIRE || lock->index != TT_KMD_OUR_LOCK) {
    return refuse(k, EINVAL, "not our lock");
  }
  lock->value = !k->lock_taken && k->locker < 0;
  if (lock->value) k->locker = fd;
  return 0;
}

static int set_power(fake_kmd_t* k, const tt_kmd_power_state_t* power) {
  if (!k->knows_power) return refuse(k, EINVAL, "unknown request");
  if (power->size != 40 || power->flags || power->reserved ||
      power->validity > 0xEF) {
    return refuse(k, EINVAL, "power of %u bytes", power->size);
  }
  k->power_flags = power->power_flags;
  return 0;
}

static int allocate_window(fake_kmd_t* k, int fd, tt_kmd_allocate_tlb_t* tlb) {
  int first = 0, end = FAKE_KMD_2M_WINDOWS;
  if (tlb->size == UINT64_C(1) << 32) {
    first = FAKE_KMD_2M_WINDOWS;
    end = first + (int)k->windows_4g;
  } else if (tlb->size != 1 << 21) {
    end = 0;
  }
  if (first >= end) {
    return refuse(k, EINVAL, "a window of %llu bytes",
                  (unsigned long long)tlb->size);
  }
  if (!first) --end;  // the kernel's
  while (first < end && k->windows[first].fd >= 0) ++first;
  if (first == end) return refuse(k, ENOMEM, "no window is left");
  k->windows[first] = (fake_kmd_window_t){.fd = fd};
  tlb->id = (uint32_t)first;
  const uint64_t at =
      first < FAKE_KMD_2M_WINDOWS
          ? (uint64_t)first << 21
          : BAR0 + ((uint64_t)(first - FAKE_KMD_2M_WINDOWS) << 32);
  tlb->map_offset_uc = TLB_UC + at;
  tlb->map_offset_wc = TLB_WC + at;
  return 0;
}

// The window |id| if |fd| allocated it.
static int own_window(fake_kmd_t* k, int fd, uint32_t id,
                      fake_kmd_window_t** out_window) {
  if (id >= 256) return refuse(k, EINVAL, "window %u", id);
  if (id >= FAKE_KMD_WINDOWS || k->windows[id].fd != fd) {
    return refuse(k, EPERM, "window %u is not allocated", id);
  }
  *out_window = &k->windows[id];
  return 0;
}

static uint64_t size_of(const fake_kmd_t* k, const fake_kmd_window_t* window) {
  return UINT64_C(1) << (window - k->windows < FAKE_KMD_2M_WINDOWS ? 21 : 32);
}

static int free_window(fake_kmd_t* k, int fd, const tt_kmd_free_tlb_t* tlb) {
  fake_kmd_window_t* window = NULL;
  int error = own_window(k, fd, tlb->id, &window);
  if (error) return error;
  if (window->mapped) return refuse(k, EBUSY, "window %u is mapped", tlb->id);
  *window = (fake_kmd_window_t){.fd = -1};
  return 0;
}

static int configure_window(fake_kmd_t* k, int fd,
                            const tt_kmd_configure_tlb_t* tlb) {
  fake_kmd_window_t* window = NULL;
  int error = own_window(k, fd, tlb->id, &window);
  if (error) return error;
  if (tlb->address % size_of(k, window)) {
    return refuse(k, EINVAL, "window %u at 0x%llx", tlb->id,
                  (unsigned long long)tlb->address);
  }
  // The kernel would cut these off.
  if (tlb->x_end > 63 || tlb->y_end > 63 || tlb->noc > 1 || tlb->multicast ||
      tlb->linked || tlb->ordering > 2) {
    return refuse(k, EINVAL, "window %u: not a tile", tlb->id);
  }
  window->config = *tlb;
  window->configured = true;
  ++k->configures;
  return 0;
}

// Takes windows and mappings from all others, as the kernel does.
static int reset_chip(fake_kmd_t* k, int fd) {
  if (!k->knows_reset) return refuse(k, EINVAL, "unknown reset");
  for (int i = 0; i < FAKE_KMD_FILES; ++i) {
    if (k->files[i] && FIRST_FD + i != fd) k->files[i] = false;
  }
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) {
    k->windows[i] = (fake_kmd_window_t){.fd = -1};
  }
  ++k->resets;
  k->needs_init = true;
  k->away = k->absence;
  memset(k->released, 0, sizeof(k->released));
  tt_status_t status = k->below->restart(k->chip);
  if (!status) return 0;
  refuse(k, EIO, "%s", tt_status_message(status));
  tt_status_free(status);
  return -EIO;
}

static int reset_device(fake_kmd_t* k, int fd, tt_kmd_reset_device_t* reset) {
  int error = check_output(k, reset->in_output_size, 8);
  if (error) return error;
  reset->result = 0;
  if (reset->flags == TT_KMD_ASIC_RESET) return reset_chip(k, fd);
  if (reset->flags != TT_KMD_POST_RESET) {
    return refuse(k, EINVAL, "reset %u", reset->flags);
  }
  reset->result = k->stays_away;
  k->needs_init = false;
  return 0;
}

static int fake_ioctl(void* self, int fd, unsigned long request, void* data) {
  fake_kmd_t* k = self;
  if (!is_open(k, fd)) return refuse(k, ENODEV, "ioctl: %d is not open", fd);
  switch (request) {
    case 0xFA00:
      return get_device_info(k, data);
    case 0xFA05:
      return get_driver_info(k, data);
    case 0xFA06:
      return reset_device(k, fd, data);
    default:
      break;
  }
  if (k->needs_init) return refuse(k, ENODEV, "the chip is being reset");
  switch (request) {
    case 0xFA08:
      return lock_ctl(k, fd, data);
    case 0xFA0B:
      return allocate_window(k, fd, data);
    case 0xFA0C:
      return free_window(k, fd, data);
    case 0xFA0D:
      return configure_window(k, fd, data);
    case 0xFA0F:
      return set_power(k, data);
    default:
      return refuse(k, EINVAL, "unknown request 0x%lx", request);
  }
}

//===----------------------------------------------------------------------===//
// Windows. The address of a mapping is that of its fake_kmd_window_t.
//===----------------------------------------------------------------------===//

static int fake_map(void* self, int fd, uint64_t offset, uint64_t size,
                    void** out_window) {
  fake_kmd_t* k = self;
  if (!is_open(k, fd)) return refuse(k, ENODEV, "map: %d is not open", fd);
  const bool combined = offset >= TLB_WC;
  if (offset < TLB_UC) return refuse(k, EINVAL, "map: not a window");
  uint64_t at = offset - (combined ? TLB_WC : TLB_UC);
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) {
    fake_kmd_window_t* window = &k->windows[i];
    const uint64_t place =
        i < FAKE_KMD_2M_WINDOWS
            ? (uint64_t)i << 21
            : BAR0 + ((uint64_t)(i - FAKE_KMD_2M_WINDOWS) << 32);
    if (place != at) continue;
    if (size > size_of(k, window)) {
      return refuse(k, EINVAL, "map: more than the window");
    }
    if (window->fd != fd) return refuse(k, EPERM, "map: not allocated");
    ++window->mapped;
    window->write_combined = combined;
    *out_window = window;
    return 0;
  }
  return refuse(k, EINVAL, "map: not a window");
}

static int fake_unmap(void* self, void* mapping, uint64_t size) {
  fake_kmd_t* k = self;
  fake_kmd_window_t* window = mapping;
  if (size != size_of(k, window) || !window->mapped) {
    return refuse(k, EINVAL, "unmap: not a mapping");
  }
  --window->mapped;
  return 0;
}

static void fake_sleep(void* self, uint64_t nanoseconds) {
  fake_kmd_t* k = self;
  uint64_t cycles = nanoseconds * CLOCK / 1000, now = 0;
  // Sleeps of a reset are long, and nobody runs then.
  if (nanoseconds >= 50000000) return;
  tt_status_free(k->below->advance(k->chip, (uint32_t)cycles + 1, &now));
}

static const uint32_t kTags[] = {11, TT_KMD_TAG_CLOCK,
                                 TT_KMD_TAG_TENSIX_COLUMNS,
                                 TT_KMD_TAG_DRAM_BANKS, TT_KMD_TAG_TRANSLATION};
enum { TAG_COUNT = sizeof(kTags) / sizeof(kTags[0]) };

// A word of the ARC's registers and memory. The values lie in another order
// than the tags.
static uint32_t arc_word(fake_kmd_t* k, uint64_t address) {
  const uint32_t values[] = {k->translation, k->banks, k->columns, CLOCK, 40};
  if (address == 0x80030408) return 5;
  if (address == 0x80030430) return VALUES;
  if (address == 0x80030434) return k->starting-- > 0 ? 0 : k->table_address;
  if (address == TABLE) return 0x00010000;
  if (address == TABLE + 4) {
    return k->table_entries ? k->table_entries : TAG_COUNT;
  }
  if (address >= TABLE + 8 && address < TABLE + 8 + 4 * TAG_COUNT) {
    const uint32_t i = (uint32_t)(address - TABLE - 8) / 4;
    const uint32_t tag = kTags[i] == k->missing_tag ? 12 : kTags[i];
    return tag | (TAG_COUNT - 1 - i) << 16;
  }
  if (address >= VALUES && address < VALUES + 4 * TAG_COUNT) {
    return values[(address - VALUES) / 4];
  }
  return 0;
}

static uint32_t count_bits(uint32_t mask) {
  return (uint32_t)__builtin_popcount(mask);
}

static bool is_worker(const fake_kmd_t* k, tt_bh_noc_t tile) {
  const uint32_t columns = count_bits(k->columns);
  const uint32_t column = tile.x <= 7 ? tile.x - 1u : tile.x - 3u;
  return tile.x >= 1 && tile.x != 8 && tile.x != 9 && column < columns &&
         tile.y >= 2 && tile.y < 12;
}

static bool is_bank(const fake_kmd_t* k, tt_bh_noc_t tile) {
  if (tile.x < 17 || tile.x > 18 || tile.y < 12 || tile.y >= 24) return false;
  const uint32_t bank = (tile.x - 17u) * 4 + (tile.y - 12u) / 3;
  return bank < count_bits(k->banks);
}

// Workers that were never let go are in reset already.
static tt_status_t write_reset(fake_kmd_t* k, tt_bh_noc_t tile,
                               const void* data) {
  uint32_t value = 0;
  memcpy(&value, data, sizeof(value));
  const bool asserted = value == TT_BH_RESET_ALL;
  const uint64_t bit = UINT64_C(1) << tile.y;
  if (asserted && !(k->released[tile.x] & bit)) return NULL;
  if (!asserted) k->released[tile.x] |= bit;
  return k->below->set_reset(k->chip, tile, asserted);
}

static tt_status_t move_below(fake_kmd_t* k, tt_bh_noc_t tile, uint64_t address,
                              void* data, size_t size, bool write) {
  const bool reset = is_worker(k, tile) && address == TT_BH_SOFT_RESET_0;
  if (reset && write) return write_reset(k, tile, data);
  if (reset) {
    const bool go = k->released[tile.x] >> tile.y & 1;
    const uint32_t value = go ? TT_BH_RESET_ALL_BUT_BRISC : TT_BH_RESET_ALL;
    memcpy(data, &value, sizeof(value));
    return NULL;
  }
  return write ? k->below->write(k->chip, tile, address, data, size)
               : k->below->read(k->chip, tile, address, data, size);
}

// Lets a store wait.
static int queue_store(fake_kmd_window_t* window, tt_bh_noc_t tile,
                       uint64_t address, const void* data, size_t size) {
  fake_kmd_store_t* store = calloc(1, sizeof(*store) + size);
  *store = (fake_kmd_store_t){.tile = tile, .address = address, .size = size};
  memcpy(store->data, data, size);
  fake_kmd_store_t** end = &window->stores;
  while (*end) end = &(*end)->next;
  *end = store;
  return 0;
}

// Brings the window's stores to their tiles.
static tt_status_t push_stores(fake_kmd_t* k, fake_kmd_window_t* window) {
  tt_status_t status = NULL;
  while (window->stores) {
    fake_kmd_store_t* store = window->stores;
    window->stores = store->next;
    if (!status) {
      status = move_below(k, store->tile, store->address, store->data,
                          store->size, true);
    }
    free(store);
  }
  return status;
}

static int access_window(fake_kmd_t* k, fake_kmd_window_t* window,
                         uint64_t offset, void* data, size_t size, bool write) {
  // What is left of these are signals that end the program.
  if (!window->mapped || offset > size_of(k, window) ||
      size > size_of(k, window) - offset) {
    return refuse(k, EFAULT, "an access outside of a mapped window");
  }
  if (offset % 4 || size % 4) return refuse(k, EINVAL, "not aligned words");
  if (!window->configured)
    return refuse(k, EINVAL, "the window points nowhere");
  const tt_kmd_configure_tlb_t* config = &window->config;
  const tt_bh_noc_t tile = {config->x_end, config->y_end};
  const uint64_t address = config->address + offset;
  const bool registers = address >= TT_BH_LOCAL_MEMORY && !is_bank(k, tile);
  if (registers &&
      (window->write_combined || config->ordering != TT_KMD_ORDER_STRICT)) {
    return refuse(k, EINVAL, "registers need strict order and no combining");
  }
  if (k->hung) {
    if (!write) memset(data, 0xFF, size);
    return 0;
  }
  if (tile.x == TT_KMD_ARC_X && tile.y == TT_KMD_ARC_Y) {
    for (size_t i = 0; !write && i < size; i += 4) {
      const uint32_t word = arc_word(k, address + i);
      memcpy((char*)data + i, &word, sizeof(word));
    }
    return write ? refuse(k, EINVAL, "a write to the ARC") : 0;
  }
  if (!is_worker(k, tile) && !is_bank(k, tile)) {
    return refuse(k, EIO, "the card has no tile %u,%u", tile.x, tile.y);
  }
  if (write) return queue_store(window, tile, address, data, size);
  tt_status_t status = push_stores(k, window);
  if (!status) status = move_below(k, tile, address, data, size, false);
  if (!status) return 0;
  refuse(k, EIO, "%s", tt_status_message(status));
  tt_status_free(status);
  return -EIO;
}

static int fake_load(void* self, const void* mapping, uint64_t offset,
                     void* target, size_t size) {
  fake_kmd_t* k = self;
  ++k->loads;
  return access_window(k, (fake_kmd_window_t*)(uintptr_t)mapping, offset,
                       target, size, false);
}

static int fake_store(void* self, void* mapping, uint64_t offset,
                      const void* source, size_t size) {
  fake_kmd_t* k = self;
  ++k->stores;
  return access_window(k, mapping, offset, (void*)(uintptr_t)source, size,
                       true);
}

fake_kmd_t* fake_kmd_create(const tt_bh_transport_vtable_t* below,
                            tt_bh_transport_t* chip) {
  fake_kmd_t* k = calloc(1, sizeof(*k));
  k->api_version = 2;
  k->vendor_id = 0x1E52;
  k->device_id = 0xB140;
  k->columns = 0x3FF6;  // columns 0 and 3 are harvested
  k->banks = 0xDF;      // and bank 5
  k->translation = 1;
  k->table_address = TABLE;
  k->windows_4g = 8;
  k->knows_power = k->knows_reset = true;
  k->locker = -1;
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) k->windows[i].fd = -1;
  k->below = below;
  k->chip = chip;
  k->system = (tt_kmd_system_t){.self = k,
                                .open = fake_open,
                                .close = fake_close,
                                .ioctl = fake_ioctl,
                                .map = fake_map,
                                .unmap = fake_unmap,
                                .load = fake_load,
                                .store = fake_store,
                                .sleep = fake_sleep};
  return k;
}

void fake_kmd_destroy(fake_kmd_t* k) {
  for (int i = 0; i < FAKE_KMD_FILES; ++i) {
    if (k->files[i]) abort();
  }
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) {
    if (k->windows[i].fd >= 0 || k->windows[i].mapped) abort();
    if (k->windows[i].stores) abort();
  }
  if (k->chip) k->below->close(k->chip);
  free(k);
}

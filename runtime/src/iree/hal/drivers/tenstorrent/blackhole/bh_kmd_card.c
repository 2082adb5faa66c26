#include "bh_kmd_card.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
  FEW_BYTES = 256,  // that go through the window for registers
  // After a reset [tt-umd's warm_reset.cpp]: the time that the chip takes, and
  // that its device file has to come back.
  RESET_MS = 2000,
  RETURN_MS = 10000,
  RETURN_STEP_MS = 100,
};

static int call(const tt_kmd_card_t* card, unsigned long request,
                void* argument) {
  return card->system->ioctl(card->system->self, card->fd, request, argument);
}

static void sleep_ms(const tt_kmd_card_t* card, uint64_t ms) {
  card->system->sleep(card->system->self, ms * 1000000);
}

// The error of a request that nothing better is known about.
static tt_status_t failed(const tt_kmd_card_t* card, const char* what,
                          int error) {
  if (error == -ENODEV) {
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "%s: %s: the card was reset or removed by another "
                          "program",
                          card->name, what);
  }
  return tt_status_make(TT_CODE_UNAVAILABLE, "%s: %s: %s", card->name, what,
                        strerror(-error));
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

static int open_file(const tt_kmd_card_t* card) {
  // O_APPEND: we ask for power ourselves. O_NONBLOCK: another program's
  // exclusive use is an error, not a wait.
  return card->system->open(card->system->self, card->path,
                            O_RDWR | O_CLOEXEC | O_APPEND | O_NONBLOCK);
}

static tt_status_t cannot_open(const tt_kmd_card_t* card, int error) {
  switch (-error) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return tt_status_make(
          TT_CODE_NOT_FOUND,
          "%s: there is no such card, or its kernel driver is not loaded: "
          "install tt-kmd 2.0.0 or later (github.com/tenstorrent/tt-kmd) and "
          "run modprobe tenstorrent; the device option device= names the N of "
          "another /dev/tenstorrent/N",
          card->path);
    case EACCES:
    case EPERM:
      return tt_status_make(
          TT_CODE_PERMISSION_DENIED,
          "%s: %s; tt-kmd's udev rule lets everybody use it: install that "
          "(udev-50-tenstorrent.rules), or give your user access to the file",
          card->path, strerror(-error));
    case EAGAIN:
    case EBUSY:
      return tt_status_make(TT_CODE_UNAVAILABLE,
                            "%s: another program uses the card exclusively; "
                            "end it, or choose another card with the device "
                            "option device=",
                            card->path);
    default:
      return tt_status_make(TT_CODE_UNAVAILABLE, "%s: %s", card->path,
                            strerror(-error));
  }
}

static tt_status_t check_driver(const tt_kmd_card_t* card) {
  tt_kmd_driver_info_t info = {.in_output_size = sizeof(info) - 4};
  int error = call(card, TT_KMD_GET_DRIVER_INFO, &info);
  if (!error && info.api_version >= TT_KMD_API_VERSION) return NULL;
  if (error && error != -EINVAL && error != -ENOTTY) {
    return failed(card, "asking for the driver's version", error);
  }
  return tt_status_make(
      TT_CODE_FAILED_PRECONDITION,
      "%s: found version %u of the driver's interface (tt-kmd %u.%u.%u), "
      "expected at least %u; install tt-kmd 2.0.0 or later",
      card->path, info.api_version, info.major, info.minor, info.patch,
      TT_KMD_API_VERSION);
}

static const char* chip_name(const tt_kmd_device_info_t* info) {
  if (info->vendor_id != TT_KMD_VENDOR) return "a device of another vendor";
  if (info->device_id == TT_KMD_WORMHOLE) return "a Wormhole";
  if (info->device_id == TT_KMD_GRAYSKULL) return "a Grayskull";
  return "an unknown chip";
}

static tt_status_t check_chip(tt_kmd_card_t* card) {
  tt_kmd_device_info_t info = {.in_output_size = sizeof(info) - 4};
  int error = call(card, TT_KMD_GET_DEVICE_INFO, &info);
  if (error) return failed(card, "asking what the card is", error);
  if (info.vendor_id != TT_KMD_VENDOR || info.device_id != TT_KMD_BLACKHOLE) {
    return tt_status_make(
        TT_CODE_FAILED_PRECONDITION,
        "%s: found %s (PCI %04x:%04x), expected a Blackhole (%04x:%04x); "
        "choose another card with the device option device=",
        card->path, chip_name(&info), info.vendor_id, info.device_id,
        TT_KMD_VENDOR, TT_KMD_BLACKHOLE);
  }
  snprintf(card->name, sizeof(card->name), "card %04x:%02x:%02x.%x",
           info.pci_domain, info.bus_dev_fn >> 8, info.bus_dev_fn >> 3 & 31,
           info.bus_dev_fn & 7);
  return NULL;
}

// The lock ends with the descriptor, however the process does.
static tt_status_t take_lock(const tt_kmd_card_t* card) {
  tt_kmd_lock_ctl_t lock = {.in_output_size = 4,
                            .flags = TT_KMD_LOCK_ACQUIRE,
                            .index = TT_KMD_OUR_LOCK};
  int error = call(card, TT_KMD_LOCK_CTL, &lock);
  if (error) return failed(card, "locking the card", error);
  if (lock.value == 1) return NULL;
  return tt_status_make(TT_CODE_UNAVAILABLE,
                        "%s: the card is in use by tt-iree already, in this "
                        "process or another; close that device, or choose "
                        "another card with the device option device=",
                        card->name);
}

static tt_status_t ask_for_power(const tt_kmd_card_t* card) {
  tt_kmd_power_state_t power = {.size = sizeof(power),
                                .validity = TT_KMD_POWER_FLAG_COUNT,
                                .power_flags = TT_KMD_POWER_MAX_CLOCK |
                                               TT_KMD_POWER_DRAM |
                                               TT_KMD_POWER_TENSIX};
  int error = call(card, TT_KMD_SET_POWER_STATE, &power);
  // Drivers before 2.6.0 and older firmware do not know the request: all is on.
  if (!error || error == -EINVAL || error == -ENOTTY) return NULL;
  return failed(card, "asking for power", error);
}

// Allocates and maps a window of |size| bytes. Returns an errno as the calls
// do.
static int make_window(const tt_kmd_card_t* card, uint64_t size,
                       tt_kmd_ordering_t ordering, tt_kmd_window_t* window) {
  tt_kmd_allocate_tlb_t tlb = {.size = size};
  int error = call(card, TT_KMD_ALLOCATE_TLB, &tlb);
  if (error) return error;
  void* mapping = NULL;
  error = card->system->map(
      card->system->self, card->fd,
      ordering == TT_KMD_ORDER_STRICT ? tlb.map_offset_uc : tlb.map_offset_wc,
      size, &mapping);
  if (error) {
    tt_kmd_free_tlb_t free_tlb = {.id = tlb.id};
    call(card, TT_KMD_FREE_TLB, &free_tlb);
    return error;
  }
  *window = (tt_kmd_window_t){
      .mapping = mapping, .size = size, .id = tlb.id, .ordering = ordering};
  return 0;
}

static tt_status_t make_windows(tt_kmd_card_t* card) {
  int error = make_window(card, TT_KMD_WINDOW_2M, TT_KMD_ORDER_STRICT,
                          &card->registers);
  // A machine may give the card too little address space for large windows, or
  // other programs have all.
  if (!error && make_window(card, TT_KMD_WINDOW_4G, TT_KMD_ORDER_RELAXED,
                            &card->memory)) {
    error = make_window(card, TT_KMD_WINDOW_2M, TT_KMD_ORDER_RELAXED,
                        &card->memory);
  }
  if (error == -ENOMEM) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "%s: other programs have all windows of the card; "
                          "end one of them (/proc/driver/tenstorrent/N/pids "
                          "lists them)",
                          card->name);
  }
  return error ? failed(card, "mapping a window of the card", error) : NULL;
}

tt_status_t tt_kmd_card_open(tt_kmd_card_t* card) {
  card->registers = card->memory = (tt_kmd_window_t){0};
  snprintf(card->name, sizeof(card->name), "%s", card->path);
  int fd = open_file(card);
  if (fd < 0) {
    card->fd = -1;
    return cannot_open(card, fd);
  }
  card->fd = fd;
  TT_RETURN_IF_ERROR(check_driver(card));
  TT_RETURN_IF_ERROR(check_chip(card));
  TT_RETURN_IF_ERROR(take_lock(card));
  TT_RETURN_IF_ERROR(ask_for_power(card));
  return make_windows(card);
}

static void drop_window(const tt_kmd_card_t* card, tt_kmd_window_t* window) {
  if (!window->mapping) return;
  card->system->unmap(card->system->self, window->mapping, window->size);
  tt_kmd_free_tlb_t tlb = {.id = window->id};
  // After a reset by others the window is not ours any more, which is fine.
  call(card, TT_KMD_FREE_TLB, &tlb);
  *window = (tt_kmd_window_t){0};
}

void tt_kmd_card_close(tt_kmd_card_t* card) {
  drop_window(card, &card->registers);
  drop_window(card, &card->memory);
  if (card->fd >= 0) card->system->close(card->system->self, card->fd);
  card->fd = -1;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

// Points |window| at what holds |address| of |tile|.
static int point(const tt_kmd_card_t* card, tt_kmd_window_t* window,
                 tt_bh_noc_t tile, uint64_t address) {
  const uint64_t base = address & ~(window->size - 1);
  if (window->pointed && window->tile.x == tile.x && window->tile.y == tile.y &&
      window->base == base) {
    return 0;
  }
  tt_kmd_configure_tlb_t tlb = {.id = window->id,
                                .address = base,
                                .x_end = tile.x,
                                .y_end = tile.y,
                                .ordering = (uint8_t)window->ordering};
  window->pointed = false;
  int error = call(card, TT_KMD_CONFIGURE_TLB, &tlb);
  if (error) return error;
  window->pointed = true;
  window->tile = tile;
  window->base = base;
  return 0;
}

// Part of the word at |offset|, a multiple of 4: bytes [begin, begin + size).
static int move_part(const tt_kmd_card_t* card, const tt_kmd_window_t* window,
                     uint64_t offset, size_t begin, uint8_t* host, size_t size,
                     bool write) {
  uint8_t word[4];
  int error = card->system->load(card->system->self, window->mapping, offset,
                                 word, sizeof(word));
  if (error) return error;
  memcpy(write ? word + begin : host, write ? host : word + begin, size);
  if (!write) return 0;
  return card->system->store(card->system->self, window->mapping, offset, word,
                             sizeof(word));
}

// Bytes within a window: whole words at once, the ragged ends by themselves.
static int move_bytes(const tt_kmd_card_t* card, const tt_kmd_window_t* window,
                      uint64_t offset, uint8_t* host, size_t size, bool write) {
  int error = 0;
  const size_t begin = offset % 4;
  if (begin) {
    const size_t head = size < 4 - begin ? size : 4 - begin;
    error = move_part(card, window, offset - begin, begin, host, head, write);
    offset += head, host += head, size -= head;
  }
  const size_t whole = size / 4 * 4;
  const tt_kmd_system_t* system = card->system;
  if (!error && whole) {
    error =
        write
            ? system->store(system->self, window->mapping, offset, host, whole)
            : system->load(system->self, window->mapping, offset, host, whole);
  }
  if (error || whole == size) return error;
  return move_part(card, window, offset + whole, 0, host + whole, size - whole,
                   write);
}

static int move(tt_kmd_card_t* card, tt_bh_noc_t tile, uint64_t address,
                uint8_t* host, size_t size, bool write) {
  tt_kmd_window_t* window =
      size <= FEW_BYTES ? &card->registers : &card->memory;
  if (!window->mapping) return -ENODEV;
  while (size > 0) {
    int error = point(card, window, tile, address);
    if (error) return error;
    const uint64_t offset = address - window->base;
    const uint64_t room = window->size - offset;
    const size_t step = size < room ? size : (size_t)room;
    error = move_bytes(card, window, offset, host, step, write);
    if (error) return error;
    if (write) {
      // A load comes after the stores before it, all the way to the tile.
      uint32_t last = 0;
      const uint64_t end = (offset + step - 1) / 4 * 4;
      error = card->system->load(card->system->self, window->mapping, end,
                                 &last, sizeof(last));
      if (error) return error;
    }
    address += step, host += step, size -= step;
  }
  return 0;
}

static tt_status_t cannot_move(const tt_kmd_card_t* card, tt_bh_noc_t tile,
                               uint64_t address, size_t size, const char* what,
                               int error) {
  return tt_status_prefix(failed(card, what, error),
                          "%zu bytes at 0x%llx of "
                          "NoC %u,%u",
                          size, (unsigned long long)address, tile.x, tile.y);
}

// A card that is gone reads as ones. Asks a register that never does.
static tt_status_t check_answer(tt_kmd_card_t* card, const uint8_t* bytes,
                                size_t size) {
  for (size_t i = size < 4 ? 0 : size - 4; i < size; ++i) {
    if (bytes[i] != 0xFF) return NULL;
  }
  const tt_bh_noc_t arc = {TT_KMD_ARC_X, TT_KMD_ARC_Y};
  uint32_t status = 0;
  int error = move(card, arc, TT_KMD_ARC_BOOT_STATUS, (uint8_t*)&status,
                   sizeof(status), false);
  if (error) return failed(card, "reading the card's state", error);
  if (status != UINT32_MAX) return NULL;
  return tt_status_make(TT_CODE_UNAVAILABLE,
                        "%s: the card does not answer: its NoC hangs, or it "
                        "left the bus",
                        card->name);
}

tt_status_t tt_kmd_card_read(tt_kmd_card_t* card, tt_bh_noc_t tile,
                             uint64_t address, void* target, size_t size) {
  int error = move(card, tile, address, target, size, false);
  if (error) return cannot_move(card, tile, address, size, "reading", error);
  return check_answer(card, target, size);
}

tt_status_t tt_kmd_card_write(tt_kmd_card_t* card, tt_bh_noc_t tile,
                              uint64_t address, const void* source,
                              size_t size) {
  int error =
      move(card, tile, address, (uint8_t*)(uintptr_t)source, size, true);
  return error ? cannot_move(card, tile, address, size, "writing", error)
               : NULL;
}

//===----------------------------------------------------------------------===//
// Resetting
//===----------------------------------------------------------------------===//

// One step of a reset, with a descriptor of its own: a reset ends all others.
static tt_status_t reset_step(tt_kmd_card_t* card, tt_kmd_reset_t step,
                              uint32_t wait_ms) {
  int fd = open_file(card);
  for (uint32_t waited = 0; fd < 0 && waited < wait_ms;) {
    sleep_ms(card, RETURN_STEP_MS);
    waited += RETURN_STEP_MS;
    fd = open_file(card);
  }
  if (fd < 0) return cannot_open(card, fd);
  tt_kmd_reset_device_t reset = {.in_output_size = 8, .flags = step};
  card->fd = fd;
  int error = call(card, TT_KMD_RESET_DEVICE, &reset);
  tt_kmd_card_close(card);
  if (error == -EINVAL) {
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "%s: this tt-kmd cannot reset a Blackhole: install "
                          "2.4.0 or later, or run tt-smi -r",
                          card->path);
  }
  if (error) return failed(card, "resetting the card", error);
  if (!reset.result) return NULL;
  return tt_status_make(TT_CODE_UNAVAILABLE,
                        "%s: the card did not come back from its reset: run "
                        "tt-smi -r, or turn the machine off and on",
                        card->path);
}

tt_status_t tt_kmd_card_reset(tt_kmd_card_t* card) {
  tt_kmd_card_close(card);
  TT_RETURN_IF_ERROR(reset_step(card, TT_KMD_ASIC_RESET, 0));
  sleep_ms(card, RESET_MS);
  return reset_step(card, TT_KMD_POST_RESET, RETURN_MS);
}

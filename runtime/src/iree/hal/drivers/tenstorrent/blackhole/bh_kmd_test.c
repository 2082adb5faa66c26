// The transport to a card, over a stand-in for its kernel driver: where bytes
// go, what is refused and how that is said. And the stand-in's own refusals.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "bh_kmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bh_chip.h"
#include "bh_kmd_ioctl.h"
#include "bh_process.h"
#include "testing/fake_kmd.h"

static const tt_bh_transport_vtable_t kBelow = {
    .name = "fake",
    .close = tt_bh_process_close,
    .query_info = tt_bh_process_query_info,
    .read = tt_bh_process_read,
    .write = tt_bh_process_write,
    .advance = tt_bh_process_advance,
    .set_reset = tt_bh_process_set_reset,
    .restart = tt_bh_process_restart,
};

static void check(tt_status_t status) {
  if (status) fail_msg("%s", tt_status_message(status));
}

static void expect_error(tt_status_t status, tt_code_t code, const char* text) {
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  assert_int_equal(tt_status_code(status), code);
  tt_status_free(status);
}

static fake_kmd_t* make_kernel(void) {
  const char* argv[] = {TT_BH_FAKE_HOST, NULL};
  tt_bh_transport_t* chip = NULL;
  check(tt_bh_process_open("fake", argv, 20000, &chip));
  return fake_kmd_create(&kBelow, chip);
}

static tt_bh_transport_t* open_card(fake_kmd_t* kernel) {
  tt_bh_transport_t* t = NULL;
  check(tt_bh_kmd_open(&kernel->system, NULL, 0, &t));
  return t;
}

static void close_both(tt_bh_transport_t* t, fake_kmd_t* kernel) {
  tt_bh_kmd_close(t);
  fake_kmd_destroy(kernel);
}

static const tt_bh_noc_t kWorker = {1, 2};
static const tt_bh_noc_t kBank = {17, 14};

//===----------------------------------------------------------------------===//
// What works
//===----------------------------------------------------------------------===//

static void test_p100a(void** state) {
  fake_kmd_t* kernel = make_kernel();
  kernel->starting = 3;  // the firmware is not up at once
  tt_bh_transport_t* t = open_card(kernel);
  tt_bh_transport_info_t info;
  tt_bh_kmd_query_info(t, &info);
  assert_string_equal(info.name, "card 0000:01:00.0");
  // Whichever columns and bank are lost, the translated ones are the first.
  assert_int_equal(info.worker_columns, 0x7CFE);
  assert_int_equal(info.dram_banks, 0x7F);
  assert_int_equal(kernel->power_flags, 7);
  // Looking disturbs nothing; the first write stops every worker before.
  assert_int_equal(kernel->stores, 0);
  check(tt_bh_kmd_write(t, kBank, 0, &info, 4));
  check(tt_bh_kmd_write(t, kBank, 0, &info, 4));
  assert_int_equal(kernel->stores, 120 + 2);
  tt_bh_chip_t chip;
  check(tt_bh_chip_init(&info, 0, 0, 0, &chip));
  assert_int_equal(chip.cols, 12);
  assert_int_equal(chip.rows, 10);
  assert_int_equal(chip.bank_count, 7);
  expect_error(tt_bh_chip_init(&info, 13, 10, 0, &chip),
               TT_CODE_INVALID_ARGUMENT,
               "card 0000:01:00.0 has workers for grids up to 12x10");
  expect_error(tt_bh_chip_init(&info, 0, 0, 8, &chip), TT_CODE_INVALID_ARGUMENT,
               "card 0000:01:00.0 has 7 DRAM banks");
  close_both(t, kernel);
}

static void test_other_harvesting(void** state) {
  static const struct {
    uint32_t columns, banks, worker_columns, dram_banks;
  } cases[] = {{0x3FFF, 0xFF, 0x1FCFE, 0xFF},
               {0x1FFF, 0xFF, 0x0FCFE, 0xFF},
               {0x0015, 0x7F, 0x0000E, 0x7F},
               {0x2AAA, 0xFE, 0x000FE, 0x7F}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    fake_kmd_t* kernel = make_kernel();
    kernel->columns = cases[i].columns;
    kernel->banks = cases[i].banks;
    tt_bh_transport_t* t = open_card(kernel);
    tt_bh_transport_info_t info;
    tt_bh_kmd_query_info(t, &info);
    assert_int_equal(info.worker_columns, cases[i].worker_columns);
    assert_int_equal(info.dram_banks, cases[i].dram_banks);
    close_both(t, kernel);
  }
}

// A driver of before 2.6.0, and a machine without room for large windows.
static void test_old_machine(void** state) {
  fake_kmd_t* kernel = make_kernel();
  kernel->knows_power = false;
  kernel->windows_4g = 0;
  tt_bh_transport_t* t = open_card(kernel);
  assert_int_equal(kernel->power_flags, 0);
  close_both(t, kernel);
}

static uint32_t next_random(uint32_t* seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

// Any bytes of a tile against host memory, over the ends of windows.
static void test_memory(tt_bh_noc_t tile, uint64_t base, uint32_t windows_4g) {
  enum { SIZE = 40000 };
  fake_kmd_t* kernel = make_kernel();
  kernel->windows_4g = windows_4g;
  tt_bh_transport_t* t = open_card(kernel);
  uint8_t* model = calloc(1, SIZE);
  uint8_t* bytes = calloc(1, SIZE);
  uint32_t seed = 1;
  for (int step = 0; step < 400; ++step) {
    const size_t at = next_random(&seed) % SIZE;
    size_t size = next_random(&seed) % (step % 2 ? 13 : SIZE);
    if (size > SIZE - at) size = SIZE - at;
    if (step % 4 < 2) {
      for (size_t i = 0; i < size; ++i) bytes[i] = (uint8_t)next_random(&seed);
      check(tt_bh_kmd_write(t, tile, base + at, bytes, size));
      memcpy(model + at, bytes, size);
    } else {
      check(tt_bh_kmd_read(t, tile, base + at, bytes, size));
      assert_memory_equal(bytes, model + at, size);
    }
  }
  check(tt_bh_kmd_read(t, tile, base, bytes, SIZE));
  assert_memory_equal(bytes, model, SIZE);
  // It is where it belongs: the same bytes without the card between.
  check(kBelow.read(kernel->chip, tile, base, bytes, SIZE));
  assert_memory_equal(bytes, model, SIZE);
  free(model);
  free(bytes);
  close_both(t, kernel);
}

static void test_l1(void** state) { test_memory(kWorker, 4, 8); }
static void test_dram(void** state) { test_memory(kBank, 0xF0000000, 8); }
static void test_dram_small_windows(void** state) {
  test_memory(kBank, 0x40000000 - 20001, 0);
}

static void test_reset_of_workers(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = open_card(kernel);
  assert_int_equal(kernel->released[1], 0);
  check(tt_bh_kmd_set_reset(t, kWorker, false));
  assert_int_equal(kernel->released[1], 1 << 2);
  // The firmware of the fake worker answers when time passes.
  uint8_t signal = 0x80;
  uint64_t cycles = 1;
  check(tt_bh_kmd_write(t, kWorker, TT_BH_GO_SIGNAL, &signal, 1));
  check(tt_bh_kmd_advance(t, 1000, &cycles));
  assert_int_equal(cycles, 0);  // a card's clock is not read
  check(tt_bh_kmd_read(t, kWorker, TT_BH_GO_SIGNAL, &signal, 1));
  assert_int_equal(signal, 0);
  check(tt_bh_kmd_set_reset(t, kWorker, true));
  assert_int_equal(kernel->released[1], 1 << 2);
  close_both(t, kernel);
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

static void take_windows(fake_kmd_t* k) {
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) k->windows[i].fd = 7;
}
static void deny(fake_kmd_t* k) { k->open_error = EACCES; }
static void exclude(fake_kmd_t* k) { k->open_error = EAGAIN; }
static void age(fake_kmd_t* k) { k->api_version = 1; }
static void age_more(fake_kmd_t* k) { k->api_version = 0; }
static void be_wormhole(fake_kmd_t* k) { k->device_id = 0x401E; }
static void be_grayskull(fake_kmd_t* k) { k->device_id = 0xFACA; }
static void be_another(fake_kmd_t* k) { k->vendor_id = 0x8086; }
static void lock(fake_kmd_t* k) { k->lock_taken = true; }
static void hang(fake_kmd_t* k) { k->hung = true; }
static void untranslate(fake_kmd_t* k) { k->translation = 0; }
static void stay_down(fake_kmd_t* k) { k->starting = 1000000; }
static void misplace(fake_kmd_t* k) { k->table_address = 0x1007FFFC; }
static void overflow(fake_kmd_t* k) { k->table_entries = 1000000; }
static void lose_columns(fake_kmd_t* k) {
  k->missing_tag = TT_KMD_TAG_TENSIX_COLUMNS;
}
static void lose_banks(fake_kmd_t* k) {
  k->missing_tag = TT_KMD_TAG_DRAM_BANKS;
}

static void test_refused_cards(void** state) {
  static const struct {
    void (*change)(fake_kmd_t* kernel);
    tt_code_t code;
    const char* text;
  } cases[] = {
      {deny, TT_CODE_PERMISSION_DENIED,
       "/dev/tenstorrent/0: Permission denied; tt-kmd's udev rule"},
      {exclude, TT_CODE_UNAVAILABLE, "another program uses the card"},
      {age, TT_CODE_FAILED_PRECONDITION,
       "found version 1 of the driver's interface (tt-kmd 1.0.0), expected at "
       "least 2; install tt-kmd 2.0.0 or later"},
      {age_more, TT_CODE_FAILED_PRECONDITION, "install tt-kmd 2.0.0 or later"},
      {be_wormhole, TT_CODE_FAILED_PRECONDITION,
       "found a Wormhole (PCI 1e52:401e), expected a Blackhole (1e52:b140)"},
      {be_grayskull, TT_CODE_FAILED_PRECONDITION, "found a Grayskull"},
      {be_another, TT_CODE_FAILED_PRECONDITION, "another vendor (PCI 8086:"},
      {lock, TT_CODE_UNAVAILABLE, "in use by tt-iree already"},
      {take_windows, TT_CODE_RESOURCE_EXHAUSTED,
       "other programs have all windows of the card"},
      {hang, TT_CODE_UNAVAILABLE, "the card does not answer"},
      {untranslate, TT_CODE_FAILED_PRECONDITION,
       "NoC coordinates are not translated"},
      {stay_down, TT_CODE_FAILED_PRECONDITION, "it did not start"},
      {misplace, TT_CODE_FAILED_PRECONDITION, "it did not start"},
      {overflow, TT_CODE_FAILED_PRECONDITION, "its table is damaged"},
      {lose_columns, TT_CODE_FAILED_PRECONDITION, "lacks an entry"},
      {lose_banks, TT_CODE_FAILED_PRECONDITION, "lacks an entry"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    fake_kmd_t* kernel = make_kernel();
    cases[i].change(kernel);
    tt_bh_transport_t* t = NULL;
    expect_error(tt_bh_kmd_open(&kernel->system, NULL, 0, &t), cases[i].code,
                 cases[i].text);
    assert_null(t);
    for (int w = 0; w < FAKE_KMD_WINDOWS; ++w) {
      if (kernel->windows[w].fd == 7) kernel->windows[w].fd = -1;
    }
    fake_kmd_destroy(kernel);  // nothing is left open
  }
}

static void test_device_option(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = NULL;
  const char* bad[] = {"", "-1", "256", "1x", " 1", "0000"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    const tt_backend_param_t param = {"device", bad[i]};
    expect_error(tt_bh_kmd_open(&kernel->system, &param, 1, &t),
                 TT_CODE_INVALID_ARGUMENT,
                 "expected the N of /dev/tenstorrent/N");
  }
  const tt_backend_param_t one = {"device", "1"};
  expect_error(tt_bh_kmd_open(&kernel->system, &one, 1, &t), TT_CODE_NOT_FOUND,
               "/dev/tenstorrent/1: there is no such card");
  const tt_backend_param_t zero = {"device", "0"};
  check(tt_bh_kmd_open(&kernel->system, &zero, 1, &t));
  // Two devices of one card exclude each other, until the first is closed.
  tt_bh_transport_t* second = NULL;
  expect_error(tt_bh_kmd_open(&kernel->system, &zero, 1, &second),
               TT_CODE_UNAVAILABLE, "in use by tt-iree already");
  tt_bh_kmd_close(t);
  check(tt_bh_kmd_open(&kernel->system, &zero, 1, &t));
  close_both(t, kernel);
}

// The driver's own system calls, on a machine without that card.
static void test_no_card(void** state) {
  const tt_backend_param_t param = {"device", "250"};
  tt_bh_transport_t* t = NULL;
  expect_error(tt_bh_kmd.open(&param, 1, &t), TT_CODE_NOT_FOUND,
               "/dev/tenstorrent/250: there is no such card");
  assert_null(t);
}

//===----------------------------------------------------------------------===//
// What goes wrong later
//===----------------------------------------------------------------------===//

static void test_hang(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = open_card(kernel);
  uint8_t ones[8], bytes[8] = {0};
  memset(ones, 0xFF, sizeof(ones));
  // Memory may hold ones.
  check(tt_bh_kmd_write(t, kBank, 64, ones, sizeof(ones)));
  check(tt_bh_kmd_read(t, kBank, 64, bytes, sizeof(bytes)));
  assert_memory_equal(bytes, ones, sizeof(bytes));
  kernel->hung = true;
  expect_error(tt_bh_kmd_read(t, kBank, 64, bytes, sizeof(bytes)),
               TT_CODE_UNAVAILABLE, "does not answer: its NoC hangs");
  kernel->hung = false;
  kernel->absence = 5;  // its device file takes a moment to come back
  check(tt_bh_kmd_restart(t));
  assert_int_equal(kernel->resets, 1);
  check(tt_bh_kmd_read(t, kBank, 64, bytes, sizeof(bytes)));
  assert_int_equal(bytes[0], 0);
  close_both(t, kernel);
}

static void test_reset_by_others(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = open_card(kernel);
  kernel->files[0] = false;
  kernel->locker = -1;
  for (int i = 0; i < FAKE_KMD_WINDOWS; ++i) {
    kernel->windows[i] = (fake_kmd_window_t){.fd = -1};
  }
  uint32_t word = 0;
  expect_error(tt_bh_kmd_read(t, kBank, 0, &word, 4), TT_CODE_UNAVAILABLE,
               "4 bytes at 0x0 of NoC 17,14: card 0000:01:00.0: reading: the "
               "card was reset or removed");
  check(tt_bh_kmd_restart(t));
  check(tt_bh_kmd_read(t, kBank, 0, &word, 4));
  close_both(t, kernel);
}

static void test_failed_resets(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = open_card(kernel);
  kernel->knows_reset = false;
  expect_error(tt_bh_kmd_restart(t), TT_CODE_UNAVAILABLE,
               "this tt-kmd cannot reset a Blackhole: install 2.4.0");
  kernel->knows_reset = true;
  kernel->stays_away = true;
  expect_error(tt_bh_kmd_restart(t), TT_CODE_UNAVAILABLE,
               "did not come back from its reset");
  uint32_t word = 0;
  expect_error(tt_bh_kmd_read(t, kBank, 0, &word, 4), TT_CODE_UNAVAILABLE,
               "reading");
  kernel->stays_away = false;
  kernel->absence = 1000;
  expect_error(tt_bh_kmd_restart(t), TT_CODE_NOT_FOUND, "no such card");
  kernel->away = kernel->absence = 0;
  check(tt_bh_kmd_restart(t));
  check(tt_bh_kmd_read(t, kBank, 0, &word, 4));
  close_both(t, kernel);
}

static void test_tiles_that_are_not(void** state) {
  fake_kmd_t* kernel = make_kernel();
  tt_bh_transport_t* t = open_card(kernel);
  const tt_bh_noc_t harvested[] = {{15, 2}, {18, 23}, {8, 2}, {1, 1}};
  uint32_t word = 0;
  for (size_t i = 0; i < sizeof(harvested) / sizeof(harvested[0]); ++i) {
    expect_error(tt_bh_kmd_read(t, harvested[i], 0, &word, 4),
                 TT_CODE_UNAVAILABLE, "Input/output error");
    assert_non_null(strstr(kernel->refusal, "the card has no tile"));
  }
  close_both(t, kernel);
}

//===----------------------------------------------------------------------===//
// The stand-in refuses what the kernel refuses
//===----------------------------------------------------------------------===//

static fake_kmd_t* kernel_;  // of the test that runs
static int fd_;

static int request(unsigned long number, void* argument) {
  return kernel_->system.ioctl(kernel_, fd_, number, argument);
}

static tt_kmd_allocate_tlb_t allocate(uint64_t size) {
  tt_kmd_allocate_tlb_t tlb = {.size = size};
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &tlb), 0);
  return tlb;
}

static int configure(uint32_t id, uint64_t address, tt_bh_noc_t tile) {
  tt_kmd_configure_tlb_t tlb = {.id = id,
                                .address = address,
                                .x_end = tile.x,
                                .y_end = tile.y,
                                .ordering = TT_KMD_ORDER_STRICT};
  return request(TT_KMD_CONFIGURE_TLB, &tlb);
}

static void test_stand_in_requests(void** state) {
  kernel_ = make_kernel();
  const tt_kmd_system_t* system = &kernel_->system;
  assert_int_equal(system->open(kernel_, "/dev/tenstorrent/7", O_RDWR),
                   -ENOENT);
  assert_int_equal(system->open(kernel_, "/dev/tenstorrent/0", O_RDONLY),
                   -EACCES);
  fd_ = system->open(kernel_, "/dev/tenstorrent/0", O_RDWR | O_CLOEXEC);
  assert_true(fd_ >= 0);

  tt_kmd_device_info_t device = {.in_output_size = sizeof(device)};
  assert_int_equal(request(TT_KMD_GET_DEVICE_INFO, &device), -EFAULT);
  tt_kmd_driver_info_t driver = {.in_output_size = 16};
  assert_int_equal(request(TT_KMD_GET_DRIVER_INFO, &driver), -EFAULT);
  tt_kmd_lock_ctl_t lock = {.in_output_size = 8, .index = 63};
  assert_int_equal(request(TT_KMD_LOCK_CTL, &lock), -EFAULT);
  lock = (tt_kmd_lock_ctl_t){.in_output_size = 4, .index = 64};
  assert_int_equal(request(TT_KMD_LOCK_CTL, &lock), -EINVAL);
  tt_kmd_power_state_t power = {.size = 39};
  assert_int_equal(request(TT_KMD_SET_POWER_STATE, &power), -EINVAL);
  power = (tt_kmd_power_state_t){.size = 40, .validity = 0xF0};
  assert_int_equal(request(TT_KMD_SET_POWER_STATE, &power), -EINVAL);
  tt_kmd_reset_device_t reset = {.in_output_size = 16, .flags = 4};
  assert_int_equal(request(TT_KMD_RESET_DEVICE, &reset), -EFAULT);
  reset = (tt_kmd_reset_device_t){.in_output_size = 8, .flags = 9};
  assert_int_equal(request(TT_KMD_RESET_DEVICE, &reset), -EINVAL);
  assert_int_equal(request(0xFA7F, &reset), -EINVAL);

  // Between the two halves of a reset only those go.
  reset = (tt_kmd_reset_device_t){.in_output_size = 8, .flags = 4};
  assert_int_equal(request(TT_KMD_RESET_DEVICE, &reset), 0);
  tt_kmd_allocate_tlb_t tlb = {.size = TT_KMD_WINDOW_2M};
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &tlb), -ENODEV);
  reset.flags = 6;
  assert_int_equal(request(TT_KMD_RESET_DEVICE, &reset), 0);
  allocate(TT_KMD_WINDOW_2M);

  assert_int_equal(system->close(kernel_, fd_), 0);
  assert_int_equal(system->close(kernel_, fd_), -EBADF);
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &tlb), -ENODEV);
  fake_kmd_destroy(kernel_);
}

static void test_stand_in_windows(void** state) {
  kernel_ = make_kernel();
  const tt_kmd_system_t* system = &kernel_->system;
  fd_ = system->open(kernel_, "/dev/tenstorrent/0", O_RDWR | O_CLOEXEC);
  tt_kmd_allocate_tlb_t odd = {.size = 1 << 20};
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &odd), -EINVAL);
  const tt_kmd_allocate_tlb_t small = allocate(TT_KMD_WINDOW_2M);
  const tt_kmd_allocate_tlb_t large = allocate(TT_KMD_WINDOW_4G);
  assert_int_equal(configure(small.id, 1 << 20, kWorker), -EINVAL);
  assert_int_equal(configure(large.id, TT_KMD_WINDOW_2M, kWorker), -EINVAL);
  assert_int_equal(configure(small.id + 1, 0, kWorker), -EPERM);
  assert_int_equal(configure(256, 0, kWorker), -EINVAL);
  assert_int_equal(configure(small.id, 0, (tt_bh_noc_t){64, 2}), -EINVAL);

  void *window = NULL, *other = NULL;
  const uint64_t size = TT_KMD_WINDOW_2M;
  assert_int_equal(
      system->map(kernel_, fd_, small.map_offset_uc, 2 * size, &window),
      -EINVAL);
  assert_int_equal(
      system->map(kernel_, fd_, small.map_offset_uc + 4096, 4096, &window),
      -EINVAL);
  assert_int_equal(
      system->map(kernel_, fd_, small.map_offset_uc + size, size, &window),
      -EPERM);
  assert_int_equal(system->map(kernel_, fd_, 0, size, &window), -EINVAL);
  assert_int_equal(
      system->map(kernel_, fd_, small.map_offset_uc, size, &window), 0);
  assert_int_equal(
      system->map(kernel_, fd_, large.map_offset_wc, TT_KMD_WINDOW_4G, &other),
      0);

  uint32_t word = 0;
  assert_int_equal(system->load(kernel_, window, 0, &word, 4), -EINVAL);
  assert_non_null(strstr(kernel_->refusal, "points nowhere"));
  assert_int_equal(configure(small.id, 0, kWorker), 0);
  assert_int_equal(system->load(kernel_, window, 0, &word, 4), 0);
  assert_int_equal(system->load(kernel_, window, 2, &word, 4), -EINVAL);
  assert_int_equal(system->store(kernel_, window, 0, &word, 3), -EINVAL);
  assert_int_equal(system->load(kernel_, window, size - 4, &word, 8), -EFAULT);
  assert_int_equal(system->load(kernel_, window, size, &word, 4), -EFAULT);
  // Registers through a window that may combine and reorder.
  assert_int_equal(configure(large.id, 0, kWorker), 0);
  assert_int_equal(system->store(kernel_, other, TT_BH_SOFT_RESET_0, &word, 4),
                   -EINVAL);
  assert_non_null(strstr(kernel_->refusal, "registers need strict order"));

  tt_kmd_free_tlb_t tlb = {.id = small.id};
  assert_int_equal(request(TT_KMD_FREE_TLB, &tlb), -EBUSY);
  assert_int_equal(system->close(kernel_, fd_), -EBUSY);
  assert_int_equal(system->unmap(kernel_, window, 4096), -EINVAL);
  assert_int_equal(system->unmap(kernel_, window, size), 0);
  assert_int_equal(system->unmap(kernel_, window, size), -EINVAL);
  assert_int_equal(system->load(kernel_, window, 0, &word, 4), -EFAULT);
  assert_int_equal(request(TT_KMD_FREE_TLB, &tlb), 0);
  assert_int_equal(request(TT_KMD_FREE_TLB, &tlb), -EPERM);
  tlb.id = 1000;
  assert_int_equal(request(TT_KMD_FREE_TLB, &tlb), -EINVAL);
  assert_int_equal(system->unmap(kernel_, other, TT_KMD_WINDOW_4G), 0);
  assert_int_equal(system->close(kernel_, fd_), 0);
  fake_kmd_destroy(kernel_);
}

static void test_stand_in_runs_out(void** state) {
  kernel_ = make_kernel();
  fd_ = kernel_->system.open(kernel_, "/dev/tenstorrent/0", O_RDWR | O_CLOEXEC);
  for (int i = 0; i < 201; ++i) allocate(TT_KMD_WINDOW_2M);
  for (int i = 0; i < 8; ++i) allocate(TT_KMD_WINDOW_4G);
  tt_kmd_allocate_tlb_t tlb = {.size = TT_KMD_WINDOW_2M};
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &tlb), -ENOMEM);
  tlb.size = TT_KMD_WINDOW_4G;
  assert_int_equal(request(TT_KMD_ALLOCATE_TLB, &tlb), -ENOMEM);
  assert_int_equal(kernel_->system.close(kernel_, fd_), 0);
  fake_kmd_destroy(kernel_);
}

//===----------------------------------------------------------------------===//
// Linux's system calls, on a file
//===----------------------------------------------------------------------===//

static void test_linux(void** state) {
  enum { SIZE = 16384 };
  const tt_kmd_system_t* system = &tt_kmd_linux;
  char path[] = "bh_kmd_test.XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(ftruncate(file, SIZE), 0);
  close(file);
  int fd = system->open(system->self, path, O_RDWR | O_CLOEXEC);
  assert_true(fd >= 0);
  unlink(path);
  tt_kmd_device_info_t info = {.in_output_size = 20};
  assert_int_equal(
      system->ioctl(system->self, fd, TT_KMD_GET_DEVICE_INFO, &info), -ENOTTY);
  void* window = NULL;
  assert_int_equal(system->map(system->self, fd, 0, SIZE, &window), 0);
  uint8_t bytes[4000], back[4000];
  for (int i = 0; i < 4000; ++i) bytes[i] = (uint8_t)(i * 31 + 1);
  for (uint64_t offset = 0; offset < 64; offset += 4) {
    for (size_t size = 0; size < 200; size += 4) {
      memset(window, 0, SIZE);
      assert_int_equal(
          system->store(system->self, window, offset, bytes + 1, size), 0);
      assert_memory_equal((char*)window + offset, bytes + 1, size);
      assert_int_equal(((char*)window)[offset + size], 0);
      assert_int_equal(
          system->load(system->self, window, offset, back + 3, size), 0);
      assert_memory_equal(back + 3, bytes + 1, size);
    }
  }
  assert_int_equal(system->unmap(system->self, window, SIZE), 0);
  assert_int_equal(system->close(system->self, fd), 0);
  assert_int_equal(system->open(system->self, path, O_RDWR), -ENOENT);
  system->sleep(system->self, 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_p100a),
      cmocka_unit_test(test_other_harvesting),
      cmocka_unit_test(test_old_machine),
      cmocka_unit_test(test_l1),
      cmocka_unit_test(test_dram),
      cmocka_unit_test(test_dram_small_windows),
      cmocka_unit_test(test_reset_of_workers),
      cmocka_unit_test(test_refused_cards),
      cmocka_unit_test(test_device_option),
      cmocka_unit_test(test_no_card),
      cmocka_unit_test(test_hang),
      cmocka_unit_test(test_reset_by_others),
      cmocka_unit_test(test_failed_resets),
      cmocka_unit_test(test_tiles_that_are_not),
      cmocka_unit_test(test_stand_in_requests),
      cmocka_unit_test(test_stand_in_windows),
      cmocka_unit_test(test_stand_in_runs_out),
      cmocka_unit_test(test_linux),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "iree/hal/drivers/tenstorrent/tt_dispatch.h"

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

// Submits a program with two bindings and waits for it.
static iree_status_t run(iree_hal_device_t* device, int ordinal, uint32_t n,
                         iree_hal_buffer_ref_t a, iree_hal_buffer_ref_t b) {
  iree_hal_executable_t* executable = make_executable(device);
  single_t done = {make_semaphore(device), 1};
  iree_status_t status =
      queue_program(device, NO_SEMAPHORES, LIST(&done), executable, ordinal, n,
                    2, (iree_hal_buffer_ref_t[2]){a, b});
  if (iree_status_is_ok(status)) {
    status = iree_hal_semaphore_wait(done.semaphore, 1,
                                     iree_make_timeout_ms(20000), 0);
  }
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_resource_release(executable);
  return status;
}

static void test_foreign_bindings(void** state) {
  iree_hal_device_t* device = *state;
  uint32_t memory[64] = {0};
  foreign_buffer_t foreign;
  make_foreign_buffer(memory, sizeof(memory), true, &foreign);
  iree_hal_buffer_t* own = make_buffer(device, 64);
  const iree_hal_buffer_ref_t part =
      iree_hal_make_buffer_ref(&foreign.base, 4, 64);
  memory[1] = 10;
  assert_ok(
      run(device, FAKE_ADD, 3, part, iree_hal_make_buffer_ref(own, 0, 64)));
  uint32_t words[16];
  read_words(own, 0, 16, words);
  assert_int_equal(words[0], 13);
  assert_int_equal(words[1], 3);
  // Into a part of it: what lies around stays.
  memory[0] = 1000;
  memory[17] = 2000;
  assert_ok(
      run(device, FAKE_ADD, 3, iree_hal_make_buffer_ref(own, 0, 64), part));
  assert_int_equal(memory[0], 1000);
  assert_int_equal(memory[1], 16);
  assert_int_equal(memory[16], 6);
  assert_int_equal(memory[17], 2000);
  // Two parts, both written.
  assert_ok(run(device, FAKE_SET, 0, part,
                iree_hal_make_buffer_ref(&foreign.base, 128, 64)));
  assert_int_equal(memory[1], 1);
  assert_int_equal(memory[16], 6);
  assert_int_equal(memory[32], 2);
  assert_int_equal(memory[33], 0);
  // In place.
  assert_ok(run(device, FAKE_ADD, 1, part, part));
  assert_int_equal(memory[1], 2);
  iree_hal_buffer_release(own);
}

// Memory that is only read is not written back: others may write beside it.
static void test_read_only_memory(void** state) {
  iree_hal_device_t* device = *state;
  static const uint32_t constant[16] = {7};  // writing it would be a fault
  foreign_buffer_t foreign;
  make_foreign_buffer((void*)constant, sizeof(constant), true, &foreign);
  iree_hal_buffer_t* own = make_buffer(device, 64);
  assert_ok(run(device, FAKE_ADD, 1,
                iree_hal_make_buffer_ref(&foreign.base, 0, 64),
                iree_hal_make_buffer_ref(own, 0, 64)));
  uint32_t word;
  read_words(own, 0, 1, &word);
  assert_int_equal(word, 8);
  iree_hal_buffer_release(own);
}

static void test_foreign_transfers(void** state) {
  iree_hal_device_t* device = *state;
  uint32_t memory[64] = {0};
  foreign_buffer_t foreign;
  make_foreign_buffer(memory, sizeof(memory), true, &foreign);
  iree_hal_buffer_t* own = make_buffer(device, 256);
  single_t done = {make_semaphore(device), 1};
  const uint16_t pattern = 0x0102;
  assert_ok(VTABLE(device, device)
                ->queue_fill(device, IREE_HAL_QUEUE_AFFINITY_ANY, NO_SEMAPHORES,
                             LIST(&done), &foreign.base, 2, 6, &pattern, 2, 0));
  single_t copied = {done.semaphore, 2};
  assert_ok(VTABLE(device, device)
                ->queue_copy(device, IREE_HAL_QUEUE_AFFINITY_ANY, LIST(&done),
                             LIST(&copied), &foreign.base, 0, own, 128, 8, 0));
  single_t back = {done.semaphore, 3};
  assert_ok(VTABLE(device, device)
                ->queue_copy(device, IREE_HAL_QUEUE_AFFINITY_ANY, LIST(&copied),
                             LIST(&back), own, 128, &foreign.base, 100, 8, 0));
  assert_ok(iree_hal_semaphore_wait(back.semaphore, 3,
                                    iree_make_timeout_ms(20000), 0));
  assert_int_equal(memory[0], 0x01020000);
  assert_int_equal(memory[1], 0x01020102);
  assert_int_equal(memory[2], 0);
  assert_int_equal(memory[25], 0x01020000);
  assert_int_equal(memory[26], 0x01020102);
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_buffer_release(own);
}

static void test_foreign_limits(void** state) {
  iree_hal_device_t* device = *state;
  uint32_t memory[16] = {0};
  foreign_buffer_t foreign;
  make_foreign_buffer(memory, sizeof(memory), true, &foreign);
  const iree_hal_buffer_ref_t whole =
      iree_hal_make_buffer_ref(&foreign.base, 0, 64);
  assert_status(run(device, FAKE_ADD, 1, whole,
                    iree_hal_make_buffer_ref(&foreign.base, 32, 64)),
                IREE_STATUS_OUT_OF_RANGE, "leaves the 64 bytes it may use");
  single_t done = {make_semaphore(device), 1};
  assert_ok(VTABLE(device, device)
                ->queue_dealloca(device, IREE_HAL_QUEUE_AFFINITY_ANY,
                                 NO_SEMAPHORES, LIST(&done), &foreign.base, 0));
  assert_status(iree_hal_semaphore_wait(done.semaphore, 1,
                                        iree_make_timeout_ms(20000), 0),
                IREE_STATUS_INVALID_ARGUMENT, "belongs to another driver");
  iree_hal_semaphore_release(done.semaphore);
  make_foreign_buffer(memory, sizeof(memory), false, &foreign);
  assert_status(run(device, FAKE_ADD, 1, whole, whole),
                IREE_STATUS_PERMISSION_DENIED,
                "the buffer belongs to another driver; copy it to a buffer of "
                "the tenstorrent device first");
}

// A buffer of one of our devices in a program of another: staged as well.
static void test_two_devices(void** state) {
  iree_hal_device_t* device = *state;
  for (int visible = 0; visible < 2; ++visible) {
    iree_hal_device_t* second =
        open_device("fake", visible ? "visible=1" : "visible=0");
    iree_hal_buffer_t* theirs = make_buffer(second, 128);
    iree_hal_buffer_t* own = make_buffer(device, 64);
    const uint32_t value = 5;
    write_words(theirs, 64, 1, &value);
    assert_ok(run(device, FAKE_ADD, 1, iree_hal_make_buffer_ref(theirs, 64, 64),
                  iree_hal_make_buffer_ref(own, 0, 64)));
    assert_ok(run(device, FAKE_ADD, 1, iree_hal_make_buffer_ref(own, 0, 64),
                  iree_hal_make_buffer_ref(theirs, 0, 64)));
    uint32_t words[32];
    read_words(theirs, 0, 32, words);
    assert_int_equal(words[0], 7);
    assert_int_equal(words[16], 5);
    iree_hal_buffer_release(own);
    iree_hal_buffer_release(theirs);
    iree_hal_resource_release(second);
  }
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_foreign_bindings),  TEST(test_read_only_memory),
      TEST(test_foreign_transfers), TEST(test_foreign_limits),
      TEST(test_two_devices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

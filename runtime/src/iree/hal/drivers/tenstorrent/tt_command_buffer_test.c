#include "iree/hal/drivers/tenstorrent/tt_command_buffer.h"

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

static iree_hal_command_buffer_t* begin(iree_hal_device_t* device,
                                        size_t binding_capacity) {
  iree_hal_command_buffer_t* commands = NULL;
  assert_ok(VTABLE(device, device)
                ->create_command_buffer(
                    device, IREE_HAL_COMMAND_BUFFER_MODE_DEFAULT,
                    IREE_HAL_COMMAND_CATEGORY_ANY, IREE_HAL_QUEUE_AFFINITY_ANY,
                    binding_capacity, &commands));
  assert_ok(VTABLE(commands, command_buffer)->begin(commands));
  return commands;
}

static iree_status_t dispatch_add(iree_hal_command_buffer_t* commands,
                                  iree_hal_executable_t* executable, uint32_t n,
                                  iree_hal_buffer_ref_t in,
                                  iree_hal_buffer_ref_t out) {
  const iree_hal_buffer_ref_t refs[2] = {in, out};
  return VTABLE(commands, command_buffer)
      ->dispatch(commands, executable, FAKE_ADD,
                 (iree_hal_dispatch_config_t){.workgroup_count = {1, 1, 1}},
                 iree_make_const_byte_span(&n, 4),
                 (iree_hal_buffer_ref_list_t){2, refs}, 0);
}

static iree_status_t execute(iree_hal_device_t* device,
                             iree_hal_semaphore_list_t waits,
                             iree_hal_semaphore_list_t signals,
                             iree_hal_command_buffer_t* commands, size_t count,
                             const iree_hal_buffer_binding_t* bindings) {
  return VTABLE(device, device)
      ->queue_execute(device, IREE_HAL_QUEUE_AFFINITY_ANY, waits, signals,
                      commands,
                      (iree_hal_buffer_binding_table_t){count, bindings}, 0);
}

static iree_status_t run(iree_hal_device_t* device,
                         iree_hal_command_buffer_t* commands, size_t count,
                         const iree_hal_buffer_binding_t* bindings) {
  single_t done = {make_semaphore(device), 1};
  iree_status_t status =
      execute(device, NO_SEMAPHORES, LIST(&done), commands, count, bindings);
  if (iree_status_is_ok(status)) {
    status = iree_hal_semaphore_wait(done.semaphore, 1,
                                     iree_make_timeout_ms(20000), 0);
  }
  iree_hal_semaphore_release(done.semaphore);
  return status;
}

static void test_transfers(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  iree_hal_command_buffer_t* commands = begin(device, 0);
  // What the runtime reads to decide about validation.
  assert_true(commands->mode & IREE_HAL_COMMAND_BUFFER_MODE_UNVALIDATED);
  const uint32_t pattern = 5;
  uint32_t source[2] = {11, 12};
  assert_ok(VTABLE(commands, command_buffer)
                ->fill_buffer(commands, iree_hal_make_buffer_ref(buffer, 0, 16),
                              &pattern, 4, 0));
  assert_ok(VTABLE(commands, command_buffer)
                ->update_buffer(commands, source, 4,
                                iree_hal_make_buffer_ref(buffer, 4, 4), 0));
  source[1] = 0;
  assert_ok(VTABLE(commands, command_buffer)
                ->execution_barrier(commands, 0x1c, 0xd, 0, 0, NULL, 0, NULL));
  assert_ok(VTABLE(commands, command_buffer)
                ->copy_buffer(commands, iree_hal_make_buffer_ref(buffer, 0, 8),
                              iree_hal_make_buffer_ref(buffer, 32, 8), 0));
  assert_ok(VTABLE(commands, command_buffer)->end(commands));
  assert_status(
      VTABLE(commands, command_buffer)
          ->fill_buffer(commands, iree_hal_make_buffer_ref(buffer, 0, 4),
                        &pattern, 4, 0),
      IREE_STATUS_FAILED_PRECONDITION, "ended");
  assert_ok(run(device, commands, 0, NULL));
  uint32_t words[16];
  read_words(buffer, 0, 16, words);
  assert_int_equal(words[0], 5);
  assert_int_equal(words[1], 12);
  assert_int_equal(words[3], 5);
  assert_int_equal(words[4], 0);
  assert_int_equal(words[8], 5);
  assert_int_equal(words[9], 12);
  iree_hal_resource_release(commands);
  iree_hal_buffer_release(buffer);
}

// One command buffer, submitted twice with different tables before either ran.
static void test_in_flight_twice(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_command_buffer_t* commands = begin(device, 2);
  for (int i = 0; i < 2; ++i) {
    assert_ok(dispatch_add(
        commands, executable, 10 + (uint32_t)i,
        iree_hal_make_indirect_buffer_ref(0, 0, IREE_HAL_WHOLE_BUFFER),
        iree_hal_make_indirect_buffer_ref(1, 64 * (size_t)i, 64)));
  }
  assert_ok(VTABLE(commands, command_buffer)->end(commands));
  // The command buffer keeps the executable.
  iree_hal_resource_release(executable);

  single_t gate = {make_semaphore(device), 1};
  single_t done[2];
  iree_hal_buffer_t* in[2];
  iree_hal_buffer_t* out[2];
  for (uint32_t i = 0; i < 2; ++i) {
    done[i] = (single_t){make_semaphore(device), 1};
    in[i] = make_buffer(device, 64);
    out[i] = make_buffer(device, 128);
    const uint32_t value = 100 * (i + 1);
    write_words(in[i], 0, 1, &value);
    iree_hal_buffer_binding_t table[2] = {{in[i], 0, IREE_HAL_WHOLE_BUFFER},
                                          {out[i], 0, IREE_HAL_WHOLE_BUFFER}};
    assert_ok(execute(device, LIST(&gate), LIST(&done[i]), commands, 2, table));
    memset(table, 0, sizeof(table));  // the table was copied
  }
  iree_hal_resource_release(commands);  // in flight: kept by the queue
  assert_ok(iree_hal_semaphore_signal(gate.semaphore, 1));
  for (uint32_t i = 0; i < 2; ++i) {
    assert_ok(iree_hal_semaphore_wait(done[i].semaphore, 1,
                                      iree_make_timeout_ms(20000), 0));
    uint32_t words[32];
    read_words(out[i], 0, 32, words);
    assert_int_equal(words[0], 100 * (i + 1) + 10);
    assert_int_equal(words[16], 100 * (i + 1) + 11);
    assert_int_equal(words[17], 11);
    iree_hal_semaphore_release(done[i].semaphore);
    iree_hal_buffer_release(in[i]);
    iree_hal_buffer_release(out[i]);
  }
  iree_hal_semaphore_release(gate.semaphore);
}

// Both offsets count: of the table's binding, and of the reference in it.
static void test_two_bindings_in_one_buffer(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_buffer_t* buffer = make_buffer(device, 512);
  const uint32_t value = 1000;
  write_words(buffer, 64 + 128, 1, &value);
  iree_hal_command_buffer_t* commands = begin(device, 2);
  assert_ok(dispatch_add(commands, executable, 1,
                         iree_hal_make_indirect_buffer_ref(0, 128, 64),
                         iree_hal_make_indirect_buffer_ref(1, 64, 64)));
  assert_ok(VTABLE(commands, command_buffer)->end(commands));
  const iree_hal_buffer_binding_t table[2] = {{buffer, 64, 256},
                                              {buffer, 320, 192}};
  assert_ok(run(device, commands, 2, table));
  uint32_t words[128];
  read_words(buffer, 0, 128, words);
  for (size_t i = 0; i < 128; ++i) {
    const bool written = i >= (320 + 64) / 4 && i < (320 + 128) / 4;
    const uint32_t expected = i == 48    ? 1000
                              : !written ? 0
                              : i == 96  ? 1001
                                         : 1;
    assert_int_equal(words[i], expected);
  }
  iree_hal_resource_release(commands);
  iree_hal_resource_release(executable);
  iree_hal_buffer_release(buffer);
}

// A sub-buffer as the runtime makes it: its allocated_buffer is ours.
static iree_hal_buffer_t make_subspan(iree_hal_buffer_t* buffer, size_t offset,
                                      size_t length) {
  iree_hal_buffer_t subspan = *buffer;
  subspan.byte_offset = offset;
  subspan.byte_length = length;
  return subspan;
}

static void test_unaligned_bindings(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_buffer_t* buffer = make_buffer(device, 512);
  iree_hal_buffer_t odd = make_subspan(buffer, 4, 200);
  const uint32_t value = 40;
  write_words(buffer, 4, 1, &value);
  const iree_hal_buffer_ref_t whole =
      iree_hal_make_buffer_ref(&odd, 0, IREE_HAL_WHOLE_BUFFER);
  single_t done = {make_semaphore(device), 1};
  // In place: both bindings share one aligned copy.
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&done), executable,
                          FAKE_ADD, 2, 2,
                          (iree_hal_buffer_ref_t[2]){whole, whole}));
  assert_ok(iree_hal_semaphore_wait(done.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  uint32_t words[128];
  read_words(buffer, 0, 128, words);
  assert_int_equal(words[0], 0);
  assert_int_equal(words[1], 42);
  assert_int_equal(words[50], 2);
  assert_int_equal(words[51], 0);
  // Partial overlap with what is read: as if all was read before.
  const iree_hal_buffer_ref_t part = iree_hal_make_buffer_ref(buffer, 64, 64);
  done.value = 2;
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&done), executable,
                          FAKE_ADD, 5, 2,
                          (iree_hal_buffer_ref_t[2]){whole, part}));
  assert_ok(iree_hal_semaphore_wait(done.semaphore, 2,
                                    iree_make_timeout_ms(20000), 0));
  read_words(buffer, 0, 128, words);
  assert_int_equal(words[1], 42);
  assert_int_equal(words[16], 47);
  assert_int_equal(words[17], 7);
  assert_int_equal(words[32], 2);
  // Both written: refused, with numbers.
  done.value = 3;
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&done), executable,
                          FAKE_SET, 2, 2,
                          (iree_hal_buffer_ref_t[2]){whole, part}));
  assert_status(iree_hal_semaphore_wait(done.semaphore, 3,
                                        iree_make_timeout_ms(20000), 0),
                IREE_STATUS_FAILED_PRECONDITION,
                "binding 0 (200 bytes at offset 4) is not aligned to 64 bytes "
                "or not in this device's memory, and overlaps binding 1 (64 "
                "bytes at offset 64); both are written");
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_resource_release(executable);
  iree_hal_buffer_release(buffer);
}

static void test_errors(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  const iree_hal_buffer_ref_t ref = iree_hal_make_buffer_ref(buffer, 0, 64);
  iree_hal_command_buffer_t* commands = begin(device, 1);
  assert_status(dispatch_add(commands, executable, 1, ref,
                             iree_hal_make_indirect_buffer_ref(1, 0, 4)),
                IREE_STATUS_OUT_OF_RANGE, "slot 1 of a command buffer with 1");
  assert_status(
      VTABLE(commands, command_buffer)
          ->dispatch(commands, executable, FAKE_ADD,
                     (iree_hal_dispatch_config_t){0},
                     iree_make_const_byte_span(NULL, 0),
                     (iree_hal_buffer_ref_list_t){1, &ref}, 0),
      IREE_STATUS_INVALID_ARGUMENT,
      "'add' brings 0 bytes of constants and 1 bindings, expected 4 and 2");
  assert_status(
      VTABLE(commands, command_buffer)
          ->dispatch(commands, executable, FAKE_FAIL,
                     (iree_hal_dispatch_config_t){
                         .dynamic_workgroup_local_memory = 8192},
                     iree_make_const_byte_span(NULL, 0),
                     (iree_hal_buffer_ref_list_t){0, NULL}, 0),
      IREE_STATUS_RESOURCE_EXHAUSTED,
      "8192 bytes of workgroup local memory requested, a core has 4096");
  assert_status(run(device, commands, 0, NULL), IREE_STATUS_FAILED_PRECONDITION,
                "still being recorded");
  assert_ok(dispatch_add(commands, executable, 1, ref,
                         iree_hal_make_indirect_buffer_ref(0, 32, 64)));
  assert_ok(VTABLE(commands, command_buffer)->end(commands));
  assert_status(run(device, commands, 0, NULL), IREE_STATUS_INVALID_ARGUMENT,
                "a binding table of 0 slots for a command buffer with 1");
  const iree_hal_buffer_binding_t binding = {buffer, 0, IREE_HAL_WHOLE_BUFFER};
  assert_status(run(device, commands, 1, &binding), IREE_STATUS_OUT_OF_RANGE,
                "leaves the 64 bytes it may use; binding 1; dispatch of 'add'; "
                "command 0 of a command buffer");
  iree_hal_resource_release(commands);
  iree_hal_resource_release(executable);
  iree_hal_buffer_release(buffer);
}

// Larger than a block of the arena.
static void test_many_commands(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 65536);
  iree_hal_command_buffer_t* commands = begin(device, 0);
  uint8_t* source = malloc(65536);
  memset(source, 1, 65536);
  assert_ok(VTABLE(commands, command_buffer)
                ->update_buffer(commands, source, 0,
                                iree_hal_make_buffer_ref(buffer, 0, 65536), 0));
  free(source);
  for (uint32_t i = 0; i < 1000; ++i) {
    assert_ok(VTABLE(commands, command_buffer)
                  ->fill_buffer(commands,
                                iree_hal_make_buffer_ref(buffer, 4 * i, 4), &i,
                                4, 0));
  }
  assert_ok(VTABLE(commands, command_buffer)->end(commands));
  assert_ok(run(device, commands, 0, NULL));
  uint32_t words[1001];
  read_words(buffer, 0, 1001, words);
  assert_int_equal(words[999], 999);
  assert_int_equal(words[1000], 0x01010101);
  iree_hal_resource_release(commands);
  iree_hal_buffer_release(buffer);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_transfers),
      TEST(test_in_flight_twice),
      TEST(test_two_bindings_in_one_buffer),
      TEST(test_unaligned_bindings),
      TEST(test_errors),
      TEST(test_many_commands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "iree/hal/drivers/tenstorrent/tt_device.h"

#include <sys/wait.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"
#include "iree/hal/drivers/tenstorrent/tt_hardware.h"

// ThreadSanitizer cannot start threads in a forked child.
#ifdef __SANITIZE_THREAD__
static const bool can_thread_after_fork = false;
#else
static const bool can_thread_after_fork = true;
#endif

static int64_t query(iree_hal_device_t* device, const char* category,
                     const char* key, iree_status_code_t expected) {
  int64_t value = -1;
  iree_status_t status =
      VTABLE(device, device)
          ->query_i64(device, iree_make_cstring_view(category),
                      iree_make_cstring_view(key), &value);
  assert_int_equal(iree_status_code(status), expected);
  iree_status_free(status);
  return value;
}

static void test_queries(void** state) {
  iree_hal_device_t* device = *state;
  assert_int_equal(query(device, "hal.device.id", "tenstorrent", 0), 1);
  assert_int_equal(query(device, "hal.device.id", "tenst*", 0), 1);
  assert_int_equal(query(device, "hal.device.id", "local*", 0), 0);
  assert_int_equal(
      query(device, "hal.executable.format", "tenstorrent-bh-fb", 0), 1);
  assert_int_equal(
      query(device, "hal.executable.format", "vmvx-bytecode-fb", 0), 0);
  assert_int_equal(query(device, "tenstorrent.device", "l1_size", 0), 4096);
  assert_int_equal(query(device, "tenstorrent.device", "core_count", 0), 6);
  assert_int_equal(query(device, "hal.device", "concurrency", 0), 1);
  query(device, "hal.device", "nonsense", IREE_STATUS_NOT_FOUND);
}

static void test_executables(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_cache_t* cache = NULL;
  assert_ok(VTABLE(device, device)
                ->create_executable_cache(device, IREE_SV(""), iree_loop_null(),
                                          &cache));
  assert_true(VTABLE(cache, executable_cache)
                  ->can_prepare_format(cache, 0, IREE_SV("tenstorrent-bh-fb")));
  assert_false(VTABLE(cache, executable_cache)
                   ->can_prepare_format(cache, 0, IREE_SV("other")));
  iree_hal_executable_params_t params = {
      .executable_format = IREE_SV("tenstorrent-bh-fb"),
      .executable_data = iree_make_const_byte_span("JUNK", 4),
  };
  iree_hal_executable_t* executable = NULL;
  assert_status(VTABLE(cache, executable_cache)
                    ->prepare_executable(cache, &params, &executable),
                IREE_STATUS_INVALID_ARGUMENT, "bad magic at offset 0");
  params.executable_data = iree_make_const_byte_span("FAKE", 4);
  params.constant_count = 2;
  assert_status(VTABLE(cache, executable_cache)
                    ->prepare_executable(cache, &params, &executable),
                IREE_STATUS_UNIMPLEMENTED, "2 specialization constants");
  params.constant_count = 0;
  assert_ok(VTABLE(cache, executable_cache)
                ->prepare_executable(cache, &params, &executable));
  iree_hal_resource_release(cache);
  assert_int_equal(VTABLE(executable, executable)->export_count(executable), 5);
  iree_hal_executable_export_info_t info;
  assert_ok(VTABLE(executable, executable)->export_info(executable, 0, &info));
  assert_true(iree_string_view_equal(info.name, IREE_SV("add")));
  assert_int_equal(info.constant_count, 1);
  assert_int_equal(info.binding_count, 2);
  iree_hal_executable_export_parameter_t parameters[3];
  assert_ok(VTABLE(executable, executable)
                ->export_parameters(executable, 0, 3, parameters));
  assert_int_equal(parameters[0].type,
                   IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_CONSTANT);
  assert_int_equal(parameters[2].type,
                   IREE_HAL_EXECUTABLE_EXPORT_PARAMETER_TYPE_BINDING);
  iree_hal_executable_export_ordinal_t ordinal = 0;
  assert_ok(
      VTABLE(executable, executable)
          ->lookup_export_by_name(executable, IREE_SV("sleep"), &ordinal));
  assert_int_equal(ordinal, FAKE_SLEEP);
  assert_status(
      VTABLE(executable, executable)
          ->lookup_export_by_name(executable, IREE_SV("none"), &ordinal),
      IREE_STATUS_NOT_FOUND, "no entry 'none'");
  assert_status(
      VTABLE(executable, executable)->export_info(executable, 5, &info),
      IREE_STATUS_OUT_OF_RANGE, "entry 5");
  iree_hal_resource_release(executable);
}

static void test_events_and_channels(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_event_t* event = NULL;
  assert_ok(VTABLE(device, device)->create_event(device, 0, 0, &event));
  iree_hal_resource_release(event);
  iree_hal_channel_params_t params = {.rank = 0, .count = 1};
  iree_hal_channel_t* channel = NULL;
  assert_ok(
      VTABLE(device, device)->create_channel(device, 0, params, &channel));
  int32_t rank = -1, count = -1;
  VTABLE(channel, channel)->query_rank_and_count(channel, &rank, &count);
  assert_int_equal(rank, 0);
  assert_int_equal(count, 1);
  iree_hal_resource_release(channel);
  params.count = 2;
  assert_status(
      VTABLE(device, device)->create_channel(device, 0, params, &channel),
      IREE_STATUS_UNIMPLEMENTED, "2 participants");
}

// Buffers, semaphores, executables and the allocator survive the device.
static void test_device_goes_first(void** state) {
  iree_hal_device_t* device = open_device("", NULL);
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  iree_hal_semaphore_t* semaphore = make_semaphore(device);
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_allocator_retain(allocator);
  iree_hal_resource_release(device);
  const uint32_t value = 3;
  uint32_t word = 0;
  write_words(buffer, 0, 1, &value);
  read_words(buffer, 0, 1, &word);
  assert_int_equal(word, 3);
  assert_ok(iree_hal_semaphore_signal(semaphore, 1));
  iree_hal_buffer_params_t params = {0};
  iree_hal_buffer_t* late = NULL;
  assert_ok(VTABLE(allocator, allocator)
                ->allocate_buffer(allocator, &params, 64, &late));
  assert_null(late->placement.device);
  iree_hal_buffer_release(late);
  iree_hal_resource_release(executable);
  iree_hal_semaphore_release(semaphore);
  iree_hal_buffer_release(buffer);
  iree_hal_allocator_release(allocator);
}

// Released in the middle of work: returns at once, work that can run ends
// well, work that waits for nobody is cancelled.
static void test_release_with_work(void** state) {
  iree_hal_device_t* device = open_device("", NULL);
  iree_hal_executable_t* executable = make_executable(device);
  single_t never = {make_semaphore(device), 1};
  single_t running = {make_semaphore(device), 1};
  single_t chained = {make_semaphore(device), 1};
  single_t waiting = {make_semaphore(device), 1};
  fake_backend_close_gate();
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&running), executable,
                          FAKE_GATE, 0, 0, NULL));
  assert_ok(queue_program(device, LIST(&running), LIST(&chained), executable,
                          FAKE_SLEEP, 1, 0, NULL));
  assert_ok(queue_program(device, LIST(&never), LIST(&waiting), executable,
                          FAKE_SLEEP, 1, 0, NULL));
  iree_hal_resource_release(executable);
  iree_hal_resource_release(device);
  fake_backend_open_gate();
  assert_ok(iree_hal_semaphore_wait(running.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  assert_ok(iree_hal_semaphore_wait(chained.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  assert_status(iree_hal_semaphore_wait(waiting.semaphore, 1,
                                        iree_make_timeout_ms(20000), 0),
                IREE_STATUS_CANCELLED, "the device was released");
  iree_hal_semaphore_release(never.semaphore);
  iree_hal_semaphore_release(running.semaphore);
  iree_hal_semaphore_release(chained.semaphore);
  iree_hal_semaphore_release(waiting.semaphore);
}

static iree_status_t release_device(void* user_data, const uint64_t args[4],
                                    iree_hal_host_call_context_t* context) {
  // The operation holds the last reference after this.
  iree_hal_resource_release(context->device);
  return iree_ok_status();
}

static void test_last_reference_on_worker(void** state) {
  iree_hal_device_t* device = open_device("", NULL);
  single_t done = {make_semaphore(device), 1};
  const uint64_t args[4] = {0};
  assert_ok(VTABLE(device, device)
                ->queue_host_call(device, 0, NO_SEMAPHORES, LIST(&done),
                                  (iree_hal_host_call_t){release_device, NULL},
                                  args, 0));
  assert_ok(iree_hal_semaphore_wait(done.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  iree_hal_semaphore_release(done.semaphore);
}

static void test_totals(void** state) {
  tt_backend_counters_t before, after;
  uint64_t in_use = 0, peak = 0;
  iree_hal_tt_hardware_totals(&before, &in_use, &peak);
  assert_int_equal(in_use, 0);
  iree_hal_device_t* device = open_device("", NULL);
  iree_hal_buffer_t* buffer = make_buffer(device, 640);
  iree_hal_executable_t* executable = make_executable(device);
  single_t done = {make_semaphore(device), 1};
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&done), executable,
                          FAKE_SLEEP, 0, 0, NULL));
  assert_ok(iree_hal_semaphore_wait(done.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  iree_hal_tt_hardware_totals(&after, &in_use, &peak);
  assert_int_equal(in_use, 640);
  assert_true(peak >= 640);
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_resource_release(executable);
  iree_hal_buffer_release(buffer);
  iree_hal_resource_release(device);
  // Closed devices still count.
  iree_hal_tt_hardware_totals(&after, &in_use, &peak);
  assert_int_equal(after.launches, before.launches + 1);
  assert_int_equal(in_use, 0);
}

// What a forked child does with the parent's device. Exit code: 0, or the
// number of the step that went wrong.
static int use_in_child(iree_hal_device_t* device, single_t* wait,
                        iree_hal_buffer_t* buffer) {
  alarm(20);  // a hang must not survive
  const uint32_t pattern = 1;
  iree_status_t status =
      VTABLE(device, device)
          ->queue_fill(device, 0, NO_SEMAPHORES, NO_SEMAPHORES, buffer, 0, 4,
                       &pattern, 4, 0);
  iree_allocator_t allocator = iree_allocator_system();
  char* text = NULL;
  iree_host_size_t length = 0;
  if (iree_status_code(status) != IREE_STATUS_FAILED_PRECONDITION) return 1;
  if (!iree_status_to_string(status, &allocator, &text, &length)) return 2;
  if (!strstr(text, "opened before fork()")) return 3;
  free(text);
  iree_status_free(status);
  status =
      iree_hal_semaphore_wait(wait->semaphore, 1, iree_infinite_timeout(), 0);
  if (iree_status_code(status) != IREE_STATUS_FAILED_PRECONDITION) return 4;
  iree_status_free(status);
  iree_hal_semaphore_release(wait->semaphore);
  iree_hal_buffer_release(buffer);
  iree_hal_resource_release(device);
  if (!can_thread_after_fork) return 0;
  // A new device works.
  iree_hal_device_t* own = open_device("", NULL);
  iree_hal_executable_t* executable = make_executable(own);
  single_t done = {make_semaphore(own), 1};
  status = queue_program(own, NO_SEMAPHORES, LIST(&done), executable,
                         FAKE_SLEEP, 0, 0, NULL);
  if (!iree_status_is_ok(status)) return 5;
  status = iree_hal_semaphore_wait(done.semaphore, 1,
                                   iree_make_timeout_ms(10000), 0);
  if (!iree_status_is_ok(status)) return 6;
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_resource_release(executable);
  iree_hal_resource_release(own);
  return 0;
}

static void test_fork(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  single_t wait = {make_semaphore(device), 1};
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(use_in_child(device, &wait, buffer));
  int result = -1;
  assert_int_equal(waitpid(child, &result, 0), child);
  assert_true(WIFEXITED(result));
  assert_int_equal(WEXITSTATUS(result), 0);
  // The parent goes on.
  assert_ok(iree_hal_semaphore_signal(wait.semaphore, 1));
  iree_hal_semaphore_release(wait.semaphore);
  iree_hal_buffer_release(buffer);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_queries),
      TEST(test_executables),
      TEST(test_events_and_channels),
      TEST(test_device_goes_first),
      TEST(test_release_with_work),
      TEST(test_last_reference_on_worker),
      TEST(test_totals),
      TEST(test_fork),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

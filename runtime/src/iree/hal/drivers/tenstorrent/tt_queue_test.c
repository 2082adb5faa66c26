#include "iree/hal/drivers/tenstorrent/tt_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

static iree_status_t wait_for(single_t* single) {
  return iree_hal_semaphore_wait(single->semaphore, single->value,
                                 iree_make_timeout_ms(20000), 0);
}

static iree_status_t queue_fill(iree_hal_device_t* device,
                                iree_hal_semaphore_list_t waits,
                                iree_hal_semaphore_list_t signals,
                                iree_hal_buffer_t* buffer, size_t offset,
                                size_t length, uint32_t pattern) {
  return VTABLE(device, device)
      ->queue_fill(device, IREE_HAL_QUEUE_AFFINITY_ANY, waits, signals, buffer,
                   offset, length, &pattern, sizeof(pattern), 0);
}

static iree_status_t queue_barrier(iree_hal_device_t* device,
                                   iree_hal_semaphore_list_t waits,
                                   iree_hal_semaphore_list_t signals) {
  return VTABLE(device, device)
      ->queue_execute(device, IREE_HAL_QUEUE_AFFINITY_ANY, waits, signals, NULL,
                      iree_hal_buffer_binding_table_empty(), 0);
}

// Submitting work that cannot run yet returns at once; the host releases it
// later from the same thread.
static void test_never_blocks(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 8);
  single_t gate = {make_semaphore(device), 1};
  single_t filled = {make_semaphore(device), 1};
  single_t copied = {make_semaphore(device), 1};
  assert_ok(queue_fill(device, LIST(&gate), LIST(&filled), buffer, 0, 4, 7));
  assert_ok(VTABLE(device, device)
                ->queue_copy(device, IREE_HAL_QUEUE_AFFINITY_ANY, LIST(&filled),
                             LIST(&copied), buffer, 0, buffer, 4, 4, 0));
  uint64_t value = 1;
  assert_ok(iree_hal_semaphore_query(copied.semaphore, &value));
  assert_int_equal(value, 0);
  assert_ok(iree_hal_semaphore_signal(gate.semaphore, 1));
  assert_ok(wait_for(&copied));
  uint32_t words[2];
  read_words(buffer, 0, 2, words);
  assert_int_equal(words[0], 7);
  assert_int_equal(words[1], 7);
  iree_hal_semaphore_release(gate.semaphore);
  iree_hal_semaphore_release(filled.semaphore);
  iree_hal_semaphore_release(copied.semaphore);
  iree_hal_buffer_release(buffer);
}

// Operations released by one signal run in the order of submission.
static void test_order(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 4);
  single_t gate = {make_semaphore(device), 1};
  single_t done = {make_semaphore(device), 1};
  for (uint32_t i = 1; i <= 20; ++i) {
    assert_ok(queue_fill(device, LIST(&gate),
                         i == 20 ? LIST(&done) : NO_SEMAPHORES, buffer, 0, 4,
                         i));
  }
  assert_ok(iree_hal_semaphore_signal(gate.semaphore, 1));
  assert_ok(wait_for(&done));
  uint32_t word = 0;
  read_words(buffer, 0, 1, &word);
  assert_int_equal(word, 20);
  iree_hal_semaphore_release(gate.semaphore);
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_buffer_release(buffer);
}

static void test_failures_propagate(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_executable_t* executable = make_executable(device);
  iree_hal_buffer_t* buffer = make_buffer(device, 4);
  single_t failed = {make_semaphore(device), 1};
  single_t after = {make_semaphore(device), 1};
  single_t never = {make_semaphore(device), 1};
  // Waits for both |never| and |failed|: must not hang on the former.
  iree_hal_semaphore_t* semaphores[2] = {never.semaphore, failed.semaphore};
  uint64_t values[2] = {1, 1};
  assert_ok(queue_fill(device,
                       (iree_hal_semaphore_list_t){2, semaphores, values},
                       LIST(&after), buffer, 0, 4, 9));
  assert_ok(queue_program(device, NO_SEMAPHORES, LIST(&failed), executable,
                          FAKE_FAIL, 0, 0, NULL));
  assert_status(wait_for(&after), IREE_STATUS_DATA_LOSS,
                "the fake program failed; dispatch of 'fail'");
  assert_status(wait_for(&failed), IREE_STATUS_DATA_LOSS,
                "the fake program failed");
  uint32_t word = 1;
  read_words(buffer, 0, 1, &word);
  assert_int_equal(word, 0);
  // The queue lives on.
  single_t good = {make_semaphore(device), 1};
  assert_ok(queue_barrier(device, NO_SEMAPHORES, LIST(&good)));
  assert_ok(wait_for(&good));
  iree_hal_semaphore_release(failed.semaphore);
  iree_hal_semaphore_release(after.semaphore);
  iree_hal_semaphore_release(never.semaphore);
  iree_hal_semaphore_release(good.semaphore);
  iree_hal_buffer_release(buffer);
  iree_hal_resource_release(executable);
}

static void test_signal_too_low(void** state) {
  iree_hal_device_t* device = *state;
  single_t done = {make_semaphore(device), 1};
  assert_ok(iree_hal_semaphore_signal(done.semaphore, 1));
  assert_ok(queue_barrier(device, NO_SEMAPHORES, LIST(&done)));
  done.value = 2;
  assert_status(wait_for(&done), IREE_STATUS_OUT_OF_RANGE,
                "cannot be signalled");
  iree_hal_semaphore_release(done.semaphore);
}

static void test_foreign_waits(void** state) {
  iree_hal_device_t* device = *state;
  for (int fail = 0; fail < 2; ++fail) {
    single_t foreign = {make_foreign_semaphore(), 1};
    single_t done = {make_semaphore(device), 1};
    assert_ok(queue_barrier(device, LIST(&foreign), LIST(&done)));
    usleep(8000);
    uint64_t value = 1;
    assert_ok(iree_hal_semaphore_query(done.semaphore, &value));
    assert_int_equal(value, 0);
    if (fail) {
      iree_hal_semaphore_fail(
          foreign.semaphore, iree_make_status(IREE_STATUS_ABORTED, "far away"));
      assert_status(wait_for(&done), IREE_STATUS_ABORTED, "far away");
    } else {
      assert_ok(iree_hal_semaphore_signal(foreign.semaphore, 1));
      assert_ok(wait_for(&done));
    }
    iree_hal_semaphore_release(foreign.semaphore);
    iree_hal_semaphore_release(done.semaphore);
  }
}

// Foreign waits that are over, or failed, when the operation is submitted.
static void test_early_foreign_waits(void** state) {
  iree_hal_device_t* device = *state;
  for (int fail = 0; fail < 2; ++fail) {
    single_t foreign = {make_foreign_semaphore(), 1};
    single_t done = {make_semaphore(device), 1};
    if (fail) {
      iree_hal_semaphore_fail(
          foreign.semaphore, iree_make_status(IREE_STATUS_ABORTED, "far away"));
    } else {
      assert_ok(iree_hal_semaphore_signal(foreign.semaphore, 1));
    }
    assert_ok(queue_barrier(device, LIST(&foreign), LIST(&done)));
    if (fail) {
      assert_status(wait_for(&done), IREE_STATUS_ABORTED, "far away");
    } else {
      assert_ok(wait_for(&done));
    }
    // Beside one of our own that comes later.
    single_t own = {make_semaphore(device), 1};
    single_t last = {make_semaphore(device), 1};
    iree_hal_semaphore_t* semaphores[2] = {foreign.semaphore, own.semaphore};
    uint64_t values[2] = {1, 1};
    assert_ok(queue_barrier(device,
                            (iree_hal_semaphore_list_t){2, semaphores, values},
                            LIST(&last)));
    if (fail) {
      assert_status(wait_for(&last), IREE_STATUS_ABORTED, "far away");
    } else {
      assert_ok(iree_hal_semaphore_signal(own.semaphore, 1));
      assert_ok(wait_for(&last));
    }
    iree_hal_semaphore_release(foreign.semaphore);
    iree_hal_semaphore_release(own.semaphore);
    iree_hal_semaphore_release(done.semaphore);
    iree_hal_semaphore_release(last.semaphore);
  }
}

// alloca gives memory when it runs, dealloca returns it when it runs.
static void test_alloca(void** state) {
  iree_hal_device_t* device = *state;
  single_t timeline = {make_semaphore(device), 1};
  single_t next = {timeline.semaphore, 2};
  single_t last = {timeline.semaphore, 3};
  iree_hal_buffer_t* buffer = NULL;
  assert_ok(VTABLE(device, device)
                ->queue_alloca(device, 0, NO_SEMAPHORES, LIST(&timeline), 0,
                               (iree_hal_buffer_params_t){
                                   .usage = IREE_HAL_BUFFER_USAGE_DEFAULT,
                                   .type = IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL},
                               100, 0, &buffer));
  assert_int_equal(buffer->placement.flags,
                   IREE_HAL_BUFFER_PLACEMENT_FLAG_ASYNCHRONOUS);
  assert_int_equal(buffer->byte_length, 100);
  assert_ok(queue_fill(device, LIST(&timeline), LIST(&next), buffer, 4, 96, 3));
  assert_ok(
      VTABLE(device, device)
          ->queue_dealloca(device, 0, LIST(&next), LIST(&last), buffer, 0));
  assert_ok(wait_for(&last));
  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_allocator_statistics_t statistics;
  VTABLE(allocator, allocator)->query_statistics(allocator, &statistics);
  assert_int_equal(statistics.device_bytes_allocated, 128);
  assert_int_equal(statistics.device_bytes_freed, 128);
  // The buffer object is still there, its memory is not.
  single_t late = {make_semaphore(device), 1};
  assert_ok(queue_fill(device, NO_SEMAPHORES, LIST(&late), buffer, 0, 4, 3));
  assert_status(wait_for(&late), IREE_STATUS_FAILED_PRECONDITION, "no memory");
  iree_hal_buffer_release(buffer);
  iree_hal_semaphore_release(timeline.semaphore);
  iree_hal_semaphore_release(late.semaphore);
}

static void test_alloca_exhausted(void** state) {
  iree_hal_device_t* device = *state;
  single_t done = {make_semaphore(device), 1};
  iree_hal_buffer_t* buffer = NULL;
  assert_ok(VTABLE(device, device)
                ->queue_alloca(device, 0, NO_SEMAPHORES, LIST(&done), 0,
                               (iree_hal_buffer_params_t){0}, 2 << 20, 0,
                               &buffer));
  assert_status(wait_for(&done), IREE_STATUS_RESOURCE_EXHAUSTED,
                "2097152 bytes requested, 0 bytes in use, limit 1048576");
  iree_hal_buffer_release(buffer);
  iree_hal_semaphore_release(done.semaphore);
}

static void test_update_and_copy(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  single_t done = {make_semaphore(device), 1};
  uint32_t source[4] = {1, 2, 3, 4};
  assert_ok(VTABLE(device, device)
                ->queue_update(device, 0, NO_SEMAPHORES, LIST(&done), source, 4,
                               buffer, 8, 12, 0));
  memset(source, 0, sizeof(source));  // the source was copied
  assert_ok(wait_for(&done));
  uint32_t words[16];
  read_words(buffer, 0, 16, words);
  assert_int_equal(words[2], 2);
  assert_int_equal(words[4], 4);
  done.value = 2;
  assert_ok(VTABLE(device, device)
                ->queue_copy(device, 0, NO_SEMAPHORES, LIST(&done), buffer, 0,
                             buffer, 4, 16, 0));
  assert_status(wait_for(&done), IREE_STATUS_INVALID_ARGUMENT, "overlaps");
  assert_status(VTABLE(device, device)
                    ->queue_update(device, 0, NO_SEMAPHORES, NO_SEMAPHORES,
                                   source, 0, buffer, 60, 8, 0),
                IREE_STATUS_OUT_OF_RANGE, "");
  iree_hal_buffer_release(buffer);
  iree_hal_semaphore_release(done.semaphore);
}

static iree_status_t host_call(void* user_data, const uint64_t args[4],
                               iree_hal_host_call_context_t* context) {
  atomic_fetch_add((_Atomic uint64_t*)user_data, args[0]);
  if (args[1] == 1)
    return iree_make_status(IREE_STATUS_ABORTED, "host said no");
  if (args[1] == 2) {
    assert_int_equal(context->signal_semaphore_list.count, 1);
    iree_status_ignore(iree_hal_semaphore_signal(
        context->signal_semaphore_list.semaphores[0],
        context->signal_semaphore_list.payload_values[0]));
    return iree_status_from_code(IREE_STATUS_DEFERRED);
  }
  return iree_ok_status();
}

static void test_host_calls(void** state) {
  iree_hal_device_t* device = *state;
  _Atomic uint64_t sum = 0;
  const iree_hal_host_call_t call = {host_call, &sum};
  for (uint64_t kind = 0; kind < 3; ++kind) {
    single_t done = {make_semaphore(device), 1};
    const uint64_t args[4] = {1, kind, 0, 0};
    assert_ok(VTABLE(device, device)
                  ->queue_host_call(device, 0, NO_SEMAPHORES, LIST(&done), call,
                                    args, IREE_HAL_HOST_CALL_FLAG_NONE));
    if (kind == 1) {
      assert_status(wait_for(&done), IREE_STATUS_ABORTED, "host said no");
    } else {
      assert_ok(wait_for(&done));
    }
    iree_hal_semaphore_release(done.semaphore);
  }
  assert_int_equal(atomic_load(&sum), 3);
}

// Several threads submit chains to one queue.
typedef struct submitter_t {
  iree_hal_device_t* device;
  iree_hal_executable_t* executable;
  pthread_t thread;
  uint32_t result;
} submitter_t;

static void* submit_chain(void* arg) {
  submitter_t* submitter = arg;
  iree_hal_device_t* device = submitter->device;
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  single_t wait = {make_semaphore(device), 0};
  const iree_hal_buffer_ref_t ref =
      iree_hal_make_buffer_ref(buffer, 0, IREE_HAL_WHOLE_BUFFER);
  const iree_hal_buffer_ref_t refs[2] = {ref, ref};
  for (uint64_t i = 1; i <= 50; ++i) {
    single_t signal = {wait.semaphore, i};
    assert_ok(queue_program(device, LIST(&wait), LIST(&signal),
                            submitter->executable, FAKE_ADD, 2, 2, refs));
    wait.value = i;
  }
  assert_ok(wait_for(&wait));
  read_words(buffer, 0, 1, &submitter->result);
  iree_hal_buffer_release(buffer);
  iree_hal_semaphore_release(wait.semaphore);
  return NULL;
}

static void test_threads(void** state) {
  submitter_t submitters[4];
  iree_hal_executable_t* executable = make_executable(*state);
  for (int i = 0; i < 4; ++i) {
    submitters[i] = (submitter_t){.device = *state, .executable = executable};
    pthread_create(&submitters[i].thread, NULL, submit_chain, &submitters[i]);
  }
  for (int i = 0; i < 4; ++i) {
    pthread_join(submitters[i].thread, NULL);
    assert_int_equal(submitters[i].result, 100);
  }
  iree_hal_resource_release(executable);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_never_blocks),
      TEST(test_order),
      TEST(test_failures_propagate),
      TEST(test_signal_too_low),
      TEST(test_foreign_waits),
      TEST(test_early_foreign_waits),
      TEST(test_alloca),
      TEST(test_alloca_exhausted),
      TEST(test_update_and_copy),
      TEST(test_host_calls),
      TEST(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

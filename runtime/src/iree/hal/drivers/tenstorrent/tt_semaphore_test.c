#include "iree/hal/drivers/tenstorrent/tt_semaphore.h"

#include <pthread.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

static uint64_t query(iree_hal_semaphore_t* semaphore) {
  uint64_t value = 0;
  assert_ok(iree_hal_semaphore_query(semaphore, &value));
  return value;
}

static void test_signal(void** state) {
  iree_hal_semaphore_t* semaphore = make_semaphore(*state);
  assert_int_equal(query(semaphore), 0);
  assert_ok(iree_hal_semaphore_signal(semaphore, 5));
  assert_int_equal(query(semaphore), 5);
  assert_status(iree_hal_semaphore_signal(semaphore, 5),
                IREE_STATUS_OUT_OF_RANGE, "value 5 cannot be signalled");
  assert_status(
      iree_hal_semaphore_signal(semaphore, IREE_HAL_SEMAPHORE_FAILURE_VALUE),
      IREE_STATUS_OUT_OF_RANGE, "at most 2147483646");
  assert_ok(iree_hal_semaphore_wait(semaphore, 5, iree_infinite_timeout(), 0));
  iree_hal_semaphore_release(semaphore);
}

static void test_deadlines(void** state) {
  iree_hal_semaphore_t* semaphore = make_semaphore(*state);
  assert_status(
      iree_hal_semaphore_wait(semaphore, 1, iree_immediate_timeout(), 0),
      IREE_STATUS_DEADLINE_EXCEEDED, "");
  const iree_time_t begin = iree_time_now();
  assert_status(
      iree_hal_semaphore_wait(semaphore, 1, iree_make_timeout_ms(20), 0),
      IREE_STATUS_DEADLINE_EXCEEDED, "");
  assert_true(iree_time_now() - begin >= 20 * 1000000);
  single_t single = {semaphore, 1};
  for (int mode = IREE_HAL_WAIT_MODE_ALL; mode <= IREE_HAL_WAIT_MODE_ANY;
       ++mode) {
    assert_status(
        iree_hal_tt_semaphore_multi_wait(
            (iree_hal_wait_mode_t)mode, LIST(&single), iree_make_timeout_ms(5)),
        IREE_STATUS_DEADLINE_EXCEEDED, "");
  }
  iree_hal_semaphore_release(semaphore);
}

static void test_failure_stays(void** state) {
  iree_hal_semaphore_t* semaphore = make_semaphore(*state);
  iree_hal_semaphore_fail(semaphore,
                          iree_make_status(IREE_STATUS_DATA_LOSS, "burnt"));
  iree_hal_semaphore_fail(semaphore,
                          iree_make_status(IREE_STATUS_INTERNAL, "later"));
  uint64_t value = 0;
  for (int i = 0; i < 2; ++i) {
    assert_status(iree_hal_semaphore_query(semaphore, &value),
                  IREE_STATUS_DATA_LOSS, "burnt");
    assert_int_equal(value, IREE_HAL_SEMAPHORE_FAILURE_VALUE);
    assert_status(
        iree_hal_semaphore_wait(semaphore, 1, iree_infinite_timeout(), 0),
        IREE_STATUS_DATA_LOSS, "burnt");
  }
  assert_status(iree_hal_semaphore_signal(semaphore, 1), IREE_STATUS_DATA_LOSS,
                "burnt");
  iree_hal_semaphore_release(semaphore);
}

typedef struct signaller_t {
  iree_hal_semaphore_t* semaphore;
  uint64_t value;  // 0: fail instead
  pthread_t thread;
} signaller_t;

static void* signal_later(void* arg) {
  signaller_t* signaller = arg;
  usleep(10000);
  if (signaller->value) {
    iree_status_ignore(
        iree_hal_semaphore_signal(signaller->semaphore, signaller->value));
  } else {
    iree_hal_semaphore_fail(signaller->semaphore,
                            iree_make_status(IREE_STATUS_ABORTED, "stopped"));
  }
  return NULL;
}

static void start(signaller_t* signaller) {
  assert_int_equal(
      pthread_create(&signaller->thread, NULL, signal_later, signaller), 0);
}

static void test_wakes_waiters(void** state) {
  iree_hal_semaphore_t* semaphores[2] = {make_semaphore(*state),
                                         make_semaphore(*state)};
  uint64_t values[2] = {3, 1};
  const iree_hal_semaphore_list_t list = {2, semaphores, values};
  signaller_t signaller = {.semaphore = semaphores[0], .value = 3};

  start(&signaller);
  assert_ok(
      iree_hal_semaphore_wait(semaphores[0], 3, iree_infinite_timeout(), 0));
  pthread_join(signaller.thread, NULL);

  // ANY: the first one is there, the second one is not.
  assert_ok(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ANY, list,
                                             iree_infinite_timeout()));
  values[0] = 4;
  signaller = (signaller_t){.semaphore = semaphores[1], .value = 1};
  start(&signaller);
  assert_ok(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ANY, list,
                                             iree_infinite_timeout()));
  pthread_join(signaller.thread, NULL);

  // ALL: the first one is missing until it is signalled.
  signaller = (signaller_t){.semaphore = semaphores[0], .value = 4};
  start(&signaller);
  assert_ok(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ALL, list,
                                             iree_infinite_timeout()));
  pthread_join(signaller.thread, NULL);
  iree_hal_semaphore_release(semaphores[0]);
  iree_hal_semaphore_release(semaphores[1]);
}

// A wait for all must not hang on the one that nobody signals.
static void test_failure_wakes_all(void** state) {
  iree_hal_semaphore_t* semaphores[2] = {make_semaphore(*state),
                                         make_semaphore(*state)};
  uint64_t values[2] = {1, 1};
  signaller_t signaller = {.semaphore = semaphores[1]};
  start(&signaller);
  assert_status(iree_hal_tt_semaphore_multi_wait(
                    IREE_HAL_WAIT_MODE_ALL,
                    (iree_hal_semaphore_list_t){2, semaphores, values},
                    iree_infinite_timeout()),
                IREE_STATUS_ABORTED, "stopped");
  pthread_join(signaller.thread, NULL);
  iree_hal_semaphore_release(semaphores[0]);
  iree_hal_semaphore_release(semaphores[1]);
}

static void test_foreign(void** state) {
  iree_hal_semaphore_t* semaphores[2] = {make_semaphore(*state),
                                         make_foreign_semaphore()};
  uint64_t values[2] = {1, 1};
  const iree_hal_semaphore_list_t list = {2, semaphores, values};
  assert_true(iree_hal_tt_semaphore_isa(semaphores[0]));
  assert_false(iree_hal_tt_semaphore_isa(semaphores[1]));
  assert_status(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ANY, list,
                                                 iree_make_timeout_ms(5)),
                IREE_STATUS_DEADLINE_EXCEEDED, "");
  signaller_t signaller = {.semaphore = semaphores[1], .value = 1};
  start(&signaller);
  assert_ok(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ANY, list,
                                             iree_infinite_timeout()));
  pthread_join(signaller.thread, NULL);
  signaller = (signaller_t){.semaphore = semaphores[0], .value = 1};
  start(&signaller);
  assert_ok(iree_hal_tt_semaphore_multi_wait(IREE_HAL_WAIT_MODE_ALL, list,
                                             iree_infinite_timeout()));
  pthread_join(signaller.thread, NULL);
  iree_hal_semaphore_release(semaphores[0]);
  iree_hal_semaphore_release(semaphores[1]);
}

static void count_call(void* user_data, bool failed) {
  *(int*)user_data += failed ? 100 : 1;
}

static void test_timepoints(void** state) {
  iree_hal_semaphore_t* semaphore = make_semaphore(*state);
  int calls[3] = {0};
  iree_hal_tt_timepoint_t timepoints[3];
  for (int i = 0; i < 3; ++i) {
    timepoints[i] = (iree_hal_tt_timepoint_t){
        .minimum_value = (uint64_t)i + 1,
        .fn = count_call,
        .user_data = &calls[i],
    };
    iree_hal_tt_semaphore_add_timepoint(semaphore, &timepoints[i]);
  }
  assert_ok(iree_hal_semaphore_signal(semaphore, 1));
  assert_int_equal(calls[0], 1);
  iree_hal_tt_semaphore_cancel_timepoint(semaphore, &timepoints[1]);
  iree_hal_tt_semaphore_cancel_timepoint(semaphore, &timepoints[0]);
  iree_hal_semaphore_fail(semaphore,
                          iree_status_from_code(IREE_STATUS_ABORTED));
  assert_int_equal(calls[0], 1);
  assert_int_equal(calls[1], 0);
  assert_int_equal(calls[2], 100);
  // A failed semaphore runs new timepoints at once.
  iree_hal_tt_semaphore_add_timepoint(semaphore, &timepoints[1]);
  assert_int_equal(calls[1], 100);
  iree_hal_semaphore_release(semaphore);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_signal),
      TEST(test_deadlines),
      TEST(test_failure_stays),
      TEST(test_wakes_waiters),
      TEST(test_failure_wakes_all),
      TEST(test_foreign),
      TEST(test_timepoints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

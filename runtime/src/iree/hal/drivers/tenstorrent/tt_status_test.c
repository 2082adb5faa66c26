// Statuses as the wheel makes and reads them.
#include "iree/base/status_payload.h"
#include "iree/hal/drivers/tenstorrent/testing/fixture.h"
#include "iree/hal/drivers/tenstorrent/tt_error.h"

static void test_codes_and_messages(void** state) {
  iree_status_t status =
      iree_make_status(IREE_STATUS_NOT_FOUND, "no '%s'", "x");
  assert_int_equal((uintptr_t)status & 31, IREE_STATUS_NOT_FOUND);
  assert_status(status, IREE_STATUS_NOT_FOUND, "tt_status_test.c:");
  assert_status(iree_make_status(IREE_STATUS_ABORTED, "%s", ""),
                IREE_STATUS_ABORTED, "ABORTED");
  assert_true(iree_status_is_ok(iree_make_status(IREE_STATUS_OK, "unused")));
}

static void test_storage_layout(void** state) {
  iree_status_t status =
      iree_status_allocate_f(IREE_STATUS_INTERNAL, "f.c", 7, "%s", "text");
  const iree_status_storage_t* storage =
      (const iree_status_storage_t*)((uintptr_t)status & ~(uintptr_t)31);
  assert_string_equal(storage->file, "f.c");
  assert_int_equal(storage->line, 7);
  assert_int_equal(storage->message.size, 4);
  assert_status(status, IREE_STATUS_INTERNAL, "f.c:7: INTERNAL; text");
}

static void test_long_message(void** state) {
  char text[9001];
  memset(text, 'a', sizeof(text) - 1);
  text[sizeof(text) - 1] = 0;
  assert_status(iree_make_status(IREE_STATUS_INTERNAL, "%s", text),
                IREE_STATUS_INTERNAL, text);
}

static void test_annotations(void** state) {
  iree_status_t status = iree_make_status(IREE_STATUS_DATA_LOSS, "first");
  status = iree_status_annotate_f(status, "second");
  status = iree_status_annotate_f(status, "third %d", 3);
  iree_status_t clone = iree_status_clone(status);
  assert_status(status, IREE_STATUS_DATA_LOSS, "first; second; third 3");
  assert_status(clone, IREE_STATUS_DATA_LOSS, "first; second; third 3");
}

static void test_bare_codes(void** state) {
  iree_status_t bare = iree_status_from_code(IREE_STATUS_UNAVAILABLE);
  assert_ptr_equal(iree_status_clone(bare), bare);
  assert_status(iree_status_annotate_f(bare, "why"), IREE_STATUS_UNAVAILABLE,
                "UNAVAILABLE; why");
  iree_status_free(bare);
  assert_true(
      iree_status_is_ok(iree_status_annotate_f(iree_ok_status(), "nothing")));
}

static void test_join(void** state) {
  assert_status(iree_status_join(iree_make_status(IREE_STATUS_ABORTED, "one"),
                                 iree_make_status(IREE_STATUS_INTERNAL, "two")),
                IREE_STATUS_ABORTED, "one");
  assert_status(iree_status_join(iree_ok_status(),
                                 iree_make_status(IREE_STATUS_INTERNAL, "two")),
                IREE_STATUS_INTERNAL, "two");
}

static void test_from_tile(void** state) {
  assert_ok(iree_hal_tt_status(NULL));
  assert_status(iree_hal_tt_status(tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                                  "50%% of %d", 3)),
                IREE_STATUS_RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED; 50% of 3");
  assert_status(
      iree_hal_tt_status(tt_status_make(TT_CODE_DEADLINE_EXCEEDED, "too long")),
      IREE_STATUS_ABORTED, "ABORTED; DEADLINE_EXCEEDED: too long");
}

static void test_match_pattern(void** state) {
  static const struct {
    const char* value;
    const char* pattern;
    bool matches;
  } cases[] = {
      {"tenstorrent", "tenstorrent", true},
      {"tenstorrent", "tenst*", true},
      {"tenstorrent", "*", true},
      {"tenstorrent", "*rr*t", true},
      {"tenstorrent", "tensto?rent", true},
      {"tenstorrent", "local*", false},
      {"tenstorrent", "", false},
      {"", "*", true},
      {"tenstorrent", "tenstorrent?", false},
      {"aab", "*ab", true},
  };
  for (size_t i = 0; i < IREE_ARRAYSIZE(cases); ++i) {
    assert_int_equal(iree_string_view_match_pattern(
                         iree_make_cstring_view(cases[i].value),
                         iree_make_cstring_view(cases[i].pattern)),
                     cases[i].matches);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_codes_and_messages),
      cmocka_unit_test(test_storage_layout),
      cmocka_unit_test(test_long_message),
      cmocka_unit_test(test_annotations),
      cmocka_unit_test(test_bare_codes),
      cmocka_unit_test(test_join),
      cmocka_unit_test(test_from_tile),
      cmocka_unit_test(test_match_pattern),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

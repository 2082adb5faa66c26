// The protocol to a simulator in a child process, and its failures.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "bh_process.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const tt_bh_noc_t kTile = {3, 4};

static void expect_unavailable(tt_status_t status, const char* text) {
  assert_int_equal(tt_status_code(status), TT_CODE_UNAVAILABLE);
  if (!strstr(tt_status_message(status), text)) {
    fail_msg("'%s' not in '%s'", text, tt_status_message(status));
  }
  tt_status_free(status);
}

static tt_bh_transport_t* open_fake(const char* option, const char* option2,
                                    uint32_t timeout_ms) {
  const char* argv[] = {TT_BH_FAKE_HOST, option, option2, NULL};
  tt_bh_transport_t* t = NULL;
  assert_null(tt_bh_process_open("fake", argv, timeout_ms, &t));
  return t;
}

static int open_descriptors(void) {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder)) ++count;
  closedir(folder);
  return count;
}

// Each test leaves neither child nor descriptor.
static int descriptors_before;
static int setup(void** state) {
  descriptors_before = open_descriptors();
  return 0;
}
static int teardown(void** state) {
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
  assert_int_equal(open_descriptors(), descriptors_before);
  return 0;
}

static void test_memory(void** state) {
  tt_bh_transport_t* t = open_fake("clean", NULL, 10000);
  tt_bh_transport_info_t info;
  tt_bh_process_query_info(t, &info);
  assert_string_equal(info.name, "fake");
  assert_int_equal(info.worker_columns, 0x1FCFE);
  assert_int_equal(info.dram_banks, 0xFF);
  assert_int_equal(info.grid_cols, 2);

  // More than one request's worth, at an odd address above 2 GiB.
  const size_t size = (3u << 20) + 77;
  uint8_t* out = malloc(size);
  uint8_t* in = calloc(1, size);
  for (size_t i = 0; i < size; ++i) out[i] = (uint8_t)(i * 2654435761u >> 24);
  const uint64_t address = 0xF0000003;
  assert_null(tt_bh_process_write(t, kTile, address, out, size));
  assert_null(tt_bh_process_read(t, kTile, address, in, size));
  assert_memory_equal(in, out, size);
  // Another tile is other memory.
  assert_null(tt_bh_process_read(t, (tt_bh_noc_t){4, 3}, address, in, 16));
  assert_memory_equal(in, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  assert_null(tt_bh_process_read(t, kTile, address, in, 0));
  free(out);
  free(in);

  uint64_t cycles = 0;
  assert_null(tt_bh_process_advance(t, 100, &cycles));
  assert_null(tt_bh_process_advance(t, 0xFFFFFFFF, &cycles));
  assert_int_equal(cycles, 100 + UINT64_C(0xFFFFFFFF));
  assert_null(tt_bh_process_set_reset(t, kTile, true));
  assert_null(tt_bh_process_set_reset(t, kTile, false));
  tt_bh_process_close(t);
}

static void test_cannot_start(void** state) {
  const char* missing[] = {"/nowhere/simulator", NULL};
  tt_bh_transport_t* t = NULL;
  expect_unavailable(tt_bh_process_open("fake", missing, 1000, &t),
                     "cannot start the simulator's process "
                     "'/nowhere/simulator': No such file");
  // Not a simulator: it ends, or speaks something else.
  const char* ends[] = {"sh", "-c", "echo no licence >&2; exit 7", NULL};
  expect_unavailable(tt_bh_process_open("fake", ends, 1000, &t),
                     "ended with exit code 7; its last words: no licence");
  const char* other[] = {"sh", "-c", "head -c 32 <&0 >&0; sleep 9", NULL};
  expect_unavailable(tt_bh_process_open("fake", other, 1000, &t),
                     "it answered request 1 with magic 0x51484254");
  assert_null(t);
}

static void test_death(void** state) {
  char byte = 0;
  tt_bh_transport_t* t = open_fake("die=2", NULL, 10000);
  expect_unavailable(
      tt_bh_process_read(t, kTile, 0, &byte, 1),
      "fake: the simulator's process ended with exit code 1; its last words: "
      "giving up at 2");
  expect_unavailable(tt_bh_process_read(t, kTile, 0, &byte, 1), "not running");
  // A fresh one has fresh memory, and dies the same way.
  assert_null(tt_bh_process_restart(t));
  expect_unavailable(tt_bh_process_write(t, kTile, 0, &byte, 1),
                     "giving up at 2");
  tt_bh_process_close(t);

  t = open_fake("abort=2", NULL, 10000);
  expect_unavailable(tt_bh_process_read(t, kTile, 0, &byte, 1),
                     "was ended by signal 6; its last words: nothing");
  tt_bh_process_close(t);
}

static void test_death_while_sending(void** state) {
  // The child stops reading in the middle of a write that fills the socket.
  const size_t size = 8 << 20;
  char* data = calloc(1, size);
  tt_bh_transport_t* t = open_fake("die=4", NULL, 10000);
  expect_unavailable(tt_bh_process_write(t, kTile, 0, data, size),
                     "giving up at 4");
  tt_bh_process_close(t);
  free(data);
}

static void test_hang(void** state) {
  char byte = 0;
  tt_bh_transport_t* t = open_fake("hang=2", NULL, 100);
  expect_unavailable(tt_bh_process_read(t, kTile, 0, &byte, 1),
                     "did not answer within 100 ms");
  tt_bh_process_close(t);
  // Closing does not wait for a hung child either.
  const char* argv[] = {TT_BH_FAKE_HOST, "hang=2", NULL};
  assert_null(tt_bh_process_open("fake", argv, 100, &t));
  tt_bh_process_close(t);
}

static void test_garbage(void** state) {
  char byte = 0;
  tt_bh_transport_t* t = open_fake("garble=2", NULL, 10000);
  expect_unavailable(tt_bh_process_read(t, kTile, 0, &byte, 1),
                     "expected 0x41484254, 2 and 1");
  tt_bh_process_close(t);
}

static void test_output_does_not_block(void** state) {
  char byte = 0;
  tt_bh_transport_t* t = open_fake("chatty", "die=4", 10000);
  assert_null(tt_bh_process_read(t, kTile, 0, &byte, 1));
  assert_null(tt_bh_process_read(t, kTile, 0, &byte, 1));
  expect_unavailable(tt_bh_process_read(t, kTile, 0, &byte, 1),
                     "0999 giving up at 4");
  tt_bh_process_close(t);
}

static void test_closed_standard_input(void** state) {
  // The socket would get number 0, which the child's end is copied over.
  int saved = dup(STDIN_FILENO);
  close(STDIN_FILENO);
  tt_bh_transport_t* t = open_fake("clean", NULL, 10000);
  char byte = 1;
  assert_null(tt_bh_process_read(t, kTile, 0, &byte, 1));
  assert_int_equal(byte, 0);
  tt_bh_process_close(t);
  dup2(saved, STDIN_FILENO);
  close(saved);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
      cmocka_unit_test_setup_teardown(test_cannot_start, setup, teardown),
      cmocka_unit_test_setup_teardown(test_death, setup, teardown),
      cmocka_unit_test_setup_teardown(test_death_while_sending, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(test_hang, setup, teardown),
      cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
      cmocka_unit_test_setup_teardown(test_output_does_not_block, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(test_closed_standard_input, setup,
                                      teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// The cache on disk: what it refuses, keeps and drops.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "toolchain/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

// A folder of the test's own, with an opened cache inside.
typedef struct fixture_t {
  char root[64];
  char folder[80];
  tt_cache_t cache;
} fixture_t;

static int set_up(void** state) {
  fixture_t* f = calloc(1, sizeof(*f));
  strcpy(f->root, "/tmp/tt_cache_test.XXXXXX");
  assert_non_null(mkdtemp(f->root));
  snprintf(f->folder, sizeof(f->folder), "%s/kernels", f->root);
  check(tt_cache_open(f->folder, 0, &f->cache));
  *state = f;
  return 0;
}

static int tear_down(void** state) {
  fixture_t* f = *state;
  tt_cache_close(&f->cache);
  tt_cache_remove_folder(f->folder);
  tt_cache_remove_folder(f->root);
  free(f);
  return 0;
}

static bool holds(const tt_cache_t* cache, const char* key, const char* text) {
  uint8_t* bytes = NULL;
  size_t size = 0;
  check(tt_cache_get(cache, key, &bytes, &size));
  bool same = bytes && size == strlen(text) && !memcmp(bytes, text, size);
  if (bytes && !same) fail_msg("entry %s holds something else", key);
  free(bytes);
  return same;
}

static void path_of(const fixture_t* f, const char* key, char out_path[160]) {
  snprintf(out_path, 160, "%s/%s.code", f->folder, key);
}

static uint32_t count_files(const char* folder) {
  uint32_t count = 0;
  DIR* dir = opendir(folder);
  for (struct dirent* at; (at = readdir(dir));) count += at->d_name[0] != '.';
  closedir(dir);
  return count;
}

static void test_entries(void** state) {
  fixture_t* f = *state;
  assert_false(holds(&f->cache, "one", ""));
  check(tt_cache_put(&f->cache, "one", "first", 5));
  check(tt_cache_put(&f->cache, "two", "", 0));
  assert_true(holds(&f->cache, "one", "first"));
  assert_true(holds(&f->cache, "two", ""));
  check(tt_cache_put(&f->cache, "one", "again", 5));
  assert_true(holds(&f->cache, "one", "again"));
  assert_int_equal(count_files(f->folder), 2);
  struct stat s;
  assert_int_equal(stat(f->folder, &s), 0);
  assert_int_equal(s.st_mode & 0777, 0700);
}

// Any changed or missing byte: the entry is gone, not used.
static void test_damage(void** state) {
  fixture_t* f = *state;
  char path[160];
  path_of(f, "key", path);
  check(tt_cache_put(&f->cache, "key", "some code", 9));
  struct stat s;
  assert_int_equal(stat(path, &s), 0);
  for (off_t at = 0; at < s.st_size; ++at) {
    check(tt_cache_put(&f->cache, "key", "some code", 9));
    int fd = open(path, O_RDWR);
    char byte;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x20;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
    assert_false(holds(&f->cache, "key", "some code"));
    assert_int_not_equal(access(path, F_OK), 0);
    check(tt_cache_put(&f->cache, "key", "some code", 9));
    assert_int_equal(truncate(path, at), 0);
    assert_false(holds(&f->cache, "key", "some code"));
  }
}

static void test_link_is_not_followed(void** state) {
  fixture_t* f = *state;
  char path[160], other[160];
  path_of(f, "key", path);
  path_of(f, "other", other);
  check(tt_cache_put(&f->cache, "other", "some code", 9));
  assert_int_equal(symlink(other, path), 0);
  uint8_t* bytes = NULL;
  size_t size = 0;
  expect_error(tt_cache_get(&f->cache, "key", &bytes, &size),
               TT_CODE_UNAVAILABLE, "cannot open");
}

static void test_refused_folders(void** state) {
  fixture_t* f = *state;
  tt_cache_t cache;
  char path[160];
  assert_int_equal(chmod(f->folder, 0750), 0);
  expect_error(tt_cache_open(f->folder, 0, &cache), TT_CODE_PERMISSION_DENIED,
               "has mode 0750, others have access");
  tt_cache_close(&cache);
  assert_int_equal(chmod(f->folder, 0700), 0);
  snprintf(path, sizeof(path), "%s/link", f->root);
  assert_int_equal(symlink(f->folder, path), 0);
  expect_error(tt_cache_open(path, 0, &cache), TT_CODE_PERMISSION_DENIED,
               "a link is not followed");
  tt_cache_close(&cache);
  assert_int_equal(unlink(path), 0);
  close(open(path, O_CREAT | O_WRONLY, 0600));
  expect_error(tt_cache_open(path, 0, &cache), TT_CODE_PERMISSION_DENIED,
               "is no folder");
  tt_cache_close(&cache);
  assert_int_equal(unlink(path), 0);
}

static void test_foreign_folder(void** state) {
  fixture_t* f = *state;
  tt_cache_t cache;
  if (geteuid() != 0) {
    print_message("skipped: only root can give a folder away\n");
    skip();
  }
  assert_int_equal(chown(f->folder, 12345, (gid_t)-1), 0);
  expect_error(tt_cache_open(f->folder, 0, &cache), TT_CODE_PERMISSION_DENIED,
               "belongs to user 12345");
  tt_cache_close(&cache);
}

// Those used longest ago go first.
static void test_limit(void** state) {
  fixture_t* f = *state;
  char big[1000], path[160];
  memset(big, 'x', sizeof(big));
  f->cache.limit = 3500;
  for (int i = 0; i < 3; ++i) {
    char key[2] = {(char)('a' + i), 0};
    check(tt_cache_put(&f->cache, key, big, sizeof(big)));
    path_of(f, key, path);
    const struct timespec times[2] = {{1000 + i, 0}, {1000 + i, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  }
  uint8_t* bytes = NULL;
  size_t size = 0;
  check(tt_cache_get(&f->cache, "a", &bytes, &size));  // used just now
  free(bytes);
  check(tt_cache_put(&f->cache, "d", big, sizeof(big)));
  const char* const left[] = {"a", "c", "d"};
  for (int i = 0; i < 3; ++i) {
    path_of(f, left[i], path);
    assert_int_equal(access(path, F_OK), 0);
  }
  path_of(f, "b", path);
  assert_int_not_equal(access(path, F_OK), 0);
}

static void test_leftovers(void** state) {
  fixture_t* f = *state;
  char path[160], *folder = NULL;
  check(tt_cache_make_folder(&f->cache, &folder));
  check(tt_file_write(folder, "file", "x", 1));
  snprintf(path, sizeof(path), "%s/new.abcdef", f->folder);
  close(open(path, O_CREAT | O_WRONLY, 0600));
  check(tt_cache_put(&f->cache, "key", "x", 1));
  assert_int_equal(count_files(f->folder), 3);  // they may be in use
  const struct timespec old[2] = {{1000, 0}, {1000, 0}};
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
  assert_int_equal(utimensat(AT_FDCWD, folder, old, 0), 0);
  check(tt_cache_put(&f->cache, "key", "x", 1));
  assert_int_equal(count_files(f->folder), 1);
  free(folder);
}

// Several users that write, read and drop at once see whole entries or none.
static void* use(void* argument) {
  const tt_cache_t* cache = argument;
  for (int i = 0; i < 60; ++i) {
    char key[8], text[200];
    snprintf(key, sizeof(key), "k%d", i % 7);
    memset(text, 'a' + i % 7, sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    check(tt_cache_put(cache, key, text, sizeof(text) - 1));
    holds(cache, key, text);
  }
  return NULL;
}

static void test_threads(void** state) {
  fixture_t* f = *state;
  f->cache.limit = 1000;
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) {
    assert_int_equal(pthread_create(&threads[i], NULL, use, &f->cache), 0);
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  assert_true(count_files(f->folder) <= 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_entries),
      TEST(test_damage),
      TEST(test_link_is_not_followed),
      TEST(test_refused_folders),
      TEST(test_foreign_folder),
      TEST(test_limit),
      TEST(test_leftovers),
      TEST(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

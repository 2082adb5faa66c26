#include "toolchain/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tile/strbuf.h"
#include "toolchain/sha256.h"

// Changes with the format of entries.
static const char tt_cache_magic[8] = "ttcode1";
static const char tt_entry_end[] = ".code";
enum {
  HEADER_SIZE = sizeof(tt_cache_magic) + TT_SHA256_BYTES,
  DEFAULT_LIMIT_MB = 512,
  // Left by processes that ended early; a build takes minutes at most.
  LEFTOVER_SECONDS = 3600,
};
static const uint64_t tt_max_file = 1u << 28;

static tt_status_t failed(const char* what, const char* path) {
  return tt_status_make(
      errno == EACCES || errno == EPERM ? TT_CODE_PERMISSION_DENIED
                                        : TT_CODE_UNAVAILABLE,
      "kernel cache: cannot %s %s: %s", what, path, strerror(errno));
}

static tt_status_t join(const char* folder, const char* name, char** out_path) {
  tt_strbuf_t path = {0};
  tt_strbuf_print(&path, "%s/%s", folder, name);
  return tt_strbuf_finish(&path, out_path, NULL);
}

// ---- The folder -------------------------------------------------------------

char* tt_cache_folder(const char* name) {
  const char* xdg = getenv("XDG_CACHE_HOME");
  const char* home = getenv("HOME");
  tt_strbuf_t path = {0};
  if (xdg && *xdg == '/') {
    tt_strbuf_print(&path, "%s/tt-iree/%s", xdg, name);
  } else if (home && *home == '/') {
    tt_strbuf_print(&path, "%s/.cache/tt-iree/%s", home, name);
  }
  return path.data;
}

// Makes |path| and the folders above it.
static tt_status_t make_folders(char* path) {
  for (char* p = path + 1;; ++p) {
    if (*p != '/' && *p != '\0') continue;
    char end = *p;
    *p = '\0';
    tt_status_t status = mkdir(path, 0700) != 0 && errno != EEXIST
                             ? failed("make the folder", path)
                             : NULL;
    *p = end;
    if (status || end == '\0') return status;
  }
}

tt_status_t tt_cache_open(const char* folder, uint64_t limit,
                          tt_cache_t* out_cache) {
  out_cache->limit = limit ? limit : (uint64_t)DEFAULT_LIMIT_MB << 20;
  out_cache->folder = folder ? strdup(folder) : tt_cache_folder("kernels");
  if (!out_cache->folder || !*out_cache->folder) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "kernel cache: no folder (HOME is not set)");
  }
  struct stat s;
  tt_status_t status = make_folders(out_cache->folder);
  if (!status && lstat(out_cache->folder, &s) != 0) {
    status = failed("look at", out_cache->folder);
  }
  if (!status && !S_ISDIR(s.st_mode)) {
    status = tt_status_make(TT_CODE_PERMISSION_DENIED,
                            "kernel cache: %s is no folder (a link is not "
                            "followed)",
                            out_cache->folder);
  }
  if (!status && s.st_uid != geteuid()) {
    status = tt_status_make(
        TT_CODE_PERMISSION_DENIED,
        "kernel cache: %s belongs to user %u, this process is user %u",
        out_cache->folder, (unsigned)s.st_uid, (unsigned)geteuid());
  }
  if (!status && (s.st_mode & 077) != 0) {
    status = tt_status_make(
        TT_CODE_PERMISSION_DENIED,
        "kernel cache: %s has mode %04o, others have access; chmod 0700 it",
        out_cache->folder, (unsigned)s.st_mode & 07777);
  }
  return status;
}

void tt_cache_close(tt_cache_t* cache) {
  free(cache->folder);
  *cache = (tt_cache_t){0};
}

// ---- Files ------------------------------------------------------------------

static tt_status_t write_all(int fd, const char* path, const void* bytes,
                             size_t size) {
  const char* p = bytes;
  while (size > 0) {
    ssize_t written = write(fd, p, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path);
    p += written;
    size -= (size_t)written;
  }
  return NULL;
}

tt_status_t tt_file_write(const char* folder, const char* name,
                          const void* bytes, size_t size) {
  char* path = NULL;
  TT_RETURN_IF_ERROR(join(folder, name, &path));
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  tt_status_t status = fd < 0 ? failed("make", path) : NULL;
  if (fd >= 0) {
    status = write_all(fd, path, bytes, size);
    if (close(fd) != 0 && !status) status = failed("write", path);
  }
  free(path);
  return status;
}

// Reads the open file |fd|; an empty result has size 0.
static tt_status_t read_all(int fd, const char* path, uint8_t** out_bytes,
                            size_t* out_size) {
  struct stat s;
  if (fstat(fd, &s) != 0) return failed("look at", path);
  if (!S_ISREG(s.st_mode) || (uint64_t)s.st_size > tt_max_file) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "kernel cache: %s is no file of ours", path);
  }
  size_t capacity = (size_t)s.st_size, size = 0;
  uint8_t* bytes = malloc(capacity + 1);
  if (!bytes) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory while reading %s", path);
  }
  while (size < capacity) {
    ssize_t got = read(fd, bytes + size, capacity - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      tt_status_t status = failed("read", path);
      free(bytes);
      return status;
    }
    if (got == 0) break;
    size += (size_t)got;
  }
  bytes[size] = 0;
  *out_bytes = bytes;
  *out_size = size;
  return NULL;
}

tt_status_t tt_file_read(const char* folder, const char* name,
                         uint8_t** out_bytes, size_t* out_size) {
  char* path = NULL;
  *out_bytes = NULL;
  TT_RETURN_IF_ERROR(join(folder, name, &path));
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  tt_status_t status =
      fd < 0 ? failed("open", path) : read_all(fd, path, out_bytes, out_size);
  if (fd >= 0) close(fd);
  free(path);
  return status;
}

// ---- Entries ----------------------------------------------------------------

static void hash_of(const void* bytes, size_t size,
                    uint8_t out_hash[TT_SHA256_BYTES]) {
  tt_sha256_t h;
  tt_sha256_init(&h);
  tt_sha256_add(&h, bytes, size);
  tt_sha256_finish(&h, out_hash);
}

static bool is_intact(const uint8_t* bytes, size_t size) {
  uint8_t hash[TT_SHA256_BYTES];
  if (size < HEADER_SIZE ||
      memcmp(bytes, tt_cache_magic, sizeof(tt_cache_magic)) != 0) {
    return false;
  }
  hash_of(bytes + HEADER_SIZE, size - HEADER_SIZE, hash);
  return memcmp(bytes + sizeof(tt_cache_magic), hash, sizeof(hash)) == 0;
}

tt_status_t tt_cache_get(const tt_cache_t* cache, const char* key,
                         uint8_t** out_bytes, size_t* out_size) {
  char* path = NULL;
  tt_strbuf_t name = {0};
  *out_bytes = NULL;
  tt_strbuf_print(&name, "%s/%s%s", cache->folder, key, tt_entry_end);
  TT_RETURN_IF_ERROR(tt_strbuf_finish(&name, &path, NULL));
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  tt_status_t status = NULL;
  if (fd < 0) {
    if (errno != ENOENT) status = failed("open", path);
  } else {
    uint8_t* bytes = NULL;
    size_t size = 0;
    status = read_all(fd, path, &bytes, &size);
    if (!status && is_intact(bytes, size)) {
      futimens(fd, NULL);  // used now
      *out_size = size - HEADER_SIZE;
      memmove(bytes, bytes + HEADER_SIZE, *out_size);
      *out_bytes = bytes;
    } else {
      free(bytes);
      if (!status) unlink(path);
    }
    close(fd);
  }
  free(path);
  return status;
}

// ---- Bounds -----------------------------------------------------------------

typedef struct aged_file_t {
  char* name;
  uint64_t size;
  struct timespec used;
} aged_file_t;

static int by_age(const void* x, const void* y) {
  const struct timespec a = ((const aged_file_t*)x)->used;
  const struct timespec b = ((const aged_file_t*)y)->used;
  if (a.tv_sec != b.tv_sec) return a.tv_sec < b.tv_sec ? -1 : 1;
  return a.tv_nsec < b.tv_nsec ? -1 : a.tv_nsec > b.tv_nsec;
}

static bool ends_with(const char* name, const char* end) {
  size_t n = strlen(name), e = strlen(end);
  return n >= e && strcmp(name + n - e, end) == 0;
}

// Removes the entries used longest ago until the rest is within the limit.
// Other processes may do so at the same time; what is gone is gone.
static void drop_oldest(const tt_cache_t* cache, aged_file_t* files,
                        uint32_t count, uint64_t total) {
  qsort(files, count, sizeof(*files), by_age);
  for (uint32_t i = 0; i < count && total > cache->limit; ++i) {
    char* path = NULL;
    tt_status_free(join(cache->folder, files[i].name, &path));
    if (path) unlink(path);
    free(path);
    total -= files[i].size;
  }
}

static void clean(const tt_cache_t* cache) {
  DIR* folder = opendir(cache->folder);
  if (!folder) return;
  aged_file_t* files = NULL;
  uint32_t count = 0, capacity = 0;
  uint64_t total = 0;
  time_t now = time(NULL);
  struct dirent* at;
  while ((at = readdir(folder))) {
    struct stat s;
    if (at->d_name[0] == '.') continue;
    if (fstatat(dirfd(folder), at->d_name, &s, AT_SYMLINK_NOFOLLOW)) continue;
    if (!ends_with(at->d_name, tt_entry_end)) {
      char* path = NULL;
      if (s.st_mtim.tv_sec + LEFTOVER_SECONDS > now) continue;
      tt_status_free(join(cache->folder, at->d_name, &path));
      if (path) tt_cache_remove_folder(path);
      free(path);
      continue;
    }
    if (count == capacity) {
      capacity = capacity ? 2 * capacity : 64;
      aged_file_t* more = realloc(files, capacity * sizeof(*files));
      if (!more) break;
      files = more;
    }
    files[count].name = strdup(at->d_name);
    if (!files[count].name) break;
    files[count].size = (uint64_t)s.st_size;
    files[count++].used = s.st_mtim;
    total += (uint64_t)s.st_size;
  }
  closedir(folder);
  drop_oldest(cache, files, count, total);
  for (uint32_t i = 0; i < count; ++i) free(files[i].name);
  free(files);
}

tt_status_t tt_cache_put(const tt_cache_t* cache, const char* key,
                         const void* bytes, size_t size) {
  uint8_t header[HEADER_SIZE];
  memcpy(header, tt_cache_magic, sizeof(tt_cache_magic));
  hash_of(bytes, size, header + sizeof(tt_cache_magic));
  char *path = NULL, *temporary = NULL;
  tt_strbuf_t name = {0};
  tt_strbuf_print(&name, "%s/%s%s", cache->folder, key, tt_entry_end);
  TT_RETURN_IF_ERROR(tt_strbuf_finish(&name, &path, NULL));
  tt_status_t status = join(cache->folder, "new.XXXXXX", &temporary);
  int fd = status ? -1 : mkostemp(temporary, O_CLOEXEC);
  if (!status && fd < 0) status = failed("make", temporary);
  if (fd >= 0) {
    status = write_all(fd, temporary, header, sizeof(header));
    if (!status) status = write_all(fd, temporary, bytes, size);
    if (close(fd) != 0 && !status) status = failed("write", temporary);
    if (!status && rename(temporary, path) != 0) status = failed("make", path);
    if (status) unlink(temporary);
  }
  free(temporary);
  free(path);
  if (!status) clean(cache);
  return status;
}

// ---- Folders to build in ----------------------------------------------------

tt_status_t tt_cache_make_folder(const tt_cache_t* cache, char** out_path) {
  TT_RETURN_IF_ERROR(join(cache->folder, "build.XXXXXX", out_path));
  if (mkdtemp(*out_path)) return NULL;
  tt_status_t status = failed("make the folder", *out_path);
  free(*out_path);
  *out_path = NULL;
  return status;
}

void tt_cache_remove_folder(const char* path) {
  DIR* folder = opendir(path);
  struct dirent* at;
  while (folder && (at = readdir(folder))) {
    if (strcmp(at->d_name, ".") == 0 || strcmp(at->d_name, "..") == 0) continue;
    unlinkat(dirfd(folder), at->d_name, 0);
  }
  if (folder) closedir(folder);
  if (rmdir(path) != 0) unlink(path);
}

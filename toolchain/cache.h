// A folder of entries that can be made again: compiled code by the hash of what
// it was compiled from. Several processes may use one folder at once.
//
// An entry is a file that appears complete (by renaming) and carries a hash of
// its content; one that does not match is removed and counts as absent. When
// the entries take more than the limit, those used longest ago go.
#ifndef TT_IREE_TOOLCHAIN_CACHE_H_
#define TT_IREE_TOOLCHAIN_CACHE_H_

#include <stddef.h>
#include <stdint.h>

#include "tile/status.h"

typedef struct tt_cache_t {
  char* folder;    // owned
  uint64_t limit;  // bytes
} tt_cache_t;

// Where |name| of this user's caches lies: $XDG_CACHE_HOME/tt-iree/|name|, by
// default in ~/.cache. NULL if neither is set; owned.
char* tt_cache_folder(const char* name);

// Makes |folder| (NULL: tt_cache_folder("kernels")) unless it is there. Only
// this user may have access to it, else PERMISSION_DENIED: who can write there
// decides what runs on the device. |limit| 0 takes the default.
tt_status_t tt_cache_open(const char* folder, uint64_t limit,
                          tt_cache_t* out_cache);
void tt_cache_close(tt_cache_t* cache);

// The entry |key| (a file name); *out_bytes is NULL if there is none, else
// owned by the caller.
tt_status_t tt_cache_get(const tt_cache_t* cache, const char* key,
                         uint8_t** out_bytes, size_t* out_size);
tt_status_t tt_cache_put(const tt_cache_t* cache, const char* key,
                         const void* bytes, size_t size);

// An empty folder inside the cache to build in; the path is owned.
tt_status_t tt_cache_make_folder(const tt_cache_t* cache, char** out_path);
void tt_cache_remove_folder(const char* path);

// Files as a whole. *out_bytes is owned and ends with a NUL beyond its size.
tt_status_t tt_file_write(const char* folder, const char* name,
                          const void* bytes, size_t size);
tt_status_t tt_file_read(const char* folder, const char* name,
                         uint8_t** out_bytes, size_t* out_size);

#endif  // TT_IREE_TOOLCHAIN_CACHE_H_

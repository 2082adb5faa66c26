// Looks for tt-metal's device code and for a compiler.

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolchain/toolchain_internal.h"

static bool is_file(const char* path) {
  struct stat s;
  return path && stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

static bool is_folder(const char* path) {
  struct stat s;
  return path && stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static tt_status_t out_of_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "out of host memory while looking for a compiler");
}

// ---- Device code ------------------------------------------------------------

// Files without which |folder| is not what we look for; the last also tells
// that tt-metal's own build has made its linker scripts.
static const char* const tt_metal_files[] = {
    "tt_metal/hw/firmware/src/tt-1xx/brisc.cc",
    "tt_metal/hw/inc/dataflow_api.h",
    "tt_metal/third_party/tt_llk/tt_llk_blackhole/llk_lib/llk_defs.h",
    "runtime/hw/toolchain/blackhole/kernel_brisc.ld",
};

// The first of these files that |folder| lacks, or NULL.
static const char* missing_file(const char* folder) {
  enum { COUNT = sizeof(tt_metal_files) / sizeof(*tt_metal_files) };
  for (int i = 0; i < COUNT; ++i) {
    tt_strbuf_t path = {0};
    tt_strbuf_print(&path, "%s/%s", folder, tt_metal_files[i]);
    bool found = is_file(path.data);
    tt_strbuf_free(&path);
    if (!found) return tt_metal_files[i];
  }
  return NULL;
}

static tt_status_t find_metal(const char* wanted, char** out_path) {
  char* unpacked = tt_cache_folder("tt-metal-0.65.0");
  const struct {
    const char* name;
    const char* path;
  } places[] = {
      {"the option", wanted},
      {"TT_METAL_HOME", getenv("TT_METAL_HOME")},
      {"TT_METAL_RUNTIME_ROOT", getenv("TT_METAL_RUNTIME_ROOT")},
      {"the unpacked wheel", unpacked},
  };
  tt_strbuf_t looked = {0};
  *out_path = NULL;
  for (int i = 0; i < 4 && !*out_path; ++i) {
    if (!places[i].path || !*places[i].path) continue;
    const char* lacks = missing_file(places[i].path);
    if (lacks) {
      tt_strbuf_print(&looked, "%s%s (%s: no %s)", looked.size ? ", " : "",
                      places[i].path, places[i].name, lacks);
      if (i == 0) break;  // what is asked for is not replaced
    } else {
      *out_path = realpath(places[i].path, NULL);
    }
  }
  tt_status_t status = NULL;
  if (!*out_path) {
    status = tt_status_make(
        TT_CODE_NOT_FOUND,
        "tt-metal v0.65.0's device code is missing. Looked in: %s. Get it with "
        "scripts/fetch_ttnn.py, or set TT_METAL_HOME to a tt-metal v0.65.0 "
        "that has been built",
        looked.data ? looked.data : "nowhere (HOME is not set)");
  }
  free(unpacked);
  tt_strbuf_free(&looked);
  return status;
}

// ---- Compiler ---------------------------------------------------------------

static const char tt_sfpi_name[] = "riscv-tt-elf-g++";
static const char tt_stock_name[] = "riscv64-unknown-elf-g++";

// |name| in one of PATH's folders, or NULL; owned.
static char* find_in_path(const char* name) {
  const char* p = getenv("PATH");
  while (p && *p) {
    size_t size = strcspn(p, ":");
    tt_strbuf_t path = {0};
    tt_strbuf_print(&path, "%.*s/%s", (int)size, p, name);
    if (size > 0 && is_file(path.data) && access(path.data, X_OK) == 0) {
      return path.data;
    }
    tt_strbuf_free(&path);
    p += size + (p[size] == ':');
  }
  return NULL;
}

// SFPI where tt-metal v0.65.0 looks for it, else a stock compiler.
static tt_status_t find_compiler(const char* wanted, tt_toolchain_t* t) {
  tt_strbuf_t own = {0}, installed = {0};
  tt_strbuf_print(&own, "%s/runtime/sfpi/compiler/bin/%s",
                  t->metal ? t->metal : "$TT_METAL_HOME", tt_sfpi_name);
  tt_strbuf_print(&installed, "/opt/tenstorrent/sfpi/compiler/bin/%s",
                  tt_sfpi_name);
  if (wanted) {
    if (is_file(wanted)) t->compiler = realpath(wanted, NULL);
  } else if (is_file(own.data)) {
    t->compiler = strdup(own.data);
  } else if (is_file(installed.data)) {
    t->compiler = strdup(installed.data);
  } else {
    t->compiler = find_in_path(tt_stock_name);
  }
  tt_status_t status = NULL;
  if (!t->compiler && wanted) {
    status = tt_status_make(TT_CODE_NOT_FOUND, "no compiler at %s", wanted);
  } else if (!t->compiler) {
    status = tt_status_make(
        TT_CODE_NOT_FOUND,
        "no RISC-V compiler. Looked for Tenstorrent's at %s and %s, and for %s "
        "on PATH. Install SFPI 7.10.0, or Debian's gcc-riscv64-unknown-elf",
        own.data, installed.data, tt_stock_name);
  } else {
    t->is_sfpi = strstr(t->compiler, tt_sfpi_name) != NULL;
  }
  tt_strbuf_free(&own);
  tt_strbuf_free(&installed);
  return status;
}

// Debian's stock compiler comes without C++ headers; those of another
// freestanding target do, as does picolibc for C.
static tt_status_t find_standard_headers(tt_toolchain_t* t) {
  static const char c_headers[] =
      "/usr/lib/picolibc/riscv64-unknown-elf/include";
  if (t->is_sfpi) return NULL;
  tt_strbuf_t own = {0};
  const char* bin = strstr(t->compiler, "/bin/");
  tt_strbuf_print(&own, "%.*s/riscv64-unknown-elf/include/c++",
                  bin ? (int)(bin - t->compiler) : 0, t->compiler);
  bool has_own = is_folder(own.data);
  tt_strbuf_free(&own);
  if (has_own) return NULL;
  glob_t found;
  const char* cxx = NULL;
  int failed = glob("/usr/include/newlib/c++/*", 0, NULL, &found);
  if (!failed && found.gl_pathc > 0) cxx = found.gl_pathv[found.gl_pathc - 1];
  if (cxx && is_folder(c_headers)) {
    tt_list_add(&t->standard_headers, "%s", cxx);
    tt_list_add(&t->standard_headers, "%s/arm-none-eabi", cxx);
    tt_list_add(&t->standard_headers, "%s", c_headers);
  }
  globfree(&found);
  if (t->standard_headers.failed) return out_of_memory();
  return t->standard_headers.count
             ? NULL
             : tt_status_make(
                   TT_CODE_NOT_FOUND,
                   "%s has no C++ headers. Looked in /usr/include/newlib/c++ "
                   "and %s. Install Debian's libstdc++-arm-none-eabi-dev and "
                   "picolibc-riscv64-unknown-elf, or SFPI 7.10.0",
                   t->compiler, c_headers);
}

// ---- Identity ---------------------------------------------------------------

static void add_file(const char* path, const struct stat* s, tt_sha256_t* h) {
  tt_sha256_add_field(h, path, strlen(path));
  tt_sha256_add(h, &s->st_size, sizeof(s->st_size));
  tt_sha256_add(h, &s->st_mtim, sizeof(s->st_mtim));
}

static int by_name(const struct dirent** x, const struct dirent** y) {
  return strcmp((*x)->d_name, (*y)->d_name);
}

// Names, sizes and times of all files below |path|.
static void add_tree(const char* path, tt_sha256_t* h) {
  struct dirent** names = NULL;
  int count = scandir(path, &names, NULL, by_name);
  for (int i = 0; i < count; ++i) {
    if (names[i]->d_name[0] != '.') {
      tt_strbuf_t below = {0};
      struct stat s;
      tt_strbuf_print(&below, "%s/%s", path, names[i]->d_name);
      if (below.data && lstat(below.data, &s) == 0) {
        if (S_ISDIR(s.st_mode)) {
          add_tree(below.data, h);
        } else {
          add_file(below.data, &s, h);
        }
      }
      tt_strbuf_free(&below);
    }
    free(names[i]);
  }
  free(names);
}

// Reading a thousand headers for each process would take longer than many a
// kernel; that one has changed shows in its size and time.
static void identify(tt_toolchain_t* t) {
  static const char* const trees[] = {
      "tt_metal/hw",
      "tt_metal/include",
      "tt_metal/hostdevcommon",
      "tt_metal/api",
      "tt_metal/tools",
      "tt_metal/fabric/hw",
      "tt_metal/third_party/tt_llk/tt_llk_blackhole",
      "runtime/hw/toolchain/blackhole",
  };
  tt_sha256_t h;
  struct stat s;
  tt_sha256_init(&h);
  if (stat(t->compiler, &s) == 0) add_file(t->compiler, &s, &h);
  for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); ++i) {
    tt_strbuf_t path = {0};
    tt_strbuf_print(&path, "%s/%s", t->metal, trees[i]);
    if (path.data) add_tree(path.data, &h);
    tt_strbuf_free(&path);
  }
  tt_sha256_finish(&h, t->identity);
}

tt_status_t tt_toolchain_find(const tt_toolchain_options_t* options,
                              tt_toolchain_t* toolchain) {
  // All that is missing is said at once.
  tt_status_t status = find_metal(options->metal, &toolchain->metal);
  tt_status_t other = find_compiler(options->compiler, toolchain);
  if (!other) other = find_standard_headers(toolchain);
  if (status && other) {
    status = tt_status_prefix(status, "%s. And", tt_status_message(other));
    tt_status_free(other);
  } else if (other) {
    status = other;
  }
  if (!status) identify(toolchain);
  return status;
}

#include "bh_simulators.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bh_options.h"
#include "bh_process.h"

static const char* find_param(const tt_backend_param_t* params, size_t count,
                              const char* key, const char* otherwise) {
  for (size_t i = 0; i < count; ++i) {
    if (!strcmp(params[i].key, key)) return params[i].value;
  }
  return otherwise;
}

// The path of |name| in bin/, in the package's folder that this library
// was loaded from, unless the option host= names another.
static tt_status_t find_host(const tt_backend_param_t* params, size_t count,
                             const char* name, char out_path[PATH_MAX]) {
  const char* given = find_param(params, count, "host", NULL);
  Dl_info self;
  if (given) {
    snprintf(out_path, PATH_MAX, "%s", given);
  } else if (dladdr((void*)(uintptr_t)&tt_bh_ttsim, &self)) {
    const char* slash = strrchr(self.dli_fname, '/');
    int length = slash ? (int)(slash - self.dli_fname) : 1;
    snprintf(out_path, PATH_MAX, "%.*s/bin/%s", length,
             slash ? self.dli_fname : ".", name);
  }
  if (!access(out_path, R_OK)) return NULL;
  return tt_status_make(TT_CODE_NOT_FOUND,
                        "%s: %s; install the tt-iree package, or name the "
                        "program with the device option host=",
                        out_path, strerror(errno));
}

static uint32_t timeout_of(const tt_backend_param_t* params, size_t count) {
  uint32_t timeout_ms = TT_BH_DEFAULT_TIMEOUT_MS;
  const char* text = find_param(params, count, "timeout", NULL);
  // Its form was checked when the device read it.
  if (text) tt_bh_parse_timeout(text, &timeout_ms);
  return timeout_ms;
}

static tt_status_t ttsim_open(const tt_backend_param_t* params, size_t count,
                              tt_bh_transport_t** out_transport) {
  *out_transport = NULL;
  const char* lib =
      find_param(params, count, "lib", getenv("TT_METAL_SIMULATOR"));
  if (!lib || !*lib) {
    return tt_status_make(
        TT_CODE_NOT_FOUND,
        "no ttsim library: set TT_METAL_SIMULATOR to the path of a libttsim.so "
        "for Blackhole (a release of github.com/tenstorrent/ttsim), or give it "
        "as in tenstorrent://ttsim?lib=/path/libttsim.so");
  }
  if (access(lib, R_OK)) {
    return tt_status_make(TT_CODE_NOT_FOUND, "ttsim's library %s: %s", lib,
                          strerror(errno));
  }
  char host[PATH_MAX] = "";
  TT_RETURN_IF_ERROR(find_host(params, count, "tt-iree-ttsim", host));
  const char* const argv[] = {host, lib, NULL};
  return tt_bh_process_open("ttsim", argv, timeout_of(params, count),
                            out_transport);
}

static tt_status_t wolfpine_open(const tt_backend_param_t* params, size_t count,
                                 tt_bh_transport_t** out_transport) {
  *out_transport = NULL;
  char host[PATH_MAX] = "";
  TT_RETURN_IF_ERROR(find_host(params, count, "wolfpine_host.py", host));
  const char* python = find_param(params, count, "python", "python3");
  const char* const argv[] = {python, host, NULL};
  tt_status_t status = tt_bh_process_open(
      "wolfpine", argv, timeout_of(params, count), out_transport);
  if (status && strstr(tt_status_message(status), "ModuleNotFoundError")) {
    return tt_status_prefix(status,
                            "'%s' cannot import the simulator; pip install "
                            "wolfpine==2.2, or name another Python with the "
                            "device option python=",
                            python);
  }
  return status;
}

static const char* const kTtsimKeys[] = {"lib", "host", "timeout", NULL};
static const char* const kWolfpineKeys[] = {"python", "host", "timeout", NULL};

#define SIMULATOR(name_, keys_, open_)                                         \
  {                                                                            \
    .name = name_, .keys = keys_, .open = open_, .close = tt_bh_process_close, \
    .query_info = tt_bh_process_query_info, .read = tt_bh_process_read,        \
    .write = tt_bh_process_write, .advance = tt_bh_process_advance,            \
    .set_reset = tt_bh_process_set_reset, .restart = tt_bh_process_restart,    \
  }
const tt_bh_transport_vtable_t tt_bh_ttsim =
    SIMULATOR("ttsim", kTtsimKeys, ttsim_open);
const tt_bh_transport_vtable_t tt_bh_wolfpine =
    SIMULATOR("wolfpine", kWolfpineKeys, wolfpine_open);

#include "compiler/plugins/target/tenstorrent/ttc_api.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

ttc_api_t ttc_api;

// The build of the 3.9.0 wheels: PyPI's iree-base-compiler 3.9.0.
#define TTC_IREE_VERSION "3.9.0"
#define TTC_IREE_REVISION "1a6681936a78138f7ae2b0fd9309d28dfe01ac5b"
#define TTC_IREE_API_VERSION 0x10004

#define TTC_LIBRARY "libIREECompiler.so"
#define TTC_LIBRARY_ENV "TT_IREE_COMPILER_LIBRARY"
#define TTC_LIBRARY_BELOW "iree/compiler/_mlir_libs/" TTC_LIBRARY

static pthread_mutex_t ttc_api_mutex = PTHREAD_MUTEX_INITIALIZER;
static void* ttc_api_library;
static bool ttc_api_initialized;

//===----------------------------------------------------------------------===//
// Finding the library
//===----------------------------------------------------------------------===//

// Looks in every parent directory of |file|, which in a Python environment
// passes through site-packages.
static bool ttc_api_find_above(const char* file, char path[PATH_MAX]) {
  char directory[PATH_MAX];
  if (!realpath(file, directory)) return false;
  for (char* slash = strrchr(directory, '/'); slash;
       slash = strrchr(directory, '/')) {
    *slash = 0;
    int length =
        snprintf(path, PATH_MAX, "%s/%s", directory, TTC_LIBRARY_BELOW);
    if (length < PATH_MAX && access(path, R_OK) == 0) return true;
  }
  return false;
}

// This code is in a library or, statically, in the tool.
static bool ttc_api_find_beside(char path[PATH_MAX]) {
  Dl_info info;
  if (dladdr((const void*)(uintptr_t)&ttc_api_find_beside, &info) &&
      ttc_api_find_above(info.dli_fname, path)) {
    return true;
  }
  return ttc_api_find_above("/proc/self/exe", path);
}

static tt_status_t ttc_api_dlopen(const char* path, void** out_library) {
  // Global symbols would let LLVM of this library meet another one.
  *out_library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (*out_library) return NULL;
  return tt_status_make(TT_CODE_NOT_FOUND,
                        "cannot load the IREE compiler library: %s", dlerror());
}

static tt_status_t ttc_api_find(const char* library_path, void** out_library) {
  if (library_path) return ttc_api_dlopen(library_path, out_library);
  const char* from_environment = getenv(TTC_LIBRARY_ENV);
  if (from_environment && *from_environment) {
    return tt_status_prefix(ttc_api_dlopen(from_environment, out_library),
                            TTC_LIBRARY_ENV);
  }
  *out_library = dlopen(TTC_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (*out_library) return NULL;
  char path[PATH_MAX];
  if (ttc_api_find_beside(path)) return ttc_api_dlopen(path, out_library);
  return tt_status_make(
      TT_CODE_NOT_FOUND,
      TTC_LIBRARY " not found: not named by " TTC_LIBRARY_ENV
                  ", not loaded in this process, and no parent directory of "
                  "tt-iree has " TTC_LIBRARY_BELOW
                  "; install iree-base-compiler==" TTC_IREE_VERSION);
}

static tt_status_t ttc_api_fill(void* library, ttc_api_t* api) {
#define TTC_FN(result, name, params, args)                                \
  *(void**)&api->name = dlsym(library, #name);                            \
  if (!api->name) {                                                       \
    return tt_status_make(TT_CODE_FAILED_PRECONDITION,                    \
                          "the IREE compiler library has no %s; tt-iree " \
                          "needs iree-base-compiler==" TTC_IREE_VERSION,  \
                          #name);                                         \
  }
#include "compiler/plugins/target/tenstorrent/ttc_api.def"
#undef TTC_FN
  return NULL;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static tt_status_t ttc_api_open_locked(const char* library_path) {
  if (ttc_api_library) return NULL;
  void* library = NULL;
  TT_RETURN_IF_ERROR(ttc_api_find(library_path, &library));
  ttc_api_t api;
  memset(&api, 0, sizeof(api));
  tt_status_t status = ttc_api_fill(library, &api);
  if (!status && api.ireeCompilerGetAPIVersion() != TTC_IREE_API_VERSION) {
    status = tt_status_make(
        TT_CODE_FAILED_PRECONDITION,
        "the IREE compiler library has API version 0x%x, expected 0x%x; "
        "tt-iree needs iree-base-compiler==" TTC_IREE_VERSION,
        api.ireeCompilerGetAPIVersion(), TTC_IREE_API_VERSION);
  }
  if (status) {
    dlclose(library);
    return status;
  }
  ttc_api = api;
  ttc_api_library = library;
  return NULL;
}

static tt_status_t ttc_api_load_locked(const char* library_path) {
  TT_RETURN_IF_ERROR(ttc_api_open_locked(library_path));
  if (ttc_api_initialized) return NULL;
  // Never balanced by a shutdown: the last one disables the compiler for the
  // process, and other users (iree.compiler.api) hold their own count.
  ireeCompilerGlobalInitialize();
  const char* revision = ireeCompilerGetRevision();
  if (!strstr(revision, TTC_IREE_REVISION)) {
    return tt_status_make(
        TT_CODE_FAILED_PRECONDITION,
        "the IREE compiler library is '%s', expected "
        "revision " TTC_IREE_REVISION
        "; tt-iree needs iree-base-compiler==" TTC_IREE_VERSION,
        revision);
  }
  ttc_api_initialized = true;
  return NULL;
}

tt_status_t ttc_api_open(const char* library_path) {
  pthread_mutex_lock(&ttc_api_mutex);
  tt_status_t status = ttc_api_open_locked(library_path);
  pthread_mutex_unlock(&ttc_api_mutex);
  return status;
}

tt_status_t ttc_api_load(const char* library_path) {
  pthread_mutex_lock(&ttc_api_mutex);
  tt_status_t status = ttc_api_load_locked(library_path);
  pthread_mutex_unlock(&ttc_api_mutex);
  return status;
}

//===----------------------------------------------------------------------===//
// Small helpers
//===----------------------------------------------------------------------===//

MlirOperation ttc_op_first_in_region(MlirOperation op, intptr_t region) {
  MlirOperation none = {NULL};
  if (region >= mlirOperationGetNumRegions(op)) return none;
  MlirBlock block = mlirRegionGetFirstBlock(mlirOperationGetRegion(op, region));
  return block.ptr ? mlirBlockGetFirstOperation(block) : none;
}

void ttc_emit_status(MlirLocation location, tt_status_t status) {
  if (!status) return;
  mlirEmitError(location, tt_status_message(status));
  tt_status_free(status);
}

tt_status_t ttc_status_from_iree(iree_compiler_error_t* error, tt_code_t code) {
  if (!error) return NULL;
  tt_status_t status =
      tt_status_make(code, "%s", ireeCompilerErrorGetMessage(error));
  ireeCompilerErrorDestroy(error);
  return status;
}

static void ttc_append_text(MlirStringRef text, void* user_data) {
  FILE* file = user_data;
  fwrite(text.data, 1, text.length, file);
}

// Each *_text function prints |object| into a memory stream.
#define TTC_PRINT_TO_TEXT(print_call)        \
  char* text = NULL;                         \
  size_t size = 0;                           \
  FILE* file = open_memstream(&text, &size); \
  if (!file) return NULL;                    \
  print_call;                                \
  fclose(file);                              \
  return text

char* ttc_location_text(MlirLocation location) {
  TTC_PRINT_TO_TEXT(mlirLocationPrint(location, ttc_append_text, file));
}

char* ttc_location_source(MlirLocation location) {
  if (mlirLocationIsACallSite(location)) {
    return ttc_location_source(mlirLocationCallSiteGetCallee(location));
  }
  if (mlirLocationIsAName(location)) {
    return ttc_location_source(mlirLocationNameGetChildLoc(location));
  }
  char* text = NULL;
  if (mlirLocationIsAFileLineColRange(location)) {
    MlirStringRef file =
        mlirIdentifierStr(mlirLocationFileLineColRangeGetFilename(location));
    int length = asprintf(&text, "%.*s:%d:%d", (int)file.length, file.data,
                          mlirLocationFileLineColRangeGetStartLine(location),
                          mlirLocationFileLineColRangeGetStartColumn(location));
    return length < 0 ? NULL : text;
  }
  if (!mlirLocationIsAFused(location)) return NULL;
  // The first of the fused locations that is known.
  unsigned count = mlirLocationFusedGetNumLocations(location);
  MlirLocation* parts = calloc(count + 1, sizeof(*parts));
  if (!parts) return NULL;
  mlirLocationFusedGetLocations(location, parts);
  for (unsigned i = 0; i < count && !text; ++i) {
    text = ttc_location_source(parts[i]);
  }
  free(parts);
  return text;
}

char* ttc_attribute_text(MlirAttribute attribute) {
  TTC_PRINT_TO_TEXT(mlirAttributePrint(attribute, ttc_append_text, file));
}

char* ttc_type_text(MlirType type) {
  TTC_PRINT_TO_TEXT(mlirTypePrint(type, ttc_append_text, file));
}

char* ttc_operation_text(MlirOperation op, MlirOpPrintingFlags flags) {
  TTC_PRINT_TO_TEXT(
      mlirOperationPrintWithFlags(op, flags, ttc_append_text, file));
}

// The drop-in iree-compile. Anything that does not concern our target goes to
// the stock main() with the command line untouched.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/plugins/target/tenstorrent/ttc_args.h"
#include "compiler/plugins/target/tenstorrent/ttc_driver.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

//===----------------------------------------------------------------------===//
// Listings and help
//===----------------------------------------------------------------------===//

typedef struct {
  char names[32][64];
  size_t count;
} ttc_names_t;

static void ttc_names_add(ttc_names_t* names, const char* name) {
  size_t at = names->count;
  if (at == 32) return;
  for (size_t i = 0; i < at; ++i) {
    if (strcmp(names->names[i], name) == 0) return;
  }
  // Sorted, as the stock listing is.
  while (at > 0 && strcmp(names->names[at - 1], name) > 0) {
    memcpy(names->names[at], names->names[at - 1], sizeof(names->names[0]));
    --at;
  }
  snprintf(names->names[at], sizeof(names->names[0]), "%s", name);
  ++names->count;
}

static void ttc_collect_backend(const char* name, void* user_data) {
  ttc_names_add(user_data, name);
}

static int ttc_list_backends(void) {
  ttc_names_t names = {0};
  ireeCompilerEnumerateRegisteredHALTargetBackends(ttc_collect_backend, &names);
  ttc_names_add(&names, TTC_TARGET_NAME);
  printf("Registered target backends:\n");
  for (size_t i = 0; i < names.count; ++i) printf("  %s\n", names.names[i]);
  return 0;
}

// The stock tool has no such listing, and its library no call for one.
static int ttc_list_devices(void) {
  printf(
      "Registered target devices:\n"
      "  amdgpu\n  cuda\n  hip\n  local\n  metal\n  " TTC_TARGET_NAME
      "\n  vulkan\n");
  return 0;
}

static void ttc_print_option(const char* name, const char* value,
                             const char* help, void* user_data) {
  printf("  --%s=<%s>%*s - %s\n", name, value,
         (int)(68 - strlen(name) - strlen(value)), "", help);
}

// At exit, because the stock main() prints its help and exits.
static void ttc_print_own_help(void) {
  printf("\nTenstorrent HAL Target:\n\n");
  ttc_options_each_own(ttc_print_option, NULL);
  fflush(stdout);
}

//===----------------------------------------------------------------------===//
// Input
//===----------------------------------------------------------------------===//

// Reads all of |fd|; NULL when that fails. Owned.
static char* ttc_read_all(int fd, size_t* out_size) {
  size_t size = 0, capacity = 1 << 16;
  char* data = malloc(capacity);
  while (data) {
    if (size == capacity) {
      capacity *= 2;
      char* grown = realloc(data, capacity);
      if (!grown) break;
      data = grown;
    }
    ssize_t count = read(fd, data + size, capacity - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    if (count == 0) {
      *out_size = size;
      return data;
    }
    size += (size_t)count;
  }
  free(data);
  return NULL;
}

// Puts |data| back as standard input, for whoever reads it next.
static bool ttc_refill_stdin(const char* data, size_t size) {
  int fd = memfd_create("stdin", MFD_CLOEXEC);
  if (fd < 0) return false;
  size_t done = 0;
  while (done < size) {
    ssize_t count = write(fd, data + done, size - done);
    if (count <= 0) break;
    done += (size_t)count;
  }
  bool ok = done == size && lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, 0) == 0;
  close(fd);
  return ok;
}

// True when the module in |input| names our target. Text and bytecode both
// store an attribute's strings as they are.
static bool ttc_input_mentions_target(const char* input) {
  bool from_stdin = strcmp(input, "-") == 0;
  int fd = from_stdin ? 0 : open(input, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;  // the stock tool says what is wrong
  size_t size = 0;
  char* data = ttc_read_all(fd, &size);
  if (!from_stdin) close(fd);
  if (!data) return false;
  bool bytecode = size >= 4 && memcmp(data, "ML\xEFR", 4) == 0;
  const char* needle = bytecode ? TTC_TARGET_NAME : "<\"" TTC_TARGET_NAME "\"";
  bool found = memmem(data, size, needle, strlen(needle)) != NULL;
  if (from_stdin && !ttc_refill_stdin(data, size)) found = false;
  free(data);
  return found;
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

static int ttc_tool_error(const char* program, tt_status_t status) {
  const char* slash = strrchr(program, '/');
  fprintf(stderr, "%s: %s\n", slash ? slash + 1 : program,
          tt_status_message(status));
  tt_status_free(status);
  return 1;
}

// As the stock main() words every error of a file.
static int ttc_file_error(tt_status_t status) {
  fprintf(stderr, "error opening input file: %s\n", tt_status_message(status));
  tt_status_free(status);
  return 1;
}

typedef struct {
  iree_compiler_source_t** sources;
  size_t count;
} ttc_sources_t;

static void ttc_add_source(iree_compiler_source_t* source, void* user_data) {
  ttc_sources_t* list = user_data;
  void* grown =
      realloc(list->sources, (list->count + 1) * sizeof(*list->sources));
  if (!grown) {
    ireeCompilerSourceDestroy(source);
    return;
  }
  list->sources = grown;
  list->sources[list->count++] = source;
}

static tt_status_t ttc_tool_run(ttc_session_t* session,
                                iree_compiler_source_t* source,
                                iree_compiler_output_t* output,
                                bool* out_failed) {
  ttc_diagnostics_t diagnostics = {.console = true};
  if (!session->options.split_input_file) {
    return ttc_driver_run(session, &diagnostics, source, output, out_failed);
  }
  ttc_sources_t split = {0};
  tt_status_t status = ttc_status_from_iree(
      ireeCompilerSourceSplit(source, ttc_add_source, &split),
      TT_CODE_INVALID_ARGUMENT);
  for (size_t i = 0; i < split.count; ++i) {
    if (!status) {
      status = ttc_driver_run(session, &diagnostics, split.sources[i], output,
                              out_failed);
    }
    ireeCompilerSourceDestroy(split.sources[i]);
  }
  free(split.sources);
  return status;
}

static int ttc_tool_compile(ttc_session_t* session, const char* input) {
  const char* output_path = session->options.output;
  iree_compiler_source_t* source = NULL;
  iree_compiler_output_t* output = NULL;
  bool failed = false;
  tt_status_t status = ttc_status_from_iree(
      ireeCompilerSourceOpenFile(session->iree, input, &source),
      TT_CODE_NOT_FOUND);
  if (!status) {
    status = ttc_status_from_iree(
        ireeCompilerOutputOpenFile(output_path ? output_path : "-", &output),
        TT_CODE_PERMISSION_DENIED);
  }
  if (!status) status = ttc_tool_run(session, source, output, &failed);
  if (!status && !failed) ireeCompilerOutputKeep(output);
  ireeCompilerOutputDestroy(output);
  ireeCompilerSourceDestroy(source);
  if (status) return ttc_file_error(status);
  return failed ? 1 : 0;
}

// The stock compiler looks for its linker (of llvm-cpu code) beside the running
// program, which is not the stock one here.
static void ttc_tool_find_linker(void) {
  Dl_info info;
  if (!dladdr((void*)(uintptr_t)ttc_api.ireeCompilerRunMain, &info)) return;
  const char* slash = strrchr(info.dli_fname, '/');
  char path[PATH_MAX];
  int length =
      snprintf(path, sizeof(path), "%.*siree-lld",
               slash ? (int)(slash + 1 - info.dli_fname) : 0, info.dli_fname);
  if (length < (int)sizeof(path) && access(path, X_OK) == 0) {
    setenv("IREE_LLVM_EMBEDDED_LINKER_PATH", path, /*overwrite=*/0);
  }
}

// Gives the stock compiler the flags that are its own, as its main() would.
// Exits the process on a wrong one.
static tt_status_t ttc_tool_setup(const char* program, ttc_options_t* options) {
  size_t count = options->stock_flags.count;
  const char** argv = calloc(count + 2, sizeof(*argv));
  if (!argv) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  }
  argv[0] = program;
  for (size_t i = 0; i < count; ++i)
    argv[i + 1] = options->stock_flags.items[i];
  ttc_tool_find_linker();
  // The array and its strings live as long as the process: the stock compiler
  // prints them when it crashes.
  memset(&options->stock_flags, 0, sizeof(options->stock_flags));
  ireeCompilerSetupGlobalCL((int)count + 1, argv, "IREE compilation driver\n",
                            /*signals=*/true);
  return NULL;
}

static int ttc_tool_main_ours(const char* program, ttc_options_t* options) {
  const char* input = NULL;
  tt_status_t status = ttc_driver_check(options);
  if (!status) status = ttc_options_take_input(options, &input);
  if (!status) status = ttc_options_check_ours(options);
  if (!status) status = ttc_api_load(NULL);
  if (!status) status = ttc_tool_setup(program, options);
  if (status) return ttc_tool_error(program, status);
  iree_compiler_session_t* iree = ireeCompilerSessionCreate();
  ttc_session_t* session = NULL;
  status = ttc_session_create(iree, &session);
  if (status) return ttc_tool_error(program, status);
  ttc_options_free(&session->options);
  session->options = *options;
  int code = ttc_tool_compile(session, input);
  // |options| goes with the session.
  ttc_session_destroy(session);
  ttc_options_init(options);
  ireeCompilerSessionDestroy(iree);
  ireeCompilerGlobalShutdown();
  return code;
}

//===----------------------------------------------------------------------===//
// Main
//===----------------------------------------------------------------------===//

static int ttc_tool_delegate(int argc, char** argv) {
  tt_status_t status = ttc_api_open(NULL);
  if (status) return ttc_tool_error(argv[0], status);
  ttc_tool_find_linker();
  return ireeCompilerRunMain(argc, argv);
}

// Compiles |args| here when they, or the input they name, concern our target;
// else the stock tool runs with the original command line.
static int ttc_tool_dispatch(int argc, char** argv, const ttc_strings_t* args) {
  const char* const* arguments = (const char* const*)args->items;
  bool mentioned = ttc_flags_mention_target((int)args->count, arguments);
  ttc_options_t options;
  ttc_options_init(&options);
  tt_status_t status =
      ttc_options_parse(&options, TTC_PARSE_TOOL, (int)args->count, arguments);
  int code = 1;
  if (mentioned && status) {
    code = ttc_tool_error(argv[0], status);
    status = NULL;
  } else if (mentioned) {
    code = ttc_tool_main_ours(argv[0], &options);
  } else {
    const char* input = NULL;
    if (!status) status = ttc_options_take_input(&options, &input);
    code = !status && ttc_input_mentions_target(input)
               ? ttc_tool_main_ours(argv[0], &options)
               : ttc_tool_delegate(argc, argv);
  }
  tt_status_free(status);
  ttc_options_free(&options);
  return code;
}

static int ttc_tool_run_args(int argc, char** argv, const ttc_strings_t* args) {
  static const char* const list_backends[] = {"iree-hal-list-target-backends",
                                              NULL};
  static const char* const list_devices[] = {"iree-hal-list-target-devices",
                                             NULL};
  static const char* const help[] = {
      "help", "help-hidden", "help-list", "help-list-hidden", "h", NULL};
  if (ttc_args_have(args, help)) {
    atexit(ttc_print_own_help);
    return ttc_tool_delegate(argc, argv);
  }
  if (ttc_args_have(args, list_backends)) {
    tt_status_t status = ttc_api_load(NULL);
    return status ? ttc_tool_error(argv[0], status) : ttc_list_backends();
  }
  if (ttc_args_have(args, list_devices)) return ttc_list_devices();
  return ttc_tool_dispatch(argc, argv, args);
}

int main(int argc, char** argv) {
  ttc_strings_t args = {0};
  tt_status_t status =
      ttc_expand_args(argc - 1, (const char* const*)argv + 1, &args);
  int code = status ? ttc_tool_error(argv[0], status)
                    : ttc_tool_run_args(argc, argv, &args);
  ttc_strings_free(&args);
  return code;
}

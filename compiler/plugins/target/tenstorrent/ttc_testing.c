#include "compiler/plugins/target/tenstorrent/ttc_testing.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/testing.h"

static iree_compiler_session_t* session;

int ttc_testing_start(void** state) {
  tt_status_t status = ttc_api_load(NULL);
  if (status) {
    print_message("skipped: %s\n", tt_status_message(status));
    bool missing = tt_status_code(status) == TT_CODE_NOT_FOUND;
    tt_status_free(status);
    exit(missing ? 0 : 1);
  }
  session = ireeCompilerSessionCreate();
  return 0;
}

int ttc_testing_stop(void** state) {
  ireeCompilerSessionDestroy(session);
  return 0;
}

MlirOperation ttc_testing_parse(const char* source) {
  MlirContext context = ireeCompilerSessionBorrowContext(session);
  MlirOperation module =
      mlirOperationCreateParse(context, ttc_str(source), ttc_str("test"));
  if (!module.ptr) fail_msg("does not parse:\n%s", source);
  return module;
}

ttc_export_t ttc_testing_export(const char* source) {
  ttc_export_t export = {.name = "f"};
  const char* constants = strstr(source, "constants = ");
  if (constants) export.constant_count = (uint32_t)atoi(constants + 12);
  for (const char* at = source;
       (at = strstr(at, "#hal.pipeline.binding<")) != NULL; ++at) {
    ++export.binding_count;
  }
  return export;
}

void ttc_testing_golden(const char* directory, const char* suffix, bool update,
                        void (*make)(const char* source, FILE* out)) {
  char path[512];
  snprintf(path, sizeof(path), "testdata/%s/*.mlir", directory);
  glob_t found;
  assert_int_equal(glob(path, 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    const char* name = found.gl_pathv[i];
    size_t size = 0;
    char* source = tt_testing_read(name, &size);
    if (!source) fail_msg("cannot read %s", name);
    char* text = NULL;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    make(source, out);
    fclose(out);
    snprintf(path, sizeof(path), "%.*s%s", (int)strlen(name) - 5, name, suffix);
    tt_testing_check_golden(path, text, size, update);
    free(text);
    free(source);
  }
  globfree(&found);
}

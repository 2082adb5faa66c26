#include "tile/testing.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the three headers above it.
#include <cmocka.h>

char* tt_testing_read(const char* path, size_t* out_size) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  char* text = NULL;
  long size = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
  if (size >= 0 && !fseek(file, 0, SEEK_SET)) text = malloc((size_t)size + 1);
  if (text && fread(text, 1, (size_t)size, file) != (size_t)size) {
    free(text);
    text = NULL;
  }
  fclose(file);
  if (!text) return NULL;
  text[size] = 0;
  *out_size = (size_t)size;
  return text;
}

bool tt_testing_write(const char* path, const char* text, size_t size) {
  FILE* file = fopen(path, "wb");
  if (!file) return false;
  const bool written = fwrite(text, 1, size, file) == size;
  return !fclose(file) && written;
}

void tt_testing_check_golden(const char* path, const char* text, size_t size,
                             bool update) {
  if (update) assert_true(tt_testing_write(path, text, size));
  size_t golden_size = 0;
  char* golden = tt_testing_read(path, &golden_size);
  if (!golden) fail_msg("%s is missing: run this with --update", path);
  if (golden_size != size || memcmp(golden, text, size) != 0) {
    print_message("%s\n", text);
    fail_msg("%s differs from the above: run this with --update", path);
  }
  free(golden);
}

size_t tt_testing_each_golden(void (*visit)(const char* path, void* context),
                              void* context) {
  glob_t found;
  if (glob("testdata/*.tile", 0, NULL, &found)) return 0;
  const size_t count = found.gl_pathc;
  for (size_t i = 0; i < count; ++i) visit(found.gl_pathv[i], context);
  globfree(&found);
  return count;
}

tt_program_t* tt_testing_parse_file(const char* path) {
  size_t size = 0;
  char* text = tt_testing_read(path, &size);
  if (!text) fail_msg("cannot read %s", path);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_parse(text, size, path, &program);
  free(text);
  if (status) fail_msg("%s", tt_status_message(status));
  return program;
}

static bool equal_insts(const tt_program_t* x, const tt_program_t* y) {
  for (uint32_t i = 0; i < x->insts_count; ++i) {
    tt_inst_t a = x->insts[i], b = y->insts[i];
    a.line = b.line = 0;
    if (memcmp(&a, &b, sizeof(a)) != 0) return false;
  }
  return true;
}

bool tt_testing_equal(const tt_program_t* x, const tt_program_t* y) {
#define X(type, member, limit)                                                \
  if (x->member##_count != y->member##_count) return false;                   \
  if ((const void*)x->member != (const void*)x->insts && x->member##_count && \
      memcmp(x->member, y->member, x->member##_count * sizeof(type)) != 0) {  \
    return false;                                                             \
  }
  TT_PROGRAM_ARRAYS(X)
#undef X
  return equal_insts(x, y);
}

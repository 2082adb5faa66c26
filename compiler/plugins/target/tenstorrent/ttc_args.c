#include "compiler/plugins/target/tenstorrent/ttc_args.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_compiler.h"
#include "compiler/plugins/target/tenstorrent/ttc_target.h"

#define TTC_MAX_NESTING 20

static tt_status_t ttc_args_no_memory(void) {
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
}

// The whole text of a file; NULL when it cannot be read. Owned.
static char* ttc_read_text(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  char* text = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&text, &size);
  char buffer[4096];
  size_t count = 0;
  while (out && (count = fread(buffer, 1, sizeof(buffer), file)) > 0) {
    fwrite(buffer, 1, count, out);
  }
  bool ok = out && !ferror(file);
  if (out) fclose(out);
  fclose(file);
  if (ok) return text;
  free(text);
  return NULL;
}

// Unquotes the word at |*text| in place, and moves |*text| behind it.
static char* ttc_next_word(char** text) {
  char* in = *text;
  while (isspace((unsigned char)*in)) ++in;
  char* word = in;
  char* out = in;
  char quote = 0;
  for (; *in && (quote || !isspace((unsigned char)*in)); ++in) {
    if (*in == '\\' && in[1] && quote != '\'') {
      *out++ = *++in;
    } else if (quote ? *in == quote : *in == '"' || *in == '\'') {
      quote = quote ? 0 : *in;
    } else {
      *out++ = *in;
    }
  }
  *text = *in ? in + 1 : in;
  *out = 0;
  return in == word ? NULL : word;
}

static tt_status_t ttc_expand_arg(const char* arg, int depth,
                                  ttc_strings_t* out_args) {
  char* text = arg[0] == '@' ? ttc_read_text(arg + 1) : NULL;
  if (!text)
    return ttc_strings_add(out_args, arg) ? NULL : ttc_args_no_memory();
  tt_status_t status = NULL;
  if (depth == TTC_MAX_NESTING) {
    status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "response files nest too deeply at '%s'", arg);
  }
  char* at = text;
  for (char* word = NULL; !status && (word = ttc_next_word(&at));) {
    status = ttc_expand_arg(word, depth + 1, out_args);
  }
  free(text);
  return status;
}

tt_status_t ttc_expand_args(int argc, const char* const* argv,
                            ttc_strings_t* out_args) {
  for (int i = 0; i < argc; ++i) {
    TT_RETURN_IF_ERROR(ttc_expand_arg(argv[i], 0, out_args));
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

// The name in "-name", "--name" and "--name=value"; length 0 for anything else.
static MlirStringRef ttc_argument_name(const char* argument) {
  if (argument[0] != '-' || !argument[1]) return (MlirStringRef){argument, 0};
  const char* name = argument + (argument[1] == '-' ? 2 : 1);
  return (MlirStringRef){name, strcspn(name, "=")};
}

bool ttc_args_have(const ttc_strings_t* args, const char* const* names) {
  for (size_t i = 0; i < args->count; ++i) {
    MlirStringRef name = ttc_argument_name(args->items[i]);
    for (int n = 0; names[n]; ++n) {
      if (ttc_str_equal(name, names[n])) return true;
    }
  }
  return false;
}

bool ttc_flags_mention_target(int argc, const char* const* argv) {
  for (int i = 0; i < argc; ++i) {
    MlirStringRef name = ttc_argument_name(argv[i]);
    if (ttc_str_starts(name, TTC_OWN_PREFIX)) return true;
    if (!ttc_str_equal(name, "iree-hal-target-backends") &&
        !ttc_str_equal(name, "iree-hal-target-device")) {
      continue;
    }
    const char* value = name.data + name.length;
    if (*value == '=') {
      ++value;
    } else {
      value = i + 1 < argc ? argv[i + 1] : "";
    }
    if (ttc_spec_mentions_target(value)) return true;
  }
  return false;
}

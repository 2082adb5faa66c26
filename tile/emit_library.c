#include "tile/emit_library.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// ---- Scanner ----------------------------------------------------------------

typedef struct tt_token_t {
  const char* text;  // NULL at the end
  size_t size;
  bool is_name;
  bool new_line;    // first on its line
  bool blank_line;  // an empty line lies before it
} tt_token_t;

static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (c >= '0' && c <= '9');
}

// Steps over white space and comments, noting what lies between. A comment
// belongs to what follows: |*out_start| is where the first one begins.
static const char* skip_space(const char* p, const char* end, tt_token_t* token,
                              const char** out_start) {
  int newlines = 0;
  *out_start = NULL;
  while (p < end) {
    if (*p == '\n') {
      ++newlines;
      if (newlines > 1) {
        token->blank_line = true;
        *out_start = NULL;
      }
      ++p;
    } else if (*p == '\\' && p + 1 < end && p[1] == '\n') {
      p += 2;  // a directive goes on
    } else if (*p == ' ' || *p == '\t' || *p == '\r') {
      ++p;
    } else if (p + 1 < end && p[0] == '/' && (p[1] == '/' || p[1] == '*')) {
      if (!*out_start) *out_start = p;
      bool block = p[1] == '*';
      p += 2;
      while (p < end && (block ? !(p[-1] == '*' && *p == '/') : *p != '\n')) {
        ++p;
      }
      if (block && p < end) ++p;
      newlines = 0;
      token->new_line = true;
    } else {
      break;
    }
    if (newlines > 0) token->new_line = true;
  }
  if (!*out_start) *out_start = p;
  return p;
}

// Reads the token at *p. |out_start| receives where it begins with its comment.
static tt_token_t next_token(const char** p, const char* end,
                             const char** out_start) {
  tt_token_t token = {0};
  const char* at = skip_space(*p, end, &token, out_start);
  if (at == end) {
    *p = end;
    return token;
  }
  token.text = at;
  if (*at == '"' || *at == '\'') {
    char quote = *at++;
    while (at < end && *at != quote) at += *at == '\\' ? 2 : 1;
    at = at < end ? at + 1 : end;
  } else if (is_name_char(*at)) {
    // A number's digits are part of no name.
    token.is_name = *at < '0' || *at > '9';
    while (at < end && (is_name_char(*at) || (!token.is_name && *at == '.'))) {
      ++at;
    }
  } else {
    ++at;
  }
  token.size = (size_t)(at - token.text);
  *p = at;
  return token;
}

static bool token_is(const tt_token_t* token, const char* text) {
  return token->text && token->size == strlen(text) &&
         memcmp(token->text, text, token->size) == 0;
}

static bool token_is_any(const tt_token_t* token, const char* const* words) {
  for (; *words; ++words) {
    if (token_is(token, *words)) return true;
  }
  return false;
}

// ---- Declarations -----------------------------------------------------------

typedef struct tt_decl_t {
  const char* text;
  size_t size;
  const char* condition;  // of the text it is in; NULL: none
} tt_decl_t;

typedef struct tt_decl_name_t {
  const char* text;
  size_t size;
  uint32_t decl;
} tt_decl_name_t;

// All texts, taken apart.
typedef struct tt_library_t {
  tt_decl_t* decls;
  uint32_t decl_count, decl_capacity;
  tt_decl_name_t* names;
  uint32_t name_count, name_capacity;
  const char* condition;  // of the text being added
  bool failed;
} tt_library_t;

static void* grow(void* array, uint32_t count, uint32_t* capacity, size_t size,
                  bool* failed) {
  if (count < *capacity) return array;
  uint32_t wanted = *capacity ? *capacity * 2 : 256;
  void* larger = realloc(array, wanted * size);
  if (!larger) {
    *failed = true;
    return array;
  }
  *capacity = wanted;
  return larger;
}

static void add_name(tt_library_t* lib, const tt_token_t* token) {
  static const char* const ignored[] = {"sizeof",        "alignas", "decltype",
                                        "__attribute__", "defined", NULL};
  if (token_is_any(token, ignored)) return;
  lib->names = grow(lib->names, lib->name_count, &lib->name_capacity,
                    sizeof(*lib->names), &lib->failed);
  if (lib->failed) return;
  lib->names[lib->name_count++] =
      (tt_decl_name_t){token->text, token->size, lib->decl_count};
}

// Notes the names that a token of the open declaration introduces: what stands
// before ( [ { = ; outside of braces and initializers, or after struct and the
// like, or after #define.
static void note_names(tt_library_t* lib, const tt_token_t* before,
                       const tt_token_t* token, bool in_value) {
  static const char* const heads[] = {"struct", "union",  "enum",
                                      "using",  "define", NULL};
  if (token->is_name && before->text && token_is_any(before, heads)) {
    add_name(lib, token);
  } else if (!in_value && before->is_name && token->size == 1 &&
             strchr("([{=;", *token->text)) {
    add_name(lib, before);
  }
}

// Drops the open declaration's names that an earlier text has.
static void drop_known_names(tt_library_t* lib, uint32_t known) {
  uint32_t kept = lib->name_count;
  while (kept > 0 && lib->names[kept - 1].decl == lib->decl_count) --kept;
  for (uint32_t i = kept; i < lib->name_count; ++i) {
    bool is_known = false;
    for (uint32_t k = 0; k < known && !is_known; ++k) {
      is_known = lib->names[k].size == lib->names[i].size &&
                 memcmp(lib->names[k].text, lib->names[i].text,
                        lib->names[k].size) == 0;
    }
    if (!is_known) lib->names[kept++] = lib->names[i];
  }
  lib->name_count = kept;
}

// Ends the open declaration. The first |known| names are of earlier texts.
static void end_decl(tt_library_t* lib, const char* start, const char* end,
                     uint32_t known) {
  drop_known_names(lib, known);
  while (end > start && (end[-1] == '\n' || end[-1] == ' ')) --end;
  lib->decls = grow(lib->decls, lib->decl_count, &lib->decl_capacity,
                    sizeof(*lib->decls), &lib->failed);
  if (lib->failed) return;
  lib->decls[lib->decl_count++] = (tt_decl_t){.text = start,
                                              .size = (size_t)(end - start),
                                              .condition = lib->condition};
}

// Whether what follows the closing brace at |p| belongs to the same
// declaration: struct {...}; or {...} name;
static bool goes_on(const char* p, const char* end) {
  const char* start;
  tt_token_t next = next_token(&p, end, &start);
  if (!next.text) return false;
  return *next.text == ';' || (next.is_name && !next.new_line);
}

static void add_text(tt_library_t* lib, const char* text, size_t size) {
  const char* p = text;
  const char* end = text + size;
  const char* decl = NULL;
  uint32_t known = lib->name_count;
  tt_token_t before = {0};
  int depth = 0;
  bool in_value = false;
  bool in_directive = false;
  while (!lib->failed) {
    const char* start;
    tt_token_t token = next_token(&p, end, &start);
    if (in_directive && (!token.text || token.new_line)) {
      end_decl(lib, decl, start, known);
      decl = NULL;
      in_directive = false;
    }
    if (!token.text) break;
    if (!decl) {
      decl = start;
      before = (tt_token_t){0};
      in_value = false;
      in_directive = *token.text == '#';
    }
    if (depth == 0) note_names(lib, &before, &token, in_value || in_directive);
    before = token;
    if (token.size != 1 || in_directive) continue;
    if (strchr("({[", *token.text)) ++depth;
    if (strchr(")}]", *token.text)) --depth;
    if (depth == 0 && *token.text == '=') in_value = true;
    bool ends = *token.text == ';' || (*token.text == '}' && !goes_on(p, end));
    if (depth == 0 && ends) {
      end_decl(lib, decl, p, known);
      decl = NULL;
    }
  }
}

// ---- The library, made once -------------------------------------------------

static int compare_names(const void* x, const void* y) {
  const tt_decl_name_t *a = x, *b = y;
  if (a->size != b->size) return a->size < b->size ? -1 : 1;
  return memcmp(a->text, b->text, a->size);
}

static void library_free(tt_library_t* lib) {
  if (!lib) return;
  free(lib->decls);
  free(lib->names);
  free(lib);
}

// Kept for the life of the process; NULL when out of memory.
static const tt_library_t* library(void) {
  static _Atomic(tt_library_t*) cache;
  tt_library_t* lib = atomic_load(&cache);
  if (lib) return lib;
  lib = calloc(1, sizeof(*lib));
  if (!lib) return NULL;
  for (const tt_kernel_text_t* t = tt_kernel_texts; t->name; ++t) {
    // SFPI exists on the math thread of a compute kernel only.
    lib->condition = strcmp(t->name, "sfpu.hpp") == 0 ? "TRISC_MATH" : NULL;
    add_text(lib, t->text, t->size);
  }
  if (lib->failed) {
    library_free(lib);
    return NULL;
  }
  qsort(lib->names, lib->name_count, sizeof(*lib->names), compare_names);
  tt_library_t* first = NULL;
  if (!atomic_compare_exchange_strong(&cache, &first, lib)) {
    library_free(lib);  // another thread was faster
    return first;
  }
  return lib;
}

// ---- Pasting ----------------------------------------------------------------

enum { DECL_UNUSED, DECL_USED, DECL_SCANNED };

// Marks the declarations that |text| mentions; whether one was new.
static bool mark_used(const tt_library_t* lib, const char* text, size_t size,
                      uint8_t* states) {
  const char* p = text;
  bool changed = false;
  for (;;) {
    const char* start;
    tt_token_t token = next_token(&p, text + size, &start);
    if (!token.text) return changed;
    if (!token.is_name) continue;
    const tt_decl_name_t key = {token.text, token.size, 0};
    const tt_decl_name_t* found =
        bsearch(&key, lib->names, lib->name_count, sizeof(key), compare_names);
    if (!found) continue;
    // One name may have several declarations.
    while (found > lib->names && compare_names(found - 1, &key) == 0) --found;
    for (; found < lib->names + lib->name_count &&
           compare_names(found, &key) == 0;
         ++found) {
      if (states[found->decl] != DECL_UNUSED) continue;
      states[found->decl] = DECL_USED;
      changed = true;
    }
  }
}

static void append_used(const tt_library_t* lib, const uint8_t* states,
                        tt_strbuf_t* out) {
  const char* condition = NULL;
  for (uint32_t i = 0; i < lib->decl_count; ++i) {
    const tt_decl_t* decl = &lib->decls[i];
    if (states[i] == DECL_UNUSED) continue;
    if (decl->condition != condition) {
      if (condition) tt_strbuf_print(out, "#endif  // %s\n\n", condition);
      condition = decl->condition;
      if (condition) tt_strbuf_print(out, "#ifdef %s\n\n", condition);
    }
    tt_strbuf_append(out, decl->text, decl->size);
    tt_strbuf_print(out, "\n\n");
  }
  if (condition) tt_strbuf_print(out, "#endif  // %s\n\n", condition);
}

void tt_library_paste(const char* body, size_t size, tt_strbuf_t* out) {
  const tt_library_t* lib = library();
  uint8_t* states = lib ? calloc(lib->decl_count, 1) : NULL;
  if (!states) {
    out->failed = true;
    return;
  }
  bool changed = mark_used(lib, body, size, states);
  while (changed) {
    changed = false;
    for (uint32_t i = 0; i < lib->decl_count; ++i) {
      if (states[i] != DECL_USED) continue;
      states[i] = DECL_SCANNED;
      changed |= mark_used(lib, lib->decls[i].text, lib->decls[i].size, states);
    }
  }
  append_used(lib, states, out);
  free(states);
}

bool tt_library_mentions(const char* body, size_t size, const char* name) {
  const char* p = body;
  for (;;) {
    const char* start;
    tt_token_t token = next_token(&p, body + size, &start);
    if (!token.text) return false;
    if (token.is_name && token_is(&token, name)) return true;
  }
}

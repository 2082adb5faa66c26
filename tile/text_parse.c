// Parses the text form: the program, its entries and phases. Drives the
// builder, statement by statement; nothing here recurses.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"
#include "tile/text_internal.h"
#include "tile/text_words.h"

// ---- Tokens ----------------------------------------------------------------

static void describe(const tt_token_t* token, char* out, size_t size) {
  static const char sigils[] = {
      [TT_TOKEN_REG] = '%', [TT_TOKEN_ARG] = '$', [TT_TOKEN_NAME] = '@'};
  const int shown = token->size < 40 ? (int)token->size : 40;
  switch (token->kind) {
    case TT_TOKEN_EOF:
      snprintf(out, size, "the end of the text");
      break;
    case TT_TOKEN_NEWLINE:
      snprintf(out, size, "the end of the line");
      break;
    case TT_TOKEN_REG:
    case TT_TOKEN_ARG:
    case TT_TOKEN_NAME:
      snprintf(out, size, "'%c%.*s'", sigils[token->kind], shown, token->text);
      break;
    case TT_TOKEN_BAD:
      if (token->size == 1 && ((unsigned char)*token->text < 0x20 ||
                               (unsigned char)*token->text >= 0x7F)) {
        snprintf(out, size, "byte 0x%02x", (unsigned char)*token->text);
        break;
      }
      // Fall through.
    default:
      snprintf(out, size, "'%.*s'", shown, token->text);
      break;
  }
}

void tt_parser_fail(tt_parser_t* p, const char* what, const char* expected,
                    ...) {
  if (p->status) return;
  char found[64], wanted[160];
  describe(&p->token, found, sizeof(found));
  va_list args;
  va_start(args, expected);
  vsnprintf(wanted, sizeof(wanted), expected, args);
  va_end(args);
  p->status = tt_status_make(TT_CODE_INVALID_ARGUMENT,
                             "%s:%u:%u: %s%sfound %s, expected %s", p->name,
                             p->token.line, p->token.column, what ? what : "",
                             what ? ": " : "", found, wanted);
}

void tt_parser_advance(tt_parser_t* p) {
  if (tt_parser_ok(p)) p->token = tt_lexer_next(&p->lexer);
}

static bool at_word(const tt_parser_t* p, const char* word) {
  return p->token.kind == TT_TOKEN_WORD && p->token.size == strlen(word) &&
         memcmp(p->token.text, word, p->token.size) == 0;
}

bool tt_parser_accept(tt_parser_t* p, const char* word) {
  if (!tt_parser_ok(p) || !at_word(p, word)) return false;
  tt_parser_advance(p);
  return true;
}

static void expect_word(tt_parser_t* p, const char* word, const char* what) {
  if (!tt_parser_accept(p, word)) tt_parser_fail(p, what, "'%s'", word);
}

void tt_parser_expect(tt_parser_t* p, tt_token_kind_t kind, const char* what,
                      const char* expected) {
  if (p->token.kind != kind) {
    tt_parser_fail(p, what, "%s", expected);
    return;
  }
  tt_parser_advance(p);
}

void tt_parser_expect_end_of_line(tt_parser_t* p, const char* what) {
  if (p->token.kind == TT_TOKEN_EOF) return;
  tt_parser_expect(p, TT_TOKEN_NEWLINE, what, "the end of the line");
}

int tt_parser_word_of(tt_parser_t* p, const char* const* words, int count) {
  for (int i = 0; i < count; ++i) {
    if (words[i] && *words[i] && tt_parser_accept(p, words[i])) return i;
  }
  return -1;
}

// The decimal number in |text|, at most |limit|.
static bool decimal(const char* text, size_t size, uint32_t limit,
                    uint32_t* out_value) {
  uint64_t value = 0;
  if (size == 0) return false;
  for (size_t i = 0; i < size; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (uint64_t)(text[i] - '0');
    if (value > limit) return false;
  }
  *out_value = (uint32_t)value;
  return true;
}

uint32_t tt_parser_number(tt_parser_t* p, const char* prefix, uint32_t limit,
                          const char* what) {
  const size_t skip = strlen(prefix);
  uint32_t value = 0;
  if (p->token.kind != TT_TOKEN_WORD || p->token.size < skip ||
      memcmp(p->token.text, prefix, skip) != 0 ||
      !decimal(p->token.text + skip, p->token.size - skip, limit, &value)) {
    tt_parser_fail(p, what, "%s0 to %s%u", prefix, prefix, limit);
    return 0;
  }
  tt_parser_advance(p);
  return value;
}

uint32_t tt_parser_reg_number(tt_parser_t* p, const char* what) {
  uint32_t value = 0;
  const char sigil = p->token.kind == TT_TOKEN_REG ? '%' : '$';
  if (!decimal(p->token.text, p->token.size, TT_MAX_REGS - 1, &value)) {
    tt_parser_fail(p, what, "%c0 to %c%u", sigil, sigil, TT_MAX_REGS - 1);
    return 0;
  }
  tt_parser_advance(p);
  return value;
}

static void names_reset(tt_text_names_t* names) {
  for (uint32_t i = 0; i < names->used_count; ++i) {
    names->operands[names->used[i]] = TT_NONE;
  }
  names->used_count = 0;
}

tt_operand_t tt_text_names_get(const tt_text_names_t* names, uint32_t number) {
  return number < names->operands_capacity ? names->operands[number] : TT_NONE;
}

void tt_text_names_set(tt_parser_t* p, tt_text_names_t* names, uint32_t number,
                       tt_operand_t operand) {
  const uint32_t before = names->operands_capacity;
  if (!tt_builder_reserve(p->builder, (void**)&names->operands,
                          &names->operands_capacity, (uint64_t)number + 1,
                          TT_MAX_REGS, sizeof(*names->operands), "registers") ||
      !tt_builder_reserve(p->builder, (void**)&names->used,
                          &names->used_capacity,
                          (uint64_t)names->used_count + 1, TT_MAX_REGS,
                          sizeof(*names->used), "registers")) {
    return;
  }
  for (uint32_t i = before; i < names->operands_capacity; ++i) {
    names->operands[i] = TT_NONE;
  }
  names->operands[number] = operand;
  names->used[names->used_count++] = number;
}

// Numbers of declarations count up from 0; |found| was taken before |token|.
static void expect_next(tt_parser_t* p, tt_token_t token, uint32_t found,
                        const char* prefix, uint32_t expected) {
  if (found == expected) return;
  p->token = token;
  tt_parser_fail(p, NULL, "%s%u", prefix, expected);
}

static void open_brace(tt_parser_t* p, const char* what) {
  tt_parser_expect(p, TT_TOKEN_OPEN, what, "'{'");
  tt_parser_expect_end_of_line(p, what);
}

// Takes '}' and the end of its line if they come next.
static bool close_brace(tt_parser_t* p, const char* what) {
  if (p->token.kind != TT_TOKEN_CLOSE) return !tt_parser_ok(p);
  tt_parser_advance(p);
  tt_parser_expect_end_of_line(p, what);
  return true;
}

// ---- Phases ----------------------------------------------------------------

static void parse_cb(tt_parser_t* p) {
  tt_cb_t cb = {0};
  cb.number = (uint8_t)tt_parser_number(p, "c", TT_MAX_CBS - 1, "cb");
  for (int i = TT_FORMAT_NONE + 1; i < TT_FORMAT_COUNT && !cb.format; ++i) {
    if (tt_parser_accept(p, tt_format_desc((tt_format_t)i)->name)) {
      cb.format = (uint8_t)i;
    }
  }
  if (!cb.format) {
    tt_parser_fail(p, "cb", "a data format such as Float32 or Float16_b");
  }
  cb.rows = (uint8_t)tt_parser_number(p, "", TT_TILE_DIM, "rows");
  const int layout = tt_parser_word_of(p, tt_word_layout, 2);
  if (layout < 0) tt_parser_fail(p, "cb", "faces or flat");
  cb.layout = (uint8_t)layout;
  expect_word(p, "pages", "cb");
  cb.pages = tt_parser_number(p, "", UINT32_MAX, "pages");
  cb.unpack_to_dest = tt_parser_accept(p, "unpack_to_dest");
  tt_parser_expect_end_of_line(p, "cb");
  if (tt_parser_ok(p)) tt_build_cb(p->builder, &cb);
}

static void parse_kernel(tt_parser_t* p, tt_unit_t unit) {
  names_reset(&p->regs);
  tt_build_kernel(p->builder, unit);
  open_brace(p, tt_word_unit[unit]);
  while (!close_brace(p, tt_word_unit[unit])) tt_parser_inst(p, unit);
}

static void parse_phase(tt_parser_t* p) {
  tt_phase_t options = {0};
  expect_word(p, "cores", "phase");
  const tt_operand_t cores = tt_parser_launch_operand(p, TT_DTYPE_I64, "cores");
  expect_word(p, "fidelity", "phase");
  const int fidelity =
      tt_parser_word_of(p, tt_word_fidelity, TT_FIDELITY_HIFI4 + 1);
  if (fidelity < 0)
    tt_parser_fail(p, "fidelity", "LoFi, HiFi2, HiFi3 or HiFi4");
  options.fidelity = (uint8_t)fidelity;
  options.fp32_dest_acc = tt_parser_accept(p, "fp32_dest_acc");
  options.dst_full_sync = tt_parser_accept(p, "dst_full_sync");
  options.approx = tt_parser_accept(p, "approx");
  open_brace(p, "phase");
  if (tt_parser_ok(p)) tt_build_phase(p->builder, cores, &options);
  bool seen[TT_UNIT_KERNEL_COUNT] = {false};
  while (!close_brace(p, "phase")) {
    const tt_token_t start = p->token;
    if (tt_parser_accept(p, "cb")) {
      parse_cb(p);
      continue;
    }
    const int unit = tt_parser_word_of(p, tt_word_unit, TT_UNIT_KERNEL_COUNT);
    if (unit < 0) {
      tt_parser_fail(p, NULL, "cb, reader, compute, writer or '}'");
    } else if (seen[unit]) {
      p->token = start;
      tt_parser_fail(p, "phase", "one %s", tt_word_unit[unit]);
    } else {
      seen[unit] = true;
      parse_kernel(p, (tt_unit_t)unit);
    }
  }
}

// ---- Entries ---------------------------------------------------------------

static void parse_view(tt_parser_t* p, uint32_t* next) {
  const tt_token_t token = p->token;
  const uint32_t number = tt_parser_number(p, "v", 0x0FFFFFFF, "view");
  expect_next(p, token, number, "v", *next);
  tt_parser_expect(p, TT_TOKEN_EQUAL, "view", "'='");
  const int source = tt_parser_word_of(p, tt_word_source, 3);
  if (source < 0) tt_parser_fail(p, "view", "binding, scratch or data");
  const uint32_t index = tt_parser_number(p, "", UINT32_MAX - 1, "view");
  expect_word(p, "offset", "view");
  const tt_operand_t offset =
      tt_parser_launch_operand(p, TT_DTYPE_I64, "offset");
  tt_dtype_t dtype = TT_DTYPE_NONE;
  for (int i = 1; i < TT_DTYPE_COUNT && !dtype; ++i) {
    if (tt_parser_accept(p, tt_dtype_desc((tt_dtype_t)i)->name)) {
      dtype = (tt_dtype_t)i;
    }
  }
  if (!dtype) tt_parser_fail(p, "view", "a type such as f32");
  expect_word(p, "length", "view");
  const tt_operand_t length =
      tt_parser_launch_operand(p, TT_DTYPE_I64, "length");
  tt_parser_expect_end_of_line(p, "view");
  if (!tt_parser_ok(p)) return;
  tt_build_view(p->builder, (tt_view_source_t)source, index, dtype, offset,
                length);
  ++*next;
}

static void parse_scratch(tt_parser_t* p, uint32_t* next) {
  const tt_token_t token = p->token;
  const uint32_t number = tt_parser_number(p, "s", 0x0FFFFFFF, "scratch");
  expect_next(p, token, number, "s", *next);
  expect_word(p, "bytes", "scratch");
  const tt_operand_t size = tt_parser_launch_operand(p, TT_DTYPE_I64, "bytes");
  tt_parser_expect_end_of_line(p, "scratch");
  if (!tt_parser_ok(p)) return;
  tt_build_scratch(p->builder, size);
  ++*next;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes a token of |kind|: the bytes of a word, or of a string in which \xx
// stands for a byte. Owned; NULL after an error.
static char* parse_text(tt_parser_t* p, tt_token_kind_t kind, const char* what,
                        const char* expected) {
  const tt_token_t token = p->token;
  tt_parser_expect(p, kind, what, expected);
  if (!tt_parser_ok(p)) return NULL;
  char* text = malloc(token.size + 1);
  if (!text) {
    tt_parser_fail(p, what, "memory for %zu bytes", token.size);
    return NULL;
  }
  const bool quoted = token.size > 0 && token.text[0] == '"';
  size_t size = 0;
  const size_t end = token.size - quoted;
  for (size_t i = quoted; i < end; ++i) {
    int byte = (unsigned char)token.text[i];
    if (quoted && byte == '\\') {
      const int high = i + 2 < end ? hex_digit(token.text[i + 1]) : -1;
      const int low = i + 2 < end ? hex_digit(token.text[i + 2]) : -1;
      byte = high < 0 || low < 0 ? 0 : high * 16 + low;
      i += 2;
    }
    if (byte == 0) {
      free(text);
      p->token = token;
      tt_parser_fail(p, what, "text without NUL, with \\xx for bytes");
      return NULL;
    }
    text[size++] = (char)byte;
  }
  text[size] = 0;
  return text;
}

static void parse_note(tt_parser_t* p) {
  char* key = parse_text(p, TT_TOKEN_WORD, "note", "a word");
  char* text = parse_text(p, TT_TOKEN_STRING, "note", "a text in quotes");
  tt_parser_expect_end_of_line(p, "note");
  if (tt_parser_ok(p)) tt_build_note(p->builder, key, text);
  free(key);
  free(text);
}

static uint32_t parse_bindings(tt_parser_t* p,
                               uint32_t accesses[TT_MAX_BINDINGS]) {
  uint32_t count = 0;
  while (at_word(p, "binding")) {
    if (count == TT_MAX_BINDINGS) {
      tt_parser_fail(p, "entry", "at most %u bindings", TT_MAX_BINDINGS);
      break;
    }
    tt_parser_advance(p);
    const tt_token_t token = p->token;
    const uint32_t number =
        tt_parser_number(p, "", TT_MAX_BINDINGS - 1, "binding");
    expect_next(p, token, number, "", count);
    accesses[count] = tt_parser_accept(p, "read") ? TT_ACCESS_READ : 0;
    if (tt_parser_accept(p, "write")) accesses[count] |= TT_ACCESS_WRITE;
    ++count;
    tt_parser_expect_end_of_line(p, "binding");
  }
  return count;
}

static void parse_launch(tt_parser_t* p) {
  open_brace(p, "launch");
  while (!close_brace(p, "launch")) tt_parser_inst(p, TT_UNIT_LAUNCH);
}

static void parse_entry(tt_parser_t* p) {
  uint32_t accesses[TT_MAX_BINDINGS];
  char* name = parse_text(p, TT_TOKEN_NAME, "entry", "'@name'");
  expect_word(p, "constants", "entry");
  const uint32_t constants =
      tt_parser_number(p, "", TT_MAX_CONSTANTS, "constants");
  open_brace(p, "entry");
  const uint32_t bindings = parse_bindings(p, accesses);
  if (tt_parser_ok(p)) {
    tt_build_entry(p->builder, name, constants, accesses, bindings);
  }
  free(name);
  names_reset(&p->args);
  uint32_t views = 0, scratches = 0;
  while (!close_brace(p, "entry")) {
    if (tt_parser_accept(p, "note")) {
      parse_note(p);
    } else if (tt_parser_accept(p, "launch")) {
      parse_launch(p);
    } else if (tt_parser_accept(p, "scratch")) {
      parse_scratch(p, &scratches);
    } else if (tt_parser_accept(p, "view")) {
      parse_view(p, &views);
    } else if (tt_parser_accept(p, "phase")) {
      parse_phase(p);
    } else {
      tt_parser_fail(p, NULL, "note, launch, scratch, view, phase or '}'");
    }
  }
}

// ---- Programs --------------------------------------------------------------

static void append_hex(tt_parser_t* p, uint8_t** data, uint32_t* capacity,
                       uint64_t* size) {
  const tt_token_t* token = &p->token;
  if (token->size % 2) {
    tt_parser_fail(p, "data", "an even number of hex digits");
    return;
  }
  const uint64_t more = token->size / 2;
  if (!tt_builder_reserve(p->builder, (void**)data, capacity, *size + more,
                          1u << 31, 1, "bytes of data")) {
    return;
  }
  for (uint64_t i = 0; i < more; ++i) {
    const int high = hex_digit(token->text[2 * i]);
    const int low = hex_digit(token->text[2 * i + 1]);
    if (high < 0 || low < 0) {
      tt_parser_fail(p, "data", "hex digits, 'data' or 'entry'");
      return;
    }
    (*data)[(*size)++] = (uint8_t)(high * 16 + low);
  }
  tt_parser_advance(p);
}

static void parse_data(tt_parser_t* p) {
  const tt_token_t token = p->token;
  const uint32_t number = tt_parser_number(p, "b", 0x0FFFFFFF, "data");
  expect_next(p, token, number, "b", p->builder->program->blobs_count);
  tt_parser_expect(p, TT_TOKEN_EQUAL, "data", "'='");
  expect_word(p, "hex", "data");
  uint8_t* data = NULL;
  uint32_t capacity = 0;
  uint64_t size = 0;
  while (tt_parser_ok(p) && tt_builder_ok(p->builder)) {
    if (p->token.kind == TT_TOKEN_NEWLINE) {
      tt_parser_advance(p);
    } else if (p->token.kind == TT_TOKEN_WORD && !at_word(p, "data") &&
               !at_word(p, "entry")) {
      append_hex(p, &data, &capacity, &size);
    } else {
      break;
    }
  }
  if (tt_parser_ok(p)) tt_build_blob(p->builder, data, size);
  free(data);
}

static void parse_program(tt_parser_t* p) {
  tt_parser_advance(p);
  if (p->token.kind == TT_TOKEN_NEWLINE) tt_parser_advance(p);
  expect_word(p, "tile.program", NULL);
  expect_word(p, tt_chip_blackhole.name, "tile.program");
  tt_parser_expect_end_of_line(p, "tile.program");
  while (tt_parser_ok(p) && p->token.kind != TT_TOKEN_EOF) {
    // The builder's own errors are limits: nothing more can come of the text.
    if (!tt_builder_ok(p->builder)) return;
    if (p->builder->program->entries_count == 0 &&
        tt_parser_accept(p, "data")) {
      parse_data(p);
    } else if (tt_parser_accept(p, "entry")) {
      parse_entry(p);
    } else {
      tt_parser_fail(p, NULL, "'data' (before the entries) or 'entry'");
    }
  }
}

static void free_names(tt_text_names_t* names) {
  free(names->operands);
  free(names->used);
}

tt_status_t tt_program_parse(const char* text, size_t size, const char* name,
                             tt_program_t** out_program) {
  *out_program = NULL;
  tt_parser_t p = {.name = name, .builder = tt_builder_create()};
  tt_status_t status = NULL;
  if (!p.builder) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "out of host memory");
  } else {
    tt_lexer_start(&p.lexer, text, size);
    parse_program(&p);
    status = p.status;
  }
  free_names(&p.regs);
  free_names(&p.args);
  if (status) {
    tt_builder_abandon(p.builder);
    return status;
  }
  return tt_status_prefix(tt_builder_finish(p.builder, out_program), "%s",
                          name);
}

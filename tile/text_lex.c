#include "tile/text_lex.h"

static bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '+' ||
         c == '-' || c == '(' || c == ')';
}

void tt_lexer_start(tt_lexer_t* lexer, const char* text, size_t size) {
  *lexer = (tt_lexer_t){
      .at = text, .end = text + size, .line_start = text, .line = 1};
}

// Skips blanks and a comment.
static void skip(tt_lexer_t* lexer) {
  while (lexer->at < lexer->end &&
         (*lexer->at == ' ' || *lexer->at == '\t' || *lexer->at == '\r')) {
    ++lexer->at;
  }
  if (lexer->end - lexer->at >= 2 && lexer->at[0] == '/' &&
      lexer->at[1] == '/') {
    while (lexer->at < lexer->end && *lexer->at != '\n') ++lexer->at;
  }
}

static void take_word(tt_lexer_t* lexer, tt_token_t* token) {
  token->text = lexer->at;
  while (lexer->at < lexer->end && in_word(*lexer->at)) ++lexer->at;
  token->size = (size_t)(lexer->at - token->text);
}

// From the opening quote; a string ends on its line.
static void take_string(tt_lexer_t* lexer, tt_token_t* token) {
  token->text = lexer->at++;
  while (lexer->at < lexer->end && *lexer->at != '"' && *lexer->at != '\n') {
    ++lexer->at;
  }
  if (lexer->at == lexer->end || *lexer->at != '"') {
    token->kind = TT_TOKEN_BAD;
  } else {
    ++lexer->at;
  }
  token->size = (size_t)(lexer->at - token->text);
}

static void take_newlines(tt_lexer_t* lexer) {
  while (lexer->at < lexer->end && *lexer->at == '\n') {
    ++lexer->at;
    ++lexer->line;
    lexer->line_start = lexer->at;
    skip(lexer);
  }
}

tt_token_t tt_lexer_next(tt_lexer_t* lexer) {
  skip(lexer);
  tt_token_t token = {
      .kind = TT_TOKEN_EOF,
      .text = lexer->at,
      .size = 1,
      .line = lexer->line,
      .column = (uint32_t)(lexer->at - lexer->line_start) + 1,
  };
  if (lexer->at == lexer->end) {
    token.size = 0;
    return token;
  }
  const char c = *lexer->at;
  if (c == '\n') {
    token.kind = TT_TOKEN_NEWLINE;
    take_newlines(lexer);
    return token;
  }
  if (in_word(c)) {
    token.kind = TT_TOKEN_WORD;
    take_word(lexer, &token);
    return token;
  }
  if (c == '"') {
    token.kind = TT_TOKEN_STRING;
    take_string(lexer, &token);
    return token;
  }
  ++lexer->at;
  switch (c) {
    case ',':
      token.kind = TT_TOKEN_COMMA;
      return token;
    case '=':
      token.kind = TT_TOKEN_EQUAL;
      return token;
    case '{':
      token.kind = TT_TOKEN_OPEN;
      return token;
    case '}':
      token.kind = TT_TOKEN_CLOSE;
      return token;
    case '%':
    case '$':
    case '@':
      token.kind = c == '%'   ? TT_TOKEN_REG
                   : c == '$' ? TT_TOKEN_ARG
                              : TT_TOKEN_NAME;
      if (c == '@' && lexer->at < lexer->end && *lexer->at == '"') {
        take_string(lexer, &token);
      } else {
        take_word(lexer, &token);
      }
      return token;
    default:
      token.kind = TT_TOKEN_BAD;
      return token;
  }
}

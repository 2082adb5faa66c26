// Tokens of the text form. Ends of lines end statements, so they are tokens.
#ifndef TT_IREE_TILE_TEXT_LEX_H_
#define TT_IREE_TILE_TEXT_LEX_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum tt_token_kind_e {
  TT_TOKEN_EOF,
  TT_TOKEN_NEWLINE,  // one for any number of empty lines
  TT_TOKEN_WORD,     // a run of letters, digits and _ . + - ( )
  TT_TOKEN_REG,      // %word
  TT_TOKEN_ARG,      // $word
  TT_TOKEN_NAME,     // @word, or @ and a string with its quotes
  TT_TOKEN_STRING,   // with its quotes
  TT_TOKEN_COMMA,
  TT_TOKEN_EQUAL,
  TT_TOKEN_OPEN,   // {
  TT_TOKEN_CLOSE,  // }
  TT_TOKEN_BAD,    // a character that has no meaning, an unfinished string
} tt_token_kind_t;

typedef struct tt_token_t {
  tt_token_kind_t kind;
  const char* text;  // into the source; of %, $ and @ tokens what follows it
  size_t size;
  uint32_t line, column;  // from 1
} tt_token_t;

typedef struct tt_lexer_t {
  const char* at;
  const char* end;
  const char* line_start;
  uint32_t line;
} tt_lexer_t;

void tt_lexer_start(tt_lexer_t* lexer, const char* text, size_t size);
tt_token_t tt_lexer_next(tt_lexer_t* lexer);

#endif  // TT_IREE_TILE_TEXT_LEX_H_

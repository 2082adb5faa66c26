// The parser's state, shared by text_parse*.c.
#ifndef TT_IREE_TILE_TEXT_INTERNAL_H_
#define TT_IREE_TILE_TEXT_INTERNAL_H_

#include "tile/build_internal.h"
#include "tile/text_lex.h"

// What %n or $n of the text stand for, by n; numbers are free, so that a text
// may be written by hand.
typedef struct tt_text_names_t {
  tt_operand_t* operands;  // by number, TT_NONE: not assigned yet
  uint32_t operands_capacity;
  uint32_t* used;  // the numbers that are assigned
  uint32_t used_count, used_capacity;
} tt_text_names_t;

typedef struct tt_parser_t {
  const char* name;
  tt_lexer_t lexer;
  tt_token_t token;    // the one being looked at
  tt_status_t status;  // the first error
  tt_builder_t* builder;
  tt_text_names_t regs;  // of the open kernel
  tt_text_names_t args;  // of the open entry's launch program
} tt_parser_t;

// Records "name:line:col: what: found token, expected ..." unless there is an
// error already. |what| may be NULL.
void tt_parser_fail(tt_parser_t* p, const char* what, const char* expected, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool tt_parser_ok(const tt_parser_t* p) { return !p->status; }

// Goes on to the next token.
void tt_parser_advance(tt_parser_t* p);
// Takes |word| if it comes next.
bool tt_parser_accept(tt_parser_t* p, const char* word);
void tt_parser_expect(tt_parser_t* p, tt_token_kind_t kind, const char* what,
                      const char* expected);
void tt_parser_expect_end_of_line(tt_parser_t* p, const char* what);
// Takes one of |words| (NULL entries and "" never match): its index, or -1.
int tt_parser_word_of(tt_parser_t* p, const char* const* words, int count);
// Takes |prefix| and a decimal number up to |limit| (both inclusive).
uint32_t tt_parser_number(tt_parser_t* p, const char* prefix, uint32_t limit,
                          const char* what);
// Takes %n or $n, whichever comes next; the number is below TT_MAX_REGS.
uint32_t tt_parser_reg_number(tt_parser_t* p, const char* what);
// A launch value or an integer.
tt_operand_t tt_parser_launch_operand(tt_parser_t* p, tt_dtype_t dtype,
                                      const char* what);

// TT_NONE where |number| has not been assigned.
tt_operand_t tt_text_names_get(const tt_text_names_t* names, uint32_t number);
void tt_text_names_set(tt_parser_t* p, tt_text_names_t* names, uint32_t number,
                       tt_operand_t operand);

// One op of a kernel, or of the launch program when |unit| is LAUNCH, with the
// end of its line.
void tt_parser_inst(tt_parser_t* p, tt_unit_t unit);

#endif  // TT_IREE_TILE_TEXT_INTERNAL_H_

// Ops of the text form.
#include <stdio.h>
#include <string.h>

#include "tile/immediate.h"
#include "tile/text_internal.h"
#include "tile/text_words.h"

typedef struct parsed_op_t {
  tt_op_t op;
  tt_dtype_t type, type2;
  uint32_t attr;
  tt_operand_t operands[TT_MAX_OPERANDS];
  uint32_t count;
} parsed_op_t;

// ---- Mnemonic and types ----------------------------------------------------

static bool same(const char* text, size_t size, const char* word) {
  return strlen(word) == size && memcmp(text, word, size) == 0;
}

static tt_dtype_t find_dtype(const char* text, size_t size) {
  for (int i = TT_DTYPE_NONE + 1; i < TT_DTYPE_COUNT; ++i) {
    if (same(text, size, tt_dtype_desc((tt_dtype_t)i)->name)) {
      return (tt_dtype_t)i;
    }
  }
  return TT_DTYPE_NONE;
}

// Takes the next ".type" of the mnemonic's text.
static tt_dtype_t take_type(tt_parser_t* p, const char** at, const char* end,
                            uint16_t mask, const tt_op_desc_t* desc) {
  if (!mask) return TT_DTYPE_NONE;
  tt_dtype_t type = TT_DTYPE_NONE;
  if (*at < end) {
    const char* start = ++*at;
    while (*at < end && **at != '.') ++*at;
    type = find_dtype(start, (size_t)(*at - start));
  }
  if (type == TT_DTYPE_NONE) {
    tt_parser_fail(p, NULL, "%s.<type>%s", desc->mnemonic,
                   desc->types2 ? ".<source type>" : "");
  }
  return type;
}

static void parse_mnemonic(tt_parser_t* p, parsed_op_t* op) {
  if (p->token.kind != TT_TOKEN_WORD) {
    tt_parser_fail(p, NULL, "an op");
    return;
  }
  const char* text = p->token.text;
  const char* end = text + p->token.size;
  const char* at = memchr(text, '.', p->token.size);
  if (!at) at = end;
  int index = 0;
  while (index < TT_OP_COUNT &&
         !same(text, (size_t)(at - text), tt_op_descs[index].mnemonic)) {
    ++index;
  }
  if (index == TT_OP_COUNT) {
    tt_parser_fail(p, NULL, "an op");
    return;
  }
  op->op = (tt_op_t)index;
  const tt_op_desc_t* desc = &tt_op_descs[index];
  op->type = take_type(p, &at, end, desc->types, desc);
  op->type2 = take_type(p, &at, end, desc->types2, desc);
  if (at != end)
    tt_parser_fail(p, NULL, "%s without that type", desc->mnemonic);
  tt_parser_advance(p);
}

// ---- Operands --------------------------------------------------------------

static tt_operand_t parse_immediate(tt_parser_t* p, tt_dtype_t dtype,
                                    const char* what, const char* others) {
  uint64_t bits = 0;
  if (p->token.kind != TT_TOKEN_WORD ||
      !tt_immediate_parse(dtype, p->token.text, p->token.size, &bits)) {
    tt_parser_fail(p, what, "%s or a value of %s", others,
                   tt_dtype_desc(dtype)->name);
    return 0;
  }
  tt_parser_advance(p);
  return tt_builder_immediate(p->builder, bits);
}

tt_operand_t tt_parser_launch_operand(tt_parser_t* p, tt_dtype_t dtype,
                                      const char* what) {
  if (p->token.kind != TT_TOKEN_ARG) {
    return parse_immediate(p, dtype, what, "a launch value");
  }
  const tt_token_t token = p->token;
  const uint32_t number = tt_parser_reg_number(p, what);
  if (!tt_parser_ok(p)) return 0;
  const tt_operand_t value = tt_text_names_get(&p->args, number);
  if (value == TT_NONE) {
    p->token = token;
    tt_parser_fail(p, what, "a launch value assigned before");
  }
  return value;
}

static tt_operand_t parse_scalar(tt_parser_t* p, tt_dtype_t dtype,
                                 const char* what) {
  if (p->token.kind == TT_TOKEN_ARG) {
    return tt_parser_launch_operand(p, dtype, what);
  }
  if (p->token.kind != TT_TOKEN_REG) {
    return parse_immediate(p, dtype, what, "a register, a launch value");
  }
  const tt_token_t token = p->token;
  const uint32_t number = tt_parser_reg_number(p, what);
  if (!tt_parser_ok(p)) return 0;
  const tt_operand_t value = tt_text_names_get(&p->regs, number);
  if (value == TT_NONE) {
    p->token = token;
    tt_parser_fail(p, what, "a register assigned before");
  }
  return value;
}

static tt_operand_t parse_indexed(tt_parser_t* p, const char* prefix,
                                  tt_operand_kind_t kind, uint32_t limit,
                                  const char* what) {
  return tt_operand(kind, tt_parser_number(p, prefix, limit, what));
}

static bool at_dst(const tt_parser_t* p) {
  return p->token.kind == TT_TOKEN_WORD && p->token.size >= 2 &&
         p->token.text[0] == 'd' && p->token.text[1] >= '0' &&
         p->token.text[1] <= '9';
}

static tt_operand_t parse_operand(tt_parser_t* p, const parsed_op_t* op,
                                  char letter, bool launch, bool tile_form,
                                  const char* what) {
  const uint32_t most = 0x0FFFFFFF;
  tt_dtype_t dtype = TT_DTYPE_I64;
  switch (letter) {
    case 'c':
      return parse_indexed(p, "c", TT_OPERAND_CB, TT_MAX_CBS - 1, what);
    case 'v':
      return parse_indexed(p, "v", TT_OPERAND_VIEW, most, what);
    case 'd':
      return parse_indexed(p, "d", TT_OPERAND_DST, most, what);
    case 'n':
      return tt_imm(p->builder, tt_parser_number(p, "", INT32_MAX, what));
    case 's':
      dtype = tt_dtype_of_register(op->type);
      break;
    case 'u':
      dtype = op->type2;
      break;
    case 'b':
      dtype = TT_DTYPE_I1;
      break;
    default:
      break;
  }
  if (tile_form) {
    if (at_dst(p)) return parse_indexed(p, "d", TT_OPERAND_DST, most, what);
    return parse_immediate(p, dtype, what, "a DST tile");
  }
  return launch ? tt_parser_launch_operand(p, dtype, what)
                : parse_scalar(p, dtype, what);
}

static void parse_operands(tt_parser_t* p, parsed_op_t* op, bool launch,
                           bool tile_form) {
  const char* signature = tt_op_descs[op->op].signature;
  const uint32_t count = (uint32_t)strlen(signature) + tile_form;
  char what[64];
  for (op->count = 0; op->count < count && tt_parser_ok(p); ++op->count) {
    if (op->count) {
      tt_parser_expect(p, TT_TOKEN_COMMA, tt_op_descs[op->op].mnemonic, "','");
    }
    snprintf(what, sizeof(what), "operand %u of %.40s", op->count + 1,
             tt_op_descs[op->op].mnemonic);
    const bool target = tile_form && op->count == 0;
    op->operands[op->count] =
        parse_operand(p, op, target ? 'd' : signature[op->count - tile_form],
                      launch, tile_form && !target, what);
  }
}

// ---- Attributes ------------------------------------------------------------

static uint32_t expect_word(tt_parser_t* p, const char* const* words, int count,
                            const char* what, const char* expected) {
  const int index = tt_parser_word_of(p, words, count);
  if (index >= 0) return (uint32_t)index;
  tt_parser_fail(p, what, "%s", expected);
  return 0;
}

static void parse_attr(tt_parser_t* p, parsed_op_t* op) {
  const tt_op_desc_t* desc = &tt_op_descs[op->op];
  switch (desc->attr) {
    case TT_ATTR_PREDF:
      op->attr = expect_word(p, tt_word_predf, TT_PREDF_COUNT, desc->mnemonic,
                             "a predicate such as oeq or ult");
      break;
    case TT_ATTR_PREDI:
      op->attr = expect_word(p, tt_word_predi, TT_PREDI_COUNT, desc->mnemonic,
                             "a predicate such as eq or slt");
      break;
    case TT_ATTR_PARALLEL:
      if (tt_parser_accept(p, "parallel")) op->attr |= TT_ATTR_FLAG_PARALLEL;
      break;
    case TT_ATTR_BCAST: {
      const int index = tt_parser_word_of(p, tt_word_bcast, TT_BCAST_COUNT);
      if (index > 0) op->attr = (uint32_t)index;
      if (tt_parser_accept(p, "acc")) op->attr |= TT_ATTR_ACC;
      break;
    }
    case TT_ATTR_REDUCE: {
      const uint32_t pool = expect_word(p, tt_word_pool, TT_POOL_COUNT,
                                        desc->mnemonic, "sum, max or min");
      const uint32_t dim = expect_word(p, tt_word_dim, TT_REDUCE_DIM_COUNT,
                                       desc->mnemonic, "row, col or scalar");
      op->attr = TT_ATTR_REDUCE(pool, dim);
      if (tt_parser_accept(p, "acc")) op->attr |= TT_ATTR_ACC;
      break;
    }
    case TT_ATTR_TRANSPOSE:
      if (tt_parser_accept(p, "transpose")) op->attr |= TT_ATTR_FLAG_TRANSPOSE;
      break;
    default:
      break;
  }
}

// ---- Whole ops -------------------------------------------------------------

// The register that %number names, made when it is assigned first.
static tt_operand_t result_reg(tt_parser_t* p, const parsed_op_t* op,
                               uint32_t number, const tt_token_t* token) {
  const tt_dtype_t type = tt_op_result_type(op->op, op->type);
  tt_operand_t reg = tt_text_names_get(&p->regs, number);
  if (reg == TT_NONE) {
    reg = tt_build_reg(p->builder, type);
    tt_text_names_set(p, &p->regs, number, reg);
    return reg;
  }
  const tt_dtype_t before = tt_builder_operand_type(p->builder, reg);
  if (before != type && tt_builder_ok(p->builder)) {
    p->token = *token;
    tt_parser_fail(p, "result", "a register of %s, this one is %s",
                   tt_dtype_desc(type)->name, tt_dtype_desc(before)->name);
  }
  return reg;
}

static void finish_launch(tt_parser_t* p, const parsed_op_t* op,
                          uint32_t number, const tt_token_t* token) {
  if (tt_text_names_get(&p->args, number) != TT_NONE) {
    p->token = *token;
    tt_parser_fail(p, "result", "a launch value not assigned before");
    return;
  }
  const tt_operand_t value = tt_builder_launch_inst(
      p->builder, op->op, op->type, op->attr, op->operands, op->count);
  tt_text_names_set(p, &p->args, number, value);
}

void tt_parser_inst(tt_parser_t* p, tt_unit_t unit) {
  const bool launch = unit == TT_UNIT_LAUNCH;
  const tt_token_t start = p->token;
  tt_build_line(p->builder, start.line);
  const bool has_result =
      p->token.kind == (launch ? TT_TOKEN_ARG : TT_TOKEN_REG);
  uint32_t number = 0;
  if (has_result) {
    number = tt_parser_reg_number(p, "result");
    tt_parser_expect(p, TT_TOKEN_EQUAL, "result", "'='");
  }
  parsed_op_t op = {.op = TT_OP_COUNT};
  const tt_token_t mnemonic = p->token;
  if (tt_parser_ok(p)) parse_mnemonic(p, &op);
  if (!tt_parser_ok(p)) return;
  const tt_op_desc_t* desc = &tt_op_descs[op.op];
  const bool tile_form = unit == TT_UNIT_COMPUTE && !has_result &&
                         desc->op_class == TT_OP_CLASS_LANE;
  if (has_result != (desc->result != TT_RESULT_NONE && !tile_form)) {
    p->token = has_result ? mnemonic : start;
    tt_parser_fail(p, desc->mnemonic,
                   has_result ? "an op with a result" : "'%cn =' before it",
                   launch ? '$' : '%');
    return;
  }
  parse_operands(p, &op, launch, tile_form);
  parse_attr(p, &op);
  tt_parser_expect_end_of_line(p, desc->mnemonic);
  if (!tt_parser_ok(p)) return;
  if (launch) {
    finish_launch(p, &op, number, &start);
    return;
  }
  const tt_operand_t result =
      has_result ? result_reg(p, &op, number, &start) : TT_NONE;
  tt_build_inst(p->builder, op.op, op.type, op.type2, op.attr, result,
                op.operands, op.count);
}

// Writes docs/tile-ops.md from the op table.
//
//   tile_ops_doc          to standard output
//   tile_ops_doc --check FILE
//                         fails unless FILE is what would be written
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/op.h"
#include "tile/strbuf.h"

static const struct {
  tt_op_class_t op_class;
  const char* title;
  const char* text;
} sections[] = {
    {TT_OP_CLASS_CTRL, "Control", "In kernels."},
    {TT_OP_CLASS_LAUNCH, "Launch program",
     "Beside these, launch programs have the lane ops marked L, on i64."},
    {TT_OP_CLASS_LANE, "Lane ops",
     "On scalars in element loops, and on DST tiles in a compute kernel for "
     "the "
     "types under \"tile\"."},
    {TT_OP_CLASS_MOVE, "Elements and data movement",
     "Between views (DRAM), registers and the pages of circular buffers."},
    {TT_OP_CLASS_CB, "Circular buffers", ""},
    {TT_OP_CLASS_DST, "DST registers", ""},
    {TT_OP_CLASS_TILE, "FPU, unpack and pack", "On waited and reserved pages."},
    {TT_OP_CLASS_RESERVED, "Reserved",
     "Communication between cores: the numbers are kept, the verifier refuses "
     "them."},
};

static void print_types(tt_strbuf_t* out, uint16_t mask) {
  bool first = true;
  for (int i = TT_DTYPE_NONE + 1; i < TT_DTYPE_COUNT; ++i) {
    if (!(mask & 1u << i)) continue;
    tt_strbuf_print(out, "%s%s", first ? "" : " ",
                    tt_dtype_desc((tt_dtype_t)i)->name);
    first = false;
  }
}

static void print_operands(tt_strbuf_t* out, const char* signature) {
  for (const char* at = signature; *at; ++at) {
    const char* name = *at == 's'   ? "a"
                       : *at == 'u' ? "a of the second type"
                       : *at == 'b' ? "i1"
                       : *at == 'i' ? "i64"
                       : *at == 'n' ? "count"
                       : *at == 'c' ? "CB"
                       : *at == 'v' ? "view"
                                    : "DST";
    tt_strbuf_print(out, "%s%s", at == signature ? "" : ", ", name);
  }
}

static void print_op(tt_strbuf_t* out, const tt_op_desc_t* desc) {
  static const char* const results[] = {"", "its type", "i1", "i64"};
  static const char* const attrs[] = {"",     "predicate", "predicate",
                                      "flag", "broadcast", "pool, dimension",
                                      "flag"};
  tt_strbuf_print(out, "| `%s` | ", desc->mnemonic);
  for (int unit = 0; unit < 4; ++unit) {
    if (desc->units & 1u << unit) tt_strbuf_print(out, "%c", "RCWL"[unit]);
  }
  tt_strbuf_print(out, " | ");
  print_operands(out, desc->signature);
  tt_strbuf_print(out, " | %s | ", results[desc->result]);
  print_types(out, desc->types);
  if (desc->types2) {
    tt_strbuf_print(out, "; from ");
    print_types(out, desc->types2);
  }
  tt_strbuf_print(out, " | ");
  print_types(out, desc->tile_types);
  tt_strbuf_print(out, " | %s | ", attrs[desc->attr]);
  if (desc->ulp) tt_strbuf_print(out, "%u", desc->ulp);
  tt_strbuf_print(out, " | ");
  // A bar would end the column.
  for (const char* at = desc->doc; *at; ++at) {
    tt_strbuf_print(out, *at == '|' ? "\\%c" : "%c", *at);
  }
  tt_strbuf_print(out, " |\n");
}

static void print_doc(tt_strbuf_t* out) {
  tt_strbuf_print(
      out,
      "# Ops of the tile program\n\n"
      "Written by `tile_ops_doc` from `tile/ops.def`; do not edit.\n"
      "`docs/tile-ir.md` explains the text form.\n\n"
      "Units: R reader, C compute, W writer, L launch program. \"a\" is a "
      "scalar of the\nop's type, a count an integer from 0. ulp: tolerance "
      "against the correctly rounded\nresult in units in the last place; none: "
      "exact.\n");
  for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); ++i) {
    tt_strbuf_print(out, "\n## %s\n\n", sections[i].title);
    if (*sections[i].text) tt_strbuf_print(out, "%s\n\n", sections[i].text);
    tt_strbuf_print(out,
                    "| Op | Units | Operands | Result | Types | Tile | "
                    "Attributes | ulp | What |\n"
                    "|---|---|---|---|---|---|---|---|---|\n");
    for (int op = 0; op < TT_OP_COUNT; ++op) {
      if (tt_op_descs[op].op_class == sections[i].op_class) {
        print_op(out, &tt_op_descs[op]);
      }
    }
  }
}

static bool equals_file(const char* path, const char* text, size_t size) {
  FILE* file = fopen(path, "rb");
  if (!file) return false;
  char* found = malloc(size + 1);
  const bool equal = found && fread(found, 1, size + 1, file) == size &&
                     memcmp(found, text, size) == 0;
  free(found);
  fclose(file);
  return equal;
}

int main(int argc, char** argv) {
  const bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
  if (argc != 1 && !check) {
    fprintf(stderr, "usage: %s [--check FILE]\n", argv[0]);
    return 2;
  }
  tt_strbuf_t out = {0};
  print_doc(&out);
  char* text = NULL;
  size_t size = 0;
  tt_status_t status = tt_strbuf_finish(&out, &text, &size);
  int result = 0;
  if (status) {
    fprintf(stderr, "%s\n", tt_status_message(status));
    result = 1;
  } else if (!check) {
    result = fwrite(text, 1, size, stdout) == size ? 0 : 1;
  } else if (!equals_file(argv[2], text, size)) {
    fprintf(stderr, "%s is not what tile_ops_doc writes; run it anew\n",
            argv[2]);
    result = 1;
  }
  tt_status_free(status);
  free(text);
  return result;
}

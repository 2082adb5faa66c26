// Which op of a kernel a place is, for people.

#include <stdlib.h>
#include <string.h>

#include "tile/emit.h"
#include "tile/strbuf.h"

// The text of line |line| of |text|, without indentation.
static void append_line(const char* text, uint32_t line, tt_strbuf_t* out) {
  for (uint32_t i = 1; i < line && *text; ++i) {
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
  text += strspn(text, " ");
  tt_strbuf_append(out, text, strcspn(text, "\n"));
}

tt_status_t tt_emit_describe_place(const tt_program_t* program, uint32_t entry,
                                   uint32_t phase, tt_unit_t unit,
                                   uint32_t place, char** out_text) {
  const tt_phase_t* p =
      &program->phases[program->entries[entry].first_phase + phase];
  uint32_t op = place & ~(uint32_t)TT_EMIT_PLACE_STOPPED;
  uint32_t kernel = p->kernels[unit];
  tt_strbuf_t out = {0};
  if (kernel == TT_NONE || op == 0 ||
      op > program->kernels[kernel].inst_count) {
    tt_strbuf_print(&out, "no op yet");
    return tt_strbuf_finish(&out, out_text, NULL);
  }
  uint32_t inst = program->kernels[kernel].first_inst + op - 1;
  // Printing and reading gives the same ops, with the lines they are on.
  char* text = NULL;
  size_t size = 0;
  tt_program_t* again = NULL;
  TT_RETURN_IF_ERROR(tt_program_print(program, &text, &size));
  tt_status_t status = tt_program_parse(text, size, "place", &again);
  if (!status) {
    uint32_t line = program->insts[inst].line;
    append_line(text, again->insts[inst].line, &out);
    tt_strbuf_print(&out, " (line %u)", line ? line : again->insts[inst].line);
    status = tt_strbuf_finish(&out, out_text, NULL);
  }
  tt_program_free(again);
  free(text);
  return status;
}

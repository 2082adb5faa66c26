#include "compiler/plugins/target/tenstorrent/ttc_codegen_describe.h"

tt_status_t ttc_codegen_describe(const ttc_codegen_options_t* options,
                                 const tt_program_t* program, uint32_t entry,
                                 ttc_codegen_entry_t* out_entry) {
  out_entry->phases = (int32_t)program->entries[entry].phase_count;
  if (options->want_tile_text) {
    size_t size;
    TT_RETURN_IF_ERROR(
        tt_program_print(program, &out_entry->tile_text, &size));
  }
  return NULL;
}

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"

tt_status_t ttc_codegen_executable(const ttc_codegen_options_t* options,
                                   MlirOperation variant,
                                   ttc_codegen_output_t* out) {
  return tt_status_make(
      TT_CODE_UNIMPLEMENTED,
      "'hal.executable.variant' op: code generation is not implemented yet");
}

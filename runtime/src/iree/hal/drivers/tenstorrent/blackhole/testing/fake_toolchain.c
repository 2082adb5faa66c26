#include "fake_toolchain.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct tt_toolchain_t {
  int unused;
};

static _Atomic uint32_t phases;

uint32_t fake_toolchain_phases(void) { return phases; }

tt_status_t tt_toolchain_create(const tt_toolchain_options_t* options,
                                tt_toolchain_t** out_toolchain) {
  *out_toolchain = NULL;
  if (options->compiler && !strcmp(options->compiler, "none")) {
    return tt_status_make(TT_CODE_NOT_FOUND, "no compiler");
  }
  *out_toolchain = calloc(1, sizeof(**out_toolchain));
  return NULL;
}

void tt_toolchain_destroy(tt_toolchain_t* toolchain) { free(toolchain); }

// One segment of |size| bytes |value| at |address| for each processor.
static tt_binary_t* make_code(uint32_t address, uint32_t size, uint8_t value) {
  tt_binary_t* code = calloc(1, sizeof(*code));
  code->segment_count = TT_PROCESSOR_COUNT;
  code->segments = calloc(TT_PROCESSOR_COUNT, sizeof(*code->segments));
  code->byte_count = TT_PROCESSOR_COUNT * size;
  code->bytes = malloc(code->byte_count);
  memset(code->bytes, value, code->byte_count);
  for (uint32_t p = 0; p < TT_PROCESSOR_COUNT; ++p) {
    code->entry[p] = address + p * size;
    code->segments[p] = (tt_binary_segment_t){.processor = p,
                                              .address = code->entry[p],
                                              .size = size,
                                              .offset = p * size};
  }
  return code;
}

tt_status_t tt_toolchain_firmware(tt_toolchain_t* toolchain,
                                  const tt_toolchain_target_t* target,
                                  tt_binary_t** out_code) {
  *out_code = make_code(14400, 64, 0xF0);
  return NULL;
}

tt_status_t tt_toolchain_phase(tt_toolchain_t* toolchain,
                               const tt_toolchain_target_t* target,
                               const tt_program_t* program, uint32_t entry,
                               uint32_t phase, tt_binary_t** out_code) {
  ++phases;
  *out_code = make_code(target->text_base, 32, (uint8_t)(0xA0 + phase));
  return NULL;
}

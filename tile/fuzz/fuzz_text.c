#include <stdlib.h>
#include <string.h>

#include "tile/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tt_program_t* program = NULL;
  tt_status_t status =
      tt_program_parse((const char*)data, size, "fuzz", &program);
  if (!status) tt_fuzz_use(program);
  tt_status_free(status);
  tt_program_free(program);
  return 0;
}

uint8_t* tt_fuzz_seed(const char* text, size_t size, size_t* out_size) {
  uint8_t* copy = malloc(size);
  if (copy) memcpy(copy, text, size);
  *out_size = size;
  return copy;
}

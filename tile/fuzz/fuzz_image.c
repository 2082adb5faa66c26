#include <stdlib.h>
#include <string.h>

#include "tile/fuzz/fuzz.h"
#include "tile/image.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  size_t offset = 0, found = 0;
  if (tt_image_find(data, size, &offset, &found) &&
      (offset > size || found > size - offset)) {
    __builtin_trap();
  }
  // A mutated image has the wrong checksum, and nothing behind that check would
  // ever be reached: seal it anew.
  uint8_t* image = malloc(size ? size : 1);
  memcpy(image, data, size);
  if (size >= sizeof(tt_image_header_t)) tt_image_seal(image, size);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_read_image(image, size, &program);
  if (!status) tt_fuzz_use(program);
  tt_status_free(status);
  tt_program_free(program);
  free(image);
  return 0;
}

uint8_t* tt_fuzz_seed(const char* text, size_t size, size_t* out_size) {
  tt_program_t* program = NULL;
  uint8_t* image = NULL;
  tt_status_t status = tt_program_parse(text, size, "seed", &program);
  if (!status) status = tt_program_write_image(program, &image, out_size);
  tt_status_free(status);
  tt_program_free(program);
  return image;
}

// Works on tile programs by hand.
//
//   tt-tile check FILE          text or image: verify it
//   tt-tile print FILE          the text form
//   tt-tile image FILE OUT      the image, also as a seed for fuzz_image
//   tt-tile emit FILE ENTRY PHASE reader|compute|writer
//                               the kernel as TT-Metal C++
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/emit.h"
#include "tile/image.h"

static char* read_file(const char* path, size_t* out_size) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  char* text = NULL;
  size_t size = 0, capacity = 0;
  for (;;) {
    if (size == capacity) {
      capacity = capacity ? capacity * 2 : 65536;
      char* grown = realloc(text, capacity);
      if (!grown) {
        free(text);
        text = NULL;
        break;
      }
      text = grown;
    }
    const size_t got = fread(text + size, 1, capacity - size, file);
    if (got == 0) break;
    size += got;
  }
  fclose(file);
  *out_size = size;
  return text;
}

static tt_status_t load(const char* path, tt_program_t** out_program) {
  size_t size = 0;
  char* text = read_file(path, &size);
  if (!text) {
    return tt_status_make(TT_CODE_NOT_FOUND, "cannot read %s", path);
  }
  const bool is_image = size >= 4 && memcmp(text, "TTIM", 4) == 0;
  tt_status_t status =
      is_image ? tt_status_prefix(
                     tt_program_read_image(text, size, out_program), "%s", path)
               : tt_program_parse(text, size, path, out_program);
  free(text);
  return status;
}

static tt_status_t save(FILE* file, const void* data, size_t size) {
  const bool written = file && fwrite(data, 1, size, file) == size;
  return written ? NULL : tt_status_make(TT_CODE_UNKNOWN, "cannot write");
}

static tt_status_t print(const tt_program_t* program) {
  char* text = NULL;
  size_t size = 0;
  tt_status_t status = tt_program_print(program, &text, &size);
  if (!status) status = save(stdout, text, size);
  free(text);
  return status;
}

static tt_status_t write_image(const tt_program_t* program, const char* path) {
  uint8_t* image = NULL;
  size_t size = 0;
  tt_status_t status = tt_program_write_image(program, &image, &size);
  if (!status) {
    FILE* file = fopen(path, "wb");
    status = save(file, image, size);
    if (file && fclose(file) && !status) {
      status = tt_status_make(TT_CODE_UNKNOWN, "cannot write");
    }
  }
  free(image);
  return tt_status_prefix(status, "%s", path);
}

static tt_status_t emit(const tt_program_t* program, char** words) {
  static const char* const units[] = {"reader", "compute", "writer"};
  int unit = 0;
  while (unit < TT_UNIT_KERNEL_COUNT && strcmp(units[unit], words[2]) != 0) {
    ++unit;
  }
  const unsigned long entry = strtoul(words[0], NULL, 10);
  const unsigned long phase = strtoul(words[1], NULL, 10);
  if (unit == TT_UNIT_KERNEL_COUNT || entry >= program->entries_count ||
      phase >= program->entries[entry].phase_count) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "no entry %s, phase %s, kernel %s", words[0],
                          words[1], words[2]);
  }
  char* text = NULL;
  size_t size = 0;
  tt_status_t status = tt_emit_kernel(program, (uint32_t)entry, (uint32_t)phase,
                                      (tt_unit_t)unit, &text, &size);
  if (!status) status = save(stdout, text, size);
  free(text);
  return status;
}

int main(int argc, char** argv) {
  const char* verb = argc >= 3 ? argv[1] : "";
  const bool known = (argc == 3 && strcmp(verb, "check") == 0) ||
                     (argc == 3 && strcmp(verb, "print") == 0) ||
                     (argc == 4 && strcmp(verb, "image") == 0) ||
                     (argc == 6 && strcmp(verb, "emit") == 0);
  if (!known) {
    fprintf(stderr,
            "usage: %s check FILE | print FILE | image FILE OUT |\n"
            "       emit FILE ENTRY PHASE reader|compute|writer\n",
            argv[0]);
    return 2;
  }
  tt_program_t* program = NULL;
  tt_status_t status = load(argv[2], &program);
  if (!status && verb[0] == 'p') status = print(program);
  if (!status && verb[0] == 'i') status = write_image(program, argv[3]);
  if (!status && verb[0] == 'e') status = emit(program, argv + 3);
  if (status) fprintf(stderr, "%s\n", tt_status_message(status));
  const int result = status ? 1 : 0;
  tt_status_free(status);
  tt_program_free(program);
  return result;
}

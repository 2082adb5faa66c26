// Runs a fuzz target without libFuzzer: every golden program as it is, then
// mutations of them for a given time. The inputs depend only on the seed and
// their number, so a failure is found again with the same arguments.
//
//   fuzz_x SECONDS SEED FILE.tile...
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tile/fuzz/fuzz.h"
#include "tile/testing.h"

typedef struct input_t {
  uint8_t* data;
  size_t size;
} input_t;

static uint64_t state;

static uint32_t pick(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return below ? (uint32_t)(state >> 32) % below : 0;
}

static void run(const uint8_t* data, size_t size) {
  // A copy of its own size, so that a read past the end is seen.
  uint8_t* copy = malloc(size ? size : 1);
  memcpy(copy, data, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
}

static void mutate_word(uint8_t* data, size_t size) {
  static const uint32_t words[] = {
      0,     1,          2,           31,          32,         255,
      65535, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFFFu, 0x10000000, 0x20000000};
  if (size < 4) return;
  uint32_t word = 0;
  uint8_t* at = data + pick((uint32_t)(size / 4)) * 4;
  memcpy(&word, at, 4);
  switch (pick(4)) {
    case 0:
      word = words[pick(sizeof(words) / sizeof(words[0]))];
      break;
    case 1:
      word += pick(3) - 1;
      break;
    case 2:
      word = pick(64);
      break;
    default:
      memcpy(&word, data + pick((uint32_t)(size / 4)) * 4, 4);
      break;
  }
  memcpy(at, &word, 4);
}

// Copies |length| bytes of |from| over or into |input|, which has room for
// twice its size.
static void splice(input_t* input, const input_t* from, size_t room) {
  if (!from->size) return;
  const size_t start = pick((uint32_t)from->size);
  size_t length = 1 + pick(64);
  if (length > from->size - start) length = from->size - start;
  const size_t at = pick((uint32_t)input->size + 1);
  if (pick(2) && input->size + length <= room) {
    memmove(input->data + at + length, input->data + at, input->size - at);
    input->size += length;
  } else if (length > input->size - at) {
    length = input->size - at;
  }
  memcpy(input->data + at, from->data + start, length);
}

static void cut(input_t* input) {
  if (!input->size) return;
  const size_t at = pick((uint32_t)input->size);
  size_t length = pick(4) ? 1 + pick(64) : input->size;
  if (length > input->size - at) length = input->size - at;
  memmove(input->data + at, input->data + at + length,
          input->size - at - length);
  input->size -= length;
}

static void mutate(input_t* input, const input_t* inputs, size_t count,
                   size_t room) {
  const uint32_t changes = 1 + pick(4);
  for (uint32_t i = 0; i < changes; ++i) {
    switch (pick(8)) {
      case 0:
        cut(input);
        break;
      case 1:
        splice(input, &inputs[pick((uint32_t)count)], room);
        break;
      case 2:
      case 3:
        if (input->size) {
          input->data[pick((uint32_t)input->size)] ^= (uint8_t)(1u << pick(8));
        }
        break;
      case 4:
        if (input->size) {
          input->data[pick((uint32_t)input->size)] = (uint8_t)(' ' + pick(95));
        }
        break;
      default:
        mutate_word(input->data, input->size);
        break;
    }
  }
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: %s SECONDS SEED FILE.tile...\n", argv[0]);
    return 2;
  }
  const double seconds = atof(argv[1]);
  state = strtoull(argv[2], NULL, 10) * 2 + 1;
  const size_t count = (size_t)argc - 3;
  input_t* inputs = calloc(count, sizeof(*inputs));
  size_t room = 0;
  for (size_t i = 0; i < count; ++i) {
    size_t size = 0;
    char* text = tt_testing_read(argv[i + 3], &size);
    if (text) inputs[i].data = tt_fuzz_seed(text, size, &inputs[i].size);
    free(text);
    if (!inputs[i].data) {
      fprintf(stderr, "cannot use %s\n", argv[i + 3]);
      return 1;
    }
    if (inputs[i].size * 2 > room) room = inputs[i].size * 2;
    run(inputs[i].data, inputs[i].size);
  }
  input_t input = {.data = malloc(room)};
  uint64_t runs = 0;
  const time_t start = time(NULL);
  while (difftime(time(NULL), start) < seconds) {
    const input_t* from = &inputs[pick((uint32_t)count)];
    memcpy(input.data, from->data, from->size);
    input.size = from->size;
    mutate(&input, inputs, count, room);
    run(input.data, input.size);
    ++runs;
  }
  printf("%zu seeds, %" PRIu64 " mutations\n", count, runs);
  for (size_t i = 0; i < count; ++i) free(inputs[i].data);
  free(inputs);
  free(input.data);
  return 0;
}

// Images read back as written; cut short or with any byte changed they give an
// error. Changed and sealed anew, as only an attacker would, they give an error
// or another valid program, never more.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka.h needs the headers above it.
#include <cmocka.h>

#include "tile/crc64.h"
#include "tile/image.h"
#include "tile/testing.h"

static uint8_t* write_image(const char* path, size_t* out_size) {
  tt_program_t* program = tt_testing_parse_file(path);
  uint8_t* image = NULL;
  assert_null(tt_program_write_image(program, &image, out_size));
  tt_program_free(program);
  return image;
}

static void check_round_trip(const char* path, void* context) {
  tt_program_t* program = tt_testing_parse_file(path);
  uint8_t* image = NULL;
  size_t size = 0;
  assert_null(tt_program_write_image(program, &image, &size));
  tt_program_t* again = NULL;
  tt_status_t status = tt_program_read_image(image, size, &again);
  if (status) fail_msg("%s: %s", path, tt_status_message(status));
  assert_true(tt_testing_equal(program, again));
  for (uint32_t i = 0; i < program->insts_count; ++i) {
    assert_int_equal(program->insts[i].line, again->insts[i].line);
  }
  free(image);
  tt_program_free(program);
  tt_program_free(again);
}

static void test_round_trip(void** state) {
  assert_true(tt_testing_each_golden(check_round_trip, NULL) >= 10);
}

static void test_empty_program(void** state) {
  tt_program_t empty = {0};
  uint8_t* image = NULL;
  size_t size = 0;
  assert_null(tt_program_write_image(&empty, &image, &size));
  tt_program_t* program = NULL;
  assert_null(tt_program_read_image(image, size, &program));
  assert_int_equal(program->entries_count, 0);
#define X(type, member, limit) assert_non_null(program->member);
  TT_PROGRAM_ARRAYS(X)
#undef X
  tt_program_free(program);
  free(image);
}

// A copy of its own size, so that a read past the end is seen.
static tt_status_t read_copy(const uint8_t* image, size_t size,
                             tt_program_t** out_program) {
  uint8_t* copy = malloc(size ? size : 1);
  memcpy(copy, image, size);
  tt_status_t status = tt_program_read_image(copy, size, out_program);
  free(copy);
  return status;
}

static void check_truncation(const char* path, void* context) {
  size_t size = 0;
  uint8_t* image = write_image(path, &size);
  for (size_t cut = 0; cut < size; ++cut) {
    tt_program_t* program = NULL;
    tt_status_t status = read_copy(image, cut, &program);
    assert_non_null(status);
    assert_null(program);
    assert_int_equal(tt_status_code(status), TT_CODE_INVALID_ARGUMENT);
    tt_status_free(status);
  }
  free(image);
}

static void test_truncation(void** state) {
  tt_testing_each_golden(check_truncation, NULL);
}

// Published for CRC-64/XZ; and a sum may be taken in pieces.
static void test_crc64(void** state) {
  static const char digits[] = "123456789";
  assert_true(tt_crc64(0, digits, 9) == UINT64_C(0x995DC9BBDF1939FA));
  for (size_t cut = 0; cut <= 9; ++cut) {
    const uint64_t first = tt_crc64(0, digits, cut);
    assert_true(tt_crc64(first, digits + cut, 9 - cut) ==
                UINT64_C(0x995DC9BBDF1939FA));
  }
}

// The next byte to change. Time grows with the square of an image's size, so
// of large images behind the header it is every seventh: all parts of records.
static size_t next_byte(size_t at, size_t size) {
  return at < sizeof(tt_image_header_t) || size < 8192 ? at + 1 : at + 7;
}

static void expect_damage(const char* path, uint8_t* image, size_t size,
                          size_t at, uint8_t flip) {
  image[at] ^= flip;
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_read_image(image, size, &program);
  if (tt_status_code(status) != TT_CODE_INVALID_ARGUMENT || program) {
    fail_msg("%s: byte %zu ^ %u is read", path, at, flip);
  }
  // The three words that are looked at before it name themselves.
  const bool named = (at < 8) || (at >= 16 && at < 24);
  if (!named && !strstr(tt_status_message(status), "checksum")) {
    fail_msg("%s: byte %zu: %s", path, at, tt_status_message(status));
  }
  tt_status_free(status);
  image[at] ^= flip;
}

// Every bit of every byte of one image, a change a byte of the others.
static void check_damage(const char* path, void* context) {
  size_t size = 0;
  uint8_t* image = write_image(path, &size);
  for (size_t at = 0; at < size; at = next_byte(at, size)) {
    expect_damage(path, image, size, at, (uint8_t)(1 + at * 37 % 255));
    for (int bit = 0; bit < 8 && strstr(path, "add_flat"); ++bit) {
      expect_damage(path, image, size, at, (uint8_t)(1u << bit));
    }
  }
  free(image);
}

static void test_damage(void** state) {
  tt_testing_each_golden(check_damage, NULL);
}

// A program from a changed image must still print, parse and verify.
static void check_usable(const tt_program_t* program) {
  char* text = NULL;
  size_t size = 0;
  assert_null(tt_program_print(program, &text, &size));
  tt_program_t* again = NULL;
  tt_status_t status = tt_program_parse(text, size, "printed", &again);
  if (status) fail_msg("%s\n%s", tt_status_message(status), text);
  tt_program_free(again);
  free(text);
}

static void check_corruption(const char* path, void* context) {
  size_t* valid = context;
  size_t size = 0;
  uint8_t* image = write_image(path, &size);
  for (size_t at = 0; at < size; at = next_byte(at, size)) {
    // One bit a byte, each bit in turn; the header in full.
    const int first = at < sizeof(tt_image_header_t) ? 0 : (int)(at % 8);
    const int last = at < sizeof(tt_image_header_t) ? 7 : first;
    for (int bit = first; bit <= last; ++bit) {
      image[at] ^= (uint8_t)(1u << bit);
      tt_image_seal(image, size);
      tt_program_t* program = NULL;
      tt_status_t status = tt_program_read_image(image, size, &program);
      assert_true((status != NULL) == (program == NULL));
      // Sealing mends a flipped checksum.
      const bool sum = at >= offsetof(tt_image_header_t, checksum) &&
                       at < offsetof(tt_image_header_t, sections);
      if (sum) {
        assert_non_null(program);
      } else if (program) {
        // Most are valid for the same reasons (lines, constants).
        if ((*valid)++ % 8 == 0) check_usable(program);
      } else if (tt_status_code(status) != TT_CODE_INVALID_ARGUMENT) {
        fail_msg("%s: byte %zu: %s", path, at, tt_status_message(status));
      }
      tt_status_free(status);
      tt_program_free(program);
      image[at] ^= (uint8_t)(1u << bit);
    }
  }
  free(image);
}

static void test_corruption(void** state) {
  size_t valid = 0;
  tt_testing_each_golden(check_corruption, &valid);
  // Constants and lines may take any value.
  assert_true(valid > 0);
}

static void expect_message(uint8_t* image, size_t size, const char* message) {
  if (size >= sizeof(tt_image_header_t)) tt_image_seal(image, size);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_read_image(image, size, &program);
  assert_non_null(status);
  assert_string_equal(tt_status_message(status), message);
  tt_status_free(status);
}

static void test_messages(void** state) {
  size_t size = 0;
  uint8_t* image = write_image("testdata/add_flat.tile", &size);
  tt_image_header_t header;
  memcpy(&header, image, sizeof(header));

  expect_message(image, 10, "image: found 10 bytes, expected a header of 272");
  tt_image_header_t changed = header;
  changed.version = 1;
  memcpy(image, &changed, sizeof(changed));
  expect_message(image, size, "image, byte 4: found version 1, expected 5");
  changed = header;
  changed.chip = 0;
  memcpy(image, &changed, sizeof(changed));
  expect_message(image, size, "image, byte 8: found chip 0, expected 45376");
  changed = header;
  changed.sections[1].offset += 64;
  memcpy(image, &changed, sizeof(changed));
  expect_message(image, size,
                 "section phases: image, byte 48: found offset 448, expected "
                 "384");
  changed = header;
  changed.sections[0].count = 65537;
  memcpy(image, &changed, sizeof(changed));
  expect_message(image, size,
                 "section entries: image, byte 40: found a count above the "
                 "limit: 65537, expected 65536");
  changed = header;
  changed.sections[13].count = 0xFFFFFF;
  memcpy(image, &changed, sizeof(changed));
  tt_image_seal(image, size);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_read_image(image, size, &program);
  assert_non_null(strstr(tt_status_message(status), "section data ends at"));
  tt_status_free(status);
  free(image);
}

static void test_checksum_message(void** state) {
  size_t size = 0;
  uint8_t* image = write_image("testdata/add_flat.tile", &size);
  tt_image_header_t header;
  memcpy(&header, image, sizeof(header));
  image[size - 1] ^= 1;
  uint8_t* sealed = malloc(size);
  memcpy(sealed, image, size);
  tt_image_seal(sealed, size);
  tt_image_header_t found;
  memcpy(&found, sealed, sizeof(found));
  free(sealed);
  char expected[200];
  snprintf(expected, sizeof(expected),
           "image: found bytes with checksum %016llx, expected %016llx "
           "(byte 24): it was damaged since it was made",
           (unsigned long long)found.checksum,
           (unsigned long long)header.checksum);
  tt_program_t* program = NULL;
  tt_status_t status = tt_program_read_image(image, size, &program);
  assert_string_equal(tt_status_message(status), expected);
  tt_status_free(status);
  free(image);
}

static void test_find(void** state) {
  size_t size = 0;
  uint8_t* image = write_image("testdata/add_flat.tile", &size);
  // Noise with the magic number in it, an image, more noise, another, a stump.
  const size_t total = 3 + 4 + size + 7 + size + size / 2;
  uint8_t* blob = calloc(1, total);
  memcpy(blob + 3, "TTIM", 4);
  const size_t first = 7, second = first + size + 7;
  memcpy(blob + first, image, size);
  memcpy(blob + second, image, size);
  memcpy(blob + second + size, image, size / 2);

  size_t at = 0, found = 0;
  blob[first + size - 1] ^= 1;  // found all the same, and refused when read
  assert_true(tt_image_find(blob, total, &at, &found));
  blob[first + size - 1] ^= 1;
  assert_int_equal(at, first);
  assert_int_equal(found, size);
  tt_program_t* program = NULL;
  assert_null(tt_program_read_image(blob + at, found, &program));
  tt_program_free(program);
  at += found;
  assert_true(tt_image_find(blob, total, &at, &found));
  assert_int_equal(at, second);
  at += found;
  assert_false(tt_image_find(blob, total, &at, &found));
  at = 0;
  assert_false(tt_image_find(blob, 0, &at, &found));
  free(blob);
  free(image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_empty_program),
      cmocka_unit_test(test_truncation),
      cmocka_unit_test(test_crc64),
      cmocka_unit_test(test_damage),
      cmocka_unit_test(test_corruption),
      cmocka_unit_test(test_messages),
      cmocka_unit_test(test_checksum_message),
      cmocka_unit_test(test_find),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

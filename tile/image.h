// The binary image of a tile program (docs/image-format.md): a header, a table
// of sections, and the arrays of tt_program_t, little-endian.
#ifndef TT_IREE_TILE_IMAGE_H_
#define TT_IREE_TILE_IMAGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tile/program.h"

enum {
  TT_IMAGE_MAGIC = 0x4D495454,  // "TTIM"
  TT_IMAGE_VERSION = 5,
#define X(type, member, limit) +1
  TT_IMAGE_SECTION_COUNT = 0 TT_PROGRAM_ARRAYS(X),
#undef X
  TT_IMAGE_SECTION_ALIGN = 64,
};

typedef struct tt_image_section_t {
  uint64_t offset;        // in the image; a multiple of TT_IMAGE_SECTION_ALIGN
  uint32_t count;         // of elements
  uint32_t element_size;  // in bytes
} tt_image_section_t;
_Static_assert(sizeof(tt_image_section_t) == 16, "image record");

typedef struct tt_image_header_t {
  uint32_t magic;
  uint32_t version;
  uint32_t chip;  // tt_chip_t.id
  uint32_t section_count;
  uint64_t size;      // of the whole image in bytes
  uint64_t checksum;  // CRC-64/XZ of all bytes but these eight
  tt_image_section_t sections[TT_IMAGE_SECTION_COUNT];
} tt_image_header_t;
_Static_assert(sizeof(tt_image_header_t) == 32 + 16 * TT_IMAGE_SECTION_COUNT,
               "image record");

// Writes the checksum that the bytes of |image| have: the last thing its writer
// does, and whoever changes one on purpose. |size| is at least a header's.
void tt_image_seal(void* image, size_t size);

// Finds the next image inside |data| (a .vmfb, say) at or after |*offset|: a
// plausible header whose image ends within |size|. Sets |*offset| and
// |*out_size|; the image is not otherwise checked (a damaged one is found, for
// tt_program_read_image to name the damage) and need not be aligned.
bool tt_image_find(const void* data, size_t size, size_t* offset,
                   size_t* out_size);

#endif  // TT_IREE_TILE_IMAGE_H_

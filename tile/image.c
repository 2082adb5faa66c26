#include "tile/image.h"

#include <stdlib.h>
#include <string.h>

#include "tile/chip.h"
#include "tile/crc64.h"

// Records are copied as they are.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "images are little-endian, and so must the host be");

static uint64_t align_section(uint64_t offset) {
  return (offset + TT_IMAGE_SECTION_ALIGN - 1) &
         ~(uint64_t)(TT_IMAGE_SECTION_ALIGN - 1);
}

static tt_image_header_t make_header(const tt_program_t* program) {
  tt_image_header_t header = {
      .magic = TT_IMAGE_MAGIC,
      .version = TT_IMAGE_VERSION,
      .chip = tt_chip_blackhole.id,
      .section_count = TT_IMAGE_SECTION_COUNT,
  };
  uint64_t end = sizeof(header);
  tt_image_section_t* section = header.sections;
#define X(type, member, limit)                                      \
  *section = (tt_image_section_t){.offset = align_section(end),     \
                                  .count = program->member##_count, \
                                  .element_size = sizeof(type)};    \
  end = section->offset + (uint64_t)section->count * sizeof(type);  \
  ++section;
  TT_PROGRAM_ARRAYS(X)
#undef X
  header.size = end;
  return header;
}

#define FIELD(member) ((unsigned)offsetof(tt_image_header_t, member))

static uint64_t checksum(const uint8_t* image, size_t size) {
  const size_t behind = FIELD(checksum) + sizeof(uint64_t);
  return tt_crc64(tt_crc64(0, image, FIELD(checksum)), image + behind,
                  size - behind);
}

void tt_image_seal(void* image, size_t size) {
  const uint64_t sum = checksum(image, size);
  memcpy((uint8_t*)image + FIELD(checksum), &sum, sizeof(sum));
}

tt_status_t tt_program_write_image(const tt_program_t* program,
                                   uint8_t** out_image, size_t* out_size) {
  *out_image = NULL;
  *out_size = 0;
  const tt_image_header_t header = make_header(program);
  uint8_t* image = calloc(1, header.size);
  if (!image) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for an image of %llu bytes",
                          (unsigned long long)header.size);
  }
  memcpy(image, &header, sizeof(header));
  const tt_image_section_t* section = header.sections;
#define X(type, member, limit)                       \
  if (section->count) {                              \
    memcpy(image + section->offset, program->member, \
           section->count * sizeof(type));           \
  }                                                  \
  ++section;
  TT_PROGRAM_ARRAYS(X)
#undef X
  tt_image_seal(image, header.size);
  *out_image = image;
  *out_size = header.size;
  return NULL;
}

// ---- Reading ---------------------------------------------------------------

static tt_status_t malformed(uint64_t at, const char* what, uint64_t found,
                             uint64_t expected) {
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "image, byte %llu: found %s %llu, expected %llu",
                        (unsigned long long)at, what, (unsigned long long)found,
                        (unsigned long long)expected);
}

// What must hold for the checksum to be where it is looked for.
static tt_status_t check_kind(const tt_image_header_t* header, size_t size) {
  if (header->magic != TT_IMAGE_MAGIC) {
    return malformed(FIELD(magic), "magic number", header->magic,
                     TT_IMAGE_MAGIC);
  }
  if (header->version != TT_IMAGE_VERSION) {
    return malformed(FIELD(version), "version", header->version,
                     TT_IMAGE_VERSION);
  }
  if (header->size != size) {
    return malformed(FIELD(size), "size", header->size, size);
  }
  return NULL;
}

static tt_status_t check_checksum(const tt_image_header_t* header,
                                  const uint8_t* image) {
  const uint64_t found = checksum(image, header->size);
  if (found == header->checksum) return NULL;
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "image: found bytes with checksum %016llx, expected "
                        "%016llx (byte %u): it was damaged since it was made",
                        (unsigned long long)found,
                        (unsigned long long)header->checksum, FIELD(checksum));
}

// The chip, and sections that follow one another, so that none can overlap or
// be outside.
static tt_status_t check_layout(const tt_image_header_t* header) {
  static const struct {
    const char* name;
    uint32_t element_size;
    uint32_t limit;
  } arrays[] = {
#define X(type, member, limit) {#member, sizeof(type), limit},
      TT_PROGRAM_ARRAYS(X)
#undef X
  };
  if (header->chip != tt_chip_blackhole.id) {
    return malformed(FIELD(chip), "chip", header->chip, tt_chip_blackhole.id);
  }
  if (header->section_count != TT_IMAGE_SECTION_COUNT) {
    return malformed(FIELD(section_count), "section count",
                     header->section_count, TT_IMAGE_SECTION_COUNT);
  }
  uint64_t end = sizeof(*header);
  for (uint32_t i = 0; i < TT_IMAGE_SECTION_COUNT; ++i) {
    const tt_image_section_t* section = &header->sections[i];
    const uint64_t at = FIELD(sections) + i * sizeof(*section);
    tt_status_t status = NULL;
    if (section->offset != align_section(end)) {
      status = malformed(at, "offset", section->offset, align_section(end));
    } else if (section->count > arrays[i].limit) {
      status = malformed(at + 8, "a count above the limit:", section->count,
                         arrays[i].limit);
    } else if (section->element_size != arrays[i].element_size) {
      status = malformed(at + 12, "element size", section->element_size,
                         arrays[i].element_size);
    }
    if (status) {
      return tt_status_prefix(status, "section %s", arrays[i].name);
    }
    end = section->offset + (uint64_t)section->count * section->element_size;
    if (end > header->size) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "image, byte %llu: section %s ends at %llu, "
                            "expected at most %llu",
                            (unsigned long long)at, arrays[i].name,
                            (unsigned long long)end,
                            (unsigned long long)header->size);
    }
  }
  if (end != header->size) {
    return malformed(FIELD(size), "size", header->size, end);
  }
  return NULL;
}

static tt_status_t check_padding(const tt_image_header_t* header,
                                 const uint8_t* image) {
  uint64_t end = sizeof(*header);
  for (uint32_t i = 0; i < TT_IMAGE_SECTION_COUNT; ++i) {
    const tt_image_section_t* section = &header->sections[i];
    for (; end < section->offset; ++end) {
      if (image[end]) return malformed(end, "padding", image[end], 0);
    }
    end = section->offset + (uint64_t)section->count * section->element_size;
  }
  return NULL;
}

static bool copy_arrays(const tt_image_header_t* header, const uint8_t* image,
                        tt_program_t* program) {
  const tt_image_section_t* section = header->sections;
#define X(type, member, limit)                               \
  if (section->count) {                                      \
    program->member = malloc(section->count * sizeof(type)); \
    if (!program->member) return false;                      \
    memcpy(program->member, image + section->offset,         \
           section->count * sizeof(type));                   \
    program->member##_count = section->count;                \
  }                                                          \
  ++section;
  TT_PROGRAM_ARRAYS(X)
#undef X
  return tt_program_complete(program);
}

tt_status_t tt_program_read_image(const void* image, size_t size,
                                  tt_program_t** out_program) {
  *out_program = NULL;
  tt_image_header_t header;
  if (size < sizeof(header)) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "image: found %zu bytes, expected a header of %zu",
                          size, sizeof(header));
  }
  memcpy(&header, image, sizeof(header));
  TT_RETURN_IF_ERROR(check_kind(&header, size));
  TT_RETURN_IF_ERROR(check_checksum(&header, image));
  TT_RETURN_IF_ERROR(check_layout(&header));
  TT_RETURN_IF_ERROR(check_padding(&header, image));
  tt_program_t* program = calloc(1, sizeof(*program));
  tt_status_t status = NULL;
  if (!program || !copy_arrays(&header, image, program)) {
    status =
        tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                       "out of host memory for an image of %zu bytes", size);
  } else {
    status = tt_status_prefix(tt_program_verify(program), "image");
  }
  if (status) {
    tt_program_free(program);
    return status;
  }
  *out_program = program;
  return NULL;
}

bool tt_image_find(const void* data, size_t size, size_t* offset,
                   size_t* out_size) {
  static const char magic[] = {'T', 'T', 'I', 'M'};
  const uint8_t* bytes = data;
  while (*offset < size) {
    const uint8_t* found =
        memmem(bytes + *offset, size - *offset, magic, sizeof(magic));
    if (!found) return false;
    *offset = (size_t)(found - bytes);
    tt_image_header_t header;
    if (size - *offset < sizeof(header)) return false;
    memcpy(&header, found, sizeof(header));
    if (header.size <= size - *offset) {
      tt_status_t status = check_kind(&header, header.size);
      if (!status) status = check_layout(&header);
      *out_size = header.size;
      if (!status) return true;
      tt_status_free(status);
    }
    ++*offset;
  }
  return false;
}

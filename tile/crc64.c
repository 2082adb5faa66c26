#include "tile/crc64.h"

// What shifting one, four and eight bits out of |x| leaves.
#define BIT(x) ((x) >> 1 ^ (-((x)&1) & UINT64_C(0xC96C5795D7870F42)))
#define BITS4(x) BIT(BIT(BIT(BIT(x))))
#define BITS8(x) BITS4(BITS4((uint64_t)(x)))
#define ROW4(x) BITS8(x), BITS8((x) + 1), BITS8((x) + 2), BITS8((x) + 3)
#define ROW16(x) ROW4(x), ROW4((x) + 4), ROW4((x) + 8), ROW4((x) + 12)
#define ROW64(x) ROW16(x), ROW16((x) + 16), ROW16((x) + 32), ROW16((x) + 48)

uint64_t tt_crc64(uint64_t crc, const void* data, size_t size) {
  static const uint64_t table[256] = {ROW64(0), ROW64(64), ROW64(128),
                                      ROW64(192)};
  const uint8_t* bytes = data;
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) {
    crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 255];
  }
  return ~crc;
}

// The checksum of images: CRC-64/XZ (the polynomial of ECMA-182, reflected).
// It finds every change that lies within 64 bits, so every changed byte, and
// misses one in 2^64 of the others.
#ifndef TT_IREE_TILE_CRC64_H_
#define TT_IREE_TILE_CRC64_H_

#include <stddef.h>
#include <stdint.h>

// The checksum of what gave |crc| (0: nothing) followed by |size| bytes. Works
// on bytes, so it is the same on every host.
uint64_t tt_crc64(uint64_t crc, const void* data, size_t size);

#endif  // TT_IREE_TILE_CRC64_H_

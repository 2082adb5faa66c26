// SHA-256 (FIPS 180-4): names and checks what the kernel cache holds.
#ifndef TT_IREE_TOOLCHAIN_SHA256_H_
#define TT_IREE_TOOLCHAIN_SHA256_H_

#include <stddef.h>
#include <stdint.h>

typedef struct tt_sha256_t {
  uint32_t state[8];
  uint64_t size;  // bytes so far
  uint8_t block[64];
} tt_sha256_t;

enum { TT_SHA256_BYTES = 32 };

void tt_sha256_init(tt_sha256_t* h);
void tt_sha256_add(tt_sha256_t* h, const void* bytes, size_t size);
// Length and bytes, so that what is added next to each other stays apart.
void tt_sha256_add_field(tt_sha256_t* h, const void* bytes, size_t size);
void tt_sha256_finish(tt_sha256_t* h, uint8_t out_hash[TT_SHA256_BYTES]);

// The hash in hexadecimal digits.
void tt_sha256_text(const uint8_t hash[TT_SHA256_BYTES],
                    char out_text[2 * TT_SHA256_BYTES + 1]);

#endif  // TT_IREE_TOOLCHAIN_SHA256_H_

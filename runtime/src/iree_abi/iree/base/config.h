// The configuration the iree-base-runtime 3.9.0 wheel is built with, as far as
// it decides a layout.
#ifndef IREE_BASE_CONFIG_H_
#define IREE_BASE_CONFIG_H_

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__LP64__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the wheel ABI is declared for 64-bit little-endian targets only"
#endif

// Wheel: status objects carry file, line, message and annotations.
#define IREE_STATUS_MODE 2
// Wheel: iree_hal_allocator_statistics_t holds numbers.
#define IREE_STATISTICS_ENABLE 1

typedef size_t iree_host_size_t;
typedef uint64_t iree_device_size_t;

#define IREE_HOST_SIZE_MAX SIZE_MAX
#define IREE_DEVICE_SIZE_MAX UINT64_MAX
#define PRIhsz "zu"
#define PRIdsz PRIu64

#endif  // IREE_BASE_CONFIG_H_

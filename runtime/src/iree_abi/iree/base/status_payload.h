// What a non-zero iree_status_t points at.
#ifndef IREE_BASE_STATUS_PAYLOAD_H_
#define IREE_BASE_STATUS_PAYLOAD_H_

#include "iree/base/allocator.h"
#include "iree/base/status.h"

typedef enum iree_status_payload_type_e {
  IREE_STATUS_PAYLOAD_TYPE_OPAQUE = 0,
  IREE_STATUS_PAYLOAD_TYPE_MESSAGE = 1,
  IREE_STATUS_PAYLOAD_TYPE_STACK_TRACE = 2,
  IREE_STATUS_PAYLOAD_TYPE_MIN_USER = 0x70000000,
} iree_status_payload_type_t;

typedef struct iree_status_payload_t iree_status_payload_t;

// Writes at most |buffer_capacity| bytes; |buffer| NULL only asks for the
// length. The text has no trailing NUL in |out_buffer_length|.
typedef void(IREE_API_PTR* iree_status_payload_formatter_t)(
    const iree_status_payload_t* payload, iree_host_size_t buffer_capacity,
    char* buffer, iree_host_size_t* out_buffer_length);

// An annotation; freed with |allocator|, whoever made it.
struct iree_status_payload_t {
  iree_status_payload_t* next;
  iree_status_payload_type_t type;
  iree_allocator_t allocator;
  iree_status_payload_formatter_t formatter;  // NULL: no text
};

typedef struct iree_status_payload_message_t {
  iree_status_payload_t header;
  iree_string_view_t message;
} iree_status_payload_message_t;

// Allocated with aligned_alloc(32, ...), freed with free(). |message| lies in
// the same block behind the struct, or is static.
typedef struct iree_status_storage_t {
  iree_status_payload_t* payload_head;
  iree_status_payload_t* payload_tail;
  const char* file;  // static or in the block; may be NULL
  uint32_t line;
  iree_string_view_t message;
} iree_status_storage_t;

#endif  // IREE_BASE_STATUS_PAYLOAD_H_

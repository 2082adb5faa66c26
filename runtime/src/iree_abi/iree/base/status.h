// iree_status_t: 0 when all went well, else a status code in the low 5 bits
// and, optionally, the 32-byte-aligned address of a storage block above them.
// A status is owned by whoever receives it: return it, or free it.
//
// Blocks cross the border to the wheel in both directions, so they are made
// and freed exactly as the wheel does (status.c).
#ifndef IREE_BASE_STATUS_H_
#define IREE_BASE_STATUS_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "iree/base/attributes.h"
#include "iree/base/config.h"
#include "iree/base/string_view.h"

typedef struct iree_allocator_t iree_allocator_t;

typedef enum iree_status_code_e {
  IREE_STATUS_OK = 0,
  IREE_STATUS_CANCELLED = 1,
  IREE_STATUS_UNKNOWN = 2,
  IREE_STATUS_INVALID_ARGUMENT = 3,
  IREE_STATUS_DEADLINE_EXCEEDED = 4,
  IREE_STATUS_NOT_FOUND = 5,
  IREE_STATUS_ALREADY_EXISTS = 6,
  IREE_STATUS_PERMISSION_DENIED = 7,
  IREE_STATUS_RESOURCE_EXHAUSTED = 8,
  IREE_STATUS_FAILED_PRECONDITION = 9,
  IREE_STATUS_ABORTED = 10,
  IREE_STATUS_OUT_OF_RANGE = 11,
  IREE_STATUS_UNIMPLEMENTED = 12,
  IREE_STATUS_INTERNAL = 13,
  IREE_STATUS_UNAVAILABLE = 14,
  IREE_STATUS_DATA_LOSS = 15,
  IREE_STATUS_UNAUTHENTICATED = 16,
  IREE_STATUS_DEFERRED = 17,
  IREE_STATUS_INCOMPATIBLE = 18,
  IREE_STATUS_CODE_MASK = 0x1F,
} iree_status_code_t;

typedef struct iree_status_handle_t* iree_status_t;

#define iree_status_from_code(code) \
  ((iree_status_t)((uintptr_t)(code)&IREE_STATUS_CODE_MASK))
#define iree_ok_status() iree_status_from_code(IREE_STATUS_OK)
#define iree_status_code(status) \
  ((iree_status_code_t)((uintptr_t)(status)&IREE_STATUS_CODE_MASK))
#define iree_status_is_ok(status) IREE_LIKELY((uintptr_t)(status) == 0)
#define iree_status_is_deadline_exceeded(status) \
  (iree_status_code(status) == IREE_STATUS_DEADLINE_EXCEEDED)

// iree_make_status(code, "format", ...): the format is a literal and optional.
#define iree_make_status(code, ...) \
  iree_status_allocate_f(code, __FILE__, __LINE__, "" __VA_ARGS__)

#define IREE_STATUS_CONCAT_2_(a, b) a##b
#define IREE_STATUS_CONCAT_(a, b) IREE_STATUS_CONCAT_2_(a, b)
#define IREE_RETURN_IF_ERROR(expr) \
  IREE_RETURN_IF_ERROR_(IREE_STATUS_CONCAT_(status_, __COUNTER__), expr)
#define IREE_RETURN_IF_ERROR_(var, expr) \
  do {                                   \
    iree_status_t var = (expr);          \
    if (IREE_UNLIKELY(var)) return var;  \
  } while (0)

// "INVALID_ARGUMENT" and so on; static.
const char* iree_status_code_string(iree_status_code_t code);
iree_status_code_t iree_status_code_from_errno(int error_number);

// |file| must be static and may be NULL. Falls back to a bare code when no
// memory is left.
IREE_MUST_USE_RESULT iree_status_t IREE_PRINTF_ATTRIBUTE(4, 5)
    iree_status_allocate_f(iree_status_code_t code, const char* file,
                           uint32_t line, const char* format, ...);

// A copy with the message and all message annotations; |status| stays owned by
// the caller.
IREE_MUST_USE_RESULT iree_status_t iree_status_clone(iree_status_t status);
void iree_status_free(iree_status_t status);
// Frees |status| and returns OK.
iree_status_t iree_status_ignore(iree_status_t status);
// Keeps |base_status| when it is an error (then |new_status| is freed), else
// returns |new_status|.
iree_status_t iree_status_join(iree_status_t base_status,
                               iree_status_t new_status);
// Adds "; message" to the text of |base_status|.
IREE_MUST_USE_RESULT iree_status_t IREE_PRINTF_ATTRIBUTE(2, 3)
    iree_status_annotate_f(iree_status_t base_status, const char* format, ...);

// "file:line: CODE; message; annotation" in a new block of |allocator|,
// NUL-terminated. False when no memory is left.
bool iree_status_to_string(iree_status_t status,
                           const iree_allocator_t* allocator, char** out_buffer,
                           iree_host_size_t* out_buffer_length);

#endif  // IREE_BASE_STATUS_H_

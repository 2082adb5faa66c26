// Status values of everything that knows nothing of IREE: the tile program,
// the mock device, device backends and the compiler half.
//
// A status is NULL when all went well, else an owned, heap-allocated record
// with a code and a message. Whoever receives a non-NULL status must either
// return it or free it. Codes carry the numeric values of IREE's status codes,
// so the HAL driver can translate without a table.
#ifndef TT_IREE_TILE_STATUS_H_
#define TT_IREE_TILE_STATUS_H_

#include <stdarg.h>

typedef enum tt_code_e {
  TT_CODE_OK = 0,
  TT_CODE_CANCELLED = 1,
  TT_CODE_UNKNOWN = 2,
  // The caller's input is wrong: malformed image or text, bad option.
  TT_CODE_INVALID_ARGUMENT = 3,
  TT_CODE_DEADLINE_EXCEEDED = 4,
  TT_CODE_NOT_FOUND = 5,
  TT_CODE_PERMISSION_DENIED = 7,
  // A limit was hit: host memory, device DRAM, L1, registers, nesting depth.
  TT_CODE_RESOURCE_EXHAUSTED = 8,
  TT_CODE_FAILED_PRECONDITION = 9,
  TT_CODE_ABORTED = 10,
  // A running program read or wrote outside of what it was given.
  TT_CODE_OUT_OF_RANGE = 11,
  // Not supported on purpose; the message gives the reason.
  TT_CODE_UNIMPLEMENTED = 12,
  // A bug in tt-iree.
  TT_CODE_INTERNAL = 13,
  TT_CODE_UNAVAILABLE = 14,
  TT_CODE_DATA_LOSS = 15,
} tt_code_t;

// Owned; NULL means success.
typedef struct tt_status_record_t* tt_status_t;

// Makes a status with a printf-style message. Never returns NULL: when no
// memory is left it returns a static RESOURCE_EXHAUSTED record.
tt_status_t tt_status_make(tt_code_t code, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
tt_status_t tt_status_make_v(tt_code_t code, const char* format, va_list args);

// Prefixes the message of |status| (consumed) with printf-style text and
// ": ". Passes NULL through.
tt_status_t tt_status_prefix(tt_status_t status, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// TT_CODE_OK for NULL.
tt_code_t tt_status_code(const struct tt_status_record_t* status);

// The message without the code's name; "" for NULL. Lives as long as |status|.
const char* tt_status_message(const struct tt_status_record_t* status);

// "INVALID_ARGUMENT" and so on; static storage.
const char* tt_code_name(tt_code_t code);

void tt_status_free(tt_status_t status);  // NULL is fine

// Keeps |*first| when set, frees |next| then; else stores |next|.
void tt_status_join(tt_status_t* first, tt_status_t next);

#define TT_RETURN_IF_ERROR(expr)       \
  do {                                 \
    tt_status_t tt_status_ = (expr);   \
    if (tt_status_) return tt_status_; \
  } while (0)

#endif  // TT_IREE_TILE_STATUS_H_

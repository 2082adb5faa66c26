#include "tile/status.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tt_status_record_t {
  tt_code_t code;
  bool is_static;
  char message[];
};

// What is returned when a status itself cannot be allocated. A flexible array
// member cannot be initialised portably, so the message is empty and
// tt_status_message() supplies the text.
static struct tt_status_record_t out_of_memory = {
    .code = TT_CODE_RESOURCE_EXHAUSTED, .is_static = true};

static tt_status_t allocate(tt_code_t code, size_t length) {
  tt_status_t status = malloc(sizeof(*status) + length + 1);
  if (!status) return &out_of_memory;
  status->code = code;
  status->is_static = false;
  status->message[0] = 0;
  return status;
}

tt_status_t tt_status_make_v(tt_code_t code, const char* format, va_list args) {
  va_list measure;
  va_copy(measure, args);
  int length = vsnprintf(NULL, 0, format, measure);
  va_end(measure);
  if (length < 0) length = 0;
  tt_status_t status = allocate(code, (size_t)length);
  if (!status->is_static) {
    vsnprintf(status->message, (size_t)length + 1, format, args);
  }
  return status;
}

tt_status_t tt_status_make(tt_code_t code, const char* format, ...) {
  va_list args;
  va_start(args, format);
  tt_status_t status = tt_status_make_v(code, format, args);
  va_end(args);
  return status;
}

tt_status_t tt_status_prefix(tt_status_t status, const char* format, ...) {
  if (!status || status->is_static) return status;
  va_list args;
  va_start(args, format);
  tt_status_t prefix = tt_status_make_v(status->code, format, args);
  va_end(args);
  if (prefix->is_static) return status;
  tt_status_t joined =
      tt_status_make(status->code, "%s: %s", prefix->message, status->message);
  tt_status_free(prefix);
  if (joined->is_static) return status;
  tt_status_free(status);
  return joined;
}

tt_code_t tt_status_code(const struct tt_status_record_t* status) {
  return status ? status->code : TT_CODE_OK;
}

const char* tt_status_message(const struct tt_status_record_t* status) {
  if (!status) return "";
  return status->is_static ? "out of host memory" : status->message;
}

const char* tt_code_name(tt_code_t code) {
  static const char* const names[] = {
      "OK",
      "CANCELLED",
      "UNKNOWN",
      "INVALID_ARGUMENT",
      "DEADLINE_EXCEEDED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "PERMISSION_DENIED",
      "RESOURCE_EXHAUSTED",
      "FAILED_PRECONDITION",
      "ABORTED",
      "OUT_OF_RANGE",
      "UNIMPLEMENTED",
      "INTERNAL",
      "UNAVAILABLE",
      "DATA_LOSS",
  };
  if ((unsigned)code >= sizeof(names) / sizeof(names[0])) return "UNKNOWN";
  return names[code];
}

void tt_status_free(tt_status_t status) {
  if (status && !status->is_static) free(status);
}

void tt_status_join(tt_status_t* first, tt_status_t next) {
  if (!*first) {
    *first = next;
  } else {
    tt_status_free(next);
  }
}

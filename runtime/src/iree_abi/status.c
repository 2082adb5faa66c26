#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "iree/base/api.h"
#include "iree/base/status_payload.h"

#define STORAGE_ALIGNMENT ((size_t)IREE_STATUS_CODE_MASK + 1)

static iree_status_storage_t* status_storage(iree_status_t status) {
  return (iree_status_storage_t*)((uintptr_t)status &
                                  ~(uintptr_t)IREE_STATUS_CODE_MASK);
}

const char* iree_status_code_string(iree_status_code_t code) {
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
      "UNAUTHENTICATED",
      "DEFERRED",
      "INCOMPATIBLE",
  };
  return (size_t)code < IREE_ARRAYSIZE(names) ? names[code] : "UNKNOWN_CODE";
}

iree_status_code_t iree_status_code_from_errno(int error_number) {
  switch (error_number) {
    case 0:
      return IREE_STATUS_OK;
    case EACCES:
    case EPERM:
    case EROFS:
      return IREE_STATUS_PERMISSION_DENIED;
    case EBADF:
    case EINVAL:
    case EFAULT:
      return IREE_STATUS_INVALID_ARGUMENT;
    case ENOENT:
    case ENODEV:
      return IREE_STATUS_NOT_FOUND;
    case ENOMEM:
    case ENOSPC:
    case EFBIG:
    case EMFILE:
      return IREE_STATUS_RESOURCE_EXHAUSTED;
    case EIO:
      return IREE_STATUS_DATA_LOSS;
    default:
      return IREE_STATUS_UNKNOWN;
  }
}

// A storage block with room for |message_size| bytes and a NUL.
static iree_status_storage_t* allocate_storage(size_t message_size) {
  size_t size = sizeof(iree_status_storage_t) + message_size + 1;
  size = (size + STORAGE_ALIGNMENT - 1) & ~(STORAGE_ALIGNMENT - 1);
  iree_status_storage_t* storage = aligned_alloc(STORAGE_ALIGNMENT, size);
  if (!storage) return NULL;
  memset(storage, 0, size);
  storage->message.data = (const char*)(storage + 1);
  storage->message.size = message_size;
  return storage;
}

static iree_status_t make_status(iree_status_code_t code,
                                 iree_status_storage_t* storage) {
  return (iree_status_t)((uintptr_t)storage |
                         ((uintptr_t)code & IREE_STATUS_CODE_MASK));
}

iree_status_t iree_status_allocate_f(iree_status_code_t code, const char* file,
                                     uint32_t line, const char* format, ...) {
  if (code == IREE_STATUS_OK) return iree_ok_status();
  va_list args;
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  iree_status_storage_t* storage =
      size < 0 ? NULL : allocate_storage((size_t)size);
  if (!storage) return iree_status_from_code(code);
  storage->file = file;
  storage->line = line;
  va_start(args, format);
  vsnprintf((char*)(storage + 1), (size_t)size + 1, format, args);
  va_end(args);
  return make_status(code, storage);
}

// Text of the annotations, each behind "; ". |buffer| NULL only counts.
static size_t format_payloads(const iree_status_storage_t* storage,
                              char* buffer) {
  size_t total = 0;
  for (const iree_status_payload_t* payload = storage->payload_head; payload;
       payload = payload->next) {
    if (!payload->formatter) continue;
    iree_host_size_t size = 0;
    payload->formatter(payload, 0, NULL, &size);
    if (buffer) {
      memcpy(buffer + total, "; ", 2);
      // Formatters may write a NUL behind the text; the buffer has room.
      payload->formatter(payload, size, buffer + total + 2, &size);
    }
    total += 2 + size;
  }
  return total;
}

iree_status_t iree_status_clone(iree_status_t status) {
  const iree_status_storage_t* source = status_storage(status);
  if (!source) return status;
  const iree_status_code_t code = iree_status_code(status);
  const size_t size = source->message.size;
  iree_status_storage_t* target =
      allocate_storage(size + format_payloads(source, NULL));
  if (!target) return iree_status_from_code(code);
  target->file = source->file;
  target->line = source->line;
  if (size) memcpy(target + 1, source->message.data, size);
  format_payloads(source, (char*)(target + 1) + size);
  return make_status(code, target);
}

void iree_status_free(iree_status_t status) {
  iree_status_storage_t* storage = status_storage(status);
  if (!storage) return;
  iree_status_payload_t* payload = storage->payload_head;
  while (payload) {
    iree_status_payload_t* next = payload->next;
    iree_allocator_free(payload->allocator, payload);
    payload = next;
  }
  free(storage);
}

iree_status_t iree_status_ignore(iree_status_t status) {
  iree_status_free(status);
  return iree_ok_status();
}

iree_status_t iree_status_join(iree_status_t base_status,
                               iree_status_t new_status) {
  if (iree_status_is_ok(base_status)) return new_status;
  iree_status_free(new_status);
  return base_status;
}

static void format_message_payload(const iree_status_payload_t* base,
                                   iree_host_size_t buffer_capacity,
                                   char* buffer,
                                   iree_host_size_t* out_buffer_length) {
  const iree_status_payload_message_t* payload =
      (const iree_status_payload_message_t*)base;
  *out_buffer_length = payload->message.size;
  if (!buffer) return;
  *out_buffer_length = iree_min(buffer_capacity, payload->message.size);
  memcpy(buffer, payload->message.data, *out_buffer_length);
}

// Appends a message annotation with room for |size| bytes. A status without
// storage gets some, so that a bare code can be annotated too.
static iree_status_t append_message(iree_status_t status, size_t size,
                                    char** out_message) {
  *out_message = NULL;
  if (iree_status_is_ok(status)) return status;
  iree_status_storage_t* storage = status_storage(status);
  if (!storage) {
    storage = allocate_storage(0);
    if (!storage) return status;
    status = make_status(iree_status_code(status), storage);
  }
  iree_allocator_t allocator = iree_allocator_system();
  iree_status_payload_message_t* payload = NULL;
  if (!iree_status_is_ok(iree_allocator_malloc(
          allocator, sizeof(*payload) + size + 1, (void**)&payload))) {
    return status;  // the annotation is lost, the error is not
  }
  payload->header.type = IREE_STATUS_PAYLOAD_TYPE_MESSAGE;
  payload->header.allocator = allocator;
  payload->header.formatter = format_message_payload;
  payload->message = iree_make_string_view((char*)(payload + 1), size);
  if (storage->payload_tail) {
    storage->payload_tail->next = &payload->header;
  } else {
    storage->payload_head = &payload->header;
  }
  storage->payload_tail = &payload->header;
  *out_message = (char*)(payload + 1);
  return status;
}

iree_status_t iree_status_annotate_f(iree_status_t base_status,
                                     const char* format, ...) {
  va_list args;
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (size < 0) return base_status;
  char* target = NULL;
  base_status = append_message(base_status, (size_t)size, &target);
  if (target) {
    va_start(args, format);
    vsnprintf(target, (size_t)size + 1, format, args);
    va_end(args);
  }
  return base_status;
}

bool iree_status_to_string(iree_status_t status,
                           const iree_allocator_t* allocator, char** out_buffer,
                           iree_host_size_t* out_buffer_length) {
  const iree_status_storage_t* storage = status_storage(status);
  const char* code = iree_status_code_string(iree_status_code(status));
  char prefix[512] = "";
  if (storage && storage->file) {
    snprintf(prefix, sizeof(prefix), "%s:%u: ", storage->file, storage->line);
  }
  const size_t message_size = storage ? storage->message.size : 0;
  const size_t head_size =
      strlen(prefix) + strlen(code) + (message_size ? 2 + message_size : 0);
  const size_t size =
      head_size + (storage ? format_payloads(storage, NULL) : 0);
  iree_status_t alloc_status =
      iree_allocator_malloc(*allocator, size + 1, (void**)out_buffer);
  if (!iree_status_is_ok(alloc_status)) {
    iree_status_free(alloc_status);
    return false;
  }
  // Messages from the wheel are not NUL-terminated, hence the precision.
  snprintf(*out_buffer, size + 1, "%s%s%s%.*s", prefix, code,
           message_size ? "; " : "", (int)message_size,
           message_size ? storage->message.data : "");
  if (storage) format_payloads(storage, *out_buffer + head_size);
  *out_buffer_length = size;
  return true;
}

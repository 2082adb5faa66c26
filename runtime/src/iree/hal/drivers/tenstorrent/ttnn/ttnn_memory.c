// Memory of the TTNN device. Tensors go to and from the host whole, so a part
// of one is read, changed and written.

#include <stdlib.h>
#include <string.h>

#include "ttnn.h"

tt_status_t tt_ttnn_allocate(tt_backend_device_t* device, uint64_t size,
                             tt_backend_memory_t** out_memory) {
  *out_memory = NULL;
  tt_backend_memory_t* memory = calloc(1, sizeof(*memory));
  if (!memory) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a buffer");
  }
  memory->size = size;
  tt_strbuf_t request = {0};
  tt_strbuf_print(&request,
                  "{\"do\": \"allocate\", \"device\": %llu, \"bytes\": %llu}",
                  (unsigned long long)device->handle, (unsigned long long)size);
  uint64_t numbers[2];
  tt_status_t status = tt_ttnn_call(&request, numbers, 2);
  if (status) {
    free(memory);
    return status;
  }
  memory->tensor = numbers[0];
  memory->address = numbers[1];
  *out_memory = memory;
  return NULL;
}

void tt_ttnn_release(tt_backend_device_t* device, tt_backend_memory_t* memory) {
  (void)device;
  if (!memory) return;
  tt_strbuf_t request = {0};
  tt_strbuf_print(&request, "{\"do\": \"free\", \"tensor\": %llu}",
                  (unsigned long long)memory->tensor);
  // Behind the interpreter's end there is nobody left to free it.
  tt_status_free(tt_ttnn_call(&request, NULL, 0));
  free(memory);
}

static tt_status_t transfer(const char* what, const tt_backend_memory_t* memory,
                            uint64_t offset, const void* host,
                            uint64_t length) {
  if (!length) return NULL;
  tt_strbuf_t request = {0};
  tt_strbuf_print(&request,
                  "{\"do\": \"%s\", \"tensor\": %llu, \"offset\": %llu, "
                  "\"bytes\": %llu, \"host\": %llu}",
                  what, (unsigned long long)memory->tensor,
                  (unsigned long long)offset, (unsigned long long)length,
                  (unsigned long long)(uintptr_t)host);
  return tt_ttnn_call(&request, NULL, 0);
}

tt_status_t tt_ttnn_write(tt_backend_device_t* device,
                          tt_backend_memory_t* target, uint64_t offset,
                          const void* source, uint64_t length) {
  (void)device;
  return transfer("write", target, offset, source, length);
}

tt_status_t tt_ttnn_read(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t offset,
                         void* target, uint64_t length) {
  (void)device;
  return transfer("read", source, offset, target, length);
}

static tt_status_t host_bytes(uint64_t length, uint8_t** out_bytes) {
  *out_bytes = malloc(length ? length : 1);
  if (*out_bytes) return NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "out of host memory for %llu bytes on their way",
                        (unsigned long long)length);
}

tt_status_t tt_ttnn_copy(tt_backend_device_t* device,
                         tt_backend_memory_t* source, uint64_t source_offset,
                         tt_backend_memory_t* target, uint64_t target_offset,
                         uint64_t length) {
  uint8_t* bytes = NULL;
  TT_RETURN_IF_ERROR(host_bytes(length, &bytes));
  tt_status_t status =
      tt_ttnn_read(device, source, source_offset, bytes, length);
  if (!status) {
    status = tt_ttnn_write(device, target, target_offset, bytes, length);
  }
  free(bytes);
  return status;
}

tt_status_t tt_ttnn_fill(tt_backend_device_t* device,
                         tt_backend_memory_t* target, uint64_t offset,
                         uint64_t length, const void* pattern,
                         size_t pattern_length) {
  uint8_t* bytes = NULL;
  TT_RETURN_IF_ERROR(host_bytes(length, &bytes));
  for (uint64_t i = 0; i < length; i += pattern_length) {
    memcpy(bytes + i, pattern, pattern_length);
  }
  tt_status_t status = tt_ttnn_write(device, target, offset, bytes, length);
  free(bytes);
  return status;
}

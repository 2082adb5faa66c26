#include "ttnn_bridge.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { REPLY_SIZE = 1 << 16 };

static _Atomic(tt_ttnn_host_t) connected;

void tt_iree_ttnn_connect(tt_ttnn_host_t host) {
  atomic_store(&connected, host);
}

static tt_status_t send(const char* request, char* reply, uint64_t* out_numbers,
                        size_t count) {
  const tt_ttnn_host_t host = atomic_load(&connected);
  if (!host) {
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "ttnn is reached through Python, which is not there: "
                          "import tt_iree in a running interpreter first");
  }
  *reply = '\0';
  const int code = host(request, reply, REPLY_SIZE);
  if (code != TT_CODE_OK) {
    return tt_status_make((tt_code_t)code, "ttnn: %s", reply);
  }
  const char* at = reply;
  for (size_t i = 0; i < count; ++i) {
    char* end = NULL;
    out_numbers[i] = strtoull(at, &end, 10);
    if (end == at) {
      return tt_status_make(TT_CODE_INTERNAL,
                            "ttnn: found the answer '%s', expected %zu numbers",
                            reply, count);
    }
    at = end;
  }
  return NULL;
}

tt_status_t tt_ttnn_call(tt_strbuf_t* request, uint64_t* out_numbers,
                         size_t count) {
  char* text = NULL;
  size_t size = 0;
  char* reply = malloc(REPLY_SIZE);
  tt_status_t status =
      reply ? tt_strbuf_finish(request, &text, &size)
            : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                             "out of host memory for a request to ttnn");
  if (!status) status = send(text, reply, out_numbers, count);
  tt_strbuf_free(request);
  free(text);
  free(reply);
  return status;
}

void tt_ttnn_print_text(tt_strbuf_t* b, const char* text) {
  tt_strbuf_append(b, "\"", 1);
  for (; *text; ++text) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      tt_strbuf_print(b, "\\%c", c);
    } else if (c < 0x20) {
      tt_strbuf_print(b, "\\u%04x", c);
    } else {
      tt_strbuf_append(b, text, 1);
    }
  }
  tt_strbuf_append(b, "\"", 1);
}

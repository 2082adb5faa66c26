#include "bh_host.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void tt_bh_host_fail(const char* format, ...) {
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  exit(1);
}

// False at the end of input, if that is before the first byte.
static bool receive(void* data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t step = recv(STDIN_FILENO, (char*)data + done, size - done, 0);
    if (step < 0 && errno == EINTR) continue;
    if (step == 0 && done == 0) return false;
    if (step <= 0) tt_bh_host_fail("the driver went away within a request");
    done += (size_t)step;
  }
  return true;
}

static void send_all(const void* data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t step =
        send(STDIN_FILENO, (const char*)data + done, size - done, MSG_NOSIGNAL);
    if (step < 0 && errno == EINTR) continue;
    if (step <= 0) tt_bh_host_fail("the driver went away within a reply");
    done += (size_t)step;
  }
}

int tt_bh_host_serve(const tt_bh_host_t* host) {
  // The reply's header and its bytes, sent at once.
  static struct {
    tt_bh_reply_t header;
    char body[TT_BH_PAYLOAD_LIMIT];
  } reply;
  tt_bh_request_t request;
  while (receive(&request, sizeof(request))) {
    if (request.magic != TT_BH_REQUEST_MAGIC) {
      tt_bh_host_fail("a request with magic 0x%08x, expected 0x%08x",
                      request.magic, TT_BH_REQUEST_MAGIC);
    }
    if (host->watch) host->watch(&request);
    bool moves = request.kind == TT_BH_REQUEST_READ ||
                 request.kind == TT_BH_REQUEST_WRITE;
    if (moves && request.size > TT_BH_PAYLOAD_LIMIT) {
      tt_bh_host_fail("a request of %u bytes, at most %u", request.size,
                      TT_BH_PAYLOAD_LIMIT);
    }
    uint32_t size = 0;
    uint64_t cycles = 0;
    switch (request.kind) {
      case TT_BH_REQUEST_INFO:
        size = sizeof(host->info);
        memcpy(reply.body, &host->info, size);
        break;
      case TT_BH_REQUEST_READ:
        size = request.size;
        host->read(&request, reply.body);
        break;
      case TT_BH_REQUEST_WRITE:
        if (request.size > 0 && !receive(reply.body, request.size)) return 1;
        host->write(&request, reply.body);
        break;
      case TT_BH_REQUEST_ADVANCE:
        size = sizeof(cycles);
        cycles = host->advance(request.size);
        memcpy(reply.body, &cycles, size);
        break;
      case TT_BH_REQUEST_RESET:
        host->set_reset(&request, request.size != 0);
        break;
      default:
        tt_bh_host_fail("a request of unknown kind %u", request.kind);
    }
    reply.header = (tt_bh_reply_t){
        .magic = TT_BH_REPLY_MAGIC, .sequence = request.sequence, .size = size};
    send_all(&reply, sizeof(reply.header) + size);
  }
  return 0;
}

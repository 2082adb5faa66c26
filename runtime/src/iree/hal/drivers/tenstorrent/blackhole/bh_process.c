// A simulator in a child process: starting and ending it, and the requests.

#include "bh_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bh_protocol.h"

enum {
  TAIL_SIZE = 2048,        // last words that are kept
  START_TIMEOUT = 60000,   // ms at least, for a simulator to load itself
  LAST_WORDS_WAIT = 1000,  // ms that a dying child has to write them
};

struct tt_bh_transport_t {
  char* name;
  char** argv;
  uint32_t timeout_ms;
  pid_t pid;   // 0: none is running; then both descriptors are -1
  int socket;  // its standard input
  int output;  // what it writes; -1 also when it closed that
  uint32_t sequence;
  char tail[TAIL_SIZE + 1];  // the end of its output
  size_t tail_size;
  tt_bh_transport_info_t info;
};

extern char** environ;

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

//===----------------------------------------------------------------------===//
// Starting
//===----------------------------------------------------------------------===//

// Moves |*fd| above the standard descriptors, which the child's end is copied
// over: a process that closed its own would be given them here.
static int move_up(int* fd) {
  if (*fd > STDERR_FILENO) return 0;
  int moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0) return errno;
  close(*fd);
  *fd = moved;
  return 0;
}

// Runs argv with |input| as standard input and |output| as the two others, in a
// process group of its own: a Ctrl-C is for the user's program.
static int spawn(char** argv, int input, int output, pid_t* out_pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
#if __GLIBC_PREREQ(2, 34)
  // The application's descriptors may lack FD_CLOEXEC; ours do not.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                            POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  int error =
      posix_spawnp(out_pid, argv[0], &actions, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

static tt_status_t start(tt_bh_transport_t* t) {
  int sockets[2] = {-1, -1}, pipes[2] = {-1, -1};
  int error = 0;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) ||
      pipe2(pipes, O_CLOEXEC)) {
    error = errno;
  }
  for (int i = 0; i < 2 && !error; ++i) error = move_up(&sockets[i]);
  for (int i = 0; i < 2 && !error; ++i) error = move_up(&pipes[i]);
  pid_t pid = 0;
  if (!error) error = spawn(t->argv, sockets[1], pipes[1], &pid);
  if (sockets[1] >= 0) close(sockets[1]);
  if (pipes[1] >= 0) close(pipes[1]);
  if (error) {
    if (sockets[0] >= 0) close(sockets[0]);
    if (pipes[0] >= 0) close(pipes[0]);
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "%s: cannot start the simulator's process '%s': %s",
                          t->name, t->argv[0], strerror(error));
  }
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  t->pid = pid;
  t->socket = sockets[0];
  t->output = pipes[0];
  t->sequence = 0;
  t->tail_size = 0;
  return NULL;
}

//===----------------------------------------------------------------------===//
// Ending
//===----------------------------------------------------------------------===//

// Keeps the end of what the child wrote. Closes its output at the end.
static void drain(tt_bh_transport_t* t) {
  char buffer[1024];
  while (t->output >= 0) {
    ssize_t size = read(t->output, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      close(t->output);
      t->output = -1;
      return;
    }
    size_t keep = TAIL_SIZE - (size_t)size;
    if (t->tail_size > keep) {
      memmove(t->tail, t->tail + t->tail_size - keep, keep);
      t->tail_size = keep;
    }
    memcpy(t->tail + t->tail_size, buffer, (size_t)size);
    t->tail_size += (size_t)size;
  }
}

// The last words as one line of text.
static const char* last_words(tt_bh_transport_t* t) {
  while (t->tail_size > 0 && (unsigned char)t->tail[t->tail_size - 1] <= ' ') {
    --t->tail_size;
  }
  for (size_t i = 0; i < t->tail_size; ++i) {
    if ((unsigned char)t->tail[i] < ' ' || t->tail[i] == 127) t->tail[i] = ' ';
  }
  t->tail[t->tail_size] = 0;
  return t->tail_size > 0 ? t->tail : "nothing";
}

// Ends the child if it has not, and forgets it. Fills |out_how| with how it
// ended of its own; "" if it had to be killed.
static void end(tt_bh_transport_t* t, char* out_how, size_t how_size) {
  out_how[0] = 0;
  if (t->pid > 0) {
    int status = 0;
    // Killed only while it is known to be ours still: a reaped process's
    // number may be another's.
    pid_t ended = waitpid(t->pid, &status, WNOHANG);
    if (ended == 0) {
      kill(t->pid, SIGKILL);
      while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR) continue;
    } else if (ended == t->pid && WIFEXITED(status)) {
      snprintf(out_how, how_size, "ended with exit code %d",
               WEXITSTATUS(status));
    } else if (ended == t->pid) {
      snprintf(out_how, how_size, "was ended by signal %d", WTERMSIG(status));
    } else {
      snprintf(out_how, how_size, "ended");
    }
  }
  drain(t);
  if (t->output >= 0) close(t->output);
  if (t->socket >= 0) close(t->socket);
  t->pid = 0;
  t->socket = t->output = -1;
}

// The child closed the socket: it is ending, or as good as dead.
static tt_status_t died(tt_bh_transport_t* t) {
  int64_t deadline = now_ms() + LAST_WORDS_WAIT;
  for (int64_t left; t->output >= 0 && (left = deadline - now_ms()) > 0;) {
    struct pollfd poll_fd = {.fd = t->output, .events = POLLIN};
    poll(&poll_fd, 1, (int)left);
    drain(t);
  }
  // Its output is closed a little before it can be waited for.
  siginfo_t info;
  while (waitid(P_PID, (id_t)t->pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
         info.si_pid == 0 && now_ms() < deadline) {
    poll(NULL, 0, 1);
  }
  char how[64];
  end(t, how, sizeof(how));
  return tt_status_make(
      TT_CODE_UNAVAILABLE, "%s: the simulator's process %s; its last words: %s",
      t->name, how[0] ? how : "stopped talking", last_words(t));
}

static tt_status_t misbehaved(tt_bh_transport_t* t, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
static tt_status_t misbehaved(tt_bh_transport_t* t, const char* format, ...) {
  char how[64];
  end(t, how, sizeof(how));
  va_list args;
  va_start(args, format);
  tt_status_t status = tt_status_make_v(TT_CODE_UNAVAILABLE, format, args);
  va_end(args);
  return tt_status_prefix(status,
                          "%s: the simulator's process was ended (its last "
                          "words: %s)",
                          t->name, last_words(t));
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

static size_t left_of(const struct iovec* parts) {
  return parts[0].iov_len + parts[1].iov_len;
}

static void consume(struct iovec* parts, size_t size) {
  for (int i = 0; i < 2; ++i) {
    size_t step = size < parts[i].iov_len ? size : parts[i].iov_len;
    parts[i].iov_base = (char*)parts[i].iov_base + step;
    parts[i].iov_len -= step;
    size -= step;
  }
}

// Moves what the socket takes or has now. False: the child is gone.
static bool transfer(tt_bh_transport_t* t, struct iovec* parts, bool send) {
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  ssize_t size = send ? sendmsg(t->socket, &message, flags)
                      : recvmsg(t->socket, &message, flags);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0 && !send) return false;
  consume(parts, (size_t)size);
  return true;
}

// Sends or receives |parts| whole, reading the child's output meanwhile, so
// that it cannot block on it.
static tt_status_t move(tt_bh_transport_t* t, struct iovec* parts, bool send,
                        uint32_t timeout_ms) {
  const int64_t deadline = now_ms() + timeout_ms;
  while (left_of(parts) > 0) {
    if (!transfer(t, parts, send)) return died(t);
    if (left_of(parts) == 0) break;
    struct pollfd fds[2] = {
        {.fd = t->socket, .events = send ? POLLOUT : POLLIN},
        {.fd = t->output, .events = POLLIN}};
    int64_t left = deadline - now_ms();
    if (left <= 0) {
      return misbehaved(t, "it did not answer within %u ms", timeout_ms);
    }
    if (poll(fds, 2, left < INT_MAX ? (int)left : INT_MAX) < 0 &&
        errno != EINTR) {
      return misbehaved(t, "poll: %s", strerror(errno));
    }
    if (fds[1].revents) drain(t);
  }
  return NULL;
}

// One request and its reply of |reply_size| bytes.
static tt_status_t exchange(tt_bh_transport_t* t, tt_bh_request_t request,
                            const void* payload, size_t payload_size,
                            void* reply, size_t reply_size,
                            uint32_t timeout_ms) {
  if (t->pid == 0) {
    return tt_status_make(TT_CODE_UNAVAILABLE,
                          "%s: the simulator's process is not running",
                          t->name);
  }
  request.magic = TT_BH_REQUEST_MAGIC;
  request.sequence = ++t->sequence;
  struct iovec out[2] = {{&request, sizeof(request)},
                         {(void*)(uintptr_t)payload, payload_size}};
  TT_RETURN_IF_ERROR(move(t, out, true, timeout_ms));
  tt_bh_reply_t header;
  struct iovec in[2] = {{&header, sizeof(header)}, {NULL, 0}};
  TT_RETURN_IF_ERROR(move(t, in, false, timeout_ms));
  if (header.magic != TT_BH_REPLY_MAGIC ||
      header.sequence != request.sequence || header.size != reply_size) {
    return misbehaved(t,
                      "it answered request %u with magic 0x%08x, sequence %u "
                      "and %u bytes; expected 0x%08x, %u and %zu",
                      request.sequence, header.magic, header.sequence,
                      header.size, TT_BH_REPLY_MAGIC, request.sequence,
                      reply_size);
  }
  struct iovec body[2] = {{reply, reply_size}, {NULL, 0}};
  return move(t, body, false, timeout_ms);
}

// Asks a new child what it is.
static tt_status_t greet(tt_bh_transport_t* t) {
  tt_bh_reply_info_t info;
  uint32_t timeout =
      t->timeout_ms > START_TIMEOUT ? t->timeout_ms : START_TIMEOUT;
  TT_RETURN_IF_ERROR(exchange(t, (tt_bh_request_t){.kind = TT_BH_REQUEST_INFO},
                              NULL, 0, &info, sizeof(info), timeout));
  if (info.version != TT_BH_PROTOCOL_VERSION) {
    return misbehaved(t, "it speaks version %u of the protocol, expected %u",
                      info.version, TT_BH_PROTOCOL_VERSION);
  }
  t->info.worker_columns = info.worker_columns;
  t->info.dram_banks = info.dram_banks;
  t->info.grid_cols = info.grid_cols;
  t->info.grid_rows = info.grid_rows;
  return NULL;
}

//===----------------------------------------------------------------------===//
// The transport
//===----------------------------------------------------------------------===//

static char** copy_argv(const char* const* argv) {
  size_t count = 0;
  while (argv[count]) ++count;
  char** copy = calloc(count + 1, sizeof(*copy));
  for (size_t i = 0; copy && i < count; ++i) {
    copy[i] = strdup(argv[i]);
    if (copy[i]) continue;
    while (i > 0) free(copy[--i]);
    free(copy);
    copy = NULL;
  }
  return copy;
}

tt_status_t tt_bh_process_open(const char* name, const char* const* argv,
                               uint32_t timeout_ms,
                               tt_bh_transport_t** out_transport) {
  *out_transport = NULL;
  tt_bh_transport_t* t = calloc(1, sizeof(*t));
  if (t) {
    t->socket = t->output = -1;
    t->timeout_ms = timeout_ms;
    t->name = strdup(name);
    t->argv = copy_argv(argv);
    snprintf(t->info.name, sizeof(t->info.name), "%s", name);
  }
  if (!t || !t->name || !t->argv) {
    if (t) tt_bh_process_close(t);
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory for a simulator");
  }
  tt_status_t status = tt_bh_process_restart(t);
  if (status) {
    tt_bh_process_close(t);
    return status;
  }
  *out_transport = t;
  return NULL;
}

void tt_bh_process_close(tt_bh_transport_t* t) {
  char how[64];
  end(t, how, sizeof(how));
  for (size_t i = 0; t->argv && t->argv[i]; ++i) free(t->argv[i]);
  free(t->argv);
  free(t->name);
  free(t);
}

tt_status_t tt_bh_process_restart(tt_bh_transport_t* t) {
  char how[64];
  end(t, how, sizeof(how));
  TT_RETURN_IF_ERROR(start(t));
  return greet(t);
}

void tt_bh_process_query_info(tt_bh_transport_t* t,
                              tt_bh_transport_info_t* out_info) {
  *out_info = t->info;
}

static tt_bh_request_t request_at(tt_bh_request_kind_t kind, tt_bh_noc_t tile,
                                  uint64_t address, uint32_t size) {
  return (tt_bh_request_t){
      .kind = kind, .size = size, .x = tile.x, .y = tile.y, .address = address};
}

tt_status_t tt_bh_process_read(tt_bh_transport_t* t, tt_bh_noc_t tile,
                               uint64_t address, void* target, size_t size) {
  for (size_t done = 0; done < size;) {
    size_t step = size - done;
    if (step > TT_BH_PAYLOAD_LIMIT) step = TT_BH_PAYLOAD_LIMIT;
    TT_RETURN_IF_ERROR(exchange(
        t, request_at(TT_BH_REQUEST_READ, tile, address + done, (uint32_t)step),
        NULL, 0, (char*)target + done, step, t->timeout_ms));
    done += step;
  }
  return NULL;
}

tt_status_t tt_bh_process_write(tt_bh_transport_t* t, tt_bh_noc_t tile,
                                uint64_t address, const void* source,
                                size_t size) {
  for (size_t done = 0; done < size;) {
    size_t step = size - done;
    if (step > TT_BH_PAYLOAD_LIMIT) step = TT_BH_PAYLOAD_LIMIT;
    TT_RETURN_IF_ERROR(exchange(
        t,
        request_at(TT_BH_REQUEST_WRITE, tile, address + done, (uint32_t)step),
        (const char*)source + done, step, NULL, 0, t->timeout_ms));
    done += step;
  }
  return NULL;
}

tt_status_t tt_bh_process_advance(tt_bh_transport_t* t, uint32_t cycles,
                                  uint64_t* out_cycles) {
  tt_bh_noc_t none = {0, 0};
  return exchange(t, request_at(TT_BH_REQUEST_ADVANCE, none, 0, cycles), NULL,
                  0, out_cycles, sizeof(*out_cycles), t->timeout_ms);
}

tt_status_t tt_bh_process_set_reset(tt_bh_transport_t* t, tt_bh_noc_t worker,
                                    bool asserted) {
  return exchange(t, request_at(TT_BH_REQUEST_RESET, worker, 0, asserted), NULL,
                  0, NULL, 0, t->timeout_ms);
}

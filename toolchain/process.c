#include "toolchain/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

// What a compiler sees of the environment: where its parts are, and no switch
// that would change what it makes. Its temporary files go to the folder.
static void add_environment(tt_list_t* out) {
  static const char* const kept[] = {"PATH", "LD_LIBRARY_PATH", "HOME"};
  for (int i = 0; i < 3; ++i) {
    const char* value = getenv(kept[i]);
    if (value) tt_list_add(out, "%s=%s", kept[i], value);
  }
  tt_list_add(out, "LC_ALL=C");
  tt_list_add(out, "TMPDIR=.");
}

static tt_status_t start(const tt_command_t* command, const char* folder,
                         char** environment, pid_t* out_pid) {
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "posix_spawn");
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, command->log,
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  error = posix_spawn(out_pid, command->args.items[0], &actions, NULL,
                      command->args.items, environment);
  posix_spawn_file_actions_destroy(&actions);
  return error ? tt_status_make(TT_CODE_UNAVAILABLE, "cannot run %s: %s",
                                command->args.items[0], strerror(error))
               : NULL;
}

static tt_status_t finish(tt_command_t* command, pid_t pid) {
  int state = 0;
  while (waitpid(pid, &state, 0) < 0) {
    if (errno == EINTR) continue;
    // The process ignores SIGCHLD, or someone else waited for our child.
    return tt_status_make(TT_CODE_INTERNAL, "cannot wait for %s: %s",
                          command->args.items[0], strerror(errno));
  }
  command->exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  return NULL;
}

tt_status_t tt_commands_run(tt_command_t* commands, uint32_t count,
                            uint32_t jobs, const char* folder) {
  tt_list_t environment = {0};
  add_environment(&environment);
  pid_t* pids = calloc(count + 1, sizeof(*pids));
  bool failed = environment.failed || !pids;
  for (uint32_t i = 0; i < count; ++i) failed |= commands[i].args.failed;
  tt_status_t status =
      failed ? tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                              "out of host memory while starting a compiler")
             : NULL;
  uint32_t started = 0, ended = 0;
  while (ended < started || (!status && started < count)) {
    if (!status && started < count && started - ended < jobs) {
      tt_status_join(&status, start(&commands[started], folder,
                                    environment.items, &pids[started]));
      started += !status;
    } else {
      tt_status_join(&status, finish(&commands[ended], pids[ended]));
      ++ended;
    }
  }
  free(pids);
  tt_list_free(&environment);
  return status;
}

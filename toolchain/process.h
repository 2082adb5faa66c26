// Runs compilers and linkers.
#ifndef TT_IREE_TOOLCHAIN_PROCESS_H_
#define TT_IREE_TOOLCHAIN_PROCESS_H_

#include "tile/status.h"
#include "toolchain/list.h"

// A program to run in a folder, without a shell. Its output goes to the file
// |log| there.
typedef struct tt_command_t {
  tt_list_t args;  // args.items[0] is the program's path
  const char* log;
  int exit_code;  // set by tt_commands_run; -1: ended by a signal
} tt_command_t;

// Runs all commands, at most |jobs| at once, and waits for them; the order in
// which they start is theirs. Fails only if one cannot be started or waited
// for; all that were started have ended then too.
tt_status_t tt_commands_run(tt_command_t* commands, uint32_t count,
                            uint32_t jobs, const char* folder);

#endif  // TT_IREE_TOOLCHAIN_PROCESS_H_

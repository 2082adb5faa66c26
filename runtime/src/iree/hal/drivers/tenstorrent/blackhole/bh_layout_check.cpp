// Holds bh_layout.h against tt-metal's own headers. Compiled by a test as
// BRISC firmware code, never linked.
#include <cstddef>

#include "bh_layout.h"
#include "circular_buffer_constants.h"
#include "dev_mem_map.h"
#include "dev_msgs.h"
#include "tensix.h"

#define SAME(ours, theirs) static_assert((ours) == (theirs), #ours)
#define FIELD(ours, field) SAME(ours, MEM_MAILBOX_BASE + offsetof(mailboxes_t, field))
#define LAUNCH(ours, field) SAME(ours, offsetof(kernel_config_msg_t, field))

SAME(TT_BH_SOFT_RESET_0, RISCV_DEBUG_REG_SOFT_RESET_0);
SAME(TT_BH_LOCAL_MEMORY, MEM_LOCAL_BASE);
SAME(TT_BH_MAILBOX, MEM_MAILBOX_BASE);
SAME(TT_BH_BRISC_FIRMWARE, MEM_BRISC_FIRMWARE_BASE);
SAME(TT_BH_MAP_END, MEM_MAP_END);
SAME(TT_BH_BRISC_IMAGE, MEM_BRISC_INIT_LOCAL_L1_BASE_SCRATCH);
SAME(TT_BH_NCRISC_IMAGE, MEM_NCRISC_INIT_LOCAL_L1_BASE_SCRATCH);
SAME(TT_BH_TRISC0_IMAGE, MEM_TRISC0_INIT_LOCAL_L1_BASE_SCRATCH);
SAME(TT_BH_TRISC1_IMAGE, MEM_TRISC1_INIT_LOCAL_L1_BASE_SCRATCH);
SAME(TT_BH_TRISC2_IMAGE, MEM_TRISC2_INIT_LOCAL_L1_BASE_SCRATCH);
SAME(TT_BH_BANK_TABLE, MEM_BANK_TO_NOC_SCRATCH);
SAME(TT_BH_BANK_TABLE_SIZE, MEM_BANK_TO_NOC_SIZE);
SAME(TT_BH_LOGICAL_TABLE, MEM_LOGICAL_TO_VIRTUAL_SCRATCH);
SAME(TT_BH_BOOT_END, MEM_LOGICAL_TO_VIRTUAL_SCRATCH + MEM_LOGICAL_TO_VIRTUAL_SIZE);
SAME(TT_BH_LOGICAL_COLUMNS, (noc_size_x + 3) / 4 * 4);
SAME(TT_BH_LOGICAL_ROWS, (noc_size_y + 3) / 4 * 4);

FIELD(TT_BH_SUBORDINATE_SYNC, subordinate_sync);
FIELD(TT_BH_LAUNCH, launch);
SAME(TT_BH_LAUNCH_SIZE, sizeof(launch_msg_t));
FIELD(TT_BH_GO, go_messages);
FIELD(TT_BH_GO_SIGNAL, go_messages[0].signal);
FIELD(TT_BH_WAYPOINTS, watcher.debug_waypoint);
SAME(4, sizeof(debug_waypoint_msg_t));
FIELD(TT_BH_LOGICAL_X, core_info.absolute_logical_x);
FIELD(TT_BH_LOGICAL_Y, core_info.absolute_logical_y);
SAME(TT_BH_SIGNAL_INIT, RUN_MSG_INIT);
SAME(TT_BH_SIGNAL_GO, RUN_MSG_GO);
SAME(TT_BH_SIGNAL_DONE, RUN_MSG_DONE);
SAME(TT_BH_SIGNAL_DONE, RUN_SYNC_MSG_DONE);

LAUNCH(TT_BH_LAUNCH_CONFIG_BASE, kernel_config_base);
LAUNCH(TT_BH_LAUNCH_LOCAL_CB, local_cb_offset);
LAUNCH(TT_BH_LAUNCH_REMOTE_CB, remote_cb_offset);
LAUNCH(TT_BH_LAUNCH_ARGS, rta_offset);
SAME(4, sizeof(rta_offset_t));
LAUNCH(TT_BH_LAUNCH_MODE, mode);
SAME(TT_BH_LAUNCH_MODE_HOST, DISPATCH_MODE_HOST);
LAUNCH(TT_BH_LAUNCH_TEXT, kernel_text_offset);
LAUNCH(TT_BH_LAUNCH_CB_MASK, local_cb_mask);
LAUNCH(TT_BH_LAUNCH_FIRST_REMOTE_CB, min_remote_cb_start_index);
LAUNCH(TT_BH_LAUNCH_ENABLES, enables);
SAME(0, static_cast<int>(TensixProcessorTypes::DM0));
SAME(1, static_cast<int>(TensixProcessorTypes::DM1));
SAME(2, static_cast<int>(TensixProcessorTypes::MATH0));
SAME(TT_BH_CB_SIZE, 4 * UINT32_WORDS_PER_LOCAL_CIRCULAR_BUFFER_CONFIG);

static_assert(TT_BH_CONFIG >= MEM_MAP_END && TT_BH_CONFIG % 64 == 0);
static_assert(TT_BH_CBS + TT_BH_CB_SIZE * NUM_CIRCULAR_BUFFERS <= TT_BH_TEXT);
static_assert(TT_BH_L1_BANKS * 2 * 2 + 8 * 2 * 2 + (TT_BH_L1_BANKS + 8) * 4 <=
              TT_BH_BANK_TABLE_SIZE);

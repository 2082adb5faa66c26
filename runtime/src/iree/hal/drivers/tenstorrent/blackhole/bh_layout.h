// L1 of a worker: what tt-metal v0.65.0's Blackhole firmware expects where, and
// what we put behind it. Addresses and sizes in bytes. For C and C++:
// bh_layout_check.cpp holds tt-metal's part against its own headers.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_LAYOUT_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_LAYOUT_H_

#include "toolchain/target.h"

// A register of every worker, and what is written to it.
#define TT_BH_SOFT_RESET_0 0xFFB121B0u
#define TT_BH_LOCAL_MEMORY 0xFFB00000u  // of each processor, its own

enum {
  TT_BH_RESET_ALL = 0x47800,
  TT_BH_RESET_ALL_BUT_BRISC = 0x47000,

  // ---- tt-metal: dev_mem_map.h ----------------------------------------------
  TT_BH_MAILBOX = 96,  // mailboxes_t
  TT_BH_BRISC_FIRMWARE = 14400,
  TT_BH_MAP_END = 32880,
  // Read by the firmware while it boots, ours afterwards: images of its local
  // memories, then tables.
  TT_BH_BRISC_IMAGE = 32880,
  TT_BH_NCRISC_IMAGE = 41072,
  TT_BH_TRISC0_IMAGE = 49264,
  TT_BH_TRISC1_IMAGE = 53360,
  TT_BH_TRISC2_IMAGE = 57456,
  TT_BH_BANK_TABLE = 69744,
  TT_BH_BANK_TABLE_SIZE = 2048,
  TT_BH_LOGICAL_TABLE = 71792,  // NoC x of logical columns, NoC y of rows
  TT_BH_LOGICAL_COLUMNS = 20,
  TT_BH_LOGICAL_ROWS = 12,
  TT_BH_BOOT_END = 71824,

  // ---- tt-metal: dev_msgs.h, fields of the mailboxes ------------------------
  TT_BH_SUBORDINATE_SYNC = TT_BH_MAILBOX + 8,  // byte i: processor i + 1
  TT_BH_LAUNCH = TT_BH_MAILBOX + 16,           // launch_msg_t[0]
  TT_BH_LAUNCH_SIZE = 96,
  TT_BH_GO = TT_BH_MAILBOX + 784,         // go_msg_t[0]
  TT_BH_GO_SIGNAL = TT_BH_GO + 3,         // its signal
  TT_BH_WAYPOINTS = TT_BH_MAILBOX + 844,  // char[4] a processor
  TT_BH_LOGICAL_X = TT_BH_MAILBOX + 2368,
  TT_BH_LOGICAL_Y = TT_BH_MAILBOX + 2369,

  TT_BH_SIGNAL_INIT = 0x40,
  TT_BH_SIGNAL_GO = 0x80,
  TT_BH_SIGNAL_DONE = 0,  // of go_msg_t and of subordinate_sync

  // Fields of launch_msg_t. Offsets in it are from the config base.
  TT_BH_LAUNCH_CONFIG_BASE = 0,  // uint32_t
  TT_BH_LAUNCH_LOCAL_CB = 18,    // uint16_t, offset
  TT_BH_LAUNCH_REMOTE_CB = 20,   // uint16_t, offset
  TT_BH_LAUNCH_ARGS = 22,  // a processor: uint16_t offset of its arguments, and
                           // of common ones
  TT_BH_LAUNCH_MODE = 42,  // uint8_t
  TT_BH_LAUNCH_MODE_HOST = 1,
  TT_BH_LAUNCH_TEXT = 44,             // a processor: uint32_t, offset
  TT_BH_LAUNCH_CB_MASK = 64,          // uint32_t
  TT_BH_LAUNCH_FIRST_REMOTE_CB = 70,  // uint8_t; 32: there are none
  TT_BH_LAUNCH_ENABLES = 76,          // uint32_t, bit i: processor i
  TT_BH_CB_SIZE = 16,  // uint32_t address, bytes, pages, bytes of a page

  // ---- Ours -----------------------------------------------------------------
  TT_BH_CONFIG = 32896,                // kernel_config_base
  TT_BH_PLACES = TT_TARGET_PLACES,     // uint32_t a processor
  TT_BH_ARGS = TT_TARGET_PLACES + 64,  // of reader, compute, writer
  TT_BH_ARGS_STRIDE = 1376,            // at least 341 words, a multiple of 16
  TT_BH_CBS = TT_BH_ARGS + 3 * TT_BH_ARGS_STRIDE,
  TT_BH_TEXT = TT_TARGET_TEXT,
  TT_BH_TEXT_END = TT_TARGET_TEXT_END,
  TT_BH_STAGING = TT_BH_TEXT_END,  // the emitter's staging CB
  TT_BH_STAGING_END = 196608,      // the program's CBs follow: l1_reserved

  TT_BH_L1_BANKS = TT_TARGET_L1_BANKS,
};

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_LAYOUT_H_

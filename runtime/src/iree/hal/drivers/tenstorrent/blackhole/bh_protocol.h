// What a simulator in a child process and the driver say to each other over a
// stream socket (docs/simulator-protocol.md). Little-endian, as the hosts are.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROTOCOL_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROTOCOL_H_

#include <stdint.h>

enum {
  TT_BH_PROTOCOL_VERSION = 1,
  TT_BH_REQUEST_MAGIC = 0x51484254,  // "TBHQ"
  TT_BH_REPLY_MAGIC = 0x41484254,    // "TBHA"
  TT_BH_PAYLOAD_LIMIT = 1 << 20,     // bytes of one read or write
};

typedef enum tt_bh_request_kind_e {
  TT_BH_REQUEST_INFO = 1,     // reply: tt_bh_reply_info_t
  TT_BH_REQUEST_READ = 2,     // reply: |size| bytes
  TT_BH_REQUEST_WRITE = 3,    // followed by |size| bytes; reply: empty
  TT_BH_REQUEST_ADVANCE = 4,  // |size| cycles; reply: uint64_t cycles so far
  TT_BH_REQUEST_RESET = 5,    // |size| 1: hold in reset, 0: let go; empty reply
} tt_bh_request_kind_t;

typedef struct tt_bh_request_t {
  uint32_t magic;
  uint32_t sequence;  // counts up from 1
  uint32_t kind;
  uint32_t size;
  uint16_t x, y;  // of the tile, else 0
  uint32_t reserved;
  uint64_t address;
} tt_bh_request_t;
_Static_assert(sizeof(tt_bh_request_t) == 32, "wire format");

// Followed by |size| bytes. There is no reply that says "error": a simulator
// that cannot do what it is asked writes why to its standard error and ends.
typedef struct tt_bh_reply_t {
  uint32_t magic;
  uint32_t sequence;  // of the request
  uint32_t size;
  uint32_t reserved;
} tt_bh_reply_t;
_Static_assert(sizeof(tt_bh_reply_t) == 16, "wire format");

// The fields after |version| are those of tt_bh_transport_info_t.
typedef struct tt_bh_reply_info_t {
  uint32_t version;  // TT_BH_PROTOCOL_VERSION
  uint32_t worker_columns;
  uint32_t dram_banks;
  uint32_t grid_cols;
  uint32_t grid_rows;
} tt_bh_reply_info_t;
_Static_assert(sizeof(tt_bh_reply_info_t) == 20, "wire format");

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_PROTOCOL_H_

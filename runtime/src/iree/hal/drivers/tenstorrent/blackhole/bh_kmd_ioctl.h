// The kernel driver's interface: requests on /dev/tenstorrent/N, and how the
// card is addressed through its windows. Facts of tt-kmd's public ioctl.h and
// of its chardev.c and blackhole.c (the API of 2.0.0; what came later is said
// so), written down here; sizes in bytes.
//
// A request that fails sets errno: EINVAL for what it does not know or take,
// EPERM for a window of somebody else, EBUSY for one that is still mapped,
// ENOMEM when there is none, ENODEV after somebody reset the card.
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_IOCTL_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_IOCTL_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define TT_KMD_GET_DEVICE_INFO _IO(0xFA, 0)
#define TT_KMD_GET_DRIVER_INFO _IO(0xFA, 5)
#define TT_KMD_RESET_DEVICE _IO(0xFA, 6)
#define TT_KMD_LOCK_CTL _IO(0xFA, 8)
#define TT_KMD_ALLOCATE_TLB _IO(0xFA, 11)
#define TT_KMD_FREE_TLB _IO(0xFA, 12)
#define TT_KMD_CONFIGURE_TLB _IO(0xFA, 13)
#define TT_KMD_SET_POWER_STATE _IO(0xFA, 15)  // since 2.6.0
_Static_assert(TT_KMD_GET_DEVICE_INFO == 0xFA00, "request numbers");
_Static_assert(TT_KMD_SET_POWER_STATE == 0xFA0F, "request numbers");

enum {
  TT_KMD_API_VERSION = 2,  // of the interface, since tt-kmd 2.0.0
  TT_KMD_VENDOR = 0x1E52,  // PCI ids
  TT_KMD_BLACKHOLE = 0xB140,
  TT_KMD_WORMHOLE = 0x401E,
  TT_KMD_GRAYSKULL = 0xFACA,
};

// Structures of requests that have an output begin with the bytes that the
// caller has for it; the driver clears as many and fills what it knows.

typedef struct tt_kmd_device_info_t {
  uint32_t in_output_size;  // sizeof(tt_kmd_device_info_t) - 4
  uint32_t output_size;
  uint16_t vendor_id;
  uint16_t device_id;
  uint16_t subsystem_vendor_id;
  uint16_t subsystem_id;
  uint16_t bus_dev_fn;  // function: bits 0-2, device: 3-7, bus: 8-15
  uint16_t max_dma_buffer_size_log2;
  uint16_t pci_domain;
  uint16_t reserved;
} tt_kmd_device_info_t;
_Static_assert(sizeof(tt_kmd_device_info_t) == 24, "tt-kmd's interface");
_Static_assert(offsetof(tt_kmd_device_info_t, bus_dev_fn) == 16, "interface");

typedef struct tt_kmd_driver_info_t {
  uint32_t in_output_size;
  uint32_t output_size;
  uint32_t api_version;
  uint8_t major, minor, patch;  // of the driver
  uint8_t reserved;
} tt_kmd_driver_info_t;
_Static_assert(sizeof(tt_kmd_driver_info_t) == 16, "tt-kmd's interface");

typedef struct tt_kmd_reset_device_t {
  uint32_t in_output_size;
  uint32_t flags;  // tt_kmd_reset_t
  uint32_t output_size;
  uint32_t result;  // 0: done
} tt_kmd_reset_device_t;
_Static_assert(sizeof(tt_kmd_reset_device_t) == 16, "tt-kmd's interface");

typedef enum tt_kmd_reset_e {
  TT_KMD_ASIC_RESET = 4,  // since 2.4.0; takes all mappings and windows away
  TT_KMD_POST_RESET = 6,  // when the chip is back
} tt_kmd_reset_t;

typedef struct tt_kmd_lock_ctl_t {
  uint32_t in_output_size;
  uint32_t flags;  // tt_kmd_lock_t
  uint8_t index;   // below TT_KMD_LOCK_COUNT
  uint8_t reserved[3];
  uint8_t value;
  uint8_t out_reserved[3];
} tt_kmd_lock_ctl_t;
_Static_assert(sizeof(tt_kmd_lock_ctl_t) == 16, "tt-kmd's interface");

typedef enum tt_kmd_lock_e {
  TT_KMD_LOCK_ACQUIRE = 0,  // value 1: got it, 0: another descriptor has it
} tt_kmd_lock_t;

enum {
  TT_KMD_LOCK_COUNT = 64,  // 0 to 15 are for ethernet cores
  TT_KMD_OUR_LOCK = 63,
};

typedef struct tt_kmd_allocate_tlb_t {
  uint64_t size;  // of a window: one of the two below
  uint64_t reserved;
  uint32_t id;
  uint32_t out_reserved0;
  uint64_t map_offset_uc;  // for mmap: uncached,
  uint64_t map_offset_wc;  // and with combined writes
  uint64_t out_reserved1;
} tt_kmd_allocate_tlb_t;
_Static_assert(sizeof(tt_kmd_allocate_tlb_t) == 48, "tt-kmd's interface");
_Static_assert(offsetof(tt_kmd_allocate_tlb_t, map_offset_wc) == 32, "same");

#define TT_KMD_WINDOW_2M (UINT64_C(1) << 21)
#define TT_KMD_WINDOW_4G (UINT64_C(1) << 32)

typedef struct tt_kmd_free_tlb_t {
  uint32_t id;
} tt_kmd_free_tlb_t;
_Static_assert(sizeof(tt_kmd_free_tlb_t) == 4, "tt-kmd's interface");

typedef struct tt_kmd_configure_tlb_t {
  uint32_t id;
  uint32_t reserved;
  uint64_t address;           // in the tile, a multiple of the window's size
  uint16_t x_end, y_end;      // the tile
  uint16_t x_start, y_start;  // for multicast only
  uint8_t noc;
  uint8_t multicast;
  uint8_t ordering;  // tt_kmd_ordering_t
  uint8_t linked;
  uint8_t static_vc;
  uint8_t reserved0[3];
  uint32_t reserved1[2];
  uint64_t out_reserved;
} tt_kmd_configure_tlb_t;
_Static_assert(sizeof(tt_kmd_configure_tlb_t) == 48, "tt-kmd's interface");
_Static_assert(offsetof(tt_kmd_configure_tlb_t, x_end) == 16, "interface");
_Static_assert(offsetof(tt_kmd_configure_tlb_t, noc) == 24, "interface");
_Static_assert(offsetof(tt_kmd_configure_tlb_t, out_reserved) == 40, "same");

// How accesses of a window are ordered on the NoC [tt-isa-documentation,
// WormholeB0/PCIExpressTile/TLBs.md; the modes are the same in tt-umd]. In both
// of these a read comes after the writes before it.
typedef enum tt_kmd_ordering_e {
  TT_KMD_ORDER_RELAXED = 0,  // writes may overtake writes
  TT_KMD_ORDER_STRICT = 1,
} tt_kmd_ordering_t;

// The driver gives the card what the most demanding descriptor asks for. One
// that is opened with O_APPEND asks for nothing until it uses this request.
typedef struct tt_kmd_power_state_t {
  uint32_t size;   // sizeof(tt_kmd_power_state_t)
  uint32_t flags;  // 0
  uint8_t reserved;
  uint8_t validity;      // number of power flags | number of settings << 4
  uint16_t power_flags;  // tt_kmd_power_t
  uint16_t settings[14];
} tt_kmd_power_state_t;
_Static_assert(sizeof(tt_kmd_power_state_t) == 40, "tt-kmd's interface");

typedef enum tt_kmd_power_e {
  TT_KMD_POWER_FLAG_COUNT = 4,
  TT_KMD_POWER_MAX_CLOCK = 1,
  TT_KMD_POWER_DRAM = 2,  // memory controllers awake
  TT_KMD_POWER_TENSIX = 4,
} tt_kmd_power_t;

// ---- What the card's own firmware says --------------------------------------

// Telemetry, in the tile of the ARC processor [tt-kmd's blackhole.c and
// telemetry.h, tt-umd's telemetry.hpp]. The two registers hold addresses in the
// ARC's memory: of {version, count, then count times tag | index << 16}, and of
// the values.
enum {
  TT_KMD_ARC_X = 8,
  TT_KMD_ARC_Y = 0,
  TT_KMD_ARC_MEMORY = 0x10000000,
  TT_KMD_ARC_MEMORY_SIZE = 1 << 19,

  TT_KMD_TAG_CLOCK = 14,           // MHz, of the Tensix cores
  TT_KMD_TAG_TENSIX_COLUMNS = 34,  // bit c: a column of workers is enabled
  TT_KMD_TAG_DRAM_BANKS = 36,      // bit b: a bank is enabled
  TT_KMD_TAG_TRANSLATION = 40,     // 1: NoC coordinates are translated
};
#define TT_KMD_ARC_BOOT_STATUS 0x80030408u  // all ones: the NoC does not answer
#define TT_KMD_ARC_TELEMETRY_VALUES 0x80030430u
#define TT_KMD_ARC_TELEMETRY_TABLE 0x80030434u

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_BLACKHOLE_BH_KMD_IOCTL_H_

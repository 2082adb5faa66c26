// Firmware: tt-metal's own, brought up the way tt-metal does it
// (docs/launch-protocol.md).

#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "toolchain/precompiled.h"

enum {
  // Milliseconds at least that cores have to boot, whatever launches have:
  // simulators of many cores are slow.
  BOOT_TIMEOUT_MS = 120000,
};

tt_status_t tt_bh_build_firmware(tt_backend_device_t* device,
                                 const tt_program_t* program) {
  pthread_mutex_lock(&device->build_mutex);
  tt_status_t status = NULL;
  if (!device->firmware && device->toolchain) {
    status = tt_toolchain_firmware(device->toolchain, &device->target,
                                   &device->firmware);
  } else if (!device->firmware) {
    status =
        tt_precompiled_find(program, &device->target, TT_PRECOMPILED_FIRMWARE,
                            &device->firmware, &device->firmware_id);
  }
  pthread_mutex_unlock(&device->build_mutex);
  return tt_status_prefix(status, "tt-metal's firmware");
}

// The instruction `jal x0, target` for address 0.
static uint32_t jump(uint32_t target) {
  return 0x6F | (target & 0xFF000) | (target >> 11 & 1) << 20 |
         (target >> 1 & 0x3FF) << 21 | (target >> 20 & 1) << 31;
}

// Where a firmware segment is loaded: what belongs in a processor's local
// memory waits in L1 until the processor copies it.
static uint32_t load_address(const tt_binary_segment_t* segment) {
  static const uint32_t images[TT_PROCESSOR_COUNT] = {
      TT_BH_BRISC_IMAGE, TT_BH_NCRISC_IMAGE, TT_BH_TRISC0_IMAGE,
      TT_BH_TRISC1_IMAGE, TT_BH_TRISC2_IMAGE};
  if (segment->address < TT_BH_LOCAL_MEMORY) return segment->address;
  return images[segment->processor] + (segment->address - TT_BH_LOCAL_MEMORY);
}

// L1 as all cores find it when they start, up to TT_BH_BOOT_END.
static tt_status_t make_image(const tt_backend_device_t* device,
                              uint8_t* image) {
  memset(image, 0, TT_BH_BOOT_END);
  const uint32_t first = jump(TT_BH_BRISC_FIRMWARE);
  memcpy(image, &first, sizeof(first));
  const tt_binary_t* code = device->firmware;
  for (uint32_t i = 0; i < code->segment_count; ++i) {
    const tt_binary_segment_t* segment = &code->segments[i];
    const uint32_t address = load_address(segment);
    if (segment->size > TT_BH_BANK_TABLE ||
        address > TT_BH_BANK_TABLE - segment->size) {
      return tt_status_make(TT_CODE_INTERNAL,
                            "tt-metal's firmware has %u bytes at 0x%x, which "
                            "nothing is expected at",
                            segment->size, segment->address);
    }
    memcpy(image + address, code->bytes + segment->offset, segment->size);
  }
  tt_bh_chip_logical_table(&device->chip, image + TT_BH_LOGICAL_TABLE);
  image[TT_BH_GO_SIGNAL] = TT_BH_SIGNAL_INIT;
  return NULL;
}

static tt_status_t start_core(tt_backend_device_t* device, uint32_t core,
                              uint8_t* image) {
  const tt_bh_noc_t worker = tt_bh_chip_worker(&device->chip, core);
  tt_bh_chip_bank_table(&device->chip, core, image + TT_BH_BANK_TABLE);
  image[TT_BH_LOGICAL_X] = (uint8_t)(core % device->chip.cols);
  image[TT_BH_LOGICAL_Y] = (uint8_t)(core / device->chip.cols);
  TT_RETURN_IF_ERROR(tt_bh_set_reset(device, worker, true));
  TT_RETURN_IF_ERROR(tt_bh_write(device, worker, 0, image, TT_BH_BOOT_END));
  return tt_bh_set_reset(device, worker, false);
}

// Starts those of the first |count| cores that are not up, and waits for them.
static tt_status_t start_cores(tt_backend_device_t* device, uint32_t count,
                               uint8_t* image) {
  for (uint32_t core = 0; core < count; ++core) {
    if (device->cores[core].booted) continue;
    TT_RETURN_IF_ERROR(start_core(device, core, image));
  }
  const uint32_t timeout_ms = device->timeout_ms > BOOT_TIMEOUT_MS
                                  ? device->timeout_ms
                                  : BOOT_TIMEOUT_MS;
  uint32_t pending = 0;
  TT_RETURN_IF_ERROR(tt_bh_wait(device, count, timeout_ms, false, &pending));
  if (pending < count) {
    const tt_bh_noc_t worker = tt_bh_chip_worker(&device->chip, pending);
    tt_bh_lose(device);
    return tt_status_make(TT_CODE_DEADLINE_EXCEEDED,
                          "core %u (NoC %u,%u) did not boot within %u ms",
                          pending, worker.x, worker.y, timeout_ms);
  }
  for (uint32_t core = 0; core < count; ++core) {
    device->cores[core].booted = true;
  }
  return NULL;
}

tt_status_t tt_bh_boot(tt_backend_device_t* device, uint32_t count) {
  uint32_t booted = 0;
  while (booted < count && device->cores[booted].booted) ++booted;
  if (booted == count) return NULL;
  uint8_t* image = malloc(TT_BH_BOOT_END);
  tt_status_t status = image ? make_image(device, image)
                             : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                              "out of host memory for booting");
  if (!status) status = start_cores(device, count, image);
  free(image);
  return status;
}

// Waiting for cores, and what happens to those that do not come back.

#include <stdlib.h>
#include <string.h>

#include "bh_device.h"
#include "tile/emit.h"
#include "tile/strbuf.h"

enum {
  // Cycles between two looks at a core: at first, then a part of what passed,
  // as long as that takes a moment only. Launches are measured that well.
  FIRST_STEP = 100,
  STEP_PART = 32,
  MAX_STEP = 1 << 20,
  MOMENT_MS = 200,
};

//===----------------------------------------------------------------------===//
// The watchdog
//===----------------------------------------------------------------------===//

static tt_status_t is_done(tt_backend_device_t* device, uint32_t core,
                           bool* out_done) {
  uint8_t signal = 0;
  TT_RETURN_IF_ERROR(tt_bh_read(device, tt_bh_chip_worker(&device->chip, core),
                                TT_BH_GO_SIGNAL, &signal, sizeof(signal)));
  *out_done = signal == TT_BH_SIGNAL_DONE;
  return NULL;
}

// Whether a kernel of |core| stopped at an access outside of its view.
static tt_status_t has_stopped(tt_backend_device_t* device, uint32_t core,
                               bool* out_stopped) {
  uint32_t places[TT_PROCESSOR_COUNT];
  TT_RETURN_IF_ERROR(tt_bh_read(device, tt_bh_chip_worker(&device->chip, core),
                                TT_BH_PLACES, places, sizeof(places)));
  *out_stopped = false;
  for (int p = 0; p < TT_PROCESSOR_COUNT; ++p) {
    *out_stopped |= (places[p] & (uint32_t)TT_EMIT_PLACE_STOPPED) != 0;
  }
  return NULL;
}

tt_status_t tt_bh_wait(tt_backend_device_t* device, uint32_t count,
                       uint32_t timeout_ms, bool watch_places,
                       uint32_t* out_pending) {
  const int64_t deadline = tt_bh_now_ms() + timeout_ms;
  uint32_t step = FIRST_STEP, most = MAX_STEP;
  uint64_t passed = 0;
  for (uint32_t core = 0;;) {
    bool done = true, stopped = false;
    while (done && core < count) {
      TT_RETURN_IF_ERROR(is_done(device, core, &done));
      core += done;
    }
    *out_pending = core;
    if (!done && watch_places) {
      TT_RETURN_IF_ERROR(has_stopped(device, core, &stopped));
    }
    const int64_t before = tt_bh_now_ms();
    if (done || stopped || before >= deadline) return NULL;
    TT_RETURN_IF_ERROR(tt_bh_advance(device, step));
    if (tt_bh_now_ms() - before > MOMENT_MS) most = step;
    passed += step;
    const uint64_t next = passed / STEP_PART;
    if (next > step) step = next < most ? (uint32_t)next : most;
  }
}

//===----------------------------------------------------------------------===//
// Saying where a core is
//===----------------------------------------------------------------------===//

// What a core shows of itself.
typedef struct core_state_t {
  uint8_t sync[TT_PROCESSOR_COUNT - 1];  // subordinate_sync
  char waypoints[TT_PROCESSOR_COUNT][4];
  uint32_t places[TT_PROCESSOR_COUNT];  // tt_emit_describe_place
} core_state_t;

static tt_status_t read_state(tt_backend_device_t* device, tt_bh_noc_t worker,
                              core_state_t* out_state) {
  TT_RETURN_IF_ERROR(tt_bh_read(device, worker, TT_BH_SUBORDINATE_SYNC,
                                out_state->sync, sizeof(out_state->sync)));
  TT_RETURN_IF_ERROR(tt_bh_read(device, worker, TT_BH_WAYPOINTS,
                                out_state->waypoints,
                                sizeof(out_state->waypoints)));
  return tt_bh_read(device, worker, TT_BH_PLACES, out_state->places,
                    sizeof(out_state->places));
}

static bool is_stopped(const core_state_t* state, tt_processor_t processor) {
  return (state->places[processor] & (uint32_t)TT_EMIT_PLACE_STOPPED) != 0;
}

static bool is_busy(const core_state_t* state, tt_processor_t processor) {
  if (processor != TT_PROCESSOR_BRISC) {
    return state->sync[processor - 1] != TT_BH_SIGNAL_DONE;
  }
  // BRISC waits for the others at the end of its own kernel.
  return memcmp(state->waypoints[TT_PROCESSOR_BRISC], "NTW", 3) != 0;
}

static void print_processor(const tt_bh_running_t* running,
                            const core_state_t* state, tt_processor_t processor,
                            tt_strbuf_t* out) {
  static const struct {
    const char* name;
    tt_unit_t unit;
  } processors[TT_PROCESSOR_COUNT] = {
      {"BRISC (writer)", TT_UNIT_WRITER},
      {"NCRISC (reader)", TT_UNIT_READER},
      {"TRISC0 (compute, unpack)", TT_UNIT_COMPUTE},
      {"TRISC1 (compute, math)", TT_UNIT_COMPUTE},
      {"TRISC2 (compute, pack)", TT_UNIT_COMPUTE}};
  char* op = NULL;
  tt_status_free(tt_emit_describe_place(
      running->program, running->entry, running->phase,
      processors[processor].unit, state->places[processor], &op));
  tt_strbuf_print(out, "%s at %s", processors[processor].name,
                  op ? op : "an op");
  free(op);
  const char* waypoint = state->waypoints[processor];
  if (!waypoint[0]) return;
  tt_strbuf_print(out, ", waypoint ");
  for (int i = 0; i < 4 && waypoint[i] > ' ' && waypoint[i] < 127; ++i) {
    tt_strbuf_print(out, "%c", waypoint[i]);
  }
}

// Where a core and its busy processors are; only the stopped ones if there are.
static void print_core(tt_backend_device_t* device,
                       const tt_bh_running_t* running, uint32_t core,
                       const core_state_t* state, bool stopped,
                       tt_strbuf_t* out) {
  const tt_bh_noc_t worker = tt_bh_chip_worker(&device->chip, core);
  tt_strbuf_print(out, "core %u (column %u, row %u; NoC %u,%u): ", core,
                  core % device->chip.cols, core / device->chip.cols, worker.x,
                  worker.y);
  const char* separator = "";
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    const tt_processor_t p = (tt_processor_t)i;
    if (stopped ? !is_stopped(state, p) : !is_busy(state, p)) continue;
    tt_strbuf_print(out, "%s", separator);
    print_processor(running, state, p, out);
    separator = "; ";
  }
}

//===----------------------------------------------------------------------===//
// Making the device usable again
//===----------------------------------------------------------------------===//

// Moves the bytes of every allocation, bank by bank, between the device and
// |snapshot|.
static tt_status_t move_allocations(tt_backend_device_t* device,
                                    uint8_t* snapshot, bool save) {
  for (const tt_bh_block_t* b = device->dram.first; b; b = b->next) {
    for (uint32_t bank = 0; bank < device->chip.bank_count; ++bank) {
      const tt_bh_noc_t tile = device->chip.banks[0][bank];
      TT_RETURN_IF_ERROR(
          save ? tt_bh_read(device, tile, b->address, snapshot, b->size)
               : tt_bh_write(device, tile, b->address, snapshot, b->size));
      snapshot += b->size;
    }
  }
  return NULL;
}

// A new device with the old one's allocations. What a Tensix unit was given and
// has not done yet survives a reset of its RISC-Vs, and would come before the
// next kernel's work: cores that hang in compute kernels need this.
static tt_status_t restart_keeping_memory(tt_backend_device_t* device) {
  uint64_t bytes = 0;
  for (const tt_bh_block_t* b = device->dram.first; b; b = b->next) {
    bytes += b->size * device->chip.bank_count;
  }
  uint8_t* snapshot = malloc(bytes ? bytes : 1);
  if (!snapshot) {
    tt_bh_lose(device);
    return tt_status_make(TT_CODE_DATA_LOSS,
                          "no host memory to keep %llu bytes of device memory",
                          (unsigned long long)bytes);
  }
  tt_status_t status = move_allocations(device, snapshot, true);
  if (!status) status = tt_bh_restart(device);
  if (!status) status = move_allocations(device, snapshot, false);
  free(snapshot);
  return status;
}

// Stops the cores that are not done. *out_compute: one of them hangs in its
// compute kernel.
static tt_status_t stop_pending(tt_backend_device_t* device, uint32_t count,
                                uint32_t* out_pending, bool* out_compute) {
  *out_pending = 0;
  *out_compute = false;
  for (uint32_t core = 0; core < count; ++core) {
    bool done = false;
    TT_RETURN_IF_ERROR(is_done(device, core, &done));
    if (done) continue;
    const tt_bh_noc_t worker = tt_bh_chip_worker(&device->chip, core);
    core_state_t state;
    TT_RETURN_IF_ERROR(read_state(device, worker, &state));
    for (int p = TT_PROCESSOR_TRISC0; p <= TT_PROCESSOR_TRISC2; ++p) {
      *out_compute |= is_busy(&state, (tt_processor_t)p);
    }
    TT_RETURN_IF_ERROR(tt_bh_set_reset(device, worker, true));
    device->cores[core] = (tt_bh_core_t){0};
    ++*out_pending;
  }
  return NULL;
}

tt_status_t tt_bh_fault(tt_backend_device_t* device,
                        const tt_bh_running_t* running, uint32_t count,
                        uint32_t pending) {
  core_state_t state;
  TT_RETURN_IF_ERROR(
      read_state(device, tt_bh_chip_worker(&device->chip, pending), &state));
  uint32_t ended = 0;
  bool compute = false;
  TT_RETURN_IF_ERROR(stop_pending(device, count, &ended, &compute));
  bool stopped = false;
  for (int p = 0; p < TT_PROCESSOR_COUNT; ++p) {
    stopped |= is_stopped(&state, (tt_processor_t)p);
  }
  tt_strbuf_t text = {0};
  print_core(device, running, pending, &state, stopped, &text);
  if (ended > 1) tt_strbuf_print(&text, " (and %u more cores)", ended - 1);
  tt_status_t recovery =
      compute ? restart_keeping_memory(device) : tt_bh_boot(device, count);
  if (recovery) {
    tt_strbuf_print(&text, "; then the device could not be made usable: %s",
                    tt_status_message(recovery));
    tt_status_free(recovery);
  }
  const char* where = text.data ? text.data : "";
  tt_status_t status =
      stopped ? tt_status_make(
                    TT_CODE_OUT_OF_RANGE,
                    "an access of elements outside of their view: %s", where)
              : tt_status_make(TT_CODE_DEADLINE_EXCEEDED,
                               "not done within %g s, which the device option "
                               "timeout= sets: %s",
                               device->timeout_ms * 1e-3, where);
  tt_strbuf_free(&text);
  return status;
}

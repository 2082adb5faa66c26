// Pages of circular buffers, and the ops on CBs.
#include <inttypes.h>
#include <string.h>

#include "tile/interp_internal.h"

// ---- Pages ----------------------------------------------------------------

static uint32_t ring_index(const tt_cb_state_t* cb, uint32_t start,
                           uint32_t t) {
  uint32_t index = start + t;
  return index < cb->info->pages ? index : index - cb->info->pages;
}

static uint8_t* home_of(const tt_cb_state_t* cb, uint32_t index) {
  return cb->home + (uint64_t)index * cb->info->page_bytes;
}

static uint8_t* shadow_of(const tt_core_t* core, const tt_cb_state_t* cb,
                          uint32_t index) {
  return core->worker->shadow + (home_of(cb, index) - core->worker->l1);
}

static bool check_page(tt_core_t* core, const tt_decoded_t* op,
                       const tt_cb_state_t* cb, int64_t t, uint32_t held,
                       const char* how) {
  if ((uint64_t)t < held) return true;
  tt_core_fail(core, op, TT_CODE_OUT_OF_RANGE,
               "page %" PRId64 " of c%u, of which %u are %s", t,
               cb->info->number, held, how);
  return false;
}

uint8_t* tt_produce_page(tt_core_t* core, const tt_decoded_t* op,
                         uint32_t cb_index, int64_t t, bool keep) {
  tt_cb_state_t* cb = &core->cbs[cb_index];
  if (!check_page(core, op, cb, t, cb->reserved, "reserved")) return NULL;
  uint32_t index = ring_index(cb, cb->back, (uint32_t)t);
  tt_page_t* page = &cb->page[index];
  uint8_t* home = home_of(cb, index);
  if (keep && page->bytes != home) {
    memcpy(home, page->bytes, cb->info->page_bytes);
  }
  *page = (tt_page_t){home, {TT_TILE_DIM, TT_TILE_DIM}};
  return home;
}

void tt_produce_memory(tt_core_t* core, uint32_t cb_index, int64_t t,
                       uint8_t* memory) {
  tt_cb_state_t* cb = &core->cbs[cb_index];
  cb->page[ring_index(cb, cb->back, (uint32_t)t)].bytes = memory;
}

void tt_note_extent(tt_core_t* core, uint32_t cb_index, int64_t t,
                    tt_extent_t extent) {
  tt_cb_state_t* cb = &core->cbs[cb_index];
  cb->page[ring_index(cb, cb->back, (uint32_t)t)].extent = extent;
}

tt_extent_t tt_consume_extent(const tt_core_t* core, uint32_t cb_index,
                              int64_t t) {
  const tt_cb_state_t* cb = &core->cbs[cb_index];
  return cb->page[ring_index(cb, cb->front, (uint32_t)t)].extent;
}

void tt_mark_written(tt_core_t* core, uint32_t cb_index, int64_t t,
                     uint32_t first, uint32_t count) {
  if (!core->checked) return;
  const tt_cb_state_t* cb = &core->cbs[cb_index];
  uint32_t index = ring_index(cb, cb->back, (uint32_t)t);
  memset(shadow_of(core, cb, index) + first, 1, count);
}

const uint8_t* tt_consume_page(tt_core_t* core, const tt_decoded_t* op,
                               uint32_t cb_index, int64_t t, uint32_t first,
                               uint32_t count) {
  const tt_cb_state_t* cb = &core->cbs[cb_index];
  if (!check_page(core, op, cb, t, cb->waited, "waited for")) return NULL;
  uint32_t index = ring_index(cb, cb->front, (uint32_t)t);
  if (core->checked && count) {
    const uint8_t* shadow = shadow_of(core, cb, index) + first;
    const uint8_t* missing = memchr(shadow, 0, count);
    if (missing) {
      tt_core_fail(core, op, TT_CODE_FAILED_PRECONDITION,
                   "element %u of page %" PRId64 " of c%u was never written",
                   first + (uint32_t)(missing - shadow), t, cb->info->number);
      return NULL;
    }
  }
  return cb->page[index].bytes;
}

// ---- CB ops ---------------------------------------------------------------

static tt_run_t impossible(tt_core_t* core, const tt_decoded_t* op,
                           uint32_t have, const char* how) {
  return tt_core_fail(core, op, TT_CODE_OUT_OF_RANGE,
                      "%u pages of c%u, of which %u are %s", op->operand[1],
                      core->cbs[op->operand[0]].info->number, have, how);
}

tt_run_t tt_run_CB_RESERVE_BACK(tt_core_t* core, const tt_decoded_t* op,
                                uint64_t* slots) {
  tt_cb_state_t* cb = &core->cbs[op->operand[0]];
  uint32_t n = op->operand[1];
  if (cb->info->pages - cb->filled < n) return TT_RUN_BLOCKED;
  if (cb->reserved < n) cb->reserved = n;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_CB_PUSH_BACK(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  tt_cb_state_t* cb = &core->cbs[op->operand[0]];
  uint32_t n = op->operand[1];
  if (n > cb->reserved) return impossible(core, op, cb->reserved, "reserved");
  cb->reserved -= n;
  cb->filled += n;
  cb->back = ring_index(cb, cb->back, n);
  ++core->cb_moves;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_CB_WAIT_FRONT(tt_core_t* core, const tt_decoded_t* op,
                              uint64_t* slots) {
  tt_cb_state_t* cb = &core->cbs[op->operand[0]];
  uint32_t n = op->operand[1];
  if (cb->filled < n) return TT_RUN_BLOCKED;
  if (cb->waited < n) cb->waited = n;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_CB_POP_FRONT(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  tt_cb_state_t* cb = &core->cbs[op->operand[0]];
  uint32_t n = op->operand[1];
  if (n > cb->waited) return impossible(core, op, cb->waited, "waited for");
  if (core->checked) {
    for (uint32_t t = 0; t < n; ++t) {
      memset(shadow_of(core, cb, ring_index(cb, cb->front, t)), 0,
             cb->info->elements);
    }
  }
  cb->waited -= n;
  cb->filled -= n;
  cb->front = ring_index(cb, cb->front, n);
  ++core->cb_moves;
  return TT_RUN_NEXT;
}

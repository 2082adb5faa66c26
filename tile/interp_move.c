// Element loads and stores, movement of tiles and flat pages.
#include <inttypes.h>
#include <string.h>

#include "tile/interp_internal.h"

// ---- Elements -------------------------------------------------------------

static uint32_t element_bytes(tt_dtype_t dtype) {
  return (uint32_t)tt_dtype_bytes(dtype, 1);
}

static tt_run_t bad_index(tt_core_t* core, const tt_decoded_t* op,
                          uint32_t view, int64_t index) {
  return tt_core_fail(core, op, TT_CODE_OUT_OF_RANGE,
                      "element %" PRId64 " of view v%u, which has %" PRId64,
                      index, view, core->views[view].length);
}

tt_run_t tt_run_LOAD(tt_core_t* core, const tt_decoded_t* op, uint64_t* slots) {
  const tt_view_data_t* view = &core->views[op->operand[0]];
  int64_t index = tt_slot_i64(slots, op->operand[1]);
  if ((uint64_t)index >= (uint64_t)view->length) {
    return bad_index(core, op, op->operand[0], index);
  }
  core->lanes->memory[op->type].load(&slots[op->result], view->base, index, 1,
                                     1);
  core->counters->bytes_read += element_bytes((tt_dtype_t)op->type);
  ++core->counters->element_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_STORE(tt_core_t* core, const tt_decoded_t* op,
                      uint64_t* slots) {
  const tt_view_data_t* view = &core->views[op->operand[0]];
  int64_t index = tt_slot_i64(slots, op->operand[1]);
  if ((uint64_t)index >= (uint64_t)view->length) {
    return bad_index(core, op, op->operand[0], index);
  }
  core->lanes->memory[op->type].store(view->base, index, 1,
                                      &slots[op->operand[2]], 1);
  core->counters->bytes_written += element_bytes((tt_dtype_t)op->type);
  ++core->counters->element_ops;
  return TT_RUN_NEXT;
}

// Element |i|, in row-major order of the tile, of a page.
static bool page_element(tt_core_t* core, const tt_decoded_t* op,
                         const tt_cb_info_t* info, int64_t i,
                         uint32_t* out_index) {
  if ((uint64_t)i >= info->elements) {
    tt_core_fail(core, op, TT_CODE_OUT_OF_RANGE,
                 "element %" PRId64 " of a page of c%u, which has %u", i,
                 info->number, info->elements);
    return false;
  }
  *out_index =
      tt_page_index(info, (uint32_t)i / TT_TILE_DIM, (uint32_t)i % TT_TILE_DIM);
  return true;
}

tt_run_t tt_run_CB_LOAD(tt_core_t* core, const tt_decoded_t* op,
                        uint64_t* slots) {
  uint32_t cb_index = op->operand[0], element = 0;
  const tt_cb_state_t* cb = &core->cbs[cb_index];
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  if (!page_element(core, op, cb->info, tt_slot_i64(slots, op->operand[2]),
                    &element)) {
    return TT_RUN_FAILED;
  }
  bool waits = (op->cb_use & 1) && (!(op->cb_use & 2) || cb->waited > 0);
  const uint8_t* page = waits
                            ? tt_consume_page(core, op, cb_index, t, element, 1)
                            : tt_produce_page(core, op, cb_index, t, true);
  if (!page) return TT_RUN_FAILED;
  core->lanes->memory[cb->info->dtype].load(&slots[op->result], page, element,
                                            1, 1);
  ++core->counters->element_ops;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_CB_STORE(tt_core_t* core, const tt_decoded_t* op,
                         uint64_t* slots) {
  uint32_t cb_index = op->operand[0], element = 0;
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  if (!page_element(core, op, info, tt_slot_i64(slots, op->operand[2]),
                    &element)) {
    return TT_RUN_FAILED;
  }
  uint8_t* page = tt_produce_page(core, op, cb_index, t, true);
  if (!page) return TT_RUN_FAILED;
  core->lanes->memory[info->dtype].store(page, element, 1,
                                         &slots[op->operand[3]], 1);
  tt_mark_written(core, cb_index, t, element, 1);
  ++core->counters->element_ops;
  return TT_RUN_NEXT;
}

// ---- Tiles and flat pages -------------------------------------------------

// How elements go between a view and a CB: their bytes, or through lanes where
// the types differ.
typedef struct transfer_t {
  const tt_memory_fns_t* view_fns;
  const tt_memory_fns_t* page_fns;
  void (*splat4)(void* target, const void* value, size_t n);
  uint32_t view_bytes, page_bytes;  // of an element
  bool raw;
} transfer_t;

static transfer_t transfer_of(const tt_core_t* core, tt_dtype_t view_type,
                              const tt_cb_info_t* info) {
  transfer_t transfer = {
      .view_fns = &core->lanes->memory[view_type],
      .page_fns = &core->lanes->memory[info->dtype],
      .splat4 = core->lanes->splat4,
      .view_bytes = element_bytes(view_type),
      .page_bytes = info->element_bytes,
      .raw = view_type == (tt_dtype_t)info->dtype,
  };
  return transfer;
}

#define COPY_STRIDED(T)                                                     \
  for (size_t i = 0; i < n; ++i) {                                          \
    memcpy(t + (int64_t)i * target_stride * (int64_t)sizeof(T),             \
           s + (int64_t)i * source_stride * (int64_t)sizeof(T), sizeof(T)); \
  }
static void copy_raw(uint8_t* t, int64_t target_stride, const uint8_t* s,
                     int64_t source_stride, size_t n, uint32_t bytes) {
  if (n == 1 && bytes == 4) {
    memcpy(t, s, 4);
  } else if (target_stride == 1 && source_stride == 1) {
    memcpy(t, s, n * bytes);
  } else if (bytes == 4) {
    COPY_STRIDED(uint32_t)
  } else if (bytes == 2) {
    COPY_STRIDED(uint16_t)
  } else {
    COPY_STRIDED(uint8_t)
  }
}
#undef COPY_STRIDED

// n view elements from |first| to consecutive elements of a page, and back.
static void read_run(const transfer_t* transfer, uint8_t* target,
                     const uint8_t* base, int64_t first, int64_t stride,
                     size_t n) {
  if (transfer->raw) {
    copy_raw(target, 1, base + first * transfer->view_bytes, stride, n,
             transfer->view_bytes);
    return;
  }
  if (transfer->page_bytes == 4) {
    // The page holds lanes.
    transfer->view_fns->load(target, base, first, stride, n);
    return;
  }
  int32_t lanes[TT_TILE_DIM];
  for (size_t done = 0; done < n; done += TT_TILE_DIM) {
    size_t count = n - done < TT_TILE_DIM ? n - done : TT_TILE_DIM;
    transfer->view_fns->load(lanes, base, first + (int64_t)done * stride,
                             stride, count);
    transfer->page_fns->store(target, (int64_t)done, 1, lanes, count);
  }
}
static void write_run(const transfer_t* transfer, uint8_t* base, int64_t first,
                      int64_t stride, const uint8_t* source, size_t n) {
  if (transfer->raw) {
    copy_raw(base + first * transfer->view_bytes, stride, source, 1, n,
             transfer->view_bytes);
    return;
  }
  int32_t lanes[TT_TILE_DIM];
  for (size_t done = 0; done < n; done += TT_TILE_DIM) {
    size_t count = n - done < TT_TILE_DIM ? n - done : TT_TILE_DIM;
    transfer->page_fns->load(lanes, source, (int64_t)done, 1, count);
    transfer->view_fns->store(base, first + (int64_t)done * stride, stride,
                              lanes, count);
  }
}

// |value| is a lane of the page's type.
static void fill_run(const transfer_t* transfer, uint8_t* target, size_t first,
                     const uint64_t* value, size_t n) {
  if (transfer->page_bytes == 4) {
    const uint32_t lane = (uint32_t)*value;
    transfer->splat4(target + first * 4, &lane, n);
    return;
  }
  int32_t lanes[TT_TILE_DIM];
  for (int i = 0; i < TT_TILE_DIM; ++i) lanes[i] = (int32_t)*value;
  for (size_t done = 0; done < n; done += TT_TILE_DIM) {
    size_t count = n - done < TT_TILE_DIM ? n - done : TT_TILE_DIM;
    transfer->page_fns->store(target, (int64_t)(first + done), 1, lanes, count);
  }
}

static int64_t clamp(int64_t value, int64_t high) {
  return value < 0 ? 0 : value > high ? high : value;
}

// The part of a view that a tile op touches.
typedef struct window_t {
  const tt_view_data_t* view;
  int64_t base, row_stride, col_stride;
  int64_t rows, cols;  // clamped; 0 both if either is
} window_t;

__extension__ typedef __int128 wide_t;

// Operands from |k|: view, base, row_stride, col_stride, rows, cols.
static bool window_of(tt_core_t* core, const tt_decoded_t* op,
                      const uint64_t* slots, uint32_t k,
                      const tt_cb_info_t* info, window_t* out) {
  out->view = &core->views[op->operand[k]];
  out->base = tt_slot_i64(slots, op->operand[k + 1]);
  out->row_stride = tt_slot_i64(slots, op->operand[k + 2]);
  out->col_stride = tt_slot_i64(slots, op->operand[k + 3]);
  out->rows = clamp(tt_slot_i64(slots, op->operand[k + 4]), info->rows);
  out->cols = clamp(tt_slot_i64(slots, op->operand[k + 5]), TT_TILE_DIM);
  if (out->rows == 0 || out->cols == 0) {
    out->rows = out->cols = 0;
    return true;
  }
  wide_t down = (wide_t)out->row_stride * (out->rows - 1);
  wide_t right = (wide_t)out->col_stride * (out->cols - 1);
  wide_t low =
      (wide_t)out->base + (down < 0 ? down : 0) + (right < 0 ? right : 0);
  wide_t high =
      (wide_t)out->base + (down > 0 ? down : 0) + (right > 0 ? right : 0);
  if (low >= 0 && high < out->view->length) return true;
  wide_t bad = low < 0 ? low : high;
  bool huge = bad != (int64_t)bad;
  bad_index(core, op, op->operand[k], huge ? INT64_MAX : (int64_t)bad);
  return false;
}

// Elements moved, as tile/count.h defines them.
static uint64_t window_elements(const window_t* window) {
  uint64_t rows = window->row_stride == 0 && window->rows ? 1 : window->rows;
  uint64_t cols = window->col_stride == 0 && window->cols ? 1 : window->cols;
  return rows * cols;
}

// Columns that lie next to each other in a page.
static uint32_t run_length(const tt_cb_info_t* info) {
  return info->layout == TT_CB_LAYOUT_FLAT ? TT_TILE_DIM : TT_FACE_DIM;
}

// Whether one element of 4 bytes fills the whole page.
static bool window_is_splat(const window_t* window, const transfer_t* transfer,
                            const tt_cb_info_t* info) {
  return transfer->raw && transfer->view_bytes == 4 && !window->row_stride &&
         !window->col_stride && window->rows == info->rows &&
         window->cols == TT_TILE_DIM;
}

// The host's cache lines of the tile on the right, which need not exist: it is
// often read next, and rows lie too far apart for a CPU to foresee.
static inline void prefetch_right(const uint8_t* row, uint32_t bytes) {
  const uintptr_t right = (uintptr_t)row + TT_TILE_DIM * bytes;
  for (uint32_t byte = 0; byte < TT_TILE_DIM * bytes; byte += 64) {
    __builtin_prefetch((const void*)(right + byte));
  }
}

// The rows of a window, those of a page |half| elements from column 0 to 16.
// |bytes| is a constant where this is inlined.
static inline __attribute__((always_inline)) void read_rows(
    const window_t* window, const tt_cb_info_t* info, uint8_t* page,
    uint32_t bytes) {
  const uint32_t half = tt_page_index(info, 0, TT_FACE_DIM);
  const uint32_t right =
      window->cols > TT_FACE_DIM ? (uint32_t)window->cols - TT_FACE_DIM : 0;
  for (uint32_t r = 0; r < window->rows; ++r) {
    const uint8_t* source =
        window->view->base + (window->base + r * window->row_stride) * bytes;
    uint8_t* target = page + tt_page_index(info, r, 0) * bytes;
    prefetch_right(source, bytes);
    if (right == TT_FACE_DIM) {
      memcpy(target, source, TT_FACE_DIM * bytes);
      memcpy(target + half * bytes, source + TT_FACE_DIM * bytes,
             TT_FACE_DIM * bytes);
    } else if (window->cols == 1) {
      memcpy(target, source, bytes);
    } else {
      memcpy(target, source, ((uint32_t)window->cols - right) * bytes);
      memcpy(target + half * bytes, source + TT_FACE_DIM * bytes,
             right * bytes);
    }
  }
}

// Columns of 4-byte elements that lie next to each other, as rows that are
// transposed then.
static void read_columns(const tt_core_t* core, const window_t* window,
                         const tt_cb_info_t* info, const uint64_t* fill,
                         uint8_t* page) {
  const window_t columns = {.view = window->view,
                            .base = window->base,
                            .row_stride = window->col_stride,
                            .col_stride = window->row_stride,
                            .rows = window->cols,
                            .cols = window->rows};
  uint8_t* tile = (uint8_t*)core->worker->unpacked[0];
  if (window->rows < TT_TILE_DIM || window->cols < TT_TILE_DIM) {
    const uint32_t lane = (uint32_t)*fill;
    core->lanes->splat4(tile, &lane, TT_TILE_LANES);
  }
  read_rows(&columns, info, tile, 4);
  core->lanes->transpose_tile(page, tile);
}

// Whether the window is a row or a column, repeated over a tile of faces with
// lanes of 4 bytes.
static bool window_repeats(const window_t* window, const transfer_t* transfer,
                           const tt_cb_info_t* info) {
  return transfer->page_bytes == 4 && info->layout != TT_CB_LAYOUT_FLAT &&
         info->rows == TT_TILE_DIM &&
         ((!window->col_stride && window->cols == TT_TILE_DIM) ||
          (!window->row_stride && window->rows == TT_TILE_DIM));
}

static void read_repeated(const tt_core_t* core, const window_t* window,
                          const transfer_t* transfer, const tt_cb_info_t* info,
                          const uint64_t* fill, uint8_t* page) {
  const bool by_row = !window->col_stride && window->cols == TT_TILE_DIM;
  uint32_t lanes[TT_TILE_DIM];
  uint32_t* tile = (uint32_t*)core->worker->unpacked[0];
  for (uint32_t i = 0; i < TT_TILE_DIM; ++i) lanes[i] = (uint32_t)*fill;
  transfer->view_fns->load(lanes, window->view->base, window->base,
                           by_row ? window->row_stride : window->col_stride,
                           (size_t)(by_row ? window->rows : window->cols));
  for (uint32_t i = 0; i < TT_TILE_DIM; ++i) {
    tile[tt_page_index(info, by_row ? i : 0, by_row ? 0 : i)] = lanes[i];
  }
  core->lanes->broadcast_tile(page, tile, by_row ? TT_BCAST_COL : TT_BCAST_ROW);
}

static void read_window(const tt_core_t* core, const window_t* window,
                        const transfer_t* transfer, const tt_cb_info_t* info,
                        const uint64_t* fill, uint8_t* page) {
  const bool words = transfer->raw && transfer->view_bytes == 4;
  if (window_repeats(window, transfer, info)) {
    read_repeated(core, window, transfer, info, fill, page);
    return;
  }
  if (words && info->rows == TT_TILE_DIM && window->row_stride == 1 &&
      window->col_stride != 1 && window->cols > 1 &&
      info->layout != TT_CB_LAYOUT_FLAT) {
    read_columns(core, window, info, fill, page);
    return;
  }
  if (window->rows < info->rows || window->cols < TT_TILE_DIM) {
    fill_run(transfer, page, 0, fill, info->elements);
  }
  if (words && window->col_stride == 1) {
    read_rows(window, info, page, 4);
    return;
  }
  if (transfer->raw && transfer->view_bytes == 2 && window->col_stride == 1) {
    read_rows(window, info, page, 2);
    return;
  }
  const uint32_t run = run_length(info);
  for (uint32_t r = 0; r < window->rows; ++r) {
    int64_t first = window->base + r * window->row_stride;
    if (window->col_stride == 1) {
      prefetch_right(window->view->base + first * transfer->view_bytes,
                     transfer->view_bytes);
    }
    for (uint32_t c = 0; c < window->cols; c += run) {
      uint32_t at = tt_page_index(info, r, c);
      read_run(transfer, page + at * transfer->page_bytes, window->view->base,
               first + c * window->col_stride, window->col_stride,
               (size_t)clamp(window->cols - c, run));
    }
  }
}

tt_run_t tt_run_READ_TILE(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  window_t window;
  if (!window_of(core, op, slots, 2, info, &window)) return TT_RUN_FAILED;
  uint8_t* page = tt_produce_page(core, op, cb_index, t, false);
  if (!page) return TT_RUN_FAILED;
  transfer_t transfer = transfer_of(core, (tt_dtype_t)op->type, info);
  if (window_is_splat(&window, &transfer, info)) {
    uint32_t value = 0;
    memcpy(&value, window.view->base + window.base * 4, sizeof(value));
    core->lanes->splat4(page, &value, info->elements);
  } else {
    const uint64_t* fill = &slots[op->operand[8]];
    read_window(core, &window, &transfer, info, fill, page);
    if (!*fill) {
      tt_note_extent(core, cb_index, t,
                     (tt_extent_t){(uint8_t)window.rows, (uint8_t)window.cols});
    }
  }
  tt_mark_written(core, cb_index, t, 0, info->elements);
  core->counters->bytes_read += window_elements(&window) * transfer.view_bytes;
  return TT_RUN_NEXT;
}

// Whether a run of |n| elements from |first| on in waited page |t| of a CB was
// written, which only a checked device knows.
static bool check_run(tt_core_t* core, const tt_decoded_t* op, uint32_t cb,
                      int64_t t, uint32_t first, uint32_t n) {
  return !core->checked || tt_consume_page(core, op, cb, t, first, n);
}

tt_run_t tt_run_WRITE_TILE(tt_core_t* core, const tt_decoded_t* op,
                           uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  window_t window;
  if (!window_of(core, op, slots, 2, info, &window)) return TT_RUN_FAILED;
  const uint8_t* page = tt_consume_page(core, op, cb_index, t, 0, 0);
  if (!page) return TT_RUN_FAILED;
  transfer_t transfer = transfer_of(core, (tt_dtype_t)op->type, info);
  uint32_t run = run_length(info);
  for (uint32_t r = 0; r < window.rows; ++r) {
    int64_t first = window.base + r * window.row_stride;
    for (uint32_t c = 0; c < window.cols; c += run) {
      uint32_t at = tt_page_index(info, r, c);
      size_t n = (size_t)clamp(window.cols - c, run);
      if (!check_run(core, op, cb_index, t, at, (uint32_t)n)) {
        return TT_RUN_FAILED;
      }
      write_run(&transfer, window.view->base, first + c * window.col_stride,
                window.col_stride, page + at * transfer.page_bytes, n);
    }
  }
  core->counters->bytes_written +=
      window_elements(&window) * transfer.view_bytes;
  return TT_RUN_NEXT;
}

// Operands from |k|: view, base, count. The count is clamped to n pages.
static bool flat_of(tt_core_t* core, const tt_decoded_t* op,
                    const uint64_t* slots, const tt_cb_info_t* info,
                    int64_t* out_base, int64_t* out_count) {
  const tt_view_data_t* view = &core->views[op->operand[3]];
  int64_t base = tt_slot_i64(slots, op->operand[4]);
  int64_t count = clamp(tt_slot_i64(slots, op->operand[5]),
                        (int64_t)op->operand[2] * info->elements);
  *out_base = base;
  *out_count = count;
  if (count == 0 || (base >= 0 && base <= view->length - count)) return true;
  bool huge = base > INT64_MAX - count;
  bad_index(core, op, op->operand[3],
            base < 0 || huge ? base : base + count - 1);
  return false;
}

tt_run_t tt_run_READ_FLAT(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  const tt_view_data_t* view = &core->views[op->operand[3]];
  int64_t t = tt_slot_i64(slots, op->operand[1]), base, count;
  if (!flat_of(core, op, slots, info, &base, &count)) return TT_RUN_FAILED;
  transfer_t transfer = transfer_of(core, (tt_dtype_t)op->type, info);
  for (uint32_t p = 0; p < op->operand[2]; ++p) {
    uint8_t* page = tt_produce_page(core, op, cb_index, t + p, false);
    if (!page) return TT_RUN_FAILED;
    int64_t done = (int64_t)p * info->elements;
    size_t n = (size_t)clamp(count - done, info->elements);
    uint8_t* source = view->base + (base + done) * transfer.view_bytes;
    // A whole page of memory that stays as it is needs no copy.
    if (transfer.raw && view->constant && n == info->elements &&
        (uintptr_t)source % transfer.view_bytes == 0) {
      tt_produce_memory(core, cb_index, t + p, source);
    } else {
      if (n) read_run(&transfer, page, view->base, base + done, 1, n);
      if (n < info->elements) {
        fill_run(&transfer, page, n, &slots[op->operand[6]],
                 info->elements - n);
      }
    }
    tt_mark_written(core, cb_index, t + p, 0, info->elements);
  }
  core->counters->bytes_read += (uint64_t)count * transfer.view_bytes;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_WRITE_FLAT(tt_core_t* core, const tt_decoded_t* op,
                           uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  const tt_view_data_t* view = &core->views[op->operand[3]];
  int64_t t = tt_slot_i64(slots, op->operand[1]), base, count;
  if (!flat_of(core, op, slots, info, &base, &count)) return TT_RUN_FAILED;
  transfer_t transfer = transfer_of(core, (tt_dtype_t)op->type, info);
  for (uint32_t p = 0; p < op->operand[2]; ++p) {
    int64_t done = (int64_t)p * info->elements;
    size_t n = (size_t)clamp(count - done, info->elements);
    if (n == 0) break;
    const uint8_t* page =
        tt_consume_page(core, op, cb_index, t + p, 0, (uint32_t)n);
    if (!page) return TT_RUN_FAILED;
    write_run(&transfer, view->base, base + done, 1, page, n);
  }
  core->counters->bytes_written += (uint64_t)count * transfer.view_bytes;
  return TT_RUN_NEXT;
}

tt_run_t tt_run_FILL_PAGE(tt_core_t* core, const tt_decoded_t* op,
                          uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  uint8_t* page = tt_produce_page(core, op, cb_index, t, false);
  if (!page) return TT_RUN_FAILED;
  transfer_t transfer = transfer_of(core, (tt_dtype_t)op->type, info);
  fill_run(&transfer, page, 0, &slots[op->operand[2]], info->elements);
  tt_mark_written(core, cb_index, t, 0, info->elements);
  return TT_RUN_NEXT;
}

tt_run_t tt_run_FILL_INDICES(tt_core_t* core, const tt_decoded_t* op,
                             uint64_t* slots) {
  uint32_t cb_index = op->operand[0];
  const tt_cb_info_t* info = core->cbs[cb_index].info;
  int64_t t = tt_slot_i64(slots, op->operand[1]);
  const uint32_t col_stride = (uint32_t)tt_slot_i64(slots, op->operand[4]);
  uint8_t* page = tt_produce_page(core, op, cb_index, t, false);
  if (!page) return TT_RUN_FAILED;
  uint32_t row = (uint32_t)tt_slot_i64(slots, op->operand[2]);
  uint32_t run = run_length(info);
  for (uint32_t r = 0; r < info->rows; ++r) {
    for (uint32_t c = 0; c < TT_TILE_DIM; c += run) {
      core->lanes->iota4((int32_t*)page + tt_page_index(info, r, c),
                         (int32_t)(row + c * col_stride), (int32_t)col_stride,
                         run);
    }
    row += (uint32_t)tt_slot_i64(slots, op->operand[3]);
  }
  tt_mark_written(core, cb_index, t, 0, info->elements);
  return TT_RUN_NEXT;
}

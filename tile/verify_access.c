// What an op asks of the CBs and views it names: formats, layouts, access, and
// that the pages it touches are held.
#include "tile/verify_internal.h"

static const tt_cb_t* cb_of(const tt_verify_t* v, uint32_t operand) {
  return v
      ->cbs[tt_operand_index(tt_inst_operands(v->program, v->inst)[operand])];
}

// The largest value of an i64 operand where that is known: an immediate, or the
// counter of an open for with immediate bounds.
static bool bound_of(const tt_verify_t* v, tt_operand_t operand,
                     int64_t* out_low, int64_t* out_high) {
  if (tt_verify_constant(v, operand, out_low)) {
    *out_high = *out_low;
    return true;
  }
  if (tt_operand_kind(operand) != TT_OPERAND_REG) return false;
  for (uint32_t i = 0; i < v->depth; ++i) {
    const tt_verify_block_t* block = &v->blocks[i];
    if (block->op != TT_OP_FOR ||
        block->inst->result != tt_operand_index(operand)) {
      continue;
    }
    const tt_operand_t* bounds = tt_inst_operands(v->program, block->inst);
    int64_t high = 0, step = 0;
    if (!tt_verify_constant(v, bounds[0], out_low) ||
        !tt_verify_constant(v, bounds[1], &high) ||
        !tt_verify_constant(v, bounds[2], &step) || high <= *out_low) {
      return false;
    }
    const uint64_t last = (uint64_t)high - (uint64_t)*out_low - 1;
    *out_high =
        (int64_t)((uint64_t)*out_low + last / (uint64_t)step * (uint64_t)step);
    return true;
  }
  return false;
}

// Pages page .. page + count - 1 of CB operand |cb| lie below |held|.
static tt_status_t check_pages(const tt_verify_t* v, uint32_t cb,
                               tt_operand_t page, uint64_t count, uint32_t held,
                               const char* how) {
  const uint32_t number = cb_of(v, cb)->number;
  if (held == 0) {
    return tt_verify_error(v, "c%u has no %s page here", number, how);
  }
  int64_t low = 0, high = 0;
  if (count > held) {
    return tt_verify_error(v, "touches %llu pages of c%u, %u are %s",
                           (unsigned long long)count, number, held, how);
  }
  if (!bound_of(v, page, &low, &high)) return NULL;
  if (low < 0 || high > (int64_t)(held - count)) {
    return tt_verify_error(
        v, "touches page %lld of c%u, expected 0 to %u of the %u %s",
        (long long)(low < 0 ? low : high + (int64_t)count - 1), number,
        held - 1, held, how);
  }
  return NULL;
}

static tt_status_t check_waited(const tt_verify_t* v, uint32_t cb,
                                tt_operand_t page, uint64_t count) {
  return check_pages(v, cb, page, count, v->pages[cb_of(v, cb)->number].waited,
                     "waited");
}
static tt_status_t check_reserved(const tt_verify_t* v, uint32_t cb,
                                  tt_operand_t page, uint64_t count) {
  return check_pages(v, cb, page, count,
                     v->pages[cb_of(v, cb)->number].reserved, "reserved");
}

static tt_status_t check_format(const tt_verify_t* v, uint32_t cb) {
  const tt_cb_t* c = cb_of(v, cb);
  if (tt_format_accepts((tt_format_t)c->format, (tt_dtype_t)v->inst->type)) {
    return NULL;
  }
  return tt_verify_error(v, "c%u holds %s, which takes no %s", c->number,
                         tt_format_desc((tt_format_t)c->format)->name,
                         tt_dtype_desc((tt_dtype_t)v->inst->type)->name);
}

static tt_status_t check_layout(const tt_verify_t* v, uint32_t cb,
                                tt_cb_layout_t layout) {
  if (cb_of(v, cb)->layout == layout) return NULL;
  static const char* const names[] = {"faces", "flat"};
  return tt_verify_error(v, "c%u is %s, expected %s", cb_of(v, cb)->number,
                         names[!layout], names[layout]);
}

static tt_status_t check_view(const tt_verify_t* v, uint32_t operand,
                              uint32_t access) {
  const tt_program_t* p = v->program;
  const uint32_t index =
      tt_operand_index(tt_inst_operands(p, v->inst)[operand]);
  const tt_view_t* view = &p->views[v->entry->first_view + index];
  if (view->dtype != v->inst->type) {
    return tt_verify_error(v, "v%u is of %s, expected %s", index,
                           tt_dtype_desc((tt_dtype_t)view->dtype)->name,
                           tt_dtype_desc((tt_dtype_t)v->inst->type)->name);
  }
  const uint32_t allowed =
      view->source == TT_VIEW_BINDING
          ? p->bindings[v->entry->first_binding + view->index].access
      : view->source == TT_VIEW_DATA ? (uint32_t)TT_ACCESS_READ
                                     : TT_ACCESS_READ | TT_ACCESS_WRITE;
  if (allowed & access) return NULL;
  return tt_verify_error(v, "v%u views what is not declared for %s", index,
                         access == TT_ACCESS_READ ? "reading" : "writing");
}

// ---- Data movement ---------------------------------------------------------

static tt_status_t check_move(const tt_verify_t* v) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  int64_t pages = 1;
  switch (v->inst->op) {
    case TT_OP_LOAD:
      return check_view(v, 0, TT_ACCESS_READ);
    case TT_OP_STORE:
      return check_view(v, 0, TT_ACCESS_WRITE);
    case TT_OP_CB_LOAD:
    case TT_OP_CB_STORE: {
      const tt_cb_t* cb = cb_of(v, 0);
      const tt_dtype_t dtype = tt_format_desc((tt_format_t)cb->format)->dtype;
      if (dtype != v->inst->type) {
        return tt_verify_error(v, "c%u holds %s, expected type %s", cb->number,
                               tt_format_desc((tt_format_t)cb->format)->name,
                               tt_dtype_desc(dtype)->name);
      }
      const tt_verify_pages_t* held = &v->pages[cb->number];
      const bool waited =
          v->inst->op == TT_OP_CB_LOAD && held->waited > held->reserved;
      return waited ? check_waited(v, 0, o[1], 1)
                    : check_reserved(v, 0, o[1], 1);
    }
    case TT_OP_READ_FLAT:
    case TT_OP_WRITE_FLAT:
      TT_RETURN_IF_ERROR(check_layout(v, 0, TT_CB_LAYOUT_FLAT));
      tt_verify_constant(v, o[2], &pages);
      if (pages == 0) return tt_verify_error(v, "moves no pages");
      TT_RETURN_IF_ERROR(check_format(v, 0));
      if (v->inst->op == TT_OP_READ_FLAT) {
        TT_RETURN_IF_ERROR(check_view(v, 3, TT_ACCESS_READ));
        return check_reserved(v, 0, o[1], (uint64_t)pages);
      }
      TT_RETURN_IF_ERROR(check_view(v, 3, TT_ACCESS_WRITE));
      return check_waited(v, 0, o[1], (uint64_t)pages);
    case TT_OP_READ_TILE:
      TT_RETURN_IF_ERROR(check_format(v, 0));
      TT_RETURN_IF_ERROR(check_view(v, 2, TT_ACCESS_READ));
      return check_reserved(v, 0, o[1], 1);
    case TT_OP_WRITE_TILE:
      TT_RETURN_IF_ERROR(check_format(v, 0));
      TT_RETURN_IF_ERROR(check_view(v, 2, TT_ACCESS_WRITE));
      return check_waited(v, 0, o[1], 1);
    case TT_OP_FILL_PAGE:
    case TT_OP_FILL_INDICES:
      TT_RETURN_IF_ERROR(check_format(v, 0));
      return check_reserved(v, 0, o[1], 1);
    default:
      return tt_verify_error(v, "the verifier does not know this op");
  }
}

// ---- FPU -------------------------------------------------------------------

// The FPU multiplies and adds floats from its source registers.
static tt_status_t check_source(const tt_verify_t* v, uint32_t cb) {
  const tt_cb_t* c = cb_of(v, cb);
  const tt_dtype_t dtype = tt_format_desc((tt_format_t)c->format)->dtype;
  if (!tt_dtype_desc(dtype)->is_float) {
    return tt_verify_error(v, "c%u holds %s, expected a float format",
                           c->number,
                           tt_format_desc((tt_format_t)c->format)->name);
  }
  if (c->unpack_to_dest) {
    return tt_verify_error(
        v, "c%u is unpacked to DST, expected a CB without unpack_to_dest",
        c->number);
  }
  return NULL;
}

static tt_status_t check_two(const tt_verify_t* v, bool faces) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  TT_RETURN_IF_ERROR(check_source(v, 1));
  TT_RETURN_IF_ERROR(check_source(v, 3));
  if (faces) {
    TT_RETURN_IF_ERROR(check_layout(v, 1, TT_CB_LAYOUT_FACES));
    TT_RETURN_IF_ERROR(check_layout(v, 3, TT_CB_LAYOUT_FACES));
  } else {
    TT_RETURN_IF_ERROR(check_layout(v, 3, (tt_cb_layout_t)cb_of(v, 1)->layout));
  }
  TT_RETURN_IF_ERROR(check_waited(v, 1, o[2], 1));
  return check_waited(v, 3, o[4], 1);
}

static tt_status_t check_block(const tt_verify_t* v, bool tilize) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  int64_t n = 0;
  tt_verify_constant(v, o[1], &n);
  if (n == 0) return tt_verify_error(v, "moves no pages");
  const tt_cb_t *from = cb_of(v, 0), *to = cb_of(v, 2);
  if (from->format != to->format || from->rows != 32 || to->rows != 32) {
    return tt_verify_error(v, "expected c%u and c%u of one format and 32 rows",
                           from->number, to->number);
  }
  TT_RETURN_IF_ERROR(check_layout(v, tilize ? 0 : 2, TT_CB_LAYOUT_FLAT));
  TT_RETURN_IF_ERROR(check_layout(v, tilize ? 2 : 0, TT_CB_LAYOUT_FACES));
  // From the first page on: an operand for it would always be 0.
  if ((uint64_t)n > v->pages[from->number].waited) {
    return tt_verify_error(v, "touches %lld pages of c%u, %u are waited",
                           (long long)n, from->number,
                           v->pages[from->number].waited);
  }
  if ((uint64_t)n > v->pages[to->number].reserved) {
    return tt_verify_error(v, "touches %lld pages of c%u, %u are reserved",
                           (long long)n, to->number,
                           v->pages[to->number].reserved);
  }
  return NULL;
}

static tt_status_t check_one(const tt_verify_t* v, bool faces) {
  const tt_cb_t* cb = cb_of(v, 1);
  if (faces) TT_RETURN_IF_ERROR(check_layout(v, 1, TT_CB_LAYOUT_FACES));
  if (cb->format != TT_FORMAT_FLOAT16 && cb->format != TT_FORMAT_FLOAT16_B &&
      !v->phase->fp32_dest_acc) {
    return tt_verify_error(v, "c%u holds %s, which needs fp32_dest_acc",
                           cb->number,
                           tt_format_desc((tt_format_t)cb->format)->name);
  }
  return check_waited(v, 1, tt_inst_operands(v->program, v->inst)[2], 1);
}

static tt_status_t check_tile(const tt_verify_t* v) {
  const tt_operand_t* o = tt_inst_operands(v->program, v->inst);
  switch (v->inst->op) {
    case TT_OP_COPY_TILE:
      return check_one(v, v->inst->attr != TT_BCAST_NONE);
    case TT_OP_TRANSPOSE_WH_TILE:
      TT_RETURN_IF_ERROR(check_one(v, true));
      if (cb_of(v, 1)->rows == TT_TILE_DIM) return NULL;
      return tt_verify_error(v, "c%u has %u rows, expected 32",
                             cb_of(v, 1)->number, cb_of(v, 1)->rows);
    case TT_OP_PACK_TILE:
      return check_reserved(v, 0, o[1], 1);
    case TT_OP_MATMUL_TILES:
      TT_RETURN_IF_ERROR(check_two(v, true));
      if (cb_of(v, 3)->rows == TT_TILE_DIM) return NULL;
      return tt_verify_error(v, "c%u has %u rows, expected 32",
                             cb_of(v, 3)->number, cb_of(v, 3)->rows);
    case TT_OP_REDUCE_TILE:
      return check_two(v, true);
    case TT_OP_ADD_TILES:
    case TT_OP_SUB_TILES:
    case TT_OP_MUL_TILES:
      return check_two(v, TT_ATTR_ENUM(v->inst->attr) != TT_BCAST_NONE);
    case TT_OP_FILL_TILE:
    case TT_OP_COPY_DEST_VALUES:
      return NULL;
    case TT_OP_TILIZE_BLOCK:
      return check_block(v, true);
    case TT_OP_UNTILIZE_BLOCK:
      return check_block(v, false);
    default:
      return tt_verify_error(v, "the verifier does not know this op");
  }
}

tt_status_t tt_verify_access(const tt_verify_t* v) {
  switch (tt_op_descs[v->inst->op].op_class) {
    case TT_OP_CLASS_MOVE:
      return check_move(v);
    case TT_OP_CLASS_TILE:
      return check_tile(v);
    default:
      return NULL;
  }
}

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"

#include <stdio.h>
#include <stdlib.h>

#include "compiler/plugins/target/tenstorrent/ttc_codegen_describe.h"
#include "compiler/plugins/target/tenstorrent/ttc_floor.h"
#include "compiler/plugins/target/tenstorrent/ttc_resources.h"
#include "compiler/plugins/target/tenstorrent/ttc_tile.h"
#include "toolchain/toolchain.h"

//===----------------------------------------------------------------------===//
// Exports
//===----------------------------------------------------------------------===//

// The number after |word| in |text|, 0 when the word is not there.
static uint32_t ttc_number_after(const char* text, const char* word) {
  const char* at = strstr(text, word);
  return at ? (uint32_t)strtoul(at + strlen(word), NULL, 10) : 0;
}

static uint32_t ttc_occurrences(const char* text, const char* word) {
  uint32_t count = 0;
  for (const char* at = text; (at = strstr(at, word)) != NULL; ++at) ++count;
  return count;
}

// Reads |op|, a hal.executable.export. |out->name| is owned by |out|.
static tt_status_t ttc_export_read(MlirOperation op, ttc_export_t* out) {
  // #hal.pipeline.layout has no C interface; its text is
  // <constants = 2, bindings = [#hal.pipeline.binding<...>, ...], ...>.
  char* layout = ttc_attribute_text(ttc_op_attr(op, "layout"));
  MlirStringRef name = mlirStringAttrGetValue(ttc_op_attr(op, "sym_name"));
  out->name = strndup(name.data, name.length);
  out->location = mlirOperationGetLocation(op);
  if (layout) {
    out->constant_count = ttc_number_after(layout, "constants = ");
    out->binding_count = ttc_occurrences(layout, "#hal.pipeline.binding<");
  }
  bool done = layout && out->name;
  free(layout);
  return done ? NULL : tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
}

// The exports of |variant| by ordinal. |*out_exports| is for the caller to
// free with ttc_exports_free, also after errors.
static tt_status_t ttc_exports_read(MlirOperation variant,
                                    ttc_export_t** out_exports,
                                    size_t* out_count) {
  size_t count = 0;
  for (MlirOperation op = ttc_op_first_in_region(variant, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    count += ttc_op_is(op, "hal.executable.export");
  }
  *out_exports = calloc(count + 1, sizeof(**out_exports));
  if (!*out_exports) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  *out_count = count;
  for (MlirOperation op = ttc_op_first_in_region(variant, 0); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (!ttc_op_is(op, "hal.executable.export")) continue;
    MlirAttribute attribute = ttc_op_attr(op, "ordinal");
    int64_t ordinal =
        attribute.ptr ? mlirIntegerAttrGetValueInt(attribute) : -1;
    if (ordinal < 0 || ordinal >= (int64_t)count ||
        (*out_exports)[ordinal].name) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "'hal.executable.export' op has ordinal %lld, "
                            "expected each of 0 to %zu once",
                            (long long)ordinal, count - 1);
    }
    TT_RETURN_IF_ERROR(ttc_export_read(op, &(*out_exports)[ordinal]));
  }
  return NULL;
}

static void ttc_exports_free(ttc_export_t* exports, size_t count) {
  for (size_t i = 0; exports && i < count; ++i) free(exports[i].name);
  free(exports);
}

// The function |name| of |module|; ptr NULL when there is none.
static MlirOperation ttc_find_function(MlirOperation module, const char* name) {
  MlirOperation op = ttc_op_first_in_region(module, 0);
  for (; op.ptr; op = mlirOperationGetNextInBlock(op)) {
    MlirAttribute symbol = ttc_op_attr(op, "sym_name");
    if (symbol.ptr && ttc_op_is(op, "func.func") &&
        ttc_str_equal(mlirStringAttrGetValue(symbol), name)) {
      break;
    }
  }
  return op;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

// An executable that is being compiled.
typedef struct ttc_compilation_t {
  const ttc_codegen_options_t* options;
  MlirOperation variant;
  ttc_codegen_output_t* out;
  tt_builder_t* builder;
  // Clones of the inner module: as the tile path reads it, and bufferized for
  // the floor; made when first needed.
  MlirOperation tile_module;
  MlirOperation floor_module;
} ttc_compilation_t;

// Clones the inner module, unless that was done, and has |prepare| change it.
static tt_status_t ttc_clone_once(const ttc_compilation_t* c,
                                  tt_status_t (*prepare)(MlirOperation module),
                                  MlirOperation* inout_module) {
  if (inout_module->ptr) return NULL;
  *inout_module = mlirOperationClone(ttc_variant_inner_module(c->variant));
  TT_RETURN_IF_ERROR(ttc_resources_inline(*inout_module));
  return prepare(*inout_module);
}

static tt_status_t ttc_compile_floor(ttc_compilation_t* c,
                                     const ttc_export_t* export) {
  TT_RETURN_IF_ERROR(ttc_clone_once(c, ttc_floor_prepare, &c->floor_module));
  MlirOperation func = ttc_find_function(c->floor_module, export->name);
  if (!func.ptr) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "'hal.executable.export' op names no function");
  }
  return ttc_floor_lower(func, export, c->builder, &c->out->error_location);
}

static tt_status_t ttc_compile_tiles(ttc_compilation_t* c,
                                     const ttc_export_t* export,
                                     ttc_codegen_entry_t* entry,
                                     char** out_reason) {
  TT_RETURN_IF_ERROR(ttc_clone_once(c, ttc_tile_prepare, &c->tile_module));
  MlirOperation func = ttc_find_function(c->tile_module, export->name);
  if (!func.ptr) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "'hal.executable.export' op names no function");
  }
  return ttc_tile_lower(c->options, func, export, c->builder, out_reason,
                        &entry->dispatch_text, &entry->plan_text);
}

// Cut at the end of a character where |text| is longer than a note may be.
static void ttc_note(tt_builder_t* b, const char* key, const char* text) {
  char cut[TT_MAX_NOTE + 1];
  size_t size = strnlen(text, TT_MAX_NOTE);
  while (size && (text[size] & 0xC0) == 0x80) --size;
  memcpy(cut, text, size);
  cut[size] = 0;
  tt_build_note(b, key, cut);
}

// What the compile report tells of the entry that was just built, beside
// numbers, for `tt-iree dump` to tell of the image (ttc_codegen_describe reads
// it back).
static void ttc_note_entry(ttc_compilation_t* c, const ttc_export_t* export,
                           const char* path, const char* reason) {
  const MlirOperation executable = mlirOperationGetParentOperation(c->variant);
  MlirAttribute symbol_attr = {NULL};
  if (executable.ptr) symbol_attr = ttc_op_attr(executable, "sym_name");
  if (symbol_attr.ptr) {
    MlirStringRef symbol = mlirStringAttrGetValue(symbol_attr);
    char* name = strndup(symbol.data, symbol.length);
    if (name) ttc_note(c->builder, "executable", name);
    free(name);
  }
  ttc_note(c->builder, "path", path);
  ttc_note(c->builder, "reason", reason);
  char grid[32];
  snprintf(grid, sizeof(grid), "%dx%d", c->options->grid_cols,
           c->options->grid_rows);
  ttc_note(c->builder, "grid", grid);
  char* location =
      c->options->note_locations ? ttc_location_source(export->location) : NULL;
  if (location) ttc_note(c->builder, "location", location);
  free(location);
}

// On tiles where the tile path takes the dispatch, else by element loops.
static tt_status_t ttc_compile_entry(ttc_compilation_t* c,
                                     const ttc_export_t* export,
                                     ttc_codegen_entry_t* entry) {
  c->out->error_location = export->location;
  entry->name = strdup(export->name);
  if (!entry->name) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  char* reason = NULL;
  const char* path = "tile";
  tt_status_t status = ttc_compile_tiles(c, export, entry, &reason);
  if (tt_status_code(status) == TT_CODE_UNIMPLEMENTED) {
    path = "floor";
    reason = strdup(tt_status_message(status));
    tt_status_free(status);
    status = ttc_compile_floor(c, export);
  }
  if (!status && !reason) {
    status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  if (!status) ttc_note_entry(c, export, path, reason);
  free(reason);
  return status;
}

static bool ttc_is_packed_storage(MlirType type) {
  if (!mlirTypeIsARankedTensor(type) ||
      !mlirRankedTensorTypeGetEncoding(type).ptr) {
    return false;
  }
  char* text = ttc_type_text(type);
  const bool found = text && strstr(text, "#iree_encoding.packed_storage");
  free(text);
  return found;
}

static MlirWalkResult ttc_find_packed_storage(MlirOperation op, void* data) {
  for (intptr_t i = 0; i < mlirOperationGetNumResults(op); ++i) {
    MlirType type = mlirValueGetType(mlirOperationGetResult(op, i));
    if (!ttc_is_packed_storage(type)) continue;
    *(MlirOperation*)data = op;
    return MlirWalkResultInterrupt;
  }
  return MlirWalkResultAdvance;
}

// The stock compiler gives such a tensor bits in buffers but bytes in
// dispatches (llvm-cpu's write past their buffers), and constants of it bytes.
static tt_status_t ttc_refuse_packed_storage(ttc_compilation_t* c) {
  MlirOperation op = {NULL};
  mlirOperationWalk(ttc_variant_inner_module(c->variant),
                    ttc_find_packed_storage, &op, MlirWalkPreOrder);
  if (!op.ptr) return NULL;
  c->out->error_location = mlirOperationGetLocation(op);
  MlirStringRef name = ttc_op_name(op);
  return tt_status_make(TT_CODE_UNIMPLEMENTED,
                        "'%.*s' op makes a tensor of "
                        "#iree_encoding.packed_storage, for which IREE "
                        "3.9.0 makes buffers that are too small; "
                        "--iree-experimental-packed-i1-storage packs every i1",
                        (int)name.length, name.data);
}

static tt_status_t ttc_compile_entries(ttc_compilation_t* c,
                                       const ttc_export_t* exports,
                                       size_t count) {
  if (!ttc_variant_inner_module(c->variant).ptr) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "'hal.executable.variant' op has no inner module");
  }
  TT_RETURN_IF_ERROR(ttc_refuse_packed_storage(c));
  c->out->entries = calloc(count + 1, sizeof(*c->out->entries));
  if (!c->out->entries) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  c->out->entry_count = count;
  for (size_t i = 0; i < count; ++i) {
    TT_RETURN_IF_ERROR(ttc_compile_entry(c, &exports[i], &c->out->entries[i]));
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// Executables
//===----------------------------------------------------------------------===//

// Adds machine code for the devices that it was asked for.
static tt_status_t ttc_precompile(const ttc_codegen_options_t* options,
                                  tt_program_t* program) {
  if (!options->precompile_banks) return NULL;
  tt_toolchain_t* toolchain = NULL;
  tt_status_t status =
      tt_toolchain_create(&(tt_toolchain_options_t){0}, &toolchain);
  for (uint32_t banks = 1; banks < 32 && !status; ++banks) {
    if (!(options->precompile_banks >> banks & 1)) continue;
    const tt_toolchain_target_t target =
        tt_toolchain_target_blackhole(banks, false);
    status = tt_toolchain_precompile(toolchain, &target, program);
  }
  tt_toolchain_destroy(toolchain);
  return tt_status_prefix(
      status, "'hal.executable.variant' op: --iree-tenstorrent-precompile");
}

// Makes what is asked for of the finished |program|.
static tt_status_t ttc_codegen_finish(const ttc_codegen_options_t* options,
                                      tt_program_t* program,
                                      ttc_codegen_output_t* out) {
  for (uint32_t i = 0; i < out->entry_count; ++i) {
    TT_RETURN_IF_ERROR(
        ttc_codegen_describe(options, program, i, &out->entries[i]));
  }
  TT_RETURN_IF_ERROR(ttc_precompile(options, program));
  return tt_program_write_image(program, &out->image, &out->image_size);
}

tt_status_t ttc_codegen_executable(const ttc_codegen_options_t* options,
                                   MlirOperation variant,
                                   ttc_codegen_output_t* out) {
  ttc_compilation_t c = {.options = options,
                         .variant = variant,
                         .out = out,
                         .builder = tt_builder_create()};
  if (!c.builder) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED, "no memory");
  }
  ttc_export_t* exports = NULL;
  size_t count = 0;
  tt_status_t status = ttc_exports_read(variant, &exports, &count);
  if (!status) status = ttc_compile_entries(&c, exports, count);
  ttc_exports_free(exports, count);
  if (c.tile_module.ptr) mlirOperationDestroy(c.tile_module);
  if (c.floor_module.ptr) mlirOperationDestroy(c.floor_module);
  tt_program_t* program = NULL;
  if (status) {
    tt_builder_abandon(c.builder);
  } else {
    // What the builder or the verifier finds wrong is a mistake of codegen.
    status = tt_status_prefix(tt_builder_finish(c.builder, &program),
                              "'hal.executable.variant' op made a tile "
                              "program that is not valid");
  }
  if (!status) status = ttc_codegen_finish(options, program, out);
  tt_program_free(program);
  return status;
}

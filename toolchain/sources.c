// The files of a build: our own, and those that tt-metal's host code generates
// for each kernel.

#include <stdlib.h>
#include <string.h>

#include "tile/emit.h"
#include "tile/emit_library.h"
#include "toolchain/toolchain_internal.h"

const tt_processor_desc_t tt_processors[TT_PROCESSOR_COUNT] = {
    {"brisc", TT_UNIT_WRITER, "brisck.cc", "brisc.cc"},
    {"ncrisc", TT_UNIT_READER, "ncrisck.cc", "ncrisc.cc"},
    {"trisc0", TT_UNIT_COMPUTE, "trisck.cc", "trisc.cc"},
    {"trisc1", TT_UNIT_COMPUTE, "trisck.cc", "trisc.cc"},
    {"trisc2", TT_UNIT_COMPUTE, "trisck.cc", "trisc.cc"},
};

// Adds a file; |text| is taken over.
static void add_file(tt_sources_t* sources, const char* name, char* text,
                     size_t size) {
  sources->files[sources->count++] = (tt_source_t){name, text, size};
}

void tt_sources_free(tt_sources_t* sources) {
  for (uint32_t i = 0; i < sources->count; ++i) free(sources->files[i].text);
  *sources = (tt_sources_t){0};
}

static tt_status_t add_text(tt_sources_t* sources, const char* name,
                            tt_strbuf_t* text) {
  char* data = NULL;
  size_t size = 0;
  TT_RETURN_IF_ERROR(tt_strbuf_finish(text, &data, &size));
  add_file(sources, name, data, size);
  return NULL;
}

// What a stock compiler lacks of SFPI.
static tt_status_t add_stand_ins(const tt_toolchain_t* toolchain,
                                 tt_sources_t* sources) {
  for (const tt_kernel_text_t* t = tt_toolchain_texts;
       t->name && !toolchain->is_sfpi; ++t) {
    tt_strbuf_t text = {0};
    tt_strbuf_append(&text, t->text, t->size);
    TT_RETURN_IF_ERROR(add_text(sources, t->name, &text));
  }
  return NULL;
}

// ---- Formats of circular buffers --------------------------------------------

// tt-metal's numbers (tt::DataFormat).
enum {
  METAL_FLOAT32 = 0,
  METAL_FLOAT16 = 1,
  METAL_TF32 = 4,
  METAL_FLOAT16_B = 5,
  METAL_INT32 = 8,
  METAL_UINT16 = 9,
  METAL_UINT8 = 30,
  METAL_NONE = 255,
};

static uint8_t metal_format(tt_format_t format) {
  switch (format) {
    case TT_FORMAT_FLOAT32:
      return METAL_FLOAT32;
    case TT_FORMAT_FLOAT16:
      return METAL_FLOAT16;
    case TT_FORMAT_FLOAT16_B:
      return METAL_FLOAT16_B;
    case TT_FORMAT_INT32:
      return METAL_INT32;
    case TT_FORMAT_UINT16:
      return METAL_UINT16;
    case TT_FORMAT_UINT8:
      return METAL_UINT8;
    default:
      return METAL_NONE;
  }
}

// Per CB, as tt-metal's device code wants it.
typedef struct tt_formats_t {
  uint8_t memory[TT_MAX_CBS];    // in L1
  uint8_t unpacked[TT_MAX_CBS];  // in the source registers, or DST
  uint8_t packed[TT_MAX_CBS];    // what the packer makes of DST first
  uint32_t rows[TT_MAX_CBS];
  uint32_t sizes[TT_MAX_CBS];
} tt_formats_t;

// The rules of tt-metal v0.65.0 (tt::get_unpack_dst_formats and
// get_pack_src_formats of its libtt_metal.so), but for one: Float32 stays TF32
// in the source registers also beside CBs of other formats, where tt-metal
// takes Float16.
static void set_formats(const tt_emit_cb_t* cbs, uint32_t count,
                        bool fp32_dest_acc, tt_formats_t* out) {
  bool has_half = false;
  for (uint32_t i = 0; i < count; ++i) {
    has_half |= cbs[i].format == TT_FORMAT_FLOAT16;
  }
  memset(out->memory, METAL_NONE, sizeof(out->memory));
  memset(out->unpacked, METAL_NONE, sizeof(out->unpacked));
  memset(out->packed, METAL_NONE, sizeof(out->packed));
  for (uint32_t i = 0; i < TT_MAX_CBS; ++i) {
    out->rows[i] = TT_TILE_DIM;
    out->sizes[i] = 4096;
  }
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t n = cbs[i].number;
    uint8_t format = metal_format((tt_format_t)cbs[i].format);
    uint8_t narrow = has_half ? METAL_FLOAT16 : METAL_FLOAT16_B;
    out->memory[n] = out->unpacked[n] = out->packed[n] = format;
    if (format == METAL_FLOAT32) {
      if (!cbs[i].unpack_to_dest) {
        out->unpacked[n] = fp32_dest_acc ? METAL_TF32 : narrow;
      }
      if (!fp32_dest_acc) out->packed[n] = narrow;
    }
    out->rows[n] = cbs[i].rows;
    out->sizes[n] = cbs[i].page_size;
  }
}

// ---- Generated headers ------------------------------------------------------

static void print_array(tt_strbuf_t* out, const char* type, const char* prefix,
                        const char* name, const uint32_t values[TT_MAX_CBS]) {
  tt_strbuf_print(out, "constexpr %s %s_%s[%d] = {", type, prefix, name,
                  TT_MAX_CBS);
  for (int i = 0; i < TT_MAX_CBS; ++i) {
    tt_strbuf_print(out, "%s%u", i ? ", " : "", values[i]);
  }
  tt_strbuf_print(out, "};\n");
}

static void print_formats(tt_strbuf_t* out, const char* prefix,
                          const uint8_t formats[TT_MAX_CBS]) {
  uint32_t values[TT_MAX_CBS];
  for (int i = 0; i < TT_MAX_CBS; ++i) values[i] = formats[i];
  print_array(out, "unsigned char", prefix, "format", values);
}

static const char tt_header_top[] = "#pragma once\n#include <cstdint>\n";

static tt_status_t add_data_format(tt_sources_t* sources, const char* name,
                                   const char* source_prefix,
                                   const uint8_t source[TT_MAX_CBS],
                                   const char* target_prefix,
                                   const uint8_t target[TT_MAX_CBS]) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "%s", tt_header_top);
  print_formats(&text, source_prefix, source);
  print_formats(&text, target_prefix, target);
  return add_text(sources, name, &text);
}

// Shapes of tiles: full rows of 32, faces of up to 16 x 16.
static tt_status_t add_tile_dims(tt_sources_t* sources, const char* name,
                                 const char* prefix, const tt_formats_t* f) {
  uint32_t faces[TT_MAX_CBS], partial[TT_MAX_CBS], face_rows[TT_MAX_CBS],
      narrow[TT_MAX_CBS], columns[TT_MAX_CBS];
  for (int i = 0; i < TT_MAX_CBS; ++i) {
    bool is_full = f->rows[i] == TT_TILE_DIM;
    faces[i] = is_full ? 4 : 2;
    partial[i] = f->rows[i] < TT_FACE_DIM;
    face_rows[i] = f->rows[i] < TT_FACE_DIM ? f->rows[i] : TT_FACE_DIM;
    narrow[i] = 0;
    columns[i] = TT_TILE_DIM;
  }
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "%s", tt_header_top);
  print_array(&text, "uint8_t", prefix, "tile_num_faces", faces);
  print_array(&text, "uint8_t", prefix, "partial_face", partial);
  print_array(&text, "uint8_t", prefix, "tile_face_r_dim", face_rows);
  print_array(&text, "uint8_t", prefix, "narrow_tile", narrow);
  print_array(&text, "uint8_t", prefix, "tile_r_dim", f->rows);
  print_array(&text, "uint8_t", prefix, "tile_c_dim", columns);
  print_array(&text, "uint16_t", prefix, "tile_size", f->sizes);
  return add_text(sources, name, &text);
}

static tt_status_t add_line(tt_sources_t* sources, const char* name,
                            const char* format, const char* value) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "%s", tt_header_top);
  tt_strbuf_print(&text, "%s%s;\n", format, value);
  return add_text(sources, name, &text);
}

static tt_status_t add_compute_options(tt_sources_t* sources,
                                       const tt_phase_t* phase) {
  char fidelity[4] = {(char)('0' + phase->fidelity)};
  TT_RETURN_IF_ERROR(
      add_line(sources, "chlkc_math_fidelity.h",
               "constexpr std::int32_t MATH_FIDELITY = ", fidelity));
  TT_RETURN_IF_ERROR(
      add_line(sources, "chlkc_math_approx_mode.h",
               "constexpr bool APPROX = ", phase->approx ? "true" : "false"));
  TT_RETURN_IF_ERROR(add_line(sources, "chlkc_dst_accum_mode.h",
                              "constexpr bool DST_ACCUM_MODE = ",
                              phase->fp32_dest_acc ? "true" : "false"));
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text,
                  "#pragma once\n#define DST_SYNC_MODE DstSync::Sync%s\n",
                  phase->dst_full_sync ? "Full" : "Half");
  return add_text(sources, "chlkc_dst_sync_mode.h", &text);
}

// ---- What is compiled -------------------------------------------------------

// tt-metal links its parts with link-time optimisation; one file for all parts
// and -fwhole-program come to the same. |entry| is what is called from outside.
static tt_status_t add_main(tt_sources_t* sources, const char* name,
                            const char* entry, const char* main_file,
                            const char* parts) {
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text,
                  "extern \"C\" [[gnu::used]] %s;\n#include \"%s\"\n%s"
                  "#include \"substitutes.cpp\"\n",
                  entry, main_file, parts);
  return add_text(sources, name, &text);
}

static const char* const tt_main_names[TT_PROCESSOR_COUNT] = {
    "main_brisc.cc", "main_ncrisc.cc", "main_trisc0.cc", "main_trisc1.cc",
    "main_trisc2.cc"};

// Each TRISC includes the compute kernel under a name of its own.
static tt_status_t add_compute_includes(tt_sources_t* sources) {
  static const char* const threads[][2] = {
      {"chlkc_unpack.cpp", "UNPACK"},
      {"chlkc_math.cpp", "MATH"},
      {"chlkc_pack.cpp", "PACK"},
  };
  for (int i = 0; i < 3; ++i) {
    tt_strbuf_t text = {0};
    tt_strbuf_print(&text, "#define TRISC_%s\n#include \"compute.cpp\"\n",
                    threads[i][1]);
    TT_RETURN_IF_ERROR(add_text(sources, threads[i][0], &text));
  }
  return NULL;
}

static tt_status_t add_kernels(tt_sources_t* sources,
                               const tt_program_t* program, uint32_t entry,
                               uint32_t phase) {
  static const char* const names[TT_UNIT_KERNEL_COUNT] = {
      [TT_UNIT_READER] = "reader.cpp",
      [TT_UNIT_COMPUTE] = "compute.cpp",
      [TT_UNIT_WRITER] = "writer.cpp"};
  const tt_phase_t* p =
      &program->phases[program->entries[entry].first_phase + phase];
  for (int unit = 0; unit < TT_UNIT_KERNEL_COUNT; ++unit) {
    if (p->kernels[unit] == TT_NONE) continue;
    char* text = NULL;
    size_t size = 0;
    TT_RETURN_IF_ERROR(
        tt_emit_kernel(program, entry, phase, (tt_unit_t)unit, &text, &size));
    add_file(sources, names[unit], text, size);
  }
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    sources->uses[i] = p->kernels[tt_processors[i].unit] != TT_NONE;
    if (!sources->uses[i]) continue;
    TT_RETURN_IF_ERROR(add_main(sources, tt_main_names[i],
                                "__UINT32_TYPE__ _start()",
                                tt_processors[i].kernel, ""));
  }
  return NULL;
}

tt_status_t tt_sources_of_phase(const tt_toolchain_t* toolchain,
                                const tt_program_t* program, uint32_t entry,
                                uint32_t phase, tt_sources_t* out_sources) {
  tt_sources_t* s = out_sources;
  tt_emit_cb_t cbs[TT_MAX_CBS];
  uint32_t cb_count = 0;
  tt_formats_t f;
  TT_RETURN_IF_ERROR(tt_emit_phase_cbs(program, entry, phase, cbs, &cb_count));
  const tt_phase_t* p =
      &program->phases[program->entries[entry].first_phase + phase];
  set_formats(cbs, cb_count, p->fp32_dest_acc, &f);
  TT_RETURN_IF_ERROR(add_stand_ins(toolchain, s));
  TT_RETURN_IF_ERROR(add_kernels(s, program, entry, phase));
  TT_RETURN_IF_ERROR(add_compute_includes(s));
  TT_RETURN_IF_ERROR(add_data_format(s, "chlkc_unpack_data_format.h",
                                     "unpack_src", f.memory, "unpack_dst",
                                     f.unpacked));
  TT_RETURN_IF_ERROR(add_data_format(s, "chlkc_pack_data_format.h", "pack_src",
                                     f.packed, "pack_dst", f.memory));
  TT_RETURN_IF_ERROR(
      add_tile_dims(s, "chlkc_unpack_tile_dims.h", "unpack", &f));
  TT_RETURN_IF_ERROR(add_tile_dims(s, "chlkc_pack_tile_dims.h", "pack", &f));
  TT_RETURN_IF_ERROR(add_compute_options(s, p));
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text,
                  "#ifdef COMPILE_FOR_BRISC\n#include \"writer.cpp\"\n#else\n"
                  "#include \"reader.cpp\"\n#endif\n");
  return add_text(s, "kernel_includes.hpp", &text);
}

tt_status_t tt_sources_of_firmware(const tt_toolchain_t* toolchain,
                                   tt_sources_t* out_sources) {
  tt_sources_t* s = out_sources;
  TT_RETURN_IF_ERROR(add_stand_ins(toolchain, s));
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    s->uses[i] = true;
    TT_RETURN_IF_ERROR(add_main(
        s, tt_main_names[i], "void exit(int)", tt_processors[i].firmware,
        i == TT_PROCESSOR_BRISC
            ? "#include \"noc.c\"\n#include \"tdma_xmov.c\"\n"
            : ""));
  }
  tt_strbuf_t text = {0};
  tt_strbuf_print(&text, "#include \"tmu-crt0.S\"\n");
  return add_text(s, "crt0.S", &text);
}

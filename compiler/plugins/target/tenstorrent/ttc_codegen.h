// The seam between driving IREE and making code for the device: one
// hal.executable.variant in, one executable image out.
//
// The driver (ttc_pipeline, ttc_serialize) knows IREE and no tiles; codegen
// (ttc_codegen.c and below) knows dispatches and tiles and no HAL pass. The
// driver writes every file; codegen only makes bytes and texts.
#ifndef TT_IREE_COMPILER_TTC_CODEGEN_H_
#define TT_IREE_COMPILER_TTC_CODEGEN_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/plugins/target/tenstorrent/ttc_api.h"
#include "tile/program.h"
#include "tile/status.h"

// Matrix-unit passes per multiply, as tt-metal's MathFidelity counts them.
typedef enum ttc_fidelity_e {
  TTC_FIDELITY_LOFI = 0,
  TTC_FIDELITY_HIFI2 = 2,
  TTC_FIDELITY_HIFI3 = 3,
  TTC_FIDELITY_HIFI4 = 4,
} ttc_fidelity_t;

typedef struct ttc_codegen_options_t {
  // Worker cores the plan aims at. A program runs on any grid all the same.
  int32_t grid_rows;  // 1 to 10
  int32_t grid_cols;  // 1 to 12
  // Bytes of L1 per core that a plan may use: what is left of the core's L1
  // (--iree-tenstorrent-l1-size) without tt_chip_t.l1_reserved.
  int64_t l1_size;
  ttc_fidelity_t fidelity;
  // Numbers of DRAM banks, as bits, that kernels are compiled for ahead of
  // time.
  uint32_t precompile_banks;
  // Whether the image says where in the source its dispatches come from.
  bool note_locations;
  // What to make beside the image (see ttc_codegen_entry_t). Making it costs
  // time, so only what will be written is asked for.
  bool want_counts;
  bool want_dispatch_text;
  bool want_plan_text;
  bool want_tile_text;
  bool want_kernels;
} ttc_codegen_options_t;

// An entry point, as its hal.executable.export declares it.
typedef struct ttc_export_t {
  char* name;  // also that of the function
  MlirLocation location;
  uint32_t constant_count;  // 32-bit push constants
  uint32_t binding_count;
} ttc_export_t;

// A named text, e.g. one generated kernel: "phase0_compute.cpp".
typedef struct ttc_text_t {
  char* name;
  char* text;
} ttc_text_t;

// What codegen tells about one entry point. Numbers are totals of one launch
// over all cores, counted from the tile program as tile/count.h defines them;
// -1 where they depend on a dynamic size.
typedef struct ttc_codegen_entry_t {
  char* name;  // symbol name of the hal.executable.export
  // What the image notes of the entry; NULL where it does not.
  char* path;        // "tile" or "floor" (element loops)
  char* reason;      // why this path, one line
  char* location;    // in the source: "model.mlir:3:8"
  char* executable;  // symbol name of the hal.executable
  // What it was planned for, and what the numbers below are of.
  int32_t grid_cols, grid_rows;
  int32_t phases;
  // If asked for:
  int64_t tiles;  // written to memory
  int32_t cores;
  int32_t utilization;  // percent of the grid's cores that the work fills
  int64_t l1_bytes;     // the largest use of any core in any phase
  int64_t bytes_read;
  int64_t bytes_written;
  int64_t tile_ops;
  int64_t multiply_adds;
  int64_t element_ops;
  // Estimated clock cycles: of the launch, of each kernel on its busiest core,
  // of a NoC port, of DRAM. |bound|, a constant, names what takes longest; NULL
  // where the numbers are not known.
  int64_t cycles;
  int64_t kernel_cycles[TT_UNIT_KERNEL_COUNT];
  int64_t noc_cycles;
  int64_t dram_cycles;
  const char* bound;
  // NULL or empty unless asked for.
  char* dispatch_text;
  char* plan_text;
  char* tile_text;
  ttc_text_t* kernels;
  size_t kernel_count;
} ttc_codegen_entry_t;

// Everything in here is malloc'ed and owned by the struct.
typedef struct ttc_codegen_output_t {
  uint8_t* image;
  size_t image_size;
  // One per hal.executable.export, indexed by the export's ordinal.
  ttc_codegen_entry_t* entries;
  size_t entry_count;
  // Where the returned error belongs (ptr NULL: at the variant). The location
  // of the operation that could not be compiled.
  MlirLocation error_location;
} ttc_codegen_output_t;

void ttc_codegen_output_free(ttc_codegen_output_t* output);

// Compiles |variant|, a hal.executable.variant in "executable-sources" form:
// one hal.executable.export per entry point (with its ordinal and
// #hal.pipeline.layout) and an inner builtin.module with one func.func each.
// |variant| must not be changed; clone what passes are to run on.
//
// |out| is zeroed by the caller and must be freed by it, also after an error:
// what was made until then (a dispatch text, say) is still dumped. Messages of
// errors start with the operation's name: "'linalg.foo' op ...". Called for
// variants one after the other, from one thread.
typedef tt_status_t (*ttc_codegen_fn_t)(const ttc_codegen_options_t* options,
                                        MlirOperation variant,
                                        ttc_codegen_output_t* out);

// The one the product uses; in ttc_codegen.c.
tt_status_t ttc_codegen_executable(const ttc_codegen_options_t* options,
                                   MlirOperation variant,
                                   ttc_codegen_output_t* out);

// Runs passes in place on |op|, which is isolated from above (builtin.module,
// func.func, ...) and may be a detached clone. |passes| is a comma-separated
// list as on the command line of iree-opt, without the outer anchor:
// "func.func(iree-codegen-decompose-softmax,canonicalize),cse".
// A pass that fails has emitted its diagnostics; INTERNAL then, or
// INVALID_ARGUMENT when |passes| does not parse.
tt_status_t ttc_run_passes(MlirOperation op, const char* passes);

// The inner builtin.module of |variant|; ptr NULL when there is none.
MlirOperation ttc_variant_inner_module(MlirOperation variant);

#endif  // TT_IREE_COMPILER_TTC_CODEGEN_H_

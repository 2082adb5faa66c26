// What a compilation tells besides its result: the compile report and dumps.
#ifndef TT_IREE_COMPILER_TTC_REPORT_H_
#define TT_IREE_COMPILER_TTC_REPORT_H_

#include "compiler/plugins/target/tenstorrent/ttc_codegen.h"
#include "compiler/plugins/target/tenstorrent/ttc_options.h"
#include "tile/status.h"

// Compile report: JSON, one object per dispatch. Grows while executables are
// translated; one per compilation.
typedef struct ttc_report_t {
  char* text;  // objects so far, comma-separated
  size_t length;
} ttc_report_t;

void ttc_report_free(ttc_report_t* report);

// Adds the entries of |output|.
tt_status_t ttc_report_add(ttc_report_t* report,
                           const ttc_codegen_output_t* output);

// The report as text, malloc'ed.
tt_status_t ttc_report_text(const ttc_report_t* report, char** out_text);

// Writes the report to |path| ("-" is stderr: stdout belongs to the output).
tt_status_t ttc_report_write(const ttc_report_t* report, const char* path);

// Writes the texts of |output| into the directories |options| name, one file
// per dispatch and kind: <module>_<entry>.dispatch.txt, .plan.txt, .tile, and
// <module>_<entry>.<kernel>. |module| is the module's name, "module" without.
tt_status_t ttc_dump_texts(const ttc_options_t* options, const char* module,
                           const ttc_codegen_output_t* output);

// Writes |size| bytes to <directory>/<name>; makes the directory.
tt_status_t ttc_write_file(const char* directory, const char* name,
                           const void* data, size_t size);

#endif  // TT_IREE_COMPILER_TTC_REPORT_H_

// One build: files into a folder, compilers over them, linkers, code out.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolchain/process.h"
#include "toolchain/toolchain_internal.h"

typedef struct build_t {
  const tt_toolchain_t* toolchain;
  const tt_toolchain_target_t* target;
  const tt_sources_t* sources;
  const tt_built_t* firmware;  // NULL: it is what is built
  char* folder;
  tt_build_error_t* error;
} build_t;

// ---- Errors of compilers ----------------------------------------------------

// The op that line |line| of an emitted kernel belongs to: the last one marked
// before it.
static uint32_t place_of_line(const char* text, unsigned line) {
  static const char mark[] = "tile::at(";
  uint32_t place = 0;
  for (unsigned i = 0; *text && i < line; ++i) {
    size_t size = strcspn(text, "\n");
    const char* found = memmem(text, size, mark, sizeof(mark) - 1);
    if (found) place = (uint32_t)strtoul(found + sizeof(mark) - 1, NULL, 10);
    text += size + (text[size] == '\n');
  }
  return place;
}

// Where the first error of |log| is: "reader.cpp:12:3: error: ...".
static uint32_t place_of_error(const tt_sources_t* sources, const char* log) {
  for (uint32_t i = 0; i < sources->count; ++i) {
    const tt_source_t* file = &sources->files[i];
    const char* end = strrchr(file->name, '.');
    if (!end || strcmp(end, ".cpp") != 0) continue;
    const char* at = strstr(log, file->name);
    unsigned line = 0;
    if (at && sscanf(at + strlen(file->name), ":%u", &line) == 1) {
      return place_of_line(file->text, line);
    }
  }
  return 0;
}

// Lines of |log| that tell of errors, up to what a message should hold.
static void print_errors(const char* log, tt_strbuf_t* out) {
  enum { MAX_LINES = 3, MAX_LINE = 300 };
  int lines = 0;
  for (const char* p = log; *p && lines < MAX_LINES;) {
    size_t size = strcspn(p, "\n");
    size_t shown = size < MAX_LINE ? size : MAX_LINE;
    if (memmem(p, size, "rror: ", 6) || memmem(p, size, "undefined", 9) ||
        memmem(p, size, "overflow", 8)) {
      tt_strbuf_print(out, "%s%.*s", lines++ ? "; " : "", (int)shown, p);
    }
    p += size + (p[size] == '\n');
  }
  if (lines == 0) tt_strbuf_print(out, "%.*s", MAX_LINE, log);
}

// |command| failed for |processor|.
static tt_status_t tool_failed(const build_t* b, const tt_command_t* command,
                               tt_processor_t processor) {
  uint8_t* log = NULL;
  size_t size = 0;
  tt_strbuf_t text = {0};
  tt_status_t status = tt_file_read(b->folder, command->log, &log, &size);
  if (!status) {
    b->error->processor = processor;
    b->error->place = place_of_error(b->sources, (const char*)log);
    print_errors((const char*)log, &text);
    status = tt_status_make(TT_CODE_INTERNAL, "%s: exit code %d: %s",
                            tt_processors[processor].name, command->exit_code,
                            text.data ? text.data : "");
  }
  tt_strbuf_free(&text);
  free(log);
  return status;
}

// ---- Steps ------------------------------------------------------------------

static tt_status_t write_sources(const build_t* b) {
  for (uint32_t i = 0; i < b->sources->count; ++i) {
    const tt_source_t* file = &b->sources->files[i];
    TT_RETURN_IF_ERROR(
        tt_file_write(b->folder, file->name, file->text, file->size));
  }
  return NULL;
}

// The linker script of a processor: tt-metal's own, with what it takes from
// elsewhere in front.
static tt_status_t write_script(const build_t* b, tt_processor_t processor,
                                uint32_t text_address) {
  const char* name = tt_processors[processor].name;
  tt_strbuf_t text = {0};
  char file[32];
  if (b->firmware) {
    tt_strbuf_print(&text, "__fw_export_text_end = 0x%08x;\n%s", text_address,
                    b->firmware->symbols[processor]);
  }
  tt_strbuf_print(&text, "INCLUDE %s_%s.ld\n",
                  b->firmware ? "kernel" : "firmware", name);
  snprintf(file, sizeof(file), "%s.ld", name);
  tt_status_t status =
      text.failed ? tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                                   "out of host memory while linking")
                  : tt_file_write(b->folder, file, text.data, text.size);
  tt_strbuf_free(&text);
  return status;
}

static const char* const tt_logs[TT_PROCESSOR_COUNT + 1] = {
    "brisc.log",  "ncrisc.log", "trisc0.log",
    "trisc1.log", "trisc2.log", "crt0.log"};

// Runs the commands of the processors in use (and one more, if it is set).
static tt_status_t run(const build_t* b,
                       tt_command_t commands[TT_PROCESSOR_COUNT + 1]) {
  tt_command_t used[TT_PROCESSOR_COUNT + 1];
  tt_processor_t of[TT_PROCESSOR_COUNT + 1];
  uint32_t count = 0;
  for (int i = 0; i <= TT_PROCESSOR_COUNT; ++i) {
    if (commands[i].args.count == 0) continue;
    of[count] = i < TT_PROCESSOR_COUNT ? (tt_processor_t)i : TT_PROCESSOR_BRISC;
    commands[i].log = tt_logs[i];
    used[count++] = commands[i];
  }
  tt_status_t status =
      tt_commands_run(used, count, b->toolchain->jobs, b->folder);
  for (uint32_t i = 0; i < count && !status; ++i) {
    if (used[i].exit_code != 0) status = tool_failed(b, &used[i], of[i]);
  }
  for (int i = 0; i <= TT_PROCESSOR_COUNT; ++i) tt_list_free(&commands[i].args);
  return status;
}

static tt_status_t compile(const build_t* b) {
  tt_command_t commands[TT_PROCESSOR_COUNT + 1] = {0};
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    if (!b->sources->uses[i]) continue;
    char source[32];
    snprintf(source, sizeof(source), "main_%s.cc", tt_processors[i].name);
    tt_command_compile(b->toolchain, b->target, (tt_processor_t)i, !b->firmware,
                       source, &commands[i].args);
  }
  if (!b->firmware) {
    tt_command_compile(b->toolchain, b->target, TT_PROCESSOR_BRISC, true,
                       "crt0.S", &commands[TT_PROCESSOR_COUNT].args);
  }
  return run(b, commands);
}

static tt_status_t take_code(const build_t* b, tt_processor_t processor,
                             tt_built_t* built, uint32_t* out_end) {
  char file[32];
  uint8_t* bytes = NULL;
  size_t size = 0;
  snprintf(file, sizeof(file), "%s.elf", tt_processors[processor].name);
  TT_RETURN_IF_ERROR(tt_file_read(b->folder, file, &bytes, &size));
  tt_status_t status =
      tt_built_add_elf(built, processor, !b->firmware, bytes, size, out_end);
  free(bytes);
  return status;
}

static tt_status_t link_firmware(const build_t* b, tt_built_t* built) {
  tt_command_t commands[TT_PROCESSOR_COUNT + 1] = {0};
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    tt_command_link(b->toolchain, (tt_processor_t)i, true, &commands[i].args);
    tt_status_t status = write_script(b, (tt_processor_t)i, 0);
    if (!status) continue;
    for (int k = 0; k <= i; ++k) tt_list_free(&commands[k].args);
    return status;
  }
  TT_RETURN_IF_ERROR(run(b, commands));
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    uint32_t end;
    TT_RETURN_IF_ERROR(take_code(b, (tt_processor_t)i, built, &end));
  }
  return NULL;
}

// Kernels stand one behind the other in the target's text range.
static tt_status_t link_kernels(const build_t* b, tt_built_t* built) {
  uint32_t address = (b->target->text_base + 15) & ~15u;
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    if (!b->sources->uses[i]) continue;
    tt_command_t commands[TT_PROCESSOR_COUNT + 1] = {0};
    uint32_t end;
    TT_RETURN_IF_ERROR(write_script(b, (tt_processor_t)i, address));
    tt_command_link(b->toolchain, (tt_processor_t)i, false, &commands[i].args);
    TT_RETURN_IF_ERROR(run(b, commands));
    TT_RETURN_IF_ERROR(take_code(b, (tt_processor_t)i, built, &end));
    address = (end + 15) & ~15u;
  }
  if (address <= b->target->text_limit) return NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "%u bytes of kernel code, %u bytes of L1 are for them",
                        address - b->target->text_base,
                        b->target->text_limit - b->target->text_base);
}

tt_status_t tt_build(const tt_toolchain_t* toolchain,
                     const tt_toolchain_target_t* target,
                     const tt_sources_t* sources, const tt_built_t* firmware,
                     tt_built_t* out_built, tt_build_error_t* out_error) {
  build_t b = {toolchain, target, sources, firmware, NULL, out_error};
  *out_error = (tt_build_error_t){TT_PROCESSOR_COUNT, 0};
  TT_RETURN_IF_ERROR(tt_cache_make_folder(&toolchain->cache, &b.folder));
  tt_status_t status = write_sources(&b);
  if (!status) status = compile(&b);
  if (!status) {
    status =
        firmware ? link_kernels(&b, out_built) : link_firmware(&b, out_built);
  }
  if (!status && !out_built->code) {  // a phase without kernels
    out_built->code = calloc(1, sizeof(*out_built->code));
    if (!out_built->code) {
      status = tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                              "out of host memory while linking");
    }
  }
  tt_cache_remove_folder(b.folder);
  free(b.folder);
  return status;
}

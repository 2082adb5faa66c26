#include "toolchain/toolchain.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tile/crc64.h"
#include "tile/emit.h"
#include "toolchain/precompiled.h"
#include "toolchain/toolchain_internal.h"

// Changes when the same sources and options would give other code.
static const char tt_toolchain_version[] = "2";

static uint32_t usable_cpus(void) {
  cpu_set_t set;
  int count =
      sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  return count > 0 ? (uint32_t)count : 1;
}

tt_status_t tt_toolchain_create(const tt_toolchain_options_t* options,
                                tt_toolchain_t** out_toolchain) {
  tt_toolchain_t* t = calloc(1, sizeof(*t));
  if (!t) {
    return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                          "out of host memory while making a toolchain");
  }
  t->jobs = options->jobs ? options->jobs : usable_cpus();
  tt_status_t status = tt_toolchain_find(options, t);
  if (!status) {
    status = tt_cache_open(options->cache, options->cache_limit, &t->cache);
  }
  if (status) {
    tt_toolchain_destroy(t);
    return status;
  }
  *out_toolchain = t;
  return NULL;
}

void tt_toolchain_destroy(tt_toolchain_t* toolchain) {
  if (!toolchain) return;
  free(toolchain->metal);
  free(toolchain->compiler);
  tt_list_free(&toolchain->standard_headers);
  tt_cache_close(&toolchain->cache);
  free(toolchain);
}

// ---- Keys -------------------------------------------------------------------

// Names the result of a build by all that goes into it. Kernels are linked
// against a firmware, whose sources are the same for all kernels of a target.
static void make_key(const tt_toolchain_t* toolchain,
                     const tt_toolchain_target_t* target,
                     const tt_sources_t* sources, bool firmware,
                     char out_key[2 * TT_SHA256_BYTES + 1]) {
  tt_sha256_t h;
  tt_sha256_init(&h);
  tt_sha256_add_field(&h, tt_toolchain_version, sizeof(tt_toolchain_version));
  tt_sha256_add(&h, toolchain->identity, sizeof(toolchain->identity));
  if (!firmware) {
    tt_sha256_add(&h, &target->text_base, sizeof(target->text_base));
    tt_sha256_add(&h, &target->text_limit, sizeof(target->text_limit));
  }
  for (uint32_t i = 0; i < sources->count; ++i) {
    const tt_source_t* file = &sources->files[i];
    tt_sha256_add_field(&h, file->name, strlen(file->name));
    tt_sha256_add_field(&h, file->text, file->size);
  }
  for (int i = 0; i < TT_PROCESSOR_COUNT; ++i) {
    if (!sources->uses[i]) continue;
    tt_list_t args = {0};
    tt_command_compile(toolchain, target, (tt_processor_t)i, firmware, "",
                       &args);
    tt_command_link(toolchain, (tt_processor_t)i, firmware, &args);
    for (uint32_t k = 0; k < args.count; ++k) {
      tt_sha256_add_field(&h, args.items[k], strlen(args.items[k]));
    }
    tt_list_free(&args);
  }
  uint8_t hash[TT_SHA256_BYTES];
  tt_sha256_finish(&h, hash);
  tt_sha256_text(hash, out_key);
}

// ---- Building what the cache does not have
// -----------------------------------

static tt_status_t load(const tt_toolchain_t* toolchain, const char* key,
                        tt_built_t* out_built) {
  uint8_t* bytes = NULL;
  size_t size = 0;
  TT_RETURN_IF_ERROR(tt_cache_get(&toolchain->cache, key, &bytes, &size));
  if (!bytes) return NULL;
  tt_status_t status = tt_built_read(bytes, size, out_built);
  free(bytes);
  return tt_status_prefix(status, "kernel cache, entry %s", key);
}

static tt_status_t store(const tt_toolchain_t* toolchain, const char* key,
                         const tt_built_t* built) {
  uint8_t* bytes = NULL;
  size_t size = 0;
  TT_RETURN_IF_ERROR(tt_built_write(built, &bytes, &size));
  tt_status_t status = tt_cache_put(&toolchain->cache, key, bytes, size);
  free(bytes);
  return status;
}

static tt_status_t get_firmware(const tt_toolchain_t* toolchain,
                                const tt_toolchain_target_t* target,
                                tt_built_t* out_built) {
  char key[2 * TT_SHA256_BYTES + 1];
  tt_sources_t sources = {0};
  tt_status_t status = tt_sources_of_firmware(toolchain, &sources);
  if (!status) {
    make_key(toolchain, target, &sources, true, key);
    status = load(toolchain, key, out_built);
  }
  if (!status && !out_built->code) {
    tt_build_error_t error;
    status = tt_status_prefix(
        tt_build(toolchain, target, &sources, NULL, out_built, &error),
        "tt-metal's firmware");
    if (!status) status = store(toolchain, key, out_built);
  }
  tt_sources_free(&sources);
  return status;
}

// Hands the code of |built| out, or frees it with |status|.
static tt_status_t hand_out(tt_status_t status, tt_built_t* built,
                            tt_binary_t** out_binary) {
  if (!status) {
    *out_binary = built->code;
    built->code = NULL;
  }
  tt_built_free(built);
  return status;
}

static tt_status_t check_target(const tt_toolchain_target_t* target) {
  if (target->dram_banks == 0 || target->l1_banks == 0) {
    return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                          "a target without DRAM or L1 banks");
  }
  return NULL;
}

tt_status_t tt_toolchain_firmware(tt_toolchain_t* toolchain,
                                  const tt_toolchain_target_t* target,
                                  tt_binary_t** out_binary) {
  tt_built_t built = {0};
  TT_RETURN_IF_ERROR(check_target(target));
  return hand_out(get_firmware(toolchain, target, &built), &built, out_binary);
}

// Says which kernel did not compile, and at which of its ops.
static tt_status_t locate(tt_status_t status, const tt_program_t* program,
                          uint32_t entry, uint32_t phase,
                          const tt_build_error_t* error) {
  static const char* const units[] = {"reader", "compute", "writer"};
  const char* name = tt_entry_name(program, &program->entries[entry]);
  if (error->processor == TT_PROCESSOR_COUNT) {
    return tt_status_prefix(status, "entry @%s, phase %u", name, phase);
  }
  tt_unit_t unit = tt_processors[error->processor].unit;
  if (error->place == 0) {
    return tt_status_prefix(status, "entry @%s, phase %u, %s kernel", name,
                            phase, units[unit]);
  }
  char* op = NULL;
  tt_status_free(
      tt_emit_describe_place(program, entry, phase, unit, error->place, &op));
  status = tt_status_prefix(status, "entry @%s, phase %u, %s kernel, at %s",
                            name, phase, units[unit], op ? op : "");
  free(op);
  return status;
}

static tt_status_t build_phase(const tt_toolchain_t* toolchain,
                               const tt_toolchain_target_t* target,
                               const tt_sources_t* sources,
                               tt_built_t* out_built,
                               tt_build_error_t* out_error) {
  tt_built_t firmware = {0};
  tt_status_t status = get_firmware(toolchain, target, &firmware);
  if (!status) {
    status =
        tt_build(toolchain, target, sources, &firmware, out_built, out_error);
  }
  tt_built_free(&firmware);
  return status;
}

tt_status_t tt_toolchain_phase(tt_toolchain_t* toolchain,
                               const tt_toolchain_target_t* target,
                               const tt_program_t* program, uint32_t entry,
                               uint32_t phase, tt_binary_t** out_binary) {
  char key[2 * TT_SHA256_BYTES + 1];
  tt_sources_t sources = {0};
  tt_built_t built = {0};
  TT_RETURN_IF_ERROR(check_target(target));
  tt_status_t status =
      tt_sources_of_phase(toolchain, program, entry, phase, &sources);
  if (!status) {
    make_key(toolchain, target, &sources, false, key);
    status = load(toolchain, key, &built);
  }
  if (!status && !built.code) {
    tt_build_error_t error = {TT_PROCESSOR_COUNT, 0};
    status = build_phase(toolchain, target, &sources, &built, &error);
    status = status ? locate(status, program, entry, phase, &error)
                    : store(toolchain, key, &built);
  }
  tt_sources_free(&sources);
  return hand_out(status, &built, out_binary);
}

// ---- Ahead of time ----------------------------------------------------------

// Builds the firmware and carries it. *out_id names the build.
static tt_status_t add_firmware(const tt_toolchain_t* toolchain,
                                const tt_toolchain_target_t* target,
                                tt_program_t* program, uint64_t* out_id) {
  tt_built_t firmware = {0};
  uint8_t* bytes = NULL;
  size_t size = 0;
  tt_status_t status = get_firmware(toolchain, target, &firmware);
  if (!status) status = tt_built_write(&firmware, &bytes, &size);
  if (!status) {
    *out_id = tt_crc64(0, bytes, size);
    status = tt_precompiled_add(program, target, TT_PRECOMPILED_FIRMWARE,
                                firmware.code, *out_id);
  }
  free(bytes);
  tt_built_free(&firmware);
  return status;
}

tt_status_t tt_toolchain_precompile(tt_toolchain_t* toolchain,
                                    const tt_toolchain_target_t* target,
                                    tt_program_t* program) {
  uint64_t id = 0;
  TT_RETURN_IF_ERROR(check_target(target));
  TT_RETURN_IF_ERROR(add_firmware(toolchain, target, program, &id));
  for (uint32_t i = 0; i < program->entries_count; ++i) {
    const tt_entry_t* entry = &program->entries[i];
    for (uint32_t phase = 0; phase < entry->phase_count; ++phase) {
      tt_binary_t* code = NULL;
      TT_RETURN_IF_ERROR(
          tt_toolchain_phase(toolchain, target, program, i, phase, &code));
      tt_status_t status = tt_precompiled_add(
          program, target, entry->first_phase + phase, code, id);
      tt_binary_free(code);
      TT_RETURN_IF_ERROR(status);
    }
  }
  return NULL;
}

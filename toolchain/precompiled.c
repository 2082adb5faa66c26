#include "toolchain/precompiled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// tt_program_t.binaries: records of this, each followed by its code.
typedef struct record_t {
  tt_toolchain_target_t target;
  uint32_t phase;
  uint32_t code_size;  // bytes
  uint64_t firmware;
} record_t;
_Static_assert(sizeof(record_t) == 40, "image record");

tt_status_t tt_precompiled_add(tt_program_t* program,
                               const tt_toolchain_target_t* target,
                               uint32_t phase, const tt_binary_t* code,
                               uint64_t firmware) {
  tt_strbuf_t out = {0};
  char* bytes = NULL;
  size_t size = 0;
  record_t record = {.target = *target, .phase = phase, .firmware = firmware};
  tt_strbuf_append(&out, (const char*)&record, sizeof(record));
  tt_binary_write(code, &out);
  TT_RETURN_IF_ERROR(tt_strbuf_finish(&out, &bytes, &size));
  record.code_size = (uint32_t)(size - sizeof(record));
  memcpy(bytes, &record, sizeof(record));
  const uint64_t total = program->binaries_count + (uint64_t)size;
  uint8_t* grown =
      total <= UINT32_MAX ? realloc(program->binaries, total) : NULL;
  if (grown) {
    memcpy(grown + program->binaries_count, bytes, size);
    program->binaries = grown;
    program->binaries_count = (uint32_t)total;
  }
  free(bytes);
  if (grown) return NULL;
  return tt_status_make(TT_CODE_RESOURCE_EXHAUSTED,
                        "no room for %zu bytes of compiled code", size);
}

static tt_status_t not_found(const tt_toolchain_target_t* target,
                             uint32_t phase, bool others) {
  char what[32] = "firmware";
  if (phase != TT_PRECOMPILED_FIRMWARE) {
    snprintf(what, sizeof(what), "kernels of phase %u", phase);
  }
  return tt_status_make(
      TT_CODE_NOT_FOUND,
      "the program carries no compiled %s for %u DRAM banks%s%s", what,
      target->dram_banks, target->checked ? " with checked accesses" : "",
      others ? ", only for other devices" : "");
}

tt_status_t tt_precompiled_find(const tt_program_t* program,
                                const tt_toolchain_target_t* target,
                                uint32_t phase, tt_binary_t** out_code,
                                uint64_t* out_firmware) {
  const uint32_t size = program->binaries_count;
  *out_code = NULL;
  for (uint32_t at = 0; at < size;) {
    record_t record = {0};
    if (size - at >= sizeof(record)) {
      memcpy(&record, program->binaries + at, sizeof(record));
    }
    if (size - at < sizeof(record) ||
        record.code_size > size - at - sizeof(record)) {
      return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                            "compiled code: byte %u of %u: a record of %u "
                            "bytes of code",
                            at, size, record.code_size);
    }
    at += (uint32_t)sizeof(record);
    if (record.phase == phase &&
        memcmp(&record.target, target, sizeof(*target)) == 0) {
      *out_firmware = record.firmware;
      return tt_binary_read(program->binaries + at, record.code_size, out_code,
                            NULL);
    }
    at += record.code_size;
  }
  return not_found(target, phase, size > 0);
}

#include "bh_options.h"

#include <stdio.h>
#include <string.h>

#include "bh_chip.h"

static tt_status_t bad_value(const tt_backend_param_t* param,
                             const char* expected) {
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "device option %s: found '%s', expected %s", param->key,
                        param->value, expected);
}

// Parses a decimal number of at most |limit| and moves *text behind it.
static bool parse_number(const char** text, uint32_t limit,
                         uint32_t* out_value) {
  if (**text < '0' || **text > '9') return false;
  uint64_t value = 0;
  for (; **text >= '0' && **text <= '9'; ++*text) {
    value = value * 10 + (uint64_t)(**text - '0');
    if (value > limit) return false;
  }
  *out_value = (uint32_t)value;
  return true;
}

bool tt_bh_parse_timeout(const char* text, uint32_t* out_ms) {
  uint32_t value = 0;
  if (!parse_number(&text, UINT32_MAX / 1000 - 1, &value)) return false;
  if (*text == '.' && !text[1]) return false;
  if (*text == '.') ++text;
  for (int i = 0; i < 3; ++i) {
    value *= 10;
    if (*text >= '0' && *text <= '9') value += (uint32_t)(*text++ - '0');
  }
  *out_ms = value ? value : UINT32_MAX;
  return !*text;
}

static tt_status_t parse_grid(const tt_backend_param_t* param,
                              tt_bh_options_t* options) {
  const char* text = param->value;
  if (!parse_number(&text, TT_BH_MAX_COLS, &options->grid_cols) ||
      *text++ != 'x' ||
      !parse_number(&text, TT_BH_MAX_ROWS, &options->grid_rows) || *text ||
      !options->grid_cols || !options->grid_rows) {
    return bad_value(param, "COLUMNSxROWS from 1x1 to 14x10, as in 8x8");
  }
  return NULL;
}

static tt_status_t parse_flag(const tt_backend_param_t* param,
                              bool* out_value) {
  if (strcmp(param->value, "0") && strcmp(param->value, "1")) {
    return bad_value(param, "0 or 1");
  }
  *out_value = *param->value == '1';
  return NULL;
}

// Takes |param| if it is the device's.
static tt_status_t parse_option(const tt_backend_param_t* param,
                                tt_bh_options_t* o, bool* out_taken) {
  const char* value = param->value;
  *out_taken = true;
  if (!strcmp(param->key, "grid")) return parse_grid(param, o);
  if (!strcmp(param->key, "banks")) {
    if (strcmp(value, "7") && strcmp(value, "8")) {
      return bad_value(param, "7 or 8");
    }
    o->banks = (uint32_t)(*value - '0');
  } else if (!strcmp(param->key, "timeout")) {
    if (!tt_bh_parse_timeout(value, &o->timeout_ms)) {
      return bad_value(param, "seconds, as in 600 or 0.5; 0: no limit");
    }
  } else if (!strcmp(param->key, "checked")) {
    return parse_flag(param, &o->checked);
  } else if (!strcmp(param->key, "binaries")) {
    return parse_flag(param, &o->binaries);
  } else if (!strcmp(param->key, "metal")) {
    o->toolchain.metal = value;
  } else if (!strcmp(param->key, "compiler")) {
    o->toolchain.compiler = value;
  } else if (!strcmp(param->key, "cache")) {
    o->toolchain.cache = value;
  } else {
    *out_taken = false;
  }
  return NULL;
}

static bool takes(const tt_bh_transport_vtable_t* transport, const char* key) {
  for (const char* const* k = transport->keys; *k; ++k) {
    if (!strcmp(*k, key)) return true;
  }
  return false;
}

static tt_status_t unknown_option(const tt_bh_transport_vtable_t* transport,
                                  const char* key) {
  char list[256] = "";
  size_t used = 0;
  for (const char* const* k = transport->keys; *k; ++k) {
    if (!strcmp(*k, "timeout")) continue;
    used += (size_t)snprintf(list + used, sizeof(list) - used, "%s, ", *k);
    if (used >= sizeof(list)) break;
  }
  return tt_status_make(TT_CODE_INVALID_ARGUMENT,
                        "unknown device option '%s'; %s takes %sgrid, banks, "
                        "timeout, checked, binaries, metal, compiler and cache",
                        key, transport->name, list);
}

tt_status_t tt_bh_options_parse(const tt_bh_transport_vtable_t* transport,
                                const tt_backend_param_t* params, size_t count,
                                tt_bh_options_t* out_options,
                                tt_backend_param_t* out_transport_params,
                                size_t* out_transport_count) {
  *out_options = (tt_bh_options_t){.timeout_ms = TT_BH_DEFAULT_TIMEOUT_MS};
  *out_transport_count = 0;
  for (size_t i = 0; i < count; ++i) {
    bool taken = false;
    TT_RETURN_IF_ERROR(parse_option(&params[i], out_options, &taken));
    if (takes(transport, params[i].key)) {
      out_transport_params[(*out_transport_count)++] = params[i];
    } else if (!taken) {
      return unknown_option(transport, params[i].key);
    }
  }
  return NULL;
}

#include "iree/hal/drivers/tenstorrent/tt_transfer.h"

#include <string.h>

#include "iree/hal/drivers/tenstorrent/tt_error.h"

// Bytes on the stack for transfers that must go through the host.
#define BOUNCE_SIZE 16384

iree_status_t iree_hal_tt_upload(const void* host, iree_hal_tt_span_t span) {
  if (span.length == 0) return iree_ok_status();
  if (span.host) {
    memcpy(span.host, host, span.length);
    return iree_ok_status();
  }
  return iree_hal_tt_status(span.hardware->backend->write(
      span.hardware->device, span.memory, span.offset, host, span.length));
}

iree_status_t iree_hal_tt_download(iree_hal_tt_span_t span, void* host) {
  if (span.length == 0) return iree_ok_status();
  if (span.host) {
    memcpy(host, span.host, span.length);
    return iree_ok_status();
  }
  return iree_hal_tt_status(span.hardware->backend->read(
      span.hardware->device, span.memory, span.offset, host, span.length));
}

// True if the spans share bytes.
static bool spans_overlap(iree_hal_tt_span_t a, iree_hal_tt_span_t b) {
  if (a.host && b.host) {
    return a.host < b.host + b.length && b.host < a.host + a.length;
  }
  return a.memory == b.memory && a.offset < b.offset + b.length &&
         b.offset < a.offset + a.length;
}

// Between two memories that the host cannot see and no device sees both of.
static iree_status_t copy_bounced(iree_hal_tt_span_t source,
                                  iree_hal_tt_span_t target) {
  uint8_t bounce[BOUNCE_SIZE];
  while (source.length > 0) {
    iree_hal_tt_span_t from = source, to = target;
    from.length = to.length = iree_min(source.length, BOUNCE_SIZE);
    IREE_RETURN_IF_ERROR(iree_hal_tt_download(from, bounce));
    IREE_RETURN_IF_ERROR(iree_hal_tt_upload(bounce, to));
    source.offset += from.length;
    source.length -= from.length;
    target.offset += from.length;
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_copy(iree_hal_tt_span_t source,
                               iree_hal_tt_span_t target) {
  if (source.length == 0) return iree_ok_status();
  const bool same_place = source.memory && source.memory == target.memory &&
                          source.offset == target.offset;
  if (same_place) return iree_ok_status();
  if (spans_overlap(source, target)) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "copy of %" PRIu64 " bytes from offset %" PRIu64
                            " to offset %" PRIu64
                            " of the same memory overlaps itself",
                            source.length, source.offset, target.offset);
  }
  if (source.memory && target.memory && source.hardware == target.hardware) {
    return iree_hal_tt_status(source.hardware->backend->copy(
        source.hardware->device, source.memory, source.offset, target.memory,
        target.offset, source.length));
  }
  if (source.host) return iree_hal_tt_upload(source.host, target);
  if (target.host) return iree_hal_tt_download(source, target.host);
  return copy_bounced(source, target);
}

iree_status_t iree_hal_tt_check_pattern(iree_host_size_t pattern_length) {
  if (pattern_length == 1 || pattern_length == 2 || pattern_length == 4 ||
      pattern_length == 8) {
    return iree_ok_status();
  }
  return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                          "fill pattern of %zu bytes, expected 1, 2, 4 or 8",
                          (size_t)pattern_length);
}

// For spans that do not start at a multiple of the pattern in memory.
static iree_status_t fill_unaligned(iree_hal_tt_span_t span,
                                    const void* pattern,
                                    iree_host_size_t pattern_length) {
  uint8_t block[BOUNCE_SIZE];
  for (size_t i = 0; i < sizeof(block); i += pattern_length) {
    memcpy(block + i, pattern, pattern_length);
  }
  while (span.length > 0) {
    iree_hal_tt_span_t part = span;
    part.length = iree_min(span.length, sizeof(block));
    IREE_RETURN_IF_ERROR(iree_hal_tt_upload(block, part));
    span.offset += part.length;
    if (span.host) span.host += part.length;
    span.length -= part.length;
  }
  return iree_ok_status();
}

iree_status_t iree_hal_tt_fill(iree_hal_tt_span_t span, const void* pattern,
                               iree_host_size_t pattern_length) {
  IREE_RETURN_IF_ERROR(iree_hal_tt_check_pattern(pattern_length));
  if (span.length % pattern_length != 0) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "fill of %" PRIu64
                            " bytes with a pattern of %zu bytes",
                            span.length, (size_t)pattern_length);
  }
  if (span.length == 0) return iree_ok_status();
  if (!span.memory || span.offset % pattern_length != 0) {
    return fill_unaligned(span, pattern, pattern_length);
  }
  return iree_hal_tt_status(span.hardware->backend->fill(
      span.hardware->device, span.memory, span.offset, span.length, pattern,
      pattern_length));
}

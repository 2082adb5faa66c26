#include "iree/hal/drivers/tenstorrent/tt_channel.h"

typedef struct iree_hal_tt_channel_t {
  iree_hal_resource_t resource;
  iree_allocator_t host_allocator;
} iree_hal_tt_channel_t;

iree_status_t iree_hal_tt_channel_create(
    const iree_hal_channel_params_t* params, iree_allocator_t host_allocator,
    iree_hal_channel_t** out_channel) {
  *out_channel = NULL;
  if (params->count != IREE_HAL_CHANNEL_COUNT_DEFAULT && params->count != 1) {
    return iree_make_status(IREE_STATUS_UNIMPLEMENTED,
                            "a channel of %d participants is requested; "
                            "tenstorrent devices do not talk to each other yet",
                            params->count);
  }
  if (params->rank != IREE_HAL_CHANNEL_RANK_DEFAULT && params->rank != 0) {
    return iree_make_status(IREE_STATUS_INVALID_ARGUMENT,
                            "rank %d in a channel of one participant",
                            params->rank);
  }
  iree_hal_tt_channel_t* channel = NULL;
  IREE_RETURN_IF_ERROR(iree_allocator_malloc(host_allocator, sizeof(*channel),
                                             (void**)&channel));
  iree_hal_resource_initialize(&iree_hal_tt_channel_vtable, &channel->resource);
  channel->host_allocator = host_allocator;
  *out_channel = (iree_hal_channel_t*)channel;
  return iree_ok_status();
}

static void iree_hal_tt_channel_destroy(iree_hal_channel_t* base) {
  iree_hal_tt_channel_t* channel = (iree_hal_tt_channel_t*)base;
  iree_allocator_free(channel->host_allocator, channel);
}

static iree_status_t iree_hal_tt_channel_split(
    iree_hal_channel_t* base_channel, int32_t color, int32_t key,
    iree_hal_channel_flags_t flags, iree_hal_channel_t** out_split_channel) {
  // Whoever names no color takes part in no group.
  *out_split_channel = NULL;
  if (color == IREE_HAL_CHANNEL_NO_COLOR) return iree_ok_status();
  iree_hal_resource_retain(base_channel);
  *out_split_channel = base_channel;
  return iree_ok_status();
}

static void iree_hal_tt_channel_query_rank_and_count(
    const iree_hal_channel_t* base, int32_t* out_rank, int32_t* out_count) {
  *out_rank = 0;
  *out_count = 1;
}

const iree_hal_channel_vtable_t iree_hal_tt_channel_vtable = {
    .destroy = iree_hal_tt_channel_destroy,
    .split = iree_hal_tt_channel_split,
    .query_rank_and_count = iree_hal_tt_channel_query_rank_and_count,
};

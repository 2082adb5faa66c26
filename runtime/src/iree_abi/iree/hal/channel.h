// Channels connect the participants of collective operations.
#ifndef IREE_HAL_CHANNEL_H_
#define IREE_HAL_CHANNEL_H_

#include "iree/base/api.h"
#include "iree/hal/queue.h"
#include "iree/hal/resource.h"

typedef uint64_t iree_hal_channel_flags_t;

#define IREE_HAL_CHANNEL_RANK_DEFAULT ((int32_t)-1)
#define IREE_HAL_CHANNEL_COUNT_DEFAULT ((int32_t)-1)
#define IREE_HAL_CHANNEL_NO_COLOR ((int32_t)-1)

typedef struct iree_hal_channel_params_t {
  iree_hal_channel_flags_t flags;
  iree_const_byte_span_t id;
  iree_string_view_t group;
  int32_t rank;
  int32_t count;
} iree_hal_channel_params_t;

typedef struct iree_hal_channel_t iree_hal_channel_t;

typedef struct iree_hal_channel_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_channel_t* channel);
  iree_status_t(IREE_API_PTR* split)(iree_hal_channel_t* base_channel,
                                     int32_t color, int32_t key,
                                     iree_hal_channel_flags_t flags,
                                     iree_hal_channel_t** out_split_channel);
  void(IREE_API_PTR* query_rank_and_count)(const iree_hal_channel_t* channel,
                                           int32_t* out_rank,
                                           int32_t* out_count);
} iree_hal_channel_vtable_t;

#endif  // IREE_HAL_CHANNEL_H_

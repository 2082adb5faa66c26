// Channel providers hand out ranks; the runtime makes them, devices use them.
#ifndef IREE_HAL_CHANNEL_PROVIDER_H_
#define IREE_HAL_CHANNEL_PROVIDER_H_

#include "iree/base/api.h"
#include "iree/hal/resource.h"

typedef struct iree_hal_channel_provider_t iree_hal_channel_provider_t;

typedef struct iree_hal_channel_provider_vtable_t {
  void(IREE_API_PTR* destroy)(iree_hal_channel_provider_t* channel_provider);
  iree_status_t(IREE_API_PTR* query_default_rank_and_count)(
      iree_hal_channel_provider_t* channel_provider, int32_t* out_rank,
      int32_t* out_count);
  iree_status_t(IREE_API_PTR* exchange_default_id)(
      iree_hal_channel_provider_t* channel_provider, iree_byte_span_t id);
} iree_hal_channel_provider_vtable_t;

#endif  // IREE_HAL_CHANNEL_PROVIDER_H_

// The part of IREE's base API that the HAL driver uses, declared for the
// iree-base-runtime 3.9.0 wheel. Names and include paths are IREE's, so that
// the driver compiles unchanged against IREE's own headers.
#ifndef IREE_BASE_API_H_
#define IREE_BASE_API_H_

#include "iree/base/allocator.h"
#include "iree/base/attributes.h"
#include "iree/base/config.h"
#include "iree/base/loop.h"
#include "iree/base/status.h"
#include "iree/base/string_builder.h"
#include "iree/base/string_view.h"
#include "iree/base/time.h"
#include "iree/base/wait_source.h"

#endif  // IREE_BASE_API_H_

// The devices of the shared library, the default first.
#include "iree/hal/drivers/tenstorrent/tt_backend.h"

extern const tt_backend_vtable_t tt_mock_backend;

const tt_backend_vtable_t* const tt_backends[] = {
    &tt_mock_backend,
    NULL,
};

// The devices of this build, the default first (see |preferred|).
#include "iree/hal/drivers/tenstorrent/tt_backend.h"

extern const tt_backend_vtable_t tt_kmd_backend;
extern const tt_backend_vtable_t tt_mock_backend;
extern const tt_backend_vtable_t tt_ttnn_backend;
extern const tt_backend_vtable_t tt_ttsim_backend;
extern const tt_backend_vtable_t tt_wolfpine_backend;

const tt_backend_vtable_t* const tt_backends[] = {
#ifdef TT_IREE_ENABLE_MOCK
    &tt_mock_backend,
#endif
    &tt_ttsim_backend,
    &tt_wolfpine_backend,
#ifdef TT_IREE_ENABLE_KMD
    &tt_kmd_backend,
#endif
#ifdef TT_IREE_ENABLE_TTNN
    &tt_ttnn_backend,
#endif
    NULL,
};

#include "iree/hal/drivers/tenstorrent/registration/driver_module.h"

#include "iree/hal/drivers/tenstorrent/tt_driver.h"

static iree_status_t enumerate(
    void* self, iree_host_size_t* out_driver_info_count,
    const iree_hal_driver_info_t** out_driver_infos) {
  static const iree_hal_driver_info_t driver_info = {
      .driver_name = {IREE_HAL_TT_DRIVER_NAME,
                      sizeof(IREE_HAL_TT_DRIVER_NAME) - 1},
      .full_name = {IREE_HAL_TT_DRIVER_FULL_NAME,
                    sizeof(IREE_HAL_TT_DRIVER_FULL_NAME) - 1},
  };
  *out_driver_info_count = 1;
  *out_driver_infos = &driver_info;
  return iree_ok_status();
}

static iree_status_t try_create(void* self, iree_string_view_t driver_name,
                                iree_allocator_t host_allocator,
                                iree_hal_driver_t** out_driver) {
  if (!iree_string_view_equal(driver_name, IREE_SV(IREE_HAL_TT_DRIVER_NAME))) {
    return iree_make_status(IREE_STATUS_UNAVAILABLE,
                            "no driver '%.*s' in the tenstorrent module",
                            (int)driver_name.size, driver_name.data);
  }
  return iree_hal_tenstorrent_driver_create(driver_name, host_allocator,
                                            out_driver);
}

iree_status_t iree_hal_tenstorrent_driver_module_register(
    iree_hal_driver_registry_t* registry) {
  static const iree_hal_driver_factory_t factory = {
      .self = NULL,
      .enumerate = enumerate,
      .try_create = try_create,
  };
  return iree_hal_driver_registry_register_factory(registry, &factory);
}

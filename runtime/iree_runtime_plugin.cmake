# Makes the driver known to an IREE v3.9.0 build:
#   cmake <iree> -DIREE_CMAKE_PLUGIN_PATHS=<this directory>
#                -DIREE_EXTERNAL_HAL_DRIVERS=tenstorrent
iree_register_external_hal_driver(
  NAME
    tenstorrent
  SOURCE_DIR
    "${CMAKE_CURRENT_LIST_DIR}/iree_plugin"
  DRIVER_TARGET
    tt_hal_registration
  REGISTER_FN
    iree_hal_tenstorrent_driver_module_register
)

"""Glue for iree.runtime: the driver "tenstorrent" in the stock package.

The stock extension module has no way to register a driver, so
libtt_iree_runtime.so puts ours into a fresh HalDriver object (tt_python.h says
how). All ways to a driver or device by name go through
`system_setup.get_cached_hal_driver`, which is what is replaced here.
"""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any, Collection, Optional, Sequence

from tt_iree import _native

_LOCK = threading.Lock()
_driver: Optional[Any] = None


def driver() -> Any:
    """The HalDriver of this process, made at first use.

    Raises RuntimeError when this Python or the installed wheel is not one the
    driver can live in.
    """
    global _driver
    with _LOCK:
        if _driver is None:
            _driver = _create_driver()
        return _driver


def _create_driver() -> Any:
    _native.check_runtime()
    from iree.runtime import _binding

    lib = _native.runtime_library()
    # A native driver of its own, not the cached one: the library overwrites it.
    instance = _binding.create_hal_driver("local-sync")
    size = type(instance).__basicsize__
    if type(instance) is not _binding.HalDriver or size != 32:
        raise RuntimeError(
            f"tt-iree: HalDriver objects of {_binding.__file__} are "
            f"{type(instance)!r} of {size} bytes, expected HalDriver of 32"
        )
    _native.raise_runtime_error(
        lib.tt_iree_driver_install(id(instance), _binding.__file__.encode())
    )
    return instance


def patch_system_setup(system_setup: ModuleType) -> None:
    """Hook of iree.runtime.system_setup, the place all names are resolved."""
    stock_get_cached_hal_driver = system_setup.get_cached_hal_driver
    stock_query_available_drivers = system_setup.query_available_drivers
    stock_get_first_device = system_setup.get_first_device

    def get_cached_hal_driver(device_uri: str) -> Any:
        if device_uri.partition("://")[0] == _native.TARGET_NAME:
            return driver()
        return stock_get_cached_hal_driver(device_uri)

    def get_first_device(
        device_uris: Optional[Sequence[str]] = None, cache: bool = True
    ) -> Any:
        # With one device to try, why it cannot be had is the answer; the stock
        # function says only that there is none.
        if device_uris is not None and len(device_uris) == 1:
            if device_uris[0].partition("://")[0] == _native.TARGET_NAME:
                return system_setup.get_device(device_uris[0], cache=cache)
        return stock_get_first_device(device_uris, cache=cache)

    def query_available_drivers() -> Collection[str]:
        names = list(stock_query_available_drivers())
        if _native.runtime_problem() is None:
            names.append(_native.TARGET_NAME)
        return names

    query_available_drivers.__doc__ = stock_query_available_drivers.__doc__
    system_setup.get_cached_hal_driver = get_cached_hal_driver
    system_setup.query_available_drivers = query_available_drivers
    get_first_device.__doc__ = stock_get_first_device.__doc__
    system_setup.get_first_device = get_first_device


def patch_runtime(runtime: ModuleType) -> None:
    """Hook of iree.runtime, when all its names are there."""
    runtime.TARGET_BACKEND_TO_DRIVER[_native.TARGET_NAME] = _native.TARGET_NAME
    if not hasattr(runtime, "invoke"):
        from tt_iree.invoke import invoke

        runtime.invoke = invoke

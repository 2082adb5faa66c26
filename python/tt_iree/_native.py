"""Where our libraries are, what they refuse to run with, and how to call them."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import sysconfig
from typing import Any, List, Optional

TARGET_NAME = "tenstorrent"
IREE_VERSION = "3.9.0"
IREE_REVISION = "1a6681936a78138f7ae2b0fd9309d28dfe01ac5b"

c_char_pp = ctypes.POINTER(ctypes.c_char_p)


def package_file(*parts: str) -> str:
    """Path of a built file of this package, such as bin/iree-compile.

    An editable install keeps the built files in site-packages and the Python
    files in the checkout; the package's path names both.
    """
    import tt_iree

    candidates = [os.path.join(root, *parts) for root in tt_iree.__path__]
    for candidate in candidates:
        if os.path.isfile(candidate):
            return candidate
    raise RuntimeError(
        f"tt-iree: {os.path.join(*parts)} is missing from the installed package "
        f"(looked for {', '.join(candidates)}); reinstall it with `pip install .`"
    )


def version_problem(package: str, version: str, revisions: dict) -> Optional[str]:
    """Why tt-iree cannot work with this version of an IREE wheel, or None.

    Both halves are written against the private C ABI of one IREE revision.
    """
    revision = revisions.get("IREE")
    if version.startswith(IREE_VERSION) and revision == IREE_REVISION:
        return None
    return (
        f"tt-iree works with {package}=={IREE_VERSION} (IREE {IREE_REVISION}) only, "
        f"found version {version!r} (IREE {revision!r})"
    )


def runtime_problem() -> Optional[str]:
    """Why the driver cannot be loaded into this process, or None."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return (
            "tt-iree does not support free-threaded Python "
            f"({sys.version.split()[0]}): its objects have another layout"
        )
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        return "tt-iree needs a 64-bit CPython"
    from iree._runtime import libs
    from iree.runtime import version

    if libs.name != "default":
        return (
            f"tt-iree does not support the {libs.name!r} runtime of "
            "iree-base-runtime; unset IREE_PY_RUNTIME"
        )
    return version_problem("iree-base-runtime", version.VERSION, version.REVISIONS)


def check_runtime() -> None:
    problem = runtime_problem()
    if problem:
        raise RuntimeError(problem)


def compiler_problem() -> Optional[str]:
    """Why the installed iree-base-compiler cannot be used, or None."""
    from iree.compiler import version

    return version_problem("iree-base-compiler", version.VERSION, version.REVISIONS)


class DeviceInfo(ctypes.Structure):
    """tt_iree_device_info_t of tt_python.h."""

    _fields_ = [
        ("name", ctypes.c_char * 64),
        ("grid_rows", ctypes.c_uint32),
        ("grid_cols", ctypes.c_uint32),
        ("core_count", ctypes.c_uint32),
        ("dram_banks", ctypes.c_uint32),
        ("l1_size", ctypes.c_uint64),
        ("dram_size", ctypes.c_uint64),
        ("host_visible", ctypes.c_uint64),
        ("reserved", ctypes.c_uint64),
    ]


class Counters(ctypes.Structure):
    """tt_iree_counters_t of tt_python.h."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            "launches",
            "bytes_read",
            "bytes_written",
            "tile_ops",
            "multiply_adds",
            "element_ops",
            "cycles",
            "dram_in_use",
            "dram_peak",
        )
    ]


def _declare(library: ctypes.CDLL, name: str, restype: Any, *argtypes: Any) -> None:
    function = getattr(library, name)
    function.restype = restype
    function.argtypes = list(argtypes)


@functools.lru_cache(maxsize=None)
def runtime_library() -> ctypes.CDLL:
    """libtt_iree_runtime.so with its signatures (tt_python.h).

    Stays loaded until the process ends: devices may outlive the interpreter.
    """
    lib = ctypes.CDLL(package_file("libtt_iree_runtime.so"))
    _declare(lib, "tt_iree_string_free", None, ctypes.c_void_p)
    _declare(lib, "tt_iree_runtime_version", ctypes.c_char_p)
    _declare(lib, "tt_iree_driver_full_name", ctypes.c_char_p)
    _declare(lib, "tt_iree_executable_format", ctypes.c_char_p)
    _declare(
        lib,
        "tt_iree_driver_install",
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_char_p,
    )
    _declare(lib, "tt_iree_backend_count", ctypes.c_size_t)
    _declare(lib, "tt_iree_backend_name", ctypes.c_char_p, ctypes.c_size_t)
    _declare(
        lib,
        "tt_iree_device_info",
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.POINTER(DeviceInfo),
    )
    _declare(lib, "tt_iree_counters", None, ctypes.POINTER(Counters))
    if hasattr(lib, "tt_iree_ttnn_connect"):
        from tt_iree import ttnn_device

        ttnn_device.connect(lib)
    return lib


def raise_runtime_error(error: Optional[int]) -> None:
    """Raises the error a function of the runtime library returned, if any."""
    if not error:
        return
    message = ctypes.string_at(error).decode("utf-8", "replace")
    runtime_library().tt_iree_string_free(error)
    raise RuntimeError(message)


def backend_names() -> List[str]:
    """Devices of this build, as they stand in a URI."""
    lib = runtime_library()
    return [
        lib.tt_iree_backend_name(index).decode()
        for index in range(lib.tt_iree_backend_count())
    ]


def device_info(uri: str) -> DeviceInfo:
    info = DeviceInfo()
    raise_runtime_error(
        runtime_library().tt_iree_device_info(uri.encode(), ctypes.byref(info))
    )
    return info


def counters() -> Counters:
    """Work of all tenstorrent devices of this process since it began."""
    result = Counters()
    runtime_library().tt_iree_counters(ctypes.byref(result))
    return result


FLAG_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
)


@functools.lru_cache(maxsize=None)
def compiler_library() -> ctypes.CDLL:
    """libtt_iree_compiler.so with its signatures (ttc_compiler.h)."""
    lib = ctypes.CDLL(package_file("libtt_iree_compiler.so"))
    pointer = ctypes.c_void_p
    _declare(lib, "ttc_error_message", ctypes.c_char_p, pointer)
    _declare(lib, "ttc_error_code", ctypes.c_int, pointer)
    _declare(lib, "ttc_error_free", None, pointer)
    _declare(lib, "ttc_initialize", pointer, ctypes.c_char_p)
    _declare(
        lib,
        "ttc_inspect",
        pointer,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_int,
        ctypes.POINTER(pointer),
    )
    _declare(lib, "ttc_buffer_free", None, pointer)
    _declare(
        lib, "ttc_session_create", pointer, pointer, ctypes.POINTER(pointer)
    )
    _declare(lib, "ttc_session_destroy", None, pointer)
    _declare(
        lib, "ttc_session_set_flags", pointer, pointer, ctypes.c_int, c_char_pp
    )
    _declare(
        lib, "ttc_session_get_flags", None, pointer, FLAG_CALLBACK, pointer
    )
    _declare(
        lib,
        "ttc_global_flags",
        pointer,
        ctypes.c_int,
        c_char_pp,
        FLAG_CALLBACK,
        pointer,
    )
    _declare(
        lib, "ttc_session_inherit_flags", pointer, pointer, ctypes.c_int, c_char_pp
    )
    _declare(
        lib,
        "ttc_session_run_pipeline",
        ctypes.c_bool,
        pointer,
        pointer,
        pointer,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_char_p,
    )
    return lib


def raise_compiler_error(error: Optional[int]) -> None:
    """Raises the error a function of the compiler library returned, if any."""
    if not error:
        return
    lib = compiler_library()
    message = lib.ttc_error_message(error).decode("utf-8", "replace")
    invalid_argument = lib.ttc_error_code(error) == 3
    lib.ttc_error_free(error)
    raise (ValueError if invalid_argument else RuntimeError)(message)


def c_strings(strings: List[str]) -> Any:
    """A `const char* const*` of |strings|, which lives as long as the result."""
    return (ctypes.c_char_p * len(strings))(*[s.encode() for s in strings])

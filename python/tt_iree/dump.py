"""`tt-iree dump`: what a .vmfb holds for tenstorrent."""

from __future__ import annotations

import ctypes
import pathlib

from tt_iree import _native

# ttc_inspect_what_t of ttc_compiler.h.
WHAT = {"tiles": 0, "kernels": 1, "report": 2}


def text(module: bytes, what: str) -> str:
    """|what| of all tenstorrent executables in a compiled module."""
    lib = _native.compiler_library()
    out = ctypes.c_void_p()
    _native.raise_compiler_error(
        lib.ttc_inspect(module, len(module), WHAT[what], ctypes.byref(out))
    )
    try:
        # Names are any bytes, and only the text form escapes them.
        return ctypes.string_at(out.value).decode("utf-8", "backslashreplace")
    finally:
        lib.ttc_buffer_free(out)


def dump(path: pathlib.Path, what: str) -> None:
    print(text(path.read_bytes(), what), end="")

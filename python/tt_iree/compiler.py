"""Glue for iree.compiler: the target "tenstorrent" in the stock package.

Two ways lead to the compiler. `compile_str`, `compile_file`, the
`iree-compile` script and `query_available_targets` run a tool as a child
process: they get our drop-in `iree-compile`, which treats every other target
as the stock tool does. `iree.compiler.api` (and with it iree-turbine and
iree.build) compiles in process: there the methods of Session and Invocation
hand their pointers to libtt_iree_compiler.so.
"""

from __future__ import annotations

import ctypes
from types import ModuleType
from typing import Any, Callable, List, Optional

from tt_iree import _native


def patch_binaries(binaries: ModuleType) -> None:
    """Makes our iree-compile the builtin tool of iree.compiler.tools.

    Only the lookup inside this process changes: a directory in the user's
    IREE_TOOL_PATH still comes first, and no environment variable is touched.
    """
    stock_builtin_tool = binaries._get_builtin_tool

    def _get_builtin_tool(exe_name: str) -> Optional[str]:
        if exe_name == "iree-compile" and _native.compiler_problem() is None:
            return _native.package_file("bin", "iree-compile")
        return stock_builtin_tool(exe_name)

    binaries._get_builtin_tool = _get_builtin_tool


# What `iree.compiler.api._initializeGlobalCL` was given for all sessions.
_global_flags: List[str] = []


def _own_session(session: Any) -> int:
    """The ttc_session_t that goes with an iree.compiler.api Session."""
    own = getattr(session, "_tt_session", None)
    if own is None:
        problem = _native.compiler_problem()
        if problem:
            raise RuntimeError(problem)
        lib = _native.compiler_library()
        # The wheel's library is in this process already: found by name.
        _native.raise_compiler_error(lib.ttc_initialize(None))
        handle = ctypes.c_void_p()
        _native.raise_compiler_error(
            lib.ttc_session_create(session._session_p, ctypes.byref(handle))
        )
        own = session._tt_session = handle.value
        _native.raise_compiler_error(
            lib.ttc_session_inherit_flags(
                own, len(_global_flags), _native.c_strings(_global_flags)
            )
        )
    return own


def _flag_list(ask: Callable[[Any], Optional[int]]) -> List[str]:
    """The flags that a function of our library tells the callback it is given."""
    flags = []

    @_native.FLAG_CALLBACK
    def callback(flag: int, length: int, _user_data: int) -> None:
        flags.append(ctypes.string_at(flag, length).decode())

    _native.raise_compiler_error(ask(callback))
    return flags


def patch_api(api: ModuleType) -> None:
    """Patches Session, Invocation and the flags for all sessions.

    Every flag goes through our library: which target a session is for may be
    said after the others, or in the module only.
    """
    if _native.compiler_problem():
        return  # Another IREE: leave it alone, `tt-iree info` says why.
    session_class = api.Session
    invocation_class = api.Invocation
    library = _native.compiler_library  # loaded when first needed
    stock_get_flags = session_class.get_flags
    stock_close = session_class.close
    stock_initialize_global_cl = api._initializeGlobalCL

    def set_flags(self: Any, *flags: str) -> None:
        assert self._session_p, "Session is closed"
        _native.raise_compiler_error(
            library().ttc_session_set_flags(
                _own_session(self), len(flags), _native.c_strings(list(flags))
            )
        )

    def get_flags(self: Any, non_default_only: bool = False) -> List[str]:
        results = list(stock_get_flags(self, non_default_only))
        own = _own_session(self)
        return results + _flag_list(
            lambda f: library().ttc_session_get_flags(own, f, None)
        )

    def initialize_global_cl(*cl_args: str) -> None:
        program, flags = cl_args[:1], list(cl_args[1:])
        stock_flags = _flag_list(
            lambda f: library().ttc_global_flags(
                len(flags), _native.c_strings(flags), f, None
            )
        )
        stock_initialize_global_cl(*program, *stock_flags)
        _global_flags.extend(flags)

    def close(self: Any) -> None:
        own = getattr(self, "_tt_session", None)
        stock_close(self)
        if own is not None:
            self._tt_session = None
            library().ttc_session_destroy(own)

    def execute(
        self: Any, pipeline: int = api.PipelineType.IREE_COMPILER_PIPELINE_STD
    ) -> bool:
        # A module may name our devices without any flag, so our library looks
        # at each; it runs the stock pipeline for those that do not.
        module = None
        if self._retained_module_op is not None:
            module = api.PyCapsule_GetPointer(
                self._retained_module_op._CAPIPtr, api.MLIR_PYTHON_CAPSULE_OPERATION
            )
        return library().ttc_session_run_pipeline(
            _own_session(self.session),
            self._inv_p,
            module,
            int(pipeline),
            None,
            None,
        )

    api._initializeGlobalCL = initialize_global_cl
    for cls, methods in (
        (session_class, (set_flags, get_flags, close)),
        (invocation_class, (execute,)),
    ):
        for method in methods:
            method.__doc__ = getattr(cls, method.__name__).__doc__
            setattr(cls, method.__name__, method)

"""Compiles groups of cases for a back end and runs them; one call compares."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple, Union

import numpy as np
import tile_path
from case import DTYPES, TOLERANCE, Case
from table import module_text

import iree.compiler as compiler
import iree.runtime as runtime
from tt_iree import abi
from tt_iree import invoke as tt_invoke

F64 = "--iree-input-demote-f64-to-f32=false"


def _compiled(target: str, text: str) -> bytes:
    if target == "tenstorrent":
        return tile_path.compiled(text, [F64])
    flags = ["--iree-llvmcpu-target-cpu=host", F64]
    return compiler.compile_str(text, target_backends=[target], extra_args=flags)


class Runner:
    """One back end. Modules are compiled when first needed and kept."""

    def __init__(
        self, target: str, device: str, groups: Dict[str, List[Case]]
    ) -> None:
        self._target = target
        self._groups = groups
        self._config = runtime.Config(device)
        # Case id -> (context, module), or the error of compiling it.
        self._loaded: Dict[str, Union[Tuple[Any, Any], Exception]] = {}

    def _compile(self, members: List[Case]) -> None:
        vmfb = _compiled(self._target, module_text(members))
        module = runtime.VmModule.copy_buffer(self._config.vm_instance, vmfb)
        context = runtime.SystemContext(vm_modules=[module], config=self._config)
        for case in members:
            self._loaded[case.id] = (context, module)

    def _load(self, case: Case) -> None:
        members = self._groups[case.group]
        if self._target == "llvm-cpu":
            members = [member for member in members if member.stock]
        try:
            self._compile(members)
        except Exception as together:
            # Find out which of them it was: each alone.
            for member in members:
                try:
                    self._compile([member])
                except Exception as error:
                    self._loaded[member.id] = error
            if not any(isinstance(self._loaded[m.id], Exception) for m in members):
                # None of them: then it is what they are together.
                self._loaded.update((member.id, together) for member in members)

    def run(self, case: Case) -> List[Any]:
        if case.id not in self._loaded:
            self._load(case)
        loaded = self._loaded[case.id]
        if isinstance(loaded, Exception):
            raise loaded
        context, module = loaded
        function = abi.find_function(module, case.name)
        return tt_invoke.call(context, function, list(case.inputs))


def expected(case: Case) -> List[Any]:
    """What numpy says."""
    with np.errstate(all="ignore"):
        results = case.numpy(*case.inputs)
    return list(results) if isinstance(results, tuple) else [results]


def _dtype_name(array: np.ndarray) -> str:
    return next(name for name, dtype in DTYPES.items() if dtype == array.dtype)


def compare(case: Case, got: List[Any], want: List[Any]) -> None:
    """AssertionError with the first difference."""
    assert len(got) == len(want), f"{len(got)} results, expected {len(want)}"
    for index, (a, b) in enumerate(zip(got, want)):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape, f"result {index}: {a.shape}, expected {b.shape}"
        if a.dtype.kind in "biu":
            np.testing.assert_array_equal(a, b.astype(a.dtype), f"result {index}")
            continue
        rtol, atol = case.tolerance or TOLERANCE[_dtype_name(a)]
        np.testing.assert_allclose(
            a.astype(np.float64), b.astype(np.float64), rtol, atol, err_msg=f"result {index}"
        )

"""What an end-to-end case is, and how to write one shortly."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Callable, Optional, Sequence, Tuple

import ml_dtypes
import numpy as np

DTYPES = {
    "i1": np.dtype(np.bool_),
    "i8": np.dtype(np.int8),
    "i16": np.dtype(np.int16),
    "i32": np.dtype(np.int32),
    "i64": np.dtype(np.int64),
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}
FLOATS = ("f32", "f16", "bf16", "f64")
INTS = ("i8", "i16", "i32", "i64")

# Relative and absolute tolerance by result dtype, against a reference that
# rounds differently; integers must be equal.
TOLERANCE = {
    "f16": (4e-3, 4e-3),
    "bf16": (3e-2, 3e-2),
    "f32": (2e-5, 2e-5),
    "f64": (1e-9, 1e-9),
}

Shape = Tuple[Optional[int], ...]


def t(shape: Sequence[Optional[int]], dtype: str) -> str:
    """The MLIR type: t((4, None), "f32") is "tensor<4x?xf32>"."""
    dims = "".join(f"{'?' if d is None else d}x" for d in shape)
    return f"tensor<{dims}{dtype}>"


def is_float(dtype: str) -> bool:
    return "f" in dtype


def data(shape: Sequence[int], dtype: str, kind: str, seed: int) -> np.ndarray:
    """Reproducible values. |kind| keeps them where an op is defined:

    any, positive, unit (-1..1), inside (-0.9..0.9), above1, nonzero, near1
    (of both signs), shift (less than the bits of the type), small, index:N (0..N-1), special (NaN,
    infinities, zeros of both signs among others).
    """
    rng = np.random.default_rng(seed)
    dt = DTYPES[dtype]
    kind, _, limit = kind.partition(":")
    if dtype == "i1":
        return rng.integers(0, 2, shape).astype(bool)
    if kind == "index":
        return rng.integers(0, int(limit), shape).astype(dt)
    if not is_float(dtype):
        low, high = {
            "any": (-100, 100),
            "positive": (1, 100),
            "nonzero": (1, 50),
            "shift": (0, 8 * dt.itemsize),
            "small": (-4, 5),
        }[kind]
        values = rng.integers(low, high, shape)
        if kind == "nonzero":
            values = values * rng.choice([-1, 1], shape)
        return values.astype(dt)
    if kind == "special":
        pool = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, np.inf, -np.inf, np.nan, 0.5]
        return rng.choice(np.array(pool), shape).astype(dt)
    uniform = {
        "any": (-4, 4),
        "positive": (0.05, 5),
        "unit": (-1, 1),
        "inside": (-0.9, 0.9),
        "above1": (1.05, 6),
        "small": (-2, 2),
        "nonzero": (0.3, 4),
        "near1": (0.8, 1.25),
    }[kind]
    values = rng.uniform(*uniform, shape)
    if kind in ("nonzero", "near1"):
        values = values * rng.choice([-1.0, 1.0], shape)
    return values.astype(dt)


@dataclasses.dataclass
class Case:
    """One function, called once. Cases of one group share a module."""

    group: str
    name: str  # unique in the group, a valid MLIR symbol
    text: str  # the func.func, named @{name}
    inputs: Tuple[np.ndarray, ...]
    # What numpy says, where it says it in a line; checks the table itself.
    numpy: Optional[Callable[..., object]] = None
    tolerance: Optional[Tuple[float, float]] = None
    # Text beside the function: globals, helper functions.
    module: str = ""
    # False: the stock llvm-cpu backend cannot compile it (most often for want
    # of a libm function), so numpy is the reference.
    stock: bool = True

    @property
    def id(self) -> str:
        return f"{self.group}-{self.name}"


class Table:
    """Collects cases; the functions below write the common forms of text."""

    def __init__(self) -> None:
        self.cases: list = []

    def raw(
        self,
        group: str,
        name: str,
        arguments: Sequence[Tuple[str, np.ndarray]],
        results: Sequence[str],
        body: str,
        numpy: Optional[Callable[..., object]] = None,
        tolerance: Optional[Tuple[float, float]] = None,
        module: str = "",
        stock: bool = True,
    ) -> None:
        """|arguments|: (MLIR type, value), named %a, %b, ...; |body| returns."""
        names = "abcdefgh"
        args = ", ".join(f"%{names[i]}: {ty}" for i, (ty, _) in enumerate(arguments))
        text = f"func.func @{name}({args}) -> ({', '.join(results)}) {{\n{body}\n}}\n"
        self.cases.append(
            Case(
                group,
                name,
                text,
                tuple(value for _, value in arguments),
                numpy,
                tolerance,
                module,
                stock,
            )
        )

    def op(
        self,
        group: str,
        name: str,
        line: str,
        inputs: Sequence[Tuple[Sequence[int], str, str]],
        result: str,
        numpy: Optional[Callable[..., object]] = None,
        static: Optional[Sequence[Shape]] = None,
        tolerance: Optional[Tuple[float, float]] = None,
        stock: bool = True,
    ) -> None:
        """A body that ends in one value.

        |inputs| are (shape, dtype, kind); |static| their shapes in the text
        where these differ (None for a dynamic dimension). |line| computes %r,
        the first line of it may be several.
        """
        seed = zlib.crc32(f"{group}/{name}".encode())
        arguments = []
        for i, (shape, dtype, kind) in enumerate(inputs):
            shown = static[i] if static else shape
            arguments.append((t(shown, dtype), data(shape, dtype, kind, seed + i)))
        self.raw(
            group,
            name,
            arguments,
            [result],
            f"  {line}\n  return %r : {result}",
            numpy,
            tolerance,
            stock=stock,
        )


def generic(
    result: str,
    maps: Sequence[str],
    iterators: str,
    inputs: str,
    output: str,
    block: str,
    value: str = "%r",
    dims: str = "",
) -> str:
    """A linalg.generic. |iterators| is a word like "ppr"; |maps| "(d0) -> ..."
    for inputs, then output; |inputs| "%a, %b : type, type" or empty."""
    names = {"p": '"parallel"', "r": '"reduction"'}
    kinds = ", ".join(names[i] for i in iterators)
    affine = ", ".join(f"affine_map<{m}>" for m in maps)
    ins = f"ins({inputs}) " if inputs else ""
    return (
        f"{value} = linalg.generic {{indexing_maps = [{affine}], "
        f"iterator_types = [{kinds}]}} {ins}outs({output} : {result}) {{\n"
        f"{block}\n  }} -> {result}"
    )

"""Signatures of exported functions, as IREE states them in a module.

The reflection entry "iree.abi.declaration" is text like
    sync func @f(%input0: tensor<4x?xf32>, %input1: i32)
        -> (%output0: tensor<4xf32> {iree.abi.output = 0 : index})
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Tuple

import ml_dtypes
import numpy as np

# Element types of MLIR that numpy (with ml_dtypes) can hold.
DTYPES = {
    "i1": np.bool_,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
    "si8": np.int8,
    "si16": np.int16,
    "si32": np.int32,
    "si64": np.int64,
    "ui8": np.uint8,
    "ui16": np.uint16,
    "ui32": np.uint32,
    "ui64": np.uint64,
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "f8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "complex<f32>": np.complex64,
    "complex<f64>": np.complex128,
}


@dataclass(frozen=True)
class Value:
    """One argument or result. |shape| is None for scalars."""

    name: str
    type: str
    shape: Optional[Tuple[Optional[int], ...]]
    element: str

    @property
    def dtype(self) -> Optional[np.dtype]:
        dtype = DTYPES.get(self.element)
        return None if dtype is None else np.dtype(dtype)


@dataclass(frozen=True)
class Signature:
    name: str
    inputs: Tuple[Value, ...]
    outputs: Tuple[Value, ...]


def _split(text: str) -> List[str]:
    """Splits at the commas that are in no bracket."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c in "<({[":
            depth += 1
        elif c in ">)}]":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def parse_type(text: str) -> Tuple[Optional[Tuple[Optional[int], ...]], str]:
    """"tensor<4x?xf32>" -> ((4, None), "f32"); "i32" -> (None, "i32")."""
    match = re.fullmatch(r"tensor<((?:(?:\d+|\?)x)*)(.+?)(?:,.*)?>", text)
    if not match:
        return None, text
    dims = match.group(1).split("x")[:-1]
    return tuple(None if d == "?" else int(d) for d in dims), match.group(2)


def _value(text: str, index: int) -> Value:
    name, colon, type_text = text.partition(":")
    if not colon:
        name, type_text = f"value{index}", text
    type_text = type_text.partition("{")[0].strip()
    shape, element = parse_type(type_text)
    return Value(name.strip().lstrip("%"), type_text, shape, element)


def parse_declaration(text: str) -> Optional[Signature]:
    """None when |text| is not a declaration this understands."""
    match = re.match(r"\s*(?:sync|async)?\s*func\s+@(\S+?)\((.*)\)\s*(?:->(.*))?$", text)
    if not match:
        return None
    name, rest = match.group(1), match.group(2)
    # The greedy group ends at the last parenthesis: cut where the list ends.
    body = text[text.index("(") :]
    depth = 0
    for end, c in enumerate(body):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            break
    inputs, rest = body[1:end], body[end + 1 :]
    outputs = rest.partition("->")[2].strip()
    if outputs.startswith("(") and outputs.endswith(")"):
        outputs = outputs[1:-1]
    return Signature(
        name,
        tuple(_value(part, i) for i, part in enumerate(_split(inputs))),
        tuple(_value(part, i) for i, part in enumerate(_split(outputs))),
    )


def signature(vm_function: Any) -> Optional[Signature]:
    reflection: Mapping[str, str] = vm_function.reflection
    return parse_declaration(reflection.get("iree.abi.declaration", ""))


def public_functions(vm_module: Any) -> List[str]:
    """Names a user can call: no initializers, no asynchronous twins."""
    return [
        name
        for name in vm_module.function_names
        if not name.startswith("__") and not name.endswith("$async")
    ]


def find_function(vm_module: Any, name: Optional[str]) -> Any:
    """The function |name|; without a name the only one, or "main"."""
    names = public_functions(vm_module)
    if name is None:
        if len(names) != 1 and "main" not in names:
            raise ValueError(
                "the module has several functions, name one of them: "
                + ", ".join(names)
            )
        name = "main" if "main" in names else names[0]
    if name not in names:
        raise ValueError(
            f"the module has no function {name!r}; it has: {', '.join(names)}"
        )
    return vm_module.lookup_function(name)

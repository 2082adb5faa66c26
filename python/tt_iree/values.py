"""Values on the command line, in the syntax of iree-run-module."""

from __future__ import annotations

import re
from typing import Any, Union

import numpy as np

from tt_iree.abi import DTYPES

Value = Union[np.ndarray, int, float]
# Every dimension is a number here; "f32" alone is a tensor of rank 0.
_TYPE = re.compile(r"((?:\d+x)*)([a-z]\w*(?:<\w+>)?)$", re.I)


def parse(text: str) -> Value:
    """One --input value; ValueError says what is wrong with it."""
    if text.startswith("@"):
        return np.load(text[1:])
    type_text, equals, contents = text.partition("=")
    if not equals:
        try:
            return _number(text)
        except ValueError:
            pass
    match = _TYPE.match(type_text.strip())
    if not match:
        if equals:
            raise ValueError(f"--input={text}: {type_text!r} is not a type like 4x4xf32")
        raise ValueError(f"--input={text}: neither a number nor a type")
    dims, element = match.groups()
    if element not in DTYPES:
        raise ValueError(
            f"--input={text}: unknown element type {element!r}, "
            f"expected one of {', '.join(DTYPES)}"
        )
    shape = tuple(int(d) for d in dims.split("x")[:-1])
    dtype = np.dtype(DTYPES[element])
    if not equals:
        return np.zeros(shape, dtype)
    return _contents(text, contents.strip(), shape, dtype)


def _number(text: str) -> Union[int, float]:
    try:
        return int(text, 0)
    except ValueError:
        pass
    return float(text)


def _contents(text: str, contents: str, shape: tuple, dtype: np.dtype) -> np.ndarray:
    count = int(np.prod(shape, dtype=np.int64))
    if contents.startswith("@"):
        return _from_file(text, contents[1:], shape, dtype)
    words = re.sub(r"[\[\],\s]+", " ", contents).split()
    try:
        values = np.array([_word(word, dtype) for word in words], dtype=dtype)
    except (ValueError, OverflowError):
        raise ValueError(f"--input={text}: not all elements are {dtype.name}") from None
    if len(values) == 1:
        values = np.repeat(values, count)
    if len(values) != count:
        raise ValueError(
            f"--input={text}: {len(values)} elements, the shape has {count}"
        )
    return values.reshape(shape)


def _word(word: str, dtype: np.dtype) -> Any:
    if dtype == np.bool_:
        return word == "true" if word in ("true", "false") else bool(int(word))
    if dtype.kind in "iu":
        return int(word, 0)
    if dtype.kind == "c":
        return complex(word)
    return float(word)


def _from_file(text: str, path: str, shape: tuple, dtype: np.dtype) -> np.ndarray:
    if path.endswith(".npy"):
        array = np.load(path)
        # Integers may hold the bits of what .npy cannot name (see storable).
        bits = (
            array.dtype.kind in "iuV"
            and dtype.kind in "iuV"
            and array.dtype.itemsize == dtype.itemsize
        )
        if array.shape != shape or not (bits or array.dtype == dtype):
            raise ValueError(
                f"--input={text}: the file holds {array.shape} of {array.dtype}"
            )
        return array.view(dtype)
    array = np.fromfile(path, dtype=dtype)
    count = int(np.prod(shape, dtype=np.int64))
    if array.size != count:
        raise ValueError(
            f"--input={text}: the file holds {array.size} elements, the shape "
            f"has {count}"
        )
    return array.reshape(shape)


def storable(value: Any) -> np.ndarray:
    """As an array that .npy can hold: bfloat16 and 8-bit floats as their bits."""
    array = np.asarray(value)
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _element_name(dtype: np.dtype) -> str:
    return next(name for name, known in DTYPES.items() if np.dtype(known) == dtype)


def format_value(value: Any) -> str:
    """As iree-run-module prints results: "2x2xf32=[1 2][3 4]"."""
    if not isinstance(value, np.ndarray):
        return str(value)

    def rows(array: np.ndarray) -> str:
        if array.ndim == 0:
            item = array.item()
            if isinstance(item, complex):
                return f"{item.real:g}{item.imag:+g}j"
            return f"{item:g}" if isinstance(item, float) else str(int(item))
        if array.ndim == 1:
            return " ".join(rows(item) for item in array)
        return "".join(f"[{rows(item)}]" for item in array)

    dims = "".join(f"{d}x" for d in value.shape)
    return f"{dims}{_element_name(value.dtype)}={rows(value)}"

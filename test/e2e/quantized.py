"""Products of integers, as quantized models have them: all of a type's values, its
least ones together, zero points, sums that wrap."""

from __future__ import annotations

import numpy as np
from case import DTYPES, Table, generic, t
from linear import filled

M, N = 37, 70


def _values(shape, dtype: str, kind: str, seed: int) -> np.ndarray:
    info = np.iinfo(DTYPES[dtype])
    if kind == "least":
        return np.full(shape, info.min, DTYPES[dtype])
    return np.random.default_rng(seed).integers(info.min, info.max + 1, shape, np.int64).astype(DTYPES[dtype])


def _wide(values: np.ndarray, extend: str) -> np.ndarray:
    if extend == "extui":
        values = values.view(f"u{values.dtype.itemsize}")
    return values.astype(np.int64)


def _factor(name: str, dtype: str, extend: str) -> str:
    if dtype == "i32":
        return ""
    return f"    %{name}w = arith.{extend} %{name} : {dtype} to i32\n"


def _product(
    table: Table, name: str, maps: str, sizes: dict, dtypes=("i8", "i8"), extends=("extsi", "extsi"),
    kind: str = "any", dynamic: str = "",
) -> None:  # fmt: skip
    """|maps| is einsum's text; the sum starts from an operand."""
    left, right, result = maps.replace("->", ",").split(",")
    loops = result + "".join(sorted(set(left) & set(right) - set(result)))
    dims = ", ".join(loops)
    operands = [
        (word, [sizes[i] for i in word], [None if i in dynamic else sizes[i] for i in word], dtype)
        for word, dtype in zip((left, right, result), (*dtypes, "i32"))
    ]
    types = [t(shown, dtype) for _, _, shown, dtype in operands]
    names = ["x" + ("" if dtypes[0] == "i32" else "w"), "y" + ("" if dtypes[1] == "i32" else "w")]
    line = generic(
        types[2], [f"({dims}) -> ({', '.join(word)})" for word, *_ in operands],
        "".join("p" if i in result else "r" for i in loops), f"%a, %b : {types[0]}, {types[1]}", "%c",
        f"  ^bb0(%x: {dtypes[0]}, %y: {dtypes[1]}, %o: i32):\n"
        + _factor("x", dtypes[0], extends[0]) + _factor("y", dtypes[1], extends[1])
        + f"    %p = arith.muli %{names[0]}, %{names[1]} : i32\n    %s = arith.addi %o, %p : i32\n    linalg.yield %s : i32",
    )  # fmt: skip
    values = [_values(shape, dtype, kind, seed) for seed, (_, shape, _, dtype) in enumerate(operands)]
    table.raw(
        "quantized", name, list(zip(types, values)), [types[2]], f"  {line}\n  return %r : {types[2]}",
        lambda a, b, c: (np.einsum(maps, _wide(a, extends[0]), _wide(b, extends[1])) + c).astype(np.int32),
    )  # fmt: skip


def _products(table: Table) -> None:
    for k in (1, 33, 1025, 5000):
        _product(table, f"signed_{k}", "mk,kn->mn", {"m": M, "k": k, "n": N})
    for k in (31, 256, 1024):
        _product(table, f"unsigned_{k}", "mk,kn->mn", {"m": M, "k": k, "n": N}, extends=("extui", "extui"))
    _product(table, "mixed", "mk,kn->mn", {"m": M, "k": 300, "n": N}, extends=("extui", "extsi"))
    _product(table, "least", "mk,kn->mn", {"m": M, "k": 1100, "n": N}, kind="least")
    _product(table, "wraps", "mk,kn->mn", {"m": 8, "k": 66100, "n": 8}, extends=("extui", "extui"))
    for k in (0, 1025):
        _product(table, f"dynamic_{k}", "mk,kn->mn", {"m": M, "k": k, "n": N}, dynamic="mkn")
    for name, maps in (
        ("transposed_a", "km,kn->mn"), ("transposed_b", "mk,nk->mn"), ("transposed_both", "km,nk->mn"),
        ("batch_shared", "bmk,kn->bmn"), ("batch_turned", "bkm,bnk->bmn"),
        ("two_sums", "mjk,jkn->mn"),
    ):  # fmt: skip
        _product(table, name, maps, {"m": M, "k": 65, "n": N, "b": 3, "j": 5})
    for dtype in ("i16", "i32"):
        for extend in ("extsi", "extui") if dtype == "i16" else ("extsi",):
            _product(table, f"{dtype}_{extend}", "mk,kn->mn", {"m": M, "k": 65, "n": N}, (dtype, dtype), (extend, extend))
        _product(table, f"{dtype}_least", "mk,nk->mn", {"m": M, "k": 65, "n": N}, (dtype, dtype), kind="least")
        _product(table, f"{dtype}_i8", "mk,kn->mn", {"m": M, "k": 77, "n": N}, (dtype, "i8"), dynamic="k")


def _zero_points(table: Table) -> None:
    a, b = t((M, 130), "i8"), t((130, N), "i8")
    result = t((M, N), "i32")
    values = [(a, _values((M, 130), "i8", "any", 1)), (b, _values((130, N), "i8", "any", 2))]
    scalars = [(t((), "i8"), np.int8(-77)), (t((), "i8"), np.int8(5))]
    wanted = lambda a, b, c, d: (a.astype(np.int64) - c) @ (b.astype(np.int64) - d)  # noqa: E731
    # Scalars of the function are push constants of dispatches.
    table.raw(
        "quantized", "zero_points_pushed", values + scalars, [result],
        "  %u = tensor.extract %c[] : tensor<i8>\n  %v = tensor.extract %d[] : tensor<i8>\n"
        "  %x = arith.extsi %u : i8 to i32\n  %y = arith.extsi %v : i8 to i32\n  "
        + filled("0", "i32", result)
        + f"%r = linalg.quantized_matmul ins(%a, %b, %x, %y : {a}, {b}, i32, i32) outs(%init : {result}) -> {result}\n"
        f"  return %r : {result}", lambda *v: wanted(*v).astype(np.int32),
    )  # fmt: skip
    # Those in memory, and a sum in i64, as ONNX's MatMulInteger has it.
    block = """  ^bb0(%x: i8, %y: i8, %u: i8, %v: i8, %o: i64):
    %x0 = arith.extui %x : i8 to i32
    %u0 = arith.extui %u : i8 to i32
    %x1 = arith.subi %x0, %u0 : i32
    %y0 = arith.extsi %y : i8 to i32
    %v0 = arith.extsi %v : i8 to i32
    %y1 = arith.subi %y0, %v0 : i32
    %x2 = arith.extsi %x1 : i32 to i64
    %y2 = arith.extsi %y1 : i32 to i64
    %p = arith.muli %x2, %y2 : i64
    %s = arith.addi %o, %p : i64
    linalg.yield %s : i64"""
    wide = t((M, N), "i64")
    dims = "(d0, d1, d2)"
    line = filled("3", "i64", wide) + generic(
        wide, [f"{dims} -> (d0, d2)", f"{dims} -> (d2, d1)", f"{dims} -> ()", f"{dims} -> ()", f"{dims} -> (d0, d1)"],
        "ppr", f"%a, %b, %c, %d : {a}, {b}, tensor<i8>, tensor<i8>", "%init", block, "%w",
    ) + f"\n  %r = arith.trunci %w : {wide} to {result}\n  return %r : {result}"  # fmt: skip
    table.raw(
        "quantized", "zero_points_loaded", values + scalars, [result], "  " + line,
        lambda a, b, c, d: (wanted(a.view("u1"), b, np.int64(c) & 255, np.int64(d)) + 3).astype(np.int32),
    )  # fmt: skip


def _convolutions(table: Table) -> None:
    image, weights, result = t((1, 12, 12, 64), "i8"), t((3, 3, 64, 40), "i8"), t((1, 10, 10, 40), "i32")
    values = [(image, _values((1, 12, 12, 64), "i8", "any", 1)), (weights, _values((3, 3, 64, 40), "i8", "any", 2))]

    def wanted(a, b, zero=0):
        windows = np.lib.stride_tricks.sliding_window_view(a.astype(np.int64) - zero, (3, 3), (1, 2))
        return np.einsum("nhwcij,ijco->nhwo", windows, b.astype(np.int64))

    table.raw(
        "quantized", "conv", values, [result],
        "  " + filled("0", "i32", result)
        + f"%r = linalg.conv_2d_nhwc_hwcf ins(%a, %b : {image}, {weights}) outs(%init : {result}) -> {result}\n  return %r : {result}",
        lambda a, b: wanted(a, b).astype(np.int32),
    )  # fmt: skip
    table.raw(
        "quantized", "conv_zero_point", values, [result],
        "  %z = arith.constant -128 : i32\n  %zero = arith.constant 0 : i32\n  " + filled("0", "i32", result)
        + f"%r = linalg.conv_2d_nhwc_hwcf_q ins(%a, %b, %z, %zero : {image}, {weights}, i32, i32) outs(%init : {result}) -> {result}\n"
        f"  return %r : {result}", lambda a, b: wanted(a, b, -128).astype(np.int32),
    )  # fmt: skip


def fill(table: Table) -> None:
    _products(table)
    _zero_points(table)
    _convolutions(table)

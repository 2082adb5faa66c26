"""Dispatches of several reductions over different loops: on tiles, their parts
go through scratch memory. llvm-cpu compiles none of the forced ones."""

from __future__ import annotations

import numpy as np
from case import Table, generic, t

TOLERANCE = {"f32": (2e-5, 2e-5), "bf16": (3e-2, 3e-2), "f16": (4e-3, 4e-3)}


def _matmul(a: str, b: str, m: int, k: int, n: int, dtype: str, name: str) -> str:
    return (
        f"%e{name} = tensor.empty() : {t((m, n), 'f32')}\n"
        f"  %f{name} = linalg.fill ins(%zero : f32) outs(%e{name} : {t((m, n), 'f32')}) -> {t((m, n), 'f32')}\n"
        f"  %{name} = linalg.matmul ins({a}, {b} : {t((m, k), dtype)}, {t((k, n), dtype)}) "
        f"outs(%f{name} : {t((m, n), 'f32')}) -> {t((m, n), 'f32')}\n  "
    )


def _elementwise(result: str, inputs: str, maps, body: str, shape, dtype: str) -> str:
    type_ = t(shape, dtype)
    return f"%e{result[1:]} = tensor.empty() : {type_}\n  " + generic(
        type_, [*maps, "(i, j) -> (i, j)"], "pp", inputs, f"%e{result[1:]}", body, result
    )


def _reference(a, b, c):
    x = np.tanh(a.astype(np.float32)).astype(a.dtype).astype(np.float32)
    m = x @ b.astype(np.float32)
    n = (m / np.sqrt((m * m).sum(1, keepdims=True))).astype(a.dtype)
    return n.astype(np.float32) @ c.astype(np.float32)


def products(table: Table) -> None:
    """tanh, product, norm of its rows, product: in one dispatch."""
    for dtype in ("f32", "bf16", "f16"):
        for m, k, n, p in ((33, 70, 50, 20), (5, 9, 7, 3), (64, 32, 96, 1)):
            wide = "" if dtype == "f32" else f"    %w = arith.extf %x : {dtype} to f32\n"
            narrow = "" if dtype == "f32" else f"    %y = arith.truncf %v : f32 to {dtype}\n"
            first, last = ("%x", "%v") if dtype == "f32" else ("%w", "%y")
            body = (
                "%zero = arith.constant 0.0 : f32\n  "
                + _elementwise(
                    "%x", f"%a : {t((m, k), dtype)}", ["(i, j) -> (i, j)"],
                    f"  ^bb0(%x: {dtype}, %o: {dtype}):\n{wide}    %v = math.tanh {first} : f32\n{narrow}    linalg.yield {last} : {dtype}",
                    (m, k), dtype,
                ) + "\n  "
                + _matmul("%x", "%b", m, k, n, dtype, "m")
                + f"%es = tensor.empty() : {t((m,), 'f32')}\n  %fs = linalg.fill ins(%zero : f32) outs(%es : {t((m,), 'f32')}) -> {t((m,), 'f32')}\n  "
                + generic(
                    t((m,), "f32"), ["(i, j) -> (i, j)", "(i, j) -> (i)"], "pr", f"%m : {t((m, n), 'f32')}", "%fs",
                    "  ^bb0(%x1: f32, %o: f32):\n    %q = arith.mulf %x1, %x1 : f32\n    %v = arith.addf %q, %o : f32\n    linalg.yield %v : f32",
                    "%s",
                ) + "\n  "
                + _elementwise(
                    "%n", f"%m, %s : {t((m, n), 'f32')}, {t((m,), 'f32')}", ["(i, j) -> (i, j)", "(i, j) -> (i)"],
                    f"  ^bb0(%x2: f32, %k: f32, %o: {dtype}):\n    %q = math.rsqrt %k : f32\n    %v = arith.mulf %x2, %q : f32\n{narrow}    linalg.yield {last} : {dtype}",
                    (m, n), dtype,
                ) + "\n  "
                + _matmul("%n", "%c", m, n, p, dtype, "p")
            )  # fmt: skip
            line = (
                f"%r = flow.dispatch.region -> ({t((m, p), 'f32')}) {{\n  {body}flow.return %p : {t((m, p), 'f32')}\n  }}"
            )
            table.op(
                "chains", f"norm_{dtype}_{m}x{k}x{n}x{p}", line,
                [((m, k), dtype, "any"), ((k, n), dtype, "any"), ((n, p), dtype, "any")],
                t((m, p), "f32"), _reference, tolerance=TOLERANCE[dtype], stock=False,
            )  # fmt: skip


def _attention(q, k, v, mask=None):
    s = np.einsum("bmk,bnk->bmn", q.astype(np.float32), k.astype(np.float32)) * np.float32(0.25)
    if mask is not None:
        s = np.where(mask, s, np.float32(-np.inf))
    s = np.exp(s - s.max(-1, keepdims=True))
    s /= s.sum(-1, keepdims=True)
    return np.einsum("bmn,bnd->bmd", s, v.astype(np.float32)).astype(q.dtype)


# Batches, queries, keys, inner dim, values; the last one is many steps of keys.
ATTENTIONS = ((2, 17, 23, 16, 24), (1, 64, 64, 32, 32), (3, 1, 40, 16, 8), (2, 40, 300, 24, 40))


def attention(table: Table) -> None:
    for dtype in ("f32", "bf16", "f16"):
        for sizes in ATTENTIONS:
            for masked in (False, True):
                _attention_case(table, dtype, sizes, sizes[2], masked)
    for masked in (False, True):
        _attention_case(table, "f32", (2, 40, 300, 24, 40), None, masked)


def _attention_case(table: Table, dtype: str, sizes: tuple, keys: int | None, masked: bool) -> None:
    """|keys| is the number of keys in the text; None: only the launch tells it."""
    b, m, n, k, d = sizes
    inputs = [((b, m, k), dtype, "small"), ((b, n, k), dtype, "small"), ((b, n, d), dtype, "small")]
    static = [(b, m, k), (b, keys, k), (b, keys, d)]
    maps = ["(b, m, k)", "(b, n, k)", "(b, n, d)", "()"]
    names, types = "%a, %b, %c, %scale", ", ".join(t(s, dtype) for s in static) + f", {dtype}"
    if masked:
        inputs.append(((b, m, n), "i1", "any"))
        static.append((b, m, keys))
        maps.append("(b, m, n)")
        names += ", %d"
        types += f", {t((b, m, keys), 'i1')}"
    affine = ", ".join(f"affine_map<(b, m, d, k, n) -> {one}>" for one in [*maps, "(b, m, d)"])
    line = (
        f"%scale = arith.constant 0.25 : {dtype}\n  %e = tensor.empty() : {t((b, m, d), dtype)}\n"
        f"  %r = iree_linalg_ext.attention {{indexing_maps = [{affine}]}} ins({names} : {types}) "
        f"outs(%e : {t((b, m, d), dtype)}) {{\n  ^bb0(%s: f32):\n    iree_linalg_ext.yield %s : f32\n"
        f"  }} -> {t((b, m, d), dtype)}"
    )
    shape = f"{b}x{m}x{n if keys else 'd'}x{k}x{d}"
    table.op(
        "chains", f"attention_{'masked_' * masked}{dtype}_{shape}", line, inputs, t((b, m, d), dtype),
        _attention, static=static, tolerance=TOLERANCE[dtype], stock=False,
    )  # fmt: skip


def fill(table: Table) -> None:
    products(table)
    attention(table)

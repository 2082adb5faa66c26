"""Cases of fused bodies with more live values than DST has tiles."""

import numpy as np
from case import Table, is_float, t
from linear import filled

VALUES = 12


def _chain(dtype: str, ty: str, flags: str, select: bool) -> str:
    """v1 = a * b + a, v2 = v1 * b + a, ...; then all of them, from the first."""
    add, mul = ("arith.addf", "arith.mulf") if is_float(dtype) else ("arith.addi", "arith.muli")
    greater = "arith.cmpf ogt" if is_float(dtype) else "arith.cmpi sgt"
    lines, value = [], "%a"
    for i in range(VALUES):
        lines += [f"%m{i} = {mul} {value}, %b : {ty}", f"%v{i} = {add} %m{i}, %a : {ty}"]
        value = f"%v{i}"
    for i in range(VALUES):
        other = f"%v{i}"
        if select:
            lines += [
                f"%c{i} = {greater}, {value}, {other} : {ty}",
                f"%s{i} = arith.select %c{i}, {other}, %a : {flags}, {ty}",
            ]
            other = f"%s{i}"
        result = "%r" if i == VALUES - 1 else f"%t{i}"
        lines.append(f"{result} = {add} {value}, {other} : {ty}")
        value = result
    return "\n  ".join(lines)


def _reference(a, b, select: bool):
    wide = np.float64 if a.dtype.kind == "f" or a.dtype.itemsize == 2 else a.dtype
    a, b, values = a.astype(wide), b.astype(wide), []
    value = a
    for _ in range(VALUES):
        value = value * b + a
        values.append(value)
    for other in values:
        value = value + (np.where(value > other, other, a) if select else other)
    return value


def fill(table: Table) -> None:
    for dtype in ("f32", "f16", "bf16", "i32", "i8"):
        kind = "unit" if is_float(dtype) else "any"
        # Values of 24 roundings and more; which of two is greater may hang on one.
        tolerance = {"f16": (3e-2, 3e-2), "bf16": (3e-1, 3e-1), "f32": (1e-4, 1e-4)}.get(dtype)
        for select in (False, True):
            if select and dtype in ("f16", "bf16"):
                continue
            name = "select" if select else "sum"
            for shape in ((2500,), (33, 70)):
                tag = "x".join(map(str, shape))
                exact = lambda a, b, s=select: _reference(a, b, s).astype(a.dtype)  # noqa: E731
                table.op(
                    "bodies", f"{name}_{dtype}_{tag}", _chain(dtype, t(shape, dtype), t(shape, "i1"), select),
                    [(shape, dtype, kind)] * 2, t(shape, dtype),
                    exact if dtype in ("f32", "i32", "i8") else None, tolerance=tolerance,
                )  # fmt: skip
    for n in (0, 1, 1025):
        table.op(
            "bodies", f"dynamic_{n}", _chain("f32", t((None,), "f32"), "", False),
            [((n,), "f32", "unit")] * 2, t((None,), "f32"), lambda a, b: _reference(a, b, False).astype(a.dtype),
            [(None,)] * 2, (1e-4, 1e-4),
        )  # fmt: skip
    # What follows a product of matrices, tile by tile.
    ty = t((40, 50), "f32")
    line = (
        filled("0.0", "f32", ty)
        + f"%a = linalg.matmul ins(%x, %y : {t((40, 30), 'f32')}, {t((30, 50), 'f32')}) outs(%init : {ty}) -> {ty}\n  "
        + _chain("f32", ty, "", False)
    )
    line = line.replace("%a ", "%p ").replace("%a,", "%p,").replace("%a\n", "%p\n")
    line = line.replace("%x, %y", "%a, %c")
    table.op(
        "bodies", "after_matmul", line,
        [((40, 30), "f32", "unit"), ((40, 50), "f32", "unit"), ((30, 50), "f32", "unit")], ty,
        lambda a, b, c: _reference((a.astype(np.float64) @ c).astype(np.float32), b, False).astype(a.dtype),
        tolerance=(1e-4, 1e-3),
    )  # fmt: skip

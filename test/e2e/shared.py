"""Cases of large reductions to a few results, which cores share."""

import numpy as np
from case import DTYPES, Table, generic, is_float, t
from linear import REDUCERS, filled, reduce_line, start

ODD = "    %one = arith.constant 1 : {dtype}\n    %odd = arith.ori %x, %one : {dtype}\n"


def _layouts(table: Table) -> None:
    """All loops folded, or all but a few that lead or trail."""

    def add(name, dtype, shape, axes, tolerance=None, stock=True):
        line, result = reduce_line(name, dtype, shape, axes)
        tag = "x".join(map(str, shape)) + "_" + "".join(map(str, axes))
        table.op(
            f"shared-{dtype}", f"{name}_{tag}", line, [(shape, dtype, "any")], result,
            lambda a: REDUCERS[name][3](
                a.astype(np.float64) if is_float(dtype) else a, axis=tuple(axes)
            ).astype(a.dtype),
            tolerance=tolerance, stock=stock,
        )  # fmt: skip

    layouts = (((211, 1031), (0, 1)), ((3, 70001), (1,)), ((70001, 3), (0,)))
    for shape, axes in layouts:
        for name in ("sum", "max", "min"):
            # llvm-cpu and numpy each add in an order of their own.
            add(name, "f32", shape, axes, (1e-4, 2e-2) if name == "sum" else None)
            add(name, "i32", shape, axes)
            add(name, "i8", shape, axes)
        # llvm-cpu rounds each sum to the type; numpy adds wide, as tiles do.
        add("sum", "bf16", shape, axes, (2e-2, 1.0), stock=False)
        add("max", "f16", shape, axes)
    add("sum", "f32", (5, 331, 3, 97), (1, 3), (1e-4, 2e-2))


def _products(table: Table) -> None:
    """Products, whose terms are odd so that they do not become zero."""
    for dtype in ("i8", "i16", "i32"):
        shape, ty = (211, 1031), t((), dtype)
        line = filled(start("prod", dtype), dtype, ty) + generic(
            ty, ["(d0, d1) -> (d0, d1)", "(d0, d1) -> ()"], "rr", f"%a : {t(shape, dtype)}", "%init",
            f"  ^bb0(%x: {dtype}, %o: {dtype}):\n" + ODD.format(dtype=dtype)
            + f"    %s = arith.muli %odd, %o : {dtype}\n    linalg.yield %s : {dtype}",
        )  # fmt: skip
        table.op(
            f"shared-{dtype}", "prod_of_odd", line, [(shape, dtype, "any")], ty,
            lambda a: np.multiply.reduce(a | a.dtype.type(1), axis=None, dtype=a.dtype),
        )  # fmt: skip


def _dynamic(table: Table) -> None:
    for rows in (1, 3):
        ty, result = t((rows, None), "f32"), t((rows,), "f32")
        line = filled("0.0", "f32", result) + generic(
            result, ["(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)"], "pr", f"%a : {ty}", "%init",
            "  ^bb0(%x: f32, %o: f32):\n    %q = arith.mulf %x, %x : f32\n    %s = arith.addf %q, %o : f32\n    linalg.yield %s : f32",
        )  # fmt: skip
        for n in (0, 1, 31, 32, 33, 1025, 65537):
            table.op(
                "shared-dynamic", f"squares_{rows}x{n}", line, [((rows, n), "f32", "any")], result,
                lambda a: (a.astype(np.float64) ** 2).sum(1).astype(np.float32),
                [(rows, None)], tolerance=(1e-4, 1e-4),
            )  # fmt: skip


def _on_the_floor(table: Table) -> None:
    """Types without tiles: parts that leave rests, or none."""
    for dtype in ("i64", "f64"):
        for name in ("sum", "max", "min"):
            for n in (4095, 4096, 70001, 65536):
                line, result = reduce_line(name, dtype, (n,), (0,))
                table.op(
                    f"shared-{dtype}", f"{name}_{n}", line, [((n,), dtype, "any")], result,
                    lambda a, name=name: REDUCERS[name][3](a).astype(a.dtype),
                    tolerance=(1e-10, 1e-8) if (name, dtype) == ("sum", "f64") else None,
                )  # fmt: skip
    ty = t((None,), "i64")
    line = filled("0", "i64", "tensor<i64>") + generic(
        "tensor<i64>", ["(d0) -> (d0)", "(d0) -> ()"], "r", f"%a : {ty}", "%init",
        "  ^bb0(%x: i64, %o: i64):\n    %q = arith.muli %x, %x : i64\n    %s = arith.xori %q, %o : i64\n    linalg.yield %s : i64",
    )  # fmt: skip
    for n in (0, 1, 255, 257, 70001):
        table.op(
            "shared-dynamic", f"xor_{n}", line, [((n,), "i64", "any")], "tensor<i64>",
            lambda a: np.bitwise_xor.reduce(a * a), [(None,)],
        )  # fmt: skip


def _fusions(table: Table) -> None:
    shape = (2, 30011)
    ty = t(shape, "f32")

    def softmax(a):
        e = np.exp(a - a.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    table.op(
        "shared-fusion", "softmax",
        f"%e = tensor.empty() : {ty}\n  %r = linalg.softmax dimension(1) ins(%a : {ty}) outs(%e : {ty}) -> {ty}",
        [(shape, "f32", "any")], ty, softmax, tolerance=(1e-4, 1e-8),
    )  # fmt: skip
    for dtype in ("f32", "i32"):
        ty, (total, kept) = t(shape, dtype), reduce_line("sum", dtype, shape, (1,), "%a", "%total")
        op = "subf" if is_float(dtype) else "subi"
        line = f"{total}\n  %e = tensor.empty() : {ty}\n  " + generic(
            ty, ["(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)"], "pp",
            f"%a, %total : {ty}, {kept}", "%e",
            f"  ^bb0(%x: {dtype}, %y: {dtype}, %o: {dtype}):\n    %s = arith.{op} %x, %y : {dtype}\n    linalg.yield %s : {dtype}",
        )  # fmt: skip
        table.op(
            "shared-fusion", f"less_the_sum_{dtype}", line, [(shape, dtype, "any")], ty,
            lambda a: a - a.sum(1, keepdims=True, dtype=a.dtype), tolerance=(1e-4, 2e-2),
        )  # fmt: skip
    n = 100003
    line = filled("0.0", "f32", t((), "f32"), "%i") + filled("0xFF800000", "f32", t((), "f32"), "%j") + (
        "%p, %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>], "
        f'iterator_types = ["reduction"]}} ins(%a, %b : {t((n,), "f32")}, {t((n,), "f32")}) outs(%i, %j : tensor<f32>, tensor<f32>) {{\n'
        "  ^bb0(%x: f32, %y: f32, %o: f32, %q: f32):\n    %m = arith.mulf %x, %y : f32\n    %s = arith.addf %m, %o : f32\n    %z = arith.maximumf %x, %q : f32\n    linalg.yield %s, %z : f32, f32\n  } -> (tensor<f32>, tensor<f32>)"
    )  # fmt: skip
    table.raw(
        "shared-fusion", "dot_and_maximum",
        [(t((n,), "f32"), np.linspace(-1, 1, n, dtype=np.float32)), (t((n,), "f32"), np.linspace(1, -0.5, n, dtype=np.float32))],
        [t((), "f32")] * 2, f"  {line}\n  return %p, %r : tensor<f32>, tensor<f32>",
        lambda a, b: (np.dot(a.astype(np.float64), b).astype(np.float32), a.max()),
        tolerance=(1e-4, 1e-2),
    )  # fmt: skip
    bits = np.zeros(100003, DTYPES["i1"])
    bits[77777] = True
    for name, op, value, function in (("any", "ori", bits, np.any), ("all", "andi", ~bits, np.all)):
        start = "false" if name == "any" else "true"
        line = (
            f"%v = arith.constant {start}\n  %e = tensor.empty() : tensor<i1>\n"
            "  %init = linalg.fill ins(%v : i1) outs(%e : tensor<i1>) -> tensor<i1>\n  "
        ) + generic(
            t((), "i1"), ["(d0) -> (d0)", "(d0) -> ()"], "r", f"%a : {t((len(bits),), 'i1')}", "%init",
            f"  ^bb0(%x: i1, %o: i1):\n    %s = arith.{op} %x, %o : i1\n    linalg.yield %s : i1",
        )  # fmt: skip
        table.raw(
            "shared-fusion", name, [(t((len(bits),), "i1"), value)], [t((), "i1")],
            f"  {line}\n  return %r : tensor<i1>", function,
        )  # fmt: skip


def fill(table: Table) -> None:
    _layouts(table)
    _products(table)
    _dynamic(table)
    _on_the_floor(table)
    _fusions(table)

"""Elements that data choose: rows as tiles, single elements as loops."""

from __future__ import annotations

import numpy as np
from case import Table, data, generic, is_float, t
from linear import filled

CAST = "    %k{n} = arith.index_cast %{i} : {type} to index\n"


def _rows(table: Table) -> None:
    """Embeddings: rows by tokens, with positions added."""
    for dtype, index, columns in (
        ("f32", "i32", 33), ("f32", "i64", 3000), ("bf16", "i64", 64), ("f16", "i32", 40), ("i32", "i8", 17),
    ):  # fmt: skip
        result, kind = t((2, 5, columns), dtype), "f" if is_float(dtype) else "i"
        line = f"%e = tensor.empty() : {result}\n  " + generic(
            result, ["(d0, d1, d2) -> (d0, d1)", "(d0, d1, d2) -> (d1, d2)", "(d0, d1, d2) -> (d0, d1, d2)"], "ppp",
            f"%b, %c : {t((2, 5), index)}, {t((5, columns), dtype)}", "%e",
            f"  ^bb0(%i: {index}, %p: {dtype}, %o: {dtype}):\n" + CAST.format(n=0, i="i", type=index)
            + f"    %j = linalg.index 2 : index\n    %x = tensor.extract %a[%k0, %j] : {t((50, columns), dtype)}\n    %s = arith.add{kind} %x, %p : {dtype}\n    linalg.yield %s : {dtype}",
        )  # fmt: skip
        table.op(
            "gather", f"embedding_{dtype}_{index}_{columns}", line,
            [((50, columns), dtype, "any"), ((2, 5), index, "index:50"), ((5, columns), dtype, "any")], result,
            lambda a, i, p: (a[i].astype(np.float32) + p.astype(np.float32)).astype(a.dtype) if a.dtype.kind != "i" else a[i] + p,
        )  # fmt: skip


def _places(table: Table) -> None:
    """Computed numbers in other places of the index, of other loops."""
    f = "f32"
    for name, shape, numbers, result, maps, iterators, indices, function in (
        ("middle", (6, 50, 20), (9,), (6, 9, 20), "(d0, d1, d2) -> (d1)", "ppp", "%d0, %k0, %d2", lambda a, i: a[:, i]),
        ("constant", (6, 50, 20), (9,), (9, 20), "(d0, d1) -> (d0)", "pp", "%c3, %k0, %d1", lambda a, i: a[3, i]),
        ("column", (20, 50), (9,), (9, 20), "(d0, d1) -> (d0)", "pp", "%d1, %k0", lambda a, i: a[:, i].T),
        ("one_row", (50, 20), (), (20,), "(d0) -> ()", "p", "%k0, %d0", lambda a, i: a[i]),
        ("turned", (50, 20), (9, 4), (4, 9, 20), "(d0, d1, d2) -> (d1, d0)", "ppp", "%k0, %d2", lambda a, i: a[i.T]),
        ("element", (50,), (9,), (9,), "(d0) -> (d0)", "p", "%k0", lambda a, i: a[i]),
        ("twice", (50, 50), (9,), (9,), "(d0) -> (d0)", "p", "%k0, %k0", lambda a, i: a[i, i]),
    ):  # fmt: skip
        loops = ", ".join(f"d{i}" for i in range(len(iterators)))
        named = "".join(f"    %d{i} = linalg.index {i} : index\n" for i in range(len(iterators)))
        line = f"%c3 = arith.constant 3 : index\n  %e = tensor.empty() : {t(result, f)}\n  " + generic(
            t(result, f), [maps, f"({loops}) -> ({loops})"], iterators, f"%b : {t(numbers, 'i32')}", "%e",
            "  ^bb0(%i: i32, %o: f32):\n" + CAST.format(n=0, i="i", type="i32") + named
            + f"    %x = tensor.extract %a[{indices}] : {t(shape, f)}\n    linalg.yield %x : f32",
        )  # fmt: skip
        table.op(
            "gather", name, line, [(shape, f, "any"), (numbers, "i32", "index:50")], t(result, f), function
        )


def _computed(table: Table) -> None:
    """Numbers that the body computes: of data, of indices, of other gathers."""
    f, columns = "f32", 20
    result, shape = t((9, columns), f), t((50, columns), f)
    for name, body, function in (
        ("wrapped", "    %n = arith.addi %i, %c50 : i32\n    %g = arith.cmpi slt, %i, %c0 : i32\n    %m = arith.select %g, %n, %i : i32\n    %k = arith.index_cast %m : i32 to index\n",
         lambda a, i: a[i]),
        ("reversed", "    %r0 = linalg.index 0 : index\n    %k = arith.subi %c8, %r0 : index\n", lambda a, i: a[8::-1]),
        ("of_a_gather", "    %l = arith.index_cast %i : i32 to index\n    %h = tensor.extract %c[%l] : tensor<50xi32>\n    %k = arith.index_cast %h : i32 to index\n",
         lambda a, i: a[(i * 7 + 3) % 50]),
    ):  # fmt: skip
        line = (
            "%c0 = arith.constant 0 : i32\n  %c50 = arith.constant 50 : i32\n  %c8 = arith.constant 8 : index\n"
            f"  %c = arith.constant dense<{[(i * 7 + 3) % 50 for i in range(50)]}> : tensor<50xi32>\n  %e = tensor.empty() : {result}\n  "
        ) + generic(
            result, ["(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)"], "pp", f"%b : {t((9,), 'i32')}", "%e",
            f"  ^bb0(%i: i32, %o: f32):\n{body}    %j = linalg.index 1 : index\n    %x = tensor.extract %a[%k, %j] : {shape}\n    linalg.yield %x : f32",
        )  # fmt: skip
        table.raw(
            "gather", name,
            [(shape, data((50, columns), f, "any", 8)), (t((9,), "i32"), np.array([0, 49, 3, 3, 7, 12, 31, 48, 1], np.int32) - (25 if name == "wrapped" else 0))],
            [result], f"  {line}\n  return %r : {result}", function,
        )  # fmt: skip


def _reduced(table: Table) -> None:
    """Bags of rows, sums along a row, and products with picked rows."""
    f = "f32"
    extract = CAST.format(n=0, i="i", type="i32") + "    %j = linalg.index {loop} : index\n    %x = tensor.extract %a[%k0, %j] : {shape}\n"
    for name, start, op, function in (
        ("sum", "0.0", "addf", np.sum), ("max", "0xFF800000", "maximumf", np.max),
    ):  # fmt: skip
        for columns in (20, 1500):
            shape, result = t((50, columns), f), t((9, columns), f)
            line = filled(start, f, result) + generic(
                result, ["(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d0, d1)"], "ppr", f"%b : {t((9, 7), 'i32')}", "%init",
                "  ^bb0(%i: i32, %o: f32):\n" + extract.format(loop=1, shape=shape) + f"    %s = arith.{op} %x, %o : f32\n    linalg.yield %s : f32",
            )  # fmt: skip
            table.op(
                "gather", f"bag_{name}_{columns}", line,
                [((50, columns), f, "any"), ((9, 7), "i32", "index:50")], result,
                lambda a, i, function=function: function(a[i], axis=1), tolerance=(1e-4, 1e-4),
            )  # fmt: skip
            result = t((9,), f)
            line = filled(start, f, result) + generic(
                result, ["(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)"], "pr", f"%b, %c : {t((9,), 'i32')}, {t((9, columns), f)}", "%init",
                "  ^bb0(%i: i32, %q: f32, %o: f32):\n" + extract.format(loop=1, shape=shape) + f"    %p = arith.mulf %x, %q : f32\n    %s = arith.{op} %p, %o : f32\n    linalg.yield %s : f32",
            )  # fmt: skip
            table.op(
                "gather", f"row_{name}_{columns}", line,
                [((50, columns), f, "any"), ((9,), "i32", "index:50"), ((9, columns), f, "any")], result,
                lambda a, i, q, function=function: function(a[i] * q, axis=1), tolerance=(1e-4, 1e-2),
            )  # fmt: skip
    shape, result = t((50, 70), f), t((40, 30), f)
    line = filled("0.0", f, result) + generic(
        result, ["(d0, d1, d2) -> (d0)", "(d0, d1, d2) -> (d2, d1)", "(d0, d1, d2) -> (d0, d1)"], "ppr", f"%b, %c : {t((40,), 'i32')}, {t((70, 30), f)}", "%init",
        "  ^bb0(%i: i32, %q: f32, %o: f32):\n" + extract.format(loop=2, shape=shape) + "    %p = arith.mulf %x, %q : f32\n    %s = arith.addf %p, %o : f32\n    linalg.yield %s : f32",
    )  # fmt: skip
    table.op(
        "gather", "matmul_of_rows", line,
        [((50, 70), f, "any"), ((40,), "i32", "index:50"), ((70, 30), f, "any")], result,
        lambda a, i, b: a[i] @ b, tolerance=(1e-4, 1e-3),
    )  # fmt: skip


def _dynamic(table: Table) -> None:
    shape, numbers = t((None, None), "f32"), t((None,), "i64")
    line = (
        "%zero = arith.constant 0 : index\n  %one = arith.constant 1 : index\n"
        f"  %n = tensor.dim %b, %zero : {numbers}\n  %m = tensor.dim %a, %one : {shape}\n  %e = tensor.empty(%n, %m) : {shape}\n  "
    ) + generic(
        shape, ["(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)"], "pp", f"%b : {numbers}", "%e",
        "  ^bb0(%i: i64, %o: f32):\n" + CAST.format(n=0, i="i", type="i64")
        + f"    %j = linalg.index 1 : index\n    %x = tensor.extract %a[%k0, %j] : {shape}\n    linalg.yield %x : f32",
    )  # fmt: skip
    for rows, columns, many in ((50, 33, 9), (1, 1, 1), (50, 33, 0), (0, 33, 0), (3, 1025, 100)):
        table.raw(
            "gather", f"dynamic_{rows}x{columns}_{many}",
            [(shape, data((rows, columns), "f32", "any", 8)), (numbers, np.arange(many, dtype=np.int64) * 7 % max(rows, 1))],
            [shape], f"  {line}\n  return %r : {shape}", lambda a, i: a[i],
        )  # fmt: skip


def _outside(table: Table) -> None:
    """llvm-cpu reads whatever is there."""
    for name, shape, maps, indices, function in (
        ("row", (50, 20), "d0, d1", "%k0, %j", lambda a, i: a[np.clip(i, 0, 49)]),
        ("element", (50,), "d0", "%k0", lambda a, i: np.where(np.isin(i, range(50)), a[np.clip(i, 0, 49)], 0)),
    ):  # fmt: skip
        result = t((5, *shape[1:]), "f32")
        line = f"%e = tensor.empty() : {result}\n  " + generic(
            result, [f"({maps}) -> (d0)", f"({maps}) -> ({maps})"], "p" * len(shape), f"%b : {t((5,), 'i32')}", "%e",
            "  ^bb0(%i: i32, %o: f32):\n" + CAST.format(n=0, i="i", type="i32")
            + f"    %j = linalg.index {len(shape) - 1} : index\n    %x = tensor.extract %a[{indices}] : {t(shape, 'f32')}\n    linalg.yield %x : f32",
        )  # fmt: skip
        table.raw(
            "gather", f"{name}_outside",
            [(t(shape, "f32"), data(shape, "f32", "any", 8)), (t((5,), "i32"), np.array([-1, 0, 49, 50, 2**31 - 1], np.int32))],
            [result], f"  {line}\n  return %r : {result}", function, stock=False,
        )  # fmt: skip


def _dropped(table: Table) -> None:
    """What is read outside of a tensor, at no number from data, is dropped."""
    for sizes in ("static", "dynamic"):
        shape = t((24, 20 if sizes == "static" else None), "f32")
        rows = t((30, 20 if sizes == "static" else None), "f32")
        for name, row, column, inside, function in (
            ("long", "%i", "%j", "%k = arith.cmpi slt, %i, %many : index", lambda a: np.pad(a, ((0, 6), (0, 0)))),
            ("later", "%i", "%p", "%k = arith.cmpi slt, %p, %n : index", lambda a: np.pad(a[:, 1:], ((0, 6), (0, 1)))),
            ("before", "%m", "%j", "%k = arith.cmpi sge, %m, %zero : index", lambda a: np.pad(a[:23], ((1, 6), (0, 0)))),
            ("squared", "%y", "%j", "%k = arith.cmpi slt, %y, %many : index", lambda a: np.pad(a[[0, 1, 4, 9, 16]], ((0, 25), (0, 0)))),
            ("xored", "%i", "%w", "%k = arith.cmpi slt, %w, %n : index",
             lambda a: np.pad(np.where(np.arange(20) ^ 7 < 20, a[:, np.minimum(np.arange(20) ^ 7, 19)], 0), ((0, 6), (0, 0)))),
        ):  # fmt: skip
            line = (
                f"%zero = arith.constant 0 : index\n  %one = arith.constant 1 : index\n  %many = arith.constant 24 : index\n"
                f"  %n = tensor.dim %a, %one : {shape}\n  %e = tensor.empty({'%n' if sizes == 'dynamic' else ''}) : {rows}\n  "
            ) + generic(
                rows, ["(d0, d1) -> (d0, d1)"], "pp", "", "%e",
                "  ^bb0(%o: f32):\n    %z = arith.constant 0.0 : f32\n    %i = linalg.index 0 : index\n    %j = linalg.index 1 : index\n"
                f"    %p = arith.addi %j, %one : index\n    %m = arith.subi %i, %one : index\n    %y = arith.muli %i, %i : index\n"
                f"    %c7 = arith.constant 7 : index\n    %w = arith.xori %j, %c7 : index\n    {inside}\n"
                f"    %l = arith.cmpi slt, %i, %many : index\n    %x = tensor.extract %a[{row}, {column}] : {shape}\n"
                "    %b = arith.andi %k, %l : i1\n    %s = arith.select %b, %x, %z : f32\n    linalg.yield %s : f32",
            )  # fmt: skip
            table.op(
                "gather", f"dropped_{name}_{sizes}", line, [((24, 20), "f32", "any")], rows, function,
                static=[(24, 20 if sizes == "static" else None)],
            )  # fmt: skip


def _scattered(a, b, i):
    inside = (i[:, 0] >= 0) & (i[:, 0] < len(a))
    np.add.at(a := a.copy(), i[inside, 0], b[inside])
    return a


def _scatter_outside(table: Table) -> None:
    """Updates outside are not done; llvm-cpu writes to whatever is there."""
    for columns in ((), (20,)):
        target, updates = (8, *columns), (6, *columns)
        table.raw(
            "scatter", f"outside_{len(columns) + 1}d",
            [(t(target, "f32"), data(target, "f32", "any", 8)), (t(updates, "f32"), data(updates, "f32", "any", 9)),
             (t((6, 1), "i32"), np.array([[-1], [0], [7], [8], [0], [2**31 - 1]], np.int32))],
            [t(target, "f32")],
            f"  %r = iree_linalg_ext.scatter dimension_map = [0] unique_indices(false) ins(%b, %c : {t(updates, 'f32')}, {t((6, 1), 'i32')}) outs(%a : {t(target, 'f32')}) {{\n"
            "  ^bb0(%x: f32, %y: f32):\n    %s = arith.addf %x, %y : f32\n    iree_linalg_ext.yield %s : f32\n"
            f"  }} -> {t(target, 'f32')}\n  return %r : {t(target, 'f32')}",
            _scattered, stock=False,
        )  # fmt: skip


def fill(table: Table) -> None:
    _rows(table)
    _places(table)
    _computed(table)
    _reduced(table)
    _dynamic(table)
    _outside(table)
    _dropped(table)
    _scatter_outside(table)

"""linalg.index on tiles: 64-bit indices whose values 32 bits hold, and more."""

from __future__ import annotations

from typing import Callable, Tuple

import numpy as np
from case import Table, generic, t

# Lines that make %v, of the type named, of the 64-bit indices %i, %j.
EXPRESSIONS: Tuple[Tuple[str, str, str, Callable], ...] = (
    ("linear", "f32", "%m = arith.muli %i, %c100 : i64\n    %s = arith.subi %m, %j : i64\n    %v = arith.sitofp %s : i64 to f32",
     lambda i, j: (i * 100 - j).astype(np.float32)),
    ("remainder", "i32", "%s = arith.addi %i, %j : i64\n    %m = arith.remsi %s, %c7 : i64\n    %v = arith.trunci %m : i64 to i32",
     lambda i, j: ((i + j) % 7).astype(np.int32)),
    ("quotient", "i8", "%s = arith.subi %i, %j : i64\n    %m = arith.floordivsi %s, %c100 : i64\n    %v = arith.trunci %m : i64 to i8",
     lambda i, j: np.floor_divide(i - j, 100).astype(np.int8)),
    ("order", "f32", "%g = arith.cmpi uge, %i, %j : i64\n    %s = arith.select %g, %i, %c7 : i64\n    %v = arith.uitofp %s : i64 to f32",
     lambda i, j: np.where(i >= j, i, 7).astype(np.float32)),
    ("limits", "i32", "%s = arith.maxsi %i, %c7 : i64\n    %m = arith.minsi %s, %j : i64\n    %v = arith.trunci %m : i64 to i32",
     lambda i, j: np.minimum(np.maximum(i, 7), j).astype(np.int32)),
    # What 32 bits do not hold.
    ("large", "i32", "%m = arith.muli %i, %cbig : i64\n    %n = arith.muli %m, %j : i64\n    %d = arith.divsi %n, %cbig : i64\n    %v = arith.trunci %d : i64 to i32",
     lambda i, j: (i * j).astype(np.int32)),
    ("widened", "i64", "%m = arith.addi %i, %j : i64\n    %v = arith.muli %m, %cbig : i64",
     lambda i, j: (i + j) * 10_000_000_000),
)  # fmt: skip

BODY = """  ^bb0({inputs}%o: {dtype}):
    %c7 = arith.constant 7 : i64
    %c100 = arith.constant 100 : i64
    %cbig = arith.constant 10000000000 : i64
    %a0 = linalg.index 0 : index
    %a1 = linalg.index 1 : index
    %i = arith.index_cast %a0 : index to i64
    %j = arith.index_cast %a1 : index to i64
    {expression}
    linalg.yield %v : {dtype}"""


def fill(table: Table) -> None:
    for shape in ((5, 33), (3, 2500), (70, 40)):
        for name, dtype, expression, function in EXPRESSIONS:
            type_ = t(shape, dtype)
            line = f"%e = tensor.empty() : {type_}\n  " + generic(
                type_, ["(d0, d1) -> (d0, d1)"], "pp", "", "%e",
                BODY.format(inputs="", dtype=dtype, expression=expression),
            )  # fmt: skip
            table.op(
                "indices", f"{name}_{shape[0]}x{shape[1]}", line, [], type_,
                lambda shape=shape, function=function: function(*np.indices(shape)),
            )  # fmt: skip
    # A reduction of what indices choose: the mask of attention, and a sum by
    # an index, whose lanes beyond the end must not count.
    for shape in ((12, 45), (4, 1100)):
        for name, reducer, start in (("sum", "addf", "0.0"), ("max", "maximumf", "0xFF800000")):
            text = t(shape, "f32")
            line = (
                f"%z = arith.constant {start} : f32\n  %n = tensor.empty() : {t(shape[:1], 'f32')}\n"
                f"  %e = linalg.fill ins(%z : f32) outs(%n : {t(shape[:1], 'f32')}) -> {t(shape[:1], 'f32')}\n  "
                + generic(
                    t(shape[:1], "f32"), ["(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)"], "pr",
                    f"%a : {text}", "%e",
                    "  ^bb0(%x: f32, %o: f32):\n    %low = arith.constant -3.0 : f32\n"
                    "    %i = linalg.index 0 : index\n    %j = linalg.index 1 : index\n"
                    "    %k = arith.cmpi ule, %j, %i : index\n    %s = arith.select %k, %x, %low : f32\n"
                    f"    %v = arith.{reducer} %s, %o : f32\n    linalg.yield %v : f32",
                )
            )  # fmt: skip
            table.op(
                "indices", f"masked_{name}_{shape[0]}x{shape[1]}", line, [(shape, "f32", "any")], t(shape[:1], "f32"),
                lambda x, name=name: getattr(np.where(np.tri(*x.shape, dtype=bool), x, np.float32(-3)), name)(1),
                tolerance=(2e-5, 2e-4),
                # llvm-cpu answers -0.0 where all but one element are masked.
                stock=(name, shape) != ("max", (4, 1100)),
            )  # fmt: skip

"""Cases of sorts, whose equal elements keep their order."""

from typing import Sequence

import numpy as np
from case import Table, t


def _sort(dim: int, types: Sequence[str], predicate: str) -> str:
    """%a and %b sorted by %a; %r is then what %b is."""
    element = [ty.split("x")[-1].rstrip(">") for ty in types]
    block = ", ".join(f"%x{i}: {e}, %y{i}: {e}" for i, e in enumerate(element))
    compare = "arith.cmpf" if element[0] in ("f32", "f16", "f64") else "arith.cmpi"
    return (
        f"%s, %r = iree_linalg_ext.sort dimension({dim}) outs(%a, %b : {', '.join(types)}) {{\n"
        f"  ^bb0({block}):\n    %k = {compare} {predicate}, %x0, %y0 : {element[0]}\n"
        f"    iree_linalg_ext.yield %k : i1\n  }} -> {', '.join(types)}"
    )


def _order(keys: np.ndarray, dim: int, falling: bool) -> np.ndarray:
    return np.argsort(-keys.astype(np.float64) if falling else keys, dim, kind="stable")


def fill(table: Table) -> None:
    shapes = [((n,), 0) for n in (1, 2, 7, 64, 129, 1000)]
    shapes += [((5, 70), 1), ((70, 5), 0), ((3, 4, 10), 2), ((3, 33, 4), 1), ((40, 3, 4), 0)]
    for shape, dim in shapes:
        for dtype, predicate in (("f32", "olt"), ("f32", "ole"), ("f16", "ogt"), ("i32", "slt"), ("i8", "sge")):
            for dynamic in (False, True) if dim == len(shape) - 1 else (False,):
                shown = (None,) * len(shape) if dynamic else shape
                falling = predicate in ("ogt", "sge")

                def wanted(keys, places, dim=dim, falling=falling):
                    return np.take_along_axis(places, _order(keys, dim, falling), dim)

                # Small numbers: many are equal. What they were beside tells them apart.
                types = [t(shown, dtype), t(shown, "i32")]
                table.op(
                    "sort",
                    f"{predicate}_{dtype}_{'x'.join(map(str, shape))}_{dim}{'_dynamic' * dynamic}",
                    _sort(dim, types, predicate),
                    [(shape, dtype, "small"), (shape, "i32", "any")],
                    types[1],
                    wanted,
                    [shown, shown] if dynamic else None,
                    stock=False,
                )

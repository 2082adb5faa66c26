"""Cases of control inside of the body of a dispatch."""

import numpy as np
from case import Table, generic, t

SHAPE = (150,)


def _switch(values, kind: str) -> str:
    """Of %x, an i32, by what it is: case |k| makes %x * k + 1 of it."""
    def way(head: str, factor: int, name: str) -> str:
        return (
            f"    {head} {{\n      %{name}c = arith.constant {factor} : i32\n      %{name}m = arith.muli %x, %{name}c : i32\n"
            f"      %{name}o = arith.constant 1 : i32\n      %{name}y = arith.addi %{name}m, %{name}o : i32\n"
            f"      scf.yield %{name}y, %{name}c : i32, i32\n    }}\n"
        )  # fmt: skip
    ways = "".join(way(f"case {value}", value, f"w{i}") for i, value in enumerate(values))
    return (
        f"  ^bb0(%x: i32, %out: i32):\n    %i = arith.{kind} %x : i32 to index\n"
        "    %s:2 = scf.index_switch %i -> i32, i32\n" + ways + way("default", -7, "d")
        + "    %y = arith.xori %s#0, %s#1 : i32\n    linalg.yield %y : i32"
    )  # fmt: skip


def _switched(a: np.ndarray, values) -> np.ndarray:
    factor = np.where(np.isin(a, values), a, -7).astype(np.int32)
    return (a * factor + 1) ^ factor


def fill(table: Table) -> None:
    ty = t(SHAPE, "i32")
    # As many as would not nest, one in the other.
    for name, values in (
        ("none", ()), ("one", (3,)), ("some", (5, -2, 0, 9)), ("many", tuple(range(-20, 40)))
    ):  # fmt: skip
        table.op(
            "control", f"switch_{name}",
            f"%e = tensor.empty() : {ty}\n  "
            + generic(ty, ["(d0) -> (d0)"] * 2, "p", f"%a : {ty}", "%e", _switch(values, "index_cast")),
            [(SHAPE, "i32", "any")], ty, lambda a, v=values: _switched(a, v),
        )  # fmt: skip
    # Counters of types that no register has.
    for kind in ("i4", "i7", "i33"):
        body = (
            f"  ^bb0(%x: i32, %out: i32):\n    %lo = arith.constant -5 : {kind}\n    %hi = arith.constant 7 : {kind}\n"
            f"    %by = arith.constant 3 : {kind}\n    %y = scf.for %i = %lo to %hi step %by iter_args(%v = %x) -> (i32) : {kind} {{\n"
            f"      %w = arith.WIDEN %i : {kind} to i32\n      %m = arith.muli %v, %w : i32\n      %s = arith.addi %m, %x : i32\n"
            "      scf.yield %s : i32\n    }\n    linalg.yield %y : i32"
        ).replace("WIDEN", "trunci" if kind == "i33" else "extsi")  # fmt: skip
        table.op(
            "control", f"count_{kind}",
            f"%e = tensor.empty() : {ty}\n  " + generic(ty, ["(d0) -> (d0)"] * 2, "p", f"%a : {ty}", "%e", body),
            [(SHAPE, "i32", "any")], ty,
        )  # fmt: skip

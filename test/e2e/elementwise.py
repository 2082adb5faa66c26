"""Cases of elementwise work: arith, math, casts, comparisons, shapes."""

import math

import numpy as np
from case import DTYPES, FLOATS, INTS, Table, generic, is_float, t

SHAPE = (5, 33)

# op -> (kind of both operands or of each, numpy)
FLOAT_BINARY = {
    "arith.addf": ("any", np.add),
    "arith.subf": ("any", np.subtract),
    "arith.mulf": ("any", np.multiply),
    "arith.divf": (("any", "nonzero"), np.divide),
    "arith.remf": (("any", "nonzero"), np.fmod),
    "arith.maximumf": ("any", np.maximum),
    "arith.minimumf": ("any", np.minimum),
    "arith.maxnumf": ("any", np.fmax),
    "arith.minnumf": ("any", np.fmin),
    "math.powf": (("positive", "small"), np.power),
    "math.atan2": ("nonzero", np.arctan2),
    "math.copysign": ("nonzero", np.copysign),
}


def _unsigned(function):
    def call(a, b):
        kind = f"u{a.dtype.itemsize}"
        return function(a.view(kind), b.view(kind)).view(a.dtype)

    return call


INT_BINARY = {
    "arith.addi": ("any", np.add),
    "arith.subi": ("any", np.subtract),
    "arith.muli": ("any", np.multiply),
    "arith.divsi": (("any", "nonzero"), lambda a, b: (np.abs(a.astype(int)) // np.abs(b.astype(int)) * np.sign(a) * np.sign(b)).astype(a.dtype)),
    "arith.divui": (("any", "nonzero"), _unsigned(np.floor_divide)),
    "arith.remsi": (("any", "nonzero"), np.fmod),
    "arith.remui": (("any", "nonzero"), _unsigned(np.remainder)),
    "arith.ceildivsi": (("any", "nonzero"), lambda a, b: -((-a.astype(int)) // b).astype(a.dtype)),
    "arith.floordivsi": (("any", "nonzero"), np.floor_divide),
    "arith.maxsi": ("any", np.maximum),
    "arith.minsi": ("any", np.minimum),
    "arith.maxui": ("any", _unsigned(np.maximum)),
    "arith.minui": ("any", _unsigned(np.minimum)),
    "arith.andi": ("any", np.bitwise_and),
    "arith.ori": ("any", np.bitwise_or),
    "arith.xori": ("any", np.bitwise_xor),
    "arith.shli": (("any", "shift"), np.left_shift),
    "arith.shrsi": (("any", "shift"), np.right_shift),
    "arith.shrui": (("any", "shift"), _unsigned(np.right_shift)),
}

FLOAT_UNARY = {
    "arith.negf": ("any", np.negative),
    "math.absf": ("any", np.abs),
    "math.ceil": ("any", np.ceil),
    "math.floor": ("any", np.floor),
    "math.trunc": ("any", np.trunc),
    "math.round": ("any", lambda a: np.copysign(np.floor(np.abs(a) + 0.5), a)),
    "math.roundeven": ("any", np.rint),
    "math.exp": ("any", np.exp),
    "math.exp2": ("any", np.exp2),
    "math.expm1": ("unit", np.expm1),
    "math.log": ("positive", np.log),
    "math.log2": ("positive", np.log2),
    "math.log10": ("positive", np.log10),
    "math.log1p": ("positive", np.log1p),
    "math.sqrt": ("positive", np.sqrt),
    "math.rsqrt": ("positive", lambda a: 1 / np.sqrt(a)),
    "math.cbrt": ("any", np.cbrt),
    "math.sin": ("any", np.sin),
    "math.cos": ("any", np.cos),
    "math.tan": ("unit", np.tan),
    "math.asin": ("inside", np.arcsin),
    "math.acos": ("inside", np.arccos),
    "math.atan": ("any", np.arctan),
    "math.sinh": ("unit", np.sinh),
    "math.cosh": ("unit", np.cosh),
    "math.tanh": ("any", np.tanh),
    "math.asinh": ("any", np.arcsinh),
    "math.acosh": ("above1", np.arccosh),
    "math.atanh": ("inside", np.arctanh),
    "math.erf": ("any", lambda a: np.vectorize(math.erf, [a.dtype])(a)),
}


def _stock(op: str, dtype: str) -> bool:
    """Whether llvm-cpu has code for it: it cannot call libm."""
    if op == "math.log10" or (op, dtype) == ("arith.remf", "f64"):
        return False
    inline = "absf ceil floor trunc roundeven sqrt rsqrt copysign".split()
    return dtype != "f64" or not op.startswith("math.") or op[5:] in inline


INT_UNARY = {
    "math.absi": ("any", np.abs),
    "math.ctpop": ("any", None),
    "math.ctlz": ("any", None),
    "math.cttz": ("any", None),
}

FLOAT_PREDICATES = (
    "false oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno true".split()
)
INT_PREDICATES = "eq ne slt sle sgt sge ult ule ugt uge".split()


def _in_f32(function):
    """numpy has no float16/bfloat16 arithmetic worth comparing with."""
    if function is None:
        return None

    def call(*args):
        if args[0].dtype.itemsize == 2 and args[0].dtype.kind in "fV":
            wide = [a.astype(np.float32) for a in args]
            return np.asarray(function(*wide)).astype(args[0].dtype)
        return function(*args)

    return call


def arithmetic(table: Table) -> None:
    def add(op, kinds, dtype, arity, function):
        kinds = (kinds,) * arity if isinstance(kinds, str) else kinds
        names = ", ".join(f"%{c}" for c in "ab"[:arity])
        table.op(
            f"{'unary' if arity == 1 else 'binary'}-{dtype}",
            op.partition(".")[2],
            f"%r = {op} {names} : {t(SHAPE, dtype)}",
            [(SHAPE, dtype, kind) for kind in kinds],
            t(SHAPE, dtype),
            _in_f32(function),
            stock=_stock(op, dtype),
        )

    for dtype in FLOATS:
        for arity, ops in ((2, FLOAT_BINARY), (1, FLOAT_UNARY)):
            for op, (kinds, function) in ops.items():
                add(op, kinds, dtype, arity, function)
    for dtype in INTS:
        for arity, ops in ((2, INT_BINARY), (1, INT_UNARY)):
            for op, (kinds, function) in ops.items():
                add(op, kinds, dtype, arity, function)
    for op in ("andi", "ori", "xori"):
        add(f"arith.{op}", "any", "i1", 2, INT_BINARY[f"arith.{op}"][1])
    for dtype in ("f32", "f16", "bf16"):
        table.op(
            "ternary",
            f"fma_{dtype}",
            f"%r = math.fma %a, %b, %c : {t(SHAPE, dtype)}",
            [(SHAPE, dtype, "any")] * 3,
            t(SHAPE, dtype),
            _in_f32(lambda a, b, c: a * b + c),
        )
    for base in ("f32", "f64"):
        table.op(
            "ternary",
            f"fpowi_{base}",
            f"%r = math.fpowi %a, %b : {t(SHAPE, base)}, {t(SHAPE, 'i32')}",
            [(SHAPE, base, "nonzero"), (SHAPE, "i32", "small")],
            t(SHAPE, base),
            lambda a, b: np.power(a, b.astype(a.dtype)),
            stock=False,
        )
    for dtype in ("f32", "bf16"):
        for power in (-5, -1, 0, 1, 2, 3, 7):
            _power(table, "fpowi", dtype, "i32", power, "nonzero")
        for power in (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0):
            _power(table, "powf", dtype, dtype, power, "positive")


def _power(table: Table, op: str, dtype: str, of: str, power: float, kind: str) -> None:
    """The power by a constant of type |of|."""
    splat = f"%p = arith.constant dense<{power}> : {t(SHAPE, of)}\n  "
    types = f"{t(SHAPE, dtype)}, {t(SHAPE, of)}" if op == "fpowi" else t(SHAPE, dtype)
    table.op(
        "unary-power",
        f"{op}_{dtype}_{str(power).replace('-', 'm').replace('.', '_')}",
        f"{splat}%r = math.{op} %a, %p : {types}",
        [(SHAPE, dtype, kind)],
        t(SHAPE, dtype),
        _in_f32(lambda a: np.power(a, np.float32(power))),
        tolerance=(2e-6, 0) if dtype == "f32" else (5e-2, 0),
        stock=False,
    )


def comparisons(table: Table) -> None:
    for dtype in FLOATS:
        for predicate in FLOAT_PREDICATES:
            table.op(
                f"compare-{dtype}",
                predicate,
                f"%r = arith.cmpf {predicate}, %a, %b : {t(SHAPE, dtype)}",
                [(SHAPE, dtype, "special")] * 2,
                t(SHAPE, "i1"),
            )
        for op in ("maximumf", "minimumf", "maxnumf", "minnumf", "addf", "mulf"):
            table.op(
                f"compare-{dtype}",
                f"special_{op}",
                f"%r = arith.{op} %a, %b : {t(SHAPE, dtype)}",
                [(SHAPE, dtype, "special")] * 2,
                t(SHAPE, dtype),
            )
    for dtype in INTS:
        for predicate in INT_PREDICATES:
            table.op(
                f"compare-{dtype}",
                predicate,
                f"%r = arith.cmpi {predicate}, %a, %b : {t(SHAPE, dtype)}",
                [(SHAPE, dtype, "small")] * 2,
                t(SHAPE, "i1"),
            )
    for dtype in DTYPES:
        table.op(
            "select",
            dtype,
            f"%r = arith.select %a, %b, %c : {t(SHAPE, 'i1')}, {t(SHAPE, dtype)}",
            [(SHAPE, "i1", "any"), (SHAPE, dtype, "any"), (SHAPE, dtype, "any")],
            t(SHAPE, dtype),
            np.where,
        )


def casts(table: Table) -> None:
    def add(op, source, target, kind="any", function=None):
        function = function or (lambda a: a.astype(DTYPES[target]))
        table.op(
            "cast",
            f"{op}_{source}_{target}",
            f"%r = arith.{op} %a : {t(SHAPE, source)} to {t(SHAPE, target)}",
            [(SHAPE, source, kind)],
            t(SHAPE, target),
            function,
            # llvm-cpu links no conversion of integers to bf16 on older CPUs.
            stock=(source, target) != ("f64", "f16")
            and not (target == "bf16" and op in ("sitofp", "uitofp")),
        )

    width = {name: dt.itemsize * 8 for name, dt in DTYPES.items()}
    width["i1"] = 1
    for a in FLOATS:
        for b in FLOATS:
            if width[a] < width[b]:
                add("extf", a, b)
            elif width[a] > width[b]:
                add("truncf", a, b)
    for a in ("i1",) + INTS:
        for b in INTS:
            if width[a] < width[b]:
                add("extsi", a, b, function=lambda x, b=b: (-x.astype(DTYPES[b]) if x.dtype == bool else x.astype(DTYPES[b])))
                add("extui", a, b, function=lambda x, b=b: x.view(f"u{x.dtype.itemsize}").astype(DTYPES[b]))
            if width[a] > width[b]:
                add("trunci", a, b)
        if a != "i1":
            add("trunci", a, "i1", function=lambda x: (x & 1).astype(bool))
        for f in FLOATS:
            if a != "i1":
                add("sitofp", a, f)
            positive = "positive" if a != "i1" else "any"
            add("uitofp", a, f, positive)
            if a != "i1":
                add("fptosi", f, a)
                add("fptoui", f, a, "positive")
    # What only an unsigned integer of that width holds, as ONNX's quantization
    # makes it. llvm-cpu gives that or the largest signed value, depending on how
    # it vectorizes.
    for op in ("fptosi", "fptoui"):
        for target, scale in (("i8", 51.0), ("i16", 13107.0)):
            ty = t(SHAPE, "f32")
            table.op(
                "cast-narrow", f"{op}_unsigned_{target}",
                f"%s = arith.constant dense<{scale}> : {ty}\n  %x = arith.mulf %a, %s : {ty}\n"
                f"  %r = arith.{op} %x : {ty} to {t(SHAPE, target)}",
                [(SHAPE, "f32", "positive")], t(SHAPE, target),
                lambda a, k=scale, to=target: (a * np.float32(k)).astype(np.int32).astype(DTYPES[to]),
                stock=False,
            )  # fmt: skip
    even = (6, 32)  # two i4 to a byte
    table.op(
        "cast-narrow", "fptosi_f32_i4",
        f"%x = arith.fptosi %a : {t(even, 'f32')} to {t(even, 'i4')}\n"
        f"  %k = util.optimization_barrier %x : {t(even, 'i4')}\n"
        f"  %r = arith.extsi %k : {t(even, 'i4')} to {t(even, 'i8')}",
        [(even, "f32", "any")], t(even, "i8"), lambda a: a.astype(np.int8),
    )  # fmt: skip
    for a, b in (("f32", "i32"), ("f16", "i16"), ("bf16", "i16"), ("f64", "i64")):
        add("bitcast", a, b, function=lambda x, b=b: x.view(DTYPES[b]))
        add("bitcast", b, a, "positive", lambda x, a=a: x.view(DTYPES[a]))


SHAPES = [
    (0,), (1,), (31,), (32,), (33,), (1025,), (1, 1), (1, 33), (33, 1), (0, 7),
    (7, 0), (31, 31), (32, 32), (33, 33), (97, 89), (1, 1025), (1025, 1),
    (3, 31, 33), (2, 3, 5, 7), (2, 1, 3, 1, 5), (64, 64), (),
]  # fmt: skip


def shapes(table: Table) -> None:
    for shape in SHAPES:
        tag = "x".join(map(str, shape)) or "scalar"
        for dtype in ("f32", "bf16", "i8", "i64"):
            op = "arith.addf" if is_float(dtype) else "arith.addi"
            table.op(
                f"shape-{dtype}",
                f"add_{tag}",
                f"%r = {op} %a, %b : {t(shape, dtype)}",
                [(shape, dtype, "any")] * 2,
                t(shape, dtype),
                _in_f32(np.add),
            )


def _mapped(table, group, name, out, out_dtype, inputs, maps, block, function):
    """A generic over the dimensions of |out|; |maps| are those of the inputs."""
    dims = ", ".join(f"d{i}" for i in range(len(out)))
    full = [f"({dims}) -> ({m})" for m in maps] + [f"({dims}) -> ({dims})"]
    result = t(out, out_dtype)
    names = ", ".join(f"%{'abc'[i]}" for i in range(len(inputs)))
    types = ", ".join(t(shape, dtype) for shape, dtype, _ in inputs)
    line = f"%e = tensor.empty() : {result}\n  " + generic(
        result, full, "p" * len(out), f"{names} : {types}", "%e", block
    )
    table.op(group, name, line, inputs, result, function)


def broadcasts(table: Table) -> None:
    def add_block(dtype):
        op = "addf" if is_float(dtype) else "addi"
        return (
            f"  ^bb0(%x: {dtype}, %y: {dtype}, %o: {dtype}):\n"
            f"    %s = arith.{op} %x, %y : {dtype}\n    linalg.yield %s : {dtype}"
        )

    def copy_block(dtype):
        return f"  ^bb0(%x: {dtype}, %o: {dtype}):\n    linalg.yield %x : {dtype}"

    for dtype in ("f32", "bf16", "i32", "i8"):
        for m, n in ((33, 31), (64, 96), (7, 129), (1, 40)):
            for name, shape, entry, function in (
                ("row", (n,), "d1", lambda a, b: a + b[None, :]),
                ("column", (m,), "d0", lambda a, b: a + b[:, None]),
                ("scalar", (), "", lambda a, b: a + b),
                ("ones_column", (m, 1), "d0, 0", lambda a, b: a + b),
                ("ones_row", (1, n), "0, d1", lambda a, b: a + b),
                ("swapped", (n, m), "d1, d0", lambda a, b: a + b.T),
            ):
                _mapped(
                    table, f"broadcast-{dtype}", f"{name}_{m}x{n}", (m, n), dtype,
                    [((m, n), dtype, "any"), (shape, dtype, "any")],
                    ["d0, d1", entry], add_block(dtype), _in_f32(function),
                )  # fmt: skip
    for dtype in DTYPES:
        _mapped(
            table, "transpose", f"rank2_{dtype}", (45, 33), dtype,
            [((33, 45), dtype, "any")], ["d1, d0"], copy_block(dtype), np.transpose,
        )  # fmt: skip
    for permutation in ((0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1), (1, 0, 2)):
        source = (5, 33, 34)
        out = tuple(source[p] for p in permutation)
        inverse = ", ".join(f"d{permutation.index(i)}" for i in range(3))
        tag = "".join(map(str, permutation))
        _mapped(
            table, "transpose", f"rank3_{tag}", out, "f32", [(source, "f32", "any")],
            [inverse], copy_block("f32"),
            lambda a, p=permutation: np.transpose(a, p),
        )  # fmt: skip
    _mapped(
        table, "transpose", "rank4_0312", (2, 5, 3, 4), "f32",
        [((2, 3, 4, 5), "f32", "any")], ["d0, d2, d3, d1"], copy_block("f32"),
        lambda a: np.transpose(a, (0, 3, 1, 2)),
    )  # fmt: skip
    _mapped(
        table, "transpose", "broadcast_3d", (4, 33, 35), "f32",
        [((33, 35), "f32", "any"), ((4,), "f32", "any")], ["d1, d2", "d0"],
        add_block("f32"), lambda a, b: a[None] + b[:, None, None],
    )  # fmt: skip
    _mapped(
        table, "transpose", "outer", (45, 77), "f32",
        [((45,), "f32", "any"), ((77,), "f32", "any")], ["d0", "d1"],
        add_block("f32"), np.add.outer,
    )  # fmt: skip
    _mapped(
        table, "transpose", "diagonal", (40,), "f32", [((40, 40), "f32", "any")],
        ["d0, d0"], copy_block("f32"), np.diagonal,
    )  # fmt: skip


def fill(table: Table) -> None:
    arithmetic(table)
    comparisons(table)
    casts(table)
    shapes(table)
    broadcasts(table)

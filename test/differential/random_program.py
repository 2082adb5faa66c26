"""Small random programs of linalg, tensor, arith and math.

A program is a list of steps over values; the first values are its arguments.
Every value has concrete sizes, of which the program's text may leave some
dynamic. Values are kept tame: each knows a bound of its magnitude, and whether
it is exact (computed without rounding), as operands of comparisons must be:
rounded differently, these would differ for good.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Callable, Dict, List, Sequence, Tuple

FLOATS = ("f32", "f32", "f32", "f16", "bf16", "f64")
INTS = ("i32", "i32", "i8", "i16", "i64")
SIZES = (1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 32, 33, 40, 64, 65)
MAX_ELEMENTS = 20000
MAX_BOUND = 1e4
EPSILON = {"f64": 2**-52, "f32": 2**-23, "f16": 2**-10, "bf16": 2**-7}


@dataclasses.dataclass(frozen=True)
class Type:
    dtype: str
    sizes: Tuple[int, ...]
    dynamic: Tuple[bool, ...]  # for each dimension

    def __str__(self) -> str:
        dims = "".join(
            "?x" if dynamic else f"{size}x" for size, dynamic in zip(self.sizes, self.dynamic)
        )
        return f"tensor<{dims}{self.dtype}>"

    @property
    def is_float(self) -> bool:
        return "f" in self.dtype

    @property
    def rank(self) -> int:
        return len(self.sizes)

    @property
    def elements(self) -> int:
        count = 1
        for size in self.sizes:
            count *= size
        return count

    def of(self, dtype: str) -> "Type":
        return Type(dtype, self.sizes, self.dynamic)

    def pick(self, dims: Sequence[int]) -> "Type":
        return Type(
            self.dtype, tuple(self.sizes[d] for d in dims), tuple(self.dynamic[d] for d in dims)
        )


@dataclasses.dataclass(frozen=True)
class Step:
    """|text| of one or more lines with {out}, {0}, {1}, ... for the names of
    the result and the operands; local names begin with {out}."""

    text: str
    operands: Tuple[int, ...]
    type: Type
    bound: float
    exact: bool


@dataclasses.dataclass
class Program:
    arguments: List[Type]
    steps: List[Step]
    results: List[int]  # of arguments + steps

    def type(self, value: int) -> Type:
        count = len(self.arguments)
        return self.arguments[value] if value < count else self.steps[value - count].type

    def name(self, value: int) -> str:
        count = len(self.arguments)
        return f"%a{value}" if value < count else f"%v{value - count}"

    def text(self, name: str) -> str:
        lines = []
        for index, step in enumerate(self.steps):
            names = [self.name(operand) for operand in step.operands]
            lines.append(step.text.format(*names, out=f"%v{index}"))
        arguments = ", ".join(f"%a{i}: {ty}" for i, ty in enumerate(self.arguments))
        types = ", ".join(str(self.type(value)) for value in self.results)
        values = ", ".join(self.name(value) for value in self.results)
        body = "\n".join(lines).replace("\n", "\n  ")
        return (
            f"func.func @{name}({arguments}) -> ({types}) {{\n  {body}\n"
            f"  return {values} : {types}\n}}\n"
        )

    def atol(self, result: int) -> float:
        """What two right answers may differ by: rounding at the coarsest
        precision, at the size of the largest value."""
        floats = [step for step in self.steps if step.type.is_float]
        if not self.type(result).is_float or not floats:
            return 0.0
        worst = max(EPSILON[step.type.dtype] for step in floats)
        return 8 * worst * max([1.0] + [step.bound for step in floats])


def dims(value: str, type: Type, which: Sequence[int]) -> Tuple[str, str]:
    """(lines, names): the dynamic ones of the dimensions |which| of an operand."""
    lines, names = "", []
    for d in which:
        if type.dynamic[d]:
            tag = value.strip("{}")
            lines += (
                f"{{out}}_c{tag}_{d} = arith.constant {d} : index\n"
                f"{{out}}_d{tag}_{d} = tensor.dim {value}, {{out}}_c{tag}_{d} : {type}\n"
            )
            names.append(f"{{out}}_d{tag}_{d}")
    return lines, ", ".join(names)


def generic(
    operands: str, empty: Type, names: str, maps: Sequence[str], iterators: str, body: str
) -> str:
    kinds = ", ".join({"p": '"parallel"', "r": '"reduction"'}[c] for c in iterators)
    return (
        f"{{out}}_e = tensor.empty({names}) : {empty}\n"
        f"{{out}} = linalg.generic {{{{indexing_maps = "
        f"[{', '.join(f'affine_map<{m}>' for m in maps)}], iterator_types = [{kinds}]}}}} "
        f"{operands}outs({{out}}_e : {empty}) {{{{\n{body}\n}}}} -> {empty}"
    )


def fill(result: Type, names: str, value: str) -> str:
    return (
        f"{{out}}_z = arith.constant {value} : {result.dtype}\n"
        f"{{out}}_e = tensor.empty({names}) : {result}\n"
        f"{{out}}_f = linalg.fill ins({{out}}_z : {result.dtype}) "
        f"outs({{out}}_e : {result}) -> {result}\n"
    )


def is_picture(type: Type) -> bool:
    """NHWC, and a window of 3 x 3 fits."""
    return type.rank == 4 and type.is_float and not any(type.dynamic) and min(type.sizes[1:3]) >= 3


class Maker:
    """Adds random steps to a program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.program = Program([], [], [])
        self._bounds: List[Tuple[float, bool]] = []
        for _ in range(self.rng.randint(1, 3)):
            self._argument()
        for _ in range(self.rng.randint(2, 9)):
            self._step()
        while not self.program.steps:
            self._step()
        last = len(self._bounds) - 1
        self.program.results = [last]
        if self.rng.random() < 0.3:
            self.program.results.append(self.rng.randrange(last))

    def _argument(self) -> None:
        rng = self.rng
        rank = rng.choice((1, 2, 2, 2, 3, 3, 4))
        while True:
            sizes = tuple(rng.choice(SIZES) for _ in range(rank))
            type = Type("f32", sizes, tuple(rng.random() < 0.25 for _ in sizes))
            if type.elements <= MAX_ELEMENTS:
                break
        if self.program.arguments and rng.random() < 0.6:
            # Alike, so that the two meet in an op.
            type = rng.choice(self.program.arguments)
            dtype = type.dtype
        else:
            dtype = rng.choice(FLOATS if rng.random() < 0.75 else INTS)
        self.program.arguments.append(type.of(dtype))
        self._bounds.append((4.0, True))

    def _add(
        self, text: str, operands: Sequence[int], type: Type, bound: float, exact: bool
    ) -> None:
        if type.elements > MAX_ELEMENTS or bound > (100 if type.dtype == "i8" else MAX_BOUND):
            return
        if not type.is_float:
            exact = True
        self.program.steps.append(Step(text, tuple(operands), type, bound, exact))
        self._bounds.append((bound, exact))

    def _choose(self, accept: Callable[[Type], bool]) -> int:
        """A value, later ones more often; -1 when there is none."""
        values = [v for v in range(len(self._bounds)) if accept(self.program.type(v))]
        return self.rng.choice(values[-4:] + values) if values else -1

    def _step(self) -> None:
        def any_type(type: Type) -> bool:
            return True

        def any_rank(type: Type) -> bool:
            return type.rank >= 1

        # What makes a step, and the values that can be its first operand.
        makers = (
            [(self._unary, lambda type: type.is_float)] * 4
            + [(self._binary, any_type)] * 5
            + [
                (self._select, any_type),
                (self._cast, any_type),
                (self._transpose, lambda type: type.rank >= 2),
                (self._broadcast, lambda type: type.rank <= 3),
            ]
            + [(self._reduce, any_rank)] * 3
            + [(self._matmul, lambda type: type.rank == 2)] * 3
            + [
                (self._slice, any_rank),
                (self._pad, any_rank),
                (self._concat, any_rank),
                (self._collapse, lambda type: type.rank >= 2 and not any(type.dynamic)),
                (self._indices, any_rank),
                (self._gather, lambda type: type.rank == 2),
                (self._softmax, lambda type: type.rank >= 1 and type.dtype == "f32"),
                (self._convolution, is_picture),
            ]
        )
        make, accept = self.rng.choice(makers)
        operand = self._choose(accept)
        if operand >= 0:
            make(operand, self.program.type(operand))

    # Elementwise.
    def _unary(self, a: int, type: Type) -> None:
        ops: Dict[str, Callable[[float], float]] = {
            "tanh": lambda b: 1, "absf": lambda b: b, "negf": lambda b: b, "floor": lambda b: b + 1, "erf": lambda b: 1,
            "exp": lambda b: 2.8 ** min(b, 99),
        }  # fmt: skip
        op = self.rng.choice(sorted(ops))
        bound, exact = self._bounds[a]
        if op == "floor" and not exact:
            return
        dialect = "arith" if op == "negf" else "math"
        exact = exact and op in ("absf", "negf", "floor")
        self._add(f"{{out}} = {dialect}.{op} {{0}} : {type}", [a], type, ops[op](bound), exact)

    def _pair(self, a: int, type: Type) -> Tuple[str, str, List[int]]:
        """Lines that make a second operand of |type|, its name, the operands."""
        b = self._choose(lambda other: other.sizes == type.sizes and other.dtype == type.dtype)
        other = self.program.type(b)
        if other == type:
            return "", "{1}", [a, b]
        return f"{{out}}_b = tensor.cast {{1}} : {other} to {type}\n", "{out}_b", [a, b]

    def _binary(self, a: int, type: Type) -> None:
        cast, right, operands = self._pair(a, type)
        ops = (
            ("addf", "subf", "mulf", "maximumf", "minimumf")
            if type.is_float
            else ("addi", "subi", "muli", "andi", "ori", "xori", "maxsi", "minsi")
        )
        op = self.rng.choice(ops)
        (x, x_exact), (y, y_exact) = (self._bounds[v] for v in operands)
        bound = x + y if op[:3] in ("add", "sub") else x * y if op[:3] == "mul" else max(x, y)
        if op in ("andi", "ori", "xori"):
            bound = 2 * bound + 1
        exact = x_exact and y_exact and op in ("maximumf", "minimumf")
        self._add(
            f"{cast}{{out}} = arith.{op} {{0}}, {right} : {type}", operands, type, bound, exact
        )

    def _select(self, a: int, type: Type) -> None:
        cast, right, operands = self._pair(a, type)
        (x, x_exact), (y, y_exact) = (self._bounds[v] for v in operands)
        if not (x_exact and y_exact):
            return
        compare = "cmpf olt" if type.is_float else "cmpi slt"
        flags = type.of("i1")
        chosen = self.rng.choice(("{0}", right))
        self._add(
            f"{cast}{{out}}_p = arith.{compare}, {{0}}, {right} : {type}\n"
            f"{{out}} = arith.select {{out}}_p, {chosen}, {right} : {flags}, {type}",
            operands, type, max(x, y), True,
        )  # fmt: skip

    def _cast(self, a: int, type: Type) -> None:
        bound, exact = self._bounds[a]
        to = self.rng.choice(FLOATS + INTS)
        bits = {name: int(name.lstrip("bfi")) for name in FLOATS + INTS}
        if to == type.dtype:
            return
        if type.is_float and "f" in to:
            if bits[to] == bits[type.dtype]:
                return
            op = "extf" if bits[to] > bits[type.dtype] else "truncf"
            exact = exact and op == "extf"
        elif type.is_float:
            if not exact or to == "i8" and bound > 100:
                return
            op = "fptosi"
        elif "f" in to:
            op, exact = "sitofp", bound <= 128
        else:
            op = "extsi" if bits[to] > bits[type.dtype] else "trunci"
        self._add(
            f"{{out}} = arith.{op} {{0}} : {type} to {type.of(to)}", [a], type.of(to), bound, exact
        )

    # Movement.
    def _transpose(self, a: int, type: Type) -> None:
        order = self.rng.sample(range(type.rank), type.rank)
        result = type.pick(order)
        lines, names = dims("{0}", type, order)
        self._add(
            f"{lines}{{out}}_e = tensor.empty({names}) : {result}\n"
            f"{{out}} = linalg.transpose ins({{0}} : {type}) outs({{out}}_e : {result}) "
            f"permutation = {order}",
            [a], result, *self._bounds[a],
        )  # fmt: skip

    def _broadcast(self, a: int, type: Type) -> None:
        at, size = self.rng.randint(0, type.rank), self.rng.choice(SIZES)
        result = Type(
            type.dtype,
            type.sizes[:at] + (size,) + type.sizes[at:],
            type.dynamic[:at] + (False,) + type.dynamic[at:],
        )
        lines, names = dims("{0}", type, range(type.rank))
        self._add(
            f"{lines}{{out}}_e = tensor.empty({names}) : {result}\n"
            f"{{out}} = linalg.broadcast ins({{0}} : {type}) outs({{out}}_e : {result}) "
            f"dimensions = [{at}]",
            [a], result, *self._bounds[a],
        )  # fmt: skip

    def _slice(self, a: int, type: Type) -> None:
        offsets, sizes, strides = [], [], []
        for size in type.sizes:
            stride = self.rng.choice((1, 1, 2, 3))
            offset = self.rng.randrange(size) if self.rng.random() < 0.5 else 0
            count = (size - offset + stride - 1) // stride
            count = self.rng.randint(1, count)
            offsets.append(offset)
            sizes.append(count)
            strides.append(stride)
        result = Type(type.dtype, tuple(sizes), (False,) * type.rank)
        self._add(
            f"{{out}} = tensor.extract_slice {{0}}{offsets} {sizes} {strides} : {type} to {result}",
            [a], result, *self._bounds[a],
        )  # fmt: skip

    def _pad(self, a: int, type: Type) -> None:
        low = [self.rng.choice((0, 0, 1, 2, 5)) for _ in type.sizes]
        high = [self.rng.choice((0, 0, 1, 3)) for _ in type.sizes]
        sizes = tuple(n + lo + hi for n, lo, hi in zip(type.sizes, low, high))
        result = Type(type.dtype, sizes, type.dynamic)
        value = "1.0" if type.is_float else "1"
        indices = ", ".join(f"%i{d}: index" for d in range(type.rank))
        self._add(
            f"{{out}}_p = arith.constant {value} : {type.dtype}\n"
            f"{{out}} = tensor.pad {{0}} low{low} high{high} {{{{\n"
            f"^bb0({indices}):\n  tensor.yield {{out}}_p : {type.dtype}\n}}}} : {type} to {result}",
            [a], result, max(1.0, self._bounds[a][0]), self._bounds[a][1],
        )  # fmt: skip

    def _concat(self, a: int, type: Type) -> None:
        at = self.rng.randrange(type.rank)

        def fits(other: Type) -> bool:
            return other.dtype == type.dtype and other.rank == type.rank and all(
                d == at or (n, k) == (other.sizes[d], other.dynamic[d])
                for d, (n, k) in enumerate(zip(type.sizes, type.dynamic))
            )  # fmt: skip

        b = self._choose(fits)
        other = self.program.type(b)
        sizes, dynamic = list(type.sizes), list(type.dynamic)
        sizes[at] += other.sizes[at]
        dynamic[at] = type.dynamic[at] or other.dynamic[at]
        (x, x_exact), (y, y_exact) = self._bounds[a], self._bounds[b]
        result = Type(type.dtype, tuple(sizes), tuple(dynamic))
        self._add(
            f"{{out}} = tensor.concat dim({at}) {{0}}, {{1}} : ({type}, {other}) -> {result}",
            [a, b], result, max(x, y), x_exact and y_exact,
        )  # fmt: skip

    def _collapse(self, a: int, type: Type) -> None:
        at = self.rng.randrange(type.rank - 1)
        groups = [[d] for d in range(type.rank)]
        groups[at : at + 2] = [[at, at + 1]]
        sizes = list(type.sizes)
        sizes[at : at + 2] = [sizes[at] * sizes[at + 1]]
        result = Type(type.dtype, tuple(sizes), (False,) * len(sizes))
        self._add(
            f"{{out}} = tensor.collapse_shape {{0}} {groups} : {type} into {result}",
            [a], result, *self._bounds[a],
        )  # fmt: skip

    def _indices(self, a: int, type: Type) -> None:
        d = self.rng.randrange(type.rank)
        bound, _ = self._bounds[a]
        loops = ", ".join(f"d{i}" for i in range(type.rank))
        convert = (
            f"%f = arith.sitofp %t : i32 to {type.dtype}\n%r = arith.addf %x, %f : {type.dtype}"
            if type.is_float
            else "%r = arith.addi %x, %t : i32"
        )
        if not type.is_float and type.dtype != "i32":
            return
        lines, names = dims("{0}", type, range(type.rank))
        self._add(
            lines
            + generic(
                f"ins({{0}} : {type}) ", type, names, [f"({loops}) -> ({loops})"] * 2,
                "p" * type.rank,
                f"^bb0(%x: {type.dtype}, %o: {type.dtype}):\n%i = linalg.index {d} : index\n"
                f"%t = arith.index_cast %i : index to i32\n{convert}\nlinalg.yield %r : {type.dtype}",
            ),
            [a], type, bound + type.sizes[d], False,
        )  # fmt: skip

    def _gather(self, table: int, rows: Type) -> None:
        """Rows of one value, at (a hash of) the numbers in another."""
        at = self._choose(lambda type: type.dtype == "i32" and type.rank == 1)
        if at < 0:
            return
        index = self.program.type(at)
        result = Type(
            rows.dtype, (index.sizes[0], rows.sizes[1]), (index.dynamic[0], rows.dynamic[1])
        )
        first, n = dims("{0}", index, [0])
        second, m = dims("{1}", rows, [1])
        names = ", ".join(name for name in (n, m) if name)
        self._add(
            first + second + f"{{out}}_n = arith.constant {rows.sizes[0]} : i32\n"
            + generic(
                f"ins({{0}} : {index}) ", result, names,
                ["(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)"], "pp",
                f"^bb0(%x: i32, %o: {rows.dtype}):\n%u = arith.remui %x, {{out}}_n : i32\n"
                f"%i = arith.index_cast %u : i32 to index\n%j = linalg.index 1 : index\n"
                f"%r = tensor.extract {{1}}[%i, %j] : {rows}\nlinalg.yield %r : {rows.dtype}",
            ),
            [at, table], result, *self._bounds[table],
        )  # fmt: skip

    # Reductions.
    def _reduce(self, a: int, type: Type) -> None:
        over = sorted(self.rng.sample(range(type.rank), self.rng.randint(1, type.rank)))
        kept = [d for d in range(type.rank) if d not in over]
        result = type.pick(kept)
        bound, exact = self._bounds[a]
        count = type.elements // max(1, result.elements)
        op = self.rng.choice(("addf", "maximumf") if type.is_float else ("addi", "maxsi"))
        zero = {"addf": "0.0", "maximumf": "-10000.0", "addi": "0", "maxsi": "-100"}[op]
        summed = op.startswith("add")
        if summed:
            bound *= count
        lines, names = dims("{0}", type, kept)
        self._add(
            f"{lines}{fill(result, names, zero)}"
            f"{{out}} = linalg.reduce {{{{ arith.{op} }}}} ins({{0}} : {type}) "
            f"outs({{out}}_f : {result}) dimensions = {over}",
            [a], result, bound, exact and not summed,
        )  # fmt: skip

    def _matmul(self, a: int, left: Type) -> None:
        b = self._choose(
            lambda type: type.rank == 2
            and type.dtype == left.dtype
            and type.sizes[0] == left.sizes[1]
        )
        second = "{1}"
        lines = ""
        operands = [a, b]
        if b < 0:
            # A value times its own transpose.
            right = left.pick([1, 0])
            before, names = dims("{0}", left, [1, 0])
            lines = (
                f"{before}{{out}}_te = tensor.empty({names}) : {right}\n"
                f"{{out}}_t = linalg.transpose ins({{0}} : {left}) outs({{out}}_te : {right}) "
                "permutation = [1, 0]\n"
            )
            second, operands = "{out}_t", [a]
            row = names.split(", ")[-1] if left.dynamic[0] else ""
            names = f"{row}, {row}" if row else ""
            result = Type(left.dtype, (left.sizes[0],) * 2, (left.dynamic[0],) * 2)
        else:
            right = self.program.type(b)
            one, m = dims("{0}", left, [0])
            two, n = dims("{1}", right, [1])
            lines, names = one + two, ", ".join(name for name in (m, n) if name)
            result = Type(
                left.dtype, (left.sizes[0], right.sizes[1]), (left.dynamic[0], right.dynamic[1])
            )
        x, y = self._bounds[a][0], self._bounds[operands[-1]][0]
        zero = "0.0" if left.is_float else "0"
        self._add(
            f"{lines}{fill(result, names, zero)}"
            f"{{out}} = linalg.matmul ins({{0}}, {second} : {left}, {right}) "
            f"outs({{out}}_f : {result}) -> {result}",
            operands, result, x * y * left.sizes[1], False,
        )  # fmt: skip

    def _softmax(self, a: int, type: Type) -> None:
        lines, names = dims("{0}", type, range(type.rank))
        d = self.rng.randrange(type.rank)
        self._add(
            f"{lines}{{out}}_e = tensor.empty({names}) : {type}\n"
            f"{{out}} = linalg.softmax dimension({d}) ins({{0}} : {type}) "
            f"outs({{out}}_e : {type}) -> {type}",
            [a], type, max(1.0, self._bounds[a][0]), False,
        )  # fmt: skip

    def _convolution(self, a: int, type: Type) -> None:
        """3 x 3 or 1 x 1, over the middle dimensions of NHWC, weights made of
        the input's own first rows."""
        n, h, w, c = type.sizes
        k, stride, f = self.rng.choice((1, 3)), self.rng.choice((1, 2)), self.rng.choice((1, 5, 32))
        weights = Type(type.dtype, (k, k, c, f), (False,) * 4)
        result = Type(
            type.dtype, (n, (h - k) // stride + 1, (w - k) // stride + 1, f), (False,) * 4
        )
        window = Type(type.dtype, (k, k, c), (False,) * 3)
        self._add(
            f"{{out}}_s = tensor.extract_slice {{0}}[0, 0, 0, 0] [1, {k}, {k}, {c}] [1, 1, 1, 1] "
            f": {type} to {window}\n{{out}}_we = tensor.empty() : {weights}\n"
            f"{{out}}_w = linalg.broadcast ins({{out}}_s : {window}) outs({{out}}_we : {weights}) "
            f"dimensions = [3]\n{fill(result, '', '0.0')}"
            f"{{out}} = linalg.conv_2d_nhwc_hwcf {{{{strides = dense<{stride}> : tensor<2xi64>, "
            f"dilations = dense<1> : tensor<2xi64>}}}} ins({{0}}, {{out}}_w : {type}, {weights}) "
            f"outs({{out}}_f : {result}) -> {result}",
            [a], result, self._bounds[a][0] ** 2 * k * k * c, False,
        )  # fmt: skip


def make(seed: int) -> Program:
    """The program of a seed; the same for ever only with the same source."""
    return Maker(seed).program

"""Types that no register has: floats of 8 bits and fewer, odd integers, 128 bits."""

from __future__ import annotations

from functools import partial

import ml_dtypes
import numpy as np
from case import Table, data, generic, t

# MLIR's name: numpy's type, and llvm-cpu compiles its casts.
FORMATS = {
    "f8E5M2": (ml_dtypes.float8_e5m2, False),
    "f8E4M3": (ml_dtypes.float8_e4m3, False),
    "f8E3M4": (ml_dtypes.float8_e3m4, False),
    "f8E4M3FN": (ml_dtypes.float8_e4m3fn, False),
    "f8E5M2FNUZ": (ml_dtypes.float8_e5m2fnuz, False),
    "f8E4M3FNUZ": (ml_dtypes.float8_e4m3fnuz, False),
    "f8E4M3B11FNUZ": (ml_dtypes.float8_e4m3b11fnuz, False),
    "f8E8M0FNU": (ml_dtypes.float8_e8m0fnu, True),
    "f6E3M2FN": (ml_dtypes.float6_e3m2fn, False),
    "f6E2M3FN": (ml_dtypes.float6_e2m3fn, False),
    "f4E2M1FN": (ml_dtypes.float4_e2m1fn, False),
}
# Those that HAL buffers may hold.
STORED = ("f8E5M2", "f8E4M3FN", "f8E5M2FNUZ", "f8E4M3FNUZ", "f8E8M0FNU")


def _bits(name: str) -> int:
    return int(name[1])


def _cast(source: str, to: str, lines: str) -> str:
    """One generic over %a: |lines| make %r of %x."""
    return "%e = tensor.empty() : " + to + "\n  " + generic(
        to, ["(d0) -> (d0)"] * 2, "p", f"%a : {source}", "%e",
        f"  ^bb0(%x: {_element(source)}, %o: {_element(to)}):\n{lines}\n    linalg.yield %y : {_element(to)}",
    )  # fmt: skip


def _element(tensor: str) -> str:
    return tensor.rstrip(">").split("x")[-1]


def _encoded(values: np.ndarray, name: str) -> np.ndarray:
    dtype, _ = FORMATS[name]
    if name == "f8E8M0FNU":  # towards zero, as stock IREE has it
        return (values.view(np.uint32) >> 23).astype(np.uint8).view(np.int8)
    return values.astype(dtype).view(np.int8)


def _candidates(name: str) -> np.ndarray:
    """Every value, what lies halfway between two and next to that, and more."""
    dtype, _ = FORMATS[name]
    codes = np.arange(2 ** _bits(name), dtype=np.uint8).view(dtype).astype(np.float32)
    finite = np.unique(codes[np.isfinite(codes)])
    halves = (finite[1:] + finite[:-1]) / 2
    largest = finite[-1]
    values = np.concatenate([
        finite, halves, np.nextafter(halves, np.float32(np.inf)), np.nextafter(halves, np.float32(-np.inf)),
        np.clip(largest * np.float64([1.01, 1.03, 1.06, 1.1, 1.25, 2, 1000, -1.06, -1.25, -2]), -3e38, 3e38),
        np.float32([0.0, -0.0, 1e-30, -1e-30, 1e-44]), data((200,), "f32", "any", 5),
    ])  # fmt: skip
    if _bits(name) == 8:  # the others have no infinities and NaNs to become
        values = np.concatenate([values, np.float32([np.inf, -np.inf, np.nan])])
    values = values[np.isfinite(values) | (_bits(name) == 8)]
    return values.astype(np.float32)


def _formats(table: Table) -> None:
    for name, (dtype, stock) in FORMATS.items():
        bits = _bits(name)
        codes = np.arange(2**bits, dtype=np.uint8).view(np.int8)
        narrow = f"    %n = arith.trunci %x : i8 to i{bits}\n" if bits < 8 else ""
        source = "n" if bits < 8 else "x"
        table.raw(
            "small", f"decode_{name}", [(t(codes.shape, "i8"), codes)], [t(codes.shape, "f32")],
            "  " + _cast(t(codes.shape, "i8"), t(codes.shape, "f32"),
                  f"{narrow}    %f = arith.bitcast %{source} : i{bits} to {name}\n    %y = arith.extf %f : {name} to f32")
            + f"\n  return %r : {t(codes.shape, 'f32')}",
            lambda a, d=dtype: a.view(np.uint8).view(d).astype(np.float32), stock=stock,
        )  # fmt: skip
        values = _candidates(name)
        wide = f"    %y = arith.extui %i : i{bits} to i8" if bits < 8 else ""
        table.raw(
            "small", f"encode_{name}", [(t(values.shape, "f32"), values)], [t(values.shape, "i8")],
            "  " + _cast(t(values.shape, "f32"), t(values.shape, "i8"),
                  f"    %f = arith.truncf %x : f32 to {name}\n    %{'i' if bits < 8 else 'y'} = arith.bitcast %f : {name} to i{bits}\n{wide}")
            + f"\n  return %r : {t(values.shape, 'i8')}",
            lambda a, n=name: _encoded(a, n) & np.int8(2 ** _bits(n) - 1 if _bits(n) < 8 else -1), stock=stock,
        )  # fmt: skip


def _stored(table: Table) -> None:
    """In buffers: moved as they are, computed with, matrices of them."""
    for name in STORED:
        dtype, stock = FORMATS[name]
        codes = np.arange(256, dtype=np.uint8).view(np.int8).reshape(8, 32)
        held = f"%h = tensor.bitcast %a : {t((8, 32), 'i8')} to {t((8, 32), name)}\n  "
        table.raw(
            "small", f"transpose_{name}", [(t((8, 32), "i8"), codes)], [t((32, 8), "i8")],
            f"  {held}%b = util.optimization_barrier %h : {t((8, 32), name)}\n  %e = tensor.empty() : {t((32, 8), name)}\n"
            f"  %x = linalg.transpose ins(%b : {t((8, 32), name)}) outs(%e : {t((32, 8), name)}) permutation = [1, 0]\n"
            f"  %r = tensor.bitcast %x : {t((32, 8), name)} to {t((32, 8), 'i8')}\n  return %r : {t((32, 8), 'i8')}",
            lambda a: a.T,
        )  # fmt: skip
        # Small enough for sums that are exact.
        small = np.arange(256).reshape(8, 32) % 16 * 0.125 if name != "f8E8M0FNU" else 2.0 ** (np.arange(256).reshape(8, 32) % 5)
        small = small.astype(np.float32).astype(dtype).view(np.int8)
        product, zero = t((8, 8), "f32"), "arith.constant 0.0 : f32"
        table.raw(
            "small", f"matmul_{name}", [(t((8, 32), "i8"), small), (t((32, 8), "i8"), small.reshape(32, 8))], [product],
            f"  %h = tensor.bitcast %a : {t((8, 32), 'i8')} to {t((8, 32), name)}\n  %i = tensor.bitcast %b : {t((32, 8), 'i8')} to {t((32, 8), name)}\n"
            f"  %z = {zero}\n  %e = tensor.empty() : {product}\n  %f = linalg.fill ins(%z : f32) outs(%e : {product}) -> {product}\n"
            f"  %r = linalg.matmul ins(%h, %i : {t((8, 32), name)}, {t((32, 8), name)}) outs(%f : {product}) -> {product}\n  return %r : {product}",
            lambda a, b, d=dtype: a.view(np.uint8).view(d).astype(np.float32) @ b.view(np.uint8).view(d).astype(np.float32), stock=stock,
        )  # fmt: skip
        if name == "f8E8M0FNU":
            continue
        # As f32: a NaN's sign is whatever the processor makes it.
        wide = t((8, 32), "f32")
        table.raw(
            "small", f"sum_{name}", [(t((8, 32), "i8"), codes)], [wide],
            f"  {held}%e = tensor.empty() : {wide}\n  "
            + generic(wide, ["(d0, d1) -> (d0, d1)"] * 2, "pp", f"%h : {t((8, 32), name)}", "%e",
                      f"  ^bb0(%x: {name}, %o: f32):\n    %c = arith.constant 1.25 : {name}\n    %s = arith.addf %x, %c : {name}\n    %y = arith.extf %s : {name} to f32\n    linalg.yield %y : f32")
            + f"\n  return %r : {wide}",
            lambda a, d=dtype: (a.view(np.uint8).view(d).astype(np.float32) + np.float32(1.25)).astype(d).astype(np.float32), stock=False,
        )  # fmt: skip


# Ops that are several lane ops; %c is 0.5.
SEVERAL = {
    "sin": ("%v, %w = math.sincos %f : {f}", np.sin),
    "cos": ("%w, %v = math.sincos %f : {f}", np.cos),
    "clamp": ("%n = arith.negf %c : {f}\n    %v = math.clampf %f to [%n, %c] : {f}", lambda a: np.clip(a, -0.5, 0.5)),
}  # fmt: skip


def _several(table: Table) -> None:
    for name in ("f8E5M2", "f8E4M3FN", "f6E2M3FN", "f4E2M1FN"):
        dtype, _ = FORMATS[name]
        bits = _bits(name)
        values = np.arange(2**bits, dtype=np.uint8).view(dtype).astype(np.float32)
        values = values[np.abs(values) < 100]
        ty = t(values.shape, "f32")
        for op, (line, exact) in SEVERAL.items():
            table.raw(
                "small", f"{op}_{name}", [(ty, values)], [ty],
                "  " + _cast(ty, ty,
                      f"    %c = arith.constant 0.5 : {name}\n    %f = arith.truncf %x : f32 to {name}\n"
                      f"    {line.format(f=name)}\n    %y = arith.extf %v : {name} to f32")
                + f"\n  return %r : {ty}",
                lambda a, d=dtype, f=exact: f(a).astype(d).astype(np.float32), stock=False,
            )  # fmt: skip


def _scaled(table: Table) -> None:
    """Microscaling: elements of 4 bits with a scale."""
    codes, scales = data((64,), "i8", "index:16", 1), data((64,), "i8", "any", 2)
    body = (
        "    %n = arith.trunci %x : i8 to i4\n    %f = arith.bitcast %n : i4 to f4E2M1FN\n"
        "    %s = arith.bitcast %q : i8 to f8E8M0FNU\n    %y = arith.scaling_extf %f, %s : f4E2M1FN, f8E8M0FNU to f32"
    )
    table.raw(
        "small", "scaling_extf", [(t((64,), "i8"), codes), (t((64,), "i8"), scales)], [t((64,), "f32")],
        f"  %e = tensor.empty() : {t((64,), 'f32')}\n  "
        + generic(t((64,), "f32"), ["(d0) -> (d0)"] * 3, "p", f"%a, %b : {t((64,), 'i8')}, {t((64,), 'i8')}", "%e",
                  f"  ^bb0(%x: i8, %q: i8, %o: f32):\n{body}\n    linalg.yield %y : f32")
        + f"\n  return %r : {t((64,), 'f32')}",
        lambda a, s: a.view(np.uint8).view(ml_dtypes.float4_e2m1fn).astype(np.float32) * s.view(np.uint8).view(ml_dtypes.float8_e8m0fnu).astype(np.float32),
    )  # fmt: skip
    values = data((64,), "f32", "any", 3)
    powers = (127 + np.arange(64) % 4).astype(np.int8)
    body = (
        "    %s = arith.bitcast %q : i8 to f8E8M0FNU\n    %f = arith.scaling_truncf %x, %s : f32, f8E8M0FNU to f4E2M1FN\n"
        "    %n = arith.bitcast %f : f4E2M1FN to i4\n    %y = arith.extui %n : i4 to i8"
    )
    table.raw(
        "small", "scaling_truncf", [(t((64,), "f32"), values), (t((64,), "i8"), powers)], [t((64,), "i8")],
        f"  %e = tensor.empty() : {t((64,), 'i8')}\n  "
        + generic(t((64,), "i8"), ["(d0) -> (d0)"] * 3, "p", f"%a, %b : {t((64,), 'f32')}, {t((64,), 'i8')}", "%e",
                  f"  ^bb0(%x: f32, %q: i8, %o: i8):\n{body}\n    linalg.yield %y : i8")
        + f"\n  return %r : {t((64,), 'i8')}",
        lambda a, s: (a / s.view(np.uint8).view(ml_dtypes.float8_e8m0fnu).astype(np.float32)).astype(ml_dtypes.float4_e2m1fn).view(np.int8),
        stock=False,  # it loses the sign of subnormals
    )  # fmt: skip


OPS = {
    "add": "%v = arith.addi %m, %n : {i}", "mul": "%v = arith.muli %m, %n : {i}",
    "divs": "%v = arith.divsi %m, %n : {i}", "divu": "%v = arith.divui %m, %n : {i}",
    "remu": "%v = arith.remui %m, %n : {i}", "shru": "%c1 = arith.constant 1 : {i}\n    %v = arith.shrui %m, %c1 : {i}",
    "shrs": "%c1 = arith.constant 1 : {i}\n    %v = arith.shrsi %m, %c1 : {i}",
    "maxu": "%v = arith.maxui %m, %n : {i}", "mins": "%v = arith.minsi %m, %n : {i}",
    "less": "%l = arith.cmpi ult, %m, %n : {i}\n    %v = arith.select %l, %m, %n : {i}",
    "ctpop": "%v = math.ctpop %m : {i}", "ctlz": "%v = math.ctlz %m : {i}", "cttz": "%v = math.cttz %m : {i}",
    "wide": "%w = arith.extui %m : {i} to i64\n    %v = arith.trunci %w : i64 to {i}",
    "float": "%w = arith.sitofp %m : {i} to f64\n    %v = arith.fptosi %w : f64 to {i}",
    "floatu": "%w = arith.uitofp %m : {i} to f64\n    %h = arith.constant 0.5 : f64\n    %u = arith.mulf %w, %h : f64\n    %v = arith.fptosi %u : f64 to {i}",
}  # fmt: skip


def _integers(table: Table) -> None:
    """Computed with between i64 and i64, beside llvm-cpu."""
    shape = (130,)
    for width in (2, 3, 4, 7, 12, 33):
        kind = f"i{width}"
        for name, line in OPS.items():
            divisor = "    %k = arith.constant 1 : {i}\n    %n = arith.ori %p, %k : {i}\n"
            body = (
                f"    %m = arith.trunci %x : i64 to {kind}\n    %p = arith.trunci %q : i64 to {kind}\n"
                + divisor.format(i=kind) + "    " + line.format(i=kind)
                + f"\n    %y = arith.extsi %v : {kind} to i64\n    linalg.yield %y : i64"
            )  # fmt: skip
            _integer(table, f"{name}_{kind}", shape, body)


def _integer(table: Table, name: str, shape: tuple, body: str) -> None:
    """A |body| of %x and %q, both i64."""
    ty = t(shape, "i64")
    table.op(
        "integers", name,
        f"%e = tensor.empty() : {ty}\n  "
        + generic(ty, ["(d0) -> (d0)"] * 3, "p", f"%a, %b : {ty}, {ty}", "%e",
                  f"  ^bb0(%x: i64, %q: i64, %o: i64):\n{body}"),
        [(shape, "i64", "any")] * 2, ty,
    )  # fmt: skip


# Both results of an op; %n is odd.
EXTENDED = {
    "addu": "%s, %c = arith.addui_extended %m, %n : {i}, i1\n    %v = arith.select %c, %m, %s : {i}",
    "muls_low": "%v, %h = arith.mulsi_extended %m, %n : {i}",
    "muls_high": "%l, %v = arith.mulsi_extended %m, %n : {i}",
    "mulu_high": "%l, %v = arith.mului_extended %m, %n : {i}",
}


def _extended(table: Table) -> None:
    """As above, of integers that fill their width."""
    shape = (130,)
    for width in (1, 4, 7, 8, 12, 33, 64):
        kind = f"i{width}"
        cut = "    %{0} = arith.trunci %{1} : i64 to {2}\n" if width < 64 else "    %z{0} = arith.constant 0 : {2}\n    %{0} = arith.addi %{1}, %z{0} : {2}\n"  # fmt: skip
        wide = f"arith.extsi %v : {kind} to i64" if width < 64 else "arith.xori %v, %n : i64"
        for name, line in EXTENDED.items():
            body = (
                "    %g = arith.constant 7046029254386353131 : i64\n    %u = arith.muli %x, %g : i64\n    %w = arith.muli %q, %g : i64\n"
                + cut.format("m", "u", kind) + cut.format("p", "w", kind)
                + f"    %k = arith.constant 1 : {kind}\n    %n = arith.ori %p, %k : {kind}\n    {line.format(i=kind)}\n"
                + f"    %y = {wide}\n    linalg.yield %y : i64"
            )  # fmt: skip
            _integer(table, f"{name}_{kind}", shape, body)


def _packed(table: Table) -> None:
    """i2 in buffers, four to a byte: stored by one dispatch, loaded by another."""
    for rows, columns in ((8, 16), (4, 20), (1, 4), (24, 72)):
        wide, held = t((rows, columns), "i32"), t((rows, columns), "i2")
        turned = t((columns, rows), "i32")
        table.op(
            "integers", f"packed_i2_{rows}x{columns}",
            f"%e = tensor.empty() : {held}\n  "
            + generic(held, ["(d0, d1) -> (d0, d1)"] * 2, "pp", f"%a : {wide}", "%e",
                      "  ^bb0(%x: i32, %o: i2):\n    %y = arith.trunci %x : i32 to i2\n    linalg.yield %y : i2", "%s")
            + f"\n  %h = util.optimization_barrier %s : {held}\n  %f = tensor.empty() : {turned}\n  "
            + generic(turned, ["(d0, d1) -> (d1, d0)", "(d0, d1) -> (d0, d1)"], "pp", f"%h : {held}", "%f",
                      "  ^bb0(%x: i2, %o: i32):\n    %y = arith.extsi %x : i2 to i32\n    linalg.yield %y : i32"),
            [((rows, columns), "i32", "any")], turned, lambda a: (a << 30 >> 30).T,
        )  # fmt: skip


# Of %m and %n; %by is at most 127, %u an i64.
WIDE = {
    "add": "%v = arith.addi %m, %n : i128", "sub": "%v = arith.subi %m, %n : i128", "mul": "%v = arith.muli %m, %n : i128",
    "bits": "%i = arith.andi %m, %n : i128\n    %j = arith.ori %i, %by : i128\n    %v = arith.xori %j, %n : i128",
    "shl": "%v = arith.shli %m, %by : i128", "shrs": "%v = arith.shrsi %m, %by : i128", "shru": "%v = arith.shrui %m, %by : i128",
    "maxs": "%v = arith.maxsi %m, %n : i128", "mins": "%v = arith.minsi %m, %n : i128",
    "maxu": "%v = arith.maxui %m, %n : i128", "minu": "%v = arith.minui %m, %n : i128",
    "constant": "%i = arith.constant -123456789012345678901234567890 : i128\n    %v = arith.addi %m, %i : i128",
    "exts": "%i = arith.trunci %u : i64 to i33\n    %v = arith.extsi %i : i33 to i128",
    "extu": "%i = arith.trunci %u : i64 to i33\n    %v = arith.extui %i : i33 to i128",
    "bool": "%i = arith.trunci %u : i64 to i1\n    %v = arith.extui %i : i1 to i128",
    "cut": "%i = arith.trunci %m : i128 to i7\n    %v = arith.extsi %i : i7 to i128",
    **{
        p: f"%i = arith.cmpi {p}, %m, %n : i128\n    %j = arith.cmpi {p}, %m, %m : i128\n    %k = arith.select %j, %n, %by : i128\n"
        "    %v = arith.select %i, %m, %k : i128"
        for p in ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
    },
    "sum": "%by1 = arith.trunci %by : i128 to i64\n    %to = arith.index_cast %by1 : i64 to index\n    %0 = arith.constant 0 : index\n"
    "    %1 = arith.constant 1 : index\n    %v = scf.for %i = %0 to %to step %1 iter_args(%s = %m) -> (i128) {\n"
    "      %t = arith.addi %s, %n : i128\n      scf.yield %t : i128\n    }",
}  # fmt: skip

# Of %m and %n with the lowest bit set; llvm-cpu has no code for them.
WIDE_DIVISIONS = {
    "divsi": lambda m, n: _toward_zero(m, n), "divui": lambda m, n: m % 2**128 // (n % 2**128),
    "remsi": lambda m, n: m - _toward_zero(m, n) * n, "remui": lambda m, n: m % 2**128 % (n % 2**128),
    "ceildivsi": lambda m, n: -(-m // n), "floordivsi": lambda m, n: m // n,
    "ceildivui": lambda m, n: -(-(m % 2**128) // (n % 2**128)),
}  # fmt: skip


def _toward_zero(m: int, n: int) -> int:
    return abs(m) // abs(n) * (1 if (m < 0) == (n < 0) else -1)


def _signed(value: int, bits: int) -> int:
    return (value + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def _wide_reference(divide, x: np.ndarray, q: np.ndarray) -> np.ndarray:
    """What a case of WIDE_DIVISIONS gives: see _wide."""
    found = []
    for a, b in zip(x.tolist(), q.tolist()):
        u, f = _signed(a * 7046029254386353131, 64), _signed(b * 7046029254386353131, 64)
        w = (u if a < b else f) % 2**64
        n = _signed(w * 2**64 + u % 2**64, 128) | 1
        v = divide(u * 2**64 + w, n) % 2**128
        found.append(_signed(v % 2**64 ^ (v // 2**64 * 7046029254386353131) % 2**64, 64))
    return np.array(found, np.int64)


def _wide(table: Table) -> None:
    shape = (150,)
    ty = t(shape, "i64")
    divisions = {
        name: f"%i = arith.constant 1 : i128\n    %j = arith.ori %n, %i : i128\n    %v = arith.{name} %m, %j : i128"
        for name in WIDE_DIVISIONS
    }
    for name, line in {**WIDE, **divisions}.items():
        # %m = %u * 2^64 + %w, %n = %w * 2^64 + %u, some of them with equal halves.
        body = (
            "    %g = arith.constant 7046029254386353131 : i64\n    %u = arith.muli %x, %g : i64\n    %f = arith.muli %q, %g : i64\n"
            "    %o = arith.cmpi slt, %x, %q : i64\n    %w = arith.select %o, %u, %f : i64\n"
            "    %h = arith.constant 64 : i128\n    %a1 = arith.extsi %u : i64 to i128\n    %a2 = arith.shli %a1, %h : i128\n"
            "    %b1 = arith.extui %w : i64 to i128\n    %m = arith.ori %a2, %b1 : i128\n    %b2 = arith.shli %b1, %h : i128\n"
            "    %c1 = arith.extui %u : i64 to i128\n    %n = arith.addi %b2, %c1 : i128\n"
            f"    %127 = arith.constant 127 : i128\n    %by = arith.andi %a1, %127 : i128\n    {line}\n"
            "    %d = arith.trunci %v : i128 to i64\n    %e1 = arith.shrui %v, %h : i128\n    %e2 = arith.trunci %e1 : i128 to i64\n"
            "    %e3 = arith.muli %e2, %g : i64\n    %y = arith.xori %d, %e3 : i64\n    linalg.yield %y : i64"
        )  # fmt: skip
        table.op(
            "wide", name, f"%e = tensor.empty() : {ty}\n  "
            + generic(ty, ["(d0) -> (d0)"] * 3, "p", f"%a, %b : {ty}, {ty}", "%e", f"  ^bb0(%x: i64, %q: i64, %out: i64):\n{body}"),
            [(shape, "i64", "any")] * 2, ty,
            partial(_wide_reference, WIDE_DIVISIONS[name]) if name in WIDE_DIVISIONS else None,
            stock=name not in WIDE_DIVISIONS,
        )  # fmt: skip
    numbers = [(-1) ** i * 3**(i * 6) for i in range(13)]
    table.op(
        "wide", "table", f"%t = arith.constant dense<{numbers}> : tensor<13xi128>\n  %e = tensor.empty() : {t((13,), 'i64')}\n  "
        + generic(t((13,), "i64"), ["(d0) -> (d0)"] * 3, "p", f"%a, %t : {t((13,), 'i64')}, tensor<13xi128>", "%e",
                  "  ^bb0(%x: i64, %v: i128, %o: i64):\n    %w = arith.extui %x : i64 to i128\n    %s = arith.shrsi %v, %w : i128\n"
                  "    %y = arith.trunci %s : i128 to i64\n    linalg.yield %y : i64"),
        [((13,), "i64", "index:100")], t((13,), "i64"),
        lambda a: np.array([(n >> int(by)) % 2**64 for n, by in zip(numbers, a)], np.uint64).view(np.int64),
    )  # fmt: skip
    # In buffers, as they are.
    for kind in ("i128", "f128"):
        source, turned = t((6, 8), "i64"), t((8, 6), "i64")
        cast = "%c = util.optimization_barrier %s : tensor<6x8xi128>" if kind == "i128" else "%c = tensor.bitcast %s : tensor<6x8xi128> to tensor<6x8xf128>"  # fmt: skip
        back = "%k = util.optimization_barrier %x : tensor<8x6xi128>" if kind == "i128" else "%k = tensor.bitcast %x : tensor<8x6xf128> to tensor<8x6xi128>"  # fmt: skip
        table.op(
            "wide", f"moved_{kind}", "%e = tensor.empty() : tensor<6x8xi128>\n  "
            + generic("tensor<6x8xi128>", ["(d0, d1) -> (d0, d1)"] * 2, "pp", f"%a : {source}", "%e",
                      "  ^bb0(%x: i64, %o: i128):\n    %w = arith.extsi %x : i64 to i128\n    %y = arith.muli %w, %w : i128\n    linalg.yield %y : i128", "%s")
            + f"\n  {cast}\n  %h = util.optimization_barrier %c : tensor<6x8x{kind}>\n  %f = tensor.empty() : tensor<8x6x{kind}>\n"
            + f"  %x = linalg.transpose ins(%h : tensor<6x8x{kind}>) outs(%f : tensor<8x6x{kind}>) permutation = [1, 0]\n"
            + f"  {back}\n  %i = util.optimization_barrier %k : tensor<8x6xi128>\n  %z = tensor.empty() : {turned}\n  "
            + generic(turned, ["(d0, d1) -> (d0, d1)"] * 2, "pp", "%i : tensor<8x6xi128>", "%z",
                      "  ^bb0(%v: i128, %o: i64):\n    %y = arith.trunci %v : i128 to i64\n    linalg.yield %y : i64"),
            [((6, 8), "i64", "any")], turned, lambda a: (a * a).T,
        )  # fmt: skip


def fill(table: Table) -> None:
    _formats(table)
    _stored(table)
    _several(table)
    _scaled(table)
    _integers(table)
    _extended(table)
    _packed(table)
    _wide(table)

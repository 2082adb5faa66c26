"""Cases of reductions, products and the fusions networks are made of."""

import numpy as np
from case import DTYPES, Table, generic, is_float, t

# name -> (float op, int op, float start, numpy)
REDUCERS = {
    "sum": ("arith.addf", "arith.addi", "0.0", np.sum),
    "prod": ("arith.mulf", "arith.muli", "1.0", np.prod),
    "max": ("arith.maximumf", "arith.maxsi", "0xFF800000", np.max),
    "min": ("arith.minimumf", "arith.minsi", "0x7F800000", np.min),
}
START_BITS = {  # -inf and inf by dtype
    "f32": ("0xFF800000", "0x7F800000"),
    "f16": ("0xFC00", "0x7C00"),
    "bf16": ("0xFF80", "0x7F80"),
    "f64": ("0xFFF0000000000000", "0x7FF0000000000000"),
}


def start(name: str, dtype: str) -> str:
    if name == "sum":
        return "0.0" if is_float(dtype) else "0"
    if name == "prod":
        return "1.0" if is_float(dtype) else "1"
    if is_float(dtype):
        return START_BITS[dtype][name == "min"]
    info = np.iinfo(DTYPES[dtype])
    return str(info.min if name == "max" else info.max)


def filled(value: str, dtype: str, result: str, name: str = "%init") -> str:
    return (
        f"%v{name[1:]} = arith.constant {value} : {dtype}\n"
        f"  %e{name[1:]} = tensor.empty() : {result}\n"
        f"  {name} = linalg.fill ins(%v{name[1:]} : {dtype}) "
        f"outs(%e{name[1:]} : {result}) -> {result}\n  "
    )


def reduce_line(name, dtype, shape, axes, source="%a", value="%r", init="%init"):
    """Text that reduces |source| over |axes|; (text, result type)."""
    kept = [i for i in range(len(shape)) if i not in axes]
    result = t([shape[i] for i in kept], dtype)
    dims = ", ".join(f"d{i}" for i in range(len(shape)))
    op = REDUCERS[name][0 if is_float(dtype) else 1]
    block = (
        f"  ^bb0(%x: {dtype}, %o: {dtype}):\n    %s = {op} %x, %o : {dtype}\n"
        f"    linalg.yield %s : {dtype}"
    )
    line = filled(start(name, dtype), dtype, result, init) + generic(
        result,
        [f"({dims}) -> ({dims})", f"({dims}) -> ({', '.join(f'd{i}' for i in kept)})"],
        "".join("r" if i in axes else "p" for i in range(len(shape))),
        f"{source} : {t(shape, dtype)}",
        init,
        block,
        value,
    )
    return line, result


def reductions(table: Table) -> None:
    def add(name, dtype, shape, axes):
        line, result = reduce_line(name, dtype, shape, axes)
        function = REDUCERS[name][3]
        kind = "any"
        if name == "prod":  # far from the ends of f16, whatever is rounded how
            kind = "near1" if is_float(dtype) else "small"

        def reference(a):
            wide = a.astype(np.float64) if is_float(dtype) else a
            return function(wide, axis=tuple(axes)).astype(a.dtype)

        count = float(np.prod([shape[i] for i in axes]))
        scale = max(1.0, np.sqrt(count) / 4)
        base = {"f16": 6e-3, "bf16": 5e-2, "f32": 2e-5, "f64": 1e-10}.get(dtype, 0)
        tag = "x".join(map(str, shape)) + "_" + "".join(map(str, axes))
        table.op(
            f"reduce-{dtype}", f"{name}_{tag}", line, [(shape, dtype, kind)], result,
            None if dtype in ("f16", "bf16") else reference,
            tolerance=(base * scale, base * scale * 4),
        )  # fmt: skip

    for dtype in ("f32", "f64", "f16", "bf16", "i8", "i32", "i64"):
        for name in REDUCERS:
            for shape, axes in (
                ((33, 31), (1,)), ((33, 31), (0,)), ((6, 5), (0, 1)),
                ((3, 33, 35), (2,)), ((3, 4, 35), (1,)), ((3, 4, 35), (0,)),
            ):  # fmt: skip
                add(name, dtype, shape, axes)
    # No static reduction over 0 elements: IREE 3.9.0's global optimization does
    # not survive it, for any target. "dynamic" has the dynamic ones.
    for shape, axes in (
        ((1,), (0,)), ((31,), (0,)), ((32,), (0,)), ((1025,), (0,)), ((1, 1025), (1,)),
        ((1025, 1), (0,)), ((128, 128), (1,)), ((128, 128), (0,)), ((128, 128), (0, 1)),
        ((97, 89), (1,)), ((97, 89), (0,)), ((0, 5), (1,)),
        ((3, 33, 35), (1, 2)), ((3, 33, 35), (0, 2)), ((3, 33, 35), (0, 1, 2)),
    ):  # fmt: skip
        for name in ("sum", "max"):
            add(name, "f32", shape, axes)
    # Two results of one reduction: the largest element and where it is.
    table.raw(
        "reduce-arg", "argmax",
        [(t((9, 37), "f32"), np.random.default_rng(3).permutation(333).reshape(9, 37).astype(np.float32))],
        [t((9,), "f32"), t((9,), "i32")],
        "  " + filled("0xFF800000", "f32", t((9,), "f32"), "%m")
        + filled("0", "i32", t((9,), "i32"), "%i")
        + """%r:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<9x37xf32>) outs(%m, %i : tensor<9xf32>, tensor<9xi32>) {
  ^bb0(%x: f32, %best: f32, %at: i32):
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i32
    %gt = arith.cmpf ogt, %x, %best : f32
    %v = arith.select %gt, %x, %best : f32
    %w = arith.select %gt, %k, %at : i32
    linalg.yield %v, %w : f32, i32
  } -> (tensor<9xf32>, tensor<9xi32>)
  return %r#0, %r#1 : tensor<9xf32>, tensor<9xi32>""",
        lambda a: (a.max(1), a.argmax(1).astype(np.int32)),
    )  # fmt: skip


def _product_tolerance(dtype: str, k: int):
    if dtype == "f16":  # llvm-cpu also accumulates in it
        return (1e-2, 0.05 * max(1.0, float(np.sqrt(k))))
    base = {"f32": 2e-5, "bf16": 3e-2, "f64": 1e-10}.get(dtype, 0)
    return (base, base * max(1.0, float(np.sqrt(max(k, 1)))))


def products(table: Table) -> None:
    def add(name, op, a, b, c, source, target, function):
        result = t(c, target)
        line = filled("0.0" if is_float(target) else "0", target, result) + (
            f"%r = linalg.{op} ins(%a, %b : {t(a, source)}, {t(b, source)}) "
            f"outs(%init : {result}) -> {result}"
        )

        def reference(x, y):
            wide = np.float64 if is_float(source) else np.int64
            return function(x.astype(wide), y.astype(wide)).astype(DTYPES[target])

        table.op(
            "product", name, line, [(a, source, "any"), (b, source, "any")], result,
            reference, tolerance=_product_tolerance(target, a[-1]), stock=source not in ("f64", "i64"),
        )  # fmt: skip

    for m, k, n in (
        (1, 1, 1), (31, 32, 33), (33, 31, 32), (32, 32, 32), (64, 128, 96), (7, 1, 5),
        (1, 77, 1), (1, 64, 100), (100, 64, 1), (97, 89, 83), (128, 1025, 2),
        (256, 64, 256), (40, 300, 1),
    ):  # fmt: skip
        add(f"matmul_{m}x{k}x{n}", "matmul", (m, k), (k, n), (m, n), "f32", "f32", np.matmul)
    for source, target in (
        ("f16", "f16"), ("f16", "f32"), ("bf16", "bf16"), ("bf16", "f32"), ("f64", "f64"),
        ("i8", "i32"), ("i32", "i32"), ("i16", "i32"), ("i64", "i64"),
    ):  # fmt: skip
        add(f"matmul_{source}_{target}", "matmul", (33, 40), (40, 35), (33, 35), source, target, np.matmul)
    for batch, m, k, n in ((3, 33, 31, 35), (1, 8, 8, 8), (8, 16, 64, 16), (4, 1, 20, 30)):
        add(f"batch_matmul_{batch}x{m}x{k}x{n}", "batch_matmul", (batch, m, k), (batch, k, n), (batch, m, n), "f32", "f32", np.matmul)
    for k, n in ((33, 65), (768, 257), (1, 5), (64, 1)):
        add(f"vecmat_{k}x{n}", "vecmat", (k,), (k, n), (n,), "f32", "f32", np.matmul)
        add(f"matvec_{n}x{k}", "matvec", (n, k), (k,), (n,), "f32", "f32", np.matmul)
    add("vecmat_bf16", "vecmat", (65,), (65, 40), (40,), "bf16", "f32", np.matmul)
    add("dot_100", "dot", (100,), (100,), (), "f32", "f32", np.dot)
    add("batch_matvec", "batch_matvec", (3, 20, 33), (3, 33), (3, 20), "f32", "f32", lambda a, b: np.einsum("bij,bj->bi", a, b))

    maps = {
        "transposed_b": ("(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d1, d2)", (33, 40), (35, 40), lambda a, b: a @ b.T),
        "transposed_a": ("(d0, d1, d2) -> (d2, d0)", "(d0, d1, d2) -> (d2, d1)", (40, 33), (40, 35), lambda a, b: a.T @ b),
        "transposed_both": ("(d0, d1, d2) -> (d2, d0)", "(d0, d1, d2) -> (d1, d2)", (40, 33), (35, 40), lambda a, b: a.T @ b.T),
    }  # fmt: skip
    block = """  ^bb0(%x: f32, %y: f32, %o: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32"""
    for name, (ma, mb, sa, sb, function) in maps.items():
        result = t((33, 35), "f32")
        line = filled("0.0", "f32", result) + generic(
            result, [ma, mb, "(d0, d1, d2) -> (d0, d1)"], "ppr",
            f"%a, %b : {t(sa, 'f32')}, {t(sb, 'f32')}", "%init", block,
        )  # fmt: skip
        table.op("product", name, line, [(sa, "f32", "any"), (sb, "f32", "any")], result, function, tolerance=_product_tolerance("f32", 40))
    # An accumulator that is not zero.
    result = t((20, 50), "f32")
    table.op(
        "product", "accumulate",
        f"%r = linalg.matmul ins(%a, %b : {t((20, 30), 'f32')}, {t((30, 50), 'f32')}) outs(%c : {result}) -> {result}",
        [((20, 30), "f32", "any"), ((30, 50), "f32", "any"), ((20, 50), "f32", "any")],
        result, lambda a, b, c: a @ b + c, tolerance=_product_tolerance("f32", 30),
    )  # fmt: skip


def fusions(table: Table) -> None:
    m, k, n = 37, 65, 45
    result = t((m, n), "f32")
    for name, block, function in (
        ("bias_relu", "%s = arith.addf %x, %y : f32\n    %q = arith.maximumf %s, %zero : f32", lambda z: np.maximum(z, 0)),
        ("bias_gelu", "%s = arith.addf %x, %y : f32\n    %h = arith.mulf %s, %half : f32\n    %t0 = arith.mulf %s, %inv : f32\n    %t1 = math.erf %t0 : f32\n    %t2 = arith.addf %t1, %one : f32\n    %q = arith.mulf %h, %t2 : f32", None),
        ("bias_tanh", "%s = arith.addf %x, %y : f32\n    %q = math.tanh %s : f32", np.tanh),
        ("bias_silu", "%s = arith.addf %x, %y : f32\n    %g = arith.negf %s : f32\n    %e1 = math.exp %g : f32\n    %d = arith.addf %e1, %one : f32\n    %q = arith.divf %s, %d : f32", lambda z: z / (1 + np.exp(-z))),
    ):  # fmt: skip
        body = (
            "%zero = arith.constant 0.0 : f32\n  %half = arith.constant 0.5 : f32\n"
            "  %one = arith.constant 1.0 : f32\n  %inv = arith.constant 0.70710678 : f32\n  "
            + filled("0.0", "f32", result)
            + f"%p = linalg.matmul ins(%a, %b : {t((m, k), 'f32')}, {t((k, n), 'f32')}) outs(%init : {result}) -> {result}\n  %e = tensor.empty() : {result}\n  "
            + generic(
                result, ["(d0, d1) -> (d0, d1)", "(d0, d1) -> (d1)", "(d0, d1) -> (d0, d1)"], "pp",
                f"%p, %c : {result}, {t((n,), 'f32')}", "%e",
                f"  ^bb0(%x: f32, %y: f32, %o: f32):\n    {block}\n    linalg.yield %q : f32",
            )
        )  # fmt: skip
        reference = None
        if function:
            reference = lambda a, b, c, f=function: f(a @ b + c)  # noqa: E731
        table.op(
            "fusion", f"matmul_{name}", body,
            [((m, k), "f32", "unit"), ((k, n), "f32", "unit"), ((n,), "f32", "any")],
            result, reference, tolerance=(1e-4, 1e-4),
        )  # fmt: skip

    def softmax(a):
        e = np.exp(a - a.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    for shape in ((4, 10), (33, 65), (2, 3, 40), (1, 1025), (8, 1), (64, 128)):
        result = t(shape, "f32")
        table.op(
            "fusion", "softmax_" + "x".join(map(str, shape)),
            f"%e = tensor.empty() : {result}\n  %r = linalg.softmax dimension({len(shape) - 1}) ins(%a : {result}) outs(%e : {result}) -> {result}",
            [(shape, "f32", "any")], result, softmax, tolerance=(1e-5, 1e-6),
        )  # fmt: skip
    result = t((33, 20), "f32")
    table.op(
        "fusion", "softmax_first_dimension",
        f"%e = tensor.empty() : {result}\n  %r = linalg.softmax dimension(0) ins(%a : {result}) outs(%e : {result}) -> {result}",
        [((33, 20), "f32", "any")], result,
        lambda a: softmax(a.T).T, tolerance=(1e-5, 1e-6),
    )  # fmt: skip

    for rows, columns in ((8, 64), (33, 100), (1, 768)):
        shape, row = (rows, columns), (rows,)
        total, kept = reduce_line("sum", "f32", shape, (1,), "%a", "%total", "%i0")
        squares, _ = reduce_line("sum", "f32", shape, (1,), "%sq", "%squares", "%i1")
        wide, narrow = "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)"
        result = t(shape, "f32")
        center = generic(
            result, [wide, narrow, wide], "pp", f"%a, %total : {result}, {kept}", "%e",
            "  ^bb0(%x: f32, %y: f32, %o: f32):\n    %mu = arith.divf %y, %n : f32\n    %s = arith.subf %x, %mu : f32\n    linalg.yield %s : f32",
            "%d",
        )  # fmt: skip
        square = f"%sq = arith.mulf %d, %d : {result}"
        scale = generic(
            result, [wide, narrow, "(d0, d1) -> (d1)", "(d0, d1) -> (d1)", wide], "pp",
            f"%d, %squares, %b, %c : {result}, {kept}, {t((columns,), 'f32')}, {t((columns,), 'f32')}", "%e",
            "  ^bb0(%x: f32, %y: f32, %g: f32, %h: f32, %o: f32):\n    %var = arith.divf %y, %n : f32\n    %w = arith.addf %var, %eps : f32\n    %i = math.rsqrt %w : f32\n    %s = arith.mulf %x, %i : f32\n    %u = arith.mulf %s, %g : f32\n    %q = arith.addf %u, %h : f32\n    linalg.yield %q : f32",
        )  # fmt: skip
        body = (
            f"%n = arith.constant {columns}.0 : f32\n  %eps = arith.constant 1.0e-5 : f32\n"
            f"  %e = tensor.empty() : {result}\n  {total}\n  {center}\n  {square}\n  {squares}\n  {scale}"
        )

        def layer_norm(a, g, h):
            d = a - a.mean(1, keepdims=True)
            return d / np.sqrt((d * d).mean(1, keepdims=True) + 1e-5) * g + h

        table.op(
            "fusion", f"layer_norm_{rows}x{columns}", body,
            [(shape, "f32", "any"), ((columns,), "f32", "any"), ((columns,), "f32", "any")],
            result, layer_norm, tolerance=(1e-4, 1e-4),
        )  # fmt: skip


def repeated(table: Table) -> None:
    """Results that are the same along a dim, of which each is reduced once."""
    for source, target in (("f32", "f32"), ("bf16", "f32"), ("i8", "i32")):
        weight, floats = ("0.25", True) if is_float(source) else ("3", False)
        result = t((2, 40, 7, 8), target)
        weights = t((40, 3, 3, 3), source)
        line = (
            f"%w = arith.constant dense<{weight}> : {weights}\n  "
            + filled("0.0" if floats else "0", target, result)
            + f"%c = linalg.conv_2d_nchw_fchw ins(%a, %w : {t((2, 3, 9, 10), source)}, {weights}) outs(%init : {result}) -> {result}\n  "
            + generic(
                result, ["(d0, d1, d2, d3) -> (d0, d1, d2, d3)", "(d0, d1, d2, d3) -> (d1)", "(d0, d1, d2, d3) -> (d0, d1, d2, d3)"],
                "pppp", f"%c, %b : {result}, {t((40,), target)}", "%einit",
                f"  ^bb0(%x: {target}, %y: {target}, %o: {target}):\n    %s = arith.add{'f' if floats else 'i'} %x, %y : {target}\n    linalg.yield %s : {target}",
            )
        )  # fmt: skip
        table.op(
            "window", f"conv_of_a_constant_{source}", line,
            [((2, 3, 9, 10), source, "any"), ((40,), target, "any")], result,
            tolerance=(1e-4, 1e-4) if floats else None,
        )  # fmt: skip
    whole, index = "arith.addf %x, %o : f32", "arith.addf %x, %f : f32"
    for name, result, maps, body, function in (
        ("of_rows", (5, 9), "(d0, d1)", whole, lambda a: np.repeat(a.sum(1)[:, None], 9, 1)),
        ("of_rows_turned", (9, 5), "(d1, d0)", whole, lambda a: np.repeat(a.sum(1)[None], 9, 0)),
        # Its index tells the results of a dim from each other.
        ("of_an_index", (5, 9), "(d0, d1)", index, lambda a: a.sum(1)[:, None] + 70 * np.arange(9)),
    ):
        ty = t(result, "f32")
        counted = (
            "    %i = linalg.index 1 : index\n    %j = arith.index_cast %i : index to i32\n"
            "    %k = arith.sitofp %j : i32 to f32\n    %f = arith.addf %k, %o : f32\n"
        )
        line = filled("0.0", "f32", ty) + generic(
            ty, ["(d0, d1, d2) -> (d0, d2)", f"(d0, d1, d2) -> {maps}"], "ppr", f"%a : {t((5, 70), 'f32')}", "%init",
            f"  ^bb0(%x: f32, %o: f32):\n{counted if body == index else ''}    %s = {body}\n    linalg.yield %s : f32",
        )  # fmt: skip
        table.op(
            "window", f"repeated_sum_{name}", line, [((5, 70), "f32", "any")], ty,
            lambda a, function=function: function(a).astype(np.float32), tolerance=(1e-4, 1e-3),
        )  # fmt: skip
    dynamic = t((None, None), "f32")
    line = (
        "%zero = arith.constant 0 : index\n  %rows = tensor.dim %a, %zero : tensor<?x?xf32>\n"
        "  %many = tensor.dim %b, %zero : tensor<?xf32>\n  %v = arith.constant 0.0 : f32\n"
        f"  %e = tensor.empty(%rows, %many) : {dynamic}\n"
        f"  %init = linalg.fill ins(%v : f32) outs(%e : {dynamic}) -> {dynamic}\n  "
    ) + generic(
        dynamic, ["(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d0, d1)"], "ppr", f"%a : {dynamic}", "%init",
        "  ^bb0(%x: f32, %o: f32):\n    %s = arith.addf %x, %o : f32\n    linalg.yield %s : f32",
    )  # fmt: skip
    for rows, columns, many in ((3, 40, 5), (3, 40, 0), (0, 40, 5), (3, 0, 5), (33, 100, 1)):
        table.raw(
            "window", f"repeated_sum_dynamic_{rows}x{columns}x{many}",
            [(dynamic, np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)), (t((None,), "f32"), np.zeros(many, np.float32))],
            [dynamic], f"  {line}\n  return %r : {dynamic}",
            lambda a, b: np.repeat(a.sum(1)[:, None], len(b), 1), tolerance=(1e-5, 1e-4),
        )  # fmt: skip


def windows(table: Table) -> None:
    def conv(name, op, attributes, a, b, c, source="f32", target="f32"):
        result = t(c, target)
        line = filled("0.0" if is_float(target) else "0", target, result) + (
            f"%r = linalg.{op} {attributes} ins(%a, %b : {t(a, source)}, {t(b, source)}) "
            f"outs(%init : {result}) -> {result}"
        )
        table.op(
            "window", name, line, [(a, source, "any"), (b, source, "any")], result,
            tolerance=(1e-4, 1e-4) if target == "f32" else None,
        )  # fmt: skip

    def attr(stride, dilation, rank=2):
        return (
            f"{{strides = dense<{stride}> : tensor<{rank}xi64>, "
            f"dilations = dense<{dilation}> : tensor<{rank}xi64>}}"
        )

    conv("conv_nhwc", "conv_2d_nhwc_hwcf", attr(1, 1), (2, 9, 10, 3), (3, 3, 3, 5), (2, 7, 8, 5))
    conv("conv_nhwc_stride", "conv_2d_nhwc_hwcf", attr(2, 1), (1, 11, 11, 4), (3, 3, 4, 8), (1, 5, 5, 8))
    conv("conv_nhwc_dilated", "conv_2d_nhwc_hwcf", attr(1, 2), (1, 11, 11, 2), (3, 3, 2, 3), (1, 7, 7, 3))
    conv("conv_nhwc_1x1", "conv_2d_nhwc_hwcf", attr(1, 1), (1, 8, 8, 33), (1, 1, 33, 20), (1, 8, 8, 20))
    conv("conv_nchw", "conv_2d_nchw_fchw", attr(1, 1), (2, 3, 9, 10), (5, 3, 3, 3), (2, 5, 7, 8))
    conv("conv_i8", "conv_2d_nhwc_hwcf", attr(1, 1), (1, 6, 6, 3), (3, 3, 3, 4), (1, 4, 4, 4), "i8", "i32")
    conv("conv_depthwise", "depthwise_conv_2d_nhwc_hwc", attr(1, 1), (1, 9, 9, 6), (3, 3, 6), (1, 7, 7, 6))
    conv("conv_1d", "conv_1d_nwc_wcf", attr(1, 1, 1), (2, 20, 3), (5, 3, 7), (2, 16, 7))

    for name, op, start in (
        ("max", "pooling_nhwc_max", "0xFF800000"),
        ("min", "pooling_nhwc_min", "0x7F800000"),
        ("sum", "pooling_nhwc_sum", "0.0"),
    ):
        for stride, size in ((1, 7), (2, 4)):
            result = t((2, size, size, 5), "f32")
            line = (
                f"%w = tensor.empty() : tensor<{3 if stride == 1 else 2}x{3 if stride == 1 else 2}xf32>\n  "
                + filled(start, "f32", result)
                + f"%r = linalg.{op} {attr(stride, 1)} ins(%a, %w : {t((2, 9 if stride == 1 else 8, 9 if stride == 1 else 8, 5), 'f32')}, tensor<{3 if stride == 1 else 2}x{3 if stride == 1 else 2}xf32>) outs(%init : {result}) -> {result}"
            )
            side = 9 if stride == 1 else 8
            table.op("window", f"pool_{name}_{stride}", line, [((2, side, side, 5), "f32", "any")], result)
    line = (
        "%w = tensor.empty() : tensor<3x3xi32>\n  " + filled("-2147483648", "i32", t((1, 4, 4, 2), "i32"))
        + f"%p = linalg.pooling_nhwc_max {attr(1, 1)} ins(%a, %w : tensor<1x6x6x2xi32>, tensor<3x3xi32>) outs(%init : tensor<1x4x4x2xi32>) -> tensor<1x4x4x2xi32>\n"
        "  %r = tensor.collapse_shape %p [[0, 1, 2], [3]] : tensor<1x4x4x2xi32> into tensor<16x2xi32>"
    )  # fmt: skip
    table.op("window", "pool_i32_reshape", line, [((1, 6, 6, 2), "i32", "any")], t((16, 2), "i32"))


def fill(table: Table) -> None:
    reductions(table)
    products(table)
    fusions(table)
    windows(table)
    repeated(table)

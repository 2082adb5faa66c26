"""Cases of moving data and of programs: slices, gathers, dynamic shapes,
constants, several results, state, control flow, other input dialects."""

import zlib

import numpy as np
from case import DTYPES, Table, data, generic, is_float, t
from linear import filled


def movement(table: Table) -> None:
    f = "f32"
    for dtype in ("f32", "i8", "bf16", "i64"):
        zero = "0.0" if is_float(dtype) else "0"
        a = (5, 7)
        table.op(
            "move", f"pad_{dtype}",
            f"%z = arith.constant {zero} : {dtype}\n  %r = tensor.pad %a low[1, 2] high[3, 0] {{\n  ^bb0(%i: index, %j: index):\n    tensor.yield %z : {dtype}\n  }} : {t(a, dtype)} to {t((9, 9), dtype)}",
            [(a, dtype, "any")], t((9, 9), dtype),
            lambda x: np.pad(x, ((1, 3), (2, 0))),
        )  # fmt: skip
        table.op(
            "move", f"concat_{dtype}",
            f"%r = tensor.concat dim(1) %a, %b : ({t((4, 31), dtype)}, {t((4, 6), dtype)}) -> {t((4, 37), dtype)}",
            [((4, 31), dtype, "any"), ((4, 6), dtype, "any")], t((4, 37), dtype),
            lambda x, y: np.concatenate([x, y], 1),
        )  # fmt: skip
        table.op(
            "move", f"slice_{dtype}",
            f"%r = tensor.extract_slice %a[3, 5] [10, 20] [1, 1] : {t((33, 40), dtype)} to {t((10, 20), dtype)}",
            [((33, 40), dtype, "any")], t((10, 20), dtype), lambda x: x[3:13, 5:25],
        )  # fmt: skip
        table.op(
            "move", f"insert_{dtype}",
            f"%r = tensor.insert_slice %b into %a[2, 3] [5, 6] [1, 1] : {t((5, 6), dtype)} into {t((12, 13), dtype)}",
            [((12, 13), dtype, "any"), ((5, 6), dtype, "any")], t((12, 13), dtype),
            lambda x, y: np.concatenate([x[:2], np.concatenate([x[2:7, :3], y, x[2:7, 9:]], 1), x[7:]]),
        )  # fmt: skip
    table.op(
        "move", "pad_value",
        f"%z = arith.constant 2.5 : f32\n  %r = tensor.pad %a low[0, 0, 1] high[0, 2, 1] {{\n  ^bb0(%i: index, %j: index, %k: index):\n    tensor.yield %z : f32\n  }} : {t((2, 3, 4), f)} to {t((2, 5, 6), f)}",
        [((2, 3, 4), f, "any")], t((2, 5, 6), f),
        lambda x: np.pad(x, ((0, 0), (0, 2), (1, 1)), constant_values=2.5),
    )  # fmt: skip
    table.op(
        "move", "pad_conv",
        "%z = arith.constant 0.0 : f32\n  %p = tensor.pad %a low[0, 1, 1, 0] high[0, 1, 1, 0] {\n  ^bb0(%i: index, %j: index, %k: index, %l: index):\n    tensor.yield %z : f32\n  } : tensor<1x6x6x2xf32> to tensor<1x8x8x2xf32>\n  "
        + filled("0.0", "f32", t((1, 6, 6, 3), f))
        + "%r = linalg.conv_2d_nhwc_hwcf {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%p, %b : tensor<1x8x8x2xf32>, tensor<3x3x2x3xf32>) outs(%init : tensor<1x6x6x3xf32>) -> tensor<1x6x6x3xf32>",
        [((1, 6, 6, 2), f, "any"), ((3, 3, 2, 3), f, "any")], t((1, 6, 6, 3), f),
        tolerance=(1e-4, 1e-4),
    )  # fmt: skip
    table.op(
        "move", "concat_rows_three",
        f"%r = tensor.concat dim(0) %a, %b, %a : ({t((3, 9), f)}, {t((1, 9), f)}, {t((3, 9), f)}) -> {t((7, 9), f)}",
        [((3, 9), f, "any"), ((1, 9), f, "any")], t((7, 9), f),
        lambda x, y: np.concatenate([x, y, x]),
    )  # fmt: skip
    table.op(
        "move", "slice_strided",
        f"%r = tensor.extract_slice %a[1, 0] [6, 10] [2, 3] : {t((14, 30), f)} to {t((6, 10), f)}",
        [((14, 30), f, "any")], t((6, 10), f), lambda x: x[1:13:2, 0:30:3],
    )  # fmt: skip
    table.op(
        "move", "slice_then_add",
        f"%x = tensor.extract_slice %a[0, 0] [8, 16] [1, 1] : {t((8, 32), f)} to {t((8, 16), f)}\n  %y = tensor.extract_slice %a[0, 16] [8, 16] [1, 1] : {t((8, 32), f)} to {t((8, 16), f)}\n  %r = arith.addf %x, %y : {t((8, 16), f)}",
        [((8, 32), f, "any")], t((8, 16), f), lambda x: x[:, :16] + x[:, 16:],
    )  # fmt: skip
    table.op(
        "move", "collapse",
        f"%s = arith.addf %a, %a : {t((4, 5, 6), f)}\n  %r = tensor.collapse_shape %s [[0, 1], [2]] : {t((4, 5, 6), f)} into {t((20, 6), f)}",
        [((4, 5, 6), f, "any")], t((20, 6), f), lambda x: (x + x).reshape(20, 6),
    )  # fmt: skip
    table.op(
        "move", "expand",
        f"%r = tensor.expand_shape %a [[0, 1], [2]] output_shape [4, 5, 6] : {t((20, 6), f)} into {t((4, 5, 6), f)}",
        [((20, 6), f, "any")], t((4, 5, 6), f), lambda x: x.reshape(4, 5, 6),
    )  # fmt: skip
    table.op(
        "move", "reverse",
        "%e = tensor.empty() : tensor<41xf32>\n  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = [\"parallel\"]} outs(%e : tensor<41xf32>) {\n  ^bb0(%o: f32):\n    %i = linalg.index 0 : index\n    %l = arith.constant 40 : index\n    %j = arith.subi %l, %i : index\n    %x = tensor.extract %a[%j] : tensor<41xf32>\n    linalg.yield %x : f32\n  } -> tensor<41xf32>",
        [((41,), f, "any")], t((41,), f), lambda x: x[::-1],
    )  # fmt: skip
    for dtype, index in (("f32", "i32"), ("f32", "i64"), ("bf16", "i32"), ("i8", "i64")):
        line = (
            f"%e = tensor.empty() : {t((9, 20), dtype)}\n  "
            + generic(
                t((9, 20), dtype), ["(d0, d1) -> (d0)", "(d0, d1) -> (d0, d1)"], "pp",
                f"%b : {t((9,), index)}", "%e",
                f"  ^bb0(%i: {index}, %o: {dtype}):\n    %k = arith.index_cast %i : {index} to index\n    %j = linalg.index 1 : index\n    %x = tensor.extract %a[%k, %j] : {t((50, 20), dtype)}\n    linalg.yield %x : {dtype}",
            )
        )  # fmt: skip
        table.op(
            "move", f"gather_rows_{dtype}_{index}", line,
            [((50, 20), dtype, "any"), ((9,), index, "index:50")], t((9, 20), dtype),
            lambda a, i: a[i],
        )  # fmt: skip
    for name, expression, function in (
        ("iota", "%v = arith.index_cast %j : index to i32", lambda: np.broadcast_to(np.arange(33, dtype=np.int32), (5, 33))),
        ("sum_of_indices", "%s = arith.addi %i, %j : index\n    %v = arith.index_cast %s : index to i32", lambda: np.add.outer(np.arange(5), np.arange(33)).astype(np.int32)),
        ("triangle", "%c = arith.cmpi uge, %i, %j : index\n    %v = arith.extui %c : i1 to i32", lambda: np.tri(5, 33, dtype=np.int32)),
    ):  # fmt: skip
        line = (
            "%e = tensor.empty() : tensor<5x33xi32>\n  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = [\"parallel\", \"parallel\"]} outs(%e : tensor<5x33xi32>) {\n  ^bb0(%o: i32):\n    %i = linalg.index 0 : index\n    %j = linalg.index 1 : index\n    "
            + expression + "\n    linalg.yield %v : i32\n  } -> tensor<5x33xi32>"
        )  # fmt: skip
        table.op("move", f"index_{name}", line, [], t((5, 33), "i32"), function)


def dynamic(table: Table) -> None:
    f, d2 = "f32", t((None, None), "f32")
    sizes = "%c0 = arith.constant 0 : index\n  %c1 = arith.constant 1 : index\n  %m = tensor.dim %a, %c0 : tensor<?x?xf32>\n  %n = tensor.dim %a, %c1 : tensor<?x?xf32>\n  "
    for m, n in ((1, 1), (31, 33), (64, 64), (0, 5), (5, 0), (97, 41)):
        tag = f"{m}x{n}"
        table.op(
            "dynamic", f"add_{tag}", f"%r = arith.addf %a, %b : {d2}",
            [((m, n), f, "any")] * 2, d2, np.add, [(None, None)] * 2,
        )  # fmt: skip
        line = sizes + f"%e = tensor.empty(%n, %m) : {d2}\n  " + generic(
            d2, ["(d0, d1) -> (d1, d0)", "(d0, d1) -> (d0, d1)"], "pp", f"%a : {d2}", "%e",
            "  ^bb0(%x: f32, %o: f32):\n    linalg.yield %x : f32",
        )  # fmt: skip
        table.op("dynamic", f"transpose_{tag}", line, [((m, n), f, "any")], d2, np.transpose, [(None, None)])
        line = sizes + "%z = arith.constant 0.0 : f32\n  %e = tensor.empty(%m) : tensor<?xf32>\n  %init = linalg.fill ins(%z : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>\n  " + generic(
            t((None,), f), ["(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0)"], "pr", f"%a : {d2}", "%init",
            "  ^bb0(%x: f32, %o: f32):\n    %s = arith.addf %x, %o : f32\n    linalg.yield %s : f32",
        )  # fmt: skip
        table.op("dynamic", f"sum_{tag}", line, [((m, n), f, "any")], t((None,), f), lambda a: a.sum(1), [(None, None)])
        if m and n:
            line = sizes + f"%e = tensor.empty(%m, %n) : {d2}\n  %r = linalg.softmax dimension(1) ins(%a : {d2}) outs(%e : {d2}) -> {d2}"
            table.op("dynamic", f"softmax_{tag}", line, [((m, n), f, "any")], d2, None, [(None, None)])
        k = 37
        line = sizes + f"%q = tensor.dim %b, %c1 : {d2}\n  %z = arith.constant 0.0 : f32\n  %e = tensor.empty(%m, %q) : {d2}\n  %init = linalg.fill ins(%z : f32) outs(%e : {d2}) -> {d2}\n  %r = linalg.matmul ins(%a, %b : {d2}, {d2}) outs(%init : {d2}) -> {d2}"
        table.op(
            "dynamic", f"matmul_{m}x{n}x{k}", line, [((m, n), f, "any"), ((n, k), f, "any")],
            d2, np.matmul, [(None, None)] * 2, tolerance=(2e-5, 3e-4),
        )  # fmt: skip
    for n in (1, 7, 1000):
        table.op(
            "dynamic", f"half_static_{n}",
            "%e = math.exp %a : tensor<?x8xf32>\n  %r = arith.mulf %e, %b : tensor<?x8xf32>",
            [((n, 8), f, "unit"), ((n, 8), f, "any")], t((None, 8), f),
            lambda a, b: np.exp(a) * b, [(None, 8)] * 2,
        )  # fmt: skip
    table.raw(
        "dynamic", "slice_by_argument",
        [(t((40,), f), data((40,), f, "any", 5)), ("i32", np.int32(7))], [t((10,), f)],
        "  %i = arith.index_cast %b : i32 to index\n  %r = tensor.extract_slice %a[%i] [10] [1] : tensor<40xf32> to tensor<10xf32>\n  return %r : tensor<10xf32>",
        lambda a, i: a[i : i + 10],
    )  # fmt: skip


def constants(table: Table) -> None:
    for dtype in DTYPES:
        if is_float(dtype):
            values, op, splat = "0.5, -1.25, 2.0, 0.0, 3.5", "addf", "1.5"
        elif dtype == "i1":
            values, op, splat = "true, false, true, true, false", "xori", "true"
        else:
            values, op, splat = "1, -2, 3, 100, -128", "addi", "7"
        ty = t((5,), dtype)
        for name, text in (("dense", f"dense<[{values}]>"), ("splat", f"dense<{splat}>")):
            table.op(
                "constant", f"{name}_{dtype}",
                f"%k = arith.constant {text} : {ty}\n  %r = arith.{op} %a, %k : {ty}",
                [((5,), dtype, "any")], ty,
            )  # fmt: skip
        table.op("constant", f"returned_{dtype}", f"%r = arith.constant dense<[{values}]> : {ty}", [], ty)
    weights = data((64, 48), "f32", "any", 9)
    hexa = weights.tobytes().hex().upper()
    table.op(
        "constant", "weights",
        f'%w = arith.constant dense<"0x{hexa}"> : tensor<64x48xf32>\n  ' + filled("0.0", "f32", t((3, 48), "f32"))
        + "%r = linalg.matmul ins(%a, %w : tensor<3x64xf32>, tensor<64x48xf32>) outs(%init : tensor<3x48xf32>) -> tensor<3x48xf32>",
        [((3, 64), "f32", "any")], t((3, 48), "f32"), lambda a: a @ weights,
        tolerance=(1e-4, 2e-4),
    )  # fmt: skip


def programs(table: Table) -> None:
    f, ty = "f32", t((6, 40), "f32")
    seed = zlib.crc32(b"programs")
    a, b = data((6, 40), f, "any", seed), data((6, 40), f, "any", seed + 1)
    table.raw(
        "program", "several_results", [(ty, a), (ty, b)], [ty, ty, t((6, 40), "i1")],
        f"  %x = arith.addf %a, %b : {ty}\n  %y = arith.mulf %a, %b : {ty}\n  %z = arith.cmpf olt, %a, %b : {ty}\n  return %x, %y, %z : {ty}, {ty}, {t((6, 40), 'i1')}",
        lambda a, b: (a + b, a * b, a < b),
    )  # fmt: skip
    table.raw("program", "identity", [(ty, a)], [ty], f"  return %a : {ty}", lambda a: a)
    table.raw(
        "program", "same_result_twice", [(ty, a)], [ty, ty],
        f"  %x = arith.addf %a, %a : {ty}\n  return %x, %x : {ty}, {ty}", lambda a: (a + a, a + a),
    )  # fmt: skip
    table.raw(
        "program", "scalar_argument", [(ty, a), ("i32", 3)], [ty],
        f"  %s = arith.sitofp %b : i32 to f32\n  %e = tensor.empty() : {ty}\n  %t = linalg.fill ins(%s : f32) outs(%e : {ty}) -> {ty}\n  %r = arith.mulf %a, %t : {ty}\n  return %r : {ty}",
        lambda a, b: a * np.float32(b),
    )  # fmt: skip
    table.raw(
        "program", "scalar_f64", [(t((4,), "f64"), np.arange(4.0)), ("f64", 2.5)], [t((4,), "f64")],
        "  %e = tensor.empty() : tensor<4xf64>\n  %t = linalg.fill ins(%b : f64) outs(%e : tensor<4xf64>) -> tensor<4xf64>\n  %r = arith.mulf %a, %t : tensor<4xf64>\n  return %r : tensor<4xf64>",
        lambda a, b: a * b,
    )  # fmt: skip
    table.raw(
        "program", "scalar_result", [("i32", 20), ("i32", 22)], ["i32"],
        "  %r = arith.addi %a, %b : i32\n  return %r : i32", lambda a, b: a + b,
    )  # fmt: skip
    table.raw(
        "program", "branch", [(ty, a), ("i1", 1)], [ty],
        f"  %r = scf.if %b -> {ty} {{\n    %x = arith.addf %a, %a : {ty}\n    scf.yield %x : {ty}\n  }} else {{\n    %y = arith.mulf %a, %a : {ty}\n    scf.yield %y : {ty}\n  }}\n  return %r : {ty}",
        lambda a, b: a + a,
    )  # fmt: skip
    table.raw(
        "program", "loop", [(ty, a), ("i32", 5)], [ty],
        f"  %c0 = arith.constant 0 : i32\n  %c1 = arith.constant 1 : i32\n  %r = scf.for %i = %c0 to %b step %c1 iter_args(%x = %a) -> ({ty}) : i32 {{\n    %y = arith.addf %x, %a : {ty}\n    scf.yield %y : {ty}\n  }}\n  return %r : {ty}",
        lambda a, b: a * np.float32(6),
    )  # fmt: skip
    table.raw(
        "program", "loop_on_data", [(t((), "i32"), np.array(1, np.int32))], [t((), "i32")],
        "  %r = scf.while (%x = %a) : (tensor<i32>) -> tensor<i32> {\n    %v = tensor.extract %x[] : tensor<i32>\n    %c = arith.constant 100 : i32\n    %go = arith.cmpi slt, %v, %c : i32\n    scf.condition(%go) %x : tensor<i32>\n  } do {\n  ^bb0(%y: tensor<i32>):\n    %z = arith.addi %y, %y : tensor<i32>\n    scf.yield %z : tensor<i32>\n  }\n  return %r : tensor<i32>",
        lambda a: np.array(128, np.int32),
    )  # fmt: skip
    table.raw(
        "program", "state", [(t((4,), f), np.arange(4, dtype=np.float32))], [t((4,), f)],
        "  util.global.store %a, @kept : tensor<4xf32>\n  %x = util.global.load @kept : tensor<4xf32>\n  %r = arith.addf %x, %x : tensor<4xf32>\n  return %r : tensor<4xf32>",
        lambda a: a + a,
        module="util.global private mutable @kept = dense<1.0> : tensor<4xf32>\n",
    )  # fmt: skip
    table.raw(
        "program", "calls", [(ty, a)], [ty],
        f"  %x = func.call @twice(%a) : ({ty}) -> {ty}\n  %r = func.call @twice(%x) : ({ty}) -> {ty}\n  return %r : {ty}",
        lambda a: a * np.float32(4),
        module=f"func.func private @twice(%a: {ty}) -> {ty} {{\n  %r = arith.addf %a, %a : {ty}\n  return %r : {ty}\n}}\n",
    )  # fmt: skip
    table.raw(
        "program", "two_layers",
        [(t((8, 20), f), data((8, 20), f, "unit", 1)), (t((20, 33), f), data((20, 33), f, "unit", 2)), (t((33, 5), f), data((33, 5), f, "unit", 3))],
        [t((8, 5), f)],
        "  " + filled("0.0", "f32", t((8, 33), f), "%i") + filled("0.0", "f32", t((8, 5), f), "%j")
        + "%h = linalg.matmul ins(%a, %b : tensor<8x20xf32>, tensor<20x33xf32>) outs(%i : tensor<8x33xf32>) -> tensor<8x33xf32>\n  %g = math.tanh %h : tensor<8x33xf32>\n  %r = linalg.matmul ins(%g, %c : tensor<8x33xf32>, tensor<33x5xf32>) outs(%j : tensor<8x5xf32>) -> tensor<8x5xf32>\n  return %r : tensor<8x5xf32>",
        lambda a, b, c: np.tanh(a @ b) @ c, tolerance=(1e-4, 1e-4),
    )  # fmt: skip
    table.raw(
        "tosa", "dense",
        [(t((4, 3), f), data((4, 3), f, "any", 4)), (t((4, 3), f), data((4, 3), f, "any", 5))], [t((4, 3), f)],
        "  %x = tosa.add %a, %b : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>\n  %r = tosa.clamp %x {min_val = 0.0 : f32, max_val = 3.0 : f32} : (tensor<4x3xf32>) -> tensor<4x3xf32>\n  return %r : tensor<4x3xf32>",
        lambda a, b: np.clip(a + b, 0, 3),
    )  # fmt: skip
    table.raw(
        "stablehlo", "normalize", [(ty, a)], [ty],
        "  %z = stablehlo.constant dense<0.0> : tensor<f32>\n  %s = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [1] : (tensor<6x40xf32>, tensor<f32>) -> tensor<6xf32>\n  %w = stablehlo.broadcast_in_dim %s, dims = [0] : (tensor<6xf32>) -> tensor<6x40xf32>\n  %r = stablehlo.divide %a, %w : tensor<6x40xf32>\n  return %r : tensor<6x40xf32>",
        lambda a: a / a.sum(1, keepdims=True), tolerance=(1e-4, 1e-4),
    )  # fmt: skip


def fill(table: Table) -> None:
    movement(table)
    dynamic(table)
    constants(table)
    programs(table)

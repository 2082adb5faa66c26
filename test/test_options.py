"""Options that change what dispatches look like, beside llvm-cpu with the same."""

import numpy as np
import pytest

import iree.runtime as runtime
from iree.compiler import CompilerToolError, compile_str

# A convolution, a matmul with what follows it, softmax, and long reductions.
PROGRAM = """
func.func @main(%image: tensor<1x18x18x8xf32>, %kernel: tensor<3x3x8x16xf32>, %weights: tensor<16x64xf32>)
    -> (tensor<256x64xf32>, tensor<64xf32>, tensor<64xi32>) {
  %zero = arith.constant 0.0 : f32
  %i0 = arith.constant 0 : i32
  %low = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<1x16x16x16xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32>
  %conv = linalg.conv_2d_nhwc_hwcf ins(%image, %kernel : tensor<1x18x18x8xf32>, tensor<3x3x8x16xf32>)
      outs(%f0 : tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32>
  %rows = tensor.collapse_shape %conv [[0, 1, 2], [3]] : tensor<1x16x16x16xf32> into tensor<256x16xf32>
  %e1 = tensor.empty() : tensor<256x64xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<256x64xf32>) -> tensor<256x64xf32>
  %product = linalg.matmul ins(%rows, %weights : tensor<256x16xf32>, tensor<16x64xf32>)
      outs(%f1 : tensor<256x64xf32>) -> tensor<256x64xf32>
  %soft = linalg.softmax dimension(1) ins(%product : tensor<256x64xf32>) outs(%e1 : tensor<256x64xf32>) -> tensor<256x64xf32>
  %e2 = tensor.empty() : tensor<64xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<64xf32>) -> tensor<64xf32>
  %sums = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]} ins(%soft : tensor<256x64xf32>) outs(%f2 : tensor<64xf32>) {
  ^bb0(%x: f32, %sum: f32):
    %s = arith.addf %x, %sum : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %f3 = linalg.fill ins(%low : f32) outs(%e2 : tensor<64xf32>) -> tensor<64xf32>
  %e4 = tensor.empty() : tensor<64xi32>
  %f4 = linalg.fill ins(%i0 : i32) outs(%e4 : tensor<64xi32>) -> tensor<64xi32>
  %best:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>,
      affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%product : tensor<256x64xf32>) outs(%f3, %f4 : tensor<64xf32>, tensor<64xi32>) {
  ^bb0(%x: f32, %most: f32, %where: i32):
    %i = linalg.index 1 : index
    %at = arith.index_cast %i : index to i32
    %more = arith.cmpf ogt, %x, %most : f32
    %value = arith.select %more, %x, %most : f32
    %place = arith.select %more, %at, %where : i32
    linalg.yield %value, %place : f32, i32
  } -> (tensor<64xf32>, tensor<64xi32>)
  return %soft, %sums, %best#1 : tensor<256x64xf32>, tensor<64xf32>, tensor<64xi32>
}
"""

OPTIONS = {
    "O0": ["--iree-opt-level=O0"],
    "O1": ["--iree-opt-level=O1"],
    "O2": ["--iree-opt-level=O2"],
    "O3": ["--iree-opt-level=O3"],
    "fusion": [
        "--iree-dispatch-creation-enable-aggressive-fusion",
        "--iree-dispatch-creation-element-wise-fuse-multi-reduction",
        "--iree-dispatch-creation-fuse-multi-use",
    ],
    "generalize": ["--iree-opt-generalize-matmul"],
    "data tiling": ["--iree-opt-data-tiling", "--iree-dispatch-creation-data-tiling"],
    "early data tiling": ["--iree-opt-data-tiling", "--iree-global-opt-data-tiling"],
    "no const-eval": ["--iree-opt-const-eval=false", "--iree-opt-const-expr-hoisting=false"],
    "split reductions": [
        "--iree-dispatch-creation-enable-split-reduction",
        "--iree-dispatch-creation-split-matmul-reduction=4",
    ],
    "pads": [
        "--iree-dispatch-creation-enable-fuse-padding-into-linalg-consumer-ops",
        "--iree-flow-enable-pad-handling",
    ],
    "winograd": [
        "--iree-preprocessing-pass-pipeline=builtin.module(util.func("
        "iree-linalg-ext-convert-conv2d-to-winograd{replace-all-convs=true}))"
    ],
    "f16": ["--iree-input-demote-f32-to-f16"],
    "bf16 operands": ["--iree-global-opt-enable-demote-contraction-inputs-to-bf16=all"],
}


def _run(target: str, device: str, options: list, inputs: list) -> list:
    vmfb = compile_str(PROGRAM, target_backends=[target], extra_args=options)
    return [np.asarray(x) for x in runtime.invoke(vmfb, inputs, config=runtime.Config(device))]


@pytest.mark.parametrize("name", OPTIONS)
def test_options(name):
    options = OPTIONS[name]
    rng = np.random.default_rng(1)
    shapes = ((1, 18, 18, 8), (3, 3, 8, 16), (16, 64))
    dtype = np.float16 if name == "f16" else np.float32
    # Sums of so small integers are exact in f16, so the same is largest everywhere.
    inputs = [rng.integers(-1, 2, shape).astype(dtype) for shape in shapes]
    ours = _run("tenstorrent", "tenstorrent://mock?checked=1", options, inputs)
    # llvm-cpu lacks a function that softmax of f16 needs; f32 says the same here.
    stock = [] if name == "f16" else options
    wide = [x.astype(np.float32) for x in inputs]
    wanted = _run("llvm-cpu", "local-sync", ["--iree-llvmcpu-target-cpu=host", *stock], wide)
    tolerance = {"f16": 1e-2, "winograd": 1e-3}.get(name, 1e-5)
    # Its sums are not exact, so what is largest may differ.
    count = 2 if name == "winograd" else 3
    for a, b in zip(ours[:count], wanted[:count]):
        np.testing.assert_allclose(a.astype(b.dtype), b, tolerance, tolerance)


# With i1 as bits: masks read by floats and by reductions, stored by rows, by columns and by few.
PACKED = """
#rows = affine_map<(d0, d1) -> (d0, d1)>
#columns = affine_map<(d0, d1) -> (d1, d0)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @main(%bits: tensor<320xi8>, %x: tensor<64x40xf32>)
    -> (tensor<320xi8>, tensor<320xi8>, tensor<62x37xf32>, tensor<64xi32>, tensor<8xi8>) {
  %zero = arith.constant 0.0 : f32
  %i0 = arith.constant 0 : i32
  %false = arith.constant false
  %mask = flow.tensor.bitcast %bits : tensor<320xi8> -> tensor<64x40xi1>
  %e0 = tensor.empty() : tensor<64x40xi1>
  %both = linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%mask, %x : tensor<64x40xi1>, tensor<64x40xf32>) outs(%e0 : tensor<64x40xi1>) {
  ^bb0(%m: i1, %v: f32, %o: i1):
    %more = arith.cmpf ogt, %v, %zero : f32
    %r = arith.andi %m, %more : i1
    linalg.yield %r : i1
  } -> tensor<64x40xi1>
  %e1 = tensor.empty() : tensor<40x64xi1>
  %turned = linalg.transpose ins(%mask : tensor<64x40xi1>) outs(%e1 : tensor<40x64xi1>) permutation = [1, 0]
  %inner = tensor.extract_slice %mask[1, 2] [62, 37] [1, 1] : tensor<64x40xi1> to tensor<62x37xi1>
  %values = tensor.extract_slice %x[2, 3] [62, 37] [1, 1] : tensor<64x40xf32> to tensor<62x37xf32>
  %e2 = tensor.empty() : tensor<62x37xf32>
  %chosen = linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%inner, %values : tensor<62x37xi1>, tensor<62x37xf32>) outs(%e2 : tensor<62x37xf32>) {
  ^bb0(%m: i1, %v: f32, %o: f32):
    %r = arith.select %m, %v, %zero : f32
    linalg.yield %r : f32
  } -> tensor<62x37xf32>
  %e3 = tensor.empty() : tensor<64xi32>
  %f3 = linalg.fill ins(%i0 : i32) outs(%e3 : tensor<64xi32>) -> tensor<64xi32>
  %counts = linalg.generic {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"]}
      ins(%mask : tensor<64x40xi1>) outs(%f3 : tensor<64xi32>) {
  ^bb0(%m: i1, %o: i32):
    %one = arith.extui %m : i1 to i32
    %r = arith.addi %one, %o : i32
    linalg.yield %r : i32
  } -> tensor<64xi32>
  %e4 = tensor.empty() : tensor<64xi1>
  %f4 = linalg.fill ins(%false : i1) outs(%e4 : tensor<64xi1>) -> tensor<64xi1>
  %odd = linalg.generic {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"]}
      ins(%mask : tensor<64x40xi1>) outs(%f4 : tensor<64xi1>) {
  ^bb0(%m: i1, %o: i1):
    %r = arith.xori %m, %o : i1
    linalg.yield %r : i1
  } -> tensor<64xi1>
  %b0 = flow.tensor.bitcast %both : tensor<64x40xi1> -> tensor<320xi8>
  %b1 = flow.tensor.bitcast %turned : tensor<40x64xi1> -> tensor<320xi8>
  %b4 = flow.tensor.bitcast %odd : tensor<64xi1> -> tensor<8xi8>
  return %b0, %b1, %chosen, %counts, %b4
      : tensor<320xi8>, tensor<320xi8>, tensor<62x37xf32>, tensor<64xi32>, tensor<8xi8>
}
"""


def test_packed_i1():
    # Beside numpy: llvm-cpu does not end, or fails, on most of this.
    rng = np.random.default_rng(1)
    mask = rng.integers(0, 2, (64, 40)).astype(np.uint8)
    x = rng.standard_normal((64, 40)).astype(np.float32)

    def bits(array):
        return np.packbits(array, bitorder="little").view(np.int8)

    vmfb = compile_str(PACKED, target_backends=["tenstorrent"], extra_args=["--iree-experimental-packed-i1-storage"])
    config = runtime.Config("tenstorrent://mock?checked=1")
    ours = [np.asarray(y) for y in runtime.invoke(vmfb, [bits(mask), x], config=config)]
    inner = np.where(mask[1:63, 2:39], x[2:, 3:], np.float32(0))
    wanted = [bits(mask & (x > 0)), bits(mask.T), inner, mask.sum(1), bits(mask.sum(1) & 1)]
    for a, b in zip(ours, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


def test_packed_storage_is_refused():
    packed = "tensor<16xi1, #iree_encoding.packed_storage>"
    program = f"""
func.func @main(%x: tensor<16xi8>) -> tensor<16xi8> {{
  %e = tensor.empty() : {packed}
  %a = linalg.generic {{indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}} ins(%x : tensor<16xi8>) outs(%e : {packed}) {{
  ^bb0(%v: i8, %o: i1):
    %r = arith.trunci %v : i8 to i1
    linalg.yield %r : i1
  }} -> {packed}
  %b = util.optimization_barrier %a : {packed}
  %f = tensor.empty() : tensor<16xi8>
  %c = linalg.generic {{indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
      iterator_types = ["parallel"]}} ins(%b : {packed}) outs(%f : tensor<16xi8>) {{
  ^bb0(%v: i1, %o: i8):
    %r = arith.extui %v : i1 to i8
    linalg.yield %r : i8
  }} -> tensor<16xi8>
  return %c : tensor<16xi8>
}}
"""
    with pytest.raises(CompilerToolError, match="buffers that are too small"):
        compile_str(program, target_backends=["tenstorrent"])

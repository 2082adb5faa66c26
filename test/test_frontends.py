"""Programs as front ends hand them over: PyTorch, JAX, ONNX, and their forms."""

import json
import pathlib
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from tt_iree import abi, cli
from tt_iree.invoke import call

import iree.compiler as compiler
import iree.runtime as runtime

# Constants as resources of the module, how exporters write them.
RESOURCE = """
#id = affine_map<(d0) -> (d0)>
func.func @f(%a: tensor<9x{type}>) -> tensor<9x{type}> {{
  %c = arith.constant dense_resource<weights> : tensor<9x{type}>
  %e = tensor.empty() : tensor<9x{type}>
  %r = linalg.generic {{indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}}
      ins(%a, %c : tensor<9x{type}>, tensor<9x{type}>) outs(%e : tensor<9x{type}>) {{
    ^bb0(%x: {type}, %y: {type}, %z: {type}):
      %s = {op} %x, %y : {type}
      linalg.yield %s : {type}
  }} -> tensor<9x{type}>
  return %r : tensor<9x{type}>
}}
"""
BLOB = """
{{-#
  dialect_resources: {{ builtin: {{ weights: "0x04000000{hex}" }} }}
#-}}
"""
VALUES = np.array([-1, 0, 1, 1, 0, 2, 3, 0, 1])


@pytest.mark.parametrize(
    "type, op, dtype",
    [
        ("i1", "arith.xori", np.bool_),
        ("i8", "arith.addi", np.int8),
        ("i64", "arith.addi", np.int64),
        ("f16", "arith.addf", np.float16),
        ("bf16", "arith.addf", ml_dtypes.bfloat16),
        ("f32", "arith.addf", np.float32),
        ("f64", "arith.addf", np.float64),
        ("complex<f32>", "complex.add", np.complex64),
    ],
)
def test_resource_constants(type, op, dtype):
    weights = VALUES.astype(dtype)
    text = RESOURCE.format(type=type, op=op) + BLOB.format(hex=weights.tobytes().hex())
    flags = ["--iree-input-demote-f64-to-f32=false"]
    # What a user sets to keep prints short must not take the elements away.
    flags += ["--mlir-elide-resource-strings-if-larger=4"]
    vmfb = compiler.compile_str(text, target_backends=["tenstorrent"], extra_args=flags)
    x = VALUES[::-1].astype(dtype)
    expected = x ^ weights if dtype is np.bool_ else x + weights
    np.testing.assert_array_equal(runtime.invoke(vmfb, x), expected)


def test_packed_resource_constant():
    text = """
        func.func @f(%a: tensor<5xi32>) -> tensor<5xi32> {
          %c = arith.constant dense_resource<weights> : tensor<5xi4>
          %w = arith.extsi %c : tensor<5xi4> to tensor<5xi32>
          %r = arith.addi %a, %w : tensor<5xi32>
          return %r : tensor<5xi32>
        }
        """
    # -8, 7, -1, 1, 2 with the first in the low half.
    vmfb = compiler.compile_str(
        text + BLOB.format(hex="781F02"), target_backends=["tenstorrent"]
    )
    x = np.arange(5, dtype=np.int32) * 100
    np.testing.assert_array_equal(runtime.invoke(vmfb, x), x + [-8, 7, -1, 1, 2])


@pytest.mark.parametrize("blob", ["", BLOB.format(hex="00000000")])
def test_resource_constants_without_elements(blob):
    text = RESOURCE.format(type="f32", op="arith.addf") + blob
    with pytest.raises(compiler.CompilerToolError, match="constant whose elements are not given"):
        compiler.compile_str(text, target_backends=["tenstorrent"])


# iree.build, the build system of the stock wheels.
BUILD = """
from iree.build import *

@entrypoint
def program():
    fetch_http(name="add.mlir", url={source!r})
    return compile(name="add", source="add.mlir")
"""
ADD = """
func.func @add(%a: tensor<4x33xf32>, %b: tensor<4x33xf32>) -> tensor<4x33xf32> {
  %r = arith.addf %a, %b : tensor<4x33xf32>
  return %r : tensor<4x33xf32>
}
"""


def iree_build(directory, text, *flags) -> pathlib.Path:
    """Runs a build file; where its binaries are."""
    (directory / "program.py").write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "iree.build", "program.py", "--output-dir=out", *flags],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return directory / "out" / "bin" / "program"


@pytest.mark.parametrize("process", ["no-iree-compile-out-of-process", "iree-compile-out-of-process"])
def test_iree_build(tmp_path, process):
    (tmp_path / "add.mlir").write_text(ADD)
    out = iree_build(
        tmp_path,
        BUILD.format(source=(tmp_path / "add.mlir").as_uri()),
        "--iree-llvmcpu-target-cpu=host",
        f"--{process}",
        # Flags for every compilation, those of other targets too.
        "--iree-compile-extra-args=--iree-tenstorrent-grid=3x2 --iree-opt-level=O2 "
        "--iree-tenstorrent-report=report.json",
        *("--iree-hal-target-device", "tenstorrent", "llvm-cpu"),
    )
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["dispatches"][0]["grid"] == "3x2"
    x = np.arange(132, dtype=np.float32).reshape(4, 33)
    for name, driver in (("add_tenstorrent", "tenstorrent"), ("add_cpu-host", "local-task")):
        module = runtime.load_vm_flatbuffer_file(str(out / f"{name}.vmfb"), driver=driver)
        np.testing.assert_array_equal(module.add(x, x).to_host(), x + x)


def on(driver, vmfb, *inputs, parameters=None) -> list:
    """What the only function of a module gives, or its @main."""
    config = runtime.Config(driver)
    module = runtime.VmModule.copy_buffer(config.vm_instance, vmfb)
    modules = [module]
    if parameters:
        index = runtime.ParameterIndex()
        index.load(str(parameters))
        provider = index.create_provider(scope="model")
        modules.insert(0, runtime.create_io_parameters_module(config.vm_instance, provider))
    context = runtime.SystemContext(vm_modules=modules, config=config)
    return call(context, abi.find_function(module, None), inputs)


# Parameters outside of the module, for whatever front end.
def test_parameters(tmp_path, capfd):
    text = """
        util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<4xf32>
        func.func @scale(%a: tensor<4xf32>) -> tensor<4xf32> {
          %w = util.global.load @w : tensor<4xf32>
          %r = arith.mulf %a, %w : tensor<4xf32>
          return %r : tensor<4xf32>
        }
        """
    archive = tmp_path / "w.irpa"
    weights = np.array([2, 3, -4, 0.5], np.float32)
    index = runtime.ParameterIndex()
    index.add_buffer("w", weights.tobytes())
    index.create_archive_file(str(archive))
    vmfb = compiler.compile_str(text, target_backends=["tenstorrent"])
    (result,) = on("tenstorrent", vmfb, np.full(4, 10, np.float32), parameters=archive)
    np.testing.assert_array_equal(result, weights * 10)

    (tmp_path / "scale.vmfb").write_bytes(vmfb)
    run = ["run", f"--module={tmp_path}/scale.vmfb", "--input=4xf32=10"]
    assert cli.main([*run, f"--parameters=model={archive}"]) == 0
    assert "result[0]: 4xf32=20 30 -40 5" in capfd.readouterr().out
    assert cli.main(run) == 1

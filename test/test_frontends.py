"""Programs as front ends hand them over: PyTorch, JAX, ONNX, and their forms."""

import json
import pathlib
import subprocess
import sys
import textwrap

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


def compiled_for_both(mlir, input_type, *flags) -> dict:
    """The driver to run on -> the module for it."""
    host = ["--iree-llvmcpu-target-cpu=host"]
    return {
        driver: compiler.compile_str(
            mlir, target_backends=[target], input_type=input_type, extra_args=[*flags, *extra]
        )
        for target, driver, extra in (
            ("tenstorrent", "tenstorrent", []),
            ("llvm-cpu", "local-task", host),
        )
    }


def assert_close(results, expected, tolerance=1e-5):
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected):
        assert result.dtype == wanted.dtype and result.shape == wanted.shape
        np.testing.assert_allclose(
            result.astype(np.float64), wanted.astype(np.float64), tolerance, tolerance
        )


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


# PyTorch through iree-turbine.
@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    pytest.importorskip("iree.turbine")
    torch.manual_seed(0)
    return torch


def networks(torch) -> dict:
    """name -> (module, shapes to call it with, which dimensions are dynamic)"""
    nn = torch.nn
    mlp = nn.Sequential(
        nn.Linear(20, 33), nn.LayerNorm(33), nn.ReLU(), nn.Linear(33, 7), nn.Softmax(-1)
    )
    convolutions = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.GELU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    encoder = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    batch = torch.export.Dim("batch", min=1, max=64)
    return {
        "mlp": (mlp, [(5, 20), (1, 20), (40, 20)], ({0: batch},)),
        "convolutions": (convolutions, [(2, 1, 8, 8)], None),
        "encoder": (encoder, [(2, 9, 32)], None),
    }


@pytest.mark.xdist_group("torch")
@pytest.mark.parametrize("name", ["mlp", "convolutions", "encoder"])
def test_turbine_export(torch, name):
    from iree.turbine import aot

    module, shapes, dynamic = networks(torch)[name]
    module = module.eval()
    inputs = [torch.randn(shape) for shape in shapes]
    exported = aot.export(module, args=(inputs[0],), dynamic_shapes=dynamic)
    # The target comes after these flags and after the source.
    exported.session.set_flags("--iree-tenstorrent-grid=4x4")
    output = exported.compile(save_to=None, target_backends="tenstorrent")
    vmfb = output.map_memory()
    for x in inputs:
        with torch.no_grad():
            expected = module(x).numpy()
        assert_close([runtime.invoke(vmfb, x.numpy())], [expected])


@pytest.mark.xdist_group("torch")
def test_turbine_parameters(torch, tmp_path):
    """bfloat16, of which neither numpy nor torch programs' signatures know."""
    from iree.turbine import aot

    module = torch.nn.Linear(40, 50).bfloat16().eval()
    x = torch.randn(8, 40).bfloat16()
    aot.externalize_module_parameters(module)
    aot.save_module_parameters(str(tmp_path / "w.irpa"), module)
    output = aot.export(module, args=(x,)).compile(None, target_backends=["tenstorrent"])
    bits = x.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    results = on("tenstorrent", bytes(output.map_memory()), bits, parameters=tmp_path / "w.irpa")
    with torch.no_grad():
        expected = module(x).view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    assert_close(results, [expected], 2e-2)


@pytest.mark.xdist_group("torch")
def test_turbine_device(torch, monkeypatch):
    """Turbine's own way to a device: import, compile, launch, export."""
    from iree.turbine import aot
    from iree.turbine.runtime import Launchable, launch
    from iree.turbine.runtime.device import Device

    device = Device("tenstorrent")
    for dtype in (torch.float32, torch.bfloat16, torch.int64, torch.bool):
        tensor = torch.arange(6).reshape(2, 3).to(dtype)
        view = device.import_torch_tensor(tensor)
        assert torch.equal(device.export_torch_tensor(view, tensor), tensor)

    module = torch.nn.Linear(20, 33).eval()
    x = torch.randn(5, 20)
    text = str(aot.export(module, args=(x,)).mlir_module)
    # It takes the device of a launch from where the tensors are, and knows only
    # host and GPU there.
    monkeypatch.setattr(launch, "get_device_from_torch", lambda torch_device: device)
    for entry_point in ("main", "main$async"):
        launchable = Launchable.jit_compile(text, entry_point=entry_point)
        for _ in range(3):
            torch.testing.assert_close(launchable(x), module(x))


@pytest.mark.xdist_group("torch")
def test_turbine_in_iree_build(torch, tmp_path):
    text = """
        import torch
        from iree.build import *
        from iree.turbine.aot import ExportOutput, export
        from iree.turbine.aot.build_actions import turbine_generate

        def generate() -> ExportOutput:
            return export(torch.nn.Softmax(-1), args=(torch.zeros(3, 5),))

        @entrypoint
        def program():
            turbine_generate(generate, name="softmax", out_of_process=False)
            return compile(name="softmax", source="softmax.mlir")
        """
    flags = ["--iree-hal-target-device=tenstorrent"]
    out = iree_build(tmp_path, textwrap.dedent(text), *flags)
    x = torch.randn(3, 5)
    vmfb = (out / "softmax_tenstorrent.vmfb").read_bytes()
    assert_close([runtime.invoke(vmfb, x.numpy())], [torch.softmax(x, -1).numpy()])


# JAX.
@pytest.mark.xdist_group("jax")
@pytest.mark.parametrize("form", ["text", "portable"])
def test_jax(form):
    jax = pytest.importorskip("jax")

    def network(x, w, b):
        h = jax.numpy.tanh(x @ w + b)
        return jax.nn.softmax(h), jax.numpy.argmax(h, -1), jax.numpy.cumsum(x, 0)

    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal(s).astype(np.float32) for s in ((5, 20), (20, 33), (33,))]
    function = jax.jit(network)
    if form == "text":
        program = function.lower(*inputs).as_text()
    else:
        program = jax.export.export(function)(*inputs).mlir_module_serialized
    modules = compiled_for_both(program, "stablehlo")
    results = on("tenstorrent", modules["tenstorrent"], *inputs)
    assert_close(results, [np.asarray(value) for value in function(*inputs)])
    assert_close(results, on("local-task", modules["local-task"], *inputs))


# ONNX through the importer of the stock wheel.
def onnx_network(onnx, batch):
    helper, rng = onnx.helper, np.random.default_rng(0)
    float32 = onnx.TensorProto.FLOAT

    def weights(name, *shape):
        values = rng.standard_normal(shape).astype(np.float32) / 4
        return onnx.numpy_helper.from_array(values, name)

    nodes = [
        helper.make_node("Conv", ["x", "k", "kb"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["g"], transB=1),
        helper.make_node("Softmax", ["g"], ["y"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", float32, [batch, 1, 8, 8])],
        [helper.make_tensor_value_info("y", float32, [batch, 10])],
        [weights("k", 4, 1, 3, 3), weights("kb", 4), weights("w", 10, 64), weights("b", 10)],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9)


def test_onnx(tmp_path):
    onnx = pytest.importorskip("onnx")
    onnx.save(onnx_network(onnx, "n"), tmp_path / "network.onnx")
    mlir = tmp_path / "network.mlir"
    subprocess.run(
        [sys.executable, "-m", "iree.compiler.tools.import_onnx"]
        + [str(tmp_path / "network.onnx"), "-o", str(mlir), "--externalize-params"],
        check=True,
    )
    modules = compiled_for_both(mlir.read_bytes(), "onnx")
    x = np.random.default_rng(1).standard_normal((2, 1, 8, 8)).astype(np.float32)
    results, reference = (
        on(driver, modules[driver], x, parameters=tmp_path / "network_params.irpa")
        for driver in ("tenstorrent", "local-task")
    )
    assert_close(results, reference)


def test_onnx_in_iree_build(tmp_path):
    onnx = pytest.importorskip("onnx")
    onnx.save(onnx_network(onnx, 2), tmp_path / "network.onnx")
    text = f"""
        from iree.build import *

        @entrypoint
        def program():
            fetch_http(name="network.onnx", url={(tmp_path / "network.onnx").as_uri()!r})
            onnx_import(name="network.mlir", source="network.onnx")
            return compile(name="network", source="network.mlir")
        """
    targets = ["--iree-hal-target-device", "tenstorrent", "llvm-cpu"]
    targets += ["--iree-llvmcpu-target-cpu=host"]
    out = iree_build(tmp_path, textwrap.dedent(text), *targets)
    x = np.random.default_rng(1).standard_normal((2, 1, 8, 8)).astype(np.float32)
    assert_close(
        on("tenstorrent", (out / "network_tenstorrent.vmfb").read_bytes(), x),
        on("local-task", (out / "network_cpu-host.vmfb").read_bytes(), x),
    )

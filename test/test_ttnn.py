"""tenstorrent://ttnn: its calls against the signatures of the real wheel, and its
logic over a stand-in made from them, which runs the kernels that it is given."""

import pathlib
import re
import shutil
import sys

import numpy as np
import pytest
from iree import compiler, runtime

from tt_iree import ttnn_device

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_ttnn  # noqa: E402
import ttnn_standin  # noqa: E402

URI = "tenstorrent://ttnn"


@pytest.fixture(scope="module")
def texts() -> str:
    path = fetch_ttnn.cache_dir() / "_ttnn.txt"
    if not path.is_file():
        pytest.skip(f"{path} is missing; scripts/fetch_ttnn.py makes it of ttnn's wheel")
    return path.read_text()


@pytest.fixture
def ttnn(texts, tmp_path_factory, monkeypatch):
    """The stand-in, as the module ttnn."""
    if not shutil.which("c++"):
        pytest.skip("needs a C++ compiler to run kernels on the host")
    if not hasattr(ttnn, "folder"):
        ttnn.folder = tmp_path_factory.mktemp("ttnn")
    module = ttnn_standin.make(texts, ttnn.folder)
    monkeypatch.setitem(sys.modules, "ttnn", module)
    return module


@pytest.fixture
def device(ttnn, monkeypatch):
    """A device over it. The driver's half of Python begins anew with each."""
    from tt_iree import _native

    try:
        ttnn_device.connect(_native.runtime_library())
        yield runtime.get_device(URI, cache=False)
    finally:
        ttnn_device.connect(_native.runtime_library())


def compile_source(source: str) -> bytes:
    return compiler.compile_str(source, target_backends=["tenstorrent"])


def call(device, source: str, *arguments: np.ndarray) -> np.ndarray:
    config = runtime.Config(device=device)
    module = runtime.VmModule.copy_buffer(config.vm_instance, compile_source(source))
    context = runtime.SystemContext(vm_modules=[module], config=config)
    return np.array(context.modules.module.f(*arguments).to_host())


# ---- Against the wheel ------------------------------------------------------------


@pytest.mark.parametrize("path", ttnn_device.SURFACE)
def test_names_are_in_the_wheel(texts, path):
    words = set(re.findall(r"\w+", texts))
    # What ttnn's own Python files name has another name in the binary.
    renamed = {"ROW_MAJOR_LAYOUT": "ROW_MAJOR"}
    for name in path.split("."):
        wanted = renamed.get(name, name)
        # A text that another one ends with is not stored again.
        assert name == "_ttnn" or any(word.endswith(wanted) for word in words)


def test_signatures_of_the_wheel(texts):
    surface = ttnn_standin.Surface(texts)
    assert surface.constructor("CBDescriptor") == {
        "total_size": "int",
        "core_ranges": "%",
        "format_descriptors": "list[%]",
    }
    kernel = surface.constructor("KernelDescriptor")
    assert list(kernel) == [
        "kernel_source", "source_type", "core_ranges", "compile_time_args",
        "defines", "runtime_args", "common_runtime_args", "opt_level", "config",
    ]  # fmt: skip
    assert kernel["runtime_args"] == "list[list[list[int]]]"


@pytest.mark.parametrize(
    "change",
    [
        ("total_size", "size_in_all"),
        ("kernel_source", "kernel_text"),
        ("({%}, {int}, {%}, {list[%]}) -> None", "({%}, {int}, {list[%]}, {%}) -> None"),
        ("buffer_index", "number"),
    ],
)
def test_other_signatures_are_noticed(texts, tmp_path, monkeypatch, change):
    """With an argument renamed or moved in the wheel, programs are refused."""
    other = ttnn_standin.make(texts.replace(*change), tmp_path)
    host = ttnn_device.Host()
    monkeypatch.setitem(sys.modules, "ttnn", other)
    (handle, *_) = host.answer({"do": "open", "device": 0})
    (tensor, _) = host.answer({"do": "allocate", "device": handle, "bytes": 10})
    cb = {"number": 0, "format": "Float32", "bytes": 4096, "page": 4096,
          "unpack_to_dest": False}  # fmt: skip
    kernel = {"unit": "reader", "source": "void kernel_main() {}", "args": [[]]}
    request = {"do": "launch", "device": handle, "cores": 1, "cbs": [cb],
               "kernels": [kernel], "tensors": [tensor], "fidelity": "LoFi",
               "fp32_dest_acc": True, "dst_full_sync": False, "approx": False}  # fmt: skip
    with pytest.raises(TypeError):
        host.answer(request)


# ---- Programs ----------------------------------------------------------------------

F32 = np.float32


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(F32)


def test_elementwise(device):
    a, b = floats(50, 70), floats(50, 70)
    source = """
    func.func @f(%a: tensor<50x70xf32>, %b: tensor<50x70xf32>) -> tensor<50x70xf32> {
      %0 = arith.mulf %a, %b : tensor<50x70xf32>
      %1 = arith.addf %0, %a : tensor<50x70xf32>
      return %1 : tensor<50x70xf32>
    }"""
    np.testing.assert_allclose(call(device, source, a, b), a * b + a, rtol=1e-6, atol=1e-6)


def test_dynamic_shapes(device):
    """Every core of the grid has work, and then none but one."""
    source = """
    func.func @f(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
      %0 = arith.addf %a, %b : tensor<?xf32>
      return %0 : tensor<?xf32>
    }"""
    for size in (9000, 5, 0):
        a, b = floats(size), floats(size)[::-1].copy()
        np.testing.assert_array_equal(call(device, source, a, b), a + b)


def test_matmul(device):
    a, b = floats(40, 64), floats(64, 33)
    source = """
    func.func @f(%a: tensor<40x64xf32>, %b: tensor<64x33xf32>) -> tensor<40x33xf32> {
      %z = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<40x33xf32>
      %i = linalg.fill ins(%z : f32) outs(%e : tensor<40x33xf32>) -> tensor<40x33xf32>
      %0 = linalg.matmul ins(%a, %b : tensor<40x64xf32>, tensor<64x33xf32>)
        outs(%i : tensor<40x33xf32>) -> tensor<40x33xf32>
      return %0 : tensor<40x33xf32>
    }"""
    np.testing.assert_allclose(call(device, source, a, b), a @ b, rtol=1e-4, atol=1e-4)


def test_integers_and_constants(device):
    """Element loops on i64, and data that the program brings with it."""
    a = np.arange(-20, 20, dtype=np.int64) * 123456789012
    table = ", ".join(str(i * i) for i in range(40))
    source = f"""
    func.func @f(%a: tensor<40xi64>) -> tensor<40xi64> {{
      %c = arith.constant dense<[{table}]> : tensor<40xi64>
      %0 = arith.muli %a, %c : tensor<40xi64>
      %1 = arith.xori %0, %a : tensor<40xi64>
      return %1 : tensor<40xi64>
    }}"""
    np.testing.assert_array_equal(call(device, source, a), (a * np.arange(40) ** 2) ^ a)


def test_sums(device):
    """Several phases, with scratch memory between them."""
    a = floats(300, 130)
    source = """
    func.func @f(%a: tensor<300x130xf32>) -> tensor<f32> {
      %z = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<f32>
      %i = linalg.fill ins(%z : f32) outs(%e : tensor<f32>) -> tensor<f32>
      %0 = linalg.reduce ins(%a : tensor<300x130xf32>) outs(%i : tensor<f32>)
        dimensions = [0, 1]
        (%x: f32, %y: f32) { %s = arith.addf %x, %y : f32  linalg.yield %s : f32 }
      return %0 : tensor<f32>
    }"""
    np.testing.assert_allclose(call(device, source, a), a.sum(), rtol=1e-4)


def test_parts_of_a_buffer(device):
    """Two bindings in one buffer, at odd offsets, and writes of a part of it."""
    a = floats(60, 37)
    source = """
    func.func @f(%a: tensor<60x37xf32>) -> tensor<20x37xf32> {
      %x = tensor.extract_slice %a[3, 0] [20, 37] [1, 1]
        : tensor<60x37xf32> to tensor<20x37xf32>
      %y = tensor.extract_slice %a[31, 0] [20, 37] [1, 1]
        : tensor<60x37xf32> to tensor<20x37xf32>
      %0 = arith.subf %x, %y : tensor<20x37xf32>
      return %0 : tensor<20x37xf32>
    }"""
    np.testing.assert_array_equal(call(device, source, a), a[3:23] - a[31:51])


# ---- Errors ------------------------------------------------------------------------


def test_half_tiles_are_refused(device):
    source = """
    func.func @f(%a: tensor<64xf16>) -> tensor<64xf16> {
      %0 = arith.addf %a, %a : tensor<64xf16>
      return %0 : tensor<64xf16>
    }"""
    with pytest.raises(Exception, match="no Float16"):
        call(device, source, np.ones(64, np.float16))


def test_failures_of_ttnn(device, ttnn, monkeypatch):
    """An exception is an error of the call, and the device goes on."""
    source = """
    func.func @f(%a: tensor<64xf32>) -> tensor<64xf32> {
      %0 = arith.addf %a, %a : tensor<64xf32>
      return %0 : tensor<64xf32>
    }"""
    works = ttnn.generic_op

    def fails(*_):
        raise RuntimeError("TT_FATAL: no such core")

    a = np.ones(64, F32)
    monkeypatch.setattr(ttnn, "generic_op", fails)
    with pytest.raises(Exception, match="TT_FATAL: no such core"):
        call(device, source, a)
    monkeypatch.setattr(ttnn, "generic_op", works)
    np.testing.assert_array_equal(call(device, source, a), 2 * a)


def test_without_ttnn(monkeypatch):
    monkeypatch.setitem(sys.modules, "ttnn", None)
    with pytest.raises(Exception, match="pip install ttnn==0.65.0"):
        runtime.get_device(URI, cache=False)


def test_another_ttnn(ttnn, monkeypatch):
    monkeypatch.delattr(ttnn, "generic_op")
    monkeypatch.delattr(ttnn.Tensor, "buffer_address")
    with pytest.raises(ttnn_device.Refused, match="Tensor.buffer_address|generic_op"):
        ttnn_device.load()
    monkeypatch.undo()


@pytest.mark.parametrize("options", ["grid=8x8", "device=x", "device=-1"])
def test_options(options):
    with pytest.raises(Exception, match="device option"):
        runtime.get_device(f"{URI}?{options}", cache=False)

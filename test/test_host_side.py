"""What the host does around dispatches: devices, transfers, state, parameters, fences.

Results are compared with llvm-cpu's, or with numpy's where those are exact.
"""

import threading

import numpy as np
import pytest

compiler = pytest.importorskip("iree.compiler", reason="needs iree-base-compiler")
rt = pytest.importorskip("iree.runtime", reason="needs iree-base-runtime")

OURS = "tenstorrent://mock?checked=1"
OURS_TOO = "tenstorrent://mock?checked=1&grid=2x3"
LLVM_CPU = [
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=generic",
]


def build(text: str, *flags: str) -> bytes:
    return compiler.compile_str(text, extra_args=list(flags))


def build_for(devices: dict, text: str, *flags: str) -> bytes:
    """Compiles |text| for named devices: the name in the program to its target."""
    named = [f"--iree-hal-target-device={name}={target}" for name, target in devices.items()]
    return build(text, *named, *LLVM_CPU, *flags)


class Program:
    """A module in a context of its own, on devices in the order given."""

    def __init__(self, vmfb: bytes, devices: list, *modules):
        self.instance = rt.VmInstance()
        self.devices = [rt.get_device(d, cache=False) if isinstance(d, str) else d for d in devices]
        hal = rt.create_hal_module(self.instance, devices=self.devices)
        made = [make(self) for make in modules]
        self.module = rt.VmModule.copy_buffer(self.instance, vmfb)
        self.context = rt.VmContext(self.instance, modules=[hal, *made, self.module])

    def invoker(self, name: str, device: int = 0):
        function = self.module.lookup_function(name)
        assert function is not None, name
        return rt.FunctionInvoker(self.context, self.devices[device], function)

    def __call__(self, name: str, *args, device: int = 0):
        results = self.invoker(name, device)(*args)
        if isinstance(results, tuple):
            return tuple(np.array(r.to_host()) for r in results)
        return np.array(results.to_host()) if hasattr(results, "to_host") else results


def numbers(*shape, dtype=np.float32, seed: int = 0) -> np.ndarray:
    """Small whole numbers, so that sums and products of floats are exact."""
    return np.random.default_rng(seed).integers(-8, 9, shape).astype(dtype)


# --------------------------------------------------------------------------------------------------
# Several devices
# --------------------------------------------------------------------------------------------------

PING_PONG = """
func.func @f(%x: tensor<70x33xf32> {iree.abi.affinity = #hal.device.promise<@a>})
    -> (tensor<70x33xf32> {iree.abi.affinity = #hal.device.promise<@a>}) {
  %two = arith.constant dense<2.0> : tensor<70x33xf32>
  %0 = arith.mulf %x, %two : tensor<70x33xf32>
  %1 = flow.tensor.transfer %0 : tensor<70x33xf32> to #hal.device.promise<@b>
  %2 = arith.addf %1, %1 : tensor<70x33xf32>
  %3 = flow.tensor.transfer %2 : tensor<70x33xf32> to #hal.device.promise<@a>
  %4 = arith.addf %3, %two : tensor<70x33xf32>
  return %4 : tensor<70x33xf32>
}
"""

PAIRS = {
    "ours-first": ({"a": "tenstorrent", "b": "local"}, [OURS, "local-task"]),
    "ours-first-sync": ({"a": "tenstorrent", "b": "local"}, [OURS, "local-sync"]),
    "ours-last": ({"a": "local", "b": "tenstorrent[0]"}, ["local-task", OURS]),
    "ours-last-sync": ({"a": "local[0]", "b": "tenstorrent"}, ["local-sync", OURS]),
    "both-ours": ({"a": "tenstorrent[0]", "b": "tenstorrent[1]"}, [OURS, OURS_TOO]),
    "both-local": ({"a": "local[0]", "b": "local[1]"}, ["local-task", "local-task"]),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_transfers(pair):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG), devices)
    for seed in range(5):
        x = numbers(70, 33, seed=seed)
        assert np.array_equal(program("f", x), 4 * x + 2)


def test_work_runs_where_it_is_put():
    devices = [rt.get_device(uri, cache=False) for uri in (OURS, OURS_TOO)]
    program = Program(build_for(PAIRS["both-ours"][0], PING_PONG), devices)
    before = [d.allocator.statistics["device_bytes_allocated"] for d in devices]
    program("f", numbers(70, 33))
    used = [d.allocator.statistics["device_bytes_allocated"] for d in devices]
    assert used[0] - before[0] >= 70 * 33 * 4 and used[1] - before[1] >= 70 * 33 * 4


def test_a_device_is_missing():
    vmfb = build_for(PAIRS["both-ours"][0], PING_PONG)
    with pytest.raises(RuntimeError, match="HAL device `b` not found or unavailable"):
        Program(vmfb, [OURS])
    vmfb = build_for(PAIRS["ours-first"][0], PING_PONG)
    with pytest.raises(RuntimeError, match="HAL device `a` not found or unavailable"):
        Program(vmfb, ["local-task"])


THREE = """
func.func @f(%x: tensor<?x40xf32>, %w: tensor<40x24xf32>) -> (tensor<?x24xf32>, tensor<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %xa = flow.tensor.transfer %x : tensor<?x40xf32>{%n} to #hal.device.promise<@a>
  %wa = flow.tensor.transfer %w : tensor<40x24xf32> to #hal.device.promise<@a>
  %e = tensor.empty(%n) : tensor<?x24xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
  %p = linalg.matmul ins(%xa, %wa : tensor<?x40xf32>, tensor<40x24xf32>)
                     outs(%z : tensor<?x24xf32>) -> tensor<?x24xf32>
  %pb = flow.tensor.transfer %p : tensor<?x24xf32>{%n} to #hal.device.promise<@b>
  %pc = flow.tensor.transfer %p : tensor<?x24xf32>{%n} to #hal.device.promise<@c>
  %er = tensor.empty(%n) : tensor<?xf32>
  %zr = linalg.fill ins(%zero : f32) outs(%er : tensor<?xf32>) -> tensor<?xf32>
  %s = linalg.reduce ins(%pb : tensor<?x24xf32>) outs(%zr : tensor<?xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  %d = arith.addf %pc, %pc : tensor<?x24xf32>
  %da = flow.tensor.transfer %d : tensor<?x24xf32>{%n} to #hal.device.promise<@a>
  %sa = flow.tensor.transfer %s : tensor<?xf32>{%n} to #hal.device.promise<@a>
  return %da, %sa : tensor<?x24xf32>, tensor<?xf32>
}
"""


@pytest.mark.parametrize("local", ["a", "b", "c"])
def test_three_devices(local):
    """Two of ours and the host's, with a dynamic size; one value goes to two devices."""
    targets, devices = {}, []
    for name in "abc":
        if name == local:
            targets[name] = "local"
            devices.append("local-task")
        else:
            ordinal = sum(t != "local" for t in targets.values())
            targets[name] = f"tenstorrent[{ordinal}]"
            devices.append([OURS, OURS_TOO][ordinal])
    program = Program(build_for(targets, THREE), devices)
    for n in (1, 7, 100):
        x, w = numbers(n, 40, seed=n), numbers(40, 24, seed=1)
        product, sums = program("f", x, w)
        assert np.array_equal(product, 2 * (x @ w))
        assert np.array_equal(sums, (x @ w).sum(1))


def test_threads_share_devices_of_two_kinds():
    targets, devices = PAIRS["ours-first"]
    program = Program(build_for(targets, PING_PONG), devices)
    failures = []

    def work(seed):
        x = numbers(70, 33, seed=seed)
        invoke = program.invoker("f")
        for _ in range(10):
            if not np.array_equal(invoke(x).to_host(), 4 * x + 2):
                failures.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures


ASYNC = ["--iree-execution-model=async-external"]


def fence_of(device, value: int = 1):
    return rt.HalFence.create_at(device.create_semaphore(0), value)


def call_async(program: Program, name: str, view, wait, signal):
    """Calls an asynchronous entry point; the result is not there yet on return."""
    arguments, results = rt.VmVariantList(3), rt.VmVariantList(1)
    for argument in (view, wait, signal):
        arguments.push_ref(argument)
    program.context.invoke(program.module.lookup_function(name), arguments, results)
    return results.get_as_object(0, rt.HalBufferView)


def read_view(view, device, shape, dtype) -> np.ndarray:
    return np.array(rt.DeviceArray(device, view, implicit_host_transfer=True).to_host())


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("fences_of", [0, 1])
def test_fences_of_either_device(pair, fences_of):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG, *ASYNC), devices)
    owner, a = program.devices[fences_of], program.devices[0]
    x = numbers(70, 33)
    view = rt.asdevicearray(a, x)._buffer_view
    wait, signal = fence_of(owner), fence_of(owner)
    results = []
    call = threading.Thread(
        target=lambda: results.append(call_async(program, "f", view, wait, signal)), daemon=True
    )
    call.start()
    if pair == "both-ours":
        call.join(30)  # where the host's device allocates memory, it waits for it in the caller
        assert results
    assert not signal.wait(timeout=20_000_000)
    wait.signal()
    assert signal.wait(timeout=30_000_000_000)
    call.join(30)
    assert np.array_equal(read_view(results[0], a, x.shape, x.dtype), 4 * x + 2)


@pytest.mark.parametrize("pair", ["ours-first", "both-ours"])
def test_a_failed_fence_fails_the_call(pair):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG, *ASYNC), devices)
    view = rt.asdevicearray(program.devices[0], numbers(70, 33))._buffer_view
    wait, signal = fence_of(program.devices[0]), fence_of(program.devices[0])
    wait.fail("burnt by a test")
    with pytest.raises(RuntimeError):
        call_async(program, "f", view, wait, signal)
        signal.wait(timeout=30_000_000_000)

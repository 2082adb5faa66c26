"""What the tests of the host side share: programs on one device or several."""

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
KEEP_F64 = "--iree-input-demote-f64-to-f32=false"


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


def on_both(text: str, *flags: str, modules=()) -> list:
    """The same program on our device and on llvm-cpu."""
    ours = build(text, "--iree-hal-target-backends=tenstorrent", *flags)
    theirs = build(text, "--iree-hal-target-device=local", *LLVM_CPU, *flags)
    return [Program(ours, [OURS], *modules), Program(theirs, ["local-task"], *modules)]


def assert_same(programs: list, name: str, *args):
    """Calls |name| on both; the results must be equal, to the bit. Returns ours."""
    ours, theirs = (program(name, *args) for program in programs)
    if not isinstance(ours, tuple):
        ours, theirs = (ours,), (theirs,)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return ours[0] if len(ours) == 1 else ours

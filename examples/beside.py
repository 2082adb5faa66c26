"""What examples of models share: a program on tenstorrent beside llvm-cpu and its framework.

An example makes MLIR and hands it to beside(), which compiles it for each back
end, runs it, compares with the framework's own result, and times all of them.
"""

import statistics
import time
from typing import Callable, Sequence

import numpy as np

import iree.compiler as compiler
import iree.runtime as runtime

BACK_ENDS = {  # compiler target: driver, flags
    "tenstorrent": ("tenstorrent", []),
    # Without the second flag, matmuls take up to 50 times as long.
    "llvm-cpu": ("local-task", ["--iree-llvmcpu-target-cpu=host", "--iree-opt-data-tiling"]),
}


def say(name: str, text: str) -> None:
    print(f"{name:12} {text}", flush=True)


class Program:
    """A module on the device of a back end; |parameters| is a file of weights (.irpa)."""

    def __init__(
        self, target: str, mlir: str | bytes, input_type: str, parameters: str | None = None
    ) -> None:
        driver, flags = BACK_ENDS[target]
        say(target, "compiling ...")
        start = time.perf_counter()
        vmfb = compiler.compile_str(
            mlir, target_backends=[target], input_type=input_type, extra_args=flags
        )
        seconds = time.perf_counter() - start
        say(target, f"compiled in {seconds:.1f} s, {len(vmfb) >> 10} KiB")
        self._config = runtime.Config(driver)
        instance = self._config.vm_instance
        modules = [runtime.VmModule.copy_buffer(instance, vmfb)]
        if parameters:
            index = runtime.ParameterIndex()
            index.load(parameters)
            provider = index.create_provider(scope="model")
            modules.insert(0, runtime.create_io_parameters_module(instance, provider))
        self._module = runtime.load_vm_modules(*modules, config=self._config)[-1]

    def array(self, array: np.ndarray) -> runtime.DeviceArray:
        """|array| on the device."""
        return runtime.asdevicearray(self._config.device, array)

    def __getitem__(self, function: str) -> Callable:
        """A function of arrays on the device, giving arrays on the device."""
        return self._module[function]


def time_of(call: Callable[[], object], repeat: int) -> str:
    laps = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        laps.append((time.perf_counter() - start) * 1e3)
    return f"{min(laps):8.1f} ms at best, {statistics.median(laps):8.1f} ms median"


def difference(got: np.ndarray, wanted: np.ndarray) -> float:
    """The largest, relative to the value and to how far values are apart."""
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    return float(np.max(np.abs(got - wanted) / (np.abs(wanted) + wanted.std())))


def beside(
    framework: str,
    call: Callable[[], np.ndarray],
    mlir: str | bytes,
    input_type: str,
    inputs: Sequence[np.ndarray],
    repeat: int,
    parameters: str | None = None,
    function: str = "main",
    tolerance: float = 1e-3,
) -> int:
    """Compares the back ends with |call|, the framework's own; what to exit with."""
    say(framework, "running ...")
    wanted = call()
    say(framework, time_of(call, repeat))
    same = True
    for target in BACK_ENDS:
        program = Program(target, mlir, input_type, parameters)
        run, arrays = program[function], [program.array(array) for array in inputs]
        got = run(*arrays).to_host()  # the first call is not timed
        say(target, time_of(lambda: run(*arrays).to_host(), repeat))
        worst, top = difference(got, wanted), got.argmax() == wanted.argmax()
        say(
            target,
            f"differs from {framework} by {worst:.1e} at most, relatively; "
            f"{'the same' if top else 'ANOTHER'} class comes first",
        )
        same &= worst < tolerance and bool(top)
    return 0 if same else 1

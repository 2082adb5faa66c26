"""Measures tt-iree on the mock device beside IREE's llvm-cpu in the same run.

    python bench/bench.py                     # all cases, prints a table
    python bench/bench.py --write             # and writes docs/benchmarks.md
    python bench/bench.py --case matmul       # cases whose name contains that

Every latency is taken in alternation between the two back ends, so that a busy
machine disturbs both. A ratio above 1 means that tt-iree is slower or larger.
Peak memory is of one child process a back end that compiles nothing: it loads
the .vmfb and runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "examples" / "mnist")]
from cases import CASES, Case  # noqa: E402

BACKENDS = {  # name: (compiler target and flags, runtime driver)
    "tt-iree": ("tenstorrent", [], "tenstorrent"),
    "llvm-cpu": ("llvm-cpu", ["--iree-llvmcpu-target-cpu=host"], "local-task"),
}


def load(vmfb: bytes, driver: str):
    """Returns (function, device) of a compiled module's ``main``."""
    import iree.runtime as rt

    config = rt.Config(driver)
    module = rt.VmModule.copy_buffer(config.vm_instance, vmfb)
    return rt.load_vm_module(module, config)["main"], config.device


def call(function, inputs) -> np.ndarray:
    result = function(*inputs)
    first = result[0] if isinstance(result, tuple) else result
    return first.to_host()


def peak_memory(vmfb: bytes, driver: str, inputs) -> int:
    """Peak resident bytes of a child process that loads and runs once."""
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        (base / "m.vmfb").write_bytes(vmfb)
        np.savez(base / "inputs.npz", *inputs)
        output = subprocess.run(
            [sys.executable, __file__, "--child", driver, folder],
            check=True, capture_output=True, text=True).stdout
    return int(output.split()[-1])


def child(driver: str, folder: str) -> None:
    base = pathlib.Path(folder)
    data = np.load(base / "inputs.npz")
    function, device = load((base / "m.vmfb").read_bytes(), driver)
    import iree.runtime as rt

    call(function, [rt.asdevicearray(device, data[k]) for k in data.files])
    print(peak_so_far())


def peak_so_far() -> int:
    """Peak resident bytes of this process."""
    # Not ru_maxrss: that one starts with the parent's size.
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def machine() -> str:
    """What the figures were measured on."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    names = [line.split(":")[1].strip() for line in info.splitlines()
             if line.startswith("model name")]
    cpu = names[0] if names else platform.processor() or platform.machine()
    return f"{len(os.sched_getaffinity(0))} cores of {cpu}"


def measure(case: Case, seconds: float) -> dict:
    import iree.compiler as compiler
    import iree.runtime as rt

    inputs = list(case.inputs())
    row: dict = {"name": case.name}
    runs, results, vmfbs = {}, {}, {}
    for name, (target, flags, driver) in BACKENDS.items():
        compile_times, load_times = [], []
        for _ in range(3):
            start = time.perf_counter()
            vmfbs[name] = compiler.compile_str(
                case.mlir, target_backends=[target], extra_args=flags)
            compile_times.append(time.perf_counter() - start)
        for _ in range(3):
            start = time.perf_counter()
            function, device = load(vmfbs[name], driver)
            load_times.append(time.perf_counter() - start)
        arrays = [rt.asdevicearray(device, x) for x in inputs]
        results[name] = call(function, arrays)  # also warms up
        runs[name] = (function, arrays)
        row[name] = {"compile": min(compile_times), "load": min(load_times),
                     "vmfb": len(vmfbs[name]), "latency": [],
                     "memory": peak_memory(vmfbs[name], driver, inputs)}
    np.testing.assert_allclose(results["tt-iree"], results["llvm-cpu"],
                               rtol=2e-3, atol=2e-3)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(row["tt-iree"]["latency"]) < 5:
        for name, (function, arrays) in runs.items():
            start = time.perf_counter()
            function(*arrays)
            row[name]["latency"].append(time.perf_counter() - start)
    for name in BACKENDS:
        latency = row[name].pop("latency")
        row[name]["min"] = min(latency)
        row[name]["median"] = statistics.median(latency)
    return row


def table(rows: list[dict]) -> str:
    lines = [
        "| program | ms min / median | llvm-cpu min / median | ratio min / median"
        " | compile s, ratio | load ms, ratio | vmfb KiB, ratio"
        " | peak MiB, ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        ours, peer = row["tt-iree"], row["llvm-cpu"]

        def both(key: str, scale: float) -> str:
            return f"{ours[key] * scale:.2f}, {ours[key] / peer[key]:.2f}"

        lines.append(
            f"| {row['name']}"
            f" | {ours['min'] * 1e3:.3f} / {ours['median'] * 1e3:.3f}"
            f" | {peer['min'] * 1e3:.3f} / {peer['median'] * 1e3:.3f}"
            f" | {ours['min'] / peer['min']:.2f}"
            f" / {ours['median'] / peer['median']:.2f}"
            f" | {both('compile', 1)} | {both('load', 1e3)}"
            f" | {both('vmfb', 1 / 1024)} | {both('memory', 2**-20)} |")
    return "\n".join(lines)


def mnist_cases() -> list[Case]:
    """The network of examples/mnist on batches of real digits."""
    import digits
    import export
    import train

    images = digits.split(*digits.load())[1][0]
    out = HERE.parent / "out" / "mnist"
    out.mkdir(parents=True, exist_ok=True)
    weights = train.trained(out / "weights.npz")
    return [Case(f"MNIST, batch of {batch}", export.stablehlo(weights, batch),
                 lambda batch=batch: [images[:batch]]) for batch in (1, 64)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", default="", help="part of a case's name")
    parser.add_argument("--seconds", type=float, default=3.0,
                        help="measuring time a case")
    parser.add_argument("--json", type=pathlib.Path, help="write raw figures")
    parser.add_argument("--write", action="store_true",
                        help="write docs/benchmarks.md")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child)
        return
    rows = []
    for case in CASES + mnist_cases():
        if options.case in case.name:
            print(case.name, file=sys.stderr, flush=True)
            rows.append(measure(case, options.seconds))
    text = table(rows)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    if options.write:
        header = (
            "# Benchmarks\n\nMade by `python bench/bench.py --write`; see its"
            " head for what is measured.\nThe mock device (default 8x8 grid)"
            " beside IREE's llvm-cpu on local-task, host CPU features, in one"
            f" run on {machine()}.\nRatios are tt-iree over llvm-cpu: below 1 is better."
            " Whole models are in\n[benchmarks-models.md](benchmarks-models.md).\n\n")
        (HERE.parent / "docs" / "benchmarks.md").write_text(
            header + text + "\n")


if __name__ == "__main__":
    main()

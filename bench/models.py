"""Measures whole models on the mock device beside llvm-cpu and their framework.

    python bench/models.py                    # all models, prints a table
    python bench/models.py --write            # and writes docs/benchmarks-models.md
    python bench/models.py --model decode     # models whose name contains that

Latencies are taken in turns, so that a busy machine disturbs all alike; inputs,
weights among them, are on the device. Peak memory is of one child process an
implementation, which makes the inputs, loads (JAX: compiles) and runs twice.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, Sequence

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "examples")]
from bench import load, machine, peak_so_far  # noqa: E402

LLVM_CPU = ["--iree-llvmcpu-target-cpu=host"]
TARGETS = {  # name: (compiler target, flags, runtime driver)
    "tt-iree O0": ("tenstorrent", ["--iree-opt-level=O0"], "tenstorrent"),
    "tt-iree O3": ("tenstorrent", ["--iree-opt-level=O3"], "tenstorrent"),
    "llvm-cpu O0": ("llvm-cpu", [*LLVM_CPU, "--iree-opt-level=O0"], "local-task"),
    "llvm-cpu O3": ("llvm-cpu", [*LLVM_CPU, "--iree-opt-level=O3"], "local-task"),
    "llvm-cpu tiled": ("llvm-cpu", [*LLVM_CPU, "--iree-opt-data-tiling"], "local-task"),
}


@dataclasses.dataclass(frozen=True)
class Model:
    """A function of JAX and what it is called with; ``unit`` is what a call makes."""

    function: Callable
    arguments: tuple
    unit: str
    count: int = 1

    def leaves(self) -> list[np.ndarray]:
        import jax

        return [np.asarray(leaf) for leaf in jax.tree.leaves(self.arguments)]

    def mlir(self) -> str:
        import jax

        return jax.jit(self.function).lower(*self.arguments).as_text()


def resnet18(batch: int) -> Model:
    import resnet18

    images = np.random.default_rng(1).standard_normal((batch, 224, 224, 3), np.float32)
    return Model(resnet18.resnet18, (resnet18.make_weights(0), images), "images", batch)


def gpt2(tokens: int) -> Model:
    """The 124M architecture: |tokens| at once into a cache of 144 positions."""
    import gpt2

    options = argparse.Namespace(layers=12, width=768, vocabulary=50257, prompt=128, steps=16)
    cache = np.zeros((12, 2, 12, 144, 64), np.float32)
    prompt = np.random.default_rng(1).integers(0, options.vocabulary, tokens, np.int32)
    arguments = (gpt2.make_weights(options), cache, np.int32(0), prompt)
    return Model(functools.partial(gpt2.gpt2, 12), arguments, "tokens", tokens)


MODELS: dict[str, Callable[[], Model]] = {
    "ResNet-18, 224 x 224": lambda: resnet18(1),
    "ResNet-18, 4 of 224 x 224": lambda: resnet18(4),
    "GPT-2 124M, prefill of 128": lambda: gpt2(128),
    "GPT-2 124M, decode": lambda: gpt2(1),
}


def first(result) -> np.ndarray:
    return np.asarray(result[0] if isinstance(result, (tuple, list)) else result)


def on_jax(model: Model) -> Callable:
    import jax

    arguments = jax.device_put(model.arguments)
    function = jax.jit(model.function)
    return lambda: jax.block_until_ready(function(*arguments))


def on_iree(vmfb: bytes, driver: str, leaves: Sequence[np.ndarray]) -> Callable:
    import iree.runtime as rt

    function, device = load(vmfb, driver)
    arrays = [rt.asdevicearray(device, leaf) for leaf in leaves]

    def call():
        result = function(*arrays)
        first(result)  # waits
        return result

    return call


def child(name: str, implementation: str, vmfb: str) -> None:
    model = MODELS[name]()
    if implementation == "JAX":
        call = on_jax(model)
    else:
        call = on_iree(pathlib.Path(vmfb).read_bytes(), TARGETS[implementation][2], model.leaves())
    call(), call()
    print(peak_so_far())


def peak_memory(name: str, implementation: str, vmfb: bytes) -> int:
    with tempfile.NamedTemporaryFile(suffix=".vmfb") as file:
        file.write(vmfb)
        file.flush()
        output = subprocess.run(
            [sys.executable, __file__, "--child", name, implementation, file.name],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    return int(output.split()[-1])


def compiled(mlir: str, target: str, flags: list[str]) -> tuple[bytes, float]:
    import iree.compiler as compiler

    start = time.perf_counter()
    vmfb = compiler.compile_str(
        mlir, target_backends=[target], input_type="stablehlo", extra_args=flags
    )
    return vmfb, time.perf_counter() - start


def measure(name: str, seconds: float) -> list[dict]:
    """A row an implementation; one that does not compile has a ``failure`` only."""
    model = MODELS[name]()
    mlir, leaves = model.mlir(), model.leaves()
    rows, calls = [], {}
    for implementation, (target, flags, driver) in TARGETS.items():
        row = {"name": name, "by": implementation, "laps": []}
        rows.append(row)
        try:
            vmfb, row["compile"] = compiled(mlir, target, flags)
        except Exception as error:  # the stock compiler's own refusals
            line = next((l for l in str(error).splitlines() if "error:" in l), "crashes")
            print(f"  {implementation}: {line}", file=sys.stderr)
            row["failure"] = "not compiled"
            continue
        row["vmfb"] = len(vmfb)
        start = time.perf_counter()
        load(vmfb, driver)
        row["load"] = time.perf_counter() - start
        row["memory"] = peak_memory(name, implementation, vmfb)
        calls[implementation] = on_iree(vmfb, driver, leaves)
    rows.append({"name": name, "by": "JAX", "laps": [], "memory": peak_memory(name, "JAX", b"")})
    calls["JAX"] = on_jax(model)
    wanted = first(calls["JAX"]())
    for row in rows:
        if row["by"] in calls and not np.allclose(first(calls[row["by"]]()), wanted, 2e-3, 2e-3):
            if row["by"].startswith("tt-iree"):
                raise SystemExit(f"{row['by']} answers {name} wrongly")
            row["failure"] = "wrong answer"  # its speed means nothing
            del calls[row["by"]]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rows[0]["laps"]) < 5:
        for row in rows:
            if row["by"] in calls:
                start = time.perf_counter()
                calls[row["by"]]()
                row["laps"].append(time.perf_counter() - start)
    for row in rows:
        row["rate"] = f"{model.count / min(row['laps']):.3g} {model.unit}/s" if row["laps"] else ""
    return rows


def table(rows: list[dict]) -> str:
    lines = [
        "| model | by | compile s | vmfb KiB | load ms | ms min / median | at best | peak MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]

    def cell(row: dict, key: str, scale: float) -> str:
        return f"{row[key] * scale:.1f}" if key in row else "-"

    for row in rows:
        laps = [lap * 1e3 for lap in row["laps"]]
        latency = f"{min(laps):.1f} / {statistics.median(laps):.1f}" if laps else row["failure"]
        lines.append(
            f"| {row['name']} | {row['by']} | {cell(row, 'compile', 1)}"
            f" | {cell(row, 'vmfb', 1 / 1024)} | {cell(row, 'load', 1e3)}"
            f" | {latency} | {row['rate']} | {cell(row, 'memory', 2**-20)} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="", help="part of a model's name")
    parser.add_argument("--seconds", type=float, default=10.0, help="measuring time a model")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks-models.md")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child)
        return
    rows = []
    for name in MODELS:
        if options.model in name:
            print(name, file=sys.stderr, flush=True)
            rows += measure(name, options.seconds)
    text = table(rows)
    print(text)
    if options.write:
        header = (
            "# Benchmarks of models\n\nMade by `python bench/models.py --write`; see its head"
            " for what is measured. All\nfrom JAX with random weights, by the mock device (default"
            " 8x8 grid), by\nIREE's llvm-cpu on local-task with the host's CPU features, and by"
            f" JAX itself,\nin one run on {machine()}.\n\n"
        )
        (HERE.parent / "docs" / "benchmarks-models.md").write_text(header + text + "\n")


if __name__ == "__main__":
    main()

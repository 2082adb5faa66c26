"""Real MNIST digits through IREE on a Tenstorrent Blackhole (the mock).

    python examples/mnist/demo.py [--device tenstorrent://mock?grid=1x1]

Trains a small network (once), exports it as StableHLO, compiles it for
"tenstorrent" and for "llvm-cpu", classifies 1,000 digits the training has not
seen on both, and fails if they disagree on any.
"""

import argparse
import json
import pathlib
import sys
import time
from typing import Dict, List, Tuple

import train  # first: it sets up numpy

import digits
import export
import numpy as np
import picture

import iree.compiler as compiler
import iree.runtime as runtime

BATCH = 100
OUT = pathlib.Path(__file__).resolve().parents[2] / "out" / "mnist"


def compiled(mlir: str, target: str, extra_args: List[str]) -> Tuple[bytes, float]:
    """The module and the seconds that took."""
    start = time.perf_counter()
    vmfb = compiler.compile_str(
        mlir, target_backends=[target], input_type="stablehlo", extra_args=extra_args
    )
    return vmfb, time.perf_counter() - start


def classify(vmfb: bytes, device: str, images: np.ndarray) -> Tuple[np.ndarray, Dict]:
    """Predicted digits, and times in milliseconds."""
    start = time.perf_counter()
    config = runtime.Config(device)
    vm_module = runtime.VmModule.copy_buffer(config.vm_instance, vmfb)
    main = runtime.load_vm_module(vm_module, config)["main"]
    load = time.perf_counter() - start
    predicted, laps = [], []
    for first in range(0, len(images), BATCH):
        start = time.perf_counter()
        probabilities = np.asarray(main(images[first : first + BATCH]))
        laps.append(time.perf_counter() - start)
        if not np.allclose(probabilities.sum(1), 1, atol=1e-4):
            raise RuntimeError(f"{device}: probabilities do not add up to 1")
        predicted.append(probabilities.argmax(1))
    times = {"load": load * 1e3, "min": min(laps) * 1e3, "median": np.median(laps) * 1e3}
    return np.concatenate(predicted), times


def print_dispatches(report: pathlib.Path) -> None:
    dispatches = json.loads(report.read_text())["dispatches"]
    rows = [("dispatch", "path", "cores", "why")]
    rows += [
        (d["entry"], d["path"], str(d["cores"]), d["reason"])
        for d in dispatches
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        print("  " + "  ".join(cells + [row[3]]).rstrip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="tenstorrent", help="URI of the device")
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)

    start = time.perf_counter()
    weights = train.trained(OUT / "weights.npz")
    print(f"network: {sum(w.size for w in weights.values())} weights, "
          f"ready in {time.perf_counter() - start:.1f} s")
    mlir = export.stablehlo(weights, BATCH)
    (OUT / "mnist.mlir").write_text(mlir)
    _, (images, labels) = digits.split(*digits.load())

    report = OUT / "report.json"
    runs = {}
    for target, device, flags in (
        ("tenstorrent", arguments.device, [f"--iree-tenstorrent-report={report}"]),
        ("llvm-cpu", "local-task", ["--iree-llvmcpu-target-cpu=host"]),
    ):
        vmfb, seconds = compiled(mlir, target, flags)
        (OUT / f"mnist-{target}.vmfb").write_bytes(vmfb)
        predicted, times = classify(vmfb, device, images)
        runs[target] = predicted
        print(
            f"{target:12} accuracy {(predicted == labels).mean():.1%} "
            f"on {len(images)} held-out digits | compile {seconds:.2f} s, "
            f"load {times['load']:.1f} ms, batch of {BATCH}: "
            f"min {times['min']:.2f} ms, median {times['median']:.2f} ms"
        )

    print("dispatches on tenstorrent:")
    print_dispatches(report)
    shown = slice(0, 8 * picture.COLUMNS)
    png = OUT / "digits.png"
    picture.write_png(
        png, picture.draw(images[shown], runs["tenstorrent"][shown], labels[shown])
    )
    print(f"picture: {png}")

    differing = np.flatnonzero(runs["tenstorrent"] != runs["llvm-cpu"])
    if differing.size:
        print(f"the back ends disagree on the digits {differing.tolist()}")
        return 1
    print(f"tenstorrent and llvm-cpu agree on all {len(images)} digits")
    return 0


if __name__ == "__main__":
    sys.exit(main())

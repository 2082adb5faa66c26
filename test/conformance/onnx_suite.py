"""Runs the ONNX backend suite for tenstorrent and, beside it, for llvm-cpu.

    python test/conformance/onnx_suite.py             # all of it
    python test/conformance/onnx_suite.py --only '*softmax*' --verbose

Ends with 1 when llvm-cpu passes a case that tenstorrent fails. One line a
case in the TSV: name, llvm-cpu's verdict, tenstorrent's, seconds of each, and
the first line of tenstorrent's error. A verdict is "pass", or where the case
ended: "import", "compile", "run", "wrong", "timeout", "crash".
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import pathlib
import sys
import time
from typing import Dict, NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import isolate  # noqa: E402

SAMPLE = HERE / "sample.txt"


class Verdict(NamedTuple):
    word: str
    seconds: float = 0.0
    error: str = ""


def sample() -> list:
    """The names that CI runs."""
    lines = SAMPLE.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def judge(name: str, target: str, device: str, flags: list) -> Verdict:
    """Runs in a worker."""
    import suite

    start = time.monotonic()
    try:
        suite.check(suite.cases()[name], target, device, flags)
        word, text = "pass", ""
    except suite.Failure as failure:
        word, text = failure.stage, str(failure)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # The compiler's message, rather than the line that says it failed.
    errors = [line for line in lines if "error:" in line] or [" ".join(lines[:6])]
    return Verdict(word, time.monotonic() - start, errors[0][:500] if errors else "")


def parse(argv=None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        action="append",
        help="cases whose name matches (fnmatch); may be repeated",
    )
    parser.add_argument(
        "--sample", action="store_true", help=f"the cases of {SAMPLE.name}, which CI runs"
    )
    parser.add_argument(
        "--device", default="tenstorrent://mock?checked=1", help="URI to run on (%(default)s)"
    )
    parser.add_argument(
        "--flag", action="append", default=[], help="an option for both compilers; may be repeated"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=300,
        help="seconds for one case on one back end (%(default)s)",
    )
    parser.add_argument(
        "--tsv",
        type=pathlib.Path,
        default=pathlib.Path("out/onnx_suite.tsv"),
        help="where the results go (%(default)s)",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="a line for each case that differs or fails here"
    )
    return parser.parse_args(argv)  # fmt: skip


def summary(rows: Dict[str, Dict[str, Verdict]]) -> str:
    ours = {name for name, row in rows.items() if row["tenstorrent"].word == "pass"}
    theirs = {name for name, row in rows.items() if row["llvm-cpu"].word == "pass"}
    unread = sum(row["llvm-cpu"].word == "import" for row in rows.values())
    return (
        f"{len(rows)} cases: {unread} not imported; llvm-cpu passes {len(theirs)}, "
        f"tenstorrent {len(ours & theirs)} of these and {len(ours - theirs)} others"
    )


def main() -> int:
    options = parse()
    import suite

    names = list(suite.cases())
    if options.sample:
        names = sample()
    if options.only:
        names = [n for n in names if any(fnmatch.fnmatch(n, p) for p in options.only)]
    targets = {
        "llvm-cpu": ("local-task", ["--iree-llvmcpu-target-cpu=host", *options.flag]),
        "tenstorrent": (options.device, options.flag),
    }
    calls = [(name, target, *targets[target]) for name in names for target in targets]
    rows: Dict[str, Dict[str, Verdict]] = {name: {} for name in names}
    done = 0
    for (name, target, *_), result in isolate.run(judge, calls, options.jobs, options.timeout):
        if isinstance(result, isolate.Lost):
            result = Verdict(str(result).split()[0], error=str(result))
        rows[name][target] = result
        if len(rows[name]) < len(targets):
            continue
        done += 1
        theirs, ours = (rows[name][target] for target in targets)
        if options.verbose and (ours.word != "pass" or theirs.word != "pass"):
            print(f"{name}: llvm-cpu {theirs.word}, tenstorrent {ours.word} {ours.error}")
        if sys.stderr.isatty():
            print(f"\r{done}/{len(names)}", end="", file=sys.stderr, flush=True)
    options.tsv.parent.mkdir(parents=True, exist_ok=True)
    with options.tsv.open("w") as out:
        print("case\tllvm-cpu\ttenstorrent\tllvm-cpu s\ttenstorrent s\terror", file=out)
        for name, row in rows.items():
            theirs, ours = (row[target] for target in targets)
            error = ours.error.replace("\t", " ")
            print(f"{name}\t{theirs.word}\t{ours.word}\t{theirs.seconds:.2f}\t{ours.seconds:.2f}\t{error}", file=out)  # fmt: skip
    missed = [
        name
        for name, row in rows.items()
        if row["llvm-cpu"].word == "pass" and row["tenstorrent"].word != "pass"
    ]
    for name in missed:
        print(f"missed: {name}: {rows[name]['tenstorrent'].word} {rows[name]['tenstorrent'].error}")
    print(summary(rows))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Compares random programs with llvm-cpu.

    python test/differential/differential.py                  # without end, from a random seed
    python test/differential/differential.py --first 0 --count 200
    python test/differential/differential.py --first 1234 --count 1 --show

A program that tenstorrent does not compile or run, or answers differently from
llvm-cpu, is reduced to the steps that matter and written to regressions/ as
MLIR, which test_differential.py runs from then on. Programs that llvm-cpu does not
compile are counted and passed over, at most one in ten: more would say that it is
not asked rightly. Ends with 1 when there was a failure.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import pathlib
import random
import re
import sys
from typing import Any, List, NamedTuple, Optional

import numpy as np
import random_program as programs

import iree.runtime as runtime
from iree.compiler import compile_str
from tt_iree import abi

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import isolate  # noqa: E402
import tile_path  # noqa: E402

DEVICE = "tenstorrent://mock?checked=1"
CPU_FLAGS = ["--iree-llvmcpu-target-cpu=host"]
REGRESSIONS = HERE / "regressions"


def inputs(arguments: List[programs.Type]) -> List[np.ndarray]:
    """Small numbers that every dtype holds exactly."""
    rng = np.random.default_rng(len(arguments))
    values = []
    for type in arguments:
        numbers = rng.integers(-4, 5, type.sizes)
        if type.is_float:
            numbers = np.clip(numbers + rng.integers(-7, 8, type.sizes) / 8, -4, 4)
        values.append(numbers.astype(abi.DTYPES[type.dtype]))
    return values


def answer(text: str, values: List[np.ndarray], target: str, device: str, flags) -> List[Any]:
    flags = [*flags, "--iree-input-demote-f64-to-f32=false"]
    if target == "tenstorrent":
        vmfb = tile_path.compiled(text, flags)
    else:
        vmfb = compile_str(text, target_backends=[target], extra_args=flags)
    results = runtime.invoke(vmfb, values, config=runtime.Config(device))
    return list(results) if isinstance(results, tuple) else [results]


def difference(got: List[Any], want: List[Any], atols: List[float]) -> str:
    """The first one that is more than rounding; "" when there is none."""
    for index, (a, b, atol) in enumerate(zip(got, want, atols)):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"result {index}: {a.dtype}{a.shape}, llvm-cpu {b.dtype}{b.shape}"
        x, y = (a, b) if a.dtype.kind in "iub" else (a.astype(np.float64), b.astype(np.float64))
        close = (x == y) if atol == 0 else np.isclose(x, y, 0, atol, equal_nan=True)
        if not close.all():
            at = tuple(int(i) for i in np.argwhere(~close)[0])
            count = int((~close).sum())
            return (
                f"result {index}: {count} of {close.size} differ; at {at} {a[at]}, llvm-cpu {b[at]}"
            )
    return ""


class Verdict(NamedTuple):
    word: str  # "pass", "skip" (llvm-cpu has no answer) or "fail"
    reason: str = ""


def judge(text: str, arguments: List[programs.Type], atols: List[float], device: str) -> Verdict:
    """Runs in a worker."""
    values = inputs(arguments)
    try:
        want = answer(text, values, "llvm-cpu", "local-task", CPU_FLAGS)
    except Exception as error:
        return Verdict("skip", str(error))
    try:
        got = answer(text, values, "tenstorrent", device, [])
    except Exception as error:
        lines = [line for line in str(error).splitlines() if "error:" in line]
        return Verdict("fail", (lines or [str(error)])[0])
    reason = difference(got, want, atols)
    return Verdict("fail" if reason else "pass", reason)


def stock(text: str, arguments: List[programs.Type], atols: List[float], device: str) -> None:
    """As judge, of llvm-cpu alone."""
    try:
        answer(text, inputs(arguments), "llvm-cpu", "local-task", CPU_FLAGS)
    except Exception:
        pass  # judge has said so


def too_many_skipped(words: List[str]) -> str:
    """Says that too few programs were compared; "" when enough were."""
    skipped, most = words.count("skip"), 2 + len(words) // 10
    if skipped <= most:
        return ""
    return f"llvm-cpu has no answer to {skipped} of {len(words)} programs, more than {most}"


def call(program: programs.Program, device: str):
    atols = [program.atol(result) for result in program.results]
    return program.text("main"), program.arguments, atols, device


def without(program: programs.Program, step: int) -> Optional[programs.Program]:
    """|program| with an argument in place of a step, and only what it needs."""
    count = len(program.arguments)
    arguments = [*program.arguments, program.steps[step].type]
    names = {value: value for value in range(count)}
    names[count + step] = count
    needed = set(program.results)
    for index in reversed(range(len(program.steps))):
        if count + index in needed and index != step:
            needed.update(program.steps[index].operands)
    steps = []
    for index, old in enumerate(program.steps):
        if index == step or count + index not in needed:
            continue
        names[count + index] = count + 1 + len(steps)
        steps.append(dataclasses.replace(old, operands=tuple(names[v] for v in old.operands)))
    results = [names[value] for value in program.results]
    return programs.Program(arguments, steps, results) if steps else None


def reduced(program: programs.Program, fails) -> programs.Program:
    """The smallest program that still fails, by leaving out step after step."""
    again = True
    while again:
        again = False
        smaller = [
            programs.Program(program.arguments, program.steps, [result])
            for result in program.results
            if len(program.results) > 1
        ]
        count = len(program.arguments)
        smaller += [
            programs.Program(program.arguments, program.steps[: v - count + 1], [v])
            for v in range(count, count + len(program.steps) - 1)
        ]
        smaller += [without(program, step) for step in range(len(program.steps))]
        for candidate in smaller:
            if candidate and fails(candidate):
                program, again = candidate, True
                break
    return program


def regression_text(program: programs.Program, about: str) -> str:
    """Text of a file in regressions/."""
    sizes = "; ".join("x".join(map(str, [*type.sizes, type.dtype])) for type in program.arguments)
    atols = " ".join(f"{program.atol(result):g}" for result in program.results)
    return f"// {about.strip()}\n// arguments: {sizes}\n// atol: {atols}\n{program.text('main')}"


def regression(text: str):
    """Arguments of judge() without the device."""
    found = re.search(r"^// arguments: (.*)\n// atol: (.*)$", text, re.M)
    arguments = []
    for one in found[1].split("; "):
        *sizes, dtype = one.split("x")
        sizes = tuple(map(int, sizes))
        arguments.append(programs.Type(dtype, sizes, (False,) * len(sizes)))
    return text, arguments, [float(atol) for atol in found[2].split()]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=random.randrange(10**6), help="the first seed")
    parser.add_argument("--count", type=int, help="how many; default: until interrupted")
    parser.add_argument("--device", default=DEVICE, help="URI (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (%(default)s)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one program")
    parser.add_argument("--show", action="store_true", help="print the programs")
    options = parser.parse_args()  # fmt: skip

    def verdicts(made):
        calls = {text: (text, *rest) for text, *rest in (call(p, options.device) for p in made)}
        answers = {}
        lost = []
        for arguments, result in isolate.run(judge, calls.values(), options.jobs, options.timeout):
            if isinstance(result, isolate.Lost):
                lost.append(arguments)
                result = Verdict("fail", str(result))
            answers[arguments[0]] = result
        # Whoever dies alone did it.
        for arguments, result in isolate.run(stock, lost, options.jobs, options.timeout):
            if isinstance(result, isolate.Lost):
                answers[arguments[0]] = Verdict("skip", f"llvm-cpu: {result}")
        return [answers[program.text("main")] for program in made]

    seeds = itertools.count(options.first)
    if options.count is not None:
        seeds = itertools.islice(seeds, options.count)
    words: List[str] = []
    while chunk := list(itertools.islice(seeds, 50)):
        made = [programs.make(seed) for seed in chunk]
        for seed, program, verdict in zip(chunk, made, verdicts(made)):
            words.append(verdict.word)
            if options.show:
                print(program.text("main"))
            if verdict.word != "fail":
                continue
            print(f"seed {seed}: {verdict.reason}", flush=True)
            small = reduced(program, lambda p: verdicts([p])[0].word == "fail")
            path = REGRESSIONS / f"seed_{seed}.mlir"
            path.parent.mkdir(exist_ok=True)
            path.write_text(regression_text(small, verdict.reason.splitlines()[0]))
            print(f"  reduced: {path}", flush=True)
        counts = {word: words.count(word) for word in ("pass", "skip", "fail")}
        print(f"seeds {options.first} to {chunk[-1]}: {counts}", flush=True)
    complaint = too_many_skipped(words)
    if complaint:
        print(complaint)
    return 1 if complaint or "fail" in words else 0


if __name__ == "__main__":
    sys.exit(main())

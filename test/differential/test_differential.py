"""A fixed list of random programs, and all that ever failed, beside llvm-cpu.
differential.py runs more of them."""

import differential
import pytest
import random_program

REGRESSIONS = sorted(differential.REGRESSIONS.glob("*.mlir"))
SEEDS = range(80)


@pytest.fixture(scope="module")
def words():
    """Of the verdicts in this process; looked at behind the last."""
    words = []
    yield words
    complaint = differential.too_many_skipped(words)
    assert not complaint, complaint


def check(verdict: differential.Verdict, words) -> None:
    words.append(verdict.word)
    assert verdict.word != "fail", verdict.reason
    if verdict.word == "skip":
        pytest.skip(f"llvm-cpu: {verdict.reason.splitlines()[0]}")


@pytest.mark.parametrize("seed", SEEDS)
def test_seed(seed, pytestconfig, words):
    program = random_program.make(seed)
    device = pytestconfig.getoption("device")
    check(differential.judge(*differential.call(program, device)), words)


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_regression(path, pytestconfig, words):
    arguments = differential.regression(path.read_text())
    check(differential.judge(*arguments, pytestconfig.getoption("device")), words)


def test_reducer():
    """It keeps only the step that matters."""
    program = next(
        program
        for program in map(random_program.make, range(1000))
        if len(program.steps) > 4 and any("arith.addf" in step.text for step in program.steps)
    )
    small = differential.reduced(program, lambda p: "arith.addf" in p.text("main"))
    assert len(small.steps) == 1 and "arith.addf" in small.steps[0].text
    _, arguments, atols = differential.regression(differential.regression_text(small, "one"))
    assert [argument.sizes for argument in arguments] == [t.sizes for t in small.arguments]
    assert atols == pytest.approx([small.atol(small.results[0])], 1e-5)


def test_bound_of_skips():
    assert not differential.too_many_skipped(["skip"] * 2)
    assert not differential.too_many_skipped(["skip"] * 10 + ["pass"] * 75)
    assert differential.too_many_skipped(["skip"] * 11 + ["pass"] * 75)

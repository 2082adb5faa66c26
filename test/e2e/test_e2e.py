"""Every case of the table, compiled for tenstorrent, run on the mock, and
compared with the llvm-cpu back end of the same wheels."""

import numpy as np
import pytest
from case import Case, Table, t
from runner import Runner, compare, expected
from table import groups

GROUPS = groups()
CASES = [
    pytest.param(case, id=case.id, marks=pytest.mark.xdist_group(group))
    for group, members in GROUPS.items()
    for case in members
]


@pytest.fixture(scope="session")
def tenstorrent(pytestconfig: pytest.Config) -> Runner:
    return Runner("tenstorrent", pytestconfig.getoption("device"), GROUPS)


@pytest.fixture(scope="session")
def llvm_cpu() -> Runner:
    return Runner("llvm-cpu", "local-task", GROUPS)


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, tenstorrent: Runner, llvm_cpu: Runner) -> None:
    want = llvm_cpu.run(case) if case.stock else expected(case)
    compare(case, tenstorrent.run(case), want)


@pytest.mark.parametrize(
    "case", [p for p in CASES if p.values[0].numpy and p.values[0].stock]
)
def test_table(case: Case, llvm_cpu: Runner) -> None:
    """The table itself: numpy agrees with llvm-cpu on what a case means."""
    compare(case, llvm_cpu.run(case), expected(case))


def test_group_that_compiles_in_parts_only() -> None:
    table, ty = Table(), t((4,), "f32")
    for name in ("one", "two"):
        value = np.zeros(4, np.float32)
        module = "util.global private @same = 1 : i32\n"
        table.raw("parts", name, [(ty, value)], [ty], f"  return %a : {ty}", module=module)
    runner = Runner("llvm-cpu", "local-task", {"parts": table.cases})
    with pytest.raises(Exception, match="redefinition of symbol"):
        runner.run(table.cases[1])

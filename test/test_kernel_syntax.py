"""Every golden kernel compiles against tt-metal v0.65.0's own headers.

The kernels are what the emitter makes of tile/testdata/*.tile (tile/emit_test.c
keeps them current): every op with every dtype is among them.
"""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools" / "kernel_check"))

import kernel_check  # noqa: E402

KERNELS = sorted((ROOT / "tile" / "testdata" / "kernels").glob("*.cpp"))


@pytest.fixture(autouse=True)
def toolchain():
    if lacking := kernel_check.missing():
        pytest.skip(f"needs {lacking}")


def test_kernels_exist():
    assert len(KERNELS) > 40


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda path: path.stem)
def test_syntax(kernel):
    errors = kernel_check.check(kernel)
    assert not errors, errors


@pytest.mark.parametrize("unit", ["reader", "compute", "writer"])
def test_wrong_call_is_found(unit, tmp_path):
    """The check is one: a call that tt-metal does not have fails it."""
    source = next(path for path in KERNELS if path.name.endswith(f"{unit}.cpp"))
    text = source.read_text()
    known = "cb_wait_front(" if "cb_wait_front(" in text else "cb_reserve_back("
    broken = tmp_path / source.name
    broken.write_text(text.replace(known, "cb_wait_for_it("))
    assert "cb_wait_for_it" in kernel_check.check(broken)

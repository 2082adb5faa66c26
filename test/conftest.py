"""Paths and options for the tests; they run against the installed package."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "test" / "e2e"), str(ROOT / "examples" / "mnist")]
sys.path[:0] = [str(ROOT / "test" / part) for part in ("", "conformance", "differential")]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--device",
        # Checked: elements of CBs that nobody wrote, misaligned bindings.
        default="tenstorrent://mock?checked=1",
        help="URI of the device that the end-to-end cases run on",
    )

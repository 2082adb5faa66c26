"""Paths for the tests; they run against the installed package."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "test" / "e2e"), str(ROOT / "examples" / "mnist")]

"""Compiles for tenstorrent and looks at what the compile report says."""

from __future__ import annotations

import json
import pathlib
import tempfile
from typing import Sequence

from iree.compiler import compile_str

# How ttc_tile.c begins the reason when it gives a plan up.
GIVEN_UP = "the plan has no valid program"


def check(dispatches: Sequence[dict]) -> None:
    """AssertionError for a plan that was given up. Such a dispatch takes the
    floor: the answer is right, only late, so nothing else tells of the mistake."""
    for dispatch in dispatches:
        assert not dispatch["reason"].startswith(GIVEN_UP), f"{dispatch['entry']}: {dispatch['reason']}"  # fmt: skip


def compiled(text: str, flags: Sequence[str]) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        report = pathlib.Path(directory, "report.json")
        vmfb = compile_str(
            text,
            target_backends=["tenstorrent"],
            extra_args=[*flags, f"--iree-tenstorrent-report={report}"],
        )
        check(json.loads(report.read_text())["dispatches"])
    return vmfb

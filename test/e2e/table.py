"""The table of end-to-end cases, in groups that share a module."""

from __future__ import annotations

import itertools
from typing import Dict, List

import bodies
import chains
import control
import elementwise
import gathers
import indices
import linear
import narrow
import quantized
import shared
import sorts
import structure
from case import Case, Table


def cases() -> List[Case]:
    table = Table()
    for part in (bodies, chains, control, elementwise, gathers, indices, linear, narrow, quantized, shared, sorts, structure):
        part.fill(table)
    ids = [case.id for case in table.cases]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise ValueError(f"cases of the same name: {sorted(twice)}")
    return table.cases


def groups() -> Dict[str, List[Case]]:
    ordered = sorted(cases(), key=lambda case: case.group)
    return {
        group: list(members)
        for group, members in itertools.groupby(ordered, lambda case: case.group)
    }


def module_text(members: List[Case]) -> str:
    return "\n".join(case.module + case.text for case in members)

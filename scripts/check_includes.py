#!/usr/bin/env python3
"""Checks that #include lines go one way.

    tile       -> libc
    toolchain  -> tile
    iree_abi   -> libc
    mock       -> tile, tt_backend.h
    blackhole  -> tile, toolchain, tt_backend.h
    driver     -> tile, iree_abi, tt_backend.h (devices only through it)
    compiler   -> tile, toolchain, itself
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DRIVER = "runtime/src/iree/hal/drivers/tenstorrent"
COMPILER = "compiler/plugins/target/tenstorrent"
ABI = "runtime/src/iree_abi"

# Directory -> directories its files may include from, besides their own.
# The first entry that holds a file decides, so inner directories come first.
RULES = {
    f"{DRIVER}/mock": ["tile", f"{DRIVER}/tt_backend.h"],
    f"{DRIVER}/blackhole": ["tile", "toolchain", f"{DRIVER}/tt_backend.h"],
    DRIVER: ["tile", ABI],
    ABI: [],
    COMPILER: ["tile", "toolchain"],
    "toolchain": ["tile"],
    "tile": [],
}
# The driver reaches the mock through its vtable, which this header declares.
EXTRA = {DRIVER: [f"{DRIVER}/mock/mock.h"]}
# Where quoted includes are looked up, besides the file's own directory.
SEARCH = ["", "runtime/src", ABI]

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def area(path: str) -> str:
    for directory in RULES:
        if path.startswith(directory + "/"):
            return directory
    return ""


def resolve(include: str, source: pathlib.Path) -> str:
    """Path of the included file, relative to the root; "" if not ours."""
    for base in [source.parent] + [ROOT / d for d in SEARCH]:
        candidate = (base / include).resolve()
        if candidate.is_file() and ROOT in candidate.parents:
            return str(candidate.relative_to(ROOT))
    return ""


def main() -> int:
    problems = []
    for directory in ("tile", "toolchain", "compiler", "runtime"):
        for source in sorted((ROOT / directory).rglob("*")):
            if source.suffix not in (".c", ".h", ".def", ".inc"):
                continue
            name = str(source.relative_to(ROOT))
            # Headers for the device's compiler, not for ours.
            if name.startswith("toolchain/include/"):
                continue
            here = area(name)
            if not here:
                continue
            allowed = [here, *RULES[here], *EXTRA.get(here, [])]
            text = source.read_text()
            for match in INCLUDE.finditer(text):
                target = resolve(match.group(1), source)
                if not target:
                    # IREE's own header tree takes the place of iree_abi in a
                    # build inside IREE: the name must exist in ours too.
                    problem = f"not found: {match.group(1)}"
                elif area(target) in allowed or target in allowed:
                    continue
                else:
                    problem = f"{here} must not include {target}"
                line = text.count("\n", 0, match.start()) + 1
                problems.append(f"{name}:{line}: {problem}")
    print("\n".join(problems) if problems else "check_includes: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

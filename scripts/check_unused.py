#!/usr/bin/env python3
"""Checks that every function a header declares is used where it is not defined.

A function that only its own file needs is static; one that nobody needs goes.
"""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A declaration starts its line; attributes with numbers may precede the name.
DECLARATION = re.compile(
    r"^(?!static|typedef)\w(?:[\w *\n]|\([\d, ]*\))*?\b([a-z]\w*)\([^{}]*?\)[^{};]*;",
    re.M,
)
WORD = re.compile(r"\b[a-z]\w*")
# Called by IREE, by libFuzzer, by emitted kernels.
FOREIGN = re.compile(r"/registration/|/fuzz/|^tools/kernel_check/")


def read(*patterns: str) -> dict:
    command = ["git", "ls-files", "-z", "--", *patterns]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = [name for name in out.stdout.decode().split("\0") if name]
    return {n: (ROOT / n).read_text() for n in names if (ROOT / n).is_file()}


def main() -> int:
    headers = read("*.h")
    files = collections.Counter()  # .c and .py files that have a word
    mentions = collections.Counter()  # in headers, where inline functions are
    for text in read("*.c", "*.py", "tile/kernel_host/*.cpp").values():
        files.update(set(WORD.findall(text)))
    for text in headers.values():
        mentions.update(WORD.findall(text))
    problems = []
    for name, text in headers.items():
        if FOREIGN.search(name):
            continue
        for found in DECLARATION.finditer(text):
            function = found.group(1)
            if files[function] < 2 and mentions[function] < 2:
                line = text.count("\n", 0, found.start(1)) + 1
                problems.append(f"{name}:{line}: {function} is used in no other file")
    print("\n".join(problems) if problems else "check_unused: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

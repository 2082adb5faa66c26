#!/usr/bin/env python3
"""Checks what can be checked of the style: formatting, sizes, words.

--fix formats the C sources first.
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = {".c": 600, ".h": 250, ".py": 600}
MAX_FUNCTION_LINES = 60
# Tables, tests and declarations of others' interfaces are as long as what they
# list.
LONG_FILES = re.compile(
    r"^runtime/src/iree_abi/|^tools/kernel_check/include/|^toolchain/include/"
    r"|_test\.c$|^tile/(math|lanes)_\w+\.h$"
)
LONG_FUNCTIONS = re.compile(r"_test\.c$")
# As clang-format leaves it: the name of a function (or a macro that makes one)
# starts its line or follows a type, and only the body's brace ends it.
FUNCTION = re.compile(r"^[A-Za-z_][^;={]*\([^;{]*\)[^;{=]*\{$", re.MULTILINE)
# Words that no file may have: marks of unfinished work (docs/status.md is the
# place for what is missing) and paths of one particular machine.
FORBIDDEN = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|(?<![\w.~])/(root|work|home)/\w")


def tracked_files() -> list:
    """And those that are about to be."""
    command = "git ls-files --cached --others --exclude-standard -z".split()
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    names = sorted(name for name in out.decode().split("\0") if name)
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def check_format(sources: list, fix: bool) -> list:
    tool = shutil.which("clang-format")
    if tool is None:
        return ["clang-format is missing (pip install -r requirements/test.txt)"]
    problems = []
    for source in sources:
        name = source.relative_to(ROOT)
        text = source.read_bytes()
        # A header with designated initializers would pass for Objective-C.
        command = [tool, f"--assume-filename={source.with_suffix('.c')}"]
        run = subprocess.run(command, input=text, capture_output=True)
        if run.returncode:
            problems.append(f"{name}: {run.stderr.decode().strip()}")
        elif run.stdout != text:
            if fix:
                source.write_bytes(run.stdout)
            else:
                problems.append(f"{name}: not formatted; run `make format`")
    return problems


def check_text(path: pathlib.Path) -> list:
    name = str(path.relative_to(ROOT))
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return []  # A binary file, as fuzzing corpora have them.
    problems = []
    lines = text.split("\n")
    limit = MAX_LINES.get(path.suffix)
    if limit and len(lines) > limit and not LONG_FILES.search(name):
        problems.append(f"{name}: {len(lines)} lines, at most {limit}")
    if text and not text.endswith("\n"):
        problems.append(f"{name}: no newline at the end")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() and path.suffix != ".md":
            problems.append(f"{name}:{number}: space at the end of the line")
        if path.name != "check_style.py" and FORBIDDEN.search(line):
            problems.append(f"{name}:{number}: forbidden: {line.strip()}")
    return problems


def check_functions(path: pathlib.Path) -> list:
    name = path.relative_to(ROOT)
    text = path.read_text()
    problems = []
    for head in FUNCTION.finditer(text):
        end = text.find("\n}", head.end())
        length = text.count("\n", head.start(), end) + 2
        if length > MAX_FUNCTION_LINES:
            line = text.count("\n", 0, head.start()) + 1
            problems.append(
                f"{name}:{line}: a function of {length} lines, "
                f"at most {MAX_FUNCTION_LINES}"
            )
    return problems


def main() -> int:
    files = [path for path in tracked_files() if "testdata" not in path.parts]
    sources = [path for path in files if path.suffix in (".c", ".h")]
    problems = check_format(sources, "--fix" in sys.argv[1:])
    for path in files:
        problems += check_text(path)
    for path in sources:
        if not LONG_FUNCTIONS.search(path.name):
            problems += check_functions(path)
    print("\n".join(problems) if problems else "check_style: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Fetches tt-metal v0.65.0's device code for toolchain/, and ttnn's signatures.

It is inside the PyPI wheel ttnn 0.65.0, which exists for few Pythons only; pip
downloads it on any. Nothing is installed: firmware sources, kernel headers and
linker scripts go to $XDG_CACHE_HOME/tt-iree (default ~/.cache/tt-iree), laid
out as in tt-metal's own tree, and the texts of ttnn's binary to _ttnn.txt beside
them: signatures are among them, which a test compares with what tt-iree calls.
Safe to run again; when they are there it does nothing and needs no network.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

VERSION = "0.65.0"
# Folders of the wheel that hold device code, and what of them is needed.
FOLDERS = ("ttnn/tt_metal/", "ttnn/runtime/hw/toolchain/blackhole/")
SUFFIXES = (".h", ".hpp", ".inc", ".cc", ".c", ".cpp", ".S", ".ld")


def cache_dir() -> pathlib.Path:
    """Where the device code lies, whether or not it is there yet."""
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "tt-iree" / f"tt-metal-{VERSION}"


def download(folder: str) -> pathlib.Path:
    """Downloads the wheel into |folder| and returns its path."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
         "--only-binary=:all:", "--python-version", "3.12", "--platform",
         "manylinux_2_34_x86_64", "--dest", folder, f"ttnn=={VERSION}"],
        check=True)
    return next(pathlib.Path(folder).glob("*.whl"))


def texts(binary: bytes) -> str:
    """The texts of a binary, in its order, but for mangled names."""
    found = (t for t in binary.split(b"\0") if re.fullmatch(rb"[\n\x20-\x7e]{3,4000}", t))
    return "\n".join(t.decode() for t in found if not t.startswith(b"_Z"))


def main() -> int:
    target = cache_dir()
    if (target / "_ttnn.txt").is_file():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wheel = download(folder)
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(FOLDERS) and name.endswith(SUFFIXES):
                    archive.extract(name, folder)
                if re.fullmatch(r"ttnn/_ttnn\.[^/]*\.so", name):
                    signatures = texts(archive.read(name))
        new = pathlib.Path(folder) / "ttnn"
        (new / "_ttnn.txt").write_text(signatures)
        # All or nothing: the last file says that it is complete. A folder from
        # before there was one is replaced.
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(str(new), target)
    print(f"tt-metal's device code of ttnn {VERSION}: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

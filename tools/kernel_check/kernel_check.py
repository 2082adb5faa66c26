#!/usr/bin/env python3
"""Compiles emitted kernels, syntax only, against tt-metal v0.65.0's headers.

    kernel_check.py reader.cpp compute.cpp ...

A reader is checked as NCRISC code, a writer as BRISC code, a compute kernel
three times: for the unpack, math and pack threads. The compiler is a stock
riscv64-unknown-elf-g++; what it lacks of Tenstorrent's own toolchain is
declared in include/. What tt-metal generates for each kernel from its circular
buffers is generated here from the comments at the kernel's top.
"""

import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_ttnn  # noqa: E402

COMPILER = "riscv64-unknown-elf-g++"
# tt-metal's numbers of the formats that kernels use (tt::DataFormat).
FORMATS = {"Float32": 0, "Float16": 1, "Float16_b": 5, "Int32": 8,
           "UInt16": 9, "UInt8": 30}
TF32 = 4
NO_FORMAT = 255

INCLUDES = """
. include hw/inc hw/inc/tt-1xx hw/inc/debug hostdevcommon/api api api/tt-metalium
hw/ckernels/blackhole/metal/common hw/ckernels/blackhole/metal/llk_io
hw/inc/tt-1xx/blackhole hw/inc/tt-1xx/blackhole/blackhole_defines
hw/inc/tt-1xx/blackhole/noc
third_party/tt_llk/tt_llk_blackhole/common/inc
third_party/tt_llk/tt_llk_blackhole/llk_lib
hw/ckernels/blackhole/metal/llk_api hw/ckernels/blackhole/metal/llk_api/llk_sfpu
hw/firmware/src/tt-1xx""".split()
DEFINES = """
ARCH_BLACKHOLE TENSIX_FIRMWARE KERNEL_BUILD LOCAL_MEM_EN=0
PROGRAMMABLE_CORE_TYPE=0 NUM_DRAM_BANKS=7 IS_NOT_POW2_NUM_DRAM_BANKS=1
NUM_L1_BANKS=120 IS_NOT_POW2_NUM_L1_BANKS=1 PCIE_NOC_X=19 PCIE_NOC_Y=24
DISPATCH_MESSAGE_ADDR=0xFFB70438 KERNEL_COMPILE_TIME_ARGS=0""".split()
# Thread: its firmware source and defines.
THREADS = {
    "ncrisc": ("ncrisck.cc", "COMPILE_FOR_NCRISC PROCESSOR_INDEX=1 NOC_INDEX=1 "
               "NOC_MODE=0"),
    "brisc": ("brisck.cc", "COMPILE_FOR_BRISC PROCESSOR_INDEX=0 NOC_INDEX=0 "
              "NOC_MODE=0"),
    "unpack": ("trisck.cc", "COMPILE_FOR_TRISC=0 PROCESSOR_INDEX=2 "
               "UCK_CHLKC_UNPACK NAMESPACE=chlkc_unpack"),
    "math": ("trisck.cc", "COMPILE_FOR_TRISC=1 PROCESSOR_INDEX=3 "
             "UCK_CHLKC_MATH NAMESPACE=chlkc_math"),
    "pack": ("trisck.cc", "COMPILE_FOR_TRISC=2 PROCESSOR_INDEX=4 "
             "UCK_CHLKC_PACK NAMESPACE=chlkc_pack"),
}
UNITS = {"Reader": ["ncrisc"], "Writer": ["brisc"],
         "Compute": ["unpack", "math", "pack"]}


def standard_headers() -> list[str]:
    """Folders of C++ and C headers for a freestanding RISC-V target."""
    folders = []
    for base in sorted(glob.glob("/usr/include/newlib/c++/*")):
        folders = [base, base + "/arm-none-eabi"]
    folders += glob.glob("/usr/lib/picolibc/riscv64-unknown-elf/include")
    return folders


def missing() -> str:
    """Why kernels cannot be checked here; empty if they can."""
    if not shutil.which(COMPILER):
        return f"{COMPILER} (Debian package gcc-riscv64-unknown-elf)"
    if len(standard_headers()) < 3:
        return ("C++ headers for it (Debian packages "
                "libstdc++-arm-none-eabi-dev and picolibc-riscv64-unknown-elf)")
    if not fetch_ttnn.cache_dir().is_dir():
        return "tt-metal's headers (scripts/fetch_ttnn.py)"
    return ""


def array(kind: str, name: str, values: list) -> str:
    return f"constexpr {kind} {name}[32] = {{{', '.join(map(str, values))}}};\n"


def generated_headers(text: str) -> dict[str, str]:
    """What tt-metal generates from the circular buffers and compute options."""
    source, rows, sizes = [NO_FORMAT] * 32, [32] * 32, [4096] * 32
    direct = [False] * 32
    for match in re.finditer(
            r"^// CB (\d+): (\w+) (\d+)x32, \d+ pages of (\d+) bytes(.*)$", text,
            re.M):
        cb = int(match[1])
        source[cb], rows[cb] = FORMATS[match[2]], int(match[3])
        sizes[cb], direct[cb] = int(match[4]), "unpack_to_dest" in match[5]
    options = re.search(r"^// Compute: (.*)$", text, re.M)
    options = options[1] if options else "HiFi4"
    fp32 = "fp32_dest_acc" in options
    unpacked = [TF32 if f == 0 and not d else f for f, d in zip(source, direct)]
    dims = {
        "num_faces": ("uint8_t", [4 if r == 32 else 2 for r in rows]),
        "partial_face": ("uint8_t", [int(r < 16) for r in rows]),
        "face_r_dim": ("uint8_t", [min(r, 16) for r in rows]),
        "narrow_tile": ("uint8_t", [0] * 32),
        "r_dim": ("uint8_t", rows),
        "c_dim": ("uint8_t", [32] * 32),
        "size": ("uint16_t", sizes),
    }
    names = {"r_dim": "tile_r_dim", "c_dim": "tile_c_dim", "size": "tile_size",
             "num_faces": "tile_num_faces", "face_r_dim": "tile_face_r_dim"}

    def tile_dims(prefix: str) -> str:
        return "".join(array(kind, f"{prefix}_{names.get(name, name)}", values)
                       for name, (kind, values) in dims.items())

    top = "#pragma once\n#include <cstdint>\n"
    fidelity = {"LoFi": 0, "HiFi2": 2, "HiFi3": 3, "HiFi4": 4}
    sync = "SyncFull" if "dst_full_sync" in options else "SyncHalf"
    return {
        "chlkc_unpack_data_format.h": top
        + array("unsigned char", "unpack_src_format", source)
        + array("unsigned char", "unpack_dst_format", unpacked),
        "chlkc_pack_data_format.h": top
        + array("unsigned char", "pack_src_format", source)
        + array("unsigned char", "pack_dst_format", source),
        "chlkc_unpack_tile_dims.h": top + tile_dims("unpack"),
        "chlkc_pack_tile_dims.h": top + tile_dims("pack"),
        "chlkc_math_fidelity.h": top + "constexpr std::int32_t MATH_FIDELITY = "
        f"{fidelity[options.split(',')[0]]};\n",
        "chlkc_math_approx_mode.h": top
        + f"constexpr bool APPROX = {str('approx' in options).lower()};\n",
        "chlkc_dst_accum_mode.h": top
        + f"constexpr bool DST_ACCUM_MODE = {str(fp32).lower()};\n",
        "chlkc_dst_sync_mode.h": f"#pragma once\n#define DST_SYNC_MODE "
        f"DstSync::{sync}\n",
        "defines_generated.h": "",
    }


def command(thread: str, folder: pathlib.Path) -> list[str]:
    metal = fetch_ttnn.cache_dir() / "tt_metal"
    source, defines = THREADS[thread]
    flags = ["-march=rv32im_zicsr_zifencei", "-mabi=ilp32", "-std=c++17",
             "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fsyntax-only",
             "-ffast-math", "-nostdinc++", "-w", "-include",
             str(HERE / "include" / "before.h"), f"-I{folder}",
             f"-I{HERE / 'include'}", f"-I{metal.parent}"]
    flags += [f"-I{metal / path}" for path in INCLUDES]
    for path in standard_headers():
        flags += ["-isystem", path]
    flags += [f"-D{define}" for define in DEFINES + defines.split()]
    return [COMPILER, *flags,
            str(metal / "hw" / "firmware" / "src" / "tt-1xx" / source)]


def check(kernel: pathlib.Path) -> str:
    """Checks one kernel for all its threads; returns the errors, or ""."""
    text = kernel.read_text()
    unit = re.match(r"// (\w+) kernel of ", text)
    if not unit:
        return f"{kernel}: not an emitted kernel"
    errors = ""
    for thread in UNITS[unit[1]]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for header, content in generated_headers(text).items():
                (folder / header).write_text(content)
            include = f'#include "{kernel.resolve()}"\n'
            (folder / "kernel_includes.hpp").write_text(include)
            (folder / f"chlkc_{thread}.cpp").write_text(
                f"#define TRISC_{thread.upper()}\n"
                f'#include "defines_generated.h"\n{include}')
            done = subprocess.run(command(thread, folder), text=True,
                                  capture_output=True,
                                  env={**os.environ, "LC_ALL": "C"})
        if done.returncode:
            errors += f"{kernel} ({thread}):\n{done.stderr}"
    return errors


def main(paths: list[str]) -> int:
    if lacking := missing():
        print(f"missing: {lacking}", file=sys.stderr)
        return 2
    failed = 0
    for path in paths:
        errors = check(pathlib.Path(path))
        if errors:
            failed += 1
            print(errors, file=sys.stderr)
    print(f"{len(paths) - failed} of {len(paths)} kernels pass")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

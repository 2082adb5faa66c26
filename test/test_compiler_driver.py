"""The drop-in iree-compile: what it does itself, and what it hands on.

Runs the built tool: from the build directory TT_IREE_BUILD_DIR, or the one in
the installed package.
"""

import json
import os
import pathlib
import re
import subprocess

import pytest

compiler_libs = pytest.importorskip(
    "iree.compiler._mlir_libs", reason="iree-base-compiler is not installed"
)

LIB_DIR = pathlib.Path(compiler_libs.__path__[0])
STOCK = LIB_DIR / "iree-compile"
OURS = ["--iree-hal-target-backends=tenstorrent"]
# Keeps expected stderr short: stock prints whole modules otherwise.
BRIEF = "--mlir-print-op-on-diagnostic=false"

ADD = """
func.func @add(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = arith.addf %a, %b : tensor<4xf32>
  return %r : tensor<4xf32>
}
"""

MULTI = """
util.global private mutable @state = dense<1.0> : tensor<8xf32>
func.func @step(%x: tensor<8xf32>) -> tensor<8xf32> {
  %s = util.global.load @state : tensor<8xf32>
  %r = arith.addf %s, %x : tensor<8xf32>
  util.global.store %r, @state : tensor<8xf32>
  return %r : tensor<8xf32>
}
func.func @scale(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4xi32>) {
  %c = arith.constant dense<[[1.0,2.0,3.0,4.0],[5.0,6.0,7.0,8.0],
                             [9.0,1.0,2.0,3.0],[4.0,5.0,6.0,7.0]]>
      : tensor<4x4xf32>
  %m = arith.mulf %x, %c : tensor<4x4xf32>
  %k = arith.constant dense<[1,2,3,4]> : tensor<4xi32>
  return %m, %k : tensor<4x4xf32>, tensor<4xi32>
}
"""

DEVICE = (
    '#hal.device.target<"tenstorrent", '
    '[#hal.executable.target<"tenstorrent", "tenstorrent-bh-fb">]>'
)

PHASES = [
    "input", "abi", "preprocessing", "global-optimization", "dispatch-creation",
    "flow", "stream", "executable-sources", "executable-configurations",
    "executable-targets", "hal", "vm",
]  # fmt: skip


def find_tool():
    build = os.environ.get("TT_IREE_BUILD_DIR")
    if build:
        tool = pathlib.Path(build, "compiler/plugins/target/tenstorrent/iree-compile")
        if not tool.exists():
            pytest.skip(f"{tool} has not been built")
        return tool
    native = pytest.importorskip("tt_iree._native", reason="tt-iree is not installed")
    try:
        return pathlib.Path(native.package_file("bin", "iree-compile"))
    except RuntimeError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def tool():
    return find_tool()


@pytest.fixture
def add(tmp_path, monkeypatch):
    """add.mlir in a directory of its own, which becomes the current one."""
    monkeypatch.chdir(tmp_path)
    pathlib.Path("add.mlir").write_text(ADD)
    return "add.mlir"


def run(program, *args, stdin=b"", library=LIB_DIR / "libIREECompiler.so"):
    env = dict(os.environ, TT_IREE_COMPILER_LIBRARY=str(library))
    return subprocess.run(
        [str(program), *args],
        input=stdin,
        capture_output=True,
        check=False,
        env=env,
        timeout=300,
    )


def run_ok(program, *args, stdin=b""):
    result = run(program, *args, stdin=stdin)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def assert_same(tool, *args, stdin=b""):
    """Ours behaves as the stock tool for this command line."""
    ours, stock = run(tool, *args, stdin=stdin), run(STOCK, *args, stdin=stdin)
    assert ours.returncode == stock.returncode
    assert ours.stdout == stock.stdout
    # The program's path is in some messages.
    assert ours.stderr.replace(str(tool).encode(), b"X") == stock.stderr.replace(
        str(STOCK).encode(), b"X"
    )
    return ours


# Other targets


@pytest.mark.parametrize(
    "flags",
    [
        ["--iree-hal-target-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=host"],
        ["--iree-hal-target-backends", "vmvx"],
        ["--iree-hal-target-device=local",
         "--iree-hal-local-target-device-backends=vmvx"],
        ["--iree-hal-target-backends=vmvx", "--compile-to=flow"],
        ["--iree-hal-target-backends=vmvx", "--output-format=vm-asm"],
    ],
)  # fmt: skip
def test_other_targets_are_untouched(tool, add, flags):
    assert assert_same(tool, *flags, add).stdout
    assert assert_same(tool, *flags, "-", stdin=ADD.encode()).stdout


@pytest.mark.parametrize(
    "args",
    [
        ["--version"],
        ["--iree-list-plugins"],
        ["--iree-hal-target-backends=vmvx", "no-such-file.mlir"],
        ["--iree-hal-target-backends=vmvx", "--no-such-option", "add.mlir"],
        ["--iree-hal-target-backends=nobody", BRIEF, "add.mlir"],
        ["--iree-hal-target-backends=vmvx", "--compile-to=moon", "add.mlir"],
        ["--iree-hal-memoization=maybe", "add.mlir"],
        ["--iree-hal-target-backends=vmvx"],
        [],
    ],
)
def test_other_failures_are_untouched(tool, add, args):
    assert_same(tool, *args)


def test_output_goes_to_file_or_stdout(tool, add):
    to_stdout = run_ok(tool, *OURS, add)
    assert run_ok(tool, *OURS, add, "-o", "out.vmfb") == b""
    assert pathlib.Path("out.vmfb").read_bytes() == to_stdout
    assert run_ok(tool, *OURS, "add.mlir", "-o=-") == to_stdout
    assert b"tenstorrent-bh-fb" in to_stdout
    assert b"vmvx" not in to_stdout


# Target spellings


@pytest.mark.parametrize(
    "flags",
    [
        ["--iree-hal-target-backends=tenstorrent"],
        ["-iree-hal-target-backends", "tenstorrent"],
        ["--iree-hal-target-device=tenstorrent"],
        ["--iree-hal-target-device", "tenstorrent"],
        ["--iree-hal-target-device=tenstorrent[0]"],
        ['--iree-hal-target-device="tenstorrent"[0]'],
        ["--iree-hal-target-device=a=tenstorrent"],
        ['--iree-hal-target-device=#hal.device.target<"tenstorrent">'],
        ['--iree-hal-target-device=#hal.device.alias<"tenstorrent"[0]>'],
        [f"--iree-hal-target-device={DEVICE}"],
        ["--iree-hal-target-backends=tenstorrent",
         "--iree-hal-target-backends=tenstorrent"],
    ],
)  # fmt: skip
def test_target_spellings(tool, add, flags):
    assert b"tenstorrent-bh-fb" in run_ok(tool, *flags, add)


@pytest.mark.parametrize(
    "attributes",
    [
        'hal.device.targets = [#hal.device.target<"tenstorrent">]',
        'hal.device.targets = [#hal.device.alias<"tenstorrent"[0]> : !hal.device]',
        'hal.device.targets = {x = #hal.device.target<"tenstorrent">}',
        "stream.affinity.default = #hal.device.affinity<@dev>",
    ],
)
def test_target_in_module(tool, add, attributes):
    device = ""
    if "affinity" in attributes:
        device = f"util.global private @dev = {DEVICE} : !hal.device"
    source = f"module attributes {{{attributes}}} {{\n{device}\n{ADD}}}\n"
    vmfb = run_ok(tool, "-", stdin=source.encode())
    assert b"tenstorrent-bh-fb" in vmfb
    # The same module as MLIR bytecode.
    bytecode = run_ok(
        tool, "-", "--compile-to=input", "--emit-mlir-bytecode", stdin=source.encode()
    )
    assert b"tenstorrent-bh-fb" in run_ok(tool, "-", stdin=bytecode)


@pytest.mark.parametrize(
    "flags",
    [
        ["--iree-hal-target-backends=tenstorrent,llvm-cpu"],
        ["--iree-hal-target-backends=llvm-cpu", "--iree-hal-target-backends=tenstorrent"],
        ["--iree-hal-target-device=tenstorrent,local",
         "--iree-hal-local-target-device-backends=llvm-cpu"],
    ],
)  # fmt: skip
def test_with_another_target(tool, add, flags):
    cpu = "--iree-llvmcpu-target-cpu=host"
    ir = run_ok(tool, *flags, cpu, add, "--compile-to=hal").decode()
    binaries = re.findall(r"hal\.executable\.binary public @(\w+)", ir)
    assert sorted(name.split("_")[0] for name in binaries) == [
        "embedded", "tenstorrent",
    ]  # fmt: skip
    assert '"local*"' in ir
    vmfb = run_ok(tool, *flags, cpu, add)
    assert b"tenstorrent-bh-fb" in vmfb and b"embedded-elf" in vmfb


# Several devices in one program.
TRANSFER = """
func.func @f(%x: tensor<8xf32> {iree.abi.affinity = #hal.device.promise<@a>}) -> tensor<8xf32> {
  %0 = arith.mulf %x, %x : tensor<8xf32>
  %1 = flow.tensor.transfer %0 : tensor<8xf32> to #hal.device.promise<@b>
  %2 = arith.addf %1, %1 : tensor<8xf32>
  %3 = flow.tensor.transfer %2 : tensor<8xf32> to #hal.device.promise<@a>
  return %3 : tensor<8xf32>
}
"""


def creations(ir: str, what: str) -> set:
    """On which devices the functions of |ir| create |what|."""
    body = ir[ir.index("util.func public @f") :]
    return set(re.findall(what + r"[ <](?:device\()?(%\w+)", body))


def test_fences_and_shared_memory_of_several_devices(tool):
    cpu = ["--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=generic"]
    names = ["--iree-hal-target-device=a=tenstorrent", "--iree-hal-target-device=b=local"]
    args = [*names, *cpu, "-", "--compile-to=hal"]
    ir = run_ok(tool, *args, stdin=TRANSFER.encode()).decode()
    # The stock drivers take every semaphore for one of their own.
    assert creations(ir, "hal.fence.create") == {"%b"}
    assert creations(ir, "hal.device.queue.alloca") == {"%a", "%b"}
    assert "allocator.select" not in ir
    # With our devices alone nothing is different from the stock program.
    names[1] = "--iree-hal-target-device=b=tenstorrent[1]"
    args = [*names, "-", "--compile-to=hal"]
    ir = run_ok(tool, *args, stdin=TRANSFER.encode()).decode()
    assert creations(ir, "hal.fence.create") >= {"%a", "%b"}


def test_wrong_target_specs(tool, add):
    for flag, message in [
        ("--iree-hal-target-device=tenstorrent,", "expected one or more"),
        ("--iree-hal-target-device=tenstorrent[x]", "name[ordinal]"),
        ("--iree-hal-target-backends=tenstorrent,moon", "moon"),
    ]:
        result = run(tool, flag, add)
        assert result.returncode == 1
        assert message in result.stderr.decode()
        assert result.stdout == b""


# Phases and formats


def test_every_phase_resumes(tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("m.mlir").write_text(MULTI)
    for phase in PHASES:
        ir = run_ok(tool, *OURS, "m.mlir", f"--compile-to={phase}")
        assert b"vmvx" not in ir, f"the carrier shows in phase {phase}"
        vmfb = run_ok(tool, "-", f"--compile-from={phase}", stdin=ir)
        assert vmfb.count(b"tenstorrent-bh-fb") >= 1


def test_formats(tool, add):
    assert b"vm.module" in run_ok(tool, *OURS, add, "--output-format=vm-asm")
    assert b"vm_module" in run_ok(tool, *OURS, add, "--output-format=vm-c")
    stages = run_ok(tool, *OURS, add, "--compile-mode=precompile")
    assert b"linalg" in stages and b"hal.executable.variant" not in stages
    bytecode = run_ok(tool, *OURS, add, "--compile-to=flow", "--emit-mlir-bytecode")
    assert bytecode.startswith(b"ML\xefR")


def test_split_input(tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("two.mlir").write_text(ADD + "// -----\n" + ADD.replace("@add", "@b"))
    ir = run_ok(tool, *OURS, "--split-input-file", "--compile-to=abi", "two.mlir")
    assert ir.count(b"tenstorrent") >= 2 or ir.count(b"util.func public") == 2


def test_host_program_is_the_stock_one(tool, tmp_path, monkeypatch):
    """Our HAL phases leave the host program that the stock pipeline leaves."""
    monkeypatch.chdir(tmp_path)
    device = (
        'module attributes {{hal.device.targets = [#hal.device.target<"{device}", '
        '[#hal.executable.target<"{backend}", "{format}", {{iree.encoding.resolver = '
        "#iree_encoding.identity_resolver<>}}>]>]}} {{{body}}}"
    )
    ours = device.format(
        device="tenstorrent", backend="tenstorrent", format="tenstorrent-bh-fb",
        body=MULTI,
    )  # fmt: skip
    stock = device.format(
        device="local", backend="vmvx", format="vmvx-bytecode-fb", body=MULTI
    )
    flags = ["-", "--compile-to=hal", "--iree-hal-link-executables=false"]

    def normalize(ir):
        ir = re.sub(r"tenstorrent_bh_fb|vmvx_bytecode_fb", "FORMAT", ir)
        ir = re.sub(r"tenstorrent-bh-fb|vmvx-bytecode-fb", "FORMAT", ir)
        ir = re.sub(r':: "(local\*|tenstorrent)"', "DEVICE", ir)
        ir = re.sub(r"not found or unavailable: .*", "", ir)
        ir = re.sub(r', mime_type = "[^"]*"', "", ir)
        return re.sub(r"data = dense<.*?> : vector<\d+xi8>", "DATA", ir)

    assert normalize(run_ok(tool, *flags, stdin=ours.encode()).decode()) == normalize(
        run_ok(STOCK, *flags, stdin=stock.encode()).decode()
    )


# Listings and help


def test_listings(tool):
    def names(text):
        return [line.strip() for line in text.decode().splitlines()[1:]]

    ours = names(run_ok(tool, "--iree-hal-list-target-backends"))
    stock = names(run_ok(STOCK, "--iree-hal-list-target-backends"))
    assert ours == sorted(stock + ["tenstorrent"])
    devices = names(run_ok(tool, "--iree-hal-list-target-devices"))
    assert "tenstorrent" in devices and "local" in devices


def test_help_has_both(tool):
    text = run_ok(tool, "--help").decode()
    stock = run_ok(STOCK, "--help").decode()
    assert text.startswith(stock[:200])
    assert "--iree-hal-target-device" in text
    for name in ("grid", "l1-size", "math-fidelity", "report", "dump-kernels-to"):
        assert f"--iree-tenstorrent-{name}=" in text


# Errors


def test_malformed_mlir(tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("bad.mlir").write_text("func.func @f( {\n")
    ours = run(tool, *OURS, "bad.mlir")
    stock = run(STOCK, "--iree-hal-target-backends=vmvx", "bad.mlir")
    assert (ours.returncode, ours.stdout) == (1, b"")
    assert ours.stderr == stock.stderr
    assert b"bad.mlir:1:14: error:" in ours.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (["nothing.mlir"], "error opening input file: cannot open input file"),
        (["add.mlir", "-o", "no/such/dir/x"], "cannot open output file"),
        (["add.mlir", "--no-such-option"], "Unknown command line argument"),
        (["add.mlir", "--iree-tenstorrent-moon"], "Unknown command line argument"),
        (["add.mlir", "--iree-tenstorrent-grid=13x1"], "1x1 to 12x10"),
        (["add.mlir", "--iree-tenstorrent-math-fidelity=HiFi9"], "LoFi"),
        (["add.mlir", "--iree-tenstorrent-l1-size=1"], "L1 size"),
        (["add.mlir", "--output-format=elf"], "Cannot find option named 'elf'"),
        (["add.mlir", "--compile-to=moon"], "Cannot find option named 'moon'"),
        (["add.mlir", "--compile-from=vm", "--compile-to=flow"], "must precede"),
        (["add.mlir", "--iree-input-type=moon"], "unknown custom value"),
        (["add.mlir", "--compile-mode=hal-executable"], "exactly 1 top level"),
        (["add.mlir", "other.mlir"], "Too many positional arguments"),
        ([], "Not enough positional command line arguments"),
    ],
)
def test_errors(tool, add, args, message):
    result = run(tool, *OURS, *args)
    assert result.returncode == 1
    assert result.stdout == b""
    assert message in result.stderr.decode()


@pytest.mark.parametrize(
    "flag",
    [
        "--iree-hal-instrument-dispatches=16mib",
        "--iree-execution-model=inline-static",
        "--iree-execution-model=inline-dynamic",
        "--iree-hal-link-executables=true",
        "--iree-hal-executable-debug-level=3",
    ],
)
def test_unsupported_stock_flags_are_refused_by_name(tool, add, flag):
    result = run(tool, *OURS, flag, add)
    assert result.returncode == 1
    assert flag in result.stderr.decode()
    assert "not supported by the tenstorrent target: " in result.stderr.decode()


def test_another_compiler_library_is_refused(tool, add, tmp_path):
    other = tmp_path / "libIREECompiler.so"
    other.write_bytes(b"not a library")
    result = run(tool, *OURS, add, library=other)
    assert result.returncode == 1
    assert "TT_IREE_COMPILER_LIBRARY" in result.stderr.decode()


# Stock flags that take effect


def hal(tool, *flags):
    return run_ok(tool, *OURS, "add.mlir", "--compile-to=hal", *flags).decode()


def test_stock_hal_flags(tool, add):
    plain = hal(tool)
    assert plain.count("hal.command_buffer.dispatch<") == 1
    assert "memoize" in plain and "execute.indirect" in plain
    assert "memoize" not in hal(tool, "--iree-hal-memoization=false")
    repeated = hal(tool, "--iree-hal-benchmark-dispatch-repeat-count=3")
    assert repeated.count("hal.command_buffer.dispatch<") == 3
    direct = hal(tool, "--iree-hal-indirect-command-buffers=false")
    assert "execute.indirect" not in direct
    fences = hal(tool, "--iree-execution-model=async-external")
    assert "!hal.fence" in fences.split("util.func public @add")[1].split("{")[0]


def test_global_flags_reach_our_passes(tool, add):
    result = run(tool, *OURS, add, "--mlir-timing", "-o", "x.vmfb")
    assert result.returncode == 0
    assert b"ConvertToHALPass" in result.stderr
    dump = run(tool, *OURS, add, "--mlir-print-ir-after=iree-hal-conversion", "-o", "x")
    assert b"IR Dump After ConvertToHALPass" in dump.stderr


def test_executable_dumps(tool, add):
    run_ok(tool, *OURS, add, "--iree-hal-dump-executable-files-to=d", "-o", "x.vmfb")
    names = {path.name for path in pathlib.Path("d").iterdir()}
    assert {
        "module_add_dispatch_0.mlir",
        "configured_module_add_dispatch_0.mlir",
        "module_add_dispatch_0_tenstorrent_bh_fb_benchmark.mlir",
        "module_add_dispatch_0_tenstorrent-bh-fb.bin",
    } <= names
    source = pathlib.Path("d/module_add_dispatch_0.mlir").read_text()
    assert "tenstorrent" in source and "vmvx" not in source
    image = pathlib.Path("d/module_add_dispatch_0_tenstorrent-bh-fb.bin").read_bytes()
    assert image in pathlib.Path("x.vmfb").read_bytes()


def test_phase_dumps(tool, add):
    run_ok(tool, *OURS, add, "--dump-compilation-phases-to=d", "-o", "x.vmfb")
    names = {path.name for path in pathlib.Path("d").iterdir()}
    assert names == {f"add.{i + 1}.{phase}.mlir" for i, phase in enumerate(PHASES)}


@pytest.mark.parametrize("kind", ["source", "configuration"])
def test_substitution(tool, add, kind):
    run_ok(tool, *OURS, add, "--iree-hal-dump-executable-sources-to=.", "-o", "x")
    source = pathlib.Path("module_add_dispatch_0.mlir")
    source.write_text(source.read_text().replace("arith.addf", "arith.mulf"))
    flag = f"--iree-hal-substitute-executable-{kind}=add_dispatch_0={source}"
    ir = run_ok(tool, *OURS, flag, add, "--compile-to=executable-configurations")
    assert b"arith.mulf" in ir and b"arith.addf" not in ir


@pytest.mark.parametrize("kind", ["source", "object"])
def test_object_files_are_refused(tool, add, kind):
    pathlib.Path("code.o").write_bytes(b"code")
    flag = f"--iree-hal-substitute-executable-{kind}=add_dispatch_0=code.o"
    result = run(tool, *OURS, flag, add, BRIEF)
    assert result.returncode == 1
    assert "object files cannot be linked" in result.stderr.decode()


def test_preprocessing(tool, add, monkeypatch):
    script = pathlib.Path("edit.sh")
    script.write_text("#!/bin/sh\nsed s/arith.addf/arith.mulf/\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", os.getcwd() + os.pathsep + os.environ["PATH"])
    flag = "--iree-hal-preprocess-executables-with=edit.sh"
    ir = run_ok(tool, *OURS, flag, add, "--compile-to=executable-sources")
    assert b"arith.mulf" in ir


def test_input_types(tool):
    tosa = b"""
    func.func @f(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %r = tosa.tanh %a : (tensor<4x8xf32>) -> tensor<4x8xf32>
      return %r : tensor<4x8xf32>
    }"""
    for flag in (["--iree-input-type", "tosa"], ["--iree-input-type=auto"]):
        assert b"tenstorrent-bh-fb" in run_ok(tool, *OURS, *flag, "-", stdin=tosa)


# Own options


def test_report(tool, add):
    run_ok(tool, *OURS, add, "--iree-tenstorrent-report=r.json", "-o", "x.vmfb")
    report = json.loads(pathlib.Path("r.json").read_text())
    (dispatch,) = report["dispatches"]
    assert dispatch["executable"] == "add_dispatch_0"
    assert dispatch["path"] in ("tile", "floor")
    assert dispatch["reason"]
    assert dispatch["grid"] == "8x8"
    assert dispatch["location"] == "add.mlir:3:8"
    assert set(dispatch) >= {
        "entry", "phases", "cores", "tiles", "l1_bytes", "bytes_read",
        "bytes_written", "multiply_adds", "noc_cycles", "dram_cycles",
    }  # fmt: skip
    kernels = [dispatch[f"{k}_cycles"] for k in ("reader", "compute", "writer")]
    assert dispatch["bound"] in ("reader", "compute", "writer", "noc", "dram", "start")
    assert dispatch["cycles"] > max(kernels) > 0


def test_report_of_a_shared_sum(tool, tmp_path, monkeypatch):
    """One result, but every core has work, down to the last tile of data."""
    monkeypatch.chdir(tmp_path)
    source = b"""
    func.func @sum(%a: tensor<1024x1024xf32>) -> tensor<f32> {
      %z = stablehlo.constant dense<0.0> : tensor<f32>
      %r = stablehlo.reduce(%a init: %z) applies stablehlo.add
        across dimensions = [0, 1]
        : (tensor<1024x1024xf32>, tensor<f32>) -> tensor<f32>
      return %r : tensor<f32>
    }"""
    for grid, cores in (("8x8", 64), ("12x10", 120), ("1x1", 1)):
        flags = [f"--iree-tenstorrent-grid={grid}", "--iree-tenstorrent-report=r.json"]
        run_ok(tool, *OURS, *flags, "-", "-o", "x.vmfb", stdin=source)
        report = json.loads(pathlib.Path("r.json").read_text())
        (dispatch,) = report["dispatches"]
        assert (dispatch["path"], dispatch["cores"]) == ("tile", cores)
        assert dispatch["utilization_percent"] > 60
        # The data once, and what the cores leave for each other.
        partial = 4 * cores if cores > 1 else 0
        assert dispatch["bytes_read"] == 4 * 1024 * 1024 + partial
        assert dispatch["bytes_written"] == partial + 4


def test_grid_is_recorded(tool, add):
    flags = [*OURS, "--iree-tenstorrent-grid=12x10", add]
    ir = run_ok(tool, *flags, "--compile-to=executable-sources").decode()
    assert "grid_cols = 12" in ir and "grid_rows = 10" in ir


def test_dumps(tool, add):
    run_ok(
        tool, *OURS, add, "-o", "x.vmfb",
        "--iree-tenstorrent-dump-tile-programs-to=tiles/deep",
    )  # fmt: skip
    (path,) = pathlib.Path("tiles/deep").iterdir()
    assert path.suffix == ".tile" and path.read_text()

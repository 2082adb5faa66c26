"""The ways a user compiles and runs, as written in README and docs/python.md."""

import concurrent.futures
import json
import pathlib

import numpy as np
import pytest
from tt_iree import _native, cli

import iree.compiler as compiler
import iree.runtime as runtime

ADD = """
func.func @add(%a: tensor<4x33xf32>, %b: tensor<4x33xf32>) -> tensor<4x33xf32> {
  %r = arith.addf %a, %b : tensor<4x33xf32>
  return %r : tensor<4x33xf32>
}
"""
TWO = """
func.func @pair(%a: tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>) {
  %x = arith.addi %a, %a : tensor<?xi32>
  %y = arith.muli %a, %a : tensor<?xi32>
  return %x, %y : tensor<?xi32>, tensor<?xi32>
}
func.func @nothing() { return }
"""
A = np.arange(132, dtype=np.float32).reshape(4, 33)
B = np.linspace(-1, 1, 132, dtype=np.float32).reshape(4, 33)


def compiled(mlir: str) -> bytes:
    return compiler.compile_str(mlir, target_backends=["tenstorrent"])


@pytest.fixture(scope="module")
def add() -> bytes:
    return compiled(ADD)


@pytest.fixture(scope="module")
def two() -> bytes:
    return compiled(TWO)


def test_load_vm_module(add):
    config = runtime.Config("tenstorrent")
    vm_module = runtime.VmModule.copy_buffer(config.vm_instance, add)
    module = runtime.load_vm_module(vm_module, config)
    np.testing.assert_array_equal(module.add(A, B).to_host(), A + B)
    on_device = runtime.asdevicearray(config.device, A)
    np.testing.assert_array_equal(module["add"](on_device, on_device).to_host(), A + A)


def test_system_context(add):
    config = runtime.Config("tenstorrent")
    context = runtime.SystemContext(config=config)
    context.add_vm_module(runtime.VmModule.copy_buffer(config.vm_instance, add))
    result = context.modules.module["add"](A, B)
    np.testing.assert_array_equal(np.asarray(result), A + B)


def test_load_vm_flatbuffer(add, tmp_path):
    path = tmp_path / "add.vmfb"
    path.write_bytes(add)
    for module in (
        runtime.load_vm_flatbuffer(add, driver="tenstorrent"),
        runtime.load_vm_flatbuffer(add, backend="tenstorrent"),
        runtime.load_vm_flatbuffer_file(str(path), driver="tenstorrent"),
    ):
        np.testing.assert_array_equal(module.add(A, B).to_host(), A + B)


def test_both_back_ends_in_one_process(add):
    cpu = compiler.compile_str(
        ADD,
        target_backends=["llvm-cpu"],
        extra_args=["--iree-llvmcpu-target-cpu=host"],
    )
    on_cpu = runtime.load_vm_flatbuffer(cpu, driver="local-task")
    on_tt = runtime.load_vm_flatbuffer(add, driver="tenstorrent")
    np.testing.assert_array_equal(on_cpu.add(A, B).to_host(), on_tt.add(A, B).to_host())


def test_empty_results_need_no_memory():
    """Nothing waits for their allocation: a race, so many times."""
    vmfb = compiled(
        """
        func.func @add(%a: tensor<0xf32>) -> tensor<0xf32> {
          %r = arith.addf %a, %a : tensor<0xf32>
          return %r : tensor<0xf32>
        }
        """
    )
    module = runtime.load_vm_flatbuffer(vmfb, driver="tenstorrent")
    for _ in range(1000):
        assert module.add(np.zeros(0, np.float32)).to_host().shape == (0,)


@pytest.mark.parametrize(
    "inputs",
    [[A, B], (A, B), {"input0": A, "input1": B}, {"arg1": B, "arg0": A},
     [A.tolist(), B.tolist()]],
)  # fmt: skip
def test_invoke(add, inputs):
    result = runtime.invoke(add, inputs)
    assert isinstance(result, np.ndarray) and result.dtype == np.float32
    np.testing.assert_array_equal(result, A + B)


def test_invoke_several_results(two):
    x = np.array([1, -2, 3], np.int32)
    results = runtime.invoke(two, x, function="pair")
    assert isinstance(results, tuple)
    np.testing.assert_array_equal(results[0], x + x)
    np.testing.assert_array_equal(results[1], x * x)
    assert runtime.invoke(two, function="nothing") is None


@pytest.mark.parametrize(
    "inputs, error, message",
    [
        ([A], ValueError, "takes 2 inputs, got 1"),
        ([A, B.astype(np.float64)], TypeError, "input 1 .* dtype float64, expected float32"),
        ([A, B[:3]], ValueError, r"input 1 .* shape \(3, 33\).* expected tensor<4x33xf32>"),
        ({"a": A, "b": B}, ValueError, r"takes the arguments \['input0', 'input1'\]"),
    ],
)
def test_invoke_errors(add, inputs, error, message):
    with pytest.raises(error, match=message):
        runtime.invoke(add, inputs)


def test_invoke_keeps_values(two):
    x = np.array([1, 2, 300], ">i4")  # not this machine's byte order
    np.testing.assert_array_equal(
        runtime.invoke(two, x, function="pair")[0], [2, 4, 600]
    )
    np.testing.assert_array_equal(
        runtime.invoke(two, [[1, True, -3]], function="pair")[0], [2, 2, -6]
    )
    with pytest.raises(TypeError, match="holds float64 values, expected int32"):
        runtime.invoke(two, [[1.5, 2]], function="pair")
    with pytest.raises(ValueError, match="do not fit int32"):
        runtime.invoke(two, [[2**31]], function="pair")


def test_invoke_names_the_functions(two):
    with pytest.raises(ValueError, match="several functions.*pair, nothing"):
        runtime.invoke(two, [])
    with pytest.raises(ValueError, match="no function 'x'; it has: pair, nothing"):
        runtime.invoke(two, [], function="x")
    with pytest.raises(TypeError, match="must be the bytes"):
        runtime.invoke("add.vmfb", [])


def test_stock_errors_of_wrong_inputs(add):
    module = runtime.load_vm_flatbuffer(add, driver="tenstorrent")
    with pytest.raises(ValueError, match="INVALID_ARGUMENT.*shape"):
        module.add(A[:2], B)
    with pytest.raises(ValueError, match="INVALID_ARGUMENT.*type"):
        module.add(A.astype(np.int32), B)


def test_truncated_module(add):
    for size in (0, 10, len(add) // 4, len(add) // 2):
        with pytest.raises((ValueError, RuntimeError, IndexError)):
            runtime.invoke(add[:size], [A, B])


def test_corrupted_image(add):
    # "TTIM" starts the image; behind it are its version, chip, sections, size.
    start = add.index(b"TTIM")
    size = int.from_bytes(add[start + 16 : start + 24], "little")
    for at, message in ((4, "version"), (40, "checksum"), (size - 1, "checksum")):
        broken = bytearray(add)
        broken[start + at] ^= 0x10
        with pytest.raises((ValueError, RuntimeError), match=f"image.* {message}"):
            runtime.invoke(bytes(broken), [A, B])


@pytest.mark.parametrize(
    "flag",
    ["--iree-opt-level=O3", "--iree-opt-data-tiling", "--iree-opt-generalize-matmul"],
)
def test_stock_optimizations(flag):
    layers = """
    func.func @layers(%a: tensor<33x40xf32>, %b: tensor<40x35xf32>,
                      %c: tensor<35x9xf32>) -> tensor<33x9xf32> {
      %y = arith.constant dense<0.0> : tensor<33x35xf32>
      %z = arith.constant dense<0.0> : tensor<33x9xf32>
      %p = linalg.matmul ins(%a, %b : tensor<33x40xf32>, tensor<40x35xf32>)
          outs(%y : tensor<33x35xf32>) -> tensor<33x35xf32>
      %t = math.tanh %p : tensor<33x35xf32>
      %r = linalg.matmul ins(%t, %c : tensor<33x35xf32>, tensor<35x9xf32>)
          outs(%z : tensor<33x9xf32>) -> tensor<33x9xf32>
      return %r : tensor<33x9xf32>
    }"""
    a, b, c = (
        np.linspace(-1, 1, m * n, dtype=np.float32).reshape(m, n)
        for m, n in ((33, 40), (40, 35), (35, 9))
    )
    vmfb = compiler.compile_str(
        layers, target_backends=["tenstorrent"], extra_args=[flag]
    )
    np.testing.assert_allclose(
        runtime.invoke(vmfb, [a, b, c]), np.tanh(a @ b) @ c, 1e-4, 1e-4
    )


def test_bad_mlir():
    with pytest.raises(compiler.CompilerToolError, match="error"):
        compiled("func.func @f( {")


def test_unknown_option():
    with pytest.raises(compiler.CompilerToolError, match="iree-tenstorrent-nonsense"):
        compiler.compile_str(
            ADD,
            target_backends=["tenstorrent"],
            extra_args=["--iree-tenstorrent-nonsense"],
        )


def test_many_threads_share_a_module(add):
    module = runtime.load_vm_flatbuffer(add, driver="tenstorrent")

    def call(i: int) -> bool:
        x = A + np.float32(i)
        return np.array_equal(module.add(x, B).to_host(), x + B)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(200)))


def test_several_contexts_and_devices(add):
    modules = []
    for uri in ("tenstorrent", "tenstorrent://mock?grid=1x1", "tenstorrent://mock?grid=3x2"):
        config = runtime.Config(uri)
        module = runtime.VmModule.copy_buffer(config.vm_instance, add)
        modules += [runtime.load_vm_module(module, config) for _ in range(2)]
    for module in modules:
        np.testing.assert_array_equal(module.add(A, B).to_host(), A + B)


def test_endless_program():
    """A launch that would run for ever ends, says where, and the device goes on."""
    vmfb = compiled(
        """
        func.func @powers(%a: tensor<4xi32>) -> tensor<4xi32> {
          %e = tensor.empty() : tensor<4xi32>
          %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>,
                                                affine_map<(i) -> (i)>],
                               iterator_types = ["parallel"]}
              ins(%a : tensor<4xi32>) outs(%e : tensor<4xi32>) {
          ^bb0(%x: i32, %o: i32):
            %zero = arith.constant 0 : i32
            %last = scf.while (%i = %x) : (i32) -> i32 {
              %more = arith.cmpi ne, %i, %zero : i32
              scf.condition(%more) %i : i32
            } do {
            ^bb0(%i: i32):
              %next = arith.muli %i, %x : i32
              scf.yield %next : i32
            }
            linalg.yield %last : i32
          } -> tensor<4xi32>
          return %r : tensor<4xi32>
        }
        """
    )
    config = runtime.Config("tenstorrent://mock?timeout=0.01")
    module = runtime.load_vm_module(
        runtime.VmModule.copy_buffer(config.vm_instance, vmfb), config
    )
    even, odd = np.full(4, 2, np.int32), np.full(4, 3, np.int32)
    where = "DEADLINE_EXCEEDED: entry @powers.*, phase 0, core 0, reader, "
    with pytest.raises(RuntimeError, match=where + ".*timeout=SECONDS"):
        module.powers(odd).to_host()
    # 32 steps: too few for a look at the clock, however slow the host is.
    np.testing.assert_array_equal(module.powers(even).to_host(), np.zeros(4))


def test_two_bindings_in_one_buffer():
    """Both halves of one buffer, at different offsets, in one dispatch."""
    vmfb = compiled(
        """
        func.func @halves(%a: tensor<64x32xf32>) -> tensor<32x32xf32> {
          %x = tensor.extract_slice %a[0, 0] [32, 32] [1, 1]
              : tensor<64x32xf32> to tensor<32x32xf32>
          %y = tensor.extract_slice %a[32, 0] [32, 32] [1, 1]
              : tensor<64x32xf32> to tensor<32x32xf32>
          %r = arith.subf %x, %y : tensor<32x32xf32>
          return %r : tensor<32x32xf32>
        }
        """
    )
    a = np.random.default_rng(0).standard_normal((64, 32)).astype(np.float32)
    np.testing.assert_array_equal(runtime.invoke(vmfb, a), a[:32] - a[32:])


def session_compiled(*calls, mlir=ADD) -> bytes:
    """Compiles with the flags of each call of set_flags."""
    from iree.compiler.api import Invocation, Output, Session, Source

    with Session() as session:
        for flags in calls:
            session.set_flags(*flags)
        invocation = Invocation(session)
        assert invocation.parse_source(Source.wrap_buffer(session, mlir.encode()))
        assert invocation.execute()
        output = Output.open_membuffer()
        invocation.output_vm_bytecode(output)
        return bytes(output.map_memory())


@pytest.mark.parametrize(
    "flag", ["--iree-hal-target-backends=tenstorrent", "--iree-hal-target-device=tenstorrent"]
)
def test_compiler_api(flag):
    np.testing.assert_array_equal(
        runtime.invoke(session_compiled([flag]), [A, B]), A + B
    )


def test_compiler_api_for_another_target():
    flags = ["--iree-hal-target-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=host"]
    module = runtime.load_vm_flatbuffer(session_compiled(flags), driver="local-task")
    np.testing.assert_array_equal(module.add(A, B).to_host(), A + B)


def test_compiler_api_flags():
    from iree.compiler.api import Session

    with Session() as session:
        session.set_flags("--iree-hal-target-backends=tenstorrent")
        assert any("tenstorrent" in flag for flag in session.get_flags(True))
        with pytest.raises(ValueError, match="nonsense"):
            session.set_flags("--iree-tenstorrent-nonsense=1")


@pytest.mark.parametrize("order", [1, -1])
def test_compiler_api_flags_in_any_order(tmp_path, order):
    """One flag per call: none of them knows what the others will say."""
    report, dumps = tmp_path / "report.json", tmp_path / "dumps"
    flags = [
        "--iree-hal-target-backends=tenstorrent",
        "--iree-tenstorrent-grid=3x2",
        f"--iree-tenstorrent-report={report}",
        f"--iree-hal-dump-executable-sources-to={dumps}",
        "--iree-opt-level=O2",
    ][::order]
    assert b"TTIM" in session_compiled(*[[flag] for flag in flags])
    assert json.loads(report.read_text())["dispatches"][0]["grid"] == "3x2"
    # Written by us, once, and not by the stock pipeline on its carrier.
    (source,) = dumps.iterdir()
    assert 'target(<"tenstorrent"' in source.read_text()
    assert "vmvx" not in source.read_text()


def test_compiler_api_flags_of_another_target(tmp_path):
    """The stock session gets what was kept back, also what came later."""
    from iree.compiler.api import Invocation, Output, Session, Source

    with Session() as session:
        session.set_flags(f"--iree-hal-dump-executable-sources-to={tmp_path}/1")
        session.set_flags("--iree-hal-target-backends=vmvx")
        source = Source.wrap_buffer(session, ADD.encode())
        for run in (1, 2):
            session.set_flags(f"--iree-hal-dump-executable-sources-to={tmp_path}/{run}")
            invocation = Invocation(session)
            assert invocation.parse_source(source) and invocation.execute()
            invocation.output_vm_bytecode(Output.open_membuffer())
            flags = session.get_flags(True)
            assert flags.count("--iree-hal-target-backends=vmvx") == 1
            assert len([flag for flag in flags if "sources-to" in flag]) == 1
        session.set_flags("--iree-hal-preprocess-executables-with=nonsense")
        invocation = Invocation(session)
        assert invocation.parse_source(source) and not invocation.execute()
    for run in ("1", "2"):
        assert "vmvx" in next((tmp_path / run).iterdir()).read_text()


def test_compiler_api_imported_module():
    """What iree-turbine does: a module made in Python, not parsed."""
    from iree.compiler import ir
    from iree.compiler.api import Invocation, Output, Session

    session = Session()
    session.set_flags("--iree-hal-target-backends=tenstorrent")
    with session.context:
        module = ir.Module.parse(ADD)
    invocation = Invocation(session)
    invocation.import_module(module.operation)
    assert invocation.execute()
    output = Output.open_membuffer()
    invocation.output_vm_bytecode(output)
    np.testing.assert_array_equal(
        runtime.invoke(bytes(output.map_memory()), [A, B]), A + B
    )


def test_command(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    # A file that is named like an option is still a file.
    source, vmfb, out = (tmp_path / n for n in ("help.mlir", "add.vmfb", "out.npy"))
    source.write_text(ADD)
    report = tmp_path / "report.json"
    flags = ["-o", str(vmfb), f"--iree-tenstorrent-report={report}"]
    assert cli.main(["compile", "help.mlir", *flags]) == 0
    assert json.loads(report.read_text())["dispatches"]

    np.save(tmp_path / "b.npy", B)
    call = ["--module", str(vmfb), "--function=add"]
    call += ["--input=4x33xf32=2", f"--input=@{tmp_path}/b.npy"]
    assert cli.main(["run", *call, f"--output={out}"]) == 0
    np.testing.assert_array_equal(np.load(out), B + 2)
    capfd.readouterr()
    assert cli.main(["run", *call]) == 0
    assert "result[0]: 4x33xf32=[1 " in capfd.readouterr().out
    assert cli.main(["bench", *call, "--repetitions=2"]) == 0
    assert "median" in capfd.readouterr().out

    for what, wanted in (("tiles", "note path"), ("kernels", "kernel_main")):
        assert cli.main(["dump", str(vmfb), "--what", what]) == 0
        assert wanted in capfd.readouterr().out
    assert cli.main(["dump", str(source)]) == 1
    assert "no tenstorrent executable" in capfd.readouterr().err
    assert cli.main(["run", *call[:3]]) == 1
    assert "takes 2 inputs, got 0" in capfd.readouterr().err


def test_dumped_report_is_the_compile_report(tmp_path, capfd):
    source, vmfb, report = (tmp_path / n for n in ("m.mlir", "m.vmfb", "r.json"))
    source.write_text(
        """
        func.func @f(%a: tensor<64x32xf32>, %b: tensor<32x64xf32>, %n: tensor<?xf32>)
            -> (tensor<64x64xf32>, tensor<?xf32>, tensor<32x64xf64>) {
          %zero = arith.constant 0.0 : f32
          %empty = tensor.empty() : tensor<64x64xf32>
          %c = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x64xf32>)
              -> tensor<64x64xf32>
          %x = linalg.matmul ins(%a, %b : tensor<64x32xf32>, tensor<32x64xf32>)
              outs(%c : tensor<64x64xf32>) -> tensor<64x64xf32>
          %y = arith.mulf %n, %n : tensor<?xf32>
          %z = arith.extf %b : tensor<32x64xf32> to tensor<32x64xf64>
          return %x, %y, %z : tensor<64x64xf32>, tensor<?xf32>, tensor<32x64xf64>
        }
        """
    )

    def dispatches(*flags: str):
        flags += (
            "--iree-input-demote-f64-to-f32=false",
            "--iree-tenstorrent-grid=3x2",
            f"--iree-tenstorrent-report={report}",
        )
        assert cli.main(["compile", str(source), "-o", str(vmfb), *flags]) == 0
        assert cli.main(["dump", str(vmfb), "--what=report"]) == 0
        compiled = json.loads(report.read_text())
        dumped = json.loads(capfd.readouterr().out)
        for one in compiled, dumped:
            one["dispatches"].sort(key=lambda dispatch: dispatch["entry"])
        assert dumped == compiled
        return dumped["dispatches"]

    found = dispatches()
    assert [d["path"] for d in found] == ["tile", "tile", "floor"]
    assert [d["executable"] for d in found] == [f"f_dispatch_{i}" for i in range(3)]
    assert found[0]["reason"] == "matmul" and "f64" in found[2]["reason"]
    assert found[0]["multiply_adds"] == 64 * 64 * 32
    assert [d["cores"] for d in found] == [4, None, 6]
    assert all(d["location"].startswith(f"{source}:") for d in found)
    assert [int(d["location"].split(":")[-2]) for d in found] == [8, 10, 11]
    for dispatch in dispatches("--iree-hal-executable-debug-level=0"):
        assert dispatch["location"] is None


def test_info(capfd):
    assert cli.main(["info"]) == 0
    out = capfd.readouterr().out
    assert "FAIL" not in out
    assert "driver: tenstorrent://mock: Blackhole (mock), interprets" in out
    assert "device: Blackhole (mock, 8x8): 64 cores" in out
    assert cli.main(["info", "--device=tenstorrent://9"]) == 1
    assert "FAIL device" in capfd.readouterr().out


def test_info_says_what_is_missing(capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("TT_METAL_HOME", "TT_METAL_RUNTIME_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TT_METAL_SIMULATOR", "/nowhere/libttsim.so")
    assert cli.main(["info"]) == 0
    lines = capfd.readouterr().out.splitlines()

    def about(name: str) -> list:
        return [line[7:] for line in lines if line.startswith(f"  --   {name}: ")]

    assert any(line.startswith("  ok   mock: Blackhole (mock, 8x8)") for line in lines)
    # Both what compiles kernels and what runs them is named.
    code, library = about("ttsim")
    assert "v0.65.0's device code is missing" in code
    assert "/nowhere/libttsim.so: No such file" in library
    if not pathlib.Path("/dev/tenstorrent").exists():
        assert "install tt-kmd 2.0.0 or later" in about("kmd")[1]
    # A line for each card; these are files, not cards.
    for name in ("200", "201", "by-id"):
        (tmp_path / name).touch()
    monkeypatch.setattr(cli, "_CARDS", tmp_path)
    assert cli.main(["info"]) == 0
    lines = capfd.readouterr().out.splitlines()
    for number in (200, 201):
        assert any(f"/dev/tenstorrent/{number}" in text for text in about("kmd"))
    assert "device code is missing" in about("wolfpine")[0]


@pytest.mark.skipif(
    pathlib.Path("/dev/tenstorrent").exists(), reason="this machine has a card"
)
def test_no_card_to_prefer(monkeypatch):
    monkeypatch.setenv("TT_IREE_CARD", "1")
    assert b"mock" in _native.device_info("tenstorrent://").name

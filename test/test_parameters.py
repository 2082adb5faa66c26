"""Parameters in files of their own: read and written through io_parameters, held once."""

import json
import pathlib
import struct
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from host_programs import LLVM_CPU, OURS, Program, assert_same, build, numbers, on_both, rt

SHAPES = {"layer.w": (48, 40), "layer.b": (40,), "table": (7, 5)}
DTYPES = {"layer.w": np.float32, "layer.b": np.float32, "table": np.float16}


def values() -> dict:
    return {
        key: numbers(*shape, dtype=DTYPES[key], seed=i)
        for i, (key, shape) in enumerate(SHAPES.items())
    }


def write_irpa(path, arrays: dict) -> None:
    rt.save_archive_file({key: array.tobytes() for key, array in arrays.items()}, path)


def write_safetensors(path, arrays: dict) -> None:
    """8 bytes of length, a JSON header, the data; at offsets of any alignment."""
    names = {np.dtype(np.float32): "F32", np.dtype(np.float16): "F16"}
    header, data = {}, b""
    for key, array in arrays.items():
        header[key] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_gguf(path, arrays: dict) -> None:
    """Version 3: a header without metadata, the table of tensors, data at multiples of 32."""
    types = {np.dtype(np.float32): 0, np.dtype(np.float16): 1}
    header, data = struct.pack("<4sIQQ", b"GGUF", 3, len(arrays), 0), b""
    for key, array in arrays.items():
        header += struct.pack(f"<Q{len(key)}sI", len(key), key.encode(), array.ndim)
        # The fastest dimension comes first.
        header += struct.pack(f"<{array.ndim}Q", *reversed(array.shape))
        header += struct.pack("<IQ", types[array.dtype], len(data))
        data += array.tobytes()
        data += bytes(-len(data) % 32)
    header += bytes(-len(header) % 32)
    path.write_bytes(header + data)


WRITERS = {"irpa": write_irpa, "safetensors": write_safetensors, "gguf": write_gguf}

LAYER = """
util.global private @w = #flow.parameter.named<"model"::"layer.w"> : tensor<48x40xf32>
util.global private @b = #flow.parameter.named<"model"::"layer.b"> : tensor<40xf32>
util.global private @t = #flow.parameter.named<"model"::"table"> : tensor<7x5xf16>
func.func @layer(%x: tensor<6x48xf32>) -> tensor<6x40xf32> {
  %w = util.global.load @w : tensor<48x40xf32>
  %b = util.global.load @b : tensor<40xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %rows = linalg.broadcast ins(%b : tensor<40xf32>) outs(%e : tensor<6x40xf32>) dimensions = [0]
  %r = linalg.matmul ins(%x, %w : tensor<6x48xf32>, tensor<48x40xf32>)
                     outs(%rows : tensor<6x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}
func.func @table() -> tensor<7x5xf16> {
  %t = util.global.load @t : tensor<7x5xf16>
  return %t : tensor<7x5xf16>
}
"""


def parameters(index, scope: str = "model"):
    """What makes the module that gives |index| to a program."""

    def make(program: Program):
        provider = index.create_provider(scope=scope)
        return rt.create_io_parameters_module(program.instance, provider)

    return make


def load_index(path, **options):
    index = rt.ParameterIndex()
    index.load(str(path), **options)
    return index


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize(
    "flags", [[], ["--iree-stream-resource-memory-model=discrete"]], ids=["default", "discrete"]
)
def test_formats(tmp_path, format, mmap, flags):
    arrays, path = values(), tmp_path / f"model.{format}"
    WRITERS[format](path, arrays)
    programs = on_both(LAYER, *flags, modules=[parameters(load_index(path, mmap=mmap))])
    x = numbers(6, 48, seed=9)
    result = assert_same(programs, "layer", x)
    assert np.array_equal(result, x @ arrays["layer.w"] + arrays["layer.b"])
    assert np.array_equal(assert_same(programs, "table"), arrays["table"])


def test_splats_and_buffers():
    """Parameters without a file: a repeated value, and memory of the program."""
    index = rt.ParameterIndex()
    w, b = values()["layer.w"], np.full(40, 2.5, np.float32)
    index.add_buffer("layer.w", w.tobytes())
    index.add_splat("layer.b", b[:1], b.nbytes)
    index.add_splat("table", np.array([-3], np.float16), 70)
    programs = on_both(LAYER, modules=[parameters(index)])
    x = numbers(6, 48)
    assert np.array_equal(assert_same(programs, "layer", x), x @ w + b)
    assert np.array_equal(assert_same(programs, "table"), np.full((7, 5), -3, np.float16))


def test_a_parameter_is_missing(tmp_path):
    arrays = values()
    del arrays["layer.b"]
    write_irpa(tmp_path / "model.irpa", arrays)
    vmfb = build(LAYER, "--iree-hal-target-backends=tenstorrent")
    with pytest.raises(Exception, match="no parameter found in index with key 'layer.b'"):
        Program(vmfb, [OURS], parameters(load_index(tmp_path / "model.irpa")))


def test_a_parameter_is_cut_off():
    """The file ends before its data does."""
    handle = rt.FileHandle.wrap_memory(bytes(1000), readable=True)
    index = rt.ParameterIndex()
    for key, array in values().items():
        index.add_from_file_handle(key, handle, array.nbytes, 900)
    vmfb = build(LAYER, "--iree-hal-target-backends=tenstorrent")
    with pytest.raises(Exception, match="leaves the file of 1000 bytes"):
        Program(vmfb, [OURS], parameters(index))


WRITE = """
util.global private @old = #flow.parameter.named<"model"::"old"> : tensor<1000xf32>
func.func @compute(%x: tensor<1000xf32>) -> tensor<1000xf32> {
  %old = util.global.load @old : tensor<1000xf32>
  %r = arith.addf %x, %old : tensor<1000xf32>
  return %r : tensor<1000xf32>
}
util.func public @store(%view: !hal.buffer_view) {
  %c0 = arith.constant 0 : index
  %off0 = arith.constant 0 : i64
  %off400 = arith.constant 400 : i64
  %c800 = arith.constant 800 : index
  %c3200 = arith.constant 3200 : index
  %any = arith.constant -1 : i64
  %forever = arith.constant -1 : i32
  %device = hal.devices.get %c0 : !hal.device
  %buffer = hal.buffer_view.buffer<%view : !hal.buffer_view> : !hal.buffer
  %none = util.null : !hal.fence
  %done = hal.fence.create device(%device : !hal.device) flags("None") : !hal.fence
  io_parameters.scatter<%device : !hal.device> affinity(%any) wait(%none) signal(%done) {
    %buffer[%c0 for %c800] : !hal.buffer -> "model"::"head"[%off400],
    %buffer[%c800 for %c3200] : !hal.buffer -> "model"::"tail"[%off0]
  }
  %status = hal.fence.await until([%done]) timeout_millis(%forever) flags("None") : i32
  util.status.check_ok %status, "the write failed"
  util.return
}
"""


def test_writing(tmp_path):
    """Results go back into a file, in two parts. (Stock IREE 3.9.0 cannot, for any target.)"""
    path, old = tmp_path / "results", numbers(1000)
    path.write_bytes(b"#" * 12000)
    memory = np.memmap(path, np.uint8, mode="r+")
    handle = rt.FileHandle.wrap_memory(memory, readable=True, writable=True)
    index = rt.ParameterIndex()
    index.add_buffer("old", old.tobytes())
    index.add_from_file_handle("head", handle, 2000, 100)
    index.add_from_file_handle("tail", handle, 3200, 5001)
    vmfb = build(WRITE, "--iree-hal-target-backends=tenstorrent")
    program = Program(vmfb, [OURS], parameters(index))
    x = numbers(1000, seed=1)
    result = program.invoker("compute")(x)
    assert np.array_equal(result.to_host(), x + old)
    program.invoker("store")(result)
    memory.flush()
    expected = bytearray(b"#" * 12000)
    expected[500:1300] = (x + old)[:200].tobytes()
    expected[5001:8201] = (x + old)[200:].tobytes()
    assert path.read_bytes() == bytes(expected)


def test_writing_an_archive(tmp_path):
    """An archive made with room for results, which another program then reads."""
    path = tmp_path / "results.irpa"
    write_irpa(
        path, {"old": numbers(1000), "head": np.zeros(300, "f4"), "tail": np.zeros(800, "f4")}
    )
    memory = np.memmap(path, np.uint8, mode="r+")
    handle = rt.FileHandle.wrap_memory(memory, readable=True, writable=True)
    index = rt.ParameterIndex()
    index.load_from_file_handle(handle, "irpa")
    vmfb = build(WRITE, "--iree-hal-target-backends=tenstorrent")
    x = numbers(1000, seed=1)
    program = Program(vmfb, [OURS], parameters(index))
    result = program.invoker("compute")(x)
    program.invoker("store")(result)
    memory.flush()
    written = dict(load_index(path).items())
    expected = np.concatenate([np.zeros(100, "f4"), (x + numbers(1000))[:200]])
    assert bytes(written["head"].file_view) == expected.tobytes()
    assert bytes(written["tail"].file_view) == (x + numbers(1000))[200:].tobytes()


def test_writing_to_a_file_that_may_only_be_read(tmp_path):
    arrays = {"old": numbers(1000), "head": numbers(500), "tail": numbers(800)}
    write_irpa(tmp_path / "model.irpa", arrays)
    vmfb = build(WRITE, "--iree-hal-target-backends=tenstorrent")
    program = Program(vmfb, [OURS], parameters(load_index(tmp_path / "model.irpa")))
    result = program.invoker("compute")(numbers(1000))
    with pytest.raises(Exception, match="PERMISSION_DENIED"):
        program.invoker("store")(result)


# Reads a parameter of 128 MiB. Prints by how many MiB the process grew at its peak, pages of the
# file included, and the peaks of what the device's allocator gave out.
PEAK = """
    import sys
    import numpy as np
    sys.path.insert(0, {here!r})
    from test_parameters import load_index, parameters
    from host_programs import Program

    def status(key):
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) >> 10 for line in file if line.startswith(key))

    vmfb, path, device = sys.argv[1:]
    before = status("VmRSS:")
    program = Program(open(vmfb, "rb").read(), [device], parameters(load_index(path)))
    result = program("sum")
    assert np.array_equal(result, np.full(1 << 10, 3 << 15, np.float32)), result
    given = program.devices[0].allocator.statistics
    print(status("VmHWM:") - before, given["host_bytes_peak"] >> 20, given["device_bytes_peak"] >> 20)
"""

SUM = """
util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<1024x32768xf32>
func.func @sum() -> tensor<1024xf32> {
  %zero = arith.constant 0.0 : f32
  %w = util.global.load @w : tensor<1024x32768xf32>
  %e = tensor.empty() : tensor<1024xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1024xf32>) -> tensor<1024xf32>
  %s = linalg.reduce ins(%w : tensor<1024x32768xf32>) outs(%z : tensor<1024xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  return %s : tensor<1024xf32>
}
"""


def measure_peak(tmp_path, archive, target: str) -> dict:
    flags, device = {
        "tenstorrent": (["--iree-hal-target-backends=tenstorrent"], "tenstorrent://mock"),
        "llvm-cpu": (["--iree-hal-target-device=local", *LLVM_CPU], "local-task"),
    }[target]
    (tmp_path / "sum.vmfb").write_bytes(build(SUM, *flags))
    code = textwrap.dedent(PEAK.format(here=str(pathlib.Path(__file__).parent)))
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "sum.vmfb"), str(archive), device],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    print(f"{target}, {archive.name}: MiB of growth, staging, device: {run.stdout}")
    return dict(zip(("growth", "host", "device"), map(int, run.stdout.split())))


@pytest.mark.parametrize("format", ["irpa", "safetensors"])
def test_a_file_is_held_once(tmp_path, format):
    """Data at a multiple of 64 bytes (.irpa) is used where it is; else it is in device memory."""
    path = tmp_path / f"model.{format}"
    WRITERS[format](path, {"w": np.full((1024, 32768), 3, np.float32)})
    ours = measure_peak(tmp_path, path, "tenstorrent")
    measure_peak(tmp_path, path, "llvm-cpu")  # for the record only
    copies = 0 if format == "irpa" else 128
    assert ours["host"] == 0 and copies <= ours["device"] <= copies + 16
    # The mapped file, and the mock's device memory, which is memory of this process.
    assert ours["growth"] <= 128 + copies + 64

"""What the host does around dispatches: fills, copies, state, read-back, calls in flight.

Results are compared with llvm-cpu's, and with numpy's where those are exact.
"""

import numpy as np
import pytest

from host_programs import (
    KEEP_F64,
    OURS,
    ASYNC,
    Program,
    assert_same,
    build,
    call_async,
    fence_of,
    numbers,
    on_both,
    read_view,
    rt,
)

FILL = """
func.func @f(%x: tensor<{n}x{type}>, %v: tensor<{type}>) -> (tensor<{n}x{type}>, tensor<{n}x{type}>) {{
  %constant = arith.constant {value} : {type}
  %loaded = tensor.extract %v[] : tensor<{type}>
  %a = flow.tensor.splat %constant : tensor<{part}x{type}>
  %b = flow.tensor.splat %loaded : tensor<{n}x{type}>
  %c = tensor.insert_slice %a into %x[{at}] [{part}] [1] : tensor<{part}x{type}> into tensor<{n}x{type}>
  return %c, %b : tensor<{n}x{type}>, tensor<{n}x{type}>
}}
"""


@pytest.mark.parametrize(
    "type, value", [("i8", -7), ("i16", 1234), ("f16", -1.5), ("i32", 77777777), ("f32", 0.1)]
    + [("i64", 123456789012345678), ("f64", -0.1), ("complex<f32>", "[1.5, -2.5]")],
)  # fmt: skip
def test_fills(type, value):
    """Splats of 1, 2, 4 and 8 bytes; part of them into the middle of a buffer."""
    dtype = {"complex<f32>": "complex64"}.get(type, type.replace("f", "float").replace("i", "int"))
    if type.startswith("complex"):
        text = FILL.replace("arith.constant {value}", "complex.constant [1.5 : f32, -2.5 : f32]")
    else:
        text = FILL
    text = text.format(n=1001, type=type, value=value, part=333, at=17)
    x, v = numbers(1001).astype(dtype), np.array(3, dtype)
    filled, splat = assert_same(on_both(text, KEEP_F64), "f", x, v)
    expected = x.copy()
    expected[17:350] = complex(1.5, -2.5) if type.startswith("complex") else value
    assert np.array_equal(filled, expected) and np.array_equal(splat, np.full(1001, v))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_hal_fills_and_copies(dtype):
    """The command buffer of iree.runtime, at offsets that are not multiples of 64."""
    # The host's devices know no pattern of 8 bytes.
    for uri in (OURS,) if dtype is np.int64 else (OURS, "local-sync"):
        device = rt.get_device(uri, cache=False)
        size = np.dtype(dtype).itemsize
        source = rt.asdevicearray(device, np.arange(100, dtype=dtype))._buffer_view.get_buffer()
        target = rt.asdevicearray(device, np.zeros(100, dtype))
        target_buffer = target._buffer_view.get_buffer()
        commands = rt.HalCommandBuffer(device)
        commands.fill(target_buffer, dtype(-3), 7 * size, 50 * size)
        commands.copy(source, target_buffer, 11 * size, 90 * size, 10 * size, end=True)
        done = fence_of(device)
        device.queue_execute(commands, [], done)
        assert done.wait()
        expected = np.zeros(100, dtype)
        expected[7:57], expected[90:] = -3, np.arange(11, 21)
        assert np.array_equal(target.to_host(), expected), uri


def test_queue_copy_waits_for_its_semaphore():
    device = rt.get_device(OURS, cache=False)
    data = numbers(5000)
    source = rt.asdevicearray(device, data)._buffer_view.get_buffer()
    target = rt.asdevicearray(device, np.zeros_like(data))
    wait, done = fence_of(device), fence_of(device)
    device.queue_copy(source, target._buffer_view.get_buffer(), wait, done)
    assert not done.wait(timeout=20_000_000)
    assert not target.to_host().any()
    wait.signal()
    assert done.wait() and np.array_equal(target.to_host(), data)


SLICES = """
func.func @f(%x: tensor<37x53x{type}>, %y: tensor<200x{type}>, %o: tensor<3xi64>)
    -> (tensor<5x53x{type}>, tensor<8x9x{type}>, tensor<200x{type}>, tensor<50x{type}>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %i64 = tensor.extract %o[%c0] : tensor<3xi64>
  %i = arith.index_cast %i64 : i64 to index
  %j64 = tensor.extract %o[%c1] : tensor<3xi64>
  %j = arith.index_cast %j64 : i64 to index
  %k64 = tensor.extract %o[%c2] : tensor<3xi64>
  %k = arith.index_cast %k64 : i64 to index
  %rows = tensor.extract_slice %x[%i, 0] [5, 53] [1, 1] : tensor<37x53x{type}> to tensor<5x53x{type}>
  %block = tensor.extract_slice %x[%i, %j] [8, 9] [1, 1] : tensor<37x53x{type}> to tensor<8x9x{type}>
  %flat = tensor.extract_slice %x[3, 0] [1, 53] [1, 1] : tensor<37x53x{type}> to tensor<53x{type}>
  %into = tensor.insert_slice %flat into %y[%k] [53] [1] : tensor<53x{type}> into tensor<200x{type}>
  %within = tensor.extract_slice %into[%k] [50] [1] : tensor<200x{type}> to tensor<50x{type}>
  %again = tensor.insert_slice %within into %into[1] [50] [1] : tensor<50x{type}> into tensor<200x{type}>
  return %rows, %block, %again, %within
    : tensor<5x53x{type}>, tensor<8x9x{type}>, tensor<200x{type}>, tensor<50x{type}>
}}
"""


@pytest.mark.parametrize("type", ["i8", "i16", "f32", "f64", "i1"])
def test_copies_of_slices(type):
    programs = on_both(SLICES.format(type=type), KEEP_F64)
    dtype = {"i1": np.bool_, "f32": np.float32, "f64": np.float64}.get(type)
    dtype = dtype or np.dtype(type.replace("i", "int"))
    x, y = numbers(37, 53).astype(dtype), numbers(200, seed=1).astype(dtype)
    for i, j, k in [(0, 0, 0), (29, 44, 147), (7, 13, 61)]:
        rows, block, again, within = assert_same(programs, "f", x, y, np.array([i, j, k], np.int64))
        assert np.array_equal(rows, x[i : i + 5]) and np.array_equal(block, x[i : i + 8, j : j + 9])
        into = y.copy()
        into[k : k + 53] = x[3]
        assert np.array_equal(within, into[k : k + 50])
        into[1:51] = within
        assert np.array_equal(again, into)


EMPTY = """
func.func @f(%x: tensor<?x5xf32>, %y: tensor<?xf32>) -> (tensor<?x5xf32>, tensor<?xf32>, tensor<5xf32>) {
  %zero = arith.constant 0.0 : f32
  %0 = arith.addf %x, %x : tensor<?x5xf32>
  %e = tensor.empty() : tensor<5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %s = linalg.reduce ins(%0 : tensor<?x5xf32>) outs(%z : tensor<5xf32>) dimensions = [0]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  %c0 = arith.constant 0 : index
  %n = tensor.dim %y, %c0 : tensor<?xf32>
  %half = arith.divui %n, %two : index
  %part = tensor.extract_slice %y[%half] [%half] [1] : tensor<?xf32> to tensor<?xf32>
  return %0, %part, %s : tensor<?x5xf32>, tensor<?xf32>, tensor<5xf32>
}
""".replace("%half =", "%two = arith.constant 2 : index\n  %half =", 1)


@pytest.mark.parametrize("rows, length", [(0, 0), (0, 7), (3, 1), (4, 8)])
def test_sizes_of_zero(rows, length):
    x, y = numbers(rows, 5), numbers(length)
    doubled, part, sums = assert_same(on_both(EMPTY), "f", x, y)
    assert np.array_equal(doubled, 2 * x) and np.array_equal(sums, 2 * x.sum(0))
    assert np.array_equal(part, y[length // 2 : length // 2 + length // 2])


STATE = """
util.global private mutable @count = 0 : i32
util.global private mutable @sums = dense<0.0> : tensor<6x7xf32>
util.global private @scale = dense<3.0> : tensor<6x7xf32>
func.func @add(%x: tensor<6x7xf32>) -> tensor<6x7xf32> {
  %one = arith.constant 1 : i32
  %count = util.global.load @count : i32
  %sums = util.global.load @sums : tensor<6x7xf32>
  %scale = util.global.load @scale : tensor<6x7xf32>
  %new_count = arith.addi %count, %one : i32
  %scaled = arith.mulf %x, %scale : tensor<6x7xf32>
  %new = arith.addf %sums, %scaled : tensor<6x7xf32>
  util.global.store %new_count, @count : i32
  util.global.store %new, @sums : tensor<6x7xf32>
  return %new : tensor<6x7xf32>
}
func.func @counted() -> i32 {
  %count = util.global.load @count : i32
  return %count : i32
}
func.func @reset() {
  %zero = arith.constant 0 : i32
  %empty = arith.constant dense<0.0> : tensor<6x7xf32>
  util.global.store %zero, @count : i32
  util.global.store %empty, @sums : tensor<6x7xf32>
  return
}
func.func @sums_of_rows() -> tensor<6xf32> {
  %zero = arith.constant 0.0 : f32
  %sums = util.global.load @sums : tensor<6x7xf32>
  %e = tensor.empty() : tensor<6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<6xf32>) -> tensor<6xf32>
  %s = linalg.reduce ins(%sums : tensor<6x7xf32>) outs(%z : tensor<6xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  return %s : tensor<6xf32>
}
"""


def test_state_and_several_entry_points():
    programs = on_both(STATE)
    total = np.zeros((6, 7), np.float32)
    for seed in range(4):
        x = numbers(6, 7, seed=seed)
        total += 3 * x
        assert np.array_equal(assert_same(programs, "add", x), total)
        assert programs[0]("counted") == seed + 1 == programs[1]("counted")
    assert np.array_equal(assert_same(programs, "sums_of_rows"), total.sum(1))
    programs[0].invoker("reset")()
    assert programs[0]("counted") == 0 and not programs[0]("sums_of_rows").any()


def test_contexts_have_state_of_their_own():
    vmfb = build(STATE, "--iree-hal-target-backends=tenstorrent")
    device = rt.get_device(OURS, cache=False)
    programs = [Program(vmfb, [device]) for _ in range(3)]
    x = numbers(6, 7)
    for times, program in enumerate(programs):
        for _ in range(times):
            program("add", x)
    for times, program in enumerate(programs):
        assert program("counted") == times
        assert np.array_equal(program("sums_of_rows"), times * 3 * x.sum(1))


# A value computed on the device decides what the host does next.
READ_BACK = """
func.func @collatz(%n: tensor<i32>) -> (tensor<i32>, i32) {
  %c0 = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %three = arith.constant dense<3> : tensor<i32>
  %ones = arith.constant dense<1> : tensor<i32>
  %r:2 = scf.while (%v = %n, %steps = %c0) : (tensor<i32>, i32) -> (tensor<i32>, i32) {
    %s = tensor.extract %v[] : tensor<i32>
    %more = arith.cmpi sgt, %s, %one : i32
    scf.condition(%more) %v, %steps : tensor<i32>, i32
  } do {
  ^bb0(%v: tensor<i32>, %steps: i32):
    %s = tensor.extract %v[] : tensor<i32>
    %bit = arith.andi %s, %one : i32
    %odd = arith.cmpi eq, %bit, %one : i32
    %next = scf.if %odd -> tensor<i32> {
      %a = arith.muli %v, %three : tensor<i32>
      %b = arith.addi %a, %ones : tensor<i32>
      scf.yield %b : tensor<i32>
    } else {
      %b = arith.shrui %v, %ones : tensor<i32>
      scf.yield %b : tensor<i32>
    }
    %count = arith.addi %steps, %one : i32
    scf.yield %next, %count : tensor<i32>, i32
  }
  return %r#0, %r#1 : tensor<i32>, i32
}
func.func @positive(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %izero = arith.constant 0 : i32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty() : tensor<i32>
  %z = linalg.fill ins(%izero : i32) outs(%e : tensor<i32>) -> tensor<i32>
  %s = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>],
                       iterator_types = ["reduction"]}
    ins(%x : tensor<?xf32>) outs(%z : tensor<i32>) {
    ^bb0(%in: f32, %acc: i32):
      %p = arith.cmpf ogt, %in, %zero : f32
      %i = arith.extui %p : i1 to i32
      %t = arith.addi %acc, %i : i32
      linalg.yield %t : i32
  } -> tensor<i32>
  %count32 = tensor.extract %s[] : tensor<i32>
  %count = arith.index_cast %count32 : i32 to index
  %head = tensor.extract_slice %x[0] [%count] [1] : tensor<?xf32> to tensor<?xf32>
  return %head : tensor<?xf32>
}
"""


def test_read_back_in_the_middle_of_a_call():
    programs = on_both(READ_BACK)
    for n, steps in [(1, 0), (6, 8), (27, 111)]:
        for program in programs:
            last, count = program.invoker("collatz")(np.array(n, np.int32))
            assert last.to_host() == 1 and count == steps
    x = numbers(100)
    assert np.array_equal(assert_same(programs, "positive", x), x[: (x > 0).sum()])


BRANCHES = """
func.func @f(%x: tensor<96x96xf32>, %y: tensor<96x96xf32>)
    -> (tensor<96x96xf32>, tensor<96x96xf32>, tensor<96xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<96x96xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<96x96xf32>) -> tensor<96x96xf32>
  %p = linalg.matmul ins(%x, %y : tensor<96x96xf32>, tensor<96x96xf32>)
                     outs(%z : tensor<96x96xf32>) -> tensor<96x96xf32>
  %q = linalg.matmul ins(%y, %x : tensor<96x96xf32>, tensor<96x96xf32>)
                     outs(%z : tensor<96x96xf32>) -> tensor<96x96xf32>
  %er = tensor.empty() : tensor<96xf32>
  %zr = linalg.fill ins(%zero : f32) outs(%er : tensor<96xf32>) -> tensor<96xf32>
  %d = linalg.sub ins(%p, %q : tensor<96x96xf32>, tensor<96x96xf32>)
                  outs(%e : tensor<96x96xf32>) -> tensor<96x96xf32>
  %s = linalg.reduce ins(%d : tensor<96x96xf32>) outs(%zr : tensor<96xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  return %p, %q, %s : tensor<96x96xf32>, tensor<96x96xf32>, tensor<96xf32>
}
"""


@pytest.mark.parametrize(
    "flags",
    [
        ["--iree-stream-partitioning-favor=max-concurrency"],
        ["--iree-stream-partitioning-favor=min-peak-memory"],
        ["--iree-stream-partitioning-favor=debug"],
        ["--iree-hal-indirect-command-buffers=false"],
    ],
)
def test_independent_branches(flags):
    programs = on_both(BRANCHES, *flags)
    x, y = numbers(96, 96), numbers(96, 96, seed=1)
    p, q, s = assert_same(programs, "f", x, y)
    assert np.array_equal(p, x @ y) and np.array_equal(q, y @ x)
    assert np.array_equal(s, (x @ y - y @ x).sum(1))


def test_calls_in_flight_at_once():
    """Many asynchronous calls submitted before the first may start, in a chain and beside it."""
    text = """
    func.func @double(%x: tensor<1000xf32>) -> tensor<1000xf32> {
      %0 = arith.addf %x, %x : tensor<1000xf32>
      return %0 : tensor<1000xf32>
    }"""
    vmfb = build(text, "--iree-hal-target-backends=tenstorrent", *ASYNC)
    program = Program(vmfb, [OURS])
    (device,) = program.devices
    semaphore = device.create_semaphore(0)
    x = numbers(1000)
    view = first = rt.asdevicearray(device, x)._buffer_view
    beside = []
    for i in range(8):
        at = rt.HalFence.create_at(semaphore, i + 1)
        view = call_async(program, "double", view, at, rt.HalFence.create_at(semaphore, i + 2))
        done = fence_of(device)
        beside.append((call_async(program, "double", first, at, done), done))
    assert not semaphore.wait(1, timeout=10_000_000)
    semaphore.signal(1)
    assert semaphore.wait(9, timeout=30_000_000_000)
    assert np.array_equal(read_view(view, device, x.shape, x.dtype), 256 * x)
    for result, done in beside:
        assert done.wait(timeout=30_000_000_000)
        assert np.array_equal(read_view(result, device, x.shape, x.dtype), 2 * x)

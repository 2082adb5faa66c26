"""Programs over several devices: transfers, shared state, fences, the command.

Results are compared with numpy's; the numbers are such that both are exact.
"""

import threading

import numpy as np
import pytest

import test_blackhole
from tt_iree import _native
from host_programs import (
    LLVM_CPU,
    OURS,
    OURS_TOO,
    ASYNC,
    Program,
    build,
    build_for,
    call_async,
    fence_of,
    numbers,
    read_view,
    rt,
)


def launches() -> int:
    """Of programs, on all our devices so far."""
    return _native.counters().launches


PING_PONG = """
func.func @f(%x: tensor<70x33xf32> {iree.abi.affinity = #hal.device.promise<@a>})
    -> (tensor<70x33xf32> {iree.abi.affinity = #hal.device.promise<@a>}) {
  %two = arith.constant dense<2.0> : tensor<70x33xf32>
  %0 = arith.mulf %x, %two : tensor<70x33xf32>
  %1 = flow.tensor.transfer %0 : tensor<70x33xf32> to #hal.device.promise<@b>
  %2 = arith.addf %1, %1 : tensor<70x33xf32>
  %3 = flow.tensor.transfer %2 : tensor<70x33xf32> to #hal.device.promise<@a>
  %4 = arith.addf %3, %two : tensor<70x33xf32>
  return %4 : tensor<70x33xf32>
}
"""

PAIRS = {
    "ours-first": ({"a": "tenstorrent", "b": "local"}, [OURS, "local-task"]),
    "ours-first-sync": ({"a": "tenstorrent", "b": "local"}, [OURS, "local-sync"]),
    "ours-last": ({"a": "local", "b": "tenstorrent[0]"}, ["local-task", OURS]),
    "ours-last-sync": ({"a": "local[0]", "b": "tenstorrent"}, ["local-sync", OURS]),
    "both-ours": ({"a": "tenstorrent[0]", "b": "tenstorrent[1]"}, [OURS, OURS_TOO]),
    "both-local": ({"a": "local[0]", "b": "local[1]"}, ["local-task", "local-task"]),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_transfers(pair):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG), devices)
    for seed in range(5):
        x = numbers(70, 33, seed=seed)
        assert np.array_equal(program("f", x), 4 * x + 2)


def test_work_runs_where_it_is_put():
    devices = [rt.get_device(uri, cache=False) for uri in (OURS, OURS_TOO)]
    program = Program(build_for(PAIRS["both-ours"][0], PING_PONG), devices)
    before = [d.allocator.statistics["device_bytes_allocated"] for d in devices]
    program("f", numbers(70, 33))
    used = [d.allocator.statistics["device_bytes_allocated"] for d in devices]
    assert used[0] - before[0] >= 70 * 33 * 4 and used[1] - before[1] >= 70 * 33 * 4


def test_a_device_is_missing():
    vmfb = build_for(PAIRS["both-ours"][0], PING_PONG)
    with pytest.raises(RuntimeError, match="HAL device `b` not found or unavailable"):
        Program(vmfb, [OURS])
    vmfb = build_for(PAIRS["ours-first"][0], PING_PONG)
    with pytest.raises(RuntimeError, match="HAL device `a` not found or unavailable"):
        Program(vmfb, ["local-task"])


THREE = """
func.func @f(%x: tensor<?x40xf32>, %w: tensor<40x24xf32>) -> (tensor<?x24xf32>, tensor<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %xa = flow.tensor.transfer %x : tensor<?x40xf32>{%n} to #hal.device.promise<@a>
  %wa = flow.tensor.transfer %w : tensor<40x24xf32> to #hal.device.promise<@a>
  %e = tensor.empty(%n) : tensor<?x24xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
  %p = linalg.matmul ins(%xa, %wa : tensor<?x40xf32>, tensor<40x24xf32>)
                     outs(%z : tensor<?x24xf32>) -> tensor<?x24xf32>
  %pb = flow.tensor.transfer %p : tensor<?x24xf32>{%n} to #hal.device.promise<@b>
  %pc = flow.tensor.transfer %p : tensor<?x24xf32>{%n} to #hal.device.promise<@c>
  %er = tensor.empty(%n) : tensor<?xf32>
  %zr = linalg.fill ins(%zero : f32) outs(%er : tensor<?xf32>) -> tensor<?xf32>
  %s = linalg.reduce ins(%pb : tensor<?x24xf32>) outs(%zr : tensor<?xf32>) dimensions = [1]
    (%in: f32, %acc: f32) {
      %t = arith.addf %in, %acc : f32
      linalg.yield %t : f32
    }
  %d = arith.addf %pc, %pc : tensor<?x24xf32>
  %da = flow.tensor.transfer %d : tensor<?x24xf32>{%n} to #hal.device.promise<@a>
  %sa = flow.tensor.transfer %s : tensor<?xf32>{%n} to #hal.device.promise<@a>
  return %da, %sa : tensor<?x24xf32>, tensor<?xf32>
}
"""


@pytest.mark.parametrize("local", ["a", "b", "c"])
def test_three_devices(local):
    """Two of ours and the host's, with a dynamic size; one value goes to two devices."""
    targets, devices = {}, []
    for name in "abc":
        if name == local:
            targets[name] = "local"
            devices.append("local-task")
        else:
            ordinal = sum(t != "local" for t in targets.values())
            targets[name] = f"tenstorrent[{ordinal}]"
            devices.append([OURS, OURS_TOO][ordinal])
    program = Program(build_for(targets, THREE), devices)
    for n in (1, 7, 100):
        x, w = numbers(n, 40, seed=n), numbers(40, 24, seed=1)
        product, sums = program("f", x, w)
        assert np.array_equal(product, 2 * (x @ w))
        assert np.array_equal(sums, (x @ w).sum(1))


# A global and a parameter that are used on both sides; a loop whose condition is read on the host.
SHARED_STATE = """
util.global private mutable @state = dense<1.0> : tensor<33x9xf32>
util.global private @weights = #flow.parameter.named<"model"::"w"> : tensor<33x9xf32>
func.func @step(%x: tensor<33x9xf32>) -> tensor<33x9xf32> {
  %k = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]> : tensor<9xf32>
  %e = tensor.empty() : tensor<33x9xf32>
  %kb = linalg.broadcast ins(%k : tensor<9xf32>) outs(%e : tensor<33x9xf32>) dimensions = [0]
  %state = util.global.load @state : tensor<33x9xf32>
  %w = util.global.load @weights : tensor<33x9xf32>
  %xa = flow.tensor.transfer %x : tensor<33x9xf32> to #hal.device.promise<@a>
  %sa = flow.tensor.transfer %state : tensor<33x9xf32> to #hal.device.promise<@a>
  %0 = arith.mulf %xa, %kb : tensor<33x9xf32>
  %1 = arith.addf %0, %sa : tensor<33x9xf32>
  %2 = flow.tensor.transfer %1 : tensor<33x9xf32> to #hal.device.promise<@b>
  %3 = arith.addf %2, %kb : tensor<33x9xf32>
  %4 = arith.mulf %3, %w : tensor<33x9xf32>
  util.global.store %4, @state : tensor<33x9xf32>
  %5 = flow.tensor.transfer %4 : tensor<33x9xf32> to #hal.device.promise<@a>
  %6 = arith.addf %5, %w : tensor<33x9xf32>
  return %6 : tensor<33x9xf32>
}
func.func @countdown(%n: tensor<i32>) -> tensor<i32> {
  %one = arith.constant 1 : i32
  %ones = arith.constant dense<1> : tensor<i32>
  %r = scf.while (%v = %n) : (tensor<i32>) -> tensor<i32> {
    %s = tensor.extract %v[] : tensor<i32>
    %more = arith.cmpi sgt, %s, %one : i32
    scf.condition(%more) %v : tensor<i32>
  } do {
  ^bb0(%v: tensor<i32>):
    %a = flow.tensor.transfer %v : tensor<i32> to #hal.device.promise<@a>
    %b = arith.subi %a, %ones : tensor<i32>
    %c = flow.tensor.transfer %b : tensor<i32> to #hal.device.promise<@b>
    %d = arith.subi %c, %ones : tensor<i32>
    %f = flow.tensor.transfer %d : tensor<i32> to #hal.device.promise<@a>
    scf.yield %f : tensor<i32>
  }
  return %r : tensor<i32>
}
"""


def check_shared_state(targets: dict, devices: list, rows=33, steps=3, count=11) -> None:
    w, k = numbers(rows, 9, seed=5), np.arange(1, 10, dtype=np.float32)

    def parameters(program):
        index = rt.ParameterIndex()
        index.add_buffer("w", w.tobytes())
        return rt.create_io_parameters_module(
            program.instance, index.create_provider(scope="model")
        )

    text = SHARED_STATE.replace("33x9", f"{rows}x9")
    program = Program(build_for(targets, text), devices, parameters)
    state = np.ones((rows, 9), np.float32)
    for seed in range(steps):
        x = numbers(rows, 9, seed=seed)
        state = (x * k + state + k) * w
        assert np.array_equal(program("step", x), state + w)
    assert program("countdown", np.array(count, np.int32)) == 1


@pytest.mark.parametrize("pair", PAIRS)
def test_state_and_parameters_of_several_devices(pair):
    check_shared_state(*PAIRS[pair])


@pytest.mark.parametrize("simulator", test_blackhole.BOTH)
@pytest.mark.parametrize("beside, ours", [("local-task", 0), ("local-task", 1), (OURS, 0)])
def test_beside_a_simulated_blackhole(simulator, beside, ours):
    """Its memory is out of the host's sight."""
    devices = [beside, beside]
    devices[ours] = test_blackhole.uri(simulator, grid="1x1")
    targets = {"a": "tenstorrent", "b": "tenstorrent[1]"}
    if beside == "local-task":
        targets = {"ab"[ours]: "tenstorrent", "ab"[1 - ours]: "local"}
    check_shared_state(targets, devices, rows=2, steps=1, count=3)


def test_threads_share_devices_of_two_kinds():
    targets, devices = PAIRS["ours-first"]
    program = Program(build_for(targets, PING_PONG), devices)
    failures = []

    def work(seed):
        x = numbers(70, 33, seed=seed)
        invoke = program.invoker("f")
        for _ in range(10):
            if not np.array_equal(invoke(x).to_host(), 4 * x + 2):
                failures.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("fences_of", [0, 1])
def test_fences_of_either_device(pair, fences_of):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG, *ASYNC), devices)
    owner, a = program.devices[fences_of], program.devices[0]
    x = numbers(70, 33)
    view = rt.asdevicearray(a, x)._buffer_view
    wait, signal = fence_of(owner), fence_of(owner)
    results = []
    call = threading.Thread(
        target=lambda: results.append(call_async(program, "f", view, wait, signal)), daemon=True
    )
    call.start()
    if pair == "both-ours":
        call.join(30)  # where the host's device allocates memory, it waits for it in the caller
        assert results
    assert not signal.wait(timeout=20_000_000)
    wait.signal()
    assert signal.wait(timeout=30_000_000_000)
    call.join(30)
    assert np.array_equal(read_view(results[0], a, x.shape, x.dtype), 4 * x + 2)


@pytest.mark.parametrize("pair", ["ours-first", "both-ours"])
def test_a_failed_fence_fails_the_call(pair):
    targets, devices = PAIRS[pair]
    program = Program(build_for(targets, PING_PONG, *ASYNC), devices)
    view = rt.asdevicearray(program.devices[0], numbers(70, 33))._buffer_view
    wait, signal = fence_of(program.devices[0]), fence_of(program.devices[0])
    wait.fail("burnt by a test")
    with pytest.raises(RuntimeError):
        call_async(program, "f", view, wait, signal)
        signal.wait(timeout=30_000_000_000)


@pytest.mark.parametrize("pair", ["ours-first", "ours-last", "both-ours"])
def test_command_on_several_devices(pair, tmp_path, capfd):
    from tt_iree import cli

    targets, devices = PAIRS[pair]
    vmfb, result = tmp_path / "f.vmfb", tmp_path / "result.npy"
    vmfb.write_bytes(build_for(targets, PING_PONG))
    x = numbers(70, 33)
    np.save(tmp_path / "x.npy", x)
    call = [f"--module={vmfb}", f"--input=@{tmp_path}/x.npy", *(f"--device={d}" for d in devices)]
    assert cli.main(["run", *call, f"--output={result}"]) == 0
    assert np.array_equal(np.load(result), 4 * x + 2)
    capfd.readouterr()
    assert cli.main(["bench", *call, "--repetitions=2"]) == 0
    assert f"@f on {', '.join(devices)}: min " in capfd.readouterr().out
    assert cli.main(["run", *call[:-1]]) == 1
    assert "not found or unavailable" in capfd.readouterr().err


@pytest.mark.parametrize(
    "flags",
    [
        ["--iree-hal-target-backends=tenstorrent,llvm-cpu"],
        ["--iree-hal-target-device=tenstorrent,local", LLVM_CPU[0]],
    ],
)
def test_either_target(flags):
    """One device, the first in the list that there is."""
    text = """
    func.func @f(%x: tensor<70x33xf32>) -> tensor<70x33xf32> {
      %0 = arith.mulf %x, %x : tensor<70x33xf32>
      return %0 : tensor<70x33xf32>
    }"""
    vmfb = build(text, *flags, *LLVM_CPU[1:])
    x = numbers(70, 33)
    for devices in (["local-task"], [OURS], ["local-task", OURS], [OURS, "local-task"]):
        program = Program(vmfb, devices)
        ours = devices.index(OURS) if OURS in devices else 0
        before = launches()
        assert np.array_equal(program("f", x, device=ours), x * x)
        assert launches() - before == (OURS in devices)


def test_many_transfers():
    """A value goes round over three devices, four times."""
    steps = "\n".join(
        f"  %m{i} = arith.addf %t{i}, %t{i} : tensor<?xf32>\n"
        f"  %t{i + 1} = flow.tensor.transfer %m{i} : tensor<?xf32>{{%n}}"
        f" to #hal.device.promise<@{'abc'[(i + 1) % 3]}>"
        for i in range(12)
    )
    text = f"""
func.func @f(%t0: tensor<?xf32> {{iree.abi.affinity = #hal.device.promise<@a>}}) -> tensor<?xf32> {{
  %c0 = arith.constant 0 : index
  %n = tensor.dim %t0, %c0 : tensor<?xf32>
{steps}
  return %t12 : tensor<?xf32>
}}"""
    targets = {"a": "tenstorrent[0]", "b": "local", "c": "tenstorrent[1]"}
    program = Program(build_for(targets, text), [OURS, "local-task", OURS_TOO])
    for n in (1, 1000, 100_003):
        x, before = numbers(n), launches()
        assert np.array_equal(program("f", x), 4096 * x)
        assert launches() - before == 8

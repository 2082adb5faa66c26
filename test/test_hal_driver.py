"""The HAL driver behind the stock iree.runtime: devices, memory, lifetimes."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

rt = pytest.importorskip("iree.runtime", reason="needs iree-base-runtime")

MIB = 1 << 20


def run_python(code: str, timeout: float = 60) -> subprocess.CompletedProcess:
    """Runs |code| in a process of its own; a hang fails the test."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.mark.parametrize(
    "uri",
    [
        "tenstorrent",
        "tenstorrent://",
        "tenstorrent://0",
        "tenstorrent://mock",
        "tenstorrent://mock?grid=4x4&l1=1048576&cores=3&threads=2",
    ],
)
def test_uris(uri):
    device = rt.get_device(uri, cache=False)
    data = np.arange(33, dtype=np.int16)
    assert np.array_equal(rt.asdevicearray(device, data).to_host(), data)


@pytest.mark.parametrize(
    "uri, text",
    [
        ("tenstorrent://7", "no tenstorrent device '7'; there is: mock (or 0)"),
        ("tenstorrent://p100a", "there is: mock (or 0)"),
        ("tenstorrent://mock?speed=9", "unknown device option 'speed'"),
        ("tenstorrent://mock?grid=0x8", "grid: found '0x8'"),
        ("tenstorrent://mock?grid=2x2&cores=5", "at most 4"),
        ("tenstorrent://mock?timeout=soon", "timeout: found 'soon', expected seconds"),
        (
            "tenstorrent://mock?threads=4&grid=2x2&threads=2",
            "option threads is given twice, as '4' and as '2'",
        ),
    ],
)
def test_bad_uris_are_explained(uri, text):
    with pytest.raises(ValueError) as error:
        rt.get_device(uri, cache=False)
    assert text in str(error.value)
    with pytest.raises(ValueError) as error:
        rt.Config(uri)
    assert text in str(error.value)


def test_driver_and_devices_are_listed():
    assert "tenstorrent" in rt.query_available_drivers()
    devices = rt.get_driver("tenstorrent").query_available_devices()
    assert devices[0]["path"] == "mock"
    assert devices[0]["name"].startswith("Blackhole (mock)")
    device = rt.get_driver("tenstorrent").create_device(devices[0])
    assert "tenstorrent" in repr(device)


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.float16, np.float64])
@pytest.mark.parametrize("shape", [(0,), (1,), (3, 5, 7), (300, 1000)])
def test_round_trip(dtype, shape):
    device = rt.get_device("tenstorrent")
    data = (np.arange(np.prod(shape)) % 100).astype(dtype).reshape(shape)
    back = rt.asdevicearray(device, data).to_host()
    assert back.dtype == data.dtype and np.array_equal(back, data)


def test_dram_limit_and_statistics():
    device = rt.get_device("tenstorrent://mock?dram=1048576", cache=False)
    allocator = device.allocator

    def allocate(size):
        return allocator.allocate_buffer(
            rt.MemoryType.DEVICE_LOCAL, rt.BufferUsage.DEFAULT, size
        )

    held = allocate(MIB // 2)
    with pytest.raises(RuntimeError) as error:
        allocate(MIB)
    assert "RESOURCE_EXHAUSTED" in str(error.value)
    assert "1048576 bytes requested, 524288 bytes in use" in str(error.value)
    del held
    allocate(MIB)
    statistics = allocator.statistics
    assert statistics["device_bytes_allocated"] == MIB // 2 + MIB
    assert statistics["device_bytes_freed"] == MIB // 2 + MIB
    assert statistics["device_bytes_peak"] == MIB


def test_devices_do_not_share_memory():
    a = rt.get_device("tenstorrent://mock?grid=1x1", cache=False)
    b = rt.get_device("tenstorrent://mock?grid=2x2", cache=False)
    array = rt.asdevicearray(a, np.ones(1024, np.float32))
    assert a.allocator.statistics["device_bytes_allocated"] == 4096
    assert b.allocator.statistics["device_bytes_allocated"] == 0
    del array
    assert a.allocator.statistics["device_bytes_freed"] == 4096


def test_arrays_outlive_their_device():
    device = rt.get_device("tenstorrent", cache=False)
    array = rt.asdevicearray(device, np.arange(100, dtype=np.int32))
    view = array.to_host()
    del device, array
    assert view[99] == 99


def test_semaphores():
    device = rt.get_device("tenstorrent")
    semaphore = device.create_semaphore(3)
    assert semaphore.query() == 3
    semaphore.signal(5)
    assert semaphore.wait(5)
    assert not semaphore.wait(6, timeout=1000000)
    with pytest.raises(IndexError, match="must be above the current 5"):
        semaphore.signal(5)
    semaphore.fail("burnt by a test")
    with pytest.raises(RuntimeError, match="burnt by a test"):
        semaphore.wait(6)
    with pytest.raises(RuntimeError, match="burnt by a test"):
        semaphore.query()


def test_fork_is_an_error_not_a_hang():
    result = run_python("""
        import os
        import numpy as np
        import iree.runtime as rt
        device = rt.get_device("tenstorrent")
        array = rt.asdevicearray(device, np.ones(10))
        pid = os.fork()
        if pid == 0:
            try:
                rt.asdevicearray(device, np.ones(10))
                os._exit(1)
            except RuntimeError as error:
                good = "opened before fork()" in str(error)
            own = rt.get_device("tenstorrent", cache=False)
            data = np.arange(10)
            good &= bool((rt.asdevicearray(own, data).to_host() == data).all())
            del array, device, own
            os._exit(0 if good else 2)
        assert os.waitpid(pid, 0)[1] == 0
        print(array.to_host().sum())
        """)
    assert (result.returncode, result.stdout) == (0, "10.0\n"), result.stderr


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "del device",
        "del device, driver",
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
    ],
)
def test_exits(ending):
    result = run_python(f"""
        import numpy as np
        import iree.runtime as rt
        driver = rt.get_driver("tenstorrent")
        device = rt.get_device("tenstorrent", cache=False)
        cached = rt.get_device("tenstorrent://mock?grid=1x1")
        array = rt.asdevicearray(device, np.ones(10))
        mapped = array.to_host()
        semaphore = device.create_semaphore(0)
        print(mapped.sum(), flush=True)
        {ending}
        """)
    assert (result.returncode, result.stdout, result.stderr) == (0, "10.0\n", "")


def test_exit_with_an_exception():
    result = run_python("""
        import iree.runtime as rt
        device = rt.get_device("tenstorrent")
        raise SystemError("on purpose")
        """)
    assert result.returncode == 1
    assert "on purpose" in result.stderr and "leak" not in result.stderr


def test_exit_with_work_that_waits_forever():
    result = run_python("""
        import iree.runtime as rt
        device = rt.get_device("tenstorrent")
        buffers = [
            device.allocator.allocate_buffer(
                rt.MemoryType.DEVICE_LOCAL, rt.BufferUsage.DEFAULT, 1 << 20
            )
            for _ in range(2)
        ]
        never, done = device.create_semaphore(0), device.create_semaphore(0)
        device.queue_copy(
            *buffers,
            wait_semaphores=rt.HalFence.create_at(never, 1),
            signal_semaphores=rt.HalFence.create_at(done, 1),
        )
        print(done.query(), flush=True)
        """)
    assert (result.returncode, result.stdout, result.stderr) == (0, "0\n", "")


def test_exit_with_work_that_runs():
    result = run_python("""
        import iree.runtime as rt
        device = rt.get_device("tenstorrent", cache=False)
        buffers = [
            device.allocator.allocate_buffer(
                rt.MemoryType.DEVICE_LOCAL, rt.BufferUsage.DEFAULT, 64 << 20
            )
            for _ in range(2)
        ]
        done = device.create_semaphore(0)
        for value in range(100):
            device.queue_copy(
                *buffers,
                wait_semaphores=rt.HalFence.create_at(done, value),
                signal_semaphores=rt.HalFence.create_at(done, value + 1),
            )
        print(done.query() < 100, flush=True)
        """)
    assert (result.returncode, result.stdout, result.stderr) == (0, "True\n", "")


def test_exit_with_a_launch_that_runs():
    """Seconds of work in one launch: the process does not wait for it."""
    result = run_python("""
        import time
        import numpy as np
        import iree.compiler as compiler
        import iree.runtime as rt
        t = "tensor<5000x5000xf32>"
        vmfb = compiler.compile_str(
            f"func.func @square(%a: {t}) -> {t} {{"
            " %z = arith.constant 0.0 : f32"
            f" %e = tensor.empty() : {t}"
            f" %f = linalg.fill ins(%z : f32) outs(%e : {t}) -> {t}"
            f" %r = linalg.matmul ins(%a, %a : {t}, {t}) outs(%f : {t}) -> {t}"
            f" return %r : {t} }}",
            target_backends=["tenstorrent"],
            extra_args=["--iree-execution-model=async-external"],
        )
        config = rt.Config("tenstorrent")
        module = rt.VmModule.copy_buffer(config.vm_instance, vmfb)
        context = rt.VmContext(config.vm_instance, [*config.default_vm_modules, module])
        ready, done = (config.device.create_semaphore(0) for _ in range(2))
        matrix = rt.asdevicearray(config.device, np.ones((5000, 5000), np.float32))
        arguments = rt.VmVariantList(3)
        arguments.push_ref(matrix._buffer_view)
        arguments.push_ref(rt.HalFence.create_at(ready, 0))
        arguments.push_ref(rt.HalFence.create_at(done, 1))
        function = module.lookup_function("square")
        context.invoke(function, arguments, rt.VmVariantList(1))
        time.sleep(0.1)  # it is in the launch
        print(done.query(), flush=True)
        """)
    assert (result.returncode, result.stdout, result.stderr) == (0, "0\n", "")


def test_asyncio_wakes_on_host_signal():
    import asyncio

    async def main(device):
        bridge = rt.HalDeviceLoopBridge(device, asyncio.get_running_loop())
        semaphore = device.create_semaphore(0)
        future = bridge.on_semaphore(semaphore, 1, "reached")
        await asyncio.sleep(0.02)
        assert not future.done()
        semaphore.signal(1)
        result = await asyncio.wait_for(future, 10)
        bridge.stop()
        return result

    assert asyncio.run(main(rt.get_device("tenstorrent"))) == "reached"

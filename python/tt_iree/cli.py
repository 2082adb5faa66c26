"""The `tt-iree` command."""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import time
from typing import Any, Dict, List, Optional, Sequence

import tt_iree
from tt_iree import _native


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tt-iree", description="IREE for Tenstorrent Blackhole."
    )
    parser.add_argument(
        "--version", action="version", version=f"tt-iree {tt_iree.__version__}"
    )
    commands = parser.add_subparsers(dest="command", required=True)

    info = commands.add_parser("info", help="versions, devices, and what is wrong")
    info.add_argument("--device", default="tenstorrent", help="URI of the device")
    info.set_defaults(run=_info)

    compile_ = commands.add_parser(
        "compile",
        help="compile MLIR for tenstorrent; takes the options of iree-compile",
        add_help=False,
    )
    compile_.set_defaults(run=_compile)

    run = commands.add_parser(
        "run", help="call a function of a .vmfb, as iree-run-module does"
    )
    _add_call_arguments(run)
    run.add_argument(
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="result to write as .npy instead of printing it, one option a "
        "result in order",
    )
    run.set_defaults(run=_run)

    bench = commands.add_parser("bench", help="time calls of a function of a .vmfb")
    _add_call_arguments(bench)
    bench.add_argument("--repetitions", type=int, default=20)
    bench.set_defaults(run=_bench)

    dump = commands.add_parser(
        "dump", help="what a .vmfb holds for tenstorrent: tile programs, kernels, report"
    )
    dump.add_argument("module", type=pathlib.Path)
    dump.add_argument(
        "--what",
        choices=("tiles", "kernels", "report"),
        default="tiles",
        help="tile programs as text (default), TT-Metal C++, or the compile report "
        "as JSON: path and reason of every dispatch, and what a launch costs",
    )
    dump.set_defaults(run=_dump)
    return parser


def _add_call_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--module", required=True, type=pathlib.Path)
    parser.add_argument("--function", help='default: the only one, or "main"')
    parser.add_argument(
        "--device",
        action="append",
        default=[],
        help='URI: "tenstorrent" (default), "tenstorrent://mock?grid=1x1", '
        '"local-task"; one option a device where the module uses several, inputs '
        "are put on the first",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="VALUE",
        help='4x4xf32=1,2,..., 4x4xf32=0 (splat), 4xf32 (zeros), 4xf32=@data.bin, '
        "f32=1 (rank 0), @array.npy, or a number for a scalar argument",
    )
    parser.add_argument(
        "--parameters",
        action="append",
        default=[],
        metavar="[SCOPE=]FILE",
        help="file with the module's parameters (.irpa, .safetensors, .gguf)",
    )


def main(argv: Optional[Sequence[str]] = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command == "compile":
        options.rest = arguments[arguments.index("compile") + 1 :]
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return options.run(options)
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        print(f"tt-iree: {error}", file=sys.stderr)
        cause = error.__cause__
        if cause is not None:
            print(f"  because: {cause}", file=sys.stderr)
        return 1


def _compile(options: Any) -> int:
    """Runs the drop-in iree-compile, for tenstorrent unless told otherwise."""
    problem = _native.compiler_problem()
    if problem:
        raise RuntimeError(problem)
    flags: List[str] = options.rest
    targeted = any(
        flag.startswith("-")
        and flag.lstrip("-").startswith(("iree-hal-target-", "help", "version"))
        for flag in flags
    )
    if not targeted:
        flags = [f"--iree-hal-target-backends={_native.TARGET_NAME}", *flags]
    return subprocess.call([_native.package_file("bin", "iree-compile"), *flags])


def _parameters(vm_instance: Any, files: Sequence[str]) -> List[Any]:
    """The module that provides what is in |files|; none without any."""
    import iree.runtime as rt

    scopes: Dict[str, Any] = {}
    for text in files:
        scope, equals, path = text.partition("=")
        if not equals:
            scope, path = "", text
        scopes.setdefault(scope, rt.ParameterIndex()).load(path)
    providers = [index.create_provider(scope=s) for s, index in scopes.items()]
    if not providers:
        return []
    return [rt.create_io_parameters_module(vm_instance, *providers)]


class _Loaded:
    """A function of a module on its devices, with its inputs."""

    def __init__(self, options: Any) -> None:
        import iree.runtime as rt

        from tt_iree import abi, values

        self.uris = options.device or [_native.TARGET_NAME]
        # Not from the cache: a device named twice is two devices.
        devices = [rt.get_device(uri, cache=False) for uri in self.uris]
        instance = rt.VmInstance()
        module = rt.VmModule.mmap(instance, str(options.module))
        self.function = abi.find_function(module, options.function)
        self.device = devices[0]
        self.context = rt.VmContext(
            instance,
            modules=[
                rt.create_hal_module(instance, devices=devices),
                *_parameters(instance, options.parameters),
                module,
            ],
        )
        self.inputs = [values.parse(text) for text in options.input]

    def call(self) -> List[Any]:
        from tt_iree import invoke

        return invoke.call_on(self.context, self.device, self.function, self.inputs)


def _run(options: Any) -> int:
    import numpy as np

    from tt_iree import values

    loaded = _Loaded(options)
    results = loaded.call()
    if len(options.output) > len(results):
        raise ValueError(
            f"{len(options.output)} --output options, but @{loaded.function.name} "
            f"has {len(results)} results"
        )
    print(f"EXEC @{loaded.function.name}")
    for index, result in enumerate(results):
        if index < len(options.output):
            np.save(options.output[index], values.storable(result))
        else:
            print(f"result[{index}]: {values.format_value(result)}")
    return 0


def _bench(options: Any) -> int:
    import numpy as np

    loaded = _Loaded(options)
    loaded.call()  # The first call pays for what later ones find ready.
    laps = []
    before = _native.counters()
    for _ in range(max(1, options.repetitions)):
        start = time.perf_counter()
        loaded.call()
        laps.append((time.perf_counter() - start) * 1e3)
    after = _native.counters()
    print(
        f"@{loaded.function.name} on {', '.join(loaded.uris)}: min {min(laps):.3f} ms, "
        f"median {np.median(laps):.3f} ms, max {max(laps):.3f} ms "
        f"({len(laps)} calls)"
    )
    for name in ("launches", "bytes_read", "bytes_written", "tile_ops",
                 "multiply_adds", "element_ops", "cycles"):  # fmt: skip
        per_call = (getattr(after, name) - getattr(before, name)) / len(laps)
        print(f"  {name.replace('_', ' '):14} {per_call:,.0f} a call")
    return 0


def _dump(options: Any) -> int:
    from tt_iree import dump

    dump.dump(options.module, options.what)
    return 0


def _info(options: Any) -> int:
    """Prints versions and devices; exit code 1 when something is wrong."""
    failures = 0

    def check(name: str, function: Any) -> None:
        nonlocal failures
        try:
            text = function()
        except Exception as error:  # Whatever it is, it is the answer.
            failures += 1
            print(f"  FAIL {name}: {type(error).__name__}: {error}")
            return
        for line in text.split("\n"):
            print(f"  ok   {name}: {line}")

    print(f"tt-iree {tt_iree.__version__}, Python {sys.version.split()[0]}")
    check("start-up hook", _hook_state)
    check("iree-base-compiler", _compiler_version)
    check("iree-base-runtime", _runtime_version)
    check("iree-compile", _tool_targets)
    check("driver", _driver_state)
    for line in _transports():
        print(f"  {line}")
    check("device", lambda: _device_state(options.device))
    check("compile and run", lambda: _round_trip(options.device))
    return 1 if failures else 0


def _hook_state() -> str:
    if os.environ.get("TT_IREE_DISABLE", "") not in ("", "0"):
        raise RuntimeError("turned off by TT_IREE_DISABLE in the environment")
    if "_tt_iree_startup" not in sys.modules:
        raise RuntimeError("__tt_iree.pth was not run (python -S, or not installed)")
    return "installed"


def _compiler_version() -> str:
    problem = _native.compiler_problem()
    if problem:
        raise RuntimeError(problem)
    from iree.compiler import version

    return f"{version.VERSION} ({version.REVISIONS['IREE']})"


def _runtime_version() -> str:
    _native.check_runtime()
    from iree.runtime import version

    return f"{version.VERSION} ({version.REVISIONS['IREE']})"


def _tool_targets() -> str:
    import iree.compiler.tools as tools
    from iree.compiler.tools import binaries

    path = binaries.find_tool("iree-compile")
    targets = tools.query_available_targets()
    if _native.TARGET_NAME not in targets:
        raise RuntimeError(
            f"{path} does not know the target {_native.TARGET_NAME!r}; "
            f"IREE_TOOL_PATH is {os.environ.get('IREE_TOOL_PATH')!r}"
        )
    return path


def _driver_state() -> str:
    import iree.runtime as rt

    driver = rt.get_driver(_native.TARGET_NAME)
    lines = [_native.runtime_library().tt_iree_driver_full_name().decode()]
    for device in driver.query_available_devices():
        lines.append(f"{_native.TARGET_NAME}://{device['path']}: {device['name']}")
    return "\n".join(lines)


# Devices that a build may lack, and why.
_NOT_BUILT = {
    "kmd": "not in this build; configure it with TT_IREE_ENABLE_KMD=ON",
    "ttnn": "not in this build; configure it with TT_IREE_ENABLE_TTNN=ON",
}


def _transports() -> List[str]:
    """A line a device that a URI can name, and one for each thing it misses.

    Nothing here is a failure: nobody has all of them.
    """
    lines = []
    names = _native.backend_names()
    for name in names:
        for options in _choices(name):
            try:
                state = _device_state(_uri(name, options))
                lines.append(f"ok   {name}: {state}")
            except RuntimeError as error:
                problems = _missing(name, options, str(error))
                lines += [f"--   {name}: {text}" for text in problems]
    lines += [f"--   {n}: {why}" for n, why in _NOT_BUILT.items() if n not in names]
    return lines


def _choices(name: str) -> List[List[str]]:
    """The options with which |name| is tried: once, or for each card."""
    if name == "wolfpine":
        return [[f"python={sys.executable}"]]
    if name == "kmd":
        return [[f"device={number}"] for number in _cards()] or [[]]
    return [[]]


def _cards() -> List[int]:
    """The N of every /dev/tenstorrent/N."""
    return sorted(int(p.name) for p in _CARDS.glob("*") if p.name.isdecimal())


_CARDS = pathlib.Path("/dev/tenstorrent")


def _uri(name: str, options: List[str]) -> str:
    query = "?" + "&".join(options) if options else ""
    return f"{_native.TARGET_NAME}://{name}{query}"


def _missing(name: str, options: List[str], first: str) -> List[str]:
    """What |name| lacks: |first|, and what is behind it.

    A device looks for compiler and device code before it looks for a card or a
    simulator, and not at all with binaries=1. ttnn does that by itself.
    """
    if name == "ttnn":
        return [first]
    try:
        _native.device_info(_uri(name, [*options, "binaries=1"]))
    except RuntimeError as error:
        if str(error) != first:
            return [first, str(error)]
    return [first]


def _device_state(uri: str) -> str:
    info = _native.device_info(uri)
    return (
        f"{info.name.decode()}: {info.core_count} cores "
        f"({info.grid_cols}x{info.grid_rows}), {info.l1_size / 1024:.0f} KiB L1 a "
        f"core, {info.dram_size / 2**30:.1f} GiB DRAM in {info.dram_banks} banks"
    )


def _round_trip(uri: str) -> str:
    import iree.compiler as compiler
    import iree.runtime as rt
    import numpy as np

    from tt_iree.invoke import invoke

    vmfb = compiler.compile_str(
        "func.func @add(%a: tensor<5xf32>) -> tensor<5xf32> {\n"
        "  %r = arith.addf %a, %a : tensor<5xf32>\n  return %r : tensor<5xf32>\n}",
        target_backends=[_native.TARGET_NAME],
    )
    values = np.arange(5, dtype=np.float32)
    result = invoke(vmfb, values, config=rt.Config(uri))
    if not np.array_equal(result, values + values):
        raise RuntimeError(f"{values} + itself is not {result}")
    return "5 additions, right"


if __name__ == "__main__":
    sys.exit(main())

"""The Python half of tenstorrent://ttnn: devices, tensors and programs of ttnn.

The driver (ttnn/ttnn_bridge.h of the HAL driver says what it asks) knows no
Python, and ttnn is a Python module; so the driver calls `answer` here. It has
been checked against the signatures in the wheel ttnn 0.65.0 and run over a
stand-in made from them, and never with a card.
"""

from __future__ import annotations

import atexit
import ctypes
import itertools
import json
import threading
from typing import Any, Dict, List

# Elements of a tensor's row: an int32 each, 4096 bytes, which is what the driver
# calls a page of DRAM.
ROW = 1024

# Codes of tile/status.h.
UNAVAILABLE, FAILED_PRECONDITION, INTERNAL = 14, 9, 13

# All that is used of ttnn, by its path in the module.
SURFACE = (
    "open_device",
    "close_device",
    "allocate_tensor_on_device",
    "copy_host_to_device_tensor",
    "deallocate",
    "generic_op",
    "Shape",
    "Tensor",
    "Tensor.buffer_address",
    "Tensor.cpu",
    "Tensor.to_numpy",
    "CoreCoord",
    "CoreRange",
    "CoreRangeSet",
    "CBDescriptor",
    "CBFormatDescriptor",
    "KernelDescriptor",
    "KernelDescriptor.SourceType.SOURCE_CODE",
    "ReaderConfigDescriptor",
    "WriterConfigDescriptor",
    "ComputeConfigDescriptor",
    "ProgramDescriptor",
    "MathFidelity.LoFi",
    "MathFidelity.HiFi2",
    "MathFidelity.HiFi3",
    "MathFidelity.HiFi4",
    "_ttnn.program_descriptor.UnpackToDestMode.Default",
    "_ttnn.program_descriptor.UnpackToDestMode.UnpackToDestFp32",
    "_ttnn.program_descriptor.VectorUnpackToDestMode",
    "ROW_MAJOR_LAYOUT",
    "DRAM_MEMORY_CONFIG",
    "float32",
    "bfloat16",
    "int32",
    "uint16",
    "uint8",
)

# Data types by the driver's names of formats. A kernel that only moves data
# does not look at them: there Float16 is any 16 bits.
_FORMATS = {
    "Float32": "float32",
    "Float16_b": "bfloat16",
    "Float16": "uint16",
    "Int32": "int32",
    "UInt16": "uint16",
    "UInt8": "uint8",
}


class Refused(Exception):
    """An answer that is not INTERNAL."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def look_up(module: Any, path: str) -> Any:
    value = module
    for name in path.split("."):
        value = getattr(value, name)
    return value


def load() -> Any:
    """The module ttnn, with all that is used of it."""
    try:
        import ttnn
    except ImportError as error:
        raise Refused(
            UNAVAILABLE,
            f"the Python module ttnn cannot be imported ({error}); on a machine with "
            "a card: pip install ttnn==0.65.0, for CPython 3.10 or 3.12",
        ) from None
    missing = []
    for path in SURFACE:
        try:
            look_up(ttnn, path)
        except AttributeError:
            missing.append(path)
    if missing:
        raise Refused(
            FAILED_PRECONDITION,
            f"this ttnn has no {', '.join(missing)}; tt-iree is written for 0.65.0",
        )
    return ttnn


_handles = itertools.count(1)


class Host:
    """Opened devices and their tensors, by handle. ttnn is called by one thread
    at a time."""

    def __init__(self) -> None:
        self.ttnn: Any = None
        self.lock = threading.RLock()
        self.devices: Dict[int, Any] = {}
        self.tensors: Dict[int, Any] = {}

    def answer(self, request: Dict[str, Any]) -> List[int]:
        with self.lock:
            if self.ttnn is None:
                self.ttnn = load()
            return getattr(self, "do_" + request.pop("do"))(**request) or []

    def close(self) -> None:
        with self.lock:
            self.tensors.clear()
            for device in self.devices.values():
                self.ttnn.close_device(device)
            self.devices.clear()

    # ---- Requests ----------------------------------------------------------

    def do_open(self, device: int) -> List[int]:
        opened = self.ttnn.open_device(device_id=device)
        grid = opened.compute_with_storage_grid_size()
        banks = opened.dram_grid_size()
        handle = next(_handles)
        self.devices[handle] = opened
        return [handle, grid.x, grid.y, banks.x * banks.y]

    def do_close(self, device: int) -> None:
        self.ttnn.close_device(self.devices.pop(device))

    def do_allocate(self, device: int, bytes: int) -> List[int]:
        rows = max(1, -(-bytes // (4 * ROW)))
        tensor = self.ttnn.allocate_tensor_on_device(
            self.ttnn.Shape([rows, ROW]),
            self.ttnn.int32,
            self.ttnn.ROW_MAJOR_LAYOUT,
            self.devices[device],
            self.ttnn.DRAM_MEMORY_CONFIG,
        )
        handle = next(_handles)
        self.tensors[handle] = (tensor, rows)
        return [handle, tensor.buffer_address()]

    def do_free(self, tensor: int) -> None:
        self.ttnn.deallocate(self.tensors.pop(tensor)[0])

    def do_read(self, tensor: int, offset: int, bytes: int, host: int) -> None:
        data = self._to_host(tensor)
        ctypes.memmove(host, data.ctypes.data + offset, bytes)

    def do_write(self, tensor: int, offset: int, bytes: int, host: int) -> None:
        import numpy as np

        device_tensor, rows = self.tensors[tensor]
        # A tensor goes to the device whole.
        if bytes == rows * ROW * 4:
            data = np.empty((rows, ROW), np.int32)
        else:
            data = self._to_host(tensor)
        ctypes.memmove(data.ctypes.data + offset, host, bytes)
        self.ttnn.copy_host_to_device_tensor(
            self.ttnn.Tensor(data, self.ttnn.int32), device_tensor
        )

    def _to_host(self, tensor: int) -> Any:
        import numpy as np

        device_tensor, rows = self.tensors[tensor]
        data = np.array(device_tensor.cpu().to_numpy(), np.int32, order="C")
        return data.reshape(rows, ROW)

    def do_launch(
        self,
        device: int,
        cores: int,
        cbs: List[Dict[str, Any]],
        kernels: List[Dict[str, Any]],
        tensors: List[int],
        **compute: Any,
    ) -> None:
        ttnn = self.ttnn
        columns = self.devices[device].compute_with_storage_grid_size().x
        ranges = self._core_ranges(cores, columns)
        program = ttnn.ProgramDescriptor(
            kernels=[
                self._kernel(kernel, ranges, columns, cbs, compute)
                for kernel in kernels
            ],
            semaphores=[],
            cbs=[
                ttnn.CBDescriptor(
                    total_size=cb["bytes"],
                    core_ranges=ranges,
                    format_descriptors=[
                        ttnn.CBFormatDescriptor(
                            buffer_index=cb["number"],
                            data_format=getattr(ttnn, _FORMATS[cb["format"]]),
                            page_size=cb["page"],
                        )
                    ],
                )
                for cb in cbs
            ],
        )
        # An input and an output at least; kernels are told addresses anyway.
        handles = tensors if len(tensors) > 1 else tensors * 2
        ttnn.generic_op([self.tensors[handle][0] for handle in handles], program)

    def _core_ranges(self, cores: int, columns: int) -> Any:
        """The first |cores| logical cores, along rows."""
        ttnn = self.ttnn
        full, rest = divmod(cores, columns)
        ranges = []
        if full:
            ranges.append(self._range(0, 0, columns - 1, full - 1))
        if rest:
            ranges.append(self._range(0, full, rest - 1, full))
        return ttnn.CoreRangeSet(ranges)

    def _range(self, x0: int, y0: int, x1: int, y1: int) -> Any:
        coordinate = self.ttnn.CoreCoord
        return self.ttnn.CoreRange(coordinate(x0, y0), coordinate(x1, y1))

    def _kernel(
        self,
        kernel: Dict[str, Any],
        ranges: Any,
        columns: int,
        cbs: List[Dict[str, Any]],
        compute: Dict[str, Any],
    ) -> Any:
        ttnn = self.ttnn
        if kernel["unit"] == "compute":
            config = self._compute_config(cbs, **compute)
        elif kernel["unit"] == "reader":
            config = ttnn.ReaderConfigDescriptor()
        else:
            config = ttnn.WriterConfigDescriptor()
        # [x][y] are the arguments of a core.
        rows = -(-len(kernel["args"]) // columns)
        args: List[List[List[int]]] = [[[] for _ in range(rows)] for _ in range(columns)]
        for core, words in enumerate(kernel["args"]):
            args[core % columns][core // columns] = words
        return ttnn.KernelDescriptor(
            kernel_source=kernel["source"],
            source_type=ttnn.KernelDescriptor.SourceType.SOURCE_CODE,
            core_ranges=ranges,
            compile_time_args=[],
            defines=[],
            runtime_args=args,
            common_runtime_args=[],
            opt_level=None,
            config=config,
        )

    def _compute_config(
        self,
        cbs: List[Dict[str, Any]],
        fidelity: str,
        fp32_dest_acc: bool,
        dst_full_sync: bool,
        approx: bool,
    ) -> Any:
        ttnn = self.ttnn
        names = ttnn._ttnn.program_descriptor
        modes = [names.UnpackToDestMode.Default] * 32
        for cb in cbs:
            if cb["unpack_to_dest"]:
                modes[cb["number"]] = names.UnpackToDestMode.UnpackToDestFp32
        config = ttnn.ComputeConfigDescriptor()
        config.math_fidelity = getattr(ttnn.MathFidelity, fidelity)
        config.fp32_dest_acc_en = fp32_dest_acc
        config.dst_full_sync_en = dst_full_sync
        config.math_approx_mode = approx
        config.unpack_to_dest_mode = names.VectorUnpackToDestMode(modes)
        return config


HOST_FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char), ctypes.c_size_t
)


def connect(library: ctypes.CDLL) -> None:
    """Has the driver in |library| ask this module, until the interpreter ends."""
    host = Host()

    def call(request: bytes, reply: Any, capacity: int) -> int:
        code = 0
        try:
            text = " ".join(map(str, host.answer(json.loads(request))))
        except Refused as error:
            code, text = error.code, str(error)
        except BaseException as error:  # Nothing may pass into C.
            code, text = INTERNAL, f"{type(error).__name__}: {error}"
        data = text.encode()[: capacity - 1] + b"\0"
        ctypes.memmove(reply, data, len(data))
        return code

    function = HOST_FUNCTION(call)
    library.tt_iree_ttnn_connect.restype = None
    library.tt_iree_ttnn_connect.argtypes = [ctypes.c_void_p]

    def disconnect() -> None:
        library.tt_iree_ttnn_connect(None)
        host.close()

    # The driver may outlive the interpreter; |function| lives as long as this.
    atexit.register(disconnect)
    library.tt_iree_ttnn_connect(ctypes.cast(function, ctypes.c_void_p))
    _connected.append(function)


_connected: List[Any] = []

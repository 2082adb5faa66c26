"""What stands in for the Python module ttnn 0.65.0, and for a card behind it.

Descriptors are made from the signatures in the wheel's own binary: they take the
arguments that those name, of the kinds that those say, and refuse others with a
TypeError as pybind11 does. What tt-metal would refuse of a program is refused,
too. `generic_op` compiles the kernels that a program has for the host, over the
stand-in of tt-metal in tile/kernel_host, and runs them with the arguments and
circular buffers that it says on the memory that the tensors have.
"""

import ctypes
import hashlib
import itertools
import pathlib
import re
import subprocess
import types

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNEL_HOST = ROOT / "tile" / "kernel_host"
BANKS, PAGE, L1_BYTES = 7, 4096, 1 << 20
BANK_BYTES = 8 << 20  # of tile/kernel_host
GRID = (3, 2)  # columns, rows

PREFIX = "N2tt8tt_metal"


class Surface:
    """Signatures and names in the texts of ttnn's binary."""

    def __init__(self, texts: str):
        self.lines = texts.split("\n")
        self.words = set(re.findall(r"\w+", texts))

    def _section(self, start: str, end: str) -> list:
        first = self.lines.index(start)
        return self.lines[first : self.lines.index(end, first)]

    def arguments(self, name: str) -> list:
        """Names of a constructor's arguments, from its documentation."""
        docs = self._section("CBFormatDescriptor", "CBIndex")
        docs = docs[docs.index(name) :]
        start = next(i for i, t in enumerate(docs) if t.strip().startswith(f"Initialize a {name}"))
        names = []
        for line in docs[start + 1 :]:
            if found := re.fullmatch(r"\s+(\w+): .*", line):
                names.append(found[1])
            elif names:
                break
        return names

    def signatures(self, name: str) -> list:
        """All signatures of a class, as (kinds of the arguments, kind returned)."""
        first = self.lines.index(f"{PREFIX}{len(name)}{name}E")
        found = []
        for line in self.lines[first + 1 :]:
            if re.fullmatch(rf"{PREFIX}\d+\w+(Descriptor|Index)E", line) or line == "CBIndex":
                if not line.endswith(("EthernetConfigDescriptorE", "DataMovementConfigDescriptorE")):
                    break
            if match := re.fullmatch(r"\((.*)\) -> (.*)", line):
                kinds = re.findall(r"\{([^{}]*)\}", match[1])
                found.append((kinds, match[2]))
        return found

    def constructor(self, name: str) -> dict:
        """Kinds of a constructor's arguments by their names, in order."""
        names = self.arguments(name)
        for kinds, result in self.signatures(name):
            if len(kinds) == len(names) + 1 and result == "None":
                return dict(zip(names, kinds[1:]))
        raise LookupError(f"no constructor of {name} takes {names}")

    def properties(self, name: str, attributes: list) -> dict:
        """Kinds of a class's attributes, which follow each other."""
        getters = [result for kinds, result in self.signatures(name) if len(kinds) == 1]
        getters = [kind for kind in getters if kind != "None"]
        if len(getters) != len(attributes):
            raise LookupError(f"{name} has {len(getters)} attributes, expected {attributes}")
        return dict(zip(attributes, getters))


def fits(value: object, kind: str) -> bool:
    """Whether pybind11 would take |value| for an argument of this kind."""
    if found := re.fullmatch(r"Optional\[(.*)\]", kind):
        return value is None or fits(value, found[1])
    if kind.startswith("Union["):
        return any(fits(value, part) for part in kind[6:-1].split(", "))
    if found := re.fullmatch(r"list\[(.*)\]", kind):
        items = isinstance(value, (list, tuple, Native)) and hasattr(value, "__iter__")
        return items and all(fits(item, found[1]) for item in value)
    if kind.startswith("tuple["):
        return isinstance(value, tuple)
    native = {"int": int, "str": str, "bool": bool, "float": float}
    if kind == "int":
        return isinstance(value, int) and 0 <= value < 1 << 32
    if kind in native:
        return isinstance(value, native[kind])
    return kind == "%" and isinstance(value, Native)


class Native:
    """An instance of a C++ class."""


def make_class(name: str, arguments: dict) -> type:
    """A class whose constructor takes all |arguments| or none."""

    def init(self, *args, **kwargs):
        values = dict(zip(arguments, args))
        if values.keys() & kwargs.keys() or len(args) > len(arguments):
            raise TypeError(f"{name}(): incompatible constructor arguments")
        values.update(kwargs)
        if values and values.keys() != arguments.keys():
            raise TypeError(
                f"{name}(): found {', '.join(values)}, expected {', '.join(arguments)}"
            )
        for key, value in values.items():
            if not fits(value, arguments[key]):
                raise TypeError(f"{name}(): {key} is {value!r}, expected {arguments[key]}")
        self.__dict__.update(values)

    return type(name, (Native,), {"__init__": init})


def make_properties_class(name: str, attributes: dict) -> type:
    def set_attribute(self, key, value):
        if key not in attributes:
            raise AttributeError(f"{name} has no {key}")
        if not fits(value, attributes[key]):
            raise TypeError(f"{name}.{key} is {value!r}, expected {attributes[key]}")
        self.__dict__[key] = value

    return type(name, (Native,), {"__setattr__": set_attribute})


def make_enum(name: str, members: list) -> type:
    enum = type(name, (Native,), {})
    for member in members:
        value = enum()
        value.name = member
        setattr(enum, member, value)
    return enum


# ---- Cores ---------------------------------------------------------------------


class CoreCoord(Native):
    def __init__(self, x: int, y: int):
        self.x, self.y = x, y


class CoreRange(Native):
    def __init__(self, start: CoreCoord, end: CoreCoord):
        if not (isinstance(start, CoreCoord) and isinstance(end, CoreCoord)):
            raise TypeError("CoreRange(): incompatible constructor arguments")
        self.start, self.end = start, end


class CoreRangeSet(Native):
    def __init__(self, ranges: list):
        if not all(isinstance(r, CoreRange) for r in ranges):
            raise TypeError("CoreRangeSet(): incompatible constructor arguments")
        self.cores = [
            (x, y)
            for r in ranges
            for y in range(r.start.y, r.end.y + 1)
            for x in range(r.start.x, r.end.x + 1)
        ]


# ---- Devices and tensors -----------------------------------------------------------


class Shape(Native):
    def __init__(self, sizes: list):
        self.sizes = tuple(sizes)


class Tensor(Native):
    def __init__(self, data: np.ndarray, data_type: object):
        if not isinstance(data, np.ndarray):
            raise TypeError("The argument must be of type torch.Tensor or numpy.ndarray!")
        self.data, self.data_type, self.address = data.copy(), data_type, None

    def buffer_address(self) -> int:
        if self.address is None:
            raise RuntimeError("Tensor is not allocated on device")
        return self.address

    def cpu(self) -> "Tensor":
        return Tensor(self.data, self.data_type)

    def to_numpy(self) -> np.ndarray:
        if self.address is not None:
            raise RuntimeError("Tensor must be on host")
        return self.data


class Device(Native):
    def __init__(self) -> None:
        self.addresses = itertools.count(PAGE, 192 * PAGE)
        self.tensors = {}

    def compute_with_storage_grid_size(self) -> CoreCoord:
        return CoreCoord(*GRID)

    def dram_grid_size(self) -> CoreCoord:
        return CoreCoord(BANKS, 1)


# ---- Programs ------------------------------------------------------------------------


def refuse(condition: bool, message: str) -> None:
    """As tt-metal's TT_FATAL does."""
    if condition:
        raise RuntimeError(f"TT_FATAL: {message}")


def check_cores(cores: list) -> None:
    for x, y in cores:
        refuse(x >= GRID[0] or y >= GRID[1], f"core {x},{y} is not in the grid {GRID}")
    refuse(not cores or len(set(cores)) != len(cores), "core ranges are empty or overlap")


def check_cbs(cbs: list) -> None:
    numbers = [f.buffer_index for cb in cbs for f in cb.format_descriptors]
    refuse(len(set(numbers)) != len(numbers), "a circular buffer twice")
    refuse(any(n > 31 for n in numbers), "circular buffer indices go to 31")
    for cb in cbs:
        check_cores(cb.core_ranges.cores)
        for f in cb.format_descriptors:
            refuse(f.page_size % 16 or cb.total_size % f.page_size, "page sizes do not fit")
    refuse(sum(cb.total_size for cb in cbs) > L1_BYTES, "circular buffers beyond L1")


def arguments_of(kernel: object, x: int, y: int) -> list:
    args = kernel.runtime_args
    refuse(len(args) <= x or len(args[x]) <= y, f"no runtime arguments for core {x},{y}")
    refuse(len(args[x][y]) > 341, "more than 341 runtime arguments")
    return args[x][y]


FORMATS = {"float32": 1, "float16": 2, "bfloat16": 3, "int32": 4, "uint16": 5, "uint8": 6}


class Machine:
    """Compiles kernels for the host and runs them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.programs = {}

    def compile(self, kernels: dict) -> ctypes.CDLL:
        """|kernels|: sources by unit, 0 to 2."""
        text = '#include "fpu.hpp"\n#include "kernel_host.h"\n'
        table = []
        for unit in range(3):
            source = kernels.get(unit)
            if source is None:
                table.append("nullptr")
                continue
            body = re.sub(r'#include "[^"]*"', "", source)
            text += f"namespace k{unit} {{\n{body}\n}}\n"
            main = "compute::compute_main" if unit == 1 else "kernel_main"
            table.append(f"k{unit}::{main}")
        text += (
            'extern "C" const char* run_kernels() {\n'
            f"  void (*const kernels[3])(void) = {{{', '.join(table)}}};\n"
            "  return host_run(kernels);\n}\n"
        )
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        if name not in self.programs:
            source = self.folder / f"{name}.cpp"
            library = self.folder / f"{name}.so"
            source.write_text(text)
            subprocess.run(
                ["c++", "-std=c++17", "-O0", "-w", "-fwrapv", "-ffp-contract=off",
                 "-shared", "-fPIC", "-pthread", f"-I{KERNEL_HOST}", "-o", library,
                 KERNEL_HOST / "kernel_host.cpp", source],
                check=True)  # fmt: skip
            loaded = ctypes.CDLL(str(library))
            loaded.run_kernels.restype = ctypes.c_char_p
            loaded.host_write.argtypes = [ctypes.c_uint32, ctypes.c_uint64,
                                          ctypes.c_void_p, ctypes.c_size_t]  # fmt: skip
            loaded.host_read.argtypes = loaded.host_write.argtypes
            self.programs[name] = loaded
        return self.programs[name]

    def run(self, tensors: list, program: object, units: dict) -> None:
        check_cbs(program.cbs)
        kernels = {units[type(k.config)]: k for k in program.kernels}
        refuse(len(kernels) != len(program.kernels), "two kernels on one processor")
        library = self.compile({u: k.kernel_source for u, k in kernels.items()})
        for tensor in tensors:
            library.host_write(tensor.address, 0, tensor.data.ctypes.data, tensor.data.nbytes)
        cores = {core for k in kernels.values() for core in k.core_ranges.cores}
        check_cores(sorted(cores))
        for core in sorted(cores):
            self._run_core(library, core, program.cbs, kernels)
        for tensor in tensors:
            library.host_read(tensor.address, 0, tensor.data.ctypes.data, tensor.data.nbytes)

    def _run_core(self, library, core, cbs, kernels) -> None:
        library.host_clear_cbs()
        for cb in cbs:
            if core not in cb.core_ranges.cores:
                continue
            (f,) = cb.format_descriptors
            pages = cb.total_size // f.page_size
            library.host_set_cb(f.buffer_index, FORMATS[f.data_format.name], 32,
                                f.page_size, pages)  # fmt: skip
        for unit, kernel in kernels.items():
            for word, value in enumerate(arguments_of(kernel, *core)):
                library.host_set_arg(unit, word, value)
        if error := library.run_kernels():
            raise RuntimeError(error.decode())


# ---- The module ----------------------------------------------------------------------


def make(texts: str, folder: pathlib.Path) -> types.ModuleType:
    """The module ttnn, of the texts in its binary; |folder| is for compiling."""
    surface = Surface(texts)
    module = types.ModuleType("ttnn")
    for name in ("CBFormatDescriptor", "CBDescriptor", "ProgramDescriptor", "KernelDescriptor"):
        setattr(module, name, make_class(name, surface.constructor(name)))
    for name in ("ReaderConfigDescriptor", "WriterConfigDescriptor"):
        surface.signatures(name)
        setattr(module, name, make_class(name, {}))
    module.ComputeConfigDescriptor = make_properties_class(
        "ComputeConfigDescriptor",
        surface.properties(
            "ComputeConfigDescriptor",
            ["math_fidelity", "fp32_dest_acc_en", "dst_full_sync_en",
             "unpack_to_dest_mode", "bfp8_pack_precise", "math_approx_mode"],
        ),
    )  # fmt: skip
    module.KernelDescriptor.SourceType = make_enum("SourceType", ["FILE_PATH", "SOURCE_CODE"])
    module.MathFidelity = make_enum("MathFidelity", ["LoFi", "HiFi2", "HiFi3", "HiFi4"])
    names = types.SimpleNamespace(
        UnpackToDestMode=make_enum("UnpackToDestMode", ["Default", "UnpackToDestFp32"]),
        VectorUnpackToDestMode=type(
            "VectorUnpackToDestMode",
            (Native, list),
            {"__init__": lambda self, modes: list.__init__(self, modes)},
        ),
    )
    module._ttnn = types.SimpleNamespace(program_descriptor=names)
    for name in ("float32", "bfloat16", "int32", "uint16", "uint8"):
        setattr(module, name, getattr(make_enum("DataType", [name]), name))
    module.ROW_MAJOR_LAYOUT = getattr(make_enum("Layout", ["ROW_MAJOR"]), "ROW_MAJOR")
    module.DRAM_MEMORY_CONFIG = Native()
    for each in (CoreCoord, CoreRange, CoreRangeSet, Shape, Tensor):
        setattr(module, each.__name__, each)
    add_functions(module, surface, Machine(folder))
    return module


def add_functions(module: types.ModuleType, surface: Surface, machine: Machine) -> None:
    units = {
        module.ReaderConfigDescriptor: 0,
        module.ComputeConfigDescriptor: 1,
        module.WriterConfigDescriptor: 2,
    }
    first = surface.lines.index("ttnn::generic_op")
    kinds = re.findall(r"\{([^{}]*)\}", next(
        t for t in surface.lines[first:] if re.fullmatch(r"\(.*\) -> %", t)))  # fmt: skip
    open_devices = {}

    def open_device(*, device_id: int) -> Device:
        return open_devices.setdefault(device_id, Device())

    def close_device(device: Device) -> None:
        for key in [k for k, d in open_devices.items() if d is device]:
            del open_devices[key]

    def allocate_tensor_on_device(shape, dtype, layout, device, memory_config) -> Tensor:
        tensor = Tensor(np.zeros(shape.sizes, np.int32), dtype)
        tensor.address = next(device.addresses)
        refuse(shape.sizes[1] * 4 != PAGE, "the stand-in's rows have 4096 bytes")
        if tensor.address + -(-shape.sizes[0] // BANKS) * PAGE > BANK_BYTES:
            raise RuntimeError("TT_FATAL: Out of Memory: Not enough space in DRAM")
        return tensor

    def copy_host_to_device_tensor(host: Tensor, device: Tensor) -> None:
        refuse(host.data.shape != device.data.shape, "shapes differ")
        refuse(host.data_type is not device.data_type, "data types differ")
        device.data[:] = host.data

    def deallocate(tensor: Tensor) -> None:
        tensor.address = None

    def generic_op(io_tensors: list, program_descriptor: object) -> Tensor:
        for value, kind in zip((io_tensors, program_descriptor), kinds[1:]):
            if not fits(value, kind):
                raise TypeError(f"generic_op(): {value!r}, expected {kind}")
        refuse(len(io_tensors) < 2, "an input and an output tensor at least")
        machine.run(list(dict.fromkeys(io_tensors)), program_descriptor, units)
        return io_tensors[-1]

    for function in (open_device, close_device, allocate_tensor_on_device,
                     copy_host_to_device_tensor, deallocate, generic_op):  # fmt: skip
        setattr(module, function.__name__, function)

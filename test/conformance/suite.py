"""The ONNX backend suite, as the PyPI package onnx ships it: its cases, and
what one of them says about a back end.

A case is a model with one or more sets of inputs and expected outputs, and
tolerances. The comparison is the suite's own (onnx.backend.test.runner).
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from typing import Any, Dict, List, Tuple

import numpy as np
import onnx
from onnx.backend.test import loader
from onnx.backend.test.runner import Runner as Suite

from iree.compiler import compile_str, ir
from iree.compiler.extras import onnx_importer
from iree.compiler.tools.import_onnx.__main__ import load_onnx_model, parse_arguments
from iree.runtime import Config, SystemContext, VmModule
from tt_iree import abi, invoke

KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator", "real")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str  # "node/test_abs"
    model: pathlib.Path
    rtol: float
    atol: float


class Failure(Exception):
    """|stage|: where a case ended: "import", "compile", "run" or "wrong"."""

    def __init__(self, stage: str, error: BaseException) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.stage = stage


@functools.lru_cache(maxsize=None)
def cases() -> Dict[str, Case]:
    """Every case by its name, in the order of the names."""
    package = pathlib.Path(onnx.__file__).parent.parent
    found = []
    for kind in KINDS:
        for case in loader.load_model_tests(kind=kind):
            # The "real" ones have a light model of the same layers in the package.
            model = (
                pathlib.Path(case.model_dir) / "model.onnx"
                if case.model_dir
                else package / case.url
            )
            found.append(Case(f"{kind}/{case.name}", model, case.rtol, case.atol))
    return {case.name: case for case in sorted(found, key=lambda case: case.name)}


def imported(case: Case) -> str:
    """The model as MLIR text, as iree-import-onnx writes it: with --opset-version
    17, of which torch-mlir knows most ops, and as it is when that fails."""
    try:
        return _imported([str(case.model), "--opset-version", "17"])
    except Exception:
        return _imported([str(case.model)])


def _imported(arguments: List[str]) -> str:
    context = ir.Context()
    model = onnx_importer.ModelInfo(load_onnx_model(parse_arguments(arguments)))
    module = model.create_module(context=context).operation
    onnx_importer.NodeImporter.define_function(model.main_graph, module).import_all()
    module.verify()
    return module.get_asm(assume_verified=True)


def _load(path: pathlib.Path, declared: onnx.TypeProto) -> Any:
    kind = declared.WhichOneof("value")
    proto, convert = {
        "sequence_type": (onnx.SequenceProto, onnx.numpy_helper.to_list),
        "tensor_type": (onnx.TensorProto, onnx.numpy_helper.to_array),
        "optional_type": (onnx.OptionalProto, onnx.numpy_helper.to_optional),
    }[kind]
    message = proto()
    message.ParseFromString(path.read_bytes())
    return convert(message)


def data_sets(case: Case) -> List[Tuple[List[Any], List[Any]]]:
    """(inputs, expected outputs) of each set."""
    graph = onnx.load(case.model, load_external_data=False).graph
    constant = {value.name for value in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constant]
    stem = case.model.with_suffix("")
    if stem.name != "model":
        # A light model: the suite makes its input, the package has the output.
        made = [
            Suite.generate_dummy_data(value, seed=0, name=stem.name, random=False)
            for value in inputs
        ]
        want = [
            _load(stem.parent / f"{stem.name}_output_{i}.pb", value.type)
            for i, value in enumerate(graph.output)
        ]
        return [(made, want)]
    return [
        tuple(
            [
                _load(directory / f"{what}_{i}.pb", value.type)
                for i, value in enumerate(values)
                if (directory / f"{what}_{i}.pb").exists()
            ]
            for what, values in (("input", inputs), ("output", graph.output))
        )
        for directory in sorted(case.model.parent.glob("test_data_set_*"))
    ]


def _like(value: Any, wanted: Any) -> np.ndarray:
    """A result as an array. The importer's modules do not say whether integers
    have a sign: they take the suite's word for it."""
    value = np.asarray(value)
    dtype = getattr(wanted, "dtype", value.dtype)
    if value.dtype.kind in "iub" and dtype.kind in "iub" and value.itemsize == dtype.itemsize:
        return value.view(dtype)
    return value


def check(case: Case, target: str, device: str, flags: List[str]) -> None:
    """Imports, compiles and runs a case. Raises Failure."""
    stage = "import"
    try:
        text = imported(case)
        sets = data_sets(case)
        # The models keep f64 where they say so: the importer declares nothing.
        wide = any(
            isinstance(v, np.ndarray) and v.dtype == np.float64 for s in sets for p in s for v in p
        )
        keep = ["--iree-input-demote-f64-to-f32=false"] if wide else []
        stage = "compile"
        vmfb = compile_str(
            text,
            target_backends=[target],
            extra_args=[*flags, *keep],
            input_type="onnx",
        )
        stage = "run"
        config = Config(device)
        module = VmModule.copy_buffer(config.vm_instance, vmfb)
        context = SystemContext(vm_modules=[module], config=config)
        function = abi.find_function(module, None)
        for inputs, want in sets:
            results = invoke.call(context, function, inputs)
            assert len(results) == len(want), f"{len(results)} results, not {len(want)}"
            got = [_like(*pair) for pair in zip(results, want)]
            stage = "wrong"
            Suite.assert_similar_outputs(want, got, case.rtol, case.atol)
            stage = "run"
    except (Exception, SystemExit) as error:
        raise Failure(stage, error) from error

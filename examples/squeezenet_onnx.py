"""SqueezeNet from an ONNX file on the mock Blackhole, beside llvm-cpu and ONNX's reference.

    python examples/squeezenet_onnx.py [--size 224] [--repeat 5] [--keep DIRECTORY]

The network is in the package onnx, among the data of its backend tests, with all
kernels constant; here they become random. iree-import-onnx makes MLIR of the file,
with the weights apart (.irpa). Fails when the results differ.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from beside import beside, say
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

MODEL = pathlib.Path(onnx.__file__).parent / "backend/test/data/light/light_squeezenet.onnx"


def random_model(size: int) -> onnx.ModelProto:
    """SqueezeNet for pictures of |size| x |size|, with random kernels."""
    rng = np.random.default_rng(0)
    model = onnx.load(MODEL)
    graph = model.graph
    given = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "ConstantOfShape"]:
        shape = numpy_helper.to_array(given[node.input[0]])
        scale = (2 / np.prod(shape[1:])) ** 0.5 if len(shape) > 1 else 0.1
        weights = rng.normal(0, scale, shape).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(weights, node.output[0]))
        graph.initializer.remove(given[node.input[0]])
        graph.node.remove(node)
    model.ir_version = 8  # since 4, weights need not be inputs
    del graph.input[:]
    graph.input.append(
        onnx.helper.make_tensor_value_info("data_0", onnx.TensorProto.FLOAT, [1, 3, size, size])
    )
    # The importer and the reference know newer ops better than those of opset 9.
    return onnx.version_converter.convert_version(model, 17)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=224, help="pixels (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="laps (%(default)s)")
    parser.add_argument("--keep", type=pathlib.Path, help="where to leave the files of the model")
    options = parser.parse_args()
    model = random_model(options.size)
    picture = np.random.default_rng(1).standard_normal((1, 3, *[options.size] * 2), np.float32)
    reference = ReferenceEvaluator(model)
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        onnx.save(model, directory / "model.onnx")
        say("importing", "...")
        subprocess.run(
            [sys.executable, "-m", "iree.compiler.tools.import_onnx", "model.onnx"]
            + ["-o", "model.mlir", "--externalize-params"],
            cwd=directory,
            check=True,
        )
        mlir = (directory / "model.mlir").read_text()
        weights = directory / "model_params.irpa"
        size = weights.stat().st_size
        say("imported", f"{len(mlir) >> 10} KiB of MLIR, {size >> 10} KiB of weights")
        return beside(
            "ONNX",
            lambda: reference.run(None, {"data_0": picture})[0],
            mlir,
            "onnx",
            [picture],
            options.repeat,
            str(weights),
            function=model.graph.name,
        )


if __name__ == "__main__":
    sys.exit(main())

"""ResNet-18 from JAX on the mock Blackhole, beside llvm-cpu and JAX itself.

    python examples/resnet18.py [--size 224] [--repeat 5]

Random weights (nothing is downloaded), which stay on the device; a picture of
size x size x 3. Fails when the results differ.
"""

import argparse
import sys

import jax
import numpy as np
from beside import beside

STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))  # channels, stride of the first block


def make_weights(seed: int) -> dict:
    """Kernels in HWIO order; what batch norm does in inference: a scale and a bias."""
    rng = np.random.default_rng(seed)

    def conv(size: int, channels: int, filters: int) -> dict:
        fan_in = size * size * channels
        return {
            "kernel": rng.normal(0, (2 / fan_in) ** 0.5, (size, size, channels, filters)),
            "scale": rng.uniform(0.5, 1, filters),
            "bias": rng.normal(0, 0.1, filters),
        }

    weights = {"stem": conv(7, 3, 64), "blocks": []}
    channels = 64
    for filters, stride in STAGES:
        for index in range(2):
            block = {"a": conv(3, channels, filters), "b": conv(3, filters, filters)}
            if index == 0 and stride > 1:
                block["skip"] = conv(1, channels, filters)
            weights["blocks"].append(block)
            channels = filters
    weights["head"] = rng.normal(0, 0.05, (512, 1000))
    return jax.tree.map(lambda array: np.asarray(array, np.float32), weights)


def conv(x: jax.Array, weights: dict, stride: int) -> jax.Array:
    size = weights["kernel"].shape[0] // 2
    y = jax.lax.conv_general_dilated(
        x, weights["kernel"], (stride, stride), [(size, size)] * 2,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )  # fmt: skip
    return y * weights["scale"] + weights["bias"]


def resnet18(weights: dict, x: jax.Array) -> jax.Array:
    """(1, size, size, 3) to probabilities (1, 1000)."""
    x = jax.nn.relu(conv(x, weights["stem"], 2))
    x = jax.lax.reduce_window(
        x, -np.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), ((0, 0), (1, 1), (1, 1), (0, 0))
    )
    for index, block in enumerate(weights["blocks"]):
        stride = STAGES[index // 2][1] if index % 2 == 0 else 1
        y = conv(jax.nn.relu(conv(x, block["a"], stride)), block["b"], 1)
        x = jax.nn.relu(y + (conv(x, block["skip"], stride) if "skip" in block else x))
    return jax.nn.softmax(x.mean((1, 2)) @ weights["head"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=224, help="pixels (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="laps (%(default)s)")
    options = parser.parse_args()
    weights = make_weights(0)
    image = np.random.default_rng(1).standard_normal((1, options.size, options.size, 3), np.float32)
    jitted = jax.jit(resnet18)
    mlir = jitted.lower(weights, image).as_text()
    inputs = [*jax.tree.leaves(weights), image]
    return beside(
        "JAX", lambda: np.asarray(jitted(weights, image)), mlir, "stablehlo", inputs, options.repeat
    )


if __name__ == "__main__":
    sys.exit(main())

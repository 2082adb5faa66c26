"""MobileNet from TensorFlow on the mock Blackhole, beside llvm-cpu and TensorFlow itself.

    python examples/mobilenet_tensorflow.py [--size 224] [--repeat 5]

TensorFlow writes the program as StableHLO. Weights are arguments of it, random
(nothing is downloaded), and stay on the device. Fails when the results differ.
"""

import argparse
import os
import sys

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # importing it prints a page otherwise
import tensorflow as tf  # noqa: E402
from beside import beside, say  # noqa: E402


def random_model(size: int) -> tf.keras.Model:
    """With batch norms that do something, as those of a trained model."""
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.applications.MobileNet(
        (size, size, 3), weights=None, classifier_activation=None
    )
    rng = np.random.default_rng(0)
    for weights in model.weights:
        if weights.name in ("gamma", "moving_variance"):
            weights.assign(rng.uniform(0.5, 1.5, weights.shape))
        elif weights.name in ("beta", "moving_mean"):
            weights.assign(rng.normal(0, 0.1, weights.shape))
    return model


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=224, help="pixels (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="laps (%(default)s)")
    options = parser.parse_args()
    say("TensorFlow", f"{tf.__version__}, making the model ...")
    model = random_model(options.size)
    trainable = [weights.value for weights in model.trainable_variables]
    others = [weights.value for weights in model.non_trainable_variables]
    image = np.random.default_rng(1).standard_normal((1, options.size, options.size, 3), np.float32)

    def mobilenet(trainable, others, image):
        return model.stateless_call(trainable, others, image)[0]

    compiled = tf.function(mobilenet, jit_compile=True)
    mlir = compiled.experimental_get_compiler_ir(trainable, others, image)(stage="stablehlo")
    say("exported", f"{len(mlir) >> 10} KiB of StableHLO")
    own = tf.function(mobilenet)
    return beside(
        "TensorFlow",
        lambda: own(trainable, others, image).numpy(),
        mlir,
        "stablehlo",
        [*(weights.numpy() for weights in trainable + others), image],
        options.repeat,
    )


if __name__ == "__main__":
    sys.exit(main())

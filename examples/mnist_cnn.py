"""A convolutional network on real digits: trained with JAX, read on the mock Blackhole.

    python examples/mnist_cnn.py
    python examples/mnist_cnn.py --epochs 1 --device-steps 0

Trains on 4,000 digits on the host, then reads 1,000 others on both back ends, and
trains a few steps more on each of them: the same program of gradients and Adam as on
the host. Fails when an answer or a loss differs from JAX's. Draws out/mnist/cnn.png.
"""

import argparse
import pathlib
import sys

import adam
import jax
import jax.numpy as jnp
import numpy as np
from beside import BACK_ENDS, Program, say, time_of

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE / "mnist"))
import digits  # noqa: E402
import picture  # noqa: E402

OUT = HERE.parent / "out" / "mnist"
BATCH = 100


def random_weights() -> dict:
    rng = np.random.default_rng(0)

    def layer(*shape: int) -> dict:
        scale = np.float32((2 / np.prod(shape[:-1])) ** 0.5)
        kernel = rng.standard_normal(shape, np.float32) * scale
        return {"kernel": kernel, "bias": np.zeros(shape[-1], np.float32)}

    return {
        "conv1": layer(3, 3, 1, 16), "conv2": layer(3, 3, 16, 32),
        "dense1": layer(7 * 7 * 32, 64), "dense2": layer(64, 10),
    }  # fmt: skip


def conv(x: jax.Array, weights: dict) -> jax.Array:
    """3x3, then the largest of each 2x2."""
    x = jax.lax.conv_general_dilated(
        x, weights["kernel"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    x = jnp.maximum(x + weights["bias"], 0)
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


def network(weights: dict, images: jax.Array) -> jax.Array:
    """How likely each digit is: u8 (n, 28, 28) to f32 (n, 10), before softmax."""
    x = images.astype(jnp.float32)[..., None] / 255
    x = conv(conv(x, weights["conv1"]), weights["conv2"])
    x = x.reshape(x.shape[0], -1) @ weights["dense1"]["kernel"] + weights["dense1"]["bias"]
    return jnp.maximum(x, 0) @ weights["dense2"]["kernel"] + weights["dense2"]["bias"]


def train_step(weights, state, at, images, labels) -> tuple:
    def loss(weights):
        likely = jax.nn.log_softmax(network(weights, images))
        return -(likely * jax.nn.one_hot(labels, 10)).sum(1).mean()

    value, gradients = jax.value_and_grad(loss)(weights)
    return *adam.step(weights, state, gradients, at, 2e-3), value


def train(step, epochs: int, images: np.ndarray, labels: np.ndarray) -> tuple:
    weights, rng, at = random_weights(), np.random.default_rng(1), 0
    state = adam.start(weights)
    for epoch in range(epochs):
        order = rng.permutation(len(images)).reshape(-1, BATCH)
        for chosen in order:
            at += 1
            weights, state, value = step(
                weights, state, np.float32(at), images[chosen], labels[chosen]
            )
        say("training", f"epoch {epoch + 1} of {epochs}, loss {value:.3f}")
    return weights, state, at


def on_device(program: Program, steps: int, tree, at: int, images, labels) -> list:
    """The losses of |steps| steps; weights and Adam's state stay on the device."""
    leaves = [program.array(np.asarray(leaf)) for leaf in jax.tree.leaves(tree)]
    losses = []
    for i in range(steps):
        chosen = slice(i * BATCH, (i + 1) * BATCH)
        given = (np.array(at + 1 + i, np.float32), images[chosen], labels[chosen])
        *leaves, value = program["main"](*leaves, *(program.array(x) for x in given))
        losses.append(float(np.asarray(value)))
    return losses


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("epochs", 5), ("device-steps", 5), ("repeat", 5)):
        parser.add_argument(f"--{name}", type=int, default=value, help="%(default)s")
    options = parser.parse_args()
    training, held_out = digits.split(*digits.load())
    images, labels = (x.astype(t) for x, t in zip(training, (np.uint8, np.int32)))
    step = jax.jit(train_step)
    weights, state, at = train(step, options.epochs, images, labels)

    read = jax.jit(network)
    batches = held_out[0].reshape(-1, BATCH, 28, 28)
    wanted = np.concatenate([np.asarray(read(weights, batch)) for batch in batches])
    answers = wanted.argmax(1)
    say("JAX", f"reads {np.mean(answers == held_out[1]):.1%} of {len(answers)} digits right")
    say("JAX", f"{BATCH} digits {time_of(lambda: read(weights, batches[0]).block_until_ready(), options.repeat)}")  # fmt: skip
    losses, more = [], (weights, state)
    for i in range(options.device_steps):
        chosen = slice(i * BATCH, (i + 1) * BATCH)
        *more, value = step(*more, np.float32(at + 1 + i), images[chosen], labels[chosen])
        losses.append(float(value))

    same = True
    mlir = read.lower(weights, batches[0]).as_text()
    mlir_step = step.lower(weights, state, np.float32(1), images[:BATCH], labels[:BATCH]).as_text()
    for target in BACK_ENDS:
        program = Program(target, mlir, "stablehlo")
        leaves = [program.array(np.asarray(leaf)) for leaf in jax.tree.leaves(weights)]
        run = lambda batch: program["main"](*leaves, program.array(batch)).to_host()  # noqa: E731
        got = np.concatenate([run(batch) for batch in batches]).argmax(1)
        say(target, f"{BATCH} digits {time_of(lambda: run(batches[0]), options.repeat)}")
        say(target, f"gives JAX's answer for {np.sum(got == answers)} of {len(answers)}")
        same &= bool((got == answers).all())
        if not options.device_steps:
            continue
        program = Program(target, mlir_step, "stablehlo")
        made = on_device(program, options.device_steps, (weights, state), at, images, labels)
        say(target, f"losses {np.round(made, 4).tolist()}, JAX {np.round(losses, 4).tolist()}")
        same &= bool(np.allclose(made, losses, 1e-2, 1e-4))

    OUT.mkdir(parents=True, exist_ok=True)
    shown = slice(0, 64)
    drawn = picture.draw(held_out[0][shown], answers[shown], held_out[1][shown])
    picture.write_png(OUT / "cnn.png", drawn)
    say("drew", str((OUT / "cnn.png").relative_to(HERE.parent)))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

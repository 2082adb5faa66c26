"""A small GPT that learns to write this project's documentation, letter by letter.

    python examples/char_gpt.py                      # trains for a few minutes
    python examples/char_gpt.py --train-steps 50     # hardly learns

JAX trains it on README.md and docs/ on the host. Then it writes text on the mock
Blackhole, its weights and its cache of keys and values on the device. Fails when a
letter differs from JAX's own.
"""

import argparse
import pathlib
import statistics
import sys
import time

import adam
import jax
import jax.numpy as jnp
import numpy as np
from beside import BACK_ENDS, Program, say
from gpt2 import features, make_weights

ROOT = pathlib.Path(__file__).resolve().parents[1]
BATCH = 16


def logits(heads: int, weights: dict, cache, at, tokens) -> tuple:
    """How likely each letter is to be next, and the cache."""
    x, cache = features(heads, weights, cache, at, tokens)
    return x[-1] @ weights["tokens"].T, cache


def empty_cache(options: argparse.Namespace, positions: int) -> np.ndarray:
    size = options.width // options.heads
    return np.zeros((options.layers, 2, options.heads, positions, size), np.float32)


def train(options: argparse.Namespace, weights: dict, text: np.ndarray) -> dict:
    length = options.context

    def loss(weights, rows):
        def of(row):
            cache = empty_cache(options, length)
            x, _ = features(options.heads, weights, cache, 0, row[:-1])
            likely = jax.nn.log_softmax(x @ weights["tokens"].T)
            return -jnp.take_along_axis(likely, row[1:, None], 1).mean()

        return jax.vmap(of)(rows).mean()

    @jax.jit
    def step(weights, state, at, rows):
        value, gradients = jax.value_and_grad(loss)(weights, rows)
        rate = 3e-3 * jnp.minimum(1, at / 50) * (1 - at / (options.train_steps + 1))
        return *adam.step(weights, state, gradients, at, rate), value

    rng = np.random.default_rng(0)
    state, start = adam.start(weights), time.perf_counter()
    for at in range(1, options.train_steps + 1):
        first = rng.integers(0, len(text) - length - 1, BATCH)
        rows = text[first[:, None] + np.arange(length + 1)]
        weights, state, value = step(weights, state, np.float32(at), rows)
        if at == 1 or at % 100 == 0 or at == options.train_steps:
            seconds = time.perf_counter() - start
            say("training", f"step {at:5}, loss {value:.2f} a letter, {seconds:.0f} s")
    return weights


def write(name: str, step, cache, prompt: np.ndarray, options: argparse.Namespace) -> list:
    """The letters after |prompt|. |step|: cache, position and letter to logits and cache."""
    rng, letters, laps = np.random.default_rng(2), list(prompt), []
    for at in range(len(prompt) + options.letters - 1):
        start = time.perf_counter()
        likely, cache = step(cache, at, letters[at])
        likely = np.asarray(likely)
        laps.append((time.perf_counter() - start) * 1e3)
        if at >= len(prompt) - 1:  # one of the likely ones, by chance
            chance = likely / options.temperature + rng.gumbel(size=likely.shape)
            letters.append(int(chance.argmax()))
    say(name, f"a letter {min(laps):6.2f} ms at best, {statistics.median(laps):6.2f} ms median")
    return letters


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("layers", 3), ("width", 128), ("heads", 4), ("context", 128),
                        ("train-steps", 1500), ("letters", 400)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value, help="%(default)s")
    parser.add_argument("--temperature", type=float, default=0.5, help="%(default)s")
    options = parser.parse_args()

    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "".join(file.read_text() for file in files)
    alphabet = sorted(set(text))
    number = {letter: i for i, letter in enumerate(alphabet)}
    say("text", f"{len(text)} letters, {len(alphabet)} different ones")
    options.vocabulary = len(alphabet)
    # Positions are learned up to the context, and none is used beyond.
    options.letters = min(options.letters, options.context - 4)
    options.prompt, options.steps = options.context, 0
    weights = make_weights(options)
    weights = train(options, weights, np.array([number[c] for c in text], np.int32))

    prompt = np.array([number[c] for c in "The "], np.int32)
    cache = empty_cache(options, options.context)

    def step(weights, cache, at, letter):
        return logits(options.heads, weights, cache, at, letter[None])

    on_jax = jax.jit(step)
    wanted = write(
        "JAX", lambda cache, at, letter: on_jax(weights, cache, np.int32(at), np.int32(letter)),
        cache, prompt, options,
    )  # fmt: skip
    print("".join(alphabet[i] for i in wanted), flush=True)
    mlir = on_jax.lower(weights, cache, np.int32(0), np.int32(0)).as_text()
    same = True
    for target in BACK_ENDS:
        program = Program(target, mlir, "stablehlo")
        leaves = [program.array(np.asarray(leaf)) for leaf in jax.tree.leaves(weights)]

        def on_iree(cache, at, letter):
            place = (program.array(np.array(value, np.int32)) for value in (at, letter))
            return program["main"](*leaves, cache, *place)

        made = write(target, on_iree, program.array(cache), prompt, options)
        agree = sum(a == b for a, b in zip(made, wanted))
        say(target, f"{agree} of {len(wanted)} letters are JAX's")
        # llvm-cpu, which goes wrong here with data tiling, is not judged.
        same &= made == wanted or target != "tenstorrent"
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

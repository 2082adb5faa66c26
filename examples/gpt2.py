"""GPT-2 from JAX on the mock Blackhole: a prompt at once, then token by token.

    python examples/gpt2.py            # the 124M architecture, 128 + 16 tokens
    python examples/gpt2.py --layers 2 --width 64 --heads 2 --vocabulary 500

Random weights (nothing is downloaded). Weights and the cache of keys and values
stay on the device. Fails when a token differs from JAX's own.
"""

import argparse
import functools
import statistics
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import iree.compiler as compiler
import iree.runtime as runtime

BACK_ENDS = {
    "tenstorrent": ("tenstorrent", []),
    "llvm-cpu": ("local-task", ["--iree-llvmcpu-target-cpu=host"]),
}


def make_weights(options: argparse.Namespace) -> dict:
    rng = np.random.default_rng(0)
    width = options.width

    def matrix(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, np.float32) * np.float32(shape[0] ** -0.5)

    def norm() -> dict:
        return {"scale": 1 + matrix(width) / 9, "bias": matrix(width) / 9}

    return {
        "tokens": matrix(options.vocabulary, width) * np.float32(0.02 * options.vocabulary**0.5),
        "positions": matrix(options.prompt + options.steps, width),
        "layers": [
            {
                "norm1": norm(), "qkv": matrix(width, 3 * width), "out": matrix(width, width),
                "norm2": norm(), "up": matrix(width, 4 * width), "down": matrix(4 * width, width),
            }
            for _ in range(options.layers)
        ],
        "norm": norm(),
    }  # fmt: skip


def layer_norm(x: jax.Array, weights: dict) -> jax.Array:
    x = x - x.mean(-1, keepdims=True)
    x = x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    return x * weights["scale"] + weights["bias"]


def features(heads: int, weights: dict, cache: jax.Array, at: jax.Array, tokens: jax.Array) -> tuple:
    """What the model makes of each token, and the cache with the new keys and values.

    |cache|: (layers, 2, heads, positions, width / heads); |tokens|: (count,),
    at the positions from |at| on.
    """
    count = tokens.shape[0]
    positions = jax.lax.dynamic_slice_in_dim(weights["positions"], at, count)
    x = weights["tokens"][tokens] + positions
    # A token sees itself and what was before.
    seen = jnp.arange(cache.shape[3]) <= at + jnp.arange(count)[:, None]
    for index, layer in enumerate(weights["layers"]):
        qkv = (layer_norm(x, layer["norm1"]) @ layer["qkv"]).reshape(count, 3, heads, -1)
        q, new = qkv[:, 0], jnp.moveaxis(qkv[:, 1:], 0, 2)  # new: (2, heads, count, size)
        cache = jax.lax.dynamic_update_slice(cache, new[None], (index, 0, 0, at, 0))
        keys, values = cache[index]
        scores = jnp.einsum("qhd,hkd->hqk", q, keys) * q.shape[-1] ** -0.5
        scores = jax.nn.softmax(jnp.where(seen, scores, -1e9))
        x = x + jnp.einsum("hqk,hkd->qhd", scores, values).reshape(count, -1) @ layer["out"]
        x = x + jax.nn.gelu(layer_norm(x, layer["norm2"]) @ layer["up"]) @ layer["down"]
    return layer_norm(x, weights["norm"]), cache


def gpt2(heads: int, weights: dict, cache: jax.Array, at: jax.Array, tokens: jax.Array) -> tuple:
    """The next token, and the cache."""
    x, cache = features(heads, weights, cache, at, tokens)
    return jnp.argmax(x[-1] @ weights["tokens"].T).astype(jnp.int32)[None], cache


class OnJax:
    def __init__(self, step, weights: dict, examples: list) -> None:
        self._step, self._weights = jax.jit(step), jax.device_put(weights)
        for example in examples:
            self.step(*example)  # compiles

    def array(self, array: np.ndarray):
        return jax.device_put(array)

    def step(self, cache, at: int, tokens) -> tuple:
        token, cache = self._step(self._weights, cache, np.int32(at), tokens)
        return token.block_until_ready(), cache


class OnIree:
    """A module for the prompt and one for a single token, the weights shared."""

    def __init__(self, target: str, step, weights: dict, examples: list) -> None:
        device, flags = BACK_ENDS[target]
        self._config = runtime.Config(device)
        self._weights = [self.array(leaf) for leaf in jax.tree.leaves(weights)]
        self._modules = {}
        for cache, at, tokens in examples:
            mlir = jax.jit(step).lower(weights, cache, np.int32(at), tokens).as_text()
            start = time.perf_counter()
            vmfb = compiler.compile_str(
                mlir, target_backends=[target], input_type="stablehlo", extra_args=flags
            )
            print(
                f"{target:12} {len(tokens):4} tokens: compiled in "
                f"{time.perf_counter() - start:.1f} s, {len(vmfb) >> 10} KiB",
                flush=True,
            )
            module = runtime.VmModule.copy_buffer(self._config.vm_instance, vmfb)
            self._modules[tokens.shape] = runtime.load_vm_module(module, self._config)

    def array(self, array: np.ndarray):
        return runtime.asdevicearray(self._config.device, array)

    def step(self, cache, at: int, tokens) -> tuple:
        main = self._modules[tuple(tokens.shape)]["main"]
        token, cache = main(*self._weights, cache, self.array(np.array(at, np.int32)), tokens)
        return token, cache


def generate(machine, cache: np.ndarray, prompt: np.ndarray, steps: int, name: str) -> list:
    """The tokens after |prompt|; prints how long they took."""
    cache, token = machine.array(cache), machine.array(prompt)
    made, laps, at = [], [], 0
    for _ in range(steps + 1):
        count = token.shape[0]
        start = time.perf_counter()
        token, cache = machine.step(cache, at, token)
        made.append(int(np.asarray(token)[0]))
        laps.append((time.perf_counter() - start) * 1e3)
        at += count
    print(
        f"{name:12} prompt {laps[0]:7.1f} ms; a token {min(laps[1:]):7.1f} ms at best, "
        f"{statistics.median(laps[1:]):7.1f} ms median",
        flush=True,
    )
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("layers", 12), ("width", 768), ("heads", 12), ("vocabulary", 50257),
                        ("prompt", 128), ("steps", 16)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value, help="%(default)s")
    options = parser.parse_args()
    weights = make_weights(options)
    step = functools.partial(gpt2, options.heads)
    size = options.width // options.heads
    positions = options.prompt + options.steps
    cache = np.zeros((options.layers, 2, options.heads, positions, size), np.float32)
    prompt = np.random.default_rng(1).integers(0, options.vocabulary, options.prompt, np.int32)
    examples = [(cache, 0, prompt), (cache, 0, prompt[:1])]
    wanted = generate(OnJax(step, weights, examples), cache, prompt, options.steps, "JAX")
    same = True
    for target in BACK_ENDS:
        try:
            machine = OnIree(target, step, weights, examples)
        except compiler.CompilerToolError as error:
            line = next((l for l in str(error).splitlines() if "error:" in l), str(error))
            print(f"{target:12} does not compile it: {line.split('error:')[-1].strip()}")
            same &= target != "tenstorrent"
            continue
        made = generate(machine, cache, prompt, options.steps, target)
        agree = sum(a == b for a, b in zip(made, wanted))
        print(f"{target:12} {agree} of {len(wanted)} tokens are JAX's: {made[:8]}")
        same &= made == wanted or target != "tenstorrent"
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

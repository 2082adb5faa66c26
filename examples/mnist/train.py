"""Trains the demo's network with numpy: deterministic, some seconds.

    pixels u8 28x28 -> / 255 -> 8 convolutions 5x5, ReLU -> max pool 2x2
                    -> 64 ReLU -> 10 -> softmax
"""

import os
import pathlib
from typing import Dict

# Before numpy is loaded: threads only slow these small matrices down, and one
# thread adds in the same order everywhere.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import digits

CHANNELS, KERNEL, HIDDEN = 8, 5, 64
CONV = 28 - KERNEL + 1  # 24
POOLED = CONV // 2  # 12

Weights = Dict[str, np.ndarray]


def initial(rng: np.random.Generator) -> Weights:
    def he(*shape: int) -> np.ndarray:
        fan_in = int(np.prod(shape[:-1]))
        return (rng.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)

    return {
        "conv": he(KERNEL, KERNEL, 1, CHANNELS),
        "conv_bias": np.zeros(CHANNELS, np.float32),
        "dense": he(POOLED * POOLED * CHANNELS, HIDDEN),
        "dense_bias": np.zeros(HIDDEN, np.float32),
        "out": he(HIDDEN, 10),
        "out_bias": np.zeros(10, np.float32),
    }


def patches(images: np.ndarray) -> np.ndarray:
    """[n, 28, 28] u8 -> [n, 24, 24, 25] f32: each pixel's neighbourhood."""
    x = images.astype(np.float32) * np.float32(1 / 255)
    windows = np.lib.stride_tricks.sliding_window_view(x, (KERNEL, KERNEL), (1, 2))
    return windows.reshape(*windows.shape[:3], KERNEL * KERNEL)


def forward(w: Weights, images: np.ndarray) -> Dict[str, np.ndarray]:
    n = len(images)
    x = patches(images)
    conv = x @ w["conv"].reshape(-1, CHANNELS) + w["conv_bias"]
    cells = conv.reshape(n, POOLED, 2, POOLED, 2, CHANNELS).transpose(0, 1, 3, 5, 2, 4)
    cells = np.maximum(cells.reshape(n, POOLED, POOLED, CHANNELS, 4), 0)
    flat = cells.max(-1).reshape(n, -1)
    hidden = np.maximum(flat @ w["dense"] + w["dense_bias"], 0)
    logits = hidden @ w["out"] + w["out_bias"]
    e = np.exp(logits - logits.max(1, keepdims=True))
    return {
        "x": x,
        "cells": cells,
        "flat": flat,
        "hidden": hidden,
        "p": e / e.sum(1, keepdims=True),
    }


def gradients(w: Weights, images: np.ndarray, labels: np.ndarray) -> Weights:
    n = len(images)
    f = forward(w, images)
    d_logits = f["p"].copy()
    d_logits[np.arange(n), labels] -= 1
    d_logits /= n
    d_hidden = (d_logits @ w["out"].T) * (f["hidden"] > 0)
    d_flat = (d_hidden @ w["dense"].T).reshape(n, POOLED, POOLED, CHANNELS)
    # The gradient goes to the first largest cell of each pool, if it is > 0.
    winner = f["cells"].argmax(-1)
    d_cells = np.zeros_like(f["cells"])
    np.put_along_axis(
        d_cells, winner[..., None], (d_flat * (f["cells"].max(-1) > 0))[..., None], -1
    )
    d_conv = d_cells.reshape(n, POOLED, POOLED, CHANNELS, 2, 2)
    d_conv = d_conv.transpose(0, 1, 4, 2, 5, 3).reshape(-1, CHANNELS)
    return {
        "conv": (f["x"].reshape(-1, KERNEL * KERNEL).T @ d_conv).reshape(
            w["conv"].shape
        ),
        "conv_bias": d_conv.sum(0),
        "dense": f["flat"].T @ d_hidden,
        "dense_bias": d_hidden.sum(0),
        "out": f["hidden"].T @ d_logits,
        "out_bias": d_logits.sum(0),
    }


def train(images: np.ndarray, labels: np.ndarray, epochs: int = 12) -> Weights:
    """Adam over shuffled batches of 50, its rate falling to zero."""
    rng = np.random.default_rng(2)
    w = initial(rng)
    mean = {name: np.zeros_like(value) for name, value in w.items()}
    square = {name: np.zeros_like(value) for name, value in w.items()}
    step = 0
    steps = epochs * (len(images) // 50)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(images)), len(images) // 50):
            step += 1
            rate = 0.004 * (1 - step / steps)
            for name, g in gradients(w, images[batch], labels[batch]).items():
                mean[name] = 0.9 * mean[name] + 0.1 * g
                square[name] = 0.999 * square[name] + 0.001 * g * g
                m = mean[name] / (1 - 0.9**step)
                v = square[name] / (1 - 0.999**step)
                w[name] = (w[name] - rate * m / (np.sqrt(v) + 1e-8)).astype(np.float32)
    return w


def trained(path: pathlib.Path) -> Weights:
    """The trained weights; from |path| when a former run left them there."""
    if not path.exists():
        (images, labels), _ = digits.split(*digits.load())
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **train(images, labels))
    with np.load(path) as file:
        return dict(file)


if __name__ == "__main__":
    _, (test_images, test_labels) = digits.split(*digits.load())
    out = pathlib.Path(__file__).resolve().parents[2] / "out" / "mnist" / "weights.npz"
    out.unlink(missing_ok=True)
    predicted = forward(trained(out), test_images)["p"].argmax(1)
    print(f"held-out accuracy (numpy): {(predicted == test_labels).mean():.1%}")
    print(f"weights: {out}")

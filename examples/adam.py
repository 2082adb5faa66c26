"""The optimizer Adam, for the examples that train."""

import jax
import jax.numpy as jnp


def start(weights):
    """The optimizer's state: means of the gradients and of their squares."""
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return zeros, zeros


def step(weights, state, gradients, at, rate: float):
    """Weights and state after step |at|, counted from 1."""
    mean, square = state
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradients)
    # Both begin at 0, so the first means are too small.
    rate = rate * jnp.sqrt(1 - 0.999**at) / (1 - 0.9**at)
    move = lambda w, m, s: w - rate * m / (jnp.sqrt(s) + 1e-8)  # noqa: E731
    return jax.tree.map(move, weights, mean, square), (mean, square)

"""Writes the network as StableHLO text, the weights as constants in it."""

from typing import Dict

import numpy as np

from train import CHANNELS, CONV, HIDDEN, KERNEL, POOLED


def _constant(name: str, value: np.ndarray) -> str:
    shape = "x".join(map(str, value.shape))
    data = np.ascontiguousarray(value, "<f4").tobytes().hex().upper()
    return (
        f'    %{name} = stablehlo.constant dense<"0x{data}"> : tensor<{shape}xf32>'
    )


def stablehlo(w: Dict[str, np.ndarray], batch: int) -> str:
    """A module with @main: u8 [batch, 28, 28] -> probabilities [batch, 10]."""
    n, c, k, h = batch, CHANNELS, KERNEL, HIDDEN
    conv, pool, flat = CONV, POOLED, POOLED * POOLED * CHANNELS
    conv_type = f"tensor<{n}x{conv}x{conv}x{c}xf32>"
    constants = "\n".join(_constant(name, value) for name, value in w.items())
    return f"""module @mnist {{
  func.func @main(%pixels: tensor<{n}x28x28xui8>) -> tensor<{n}x10xf32> {{
{constants}
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    %lowest = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %scale = stablehlo.constant dense<{1 / 255:.9e}> : tensor<{n}x28x28xf32>

    %float = stablehlo.convert %pixels : (tensor<{n}x28x28xui8>) -> tensor<{n}x28x28xf32>
    %unit = stablehlo.multiply %float, %scale : tensor<{n}x28x28xf32>
    %image = stablehlo.reshape %unit : (tensor<{n}x28x28xf32>) -> tensor<{n}x28x28x1xf32>

    %c0 = stablehlo.convolution(%image, %conv)
        dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f],
        window = {{stride = [1, 1], pad = [[0, 0], [0, 0]]}}
        {{batch_group_count = 1 : i64, feature_group_count = 1 : i64}}
        : (tensor<{n}x28x28x1xf32>, tensor<{k}x{k}x1x{c}xf32>) -> {conv_type}
    %c1 = stablehlo.broadcast_in_dim %conv_bias, dims = [3] : (tensor<{c}xf32>) -> {conv_type}
    %c2 = stablehlo.add %c0, %c1 : {conv_type}
    %c3 = stablehlo.broadcast_in_dim %zero, dims = [] : (tensor<f32>) -> {conv_type}
    %c4 = stablehlo.maximum %c2, %c3 : {conv_type}

    %pool = "stablehlo.reduce_window"(%c4, %lowest) ({{
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %m = stablehlo.maximum %a, %b : tensor<f32>
      stablehlo.return %m : tensor<f32>
    }}) {{window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}}
        : ({conv_type}, tensor<f32>) -> tensor<{n}x{pool}x{pool}x{c}xf32>
    %flat = stablehlo.reshape %pool : (tensor<{n}x{pool}x{pool}x{c}xf32>) -> tensor<{n}x{flat}xf32>

    %d0 = stablehlo.dot_general %flat, %dense, contracting_dims = [1] x [0]
        : (tensor<{n}x{flat}xf32>, tensor<{flat}x{h}xf32>) -> tensor<{n}x{h}xf32>
    %d1 = stablehlo.broadcast_in_dim %dense_bias, dims = [1] : (tensor<{h}xf32>) -> tensor<{n}x{h}xf32>
    %d2 = stablehlo.add %d0, %d1 : tensor<{n}x{h}xf32>
    %d3 = stablehlo.broadcast_in_dim %zero, dims = [] : (tensor<f32>) -> tensor<{n}x{h}xf32>
    %hidden = stablehlo.maximum %d2, %d3 : tensor<{n}x{h}xf32>

    %l0 = stablehlo.dot_general %hidden, %out, contracting_dims = [1] x [0]
        : (tensor<{n}x{h}xf32>, tensor<{h}x10xf32>) -> tensor<{n}x10xf32>
    %l1 = stablehlo.broadcast_in_dim %out_bias, dims = [1] : (tensor<10xf32>) -> tensor<{n}x10xf32>
    %logits = stablehlo.add %l0, %l1 : tensor<{n}x10xf32>

    %s0 = stablehlo.reduce(%logits init: %lowest) applies stablehlo.maximum across dimensions = [1]
        : (tensor<{n}x10xf32>, tensor<f32>) -> tensor<{n}xf32>
    %s1 = stablehlo.broadcast_in_dim %s0, dims = [0] : (tensor<{n}xf32>) -> tensor<{n}x10xf32>
    %s2 = stablehlo.subtract %logits, %s1 : tensor<{n}x10xf32>
    %s3 = stablehlo.exponential %s2 : tensor<{n}x10xf32>
    %s4 = stablehlo.reduce(%s3 init: %zero) applies stablehlo.add across dimensions = [1]
        : (tensor<{n}x10xf32>, tensor<f32>) -> tensor<{n}xf32>
    %s5 = stablehlo.broadcast_in_dim %s4, dims = [0] : (tensor<{n}xf32>) -> tensor<{n}x10xf32>
    %probabilities = stablehlo.divide %s3, %s5 : tensor<{n}x10xf32>
    return %probabilities : tensor<{n}x10xf32>
  }}
}}
"""

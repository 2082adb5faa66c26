"""ResNet-18 from PyTorch on the mock Blackhole, beside llvm-cpu and PyTorch itself.

    python examples/resnet18_torch.py [--size 224] [--repeat 5] [--keep DIRECTORY]

iree-turbine exports the program and writes the weights to a file of their own
(.irpa), which both back ends load. Weights are random (nothing is downloaded).
Fails when the results differ.
"""

import argparse
import pathlib
import sys
import tempfile

import iree.turbine.aot as aot
import numpy as np
import torch
from beside import beside, say
from torch import nn


def conv(channels: int, filters: int, size: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, filters, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(filters),
    )


class Block(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.a = conv(channels, filters, 3, stride)
        self.b = conv(filters, filters, 3, 1)
        self.skip = conv(channels, filters, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.b(torch.relu(self.a(x))) + self.skip(x))


class ResNet18(nn.Module):
    """(1, 3, size, size) to the scores of 1,000 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
        self.blocks = nn.Sequential(
            Block(64, 64, 1), Block(64, 64, 1),
            Block(64, 128, 2), Block(128, 128, 1),
            Block(128, 256, 2), Block(256, 256, 1),
            Block(256, 512, 2), Block(512, 512, 1),
        )  # fmt: skip
        self.head = nn.Linear(512, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


def random_model() -> ResNet18:
    """With batch norms that do something, as those of a trained model."""
    torch.manual_seed(0)
    model = ResNet18().eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1)
            nn.init.normal_(module.bias, 0, 0.1)
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=224, help="pixels (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="laps (%(default)s)")
    parser.add_argument("--keep", type=pathlib.Path, help="where to leave model.mlir, model.irpa")
    options = parser.parse_args()
    model = random_model()
    image = torch.randn(1, 3, options.size, options.size)
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        weights = directory / "model.irpa"
        say("exporting", "...")
        aot.externalize_module_parameters(model, external_scope="model")
        aot.save_module_parameters(weights, model)
        exported = aot.export(torch.export.export(model, (image,)))
        mlir = str(exported.mlir_module)
        (directory / "model.mlir").write_text(mlir)
        say(
            "exported",
            f"{len(mlir) >> 10} KiB of MLIR, {weights.stat().st_size >> 20} MiB of weights",
        )

        def call() -> np.ndarray:
            with torch.inference_mode():
                return model(image).numpy()

        return beside("PyTorch", call, mlir, "torch", [image.numpy()], options.repeat, str(weights))


if __name__ == "__main__":
    sys.exit(main())

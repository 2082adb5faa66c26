"""GPT-2 of Hugging Face transformers on the mock Blackhole: a prompt, then token by token.

    python examples/gpt2_torch.py      # the 124M architecture, 128 + 16 tokens
    python examples/gpt2_torch.py --layers 2 --width 64 --heads 2 --vocabulary 500

iree-turbine makes one program of two functions. Weights come from a file (.irpa);
the cache of keys and values, transformers' StaticCache, is a state of the program
and never leaves the device. Weights are random (nothing is downloaded). Fails when
a token differs from those of transformers' own generate().
"""

import argparse
import pathlib
import sys
import tempfile
from typing import Callable

import iree.turbine.aot as aot
import numpy as np
import torch
from beside import BACK_ENDS, Program, say, time_of
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, StaticCache


def random_model(options: argparse.Namespace) -> GPT2LMHeadModel:
    torch.manual_seed(0)
    config = GPT2Config(
        n_layer=options.layers,
        n_embd=options.width,
        n_head=options.heads,
        vocab_size=options.vocabulary,
        bos_token_id=0,
        eos_token_id=None,  # no token ends the text
        # torch-mlir does not take the attention op of PyTorch with a mask.
        attn_implementation="eager",
    )
    model = GPT2LMHeadModel(config).eval().requires_grad_(False)
    for weights in model.parameters():  # so that the next token depends on all that was before
        if weights.dim() == 2:
            weights.normal_(0, weights.shape[0] ** -0.5)
        else:
            weights.add_(torch.randn_like(weights) / 9)
    return model


class Generator(nn.Module):
    """Tokens to the next one; the cache is kept in buffers, which become globals."""

    def __init__(self, model: GPT2LMHeadModel, positions: int) -> None:
        super().__init__()
        self.model, config = model, model.config
        self.cache = StaticCache(config, max_cache_len=positions)
        self.cache.early_initialization(
            1, config.n_head, config.n_embd // config.n_head, torch.float32, torch.device("cpu")
        )
        for index, layer in enumerate(self.cache.layers):
            self.register_buffer(f"keys{index}", layer.keys)
            self.register_buffer(f"values{index}", layer.values)
            self.register_buffer(f"length{index}", layer.cumulative_length)

    def decode(self, tokens: torch.Tensor) -> torch.Tensor:
        # While the program is traced, other tensors stand for the buffers.
        for index, layer in enumerate(self.cache.layers):
            layer.keys = getattr(self, f"keys{index}")
            layer.values = getattr(self, f"values{index}")
            layer.cumulative_length = getattr(self, f"length{index}")
        logits = self.model(tokens, cache=self.cache, use_cache=True, logits_to_keep=1).logits
        return logits[:, -1].argmax(-1, keepdim=True)

    def prefill(self, prompt: torch.Tensor) -> torch.Tensor:
        for index in range(len(self.cache.layers)):  # what is behind the length is not seen
            getattr(self, f"length{index}").zero_()
        return self.decode(prompt)


def export(generator: Generator, prompt: torch.Tensor, weights: pathlib.Path) -> str:
    aot.externalize_module_parameters(generator, external_scope="model")
    aot.save_module_parameters(weights, generator)
    programs = aot.FxProgramsBuilder(generator)

    @programs.export_program(args=(prompt,), strict=False)
    def prefill(module, prompt):
        return module.prefill(prompt)

    @programs.export_program(args=(prompt[:, :1],), strict=False)
    def decode(module, token):
        return module.decode(token)

    return str(aot.export(programs).mlir_module)


def generate(
    name: str, prefill: Callable, decode: Callable, prompt, options: argparse.Namespace
) -> list[int]:
    """The tokens after |prompt|; prints how long they took."""

    def wait(token):
        np.asarray(token)
        return token

    tokens = [wait(prefill(prompt))]
    say(name, f"prompt  {time_of(lambda: wait(prefill(prompt)), options.repeat)}")
    laps = time_of(lambda: tokens.append(wait(decode(tokens[-1]))), options.steps)
    say(name, f"a token {laps}")
    return [np.asarray(token).item() for token in tokens]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("layers", 12), ("width", 768), ("heads", 12), ("vocabulary", 50257),
                        ("prompt", 128), ("steps", 16), ("repeat", 3)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value, help="%(default)s")
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    say("PyTorch", "making the model ...")
    model = random_model(options)
    prompt = torch.randint(0, options.vocabulary, (1, options.prompt))
    count = options.steps + 1
    wanted = model.generate(prompt, max_new_tokens=count, do_sample=False, pad_token_id=0)
    wanted = wanted[0, options.prompt :].tolist()
    positions = options.prompt + options.steps
    own = Generator(model, positions)

    def compare(name: str, made: list[int]) -> bool:
        agree = sum(a == b for a, b in zip(made, wanted))
        say(name, f"{agree} of {count} tokens are transformers': {made[:8]}")
        return made == wanted

    same = compare("PyTorch", generate("PyTorch", own.prefill, own.decode, prompt, options))
    with tempfile.TemporaryDirectory() as scratch:
        weights = pathlib.Path(scratch) / "gpt2.irpa"
        say("exporting", "...")
        # Another generator, whose cache is empty.
        mlir = export(Generator(model, positions), prompt, weights)
        size = weights.stat().st_size
        say("exported", f"{len(mlir) >> 10} KiB of MLIR, {size >> 20} MiB of weights")
        for target in BACK_ENDS:
            program = Program(target, mlir, "torch", str(weights))
            on_device = program.array(prompt.numpy())
            made = generate(target, program["prefill"], program["decode"], on_device, options)
            same &= compare(target, made)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

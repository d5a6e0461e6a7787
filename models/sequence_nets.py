"""The sequence autoencoders in PyTorch, for training alone; `weights_of` gives what `models.sequence_graph` draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from geo.schema import Array
from models.sequence_graph import HEADS


class Gru(nn.Module):
    """A GRU reads the window, another one writes it from a few numbers (seed 000: LSTM or GRU, a dense bottleneck)."""

    def __init__(self, width: int, steps: int, hidden: int = 24, latent: int = 12) -> None:
        super().__init__()
        self.steps = steps
        self.encoder = nn.GRU(width, hidden, batch_first=True)
        self.latent = nn.Linear(hidden, latent)
        self.decoder = nn.GRU(latent, hidden, batch_first=True)
        self.out = nn.Linear(hidden, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, steps, k) made again."""
        state = self.encoder(x)[1][0]
        latent = torch.tanh(self.latent(state))
        written, _ = self.decoder(latent[:, None, :].expand(-1, self.steps, -1))
        made: torch.Tensor = self.out(written)
        return made

    def weights(self) -> dict[str, Array]:
        """By the names of the graph."""
        found = {**_linear(self.latent, "latent"), **_linear(self.out, "out"), "steps": np.array([self.steps])}
        return found | _recurrent(self.encoder, "encoder") | _recurrent(self.decoder, "decoder")


class Transformer(nn.Module):
    """One layer of attention reads the window, all steps together become a few numbers, another layer writes it."""

    def __init__(self, width: int, steps: int, d: int = 16, latent: int = 12) -> None:
        super().__init__()
        self.steps, self.d = steps, d
        self.first = nn.Linear(width, d)
        self.place = nn.Parameter(torch.randn(steps, d) * 0.1)
        self.encoder, self.decoder = Layer(d), Layer(d)
        self.latent, self.told = nn.Linear(steps * d, latent), nn.Linear(latent, steps * d)
        self.out = nn.Linear(d, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, steps, k) made again."""
        rows = self.encoder(self.first(x) + self.place)
        latent = torch.tanh(self.latent(rows.reshape(len(x), -1)))
        made: torch.Tensor = self.out(self.decoder(self.told(latent).reshape(len(x), self.steps, self.d)))
        return made

    def weights(self) -> dict[str, Array]:
        """By the names of the graph."""
        found = {"place": _numbers(self.place), "steps": np.array([self.steps])}
        for name, one in (("in", self.first), ("latent", self.latent), ("told", self.told), ("out", self.out)):
            found |= _linear(one, name)
        return found | self.encoder.weights("encoder") | self.decoder.weights("decoder")


class Layer(nn.Module):
    """Attention with two heads and a small network, each added to what it reads and normalised."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.mix = (nn.Linear(d, d) for _ in range(4))
        self.up, self.down = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.scale = (d // HEADS) ** -0.5

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, steps, d) to the same."""
        q, k, v = (one(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for one in (self.q, self.k, self.v))
        weight = torch.softmax(q @ k.transpose(-1, -2) * self.scale, dim=-1)
        x = self.norm1(x + self.mix((weight @ v).transpose(1, 2).flatten(-2)))
        made: torch.Tensor = self.norm2(x + self.down(torch.relu(self.up(x))))
        return made

    def weights(self, name: str) -> dict[str, Array]:
        """By the names of the graph; the scale goes into q."""
        parts = (("attention.q", self.q), ("attention.k", self.k), ("attention.v", self.v), ("attention.out", self.mix))
        found: dict[str, Array] = {}
        for own, one in (*parts, ("up", self.up), ("down", self.down)):
            found |= _linear(one, f"{name}.{own}")
        for part in "wb":
            found[f"{name}.attention.q.{part}"] = found[f"{name}.attention.q.{part}"] * np.float32(self.scale)
        for own, norm in (("norm1", self.norm1), ("norm2", self.norm2)):
            found |= {f"{name}.{own}.w": _numbers(norm.weight), f"{name}.{own}.b": _numbers(norm.bias)}
        return found


NETS: Mapping[str, Callable[[int, int], Any]] = {"gru": Gru, "transformer": Transformer}
"""By kind: called with the number of features and of steps."""


def _linear(one: nn.Linear, name: str) -> dict[str, Array]:
    return {f"{name}.w": _numbers(one.weight).T.copy(), f"{name}.b": _numbers(one.bias)}


def _recurrent(one: nn.GRU, name: str) -> dict[str, Array]:
    """ONNX wants update, reset, new; PyTorch has reset, update, new."""
    w, r = (_turned(_numbers(getattr(one, f"weight_{part}_l0"))) for part in ("ih", "hh"))
    b = [_turned(_numbers(getattr(one, f"bias_{part}_l0"))) for part in ("ih", "hh")]
    return {f"{name}.w": w[None], f"{name}.r": r[None], f"{name}.b": np.concatenate(b)[None]}


def _turned(gates: Array) -> Array:
    reset, update, new = np.split(gates, 3)
    return np.concatenate([update, reset, new])


def _numbers(tensor: torch.Tensor) -> Array:
    found: Array = tensor.detach().cpu().numpy().astype(np.float32)
    return found

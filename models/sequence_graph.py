"""Sequence autoencoders as ONNX graphs: weights in, a model that onnxruntime runs out, the same bytes every time.

Each reads `windows`, float32 (n, steps, k) of scaled features, and gives `made`, the same made again, and `parts`: by
how much each value was missed, squared, in units of what is usual for its feature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.schema import Array

LIMIT = 4.0
"""Scaled values are cut here, four times the 99th percentile: beyond it a value is wrong, how wrong says nothing."""

_FUSED = "com.microsoft"
"""onnxruntime's own operators: attention without copies, and a sum that is normalised at once."""

_OPSETS, _IR = (("", 17), (_FUSED, 1)), 8
_NORM_EPSILON = 1e-5
"""PyTorch's default."""

Weights = Mapping[str, Array]
"""Float32 arrays by name. All kinds have `weight` (k,): one over the usual squared miss of each feature."""


@dataclass
class Graph:
    """Nodes as they are added; `add` gives the name of a node's (first) output."""

    weights: Weights
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)

    def add(self, op: str, *inputs: str, output: str = "", outputs: int = 1, take: int = 0, **attributes: Any) -> str:
        """A node of one output, or the output number `take` of `outputs`. `domain` is an attribute like any other."""
        from onnx import helper

        name = output or f"v{len(self.nodes)}"
        names = [name if k == take else "" for k in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return name

    def weight(self, name: str) -> str:
        """A weight as an input of nodes."""
        self.constants[name] = np.ascontiguousarray(self.weights[name], dtype=np.float32)
        return name

    def whole(self, *numbers: int) -> str:
        """A list of integers as an input of nodes."""
        name = "i" + "_".join(map(str, numbers))
        self.constants[name] = np.array(numbers, dtype=np.int64)
        return name

    def number(self, value: float) -> str:
        """A scalar as an input of nodes."""
        name = f"f{value:g}"
        self.constants[name] = np.array(value, dtype=np.float32)
        return name

    def linear(self, x: str, *names: str) -> str:
        """x (m, a) times `name.w` (a, b) plus `name.b` (b,): one node. Several names stand beside each other."""
        return self.add("Gemm", x, self.beside(*(f"{n}.w" for n in names)), self.beside(*(f"{n}.b" for n in names)))

    def gemm(self, x: str, name: str, w: Array, b: Array | str) -> str:
        """x (m, a) times w (a, b) plus b (b,), or plus another tensor (m, b). They are kept by name."""
        self.constants[f"{name}.w"] = np.ascontiguousarray(w, dtype=np.float32)
        if isinstance(b, str):
            return self.add("Gemm", x, f"{name}.w", b)
        self.constants[f"{name}.b"] = np.ascontiguousarray(b, dtype=np.float32)
        return self.add("Gemm", x, f"{name}.w", f"{name}.b")

    def flat(self, name: str, times: int) -> str:
        """A weight, so many times, as one row (1, n): what is added or multiplied in long rows takes less time."""
        values = np.tile(np.asarray(self.weights[name], dtype=np.float32).ravel(), times).reshape(1, -1)
        self.constants[f"{name}*{times}"] = values
        return f"{name}*{times}"

    def beside(self, *names: str) -> str:
        """Weights as one, along their last axis."""
        name = "+".join(names)
        self.constants[name] = np.concatenate([np.asarray(self.weights[n], dtype=np.float32) for n in names], axis=-1)
        return name

    def bytes(self, steps: int, width: int) -> bytes:
        """The model."""
        from onnx import TensorProto, helper, numpy_helper

        shape = [None, steps, width]
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("windows", "parts", "made")]
        constants = [numpy_helper.from_array(values, name) for name, values in self.constants.items()]
        graph = helper.make_graph(self.nodes, "sequence", ends[:1], ends[1:], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*one) for one in _OPSETS], ir_version=_IR)
        out: bytes = model.SerializeToString(deterministic=True)
        return out


def onnx_of(kind: str, weights: Weights, steps: int) -> bytes:
    """The model of these weights. Raises KeyError for a kind that is not known, or weights that lack one."""
    graph = Graph(weights)
    width = len(weights["weight"])
    x = graph.add("Clip", "windows", graph.number(-LIMIT), graph.number(LIMIT))
    missed = graph.add("Sub", graph.add("Identity", KINDS[kind](graph, x), output="made"), x)
    squared = graph.add("Reshape", graph.add("Mul", missed, missed), graph.whole(-1, steps * width))
    weighed = graph.add("Mul", squared, graph.flat("weight", steps))
    graph.add("Reshape", weighed, graph.whole(-1, steps, width), output="parts")
    return graph.bytes(steps, width)


def _gru(graph: Graph, x: str) -> str:
    """x (n, steps, k) made again: one GRU reads it, another writes it from what the first one's last state says."""
    by_step = graph.add("Transpose", x, perm=[1, 0, 2])
    state = graph.add("Squeeze", _recurrent(graph, by_step, "encoder", last=True), graph.whole(0))
    latent = graph.add("Tanh", graph.linear(state, "latent"))
    steps = graph.whole(*_steps(graph), 1, 1)
    told = graph.add("Expand", graph.add("Unsqueeze", latent, graph.whole(0)), steps)
    written = graph.add("Squeeze", _recurrent(graph, told, "decoder", last=False), graph.whole(1))
    made = graph.linear(graph.add("Reshape", written, graph.whole(-1, graph.weights["out.w"].shape[0])), "out")
    k = len(graph.weights["weight"])
    by_step = graph.add("Reshape", made, graph.whole(*_steps(graph), -1, k))
    return graph.add("Transpose", by_step, perm=[1, 0, 2])


def _recurrent(graph: Graph, x: str, name: str, last: bool) -> str:
    w, r, b = (graph.weight(f"{name}.{part}") for part in "wrb")
    hidden = graph.constants[r].shape[2]
    return graph.add("GRU", x, w, r, b, outputs=2, take=int(last), hidden_size=hidden, linear_before_reset=1)


def _steps(graph: Graph) -> tuple[int]:
    return (int(graph.weights["steps"][0]),)


@dataclass(frozen=True)
class Rows:
    """Rows (m, d) of all windows below each other: those of the tensor `at` times `scale` plus `shift` (d,), which
    whoever reads them has in its own weights."""

    at: str
    scale: Array
    shift: Array


def _transformer(graph: Graph, x: str) -> str:
    """x (n, steps, k) made again: steps look at each other, all together become a few numbers, and the other way.

    Rows of all windows stand below each other, (n * steps, d), but where steps look at each other.
    """
    steps, d = graph.weights["place"].shape
    k = len(graph.weights["weight"])
    rows = graph.linear(graph.add("Reshape", x, graph.whole(-1, k)), "in")
    whole = graph.add("Add", graph.add("Reshape", rows, graph.whole(-1, steps * d)), graph.flat("place", 1))
    read = _layer(graph, graph.add("Reshape", whole, graph.whole(-1, d)), "encoder")
    seen = Rows(graph.add("Reshape", read.at, graph.whole(-1, steps * d)), *(np.tile(v, steps) for v in _affine(read)))
    latent = graph.add("Tanh", _linear(graph, seen, "latent"))
    told = graph.add("Reshape", graph.linear(latent, "told"), graph.whole(-1, d))
    made = _linear(graph, _layer(graph, told, "decoder"), "out")
    return graph.add("Reshape", made, graph.whole(-1, steps, k))


def _affine(rows: Rows) -> tuple[Array, Array]:
    return rows.scale, rows.shift


def _layer(graph: Graph, x: str, name: str) -> Rows:
    """Attention and a small network, each added to what it reads and normalised."""
    d = graph.weights["place"].shape[1]
    mixed = _attention(graph, x, f"{name}.attention")
    rows = _normed(graph, Rows(x, np.ones(d), np.zeros(d)), mixed, f"{name}.attention.out", f"{name}.norm1")
    inner = graph.add("Relu", _linear(graph, rows, f"{name}.up"))
    return _normed(graph, rows, inner, f"{name}.down", f"{name}.norm2")


def _attention(graph: Graph, x: str, name: str) -> str:
    """HEADS heads; `name.q`, `.k` and `.v` are (d, d), the scale is in q."""
    steps, d = graph.weights["place"].shape
    asked = [graph.beside(*(f"{name}.{part}.{kind}" for part in "qkv")) for kind in "wb"]
    windows = graph.add("Reshape", x, graph.whole(-1, steps, d))
    mixed = graph.add("Attention", windows, *asked, domain=_FUSED, num_heads=HEADS, scale=1.0)
    return graph.add("Reshape", mixed, graph.whole(-1, d))


def _linear(graph: Graph, x: Rows, name: str) -> str:
    """Rows times `name.w` plus `name.b`, their scale and shift in the weights."""
    w, b = (np.asarray(graph.weights[f"{name}.{kind}"], dtype=np.float64) for kind in "wb")
    return graph.gemm(x.at, f"{name}'", x.scale[:, None] * w, b + x.shift @ w)


def _normed(graph: Graph, x: Rows, more: str, name: str, norm: str) -> Rows:
    """Rows and `more` times `name.w` plus `name.b`, summed and normalised.

    An operator that normalises goes through rows of sixteen one by one. Products with small matrices take half the
    time: the one that takes each row's mean away comes with the sum, the one that gives its variance with the epsilon.
    """
    d = len(x.scale)
    centre = np.eye(d) - 1 / d
    w, b = (np.asarray(graph.weights[f"{name}.{kind}"], dtype=np.float64) for kind in "wb")
    more = graph.gemm(more, f"{name}'", w @ centre, (b + x.shift) @ centre)
    apart = graph.gemm(x.at, f"{norm}.centre", x.scale[:, None] * centre, more)
    squared = graph.add("Mul", apart, apart)
    variance = graph.gemm(squared, "spread", np.full((d, d), 1 / d), np.full(d, _NORM_EPSILON))
    scale, shift = (np.asarray(graph.weights[f"{norm}.{kind}"], dtype=np.float64) for kind in "wb")
    return Rows(graph.add("Div", apart, graph.add("Sqrt", variance)), scale, shift)


HEADS = 2
KINDS: Mapping[str, Callable[[Graph, str], str]] = {"gru": _gru, "transformer": _transformer}
"""What makes x again, by name."""

"""Training of the sequence model with PyTorch: a GRU and a Transformer learn clean windows, the better one is kept.

PyTorch is needed here alone (the `train` extra); what comes out is an ONNX graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geo.feature_rows import CLASSES
from geo.scales import Scales
from geo.schema import Array
from geo.windows import STEPS, window_ends, windows
from models.calibration import Calibration
from models.drift import Reference, paces
from models.feature_days import FeatureTable
from models.sequence import EVERYTHING, SequenceModel
from models.sequence_graph import LIMIT, onnx_of
from models.splits import Split

Say = Callable[[str], object]
KINDS = ("gru", "transformer")

ALIKE = 1e-3
"""The graph must miss as PyTorch does, but for rounding."""

LEAST_USUAL = 1e-6
"""A feature that never varies would otherwise weigh without bounds."""


@dataclass(frozen=True)
class Plan:
    """How to train: Adam, mean squared error, batch and epochs, windows of an epoch, and how many windows a class of
    aircraft needs for a calibration of its own. (Seed 000: 20 epochs of batches of 64; four times the batch takes a
    third of the time.)"""

    kinds: Sequence[str] = KINDS
    epochs: int = 20
    batch: int = 256
    rate: float = 4e-3
    seed: int = 42
    windows: int = 40_000
    check_windows: int = 20_000
    class_windows: int = 1_000


@dataclass(frozen=True)
class Windows:
    """Scaled rows (n, k) and the rows (m,) at which windows end: cut out when they are asked for."""

    rows: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.ends)

    def cut(self, some: Array) -> Array:
        """The numbered windows (b, STEPS, k), cut at LIMIT."""
        return np.clip(windows(self.rows, self.ends[some]), -LIMIT, LIMIT)

    def sample(self, most: int) -> Windows:
        """As many, drawn evenly."""
        if len(self) <= most:
            return self
        return Windows(self.rows, self.ends[np.linspace(0, len(self) - 1, most).astype(np.int64)])


@dataclass(frozen=True)
class Trained:
    """A network that was trained: its kind, what it missed by epoch (train, validation), and its model."""

    kind: str
    history: Sequence[tuple[float, float]]
    model: SequenceModel

    @property
    def missed(self) -> float:
        """What the best epoch missed of the validation windows; 1 would be to give every feature's mean."""
        return min(check for _, check in self.history)


def train(
    table: FeatureTable, parts: Split, names: Sequence[str], plan: Plan, say: Say = lambda text: None
) -> list[Trained]:
    """One model for each of the plan's kinds, the best first: the one that misses the least of what it has not seen.

    `table` is sorted by flight and time. The same in, the same out. Raises ValueError where there are no windows.
    """
    found = table.features()
    learned = found.take(parts.train)
    scales = Scales.learned(learned, names)
    reference = Reference.learned(learned.matrix(names), paces(found)[parts.train])
    rows, ends = scales.apply(found), window_ends(found)
    learn, check = (Windows(rows, ends_within(ends, part, len(table))) for part in (parts.train, parts.validation))
    for name, some in (("train on", learn), ("calibrate with", check)):
        if not len(some):
            raise ValueError(f"no clean windows of {STEPS} rows to {name}: give more data, of more aircraft")
    kinds = table.aircraft_class[check.ends]
    tried = [_trained(kind, learn, check, kinds, scales, plan, say) for kind in plan.kinds]
    out = [replace(one, model=replace(one.model, reference=reference)) for one in tried]
    return sorted(out, key=lambda one: one.missed)


def ends_within(ends: Array, part: Array, n: int) -> Array:
    """Those of the windows whose rows are all in the part; `n` rows there are in all."""
    inside = np.zeros(n, dtype=np.int64)
    inside[part] = 1
    total = np.concatenate([[0], np.cumsum(inside)])
    return np.asarray(ends[total[ends + 1] - total[ends + 1 - STEPS] == STEPS])


def _trained(kind: str, learn: Windows, check: Windows, kinds: Array, scales: Scales, plan: Plan, say: Say) -> Trained:
    net, spread, history = _fit(kind, learn, check.sample(plan.check_windows), plan, say)
    weights = net.weights()
    unit = SequenceModel(scales, onnx_of(kind, {**weights, "weight": np.ones(len(spread))}, STEPS), {}, kinds[:0], {})
    _same(net, unit, check.sample(64))
    usual = np.mean([unit.missed(one).mean(axis=(0, 1)) for one in _batches(check.sample(plan.check_windows))], axis=0)
    weights["weight"] = 1 / np.maximum(usual, LEAST_USUAL)
    bare = SequenceModel(scales, onnx_of(kind, weights, STEPS), {}, kinds[:0], {})
    errors = np.concatenate([bare.errors(one) for one in _batches(check)])
    groups, choice = _groups(errors, kinds, plan)
    about = {"plan": {**asdict(plan), "kinds": list(plan.kinds)}, "net": kind, "bytes": len(bare.graph)}
    return Trained(kind, history, SequenceModel(scales, bare.graph, groups, choice, about))


def _fit(
    kind: str, learn: Windows, check: Windows, plan: Plan, say: Say
) -> tuple[Any, Array, list[tuple[float, float]]]:
    """The network at its best epoch, how much each feature varies, and what was missed by epoch."""
    import torch

    from models.sequence_nets import NETS

    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)  # sums over several threads would end differently on another machine
    random = np.random.default_rng(plan.seed)
    spread = np.maximum(
        learn.sample(plan.windows).cut(np.arange(min(plan.windows, len(learn)))).var(axis=(0, 1)), LEAST_USUAL
    )
    weight = torch.from_numpy((1 / spread).astype(np.float32))
    net = NETS[kind](len(spread), STEPS)
    tuning = torch.optim.Adam(net.parameters(), lr=plan.rate)
    steps = plan.epochs * -(-min(plan.windows, len(learn)) // plan.batch)
    falling = torch.optim.lr_scheduler.OneCycleLR(tuning, plan.rate, total_steps=steps)
    best, kept, history = np.inf, net.state_dict(), []
    for epoch in range(plan.epochs):
        missed = _epoch(net, learn, random, weight, tuning, falling, plan)
        with torch.no_grad():
            checked = float(np.mean([float(_loss(net, one, weight)) for one in _batches(check)]))
        history.append((round(missed, 5), round(checked, 5)))
        say(f"{kind}, epoch {epoch + 1} of {plan.epochs}: missed {missed:.3f}, of others {checked:.3f}")
        if checked < best:
            best, kept = checked, {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(kept)
    return net.eval(), spread, history


def _epoch(net: Any, learn: Windows, random: Any, weight: Any, tuning: Any, falling: Any, plan: Plan) -> float:
    """One pass over as many windows as an epoch has; what was missed on average."""
    order = random.permutation(len(learn))[: plan.windows]
    missed = []
    for first in range(0, len(order), plan.batch):
        tuning.zero_grad()
        loss = _loss(net, learn.cut(order[first : first + plan.batch]), weight)
        loss.backward()
        tuning.step()
        falling.step()
        missed.append(float(loss.detach()))
    return float(np.mean(missed))


def _loss(net: Any, scaled: Array, weight: Any) -> Any:
    """Mean squared miss, in units of each feature's variance: what is small counts as much as what is large."""
    import torch

    x = torch.from_numpy(np.ascontiguousarray(scaled, dtype=np.float32))
    return (((net(x) - x) ** 2) * weight).mean()


def _batches(some: Windows, size: int = 1_024) -> list[Array]:
    return [some.cut(np.arange(k, min(k + size, len(some)))) for k in range(0, len(some), size)]


def _same(net: Any, model: SequenceModel, some: Windows) -> None:
    """Raises ArithmeticError where the graph is not the network."""
    import torch

    scaled = some.cut(np.arange(len(some))).astype(np.float32)
    with torch.no_grad():
        missed = (net(torch.from_numpy(scaled)).numpy() - scaled) ** 2
    apart = float(np.abs(missed - model.missed(scaled)).max())
    if not apart < ALIKE:
        raise ArithmeticError(f"the exported graph misses otherwise than the network, by {apart:g}: do not use it")


def _groups(errors: Array, kinds: Array, plan: Plan) -> tuple[dict[str, Calibration], Array]:
    """A calibration of all windows, and one of each class of aircraft that has enough of them."""
    groups, choice = {EVERYTHING: Calibration.learned(errors)}, np.zeros(len(CLASSES), dtype=np.int64)
    for number, name in enumerate(CLASSES):
        own = errors[kinds == number]
        if len(own) >= plan.class_windows:
            choice[number] = len(groups)
            groups[name] = Calibration.learned(own)
    return groups, choice

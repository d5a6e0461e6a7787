"""Training with PyTorch: the graph is the network, a run can be repeated, and what is odd is missed by more."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geo.scales import Scales
from geo.schema import Array
from geo.windows import STEPS, window_ends
from models.feature_days import FeatureTable
from models.sequence import EVERYTHING, NAMES, SequenceModel
from models.sequence_graph import KINDS, LIMIT, onnx_of
from models.sequence_nets import NETS
from models.sequence_training import Plan, Windows, ends_within, train
from models.splits import split

SCALES = Scales(NAMES, np.ones(len(NAMES), dtype=np.float32))
QUICK = Plan(epochs=4, windows=1_500, batch=64, class_windows=200)


def flown(flights: int = 60, rows: int = 90, seed: int = 1) -> FeatureTable:
    """Flights whose features are slow waves of a common kind with a little noise; each of another aircraft."""
    random = np.random.default_rng(seed)
    n = flights * rows
    flight, step = np.repeat(np.arange(flights), rows), np.tile(np.arange(rows), flights)
    wave = np.sin((step + np.repeat(random.uniform(0, 60, flights), rows)) / 9)
    values = {name: (wave * (k + 1) + random.normal(0, 0.05, n)).astype(np.float32) for k, name in enumerate(NAMES)}
    start = np.repeat(random.integers(0, 60, flights) * 60_000, rows)
    zero = np.zeros(n, dtype=np.int8)
    who, time = flight + 0x400000, start + step * 10_000
    return FeatureTable(who, time, flight, np.full(n, b"A1"), zero == 1, zero + 1, zero + 1, values)


def first(table: FeatureTable, plan: Plan = QUICK) -> SequenceModel:
    return train(table, split(table), NAMES, plan)[0].model


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_is_the_network(kind: str) -> None:
    torch.manual_seed(3)
    net = NETS[kind](len(NAMES), STEPS).eval()
    weights = {**net.weights(), "weight": np.ones(len(NAMES), dtype=np.float32)}
    model = SequenceModel(SCALES, onnx_of(kind, weights, STEPS), {}, np.zeros(6, dtype=np.int64), {})
    scaled = np.random.default_rng(4).normal(size=(50, STEPS, len(NAMES))).astype(np.float32)
    with torch.no_grad():
        made = net(torch.from_numpy(np.clip(scaled, -LIMIT, LIMIT))).numpy()
    assert model.missed(scaled) == pytest.approx((made - np.clip(scaled, -LIMIT, LIMIT)) ** 2, abs=1e-4)


def test_the_same_data_gives_the_same_model_and_said_progress() -> None:
    table, said = flown(), []
    one = train(table, split(table), NAMES, QUICK, said.append)
    other = train(table, split(table), NAMES, QUICK)
    assert [a.model.graph for a in one] == [b.model.graph for b in other]
    assert [a.history for a in one] == [b.history for b in other]
    assert said[0].startswith("gru, epoch 1 of 4") and len(said) == 8
    assert one[0].missed <= one[1].missed, "the better one comes first"


def test_what_is_odd_is_missed_by_more() -> None:
    model, normal = first(flown()), flown(seed=2)
    random = np.random.default_rng(5)
    odd = FeatureTable(**{**vars(normal), "values": {n: random.permutation(v) for n, v in normal.values.items()}})
    (_, usual), (_, strange) = model.scores(normal.features()), model.scores(odd.features())
    assert np.median(strange) > 0.99 and 0.2 < np.median(usual) < 0.8
    assert EVERYTHING in model.groups and "airliner" in model.groups


def test_flights_at_fault_are_not_learned_from() -> None:
    table = flown()
    table.flagged[table.flight == 3] = True
    ends = window_ends(table.features())
    parts = split(table)
    learned = ends_within(ends, parts.train, len(table))
    assert len(learned) and 3 not in table.flight[learned]
    assert not set(table.icao24[learned].tolist()) & set(table.icao24[parts.test].tolist())


def test_windows_of_a_part_lie_in_it_whole() -> None:
    ends = np.arange(29, 100)
    assert ends_within(ends, np.arange(10, 60), 100).tolist() == list(range(39, 60))


def test_too_little_data_says_so() -> None:
    with pytest.raises(ValueError, match="give more data"):
        first(flown(flights=40, rows=20))


def test_windows_are_cut_at_the_limit() -> None:
    rows: Array = np.full((40, 2), 99.0, dtype=np.float32)
    assert Windows(rows, np.array([29, 39])).cut(np.array([1])).max() == LIMIT

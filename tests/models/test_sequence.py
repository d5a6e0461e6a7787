"""The sequence model without PyTorch: graphs of any weights, errors that depend on one window alone, folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geo.feature_rows import CLASSES
from geo.feature_table import PHASES
from geo.features import Features
from geo.scales import Scales
from geo.schema import Array
from geo.windows import STEPS
from models.calibration import Calibration
from models.folder import ModelError
from models.sequence import BATCH, GRAPH, NAMES, SPARED, SequenceModel, window_errors
from models.sequence_graph import KINDS, LIMIT, onnx_of

WIDTH = len(NAMES)


def weights(kind: str, width: int = WIDTH, seed: int = 1) -> dict[str, Array]:
    """Random ones in the shapes of the kind."""
    random = np.random.default_rng(seed)

    def some(*shape: int) -> Array:
        return (random.normal(size=shape) * 0.3).astype(np.float32)

    found = {"weight": np.ones(width, dtype=np.float32), "steps": np.array([STEPS])}
    if kind == "gru":
        for name, inner in (("encoder", width), ("decoder", 4)):
            found |= {f"{name}.w": some(1, 24, inner), f"{name}.r": some(1, 24, 8), f"{name}.b": some(1, 48)}
        return found | {"latent.w": some(8, 4), "latent.b": some(4), "out.w": some(8, width), "out.b": some(width)}
    d = 8
    found |= {
        "in.w": some(width, d),
        "in.b": some(d),
        "place": some(STEPS, d),
        "out.w": some(d, width),
        "out.b": some(width),
    }
    found |= {
        "latent.w": some(STEPS * d, 4),
        "latent.b": some(4),
        "told.w": some(4, STEPS * d),
        "told.b": some(STEPS * d),
    }
    for layer in ("encoder", "decoder"):
        for part in ("q", "k", "v", "out"):
            found |= {f"{layer}.attention.{part}.w": some(d, d), f"{layer}.attention.{part}.b": some(d)}
        found |= {f"{layer}.up.w": some(d, 2 * d), f"{layer}.up.b": some(2 * d), f"{layer}.down.w": some(2 * d, d)}
        found |= {f"{layer}.down.b": some(d)}
        found |= {f"{layer}.norm{k}.{part}": some(d) for k in (1, 2) for part in "wb"}
    return found


def model(kind: str = "gru", **groups: float) -> SequenceModel:
    """Calibrated so that the score of an error is a straight line up to the group's number."""
    scales = Scales(NAMES, np.ones(WIDTH, dtype=np.float32))
    groups = groups or {"all traffic": 10.0}
    choice = np.array([list(groups).index(name) if name in groups else 0 for name in CLASSES])
    known = {name: Calibration.learned(np.linspace(0, most, 1001)) for name, most in groups.items()}
    return SequenceModel(scales, onnx_of(kind, weights(kind), STEPS), known, choice, {"net": kind})


def some_windows(n: int, seed: int = 2) -> Array:
    return np.random.default_rng(seed).normal(size=(n, STEPS, WIDTH)).astype(np.float32)


def flights(*lengths: int, kind: int = 0) -> Features:
    """Flights of so many rows ten seconds apart, of random numbers."""
    n = sum(lengths)
    time = np.concatenate([np.arange(k) * 10_000 for k in lengths])
    flight = np.repeat(np.arange(len(lengths)), lengths)
    random = np.random.default_rng(3)
    values = {name: random.normal(size=n).astype(np.float32) for name in NAMES}
    one = np.zeros(n, dtype=np.int8)
    return Features(np.arange(n), time, flight, one == 0, one + PHASES.index("cruise"), one + kind, values)


@pytest.mark.parametrize("kind", KINDS)
def test_a_graph_is_the_same_bytes_each_time_and_gives_a_square_for_each_value(kind: str) -> None:
    assert onnx_of(kind, weights(kind), STEPS) == onnx_of(kind, weights(kind), STEPS)
    missed = model(kind).missed(some_windows(5))
    assert missed.shape == (5, STEPS, WIDTH) and missed.dtype == np.float32 and (missed >= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_is_missed_by_the_same_bits_whatever_it_comes_with(kind: str) -> None:
    one, windows = model(kind), some_windows(2 * BATCH + 7)
    whole = one.errors(windows)
    order = np.random.default_rng(4).permutation(len(windows))
    assert np.array_equal(one.errors(windows[order]), whole[order])
    assert [float(one.errors(windows[k : k + 1])[0]) for k in range(40)] == whole[:40].tolist()
    assert np.array_equal(np.concatenate([one.errors(part) for part in np.array_split(windows, 13)]), whole)


def test_values_beyond_the_limit_are_as_wrong_as_those_at_it() -> None:
    far = some_windows(3)
    far[:, 5] = 50 * LIMIT
    at = far.copy()
    at[:, 5] = LIMIT
    assert np.array_equal(model().missed(far), model().missed(at))


def test_a_spike_of_one_row_does_not_count() -> None:
    missed = np.ones((1, STEPS, WIDTH), dtype=np.float32)
    missed[0, 7 : 7 + SPARED] = 1e6
    assert window_errors(missed)[0] == 1
    missed[0, 20] = 1e6
    assert window_errors(missed)[0] > 1e4


def test_scores_are_of_whole_windows_and_of_the_group() -> None:
    found = flights(STEPS + 4, STEPS - 1, STEPS)
    one = model()
    ends, score = one.scores(found)
    assert ends.tolist() == [29, 30, 31, 32, 33, 34 + 29 + 29]
    assert ((score >= 0) & (score < 1)).all()
    wide = model(**{"all traffic": 10.0, "rotorcraft": 1e6})
    _, calm = wide.scores(flights(STEPS, kind=CLASSES.index("rotorcraft")))
    assert calm[0] < wide.scores(flights(STEPS))[1][0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_gives_the_same_model_back(kind: str, tmp_path: Path) -> None:
    one = model(kind)
    one.save(tmp_path)
    back = SequenceModel.load(tmp_path)
    windows = some_windows(9)
    assert np.array_equal(back.errors(windows), one.errors(windows))
    assert back.names == one.names and list(back.groups) == list(one.groups)


def test_a_damaged_folder_says_what_is_wrong(tmp_path: Path) -> None:
    model().save(tmp_path)
    good = (tmp_path / GRAPH).read_bytes()
    for content in (b"", b"onnx", good[: len(good) // 2]):
        (tmp_path / GRAPH).write_bytes(content)
        with pytest.raises(ModelError, match="does not run"):
            SequenceModel.load(tmp_path)
    (tmp_path / GRAPH).unlink()
    with pytest.raises(ModelError, match=GRAPH):
        SequenceModel.load(tmp_path)


def test_a_graph_of_other_features_is_refused(tmp_path: Path) -> None:
    model().save(tmp_path)
    (tmp_path / GRAPH).write_bytes(onnx_of("gru", weights("gru", WIDTH + 1), STEPS))
    with pytest.raises(ModelError, match=r"does not run|gives"):
        SequenceModel.load(tmp_path)


HEADS = {
    "steps": (60, "windows of 60"),
    "hash": ("0" * 16, "train it anew"),
    "kind": ("point", "kind"),
    "groups": ([], "groups"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_does_not_fit_is_refused(name: str, tmp_path: Path) -> None:
    value, words = HEADS[name]
    model().save(tmp_path)
    head = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**head, name: value}))
    with pytest.raises(ModelError, match=words):
        SequenceModel.load(tmp_path)

"""The contract that every anomaly class passes, looped over the registry, and over a `null` and a `random` class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from detectors._examples import EPOCH, circle, fly, together, traffic
from detectors._registry import Detector, Example, registry
from geo.anomaly import PRIORITIES
from geo.batch import Batch
from geo.schema import COLUMNS, missing, present
from geo.tracks import Tracks
from pipeline.checkpoint import restore, save
from pipeline.engine import Engine
from tests.contract_classes import extra_classes, resources
from tests.recordings import guarded
from tests.size import daily

CLASSES = {**registry(), **extra_classes()}
WORLDS = {name: tuple(spec.examples()) for name, spec in CLASSES.items()}
EXAMPLES = [(name, k) for name, worlds in WORLDS.items() for k in range(len(worlds))]
TRAITS = pytest.mark.parametrize("name", CLASSES)
CALM = pytest.mark.parametrize("name", [name for name in CLASSES if name not in ("random", "mindful")])
"""These two find things in calm data too: that is what they are for."""


def engine_of(spec: Detector, example: Example | None = None, **options: Any) -> Engine:
    """An engine with one class, in the world of an example: its own, or that of all examples together."""
    some = spec.examples() if example is None else [example]
    given = resources() | {name: one for e in some for name, one in e.resources().items()}
    params: Mapping[str, float] = {name: value for e in some for name, value in e.params.items()}
    return Engine({spec.id: spec}, {spec.id: params}, given, **({"lateness_s": 0.0} | options))


def anomalies(engine: Engine, batches: Iterable[Batch]) -> dict[str, dict[str, Any]]:
    found = {a.id: a.feature() for batch in batches for a in engine.feed(batch).anomalies}
    return found | {a.id: a.feature() for a in engine.finish().anomalies}


def cut(batch: Batch, sizes: Sequence[int]) -> list[Batch]:
    """The batch in pieces of the given sizes, over and over."""
    out, start, k = [], 0, 0
    while start < len(batch):
        stop = min(start + sizes[k % len(sizes)], len(batch))
        out.append(batch.take(np.arange(start, stop)))
        start, k = stop, k + 1
    return out


@cache
def made(name: str, k: int) -> Batch:
    """The rows of an example, made once. Whoever writes into them is told so."""
    return guarded(WORLDS[name][k].make())


def some(name: str) -> list[int]:
    """The smallest hit and the smallest near miss; nightly all examples."""
    numbers = list(range(len(WORLDS[name])))
    smallest = {min(alike, key=lambda k: len(made(name, k))) for alike in _parted(name, numbers) if alike}
    return daily([k for k in numbers if k in smallest], numbers)


def _parted(name: str, numbers: list[int]) -> tuple[list[int], list[int]]:
    """Hits and near misses. A class that is to find nothing has no hit."""
    hits = [k for k in numbers if WORLDS[name][k].expect > 0]
    return hits, [k for k in numbers if k not in hits]


def world(name: str) -> Batch:
    """Examples of a class together, each the traffic that the others must not mind."""
    return guarded(together(*(made(name, k) for k in some(name))))


@cache
def whole(name: str, k: int) -> dict[str, dict[str, Any]]:
    """What an example gives in one piece: what it gives in any other way is held against it."""
    return anomalies(engine_of(CLASSES[name], WORLDS[name][k]), [made(name, k)])


@cache
def everything(name: str) -> dict[str, dict[str, Any]]:
    """What examples of a class give together."""
    return anomalies(engine_of(CLASSES[name]), [world(name)])


@pytest.mark.parametrize(("name", "k"), EXAMPLES)
def test_example_gives_its_count(name: str, k: int) -> None:
    example = WORLDS[name][k]

    found = whole(name, k)

    standing = [f for f in found.values() if f["properties"]["state"] != "cleared"]
    assert len(standing) == example.expect, example.name


@TRAITS
def test_has_a_hit_and_a_near_miss(name: str) -> None:
    expected = {e.expect > 0 for e in WORLDS[name]}

    assert expected == ({True, False} if name in registry() else expected)


@TRAITS
def test_any_split_gives_the_same(name: str) -> None:
    for k in some(name):
        split = anomalies(engine_of(CLASSES[name], WORLDS[name][k]), cut(made(name, k), [1, 13, 40, 7, 200, 3]))
        assert split == whole(name, k), WORLDS[name][k].name


@TRAITS
def test_stop_and_restore_changes_nothing(name: str) -> None:
    for k in some(name):
        batch = made(name, k)
        found = interrupted(name, k, cut(batch, [max(1, len(batch) // 5)]))
        assert found == whole(name, k), WORLDS[name][k].name


def interrupted(name: str, k: int, pieces: Iterable[Batch]) -> dict[str, dict[str, Any]]:
    """What an example gives to an engine that is stopped after each piece, and goes on as another."""
    engine, found = engine_of(CLASSES[name], WORLDS[name][k]), {}
    for piece in pieces:
        found |= {a.id: a.feature() for a in engine.feed(piece).anomalies}
        kept, engine = save(engine), engine_of(CLASSES[name], WORLDS[name][k])
        restore(engine, kept)
    return found | {a.id: a.feature() for a in engine.finish().anomalies}


@TRAITS
def test_order_duplicates_and_late_rows_do_not_matter(name: str) -> None:
    for k in some(name):
        rows = cut(disturbed(made(name, k), np.random.default_rng(k)), [97])
        found = anomalies(engine_of(CLASSES[name], WORLDS[name][k], lateness_s=20.0), rows)
        assert found == whole(name, k), WORLDS[name][k].name


def disturbed(batch: Batch, rng: np.random.Generator) -> Batch:
    """The rows up to 15 s late, and every third of them twice."""
    late = batch["time"] + rng.integers(0, 15_000, len(batch))
    shuffled = batch.take(np.argsort(late, kind="stable"))
    twice = Batch.concat([shuffled, shuffled.take(np.arange(0, len(batch), 3))])
    return twice.take(np.argsort(np.append(np.sort(late), np.sort(late)[::3]), kind="stable"))


@CALM
def test_empty_and_missing_give_nothing(name: str) -> None:
    rows = fly(seconds=300)
    blank = Batch({n: rows[n] if n in ("icao24", "time") else missing(n, len(rows)) for n in COLUMNS})

    assert anomalies(engine_of(CLASSES[name]), [Batch.empty()]) == {}
    assert anomalies(engine_of(CLASSES[name]), [blank]) == {}


@TRAITS
@pytest.mark.parametrize(
    "column", ["baro_altitude", "ground_speed", "track", "vertical_rate", "lat", "nac_p", "callsign"]
)
def test_a_column_all_missing_does_no_harm(name: str, column: str) -> None:
    hidden = ("lat", "lon") if column == "lat" else (column,)
    for k in some(name):
        batch = made(name, k)
        if not present(column, batch[column]).any():
            continue  # what an example never had cannot be taken from it
        rows = batch.with_columns(**{n: missing(n, len(batch)) for n in hidden})
        anomalies(engine_of(CLASSES[name], WORLDS[name][k]), [rows])


@CALM
@pytest.mark.parametrize(
    ("lat", "lon", "track"), [(10.0, 179.5, 90.0), (-10.0, -179.5, 270.0), (89.9, 0.0, 0.0), (-89.9, 10.0, 180.0)]
)
def test_antimeridian_and_poles_give_nothing(name: str, lat: float, lon: float, track: float) -> None:
    calm = {"nic": 8, "nac_p": 10, "sil": 3, "version": 2, "callsign": b"CALM1", "squawk": b"1000"}
    rows = fly(seconds=900, lat=lat, lon=lon, track=track, **calm)

    assert anomalies(engine_of(CLASSES[name]), [rows]) == {}


@TRAITS
def test_one_row_says_little(name: str) -> None:
    spec = CLASSES[name]
    for k, example in enumerate(WORLDS[name]):
        batch = made(name, k)
        for aircraft in np.unique(batch["icao24"])[:3]:
            first = batch.take(np.flatnonzero(batch["icao24"] == aircraft)[:1])
            found = anomalies(engine_of(spec, example), [first])
            assert spec.single_row or not found
            assert all(f["properties"]["confidence"] <= 0.5 for f in found.values())


@TRAITS
def test_inputs_stay_and_output_repeats(name: str) -> None:
    spec = CLASSES[name]
    batch = world(name)
    before = {n: v.copy() for n, v in batch.columns.items()}

    again = anomalies(engine_of(spec), [batch])

    assert again == everything(name)
    assert all(np.array_equal(batch[n], v, equal_nan=v.dtype.kind == "f") for n, v in before.items())


@TRAITS
def test_gate_lets_every_hit_through(name: str) -> None:
    spec = CLASSES[name]
    if spec.gate is None:
        return
    for k, example in enumerate(WORLDS[name]):
        ungated = anomalies(engine_of(replace(spec, gate=None), example), [made(name, k)])
        assert whole(name, k) == ungated, example.name


@TRAITS
def test_memory_stops_growing(name: str) -> None:
    spec = CLASSES[name]
    sizes = []
    engine = engine_of(spec)
    rows = together(*traffic(4, 120, step_s=4), circle(0x700000, 120, step_s=4))
    for k in range(60):
        engine.feed(rows.with_columns(time=rows["time"] + k * 120_000, icao24=rows["icao24"] + 8 * k))
        sizes.append(len(save(engine)) if k >= 25 else 0)

    assert max(sizes[50:]) <= 1.1 * max(sizes[25:40]) + 20_000


@TRAITS
def test_parameters_are_described_and_hold_at_their_bounds(name: str) -> None:
    spec = CLASSES[name]
    k = min(some(name), key=lambda k: (WORLDS[name][k].expect == 0, len(made(name, k))))
    given = resources() | WORLDS[name][k].resources()
    for key, param in spec.params.items():
        assert param.help and param.source, key
        assert param.lo <= param.default <= param.hi
        column = param.column.strip("|")
        assert not column or COLUMNS[column].unit == param.unit, f"{key} bounds {column} in another unit"
        for bound in (param.lo, param.hi):
            if math.isfinite(bound):
                anomalies(Engine({name: spec}, {name: {key: bound}}, given, 0.0), [made(name, k)])


@TRAITS
def test_features_are_valid(name: str) -> None:
    for found in (everything(name), *(whole(name, k) for k in range(len(WORLDS[name])))):
        for feature in found.values():
            assert_feature(feature, CLASSES[name])


def assert_feature(feature: dict[str, Any], spec: Detector) -> None:
    properties = feature["properties"]
    assert feature["type"] == "Feature" and "id" not in properties
    assert properties["class"] == spec.id
    assert properties["state"] in ("open", "closed", "cleared")
    assert properties["priority"] in PRIORITIES[1:]
    assert 0.0 <= properties["confidence"] <= 1.0
    assert properties["start"] <= properties["end"]
    assert properties["explanation"] and "nan" not in properties["explanation"].split()
    assert feature["geometry"] is None or feature["geometry"]["type"] in shapes_of(spec)


def shapes_of(spec: Detector) -> Sequence[str]:
    kinds = {"point": ("Point",), "path": ("MultiLineString",), "pair": ("MultiLineString",), "area": ("MultiPolygon",)}
    return kinds.get(spec.style.shape, ("Polygon", "MultiPolygon"))


def test_time_goes_by_data_alone() -> None:
    """A slice boundary is a multiple of `every_s` since the epoch, wherever the data begins."""
    spec = CLASSES["squawk"]
    engine = engine_of(spec)
    engine.feed(fly(seconds=10, start_s=0.4, squawk=b"1000"))

    assert engine.runs["squawk"].judged == EPOCH + 9_000
    assert isinstance(engine.runs["squawk"].spec.detect(_view(), spec.configured()).start, np.ndarray)


def _view() -> Tracks:
    engine = engine_of(CLASSES["squawk"])
    engine.feed(fly(seconds=5, squawk=b"7700"))
    return engine.histories[0].view(engine.runs["squawk"].names, EPOCH, EPOCH + 4_000, 0, None)

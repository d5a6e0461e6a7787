"""What the class remembers from slice to slice, and when it speaks: with a model whose errors the test decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._feature_words import WORDS, worst
from detectors._registry import registry
from detectors._sequences import KEEP, MOST_FEATURES, MOST_WINDOWS
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_table import FEATURES
from geo.scales import Scales
from geo.schema import Array
from geo.windows import STEPS
from models.sequence import MOST_FEATURES as MODEL_FEATURES
from pipeline.checkpoint import restore, save
from pipeline.engine import Engine

SPEC = registry()["ml-sequence"]


@dataclass
class Told:
    """A model that finds a window the odder the faster its last row; `seen` keeps the windows that it was given."""

    scales: Scales = field(default_factory=lambda: Scales(("gspeed", "vspeed"), np.ones(2, dtype=np.float32)))
    seen: list[Array] = field(default_factory=list)

    def errors(self, scaled: Array, doubt: Array | None = None) -> Array:
        self.seen += list(scaled)
        return scaled[:, -1, 0].astype(np.float64)

    def missed(self, scaled: Array) -> Array:
        return scaled**2

    def calibrated(self, errors: Array, aircraft_class: Array) -> Array:
        return np.clip(errors / 1000, 0, 1)


def engine_of(model: Any, **params: float) -> Engine:
    return Engine({SPEC.id: SPEC}, {SPEC.id: params}, {"airports": Airports.builtin(), "sequence_model": model})


def found(rows: Batch, model: Any = None, cuts: int = 1, **params: float) -> list[Any]:
    """Anomalies of the rows, given in so many pieces."""
    engine = Engine(
        {SPEC.id: SPEC}, {SPEC.id: params}, {"airports": Airports.builtin(), "sequence_model": model or Told()}
    )
    told = {}
    for part in np.array_split(np.arange(len(rows)), cuts):
        told |= {a.id: a for a in engine.feed(rows.take(part)).anomalies}
    return list((told | {a.id: a for a in engine.finish().anomalies}).values())


def flown(speeds: Array, **columns: Any) -> Batch:
    """Rows ten seconds apart."""
    return fly(seconds=10 * len(speeds), step_s=10, speed=speeds, **columns)


def speeds(n: int, *odd: int) -> Array:
    out = np.full(n, 400.0)
    out[list(odd)] = 999.95
    return out


def test_a_window_is_the_last_thirty_rows_oldest_first() -> None:
    model = Told()
    found(flown(np.arange(300.0, 340.0)), model)
    assert len(model.seen) == 11
    assert [one[:, 0].tolist() for one in model.seen[:2]] == [list(range(300, 330)), list(range(301, 331))]


@pytest.mark.parametrize(("odd", "count"), [((40, 41, 42), 1), ((40, 41), 0), ((40, 42, 44), 0), ((27, 28, 29), 0)])
def test_three_windows_in_a_row_are_needed(odd: tuple[int, ...], count: int) -> None:
    """Windows end at rows from the 30th on."""
    assert len(found(flown(speeds(60, *odd)))) == count


def test_how_many_in_a_row_is_a_parameter() -> None:
    rows = flown(speeds(60, 40, 41, 42, 43))
    assert [len(found(rows, windows=n)) for n in (2, 4, 5)] == [1, 1, 0]


def test_one_of_them_reaches_the_peak() -> None:
    rows = flown(np.where(speeds(60, 40, 41, 42) > 900, 995.0, 400.0))
    assert len(found(rows)) == 0 and len(found(rows, peak=0.995)) == 1


def test_after_a_gap_thirty_rows_are_needed_again() -> None:
    rows = flown(speeds(80, *range(60, 66)))
    late = rows["time"] + np.where(np.arange(80) >= 50, 60_000, 0)
    assert len(found(rows)) == 1
    assert found(rows.with_columns(time=late)) == []


def test_another_flight_has_rows_of_its_own() -> None:
    one = flown(speeds(60, 40, 41, 42))
    other = flown(speeds(60), icao24=0xDEF, lat=55.0)
    (only,) = found(together(one, other), cuts=7)
    assert only.icao24 == 0xABC123


def test_rows_that_another_model_scaled_are_forgotten() -> None:
    """A restart with a model that was trained anew."""
    other, rows = Told(Scales(("gspeed", "vspeed"), np.array([2, 1], dtype=np.float32))), flown(speeds(65))
    before, after = engine_of(Told()), engine_of(other)
    before.feed(rows.take(np.arange(40)))
    restore(after, save(before))
    after.feed(rows.take(np.arange(40, 65)))
    after.finish()
    assert other.seen == []


def test_the_sentence_says_what_and_when() -> None:
    (one,) = found(flown(speeds(60, 40, 41, 42, 43)))
    assert one.explanation.startswith("The last five minutes are unlike normal flight: speed, most of all 20 s earlier")
    assert one.evidence["values"]["features"] == {"gspeed": 1.0, "vspeed": 0.0}
    assert len(one.evidence["values"]["steps"]) == STEPS


def test_near_a_pole_nothing_is_said() -> None:
    assert found(flown(speeds(60, 40, 41, 42), lat=86.0)) == []


def test_there_is_room_for_every_model() -> None:
    assert MOST_FEATURES == MODEL_FEATURES
    assert KEEP.columns["rows"].width == (STEPS - 1) * MOST_FEATURES and SPEC.params["windows"].hi == MOST_WINDOWS


def test_every_feature_has_words() -> None:
    assert set(WORDS) == set(FEATURES)
    assert worst(("alt", "turn_rate_deg_per_s", "vspeed"), np.array([1.0, 8.0, 3.0])) == ["turns", "climb or descent"]
    assert worst(("heading_sin", "heading_cos"), np.array([1.0, 1.0])) == ["direction"]
    assert worst(("alt", "vspeed"), np.zeros(2)) == ["height"]


def test_a_slice_of_which_no_row_counts_is_nothing() -> None:
    model = Told()
    assert found(flown(speeds(60), track=np.repeat([90.0, np.nan], 30)), model) == [] and len(model.seen) == 1

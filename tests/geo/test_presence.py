"""Presence: visits begin, go on and end, at borders, over gaps, and however the rows are cut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.batch import Batch
from geo.presence import Presence
from geo.schema import NO_TIME, Array
from geo.visits import Visits
from geo.zones import Zones
from tests.size import daily

T0 = 1_760_000_000_000
KT_DEG_S = 1 / 3600 / 60
"""One knot is this many degrees of latitude a second."""


def areas(*shapes: shapely.Geometry, floor: float = -np.inf, ceiling: float = np.inf) -> Zones:
    n = len(shapes)
    text = np.array([f"a{i}" for i in range(n)])
    ref = np.full(n, "MSL")
    low, high = np.full(n, floor), np.full(n, ceiling)
    held = np.empty(n, dtype=object)
    held[:] = shapes
    return Zones(text, text, text, text, low, high, ref, ref, held, np.zeros(n))


Numbers = Sequence[float] | Array


def fly(lat: Numbers, lon: Numbers, t: Numbers, flight: int = 7, alt: float | Array = 1e4) -> Batch:
    n = len(lat)
    time = T0 + (np.asarray(t, dtype=np.float64) * 1000).astype(np.int64)
    return Batch(
        {
            "icao24": np.full(n, 0x4B1815), "flight": np.full(n, flight), "time": time, "position_time": time,
            "lat": np.asarray(lat, dtype=np.float64), "lon": np.asarray(lon, dtype=np.float64),
            "baro_altitude": np.broadcast_to(np.asarray(alt, dtype=np.float32), n),
        }
    )  # fmt: skip


def watch(zones: Zones, rows: Batch, cuts: Sequence[int] = (), after_s: float = 0.0) -> list[tuple[int, ...]]:
    """Everything told of visits, in batches cut at these rows: (area, entered s, until s, ended, lost, appeared)."""
    presence = Presence(zones, np.arange(len(zones)) + 10)
    told: dict[tuple[int, int, int], tuple[int, ...]] = {}
    for part in np.split(np.arange(len(rows)), sorted(cuts)):
        batch = rows.take(part)
        now = int(batch["time"].max()) if len(part) else T0
        _note(told, presence.feed(batch, now))
    _note(
        told, presence.feed(Batch.empty().with_columns(flight=np.zeros(0, np.int64)), _end(rows) + int(after_s * 1000))
    )
    return sorted(told.values())


def _note(told: dict[tuple[int, int, int], tuple[int, ...]], visits: Visits) -> None:
    for i in range(len(visits)):
        v = {name: int(values[i]) for name, values in vars(visits).items()}
        assert (v["before"] == NO_TIME) == ((v["flight"], v["area"], v["entered"]) not in told)
        told[v["flight"], v["area"], v["entered"]] = (
            v["area"], v["flight"], (v["entered"] - T0) // 1000, (v["until"] - T0) // 1000,
            v["ended"], v["lost"], v["appeared"],
        )  # fmt: skip


def _end(rows: Batch) -> int:
    return int(rows["time"].max())


BOX = shapely.box(8.0, 47.0, 8.5, 47.5)


def east(lon0: float, lon1: float, step_s: float = 5.0, knots: float = 400.0) -> tuple[Array, Array]:
    """Longitudes and times of a flight along 47.25 N."""
    per_s = knots * KT_DEG_S / np.cos(np.radians(47.25))
    n = int(abs(lon1 - lon0) / per_s / step_s) + 1
    return np.linspace(lon0, lon1, n), np.arange(n) * step_s


def test_a_flight_through_is_one_visit_from_border_to_border() -> None:
    lon, t = east(7.5, 9.0)
    found = watch(areas(BOX), fly(np.full(len(lon), 47.25), lon, t))
    ((_, _, entered, until, ended, lost, appeared),) = found
    share = (lon[1] - lon[0]) / 5.0
    assert abs(entered - 0.5 / share) <= 1 and abs(until - 1.0 / share) <= 1
    assert (ended, lost, appeared) == (1, 0, 0)


def test_between_two_sparse_fixes_the_crossing_is_found() -> None:
    ((_, _, entered, until, ended, *_),) = watch(areas(BOX), fly([47.25] * 3, [7.5, 9.0, 9.2], [0, 300, 400]))
    assert (entered, until, ended) == (100, 200, 1)


def test_over_a_long_silence_nothing_is_said() -> None:
    assert watch(areas(BOX), fly([47.25, 47.25], [7.5, 9.0], [0, 700])) == []


def test_along_the_border_there_is_one_visit() -> None:
    n = 200
    lon = np.linspace(8.05, 8.45, n)
    jitter = np.where(np.arange(n) % 3 == 0, 0.002, -0.002)  # 220 m to either side
    found = watch(areas(BOX), fly(47.5 + jitter, lon, np.arange(n) * 2.0))
    assert len(found) == 1


def test_beyond_the_margin_for_a_moment_is_still_the_same_visit() -> None:
    lat = [47.25, 47.45, 47.52, 47.45, 47.25]
    assert len(watch(areas(BOX), fly(lat, [8.2] * 5, [0, 60, 80, 100, 160]))) == 1
    assert len(watch(areas(BOX), fly(lat, [8.2] * 5, [0, 300, 500, 700, 900]))) == 2


def test_who_is_not_heard_again_is_lost_where_it_was() -> None:
    rows = fly([47.25, 47.26], [8.2, 8.2], [0, 10])
    assert watch(areas(BOX), rows, after_s=500) == [(0, 7, 0, 10, 0, 0, 1)]
    assert watch(areas(BOX), rows, after_s=601) == [(0, 7, 0, 10, 0, 1, 1)]


def test_a_band_of_heights_counts() -> None:
    zones = areas(BOX, floor=5_000, ceiling=20_000)
    lon, t = east(7.5, 9.0)
    lat = np.full(len(lon), 47.25)
    assert watch(zones, fly(lat, lon, t, alt=30_000)) == [] and len(watch(zones, fly(lat, lon, t))) == 1
    assert watch(zones, fly(lat, lon, t, alt=np.nan)) == []


def test_across_the_antimeridian() -> None:
    area = shapely.union_all([shapely.box(179.5, -18, 180, -17), shapely.box(-180, -18, -179.5, -17)])
    lon = np.linspace(179.0, 181.0, 60)
    ((_, _, _, _, ended, *_),) = watch(areas(area), fly([-17.5] * 60, (lon + 180) % 360 - 180, np.arange(60) * 20.0))
    assert ended == 1


def test_a_hole_is_outside() -> None:
    ring = shapely.difference(BOX, shapely.box(8.1, 47.1, 8.4, 47.4))
    lon, t = east(7.5, 9.0)
    assert len(watch(areas(ring), fly(np.full(len(lon), 47.25), lon, t))) == 2


def test_areas_come_and_go_and_visits_of_the_others_go_on() -> None:
    presence = Presence(areas(BOX, shapely.box(8.0, 47.0, 9.0, 48.0)), np.array([10, 11]))
    first = presence.feed(fly([47.25], [8.2], [0]), T0)
    assert sorted(first.area.tolist()) == [0, 1]
    presence = presence.reload(areas(shapely.box(8.0, 47.0, 9.0, 48.0)), np.array([11]))
    then = presence.feed(fly([47.26], [8.2], [10]), T0 + 10_000)
    assert then.area.tolist() == [0] and then.before.tolist() == [T0] and then.entered.tolist() == [T0]


@settings(max_examples=daily(24, 120))
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 119), max_size=8, unique=True))
def test_any_split_gives_the_same_visits(seed: int, cuts: list[int]) -> None:
    random = np.random.default_rng(seed)
    zones = areas(BOX, shapely.box(8.3, 47.2, 8.8, 47.8), shapely.Point(8.2, 47.4).buffer(0.05))
    rows = Batch.concat([_wander(random, flight) for flight in (3, 7, 9)])
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    assert watch(zones, rows, cuts) == watch(zones, rows)


def _wander(random: np.random.Generator, flight: int) -> Batch:
    t = np.cumsum(random.choice([5, 20, 20, 40, 610], 40))
    return fly(47.25 + np.cumsum(random.normal(0, 0.04, 40)), 8.2 + np.cumsum(random.normal(0, 0.05, 40)), t, flight)


@settings(max_examples=daily(16, 80))
@given(st.integers(0, 2**32 - 1))
def test_asking_only_near_borders_changes_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    places, sizes = random.uniform((7.9, 47.0), (8.7, 47.6), (6, 2)), random.uniform(0.02, 0.3, 6)
    middle = shapely.Point(8.3, 47.3).buffer(0.05)  # every flight passes through it, at a height within the band
    zones = areas(middle, *shapely.buffer(shapely.points(places), sizes), floor=9_000, ceiling=11_000)
    rows = Batch.concat([_cruise(random, flight) for flight in range(1, 9)])
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    exact = Presence(zones, np.arange(len(zones)))
    exact._climbed = lambda steps: np.ones(len(steps), dtype=bool)  # type: ignore[method-assign]
    quick = Presence(zones, np.arange(len(zones)))
    told: list[dict[tuple[int, int, int], tuple[int, ...]]] = [{}, {}]
    for at in range(0, 400_000, 30_000):
        part = rows.take((rows["time"] - T0 >= at) & (rows["time"] - T0 < at + 30_000))
        for notes, presence in zip(told, (exact, quick), strict=True):
            _note(notes, presence.feed(part, T0 + at + 30_000))
    assert told[0] == told[1]
    assert {flight for flight, area, _ in told[0] if area == 0} == set(range(1, 9))


def _cruise(random: np.random.Generator, flight: int) -> Batch:
    t = np.arange(0, 400, 2.0)
    course, n = random.uniform(0, 2 * np.pi), len(t)
    lat, lon = (
        47.3 + np.cos(course) * 0.0008 * (np.arange(n) - n / 2),
        8.3 + np.sin(course) * 0.0012 * (np.arange(n) - n / 2),
    )
    return fly(lat, lon, t, flight, alt=10_000 + random.uniform(-4, 4) * (np.arange(n) - n / 2))


def test_odd_input_does_no_harm() -> None:
    nothing = np.full(3, np.nan)
    assert watch(areas(BOX), fly(nothing, nothing, [0, 1, 2])) == []
    assert watch(areas(), fly([47.2], [8.2], [0])) == []
    assert len(watch(areas(BOX), fly([47.2, 47.2, 47.2], [8.2, 8.2, 8.2], [5, 5, 0]))) == 1


def begun(began_s: float | None = 100.0) -> Presence:
    """A flight has come into the box at 47.25 N before anybody watches it; then somebody does."""
    presence = Presence(areas(), np.zeros(0, np.int64))
    presence.feed(fly([47.25, 47.26], [8.2, 8.2], [60, 90]), T0 + 90_000)
    began = None if began_s is None else np.array([T0 + round(began_s * 1000)])
    return presence.reload(areas(BOX), np.array([10]), None, began)


def told(visits: Visits) -> list[tuple[int, ...]]:
    """New, entered s, until s, ended, lost, already."""
    v = vars(visits)
    return [
        (int(v["before"][k] == NO_TIME), int(v["entered"][k] - T0) // 1000, int(v["until"][k] - T0) // 1000,
         int(v["ended"][k]), int(v["lost"][k]), int(v["already"][k]))
        for k in range(len(visits))
    ]  # fmt: skip


def test_who_is_inside_when_an_area_begins_is_there_since_then() -> None:
    presence = begun()
    assert told(presence.feed(fly([47.27], [8.2], [120]), T0 + 120_000)) == [
        (1, 100, 100, 0, 0, 1),
        (0, 100, 120, 0, 0, 1),
    ]
    assert told(presence.feed(fly([47.28], [8.2], [150]), T0 + 150_000)) == [(0, 100, 150, 0, 0, 1)]
    assert told(presence.feed(fly([47.60], [8.2], [300]), T0 + 300_000))[0][3:] == (1, 0, 1)


def test_who_leaves_at_once_was_there_since_the_area_began_and_not_before() -> None:
    found = told(begun().feed(fly([47.49, 47.60], [8.2, 8.2], [140, 250]), T0 + 250_000))
    assert [(one[1], one[3]) for one in found] == [(100, 0), (100, 0), (100, 1)]
    assert all(one[2] >= 100 for one in found)


def test_who_comes_after_an_area_began_comes_in() -> None:
    presence = begun()
    presence.feed(fly([47.25, 47.25], [7.9, 8.1], [110, 150], flight=9), T0 + 150_000)
    assert presence.holds(7, 10) and presence.holds(9, 10)
    (row,) = np.flatnonzero(presence.open.columns["flight"] == 9)
    assert presence.open.columns["entered"][row] == T0 + 130_000


def test_what_was_over_before_an_area_began_counts_for_nothing() -> None:
    presence = begun(1_000.0)
    presence.feed(fly([47.25, 47.25, 47.25], [7.9, 8.1, 7.8], [110, 150, 190], flight=9), T0 + 190_000)
    assert not presence.holds(9, 10)


def test_a_visit_goes_on_when_its_area_begins_anew() -> None:
    presence = begun().reload(areas(BOX), np.array([10]), None, np.array([T0 + 110_000]))
    assert told(presence.feed(fly([47.27], [8.2], [120]), T0 + 120_000))[0][1] == 100


def test_an_area_that_was_always_there_holds_those_inside_from_their_fix_on() -> None:
    assert told(begun(None).feed(fly([47.27], [8.2], [120]), T0 + 120_000))[0][1] == 90


def test_a_fix_older_than_the_newest_is_no_step_in_whichever_batch() -> None:
    rows = fly([47.25, 47.25, 47.25], [8.2, 9.0, 8.2], [100, 50, 60])
    assert watch(areas(BOX), rows.take(np.array([0, 1, 2])), [1]) == watch(areas(BOX), rows.take(np.array([0])))


@pytest.mark.parametrize("cuts", [(), (1,), (1, 2), (1, 2, 3)])
def test_a_second_stream_of_an_aircraft_comes_in_once_it_has_gone_on(cuts: Sequence[int]) -> None:
    beside = fly([47.2] * 4, [8.1, 8.2, 8.203, 8.206], [0, 90, 95, 100]).with_columns(sub=np.ones(4, np.int8))

    assert [one[2:4] for one in watch(areas(BOX), beside, cuts)] == [(95, 100)]


def test_a_position_that_nothing_goes_on_from_is_no_visit() -> None:
    jumps = [fly([47.2], [8.1 + 0.1 * k], [k], flight=7 + k) for k in range(4)]
    jumps = [one.with_columns(rival_time=np.array([NO_TIME if k == 0 else T0])) for k, one in enumerate(jumps)]

    assert [one[1] for one in watch(areas(BOX), Batch.concat(jumps), (1, 2, 3))] == [7]
